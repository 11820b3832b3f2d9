/* codec/document.c - documents people write: read whole, visited place by place, every key accounted for. */
#include "codec/document.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "codec/text.h"

/* A key that was asked for; NULL: the object is somebody else's to read. */
struct seen_key {
	const json_t *object;
	const char *key;
	struct seen_key *next;
};

#define BUCKETS 256
struct seen_keys {
	struct seen_key *first[BUCKETS];
};

static struct seen_key **
bucket_of(const struct document *d, const json_t *object)
{
	return &d->seen->first[(uintptr_t)object / 32 % BUCKETS];
}

static bool
was_seen(const struct document *d, const json_t *object, const char *key)
{
	for (const struct seen_key *seen = *bucket_of(d, object); seen; seen = seen->next)
		if (seen->object == object && (!seen->key || (key && strcmp(seen->key, key) == 0)))
			return true;
	return false;
}

static void
remember(struct document *d, const json_t *object, const char *key)
{
	struct seen_key **last = bucket_of(d, object), *seen;

	if (was_seen(d, object, key))
		return;
	while (*last)
		last = &(*last)->next;
	seen = arena_new(d->arena, struct seen_key);
	*seen = (struct seen_key){ .object = object, .key = key ? arena_text(d->arena, span_text(key)) : NULL };
	*last = seen;
}

static bool
is_comment(const char *key)
{
	return strncmp(key, "//", 2) == 0;
}

static struct document
document_new(struct arena *a, const char *file)
{
	return (struct document){
		.file = arena_text(a, span_text(file)),
		.arena = a,
		.seen = arena_new(a, struct seen_keys),
	};
}

static void
parse(struct document *d, struct span text)
{
	json_error_t error;

	/* jansson steps over one behind a number. */
	if (text.size && memchr(text.data, '\0', text.size)) {
		problem_set(&d->problem, ERR_SYNTAX, "RFC 8259", "%s: expected text, found a NUL byte in it", d->file);
		return;
	}
	/* jansson takes NULL for a missing argument, not for an empty text. */
	d->root = json_loadb(text.data ? (const char *)text.data : "", text.size, JSON_REJECT_DUPLICATES, &error);
	if (d->root)
		return;
	switch (json_error_code(&error)) {
	case json_error_stack_overflow:
		problem_set(&d->problem, ERR_LIMIT, "", "%s: line %d, column %d: nested too deeply", d->file,
		    error.line, error.column);
		break;
	case json_error_null_character:
		problem_set(&d->problem, ERR_SYNTAX, "", "%s: line %d, column %d: \\u0000 cannot be part of a text",
		    d->file, error.line, error.column);
		break;
	default:
		problem_set(&d->problem, ERR_SYNTAX, "RFC 8259", "%s: line %d, column %d: %s", d->file, error.line,
		    error.column, error.text);
	}
}

struct document
document_parse(struct arena *a, const char *name, struct span text)
{
	struct document d = document_new(a, name);

	parse(&d, text);
	return d;
}

struct document
document_read(struct arena *a, const char *file, size_t limit)
{
	struct document d = document_new(a, file);
	struct buffer bytes = buffer_init(limit);

	if (file_read(file, &bytes, &d.problem) == OK)
		parse(&d, buffer_span(&bytes));
	buffer_release(&bytes);
	return d;
}

struct place
document_root(struct document *d)
{
	return (struct place){ .document = d, .value = d->root, .pointer = "" };
}

bool
place_exists(struct place p)
{
	return p.value != NULL;
}

/* A few words on a value: what it is, and which if it is short. */
static const char *
describe(struct arena *a, const json_t *value)
{
	enum { MOST = 60 };
	struct buffer b = buffer_init(KIB);
	const char *text;
	struct span s;

	switch (value ? (int)json_typeof(value) : -1) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_INTEGER:
		return arena_print(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	case JSON_REAL:
		return arena_print(a, "%.17g", json_real_value(value));
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return "null";
	case JSON_STRING:
		s = span_of(json_string_value(value), json_string_length(value));
		s = utf8_first(s, MOST);
		json_write_string(&b, s);
		text =
		    arena_print(a, "%.*s%s", SPAN_ARGS(buffer_span(&b)), s.size < json_string_length(value) ? "…" : "");
		buffer_release(&b);
		return text;
	default:
		return "nothing";
	}
}

void
place_fail(struct place p, const char *expected, const char *found)
{
	struct document *d = p.document;

	if (d->problem.code != OK)
		return;
	d->missing = !p.value;
	problem_set(&d->problem, ERR_INVALID, "", "%s: %s%sexpected %s, found %s", d->file, p.pointer,
	    p.pointer[0] ? ": " : "", expected, found ? found : describe(d->arena, p.value));
}

static bool
is_object(struct place p)
{
	if (p.value && !json_is_object(p.value))
		place_fail(p, "an object", NULL);
	return json_is_object(p.value);
}

/* A key as a part of a JSON pointer (RFC 6901 s3). */
static const char *
pointer_part(struct arena *a, const char *key)
{
	char *part = arena_take(a, strlen(key) * 2 + 1), *to = part;

	for (const char *c = key; *c; c++) {
		if (*c == '~' || *c == '/')
			*to++ = '~';
		*to++ = *c == '~' ? '0' : *c == '/' ? '1' : *c;
	}
	return part;
}

static struct place
member(struct place object, const char *key, json_t *value)
{
	struct arena *a = object.document->arena;

	return (struct place){
		.document = object.document,
		.value = value,
		.pointer = arena_print(a, "%s/%s", object.pointer, pointer_part(a, key)),
	};
}

