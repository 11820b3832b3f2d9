/* assurance/implication.c - criteria that are met wherever others are, shown part by part.
 *
 * A group that has one truth is so many of its parts that have one: `all` that is true is all of them true, `all` that
 * is false is one of them false, and `not` is one part with the other truth. So one rule does for every kind.
 */
#include "assurance/implication.h"

#include <assert.h>

#define PAIRS_LARGEST 100000 /* pairs of parts looked at; then it is not shown */

struct showing {
	const struct abstraction *world;
	size_t pairs;
};

/* This node has this truth. */
struct part {
	const struct condition_node *node;
	bool truth;
};

/* At least so many of its parts have that truth. */
struct parts {
	size_t count, need;
	bool truth;
};

static bool
is_leaf(struct part p)
{
	return p.node->kind == CONDITION_LEAF;
}

static struct parts
parts_of(struct part p)
{
	const struct condition_node *n = p.node;
	size_t need = n->kind == CONDITION_ALL ? n->count : n->kind == CONDITION_ATLEAST ? n->need : 1;

	return (struct parts){
		.count = n->count,
		.need = p.truth ? need : n->count - need + 1,
		.truth = p.truth != (n->kind == CONDITION_NOT),
	};
}

/* Leaves: what they say of a set's words */

enum words_form { HAS_SOME, HAS_EACH, HAS_NONE, LACKS_SOME };
struct words {
	enum words_form form;
	uint64_t words;
};

static struct words
words_of(const struct showing *s, struct part leaf)
{
	uint64_t all = (uint64_t)abstraction_dictionary(s->world)->facts[leaf.node->fact].most;
	uint64_t operand = (uint64_t)leaf.node->operand;
	struct words w = { HAS_SOME, operand };

	switch ((enum condition_operator)leaf.node->operator) {
	case OPERATOR_HAS:
		w = (struct words){ leaf.truth ? HAS_EACH : LACKS_SOME, UINT64_C(1) << operand };
		break;
	case OPERATOR_HAS_ALL:
		w.form = leaf.truth ? HAS_EACH : LACKS_SOME;
		break;
	case OPERATOR_ONLY:
		w = (struct words){ leaf.truth ? HAS_NONE : HAS_SOME, all & ~operand };
		break;
	default:
		assert(leaf.node->operator == OPERATOR_HAS_ANY);
		w.form = leaf.truth ? HAS_SOME : HAS_NONE;
	}
	/* Of one word, some is each. */
	if (__builtin_popcountll(w.words) == 1 && w.form == HAS_SOME)
		w.form = HAS_EACH;
	else if (__builtin_popcountll(w.words) == 1 && w.form == LACKS_SOME)
		w.form = HAS_NONE;
	return w;
}

static bool
words_imply(struct words a, struct words b)
{
	bool fewer = (b.words & ~a.words) == 0, more = (a.words & ~b.words) == 0, meet = (a.words & b.words) != 0;

	switch (a.form) {
	case HAS_SOME:
		return b.form == HAS_SOME && more;
	case HAS_EACH:
		return (b.form == HAS_EACH && fewer) || (b.form == HAS_SOME && meet);
	case HAS_NONE:
		return (b.form == HAS_NONE && fewer) || (b.form == LACKS_SOME && meet);
	case LACKS_SOME:
		return b.form == LACKS_SOME && more;
	}
	return false;
}

/* Of a scalar each piece of its domain is tried. */
static bool
values_imply(const struct domain *d, struct part a, struct part b)
{
	for (size_t i = 0; i < d->count; i++)
		if (condition_leaf_holds(a.node, d->values[i]) == a.truth &&
		    condition_leaf_holds(b.node, d->values[i]) != b.truth)
			return false;
	return true;
}

static bool
leaf_implies(const struct showing *s, struct part a, struct part b)
{
	const struct condition_node *one = a.node, *other = b.node;

	if (one->fact != other->fact || one->other != other->other)
		return false;
	if (one->other)
		return one->operator == other->operator && a.truth == b.truth;
	if (abstraction_dictionary(s->world)->facts[one->fact].type == FACT_SET)
		return words_imply(words_of(s, a), words_of(s, b));
	return values_imply(abstraction_domain(s->world, one->fact), a, b);
}

