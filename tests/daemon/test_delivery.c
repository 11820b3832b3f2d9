/* tests/daemon/test_delivery.c - what waits in the outbox is looked at, kept, or goes: with a store that answers
 * late, and nobody to send by.
 */
#include "expect.h"

#include <stdlib.h>

#include "authn/credential.h"
#include "base/log.h"
#include "daemon/sending.h"
#include "daemon/spreading.h"
#include "store/memory.h"

static const struct table *const tables[] = { &notice_table, &credential_table, &credential_name_table,
	&credential_model_table, NULL };

#define NOON SECONDS(1795316400)
static struct instant now;

static struct {
	struct loop *loop;
	struct store *store;
	struct figures figures;
	size_t rows;
	struct notice first; /* of those that wait; borrowed no longer than the look */
	bool answered;
} here;

static struct instant
own_clock(void)
{
	return now;
}

static void
step(void)
{
	while (store_memory_step(here.store, now))
		loop_step(here.loop, 0);
	loop_step(here.loop, SECONDS(1) / 100);
}

static void
on_counted(void *arg, enum err err, const struct problem *why)
{
	const struct ask *ask = arg;

	(void)why;
	assert_int_equal(err, OK);
	here.rows = ask->count;
	here.answered = true;
	if (ask->count)
		assert_true(notice_read(ask->rows[0].value, &here.first));
}

static size_t
waiting(void)
{
	struct ask ask = { .table = &notice_table, .from = span_of("", 1), .limit = 1000 };

	here.answered = false;
	store_load(here.store, &ask, 1, on_counted, &ask);
	while (!here.answered)
		step();
	return here.rows;
}

static void
on_put(void *arg, const struct committed *done)
{
	(void)arg;
	assert_int_equal(done->code, OK);
	here.answered = true;
}

static void
put(const struct notice *n)
{
	struct arena a = arena_init(1 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(now));

	notice_put(unit, n);
	here.answered = false;
	store_commit(here.store, unit, on_put, NULL);
	while (!here.answered)
		step();
	arena_release(&a);
}

static struct notice
mail(unsigned number, int64_t next, int64_t until)
{
	struct notice n = { .id = { { 1 } }, .kind = NOTICE_PROOFED, .address = span_text("hanako@example.jp"),
		.made = { NOON }, .next = { next }, .until = { until } };

	n.id.bytes[14] = (uint8_t)(number >> 8);
	n.id.bytes[15] = (uint8_t)number;
	return n;
}

static uint64_t
figure(enum figure which)
{
	return atomic_load(&here.figures.value[which]);
}

static struct delivery *
open_without_ways(void)
{
	const struct delivery_settings settings = {
		.store = here.store,
		.push = { .store = here.store, .clock = own_clock },
		.wording = { { span_text("試験"), span_text("Test") }, span_text("https://watashi.example/") },
		.figures = &here.figures,
	};

	return delivery_new(here.loop, &settings);
}

static int
start(void **state)
{
	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	memset(&here, 0, sizeof(here));
	now = (struct instant){ NOON };
	here.loop = loop_new();
	here.store = store_memory_new(tables, ROLE_STEWARD, 7);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	store_free(here.store);
	loop_free(here.loop);
	return 0;
}

static const struct {
	const char *title;
	unsigned tries;
	int64_t until, next; /* seconds from now */
} waits[] = {
	{ "after a minute at first", 0, 100000, 60 },
	{ "then after two", 1, 100000, 120 },
	{ "and so on", 5, 100000, 1920 },
	{ "but not after more than six hours", 9, 100000, 21600 },
	{ "however often it was tried", 4000000000, 100000, 21600 },
	{ "and never later than its end", 3, 300, 300 },
	{ "nor before its end has come", 0, 60, 60 },
};

static void
what_failed_is_tried_again_later_each_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(waits); i++)
		expect_number(waits[i].title, sending_next(SECONDS(60), waits[i].tries, now, instant_after(now,
		    SECONDS(waits[i].until))).us, NOON + SECONDS(waits[i].next));
}

static void
what_nobody_can_send_goes(void **state)
{
	static const uint8_t key[PUSH_KEY] = { 4 }, secret[PUSH_SECRET];
	const struct notice one = mail(1, 0, NOON + SECONDS(600));
	struct notice other = { .id = { { 2 } }, .kind = NOTICE_APP_REQUEST, .made = { NOON },
		.until = { NOON + SECONDS(600) }, .push = { span_text("https://push.example/1"), { key, sizeof(key) },
		    { secret, sizeof(secret) } } };
	struct delivery *d;

	(void)state;
	put(&one);
	d = open_without_ways();
	put(&other);
	while (waiting())
		step();
	expect_number("each is counted", figure(FIGURE_NOTICES_GIVEN_UP), 2);
	delivery_free(d);
	delivery_free(NULL);
}

