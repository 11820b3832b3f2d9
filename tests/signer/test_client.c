/* tests/signer/test_client.c - asking over a real channel: any order, a signer replaced, silent, or talking
 * nonsense. */
#include <fcntl.h>
#include <unistd.h>

#include "crypto/scratch.h"

#include "base/log.h"
#include "crypto/certificate.h"
#include "crypto/xmldsig.h"
#include "signer/client.h"
#include "signer/wire.h"

#define ASKED 8

/* The signer's end, in the test's hands: it keeps what is asked until told to answer. */
struct far_end {
	struct channel *channel;
	struct span asked[4 * ASKED];
	size_t count;
	bool closed;
};

static struct scratch dir;
static struct signer *signer;
static struct loop *loop;
static struct arena memory;
static struct signer_client *client;

struct asker {
	struct pending *pending;
	int calls;
	enum err err;
	struct span signature;
	struct problem why;
	void (*then)(struct asker *);
};

static int
start(void **state)
{
	struct new_key k = { .name = "ec", .common_name = "test", .use = USE_METADATA, .type = KEY_P256,
	    .now = { SECONDS(1) },
		.valid_for = SECONDS(86400) };
	struct problem why;

	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	dir = scratch_new();
	expect_ok("a key", key_descriptor_new(dir.path, &k, &why), &why);
	expect_ok("a signer", signer_open(dir.path, &signer, &why), &why);
	loop = loop_new();
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	loop_free(loop);
	signer_free(signer);
	scratch_free(&dir);
	return 0;
}

static int
each(void **state)
{
	(void)state;
	memory = arena_init(4 * MIB);
	client = signer_client_new(loop);
	return 0;
}

static int
after_each(void **state)
{
	(void)state;
	signer_client_free(client);
	arena_release(&memory);
	return 0;
}

static void
on_asked(void *arg, struct span message, int fd)
{
	struct far_end *end = arg;

	expect_number("no descriptors", fd, -1);
	expect_true("not too many", end->count < COUNT(end->asked));
	end->asked[end->count++] = arena_copy(&memory, message);
}

static void
on_end(void *arg)
{
	((struct far_end *)arg)->closed = true;
}

static void
link_to(struct far_end *end)
{
	struct problem why;
	int fds[2];

	*end = (struct far_end){ 0 };
	expect_ok("a pair", channel_pair(fds, &why), &why);
	end->channel = channel_new(loop, fds[0], (struct channel_limits){ 64 * KIB, 1 * MIB }, on_asked, on_end, end);
	signer_client_link(client, fds[1]);
}

static void
answer(struct far_end *end, size_t which)
{
	struct problem why;
	struct span message;

	expect_ok("signed", signer_answer(signer, ROLE_STEWARD, end->asked[which], &memory, &message, &why), &why);
	expect_number("posted", channel_post(end->channel, message), OK);
}

static void
turn_a_while(void)
{
	for (int i = 0; i < 5; i++)
		loop_step(loop, 2000);
}

static void
on_done(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct asker *a = arg;

	a->pending = NULL;
	a->calls++;
	a->err = err;
	a->signature = arena_copy(&memory, signature);
	if (err != OK)
		a->why = *why;
	if (a->then)
		a->then(a);
}

static struct span
info_of(size_t n)
{
	struct signed_info info = { .key = KEY_P256, .reference = span_text(arena_print(&memory, "_%zu", n)) };
	struct problem why;
	struct span bytes;

	expect_ok("SignedInfo", signed_info_write(&info, &memory, &bytes, &why), &why);
	return bytes;
}

static void
ask(struct asker *a, size_t n)
{
	a->pending = sign_metadata(client, "ec", info_of(n), on_done, a);
	expect_number("never called before returning", a->calls, 0);
}

static void
expect_signed(const struct asker *a, size_t n)
{
	struct certificate_facts facts;
	struct key_descriptor d;
	struct problem why;
	bool good = false;

	expect_number("answered once", a->calls, 1);
	expect_ok("signed", a->err, &a->why);
	expect_ok("descriptor", key_descriptor_read(dir.path, "ec", &memory, &d, &why), &why);
	expect_ok("certificate", certificate_read(d.certificate, &memory, &facts, &why), &why);
	expect_ok("verify", public_key_verify(facts.spki, info_of(n), a->signature, &good, &why), &why);
	expect_true("each has the signature of its own bytes", good);
}

static void
answers_come_in_any_order(void **state)
{
	static const size_t order[ASKED] = { 3, 0, 7, 1, 6, 2, 5, 4 };
	struct asker askers[ASKED] = { 0 };
	struct far_end end;

	(void)state;
	link_to(&end);
	for (size_t i = 0; i < ASKED; i++)
		ask(&askers[i], i);
	turn_a_while();
	expect_number("all asked at once", end.count, ASKED);
	for (size_t i = 0; i < ASKED; i++) {
		answer(&end, order[i]);
		turn_a_while();
		expect_signed(&askers[order[i]], order[i]);
	}
	channel_free(end.channel);
}

