/* crypto/jwt.c - compact JWS of others, checked by a key we know.
 *
 *     text "." text "." text -> header, payload, signature -> a key of the algorithm's kind -> claims
 */
#include "crypto/jwt.h"

#include <assert.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "codec/der.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "crypto/key_kind.h"
#include "crypto/library.h"
#include "crypto/nobody.h"

#define SCRATCH (33 * JWT_LARGEST + 4 * KIB) /* what codec/reader.h takes at most */
#define RSA_SMALLEST 2048
#define RSA_GREATEST 8192 /* who checks has its cost */
#define LATEST 253402300799 /* the end of year 9999 */

/* RFC 7518 s3.1, RFC 8037 s3.1, RFC 9864 s2.2. The algorithm names the kind of key: a public key is never taken for a
 * secret (RFC 8725 s2.1). */
struct algorithm {
	const char *name;
	const char *type, *group;      /* OpenSSL's words; group: of a curve */
	size_t field;                  /* of ECDSA: r and s have so many bytes each */
	const char *digest;            /* NULL: the key's own */
	bool pss;
};
static const struct algorithm algorithms[] = {
	{ "RS256", "RSA", NULL, 0, "SHA256", false },
	{ "PS256", "RSA", NULL, 0, "SHA256", true },
	{ "ES256", "EC", "prime256v1", 32, "SHA256", false },
	{ "ES384", "EC", "secp384r1", 48, "SHA384", false },
	{ "EdDSA", "ED25519", NULL, 0, NULL, false },
	{ "Ed25519", "ED25519", NULL, 0, NULL, false },
};

static const struct algorithm *
algorithm_find(struct span name)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (span_is(name, algorithms[i].name))
			return &algorithms[i];
	return NULL;
}

/* Form */

struct header {
	struct span algorithm, type, key_id;
	bool critical, unencoded;
};

static void
read_header(struct reader *r, struct header *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "alg")) {
			out->algorithm = reader_string(r, 1, 64);
		} else if (span_is(name, "typ")) {
			out->type = reader_string(r, 1, 128);
		} else if (span_is(name, "kid")) {
			out->key_id = reader_string(r, 1, 512);
		} else {
			out->critical = out->critical || span_is(name, "crit");
			out->unencoded = out->unencoded || span_is(name, "b64");
			reader_raw(r);
		}
	}
}

static enum err
check_header(const struct header *h, struct problem *why)
{
	if (h->critical)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 7515 s4.1.11",
		    "the JWT's header: /crit: expected none, for no extension is understood here");
	if (h->unencoded)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 7797 s3",
		    "the JWT's header: /b64: expected none, found one");
	if (!h->algorithm.size)
		return problem_set(why, ERR_INVALID, "RFC 7515 s4.1.1",
		    "the JWT's header: /alg: expected one, found none");
	if (!algorithm_find(h->algorithm))
		return problem_set(why, ERR_UNSUPPORTED, "RFC 8725 s3.1",
		    "the JWT's header: /alg: expected RS256, PS256, ES256, ES384 or EdDSA, found \"%.*s\"",
		    SPAN_ARGS(h->algorithm));
	return OK;
}

static enum err
header_read(struct arena *a, struct span text, struct jwt_unverified *out, struct problem *why)
{
	struct arena scratch = arena_init(SCRATCH);
	struct reader r = reader_json(&scratch, text,
	    (struct limits){ .bytes = JWT_LARGEST, .depth = JWT_DEPTH, .members = JWT_VALUES });
	struct header h = { 0 };
	enum err err;

	read_header(&r, &h);
	if (reader_end(&r, why) != OK)
		err = problem_within(why, "the JWT's header");
	else
		err = check_header(&h, why);
	if (err == OK) {
		out->algorithm = arena_copy(a, h.algorithm);
		out->type = arena_copy(a, h.type);
		out->key_id = arena_copy(a, h.key_id);
	}
	arena_release(&scratch);
	return err;
}

/* All of the payload is read, for a payload that is no JSON has no issuer either. */
static enum err
issuer_read(struct arena *a, struct jwt_unverified *out, struct problem *why)
{
	struct arena scratch = arena_init(SCRATCH);
	struct reader r = reader_json(&scratch, out->payload,
	    (struct limits){ .bytes = JWT_LARGEST, .depth = JWT_DEPTH, .members = JWT_VALUES });
	struct span name, issuer = { 0 };
	enum err err;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "iss"))
			issuer = reader_string(&r, 1, 1 * KIB);
		else
			reader_raw(&r);
	}
	err = reader_end(&r, why);
	if (err == OK)
		out->issuer = arena_copy(a, issuer);
	else
		problem_within(why, "the JWT's payload");
	arena_release(&scratch);
	return err;
}

