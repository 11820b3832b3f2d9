/* daemon/supervisor.h - the parent of all: starts the processes, replaces those that die, stops them in order.
 *
 *     core (recorder, signer) -> rest (steward, workers) -> running -> stopping: workers, steward, signer, recorder
 *                                                            |   ^
 *                                                            `---' reload.h
 */
#pragma once

#include "daemon/config.h"
#include "daemon/daemon.h"
#include "daemon/listener.h"
#include "daemon/privileges.h"
#include "daemon/process.h"
#include "daemon/reload.h"
#include "daemon/roster.h"
#include "http/census.h"
#include "http/figures.h"
#include "http/tls.h"
#include "net/loop.h"
#include "net/rate.h"

/* One reading of the configuration file. */
struct settings {
	struct arena arena;
	struct config config;
};
enum err settings_read(const char *file, struct settings **out, struct problem *why);
void settings_free(struct settings *);

/* The directories that must be there before anybody serves. */
enum err settings_prepare(const struct settings *, const struct identity *, struct problem *why);

enum phase { PHASE_CORE, PHASE_REST, PHASE_RUNNING, PHASE_STOPPING };

struct supervisor {
	struct loop *loop;
	struct event *signals;
	int signal_fd, lock_fd;
	sigset_t old_signals;
	struct settings *settings;   /* in force */
	struct listeners listeners;
	struct identity identity;
	uint8_t ticket_key[TLS_TICKET_KEY];
	struct census *census;
	struct rates *rates, *address_rates;
	struct figures *figures;
	struct source_faults *faults;
	struct roster *roster;
	table_list tables;
	const struct daemon_addition *addition;
	size_t seats;
	struct process *processes;   /* by seat */
	uint32_t links;              /* made so far */
	enum phase phase;
	struct reload reload;
	bool hurried;                /* told to stop twice */
	int status;                  /* to exit with */
};

/* Runs the daemon to its end; returns the exit status. */
int supervisor_run(struct settings *, table_list, const struct daemon_addition *);

/* Of a role that has one process. */
struct process *supervisor_process_of(struct supervisor *, enum role);

/* The first process of a role that nobody is; NULL when there is none. */
struct process *supervisor_free_process(struct supervisor *, enum role);

/* A set of workers for `settings`; `staged` while it is not in force. ERR_LIMIT when there are too few seats. */
enum err supervisor_start_workers(struct supervisor *, const struct settings *, const struct listeners *, bool staged,
    struct problem *why);

/* What process.h reports. */
void supervisor_on_ready(struct supervisor *, struct process *);
void supervisor_on_asked(struct supervisor *, struct process *, const struct order *);
void supervisor_on_died(struct supervisor *, struct process *);
