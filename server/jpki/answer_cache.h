/* jpki/answer_cache.h - what responders said of certificates, for a short while: so many answers, the longest unused
 * gives way.
 *
 * In memory only, by the digest of the certificate and of whom it was asked for: no list of serials comes into being
 * (Act Art. 63).
 */
#pragma once

#include "jpki/revocation.h"

#define ANSWER_KEY 32

struct answer_cache;

struct answer_cache *answer_cache_new(size_t most); /* 0: it keeps nothing */
void answer_cache_free(struct answer_cache *);

/* Forgets all, and keeps nothing more until it is opened again. */
void answer_cache_close(struct answer_cache *);
void answer_cache_open(struct answer_cache *);

/* Counts until that moment, and not before it was asked. */
void answer_cache_put(struct answer_cache *, const uint8_t key[ANSWER_KEY], const struct revocation_answer *,
    struct instant until);
/* NULL: none that counts now. Borrowed until the next call. */
const struct revocation_answer *answer_cache_find(
    struct answer_cache *, const uint8_t key[ANSWER_KEY], struct instant now);
