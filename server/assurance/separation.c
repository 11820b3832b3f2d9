/* assurance/separation.c - the search for facts that fulfil one demand and not another, part by part of what is not
 * fulfilled.
 */
#include "assurance/separation.h"

#include "assurance/alike.h"
#include "assurance/evaluation.h"
#include "assurance/implication.h"
#include "assurance/witness.h"

#define NONE_LARGEST 256         /* remembered; what is shown behind that is shown again */

/* Nobody who counts so much and has all of this side lacks this part of a criterion. */
struct shown_none {
	struct side had;
	const struct condition_node *part;
	enum provenance least, by;
};

struct separation {
	struct arena *arena;
	const struct abstraction *world;
	struct goal *goals;
	uint64_t nodes, most;            /* looked at; 0: no limit */
	bool cut, was_cut;               /* a search since separation_cut(); any */
	struct shown_none *none;         /* what was shown, for as much again need not be searched */
	size_t none_count;
};

struct separation *
separation_new(struct arena *a, const struct abstraction *world, uint64_t nodes)
{
	struct separation *s = arena_new(a, struct separation);

	*s = (struct separation){ .arena = a, .world = world, .most = nodes };
	s->goals = arena_array(a, struct goal, WITNESS_GOALS);
	s->none = arena_array(a, struct shown_none, NONE_LARGEST);
	return s;
}

bool
separation_cut(struct separation *s)
{
	bool cut = s->cut;

	s->cut = false;
	return cut;
}

bool
separation_was_cut(const struct separation *s)
{
	return s->was_cut;
}

/* Facts that fulfil the goals that are put, when somebody with this much weight says so. `*told`: whether there are
 * any; may be NULL. */
static struct policy_witness
look(struct separation *s, size_t count, enum provenance by, enum witness_found *told)
{
	struct witness_question q = { .world = s->world, .goals = s->goals, .goal_count = count, .by = by };
	enum witness_found outcome = WITNESS_CUT_OFF;
	struct facts found;

	if (s->most && s->most - s->nodes < WITNESS_NODES)
		q.nodes = (uint32_t)(s->most - s->nodes);
	if (!s->most || s->nodes < s->most)
		outcome = witness_search(&q, &found, &s->nodes);
	if (outcome == WITNESS_CUT_OFF)
		s->cut = s->was_cut = true;
	if (told)
		*told = outcome;
	if (outcome != WITNESS_FOUND)
		return (struct policy_witness){ .by = PROVENANCE_NONE };
	return (struct policy_witness){ witness_write(s->arena, &found), by };
}

/* Criteria */

/* Whether there may be facts said by them that fulfil what implies a criterion (`implied`: and counts facts of at least
 * this provenance; none: nothing implies it) and not the criterion itself. Who counts enough for both is seen by both;
 * who counts just not enough for the criterion may do for the other. */
static bool
may_separate(enum provenance by, enum provenance implied, enum provenance least)
{
	if (implied >= least)
		return false;
	return by == OBSERVED ? implied == PROVENANCE_NONE : by + 1u == least;
}

/* Whoever lacks a criterion lacks one of the parts that all have to be true: mostly it is one part alone that another
 * version has otherwise. One after the other, from 0 on; false: there are no more. */
static bool
part_next(const struct criterion *whole, size_t *at, struct criterion *out)
{
	const struct condition_node *root = whole->condition.nodes + whole->condition.count - 1, *child = root - 1;

	*out = *whole;
	if (whole->when.count || !whole->condition.count || root->kind != CONDITION_ALL)
		return (*at)++ == 0;
	if (*at == root->count)
		return false;
	for (size_t i = 0; i < *at; i++)
		child -= child->size;
	(*at)++;
	out->condition = (struct condition){ child - child->size + 1, child->size };
	return true;
}

static struct policy_witness
separate_part(struct separation *s, const struct criterion *fulfilled, const struct criterion *not)
{
	enum provenance implied = fulfilled && criterion_implies(s->world, fulfilled, not)
	    ? criterion_least(fulfilled, NULL) : PROVENANCE_NONE;
	struct policy_witness w = { .by = PROVENANCE_NONE };

	for (enum provenance by = OBSERVED; by >= CLAIMED && !w.facts.size; by--) {
		size_t count = 0;

		if (!may_separate(by, implied, criterion_least(not, NULL)))
			continue;
		if (fulfilled)
			s->goals[count++] = (struct goal){ fulfilled, criterion_least(fulfilled, NULL), WISH_TRUE, 0 };
		s->goals[count++] =
		    (struct goal){ not, criterion_least(not, NULL), fulfilled ? WISH_NOT_TRUE : WISH_FALSE, 0 };
		w = look(s, count, by, NULL);
	}
	return w;
}

