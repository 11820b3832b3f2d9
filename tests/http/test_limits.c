/* tests/http/test_limits.c - every limit of the server, over loopback: sizes, times, counts. */
#include "world.h"

#include <stdio.h>
#include <sys/socket.h>

#include "base/clock.h"

#define HOST "Host: a.example\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"
#define GET_WAIT "GET /wait HTTP/1.1\r\n" HOST "\r\n"
#define GET_STREAM "GET /stream HTTP/1.1\r\n" HOST "\r\n"

static void
limits_of_the_head_are_kept(void **state)
{
	struct world w;
	char request[2048];

	(void)state;
	world_init(&w);
	w.settings.limits.message = (struct message_limits){ .target = 100, .head = 1000, .headers = 3 };
	world_open(&w);
	snprintf(request, sizeof(request), "GET /%0100d HTTP/1.1\r\n" HOST "\r\n", 0);
	expect_answer("a target too long", &w, request, "414! closed");
	snprintf(request, sizeof(request), "GET /%01500d", 0);
	expect_answer("a request line without end", &w, request, "414! closed");
	snprintf(request, sizeof(request), "GET /hello HTTP/1.1\r\n" HOST "X: %01000d\r\n\r\n", 0);
	expect_answer("a head too large", &w, request, "431! closed");
	expect_answer("too many fields", &w, "GET /hello HTTP/1.1\r\n" HOST "a:\r\nb:\r\nc:\r\n\r\n", "431! closed");
	expect_answer("as many as may be", &w, "GET /hello HTTP/1.1\r\n" HOST "a:\r\nb:\r\n\r\n", "200:hello");
	world_release(&w);
}

static void
times_are_kept(void **state)
{
	struct world w;
	struct client c;

	(void)state;
	world_init(&w);
	w.settings.limits.head_time = w.settings.limits.body_time = w.settings.limits.handler_time = SECONDS(1) / 4;
	w.settings.limits.idle_time = w.settings.limits.write_time = SECONDS(1) / 4;
	world_open(&w);
	expect_answer("a head that does not end", &w, "GET /hello HT", "408! closed");
	expect_answer("a body that does not come", &w, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nab",
	    "408! closed");
	expect_answer("a handler that does not answer", &w, GET_WAIT GET_HELLO, "503! closed");
	expect_number("its question is cancelled", w.cancelled, 1);
	expect_number("and it is told", w.gone, 1);
	expect_number("these were late", w.figures->value[FIGURE_TIMED_OUT], 3);
	expect_answer("whoever says nothing is closed without a word", &w, "", "closed");
	expect_answer("so is whoever says nothing more", &w, GET_HELLO, "200:hello closed");

	/* Bytes that come one at a time do not make the time longer. */
	client_open(&w, &c);
	for (int i = 0; i < 200 && !c.finished; i++) {
		client_send(&w, &c, span_text(i ? "a" : "GET /"));
		for (int j = 0; j < 10; j++)
			world_step(&w);
		client_read(&c);
	}
	expect_heard("a head that comes slowly", &w, &c, "408! closed");
	client_close(&c);
	world_release(&w);
}

