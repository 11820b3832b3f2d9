/* tests/net/test_courier.c - questions to servers outside: where fetching is allowed, and through a link to there. All
 * on loopback. */
#include "expect.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "net/courier_wire.h"

static struct {
	struct loop *loop;
	struct evhttp *http;
	struct evhttp_request *held; /* not answered yet */
	struct address_set *loopback;
	struct fetcher *fetcher;
	struct courier_desk *desk;
	struct courier *courier;
	char base[64];               /* "http://127.0.0.1:PORT" */
	unsigned requests;
} here;

/* The server: /echo says what it was sent, /hold says nothing, /large too much. */

static void
serve(struct evhttp_request *request, void *arg)
{
	const char *path = evhttp_request_get_uri(request);
	struct evkeyvalq *in = evhttp_request_get_input_headers(request);
	const char *type = evhttp_find_header(in, "Content-Type"), *accept = evhttp_find_header(in, "Accept");
	const char *authorization = evhttp_find_header(in, "Authorization");
	struct evbuffer *body = evbuffer_new();

	(void)arg;
	here.requests++;
	if (strcmp(path, "/hold") == 0) {
		here.held = request;
	} else if (strcmp(path, "/large") == 0) {
		evbuffer_add_printf(body, "%05000d", 0);
		evhttp_send_reply(request, 200, "said", body);
	} else if (strncmp(path, "/echo", 5) == 0) {
		evbuffer_add_printf(body, "%s %s %s %s ", evhttp_request_get_command(request) == EVHTTP_REQ_GET
		    ? "GET" : "POST", type ? type : "-", accept ? accept : "-", authorization ? authorization : "-");
		evbuffer_add_buffer(body, evhttp_request_get_input_buffer(request));
		evhttp_send_reply(request, 200, "said", body);
	} else {
		evhttp_send_reply(request, 404, "said", body);
	}
	evbuffer_free(body);
}

static void
link_up(void)
{
	struct problem why;
	int fds[2];

	expect_ok("a pair is made", channel_pair(fds, &why), &why);
	courier_link(here.courier, fds[0]);
	courier_desk_link(here.desk, fds[1]);
}

static int
prepare(void **state)
{
	static const char *const networks[] = { "127.0.0.1" };
	struct sockaddr_in at = { 0 };
	socklen_t size = sizeof(at);
	struct evhttp_bound_socket *bound;
	char exact[128];
	const char *urls[] = { here.base, exact };
	struct problem why;

	(void)state;
	here.loop = loop_new();
	here.http = evhttp_new(loop_base(here.loop));
	bound = evhttp_bind_socket_with_handle(here.http, "127.0.0.1", 0);
	getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&at, &size);
	snprintf(here.base, sizeof(here.base), "http://127.0.0.1:%u", ntohs(at.sin_port));
	snprintf(exact, sizeof(exact), "http://other.example/exactly");
	evhttp_set_gencb(here.http, serve, NULL);
	expect_ok("loopback may be fetched", address_set_new(networks, 1, &here.loopback, &why), &why);
	here.fetcher = fetcher_new(here.loop,
	    &(struct fetcher_settings){ .plain_http = true, .internal = here.loopback, .at_once = 80 });
	here.desk = courier_desk_new(here.loop, here.fetcher, urls, COUNT(urls));
	here.courier = courier_linked(here.loop);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	courier_free(here.courier);
	courier_desk_free(here.desk);
	fetcher_free(here.fetcher);
	address_set_free(here.loopback);
	evhttp_free(here.http);
	loop_free(here.loop);
	memset(&here, 0, sizeof(here));
	return 0;
}

struct heard {
	size_t times;
	enum err err;
	int status;
	char body[256];
	struct problem why;
};

static void
on_heard(void *arg, enum err err, int status, struct span body, const struct problem *why)
{
	struct heard *h = arg;

	h->times++;
	h->err = err;
	h->status = status;
	snprintf(h->body, sizeof(h->body), "%.*s", SPAN_ARGS(body));
	if (err != OK)
		h->why = *why;
}

static struct courier_post
to(const char *path, const char *body)
{
	static char url[256];

	snprintf(url, sizeof(url), "%s%s", path[0] == '/' ? here.base : "", path);
	return (struct courier_post){
		.url = url,
		.content_type = "application/ocsp-request",
		.accept = "application/ocsp-response",
		.body = span_text(body),
		.limit = 1000,
		.time = SECONDS(5),
	};
}

