/* registry/member_reading.c - the member record read from JSON as people write it. */
#include "registry/member.h"

#include "codec/document.h"
#include "codec/tree.h"
#include "registry/form.h"
#include "registry/metadata.h"

/* Small values */

/* Missing: empty. */
static struct span
read_text(struct place p, const struct form *form)
{
	struct span text = { 0 };
	uint32_t character;
	size_t position;

	if (!place_exists(p))
		return text;
	if (json_is_string(p.value))
		text = span_of(json_string_value(p.value), json_string_length(p.value));
	if (form_holds(form, text))
		return arena_copy(p.document->arena, text);
	/* Nor is whoever reads the sentence to be shown it. */
	if (form_unseen(text, &character, &position))
		place_fail(p, form->expected,
		    arena_print(p.document->arena, "the character U+%04X at position %zu", character, position));
	else
		place_fail(p, form->expected, NULL);
	return (struct span){ 0 };
}

static struct span
read_needed(struct place object, const char *key, const struct form *form)
{
	struct place p = place_member(object, key);

	if (!place_exists(p))
		place_fail(p, form->expected, NULL);
	return read_text(p, form);
}

static struct span
read_optional(struct place object, const char *key, const struct form *form)
{
	return read_text(place_member(object, key), form);
}

/* One of a few words, which end with NULL. */
static struct span
read_word(struct place object, const char *key, const char *const *words)
{
	struct place p = place_member(object, key);
	const char *list = NULL;

	for (size_t i = 0; words[i]; i++) {
		if (json_is_string(p.value) && strcmp(json_string_value(p.value), words[i]) == 0)
			return span_text(words[i]);
		list = list ? arena_print(p.document->arena, "%s, %s", list, words[i])
		            : arena_print(p.document->arena, "one of %s", words[i]);
	}
	place_fail(p, list, NULL);
	return (struct span){ 0 };
}

enum languages { NEITHER, EITHER, BOTH };

static struct localized
read_localized(struct place object, const char *key, const struct form *form, enum languages needed)
{
	struct place p = place_member(object, key);
	struct localized l = { 0 };

	if (needed == BOTH) {
		l.ja = read_needed(p, "ja", form);
		l.en = read_needed(p, "en", form);
	} else if (place_exists(p)) {
		l.ja = read_optional(p, "ja", form);
		l.en = read_optional(p, "en", form);
	}
	if (needed == EITHER && l.ja.size == 0 && l.en.size == 0)
		place_fail(p, "a text in ja, en or both", place_exists(p) ? "neither" : NULL);
	return l;
}

/* "2027-03-31T00:00:00Z" or "2027-03-31": midnight UTC. Whole seconds. */
static struct instant
read_instant(struct place object, const char *key)
{
	struct place p = place_member(object, key);
	const char *text = json_string_value(p.value);
	struct instant t = { 0 };

	if (text && strlen(text) == strlen("2027-03-31"))
		text = arena_print(p.document->arena, "%sT00:00:00Z", text);
	if (!text || !instant_read(span_text(text), &t) || t.us <= 0)
		place_fail(p, "a time such as \"2027-03-31T00:00:00Z\" or a date such as \"2027-03-31\"", NULL);
	t.us -= t.us % SECONDS(1);
	return t;
}

static struct member_logo
read_logo(struct place object)
{
	struct place p = place_member(object, "logo");
	struct member_logo logo = { 0 };

	if (!place_exists(p))
		return logo;
	logo.url = read_needed(p, "url", &form_picture);
	logo.width = (uint32_t)place_integer(place_required(place_member(p, "width")), 1, 10000, 0);
	logo.height = (uint32_t)place_integer(place_required(place_member(p, "height")), 1, 10000, 0);
	return logo;
}

static size_t
read_count(struct place array, size_t least, size_t most)
{
	size_t count = place_exists(array) ? place_count(array) : 0;

	if (count >= least && count <= most)
		return count;
	place_fail(array, arena_print(array.document->arena, "%zu to %zu elements", least, most),
	    place_exists(array) ? arena_print(array.document->arena, "%zu", count) : NULL);
	return 0;
}

