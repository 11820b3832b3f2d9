/* assurance/abstraction.c - domains of facts, cut at the constants of a policy. */
#include "assurance/abstraction.h"

#include <assert.h>

struct cuts {
	int64_t *points;                 /* of a scalar: where a new piece begins */
	size_t count, room;
	uint64_t classes[FACT_WORDS_LARGEST]; /* of a set */
	size_t class_count;
};

/* Facts compared with each other have their cuts in common. */
struct pair {
	uint16_t a, b;
};

struct abstraction {
	struct arena *arena;
	const struct dictionary *dictionary;
	struct cuts cuts[FACTS_LARGEST];
	struct pair *pairs;
	size_t pair_count, pair_room;
	struct domain domains[FACTS_LARGEST];
};

struct abstraction *
abstraction_new(struct arena *arena, const struct dictionary *dictionary)
{
	struct abstraction *a = arena_new(arena, struct abstraction);

	a->arena = arena;
	a->dictionary = dictionary;
	for (size_t i = 0; i < dictionary->count; i++) {
		if (dictionary->facts[i].type != FACT_SET)
			continue;
		a->cuts[i].classes[0] = (uint64_t)dictionary->facts[i].most;
		a->cuts[i].class_count = 1;
	}
	return a;
}

const struct dictionary *
abstraction_dictionary(const struct abstraction *a)
{
	return a->dictionary;
}

const struct domain *
abstraction_domain(const struct abstraction *a, size_t fact)
{
	return &a->domains[fact];
}

/* Scalars */

static void
cut_at(struct abstraction *a, size_t fact, int64_t begin)
{
	struct cuts *c = &a->cuts[fact];
	const struct fact *f = &a->dictionary->facts[fact];
	size_t at = c->count;

	if (begin <= f->least || begin > f->most)
		return;
	while (at > 0 && c->points[at - 1] >= begin)
		at--;
	if (at < c->count && c->points[at] == begin)
		return;
	if (c->count == c->room) {
		int64_t *points = arena_array(a->arena, int64_t, 2 * c->room + 8);

		if (c->count)
			memcpy(points, c->points, c->count * sizeof(points[0]));
		c->points = points;
		c->room = 2 * c->room + 8;
	}
	memmove(c->points + at + 1, c->points + at, (c->count - at) * sizeof(c->points[0]));
	c->points[at] = begin;
	c->count++;
}

static void
cut_around(struct abstraction *a, size_t fact, int64_t value)
{
	cut_at(a, fact, value);
	cut_at(a, fact, value + 1);
}

/* Sets */

static void
split(struct abstraction *a, size_t fact, uint64_t words)
{
	struct cuts *c = &a->cuts[fact];

	for (size_t i = 0, count = c->class_count; i < count; i++) {
		uint64_t in = c->classes[i] & words, out = c->classes[i] & ~words;

		if (!in || !out)
			continue;
		c->classes[i] = in;
		c->classes[c->class_count++] = out;
	}
}

/* Some of these words are not the same as all of them. */
static void
split_each(struct abstraction *a, size_t fact, uint64_t words)
{
	for (; words; words &= words - 1)
		split(a, fact, words & (~words + 1));
}

/* Conditions */

static void
pair_up(struct abstraction *a, uint16_t one, uint16_t other)
{
	if (a->pair_count == a->pair_room) {
		struct pair *pairs = arena_array(a->arena, struct pair, 2 * a->pair_room + 8);

		if (a->pair_count)
			memcpy(pairs, a->pairs, a->pair_count * sizeof(pairs[0]));
		a->pairs = pairs;
		a->pair_room = 2 * a->pair_room + 8;
	}
	a->pairs[a->pair_count++] = (struct pair){ one, other };
}

static void
cut_in(struct abstraction *a, const struct condition_node *leaf)
{
	if (leaf->list)
		for (size_t i = 0; i < leaf->need; i++)
			cut_around(a, leaf->fact, leaf->list[i]);
	else
		for (int64_t word = 0; word < FACT_WORDS_LARGEST; word++)
			if (leaf->operand >> word & 1)
				cut_around(a, leaf->fact, word);
}

