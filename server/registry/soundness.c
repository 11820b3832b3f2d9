/* registry/soundness.c - what no entity may bring, as tables: names, attributes, and elements that hold one value.
 *
 * Consumers read an aggregate whole or not at all: one role descriptor that the schema does not allow takes the whole
 * federation from everybody who validates it.
 */
#include "registry/soundness.h"

#include "codec/text.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define MDUI "urn:oasis:names:tc:SAML:metadata:ui"
#define DS "http://www.w3.org/2000/09/xmldsig#"

#define TEXT_LARGEST (256 * KIB) /* a logo may be its own picture */

struct soundness
soundness_init(void)
{
	return (struct soundness){ .text = buffer_init(TEXT_LARGEST), .arena = arena_init(MIB) };
}

void
soundness_release(struct soundness *s)
{
	buffer_release(&s->text);
	arena_release(&s->arena);
}

/* What a terminal may be shown of a stranger's value. */
static struct span
shown(struct span s)
{
	size_t size = 0;

	while (size < s.size && size < 80 && s.data[size] > ' ' && s.data[size] < 0x7f)
		size++;
	return span_first(s, size);
}

static bool
starts_nocase(struct span s, const char *prefix)
{
	struct span wanted = span_text(prefix);

	return span_equal_nocase(span_first(s, wanted.size), wanted);
}

/* The entity's name */

static const char *const scripts[] = { "javascript:", "vbscript:", "data:" };

static bool
is_escape(struct span s)
{
	uint8_t byte;

	return s.size >= 3 && hex_read(span_of(s.data + 1, 2), &byte, 1);
}

enum err
soundness_entity_id(struct span id, int line, struct problem *why)
{
	struct span rest = id;

	while (rest.size) {
		size_t i = id.size - rest.size;
		uint32_t character = utf8_cut(&rest);

		if (character == ' ' || character_unseen(character))
			return problem_set(why, ERR_INVALID, "RFC 3986 s2",
			    "line %d: expected a URI as entityID, found one with the character U+%04X at position %zu",
			    line, character, i + 1);
		if (character == '%' && !is_escape(span_skip(id, i)))
			return problem_set(why, ERR_INVALID, "RFC 3986 s2.1",
			    "line %d: expected two hexadecimal digits behind the %% at position %zu of the entityID",
			    line, i + 1);
	}
	for (size_t i = 0; i < COUNT(scripts); i++)
		if (starts_nocase(id, scripts[i]))
			return problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s2.3.2",
			    "line %d: expected an entityID that names an entity, found one of the scheme %s", line,
			    scripts[i]);
	return OK;
}

/* Values of attributes and of elements */

static enum err
check_url(struct soundness *s, const char *name, struct span value, struct problem *why)
{
	struct span url = xml_trim(value), found = shown(url);

	if (starts_nocase(url, "https://") || starts_nocase(url, "http://"))
		return OK;
	return problem_set(why, ERR_INVALID, "RFC 9110 s4.2",
	    "line %d: expected a URL of https or http in %s, found \"%.*s\"", s->line, name, SPAN_ARGS(found));
}

/* A picture may be its own URL: browsers run nothing of it. */
static enum err
check_picture(struct soundness *s, const char *name, struct span value, struct problem *why)
{
	return starts_nocase(xml_trim(value), "data:image/") ? OK : check_url(s, name, value, why);
}

/* SEQUENCE, and as long as it says (X.690 s8.1.3, s8.9): what readers of X.509 see first. */
static bool
is_sequence(struct span der)
{
	size_t length = 0, bytes;

	if (der.size < 2 || der.data[0] != 0x30)
		return false;
	if (der.data[1] < 0x80)
		return der.data[1] == der.size - 2;
	bytes = der.data[1] & 0x7fu;
	if (bytes == 0 || bytes > 4 || der.size < 2 + bytes)
		return false;
	for (size_t i = 0; i < bytes; i++)
		length = length << 8 | der.data[2 + i];
	return length == der.size - 2 - bytes;
}

