/* tests/fuzz/fuzz_portrait.c - whatever metadata is taken in, its portrait has the roles the reader of metadata saw,
 * stays in its arena, and every rule can look at it: what is found is a few lines of UTF-8. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/text.h"
#include "registry/assemble.h"
#include "registry/portrait.h"
#include "registry/rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned
roles_of(const struct portrait *p)
{
	static const struct {
		const char *element;
		unsigned role;
	} names[] = { { "IDPSSODescriptor", ENTITY_IDP }, { "SPSSODescriptor", ENTITY_RP },
		{ "AttributeAuthorityDescriptor", ENTITY_AP } };
	unsigned roles = 0;

	for (size_t i = 0; i < p->role_count; i++) {
		unsigned role = ENTITY_OTHER;

		for (size_t n = 0; n < COUNT(names); n++)
			if (strcmp(p->roles[i].element, names[n].element) == 0)
				role = names[n].role;
		roles |= role;
	}
	return roles;
}

static bool
is_line(struct span s, size_t largest)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] < ' ')
			return false;
	return s.size <= largest && utf8_valid(s);
}

static void
examine(struct arena *arena, const struct portrait *p, struct instant now)
{
	struct rule_levels levels;
	struct rule_finding *found;
	struct examined e = { .portrait = *p, .now = now };
	size_t count;
	bool good, error = false;

	rule_levels_init(&levels);
	good = rules_examine(&levels, arena, &e, &found, &count);
	assert(count <= FINDINGS_OF_ENTITY);
	for (size_t i = 0; i < count; i++) {
		error = error || found[i].level == FINDING_ERROR;
		assert(found[i].level != FINDING_NONE && is_line(found[i].found, 3 * RULE_FOUND_LARGEST));
		assert(found[i].element.size < 512 && is_line(found[i].element, 512));
	}
	assert(good == !error);
}

static void
look_at(const struct metadata_entity *e, struct instant now)
{
	static const struct publish_settings settings = { .registration_authority = "urn:r" };
	const struct fragment fragment = { .registration = e->registration, .extensions = e->extensions,
		.attributes_at = e->attributes_at, .attributes = e->attributes, .content = e->content };
	const struct entity entity = { .entity_id = e->entity_id, .roles = e->roles, .prefixes = e->prefixes };
	struct arena a = arena_init(PORTRAIT_ARENA), b = arena_init(PORTRAIT_ARENA);
	struct buffer member = buffer_init(4 * MIB), document = buffer_init(4 * MIB);
	struct portrait p;
	struct problem why;
	enum err err;

	assemble_member(&member, &settings, &entity, &fragment);
	buffer_text(&document, "<md:EntityDescriptor");
	for (const struct context_namespace *n = metadata_context; n->prefix; n++)
		buffer_print(&document, " xmlns:%s=\"%s\"", n->prefix, n->uri);
	buffer_add(&document, span_skip(buffer_span(&member), strlen("<md:EntityDescriptor")));
	err = portrait_read(&a, buffer_span(&document), &p, &why);
	assert(err == OK || err == ERR_LIMIT);
	if (err == OK) {
		assert(span_equal(p.entity_id, e->entity_id) && roles_of(&p) == e->roles && p.registrations > 0);
		examine(&b, &p, now);
	}
	buffer_release(&member);
	buffer_release(&document);
	arena_release(&a);
	arena_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct metadata_terms terms = { .believe_registration = true, .believe_categories = true };
	const struct instant now = { SECONDS(1795348800) };
	struct arena a = arena_init(METADATA_ARENA), b = arena_init(PORTRAIT_ARENA), c = arena_init(PORTRAIT_ARENA);
	struct metadata metadata;
	struct portrait p;

	if (metadata_read(&a, span_of(data, size), &terms, now, &metadata, NULL) == OK)
		for (size_t i = 0; i < metadata.entity_count; i++)
			look_at(&metadata.entities[i], now);
	/* What the reader of metadata would not take. */
	if (portrait_read(&b, span_of(data, size), &p, NULL) == OK)
		examine(&c, &p, now);
	arena_release(&a);
	arena_release(&b);
	arena_release(&c);
	return 0;
}
