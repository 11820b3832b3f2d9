/* base/arena.h - memory of one step: taken piece by piece, given back all at once.
 *
 *     init -> take ... take -> reset -> take ... -> release
 *
 * Every parser bounds what it takes by the size of its input, so reaching the arena's limit is a bug
 * and ends the process, as does the machine's being out of memory: no caller checks for NULL.
 */
#pragma once

#include <stdarg.h>

#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *block; /* the newest; each knows the one before it */
	size_t used, limit;        /* bytes, all blocks together */
};

struct arena arena_init(size_t limit);

/* Everything taken is gone; the newest block that is not large (32 KB) is kept for the next step, which then rarely
 * needs another. */
void arena_reset(struct arena *);
void arena_release(struct arena *);

/* Zeroed, aligned for any type. Taking 0 bytes gives a valid pointer. */
void *arena_take(struct arena *, size_t size);
#define arena_new(arena, type) ((type *)arena_take((arena), sizeof(type)))
#define arena_array(arena, type, count) ((type *)arena_take_array((arena), (count), sizeof(type)))
void *arena_take_array(struct arena *, size_t count, size_t size);

/* The same with anything in it, for what is written over at once: of much memory, zeroing is most of the price. */
void *arena_space(struct arena *, size_t size);

struct span arena_copy(struct arena *, struct span);

/* NUL-terminated copies. */
char *arena_text(struct arena *, struct span);
char *arena_print(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprint(struct arena *, const char *format, va_list) __attribute__((format(printf, 2, 0)));
