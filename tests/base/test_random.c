/* tests/base/test_random.c - digits that are drawn to be typed. */
#include "expect.h"

#include "base/random.h"

static void
six_digits_are_drawn(void **state)
{
	bool seen[6][10] = { { false } };
	char drawn[RANDOM_DIGITS];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		random_digits(drawn);
		expect_number("as many as that", strspn(drawn, "0123456789"), 6);
		expect_number("and no more", drawn[6], 0);
		for (int n = 0; n < 6; n++)
			seen[n][drawn[n] - '0'] = true;
	}
	for (int n = 0; n < 6; n++)
		for (int d = 0; d < 10; d++)
			expect_true("each digit comes in each place", seen[n][d]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(six_digits_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
