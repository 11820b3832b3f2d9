/* tests/fuzz/fuzz_metadata.c - a fragment in a set of our own is read again as the same fragment: it is its own
 * canonical form. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "registry/assemble.h"

static void
add_member(struct buffer *b, const struct metadata_entity *e)
{
	static const struct publish_settings settings = { .registration_authority = NULL };
	const struct fragment fragment = { { 1 }, e->registration, e->extensions, e->attributes, e->content };
	const struct entity entity = { .entity_id = e->entity_id, .roles = e->roles, .prefixes = e->prefixes };

	assemble_member(b, &settings, &entity, &fragment);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct instant now = { SECONDS(1795348800) };
	struct arena a = arena_init(METADATA_ARENA), b = arena_init(METADATA_ARENA);
	struct buffer document = buffer_init(64 * MIB);
	struct metadata first, again;
	struct problem why;

	if (metadata_read(&a, span_of(data, size), &(struct metadata_terms){ 0 }, now, &first, &why) == OK && first.entity_count > 0) {
		buffer_text(&document, "<md:EntitiesDescriptor");
		for (const struct context_namespace *n = metadata_context; n->prefix; n++)
			buffer_print(&document, " xmlns:%s=\"%s\"", n->prefix, n->uri);
		buffer_byte(&document, '>');
		for (size_t i = 0; i < first.entity_count; i++)
			add_member(&document, &first.entities[i]);
		buffer_text(&document, "</md:EntitiesDescriptor>");
		assert(!document.overflowed);
		if (metadata_read(&b, buffer_span(&document), &(struct metadata_terms){ 0 }, now, &again, &why) != OK)
			abort();
		assert(again.entity_count == first.entity_count && again.refusal_count == 0);
		for (size_t i = 0; i < first.entity_count; i++) {
			const struct metadata_entity *x = &first.entities[i], *y = &again.entities[i];

			assert(span_equal(x->entity_id, y->entity_id) && x->roles == y->roles);
			assert(span_equal(x->attributes, y->attributes) && span_equal(x->content, y->content));
			assert(span_equal(x->prefixes, y->prefixes) && x->registration == y->registration);
			assert(x->extensions == y->extensions && x->extensions <= x->content.size);
		}
	}
	buffer_release(&document);
	arena_release(&a);
	arena_release(&b);
	return 0;
}
