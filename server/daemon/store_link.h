/* daemon/store_link.h - this process's store, and the link to whichever recorder there is now. */
#pragma once

#include "daemon/child.h"
#include "store/store.h"

struct store_link {
	struct child *child;
	struct store *store;
	struct channel *recorder; /* NULL: none now */
	int64_t lost;             /* child_keep_link()'s */
	struct timer tick;
};

enum err store_link_open(struct store_link *, struct child *, struct problem *why);
void store_link_close(struct store_link *);

/* A link to a (new) recorder; takes `fd`. */
void store_link_take(struct store_link *, int fd);
