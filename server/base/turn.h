/* base/turn.h - what is still to be done before the loop waits again.
 *
 * A function given a callback never calls it before returning: it puts the call here. The loop (net/loop.h)
 * empties the queue after each round of events; what is added meanwhile runs in the same turn, in order.
 * Stores and units of work need only this of a loop.
 */
#pragma once

#include <stdbool.h>

/* Lives in its owner; one that waits already is not queued twice. */
struct later {
	void (*run)(void *arg);
	void *arg;
	struct later *next;
	bool waiting;
};

struct turn {
	struct later *first, *last;
};

void turn_later(struct turn *, struct later *);

/* After this it does not run. Fine when it does not wait. */
void turn_cancel(struct turn *, struct later *);

/* Runs all that wait, and all they add. */
void turn_run(struct turn *);
