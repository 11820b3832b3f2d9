/* tests/daemon/test_schedule.c - when the steward publishes: a scripted publisher, a clock of the test's own. */
#include "expect.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/schedule.h"
#include "signer/descriptor.h"
#include "signer/rollover.h"
#include "store/memory.h"

#define NOON "2026-11-22T12:00:00Z"
#define SETTLED (SECONDS(1) / 2) /* the first key's adoption is a change, which has a run of its own */

static const struct table *const tables[] = { &key_table, &journal_table, &publication_table, NULL };

static struct loop *loop;
static struct store *store;
static struct schedule *schedule;
static struct instant now;
static char keys[] = "/tmp/watashi-schedule-XXXXXX";
static unsigned runs, answers, renewals;
static enum err outcome; /* of the next run */
static struct instant published;

/* The publisher: registry/publish.h's, by the script. */

static struct {
	struct pending pending; /* first */
	struct later later;
	on_published *done;
	void *arg;
} publisher;

static void
publisher_cancel(struct pending *pending)
{
	(void)pending;
	turn_cancel(loop_turn(loop), &publisher.later);
}

static void
publisher_done(void *arg)
{
	const struct publish_report report = { .generation = 1 };
	struct problem why;

	(void)arg;
	if (outcome == OK)
		publisher.done(publisher.arg, OK, &report, NULL);
	else
		publisher.done(publisher.arg, problem_set(&why, outcome, "", "as the script says"), NULL, &why);
}

struct pending *
publish_start(struct loop *l, struct store *s, struct signer_client *signer, const struct publish_settings *settings,
    bool all, on_published *done, void *arg)
{
	(void)s;
	(void)signer;
	(void)all;
	runs++;
	published = settings->now;
	publisher.pending.cancel = publisher_cancel;
	publisher.later = (struct later){ .run = publisher_done };
	publisher.done = done;
	publisher.arg = arg;
	turn_later(loop_turn(l), &publisher.later);
	return &publisher.pending;
}

/* The stage. */

static struct instant
clock_of_test(void)
{
	return now;
}

static void
count_renewal(void *arg)
{
	(void)arg;
	renewals++;
}

static void
count_answer(void *arg, enum err err, const struct publish_report *report, const struct problem *why)
{
	(void)arg;
	(void)err;
	(void)report;
	(void)why;
	answers++;
}

static void
let_pass(int64_t us)
{
	int64_t end = clock_monotonic() + us;

	while (clock_monotonic() < end) {
		turn_run(loop_turn(loop));
		if (!store_memory_step(store, now))
			loop_step(loop, SECONDS(1) / 100);
	}
}

static void
ignore_commit(void *arg, const struct committed *done)
{
	(void)arg;
	expect_number("the commit", done->code, OK);
}

static void
put_in_force(struct instant refresh_at)
{
	const struct publication p = { .generation = 1, .published = now, .valid_until = instant_after(now,
		SECONDS(86400)), .refresh_at = refresh_at, .key = span_text("metadata-1") };
	struct arena a = arena_init(MIB);
	struct unit *unit = unit_new(&a, store_tables(store), id_new(now));
	struct buffer b = buffer_init(4 * KIB);

	publication_write(&b, &p);
	unit_put(unit, &publication_table, span_text("current"), buffer_span(&b));
	store_commit(store, unit, ignore_commit, NULL);
	while (store_memory_step(store, now))
		;
	buffer_release(&b);
	arena_release(&a);
}

static int
stage_open(void **state)
{
	const struct schedule_settings settings = { .keys = keys, .new_keys = count_renewal, .clock = clock_of_test };

	(void)state;
	runs = answers = renewals = 0;
	outcome = OK;
	loop = loop_new();
	store = store_memory_new(tables, ROLE_STEWARD, 1);
	schedule = schedule_new(loop, store, NULL, &settings);
	return 0;
}

static int
stage_close(void **state)
{
	(void)state;
	schedule_free(schedule);
	store_free(store);
	loop_free(loop);
	return 0;
}

static void
ask(void)
{
	unsigned before = answers;

	schedule_ask(schedule, false, count_answer, NULL);
	let_pass(SETTLED);
	expect_number("who asked is answered once", answers, before + 1);
}

static void
what_is_not_due_is_not_run_for(void **state)
{
	unsigned before;

	(void)state;
	put_in_force(instant_after(now, SECONDS(3600)));
	ask();
	expect_true("the test's clock is the publication's", published.us == now.us);
	before = runs;
	let_pass(SECONDS(3) / 2);
	expect_number("nobody asked, nothing changed, nothing is due", runs, before);
}

static void
what_a_run_leaves_due_is_run_for_later_and_later(void **state)
{
	unsigned before;

	(void)state;
	put_in_force(instant_after(now, -SECONDS(3600)));
	ask();
	before = runs;
	expect_number("one run for who asked, one for the first key", before, 2);
	let_pass(SECONDS(3));
	expect_number("then one after two seconds, and the next would be after four", runs, before + 1);
}

static void
failures_are_tried_again_and_ask_for_a_signer_until_one_came(void **state)
{
	(void)state;
	put_in_force(instant_after(now, SECONDS(3600)));
	outcome = ERR_NOT_FOUND;
	schedule_ask(schedule, false, count_answer, NULL);
	let_pass(SETTLED);
	expect_number("whose signer lacks the key waits for another, not for an answer", answers, 0);
	expect_number("which has been asked for", renewals, 1);
	expect_number("and nothing is tried before", runs, 1);
	schedule_on_signer(schedule);
	let_pass(SETTLED);
	expect_number("a new signer is tried at once", runs, 2);
	expect_number("who asked is told what came of it", answers, 1);
	expect_number("if it is no better, another would be no better", renewals, 1);
	outcome = OK;
	ask();
	expect_number("who asks need not wait for the next try", runs, 3);
	outcome = ERR_IO;
	ask();
	expect_number("of other failures it is not to blame", renewals, 1);
}

static int
keys_make(void **state)
{
	struct new_key key = { .name = "metadata-1", .common_name = "Watashi test", .use = USE_METADATA,
		.type = KEY_P256, .valid_for = SECONDS(86400LL * 3650) };
	struct problem why;

	(void)state;
	if (!mkdtemp(keys) || !instant_read(span_text(NOON), &now))
		return -1;
	key.now = now;
	return key_descriptor_new(keys, &key, &why) == OK ? 0 : -1;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int
keys_remove(void **state)
{
	(void)state;
	return nftw(keys, remove_one, 4, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_not_due_is_not_run_for, stage_open, stage_close),
		cmocka_unit_test_setup_teardown(what_a_run_leaves_due_is_run_for_later_and_later, stage_open,
		    stage_close),
		cmocka_unit_test_setup_teardown(failures_are_tried_again_and_ask_for_a_signer_until_one_came,
		    stage_open, stage_close),
	};

	return cmocka_run_group_tests(tests, keys_make, keys_remove);
}
