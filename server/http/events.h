/* http/events.h - pages that wait for a row to change: told "look again" (server-sent events, HTML s9.2), kept awake.
 *
 *     follow (key) -> told at once, and whenever a row whose key begins so changes -> gone
 *
 * Nothing of the row is sent: who is told asks again, and is answered what it may see then.
 */
#pragma once

#include "http/exchange.h"
#include "net/loop.h"
#include "store/store.h"

struct events;

#define EVENTS_KEY_LARGEST 32

/* Of one table that is TABLE_NOTICED. The store is there as long as this is. */
struct events *events_new(struct loop *, struct store *, const struct table *);
void events_free(struct events *);

/* Answers the exchange with a stream: `event: changed`, now and then. */
void events_follow(struct events *, struct exchange *, struct span key);

/* As if the row of that key had changed: something else did that the page waits for. Empty: everybody is told. */
void events_tell(struct events *, struct span key);
