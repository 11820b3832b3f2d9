/* tests/signer/test_rollover.c - lives of keys as scripts: what is done when, and what each key is then. */
#include "expect.h"

#include "base/arena.h"
#include "signer/rollover.h"

#define HOUR SECONDS(3600)

static const struct rollover_times times = { .announce_for = 24 * HOUR, .document_life = 100 * HOUR };

/* Each step: the hour, the action, the key; `!` forces. The keys are a, b and c, all absent at first. */
static const struct { const char *title, *script, *states, *problem; } cases[] = {
	{ "the first key goes from adopted to active at once", "0 adopt a, 0 activate a", "a:active b:absent c:absent",
	    NULL },
	{ "a first key that was announced need not wait", "0 adopt a, 0 announce a, 1 activate a",
	    "a:active b:absent c:absent", NULL },
	{ "a key nobody adopted does nothing", "0 activate a", "a:absent b:absent c:absent",
	    "cannot activate key a: it is not known; adopt it first" },
	{ "nor is it announced", "0 announce a", "a:absent b:absent c:absent", "adopt it first" },
	{ "nor retired", "0 retire a", "a:absent b:absent c:absent", "adopt it first" },
	{ "adopting twice is told", "0 adopt a, 0 adopt a", "a:created b:absent c:absent", "it is known already" },
	{ "announcing twice is told", "0 adopt a, 0 announce a, 1 announce a", "a:announced b:absent c:absent",
	    "it is announced already" },
	{ "activating twice is told", "0 adopt a, 0 activate a, 1 activate a", "a:active b:absent c:absent",
	    "it is active already" },
	{ "the active one needs no announcement", "0 adopt a, 0 activate a, 1 announce a", "a:active b:absent c:absent",
	    "it is active already" },
	{ "a second key is announced before it is activated", "0 adopt a, 0 activate a, 0 adopt b, 100 activate b",
	    "a:active b:created c:absent", "cannot activate key b: announce it first, for a is active" },
	{ "force does not stand for announcing", "0 adopt a, 0 activate a, 0 adopt b, 100 activate b !",
	    "a:active b:created c:absent", "announce it first" },
	{ "an announced key waits", "0 adopt a, 0 activate a, 1 adopt b, 2 announce b, 25 activate b",
	    "a:active b:announced c:absent", "key b may be activated from 2026-11-23T02:00:00Z" },
	{ "when it has waited it takes over", "0 adopt a, 0 activate a, 1 adopt b, 2 announce b, 26 activate b",
	    "a:retiring b:active c:absent", NULL },
	{ "force skips the wait", "0 adopt a, 0 activate a, 1 adopt b, 2 announce b, 3 activate b !",
	    "a:retiring b:active c:absent", NULL },
	{ "the key that signs is not retired", "0 adopt a, 0 activate a, 500 retire a", "a:active b:absent c:absent",
	    "it is the one that signs; activate its successor first" },
	{ "not even by force", "0 adopt a, 0 activate a, 500 retire a !", "a:active b:absent c:absent",
	    "activate its successor first" },
	{ "a retiring key stays until its documents have expired",
	    "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 24 activate b, 123 retire a",
	    "a:retiring b:active c:absent",
	    "key a may be retired from 2026-11-27T04:00:00Z" },
	{ "then it goes", "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 24 activate b, 124 retire a",
	    "a:retired b:active c:absent", NULL },
	{ "or earlier by force", "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 24 activate b, 25 retire a !",
	    "a:retired b:active c:absent", NULL },
	{ "a retired key does not come back",
	    "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 24 activate b, 124 retire a, "
	    "130 activate a", "a:retired b:active c:absent", "a retired key does not come back" },
	{ "nor is it adopted again", "0 adopt a, 0 retire a, 1 adopt a", "a:retired b:absent c:absent",
	    "a retired key does not come back" },
	{ "a retiring key does not come back",
	    "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 24 activate b, 25 activate a",
	    "a:retiring b:active c:absent", "another key has taken its place" },
	{ "a key that never signed is retired at once", "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 1 retire b",
	    "a:active b:retired c:absent", NULL },
	{ "a third key follows the second",
	    "0 adopt a, 0 activate a, 0 adopt b, 0 announce b, 24 activate b, 30 adopt c, "
	    "30 announce c, 54 activate c", "a:retiring b:retiring c:active", NULL },
	{ "a key that is not listed is not found", "0 adopt z", "a:absent b:absent c:absent", "there is no key z" },
};

