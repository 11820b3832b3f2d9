/* http/message.c - the head of a request, read strictly and in place. */
#include "http/message.h"

#include <assert.h>

/* What a byte may be part of: a token (RFC 9110 s5.6.2), a request target, a field value (RFC 9110 s5.5), a host name.
 * A target takes what RFC 3986 allows and raw braces, which MDQ clients send in `{sha1}…`; never '#', and nothing that
 * some software takes for a separator: "<>\^`|. A host takes unreserved characters only. */
enum { TOKEN = 1, TARGET = 2, VALUE = 4, HOST = 8 };
static const uint8_t kinds[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	4, 7, 4, 5, 7, 7, 7, 7, 6, 6, 7, 7, 6, 15, 15, 6,
	15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 6, 6, 4, 6, 4, 6,
	6, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
	15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 6, 4, 6, 5, 15,
	5, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15,
	15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 15, 6, 5, 6, 15, 0,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
	4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4,
};

static const char *const names[METHOD_COUNT] = {
	[METHOD_UNKNOWN] = "-",
	[GET] = "GET",
	[HEAD] = "HEAD",
	[POST] = "POST",
	[PUT] = "PUT",
	[DELETE] = "DELETE",
	[OPTIONS] = "OPTIONS",
};

/* The head being read: it ends with an empty line, so no loop over a kind of byte runs past it. */
struct parse {
	const uint8_t *at;
	struct message *message;
	struct refusal *refused;
	bool host, length, coding, expect; /* fields seen, of which there may be only one */
	struct span host_value;
};

const char *
method_name(enum method method)
{
	return names[method];
}

static enum message_state
refuse(struct refusal *refused, int status, const char *clause, const char *reason)
{
	*refused = (struct refusal){ .status = status, .reason = reason, .clause = clause };
	return MESSAGE_REFUSED;
}

static const uint8_t *
skip(const uint8_t *at, uint8_t kind)
{
	while (kinds[*at] & kind)
		at++;
	return at;
}

/* Looks for the empty line; every line must end with CRLF. One empty line may stand before the request (RFC 9112
 * s2.2). */
static enum message_state
find_end(struct span bytes, const struct message_limits *limits, size_t *scanned, size_t *end, struct refusal *refused)
{
	size_t window = bytes.size < limits->head ? bytes.size : limits->head;
	const uint8_t *data = bytes.data;

	if (bytes.size && !(kinds[data[0]] & TOKEN) && data[0] != '\r')
		return refuse(refused, 400, "RFC 9112 s3", "a request begins with its method");
	while (*scanned < window) {
		const uint8_t *found = memchr(data + *scanned, '\n', window - *scanned);
		size_t at = found ? (size_t)(found - data) : window;

		*scanned = at;
		if (!found)
			break;
		if (at == 0 || data[at - 1] != '\r')
			return refuse(refused, 400, "RFC 9112 s2.2", "a line ends with LF alone");
		*scanned = at + 1;
		if (at >= 3 && data[at - 2] == '\n') {
			*end = at + 1;
			return MESSAGE_WHOLE;
		}
	}
	if (bytes.size < limits->head)
		return MESSAGE_PARTIAL;
	if (!memchr(data + 2, '\n', limits->head - 2))
		return refuse(refused, 414, "RFC 9112 s3", "the request line is too long");
	return refuse(refused, 431, "RFC 6585 s5", "the head of the request is too large");
}

static enum method
method_of(struct span text)
{
	for (enum method m = GET; m < METHOD_COUNT; m++)
		if (span_is(text, names[m]))
			return m;
	return METHOD_UNKNOWN;
}

/* uri-host [ ":" port ] (RFC 9110 s7.2), without user information, empty names and empty ports. */
static bool
is_authority(struct span s)
{
	static const char literal[] = "0123456789abcdefABCDEF:.";
	size_t at = 0, name, digits = 0;

	if (s.size && s.data[0] == '[') {
		for (at = 1; at < s.size && s.data[at] != ']'; at++)
			if (!memchr(literal, s.data[at], sizeof(literal) - 1))
				return false;
		if (at == s.size || at == 1)
			return false;
		name = ++at;
	} else {
		while (at < s.size && kinds[s.data[at]] & HOST)
			at++;
		name = at;
	}
	if (name == 0)
		return false;
	if (at == s.size)
		return true;
	if (s.data[at++] != ':')
		return false;
	for (; at < s.size && s.data[at] >= '0' && s.data[at] <= '9'; at++)
		digits++;
	return at == s.size && digits >= 1 && digits <= 5;
}

