/* ledger/tile.c - tiles: their names, and roots and proofs read off them.
 *
 * Whatever is asked for is a list of subtrees, each either whole (of 2^height leaves) or what is left at the tree's
 * right edge. A whole one lies in one tile, 2^(height mod 8) hashes of it; the edge is put together of whole ones.
 *
 *     level 1        #0                    #1                  each the root of a tile of level 0
 *     level 0   0 1 2 … 255          256 … 511       512 513
 *                    '- height 3: 8 hashes            '-- the edge
 */
#include "ledger/tile.h"

#include <assert.h>
#include <stdio.h>

#define CLAUSE "C2SP tlog-tiles"
#define TILE_BITS 8                 /* the height of a tile: TILE_WIDTH is 2^8 */
#define LEVELS_NAMED 64             /* a name may say 0 to 63, whatever a log has */

/* Names */

/* Decimal without zeros before it, below `end`. */
static bool
small_read(struct span text, uint64_t end, uint64_t *out)
{
	return span_number(text, out) && (text.size == 1 || text.data[0] != '0') && *out < end;
}

static bool
group_read(struct span text, uint64_t *number)
{
	uint64_t group;

	if (text.size != 3 || !span_number(text, &group) || *number > (UINT64_MAX - group) / 1000)
		return false;
	*number = *number * 1000 + group;
	return true;
}

/* "x001/x234/067": groups of three digits, an x before all but the last, no more of them than it takes. */
static bool
number_read(struct span *rest, uint64_t *number)
{
	struct span group = span_cut(rest, '/');

	*number = 0;
	if (span_is(group, "x000"))
		return false;
	for (; group.size == 4 && group.data[0] == 'x'; group = span_cut(rest, '/'))
		if (!group_read(span_skip(group, 1), number))
			return false;
	/* Of a partial tile the last group's element ends in ".p", and its width follows. */
	if (group.size == 5 && memcmp(group.data + 3, ".p", 2) == 0 && rest->size > 0)
		return group_read(span_first(group, 3), number);
	return rest->size == 0 && group_read(group, number);
}

bool
tile_name_read(struct span text, struct tile_name *out)
{
	struct span rest = text, level;
	uint64_t value = 0;

	*out = (struct tile_name){ 0 };
	/* A slash at the end would be lost by cutting there. */
	if (text.size == 0 || text.data[text.size - 1] == '/')
		return false;
	level = span_cut(&rest, '/');
	out->entries = span_is(level, "entries");
	if (!out->entries && !small_read(level, LEVELS_NAMED, &value))
		return false;
	out->level = (unsigned)value;
	if (!number_read(&rest, &out->number))
		return false;
	value = TILE_WIDTH;
	if (rest.size > 0 && (!small_read(rest, TILE_WIDTH, &value) || value == 0))
		return false;
	out->width = (unsigned)value;
	return true;
}

const char *
tile_name_write(struct arena *arena, const struct tile_name *name)
{
	const char *number = arena_print(arena, "%03u", (unsigned)(name->number % 1000));
	const char *level = name->entries ? "entries" : arena_print(arena, "%u", name->level);

	for (uint64_t n = name->number / 1000; n > 0; n /= 1000)
		number = arena_print(arena, "x%03u/%s", (unsigned)(n % 1000), number);
	if (name->width < TILE_WIDTH)
		return arena_print(arena, "%s/%s.p/%u", level, number, name->width);
	return arena_print(arena, "%s/%s", level, number);
}

/* Hashes of a level, in a tree of `size`. */
static uint64_t
level_size(unsigned level, uint64_t size)
{
	return size >> (TILE_BITS * level);
}

unsigned
tile_width(unsigned level, uint64_t number, uint64_t size)
{
	uint64_t hashes = level < TILE_LEVELS ? level_size(level, size) : 0;

	if (number < hashes / TILE_WIDTH)
		return TILE_WIDTH;
	return number == hashes / TILE_WIDTH ? (unsigned)(hashes % TILE_WIDTH) : 0;
}

bool
tile_exists(const struct tile_name *name, uint64_t size)
{
	return name->width > 0 && name->width <= tile_width(name->level, name->number, size);
}

/* Subtrees */

struct subtree {
	unsigned height;
	uint64_t index;  /* in subtrees of this height */
	bool edge;       /* all behind the last whole subtree of this height; index says nothing */
};

struct subtrees {
	struct subtree items[MERKLE_PATH + 1];
	size_t count;
};

static void
subtree_add(struct subtrees *list, struct subtree s)
{
	assert(list->count < COUNT(list->items));
	list->items[list->count++] = s;
}

/* The brothers on the way up from a subtree to the root of a tree of `size`: what an inclusion proof is. */
static void
path_list(struct subtrees *list, unsigned height, uint64_t index, uint64_t size)
{
	uint64_t last = (size - 1) >> height; /* the last subtree of this height, whole or not */

	for (; last > 0; height++, index >>= 1, last >>= 1) {
		/* Without a brother it is its own father. */
		if (index == last && !(index & 1))
			continue;
		if (index + 1 == last && !(index & 1) && (size >> height) == last)
			subtree_add(list, (struct subtree){ .height = height, .edge = true });
		else
			subtree_add(list, (struct subtree){ .height = height, .index = index ^ 1 });
	}
}

/* RFC 9162 s2.1.4.1, from the leaf's side: the largest whole subtree that ends where the old tree ends, unless that is
 * all of it, then the way up from there. */
static void
consistency_list(struct subtrees *list, uint64_t before, uint64_t after)
{
	unsigned height = 0;
	uint64_t index = before - 1;

	if (before == after)
		return;
	for (; index & 1; index >>= 1)
		height++;
	if (index > 0)
		subtree_add(list, (struct subtree){ .height = height, .index = index });
	path_list(list, height, index, after);
}

