/* assurance/step_search.h - the cheapest set of steps after which everything wanted holds: exact branch and bound.
 *
 *     steps so far -> what does not hold yet -> who could help it -> the tightest of them, step by step -> …
 *
 * A set is an answer when its steps do not conflict, can be done in some order in which each finds its `needs`
 * fulfilled, and all goals hold afterwards. Two steps conflict when they set one fact to different values, or one adds
 * words that the other's value lacks; so the outcome never depends on the order, and only `needs` do.
 *
 * A way ends early where a goal could not hold whatever the remaining steps did, each fact looked at by itself
 * (step_outlook.h). Complete: what does not hold stays so unless a step is added that changes a fact it reads. Exact:
 * the bound adds up the cheapest steps of goals that have no helper in common, and no set is visited twice, for a step
 * done with is banned for its later siblings.
 */
#pragma once

#include "assurance/evaluation.h"
#include "assurance/step_plan.h"

#define STEP_SEARCH_STEPS 32         /* in one answer */

struct step_goals {
	const struct framework *framework;
	const struct profile *profile;           /* NULL: none */
	uint64_t criteria[CRITERIA_LARGEST / 64]; /* must be true */
	struct requirement levels[REQUIREMENTS_LARGEST]; /* must be met, beside them: exact and maximum are ceilings */
	size_t level_count;
};

struct step_answer {
	bool found;
	bool whole;                              /* everything was looked at: what is found is the cheapest */
	uint32_t cost;
	uint16_t steps[STEP_SEARCH_STEPS];       /* in an order in which they can be done */
	size_t count;
	struct facts after;
};

/* Of the steps `allowed` (ranks). Looks at most at `*nodes` places, and takes those it looked at away. Of several
 * cheapest sets the one with the fewest steps, then the one that stands earliest in the file. */
void step_search(const struct step_goals *, const struct facts *, const struct step_set *allowed, uint32_t *nodes,
    struct step_answer *out);

/* What doing it makes of the facts: effects are observed, as the server will have seen them. */
void step_do(const struct step *, struct facts *);
