/* store/row.h - a row as it is stored: generation (u64), expires (i64, microseconds; both big-endian), the value. */
#pragma once

#include <endian.h>

#include <lmdb.h>

#include "store/store.h"

#define ROW_HEAD 16

static inline MDB_val
val_of(struct span s)
{
	/* LMDB takes no const, and does not write through it. */
	return (MDB_val){ .mv_size = s.size, .mv_data = (void *)(uintptr_t)s.data };
}

static inline struct span
span_of_val(MDB_val v)
{
	return span_of(v.mv_data, v.mv_size);
}

static inline void
u64_write(void *to, uint64_t value)
{
	value = htobe64(value);
	memcpy(to, &value, sizeof(value));
}

static inline uint64_t
u64_read(const void *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return be64toh(value);
}

static inline void
row_write(uint8_t *to, uint64_t generation, struct instant expires, struct span value)
{
	u64_write(to, generation);
	u64_write(to + 8, (uint64_t)expires.us);
	if (value.size)
		memcpy(to + ROW_HEAD, value.data, value.size);
}

/* False when the bytes cannot be a row. */
static inline bool
row_read(struct span key, struct span stored, struct row *out)
{
	if (stored.size < ROW_HEAD)
		return false;
	out->key = key;
	out->generation = u64_read(stored.data);
	out->expires.us = (int64_t)u64_read(stored.data + 8);
	out->value = span_skip(stored, ROW_HEAD);
	return out->generation != 0 && out->expires.us >= 0;
}

static inline bool
row_expired(const struct row *row, struct instant now)
{
	return row->expires.us && row->expires.us <= now.us;
}
