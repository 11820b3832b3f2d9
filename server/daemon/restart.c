/* daemon/restart.c - how long the place of a process that died stays empty. */
#include "daemon/restart.h"

#include "base/clock.h"

#define GROWN SECONDS(10)
#define DOUBLINGS 5 /* 1, 2, 4, 8, 16 seconds; then RESTART_LONGEST */

int64_t
restart_wait(unsigned *young, const struct death *death)
{
	unsigned before;

	/* However it ended: one that has lived settles the account of those before it. */
	if (death->lived > GROWN)
		*young = 0;
	/* What is killed before it serves may be what uses up the memory: that counts. */
	if (death->killed && death->served)
		return death->lived < RESTART_APART ? RESTART_APART - death->lived : 0;
	before = *young;
	if (before <= DOUBLINGS)
		++*young;
	if (before == 0)
		return 0;
	return before > DOUBLINGS ? RESTART_LONGEST : SECONDS(1) << (before - 1);
}
