/* crypto/jwk.c - a public key as a JWK, and its thumbprint. */
#include "crypto/jwk.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/jws.h"
#include "crypto/library.h"
#include "crypto/public_key.h"

#define JWK_MEMORY (64 * KIB)

/* The members a thumbprint is of (RFC 7638 s3.2), each base64url. */
struct jwk {
	const char *algorithm;
	const char *curve;   /* NULL: RSA */
	const char *first, *second; /* e and n, or x and y */
};

/* Of `size` bytes; 0: of as many as it has (RFC 7518 s6.2.1.2, s6.3.1.1). */
static const char *
number(struct arena *a, const EVP_PKEY *key, const char *name, size_t size)
{
	BIGNUM *n = NULL;
	uint8_t *bytes;
	const char *text = NULL;

	if (EVP_PKEY_get_bn_param(key, name, &n) != 1)
		return NULL;
	size = size ? size : (size_t)BN_num_bytes(n);
	bytes = arena_take(a, size);
	if (BN_bn2binpad(n, bytes, (int)size) == (int)size)
		text = arena_text(a, base64url_write(a, span_of(bytes, size)));
	BN_free(n);
	return text;
}

static void
take_parts(struct arena *a, enum key_type type, const EVP_PKEY *key, struct jwk *out)
{
	const size_t field = type == KEY_P384 ? 48 : 32;

	if (type == KEY_P256 || type == KEY_P384) {
		out->curve = type == KEY_P384 ? "P-384" : "P-256";
		out->first = number(a, key, OSSL_PKEY_PARAM_EC_PUB_X, field);
		out->second = number(a, key, OSSL_PKEY_PARAM_EC_PUB_Y, field);
	} else {
		out->first = number(a, key, OSSL_PKEY_PARAM_RSA_E, 0);
		out->second = number(a, key, OSSL_PKEY_PARAM_RSA_N, 0);
	}
}

static enum err
jwk_read(struct arena *a, enum key_type type, struct span spki, struct jwk *out, struct problem *why)
{
	EVP_PKEY *key = NULL;
	enum err err;

	*out = (struct jwk){ .algorithm = jws_algorithm(type) };
	if (!out->algorithm)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 7518 s3.1", "a key of type %s cannot sign a JWS here",
		    key_type_name(type));
	err = public_key_open(spki, &key, why);
	if (err == OK)
		take_parts(a, type, key, out);
	EVP_PKEY_free(key);
	if (err == OK && (!out->first || !out->second))
		return library_problem(why, "the public key is not of the type %s", key_type_name(type));
	return err;
}

/* Required members alone, in lexicographic order, without blanks. */
static const char *
thumbprint(struct arena *a, const struct jwk *jwk)
{
	const char *text = jwk->curve ?
	    arena_print(a, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", jwk->curve, jwk->first,
	        jwk->second) :
	    arena_print(a, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", jwk->first, jwk->second);
	uint8_t sum[32];

	digest(DIGEST_SHA256, span_text(text), sum);
	return arena_text(a, base64url_write(a, span_of(sum, sizeof(sum))));
}

enum err
jwk_write(struct buffer *b, enum key_type type, struct span spki, struct problem *why)
{
	struct arena a = arena_init(JWK_MEMORY);
	struct jwk jwk;

	if (jwk_read(&a, type, spki, &jwk, why) != OK) {
		arena_release(&a);
		return why->code;
	}
	buffer_print(b, "{\"alg\":\"%s\"", jwk.algorithm);
	if (jwk.curve)
		buffer_print(b, ",\"crv\":\"%s\",\"kid\":\"%s\",\"kty\":\"EC\",\"use\":\"sig\",\"x\":\"%s\","
		    "\"y\":\"%s\"}", jwk.curve, thumbprint(&a, &jwk), jwk.first, jwk.second);
	else
		buffer_print(b, ",\"e\":\"%s\",\"kid\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\",\"use\":\"sig\"}", jwk.first,
		    thumbprint(&a, &jwk), jwk.second);
	arena_release(&a);
	return OK;
}

enum err
jwk_thumbprint(struct arena *arena, enum key_type type, struct span spki, const char **out, struct problem *why)
{
	struct arena a = arena_init(JWK_MEMORY);
	struct jwk jwk;
	enum err err = jwk_read(&a, type, spki, &jwk, why);

	if (err == OK)
		*out = arena_text(arena, span_text(thumbprint(&a, &jwk)));
	arena_release(&a);
	return err;
}
