/* base/calendar.c - the Gregorian calendar. */
#include "base/calendar.h"

#include <assert.h>

unsigned
month_length(unsigned year, unsigned month)
{
	static const uint8_t lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	assert(month >= 1 && month <= 12);
	return month == 2 && leap ? 29 : lengths[month - 1];
}

/* Years begin in March here, so that a leap day is the last. */
int64_t
day_number(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month < 3);
	unsigned days_before = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;

	y += 400; /* the year 0's January belongs to the year before */
	return y * 365 + y / 4 - y / 100 + y / 400 + days_before - (719468 + 146097);
}
