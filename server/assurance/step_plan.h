/* assurance/step_plan.h - what searching needs to know of a framework's steps, made once when it is read.
 *
 * Steps are known by their rank here: cheapest first, then as in the file; so the lowest bit of a set is its cheapest.
 */
#pragma once

#include "assurance/step_set.h"

struct step_plan {
	uint16_t numbers[STEPS_LARGEST]; /* rank -> number in the file */
	uint16_t ranks[STEPS_LARGEST];   /* number in the file -> rank */
	/* Sets of ranks: the steps that change … */
	const struct step_set *changers; /* a fact, one for each of the dictionary */
	const struct step_set *helpers;  /* a fact that a criterion reads, one for each criterion */
	const struct step_set *enablers; /* a fact that a step's needs read, one for each rank */
	/* one fact to something else than a step does, one for each rank: they conflict */
	const struct step_set *rivals;
};
const struct step_plan *step_plan_make(struct arena *, const struct framework *);
