/* tests/fuzz/fuzz_document.c - a document all of whose keys are asked for ends well, every pointer leads to its place,
 * and one key not asked for is reported with a pointer to it. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/document.h"

#define LARGEST 4096 /* bytes: the pointers of a deep document grow with the square of its size */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Our own reading of RFC 6901, the plain way. */
static json_t *
resolve(json_t *value, const char *pointer)
{
	while (value && *pointer == '/') {
		char part[LARGEST + 1];
		size_t size = 0;

		for (pointer++; *pointer && *pointer != '/'; pointer++) {
			part[size++] = *pointer;
			if (*pointer == '~')
				part[size - 1] = *++pointer == '0' ? '~' : '/';
		}
		part[size] = '\0';
		value = json_is_array(value) ? json_array_get(value, strtoul(part, NULL, 10))
		                             : json_object_get(value, part);
	}
	return value;
}

/* Asks for everything but the key number `skipped`, counting from the first. */
static void
visit(struct place p, unsigned *keys, unsigned skipped)
{
	void *cursor = NULL;
	const char *key;
	struct place inner;

	assert(resolve(p.document->root, p.pointer) == p.value);
	if (json_is_array(p.value))
		for (size_t i = 0; i < place_count(p); i++)
			visit(place_element(p, i), keys, skipped);
	if (!json_is_object(p.value))
		return;
	if (skipped == 0) {
		while (place_next(p, &cursor, &key, &inner)) {
			++*keys;
			visit(inner, keys, skipped);
		}
		return;
	}
	for (void *at = json_object_iter(p.value); at; at = json_object_iter_next(p.value, at)) {
		key = json_object_iter_key(at);
		if (strncmp(key, "//", 2) != 0 && ++*keys != skipped)
			visit(place_member(p, key), keys, skipped);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(256 * MIB);
	struct problem why = { 0 };
	struct document d;
	unsigned keys = 0, again = 0;
	enum err err;

	if (size > LARGEST)
		return 0;
	d = document_parse(&a, "f", span_of(data, size));
	if (!d.root) {
		assert(document_end(&d, &why) != OK && why.code != OK);
		assert(strncmp(why.text, "f: line ", 8) == 0 || memchr(data, '\0', size));
		arena_release(&a);
		return 0;
	}
	visit(document_root(&d), &keys, 0);
	assert(document_end(&d, &why) == OK);
	if (keys) {
		d = document_parse(&a, "f", span_of(data, size));
		visit(document_root(&d), &again, 1 + (unsigned)size % keys);
		err = document_end(&d, &why);
		assert(err == ERR_INVALID && strncmp(why.text, "f: /", 4) == 0);
		/* A very long pointer leaves no room for the rest of the sentence. */
		assert(strstr(why.text, ": unknown key; ") || strlen(why.text) == sizeof(why.text) - 1);
	}
	arena_release(&a);
	return 0;
}