static enum err
check_certificate(struct soundness *s, const char *name, struct span value, struct problem *why)
{
	uint8_t *packed = arena_take_array(&s->arena, value.size + 1, 1);
	struct span der;
	size_t size = 0;
	bool good;

	for (size_t i = 0; i < value.size; i++)
		if (!xml_is_space(value.data[i]))
			packed[size++] = value.data[i];
	good = base64_read(&s->arena, span_of(packed, size), &der) && is_sequence(der);
	arena_reset(&s->arena);
	if (good)
		return OK;
	return problem_set(why, ERR_INVALID, "XML Signature s4.5.4.1",
	    "line %d: expected the base64 of a DER certificate in %s, found %zu characters that are none", s->line,
	    name, size);
}

/* SAML 2.0 Metadata s2.4.1: every role says by which protocols it is played. */
static const char *const roles[] = { "IDPSSODescriptor", "SPSSODescriptor", "AttributeAuthorityDescriptor",
	"AuthnAuthorityDescriptor", "PDPDescriptor", "RoleDescriptor" };

static const char *const url_attributes[] = { "Location", "ResponseLocation" };

struct text_rule {
	const char *uri, *local;
	enum err (*check)(struct soundness *, const char *name, struct span value, struct problem *why);
};
static const struct text_rule text_rules[] = {
	{ MD, "OrganizationURL", check_url },
	{ MD, "AdditionalMetadataLocation", check_url },
	{ MDUI, "InformationURL", check_url },
	{ MDUI, "PrivacyStatementURL", check_url },
	{ MDUI, "Logo", check_picture },
	{ DS, "X509Certificate", check_certificate },
};

/* Element by element */

void
soundness_begin(struct soundness *s)
{
	s->rule = NULL;
}

static enum err
check_role(const struct xml_element *element, struct problem *why)
{
	bool role = false;

	for (size_t i = 0; i < COUNT(roles); i++)
		role = role || xml_name_is(&element->name, MD, roles[i]);
	if (!role)
		return OK;
	for (size_t i = 0; i < element->attribute_count; i++)
		if (xml_name_is(&element->attributes[i].name, NULL, "protocolSupportEnumeration") &&
		    xml_trim(element->attributes[i].value).size)
			return OK;
	return problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s2.4.1",
	    "line %d: expected a protocolSupportEnumeration that names a protocol in %s, found none", element->line,
	    element->name.local);
}

static enum err
check_attributes(struct soundness *s, const struct xml_element *element, struct problem *why)
{
	for (size_t i = 0; i < element->attribute_count; i++)
		for (size_t n = 0; n < COUNT(url_attributes); n++)
			if (xml_name_is(&element->attributes[i].name, NULL, url_attributes[n]) &&
			    check_url(s, url_attributes[n], element->attributes[i].value, why) != OK)
				return why->code;
	return OK;
}

enum err
soundness_start(struct soundness *s, const struct xml_element *element, struct problem *why)
{
	if (s->rule)
		return problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s2",
		    "line %d: expected text alone in %s, found an element", element->line, s->rule->local);
	s->line = element->line;
	for (size_t i = 0; i < COUNT(text_rules); i++)
		if (xml_name_is(&element->name, text_rules[i].uri, text_rules[i].local))
			s->rule = &text_rules[i];
	buffer_clear(&s->text);
	if (check_role(element, why) != OK)
		return why->code;
	return check_attributes(s, element, why);
}

void
soundness_text(struct soundness *s, struct span text)
{
	if (s->rule)
		buffer_add(&s->text, text);
}

enum err
soundness_end(struct soundness *s, struct problem *why)
{
	const struct text_rule *rule = s->rule;

	s->rule = NULL;
	if (!rule)
		return OK;
	if (s->text.overflowed)
		return problem_set(why, ERR_LIMIT, "", "line %d: expected at most %zu bytes in %s", s->line,
		    TEXT_LARGEST, rule->local);
	return rule->check(s, rule->local, buffer_span(&s->text), why);
}
