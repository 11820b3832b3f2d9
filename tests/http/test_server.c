/* tests/http/test_server.c - requests and answers over loopback: bodies, pipelining, streams, files, proxies,
 * draining.
 */
#include "world.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: a.example\r\n"
#define GET_HELLO "GET /hello HTTP/1.1\r\n" HOST "\r\n"
#define GET_WAIT "GET /wait HTTP/1.1\r\n" HOST "\r\n"
#define GET_STREAM "GET /stream HTTP/1.1\r\n" HOST "\r\n"
#define CLOSE "Connection: close\r\n"

static const struct {
	const char *title, *request, *expected;
} cases[] = {
	{ "an answer at once", GET_HELLO, "200:hello" },
	{ "an answer at the end of the turn", "GET /later/a HTTP/1.1\r\n" HOST "\r\n", "200:a" },
	{ "HEAD is answered without a body", "HEAD /hello HTTP/1.1\r\n" HOST "\r\n", "200" },
	{ "a 304 has no body", "GET /same HTTP/1.1\r\n" HOST "\r\n", "304" },
	{ "a 304 to HEAD has none either", "HEAD /same HTTP/1.1\r\n" HOST "\r\n", "304" },
	{ "whoever wants to close is closed", "GET /hello HTTP/1.1\r\n" HOST CLOSE "\r\n", "200!:hello closed" },
	{ "what follows a close is not answered", "GET /hello HTTP/1.1\r\n" HOST CLOSE "\r\n" GET_HELLO,
	  "200!:hello closed" },
	{ "a range is not looked at", "GET /hello HTTP/1.1\r\n" HOST "Range: bytes=0-1\r\n\r\n", "200:hello" },
	{ "an unknown path", "GET /none HTTP/1.1\r\n" HOST "\r\n" GET_HELLO, "404 200:hello" },
	{ "an unknown method on a known path", "BREW /hello HTTP/1.1\r\n" HOST "\r\n" GET_HELLO, "405 200:hello" },
	{ "an unknown method on an unknown path", "BREW /none HTTP/1.1\r\n" HOST "\r\n", "501" },
	{ "another method of a known path", "DELETE /hello HTTP/1.1\r\n" HOST "\r\n", "405" },
	{ "OPTIONS * is answered", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n" GET_HELLO, "204 200:hello" },
	{ "a handler's refusal keeps the connection", "GET /refuse HTTP/1.1\r\n" HOST "\r\n" GET_HELLO,
	  "409 200:hello" },
	{ "a refused head closes", "GET /hello HTTP/1.0\r\n\r\n", "505! closed" },
	{ "a refused head closes before what follows", "GET /hello HTTP/1.1\r\n\r\n" GET_HELLO, "400! closed" },
	{ "TLS on a plain port is refused", "\x16\x03\x01\x02\x03", "400! closed" },

	{ "several in one packet are answered in order",
	  "GET /later/a HTTP/1.1\r\n" HOST "\r\n" GET_HELLO "GET /later/b HTTP/1.1\r\n" HOST "\r\n" GET_HELLO,
	  "200:a 200:hello 200:b 200:hello" },
	{ "a request behind a bad one is not answered", GET_HELLO "GET / HTTP/1.1\n\r\n" GET_HELLO,
	  "200:hello 400! closed" },

	{ "a body is echoed", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" GET_HELLO,
	  "200:abc 200:hello" },
	{ "a chunked body is echoed",
	  "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n" GET_HELLO,
	  "200:abc 200:hello" },
	{ "an empty body is one", "POST /echo HTTP/1.1\r\n" HOST "\r\n" GET_HELLO, "200 200:hello" },
	{ "a bad chunk closes",
	  "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n0\r\n\r\n",
	  "400! closed" },
	{ "a body too large is refused by its length",
	  "POST /json HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Length: 101\r\n\r\n",
	  "413! closed" },
	{ "a body too large is refused by its chunks",
	  "POST /json HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
	  "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n"
	  "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n0\r\n\r\n", "413! closed" },
	{ "a body nobody wants is refused", "GET /hello HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" GET_HELLO,
	  "413! closed" },
	{ "a chunked body nobody wants is refused",
	  "GET /hello HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "413! closed" },
	{ "a body to an unknown path closes", "POST /none HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" GET_HELLO,
	  "404! closed" },
	{ "an expectation is met",
	  "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", "100" },
	{ "an expectation is not met when the body has come",
	  "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", "200:abc" },
	{ "an expectation is not met when the body is refused",
	  "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 300000\r\n\r\n", "413! closed" },
	{ "another expectation is refused", "POST /echo HTTP/1.1\r\n" HOST "Expect: x\r\nContent-Length: 3\r\n\r\nabc",
	  "417! closed" },

	{ "JSON where JSON is wanted",
	  "POST /json HTTP/1.1\r\n" HOST "Content-Type: application/json; charset=utf-8\r\nContent-Length: 2\r\n\r\n[]",
	  "200:[]" },
	{ "a kind of JSON where JSON is wanted",
	  "POST /json HTTP/1.1\r\n" HOST "Content-Type: application/x+json\r\nContent-Length: 2\r\n\r\n[]", "200:[]" },
	{ "something else where JSON is wanted",
	  "POST /json HTTP/1.1\r\n" HOST "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n[]", "415! closed" },
	{ "no type where JSON is wanted", "POST /json HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\n[]", "415! closed" },
	{ "two types where JSON is wanted",
	  "POST /json HTTP/1.1\r\n" HOST "Content-Type: application/json\r\nContent-Type: application/json\r\n"
	  "Content-Length: 2\r\n\r\n[]", "415! closed" },
	{ "a form where a form is wanted",
	  "POST /form HTTP/1.1\r\n" HOST "Content-Type: Application/X-WWW-form-urlencoded\r\n"
	  "Content-Length: 3\r\n\r\na=b",
	  "200:a=b" },
	{ "XML where a form is wanted",
	  "POST /form HTTP/1.1\r\n" HOST "Content-Type: text/xml\r\nContent-Length: 3\r\n\r\na=b", "415! closed" },
	{ "XML where XML is wanted",
	  "POST /xml HTTP/1.1\r\n" HOST "Content-Type: application/samlmetadata+xml\r\nContent-Length: 4\r\n\r\n<a/>",
	  "200:<a/>" },
};

static void
requests_are_answered(void **state)
{
	struct world w;

	(void)state;
	world_init(&w);
	world_open(&w);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(cases[i].title, &w, cases[i].request, cases[i].expected);
	world_release(&w);
}

/* Cut at every place into two pieces that arrive apart, and into single bytes. */
static void
where_bytes_are_cut_does_not_matter(void **state)
{
	static const char requests[] = GET_HELLO
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc"
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n2\r\nyz\r\n0\r\n\r\n"
	    "GET /later/a HTTP/1.1\r\n" HOST "\r\n";
	static const char expected[] = "200:hello 200:abc 200:xyz 200:a";
	struct world w;
	struct client c;

	(void)state;
	world_init(&w);
	world_open(&w);
	for (size_t cut = 1; cut < sizeof(requests) - 1; cut++) {
		client_open(&w, &c);
		client_send(&w, &c, span_of(requests, cut));
		world_step(&w);
		world_step(&w);
		client_send(&w, &c, span_of(requests + cut, sizeof(requests) - 1 - cut));
		expect_heard("cut in two", &w, &c, expected);
		client_close(&c);
	}
	client_open(&w, &c);
	for (size_t at = 0; at < sizeof(requests) - 1; at++) {
		client_send(&w, &c, span_of(requests + at, 1));
		world_step(&w);
	}
	expect_heard("byte by byte", &w, &c, expected);
	client_close(&c);
	world_release(&w);
}

static void
bodies_larger_than_the_buffer_are_read(void **state)
{
	struct world w;
	struct client c;
	char *body = malloc(100001), head[128];

	(void)state;
	memset(body, 'b', 100001);
	world_init(&w);
	world_open(&w);
	client_open(&w, &c);
	snprintf(head, sizeof(head), "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
	client_send(&w, &c, span_text(head));
	client_send(&w, &c, span_of(body, 100000));
	client_send(&w, &c, span_text(GET_HELLO));
	expect_heard("a body at its limit", &w, &c, "200:<100000> 200:hello");
	client_send(&w, &c, span_text("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n186a0\r\n"));
	client_send(&w, &c, span_of(body, 100000));
	client_send(&w, &c, span_text("\r\n0\r\n\r\n" GET_HELLO));
	expect_heard("the same as one chunk", &w, &c, "200:<100000> 200:hello 200:<100000> 200:hello");
	client_send(&w, &c, span_text("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n186a1\r\n"));
	client_send(&w, &c, span_of(body, 100001));
	expect_heard("one byte more", &w, &c, "200:<100000> 200:hello 200:<100000> 200:hello 413! closed");
	client_close(&c);
	free(body);
	world_release(&w);
}

static void
many_pipelined_requests_are_all_answered(void **state)
{
	enum { MANY = 500 };
	struct world w;
	struct client c;
	char expected[MANY * 10 + 1] = "", *many = malloc(MANY * sizeof(GET_HELLO));
	size_t size = 0;

	(void)state;
	world_init(&w);
	w.settings.limits.pipelined = 3;
	world_open(&w);
	for (size_t i = 0; i < MANY; i++) {
		memcpy(many + size, GET_HELLO, sizeof(GET_HELLO) - 1);
		size += sizeof(GET_HELLO) - 1;
	}
	client_open(&w, &c);
	client_send(&w, &c, span_of(many, size));
	for (int i = 0; i < 400; i++) {
		world_step(&w);
		client_read(&c);
	}
	expect_number("all are answered", w.figures->value[FIGURE_REQUESTS], MANY);
	/* The first few are enough to be compared. */
	c.size = c.size / MANY * 3;
	strcpy(expected, "200:hello 200:hello 200:hello");
	expect_heard("in order", &w, &c, expected);
	client_close(&c);

	/* The peer that says no more after its requests gets its answers, too. */
	client_open(&w, &c);
	client_send(&w, &c, span_of(many, (sizeof(GET_HELLO) - 1) * 10));
	shutdown(c.fd, SHUT_WR);
	expect_heard("and then the end", &w, &c,
	    "200:hello 200:hello 200:hello 200:hello 200:hello 200:hello 200:hello 200:hello "
	    "200:hello 200:hello closed");
	client_close(&c);
	free(many);
	world_release(&w);
}

static void
files_are_sent(void **state)
{
	struct world w;
	struct client c;
	char path[128];
	static char content[3000000];

	(void)state;
	world_init(&w);
	snprintf(path, sizeof(path), "%s/file", w.directory);
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (char)('a' + i % 23);
	w.file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	w.file_size = sizeof(content);
	expect_number("the test has its file", write(w.file, content, sizeof(content)), sizeof(content));
	world_open(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text("GET /file HTTP/1.1\r\n" HOST "\r\n" GET_HELLO));
	expect_heard("behind the body, before the next answer", &w, &c, "200:<3000000> 200:hello");
	content[0] = '<';
	expect_true("byte by byte", memmem(c.got, c.size, content, sizeof(content)));
	client_close(&c);
	expect_answer("HEAD says how long it is", &w, "HEAD /file HTTP/1.1\r\n" HOST "\r\n", "200");

	/* A file that was cut short meanwhile: the answer cannot be made good. */
	expect_number("the test cuts it", ftruncate(w.file, 1000), 0);
	expect_answer("a file shorter than said closes", &w, "GET /file HTTP/1.1\r\n" HOST "\r\n",
	    "200:<1000>... closed");
	world_release(&w);
}

static void
streams_go_on_until_their_end(void **state)
{
	struct world w;
	struct client c;

	(void)state;
	world_init(&w);
	w.settings.limits.handler_time = SECONDS(1) / 4;
	world_open(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text(GET_STREAM GET_HELLO));
	expect_heard("what is written comes at once", &w, &c, "200:one...");
	exchange_write(w.waiting, span_text(" two"));
	for (int i = 0; i < 300; i++)
		world_step(&w);
	expect_heard("and may take long", &w, &c, "200:one two...");
	exchange_end(w.waiting);
	expect_heard("what waits behind it is answered", &w, &c, "200:one two 200:hello");
	client_close(&c);

	client_open(&w, &c);
	c.heads = true;
	client_send(&w, &c, span_text("HEAD /stream HTTP/1.1\r\n" HOST "\r\nHEAD /hello HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("HEAD gets the head alone", &w, &c, "200 200");
	expect_number("and the handler is told", w.gone, 1);
	client_close(&c);

	client_open(&w, &c);
	client_send(&w, &c, span_text(GET_STREAM));
	expect_heard("another stream", &w, &c, "200:one...");
	client_close(&c);
	for (int i = 0; i < 100 && w.gone < 2; i++)
		world_step(&w);
	expect_number("a reader that goes is noticed", w.gone, 2);
	expect_number("and what was held is cancelled", w.cancelled, 2);
	world_release(&w);
}

static void
who_goes_before_the_answer_is_noticed(void **state)
{
	struct world w;
	struct client c;

	(void)state;
	world_init(&w);
	world_open(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text(GET_WAIT));
	for (int i = 0; i < 100 && !w.waiting; i++)
		world_step(&w);
	client_close(&c);
	for (int i = 0; i < 100 && !w.gone; i++)
		world_step(&w);
	expect_number("what was held is cancelled", w.cancelled, 1);
	expect_number("then the handler is told", w.gone, 1);

	/* While it waits, more requests may come, more than the buffer holds; they wait as well. */
	client_open(&w, &c);
	client_send(&w, &c, span_text(GET_WAIT));
	for (int i = 0; i < 100 && !w.waiting; i++)
		world_step(&w);
	for (int i = 0; i < 3; i++)
		client_send(&w, &c, span_text(GET_HELLO));
	expect_heard("nothing overtakes", &w, &c, "");
	exchange_hold(w.waiting, NULL);
	exchange_reply_json(w.waiting, 201, span_text("[1]"));
	expect_heard("they follow", &w, &c, "201:[1] 200:hello 200:hello 200:hello");
	client_close(&c);
	world_release(&w);
}

static void
a_buffer_full_of_requests_waits(void **state)
{
	struct world w;
	struct client c;

	(void)state;
	world_init(&w);
	world_open(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text(GET_WAIT));
	for (int i = 0; i < 2000; i++)
		client_send(&w, &c, span_text(GET_HELLO));
	for (int i = 0; i < 20; i++)
		world_step(&w);
	expect_number("only one is looked at", w.figures->value[FIGURE_REQUESTS], 1);
	exchange_hold(w.waiting, NULL);
	exchange_reply(w.waiting, &(struct reply){ .status = 200 });
	for (int i = 0; i < 1000 && w.figures->value[FIGURE_REQUESTS] < 2001; i++) {
		world_step(&w);
		client_read(&c);
	}
	expect_number("then all are", w.figures->value[FIGURE_REQUESTS], 2001);
	client_close(&c);
	world_release(&w);
}

static void
proxies_say_who_the_client_is(void **state)
{
	static const struct {
		const char *title, *fields, *expected;
	} claims[] = {
		{ "nothing said", "", "127.0.0.1 plain" },
		{ "one address", "X-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1 plain" },
		{ "with its protocol", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n",
		  "192.0.2.1 secure" },
		{ "a port is left out", "X-Forwarded-For: 192.0.2.1:99\r\n", "192.0.2.1 plain" },
		{ "the nearest stranger counts", "X-Forwarded-For: 192.0.2.1, 192.0.2.2, 10.1.1.1\r\n",
		  "192.0.2.2 plain" },
		{ "over several fields, too", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n",
		  "192.0.2.2 plain" },
		{ "when all are ours the first counts", "X-Forwarded-For: 10.1.1.2, 10.1.1.1\r\n", "10.1.1.2 plain" },
		{ "what is no address counts for nothing", "X-Forwarded-For: 192.0.2.1, x\r\n", "127.0.0.1 plain" },
		{ "an empty element, too", "X-Forwarded-For: 192.0.2.1,,192.0.2.2\r\n", "127.0.0.1 plain" },
		{ "the standard field", "Forwarded: for=192.0.2.1;proto=https;by=10.1.1.1\r\n", "192.0.2.1 secure" },
		{ "the protocol of the same element",
		  "Forwarded: for=192.0.2.1;proto=https, for=10.1.1.1;proto=http\r\n",
		  "192.0.2.1 secure" },
		{ "IPv6 in quotes and brackets", "Forwarded: For=\"[2001:db8::1]:47\"\r\n", "2001:db8::1 plain" },
		{ "hidden names count for nothing", "Forwarded: for=_hidden\r\n", "127.0.0.1 plain" },
		{ "an open quote counts for nothing", "Forwarded: for=\"192.0.2.1\r\n", "127.0.0.1 plain" },
		{ "two clients in one element count for nothing", "Forwarded: for=192.0.2.1;for=192.0.2.2\r\n",
		  "127.0.0.1 plain" },
		{ "both, agreeing", "Forwarded: for=192.0.2.1;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n"
		  "X-Forwarded-Proto: https\r\n", "192.0.2.1 secure" },
		{ "https of the standard field alone",
		  "Forwarded: for=192.0.2.1;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n",
		  "192.0.2.1 plain" },
		{ "https of the other field alone", "Forwarded: for=192.0.2.1\r\nX-Forwarded-For: 192.0.2.1\r\n"
		  "X-Forwarded-Proto: https\r\n", "192.0.2.1 plain" },
		{ "https of one, http of the other",
		  "Forwarded: for=192.0.2.1;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n"
		  "X-Forwarded-Proto: http\r\n", "192.0.2.1 plain" },
		{ "https without a client", "X-Forwarded-Proto: https\r\n", "127.0.0.1 plain" },
		{ "both, disagreeing", "Forwarded: for=192.0.2.9;proto=https\r\nX-Forwarded-For: 192.0.2.1\r\n",
		  "127.0.0.1 plain" },
	};
	const char *const networks[] = { "127.0.0.1", "10.0.0.0/8" };
	struct address_set *proxies;
	struct problem why;
	struct world w;
	char request[512], expected[128];

	(void)state;
	expect_ok("the test's networks are good", address_set_new(networks, 2, &proxies, &why), &why);
	for (int believed = 0; believed < 2; believed++) {
		world_init(&w);
		w.settings.proxies = believed ? proxies : NULL;
		world_open(&w);
		for (size_t i = 0; i < COUNT(claims); i++) {
			snprintf(request, sizeof(request), "GET /peer HTTP/1.1\r\n" HOST "%s\r\n", claims[i].fields);
			snprintf(expected, sizeof(expected), "200:%s -1 cert 0",
			    believed ? claims[i].expected : "127.0.0.1 plain");
			expect_answer(claims[i].title, &w, request, expected);
		}
		world_release(&w);
	}
	address_set_free(proxies);
}

static void
a_unix_socket_tells_the_user(void **state)
{
	struct world w;
	char path[128], expected[64];

	(void)state;
	world_init(&w);
	snprintf(path, sizeof(path), "%s/socket", w.directory);
	w.unix_path = path;
	world_open(&w);
	snprintf(expected, sizeof(expected), "200:local plain %d cert 0", (int)getuid());
	expect_answer("who connected", &w, "GET /peer HTTP/1.1\r\n" HOST "\r\n", expected);
	world_release(&w);
}

static void
on_drained(void *arg)
{
	((struct world *)arg)->drained = true;
}

static void
draining_lets_finish_what_has_begun(void **state)
{
	struct world w;
	struct client idle, half, waits, streams, late;

	(void)state;
	world_init(&w);
	world_open(&w);
	client_open(&w, &idle);
	client_open(&w, &half);
	client_open(&w, &streams);
	client_send(&w, &idle, span_text(GET_HELLO));
	client_send(&w, &half, span_text("GET /hello HT"));
	client_send(&w, &streams, span_text(GET_STREAM));
	expect_heard("an idle one", &w, &idle, "200:hello");
	expect_heard("a stream", &w, &streams, "200:one...");
	client_open(&w, &waits);
	client_send(&w, &waits, span_text(GET_WAIT));
	for (int i = 0; i < 20; i++)
		world_step(&w);
	http_server_drain(w.server, SECONDS(10), on_drained, &w);
	expect_heard("the idle one is closed", &w, &idle, "200:hello closed");
	expect_heard("the stream is ended", &w, &streams, "200:one closed");
	client_send(&w, &half, span_text("TP/1.1\r\n" HOST "\r\n"));
	expect_heard("half a request is answered, and that is all", &w, &half, "200!:hello closed");
	expect_true("one is still waited for", !w.drained);
	client_open(&w, &late);
	client_send(&w, &late, span_text(GET_HELLO));
	expect_heard("nobody new is heard", &w, &late, "");
	client_close(&idle);
	client_close(&half);
	client_close(&streams);
	client_close(&waits);
	client_close(&late);
	for (int i = 0; i < 200 && !w.drained; i++)
		world_step(&w);
	expect_true("then it is over", w.drained);
	world_release(&w);
}

static void
draining_has_an_end(void **state)
{
	struct world w;
	struct client waits;

	(void)state;
	world_init(&w);
	world_open(&w);
	client_open(&w, &waits);
	client_send(&w, &waits, span_text(GET_WAIT));
	for (int i = 0; i < 100 && !w.waiting; i++)
		world_step(&w);
	http_server_drain(w.server, SECONDS(1) / 10, on_drained, &w);
	expect_heard("what is left is closed", &w, &waits, "closed");
	expect_true("and it is over", w.drained);
	expect_number("the handler is told", w.gone, 1);
	client_close(&waits);
	world_release(&w);

	world_init(&w);
	world_open(&w);
	http_server_drain(w.server, SECONDS(10), on_drained, &w);
	world_step(&w);
	expect_true("with nobody there it is over at once", w.drained);
	world_release(&w);
}

static bool
has(const struct client *c, const char *text)
{
	return memmem(c->got, c->size, text, strlen(text));
}

static void
an_answer_tells_all(void **state)
{
	struct world w;
	struct client c;

	(void)state;
	world_init(&w);
	world_open(&w);
	client_open(&w, &c);
	client_send(&w, &c, span_text("GET /same HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("a 304", &w, &c, "304");
	expect_true("its status line", has(&c, "HTTP/1.1 304 Not Modified\r\nDate: "));
	expect_true("the handler's fields, the common ones, and no length a client could wait for",
	    has(&c, " GMT\r\nETag: \"x\"\r\nX-Common: yes\r\n\r\n"));
	client_close(&c);
	client_open(&w, &c);
	client_send(&w, &c, span_text("GET /refuse HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("a refusal", &w, &c, "409");
	expect_true("is told as problem details",
	    has(&c, "{\"status\":409,\"title\":\"Conflict\","
	    "\"detail\":\"it is \\\"so\\\"\",\"clause\":\"\",\"code\":\"conflict\"}"));
	client_close(&c);
	client_open(&w, &c);
	client_send(&w, &c, span_text("POST /hello HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("a method", &w, &c, "405");
	expect_true("and what would do", has(&c, "\r\nAllow: GET, HEAD\r\n"));
	client_close(&c);
	world_release(&w);
}

static void
the_access_log_has_a_line_a_request(void **state)
{
	struct world w;
	struct client heads;
	struct problem why;
	char path[128], text[4096] = "", rest[200];
	const char *at = text;
	int fd, status;
	unsigned long bytes, us;

	(void)state;
	world_init(&w);
	snprintf(path, sizeof(path), "%s/access.log", w.directory);
	expect_ok("it is opened", access_log_file(path, &fd, &why), &why);
	w.settings.access_log = access_log_new(w.loop, fd);
	world_open(&w);
	client_open(&w, &heads);
	heads.heads = true;
	client_send(&w, &heads, span_text("HEAD /stream HTTP/1.1\r\n" HOST "\r\n"));
	expect_heard("a stream that its handler leaves open", &w, &heads, "200");
	client_close(&heads);
	expect_answer("three requests", &w,
	    "GET /hello?secret HTTP/1.1\r\n" HOST "\r\nBREW /none HTTP/1.1\r\n" HOST "\r\n"
	    "GET / HTTP/1.0\r\n\r\n", "200:hello 501 505! closed");
	http_server_free(w.server);
	w.server = NULL;
	access_log_free(w.settings.access_log);
	fd = open(path, O_RDONLY);
	expect_true("something is written", read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	expect_true("no query", !strstr(text, "secret"));
	for (int i = 0; i < 4; i++) {
		static const char *const expected[] = { "127.0.0.1 HEAD /stream", "127.0.0.1 GET /hello",
			"127.0.0.1 BREW /none", "127.0.0.1 - -" };
		static const int statuses[] = { 200, 200, 501, 505 };
		char time[32], a[32], b[32], c[100];

		expect_number("seven words", sscanf(at, "%31s %31s %31s %99s %d %lu %lu\n", time, a, b, c, &status,
		    &bytes, &us), 7);
		snprintf(rest, sizeof(rest), "%s %s %s", a, b, c);
		expect_text("who asked for what", rest, expected[i]);
		expect_number("its status", status, statuses[i]);
		expect_true("its size and time", bytes > 50 && us < 3000000);
		at = strchr(at, '\n') + 1;
	}
	expect_text("and no more", at, "");
	expect_number("a file that cannot be opened", access_log_file("/nowhere/log", &fd, &why), ERR_NOT_FOUND);
	expect_true("is named", strstr(why.text, "/nowhere/log"));
	snprintf(rest, sizeof(rest), "%s/link", w.directory);
	expect_number("a link stands in its place", symlink(path, rest), 0);
	expect_true("and is not followed", access_log_file(rest, &fd, &why) != OK);
	unlink(rest);
	world_release(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered),
		cmocka_unit_test(where_bytes_are_cut_does_not_matter),
		cmocka_unit_test(bodies_larger_than_the_buffer_are_read),
		cmocka_unit_test(many_pipelined_requests_are_all_answered),
		cmocka_unit_test(files_are_sent),
		cmocka_unit_test(streams_go_on_until_their_end),
		cmocka_unit_test(who_goes_before_the_answer_is_noticed),
		cmocka_unit_test(a_buffer_full_of_requests_waits),
		cmocka_unit_test(proxies_say_who_the_client_is),
		cmocka_unit_test(a_unix_socket_tells_the_user),
		cmocka_unit_test(draining_lets_finish_what_has_begun),
		cmocka_unit_test(draining_has_an_end),
		cmocka_unit_test(an_answer_tells_all),
		cmocka_unit_test(the_access_log_has_a_line_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
