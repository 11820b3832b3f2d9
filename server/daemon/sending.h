/* daemon/sending.h - one notice on its way, until what became of it is in its row.
 *
 *     mail or push -> taken: row deleted | not now: put back, later | never: row deleted
 *                     the browser's subscription is gone: row deleted, and the phone's subscription with it
 *
 * Each outcome is a line in the log and a figure.
 */
#pragma once

#include "daemon/delivery.h"

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

/* Whether there is a place for it: it is sent already; all are taken, or another goes to its address; one is free. */
enum sending_place { SENDING_NOW, SENDING_TAKEN, SENDING_FREE };
enum sending_place sending_place(const struct sendings *, const struct notice *);

/* All are cut off; their rows stay. */
void sendings_release(struct sendings *);

/* When a notice that could not be sent is tried again. Pure. */
struct instant sending_next(unsigned tries, struct instant now, struct instant until);
