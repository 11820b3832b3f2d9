/* assurance/implication.h - criteria that are met wherever others are, shown by the shape of their conditions.
 *
 * It costs next to nothing, where a search for facts that tell them apart may have to try all there are. What is not
 * shown may be so all the same.
 */
#pragma once

#include "assurance/abstraction.h"

/* Whether `b` is true wherever `a` is, for whoever sees the same facts or more: what is not known is not known to
 * both. The world is cut at the constants of both. */
bool criterion_implies(const struct abstraction *world, const struct criterion *a, const struct criterion *b);
