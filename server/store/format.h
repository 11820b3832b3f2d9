/* store/format.h - which format a store has, and how an older one becomes the newest. */
#pragma once

#include <lmdb.h>

#include "base/problem.h"

/* One step: from `from` to `from` + 1, in a transaction that also writes the new number. */
struct migration {
	unsigned from;
	const char *name; /* NULL ends the table */
	enum err (*migrate)(MDB_txn *, struct problem *why);
};

/* Those of this program, up to STORE_FORMAT. */
extern const struct migration store_migrations[];

/* An empty store gets the newest format; an older one is migrated, step by step; ERR_UNSUPPORTED for a newer one. */
enum err format_settle(MDB_env *, const struct migration *, unsigned newest, struct problem *why);

/* ERR_INVALID when it is not a store of ours, ERR_UNSUPPORTED when it is newer than `newest`. */
enum err format_read(MDB_txn *, unsigned newest, unsigned *format, struct problem *why);
