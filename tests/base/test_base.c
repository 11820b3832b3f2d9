/* tests/base/test_base.c - spans, arenas, buffers, records, time and the turn queue. */
#include "expect.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "base/record.h"
#include "base/turn.h"

static void
numbers_are_digits_only(void **state)
{
	static const struct {
		const char *title, *text;
		bool good;
		uint64_t value;
	} cases[] = {
		{ "zero is a number", "0", true, 0 },
		{ "the largest number is read", "18446744073709551615", true, UINT64_MAX },
		{ "one more overflows", "18446744073709551616", false, 0 },
		{ "nothing is no number", "", false, 0 },
		{ "a sign is refused", "+1", false, 0 },
		{ "a blank is refused", " 1", false, 0 },
		{ "a letter is refused", "1a", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t value = 0;

		expect_true(cases[i].title, span_number(span_text(cases[i].text), &value) == cases[i].good);
		expect_true(cases[i].title, value == cases[i].value);
	}
}

static void
cutting_moves_behind_the_separator(void **state)
{
	struct span rest = span_text("a,,b");

	(void)state;
	expect_span("the first part", span_cut(&rest, ','), "a");
	expect_span("an empty part", span_cut(&rest, ','), "");
	expect_span("the last part", span_cut(&rest, ','), "b");
	expect_number("nothing is left", rest.size, 0);
}

static void
an_arena_gives_zeroed_memory_again_after_reset(void **state)
{
	struct arena a = arena_init(4 * MIB);

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 1000; i++) {
			uint8_t *taken = arena_take(&a, i + 1);

			expect_number("taken memory is zero", taken[0] | taken[i], 0);
			memset(taken, 0xff, i + 1);
		}
		arena_reset(&a);
		expect_number("after reset nothing is used", a.used, 0);
	}
	expect_text("printing makes text", arena_print(&a, "%s-%d", "x", 7), "x-7");
	expect_text("a copy of nothing ends, too", arena_text(&a, (struct span){ 0 }), "");
	arena_release(&a);
}

static void
printing_makes_text_of_any_length(void **state)
{
	struct arena a = arena_init(4 * MIB);
	struct buffer b = buffer_init(1100);
	char text[1101];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int size = 0; size <= 1100; size++) {
		struct span whole = span_of(text, (size_t)size);

		expect_true("in an arena",
		    span_equal(span_text(arena_print(&a, "%.*s", SPAN_ARGS(whole))), whole));
		buffer_clear(&b);
		buffer_print(&b, "%.*s", size / 3, text);
		buffer_print(&b, "%.*s", size - size / 3, text);
		expect_true("in a buffer", !b.overflowed && span_equal(buffer_span(&b), whole));
		arena_reset(&a);
	}
	buffer_print(&b, "%d", 1);
	expect_true("one byte more overflows", b.overflowed && buffer_span(&b).size == 1100);
	buffer_release(&b);
	arena_release(&a);
}

static void
a_buffer_keeps_its_limit(void **state)
{
	struct buffer b = buffer_init(8);

	(void)state;
	buffer_text(&b, "12345678");
	expect_true("as much as the limit fits", !b.overflowed);
	buffer_byte(&b, '9');
	expect_true("one byte more overflows", b.overflowed);
	expect_span("and what was there stays", buffer_span(&b), "12345678");
	buffer_clear(&b);
	buffer_text(&b, "abcd");
	buffer_drain(&b, 2);
	buffer_text(&b, "efghij");
	expect_true("drained room is room again", !b.overflowed);
	expect_span("in order", buffer_span(&b), "cdefghij");
	buffer_release(&b);
}

static void
a_record_reads_what_a_buffer_wrote(void **state)
{
	const struct instant at = { -7 };
	const struct id id = id_new((struct instant){ SECONDS(1000) });
	struct buffer b = buffer_init(KIB);
	struct record r;
	struct id read;
	char raw[3];

	(void)state;
	buffer_u8(&b, 200);
	buffer_u16(&b, 60000);
	buffer_u32(&b, 4000000000u);
	buffer_u64(&b, UINT64_MAX - 1);
	buffer_block(&b, span_text("block"));
	buffer_id(&b, &id);
	buffer_instant(&b, at);
	buffer_u8(&b, 1);
	buffer_text(&b, "raw");
	r = record_of(buffer_span(&b));
	expect_number("u8", record_u8(&r), 200);
	expect_number("u16", record_u16(&r), 60000);
	expect_number("u32", record_u32(&r), 4000000000u);
	expect_true("u64", record_u64(&r) == UINT64_MAX - 1);
	expect_span("block", record_block(&r), "block");
	read = record_id(&r);
	expect_true("id", id_equal(&read, &id));
	expect_true("instant", record_instant(&r).us == at.us);
	expect_true("flag", record_flag(&r));
	record_copy(&r, raw, sizeof(raw));
	expect_span("so many bytes", span_of(raw, sizeof(raw)), "raw");
	expect_true("nothing is left", record_whole(&r));
	expect_number("reading past the end gives zero", record_u32(&r), 0);
	read = record_id(&r);
	expect_true("no id", !id_given(&read));
	expect_true("no instant", record_instant(&r).us == 0);
	record_copy(&r, raw, sizeof(raw));
	expect_true("and zeros over what stood there", memcmp(raw, "\0\0\0", sizeof(raw)) == 0);
	expect_true("and is remembered", !record_whole(&r));
	r = record_of(span_first(buffer_span(&b), 15 + 4 + 4));
	record_bytes(&r, 15);
	expect_number("a block cut short is empty", record_block(&r).size, 0);
	expect_true("and broken", r.broken);
	r = record_of(span_text("\x02"));
	expect_true("a flag of two is none", !record_flag(&r));
	expect_true("and broken", r.broken);
	buffer_release(&b);
}

