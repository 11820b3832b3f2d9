/* authn/authenticator_data.h - what an authenticator says of itself and of one ceremony (WebAuthn L3 s6.1).
 *
 *     rpIdHash 32 | flags 1 | signCount 4 | attested credential data (AT) | extensions (ED)
 *                                           aaguid 16 | length 2 | credential id | COSE_Key
 */
#pragma once

#include "crypto/cose.h"

enum authenticator_flag {
	AUTHENTICATOR_PRESENT = 0x01,   /* UP: somebody was there */
	AUTHENTICATOR_VERIFIED = 0x04,  /* UV: and it was the right one */
	AUTHENTICATOR_ELIGIBLE = 0x08,  /* BE: the credential may be synced */
	AUTHENTICATOR_BACKED_UP = 0x10, /* BS: it is */
	AUTHENTICATOR_CREDENTIAL = 0x40,
	AUTHENTICATOR_EXTENSIONS = 0x80,
};

#define CREDENTIAL_ID_LARGEST 1023 /* WebAuthn L3 s7.1 */
#define AAGUID_SIZE 16
/* All zero: the authenticator does not say of which model it is (U2F's never do). */
bool aaguid_is_none(struct span aaguid);

struct authenticator_data {
	struct span bytes;
	struct span rp_id_hash;      /* 32 */
	uint8_t flags;
	uint32_t sign_count;
	struct span aaguid, credential_id; /* with AUTHENTICATOR_CREDENTIAL, as is the key */
	struct cose_key key;
	struct span extensions;      /* a CBOR map, whole; empty: none */
};
/* What the flags say is there is there, and nothing behind it. ERR_SYNTAX, or cose_key_read()'s. Borrowed. */
enum err authenticator_data_read(struct span bytes, unsigned rsa_least, struct authenticator_data *out,
    struct problem *why);
