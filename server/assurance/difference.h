/* assurance/difference.h - what two versions of a framework demand differently, each with facts that show it.
 *
 * Both are read with the same dictionary, the newer: facts are added to it, never changed.
 */
#pragma once

#include "assurance/framework.h"
#include "base/buffer.h"

enum policy_change {
	POLICY_SAME,
	POLICY_REWORDED,
	POLICY_STRICTER,
	POLICY_LOOSER,
	POLICY_OTHER,
	POLICY_ADDED,
	POLICY_REMOVED,
	POLICY_UNDETERMINED /* a search was cut off before it could be told */
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
	/* Profile by profile, likewise: who meets all it demands. */
	struct profile_difference {
		struct span id;
		enum policy_change change;
		struct policy_witness newly_refused, newly_accepted;
	} *profiles;
	size_t profile_count;
	bool cut_off;                    /* a search was ended by its limit: there may be more */
};

/* `nodes`: looked at in all searches together, then they are cut off; 0: as many as each search may. */
void framework_difference(const struct framework *before, const struct framework *after, uint64_t nodes, struct arena *,
    struct policy_difference *out);

/* JSON: "before" and "after" with "framework" and "version", "criteria" with "id", "title" and "change", "levels" with
 * "area", "level" and "change", "profiles" with "id" and "change", "cut_off"; criteria and
 * profiles also with "values", where some are others: "label", "before", "after"; each change with "newly_refused" and
 * "newly_accepted", where there are such facts: "provenance" and "facts". */
void difference_write(struct buffer *, const struct framework *before, const struct framework *after,
    const struct policy_difference *);
