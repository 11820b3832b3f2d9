/* tests/front/test_saml_message.c - a SAML message is believed in its time, and once. */
#include <stdio.h>

#include "expect.h"

#include "base/turn.h"
#include "front/saml/message_time.h"
#include "front/saml/message_use.h"
#include "store/memory.h"

#define NOON SECONDS(1795348800)
#define AT(seconds) { NOON + SECONDS(seconds) }
#define NEVER { 0 }

static const struct message_terms terms = { .skew = SECONDS(180), .life = SECONDS(300) };

/* Judged at noon. */
static const struct time_case {
	const char *title;
	struct message_time said;
	enum err err;
	const char *part;
	struct instant until;
} times[] = {
	{ "issued now", { AT(0), NEVER, NEVER }, OK, "", AT(480) },
	{ "without an IssueInstant", { NEVER, NEVER, AT(60) }, ERR_DENIED, "expected an IssueInstant", NEVER },
	{ "a clock ahead by all that it may be", { AT(180), NEVER, NEVER }, OK, "", AT(660) },
	{ "ahead by more", { AT(181), NEVER, NEVER }, ERR_DENIED, "issued at 2026-11-22T12:03:01Z", NEVER },
	{ "in the last second of its life", { AT(-479), NEVER, NEVER }, OK, "", AT(1) },
	{ "its life is over", { AT(-480), NEVER, NEVER }, ERR_DENIED, "ended at 2026-11-22T11:57:00Z", NEVER },
	{ "an end of its own comes earlier", { AT(-10), NEVER, AT(20) }, OK, "", AT(200) },
	{ "an end of its own makes no life longer", { AT(-10), NEVER, AT(86400) }, OK, "", AT(470) },
	{ "at its own end the other clock may not have come there", { AT(-10), NEVER, AT(-1) }, OK, "", AT(179) },
	{ "over by its own word", { AT(-200), NEVER, AT(-180) }, ERR_DENIED, "ended at 2026-11-22T11:57:00Z", NEVER },
	{ "good from now on", { AT(0), AT(180), AT(200) }, OK, "", AT(380) },
	{ "good from a while on", { AT(0), AT(181), AT(200) }, ERR_DENIED, "not good before 2026-11-22T12:03:01Z",
	  NEVER },
	{ "good at no time", { AT(0), AT(20), AT(20) }, ERR_INVALID, "NotBefore to be earlier", NEVER },
};

static void
a_message_is_believed_in_its_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		const struct time_case *c = &times[i];
		struct instant until = AT(1);
		struct problem why = { 0 };
		enum err err = message_time_check(&c->said, &terms, (struct instant)AT(0), &until, &why);

		if (c->err == OK)
			expect_ok(c->title, err, &why);
		else
			expect_problem(c->title, err, &why, c->err, c->part);
		expect_number(c->title, until.us, c->until.us);
	}
}

/* The moment `until` names is the first in which the message's own time refuses it. */
static void
what_is_remembered_ends_where_its_time_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(times); i++) {
		struct instant until, again;
		struct problem why;

		if (times[i].err != OK)
			continue;
		expect_ok(times[i].title, message_time_check(&times[i].said, &terms, (struct instant)AT(0), &until,
		    &why), &why);
		expect_ok(times[i].title, message_time_check(&times[i].said, &terms, instant_after(until, -1), &again,
		    &why), &why);
		expect_problem(times[i].title, message_time_check(&times[i].said, &terms, until, &again, &why), &why,
		    ERR_DENIED, "ended at");
	}
}

/* Used */

static const struct table *const tables[] = { &saml_message_table, NULL };

struct asked {
	bool done;
	enum err err;
	struct problem why;
};

static void
on_used(void *arg, enum err err, const struct problem *why)
{
	struct asked *a = arg;

	expect_true("one answer", !a->done);
	a->done = true;
	a->err = err;
	if (err != OK)
		a->why = *why;
}

static struct pending *
start_use(struct store *store, struct arena *arena, const char *issuer, const char *id, struct instant now,
    struct asked *a)
{
	*a = (struct asked){ 0 };
	return message_use_start(store, arena, &(struct message_use){ span_text(issuer), span_text(id),
	    (struct instant)AT(480), now }, on_used, a);
}

