/* transaction/caller/proposal.h - a change of a machine caller that waits for operators.
 *
 *     create, add-key ----> proposed --- approve (the last one it takes) ---> in force (caller/change.h)
 *       of a caller that       |
 *       sees or vouches        `-- withdraw-proposal
 *
 * Whoever sees every entry of the ledger, or vouches for facts that count, is trusted by others than his own member; so
 * creating such a caller, and registering a key with it, takes `approvals` operators (model/agreement.h). A token is
 * told to whoever proposes, and counts from the approval: nothing points to it before. When it is approved all is
 * looked at again as if it came now; but its key is its own from the proposal on, so that no other caller takes it. One
 * change of a caller waits at a time.
 */
#pragma once

#include "model/agreement.h"
#include "transaction/caller/change.h"

extern const struct table caller_proposal_table; /* name of the caller -> struct caller_proposal */

struct caller_proposal {
	struct caller_change change;   /* CREATE or ADD_KEY; `now` is when it was proposed */
	struct agreement agreement;
};
void caller_proposal_write(struct buffer *, const struct caller_proposal *);
/* Borrowed from `value`. False: not ours. */
bool caller_proposal_read(struct span value, struct caller_proposal *out);
/* What an approval names. */
void caller_proposal_digest(const struct caller_proposal *, uint8_t out[32]);

struct caller_step {
	struct caller_change change;   /* what is asked; APPROVE and WITHDRAW have no more than name and now */
	struct agreeing by;
	struct span proposal;          /* APPROVE: "sha256:…" of what was looked at */
};

enum caller_fate {
	CALLER_UNDECIDED,
	CALLER_WAITS,
	CALLER_EFFECTIVE,
	CALLER_TAKEN_BACK,
};
struct caller_verdict {
	enum caller_fate fate;
	/* WAITS: as it is kept now; EFFECTIVE after an approval, TAKEN_BACK: as it was */
	struct caller_proposal proposal;
	struct caller_change change;     /* EFFECTIVE: what to write, with the outcome */
	struct span freed;               /* a key that waited, and does no more */
	struct caller_outcome outcome;   /* `token`: told now, whatever the fate is */
};

/* Pure. `waiting`, `before` NULL: there is none; `member`: as of caller_decide(), for the caller that would be made.
 * caller_decide()'s problems; ERR_NOT_FOUND: nothing waits; ERR_CONFLICT: something waits already, or it is another
 * one; ERR_DENIED: this operator's word does not count, or has been given. */
enum err caller_step_decide(struct arena *, const struct caller_proposal *waiting, const struct caller *before,
    const struct ask *member, const struct caller_step *, struct caller_verdict *out, struct problem *why);

/* The whole unit but for the journal: two preconditions first, the proposal's row and the caller's, by the generations
 * they were loaded with (0: no such row). Any other precondition that fails says that a key is another caller's. */
#define CALLER_STEP_EXPECTATIONS 2
void caller_step_write(struct unit *, const struct caller_step *, const struct caller_verdict *, uint64_t proposal,
    uint64_t caller);
