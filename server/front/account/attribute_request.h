/* front/account/attribute_request.h - the bodies of requests about attributes. */
#pragma once

#include "person/attribute.h"

/* {"value":TEXT,"personas":["business","private"]} */
struct attribute_statement {
	struct span value;
	unsigned personas;           /* PERSONA_BIT()s */
};
enum err attribute_statement_read(struct arena *, struct span body, struct attribute_statement *out,
    struct problem *why);

/* {"attributes":[NAME, …]} */
struct persona_choice {
	struct span names[ATTRIBUTES_LARGEST];
	size_t count;
};
enum err persona_choice_read(struct arena *, struct span body, struct persona_choice *out, struct problem *why);
