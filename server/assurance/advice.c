/* assurance/advice.c - the cheapest steps that reach what is required, and why there are none. */
#include "assurance/advice.h"

static const char *const reading_names[] = {
	[ADVICE_BY_PERSON] = "person",
	[ADVICE_CHEAPEST] = "cheapest",
	[ADVICE_NOT_IN_PERSON] = "remote",
	[ADVICE_AT_LOGIN] = "login",
};

const char *
advice_reading_name(enum advice_reading reading)
{
	return reading_names[reading];
}

static bool
allowed(const struct step *step, enum advice_reading reading)
{
	switch (reading) {
	case ADVICE_BY_PERSON:
		return step->who == STEP_PERSON;
	case ADVICE_CHEAPEST:
		return true;
	case ADVICE_NOT_IN_PERSON:
		return !step->in_person;
	case ADVICE_AT_LOGIN:
		return step->who == STEP_PERSON && !step->in_person;
	}
	return false;
}

static bool
want(struct step_goals *goals, size_t criterion, bool wanted)
{
	uint64_t bit = UINT64_C(1) << (criterion % 64);

	if (wanted)
		goals->criteria[criterion / 64] |= bit;
	else
		goals->criteria[criterion / 64] &= ~bit;
	return wanted;
}

static bool
wants(const struct step_goals *goals, size_t criterion)
{
	return (goals->criteria[criterion / 64] >> (criterion % 64) & 1) != 0;
}

/* All criteria up to the levels required, and those of every level; and the levels that must not be exceeded. */
static struct step_goals
goals_of(const struct framework *f, const struct profile *profile, const struct demand *demand,
    const uint8_t levels[AREAS_LARGEST])
{
	struct step_goals goals = { .framework = f, .profile = profile };

	for (size_t i = 0; i < f->criterion_count; i++)
		if (f->criteria[i].level <= levels[f->criteria[i].area])
			want(&goals, i, true);
	for (size_t i = 0; i < demand->count; i++)
		if (demand->items[i].comparison == COMPARE_EXACT || demand->items[i].comparison == COMPARE_MAXIMUM)
			goals.levels[goals.level_count++] = demand->items[i];
	return goals;
}

/* Questions: the facts that leave a criterion wanted unknown. */

static void
ask(struct advice *out, uint16_t fact)
{
	size_t at = 0;

	while (at < out->question_count && out->questions[at] < fact)
		at++;
	if (at < out->question_count && out->questions[at] == fact)
		return;
	memmove(&out->questions[at + 1], &out->questions[at], (out->question_count - at) * sizeof(out->questions[0]));
	out->questions[at] = fact;
	out->question_count++;
}

static void
ask_of(struct advice *out, const struct condition *condition, const struct facts *facts, enum provenance least)
{
	uint16_t leaves[CONDITION_LEAVES];
	size_t count = condition_reasons(condition, facts, least, leaves, COUNT(leaves));

	for (size_t i = 0; i < count && i < COUNT(leaves); i++) {
		const struct condition_node *leaf = &condition->nodes[leaves[i]];

		if (!facts_known(facts, leaf->fact, least))
			ask(out, leaf->fact);
		if (leaf->other && !facts_known(facts, (size_t)leaf->other - 1, least))
			ask(out, (uint16_t)(leaf->other - 1));
	}
}

static void
ask_all(struct advice *out, const struct step_goals *goals, const struct facts *facts, const struct evaluation *now)
{
	for (size_t i = 0; i < goals->framework->criterion_count; i++) {
		const struct criterion *c = &evaluation_criteria(now)[i];
		enum provenance least = criterion_least(c, goals->profile);

		if (!wants(goals, i) || now->truths[i] != TRUTH_UNKNOWN)
			continue;
		ask_of(out, &c->when, facts, least);
		if (condition_truth(&c->when, facts, least) == TRUTH_TRUE)
			ask_of(out, &c->condition, facts, least);
	}
}

/* Any of the steps changes a fact that it reads; without, there is nothing to search. */
static bool
helped(const struct step_goals *goals, size_t criterion, const struct step_set *steps)
{
	struct step_set helpers = set_common(&goals->framework->plan->helpers[criterion], steps);

	return set_size(&helpers) > 0;
}

/* Gaps. */

struct gap_search {
	const struct facts *facts;
	const struct step_set *steps;
	uint32_t nodes;
	bool cut_off;
};

static bool
can_be(struct gap_search *s, const struct step_goals *goals)
{
	struct step_answer found;

	step_search(goals, s->facts, s->steps, &s->nodes, &found);
	s->cut_off = s->cut_off || (!found.found && !found.whole);
	return found.found;
}

/* Each by itself. */
static void
gaps_alone(struct gap_search *s, const struct step_goals *goals, const struct evaluation *now, struct advice *out)
{
	struct step_goals one = { .framework = goals->framework, .profile = goals->profile };

	for (size_t i = 0; i < goals->framework->criterion_count && !s->cut_off; i++) {
		if (!wants(goals, i) || now->truths[i] == TRUTH_TRUE)
			continue;
		want(&one, i, true);
		if (!helped(goals, i, s->steps) || !can_be(s, &one))
			out->gaps[out->gap_count++] = (uint16_t)i;
		want(&one, i, false);
	}
}