static void
time_is_written_and_read(void **state)
{
	static const struct {
		const char *title, *text, *normal; /* NULL: refused */
	} cases[] = {
		{ "UTC", "2026-11-22T05:20:00Z", "2026-11-22T05:20:00Z" },
		{ "an offset", "2026-11-22T14:20:00+09:00", "2026-11-22T05:20:00Z" },
		{ "a fraction", "2026-11-22T05:20:00.123456789Z", "2026-11-22T05:20:00Z" },
		{ "a leap day", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z" },
		{ "a day that is not", "2026-02-29T00:00:00Z", NULL },
		{ "no zone", "2026-11-22T05:20:00", NULL },
		{ "a blank for T", "2026-11-22 05:20:00Z", NULL },
		{ "trailing bytes", "2026-11-22T05:20:00Zx", NULL },
		{ "hour 24", "2026-11-22T24:00:00Z", NULL },
		{ "before 1970", "1969-12-31T23:59:59Z", NULL },
	};
	char text[INSTANT_TEXT];
	struct instant t, again;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool good = instant_read(span_text(cases[i].text), &t);

		expect_true(cases[i].title, good == (cases[i].normal != NULL));
		if (good)
			expect_text(cases[i].title, instant_text(t, text), cases[i].normal);
	}
	instant_read(span_text("2026-11-22T05:20:07Z"), &t);
	expect_text("HTTP's date", instant_http(t, text), "Sun, 22 Nov 2026 05:20:07 GMT");
	expect_true("is read again", instant_read_http(span_text(text), &again) && again.us == t.us);
	expect_true("the obsolete form is not", !instant_read_http(span_text("Sunday, 22-Nov-26 05:20:07 GMT"),
	    &again));
}

static void
durations_are_days_and_time(void **state)
{
	static const struct {
		const char *title, *text, *normal;
		int64_t seconds;
	} cases[] = {
		{ "days", "P14D", "P14D", 14 * 86400 },
		{ "hours", "PT6H", "PT6H", 6 * 3600 },
		{ "both", "P1DT12H30M5S", "P1DT12H30M5S", 131405 },
		{ "more minutes than an hour", "PT90M", "PT1H30M", 5400 },
		{ "nothing", "PT0S", "PT0S", 0 },
		{ "no unit", "P5", NULL, 0 },
		{ "a month is of no fixed length", "P1M", NULL, 0 },
		{ "an empty time part", "P1DT", NULL, 0 },
		{ "units out of order", "PT5M1H", NULL, 0 },
		{ "a bare P", "P", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[INSTANT_TEXT];
		int64_t us = 0;
		bool good = duration_read(span_text(cases[i].text), &us);

		expect_true(cases[i].title, good == (cases[i].normal != NULL));
		if (!good)
			continue;
		expect_number(cases[i].title, us, SECONDS(cases[i].seconds));
		expect_text(cases[i].title, duration_text(us, text), cases[i].normal);
	}
}

static void
ids_grow_with_time(void **state)
{
	struct id early = id_new((struct instant){ SECONDS(1000) }), late = id_new((struct instant){ SECONDS(1001) });

	(void)state;
	expect_true("the later id is the larger", memcmp(early.bytes, late.bytes, sizeof(early.bytes)) < 0);
}

static void
a_pair_of_ids_stands_by_its_owner(void **state)
{
	const struct id owner = id_new((struct instant){ SECONDS(1000) }), one = id_new((struct instant){ SECONDS(1) }),
		none = { { 0 } }, latest = id_latest();
	struct arena a = arena_init(KIB);
	struct span key = id_pair(&a, &owner, &one);

	(void)state;
	expect_true("the owner first", span_equal(span_first(key, sizeof(owner)), id_span(&owner)));
	expect_true("then the one", span_equal(span_skip(key, sizeof(owner)), id_span(&one)));
	expect_true("behind the owner's own bytes", span_compare(id_span(&owner), key) < 0);
	expect_true("before the latest there may be", span_compare(key, id_pair(&a, &owner, &latest)) < 0);
	expect_true("an id is given", id_given(&one) && id_equal(&one, &one) && !id_equal(&one, &owner));
	expect_true("zero is none", !id_given(&none));
	arena_release(&a);
}

static int
compare_salts(const void *a, const void *b)
{
	return memcmp(a, b, 16);
}

static void
what_is_drawn_is_given_out_once(void **state)
{
	static uint8_t salts[4096][16];
	uint8_t odd[7], large[8 * KIB] = { 0 };
	size_t zeroes = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(salts); i++) {
		random_draw(salts[i], sizeof(salts[i]));
		random_draw(odd, 1 + i % sizeof(odd));
	}
	qsort(salts, COUNT(salts), sizeof(salts[0]), compare_salts);
	for (size_t i = 1; i < COUNT(salts); i++)
		expect_true("no salt comes twice", memcmp(salts[i - 1], salts[i], sizeof(salts[0])) != 0);
	random_draw(large, sizeof(large));
	for (size_t i = 0; i < sizeof(large); i++)
		zeroes += large[i] == 0;
	expect_true("of many bytes all are drawn", zeroes < sizeof(large) / 64);
}

