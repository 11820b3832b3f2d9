/* transaction/sign_on/acr.h - acr values and the levels they stand for: which is asked for, which one is told. Pure.
 *
 *     a value -> the framework in force whose level has it -> what must be reached -> reached? -> that value
 *                                                    what was reached -> the value of that level
 *
 * A value names a level of login of one framework (policy/<framework>/<version>/levels.json, "acr"). None is ever told
 * that was not reached.
 */
#pragma once

#include "transaction/session/assessment.h"

#define ACR_VALUES 8                 /* looked at, of those that are known */

struct acr {
	struct span value;
	struct requirement_name requires; /* the framework, and the level of the area */
	const struct area *area;
	const struct level *level;
};
/* Those of the words that a policy in force knows, in their order; all but the value is the snapshot's. How many; at
 * most ACR_VALUES. */
size_t acr_read(const struct policy_snapshot *, struct span words, struct instant now, struct acr out[ACR_VALUES]);

/* That of the level that was reached, by this framework; empty: no level with one was. */
struct span acr_reached(const struct assessed *);
