/* registry/member_reading.c - the member record read from JSON as people write it. */
#include "registry/member_reading.h"

#include "codec/tree.h"
#include "model/policy_id.h"

static void
read_entities(struct place root, struct member_record *m)
{
	struct place array = place_member(root, "entities");
	struct member_entity *list;

	m->entity_count = place_count_within(array, 1, MEMBER_ENTITIES);
	m->entities = list = arena_array(array.document->arena, struct member_entity, m->entity_count);
	for (size_t i = 0; i < m->entity_count; i++) {
		list[i] = member_entity_read(place_element(array, i));
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].entity_id, list[i].entity_id))
				place_fail(
				    place_member(place_element(array, i), "entity_id"), "each entity once", NULL);
	}
}

static bool
speaks_saml(const struct member_record *m)
{
	for (size_t i = 0; i < m->entity_count; i++)
		if (m->entities[i].saml.size)
			return true;
	return false;
}

static void
read_contacts(struct place root, struct member_record *m)
{
	static const char *const types[] = { "technical", "support", "administrative", "security", "billing", "other",
		NULL };
	struct place array = place_member(root, "contacts");
	struct member_contact *list;
	bool reachable = false;

	m->contact_count = place_count_within(array, 1, MEMBER_CONTACTS);
	m->contacts = list = arena_array(array.document->arena, struct member_contact, m->contact_count);
	for (size_t i = 0; i < m->contact_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_contact){
			.type = value_word(p, "type", types),
			.given_name = value_optional(p, "given_name", &form_name),
			.surname = value_optional(p, "surname", &form_name),
			.email = value_needed(p, "email", &form_email),
			.telephone = value_optional(p, "telephone", &form_telephone),
		};
		reachable = reachable || span_is(list[i].type, "technical") || span_is(list[i].type, "support");
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].email, list[i].email) && span_equal(list[n].type, list[i].type))
				place_fail(p, "each address once in a type", NULL);
	}
	if (!reachable && speaks_saml(m))
		place_fail(array, "a contact of type technical or support, for there is a SAML descriptor (eduGAIN E6)",
		    "none");
}

static bool
same_certification(const struct member_certification *a, const struct member_certification *b)
{
	return span_equal(a->uri, b->uri) && span_equal(a->entity_id, b->entity_id) && a->from.us == b->from.us;
}

static bool
has_entity(const struct member_record *m, struct span entity_id)
{
	for (size_t i = 0; i < m->entity_count; i++)
		if (span_equal(m->entities[i].entity_id, entity_id))
			return true;
	return false;
}

#define FACT_NUMBER INT64_C(10000000000)

static bool
is_fact_value(const json_t *value)
{
	const json_t *word;
	size_t i;

	if (json_is_boolean(value))
		return true;
	if (json_is_integer(value))
		return json_integer_value(value) >= -FACT_NUMBER && json_integer_value(value) <= FACT_NUMBER;
	if (!json_is_array(value))
		return json_is_string(value) && json_string_length(value) <= POLICY_LEVEL_LARGEST;
	json_array_foreach (value, i, word)
		if (!json_is_string(word) || json_string_length(word) > POLICY_LEVEL_LARGEST)
			return false;
	return json_array_size(value) <= MEMBER_VALUES;
}

