/* tests/ledger/test_state.c - the row that says how far the log is kept: written, read, and grown by the minute. */
#include "expect.h"

#include "ledger/ledger.h"

#define MINUTE SECONDS(60)

static struct span
written(struct arena *a, const struct ledger_state *s)
{
	struct buffer b = buffer_init(128 * KIB);
	struct span out;

	ledger_state_write(&b, s);
	out = arena_copy(a, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static void
what_is_written_is_read(void **state)
{
	struct ledger_state s = { .tiled = 70001, .journal = 12, .origin = span_text("a/ledger"),
	    .key = span_text("a/ledger+0+x"),
		.newest = { .size = 70000, .root = { { 1, 2, 3 } } }, .note = span_text("note"),
		    .halted = span_text("why"),
		.at = { 99 } }, read;
	struct arena a = arena_init(1 * MIB);
	struct span row;

	(void)state;
	ledger_state_grow(&s, (struct instant){ MINUTE }, 5);
	ledger_state_grow(&s, (struct instant){ 2 * MINUTE }, 7);
	row = written(&a, &s);
	expect_true("read", ledger_state_read(&a, row, &read));
	expect_true("numbers", read.tiled == 70001 && read.journal == 12 && read.newest.size == 70000 &&
	    read.at.us == 99);
	expect_true("root", hash_equal(&read.newest.root, &s.newest.root));
	expect_span("origin", read.newest.origin, "a/ledger");
	expect_span("key", read.key, "a/ledger+0+x");
	expect_span("note", read.note, "note");
	expect_span("halted", read.halted, "why");
	expect_true("growth", read.growth_count == 2 && read.growth[1].size == 7 && read.growth[1].at.us == 2 * MINUTE);
	for (size_t size = 0; size < row.size; size++)
		expect_true("what is cut short is none", !ledger_state_read(&a, span_first(row, size), &read));
	s.newest.size = 70002;
	expect_true("a checkpoint of more than there is", !ledger_state_read(&a, written(&a, &s), &read));
	arena_release(&a);
}

static void
each_minute_has_its_last_size(void **state)
{
	struct ledger_state s = { 0 };

	(void)state;
	for (int64_t at = 0; at < 100 * MINUTE; at += MINUTE / 4)
		ledger_state_grow(&s, (struct instant){ at }, (uint64_t)(at / (MINUTE / 4)));
	expect_number("an hour", s.growth_count, LEDGER_GROWTH);
	for (size_t i = 0; i < s.growth_count; i++) {
		expect_number("of minutes", s.growth[i].at.us / MINUTE, 40 + i);
		expect_number("their last", s.growth[i].size, (40 + i) * 4 + 3);
	}
}

static void
a_log_is_named_for_its_url(void **state)
{
	static const struct { const char *url, *origin; } cases[] = {
		{ "https://watashi.example/", "watashi.example/ledger" },
		{ "https://watashi.example", "watashi.example/ledger" },
		{ "https://localhost:8443/", "localhost:8443/ledger" },
		{ "https://watashi.example/a/b/", "watashi.example/a/b/ledger" },
	};
	struct arena a = arena_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text(cases[i].url, ledger_origin(&a, cases[i].url), cases[i].origin);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(each_minute_has_its_last_size),
		cmocka_unit_test(a_log_is_named_for_its_url),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
