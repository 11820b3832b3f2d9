/* front/authzen/access.h - what this decision point knows beside the request (schemas/access.schema.json): the
 * requirement of each action and resource, facts of subjects and resources it keeps itself, and which properties of a
 * request are facts.
 *
 * Facts are named here and looked up in the dictionary in force when a question comes: the dictionary grows while we
 * run.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define ACCESS_LARGEST (4 * MIB)
#define ACCESS_ENTITIES 10000    /* of each kind */

enum part { PART_SUBJECT, PART_ACTION, PART_RESOURCE, PART_CONTEXT, PARTS };
const char *part_name(enum part); /* "subject" … */

/* Which policy a question is put to; both may be empty: not said here. */
struct access_policy {
	struct span framework, profile;
};

struct access_entity {
	struct span type, id;        /* an action's name is its id */
	struct span facts;           /* JSON object; empty: none */
	struct access_policy policy; /* of actions and resources */
};

/* A property of the request that is a fact: its value; without a property the entity's id or name itself. */
struct access_property {
	enum part part;
	struct span property, fact;
	struct span otherwise;       /* JSON: what a value outside the fact's domain counts as; empty: it is refused */
};

struct access {
	struct access_policy fallback;
	struct access_entity *entities[PART_CONTEXT];        /* in the file's order */
	const struct access_entity **sorted[PART_CONTEXT];   /* the same by type and id, for access_find() */
	size_t counts[PART_CONTEXT];
	struct access_property *properties;
	size_t property_count;
};

enum err access_read(struct arena *, const char *file, const struct access **out, struct problem *why);
/* The same of a text; `name` stands in sentences. */
enum err access_parse(struct arena *, const char *name, struct span text, const struct access **out,
    struct problem *why);

/* The first of the file with this type and id, by bisection; of an action the type is not looked at. NULL: not known
 * here. */
const struct access_entity *access_find(const struct access *, enum part, struct span type, struct span id);
