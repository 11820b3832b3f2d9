/* assurance/check_redundancy.c - criteria that others imply: nothing would be decided otherwise without them. */
#include "assurance/checking.h"

/* Whether whoever fulfils these fulfils `c`. Facts may be unknown, so it is exact: a criterion that only asks for
 * something to be known is not implied. What counts with less provenance than `c` asks for is no help. `*shown`: facts
 * that fulfil them, and so it. */
static bool
is_implied(struct checking *k, const struct criterion *const *others, size_t count, const struct criterion *c,
    struct facts *shown)
{
	enum provenance least = criterion_least(c, NULL);
	size_t goals = 0;

	for (size_t i = 0; i < count; i++)
		if (criterion_least(others[i], NULL) >= least)
			k->goals[goals++] = (struct goal){ others[i], criterion_least(others[i], NULL), WISH_TRUE, 0 };
	k->goals[goals] = (struct goal){ c, least, WISH_NOT_TRUE, 0 };
	if (goals == 0 || goals_search(k, NULL, 0, goals + 1, NULL) != WITNESS_NONE)
		return false;
	for (size_t i = 0; i <= goals; i++)
		k->goals[i].wish = WISH_TRUE;
	return goals_search(k, NULL, 0, goals + 1, shown) == WITNESS_FOUND;
}

/* The criterion's only leaf, when it sets a bound; NULL: it does not. */
static const struct condition_node *
bound_of(const struct criterion *c)
{
	const struct condition_node *leaf = c->condition.nodes;

	if (c->when.count || c->condition.count != 1 || leaf->kind != CONDITION_LEAF)
		return NULL;
	return leaf->operator >= OPERATOR_LE && leaf->operator <= OPERATOR_GT && !leaf->other ? leaf : NULL;
}

/* A bound of a lower level that is as strict or stricter, with a parameter on either side. */
static bool
check_bound(struct checking *k, const struct criterion *c)
{
	const struct framework *f = k->framework;
	const struct condition_node *bound = bound_of(c), *below;
	struct facts shown;

	for (size_t i = 0; bound && i < f->criterion_count; i++) {
		const struct criterion *lower = &f->criteria[i];

		below = bound_of(lower);
		if (!below || lower->area != c->area || lower->level >= c->level || below->fact != bound->fact ||
		    (!below->parameter && !bound->parameter) || !is_implied(k, &lower, 1, c, &shown))
			continue;
		finding_add(k, POLICY_PARAMETER_LOOSER, WEIGHT_WARNING, c->id,
		    arena_print(k->arena, "下位のレベルの %.*s の限度の方が厳しく、この基準は何も加えません。",
			SPAN_ARGS(lower->id)),
		    arena_print(k->arena,
			"The bound of %.*s, at a lower level, is as strict or stricter: this one adds nothing.",
			SPAN_ARGS(lower->id)),
		    &shown);
		return true;
	}
	return false;
}

/* Those it is implied by: dropped one by one as long as the others do. */
static size_t
find_fewest(struct checking *k, const struct criterion **others, size_t count, const struct criterion *c)
{
	struct facts shown;

	for (size_t i = count; i-- > 0;) {
		const struct criterion *dropped = others[i];

		others[i] = others[count - 1];
		if (is_implied(k, others, count - 1, c, &shown))
			count--;
		else
			others[i] = dropped;
	}
	return count;
}

static void
check_one(struct checking *k, const struct criterion *c, const struct criterion **others)
{
	const struct framework *f = k->framework;
	const char *names = "";
	struct facts shown;
	size_t count = 0;

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *other = &f->criteria[i];

		if (other != c &&
		    (other->level == 0 || (c->level && other->area == c->area && other->level <= c->level)))
			others[count++] = other;
	}
	if (!is_implied(k, others, count, c, &shown))
		return;
	count = find_fewest(k, others, count, c);
	for (size_t i = 0; i < count; i++)
		names = arena_print(k->arena, "%s%s%.*s", names, i ? ", " : "", SPAN_ARGS(others[i]->id));
	finding_add(k, POLICY_CRITERION_REDUNDANT, WEIGHT_WARNING, c->id,
	    arena_print(k->arena, "%s を満たせば必ず満たされます。なくても判定は変わりません。", names),
	    arena_print(
		k->arena, "Whoever fulfils %s fulfils it: without it nothing would be decided otherwise.", names),
	    &shown);
}

void
check_redundancy(struct checking *k)
{
	const struct framework *f = k->framework;
	const struct criterion **others = arena_array(k->arena, const struct criterion *, f->criterion_count + 1);

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];

		k->subject = c->id;
		/* Where nobody gets, anything is implied; what never fails was told already. */
		if (k->always[i] || c->level > k->top[c->area] || check_bound(k, c))
			continue;
		check_one(k, c, others);
	}
}
