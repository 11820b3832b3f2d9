/* assurance/check_steps.c - steps: whom each helps, from whom it takes a level, and criteria that have none. */
#include "assurance/checking.h"

struct stepping {
	struct checking *checking;
	struct view views[2];            /* before, after */
	struct criterion needs;
	bool *helped;                    /* each criterion */
};

static bool
changes(const struct step *s, const struct criterion *c)
{
	uint64_t support[FACT_SETS] = { 0 };

	criterion_support(c, support);
	for (size_t i = 0; i < s->effect_count; i++)
		if (support[s->effects[i].fact / 64] >> (s->effects[i].fact % 64) & 1)
			return true;
	return false;
}

static bool
collects(const struct step *s, const struct criterion *c)
{
	uint64_t support[FACT_SETS] = { 0 };

	criterion_support(c, support);
	for (size_t i = 0; i < s->collect_count; i++)
		if (support[s->collects[i] / 64] >> (s->collects[i] % 64) & 1)
			return true;
	return false;
}

/* Whether for somebody who can take the step the criterion is true after it and not before. */
static bool
helps(struct stepping *s, const struct step *step, const struct criterion *c)
{
	struct checking *k = s->checking;
	enum provenance least = criterion_least(c, NULL);

	if (collects(step, c))
		return true;
	if (!changes(step, c))
		return false;
	k->goals[0] = (struct goal){ &s->needs, CLAIMED, WISH_TRUE, 0 };
	k->goals[1] = (struct goal){ c, least, WISH_NOT_TRUE, 0 };
	k->goals[2] = (struct goal){ c, least, WISH_TRUE, 1 };
	return goals_search(k, s->views, 2, 3, NULL) != WITNESS_NONE;
}

/* To make another step possible is of use too. */
static bool
prepares(struct stepping *s, const struct step *step)
{
	const struct framework *f = s->checking->framework;

	for (size_t i = 0; i < f->step_count; i++) {
		struct criterion needs = criterion_of(f->steps[i].needs);

		if (&f->steps[i] != step && helps(s, step, &needs))
			return true;
	}
	return false;
}

static void
check_use(struct stepping *s, const struct step *step)
{
	struct checking *k = s->checking;
	const struct framework *f = k->framework;
	bool useful = false;

	for (size_t i = 0; i < f->criterion_count; i++) {
		if (!helps(s, step, &f->criteria[i]))
			continue;
		s->helped[i] = true;
		useful = true;
	}
	if (!useful && !prepares(s, step))
		finding_add(k, POLICY_STEP_USELESS, WEIGHT_WARNING, step->id,
		    "この手順によって新たに満たされる基準はありません。", "It makes no criterion true that was not.", NULL);
}

/* Somebody has the level, takes the step, and has it no more, because of this criterion. */
static bool
lowers(struct stepping *s, size_t area, uint8_t level, const struct criterion *c, struct facts *found)
{
	struct checking *k = s->checking;
	uint8_t levels[AREAS_LARGEST];
	size_t count;

	levels_of(k->framework, area, level, levels);
	count = goals_for(k, NULL, levels, 0, 0);
	k->goals[count++] = (struct goal){ &s->needs, CLAIMED, WISH_TRUE, 0 };
	k->goals[count++] = (struct goal){ c, criterion_least(c, NULL), WISH_FALSE, 1 };
	return goals_search(k, s->views, 2, count, found) == WITNESS_FOUND;
}

/* Of each area the lowest level that is lost. */
static void
check_loss(struct stepping *s, const struct step *step, size_t area)
{
	struct checking *k = s->checking;
	const struct framework *f = k->framework;
	const struct area *a = &f->areas[area];
	struct facts found;

	for (size_t i = 0; i < f->criterion_count; i++) {
		const struct criterion *c = &f->criteria[i];
		uint8_t level = c->level ? c->level : 1;

		if (c->area != area || level > k->top[area] || !changes(step, c) || !lowers(s, area, level, c, &found))
			continue;
		finding_add(k, POLICY_STEP_LOWERS, WEIGHT_WARNING, step->id,
		    arena_print(k->arena,
			"「%.*s」の%.*sに届いていた人が、この手順によって届かなくなることがあります（基準 %.*s）。",
			SPAN_ARGS(a->title.ja), SPAN_ARGS(a->levels[level - 1].title.ja), SPAN_ARGS(c->id)),
		    arena_print(k->arena,
			"Some who have reached %.*s of \"%.*s\" lose it by this step (criterion %.*s).",
			SPAN_ARGS(a->levels[level - 1].title.en), SPAN_ARGS(a->title.en), SPAN_ARGS(c->id)),
		    &found);
		return;
	}
}

static void
check_helped(struct stepping *s)
{
	struct checking *k = s->checking;
	const struct framework *f = k->framework;

	for (size_t i = 0; i < f->criterion_count; i++) {
		struct facts found;

		k->subject = f->criteria[i].id;
		if (s->helped[i] || k->never[i] || k->always[i])
			continue;
		k->goals[0] = (struct goal){ &f->criteria[i], criterion_least(&f->criteria[i], NULL), WISH_FALSE, 0 };
		if (goals_search(k, NULL, 0, 1, &found) == WITNESS_FOUND)
			finding_add(k, POLICY_CRITERION_NO_STEP, WEIGHT_WARNING, f->criteria[i].id,
			    "満たしていない人に示せる手順がありません。", "There is no step for those who do not fulfil it.",
			    &found);
	}
}

void
check_steps(struct checking *k)
{
	const struct framework *f = k->framework;
	struct stepping s = { .checking = k, .helped = arena_array(k->arena, bool, f->criterion_count + 1) };

	for (size_t i = 0; i < f->step_count; i++) {
		const struct step *step = &f->steps[i];

		s.views[1] = (struct view){ .effects = step->effects, .effect_count = step->effect_count };
		s.needs = criterion_of(step->needs);
		k->subject = step->id;
		check_use(&s, step);
		for (size_t area = 0; area < f->own_count; area++)
			check_loss(&s, step, area);
	}
	if (f->step_count > 0)
		check_helped(&s);
}
