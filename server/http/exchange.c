/* http/exchange.c - what a handler may do: answer, refuse, stream. */
#include "http/exchange.h"

#include <assert.h>
#include <unistd.h>

#include "base/clock.h"
#include "http/connection.h"

static struct request *
request_of(struct exchange *x)
{
	return (struct request *)x;
}

void
exchange_hold(struct exchange *x, struct pending *pending)
{
	request_of(x)->held = pending;
}

void
exchange_on_gone(struct exchange *x, void (*on_gone)(void *arg), void *arg)
{
	request_of(x)->on_gone = on_gone;
	request_of(x)->on_gone_arg = arg;
}

/* HEAD and 304 describe a file they do not send. */
static bool
sends_file(const struct request *r, const struct reply *reply)
{
	return reply->file_size && r->message.method != HEAD && reply->status != 304 && reply->status != 204;
}

void
exchange_reply(struct exchange *x, const struct reply *reply)
{
	struct request *r = request_of(x);
	struct connection *c = r->connection;

	assert(r->handed && !r->streaming && (reply->file > 0 || reply->file_size == 0));
	if (!c->doomed)
		answer_write(c, r, &(struct answer){ .status = reply->status, .fields = reply->fields,
		    .body = reply->body,
		    .file_size = reply->file_size });
	if (!c->doomed && sends_file(r, reply)) {
		c->file = reply->file;
		c->file_at = reply->file_at;
		c->file_left = reply->file_size;
	} else if (reply->file > 0) {
		close(reply->file);
	}
	connection_answered(c);
}

void
exchange_reply_json(struct exchange *x, int status, struct span json)
{
	exchange_reply(x, &(struct reply){ .status = status, .body = json,
	    .fields = span_text("Content-Type: application/json\r\nCache-Control: no-store\r\n") });
}

void
exchange_refuse(struct exchange *x, int status, const struct problem *why)
{
	exchange_refuse_with(x, status, (struct span){ 0 }, why);
}

void
exchange_refuse_with(struct exchange *x, int status, struct span fields, const struct problem *why)
{
	struct request *r = request_of(x);
	struct connection *c = r->connection;

	assert(r->handed && !r->streaming);
	if (!c->doomed)
		answer_problem(c, r, status, why, fields);
	connection_answered(c);
}

int
status_of(enum err err)
{
	switch (err) {
	case OK:
		return 200;
	case ERR_SYNTAX:
	case ERR_INVALID:
	case ERR_UNSUPPORTED:
		return 400;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_GONE:
		return 410;
	case ERR_DENIED:
		return 403;
	case ERR_LIMIT:
		return 413;
	case ERR_FULL:
	case ERR_UNAVAILABLE:
		return 503;
	case ERR_IO:
	case ERR_CRYPTO:
		break;
	}
	return 500;
}

void
exchange_refuse_failure(struct exchange *x, enum err err, const struct problem *why)
{
	exchange_refuse_with(x, status_of(err), span_text(err == ERR_UNAVAILABLE ? "Retry-After: 2\r\n" : ""), why);
}

bool
exchange_stream(struct exchange *x, int status, struct span fields)
{
	struct request *r = request_of(x);
	struct connection *c = r->connection;
	size_t before = c->out.end - c->out.start;
	struct problem why;

	assert(r->handed && !r->streaming);
	if (c->server->streams >= c->server->settings.limits.streams) {
		problem_set(&why, ERR_UNAVAILABLE, "RFC 9110 s15.6.4", "too many follow what happens here already");
		exchange_refuse_with(x, 503, span_text("Retry-After: 30\r\n"), &why);
		return false;
	}
	c->server->streams++;
	r->streaming = true;
	r->status = status;
	r->muted = r->message.method == HEAD;
	if (c->doomed)
		return true;
	answer_write(c, r, &(struct answer){ .status = status, .fields = fields, .chunked = true });
	r->sent = c->out.end - c->out.start - before;
	connection_later(c);
	return true;
}

void
exchange_write(struct exchange *x, struct span bytes)
{
	struct request *r = request_of(x);
	struct connection *c = r->connection;
	size_t most = c->server->settings.limits.stream_waiting, before;

	assert(r->streaming);
	if (c->doomed || r->muted || bytes.size == 0)
		return;
	if (buffer_span(&c->out).size + bytes.size > most)
		connection_flush(c);
	if (c->doomed)
		return;
	if (buffer_span(&c->out).size + bytes.size > most) {
		connection_doom(c);
		return;
	}
	if (!c->out.data)
		server_output_take(c->server, &c->out);
	before = buffer_span(&c->out).size;
	buffer_print(&c->out, "%zx\r\n", bytes.size);
	buffer_add(&c->out, bytes);
	buffer_text(&c->out, "\r\n");
	r->sent += buffer_span(&c->out).size - before;
	connection_later(c);
}

void
exchange_end(struct exchange *x)
{
	struct request *r = request_of(x);
	struct connection *c = r->connection;

	assert(r->streaming);
	if (!c->doomed && !r->muted) {
		if (!c->out.data)
			server_output_take(c->server, &c->out);
		buffer_text(&c->out, "0\r\n\r\n");
		r->sent += 5;
	}
	answer_log(c, r, clock_now(), r->status, r->sent);
	connection_answered(c);
}
