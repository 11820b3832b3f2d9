/* tests/transaction/test_proofing_end.c - proofing ends by one operator's word, and is resumed by as many as it
 * takes. */
#include <stdio.h>

#include "expect.h"

#include "registry/entity.h"
#include "store/memory.h"
#include "transaction/proofing/end_watch.h"

#define NOON "2026-11-22T12:00:00Z"

static const struct table *const tables[] = { &proofing_end_table, &journal_table, NULL };

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	bool done;
	enum err err;
	struct problem why;
	struct proofing_end_report report;
	/* What a watching process was told last. */
	unsigned told;
	bool ended, erased;
} world;

static int
set_up(void **state)
{
	(void)state;
	world = (struct world){ .arena = arena_init(16 * MIB), .store = store_memory_new(tables, ROLE_STEWARD, 7) };
	return instant_read(span_text(NOON), &world.now) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	store_free(world.store);
	arena_release(&world.arena);
	return 0;
}

static void
run(void)
{
	while (store_memory_step(world.store, world.now))
		;
}

static void
on_stepped(void *arg, enum err err, const struct proofing_end_report *report, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		world.report = *report;
	else
		world.why = *why;
}

/* One operator's word, where it takes two of three. */
static void
say(const char *actor, enum proofing_end_step step, const char *reason)
{
	const struct proofing_end_request request = {
		.step = step, .reason = span_text(reason), .now = world.now,
		.by = { span_text(actor), { span_text("uid:1\nuid:2\nuid:3"), 2 } },
	};

	world.done = false;
	world.now = instant_after(world.now, SECONDS(1));
	proofing_end_start(world.store, &request, on_stepped, NULL);
	run();
	expect_true("each step has an end", world.done);
}

static struct ask looked;
static struct proofing_end found;

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	struct problem own;

	(void)arg;
	expect_ok("the store answers", err, why);
	if (looked.table == &journal_table) {
		struct buffer b = buffer_init(64 * KIB);

		for (size_t i = 0; i < looked.count; i++)
			buffer_add(&b, looked.rows[i].value);
		world.why.text[0] = '\0';
		snprintf(world.why.text, sizeof(world.why.text), "%.*s", SPAN_ARGS(buffer_span(&b)));
		buffer_release(&b);
		return;
	}
	expect_ok("a row", proofing_end_loaded(&looked, &found, &own), &own);
	found.reason = arena_copy(&world.arena, found.reason);
	found.actor = arena_copy(&world.arena, found.actor);
}

static void
look(struct ask ask)
{
	looked = ask;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
}

static void
on_noted(void *arg, const struct committed *done)
{
	(void)arg;
	expect_number("it is noted", done->code, OK);
}

static void
note_erased(void)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));

	look(proofing_end_ask());
	proofing_end_put_erased(unit, &found, world.now);
	store_commit(world.store, unit, on_noted, NULL);
	run();
}

static size_t
journal_rows(void)
{
	look((struct ask){ .table = &journal_table, .limit = 100 });
	return looked.count;
}

static void
one_operator_ends_it_once(void **state)
{
	struct instant ended;

	(void)state;
	say("uid:9", PROOFING_END, "the accreditation ran out");
	expect_ok("whoever may ask ends it", world.err, &world.why);
	expect_true("it is ended", world.report.changed && world.report.end.at.us);
	ended = world.report.end.at;
	expect_number("the journal tells", journal_rows(), 1);
	expect_text("who, when, why", world.why.text, "{\"actor\":\"uid:9\",\"approvers\":[],"
	    "\"at\":\"2026-11-22T12:00:00Z\",\"event\":\"proofing.ended\",\"reason\":\"the accreditation ran out\"}");
	say("uid:1", PROOFING_END, "again");
	expect_ok("said again", world.err, &world.why);
	expect_true("it is as good as once", !world.report.changed && world.report.end.at.us == ended.us);
	expect_number("and no other entry", journal_rows(), 1);
	look(proofing_end_ask());
	expect_span("the first one's", found.actor, "uid:9");
	expect_problem("whoever wants to be proved", proofing_end_refuse(&found, &world.why), &world.why, ERR_DENIED,
	    "this service ended proofing at 2026-11-22T12:00:00Z");
}