static void
what_is_not_due_waits(void **state)
{
	const struct notice one = mail(1, NOON + SECONDS(60), NOON + SECONDS(600));
	struct delivery *early = open_without_ways(), *late;

	(void)state;
	put(&one);
	for (int i = 0; i < 50; i++)
		step();
	expect_number("it is there", waiting(), 1);
	expect_number("as it was", here.first.tries, 0);
	expect_number("untouched", figure(FIGURE_NOTICES_GIVEN_UP), 0);
	now = instant_after(now, SECONDS(61));
	late = open_without_ways();
	while (waiting())
		step();
	expect_number("whoever opens when it is due takes it", figure(FIGURE_NOTICES_GIVEN_UP), 1);
	delivery_free(late);
	delivery_free(early); /* who watches a store does so as long as it is there */
}

/* More than a page, more than are sent at once, all to one address: each has its turn. */
static void
each_of_many_has_its_turn(void **state)
{
	struct delivery *d;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		const struct notice n = mail(i, 0, NOON + SECONDS(600));

		put(&n);
	}
	d = open_without_ways();
	while (waiting())
		step();
	expect_number("all of them", figure(FIGURE_NOTICES_GIVEN_UP), 300);
	delivery_free(d);
}

static void
a_store_that_fails_loses_nothing(void **state)
{
	const struct notice one = mail(1, 0, NOON + SECONDS(600));
	struct delivery *d;

	(void)state;
	put(&one);
	store_memory_fail_commits(here.store, 1, ERR_UNAVAILABLE);
	d = open_without_ways();
	while (figure(FIGURE_NOTICES_GIVEN_UP) == 0)
		step();
	expect_number("its row is there until it has been written", waiting(), 1);
	while (waiting())
		step();
	expect_number("what became of it is counted once", figure(FIGURE_NOTICES_GIVEN_UP), 1);
	delivery_free(d);
}

static void
how_many_wait_and_since_when_is_told(void **state)
{
	struct notice first = mail(1, NOON + SECONDS(60), NOON + SECONDS(600));
	const struct notice second = mail(2, NOON + SECONDS(60), NOON + SECONDS(600));
	struct delivery *early, *late, *last;

	(void)state;
	first.made = instant_after(now, -SECONDS(3600));
	first.tries = 4;
	put(&first);
	put(&second);
	early = open_without_ways();
	for (int i = 0; i < 500 && figure(FIGURE_NOTICES_WAITING) != 2; i++)
		step();
	expect_number("both", figure(FIGURE_NOTICES_WAITING), 2);
	expect_number("of which one was tried", figure(FIGURE_NOTICES_FAILING), 1);
	expect_number("the oldest", figure(FIGURE_NOTICES_OLDEST), NOON / SECONDS(1) - 3600);
	now = instant_after(now, SECONDS(61));
	late = open_without_ways();
	while (waiting())
		step();
	last = open_without_ways();
	for (int i = 0; i < 500 && figure(FIGURE_NOTICES_WAITING); i++)
		step();
	expect_number("none waits", figure(FIGURE_NOTICES_WAITING), 0);
	expect_number("so none fails", figure(FIGURE_NOTICES_FAILING), 0);
	expect_number("and none is the oldest", figure(FIGURE_NOTICES_OLDEST), 0);
	delivery_free(last); /* who watches a store does so as long as it is there */
	delivery_free(late);
	delivery_free(early);
}

/* An account's authenticators, of which some are phones that can be told. */

static const uint8_t point[PUSH_KEY] = { 4 }, secret[PUSH_SECRET];
static const struct {
	const char *title, *endpoint;
	enum credential_kind kind;
	enum credential_state state;
	int64_t expires; /* seconds from now; 0: never */
	bool told;
} held[] = {
	{ "a phone", "https://push.example/1", CREDENTIAL_APP, CREDENTIAL_ACTIVE, 0, true },
	{ "a phone that takes no pushes", "", CREDENTIAL_APP, CREDENTIAL_ACTIVE, 0, false },
	{ "a phone that was revoked", "https://push.example/3", CREDENTIAL_APP, CREDENTIAL_REVOKED, 0, false },
	{ "one that was suspended", "https://push.example/4", CREDENTIAL_APP, CREDENTIAL_SUSPENDED, 0, false },
	{ "one that is past its end", "https://push.example/5", CREDENTIAL_APP, CREDENTIAL_ACTIVE, -1, false },
	{ "codes on paper", "", CREDENTIAL_RECOVERY, CREDENTIAL_ACTIVE, 0, false },
	{ "another phone", "https://push.example/7", CREDENTIAL_APP, CREDENTIAL_ACTIVE, 60, true },
};
static const struct id owner = { { 5 } };
#define TOLD 2

static struct id
credential_at(size_t at)
{
	return (struct id){ { 6, (uint8_t)at } };
}

