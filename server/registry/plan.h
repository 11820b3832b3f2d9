/* registry/plan.h - what a publication has to make, keep and take away: a pure decision over what the store holds.
 *
 *     entities, rows of `document`, current generation, now  ->  jobs, endings, sets, garbage, superseded rows
 */
#pragma once

#include "registry/document.h"
#include "registry/publish.h"

/* What is asked, all in ascending order of keys. */
struct plan_entity {
	struct entity_key key;
	struct entity entity;
	uint8_t made_of[32];    /* filled by plan_make() */
};
struct plan_row {
	struct span name;
	uint64_t generation;
	bool gone;
	uint8_t made_of[32];
	struct instant valid_until;
	struct span files[2];   /* of its representations; often empty */
};
struct plan_question {
	struct plan_entity *entities;
	size_t entity_count;
	const struct plan_row *rows;
	size_t row_count;
	uint64_t current;       /* 0: nothing has been published yet */
	struct instant valid_until; /* of what is current: it ends even where there is no document to end */
	struct instant now;
	int64_t refresh_before;
	uint8_t settings[32];   /* settings_digest() */
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
};
#define PLAN_SETS 3
struct plan {
	const struct plan_entity **members; /* by entity ID */
	struct plan_job *jobs;
	size_t job_count;
	struct span *endings;   /* names of documents that are no more */
	size_t ending_count;
	struct plan_set sets[PLAN_SETS];
	const struct plan_row **newest; /* rows in force, by name */
	size_t newest_count;
	const struct plan_row **garbage; /* rows newer than the publication: a publisher died */
	size_t garbage_count;
	const struct plan_row **superseded; /* rows no reader of this or the next generation needs */
	size_t superseded_count;
	uint32_t kept;
	struct instant earliest; /* end of validity among what is kept; {0}: nothing is */
	bool needed;             /* there is something to publish */
};
void plan_make(struct arena *, const struct plan_question *, struct plan *out);