/* Groups */

static bool part_implies(struct showing *, struct part a, struct part b);

/* How many of a group's parts imply `b`; no more than `enough` are looked for. */
static size_t
count_implying(struct showing *s, struct part group, struct part b, size_t enough)
{
	struct parts parts = parts_of(group);
	const struct condition_node *child = group.node - 1;
	size_t found = 0;

	for (size_t i = 0; i < parts.count && found < enough; i++, child -= child->size)
		found += part_implies(s, (struct part){ child, parts.truth }, b);
	return found;
}

static size_t
count_implied(struct showing *s, struct part a, struct part group, size_t enough)
{
	struct parts parts = parts_of(group);
	const struct condition_node *child = group.node - 1;
	size_t found = 0;

	for (size_t i = 0; i < parts.count && found < enough; i++, child -= child->size)
		found += part_implies(s, a, (struct part){ child, parts.truth });
	return found;
}

/* Parts of the one, each with a part of its own of the other that it implies: of those, all but so many hold as may
 * fail. */
static bool
enough_pairs(struct showing *s, struct part a, struct part b)
{
	struct parts of_a = parts_of(a), of_b = parts_of(b);
	const struct condition_node *child = a.node - 1, *other;
	bool paired[CONDITION_NODES] = { false };
	size_t pairs = 0, n;

	for (size_t i = 0; i < of_a.count; i++, child -= child->size) {
		for (n = 0, other = b.node - 1; n < of_b.count; n++, other -= other->size)
			if (!paired[n] && part_implies(s, (struct part){ child, of_a.truth },
			    (struct part){ other, of_b.truth }))
				break;
		if (n < of_b.count) {
			paired[n] = true;
			pairs++;
		}
	}
	return pairs + of_a.need >= of_a.count + of_b.need;
}

/* The first two rules decide; behind them something may be shown in one way and not in another. Each call goes down in
 * one of the conditions, whose depth is bounded. */
static bool
part_implies(struct showing *s, struct part a, struct part b)
{
	struct parts of_a = parts_of(a), of_b = parts_of(b);

	if (s->pairs++ >= PAIRS_LARGEST)
		return false;
	if (!is_leaf(a) && of_a.need == 1)
		return count_implying(s, a, b, of_a.count) == of_a.count;
	if (!is_leaf(b) && of_b.need == of_b.count)
		return count_implied(s, a, b, of_b.count) == of_b.count;
	if (is_leaf(a) && is_leaf(b))
		return leaf_implies(s, a, b);
	if (!is_leaf(a) && of_a.need == of_a.count && count_implying(s, a, b, 1))
		return true;
	if (!is_leaf(b) && of_b.need == 1 && count_implied(s, a, b, 1))
		return true;
	return !is_leaf(a) && !is_leaf(b) && enough_pairs(s, a, b);
}

/* Criteria: true where it does not apply, and where its condition is true */

struct premise {
	struct part parts[2];
	size_t count;
};

static struct part
part_of(const struct condition *c, bool truth)
{
	return (struct part){ &c->nodes[c->count - 1], truth };
}

static bool
premise_implies(struct showing *s, const struct premise *p, struct part b)
{
	for (size_t i = 0; i < p->count; i++)
		if (part_implies(s, p->parts[i], b))
			return true;
	return false;
}

static bool
premise_meets(struct showing *s, const struct premise *p, const struct criterion *b)
{
	if (b->when.count && premise_implies(s, p, part_of(&b->when, false)))
		return true;
	return (!b->when.count || premise_implies(s, p, part_of(&b->when, true))) &&
	    (!b->condition.count || premise_implies(s, p, part_of(&b->condition, true)));
}

bool
criterion_implies(const struct abstraction *world, const struct criterion *a, const struct criterion *b)
{
	struct showing s = { .world = world };
	struct premise met = { .count = 0 }, not_asked = { .count = 1 };

	if (a->when.count)
		met.parts[met.count++] = part_of(&a->when, true);
	if (a->condition.count)
		met.parts[met.count++] = part_of(&a->condition, true);
	if (!premise_meets(&s, &met, b))
		return false;
	if (!a->when.count)
		return true;
	not_asked.parts[0] = part_of(&a->when, false);
	return premise_meets(&s, &not_asked, b);
}
