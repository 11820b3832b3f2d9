/* assurance/sight.c - what is decided of facts, as each view sees it. */
#include "assurance/sight.h"

/* Deciding */

bool
sight_is_set(const struct search *s, size_t fact)
{
	return s->dictionary->facts[fact].type == FACT_SET;
}

const struct effect *
sight_effect(const struct view *v, size_t fact)
{
	for (size_t i = 0; i < v->effect_count; i++)
		if (v->effects[i].fact == fact)
			return &v->effects[i];
	return NULL;
}

void
sight_show(struct search *s, size_t view, size_t fact)
{
	const struct fact *f = &s->dictionary->facts[fact];
	const struct view *v = &s->views[view];
	const struct effect *e = sight_effect(v, fact);
	struct sight *sight = &s->sights[view];
	int64_t low = (int64_t)s->members[fact], high = low;

	if (f->type == FACT_SET)
		high |= (int64_t)(abstraction_domain(s->world, fact)->words & ~s->words[fact]);
	if (e && e->add) {
		low |= e->value;
		high = s->state[fact] == LEFT_UNKNOWN ? low : high | e->value;
	} else if (e) {
		low = high = e->value;
	}
	facts_forget(&sight->low, f);
	facts_forget(&sight->high, f);
	if (v->hidden == fact + 1 || (!e && s->state[fact] != DECIDED))
		return;
	facts_put(&sight->low, f, low, e ? OBSERVED : s->by);
	facts_put(&sight->high, f, high, e ? OBSERVED : s->by);
}

void
sight_show_all(struct search *s, size_t fact)
{
	for (size_t i = 0; i < s->view_count; i++)
		sight_show(s, i, fact);
}

void
sight_decide(struct search *s, const struct choice *c, int64_t value)
{
	s->state[c->fact] = DECIDED;
	if (c->word < 0) {
		s->members[c->fact] = (uint64_t)value;
	} else {
		s->words[c->fact] |= UINT64_C(1) << c->word;
		s->members[c->fact] &= ~(UINT64_C(1) << c->word);
		s->members[c->fact] |= (uint64_t)value << c->word;
	}
	sight_show_all(s, c->fact);
}

void
sight_reopen(struct search *s, const struct choice *c)
{
	if (c->word >= 0) {
		s->words[c->fact] &= ~(UINT64_C(1) << c->word);
		s->members[c->fact] &= ~(UINT64_C(1) << c->word);
	}
	if (c->word < 0 || s->words[c->fact] == 0) {
		s->state[c->fact] = OPEN;
		s->members[c->fact] = 0;
	}
	sight_show_all(s, c->fact);
}

/* Judging */

static enum truth
leaf_truth(const struct search *s, const struct condition_node *leaf, const struct goal *g)
{
	const struct sight *sight = &s->sights[g->view];
	enum truth truth = condition_node_truth(leaf, &sight->low, g->least);

	/* Every question to a set grows or shrinks with it: what both ends say is so in between. */
	if (truth != TRUTH_UNKNOWN && sight_is_set(s, leaf->fact) &&
	    condition_node_truth(leaf, &sight->high, g->least) != truth)
		return TRUTH_UNKNOWN;
	return truth;
}

enum truth
sight_judge_condition(struct search *s, const struct condition *c, const struct goal *g)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct condition_node *n = &c->nodes[i];
		size_t trues = 0, falses = 0;

		if (n->kind == CONDITION_LEAF) {
			s->truths[i] = (uint8_t)leaf_truth(s, n, g);
			continue;
		}
		for (size_t k = 0, child = i - 1; k < n->count; k++, child -= c->nodes[child].size) {
			trues += s->truths[child] == TRUTH_TRUE;
			falses += s->truths[child] == TRUTH_FALSE;
		}
		s->truths[i] = (uint8_t)condition_group_truth(n, trues, falses);
	}
	return c->count ? (enum truth)s->truths[c->count - 1] : TRUTH_TRUE;
}

enum truth
sight_judge(struct search *s, const struct goal *g)
{
	enum truth when = sight_judge_condition(s, &g->criterion->when, g);

	if (when == TRUTH_TRUE)
		return sight_judge_condition(s, &g->criterion->condition, g);
	return when == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_UNKNOWN;
}
