/* store/answered.h - the units that have been committed, so that none happens twice.
 *
 * In memory a hash of ids; in the store one row a commit (key: its generation; value: its time and the ids of its
 * units), from which the hash is made again when a recorder opens.
 */
#pragma once

#include <lmdb.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"

struct answered {
	struct answered_entry *entries;
	size_t room, count; /* room is a power of two */
	uint64_t seeds[2];  /* ids are chosen by others: nobody shall choose where they collide */
	struct buffer row;  /* of the commit being made */
};

void answered_init(struct answered *);
void answered_release(struct answered *);

/* The generation in which the unit was committed; 0: it was not. */
uint64_t answered_find(const struct answered *, const struct id *);
void answered_add(struct answered *, const struct id *, uint64_t generation);
void answered_forget(struct answered *, const struct id *);

/* LMDB codes. Loading gives the newest generation (0: no commit yet). */
int answered_load(struct answered *, MDB_txn *, MDB_dbi, uint64_t *generation);

/* The row of a commit: begun, its ids added, written. */
void answered_row_begin(struct answered *, struct instant now);
void answered_row_add(struct answered *, const struct id *);
int answered_row_put(struct answered *, MDB_txn *, MDB_dbi, uint64_t generation);

/* Forgets at most `limit` commits of before `until`, never the newest: it says which generation the store has. Adds to
 * *removed. */
int answered_prune(struct answered *, MDB_txn *, MDB_dbi, struct instant until, size_t limit, size_t *removed);
