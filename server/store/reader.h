/* store/reader.h - reading the map: one read transaction for all questions of a turn.
 *
 *     begin -> answer ... answer -> end
 *
 * Rows are borrowed from the map until map_reader_end(): no copies, and no page they stand on is written meanwhile.
 */
#pragma once

#include "store/store.h"

struct map_reader;

/* ERR_UNAVAILABLE when there is no store yet, or not all its tables: the recorder makes them. */
enum err map_reader_open(const char *directory, table_list, struct map_reader **out, struct problem *why);
void map_reader_free(struct map_reader *);

enum err map_reader_begin(struct map_reader *, struct problem *why);
/* What the asks need beside the map is taken from the arena. */
enum err map_reader_answer(struct map_reader *, struct arena *, struct ask *, size_t count, struct instant now,
    struct problem *why);
void map_reader_end(struct map_reader *);

/* What these rows stand on leaves this process's memory; the system's cache keeps it, and looking at them again is
 * allowed. For whoever reads much of the store once. */
void map_reader_forget(const struct row *rows, size_t count);
