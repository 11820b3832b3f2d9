/* base/calendar.h - the Gregorian calendar. */
#pragma once

#include <stdint.h>

#include "base/clock.h"

#define JAPAN SECONDS(9 * 3600) /* its clocks are ahead of UTC by so much, in summer too */

/* Of the month 1 to 12; of the year 0, which stands for one that is not known, the longest it can be. */
unsigned month_length(unsigned year, unsigned month);

/* Days since 1970-01-01; negative before. The month is 1 to 12, and the day one it has. */
int64_t day_number(unsigned year, unsigned month, unsigned day);
