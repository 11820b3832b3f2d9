/* tests/daemon/test_crl_schedule.c - when revocation lists are looked for again. */
#include "expect.h"

#include "daemon/crl_schedule.h"

#define HOUR 3600

static const struct {
	const char *title;
	long refresh, next_update; /* seconds; from now, 0: not known */
	unsigned failures;
	long latest;               /* seconds from now, without chance */
} rows[] = {
	{ "a list that lasts longer is looked for every refresh", 6 * HOUR, 24 * HOUR, 0, 6 * HOUR },
	{ "one of which no end is known, too", 6 * HOUR, 0, 0, 6 * HOUR },
	{ "one that ends sooner, a tenth before", 6 * HOUR, 2 * HOUR, 0, 2 * HOUR - 6 * HOUR / 10 },
	{ "one that has ended, in a minute", 6 * HOUR, -HOUR, 0, 60 },
	{ "one that ends now, in a minute", 6 * HOUR, 1, 0, 60 },
	{ "after a failure in a minute, whatever its end", 6 * HOUR, 24 * HOUR, 1, 60 },
	{ "after two, in two", 6 * HOUR, 0, 2, 120 },
	{ "after five, in sixteen", 6 * HOUR, 0, 5, 960 },
	{ "after many, every refresh", 6 * HOUR, 0, 10, 6 * HOUR },
	{ "after ever so many, too", 6 * HOUR, 0, 4000000000, 6 * HOUR },
	{ "the shortest refresh is the soonest", 60, 0, 0, 60 },
};

static void
a_place_is_looked_at_again_in_time(void **state)
{
	const struct instant now = { SECONDS(1795305600) };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct instant next = { rows[i].next_update ? now.us + SECONDS(rows[i].next_update) : 0 };
		int64_t latest = crl_next_look(SECONDS(rows[i].refresh), next, rows[i].failures, 0, now);
		int64_t soonest = crl_next_look(SECONDS(rows[i].refresh), next, rows[i].failures, UINT32_MAX, now);

		expect_number(rows[i].title, latest / SECONDS(1), rows[i].latest);
		expect_true("chance makes it sooner, never later", soonest <= latest);
		expect_true("by a tenth at most", soonest >= latest - latest / 10);
		expect_true("and never sooner than in a minute", soonest >= CRL_SOONEST);
	}
}

static void
a_list_that_is_not_yet_in_force_is_tried_when_it_is(void **state)
{
	static const struct {
		const char *title;
		long refresh, begins, expected; /* seconds; from now */
	} cases[] = {
		{ "one that begins soon", 6 * HOUR, 5, 6 },
		{ "one that begins in an hour", 6 * HOUR, HOUR, HOUR + 1 },
		{ "one that begins after the next refresh", 6 * HOUR, 24 * HOUR, 6 * HOUR },
		{ "one that has begun meanwhile", 6 * HOUR, 0, 1 },
		{ "one that has begun long ago", 6 * HOUR, -HOUR, 1 },
		{ "one that begins in the year 9999", 6 * HOUR, 250000000000, 6 * HOUR },
	};
	const struct instant now = { SECONDS(1795305600) };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, crl_next_begin(SECONDS(cases[i].refresh),
		    (struct instant){ now.us + SECONDS(cases[i].begins) }, now) / SECONDS(1), cases[i].expected);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_is_looked_at_again_in_time),
		cmocka_unit_test(a_list_that_is_not_yet_in_force_is_tried_when_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
