/* store/change.c - operations on tables: looked at, put, deleted, appended. */
#include "store/change.h"

#include "store/row.h"

void
changes_begin(struct changes *c, MDB_txn *txn, struct instant now)
{
	c->txn = txn;
	c->now = now;
	for (size_t i = 0; i < c->count; i++)
		c->tables[i].cursor = NULL;
}

void
changes_forget(struct changes *c)
{
	for (size_t i = 0; i < c->count; i++)
		c->tables[i].next = 0;
	c->expiry.soonest.us = 0;
}

static int
cursor_of(struct changes *c, size_t table, MDB_cursor **out)
{
	struct changed_table *t = &c->tables[table];
	int rc = t->cursor ? 0 : mdb_cursor_open(c->txn, t->dbi, &t->cursor);

	*out = t->cursor;
	return rc;
}

static int
generation_of(struct changes *c, const struct operation *o, uint64_t *generation)
{
	struct row row = { .generation = 0 };
	MDB_val key = val_of(o->key), value;
	MDB_cursor *cursor;
	int rc = cursor_of(c, o->table_number, &cursor);

	if (rc == 0)
		rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_KEY);
	if (rc && rc != MDB_NOTFOUND)
		return rc;
	if (rc == 0 && !row_read(o->key, span_of_val(value), &row))
		return MDB_CORRUPTED;
	*generation = row_expired(&row, c->now) ? 0 : row.generation;
	return 0;
}

int
changes_check(struct changes *c, const struct operation *operations, size_t count, bool *holds, size_t *failed)
{
	*holds = true;
	for (size_t i = 0; i < count && *holds; i++) {
		uint64_t found = 0;
		int rc;

		if (operations[i].kind != UNIT_EXPECT)
			continue;
		rc = generation_of(c, &operations[i], &found);
		if (rc)
			return rc;
		*holds = found == operations[i].generation;
		*failed = i;
	}
	return 0;
}

typedef int change(struct changes *, struct operation *, uint64_t generation, struct arena *);

static int
change_nothing(struct changes *c, struct operation *o, uint64_t generation, struct arena *a)
{
	(void)c;
	(void)o;
	(void)generation;
	(void)a;
	return 0;
}

/* The value is `head` and what the operation brings, written where they stay. */
static int
put_row(MDB_cursor *cursor, const struct operation *o, struct span head, uint64_t generation, unsigned flags)
{
	MDB_val key = val_of(o->key), value = { ROW_HEAD + head.size + o->value.size, NULL };
	int rc = mdb_cursor_put(cursor, &key, &value, MDB_RESERVE | flags);
	uint8_t *rest;

	if (rc)
		return rc;
	row_write(value.mv_data, generation, o->expires, head);
	rest = (uint8_t *)value.mv_data + ROW_HEAD + head.size;
	if (o->value.size)
		memcpy(rest, o->value.data, o->value.size);
	return 0;
}

/* What is put again until the same end has its entry. */
static int
put_until(struct changes *c, MDB_cursor *cursor, const struct operation *o, uint64_t generation)
{
	MDB_val key = val_of(o->key), value;
	struct row before = { .generation = 0 };
	int rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_KEY);

	if (rc && rc != MDB_NOTFOUND)
		return rc;
	if (rc == 0 && !row_read(o->key, span_of_val(value), &before))
		return MDB_CORRUPTED;
	rc = put_row(cursor, o, (struct span){ 0 }, generation, 0);
	if (rc || before.expires.us == o->expires.us)
		return rc;
	return expiry_add(&c->expiry, c->txn, generation, c->now, o->expires, o->table, o->key);
}

static int
change_put(struct changes *c, struct operation *o, uint64_t generation, struct arena *a)
{
	MDB_cursor *cursor;
	int rc = cursor_of(c, o->table_number, &cursor);

	(void)a;
	if (rc)
		return rc;
	return o->expires.us ? put_until(c, cursor, o, generation) :
	    put_row(cursor, o, (struct span){ 0 }, generation, 0);
}

static int
change_delete(struct changes *c, struct operation *o, uint64_t generation, struct arena *a)
{
	MDB_val key = val_of(o->key);
	MDB_cursor *cursor;
	int rc = cursor_of(c, o->table_number, &cursor);

	(void)generation;
	(void)a;
	if (rc == 0)
		rc = mdb_cursor_get(cursor, &key, NULL, MDB_SET);
	if (rc == 0)
		rc = mdb_cursor_del(cursor, 0);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int
look_up_next(struct changed_table *t, MDB_cursor *cursor)
{
	MDB_val key, value;
	int rc = mdb_cursor_get(cursor, &key, &value, MDB_LAST);

	if (rc == 0 && key.mv_size != 8)
		return MDB_CORRUPTED;
	t->next = rc == 0 ? u64_read(key.mv_data) + 1 : 1;
	return rc == MDB_NOTFOUND ? 0 : rc;
}

static int
change_append(struct changes *c, struct operation *o, uint64_t generation, struct arena *a)
{
	struct changed_table *t = &c->tables[o->table_number];
	uint8_t *number = arena_take(a, 8);
	MDB_cursor *cursor;
	int rc = cursor_of(c, o->table_number, &cursor);

	if (rc == 0 && !t->next)
		rc = look_up_next(t, cursor);
	if (rc)
		return rc;
	u64_write(number, t->next++);
	memcpy(c->number, number, sizeof(c->number));
	o->key = span_of(number, 8);
	return put_row(cursor, o, (struct span){ 0 }, generation, MDB_APPEND);
}

/* unit_read() has seen the append whose number this is. */
static int
change_put_numbered(struct changes *c, struct operation *o, uint64_t generation, struct arena *a)
{
	MDB_cursor *cursor;
	int rc = cursor_of(c, o->table_number, &cursor);

	(void)a;
	return rc ? rc : put_row(cursor, o, span_of(c->number, sizeof(c->number)), generation, 0);
}

static change *const kinds[] = {
	[UNIT_EXPECT] = change_nothing,
	[UNIT_PUT] = change_put,
	[UNIT_DELETE] = change_delete,
	[UNIT_APPEND] = change_append,
	[UNIT_PUT_NUMBERED] = change_put_numbered,
};

int
changes_apply(struct changes *c, struct operation *o, uint64_t generation, struct arena *a)
{
	return kinds[o->kind](c, o, generation, a);
}
