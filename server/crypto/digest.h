/* crypto/digest.h - SHA-1 and SHA-2, with the algorithms fetched once (perf.md 2: half the cost). */
#pragma once

#include "base/span.h"

enum digest_algorithm { DIGEST_SHA1, DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };
#define DIGEST_LARGEST 64

size_t digest_size(enum digest_algorithm);

/* Fills digest_size() bytes. */
void digest(enum digest_algorithm, struct span, uint8_t *out);
/* The same of several pieces, one behind the other; the context is made once for a thread. */
void digest_pieces(enum digest_algorithm, const struct span *pieces, size_t count, uint8_t *out);

/* Piece by piece. */
struct digest_stream;
struct digest_stream *digest_stream_new(enum digest_algorithm);
void digest_stream_add(struct digest_stream *, struct span);
/* Fills `out` and starts anew. */
void digest_stream_end(struct digest_stream *, uint8_t *out);
void digest_stream_free(struct digest_stream *);

/* HMAC-SHA-256 (RFC 2104) of the pieces, one behind the other. `out` takes 32 bytes. */
void digest_keyed(struct span key, const struct span *pieces, size_t count, uint8_t *out);
