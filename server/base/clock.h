/* base/clock.h - points in time and their written forms. Time is an argument: only processes read the clock. */
#pragma once

#include "base/span.h"

/* Microseconds since 1970-01-01T00:00:00Z, leap seconds ignored. Zero is "never set". */
struct instant {
	int64_t us;
};

#define SECONDS(n) ((int64_t)(n) * 1000000)

struct instant clock_now(void);

/* Microseconds that only ever grow; for time-outs, never written down. */
int64_t clock_monotonic(void);

static inline struct instant
instant_after(struct instant t, int64_t us)
{
	return (struct instant){ t.us + us };
}

static inline bool
instant_before(struct instant a, struct instant b)
{
	return a.us < b.us;
}

/* "2026-11-22T05:20:00Z" (RFC 3339, xs:dateTime); fractions of a second are cut off. */
#define INSTANT_TEXT 32
const char *instant_text(struct instant, char out[INSTANT_TEXT]);

/* Reads RFC 3339 with `Z` or an offset, optional fraction; years 1970 to 9999. */
bool instant_read(struct span, struct instant *out);

/* "Sun, 22 Nov 2026 05:20:00 GMT" (RFC 9110 s5.6.7). */
const char *instant_http(struct instant, char out[INSTANT_TEXT]);
/* The preferred format only; the two obsolete ones are not read. */
bool instant_read_http(struct span, struct instant *out);

/* xs:duration of days and time, without years and months: "P14D", "PT6H", "P1DT12H30M". Microseconds. */
bool duration_read(struct span, int64_t *out);
const char *duration_text(int64_t us, char out[INSTANT_TEXT]);