static void
wait_for(const struct heard *h, size_t times)
{
	for (int i = 0; i < 5000 && h->times < times; i++)
		loop_step(here.loop, 1000);
}

static void
step(int times)
{
	while (times--)
		loop_step(here.loop, 1000);
}

static void
what_is_posted_arrives_and_so_does_the_answer(void **state)
{
	struct courier *direct = courier_direct(here.loop, here.fetcher);
	struct courier *couriers[] = { direct, here.courier };

	(void)state;
	link_up();
	for (size_t i = 0; i < COUNT(couriers); i++) {
		struct courier_post post = to("/echo", "question");
		struct heard h = { 0 };

		courier_send(couriers[i], &post, on_heard, &h);
		expect_number("nobody is called back before it returns", h.times, 0);
		wait_for(&h, 1);
		expect_ok("it is delivered", h.err, &h.why);
		expect_number("with the status", h.status, 200);
		expect_text("and what was posted", h.body,
		    "POST application/ocsp-request application/ocsp-response - question");
		post = to("/echo?again", "");
		post.authorization = "Bearer told-nobody";
		courier_send(couriers[i], &post, on_heard, &h);
		wait_for(&h, 2);
		expect_text("nothing to post is a GET", h.body, "GET - application/ocsp-response Bearer told-nobody ");
		post = to("/nowhere", "question");
		courier_send(couriers[i], &post, on_heard, &h);
		wait_for(&h, 3);
		expect_ok("any status is an answer", h.err, &h.why);
		expect_number("which it tells", h.status, 404);
		post = to("/large", "question");
		courier_send(couriers[i], &post, on_heard, &h);
		wait_for(&h, 4);
		expect_problem("too large an answer is none", h.err, &h.why, ERR_LIMIT, "at most 1000 bytes");
	}
	courier_free(direct);
}

static void
only_what_the_desk_allows_is_fetched(void **state)
{
	static const struct {
		const char *title, *url;
		bool allowed;
	} rows[] = {
		{ "a path beneath an allowed host", "/echo", true },
		{ "another path there", "/echo/../secret", true },
		{ "the same host in other letters", "^/echo", true },
		{ "a host that begins like it", ".example/echo", false },
		{ "a user in front of another host", "@other.example/echo", false },
		{ "another port", "9/echo", false },
		{ "a query without a path", "?echo", false },
		{ "exactly the other one, and more", "http://other.example/exactly/more", false },
		{ "another host", "http://elsewhere.example/", false },
		{ "another scheme", "file:///etc/passwd", false },
	};

	(void)state;
	link_up();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct heard h = { 0 };
		struct courier_post post = to(rows[i].url, "question");
		char url[256];

		if (strchr(".@9?", rows[i].url[0])) {
			snprintf(url, sizeof(url), "%s%s", here.base, rows[i].url);
			post.url = url;
		}
		if (rows[i].url[0] == '^') {
			snprintf(url, sizeof(url), "HTTP%s%s", here.base + strlen("http"), rows[i].url + 1);
			post.url = url;
		}
		courier_send(here.courier, &post, on_heard, &h);
		wait_for(&h, 1);
		if (rows[i].allowed)
			expect_ok(rows[i].title, h.err, &h.why);
		else
			expect_problem(rows[i].title, h.err, &h.why, ERR_DENIED, "names no such address");
	}
}

static void
without_a_link_nothing_is_delivered_until_there_is_one(void **state)
{
	struct courier_post post = to("/echo", "question");
	struct heard h = { 0 };

	(void)state;
	expect_true("there is none", !courier_has_link(here.courier));
	courier_send(here.courier, &post, on_heard, &h);
	expect_number("not before returning", h.times, 0);
	wait_for(&h, 1);
	expect_problem("unavailable", h.err, &h.why, ERR_UNAVAILABLE, "is not there now");
	link_up();
	expect_true("there is one", courier_has_link(here.courier));
	courier_send(here.courier, &post, on_heard, &h);
	wait_for(&h, 2);
	expect_ok("delivered", h.err, &h.why);
}

static void
what_is_asked_before_there_is_a_link_is_posted_when_it_comes(void **state)
{
	struct courier_post post = to("/echo", "question");
	struct heard first = { 0 }, second = { 0 }, third = { 0 };
	struct pending *taken_back;

	(void)state;
	courier_send(here.courier, &post, on_heard, &first);
	taken_back = courier_send(here.courier, &post, on_heard, &second);
	courier_send(here.courier, &post, on_heard, &third);
	pending_cancel(&taken_back);
	link_up();
	wait_for(&first, 1);
	wait_for(&third, 1);
	expect_ok("delivered", first.err, &first.why);
	expect_ok("each of them", third.err, &third.why);
	expect_number("but what was taken back", second.times, 0);
}

