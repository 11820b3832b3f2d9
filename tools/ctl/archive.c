/* tools/ctl/archive.c - the store read beside the daemon. */
#include "ctl/archive.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "ctl/client.h"
#include "daemon/tables.h"
#include "store/reader.h"
#include "transaction/policy/table.h"

#define PART 4096        /* entries read at a time */

struct archive {
	struct config config;
	table_list tables;
	struct map_reader *reader;
	struct arena kept;       /* dictionaries, frameworks */
	struct arena part;
	const struct dictionary *dictionary;
	const struct framework **frameworks;
};

/* Rows until map_reader_end(). */
static enum err
ask_one(struct archive *a, struct ask *ask, struct problem *why)
{
	return map_reader_answer(a->reader, &a->part, ask, 1, clock_now(), why);
}

static enum err
read_dictionary(struct archive *a, struct problem *why)
{
	struct ask ask = dictionary_ask();
	enum err err = map_reader_begin(a->reader, why);

	if (err != OK)
		return err;
	err = ask_one(a, &ask, why);
	if (err == OK && ask.count)
		err = dictionary_read(&a->kept, "the dictionary published", arena_copy(&a->kept, ask.rows[0].value),
		    &a->dictionary, why);
	map_reader_end(a->reader);
	arena_reset(&a->part);
	return err;
}

enum err
archive_open(struct ctl *ctl, struct archive **out, struct problem *why)
{
	struct archive *a = calloc(1, sizeof(*a));
	enum err err;

	if (!a)
		abort();
	a->kept = arena_init(1 * GIB);
	a->part = arena_init(1 * GIB);
	a->tables = tables_with(NULL);
	err = ctl_config(ctl, &a->config, why);
	if (err == OK)
		err = map_reader_open(a->config.store.directory, a->tables, &a->reader, why);
	if (err == OK)
		err = read_dictionary(a, why);
	if (err == OK)
		*out = a;
	else
		archive_free(a);
	return err;
}

void
archive_free(struct archive *a)
{
	if (!a)
		return;
	map_reader_free(a->reader);
	free((void *)(uintptr_t)a->tables);
	arena_release(&a->kept);
	arena_release(&a->part);
	free(a);
}

const struct dictionary *
archive_dictionary(const struct archive *a)
{
	return a->dictionary;
}

/* Versions */

static enum err
read_version(struct archive *a, const struct row *row, const struct dictionary *dictionary, size_t *count,
    struct problem *why)
{
	struct published_policy published;
	struct policy_files files;
	struct span framework, version, packed;

	if (!policy_key_read(row->key, &framework, &version) || !published_policy_read(row->value, &published))
		return problem_set(why, ERR_INVALID, "",
		    "the store holds a version of a framework that cannot be read");
	if (!published.number)
		return OK;
	packed = arena_copy(&a->kept, published.files);
	if (policy_files_unpack(&a->kept, packed, &files, why) != OK)
		return why->code;
	files.label = arena_print(&a->kept, "%.*s@%.*s", SPAN_ARGS(framework), SPAN_ARGS(version));
	return framework_read(&a->kept, &files, dictionary, true, &a->frameworks[(*count)++], why);
}

enum err
archive_frameworks(struct archive *a, const struct dictionary *dictionary, const struct framework *const **out,
    size_t *count, struct problem *why)
{
	struct ask ask = policies_ask();
	enum err err = map_reader_begin(a->reader, why);

	*count = 0;
	if (err != OK)
		return err;
	err = ask_one(a, &ask, why);
	if (err == OK)
		a->frameworks = arena_array(&a->kept, const struct framework *, ask.count);
	for (size_t i = 0; err == OK && i < ask.count; i++)
		err = read_version(a, &ask.rows[i], dictionary, count, why);
	map_reader_end(a->reader);
	arena_reset(&a->part);
	*out = a->frameworks;
	return err;
}

/* Entries */

uint64_t
archive_size(struct archive *a)
{
	struct ask ask = { .table = &ledger_leaf_table, .limit = 1, .backwards = true };
	struct problem why;
	uint64_t size = 0;

	if (map_reader_begin(a->reader, &why) != OK)
		return 0;
	if (ask_one(a, &ask, &why) == OK && ask.count)
		ledger_number_read(ask.rows[0].key, &size);
	map_reader_end(a->reader);
	arena_reset(&a->part);
	return size;
}

