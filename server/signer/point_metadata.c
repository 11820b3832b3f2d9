/* signer/point_metadata.c - whether bytes are the signing input of a decision point's metadata. */
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/jws.h"
#include "signer/point_metadata.h"

#define HEADER_LARGEST 256
#define SCRATCH (33 * POINT_METADATA_LARGEST + 4 * KIB) /* what codec/reader.h takes at most */
#define TEXT_LARGEST 2048
#define WORDS_LARGEST 16

static const char clause[] = "AuthZEN 1.0 s9.1.3";

/* What is said of the point itself is below its own URL. */
enum member_form { FORM_URL, FORM_WORDS };
static const struct {
	const char *name;
	enum member_form form;
} members[] = {
	{ "access_evaluation_endpoint", FORM_URL },
	{ "access_evaluations_endpoint", FORM_URL },
	{ "search_subject_endpoint", FORM_URL },
	{ "search_resource_endpoint", FORM_URL },
	{ "search_action_endpoint", FORM_URL },
	{ "jwks_uri", FORM_URL },
	{ "capabilities", FORM_WORDS },
	{ "supported_obligations", FORM_WORDS },
};

struct claims {
	struct span issuer, point;
	int64_t expires, issued, begins;
	struct span urls[COUNT(members)];
};

static enum err
check_header(struct span encoded, const struct payload_key *key, struct arena *a, struct problem *why)
{
	struct span header, own;

	if (encoded.size > HEADER_LARGEST || !base64url_read(a, encoded, &header) ||
	    !span_starts(header, "{\"alg\":\""))
		return problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1",
		    "there is no base64url of a JWT's header before the first dot");
	if (jws_jwt_header(key->type, key->spki, a, &own, why) != OK)
		return why->code;
	return span_equal(header, own) ? OK :
	    problem_set(why, ERR_INVALID, "RFC 7515 s4.1", "the header is not that of this key");
}

static void
read_words(struct reader *r)
{
	size_t count = 0;

	reader_array(r);
	while (reader_element(r)) {
		reader_string(r, 1, TEXT_LARGEST);
		if (count++ == WORDS_LARGEST)
			reader_fail(r, "fewer words", "more");
	}
}

/* A name that is not here is read by nobody, and so refused by reader_end(). */
static void
read_parameter(struct reader *r, struct span name, struct claims *out)
{
	for (size_t i = 0; i < COUNT(members); i++) {
		if (!span_is(name, members[i].name))
			continue;
		if (members[i].form == FORM_URL)
			out->urls[i] = reader_string(r, 1, TEXT_LARGEST);
		else
			read_words(r);
	}
}

static enum err
read_claims(struct arena *a, struct span payload, struct claims *out, struct problem *why)
{
	struct reader r = reader_json(a, payload,
	    (struct limits){ .bytes = POINT_METADATA_LARGEST, .depth = 2, .members = 64 });
	struct span name;

	*out = (struct claims){ 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "iss"))
			out->issuer = reader_string(&r, 1, TEXT_LARGEST);
		else if (span_is(name, "policy_decision_point"))
			out->point = reader_string(&r, 1, TEXT_LARGEST);
		else if (span_is(name, "exp"))
			out->expires = reader_integer(&r, 1, INT64_C(253402300799));
		else if (span_is(name, "iat"))
			out->issued = reader_integer(&r, 1, INT64_C(253402300799));
		else if (span_is(name, "nbf"))
			out->begins = reader_integer(&r, 1, INT64_C(253402300799));
		else
			read_parameter(&r, name, out);
	}
	return reader_end(&r, why);
}

static bool
is_below(struct span url, struct span base)
{
	return url.size > base.size && span_equal(span_first(url, base.size), base) && url.data[base.size] == '/';
}

static enum err
check_claims(const struct claims *c, struct problem *why)
{
	if (!c->issuer.size || !span_equal(c->issuer, c->point) || !span_starts(c->issuer, "http"))
		return problem_set(why, ERR_SYNTAX, clause, "/iss: expected the URL in policy_decision_point");
	if (!c->issued || c->begins != c->issued || c->expires <= c->issued ||
	    c->expires - c->issued > POINT_METADATA_LONGEST / SECONDS(1))
		return problem_set(why, ERR_SYNTAX, clause,
		    "/exp: expected a time at most 31 days after iat, which is nbf");
	if (!c->urls[0].size)
		return problem_set(why, ERR_SYNTAX, clause, "/%s: expected a URL, found none", members[0].name);
	for (size_t i = 0; i < COUNT(members); i++)
		if (c->urls[i].size && !is_below(c->urls[i], c->issuer))
			return problem_set(why, ERR_SYNTAX, clause,
			    "/%s: expected a URL below that of the point, found another", members[i].name);
	return OK;
}

static enum err
check_payload(struct span encoded, struct arena *a, struct problem *why)
{
	struct claims claims;
	struct span payload;

	if (encoded.size > 2 * POINT_METADATA_LARGEST || !base64url_read(a, encoded, &payload))
		return problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1", "behind the header's dot there is no base64url");
	if (read_claims(a, payload, &claims, why) != OK)
		return why->code = ERR_SYNTAX;
	return check_claims(&claims, why);
}

enum err
payload_check_point_metadata(struct span payload, const struct payload_key *key, struct problem *why)
{
	struct arena a = arena_init(2 * SCRATCH);
	struct span rest = payload, header = span_cut(&rest, '.');
	struct problem own;
	enum err err = check_header(header, key, &a, why);

	/* Bytes that are no metadata end the link, whatever the key. */
	if (err != ERR_SYNTAX && check_payload(rest, &a, &own) != OK) {
		*why = own;
		err = own.code;
	}
	arena_release(&a);
	return err;
}
