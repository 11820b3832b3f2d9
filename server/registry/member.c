/* registry/member.c - the member record as a value: which it is, what holds of it, and its canonical JSON. The reading
 * stands in member_reading.c. */
#include "registry/member.h"

#include "codec/json_writer.h"
#include "codec/text.h"
#include "registry/form.h"

bool
member_id_valid(struct span id)
{
	return form_holds(&form_member_id, id);
}

bool
certification_holds(const struct member_certification *c, struct span entity_id, struct instant now)
{
	return !instant_before(now, c->from) && instant_before(now, c->until) &&
	    (c->entity_id.size == 0 || span_equal(c->entity_id, entity_id));
}

/* Canonical JSON (RFC 8785): members in alphabetical order, what is empty left out. */

static void
print_localized(struct buffer *b, const char *key, const struct localized *l)
{
	if (l->ja.size == 0 && l->en.size == 0)
		return;
	json_write_name(b, key);
	buffer_byte(b, '{');
	json_write_given(b, "en", l->en);
	json_write_given(b, "ja", l->ja);
	buffer_byte(b, '}');
}

static void
print_instant(struct buffer *b, const char *key, struct instant t)
{
	char text[INSTANT_TEXT];

	json_write_name(b, key);
	buffer_print(b, "\"%s\"", instant_text(t, text));
}

static void
print_logo(struct buffer *b, const struct member_logo *logo)
{
	if (logo->width == 0)
		return;
	json_write_name(b, "logo");
	buffer_print(b, "{\"height\":%u", logo->height);
	json_write_given(b, "url", logo->url);
	buffer_print(b, ",\"width\":%u}", logo->width);
}

static void
print_values(struct buffer *b, const char *key, const struct span *values, size_t count)
{
	if (count == 0)
		return;
	json_write_name(b, key);
	buffer_byte(b, '[');
	for (size_t i = 0; i < count; i++) {
		json_write_element(b);
		json_write_string(b, values[i]);
	}
	buffer_byte(b, ']');
}

