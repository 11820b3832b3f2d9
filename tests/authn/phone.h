/* tests/authn/phone.h - a phone's app in software: its key, and what it signs. */
#pragma once

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "expect.h"

#include "authn/app_message.h"
#include "codec/text.h"
#include "crypto/digest.h"

struct phone {
	EVP_PKEY *key;
	struct span spki;            /* in the arena */
};

static inline struct span
phone_spki(struct arena *a, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(key, &der);
	struct span out = arena_copy(a, span_of(der, (size_t)size));

	OPENSSL_free(der);
	return out;
}

static inline struct phone
phone_new(struct arena *a)
{
	struct phone p = { .key = EVP_EC_gen("P-256") };

	p.spki = phone_spki(a, p.key);
	return p;
}

/* ES256 as WebCrypto gives it: r || s. */
static inline struct span
phone_sign(struct arena *a, const struct phone *p, struct span text)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	uint8_t der[80], *raw = arena_take(a, APP_SIGNATURE);
	const unsigned char *at = der;
	size_t size = sizeof(der);
	ECDSA_SIG *both;

	expect_number("signed", EVP_DigestSignInit(c, NULL, EVP_sha256(), NULL, p->key) == 1 &&
	    EVP_DigestSign(c, der, &size, text.data, text.size) == 1, 1);
	both = d2i_ECDSA_SIG(NULL, &at, (long)size);
	BN_bn2binpad(ECDSA_SIG_get0_r(both), raw, APP_SIGNATURE / 2);
	BN_bn2binpad(ECDSA_SIG_get0_s(both), raw + APP_SIGNATURE / 2, APP_SIGNATURE / 2);
	ECDSA_SIG_free(both);
	EVP_MD_CTX_free(c);
	return span_of(raw, APP_SIGNATURE);
}

/* As credential_name_key() of an app's key. */
static inline struct span
phone_device(struct arena *a, const struct phone *p)
{
	const struct span pieces[] = { span_of("\x03", 1), p->spki };
	uint8_t *out = arena_take(a, APP_DEVICE);

	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), out);
	return span_of(out, APP_DEVICE);
}

/* The Authorization header of a call; `at` by the phone's clock, each nonce made of a number. */
static inline const char *
phone_call(struct arena *a, const struct phone *p, const char *origin, const char *line, const char *body,
    struct instant at, unsigned nonce)
{
	uint8_t bytes[APP_NONCE] = { (uint8_t)nonce, (uint8_t)(nonce >> 8) }, sum[32];
	const char *device = arena_text(a, base64url_write(a, phone_device(a, p)));
	const char *once = arena_text(a, base64url_write(a, span_of(bytes, sizeof(bytes))));
	const char *text;
	struct span signature;

	digest(DIGEST_SHA256, span_text(body), sum);
	text = arena_print(a, "watashi-app-1\ncall\n%s\n%s\n%s\n%lld\n%s\n%s", origin, line, device,
	    (long long)(at.us / 1000), once, arena_text(a, base64url_write(a, span_of(sum, sizeof(sum)))));
	signature = phone_sign(a, p, span_text(text));
	return arena_print(a, "Watashi-App %s.%lld.%s.%s", device, (long long)(at.us / 1000), once,
	    arena_text(a, base64url_write(a, signature)));
}
