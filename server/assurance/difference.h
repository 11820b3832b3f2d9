/* assurance/difference.h - what two versions of a framework demand differently, each with facts that show it.
 *
 * Both are read with the same dictionary, the newer: facts are added to it, never changed.
 */
#pragma once

#include "assurance/framework.h"

enum policy_change {
	POLICY_SAME,
	POLICY_REWORDED,
	POLICY_STRICTER,
	POLICY_LOOSER,
	POLICY_OTHER,
	POLICY_ADDED,
	POLICY_REMOVED
};
const char *policy_change_name(enum policy_change); /* "same" … */

/* Facts, canonical JSON, and who must say so that it makes the difference; empty: none. */
struct policy_witness {
	struct span facts;
	enum provenance by;
};
struct criterion_difference {
	struct span id;
	enum policy_change change;       /* of the condition, with `when`, level and provenance */
	const struct criterion *before, *after; /* NULL: not there */
	struct policy_witness newly_refused;    /* met before, not after */
	struct policy_witness newly_accepted;   /* the other way round */
};
struct policy_difference {
	struct criterion_difference *criteria; /* in the order of `after`, then what is gone */
	size_t count;
	/* Level by level, composed areas too: who reaches it before and not after, and the other way round. */
	struct level_difference {
		struct span area, level;
		enum policy_change change;
		struct policy_witness newly_refused, newly_accepted;
	} *levels;
	size_t level_count;
	bool cut_off;                    /* a search was ended by its limit: there may be more */
};

void framework_difference(const struct framework *before, const struct framework *after, struct arena *,
    struct policy_difference *out);