/* Objects: what is in each is printed by its own. */
static void
print_list(struct buffer *b, const char *key, const void *list, size_t count, size_t size,
    void (*print)(struct buffer *, const void *item))
{
	json_write_name(b, key);
	buffer_byte(b, '[');
	for (size_t i = 0; i < count; i++) {
		json_write_element(b);
		buffer_byte(b, '{');
		print(b, (const char *)list + i * size);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
print_address(struct buffer *b, const struct member_record *m)
{
	if (m->country.size == 0)
		return;
	json_write_name(b, "address");
	buffer_byte(b, '{');
	json_write_given(b, "country", m->country);
	json_write_given(b, "locality", m->locality);
	json_write_given(b, "postal_code", m->postal_code);
	json_write_given(b, "street", m->street_address);
	buffer_byte(b, '}');
}

static void
print_certification(struct buffer *b, const void *item)
{
	const struct member_certification *c = item;

	json_write_given(b, "area", c->area);
	json_write_given(b, "assessor", c->assessor);
	json_write_given(b, "document", c->document);
	json_write_given(b, "entity_id", c->entity_id);
	if (c->facts.size) {
		json_write_name(b, "facts");
		buffer_add(b, c->facts);
	}
	json_write_given(b, "framework", c->framework);
	print_instant(b, "from", c->from);
	json_write_given(b, "level", c->level);
	print_instant(b, "until", c->until);
	json_write_given(b, "uri", c->uri);
}

static void
print_uses(struct buffer *b, unsigned uses)
{
	json_write_name(b, "uses");
	buffer_byte(b, '[');
	if (uses & JPKI_AUTHENTICATION)
		buffer_text(b, "\"authentication\"");
	if (uses & JPKI_SIGNATURE) {
		json_write_element(b);
		buffer_text(b, "\"signature\"");
	}
	buffer_byte(b, ']');
}

static void
print_accreditation(struct buffer *b, const void *item)
{
	const struct member_accreditation *a = item;

	json_write_given(b, "basis", a->basis);
	print_instant(b, "from", a->from);
	json_write_given(b, "name", a->name);
	print_instant(b, "notified", a->notified);
	print_instant(b, "until", a->until);
	print_uses(b, a->uses);
}

static void
print_entrustment(struct buffer *b, const void *item)
{
	const struct member_entrustment *e = item;

	print_instant(b, "from", e->from);
	print_instant(b, "reported", e->reported);
	json_write_given(b, "to", e->to);
	print_instant(b, "until", e->until);
	print_uses(b, e->uses);
}

static void
print_jpki(struct buffer *b, const struct member_record *m)
{
	if (!m->accreditation_count && !m->entrustment_count)
		return;
	json_write_name(b, "jpki");
	buffer_byte(b, '{');
	if (m->accreditation_count)
		print_list(b, "accreditations", m->accreditations, m->accreditation_count, sizeof(*m->accreditations),
		    print_accreditation);
	if (m->entrustment_count)
		print_list(b, "entrustments", m->entrustments, m->entrustment_count, sizeof(*m->entrustments),
		    print_entrustment);
	buffer_byte(b, '}');
}

static void
print_contact(struct buffer *b, const void *item)
{
	const struct member_contact *c = item;

	json_write_given(b, "email", c->email);
	json_write_given(b, "given_name", c->given_name);
	json_write_given(b, "surname", c->surname);
	json_write_given(b, "telephone", c->telephone);
	json_write_given(b, "type", c->type);
}

static void
print_attribute(struct buffer *b, const void *item)
{
	const struct member_attribute *a = item;

	json_write_given(b, "friendly_name", a->friendly_name);
	json_write_given(b, "legal_basis", a->legal_basis);
	json_write_given(b, "name", a->name);
	print_localized(b, "purpose", &a->purpose);
	if (a->required)
		buffer_text(b, ",\"required\":true");
}

static void
print_oidc(struct buffer *b, const struct member_entity *e)
{
	if (e->oidc_client.size == 0 && e->oidc_provider.size == 0)
		return;
	json_write_name(b, "oidc");
	buffer_byte(b, '{');
	if (e->oidc_client.size) {
		json_write_name(b, "client");
		buffer_add(b, e->oidc_client);
	}
	if (e->oidc_provider.size) {
		json_write_name(b, "provider");
		buffer_add(b, e->oidc_provider);
	}
	buffer_byte(b, '}');
}

/* Levels are kept in the order of their areas. */
void
requirement_print(struct buffer *b, const struct requirement_name *r)
{
	buffer_byte(b, '{');
	json_write_given(b, "framework", r->framework);
	if (r->area_count) {
		json_write_name(b, "levels");
		buffer_byte(b, '{');
		for (size_t i = 0; i < r->area_count; i++) {
			if (i)
				buffer_byte(b, ',');
			json_write_string(b, r->areas[i].area);
			buffer_byte(b, ':');
			json_write_string(b, r->areas[i].level);
		}
		buffer_byte(b, '}');
	}
	json_write_given(b, "profile", r->profile);
	buffer_byte(b, '}');
}

static void
print_entity(struct buffer *b, const void *item)
{
	const struct member_entity *e = item;

	if (e->attribute_count)
		print_list(b, "attributes", e->attributes, e->attribute_count, sizeof(*e->attributes), print_attribute);
	print_values(b, "categories", e->categories, e->category_count);
	print_localized(b, "description", &e->description);
	json_write_given(b, "entity_id", e->entity_id);
	print_localized(b, "information_url", &e->information_url);
	print_logo(b, &e->logo);
	print_localized(b, "name", &e->name);
	print_oidc(b, e);
	print_values(b, "personas", e->personas, e->persona_count);
	print_localized(b, "privacy_url", &e->privacy_url);
	if (e->requires.framework.size) {
		json_write_name(b, "requires");
		requirement_print(b, &e->requires);
	}
	json_write_name(b, "roles");
	buffer_byte(b, '[');
	for (const struct entity_role_name *r = entity_roles; r->name; r++)
		if (e->roles & r->role) {
			json_write_element(b);
			json_write_string(b, span_text(r->name));
		}
	buffer_byte(b, ']');
	json_write_given(b, "saml", e->saml);
	print_values(b, "scopes", e->scopes, e->scope_count);
	json_write_given(b, "sector", e->sector);
	print_values(b, "supported_categories", e->supported_categories, e->supported_count);
}

void
member_print(struct buffer *b, const struct member_record *m)
{
	buffer_byte(b, '{');
	print_address(b, m);
	if (m->certification_count)
		print_list(b, "certifications", m->certifications, m->certification_count, sizeof(*m->certifications),
		    print_certification);
	print_list(b, "contacts", m->contacts, m->contact_count, sizeof(*m->contacts), print_contact);
	print_localized(b, "description", &m->description);
	print_list(b, "entities", m->entities, m->entity_count, sizeof(*m->entities), print_entity);
	json_write_given(b, "id", m->id);
	print_jpki(b, m);
	json_write_given(b, "kind", m->kind);
	print_logo(b, &m->logo);
	print_localized(b, "name", &m->name);
	if (m->registration_policy.ja.size || m->registration_policy.en.size) {
		json_write_name(b, "registration");
		buffer_byte(b, '{');
		print_localized(b, "policy", &m->registration_policy);
		buffer_byte(b, '}');
	}
	print_localized(b, "url", &m->url);
	buffer_byte(b, '}');
}
