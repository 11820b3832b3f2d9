/* http/answer.c - answers as bytes: one contiguous chunk of status line, fields and body. */
#include <assert.h>

#include "base/clock.h"
#include "base/log.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "http/connection.h"

static const char *
reason_of(int status)
{
	static const struct { int status; const char *reason; } reasons[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" }, { 304, "Not Modified" },
		{ 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 406, "Not Acceptable" }, { 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" }, { 412, "Precondition Failed" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" }, { 417, "Expectation Failed" }, { 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" }, { 428, "Precondition Required" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "";
}

static void
renew_date(struct http_server *server, struct instant now)
{
	char text[INSTANT_TEXT];

	if (now.us / SECONDS(1) == server->second)
		return;
	server->second = now.us / SECONDS(1);
	server->date_size = (size_t)snprintf(server->date, sizeof(server->date), "Date: %s\r\n",
	    instant_http(now, text));
}

static uint8_t *
put(uint8_t *to, const void *from, size_t size)
{
	if (size)
		memcpy(to, from, size);
	return to + size;
}

static uint8_t *
put_text(uint8_t *to, const char *text)
{
	return put(to, text, strlen(text));
}

static uint8_t *
put_number(uint8_t *to, uint64_t n)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (uint8_t)('0' + n % 10);
		n /= 10;
	} while (n);
	return put(to, digits + at, sizeof(digits) - at);
}

static void
count_status(struct figures *figures, int status)
{
	assert(status >= 200 && status <= 599);
	figure_add(figures, (enum figure)(FIGURE_STATUS_2XX + status / 100 - 2), 1);
}

void
answer_log(struct connection *c, const struct request *r, struct instant now, int status, uint64_t bytes)
{
	struct access_log *log = c->server->settings.access_log;

	if (log)
		access_log_add(log, now, r ? &r->exchange.peer : &c->peer, r ? &r->message : NULL, status, bytes,
		    r ? clock_monotonic() - r->begun : 0);
}

/* Whether the next request may come on this connection; otherwise it is closed once the answer is out. */
static bool
stays_open(struct connection *c, const struct request *r)
{
	unsigned most = c->server->settings.limits.requests;

	if (!r || !r->message.keep_alive || c->server->draining || (most && c->served + 1 >= most))
		c->closing = true;
	return !c->closing;
}

void
answer_write(struct connection *c, const struct request *r, const struct answer *a)
{
	/* Longer than any status line, length and connection field. */
	enum { FIXED = 256 };
	struct http_server *server = c->server;
	struct instant now = clock_now();
	struct span common = server->settings.common_fields;
	struct span tls = c->wire.ssl ? server->settings.tls_fields : (struct span){ 0 };
	uint64_t length = a->body.size + a->file_size;
	bool head = r && r->message.method == HEAD, bodiless = head || a->status == 304 || a->status == 204;
	size_t body = bodiless ? 0 : a->body.size, start;
	uint8_t *at;

	renew_date(server, now);
	if (!c->out.data)
		server_output_take(server, &c->out);
	at = buffer_reserve(&c->out, FIXED + server->date_size + a->fields.size + common.size + tls.size + body);
	assert(at);
	start = c->out.end;
	if (a->status == 200) {
		at = put(at, "HTTP/1.1 200 OK\r\n", 17);
	} else {
		at = put_text(at, "HTTP/1.1 ");
		at = put_number(at, (uint64_t)a->status);
		*at++ = ' ';
		at = put_text(at, reason_of(a->status));
		at = put(at, "\r\n", 2);
	}
	at = put(at, server->date, server->date_size);
	at = put(at, a->fields.data, a->fields.size);
	at = put(at, common.data, common.size);
	at = put(at, tls.data, tls.size);
	if (a->chunked) {
		at = put_text(at, "Transfer-Encoding: chunked\r\n");
	} else if (a->status != 204 && a->status != 304) {
		/* A 304 may tell the length it spares (RFC 9110 s8.6), but some clients then wait for as many bytes. */
		at = put(at, "Content-Length: ", 16);
		at = put_number(at, length);
		at = put(at, "\r\n", 2);
	}
	if (!stays_open(c, r))
		at = put_text(at, "Connection: close\r\n");
	at = put(at, "\r\n", 2);
	at = put(at, a->body.data, body);
	buffer_filled(&c->out, (size_t)(at - (c->out.data + start)));
	count_status(server->settings.figures, a->status);
	if (!a->chunked)
		answer_log(c, r, now, a->status, c->out.end - start + (bodiless ? 0 : a->file_size));
}

void
answer_problem(struct connection *c, const struct request *r, int status, const struct problem *why, struct span fields)
{
	struct buffer body = buffer_init(8 * KIB), head = buffer_init(8 * KIB);
	struct span detail = span_text(why->text);
	struct log_quoted quoted;

	/* A sentence that quotes what came from outside may have been cut inside a character. */
	if (!utf8_valid(detail)) {
		quoted = log_quote(detail);
		detail = span_text(quoted.text);
	}
	buffer_print(&body, "{\"status\":%d", status);
	json_write_member(&body, "title", span_text(reason_of(status)));
	json_write_member(&body, "detail", detail);
	json_write_member(&body, "clause", span_text(why->clause));
	json_write_member(&body, "code", span_text(err_name(why->code)));
	buffer_text(&body, "}\n");
	buffer_text(&head, "Content-Type: application/problem+json\r\n");
	if (fields.size == 0 || !memmem(fields.data, fields.size, "Cache-Control: ", 15))
		buffer_text(&head, "Cache-Control: no-store\r\n");
	buffer_add(&head, fields);
	answer_write(c, r, &(struct answer){ .status = status, .fields = buffer_span(&head),
	    .body = buffer_span(&body) });
	buffer_release(&head);
	buffer_release(&body);
}
