/* assurance/trial.h - a framework's own tests: facts, and what they must lead to (tests/<name>.json).
 *
 *     policy_test -> trial_read -> trial -> trial_run -> outcome: passed, or what differed
 *
 *     {"title":"…","facts":{…},"provenance":"observed","at":"2026-12-02T00:00:00Z","profile":"bank",
 *      "expect":{"reached":{"token":"3"},"possible":{…},"failed":["token-4.1"],"unknown":[…],
 *                "barred":true,"permit":true}}
 *
 * Only what is written is expected: criteria named under "failed" must be among those that are false. Facts are as in a
 * request; "at" is when they are judged, the day the version begins if it is not said.
 */
#pragma once

#include "assurance/evaluation.h"

enum trial_answer { TRIAL_NOT_ASKED, TRIAL_NO, TRIAL_YES };
struct trial {
	const struct framework *framework;
	const struct policy_test *test;
	const struct profile *profile;   /* NULL: none */
	struct facts facts;
	struct instant at;
	/* Expected. Levels: one more than the number; 0: not asked. */
	uint8_t reached[AREAS_LARGEST], possible[AREAS_LARGEST];
	uint64_t failed[CRITERIA_LARGEST / 64], unknown[CRITERIA_LARGEST / 64];
	enum trial_answer barred, permit;
};

/* An unknown fact, area, level, criterion or profile is the test's fault: ERR_INVALID or ERR_SYNTAX, with file and
 * pointer. */
enum err trial_read(struct arena *, const struct framework *, const struct policy_test *, struct trial *out,
    struct problem *why);

struct trial_outcome {
	bool passed;
	const struct trial_difference {
		const char *what;        /* "reached token", "truth of token-2.1", "barred", "permit" */
		const char *expected, *found;
	} *differences;
	size_t count;
};
/* In the arena. `seen` may be NULL: what the facts amounted to, for whoever counts what tests cover. */
void trial_run(struct arena *, const struct trial *, struct trial_outcome *out, struct evaluation *seen);

/* Whether a version leads where its own tests say: else it is not what its authors meant. ERR_INVALID: it has none, or
 * one fails, which is named with its first difference. */
enum err trials_pass(const struct framework *, struct problem *why);
