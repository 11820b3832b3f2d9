/* crypto/wrapping.h - secrets at rest: AES-256-GCM under keys derived from one secret, a key for each use (HKDF,
 * RFC 5869), each value under a nonce of its own.
 *
 *     form 1 | nonce 12 | ciphertext | tag 16
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

struct wrapping {
	uint8_t secret[32];
};
#define WRAPPING_OVERHEAD 29

/* A file of 32 bytes or more, only its owner's to read. ERR_IO, ERR_INVALID. */
enum err wrapping_read(const char *file, struct wrapping *out, struct problem *why);

/* A key for one use: "one-time codes", "likeness" … 32 bytes. */
void wrapping_derive(const struct wrapping *, const char *use, uint8_t key[32]);

/* `context` (a row's key) is bound to it: moved elsewhere, it does not open. */
struct span wrap(struct arena *, const struct wrapping *, const char *use, struct span context, struct span plain);
/* False: not ours, altered, or of another context. */
bool unwrap(struct arena *, const struct wrapping *, const char *use, struct span context, struct span wrapped,
    struct span *plain);
