/* codec/document.h - JSON documents that people write (configuration, policies, descriptors): jansson's tree, and
 * errors that name the file, the JSON pointer, what was expected and what was found.
 *
 * Keys that start with `//` are comments. Every other key must be one that is asked for: document_end() reports the
 * rest.
 *
 *     FILE: line 3, column 7: '}' expected near end of file
 *     FILE: /listen/0/address: expected a text of 1 to 200 bytes, found 8443
 *     FILE: /listen/0/adress: unknown key; known here: kind, address, tls
 *
 * Texts and pointers live in the arena: some dozen bytes for each place visited.
 */
#pragma once

#include <jansson.h>

#include "base/arena.h"
#include "base/problem.h"

struct seen_keys;

struct document {
	const char *file;       /* for messages */
	json_t *root;
	struct problem problem; /* the first */
	bool missing;           /* it is about something that is not there */
	struct arena *arena;
	struct seen_keys *seen; /* the keys asked for, object by object */
};

/* At most `limit` bytes, no duplicate keys, UTF-8, no NUL. On failure the document is empty, and
 * document_end() tells. */
struct document document_read(struct arena *, const char *file, size_t limit);
struct document document_parse(struct arena *, const char *name, struct span text);

/* A place in the document: a value and how to get there. Missing places are fine to pass on: they give defaults. */
struct place {
	struct document *document;
	json_t *value;        /* NULL: not there */
	const char *pointer;  /* "/listen/0/address" (RFC 6901) */
};
struct place document_root(struct document *);
struct place place_member(struct place, const char *key);
size_t place_count(struct place array);
/* The same where there are bounds: 0 where it has too few or too many, which is told. A missing one has none. */
size_t place_count_within(struct place array, size_t least, size_t most);
struct place place_element(struct place array, size_t index);
/* Visits members in the order of the file: for maps whose keys are data. False after the last; `*cursor` starts
 * NULL. */
bool place_next(struct place object, void **cursor, const char **key, struct place *member);
bool place_exists(struct place);

/* A missing place gives `fallback`; without one (NULL, or place_required) that is a problem. A wrong value gives the
 * fallback too; where that is NULL, "". Sizes are bytes. */
struct place place_required(struct place);
const char *place_text(struct place, size_t least, size_t most, const char *fallback);
int64_t place_integer(struct place, int64_t least, int64_t most, int64_t fallback);
bool place_boolean(struct place, bool fallback);
/* xs:duration as "PT6H"; microseconds. */
int64_t place_duration(struct place, int64_t least, int64_t most, int64_t fallback);

/* The value whole, for another reader (a JWK): no key beneath it is unknown then. NULL when missing; ends with the
 * document. */
json_t *place_value(struct place);

/* "FILE: POINTER: expected EXPECTED, found FOUND"; without `found` it says what is there. */
void place_fail(struct place, const char *expected, const char *found);

/* Reports the first problem, or the first key nobody asked for; of a missing value and an unknown key the key, which
 * may be what is missing, misspelt. Frees the tree. */
enum err document_end(struct document *, struct problem *why);
