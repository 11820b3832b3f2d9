/* assurance/step_search.c - the cheapest set of steps after which everything wanted holds. */
#include "assurance/step_search.h"

#include <assert.h>

#include "assurance/step_outlook.h"

struct goal {
	bool level;                      /* a level required; else a criterion */
	uint16_t number;
	const struct step_set *helpers;  /* steps that change a fact it reads */
};

#define GOALS_LARGEST (CRITERIA_LARGEST + REQUIREMENTS_LARGEST)
struct search {
	const struct step_goals *wanted;
	const struct step_plan *plan;
	const struct facts *before;
	struct goal goals[GOALS_LARGEST]; /* so many are written, and no more: a search may be over in a microsecond */
	size_t goal_count;
	struct step_set level_helpers[REQUIREMENTS_LARGEST];
	uint32_t *nodes;
	bool cut_off;                    /* the nodes are spent: all ends */
	bool too_deep;                   /* something longer than an answer may be was passed over */
	/* The set at hand, and the best so far. */
	uint16_t taken[STEP_SEARCH_STEPS];
	size_t count;
	uint64_t cost;
	struct {
		bool found;
		uint64_t cost;
		size_t count;
		uint16_t sorted[STEP_SEARCH_STEPS], order[STEP_SEARCH_STEPS]; /* numbers in the file */
		struct facts after;
	} best;
};

/* What steps do. */

void
step_do(const struct step *step, struct facts *facts)
{
	for (size_t i = 0; i < step->effect_count; i++) {
		const struct effect *e = &step->effects[i];
		int64_t value = e->value;

		/* Words join what was observed; what others said is replaced by what is seen, as facts_put() has it. */
		if (e->add && facts_known(facts, e->fact, OBSERVED))
			value |= facts->value[e->fact];
		facts_put(facts, &facts->dictionary->facts[e->fact], value, OBSERVED);
	}
}

static const struct step *
step_at(const struct search *s, size_t rank)
{
	return &s->wanted->framework->steps[s->plan->numbers[rank]];
}

static bool
step_ready(const struct step *step, const struct facts *facts)
{
	return condition_truth(&step->needs, facts, CLAIMED) == TRUTH_TRUE;
}

/* Preparing. */

static struct outlook
outlook_at(const struct search *s, const struct facts *facts, const struct step_set *open)
{
	return (struct outlook){ s->wanted->framework->steps, s->plan->numbers, s->plan->changers, *open, *facts };
}

static const struct criterion *
criteria_wanted(const struct step_goals *wanted)
{
	return wanted->profile ? wanted->profile->criteria : wanted->framework->criteria;
}

static void
add_criterion(struct search *s, size_t number)
{
	const struct profile *profile = s->wanted->profile;

	if (profile && profile->excluded && profile->excluded[number])
		return;
	s->goals[s->goal_count++] = (struct goal){ false, (uint16_t)number, &s->plan->helpers[number] };
}

static bool
part_of(const struct area *whole, size_t whole_number, size_t area)
{
	for (size_t i = 0; whole->of && i < whole->of_count; i++)
		if (whole->of[i] == area)
			return true;
	return whole_number == area;
}

/* A level depends on all criteria of its area, or of the parts of a composed one. */
static void
add_level(struct search *s, size_t number)
{
	const struct framework *f = s->wanted->framework;
	uint8_t area = s->wanted->levels[number].area;
	struct step_set *helpers = &s->level_helpers[number];

	*helpers = (struct step_set){ { 0 } };
	for (size_t i = 0; i < f->criterion_count; i++)
		if (part_of(&f->areas[area], area, f->criteria[i].area))
			set_join(helpers, &s->plan->helpers[i]);
	s->goals[s->goal_count++] = (struct goal){ true, (uint16_t)number, helpers };
}

/* Ranks of the steps that may be taken: those whose needs could not be fulfilled whatever the others did are left
 * out. */