enum err
jwt_read(struct arena *a, struct span text, struct jwt_unverified *out, struct problem *why)
{
	static const char *const names[] = { "header", "payload", "signature" };
	struct span parts[COUNT(names)], rest = text;

	*out = (struct jwt_unverified){ 0 };
	if (text.size > JWT_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "expected a JWT of at most %zu bytes, found %zu", JWT_LARGEST,
		    text.size);
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct span letters = i < 2 ? span_cut(&rest, '.') : rest;

		if (letters.size == 0)
			return problem_set(why, ERR_SYNTAX, "RFC 7515 s7.1",
			    "expected a JWT of three parts, each with something in it, found no %s", names[i]);
		if (!base64url_read(a, letters, &parts[i]))
			return problem_set(why, ERR_SYNTAX, "RFC 7515 s2", "the JWT's %s is not base64url", names[i]);
		if (i == 1)
			out->signing_input = span_of(text.data, (size_t)(letters.data + letters.size - text.data));
	}
	out->payload = parts[1];
	out->signature = parts[2];
	if (header_read(a, parts[0], out, why) != OK || issuer_read(a, out, why) != OK) {
		*out = (struct jwt_unverified){ 0 };
		return why->code;
	}
	return OK;
}

/* Signature */

static bool
is_of_kind(const EVP_PKEY *key, const struct algorithm *algorithm)
{
	char group[64] = "";
	int bits = EVP_PKEY_get_bits(key);

	if (!EVP_PKEY_is_a(key, algorithm->type))
		return false;
	if (algorithm->group) {
		EVP_PKEY_get_group_name(key, group, sizeof(group), NULL);
		return strcmp(group, algorithm->group) == 0;
	}
	return !EVP_PKEY_is_a(key, "RSA") || (bits >= RSA_SMALLEST && bits <= RSA_GREATEST);
}

static EVP_PKEY *
key_read(struct span spki)
{
	const uint8_t *at = spki.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)spki.size);

	if (key && at == spki.data + spki.size)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* RFC 7518 s3.5: MGF1 with the same digest, and a salt of its size. */
