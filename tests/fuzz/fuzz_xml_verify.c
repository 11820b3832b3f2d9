/* tests/fuzz/fuzz_xml_verify.c - with one key one document was ever signed (corpus/xml_verify/signed.xml, its private
 * key gone): whatever verifies says, read by the house's other reader, exactly what that one says.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "codec/xml.h"
#include "crypto/xml_verify.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define DS "http://www.w3.org/2000/09/xmldsig#"

static const uint8_t key[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
	0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04, 0xf0, 0x87, 0xb4, 0xf9, 0xea,
	0x9d, 0x18, 0x55, 0x9d, 0x8d, 0x96, 0xdd, 0xe7, 0x48, 0x75, 0x0c, 0x7f, 0xb7, 0xc6, 0xec, 0x8c,
	0xe7, 0x13, 0x0c, 0x31, 0x1e, 0x71, 0x1d, 0xc0, 0x49, 0x09, 0x21, 0x9c, 0x6c, 0x44, 0x5a, 0x76,
	0xbf, 0xef, 0xc5, 0xf5, 0xe9, 0xea, 0x32, 0x1d, 0xf7, 0x0e, 0xb7, 0x02, 0x9b, 0xff, 0x38, 0x85,
	0xd0, 0x56, 0x39, 0xfe, 0x6c, 0x89, 0x96, 0xf7, 0x54, 0x42, 0x3a,
};

/* Attributes sorted by name, namespaces in braces, texts as they are read. */
static const char signed_content[] =
    "<{" MD "}EntitiesDescriptor ID=[_root] validUntil=[2026-12-01T00:00:00Z]>"
    "<{" MD "}EntityDescriptor ID=[_one] entityID=[urn:one]>"
    "<{" MD "}Organization><{" MD
    "}OrganizationName {http://www.w3.org/XML/1998/namespace}lang=[en]>Good & true</></></></>";

struct said {
	struct buffer text;
	unsigned depth, skip_at; /* skip_at: depth of the root's Signature while inside */
};

static void
add_name(struct buffer *b, const struct xml_name *name)
{
	if (name->uri)
		buffer_print(b, "{%s}", name->uri);
	buffer_text(b, name->local);
}

static int
compare_names(const void *a, const void *b)
{
	const struct xml_name *x = &((const struct xml_attribute *)a)->name,
			      *y = &((const struct xml_attribute *)b)->name;
	int order = strcmp(x->uri ? x->uri : "", y->uri ? y->uri : "");

	return order ? order : strcmp(x->local, y->local);
}

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct xml_attribute sorted[256];
	struct said *s = arg;

	(void)why;
	if (++s->depth == 2 && xml_name_is(&e->name, DS, "Signature"))
		s->skip_at = 2;
	if (s->skip_at)
		return OK;
	buffer_byte(&s->text, '<');
	add_name(&s->text, &e->name);
	assert(e->attribute_count <= 256);
	if (e->attribute_count)
		memcpy(sorted, e->attributes, e->attribute_count * sizeof(sorted[0]));
	qsort(sorted, e->attribute_count, sizeof(sorted[0]), compare_names);
	for (size_t i = 0; i < e->attribute_count; i++) {
		buffer_byte(&s->text, ' ');
		add_name(&s->text, &sorted[i].name);
		buffer_text(&s->text, "=[");
		buffer_add(&s->text, sorted[i].value);
		buffer_byte(&s->text, ']');
	}
	buffer_byte(&s->text, '>');
	return OK;
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	struct said *s = arg;

	(void)name;
	(void)why;
	if (!s->skip_at)
		buffer_text(&s->text, "</>");
	if (s->depth-- == s->skip_at)
		s->skip_at = 0;
	return OK;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	struct said *s = arg;

	(void)why;
	if (!s->skip_at)
		buffer_add(&s->text, text);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_handler handler = { on_start, on_end, on_text };
	static const struct xml_limits limits = { .bytes = 1 * MIB, .depth = 64, .attributes = 128, .text = 1 * MIB };
	const struct span spki = span_of(key, sizeof(key));
	struct said said = { .text = buffer_init(4 * MIB) };
	struct problem why = { 0 };

	if (size <= 1 * MIB && xml_verify(span_of(data, size), &spki, 1, &why) == OK) {
		if (xml_read(span_of(data, size), &limits, &handler, &said, &why) != OK)
			abort();
		if (!span_is(buffer_span(&said.text), signed_content))
			abort();
	} else if (size <= 1 * MIB) {
		assert(why.code != OK && why.text[0]);
	}
	buffer_release(&said.text);
	return 0;
}
