/* http/request.c - from a head that was read to the handler: routes, bodies, refusals. */
#include "http/request.h"

#include <assert.h>

#include "base/clock.h"
#include "http/forwarded.h"

static enum err
error_of(int status)
{
	switch (status) {
	case 404:
		return ERR_NOT_FOUND;
	case 408:
	case 413:
	case 414:
	case 431:
		return ERR_LIMIT;
	case 405:
	case 415:
	case 417:
	case 501:
	case 505:
		return ERR_UNSUPPORTED;
	case 503:
		return ERR_UNAVAILABLE;
	default:
		return ERR_SYNTAX;
	}
}

static void
answer_refusal(struct connection *c, const struct refusal *refused, struct span fields)
{
	struct problem why;

	problem_set(&why, error_of(refused->status), refused->clause, "%s", refused->reason);
	answer_problem(c, c->request, refused->status, &why, fields);
	if (c->request)
		connection_answered(c);
}

void
request_refuse(struct connection *c, const struct refusal *refused, struct span fields)
{
	c->closing = true;
	answer_refusal(c, refused, fields);
}

static bool
has_body(const struct message *m)
{
	return m->length || m->chunked;
}

/* A refusal that leaves nothing unread leaves the connection in order, too. */
static void
refuse_politely(struct connection *c, const struct refusal *refused, struct span fields)
{
	if (has_body(&c->request->message))
		c->closing = true;
	answer_refusal(c, refused, fields);
}

static bool
ends_with_xml(struct span type)
{
	return type.size > 4 && span_equal_nocase(span_skip(type, type.size - 4), span_text("+xml"));
}

static bool
ends_with_json(struct span type)
{
	return type.size > 5 && span_equal_nocase(span_skip(type, type.size - 5), span_text("+json"));
}

static bool
type_fits(const struct message *m, enum body body)
{
	struct span rest = message_header(m, "Content-Type"), type = span_trim(span_cut(&rest, ';'));

	switch (body) {
	case JSON:
		return span_equal_nocase(type, span_text("application/json")) || ends_with_json(type);
	case FORM:
		return span_equal_nocase(type, span_text("application/x-www-form-urlencoded"));
	case XML:
		return span_equal_nocase(type, span_text("application/xml")) ||
		    span_equal_nocase(type, span_text("text/xml")) || ends_with_xml(type);
	case ANY_BYTES:
		return true;
	case NO_BODY:
		break;
	}
	return false;
}

/* Of a body that comes in chunks nobody knows how large it would be. */
static struct refusal
too_large(const struct request *r, const char *found)
{
	return (struct refusal){ 413, arena_print(r->exchange.arena, "expected a body of at most %zu bytes, found %s",
	    r->match.route->limit, found), "RFC 9110 s15.5.14" };
}

static bool
takes_body(const struct request *r, struct refusal *refused)
{
	const struct message *m = &r->message;
	const struct route *route = r->match.route;

	if (!has_body(m))
		return true;
	if (route->body == NO_BODY)
		*refused = (struct refusal){ 413, "nothing here takes a body", "RFC 9110 s15.5.14" };
	else if (m->length > route->limit)
		*refused = too_large(r, arena_print(r->exchange.arena, "%llu", (unsigned long long)m->length));
	else if (!type_fits(m, route->body))
		*refused = (struct refusal){ 415, "the body is not of the type that is read here",
			"RFC 9110 s15.5.16" };
	else
		return true;
	return false;
}

static void
hand_over(struct request *r)
{
	r->handed = true;
	r->match.route->handle(&r->exchange, r->match.front);
}

/* Where nothing is found: an unknown method is 501 only where no other method would do (RFC 9110 s9.1). */
static void
refuse_route(struct connection *c, struct request *r, enum route_found found)
{
	static const struct refusal no_path = { 404, "nothing is at this path", "RFC 9110 s15.5.5" };
	static const struct refusal no_method = { 405, "the method is not one of this path", "RFC 9110 s15.5.6" };
	static const struct refusal unknown = { 501, "the method is not known here", "RFC 9110 s15.6.2" };
	char allow[64];

	if (found == ROUTE_NO_METHOD) {
		snprintf(allow, sizeof(allow), "Allow: %s\r\n", r->match.allow);
		refuse_politely(c, &no_method, span_text(allow));
	} else {
		refuse_politely(c, r->message.method == METHOD_UNKNOWN ? &unknown : &no_path, (struct span){ 0 });
	}
}

