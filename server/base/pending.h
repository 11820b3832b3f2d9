/* base/pending.h - a question asked and not yet answered.
 *
 * Embedded as the first member of whatever asks. Cancelling promises that the callback never runs; once the
 * callback has run the handle is gone, so its holder forgets it there (`f->pending = NULL`).
 */
#pragma once

#include <stddef.h>

struct pending {
	void (*cancel)(struct pending *);
};

/* Cancels and forgets; NULL is fine. */
static inline void
pending_cancel(struct pending **pending)
{
	if (*pending)
		(*pending)->cancel(*pending);
	*pending = NULL;
}
