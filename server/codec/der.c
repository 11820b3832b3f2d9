/* codec/der.c - walking through DER of others. */
#include "codec/der.h"

#include "base/calendar.h"

#define LENGTH_BYTES 4 /* as long as anything we read */
#define TAG_LONG 0x1fu /* a tag of several bytes begins so */
#define TAG_BYTES 4    /* of such a one, behind the first */

/* How many bytes a tag of so many and its length take, how many follow; 0: this is no element. */
static size_t
header_size(struct span s, size_t tag, size_t *length)
{
	size_t bytes, header = tag + 1;

	if (s.size < header)
		return 0;
	*length = s.data[tag];
	if (*length >= 0x80) {
		bytes = *length & 0x7f;
		/* Neither the indefinite length nor leading zeros. */
		if (bytes == 0 || bytes > LENGTH_BYTES || s.size < header + bytes || s.data[header] == 0)
			return 0;
		for (*length = 0; bytes > 0; bytes--, header++)
			*length = *length << 8 | s.data[header];
		if (*length < 0x80)
			return 0;
	}
	return *length <= s.size - header ? header : 0;
}

/* Moves behind the element. */
static void
take_element(struct span *rest, size_t header, size_t length, struct span *contents)
{
	*contents = span_of(rest->data + header, length);
	*rest = span_of(rest->data + header + length, rest->size - header - length);
}

bool
der_enter(struct span *rest, uint8_t tag, struct span *contents)
{
	size_t length, header = header_size(*rest, 1, &length);

	if (header == 0 || rest->data[0] != tag || (tag & TAG_LONG) == TAG_LONG)
		return false;
	take_element(rest, header, length, contents);
	return true;
}

bool
der_numbered(struct span *rest, uint32_t *number, struct span *contents)
{
	size_t tag = 1, length, header;

	if (rest->size == 0 || (rest->data[0] & ~TAG_LONG) != DER_CONTEXT_0)
		return false;
	*number = rest->data[0] & TAG_LONG;
	if (*number == TAG_LONG) {
		/* Seven bits a byte, no leading zeros, and only what has no shorter form (X.690 s8.1.2.4). */
		for (*number = 0; tag < rest->size && tag <= TAG_BYTES; tag++) {
			*number = *number << 7 | (rest->data[tag] & 0x7f);
			if (!(rest->data[tag] & 0x80))
				break;
		}
		if (tag >= rest->size || tag > TAG_BYTES || rest->data[1] == 0x80 || *number < TAG_LONG)
			return false;
		tag++;
	}
	header = header_size(*rest, tag, &length);
	if (header == 0)
		return false;
	take_element(rest, header, length, contents);
	return true;
}

bool
der_whole(struct span *rest, uint8_t tag, struct span *element)
{
	struct span start = *rest, contents;

	if (!der_enter(rest, tag, &contents))
		return false;
	*element = span_first(start, start.size - rest->size);
	return true;
}

bool
der_any(struct span *rest, uint8_t *tag, struct span *contents)
{
	*tag = der_peek(*rest);
	return der_enter(rest, *tag, contents);
}

uint8_t
der_peek(struct span rest)
{
	return rest.size ? rest.data[0] : 0;
}

bool
der_boolean(struct span *rest, uint8_t tag, bool *out)
{
	struct span s = *rest, value;

	if (!der_enter(&s, tag, &value) || value.size != 1 || (value.data[0] != 0 && value.data[0] != 0xff))
		return false;
	*out = value.data[0] != 0;
	*rest = s;
	return true;
}

bool
der_flag(struct span *rest, uint8_t tag, bool *out)
{
	struct span s = *rest;
	bool there = der_peek(s) == tag, value = there;

	*out = false;
	if (there && (!der_boolean(&s, tag, &value) || !value))
		return false;
	*out = value;
	*rest = s;
	return true;
}

bool
der_integer(struct span *rest, uint8_t tag, struct span *contents)
{
	struct span s = *rest, value;

	if (!der_enter(&s, tag, &value) || value.size == 0)
		return false;
	/* The first nine bits are neither all zero nor all one. */
	if (value.size > 1 && ((value.data[0] == 0 && value.data[1] < 0x80) ||
	    (value.data[0] == 0xff && value.data[1] >= 0x80)))
		return false;
	*contents = value;
	*rest = s;
	return true;
}

bool
der_positive(struct span integer)
{
	return integer.size && integer.data[0] < 0x80 && (integer.size > 1 || integer.data[0] != 0);
}

struct span
der_magnitude(struct span integer)
{
	return integer.size > 1 && integer.data[0] == 0 ? span_skip(integer, 1) : integer;
}

