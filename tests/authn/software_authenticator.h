/* tests/authn/software_authenticator.h - an authenticator and its browser, in software: what they send of a
 * ceremony, with whatever a test wants wrong about it.
 */
#pragma once

#include "expect.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "codec/text.h"
#include "crypto/digest.h"

#define SOFTWARE_ID "a credential of software"

/* What a ceremony is to look like; a NULL or zero is what is right. */
struct ceremony {
	const char *type, *challenge, *origin, *top_origin, *rp_id, *id, *raw_id, *credential_id, *kind, *user_handle;
	const char *format; /* "none"; "packed": the credential vouches for itself; "compound": it does so twice */
	const char *statement;         /* bytes of CBOR; NULL: the format's own */
	/* what stands behind the authenticator data, and behind the attestation object */
	const char *behind;
	const char *behind_object;
	struct span challenge_bytes, user_handle_bytes; /* instead of the texts: whatever bytes they are */
	int cross_origin;
	unsigned without, with;        /* flags */
	uint32_t sign_count;
	bool bogus_signature, no_key, byte_order_mark;
};

static const char software_challenge[] = "a challenge of thirty-two bytes!";
static EVP_PKEY *software_key;

static inline void
software_start(void)
{
	software_key = EVP_EC_gen("P-256");
	assert_non_null(software_key);
}

static inline const char *
or_else(const char *given, const char *right)
{
	return given ? given : right;
}

static inline const char *
encoded(struct arena *a, struct span bytes)
{
	return arena_print(a, "%.*s", SPAN_ARGS(base64url_write(a, bytes)));
}

static inline struct span
kept(struct arena *a, struct buffer *b)
{
	struct span whole = buffer_span(b);
	uint8_t *copy = arena_take(a, whole.size + 1);

	memcpy(copy, whole.data, whole.size);
	buffer_release(b);
	return span_of(copy, whole.size);
}

static inline struct span
software_client_data(struct arena *a, const struct ceremony *c, const char *type)
{
	const char *challenge = or_else(c->challenge, software_challenge);

	return span_text(arena_print(a,
	    "%s{\"type\":\"%s\",\"challenge\":\"%s\",\"origin\":\"%s\",\"crossOrigin\":%s%s%s%s,"
	    "\"other_keys_can_be_added_here\":\"do not compare\"}", c->byte_order_mark ? "\xef\xbb\xbf" : "",
	    or_else(c->type, type),
	    encoded(a, c->challenge_bytes.size ? c->challenge_bytes : span_text(challenge)),
	    or_else(c->origin, "https://watashi.example"),
	    c->cross_origin ? "true" : "false", c->top_origin ? ",\"topOrigin\":\"" : "", or_else(c->top_origin, ""),
	    c->top_origin ? "\"" : ""));
}

static inline void
software_cose_key(struct buffer *out)
{
	uint8_t point[65];
	size_t size = 0;

	assert_true(EVP_PKEY_get_octet_string_param(software_key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point),
	    &size));
	buffer_add(out, span_of("\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20", 10));
	buffer_add(out, span_of(point + 1, 32));
	buffer_add(out, span_of("\x22\x58\x20", 3));
	buffer_add(out, span_of(point + 33, 32));
}

static inline struct span
software_data(struct arena *a, const struct ceremony *c, bool create)
{
	const char *id = or_else(c->credential_id, SOFTWARE_ID);
	struct buffer out = buffer_init(4 * KIB);
	uint8_t hash[32];

	digest(DIGEST_SHA256, span_text(or_else(c->rp_id, "watashi.example")), hash);
	buffer_add(&out, span_of(hash, sizeof(hash)));
	buffer_u8(&out, (uint8_t)(((0x05u | (create ? 0x40u : 0)) & ~c->without) | c->with));
	buffer_u32(&out, c->sign_count);
	if (create && !c->no_key) {
		buffer_add(&out, span_of("software model 1", 16));
		buffer_u16(&out, (uint16_t)strlen(id));
		buffer_text(&out, id);
		software_cose_key(&out);
	}
	buffer_text(&out, or_else(c->behind, ""));
	return kept(a, &out);
}

