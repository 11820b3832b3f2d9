/* store/expiry.h - which rows expire when, so that the recorder removes them without looking for them.
 *
 * An entry a row that was put with a time: key = due(u64) generation(u64) number(u32); value = size(u8) name of the
 * table, key of the row. A row is due at its end or up to a sixteenth of its life later: what ends at about one time
 * comes together in few pages, or each of a thousand sessions would have a page of its own for what ends with it.
 * Nobody reads a row that has ended, whether it is still there or not. An entry outlives its row when that is deleted
 * or put again: when its time has come the row is looked at.
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
int expiry_add(struct expiry *, MDB_txn *, uint64_t generation, struct instant now, struct instant expires,
    const struct table *, struct span key);

/* Deletes at most `limit` entries that are due, and their rows when they are due; `all` are the `tables` opened. */
int expiry_sweep(struct expiry *, MDB_txn *, table_list tables, const struct changed_table *all, struct instant now,
    size_t limit, size_t *removed);
