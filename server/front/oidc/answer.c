/* front/oidc/answer.c - how an authorization request is answered. */
#include "front/oidc/answer.h"

#include "base/record.h"
#include "codec/text.h"
#include "http/cookie.h"
#include "http/form_post.h"
#include "http/oauth_error.h"
#include "transaction/session/session.h"

#define FORMAT 1
#define RECORD_LARGEST (16 * KIB)
#define QUERY_LARGEST (7 * KIB)     /* of a request's first line, which is 8 KiB at most */
#define LOCATION_LARGEST (48 * KIB) /* a state can be three times as long when it is escaped */

/* Kept */

struct span
answer_to_write(struct arena *a, const struct answer_to *to)
{
	struct buffer b = buffer_init(RECORD_LARGEST);
	struct span copy;

	buffer_u8(&b, FORMAT);
	buffer_block(&b, to->redirect_uri);
	buffer_block(&b, to->state);
	buffer_u8(&b, to->form_post);
	buffer_block(&b, span_text(to->language));
	copy = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return copy;
}

bool
answer_to_read(struct span bytes, struct answer_to *out)
{
	struct record r = record_of(bytes);
	struct span language;

	*out = (struct answer_to){ .form_post = false };
	if (record_u8(&r) != FORMAT)
		return false;
	out->redirect_uri = record_block(&r);
	out->state = record_block(&r);
	out->form_post = record_flag(&r);
	language = record_block(&r);
	if (!record_whole(&r) || language.size >= sizeof(out->language))
		return false;
	if (language.size)
		memcpy(out->language, language.data, language.size);
	return true;
}

/* Sent */

static void
see_other(struct exchange *e, struct span location, const char *cookies)
{
	exchange_reply(e, &(struct reply){ .status = 303, .fields = span_text(arena_print(e->arena,
	    "Location: %.*s\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "Referrer-Policy: no-referrer\r\n"
	    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
	    "X-Frame-Options: DENY\r\n%s", SPAN_ARGS(location), cookies)) });
}

/* Behind what query the registered URI may have (RFC 6749 s3.1.2). */
static struct span
query_address(struct arena *a, struct span uri, const struct form_value *values, size_t count)
{
	struct buffer b = buffer_init(LOCATION_LARGEST);
	struct span address;
	char before = memchr(uri.data, '?', uri.size) ? '&' : '?';

	buffer_add(&b, uri);
	for (size_t i = 0; i < count; i++) {
		if (!values[i].value.size)
			continue;
		buffer_print(&b, "%c%s=", before, values[i].name);
		buffer_add(&b, percent_write(a, values[i].value));
		before = '&';
	}
	address = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return address;
}

static void
send_back(struct exchange *e, const struct answer_to *to, const struct form_value *values, size_t count,
    const char *cookies)
{
	if (to->form_post)
		form_post_send(e, to->redirect_uri, values, count, cookies);
	else
		see_other(e, query_address(e->arena, to->redirect_uri, values, count), cookies);
}

void
answer_code(struct exchange *e, const struct answer_to *to, struct span issuer, const struct grant_secret *code,
    const char *cookies)
{
	const struct form_value values[] = { { "code", span_text(code->text) }, { "state", to->state },
		{ "iss", issuer } };

	send_back(e, to, values, COUNT(values), cookies);
}

void
answer_error(struct exchange *e, const struct answer_to *to, struct span issuer, const char *error,
    struct span description, const char *cookies)
{
	struct buffer b = buffer_init(4 * KIB);

	oauth_write_description(&b, description);
	send_back(e, to, (const struct form_value[]){ { "error", span_text(error) },
	    { "error_description", buffer_span(&b) }, { "state", to->state }, { "iss", issuer } }, 4, cookies);
	buffer_release(&b);
}

void
answer_page(struct exchange *e, const struct answer_to *to, const char *path, const char *id, const char *cookies)
{
	see_other(e, span_text(arena_print(e->arena, "%s%s%s#%s", path, to->language[0] ? "?lang=" : "", to->language,
	    id)), cookies);
}

void
answer_elsewhere(struct exchange *e, struct span location, const char *cookies)
{
	see_other(e, location, cookies);
}

struct span
answer_return_address(struct arena *a, struct span uri, struct span state)
{
	return query_address(a, uri, &(struct form_value){ "state", state }, 1);
}

/* What may stand in a query as it is (RFC 3986 s3.4), and leads out of no header line. */
static bool
is_query(struct span form)
{
	for (size_t i = 0; i < form.size; i++)
		if (form.data[i] <= ' ' || form.data[i] > '~' || strchr("\"#<>\\^`{|}", form.data[i]))
			return false;
	return form.size && form.size <= QUERY_LARGEST;
}

bool
answer_without_cookie(struct exchange *e, const char *path)
{
	uint8_t session[32];

	if (cookie_digest(e, SESSION_COOKIE, session) || !is_query(e->body))
		return false;
	see_other(e, span_text(arena_print(e->arena, "%s?%.*s", path, SPAN_ARGS(e->body))), "");
	return true;
}

void
answer_language(struct span locales, char out[3])
{
	while (locales.size && !out[0]) {
		struct span one = span_cut(&locales, ' '), language = span_cut(&one, '-');

		if (span_equal_nocase(language, span_text("ja")))
			memcpy(out, "ja", 3);
		else if (span_equal_nocase(language, span_text("en")))
			memcpy(out, "en", 3);
	}
}
