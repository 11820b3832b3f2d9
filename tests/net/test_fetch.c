/* tests/net/test_fetch.c - fetching: what is answered, what the guard refuses, and every limit. All on loopback. */
#include "expect.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "net/fetch.h"

#define WHOLE (24 * MIB) /* a federation's metadata, as these go */

static struct {
	struct loop *loop;
	struct evhttp *http;
	struct evconnlistener *raw; /* says what `said` holds to whoever connects, then closes or waits */
	struct span said;
	bool hangs;
	unsigned port, raw_port, requests;
	struct address_set *loopback;
	char url[256];
} here;

/* The server */

static void
serve(struct evhttp_request *request, void *arg)
{
	const char *path = evhttp_request_get_uri(request);
	struct evkeyvalq *in = evhttp_request_get_input_headers(request),
	                 *out = evhttp_request_get_output_headers(request);
	struct evbuffer *body = evbuffer_new();
	char to[256];

	(void)arg;
	here.requests++;
	if (strcmp(path, "/plain") == 0) {
		const char *known = evhttp_find_header(in, "If-None-Match"), *accept = evhttp_find_header(in, "Accept");

		evhttp_add_header(out, "ETag", "\"one\"");
		evhttp_add_header(out, "Content-Type", "application/samlmetadata+xml");
		evbuffer_add_printf(body, "accept %s", accept ? accept : "none");
		evhttp_send_reply(request, known && strcmp(known, "\"one\"") == 0 ? 304 : 200, "said", body);
	} else if (strcmp(path, "/post") == 0) {
		struct evbuffer *posted = evhttp_request_get_input_buffer(request);

		evbuffer_add_printf(body, "%s: ", evhttp_find_header(in, "Content-Type"));
		evbuffer_add_buffer(body, posted);
		evhttp_send_reply(request, 200, "said", body);
	} else if (strcmp(path, "/large") == 0) {
		evbuffer_add_printf(body, "%0100d", 0);
		evhttp_send_reply(request, 200, "said", body);
	} else if (strcmp(path, "/whole") == 0) {
		for (unsigned i = 0; i < WHOLE / 8; i++)
			evbuffer_add_printf(body, "%07u\n", i);
		evhttp_send_reply(request, 200, "said", body);
	} else if (strncmp(path, "/hops/", 6) == 0) {
		int left = atoi(path + 6);

		snprintf(to, sizeof(to), left > 1 ? "/hops/%d" : "/plain", left - 1);
		evhttp_add_header(out, "Location", to);
		evhttp_send_reply(request, 302, "said", body);
	} else if (strncmp(path, "/to?", 4) == 0) {
		evhttp_add_header(out, "Location", path + 4);
		evhttp_send_reply(request, 302, "said", body);
	} else if (strcmp(path, "/loop") == 0) {
		evhttp_add_header(out, "Location", "/loop");
		evhttp_send_reply(request, 301, "said", body);
	} else {
		evhttp_send_reply(request, 404, "said", body);
	}
	evbuffer_free(body);
}

static void
on_raw_written(struct bufferevent *b, void *arg)
{
	(void)arg;
	if (!here.hangs)
		bufferevent_free(b);
}

static void
on_raw_over(struct bufferevent *b, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_free(b);
}

static void
on_raw_request(struct bufferevent *b, void *arg)
{
	(void)arg;
	evbuffer_drain(bufferevent_get_input(b), evbuffer_get_length(bufferevent_get_input(b)));
	bufferevent_setcb(b, NULL, on_raw_written, on_raw_over, NULL);
	bufferevent_write(b, here.said.data, here.said.size);
}

static void
on_raw_connection(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int size, void *arg)
{
	struct bufferevent *b = bufferevent_socket_new(loop_base(here.loop), fd, BEV_OPT_CLOSE_ON_FREE);

	(void)listener;
	(void)from;
	(void)size;
	(void)arg;
	bufferevent_setcb(b, on_raw_request, NULL, on_raw_over, NULL);
	bufferevent_enable(b, EV_READ | EV_WRITE);
}

static unsigned
port_of(evutil_socket_t fd)
{
	struct sockaddr_in at = { 0 };
	socklen_t size = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	return ntohs(at.sin_port);
}

