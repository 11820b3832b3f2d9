/* tools/testcard/asn.c - writing DER from the inside out. */
#include "testcard/asn.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

size_t
asn_head(uint8_t out[ASN_HEAD], uint8_t tag, size_t contents)
{
	size_t bytes = 0;

	assert(contents <= UINT32_MAX);
	out[0] = tag;
	if (contents < 0x80) {
		out[1] = (uint8_t)contents;
		return 2;
	}
	for (size_t rest = contents; rest; rest >>= 8)
		bytes++;
	out[1] = (uint8_t)(0x80 | bytes);
	for (size_t i = 0; i < bytes; i++)
		out[2 + i] = (uint8_t)(contents >> 8 * (bytes - 1 - i));
	return 2 + bytes;
}

struct span
asn_join(struct arena *a, const struct span *parts, size_t count)
{
	size_t size = 0, at = 0;
	uint8_t *out;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	out = arena_space(a, size);
	for (size_t i = 0; i < count; at += parts[i++].size)
		if (parts[i].size)
			memcpy(out + at, parts[i].data, parts[i].size);
	return span_of(out, size);
}

struct span
asn_make(struct arena *a, uint8_t tag, const struct span *parts, size_t count)
{
	struct span inside = asn_join(a, parts, count);
	uint8_t head[ASN_HEAD];
	size_t size = asn_head(head, tag, inside.size);

	return asn_join(a, (struct span[]){ span_of(head, size), inside }, 2);
}

struct span
asn_oid(struct arena *a, const char *dotted)
{
	uint8_t *out = arena_take(a, 2 * strlen(dotted) + 2);
	size_t size = 0, groups;
	unsigned long arc, first = 0;
	char *end;

	for (size_t n = 0; *dotted; n++, dotted = *end ? end + 1 : end) {
		arc = strtoul(dotted, &end, 10);
		assert(end != dotted && (*end == '.' || *end == '\0'));
		if (n == 0) {
			first = arc;
			continue;
		}
		if (n == 1)
			arc += first * 40;
		for (groups = 1; arc >> 7 * groups; groups++)
			;
		while (groups--)
			out[size++] = (uint8_t)((arc >> 7 * groups & 0x7f) | (groups ? 0x80 : 0));
	}
	return ASN(a, DER_OID, span_of(out, size));
}

struct span
asn_number(struct arena *a, uint64_t number)
{
	uint8_t bytes[9] = { 0 };
	size_t skip = 0;

	for (size_t i = 0; i < 8; i++)
		bytes[1 + i] = (uint8_t)(number >> 8 * (7 - i));
	while (skip < 8 && bytes[skip] == 0 && !(bytes[skip + 1] & 0x80))
		skip++;
	return ASN(a, DER_INTEGER, span_of(bytes + skip, sizeof(bytes) - skip));
}

struct span
asn_utf8(struct arena *a, const char *text)
{
	return ASN(a, TAG_UTF8, span_text(text));
}

struct span
asn_printable(struct arena *a, const char *text)
{
	return ASN(a, TAG_PRINTABLE, span_text(text));
}

struct span
asn_ia5(struct arena *a, const char *text)
{
	return ASN(a, TAG_IA5, span_text(text));
}

struct span
asn_true(struct arena *a)
{
	return ASN(a, TAG_BOOLEAN, span_of("\xff", 1));
}

struct span
asn_null(struct arena *a)
{
	return ASN(a, TAG_NULL, { 0 });
}

struct span
asn_octets(struct arena *a, struct span contents)
{
	return ASN(a, TAG_OCTET_STRING, contents);
}

struct span
asn_bits(struct arena *a, struct span contents, uint8_t unused)
{
	return ASN(a, DER_BIT_STRING, span_of(&unused, 1), contents);
}

struct span
asn_time(struct arena *a, struct instant t)
{
	time_t seconds = (time_t)(t.us / 1000000);
	char text[32];
	struct tm parts;

	if (!gmtime_r(&seconds, &parts))
		abort();
	strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &parts);
	if (parts.tm_year < 150)
		return ASN(a, DER_UTC_TIME, span_text(text + 2));
	return ASN(a, DER_GENERALIZED_TIME, span_text(text));
}

struct span
asn_contents(struct span element)
{
	size_t head = 2;

	assert(element.size >= 2);
	if (element.data[1] & 0x80)
		head += element.data[1] & 0x7f;
	return span_skip(element, head);
}
