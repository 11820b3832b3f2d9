/* base/buffer.h - bytes that grow at the end and are taken from the front.
 *
 * A buffer has a limit. Writing past it sets `overflowed` and keeps what was there: writers write on and
 * the caller asks once, at the end (the arena's rule does not hold here, for buffers face peers).
 */
#pragma once

#include <stdarg.h>

#include "base/id.h"

struct buffer {
	uint8_t *data;
	size_t start, end, room; /* what is in it: data[start..end) */
	size_t limit;
	bool overflowed;
};

struct buffer buffer_init(size_t limit);
void buffer_release(struct buffer *);
void buffer_clear(struct buffer *);

/* Small pieces in great numbers: where there is room, adding is a copy in place. */
void buffer_add_slowly(struct buffer *, struct span);
static inline void
buffer_add(struct buffer *b, struct span s)
{
	if (b->room - b->end >= s.size && s.size > 0 && b->limit - (b->end - b->start) >= s.size &&
	    b->end - b->start <= b->limit && !b->overflowed) {
		memcpy(b->data + b->end, s.data, s.size);
		b->end += s.size;
	} else {
		buffer_add_slowly(b, s);
	}
}

static inline void
buffer_byte(struct buffer *b, uint8_t byte)
{
	buffer_add(b, span_of(&byte, 1));
}

static inline void
buffer_text(struct buffer *b, const char *text)
{
	buffer_add(b, span_text(text));
}

void buffer_print(struct buffer *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_number(struct buffer *, uint64_t);

/* Room for at least `size` more bytes at data + end, to be claimed by buffer_filled(); NULL past the limit. */
uint8_t *buffer_reserve(struct buffer *, size_t size);
void buffer_filled(struct buffer *, size_t size);

/* For our own binary records: big-endian integers. */
void buffer_u8(struct buffer *, uint8_t);
void buffer_u16(struct buffer *, uint16_t);
void buffer_u32(struct buffer *, uint32_t);
void buffer_u64(struct buffer *, uint64_t);
void buffer_id(struct buffer *, const struct id *);
void buffer_instant(struct buffer *, struct instant);
/* Its size as u32, then the bytes. */
void buffer_block(struct buffer *, struct span);

static inline struct span
buffer_span(const struct buffer *b)
{
	return (struct span){ b->data ? b->data + b->start : NULL, b->end - b->start };
}

/* Takes `size` bytes from the front. */
void buffer_drain(struct buffer *, size_t size);