static int
prepare(void **state)
{
	static const char *const networks[] = { "127.0.0.1" };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct evhttp_bound_socket *bound;
	struct problem why;

	(void)state;
	/* A proxy of the environment would see what the guard does not. */
	setenv("http_proxy", "http://127.0.0.1:1/", 1);
	setenv("all_proxy", "http://127.0.0.1:1/", 1);
	here.loop = loop_new();
	here.http = evhttp_new(loop_base(here.loop));
	bound = evhttp_bind_socket_with_handle(here.http, "127.0.0.1", 0);
	assert_non_null(bound);
	here.port = port_of(evhttp_bound_socket_get_fd(bound));
	evhttp_set_gencb(here.http, serve, NULL);
	here.raw = evconnlistener_new_bind(loop_base(here.loop), on_raw_connection, NULL,
	    LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 8, (struct sockaddr *)&at, sizeof(at));
	assert_non_null(here.raw);
	here.raw_port = port_of(evconnlistener_get_fd(here.raw));
	return address_set_new(networks, COUNT(networks), &here.loopback, &why) == OK ? 0 : -1;
}

static int
clean_up(void **state)
{
	(void)state;
	address_set_free(here.loopback);
	evconnlistener_free(here.raw);
	evhttp_free(here.http);
	loop_free(here.loop);
	return 0;
}

/* The one who fetches */

struct answer {
	bool came;
	enum err err;
	int status;
	size_t size;
	char body[512], etag[64], content_type[64];
	struct problem why;
};

static void
on_answer(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct answer *answer = arg;

	expect_true("an answer comes once", !answer->came);
	answer->came = true;
	answer->err = err;
	answer->why = *why;
	if (err != OK)
		return;
	answer->status = fetched->status;
	answer->size = fetched->body.size;
	snprintf(answer->body, sizeof(answer->body), "%.*s", SPAN_ARGS(fetched->body));
	snprintf(answer->etag, sizeof(answer->etag), "%s", fetched->etag);
	snprintf(answer->content_type, sizeof(answer->content_type), "%s", fetched->content_type);
}

static void
wait_for(struct answer *answer)
{
	int64_t end = clock_monotonic() + SECONDS(10);

	while (!answer->came && clock_monotonic() < end)
		loop_step(here.loop, SECONDS(1) / 20);
	expect_true("an answer comes", answer->came);
}

static const char *
local_url(const char *path)
{
	snprintf(here.url, sizeof(here.url), "http://127.0.0.1:%u%s", here.port, path);
	return here.url;
}

static struct fetch
fetch_of(const char *url)
{
	return (struct fetch){ .url = url, .limit = 100, .time = SECONDS(5), .redirects = 3 };
}

static struct answer
fetch_with(struct fetcher_settings settings, struct fetch fetch)
{
	struct fetcher *f = fetcher_new(here.loop, &settings);
	struct answer answer = { 0 };

	expect_true("a fetch begins", fetch_start(f, &fetch, on_answer, &answer) != NULL);
	expect_true("nothing is called back before that returns", !answer.came);
	wait_for(&answer);
	fetcher_free(f);
	return answer;
}

static struct fetcher_settings
trusting(void)
{
	return (struct fetcher_settings){ .plain_http = true, .internal = here.loopback, .at_once = 2 };
}

static void
an_answer_comes_with_what_a_cache_needs(void **state)
{
	struct fetch fetch = fetch_of(local_url("/plain"));
	struct answer answer;

	(void)state;
	fetch.accept = "application/samlmetadata+xml";
	answer = fetch_with(trusting(), fetch);
	expect_ok("it is fetched", answer.err, &answer.why);
	expect_number("with its status", answer.status, 200);
	expect_text("its body", answer.body, "accept application/samlmetadata+xml");
	expect_text("its tag", answer.etag, "\"one\"");
	expect_text("its type", answer.content_type, "application/samlmetadata+xml");
	fetch.if_none_match = answer.etag;
	answer = fetch_with(trusting(), fetch);
	expect_ok("it is asked for again", answer.err, &answer.why);
	expect_number("and has not changed", answer.status, 304);
	answer = fetch_with(trusting(), fetch_of(local_url("/missing")));
	expect_ok("any status is an answer", answer.err, &answer.why);
	expect_number("also this", answer.status, 404);
	expect_text("without a tag", answer.etag, "");
	fetch = fetch_of(local_url("/post"));
	fetch.post = span_text("{\"a\":1}");
	fetch.content_type = "application/json";
	answer = fetch_with(trusting(), fetch);
	expect_ok("a body is posted", answer.err, &answer.why);
	expect_text("with its type", answer.body, "application/json: {\"a\":1}");
}

