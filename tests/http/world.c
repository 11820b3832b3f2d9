/* tests/http/world.c - the routes of the test server, and its clients. */
#include "world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static void
say_hello(struct exchange *x, void *front)
{
	(void)front;
	exchange_reply(x, &(struct reply){ .status = 200, .fields = span_text("X-Front: yes\r\n"),
	    .body = span_text("hello") });
}

/* Answers at the end of the turn, as a store does. */
struct put_off {
	struct later later;
	struct exchange *exchange;
};

static void
on_put_off(void *arg)
{
	struct put_off *p = arg;

	exchange_reply(p->exchange, &(struct reply){ .status = 200, .body = p->exchange->segment });
}

static void
say_later(struct exchange *x, void *front)
{
	struct world *w = front;
	struct put_off *p = arena_new(x->arena, struct put_off);

	*p = (struct put_off){ .later = { .run = on_put_off, .arg = p }, .exchange = x };
	turn_later(loop_turn(w->loop), &p->later);
}

struct question {
	struct pending pending;
	struct world *world;
};

static void
on_cancelled(struct pending *pending)
{
	((struct question *)pending)->world->cancelled++;
}

static void
on_gone(void *arg)
{
	struct world *w = arg;

	w->gone++;
	w->waiting = NULL;
}

/* Until the test answers. */
static void
wait_for_test(struct exchange *x, void *front)
{
	struct world *w = front;
	struct question *q = arena_new(x->arena, struct question);

	*q = (struct question){ .pending = { on_cancelled }, .world = w };
	w->waiting = x;
	exchange_hold(x, &q->pending);
	exchange_on_gone(x, on_gone, w);
}

static void
start_stream(struct exchange *x, void *front)
{
	if (!exchange_stream(x, 200, span_text("Content-Type: text/event-stream\r\n")))
		return;
	exchange_write(x, span_text("one"));
	wait_for_test(x, front);
}

static void
echo(struct exchange *x, void *front)
{
	(void)front;
	exchange_reply(x, &(struct reply){ .status = 200, .body = x->body });
}

static void
say_same(struct exchange *x, void *front)
{
	(void)front;
	exchange_reply(x, &(struct reply){ .status = 304, .fields = span_text("ETag: \"x\"\r\n"),
	    .body = span_text("hello") });
}

static void
say_much(struct exchange *x, void *front)
{
	struct span much = { arena_take(x->arena, 4 * MIB), 4 * MIB };

	(void)front;
	exchange_reply(x, &(struct reply){ .status = 200, .body = much });
}

static void
send_file(struct exchange *x, void *front)
{
	struct world *w = front;

	exchange_reply(x, &(struct reply){ .status = 200, .body = span_text("<"), .file = dup(w->file), .file_at = 1,
	    .file_size = w->file_size - 1 });
}

static void
say_peer(struct exchange *x, void *front)
{
	char text[ADDRESS_TEXT];

	(void)front;
	exchange_reply(x, &(struct reply){ .status = 200, .body = span_text(arena_print(x->arena, "%s %s %d cert %zu",
	    address_text(&x->peer, text), x->secure ? "secure" : "plain", x->peer_uid, x->certificate.size)) });
}

static void
refuse_it(struct exchange *x, void *front)
{
	struct problem why;

	(void)front;
	exchange_refuse(x, status_of(problem_set(&why, ERR_CONFLICT, "", "it is \"so\"")), &why);
}

static const struct route routes[] = {
	{ GET, "/hello", say_hello, NO_BODY, 0 },
	{ GET, "/later/{name}", say_later, NO_BODY, 0 },
	{ GET, "/wait", wait_for_test, NO_BODY, 0 },
	{ GET, "/stream", start_stream, NO_BODY, 0 },
	{ GET, "/same", say_same, NO_BODY, 0 },
	{ GET, "/much", say_much, NO_BODY, 0 },
	{ GET, "/file", send_file, NO_BODY, 0 },
	{ GET, "/peer", say_peer, NO_BODY, 0 },
	{ GET, "/refuse", refuse_it, NO_BODY, 0 },
	{ POST, "/echo", echo, ANY_BYTES, 100000 },
	{ POST, "/json", echo, JSON, 100 },
	{ POST, "/form", echo, FORM, 100 },
	{ POST, "/xml", echo, XML, 100 },
	{ 0 },
};