static inline struct span
software_sign(struct arena *a, const struct ceremony *c, struct span data, struct span client_data)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t *signature = arena_take(a, 80);
	size_t size = 80;
	uint8_t hash[32];

	digest(DIGEST_SHA256, client_data, hash);
	hash[0] ^= c->bogus_signature;
	assert_true(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, software_key, NULL) > 0);
	assert_true(EVP_DigestSignUpdate(context, data.data, data.size) > 0);
	assert_true(EVP_DigestSignUpdate(context, hash, sizeof(hash)) > 0);
	assert_true(EVP_DigestSignFinal(context, signature, &size) > 0);
	EVP_MD_CTX_free(context);
	return span_of(signature, size);
}

static inline void
software_packed(struct arena *a, const struct ceremony *c, struct span data, struct span client_data,
    struct buffer *out)
{
	struct span signature = software_sign(a, c, data, client_data);

	buffer_add(out, span_of("\xa2\x63" "alg\x26\x63" "sig\x58", 11));
	buffer_u8(out, (uint8_t)signature.size);
	buffer_add(out, signature);
}

static inline struct span
software_attestation(struct arena *a, const struct ceremony *c, struct span data, struct span client_data)
{
	const char *format = or_else(c->format, "none");
	struct buffer out = buffer_init(8 * KIB);

	buffer_add(&out, span_of("\xa3\x63" "fmt", 5));
	buffer_u8(&out, (uint8_t)(0x60 | strlen(format)));
	buffer_text(&out, format);
	buffer_add(&out, span_of("\x67" "attStmt", 8));
	if (c->statement) {
		buffer_text(&out, c->statement);
	} else if (strcmp(format, "packed") == 0) {
		software_packed(a, c, data, client_data, &out);
	} else if (strcmp(format, "compound") == 0) {
		buffer_add(&out, span_of("\x82\xa2\x63" "fmt\x66" "packed\x67" "attStmt", 21));
		software_packed(a, c, data, client_data, &out);
		buffer_add(&out, span_of("\xa2\x63" "fmt\x66" "packed\x67" "attStmt", 20));
		software_packed(a, c, data, client_data, &out);
	} else {
		buffer_u8(&out, 0xa0);
	}
	assert_in_range(data.size, 24, 255);
	buffer_add(&out, span_of("\x68" "authData\x58", 10));
	buffer_u8(&out, (uint8_t)data.size);
	buffer_add(&out, data);
	buffer_text(&out, or_else(c->behind_object, ""));
	return kept(a, &out);
}

/* The JSON of the browser. */
static inline struct span
software_create(struct arena *a, const struct ceremony *c)
{
	const char *id = encoded(a, span_text(or_else(c->id, SOFTWARE_ID)));
	struct span client = software_client_data(a, c, "webauthn.create"), data = software_data(a, c, true);

	return span_text(arena_print(a, "{\"id\":\"%s\",\"rawId\":\"%s\",\"type\":\"%s\","
	    "\"response\":{\"clientDataJSON\":\"%s\","
	    "\"attestationObject\":\"%s\",\"transports\":[\"internal\",\"hybrid\"]},\"clientExtensionResults\":"
	    "{\"credProps\":{\"rk\":true}},\"authenticatorAttachment\":\"platform\"}", id,
	    c->raw_id ? encoded(a, span_text(c->raw_id)) : id, or_else(c->kind, "public-key"), encoded(a, client),
	    encoded(a, software_attestation(a, c, data, client))));
}

static inline struct span
software_get(struct arena *a, const struct ceremony *c)
{
	const char *id = encoded(a, span_text(or_else(c->id, SOFTWARE_ID)));
	struct span client = software_client_data(a, c, "webauthn.get"), data = software_data(a, c, false);

	return span_text(arena_print(a, "{\"id\":\"%s\",\"rawId\":\"%s\",\"type\":\"%s\","
	    "\"response\":{\"clientDataJSON\":\"%s\","
	    "\"authenticatorData\":\"%s\",\"signature\":\"%s\",\"userHandle\":\"%s\"},\"clientExtensionResults\":{}}",
	    id, id,
	    or_else(c->kind, "public-key"), encoded(a, client), encoded(a, data),
	    encoded(a, software_sign(a, c, data, client)), encoded(a, c->user_handle_bytes.size ? c->user_handle_bytes
	    : span_text(or_else(c->user_handle, "account")))));
}
