/* crypto/key_kind.h - what key.c asks of each kind of key; private to this room. */
#pragma once

#include <openssl/types.h>

#include "crypto/digest.h"
#include "crypto/key.h"

#define SIGNATURE_LARGEST 512 /* RSA-4096 */

struct key {
	const struct key_kind *kind;
	enum key_type type;
	struct span spki; /* freed with the key */
};

struct key_kind {
	const char *scheme; /* with its colon */
	/* Makes the whole key; `type` and `spki` too. */
	enum err (*open)(const char *uri, const char *directory, struct key **out, struct problem *why);
	enum err (*generate)(const char *uri, const char *directory, enum key_type, struct problem *why);
	enum err (*destroy)(const char *uri, const char *directory, struct problem *why);
	/* `input` is the digest, for Ed25519 the message. Writes at most SIGNATURE_LARGEST bytes, ECDSA as r || s. */
	enum err (*sign)(struct key *, struct span input, uint8_t *out, size_t *size, struct problem *why);
	/* Frees all but `spki`. */
	void (*free)(struct key *);
};

extern const struct key_kind file_key_kind, token_key_kind;

struct key_facts {
	const char *name;
	const char *algorithm, *group;  /* OpenSSL's words */
	int bits;
	enum digest_algorithm digest;
	bool prehashed;                 /* `digest` counts */
	size_t signature, field;        /* bytes; field: of one coordinate, 0 for other than ECDSA */
};
/* Not for KEY_UNKNOWN. */
const struct key_facts *key_facts(enum key_type);

/* KEY_UNKNOWN for a kind or size we do not use; then `found` tells what it is ("RSA of 1024 bits"). */
enum key_type key_type_of(const EVP_PKEY *, char found[64]);

/* The SubjectPublicKeyInfo, on the heap. */
struct span spki_of(const EVP_PKEY *);

/* Between ECDSA's two written forms: DER (RFC 3279 s2.2.3) and r || s. False when the DER is not one. */
bool ecdsa_to_raw(struct span der, size_t field, uint8_t *raw);
/* On the heap. */
struct span ecdsa_to_der(struct span raw);
