/* store/hold.h - holding a store: at most one process, a recorder or a restore, may replace what is in it. */
#pragma once

#include "base/problem.h"

/* An open file that holds the store until it is closed or the process ends. ERR_UNAVAILABLE names who holds it
 * already. */
enum err store_hold(const char *directory, int *fd, struct problem *why);
