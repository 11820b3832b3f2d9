/* net/rate.c - how often a caller may ask.
 *
 * A bucket is one number: the time at which it will be full again. Taking moves it on; a bucket whose time has passed
 * is full, so one that is not kept at all is as good. (The generic cell rate algorithm, ITU-T I.371 annex A.)
 */
#include "net/rate.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#define WAYS 8     /* buckets a caller may be in: one row of the table */
#define ATTEMPTS 8 /* others may take at the same moment; then it counts as taken */

struct bucket {
	_Atomic uint64_t owner;  /* owner_of() its name; 0: nobody */
	_Atomic int64_t full_at; /* by clock_monotonic() */
};

struct rates {
	size_t rows;             /* a power of two */
	struct bucket buckets[];
};

static size_t
bytes_of(size_t rows)
{
	return sizeof(struct rates) + rows * WAYS * sizeof(struct bucket);
}

struct rates *
rates_new(size_t callers)
{
	struct rates *r;
	size_t rows = 1;

	while (rows * WAYS < callers)
		rows *= 2;
	r = mmap(NULL, bytes_of(rows), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED)
		abort();
	r->rows = rows;
	return r;
}

void
rates_free(struct rates *r)
{
	if (r)
		munmap(r, bytes_of(r->rows));
}

/* FNV-1a. Whoever chooses names that meet in one row is the one whose buckets make room: the fullest goes. */
static uint64_t
owner_of(struct span name)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < name.size; i++)
		h = (h ^ name.data[i]) * 0x100000001b3;
	return h ? h : 1;
}

static struct bucket *
bucket_find(struct rates *r, uint64_t owner, int64_t now)
{
	/* The upper half too: of FNV's lower bits names that differ at their end alone share many. */
	struct bucket *row = &r->buckets[((owner ^ owner >> 32) & (r->rows - 1)) * WAYS];

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		struct bucket *fullest = &row[0];
		uint64_t before;

		for (size_t i = 0; i < WAYS; i++) {
			if (atomic_load(&row[i].owner) == owner)
				return &row[i];
			if (atomic_load(&row[i].full_at) < atomic_load(&fullest->full_at))
				fullest = &row[i];
		}
		before = atomic_load(&fullest->owner);
		if (!atomic_compare_exchange_strong(&fullest->owner, &before, owner))
			continue;
		/* A full one is as good as new, and not written: its new owner may be taking elsewhere already. */
		if (atomic_load(&fullest->full_at) > now)
			atomic_store(&fullest->full_at, now);
		return fullest;
	}
	return NULL;
}

int64_t
rate_take(struct rates *r, struct span name, unsigned per_second, unsigned cost, int64_t now)
{
	return rate_take_within(r, name, (struct rate_limit){ RATE_WINDOW / 1000000 * per_second, RATE_WINDOW }, cost,
	    now);
}

int64_t
rate_take_within(struct rates *r, struct span name, struct rate_limit limit, unsigned cost, int64_t now)
{
	struct bucket *b = limit.most ? bucket_find(r, owner_of(name), now) : NULL;
	int64_t full_at;

	if (!b)
		return 0;
	full_at = atomic_load(&b->full_at);
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		int64_t from = full_at > now ? full_at : now;

		if (from - now >= limit.within)
			return from - now - limit.within + 1;
		if (atomic_compare_exchange_strong(&b->full_at, &full_at,
		    from + (int64_t)cost * limit.within / limit.most))
			return 0;
	}
	return 0;
}

unsigned
rate_retry_after(int64_t wait)
{
	return wait <= 1000000 ? 1 : (unsigned)((wait + 999999) / 1000000);
}
