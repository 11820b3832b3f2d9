/* assurance/trial.c - a framework's own tests, read and run. */
#include "assurance/trial.h"

#include "model/policy_id.h"

/* Within a framework's file there is no larger one. */
static const struct limits trial_limits = { .bytes = FRAMEWORK_FILE_LARGEST, .depth = 8, .members = 8192 };

/* Reading */

static void
read_levels(struct reader *r, const struct framework *f, uint8_t levels[AREAS_LARGEST])
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		int area = area_find(f, name), level;

		if (area < 0) {
			reader_fail(r, "an area of the framework", "another name");
			return;
		}
		level = level_find(&f->areas[area], reader_string(r, 1, POLICY_LEVEL_LARGEST));
		if (level < 0)
			reader_fail(r, "a level of that area, or \"0\"", "another text");
		else
			levels[area] = (uint8_t)(level + 1);
	}
}

static void
read_criteria(struct reader *r, const struct framework *f, uint64_t *criteria)
{
	reader_array(r);
	while (reader_element(r)) {
		int number = criterion_find(f, reader_string(r, 1, POLICY_ID_LARGEST));

		if (number < 0)
			reader_fail(r, "a criterion of the framework", "another text");
		else
			criteria[number / 64] |= UINT64_C(1) << (number % 64);
	}
}

static void
read_expected(struct reader *r, struct trial *t)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "reached"))
			read_levels(r, t->framework, t->reached);
		else if (span_is(name, "possible"))
			read_levels(r, t->framework, t->possible);
		else if (span_is(name, "failed"))
			read_criteria(r, t->framework, t->failed);
		else if (span_is(name, "unknown"))
			read_criteria(r, t->framework, t->unknown);
		else if (span_is(name, "barred"))
			t->barred = reader_boolean(r) ? TRIAL_YES : TRIAL_NO;
		else if (span_is(name, "permit"))
			t->permit = reader_boolean(r) ? TRIAL_YES : TRIAL_NO;
	}
	if (t->permit && !t->profile)
		reader_fail(r, "a profile, without which nothing is permitted", "none");
}

static void
read_profile(struct reader *r, struct trial *t)
{
	t->profile = profile_find(t->framework, reader_string(r, 1, POLICY_ID_LARGEST));
	if (!t->profile)
		reader_fail(r, "a profile of the framework", "another text");
}

static void
read_provenance(struct reader *r, enum provenance *by)
{
	*by = provenance_read(reader_string(r, 1, 16));
	if (*by == PROVENANCE_NONE)
		reader_fail(r, "claimed, vouched or observed", "another text");
}

static void
read_time(struct reader *r, struct trial *t)
{
	if (!instant_read(reader_string(r, 1, 64), &t->at))
		reader_fail(r, "a time (RFC 3339)", "another text");
}

/* How facts are read depends on members that may stand behind them: so those are read first. */
static enum err
read_terms(struct arena *a, struct trial *t, enum provenance *by, struct problem *why)
{
	struct reader r = reader_json(a, t->test->json, trial_limits);
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "provenance"))
			read_provenance(&r, by);
		else if (span_is(name, "at"))
			read_time(&r, t);
		else if (span_is(name, "profile"))
			read_profile(&r, t);
		else
			reader_raw(&r);
	}
	return reader_end(&r, why);
}

static enum err
read_rest(struct arena *a, struct trial *t, enum provenance by, struct problem *why)
{
	struct reader r = reader_json(a, t->test->json, trial_limits);
	bool stated = false, expected = false;
	struct span name;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "facts")) {
			facts_read(&r, &t->facts, by, t->at);
			stated = true;
		} else if (span_is(name, "expect")) {
			read_expected(&r, t);
			expected = true;
		} else if (span_is(name, "title") || span_is(name, "provenance") || span_is(name, "at") ||
		    span_is(name, "profile") || span_starts(name, "//")) {
			reader_raw(&r);
		}
	}
	if (!stated || !expected)
		reader_fail(&r, "members \"facts\" and \"expect\"", "one of them or none");
	return reader_end(&r, why);
}

enum err
trial_read(struct arena *a, const struct framework *f, const struct policy_test *test, struct trial *out,
    struct problem *why)
{
	enum provenance by = OBSERVED;

	*out = (struct trial){ .framework = f, .test = test, .at = f->valid_from };
	facts_init(&out->facts, f->dictionary);
	if (read_terms(a, out, &by, why) == OK && read_rest(a, out, by, why) == OK)
		return OK;
	return problem_within(why, "%.*s: %.*s", SPAN_ARGS(test->file), SPAN_ARGS(test->pointer));
}

