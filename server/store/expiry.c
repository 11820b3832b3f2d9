/* store/expiry.c - entries of rows that expire, and their sweep. */
#include "store/expiry.h"

#include <assert.h>

#include "store/change.h"
#include "store/row.h"

#define ENTRY_KEY 20
#define LIFE_GRAINS 16 /* of a row: it may stay for one more */

static int
look_for_soonest(struct expiry *e, MDB_cursor *cursor)
{
	MDB_val key, value;
	int rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);

	e->soonest.us = INT64_MAX;
	if (rc == MDB_NOTFOUND)
		return 0;
	if (rc == 0 && key.mv_size != ENTRY_KEY)
		return MDB_CORRUPTED;
	if (rc == 0)
		e->soonest.us = (int64_t)u64_read(key.mv_data);
	return rc;
}

int
expiry_open(struct expiry *e, MDB_txn *txn, MDB_dbi dbi)
{
	MDB_cursor *cursor;
	int rc;

	*e = (struct expiry){ .dbi = dbi };
	rc = mdb_cursor_open(txn, dbi, &cursor);
	if (rc)
		return rc;
	rc = look_for_soonest(e, cursor);
	mdb_cursor_close(cursor);
	return rc;
}

/* Not before it expires. */
static struct instant
due_at(struct instant expires, struct instant now)
{
	const int64_t life = expires.us - now.us;
	uint64_t grain = 1, end;

	while (life / LIFE_GRAINS / 2 >= (int64_t)grain)
		grain *= 2;
	end = ((uint64_t)expires.us + grain - 1) / grain * grain;
	return end > INT64_MAX ? expires : (struct instant){ (int64_t)end };
}

int
expiry_add(struct expiry *e, MDB_txn *txn, uint64_t generation, struct instant now, struct instant expires,
    const struct table *table, struct span row)
{
	const struct instant due = due_at(expires, now);
	uint8_t name[ENTRY_KEY], entry[1 + UINT8_MAX + KEY_LARGEST];
	MDB_val key = { sizeof(name), name }, value = { 0, entry };
	size_t size = strlen(table->name);

	assert(size <= UINT8_MAX && row.size <= KEY_LARGEST);
	if (e->generation != generation) {
		e->generation = generation;
		e->number = 0;
	}
	u64_write(name, (uint64_t)due.us);
	u64_write(name + 8, generation);
	for (size_t i = 0; i < 4; i++)
		name[16 + i] = (uint8_t)(e->number >> (24 - 8 * i));
	e->number++;
	entry[0] = (uint8_t)size;
	memcpy(entry + 1, table->name, size);
	memcpy(entry + 1 + size, row.data, row.size);
	value.mv_size = 1 + size + row.size;
	if (instant_before(due, e->soonest))
		e->soonest = due;
	return mdb_put(txn, e->dbi, &key, &value, 0);
}

/* Deletes the row an entry speaks of, if it has expired: it may have been put again, for longer. */
static int
remove_row(MDB_txn *txn, table_list tables, const struct changed_table *all, struct instant now, struct span entry,
    size_t *removed)
{
	size_t size = entry.data[0], at = 0;
	struct span name = span_first(span_skip(entry, 1), size), row_key = span_skip(entry, 1 + size);
	MDB_val key = val_of(row_key), value;
	struct row row;
	int rc;

	while (tables[at] && !span_is(name, tables[at]->name))
		at++;
	/* A table this version does not know any more: nobody reads it. */
	if (!tables[at])
		return 0;
	rc = mdb_get(txn, all[at].dbi, &key, &value);
	if (rc)
		return rc == MDB_NOTFOUND ? 0 : rc;
	if (!row_read(row_key, span_of_val(value), &row))
		return MDB_CORRUPTED;
	if (!row_expired(&row, now))
		return 0;
	++*removed;
	return mdb_del(txn, all[at].dbi, &key, NULL);
}

int
expiry_sweep(struct expiry *e, MDB_txn *txn, table_list tables, const struct changed_table *all, struct instant now,
    size_t limit, size_t *removed)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	int rc;

	if (instant_before(now, e->soonest))
		return 0;
	rc = mdb_cursor_open(txn, e->dbi, &cursor);
	if (rc)
		return rc;
	for (; limit; limit--) {
		struct span entry;
		struct instant due;

		rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
		if (rc)
			break;
		entry = span_of_val(value);
		if (key.mv_size != ENTRY_KEY || entry.size < 2 || entry.size < 2u + entry.data[0]) {
			rc = MDB_CORRUPTED;
			break;
		}
		due.us = (int64_t)u64_read(key.mv_data);
		if (instant_before(now, due))
			break;
		rc = remove_row(txn, tables, all, now, entry, removed);
		if (rc == 0)
			rc = mdb_cursor_del(cursor, 0);
		if (rc)
			break;
	}
	if (rc == 0 || rc == MDB_NOTFOUND)
		rc = look_for_soonest(e, cursor);
	mdb_cursor_close(cursor);
	return rc;
}
