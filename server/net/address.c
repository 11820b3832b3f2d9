/* net/address.c - IP addresses read, written and compared; sockets opened to listen; networks no fetch may reach. */
#include "net/address.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static bool
is_mapped(const struct address *address)
{
	return memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static bool
is_unknown(const struct address *address)
{
	static const uint8_t nobody[16];

	return memcmp(address->bytes, nobody, sizeof(nobody)) == 0;
}

const char *
address_text(const struct address *address, char out[ADDRESS_TEXT])
{
	if (is_unknown(address))
		snprintf(out, ADDRESS_TEXT, "local");
	else if (is_mapped(address))
		inet_ntop(AF_INET, address->bytes + sizeof(mapped_prefix), out, ADDRESS_TEXT);
	else
		inet_ntop(AF_INET6, address->bytes, out, ADDRESS_TEXT);
	return out;
}

const char *
address_network_text(const struct address *address, char out[ADDRESS_TEXT])
{
	struct address network = *address;
	size_t size;

	address_text(address, out);
	if (is_unknown(address) || is_mapped(address))
		return out;
	memset(network.bytes + 8, 0, sizeof(network.bytes) - 8);
	inet_ntop(AF_INET6, network.bytes, out, ADDRESS_TEXT);
	size = strlen(out);
	snprintf(out + size, ADDRESS_TEXT - size, "/64");
	return out;
}

bool
address_is_unknown(const struct address *address)
{
	return is_unknown(address);
}

/* As address_read(), but "::" too, which networks start with. */
static bool
read_address(struct span s, struct address *out)
{
	char text[INET6_ADDRSTRLEN];
	struct address address = { 0 };

	if (s.size == 0 || s.size >= sizeof(text) || memchr(s.data, '\0', s.size))
		return false;
	memcpy(text, s.data, s.size);
	text[s.size] = '\0';
	if (inet_pton(AF_INET, text, address.bytes + sizeof(mapped_prefix)) == 1)
		memcpy(address.bytes, mapped_prefix, sizeof(mapped_prefix));
	else if (inet_pton(AF_INET6, text, address.bytes) != 1)
		return false;
	*out = address;
	return true;
}

bool
address_read(struct span s, struct address *out)
{
	struct address address;

	if (!read_address(s, &address) || is_unknown(&address))
		return false;
	*out = address;
	return true;
}

struct address
address_of(const struct sockaddr *from)
{
	struct address address = { 0 };

	if (from->sa_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, from, sizeof(four));
		memcpy(address.bytes, mapped_prefix, sizeof(mapped_prefix));
		memcpy(address.bytes + sizeof(mapped_prefix), &four.sin_addr, sizeof(four.sin_addr));
		address.port = ntohs(four.sin_port);
	} else if (from->sa_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, from, sizeof(six));
		memcpy(address.bytes, &six.sin6_addr, sizeof(six.sin6_addr));
		address.port = ntohs(six.sin6_port);
	}
	return address;
}

enum err
listening_read(const char *where, struct listening *out, struct problem *why)
{
	const char *colon = strrchr(where, ':');
	struct span host = span_of(where, colon ? (size_t)(colon - where) : 0);
	bool bracketed = host.size > 2 && host.data[0] == '[' && host.data[host.size - 1] == ']';
	uint64_t port;

	*out = (struct listening){ 0 };
	if (span_starts(span_text(where), "unix:")) {
		struct sockaddr_un un;

		out->path = where + strlen("unix:");
		if (out->path[0] == '\0' || strlen(out->path) >= sizeof(un.sun_path))
			return problem_set(why, ERR_INVALID, "unix(7)",
			    "expected unix: and a path of 1 to %zu bytes, found \"%s\"", sizeof(un.sun_path) - 1,
			    where);
		return OK;
	}
	if (bracketed)
		host = span_of(host.data + 1, host.size - 2);
	out->any = !bracketed && span_is(host, "*");
	/* Only in brackets may colons stand: RFC 3986 s3.2.2. */
	if (!colon || (!out->any && (!read_address(host, &out->address) || is_mapped(&out->address) == bracketed)))
		return problem_set(why, ERR_INVALID, "",
		    "expected ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH, found \"%s\"", where);
	if (strlen(colon + 1) > 5 || !span_number(span_text(colon + 1), &port) || port > UINT16_MAX)
		return problem_set(
		    why, ERR_INVALID, "", "expected a port up to 65535 behind the last colon, found \"%s\"", where);
	out->address.port = (uint16_t)port;
	return OK;
}