static void
a_steward_that_dies_leaves_an_answer_and_its_successor_serves(void **state)
{
	struct courier_post post = to("/hold", "question");
	struct heard h = { 0 };

	(void)state;
	link_up();
	courier_send(here.courier, &post, on_heard, &h);
	for (int i = 0; i < 1000 && !here.held; i++)
		step(1);
	expect_number("it waits", h.times, 0);
	courier_desk_free(here.desk);
	here.desk = NULL;
	wait_for(&h, 1);
	expect_problem("unavailable", h.err, &h.why, ERR_UNAVAILABLE, "has ended");
	expect_true("no link is left", !courier_has_link(here.courier));
	here.desk = courier_desk_new(here.loop, here.fetcher, &(const char *){ here.base }, 1);
	link_up();
	post = to("/echo", "question");
	courier_send(here.courier, &post, on_heard, &h);
	wait_for(&h, 2);
	expect_ok("the successor serves", h.err, &h.why);
}

/* The desk takes only so many: were those cancelled still its own, it would take no more. */
static void
cancelled_questions_are_given_up_at_the_desk_too(void **state)
{
	struct courier_post post = to("/hold", "question");
	struct heard h = { 0 };
	struct pending *pending[COURIER_AT_ONCE];

	(void)state;
	link_up();
	for (size_t i = 0; i < COUNT(pending); i++)
		pending[i] = courier_send(here.courier, &post, on_heard, &h);
	for (int i = 0; i < 1000 && !here.held; i++)
		step(1);
	expect_true("they have arrived", here.held != NULL);
	for (size_t i = 0; i < COUNT(pending); i++)
		pending_cancel(&pending[i]);
	post = to("/echo", "question");
	courier_send(here.courier, &post, on_heard, &h);
	wait_for(&h, 1);
	step(20);
	expect_number("of all only the last is heard of", h.times, 1);
	expect_ok("and served", h.err, &h.why);
}

static void
who_asks_too_much_is_told_so(void **state)
{
	static _Atomic uint64_t waiting = 7;
	struct courier_post post = to("/echo", "question");
	struct heard all = { 0 }, last = { 0 };

	(void)state;
	link_up();
	courier_tell_waiting(here.courier, &waiting);
	for (int i = 0; i < COURIER_AT_ONCE; i++)
		courier_send(here.courier, &post, on_heard, &all);
	expect_number("so many wait", waiting, COURIER_AT_ONCE);
	courier_send(here.courier, &post, on_heard, &last);
	wait_for(&last, 1);
	expect_problem("one too many", last.err, &last.why, ERR_UNAVAILABLE, "too many questions");
	wait_for(&all, COURIER_AT_ONCE);
	expect_number("all others are answered", all.times, COURIER_AT_ONCE);
	expect_number("and nobody waits any more", waiting, 0);
	expect_ok("well", all.err, &all.why);
}

static void
no_answer_in_time_is_unavailable(void **state)
{
	struct courier_post post = to("/hold", "question");
	struct heard h = { 0 };

	(void)state;
	link_up();
	post.time = SECONDS(1) / 10;
	courier_send(here.courier, &post, on_heard, &h);
	wait_for(&h, 1);
	expect_problem("the server is silent", h.err, &h.why, ERR_UNAVAILABLE, "no whole answer within");
}

/* The other end of a courier's link, played by hand. */
static void
a_steward_that_is_stuck_is_not_waited_for(void **state)
{
	struct courier_post post = to("/echo", "question");
	struct heard h = { 0 };
	int fds[2];

	(void)state;
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	courier_link(here.courier, fds[0]);
	post.time = SECONDS(1) / 10;
	courier_send(here.courier, &post, on_heard, &h);
	wait_for(&h, 1);
	expect_problem("after its own patience", h.err, &h.why, ERR_UNAVAILABLE, "has not answered in time");
	close(fds[1]);
}

static void
on_nothing(void *arg, struct span message, int fd)
{
	(void)arg;
	(void)message;
	if (fd >= 0)
		close(fd);
}

static void
on_closed(void *arg)
{
	*(bool *)arg = true;
}

