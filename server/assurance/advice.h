/* assurance/advice.h - the least steps that would reach what is required, exactly (branch and bound, policy.md 7).
 *
 * Cheapest set of steps without conflict such that every criterion needed is true after them. A step whose `needs` do not
 * hold yet waits until others have made them hold; `order` in the answer is one in which they can be done.
 */
#pragma once

#include "assurance/evaluation.h"

#define ADVICE_STEPS 32              /* in one answer */
#define ADVICE_NODES 50000           /* looked at; then `minimal` is false */

enum advice_reading { ADVICE_BY_PERSON, ADVICE_CHEAPEST, ADVICE_NOT_IN_PERSON, ADVICE_READINGS };
const char *advice_reading_name(enum advice_reading); /* "person", "cheapest", "remote" */

struct advice {
	bool found;
	bool minimal;                /* false: the search was cut off, a cheaper set may exist */
	uint32_t cost;
	uint16_t steps[ADVICE_STEPS]; /* numbers of the framework's steps, in an order in which they can be done */
	size_t step_count;
	/* Of what is required, criteria that no step known can make true; only when nothing was found and the search was whole. */
	uint16_t gaps[CRITERIA_LARGEST];
	size_t gap_count;
	/* Facts to be told first: unknown, and perhaps already as they must be. */
	uint16_t questions[FACTS_LARGEST];
	size_t question_count;
	struct reach areas[AREAS_LARGEST]; /* reached after the steps */
	uint32_t nodes;              /* looked at */
};

/* Deterministic; of several cheapest sets the one with the fewest steps, then the earliest in the file. */
void advise(const struct framework *, const struct profile *, const struct demand *, const struct facts *,
    enum advice_reading, struct advice *out);
