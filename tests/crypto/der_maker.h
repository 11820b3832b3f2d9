/* tests/crypto/der_maker.h - writing DER for tests, right and wrong, in an arena. */
#pragma once

#include <assert.h>

#include "codec/der.h"
#include "codec/oid.h"
#include "codec/text.h"

static inline struct span
join(struct arena *a, const struct span *parts, size_t count)
{
	size_t size = 0;
	uint8_t *to;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	to = arena_take(a, size);
	size = 0;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].size)
			memcpy(to + size, parts[i].data, parts[i].size);
		size += parts[i].size;
	}
	return span_of(to, size);
}
#define JOIN(a, ...) \
	join((a), (const struct span[]){ __VA_ARGS__ }, COUNT(((const struct span[]){ __VA_ARGS__ })))

/* An element around these contents. */
static inline struct span
wrap(struct arena *a, uint8_t tag, struct span contents)
{
	uint8_t header[6] = { tag };
	size_t size = 2, bytes = contents.size < 0x80 ? 0 : contents.size < 0x100 ? 1 : contents.size < 0x10000 ? 2 : 3;

	header[1] = (uint8_t)(bytes ? 0x80 | bytes : contents.size);
	for (size_t i = bytes; i-- > 0; )
		header[size++] = (uint8_t)(contents.size >> 8 * i);
	return JOIN(a, span_of(header, size), contents);
}
#define WRAP(a, tag, ...) wrap((a), (tag), JOIN((a), __VA_ARGS__))

/* "30 02 05 00" */
static inline struct span
hex(struct arena *a, const char *text)
{
	char *digits = arena_take(a, strlen(text) + 1);
	uint8_t *bytes = arena_take(a, strlen(text) / 2 + 1);
	size_t count = 0;
	bool good;

	for (; *text; text++)
		if (*text != ' ')
			digits[count++] = *text;
	good = hex_read(span_of(digits, count), bytes, count / 2);
	assert(good);
	(void)good;
	return span_of(bytes, count / 2);
}

static inline struct span
oid(struct arena *a, const char *dotted)
{
	uint8_t bytes[OID_LARGEST];
	size_t size = oid_read(span_text(dotted), bytes);

	assert(size);
	return wrap(a, DER_OID, arena_copy(a, span_of(bytes, size)));
}

static inline struct span
text_of(struct arena *a, uint8_t tag, const char *text)
{
	return wrap(a, tag, span_text(text));
}

/* Of one attribute, by its type. */
static inline struct span
rdn(struct arena *a, const char *type, uint8_t tag, const char *text)
{
	return WRAP(a, DER_SET, WRAP(a, DER_SEQUENCE, oid(a, type), text_of(a, tag, text)));
}

static inline struct span
extension(struct arena *a, const char *type, bool critical, struct span value)
{
	return WRAP(a, DER_SEQUENCE, oid(a, type), critical ? hex(a, "0101ff") : (struct span){ 0 },
	    wrap(a, DER_OCTET_STRING, value));
}
