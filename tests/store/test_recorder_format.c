/* tests/store/test_recorder_format.c - whose store the only writer opens. */
#include "recorder_scene.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(a_newer_format_is_refused_by_its_name),
		SCENE(another_programs_database_is_refused),
		SCENE(older_formats_are_migrated_step_by_step),
		SCENE(a_second_recorder_is_refused),
		SCENE(modes_are_kept_whatever_the_umask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
