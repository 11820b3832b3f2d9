/* registry/amendment.c - what the registry's terms make of an entity, element by element. */
#include "registry/amendment.h"

#include "registry/claims.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define ATTR "urn:oasis:names:tc:SAML:metadata:attribute"
#define RPI "urn:oasis:names:tc:SAML:metadata:rpi"
#define UI "urn:oasis:names:tc:SAML:metadata:ui"
#define SAML "urn:oasis:names:tc:SAML:2.0:assertion"
#define SHIBMD "urn:mace:shibboleth:metadata:1.0"

#define CATEGORY_SUPPORT "http://macedir.org/entity-category-support"

/* The roles whose words the record has. A scope is what an asserting party may speak of (SAML V2.0 Metadata Profile for
 * Shibboleth Scope s2). */
struct amended_role {
	const char *local;
	bool scoped, requesting;
};
static const struct amended_role roles[] = {
	{ "IDPSSODescriptor", true, false },
	{ "AttributeAuthorityDescriptor", true, false },
	{ "SPSSODescriptor", false, true },
};

void
amendment_begin(struct amendment *a, const struct metadata_terms *terms)
{
	*a = (struct amendment){
		.terms = terms,
		.organization_due = terms->replace && terms->organization.size,
		.contacts_due = terms->replace && terms->contacts.size,
	};
}

/* What goes */

static bool
registration_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)depth;
	(void)element;
	return !a->terms->believe_registration;
}

/* Who publishes is ours to say (MDRPI 1.0 s2.2). */
static bool
publication_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)a;
	(void)depth;
	(void)element;
	return true;
}

static bool
states_support(const struct xml_element *element)
{
	for (size_t i = 0; i < element->attribute_count; i++)
		if (xml_name_is(&element->attributes[i].name, NULL, "Name") &&
		    span_is(xml_trim(element->attributes[i].value), CATEGORY_SUPPORT))
			return true;
	return false;
}

static bool
attribute_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)depth;
	if (!a->attributes_at)
		return false;
	return (!a->terms->believe_categories && claims_statement(element)) ||
	    (a->terms->replace && states_support(element));
}

/* A signed assertion holds attributes that cannot be taken out of it. */
static bool
assertion_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)depth;
	(void)element;
	return a->attributes_at && !a->terms->believe_categories;
}

static bool
ui_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)depth;
	(void)element;
	return a->terms->replace && a->terms->ui_info.size;
}

static bool
scope_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)depth;
	(void)element;
	return a->terms->replace;
}

/* A role's own would stand above the entity's (SAML 2.0 Metadata s2.4.1). */
static bool
organization_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)element;
	return depth <= 2 && a->terms->replace && a->terms->organization.size;
}

static bool
contact_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)element;
	return depth <= 2 && a->terms->replace && a->terms->contacts.size;
}

/* Of a member's descriptor always: were the record without any to mean the descriptor's own, taking away would add. */
static bool
service_goes(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	(void)element;
	return depth == 2 && a->role && a->role->requesting;
}

static const struct {
	const char *uri, *local;
	bool (*goes)(const struct amendment *, unsigned depth, const struct xml_element *);
} drops[] = {
	{ RPI, "RegistrationInfo", registration_goes },
	{ RPI, "PublicationInfo", publication_goes },
	{ RPI, "PublicationPath", publication_goes },
	{ SAML, "Attribute", attribute_goes },
	{ SAML, "Assertion", assertion_goes },
	{ UI, "UIInfo", ui_goes },
	{ SHIBMD, "Scope", scope_goes },
	{ MD, "Organization", organization_goes },
	{ MD, "ContactPerson", contact_goes },
	{ MD, "AttributeConsumingService", service_goes },
};

bool
amendment_drops(const struct amendment *a, unsigned depth, const struct xml_element *element)
{
	for (size_t i = 0; i < COUNT(drops); i++)
		if (xml_name_is(&element->name, drops[i].uri, drops[i].local))
			return drops[i].goes(a, depth, element);
	return false;
}

/* What is put in */

static bool
write_role_extensions(const struct amendment *a, struct buffer *out)
{
	size_t before = buffer_span(out).size;

	buffer_add(out, a->terms->ui_info);
	if (a->role->scoped)
		buffer_add(out, a->terms->scopes);
	return buffer_span(out).size > before;
}

/* A role that has no md:Extensions gets them as its first child (SAML 2.0 Metadata s2.4.1). */
static bool
write_missing_extensions(struct amendment *a, struct buffer *out)
{
	if (!a->extensions_due)
		return false;
	a->extensions_due = false;
	buffer_text(out, "<md:Extensions>");
	write_role_extensions(a, out);
	buffer_text(out, "</md:Extensions>");
	return true;
}

static bool
write_due(bool *due, struct span text, struct buffer *out)
{
	if (!*due)
		return false;
	*due = false;
	buffer_add(out, text);
	return true;
}

static bool
write_organization(struct amendment *a, struct buffer *out)
{
	return write_due(&a->organization_due, a->terms->organization, out);
}

static bool
write_contacts(struct amendment *a, struct buffer *out)
{
	bool organization = write_organization(a, out);

	return write_due(&a->contacts_due, a->terms->contacts, out) || organization;
}

/* The entity's children behind its roles: Organization, ContactPerson, AdditionalMetadataLocation (s2.3.2). */
bool
amendment_before(struct amendment *a, unsigned depth, const struct xml_element *element, struct buffer *out)
{
	if (depth == 1 && xml_name_is(&element->name, MD, "ContactPerson"))
		return write_organization(a, out);
	if (depth == 1 && xml_name_is(&element->name, MD, "AdditionalMetadataLocation"))
		return write_contacts(a, out);
	if (depth == 2 && !xml_name_is(&element->name, MD, "Extensions"))
		return write_missing_extensions(a, out);
	return false;
}

static void
enter_role(struct amendment *a, const struct xml_element *element)
{
	for (size_t i = 0; i < COUNT(roles); i++)
		if (xml_name_is(&element->name, MD, roles[i].local))
			a->role = &roles[i];
	a->extensions_due = a->role && (a->terms->ui_info.size || (a->role->scoped && a->terms->scopes.size));
}

bool
amendment_started(struct amendment *a, unsigned depth, const struct xml_element *element, struct buffer *out)
{
	if (!a->attributes_at && xml_name_is(&element->name, ATTR, "EntityAttributes"))
		a->attributes_at = depth;
	if (depth == 1 && a->terms->replace)
		enter_role(a, element);
	if (depth != 2 || !a->extensions_due)
		return false;
	a->extensions_due = false;
	return write_role_extensions(a, out);
}

static bool
write_service(const struct amendment *a, struct buffer *out)
{
	if (!a->role->requesting || !a->terms->requested.size)
		return false;
	buffer_text(out, "<md:AttributeConsumingService index=\"0\">");
	buffer_add(out, a->terms->service_name);
	buffer_add(out, a->terms->requested);
	buffer_text(out, "</md:AttributeConsumingService>");
	return true;
}

bool
amendment_ending(struct amendment *a, unsigned depth, struct buffer *out)
{
	bool written = false;

	if (a->attributes_at == depth)
		a->attributes_at = 0;
	if (depth != 1 || !a->role)
		return false;
	written = write_missing_extensions(a, out);
	written = write_service(a, out) || written;
	a->role = NULL;
	return written;
}

void
amendment_finish(struct amendment *a, struct buffer *out)
{
	write_contacts(a, out);
}