/* Running */

struct run {
	struct arena *arena;
	const struct trial *trial;
	const struct evaluation *evaluation;
	struct trial_difference *differences;
	size_t count;
};

static void
compare(struct run *run, const char *kind, struct span subject, const char *expected, const char *found)
{
	if (strcmp(expected, found) == 0)
		return;
	run->differences[run->count++] = (struct trial_difference){
		subject.size ? arena_print(run->arena, "%s %.*s", kind, SPAN_ARGS(subject)) : kind, expected, found };
}

static void
compare_levels(struct run *run)
{
	const struct framework *f = run->trial->framework;

	for (size_t i = 0; i < f->area_count; i++) {
		const struct area *area = &f->areas[i];
		const struct reach *reach = &run->evaluation->areas[i];

		if (run->trial->reached[i])
			compare(run, "reached", area->id,
			    arena_text(run->arena, level_id(area, (uint8_t)(run->trial->reached[i] - 1))),
			    arena_text(run->arena, level_id(area, reach->reached)));
		if (run->trial->possible[i])
			compare(run, "possible", area->id,
			    arena_text(run->arena, level_id(area, (uint8_t)(run->trial->possible[i] - 1))),
			    arena_text(run->arena, level_id(area, reach->possible)));
	}
}

static void
compare_truths(struct run *run, const uint64_t *criteria, enum truth expected)
{
	const struct framework *f = run->trial->framework;

	for (size_t i = 0; i < f->criterion_count; i++)
		if (criteria[i / 64] >> (i % 64) & 1)
			compare(run, "truth of", f->criteria[i].id, truth_name(expected),
			    truth_name((enum truth)run->evaluation->truths[i]));
}

static void
compare_answer(struct run *run, const char *what, enum trial_answer expected, bool found)
{
	if (expected)
		compare(run, what, (struct span){ 0 }, expected == TRIAL_YES ? "yes" : "no", found ? "yes" : "no");
}

void
trial_run(struct arena *a, const struct trial *t, struct trial_outcome *out, struct evaluation *seen)
{
	const struct framework *f = t->framework;
	struct evaluation *e = seen ? seen : arena_new(a, struct evaluation);
	struct run run = { a, t, e,
		arena_array(a, struct trial_difference, 2 * f->area_count + 2 * f->criterion_count + 2), 0 };
	struct demand demand = { .count = 0 };

	evaluate(f, t->profile, &t->facts, e);
	if (t->profile)
		demand = profile_demand(t->profile);
	compare_levels(&run);
	compare_truths(&run, t->failed, TRUTH_FALSE);
	compare_truths(&run, t->unknown, TRUTH_UNKNOWN);
	compare_answer(&run, "barred", t->barred, e->barred);
	compare_answer(&run, "permit", t->permit, demand_met(&demand, e));
	*out = (struct trial_outcome){ run.count == 0, run.differences, run.count };
}

/* All of them */

#define TRIAL_MEMORY (16 * MIB) /* one at a time */

static enum err
trial_pass(struct arena *a, const struct framework *f, const struct policy_test *test, struct problem *why)
{
	struct trial *trial = arena_new(a, struct trial);
	struct trial_outcome outcome;

	if (trial_read(a, f, test, trial, why) != OK)
		return why->code;
	trial_run(a, trial, &outcome, NULL);
	if (outcome.passed)
		return OK;
	return problem_set(why, ERR_INVALID, "",
	    "the version's own test \"%.*s\" fails (%.*s%.*s): %s: expected %s, found %s; watashictl policy test DIR "
	    "shows all",
	    SPAN_ARGS(test->title), SPAN_ARGS(test->file), SPAN_ARGS(test->pointer), outcome.differences[0].what,
	    outcome.differences[0].expected, outcome.differences[0].found);
}

enum err
trials_pass(const struct framework *f, struct problem *why)
{
	struct arena a = arena_init(TRIAL_MEMORY);
	enum err err = OK;

	if (f->test_count == 0)
		err = problem_set(why, ERR_INVALID, "",
		    "%s/tests: expected tests that say where the version leads, found none", f->files.label);
	for (size_t i = 0; i < f->test_count && err == OK; i++) {
		err = trial_pass(&a, f, &f->tests[i], why);
		arena_reset(&a);
	}
	arena_release(&a);
	return err;
}
