/* registry/wording.c - what a member record says of an entity, in SAML's words. */
#include "registry/wording.h"

#include <stdlib.h>

#include "codec/text.h"
#include "codec/xml.h"

#define NAME_FORMAT_URI "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"

/* Text */

/* Characters no XML document can hold (XML 1.0 s2.2), though JSON can. */
static bool
is_impossible(uint32_t character)
{
	return (character < ' ' && !xml_is_space((uint8_t)character)) || character == 0xfffe || character == 0xffff;
}

static void
write_possible(struct buffer *b, struct span text, void (*write)(struct buffer *, struct span))
{
	struct span rest = text;
	size_t from = 0;

	while (rest.size) {
		size_t at = text.size - rest.size;

		if (!is_impossible(utf8_cut(&rest)))
			continue;
		write(b, span_of(text.data + from, at - from));
		from = text.size - rest.size;
	}
	write(b, span_skip(text, from));
}

static void
write_text(struct buffer *b, struct span text)
{
	write_possible(b, text, xml_write_text);
}

static void
write_attribute(struct buffer *b, const char *name, struct span value)
{
	buffer_print(b, " %s=\"", name);
	write_possible(b, value, xml_write_attribute_value);
	buffer_byte(b, '"');
}

static void
write_element(struct buffer *b, const char *name, struct span text)
{
	if (!text.size)
		return;
	buffer_print(b, "<%s>", name);
	write_text(b, text);
	buffer_print(b, "</%s>", name);
}

static void
write_in_language(struct buffer *b, const char *name, const char *language, struct span text)
{
	if (!text.size)
		return;
	buffer_print(b, "<%s xml:lang=\"%s\">", name, language);
	write_text(b, text);
	buffer_print(b, "</%s>", name);
}

static void
write_localized(struct buffer *b, const char *name, const struct localized *text)
{
	write_in_language(b, name, "ja", text->ja);
	write_in_language(b, name, "en", text->en);
}

static bool
is_empty(const struct localized *text)
{
	return text->ja.size + text->en.size == 0;
}

/* One of the two whole: a name of the entity beside another of the member would be two names. */
static const struct localized *
either(const struct localized *entitys, const struct localized *members)
{
	return is_empty(entitys) ? members : entitys;
}

const struct localized *
wording_name(const struct member_record *record, const struct member_entity *entity)
{
	return either(&entity->name, &record->name);
}

/* What is shown (MDUI 1.0 s2.1) */

static void
write_logo(struct buffer *b, const struct member_logo *logo)
{
	if (!logo->width || !logo->height)
		return;
	buffer_print(b, "<mdui:Logo height=\"%u\" width=\"%u\">", logo->height, logo->width);
	write_text(b, logo->url);
	buffer_text(b, "</mdui:Logo>");
}

static void
write_ui_info(struct buffer *b, const struct member_record *record, const struct member_entity *entity)
{
	size_t begin;

	buffer_text(b, "<mdui:UIInfo>");
	begin = buffer_span(b).size;
	write_localized(b, "mdui:DisplayName", wording_name(record, entity));
	write_localized(b, "mdui:Description", either(&entity->description, &record->description));
	write_localized(b, "mdui:InformationURL", either(&entity->information_url, &record->url));
	write_localized(b, "mdui:PrivacyStatementURL", &entity->privacy_url);
	write_logo(b, entity->logo.width ? &entity->logo : &record->logo);
	if (buffer_span(b).size == begin)
		buffer_clear(b);
	else
		buffer_text(b, "</mdui:UIInfo>");
}

/* SAML V2.0 Metadata Profile for Shibboleth Scope s2: what is registered is no pattern. */
static void
write_scopes(struct buffer *b, const struct member_entity *entity)
{
	for (size_t i = 0; i < entity->scope_count; i++) {
		buffer_text(b, "<shibmd:Scope regexp=\"false\">");
		write_text(b, entity->scopes[i]);
		buffer_text(b, "</shibmd:Scope>");
	}
}

/* Who stands behind it (SAML 2.0 Metadata s2.3.2.1, s2.3.2.2) */

/* The schema wants name and URL. */
static void
write_organization(struct buffer *b, const struct member_record *record)
{
	if (is_empty(&record->name) || is_empty(&record->url))
		return;
	buffer_text(b, "<md:Organization>");
	write_localized(b, "md:OrganizationName", &record->name);
	write_localized(b, "md:OrganizationDisplayName", &record->name);
	write_localized(b, "md:OrganizationURL", &record->url);
	buffer_text(b, "</md:Organization>");
}

