/* signer/openid_token.c - the tokens that an OpenID Provider signs, kind by kind: what each says, and what it never
 * says. */
#include "signer/openid_token.h"

#include <assert.h>
#include <stdio.h>

#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/jws.h"

#define SCRATCH (33 * OPENID_CLAIMS_LARGEST + 64 * KIB) /* what codec/reader.h takes at most, and the claims */
#define TEXT_LARGEST 2048
#define SUBJECT_LARGEST 255     /* OpenID Connect Core s2 */
#define AUDIENCES_LARGEST 16
#define VALUES_LARGEST 2048
#define DEPTH_LARGEST 12
#define SKEW SECONDS(60)        /* one machine, one clock: what waits between asking and signing */
#define LATEST_TIME INT64_C(253402300799)
#define LOGOUT_EVENT "http://schemas.openid.net/event/backchannel-logout"

struct claims {
	bool has_subject, has_session;
	int64_t issued, expires;    /* seconds; 0: not there */
};

/* One claim read; what is wrong with it the reader remembers. */
typedef void claim_read(struct reader *, const struct payload_key *, struct claims *);
static claim_read read_issuer, read_subject, read_audience, read_expires, read_issued, read_text, read_session,
    read_seconds, read_logout_event, read_introspection;

enum presence { MAY, MUST, NEVER };

static const struct rule {
	const char *name;
	claim_read *read;
	enum presence of[OIDC_SIGNED_KINDS]; /* ID token, userinfo, introspection, logout token */
} rules[] = {
	{ "iss",                 read_issuer,        { MUST,  MUST,  MUST,  MUST } },
	{ "aud",                 read_audience,      { MUST,  MUST,  MUST,  MUST } },
	{ "sub",                 read_subject,       { MUST,  MUST,  NEVER, MAY } },
	{ "iat",                 read_issued,        { MUST,  MAY,   MUST,  MUST } },
	{ "exp",                 read_expires,       { MUST,  NEVER, NEVER, MUST } },
	{ "auth_time",           read_seconds,       { MAY,   NEVER, NEVER, NEVER } },
	{ "nonce",               read_text,          { MAY,   NEVER, NEVER, NEVER } },
	{ "at_hash",             read_text,          { MAY,   NEVER, NEVER, NEVER } },
	{ "c_hash",              read_text,          { MAY,   NEVER, NEVER, NEVER } },
	{ "azp",                 read_text,          { MAY,   NEVER, NEVER, NEVER } },
	{ "sid",                 read_session,       { MAY,   NEVER, NEVER, MAY } },
	{ "jti",                 read_text,          { MAY,   NEVER, NEVER, MUST } },
	{ "events",              read_logout_event,  { NEVER, NEVER, NEVER, MUST } },
	{ "token_introspection", read_introspection, { NEVER, NEVER, MUST,  NEVER } },
	/* Of access tokens and assertions (RFC 9068, RFC 7523): nothing signed here is taken for one. */
	{ "scope",               read_text,          { NEVER, NEVER, NEVER, NEVER } },
	{ "client_id",           read_text,          { NEVER, NEVER, NEVER, NEVER } },
	{ "cnf",                 read_text,          { NEVER, NEVER, NEVER, NEVER } },
};

static const struct kind {
	const char *type, *clause;
	bool open;                  /* may say more than the rules name */
	int64_t longest;            /* exp - iat; 0: it has no exp */
} kinds[OIDC_SIGNED_KINDS] = {
	[OIDC_ID_TOKEN] = { "JWT", "OIDC Core s2", true, OPENID_ID_TOKEN_LONGEST },
	[OIDC_USERINFO] = { "JWT", "OIDC Core s5.3.2", true, 0 },
	[OIDC_INTROSPECTION] = { "token-introspection+jwt", "RFC 9701 s5", false, 0 },
	[OIDC_LOGOUT_TOKEN] = { "logout+jwt", "OIDC Back-Channel Logout 1.0 s2.4", false, OPENID_LOGOUT_TOKEN_LONGEST },
};

