/* daemon/sandbox.h - which system calls a process of each role may make from now on (seccomp).
 *
 * Loaded after initialisation, so that opening keys, sockets and libraries is behind us, and for every thread there is.
 * A call that is not in the tables of sandbox.c ends the process. The environment variable WATASHI_SANDBOX changes
 * that, for diagnosis: "log" lets the call pass and has the kernel write it down, "explain" ends the process with a
 * line naming the call, "off" loads no filter.
 */
#pragma once

#include <stdbool.h>

#include "base/problem.h"
#include "base/role.h"

enum err sandbox_enter(enum role, struct problem *why);

/* False in a build with sanitizers, whose runtime makes calls of its own: there sandbox_enter() does nothing. */
bool sandbox_filters(void);
