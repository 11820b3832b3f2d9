/* net/rate.h - how often a caller may ask: a bucket of tokens for each, in memory, of bounded number.
 *
 *     a bucket holds what its time brings, and fills again as that goes by; who finds it empty waits
 *
 * The memory is shared with the processes forked after rates_new(): made by the supervisor it counts a caller's
 * questions to all workers together, made by a worker only its own. No process waits for another.
 */
#pragma once

#include "base/span.h"

struct rates;

/* Room for so many callers that ask at the same time; when there are more, the bucket that is fullest makes room. */
struct rates *rates_new(size_t callers);
void rates_free(struct rates *);

/* At most so much at once, and as much again within that time. */
struct rate_limit {
	unsigned most;       /* 0: no limit */
	int64_t within;      /* microseconds */
};
#define RATE_WINDOW 2000000 /* microseconds */

/* Takes `cost` out of the bucket of `name`, which gets `per_second` (0: no limit) each second. 0: go on; otherwise
 * nothing was taken, and so many microseconds later there is something in it again. What costs more than a bucket holds
 * may take it into debt, for nobody could ask that otherwise. `now` is clock_monotonic(). */
int64_t rate_take(struct rates *, struct span name, unsigned per_second, unsigned cost, int64_t now);
/* The same of another limit. A name has one. */
int64_t rate_take_within(struct rates *, struct span name, struct rate_limit, unsigned cost, int64_t now);

/* Retry-After (RFC 9110 s10.2.3): whole seconds, at least 1. */
unsigned rate_retry_after(int64_t wait);