static void
cut_leaf(struct abstraction *a, const struct condition_node *leaf)
{
	if (leaf->other) {
		pair_up(a, leaf->fact, (uint16_t)(leaf->other - 1));
		return;
	}
	switch ((enum condition_operator)leaf->operator) {
	case OPERATOR_NONE:
		break;
	case OPERATOR_IS:
	case OPERATOR_ISNT:
		cut_around(a, leaf->fact, leaf->operand);
		break;
	case OPERATOR_IN:
		cut_in(a, leaf);
		break;
	case OPERATOR_LE:
	case OPERATOR_GT:
		cut_at(a, leaf->fact, leaf->operand + 1);
		break;
	case OPERATOR_LT:
	case OPERATOR_GE:
		cut_at(a, leaf->fact, leaf->operand);
		break;
	case OPERATOR_HAS:
		split(a, leaf->fact, UINT64_C(1) << leaf->operand);
		break;
	case OPERATOR_HAS_ANY:
	case OPERATOR_ONLY:
		split(a, leaf->fact, (uint64_t)leaf->operand);
		break;
	case OPERATOR_HAS_ALL:
		split_each(a, leaf->fact, (uint64_t)leaf->operand);
		break;
	}
}

void
abstraction_cut(struct abstraction *a, const struct condition *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->nodes[i].kind == CONDITION_LEAF)
			cut_leaf(a, &c->nodes[i]);
}

static void
cut_step(struct abstraction *a, const struct step *step)
{
	abstraction_cut(a, &step->needs);
	for (size_t i = 0; i < step->effect_count; i++) {
		const struct effect *e = &step->effects[i];

		if (a->dictionary->facts[e->fact].type == FACT_SET)
			split(a, e->fact, (uint64_t)e->value);
		else
			cut_around(a, e->fact, e->value);
	}
}

static void
cut_criteria(struct abstraction *a, const struct criterion *criteria, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		abstraction_cut(a, &criteria[i].when);
		abstraction_cut(a, &criteria[i].condition);
	}
}

void
abstraction_cut_framework(struct abstraction *a, const struct framework *f)
{
	assert(f->dictionary == a->dictionary);
	cut_criteria(a, f->criteria, f->criterion_count);
	for (size_t i = 0; i < f->profile_count; i++)
		cut_criteria(a, f->profiles[i].criteria, f->criterion_count);
	for (size_t i = 0; i < f->step_count; i++)
		cut_step(a, &f->steps[i]);
}

/* Finishing */

/* A fact that is compared with another needs a value below, at and above each of the other's. */
static void
share_cuts(struct abstraction *a, uint16_t from, uint16_t to)
{
	const struct cuts c = a->cuts[from];
	const struct fact *f = &a->dictionary->facts[from];

	cut_around(a, to, f->least);
	cut_around(a, to, f->most);
	for (size_t i = 0; i < c.count; i++) {
		int64_t point = c.points[i];

		cut_around(a, to, point);
		cut_around(a, to, point - 1);
	}
}

/* In the first piece the last value, for it is the one next to a constant; else the first. */
static void
pick_values(struct abstraction *a, size_t fact)
{
	const struct fact *f = &a->dictionary->facts[fact];
	const struct cuts *c = &a->cuts[fact];
	int64_t *values = arena_array(a->arena, int64_t, c->count + 1);

	values[0] = c->count ? c->points[0] - 1 : f->least;
	for (size_t i = 0; i < c->count; i++)
		values[i + 1] = c->points[i];
	a->domains[fact] = (struct domain){ .values = values, .count = c->count + 1 };
}

void
abstraction_finish(struct abstraction *a)
{
	for (size_t i = 0; i < a->pair_count; i++) {
		share_cuts(a, a->pairs[i].a, a->pairs[i].b);
		share_cuts(a, a->pairs[i].b, a->pairs[i].a);
	}
	for (size_t i = 0; i < a->dictionary->count; i++) {
		const struct cuts *c = &a->cuts[i];

		if (a->dictionary->facts[i].type != FACT_SET) {
			pick_values(a, i);
			continue;
		}
		for (size_t k = 0; k < c->class_count; k++)
			a->domains[i].words |= c->classes[k] & (~c->classes[k] + 1);
	}
}
