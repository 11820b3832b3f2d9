/* base/span.c - comparing and cutting bytes. */
#include "base/span.h"

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool
span_equal_nocase(struct span a, struct span b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++)
		if (lower(a.data[i]) != lower(b.data[i]))
			return false;
	return true;
}

int
span_compare(struct span a, struct span b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int order = n ? memcmp(a.data, b.data, n) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

struct span
span_cut(struct span *rest, uint8_t separator)
{
	const uint8_t *at = rest->size ? memchr(rest->data, separator, rest->size) : NULL;
	struct span before = *rest;

	if (!at) {
		*rest = (struct span){ 0 };
		return before;
	}
	before.size = (size_t)(at - rest->data);
	*rest = span_skip(*rest, before.size + 1);
	return before;
}

struct span
span_trim(struct span s)
{
	while (s.size && (s.data[0] == ' ' || s.data[0] == '\t'))
		s = span_skip(s, 1);
	while (s.size && (s.data[s.size - 1] == ' ' || s.data[s.size - 1] == '\t'))
		s.size--;
	return s;
}

bool
span_number(struct span s, uint64_t *out)
{
	uint64_t value = 0;

	if (s.size == 0)
		return false;
	for (size_t i = 0; i < s.size; i++) {
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.data[i] - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}
