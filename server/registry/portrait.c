/* registry/portrait.c - what an entity's descriptor says, as a value.
 *
 *     entity -> Extensions -> RegistrationInfo, EntityAttributes -> Attribute
 *            -> role       -> Extensions -> UIInfo, DiscoHints, Scope
 *                          -> KeyDescriptor, endpoints, AttributeConsumingService
 *            -> Organization, ContactPerson
 *
 * Each element that means something stands in one table: where, its name, what is done when it begins and ends. An item
 * is built in `reading` and kept when its element ends.
 */
#include "registry/portrait.h"

#include "codec/text.h"
#include "codec/xml.h"
#include "registry/canonical.h"
#include "registry/element_path.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define MDUI "urn:oasis:names:tc:SAML:metadata:ui"
#define RPI "urn:oasis:names:tc:SAML:metadata:rpi"
#define MDATTR "urn:oasis:names:tc:SAML:metadata:attribute"
#define SAML "urn:oasis:names:tc:SAML:2.0:assertion"
#define DS "http://www.w3.org/2000/09/xmldsig#"
#define SHIBMD "urn:mace:shibboleth:metadata:1.0"
#define REMD "http://refeds.org/metadata"
#define IDPDISC "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"
#define INIT "urn:oasis:names:tc:SAML:profiles:SSO:request-init"

#define DOCUMENT_LARGEST (METADATA_FRAGMENT + MIB)
#define TEXT_LARGEST (256 * KIB)
#define ELEMENTS_LARGEST 25000
#define NAMES_LARGEST 32 /* of children that are counted, in one element */

static const struct xml_limits limits = {
	.bytes = DOCUMENT_LARGEST,
	.depth = CANONICAL_DEPTH,
	.attributes = CANONICAL_ATTRIBUTES * 2,
	.text = TEXT_LARGEST,
};

enum place { ELSEWHERE, DOCUMENT, ENTITY, ENTITY_EXTENSIONS, REGISTRATION, ATTRIBUTES, ATTRIBUTE, ROLE,
	ROLE_EXTENSIONS, UI, HINTS, KEY, KEY_INFO, X509, CONSUMING, ORGANIZATION, CONTACT, LEAF };

struct reading;
struct row {
	enum place in;
	const char *uri, *local;
	enum place to;
	void (*begin)(struct reading *, const struct xml_element *);
	void (*end)(struct reading *, struct span text); /* with one, the element's text is wanted */
	size_t texts;                                    /* for keep_text: which list */
};

struct frame {
	const struct row *row;     /* NULL: means nothing to us */
	size_t path_size;          /* with this element's step */
	struct {
		const char *local;
		unsigned count;
	} names[NAMES_LARGEST];    /* of the children so far */
	size_t name_count;
};

struct reading {
	struct arena *arena;
	struct portrait *out;
	struct frame frames[CANONICAL_DEPTH + 1]; /* the first is the document's */
	unsigned depth, elements, items;
	const char *last_uri;      /* of the element before: most have the same */
	char path[ELEMENT_PATH_LARGEST];
	struct buffer text;
	struct span lang, at;      /* of the element whose text is read */
	struct portrait_role role;
	struct portrait_certificate key;
	struct portrait_contact contact;
	struct portrait_attribute attribute;
	struct portrait_logo logo;
};

/* Keeping */

/* A list's room follows from its count: 4, then doubled whenever it is full. */
static void *
appended(struct reading *r, const void *list, size_t *count, const void *item, size_t size)
{
	size_t n = (*count)++;
	uint8_t *to = (uint8_t *)(uintptr_t)list;

	r->items++;
	if (n == 0 || (n >= 4 && (n & (n - 1)) == 0)) {
		to = arena_take_array(r->arena, n ? n * 2 : 4, size);
		if (n)
			memcpy(to, list, n * size);
	}
	memcpy(to + n * size, item, size);
	return to;
}
#define APPEND(r, list, count, item) ((list) = appended((r), (list), &(count), &(item), sizeof(item)))

static struct span
here(struct reading *r)
{
	return arena_copy(r->arena, span_of(r->path, r->frames[r->depth].path_size));
}

