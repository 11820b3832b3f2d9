/* net/origin.c - an origin as a browser writes it. */
#include "net/origin.h"

#include "net/address.h"

#define HOST_LARGEST 253
#define SHOWN 100

static bool
is_name(struct span host)
{
	struct span rest = host;

	if (host.size == 0 || host.size > HOST_LARGEST)
		return false;
	do {
		struct span label = span_cut(&rest, '.');

		if (label.size == 0 || label.size > 63 || label.data[0] == '-' || label.data[label.size - 1] == '-')
			return false;
		for (size_t i = 0; i < label.size; i++)
			if (!((label.data[i] >= 'a' && label.data[i] <= 'z') ||
			        (label.data[i] >= '0' && label.data[i] <= '9') || label.data[i] == '-'))
				return false;
	} while (rest.size);
	return host.data[host.size - 1] != '.';
}

bool
host_is_loopback(struct span host)
{
	static const char beneath[] = ".localhost";
	const size_t size = sizeof(beneath) - 1;
	struct listening l = { 0 };

	if (span_is(host, "localhost") ||
	    (host.size > size && span_is(span_skip(host, host.size - size), beneath)))
		return true;
	return address_read(host, &l.address) && listening_is_loopback(&l);
}

/* One that is written is not the scheme's own, and has no zero in front. */
static bool
is_port(struct span port, const char *own)
{
	uint64_t number;

	return port.size > 0 && port.size <= 5 && port.data[0] != '0' && span_number(port, &number) &&
	    number <= UINT16_MAX && !span_is(port, own);
}

static bool
is_lower(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] >= 'A' && s.data[i] <= 'Z')
			return false;
	return true;
}

static bool
is_origin(struct span text)
{
	bool secure = span_starts(text, "https://");
	struct span rest = span_skip(text, strlen(secure ? "https://" : "http://")), host, port;
	struct address six;
	bool ported;

	if (!is_lower(text) || (!secure && !span_starts(text, "http://")) || rest.size == 0)
		return false;
	if (span_starts(rest, "[")) {
		rest = span_skip(rest, 1);
		ported = memchr(rest.data, ']', rest.size) != NULL;
		host = span_cut(&rest, ']');
		if (!ported || !address_read(host, &six) || (rest.size && !span_starts(rest, ":")))
			return false;
		ported = rest.size > 0;
		port = span_skip(rest, ported);
	} else {
		ported = memchr(rest.data, ':', rest.size) != NULL;
		port = rest;
		host = span_cut(&port, ':');
		if (!is_name(host))
			return false;
	}
	return (!ported || is_port(port, secure ? "443" : "80")) && (secure || host_is_loopback(host));
}

enum err
origin_check(struct span text, const char *pointer, struct problem *why)
{
	if (is_origin(text))
		return OK;
	return problem_set(why, ERR_INVALID, "RFC 6454 s6.2",
	    "%s: expected an origin such as \"https://service.example\" or \"https://service.example:8443\" (http: of "
	    "localhost only), found \"%.*s\"",
	    pointer, SPAN_ARGS(span_first(text, SHOWN)));
}
