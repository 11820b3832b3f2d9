/* tests/crypto/jwt_maker.h - keys of a peer, and JWTs signed with them: right ones, and such as nobody should make. */
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "expect.h"

#include "codec/text.h"
#include "crypto/key_kind.h"

struct maker_key {
	EVP_PKEY *pkey;
	struct span spki;    /* in the arena */
};

/* "RSA-2048", "RSA-1024", "P-256", "P-384", "P-521", "ED25519". */
static inline struct maker_key
maker_key_new(struct arena *a, const char *kind)
{
	struct maker_key k = { 0 };
	struct span spki;

	if (strncmp(kind, "RSA-", 4) == 0)
		k.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)strtoul(kind + 4, NULL, 10));
	else if (kind[0] == 'P')
		k.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind);
	else
		k.pkey = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	assert_non_null(k.pkey);
	spki = spki_of(k.pkey);
	k.spki = arena_copy(a, spki);
	OPENSSL_free((void *)(uintptr_t)spki.data);
	return k;
}

static inline void
maker_key_free(struct maker_key *k)
{
	EVP_PKEY_free(k->pkey);
}

/* As OpenSSL gives it: ECDSA in DER. */
static inline struct span
maker_sign_raw(struct arena *a, const struct maker_key *k, const char *digest, bool pss, struct span input)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *of_key;
	size_t size = 1024;
	uint8_t *out = arena_take(a, size);

	assert_int_equal(EVP_DigestSignInit_ex(context, &of_key, digest, NULL, NULL, k->pkey, NULL), 1);
	if (pss) {
		assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(of_key, RSA_PKCS1_PSS_PADDING), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(of_key, RSA_PSS_SALTLEN_DIGEST), 1);
	}
	assert_int_equal(EVP_DigestSign(context, out, &size, input.data, input.size), 1);
	EVP_MD_CTX_free(context);
	return span_of(out, size);
}

/* By the algorithm's name; "none" gives an empty signature, "HS256" one with the public key as the secret, "ES256-DER"
 * one that JOSE does not know. */
static inline struct span
maker_sign(struct arena *a, const struct maker_key *k, const char *algorithm, struct span input)
{
	size_t field = strcmp(algorithm, "ES384") == 0 ? 48 : 32;
	uint8_t *raw = arena_take(a, 2 * field);
	unsigned size = 32;

	if (strcmp(algorithm, "none") == 0)
		return (struct span){ 0 };
	if (strcmp(algorithm, "HS256") == 0) {
		assert_non_null(HMAC(EVP_sha256(), k->spki.data, (int)k->spki.size, input.data, input.size, raw,
		    &size));
		return span_of(raw, size);
	}
	if (strcmp(algorithm, "RS256") == 0 || strcmp(algorithm, "PS256") == 0)
		return maker_sign_raw(a, k, "SHA256", algorithm[0] == 'P', input);
	if (strcmp(algorithm, "ES256-DER") == 0)
		return maker_sign_raw(a, k, "SHA256", false, input);
	if (strncmp(algorithm, "ES", 2) == 0) {
		assert_true(ecdsa_to_raw(maker_sign_raw(a, k, field == 48 ? "SHA384" : "SHA256", false, input), field,
		    raw));
		return span_of(raw, 2 * field);
	}
	return maker_sign_raw(a, k, NULL, false, input);
}

/* BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature) */
static inline struct span
maker_jwt(struct arena *a, const struct maker_key *k, const char *algorithm, const char *header, const char *payload)
{
	struct span h = base64url_write(a, span_text(header)), p = base64url_write(a, span_text(payload)), s;
	const char *input = arena_print(a, "%.*s.%.*s", SPAN_ARGS(h), SPAN_ARGS(p));

	s = base64url_write(a, maker_sign(a, k, algorithm, span_text(input)));
	return span_text(arena_print(a, "%s.%.*s", input, SPAN_ARGS(s)));
}
