/* tests/authn/test_attempts.c - tries that failed: counted, waited for, forgotten. */
#include "authn/store_stage.h"

static const struct span who = { (const uint8_t *)"whoever is tried", 16 };

static struct attempts
known(enum attempts_kind kind, struct span of)
{
	struct ask ask = attempts_ask(&stage.arena, kind, of);
	struct attempts found;
	struct problem why;

	stage_load(&ask);
	expect_ok("known", attempts_loaded(&ask, &found, &why), &why);
	return found;
}

static enum err
fails(enum attempts_kind kind, struct span of, const struct attempts *as_known)
{
	struct unit *unit = stage_unit();

	attempts_failed(unit, &stage.arena, kind, of, as_known, stage.now);
	return stage_commit(unit);
}

static void
fail_once(enum attempts_kind kind, struct span of)
{
	struct attempts found = known(kind, of);

	expect_number("counted", fails(kind, of, &found), OK);
}

/* Seconds until it may be tried again. */
static int64_t
waits(enum attempts_kind kind, struct span of)
{
	struct attempts found = known(kind, of);
	struct instant until = attempts_wait(kind, &found, stage.now);

	return until.us ? (until.us - stage.now.us) / 1000000 : 0;
}

/* Each waited for before the next: seconds after each failure. */
static void
who_fails_waits_longer_each_time(void **state)
{
	static const struct { const char *title; enum attempts_kind kind; const char *waits; } cases[] = {
		{ "a code: five are free, then it doubles to a day", ATTEMPTS_CODE,
		    "0 0 0 0 0 30 60 120 240 480 960 1920 3840 7680 15360 30720 61440 86400 86400" },
		{ "a PIN: the same", ATTEMPTS_PIN, "0 0 0 0 0 30 60 120 240" },
		{ "digits on the phone: to an hour", ATTEMPTS_TRANSFER,
		    "0 0 0 0 0 30 60 120 240 480 960 1920 3600 3600" },
		{ "a push: three, then a minute", ATTEMPTS_PUSH, "0 0 0 60 120 240 480" },
		{ "codes to an address: three", ATTEMPTS_CONTACT, "0 0 0 60 120" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span rest = span_text(cases[i].waits), word;
		uint64_t expected;

		while ((word = span_cut(&rest, ' ')).size) {
			int64_t wait;

			assert_true(span_number(word, &expected));
			fail_once(cases[i].kind, who);
			wait = waits(cases[i].kind, who);
			expect_number(cases[i].title, wait, expected);
			stage.now = instant_after(stage.now, SECONDS(wait));
			expect_number("then it may", waits(cases[i].kind, who), 0);
		}
	}
}

/* Failing as often as it may: in no 30 days more than 100. */
static void
an_account_fails_at_most_a_hundred_times_in_any_30_days(void **state)
{
	struct instant when[400];
	size_t count = 0, most = 0;

	(void)state;
	for (int hour = 0; hour < 24 * 100; hour++) {
		while (count < COUNT(when) && !waits(ATTEMPTS_ACCOUNT, who)) {
			fail_once(ATTEMPTS_ACCOUNT, who);
			when[count++] = stage.now;
		}
		stage.now = instant_after(stage.now, SECONDS(3600));
	}
	for (size_t i = 0; i < count; i++) {
		size_t within = 0;

		while (i + within < count && when[i + within].us < when[i].us + SECONDS(30 * 86400))
			within++;
		most = within > most ? within : most;
	}
	expect_number("as many windows as 100 days begin", (int64_t)count, 4 * 50);
	expect_true("never more than a hundred", most <= 100 && most >= 50);
}

static void
pushes_end_for_the_day(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		expect_true("it may be tried", !waits(ATTEMPTS_PUSH, who));
		fail_once(ATTEMPTS_PUSH, who);
		if (i < 9)
			stage.now = instant_after(stage.now, SECONDS(waits(ATTEMPTS_PUSH, who)));
	}
	expect_true("until a day after the first", waits(ATTEMPTS_PUSH, who) > 3600);
	stage.now = instant_after(stage.now, SECONDS(86400));
	expect_number("then anew", waits(ATTEMPTS_PUSH, who), 0);
	expect_number("nobody remembers", known(ATTEMPTS_PUSH, who).failures, 0);
}

static void
two_tries_at_one_time_are_two_failures(void **state)
{
	struct attempts first = known(ATTEMPTS_PIN, who), second = first;

	(void)state;
	expect_number("the one", fails(ATTEMPTS_PIN, who, &first), OK);
	expect_number("the other has to look again", fails(ATTEMPTS_PIN, who, &second), ERR_CONFLICT);
	second = known(ATTEMPTS_PIN, who);
	expect_number("and then", fails(ATTEMPTS_PIN, who, &second), OK);
	expect_number("two", known(ATTEMPTS_PIN, who).failures, 2);
}

static void
each_kind_and_each_account_counts_its_own(void **state)
{
	static const struct span other = { (const uint8_t *)"somebody else...", 16 };

	(void)state;
	fail_once(ATTEMPTS_PIN, who);
	expect_number("another kind", known(ATTEMPTS_CODE, who).failures, 0);
	expect_number("another account", known(ATTEMPTS_PIN, other).failures, 0);
	expect_number("its own", known(ATTEMPTS_PIN, who).failures, 1);
}

static void
success_is_when_it_is_forgotten(void **state)
{
	struct attempts found, late;
	struct unit *unit = stage_unit();

	(void)state;
	for (int i = 0; i < 6; i++)
		fail_once(ATTEMPTS_CODE, who);
	found = late = known(ATTEMPTS_CODE, who);
	attempts_forget(unit, &stage.arena, ATTEMPTS_CODE, who, &found);
	expect_number("forgotten", stage_commit(unit), OK);
	expect_number("it may", waits(ATTEMPTS_CODE, who), 0);
	expect_number("a failure that began before it is not lost over it", fails(ATTEMPTS_CODE, who, &late),
	    ERR_CONFLICT);
	found = known(ATTEMPTS_CODE, who);
	unit = stage_unit();
	attempts_forget(unit, &stage.arena, ATTEMPTS_CODE, who, &found);
	expect_number("nothing to forget is fine", stage_commit(unit), OK);
}

static void
a_row_that_cannot_be_read_is_not_none(void **state)
{
	static const uint8_t strange[] = { 9, 0, 0, 0, 0 };
	struct ask ask = attempts_ask(&stage.arena, ATTEMPTS_PIN, who);
	struct unit *unit = stage_unit();
	struct attempts found;
	struct problem why;

	(void)state;
	unit_put(unit, &attempts_table, ask.from, span_of(strange, sizeof(strange)));
	expect_number("put", stage_commit(unit), OK);
	stage_load(&ask);
	expect_problem("told", attempts_loaded(&ask, &found, &why), &why, ERR_UNAVAILABLE, "does not know");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(who_fails_waits_longer_each_time, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(an_account_fails_at_most_a_hundred_times_in_any_30_days, stage_open,
		    stage_close),
		cmocka_unit_test_setup_teardown(pushes_end_for_the_day, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(two_tries_at_one_time_are_two_failures, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(each_kind_and_each_account_counts_its_own, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(success_is_when_it_is_forgotten, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(a_row_that_cannot_be_read_is_not_none, stage_open, stage_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
