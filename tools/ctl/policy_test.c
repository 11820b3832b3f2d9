/* tools/ctl/policy_test.c - `watashictl policy test`: a version's own tests, run. */
#include <stdio.h>

#include "assurance/trial.h"
#include "ctl/policy.h"

static void
outcome_show(const struct policy_test *test, const struct trial_outcome *outcome)
{
	printf("%s %.*s\n", outcome->passed ? "ok" : "not ok", SPAN_ARGS(test->title));
	if (outcome->passed)
		return;
	printf("    %.*s: %.*s\n", SPAN_ARGS(test->file), SPAN_ARGS(test->pointer));
	for (size_t i = 0; i < outcome->count; i++)
		printf("    %s: expected %s, found %s\n", outcome->differences[i].what,
		    outcome->differences[i].expected, outcome->differences[i].found);
}

static json_t *
outcome_json(const struct policy_test *test, const struct trial_outcome *outcome)
{
	json_t *differences = json_array();

	for (size_t i = 0; i < outcome->count; i++)
		json_array_append_new(differences,
		    json_pack("{s:s,s:s,s:s}", "what", outcome->differences[i].what, "expected",
			outcome->differences[i].expected, "found", outcome->differences[i].found));
	return json_pack("{s:s%,s:s%,s:s%,s:b,s:o}", "title", test->title.data, test->title.size, "file",
	    test->file.data, test->file.size, "pointer", test->pointer.data, test->pointer.size, "passed",
	    outcome->passed, "differences", differences);
}

/* False: a test cannot be read, which has been said. */
static bool
tests_run(struct ctl *ctl, const struct framework *f, size_t *failed, json_t *report)
{
	for (size_t i = 0; i < f->test_count; i++) {
		struct trial *trial = arena_new(ctl->arena, struct trial);
		struct trial_outcome outcome;
		struct problem why;

		if (trial_read(ctl->arena, f, &f->tests[i], trial, &why) != OK) {
			refused(&why);
			return false;
		}
		trial_run(ctl->arena, trial, &outcome, NULL);
		*failed += !outcome.passed;
		if (ctl->json)
			json_array_append_new(report, outcome_json(&f->tests[i], &outcome));
		else
			outcome_show(&f->tests[i], &outcome);
	}
	return true;
}

enum ending
policy_test_run(struct ctl *ctl, int argc, char **argv)
{
	const char *directory = NULL, *facts = NULL;
	const struct flag flags[] = {
		{ .name = "facts",
		    .argument = "FILE",
		    .help = "the dictionary; DIR/../../facts.json when not given",
		    .text = &facts },
		{ 0 },
	};
	const struct usage usage = {
		.synopsis = "policy test DIR [--facts FILE]",
		.about = "Runs the tests that stand in the version's tests/, and says of each whether the policy leads "
			 "where it must.\nStatus 1 when one fails, and when there are none.",
		.flags = flags,
		.least = 1,
		.most = 1,
	};
	const struct dictionary *dictionary;
	const struct framework *f;
	struct policy_files files;
	struct problem why;
	enum ending ending;
	size_t failed = 0;
	json_t *report;

	if (!arguments_read(ctl, &usage, argc, argv, &directory, &ending))
		return ending;
	if (policy_directory_read(ctl, directory, facts, &files, NULL, &dictionary, &why) != OK ||
	    framework_read(ctl->arena, &files, dictionary, false, &f, &why) != OK)
		return refused(&why);
	if (f->test_count == 0) {
		trials_pass(f, &why);
		return refused(&why);
	}
	report = json_array();
	ending = tests_run(ctl, f, &failed, report) && failed == 0 ? DONE : REFUSED;
	if (ctl->json)
		answer_print(report);
	else
		printf("%zu passed, %zu failed\n", f->test_count - failed, failed);
	json_decref(report);
	return ending;
}