void
world_init(struct world *w)
{
	*w = (struct world){ .loop = loop_new(), .figures = figures_new(1), .file = -1 };
	w->settings.limits = http_limits_default;
	w->settings.figures = w->figures;
	w->settings.common_fields = span_text("X-Common: yes\r\n");
	strcpy(w->directory, "/tmp/watashi-http-XXXXXX");
	assert_non_null(mkdtemp(w->directory));
}

void
world_open(struct world *w)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(own);

	w->router = router_new(&(struct mount){ routes, w }, 1);
	w->server = http_server_new(w->loop, &w->settings);
	w->listening = socket(w->unix_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->unix_path) {
		snprintf(local.sun_path, sizeof(local.sun_path), "%s", w->unix_path);
		assert_int_equal(bind(w->listening, (struct sockaddr *)&local, sizeof(local)), 0);
	} else {
		assert_int_equal(bind(w->listening, (struct sockaddr *)&own, sizeof(own)), 0);
		assert_int_equal(getsockname(w->listening, (struct sockaddr *)&own, &size), 0);
		w->port = ntohs(own.sin_port);
	}
	assert_int_equal(listen(w->listening, 100), 0);
	http_server_listen(w->server, w->listening, w->router, w->tls);
}

void
world_release(struct world *w)
{
	char command[128];

	http_server_free(w->server);
	close(w->listening);
	router_free(w->router);
	tls_free(w->tls);
	loop_free(w->loop);
	if (w->file >= 0)
		close(w->file);
	snprintf(command, sizeof(command), "rm -r %s", w->directory);
	assert_int_equal(system(command), 0);
}

void
world_step(struct world *w)
{
	loop_step(w->loop, 2000);
}

void
client_open(struct world *w, struct client *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(w->port) };
	struct sockaddr_un local = { .sun_family = AF_UNIX };
	int got;

	*c = (struct client){ 0 };
	c->fd = socket(w->unix_path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (w->unix_path) {
		snprintf(local.sun_path, sizeof(local.sun_path), "%s", w->unix_path);
		got = connect(c->fd, (struct sockaddr *)&local, sizeof(local));
	} else {
		got = connect(c->fd, (struct sockaddr *)&to, sizeof(to));
	}
	assert_int_equal(got, 0);
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
}

void
client_close(struct client *c)
{
	if (c->ssl && !c->finished)
		SSL_shutdown(c->ssl);
	SSL_free(c->ssl);
	close(c->fd);
	free(c->got);
	*c = (struct client){ .fd = -1 };
}

void
client_send(struct world *w, struct client *c, struct span bytes)
{
	for (int rounds = 0; bytes.size && rounds < 2000; rounds++) {
		ssize_t n = c->ssl ? SSL_write(c->ssl, bytes.data, (int)bytes.size) :
		    send(c->fd, bytes.data, bytes.size, MSG_NOSIGNAL);

		if (n > 0)
			bytes = span_skip(bytes, (size_t)n);
		else if (!c->ssl && errno != EAGAIN)
			return;
		if (bytes.size)
			world_step(w);
	}
}

void
client_read(struct client *c)
{
	for (;;) {
		ssize_t n;

		if (c->room - c->size < 64 * KIB) {
			c->room = c->room ? c->room * 2 : 256 * KIB;
			c->got = realloc(c->got, c->room);
			assert_non_null(c->got);
		}
		n = c->ssl ? SSL_read(c->ssl, c->got + c->size, 60000) : recv(c->fd, c->got + c->size, 60000, 0);
		if (n > 0) {
			c->size += (size_t)n;
			continue;
		}
		if (c->ssl) {
			int error = SSL_get_error(c->ssl, (int)n);

			if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
				c->finished = true;
		} else if (n == 0 || errno == ECONNRESET) {
			c->finished = true;
		}
		return;
	}
}