static struct step_set
steps_open(const struct search *s, const struct step_set *allowed)
{
	struct outlook o = outlook_at(s, s->before, allowed);
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = set_next(&o.open, 0); i < STEPS_LARGEST; i = set_next(&o.open, i + 1)) {
			if (condition_prospect(&step_at(s, i)->needs, &o, CLAIMED).true_)
				continue;
			set_remove(&o.open, i);
			changed = true;
		}
	}
	return o.open;
}

/* The order in which steps can be done. */

/* Numbers in the file: what a step's needs read is changed by another, or by itself. */
static bool
depends(const struct search *s, uint16_t step, uint16_t changer)
{
	return set_has(&s->plan->enablers[s->plan->ranks[step]], s->plan->ranks[changer]);
}

/* Whether none of the others' needs depends on what it does: then doing it as soon as it can be done takes nothing
 * away. */
static bool
harmless(const struct search *s, const uint16_t *left, size_t count, size_t which)
{
	for (size_t i = 0; i < count; i++)
		if (i != which && depends(s, left[i], left[which]))
			return false;
	return true;
}

static bool arrange(struct search *, const struct facts *, const uint16_t *left, size_t count, uint16_t *order);

static bool
arrange_after(struct search *s, const struct facts *now, const uint16_t *left, size_t count, size_t first,
    uint16_t *order)
{
	uint16_t rest[STEP_SEARCH_STEPS];
	struct facts next = *now;
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (i != first)
			rest[n++] = left[i];
	step_do(&s->wanted->framework->steps[left[first]], &next);
	order[0] = left[first];
	return arrange(s, &next, rest, n, order + 1);
}

static bool
node_spent(struct search *s)
{
	if (*s->nodes == 0) {
		s->cut_off = true;
		return true;
	}
	(*s->nodes)--;
	return false;
}

/* `left` are numbers in the file, ascending. */
static bool
arrange(struct search *s, const struct facts *now, const uint16_t *left, size_t count, uint16_t *order)
{
	bool ready[STEP_SEARCH_STEPS];

	if (count == 0)
		return true;
	if (node_spent(s))
		return false;
	for (size_t i = 0; i < count; i++) {
		ready[i] = step_ready(&s->wanted->framework->steps[left[i]], now);
		if (ready[i] && harmless(s, left, count, i))
			return arrange_after(s, now, left, count, i, order);
	}
	for (size_t i = 0; i < count; i++)
		if (ready[i] && arrange_after(s, now, left, count, i, order))
			return true;
	return false;
}

/* Who could unlock a set that cannot be arranged: a step that changes what one of the set needs. Those whose needs hold
 * from the beginning, and are touched by none of the set, do not stand in the way. */
static struct step_set
unlockers(const struct search *s, const uint16_t *sorted)
{
	struct step_set found = { { 0 } };

	for (size_t i = 0; i < s->count; i++) {
		bool touched = false;

		for (size_t j = 0; j < s->count && !touched; j++)
			touched = depends(s, sorted[i], sorted[j]);
		if (touched || !step_ready(&s->wanted->framework->steps[sorted[i]], s->before))
			set_join(&found, &s->plan->enablers[s->plan->ranks[sorted[i]]]);
	}
	return found;
}

/* Looking. */

static bool
holds(const struct search *s, const struct goal *goal, const struct facts *facts)
{
	const struct step_goals *wanted = s->wanted;
	const struct criterion *c;
	struct evaluation e;
	bool applies;

	if (goal->level) {
		evaluate(wanted->framework, wanted->profile, facts, &e);
		return requirement_met(&wanted->levels[goal->number],
		    e.areas[wanted->levels[goal->number].area].reached);
	}
	c = &criteria_wanted(wanted)[goal->number];
	return criterion_truth(c, facts, criterion_least(c, wanted->profile), &applies) == TRUTH_TRUE;
}