/* Which facts there are, and what each may be, is the dictionary's to say: it is held against it when it is used. */
static struct span
read_facts(struct place certification)
{
	struct place p = place_member(certification, "facts");
	json_t *value = place_value(p);
	const char *expected = NULL, *name;
	struct span text = { 0 };
	struct buffer b;
	json_t *fact;

	if (!place_exists(p))
		return text;
	if (!json_is_object(value) || json_object_size(value) == 0 || json_object_size(value) > MEMBER_VALUES) {
		place_fail(p, "an object of 1 to 64 facts", NULL);
		return text;
	}
	json_object_foreach (value, name, fact)
		if (!policy_id_valid(span_text(name)) || !is_fact_value(fact)) {
		place_fail(p, "names of facts, each with true, false, a whole number, a word or a list of words",
		    "another member");
		return text;
		}
	if (!tree_canonical(value, &expected)) {
		place_fail(p, expected, "another value in it");
		return text;
	}
	b = buffer_init(MEMBER_RECORD_LARGEST);
	tree_write(&b, value);
	text = arena_copy(p.document->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
read_certifications(struct place root, struct member_record *m)
{
	struct place array = place_member(root, "certifications");
	struct member_certification *list;

	m->certification_count = place_count_within(array, 0, MEMBER_CERTIFICATIONS);
	m->certifications = list = arena_array(array.document->arena, struct member_certification,
	    m->certification_count);
	for (size_t i = 0; i < m->certification_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_certification){
			.framework = value_needed(p, "framework", &form_word),
			.area = value_needed(p, "area", &form_word),
			.level = value_needed(p, "level", &form_level),
			.uri = value_needed(p, "uri", &form_uri),
			.assessor = value_needed(p, "assessor", &form_name),
			.from = value_instant(p, "from"),
			.until = value_instant(p, "until"),
			.document = value_optional(p, "document", &form_https),
			.entity_id = value_optional(p, "entity_id", &form_entity_id),
			.facts = read_facts(p),
		};
		if (!instant_before(list[i].from, list[i].until))
			place_fail(place_member(p, "until"), "a time after from", NULL);
		if (list[i].entity_id.size && !has_entity(m, list[i].entity_id))
			place_fail(place_member(p, "entity_id"), "one of the member's entities", NULL);
		for (size_t n = 0; n < i; n++)
			if (same_certification(&list[n], &list[i]))
				place_fail(p, "each certification once", "the one before again");
	}
}

static void
read_address(struct place root, struct member_record *m)
{
	struct place p = place_member(root, "address");

	if (!place_exists(p))
		return;
	m->street_address = value_needed(p, "street", &form_name);
	m->locality = value_optional(p, "locality", &form_name);
	m->postal_code = value_optional(p, "postal_code", &form_name);
	m->country = value_needed(p, "country", &form_country);
}

static void
read_record(struct place root, struct member_record *m)
{
	static const char *const kinds[] = { "public", "education", "medical", "finance", "business", "platform",
		"other", NULL };
	struct place registration = place_member(root, "registration");

	m->id = value_needed(root, "id", &form_member_id);
	m->name = value_localized(root, "name", &form_name, BOTH);
	m->description = value_localized(root, "description", &form_description, NEITHER);
	m->url = value_localized(root, "url", &form_https, NEITHER);
	m->kind = value_word(root, "kind", kinds);
	read_address(root, m);
	m->logo = value_logo(root);
	read_entities(root, m);
	read_contacts(root, m);
	read_certifications(root, m);
	member_jpki_read(root, m);
	if (place_exists(registration))
		m->registration_policy = value_localized(registration, "policy", &form_https, NEITHER);
}

/* What is kept is the canonical text, so it too is to fit. */
static void
check_size(struct document *d, const struct member_record *m)
{
	struct buffer b = buffer_init(MEMBER_RECORD_LARGEST);

	member_print(&b, m);
	if (b.overflowed)
		place_fail(document_root(d), "a record of at most 1 MiB", "a larger one");
	buffer_release(&b);
}

enum err
member_parse(struct arena *arena, const char *file, struct span json, struct member_record *out, struct problem *why)
{
	struct document d;

	*out = (struct member_record){ 0 };
	if (json.size > MEMBER_RECORD_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes, found %zu", file,
		    MEMBER_RECORD_LARGEST, json.size);
	d = document_parse(arena, file, json);
	if (d.root) {
		read_record(document_root(&d), out);
		check_size(&d, out);
	}
	return document_end(&d, why);
}
