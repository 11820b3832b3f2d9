/* registry/trusted_service.c - one entity's part of the trusted list. */
#include "registry/trusted_service.h"

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"

#define OIDC_VALUES 100000        /* the record is bounded: these are for the reader's own limits */
#define SERVICE_ARENA (128 * MIB) /* a record's OpenID metadata 32 times for the reader, and its parts */

/* A role's element in SAML metadata, and which half of an entity's OpenID metadata speaks for it. */
enum oidc_part { OIDC_NONE, OIDC_CLIENT, OIDC_PROVIDER };
static const struct {
	enum entity_role role;
	const char *element;
	enum oidc_part oidc;
} role_parts[] = {
	{ ENTITY_IDP, "IDPSSODescriptor", OIDC_PROVIDER },
	{ ENTITY_RP, "SPSSODescriptor", OIDC_CLIENT },
	{ ENTITY_AP, "AttributeAuthorityDescriptor", OIDC_NONE },
};

/* ETSI TS 119 612 s5.5.4, which TS 119 602 refers to; for want of one of theirs the second is ours. */
static const struct {
	enum standing standing;
	const char *uri;  /* NULL: ours */
	const char *path;
} statuses[] = {
	{ STANDING_APPROVED, "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted", NULL },
	{ STANDING_SUSPENDED, NULL, "trust/status/suspended" },
	{ STANDING_WITHDRAWN, "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn", NULL },
};

/* What a service consists of, gathered before it is written. */
struct endpoint {
	struct span name;  /* SAML's element, or OpenID's parameter */
	struct span uri;   /* text; of OpenID a JSON string with its quotes */
	bool written;
};
struct parts {
	struct span *certificates, *keys;
	struct endpoint *endpoints;
	size_t certificate_count, key_count, endpoint_count;
};

/* Canonical JSON */

void
trusted_uri(struct buffer *b, const struct trusted_list_settings *settings, const char *path, struct span rest)
{
	struct buffer uri = buffer_init(8 * KIB + rest.size);

	buffer_text(&uri, settings->base_url);
	buffer_text(&uri, path);
	buffer_add(&uri, rest);
	json_write_string(b, buffer_span(&uri));
	buffer_release(&uri);
}

void
trusted_texts(struct buffer *b, const struct localized *texts, const char *name)
{
	const struct {
		const char *lang;
		struct span text;
	} each[] = { { "ja", texts->ja }, { "en", texts->en } };

	buffer_byte(b, '[');
	for (size_t i = 0; i < COUNT(each); i++) {
		if (each[i].text.size == 0)
			continue;
		json_write_element(b);
		buffer_print(b, "{\"lang\":\"%s\",\"%s\":", each[i].lang, name);
		json_write_string(b, each[i].text);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_time(struct buffer *b, const char *name, struct instant at)
{
	char text[INSTANT_TEXT];

	json_write_name(b, name);
	buffer_print(b, "\"%s\"", instant_text(at, text));
}

/* Gathering: SAML */

static bool
has(const struct span *list, size_t count, struct span s)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(list[i], s))
			return true;
	return false;
}

/* Keys that encrypt do not speak for anybody. */
static void
gather_certificates(struct parts *p, const struct portrait_role *role)
{
	for (size_t i = 0; i < role->key_count; i++) {
		struct span der = role->keys[i].der;

		if (der.size && !span_is(role->keys[i].use, "encryption") &&
		    !has(p->certificates, p->certificate_count, der))
			p->certificates[p->certificate_count++] = der;
	}
}

/* Of one that is reached by several bindings the place counts once. */
static void
gather_endpoint(struct parts *p, struct span name, struct span uri, bool written)
{
	for (size_t i = 0; i < p->endpoint_count; i++)
		if (span_equal(p->endpoints[i].name, name) && span_equal(p->endpoints[i].uri, uri))
			return;
	p->endpoints[p->endpoint_count++] = (struct endpoint){ name, uri, written };
}

/* `element` NULL: a role that SAML does not know, for which the entity's keys speak whatever they stand under. */
static void
gather_saml(struct parts *p, const struct portrait *portrait, const char *element)
{
	for (size_t i = 0; portrait && i < portrait->role_count; i++) {
		const struct portrait_role *role = &portrait->roles[i];

		if (element && strcmp(role->element, element) != 0)
			continue;
		gather_certificates(p, role);
		for (size_t n = 0; element && n < role->endpoint_count; n++)
			if (role->endpoints[n].location.size)
				gather_endpoint(p, span_text(role->endpoints[n].element), role->endpoints[n].location,
				    false);
	}
}

/* Gathering: OpenID. The record holds canonical JSON, and so is every part of it. */

