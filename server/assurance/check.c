/* assurance/check.c - a framework checked: one check after another, what they find in one list. */
#include "assurance/checking.h"

#include <assert.h>

const char *
policy_finding_name(enum policy_finding_kind kind)
{
	static const char *const names[] = {
		[POLICY_LEVEL_UNREACHABLE] = "level-unreachable",
		[POLICY_LEVEL_ADDS_NOTHING] = "level-adds-nothing",
		[POLICY_CRITERION_NEVER] = "criterion-never",
		[POLICY_CRITERION_ALWAYS] = "criterion-always",
		[POLICY_CRITERION_REDUNDANT] = "criterion-redundant",
		[POLICY_CRITERION_UNDECIDED] = "criterion-undecided",
		[POLICY_CRITERIA_CONTRADICT] = "criteria-contradict",
		[POLICY_PROFILE_UNSATISFIABLE] = "profile-unsatisfiable",
		[POLICY_PARAMETER_LOOSER] = "parameter-looser",
		[POLICY_FACT_UNUSED] = "fact-unused",
		[POLICY_STEP_USELESS] = "step-useless",
		[POLICY_STEP_LOWERS] = "step-lowers",
		[POLICY_CRITERION_NO_STEP] = "criterion-no-step",
		[POLICY_LEAF_UNTESTED] = "leaf-untested",
		[POLICY_CLAUSE_UNCITED] = "clause-uncited",
		[POLICY_TRANSLATION_MISSING] = "translation-missing",
		[POLICY_PARAMETER_UNSAID] = "parameter-unsaid",
		[POLICY_CEILING] = "ceiling",
		[POLICY_LEAF_IDLE] = "leaf-idle",
	};

	static_assert(COUNT(names) == POLICY_FINDING_KINDS, "each kind has its name");
	return names[kind];
}

/* Of the others some say that there are no such facts, the rest that something was not written. */
bool
policy_finding_has_witness(enum policy_finding_kind kind)
{
	static const bool shown[POLICY_FINDING_KINDS] = {
		[POLICY_LEVEL_ADDS_NOTHING] = true,
		[POLICY_CRITERION_ALWAYS] = true,
		[POLICY_CRITERION_REDUNDANT] = true,
		[POLICY_CRITERION_UNDECIDED] = true,
		[POLICY_PARAMETER_LOOSER] = true,
		[POLICY_STEP_LOWERS] = true,
		[POLICY_CRITERION_NO_STEP] = true,
		[POLICY_LEAF_UNTESTED] = true,
		[POLICY_CEILING] = true,
	};

	return shown[kind];
}

const char *
policy_finding_weight(const struct policy_finding *f)
{
	return f->error ? "error" : f->note ? "note" : "warning";
}

void
finding_add(struct checking *c, enum policy_finding_kind kind, enum weight weight, struct span subject, const char *ja,
    const char *en, const struct facts *witness)
{
	struct policy_findings *out = c->out;

	assert((witness != NULL) == policy_finding_has_witness(kind));
	if (out->count == c->room) {
		struct policy_finding *items = arena_array(c->arena, struct policy_finding, 2 * c->room + 32);

		if (out->count)
			memcpy(items, out->items, out->count * sizeof(items[0]));
		out->items = items;
		c->room = 2 * c->room + 32;
	}
	out->items[out->count++] = (struct policy_finding){
		.kind = kind,
		.error = weight == WEIGHT_ERROR,
		.note = weight == WEIGHT_NOTE,
		.subject = subject,
		.text = { span_text(ja), span_text(en) },
		.witness = witness ? witness_write(c->arena, witness) : (struct span){ 0 },
	};
}

/* Goals */

