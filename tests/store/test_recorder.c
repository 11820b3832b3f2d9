/* tests/store/test_recorder.c - what the only writer promises of units, batches and changes. */
#include "recorder_scene.h"

static void
a_unit_happens_once_across_a_restart(void **state)
{
	struct scene *s = *state;
	struct unit *u = unit(s);
	struct committed first, second;

	unit_append(u, &journal, span_text("once"));
	first = commit(s, u);
	replace_recorder(s);
	s->now = instant_after(s->now, UNIT_REMEMBERED - 1);
	second = commit(s, u);
	expect_number("answered as before", second.code, OK);
	expect_true("with the generation it got", second.generation == first.generation);
	expect_number("and not done again", count_rows(s, &journal), 1);
	expect_number("generations go on", put(s, &logins, "a", span_text("1")).generation, first.generation + 1);
}

static void
what_need_not_be_remembered_is_forgotten(void **state)
{
	struct scene *s = *state;
	struct unit *first = unit(s), *last = unit(s);
	uint64_t generation;

	unit_append(first, &journal, span_text("x"));
	unit_append(last, &journal, span_text("y"));
	commit(s, first);
	generation = commit(s, last).generation;
	s->now = instant_after(s->now, UNIT_REMEMBERED + 1);
	expect_ok("swept", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("the first is new again", commit(s, first).generation, generation + 1);
	s->now = instant_after(s->now, UNIT_REMEMBERED + 1);
	expect_ok("swept", recorder_expire(s->recorder, s->now, NULL), NULL);
	replace_recorder(s);
	expect_number("the store's generation is never forgotten",
	    recorder_figures(s->recorder).generation, generation + 1);
}

static void
a_batch_is_checked_in_order_of_arrival(void **state)
{
	struct scene *s = *state;
	struct unit *u[4] = { unit(s), unit(s), unit(s), unit(s) };
	struct answer own[3], other;
	uint64_t commits = recorder_figures(s->recorder).commits;
	struct problem why;

	for (int i = 0; i < 2; i++) {
		unit_expect(u[i], &logins, span_text("a"), 0);
		unit_put(u[i], &logins, span_text("a"), span_text(i ? "second" : "first"));
		unit_append(u[i], &journal, span_text("x"));
	}
	unit_append(u[2], &journal, span_text("y"));
	unit_put(u[3], &keys, span_text("k"), span_text("not a worker's"));
	take(s, 1, u[0]);
	take(s, 2, u[2]);
	take(s, 1, u[1]);
	take(s, 1, u[3]);
	expect_true("there is something to commit", recorder_waiting(s->recorder));
	expect_ok("committed", recorder_commit(s->recorder, s->now, &why), &why);
	expect_true("once", !recorder_waiting(s->recorder));
	hear_answers(s, own, 3);
	hear_answers(s, &other, 1);
	expect_number("one message a peer", s->said.count, 0);
	expect_number("the first of two wins", own[0].committed.code, OK);
	expect_number("the second sees it", own[1].committed.code, ERR_CONFLICT);
	expect_number("where it is not its", own[2].committed.code, ERR_DENIED);
	expect_number("another peer's is done", other.committed.code, OK);
	expect_true("in one commit", other.committed.generation == own[0].committed.generation);
	expect_number("one it was", recorder_figures(s->recorder).commits, commits + 1);
	expect_number("refused units leave nothing", count_rows(s, &journal), 2);
}

static void
the_same_unit_twice_in_a_batch_happens_once(void **state)
{
	struct scene *s = *state;
	struct unit *u = unit(s);
	struct answer answers[2];

	unit_append(u, &journal, span_text("x"));
	take(s, 1, u);
	take(s, 1, u);
	expect_ok("committed", recorder_commit(s->recorder, s->now, NULL), NULL);
	hear_answers(s, answers, 2);
	expect_true("both are answered alike", answers[0].committed.code == OK && answers[1].committed.code == OK &&
	        answers[0].committed.generation == answers[1].committed.generation);
	expect_number("one row", count_rows(s, &journal), 1);
}

static void
what_is_no_unit_is_not_taken(void **state)
{
	struct scene *s = *state;
	struct problem why;

	expect_problem("its sender is to be cut off", 
	    recorder_take(s->recorder, 1, ROLE_WORKER, span_text("no unit at all, but long enough"), &why), &why,
	    ERR_SYNTAX, "version 110");
	expect_true("nothing waits", !recorder_waiting(s->recorder));
}

/* A delete takes six bytes on the way and twelve times as much as an operation: what counts is memory. */
static void
a_crowd_is_refused_at_once_and_takes_no_memory(void **state)
{
	struct scene *s = *state;
	struct answer answer;
	struct unit *u = unit(s);
	struct problem why;
	size_t before, taken = 0;

	for (int i = 0; i < UNIT_OPERATIONS; i++)
		unit_delete(u, &logins, span_text("a"));
	for (; !s->said.count && taken < 256; taken++)
		take(s, 1, u);
	expect_true("units of 0.4 MiB that take 4.5 MiB each are refused long before 256 MiB of them came",
	    taken > 40 && taken < 64);
	hear_answers(s, &answer, 1);
	expect_number("for want of room", answer.committed.code, ERR_UNAVAILABLE);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (int i = 0; i < 100; i++) {
		take(s, 1, u);
		post_box_empty(&s->said);
	}
	expect_true("those refused take nothing", mallinfo2().uordblks + mallinfo2().hblkhd <= before);
	expect_problem("what is no unit is still not taken",
	    recorder_take(s->recorder, 1, ROLE_WORKER, span_text("no unit at all, but long enough"), &why), &why,
	    ERR_SYNTAX, "version 110");
	expect_ok("those before are committed", recorder_commit(s->recorder, s->now, NULL), NULL);
	post_box_empty(&s->said);
	expect_number("then there is room again", put(s, &logins, "a", span_text("1")).code, OK);
}

static void
expired_rows_are_removed(void **state)
{
	struct scene *s = *state;
	struct instant expires = instant_after(s->now, SECONDS(5)), due = instant_after(expires, SECONDS(5) / 16);
	struct unit *u = unit(s);

	for (int i = 0; i < 1000; i++) {
		const char *key = arena_print(&s->arena, "%d", i);

		unit_put_until(u, &logins, span_text(key), span_text("x"), expires);
	}
	commit(s, u);
	u = unit(s);
	unit_put(u, &logins, span_text("7"), span_text("kept"));
	unit_put_until(u, &logins, span_text("8"), span_text("longer"), instant_after(due, 1));
	unit_delete(u, &logins, span_text("9"));
	unit_put_until(u, &logins, span_text("10"), span_text("until the same end"), expires);
	commit(s, u);
	s->now = instant_after(expires, -1);
	expect_ok("nothing to do", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("all are there", count_rows(s, &logins), 999);
	s->now = due;
	put(s, &members, "m", span_text("1"));
	expect_true("a commit removes some", count_rows(s, &logins) < 999 && count_rows(s, &logins) > 900);
	replace_recorder(s);
	expect_ok("idleness the rest, after a restart too", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("what has no end, or a later one, stays", count_rows(s, &logins), 2);
	s->now = instant_after(due, SECONDS(6) / 16);
	expect_ok("once more", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("until its own", count_rows(s, &logins), 1);
}

/* Whatever its life: none before its end, and each a sixteenth of that life later at the latest. */
static void
a_row_is_removed_soon_after_its_end(void **state)
{
	static const int64_t lives[] = { 1, 17, SECONDS(1), SECONDS(60), SECONDS(8 * 3600), SECONDS(400 * 86400LL) };
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(lives); i++) {
		struct instant expires = instant_after(s->now, lives[i]);
		struct unit *u = unit(s);

		unit_put_until(u, &logins, span_text("a"), span_text("x"), expires);
		commit(s, u);
		s->now = instant_after(expires, -1);
		expect_ok("nothing to do", recorder_expire(s->recorder, s->now, NULL), NULL);
		expect_number("it is there until its end", count_rows(s, &logins), 1);
		s->now = instant_after(expires, lives[i] / 16);
		expect_ok("swept", recorder_expire(s->recorder, s->now, NULL), NULL);
		expect_number("and gone soon after", count_rows(s, &logins), 0);
	}
}

static void
what_ends_at_about_one_time_is_removed_together(void **state)
{
	struct scene *s = *state;
	const struct instant first = instant_after(s->now, SECONDS(3600)), last = instant_after(first, SECONDS(1));
	const int64_t most = SECONDS(3600) / 16, step = SECONDS(1) / 100;
	struct unit *u = unit(s);
	size_t left = 100, moments = 0;

	for (int i = 0; i < 100; i++)
		unit_put_until(u, &logins, span_text(arena_print(&s->arena, "%d", i)), span_text("x"),
		    instant_after(first, i * step));
	commit(s, u);
	for (s->now = first; left && s->now.us <= last.us + most; s->now.us += step) {
		size_t before = left;

		expect_ok("swept", recorder_expire(s->recorder, s->now, NULL), NULL);
		left = count_rows(s, &logins);
		moments += left < before;
	}
	expect_number("all of them", left, 0);
	expect_true("in two moments at most", moments <= 2);
}

static struct letter *
commit_noticed(struct scene *s, size_t count, size_t size)
{
	struct unit *u = unit(s);
	char key[KEY_LARGEST + 1];

	for (size_t i = 0; i < count; i++) {
		int used = snprintf(key, sizeof(key), "%zu", i);

		memset(key + used, 'k', sizeof(key) - (size_t)used);
		unit_put(u, &members, span_of(key, size), span_text("x"));
	}
	take(s, 1, u);
	expect_ok("committed", recorder_commit(s->recorder, s->now, NULL), NULL);
	for (;;) {
		struct letter *l = post_box_take(&s->said);

		expect_true("a notice came", l != NULL);
		if (l->bytes[0] == SAID_NOTICES)
			return l;
		free(l);
	}
}

static void
many_changes_are_told_as_one(void **state)
{
	static const struct {
		const char *title;
		size_t keys, size, told;
		bool one_by_one;
	} cases[] = {
		{ "few keys one by one", 3, 5, 3, true },
		{ "as many as are told one by one", 4096, 5, 4096, true },
		{ "one more: look at everything", 4097, 5, 1, false },
		{ "too many bytes: look at everything", 200, 500, 1, false },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct letter *l = commit_noticed(s, cases[i].keys, cases[i].size);
		struct notice notice = { 0 };
		struct record r;
		uint64_t generation;
		size_t told = 0;

		said_read(span_of(l->bytes, l->size), &r, &generation);
		expect_true("of this generation", generation == recorder_figures(s->recorder).generation);
		while (notices_next(&r, &notice))
			told++;
		expect_true("well formed", record_whole(&r));
		expect_number(cases[i].title, told, cases[i].told);
		expect_true(cases[i].title, (notice.key.size != 0) == cases[i].one_by_one);
		expect_true("of its table", stage_tables[notice.table_number] == &members);
		free(l);
		post_box_empty(&s->said);
	}
}

static void
of_what_was_appended_the_last_is_told(void **state)
{
	struct scene *s = *state;
	struct unit *first = unit(s), *second = unit(s);
	struct notice notices[3];
	struct letter *l;
	struct record r;
	uint64_t generation;
	size_t told = 0;

	unit_append(first, &noted, span_text("x"));
	unit_put(first, &members, span_text("m"), span_text("1"));
	unit_append(first, &noted, span_text("y"));
	unit_append(second, &noted, span_text("z"));
	take(s, 1, first);
	take(s, 2, second);
	expect_ok("committed", recorder_commit(s->recorder, s->now, NULL), NULL);
	while ((l = post_box_take(&s->said)) != NULL && l->bytes[0] != SAID_NOTICES)
		free(l);
	expect_true("a notice came", l != NULL);
	said_read(span_of(l->bytes, l->size), &r, &generation);
	while (told < COUNT(notices) && notices_next(&r, &notices[told]))
		told++;
	expect_number("one of each table", told, 2);
	expect_true("well formed", record_whole(&r));
	expect_true("what was appended", stage_tables[notices[0].table_number] == &noted);
	expect_true("by the last of all units", span_equal(notices[0].key, span_of("\0\0\0\0\0\0\0\3", 8)));
	expect_true("and what was put", stage_tables[notices[1].table_number] == &members);
	expect_span("by its key", notices[1].key, "m");
	free(l);
	post_box_empty(&s->said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_unit_happens_once_across_a_restart),
		SCENE(what_need_not_be_remembered_is_forgotten),
		SCENE(a_batch_is_checked_in_order_of_arrival),
		SCENE(the_same_unit_twice_in_a_batch_happens_once),
		SCENE(what_is_no_unit_is_not_taken),
		SCENE(a_crowd_is_refused_at_once_and_takes_no_memory),
		SCENE(expired_rows_are_removed),
		SCENE(a_row_is_removed_soon_after_its_end),
		SCENE(what_ends_at_about_one_time_is_removed_together),
		SCENE(many_changes_are_told_as_one),
		SCENE(of_what_was_appended_the_last_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