static struct span
cut_scheme(struct span target)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < COUNT(schemes); i++)
		if (span_equal_nocase(span_first(target, strlen(schemes[i])), span_text(schemes[i])))
			return span_skip(target, strlen(schemes[i]));
	return (struct span){ 0 };
}

/* Origin-form; absolute-form, whose authority takes the place of Host (RFC 9112 s3.2.2); `*` of OPTIONS. */
static enum message_state
read_target(struct parse *p)
{
	struct message *m = p->message;
	struct span rest = m->target;

	if (m->method == OPTIONS && span_is(m->target, "*")) {
		m->path = m->target;
		return MESSAGE_WHOLE;
	}
	if (rest.data[0] != '/') {
		size_t size = 0;

		rest = cut_scheme(m->target);
		while (size < rest.size && rest.data[size] != '/' && rest.data[size] != '?')
			size++;
		m->host = span_first(rest, size);
		if (!is_authority(m->host))
			return refuse(p->refused, 400, "RFC 9112 s3.2", "the target is neither a path nor an http URL");
		rest = span_skip(rest, size);
	}
	m->path = span_cut(&rest, '?');
	m->query = rest;
	if (m->path.size == 0)
		m->path = span_text("/");
	return MESSAGE_WHOLE;
}

static enum message_state
read_request_line(struct parse *p, const struct message_limits *limits)
{
	struct message *m = p->message;
	const uint8_t *start = p->at, *at = skip(start, TOKEN);

	if (at == start || *at != ' ')
		return refuse(p->refused, 400, "RFC 9112 s3", "a request begins with its method and one blank");
	m->method_text = span_of(start, (size_t)(at - start));
	m->method = method_of(m->method_text);
	start = at + 1;
	at = skip(start, TARGET);
	m->target = span_of(start, (size_t)(at - start));
	if (*at != ' ')
		return refuse(p->refused, 400, "RFC 9112 s3.2", "the target holds a byte that must be percent-encoded");
	if (m->target.size == 0)
		return refuse(p->refused, 400, "RFC 9112 s3.2", "the target is empty");
	if (m->target.size > limits->target)
		return refuse(p->refused, 414, "RFC 9112 s3", "the target is too long");
	at++;
	/* What differs ends the comparison, and the head ends with CRLFCRLF: nothing is read past it. */
	if (strncmp((const char *)at, "HTTP/1.1\r\n", 10) != 0) {
		if (strncmp((const char *)at, "HTTP/", 5) == 0 && at[5] >= '0' && at[5] <= '9' && at[6] == '.' &&
		    at[7] >= '0' && at[7] <= '9' && at[8] == '\r' && at[9] == '\n')
			return refuse(p->refused, 505, "RFC 9110 s15.6.6", "only HTTP/1.1 is spoken here");
		return refuse(p->refused, 400, "RFC 9112 s2.3", "the request line does not end with HTTP/1.1");
	}
	p->at = at + 10;
	return read_target(p);
}

static enum message_state
read_length(struct parse *p, struct span value)
{
	if (p->length)
		return refuse(p->refused, 400, "RFC 9112 s6.3", "there are two lengths");
	p->length = true;
	if (!span_number(value, &p->message->length) || (value.size > 1 && value.data[0] == '0'))
		return refuse(p->refused, 400, "RFC 9110 s8.6", "Content-Length is not one plain decimal number");
	return MESSAGE_WHOLE;
}

static enum message_state
read_coding(struct parse *p, struct span value)
{
	if (p->coding || value.size == 0)
		return refuse(p->refused, 400, "RFC 9112 s6.1", "Transfer-Encoding is not one coding");
	p->coding = true;
	if (!span_equal_nocase(value, span_text("chunked")))
		return refuse(p->refused, 501, "RFC 9112 s6.1", "the only transfer coding known here is chunked");
	p->message->chunked = true;
	return MESSAGE_WHOLE;
}

static enum message_state
read_host(struct parse *p, struct span value)
{
	if (p->host)
		return refuse(p->refused, 400, "RFC 9112 s3.2", "there are two Host fields");
	p->host = true;
	p->host_value = value;
	if (!is_authority(value))
		return refuse(p->refused, 400, "RFC 9112 s3.2",
		    "Host is not a name or an address with an optional port");
	return MESSAGE_WHOLE;
}

