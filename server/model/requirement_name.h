/* model/requirement_name.h - which levels somebody asks for: a profile of a framework, a least level in each of some
 * areas, or both, and then both are met. All empty: nothing is asked.
 */
#pragma once

#include "base/span.h"

#define REQUIREMENT_AREAS 6
struct requirement_name {
	struct span framework, profile;
	struct requirement_area {
		struct span area, level;     /* ids: "authentication", "2" */
	} areas[REQUIREMENT_AREAS];
	size_t area_count;
	struct span version;                 /* of the framework; empty: the one in force */
};
