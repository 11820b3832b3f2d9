/* daemon/links.h - which processes talk to each other, in one table.
 *
 * A link is a channel between a process that asks and one that serves. Only the supervisor makes them, so each
 * end knows the other's role for certain.
 */
#pragma once

#include <stdbool.h>

#include "base/role.h"

/* Whether `asking` has a link to `serving`. */
bool roles_linked(enum role asking, enum role serving);
