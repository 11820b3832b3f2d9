/* http/server.h - connections: accepting, reading requests, writing answers, and every limit on the way.
 *
 *     accept -> [TLS] -> read head -> [read body] -> handler -> write -> read head …
 *                                                        `-> close
 * An answer is one contiguous chunk, sent directly when nothing is queued; the rest waits in the buffer (perf.md 8).
 */
#pragma once

#include "http/access_log.h"
#include "http/census.h"
#include "http/exchange.h"
#include "http/figures.h"
#include "http/route.h"
#include "http/tls.h"
#include "net/loop.h"

struct http_limits {
	struct message_limits message;
	size_t pipelined;           /* requests of one connection answered in one round of the loop */
	unsigned connections;       /* of this process; one more makes the longest idle leave, or waits in the kernel */
	unsigned per_address;       /* over all processes (census.h); 0: no limit */
	int64_t head_time;          /* from the first byte of a request to the end of its head, microseconds */
	int64_t body_time;          /* for a whole body */
	int64_t idle_time;          /* between requests, and before the first */
	int64_t write_time;         /* for a reader to take `write_floor` bytes, or all there is */
	size_t write_floor;         /* whoever takes less in `write_time` is closed; 0: any byte will do */
	int64_t handler_time;       /* until the handler answers; then 503 */
	unsigned requests;          /* on one connection, then it is closed; 0: no limit */
	unsigned streams;           /* of this process; one more is answered 503; 0: half of `connections` */
	size_t stream_waiting;      /* unsent bytes of a stream before a slow reader is cut off */
};
extern const struct http_limits http_limits_default;

struct http_settings {
	struct http_limits limits;
	const struct address_set *proxies; /* whose forwarded headers are believed; may be NULL */
	struct census *census;             /* may be NULL */
	struct figures *figures;           /* this process's counters; may be NULL */
	struct access_log *access_log;     /* may be NULL */
	/* Who may ask at all; NULL: everybody. Asked when somebody connects, whose uid the kernel says of a Unix socket
	 * (-1 elsewhere). Whoever it refuses is told why, and nothing of theirs is read; the others always find half of
	 * the places. */
	bool (*admit)(void *arg, const struct address *peer, int peer_uid, struct problem *why);
	void *admit_arg;
	struct span common_fields;         /* header lines of every answer: security headers; borrowed */
	struct span tls_fields;            /* and of those over our own TLS */
};

/* Times are kept to a quarter of a second. Requests of one connection are handled one after the other; what is
 * pipelined behind a request that waits stays unread in the buffer. */
struct http_server;

struct http_server *http_server_new(struct loop *, const struct http_settings *);
void http_server_free(struct http_server *);

/* Accepts on a listening socket, which stays the caller's. `tls` may be NULL: plain. */
void http_server_listen(struct http_server *, int fd, const struct router *, struct tls *);

/* Accepts no more, lets every request that has begun finish, closes connections that stay idle for a moment longer (a
 * request may be on its way), ends streams; then calls back. After `us` microseconds what is left is closed. */
void http_server_drain(struct http_server *, int64_t us, void (*on_drained)(void *arg), void *arg);
