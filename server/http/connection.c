/* http/connection.c - one connection, from its first byte to its last. */
#include "http/connection.h"

#include <assert.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/request.h"

#define FLUSH_AT_ONCE (1 * MIB) /* of a file in one round, so that others get their turn */
#define FILE_PIECE (64 * KIB)   /* through TLS */
#define DISCARDED (256 * KIB)   /* read after the last answer, so that the peer gets to read that */

static void on_ready(evutil_socket_t, short, void *arg);
static void on_later(void *arg);

/* The answer comes before the request: to wait for one is what a stranger could make us do. A polite one has a moment
 * to read it, as long as there are places. */
static void
turn_away(struct connection *c, const struct problem *why)
{
	struct http_server *server = c->server;

	figure_add(server->settings.figures, FIGURE_CONNECTIONS_REFUSED, 1);
	c->closing = true;
	if (!c->wire.shaking) {
		answer_problem(c, NULL, status_of(why->code), why, (struct span){ 0 });
		connection_flush(c);
	}
	if (c->wire.shaking || server->open > server->settings.limits.connections / 2)
		connection_doom(c);
}

void
connection_new(struct http_server *server, const struct listener *listener, int fd, const struct address *peer)
{
	struct connection *c = calloc(1, sizeof(*c));
	struct event_base *base = loop_base(server->loop);
	struct problem why;

	if (!c)
		abort();
	c->server = server;
	c->router = listener->router;
	c->later = (struct later){ .run = on_later, .arg = c };
	c->peer = *peer;
	c->peer_uid = -1;
	c->out = buffer_init(SIZE_MAX / 4);
	wire_open(&c->wire, fd, listener->tls ? tls_context(listener->tls) : NULL);
	event_assign(&c->readable, base, fd, EV_READ | EV_PERSIST, on_ready, c);
	event_assign(&c->writable, base, fd, EV_WRITE | EV_PERSIST, on_ready, c);
	server->open++;
	figure_add(server->settings.figures, FIGURE_CONNECTIONS, 1);
	figure_add(server->settings.figures, FIGURE_CONNECTIONS_OPEN, 1);
	if (listener->local) {
		struct ucred user;
		socklen_t size = sizeof(user);

		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &user, &size) == 0)
			c->peer_uid = (int)user.uid;
	}
	c->proxy = server->settings.proxies && address_set_has(server->settings.proxies, peer);
	/* Whoever stands behind a proxy shares its address, so there it says nothing. */
	if (server->settings.census && server->settings.limits.per_address && !c->proxy && !listener->local) {
		c->counted = census_enter(server->settings.census, peer, server->settings.limits.per_address);
		if (!c->counted) {
			figure_add(server->settings.figures, FIGURE_CONNECTIONS_REFUSED, 1);
			connection_doom(c);
		}
	}
	if (server->settings.admit && !server->settings.admit(server->settings.admit_arg, &c->peer, c->peer_uid, &why))
		turn_away(c, &why);
	connection_settle(c);
}

void
connection_doom(struct connection *c)
{
	c->doomed = true;
	connection_later(c);
}

void
connection_later(struct connection *c)
{
	turn_later(loop_turn(c->server->loop), &c->later);
}

void
connection_abandon(struct request *r)
{
	void (*on_gone)(void *arg) = r->on_gone;

	r->on_gone = NULL;
	pending_cancel(&r->held);
	if (on_gone)
		on_gone(r->on_gone_arg);
}

static void
forget_request(struct connection *c)
{
	c->server->streams -= c->request->streaming;
	server_request_give(c->server, c->request);
	c->request = NULL;
	c->epoch++;
	if (c->in_start == c->in_end)
		c->in_start = c->in_end = 0;
}

