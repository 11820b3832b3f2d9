/* tests/person/rows.h - rows that are not ours: each beginning of one, one with more behind it, one of another form. */
#pragma once

#include "expect.h"

#include "base/arena.h"

static inline void
expect_only_whole(const char *title, struct span row, bool (*reads)(struct span))
{
	struct arena a = arena_init(1 * MIB);
	uint8_t *longer = arena_take(&a, row.size + 1);

	expect_true(title, reads(row));
	for (size_t size = 0; size < row.size; size++)
		expect_true(title, !reads(arena_copy(&a, span_first(row, size))));
	memcpy(longer, row.data, row.size);
	expect_true("more behind it", !reads(span_of(longer, row.size + 1)));
	longer[0]++;
	expect_true("another form", !reads(span_of(longer, row.size)));
	arena_release(&a);
}
