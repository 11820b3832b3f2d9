/* registry/claims.c - what an entity said of its own categories and certifications and was not believed. */
#include "registry/claims.h"

#include "base/record.h"
#include "registry/naming.h"

#define SAML "urn:oasis:names:tc:SAML:2.0:assertion"

#define VALUE_LARGEST (4 * KIB)           /* as it stands; it is listed as names are */
#define CLAIM_LARGEST (NAME_LARGEST + 64) /* with its attribute */

/* What others decide by: only the federation may state it (REFEDS Entity Category; SAML 2.0 Identity Assurance Profiles
 * s3). */
static const char *const stated_by_the_registry[] = {
	"http://macedir.org/entity-category",
	"urn:oasis:names:tc:SAML:attribute:assurance-certification",
};

/* Somebody may read the name with the blanks trimmed away. */
static const char *
statement_of(const struct xml_element *element)
{
	if (!xml_name_is(&element->name, SAML, "Attribute"))
		return NULL;
	for (size_t i = 0; i < element->attribute_count; i++) {
		const struct xml_attribute *a = &element->attributes[i];

		for (size_t n = 0; n < COUNT(stated_by_the_registry); n++)
			if (xml_name_is(&a->name, NULL, "Name") &&
			    span_is(xml_trim(a->value), stated_by_the_registry[n]))
				return stated_by_the_registry[n];
	}
	return NULL;
}

bool
claims_statement(const struct xml_element *element)
{
	return statement_of(element) != NULL;
}

struct claims
claims_init(void)
{
	return (struct claims){ .value = buffer_init(VALUE_LARGEST),
		.list = buffer_init(CLAIMS_LARGEST * (CLAIM_LARGEST + 4)) };
}

void
claims_release(struct claims *c)
{
	buffer_release(&c->value);
	buffer_release(&c->list);
}

void
claims_begin(struct claims *c)
{
	c->depth = c->attribute_at = c->value_at = 0;
	c->attribute = NULL;
	c->count = 0;
	buffer_clear(&c->list);
}

void
claims_start(struct claims *c, const struct xml_element *element)
{
	c->depth++;
	if (!c->attribute) {
		c->attribute = statement_of(element);
		c->attribute_at = c->depth;
	} else if (!c->value_at && xml_name_is(&element->name, SAML, "AttributeValue")) {
		c->value_at = c->depth;
		buffer_clear(&c->value);
	}
}

void
claims_text(struct claims *c, struct span text)
{
	if (c->value_at)
		buffer_add(&c->value, span_first(text, VALUE_LARGEST - buffer_span(&c->value).size));
}

static bool
listed(const struct claims *c, struct span claim)
{
	struct record r = record_of(buffer_span(&c->list));

	for (size_t i = 0; i < c->count; i++)
		if (span_equal(record_block(&r), claim))
			return true;
	return false;
}

static void
add_claim(struct claims *c)
{
	uint8_t value[NAME_LARGEST];
	struct buffer claim = buffer_init(CLAIM_LARGEST);
	size_t size = name_tidy(buffer_span(&c->value), value);

	buffer_text(&claim, c->attribute);
	buffer_byte(&claim, ' ');
	buffer_add(&claim, span_of(value, size));
	if (size && c->count < CLAIMS_LARGEST && !listed(c, buffer_span(&claim))) {
		buffer_block(&c->list, buffer_span(&claim));
		c->count++;
	}
	buffer_release(&claim);
}

void
claims_end(struct claims *c)
{
	if (c->value_at == c->depth) {
		add_claim(c);
		c->value_at = 0;
	}
	if (c->attribute_at == c->depth) {
		c->attribute = NULL;
		c->attribute_at = 0;
	}
	c->depth--;
}

size_t
claims_size(const struct claims *c)
{
	return buffer_span(&c->list).size + c->count * sizeof(struct span);
}

const struct span *
claims_list(const struct claims *c, struct arena *arena, size_t *count)
{
	struct record r = record_of(arena_copy(arena, buffer_span(&c->list)));
	struct span *list = arena_array(arena, struct span, c->count);

	for (size_t i = 0; i < c->count; i++)
		list[i] = record_block(&r);
	*count = c->count;
	return list;
}
