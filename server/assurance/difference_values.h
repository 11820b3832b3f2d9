/* assurance/difference_values.h - what two versions of one thing say otherwise, as people read it: the values set, the
 * text with these put in, what a profile requires.
 */
#pragma once

#include "assurance/difference.h"

struct value_difference {
	struct localized label;
	struct localized before, after;  /* empty: not there */
};

/* Room is in the arena. Both give how many there are; what stands in one version only differs in nothing. */
size_t criterion_values(struct arena *, const struct framework *before, const struct framework *after,
    const struct criterion_difference *, struct value_difference **out);
size_t profile_values(struct arena *, const struct framework *before, const struct framework *after,
    const struct profile_difference *, struct value_difference **out);
