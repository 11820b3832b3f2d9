/* daemon/erasure_upkeep.h - when the steward goes on with erasures that were interrupted after the account had ended
 * (transaction/account/erasing.h): one after another.
 *
 *     idle -> [some time has gone by] -> ended accounts of which something may be left -> erased -> … -> idle
 */
#pragma once

#include "net/loop.h"
#include "store/store.h"

struct erasure_upkeep;

struct erasure_upkeep_settings {
	struct instant (*clock)(void);
	int64_t every;               /* from one look to the next */
	int64_t patience;            /* so long an erasure is left to who began it */
};

struct erasure_upkeep *erasure_upkeep_new(struct loop *, struct store *, const struct erasure_upkeep_settings *);
void erasure_upkeep_free(struct erasure_upkeep *); /* NULL is fine */
