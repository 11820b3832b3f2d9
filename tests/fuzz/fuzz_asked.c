/* tests/fuzz/fuzz_asked.c - what is read of a request is all of it: written again from its parts it asks the same, and
 * every part that is there has its names. */
#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "front/authzen/asked.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_question(struct buffer *b, const struct asked *q)
{
	const char *before = "{";

	for (enum part part = 0; part < PART_CONTEXT; part++)
		if (q->parts[part].json.size) {
			buffer_print(b, "%s\"%s\":", before, part_name(part));
			buffer_add(b, q->parts[part].json);
			before = ",";
		}
	if (q->context.size) {
		buffer_print(b, "%s\"context\":", before);
		buffer_add(b, q->context);
		before = ",";
	}
	buffer_text(b, before[0] == '{' ? "{}" : "}");
}

static void
check_parts(const struct asked *q, enum part searched)
{
	for (enum part part = 0; part < PART_CONTEXT; part++) {
		const struct asked_part *p = &q->parts[part];

		if (part == PART_ACTION && searched == PART_ACTION)
			continue;
		assert(p->json.size >= 2 && p->json.data[0] == '{' && p->json.data[p->json.size - 1] == '}');
		assert((part == PART_ACTION) == (p->type.size == 0) && (part == searched) == (p->id.size == 0));
		assert(p->type.size <= ASKED_ID_LARGEST && p->id.size <= ASKED_ID_LARGEST);
		assert(p->properties.size == 0 || p->properties.data[0] == '{');
	}
	assert(q->context.size == 0 || q->context.data[0] == '{');
}

/* Alone, as a request of its own. */
static void
check_again(struct arena *a, const struct asked *q, enum part searched)
{
	struct buffer b = buffer_init(4 * ASKED_LARGEST);
	struct asked_body again;
	struct problem why;

	check_parts(q, searched);
	write_question(&b, q);
	if (buffer_span(&b).size <= ASKED_LARGEST) {
		enum err err = asked_read(a, buffer_span(&b), searched, &again, &why);

		/* Defaults of a body stand one level higher than its items, and count once where items count each. */
		assert(err == OK || (err == ERR_LIMIT && q->at[0]));
		for (enum part part = 0; err == OK && part < PART_CONTEXT; part++) {
			assert(span_equal(again.defaults.parts[part].type, q->parts[part].type));
			assert(span_equal(again.defaults.parts[part].id, q->parts[part].id));
			assert(span_equal(again.defaults.parts[part].properties, q->parts[part].properties));
		}
	}
	buffer_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum part searches[] = { PARTS, PART_SUBJECT, PART_ACTION, PART_RESOURCE };
	struct arena a = arena_init(256 * MIB);

	for (size_t i = 0; i < COUNT(searches); i++) {
		struct asked_body body;
		struct problem why = { 0 };

		if (asked_read(&a, span_of(data, size), searches[i], &body, &why) != OK) {
			assert(why.code != OK && why.text[0]);
		} else if (body.item_count == 0) {
			check_again(&a, &body.defaults, searches[i]);
		} else {
			assert(searches[i] == PARTS && body.item_count <= ASKED_ITEMS &&
			    body.semantic <= PERMIT_ON_FIRST_PERMIT);
			for (size_t n = 0; n < body.item_count; n++) {
				assert(span_starts(span_text(body.items[n].at), "/evaluations/"));
				if (body.items[n].problem.code == OK)
					check_again(&a, &body.items[n], PARTS);
				else
					assert(body.items[n].problem.text[0] == '/');
			}
		}
		arena_reset(&a);
	}
	arena_release(&a);
	return 0;
}
