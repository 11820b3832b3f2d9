/* tests/net/test_address.c - addresses, listening sockets, sets of networks and the networks no fetch may reach. */
#include "expect.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/address.h"

static void
addresses_are_read_strictly_and_written_shortest(void **state)
{
	static const struct {
		const char *title, *text, *normal; /* NULL: refused */
	} cases[] = {
		{ "IPv4", "192.0.2.1", "192.0.2.1" },
		{ "IPv6", "2001:db8::1", "2001:db8::1" },
		{ "IPv6 in full", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1" },
		{ "mapped IPv4 is IPv4", "::ffff:192.0.2.1", "192.0.2.1" },
		{ "the unspecified address is nobody's", "::", NULL },
		{ "nothing", "", NULL },
		{ "a port", "192.0.2.1:80", NULL },
		{ "brackets", "[2001:db8::1]", NULL },
		{ "a zone", "fe80::1%eth0", NULL },
		{ "three numbers", "192.0.2", NULL },
		{ "a leading zero", "192.0.2.01", NULL },
		{ "a number alone", "3221225985", NULL },
		{ "hexadecimal", "0xc0.0.2.1", NULL },
		{ "a blank", " 192.0.2.1", NULL },
		{ "a name", "localhost", NULL },
		{ "longer than any address", "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb", NULL },
	};
	struct address address;
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool good = address_read(span_text(cases[i].text), &address);

		expect_true(cases[i].title, good == (cases[i].normal != NULL));
		if (good)
			expect_text(cases[i].title, address_text(&address, text), cases[i].normal);
	}
	expect_true("a NUL inside is refused", !address_read(span_of("192.0.2.1\0x", 11), &address));
	address = (struct address){ 0 };
	expect_text("the unknown address is local", address_text(&address, text), "local");
}

static void
socket_addresses_become_addresses(void **state)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(8443) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(443) };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct address address;
	char text[ADDRESS_TEXT];

	(void)state;
	inet_pton(AF_INET, "192.0.2.7", &four.sin_addr);
	inet_pton(AF_INET6, "2001:db8::7", &six.sin6_addr);
	address = address_of((struct sockaddr *)&four);
	expect_text("IPv4", address_text(&address, text), "192.0.2.7");
	expect_number("with its port", address.port, 8443);
	address = address_of((struct sockaddr *)&six);
	expect_text("IPv6", address_text(&address, text), "2001:db8::7");
	expect_number("with its port", address.port, 443);
	address = address_of((struct sockaddr *)&un);
	expect_text("a Unix socket has none", address_text(&address, text), "local");
}

static void
a_network_counts_as_one(void **state)
{
	static const struct { const char *title, *address, *network; } cases[] = {
		{ "IPv4 is one address", "192.0.2.7", "192.0.2.7" },
		{ "IPv6 is one line", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "another of it", "2001:db8:1:2::", "2001:db8:1:2::/64" },
		{ "another line", "2001:db8:1:3::7", "2001:db8:1:3::/64" },
		{ "one's own machine", "::1", "::/64" },
	};
	struct address address;
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_true(cases[i].title, address_read(span_text(cases[i].address), &address));
		expect_text(cases[i].title, address_network_text(&address, text), cases[i].network);
		expect_true(cases[i].title, !address_is_unknown(&address));
	}
	address = (struct address){ { 0 }, 0 };
	expect_text("a Unix socket has none", address_network_text(&address, text), "local");
	expect_true("which is known", address_is_unknown(&address));
}

