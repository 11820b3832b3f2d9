/* tests/registry/test_journal.c - entries of the journal, byte by byte. */
#include "stage.h"

#include "registry/journal.h"

static void
on_noted(void *arg, const struct committed *c)
{
	*(bool *)arg = true;
	expect_number("the entry is written", c->code, OK);
}

static const char *
written(struct stage *s, const struct unit *unit)
{
	struct stage_look look;
	bool done = false;

	store_commit(s->store, unit, on_noted, &done);
	while (!done)
		if (!store_memory_step(s->store, s->now))
			turn_run(loop_turn(s->loop));
	look = stage_load(s, (struct ask){ .table = &journal_table, .limit = 1, .backwards = true });
	expect_number("one entry", look.count, 1);
	return arena_text(&s->arena, look.rows[0].value);
}

static void
the_journal_says_what_became_of_a_source(void **state)
{
	uint8_t sum[32] = { 0xab, 0xcd };
	struct source_news news = { .event = "source.refreshed",
		.source = "a \"feed\"",
		.added = 1,
		.changed = 2,
		.removed = 3,
		.refused = 4,
		.document = sum };
	struct unit *unit;
	struct stage s;

	(void)state;
	stage_open(&s, 1);
	unit = unit_new(&s.arena, s.store->tables, id_new(s.now));
	journal_source(unit, "steward", s.now, &news);
	expect_text("taken over", written(&s, unit),
	    "{\"actor\":\"steward\",\"added\":1,\"at\":\"2026-11-22T12:00:00Z\",\"changed\":2,"
	    "\"document\":\"sha256:abcd000000000000000000000000000000000000000000000000000000000000\","
	    "\"event\":\"source.refreshed\",\"problem\":null,\"refused\":4,\"removed\":3,\"source\":\"a "
	    "\\\"feed\\\"\"}");
	news = (struct source_news){ .event = "source.refused", .source = "feed", .problem = "the signature is wrong" };
	unit = unit_new(&s.arena, s.store->tables, id_new(s.now));
	journal_source(unit, "uid:1000", s.now, &news);
	expect_text("refused", written(&s, unit),
	    "{\"actor\":\"uid:1000\",\"added\":0,\"at\":\"2026-11-22T12:00:00Z\",\"changed\":0,"
	    "\"document\":null,\"event\":\"source.refused\",\"problem\":\"the signature is "
	    "wrong\",\"refused\":0,\"removed\":0,"
	    "\"source\":\"feed\"}");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_journal_says_what_became_of_a_source),
	};

	return cmocka_run_group_tests_name("journal", tests, NULL, stage_clean);
}
