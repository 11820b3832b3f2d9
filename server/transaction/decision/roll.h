/* transaction/decision/roll.h - members as decisions see them: how they stand, in which parts they act, what was
 * established of them.
 *
 *     a member's row, loaded -> roll_member -> struct enrolled
 *
 * Rows are loaded each time they are needed, so a suspension holds from the commit that made it. What is kept here is
 * only how a record reads, for as long as its row is the one it was read from.
 */
#pragma once

#include "registry/standing.h"

struct enrolled_entity {
	struct span id;
	unsigned roles;              /* enum entity_role */
};
/* Facts of a certification (registry/member.h). */
struct established {
	struct span entity_id;       /* empty: of all the member's */
	struct instant from, until;
	struct span relying, others; /* JSON objects: facts named rp.…, and all others; empty: none */
};
struct enrolled {
	struct span id;
	enum standing standing;
	struct instant since;        /* of the standing */
	unsigned roles;              /* of all its entities */
	bool logo;                   /* it has one that we serve (registry/view.h) */
	const struct enrolled_entity *entities;
	size_t entity_count;
	const struct established *established;
	size_t established_count;
};

struct roll;
struct roll *roll_new(void);
void roll_free(struct roll *);

/* The answer to the question for a member's row. Borrowed until the next call. ERR_NOT_FOUND: there is none;
 * ERR_UNAVAILABLE: there is one that cannot be read. */
enum err roll_member(struct roll *, const struct ask *, const struct enrolled **out, struct problem *why);

/* NULL: it is not one of the member's. */
const struct enrolled_entity *enrolled_find(const struct enrolled *, struct span entity_id);
