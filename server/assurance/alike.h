/* assurance/alike.h - whether two versions have the same thing, to the letter: then nothing is searched for.
 */
#pragma once

#include "assurance/framework.h"

bool localized_alike(struct localized, struct localized);
bool condition_alike(const struct condition *, const struct condition *);
/* Title, text, reason, status, citations, parameters: all but what is asked. */
bool criterion_worded_alike(const struct criterion *, const struct criterion *);