bool
der_number(struct span *rest, uint8_t tag, uint64_t largest, uint64_t *out)
{
	struct span s = *rest, value;
	uint64_t number = 0;

	if (!der_integer(&s, tag, &value) || value.data[0] >= 0x80)
		return false;
	value = der_magnitude(value);
	if (value.size > sizeof(number))
		return false;
	for (size_t i = 0; i < value.size; i++)
		number = number << 8 | value.data[i];
	if (number > largest)
		return false;
	*out = number;
	*rest = s;
	return true;
}

bool
der_bits(struct span *rest, uint8_t tag, struct span *bytes)
{
	struct span s = *rest, value;

	if (!der_enter(&s, tag, &value) || value.size == 0 || value.data[0] != 0)
		return false;
	*bytes = span_of(value.data + 1, value.size - 1);
	*rest = s;
	return true;
}

bool
der_named_bits(struct span *rest, uint8_t tag, uint32_t *out)
{
	struct span s = *rest, value;
	uint32_t bits = 0;
	unsigned unused;

	if (!der_enter(&s, tag, &value) || value.size == 0 || value.size > 1 + sizeof(bits))
		return false;
	unused = value.data[0];
	/* The last bit that counts is a one, or there is none. */
	if (unused > 7 || (value.size == 1 && unused) ||
	    (value.size > 1 && (value.data[value.size - 1] & ((2u << unused) - 1)) != 1u << unused))
		return false;
	for (unsigned i = 0; i < 8 * (value.size - 1); i++)
		if (value.data[1 + i / 8] & 0x80 >> i % 8)
			bits |= (uint32_t)1 << i;
	*out = bits;
	*rest = s;
	return true;
}

bool
der_null(struct span *rest)
{
	struct span s = *rest, value;

	if (!der_enter(&s, DER_NULL, &value) || value.size)
		return false;
	*rest = s;
	return true;
}

bool
der_oid(struct span *rest, uint8_t tag, struct span *contents)
{
	struct span s = *rest, value;
	bool begins = true;

	if (!der_enter(&s, tag, &value) || value.size == 0)
		return false;
	for (size_t i = 0; i < value.size; i++) {
		if (begins && value.data[i] == 0x80)
			return false;
		begins = value.data[i] < 0x80;
	}
	if (!begins)
		return false;
	*contents = value;
	*rest = s;
	return true;
}

/* "MMDDHHMMSSZ" of that year. */
static bool
time_in_year(unsigned year, const uint8_t *text, struct instant *out)
{
	unsigned part[5]; /* month, day, hour, minute, second */

	for (size_t i = 0; i < COUNT(part); i++) {
		unsigned tens = text[2 * i] - (unsigned)'0', ones = text[2 * i + 1] - (unsigned)'0';

		if (tens > 9 || ones > 9)
			return false;
		part[i] = 10 * tens + ones;
	}
	if (text[10] != 'Z' || part[0] < 1 || part[0] > 12 || part[1] < 1 || part[1] > month_length(year, part[0]) ||
	    part[2] > 23 || part[3] > 59 || part[4] > 59)
		return false;
	out->us = SECONDS(day_number(year, part[0], part[1]) * 86400 + part[2] * 3600 + part[3] * 60 + part[4]);
	return true;
}

static bool
utc_time(struct span *rest, struct instant *out)
{
	struct span s = *rest, value;
	uint64_t year;

	if (!der_enter(&s, DER_UTC_TIME, &value) || value.size != strlen("YYMMDDHHMMSSZ") ||
	    !span_number(span_first(value, 2), &year))
		return false;
	if (!time_in_year((unsigned)year + (year < 50 ? 2000 : 1900), value.data + 2, out))
		return false;
	*rest = s;
	return true;
}

bool
der_generalized_time(struct span *rest, uint8_t tag, struct instant *out)
{
	struct span s = *rest, value;
	uint64_t year;

	if (!der_enter(&s, tag, &value) || value.size != strlen("YYYYMMDDHHMMSSZ") ||
	    !span_number(span_first(value, 4), &year) || !time_in_year((unsigned)year, value.data + 4, out))
		return false;
	*rest = s;
	return true;
}

bool
der_time(struct span *rest, struct instant *out)
{
	return der_peek(*rest) == DER_UTC_TIME ? utc_time(rest, out) :
	    der_generalized_time(rest, DER_GENERALIZED_TIME, out);
}

bool
der_sorted(struct span set)
{
	struct span before = { 0 }, element;

	while (set.size) {
		if (!der_whole(&set, set.data[0], &element) ||
		    (before.size && span_compare(before, element) >= 0))
			return false;
		before = element;
	}
	return true;
}

bool
der_ascii(struct span contents)
{
	for (size_t i = 0; i < contents.size; i++)
		if (contents.data[i] >= 0x80)
			return false;
	return true;
}
