/* assurance/advice.h - the least steps that would reach what is required, exactly (branch and bound, policy.md 7).
 *
 * Cheapest set of steps without conflict such that every criterion needed is true after them. A step whose `needs` do
 * not hold yet waits until others have made them hold; `order` in the answer is one in which they can be done.
 */
#pragma once

#include "assurance/step_search.h"

#define ADVICE_STEPS STEP_SEARCH_STEPS /* in one answer */
#define ADVICE_NODES 50000           /* looked at; then `minimal` is false */

/* Whose steps: the person's; anybody's; anybody's without a visit. For the answer's acr_values and step-up there is one
 * more: what the person can do at once where they sit, as part of a login. */
enum advice_reading {
	ADVICE_BY_PERSON, ADVICE_CHEAPEST, ADVICE_NOT_IN_PERSON, ADVICE_READINGS,
	ADVICE_AT_LOGIN = ADVICE_READINGS,
};
const char *advice_reading_name(enum advice_reading); /* "person", "cheapest", "remote", "login" */

struct advice {
	bool found;
	bool minimal;                /* false: the search was cut off, a cheaper set may exist */
	uint32_t cost;
	uint16_t steps[ADVICE_STEPS]; /* numbers of the framework's steps, in an order in which they can be done */
	size_t step_count;
	/* Of what is required, criteria that no step known can make true; only when nothing was found and the search
	 * was whole. Where each could be made true, but not all together: those that cannot be beside the ones before
	 * them. None: a level is asked for that its area does not have, or that must not be exceeded and is. */
	uint16_t gaps[CRITERIA_LARGEST];
	size_t gap_count;
	/* Facts to be told first: unknown, and perhaps already as they must be. */
	uint16_t questions[FACTS_LARGEST];
	size_t question_count;
	struct reach areas[AREAS_LARGEST]; /* reached after the steps; as it is, where nothing was found */
	uint32_t nodes;              /* looked at */
};

/* `now` is what the facts amount to. Deterministic; of several cheapest sets the one with the fewest steps, then the
 * earliest in the file. */
void advise(const struct evaluation *now, const struct demand *, const struct facts *, enum advice_reading,
    struct advice *out);
void advise_all(const struct evaluation *now, const struct demand *, const struct facts *,
    struct advice out[ADVICE_READINGS]);
/* Whether there is a way at all; `*amr` then gains the methods of the cheapest that was found. */
enum advice_way { ADVICE_CUT_OFF, ADVICE_NO_WAY, ADVICE_WAY }; /* CUT_OFF: nothing was found, and there may be one */
enum advice_way advisable(const struct evaluation *now, const struct demand *, const struct facts *,
    enum advice_reading, uint32_t *amr);

/* Nothing found, nothing to say: whatever its arrays hold does not count. */
static inline void
advice_clear(struct advice *a)
{
	a->found = a->minimal = false;
	a->cost = a->nodes = 0;
	a->step_count = a->gap_count = a->question_count = 0;
}
