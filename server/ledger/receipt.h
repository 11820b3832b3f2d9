/* ledger/receipt.h - the proof that an entry is in the log, as text (C2SP tlog-proof): verified offline, by anybody.
 */
#pragma once

#include "ledger/checkpoint.h"

#define RECEIPT_LARGEST (256 * KIB)

struct receipt {
	struct span extra;       /* may be empty */
	uint64_t index;
	struct merkle_proof proof;
	struct span checkpoint;  /* the signed note */
};
void receipt_write(struct buffer *, const struct receipt *);
enum err receipt_read(struct arena *, struct span, struct receipt *out, struct problem *why);

/* Whether an entry (its commitment) is in the log these keys sign for. ERR_INVALID: it is not; the sentence says what
 * does not hold. */
enum err receipt_verify(const struct receipt *, struct span commitment, struct span origin,
    const struct note_key *keys, size_t count, struct arena *, struct problem *why);
