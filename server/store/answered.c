/* store/answered.c - the hash of committed units, and its rows in the store. */
#include "store/answered.h"

#include <assert.h>
#include <stdlib.h>

#include "base/random.h"
#include "store/row.h"

#define ROW_TIME 8 /* bytes in front of the ids */

struct answered_entry {
	struct id id;
	uint64_t generation; /* 0: free */
};

void
answered_init(struct answered *a)
{
	*a = (struct answered){ .room = 4 * KIB, .row = buffer_init(SIZE_MAX / 2) };
	random_bytes(a->seeds, sizeof(a->seeds));
	a->entries = calloc(a->room, sizeof(*a->entries));
	if (!a->entries)
		abort();
}

void
answered_release(struct answered *a)
{
	free(a->entries);
	buffer_release(&a->row);
	a->entries = NULL;
}

static size_t
place_of(const struct answered *a, const struct id *id)
{
	uint64_t high, low, mixed;

	memcpy(&high, id->bytes, 8);
	memcpy(&low, id->bytes + 8, 8);
	mixed = (high ^ a->seeds[0]) * 0x9e3779b97f4a7c15u;
	mixed = (mixed ^ mixed >> 32 ^ low ^ a->seeds[1]) * 0xd6e8feb86659fd93u;
	return (size_t)(mixed ^ mixed >> 32) & (a->room - 1);
}

/* Where the id is, or the free place where it would be: linear probing. */
static size_t
look(const struct answered *a, const struct id *id)
{
	size_t at = place_of(a, id);

	while (a->entries[at].generation && !id_equal(&a->entries[at].id, id))
		at = (at + 1) & (a->room - 1);
	return at;
}

uint64_t
answered_find(const struct answered *a, const struct id *id)
{
	return a->entries[look(a, id)].generation;
}

static void
grow(struct answered *a)
{
	struct answered_entry *before = a->entries;
	size_t room = a->room;

	a->room *= 2;
	a->entries = calloc(a->room, sizeof(*a->entries));
	if (!a->entries)
		abort();
	for (size_t i = 0; i < room; i++)
		if (before[i].generation)
			a->entries[look(a, &before[i].id)] = before[i];
	free(before);
}

void
answered_add(struct answered *a, const struct id *id, uint64_t generation)
{
	size_t at;

	assert(generation);
	if (a->count * 2 >= a->room)
		grow(a);
	at = look(a, id);
	if (!a->entries[at].generation)
		a->count++;
	a->entries[at] = (struct answered_entry){ *id, generation };
}

void
answered_forget(struct answered *a, const struct id *id)
{
	size_t at = look(a, id), mask = a->room - 1;

	if (!a->entries[at].generation)
		return;
	a->count--;
	/* What stands behind moves up, unless it stands at or behind its own place. */
	for (size_t next = (at + 1) & mask; a->entries[next].generation; next = (next + 1) & mask) {
		size_t wanted = place_of(a, &a->entries[next].id);

		if (((next - wanted) & mask) < ((next - at) & mask))
			continue;
		a->entries[at] = a->entries[next];
		at = next;
	}
	a->entries[at].generation = 0;
}

static bool
row_is_sound(MDB_val key, MDB_val value)
{
	return key.mv_size == 8 && value.mv_size >= ROW_TIME && (value.mv_size - ROW_TIME) % sizeof(struct id) == 0;
}

/* Calls `each` for the ids of a row. */
static void
each_id(struct answered *a, MDB_val key, MDB_val value, void (*each)(struct answered *, const struct id *, uint64_t))
{
	const uint8_t *ids = (const uint8_t *)value.mv_data + ROW_TIME;
	struct id id;

	for (size_t i = 0; i < (value.mv_size - ROW_TIME) / sizeof(id); i++) {
		memcpy(id.bytes, ids + i * sizeof(id), sizeof(id));
		each(a, &id, u64_read(key.mv_data));
	}
}

int
answered_load(struct answered *a, MDB_txn *txn, MDB_dbi dbi, uint64_t *generation)
{
	MDB_cursor *cursor;
	MDB_val key, value;
	int rc = mdb_cursor_open(txn, dbi, &cursor);

	if (rc)
		return rc;
	*generation = 0;
	while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
		if (!row_is_sound(key, value)) {
			rc = MDB_CORRUPTED;
			break;
		}
		*generation = u64_read(key.mv_data);
		each_id(a, key, value, answered_add);
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

void
answered_row_begin(struct answered *a, struct instant now)
{
	buffer_clear(&a->row);
	buffer_instant(&a->row, now);
}

void
answered_row_add(struct answered *a, const struct id *id)
{
	buffer_id(&a->row, id);
}

int
answered_row_put(struct answered *a, MDB_txn *txn, MDB_dbi dbi, uint64_t generation)
{
	uint8_t bytes[8];
	MDB_val key = { sizeof(bytes), bytes }, value = val_of(buffer_span(&a->row));

	u64_write(bytes, generation);
	return mdb_put(txn, dbi, &key, &value, MDB_APPEND);
}

static void
forget_one(struct answered *a, const struct id *id, uint64_t generation)
{
	(void)generation;
	answered_forget(a, id);
}

int
answered_prune(struct answered *a, MDB_txn *txn, MDB_dbi dbi, struct instant until, size_t limit,
    size_t *removed)
{
	MDB_cursor *cursor;
	MDB_stat stat;
	MDB_val key, value;
	int rc = mdb_stat(txn, dbi, &stat);

	if (rc || stat.ms_entries < 2)
		return rc;
	if (limit > stat.ms_entries - 1)
		limit = stat.ms_entries - 1;
	rc = mdb_cursor_open(txn, dbi, &cursor);
	if (rc)
		return rc;
	for (; limit && !rc; limit--) {
		rc = mdb_cursor_get(cursor, &key, &value, MDB_FIRST);
		if (rc == 0 && !row_is_sound(key, value))
			rc = MDB_CORRUPTED;
		if (rc || (int64_t)u64_read(value.mv_data) >= until.us)
			break;
		each_id(a, key, value, forget_one);
		rc = mdb_cursor_del(cursor, 0);
		++*removed;
	}
	mdb_cursor_close(cursor);
	return rc;
}
