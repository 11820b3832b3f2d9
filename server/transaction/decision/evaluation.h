/* transaction/decision/evaluation.h - decisions, each durable in the ledger before it is answered.
 *
 *     question -> decided -> answer written -> entry committed -> answered
 *
 * Several questions of one request are one unit of work.
 */
#pragma once

#include "assurance/decision.h"
#include "ledger/entry.h"
#include "transaction/policy/shelf.h"

#define EVALUATIONS_LARGEST 64 /* in one request */

struct evaluation_request {
	struct question question;            /* its framework is kept by the caller's snapshot until the answer */
	uint64_t policy_leaf;                /* number of the leaf in which the framework's version was published */
	struct span caller, member;          /* who asks: name, and its member's id */
	struct span subject_type, subject_id, action, resource_type, resource_id;
	struct span purpose;                 /* may be empty */
	const struct decision *taken;        /* of this question, as it is to be recorded */
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

/* Into a unit of the caller's, with what follows from it: `answer`'s id and decision are given, the rest is filled in.
 * False: it is larger than the ledger takes, and nothing was put. */
bool evaluation_put(struct unit *, const struct evaluation_request *, struct evaluation_answer *answer);

/* What will be answered once it is recorded, one each, to be written while it is still in the cache; nobody is told any
 * of it before that. Called before evaluations_run() returns, and borrowed until then. False: it cannot be answered,
 * and so nothing is recorded. */
typedef bool evaluation_write(void *arg, const struct evaluation_answer *answers);
/* ERR_UNAVAILABLE, ERR_FULL: they could not be recorded, and so were not taken. */
typedef void on_evaluated(void *arg, enum err, const struct problem *why);
/* NULL: one of them is too large for an entry, or for an answer (ERR_LIMIT), and none is taken. What `taken` points to
 * is needed no longer than this call. */
struct pending *evaluations_run(struct store *, struct arena *, const struct evaluation_request *, size_t count,
    struct instant now, evaluation_write *, on_evaluated *, void *arg, struct problem *why);
