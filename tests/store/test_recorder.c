/* tests/store/test_recorder.c - the only writer: what it promises when things go wrong. */
#include "stage.h"

#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <lmdb.h>

#include "base/buffer.h"
#include "store/format.h"
#include "store/reader.h"
#include "store/wire.h"

struct scene {
	char directory[64];
	struct recorder_settings settings;
	struct recorder *recorder;
	struct post_box said;
	struct arena arena;
	struct instant now;
};

static int
set_scene(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->arena = arena_init(256 * MIB);
	s->now.us = SECONDS(1000000);
	s->settings = stage_settings(directory_make(s->directory));
	s->recorder = stage_recorder(&s->settings, &s->said);
	*state = s;
	return 0;
}

static int
clear_scene(void **state)
{
	struct scene *s = *state;

	recorder_free(s->recorder);
	post_box_empty(&s->said);
	directory_remove(s->directory);
	arena_release(&s->arena);
	free(s);
	return 0;
}

static void
close_recorder(struct scene *s)
{
	recorder_free(s->recorder);
	s->recorder = NULL;
}

static void
replace_recorder(struct scene *s)
{
	close_recorder(s);
	s->recorder = stage_recorder(&s->settings, &s->said);
}

static struct unit *
unit(struct scene *s)
{
	return unit_new(&s->arena, stage_tables, id_new(s->now));
}

static void
take(struct scene *s, unsigned peer, const struct unit *u)
{
	struct problem why;

	expect_ok("taken", recorder_take(s->recorder, peer, ROLE_WORKER, unit_bytes(u), &why), &why);
}

/* The next message must be answers: the first `count` of them, and no more. */
static void
hear_answers(struct scene *s, struct answer *answers, size_t count)
{
	struct letter *l = post_box_take(&s->said);
	struct record r;
	uint64_t generation;

	expect_true("a message came", l != NULL);
	expect_number("it is of answers", said_read(span_of(l->bytes, l->size), &r, &generation), SAID_ANSWERS);
	for (size_t i = 0; i < count; i++)
		expect_true("one answer more", answers_next(&r, &answers[i]));
	expect_true("and no further", record_whole(&r));
	free(l);
}

static struct committed
commit(struct scene *s, const struct unit *u)
{
	struct answer answer;
	struct problem why;
	struct id id = unit_id(u);

	take(s, 1, u);
	expect_ok("committed", recorder_commit(s->recorder, s->now, &why), &why);
	while (s->said.first && s->said.first->bytes[0] == SAID_NOTICES)
		free(post_box_take(&s->said));
	hear_answers(s, &answer, 1);
	expect_true("under its id", memcmp(answer.id.bytes, id.bytes, sizeof(id.bytes)) == 0);
	return answer.committed;
}

static struct committed
put(struct scene *s, const struct table *table, const char *key, struct span value)
{
	struct unit *u = unit(s);

	unit_put(u, table, span_text(key), value);
	return commit(s, u);
}

/* Rows of a table, expired ones included: what is on the disk. */
static size_t
count_rows(struct scene *s, const struct table *table)
{
	struct ask ask = { .table = table, .limit = UINT32_MAX };
	struct arena a = arena_init(64 * MIB);
	struct map_reader *reader;
	struct problem why;

	expect_ok("readable", map_reader_open(s->directory, stage_tables, &reader, &why), &why);
	expect_ok("begun", map_reader_begin(reader, &why), &why);
	expect_ok("read", map_reader_answer(reader, &a, &ask, 1, (struct instant){ 0 }, &why), &why);
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return ask.count;
}

