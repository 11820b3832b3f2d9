/* tests/assurance/test_demand.c - what an asker requires is read in both of its forms, and nothing else is. */
#include "assurance/demand.h"

#include "expect.h"
#include "policy_text.h"

static const struct {
	const char *title, *text, *demand; /* "area level comparison", each; or the problem */
} cases[] = {
	{ "a level alone is the least", "{\"person\":\"2\"}", "person 2 minimum" },
	{ "so is one that says no comparison", "{\"token\":{\"level\":\"3\"}}", "token 3 minimum" },
	{ "several, each as it likes", "{\"person\":\"1\",\"token\":{\"comparison\":\"exact\",\"level\":\"2\"}}",
	  "person 1 minimum, token 2 exact" },
	{ "a composed area too", "{\"authentication\":{\"level\":\"1\",\"comparison\":\"better\"}}",
	  "authentication 1 better" },
	{ "the level below the lowest", "{\"person\":\"0\"}", "person 0 minimum" },
	{ "nothing requires nothing", "{}", "" },
	{ "no object", "[]", "expected an object" },
	{ "an area there is not", "{\"nose\":\"1\"}", "/nose: expected an area of the framework, found \"nose\"" },
	{ "a level it has not", "{\"person\":\"9\"}", "/person: expected a level of the area, found \"9\"" },
	{ "a long one is looked for as any other", "{\"person\":\"level-of-many-letters\"}",
	  "/person: expected a level of the area, found \"level-of-many-letters\"" },
	{ "nor there", "{\"person\":{\"level\":\"9\"}}",
	  "/person/level: expected a level of the area, found \"9\"" },
	{ "no level", "{\"person\":{\"comparison\":\"exact\"}}", "/person: expected a level" },
	{ "a comparison that is none", "{\"person\":{\"level\":\"1\",\"comparison\":\"about\"}}",
	  "/person/comparison: expected exact, minimum, maximum or better, found \"about\"" },
	{ "another word", "{\"person\":{\"level\":\"1\",\"why\":1}}", "/person/why" },
	{ "a number", "{\"person\":2}", "/person: expected an object" },
};

static const char *
demand_text(struct arena *a, const struct framework *f, const struct demand *d)
{
	static const char *const words[] = { [COMPARE_EXACT] = "exact", [COMPARE_MINIMUM] = "minimum",
		[COMPARE_MAXIMUM] = "maximum", [COMPARE_BETTER] = "better" };
	const char *text = "";

	for (size_t i = 0; i < d->count; i++) {
		const struct area *area = &f->areas[d->items[i].area];

		text = arena_print(a, "%s%s%.*s %.*s %s", text, i ? ", " : "", SPAN_ARGS(area->id),
		    SPAN_ARGS(level_id(area, d->items[i].level)), words[d->items[i].comparison]);
	}
	return text;
}

static void
both_forms_are_read_and_nothing_else(void **state)
{
	struct arena a = arena_init(8 * MIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reader r = reader_json(&a, span_text(cases[i].text), (struct limits){ .bytes = 4 * KIB,
		    .depth = 4 });
		struct demand demand = { .count = 0 };
		struct problem why;

		demand_read(&r, f, &demand);
		if (reader_end(&r, &why) == OK)
			expect_text(cases[i].title, demand_text(&a, f, &demand), cases[i].demand);
		else
			expect_problem(cases[i].title, why.code, &why, ERR_INVALID, cases[i].demand);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_are_read_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
