/* store/store.h - the contract every backend keeps: load what a step needs in one go, commit what it decided.
 *
 *     load -> on_loaded … commit -> on_committed … (watch -> on_changed)
 *
 * Calls take a callback and never call it before returning; answers may come late and in any order. What is
 * loaded is one consistent state of the store, borrowed until the callback returns. After on_committed with OK
 * the change is durable and every later load of this process sees it.
 */
#pragma once

#include "base/pending.h"
#include "base/problem.h"
#include "store/unit.h"

struct store;

struct row {
	struct span key, value;
	uint64_t generation;    /* of the commit that wrote it; never 0 */
	struct instant expires; /* {0}: never */
};

/* One question. A get asks for the row with exactly `from`; a range for rows from `from` (inclusive) to `until`
 * (exclusive; empty: the end of the table), at most `limit`, from the last to the first when `backwards`. */
struct ask {
	const struct table *table;
	struct span from, until;
	uint32_t limit; /* 0: a get */
	bool backwards;
	/* The answer: expired rows are absent. */
	const struct row *rows;
	size_t count;
	bool more; /* the range holds more than `limit` rows */
};

/* ERR_UNAVAILABLE, ERR_IO, or OK (nothing found is OK with count 0). */
typedef void on_loaded(void *arg, enum err, const struct problem *why);

/* `asks` and the spans in it belong to the caller until the callback or the cancellation. */
struct pending *store_load(struct store *, struct ask *asks, size_t count, on_loaded *, void *arg);

struct committed {
	/* OK, ERR_CONFLICT, ERR_DENIED, ERR_FULL, ERR_LIMIT (the unit is too large), ERR_IO, or ERR_UNAVAILABLE: it is
	 * unknown whether it happened. */
	enum err code;
	uint64_t generation; /* of the commit, when OK */
	size_t operation;    /* which one failed, counted from 0, with ERR_CONFLICT and ERR_DENIED */
};
typedef void on_committed(void *arg, const struct committed *);

/* The unit's bytes are taken before this returns. Cancelling does not undo: it only silences the callback. */
struct pending *store_commit(struct store *, const struct unit *, on_committed *, void *arg);

/* Changes of a TABLE_NOTICED table, whoever made them; `key` is empty when notices may have been lost (the recorder was
 * replaced): look at everything again. Of rows appended at one time perhaps only the last is told. Whoever watches does
 * so as long as the store is there; all are told, in the order they came. */
typedef void on_changed(void *arg, const struct table *, struct span key, uint64_t generation);
void store_watch(struct store *, const struct table *, on_changed *, void *arg);

/* The list units for this store are made with. */
table_list store_tables(const struct store *);

/* Calls back nobody any more. */
void store_free(struct store *);

/* Backends implement this; everybody else uses the functions above. */
struct store_backend {
	struct pending *(*load)(struct store *, struct ask *, size_t count, on_loaded *, void *arg);
	struct pending *(*commit)(struct store *, const struct unit *, on_committed *, void *arg);
	void (*watch)(struct store *, const struct table *, on_changed *, void *arg);
	void (*free)(struct store *);
};
struct store {
	const struct store_backend *backend;
	table_list tables;
};
