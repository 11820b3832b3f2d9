/* tests/fuzz/fuzz_text.c - what an encoding reads it writes again, and what it writes it reads again. */
#include <assert.h>
#include <jansson.h>

#include "codec/text.h"

typedef bool read_encoding(struct arena *, struct span, struct span *out);
typedef struct span write_encoding(struct arena *, struct span);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
round_trip(struct arena *a, struct span input, read_encoding *read, write_encoding *write, bool one_text)
{
	struct span value, again;

	assert(read(a, write(a, input), &again) && span_equal(again, input));
	if (!read(a, input, &value))
		return;
	assert(value.size <= input.size);
	/* Strict encodings have one text for each value; percent escapes may be written where none is needed. */
	if (one_text)
		assert(span_equal(write(a, value), input));
	else
		assert(read(a, write(a, value), &again) && span_equal(again, value));
}

static void
hex_round_trip(struct arena *a, struct span input)
{
	struct span text = span_text(hex_write(a, input));
	uint8_t *bytes = arena_take(a, input.size);

	assert(text.size == input.size * 2);
	assert(hex_read(text, bytes, input.size) && span_equal(span_of(bytes, input.size), input));
	if (hex_read(input, bytes, input.size / 2))
		assert(span_equal_nocase(span_text(hex_write(a, span_of(bytes, input.size / 2))), input));
}

/* jansson reads our JSON strings as what we wrote, and agrees on what UTF-8 is; what is none still becomes JSON. */
static void
json_round_trip(struct span input)
{
	struct buffer b = buffer_init(input.size * 6 + 2);
	json_t *whole = json_stringn((const char *)input.data, input.size), *read;
	struct span json;

	assert((whole != NULL) == utf8_valid(input));
	json_decref(whole);
	json_write_string(&b, input);
	assert(!b.overflowed);
	json = buffer_span(&b);
	read = json_loadb((const char *)json.data, json.size, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	assert(read);
	assert(span_equal(span_of(json_string_value(read), json_string_length(read)), input) == utf8_valid(input));
	json_decref(read);
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(64 * size + 64 * KIB);
	struct span input = span_of(data, size);

	round_trip(&a, input, base64_read, base64_write, true);
	round_trip(&a, input, base64url_read, base64url_write, true);
	round_trip(&a, input, percent_read, percent_write, false);
	hex_round_trip(&a, input);
	json_round_trip(input);
	arena_release(&a);
	return 0;
}
