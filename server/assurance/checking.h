/* assurance/checking.h - a framework while it is checked: what the check_*.c share.
 */
#pragma once

#include "assurance/check.h"
#include "assurance/witness.h"

struct checking {
	const struct framework *framework;
	struct arena *arena;
	const struct abstraction *world;
	struct policy_findings *out;
	size_t room;                     /* for findings */
	struct span subject;             /* what is looked at: a search that is cut off is told of it */
	struct goal *goals;              /* room for WITNESS_GOALS */
	uint8_t top[AREAS_LARGEST];      /* the highest level that can be reached */
	bool never[CRITERIA_LARGEST], always[CRITERIA_LARGEST];
};

/* What a finding weighs. */
enum weight { WEIGHT_ERROR, WEIGHT_WARNING, WEIGHT_NOTE };

/* `witness` is NULL where the kind has none. Texts are made with arena_print(). */
void finding_add(struct checking *, enum policy_finding_kind, enum weight, struct span subject, const char *ja,
    const char *en, const struct facts *witness);

/* Whether facts fulfil the first `count` of the goals; looked at as `views` say (0: as they are). What is cut off is
 * noted. */
enum witness_found goals_search(struct checking *, const struct view *views, size_t view_count, size_t count,
    struct facts *found);

/* A search for `subject` was ended by its limit. */
void cut_off_note(struct checking *);

/* The criteria that must be true for these levels of the areas, as goals in this view, behind `count` others; how many
 * there are then. Of a profile, or NULL. */
size_t goals_for(
    struct checking *, const struct profile *, const uint8_t levels[AREAS_LARGEST], uint8_t view, size_t count);
/* The levels of areas of its own that a level of any area amounts to. */
void levels_of(const struct framework *, size_t area, uint8_t level, uint8_t levels[AREAS_LARGEST]);

/* A condition by itself, as a criterion. */
struct criterion criterion_of(struct condition);

/* In the order they run. */
void check_criteria(struct checking *);
void check_levels(struct checking *);
void check_profiles(struct checking *);
void check_ceilings(struct checking *);
void check_redundancy(struct checking *);
void check_steps(struct checking *);
void check_coverage(struct checking *);
void check_wording(struct checking *);
