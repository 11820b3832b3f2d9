/* daemon/schedule.h - when the steward publishes: at the start, after changes, before documents expire, when asked.
 *
 *     idle -> [changes settle] -> look (keys) -> [first key] -> publish -> look (publication in force) -> idle
 *       ^                           |                 |            |                 |
 *       `-- a while, longer each ---`---- failed -----`------------'                 |
 *       `-- time                         still due --------------------------------'
 *
 * One run at a time. Whoever asks during a run is answered by the next, which has seen what was there when he asked.
 */
#pragma once

#include "net/loop.h"
#include "registry/publish.h"
#include "signer/client.h"
#include "store/store.h"

struct schedule;

struct schedule_settings {
	const char *keys;               /* directory of key descriptors */
	struct publish_settings publish; /* without the key and the time */
	void (*new_keys)(void *arg);    /* the signer must open keys that it does not know */
	void *arg;
	struct instant (*clock)(void);
};

/* The first run begins when the store is linked to a recorder. */
struct schedule *schedule_new(struct loop *, struct store *, struct signer_client *,
    const struct schedule_settings *);
void schedule_free(struct schedule *);

/* As control.h's action. */
struct pending *schedule_ask(struct schedule *, bool all, on_published *, void *asker);

/* A new signer is linked: what failed for want of it may work now. */
void schedule_on_signer(struct schedule *);

/* Begins no further run; calls back when none is under way. */
void schedule_finish(struct schedule *, void (*on_finished)(void *arg), void *arg);
