/* front/oidc/id_token_hint.c - an ID token of ours that comes back, verified. */
#include "front/oidc/id_token_hint.h"

#include "codec/reader.h"
#include "crypto/jwt.h"
#include "signer/openid_token.h"

#define SKEW SECONDS(60)
#define NAME_LARGEST 2048

/* A text, or a list with one: ours name nobody else. */
static struct span
read_audience(struct reader *r)
{
	struct span name = { 0 };

	if (reader_peek(r) != READER_ARRAY)
		return reader_string(r, 1, NAME_LARGEST);
	reader_array(r);
	while (reader_element(r)) {
		if (name.size)
			reader_fail(r, "one audience", "several");
		name = reader_string(r, 1, NAME_LARGEST);
	}
	return name;
}

/* What jwt_verify() does not tell; believed only once it has verified the same bytes. */
static enum err
read_rest(struct arena *a, struct span payload, struct id_token_hint *out, struct problem *why)
{
	struct reader r = reader_json(a, payload, (struct limits){ .bytes = JWT_LARGEST, .depth = JWT_DEPTH,
	    .members = JWT_VALUES });
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "aud"))
			out->client = read_audience(&r);
		else if (span_is(name, "sid"))
			out->session = reader_string(&r, 1, NAME_LARGEST);
		else
			reader_raw(&r);
	}
	return reader_end(&r, why);
}

enum err
id_token_hint_read(struct arena *a, struct span token, const struct id_token_terms *terms, struct id_token_hint *out,
    struct problem *why)
{
	struct jwt_unverified jwt;
	struct jwt_claims claims;
	struct jwt_expectation expected = { .issuer = terms->issuer, .now = terms->now,
		.longest = OPENID_ID_TOKEN_LONGEST, .skew = SKEW, .over = true };

	*out = (struct id_token_hint){ .client = { 0 } };
	if (jwt_read(a, token, &jwt, why) != OK || read_rest(a, jwt.payload, out, why) != OK)
		return problem_within(why, "the ID token");
	expected.audiences = terms->client.size ? &terms->client : &out->client;
	expected.audience_count = 1;
	if (jwt_verify(&jwt, terms->keys, terms->key_count, &expected, a, &claims, why) != OK)
		return problem_within(why, "the ID token");
	out->subject = claims.subject;
	return OK;
}