struct policy_witness
separation_of_criteria(struct separation *s, const struct criterion *fulfilled, const struct criterion *not)
{
	struct policy_witness w = { .by = PROVENANCE_NONE };
	struct criterion part;
	size_t at = 0;

	if (!fulfilled)
		return separate_part(s, NULL, not);
	while (!w.facts.size && part_next(not, &at, &part))
		w = separate_part(s, fulfilled, &part);
	return w;
}

/* Sides */

static const struct criterion *
criterion_of(const struct side *side, size_t number)
{
	return &(side->profile ? side->profile->criteria : side->framework->criteria)[number];
}

static bool
is_needed(const struct side *side, size_t number)
{
	const struct criterion *c = criterion_of(side, number);

	if (side->profile && side->profile->excluded && side->profile->excluded[number])
		return false;
	return c->level <= side->levels[c->area];
}

/* The side asks for it just so. */
static bool
has_same(const struct side *side, const struct criterion *c, enum provenance least)
{
	for (size_t i = 0; i < side->framework->criterion_count; i++) {
		const struct criterion *other = criterion_of(side, i);

		if (is_needed(side, i) && criterion_least(other, side->profile) >= least &&
		    condition_alike(&other->when, &c->when) && condition_alike(&other->condition, &c->condition))
			return true;
	}
	return false;
}

/* Of what the side asks for and this follows from, the provenance that counts there, the greatest; none: it follows
 * from nothing by itself. */
static enum provenance
implied_by(const struct separation *s, const struct side *side, const struct criterion *criterion,
    enum provenance least)
{
	enum provenance implied = PROVENANCE_NONE;

	for (size_t i = 0; i < side->framework->criterion_count && implied < least; i++) {
		const struct criterion *other = criterion_of(side, i);
		enum provenance counts = criterion_least(other, side->profile);

		if (is_needed(side, i) && counts > implied && criterion_implies(s->world, other, criterion))
			implied = counts;
	}
	return implied;
}

/* Whether the one asks for all that the other does, and more: of the same criteria more levels. */
static bool
side_holds(const struct side *more, const struct side *less)
{
	if (more->framework != less->framework || more->profile != less->profile)
		return false;
	for (size_t i = 0; i < AREAS_LARGEST; i++)
		if (more->levels[i] < less->levels[i])
			return false;
	return true;
}

static bool
is_shown_none(const struct separation *s, const struct shown_none *asked)
{
	for (size_t i = 0; i < s->none_count; i++) {
		const struct shown_none *known = &s->none[i];

		if (known->part == asked->part && known->least == asked->least && known->by == asked->by &&
		    side_holds(&asked->had, &known->had))
			return true;
	}
	return false;
}

/* Who has all of one side, and lacks this part of a criterion of the other. */
static struct policy_witness
separate_from(struct separation *s, const struct side *had, const struct criterion *not, enum provenance least)
{
	enum provenance implied = implied_by(s, had, not, least);
	struct policy_witness w = { .by = PROVENANCE_NONE };

	for (enum provenance by = OBSERVED; by >= CLAIMED && !w.facts.size; by--) {
		const struct shown_none none = { *had, not->condition.nodes, least, by };
		enum witness_found outcome;
		size_t count = 0;

		if (!may_separate(by, implied, least) || is_shown_none(s, &none))
			continue;
		for (size_t n = 0; n < had->framework->criterion_count; n++) {
			const struct criterion *own = criterion_of(had, n);

			if (is_needed(had, n))
				s->goals[count++] = (struct goal){ own, criterion_least(own, had->profile), WISH_TRUE,
					0 };
		}
		s->goals[count++] = (struct goal){ not, least, WISH_NOT_TRUE, 0 };
		w = look(s, count, by, &outcome);
		if (outcome == WITNESS_NONE && s->none_count < NONE_LARGEST)
			s->none[s->none_count++] = none;
	}
	return w;
}

struct policy_witness
separation_of_sides(struct separation *s, const struct side *had, const struct side *lacked)
{
	struct policy_witness w = { .by = PROVENANCE_NONE };

	for (size_t i = 0; i < lacked->framework->criterion_count && !w.facts.size; i++) {
		const struct criterion *not = criterion_of(lacked, i);
		enum provenance least = criterion_least(not, lacked->profile);
		struct criterion part;
		size_t at = 0;

		if (!is_needed(lacked, i) || has_same(had, not, least))
			continue;
		while (!w.facts.size && part_next(not, &at, &part))
			w = separate_from(s, had, &part, least);
	}
	return w;
}
