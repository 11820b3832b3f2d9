/* tests/codec/test_form.c - forms: what is asked for, decoded once. */
#include "expect.h"

#include "codec/form.h"

static const char *const names[] = { "grant_type", "assertion", "a b" };

static void
parameters_are_decoded_once(void **state)
{
	static const struct {
		const char *title, *body, *values[COUNT(names)];
	} cases[] = {
		{ "an empty form", "", { "", "", "" } },
		{ "one", "grant_type=x", { "x", "", "" } },
		{ "in any order, with strangers", "z=%FF&assertion=b&&y&grant_type=a", { "a", "b", "" } },
		{ "a plus is a blank", "grant_type=a+b%2Bc", { "a b+c", "", "" } },
		{ "escapes", "grant_type=%e3%81%82%25", { "あ%", "", "" } },
		{ "names are decoded too", "%61+b=1", { "", "", "1" } },
		{ "a value with an equals sign", "assertion=a=b=", { "", "a=b=", "" } },
		{ "no value", "grant_type&assertion=", { "", "", "" } },
	};
	struct arena a = arena_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span values[COUNT(names)];
		struct problem why;

		expect_ok(cases[i].title, form_read(&a, span_text(cases[i].body), names, values, COUNT(names), &why),
		    &why);
		for (size_t n = 0; n < COUNT(names); n++)
			expect_span(cases[i].title, values[n], cases[i].values[n]);
	}
	arena_release(&a);
}

static void
what_could_be_read_two_ways_is_refused(void **state)
{
	static const struct {
		const char *title, *body, *part;
		enum err code;
	} cases[] = {
		{ "twice", "assertion=a&grant_type=b&assertion=a", "assertion stands twice", ERR_SYNTAX },
		{ "twice, once empty", "assertion=&assertion=a", "assertion stands twice", ERR_SYNTAX },
		{ "twice, once without a value", "assertion&assertion=a", "assertion stands twice", ERR_SYNTAX },
		{ "twice, once escaped", "assertion=a&%61ssertion=a", "assertion stands twice", ERR_SYNTAX },
		{ "a broken escape", "assertion=%4", "assertion is not percent-encoded", ERR_SYNTAX },
		{ "a broken escape in a name", "%zz=1", "name is not percent-encoded", ERR_SYNTAX },
		{ "no UTF-8", "assertion=%ff", "assertion is not percent-encoded UTF-8", ERR_SYNTAX },
		{ "a NUL", "assertion=a%00b", "assertion is not percent-encoded UTF-8", ERR_SYNTAX },
	};
	struct arena a = arena_init(64 * KIB);
	struct span values[COUNT(names)];
	char many[3 * FORM_PARAMETERS + 4] = "";
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, form_read(&a, span_text(cases[i].body), names, values, COUNT(names),
		    &why), &why, cases[i].code, cases[i].part);
	for (size_t i = 0; i < FORM_PARAMETERS; i++)
		memcpy(many + 3 * i, "x=&", 4);
	expect_ok("the most", form_read(&a, span_text(many), names, values, COUNT(names), &why), &why);
	memcpy(many + strlen(many), "x=", 3);
	expect_problem("more than the most", form_read(&a, span_text(many), names, values, COUNT(names), &why), &why,
	    ERR_LIMIT, "at most 64");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parameters_are_decoded_once),
		cmocka_unit_test(what_could_be_read_two_ways_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
