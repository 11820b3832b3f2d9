/* registry/member_entity_reading.c - one entity of a member, read from JSON as people write it. */
#include "registry/member_reading.h"

#include "registry/metadata.h"

static unsigned
read_roles(struct place object)
{
	struct place array = place_member(object, "roles");
	size_t count = place_count_within(array, 1, MEMBER_VALUES);
	unsigned roles = 0;

	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);
		unsigned role = entity_role_read(span_text(json_string_value(p.value)));

		if (!role)
			place_fail(p, "one of idp, rp, ap, platform, authn-provider, proofing-provider", NULL);
		if (roles & role)
			place_fail(p, "each role once", NULL);
		roles |= role;
	}
	return roles;
}

static void
read_attributes(struct place object, struct member_entity *e)
{
	struct place array = place_member(object, "attributes");
	struct arena *arena = array.document->arena;
	struct member_attribute *list;

	e->attribute_count = place_count_within(array, 0, MEMBER_ATTRIBUTES);
	e->attributes = list = arena_array(arena, struct member_attribute, e->attribute_count);
	for (size_t i = 0; i < e->attribute_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_attribute){
			.name = value_needed(p, "name", &form_attribute),
			.friendly_name = value_optional(p, "friendly_name", &form_name),
			.required = place_boolean(place_member(p, "required"), false),
			.purpose = value_localized(p, "purpose", &form_description, EITHER),
			.legal_basis = value_optional(p, "legal_basis", &form_description),
		};
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].name, list[i].name))
				place_fail(place_member(p, "name"), "each attribute once", NULL);
	}
}

/* The descriptor as metadata_read() takes it. Time is none of the record's business. */
static void
check_descriptor(struct place p, struct span text, struct span entity_id, unsigned roles)
{
	static const struct {
		enum entity_role role;
		const char *expected, *found;
	} needed[] = {
		{ ENTITY_IDP, "idp among the roles", "an IDPSSODescriptor" },
		{ ENTITY_RP, "rp among the roles", "an SPSSODescriptor" },
	};
	struct arena *arena = p.document->arena, scratch = arena_init(METADATA_ARENA);
	struct metadata_terms terms = { 0 };
	struct metadata found;
	struct problem why = { 0 };
	const char *wrong = NULL, *expected = "an EntityDescriptor of SAML metadata";

	if (metadata_read(&scratch, text, &terms, (struct instant){ 0 }, &found, &why) != OK) {
		wrong = arena_print(arena, "another text: %s", why.text);
	} else if (found.entity_count + found.refusal_count != 1) {
		wrong = arena_print(arena, "%zu of them", found.entity_count + found.refusal_count);
	} else if (found.refusal_count) {
		wrong = arena_print(arena, "one that cannot be published: %s", found.refusals[0].why.text);
	} else if (!span_equal(found.entities[0].entity_id, entity_id)) {
		expected = "the entity's own entityID";
		wrong =
		    arena_print(arena, "\"%.*s\" in line %d", (int)span_first(found.entities[0].entity_id, 200).size,
		        (const char *)found.entities[0].entity_id.data, found.entities[0].line);
	} else {
		for (size_t i = 0; i < COUNT(needed) && !wrong; i++)
			if (found.entities[0].roles & needed[i].role & ~roles) {
				expected = needed[i].expected;
				wrong = arena_print(arena, "%s in line %d", needed[i].found, found.entities[0].line);
			}
	}
	if (wrong)
		place_fail(p, expected, wrong);
	arena_release(&scratch);
}

static bool
is_descriptor(struct span s)
{
	return s.size > 0;
}
static const struct form form_descriptor = { "the XML of an EntityDescriptor", MEMBER_RECORD_LARGEST, is_descriptor };

struct member_entity
member_entity_read(struct place p)
{
	struct member_entity e = {
		.entity_id = value_needed(p, "entity_id", &form_entity_id),
		.roles = read_roles(p),
		.name = value_localized(p, "name", &form_name, NEITHER),
		.description = value_localized(p, "description", &form_description, NEITHER),
		.information_url = value_localized(p, "information_url", &form_https, NEITHER),
		.privacy_url = value_localized(p, "privacy_url", &form_https, NEITHER),
		.logo = value_logo(p),
		.saml = value_optional(p, "saml", &form_descriptor),
	};

	e.scopes = value_list(p, "scopes", &form_scope, &e.scope_count);
	e.categories = value_list(p, "categories", &form_uri, &e.category_count);
	e.supported_categories = value_list(p, "supported_categories", &form_uri, &e.supported_count);
	read_attributes(p, &e);
	if (e.saml.size && e.entity_id.size)
		check_descriptor(place_member(p, "saml"), e.saml, e.entity_id, e.roles);
	member_relying_read(p, &e);
	return e;
}
