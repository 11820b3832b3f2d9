/* registry/entity.h - what the registry keeps of an entity, and its tables.
 *
 * `entity` rows are small and change together in one unit; the fragments they point to lie in `fragment`, keyed
 * by their digest, written before and swept when no entity points to them any more.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "model/entity.h"
#include "store/table.h"

extern const struct table entity_table;   /* entity_key -> struct entity */
extern const struct table fragment_table; /* SHA-256 -> attributes, content */
extern const struct table journal_table;  /* append-only: who changed what, when */

struct entity {
	struct span entity_id;
	unsigned roles;
	struct span prefixes;      /* struct metadata_entity's */
	struct span source;        /* the file or feed it came from, as the operator named it */
	uint8_t fragment[32];
	struct instant imported;   /* last changed */
};
struct entity_key entity_key_of(struct span entity_id);
void entity_write(struct buffer *, const struct entity *);
/* Borrowed from `value`. False: not our record. */
bool entity_read(struct span value, struct entity *out);

struct fragment {
	struct span attributes, content;
};
void fragment_write(struct buffer *, const struct fragment *);
bool fragment_read(struct span value, struct fragment *out);
