/* tests/model/test_examination.c - the whole came out as the worst of its steps. */
#include "expect.h"

#include "model/examination.h"

static enum outcome
outcome_of(char letter)
{
	return letter == 'e' ? ESTABLISHED : letter == 'r' ? REFUTED : letter == 'u' ? UNDETERMINED : NOT_CHECKED;
}

/* Steps as letters: established, refuted, undetermined, not checked. */
static void
the_worst_decides(void **state)
{
	static const struct {
		const char *title, *steps;
		enum outcome outcome;
		int cause; /* -1: none */
	} cases[] = {
		{ "nothing examined is not checked", "", NOT_CHECKED, -1 },
		{ "one step that is established", "e", ESTABLISHED, -1 },
		{ "all are", "eee", ESTABLISHED, -1 },
		{ "one refuted", "ere", REFUTED, 1 },
		{ "the first of two", "err", REFUTED, 1 },
		{ "refuted outweighs undetermined", "uer", REFUTED, 2 },
		{ "undetermined outweighs not checked", "neu", UNDETERMINED, 2 },
		{ "not checked is not established", "een", NOT_CHECKED, 2 },
		{ "refuted outweighs not checked", "nr", REFUTED, 1 },
	};
	struct arena a = arena_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct examination e = { .arena = &a };

		for (size_t s = 0; cases[i].steps[s]; s++) {
			enum outcome outcome = outcome_of(cases[i].steps[s]);

			expect_number("noting says whether to go on",
			    examination_note(&e, "step", outcome, "a clause", "number %zu", s), outcome == ESTABLISHED);
		}
		expect_number(cases[i].title, examination_outcome(&e), cases[i].outcome);
		expect_number("its cause", examination_cause(&e) ? examination_cause(&e) - e.steps : -1,
		    cases[i].cause);
	}
	arena_release(&a);
}

static void
words_are_written_where_somebody_reads_them(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct examination quiet = { .arena = &a }, told = { .arena = &a, .told = true };

	(void)state;
	examination_note(&quiet, "key-usage", ESTABLISHED, "RFC 5280 s4.2.1.3", "as %s", "expected");
	examination_note(&quiet, "validity", REFUTED, "", "ended in %d", 2025);
	examination_note(&told, "key-usage", ESTABLISHED, "RFC 5280 s4.2.1.3", "as %s", "expected");
	expect_text("of what is fine nobody is told", quiet.steps[0].text, "");
	expect_text("of what is not everybody is", quiet.steps[1].text, "ended in 2025");
	expect_text("who asks is told of all", told.steps[0].text, "as expected");
	expect_text("with the step", told.steps[0].step, "key-usage");
	expect_text("and its clause", told.steps[0].clause, "RFC 5280 s4.2.1.3");
	arena_release(&a);
}

static void
outcomes_have_names(void **state)
{
	(void)state;
	expect_text("zero is the harmless one", outcome_name((enum outcome)0), "not-checked");
	expect_text("refuted", outcome_name(REFUTED), "refuted");
	expect_text("undetermined", outcome_name(UNDETERMINED), "undetermined");
	expect_text("established", outcome_name(ESTABLISHED), "established");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_decides),
		cmocka_unit_test(words_are_written_where_somebody_reads_them),
		cmocka_unit_test(outcomes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