static void
on_whole(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct buffer *kept = arg;

	expect_ok("it is fetched", err, why);
	*kept = *fetched->body_buffer;
	*fetched->body_buffer = buffer_init(0);
}

static void
a_large_body_can_be_kept_without_a_copy(void **state)
{
	struct fetcher_settings settings = trusting();
	struct fetcher *f = fetcher_new(here.loop, &settings);
	struct fetch fetch = fetch_of(local_url("/whole"));
	struct buffer kept = buffer_init(0);
	int64_t end = clock_monotonic() + SECONDS(20);

	(void)state;
	fetch.limit = WHOLE;
	fetch.time = SECONDS(20);
	fetch_start(f, &fetch, on_whole, &kept);
	while (!kept.data && clock_monotonic() < end)
		loop_step(here.loop, SECONDS(1) / 20);
	fetcher_free(f);
	expect_number("all of it outlives the fetcher", buffer_span(&kept).size, WHOLE);
	expect_span("from its first line", span_first(buffer_span(&kept), 8), "0000000\n");
	expect_span("to its last", span_skip(buffer_span(&kept), WHOLE - 8), "3145727\n");
	buffer_release(&kept);
	fetch.limit = WHOLE - 1;
	expect_number("a byte less is too little", fetch_with(settings, fetch).err, ERR_LIMIT);
}

static void
the_guard_sees_what_is_connected_to(void **state)
{
	static const struct {
		const char *title, *host, *named;
	} cases[] = {
		{ "loopback", "127.0.0.1", "127.0.0.1" },
		{ "a name of loopback", "localhost", "" },
		{ "loopback of IPv6", "[::1]", "::1" },
		{ "the unspecified address", "0.0.0.0", "0.0.0.0" },
		{ "the unspecified address of IPv6", "[::]", "local" },
		{ "loopback in a number", "2130706433", "127.0.0.1" },
		{ "loopback in octal", "0177.0.0.1", "127.0.0.1" },
		{ "loopback mapped into IPv6", "[::ffff:127.0.0.1]", "127.0.0.1" },
		{ "loopback through NAT64", "[64:ff9b::127.0.0.1]", "64:ff9b::7f00:1" },
		{ "clouds' metadata", "169.254.169.254", "169.254.169.254" },
		{ "a private network", "10.1.2.3", "10.1.2.3" },
		{ "a unique local address", "[fd00::1]", "fd00::1" },
	};
	struct fetcher_settings strict = { .plain_http = true, .at_once = 2 };
	unsigned before = here.requests;
	char url[128], part[128];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer;

		snprintf(url, sizeof(url), "http://%s:%u/plain", cases[i].host, here.port);
		answer = fetch_with(strict, fetch_of(url));
		snprintf(
		    part, sizeof(part), "%s%sis an internal address", cases[i].named, cases[i].named[0] ? " " : "");
		expect_problem(cases[i].title, answer.err, &answer.why, ERR_DENIED, part);
	}
	expect_number("none was asked", here.requests, before);
}

static void
redirects_are_followed_under_guard(void **state)
{
	static const char *const inner[] = { "http://10.1.2.3/", "http://[::1]/", "http://169.254.169.254/latest/",
		"http://localhost:1/" };
	struct answer answer = fetch_with(trusting(), fetch_of(local_url("/hops/3")));
	struct fetch fetch;
	char path[128];

	(void)state;
	expect_ok("as many as allowed", answer.err, &answer.why);
	expect_text("lead to the answer", answer.body, "accept */*");
	answer = fetch_with(trusting(), fetch_of(local_url("/hops/4")));
	expect_problem(
	    "one more does not", answer.err, &answer.why, ERR_LIMIT, "expected at most 3 redirects, found more");
	answer = fetch_with(trusting(), fetch_of(local_url("/loop")));
	expect_problem(
	    "nor does a loop", answer.err, &answer.why, ERR_LIMIT, "expected at most 3 redirects, found more");
	fetch = fetch_of(local_url("/hops/1"));
	fetch.redirects = 0;
	answer = fetch_with(trusting(), fetch);
	expect_number("with none allowed the redirect is the answer", answer.status, 302);
	for (size_t i = 0; i < COUNT(inner); i++) {
		snprintf(path, sizeof(path), "/to?%s", inner[i]);
		answer = fetch_with(trusting(), fetch_of(local_url(path)));
		expect_problem(inner[i], answer.err, &answer.why, ERR_DENIED, "is an internal address");
		expect_true("the query is not told", strstr(answer.why.text, "/to: ") != NULL);
	}
	answer = fetch_with(trusting(), fetch_of(local_url("/to?file:///etc/passwd")));
	expect_problem("no other scheme", answer.err, &answer.why, ERR_DENIED, "only https: and http: are fetched");
	answer = fetch_with(trusting(), fetch_of(local_url("/to?http://me:secret@127.0.0.1/")));
	expect_problem("no user in a redirect", answer.err, &answer.why, ERR_DENIED, "expected no user in a URL");
}

