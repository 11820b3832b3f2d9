/* transaction/policy/admission.h - whether a version of a framework may stand beside those that are published, and a
 * dictionary in the place of the one there is.
 *
 * Pure. What was decided under a published version must mean the same for ever: so no version changes, none begins to
 * be in force before anybody knew of it, and facts are added, never changed.
 */
#pragma once

#include "transaction/policy/table.h"

/* ERR_CONFLICT: a fact of `before` (NULL: none) is missing or is another one; the sentence names it, and what differs.
 */
enum err dictionary_admit(const struct dictionary *before, const struct dictionary *after, struct problem *why);

/* `rows`: every version there is. Only a framework's first version may begin before `now`, for nothing was decided
 * before; the last approval of another must come in time. ERR_CONFLICT: published already with another digest, or
 * begins with another one; ERR_INVALID: begins in the past; ERR_LIMIT: too many. */
enum err policy_admit(const struct row *rows, size_t count, const struct framework *, struct instant now,
    struct problem *why);
