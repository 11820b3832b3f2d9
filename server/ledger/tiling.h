/* ledger/tiling.h - leaves becoming tiles: the right edge of the tree, grown hash by hash; private to this room.
 *
 *     level 2   [.]                          a full tile is handed out, its root goes one level up;
 *     level 1   [. . . . . . .]              what is left at the end is handed out as it is
 *     level 0   [. . . . . . . . . . .] <- leaf
 */
#pragma once

#include "base/arena.h"
#include "crypto/merkle.h"
#include "ledger/tile.h"

struct edge {
	uint64_t number;         /* of the tile that is being filled */
	size_t count;
	bool changed;            /* since it was handed out */
	uint8_t hashes[TILE_WIDTH * HASH_SIZE];
};
struct tiling {
	struct edge edges[TILE_LEVELS];
};

typedef void on_tile(void *arg, unsigned level, uint64_t number, struct span hashes);

/* Of a log of `size` leaves; the hashes of each edge are the caller's to bring (tiling_edge()). */
struct tiling *tiling_new(struct arena *, uint64_t size);
/* How many hashes the edge of this level has; they begin the row of tile `*number`. */
size_t tiling_width(const struct tiling *, unsigned level, uint64_t *number);
/* False: there are fewer. */
bool tiling_edge(struct tiling *, unsigned level, struct span hashes);

void tiling_add(struct tiling *, const struct hash *leaf, on_tile *, void *arg);
/* Every edge that has grown. */
void tiling_end(struct tiling *, on_tile *, void *arg);
