/* assurance/step_outlook.c - what steps could at best make of a condition. */
#include "assurance/step_outlook.h"

#include <assert.h>

/* With another value of one fact, as a step would leave it behind. */
static void
try_value(struct prospect *p, const struct condition_node *leaf, struct outlook *o, uint16_t fact, int64_t value,
    enum provenance least)
{
	int64_t was = o->facts.value[fact];
	uint64_t bit = UINT64_C(1) << (fact % 64), known[PROVENANCES];
	enum truth truth;

	for (size_t i = CLAIMED; i < PROVENANCES; i++) {
		known[i] = o->facts.known[i][fact / 64];
		o->facts.known[i][fact / 64] |= bit;
	}
	o->facts.value[fact] = value;
	truth = condition_node_truth(leaf, &o->facts, least);
	p->true_ = p->true_ || truth == TRUTH_TRUE;
	p->false_ = p->false_ || truth == TRUTH_FALSE;
	for (size_t i = CLAIMED; i < PROVENANCES; i++)
		o->facts.known[i][fact / 64] = known[i];
	o->facts.value[fact] = was;
}

/* Sets grow by what is added: the conditions over them are settled by the fewest words and by the most. */
static struct prospect
leaf_prospect(const struct condition_node *leaf, struct outlook *o, enum provenance least)
{
	enum truth now = condition_node_truth(leaf, &o->facts, least);
	struct prospect p = { now == TRUTH_TRUE, now == TRUTH_FALSE };
	struct step_set able = set_common(&o->changers[leaf->fact], &o->open), others = { { 0 } };
	int64_t base = facts_known(&o->facts, leaf->fact, OBSERVED) ? o->facts.value[leaf->fact] : 0, all = base;

	if (leaf->other)
		others = set_common(&o->changers[leaf->other - 1], &o->open);
	if (set_size(&others) > 0 || (leaf->other && set_size(&able) > 0))
		return (struct prospect){ true, true };
	for (size_t i = set_next(&able, 0); i < STEPS_LARGEST && !(p.true_ && p.false_); i = set_next(&able, i + 1)) {
		const struct step *step = &o->steps[o->numbers[i]];

		for (size_t k = 0; k < step->effect_count; k++) {
			const struct effect *e = &step->effects[k];

			if (e->fact != leaf->fact)
				continue;
			all |= e->add ? e->value : 0;
			try_value(&p, leaf, o, leaf->fact, e->add ? base | e->value : e->value, least);
		}
	}
	if (all != base)
		try_value(&p, leaf, o, leaf->fact, all, least);
	return p;
}

static struct prospect
group_prospect(const struct condition_node *group, size_t trues, size_t falses)
{
	size_t count = group->count;

	switch ((enum condition_kind)group->kind) {
	case CONDITION_ALL:
		return (struct prospect){ trues == count, falses > 0 };
	case CONDITION_ANY:
		return (struct prospect){ trues > 0, falses == count };
	case CONDITION_NOT:
		return (struct prospect){ falses > 0, trues > 0 };
	case CONDITION_ATLEAST:
		return (struct prospect){ trues >= group->need, count - falses < group->need };
	case CONDITION_LEAF:
		break;
	}
	return (struct prospect){ true, true };
}

struct prospect
condition_prospect(const struct condition *c, struct outlook *o, enum provenance least)
{
	struct prospect stack[CONDITION_LEAVES] = { { false, false } };
	size_t height = 0;

	if (c->count == 0)
		return (struct prospect){ true, false };
	for (size_t i = 0; i < c->count; i++) {
		size_t trues = 0, falses = 0;

		if (c->nodes[i].kind == CONDITION_LEAF) {
			stack[height++] = leaf_prospect(&c->nodes[i], o, least);
			continue;
		}
		assert(height >= c->nodes[i].count);
		for (size_t k = 0; k < c->nodes[i].count; k++) {
			height--;
			trues += stack[height].true_;
			falses += stack[height].false_;
		}
		stack[height++] = group_prospect(&c->nodes[i], trues, falses);
	}
	return stack[0];
}