static void
as_many_as_it_takes_resume_it(void **state)
{
	(void)state;
	say("uid:1", PROOFING_RESUME, "accredited anew");
	expect_ok("what has not ended is not resumed", world.err, &world.why);
	expect_true("so nothing changes", !world.report.changed && !world.report.waits);
	say("uid:1", PROOFING_END, "a fault");
	say("uid:1", PROOFING_RESUME, "accredited anew");
	expect_problem("what is not erased is not resumed", world.err, &world.why, ERR_CONFLICT, "not been erased yet");
	note_erased();
	expect_number("the erasure is told", journal_rows(), 2);
	say("uid:9", PROOFING_RESUME, "accredited anew");
	expect_problem("whose word does not count", world.err, &world.why, ERR_DENIED, "does not count");
	say("uid:1", PROOFING_RESUME, "accredited anew");
	expect_ok("the first", world.err, &world.why);
	expect_true("waits for another", world.report.waits && world.report.had == 1 && world.report.needed == 2);
	say("uid:1", PROOFING_RESUME, "accredited anew");
	expect_true("and is one, however often", world.report.waits && world.report.had == 1);
	say("uid:3", PROOFING_END, "no");
	say("uid:2", PROOFING_RESUME, "accredited anew");
	expect_true("an end in between takes agreements away", world.report.waits && world.report.had == 1);
	say("uid:3", PROOFING_RESUME, "accredited anew");
	expect_ok("the second", world.err, &world.why);
	expect_true("resumes it", world.report.changed && !world.report.waits && !world.report.end.at.us);
	look(proofing_end_ask());
	expect_number("it has not ended", found.at.us, 0);
	expect_number("and since when is known", found.resumed.us, instant_after(world.now, -SECONDS(1)).us);
	say("uid:1", PROOFING_RESUME, "accredited anew");
	expect_true("said again, nothing changes", world.err == OK && !world.report.changed && !world.report.waits);
	expect_number("one entry more", journal_rows(), 3);
	expect_true("with who agreed", strstr(world.why.text, "\"approvers\":[\"uid:2\",\"uid:3\"],") &&
	    strstr(world.why.text, "\"event\":\"proofing.resumed\",\"reason\":\"accredited anew\"}"));
}

/* As it was written before a row stayed behind a resumption. */
static void
an_end_of_the_earlier_form_is_read(void **state)
{
	struct buffer b = buffer_init(1 * KIB);
	struct row row = { 0 };
	struct ask ask = { .count = 1, .rows = &row };
	struct proofing_end end;
	struct problem why;

	(void)state;
	buffer_u8(&b, 1);
	buffer_u64(&b, 77);
	buffer_u64(&b, 78);
	buffer_block(&b, span_text("uid:1"));
	buffer_block(&b, span_text("a fault"));
	buffer_block(&b, (struct span){ 0 });
	row.value = buffer_span(&b);
	expect_ok("it is read", proofing_end_loaded(&ask, &end, &why), &why);
	expect_true("as it was", end.at.us == 77 && end.erased.us == 78 && end.resumed.us == 0);
	row.value.size--;
	expect_problem("cut short", proofing_end_loaded(&ask, &end, &why), &why, ERR_UNAVAILABLE, "of a form");
	buffer_release(&b);
}

static void
a_reason_is_one_line_of_words(void **state)
{
	static const struct { const char *title, *reason; enum err err; const char *part; } cases[] = {
		{ "none", "", ERR_INVALID, "/reason: expected one line" },
		{ "blanks alone", " \u3000", ERR_INVALID, "/reason: expected a text, found blanks alone" },
		{ "two lines", "a\nb", ERR_INVALID, "/reason: expected one line" },
		{ "no UTF-8", "\xff", ERR_SYNTAX, "/reason: expected UTF-8" },
		{ "an individual number", "123456789018", ERR_INVALID, "individual number" },
	};
	char long_one[PROOFING_END_REASON + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		say("uid:1", PROOFING_END, cases[i].reason);
		expect_problem(cases[i].title, world.err, &world.why, cases[i].err, cases[i].part);
	}
	memset(long_one, '"', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	say("uid:1", PROOFING_END, long_one);
	expect_problem("a byte too many", world.err, &world.why, ERR_INVALID, "1 to 1000 bytes");
	expect_number("nothing was ended", journal_rows(), 0);
	long_one[PROOFING_END_REASON] = '\0';
	say("uid:1", PROOFING_END, long_one);
	expect_ok("the longest", world.err, &world.why);
}

static void
on_told(void *arg, const struct proofing_end *end)
{
	(void)arg;
	expect_true("it can be told", end != NULL);
	world.told++;
	world.ended = end->at.us != 0;
	world.erased = end->erased.us != 0;
}

static void
who_watches_is_told_at_first_and_at_each_change(void **state)
{
	struct proofing_end_watch *watch = proofing_end_watch_new(world.store, on_told, NULL);

	(void)state;
	expect_number("not at once", world.told, 0);
	run();
	expect_true("that it goes on", world.told == 1 && !world.ended);
	say("uid:1", PROOFING_END, "the end");
	expect_true("that it has ended", world.told == 2 && world.ended && !world.erased);
	note_erased();
	expect_true("that all is erased", world.told == 3 && world.ended && world.erased);
	say("uid:1", PROOFING_RESUME, "again");
	say("uid:2", PROOFING_RESUME, "again");
	expect_true("that it goes on again", !world.ended);
	proofing_end_watch_free(watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_operator_ends_it_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(as_many_as_it_takes_resume_it, set_up, tear_down),
		cmocka_unit_test(an_end_of_the_earlier_form_is_read),
		cmocka_unit_test_setup_teardown(a_reason_is_one_line_of_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_watches_is_told_at_first_and_at_each_change, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
