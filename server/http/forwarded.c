/* http/forwarded.c - reading what proxies say about the client. */
#include "http/forwarded.h"

/* Each proxy adds at the end, so the list is walked over from the left and the last stranger wins; when all are ours,
 * the first. */
struct claim {
	struct address client;
	bool secure, found, stranger;
};

static void
note(struct claim *claim, const struct address_set *proxies, const struct address *address, bool secure)
{
	bool stranger = !address_set_has(proxies, address);

	if (claim->found && !stranger)
		return;
	*claim = (struct claim){ .client = *address, .secure = secure, .found = true, .stranger = stranger };
}

/* "192.0.2.43", "192.0.2.43:47011", "[2001:db8::1]", "[2001:db8::1]:4711", and bare "2001:db8::1". */
static bool
read_node(struct span s, struct address *out)
{
	struct span port = { 0 };
	uint64_t number;

	if (s.size && s.data[0] == '[') {
		const uint8_t *close = memchr(s.data, ']', s.size);

		if (!close)
			return false;
		port = span_skip(s, (size_t)(close - s.data) + 1);
		s = span_of(s.data + 1, (size_t)(close - s.data) - 1);
		if (port.size && port.data[0] != ':')
			return false;
		port = span_skip(port, 1);
	} else if (s.size && memchr(s.data, '.', s.size) && memchr(s.data, ':', s.size) && address_read(s, out)) {
		return true; /* ::ffff:192.0.2.43 */
	} else if (s.size && memchr(s.data, '.', s.size)) {
		port = s;
		s = span_cut(&port, ':');
	}
	return address_read(s, out) && (port.size == 0 || (span_number(port, &number) && number <= UINT16_MAX));
}

/* Cut at `separator`, but not inside quotes. False on a quote that is not closed. */
static bool
cut_outside_quotes(struct span *rest, uint8_t separator, struct span *part)
{
	bool quoted = false;
	size_t at = 0;

	for (; at < rest->size && (quoted || rest->data[at] != separator); at++)
		quoted ^= rest->data[at] == '"';
	*part = span_trim(span_first(*rest, at));
	*rest = span_skip(*rest, at + 1);
	return !quoted;
}

static struct span
unquote(struct span s)
{
	return s.size >= 2 && s.data[0] == '"' && s.data[s.size - 1] == '"' ? span_of(s.data + 1, s.size - 2) : s;
}

/* for=192.0.2.60;proto=http;by=203.0.113.43 */
static bool
read_element(struct span element, const struct address_set *proxies, struct claim *claim)
{
	struct address address = { 0 };
	bool known = false, secure = false;

	while (element.size) {
		struct span value, name;

		if (!cut_outside_quotes(&element, ';', &value))
			return false;
		name = span_cut(&value, '=');
		value = unquote(value);
		if (span_equal_nocase(name, span_text("for"))) {
			if (known || !read_node(value, &address))
				return false;
			known = true;
		} else if (span_equal_nocase(name, span_text("proto"))) {
			secure = span_equal_nocase(value, span_text("https"));
		}
	}
	if (known)
		note(claim, proxies, &address, secure);
	return known;
}

static bool
read_forwarded(const struct message *m, const struct address_set *proxies, struct claim *claim)
{
	for (size_t i = 0; i < m->header_count; i++) {
		struct span rest = m->headers[i].value, element;

		if (!span_equal_nocase(m->headers[i].name, span_text("Forwarded")))
			continue;
		do
			if (!cut_outside_quotes(&rest, ',', &element) || !read_element(element, proxies, claim))
				return false;
		while (rest.size);
	}
	return true;
}

/* Its protocol is a field of its own; of several the last, which the nearest proxy wrote, counts. */
static bool
read_x_forwarded(const struct message *m, const struct address_set *proxies, struct claim *claim)
{
	struct span proto = message_header(m, "X-Forwarded-Proto"), last = { 0 };

	while (proto.size)
		last = span_trim(span_cut(&proto, ','));
	for (size_t i = 0; i < m->header_count; i++) {
		struct span rest = m->headers[i].value;

		if (!span_equal_nocase(m->headers[i].name, span_text("X-Forwarded-For")))
			continue;
		do {
			struct address address;

			if (!read_node(span_trim(span_cut(&rest, ',')), &address))
				return false;
			note(claim, proxies, &address, span_equal_nocase(last, span_text("https")));
		} while (rest.size);
	}
	return true;
}

bool
forwarded_read(const struct message *m, const struct address_set *proxies, struct address *client, bool *secure)
{
	struct claim standard = { 0 }, custom = { 0 };
	const struct claim *claim;

	if (!read_forwarded(m, proxies, &standard) || !read_x_forwarded(m, proxies, &custom))
		return false;
	if (standard.found && custom.found && memcmp(standard.client.bytes, custom.client.bytes, 16) != 0)
		return false;
	claim = standard.found ? &standard : &custom;
	if (!claim->found)
		return false;
	*client = claim->client;
	/* A client knows its own address, so a Forwarded of its making may agree in that; https both must say. */
	*secure = claim->secure && (!custom.found || custom.secure);
	return true;
}