/* The number put under this key, with nothing behind it. */
static uint64_t
number_put(struct scene *s, const char *key)
{
	struct ask ask = { .table = &logins, .from = span_text(key) };
	struct arena a = arena_init(1 * MIB);
	struct map_reader *reader;
	struct problem why;
	struct record r;
	uint64_t number;

	expect_ok("readable", map_reader_open(s->directory, stage_tables, &reader, &why), &why);
	expect_ok("begun", map_reader_begin(reader, &why), &why);
	expect_ok("read", map_reader_answer(reader, &a, &ask, 1, s->now, &why), &why);
	expect_number("it is there", ask.count, 1);
	r = record_of(ask.rows[0].value);
	number = record_u64(&r);
	expect_true("the number and no more", record_whole(&r));
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return number;
}

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
	struct instant expires = instant_after(s->now, SECONDS(5));
	struct unit *u = unit(s);

	for (int i = 0; i < 1000; i++) {
		const char *key = arena_print(&s->arena, "%d", i);

		unit_put_until(u, &logins, span_text(key), span_text("x"), expires);
	}
	commit(s, u);
	u = unit(s);
	unit_put(u, &logins, span_text("7"), span_text("kept"));
	unit_put_until(u, &logins, span_text("8"), span_text("longer"), instant_after(expires, 1));
	unit_delete(u, &logins, span_text("9"));
	commit(s, u);
	s->now = instant_after(expires, -1);
	expect_ok("nothing to do", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("all are there", count_rows(s, &logins), 999);
	s->now = expires;
	put(s, &members, "m", span_text("1"));
	expect_true("a commit removes some", count_rows(s, &logins) < 999 && count_rows(s, &logins) > 900);
	replace_recorder(s);
	expect_ok("idleness the rest, after a restart too", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("what has no end, or a later one, stays", count_rows(s, &logins), 2);
	s->now = instant_after(expires, 1);
	expect_ok("once more", recorder_expire(s->recorder, s->now, NULL), NULL);
	expect_number("until its own", count_rows(s, &logins), 1);
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

static void
a_newer_format_is_refused_by_its_name(void **state)
{
	struct scene *s = *state;
	struct recorder_outlets outlets = { stage_on_answer, stage_on_notice, &s->said };
	uint8_t seven[8] = { 0, 0, 0, 0, 0, 0, 0, 7 };
	MDB_val key = { 6, (void *)(uintptr_t) "format" }, value = { 8, seven };
	struct recorder *r;
	struct map_reader *reader;
	struct problem why;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	close_recorder(s);
	assert_int_equal(mdb_env_create(&env) | mdb_env_set_maxdbs(env, 4) | mdb_env_open(env, s->directory, 0, 0640),
	    0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn) | mdb_dbi_open(txn, ".meta", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0) | mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	expect_problem("the recorder does not open it", recorder_open(&s->settings, &outlets, &r, &why), &why,
	    ERR_UNSUPPORTED, "the store has format 7, this program knows formats up to 1");
	expect_problem("nor a reader", map_reader_open(s->directory, stage_tables, &reader, &why), &why,
	    ERR_UNSUPPORTED, "format 7");
}

static void
another_programs_database_is_refused(void **state)
{
	struct scene *s = *state;
	struct recorder_outlets outlets = { stage_on_answer, stage_on_notice, &s->said };
	MDB_val key = { 1, (void *)(uintptr_t) "k" };
	struct recorder *r;
	struct problem why;
	char path[128];
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	close_recorder(s);
	snprintf(path, sizeof(path), "%s/data.mdb", s->directory);
	unlink(path);
	assert_int_equal(mdb_env_create(&env) | mdb_env_open(env, s->directory, 0, 0640), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn) | mdb_dbi_open(txn, NULL, 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &key, 0) | mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	expect_problem("it has no format", recorder_open(&s->settings, &outlets, &r, &why), &why, ERR_INVALID,
	    "no store of Watashi");
	expect_true("and names the store", strstr(why.text, s->directory) != NULL);
}

static char steps[64];

static enum err
first_step(MDB_txn *txn, struct problem *why)
{
	(void)txn;
	(void)why;
	strcat(steps, "1>2 ");
	return OK;
}

static enum err
second_step(MDB_txn *txn, struct problem *why)
{
	unsigned format;

	strcat(steps, "2>3 ");
	expect_ok("the first step is written", format_read(txn, 9, &format, why), why);
	expect_number("it is format 2 by now", format, 2);
	return OK;
}

static enum err
failing_step(MDB_txn *txn, struct problem *why)
{
	(void)txn;
	return problem_set(why, ERR_INVALID, NULL, "a row that nobody expected");
}

static void
older_formats_are_migrated_step_by_step(void **state)
{
	static const struct migration good[] = { { 1, "first", first_step }, { 2, "second", second_step }, { 0 } };
	static const struct migration failing[] = { { 3, "third", failing_step }, { 0 } };
	static const struct migration none[] = { { 0 } };
	struct scene *s = *state;
	struct problem why;
	MDB_env *env;

	put(s, &logins, "a", span_text("1"));
	close_recorder(s);
	assert_int_equal(mdb_env_create(&env) | mdb_env_set_maxdbs(env, 9) | mdb_env_open(env, s->directory, 0, 0640),
	    0);
	steps[0] = '\0';
	expect_ok("migrated", format_settle(env, good, 3, &why), &why);
	expect_text("in order", steps, "1>2 2>3 ");
	expect_ok("and not again", format_settle(env, good, 3, &why), &why);
	expect_text("nothing more was run", steps, "1>2 2>3 ");
	expect_problem("a step that fails says which", format_settle(env, failing, 4, &why), &why, ERR_INVALID,
	    "migrating the store from format 3 (third): a row that nobody expected");
	expect_ok("and leaves the format", format_settle(env, none, 3, &why), &why);
	expect_problem("a missing step is told", format_settle(env, none, 5, &why), &why, ERR_UNSUPPORTED,
	    "format 3, from which nothing leads to 5");
	mdb_env_close(env);
}

static void
a_second_recorder_is_refused(void **state)
{
	struct scene *s = *state;
	struct recorder_outlets outlets = { stage_on_answer, stage_on_notice, &s->said };
	char holder[64];
	struct recorder *r;
	struct problem why;

	snprintf(holder, sizeof(holder), "held by process %ld", (long)getpid());
	expect_problem("it is told by whom", recorder_open(&s->settings, &outlets, &r, &why), &why,
	    ERR_UNAVAILABLE, holder);
	expect_number("the first works on", put(s, &logins, "a", span_text("1")).code, OK);
}

static void
modes_are_kept_whatever_the_umask(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
	} files[] = { { "", 0750 }, { "/data.mdb", 0640 }, { "/lock.mdb", 0660 }, { "/recorder.lock", 0600 } };
	static const mode_t masks[] = { 0, 077, 0277 };
	struct scene *s = *state;

	close_recorder(s);
	for (size_t m = 0; m < COUNT(masks); m++) {
		mode_t before = umask(masks[m]);

		directory_remove(s->directory);
		s->recorder = stage_recorder(&s->settings, &s->said);
		umask(before);
		for (size_t i = 0; i < COUNT(files); i++) {
			char path[128];
			struct stat st;

			snprintf(path, sizeof(path), "%s%s", s->directory, files[i].name);
			assert_int_equal(stat(path, &st), 0);
			expect_number(files[i].name, st.st_mode & 0777, files[i].mode);
		}
		close_recorder(s);
	}
}

/* Where lock.mdb holds the transaction number (LMDB 0.9, Linux): behind two words and the readers' mutex. */
#define NUMBER_AT (8 + sizeof(pthread_mutex_t))

static void
change_number(const char *directory, int64_t by)
{
	char path[128];
	volatile size_t *number;
	uint8_t *map;
	int fd;

	snprintf(path, sizeof(path), "%s/lock.mdb", directory);
	fd = open(path, O_RDWR);
	map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	number = (volatile size_t *)(map + NUMBER_AT);
	*number = (size_t)((int64_t)*number + by);
	munmap(map, 4096);
	/* Closing any descriptor of the file in this process would drop LMDB's own locks on it; the child is
	 * another. */
	_exit(0);
}

static void
a_changed_transaction_number_stops_the_recorder(void **state)
{
	static const int64_t changes[] = { -1, -2, 1, 40 };
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct problem why;
		struct unit *u;
		pid_t child;
		int status;

		for (int n = 0; n < 3; n++)
			expect_number("as long as nobody meddles", put(s, &logins, "a", span_text("1")).code, OK);
		child = fork();
		if (child == 0)
			change_number(s->directory, changes[i]);
		waitpid(child, &status, 0);
		u = unit(s);
		unit_put(u, &logins, span_text("b"), span_text("2"));
		take(s, 1, u);
		expect_problem("it does not write", recorder_commit(s->recorder, s->now, &why), &why, ERR_IO,
		    "the store's transaction number was changed by another process");
		expect_number("and answers nobody", s->said.count, 0);
		take(s, 1, u);
		expect_problem("for good", recorder_commit(s->recorder, s->now, &why), &why, ERR_IO,
		    "has failed before");
		expect_problem("in idleness neither", recorder_expire(s->recorder, s->now, &why), &why, ERR_IO,
		    "has failed before");
		replace_recorder(s);
		expect_number("its successor finds the store as it was", count_rows(s, &logins), 1 + (i > 0));
		expect_number("and goes on", commit(s, u).code, OK);
	}
}