/* IDs begin with 48 bits of milliseconds (base/random.h). */
static struct id
id_at(struct instant t)
{
	uint64_t ms = t.us > 0 ? (uint64_t)t.us / 1000 : 0;
	struct id id = { { 0 } };

	for (size_t i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)(ms >> 8 * (5 - i));
	return id;
}

/* The rows of one part that fall to one lane. */
struct lane {
	const struct archive_walk *walk;
	void *arg;
	const struct row *rows;
	size_t count;
	enum err err;
	struct problem why;
};

static void *
run_lane(void *arg)
{
	struct lane *lane = arg;

	for (size_t i = 0; lane->err == OK && i < lane->count; i++) {
		struct ledger_entry e;
		struct id id;

		if (lane->rows[i].key.size != sizeof(id.bytes) || !ledger_entry_read(lane->rows[i].value, &e)) {
			lane->err = problem_set(&lane->why, ERR_INVALID, "",
			    "the ledger holds an entry that cannot be read");
			break;
		}
		memcpy(id.bytes, lane->rows[i].key.data, sizeof(id.bytes));
		lane->err = lane->walk->entry(lane->arg, &id, &e, &lane->why);
	}
	return NULL;
}

/* A thread for each lane but the first, made anew for each part: that is nothing beside some thousand entries. */
static enum err
run_lanes(const struct archive_walk *walk, const struct ask *part, struct problem *why)
{
	struct lane lanes[ARCHIVE_LANES];
	pthread_t threads[ARCHIVE_LANES];
	bool started[ARCHIVE_LANES] = { false };
	size_t begin = 0;

	for (size_t i = 0; i < walk->lane_count; i++) {
		size_t end = part->count * (i + 1) / walk->lane_count;

		lanes[i] = (struct lane){ .walk = walk,
			.arg = walk->lanes[i],
			.rows = part->rows + begin,
			.count = end - begin };
		begin = end;
	}
	for (size_t i = 1; i < walk->lane_count; i++)
		started[i] = pthread_create(&threads[i], NULL, run_lane, &lanes[i]) == 0;
	for (size_t i = 0; i < walk->lane_count; i++)
		if (!started[i])
			run_lane(&lanes[i]);
	for (size_t i = 1; i < walk->lane_count; i++)
		if (started[i])
			pthread_join(threads[i], NULL);
	for (size_t i = 0; i < walk->lane_count; i++)
		if (lanes[i].err != OK) {
			*why = lanes[i].why;
			return lanes[i].err;
		}
	return OK;
}

/* One part, and where the next begins. */
static enum err
walk_part(struct archive *a, const struct archive_walk *walk, struct id *from, struct ask *part, struct problem *why)
{
	enum err err = map_reader_begin(a->reader, why);

	if (err != OK)
		return err;
	*part = (struct ask){ .table = &ledger_entry_table, .from = id_span(from),
		.limit = PART };
	err = ask_one(a, part, why);
	if (err == OK && part->count) {
		struct span last = part->rows[part->count - 1].key;

		err = run_lanes(walk, part, why);
		if (err == OK)
			memcpy(from->bytes, last.data, sizeof(from->bytes));
		for (size_t i = sizeof(from->bytes); i-- > 0 && ++from->bytes[i] == 0;)
			continue;
		map_reader_forget(part->rows, part->count);
	}
	map_reader_end(a->reader);
	arena_reset(&a->part);
	return err;
}

enum err
archive_walk(struct archive *a, const struct archive_walk *walk, struct problem *why)
{
	struct id from = id_at(walk->since);
	struct ask part = { .more = true };
	uint64_t seen = 0, size = archive_size(a);
	enum err err = OK;

	assert(walk->lane_count && walk->lane_count <= ARCHIVE_LANES);
	while (err == OK && part.more) {
		progress_show(walk->doing, seen, size);
		err = walk_part(a, walk, &from, &part, why);
		seen += part.count;
	}
	progress_end();
	return err;
}
