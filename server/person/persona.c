/* person/persona.c - the three faces of one person. */
#include "person/persona.h"

static const char *const names[PERSONAS] = {
	[PERSONA_NONE] = "none",
	[PERSONA_ADMINISTRATIVE] = "administrative",
	[PERSONA_BUSINESS] = "business",
	[PERSONA_PRIVATE] = "private",
};

const char *
persona_name(enum persona persona)
{
	return names[persona];
}

enum persona
persona_read(struct span word)
{
	for (int i = PERSONA_ADMINISTRATIVE; i < PERSONAS; i++)
		if (span_is(word, names[i]))
			return (enum persona)i;
	return PERSONA_NONE;
}
