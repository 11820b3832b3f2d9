/* tests/net/test_rate.c - buckets that empty, fill again, and make room for others. */
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"

#include "net/rate.h"

#define SECOND ((int64_t)1000000)
#define NOON (1000 * SECOND)

static unsigned
taken(struct rates *r, const char *name, unsigned rate, int64_t now)
{
	unsigned count = 0;

	while (count < 100000 && rate_take(r, span_text(name), rate, 1, now) == 0)
		count++;
	return count;
}

static void
a_bucket_holds_two_seconds_and_fills_with_time(void **state)
{
	struct rates *r = rates_new(100);

	(void)state;
	expect_number("two seconds' worth at once", taken(r, "bank", 50, NOON), 100);
	expect_number("nothing at the same moment", taken(r, "bank", 50, NOON), 0);
	expect_number("another caller has its own", taken(r, "shop", 50, NOON), 100);
	expect_number("a tenth of a second brings five", taken(r, "bank", 50, NOON + SECOND / 10), 5);
	expect_number("an hour brings no more than it holds", taken(r, "bank", 50, NOON + 3600 * SECOND), 100);
	expect_number("once a second is enough for some", taken(r, "slow", 1, NOON), 2);
	expect_number("no limit", taken(r, "free", 0, NOON), 100000);
	rates_free(r);
}

/* The same memory counts by the hour and by the second. */
static void
so_many_within_an_hour_come_at_once_or_spread(void **state)
{
	static const struct rate_limit hour = { 4, 3600 * SECOND }, none = { 0, 3600 * SECOND };
	struct rates *r = rates_new(8);

	(void)state;
	for (int i = 0; i < 4; i++)
		expect_number("four at once", rate_take_within(r, span_text("home"), hour, 1, NOON), 0);
	expect_number("a fifth is one too many", rate_take_within(r, span_text("home"), hour, 1, NOON), 1);
	expect_number("one more a moment later", rate_take_within(r, span_text("home"), hour, 1, NOON + 1), 0);
	expect_number("and then one in fifteen minutes", rate_take_within(r, span_text("home"), hour, 1, NOON + 2),
	    900 * SECOND - 1);
	expect_number("by the second nobody is kept waiting", taken(r, "bank", 50, NOON), 100);
	expect_number("nor does that fill the other", rate_take_within(r, span_text("home"), hour, 1,
	    NOON + 900 * SECOND) != 0, true);
	expect_number("no limit", rate_take_within(r, span_text("free"), none, 1, NOON), 0);
	rates_free(r);
}

static void
who_must_wait_is_told_how_long(void **state)
{
	struct rates *r = rates_new(1);
	int64_t wait;

	(void)state;
	taken(r, "bank", 2, NOON);
	wait = rate_take(r, span_text("bank"), 2, 1, NOON);
	expect_number("until there is one again", wait, 1);
	expect_number("not before", rate_take(r, span_text("bank"), 2, 1, NOON + wait - 1), wait);
	expect_number("then there is", rate_take(r, span_text("bank"), 2, 1, NOON + wait), 0);
	expect_number("and the next is half a second away", rate_take(r, span_text("bank"), 2, 1, NOON + wait), 500000);
	rates_free(r);
}

static void
what_costs_much_takes_into_debt(void **state)
{
	struct rates *r = rates_new(8);
	int64_t wait;

	(void)state;
	expect_number("a thousand at once", rate_take(r, span_text("bank"), 100, 1000, NOON), 0);
	wait = rate_take(r, span_text("bank"), 100, 1, NOON);
	expect_number("are paid for afterwards", wait, 8 * SECOND + 1);
	expect_number("said in seconds", rate_retry_after(wait), 9);
	expect_number("never in none", rate_retry_after(1), 1);
	expect_number("nor in more than it takes", rate_retry_after(2 * SECOND), 2);
	rates_free(r);
}

/* Thousands of callers in a table of some dozens: whoever is in debt longest is forgotten last. */
static void
callers_without_number_need_no_memory(void **state)
{
	struct rates *r = rates_new(64);
	char name[32];

	(void)state;
	rate_take(r, span_text("greedy"), 1, 100, NOON);
	for (int i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "caller-%d", i);
		expect_number("each may ask", rate_take(r, span_text(name), 10, 1, NOON), 0);
	}
	expect_true("and the greediest is remembered", rate_take(r, span_text("greedy"), 1, 1, NOON) > 0);
	rates_free(r);
}

static void
processes_count_together(void **state)
{
	struct rates *r = rates_new(8);
	int status = 0, sum = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit((int)taken(r, "bank", 30, NOON));
	}
	while (wait(&status) > 0)
		sum += WEXITSTATUS(status);
	/* Of takers at the same moment one may find it full by a few: never by its half. */
	expect_true("what one takes the others find taken", sum >= 60 && sum < 90);
	rates_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_holds_two_seconds_and_fills_with_time),
		cmocka_unit_test(who_must_wait_is_told_how_long),
		cmocka_unit_test(what_costs_much_takes_into_debt),
		cmocka_unit_test(callers_without_number_need_no_memory),
		cmocka_unit_test(processes_count_together),
		cmocka_unit_test(so_many_within_an_hour_come_at_once_or_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