/* OPTIONS * asks nothing but whether somebody is there (RFC 9110 s9.3.7). */
static void
answer_ping(struct connection *c, const struct request *r)
{
	if (has_body(&r->message))
		c->closing = true;
	answer_write(c, r, &(struct answer){ .status = 204 });
	connection_answered(c);
}

static void
set_up_exchange(struct connection *c, struct request *r)
{
	r->exchange = (struct exchange){ .request = &r->message, .arena = &r->arena, .peer = c->peer,
	    .peer_uid = c->peer_uid,
		.secure = c->wire.ssl, .certificate = c->certificate };
	if (c->proxy)
		forwarded_read(&r->message, c->server->settings.proxies, &r->exchange.peer, &r->exchange.secure);
}

void
request_begin(struct connection *c, struct request *r)
{
	struct refusal refused;
	enum route_found found;

	set_up_exchange(c, r);
	if (c->server->settings.access_log)
		r->begun = clock_monotonic();
	figure_add(c->server->settings.figures, FIGURE_REQUESTS, 1);
	if (span_is(r->message.path, "*")) {
		answer_ping(c, r);
		return;
	}
	found = router_find(c->router, r->message.method, r->message.path, &r->match);
	if (found != ROUTE_FOUND) {
		refuse_route(c, r, found);
		return;
	}
	r->exchange.segment = r->match.segment;
	if (!takes_body(r, &refused)) {
		request_refuse(c, &refused, (struct span){ 0 });
	} else if (!has_body(&r->message)) {
		hand_over(r);
	} else if (r->message.expects_continue && c->in_start == c->in_end) {
		if (!c->out.data)
			server_output_take(c->server, &c->out);
		buffer_text(&c->out, "HTTP/1.1 100 Continue\r\n\r\n");
	}
}

/* The input stays where it is, for the head lies in it; but behind the head there is room again. */
static void
take_input(struct connection *c, struct request *r, size_t size)
{
	c->in_start += size;
	if (c->in_start == c->in_end)
		c->in_start = c->in_end = r->head_end;
}

static bool
take_plain(struct connection *c, struct request *r)
{
	struct span have = span_of(c->in + c->in_start, c->in_end - c->in_start);
	size_t length = (size_t)r->message.length, missing = length - buffer_span(&r->body).size;

	if (have.size >= length && missing == length) {
		/* It all came at once: it is read where it lies, and the next request behind it stays put. */
		r->exchange.body = span_first(have, length);
		c->in_start += length;
		return true;
	}
	have = span_first(have, missing);
	buffer_add(&r->body, have);
	take_input(c, r, have.size);
	r->exchange.body = buffer_span(&r->body);
	return have.size == missing;
}

static enum message_state
take_chunks(struct connection *c, struct request *r, struct refusal *refused)
{
	struct span rest = span_of(c->in + c->in_start, c->in_end - c->in_start), data;
	size_t had = rest.size;
	enum message_state state;

	do {
		state = chunk_read(&r->chunks, &rest, &data, refused);
		if (data.size > r->match.route->limit - buffer_span(&r->body).size) {
			*refused = too_large(r, "more");
			return MESSAGE_REFUSED;
		}
		buffer_add(&r->body, data);
	} while (state == MESSAGE_PARTIAL && rest.size);
	take_input(c, r, had - rest.size);
	r->exchange.body = buffer_span(&r->body);
	return state;
}

bool
request_take_body(struct connection *c, struct request *r)
{
	struct refusal refused;
	enum message_state state;

	if (r->message.chunked)
		state = take_chunks(c, r, &refused);
	else
		state = take_plain(c, r) ? MESSAGE_WHOLE : MESSAGE_PARTIAL;
	if (state == MESSAGE_REFUSED)
		request_refuse(c, &refused, (struct span){ 0 });
	else if (state == MESSAGE_WHOLE)
		hand_over(r);
	return state != MESSAGE_PARTIAL;
}
