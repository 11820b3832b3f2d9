/* assurance/condition.c - conditions evaluated: truth, reasons, support. */
#include "assurance/condition.h"

#include <assert.h>

const char *
truth_name(enum truth t)
{
	static const char *const names[] = { "unknown", "false", "true" };

	return names[t];
}

const char *
operator_name(enum condition_operator op)
{
	static const char *const names[] = { "", "is", "isnt", "in", "le", "lt", "ge", "gt", "has", "has_any",
		"has_all", "only" };

	return names[op];
}

/* Truth */

static bool
is_in(const struct condition_node *leaf, int64_t value)
{
	for (size_t i = 0; i < leaf->need; i++)
		if (leaf->list[i] == value)
			return true;
	return false;
}

/* Every operator asks one thing: whether part of the value lies within bounds. So finding out takes no jumps, which
 * would be foretold badly, and the bounds are made once. */
void
condition_leaf_prepare(struct condition_node *n)
{
	int64_t operand = n->operand, bit = (int64_t)(UINT64_C(1) << (operand & 63));

	n->plain = !n->list && !n->other;
	n->mask = -1;
	n->low = operand;
	n->span = 0;
	n->denied = n->one_bit = false;
	switch ((enum condition_operator)n->operator) {
	case OPERATOR_NONE:
	case OPERATOR_IS:
		break;
	case OPERATOR_ISNT:
		n->denied = true;
		break;
	case OPERATOR_LE:
	case OPERATOR_GT:
		n->low = INT64_MIN;
		n->span = (uint64_t)operand - (uint64_t)INT64_MIN;
		n->denied = n->operator == OPERATOR_GT;
		break;
	case OPERATOR_GE:
	case OPERATOR_LT:
		n->span = (uint64_t)INT64_MAX - (uint64_t)operand;
		n->denied = n->operator == OPERATOR_LT;
		break;
	case OPERATOR_HAS:
		n->mask = n->low = bit;
		break;
	case OPERATOR_HAS_ALL:
		n->mask = operand;
		break;
	case OPERATOR_ONLY:
		n->mask = ~operand;
		n->low = 0;
		break;
	case OPERATOR_IN:
	case OPERATOR_HAS_ANY:
		n->one_bit = n->operator == OPERATOR_IN;
		n->mask = operand;
		n->low = 0;
		n->denied = true;
		break;
	}
}

static inline bool __attribute__((always_inline))
holds(const struct condition_node *leaf, int64_t value)
{
	value = leaf->one_bit ? INT64_C(1) << (value & 63) : value;
	return ((uint64_t)(value & leaf->mask) - (uint64_t)leaf->low <= leaf->span) != leaf->denied;
}

static inline bool
is_known(const uint64_t *known, size_t fact)
{
	return (known[fact / 64] >> (fact % 64) & 1) != 0;
}

/* A leaf whose operand is another fact's value, or a list. */
static enum truth __attribute__((noinline))
other_truth(const struct condition_node *leaf, const struct facts *f, const uint64_t *known)
{
	struct condition_node compared = *leaf;

	if (!is_known(known, leaf->fact) || (leaf->other && !is_known(known, (size_t)leaf->other - 1)))
		return TRUTH_UNKNOWN;
	if (leaf->list)
		return is_in(leaf, f->value[leaf->fact]) ? TRUTH_TRUE : TRUTH_FALSE;
	compared.operand = f->value[leaf->other - 1];
	condition_leaf_prepare(&compared);
	return holds(&compared, f->value[leaf->fact]) ? TRUTH_TRUE : TRUTH_FALSE;
}

/* `known`: of the provenance that counts. */
static inline enum truth __attribute__((always_inline))
leaf_truth(const struct condition_node *leaf, const struct facts *f, const uint64_t *known)
{
	static_assert(TRUTH_UNKNOWN == 0 && TRUTH_FALSE == 1 && TRUTH_TRUE == 2,
	    "what is known is false, or twice that");
	if (!leaf->plain)
		return other_truth(leaf, f, known);
	return (enum truth)(is_known(known, leaf->fact) << holds(leaf, f->value[leaf->fact]));
}

enum truth
condition_node_truth(const struct condition_node *leaf, const struct facts *f, enum provenance least)
{
	assert(leaf->kind == CONDITION_LEAF && least >= CLAIMED);
	return leaf_truth(leaf, f, f->known[least]);
}

bool
condition_leaf_holds(const struct condition_node *leaf, int64_t value)
{
	assert(leaf->kind == CONDITION_LEAF && !leaf->other);
	return leaf->list ? is_in(leaf, value) : holds(leaf, value);
}

/* `all` and `any` are `atleast` all of them, and one; `not` is the opposite of `atleast` one of one. */
static inline enum truth
group_truth(const struct condition_node *group, size_t trues, size_t falses)
{
	size_t need = group->kind == CONDITION_ALL ? group->count : group->kind == CONDITION_ATLEAST ? group->need : 1;
	bool denied = group->kind == CONDITION_NOT, is = trues >= need, can_be = (size_t)group->count - falses >= need;

	return is != can_be ? TRUTH_UNKNOWN : is != denied ? TRUTH_TRUE : TRUTH_FALSE;
}

