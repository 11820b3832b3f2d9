/* tests/http/test_cookie.c - cookies of ours, and whether a request comes from a page of ours. */
#include "expect.h"

#include "crypto/digest.h"
#include "http/cookie.h"

#define NAME "__Host-watashi"
#define ZEROS "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A request with those header lines, in the arena. */
static struct exchange
exchange_of(struct arena *a, const char *fields)
{
	const struct message_limits limits = { .target = KIB, .head = 8 * KIB, .headers = MESSAGE_HEADERS };
	struct span bytes = span_text(arena_print(a, "POST / HTTP/1.1\r\nHost: t\r\n%s\r\n", fields));
	struct message *m = arena_new(a, struct message);
	struct refusal refused;
	size_t scanned = 0, used;

	expect_number(fields, message_read(bytes, &limits, &scanned, m, &used, &refused), MESSAGE_WHOLE);
	return (struct exchange){ .request = m, .arena = a };
}

static void
a_secret_is_known_by_its_digest(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct cookie_secret one = cookie_secret_new(), other = cookie_secret_new();
	struct exchange e = exchange_of(&a, arena_print(&a, "Cookie: " NAME "=%s\r\n", one.text));
	uint8_t found[32];

	(void)state;
	expect_number("43 letters", strlen(one.text), COOKIE_TEXT - 1);
	expect_true("another each time", strcmp(one.text, other.text) != 0);
	expect_true("found", cookie_digest(&e, NAME, found));
	expect_number("the same", memcmp(found, one.digest, sizeof(found)), 0);
	expect_true("another's is another", memcmp(found, other.digest, sizeof(found)) != 0);
	arena_release(&a);
}

static void
only_one_well_formed_cookie_of_the_name_counts(void **state)
{
	static const struct { const char *title, *fields; bool found; } cases[] = {
		{ "alone", "Cookie: " NAME "=" ZEROS "\r\n", true },
		{ "among others", "Cookie: a=b; " NAME "=" ZEROS "; c\r\n", true },
		{ "without blanks", "Cookie: a=b;" NAME "=" ZEROS ";c=d\r\n", true },
		{ "none", "", false },
		{ "others", "Cookie: a=" ZEROS "\r\n", false },
		{ "a name that begins so", "Cookie: " NAME "2=" ZEROS "\r\n", false },
		{ "a name in other letters", "Cookie: __host-watashi=" ZEROS "\r\n", false },
		{ "twice", "Cookie: " NAME "=" ZEROS "; " NAME "=" ZEROS "\r\n", false },
		{ "in two lines", "Cookie: " NAME "=" ZEROS "\r\nCookie: a=b\r\n", false },
		{ "empty", "Cookie: " NAME "=\r\n", false },
		{ "no sign", "Cookie: " NAME "\r\n", false },
		{ "a letter short", "Cookie: " NAME "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n", false },
		{ "a letter more", "Cookie: " NAME "=" ZEROS "A\r\n", false },
		{ "padded", "Cookie: " NAME "=" ZEROS "=\r\n", false },
		{ "spare bits", "Cookie: " NAME "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\r\n", false },
		{ "in quotes", "Cookie: " NAME "=\"" ZEROS "\"\r\n", false },
		{ "a letter of the other alphabet", "Cookie: " NAME "=+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n",
		    false },
	};
	static const uint8_t zeros[32];
	uint8_t expected[32], found[32];

	(void)state;
	digest(DIGEST_SHA256, span_of(zeros, sizeof(zeros)), expected);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(64 * KIB);
		struct exchange e = exchange_of(&a, cases[i].fields);

		expect_number(cases[i].title, cookie_digest(&e, NAME, found), cases[i].found);
		expect_true(cases[i].title, !cases[i].found || memcmp(found, expected, sizeof(found)) == 0);
		arena_release(&a);
	}
}

static void
cookies_are_set_for_this_host_alone(void **state)
{
	struct arena a = arena_init(64 * KIB);

	(void)state;
	expect_span("as long as the browser runs", cookie_set(&a, NAME, "x", 0, SAME_SITE_LAX),
	    "Set-Cookie: " NAME "=x; Path=/; Secure; HttpOnly; SameSite=Lax\r\n");
	expect_span("for an hour, from nowhere else", cookie_set(&a, NAME, "x", 3600, SAME_SITE_STRICT),
	    "Set-Cookie: " NAME "=x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=3600\r\n");
	expect_span("no more", cookie_forget(&a, NAME),
	    "Set-Cookie: " NAME "=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0\r\n");
	arena_release(&a);
}

static void
only_our_pages_may_change_something(void **state)
{
	static const struct { const char *title, *fields; bool ours; } cases[] = {
		{ "our origin", "Origin: https://watashi.example\r\n", true },
		{ "and site", "Origin: https://watashi.example\r\nSec-Fetch-Site: same-origin\r\n", true },
		{ "no origin", "", false },
		{ "no origin, but the site", "Sec-Fetch-Site: same-origin\r\n", false },
		{ "a page without origin", "Origin: null\r\n", false },
		{ "another's", "Origin: https://evil.example\r\n", false },
		{ "one that begins so", "Origin: https://watashi.example.evil.example\r\n", false },
		{ "without TLS", "Origin: http://watashi.example\r\n", false },
		{ "another port", "Origin: https://watashi.example:444\r\n", false },
		{ "two origins", "Origin: https://watashi.example\r\nOrigin: https://watashi.example\r\n", false },
		{ "a page of the same site", "Origin: https://watashi.example\r\nSec-Fetch-Site: same-site\r\n",
		    false },
		{ "of another", "Origin: https://watashi.example\r\nSec-Fetch-Site: cross-site\r\n", false },
		{ "typed by hand", "Origin: https://watashi.example\r\nSec-Fetch-Site: none\r\n", false },
		{ "an empty site", "Origin: https://watashi.example\r\nSec-Fetch-Site:\r\n", false },
		{ "two sites", "Origin: https://watashi.example\r\nSec-Fetch-Site: same-origin\r\n"
		    "Sec-Fetch-Site: same-origin\r\n", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(64 * KIB);
		struct exchange e = exchange_of(&a, cases[i].fields);

		expect_number(cases[i].title, request_is_ours(&e, span_text("https://watashi.example")), cases[i].ours);
		expect_true("nothing is an origin of ours", !request_is_ours(&e, (struct span){ 0 }));
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_is_known_by_its_digest),
		cmocka_unit_test(only_one_well_formed_cookie_of_the_name_counts),
		cmocka_unit_test(cookies_are_set_for_this_host_alone),
		cmocka_unit_test(only_our_pages_may_change_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
