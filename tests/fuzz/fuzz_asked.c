/* tests/fuzz/fuzz_asked.c - what is read of a request is all of it: written again from its parts it asks the same, and
 * every part that is there has its names. */
#include <assert.h>
#include <string.h>

#include "base/buffer.h"
#include "front/authzen/asked.h"
#include "front/authzen/budget.h"

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

/* Each way a body is read; `searched` of those that search, else PARTS. */
static const struct {
	bool several;
	enum part searched;
} ways[] = {
	{ false, PARTS }, { true, PARTS }, { false, PART_SUBJECT }, { false, PART_ACTION }, { false, PART_RESOURCE },
};

static enum err
read_as(struct arena *a, size_t way, struct span body, struct asked_body *out, struct problem *why)
{
	if (ways[way].several)
		return asked_read_several(a, body, out, why);
	return ways[way].searched == PARTS ? asked_read_one(a, body, out, why) :
	    asked_read_search(a, body, ways[way].searched, out, why);
}

/* Of all but a single question's context the JSON is good whichever way it is looked at. */
static void
check_json(struct arena *a, const struct asked *q, bool single)
{
	for (enum part part = 0; part <= PART_CONTEXT; part++) {
		const struct span json = part == PART_CONTEXT ? q->context : q->parts[part].json;
		struct reader r = reader_json(a, json, asked_limits);

		if (json.size == 0 || (single && part == PART_CONTEXT))
			continue;
		reader_raw(&r);
		assert(reader_end(&r, NULL) == OK);
	}
}

/* Alone, as a request of its own. */
static void
check_again(struct arena *a, const struct asked *q, size_t way)
{
	struct buffer b = buffer_init(4 * ASKED_LARGEST);
	struct asked_body again;
	struct problem why;

	check_parts(q, ways[way].searched);
	write_question(&b, q);
	if (buffer_span(&b).size <= ASKED_LARGEST) {
		assert(read_as(a, way, buffer_span(&b), &again, &why) == OK);
		for (enum part part = 0; part < PART_CONTEXT; part++) {
			assert(span_equal(again.defaults.parts[part].type, q->parts[part].type));
			assert(span_equal(again.defaults.parts[part].id, q->parts[part].id));
			assert(span_equal(again.defaults.parts[part].properties, q->parts[part].properties));
		}
	}
	buffer_release(&b);
}

static void
check_items(struct arena *a, const struct asked_body *body)
{
	assert(body->item_count <= budget.evaluations && body->semantic <= PERMIT_ON_FIRST_PERMIT);
	check_json(a, &body->defaults, false);
	for (size_t n = 0; n < body->item_count; n++) {
		check_json(a, &body->items[n], false);
		assert(span_starts(span_text(body->items[n].at), "/evaluations/"));
		if (body->items[n].problem.code == OK)
			check_again(a, &body->items[n], 0);
		else
			assert(body->items[n].problem.text[0] == '/');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(256 * MIB);

	for (size_t way = 0; way < COUNT(ways); way++) {
		struct asked_body body;
		struct problem why = { 0 };

		if (read_as(&a, way, span_of(data, size), &body, &why) != OK) {
			assert(why.code != OK && why.text[0]);
		} else if (body.item_count) {
			assert(ways[way].several);
			check_items(&a, &body);
		} else {
			check_json(&a, &body.defaults, !ways[way].several && ways[way].searched == PARTS);
			check_again(&a, &body.defaults, way);
		}
		arena_reset(&a);
	}
	arena_release(&a);
	return 0;
}
