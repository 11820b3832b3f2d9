/* tests/store/test_lmdb.c - a process on its own side of the link: units on their way, lost recorders, growing maps. */
#include "stage.h"

#include "store/wire.h"

struct scene {
	char directory[64];
	struct turn turn;
	struct recorder_settings recording;
	struct recorder *recorder;
	struct post_box said, posted;
	struct store_lmdb_settings settings;
	struct store *store;
	struct arena arena;
	bool congested;
	int calls;
	struct committed committed;
};

static bool
post(void *arg, struct span message)
{
	struct scene *s = arg;

	if (s->congested)
		return false;
	post_box_add(&s->posted, message);
	return true;
}

static void
open_store(struct scene *s, store_post *how)
{
	struct problem why;

	expect_ok("opened", store_lmdb_open(&s->turn, &s->settings, how, s, &s->store, &why), &why);
}

static int
set_scene(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->arena = arena_init(256 * MIB);
	s->recording = stage_settings(directory_make(s->directory));
	s->settings = (struct store_lmdb_settings){ .directory = s->directory, .tables = stage_tables,
		.commit_timeout = SECONDS(60), .in_flight = 4 };
	s->recorder = stage_recorder(&s->recording, &s->said);
	*state = s;
	return 0;
}

static int
clear_scene(void **state)
{
	struct scene *s = *state;

	if (s->store)
		store_free(s->store);
	recorder_free(s->recorder);
	post_box_empty(&s->said);
	post_box_empty(&s->posted);
	directory_remove(s->directory);
	arena_release(&s->arena);
	free(s);
	return 0;
}

static void
note(void *arg, const struct committed *c)
{
	struct scene *s = arg;

	s->calls++;
	s->committed = *c;
}

static void
append(struct scene *s, const char *value)
{
	struct unit *u = unit_new(&s->arena, stage_tables, id_new(clock_now()));

	unit_append(u, &journal, span_text(value));
	store_commit(s->store, u, note, s);
}

/* The recorder takes what was posted and commits; what it says is heard, or lost with it. */
static void
record(struct scene *s, bool heard)
{
	struct letter *l;

	while ((l = post_box_take(&s->posted))) {
		expect_ok("taken", recorder_take(s->recorder, 1, ROLE_WORKER, span_of(l->bytes, l->size), NULL), NULL);
		free(l);
	}
	expect_ok("committed", recorder_commit(s->recorder, clock_now(), NULL), NULL);
	while ((l = post_box_take(&s->said))) {
		if (heard)
			store_lmdb_recorder_said(s->store, span_of(l->bytes, l->size));
		free(l);
	}
}

static void
keep_count(void *arg, enum err code, const struct problem *why)
{
	expect_ok("loaded", code, why);
	*(int *)arg = 1;
}

static size_t
entries(struct scene *s)
{
	struct ask ask = { .table = &journal, .limit = 1000 };
	int called = 0;

	store_load(s->store, &ask, 1, keep_count, &called);
	turn_run(&s->turn);
	expect_number("answered in the turn", called, 1);
	return ask.count;
}

static void
units_wait_for_the_first_recorder(void **state)
{
	struct scene *s = *state;

	open_store(s, post);
	append(s, "a");
	append(s, "b");
	turn_run(&s->turn);
	store_lmdb_tick(s->store);
	expect_number("nothing is posted to nobody", s->posted.count, 0);
	store_lmdb_recorder_ready(s->store);
	expect_number("then all of it", s->posted.count, 2);
	record(s, true);
	expect_number("and answered", s->calls, 2);
	append(s, "c");
	expect_number("later ones at once", s->posted.count, 1);
}

static void
a_lost_answer_is_asked_for_again(void **state)
{
	struct scene *s = *state;

	open_store(s, post);
	store_lmdb_recorder_ready(s->store);
	append(s, "a");
	append(s, "b");
	record(s, false);
	expect_number("committed, but nobody heard", s->calls, 0);
	store_lmdb_recorder_lost(s->store);
	append(s, "c");
	expect_number("while it is away nothing is posted", s->posted.count, 0);
	recorder_free(s->recorder);
	s->recorder = stage_recorder(&s->recording, &s->said);
	store_lmdb_recorder_ready(s->store);
	expect_number("its successor gets all of them", s->posted.count, 3);
	record(s, true);
	expect_number("all are answered", s->calls, 3);
	expect_number("with success", s->committed.code, OK);
	expect_number("and happened once", entries(s), 3);
	store_lmdb_recorder_lost(s->store);
	store_lmdb_recorder_ready(s->store);
	expect_number("what is answered is not sent again", s->posted.count, 0);
}

static void
what_cannot_be_posted_is_posted_later_in_order(void **state)
{
	struct scene *s = *state;
	struct letter *first;

	open_store(s, post);
	store_lmdb_recorder_ready(s->store);
	s->congested = true;
	append(s, "first");
	s->congested = false;
	append(s, "second");
	expect_number("the second does not overtake", s->posted.count, 0);
	store_lmdb_tick(s->store);
	expect_number("a tick posts both", s->posted.count, 2);
	first = s->posted.first;
	expect_true("in order", memcmp(first->bytes + first->size - 5, "first", 5) == 0);
	record(s, true);
	expect_number("answered", s->calls, 2);
}

