/* ledger/tiling.c - leaves becoming tiles: the right edge of the tree, grown hash by hash. */
#include "ledger/tiling.h"

#include <assert.h>

#define TILE_BITS 8 /* TILE_WIDTH is 2^8 */

struct tiling *
tiling_new(struct arena *a, uint64_t size)
{
	struct tiling *t = arena_new(a, struct tiling);

	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		uint64_t hashes = size >> (TILE_BITS * level);

		t->edges[level].number = hashes / TILE_WIDTH;
		t->edges[level].count = hashes % TILE_WIDTH;
	}
	return t;
}

size_t
tiling_width(const struct tiling *t, unsigned level, uint64_t *number)
{
	*number = t->edges[level].number;
	return t->edges[level].count;
}

bool
tiling_edge(struct tiling *t, unsigned level, struct span hashes)
{
	struct edge *e = &t->edges[level];
	size_t size = e->count * HASH_SIZE;

	if (hashes.size < size)
		return false;
	if (size)
		memcpy(e->hashes, hashes.data, size);
	return true;
}

/* A full tile is a whole subtree: pairs are hashed until one is left. */
static struct hash
root_of(const struct edge *e)
{
	struct hash nodes[TILE_WIDTH];

	memcpy(nodes, e->hashes, sizeof(nodes));
	for (size_t count = TILE_WIDTH; count > 1; count /= 2)
		for (size_t i = 0; i < count / 2; i++)
			nodes[i] = merkle_node(&nodes[2 * i], &nodes[2 * i + 1]);
	return nodes[0];
}

static void
hand_out(struct edge *e, unsigned level, on_tile *out, void *arg)
{
	out(arg, level, e->number, span_of(e->hashes, e->count * HASH_SIZE));
	e->changed = false;
}

void
tiling_add(struct tiling *t, const struct hash *leaf, on_tile *out, void *arg)
{
	struct hash hash = *leaf;

	for (unsigned level = 0;; level++) {
		struct edge *e = &t->edges[level];

		assert(level < TILE_LEVELS); /* or there are 2^64 leaves */
		memcpy(e->hashes + e->count++ * HASH_SIZE, hash.bytes, HASH_SIZE);
		e->changed = true;
		if (e->count < TILE_WIDTH)
			return;
		hash = root_of(e);
		hand_out(e, level, out, arg);
		e->number++;
		e->count = 0;
	}
}

void
tiling_end(struct tiling *t, on_tile *out, void *arg)
{
	for (unsigned level = 0; level < TILE_LEVELS; level++)
		if (t->edges[level].changed)
			hand_out(&t->edges[level], level, out, arg);
}