static void
what_is_no_message_closes_the_link(void **state)
{
	struct courier_post post = to("/hold", "question");
	struct channel *other;
	struct heard h = { 0 };
	bool closed = false;
	int fds[2];

	(void)state;
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	courier_desk_link(here.desk, fds[1]);
	other = channel_new(here.loop, fds[0], (struct channel_limits){ KIB, MIB }, on_nothing, on_closed, &closed);
	channel_post(other, span_text("no request"));
	for (int i = 0; i < 1000 && !closed; i++)
		step(1);
	expect_true("the desk closes a link that breaks the form", closed);
	channel_free(other);

	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	courier_link(here.courier, fds[0]);
	other = channel_new(here.loop, fds[1], (struct channel_limits){ MIB, MIB }, on_nothing, on_closed, &closed);
	courier_send(here.courier, &post, on_heard, &h);
	step(2);
	channel_post(other, span_text("no reply"));
	wait_for(&h, 1);
	expect_problem("the courier closes it, too", h.err, &h.why, ERR_UNAVAILABLE, "has ended");
	channel_free(other);
}

static void
a_request_is_read_as_it_was_written_and_nothing_else(void **state)
{
	static const struct {
		const char *title;
		struct courier_post post;
		bool good;
	} rows[] = {
		{ "a whole one", { "http://a/", "t", "a", "z", { (const uint8_t *)"b", 1 }, 10, 10 }, true },
		{ "one that gets", { "http://a/", NULL, "a", NULL, { 0 }, 10, 10 }, true },
		{ "no URL", { "", "t", "a", NULL, { 0 }, 10, 10 }, false },
		{ "a blank in the URL", { "http://a /", "t", "a", NULL, { 0 }, 10, 10 }, false },
		{ "a line break in a field", { "http://a/", "t", "a\r\nX: y", NULL, { 0 }, 10, 10 }, false },
		{ "a body without a type", { "http://a/", NULL, "a", NULL, { (const uint8_t *)"b", 1 }, 10, 10 },
		    false },
		{ "no limit", { "http://a/", "t", "a", NULL, { 0 }, 0, 10 }, false },
		{ "too large a limit", { "http://a/", "t", "a", NULL, { 0 }, COURIER_ANSWER + 1, 10 }, false },
		{ "no time", { "http://a/", "t", "a", NULL, { 0 }, 10, 0 }, false },
		{ "too much time", { "http://a/", "t", "a", NULL, { 0 }, 10, COURIER_TIME + 1 }, false },
		{ "a negative time", { "http://a/", "t", "a", NULL, { 0 }, 10, -1 }, false },
	};
	struct arena a = arena_init(MIB);
	struct courier_request read;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct courier_request request = { COURIER_ASK, 7, rows[i].post };
		struct buffer b = buffer_init(KIB);

		courier_request_write(&b, &request);
		expect_true(rows[i].title, courier_request_read(&a, buffer_span(&b), &read) == rows[i].good);
		for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
			expect_true("a part of it is none",
			    !courier_request_read(&a, span_first(buffer_span(&b), cut), &read));
		buffer_byte(&b, 0);
		expect_true("nor is more", !courier_request_read(&a, buffer_span(&b), &read));
		buffer_release(&b);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_posted_arrives_and_so_does_the_answer, prepare, clear),
		cmocka_unit_test_setup_teardown(only_what_the_desk_allows_is_fetched, prepare, clear),
		cmocka_unit_test_setup_teardown(without_a_link_nothing_is_delivered_until_there_is_one, prepare, clear),
		cmocka_unit_test_setup_teardown(
		    what_is_asked_before_there_is_a_link_is_posted_when_it_comes, prepare, clear),
		cmocka_unit_test_setup_teardown(
		    a_steward_that_dies_leaves_an_answer_and_its_successor_serves, prepare, clear),
		cmocka_unit_test_setup_teardown(cancelled_questions_are_given_up_at_the_desk_too, prepare, clear),
		cmocka_unit_test_setup_teardown(who_asks_too_much_is_told_so, prepare, clear),
		cmocka_unit_test_setup_teardown(no_answer_in_time_is_unavailable, prepare, clear),
		cmocka_unit_test_setup_teardown(a_steward_that_is_stuck_is_not_waited_for, prepare, clear),
		cmocka_unit_test_setup_teardown(what_is_no_message_closes_the_link, prepare, clear),
		cmocka_unit_test(a_request_is_read_as_it_was_written_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