static struct span
attribute_value(struct reading *r, const struct xml_element *e, const char *uri, const char *local)
{
	for (size_t i = 0; i < e->attribute_count; i++)
		if (xml_name_is(&e->attributes[i].name, uri, local))
			return arena_copy(r->arena, e->attributes[i].value);
	return (struct span){ 0 };
}

static struct span
kept_text(struct reading *r, struct span text)
{
	return arena_copy(r->arena, xml_trim(text));
}

/* The entity and its roles */

static void
begin_entity(struct reading *r, const struct xml_element *e)
{
	r->out->entity_id = attribute_value(r, e, NULL, "entityID");
}

static void
begin_role(struct reading *r, const struct xml_element *e)
{
	unsigned before = 0;

	for (size_t i = 0; i < r->out->role_count; i++)
		before += strcmp(r->out->roles[i].element, e->name.local) == 0;
	r->role = (struct portrait_role){
		.element = arena_text(r->arena, span_text(e->name.local)),
		.number = before + 1,
		.protocols = attribute_value(r, e, NULL, "protocolSupportEnumeration"),
		.error_url = attribute_value(r, e, NULL, "errorURL"),
		.at = here(r),
	};
}

static void
end_role(struct reading *r, struct span text)
{
	(void)text;
	APPEND(r, r->out->roles, r->out->role_count, r->role);
}

static void
begin_endpoint(struct reading *r, const struct xml_element *e)
{
	const struct portrait_endpoint endpoint = {
		.element = arena_text(r->arena, span_text(e->name.local)),
		.binding = attribute_value(r, e, NULL, "Binding"),
		.location = attribute_value(r, e, NULL, "Location"),
		.response_location = attribute_value(r, e, NULL, "ResponseLocation"),
		.index = attribute_value(r, e, NULL, "index"),
		.is_default = attribute_value(r, e, NULL, "isDefault"),
		.at = here(r),
	};

	APPEND(r, r->role.endpoints, r->role.endpoint_count, endpoint);
}

/* Keys */

static void
begin_key(struct reading *r, const struct xml_element *e)
{
	r->key = (struct portrait_certificate){ .use = attribute_value(r, e, NULL, "use"), .at = here(r) };
}

static void
count_key(struct reading *r, const struct xml_element *e)
{
	r->key.keys++;
	r->key.names += strcmp(e->name.local, "KeyName") == 0;
}

static void
end_certificate(struct reading *r, struct span text)
{
	uint8_t *packed;
	size_t size = 0;

	if (r->key.certificates++)
		return;
	packed = arena_take(r->arena, text.size + 1);
	for (size_t i = 0; i < text.size; i++)
		if (!xml_is_space(text.data[i]))
			packed[size++] = text.data[i];
	base64_read(r->arena, span_of(packed, size), &r->key.der);
}

static void
end_key(struct reading *r, struct span text)
{
	(void)text;
	APPEND(r, r->role.keys, r->role.key_count, r->key);
}

/* Texts in languages; the lists stand in the role or in the portrait itself. */

static void
begin_text(struct reading *r, const struct xml_element *e)
{
	r->lang = (struct span){ 0 };
	for (size_t i = 0; i < e->attribute_count; i++)
		if (e->attributes[i].name.prefix && strcmp(e->attributes[i].name.prefix, "xml") == 0 &&
		    strcmp(e->attributes[i].name.local, "lang") == 0)
			r->lang = arena_copy(r->arena, e->attributes[i].value);
	r->at = here(r);
}

static void
keep_text(struct reading *r, struct span text, void *holder)
{
	struct portrait_texts *texts = (void *)((char *)holder + r->frames[r->depth].row->texts);
	const struct lang_text item = { r->lang, kept_text(r, text), r->at };

	APPEND(r, texts->list, texts->count, item);
}

static void
end_role_text(struct reading *r, struct span text)
{
	keep_text(r, text, &r->role);
}

static void
end_entity_text(struct reading *r, struct span text)
{
	keep_text(r, text, r->out);
}

/* What is shown of a role, and where it is found */

static void
begin_ui(struct reading *r, const struct xml_element *e)
{
	(void)e;
	r->role.ui.count++;
}

