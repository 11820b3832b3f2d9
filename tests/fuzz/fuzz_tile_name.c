/* tests/fuzz/fuzz_tile_name.c - a tile's name read is written as the same text, and a log has the tile once it has
 * grown to its end, never before. */
#include <assert.h>

#include "ledger/tile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(8 * size + 64 * KIB);
	struct tile_name name;
	unsigned __int128 needed;

	if (tile_name_read(span_of(data, size), &name)) {
		assert(name.width >= 1 && name.width <= TILE_WIDTH && name.level < 64);
		assert(span_equal(span_text(tile_name_write(&a, &name)), span_of(data, size)));
		assert(name.level < TILE_LEVELS || !tile_exists(&name, UINT64_MAX));
		if (name.level < TILE_LEVELS) {
			needed = ((unsigned __int128)name.number * TILE_WIDTH + name.width) << (8 * name.level);
			/* What is beyond 2^64 may have lost its upper bits: then the number alone says it. */
			if (name.number > UINT64_MAX >> (8 * name.level) || needed > UINT64_MAX)
				assert(!tile_exists(&name, UINT64_MAX));
			else
				assert(
				    tile_exists(&name, (uint64_t)needed) && !tile_exists(&name, (uint64_t)needed - 1));
		}
	}
	arena_release(&a);
	return 0;
}