static const struct span *
read_values(struct place object, const char *key, const struct form *form, size_t *count)
{
	struct place array = place_member(object, key);
	struct span *values;

	*count = read_count(array, 0, MEMBER_VALUES);
	values = arena_array(array.document->arena, struct span, *count);
	for (size_t i = 0; i < *count; i++) {
		values[i] = read_text(place_element(array, i), form);
		for (size_t n = 0; n < i; n++)
			if (span_equal(values[n], values[i]))
				place_fail(place_element(array, i), "each value once", NULL);
	}
	return values;
}

/* An entity */

static unsigned
read_roles(struct place object)
{
	struct place array = place_member(object, "roles");
	size_t count = read_count(array, 1, MEMBER_VALUES);
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

	e->attribute_count = read_count(array, 0, MEMBER_ATTRIBUTES);
	e->attributes = list = arena_array(arena, struct member_attribute, e->attribute_count);
	for (size_t i = 0; i < e->attribute_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_attribute){
			.name = read_needed(p, "name", &form_attribute),
			.friendly_name = read_optional(p, "friendly_name", &form_name),
			.required = place_boolean(place_member(p, "required"), false),
			.purpose = read_localized(p, "purpose", &form_description, EITHER),
			.legal_basis = read_optional(p, "legal_basis", &form_description),
		};
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].name, list[i].name))
				place_fail(place_member(p, "name"), "each attribute once", NULL);
	}
}

/* What nobody but its owner may have (RFC 7518 s6, RFC 7591 s2); it would be published with the record's digest, and
 * seen by every operator. */
static bool
holds_secret(const json_t *metadata)
{
	static const char *const secret[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };
	const json_t *key;
	size_t i;

	json_array_foreach (json_object_get(json_object_get(metadata, "jwks"), "keys"), i, key)
		for (size_t n = 0; n < COUNT(secret); n++)
			if (json_object_get(key, secret[n]))
				return true;
	return json_object_get(metadata, "client_secret") != NULL;
}

