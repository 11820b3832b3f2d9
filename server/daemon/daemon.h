/* daemon/daemon.h - the whole server as one call, and what another program may add to it.
 *
 * main.c calls it with nothing added. The kill test and the store benchmark mount a front that writes, so that what
 * they measure is these very processes.
 */
#pragma once

#include "http/route.h"
#include "net/loop.h"
#include "store/store.h"

struct daemon_addition {
	const struct route *routes;                             /* mounted on public listeners of every worker */
	void *(*front_new)(struct loop *, struct store *);      /* in each worker; its result is the routes' front */
	table_list tables;                                      /* further tables, last in the list; may be NULL */
};

/* watashid's command line; returns the exit status. `addition` may be NULL. */
int daemon_main(int argc, char **argv, const struct daemon_addition *addition);
