/* front/account/attribute_request.c - the bodies of requests about attributes. */
#include "front/account/attribute_request.h"

#include "codec/reader.h"

#define NAME_LARGEST 64

static unsigned
read_personas(struct reader *r)
{
	unsigned personas = 0;

	reader_array(r);
	while (reader_element(r)) {
		struct span word = reader_string(r, 1, NAME_LARGEST);
		enum persona persona = persona_read(word);

		if (persona == PERSONA_NONE)
			reader_fail_word(r, "business or private", word);
		else if (personas & PERSONA_BIT(persona))
			reader_fail(r, "each persona once", "one twice");
		personas |= PERSONA_BIT(persona);
	}
	return personas;
}

enum err
attribute_statement_read(struct arena *arena, struct span body, struct attribute_statement *out, struct problem *why)
{
	struct reader r = reader_json(arena, body, (struct limits){ .bytes = 16 * KIB, .depth = 2, .members = 16 });
	struct span name;

	*out = (struct attribute_statement){ .personas = 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "value"))
			out->value = reader_string(&r, 1, ATTRIBUTE_LARGEST);
		else if (span_is(name, "personas"))
			out->personas = read_personas(&r);
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	if (!out->value.size || !out->personas)
		return problem_set(why, ERR_INVALID, "", "/%s: expected with the other, found nothing",
		    out->value.size ? "personas" : "value");
	return OK;
}

enum err
persona_choice_read(struct arena *arena, struct span body, struct persona_choice *out, struct problem *why)
{
	struct reader r = reader_json(arena, body, (struct limits){ .bytes = 4 * KIB, .depth = 2, .members = 64 });
	struct span name;
	bool given = false;

	*out = (struct persona_choice){ .count = 0 };
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (!span_is(name, "attributes"))
			continue;
		given = true;
		reader_array(&r);
		while (reader_element(&r)) {
			if (out->count == ATTRIBUTES_LARGEST) {
				reader_fail(&r, "at most 32 names", "more");
				break;
			}
			out->names[out->count++] = reader_string(&r, 1, NAME_LARGEST);
		}
	}
	if (reader_end(&r, why) != OK)
		return why->code;
	return given ? OK : problem_set(why, ERR_INVALID, "", "/attributes: expected a list of names, found nothing");
}
