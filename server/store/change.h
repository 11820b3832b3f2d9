/* store/change.h - what the operations of a unit ask of the tables, within the transaction being made. */
#pragma once

#include <lmdb.h>

#include "store/expiry.h"
#include "store/unit.h"

struct changed_table {
	MDB_dbi dbi;
	MDB_cursor *cursor; /* of the transaction; keeps its place, so ascending keys need no search */
	uint64_t next;      /* number of an append-only table; 0: to be looked up */
};

struct changes {
	struct changed_table *tables; /* one each of the recorder's, in their order */
	size_t count;
	MDB_txn *txn;
	struct instant now;
	struct expiry expiry;
	uint8_t number[8]; /* what was appended last got it */
};

void changes_begin(struct changes *, MDB_txn *, struct instant now);
/* The transaction is lost, and what is known of the tables with it. */
void changes_forget(struct changes *);

/* LMDB codes. Whether every precondition holds; when not, *failed is the first that does not. */
int changes_check(struct changes *, const struct operation *, size_t count, bool *holds, size_t *failed);

/* The key of what is appended is taken from the arena and written into the operation. */
int changes_apply(struct changes *, struct operation *, uint64_t generation, struct arena *);