static void
a_reader_that_does_not_read_is_closed(void **state)
{
	struct world w;
	struct client c;
	int small = 4096;
	int64_t until = clock_monotonic() + SECONDS(5);

	(void)state;
	world_init(&w);
	w.settings.limits.write_time = SECONDS(1) / 2;
	world_open(&w);
	client_open(&w, &c);
	setsockopt(c.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_send(&w, &c, span_text("GET /much HTTP/1.1\r\n" HOST "\r\n"));
	while (w.figures->value[FIGURE_TIMED_OUT] == 0 && clock_monotonic() < until)
		world_step(&w);
	expect_number("it is given up", w.figures->value[FIGURE_TIMED_OUT], 1);
	expect_number("and closed", w.figures->value[FIGURE_CONNECTIONS_OPEN], 0);
	client_close(&c);
	expect_answer("a reader that reads gets it all", &w, "GET /much HTTP/1.1\r\n" HOST "\r\n" GET_HELLO,
	    "200:<4194304> 200:hello");
	world_release(&w);
}

/* Reads four kilobytes every few milliseconds, for a second and a half or until it is given up. From a Unix socket, for
 * TCP's windows open in leaps. */
static bool
trickle_is_given_up(size_t floor)
{
	struct world w;
	struct client c;
	int64_t until = clock_monotonic() + SECONDS(3) / 2, next = 0;
	bool given_up;
	char bytes[4096], path[128];

	world_init(&w);
	snprintf(path, sizeof(path), "%s/socket", w.directory);
	w.unix_path = path;
	w.settings.limits.write_time = SECONDS(1) / 2;
	w.settings.limits.write_floor = floor;
	world_open(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text("GET /much HTTP/1.1\r\n" HOST "\r\n"));
	while (w.figures->value[FIGURE_TIMED_OUT] == 0 && clock_monotonic() < until) {
		world_step(&w);
		if (clock_monotonic() >= next) {
			(void)!recv(c.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
			next = clock_monotonic() + SECONDS(1) / 400;
		}
	}
	given_up = w.figures->value[FIGURE_TIMED_OUT] == 1;
	client_close(&c);
	world_release(&w);
	return given_up;
}

static void
a_reader_that_takes_too_little_is_closed(void **state)
{
	(void)state;
	expect_true("one slower than the floor", trickle_is_given_up(4 * MIB));
	expect_true("not one as slow above it", !trickle_is_given_up(32 * KIB));
}

static void
streams_of_a_process_have_a_limit(void **state)
{
	struct world w;
	struct client a, b;

	(void)state;
	world_init(&w);
	w.settings.limits.connections = 3; /* so there may be two streams */
	world_open(&w);
	client_open(&w, &a);
	client_send(&w, &a, span_text(GET_STREAM));
	expect_heard("the first", &w, &a, "200:one...");
	client_open(&w, &b);
	client_send(&w, &b, span_text(GET_STREAM));
	expect_heard("the second", &w, &b, "200:one...");
	expect_answer("a third is refused, other answers are not", &w, GET_STREAM GET_HELLO, "503 200:hello");
	client_close(&b);
	for (int i = 0; i < 100 && w.gone < 1; i++)
		world_step(&w);
	client_open(&w, &b);
	client_send(&w, &b, span_text(GET_STREAM));
	expect_heard("when one has ended there is room again", &w, &b, "200:one...");
	client_close(&a);
	client_close(&b);
	world_release(&w);
}

static void
a_slow_reader_of_a_stream_is_cut_off(void **state)
{
	struct world w;
	struct client c;
	static uint8_t much[10000];
	int small = 4096, rounds = 0;

	(void)state;
	world_init(&w);
	w.settings.limits.stream_waiting = 50000;
	world_open(&w);
	client_open(&w, &c);
	setsockopt(c.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_send(&w, &c, span_text(GET_STREAM));
	for (int i = 0; i < 100 && !w.waiting; i++)
		world_step(&w);
	for (; rounds < 10000 && w.waiting; rounds++) {
		exchange_write(w.waiting, span_of(much, sizeof(much)));
		world_step(&w);
	}
	expect_true("not before the limit", rounds > 5);
	expect_true("but then", rounds < 10000);
	expect_number("the handler is told", w.gone, 1);
	expect_number("the connection is closed", w.figures->value[FIGURE_CONNECTIONS_OPEN], 0);
	client_close(&c);
	world_release(&w);
}

static void
requests_of_a_connection_have_a_limit(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	w.settings.limits.requests = 2;
	world_open(&w);
	expect_answer("the second says close", &w, GET_HELLO GET_HELLO GET_HELLO, "200:hello 200!:hello closed");
	world_release(&w);
}

static void
connections_of_a_process_have_a_limit(void **state)
{
	struct world w;
	struct client a, b, c;

	(void)state;
	world_init(&w);
	w.settings.limits.connections = 2;
	world_open(&w);
	client_open(&w, &a);
	client_open(&w, &b);
	client_send(&w, &a, span_text("GET /"));
	client_send(&w, &b, span_text(GET_WAIT));
	for (int i = 0; i < 100 && !w.waiting; i++)
		world_step(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text(GET_HELLO));
	expect_heard("while all are busy a third waits", &w, &c, "");
	expect_number("two are open", w.figures->value[FIGURE_CONNECTIONS_OPEN], 2);
	client_send(&w, &a, span_text("hello HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("one that is idle", &w, &a, "200:hello closed");
	expect_heard("makes room", &w, &c, "200:hello");
	client_close(&a);
	client_close(&b);
	client_close(&c);
	world_release(&w);
}

static void
connections_of_an_address_have_a_limit(void **state)
{
	const char *const loopback[] = { "127.0.0.0/8" };
	struct address_set *proxies;
	struct problem why;
	struct world w;
	struct client a, b;

	(void)state;
	world_init(&w);
	w.settings.limits.per_address = 2;
	w.settings.census = census_new(2);
	/* The other process has one already. */
	census_join(w.settings.census, 1);
	expect_true("another process's", census_enter(w.settings.census,
	    &(struct address){ .bytes = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } }, 2));
	census_join(w.settings.census, 0);
	world_open(&w);
	client_open(&w, &a);
	client_open(&w, &b);
	client_send(&w, &a, span_text(GET_HELLO));
	expect_heard("one more is welcome", &w, &a, "200:hello");
	expect_heard("the next is not", &w, &b, "closed");
	expect_number("it is counted", w.figures->value[FIGURE_CONNECTIONS_REFUSED], 1);
	client_close(&a);
	client_close(&b);
	for (int i = 0; i < 20; i++)
		world_step(&w);
	expect_answer("when one has gone there is room again", &w, GET_HELLO, "200:hello");
	world_release(&w);
	census_free(w.settings.census);

	world_init(&w);
	w.settings.limits.per_address = 1;
	w.settings.census = census_new(1);
	expect_ok("the test's networks are good", address_set_new(loopback, 1, &proxies, &why), &why);
	w.settings.proxies = proxies;
	world_open(&w);
	client_open(&w, &a);
	client_open(&w, &b);
	client_send(&w, &b, span_text(GET_HELLO));
	expect_heard("behind a proxy there are many", &w, &b, "200:hello");
	client_close(&a);
	client_close(&b);
	world_release(&w);
	census_free(w.settings.census);
	address_set_free(proxies);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_of_the_head_are_kept),
		cmocka_unit_test(times_are_kept),
		cmocka_unit_test(a_reader_that_does_not_read_is_closed),
		cmocka_unit_test(a_reader_that_takes_too_little_is_closed),
		cmocka_unit_test(streams_of_a_process_have_a_limit),
		cmocka_unit_test(a_slow_reader_of_a_stream_is_cut_off),
		cmocka_unit_test(requests_of_a_connection_have_a_limit),
		cmocka_unit_test(connections_of_a_process_have_a_limit),
		cmocka_unit_test(connections_of_an_address_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
