/* front/registry/federation.h - those who follow what is published, by server-sent events. */
#pragma once

#include "base/arena.h"
#include "net/loop.h"
#include "store/store.h"

struct follower;
struct registry_front;

#define FEDERATION_ASKS 8 /* the pointer, the documents and the sources */

struct feed {
	struct registry_front *front;
	struct timer heartbeat;
	struct follower *followers;
	struct pending *pending;    /* the load that runs for them */
	bool again;                 /* something changed meanwhile */
	struct arena arena;         /* of that load */
	struct ask asks[FEDERATION_ASKS];
};

/* Watches the publication from now on. */
void feed_init(struct feed *, struct loop *, struct registry_front *);
void feed_release(struct feed *);
