/* base/span.h - bytes that belong to somebody else: a pointer and a length, no NUL promised.
 *
 * The zero span is empty and harmless. Untrusted input travels as a span until a parser in codec/ or
 * a front has turned it into a typed value.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define KIB ((size_t)1024)
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct span {
	const uint8_t *data;
	size_t size;
};

/* For printf: "%.*s" takes SPAN_ARGS(s). */
#define SPAN_ARGS(s) (int)(s).size, (const char *)(s).data

static inline struct span
span_of(const void *data, size_t size)
{
	return (struct span){ data, size };
}

/* The text up to its NUL. */
static inline struct span
span_text(const char *text)
{
	return (struct span){ (const uint8_t *)text, text ? strlen(text) : 0 };
}

/* Names are short: eight to sixteen bytes are two words, the second counted from the end. */
static inline bool
span_equal(struct span a, struct span b)
{
	uint64_t words[4];

	if (a.size != b.size || a.size == 0)
		return a.size == b.size;
	if (a.size < 8 || a.size > 16)
		return memcmp(a.data, b.data, a.size) == 0;
	memcpy(&words[0], a.data, 8);
	memcpy(&words[1], b.data, 8);
	memcpy(&words[2], a.data + a.size - 8, 8);
	memcpy(&words[3], b.data + b.size - 8, 8);
	return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
}

static inline bool
span_is(struct span s, const char *text)
{
	return span_equal(s, span_text(text));
}

static inline bool
span_starts(struct span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.size >= n && memcmp(s.data, prefix, n) == 0;
}

/* What remains after `n` bytes; empty when there are fewer. */
static inline struct span
span_skip(struct span s, size_t n)
{
	if (n >= s.size)
		return (struct span){ 0 };
	return (struct span){ s.data + n, s.size - n };
}

static inline struct span
span_first(struct span s, size_t n)
{
	return (struct span){ s.data, n < s.size ? n : s.size };
}

/* ASCII case is ignored, as in HTTP field names; never for identifiers. */
bool span_equal_nocase(struct span a, struct span b);

/* Byte order, the shorter first: the order of keys in the store. */
int span_compare(struct span a, struct span b);

/* Cut `*rest` at the first `separator`: returns what stands before it and moves `*rest` behind it.
 * Without a separator returns everything and leaves `*rest` empty. */
struct span span_cut(struct span *rest, uint8_t separator);

/* Without leading and trailing blanks (space and tab: RFC 9110 OWS). */
struct span span_trim(struct span s);

/* Decimal digits only, no sign, no blank, no overflow. */
bool span_number(struct span s, uint64_t *out);
