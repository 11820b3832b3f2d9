/* assurance/difference.c - two versions compared: criterion by criterion, level by level, profile by profile. */
#include "assurance/difference.h"

#include <assert.h>

#include "assurance/alike.h"
#include "assurance/evaluation.h"
#include "assurance/separation.h"

struct comparing {
	const struct framework *before, *after;
	struct separation *separation;
	struct policy_difference *out;
};

const char *
policy_change_name(enum policy_change change)
{
	static const char *const names[] = { "same", "reworded", "stricter", "looser", "other", "added", "removed",
		"undetermined" };

	return names[change];
}

/* What was found of one thing, when not all was looked at: other it is, whatever else there may be. */
static enum policy_change
as_far_as_known(struct comparing *c, enum policy_change change)
{
	bool cut = separation_cut(c->separation);

	return cut && change != POLICY_OTHER ? POLICY_UNDETERMINED : change;
}

/* Criteria */

/* Neither can be met without the other: there is nothing to look for. */
static bool
demand_alike(const struct criterion *a, const struct criterion *b)
{
	return criterion_least(a, NULL) == criterion_least(b, NULL) && condition_alike(&a->when, &b->when) &&
	    condition_alike(&a->condition, &b->condition);
}

/* Where it stands now. Areas and levels of the two have their own numbers. */
static int
level_after(const struct comparing *c, const struct criterion *before)
{
	int area = area_find(c->after, c->before->areas[before->area].id);

	if (before->level == 0)
		return 0;
	return area < 0 ? -1
			: level_find(&c->after->areas[area], level_id(&c->before->areas[before->area], before->level));
}

static bool
moved_area(const struct comparing *c, const struct criterion *before, const struct criterion *after)
{
	return before->level && after->level &&
	    !span_equal(c->before->areas[before->area].id, c->after->areas[after->area].id);
}

/* A lower level asks it of more people, "any" (0) of all. */
static enum policy_change
change_of(struct comparing *c, struct criterion_difference *d)
{
	int from = level_after(c, d->before), to = d->after->level;
	bool stricter = d->newly_refused.facts.size > 0 || (from >= 0 && to < from);
	bool looser = d->newly_accepted.facts.size > 0 || (from >= 0 && to > from);

	if (moved_area(c, d->before, d->after) || from < 0 || (stricter && looser))
		return POLICY_OTHER;
	if (stricter || looser)
		return stricter ? POLICY_STRICTER : POLICY_LOOSER;
	return criterion_worded_alike(d->before, d->after) ? POLICY_SAME : POLICY_REWORDED;
}

static void
compare_criterion(struct comparing *c, const struct criterion *before, const struct criterion *after)
{
	struct criterion_difference *d = &c->out->criteria[c->out->count++];
	const struct criterion *known = after ? after : before;

	assert(known);
	*d = (struct criterion_difference){ .id = known->id, .before = before, .after = after };
	if (!before || !after || !demand_alike(before, after)) {
		if (after)
			d->newly_refused = separation_of_criteria(c->separation, before, after);
		if (before)
			d->newly_accepted = separation_of_criteria(c->separation, after, before);
	}
	if (before && after)
		d->change = as_far_as_known(c, change_of(c, d));
	else
		d->change = after ? POLICY_ADDED : POLICY_REMOVED;
	(void)separation_cut(c->separation);
}

static void
compare_criteria(struct comparing *c)
{
	for (size_t i = 0; i < c->after->criterion_count; i++) {
		const struct criterion *after = &c->after->criteria[i];
		int number = criterion_find(c->before, after->id);

		compare_criterion(c, number < 0 ? NULL : &c->before->criteria[number], after);
	}
	for (size_t i = 0; i < c->before->criterion_count; i++)
		if (criterion_find(c->after, c->before->criteria[i].id) < 0)
			compare_criterion(c, &c->before->criteria[i], NULL);
}

/* Levels */

static struct side
side_of(const struct framework *f, int area, int level)
{
	struct demand d = { .items = { { (uint8_t)area, (uint8_t)level, COMPARE_MINIMUM } }, .count = 1 };
	struct side side = { .framework = f };

	demand_levels(&d, f, side.levels);
	return side;
}

/* Same, where nobody is told apart. */
static enum policy_change
change_between(const struct policy_witness *newly_refused, const struct policy_witness *newly_accepted)
{
	if (newly_refused->facts.size && newly_accepted->facts.size)
		return POLICY_OTHER;
	if (newly_refused->facts.size || newly_accepted->facts.size)
		return newly_refused->facts.size ? POLICY_STRICTER : POLICY_LOOSER;
	return POLICY_SAME;
}

static void
compare_level(struct comparing *c, struct span area, struct span level)
{
	struct level_difference *d = &c->out->levels[c->out->level_count++];
	int area_before = area_find(c->before, area), area_after = area_find(c->after, area), before = -1, after = -1;
	struct side old, new;

	*d = (struct level_difference){ .area = area, .level = level };
	if (area_before >= 0)
		before = level_find(&c->before->areas[area_before], level);
	if (area_after >= 0)
		after = level_find(&c->after->areas[area_after], level);
	if (before < 0 || after < 0) {
		d->change = before < 0 ? POLICY_ADDED : POLICY_REMOVED;
		return;
	}
	old = side_of(c->before, area_before, before);
	new = side_of(c->after, area_after, after);
	d->newly_refused = separation_of_sides(c->separation, &old, &new);
	d->newly_accepted = separation_of_sides(c->separation, &new, &old);
	d->change = as_far_as_known(c, change_between(&d->newly_refused, &d->newly_accepted));
}

