/* registry/import_decision.h - what an import does with each entity of the document: added, changed, refused, removed.
 * Pure, over what was read and what was loaded; private to import.c.
 *
 *     conflicts -> rules -> compare with what is there        (entity by entity)
 *     what is missing -> how many that is                     (at the end)
 */
#pragma once

#include "registry/import.h"

/* Rows as they were loaded, ascending by key. */
struct import_known {
	struct entity_key key;
	uint64_t generation;
	struct entity entity;
	bool named;                   /* the document speaks of it */
};
struct import_known_findings {
	struct entity_key key;
	struct span value;
};
/* To which member an entity belongs, published or not. */
struct import_known_claim {
	struct entity_key key;
	struct span member;
};

/* An entity's row to be written. */
struct import_change {
	struct entity_key key;
	uint64_t generation;          /* of the row it replaces; 0: there is none */
	struct entity entity;
	struct fragment fragment;
	bool content;                 /* its fragment is another too */
};

/* A row of findings to be written, or to be taken away. */
struct import_look {
	struct entity_key key;
	bool newcomer;                /* refused, and nothing of it is in force */
	bool delete;
	struct findings findings;
};

struct import_decision {
	struct arena *arena;          /* of what lives as long as the decision */
	const struct import *import;
	const struct metadata *metadata;
	struct import_known *known;
	size_t known_count;
	const struct import_known_findings *known_findings;
	size_t known_findings_count;
	const struct import_known_claim *claims;
	size_t claim_count;

	struct import_change *changes;
	size_t change_count;
	struct import_look *looks;
	size_t look_count;
	struct import_report report;

	size_t decided;               /* entities of the document */
	uint32_t inherited;           /* from a source whose copy has ended */
	struct metadata_refusal *refusals;
	struct finding_tally *found;
};

/* What was loaded, up to claim_count, is filled in by the caller. */
void import_decision_begin(struct import_decision *);

/* Decides on `most` more entities; true: none is left. */
bool import_decision_step(struct import_decision *, size_t most);

/* What is missing, and whether that is too much: ERR_DENIED with report.shrank. ERR_LIMIT: more than fits one unit. */
enum err import_decision_end(struct import_decision *, struct problem *why);

/* After the end: whether this row goes, since its source no longer brings the entity. */
bool import_is_missing(const struct import_decision *, const struct import_known *);
