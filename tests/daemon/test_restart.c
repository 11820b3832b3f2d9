/* tests/daemon/test_restart.c - how long the place of a process that died stays empty. */
#include "expect.h"

#include "base/clock.h"
#include "daemon/restart.h"

#define MS(n) ((n) * (int64_t)1000)
#define DEATHS 10

static void
who_dies_is_replaced(void **state)
{
	static const struct {
		const char *title;
		struct death death[DEATHS];
		int64_t wait[DEATHS];
	} cases[] = {
		{ "who cannot start is tried later and later, at least twice a minute",
		  { { .lived = 1 }, { .lived = 1 }, { .lived = 1 }, { .lived = 1 }, { .lived = 1 }, { .lived = 1 },
		    { .lived = 1 }, { .lived = 1 } },
		  { 0, SECONDS(1), SECONDS(2), SECONDS(4), SECONDS(8), SECONDS(16), SECONDS(30), SECONDS(30) } },
		{ "so is who crashes soon after it has become ready",
		  { { true, false, SECONDS(2) }, { true, false, SECONDS(2) }, { true, false, SECONDS(2) } },
		  { 0, SECONDS(1), SECONDS(2) } },
		{ "who has lived for a while is replaced at once, each time",
		  { { true, false, SECONDS(11) }, { true, false, SECONDS(11) }, { true, false, SECONDS(3600) } },
		  { 0, 0, 0 } },
		{ "and settles the account of those before it",
		  { { .lived = 1 }, { .lived = 1 }, { .lived = 1 }, { true, false, SECONDS(11) }, { .lived = 1 } },
		  { 0, SECONDS(1), SECONDS(2), 0, SECONDS(1) } },
		{ "who is killed is replaced at once, but never two within a second, however often",
		  { { true, true, MS(50) }, { true, true, MS(50) }, { true, true, MS(50) }, { true, true, MS(999) },
		    { true, true, SECONDS(1) }, { true, true, SECONDS(2) }, { true, true, MS(50) },
		    { true, true, MS(50) } },
		  { MS(950), MS(950), MS(950), MS(1), 0, 0, MS(950), MS(950) } },
		{ "and neither counts nor settles what others did",
		  { { .lived = 1 }, { true, true, MS(50) }, { .lived = 1 }, { true, true, SECONDS(3) },
		    { .lived = 1 } },
		  { 0, MS(950), SECONDS(1), 0, SECONDS(2) } },
		{ "who is killed before it serves may do what it was killed for again",
		  { { false, true, SECONDS(1) }, { false, true, SECONDS(1) }, { false, true, SECONDS(1) } },
		  { 0, SECONDS(1), SECONDS(2) } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		unsigned young = 0;

		for (size_t n = 0; n < DEATHS && cases[i].death[n].lived; n++)
			expect_number(cases[i].title, restart_wait(&young, &cases[i].death[n]), cases[i].wait[n]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_dies_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
