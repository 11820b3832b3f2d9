/* tests/fuzz/fuzz_metadata.c - a fragment in a set of our own is read again as the same fragment: it is its own
 * canonical form, and nothing is left in it of what its terms do not believe.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "registry/assemble.h"

#define TEXT(text) { (const uint8_t *)(text), sizeof(text) - 1 }

/* How it is read, and how it is read again. */
static const struct {
	struct metadata_terms first, again;
} terms[] = {
	{ { .believe_registration = false }, { .believe_registration = false } },
	{ { .believe_registration = true, .believe_categories = true },
	  { .believe_registration = true, .believe_categories = true } },
	{ { .replace = true, .ui_info =
	    TEXT("<mdui:UIInfo><mdui:DisplayName xml:lang=\"en\">A</mdui:DisplayName></mdui:UIInfo>"),
	    .scopes = TEXT("<shibmd:Scope regexp=\"false\">a.example</shibmd:Scope>"),
	    .organization =
	    TEXT("<md:Organization><md:OrganizationName xml:lang=\"ja\">A</md:OrganizationName></md:Organization>"),
	    .contacts = TEXT("<md:ContactPerson contactType=\"support\"></md:ContactPerson>"),
	    .requested = TEXT("<md:RequestedAttribute Name=\"u:a\"></md:RequestedAttribute>"),
	    .service_name = TEXT("<md:ServiceName xml:lang=\"en\">A</md:ServiceName>") },
	  { .believe_registration = false } },
};

static void
add_member(struct buffer *b, const struct metadata_entity *e)
{
	static const struct publish_settings settings = { .registration_authority = NULL };
	const struct fragment fragment = {
		{ 1 }, e->registration, e->extensions, e->attributes_at, e->attributes, e->content
	};
	const struct entity entity = { .entity_id = e->entity_id, .roles = e->roles, .prefixes = e->prefixes };

	assemble_member(b, &settings, &entity, &fragment);
}

/* Looking at canonical text: `<` begins a tag and nothing else, and every element has two. */

static bool
is_tag(struct span at, const char *name)
{
	struct span rest = span_skip(at, strlen(name));

	return span_starts(at, name) && rest.size && (rest.data[0] == ' ' || rest.data[0] == '>');
}

static bool
tag_has(struct span tag, const char *attribute)
{
	bool quoted = false;

	for (; tag.size && (quoted || tag.data[0] != '>'); tag = span_skip(tag, 1)) {
		if (!quoted && span_starts(tag, attribute))
			return true;
		quoted = quoted != (tag.data[0] == '"');
	}
	return false;
}

static void
expect_unbelieved(struct span text)
{
	unsigned attributes = 0;

	for (; text.size; text = span_skip(text, 1)) {
		if (text.data[0] != '<')
			continue;
		assert(!is_tag(text, "<mdrpi:RegistrationInfo") && !is_tag(text, "<mdrpi:PublicationInfo"));
		attributes += is_tag(text, "<mdattr:EntityAttributes");
		attributes -= is_tag(text, "</mdattr:EntityAttributes");
		if (!attributes)
			continue;
		assert(!is_tag(text, "<saml:Assertion"));
		assert(!is_tag(text, "<saml:Attribute") ||
		    (!tag_has(text, " Name=\"http://macedir.org/entity-category\"") &&
		    !tag_has(text, " Name=\"urn:oasis:names:tc:SAML:attribute:assurance-certification\"")));
	}
}

/* What was made of it once stays as it is. */
static void
expect_same(const struct metadata_entity *x, const struct metadata_entity *y)
{
	assert(span_equal(x->entity_id, y->entity_id) && x->roles == y->roles);
	assert(span_equal(x->attributes, y->attributes) && span_equal(x->content, y->content));
	assert(span_equal(x->prefixes, y->prefixes) && x->registration == y->registration);
	assert(x->extensions == y->extensions && x->attributes_at == y->attributes_at);
	assert(y->claimed_count == 0);
}

static void
expect_places(const struct metadata_entity *e)
{
	struct span before = span_first(e->content, e->extensions);
	struct span behind = span_skip(e->content, e->attributes_at);

	assert(e->extensions <= e->content.size && e->attributes_at <= e->content.size);
	assert((e->extensions == 0) == (e->registration == REGISTRATION_HOMELESS));
	assert(!before.size || before.data[before.size - 1] == '>');
	assert(!e->attributes_at || span_starts(behind, "</mdattr:EntityAttributes>"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct instant now = { SECONDS(1795348800) };

	for (size_t t = 0; t < COUNT(terms); t++) {
		struct arena a = arena_init(METADATA_ARENA), b = arena_init(METADATA_ARENA);
		struct buffer document = buffer_init(64 * MIB);
		struct metadata first, again;
		struct problem why;

		if (metadata_read(&a, span_of(data, size), &terms[t].first, now, &first, &why) == OK &&
		    first.entity_count > 0) {
			buffer_text(&document, "<md:EntitiesDescriptor");
			for (const struct context_namespace *n = metadata_context; n->prefix; n++)
				buffer_print(&document, " xmlns:%s=\"%s\"", n->prefix, n->uri);
			buffer_byte(&document, '>');
			for (size_t i = 0; i < first.entity_count; i++)
				add_member(&document, &first.entities[i]);
			buffer_text(&document, "</md:EntitiesDescriptor>");
			assert(!document.overflowed);
			if (metadata_read(&b, buffer_span(&document), &terms[t].again, now, &again, &why) != OK)
				abort();
			assert(again.entity_count == first.entity_count && again.refusal_count == 0);
			for (size_t i = 0; i < first.entity_count; i++) {
				expect_same(&first.entities[i], &again.entities[i]);
				expect_places(&first.entities[i]);
				if (!terms[t].first.believe_categories)
					expect_unbelieved(first.entities[i].content);
			}
		}
		buffer_release(&document);
		arena_release(&a);
		arena_release(&b);
	}
	return 0;
}
