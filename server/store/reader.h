/* store/reader.h - reading the map: one read transaction for all questions of a turn.
 *
 *     begin -> answer ... answer -> end
 *
 * Rows are borrowed from the map until reader_end(): no copies, and no page they stand on is written meanwhile.
 */
#pragma once

#include "store/store.h"

struct reader;

/* ERR_UNAVAILABLE when there is no store yet, or not all its tables: the recorder makes them. */
enum err reader_open(const char *directory, table_list, struct reader **out, struct problem *why);
void reader_free(struct reader *);

enum err reader_begin(struct reader *, struct problem *why);
/* What the asks need beside the map is taken from the arena. */
enum err reader_answer(struct reader *, struct arena *, struct ask *, size_t count, struct instant now,
    struct problem *why);
void reader_end(struct reader *);
