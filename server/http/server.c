/* http/server.c - listening, the pools of memory, and the lines in which connections wait. */
#include "http/server.h"

#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/connection.h"

#define ACCEPT_AT_ONCE 16            /* the listening sockets are shared: the other workers want some, too */
#define SWEEP_EVERY (SECONDS(1) / 4)
#define CLOSE_TIME SECONDS(2)
#define PARTING_TIME (SECONDS(1) / 2)
#define REQUEST_MEMORY (64 * MIB)    /* of a handler's arena */
#define POOLED_BUFFER (64 * KIB)     /* larger ones are given back to the system */

const struct http_limits http_limits_default = {
	.message = { .target = 8 * KIB, .head = 16 * KIB, .headers = MESSAGE_HEADERS },
	.pipelined = 32,
	.connections = 8192,
	.per_address = 256,
	.head_time = SECONDS(15),
	.body_time = SECONDS(60),
	.idle_time = SECONDS(60),
	.write_time = SECONDS(30),
	.write_floor = 30 * KIB,
	.handler_time = SECONDS(30),
	.requests = 0,
	.streams = 0,
	.stream_waiting = 256 * KIB,
};

static void on_sweep(void *arg);
static void on_drain_time(void *arg);
static void on_drained_later(void *arg);

struct http_server *
http_server_new(struct loop *loop, const struct http_settings *settings)
{
	struct http_server *server = calloc(1, sizeof(*server));
	const struct http_limits *limits = &settings->limits;

	if (!server)
		abort();
	assert(limits->pipelined && limits->connections && limits->message.head && limits->message.headers);
	server->loop = loop;
	server->settings = *settings;
	/* A stream may last for ever, and the others want places, too. */
	if (limits->streams == 0)
		server->settings.limits.streams = limits->connections / 2 + limits->connections % 2;
	server->time[WAITING_NOT] = INT64_MAX / 2;
	server->time[WAITING_IDLE] = limits->idle_time;
	server->time[WAITING_HEAD] = limits->head_time;
	server->time[WAITING_BODY] = limits->body_time;
	server->time[WAITING_HANDLER] = limits->handler_time;
	server->time[WAITING_WRITE] = limits->write_time;
	server->time[WAITING_CLOSE] = CLOSE_TIME;
	server->in_room = limits->message.head + 8 * KIB;
	server->later = (struct later){ .run = on_drained_later, .arg = server };
	server->second = -1;
	timer_init(&server->sweep, loop, on_sweep, server);
	timer_init(&server->drain_timer, loop, on_drain_time, server);
	/* A gauge of a replaced process starts anew. */
	if (settings->figures)
		atomic_store_explicit(&settings->figures->value[FIGURE_CONNECTIONS_OPEN], 0, memory_order_relaxed);
	/* OpenSSL uses write(), and sendfile() takes no flag: a peer that is gone must not end the process. */
	signal(SIGPIPE, SIG_IGN);
	return server;
}

static void
doom_all(struct http_server *server)
{
	for (enum waiting w = 0; w < WAITING_COUNT; w++)
		for (struct connection *c = server->first[w]; c; c = c->after)
			connection_doom(c);
}

void
http_server_free(struct http_server *server)
{
	if (!server)
		return;
	server->on_drained = NULL;
	doom_all(server);
	turn_run(loop_turn(server->loop));
	assert(server->open == 0);
	turn_cancel(loop_turn(server->loop), &server->later);
	while (server->listeners) {
		struct listener *listener = server->listeners;

		server->listeners = listener->next;
		event_del(&listener->event);
		free(listener);
	}
	timer_release(&server->sweep);
	timer_release(&server->drain_timer);
	while (server->input_count)
		free(server->inputs[--server->input_count]);
	while (server->output_count)
		buffer_release(&server->outputs[--server->output_count]);
	while (server->requests) {
		struct request *r = server->requests;

		server->requests = r->next;
		arena_release(&r->arena);
		buffer_release(&r->body);
		free(r);
	}
	free(server);
}

/* Accepting. */

