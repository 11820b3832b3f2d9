/* assurance/sight.h - what a search for facts has decided so far, how each view sees it, and what that makes of a wish.
 *
 * Private to witness.c, which decides, looks, and opens again.
 */
#pragma once

#include "assurance/evaluation.h"
#include "assurance/witness.h"

struct fact_bits {
	uint64_t bits[FACT_SETS];
};

/* A scalar is open or decided. A set's words are decided one by one: `low` holds those that are in it, `high` those
 * that are not out of it. */
struct sight {
	struct facts low, high;
};

enum decided { OPEN, DECIDED, LEFT_UNKNOWN };

struct search {
	const struct abstraction *world;
	const struct dictionary *dictionary;
	const struct view *views;
	size_t view_count;
	struct sight *sights;        /* of each view */
	const struct goal *goals;    /* of the part at hand */
	const struct fact_bits *support;
	size_t goal_count;
	uint8_t state[FACTS_LARGEST];
	uint64_t words[FACTS_LARGEST], members[FACTS_LARGEST]; /* of sets: decided; in */
	enum provenance by;
	bool unknowns;               /* facts may be left unknown */
	uint64_t nodes, most, nodes_of_part;
	bool cut_off;
	uint8_t truths[CONDITION_NODES];
};

/* A decision: a scalar's value, or whether one word is in a set. */
struct choice {
	uint16_t fact;
	int word;                    /* of a set; -1 */
};

bool sight_is_set(const struct search *, size_t fact);
/* What a view does to a fact; NULL: nothing. */
const struct effect *sight_effect(const struct view *, size_t fact);

/* What a view, or each of them, sees of a fact, after it was decided or opened again. */
void sight_show(struct search *, size_t view, size_t fact);
void sight_show_all(struct search *, size_t fact);

void sight_decide(struct search *, const struct choice *, int64_t value);
void sight_reopen(struct search *, const struct choice *);

/* Of each node, in `truths`; the last is the whole. */
enum truth sight_judge_condition(struct search *, const struct condition *, const struct goal *);
/* As criterion_truth() has it, but where `when` is not decided yet it may still come to be false. */
enum truth sight_judge(struct search *, const struct goal *);
