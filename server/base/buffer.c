/* base/buffer.c - growing bytes. */
#include "base/buffer.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

struct buffer
buffer_init(size_t limit)
{
	return (struct buffer){ .limit = limit };
}

void
buffer_release(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){ .limit = b->limit };
}

void
buffer_clear(struct buffer *b)
{
	b->start = b->end = 0;
	b->overflowed = false;
}

uint8_t *
buffer_reserve(struct buffer *b, size_t size)
{
	size_t used = b->end - b->start, room;
	uint8_t *data;

	if (size > b->limit - (used < b->limit ? used : b->limit)) {
		b->overflowed = true;
		return NULL;
	}
	if (b->data && b->room - b->end >= size)
		return b->data + b->end;
	if (b->start && b->room - used >= size && b->start >= used) {
		memmove(b->data, b->data + b->start, used);
		b->start = 0;
		b->end = used;
		return b->data + b->end;
	}
	room = b->room ? b->room * 2 : 512;
	while (room < used + size)
		room *= 2;
	data = malloc(room);
	if (!data)
		abort();
	if (used)
		memcpy(data, b->data + b->start, used);
	free(b->data);
	b->data = data;
	b->start = 0;
	b->end = used;
	b->room = room;
	return b->data + b->end;
}

void
buffer_filled(struct buffer *b, size_t size)
{
	assert(size <= b->room - b->end);
	b->end += size;
}

void
buffer_add_slowly(struct buffer *b, struct span s)
{
	uint8_t *to;

	if (s.size == 0 || b->overflowed)
		return;
	to = buffer_reserve(b, s.size);
	if (!to)
		return;
	memcpy(to, s.data, s.size);
	b->end += s.size;
}

void
buffer_print(struct buffer *b, const char *format, ...)
{
	size_t room = b->room - b->end;
	va_list args;
	int size;
	uint8_t *to;

	/* Where it goes, if it fits: then it is printed once. */
	va_start(args, format);
	size = vsnprintf(room ? (char *)b->data + b->end : NULL, room, format, args);
	va_end(args);
	assert(size >= 0);
	/* vsnprintf writes a NUL behind what we keep: the room for it is there, the limit does not count it. */
	b->limit++;
	to = b->overflowed ? NULL : buffer_reserve(b, (size_t)size + 1);
	b->limit--;
	if (!to)
		return;
	if ((size_t)size >= room) {
		va_start(args, format);
		vsnprintf((char *)to, (size_t)size + 1, format, args);
		va_end(args);
	}
	b->end += (size_t)size;
}

void
buffer_number(struct buffer *b, uint64_t value)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (uint8_t)('0' + value % 10);
		value /= 10;
	} while (value);
	buffer_add(b, span_of(digits + at, sizeof(digits) - at));
}

static void
add_integer(struct buffer *b, uint64_t value, size_t size)
{
	uint8_t bytes[8];

	for (size_t i = size; i-- > 0; value >>= 8)
		bytes[i] = (uint8_t)value;
	buffer_add(b, span_of(bytes, size));
}

void
buffer_u8(struct buffer *b, uint8_t value)
{
	add_integer(b, value, 1);
}

void
buffer_u16(struct buffer *b, uint16_t value)
{
	add_integer(b, value, 2);
}

void
buffer_u32(struct buffer *b, uint32_t value)
{
	add_integer(b, value, 4);
}

void
buffer_u64(struct buffer *b, uint64_t value)
{
	add_integer(b, value, 8);
}

void
buffer_id(struct buffer *b, const struct id *id)
{
	buffer_add(b, id_span(id));
}

void
buffer_instant(struct buffer *b, struct instant t)
{
	buffer_u64(b, (uint64_t)t.us);
}

void
buffer_block(struct buffer *b, struct span s)
{
	assert(s.size <= UINT32_MAX);
	buffer_u32(b, (uint32_t)s.size);
	buffer_add(b, s);
}

void
buffer_drain(struct buffer *b, size_t size)
{
	assert(size <= b->end - b->start);
	b->start += size;
	if (b->start == b->end)
		b->start = b->end = 0;
}