static bool
set_padding(EVP_PKEY_CTX *context, const struct algorithm *algorithm)
{
	return !algorithm->pss || (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

static bool
signature_good(const struct jwt_unverified *jwt, const struct algorithm *algorithm, EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	struct span signature = jwt->signature, der = { 0 };
	EVP_PKEY_CTX *of_key = NULL; /* belongs to `context` */
	bool good;

	if (!context)
		abort();
	/* r and s side by side, never DER (RFC 7518 s3.4). */
	if (algorithm->field && signature.size != 2 * algorithm->field) {
		EVP_MD_CTX_free(context);
		return false;
	}
	if (algorithm->field)
		signature = der = ecdsa_to_der(signature);
	good = EVP_DigestVerifyInit_ex(context, &of_key, algorithm->digest, NULL, NULL, key, NULL) == 1 &&
	    set_padding(of_key, algorithm) &&
	    EVP_DigestVerify(context, signature.data, signature.size, jwt->signing_input.data,
	    jwt->signing_input.size) == 1;
	OPENSSL_free((void *)(uintptr_t)der.data);
	EVP_MD_CTX_free(context);
	return good;
}

/* Kind and curve of a SubjectPublicKeyInfo (RFC 5280 s4.1.2.7), seen before reading the key, which costs as much as a
 * signature on some curves: so keys of other kinds take no time. */
static struct span
key_algorithm(struct span spki)
{
	struct span inside, algorithm;

	return der_enter(&spki, DER_SEQUENCE, &inside) && der_whole(&inside, DER_SEQUENCE, &algorithm) ? algorithm :
	    (struct span){ 0 };
}

/* Whatever comes of it. */
static void
check_in_vain(const struct jwt_unverified *jwt, const struct algorithm *algorithm)
{
	EVP_PKEY *key = key_read(nobody_key(algorithm->type, algorithm->group));

	assert(key && is_of_kind(key, algorithm));
	(void)signature_good(jwt, algorithm, key);
	EVP_PKEY_free(key);
}

static enum err
signature_check(const struct jwt_unverified *jwt, const struct span *keys, size_t key_count, struct problem *why)
{
	const struct algorithm *algorithm = algorithm_find(jwt->algorithm);
	struct span kind;
	size_t fitting = 0;
	bool good = false;

	assert(algorithm);
	kind = key_algorithm(nobody_key(algorithm->type, algorithm->group));
	for (size_t i = 0; i < key_count && !good; i++) {
		EVP_PKEY *key = span_equal(key_algorithm(keys[i]), kind) ? key_read(keys[i]) : NULL;

		if (key && is_of_kind(key, algorithm)) {
			fitting++;
			good = signature_good(jwt, algorithm, key);
		}
		EVP_PKEY_free(key);
	}
	if (fitting == 0)
		check_in_vain(jwt, algorithm);
	ERR_clear_error();
	if (good)
		return OK;
	if (fitting == 0)
		return problem_set(why, ERR_DENIED, "RFC 8725 s3.1",
		    "none of the %zu registered keys is of a kind for %s",
		    key_count, algorithm->name);
	return problem_set(why, ERR_DENIED, "RFC 7515 s5.2",
	    "the JWT's signature is by none of the registered keys for %s",
	    algorithm->name);
}

enum err
jwt_key_check(struct span spki, struct problem *why)
{
	EVP_PKEY *key = key_read(spki);
	char found[64] = "";
	bool fits = false;

	ERR_clear_error();
	if (!key)
		return problem_set(why, ERR_SYNTAX, "RFC 5280 s4.1", "the key is not a SubjectPublicKeyInfo");
	for (size_t i = 0; i < COUNT(algorithms); i++)
		fits = fits || is_of_kind(key, &algorithms[i]);
	if (!fits && key_type_of(key, found) != KEY_UNKNOWN)
		snprintf(found, sizeof(found), "%s", key_type_name(key_type_of(key, found)));
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (!fits)
		return problem_set(why, ERR_INVALID, "RFC 7518 s3.1",
		    "expected an RSA key of %d to %d bits, an EC key on P-256 or P-384, or an Ed25519 key, found %s",
		    RSA_SMALLEST, RSA_GREATEST, found);
	return OK;
}

/* Claims */

struct claims {
	struct jwt_claims known;
	struct instant not_before;
	bool for_us;
};

/* RFC 7519 s2 NumericDate: seconds, which may have a fraction; that is cut off. */
static struct instant
read_time(struct reader *r)
{
	struct span digits, text;
	uint64_t seconds = 0;

	if (reader_peek(r) != READER_NUMBER)
		reader_fail(r, "a number of seconds", "something else");
	text = reader_raw(r);
	digits = span_cut(&text, '.');
	if (digits.size && (!span_number(digits, &seconds) || seconds == 0 || seconds > LATEST))
		reader_fail(r, "a number of seconds from 1970 to 9999", "another");
	return (struct instant){ SECONDS(seconds) };
}

static bool
is_ours(struct span audience, const struct jwt_expectation *expected)
{
	for (size_t i = 0; i < expected->audience_count; i++)
		if (span_equal(audience, expected->audiences[i]))
			return true;
	return false;
}

/* RFC 7519 s4.1.3: a text, or several. */
static bool
read_audience(struct reader *r, const struct jwt_expectation *expected)
{
	bool ours = false;

	if (reader_peek(r) != READER_ARRAY)
		return is_ours(reader_string(r, 1, 2 * KIB), expected);
	if (expected->alone) {
		reader_raw(r);
		return false;
	}
	reader_array(r);
	while (reader_element(r))
		ours = is_ours(reader_string(r, 1, 2 * KIB), expected) || ours;
	return ours;
}

static void
read_claims(struct reader *r, const struct jwt_expectation *expected, struct claims *out)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "iss"))
			out->known.issuer = reader_string(r, 1, 1 * KIB);
		else if (span_is(name, "sub"))
			out->known.subject = reader_string(r, 1, 1 * KIB);
		else if (span_is(name, "jti"))
			out->known.id = reader_string(r, 1, 512);
		else if (span_is(name, "aud"))
			out->for_us = read_audience(r, expected);
		else if (span_is(name, "iat"))
			out->known.issued = read_time(r);
		else if (span_is(name, "exp"))
			out->known.expires = read_time(r);
		else if (span_is(name, "nbf"))
			out->not_before = read_time(r);
		else
			reader_raw(r);
	}
}

