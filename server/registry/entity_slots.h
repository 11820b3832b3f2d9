/* registry/entity_slots.h - what the registry has of each entity that a change of members touches: its row, whose it
 * is, what was found about it.
 *
 *     begin -> add (records) … -> asks -> [store_load] -> loaded -> find, take, claim
 */
#pragma once

#include "registry/entity.h"
#include "registry/finding.h"
#include "registry/standing.h"
#include "store/store.h"

struct entity_slot {
	struct entity_key key;
	struct span entity_id;
	uint64_t row, claim_row, finding_row; /* generations; 0: there is none */
	struct entity entity;
	struct member_claim claim;
	struct span findings;    /* as the row has them */
	struct span taken_by;    /* the member that is to have it after this change */
};

struct entity_slots {
	struct arena *arena;
	struct entity_slot *list; /* by key, each once, when asked for */
	size_t count, room;
	struct ask *asks;
};

/* All lives in the arena. */
void entity_slots_begin(struct entity_slots *, struct arena *);

/* The entities of a record (canonical JSON); fine when empty. */
void entity_slots_add(struct entity_slots *, struct span record);

/* The questions to load. */
struct ask *entity_slots_asks(struct entity_slots *, size_t *count);
/* Keeps their answers. ERR_SYNTAX: a row is not of our form. */
enum err entity_slots_loaded(struct entity_slots *, struct problem *why);

/* NULL: it was not added. */
struct entity_slot *entity_slots_find(struct entity_slots *, struct span entity_id);

/* All entities of the record are to be the member's: ERR_CONFLICT names who has one of them already. */
enum err entity_slots_take(struct entity_slots *, struct span record, struct span member, struct problem *why);
void entity_slots_give_back(struct entity_slots *, struct span member);

/* Writes whose they are now; `published` ({0}: not now) is kept as when they were first registered. */
void entity_slots_claim(struct entity_slots *, struct unit *, struct span member, struct span before, struct span after,
    struct instant published);

/* The entity IDs of a record, which may be of an earlier form than member_parse() takes today. In the arena. */
const struct span *record_entities(struct arena *, struct span record, size_t *count);
