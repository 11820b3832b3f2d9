/* tests/net/test_origin.c - an origin is what a browser would write, and nothing else. */
#include "expect.h"

#include "net/origin.h"

static const struct { const char *title, *text; bool good; } cases[] = {
	{ "a name", "https://service.example", true },
	{ "with a port", "https://service.example:8443", true },
	{ "its ASCII form", "https://xn--wgv71a119e.example", true },
	{ "one label", "https://intranet", true },
	{ "an address", "https://192.0.2.7", true },
	{ "one of IPv6", "https://[2001:db8::7]:8443", true },
	{ "localhost without TLS", "http://localhost", true },
	{ "at a port", "http://localhost:3000", true },
	{ "a name beneath it", "http://shop.localhost:3000", true },
	{ "a loopback address", "http://127.0.0.1:3000", true },
	{ "and IPv6's", "http://[::1]:3000", true },
	{ "nothing", "", false },
	{ "no scheme", "service.example", false },
	{ "a scheme alone", "https://", false },
	{ "another scheme", "ftp://service.example", false },
	{ "an application's own", "app:/login", false },
	{ "the opaque origin", "null", false },
	{ "not TLS", "http://service.example", false },
	{ "what only looks like localhost", "http://localhost.example", false },
	{ "nor this", "http://mylocalhost", false },
	{ "nor nothing beneath it", "http://.localhost", false },
	{ "another's address", "http://192.0.2.7", false },
	{ "a slash behind", "https://service.example/", false },
	{ "a path", "https://service.example/login", false },
	{ "a query", "https://service.example?x", false },
	{ "a fragment", "https://service.example#x", false },
	{ "a user's name", "https://user@service.example", false },
	{ "upper case", "https://Service.example", false },
	{ "in the scheme", "HTTPS://service.example", false },
	{ "the scheme's own port", "https://service.example:443", false },
	{ "http's own", "http://localhost:80", false },
	{ "no port", "https://service.example:", false },
	{ "port zero", "https://service.example:0", false },
	{ "a zero in front", "https://service.example:08443", false },
	{ "a port too high", "https://service.example:65536", false },
	{ "two ports", "https://service.example:1:2", false },
	{ "a dot at the end", "https://service.example.", false },
	{ "an empty label", "https://service..example", false },
	{ "a hyphen in front", "https://-service.example", false },
	{ "a blank", "https://service example", false },
	{ "no ASCII", "https://日本.example", false },
	{ "a percent sign", "https://service%2eexample", false },
	{ "half an address", "https://[2001:db8::7", false },
	{ "an address and more", "https://[::1]x", false },
	{ "brackets around a name", "https://[service.example]", false },
};

static void
only_what_a_browser_writes_is_an_origin(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem why;
		enum err err = origin_check(span_text(cases[i].text), "/origin", &why);

		if (cases[i].good)
			expect_ok(cases[i].title, err, &why);
		else
			expect_problem(cases[i].title, err, &why, ERR_INVALID, "/origin: expected an origin such as");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_a_browser_writes_is_an_origin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
