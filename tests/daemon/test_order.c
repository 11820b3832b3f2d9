/* tests/daemon/test_order.c - what supervisor and children say to each other, and which of them have links. */
#include "expect.h"

#include "daemon/links.h"
#include "daemon/order.h"

struct heard {
	struct order last;
	char text[ORDER_LARGEST];
	size_t count;
};

static void
on_heard(void *arg, struct span message, int fd)
{
	struct heard *h = arg;

	expect_number("no descriptor comes along", fd, -1);
	expect_true("what was posted is an order", order_read(message, &h->last));
	memcpy(h->text, h->last.text.data ? (const char *)h->last.text.data : "", h->last.text.size);
	h->text[h->last.text.size] = '\0';
	h->count++;
}

static void
on_gone(void *arg)
{
	(void)arg;
}

static void
an_order_arrives_as_it_was_given(void **state)
{
	static const struct order orders[] = {
		{ .kind = ORDER_READY },
		{ .kind = ORDER_LINK, .role = ROLE_RECORDER, .peer = 0xfffffffe },
		{ .kind = ORDER_FAILED, .text = { (const uint8_t *)"keys/a.pem: no key", 18 } },
	};
	struct loop *loop = loop_new();
	struct channel *ends[2];
	struct heard heard = { 0 };
	int fds[2];

	(void)state;
	expect_number("a pair is made", channel_pair(fds, NULL), OK);
	for (int i = 0; i < 2; i++)
		ends[i] = channel_new(loop, fds[i], order_limits, on_heard, on_gone, &heard);
	for (size_t i = 0; i < COUNT(orders); i++) {
		expect_number("an order is taken", order_post(ends[0], &orders[i], -1), OK);
		loop_step(loop, 1000);
		loop_step(loop, 1000);
		expect_number("it arrives", heard.count, i + 1);
		expect_number("its kind", heard.last.kind, orders[i].kind);
		expect_number("its role", heard.last.role, orders[i].role);
		expect_number("its peer", heard.last.peer, orders[i].peer);
		expect_span("its text", orders[i].text, heard.text);
	}
	channel_free(ends[0]);
	channel_free(ends[1]);
	loop_free(loop);
}

static void
what_is_no_order_is_refused(void **state)
{
	static const struct {
		const char *title, *bytes;
		size_t size;
		bool good;
	} cases[] = {
		{ "an order is read", "\x02\0\0\0\0\0\0\0\0\0", 10, true },
		{ "nothing is no order", "", 0, false },
		{ "kind 0 is none", "\0\0\0\0\0\0\0\0\0\0", 10, false },
		{ "nor is a kind nobody knows", "\x63\0\0\0\0\0\0\0\0\0", 10, false },
		{ "nor a role nobody has", "\x01\x63\0\0\0\0\0\0\0\0", 10, false },
		{ "nor one cut short", "\x02\0\0\0\0\0\0\0\0", 9, false },
		{ "nor one with something behind it", "\x02\0\0\0\0\0\0\0\0\0\0", 11, false },
		{ "nor one whose text is longer than it", "\x05\0\0\0\0\0\0\0\0\x09" "abc", 13, false },
	};
	struct order order;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_true(cases[i].title, order_read(span_of(cases[i].bytes, cases[i].size),
		    &order) == cases[i].good);
}

static void
only_who_needs_a_link_has_one(void **state)
{
	static const struct {
		const char *title;
		enum role asking, serving;
		bool linked;
	} cases[] = {
		{ "a worker writes through the recorder", ROLE_WORKER, ROLE_RECORDER, true },
		{ "so does the steward", ROLE_STEWARD, ROLE_RECORDER, true },
		{ "the steward has metadata signed", ROLE_STEWARD, ROLE_SIGNER, true },
		{ "a worker has the steward ask others", ROLE_WORKER, ROLE_STEWARD, true },
		{ "but not the other way round", ROLE_STEWARD, ROLE_WORKER, false },
		{ "a worker has tokens signed", ROLE_WORKER, ROLE_SIGNER, true },
		{ "the signer asks nobody", ROLE_SIGNER, ROLE_WORKER, false },
		{ "the recorder asks nobody", ROLE_RECORDER, ROLE_SIGNER, false },
		{ "the signer writes nothing", ROLE_SIGNER, ROLE_RECORDER, false },
		{ "a link has a direction", ROLE_RECORDER, ROLE_WORKER, false },
		{ "workers do not talk to each other", ROLE_WORKER, ROLE_WORKER, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_true(cases[i].title, roles_linked(cases[i].asking, cases[i].serving) == cases[i].linked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_arrives_as_it_was_given),
		cmocka_unit_test(what_is_no_order_is_refused),
		cmocka_unit_test(only_who_needs_a_link_has_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