static bool
has_level(const struct framework *f, struct span area, struct span level)
{
	int number = area_find(f, area);

	return number >= 0 && level_find(&f->areas[number], level) > 0;
}

static void
compare_levels(struct comparing *c)
{
	for (size_t i = 0; i < c->after->area_count; i++)
		for (size_t n = 0; n < c->after->areas[i].level_count; n++)
			compare_level(c, c->after->areas[i].id, c->after->areas[i].levels[n].id);
	for (size_t i = 0; i < c->before->area_count; i++)
		for (size_t n = 0; n < c->before->areas[i].level_count; n++)
			if (!has_level(c->after, c->before->areas[i].id, c->before->areas[i].levels[n].id))
				compare_level(c, c->before->areas[i].id, c->before->areas[i].levels[n].id);
}

/* Profiles */

static struct side
side_of_profile(const struct framework *f, const struct profile *p)
{
	struct demand d = profile_demand(p);
	bool own = p->criteria != f->criteria || p->exclusion_count || p->provenance > CLAIMED;
	struct side side = { .framework = f, .profile = own ? p : NULL };

	demand_levels(&d, f, side.levels);
	return side;
}

/* A level that may not be exceeded is none that is reached by meeting criteria. */
static bool
has_ceiling(const struct profile *p)
{
	for (size_t i = 0; i < p->requirement_count; i++)
		if (p->requirements[i].comparison == COMPARE_EXACT || p->requirements[i].comparison == COMPARE_MAXIMUM)
			return true;
	return false;
}

static bool
requirements_equal(const struct comparing *c, const struct profile *before, const struct profile *after)
{
	if (before->requirement_count != after->requirement_count)
		return false;
	for (size_t i = 0; i < before->requirement_count; i++) {
		const struct requirement *one = &before->requirements[i], *other = &after->requirements[i];
		const struct area *old = &c->before->areas[one->area], *new = &c->after->areas[other->area];

		if (one->comparison != other->comparison || !span_equal(old->id, new->id) ||
		    !span_equal(level_id(old, one->level), level_id(new, other->level)))
			return false;
	}
	return true;
}

static bool
criteria_differ(const struct policy_difference *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->criteria[i].change != POLICY_SAME && d->criteria[i].change != POLICY_REWORDED)
			return true;
	return false;
}

static enum policy_change
change_of_profile(const struct comparing *c, const struct profile_difference *d, const struct profile *before,
    const struct profile *after)
{
	enum policy_change change = change_between(&d->newly_refused, &d->newly_accepted);
	bool alike = requirements_equal(c, before, after);

	if ((has_ceiling(before) || has_ceiling(after)) && (!alike || change != POLICY_SAME || criteria_differ(c->out)))
		return POLICY_OTHER;
	if (change != POLICY_SAME)
		return change;
	return alike && localized_alike(before->title, after->title) && localized_alike(before->text, after->text) &&
		    before->status == after->status
		? POLICY_SAME
		: POLICY_REWORDED;
}

static void
compare_profile(struct comparing *c, const struct profile *before, const struct profile *after)
{
	struct profile_difference *d = &c->out->profiles[c->out->profile_count++];
	const struct profile *known = after ? after : before;
	struct side old, new;

	assert(known);
	*d = (struct profile_difference){ .id = known->id };
	if (!before || !after) {
		d->change = after ? POLICY_ADDED : POLICY_REMOVED;
		return;
	}
	old = side_of_profile(c->before, before);
	new = side_of_profile(c->after, after);
	d->newly_refused = separation_of_sides(c->separation, &old, &new);
	d->newly_accepted = separation_of_sides(c->separation, &new, &old);
	d->change = as_far_as_known(c, change_of_profile(c, d, before, after));
}

static void
compare_profiles(struct comparing *c)
{
	for (size_t i = 0; i < c->after->profile_count; i++)
		compare_profile(c, profile_find(c->before, c->after->profiles[i].id), &c->after->profiles[i]);
	for (size_t i = 0; i < c->before->profile_count; i++)
		if (!profile_find(c->after, c->before->profiles[i].id))
			compare_profile(c, &c->before->profiles[i], NULL);
}

static size_t
level_count(const struct framework *f)
{
	size_t count = 0;

	for (size_t i = 0; i < f->area_count; i++)
		count += f->areas[i].level_count;
	return count;
}

void
framework_difference(const struct framework *before, const struct framework *after, uint64_t nodes,
    struct arena *arena, struct policy_difference *out)
{
	struct abstraction *world = abstraction_new(arena, after->dictionary);
	struct comparing c = { .before = before, .after = after, .out = out };

	assert(before->dictionary == after->dictionary);
	abstraction_cut_framework(world, before);
	abstraction_cut_framework(world, after);
	abstraction_finish(world);
	*out = (struct policy_difference){ .cut_off = false };
	out->criteria =
	    arena_array(arena, struct criterion_difference, before->criterion_count + after->criterion_count + 1);
	out->levels = arena_array(arena, struct level_difference, level_count(before) + level_count(after) + 1);
	out->profiles =
	    arena_array(arena, struct profile_difference, before->profile_count + after->profile_count + 1);
	c.separation = separation_new(arena, world, nodes);
	compare_criteria(&c);
	compare_levels(&c);
	compare_profiles(&c);
	out->cut_off = separation_was_cut(c.separation);
}
