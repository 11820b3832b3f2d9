/* tests/store/test_recorder_full.c - what the only writer does when there is no room. */
#include "recorder_scene.h"

static void
a_full_store_refuses_what_does_not_fit_and_only_that(void **state)
{
	struct scene *s = *state;
	struct span large = { calloc(1, 100 * KIB), 100 * KIB };
	struct answer answers[3];
	struct unit *u[3];
	size_t stored = 0;

	close_recorder(s);
	s->settings.map_bytes = 2 * MIB;
	s->recorder = stage_recorder(&s->settings, &s->said);
	for (;; stored++) {
		struct committed c = put(s, &logins, arena_print(&s->arena, "%zu", stored), large);

		if (c.code != OK) {
			expect_number("full it is called", c.code, ERR_FULL);
			break;
		}
	}
	expect_true("after much was stored", stored > 5);
	for (int i = 0; i < 3; i++) {
		u[i] = unit(s);
		unit_put(u[i], &logins, span_text(i == 1 ? "large" : i ? "small" : "tiny"), i == 1 ? large :
		    span_text("x"));
		unit_append(u[i], &journal, span_text("entry"));
		unit_put_numbered(u[i], &logins, span_text(i == 1 ? "of large" : i ? "of small" : "of tiny"),
		    span_text(""));
		take(s, 1, u[i]);
	}
	expect_ok("a batch that does not fit", recorder_commit(s->recorder, s->now, NULL), NULL);
	hear_answers(s, answers, 3);
	expect_number("small ones before", answers[0].committed.code, OK);
	expect_number("the large one is refused", answers[1].committed.code, ERR_FULL);
	expect_number("small ones behind", answers[2].committed.code, OK);
	expect_number("nothing of the refused is there", count_rows(s, &journal), 2);
	expect_number("what was undone and done again has the number it got last", number_put(s, "of tiny"), 1);
	expect_number("and so has the next", number_put(s, "of small"), 2);
	expect_number("reading goes on", count_rows(s, &logins), stored + 4);
	for (size_t i = 0; i < stored; i++) {
		struct unit *away = unit(s);

		unit_delete(away, &logins, span_text(arena_print(&s->arena, "%zu", i)));
		expect_number("deleting goes on", commit(s, away).code, OK);
	}
	expect_number("there is space again", commit(s, u[1]).code, OK);
	free((void *)(uintptr_t)large.data);
}

/* Not one page is left: copy on write needs some even to delete. */
static void
deleting_works_in_a_store_full_to_the_last_page(void **state)
{
	struct scene *s = *state;
	uint8_t value[600] = { 0 };
	int refused = 0;

	close_recorder(s);
	s->settings.map_bytes = 1 * MIB;
	s->recorder = stage_recorder(&s->settings, &s->said);
	for (int i = 0; refused < 20; i++) {
		const char *key = arena_print(&s->arena, "%06d", i * 7919 % 1000003);

		refused += put(s, &logins, key, span_of(value, sizeof(value))).code == ERR_FULL;
	}
	for (int i = 0; i < 50; i++) {
		struct unit *away = unit(s);

		unit_delete(away, &logins, span_text(arena_print(&s->arena, "%06d", i * 7919 % 1000003)));
		expect_number("deleted", commit(s, away).code, OK);
	}
	expect_number("and space is found again", put(s, &logins, "again", span_of(value, sizeof(value))).code, OK);
}

static void
a_disk_that_is_full_is_not_the_end(void **state)
{
	struct scene *s = *state;
	struct rlimit before, limit;
	char path[128];
	struct stat st;
	struct span large = { calloc(1, 400 * KIB), 400 * KIB };

	put(s, &logins, "a", span_text("1"));
	snprintf(path, sizeof(path), "%s/data.mdb", s->directory);
	assert_int_equal(stat(path, &st), 0);
	/* The kernel lets the file grow no further: EFBIG, as ENOSPC in the middle of LMDB's commit. */
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = before;
	limit.rlim_cur = (rlim_t)st.st_size + 64 * KIB;
	setrlimit(RLIMIT_FSIZE, &limit);
	expect_number("what needs more of the disk is refused", put(s, &logins, "b", large).code, ERR_FULL);
	expect_number("what needs little is not", put(s, &logins, "c", span_text("1")).code, OK);
	expect_number("nor is reading", count_rows(s, &logins), 2);
	setrlimit(RLIMIT_FSIZE, &before);
	expect_number("when there is space it is taken", put(s, &logins, "b", large).code, OK);
	expect_number("all is there", count_rows(s, &logins), 3);
	free((void *)(uintptr_t)large.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_full_store_refuses_what_does_not_fit_and_only_that),
		SCENE(deleting_works_in_a_store_full_to_the_last_page),
		SCENE(a_disk_that_is_full_is_not_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
