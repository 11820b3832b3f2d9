/* tests/authn/fido_blob_maker.h - a BLOB of the metadata service, signed by whom a test likes. */
#pragma once

#include "authn/authority.h"

#include <openssl/ecdsa.h>

#include "codec/text.h"

/* r || s, as JWS has it. */
static inline struct span
fido_blob_sign(struct arena *a, EVP_PKEY *key, struct span text)
{
	uint8_t der[80], *raw = arena_take(a, 64);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const uint8_t *from = der;
	size_t size = sizeof(der);
	ECDSA_SIG *pair;

	assert_true(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) > 0);
	assert_true(EVP_DigestSign(context, der, &size, text.data, text.size) > 0);
	EVP_MD_CTX_free(context);
	pair = d2i_ECDSA_SIG(NULL, &from, (long)size);
	BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + 32, 32);
	ECDSA_SIG_free(pair);
	return span_of(raw, 64);
}

static inline struct span
fido_blob_text(struct arena *a, const char *header, const char *payload, EVP_PKEY *key)
{
	const char *head = arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, span_text(header))),
	    SPAN_ARGS(base64url_write(a, span_text(payload))));
	struct span signature = fido_blob_sign(a, key, span_text(head));

	return span_text(arena_print(a, "%s.%.*s", head, SPAN_ARGS(base64url_write(a, signature))));
}

static inline const char *
fido_blob_header(struct arena *a, const struct authority *service)
{
	return arena_print(a, "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"x5c\":[\"%.*s\"]}",
	    SPAN_ARGS(base64_write(a, authority_der(a, service))));
}