static void
places_to_listen_are_read(void **state)
{
	static const struct {
		const char *title, *where;
		bool loopback;
		const char *problem; /* NULL: good */
	} cases[] = {
		{ "IPv4", "127.0.0.1:8443", true, NULL },
		{ "any other IPv4 address is not loopback", "192.0.2.1:8443", false, NULL },
		{ "the rest of 127 is loopback", "127.8.8.8:1", true, NULL },
		{ "IPv6", "[::1]:8443", true, NULL },
		{ "IPv6 of others", "[2001:db8::1]:8443", false, NULL },
		{ "all of IPv6", "[::]:8443", false, NULL },
		{ "both families", "*:443", false, NULL },
		{ "a Unix socket", "unix:/run/watashi/http", true, NULL },
		{ "a port alone", "8443", false, "expected ADDRESS:PORT" },
		{ "no address", ":8443", false, "found \":8443\"" },
		{ "no port", "127.0.0.1:", false,
		    "expected a port up to 65535 behind the last colon, found \"127.0.0.1:\"" },
		{ "too large a port", "127.0.0.1:65536", false, "expected a port" },
		{ "a signed port", "127.0.0.1:+80", false, "expected a port" },
		{ "a service name", "127.0.0.1:https", false, "expected a port" },
		{ "a host name", "localhost:8443", false, "expected ADDRESS:PORT, [IPV6]:PORT, *:PORT or unix:PATH" },
		{ "IPv6 without brackets", "::1:8443", false, "expected ADDRESS:PORT" },
		{ "IPv4 in brackets", "[127.0.0.1]:8443", false, "expected ADDRESS:PORT" },
		{ "a star in brackets", "[*]:8443", false, "expected ADDRESS:PORT" },
		{ "no path", "unix:", false, "expected unix: and a path of 1 to 107 bytes" },
		{ "a path that does not fit",
		    "unix:/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		    false, "expected unix: and a path of 1 to 107 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct listening l;
		struct problem why = { 0 };
		enum err err = listening_read(cases[i].where, &l, &why);

		expect_problem(cases[i].title, err, &why, cases[i].problem ? ERR_INVALID : OK, cases[i].problem);
		if (err == OK)
			expect_true(cases[i].title, listening_is_loopback(&l) == cases[i].loopback);
	}
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage at = { 0 };
	socklen_t size = sizeof(at);

	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
	return address_of((struct sockaddr *)&at).port;
}

static bool
connects(int family, const char *host, unsigned port)
{
	int fd = socket(family, SOCK_STREAM, 0), failed;
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port) };

	inet_pton(family, host, family == AF_INET ? (void *)&four.sin_addr : (void *)&six.sin6_addr);
	failed = family == AF_INET ? connect(fd, (struct sockaddr *)&four, sizeof(four))
	                           : connect(fd, (struct sockaddr *)&six, sizeof(six));
	close(fd);
	return !failed;
}