/* Levels are not looked ahead for. */
static bool
could_hold(const struct search *s, const struct goal *goal, struct outlook *o)
{
	const struct criterion *c = &criteria_wanted(s->wanted)[goal->number];
	enum provenance least = goal->level ? CLAIMED : criterion_least(c, s->wanted->profile);
	struct prospect when;

	if (goal->level)
		return true;
	when = condition_prospect(&c->when, o, least);
	return when.false_ || (when.true_ && condition_prospect(&c->condition, o, least).true_);
}

/* File numbers, ascending. */
static void
sort_numbers(uint16_t *numbers, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		uint16_t number = numbers[i];
		size_t at = i;

		for (; at > 0 && numbers[at - 1] > number; at--)
			numbers[at] = numbers[at - 1];
		numbers[at] = number;
	}
}

/* Negative: the first stands earlier in the file. */
static int
sets_compare(const uint16_t *a, const uint16_t *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Whether a set of this cost, of these steps (they are sorted), is better than the best. */
static bool
better(const struct search *s, uint64_t cost, uint16_t *numbers, size_t count)
{
	if (!s->best.found || cost != s->best.cost)
		return !s->best.found || cost < s->best.cost;
	if (count != s->best.count)
		return count < s->best.count;
	sort_numbers(numbers, count);
	return sets_compare(numbers, s->best.sorted, count) < 0;
}

/* What the set at hand needs at least: for goals without a helper in common, the cheapest helper each. */
struct bound {
	struct step_set covered;
	uint64_t cost;
	uint16_t numbers[STEP_SEARCH_STEPS + GOALS_LARGEST]; /* no set of so many is smaller, nor earlier in the file */
	size_t count;
};

static void
bound_raise(const struct search *s, struct bound *b, const struct step_set *helpers)
{
	struct step_set shared = set_common(&b->covered, helpers);
	uint16_t earliest = UINT16_MAX;

	if (set_size(&shared) > 0)
		return;
	for (size_t i = set_next(helpers, 0); i < STEPS_LARGEST; i = set_next(helpers, i + 1))
		earliest = s->plan->numbers[i] < earliest ? s->plan->numbers[i] : earliest;
	b->cost += step_at(s, set_next(helpers, 0))->cost;
	b->numbers[b->count++] = earliest;
	set_join(&b->covered, helpers);
}

static bool
worth_looking(struct search *s, const struct step_set *tightest, const uint64_t *unmet, const struct step_set *open)
{
	struct bound b;

	b.covered = (struct step_set){ { 0 } };
	b.cost = s->cost;
	b.count = s->count;
	for (size_t i = 0; i < s->count; i++)
		b.numbers[i] = s->plan->numbers[s->taken[i]];
	bound_raise(s, &b, tightest);
	for (size_t i = 0; i < s->goal_count; i++) {
		struct step_set helpers;

		if (!(unmet[i / 64] >> (i % 64) & 1))
			continue;
		helpers = set_common(s->goals[i].helpers, open);
		if (set_size(&helpers) == 0)
			return false;
		bound_raise(s, &b, &helpers);
	}
	if (!better(s, b.cost, b.numbers, b.count))
		return false;
	/* Only what would have been better is missed by ending here. */
	s->too_deep = s->too_deep || b.count > STEP_SEARCH_STEPS;
	return b.count <= STEP_SEARCH_STEPS;
}

/* The goals that do not hold, and the helpers of the one with the fewest. False: one of them cannot be helped. */
static bool
unmet_goals(const struct search *s, const struct facts *after, const struct step_set *open, uint64_t *unmet,
    size_t *count, struct step_set *tightest)
{
	struct outlook o = outlook_at(s, after, open);
	size_t fewest = STEPS_LARGEST + 1;

	*count = 0;
	for (size_t i = 0; i < s->goal_count; i++) {
		struct step_set helpers;
		size_t size;

		if (holds(s, &s->goals[i], after))
			continue;
		helpers = set_common(s->goals[i].helpers, open);
		size = set_size(&helpers);
		if (size == 0 || !could_hold(s, &s->goals[i], &o))
			return false;
		if (size < fewest)
			*tightest = helpers;
		fewest = size < fewest ? size : fewest;
		unmet[i / 64] |= UINT64_C(1) << (i % 64);
		(*count)++;
	}
	return true;
}

/* All goals hold: an answer, if it can be done. True: nothing is to be looked for beyond it. */
static bool
answer(struct search *s, const struct facts *after, struct step_set *helpers)
{
	uint16_t sorted[STEP_SEARCH_STEPS] = { 0 }, order[STEP_SEARCH_STEPS] = { 0 };

	for (size_t i = 0; i < s->count; i++)
		sorted[i] = s->plan->numbers[s->taken[i]];
	sort_numbers(sorted, s->count);
	if (!better(s, s->cost, sorted, s->count))
		return true;
	if (!arrange(s, s->before, sorted, s->count, order)) {
		*helpers = unlockers(s, sorted);
		return s->cut_off;
	}
	s->best.found = true;
	s->best.cost = s->cost;
	s->best.count = s->count;
	memcpy(s->best.sorted, sorted, sizeof(sorted));
	memcpy(s->best.order, order, sizeof(order));
	s->best.after = *after;
	return true;
}

static void look(struct search *, const struct facts *after, struct step_set open);

static void
take(struct search *s, const struct facts *after, const struct step_set *open, size_t rank)
{
	const struct step *step = step_at(s, rank);
	struct facts next = *after;
	struct step_set left = *open;

	set_remove(&left, rank);
	set_leave(&left, &s->plan->rivals[rank]);
	step_do(step, &next);
	s->taken[s->count++] = (uint16_t)rank;
	s->cost += step->cost;
	look(s, &next, left);
	s->cost -= step->cost;
	s->count--;
}

/* `after` is what the set at hand leads to; `open` the steps that may still join it. */
static void
look(struct search *s, const struct facts *after, struct step_set open)
{
	uint64_t unmet[GOALS_LARGEST / 64 + 1] = { 0 };
	struct step_set tightest = { { 0 } };
	size_t count;

	if (node_spent(s) || !unmet_goals(s, after, &open, unmet, &count, &tightest))
		return;
	if (count == 0) {
		if (answer(s, after, &tightest))
			return;
		tightest = set_common(&tightest, &open);
		if (set_size(&tightest) == 0)
			return;
	}
	for (size_t i = set_next(&tightest, 0); i < STEPS_LARGEST && !s->cut_off; i = set_next(&tightest, i + 1)) {
		if (!worth_looking(s, &tightest, unmet, &open))
			return;
		take(s, after, &open, i);
		set_remove(&open, i);
		set_remove(&tightest, i);
	}
}

void
step_search(const struct step_goals *wanted, const struct facts *facts, const struct step_set *allowed, uint32_t *nodes,
    struct step_answer *out)
{
	struct search s;

	s.wanted = wanted;
	s.plan = wanted->framework->plan;
	s.before = facts;
	s.nodes = nodes;
	s.cut_off = s.too_deep = s.best.found = false;
	s.goal_count = s.count = 0;
	s.cost = 0;
	for (size_t i = 0; i < wanted->framework->criterion_count; i++)
		if (wanted->criteria[i / 64] >> (i % 64) & 1)
			add_criterion(&s, i);
	for (size_t i = 0; i < wanted->level_count; i++)
		add_level(&s, i);
	look(&s, facts, steps_open(&s, allowed));
	out->found = s.best.found;
	out->whole = !s.cut_off && !s.too_deep;
	out->cost = 0;
	out->count = 0;
	if (!s.best.found)
		return;
	out->cost = s.best.cost < UINT32_MAX ? (uint32_t)s.best.cost : UINT32_MAX;
	out->count = s.best.count;
	memcpy(out->steps, s.best.order, sizeof(out->steps));
	out->after = s.best.after;
}