static void
only_https_is_fetched_unless_told_otherwise(void **state)
{
	struct fetcher_settings secure = { .internal = here.loopback, .at_once = 2 };
	struct answer answer = fetch_with(secure, fetch_of(local_url("/plain")));

	(void)state;
	expect_problem("http:", answer.err, &answer.why, ERR_DENIED, "only https: is fetched");
	answer = fetch_with(trusting(), fetch_of("file:///etc/passwd"));
	expect_problem("file:", answer.err, &answer.why, ERR_DENIED, "only https: and http: are fetched");
	answer = fetch_with(trusting(), fetch_of("http://[::1/"));
	expect_problem("no URL", answer.err, &answer.why, ERR_INVALID, "expected a URL");
	answer = fetch_with(trusting(), fetch_of("http://127.0.0.1:1/"));
	expect_problem("nobody there", answer.err, &answer.why, ERR_UNAVAILABLE, "http://127.0.0.1:1/: ");
}

static struct answer
fetch_bytes(struct span said, bool hangs, struct fetch fetch)
{
	char url[64];

	here.said = said;
	here.hangs = hangs;
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", here.raw_port);
	fetch.url = url;
	return fetch_with(trusting(), fetch);
}

static struct answer
fetch_raw(const char *said, bool hangs, struct fetch fetch)
{
	return fetch_bytes(span_text(said), hangs, fetch);
}

/* An answer with so many fields of a kilobyte. */
static void
fields_of(struct buffer *said, int count)
{
	buffer_clear(said);
	buffer_text(said, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < count; i++)
		buffer_print(said, "x-%d: %01000d\r\n", i, 0);
	buffer_text(said, "\r\n");
}

static void
limits_are_kept(void **state)
{
	struct answer answer = fetch_with(trusting(), fetch_of(local_url("/large")));
	struct fetch fetch = fetch_of("");
	struct buffer said = buffer_init(MIB);
	int64_t start;

	(void)state;
	expect_ok("exactly as large as allowed", answer.err, &answer.why);
	fetch = fetch_of(local_url("/large"));
	fetch.limit = 99;
	answer = fetch_with(trusting(), fetch);
	expect_problem("one byte more", answer.err, &answer.why, ERR_LIMIT, "expected at most 99 bytes, found more");
	fetch.limit = 5;
	answer = fetch_raw("HTTP/1.1 200 OK\r\n\r\nno length at all", false, fetch);
	expect_problem("too large without a length", answer.err, &answer.why, ERR_LIMIT, "expected at most 5 bytes");
	answer = fetch_raw("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", true, fetch);
	expect_problem("too large by its own words", answer.err, &answer.why, ERR_LIMIT, "expected at most 5 bytes");
	answer = fetch_raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", false, fetch);
	expect_problem("less than it said", answer.err, &answer.why, ERR_UNAVAILABLE, "3 bytes remaining");
	answer = fetch_raw("what?\r\n\r\n", false, fetch);
	expect_problem("no HTTP", answer.err, &answer.why, ERR_UNAVAILABLE, "expected HTTP, found something else");
	fetch.limit = 100;
	fields_of(&said, 8);
	answer = fetch_bytes(buffer_span(&said), false, fetch);
	expect_ok("8 KiB of header fields", answer.err, &answer.why);
	fields_of(&said, 70);
	answer = fetch_bytes(buffer_span(&said), false, fetch);
	expect_problem(
	    "70 KiB of them", answer.err, &answer.why, ERR_LIMIT, "expected at most 65536 bytes of header fields");
	buffer_release(&said);
	fetch.time = SECONDS(1) / 5;
	start = clock_monotonic();
	answer = fetch_raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true, fetch);
	expect_problem("too slow", answer.err, &answer.why, ERR_UNAVAILABLE, "no whole answer within a second");
	expect_true("in time", clock_monotonic() - start < SECONDS(3));
}

