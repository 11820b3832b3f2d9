/* http/connection.h - one connection: its bytes, its request, and how long it may wait. For this room only.
 *
 *              .-------------------------------- more in the buffer, or the next read -----------.
 *              v                                                                                 |
 *     [shake] -> read head -> [read body] -> handler … reply (into `out`) -> flush -> settle ----'
 *                    `-> refuse ------------------------------------------> flush -> linger -> close
 *
 * Nothing is freed where it is noticed: a connection that must go is doomed and torn down by the turn queue, so every
 * function may go on using it until it returns.
 */
#pragma once

#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/buffer.h"
#include "http/server.h"
#include "http/wire.h"

/* What a connection waits for, each with its own time. The connections waiting for one thing stand in a line; since all
 * of them may wait equally long, the line is ordered by deadline, and one timer sweeps the fronts of all lines. */
enum waiting {
	WAITING_NOT, /* for nothing that could be late: a stream */
	WAITING_IDLE,
	WAITING_HEAD,
	WAITING_BODY,
	WAITING_HANDLER,
	WAITING_WRITE,
	WAITING_CLOSE,
	WAITING_COUNT,
};

/* An exchange with what belongs to it; from a pool, so that an idle connection has none and no request allocates. */
struct request {
	struct exchange exchange; /* first: it is what handlers hold */
	struct message message;
	struct connection *connection;
	struct arena arena;
	struct route_match match;
	struct buffer body;       /* when it did not lie whole behind the head */
	struct chunk_reader chunks;
	size_t head_end;          /* in the input, which stays put until the answer */
	struct pending *held;
	void (*on_gone)(void *arg);
	void *on_gone_arg;
	int64_t begun;
	uint64_t sent;            /* of a stream */
	int status;               /* of a stream */
	bool handed;              /* to the handler */
	bool streaming, muted;    /* muted: a stream asked for with HEAD */
	struct request *next;
};

struct connection {
	struct http_server *server;
	const struct router *router;
	struct wire wire;
	struct event readable, writable;
	struct later later;
	struct connection *before, *after; /* in its line */
	enum waiting waiting;
	int64_t deadline;
	unsigned epoch, waiting_epoch; /* the wait begins anew when the epoch has changed */
	size_t taken;             /* by the peer, of the answer, during this wait */
	struct address peer;
	int peer_uid;
	struct span certificate;  /* ours to free */
	uint8_t *in;              /* from a pool; data[in_start..in_end) is not yet understood */
	size_t in_start, in_end;
	size_t scanned;           /* message_read()'s */
	struct buffer out;        /* from a pool */
	int file;                 /* sent after `out` */
	uint64_t file_at, file_left;
	struct request *request;
	unsigned served, burst;   /* requests: all, and in this round */
	size_t discarded;
	bool proxy, counted;      /* believed; entered in the census */
	bool serving, reads, writes;
	bool held_up;             /* a request waits until answers before it are out */
	bool put_off;             /* one waits for the next round */
	bool ended;               /* the peer says no more */
	bool closing;             /* nothing more is read as a request */
	bool lingering;           /* all said; only waiting for the peer to have read it */
	bool doomed;
};

struct listener {
	struct http_server *server;
	int fd;
	const struct router *router;
	struct tls *tls;
	bool local;
	struct event event;
	struct listener *next;
};

struct http_server {
	struct loop *loop;
	struct http_settings settings;
	struct listener *listeners;
	bool paused, draining, sweeping;
	unsigned open, streams;
	struct connection *first[WAITING_COUNT], *last[WAITING_COUNT];
	int64_t time[WAITING_COUNT];
	struct timer sweep, drain_timer;
	struct later later;
	void (*on_drained)(void *arg);
	void *on_drained_arg;
	int64_t second;           /* of `date` */
	char date[48];            /* "Date: …\r\n" */
	size_t date_size;
	/* Pools. */
	size_t in_room;
	uint8_t *inputs[256];
	size_t input_count;
	struct buffer outputs[256];
	size_t output_count;
	struct request *requests;
	size_t request_count;
};

/* Answers wait in `out` up to here; then no further request of the connection is read. */
#define OUT_WAITING (64 * KIB)

/* connection.c */
void connection_new(struct http_server *, const struct listener *, int fd, const struct address *peer);
void connection_doom(struct connection *);
void connection_flush(struct connection *);
void connection_settle(struct connection *);
/* The answer to c->request is in `out`: gives the request back and goes on with what waits behind it. */
void connection_answered(struct connection *);
/* Something was written outside of an event: it is sent at the end of the turn. */
void connection_later(struct connection *);
/* The handler must forget the request: cancels what is held and says so. */
void connection_abandon(struct request *);
/* Its wait has taken too long. */
void connection_late(struct connection *);
/* Ends a stream, closes what is idle; the rest closes with its next answer. */
void connection_drain(struct connection *);

/* answer.c */
struct answer {
	int status;
	struct span fields, body;
	bool chunked;
	uint64_t file_size;
};
/* Appends an answer to `out` as `r` wants it (HEAD, keep-alive); `r` is NULL when no request could be read. */
void answer_write(struct connection *, const struct request *r, const struct answer *);
/* RFC 9457. `fields` are added to the head. */
void answer_problem(struct connection *, const struct request *r, int status, const struct problem *,
    struct span fields);
void answer_log(struct connection *, const struct request *r, struct instant now, int status, uint64_t bytes);

/* server.c: pools and lines */
uint8_t *server_input_take(struct http_server *);
void server_input_give(struct http_server *, uint8_t *);
void server_output_take(struct http_server *, struct buffer *);
void server_output_give(struct http_server *, struct buffer *);
struct request *server_request_take(struct http_server *);
void server_request_give(struct http_server *, struct request *);
void server_wait(struct connection *, enum waiting);
void server_left(struct connection *);
