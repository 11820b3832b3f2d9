/* base/id.h - names of sixteen bytes that sort by time. Zero is no id: "none", "nobody". */
#pragma once

#include "base/clock.h"

struct arena;

/* 48 bits of milliseconds, 80 random (RFC 9562 UUIDv7 without its fixed bits): what is written often is keyed by it,
 * for ascending keys are what the store is fast at. */
struct id {
	uint8_t bytes[16];
};

struct id id_new(struct instant now);

/* Its bytes, borrowed: the key of a row. */
static inline struct span
id_span(const struct id *id)
{
	return span_of(id->bytes, sizeof(id->bytes));
}

static inline bool
id_equal(const struct id *a, const struct id *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static inline bool
id_given(const struct id *id)
{
	static const struct id none = { { 0 } };

	return !id_equal(id, &none);
}

/* Later than each id there is: it would be of the year 10889. */
static inline struct id
id_latest(void)
{
	struct id id;

	memset(id.bytes, 0xff, sizeof(id.bytes));
	return id;
}

/* The key of one of many that belong to another: the owner, then the one; all of an owner's stand together. */
struct span id_pair(struct arena *, const struct id *owner, const struct id *one);
