/* assurance/evaluation.c - facts under a framework: every criterion, every area. */
#include "assurance/evaluation.h"

#include <assert.h>

enum provenance
criterion_least(const struct criterion *c, const struct profile *profile)
{
	enum provenance least = c->provenance > CLAIMED ? c->provenance : CLAIMED;

	return profile && profile->provenance > least ? profile->provenance : least;
}

enum truth
criterion_truth(const struct criterion *c, const struct facts *facts, enum provenance least, bool *applies)
{
	enum truth when = c->when.count == 0 ? TRUTH_TRUE : condition_truth(&c->when, facts, least);

	*applies = when != TRUTH_FALSE;
	if (when != TRUTH_TRUE)
		return when == TRUTH_FALSE ? TRUTH_TRUE : TRUTH_UNKNOWN;
	return condition_truth(&c->condition, facts, least);
}

const struct criterion *
evaluation_criteria(const struct evaluation *e)
{
	return e->profile ? e->profile->criteria : e->framework->criteria;
}

/* A criterion that is not true ends its area below its level; one that is false ends what is possible too. */
static void
lower(struct evaluation *e, const struct criterion *c, enum truth truth)
{
	struct reach *area = &e->areas[c->area];
	uint8_t below = (uint8_t)(c->level - 1);

	if (c->level == 0) {
		e->cleared = false;
		e->barred = e->barred || truth == TRUTH_FALSE;
		return;
	}
	if (area->reached > below)
		area->reached = below;
	if (truth == TRUTH_FALSE && area->possible > below)
		area->possible = below;
}

/* The lowest of its parts, each as one of its own levels. */
static struct reach
compose(const struct evaluation *e, const struct area *area)
{
	struct reach lowest = { (uint8_t)area->level_count, (uint8_t)area->level_count };

	for (size_t i = 0; i < area->of_count; i++) {
		const struct reach *part = &e->areas[area->of[i]];
		uint8_t reached = area->ranks[i][part->reached], possible = area->ranks[i][part->possible];

		lowest.reached = reached < lowest.reached ? reached : lowest.reached;
		lowest.possible = possible < lowest.possible ? possible : lowest.possible;
	}
	return lowest;
}

void
evaluate(const struct framework *f, const struct profile *profile, const struct facts *facts, struct evaluation *out)
{
	const struct criterion *criteria = profile ? profile->criteria : f->criteria;
	const bool *excluded = profile ? profile->excluded : NULL;

	assert(f->area_count <= AREAS_LARGEST && f->criterion_count <= CRITERIA_LARGEST);
	out->framework = f;
	out->profile = profile;
	out->barred = false;
	out->cleared = true;
	for (size_t i = 0; i < f->own_count; i++)
		out->areas[i] = (struct reach){ (uint8_t)f->areas[i].level_count, (uint8_t)f->areas[i].level_count };
	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &criteria[i];
		enum truth truth = TRUTH_TRUE;
		bool applies = false;

		if (!excluded || !excluded[i])
			truth = criterion_truth(c, facts, criterion_least(c, profile), &applies);
		out->truths[i] = (uint8_t)truth;
		out->applies[i] = applies;
		if (truth != TRUTH_TRUE)
			lower(out, c, truth);
	}
	for (size_t i = 0; i < f->area_count; i++) {
		if (out->barred)
			out->areas[i] = (struct reach){ 0, 0 };
		else if (i >= f->own_count)
			out->areas[i] = compose(out, &f->areas[i]);
	}
}

bool
requirement_met(const struct requirement *r, uint8_t level)
{
	switch (r->comparison) {
	case COMPARE_MINIMUM:
		return level >= r->level;
	case COMPARE_EXACT:
		return level == r->level;
	case COMPARE_MAXIMUM:
		return level <= r->level;
	case COMPARE_BETTER:
		return level > r->level;
	}
	return false;
}

uint8_t
requirement_least(const struct requirement *r)
{
	if (r->comparison == COMPARE_MAXIMUM)
		return 0;
	return r->comparison == COMPARE_BETTER ? (uint8_t)(r->level + 1) : r->level;
}

struct demand
profile_demand(const struct profile *p)
{
	struct demand d = { .count = p->requirement_count };

	assert(d.count <= REQUIREMENTS_LARGEST);
	for (size_t i = 0; i < d.count; i++)
		d.items[i] = p->requirements[i];
	return d;
}

bool
demand_met(const struct demand *d, const struct evaluation *e)
{
	for (size_t i = 0; i < d->count; i++)
		if (!requirement_met(&d->items[i], e->areas[d->items[i].area].reached))
			return false;
	return d->count > 0 && e->cleared && !e->barred;
}

/* The lowest level of a part that amounts to `level` of the whole; one above its highest where there is none. */
static uint8_t
level_of_part(const struct framework *f, const struct area *whole, size_t part, uint8_t level)
{
	uint8_t own = 0;

	while (own <= f->areas[whole->of[part]].level_count && whole->ranks[part][own] < level)
		own++;
	return own;
}

bool
demand_levels(const struct demand *d, const struct framework *f, uint8_t levels[AREAS_LARGEST])
{
	bool there = true;

	memset(levels, 0, AREAS_LARGEST);
	for (size_t i = 0; i < d->count; i++) {
		const struct area *area = &f->areas[d->items[i].area];
		uint8_t least = requirement_least(&d->items[i]);

		for (size_t part = 0; part < (area->of ? area->of_count : 1); part++) {
			uint8_t number = area->of ? area->of[part] : d->items[i].area;
			uint8_t level = area->of ? level_of_part(f, area, part, least) : least;

			if (level > f->areas[number].level_count) {
				level = (uint8_t)f->areas[number].level_count;
				there = false;
			}
			levels[number] = level > levels[number] ? level : levels[number];
		}
	}
	return there;
}