/* The whole subtrees that make up the edge below `height`, from the right; a root is the edge of all. */
static void
edge_list(struct subtrees *list, unsigned height, uint64_t size)
{
	for (unsigned h = 0; h < height && (size >> h) > 0; h++)
		if ((size >> h) & 1)
			subtree_add(list, (struct subtree){ .height = h, .index = (size >> h) - 1 });
}

/* Which tiles */

static void
tile_add(struct tile_set *set, unsigned level, uint64_t number, uint64_t size)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].level == level && set->items[i].number == number)
			return;
	assert(set->count < COUNT(set->items));
	set->items[set->count++] = (struct tile){ .level = level, .number = number,
		.count = tile_width(level, number, size) };
}

/* Where a whole subtree begins in its level. */
static uint64_t
first_hash(const struct subtree *s)
{
	return s->index << (s->height % TILE_BITS);
}

static void
whole_add(struct tile_set *set, const struct subtree *s, uint64_t size)
{
	tile_add(set, s->height / TILE_BITS, first_hash(s) / TILE_WIDTH, size);
}

static void
edge_add(struct tile_set *set, unsigned height, uint64_t size)
{
	struct subtrees list = { .count = 0 };

	edge_list(&list, height, size);
	for (size_t i = 0; i < list.count; i++)
		whole_add(set, &list.items[i], size);
}

static void
tiles_add(struct tile_set *set, const struct subtrees *list, uint64_t size)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].edge)
			edge_add(set, list->items[i].height, size);
		else
			whole_add(set, &list->items[i], size);
}

void
tiles_for_root(uint64_t size, struct tile_set *set)
{
	*set = (struct tile_set){ 0 };
	edge_add(set, MERKLE_PATH, size);
}

void
tiles_for_inclusion(uint64_t index, uint64_t size, struct tile_set *set)
{
	struct subtrees list = { .count = 0 };

	assert(index < size);
	*set = (struct tile_set){ 0 };
	path_list(&list, 0, index, size);
	tiles_add(set, &list, size);
}

void
tiles_for_consistency(uint64_t before, uint64_t after, struct tile_set *set)
{
	struct subtrees list = { .count = 0 };

	assert(before > 0 && before <= after);
	*set = (struct tile_set){ 0 };
	consistency_list(&list, before, after);
	tiles_add(set, &list, after);
}

/* What they say */

static enum err
whole_read(const struct tile_set *set, const struct subtree *s, struct hash *out, struct problem *why)
{
	size_t width = (size_t)1 << (s->height % TILE_BITS), at = (size_t)(first_hash(s) % TILE_WIDTH);
	uint64_t number = first_hash(s) / TILE_WIDTH;
	unsigned level = s->height / TILE_BITS;
	const struct tile *tile = NULL;
	struct hash row[TILE_WIDTH / 2];

	for (size_t i = 0; i < set->count; i++)
		if (set->items[i].level == level && set->items[i].number == number && set->items[i].hashes)
			tile = &set->items[i];
	if (!tile || tile->count < at + width)
		return problem_set(why, ERR_INVALID, CLAUSE,
		    "tile %llu of level %u: expected at least %zu hashes, found %zu", (unsigned long long)number, level,
		    at + width, tile ? tile->count : 0);
	memcpy(row, tile->hashes + at * HASH_SIZE, width * HASH_SIZE);
	for (; width > 1; width /= 2)
		for (size_t i = 0; i < width / 2; i++)
			row[i] = merkle_node(&row[2 * i], &row[2 * i + 1]);
	*out = row[0];
	return OK;
}

static enum err
edge_read(const struct tile_set *set, unsigned height, uint64_t size, struct hash *out, struct problem *why)
{
	struct subtrees list = { .count = 0 };
	struct hash left;

	edge_list(&list, height, size);
	if (list.count == 0) {
		*out = merkle_empty();
		return OK;
	}
	if (whole_read(set, &list.items[0], out, why) != OK)
		return ERR_INVALID;
	for (size_t i = 1; i < list.count; i++) {
		if (whole_read(set, &list.items[i], &left, why) != OK)
			return ERR_INVALID;
		*out = merkle_node(&left, out);
	}
	return OK;
}

static enum err
proof_read(const struct tile_set *set, const struct subtrees *list, uint64_t size, struct merkle_proof *out,
    struct problem *why)
{
	struct merkle_proof proof = { .count = list->count };
	enum err err = OK;

	*out = (struct merkle_proof){ .count = 0 };
	assert(list->count <= MERKLE_PATH);
	for (size_t i = 0; err == OK && i < list->count; i++) {
		const struct subtree *s = &list->items[i];

		err = s->edge ? edge_read(set, s->height, size, &proof.path[i], why) :
		    whole_read(set, s, &proof.path[i], why);
	}
	if (err == OK)
		*out = proof;
	return err;
}

enum err
tiles_root(const struct tile_set *set, uint64_t size, struct hash *out, struct problem *why)
{
	return edge_read(set, MERKLE_PATH, size, out, why);
}

enum err
tiles_inclusion(const struct tile_set *set, uint64_t index, uint64_t size, struct merkle_proof *out,
    struct problem *why)
{
	struct subtrees list = { .count = 0 };

	assert(index < size);
	path_list(&list, 0, index, size);
	return proof_read(set, &list, size, out, why);
}

enum err
tiles_consistency(const struct tile_set *set, uint64_t before, uint64_t after, struct merkle_proof *out,
    struct problem *why)
{
	struct subtrees list = { .count = 0 };

	assert(before > 0 && before <= after);
	consistency_list(&list, before, after);
	return proof_read(set, &list, after, out, why);
}
