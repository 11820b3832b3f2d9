/* assurance/check_profiles.c - profiles: is there anybody who has all that each of them requires. */
#include "assurance/checking.h"

/* What must not be exceeded: the level above it is not reached, for one of its criteria is not true. */
struct ceiling {
	uint8_t levels[AREAS_LARGEST];
};

/* For each ceiling in turn one criterion that fails; the rest of the goals stand before. */
static enum witness_found
search_beneath(struct checking *k, const struct profile *p, const struct ceiling *ceilings, size_t count, size_t goals)
{
	const struct goal *before;
	enum witness_found found = WITNESS_NONE;

	if (count == 0)
		return goals_search(k, NULL, 0, goals, NULL);
	/* Searching puts goals into another order. */
	before = memcpy(arena_array(k->arena, struct goal, goals + 1), k->goals, goals * sizeof(k->goals[0]));
	for (size_t i = 0; i < k->framework->criterion_count && found != WITNESS_FOUND; i++) {
		const struct criterion *c = &p->criteria[i];

		if (c->level == 0 || c->level > ceilings->levels[c->area] || (p->excluded && p->excluded[i]))
			continue;
		memcpy(k->goals, before, goals * sizeof(before[0]));
		k->goals[goals] = (struct goal){ c, criterion_least(c, p), WISH_FALSE, 0 };
		found = search_beneath(k, p, ceilings + 1, count - 1, goals + 1);
	}
	return found;
}

static bool
is_satisfiable(struct checking *k, const struct profile *p)
{
	const struct framework *f = k->framework;
	struct demand demand = profile_demand(p);
	struct ceiling ceilings[REQUIREMENTS_LARGEST];
	uint8_t levels[AREAS_LARGEST];
	size_t count = 0;

	if (!demand_levels(&demand, f, levels))
		return false;
	for (size_t i = 0; i < demand.count; i++) {
		const struct requirement *r = &demand.items[i];

		if ((r->comparison == COMPARE_EXACT || r->comparison == COMPARE_MAXIMUM) &&
		    r->level < f->areas[r->area].level_count)
			levels_of(f, r->area, (uint8_t)(r->level + 1), ceilings[count++].levels);
	}
	return search_beneath(k, p, ceilings, count, goals_for(k, p, levels, 0, 0)) != WITNESS_NONE;
}

void
check_profiles(struct checking *k)
{
	for (size_t i = 0; i < k->framework->profile_count; i++) {
		const struct profile *p = &k->framework->profiles[i];

		k->subject = p->id;
		if (!is_satisfiable(k, p))
			finding_add(k, POLICY_PROFILE_UNSATISFIABLE, WEIGHT_ERROR, p->id,
			    arena_print(k->arena,
				"プロファイル「%.*"
				"s」の求めることすべてを満たす事実はありません。だれも許可されません。",
				SPAN_ARGS(p->title.ja)),
			    arena_print(k->arena,
				"No facts fulfil all that the profile \"%.*s\" requires: nobody is ever permitted.",
				SPAN_ARGS(p->title.en)),
			    NULL);
	}
}
