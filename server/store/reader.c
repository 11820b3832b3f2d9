/* store/reader.c - reading the map. */
#include "store/reader.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/format.h"
#include "store/map.h"
#include "store/recorder.h"
#include "store/row.h"

#define FIRST_ROWS 16 /* of a range; doubled as needed */

struct map_reader {
	table_list tables;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi *dbis;
	MDB_cursor **cursors; /* NULL until first used */
	uint64_t seen; /* the newest state so far */
};

/* Between the file's being made and the first transaction there is not even a format. */
static bool
is_empty(MDB_txn *txn)
{
	MDB_dbi dbi;
	MDB_stat stat;

	return mdb_dbi_open(txn, NULL, 0, &dbi) == 0 && mdb_stat(txn, dbi, &stat) == 0 && stat.ms_entries == 0;
}

static enum err
open_tables(struct map_reader *r, MDB_txn *txn, struct problem *why)
{
	unsigned format;
	enum err code;

	if (is_empty(txn))
		return problem_set(why, ERR_UNAVAILABLE, NULL, "the store is empty yet: the recorder fills it");
	code = format_read(txn, STORE_FORMAT, &format, why);
	if (code != OK)
		return code;
	if (format != STORE_FORMAT)
		return problem_set(why, ERR_UNAVAILABLE, NULL,
		    "the store has format %u, the recorder must bring it to %d",
		    format, STORE_FORMAT);
	for (size_t i = 0; r->tables[i]; i++) {
		int rc = mdb_dbi_open(txn, r->tables[i]->name, 0, &r->dbis[i]);

		if (rc == MDB_NOTFOUND)
			return problem_set(why, ERR_UNAVAILABLE, NULL,
			    "the store has no table %s yet: the recorder makes it",
			    r->tables[i]->name);
		if (rc)
			return map_problem(why, rc, "opening table %s", r->tables[i]->name);
	}
	return OK;
}

/* LMDB would make a lock file, and fail in its own words. */
static enum err
is_made(const char *directory, struct problem *why)
{
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/data.mdb", directory);
	if (stat(path, &st) == 0)
		return st.st_size ? OK : problem_set(why, ERR_UNAVAILABLE, NULL, "%s is being made by the recorder",
		    path);
	if (errno == ENOENT)
		return problem_set(why, ERR_UNAVAILABLE, NULL, "%s does not exist yet: the recorder makes it", path);
	return problem_errno(why, errno, "%s", path);
}

static enum err
open_map(struct map_reader *r, const char *directory, struct problem *why)
{
	MDB_txn *txn;
	enum err code;
	int rc = mdb_env_create(&r->env);

	if (rc == 0)
		rc = mdb_env_set_maxdbs(r->env, (MDB_dbi)table_count(r->tables) + TABLES_INTERNAL);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(r->env, MAP_READERS);
	if (rc == 0)
		rc = mdb_env_open(r->env, directory, MDB_RDONLY | MDB_NOTLS, 0660);
	map_give_to_owner(directory);
	if (rc == 0)
		rc = mdb_txn_begin(r->env, NULL, MDB_RDONLY, &txn);
	if (rc)
		return map_problem(why, rc, "%s", directory);
	code = open_tables(r, txn, why);
	if (code != OK) {
		mdb_txn_abort(txn);
		return code;
	}
	/* Committing is what makes the tables' handles stay. */
	rc = mdb_txn_commit(txn);
	if (rc == 0)
		rc = mdb_txn_begin(r->env, NULL, MDB_RDONLY, &r->txn);
	if (rc)
		return map_problem(why, rc, "%s", directory);
	mdb_txn_reset(r->txn);
	return OK;
}

enum err
map_reader_open(const char *directory, table_list tables, struct map_reader **out, struct problem *why)
{
	struct map_reader *r;
	enum err code = is_made(directory, why);

	if (code != OK)
		return code;
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	r->tables = tables;
	r->dbis = calloc(table_count(tables) + 1, sizeof(*r->dbis));
	r->cursors = calloc(table_count(tables) + 1, sizeof(*r->cursors));
	if (!r->dbis || !r->cursors)
		abort();
	code = open_map(r, directory, why);
	if (code != OK) {
		map_reader_free(r);
		return code;
	}
	*out = r;
	return OK;
}

void
map_reader_free(struct map_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->tables[i]; i++)
		if (r->cursors[i])
			mdb_cursor_close(r->cursors[i]);
	if (r->txn)
		mdb_txn_abort(r->txn);
	if (r->env)
		mdb_env_close(r->env);
	free(r->dbis);
	free(r->cursors);
	free(r);
}

enum err
map_reader_begin(struct map_reader *r, struct problem *why)
{
	int rc = mdb_txn_renew(r->txn);
	uint64_t number;

	/* The recorder has let the store grow: take its size. */
	if (rc == MDB_MAP_RESIZED) {
		rc = mdb_env_set_mapsize(r->env, 0);
		if (rc == 0)
			rc = mdb_txn_renew(r->txn);
	}
	if (rc)
		return map_problem(why, rc, "reading the store");
	/* The number comes from lock.mdb, which every worker can write; an older state's pages may be in use for
	 * others. */
	number = mdb_txn_id(r->txn);
	if (number < r->seen) {
		mdb_txn_reset(r->txn);
		return problem_set(why, ERR_IO, NULL,
		    "the store's transaction number went from %" PRIu64 " back to %" PRIu64
		    ": it was changed by another process", r->seen, number);
	}
	r->seen = number;
	return OK;
}