static const struct use_case {
	const char *title, *issuer, *id;
	struct instant at;
	enum err err;
} uses[] = {
	{ "the first time", "https://sp.example/", "_1", AT(0), OK },
	{ "the second time", "https://sp.example/", "_1", AT(1), ERR_DENIED },
	{ "another message", "https://sp.example/", "_2", AT(2), OK },
	{ "another's message of that ID", "https://sp2.example/", "_1", AT(3), OK },
	{ "issuer and ID do not run into each other", "https://sp.example/_", "1", AT(4), OK },
	{ "in the last moment of its time", "https://sp.example/", "_1", { NOON + SECONDS(480) - 1 }, ERR_DENIED },
	{ "and a little later, where its time was looked at before", "https://sp.example/", "_1", AT(539), ERR_DENIED },
	{ "when its time has long been over it is forgotten", "https://sp.example/", "_1", AT(540), OK },
};

static void
a_message_counts_once(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct store *store = store_memory_new(tables, ROLE_WORKER, seed);
		struct arena arena = arena_init(MIB);

		for (size_t i = 0; i < COUNT(uses); i++) {
			struct asked a;

			start_use(store, &arena, uses[i].issuer, uses[i].id, uses[i].at, &a);
			expect_true("nothing is answered before the call returns", !a.done);
			while (!a.done && store_memory_step(store, uses[i].at))
				continue;
			if (uses[i].err == OK)
				expect_ok(uses[i].title, a.err, &a.why);
			else
				expect_problem(uses[i].title, a.err, &a.why, uses[i].err, "has been used already");
		}
		store_free(store);
		arena_release(&arena);
	}
}

static void
of_two_at_one_time_one_is_the_second(void **state)
{
	const struct instant now = AT(0);

	(void)state;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct store *store = store_memory_new(tables, ROLE_WORKER, seed);
		struct arena arena = arena_init(MIB);
		struct asked a, b;

		start_use(store, &arena, "https://sp.example/", "_1", now, &a);
		start_use(store, &arena, "https://sp.example/", "_1", now, &b);
		while (store_memory_step(store, now))
			continue;
		expect_true("both are answered", a.done && b.done);
		expect_true("one counts, one does not", (a.err == OK) != (b.err == OK));
		expect_number("which is a replay", a.err == OK ? b.err : a.err, ERR_DENIED);
		store_free(store);
		arena_release(&arena);
	}
}

static void
what_cannot_be_kept_does_not_count(void **state)
{
	const struct instant now = AT(0);
	struct store *store = store_memory_new(tables, ROLE_STEWARD, 1);
	struct arena arena = arena_init(MIB);
	struct asked a;

	(void)state;
	/* A process that may not write the table stands for a recorder that does not write. */
	start_use(store, &arena, "https://sp.example/", "_1", now, &a);
	while (store_memory_step(store, now))
		continue;
	expect_true("answered", a.done);
	expect_problem("not counted", a.err, &a.why, ERR_UNAVAILABLE, "could not be kept");
	store_free(store);
	arena_release(&arena);
}

static void
who_cancels_is_not_called(void **state)
{
	const struct instant now = AT(0);
	struct store *store = store_memory_new(tables, ROLE_WORKER, 1);
	struct arena arena = arena_init(MIB);
	struct pending *pending;
	struct asked a;

	(void)state;
	pending = start_use(store, &arena, "https://sp.example/", "_1", now, &a);
	pending_cancel(&pending);
	while (store_memory_step(store, now))
		continue;
	expect_true("nobody calls", !a.done);
	store_free(store);
	arena_release(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_believed_in_its_time),
		cmocka_unit_test(what_is_remembered_ends_where_its_time_does),
		cmocka_unit_test(a_message_counts_once),
		cmocka_unit_test(of_two_at_one_time_one_is_the_second),
		cmocka_unit_test(what_cannot_be_kept_does_not_count),
		cmocka_unit_test(who_cancels_is_not_called),
	};

	return cmocka_run_group_tests_name("front/saml_message", tests, NULL, NULL);
}
