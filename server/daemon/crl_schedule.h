/* daemon/crl_schedule.h - when a place that revocation lists come from is looked at again.
 *
 * At least every `refresh`; before the list's nextUpdate, with a tenth of `refresh` to spare; after failures soon, then
 * twice as late each time, up to `refresh`. Always up to a tenth sooner, as `chance` says, so that a thousand places
 * are not looked at in one moment; and never sooner than in a minute.
 */
#pragma once

#include "base/clock.h"

#define CRL_SOONEST SECONDS(60)

/* Microseconds from now. `next_update` {0}: not known. */
int64_t crl_next_look(int64_t refresh, struct instant next_update, unsigned failures, uint32_t chance,
    struct instant now);
/* The same of a list that was refused because it is in force only from `begins`: then, but within `refresh`. */
int64_t crl_next_begin(int64_t refresh, struct instant begins, struct instant now);