static void
put_held(void)
{
	struct arena a = arena_init(1 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(now));

	for (size_t i = 0; i < COUNT(held); i++) {
		struct credential c = { .account = owner, .id = credential_at(i), .kind = held[i].kind,
			.state = held[i].state, .name = span_text("私のもの"), .issued = now };

		if (held[i].expires)
			c.expires = instant_after(now, SECONDS(held[i].expires));
		if (c.kind == CREDENTIAL_APP) {
			c.app.key = arena_copy(&a, id_span(&c.id));
			c.app.push_endpoint = span_text(held[i].endpoint);
			c.app.push_key = span_of(point, *held[i].endpoint ? sizeof(point) : 0);
			c.app.push_secret = span_of(secret, *held[i].endpoint ? sizeof(secret) : 0);
		}
		credential_put(unit, &a, &c);
	}
	here.answered = false;
	store_memory_become(here.store, ROLE_WORKER);
	store_commit(here.store, unit, on_put, NULL);
	while (!here.answered)
		step();
	store_memory_become(here.store, ROLE_STEWARD);
	arena_release(&a);
}

static struct notice
to_phones(void)
{
	return (struct notice){ .id = { { 9 } }, .kind = NOTICE_CREDENTIAL_ADDED, .english = true, .account = owner,
		.made = { NOON }, .until = { NOON + SECONDS(600) }, .next = { NOON } };
}

static struct spread {
	bool answered;
	enum err err;
	size_t phones, rows;
	bool right[COUNT(held)];
} spread;

static void
on_phones(void *arg, enum err err, size_t phones)
{
	(void)arg;
	spread.answered = true;
	spread.err = err;
	spread.phones = phones;
}

static void
spread_now(uint64_t generation)
{
	const struct notice n = to_phones();

	spread = (struct spread){ .answered = false };
	notice_spread(here.store, &n, generation, now, on_phones, NULL);
	while (!spread.answered)
		step();
}

static void
on_listed(void *arg, enum err err, const struct problem *why)
{
	const struct ask *ask = arg;

	(void)why;
	assert_int_equal(err, OK);
	spread.rows = ask->count;
	for (size_t i = 0; i < ask->count; i++) {
		struct notice n;

		assert_true(notice_read(ask->rows[i].value, &n));
		for (size_t at = 0; at < COUNT(held); at++) {
			struct id id = credential_at(at);

			if (id_equal(&n.credential, &id))
				spread.right[at] = n.kind == NOTICE_CREDENTIAL_ADDED && n.english &&
				    id_equal(&n.account, &owner) && span_is(n.push.endpoint, held[at].endpoint) &&
				    !n.name.size && n.until.us == NOON + SECONDS(600);
		}
	}
	here.answered = true;
}

static void
list_rows(void)
{
	struct ask ask = { .table = &notice_table, .from = span_of("", 1), .limit = 100 };

	here.answered = false;
	store_load(here.store, &ask, 1, on_listed, &ask);
	while (!here.answered)
		step();
}

static void
one_to_the_phones_becomes_one_to_each(void **state)
{
	const struct notice n = to_phones();

	(void)state;
	put_held();
	put(&n);
	store_memory_fail_commits(here.store, 1, ERR_UNAVAILABLE);
	spread_now(2);
	expect_number("where it could not be written", spread.err, ERR_UNAVAILABLE);
	expect_number("it is still there", waiting(), 1);
	spread_now(2);
	expect_number("it is spread", spread.err, OK);
	expect_number("to so many", spread.phones, TOLD);
	list_rows();
	expect_number("each of which has one, and that is all", spread.rows, TOLD);
	for (size_t i = 0; i < COUNT(held); i++)
		expect_true(held[i].title, spread.right[i] == held[i].told);
	spread_now(2);
	expect_number("once", spread.err, ERR_CONFLICT);
}

static void
the_post_office_spreads_it(void **state)
{
	const struct notice n = to_phones();
	struct delivery *d;

	(void)state;
	put_held();
	put(&n);
	store_memory_fail_commits(here.store, 1, ERR_UNAVAILABLE);
	d = open_without_ways();
	while (waiting())
		step();
	expect_number("each phone's own is not pushed, where nothing is", figure(FIGURE_NOTICES_GIVEN_UP), TOLD);
	delivery_free(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_failed_is_tried_again_later_each_time, start, stop),
		cmocka_unit_test_setup_teardown(what_nobody_can_send_goes, start, stop),
		cmocka_unit_test_setup_teardown(what_is_not_due_waits, start, stop),
		cmocka_unit_test_setup_teardown(how_many_wait_and_since_when_is_told, start, stop),
		cmocka_unit_test_setup_teardown(each_of_many_has_its_turn, start, stop),
		cmocka_unit_test_setup_teardown(a_store_that_fails_loses_nothing, start, stop),
		cmocka_unit_test_setup_teardown(one_to_the_phones_becomes_one_to_each, start, stop),
		cmocka_unit_test_setup_teardown(the_post_office_spreads_it, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