static void
what_grows_is_measured_grown(void **state)
{
	enum { GROWN = 20000 };
	static const uint8_t zeros[GROWN];
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(9);
	struct buffer said = buffer_init(KIB);
	struct fetch fetch = fetch_of("");
	struct answer answer;
	uint8_t small[256];
	size_t size = libdeflate_gzip_compress(compressor, zeros, sizeof(zeros), small, sizeof(small));

	(void)state;
	libdeflate_free_compressor(compressor);
	assert_true(size > 0 && size < 100);
	buffer_print(&said, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", size);
	buffer_add(&said, span_of(small, size));
	fetch.limit = GROWN;
	answer = fetch_bytes(buffer_span(&said), false, fetch);
	expect_ok("as large as allowed when unpacked", answer.err, &answer.why);
	expect_number("it is unpacked", answer.size, GROWN);
	fetch.limit = GROWN - 1;
	answer = fetch_bytes(buffer_span(&said), false, fetch);
	expect_problem("a byte more", answer.err, &answer.why, ERR_LIMIT, "expected at most 19999 bytes, found more");
	buffer_release(&said);
}

static void
a_cancelled_fetch_is_silent(void **state)
{
	struct fetcher_settings settings = trusting();
	struct fetcher *f = fetcher_new(here.loop, &settings);
	struct answer first = { 0 }, second = { 0 }, third = { 0 };
	struct fetch fetch = fetch_of(local_url("/plain"));
	struct pending *pending, *late;

	(void)state;
	pending = fetch_start(f, &fetch, on_answer, &first);
	pending_cancel(&pending);
	pending = fetch_start(f, &fetch, on_answer, &second);
	late = fetch_start(f, &fetch, on_answer, &third);
	loop_step(here.loop, SECONDS(1) / 100);
	pending_cancel(&late);
	wait_for(&second);
	for (int i = 0; i < 5; i++)
		loop_step(here.loop, SECONDS(1) / 100);
	expect_ok("the one that was left alone is answered", second.err, &second.why);
	expect_true("the others are not", !first.came && !third.came);
	fetch_start(f, &fetch, on_answer, &first);
	loop_step(here.loop, SECONDS(1) / 100);
	fetcher_free(f);
	for (int i = 0; i < 5; i++)
		loop_step(here.loop, SECONDS(1) / 100);
	expect_true("freeing the fetcher cancels what is under way", !first.came);
	(void)pending;
}

struct chain {
	struct fetcher *fetcher;
	unsigned left, answered;
	bool frees;
};

static void
on_link(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct chain *chain = arg;
	struct fetch fetch = fetch_of(here.url);

	expect_ok("each is answered", err, why);
	expect_number("well", fetched->status, 200);
	chain->answered++;
	if (chain->left && chain->left--)
		fetch_start(chain->fetcher, &fetch, on_link, chain);
	else if (chain->frees)
		fetcher_free(chain->fetcher);
}

static void
a_callback_may_start_another_or_free_the_fetcher(void **state)
{
	struct fetcher_settings settings = trusting();
	struct chain chain = { .fetcher = fetcher_new(here.loop, &settings), .left = 10, .frees = true };
	struct fetch fetch = fetch_of(local_url("/plain"));
	int64_t end = clock_monotonic() + SECONDS(10);

	(void)state;
	fetch_start(chain.fetcher, &fetch, on_link, &chain);
	while (chain.answered < 11 && clock_monotonic() < end)
		loop_step(here.loop, SECONDS(1) / 20);
	expect_number("eleven answers in a row", chain.answered, 11);
	settings.at_once = 2;
	chain = (struct chain){ .fetcher = fetcher_new(here.loop, &settings) };
	for (int i = 0; i < 20; i++)
		fetch_start(chain.fetcher, &fetch, on_link, &chain);
	end = clock_monotonic() + SECONDS(10);
	while (chain.answered < 20 && clock_monotonic() < end)
		loop_step(here.loop, SECONDS(1) / 20);
	expect_number("twenty at a time, two at once", chain.answered, 20);
	fetcher_free(chain.fetcher);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_with_what_a_cache_needs),
		cmocka_unit_test(a_large_body_can_be_kept_without_a_copy),
		cmocka_unit_test(the_guard_sees_what_is_connected_to),
		cmocka_unit_test(redirects_are_followed_under_guard),
		cmocka_unit_test(only_https_is_fetched_unless_told_otherwise),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(what_grows_is_measured_grown),
		cmocka_unit_test(a_cancelled_fetch_is_silent),
		cmocka_unit_test(a_callback_may_start_another_or_free_the_fetcher),
	};

	return cmocka_run_group_tests(tests, prepare, clean_up);
}
