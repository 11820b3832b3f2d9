/* registry/plan.h - what a publication has to make, keep and take away: a pure decision over what the store holds.
 *
 *     entities, members' digest, rows of `document`, current generation, now
 *         ->  jobs, endings, sets, lists, garbage, superseded rows, and whether the change is a swift one
 *
 * An entity that has ended (its source's validUntil has passed) is no member any more; before that no document of it is
 * valid longer than it is itself.
 */
#pragma once

#include "registry/document.h"
#include "registry/publish.h"

/* What is asked, all in ascending order of keys. */
struct plan_entity {
	struct entity_key key;
	uint64_t generation;    /* of its row in the store */
	struct entity entity;
	uint8_t made_of[32];    /* filled by plan_make() */
};
struct plan_row {
	struct span name;
	uint64_t generation;
	bool gone;
	uint8_t made_of[32];
	struct instant valid_until;
	uint64_t size;          /* of the plain representation */
	struct span files[2];   /* of its representations; often empty */
};

/* The lists that are made of members' records; the first two together. */
enum plan_list_kind { PLAN_TRUSTED_LIST, PLAN_TRUSTED_LIST_SIGNED, PLAN_MEMBER_INDEX, PLAN_LISTS };

struct plan_question {
	struct plan_entity *entities;
	size_t entity_count;
	const struct plan_row *rows;
	size_t row_count;
	uint64_t current;       /* 0: nothing has been published yet */
	struct instant published; /* when that was */
	struct instant valid_until; /* of what is current: it ends even where there is no document to end */
	struct instant now;
	int64_t refresh_before;
	uint8_t settings[32];   /* settings_digest() */
	bool lists[PLAN_LISTS]; /* are published */
	uint8_t list_settings[32], members[32]; /* digests: list_settings_digest(), and of all rows of members */
	uint64_t member_bytes;  /* of all records */
	bool all;
};

/* An entity's document to be signed, under its own key or as the only member of a set. */
struct plan_job {
	struct span name;
	const struct plan_entity *entity;
	uint8_t made_of[32];
};
struct plan_set {
	struct span name;
	unsigned role;          /* members have it; 0: all */
	uint32_t members;
	bool make;              /* a file with all members: those with fewer than two are jobs or endings */
	uint8_t made_of[32];
	const struct plan_row *row; /* in force until then; NULL: none */
};
struct plan_list {
	struct span name;
	bool make;
	uint8_t made_of[32];
	const struct plan_row *row;
};

/* Until when documents last: the first end of one, which ends the publication, and when to look at them again. {0}:
 * there are none. A document of an entity that will end ends alone. */
struct horizon {
	struct instant valid_until, refresh_at;
};

#define PLAN_SETS 3
#define PLAN_SWIFT_JOBS 256
#define PLAN_SWIFT_BYTES (4 * MIB)
struct plan {
	const struct plan_entity **members; /* those that speak SAML and have not ended, by entity ID */
	size_t member_count;
	struct plan_job *jobs;
	size_t job_count;
	struct span *endings;   /* names of documents that are no more */
	size_t ending_count;
	struct plan_set sets[PLAN_SETS];
	struct plan_list lists[PLAN_LISTS];
	const struct plan_row **newest; /* rows in force, by name */
	size_t newest_count;
	const struct plan_row **garbage; /* rows newer than the publication: a publisher died */
	size_t garbage_count;
	const struct plan_row **superseded; /* rows no reader of this or the next generation needs */
	size_t superseded_count;
	uint32_t kept;
	struct horizon horizon;  /* of what is kept */
	bool needed;             /* there is something to publish */
	/* Few documents change, none ends, and the sets are large: the documents come first, the sets follow in a
	 * generation of their own. The lists too when they are made of more than PLAN_SWIFT_BYTES. */
	bool swift, lists_follow;
};
void plan_make(struct arena *, const struct plan_question *, struct plan *out);

/* Of the publication when jobs and lists are done; of a swift change `rest_made` tells whether what follows has.
 * `fresh` is the end of what is signed now. */
struct horizon plan_horizon(const struct plan *, const struct plan_question *, struct instant fresh, bool rest_made);

/* The end of what came with an entity, in whole seconds as documents have it; {0}: never. */
struct instant entity_end(const struct entity *);
