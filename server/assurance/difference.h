/* assurance/difference.h - what two versions of a framework demand differently, each with facts that show it.
 */
#pragma once

#include "assurance/framework.h"

enum policy_change { POLICY_SAME, POLICY_REWORDED, POLICY_STRICTER, POLICY_LOOSER, POLICY_OTHER, POLICY_ADDED, POLICY_REMOVED };
const char *policy_change_name(enum policy_change); /* "same" … */

struct criterion_difference {
	struct span id;
	enum policy_change change;       /* of the condition, with `when`, level and provenance */
	const struct criterion *before, *after; /* NULL: not there */
	struct span newly_refused;       /* facts, canonical JSON: met before, not after; empty: none */
	struct span newly_accepted;      /* the other way round */
};
struct policy_difference {
	struct criterion_difference *criteria; /* in the order of `after`, then what is gone */
	size_t count;
	/* Area by area: what reaches the level before and not after, and the other way round. */
	struct level_difference {
		struct span area, level;
		struct span newly_refused, newly_accepted;
	} *levels;
	size_t level_count;
	bool cut_off;
};

void framework_difference(const struct framework *before, const struct framework *after, struct arena *,
    struct policy_difference *out);
