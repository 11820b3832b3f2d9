/* registry/member_entities.h - a member's entities as the registry keeps and publishes them: made, looked at, and
 * written beside the change that asks for them.
 */
#pragma once

#include "registry/entity_slots.h"
#include "registry/projection.h"
#include "registry/validation.h"

struct member_entities {
	struct projected *list;
	size_t count;
	struct rule_finding **found; /* of each */
	size_t *found_count;
	bool *held; /* of each: it was found wrong, so what was in force stays (member_entities_hold) */
	struct rule_finding *findings; /* of all, with member and entity ID */
	size_t finding_count;
	unsigned errors;
	const char *first_error;     /* "RULE of ENTITY"; NULL: there is none */
	struct instant next;         /* when they become others by themselves; {0}: never */
	const struct member_record *record; /* they were made from it */
};

/* `record` is canonical JSON, `member` what the member is with it. ERR_INVALID: they cannot be made; findings are none.
 * All in the arena. */
enum err member_entities_make(struct member_entities *, struct arena *, const struct member *, struct span record,
    struct entity_slots *, struct validator *, struct instant now, struct problem *why);

/* Time has made them wrong: of entities with errors the fragment in force stays, but what the registry states of them
 * is renewed. One that is not in force stays out. */
void member_entities_hold(struct member_entities *, struct entity_slots *);

/* What remains of a record that only lost something: its errors were in force before. One that is not in force stays
 * out. */
void member_entities_leave_out(struct member_entities *, struct entity_slots *);

/* Whether `m` has an error that `before` has not: another rule, or another entity. */
bool member_entities_worse(const struct member_entities *m, const struct member_entities *before);

/* A unit of work that takes fragments until it is large enough, so that no bulk write delays anybody else's. */
struct fragment_part {
	struct unit *unit;
	size_t count, bytes;
};
/* Puts those that are not there yet from number `*at` on; false: the part is full, and `*at` says where to go on. */
bool member_entities_write_fragments(const struct member_entities *, struct entity_slots *, size_t *at,
    struct fragment_part *);

/* How many rows became others. */
struct entities_written {
	unsigned entities, findings;
};

/* Puts what is other than before, and deletes what the member had and has no more. NULL: it has none now. */
struct entities_written member_entities_write(const struct member_entities *, struct entity_slots *, struct unit *,
    struct span member, struct span before);
