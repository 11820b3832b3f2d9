/* tests/transaction/test_proofing_charges.c - who pays for the sources that were asked. */
#include "transaction/proofing/cost.h"
#include "transaction/proofing_stage.h"

static void
who_hangs_up_while_a_source_is_asked_pays(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	struct pending *pending;

	(void)state;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	world.source.silent = true;
	world.done = false;
	pending = proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	run();
	expect_true("it waits for the source", !world.done);
	pending_cancel(&pending);
	world.source.silent = false;
	run();
	expect_true("nobody is called", !world.done);
	check_newest_log("it was asked", UNDETERMINED, REVOCATION_UNAVAILABLE, true);
	expect_logged("as of the certificate at hand", "card test unavailable charged");
	prove(&proof);
	expect_problem("and the challenge is used up", world.err, &world.why, ERR_NOT_FOUND, "no challenge of yours");
}

static void
who_hangs_up_before_anybody_is_asked_pays_nothing(void **state)
{
	static const struct { const char *title; bool wrong, kept; } cases[] = {
		{ "the document is refuted", true, false }, { "its answer is kept from before", false, true },
	};
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct proofing_prove proof;
		unsigned questions = world.source.asked;
		struct pending *pending;
		size_t rows;

		begin(&asked);
		proof = bank_proves(SIGNATURE);
		if (cases[i].wrong)
			proof.submission.signature = signed_by_card(SIGNATURE, span_text("another text"));
		world.source.silent = true;
		world.source.kept = cases[i].kept;
		rows = rows_of(&proofing_log_table);
		world.done = false;
		pending = proofing_prove(world.store, &world.arena, &world.settings, &proof, on_proved, NULL);
		/* A refusal is told in the next turn, which does not come. */
		while (cases[i].wrong && store_memory_step(world.store, world.noon))
			;
		if (!cases[i].wrong)
			run();
		expect_true("it waits", !world.done && (world.turn.first || world.source.asked > questions));
		pending_cancel(&pending);
		world.source.silent = world.source.kept = false;
		run();
		expect_number(cases[i].title, rows_of(&proofing_log_table), rows);
	}
}

static const struct {
	const char *title;
	enum revocation_status says[2];
	bool kept[2];
	const char *logged, *entry;
} questions[] = {
	{ "one answers, and is enough", { REVOCATION_GOOD }, { false },
	    "card test good charged", "[{\"kind\":\"ocsp\",\"source\":\"test\",\"status\":\"good\"}]" },
	{ "one does not know, another does: both are paid", { REVOCATION_UNKNOWN, REVOCATION_GOOD }, { false, false },
	    "card second good charged, card test unknown charged further",
	    "[{\"kind\":\"ocsp\",\"source\":\"test\",\"status\":\"unknown\"},"
	    "{\"kind\":\"operator\",\"source\":\"second\",\"status\":\"good\"}]" },
	{ "the one that does not know is paid, though what counts is free", { REVOCATION_UNKNOWN, REVOCATION_GOOD },
	    { false, true }, "card second good, card test unknown charged further",
	    "[{\"kind\":\"ocsp\",\"source\":\"test\",\"status\":\"unknown\"}]" },
	{ "what was known before is not paid again", { REVOCATION_UNKNOWN, REVOCATION_GOOD }, { true, false },
	    "card second good charged", "[{\"kind\":\"operator\",\"source\":\"second\",\"status\":\"good\"}]" },
	{ "nothing is paid, and it is one check", { REVOCATION_UNKNOWN, REVOCATION_UNKNOWN }, { true, true },
	    "card test unknown", "[]" },
};

static void
each_source_that_answers_is_paid(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);

	(void)state;
	world.verifier.source_count = 2;
	for (size_t i = 0; i < COUNT(questions); i++) {
		struct proofing_prove proof;

		world.source.says = questions[i].says[0];
		world.second.says = questions[i].says[1];
		world.source.kept = questions[i].kept[0];
		world.second.kept = questions[i].kept[1];
		begin(&asked);
		proof = bank_proves(SIGNATURE);
		prove(&proof);
		expect_ok(questions[i].title, world.err, &world.why);
		expect_logged(questions[i].title, questions[i].logged);
		expect_true(questions[i].title, entry_says(arena_print(&world.arena, "\"revocation\":{\"asked\":%s,",
		    questions[i].entry)));
	}
	world.verifier.source_count = 1;
	world.source.kept = world.second.kept = false;
}

static void
the_price_of_that_moment_stands_in_the_log(void **state)
{
	static const struct check_price prices[] = {
		{ JPKI_SIGNATURE, JPKI_NO_MEDIUM, REVOCATION_BY_OCSP, false, 20 },
	};
	const struct cost_settings costs = { .prices = prices, .price_count = COUNT(prices) };
	static const struct { const char *title; bool priced, kept; int64_t yen; } cases[] = {
		{ "without prices none is said", false, false, 0 },
		{ "a question that was answered", true, false, 20 },
		{ "what was kept from before costs nothing", true, true, 0 },
	};
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);

	(void)state;
	world.source.says = REVOCATION_GOOD;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct proofing_check check = { 0 };
		struct proofing_prove proof;

		world.settings.costs = cases[i].priced ? &costs : NULL;
		world.source.kept = cases[i].kept;
		begin(&asked);
		proof = bank_proves(SIGNATURE);
		prove(&proof);
		expect_ok(cases[i].title, world.err, &world.why);
		check_newest_log(cases[i].title, ESTABLISHED, REVOCATION_GOOD, !cases[i].kept);
		expect_true(cases[i].title, proofing_check_read(looked.rows[0].value, &check));
		expect_true(cases[i].title, check.priced == cases[i].priced && check.yen == cases[i].yen &&
		    check.yen_by_card == cases[i].yen);
	}
	world.settings.costs = NULL;
	world.source.kept = false;
}

/* Whether it is the same person as before. */

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_hangs_up_while_a_source_is_asked_pays),
		cmocka_unit_test(who_hangs_up_before_anybody_is_asked_pays_nothing),
		cmocka_unit_test(each_source_that_answers_is_paid),
		cmocka_unit_test(the_price_of_that_moment_stands_in_the_log),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
