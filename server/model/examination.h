/* model/examination.h - what was looked at in somebody's evidence, step by step, and how each step came out.
 *
 * Whoever examines notes one step after the other; the whole came out as the worst of them. Policies read established,
 * refuted, undetermined and not checked as true, false, unknown and unknown.
 */
#pragma once

#include "base/arena.h"

enum outcome { NOT_CHECKED, REFUTED, UNDETERMINED, ESTABLISHED };
const char *outcome_name(enum outcome); /* "not-checked" … */

#define EXAMINATION_STEPS 64

struct examined {
	const char *step;   /* a word of the examiner's table: "key-usage" */
	enum outcome outcome;
	const char *clause; /* "RFC 5280 s4.2.1.3" or "" */
	const char *text;   /* what was expected and found; "" where nobody asked for it */
};

struct examination {
	struct arena *arena;
	/* texts are written for established steps too, for `jpki verify`; otherwise only where it failed */
	bool told;
	struct examined steps[EXAMINATION_STEPS];
	size_t count;
};

/* Notes a step and returns whether it is established, so that examining reads straight down. `step` and `clause` are
 * constants. */
bool examination_note(struct examination *, const char *step, enum outcome, const char *clause, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Refuted when one step is; else undetermined when one is; established only when there is a step and all are. */
enum outcome examination_outcome(const struct examination *);
/* The first that decided so; NULL: all are established. */
const struct examined *examination_cause(const struct examination *);