void
map_reader_end(struct map_reader *r)
{
	mdb_txn_reset(r->txn);
}

static size_t
number_of(const struct map_reader *r, const struct table *table)
{
	size_t at = 0;

	while (r->tables[at] && r->tables[at] != table)
		at++;
	assert(r->tables[at]);
	return at;
}

static enum err
damaged(const struct ask *ask, struct problem *why)
{
	return problem_set(why, ERR_IO, NULL, "table %s holds a row that cannot be one", ask->table->name);
}

static enum err
answer_get(struct map_reader *r, struct arena *a, struct ask *ask, MDB_dbi dbi, struct instant now, struct problem *why)
{
	MDB_val key = val_of(ask->from), value;
	struct row *row;
	int rc;

	if (ask->from.size == 0 || ask->from.size > KEY_LARGEST)
		return OK;
	rc = mdb_get(r->txn, dbi, &key, &value);
	if (rc == MDB_NOTFOUND)
		return OK;
	if (rc)
		return map_problem(why, rc, "reading table %s", ask->table->name);
	row = arena_new(a, struct row);
	if (!row_read(ask->from, span_of_val(value), row))
		return damaged(ask, why);
	ask->rows = row;
	ask->count = row_expired(row, now) ? 0 : 1;
	return OK;
}

static int
go_to_first(MDB_cursor *cursor, const struct ask *ask, MDB_val *key, MDB_val *value)
{
	int rc;

	if (!ask->backwards) {
		*key = val_of(ask->from);
		return mdb_cursor_get(cursor, key, value, ask->from.size ? MDB_SET_RANGE : MDB_FIRST);
	}
	if (ask->until.size == 0)
		return mdb_cursor_get(cursor, key, value, MDB_LAST);
	*key = val_of(ask->until);
	rc = mdb_cursor_get(cursor, key, value, MDB_SET_RANGE);
	if (rc == MDB_NOTFOUND)
		return mdb_cursor_get(cursor, key, value, MDB_LAST);
	return rc ? rc : mdb_cursor_get(cursor, key, value, MDB_PREV);
}

static bool
is_past(const struct ask *ask, struct span key)
{
	if (ask->backwards)
		return span_compare(key, ask->from) < 0;
	return ask->until.size && span_compare(key, ask->until) >= 0;
}

/* One cursor a table for good: opening one costs as much as a lookup. */
static int
cursor_take(struct map_reader *r, size_t number, MDB_cursor **out)
{
	int rc = r->cursors[number] ? mdb_cursor_renew(r->txn, r->cursors[number])
	                            : mdb_cursor_open(r->txn, r->dbis[number], &r->cursors[number]);

	*out = r->cursors[number];
	return rc;
}

static enum err
answer_range(struct map_reader *r, struct arena *a, struct ask *ask, size_t number, struct instant now,
    struct problem *why)
{
	struct row *rows = NULL;
	size_t room = 0, count = 0;
	MDB_cursor *cursor;
	MDB_val key, value;
	int rc = cursor_take(r, number, &cursor);

	if (rc)
		return map_problem(why, rc, "reading table %s", ask->table->name);
	rc = go_to_first(cursor, ask, &key, &value);
	for (; rc == 0 && !is_past(ask, span_of_val(key));
	     rc = mdb_cursor_get(cursor, &key, &value, ask->backwards ? MDB_PREV : MDB_NEXT)) {
		struct row row;

		if (!row_read(span_of_val(key), span_of_val(value), &row))
			return damaged(ask, why);
		if (row_expired(&row, now))
			continue;
		ask->more = count == ask->limit;
		if (ask->more)
			break;
		if (count == room) {
			struct row *before = rows;

			room = room ? room * 2 : FIRST_ROWS;
			rows = arena_array(a, struct row, room);
			if (count)
				memcpy(rows, before, count * sizeof(*rows));
		}
		rows[count++] = row;
	}
	if (rc && rc != MDB_NOTFOUND)
		return map_problem(why, rc, "reading table %s", ask->table->name);
	ask->rows = rows;
	ask->count = count;
	return OK;
}

enum err
map_reader_answer(struct map_reader *r, struct arena *a, struct ask *asks, size_t count, struct instant now,
    struct problem *why)
{
	for (size_t i = 0; i < count; i++) {
		size_t number = number_of(r, asks[i].table);
		enum err code = asks[i].limit ? answer_range(r, a, &asks[i], number, now, why)
		                              : answer_get(r, a, &asks[i], r->dbis[number], now, why);

		if (code != OK)
			return code;
	}
	return OK;
}

void
map_reader_forget(const struct row *rows, size_t count)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = UINTPTR_MAX, to = 0;

	for (size_t i = 0; i < count; i++) {
		uintptr_t at = (uintptr_t)rows[i].value.data, end = at + rows[i].value.size;

		from = at < from ? at : from;
		to = end > to ? end : to;
	}
	/* All of it is the map, which is shared: nothing is lost. */
	from -= from % page;
	if (from < to)
		madvise((void *)from, to - from, MADV_DONTNEED);
}
