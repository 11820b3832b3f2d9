/* transaction/evaluation.h - decisions, each durable in the ledger before it is answered.
 *
 *     question -> decided -> entry committed -> answered
 *
 * The same whoever asks: AuthZEN, OIDC, SAML. Several questions of one request are one unit of work.
 */
#pragma once

#include "assurance/decision.h"
#include "ledger/entry.h"
#include "transaction/policy_shelf.h"

#define EVALUATIONS_LARGEST 64 /* in one request */

struct evaluation_request {
	struct question question;            /* its framework is kept by the caller's snapshot until the answer */
	uint64_t policy_leaf;                /* number of the leaf in which the framework's version was published */
	struct span caller, member;          /* who asks: name, and its member's id */
	struct span subject_type, subject_id, action, resource_type, resource_id;
	struct span purpose;                 /* may be empty */
	const struct decision *taken;        /* of this question, as it is to be recorded; NULL: not taken yet */
};

struct evaluation_answer {
	struct id id;
	uint8_t salt[LEDGER_SALT];
	struct hash commitment;
	const struct decision *decision;
};

/* What the ledger keeps of it: canonical JSON of everything the engine looked at, and of what it said, so that it can
 * be evaluated again (schemas/decision-entry.schema.json). */
void evaluation_entry_write(struct buffer *, const struct evaluation_request *, const struct decision *,
    const struct id *);

/* NULL: one of them is too large for an entry (ERR_LIMIT), and none is taken. Later ERR_UNAVAILABLE, ERR_FULL: they
 * could not be recorded, and so were not taken. `answers`, one each, live in the arena. */
typedef void on_evaluated(void *arg, enum err, const struct evaluation_answer *answers, const struct problem *why);
struct pending *evaluations_run(struct store *, struct arena *, const struct evaluation_request *, size_t count,
    struct instant now, on_evaluated *, void *arg, struct problem *why);
/* What `answers` will be once they are recorded, for whoever writes it while it is still in the cache: nobody is told
 * any of it before that. */
const struct evaluation_answer *evaluations_taken(const struct pending *);
