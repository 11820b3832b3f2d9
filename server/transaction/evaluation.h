/* transaction/evaluation.h - one decision: question in, durable entry in the ledger, answer out.
 *
 *     question -> vouched facts checked -> decided -> entry committed -> answered
 *
 * The answer leaves only when its entry is durable. The same flow whoever asks: AuthZEN, OIDC, SAML.
 */
#pragma once

#include "assurance/decision.h"
#include "ledger/entry.h"
#include "transaction/policy_shelf.h"

struct evaluation_request {
	struct policy_snapshot *policies;    /* kept by a reference until the end */
	struct question question;
	struct span caller, member;          /* who asks: name, and its member's id */
	struct span subject_type, subject_id, action, resource_type, resource_id;
	struct span purpose;                 /* may be empty */
};

struct evaluation_answer {
	struct id id;
	uint8_t salt[LEDGER_SALT];
	struct hash commitment;
	const struct decision *decision;
};

/* Canonical JSON: what the ledger keeps of it (policy.md 7 "Replay"): at, caller, engine, facts, policy, question, result. */
void evaluation_entry_write(struct buffer *, const struct evaluation_request *, const struct decision *);

/* ERR_UNAVAILABLE, ERR_FULL: it could not be recorded, and so was not taken. `answer` lives in the arena. */
typedef void on_evaluated(void *arg, enum err, const struct evaluation_answer *, const struct problem *why);
struct pending *evaluation_run(struct store *, struct arena *, const struct evaluation_request *, struct instant now,
    on_evaluated *, void *arg);

/* Several at once: one unit, one commit. */
struct pending *evaluations_run(struct store *, struct arena *, const struct evaluation_request *, size_t count,
    struct instant now, on_evaluated *each, void *arg);
