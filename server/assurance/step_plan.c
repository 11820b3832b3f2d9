/* assurance/step_plan.c - what searching needs to know of a framework's steps. */
#include "assurance/step_plan.h"

#include <assert.h>

static void
rank_steps(const struct framework *f, struct step_plan *plan)
{
	for (size_t i = 0; i < f->step_count; i++) {
		size_t at = i;

		for (; at > 0 && f->steps[plan->numbers[at - 1]].cost > f->steps[i].cost; at--)
			plan->numbers[at] = plan->numbers[at - 1];
		plan->numbers[at] = (uint16_t)i;
	}
	for (size_t i = 0; i < f->step_count; i++)
		plan->ranks[plan->numbers[i]] = (uint16_t)i;
}

static const struct step_set *
find_changers(struct arena *arena, const struct framework *f, const struct step_plan *plan)
{
	struct step_set *changers = arena_array(arena, struct step_set, f->dictionary->count);

	for (size_t i = 0; i < f->step_count; i++)
		for (size_t e = 0; e < f->steps[i].effect_count; e++)
			set_add(&changers[f->steps[i].effects[e].fact], plan->ranks[i]);
	return changers;
}

/* The steps that change a fact that is read. */
static struct step_set
changers_of(const struct step_plan *plan, const uint64_t read[FACT_SETS])
{
	struct step_set found = { { 0 } };

	for (size_t i = 0; i < FACT_SETS; i++)
		for (uint64_t bits = read[i]; bits; bits &= bits - 1)
			set_join(&found, &plan->changers[i * 64 + (size_t)__builtin_ctzll(bits)]);
	return found;
}

/* A profile's parameters change values, never which facts are read: these are its helpers too. */
static const struct step_set *
find_helpers(struct arena *arena, const struct framework *f, const struct step_plan *plan)
{
	struct step_set *helpers = arena_array(arena, struct step_set, f->criterion_count);

	for (size_t i = 0; i < f->criterion_count; i++) {
		uint64_t read[FACT_SETS] = { 0 };

		condition_support(&f->criteria[i].when, read);
		condition_support(&f->criteria[i].condition, read);
		helpers[i] = changers_of(plan, read);
	}
	return helpers;
}

static const struct step_set *
find_enablers(struct arena *arena, const struct framework *f, const struct step_plan *plan)
{
	struct step_set *enablers = arena_array(arena, struct step_set, f->step_count);

	for (size_t i = 0; i < f->step_count; i++) {
		uint64_t read[FACT_SETS] = { 0 };

		condition_support(&f->steps[plan->numbers[i]].needs, read);
		enablers[i] = changers_of(plan, read);
	}
	return enablers;
}

static bool
effects_conflict(const struct effect *a, const struct effect *b)
{
	if (a->fact != b->fact || (a->add && b->add))
		return false;
	if (!a->add && !b->add)
		return a->value != b->value;
	return a->add ? (a->value & ~b->value) != 0 : (b->value & ~a->value) != 0;
}

static bool
steps_conflict(const struct step *a, const struct step *b)
{
	for (size_t i = 0; i < a->effect_count; i++)
		for (size_t j = 0; j < b->effect_count; j++)
			if (effects_conflict(&a->effects[i], &b->effects[j]))
				return true;
	return false;
}

static const struct step_set *
find_rivals(struct arena *arena, const struct framework *f, const struct step_plan *plan)
{
	struct step_set *rivals = arena_array(arena, struct step_set, f->step_count);

	for (size_t i = 0; i < f->step_count; i++)
		for (size_t j = 0; j < f->step_count; j++)
			if (i != j && steps_conflict(&f->steps[plan->numbers[i]], &f->steps[plan->numbers[j]]))
				set_add(&rivals[i], j);
	return rivals;
}

const struct step_plan *
step_plan_make(struct arena *arena, const struct framework *f)
{
	struct step_plan *plan = arena_new(arena, struct step_plan);

	assert(f->step_count <= STEPS_LARGEST);
	rank_steps(f, plan);
	plan->changers = find_changers(arena, f, plan);
	plan->helpers = find_helpers(arena, f, plan);
	plan->enablers = find_enablers(arena, f, plan);
	plan->rivals = find_rivals(arena, f, plan);
	return plan;
}