struct place
place_member(struct place object, const char *key)
{
	assert(!is_comment(key));
	if (!is_object(object))
		return member(object, key, NULL);
	remember(object.document, object.value, key);
	return member(object, key, json_object_get(object.value, key));
}

size_t
place_count(struct place array)
{
	if (array.value && !json_is_array(array.value))
		place_fail(array, "an array", NULL);
	return json_array_size(array.value);
}

size_t
place_count_within(struct place array, size_t least, size_t most)
{
	size_t count = place_exists(array) ? place_count(array) : 0;

	if (count >= least && count <= most)
		return count;
	place_fail(array, arena_print(array.document->arena, "%zu to %zu elements", least, most),
	    place_exists(array) ? arena_print(array.document->arena, "%zu", count) : NULL);
	return 0;
}

struct place
place_element(struct place array, size_t index)
{
	return (struct place){
		.document = array.document,
		.value = json_array_get(array.value, index),
		.pointer = arena_print(array.document->arena, "%s/%zu", array.pointer, index),
	};
}

bool
place_next(struct place object, void **cursor, const char **key, struct place *out)
{
	if (!is_object(object))
		return false;
	*cursor = *cursor ? json_object_iter_next(object.value, *cursor) : json_object_iter(object.value);
	while (*cursor && is_comment(json_object_iter_key(*cursor)))
		*cursor = json_object_iter_next(object.value, *cursor);
	if (!*cursor)
		return false;
	*key = arena_text(object.document->arena, span_text(json_object_iter_key(*cursor)));
	remember(object.document, object.value, *key);
	*out = member(object, *key, json_object_iter_value(*cursor));
	return true;
}

struct place
place_required(struct place p)
{
	if (!p.value)
		place_fail(p, "a value", NULL);
	return p;
}

const char *
place_text(struct place p, size_t least, size_t most, const char *fallback)
{
	struct span text = { 0 };

	if (!p.value && fallback)
		return fallback;
	if (json_is_string(p.value))
		text = span_of(json_string_value(p.value), json_string_length(p.value));
	if (text.data && text.size >= least && text.size <= most)
		return arena_text(p.document->arena, text);
	place_fail(p, arena_print(p.document->arena, "a text of %zu to %zu bytes", least, most), NULL);
	return fallback ? fallback : "";
}

int64_t
place_integer(struct place p, int64_t least, int64_t most, int64_t fallback)
{
	if (!p.value)
		return fallback;
	if (json_is_integer(p.value) && json_integer_value(p.value) >= least && json_integer_value(p.value) <= most)
		return json_integer_value(p.value);
	place_fail(p, arena_print(p.document->arena, "a whole number from %" PRId64 " to %" PRId64, least, most), NULL);
	return fallback;
}

bool
place_boolean(struct place p, bool fallback)
{
	if (!p.value)
		return fallback;
	if (!json_is_boolean(p.value))
		place_fail(p, "true or false", NULL);
	return json_is_boolean(p.value) ? json_boolean_value(p.value) : fallback;
}

int64_t
place_duration(struct place p, int64_t least, int64_t most, int64_t fallback)
{
	char from[INSTANT_TEXT], to[INSTANT_TEXT];
	int64_t us;

	if (!p.value)
		return fallback;
	if (json_is_string(p.value) && duration_read(span_text(json_string_value(p.value)), &us) && us >= least &&
	    us <= most)
		return us;
	place_fail(p, arena_print(p.document->arena, "a duration from %s to %s, such as \"P1DT12H\"",
	    duration_text(least, from), duration_text(most, to)), NULL);
	return fallback;
}

json_t *
place_value(struct place p)
{
	if (p.value)
		remember(p.document, p.value, NULL);
	return p.value;
}

static const char *
known_keys(const struct document *d, const json_t *object)
{
	const char *list = NULL;

	for (const struct seen_key *seen = *bucket_of(d, object); seen; seen = seen->next)
		if (seen->object == object)
			list = list ? arena_print(d->arena, "%s, %s", list, seen->key) : seen->key;
	return list ? arena_print(d->arena, "known here: %s", list) : "no keys are known here";
}

/* The way from the root to a value, for the walk that ends the document. */
struct step {
	const struct step *above;
	const char *key; /* NULL: an element */
	size_t index;
};

static const char *
step_pointer(struct arena *a, const struct step *step)
{
	if (!step)
		return "";
	if (step->key)
		return arena_print(a, "%s/%s", step_pointer(a, step->above), pointer_part(a, step->key));
	return arena_print(a, "%s/%zu", step_pointer(a, step->above), step->index);
}

/* Finds the first key nobody asked for. jansson bounds the depth of what it reads, and so this recursion. */
static void
check_keys(struct document *d, json_t *value, const struct step *above)
{
	struct step here = { .above = above };
	json_t *inner;

	if (was_seen(d, value, NULL))
		return;
	json_array_foreach (value, here.index, inner)
		check_keys(d, inner, &here);
	json_object_foreach (value, here.key, inner) {
		if (d->problem.code != OK || is_comment(here.key))
			continue;
		if (was_seen(d, value, here.key))
			check_keys(d, inner, &here);
		else
			problem_set(&d->problem, ERR_INVALID, "", "%s: %s: unknown key; %s", d->file,
			    step_pointer(d->arena, &here), known_keys(d, value));
	}
}

/* What is missing may be there misspelt: then that is the better thing to say. */
enum err
document_end(struct document *d, struct problem *why)
{
	const struct problem first = d->problem;

	if (d->root && (first.code == OK || d->missing)) {
		d->problem.code = OK;
		check_keys(d, d->root, NULL);
		if (d->problem.code == OK)
			d->problem = first;
	}
	json_decref(d->root);
	d->root = NULL;
	if (d->problem.code != OK && why)
		*why = d->problem;
	return d->problem.code;
}
