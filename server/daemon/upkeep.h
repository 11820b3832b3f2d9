/* daemon/upkeep.h - when the steward looks at what time changes in the registry: certifications that begin and end,
 * yearly confirmations, certificates that run out.
 *
 *     idle -> [a member changed, or the time has come] -> renew -> idle until the next time, at most a day
 */
#pragma once

#include "net/loop.h"
#include "registry/membership.h"
#include "store/store.h"

struct upkeep;

struct upkeep_settings {
	struct validator *validator;
	int64_t confirm_every, warn_before;
};

struct upkeep *upkeep_new(struct loop *, struct store *, const struct upkeep_settings *);
void upkeep_free(struct upkeep *);
