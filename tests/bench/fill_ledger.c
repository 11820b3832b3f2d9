/* tests/bench/fill_ledger.c - a ledger grown to a size: the entry on standard input recorded again and again, under IDs and
 * salts of their own, by the recorder itself. For a daemon that is stopped.
 *
 *     fill_ledger STORE-DIRECTORY MAP-BYTES SIZE        prints how many leaves there are then
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/tables.h"
#include "ledger/entry.h"
#include "store/reader.h"
#include "store/recorder.h"

#define PART 2000 /* entries of a commit */

static void
fail(const struct problem *why)
{
	fprintf(stderr, "fill_ledger: %s\n", why->text);
	exit(1);
}

static void
on_answer(void *arg, unsigned peer, struct span message)
{
	(void)arg;
	(void)peer;
	(void)message;
}

static void
on_notice(void *arg, struct span message)
{
	(void)arg;
	(void)message;
}

static uint64_t
size_of(const char *directory, table_list tables)
{
	struct ask ask = { .table = &ledger_leaf_table, .limit = 1, .backwards = true };
	struct arena a = arena_init(64 * MIB);
	struct map_reader *reader;
	struct problem why;
	uint64_t size = 0;

	if (map_reader_open(directory, tables, &reader, &why) != OK || map_reader_begin(reader, &why) != OK ||
	    map_reader_answer(reader, &a, &ask, 1, clock_now(), &why) != OK)
		fail(&why);
	if (ask.count)
		ledger_number_read(ask.rows[0].key, &size);
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return size;
}

static void
append_part(struct recorder *recorder, table_list tables, struct ledger_entry *entry, uint64_t count)
{
	struct arena a = arena_init(1 * GIB);
	struct instant now = clock_now();
	struct unit *unit = unit_new(&a, tables, id_new(now));
	struct problem why;

	for (uint64_t i = 0; i < count; i++) {
		random_bytes(entry->salt, sizeof(entry->salt));
		ledger_append(unit, id_new(now), entry);
	}
	if (recorder_take(recorder, 1, ROLE_WORKER, unit_bytes(unit), &why) != OK ||
	    recorder_commit(recorder, now, &why) != OK)
		fail(&why);
	arena_release(&a);
}

int
main(int argc, char **argv)
{
	const struct recorder_outlets outlets = { .answer = on_answer, .notice = on_notice };
	struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = span_text("bench") };
	struct buffer content = buffer_init(LEDGER_ENTRY_LARGEST);
	table_list tables = tables_with(NULL);
	struct recorder_settings settings = { .tables = tables };
	struct recorder *recorder;
	struct problem why;
	uint64_t size, wanted;

	if (argc != 4) {
		fputs("usage: fill_ledger STORE-DIRECTORY MAP-BYTES SIZE < ENTRY\n", stderr);
		return 2;
	}
	settings.directory = argv[1];
	settings.map_bytes = strtoull(argv[2], NULL, 10);
	wanted = strtoull(argv[3], NULL, 10);
	if (file_read_open(STDIN_FILENO, "the entry", &content, &why) != OK)
		fail(&why);
	entry.content = buffer_span(&content);
	size = size_of(argv[1], tables);
	if (recorder_open(&settings, &outlets, &recorder, &why) != OK)
		fail(&why);
	for (; size < wanted; size += PART)
		append_part(recorder, tables, &entry, wanted - size < PART ? wanted - size : PART);
	recorder_free(recorder);
	printf("%llu\n", (unsigned long long)size_of(argv[1], tables));
	buffer_release(&content);
	free((void *)(uintptr_t)tables);
	return 0;
}