static enum message_state
read_connection(struct parse *p, struct span value)
{
	while (value.size)
		if (span_equal_nocase(span_trim(span_cut(&value, ',')), span_text("close")))
			p->message->keep_alive = false;
	return MESSAGE_WHOLE;
}

static enum message_state
read_expect(struct parse *p, struct span value)
{
	if (p->expect || !span_equal_nocase(value, span_text("100-continue")))
		return refuse(p->refused, 417, "RFC 9110 s10.1.1", "the only expectation met here is 100-continue");
	p->expect = true;
	p->message->expects_continue = true;
	return MESSAGE_WHOLE;
}

/* The fields that say where the message ends and what becomes of the connection. */
static const struct {
	const char *name;
	size_t size;
	enum message_state (*read)(struct parse *, struct span value);
} framing[] = {
	{ "Host", 4, read_host },
	{ "Expect", 6, read_expect },
	{ "Connection", 10, read_connection },
	{ "Content-Length", 14, read_length },
	{ "Transfer-Encoding", 17, read_coding },
};

static enum message_state
note_field(struct parse *p, const struct header *h)
{
	for (size_t i = 0; i < COUNT(framing); i++)
		if (h->name.size == framing[i].size &&
		    span_equal_nocase(h->name, span_of(framing[i].name, framing[i].size)))
			return framing[i].read(p, h->value);
	return MESSAGE_WHOLE;
}

static enum message_state
read_field(struct parse *p, const struct message_limits *limits)
{
	struct message *m = p->message;
	const uint8_t *start = p->at, *at = skip(start, TOKEN);
	struct header *h = m->headers + m->header_count;

	if (*start == ' ' || *start == '\t')
		return refuse(p->refused, 400, "RFC 9112 s5.2", "a field is folded over lines");
	if (at != start && (*at == ' ' || *at == '\t'))
		return refuse(p->refused, 400, "RFC 9112 s5.1", "a blank stands before the colon of a field");
	if (at == start || *at != ':')
		return refuse(p->refused, 400, "RFC 9112 s5", "a field has no proper name");
	if (m->header_count == limits->headers)
		return refuse(p->refused, 431, "RFC 6585 s5", "there are too many fields");
	h->name = span_of(start, (size_t)(at - start));
	start = at + 1;
	at = skip(start, VALUE);
	if (at[0] != '\r' || at[1] != '\n')
		return refuse(p->refused, 400, "RFC 9110 s5.5", "a field holds a control character");
	h->value = span_trim(span_of(start, (size_t)(at - start)));
	m->header_count++;
	p->at = at + 2;
	return note_field(p, h);
}

enum message_state
message_read(struct span bytes, const struct message_limits *limits, size_t *scanned, struct message *out, size_t *used,
    struct refusal *refused)
{
	struct parse p = { .message = out, .refused = refused };
	size_t end = 0;
	enum message_state state = find_end(bytes, limits, scanned, &end, refused);

	assert(limits->headers <= MESSAGE_HEADERS && limits->head > 4);
	if (state != MESSAGE_WHOLE)
		return state;
	/* All but the headers, of which only those counted are looked at: clearing 2 KiB a request is for nothing. */
	memset(out, 0, offsetof(struct message, headers));
	out->keep_alive = true;
	p.at = bytes.data + (bytes.data[0] == '\r' && bytes.data[1] == '\n' ? 2 : 0);
	state = read_request_line(&p, limits);
	while (state == MESSAGE_WHOLE && *p.at != '\r')
		state = read_field(&p, limits);
	if (state != MESSAGE_WHOLE)
		return state;
	if (p.at + 2 != bytes.data + end)
		return refuse(refused, 400, "RFC 9112 s2.2", "a line begins with CR alone");
	if (!p.host)
		return refuse(refused, 400, "RFC 9112 s3.2", "Host is missing");
	if (p.coding && p.length)
		return refuse(refused, 400, "RFC 9112 s6.1", "there is a length beside a transfer coding");
	if (out->host.size == 0)
		out->host = p.host_value;
	*used = end;
	return MESSAGE_WHOLE;
}

struct span
message_header(const struct message *m, const char *name)
{
	struct span wanted = span_text(name), value = { 0 };
	bool found = false;

	for (size_t i = 0; i < m->header_count; i++) {
		if (!span_equal_nocase(m->headers[i].name, wanted))
			continue;
		if (found)
			return (struct span){ 0 };
		found = true;
		value = m->headers[i].value;
	}
	return value;
}
