/* daemon/spreading.h - a notice to an account's phones becomes one to each.
 *
 *     row -> phones that log in and have a subscription by now -> a row for each, in the unit in which this one goes
 *
 * So whoever tells an account of something need not have looked at its authenticators, and a phone that was revoked
 * with what is told of hears nothing.
 */
#pragma once

#include "transaction/notice/notice.h"

/* How many; ERR_CONFLICT: the row has gone already. */
typedef void on_spread(void *arg, enum err, size_t phones);

/* The notice is copied; `generation` is its row's. */
struct pending *notice_spread(struct store *, const struct notice *, uint64_t generation, struct instant now,
    on_spread *, void *arg);