bool
listening_is_loopback(const struct listening *l)
{
	static const struct in6_addr loopback = IN6ADDR_LOOPBACK_INIT;

	if (l->path)
		return true;
	if (l->any)
		return false;
	return is_mapped(&l->address) ? l->address.bytes[sizeof(mapped_prefix)] == 127
	                              : memcmp(l->address.bytes, &loopback, sizeof(loopback)) == 0;
}

static int
open_socket(int family)
{
	return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Closes `fd`, if open, and says what errno says. */
static enum err
cannot_listen(int fd, const char *where, struct problem *why)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	return problem_errno(why, error, "cannot listen on %s", where);
}

static enum err
listen_at(const struct sockaddr *at, socklen_t size, bool both, const char *where, int *out, struct problem *why)
{
	int fd = open_socket(at->sa_family), yes = 1, only_six = !both;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) ||
	    (at->sa_family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_six, sizeof(only_six))) ||
	    bind(fd, at, size) || listen(fd, BACKLOG))
		return cannot_listen(fd, where, why);
	*out = fd;
	return OK;
}

static enum err
listen_ip(const struct listening *l, const char *where, int *fd, struct problem *why)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(l->address.port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(l->address.port) };
	const struct sockaddr *at_six = (const struct sockaddr *)&six, *at_four = (const struct sockaddr *)&four;

	if (l->any) {
		int probe = open_socket(AF_INET6);

		/* A kernel without IPv6 still has everybody of IPv4. */
		if (probe < 0 && errno == EAFNOSUPPORT)
			return listen_at(at_four, sizeof(four), false, where, fd, why);
		if (probe >= 0)
			close(probe);
		return listen_at(at_six, sizeof(six), true, where, fd, why);
	}
	if (is_mapped(&l->address)) {
		memcpy(&four.sin_addr, l->address.bytes + sizeof(mapped_prefix), sizeof(four.sin_addr));
		return listen_at(at_four, sizeof(four), false, where, fd, why);
	}
	memcpy(&six.sin6_addr, l->address.bytes, sizeof(six.sin6_addr));
	return listen_at(at_six, sizeof(six), false, where, fd, why);
}

/* Removes the socket at the path if nobody listens on it any more; errno tells why not. */
static bool
remove_stale(const struct sockaddr_un *at)
{
	struct stat file;
	int fd, error;

	if (lstat(at->sun_path, &file))
		return false;
	if (!S_ISSOCK(file.st_mode)) {
		errno = EEXIST;
		return false;
	}
	fd = open_socket(AF_UNIX);
	if (fd < 0)
		return false;
	error = connect(fd, (const struct sockaddr *)at, sizeof(*at)) ? errno : 0;
	close(fd);
	/* Only a refusal proves that nobody is there; a full queue (EAGAIN) does not. */
	if (error == ECONNREFUSED)
		return unlink(at->sun_path) == 0;
	errno = EADDRINUSE;
	return false;
}

