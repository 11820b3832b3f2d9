/* front/saml/idp_descriptor.c - what our identity provider says of itself in SAML metadata. */
#include "front/saml/idp_descriptor.h"

#include <assert.h>

#include "codec/text.h"
#include "codec/xml.h"

#define PROTOCOL "urn:oasis:names:tc:SAML:2.0:protocol"
#define BINDING "urn:oasis:names:tc:SAML:2.0:bindings:"

static void
write_attribute(struct buffer *b, const char *name, struct span value)
{
	buffer_print(b, " %s=\"", name);
	xml_write_attribute_value(b, value);
	buffer_byte(b, '"');
}

static void
write_algorithms(struct buffer *b, const char *name, algorithm_list list)
{
	for (; list && *list; list++) {
		buffer_print(b, "<%s", name);
		write_attribute(b, "Algorithm", span_text(*list));
		buffer_text(b, "/>");
	}
}

/* One certificate to a key, and nothing but it (Metadata Interoperability Profile s2.5.1). */
static void
write_keys(struct buffer *b, struct arena *arena, const char *use, const struct span *certificates, size_t count,
    algorithm_list ciphers)
{
	for (size_t i = 0; i < count; i++) {
		buffer_print(b, "<md:KeyDescriptor use=\"%s\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>", use);
		buffer_add(b, base64_write(arena, certificates[i]));
		buffer_text(b, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>");
		write_algorithms(b, "md:EncryptionMethod", ciphers);
		buffer_text(b, "</md:KeyDescriptor>");
	}
}

static void
write_endpoints(struct buffer *b, const char *name, struct span location)
{
	static const char *const bindings[] = { BINDING "HTTP-Redirect", BINDING "HTTP-POST" };

	for (size_t i = 0; location.size && i < COUNT(bindings); i++) {
		buffer_print(b, "<%s Binding=\"%s\"", name, bindings[i]);
		write_attribute(b, "Location", location);
		buffer_text(b, "/>");
	}
}

static void
write_formats(struct buffer *b, algorithm_list formats)
{
	for (; formats && *formats; formats++) {
		buffer_text(b, "<md:NameIDFormat>");
		xml_write_text(b, span_text(*formats));
		buffer_text(b, "</md:NameIDFormat>");
	}
}

/* In the schema's order. */
static void
write_role(struct buffer *b, struct arena *arena, const struct idp_descriptor *d)
{
	buffer_text(b, "<md:IDPSSODescriptor protocolSupportEnumeration=\"" PROTOCOL "\"");
	if (d->error_url.size)
		write_attribute(b, "errorURL", d->error_url);
	buffer_byte(b, '>');
	write_keys(b, arena, "signing", d->signing, d->signing_count, NULL);
	write_keys(b, arena, "encryption", d->encryption, d->encryption_count, d->ciphers);
	write_endpoints(b, "md:SingleLogoutService", d->slo_url);
	write_formats(b, d->name_id_formats);
	write_endpoints(b, "md:SingleSignOnService", d->sso_url);
	buffer_text(b, "</md:IDPSSODescriptor>");
}

static bool
is_listed(algorithm_list list)
{
	return list && *list;
}

void
idp_descriptor_write(struct buffer *b, struct arena *arena, const struct idp_descriptor *d)
{
	assert(d->entity_id.size && d->sso_url.size && d->signing_count);
	buffer_text(b, "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\""
	    " xmlns:alg=\"urn:oasis:names:tc:SAML:metadata:algsupport\""
	    " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"");
	write_attribute(b, "entityID", d->entity_id);
	buffer_byte(b, '>');
	if (is_listed(d->digests) || is_listed(d->signatures)) {
		buffer_text(b, "<md:Extensions>");
		write_algorithms(b, "alg:DigestMethod", d->digests);
		write_algorithms(b, "alg:SigningMethod", d->signatures);
		buffer_text(b, "</md:Extensions>");
	}
	write_role(b, arena, d);
	buffer_text(b, "</md:EntityDescriptor>");
}