static void
begin_logo(struct reading *r, const struct xml_element *e)
{
	begin_text(r, e);
	r->logo = (struct portrait_logo){
		.lang = r->lang,
		.width = attribute_value(r, e, NULL, "width"),
		.height = attribute_value(r, e, NULL, "height"),
		.at = r->at,
	};
}

static void
end_logo(struct reading *r, struct span text)
{
	r->logo.url = kept_text(r, text);
	APPEND(r, r->role.ui.logos, r->role.ui.logo_count, r->logo);
}

static void
begin_hints(struct reading *r, const struct xml_element *e)
{
	(void)e;
	r->role.disco_hints++;
}

static void
end_geolocation(struct reading *r, struct span text)
{
	const struct portrait_hint hint = { kept_text(r, text), r->at };

	APPEND(r, r->role.geolocations, r->role.geolocation_count, hint);
}

static void
begin_scope(struct reading *r, const struct xml_element *e)
{
	r->lang = attribute_value(r, e, NULL, "regexp");
	r->at = here(r);
}

static void
end_scope(struct reading *r, struct span text)
{
	const struct lang_text scope = { r->lang, kept_text(r, text), r->at };

	APPEND(r, r->role.scopes, r->role.scope_count, scope);
}

static void
begin_consuming(struct reading *r, const struct xml_element *e)
{
	(void)e;
	r->role.attribute_services++;
}

static void
begin_requested(struct reading *r, const struct xml_element *e)
{
	const struct portrait_requested requested = {
		.name = attribute_value(r, e, NULL, "Name"),
		.friendly_name = attribute_value(r, e, NULL, "FriendlyName"),
		.name_format = attribute_value(r, e, NULL, "NameFormat"),
		.is_required = attribute_value(r, e, NULL, "isRequired"),
		.at = here(r),
	};

	APPEND(r, r->role.requested, r->role.requested_count, requested);
}

/* What the registry says */

static void
begin_registration(struct reading *r, const struct xml_element *e)
{
	if (r->out->registrations++)
		return;
	r->out->registration_authority = attribute_value(r, e, NULL, "registrationAuthority");
	r->out->registration_instant = attribute_value(r, e, NULL, "registrationInstant");
}

static void
begin_publication(struct reading *r, const struct xml_element *e)
{
	(void)e;
	r->out->publications++;
}

static void
begin_attributes(struct reading *r, const struct xml_element *e)
{
	(void)e;
	r->out->entity_attributes++;
}

static void
begin_attribute(struct reading *r, const struct xml_element *e)
{
	r->attribute = (struct portrait_attribute){
		.name = attribute_value(r, e, NULL, "Name"),
		.name_format = attribute_value(r, e, NULL, "NameFormat"),
		.at = here(r),
	};
}

static void
end_value(struct reading *r, struct span text)
{
	const struct span value = arena_copy(r->arena, text);

	APPEND(r, r->attribute.values, r->attribute.value_count, value);
}

static void
end_attribute(struct reading *r, struct span text)
{
	(void)text;
	APPEND(r, r->out->attributes, r->out->attribute_count, r->attribute);
}

/* Who runs it */

static void
begin_organization(struct reading *r, const struct xml_element *e)
{
	(void)e;
	r->out->organizations++;
}

static void
begin_contact(struct reading *r, const struct xml_element *e)
{
	r->contact = (struct portrait_contact){
		.type = attribute_value(r, e, NULL, "contactType"),
		.remd_type = attribute_value(r, e, REMD, "contactType"),
		.at = here(r),
	};
}

static void
end_company(struct reading *r, struct span text)
{
	r->contact.company_there = true;
	r->contact.company = kept_text(r, text);
}

static void
end_given_name(struct reading *r, struct span text)
{
	r->contact.given_name_there = true;
	r->contact.given_name = kept_text(r, text);
}

static void
end_surname(struct reading *r, struct span text)
{
	r->contact.surname_there = true;
	r->contact.surname = kept_text(r, text);
}

static void
end_email(struct reading *r, struct span text)
{
	const struct span email = kept_text(r, text);

	APPEND(r, r->contact.emails, r->contact.email_count, email);
}

static void
end_telephone(struct reading *r, struct span text)
{
	const struct span telephone = kept_text(r, text);

	APPEND(r, r->contact.telephones, r->contact.telephone_count, telephone);
}

