/* http/census.h - how many connections each address has, counted across processes in shared memory.
 *
 * Made by the supervisor before it forks. Each process writes only its own column, so a killed one leaves nothing
 * behind once its column is cleared. An IPv6 client is its /64. Addresses share a cell when their keyed hashes collide:
 * the limit is then shared too, which errs on the safe side.
 */
#pragma once

#include "net/address.h"

struct census;

struct census *census_new(unsigned processes);
void census_free(struct census *);

/* Which column this process writes. */
void census_join(struct census *, unsigned column);
/* The supervisor's, when the process of that column is gone. */
void census_clear(struct census *, unsigned column);

/* Counts one more, unless the address has `limit` already. */
bool census_enter(struct census *, const struct address *, unsigned limit);
void census_leave(struct census *, const struct address *);
