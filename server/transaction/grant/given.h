/* transaction/grant/given.h - what a person's account has given one relying party and is in force still, found to be
 * ended.
 *
 *     given_find -> grants -> given_end in the caller's unit -> … given_find again until there are none
 */
#pragma once

#include "transaction/grant/grant.h"

struct given {
	struct id account;
	struct span entity_id;           /* the relying party's, whichever of its clients holds it */
	struct instant now;
};
/* With the names of their sessions. The newest first, as many as GRANTS_LOOKED_AT at a time: in the arena.
 * ERR_UNAVAILABLE: one cannot be read. */
typedef void on_given(void *arg, enum err, const struct grant *, size_t count, const struct problem *why);
/* What is asked is copied but for its span. */
struct pending *given_find(struct store *, struct arena *, const struct given *, on_given *, void *arg);

/* Ended, each expected as it was found. */
void given_end(struct unit *, const struct grant *, size_t count, struct instant now);
