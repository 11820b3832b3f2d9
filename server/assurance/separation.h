/* assurance/separation.h - facts that tell two demands apart: they fulfil the one and not the other.
 *
 *     new -> of_criteria, of_sides, … -> was_cut
 *
 * Who counts so much for the one and not enough for the other is told apart, too: a witness says by whose word.
 */
#pragma once

#include "assurance/abstraction.h"
#include "assurance/difference.h"

/* What has to be met: a level, or all that a profile demands. */
struct side {
	const struct framework *framework;
	const struct profile *profile;   /* NULL: the framework's own criteria, as they are */
	uint8_t levels[AREAS_LARGEST];
};

/* The world is cut at the constants of all that is compared. `nodes`: looked at in all searches together; 0: no
 * limit. */
struct separation;
struct separation *separation_new(struct arena *, const struct abstraction *world, uint64_t nodes);

/* Facts that fulfil one criterion and not the other; NULL: none has to be fulfilled, and it is not. What is only
 * claimed may do for one of them. */
struct policy_witness separation_of_criteria(struct separation *, const struct criterion *fulfilled,
    const struct criterion *not);
/* Who has all of one side, and lacks a criterion of the other. */
struct policy_witness separation_of_sides(struct separation *, const struct side *had, const struct side *lacked);

/* Whether a search was cut off since this was last asked; whether any was. */
bool separation_cut(struct separation *);
bool separation_was_cut(const struct separation *);
