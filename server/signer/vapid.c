/* signer/vapid.c - how a push service knows who pushes. */
#include "signer/vapid.h"

#include "codec/reader.h"
#include "codec/text.h"
#include "signer/active_key.h"

#define CLAIMS_LARGEST (2 * KIB)
#define SCRATCH (33 * CLAIMS_LARGEST + 4 * KIB) /* what codec/reader.h takes at most */
#define TEXT_LARGEST 600
#define SPKI_HEAD 26 /* RFC 5480: what stands before the point of every P-256 key */

static const char clause[] = "RFC 8292 s2";
static const char header[] = "{\"alg\":\"ES256\",\"typ\":\"JWT\"}";

struct claims {
	struct span audience, subject;
	int64_t expires;
};

static struct span
claims_write(struct arena *a, const struct claims *c)
{
	struct buffer b = buffer_init(8 * TEXT_LARGEST);
	struct span out;

	buffer_text(&b, "{\"aud\":");
	json_write_string(&b, c->audience);
	buffer_print(&b, ",\"exp\":%lld,\"sub\":", (long long)c->expires);
	json_write_string(&b, c->subject);
	buffer_byte(&b, '}');
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

struct span
vapid_input(struct arena *a, struct span origin, struct span contact, struct instant expires)
{
	const struct claims claims = { origin, contact, expires.us / SECONDS(1) };

	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, span_text(header))),
	    SPAN_ARGS(base64url_write(a, claims_write(a, &claims)))));
}

static enum err
claims_read(struct arena *a, struct span payload, struct claims *out, struct problem *why)
{
	struct reader r = reader_json(a, payload, (struct limits){ .bytes = CLAIMS_LARGEST, .depth = 1, .members = 8 });
	struct span name;

	*out = (struct claims){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "aud"))
			out->audience = reader_string(&r, 1, TEXT_LARGEST);
		else if (span_is(name, "exp"))
			out->expires = reader_integer(&r, 1, INT64_C(253402300799));
		else if (span_is(name, "sub"))
			out->subject = reader_string(&r, 1, TEXT_LARGEST);
	}
	return reader_end(&r, why);
}

/* A scheme, and an authority of visible characters; nothing behind it (RFC 6454 s6.2). */
static bool
is_origin(struct span s)
{
	size_t scheme = span_starts(s, "https://") ? 8 : span_starts(s, "http://") ? 7 : 0;

	for (size_t i = scheme; i < s.size; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~' || strchr("/?#@\\\"", s.data[i]))
			return false;
	return scheme && s.size > scheme;
}

static enum err
claims_check(const struct claims *c, struct instant now, struct problem *why)
{
	int64_t left = c->expires - now.us / SECONDS(1);

	if (!is_origin(c->audience))
		return problem_set(why, ERR_SYNTAX, clause, "/aud: expected a push service's origin");
	if (left <= 0 || left > VAPID_LONGEST / SECONDS(1))
		return problem_set(why, ERR_SYNTAX, clause, "/exp: expected a time within the next 12 hours");
	if (!span_starts(c->subject, "mailto:") && !span_starts(c->subject, "https:"))
		return problem_set(why, ERR_SYNTAX, clause, "/sub: expected mailto: or https:");
	return OK;
}

/* What is read is written again: no blank, no other spelling of the same. */
static enum err
check_payload(struct span encoded, struct instant now, struct arena *a, struct problem *why)
{
	struct claims claims;
	struct span payload;

	if (encoded.size > 2 * CLAIMS_LARGEST || !base64url_read(a, encoded, &payload))
		return problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1", "behind the header's dot there is no base64url");
	if (claims_read(a, payload, &claims, why) != OK)
		return why->code = ERR_SYNTAX;
	if (claims_check(&claims, now, why) != OK)
		return why->code;
	return span_equal(claims_write(a, &claims), payload) ? OK :
	    problem_set(why, ERR_SYNTAX, clause, "the claims are not as they are written here");
}

enum err
payload_check_vapid(struct span payload, const struct payload_key *key, struct problem *why)
{
	struct arena a = arena_init(2 * SCRATCH);
	struct span rest = payload, first = span_cut(&rest, '.');
	enum err err = OK;

	if (!span_equal(first, base64url_write(&a, span_text(header))))
		err = problem_set(why, ERR_SYNTAX, clause, "the header is not that of such a token");
	if (err == OK)
		err = check_payload(rest, key->now, &a, why);
	if (err == OK && key->type != KEY_P256)
		err = problem_set(why, ERR_INVALID, clause, "expected a key of P-256, found %s",
		    key_type_name(key->type));
	arena_release(&a);
	return err;
}

enum err
vapid_point(const struct key_descriptor *key, struct arena *a, struct span *point, struct problem *why)
{
	struct span spki;

	*point = (struct span){ 0 };
	if (active_key_spki(key, a, &spki, why) != OK)
		return why->code;
	if (key->type != KEY_P256 || spki.size != SPKI_HEAD + VAPID_POINT || spki.data[SPKI_HEAD] != 4)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 8292 s3.2", "key %s: expected one of P-256", key->name);
	*point = arena_copy(a, span_skip(spki, SPKI_HEAD));
	return OK;
}
