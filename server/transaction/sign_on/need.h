/* transaction/sign_on/need.h - all that must be reached at once: a relying party's least, an acr value, what a persona
 * asks. Pure.
 *
 *     need_add … -> one requirement where the framework is the same, else several -> need_assess: all of them met?
 */
#pragma once

#include "transaction/session/assessment.h"

#define NEED_PARTS 3

struct need {
	struct requirement_name parts[NEED_PARTS];
	size_t count;
};
/* Nothing, where it is empty. False: there is no room. */
bool need_add(struct need *, const struct requirement_name *);

/* Whether a requirement asks for this level, or one above, of any area. */
bool need_asks(const struct policy_snapshot *, const struct requirement_name *, struct instant now, unsigned level);

struct need_assessed {
	struct assessed *parts[NEED_PARTS]; /* in the arena */
	size_t count;
	bool enough;                 /* all of them; with nothing needed, too */
	size_t first_unmet;          /* where it is not */
};
/* `wanted` is the need's. ERR_NOT_FOUND: a part is of no policy in force. */
enum err need_assess(struct arena *, const struct need *, const struct assessing *, struct need_assessed *out,
    struct problem *why);
/* Whether anybody could: with nothing known of who it is and how it was shown, nothing stands in the way. */
bool need_is_possible(struct arena *, const struct need *, const struct assessing *);
