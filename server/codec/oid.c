/* codec/oid.c - object identifiers. */
#include "codec/oid.h"

#include <inttypes.h>
#include <stdio.h>

#include "codec/text.h"

#define NUMBER_LARGEST (UINT64_MAX >> 1)

/* One number in groups of seven bits, the most significant first. */
static size_t
put_number(uint64_t number, uint8_t *out, size_t room)
{
	size_t size = 1;

	for (uint64_t left = number >> 7; left; left >>= 7)
		size++;
	if (size > room)
		return 0;
	for (size_t i = size; i-- > 0; number >>= 7)
		out[i] = (uint8_t)((number & 0x7f) | (i + 1 < size ? 0x80 : 0));
	return size;
}

static bool
take_number(struct span *text, uint64_t *out)
{
	bool last = !memchr(text->data ? (const char *)text->data : "", '.', text->size);
	struct span digits = span_cut(text, '.');

	if (!span_number(digits, out) || (digits.size > 1 && digits.data[0] == '0') || *out > NUMBER_LARGEST)
		return false;
	/* A dot at the end is followed by no number. */
	return last || text->size;
}

size_t
oid_read(struct span text, uint8_t out[OID_LARGEST])
{
	uint64_t first, number;
	size_t size, more;

	if (!take_number(&text, &first) || first > 2 || text.size == 0 || !take_number(&text, &number) ||
	    (first < 2 && number > 39) || number > NUMBER_LARGEST - 80)
		return 0;
	size = put_number(40 * first + number, out, OID_LARGEST);
	while (text.size) {
		if (!take_number(&text, &number))
			return 0;
		more = put_number(number, out + size, OID_LARGEST - size);
		if (more == 0)
			return 0;
		size += more;
	}
	return size;
}

const char *
oid_text(struct arena *a, struct span oid)
{
	size_t room = 4 * oid.size + 8, used = 0;
	char *text = arena_take(a, room);
	uint64_t number = 0;

	for (size_t i = 0; i < oid.size; i++) {
		if (number > NUMBER_LARGEST >> 7)
			return arena_print(a, "#%s", hex_write(a, oid));
		number = number << 7 | (oid.data[i] & 0x7f);
		if (oid.data[i] & 0x80)
			continue;
		if (used == 0) {
			uint64_t first = number < 80 ? number / 40 : 2;

			used += (size_t)snprintf(text, room, "%" PRIu64, first);
			number -= 40 * first;
		}
		used += (size_t)snprintf(text + used, room - used, ".%" PRIu64, number);
		number = 0;
	}
	return text;
}