static enum err
check_type(struct span type, const char *expected, struct problem *why)
{
	struct span rest = type;

	/* RFC 7515 s4.1.9: media types are compared in any case, and "application/" may be left out. */
	if (span_equal_nocase(span_first(type, strlen("application/")), span_text("application/")))
		rest = span_skip(type, strlen("application/"));
	if (expected ? span_equal_nocase(rest, span_text(expected)) :
	    type.size == 0 || span_equal_nocase(rest, span_text("JWT")))
		return OK;
	return problem_set(why, ERR_DENIED, "RFC 8725 s3.11", "the JWT's header: /typ: expected %s, found \"%.*s\"",
	    expected ? expected : "JWT", SPAN_ARGS(span_first(type, 100)));
}

static enum err
check_names(const struct claims *c, const struct jwt_expectation *expected, struct problem *why)
{
	if (expected->issuer.size && !span_equal(c->known.issuer, expected->issuer))
		return problem_set(why, ERR_DENIED, "RFC 8725 s3.8", "the JWT's /iss: expected \"%.*s\", found %s",
		    SPAN_ARGS(span_first(expected->issuer, 100)), c->known.issuer.size ? "another" : "none");
	if (expected->subject.size && !span_equal(c->known.subject, expected->subject))
		return problem_set(why, ERR_DENIED, "RFC 8725 s3.8",
		    "the JWT's /sub: expected the one it is for, found %s",
		    c->known.subject.size ? "another" : "none");
	if (!c->for_us)
		return problem_set(why, ERR_DENIED, "RFC 8725 s3.9", "the JWT's /aud: expected \"%.*s\" %s",
		    SPAN_ARGS(span_first(expected->audience_count ? expected->audiences[0] : (struct span){ 0 }, 200)),
		    expected->alone ? "and no list" : "among it");
	return OK;
}

static enum err
check_times(const struct claims *c, const struct jwt_expectation *expected, struct problem *why)
{
	struct instant early = instant_after(expected->now, -expected->skew);
	struct instant late = instant_after(expected->now, expected->skew);
	struct instant issued = c->known.issued, expires = c->known.expires;
	char longest[INSTANT_TEXT], at[INSTANT_TEXT];

	if (!expires.us || (!issued.us && !expected->undated))
		return problem_set(why, ERR_DENIED, "RFC 7519 s4.1", "the JWT's /%s: expected one, found none",
		    expires.us ? "iat" : "exp");
	if (!expected->over && !instant_before(early, expires))
		return problem_set(why, ERR_DENIED, "RFC 7519 s4.1.4", "the JWT has expired at %s",
		    instant_text(expires, at));
	if (instant_before(late, issued) || instant_before(late, c->not_before))
		return problem_set(why, ERR_DENIED, "RFC 7519 s4.1.5", "the JWT is of a time to come, %s",
		    instant_text(instant_before(late, issued) ? issued : c->not_before, at));
	if (instant_before(instant_after(late, expected->longest), expires) ||
	    (issued.us && instant_before(instant_after(issued, expected->longest), expires)))
		return problem_set(why, ERR_DENIED, "RFC 7519 s4.1.4",
		    "the JWT's /exp: expected at most %s after it was issued, found more",
		    duration_text(expected->longest, longest));
	if (issued.us && !instant_before(issued, expires))
		return problem_set(why, ERR_DENIED, "RFC 7519 s4.1.4", "the JWT has expired before it was issued");
	return OK;
}

enum err
jwt_verify(const struct jwt_unverified *jwt, const struct span *keys, size_t key_count,
    const struct jwt_expectation *expected, struct arena *a, struct jwt_claims *out, struct problem *why)
{
	struct arena scratch = arena_init(SCRATCH);
	struct reader r = reader_json(&scratch, jwt->payload,
	    (struct limits){ .bytes = JWT_LARGEST, .depth = JWT_DEPTH, .members = JWT_VALUES });
	struct claims claims = { 0 };
	enum err err = signature_check(jwt, keys, key_count, why);

	*out = (struct jwt_claims){ .signed_by_key = err == OK };
	if (err == OK)
		err = check_type(jwt->type, expected->type, why);
	if (err == OK) {
		read_claims(&r, expected, &claims);
		if (reader_end(&r, why) != OK) {
			problem_within(why, "the JWT's payload");
			err = why->code = ERR_DENIED;
		}
	}
	if (err == OK)
		err = check_names(&claims, expected, why);
	if (err == OK)
		err = check_times(&claims, expected, why);
	if (err == OK) {
		*out = claims.known;
		out->issuer = arena_copy(a, claims.known.issuer);
		out->subject = arena_copy(a, claims.known.subject);
		out->id = arena_copy(a, claims.known.id);
		out->payload = jwt->payload;
	}
	arena_release(&scratch);
	return err;
}
