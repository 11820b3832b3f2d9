/* tests/store/test_recorder_locks.c - the only writer among processes that died, or hold what is its. */
#include "recorder_scene.h"

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
	const struct CMUnitTest tests[] = {
		SCENE(a_changed_transaction_number_stops_the_recorder),
		SCENE(who_waits_too_long_for_the_lock_ends),
		SCENE(dead_readers_are_swept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
