/* jpki/signed_text.c - what was signed as text. */
#include "jpki/signed_text.h"

#include "base/buffer.h"
#include "codec/text.h"
#include "codec/xml.h"

enum err
signed_text_check(struct span text, struct problem *why)
{
	size_t size = text.size;
	uint32_t before = 0, c;

	if (size > SIGNED_TEXT_LARGEST)
		return problem_set(why, ERR_LIMIT, "",
		    "what was signed has %zu bytes; at most %zu can be shown as text",
		    size, SIGNED_TEXT_LARGEST);
	if (!utf8_valid(text))
		return problem_set(why, ERR_INVALID, "",
		    "what was signed is not text in UTF-8: nobody can have read what it says");
	for (; text.size; before = c) {
		c = utf8_cut(&text);
		if (character_unseen_behind(before, c) && c != '\n' && c != '\r' && c != '\t')
			return problem_set(why, ERR_INVALID, "",
			    "what was signed has a character nobody sees (U+%04X) in its first %zu bytes", (unsigned)c,
			    size - text.size);
	}
	return OK;
}

/* XML */

struct plain {
	struct buffer text;
	unsigned depth;
};

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct plain *p = arg;

	if (p->depth++ > 0)
		return problem_set(why, ERR_INVALID, "",
		    "expected text alone in the element that was signed, found the element %.80s in it", e->name.local);
	for (size_t i = 0; i < e->attribute_count; i++)
		if (!span_equal_nocase(span_text(e->attributes[i].name.local), span_text("id")))
			return problem_set(why, ERR_INVALID, "",
			    "expected no attribute but an ID on the element that was signed, found %.80s",
			    e->attributes[i].name.local);
	return OK;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	struct plain *p = arg;

	(void)why;
	buffer_add(&p->text, text);
	return OK;
}

enum err
signed_text_of_xml(struct arena *a, struct span element, struct span *out, struct problem *why)
{
	static const struct xml_limits limits = {
		.bytes = 2 * SIGNED_TEXT_LARGEST,
		.depth = 64,
		.attributes = 128,
		.text = 64 * KIB,
	};
	static const struct xml_handler handler = { on_start, NULL, on_text };
	struct plain p = { .text = buffer_init(SIGNED_TEXT_LARGEST) };
	enum err err = xml_read(element, &limits, &handler, &p, why);

	if (err == OK && p.text.overflowed)
		err = problem_set(
		    why, ERR_LIMIT, "", "what was signed has more than %zu bytes of text", SIGNED_TEXT_LARGEST);
	if (err == OK)
		*out = arena_copy(a, buffer_span(&p.text));
	buffer_release(&p.text);
	return err;
}
