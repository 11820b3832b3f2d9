/* assurance/witness.h - facts that make some criteria true and others not: found, or shown not to exist.
 *
 * Backtracking over the abstraction with the evaluator's own three values: what nobody has decided yet is unknown. A
 * way ends as soon as a criterion wanted true is false or the other way round; then the facts it reads are all that is
 * to blame, and decisions on others are passed over. What shares no fact is looked for apart.
 */
#pragma once

#include "assurance/abstraction.h"

#define WITNESS_NODES 200000     /* looked at in one part of a search; then it is cut off */
#define WITNESS_GOALS (CRITERIA_LARGEST + 16)
#define WITNESS_VIEWS 24

/* How facts are looked at: as they are, or with these effects (a step's) done, or with one fact not known. */
struct view {
	const struct effect *effects;
	size_t effect_count;
	uint16_t hidden;             /* a fact's number + 1; 0: none */
};

enum wish {
	WISH_TRUE,
	WISH_FALSE,
	WISH_UNKNOWN,                /* though all that can be decided is */
	WISH_NOT_TRUE,               /* false, or unknown: then facts may stay unknown. Only in views without effects */
};
struct goal {
	const struct criterion *criterion;
	enum provenance least;
	enum wish wish;
	uint8_t view;
};

struct witness_question {
	const struct abstraction *world;
	const struct view *views;    /* the first is of facts as they are */
	size_t view_count;           /* 0: only that */
	struct goal *goals;          /* are put in another order */
	size_t goal_count;
	enum provenance by;          /* who says so; PROVENANCE_NONE: observed */
	uint32_t nodes;              /* of each part of the search; 0: WITNESS_NODES */
};

enum witness_found { WITNESS_NONE, WITNESS_FOUND, WITNESS_CUT_OFF };

/* The facts may be NULL; what they need not say stays unknown. Adds to `*nodes` what was looked at. */
enum witness_found witness_search(const struct witness_question *, struct facts *found, uint64_t *nodes);

/* {"fact":value,…} in canonical order. */
struct span witness_write(struct arena *, const struct facts *);

/* The facts a criterion reads; the bits are added. */
void criterion_support(const struct criterion *, uint64_t facts[FACT_SETS]);
