/* daemon/child.h - what every child of the supervisor is handed and does alike, whatever its role.
 *
 *     born -> open what needs root -> child_become -> open the rest -> child_serve (ready) -> [drain] -> end
 *
 * A child starts as a fork of the supervisor: the configuration and the shared memory are simply there. It keeps its
 * own descriptors and closes all others.
 */
#pragma once

#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/order.h"
#include "daemon/privileges.h"
#include "daemon/roster.h"
#include "http/census.h"
#include "http/figures.h"
#include "net/loop.h"

struct rates;
struct source_faults;

struct child {
	enum role role;
	size_t seat;
	const char *name;                  /* "worker-3" */
	struct instant born;
	const struct config *config;
	const struct identity *identity;
	const int *listeners;              /* one for each of the configuration's */
	int control;                       /* the listening control socket */
	const uint8_t *ticket_key;         /* http/tls.h: one for all workers */
	struct census *census;
	struct rates *rates;               /* net/rate.h: of machine callers */
	struct rates *address_rates;       /* of addresses: nobody outside disturbs the callers' */
	struct figures *figures;           /* all rows */
	struct source_faults *faults;      /* all rows: jpki/source_fault.h */
	struct roster *roster;
	size_t seats;                      /* the roster's */
	table_list tables;
	const struct daemon_addition *addition; /* may be NULL */

	int fd;                            /* to the supervisor */
	struct loop *loop;
	struct channel *supervisor;
	const struct child_duties *duties;
	void *arg;
};

/* What the supervisor may ask of a running child; NULL: not of this role. */
struct child_duties {
	void (*link)(void *arg, enum role, unsigned peer, int fd); /* `fd` is taken */
	void (*drain)(void *arg);                                  /* ends with loop_stop() */
	void (*sweep)(void *arg);
};

/* After the fork: name, signals, descriptors, an own loop. `keep` are the descriptors that stay open. */
void child_born(struct child *, int *keep, size_t count);

/* Becomes the configuration's user. */
enum err child_become(struct child *, bool secret, struct problem *why);

/* Enters the sandbox, tells the supervisor that this child is ready, and serves until the loop is stopped. */
enum err child_serve(struct child *, const struct child_duties *, void *arg, struct problem *why);

/* Tells the supervisor why this child could not start; returns its exit status. */
int child_failed(struct child *, const struct problem *why);

/* To the supervisor; what cannot be posted now is lost, and asked again later. */
void child_say(struct child *, enum order_kind);

/* Called again and again by who needs a link to a `role`: when there has been none for a while it asks for another, in
 * case that role still runs and only the link was lost. `lost`: since when, 0 in the beginning; the caller keeps it. */
void child_keep_link(struct child *, enum role, bool linked, int64_t *lost);

/* The roles; each returns its exit status. */
int worker_main(struct child *);
int recorder_main(struct child *);
int steward_main(struct child *);
int signer_main(struct child *);
