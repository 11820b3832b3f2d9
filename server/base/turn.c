/* base/turn.c - what is still to be done before the loop waits again. */
#include "base/turn.h"

#include <stddef.h>

void
turn_later(struct turn *turn, struct later *later)
{
	if (later->waiting)
		return;
	later->waiting = true;
	later->next = NULL;
	if (turn->last)
		turn->last->next = later;
	else
		turn->first = later;
	turn->last = later;
}

void
turn_cancel(struct turn *turn, struct later *later)
{
	struct later *before = NULL;

	if (!later->waiting)
		return;
	for (struct later *at = turn->first; at != later; at = at->next)
		before = at;
	if (before)
		before->next = later->next;
	else
		turn->first = later->next;
	if (turn->last == later)
		turn->last = before;
	later->waiting = false;
}

void
turn_run(struct turn *turn)
{
	while (turn->first) {
		struct later *later = turn->first;

		turn->first = later->next;
		if (!turn->first)
			turn->last = NULL;
		later->waiting = false;
		later->run(later->arg);
	}
}
