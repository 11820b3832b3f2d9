/* tests/base/test_calendar.c - the Gregorian calendar: months, and days by number. */
#include "expect.h"

#include "base/calendar.h"

static void
months_have_their_lengths(void **state)
{
	static const struct {
		const char *title;
		unsigned year, month, length;
	} cases[] = {
		{ "the first", 2026, 1, 31 },
		{ "the last", 2026, 12, 31 },
		{ "a short one", 2026, 4, 30 },
		{ "February", 2026, 2, 28 },
		{ "in a leap year", 2024, 2, 29 },
		{ "in the last year of a century", 1900, 2, 28 },
		{ "in that of every fourth", 2000, 2, 29 },
		{ "in a year nobody knows", 0, 2, 29 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, month_length(cases[i].year, cases[i].month), cases[i].length);
}

static void
days_are_counted_from_1970(void **state)
{
	static const struct {
		const char *title;
		unsigned year, month, day;
		int64_t number;
	} cases[] = {
		{ "the first", 1970, 1, 1, 0 },
		{ "the day before", 1969, 12, 31, -1 },
		{ "a leap day", 2024, 2, 29, 19782 },
		{ "the day after", 2024, 3, 1, 19783 },
		{ "the first of a century", 2000, 1, 1, 10957 },
		{ "today", 2026, 11, 23, 20780 },
		{ "the last there can be in four digits", 9999, 12, 31, 2932896 },
		{ "the first of all", 1, 1, 1, -719162 },
		{ "one of the year 0", 0, 1, 1, -719528 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, day_number(cases[i].year, cases[i].month, cases[i].day),
		    cases[i].number);
}

static void
every_day_follows_another(void **state)
{
	int64_t number = day_number(1600, 1, 1);

	(void)state;
	for (unsigned year = 1600; year < 2400; year++)
		for (unsigned month = 1; month <= 12; month++)
			for (unsigned day = 1; day <= month_length(year, month); day++)
				assert_int_equal(day_number(year, month, day), number++);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(months_have_their_lengths),
		cmocka_unit_test(days_are_counted_from_1970),
		cmocka_unit_test(every_day_follows_another),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