static void
too_many_in_flight_are_refused_at_once(void **state)
{
	struct scene *s = *state;

	open_store(s, post);
	store_lmdb_recorder_ready(s->store);
	for (int i = 0; i < 4; i++)
		append(s, "x");
	append(s, "one too many");
	expect_number("not before returning", s->calls, 0);
	turn_run(&s->turn);
	expect_number("in the turn", s->calls, 1);
	expect_number("for now", s->committed.code, ERR_UNAVAILABLE);
	expect_number("it was not sent", s->posted.count, 4);
	record(s, true);
	expect_number("the others are answered", s->calls, 5);
	append(s, "there is room again");
	expect_number("and sent", s->posted.count, 1);
}

static void
no_answer_in_time_is_unavailable(void **state)
{
	struct scene *s = *state;

	s->settings.commit_timeout = 1;
	open_store(s, post);
	store_lmdb_recorder_ready(s->store);
	append(s, "late");
	usleep(1000);
	store_lmdb_tick(s->store);
	expect_number("told", s->calls, 1);
	expect_number("unknown whether it happened", s->committed.code, ERR_UNAVAILABLE);
	record(s, true);
	expect_number("an answer that comes yet is not told", s->calls, 1);
}

static void
alone_a_program_only_looks(void **state)
{
	struct scene *s = *state;

	open_store(s, store_no_recorder);
	append(s, "x");
	expect_number("not before returning", s->calls, 0);
	turn_run(&s->turn);
	expect_number("refused", s->committed.code, ERR_UNAVAILABLE);
	expect_number("reading works", entries(s), 0);
}

static void
before_the_recorder_there_is_no_store(void **state)
{
	static const struct table later = { "later", ROLE_BIT(ROLE_WORKER), 0 };
	static const struct table *const more[] = { &logins, &later, NULL };
	struct scene *s = *state;
	struct problem why;
	struct store *none;

	s->settings.tables = more;
	expect_problem("a table of a newer program", store_lmdb_open(&s->turn, &s->settings, post, s, &none, &why),
	    &why, ERR_UNAVAILABLE, "no table later yet");
	recorder_free(s->recorder);
	s->recorder = NULL;
	directory_remove(s->directory);
	expect_problem("no directory at all", store_lmdb_open(&s->turn, &s->settings, post, s, &none, &why), &why,
	    ERR_UNAVAILABLE, "data.mdb does not exist yet");
}

static void
a_map_that_grew_is_adopted(void **state)
{
	struct scene *s = *state;
	char *value = calloc(1, 3 * MIB + 1);

	recorder_free(s->recorder);
	directory_remove(s->directory);
	s->recording.map_bytes = 1 * MIB;
	s->recorder = stage_recorder(&s->recording, &s->said);
	open_store(s, post);
	expect_number("it reads", entries(s), 0);
	recorder_free(s->recorder);
	s->recording.map_bytes = 64 * MIB;
	s->recorder = stage_recorder(&s->recording, &s->said);
	store_lmdb_recorder_ready(s->store);
	memset(value, 'v', 3 * MIB);
	append(s, value);
	record(s, true);
	expect_number("more than the map had was written", s->committed.code, OK);
	expect_number("and is read", entries(s), 1);
	free(value);
}

static void
count_change(void *arg, const struct table *table, struct span key, uint64_t generation)
{
	int *heard = arg;

	expect_true("of the table watched", table == &members);
	expect_true("an empty key: look at everything", key.size == 0 && generation == 0);
	++*heard;
}

static void
a_new_recorder_means_looking_at_everything(void **state)
{
	struct scene *s = *state;
	int heard = 0;

	open_store(s, post);
	store_watch(s->store, &members, count_change, &heard);
	store_lmdb_recorder_ready(s->store);
	expect_number("at first", heard, 1);
	store_lmdb_recorder_lost(s->store);
	store_lmdb_recorder_ready(s->store);
	expect_number("and with each successor", heard, 2);
}

static void
unclear_words_are_not_believed(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} words[] = {
		{ "", 0 },
		{ "\x01", 1 },
		{ "\x09nonsense", 9 },
		{ "\x02short", 6 },
		{ "\x02" "0123456789abcdef\xff\0\0\0\0\0\0\0\1\0\0\0\0", 30 },
		{ "\x03\0\0\0", 4 },
		{ "\x03\0\0\0\0\0\0\0\1\xff\xff\0\0", 13 },
		{ "\x03\0\0\0\0\0\0\0\1\0\1\0\5key", 16 },
	};
	struct scene *s = *state;

	open_store(s, post);
	store_lmdb_recorder_ready(s->store);
	append(s, "x");
	for (size_t i = 0; i < COUNT(words); i++)
		store_lmdb_recorder_said(s->store, span_of(words[i].bytes, words[i].size));
	expect_number("nobody is answered by them", s->calls, 0);
	record(s, true);
	expect_number("the true answer is", s->calls, 1);
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)
	const struct CMUnitTest tests[] = {
		SCENE(units_wait_for_the_first_recorder),
		SCENE(a_lost_answer_is_asked_for_again),
		SCENE(what_cannot_be_posted_is_posted_later_in_order),
		SCENE(too_many_in_flight_are_refused_at_once),
		SCENE(no_answer_in_time_is_unavailable),
		SCENE(alone_a_program_only_looks),
		SCENE(before_the_recorder_there_is_no_store),
		SCENE(a_map_that_grew_is_adopted),
		SCENE(a_new_recorder_means_looking_at_everything),
		SCENE(unclear_words_are_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
