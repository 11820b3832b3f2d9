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
	static const char *const names[] = { "", "is", "isnt", "in", "le", "lt", "ge", "gt", "has", "has_any", "has_all",
		"only" };

	return names[op];
}

/* Truth */

static inline bool
is_in(const struct condition_node *leaf, int64_t value)
{
	if (!leaf->list)
		return (leaf->operand >> value & 1) != 0;
	for (size_t i = 0; i < leaf->need; i++)
		if (leaf->list[i] == value)
			return true;
	return false;
}

/* What compares takes no jumps, which would be foretold badly: each operator with the orders it accepts. */
enum { LESS = 1, SAME = 2, MORE = 4 };
static const uint8_t accepted_orders[] = {
	[OPERATOR_IS] = SAME, [OPERATOR_ISNT] = LESS | MORE,
	[OPERATOR_LE] = LESS | SAME, [OPERATOR_LT] = LESS,
	[OPERATOR_GE] = MORE | SAME, [OPERATOR_GT] = MORE,
	[OPERATOR_ONLY] = 0,
};

static inline bool __attribute__((always_inline))
holds(const struct condition_node *leaf, int64_t value, int64_t operand)
{
	uint8_t orders = accepted_orders[leaf->operator];

	if (orders)
		return (orders >> (1 + (value > operand) - (value < operand)) & 1) != 0;
	switch ((enum condition_operator)leaf->operator) {
	case OPERATOR_IN:
		return is_in(leaf, value);
	case OPERATOR_HAS:
		return (value >> operand & 1) != 0;
	case OPERATOR_HAS_ANY:
		return (value & operand) != 0;
	case OPERATOR_HAS_ALL:
		return (value & operand) == operand;
	case OPERATOR_ONLY:
		return (value & ~operand) == 0;
	case OPERATOR_NONE:
	case OPERATOR_IS:
	case OPERATOR_ISNT:
	case OPERATOR_LE:
	case OPERATOR_LT:
	case OPERATOR_GE:
	case OPERATOR_GT:
		break;
	}
	assert(false);
	return false;
}

/* `known`: of the provenance that counts. */
static inline enum truth __attribute__((always_inline))
leaf_truth(const struct condition_node *leaf, const struct facts *f, const uint64_t *known)
{
	int64_t operand = leaf->operand;

	if (!(known[leaf->fact / 64] >> leaf->fact % 64 & 1))
		return TRUTH_UNKNOWN;
	if (leaf->other) {
		if (!(known[(leaf->other - 1) / 64] >> (leaf->other - 1) % 64 & 1))
			return TRUTH_UNKNOWN;
		operand = f->value[leaf->other - 1];
	}
	return holds(leaf, f->value[leaf->fact], operand) ? TRUTH_TRUE : TRUTH_FALSE;
}

enum truth
condition_node_truth(const struct condition_node *leaf, const struct facts *f, enum provenance least)
{
	assert(leaf->kind == CONDITION_LEAF && least >= CLAIMED);
	return leaf_truth(leaf, f, f->known[least]);
}

/* Of a group, by how many of its children are true and false. */
enum truth
condition_group_truth(const struct condition_node *group, size_t trues, size_t falses)
{
	switch ((enum condition_kind)group->kind) {
	case CONDITION_ALL:
		return falses ? TRUTH_FALSE : trues == group->count ? TRUTH_TRUE : TRUTH_UNKNOWN;
	case CONDITION_ANY:
		return trues ? TRUTH_TRUE : falses == group->count ? TRUTH_FALSE : TRUTH_UNKNOWN;
	case CONDITION_NOT:
		return trues ? TRUTH_FALSE : falses ? TRUTH_TRUE : TRUTH_UNKNOWN;
	case CONDITION_ATLEAST:
		if (trues >= group->need)
			return TRUTH_TRUE;
		return (size_t)group->count - falses < group->need ? TRUTH_FALSE : TRUTH_UNKNOWN;
	case CONDITION_LEAF:
		break;
	}
	assert(false);
	return TRUTH_UNKNOWN;
}

/* The truth of every node, in the order they stand: children are known before their group. */
static void
find_truths(const struct condition *c, const struct facts *f, enum provenance least, uint8_t truths[CONDITION_NODES])
{
	for (size_t i = 0; i < c->count; i++) {
		const struct condition_node *n = &c->nodes[i];
		size_t trues = 0, falses = 0;

		if (n->kind == CONDITION_LEAF) {
			truths[i] = (uint8_t)condition_node_truth(n, f, least);
			continue;
		}
		for (size_t k = 0, child = i - 1; k < n->count; k++, child -= c->nodes[child].size) {
			trues += truths[child] == TRUTH_TRUE;
			falses += truths[child] == TRUTH_FALSE;
		}
		truths[i] = (uint8_t)condition_group_truth(n, trues, falses);
	}
}

/* Of the part whose last node it is. Nothing beneath it is looked at once it is settled: most are `all` and `any`, which one
 * child settles. The depth of conditions bounds the recursion. */
static enum truth
part_truth(const struct condition_node *part, const struct facts *f, const uint64_t *known)
{
	/* What one such child makes of the group; ATLEAST and NOT need to count. */
	static const uint8_t settling[] = { [CONDITION_ALL] = TRUTH_FALSE, [CONDITION_ANY] = TRUTH_TRUE,
		[CONDITION_NOT] = TRUTH_UNKNOWN, [CONDITION_ATLEAST] = TRUTH_UNKNOWN, [CONDITION_LEAF] = TRUTH_UNKNOWN };
	const struct condition_node *child = part - 1;
	size_t trues = 0, falses = 0;

	if (part->kind == CONDITION_LEAF)
		return leaf_truth(part, f, known);
	for (size_t k = 0; k < part->count; k++, child -= child->size) {
		enum truth t = child->kind == CONDITION_LEAF ? leaf_truth(child, f, known) : part_truth(child, f, known);

		if (t == TRUTH_UNKNOWN)
			continue;
		if (t == settling[part->kind])
			return t;
		trues += t == TRUTH_TRUE;
		falses += t == TRUTH_FALSE;
	}
	return condition_group_truth(part, trues, falses);
}

enum truth
condition_truth(const struct condition *c, const struct facts *f, enum provenance least)
{
	assert(least >= CLAIMED);
	return c->count ? part_truth(c->nodes + c->count - 1, f, f->known[least]) : TRUTH_TRUE;
}

/* Reasons */

/* Which of a group's children keep it from being what was hoped. Hoping for truth: of `all` those that are not true, of
 * `any` each; hoping for falsity (beneath a `not`): of `any` those that are not false, of `all` each. So it is those that
 * are not themselves what was hoped, in either case: a group that is not what was hoped either needs them, or would do with
 * one of them. */
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
	uint8_t truths[CONDITION_NODES], hopes[CONDITION_NODES] = { 0 };
	size_t count = 0;

	if (c->count == 0)
		return 0;
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
		if (nodes[i].parameter == parameter + 1)
			nodes[i].operand = value;
	}
	return (struct condition){ .nodes = nodes, .count = c->count };
}
