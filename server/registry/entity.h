/* registry/entity.h - what the registry keeps of an entity, and its tables.
 *
 * `entity` rows are small and change together in one unit; the fragments they point to lie in `fragment`, keyed
 * by their digest, written before and swept when no entity points to them any more.
 */
#pragma once

#include "base/buffer.h"
#include "base/clock.h"
#include "model/entity.h"
#include "registry/metadata.h"
#include "store/table.h"

extern const struct table entity_table;   /* entity_key -> struct entity */
extern const struct table fragment_table; /* fragment_digest -> struct fragment */
extern const struct table journal_table;  /* append-only: who changed what, when; JSON */

struct entity {
	struct span entity_id;
	unsigned roles;
	struct span prefixes;      /* struct metadata_entity's */
	struct span source;        /* the file or feed it came from, as the operator named it; empty: a member's */
	struct span member;        /* id of the member it belongs to; empty: of a source */
	struct span name_ja, name_en; /* as people know it, for lists; may be empty */
	struct span policy_ja, policy_en; /* URLs: what it was registered by; both empty: the federation's */
	struct span stated;        /* saml:Attribute elements the registry states of it (projection.h); may be empty */
	struct instant valid_until; /* what it came with ends then, and with it the entity; {0}: never */
	struct instant restated;   /* when something in `stated` was taken away or became something else; {0}: never */
	uint16_t errors, warnings; /* findings about what is published */
	uint8_t fragment[32];
	/* of the fragment's content, so that work can be cut into parts without loading it */
	uint32_t size;
	struct instant registered; /* first imported */
	struct instant imported;   /* last changed */
};
struct entity_key entity_key_of(struct span entity_id);
void entity_write(struct buffer *, const struct entity *);
/* Borrowed from `value`. False: not our record. */
bool entity_read(struct span value, struct entity *out);

/* A fragment nobody points to is swept only FRAGMENT_GRACE after it was written: until then an import may be under
 * way. */
#define FRAGMENT_GRACE SECONDS(86400)
struct fragment {
	struct instant written;
	enum registration registration;
	uint32_t extensions, attributes_at; /* struct metadata_entity's */
	struct span attributes, content;
};
void fragment_write(struct buffer *, const struct fragment *);
bool fragment_read(struct span value, struct fragment *out);

/* SHA-256 of all but `written`: what an entity is, as far as signed documents show it. */
void fragment_digest(const struct fragment *, uint8_t out[32]);