static bool
is_signing_key(struct span key)
{
	struct arena a = arena_init(32 * key.size + 4 * KIB);
	struct reader r = reader_json(&a, key, (struct limits){ MEMBER_RECORD_LARGEST, READER_DEPTH, OIDC_VALUES });
	bool asymmetric = false, signs = true;
	struct span name;
	struct problem why;
	bool good;

	reader_object(&r);
	while (reader_member(&r, &name)) {
		bool kty = span_is(name, "kty"), use = span_is(name, "use");
		struct span value = reader_raw(&r);

		if (kty)
			asymmetric = span_is(value, "\"EC\"") || span_is(value, "\"RSA\"") || span_is(value, "\"OKP\"");
		if (use)
			signs = span_is(value, "\"sig\"");
	}
	good = reader_end(&r, &why) == OK;
	arena_release(&a);
	return good && asymmetric && signs;
}

static void
gather_keys(struct parts *p, struct reader *r)
{
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (!span_is(name, "keys")) {
			reader_raw(r);
			continue;
		}
		reader_array(r);
		while (reader_element(r)) {
			struct span key = reader_raw(r);

			if (is_signing_key(key))
				p->keys[p->key_count++] = key;
		}
	}
}

static void
gather_place(struct parts *p, struct span name, struct span value)
{
	if (value.size > 2 && value.data[0] == '"')
		gather_endpoint(p, name, value, true);
}

static bool
names_place(struct span name)
{
	static const char end[] = "_endpoint";
	size_t n = sizeof(end) - 1;

	return span_is(name, "jwks_uri") || (name.size > n && memcmp(name.data + name.size - n, end, n) == 0);
}

/* What is there before the first failure counts; the record was read when it was taken in. */
static void
gather_oidc(struct parts *p, struct arena *a, struct span metadata, bool places)
{
	struct reader r = reader_json(a, metadata, (struct limits){ MEMBER_RECORD_LARGEST, READER_DEPTH, OIDC_VALUES });
	struct span name;

	if (metadata.size == 0)
		return;
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "jwks") && reader_peek(&r) == READER_OBJECT) {
			gather_keys(p, &r);
		} else if (places && span_is(name, "redirect_uris") && reader_peek(&r) == READER_ARRAY) {
			reader_array(&r);
			while (reader_element(&r))
				gather_place(p, name, reader_raw(&r));
		} else {
			struct span value = reader_raw(&r);

			if (places && names_place(name))
				gather_place(p, name, value);
		}
	}
}

/* Room for all there can be: each takes more bytes than one in what it comes from. */
static struct parts
gather(struct arena *a, const struct member_entity *e, const struct portrait *portrait, enum entity_role role)
{
	size_t certificates = 0, endpoints = 0, texts = (e->oidc_client.size + e->oidc_provider.size) / 4;
	const char *element = NULL;
	enum oidc_part oidc = OIDC_NONE;
	struct parts p = { 0 };

	for (size_t i = 0; portrait && i < portrait->role_count; i++) {
		certificates += portrait->roles[i].key_count;
		endpoints += portrait->roles[i].endpoint_count;
	}
	p.certificates = arena_array(a, struct span, certificates);
	p.keys = arena_array(a, struct span, texts);
	p.endpoints = arena_array(a, struct endpoint, endpoints + texts);
	for (size_t i = 0; i < COUNT(role_parts); i++)
		if (role_parts[i].role == role) {
			element = role_parts[i].element;
			oidc = role_parts[i].oidc;
		}
	gather_saml(&p, portrait, element);
	if (!element || oidc == OIDC_PROVIDER)
		gather_oidc(&p, a, e->oidc_provider, element != NULL);
	if (!element || oidc == OIDC_CLIENT)
		gather_oidc(&p, a, e->oidc_client, element != NULL);
	return p;
}

/* Writing */

static void
write_identity(struct buffer *b, struct arena *a, const struct member_entity *e, const struct parts *p)
{
	json_write_name(b, "ServiceDigitalIdentity");
	buffer_text(b, "{\"OtherIds\":[");
	json_write_string(b, e->entity_id);
	buffer_byte(b, ']');
	for (size_t i = 0; p && i < p->key_count; i++) {
		buffer_text(b, i ? "," : ",\"PublicKeyValues\":[");
		buffer_add(b, p->keys[i]);
		buffer_text(b, i + 1 == p->key_count ? "]" : "");
	}
	for (size_t i = 0; p && i < p->certificate_count; i++)
		buffer_print(b, "%s{\"val\":\"%.*s\"}%s", i ? "," : ",\"X509Certificates\":[",
		    SPAN_ARGS(base64_write(a, p->certificates[i])), i + 1 == p->certificate_count ? "]" : "");
	buffer_byte(b, '}');
}

