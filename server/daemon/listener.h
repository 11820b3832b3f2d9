/* daemon/listener.h - the listening sockets, which outlive every configuration that still names their address.
 *
 * The supervisor opens them and children inherit them, so a connection that waits to be accepted belongs to no process
 * that could die.
 */
#pragma once

#include "daemon/config.h"

/* The sockets of one configuration, in its order, and that of the control socket. */
struct listeners {
	char **addresses;
	int *fds;
	size_t count; /* the last one is the control socket */
};

/* Those that `open` has already are shared; new ones are opened. On failure nothing new stays open. */
enum err listeners_open(const struct config *, const struct listeners *open, struct listeners *out,
    struct problem *why);

/* Closes those that `kept` does not share; it may be NULL. */
void listeners_close(struct listeners *, const struct listeners *kept);
