/* transaction/proofing/end.h - the end of proofing: who runs this server stops verifying certificates, and may take it
 * up again.
 *
 *     proofing -> end (one operator) -> ended -> what was received is erased -> erased
 *         ^                                                                       |
 *         `------- resume (as many operators as raising trust takes) <------------'
 *
 * From the moment it is ended nobody is proved any more, and revocation data that was received goes at once (Cabinet
 * Order Arts. 15-3, 25-4). What must be kept stays: the operation log (Rule 82(6)) and the ledger. Each step is an
 * entry of the journal.
 */
#pragma once

#include "model/agreement.h"
#include "store/store.h"

extern const struct table proofing_end_table; /* "end" -> struct proofing_end; no row: it never ended; noticed */

#define PROOFING_END_REASON 1000     /* bytes */

struct proofing_end {
	struct instant at;           /* {0}: it has not ended */
	struct instant erased;       /* {0}: not yet */
	struct instant resumed;      /* taken up again after the end before; challenges made until then are void */
	struct span actor, reason;
	struct agreement resume;     /* who wants to take it up again */
	uint64_t generation;         /* of its row; 0: none */
};

struct ask proofing_end_ask(void);
/* Borrowed from the row. ERR_UNAVAILABLE: this build cannot read it, which is never the same as none. */
enum err proofing_end_loaded(const struct ask *, struct proofing_end *out, struct problem *why);
/* The refusal of whoever wants somebody proved: ERR_DENIED. */
enum err proofing_end_refuse(const struct proofing_end *, struct problem *why);
/* The unit fails (ERR_CONFLICT) when it has ended, or was taken up again, since. */
void proofing_end_expect(struct unit *, const struct proofing_end *);

/* The steps. */

enum proofing_end_step { PROOFING_STEP_NOTHING, PROOFING_END, PROOFING_RESUME };
const char *proofing_end_step_name(enum proofing_end_step); /* "end" "resume" */
enum proofing_end_step proofing_end_step_read(struct span word);

struct proofing_end_request {
	enum proofing_end_step step;
	struct span reason;          /* stays for good */
	struct agreeing by;
	struct instant now;
};
struct proofing_end_report {
	struct proofing_end end;     /* as it is now */
	bool changed;                /* false: it was so already, or waits */
	unsigned had, needed;        /* operators, of a resumption */
	bool waits;
};
/* What is pointed to stays the caller's until then; the report is the callback's to read. ERR_INVALID: a reason that is
 * none; ERR_DENIED: the operator's word does not count; ERR_CONFLICT: what is not yet erased cannot be resumed. */
typedef void on_proofing_end_step(void *arg, enum err, const struct proofing_end_report *, const struct problem *why);
struct pending *proofing_end_start(struct store *, const struct proofing_end_request *, on_proofing_end_step *,
    void *arg);

/* All that was received is gone, as of an end that was loaded. */
void proofing_end_put_erased(struct unit *, const struct proofing_end *, struct instant now);
