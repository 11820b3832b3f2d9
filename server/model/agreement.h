/* model/agreement.h - which operators have agreed to something that waits for them.
 *
 *     begin (whoever proposes) -> join … -> whole: it takes effect
 *
 * Raising trust takes `approvals` operators who are named in the configuration. Whoever proposed it is one of them and,
 * where more than one is asked for, cannot be the other. Where one is enough everybody who may ask is one.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "base/span.h"

struct agreement {
	struct span proposer;
	struct span approvers;       /* one a line, whose agreement counts */
};

/* One operator's word. */
struct agreeing {
	struct span actor;
	bool counts;                 /* he is one of those it takes, if more than one is asked for */
	unsigned approvals;          /* operators it takes; at least 1 */
};

#define AGREEMENT_LARGEST 10         /* operators */

struct agreement agreement_begin(struct arena *, const struct agreeing *);
/* ERR_DENIED for who proposed or agreed already, or does not count; ERR_LIMIT. */
enum err agreement_join(struct arena *, struct agreement *, const struct agreeing *, struct problem *why);
unsigned agreement_had(const struct agreement *);

/* Whether what was looked at ("sha256:…", empty where one operator is enough) is what waits, by its digest.
 * ERR_INVALID: nothing was named; ERR_CONFLICT: another was. */
enum err agreement_is_about(const uint8_t waiting[32], struct span named, unsigned approvals, struct problem *why);
