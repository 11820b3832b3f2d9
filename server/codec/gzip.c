/* codec/gzip.c - the gzip twin of a body. */
#include "codec/gzip.h"

#include <libdeflate.h>
#include <stdlib.h>

struct span
gzip_twin(struct arena *arena, struct span plain, int level)
{
	struct libdeflate_compressor *c = libdeflate_alloc_compressor(level);
	uint8_t *out = arena_take(arena, plain.size);
	size_t size;

	if (!c)
		abort();
	size = libdeflate_gzip_compress(c, plain.data, plain.size, out, plain.size);
	libdeflate_free_compressor(c);
	return size && size < plain.size ? span_of(out, size) : (struct span){ 0 };
}
