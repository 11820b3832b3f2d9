/* assurance/check_criteria.c - each criterion by itself: can it be true, and can it be false. */
#include "assurance/checking.h"

/* With more pieces than views a fact is passed over. */
#define CASES_LARGEST (WITNESS_VIEWS - 1)
/* Many cases at once make a great search, and what it finds is only to be known. */
#define CASES_NODES 10000

static enum witness_found
search_one(struct checking *k, const struct criterion *c, enum wish wish, struct facts *found)
{
	k->goals[0] = (struct goal){ c, criterion_least(c, NULL), wish, 0 };
	return goals_search(k, NULL, 0, 1, found);
}

static void
check_extremes(struct checking *k, size_t number)
{
	const struct criterion *c = &k->framework->criteria[number];
	struct facts found;

	k->never[number] = search_one(k, c, WISH_TRUE, &found) == WITNESS_NONE;
	if (k->never[number])
		finding_add(k, POLICY_CRITERION_NEVER, WEIGHT_ERROR, c->id,
		    "どのような事実でも満たされません。この基準を求めるレベルには、だれも届きません。",
		    "No facts fulfil it: nobody reaches a level that asks for it.", NULL);
	k->always[number] = search_one(k, c, WISH_FALSE, &found) == WITNESS_NONE;
	if (k->always[number] && !k->never[number] && search_one(k, c, WISH_TRUE, &found) == WITNESS_FOUND)
		finding_add(k, POLICY_CRITERION_ALWAYS, WEIGHT_WARNING, c->id,
		    "事実が知られていさえすれば、いつも満たされます。基準としては何も求めていません。",
		    "Whatever the facts are, it is fulfilled once they are known: it demands nothing.", &found);
}

/* One fact unknown, and so the condition; though whatever the fact were, the condition would be true. */
static bool
is_undecided(struct checking *k, const struct criterion *alone, size_t fact, struct facts *found)
{
	const struct domain *d = abstraction_domain(k->world, fact);
	struct effect effects[CASES_LARGEST];
	struct view views[WITNESS_VIEWS] = { { .hidden = (uint16_t)(fact + 1) } };
	enum witness_found outcome;
	struct witness_question q;

	if (k->framework->dictionary->facts[fact].type == FACT_SET || d->count > CASES_LARGEST)
		return false;
	k->goals[0] = (struct goal){ alone, alone->provenance, WISH_UNKNOWN, 0 };
	for (size_t i = 0; i < d->count; i++) {
		effects[i] = (struct effect){ (uint16_t)fact, false, d->values[i] };
		views[i + 1] = (struct view){ .effects = &effects[i], .effect_count = 1 };
		k->goals[i + 1] = (struct goal){ alone, alone->provenance, WISH_TRUE, (uint8_t)(i + 1) };
	}
	q = (struct witness_question){ .world = k->world, .views = views, .view_count = d->count + 1, .goals = k->goals,
		.goal_count = d->count + 1, .nodes = CASES_NODES };
	outcome = witness_search(&q, found, &k->out->nodes);
	if (outcome == WITNESS_CUT_OFF)
		cut_off_note(k);
	return outcome == WITNESS_FOUND;
}

/* A fact that is read once leaves nothing undecided but what hangs on it. */
static bool
is_read_twice(const struct condition *c, size_t fact)
{
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->nodes[i].kind == CONDITION_LEAF)
			count += c->nodes[i].fact == fact || c->nodes[i].other == fact + 1;
	return count > 1;
}

/* Of the condition alone: where `when` is unknown, so is the criterion, as it should be. */
static void
check_cases(struct checking *k, const struct criterion *c)
{
	struct criterion alone = criterion_of(c->condition);
	struct facts found;

	alone.provenance = criterion_least(c, NULL);
	for (size_t i = 0; i < k->framework->dictionary->count; i++) {
		const char *id;

		if (!is_read_twice(&c->condition, i) || !is_undecided(k, &alone, i, &found))
			continue;
		id = arena_text(k->arena, k->framework->dictionary->facts[i].id);
		finding_add(k, POLICY_CRITERION_UNDECIDED, WEIGHT_NOTE, c->id,
		    arena_print(k->arena,
			"%s が不明であるため不明となりますが、その値が何であっても満たされる場合です（例を参照）。",
			id),
		    arena_print(k->arena,
			"It is unknown because %s is, although it would be fulfilled whatever that were.", id),
		    &found);
		return;
	}
}

void
check_criteria(struct checking *k)
{
	const struct framework *f = k->framework;

	for (size_t i = 0; i < f->criterion_count; i++) {
		k->subject = f->criteria[i].id;
		check_extremes(k, i);
		if (!k->never[i] && !k->always[i])
			check_cases(k, &f->criteria[i]);
	}
}
