/* tests/fuzz/fuzz_reader.c - the reader takes what jansson takes, within its limits, and reads the same values from it.
 */
#include <assert.h>
#include <jansson.h>

#include "codec/reader.h"
#include "codec/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The value at hand as jansson's; NULL when something is wrong, which reader_end() tells. */
static json_t *
read_value(struct reader *r)
{
	struct span name, raw;
	json_t *value = NULL;

	switch (reader_peek(r)) {
	case READER_NONE:
		return NULL;
	case READER_NULL:
		reader_null(r);
		return json_null();
	case READER_BOOLEAN:
		return json_boolean(reader_boolean(r));
	case READER_NUMBER:
		raw = reader_raw(r);
		return raw.size ? json_loadb((const char *)raw.data, raw.size, JSON_DECODE_ANY, NULL) : NULL;
	case READER_STRING:
		raw = reader_string(r, 0, SIZE_MAX);
		assert(utf8_valid(raw) && (raw.size == 0 || !memchr(raw.data, '\0', raw.size)));
		return json_stringn(raw.size ? (const char *)raw.data : "", raw.size);
	case READER_ARRAY:
		value = json_array();
		reader_array(r);
		while (reader_element(r))
			json_array_append_new(value, read_value(r));
		return value;
	case READER_OBJECT:
		value = json_object();
		reader_object(r);
		while (reader_member(r, &name))
			json_object_setn_new(value, name.size ? (const char *)name.data : "", name.size, read_value(r));
	}
	return value;
}

/* How deep arrays and objects go. */
static unsigned
depth_of(json_t *value)
{
	unsigned deepest = 0, depth;
	const char *key;
	json_t *inner;
	size_t i;

	if (!json_is_array(value) && !json_is_object(value))
		return 0;
	json_array_foreach (value, i, inner)
		deepest = (depth = depth_of(inner)) > deepest ? depth : deepest;
	json_object_foreach (value, key, inner)
		deepest = (depth = depth_of(inner)) > deepest ? depth : deepest;
	return deepest + 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(32 * size + KIB);
	struct limits limits = { .bytes = SIZE_MAX, .depth = READER_DEPTH, .members = 4096 };
	struct reader r = reader_json(&a, span_of(data, size), limits);
	struct problem why = { 0 };
	json_error_t error = { 0 };
	json_t *mine = read_value(&r);
	enum err err = reader_end(&r, &why);
	json_t *theirs =
	    json_loadb(size ? (const char *)data : "", size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	assert(err == why.code && (err == OK || (why.text[0] && utf8_valid(span_text(why.text)))));
	if (err == OK && theirs) {
		assert(json_equal(mine, theirs));
	} else if (err == OK) {
		/* Numbers past jansson's range are well-formed all the same. */
		assert(json_error_code(&error) == json_error_numeric_overflow);
	} else if (theirs && memchr(data, '\0', size)) {
		/* jansson steps over a NUL behind a number; RFC 8259 knows none. */
		assert(err != OK);
	} else if (theirs) {
		assert(err == ERR_LIMIT);
		assert(depth_of(theirs) > READER_DEPTH || strstr(why.text, " members in one object") ||
		    strstr(why.text, " values"));
	}
	json_decref(mine);
	json_decref(theirs);
	arena_release(&a);

	/* Skipping reads as strictly as reading, and gives the bytes it skipped. */
	a = arena_init(32 * size + KIB);
	r = reader_json(&a, span_of(data, size), limits);
	if (reader_peek(&r) != READER_NONE) {
		struct span raw = reader_raw(&r);

		assert(reader_end(&r, &why) == err);
		assert(err != OK || (raw.data >= data && raw.data + raw.size <= data + size));
	}
	arena_release(&a);
	return 0;
}