static void
a_child_draws_other_bytes_than_its_parent(void **state)
{
	uint8_t own[16], childs[sizeof(own)];
	int fds[2], status = 0;
	pid_t pid;

	(void)state;
	random_draw(own, sizeof(own));
	expect_true("a pipe is there", pipe(fds) == 0);
	pid = fork();
	if (pid == 0) {
		random_draw(childs, sizeof(childs));
		_exit(write(fds[1], childs, sizeof(childs)) == sizeof(childs) ? 0 : 1);
	}
	random_draw(own, sizeof(own));
	expect_true("the child writes", read(fds[0], childs, sizeof(childs)) == sizeof(childs));
	expect_true("the child ends", waitpid(pid, &status, 0) == pid && status == 0);
	expect_true("the same draw gives both of them different bytes", memcmp(own, childs, sizeof(own)) != 0);
	close(fds[0]);
	close(fds[1]);
}

static void
values_from_outside_are_quoted_in_logs(void **state)
{
	(void)state;
	expect_text("quotes and control bytes cannot forge a line", LOG_TEXT("a\"b\nc\\"), "\"a\\\"b\\x0ac\\\\\"");
}

struct note {
	struct later later;
	struct turn *turn;
	struct note *next;
	char *to;
	char letter;
};

static void
write_letter(void *arg)
{
	struct note *note = arg;

	note->to[strlen(note->to)] = note->letter;
	if (note->next)
		turn_later(note->turn, &note->next->later);
}

static void
what_is_put_off_runs_in_order_and_in_the_same_turn(void **state)
{
	struct turn turn = { 0 };
	char said[8] = "";
	struct note c = { { write_letter, &c, NULL, false }, &turn, NULL, said, 'c' };
	struct note a = { { write_letter, &a, NULL, false }, &turn, &c, said, 'a' };
	struct note b = { { write_letter, &b, NULL, false }, &turn, NULL, said, 'b' };
	struct note d = { { write_letter, &d, NULL, false }, &turn, NULL, said, 'd' };

	(void)state;
	turn_later(&turn, &a.later);
	turn_later(&turn, &d.later);
	turn_later(&turn, &b.later);
	turn_later(&turn, &a.later);
	turn_cancel(&turn, &d.later);
	turn_run(&turn);
	expect_text("once each, later ones last, cancelled ones not at all", said, "abc");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_digits_only),
		cmocka_unit_test(cutting_moves_behind_the_separator),
		cmocka_unit_test(an_arena_gives_zeroed_memory_again_after_reset),
		cmocka_unit_test(printing_makes_text_of_any_length),
		cmocka_unit_test(a_buffer_keeps_its_limit),
		cmocka_unit_test(a_record_reads_what_a_buffer_wrote),
		cmocka_unit_test(time_is_written_and_read),
		cmocka_unit_test(durations_are_days_and_time),
		cmocka_unit_test(ids_grow_with_time),
		cmocka_unit_test(a_pair_of_ids_stands_by_its_owner),
		cmocka_unit_test(what_is_drawn_is_given_out_once),
		cmocka_unit_test(a_child_draws_other_bytes_than_its_parent),
		cmocka_unit_test(values_from_outside_are_quoted_in_logs),
		cmocka_unit_test(what_is_put_off_runs_in_order_and_in_the_same_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
