/* registry/naming.c - what people call an entity, gathered while its elements are read. */
#include "registry/naming.h"

#include "codec/text.h"
#include "codec/xml.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define MDUI "urn:oasis:names:tc:SAML:metadata:ui"
#define XML_NAMESPACE "http://www.w3.org/XML/1998/namespace"

#define TEXT_LARGEST (4 * KIB) /* of a name as it stands, blanks and all */

struct name_kind {
	const char *uri, *local;
	unsigned worth;
};
static const struct name_kind kinds[] = {
	{ MDUI, "DisplayName", 3 },
	{ MD, "OrganizationDisplayName", 2 },
	{ MD, "OrganizationName", 1 },
};

static const struct {
	const char *tag;
	enum naming_language language;
} languages[] = {
	{ "ja", NAMING_JA },
	{ "en", NAMING_EN },
};

struct naming
naming_init(void)
{
	return (struct naming){ .text = buffer_init(TEXT_LARGEST) };
}

void
naming_release(struct naming *n)
{
	buffer_release(&n->text);
}

void
naming_begin(struct naming *n)
{
	n->kind = NULL;
	for (size_t i = 0; i < NAMING_LANGUAGES; i++)
		n->found[i].worth = 0;
}

/* "ja" and "ja-Hira" are Japanese, "jam" is not (RFC 4647 s3.3.1). */
static enum naming_language
language_of(const struct xml_element *element)
{
	for (size_t i = 0; i < element->attribute_count; i++) {
		const struct xml_attribute *a = &element->attributes[i];

		if (!xml_name_is(&a->name, XML_NAMESPACE, "lang"))
			continue;
		for (size_t n = 0; n < COUNT(languages); n++) {
			struct span tag = span_text(languages[n].tag), rest = span_skip(a->value, tag.size);

			if (span_equal_nocase(span_first(a->value, tag.size), tag) &&
			    (rest.size == 0 || rest.data[0] == '-'))
				return languages[n].language;
		}
	}
	return NAMING_OTHER;
}

/* An element inside a name makes it none. */
void
naming_start(struct naming *n, const struct xml_element *element)
{
	const struct name_kind *outer = n->kind;

	n->kind = NULL;
	for (size_t i = 0; !outer && i < COUNT(kinds); i++)
		if (xml_name_is(&element->name, kinds[i].uri, kinds[i].local))
			n->kind = &kinds[i];
	if (!n->kind)
		return;
	n->language = language_of(element);
	buffer_clear(&n->text);
}

void
naming_text(struct naming *n, struct span text)
{
	if (n->kind)
		buffer_add(&n->text, span_first(text, TEXT_LARGEST - buffer_span(&n->text).size));
}

void
naming_end(struct naming *n)
{
	const struct name_kind *kind = n->kind;
	struct found_name *found = &n->found[n->language];
	struct found_name name;

	n->kind = NULL;
	if (!kind || found->worth >= kind->worth)
		return;
	name.worth = kind->worth;
	name.size = name_tidy(buffer_span(&n->text), name.text);
	if (name.size)
		*found = name;
}

struct span
naming_found(const struct naming *n, enum naming_language language)
{
	const struct found_name *found = &n->found[language];

	if (language == NAMING_EN && !n->found[NAMING_JA].worth && !n->found[NAMING_EN].worth)
		found = &n->found[NAMING_OTHER];
	return found->worth ? span_of(found->text, found->size) : (struct span){ 0 };
}

/* The joiners among the unseen are spelling in some scripts, and harmless between letters. */
static bool
is_joiner(uint32_t character)
{
	return character == 0x200c || character == 0x200d;
}

static bool
is_blank(uint32_t character)
{
	return (character < 0x80 && xml_is_space((uint8_t)character)) || character == 0x2028 || character == 0x2029;
}

size_t
name_tidy(struct span s, uint8_t out[NAME_LARGEST])
{
	size_t used = 0;
	uint32_t before = 0;
	bool blank = false;

	while (s.size) {
		const struct span from = s;
		uint32_t character = utf8_cut(&s);
		size_t size = from.size - s.size;

		blank = blank || is_blank(character);
		if (is_blank(character) || (character_unseen_behind(before, character) && !is_joiner(character)))
			continue;
		blank = blank && used;
		if (used + blank + size > NAME_LARGEST)
			break;
		if (blank)
			out[used++] = ' ';
		memcpy(out + used, from.data, size);
		used += size;
		before = character;
		blank = false;
	}
	return used;
}
