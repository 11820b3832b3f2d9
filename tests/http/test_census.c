/* tests/http/test_census.c - counting connections of an address over processes. */
#include "expect.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http/census.h"
#include "http/figures.h"

static struct address
address(const char *text)
{
	struct address a = { 0 };

	expect_true("the test's address is good", address_read(span_text(text), &a));
	return a;
}

/* Another address may stand in the same cell by chance, once in 16,384; of several one does not. */
static bool
one_of_several_may_enter(struct census *c, const char *before, const char *after, unsigned limit)
{
	for (int i = 1; i <= 8; i++) {
		char text[ADDRESS_TEXT];
		struct address a;

		snprintf(text, sizeof(text), "%s%d%s", before, i, after);
		a = address(text);
		if (census_enter(c, &a, limit))
			return true;
	}
	return false;
}

static void
an_address_has_a_limit(void **state)
{
	struct census *c = census_new(1);
	struct address one = address("192.0.2.1");

	(void)state;
	census_join(c, 0);
	expect_true("the first", census_enter(c, &one, 2));
	expect_true("the second", census_enter(c, &one, 2));
	expect_true("the third is too many", !census_enter(c, &one, 2));
	expect_true("another address has its own count", one_of_several_may_enter(c, "198.51.100.", "", 2));
	census_leave(c, &one);
	expect_true("who has left makes room", census_enter(c, &one, 2));
	census_free(c);
}

static void
an_ipv6_client_is_its_network(void **state)
{
	struct census *c = census_new(1);
	struct address a = address("2001:db8:1:2::1"), b = address("2001:db8:1:2:ffff::9");

	(void)state;
	census_join(c, 0);
	expect_true("the first of a /64", census_enter(c, &a, 1));
	expect_true("the second of the same /64 is too many", !census_enter(c, &b, 1));
	expect_true("another /64 has its own count", one_of_several_may_enter(c, "2001:db8:2:", "::1", 1));
	census_free(c);
}

static void
processes_count_together(void **state)
{
	struct census *c = census_new(2);
	struct address one = address("192.0.2.1");
	int status = 0;
	pid_t child;

	(void)state;
	census_join(c, 0);
	expect_true("one here", census_enter(c, &one, 3));
	child = fork();
	if (child == 0) {
		census_join(c, 1);
		_exit(census_enter(c, &one, 3) && census_enter(c, &one, 3) && !census_enter(c, &one, 3) ? 0 : 1);
	}
	waitpid(child, &status, 0);
	expect_number("two there, not a third", status, 0);
	expect_true("here there is no room either", !census_enter(c, &one, 3));
	census_clear(c, 1);
	expect_true("what a dead process left behind is cleared", census_enter(c, &one, 3));
	expect_true("what is counted here stays", census_enter(c, &one, 3) && !census_enter(c, &one, 3));
	census_free(c);
}

static void
figures_are_shared(void **state)
{
	struct figures *f = figures_new(2);
	int status = 0;
	pid_t child;

	(void)state;
	figure_add(f, FIGURE_REQUESTS, 1);
	child = fork();
	if (child == 0) {
		figure_add(f + 1, FIGURE_REQUESTS, 5);
		_exit(0);
	}
	waitpid(child, &status, 0);
	expect_number("ours", f[0].value[FIGURE_REQUESTS], 1);
	expect_number("the other's", f[1].value[FIGURE_REQUESTS], 5);
	figure_add(NULL, FIGURE_REQUESTS, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_has_a_limit),
		cmocka_unit_test(an_ipv6_client_is_its_network),
		cmocka_unit_test(processes_count_together),
		cmocka_unit_test(figures_are_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
