/* daemon/parent_upkeep.h - when the steward looks again at certificates that authenticators were bound by
 * (transaction/authenticator/parent_check.h): one after another, the longest due first.
 *
 *     idle -> [a minute has gone by] -> due ones -> checked, or put off -> … -> idle
 */
#pragma once

#include "net/loop.h"
#include "store/store.h"
#include "transaction/session/person_settings.h"

struct parent_upkeep;

struct parent_upkeep_settings {
	const struct person_settings *person; /* with proofing */
	struct instant (*clock)(void);
	int64_t every;               /* from one look to the next */
};

/* What is pointed to stays the caller's. */
struct parent_upkeep *parent_upkeep_new(struct loop *, struct store *, const struct parent_upkeep_settings *);
void parent_upkeep_free(struct parent_upkeep *); /* NULL is fine */