static void
play(struct arena *a, struct key_life *lives, size_t count, const char *script, struct problem *why)
{
	struct span rest = span_text(script), step;
	struct instant start;

	instant_read(span_text("2026-11-22T00:00:00Z"), &start);
	*why = (struct problem){ 0 };
	while ((step = span_trim(span_cut(&rest, ','))).size) {
		bool *changed = arena_array(a, bool, count);
		struct key_life *before = arena_array(a, struct key_life, count);
		struct span words = step, action, name;
		uint64_t hour;

		memcpy(before, lives, count * sizeof(*lives));
		expect_true(script, span_number(span_cut(&words, ' '), &hour));
		action = span_cut(&words, ' ');
		name = span_cut(&words, ' ');
		key_life_act(lives, count, changed, name, key_action_read(action), &times,
		    instant_after(start, (int64_t)hour * HOUR), span_is(words, "!"), why);
		for (size_t i = 0; i < count; i++)
			expect_true("what changed is marked, and nothing else",
			    changed[i] == (before[i].state != lives[i].state));
	}
}

static void
keys_live_as_the_picture_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(64 * KIB);
		struct key_life lives[] = {
			{ .name = span_text("a"), .use = USE_METADATA },
			{ .name = span_text("b"), .use = USE_METADATA },
			{ .name = span_text("c"), .use = USE_METADATA },
		};
		struct buffer states = buffer_init(1 * KIB);
		struct problem why;

		play(&a, lives, COUNT(lives), cases[i].script, &why);
		for (size_t n = 0; n < COUNT(lives); n++)
			buffer_print(&states, "%s%.*s:%s", n ? " " : "", SPAN_ARGS(lives[n].name),
			    key_state_name(lives[n].state));
		expect_span(cases[i].title, buffer_span(&states), cases[i].states);
		if (cases[i].problem)
			expect_problem(cases[i].title, why.code, &why,
			    why.code == ERR_NOT_FOUND ? ERR_NOT_FOUND : ERR_CONFLICT, cases[i].problem);
		else
			expect_ok(cases[i].title, why.code, &why);
		buffer_release(&states);
		arena_release(&a);
	}
}

static void
each_step_leaves_its_time(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct instant made, start;
	struct key_life lives[2] = {
		{ .name = span_text("a"), .use = USE_METADATA }, { .name = span_text("b"), .use = USE_METADATA },
	};
	struct problem why;

	(void)state;
	instant_read(span_text("2026-11-20T00:00:00Z"), &made);
	instant_read(span_text("2026-11-22T00:00:00Z"), &start);
	lives[0].created = made;
	expect_true("none signs yet", !key_life_active(lives, 2, USE_METADATA));
	play(&a, lives, 2,
	    "0 adopt a, 1 announce a, 2 activate a, 3 adopt b, 4 announce b, 30 activate b, 200 retire a", &why);
	expect_ok("played", why.code, &why);
	expect_number("created as its file says", lives[0].created.us, made.us);
	expect_number("created when adopted, for want of better", lives[1].created.us, start.us + 3 * HOUR);
	expect_number("announced", lives[0].announced.us, start.us + 1 * HOUR);
	expect_number("activated", lives[0].activated.us, start.us + 2 * HOUR);
	expect_number("retiring since the other is active", lives[0].retiring.us, start.us + 30 * HOUR);
	expect_number("retired", lives[0].retired.us, start.us + 200 * HOUR);
	expect_true("the second signs", key_life_active(lives, 2, USE_METADATA) == &lives[1]);
	expect_true("for its own use only", !key_life_active(lives, 2, USE_NONE));
	arena_release(&a);
}