static void
tear_down(struct connection *c)
{
	struct http_server *server = c->server;

	if (c->request) {
		if (c->request->handed)
			connection_abandon(c->request);
		forget_request(c);
	}
	event_del(&c->readable);
	event_del(&c->writable);
	turn_cancel(loop_turn(server->loop), &c->later);
	if (c->file_left)
		close(c->file);
	wire_close(&c->wire);
	if (c->in)
		server_input_give(server, c->in);
	server_output_give(server, &c->out);
	if (c->counted)
		census_leave(server->settings.census, &c->peer);
	free((void *)c->certificate.data);
	figure_add(server->settings.figures, FIGURE_CONNECTIONS_OPEN, UINT64_MAX);
	server_left(c);
	free(c);
}

/* Whether the next request may be looked at now. */
static bool
ready_for_request(struct connection *c)
{
	if (c->in_start == c->in_end)
		return false;
	c->held_up = c->file_left || buffer_span(&c->out).size >= OUT_WAITING;
	/* The rest waits for the next round, so that one connection does not keep the others waiting. */
	c->put_off = c->burst >= c->server->settings.limits.pipelined;
	return !c->held_up && !c->put_off;
}

static bool
begin_request(struct connection *c)
{
	struct request *r;
	struct refusal refused;
	size_t used = 0;

	if (!ready_for_request(c))
		return false;
	r = server_request_take(c->server);
	switch (message_read(span_of(c->in + c->in_start, c->in_end - c->in_start), &c->server->settings.limits.message,
	    &c->scanned, &r->message, &used, &refused)) {
	case MESSAGE_PARTIAL:
		server_request_give(c->server, r);
		return false;
	case MESSAGE_REFUSED:
		server_request_give(c->server, r);
		request_refuse(c, &refused, (struct span){ 0 });
		return false;
	case MESSAGE_WHOLE:
		break;
	}
	c->scanned = 0;
	c->in_start += used;
	c->epoch++;
	c->burst++;
	c->request = r;
	r->connection = c;
	r->head_end = c->in_start;
	request_begin(c, r);
	return true;
}

/* Handles what lies in the buffer: requests whose answers come at once follow each other right here. */
static void
serve(struct connection *c)
{
	do {
		c->held_up = false;
		c->serving = true;
		while (!c->doomed && !c->closing) {
			if (c->request ? c->request->handed || !request_take_body(c, c->request) : !begin_request(c))
				break;
		}
		c->serving = false;
		connection_flush(c);
	} while (c->held_up && !c->doomed && !c->file_left && buffer_span(&c->out).size < OUT_WAITING);
}

void
connection_answered(struct connection *c)
{
	c->served++;
	forget_request(c);
	if (c->serving)
		return;
	/* What is behind it may be answered in the same send. */
	if (c->doomed || c->in_start != c->in_end || c->wire.more) {
		connection_later(c);
		return;
	}
	connection_flush(c);
	connection_settle(c);
}

/* The next piece of the file; false when that must wait. */
static bool
flush_file(struct connection *c, size_t *budget)
{
	uint64_t room = c->file_left < *budget ? c->file_left : *budget;
	size_t size = 0;
	enum wire_result result;

	if (c->wire.ssl) {
		uint8_t *to;
		ssize_t n;

		if (room > FILE_PIECE)
			room = FILE_PIECE;
		if (!c->out.data)
			server_output_take(c->server, &c->out);
		to = buffer_reserve(&c->out, room);
		assert(to);
		n = pread(c->file, to, room, (off_t)c->file_at);
		result = n > 0 ? WIRE_DONE : WIRE_END;
		size = n > 0 ? (size_t)n : 0;
		c->file_at += size;
		buffer_filled(&c->out, size);
	} else {
		result = wire_send_file(&c->wire, c->file, &c->file_at, room, &size);
		figure_add(c->server->settings.figures, FIGURE_BYTES_SENT, size);
		c->taken += size;
	}
	if (result == WIRE_AGAIN)
		return false;
	/* A file that is shorter than was promised: only cutting the connection says so. */
	if (result != WIRE_DONE) {
		connection_doom(c);
		return false;
	}
	c->file_left -= size;
	*budget -= size;
	if (c->file_left == 0)
		close(c->file);
	return true;
}