static void
write_status(struct buffer *b, const struct trusted_services *s, enum standing standing)
{
	json_write_name(b, "ServiceStatus");
	for (size_t i = 0; i < COUNT(statuses); i++) {
		if (statuses[i].standing != standing)
			continue;
		if (statuses[i].uri)
			buffer_print(b, "\"%s\"", statuses[i].uri);
		else
			trusted_uri(b, s->settings, statuses[i].path, (struct span){ 0 });
	}
}

static void
write_type(struct buffer *b, const struct trusted_services *s, struct span role)
{
	json_write_name(b, "ServiceTypeIdentifier");
	trusted_uri(b, s->settings, "trust/service/", role);
}

static const struct localized *
name_of(const struct trusted_services *s, const struct member_entity *e)
{
	return e->name.ja.size || e->name.en.size ? &e->name : &s->record->name;
}

/* The newest first (TS 119 612 s5.6). Of keys that were in use then nothing is kept: the entity ID names it. */
static void
write_history(struct buffer *b, struct arena *a, const struct trusted_services *s, const struct member_entity *e,
    struct span role)
{
	if (s->history_count == 0)
		return;
	json_write_name(b, "ServiceHistory");
	buffer_byte(b, '[');
	for (size_t i = s->history_count; i-- > 0;) {
		json_write_element(b);
		buffer_byte(b, '{');
		write_identity(b, a, e, NULL);
		json_write_name(b, "ServiceName");
		trusted_texts(b, name_of(s, e), "value");
		write_status(b, s, s->history[i].standing);
		write_type(b, s, role);
		write_time(b, "StatusStartingTime", s->history[i].at);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_certification(struct buffer *b, const struct trusted_services *s, const struct member_certification *c)
{
	buffer_byte(b, '{');
	trusted_uri(b, s->settings, "trust/extension/certification", (struct span){ 0 });
	buffer_text(b, ":{");
	json_write_given(b, "area", c->area);
	json_write_given(b, "assessor", c->assessor);
	json_write_given(b, "document", c->document);
	json_write_given(b, "framework", c->framework);
	write_time(b, "from", c->from);
	json_write_given(b, "level", c->level);
	write_time(b, "until", c->until);
	json_write_given(b, "uri", c->uri);
	buffer_text(b, "}}");
}

static void
write_certifications(struct buffer *b, const struct trusted_services *s, const struct member_entity *e)
{
	bool any = false;

	for (size_t i = 0; i < s->record->certification_count; i++) {
		const struct member_certification *c = &s->record->certifications[i];

		if (!certification_holds(c, e->entity_id, s->issued))
			continue;
		if (any) {
			json_write_element(b);
		} else {
			json_write_name(b, "ServiceInformationExtensions");
			buffer_byte(b, '[');
		}
		any = true;
		write_certification(b, s, c);
	}
	if (any)
		buffer_byte(b, ']');
}

static void
write_endpoints(struct buffer *b, const struct trusted_services *s, const struct parts *p)
{
	if (p->endpoint_count == 0)
		return;
	json_write_name(b, "ServiceSupplyPoints");
	buffer_byte(b, '[');
	for (size_t i = 0; i < p->endpoint_count; i++) {
		json_write_element(b);
		buffer_text(b, "{\"ServiceType\":");
		trusted_uri(b, s->settings, "trust/endpoint/", p->endpoints[i].name);
		buffer_text(b, ",\"uriValue\":");
		if (p->endpoints[i].written)
			buffer_add(b, p->endpoints[i].uri);
		else
			json_write_string(b, p->endpoints[i].uri);
		buffer_byte(b, '}');
	}
	buffer_byte(b, ']');
}

static void
write_service(struct buffer *b, const struct trusted_services *s, const struct member_entity *e,
    const struct portrait *portrait, enum entity_role role, const char *role_name)
{
	struct arena arena = arena_init(SERVICE_ARENA), *a = &arena;
	struct parts p = gather(a, e, portrait, role);

	json_write_element(b);
	buffer_byte(b, '{');
	write_history(b, a, s, e, span_text(role_name));
	json_write_name(b, "ServiceInformation");
	buffer_byte(b, '{');
	write_identity(b, a, e, &p);
	write_certifications(b, s, e);
	json_write_name(b, "ServiceName");
	trusted_texts(b, name_of(s, e), "value");
	write_status(b, s, STANDING_APPROVED);
	write_endpoints(b, s, &p);
	write_type(b, s, span_text(role_name));
	write_time(b, "StatusStartingTime", s->since);
	buffer_text(b, "}}");
	arena_release(a);
}

void
trusted_services_write(struct buffer *b, const struct trusted_services *s, const struct member_entity *e,
    const struct portrait *portrait)
{
	for (const struct entity_role_name *r = entity_roles; r->name; r++)
		if (e->roles & r->role)
			write_service(b, s, e, portrait, r->role, r->name);
	if (e->roles & ENTITY_OTHER)
		write_service(b, s, e, portrait, ENTITY_OTHER, "other");
}
