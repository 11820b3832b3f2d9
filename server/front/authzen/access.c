/* front/authzen/access.c - what this decision point knows beside the request, read from its file. */
#include "front/authzen/access.h"

#include <stdlib.h>

#include "codec/document.h"
#include "codec/tree.h"

#define NAME_LARGEST 1024
#define PROPERTIES_LARGEST 64

static const char *const part_names[PARTS] = {
	[PART_SUBJECT] = "subject",
	[PART_ACTION] = "action",
	[PART_RESOURCE] = "resource",
	[PART_CONTEXT] = "context",
};

const char *
part_name(enum part part)
{
	return part_names[part];
}

static struct span
read_text(struct place object, const char *key, const char *fallback)
{
	return span_text(place_text(place_member(object, key), fallback ? 0 : 1, NAME_LARGEST, fallback));
}

/* A value as canonical JSON; empty when it is not there. */
static struct span
read_json(struct place p, struct arena *a)
{
	struct buffer text = buffer_init(ACCESS_LARGEST);
	const char *expected;
	struct span out;

	if (!place_exists(p))
		return (struct span){ 0 };
	if (!tree_canonical(place_value(p), &expected)) {
		place_fail(p, expected, NULL);
		return (struct span){ 0 };
	}
	tree_write(&text, p.value);
	out = arena_copy(a, buffer_span(&text));
	buffer_release(&text);
	return out;
}

static struct access_policy
read_policy(struct place p)
{
	return (struct access_policy){
		.framework = read_text(p, "framework", ""),
		.profile = read_text(p, "profile", ""),
	};
}

static void
read_entities(struct place list, enum part part, struct arena *a, struct access *out)
{
	size_t count = place_count(list);

	if (count > ACCESS_ENTITIES) {
		place_fail(list, arena_print(a, "at most %d entries", ACCESS_ENTITIES), NULL);
		return;
	}
	out->entities[part] = arena_array(a, struct access_entity, count);
	out->counts[part] = count;
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(list, i);
		struct access_entity *e = &out->entities[part][i];

		if (part != PART_ACTION)
			e->type = read_text(p, "type", NULL);
		e->id = read_text(p, part == PART_ACTION ? "name" : "id", NULL);
		e->facts = read_json(place_member(p, "facts"), a);
		if (part != PART_SUBJECT)
			e->policy = read_policy(p);
	}
}

static enum part
read_part(struct place p)
{
	const char *word = place_text(p, 1, 16, NULL);

	for (enum part part = 0; part < PART_CONTEXT; part++)
		if (strcmp(word, part_names[part]) == 0)
			return part;
	place_fail(p, "subject, action or resource", NULL);
	return PART_SUBJECT;
}

static void
read_properties(struct place list, struct arena *a, struct access *out)
{
	size_t count = place_count(list);

	if (count > PROPERTIES_LARGEST) {
		place_fail(list, arena_print(a, "at most %d entries", PROPERTIES_LARGEST), NULL);
		return;
	}
	out->properties = arena_array(a, struct access_property, count);
	out->property_count = count;
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(list, i);

		out->properties[i] = (struct access_property){
			.part = read_part(place_member(p, "of")),
			.property = read_text(p, "property", ""),
			.fact = read_text(p, "fact", NULL),
			.otherwise = read_json(place_member(p, "otherwise"), a),
		};
	}
}

/* Finding */

/* An action has no type. */
static int
compare_names(const struct access_entity *e, struct span type, struct span id)
{
	int order = span_compare(e->type, type);

	return order ? order : span_compare(e->id, id);
}

/* Of two with the same name the file's first comes first: it is the one that counts. */
static int
compare_entities(const void *left, const void *right)
{
	const struct access_entity *a = *(const struct access_entity *const *)left;
	const struct access_entity *b = *(const struct access_entity *const *)right;
	int order = compare_names(a, b->type, b->id);

	return order ? order : a < b ? -1 : a > b;
}

static void
sort_entities(struct access *access, enum part part, struct arena *a)
{
	size_t count = access->counts[part];

	access->sorted[part] = arena_array(a, const struct access_entity *, count);
	for (size_t i = 0; i < count; i++)
		access->sorted[part][i] = &access->entities[part][i];
	if (count)
		qsort(access->sorted[part], count, sizeof(*access->sorted[part]), compare_entities);
}

const struct access_entity *
access_find(const struct access *access, enum part part, struct span type, struct span id)
{
	const struct span of = part == PART_ACTION ? (struct span){ 0 } : type;
	size_t low = 0, high = access->counts[part];

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(access->sorted[part][middle], of, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == access->counts[part] || compare_names(access->sorted[part][low], of, id) != 0)
		return NULL;
	return access->sorted[part][low];
}

/* The whole file */

static enum err
read_access(struct arena *a, struct document *document, const struct access **out, struct problem *why)
{
	struct place root = document_root(document);
	struct access *access = arena_new(a, struct access);

	access->fallback = read_policy(place_member(root, "default"));
	read_entities(place_member(root, "subjects"), PART_SUBJECT, a, access);
	read_entities(place_member(root, "actions"), PART_ACTION, a, access);
	read_entities(place_member(root, "resources"), PART_RESOURCE, a, access);
	read_properties(place_member(root, "properties"), a, access);
	if (document_end(document, why) != OK)
		return why->code;
	for (enum part part = 0; part < PART_CONTEXT; part++)
		sort_entities(access, part, a);
	*out = access;
	return OK;
}

enum err
access_read(struct arena *a, const char *file, const struct access **out, struct problem *why)
{
	struct document document = document_read(a, file, ACCESS_LARGEST);

	return read_access(a, &document, out, why);
}

enum err
access_parse(struct arena *a, const char *name, struct span text, const struct access **out, struct problem *why)
{
	struct document document = document_parse(a, name, text);

	return read_access(a, &document, out, why);
}