static void
a_signer_replaced_is_asked_again(void **state)
{
	struct asker askers[ASKED] = { 0 };
	struct far_end first, second, third;

	(void)state;
	link_to(&first);
	for (size_t i = 0; i < ASKED; i++)
		ask(&askers[i], i);
	turn_a_while();
	answer(&first, 2);
	answer(&first, 5);
	turn_a_while();
	channel_free(first.channel); /* the process died */
	turn_a_while();
	expect_number("nobody is told", askers[0].calls, 0);
	link_to(&second);
	turn_a_while();
	expect_number("what was not answered is asked again", second.count, ASKED - 2);
	answer(&second, 0);
	turn_a_while();
	expect_signed(&askers[0], 0);
	/* Replaced before the loss was seen. */
	link_to(&third);
	turn_a_while();
	expect_true("the second's link ended", second.closed);
	expect_number("again", third.count, ASKED - 3);
	for (size_t i = third.count; i-- > 0;)
		answer(&third, i);
	turn_a_while();
	for (size_t i = 0; i < ASKED; i++)
		expect_signed(&askers[i], i);
	channel_free(second.channel);
	channel_free(third.channel);
}

static void
what_is_asked_without_a_signer_waits_for_one(void **state)
{
	struct asker askers[2] = { 0 };
	struct far_end end;

	(void)state;
	ask(&askers[0], 0);
	ask(&askers[1], 1);
	turn_a_while();
	link_to(&end);
	turn_a_while();
	expect_number("asked", end.count, 2);
	answer(&end, 0);
	answer(&end, 1);
	turn_a_while();
	expect_signed(&askers[0], 0);
	expect_signed(&askers[1], 1);
	channel_free(end.channel);
}

static void
the_cancelled_is_never_called(void **state)
{
	struct asker askers[3] = { 0 };
	struct far_end end;

	(void)state;
	link_to(&end);
	for (size_t i = 0; i < COUNT(askers); i++)
		ask(&askers[i], i);
	pending_cancel(&askers[0].pending); /* before it left */
	turn_a_while();
	pending_cancel(&askers[1].pending); /* while the signer works */
	for (size_t i = 0; i < end.count; i++)
		answer(&end, i);
	turn_a_while();
	expect_number("cancelled", askers[0].calls + askers[1].calls, 0);
	expect_signed(&askers[2], 2);
	expect_true("and forgotten", !askers[0].pending && !askers[1].pending);
	channel_free(end.channel);
}

static void
a_refusal_comes_with_its_reason(void **state)
{
	struct asker a = { 0 };
	struct far_end end;

	(void)state;
	link_to(&end);
	a.pending = sign_metadata(client, "nobody", info_of(0), on_done, &a);
	turn_a_while();
	answer(&end, 0);
	turn_a_while();
	expect_number("answered", a.calls, 1);
	expect_problem("no such key", a.err, &a.why, ERR_NOT_FOUND, "the signer has no key of this name");
	channel_free(end.channel);
}

struct head_asker {
	int calls;
	enum err err;
	uint64_t size;
	struct hash root;
};

static void
on_head(void *arg, enum err err, uint64_t size, const struct hash *root, const struct problem *why)
{
	struct head_asker *h = arg;

	(void)why;
	*h = (struct head_asker){ h->calls + 1, err, size, *root };
}

static void
the_head_is_told_as_size_and_root(void **state)
{
	struct head_asker h[3] = { { 0 } };
	struct buffer b = buffer_init(1 * KIB), answers = buffer_init(1 * KIB);
	struct hash root = merkle_empty();
	struct far_end end;

	(void)state;
	link_to(&end);
	for (size_t i = 0; i < COUNT(h); i++)
		ledger_head_ask(client, "ec", on_head, &h[i]);
	turn_a_while();
	buffer_u64(&b, 70000);
	buffer_add(&b, span_of(root.bytes, HASH_SIZE));
	signing_answer_write(&answers, &(struct signing_answer){ .id = 1, .signature = buffer_span(&b) });
	channel_post(end.channel, buffer_span(&answers));
	buffer_byte(&b, 0);
	buffer_clear(&answers);
	signing_answer_write(&answers, &(struct signing_answer){ .id = 2, .signature = buffer_span(&b) });
	channel_post(end.channel, buffer_span(&answers));
	answer(&end, 2);
	turn_a_while();
	expect_true("told", h[0].calls == 1 && h[0].err == OK && h[0].size == 70000 && hash_equal(&h[0].root, &root));
	expect_true("what is no head is none", h[1].calls == 1 && h[1].err == ERR_SYNTAX && h[1].size == 0);
	expect_true("a key for metadata has none", h[2].calls == 1 && h[2].err == ERR_INVALID && h[2].size == 0);
	buffer_release(&b);
	buffer_release(&answers);
	channel_free(end.channel);
}