static void
end_contact(struct reading *r, struct span text)
{
	(void)text;
	APPEND(r, r->out->contacts, r->out->contact_count, r->contact);
}

#define ROLE_ROW(local) { ENTITY, MD, local, ROLE, begin_role, end_role, 0 }
#define ENDPOINT_ROW(in, uri, local) { in, uri, local, LEAF, begin_endpoint, NULL, 0 }
#define UI_ROW(local, list) \
	{ UI, MDUI, local, LEAF, begin_text, end_role_text, offsetof(struct portrait_role, ui.list) }
#define ENTITY_TEXT(in, uri, local, list) \
	{ in, uri, local, LEAF, begin_text, end_entity_text, offsetof(struct portrait, list) }

static const struct row rows[] = {
	{ DOCUMENT, MD, "EntityDescriptor", ENTITY, begin_entity, NULL, 0 },
	{ ENTITY, MD, "Extensions", ENTITY_EXTENSIONS, NULL, NULL, 0 },
	{ ENTITY_EXTENSIONS, RPI, "RegistrationInfo", REGISTRATION, begin_registration, NULL, 0 },
	ENTITY_TEXT(REGISTRATION, RPI, "RegistrationPolicy", registration_policies),
	{ ENTITY_EXTENSIONS, RPI, "PublicationInfo", LEAF, begin_publication, NULL, 0 },
	{ ENTITY_EXTENSIONS, MDATTR, "EntityAttributes", ATTRIBUTES, begin_attributes, NULL, 0 },
	{ ATTRIBUTES, SAML, "Attribute", ATTRIBUTE, begin_attribute, end_attribute, 0 },
	{ ATTRIBUTE, SAML, "AttributeValue", LEAF, NULL, end_value, 0 },

	ROLE_ROW("IDPSSODescriptor"),
	ROLE_ROW("SPSSODescriptor"),
	ROLE_ROW("AttributeAuthorityDescriptor"),
	ROLE_ROW("AuthnAuthorityDescriptor"),
	ROLE_ROW("PDPDescriptor"),
	ROLE_ROW("RoleDescriptor"),

	{ ROLE, MD, "Extensions", ROLE_EXTENSIONS, NULL, NULL, 0 },
	{ ROLE_EXTENSIONS, MDUI, "UIInfo", UI, begin_ui, NULL, 0 },
	UI_ROW("DisplayName", names),
	UI_ROW("Description", descriptions),
	UI_ROW("InformationURL", information_urls),
	UI_ROW("PrivacyStatementURL", privacy_urls),
	UI_ROW("Keywords", keywords),
	{ UI, MDUI, "Logo", LEAF, begin_logo, end_logo, 0 },
	{ ROLE_EXTENSIONS, MDUI, "DiscoHints", HINTS, begin_hints, NULL, 0 },
	{ HINTS, MDUI, "GeolocationHint", LEAF, begin_text, end_geolocation, 0 },
	{ ROLE_EXTENSIONS, SHIBMD, "Scope", LEAF, begin_scope, end_scope, 0 },
	ENDPOINT_ROW(ROLE_EXTENSIONS, IDPDISC, "DiscoveryResponse"),
	ENDPOINT_ROW(ROLE_EXTENSIONS, INIT, "RequestInitiator"),

	{ ROLE, MD, "KeyDescriptor", KEY, begin_key, end_key, 0 },
	{ KEY, DS, "KeyInfo", KEY_INFO, NULL, NULL, 0 },
	{ KEY_INFO, DS, "KeyName", LEAF, count_key, NULL, 0 },
	{ KEY_INFO, DS, "KeyValue", LEAF, count_key, NULL, 0 },
	{ KEY_INFO, DS, "X509Data", X509, NULL, NULL, 0 },
	{ X509, DS, "X509Certificate", LEAF, NULL, end_certificate, 0 },

	ENDPOINT_ROW(ROLE, MD, "ArtifactResolutionService"),
	ENDPOINT_ROW(ROLE, MD, "SingleLogoutService"),
	ENDPOINT_ROW(ROLE, MD, "ManageNameIDService"),
	ENDPOINT_ROW(ROLE, MD, "SingleSignOnService"),
	ENDPOINT_ROW(ROLE, MD, "NameIDMappingService"),
	ENDPOINT_ROW(ROLE, MD, "AssertionIDRequestService"),
	ENDPOINT_ROW(ROLE, MD, "AssertionConsumerService"),
	ENDPOINT_ROW(ROLE, MD, "AttributeService"),
	ENDPOINT_ROW(ROLE, MD, "AuthnQueryService"),
	ENDPOINT_ROW(ROLE, MD, "AuthzService"),

	{ ROLE, MD, "AttributeConsumingService", CONSUMING, begin_consuming, NULL, 0 },
	{ CONSUMING, MD, "ServiceName", LEAF, begin_text, end_role_text,
	    offsetof(struct portrait_role, service_names) },
	{ CONSUMING, MD, "RequestedAttribute", LEAF, begin_requested, NULL, 0 },

	{ ENTITY, MD, "Organization", ORGANIZATION, begin_organization, NULL, 0 },
	ENTITY_TEXT(ORGANIZATION, MD, "OrganizationName", organization_names),
	ENTITY_TEXT(ORGANIZATION, MD, "OrganizationDisplayName", organization_display_names),
	ENTITY_TEXT(ORGANIZATION, MD, "OrganizationURL", organization_urls),

	{ ENTITY, MD, "ContactPerson", CONTACT, begin_contact, end_contact, 0 },
	{ CONTACT, MD, "Company", LEAF, NULL, end_company, 0 },
	{ CONTACT, MD, "GivenName", LEAF, NULL, end_given_name, 0 },
	{ CONTACT, MD, "SurName", LEAF, NULL, end_surname, 0 },
	{ CONTACT, MD, "EmailAddress", LEAF, NULL, end_email, 0 },
	{ CONTACT, MD, "TelephoneNumber", LEAF, NULL, end_telephone, 0 },
};

