/* tests/fuzz/fuzz_access.c - every entity of an access file that is read is found by its names, the first of several;
 * facts kept with it are canonical JSON. */
#include <assert.h>

#include "codec/reader.h"
#include "front/authzen/access.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct access_entity *
first_of(const struct access *access, enum part part, const struct access_entity *like)
{
	for (size_t i = 0; i < access->counts[part]; i++) {
		const struct access_entity *e = &access->entities[part][i];

		if (span_equal(e->id, like->id) && span_equal(e->type, like->type))
			return e;
	}
	return NULL;
}

static void
check_json(struct arena *a, struct span json, enum reader_kind kind)
{
	struct reader r;

	if (json.size == 0)
		return;
	r = reader_json(a, json, (struct limits){ .bytes = ACCESS_LARGEST, .depth = READER_DEPTH, .members = 1000000 });
	assert(kind == READER_NONE || reader_peek(&r) == kind);
	reader_raw(&r);
	/* A reader of requests takes fewer members in one object than a file may have. */
	assert(reader_end(&r, NULL) == OK || r.problem.code == ERR_LIMIT);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(256 * MIB), scratch = arena_init(256 * MIB);
	const struct access *access = NULL;
	struct problem why = { 0 };

	if (size > 256 * KIB || access_parse(&a, "access.json", span_of(data, size), &access, &why) != OK) {
		assert(size > 256 * KIB || span_starts(span_text(why.text), "access.json: "));
		arena_release(&a);
		return 0;
	}
	for (enum part part = 0; part < PART_CONTEXT; part++) {
		assert(access->counts[part] <= ACCESS_ENTITIES);
		for (size_t i = 0; i < access->counts[part] && i < 300; i++) {
			const struct access_entity *e = &access->entities[part][i];

			assert(e->id.size && (part == PART_ACTION) == (e->type.size == 0));
			assert(access_find(access, part, e->type, e->id) == first_of(access, part, e));
			assert(!access_find(access, part, e->type, span_of("", 0)));
			check_json(&scratch, e->facts, READER_NONE);
			arena_reset(&scratch);
		}
	}
	for (size_t i = 0; i < access->property_count; i++) {
		assert(access->properties[i].part < PART_CONTEXT && access->properties[i].fact.size);
		check_json(&scratch, access->properties[i].otherwise, READER_NONE);
		arena_reset(&scratch);
	}
	arena_release(&scratch);
	arena_release(&a);
	return 0;
}
