/* transaction/policy/proposal.h - who may publish a version, and how many operators it takes.
 *
 *     propose ----> proposed --- approve (the last one it takes) ---> published, for ever
 *                      |  ^
 *             withdraw |  `-- propose (other files: agreements begin anew)
 *                      v
 *                   (nothing)
 *
 * Publishing raises trust as approving a member does: model/agreement.h.
 */
#pragma once

#include "model/agreement.h"
#include "assurance/published_policy.h"

enum policy_step { POLICY_NO_STEP, POLICY_PROPOSE, POLICY_APPROVE, POLICY_WITHDRAW };
const char *policy_step_name(enum policy_step); /* "approve", "withdraw-proposal" */

enum policy_outcome { POLICY_UNCHANGED, POLICY_PROPOSED, POLICY_AGREED, POLICY_PUBLISHED, POLICY_WITHDRAWN };
const char *policy_outcome_name(enum policy_outcome); /* "published" … */

struct policy_step_taken {
	enum policy_step step;
	struct agreeing by;
	struct span proposal;        /* APPROVE: "sha256:…" of what was looked at; demanded with more than one */
	struct instant now;
};

struct policy_standing {
	enum policy_outcome outcome;
	struct published_policy after; /* PUBLISHED: without entry, key and note, which are made then */
	bool waits;                  /* for more operators, whatever this step did */
	unsigned had;                /* operators who have agreed, and count */
};

/* `before` NULL: there is none, and it is to PROPOSE. `files`, with PROPOSE: digest, valid_from, facts and files are
 * set. ERR_INVALID, ERR_CONFLICT for another proposal than the one that waits, ERR_DENIED for who proposed or agreed
 * already, or does not count. */
enum err policy_step_decide(struct arena *, const struct published_policy *before, const struct published_policy *files,
    const struct policy_step_taken *, struct policy_standing *out, struct problem *why);
