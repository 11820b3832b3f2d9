/* tests/fuzz/fuzz_xml.c - whatever is read as XML can be written again and is then read as the same.
 *
 * The writer declares every namespace where it stands, under its own prefixes; names, values and text must come back.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "codec/xml.h"

#define DEPTH 32

/* What is read, told twice: as XML to be read again, and as events to be compared. */
struct telling {
	struct buffer xml, events;
	unsigned depth;
};

static void
tell_name(struct buffer *b, const struct xml_name *name)
{
	buffer_print(b, "{%s}%s", name->uri ? name->uri : "", name->local);
}

static void
write_attribute(struct buffer *b, const struct xml_attribute *a, size_t number)
{
	if (a->name.uri && strcmp(a->name.uri, "http://www.w3.org/XML/1998/namespace") == 0) {
		buffer_text(b, " xml:");
	} else if (a->name.uri) {
		buffer_print(b, " xmlns:a%zu=\"", number);
		xml_write_attribute_value(b, span_text(a->name.uri));
		buffer_print(b, "\" a%zu:", number);
	} else {
		buffer_byte(b, ' ');
	}
	buffer_text(b, a->name.local);
	buffer_text(b, "=\"");
	xml_write_attribute_value(b, a->value);
	buffer_byte(b, '"');
}

static enum err
on_start(void *arg, const struct xml_element *element, struct problem *why)
{
	struct telling *t = arg;

	(void)why;
	t->depth++;
	assert(t->depth <= DEPTH && element->attribute_count <= 16 && element->line >= 1);
	/* The empty name takes the default namespace back. */
	buffer_print(&t->xml, "<%s xmlns=\"", element->name.local);
	xml_write_attribute_value(&t->xml, span_text(element->name.uri));
	buffer_byte(&t->xml, '"');
	buffer_byte(&t->events, '<');
	tell_name(&t->events, &element->name);
	for (size_t i = 0; i < element->attribute_count; i++) {
		write_attribute(&t->xml, &element->attributes[i], i);
		buffer_byte(&t->events, ' ');
		tell_name(&t->events, &element->attributes[i].name);
		buffer_block(&t->events, element->attributes[i].value);
	}
	buffer_byte(&t->xml, '>');
	return OK;
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	struct telling *t = arg;

	(void)why;
	assert(t->depth-- > 0);
	buffer_print(&t->xml, "</%s>", name->local);
	buffer_text(&t->events, "</>");
	return OK;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	struct telling *t = arg;

	(void)why;
	assert(t->depth > 0);
	xml_write_text(&t->xml, text);
	buffer_add(&t->events, text);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct xml_handler handler = { on_start, on_end, on_text };
	const struct xml_limits limits = { .bytes = 64 * KIB, .depth = DEPTH, .attributes = 16, .text = 4 * KIB };
	/* Written again everything may be longer: by escapes, and by a declaration for each name. */
	const struct xml_limits wider = { .bytes = 16 * MIB, .depth = DEPTH, .attributes = 64, .text = 64 * KIB };
	struct telling first = { buffer_init(16 * MIB), buffer_init(16 * MIB), 0 };
	struct telling again = { buffer_init(64 * MIB), buffer_init(16 * MIB), 0 };
	struct problem why = { .code = OK };
	enum err err = xml_read(span_of(data, size), &limits, &handler, &first, &why);

	if (err == OK && !first.xml.overflowed) {
		assert(first.depth == 0);
		err = xml_read(buffer_span(&first.xml), &wider, &handler, &again, &why);
		assert(err == OK);
		assert(span_equal(buffer_span(&first.events), buffer_span(&again.events)));
	} else if (err != OK) {
		assert(why.code == err && why.text[0]);
	}
	buffer_release(&first.xml);
	buffer_release(&first.events);
	buffer_release(&again.xml);
	buffer_release(&again.events);
	return 0;
}