/* Elements that belong into certain Extensions and nowhere else. */
static const struct {
	const char *uri, *local;
} homed[] = {
	{ RPI, "RegistrationInfo" },
	{ RPI, "PublicationInfo" },
	{ MDATTR, "EntityAttributes" },
	{ MDUI, "UIInfo" },
	{ MDUI, "DiscoHints" },
};

/* Element by element */

static enum place
place_of(const struct frame *f)
{
	return f->row ? f->row->to : ELSEWHERE;
}

static const struct row *
row_of(enum place in, const struct xml_name *name)
{
	if (in == ELSEWHERE || in == LEAF)
		return NULL;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].in == in && xml_name_is(name, rows[i].uri, rows[i].local))
			return &rows[i];
	return NULL;
}

/* Names are interned: one comparison tells. */
static unsigned
number_among(struct frame *parent, const char *local)
{
	for (size_t i = 0; i < parent->name_count; i++)
		if (parent->names[i].local == local)
			return ++parent->names[i].count;
	if (parent->name_count == NAMES_LARGEST)
		return 0;
	parent->names[parent->name_count].local = local;
	parent->names[parent->name_count++].count = 1;
	return 1;
}

static void
note_namespace(struct reading *r, const char *uri)
{
	struct portrait_namespace item = { .uri = span_text(uri) };

	if (!uri || r->out->namespace_count == PORTRAIT_NAMESPACES)
		return;
	for (size_t i = 0; i < r->out->namespace_count; i++)
		if (span_equal(r->out->namespaces[i].uri, item.uri))
			return;
	item.uri = arena_copy(r->arena, item.uri);
	item.at = here(r);
	APPEND(r, r->out->namespaces, r->out->namespace_count, item);
}

static void
note_namespaces(struct reading *r, const struct xml_element *e)
{
	if (e->name.uri != r->last_uri)
		note_namespace(r, e->name.uri);
	r->last_uri = e->name.uri;
	for (size_t i = 0; i < e->attribute_count; i++)
		if (e->attributes[i].name.uri)
			note_namespace(r, e->attributes[i].name.uri);
}

