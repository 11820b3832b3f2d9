/* base/arena.c - memory of one step, in blocks that double. */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_BLOCK (4 * KIB - sizeof(struct arena_block))
#define LARGEST_BLOCK (1 * MIB)
#define KEPT_BLOCK (32 * KIB)
#define PRINTED_AT_ONCE 512 /* what is longer is printed twice, first for its size */

struct arena_block {
	struct arena_block *before;
	size_t size, used;
	alignas(max_align_t) uint8_t bytes[];
};

struct arena
arena_init(size_t limit)
{
	return (struct arena){ .limit = limit };
}

static void
free_block(struct arena_block **at)
{
	struct arena_block *block = *at;

	*at = block->before;
	free(block);
}

void
arena_release(struct arena *a)
{
	while (a->block)
		free_block(&a->block);
	a->used = 0;
}

void
arena_reset(struct arena *a)
{
	while (a->block && a->block->size > KEPT_BLOCK && a->block->before)
		free_block(&a->block);
	while (a->block && a->block->before)
		free_block(&a->block->before);
	if (a->block)
		a->block->used = 0;
	a->used = 0;
}

static struct arena_block *
grow(struct arena *a, size_t size)
{
	size_t next = a->block ? a->block->size * 2 : FIRST_BLOCK;
	struct arena_block *block;

	if (next > LARGEST_BLOCK)
		next = LARGEST_BLOCK;
	if (next < size)
		next = size;
	block = malloc(sizeof(*block) + next);
	if (!block)
		abort();
	block->before = a->block;
	block->size = next;
	block->used = 0;
	a->block = block;
	return block;
}

void *
arena_space(struct arena *a, size_t size)
{
	size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct arena_block *block = a->block;
	void *taken;

	if (rounded < size || rounded > a->limit - a->used) {
		fprintf(stderr, "arena: %zu bytes more than its limit of %zu\n", size, a->limit);
		abort();
	}
	if (!block || block->size - block->used < rounded)
		block = grow(a, rounded);
	taken = block->bytes + block->used;
	block->used += rounded;
	a->used += rounded;
	return taken;
}

void *
arena_take(struct arena *a, size_t size)
{
	return memset(arena_space(a, size), 0, size);
}

void *
arena_take_array(struct arena *a, size_t count, size_t size)
{
	assert(size == 0 || count <= SIZE_MAX / size);
	return arena_take(a, count * size);
}

struct span
arena_copy(struct arena *a, struct span s)
{
	uint8_t *copy = arena_space(a, s.size);

	if (s.size)
		memcpy(copy, s.data, s.size);
	return span_of(copy, s.size);
}

char *
arena_text(struct arena *a, struct span s)
{
	char *copy = arena_space(a, s.size + 1);

	if (s.size)
		memcpy(copy, s.data, s.size);
	copy[s.size] = '\0';
	return copy;
}

char *
arena_vprint(struct arena *a, const char *format, va_list args)
{
	char room[PRINTED_AT_ONCE], *text;
	va_list again;
	int size;

	va_copy(again, args);
	size = vsnprintf(room, sizeof(room), format, again);
	va_end(again);
	assert(size >= 0);
	text = arena_space(a, (size_t)size + 1);
	if ((size_t)size < sizeof(room))
		memcpy(text, room, (size_t)size + 1);
	else
		vsnprintf(text, (size_t)size + 1, format, args);
	return text;
}

char *
arena_print(struct arena *a, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprint(a, format, args);
	va_end(args);
	return text;
}