static struct span
read_metadata(struct place oidc, const char *key)
{
	struct place p = place_member(oidc, key);
	json_t *value = place_value(p);
	const char *expected = NULL;
	struct span text = { 0 };
	struct buffer b;

	if (!place_exists(p))
		return text;
	if (!json_is_object(value) || json_object_size(value) == 0)
		place_fail(p, "an object that is not empty", NULL);
	else if (!tree_canonical(value, &expected))
		place_fail(p, expected, "another value in it");
	else if (holds_secret(value))
		place_fail(p, "public keys alone", "a private key or a secret");
	else {
		b = buffer_init(MEMBER_RECORD_LARGEST);
		tree_write(&b, value);
		if (b.overflowed)
			place_fail(p, "at most 1 MiB", "more");
		text = arena_copy(p.document->arena, buffer_span(&b));
		buffer_release(&b);
	}
	return text;
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

static struct member_entity
read_entity(struct place p)
{
	struct place oidc = place_member(p, "oidc");
	struct member_entity e = {
		.entity_id = read_needed(p, "entity_id", &form_entity_id),
		.roles = read_roles(p),
		.name = read_localized(p, "name", &form_name, NEITHER),
		.description = read_localized(p, "description", &form_description, NEITHER),
		.information_url = read_localized(p, "information_url", &form_https, NEITHER),
		.privacy_url = read_localized(p, "privacy_url", &form_https, NEITHER),
		.logo = read_logo(p),
		.saml = read_optional(p, "saml", &form_descriptor),
	};

	e.scopes = read_values(p, "scopes", &form_scope, &e.scope_count);
	e.categories = read_values(p, "categories", &form_uri, &e.category_count);
	e.supported_categories = read_values(p, "supported_categories", &form_uri, &e.supported_count);
	read_attributes(p, &e);
	if (e.saml.size && e.entity_id.size)
		check_descriptor(place_member(p, "saml"), e.saml, e.entity_id, e.roles);
	if (place_exists(oidc)) {
		e.oidc_client = read_metadata(oidc, "client");
		e.oidc_provider = read_metadata(oidc, "provider");
	}
	return e;
}

static void
read_entities(struct place root, struct member_record *m)
{
	struct place array = place_member(root, "entities");
	struct member_entity *list;

	m->entity_count = read_count(array, 1, MEMBER_ENTITIES);
	m->entities = list = arena_array(array.document->arena, struct member_entity, m->entity_count);
	for (size_t i = 0; i < m->entity_count; i++) {
		list[i] = read_entity(place_element(array, i));
		for (size_t n = 0; n < i; n++)
			if (span_equal(list[n].entity_id, list[i].entity_id))
				place_fail(
				    place_member(place_element(array, i), "entity_id"), "each entity once", NULL);
	}
}

/* The rest of the record */

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

	m->contact_count = read_count(array, 1, MEMBER_CONTACTS);
	m->contacts = list = arena_array(array.document->arena, struct member_contact, m->contact_count);
	for (size_t i = 0; i < m->contact_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_contact){
			.type = read_word(p, "type", types),
			.given_name = read_optional(p, "given_name", &form_name),
			.surname = read_optional(p, "surname", &form_name),
			.email = read_needed(p, "email", &form_email),
			.telephone = read_optional(p, "telephone", &form_telephone),
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

#define FACT_NAME 64
#define FACT_WORD 64
#define FACT_NUMBER INT64_C(10000000000)

static bool
is_fact_name(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (!s.data[i] || !strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", s.data[i]))
			return false;
	return s.size >= 1 && s.size <= FACT_NAME;
}

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
		return json_is_string(value) && json_string_length(value) <= FACT_WORD;
	json_array_foreach (value, i, word)
		if (!json_is_string(word) || json_string_length(word) > FACT_WORD)
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
		if (!is_fact_name(span_text(name)) || !is_fact_value(fact)) {
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

	m->certification_count = read_count(array, 0, MEMBER_CERTIFICATIONS);
	m->certifications = list = arena_array(array.document->arena, struct member_certification,
	    m->certification_count);
	for (size_t i = 0; i < m->certification_count; i++) {
		struct place p = place_element(array, i);

		list[i] = (struct member_certification){
			.framework = read_needed(p, "framework", &form_word),
			.area = read_needed(p, "area", &form_word),
			.level = read_needed(p, "level", &form_level),
			.uri = read_needed(p, "uri", &form_uri),
			.assessor = read_needed(p, "assessor", &form_name),
			.from = read_instant(p, "from"),
			.until = read_instant(p, "until"),
			.document = read_optional(p, "document", &form_https),
			.entity_id = read_optional(p, "entity_id", &form_entity_id),
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
	m->street_address = read_needed(p, "street", &form_name);
	m->locality = read_optional(p, "locality", &form_name);
	m->postal_code = read_optional(p, "postal_code", &form_name);
	m->country = read_needed(p, "country", &form_country);
}

static void
read_record(struct place root, struct member_record *m)
{
	static const char *const kinds[] = { "public", "education", "medical", "finance", "business", "platform",
		"other", NULL };
	struct place registration = place_member(root, "registration");

	m->id = read_needed(root, "id", &form_member_id);
	m->name = read_localized(root, "name", &form_name, BOTH);
	m->description = read_localized(root, "description", &form_description, NEITHER);
	m->url = read_localized(root, "url", &form_https, NEITHER);
	m->kind = read_word(root, "kind", kinds);
	read_address(root, m);
	m->logo = read_logo(root);
	read_entities(root, m);
	read_contacts(root, m);
	read_certifications(root, m);
	if (place_exists(registration))
		m->registration_policy = read_localized(registration, "policy", &form_https, NEITHER);
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
