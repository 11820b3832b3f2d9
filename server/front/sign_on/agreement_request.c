/* front/sign_on/agreement_request.c - the body of a yes, read. */
#include "front/sign_on/agreement_request.h"

#include "codec/reader.h"

#define BODY_LARGEST (4 * KIB)
#define NAME_LARGEST 64

static enum persona
read_persona(struct reader *r)
{
	struct span word = reader_string(r, 1, NAME_LARGEST);
	enum persona persona = persona_read(word);

	if (persona == PERSONA_NONE)
		reader_fail_word(r, "administrative, business or private", word);
	return persona;
}

static void
read_items(struct arena *arena, struct reader *r, struct sign_on_agreement *out)
{
	struct span *names = arena_array(arena, struct span, RELEASE_KINDS);

	out->items = names;
	out->item_count = 0;
	reader_array(r);
	while (reader_element(r)) {
		if (out->item_count == RELEASE_KINDS) {
			reader_fail(r, arena_print(arena, "at most %d names", RELEASE_KINDS), "more");
			break;
		}
		names[out->item_count++] = reader_string(r, 1, NAME_LARGEST);
	}
}

enum err
agreement_read(struct arena *arena, struct span body, struct sign_on_agreement *out, struct problem *why)
{
	struct reader r = reader_json(arena, body, (struct limits){ .bytes = BODY_LARGEST, .depth = 3 });
	struct span name;

	*out = (struct sign_on_agreement){ .persona = PERSONA_NONE };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "purpose"))
			out->purpose = reader_string(&r, 1, NAME_LARGEST);
		else if (span_is(name, "persona"))
			out->persona = read_persona(&r);
		else if (span_is(name, "items"))
			read_items(arena, &r, out);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->purpose.size || !out->persona || !out->items)
		return problem_set(why, ERR_INVALID, "", "/%s: expected with the others, found nothing",
		    !out->purpose.size ? "purpose" : out->persona ? "items" : "persona");
	return OK;
}
