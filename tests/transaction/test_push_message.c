/* tests/transaction/test_push_message.c - what an app gives us as a push subscription is one, or refused. */
#include "expect.h"

#include "codec/text.h"
#include "transaction/notice/push_message.h"

#define KEY "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define SECRET "BTBZMqHH6r4Tts7J_aSIgg"

static const struct {
	const char *title, *endpoint, *key, *secret, *origin, *problem;
} cases[] = {
	{ "as browsers give it", "https://push.example/send/abc:def?x=1", KEY, SECRET, "https://push.example", NULL },
	{ "with a port", "https://push.example:8443/a", KEY, SECRET, "https://push.example:8443", NULL },
	{ "plain HTTP on this machine", "http://127.0.0.1:9000/a", KEY, SECRET, "http://127.0.0.1:9000",
	    "/endpoint" },
	{ "no endpoint", "", KEY, SECRET, "", "/endpoint: expected an https: URL" },
	{ "no path", "https://push.example", KEY, SECRET, "", "/endpoint: expected an https: URL" },
	{ "plain HTTP", "http://push.example/a", KEY, SECRET, "http://push.example", "/endpoint" },
	{ "another scheme", "ftp://push.example/a", KEY, SECRET, "ftp://push.example", "/endpoint" },
	{ "a user", "https://user@push.example/a", KEY, SECRET, "https://user@push.example", "/endpoint" },
	{ "capital letters", "https://Push.example/a", KEY, SECRET, "https://Push.example", "/endpoint" },
	{ "a query before the path", "https://push.example?/a", KEY, SECRET, "https://push.example?", "/endpoint" },
	{ "a blank", "https://push.example/a b", KEY, SECRET, "https://push.example", "/endpoint: expected" },
	{ "a line's end", "https://push.example/a\r\nX: y", KEY, SECRET, "https://push.example",
	    "/endpoint: expected" },
	{ "a fragment", "https://push.example/a#b", KEY, SECRET, "https://push.example", "/endpoint: expected" },
	{ "a point beside the curve", "https://push.example/a",
	    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8", SECRET,
	    "https://push.example", "/key: p256dh: the point is not on P-256" },
	{ "no key", "https://push.example/a", "", SECRET, "https://push.example", "/key: p256dh: expected" },
	{ "a short secret", "https://push.example/a", KEY, "BTBZ", "https://push.example",
	    "/secret: auth: expected 16" },
};

static struct span
decoded(struct arena *a, const char *text)
{
	struct span out;

	expect_true(text, base64url_read(a, span_text(text), &out));
	return out;
}

static void
only_subscriptions_are_taken(void **state)
{
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct push_subscription s = { span_text(cases[i].endpoint), decoded(&a, cases[i].key),
			decoded(&a, cases[i].secret) };
		struct problem why = { 0 };
		enum err err = push_subscription_check(&s, &why);

		expect_span(cases[i].title, push_origin(s.endpoint), cases[i].origin);
		expect_problem(cases[i].title, err, &why, cases[i].problem ? ERR_INVALID : OK,
		    cases[i].problem ? cases[i].problem : "");
	}
	arena_release(&a);
}

static void
an_endpoint_has_its_largest_size(void **state)
{
	struct arena a = arena_init(1 * MIB);
	char *text = arena_take(&a, PUSH_ENDPOINT_LARGEST + 1);
	struct push_subscription s = { { 0 }, decoded(&a, KEY), decoded(&a, SECRET) };
	struct problem why;

	(void)state;
	memset(text, 'a', PUSH_ENDPOINT_LARGEST + 1);
	memcpy(text, "https://push.example/", 21);
	s.endpoint = span_of(text, PUSH_ENDPOINT_LARGEST);
	expect_ok("the largest", push_subscription_check(&s, &why), &why);
	s.endpoint.size++;
	expect_problem("one more", push_subscription_check(&s, &why), &why, ERR_INVALID, "at most 1024 bytes");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_subscriptions_are_taken),
		cmocka_unit_test(an_endpoint_has_its_largest_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