static struct span
field_of(struct span head, const char *name)
{
	while (head.size) {
		struct span line = span_cut(&head, '\n'), value = line, found = span_cut(&value, ':');

		if (span_equal_nocase(found, span_text(name)) && value.size)
			return span_trim(span_first(value, value.size - 1));
	}
	return (struct span){ 0 };
}

/* The body of an answer, chunks put together at the place of the first. False: it is not whole. */
static bool
take_body(struct span head, struct span *rest, bool bodiless, uint8_t *body, size_t *size)
{
	uint64_t length = 0;

	*size = 0;
	if (bodiless)
		return true;
	if (span_is(field_of(head, "Transfer-Encoding"), "chunked")) {
		struct chunk_reader r = { 0 };
		struct refusal refused;
		struct span run;
		enum message_state state;

		do {
			state = chunk_read(&r, rest, &run, &refused);
			assert_int_not_equal(state, MESSAGE_REFUSED);
			if (run.size)
				memcpy(body + *size, run.data, run.size);
			*size += run.size;
		} while (state == MESSAGE_PARTIAL && rest->size);
		return state == MESSAGE_WHOLE;
	}
	assert_true(span_number(field_of(head, "Content-Length"), &length));
	*size = length < rest->size ? (size_t)length : rest->size;
	if (*size)
		memcpy(body, rest->data, *size);
	*rest = span_skip(*rest, *size);
	return *size == length;
}

const char *
client_heard(struct client *c, char *out, size_t room)
{
	struct span rest = { c->got, c->size };
	uint8_t *body = malloc(c->size + 1);
	size_t used = 0;

	out[0] = '\0';
	while (rest.size && used + 100 < room) {
		const uint8_t *end = memmem(rest.data, rest.size, "\r\n\r\n", 4);
		struct span head;
		size_t size;
		bool whole;
		int status;

		if (!end || !span_starts(rest, "HTTP/1.1 ")) {
			used += (size_t)snprintf(out + used, room - used, " ?");
			break;
		}
		head = span_of(rest.data, (size_t)(end - rest.data) + 2);
		rest = span_skip(rest, head.size + 2);
		status = atoi((const char *)head.data + 9);
		whole = take_body(head, &rest, c->heads || status == 304 || status == 204 || status < 200, body, &size);
		used += (size_t)snprintf(out + used, room - used, "%s%d%s", used ? " " : "", status,
		    span_is(field_of(head, "Connection"), "close") ? "!" : "");
		if (status >= 200)
			expect_true("every answer has a date and the common fields",
			    field_of(head, "Date").size && span_is(field_of(head, "X-Common"), "yes"));
		if (size && body[0] != '{')
			used += (size_t)(size <= 60 ? snprintf(out + used, room - used, ":%.*s", (int)size, body) :
			    snprintf(out + used, room - used, ":<%zu>", size));
		if (!whole)
			used += (size_t)snprintf(out + used, room - used, "...");
	}
	if (c->finished)
		snprintf(out + used, room - used, "%sclosed", used ? " " : "");
	free(body);
	return out;
}

void
expect_heard_at(const char *file, int line, const char *title, struct world *w, struct client *c, const char *expected)
{
	int64_t until = clock_monotonic() + SECONDS(3);
	char heard[4096] = "";

	/* Once it is there it must also stay so for a moment. */
	for (int same = 0; same < 3 && clock_monotonic() < until;) {
		world_step(w);
		client_read(c);
		if (strcmp(client_heard(c, heard, sizeof(heard)), expected) == 0)
			same++;
		else
			same = 0;
	}
	expect_text_at(file, line, title, heard, expected);
}

void
expect_answer_at(const char *file, int line, const char *title, struct world *w, const char *request,
    const char *expected)
{
	struct client c;

	client_open(w, &c);
	c.heads = strncmp(request, "HEAD", 4) == 0;
	client_send(w, &c, span_text(request));
	expect_heard_at(file, line, title, w, &c, expected);
	client_close(&c);
}