void
openid_header_write(char out[OPENID_HEADER_LARGEST], enum oidc_signed kind, enum key_type type, const char *key_id)
{
	int size = snprintf(out, OPENID_HEADER_LARGEST, "{\"alg\":\"%s\",\"kid\":\"%s\",\"typ\":\"%s\"}",
	    jws_algorithm(type), key_id, kinds[kind].type);

	assert(size > 0 && size < OPENID_HEADER_LARGEST);
	(void)size;
}

/* Claims */

static void
read_issuer(struct reader *r, const struct payload_key *key, struct claims *c)
{
	struct span issuer = reader_string(r, 1, TEXT_LARGEST);

	(void)c;
	if (!span_equal(issuer, key->issuer))
		reader_fail(r, "the issuer of this configuration", "another");
}

/* Letters that are seen, all of ASCII. */
static void
read_subject(struct reader *r, const struct payload_key *key, struct claims *c)
{
	struct span subject = reader_string(r, 1, SUBJECT_LARGEST);

	(void)key;
	c->has_subject = true;
	for (size_t i = 0; i < subject.size; i++)
		if (subject.data[i] <= ' ' || subject.data[i] > '~')
			reader_fail(r, "letters of ASCII", "others");
}

static void
read_audience(struct reader *r, const struct payload_key *key, struct claims *c)
{
	size_t count = 0;

	(void)key;
	(void)c;
	if (reader_peek(r) != READER_ARRAY) {
		reader_string(r, 1, TEXT_LARGEST);
		return;
	}
	reader_array(r);
	while (reader_element(r)) {
		reader_string(r, 1, TEXT_LARGEST);
		if (++count > AUDIENCES_LARGEST)
			reader_fail(r, "at most 16 audiences", "more");
	}
	if (count == 0)
		reader_fail(r, "an audience", "none");
}

static void
read_expires(struct reader *r, const struct payload_key *key, struct claims *c)
{
	(void)key;
	c->expires = reader_integer(r, 1, LATEST_TIME);
}

static void
read_issued(struct reader *r, const struct payload_key *key, struct claims *c)
{
	int64_t now = key->now.us / SECONDS(1), most = SKEW / SECONDS(1);

	c->issued = reader_integer(r, 1, LATEST_TIME);
	if (c->issued < now - most || c->issued > now + most)
		reader_fail(r, "the present time", "another");
}

static void
read_seconds(struct reader *r, const struct payload_key *key, struct claims *c)
{
	(void)key;
	(void)c;
	reader_integer(r, 1, LATEST_TIME);
}

static void
read_text(struct reader *r, const struct payload_key *key, struct claims *c)
{
	(void)key;
	(void)c;
	reader_string(r, 1, TEXT_LARGEST);
}

static void
read_session(struct reader *r, const struct payload_key *key, struct claims *c)
{
	c->has_session = true;
	read_text(r, key, c);
}

/* {"http://schemas.openid.net/event/backchannel-logout":{}} and no other event. */
static void
read_logout_event(struct reader *r, const struct payload_key *key, struct claims *c)
{
	struct span name, inner;
	size_t count = 0;

	(void)key;
	(void)c;
	reader_object(r);
	while (reader_member(r, &name)) {
		if (!span_is(name, LOGOUT_EVENT))
			return; /* unread: the reader says so */
		count++;
		reader_object(r);
		while (reader_member(r, &inner))
			return;
	}
	if (count == 0)
		reader_fail(r, "the event of a logout", "none");
}

static void
read_introspection(struct reader *r, const struct payload_key *key, struct claims *c)
{
	(void)key;
	(void)c;
	if (reader_peek(r) != READER_OBJECT)
		reader_fail(r, "an object", "something else");
	reader_raw(r);
}

/* The whole */

static const struct rule *
rule_find(struct span name)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		if (span_is(name, rules[i].name))
			return &rules[i];
	return NULL;
}

