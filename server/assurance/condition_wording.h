/* assurance/condition_wording.h - conditions as sentences, in both languages.
 */
#pragma once

#include "assurance/framework.h"
#include "base/arena.h"

/* A line of it. What belongs to a line stands right after it, one deeper. Texts live in the arena. */
typedef void condition_line(void *arg, unsigned depth, struct localized text);

/* Facts and words by their titles. A part that is the whole condition of an earlier criterion is said by that one's id;
 * `of` is the framework's criterion whose `when` or `condition` it is; NULL: it is a step's. */
void condition_wording(const struct condition *, const struct criterion *of, const struct framework *, struct arena *,
    condition_line *, void *arg);

/* A value of the fact as people say it: 「対面」, 90 days, 8 characters. */
struct localized fact_value_wording(const struct fact *, int64_t value, struct arena *);
