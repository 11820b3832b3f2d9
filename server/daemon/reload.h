/* daemon/reload.h - another configuration, or other keys, without refusing or breaking a request.
 *
 *     asked -> new processes are staged beside the old -> all ready: in force, the old ones finish -> done
 *                        `-> one fails: refused, and everything is as it was
 *
 * Listening sockets that both configurations name stay open throughout. One change at a time; what is asked
 * meanwhile follows.
 */
#pragma once

#include "base/problem.h"
#include "daemon/listener.h"

struct process;
struct settings;
struct supervisor;

enum reload_step { RELOAD_IDLE, RELOAD_STAGED, RELOAD_FINISHING };

struct reload {
	enum reload_step step;
	struct settings *settings;   /* staged; NULL: those in force, for new keys */
	struct listeners listeners;
	bool everything;           /* the configuration too; else the keys alone */
	bool wanted, keys_wanted;  /* asked, not yet begun */
};

/* As SIGHUP; or under the same settings, so that what keys and certificates there are now are opened. */
void reload_ask(struct supervisor *);
void reload_ask_keys(struct supervisor *);

/* A staged process is ready, or has ended. */
void reload_on_ready(struct supervisor *);
void reload_on_failed(struct supervisor *, const struct process *, const char *how);

/* A process that was told to finish has ended. */
void reload_on_finished(struct supervisor *);
