/* front/authzen/metadata.h - what the decision point says of itself (Authorization API 1.0 s9), and the same signed.
 *
 * The steward has the values signed (metadata_signing.h) and keeps the token in the store with the keys it can be
 * checked with; workers send what lies there, and when nothing does, or it is of other values or has ended, the plain
 * values alone.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "store/store.h"

extern const struct table signed_metadata_table; /* SIGNED_METADATA_KEY -> struct signed_metadata */
#define SIGNED_METADATA_KEY "signed"

#define METADATA_VALUES_LARGEST (8 * KIB)
#define SIGNED_METADATA_LARGEST (64 * KIB)

/* The members of the object, without its braces. `base_url` is without the slash at its end. */
void metadata_write(struct buffer *, const char *base_url);

struct signed_metadata {
	uint8_t values[32];      /* SHA-256 of what metadata_write() wrote */
	uint8_t certificate[32]; /* SHA-256: of the key that signed */
	struct instant refresh, expires;
	struct span token;       /* JWT */
	struct span keys;        /* JWK Set: that key, those announced, and those that may still be in a token */
};
void signed_metadata_write(struct buffer *, const struct signed_metadata *);
/* Borrowed from `value`. False: not ours. */
bool signed_metadata_read(struct span value, struct signed_metadata *out);

struct ask signed_metadata_ask(void);
