/* daemon/sending.h - one notice on its way, until what became of it is in its row.
 *
 *     mail or push -> taken: row deleted | not now: put back, later | never: row deleted
 *                     the browser's subscription is gone: row deleted, and the phone's subscription with it
 *
 * Each outcome is a line in the log and a figure.
 */
#pragma once

#include "daemon/delivery.h"
#include "daemon/outbox.h"

#define SENDINGS_AT_ONCE 16

/* Those on their way; filled in by whose they are. */
struct sendings {
	struct loop *loop;
	const struct delivery_settings *settings;
	struct mailer *mailer;       /* NULL: none */
	void (*on_ended)(void *arg); /* one has; its row is written */
	void *arg;
	struct sending *first;
	size_t count;
};

/* The notice is copied; `generation` is its row's. */
void sending_start(struct sendings *, const struct notice *, uint64_t generation);

enum sending_place sending_place(const struct sendings *, const struct notice *);

/* All are cut off; their rows stay. */
void sendings_release(struct sendings *);

/* When what could not be sent is tried again: after `first` (microseconds), twice as long each time, six hours at most.
 * Pure. */
struct instant sending_next(int64_t first, unsigned tries, struct instant now, struct instant until);