/* A claim that no rule names is only seen to be JSON; where the kind is closed it is left unread, which is an error. */
static bool
read_claim(struct reader *r, enum oidc_signed kind, struct span name, const struct payload_key *key, struct claims *c,
    bool *seen)
{
	const struct rule *rule = rule_find(name);

	if (!rule) {
		if (kinds[kind].open)
			reader_raw(r);
		return kinds[kind].open;
	}
	if (rule->of[kind] == NEVER)
		return false;
	rule->read(r, key, c);
	seen[rule - rules] = true;
	return true;
}

static enum err
claims_check(enum oidc_signed kind, const struct claims *c, const bool *seen, struct problem *why)
{
	const struct kind *k = &kinds[kind];

	for (size_t i = 0; i < COUNT(rules); i++)
		if (rules[i].of[kind] == MUST && !seen[i])
			return problem_set(why, ERR_SYNTAX, k->clause, "/%s: it is not there", rules[i].name);
	if (k->longest && (c->expires <= c->issued || c->expires - c->issued > k->longest / SECONDS(1)))
		return problem_set(why, ERR_SYNTAX, k->clause, "/exp: expected at most %lld s behind iat",
		    (long long)(k->longest / SECONDS(1)));
	if (kind == OIDC_LOGOUT_TOKEN && !c->has_subject && !c->has_session)
		return problem_set(why, ERR_SYNTAX, k->clause, "/sub: it is not there, and sid is not either");
	return OK;
}

static enum err
claims_read(enum oidc_signed kind, struct span payload, const struct payload_key *key, struct arena *a,
    struct problem *why)
{
	struct reader r = reader_json(a, payload, (struct limits){ .bytes = OPENID_CLAIMS_LARGEST,
	    .depth = DEPTH_LARGEST, .members = VALUES_LARGEST });
	bool seen[COUNT(rules)] = { false };
	struct claims claims = { 0 };
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name) && read_claim(&r, kind, name, key, &claims, seen))
		;
	if (reader_end(&r, why) != OK)
		return why->code = ERR_SYNTAX;
	return claims_check(kind, &claims, seen, why);
}

static bool
is_header(enum oidc_signed kind, struct span encoded, const struct payload_key *key, struct arena *a)
{
	char expected[OPENID_HEADER_LARGEST];
	struct span header;

	openid_header_write(expected, kind, key->type, key->id);
	return encoded.size <= 2 * OPENID_HEADER_LARGEST && base64url_read(a, encoded, &header) &&
	    span_is(header, expected);
}

static enum err
token_check(enum oidc_signed kind, struct span input, const struct payload_key *key, struct problem *why)
{
	struct arena a = arena_init(2 * SCRATCH);
	struct span rest = input, header = span_cut(&rest, '.'), payload;
	enum err err;

	if (!key->issuer.size || !key->id || !jws_algorithm(key->type))
		err = problem_set(why, ERR_SYNTAX, "", "this signer was told no issuer, and signs no such tokens");
	else if (!is_header(kind, header, key, &a))
		err = problem_set(why, ERR_SYNTAX, "RFC 7515 s4.1",
		    "the header is not that of such a token, by this key");
	else if (rest.size > 2 * OPENID_CLAIMS_LARGEST || !base64url_read(&a, rest, &payload))
		err = problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1", "behind the header's dot there is no base64url");
	else
		err = claims_read(kind, payload, key, &a, why);
	arena_release(&a);
	return err;
}

enum err
payload_check_id_token(struct span input, const struct payload_key *key, struct problem *why)
{
	return token_check(OIDC_ID_TOKEN, input, key, why);
}

enum err
payload_check_userinfo(struct span input, const struct payload_key *key, struct problem *why)
{
	return token_check(OIDC_USERINFO, input, key, why);
}

enum err
payload_check_introspection(struct span input, const struct payload_key *key, struct problem *why)
{
	return token_check(OIDC_INTROSPECTION, input, key, why);
}

enum err
payload_check_logout_token(struct span input, const struct payload_key *key, struct problem *why)
{
	return token_check(OIDC_LOGOUT_TOKEN, input, key, why);
}
