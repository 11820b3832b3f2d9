/* daemon/restart.h - how long the place of a process that died stays empty.
 *
 *     died of itself, young      at once, then 1, 2, 4, 8, 16, 30 s: whatever is wrong will be wrong again
 *     died of itself, grown      at once
 *     killed from outside        at once, but never two starts within a second: its successor need not fare so
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define RESTART_LONGEST (30 * (int64_t)1000000)
#define RESTART_APART (1 * (int64_t)1000000)

struct death {
	bool served;     /* it had become ready */
	bool killed;     /* by SIGKILL, and not by its supervisor: an operator, or the kernel out of memory */
	int64_t lived;   /* microseconds */
};

/* Microseconds to wait. `young` counts those that died young one after another; it begins with 0. */
int64_t restart_wait(unsigned *young, const struct death *);
