/* tests/store/late_store.h - a store before another one, whose next commit waits until the test lets it go: all that a
 * flow has looked at can change before what it decided is committed.
 *
 *     late_store_of(behind) -> late.holds = true -> a flow commits, late.held -> … -> late_store_release
 */
#pragma once

#include <assert.h>

#include "store/store.h"

struct late_store {
	struct store store;          /* first */
	struct store *behind;
	struct pending pending;
	bool holds, held;
	const struct unit *unit;     /* its flow keeps it */
	on_committed *done;
	void *arg;
};

static inline void
late_store_cancel(struct pending *pending)
{
	(void)pending;
	assert(false); /* what is held is let go, never cancelled */
}

static inline struct pending *
late_store_load(struct store *store, struct ask *asks, size_t count, on_loaded *done, void *arg)
{
	return store_load(((struct late_store *)store)->behind, asks, count, done, arg);
}

static inline struct pending *
late_store_commit(struct store *store, const struct unit *unit, on_committed *done, void *arg)
{
	struct late_store *late = (struct late_store *)store;

	if (!late->holds)
		return store_commit(late->behind, unit, done, arg);
	late->holds = false;
	late->held = true;
	late->unit = unit;
	late->done = done;
	late->arg = arg;
	return &late->pending;
}

static inline struct late_store
late_store_of(struct store *behind)
{
	static const struct store_backend backend = { .load = late_store_load, .commit = late_store_commit };

	return (struct late_store){ .store = { .backend = &backend, .tables = store_tables(behind) }, .behind = behind,
		.pending = { late_store_cancel } };
}

static inline void
late_store_release(struct late_store *late)
{
	late->held = false;
	store_commit(late->behind, late->unit, late->done, late->arg);
}
