/* codec/tree.c - JSON trees written canonically (RFC 8785). */
#include "codec/tree.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "codec/text.h"

static bool
is_whole(const json_t *number)
{
	double value = json_number_value(number);

	if (json_is_integer(number))
		return llabs(json_integer_value(number)) < TREE_INTEGER;
	return trunc(value) == value && fabs(value) < (double)TREE_INTEGER;
}

static bool
check(const json_t *value, unsigned depth, const char **expected)
{
	const char *key;
	json_t *inner;
	size_t i;

	if (depth > TREE_DEPTH) {
		*expected = "values nested at most 32 deep";
		return false;
	}
	if (json_is_number(value) && !is_whole(value)) {
		*expected = "whole numbers below 2^53";
		return false;
	}
	json_array_foreach (value, i, inner)
		if (!check(inner, depth + 1, expected))
			return false;
	/* jansson's iteration takes no const, and does not write. */
	json_object_foreach ((json_t *)(uintptr_t)value, key, inner)
		if (!check(inner, depth + 1, expected))
			return false;
	return true;
}

bool
tree_canonical(const json_t *value, const char **expected)
{
	return check(value, 1, expected);
}

/* The order of UTF-16 units is that of UTF-8's bytes, but that characters above U+FFFF (surrogates, D800 to DFFF) come
 * before U+E000 to U+FFFF, whose first bytes are EE and EF. */
static unsigned
weight(uint8_t byte)
{
	return byte == 0xee || byte == 0xef ? byte + 0x10u : byte;
}

static int
compare_keys(const void *a, const void *b)
{
	const uint8_t *x = *(const uint8_t *const *)a, *y = *(const uint8_t *const *)b;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (weight(*x) > weight(*y)) - (weight(*x) < weight(*y));
}

static void
write_object(struct buffer *b, json_t *object)
{
	size_t count = json_object_size(object), n = 0;
	const char **keys = calloc(count + 1, sizeof(*keys)), *key;
	json_t *inner;

	if (!keys)
		abort();
	json_object_foreach (object, key, inner)
		keys[n++] = key;
	qsort(keys, count, sizeof(*keys), compare_keys);
	buffer_byte(b, '{');
	for (n = 0; n < count; n++) {
		if (n)
			buffer_byte(b, ',');
		json_write_string(b, span_text(keys[n]));
		buffer_byte(b, ':');
		tree_write(b, json_object_get(object, keys[n]));
	}
	buffer_byte(b, '}');
	free(keys);
}

static void
write_array(struct buffer *b, const json_t *array)
{
	json_t *inner;
	size_t i;

	buffer_byte(b, '[');
	json_array_foreach (array, i, inner) {
		if (i)
			buffer_byte(b, ',');
		tree_write(b, inner);
	}
	buffer_byte(b, ']');
}

void
tree_write(struct buffer *b, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		write_object(b, (json_t *)(uintptr_t)value);
		break;
	case JSON_ARRAY:
		write_array(b, value);
		break;
	case JSON_STRING:
		json_write_string(b, span_of(json_string_value(value), json_string_length(value)));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		assert(is_whole(value));
		buffer_print(b, "%" PRId64, json_is_integer(value) ? (int64_t)json_integer_value(value)
		                                                   : (int64_t)json_real_value(value));
		break;
	case JSON_TRUE:
		buffer_text(b, "true");
		break;
	case JSON_FALSE:
		buffer_text(b, "false");
		break;
	case JSON_NULL:
		buffer_text(b, "null");
		break;
	}
}
