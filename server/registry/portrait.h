/* registry/portrait.h - what an entity's descriptor says, as a value: read once from its canonical fragment, looked at
 * by rules and shown on the member's card. Nothing here is believed; it is what the entity says of itself and the
 * registry of it.
 *
 * `at` is the element's way down from the entity (element_path.h). Texts are without the white space around them, but
 * for attribute values, of which a rule wants to know.
 */
#pragma once

#include "registry/entity.h"

#define PORTRAIT_ARENA (16 * MIB) /* portrait_read() takes no more */
#define PORTRAIT_ITEMS 10000      /* of all kinds together */
#define PORTRAIT_ROLES 64
#define PORTRAIT_NAMESPACES 64    /* further ones are not listed */
#define PORTRAIT_STRAYS 64        /* nor are these */

struct lang_text {
	struct span lang, text, at;
};
struct portrait_texts {
	const struct lang_text *list;
	size_t count;
};

struct portrait_certificate {
	struct span use;          /* "signing", "encryption", "" for both */
	struct span der;          /* of the first certificate; empty: none, or not base64 */
	unsigned certificates, keys; /* X509Certificate and KeyValue/KeyName elements of the KeyDescriptor */
	unsigned names;           /* of the keys, those that are only named */
	struct span at;
};
struct portrait_logo {
	struct span lang, url, width, height, at;
};
struct portrait_endpoint {
	const char *element;      /* "SingleSignOnService", "AssertionConsumerService" … */
	struct span binding, location, response_location, index, is_default, at;
};
struct portrait_requested {
	struct span name, friendly_name, name_format, is_required, at;
};
struct portrait_hint {
	struct span text, at;
};
struct portrait_ui {
	unsigned count;           /* UIInfo elements in this role */
	struct portrait_texts names, descriptions, information_urls, privacy_urls, keywords;
	const struct portrait_logo *logos;
	size_t logo_count;
};
struct portrait_role {
	const char *element;      /* "IDPSSODescriptor" */
	unsigned number;          /* among those of its kind, from 1 */
	struct span protocols, error_url, at;
	struct portrait_ui ui;
	const struct portrait_certificate *keys;
	size_t key_count;
	const struct portrait_endpoint *endpoints;
	size_t endpoint_count;
	const struct lang_text *scopes; /* lang holds @regexp */
	size_t scope_count;
	unsigned disco_hints;
	const struct portrait_hint *geolocations;
	size_t geolocation_count;
	const struct portrait_requested *requested;
	size_t requested_count;
	unsigned attribute_services;
	struct portrait_texts service_names;
};
struct portrait_contact {
	struct span type, remd_type, company, given_name, surname;
	bool company_there, given_name_there, surname_there; /* the elements, empty or not */
	const struct span *emails, *telephones;
	size_t email_count, telephone_count;
	struct span at;
};
struct portrait_attribute {
	struct span name, name_format;
	const struct span *values; /* as they stand, white space too */
	size_t value_count;
	struct span at;
};
/* mdrpi, mdui and mdattr elements outside the Extensions they belong into. */
struct portrait_stray {
	const char *element;
	struct span at;
};
struct portrait_namespace {
	struct span uri, at;      /* of elements and attributes, where it is first used */
};

struct portrait {
	struct span entity_id;
	const struct portrait_role *roles;
	size_t role_count;
	const struct portrait_contact *contacts;
	size_t contact_count;
	unsigned organizations;
	struct portrait_texts organization_names, organization_display_names, organization_urls;
	unsigned registrations, publications, entity_attributes; /* elements in the entity's own Extensions */
	struct span registration_authority, registration_instant;
	struct portrait_texts registration_policies;
	const struct portrait_attribute *attributes;
	size_t attribute_count;
	const struct portrait_stray *strays;
	size_t stray_count;
	const struct portrait_namespace *namespaces; /* each once */
	size_t namespace_count;
};

/* `document`: a whole EntityDescriptor in our context, as published (without a signature). ERR_SYNTAX, ERR_LIMIT. */
enum err portrait_read(struct arena *, struct span document, struct portrait *out, struct problem *why);

/* A text in the language wanted, or the nearest: the other of ja and en, then the first. */
struct span portrait_text(const struct portrait_texts *, const char *lang);

/* Whether the entity has `value` among those of the attribute; `*at`: the attribute (may be NULL). */
bool portrait_has(const struct portrait *, const char *attribute, const char *value, struct span *at);