static void
start_sweeping(struct http_server *server)
{
	if (server->sweeping)
		return;
	server->sweeping = true;
	timer_set(&server->sweep, SWEEP_EVERY);
}

static void
pause_accepting(struct http_server *server)
{
	if (server->paused)
		return;
	server->paused = true;
	for (struct listener *l = server->listeners; l; l = l->next)
		event_del(&l->event);
	start_sweeping(server);
}

static void
resume_accepting(struct http_server *server)
{
	bool full = server->open >= server->settings.limits.connections;

	if (!server->paused || server->draining || (full && !server->first[WAITING_IDLE]))
		return;
	server->paused = false;
	for (struct listener *l = server->listeners; l; l = l->next)
		event_add(&l->event, NULL);
}

/* When all places are taken and somebody comes, whoever has been idle longest leaves; while nobody is idle, newcomers
 * wait in the kernel. */
static void
make_room(struct http_server *server)
{
	if (server->first[WAITING_IDLE] && !server->first[WAITING_IDLE]->doomed) {
		figure_add(server->settings.figures, FIGURE_CONNECTIONS_REFUSED, 1);
		connection_doom(server->first[WAITING_IDLE]);
	}
	pause_accepting(server);
}

static void
on_connecting(evutil_socket_t listening, short what, void *arg)
{
	const struct listener *listener = arg;
	struct http_server *server = listener->server;

	(void)what;
	if (server->open >= server->settings.limits.connections)
		make_room(server);
	for (int i = 0; i < ACCEPT_AT_ONCE && server->open < server->settings.limits.connections; i++) {
		struct sockaddr_storage from = { 0 };
		socklen_t size = sizeof(from);
		struct address peer = { 0 };
		int fd = accept4(listening, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)) {
			log_warning("http.accept_paused", "error=%s", LOG_TEXT(strerror(errno)));
			pause_accepting(server);
			return;
		}
		/* Taken by another worker, or gone before we came. */
		if (fd < 0)
			return;
		if (!listener->local)
			peer = address_of((struct sockaddr *)&from);
		connection_new(server, listener, fd, &peer);
	}
}

void
http_server_listen(struct http_server *server, int fd, const struct router *router, struct tls *tls)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	struct sockaddr_storage own = { 0 };
	socklen_t size = sizeof(own);
	int on = 1;

	if (!listener)
		abort();
	*listener = (struct listener){ .server = server, .fd = fd, .router = router, .tls = tls,
	    .next = server->listeners };
	server->listeners = listener;
	listener->local = getsockname(fd, (struct sockaddr *)&own, &size) == 0 && own.ss_family == AF_UNIX;
	/* What is accepted inherits both: no system call for each connection. */
	if (!listener->local) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	}
	event_assign(&listener->event, loop_base(server->loop), fd, EV_READ | EV_PERSIST, on_connecting, listener);
	if (!server->paused && !server->draining)
		event_add(&listener->event, NULL);
}

/* Lines. */

static void
leave_line(struct connection *c)
{
	struct http_server *server = c->server;

	if (c->before)
		c->before->after = c->after;
	else if (server->first[c->waiting] == c)
		server->first[c->waiting] = c->after;
	if (c->after)
		c->after->before = c->before;
	else if (server->last[c->waiting] == c)
		server->last[c->waiting] = c->before;
	c->before = c->after = NULL;
}

void
server_wait(struct connection *c, enum waiting waiting)
{
	struct http_server *server = c->server;

	leave_line(c);
	c->waiting = waiting;
	c->deadline = clock_monotonic() + server->time[waiting];
	c->before = server->last[waiting];
	if (c->before)
		c->before->after = c;
	else
		server->first[waiting] = c;
	server->last[waiting] = c;
	start_sweeping(server);
}

static void
on_sweep(void *arg)
{
	struct http_server *server = arg;
	int64_t now = clock_monotonic();

	server->sweeping = false;
	for (enum waiting w = 0; w < WAITING_COUNT; w++) {
		struct connection *c = server->first[w];

		while (c && c->deadline <= now) {
			struct connection *after = c->after;

			if (!c->doomed)
				connection_late(c);
			c = after;
		}
	}
	resume_accepting(server);
	if (server->open || server->paused)
		start_sweeping(server);
}