/* Ends only by being killed. */
static void
hold_write_lock(const char *directory, int ready)
{
	MDB_env *env;
	MDB_txn *txn;

	if (mdb_env_create(&env) || mdb_env_open(env, directory, 0, 0660) || mdb_txn_begin(env, NULL, 0, &txn))
		_exit(1);
	if (write(ready, "x", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

static void
write_and_exit(const struct recorder_settings *settings)
{
	struct post_box said = { 0 };
	struct recorder *r = stage_recorder(settings, &said);
	struct arena a = arena_init(MIB);
	struct unit *u = unit_new(&a, stage_tables, id_new((struct instant){ 1 }));
	char go;

	unit_put(u, &logins, span_text("a"), span_text("1"));
	if (recorder_take(r, 1, ROLE_WORKER, unit_bytes(u), NULL) != OK)
		_exit(1);
	/* The holder comes only now. */
	if (read(STDIN_FILENO, &go, 1) != 1)
		_exit(2);
	recorder_commit(r, (struct instant){ SECONDS(5) }, NULL);
	_exit(0);
}

static void
who_waits_too_long_for_the_lock_ends(void **state)
{
	struct scene *s = *state;
	int ready[2], go[2], status;
	pid_t writer, holder;
	char byte;

	close_recorder(s);
	s->settings.watchdog_seconds = 1;
	assert_int_equal(pipe(ready) | pipe(go), 0);
	writer = fork();
	if (writer == 0) {
		int silent = open("/dev/null", O_WRONLY);

		dup2(go[0], STDIN_FILENO);
		dup2(silent, STDERR_FILENO);
		write_and_exit(&s->settings);
	}
	usleep(300000);
	holder = fork();
	if (holder == 0)
		hold_write_lock(s->directory, ready[1]);
	expect_number("somebody holds the lock", read(ready[0], &byte, 1), 1);
	expect_number("the recorder is let go on", write(go[1], "g", 1), 1);
	waitpid(writer, &status, 0);
	expect_true("it ended itself", WIFEXITED(status));
	expect_number("with the status that says so", WEXITSTATUS(status), RECORDER_STUCK);
	kill(holder, SIGKILL);
	waitpid(holder, &status, 0);
	s->recorder = stage_recorder(&s->settings, &s->said);
	expect_number("when the holder is gone the lock is free", put(s, &logins, "a", span_text("1")).code, OK);
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	close(go[1]);
}

static void
dead_readers_are_swept(void **state)
{
	struct scene *s = *state;
	int ready[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe(ready), 0);
	put(s, &logins, "a", span_text("1"));
	child = fork();
	if (child == 0) {
		struct map_reader *reader;

		if (map_reader_open(s->directory, stage_tables, &reader, NULL) == OK && map_reader_begin(reader,
		    NULL) == OK && write(ready[1], "x", 1) == 1)
			for (;;)
				pause();
		_exit(1);
	}
	expect_number("a reader within its transaction", read(ready[0], &byte, 1), 1);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	recorder_sweep_readers(s->recorder);
	/* Old pages are used again: the file does not grow with every commit. */
	for (int i = 0; i < 300; i++)
		put(s, &logins, "a", span_of(s->directory, sizeof(s->directory)));
	{
		char path[128];
		struct stat st;

		snprintf(path, sizeof(path), "%s/data.mdb", s->directory);
		assert_int_equal(stat(path, &st), 0);
		expect_true("nothing is kept for the dead", st.st_size < (off_t)(1 * MIB));
	}
	close(ready[0]);
	close(ready[1]);
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)
	const struct CMUnitTest tests[] = {
		SCENE(a_unit_happens_once_across_a_restart),
		SCENE(what_need_not_be_remembered_is_forgotten),
		SCENE(a_batch_is_checked_in_order_of_arrival),
		SCENE(the_same_unit_twice_in_a_batch_happens_once),
		SCENE(what_is_no_unit_is_not_taken),
		SCENE(a_crowd_is_refused_at_once_and_takes_no_memory),
		SCENE(expired_rows_are_removed),
		SCENE(many_changes_are_told_as_one),
		SCENE(a_full_store_refuses_what_does_not_fit_and_only_that),
		SCENE(deleting_works_in_a_store_full_to_the_last_page),
		SCENE(a_disk_that_is_full_is_not_the_end),
		SCENE(a_newer_format_is_refused_by_its_name),
		SCENE(another_programs_database_is_refused),
		SCENE(older_formats_are_migrated_step_by_step),
		SCENE(a_second_recorder_is_refused),
		SCENE(modes_are_kept_whatever_the_umask),
		SCENE(a_changed_transaction_number_stops_the_recorder),
		SCENE(who_waits_too_long_for_the_lock_ends),
		SCENE(dead_readers_are_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
