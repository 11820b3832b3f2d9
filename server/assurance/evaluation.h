/* assurance/evaluation.h - what facts amount to under a framework: criterion by criterion, and the level in each area.
 *
 * Pure: (framework, profile, facts) in, evaluation out; no clock, no memory. All criteria are evaluated, so that
 * reasons come free.
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
	/* Every criterion of every level is true. Where one is unknown the levels stand as they are, for they tell of
	 * the person and the login; but nothing is permitted, or whoever does not state the fact would pass. */
	bool cleared;
};

/* A criterion under these facts, counting what is known with `least` or more; it is true where it does not apply. */
enum truth criterion_truth(const struct criterion *, const struct facts *, enum provenance least, bool *applies);
/* The least that counts for it: its own or the profile's (NULL: none), whichever is more. */
enum provenance criterion_least(const struct criterion *, const struct profile *);

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
struct demand profile_demand(const struct profile *);
/* Met in all, and cleared. No requirement: refused, for nobody said what is enough. */
bool demand_met(const struct demand *, const struct evaluation *);

/* For each area of its own, the level whose criteria (and those below) must be true, or 0: what minimum, exact and
 * better amount to, those of composed areas handed down to their parts. False: some area has no level so high. */
bool demand_levels(const struct demand *, const struct framework *, uint8_t levels[AREAS_LARGEST]);
/* The level of a requirement that must be reached at least; 0: none. */
uint8_t requirement_least(const struct requirement *);