/* Each once, in the order it was met. */
void
cut_off_note(struct checking *c)
{
	struct policy_findings *out = c->out;
	struct span *items = out->cut_off;

	for (size_t i = 0; i < out->cut_off_count; i++)
		if (span_equal(items[i], c->subject))
			return;
	if (out->cut_off_count == out->cut_off_room) {
		out->cut_off_room = 2 * out->cut_off_room + 8;
		out->cut_off = arena_array(c->arena, struct span, out->cut_off_room);
		for (size_t i = 0; i < out->cut_off_count; i++)
			out->cut_off[i] = items[i];
	}
	out->cut_off[out->cut_off_count++] = c->subject;
}

enum witness_found
goals_search(struct checking *c, const struct view *views, size_t view_count, size_t count, struct facts *found)
{
	struct witness_question q = { .world = c->world, .views = views, .view_count = view_count, .goals = c->goals,
		.goal_count = count };
	enum witness_found outcome = witness_search(&q, found, &c->out->nodes);

	if (outcome == WITNESS_CUT_OFF)
		cut_off_note(c);
	return outcome;
}

void
levels_of(const struct framework *f, size_t area, uint8_t level, uint8_t levels[AREAS_LARGEST])
{
	struct demand d = { .items = { { (uint8_t)area, level, COMPARE_MINIMUM } }, .count = 1 };

	demand_levels(&d, f, levels);
}

size_t
goals_for(
    struct checking *c, const struct profile *profile, const uint8_t levels[AREAS_LARGEST], uint8_t view, size_t count)
{
	const struct framework *f = c->framework;
	const struct criterion *criteria = profile ? profile->criteria : f->criteria;

	for (size_t i = 0; i < f->criterion_count; i++) {
		if (criteria[i].level > levels[criteria[i].area] ||
		    (profile && profile->excluded && profile->excluded[i]))
			continue;
		assert(count < WITNESS_GOALS);
		c->goals[count++] =
		    (struct goal){ &criteria[i], criterion_least(&criteria[i], profile), WISH_TRUE, view };
	}
	return count;
}

struct criterion
criterion_of(struct condition condition)
{
	return (struct criterion){ .condition = condition, .provenance = CLAIMED };
}

/* All of it */

void
framework_check(const struct framework *f, struct arena *arena, struct policy_findings *out,
    void (*said)(void *arg, unsigned permille), void *arg)
{
	static const struct {
		void (*check)(struct checking *);
		unsigned permille;       /* done after it */
	} checks[] = {
		{ check_criteria, 50 },
		{ check_levels, 100 },
		{ check_profiles, 150 },
		{ check_ceilings, 300 },
		{ check_redundancy, 450 },
		{ check_steps, 700 },
		{ check_coverage, 950 },
		{ check_wording, 1000 },
	};
	struct abstraction *world = abstraction_new(arena, f->dictionary);
	struct checking *c = arena_new(arena, struct checking);

	abstraction_cut_framework(world, f);
	abstraction_finish(world);
	*out = (struct policy_findings){ .count = 0 };
	c->framework = f;
	c->arena = arena;
	c->world = world;
	c->out = out;
	c->goals = arena_array(arena, struct goal, WITNESS_GOALS);
	for (size_t i = 0; i < COUNT(checks); i++) {
		checks[i].check(c);
		if (said)
			said(arg, checks[i].permille);
	}
}

void
dictionary_unused(const struct dictionary *d, const struct framework *const *frameworks, size_t count,
    struct arena *arena, struct policy_findings *out)
{
	struct checking c = { .arena = arena, .out = out, .room = out->count };

	for (size_t i = 0; i < d->count; i++) {
		bool used = false;

		for (size_t k = 0; k < count; k++) {
			const struct fact *theirs = fact_find(frameworks[k]->dictionary, d->facts[i].id);

			used = used ||
			    (theirs && (frameworks[k]->uses[theirs->number / 64] >> (theirs->number % 64) & 1) != 0);
		}
		if (!used)
			finding_add(&c, POLICY_FACT_UNUSED, WEIGHT_NOTE, d->facts[i].id, "どの版の基準も手順も、この事実を使っていません。",
			    "No criterion and no step of these versions uses this fact.", NULL);
	}
}
