/* store/expiry.h - which rows expire when, so that the recorder removes them without looking for them.
 *
 * An entry a row that was put with a time: key = expires(u64) generation(u64) number(u32), so entries are written in
 * nearly ascending order; value = size(u8) name of the table, key of the row. An entry outlives its row when that
 * is deleted or put again: when its time has come it is compared with the row and only then believed.
 */
#pragma once

#include <lmdb.h>

#include "base/clock.h"
#include "store/table.h"

struct changed_table;

struct expiry {
	MDB_dbi dbi;
	struct instant soonest; /* nothing is due before; may be too early, never too late; {INT64_MAX}: nothing */
	uint64_t generation;    /* entries are numbered within their commit */
	uint32_t number;
};

/* LMDB codes. */
int expiry_open(struct expiry *, MDB_txn *, MDB_dbi);
int expiry_add(struct expiry *, MDB_txn *, uint64_t generation, struct instant expires, const struct table *,
    struct span key);

/* Deletes at most `limit` entries that are due, and their rows when they are due; `all` are the `tables` opened. */
int expiry_sweep(struct expiry *, MDB_txn *, table_list tables, const struct changed_table *all, struct instant now,
    size_t limit, size_t *removed);