static const struct {
	const char *type, *attributes;
} contact_types[] = {
	{ "technical", " contactType=\"technical\"" },
	{ "support", " contactType=\"support\"" },
	{ "administrative", " contactType=\"administrative\"" },
	{ "billing", " contactType=\"billing\"" },
	/* REFEDS Security Contact Metadata Extension */
	{ "security", " contactType=\"other\" remd:contactType=\"http://refeds.org/metadata/contactType/security\"" },
};

static const char *
contact_attributes(struct span type)
{
	for (size_t i = 0; i < COUNT(contact_types); i++)
		if (span_is(type, contact_types[i].type))
			return contact_types[i].attributes;
	return " contactType=\"other\"";
}

static void
write_contact(struct buffer *b, const struct member_contact *c)
{
	buffer_print(b, "<md:ContactPerson%s>", contact_attributes(c->type));
	write_element(b, "md:GivenName", c->given_name);
	write_element(b, "md:SurName", c->surname);
	if (c->email.size) {
		buffer_text(b, "<md:EmailAddress>mailto:");
		write_text(b, c->email);
		buffer_text(b, "</md:EmailAddress>");
	}
	write_element(b, "md:TelephoneNumber", c->telephone);
	buffer_text(b, "</md:ContactPerson>");
}

/* What it may ask for (SAML 2.0 Metadata s2.4.4.1). Claims of OpenID Connect are no names of SAML attributes. */
static void
write_requested(struct buffer *b, const struct member_entity *entity)
{
	for (size_t i = 0; i < entity->attribute_count; i++) {
		const struct member_attribute *a = &entity->attributes[i];

		if (!a->name.size || !memchr(a->name.data, ':', a->name.size))
			continue;
		buffer_text(b, "<md:RequestedAttribute");
		if (a->friendly_name.size)
			write_attribute(b, "FriendlyName", a->friendly_name);
		write_attribute(b, "Name", a->name);
		buffer_text(b, " NameFormat=\"" NAME_FORMAT_URI "\"");
		buffer_text(b, a->required ? " isRequired=\"true\"" : "");
		buffer_text(b, "></md:RequestedAttribute>");
	}
}

static struct span
take(struct arena *arena, struct buffer *b, bool *overflowed)
{
	struct span text = arena_copy(arena, buffer_span(b));

	*overflowed = *overflowed || b->overflowed;
	buffer_clear(b);
	return text;
}

enum err
wording_terms(struct arena *arena, const struct member_record *record, const struct member_entity *entity,
    struct metadata_terms *out, struct problem *why)
{
	struct buffer b = buffer_init(METADATA_FRAGMENT);
	bool overflowed = false;

	*out = (struct metadata_terms){ .replace = true };
	write_ui_info(&b, record, entity);
	out->ui_info = take(arena, &b, &overflowed);
	write_scopes(&b, entity);
	out->scopes = take(arena, &b, &overflowed);
	write_organization(&b, record);
	out->organization = take(arena, &b, &overflowed);
	for (size_t i = 0; i < record->contact_count; i++)
		write_contact(&b, &record->contacts[i]);
	out->contacts = take(arena, &b, &overflowed);
	if (!is_empty(wording_name(record, entity))) /* the schema wants its name beside them */
		write_requested(&b, entity);
	out->requested = take(arena, &b, &overflowed);
	write_localized(&b, "md:ServiceName", wording_name(record, entity));
	out->service_name = take(arena, &b, &overflowed);
	buffer_release(&b);
	if (overflowed)
		return problem_set(why, ERR_LIMIT, "", "expected at most %zu bytes of metadata from the record",
		    METADATA_FRAGMENT);
	return OK;
}

/* Attributes of the entity */

static int
by_bytes(const void *a, const void *b)
{
	return span_compare(*(const struct span *)a, *(const struct span *)b);
}

void
wording_attribute(struct buffer *b, const char *name, struct span *values, size_t count)
{
	if (!count)
		return;
	qsort(values, count, sizeof(*values), by_bytes);
	buffer_print(b, "<saml:Attribute Name=\"%s\" NameFormat=\"" NAME_FORMAT_URI "\">", name);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !span_equal(values[i - 1], values[i]))
			write_element(b, "saml:AttributeValue", values[i]);
	buffer_text(b, "</saml:Attribute>");
}
