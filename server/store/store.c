/* store/store.c - the contract's functions, handed on to whichever backend the store has. */
#include "store/store.h"

#include <assert.h>

struct pending *
store_load(struct store *s, struct ask *asks, size_t count, on_loaded *done, void *arg)
{
	assert(done);
	for (size_t i = 0; i < count; i++) {
		asks[i].rows = NULL;
		asks[i].count = 0;
		asks[i].more = false;
	}
	return s->backend->load(s, asks, count, done, arg);
}

struct pending *
store_commit(struct store *s, const struct unit *unit, on_committed *done, void *arg)
{
	assert(done);
	return s->backend->commit(s, unit, done, arg);
}

void
store_watch(struct store *s, const struct table *table, on_changed *done, void *arg)
{
	assert(table->flags & TABLE_NOTICED);
	s->backend->watch(s, table, done, arg);
}

table_list
store_tables(const struct store *s)
{
	return s->tables;
}

void
store_free(struct store *s)
{
	if (s)
		s->backend->free(s);
}
