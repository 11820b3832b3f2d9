/* transaction/proofing/kept.h - what is kept of an outcome: facts that decisions about it observe. */
#pragma once

#include "base/clock.h"
#include "base/problem.h"
#include "jpki/profile.h"
#include "store/store.h"

/* id (16) -> struct proofing_kept: until it expires */
extern const struct table proofing_outcome_table;

struct proofing_kept {
	struct span member;          /* who may ask about it */
	struct instant at;           /* when it was so */
	enum jpki_world world;       /* the certificate's; none: it was of no kind we know */
	struct span facts;           /* canonical JSON (proofing/facts.h) */
};

void proofing_kept_put(struct unit *, const struct id *, const struct proofing_kept *, struct instant until);

/* The answer to the question for its row. `test`: proofs of the test world count here (jpki/settings.h); elsewhere such
 * a one is none, whatever this server was before. ERR_NOT_FOUND: none, or another member's. Borrowed from the row. */
enum err proofing_kept_loaded(const struct ask *, struct span member, bool test, struct proofing_kept *out,
    struct problem *why);
