/* assurance/impact_counts.h - what is counted of decisions under another version: private to impact.c and
 * impact_requirements.c, which count, and impact_report.c, which tells.
 */
#pragma once

#include "assurance/decided.h"
#include "assurance/impact.h"
#include "model/policy_id.h"

#define SAMPLES 5
#define RESOURCES_LARGEST 4096   /* relying parties told apart; further ones are counted together */
#define RESOURCE_NAME 256
#define REASONS 64               /* profiles and levels the new version does not have; further ones as well */
#define REASON_TEXT 192          /* two ids, and words around them */
#define REVERSALS_LARGEST 256    /* requirements told apart; further ones are counted together */

/* Ids of decisions to look at. */
struct samples {
	char ids[SAMPLES][33];
	size_t count;
};

struct resource {
	char id[RESOURCE_NAME];
	uint64_t refused, accepted;
};

struct reason {
	char text[REASON_TEXT];
	uint64_t count;
};

/* What is demanded of an area. */
struct bound {
	bool there;
	enum comparison comparison;
	char level[POLICY_LEVEL_LARGEST + 1];
};

/* A requirement that is met otherwise than before, in decisions that end otherwise: for it is another one, or for
 * another level is reached. */
struct reversal {
	char profile[POLICY_ID_LARGEST + 1]; /* empty: whoever asked brought it */
	char area[POLICY_ID_LARGEST + 1];
	struct bound before, after;
	uint64_t refused, accepted;
};

struct impact {
	const struct framework *after;
	const struct framework *const *before;
	size_t before_count;
	struct arena arena;      /* of one decision */
	struct decision *decision;
	struct facts *facts;
	uint64_t decisions, replayed, same, refused, accepted, other, erased;
	struct samples refused_ids, accepted_ids;
	/* Old level by new level; the last row: a level the new version does not know. */
	uint64_t matrix[AREAS_LARGEST][LEVELS_LARGEST + 2][LEVELS_LARGEST + 1];
	/* By what a criterion is now, and was not then. One that the old version did not have was true then, as is one
	 * that does not apply. */
	uint64_t flips[CRITERIA_LARGEST][TRUTHS];
	uint64_t missing[FACTS_LARGEST];
	struct reason reasons[REASONS];
	size_t reason_count;
	uint64_t further_reasons; /* decisions with a reason past REASONS */
	struct resource *resources;
	size_t resource_count;
	struct resource rest;    /* those past RESOURCES_LARGEST */
	struct reversal *reversals;
	size_t reversal_count;
	uint64_t further_reversals; /* by requirements past REVERSALS_LARGEST */
	uint64_t without_reversal; /* decisions that end otherwise, and no requirement is known to be met otherwise */
};

/* Of a decision that ends otherwise: requirements that refuse it now, or that refused it then and do no more. `before`:
 * the version it was taken under; NULL: not known. `now`: its question to the new version, which has been decided. */
void reversals_count(struct impact *, const struct decided *, const struct framework *before,
    const struct question *now);
void reversals_merge(struct impact *into, const struct impact *from);
