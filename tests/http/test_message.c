/* tests/http/test_message.c - whole requests, and what is read from them or why they are refused. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "http/message.h"

static const struct message_limits limits = { .target = 64, .head = 512, .headers = 4 };

#define HOST "Host: a.example\r\n"

/* "GET path ?query host length flags", or "status reason", or "partial". */
static const struct {
	const char *title, *bytes, *expected;
} cases[] = {
	/* What is read. */
	{ "a plain request is read", "GET /a HTTP/1.1\r\n" HOST "\r\n", "GET /a ? a.example 0 keep" },
	{ "the query is cut from the path", "GET /a?b=c?d HTTP/1.1\r\n" HOST "\r\n", "GET /a ?b=c?d a.example 0 keep" },
	{ "raw braces of MDQ clients are read", "GET /entities/{sha1}0a HTTP/1.1\r\n" HOST "\r\n",
	  "GET /entities/{sha1}0a ? a.example 0 keep" },
	{ "escapes are left as they are", "GET /a%2Fb%zz HTTP/1.1\r\n" HOST "\r\n",
	  "GET /a%2Fb%zz ? a.example 0 keep" },
	{ "one empty line before a request is overlooked", "\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
	  "GET / ? a.example 0 keep" },
	{ "an absolute target's authority is the host", "GET http://b.example:80/x?y HTTP/1.1\r\n" HOST "\r\n",
	  "GET /x ?y b.example:80 0 keep" },
	{ "an absolute target may have no path", "GET HTTPS://b.example HTTP/1.1\r\n" HOST "\r\n",
	  "GET / ? b.example 0 keep" },
	{ "an absolute target may have a query alone", "GET http://b.example?q HTTP/1.1\r\n" HOST "\r\n",
	  "GET / ?q b.example 0 keep" },
	{ "a host may have a port", "GET / HTTP/1.1\r\nHost: a.example:8443\r\n\r\n", "GET / ? a.example:8443 0 keep" },
	{ "a host may be an IPv6 address", "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
	  "GET / ? [2001:db8::1]:80 0 keep" },
	{ "OPTIONS may ask the server itself", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", "OPTIONS * ? a.example 0 keep" },
	{ "an unknown method is read as such", "BREW / HTTP/1.1\r\n" HOST "\r\n", "- / ? a.example 0 keep" },
	{ "methods have capital letters", "get / HTTP/1.1\r\n" HOST "\r\n", "- / ? a.example 0 keep" },
	{ "a length is read", "POST / HTTP/1.1\r\n" HOST "Content-Length: 12\r\n\r\n", "POST / ? a.example 12 keep" },
	{ "a length of zero is one", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n",
	  "POST / ? a.example 0 keep" },
	{ "names of fields ignore case", "POST / HTTP/1.1\r\nhOST:a.example\r\ncontent-LENGTH:\t7 \t\r\n\r\n",
	  "POST / ? a.example 7 keep" },
	{ "a chunked body is announced", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n",
	  "POST / ? a.example 0 keep chunked" },
	{ "an expectation is read", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nExpect: 100-Continue\r\n\r\n",
	  "POST / ? a.example 1 keep expects" },
	{ "close closes", "GET / HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", "GET / ? a.example 0" },
	{ "close closes in a list, too", "GET / HTTP/1.1\r\n" HOST "Connection: x , CLOSE,y\r\n\r\n",
	  "GET / ? a.example 0" },
	{ "close closes in a second field, too", "GET / HTTP/1.1\r\n" HOST "Connection: x\r\nConnection: close\r\n\r\n",
	  "GET / ? a.example 0" },
	{ "a field may be empty", "GET / HTTP/1.1\r\n" HOST "X:\r\n\r\n", "GET / ? a.example 0 keep" },
	{ "bytes above ASCII may stand in a field", "GET / HTTP/1.1\r\n" HOST "X: \xe6\xb8\xa1\r\n\r\n",
	  "GET / ? a.example 0 keep" },

	/* What is not whole. */
	{ "nothing is partial", "", "partial" },
	{ "half a line is partial", "GET / HT", "partial" },
	{ "without the empty line it is partial", "GET / HTTP/1.1\r\n" HOST "\r", "partial" },
	{ "an empty line alone is partial", "\r\n", "partial" },

	/* Lines. */
	{ "a line that ends with LF is refused", "GET / HTTP/1.1\n" HOST "\r\n", "400 a line ends with LF alone" },
	{ "a field that ends with LF is refused", "GET / HTTP/1.1\r\nHost: a\n\r\n", "400 a line ends with LF alone" },
	{ "an empty line of LF is refused", "GET / HTTP/1.1\r\n" HOST "\n", "400 a line ends with LF alone" },
	{ "LF before a request is refused", "\nGET / HTTP/1.1\r\n" HOST "\r\n",
	  "400 a request begins with its method" },
	{ "CR alone is refused in a field", "GET / HTTP/1.1\r\nHost: a\rb: c\r\n\r\n",
	  "400 a field holds a control character" },
	{ "CR alone is refused in the request line", "GET /\rb HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "CR alone is refused before a field", "GET / HTTP/1.1\r\n" HOST "\rX: y\r\n\r\n",
	  "400 a line begins with CR alone" },
	{ "two CR are refused", "GET / HTTP/1.1\r\r\n" HOST "\r\n", "400 the request line does not end with HTTP/1.1" },
	{ "two empty lines before a request are refused", "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n",
	  "400 a request begins with its method and one blank" },

	/* The request line. */
	{ "a blank before the method is refused", " GET / HTTP/1.1\r\n" HOST "\r\n",
	  "400 a request begins with its method" },
	{ "two blanks are refused", "GET  / HTTP/1.1\r\n" HOST "\r\n", "400 the target is empty" },
	{ "a tab is no blank", "GET\t/ HTTP/1.1\r\n" HOST "\r\n",
	  "400 a request begins with its method and one blank" },
	{ "two blanks before the version are refused", "GET /  HTTP/1.1\r\n" HOST "\r\n",
	  "400 the request line does not end with HTTP/1.1" },
	{ "a blank after the version is refused", "GET / HTTP/1.1 \r\n" HOST "\r\n",
	  "400 the request line does not end with HTTP/1.1" },
	{ "a missing version is refused", "GET /\r\n\r\n", "400 the target holds a byte that must be percent-encoded" },
	{ "a small version is refused", "GET / http/1.1\r\n" HOST "\r\n",
	  "400 the request line does not end with HTTP/1.1" },
	{ "a short version is refused", "GET / HTTP/1\r\n" HOST "\r\n",
	  "400 the request line does not end with HTTP/1.1" },
	{ "HTTP/1.0 is not spoken", "GET / HTTP/1.0\r\n" HOST "\r\n", "505 only HTTP/1.1 is spoken here" },
	{ "HTTP/1.2 is not spoken", "GET / HTTP/1.2\r\n" HOST "\r\n", "505 only HTTP/1.1 is spoken here" },
	{ "HTTP/1.0 with a transfer coding is not spoken",
	  "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", "505 only HTTP/1.1 is spoken here" },
	{ "the preface of HTTP/2 is refused", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 only HTTP/1.1 is spoken here" },
	{ "the beginning of TLS is refused at once", "\x16\x03\x01", "400 a request begins with its method" },
	{ "a fragment is refused", "GET /a#b HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "a backslash is refused", "GET /a\\b HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "bytes above ASCII are refused in a target", "GET /\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "a quote is refused in a target", "GET /\"a HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "a control character is refused in a target", "GET /\x01 HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "DEL is refused in a target", "GET /\x7f HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target holds a byte that must be percent-encoded" },
	{ "the form of CONNECT is refused", "CONNECT a.example:443 HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target is neither a path nor an http URL" },
	{ "a relative target is refused", "GET a/b HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target is neither a path nor an http URL" },
	{ "a URL of another scheme is refused", "GET ftp://a/ HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target is neither a path nor an http URL" },
	{ "a URL without an authority is refused", "GET http:///a HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target is neither a path nor an http URL" },
	{ "user information is refused", "GET http://u@a/ HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target is neither a path nor an http URL" },
	{ "an asterisk is for OPTIONS", "GET * HTTP/1.1\r\n" HOST "\r\n",
	  "400 the target is neither a path nor an http URL" },

	/* Fields. */
	{ "a folded field is refused", "GET / HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n",
	  "400 a field is folded over lines" },
	{ "a folded first field is refused", "GET / HTTP/1.1\r\n " HOST "\r\n", "400 a field is folded over lines" },
	{ "a blank before the colon is refused", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
	  "400 a blank stands before the colon of a field" },
	{ "a field without a colon is refused", "GET / HTTP/1.1\r\n" HOST "abc\r\n\r\n",
	  "400 a field has no proper name" },
	{ "a field without a name is refused", "GET / HTTP/1.1\r\n" HOST ": x\r\n\r\n",
	  "400 a field has no proper name" },
	{ "a name that is no token is refused", "GET / HTTP/1.1\r\n" HOST "a(b): x\r\n\r\n",
	  "400 a field has no proper name" },
	{ "a control character is refused in a field", "GET / HTTP/1.1\r\n" HOST "X: a\x0b\r\n\r\n",
	  "400 a field holds a control character" },
	{ "DEL is refused in a field", "GET / HTTP/1.1\r\n" HOST "X: \x7f\r\n\r\n",
	  "400 a field holds a control character" },

	/* Host. */
	{ "a missing Host is refused", "GET / HTTP/1.1\r\n\r\n", "400 Host is missing" },
	{ "Host is needed beside an absolute target", "GET http://a/ HTTP/1.1\r\n\r\n", "400 Host is missing" },
	{ "two Hosts are refused", "GET / HTTP/1.1\r\n" HOST HOST "\r\n", "400 there are two Host fields" },
	{ "an empty Host is refused", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },
	{ "a Host with a path is refused", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },
	{ "two names in Host are refused", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },
	{ "a Host with an empty port is refused", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },
	{ "a Host that is a port alone is refused", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },
	{ "an open bracket in Host is refused", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },
	{ "a bad Host beside an absolute target is refused", "GET http://a/ HTTP/1.1\r\nHost: a@b\r\n\r\n",
	  "400 Host is not a name or an address with an optional port" },

	/* Lengths. */
	{ "two lengths are refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
	  "400 there are two lengths" },
	{ "two equal lengths are refused, too",
	  "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
	  "400 there are two lengths" },
	{ "a list of lengths is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "a signed length is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "a negative length is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "a hexadecimal length is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "an empty length is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "a length with leading zeros is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: 010\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "a length past 64 bits is refused", "POST / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551616\r\n\r\n",
	  "400 Content-Length is not one plain decimal number" },
	{ "a length beside a coding is refused",
	  "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	  "400 there is a length beside a transfer coding" },
	{ "two codings are refused",
	  "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
	  "400 Transfer-Encoding is not one coding" },
	{ "an empty coding is refused", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n",
	  "400 Transfer-Encoding is not one coding" },
	{ "a list of codings is refused", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n",
	  "501 the only transfer coding known here is chunked" },
	{ "another coding is refused", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: identity\r\n\r\n",
	  "501 the only transfer coding known here is chunked" },
	{ "a quoted coding is refused", "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: \"chunked\"\r\n\r\n",
	  "501 the only transfer coding known here is chunked" },
	{ "another expectation is refused", "POST / HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n",
	  "417 the only expectation met here is 100-continue" },

	/* Limits: here 64 bytes of target, 512 of head, 4 fields. */
	{ "a target at its limit is read",
	  "GET /123456789012345678901234567890123456789012345678901234567890123 HTTP/1.1\r\n" HOST "\r\n",
	  "GET /123456789012345678901234567890123456789012345678901234567890123 ? a.example 0 keep" },
	{ "a target past its limit is refused",
	  "GET /1234567890123456789012345678901234567890123456789012345678901234 HTTP/1.1\r\n" HOST "\r\n",
	  "414 the target is too long" },
	{ "as many fields as may be are read", "GET / HTTP/1.1\r\n" HOST "a:\r\nb:\r\nc:\r\n\r\n",
	  "GET / ? a.example 0 keep" },
	{ "one field more is refused", "GET / HTTP/1.1\r\n" HOST "a:\r\nb:\r\nc:\r\nd:\r\n\r\n",
	  "431 there are too many fields" },
};

static const char *
told(struct arena *a, enum message_state state, const struct message *m, const struct refusal *refused)
{
	if (state == MESSAGE_PARTIAL)
		return "partial";
	if (state == MESSAGE_REFUSED)
		return arena_print(a, "%d %s", refused->status, refused->reason);
	return arena_print(a, "%s %.*s ?%.*s %.*s %llu%s%s%s", method_name(m->method), SPAN_ARGS(m->path),
	    SPAN_ARGS(m->query), SPAN_ARGS(m->host), (unsigned long long)m->length, m->keep_alive ? " keep" : "",
	    m->chunked ? " chunked" : "", m->expects_continue ? " expects" : "");
}

/* Reads `bytes` as they come: first `step` bytes, then as many more, until something is known. */
static const char *
read_in_steps(struct arena *a, struct span bytes, size_t step, size_t *used)
{
	enum message_state state = MESSAGE_PARTIAL;
	struct message m;
	struct refusal refused = { 0 };
	size_t scanned = 0;

	*used = 0;
	for (size_t have = 0; state == MESSAGE_PARTIAL && have <= bytes.size; have += step) {
		size_t now = have + step < bytes.size ? have + step : bytes.size;
		/* Exactly as large as what has come, so that a read past it is seen. */
		uint8_t *copy = malloc(now ? now : 1);

		memcpy(copy, bytes.data, now);
		state = message_read(span_of(copy, now), &limits, &scanned, &m, used, &refused);
		if (state != MESSAGE_PARTIAL || now == bytes.size) {
			const char *text = told(a, state, &m, &refused);

			expect_true("a refusal names its clause", state != MESSAGE_REFUSED || refused.clause[0]);
			free(copy);
			return text;
		}
		free(copy);
	}
	return "partial";
}

static void
requests_are_read_or_refused(void **state)
{
	struct arena a = arena_init(16 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span bytes = span_text(cases[i].bytes);
		size_t used;

		expect_text(cases[i].title, read_in_steps(&a, bytes, bytes.size + 1, &used), cases[i].expected);
		for (size_t step = 1; step < bytes.size; step++)
			expect_text(cases[i].title, read_in_steps(&a, bytes, step, &used), cases[i].expected);
	}
	arena_release(&a);
}

static void
a_nul_is_refused_everywhere(void **state)
{
	static const char request[] = "GET /a HTTP/1.1\r\nHost: a.example\r\nX: y\r\n\r\n";
	struct arena a = arena_init(1 * MIB);
	size_t used;

	(void)state;
	for (size_t i = 0; i < sizeof(request) - 5; i++) {
		char copy[sizeof(request)];

		memcpy(copy, request, sizeof(request));
		copy[i] = '\0';
		expect_true("a NUL is refused",
		    span_starts(span_text(read_in_steps(&a, span_of(copy, sizeof(copy) - 1), sizeof(copy), &used)),
		    "400 "));
	}
	arena_release(&a);
}

static void
a_head_has_a_limit(void **state)
{
	struct arena a = arena_init(1 * MIB);
	char line[1024], fields[1024] = "GET / HTTP/1.1\r\nX: ";
	size_t used;

	(void)state;
	memset(line, 'a', sizeof(line));
	memset(fields + strlen(fields), 'a', sizeof(fields) - strlen(fields));
	for (size_t step = 1; step < 1500; step += 37) {
		expect_text("a request line without an end is refused", read_in_steps(&a, span_of(line, sizeof(line)),
		    step, &used),
		    "414 the request line is too long");
		expect_text("fields without an end are refused", read_in_steps(&a, span_of(fields, sizeof(fields)),
		    step, &used),
		    "431 the head of the request is too large");
	}
	expect_text("below the limit more is waited for", read_in_steps(&a, span_of(fields, 511), 600, &used),
	    "partial");
	arena_release(&a);
}

static void
what_follows_a_head_is_left(void **state)
{
	static const char two[] = "GET /a HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n" HOST "\r\n";
	struct arena a = arena_init(1 * MIB);
	size_t used;

	(void)state;
	expect_text("the first is read", read_in_steps(&a, span_text(two), 500, &used), "GET /a ? a.example 0 keep");
	expect_text("the second is read behind it", read_in_steps(&a, span_skip(span_text(two), used), 500, &used),
	    "GET /b ? a.example 0 keep");
	arena_release(&a);
}

static void
fields_are_found_by_name(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\n" HOST "Accept:  a/b ;q=1\t\r\nX: 1\r\nx: 2\r\n\r\n";
	struct message m;
	struct refusal refused;
	size_t used = 0, scanned = 0;

	(void)state;
	expect_number("it is read", message_read(span_text(request), &limits, &scanned, &m, &used, &refused),
	    MESSAGE_WHOLE);
	expect_span("without the blanks around it", message_header(&m, "accept"), "a/b ;q=1");
	expect_span("one that is not there is empty", message_header(&m, "Cookie"), "");
	expect_span("of two none is given", message_header(&m, "X"), "");
}

static const struct {
	const char *title, *bytes, *expected;
} bodies[] = {
	{ "an empty body is read", "0\r\n\r\n", "whole, 0 left" },
	{ "chunks are put together", "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde whole, 0 left" },
	{ "what follows is left", "1\r\na\r\n0\r\n\r\nGET", "a whole, 3 left" },
	{ "sizes are hexadecimal", "A\r\n0123456789\r\n0\r\n\r\n", "0123456789 whole, 0 left" },
	{ "a body that has not ended is partial", "3\r\nabc\r\n", "abc partial, 0 left" },
	{ "the end needs its empty line", "0\r\n", "partial, 0 left" },
	{ "an extension is refused", "1;a=b\r\na\r\n0\r\n\r\n", "a chunk size is not a plain hexadecimal number" },
	{ "a blank after a size is refused", "1 \r\na\r\n0\r\n\r\n", "a chunk size is not a plain hexadecimal number" },
	{ "a blank before a size is refused", " 1\r\na\r\n0\r\n\r\n",
	  "a chunk size is not a plain hexadecimal number" },
	{ "a signed size is refused", "+1\r\na\r\n0\r\n\r\n", "a chunk size is not a plain hexadecimal number" },
	{ "a size with 0x is refused", "0x1\r\na\r\n0\r\n\r\n", "a chunk size has a leading zero" },
	{ "a leading zero is refused", "01\r\na\r\n0\r\n\r\n", "a chunk size has a leading zero" },
	{ "two zeros are refused", "00\r\n\r\n", "a chunk size has a leading zero" },
	{ "no size is refused", "\r\na\r\n0\r\n\r\n", "a chunk size is not a plain hexadecimal number" },
	{ "a size that ends with LF is refused", "1\na\r\n0\r\n\r\n",
	  "a chunk size is not a plain hexadecimal number" },
	{ "a size that ends with CR alone is refused", "1\ra\r\n0\r\n\r\n", "a chunk size does not end with CRLF" },
	{ "a chunk that ends with LF is refused", "1\r\na\n0\r\n\r\n", "a a chunk is longer than its size" },
	{ "a chunk longer than its size is refused", "1\r\nab\r\n0\r\n\r\n", "a a chunk is longer than its size" },
	{ "a chunk without CRLF is refused", "1\r\na\rb0\r\n\r\n", "a a chunk does not end with CRLF" },
	{ "a trailer is refused", "0\r\nX: y\r\n\r\n", "there are trailers" },
	{ "a last line of LF is refused", "0\r\n\n", "there are trailers" },
	{ "a size past 32 bits is refused", "100000000\r\n", "a chunk is too large" },
	{ "a size that overflows is refused", "ffffffffffffffff1\r\n", "a chunk is too large" },
};

static const char *
read_chunks(struct arena *a, struct span bytes, size_t step)
{
	struct chunk_reader r = { 0 };
	struct refusal refused = { 0 };
	enum message_state state = MESSAGE_PARTIAL;
	char *data = arena_take(a, bytes.size + 2);
	size_t size = 0;

	while (state == MESSAGE_PARTIAL && bytes.size) {
		struct span piece = span_first(bytes, step), run;
		size_t had = piece.size;

		do {
			state = chunk_read(&r, &piece, &run, &refused);
			if (run.size)
				memcpy(data + size, run.data, run.size);
			size += run.size;
		} while (state == MESSAGE_PARTIAL && piece.size);
		bytes = span_skip(bytes, had - piece.size);
	}
	if (size)
		data[size] = ' ';
	if (state == MESSAGE_REFUSED)
		return arena_print(a, "%s%s", data, refused.reason);
	return arena_print(a, "%s%s, %zu left", data, state == MESSAGE_WHOLE ? "whole" : "partial", bytes.size);
}

static void
chunked_bodies_are_read_or_refused(void **state)
{
	struct arena a = arena_init(16 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		for (size_t step = 1; step <= strlen(bodies[i].bytes); step++)
			expect_text(bodies[i].title, read_chunks(&a, span_text(bodies[i].bytes), step),
			    bodies[i].expected);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_or_refused),
		cmocka_unit_test(a_nul_is_refused_everywhere),
		cmocka_unit_test(a_head_has_a_limit),
		cmocka_unit_test(what_follows_a_head_is_left),
		cmocka_unit_test(fields_are_found_by_name),
		cmocka_unit_test(chunked_bodies_are_read_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