static void
listening_takes_connections(void **state)
{
	struct problem why;
	int fd;

	(void)state;
	expect_ok("IPv4 loopback", listen_on("127.0.0.1:0", &fd, &why), &why);
	expect_true("a connection arrives", connects(AF_INET, "127.0.0.1", port_of(fd)));
	expect_true("it does not block", fcntl(fd, F_GETFL) & O_NONBLOCK);
	expect_true("it is closed on exec", fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	expect_ok("both families", listen_on("*:0", &fd, &why), &why);
	expect_true("IPv4 arrives", connects(AF_INET, "127.0.0.1", port_of(fd)));
	if (access("/proc/net/if_inet6", F_OK) == 0 && connects(AF_INET6, "::1", port_of(fd))) {
		close(fd);
		expect_ok("IPv6 loopback", listen_on("[::1]:0", &fd, &why), &why);
		expect_true("IPv6 arrives", connects(AF_INET6, "::1", port_of(fd)));
		expect_true("and IPv4 does not", !connects(AF_INET, "127.0.0.1", port_of(fd)));
	}
	close(fd);
}

static void
a_port_in_use_is_named(void **state)
{
	struct problem why;
	char where[64], sentence[128];
	int first, second;

	(void)state;
	expect_ok("the first listens", listen_on("127.0.0.1:0", &first, &why), &why);
	snprintf(where, sizeof(where), "127.0.0.1:%u", port_of(first));
	snprintf(sentence, sizeof(sentence), "cannot listen on %s: Address already in use", where);
	expect_number("the second does not", listen_on(where, &second, &why), ERR_IO);
	expect_text("and says where and why", why.text, sentence);
	expect_number("no socket is left open", second, -1);
	close(first);
}

static void
a_stale_unix_socket_is_replaced_and_a_living_one_is_not(void **state)
{
	char directory[] = "/tmp/watashi-address-XXXXXX", where[128], other[128], sentence[256];
	struct problem why;
	int first, second;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(where, sizeof(where), "unix:%s/socket", directory);
	expect_ok("the first listens", listen_on(where, &first, &why), &why);
	snprintf(sentence, sizeof(sentence), "cannot listen on %s: Address already in use", where);
	expect_number("a living one is left alone", listen_on(where, &second, &why), ERR_IO);
	expect_text("and named", why.text, sentence);
	close(first);
	expect_ok("one left behind is replaced", listen_on(where, &second, &why), &why);
	close(second);
	unlink(where + strlen("unix:"));
	snprintf(other, sizeof(other), "unix:%s/file", directory);
	file = fopen(other + strlen("unix:"), "w");
	assert_non_null(file);
	fclose(file);
	snprintf(sentence, sizeof(sentence), "cannot listen on %s: File exists", other);
	expect_number("a file is never removed", listen_on(other, &second, &why), ERR_IO);
	expect_text("and named", why.text, sentence);
	expect_number("it is still there", access(other + strlen("unix:"), F_OK), 0);
	unlink(other + strlen("unix:"));
	snprintf(other, sizeof(other), "unix:%s/missing/socket", directory);
	expect_problem("a directory that is not there", listen_on(other, &second, &why), &why, ERR_NOT_FOUND,
	    "No such file or directory");
	rmdir(directory);
}

static void
sets_hold_their_networks(void **state)
{
	static const char *const networks[] = { "10.0.0.0/8", "192.0.2.1", "2001:db8::/33", "198.51.100.64/26",
		"fe80::/10" };
	static const struct {
		const char *address;
		bool held;
	} cases[] = {
		{ "10.0.0.0", true },
		{ "10.255.255.255", true },
		{ "11.0.0.0", false },
		{ "9.255.255.255", false },
		{ "192.0.2.1", true },
		{ "192.0.2.2", false },
		{ "::ffff:10.1.2.3", true },
		{ "2001:db8:7fff::1", true },
		{ "2001:db8:8000::1", false },
		{ "198.51.100.64", true },
		{ "198.51.100.127", true },
		{ "198.51.100.63", false },
		{ "198.51.100.128", false },
		{ "febf::1", true },
		{ "fec0::1", false },
	};
	static const char *const all_six[] = { "::/0", "unix" }, *const all_four[] = { "0.0.0.0/0" };
	struct address nobody = { 0 }, address, six, four;
	struct address_set *set;
	struct problem why;

	(void)state;
	expect_ok("the networks are good", address_set_new(networks, COUNT(networks), &set, &why), &why);
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_true(cases[i].address, address_read(span_text(cases[i].address), &address));
		expect_true(cases[i].address, address_set_has(set, &address) == cases[i].held);
	}
	expect_true("a Unix socket is in it only when named", !address_set_has(set, &nobody));
	address_set_free(set);
	expect_ok("all of IPv6", address_set_new(all_six, COUNT(all_six), &set, &why), &why);
	expect_true("unix names Unix sockets", address_set_has(set, &nobody));
	expect_true("an IPv6 address is read", address_read(span_text("2001:db8::1"), &six));
	expect_true("an IPv4 address is read", address_read(span_text("192.0.2.1"), &four));
	expect_true("all of IPv6 holds it", address_set_has(set, &six));
	expect_true("and no IPv4", !address_set_has(set, &four));
	address_set_free(set);
	expect_ok("all of IPv4", address_set_new(all_four, COUNT(all_four), &set, &why), &why);
	expect_true("all of IPv4 holds it", address_set_has(set, &four));
	expect_true("and no IPv6", !address_set_has(set, &six));
	address_set_free(set);
	expect_true("no set is the empty set", !address_set_has(NULL, &four));
}

static void
networks_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *title, *network, *problem;
	} cases[] = {
		{ "a name", "localhost",
		    "expected a network such as 10.0.0.0/8, 2001:db8::/32 or 192.0.2.1, or unix, found "
		    "\"localhost\"" },
		{ "nothing", "", "expected a network such as" },
		{ "the unspecified address alone", "::", "expected a network such as" },
		{ "too long a prefix", "10.0.0.0/33", "expected a prefix length of 0 to 32, found \"10.0.0.0/33\"" },
		{ "too long a prefix of IPv6", "2001:db8::/129", "expected a prefix length of 0 to 128" },
		{ "no prefix behind the slash", "10.0.0.0/", "expected a prefix length" },
		{ "a mask", "10.0.0.0/255.0.0.0", "expected a prefix length" },
		{ "bits behind the prefix", "10.0.0.1/8",
		    "expected zero bits behind the prefix of a network, found \"10.0.0.1/8\"" },
		{ "a second slash", "10.0.0.0/8/8", "expected a prefix length" },
	};
	struct address_set *set;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum err err = address_set_new(&cases[i].network, 1, &set, &why);

		expect_problem(cases[i].title, err, &why, ERR_INVALID, cases[i].problem);
	}
}