/* Each beside those before it that can be together; what is true already comes first. */
static void
gaps_together(struct gap_search *s, const struct step_goals *goals, const struct evaluation *now, struct advice *out)
{
	struct step_goals together = { .framework = goals->framework, .profile = goals->profile };

	for (size_t i = 0; i < goals->framework->criterion_count; i++)
		want(&together, i, wants(goals, i) && now->truths[i] == TRUTH_TRUE);
	for (size_t i = 0; i < goals->framework->criterion_count && !s->cut_off; i++) {
		if (!wants(goals, i) || wants(&together, i))
			continue;
		want(&together, i, true);
		if (can_be(s, &together))
			continue;
		want(&together, i, false);
		out->gaps[out->gap_count++] = (uint16_t)i;
	}
}

static void
name_gaps(struct gap_search *s, const struct step_goals *goals, const struct evaluation *now, struct advice *out)
{
	gaps_alone(s, goals, now, out);
	if (out->gap_count == 0)
		gaps_together(s, goals, now, out);
	if (!s->cut_off)
		return;
	out->gap_count = 0;
	out->minimal = false;
}

static struct step_set
steps_allowed(const struct framework *f, enum advice_reading reading)
{
	struct step_set steps = { { 0 } };

	for (size_t i = 0; i < f->step_count; i++)
		if (allowed(&f->steps[i], reading))
			set_add(&steps, f->plan->ranks[i]);
	return steps;
}

/* Something wanted is not true, and none of the steps touches it. */
static bool
hopeless(const struct evaluation *now, const struct step_goals *goals, const struct step_set *steps)
{
	for (size_t i = 0; i < now->framework->criterion_count; i++)
		if (now->truths[i] != TRUTH_TRUE && wants(goals, i) && !helped(goals, i, steps))
			return true;
	return false;
}

/* What is wanted, and the cheapest way there. */
static struct step_goals
seek(const struct evaluation *now, const struct demand *demand, const struct facts *facts, const struct step_set *steps,
    uint32_t *nodes, struct step_answer *out)
{
	uint8_t levels[AREAS_LARGEST];
	bool there = demand_levels(demand, now->framework, levels) && demand->count > 0;
	struct step_goals goals = goals_of(now->framework, now->profile, demand, levels);

	out->found = false;
	out->whole = true;
	out->cost = 0;
	out->count = 0;
	if (there && !hopeless(now, &goals, steps))
		step_search(&goals, facts, steps, nodes, out);
	return goals;
}

enum advice_way
advisable(const struct evaluation *now, const struct demand *demand, const struct facts *facts,
    enum advice_reading reading, uint32_t *amr)
{
	struct step_set steps = steps_allowed(now->framework, reading);
	uint32_t nodes = ADVICE_NODES;
	struct step_answer answer;

	seek(now, demand, facts, &steps, &nodes, &answer);
	for (size_t i = 0; answer.found && i < answer.count; i++)
		*amr |= now->framework->steps[answer.steps[i]].amr;
	return answer.found ? ADVICE_WAY : answer.whole ? ADVICE_NO_WAY : ADVICE_CUT_OFF;
}

static void
advise_of(const struct evaluation *now, const struct demand *demand, const struct facts *facts,
    const struct step_set *steps, struct advice *out)
{
	struct gap_search gaps = { .facts = facts, .steps = steps, .nodes = ADVICE_NODES };
	struct step_answer answer;
	struct step_goals goals = seek(now, demand, facts, steps, &gaps.nodes, &answer);
	struct evaluation after;

	*out = (struct advice){ .found = answer.found, .minimal = answer.whole, .cost = answer.cost };
	out->step_count = answer.count;
	memcpy(out->steps, answer.steps, answer.count * sizeof(out->steps[0]));
	if (demand->count > 0)
		ask_all(out, &goals, facts, now);
	if (!answer.found && answer.whole && demand->count > 0)
		name_gaps(&gaps, &goals, now, out);
	if (answer.found)
		evaluate(now->framework, now->profile, &answer.after, &after);
	memcpy(out->areas, answer.found ? after.areas : now->areas, now->framework->area_count * sizeof(out->areas[0]));
	out->nodes = ADVICE_NODES - gaps.nodes;
}

void
advise(const struct evaluation *now, const struct demand *demand, const struct facts *facts,
    enum advice_reading reading, struct advice *out)
{
	struct step_set steps = steps_allowed(now->framework, reading);

	advise_of(now, demand, facts, &steps, out);
}

/* Readings that allow the same steps say the same. */
void
advise_all(const struct evaluation *now, const struct demand *demand, const struct facts *facts,
    struct advice out[ADVICE_READINGS])
{
	struct step_set steps[ADVICE_READINGS];

	for (int reading = 0; reading < ADVICE_READINGS; reading++) {
		int same = 0;

		steps[reading] = steps_allowed(now->framework, (enum advice_reading)reading);
		while (same < reading && memcmp(&steps[same], &steps[reading], sizeof(steps[same])) != 0)
			same++;
		if (same < reading)
			out[reading] = out[same];
		else
			advise_of(now, demand, facts, &steps[reading], &out[reading]);
	}
}
