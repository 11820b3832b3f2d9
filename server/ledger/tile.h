/* ledger/tile.h - the tree cut into tiles of 256 hashes (C2SP tlog-tiles), and what is read off them: root and proofs.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "crypto/merkle.h"

#define TILE_WIDTH 256
#define TILE_LEVELS 8

struct tile_name {
	bool entries;            /* "tile/entries/…": the leaves' entries themselves */
	unsigned level;
	uint64_t number;
	unsigned width;          /* hashes; TILE_WIDTH: full, and no ".p/" in the name */
};
/* "0/x001/x234/067.p/12", "entries/000": what stands behind "/tile/". False: no name of a tile. */
bool tile_name_read(struct span, struct tile_name *out);
const char *tile_name_write(struct arena *, const struct tile_name *);
/* Hashes that a log of this size has in a tile; 0: it has no such tile. */
unsigned tile_width(unsigned level, uint64_t number, uint64_t size);
/* Whether a log of this size has all its hashes: a tile that has grown since still begins with those of
 * the narrower. */
bool tile_exists(const struct tile_name *, uint64_t size);

/* The tiles that are needed, full or of the right edge, for roots and proofs in a log of `size` leaves; the caller
 * brings their hashes. */
struct tile {
	unsigned level;
	uint64_t number;
	const uint8_t *hashes;   /* of what is there, 32 bytes each; NULL: not loaded yet */
	size_t count;            /* as many as a log of that size has; of a loaded tile, as many as it brought */
};
#define TILES_LARGEST (4 * TILE_LEVELS)
struct tile_set {
	struct tile items[TILES_LARGEST];
	size_t count;
};
/* At most two a level: on the way, and at the right edge. `index` below `size`; `before` from 1 to `after`. */
void tiles_for_root(uint64_t size, struct tile_set *);
void tiles_for_inclusion(uint64_t index, uint64_t size, struct tile_set *);
void tiles_for_consistency(uint64_t before, uint64_t after, struct tile_set *);

/* ERR_INVALID: a tile is missing or too short. */
enum err tiles_root(const struct tile_set *, uint64_t size, struct hash *out, struct problem *why);
enum err tiles_inclusion(const struct tile_set *, uint64_t index, uint64_t size, struct merkle_proof *,
    struct problem *why);
enum err tiles_consistency(const struct tile_set *, uint64_t before, uint64_t after, struct merkle_proof *,
    struct problem *why);
