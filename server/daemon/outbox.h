/* daemon/outbox.h - rows of one table that wait to be sent: looked at when they change, and all of them now and then.
 *
 *     a row changed -> looked at by its key --.
 *     every 10 s, and when a place is free    |--> due, and there is a place -> started by whose they are
 *     -> all rows, page by page --------------'
 *
 * What becomes of a row, its sender writes into it (daemon/sending.h, daemon/logout_delivery.h).
 */
#pragma once

#include "http/figures.h"
#include "net/loop.h"
#include "store/store.h"

/* Whether there is a place for it: it is sent already; all are taken, or another goes to the same address; one is free.
 */
enum sending_place { SENDING_NOW, SENDING_TAKEN, SENDING_FREE };

struct outbox_item {
	struct instant made, next;   /* when it is due */
	unsigned tries;
};
struct outbox_settings {
	struct store *store;
	const struct table *table;   /* id -> what is sent; noticed */
	struct instant (*clock)(void);
	struct figures *figures;     /* the process's own row */
	enum figure waiting, failing, oldest; /* gauges of it */
	bool (*read)(const struct row *, struct outbox_item *); /* false: not ours */
	enum sending_place (*place)(void *arg, const struct row *);
	void (*start)(void *arg, const struct row *); /* borrowed */
	void *arg;
};

struct outbox;
struct outbox *outbox_new(struct loop *, const struct outbox_settings *);
void outbox_free(struct outbox *);

/* One that was started has ended, and its row is written. The argument is the outbox. */
void outbox_on_ended(void *arg);
