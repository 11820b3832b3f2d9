/* assurance/check_levels.c - levels: can each be reached, and does each ask for more than the one below. */
#include "assurance/checking.h"

static const char *
level_name(struct checking *k, size_t area, uint8_t level)
{
	const struct area *a = &k->framework->areas[area];

	return arena_print(k->arena, "%.*s %.*s", SPAN_ARGS(a->id), SPAN_ARGS(level_id(a, level)));
}

static bool
reachable(struct checking *k, size_t area, uint8_t level)
{
	uint8_t levels[AREAS_LARGEST];
	struct facts found;

	levels_of(k->framework, area, level, levels);
	return goals_search(k, NULL, 0, goals_for(k, NULL, levels, 0, 0), &found) != WITNESS_NONE;
}

/* The goals of a level nobody reaches, dropped one by one as long as the others still contradict each other. */
static void
tell_contradiction(struct checking *k, size_t area, uint8_t level)
{
	uint8_t levels[AREAS_LARGEST];
	const char *names = "", *name = level_name(k, area, level);
	struct goal *goals, *all;
	size_t count;

	levels_of(k->framework, area, level, levels);
	count = goals_for(k, NULL, levels, 0, 0);
	all = arena_array(k->arena, struct goal, count + 1);
	memcpy(all, k->goals, count * sizeof(all[0]));
	for (size_t i = count; i-- > 0;) {
		struct goal dropped = all[i];

		all[i] = all[count - 1];
		memcpy(k->goals, all, (count - 1) * sizeof(all[0]));
		if (goals_search(k, NULL, 0, count - 1, NULL) == WITNESS_NONE)
			count--;
		else
			all[i] = dropped;
	}
	goals = all;
	/* One alone is never true, and was told. */
	if (count < 2)
		return;
	for (size_t i = 0; i < count; i++)
		names = arena_print(k->arena, "%s%s%.*s", names, i ? ", " : "", SPAN_ARGS(goals[i].criterion->id));
	finding_add(k, POLICY_CRITERIA_CONTRADICT, WEIGHT_ERROR, span_text(names),
	    arena_print(k->arena, "同時には満たせません。そのため %s に届く人はいません。", name),
	    arena_print(k->arena, "They cannot be fulfilled together; so nobody reaches %s.", name), NULL);
}

/* The highest that can be reached; what lies above is not told again for each level, nor for what is composed of it. */
static void
check_reach(struct checking *k, size_t area)
{
	const struct area *a = &k->framework->areas[area];
	bool by_parts = false;
	const char *name;
	uint8_t level = 1;

	while (level <= a->level_count && reachable(k, area, level))
		level++;
	k->top[area] = (uint8_t)(level - 1);
	if (level > a->level_count)
		return;
	for (size_t i = 0; i < a->of_count; i++)
		by_parts = by_parts || a->ranks[i][k->top[a->of[i]]] < level;
	if (by_parts)
		return;
	name = level_name(k, area, level);
	finding_add(k, POLICY_LEVEL_UNREACHABLE, WEIGHT_ERROR, span_text(name),
	    arena_print(k->arena, "「%.*s」の%.*sには、どのような事実でも届きません。", SPAN_ARGS(a->title.ja),
	        SPAN_ARGS(a->levels[level - 1].title.ja)),
	    arena_print(k->arena, "No facts reach %.*s of \"%.*s\".", SPAN_ARGS(a->levels[level - 1].title.en),
	        SPAN_ARGS(a->title.en)),
	    NULL);
	tell_contradiction(k, area, level);
}

/* Whether somebody reaches the level below and not this one; if so for one of its criteria. */
static bool
asks_more(struct checking *k, size_t area, uint8_t level, struct facts *shown)
{
	const struct framework *f = k->framework;
	uint8_t below[AREAS_LARGEST];
	size_t count;

	levels_of(f, area, (uint8_t)(level - 1), below);
	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];

		if (c->area != area || c->level != level)
			continue;
		count = goals_for(k, NULL, below, 0, 0);
		k->goals[count++] = (struct goal){ c, criterion_least(c, NULL), WISH_NOT_TRUE, 0 };
		if (goals_search(k, NULL, 0, count, NULL) != WITNESS_NONE)
			return true;
	}
	goals_search(k, NULL, 0, goals_for(k, NULL, below, 0, 0), shown);
	return false;
}

static void
check_steps_up(struct checking *k, size_t area)
{
	const struct area *a = &k->framework->areas[area];

	for (uint8_t level = 1; level <= k->top[area]; level++) {
		struct facts shown = { .dictionary = k->framework->dictionary };

		if (asks_more(k, area, level, &shown))
			continue;
		finding_add(k, POLICY_LEVEL_ADDS_NOTHING, level == 1 ? WEIGHT_NOTE : WEIGHT_WARNING,
		    span_text(level_name(k, area, level)),
		    arena_print(k->arena, "「%.*s」の%.*sは、その下のレベルに何も加えません。", SPAN_ARGS(a->title.ja),
		        SPAN_ARGS(a->levels[level - 1].title.ja)),
		    arena_print(k->arena, "%.*s of \"%.*s\" asks for nothing that the level below it does not.",
		        SPAN_ARGS(a->levels[level - 1].title.en), SPAN_ARGS(a->title.en)),
		    &shown);
	}
}

void
check_levels(struct checking *k)
{
	for (size_t i = 0; i < k->framework->area_count; i++) {
		k->subject = k->framework->areas[i].id;
		check_reach(k, i);
	}
	for (size_t i = 0; i < k->framework->own_count; i++) {
		k->subject = k->framework->areas[i].id;
		check_steps_up(k, i);
	}
}
