/* authn/attempts.h - how often somebody has tried and failed: counted where every worker sees it, and kept over
 * restarts.
 *
 *     failure -> counted -> too many: waits, longer each time -> success: forgotten
 *
 * Counted is what is guessed at (an account's codes, PINs), not the session that guesses; a new code does not start the
 * count anew (NIST SP 800-63B-4 s3.1.3.3, s3.2.2).
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "base/problem.h"
#include "store/store.h"

extern const struct table attempts_table; /* attempts_key() -> struct attempts; until nobody need remember it */

enum attempts_kind {
	ATTEMPTS_CODE,       /* one-time codes of an account */
	ATTEMPTS_PIN,        /* of an app */
	ATTEMPTS_TRANSFER,   /* the 6 digits that an app is shown */
	ATTEMPTS_PUSH,       /* pushes to an account since its last success */
	ATTEMPTS_ACCOUNT,    /* any failure of an account's in 30 days (levels.md 4) */
	ATTEMPTS_CONTACT,    /* codes to an address */
};
struct attempts {
	uint32_t failures;
	struct instant first, last, until; /* until: none is looked at before */
	uint64_t generation;
};
struct attempts_rule {
	uint32_t free;               /* failures without waiting */
	int64_t wait;                /* then so long, doubled each time */
	int64_t wait_most;
	uint32_t most;               /* in `window`: then none any more until it ends; 0: no bound */
	int64_t window;
};
extern const struct attempts_rule attempts_rules[];

/* `of`: an id, an address. In the arena. */
struct span attempts_key(struct arena *, enum attempts_kind, struct span of);
struct ask attempts_ask(struct arena *, enum attempts_kind, struct span of);
enum err attempts_loaded(const struct ask *, struct attempts *out, struct problem *why);
/* {0}: it may be tried now; else when. */
struct instant attempts_wait(enum attempts_kind, const struct attempts *, struct instant now);
/* Each expects the row as it was loaded, so that two tries at one time are two failures. */
void attempts_failed(struct unit *, struct arena *, enum attempts_kind, struct span of, const struct attempts *,
    struct instant now);
/* For a try that is right: it competes with the wrong ones of its time, or whoever tries many at once is told which one
 * it is before they are counted. */
void attempts_expect(struct unit *, struct arena *, enum attempts_kind, struct span of, const struct attempts *);
void attempts_forget(struct unit *, struct arena *, enum attempts_kind, struct span of, const struct attempts *);
/* Nobody is there any more to guess at: what was counted of an id goes, whatever of. */
void attempts_end(struct unit *, struct arena *, struct span of);