void
connection_flush(struct connection *c)
{
	size_t budget = FLUSH_AT_ONCE;

	while (!c->doomed && budget) {
		struct span waiting = buffer_span(&c->out);
		size_t size = 0;

		if (waiting.size) {
			switch (wire_write(&c->wire, waiting, &size)) {
			case WIRE_DONE:
				break;
			case WIRE_AGAIN:
				return;
			case WIRE_END:
			case WIRE_BROKEN:
				connection_doom(c);
				return;
			}
			figure_add(c->server->settings.figures, FIGURE_BYTES_SENT, size);
			c->taken += size;
			buffer_drain(&c->out, size);
			/* A socket that took a part takes no more. */
			if (!c->wire.ssl && size < waiting.size)
				return;
		} else if (!c->file_left || !flush_file(c, &budget)) {
			return;
		}
	}
}

static bool
has_room(const struct connection *c)
{
	return !c->in || c->in_end < c->server->in_room || (!c->request && c->in_start > 0);
}

static enum waiting
waits_for(const struct connection *c)
{
	if (c->lingering)
		return WAITING_CLOSE;
	if (c->wire.shaking)
		return WAITING_HEAD;
	if (buffer_span(&c->out).size || c->file_left)
		return WAITING_WRITE;
	if (c->request && c->request->streaming)
		return WAITING_NOT;
	if (c->request)
		return c->request->handed ? WAITING_HANDLER : WAITING_BODY;
	return c->in_start != c->in_end ? WAITING_HEAD : WAITING_IDLE;
}

/* Only what changes costs a system call: in the steady state nothing does. */
static void
watch(struct event *event, bool *watched, bool wanted)
{
	if (*watched == wanted)
		return;
	*watched = wanted;
	if (wanted)
		event_add(event, NULL);
	else
		event_del(event);
}

/* A reader's wait is renewed by a fair amount taken, for a byte now and then would hold the answer and its place for
 * days. */
static bool
begins_to_wait(const struct connection *c, enum waiting now)
{
	if (now != c->waiting || !c->deadline)
		return true;
	if (now == WAITING_WRITE)
		return c->taken && c->taken >= c->server->settings.limits.write_floor;
	return c->epoch != c->waiting_epoch;
}

void
connection_settle(struct connection *c)
{
	bool waiting = buffer_span(&c->out).size || c->file_left;
	enum waiting now;

	if (c->doomed)
		return;
	if (!waiting && c->out.data)
		server_output_give(c->server, &c->out);
	if (!c->request && c->in_start == c->in_end && c->in) {
		server_input_give(c->server, c->in);
		c->in = NULL;
		c->in_start = c->in_end = 0;
	}
	now = waits_for(c);
	if (now == WAITING_IDLE && c->ended)
		c->closing = true;
	if (c->closing && !waiting && !c->request && !c->lingering) {
		wire_finish(&c->wire);
		c->lingering = true;
		now = WAITING_CLOSE;
	}
	if (c->lingering && (c->ended || c->discarded > DISCARDED)) {
		connection_doom(c);
		return;
	}
	watch(&c->readable, &c->reads, !c->ended && (c->closing ? c->discarded <= DISCARDED : has_room(c)));
	watch(&c->writable, &c->writes, waiting || c->wire.wants_write);
	if (c->put_off && !c->closing)
		event_active(&c->readable, EV_READ, 0);
	c->put_off = false;
	if (begins_to_wait(c, now)) {
		c->waiting_epoch = c->epoch;
		c->taken = 0;
		server_wait(c, now);
	}
}

static void
read_more(struct connection *c)
{
	struct http_server *server = c->server;

	do {
		enum wire_result result = WIRE_AGAIN;
		size_t size = 0;

		if (!c->in)
			c->in = server_input_take(server);
		if (!c->request && c->in_start > 0) {
			memmove(c->in, c->in + c->in_start, c->in_end - c->in_start);
			c->in_end -= c->in_start;
			c->in_start = 0;
		}
		if (c->in_end < server->in_room)
			result = wire_read(&c->wire, c->in + c->in_end, server->in_room - c->in_end, &size);
		switch (result) {
		case WIRE_DONE:
			c->in_end += size;
			break;
		case WIRE_AGAIN:
			break;
		case WIRE_END:
			c->ended = true;
			break;
		case WIRE_BROKEN:
			connection_doom(c);
			return;
		}
		serve(c);
	} while (c->wire.more && has_room(c) && !c->doomed && !c->closing && !c->ended);
	/* Whoever has gone waits for no answer. A whole request read before still gets one, if that is at hand. */
	if (c->ended && c->request)
		connection_doom(c);
	else if (c->ended && !c->held_up && !c->put_off)
		c->closing = true;
}