void
server_left(struct connection *c)
{
	struct http_server *server = c->server;

	leave_line(c);
	assert(server->open > 0);
	server->open--;
	resume_accepting(server);
	if (server->draining && server->open == 0)
		turn_later(loop_turn(server->loop), &server->later);
}

/* Draining. */

static int64_t
shorter(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

void
http_server_drain(struct http_server *server, int64_t us, void (*on_drained)(void *arg), void *arg)
{
	struct connection *after;

	pause_accepting(server);
	server->draining = true;
	server->on_drained = on_drained;
	server->on_drained_arg = arg;
	timer_set(&server->drain_timer, us);
	/* The request of an idle connection may be on its way: it is waited for a moment, and answered as the last
	 * one. */
	server->time[WAITING_IDLE] = shorter(server->time[WAITING_IDLE], PARTING_TIME);
	for (struct connection *c = server->first[WAITING_IDLE]; c; c = c->after)
		c->deadline = shorter(c->deadline, clock_monotonic() + PARTING_TIME);
	for (enum waiting w = 0; w < WAITING_COUNT; w++)
		for (struct connection *c = server->first[w]; c; c = after) {
			after = c->after;
			connection_drain(c);
		}
	if (server->open == 0)
		turn_later(loop_turn(server->loop), &server->later);
}

static void
on_drain_time(void *arg)
{
	doom_all(arg);
}

static void
on_drained_later(void *arg)
{
	struct http_server *server = arg;
	void (*on_drained)(void *arg) = server->on_drained;

	server->on_drained = NULL;
	timer_stop(&server->drain_timer);
	timer_stop(&server->sweep);
	if (on_drained)
		on_drained(server->on_drained_arg);
}

/* Pools: what was given back last is taken first, for it is still in the cache. */

uint8_t *
server_input_take(struct http_server *server)
{
	uint8_t *input = server->input_count ? server->inputs[--server->input_count] : malloc(server->in_room);

	if (!input)
		abort();
	return input;
}

void
server_input_give(struct http_server *server, uint8_t *input)
{
	if (server->input_count < COUNT(server->inputs))
		server->inputs[server->input_count++] = input;
	else
		free(input);
}

void
server_output_take(struct http_server *server, struct buffer *out)
{
	if (server->output_count)
		*out = server->outputs[--server->output_count];
}

void
server_output_give(struct http_server *server, struct buffer *out)
{
	buffer_clear(out);
	if (out->data && out->room <= POOLED_BUFFER && server->output_count < COUNT(server->outputs))
		server->outputs[server->output_count++] = *out;
	else
		buffer_release(out);
	*out = buffer_init(out->limit);
}

struct request *
server_request_take(struct http_server *server)
{
	struct request *r = server->requests;

	if (r) {
		server->requests = r->next;
		server->request_count--;
		return r;
	}
	r = malloc(sizeof(*r));
	if (!r)
		abort();
	memset(r, 0, offsetof(struct request, message));
	memset((uint8_t *)r + offsetof(struct request, connection), 0,
	    sizeof(*r) - offsetof(struct request, connection));
	r->arena = arena_init(REQUEST_MEMORY);
	r->body = buffer_init(SIZE_MAX / 4);
	return r;
}

void
server_request_give(struct http_server *server, struct request *r)
{
	struct arena arena;
	struct buffer body;

	arena_reset(&r->arena);
	buffer_clear(&r->body);
	if (r->body.room > POOLED_BUFFER)
		buffer_release(&r->body);
	if (server->request_count >= COUNT(server->inputs)) {
		arena_release(&r->arena);
		buffer_release(&r->body);
		free(r);
		return;
	}
	/* All but the message, which the next head overwrites. */
	arena = r->arena;
	body = r->body;
	memset(&r->connection, 0, sizeof(*r) - offsetof(struct request, connection));
	r->arena = arena;
	r->body = body;
	r->next = server->requests;
	server->requests = r;
	server->request_count++;
}
