/* net/address.h - IP addresses, listening addresses as people write them, and sets of networks. */
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/problem.h"
#include "base/span.h"

/* An IPv4 address is kept as ::ffff:a.b.c.d, so comparing is one comparison. All zero: unknown (a Unix socket). */
struct address {
	uint8_t bytes[16];
	uint16_t port;
};

#define ADDRESS_TEXT 64
/* "192.0.2.1" or "2001:db8::1"; no port. "local" for unknown. */
const char *address_text(const struct address *, char out[ADDRESS_TEXT]);
/* Who is counted as one: an IPv4 address, of IPv6 the first 64 bits, for a line has them all ("2001:db8:1:2::/64"). */
const char *address_network_text(const struct address *, char out[ADDRESS_TEXT]);
bool address_is_unknown(const struct address *);
/* "192.0.2.1" or "2001:db8::1", nothing else: no port, no zone, not "::", which is nobody's address. */
bool address_read(struct span, struct address *out);
struct address address_of(const struct sockaddr *);

/* Where to listen, as people write it: "127.0.0.1:8443", "[::1]:8443", "*:8443" (both families), "unix:PATH". */
struct listening {
	bool any;               /* "*" */
	const char *path;       /* of a Unix socket, borrowed from the text; else NULL */
	struct address address; /* with its port; port 0: one the system chooses */
};
enum err listening_read(const char *where, struct listening *out, struct problem *why);

/* 127.0.0.0/8, ::1 or a Unix socket: not reached from another machine. */
bool listening_is_loopback(const struct listening *);

/* Opens and listens, not blocking, close-on-exec. A Unix socket left behind by a process that is gone is replaced. */
enum err listen_on(const char *where, int *fd, struct problem *why);

/* Networks: "10.0.0.0/8", "2001:db8::/32", "192.0.2.1", "unix". IPv6 networks never hold IPv4 addresses: who means both
 * writes both. */
struct address_set;
enum err address_set_new(const char *const *networks, size_t count, struct address_set **out, struct problem *why);
void address_set_free(struct address_set *);
/* NULL is the empty set. */
bool address_set_has(const struct address_set *, const struct address *);

/* Whether an outbound fetch must not go there: loopback, private, link-local, shared (100.64/10), multicast,
 * documentation, benchmarking, reserved, and every IPv6 form that embeds such an IPv4 address (mapped, NAT64, 6to4,
 * Teredo, ISATAP). The unknown address is internal. */
bool address_is_internal(const struct address *);
