/* transaction/decision/erasure_agreement.h - how many operators want a person's decisions erased, without keeping
 * whose.
 *
 *     first operator --> row: salted digest of subject, member and reason --> second operator says the same: agreed
 *
 * An erasure cannot be undone, so it takes as many operators as raising trust does. Each gives the same words;
 * whoever does not know them learns nothing from the row. It is gone a week after the last of them, and until then
 * the agreement holds.
 */
#pragma once

#include "model/agreement.h"
#include "store/store.h"

extern const struct table erasure_agreement_table; /* id (16) -> salt, digest, operators; kept ERASURE_AGREEMENT_LIFE */
#define ERASURE_AGREEMENT_LIFE SECONDS((int64_t)7 * 86400)
#define ERASURE_AGREEMENTS 256                     /* waiting at a time */

struct erasure_subject {
	struct span type, id;
	struct span member;          /* only what this member asked; empty: whoever did */
};

struct erasure_agreement {
	struct span key;             /* of its row, or of the one to be written */
	uint64_t generation;         /* 0: there is none yet */
	uint8_t salt[16], digest[32];
	struct agreement agreement;  /* those who count now; nobody proposed it, for each says the same */
	unsigned had, needed;
	bool changed;                /* other operators than the row has: it is to be written */
};

struct ask erasure_agreements_ask(void);

/* Pure: what there is about these words, and this operator's word added to it. ERR_DENIED: it does not count, and too
 * few others have agreed; ERR_LIMIT: too many wait. */
enum err erasure_agree(struct arena *, const struct ask *, const struct erasure_subject *, struct span reason,
    const struct agreeing *by, struct erasure_agreement *out, struct problem *why);

/* Into the unit, when it has changed; expects the row as it was read. */
void erasure_agreement_put(struct unit *, const struct erasure_agreement *, struct instant now);