static enum err
listen_unix(const char *path, const char *where, int *fd, struct problem *why)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const struct sockaddr *at = (const struct sockaddr *)&un;
	int opened = open_socket(AF_UNIX), bound;

	assert(strlen(path) < sizeof(un.sun_path));
	memcpy(un.sun_path, path, strlen(path) + 1);
	if (opened < 0)
		return cannot_listen(opened, where, why);
	bound = bind(opened, at, sizeof(un));
	if (bound && errno == EADDRINUSE && remove_stale(&un))
		bound = bind(opened, at, sizeof(un));
	if (bound || listen(opened, BACKLOG))
		return cannot_listen(opened, where, why);
	*fd = opened;
	return OK;
}

enum err
listen_on(const char *where, int *fd, struct problem *why)
{
	struct listening l;
	enum err err = listening_read(where, &l, why);

	*fd = -1;
	if (err != OK)
		return err;
	return l.path ? listen_unix(l.path, where, fd, why) : listen_ip(&l, where, fd, why);
}

struct network {
	struct address first;
	unsigned bits;
};

struct address_set {
	bool local; /* "unix" */
	size_t count;
	struct network networks[];
};

/* Whether the first `bits` bits are the same. */
static bool
same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole))
		return false;
	return rest == 0 || (uint8_t)(a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

static bool
network_has(const struct network *network, const struct address *address)
{
	if (network->bits < 8 * sizeof(mapped_prefix) && is_mapped(address))
		return false;
	return same_prefix(network->first.bytes, address->bytes, network->bits);
}

/* Bits behind the prefix would be ignored: whoever set them meant another network. */
static bool
is_start(const struct network *network)
{
	for (unsigned bit = network->bits; bit < 128; bit++)
		if (network->first.bytes[bit / 8] & 0x80 >> bit % 8)
			return false;
	return true;
}

static enum err
read_network(const char *text, struct network *out, struct problem *why)
{
	struct span rest = span_text(text), host = span_cut(&rest, '/');
	bool prefixed = strchr(text, '/') != NULL;
	uint64_t bits, most;

	if (!read_address(host, &out->first) || (!prefixed && is_unknown(&out->first)))
		return problem_set(why, ERR_INVALID, "",
		    "expected a network such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1, or unix, found \"%s\"", text);
	/* ::ffff:0:0/96 in colons is as much IPv6 as IPv4: left to who writes 0.0.0.0/0. */
	most = is_mapped(&out->first) ? 32 : 128;
	if (!prefixed)
		bits = most;
	else if (rest.size > 3 || !span_number(rest, &bits) || bits > most)
		return problem_set(why, ERR_INVALID, "RFC 4632 s3.1",
		    "expected a prefix length of 0 to %u, found \"%s\"", (unsigned)most, text);
	out->bits = (unsigned)(bits + 128 - most);
	if (!is_start(out))
		return problem_set(why, ERR_INVALID, "RFC 4632 s3.1",
		    "expected zero bits behind the prefix of a network, found \"%s\"", text);
	return OK;
}

enum err
address_set_new(const char *const *networks, size_t count, struct address_set **out, struct problem *why)
{
	struct address_set *set = calloc(1, sizeof(*set) + count * sizeof(set->networks[0]));

	*out = NULL;
	if (!set)
		abort();
	for (size_t i = 0; i < count; i++) {
		if (strcmp(networks[i], "unix") == 0) {
			set->local = true;
		} else if (read_network(networks[i], &set->networks[set->count++], why) != OK) {
			address_set_free(set);
			return ERR_INVALID;
		}
	}
	*out = set;
	return OK;
}

void
address_set_free(struct address_set *set)
{
	free(set);
}

bool
address_set_has(const struct address_set *set, const struct address *address)
{
	if (!set)
		return false;
	if (is_unknown(address))
		return set->local;
	for (size_t i = 0; i < set->count; i++)
		if (network_has(&set->networks[i], address))
			return true;
	return false;
}

static bool
is_internal_four(const uint8_t four[4])
{
	/* IANA's registry of special-purpose IPv4 addresses: all that is not globally reachable. */
	static const struct {
		uint8_t prefix[4];
		unsigned bits;
		const char *rfc;
	} table[] = {
		{ { 0 }, 8, "RFC 791 s3.2: this network" },
		{ { 10 }, 8, "RFC 1918: private" },
		{ { 100, 64 }, 10, "RFC 6598: shared" },
		{ { 127 }, 8, "RFC 1122 s3.2.1.3: loopback" },
		{ { 169, 254 }, 16, "RFC 3927: link-local, and clouds' metadata services" },
		{ { 172, 16 }, 12, "RFC 1918: private" },
		{ { 192, 0, 0 }, 24, "RFC 6890: protocol assignments" },
		{ { 192, 0, 2 }, 24, "RFC 5737: documentation" },
		{ { 192, 88, 99 }, 24, "RFC 7526: what 6to4 relays had" },
		{ { 192, 168 }, 16, "RFC 1918: private" },
		{ { 198, 18 }, 15, "RFC 2544: benchmarking" },
		{ { 198, 51, 100 }, 24, "RFC 5737: documentation" },
		{ { 203, 0, 113 }, 24, "RFC 5737: documentation" },
		{ { 224 }, 4, "RFC 5771: multicast" },
		{ { 240 }, 4, "RFC 1112 s4: reserved, and broadcast" },
	};

	for (size_t i = 0; i < COUNT(table); i++)
		if (same_prefix(table[i].prefix, four, table[i].bits))
			return true;
	return false;
}

/* The IPv4 address at `at`, or its complement (Teredo hides the client's so from translators). */
static bool
embeds_internal(const struct address *address, unsigned at, bool inverted)
{
	uint8_t four[4];

	for (unsigned i = 0; i < sizeof(four); i++)
		four[i] = (uint8_t)(address->bytes[at + i] ^ (inverted ? 0xff : 0));
	return is_internal_four(four);
}

bool
address_is_internal(const struct address *address)
{
	/* The first row that fits decides. */
	static const struct {
		uint8_t prefix[16];
		unsigned bits;
		bool internal;
		unsigned four_at, inverted_at; /* where IPv4 addresses are embedded that decide too; 0: none */
		const char *rfc;
	} table[] = {
		{ { [10] = 0xff, [11] = 0xff }, 96, false, 12, 0, "RFC 4291 s2.5.5.2: IPv4-mapped" },
		{ { 0, 0x64, 0xff, 0x9b }, 96, false, 12, 0, "RFC 6052 s2.1: NAT64" },
		{ { 0x20, 0x02 }, 16, false, 2, 0, "RFC 3056 s2: 6to4" },
		{ { 0x20, 0x01 }, 32, false, 4, 12, "RFC 4380 s4: Teredo, its server and its client" },
		{ { 0x20, 0x01 }, 23, true, 0, 0, "RFC 2928: protocol assignments, benchmarking, ORCHID" },
		{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, true, 0, 0, "RFC 3849: documentation" },
		{ { 0x3f, 0xff }, 20, true, 0, 0, "RFC 9637: documentation" },
		{ { 0x20 }, 3, false, 0, 0, "RFC 4291 s2.4: global unicast" },
		{ { 0 }, 0, true, 0, 0,
		    "all else: loopback, unspecified, IPv4-compatible (RFC 4291), local NAT64 (RFC 8215), "
		    "unique local (RFC 4193), link-local, multicast, unassigned" },
	};
	static const uint8_t isatap[3] = { 0, 0x5e, 0xfe }; /* RFC 5214 s6.1, behind an octet of flags */
	size_t row = 0;

	while (!same_prefix(table[row].prefix, address->bytes, table[row].bits))
		row++;
	return table[row].internal || (table[row].four_at && embeds_internal(address, table[row].four_at, false)) ||
	    (table[row].inverted_at && embeds_internal(address, table[row].inverted_at, true)) ||
	    (!table[row].four_at && memcmp(address->bytes + 9, isatap, sizeof(isatap)) == 0 &&
	     embeds_internal(address, 12, false));
}
