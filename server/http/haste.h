/* http/haste.h - whoever asks too often from one address waits, and is told how long.
 *
 *     address (IPv6: its /64, which is one line's) -> bucket (net/rate.h) -> go on | 429, Retry-After, "until"
 *
 * The address is exchange->peer: behind a proxy that is believed the one it names, else the connection's. Who has none
 * (a Unix socket whose proxy is not believed) is not counted, or everybody would be one.
 */
#pragma once

#include "base/clock.h"
#include "http/exchange.h"
#include "net/rate.h"

/* 429: nothing is looked at before that time. */
void exchange_refuse_until(struct exchange *, struct instant now, struct instant until, struct span detail,
    const char *clause);

/* True: it has been answered. `what` tells the buckets of one address apart, and is said: "logins were begun". */
bool exchange_is_hasty(struct exchange *, struct rates *, struct rate_limit, const char *what, unsigned cost);
