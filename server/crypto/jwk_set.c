/* crypto/jwk_set.c - public keys that others publish as JWKs. */
#include "crypto/jwk_set.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "codec/text.h"
#include "crypto/jwt.h"
#include "crypto/library.h"
#include "crypto/raw_key.h"

#define NUMBER_LARGEST RAW_MODULUS_LARGEST

/* What is missing or wrong is told by where it stands: "/keys/0/x". */
struct reading {
	struct arena *arena;
	const json_t *key;
	size_t index;
	struct problem *why;
};

static enum err
fail(const struct reading *r, const char *member, const char *expected)
{
	return problem_set(r->why, ERR_INVALID, "RFC 7518 s6", "/keys/%zu/%s: expected %s", r->index, member, expected);
}

static const char *
text(const struct reading *r, const char *member)
{
	const char *value = json_string_value(json_object_get(r->key, member));

	return value ? value : "";
}

/* `least` to `most` bytes of base64url. */
static enum err
bytes(const struct reading *r, const char *member, size_t least, size_t most, struct span *out)
{
	const struct span written = span_text(text(r, member));

	if (written.size > NUMBER_LARGEST * 4 / 3 + 1 || !base64url_read(r->arena, written, out) || out->size < least ||
	    out->size > most)
		return fail(r, member, arena_print(r->arena, least == most ? "%zu bytes in base64url" :
		    "up to %zu bytes in base64url", most));
	return OK;
}

/* RFC 7518 s6.3.1 */
static enum err
open_rsa(const struct reading *r, EVP_PKEY **out)
{
	struct span n, e;
	enum err err = bytes(r, "n", 1, RAW_MODULUS_LARGEST, &n);

	if (err == OK)
		err = bytes(r, "e", 1, RAW_EXPONENT_LARGEST, &e);
	return err == OK ? raw_key_rsa(n, e, out, r->why) : err;
}

static const struct curve {
	const char *name, *group;
	size_t field; /* bytes of a coordinate, never fewer (s6.2.1.2) */
} curves[] = { { "P-256", "P-256", 32 }, { "P-384", "P-384", 48 } };

/* RFC 7518 s6.2.1. Of another curve: none. */
static enum err
open_ec(const struct reading *r, EVP_PKEY **out)
{
	uint8_t point[RAW_POINT_LARGEST] = { 4 };
	const struct curve *curve = NULL;
	struct span x, y;
	enum err err;

	for (size_t i = 0; i < COUNT(curves); i++)
		if (strcmp(text(r, "crv"), curves[i].name) == 0)
			curve = &curves[i];
	if (!curve)
		return OK;
	err = bytes(r, "x", curve->field, curve->field, &x);
	if (err == OK)
		err = bytes(r, "y", curve->field, curve->field, &y);
	if (err != OK)
		return err;
	memcpy(point + 1, x.data, x.size);
	memcpy(point + 1 + x.size, y.data, y.size);
	return raw_key_ec(curve->group, span_of(point, 1 + 2 * curve->field), out, r->why);
}

/* RFC 8037 s2. Of another curve: none. */
static enum err
open_edwards(const struct reading *r, EVP_PKEY **out)
{
	struct span x;
	enum err err;

	if (strcmp(text(r, "crv"), "Ed25519") != 0)
		return OK;
	err = bytes(r, "x", 32, 32, &x);
	return err == OK ? raw_key_edwards("ED25519", x, out, r->why) : err;
}

static enum err
read_key(const struct reading *r, struct jwk_set *out)
{
	static const char *const private[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
	static const struct {
		const char *kind;
		enum err (*open)(const struct reading *, EVP_PKEY **);
	} kinds[] = { { "RSA", open_rsa }, { "EC", open_ec }, { "OKP", open_edwards } };
	EVP_PKEY *key = NULL;
	uint8_t *written = NULL;
	enum err err = OK;
	int size;

	if (!json_is_object(r->key) || !json_is_string(json_object_get(r->key, "kty")))
		return fail(r, "kty", "a JWK");
	for (size_t i = 0; i < COUNT(private); i++)
		if (json_object_get(r->key, private[i]))
			return fail(r, private[i], "public keys alone");
	if (*text(r, "use") && strcmp(text(r, "use"), "sig") != 0)
		return OK;
	for (size_t i = 0; i < COUNT(kinds) && err == OK; i++)
		if (strcmp(text(r, "kty"), kinds[i].kind) == 0)
			err = kinds[i].open(r, &key);
	if (err != OK || !key)
		return err;
	size = i2d_PUBKEY(key, &written);
	EVP_PKEY_free(key);
	if (size <= 0)
		return library_problem(r->why, "/keys/%zu: the key cannot be written", r->index);
	if (out->count == JWK_SET_LARGEST)
		err = problem_set(r->why, ERR_LIMIT, "", "/keys: expected at most %d keys for signatures",
		    JWK_SET_LARGEST);
	else
		out->keys[out->count++] = arena_copy(r->arena, span_of(written, (size_t)size));
	OPENSSL_free(written);
	return err == OK ? jwt_key_check(out->keys[out->count - 1], r->why) : err;
}

enum err
jwk_set_read(struct arena *arena, const json_t *set, struct jwk_set *out, struct problem *why)
{
	const json_t *keys = json_object_get(set, "keys");
	struct reading r = { .arena = arena, .why = why };
	enum err err;

	*out = (struct jwk_set){ .count = 0 };
	if (!json_is_array(keys))
		return problem_set(why, ERR_INVALID, "RFC 7517 s5", "/keys: expected an array of JWKs");
	json_array_foreach (keys, r.index, r.key)
		if ((err = read_key(&r, out)) != OK)
			return err;
	if (!out->count)
		return problem_set(why, ERR_INVALID, "RFC 7517 s5",
		    "/keys: expected a key for signatures (RSA, P-256, P-384 or Ed25519), found none");
	return OK;
}
