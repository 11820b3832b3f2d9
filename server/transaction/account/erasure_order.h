/* transaction/account/erasure_order.h - operators erase an account on the person's request, who cannot do it alone.
 *
 *     number -> account -> agreement: waits, or -> kept -> person_erase() -> told
 *
 * It cannot be undone, so it takes as many operators as raising trust does, each of whom says the same. Who is
 * interrupted says it again: what was agreed holds for its week, and is gone with the account.
 */
#pragma once

#include "model/agreement.h"
#include "transaction/account/person_erasure.h"

struct erasure_order {
	struct span number;          /* as typed */
	struct agreeing by;
	struct instant now;
};
struct erasure_ordered {
	struct id account;
	bool waits;                  /* for other operators */
	unsigned had, needed;
	struct person_erased erased; /* when it does not */
};
/* What is pointed to stays the caller's until the callback or the cancellation. ERR_NOT_FOUND: no such account;
 * ERR_DENIED: this operator's word does not count; ERR_CONFLICT: it changed meanwhile; ERR_UNAVAILABLE: a row cannot
 * be read, and then the account stays. */
typedef void on_erasure_order(void *arg, enum err, const struct erasure_ordered *, const struct problem *why);
struct pending *erasure_order(struct store *, struct arena *, const struct erasure_order *, on_erasure_order *,
    void *arg);
