/* transaction/decision/erasure.h - a person's decisions taken out of the ledger: salts and entries go, leaves and
 * proofs stay.
 *
 *     look through all entries, a part at a time -> their IDs -> agreed by enough operators -> [waits for another]
 *                                                                        `-> erased, with an entry that tells so
 *
 * Nothing lists whose decisions are where: a row for it would cost every decision, and be a list of people. So who
 * erases reads every entry once, which happens seldom.
 * One unit erases the entries, each as it was read, and adds a LEDGER_ERASURE entry: how many, why, who and when, and
 * not whose.
 */
#pragma once

#include "ledger/entry.h"
#include "transaction/decision/erasure_agreement.h"

#define ERASURE_AT_ONCE 4096     /* entries; more are erased part by part, under the same agreement */
#define ERASURE_ID_LARGEST 4096  /* of a subject, as the entries have it */

/* Looking: whether an entry is of a decision about that subject, and was asked for by that member (empty: any).
 * ERR_UNAVAILABLE: it is a decision that may be, and cannot be read; who looks on must not say that all were found. */
struct erasure_search {
	struct erasure_subject subject;
	struct span mark;            /* what such an entry holds, and few others */
};
void erasure_search_init(struct arena *, const struct erasure_subject *, struct erasure_search *out);
enum err erasure_look(struct arena *, const struct erasure_search *, const struct ledger_entry *, bool *about,
    struct problem *why);

/* A reason is kept for ever: ERR_INVALID when it is empty, names the person or looks like an individual number. */
enum err erasure_reason_check(const struct erasure_subject *, struct span reason, struct problem *why);

struct erasure_request {
	struct erasure_subject subject;
	struct span reason;
	const struct id *ids;        /* of entries that were found, each once */
	size_t count;                /* at most ERASURE_AT_ONCE */
	struct agreeing by;
	struct instant now;
};

struct erasure_report {
	bool waits;                  /* for other operators: nothing is erased */
	unsigned had, needed;        /* operators */
	size_t erased, gone;         /* gone: had been erased before */
	struct id entry;             /* of the ledger, which tells of it; when something was erased */
};

/* What is pointed to stays the caller's until the callback or the cancellation. ERR_INVALID: an ID is of no decision
 * about that subject; ERR_UNAVAILABLE: of one that cannot be read. Nothing is erased then. */
typedef void on_erased(void *arg, enum err, const struct erasure_report *, const struct problem *why);
struct pending *erasure_start(struct store *, const struct erasure_request *, on_erased *, void *arg);