static void
a_row_is_read_as_written_and_else_refused(void **state)
{
	struct key_life life = {
		.name = span_text("fed-2026"), .use = USE_METADATA, .state = KEY_RETIRING, .created = { 1 },
		    .announced = { 2 },
		.activated = { 3 }, .retiring = { 4 }, .retired = { 0 },
	}, read;
	struct buffer b = buffer_init(1 * KIB);
	struct span whole;
	uint8_t *bytes;

	(void)state;
	memset(life.certificate, 0xab, sizeof(life.certificate));
	key_life_write(&b, &life);
	whole = buffer_span(&b);
	bytes = b.data;
	expect_true("read", key_life_read(whole, &read));
	expect_span("the name", read.name, "fed-2026");
	expect_number("the use", read.use, USE_METADATA);
	expect_number("the state", read.state, KEY_RETIRING);
	expect_number("times",
	    read.created.us + read.announced.us * 10 + read.activated.us * 100 + read.retiring.us * 1000, 4321);
	expect_true("the certificate", memcmp(read.certificate, life.certificate, 32) == 0);
	for (size_t n = 0; n < whole.size; n++)
		expect_true("a row cut short", !key_life_read(span_first(whole, n), &read));
	bytes[13] = USE_COUNT;
	expect_true("an unknown use", !key_life_read(whole, &read));
	bytes[13] = USE_METADATA;
	bytes[14] = KEY_RETIRED + 1;
	expect_true("an unknown state", !key_life_read(whole, &read));
	bytes[14] = KEY_ACTIVE;
	expect_true("a known one", key_life_read(whole, &read));
	bytes[0] = 2;
	expect_true("another format", !key_life_read(whole, &read));
	bytes[0] = 1;
	buffer_u8(&b, 0);
	expect_true("bytes behind", !key_life_read(buffer_span(&b), &read));
	buffer_release(&b);
	expect_number("words", key_action_read(span_text("announce")), KEY_ANNOUNCE);
	expect_number("other words", key_action_read(span_text("destroy")), KEY_NO_ACTION);
	expect_number("only the steward writes lives", key_table.writers, ROLE_BIT(ROLE_STEWARD));
}

static void
lives_are_read_whole_or_not_at_all(void **state)
{
	struct key_life life = { .name = span_text("one"), .use = USE_METADATA, .state = KEY_ACTIVE }, *lives;
	struct arena a = arena_init(64 * KIB);
	struct buffer b = buffer_init(1 * KIB);
	struct ask ask = key_lives_ask();
	struct problem why;
	struct row row;

	(void)state;
	key_life_write(&b, &life);
	row = (struct row){ .key = span_text("one"), .value = buffer_span(&b) };
	ask.rows = &row;
	ask.count = 1;
	expect_ok("one life", key_lives_read(&ask, &a, &lives, &why), &why);
	expect_span("is read", lives[0].name, "one");
	ask.more = true;
	expect_problem("more than were asked for", key_lives_read(&ask, &a, &lives, &why), &why, ERR_LIMIT,
	    "the store has more than 1000 keys");
	ask.more = false;
	row.value = span_first(row.value, 5);
	expect_problem("a broken row", key_lives_read(&ask, &a, &lives, &why), &why, ERR_INVALID,
	    "the store's row of key \"one\" cannot be read");
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_live_as_the_picture_says),
		cmocka_unit_test(each_step_leaves_its_time),
		cmocka_unit_test(a_row_is_read_as_written_and_else_refused),
		cmocka_unit_test(lives_are_read_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