static void
internal_addresses_are_known_in_every_dress(void **state)
{
	static const struct {
		const char *address;
		bool internal;
	} cases[] = {
		{ "127.0.0.1", true },
		{ "127.255.255.255", true },
		{ "0.0.0.0", true },
		{ "0.1.2.3", true },
		{ "10.0.0.1", true },
		{ "172.16.0.1", true },
		{ "172.31.255.255", true },
		{ "172.32.0.1", false },
		{ "172.15.255.255", false },
		{ "192.168.0.1", true },
		{ "192.169.0.1", false },
		{ "169.254.169.254", true },
		{ "100.64.0.1", true },
		{ "100.127.255.255", true },
		{ "100.128.0.1", false },
		{ "100.63.255.255", false },
		{ "192.0.0.8", true },
		{ "192.0.2.1", true },
		{ "192.88.99.1", true },
		{ "198.18.0.1", true },
		{ "198.19.255.255", true },
		{ "198.20.0.1", false },
		{ "198.51.100.1", true },
		{ "203.0.113.1", true },
		{ "224.0.0.1", true },
		{ "239.255.255.255", true },
		{ "240.0.0.1", true },
		{ "255.255.255.255", true },
		{ "8.8.8.8", false },
		{ "223.255.255.255", false },
		{ "1.1.1.1", false },
		{ "::1", true },
		{ "::127.0.0.1", true },
		{ "::8.8.8.8", true },
		{ "::ffff:127.0.0.1", true },
		{ "::ffff:8.8.8.8", false },
		{ "::ffff:0:127.0.0.1", true },
		{ "64:ff9b::10.0.0.1", true },
		{ "64:ff9b::8.8.8.8", false },
		{ "64:ff9b:1::8.8.8.8", true },
		{ "2002:7f00:1::1", true },
		{ "2002:808:808::1", false },
		{ "2002:a9fe:a9fe::", true },
		/* Teredo: server 8.8.8.8, client 8.8.4.4 and 10.0.0.1 under their complements; then a private server.
		 */
		{ "2001:0:808:808:0:0:f7f7:fbfb", false },
		{ "2001:0:808:808:0:0:f5ff:fffe", true },
		{ "2001:0:a00:1:0:0:f7f7:fbfb", true },
		{ "2001:2::1", true },
		{ "2001:10::1", true },
		{ "2001:20::1", true },
		{ "2001:db8::1", true },
		{ "3fff::1", true },
		{ "2001:4860:4860::8888", false },
		{ "2a00:1450::1", false },
		{ "2600::1", false },
		{ "2600::5efe:10.0.0.1", true },
		{ "2600::200:5efe:10.0.0.1", true },
		{ "2600::5efe:8.8.8.8", false },
		{ "fc00::1", true },
		{ "fd12:3456::1", true },
		{ "fe80::1", true },
		{ "fec0::1", true },
		{ "ff02::1", true },
		{ "4000::1", true },
		{ "100::1", true },
		{ "5f00::1", true },
	};
	struct address nobody = { 0 }, address;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_true(cases[i].address, address_read(span_text(cases[i].address), &address));
		expect_true(cases[i].address, address_is_internal(&address) == cases[i].internal);
	}
	expect_true("the unknown address is internal", address_is_internal(&nobody));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_read_strictly_and_written_shortest),
		cmocka_unit_test(socket_addresses_become_addresses),
		cmocka_unit_test(places_to_listen_are_read),
		cmocka_unit_test(listening_takes_connections),
		cmocka_unit_test(a_port_in_use_is_named),
		cmocka_unit_test(a_stale_unix_socket_is_replaced_and_a_living_one_is_not),
		cmocka_unit_test(sets_hold_their_networks),
		cmocka_unit_test(networks_that_are_none_are_refused),
		cmocka_unit_test(internal_addresses_are_known_in_every_dress),
		cmocka_unit_test(a_network_counts_as_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
