/* tools/common/received.c - what libcurl receives. */
#include "common/received.h"

#include "base/buffer.h"

size_t
on_received(char *data, size_t size, size_t count, void *buffer)
{
	struct buffer *b = buffer;

	buffer_add(b, span_of(data, size * count));
	return b->overflowed ? 0 : size * count;
}
