/* model/agreement.h - which operators have agreed to something that waits for them.
 *
 *     begin (whoever proposes) -> join … -> whole: it takes effect
 *
 * Raising trust takes `approvals` operators who are named in the configuration. Whoever proposed it is one of them and,
 * where more than one is asked for, cannot be the other. Where one is enough everybody who may ask is one.
 * Whose word counts is asked anew with every step: of whoever is named no more it counts no more, and goes.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "base/span.h"

struct agreement {
	struct span proposer;        /* empty: nobody is barred from being the other */
	struct span approvers;       /* one a line, whose agreement counted when the last of them gave it */
};

/* What it takes, as the configuration has it now. */
struct quorum {
	struct span operators;       /* named in it, one a line */
	unsigned approvals;          /* operators it takes; 0 is 1 */
};

/* One operator's word. */
struct agreeing {
	struct span actor;
	struct quorum quorum;
};

#define AGREEMENT_LARGEST 10         /* operators */

unsigned quorum_needed(const struct quorum *);

struct agreement agreement_begin(struct arena *, const struct agreeing *);
/* ERR_DENIED for who proposed or agreed already, or does not count; ERR_LIMIT. */
enum err agreement_join(struct arena *, struct agreement *, const struct agreeing *, struct problem *why);
/* The same word again is as good as once. ERR_DENIED: he does not count; ERR_LIMIT. */
enum err agreement_repeat(struct arena *, struct agreement *, const struct agreeing *, struct problem *why);
/* Those whose word counts no more go. */
void agreement_recount(struct arena *, struct agreement *, const struct quorum *);
/* How many of those who agreed count now. */
unsigned agreement_had(const struct agreement *, const struct quorum *);
bool agreement_whole(const struct agreement *, const struct quorum *);

/* Whether what was looked at ("sha256:…", empty where one operator is enough) is what waits, by its digest.
 * ERR_INVALID: nothing was named; ERR_CONFLICT: another was. */
enum err agreement_is_about(const uint8_t waiting[32], struct span named, const struct quorum *, struct problem *why);
