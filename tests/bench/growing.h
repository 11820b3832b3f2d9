/* tests/bench/growing.h - a ledger grown by the recorder itself, without a daemon: many entries a commit.
 *
 *     open -> (add ... add -> commit) ... -> close
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "daemon/tables.h"
#include "ledger/entry.h"
#include "store/reader.h"
#include "store/recorder.h"

#define GROWING_PART 2000 /* entries of a commit */

struct growing {
	const char *directory;
	table_list tables;
	struct recorder *recorder;
	struct arena arena; /* of one commit */
	struct unit *unit;
};

static inline void
growing_fail(const struct problem *why)
{
	fprintf(stderr, "growing the ledger: %s\n", why->text);
	exit(1);
}

static inline void
growing_answer(void *arg, unsigned peer, struct span message)
{
	(void)arg;
	(void)peer;
	(void)message;
}

static inline void
growing_notice(void *arg, struct span message)
{
	(void)arg;
	(void)message;
}

/* How many leaves there are. */
static inline uint64_t
growing_size(const struct growing *g)
{
	struct ask ask = { .table = &ledger_leaf_table, .limit = 1, .backwards = true };
	struct arena a = arena_init(64 * MIB);
	struct map_reader *reader;
	struct problem why;
	uint64_t size = 0;

	if (map_reader_open(g->directory, g->tables, &reader, &why) != OK || map_reader_begin(reader, &why) != OK ||
	    map_reader_answer(reader, &a, &ask, 1, clock_now(), &why) != OK)
		growing_fail(&why);
	if (ask.count)
		ledger_number_read(ask.rows[0].key, &size);
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return size;
}

/* The size before anything is added. */
static inline uint64_t
growing_open(struct growing *g, const char *directory, const char *map_bytes)
{
	static const struct recorder_outlets outlets = { .answer = growing_answer, .notice = growing_notice };
	struct recorder_settings settings = { .directory = directory, .map_bytes = strtoull(map_bytes, NULL, 10) };
	struct problem why;
	uint64_t size;

	*g = (struct growing){ .directory = directory, .tables = tables_with(NULL), .arena = arena_init(1 * GIB) };
	settings.tables = g->tables;
	size = growing_size(g);
	if (recorder_open(&settings, &outlets, &g->recorder, &why) != OK)
		growing_fail(&why);
	return size;
}

/* With a salt of its own. */
static inline void
growing_add(struct growing *g, struct id id, struct ledger_entry entry)
{
	if (!g->unit)
		g->unit = unit_new(&g->arena, g->tables, id_new(clock_now()));
	random_bytes(entry.salt, sizeof(entry.salt));
	ledger_append(g->unit, id, &entry);
}

static inline void
growing_commit(struct growing *g)
{
	struct problem why;

	if (recorder_take(g->recorder, 1, ROLE_WORKER, unit_bytes(g->unit), &why) != OK ||
	    recorder_commit(g->recorder, clock_now(), &why) != OK)
		growing_fail(&why);
	g->unit = NULL;
	arena_reset(&g->arena);
}

/* The size then. */
static inline uint64_t
growing_close(struct growing *g)
{
	uint64_t size;

	recorder_free(g->recorder);
	size = growing_size(g);
	arena_release(&g->arena);
	free((void *)(uintptr_t)g->tables);
	return size;
}