static void
note_stray(struct reading *r, const struct xml_name *name)
{
	struct portrait_stray stray;

	for (size_t i = 0; i < COUNT(homed) && r->out->stray_count < PORTRAIT_STRAYS; i++) {
		if (!xml_name_is(name, homed[i].uri, homed[i].local))
			continue;
		stray = (struct portrait_stray){ homed[i].local, here(r) };
		APPEND(r, r->out->strays, r->out->stray_count, stray);
	}
}

static enum err
check_limits(const struct reading *r, struct problem *why)
{
	if (r->elements > ELEMENTS_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "expected at most %d elements in an entity", ELEMENTS_LARGEST);
	if (r->items > PORTRAIT_ITEMS)
		return problem_set(why, ERR_LIMIT, "",
		    "expected at most %d keys, endpoints, attributes and texts in an entity", PORTRAIT_ITEMS);
	if (r->out->role_count > PORTRAIT_ROLES)
		return problem_set(why, ERR_LIMIT, "", "expected at most %d roles in an entity", PORTRAIT_ROLES);
	return OK;
}

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct reading *r = arg;
	struct frame *parent = &r->frames[r->depth], *f = parent + 1;
	unsigned number = number_among(parent, e->name.local);

	r->depth++;
	r->elements++;
	f->name_count = 0;
	f->row = row_of(place_of(parent), &e->name);
	f->path_size = r->depth == 1 ? 0 : element_path_add(r->path, parent->path_size, e->name.local, number);
	if (r->depth == 1 && !f->row)
		return problem_set(why, ERR_SYNTAX, "SAML 2.0 Metadata s2.3.2",
		    "expected an md:EntityDescriptor, found %.80s", e->name.local);
	note_namespaces(r, e);
	buffer_clear(&r->text);
	if (!f->row)
		note_stray(r, &e->name);
	else if (f->row->begin)
		f->row->begin(r, e);
	return check_limits(r, why);
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	struct reading *r = arg;
	const struct frame *f = &r->frames[r->depth];

	if (!f->row || f->row->to != LEAF || !f->row->end)
		return OK;
	buffer_add(&r->text, text);
	if (r->text.overflowed)
		return problem_set(why, ERR_LIMIT, "", "expected at most %zu bytes of text in %s", TEXT_LARGEST,
		    f->row->local);
	return OK;
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	struct reading *r = arg;
	const struct frame *f = &r->frames[r->depth];

	(void)name;
	if (f->row && f->row->end)
		f->row->end(r, buffer_span(&r->text));
	/* What stands behind a child is no text of its own. */
	buffer_clear(&r->text);
	r->depth--;
	return check_limits(r, why);
}

enum err
portrait_read(struct arena *arena, struct span document, struct portrait *out, struct problem *why)
{
	static const struct xml_handler handler = { on_start, on_end, on_text };
	static const struct row root = { .to = DOCUMENT };
	struct reading *r = arena_new(arena, struct reading);
	enum err err;

	*out = (struct portrait){ 0 };
	r->arena = arena;
	r->out = out;
	r->frames[0].row = &root;
	r->text = buffer_init(TEXT_LARGEST);
	err = xml_read(document, &limits, &handler, r, why);
	buffer_release(&r->text);
	return err;
}

static bool
is_language(struct span tag, const char *lang)
{
	size_t n = strlen(lang);

	return span_equal_nocase(span_first(tag, n), span_text(lang)) && (tag.size == n || tag.data[n] == '-');
}

struct span
portrait_text(const struct portrait_texts *texts, const char *lang)
{
	const char *const wanted[] = { lang, "ja", "en" };

	for (size_t w = 0; w < COUNT(wanted); w++)
		for (size_t i = 0; i < texts->count; i++)
			if (texts->list[i].text.size && is_language(texts->list[i].lang, wanted[w]))
				return texts->list[i].text;
	return texts->count ? texts->list[0].text : (struct span){ 0 };
}

bool
portrait_has(const struct portrait *p, const char *attribute, const char *value, struct span *at)
{
	for (size_t i = 0; i < p->attribute_count; i++) {
		const struct portrait_attribute *a = &p->attributes[i];

		for (size_t v = 0; v < a->value_count && span_is(a->name, attribute); v++)
			if (span_is(xml_trim(a->values[v]), value)) {
				if (at)
					*at = a->at;
				return true;
			}
	}
	return false;
}