/* With what the answers before were in the way of. */
static void
go_on(struct connection *c)
{
	serve(c);
	if (c->wire.more && !c->doomed && !c->closing && !c->ended)
		read_more(c);
}

/* After the last answer: what still comes is read and forgotten, else the kernel would reset the connection and the
 * peer might lose the answer with it (RFC 9112 s9.6). */
static void
discard(struct connection *c)
{
	size_t size = 0;

	c->in_start = c->in_end = 0;
	switch (wire_discard(&c->wire, &size)) {
	case WIRE_DONE:
		c->discarded += size;
		break;
	case WIRE_AGAIN:
		break;
	case WIRE_END:
		c->ended = true;
		break;
	case WIRE_BROKEN:
		connection_doom(c);
		break;
	}
	if (c->ended && c->request)
		connection_doom(c);
}

static void
shake(struct connection *c)
{
	X509 *certificate;
	uint8_t *der = NULL;
	int size;

	switch (wire_shake(&c->wire)) {
	case WIRE_DONE:
		break;
	case WIRE_AGAIN:
		return;
	case WIRE_END:
	case WIRE_BROKEN:
		figure_add(c->server->settings.figures, FIGURE_TLS_FAILED, 1);
		connection_doom(c);
		return;
	}
	certificate = SSL_get1_peer_certificate(c->wire.ssl);
	if (certificate) {
		size = i2d_X509(certificate, &der);
		X509_free(certificate);
		if (size <= 0)
			abort();
		c->certificate = span_of(der, (size_t)size);
	}
	c->epoch++;
	if (c->wire.more)
		read_more(c);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;

	(void)fd;
	if (c->doomed)
		return;
	c->burst = 0;
	if (c->wire.shaking) {
		shake(c);
	} else if (what & EV_WRITE) {
		connection_flush(c);
		go_on(c);
	} else if (c->closing) {
		discard(c);
	} else {
		read_more(c);
	}
	connection_settle(c);
}

/* Whose handler would have gone on. */
static void
end_stream(struct connection *c)
{
	connection_abandon(c->request);
	exchange_end(&c->request->exchange);
}

static void
on_later(void *arg)
{
	struct connection *c = arg;

	if (!c->doomed) {
		if (c->request && c->request->muted)
			end_stream(c);
		go_on(c);
		connection_settle(c);
	}
	if (c->doomed)
		tear_down(c);
}

void
connection_late(struct connection *c)
{
	struct refusal late = { 408, "the request took too long to arrive", "RFC 9110 s15.5.9" };

	if (c->waiting == WAITING_IDLE && c->server->draining) {
		c->closing = true;
		connection_settle(c);
		return;
	}
	if (c->waiting != WAITING_CLOSE)
		figure_add(c->server->settings.figures, FIGURE_TIMED_OUT, 1);
	if (c->waiting == WAITING_HANDLER) {
		connection_abandon(c->request);
		late = (struct refusal){ 503, "the answer took too long to make", "RFC 9110 s15.6.4" };
	} else if ((c->waiting != WAITING_HEAD && c->waiting != WAITING_BODY) || c->wire.shaking) {
		connection_doom(c);
		return;
	}
	request_refuse(c, &late, (struct span){ 0 });
	connection_flush(c);
	connection_settle(c);
}

void
connection_drain(struct connection *c)
{
	if (c->doomed)
		return;
	if (c->request && c->request->streaming) {
		c->closing = true;
		end_stream(c);
	}
}
