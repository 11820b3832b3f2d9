/* tests/daemon/test_upkeep.c - when the steward looks at what time changes: a scripted renewal. */
#include "expect.h"

#include "daemon/upkeep.h"
#include "store/memory.h"

#define SETTLED SECONDS(2) /* a change settles for one */

static const struct table *const tables[] = { &member_table, NULL };

static struct loop *loop;
static struct store *store;
static struct upkeep *upkeep;

/* The renewal: registry/membership.h's, by the script. */

static struct {
	struct pending pending; /* first */
	struct later later;
	on_renewed *done;
	void *arg;
	unsigned runs;
	uint64_t after;         /* of the last run's settings */
	struct renewal_report report;
	enum err outcome;
} renewal;

static void
renewal_cancel(struct pending *pending)
{
	(void)pending;
	turn_cancel(loop_turn(loop), &renewal.later);
}

static void
renewal_done(void *arg)
{
	struct problem why;

	(void)arg;
	if (renewal.outcome == OK)
		renewal.done(renewal.arg, OK, &renewal.report, NULL);
	else
		renewal.done(renewal.arg, problem_set(&why, renewal.outcome, "", "as the script says"), NULL, &why);
}

struct pending *
renewal_start(struct loop *l, struct store *s, struct validator *v, const struct renewal_settings *settings,
    on_renewed *done, void *arg)
{
	(void)s;
	(void)v;
	renewal.runs++;
	renewal.after = settings->after;
	renewal.pending.cancel = renewal_cancel;
	renewal.later = (struct later){ .run = renewal_done };
	renewal.done = done;
	renewal.arg = arg;
	turn_later(loop_turn(l), &renewal.later);
	return &renewal.pending;
}

/* The stage. */

static void
let_pass(int64_t us)
{
	int64_t end = clock_monotonic() + us;

	while (clock_monotonic() < end) {
		turn_run(loop_turn(loop));
		if (!store_memory_step(store, clock_now()))
			loop_step(loop, SECONDS(1) / 100);
	}
}

static void
on_put(void *arg, const struct committed *done)
{
	(void)arg;
	expect_number("the commit", done->code, OK);
}

static void
change_member(void)
{
	struct arena arena = arena_init(64 * KIB);
	struct unit *unit = unit_new(&arena, store_tables(store), id_new(clock_now()));

	unit_put(unit, &member_table, span_text("city"), span_text("anything"));
	store_commit(store, unit, on_put, NULL);
	let_pass(SETTLED);
	arena_release(&arena);
}

static int
stage_open(void **state)
{
	const struct upkeep_settings settings = { .confirm_every = SECONDS(86400), .warn_before = SECONDS(3600) };

	(void)state;
	memset(&renewal, 0, sizeof(renewal));
	renewal.report = (struct renewal_report){ .generation = 7, .next = instant_after(clock_now(), SECONDS(3600)) };
	loop = loop_new();
	store = store_memory_new(tables, ROLE_STEWARD, 1);
	upkeep = upkeep_new(loop, store, &settings);
	return 0;
}

static int
stage_close(void **state)
{
	(void)state;
	upkeep_free(upkeep);
	store_free(store);
	loop_free(loop);
	return 0;
}

static void
a_change_is_looked_at_alone_and_time_among_all(void **state)
{
	(void)state;
	change_member();
	expect_number("the first look", renewal.runs, 1);
	expect_number("is at all", (int64_t)renewal.after, 0);
	change_member();
	expect_number("a change is looked at", renewal.runs, 2);
	expect_number("with what came after the first look", (int64_t)renewal.after, 7);
	renewal.report = (struct renewal_report){ .generation = 9, .next = instant_after(clock_now(), SECONDS(1) / 2) };
	change_member();
	for (int waited = 0; renewal.runs < 4 && waited < 200; waited++)
		let_pass(SECONDS(1) / 10);
	expect_true("when something is due soon, it is looked at again", renewal.runs >= 4);
	expect_number("at all, for time has come", (int64_t)renewal.after, 0);
}

static void
a_look_that_fails_is_tried_again_later(void **state)
{
	(void)state;
	renewal.outcome = ERR_IO;
	change_member();
	expect_number("one run, which failed", renewal.runs, 1);
	let_pass(SECONDS(2));
	expect_number("is not tried at once again", renewal.runs, 1);
	renewal.outcome = OK;
	change_member();
	expect_number("a change brings the next", renewal.runs, 2);
	expect_number("which looks at all, as nothing has been seen", (int64_t)renewal.after, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_change_is_looked_at_alone_and_time_among_all, stage_open,
		    stage_close),
		cmocka_unit_test_setup_teardown(a_look_that_fails_is_tried_again_later, stage_open, stage_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
