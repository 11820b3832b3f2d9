/* assurance/evaluation.h - what facts amount to under a framework: criterion by criterion, and the level in each area.
 *
 * Pure: (framework, profile, facts) in, evaluation out; no clock, no memory. All criteria are evaluated, so that reasons
 * come free.
 */
#pragma once

#include "assurance/framework.h"

struct reach {
	uint8_t reached;             /* the highest level with every criterion up to it true */
	uint8_t possible;            /* the highest with none false: what more facts could show */
};

struct evaluation {
	const struct framework *framework;
	const struct profile *profile; /* NULL: the framework's own criteria */
	uint8_t truths[CRITERIA_LARGEST];    /* enum truth */
	bool applies[CRITERIA_LARGEST];      /* false: true by not applying (or left out by the profile) */
	struct reach areas[AREAS_LARGEST];
	bool barred;                 /* a criterion of every level is false: nothing is reached anywhere */
};

void evaluate(const struct framework *, const struct profile *, const struct facts *, struct evaluation *out);

/* The criteria in force: the profile's, or the framework's. */
const struct criterion *evaluation_criteria(const struct evaluation *);

/* Whether a level satisfies what is required (SAML core 3.3.2.2.1: exact, minimum, maximum, better). */
bool requirement_met(const struct requirement *, uint8_t level);

#define REQUIREMENTS_LARGEST AREAS_LARGEST
struct demand {
	struct requirement items[REQUIREMENTS_LARGEST];
	size_t count;
};
/* Met in all, and nothing barred. No requirement: refused, for nobody said what is enough. */
bool demand_met(const struct demand *, const struct evaluation *);
/* Of those required, the levels that could still be reached would do. */
bool demand_possible(const struct demand *, const struct evaluation *);
