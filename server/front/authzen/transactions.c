/* front/authzen/transactions.c - transactions that the questions of one request are about. */
#include "front/authzen/transactions.h"

#include <assert.h>

struct loading {
	struct pending pending;
	struct pending *load;
	struct transactions *all;
	on_transactions *done;
	void *arg;
};

static on_loaded on_rows_loaded;

bool
is_transaction(const struct asked_part *subject)
{
	return span_is(subject->type, "transaction");
}

struct transactions
transactions_new(struct arena *arena, struct span member, bool test, size_t room)
{
	return (struct transactions){ .arena = arena, .member = member, .test = test, .room = room };
}

/* Which one it is; `count`: none of them. */
static size_t
place_of(const struct transactions *t, const struct id *id)
{
	size_t at = 0;

	while (at < t->count && !id_equal(&t->ids[at], id))
		at++;
	return at;
}

void
transactions_add(struct transactions *t, struct span text)
{
	struct id id;

	if (!ledger_id_read(text, &id) || place_of(t, &id) < t->count)
		return;
	if (!t->ids) {
		t->ids = arena_array(t->arena, struct id, t->room);
		t->asks = arena_array(t->arena, struct ask, t->room);
	}
	assert(t->count < t->room);
	t->ids[t->count] = id;
	t->asks[t->count] = (struct ask){ .table = &proofing_outcome_table,
		.from = span_of(t->ids[t->count].bytes, sizeof(id.bytes)) };
	t->count++;
}

/* Loading */

static void
cancel_loading(struct pending *pending)
{
	pending_cancel(&((struct loading *)pending)->load);
}

struct pending *
transactions_load(struct store *store, struct transactions *t, on_transactions *done, void *arg)
{
	struct loading *l = arena_new(t->arena, struct loading);

	*l = (struct loading){ .pending = { cancel_loading }, .all = t, .done = done, .arg = arg };
	l->load = store_load(store, t->asks, t->count, on_rows_loaded, l);
	return &l->pending;
}

/* Rows are the store's until this returns; questions are posed later too, those of a search one after the other. */
static void
keep(struct arena *arena, struct ask *asked)
{
	struct row *row = arena_new(arena, struct row);

	if (!asked->count)
		return;
	*row = asked->rows[0];
	row->value = arena_copy(arena, row->value);
	asked->rows = row;
}

static void
on_rows_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;

	l->load = NULL;
	for (size_t i = 0; i < l->all->count && err == OK; i++)
		keep(l->all->arena, &l->all->asks[i]);
	l->done(l->arg, err, err == OK ? NULL : why);
}

enum err
transactions_find(const struct transactions *t, struct span text, struct proofing_kept *out, struct problem *why)
{
	static const struct ask nothing;
	struct id id;
	size_t at = ledger_id_read(text, &id) ? place_of(t, &id) : t->count;

	return proofing_kept_loaded(at < t->count ? &t->asks[at] : &nothing, t->member, t->test, out, why);
}
