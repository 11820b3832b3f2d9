/* front/authzen/token.c - POST /v1/token: form in, token or OAuth error out. */
#include "front/authzen/token.h"

#include <stdlib.h>

#include "base/log.h"
#include "codec/form.h"
#include "codec/text.h"
#include "crypto/jwt.h"
#include "http/oauth_error.h"
#include "net/rate.h"
#include "transaction/caller/answer.h"
#include "transaction/caller/token_grant.h"

#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define BODY_LARGEST (3 * JWT_LARGEST + 4 * KIB) /* every letter of it may be escaped */
#define WORD_SHOWN 64 /* of a word that is not ours; bytes that a description cannot hold are replaced */

struct token_front {
	struct store *store;
	struct arena arena;
	struct span base_url, endpoint;
	struct rates *rates;
	unsigned rate;
};

enum parameter { GRANT_TYPE, ASSERTION_KIND, ASSERTION, CLIENT_ID, SCOPE, PARAMETERS };
static const char *const parameters[PARAMETERS] = {
	[GRANT_TYPE] = "grant_type",
	[ASSERTION_KIND] = "client_assertion_type",
	[ASSERTION] = "client_assertion",
	[CLIENT_ID] = "client_id",
	[SCOPE] = "scope",
};

struct request {
	struct exchange *exchange;
	struct span values[PARAMETERS];
};

struct token_front *
token_front_new(struct store *store, const struct token_front_settings *settings)
{
	struct token_front *front = calloc(1, sizeof(*front));
	struct span base = span_text(settings->base_url);

	if (!front)
		abort();
	front->store = store;
	front->arena = arena_init(16 * KIB);
	while (base.size && base.data[base.size - 1] == '/')
		base.size--;
	front->base_url = span_text(arena_print(&front->arena, "%.*s/", SPAN_ARGS(base)));
	front->endpoint = span_text(arena_print(&front->arena, "%.*s/v1/token", SPAN_ARGS(base)));
	front->rates = settings->rates;
	front->rate = settings->rate;
	return front;
}

void
token_front_free(struct token_front *front)
{
	if (!front)
		return;
	arena_release(&front->arena);
	free(front);
}

/* Answering */

/* RFC 9110 s15.5.2 wants a challenge with 401; of the schemes there are this is the one whose tokens are given here. */
static void
refuse_client(struct exchange *e, const struct problem *why)
{
	oauth_refuse(e, 401, "invalid_client", CALLER_CHALLENGE, why);
}

/* Asking */

static enum err
request_read(struct request *r, struct problem *why)
{
	struct exchange *e = r->exchange;
	struct span rest = message_header(e->request, "Content-Type"), type = span_trim(span_cut(&rest, ';'));

	if (!span_equal_nocase(type, span_text("application/x-www-form-urlencoded")))
		return problem_set(why, ERR_SYNTAX, "RFC 6749 s4.4.2",
		    "expected a body of the type application/x-www-form-urlencoded, found another");
	if (form_read(e->arena, e->body, parameters, r->values, PARAMETERS, why) != OK)
		return why->code;
	if (!r->values[GRANT_TYPE].size)
		return problem_set(why, ERR_SYNTAX, "RFC 6749 s4.4.2",
		    "grant_type: expected client_credentials, found none");
	/* RFC 6749 s2.3. */
	if (message_header(e->request, "Authorization").size && r->values[ASSERTION].size)
		return problem_set(why, ERR_SYNTAX, "RFC 6749 s2.3",
		    "expected one way of showing who the client is, found an Authorization header and an assertion");
	return OK;
}

static enum err
request_check_client(const struct request *r, struct problem *why)
{
	if (!r->values[ASSERTION].size)
		return problem_set(why, ERR_DENIED, "RFC 7523 s2.2",
		    "client_assertion: expected a signed JWT, found none");
	if (!r->values[ASSERTION_KIND].size)
		return problem_set(why, ERR_DENIED, "RFC 7523 s2.2", "client_assertion_type: expected %s, found none",
		    ASSERTION_TYPE);
	if (!span_is(r->values[ASSERTION_KIND], ASSERTION_TYPE))
		return problem_set(why, ERR_DENIED, "RFC 7523 s2.2",
		    "client_assertion_type: expected %s, found \"%.*s\"", ASSERTION_TYPE,
		    SPAN_ARGS(span_first(r->values[ASSERTION_KIND], WORD_SHOWN)));
	return OK;
}

static on_granted on_token_granted;

static void
grant_token(struct exchange *e, void *arg)
{
	struct token_front *front = arg;
	struct request *r = arena_new(e->arena, struct request);
	struct problem why;

	r->exchange = e;
	if (request_read(r, &why) != OK) {
		oauth_refuse(e, 400, "invalid_request", "", &why);
		return;
	}
	if (!span_is(r->values[GRANT_TYPE], "client_credentials")) {
		problem_set(&why, ERR_UNSUPPORTED, "RFC 6749 s4.4.2",
		    "grant_type: expected client_credentials, found \"%.*s\"",
		    SPAN_ARGS(span_first(r->values[GRANT_TYPE], WORD_SHOWN)));
		oauth_refuse(e, 400, "unsupported_grant_type", "", &why);
		return;
	}
	if (request_check_client(r, &why) != OK) {
		refuse_client(e, &why);
		return;
	}
	exchange_hold(e, token_grant_start(front->store, e->arena, &(struct token_grant){
		.assertion = r->values[ASSERTION],
		.client_id = r->values[CLIENT_ID],
		.base_url = front->base_url,
		.endpoint = front->endpoint,
		.rates = front->rates,
		.rate = front->rate,
		.monotonic = clock_monotonic(),
		.now = clock_now(),
	}, on_token_granted, r));
}

/* Who asked for a scope is told what it has (RFC 6749 s3.3): rights are the caller's, and no request changes them. */
static void
write_scope(struct buffer *b, unsigned rights)
{
	const char *names[CALLER_RIGHTS];
	size_t count = caller_right_names(rights, names);

	if (count == 0)
		return;
	buffer_text(b, ",\"scope\":\"");
	for (size_t i = 0; i < count; i++)
		buffer_print(b, "%s%s", i ? " " : "", names[i]);
	buffer_text(b, "\"");
}

static void
on_token_granted(void *arg, enum err err, const struct token_granted *granted, const struct problem *why)
{
	struct request *r = arg;
	struct exchange *e = r->exchange;
	struct buffer b;

	exchange_hold(e, NULL);
	if (err == ERR_DENIED) {
		refuse_client(e, why);
	} else if (err == ERR_LIMIT) {
		oauth_refuse(e, 429, "temporarily_unavailable",
		    arena_print(e->arena, "Retry-After: %u\r\n", rate_retry_after(granted->wait)), why);
	} else if (err != OK) {
		oauth_refuse_failure(e, err, why);
	} else {
		log_info("token.granted", "caller=%s", LOG_SPAN(granted->name));
		b = buffer_init(4 * KIB);
		buffer_print(&b, "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%lld",
		    granted->token, (long long)(ACCESS_TOKEN_LIFE / SECONDS(1)));
		if (r->values[SCOPE].size)
			write_scope(&b, granted->rights);
		buffer_text(&b, "}");
		oauth_answer(e, "", buffer_span(&b));
		buffer_release(&b);
	}
}

const struct route token_routes[] = {
	{ POST, "/v1/token", grant_token, ANY_BYTES, BODY_LARGEST },
	{ 0 }
};
