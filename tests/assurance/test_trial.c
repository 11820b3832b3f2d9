/* tests/assurance/test_trial.c - a framework's own tests: passed, or what differed. */
#include "assurance/trial.h"

#include "base/buffer.h"
#include "expect.h"
#include "policy_text.h"

static const char *const outcomes[] = {
	"passed",
	("reached token: 3, but 2; possible token: 3, but 2; truth of token-2: false, but true; truth of token-3: "
	    "unknown, but "
	"false; barred: yes, but no; permit: yes, but no"),
	"passed",
};

static void
test_outcomes(void **state)
{
	struct arena a = arena_init(8 * MIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	expect_number("the framework has its tests", f->test_count, 3);
	for (size_t i = 0; i < f->test_count; i++) {
		struct buffer b = buffer_init(4 * KIB);
		struct trial_outcome outcome;
		struct evaluation seen;
		struct problem why;
		struct trial t;

		expect_ok("the test can be read", trial_read(&a, f, &f->tests[i], &t, &why), &why);
		trial_run(&a, &t, &outcome, &seen);
		expect_true("it is one or the other", outcome.passed == (outcome.count == 0));
		for (size_t k = 0; k < outcome.count; k++)
			buffer_print(&b, "%s%s: %s, but %s", k ? "; " : "", outcome.differences[k].what,
			    outcome.differences[k].expected, outcome.differences[k].found);
		if (outcome.passed)
			buffer_text(&b, "passed");
		expect_true("what was seen is the framework's", seen.framework == f);
		expect_span(arena_text(&a, f->tests[i].title), buffer_span(&b), outcomes[i]);
		buffer_release(&b);
	}
	arena_release(&a);
}

static const struct {
	const char *title, *json, *problem;
} wrong[] = {
	{ "no such fact", "{\"title\":\"t\",\"facts\":{\"device.sort\":1},\"expect\":{}}",
	    "/facts/device.sort: expected a fact" },
	{ "no such area", "{\"title\":\"t\",\"facts\":{},\"expect\":{\"reached\":{\"tokens\":\"1\"}}}",
	  "/expect/reached/tokens: expected an area" },
	{ "no such level", "{\"title\":\"t\",\"facts\":{},\"expect\":{\"possible\":{\"token\":\"4\"}}}",
	  "/expect/possible/token: expected a level" },
	{ "no such criterion", "{\"title\":\"t\",\"facts\":{},\"expect\":{\"failed\":[\"token-1\",\"token-9\"]}}",
	  "/expect/failed/1: expected a criterion" },
	{ "no such profile", "{\"title\":\"t\",\"profile\":\"shop\",\"facts\":{},\"expect\":{}}",
	    "/profile: expected a profile" },
	{ "no such provenance", "{\"title\":\"t\",\"provenance\":\"seen\",\"facts\":{},\"expect\":{}}",
	  "/provenance: expected claimed, vouched or observed" },
	{ "no time", "{\"title\":\"t\",\"at\":\"today\",\"facts\":{},\"expect\":{}}", "/at: expected a time" },
	{ "a permit without a profile", "{\"title\":\"t\",\"facts\":{},\"expect\":{\"permit\":true}}",
	    "expected a profile" },
	{ "nothing expected", "{\"title\":\"t\",\"facts\":{}}", "expected members \"facts\" and \"expect\"" },
	{ "something unknown", "{\"title\":\"t\",\"facts\":{},\"expect\":{\"reach\":{}}}",
	    "/expect/reach: unknown member" },
};

static void
test_faults(void **state)
{
	struct arena a = arena_init(8 * MIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct policy_test test = { .title = span_text("t"), .file = span_text("tests/all.json"),
			.pointer = span_text("/tests/7"), .json = span_text(wrong[i].json) };
		struct problem why;
		struct trial t;

		expect_problem(wrong[i].title, trial_read(&a, f, &test, &t, &why), &why, ERR_INVALID, wrong[i].problem);
		expect_true("the problem says where", strstr(why.text, "tests/all.json: /tests/7: ") == why.text);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_faults),
	};

	return cmocka_run_group_tests_name("trial", tests, NULL, NULL);
}