static void
free_the_client(struct asker *a)
{
	(void)a;
	signer_client_free(client);
	client = NULL;
}

static void
ask_once_more(struct asker *a)
{
	a->then = NULL;
	a->calls = 0;
	ask(a, 9);
}

static void
a_callback_may_ask_again_or_free_the_client(void **state)
{
	struct asker askers[3] = { { .then = ask_once_more }, { .then = free_the_client }, { 0 } };
	struct far_end end;

	(void)state;
	link_to(&end);
	for (size_t i = 0; i < COUNT(askers); i++)
		ask(&askers[i], i);
	turn_a_while();
	answer(&end, 0);
	turn_a_while();
	expect_number("asked again", end.count, 4);
	answer(&end, 3);
	turn_a_while();
	expect_signed(&askers[0], 9);
	answer(&end, 1);
	answer(&end, 2);
	turn_a_while();
	expect_signed(&askers[1], 1);
	expect_number("a freed client calls nobody", askers[2].calls, 0);
	channel_free(end.channel);
}

static void
nonsense_ends_the_link_and_strangers_are_ignored(void **state)
{
	struct asker a = { 0 };
	struct buffer b = buffer_init(1 * KIB);
	int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC), lowest;
	struct far_end end;

	(void)state;
	link_to(&end);
	ask(&a, 0);
	turn_a_while();
	signing_answer_write(&b, &(struct signing_answer){ .id = 999, .signature = span_text("x") });
	channel_post(end.channel, buffer_span(&b));
	turn_a_while();
	expect_true("an answer to nobody is dropped", a.calls == 0 && !end.closed);
	channel_post(end.channel, span_text("nonsense"));
	turn_a_while();
	expect_true("nonsense ends the link", a.calls == 0 && end.closed);
	channel_free(end.channel);
	lowest = dup(descriptor);
	close(lowest);
	link_to(&end);
	expect_number("a descriptor is sent", channel_post_fd(end.channel, buffer_span(&b), descriptor), OK);
	turn_a_while();
	expect_true("a descriptor nobody asked for ends the link, too", a.calls == 0 && end.closed);
	channel_free(end.channel);
	expect_number("and is closed", dup(STDIN_FILENO), lowest);
	close(lowest);
	link_to(&end);
	turn_a_while();
	answer(&end, 0);
	turn_a_while();
	expect_signed(&a, 0);
	channel_free(end.channel);
	buffer_release(&b);
}

static void
a_silent_signer_is_not_waited_for(void **state)
{
	struct asker askers[3] = { 0 };
	int64_t begun = clock_monotonic(), taken;
	struct far_end end;

	(void)state;
	link_to(&end);
	ask(&askers[0], 0);
	ask(&askers[1], 1);
	while (clock_monotonic() - begun < SECONDS(1))
		loop_step(loop, 10000);
	ask(&askers[2], 2);
	while (!askers[1].calls && clock_monotonic() - begun < SECONDS(20))
		loop_step(loop, 100000);
	taken = clock_monotonic() - begun;
	expect_true("after 10 s", taken >= SECONDS(10) && taken < SECONDS(11));
	for (size_t i = 0; i < 2; i++) {
		expect_number("called once", askers[i].calls, 1);
		expect_problem("told why", askers[i].err, &askers[i].why, ERR_UNAVAILABLE,
		    "the signer has not answered for 10 s");
	}
	expect_number("a later one has its own 10 s", askers[2].calls, 0);
	for (size_t i = 0; i < end.count; i++)
		answer(&end, i);
	turn_a_while();
	expect_signed(&askers[2], 2);
	expect_number("an answer that comes too late is dropped", askers[0].calls, 1);
	channel_free(end.channel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_come_in_any_order, each, after_each),
		cmocka_unit_test_setup_teardown(a_signer_replaced_is_asked_again, each, after_each),
		cmocka_unit_test_setup_teardown(what_is_asked_without_a_signer_waits_for_one, each, after_each),
		cmocka_unit_test_setup_teardown(the_cancelled_is_never_called, each, after_each),
		cmocka_unit_test_setup_teardown(a_refusal_comes_with_its_reason, each, after_each),
		cmocka_unit_test_setup_teardown(the_head_is_told_as_size_and_root, each, after_each),
		cmocka_unit_test_setup_teardown(a_callback_may_ask_again_or_free_the_client, each, after_each),
		cmocka_unit_test_setup_teardown(nonsense_ends_the_link_and_strangers_are_ignored, each, after_each),
		cmocka_unit_test_setup_teardown(a_silent_signer_is_not_waited_for, each, after_each),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