enum truth
condition_group_truth(const struct condition_node *group, size_t trues, size_t falses)
{
	assert(group->kind != CONDITION_LEAF);
	return group_truth(group, trues, falses);
}

/* The truth of every node, in the order they stand: children are known before their group. */
static void
find_truths(const struct condition *c, const struct facts *f, enum provenance least, uint8_t truths[CONDITION_NODES])
{
	for (size_t i = 0; i < c->count; i++) {
		const struct condition_node *n = &c->nodes[i];
		size_t trues = 0, falses = 0;

		if (n->kind == CONDITION_LEAF) {
			truths[i] = (uint8_t)leaf_truth(n, f, f->known[least]);
			continue;
		}
		for (size_t k = 0, child = i - 1; k < n->count; k++, child -= c->nodes[child].size) {
			trues += truths[child] / TRUTH_TRUE;
			falses += truths[child] % TRUTH_TRUE;
		}
		truths[i] = (uint8_t)group_truth(n, trues, falses);
	}
}

/* Of a group, which is the last node of its part. Nothing beneath it is looked at once it is settled: most are `all`
 * and `any`, which one child settles. The depth of conditions bounds the recursion. */
static enum truth
part_truth(const struct condition_node *group, const struct facts *f, const uint64_t *known)
{
	/* What one such child makes of the group; ATLEAST and NOT count. */
	static const uint8_t settling[] = { [CONDITION_ALL] = TRUTH_FALSE, [CONDITION_ANY] = TRUTH_TRUE,
		[CONDITION_NOT] = UINT8_MAX, [CONDITION_ATLEAST] = UINT8_MAX };
	const struct condition_node *child = group - 1;
	unsigned settles = settling[group->kind], trues = 0, falses = 0;

	for (unsigned left = group->count; left > 0; left--, child -= child->size) {
		enum truth t = child->kind == CONDITION_LEAF ? leaf_truth(child, f, known) :
		    part_truth(child, f, known);

		if (t == settles)
			return t;
		trues += t / TRUTH_TRUE;
		falses += t % TRUTH_TRUE;
	}
	return group_truth(group, trues, falses);
}

enum truth
condition_truth(const struct condition *c, const struct facts *f, enum provenance least)
{
	const struct condition_node *whole;

	assert(least >= CLAIMED);
	if (c->count == 0)
		return TRUTH_TRUE;
	whole = &c->nodes[c->count - 1];
	return whole->kind == CONDITION_LEAF ? leaf_truth(whole, f, f->known[least]) :
	    part_truth(whole, f, f->known[least]);
}

/* Reasons */

/* Which of a group's children keep it from being what was hoped. Hoping for truth: of `all` those that are not true, of
 * `any` each; hoping for falsity (beneath a `not`): of `any` those that are not false, of `all` each. So it is those
 * that are not themselves what was hoped, in either case: a group that is not what was hoped either needs them, or
 * would do with one of them. */
static void
hope_for_children(const struct condition *c, size_t group, const uint8_t *truths, uint8_t *hopes)
{
	const struct condition_node *n = &c->nodes[group];
	uint8_t hope = hopes[group];

	if (n->kind == CONDITION_NOT)
		hope = hope == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
	for (size_t k = 0, child = group - 1; k < n->count; k++, child -= c->nodes[child].size)
		if (truths[child] != hope)
			hopes[child] = hope;
}

size_t
condition_reasons(const struct condition *c, const struct facts *f, enum provenance least, uint16_t *nodes, size_t room)
{
	uint8_t truths[CONDITION_NODES], hopes[CONDITION_NODES];
	size_t count = 0;

	if (c->count == 0)
		return 0;
	memset(hopes, 0, c->count);
	find_truths(c, f, least, truths);
	if (truths[c->count - 1] == TRUTH_TRUE)
		return 0;
	hopes[c->count - 1] = TRUTH_TRUE;
	for (size_t i = c->count; i-- > 0;)
		if (hopes[i] && c->nodes[i].kind != CONDITION_LEAF)
			hope_for_children(c, i, truths, hopes);
	for (size_t i = 0; i < c->count; i++) {
		if (!hopes[i] || c->nodes[i].kind != CONDITION_LEAF)
			continue;
		if (count < room)
			nodes[count] = (uint16_t)i;
		count++;
	}
	return count;
}

/* Support, parameters */

void
condition_support(const struct condition *c, uint64_t facts[FACT_SETS])
{
	for (size_t i = 0; i < c->count; i++) {
		const struct condition_node *n = &c->nodes[i];

		if (n->kind != CONDITION_LEAF)
			continue;
		facts[n->fact / 64] |= UINT64_C(1) << n->fact % 64;
		if (n->other)
			facts[(n->other - 1) / 64] |= UINT64_C(1) << (n->other - 1) % 64;
	}
}

struct condition
condition_with(const struct condition *c, size_t parameter, int64_t value, struct arena *a)
{
	struct condition_node *nodes = arena_array(a, struct condition_node, c->count);

	for (size_t i = 0; i < c->count; i++) {
		nodes[i] = c->nodes[i];
		if (nodes[i].parameter != parameter + 1)
			continue;
		nodes[i].operand = value;
		condition_leaf_prepare(&nodes[i]);
	}
	return (struct condition){ .nodes = nodes, .count = c->count };
}
