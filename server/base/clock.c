/* base/clock.c - reading the clock and writing time down. */
#include "base/clock.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
	"Dec" };

static int64_t
read_clock(clockid_t which)
{
	struct timespec t;
	int failed = clock_gettime(which, &t);

	assert(!failed);
	(void)failed;
	return SECONDS(t.tv_sec) + t.tv_nsec / 1000;
}

struct instant
clock_now(void)
{
	return (struct instant){ read_clock(CLOCK_REALTIME) };
}

int64_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static struct tm
civil(struct instant t)
{
	time_t seconds = (time_t)(t.us / SECONDS(1));
	struct tm tm;

	gmtime_r(&seconds, &tm);
	return tm;
}

/* So many digits, and a mark behind them. */
static char *
put_digits(char *to, int value, size_t digits, char mark)
{
	for (size_t i = digits; i-- > 0; value /= 10)
		to[i] = (char)('0' + value % 10);
	to[digits] = mark;
	return to + digits + 1;
}

/* Written several times for each decision: strftime is twenty times dearer. */
const char *
instant_text(struct instant t, char out[INSTANT_TEXT])
{
	struct tm tm = civil(t);
	char *to = put_digits(out, tm.tm_year + 1900, 4, '-');

	to = put_digits(to, tm.tm_mon + 1, 2, '-');
	to = put_digits(to, tm.tm_mday, 2, 'T');
	to = put_digits(to, tm.tm_hour, 2, ':');
	to = put_digits(to, tm.tm_min, 2, ':');
	to = put_digits(to, tm.tm_sec, 2, 'Z');
	*to = '\0';
	return out;
}

const char *
instant_http(struct instant t, char out[INSTANT_TEXT])
{
	struct tm tm = civil(t);

	/* Not strftime: its names follow the locale. */
	snprintf(out, INSTANT_TEXT, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday % 100,
	    months[tm.tm_mon], (tm.tm_year + 1900) % 10000, tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100);
	return out;
}

/* Takes exactly `digits` digits from the front. */
static bool
take_digits(struct span *s, size_t digits, int *out)
{
	uint64_t value;

	if (s->size < digits || !span_number(span_first(*s, digits), &value))
		return false;
	*out = (int)value;
	*s = span_skip(*s, digits);
	return true;
}

static bool
take_byte(struct span *s, char byte)
{
	if (s->size == 0 || s->data[0] != (uint8_t)byte)
		return false;
	*s = span_skip(*s, 1);
	return true;
}

static bool
from_civil(int year, int month, int day, int hour, int minute, int second, struct instant *out)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute,
		.tm_sec = second };
	struct tm asked = tm;
	time_t seconds;

	if (year < 1970 || hour > 23 || minute > 59 || second > 59)
		return false;
	seconds = timegm(&tm);
	/* 31 April would have become 1 May. */
	if (tm.tm_mon != asked.tm_mon || tm.tm_mday != asked.tm_mday)
		return false;
	out->us = SECONDS(seconds);
	return true;
}

bool
instant_read(struct span s, struct instant *out)
{
	int year, month, day, hour, minute, second, offset_hour = 0, offset_minute = 0, sign = 0;
	int64_t fraction = 0;

	if (!take_digits(&s, 4, &year) || !take_byte(&s, '-') || !take_digits(&s, 2, &month) || !take_byte(&s, '-') ||
	    !take_digits(&s, 2, &day) || !take_byte(&s, 'T') || !take_digits(&s, 2, &hour) || !take_byte(&s, ':') ||
	    !take_digits(&s, 2, &minute) || !take_byte(&s, ':') || !take_digits(&s, 2, &second))
		return false;
	if (take_byte(&s, '.')) {
		int64_t unit = SECONDS(1);
		int digit, seen = 0;

		for (; take_digits(&s, 1, &digit); seen++) {
			unit /= 10;
			fraction += digit * unit;
		}
		if (seen == 0 || seen > 12)
			return false;
	}
	if (take_byte(&s, '+'))
		sign = 1;
	else if (take_byte(&s, '-'))
		sign = -1;
	else if (!take_byte(&s, 'Z'))
		return false;
	if (sign && (!take_digits(&s, 2, &offset_hour) || !take_byte(&s, ':') || !take_digits(&s, 2, &offset_minute) ||
	             offset_hour > 14 || offset_minute > 59))
		return false;
	if (s.size || !from_civil(year, month, day, hour, minute, second, out))
		return false;
	out->us += fraction - sign * SECONDS(offset_hour * 3600 + offset_minute * 60);
	return true;
}

bool
instant_read_http(struct span s, struct instant *out)
{
	int year, month = 0, day, hour, minute, second;

	if (s.size != strlen("Sun, 22 Nov 2026 05:20:00 GMT"))
		return false;
	s = span_skip(s, 3);
	if (!take_byte(&s, ',') || !take_byte(&s, ' ') || !take_digits(&s, 2, &day) || !take_byte(&s, ' '))
		return false;
	while (month < 12 && !span_starts(s, months[month]))
		month++;
	if (month == 12)
		return false;
	s = span_skip(s, 3);
	return take_byte(&s, ' ') && take_digits(&s, 4, &year) && take_byte(&s, ' ') && take_digits(&s, 2, &hour) &&
	    take_byte(&s, ':') && take_digits(&s, 2, &minute) && take_byte(&s, ':') && take_digits(&s, 2, &second) &&
	    span_is(s, " GMT") && from_civil(year, month + 1, day, hour, minute, second, out);
}

bool
duration_read(struct span s, int64_t *out)
{
	static const struct {
		char letter;
		bool of_time;
		int64_t seconds;
	} units[] = { { 'D', false, 86400 }, { 'H', true, 3600 }, { 'M', true, 60 }, { 'S', true, 1 } };
	bool in_time = false;
	int64_t total = 0;
	size_t next = 0;

	if (!take_byte(&s, 'P') || s.size == 0)
		return false;
	while (s.size) {
		uint64_t value;
		size_t digits = 0;

		if (!in_time && take_byte(&s, 'T')) {
			in_time = true;
			if (s.size == 0)
				return false;
		}
		while (digits < s.size && s.data[digits] >= '0' && s.data[digits] <= '9')
			digits++;
		if (digits > 6 || !span_number(span_first(s, digits), &value) || digits == s.size)
			return false;
		while (next < COUNT(units) && units[next].letter != (char)s.data[digits])
			next++;
		if (next == COUNT(units) || units[next].of_time != in_time)
			return false;
		total += SECONDS((int64_t)value * units[next++].seconds);
		s = span_skip(s, digits + 1);
	}
	*out = total;
	return true;
}

const char *
duration_text(int64_t us, char out[INSTANT_TEXT])
{
	int64_t seconds = us / SECONDS(1);
	int64_t day = seconds / 86400, hour = seconds / 3600 % 24, minute = seconds / 60 % 60, second = seconds % 60;
	int used = snprintf(out, INSTANT_TEXT, "P");

	if (day)
		used += snprintf(out + used, INSTANT_TEXT - (size_t)used, "%" PRId64 "D", day);
	if (hour || minute || second || !day) {
		used += snprintf(out + used, INSTANT_TEXT - (size_t)used, "T");
		if (hour)
			used += snprintf(out + used, INSTANT_TEXT - (size_t)used, "%" PRId64 "H", hour);
		if (minute)
			used += snprintf(out + used, INSTANT_TEXT - (size_t)used, "%" PRId64 "M", minute);
		if (second || (!hour && !minute))
			snprintf(out + used, INSTANT_TEXT - (size_t)used, "%" PRId64 "S", second);
	}
	return out;
}
