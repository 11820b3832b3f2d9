/* tests/store/test_backup.c - copies of a store in use, and stores made of copies. */
#include "stage.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <lmdb.h>

#include "store/backup.h"
#include "store/inspect.h"
#include "store/reader.h"
#include "store/seal.h"

struct scene {
	char directory[64], copy[128];
	struct recorder_settings settings;
	struct recorder *recorder;
	struct post_box said;
	struct arena arena;
};

static int
set_scene(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	s->arena = arena_init(256 * MIB);
	s->settings = stage_settings(directory_make(s->directory));
	snprintf(s->copy, sizeof(s->copy), "%s/copy", s->directory);
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

/* Rows "0" to "count - 1" in two tables, all of the same value, in one unit. */
static void
put_rows(struct scene *s, int count, const char *value)
{
	struct unit *u;
	struct problem why;

	arena_reset(&s->arena);
	u = unit_new(&s->arena, stage_tables, id_new(clock_now()));
	for (int i = 0; i < count; i++) {
		struct span key = span_text(arena_print(&s->arena, "%d", i));

		unit_put(u, &logins, key, span_text(value));
		unit_put(u, &members, key, span_text(value));
	}
	expect_ok("taken", recorder_take(s->recorder, 1, ROLE_WORKER, unit_bytes(u), &why), &why);
	expect_ok("committed", recorder_commit(s->recorder, clock_now(), &why), &why);
	post_box_empty(&s->said);
}

/* "N times VALUE", when all rows of both tables are alike. */
static const char *
rows_of(struct scene *s, const char *directory)
{
	struct ask asks[] = { { .table = &logins, .limit = UINT32_MAX }, { .table = &members, .limit = UINT32_MAX } };
	struct arena a = arena_init(64 * MIB);
	struct map_reader *reader;
	struct problem why;
	struct span value;
	const char *text;

	expect_ok("opened", map_reader_open(directory, stage_tables, &reader, &why), &why);
	expect_ok("begun", map_reader_begin(reader, &why), &why);
	expect_ok("read", map_reader_answer(reader, &a, asks, 2, clock_now(), &why), &why);
	expect_true("there are rows", asks[0].count && asks[0].count == asks[1].count);
	value = asks[0].rows[0].value;
	for (size_t t = 0; t < 2; t++)
		for (size_t i = 0; i < asks[t].count; i++)
			expect_true("one state, no mixture", span_equal(asks[t].rows[i].value, value));
	text = arena_print(&s->arena, "%zu times %.*s", asks[0].count, SPAN_ARGS(value));
	map_reader_end(reader);
	map_reader_free(reader);
	arena_release(&a);
	return text;
}

static void
a_copy_is_restored(void **state)
{
	struct scene *s = *state;
	struct backup_report made, restored;
	char kept[128];
	struct problem why;
	struct stat st;
	uint64_t generation;
	unsigned format;

	put_rows(s, 100, "old");
	expect_ok("copied", store_backup(s->directory, s->copy, &made, &why), &why);
	expect_number("of the newest state", made.generation, 1);
	assert_int_equal(stat(s->copy, &st), 0);
	expect_number("its size is told", made.bytes, st.st_size);
	expect_number("only its owner reads it", st.st_mode & 0777, 0600);
	put_rows(s, 200, "new");
	expect_ok("looked at", store_look(s->directory, &format, &generation, &why), &why);
	expect_number("the store has gone on", generation, 2);
	expect_number("in this format", format, STORE_FORMAT);
	close_recorder(s);
	expect_ok("restored", store_restore(s->copy, s->directory, &restored, &why), &why);
	expect_number("as it was copied", restored.generation, 1);
	snprintf(kept, sizeof(kept), "%s/data.mdb.before-restore", s->directory);
	expect_text("it is told where the old one is", restored.kept, kept);
	s->recorder = stage_recorder(&s->settings, &s->said);
	expect_text("the old rows", rows_of(s, s->directory), "100 times old");
	put_rows(s, 300, "newest");
	expect_text("and it can be written", rows_of(s, s->directory), "300 times newest");
	expect_number("generations go on", recorder_figures(s->recorder).generation, 2);
	close_recorder(s);
	expect_ok("what was there can be restored too", store_restore(kept, s->directory, &restored, &why), &why);
	s->recorder = stage_recorder(&s->settings, &s->said);
	expect_text("the rows of then", rows_of(s, s->directory), "200 times new");
	snprintf(kept, sizeof(kept), "%s/data.mdb.before-restore.1", s->directory);
	expect_text("a second restore keeps beside what the first one kept", restored.kept, kept);
	close_recorder(s);
	expect_ok("and that", store_restore(kept, s->directory, &restored, &why), &why);
	s->recorder = stage_recorder(&s->settings, &s->said);
	expect_text("is the newest state", rows_of(s, s->directory), "300 times newest");
}

static void
modes_and_a_missing_directory_are_seen_to(void **state)
{
	struct scene *s = *state;
	struct backup_report done;
	char fresh[80], path[128];
	struct problem why;
	struct stat st;

	put_rows(s, 3, "x");
	expect_ok("copied", store_backup(s->directory, s->copy, NULL, &why), &why);
	snprintf(fresh, sizeof(fresh), "%s/fresh", s->directory);
	snprintf(path, sizeof(path), "%s/data.mdb", fresh);
	expect_ok("restored where nothing was", store_restore(s->copy, fresh, &done, &why), &why);
	expect_text("and nothing kept", done.kept, "");
	assert_int_equal(stat(path, &st), 0);
	expect_number("for the group to read", st.st_mode & 0777, 0640);
	close_recorder(s);
	s->settings.directory = fresh;
	s->recorder = stage_recorder(&s->settings, &s->said);
	expect_text("a whole store", rows_of(s, fresh), "3 times x");
	close_recorder(s);
}

/* Writes all the time, each state alike in all its rows. */
static void
keep_writing(struct scene *s, int ready)
{
	s->recorder = stage_recorder(&s->settings, &s->said);
	for (int i = 0;; i++) {
		char value[32];

		snprintf(value, sizeof(value), "state %d", i);
		put_rows(s, 500, value);
		if (i == 3 && write(ready, "x", 1) != 1)
			_exit(1);
	}
}

static void
a_copy_beside_a_writer_is_one_state(void **state)
{
	struct scene *s = *state;
	uint64_t before = 0;
	int ready[2], status;
	pid_t writer;
	char byte;

	close_recorder(s);
	assert_int_equal(pipe(ready), 0);
	writer = fork();
	if (writer == 0)
		keep_writing(s, ready[1]);
	close(ready[1]);
	expect_number("it writes", read(ready[0], &byte, 1), 1);
	for (int i = 0; i < 15; i++) {
		struct backup_report made;
		char place[96], to[96];
		struct problem why;

		snprintf(to, sizeof(to), "%s/copy%d", s->directory, i);
		snprintf(place, sizeof(place), "%s/place%d", s->directory, i);
		expect_ok("copied", store_backup(s->directory, to, &made, &why), &why);
		expect_true("of a later state than the last", made.generation >= before);
		before = made.generation;
		expect_ok("restored elsewhere", store_restore(to, place, NULL, &why), &why);
		expect_true("all rows of one state", strncmp(rows_of(s, place), "500 times state ", 16) == 0);
	}
	kill(writer, SIGKILL);
	waitpid(writer, &status, 0);
	expect_true("it wrote to the end", WIFSIGNALED(status));
	close(ready[0]);
}

static void
nothing_is_overwritten(void **state)
{
	struct scene *s = *state;
	struct problem why;
	struct stat st;
	int fd;

	put_rows(s, 3, "x");
	fd = open(s->copy, O_CREAT | O_WRONLY, 0600);
	close(fd);
	expect_problem("what exists stays", store_backup(s->directory, s->copy, NULL, &why), &why, ERR_CONFLICT,
	    "copy exists already");
	assert_int_equal(stat(s->copy, &st), 0);
	expect_number("as it was", st.st_size, 0);
	unlink(s->copy);
	expect_problem("no store, no copy", store_backup("/nonexistent", s->copy, NULL, &why), &why, ERR_NOT_FOUND,
	    "/nonexistent/data.mdb");
	expect_true("not even a beginning", stat(s->copy, &st) != 0);
	expect_problem("a place that is not", store_backup(s->directory, "/nonexistent/copy", NULL, &why), &why,
	    ERR_NOT_FOUND, "/nonexistent/copy.part");
}

static void
a_held_store_is_not_replaced(void **state)
{
	struct scene *s = *state;
	struct problem why;

	put_rows(s, 3, "old");
	expect_ok("copied", store_backup(s->directory, s->copy, NULL, &why), &why);
	put_rows(s, 3, "new");
	expect_problem("while a recorder holds it", store_restore(s->copy, s->directory, NULL, &why), &why,
	    ERR_UNAVAILABLE, "the daemon runs: stop it first (");
	expect_true("which process that is", strstr(why.text, "recorder.lock is held by process") != NULL);
	expect_text("nothing happens to it", rows_of(s, s->directory), "3 times new");
}

/* What is done to a good copy. */
static void
cut_short(int fd, off_t size)
{
	assert_int_equal(ftruncate(fd, size / 2 / 4096 * 4096), 0);
}

static void
cut_within_the_first_page(int fd, off_t size)
{
	(void)size;
	assert_int_equal(ftruncate(fd, 100), 0);
}

static void
empty(int fd, off_t size)
{
	(void)size;
	assert_int_equal(ftruncate(fd, 0), 0);
}

static void
fill(int fd, off_t from, off_t to, int byte)
{
	uint8_t page[4096];

	memset(page, byte, sizeof(page));
	for (off_t at = from; at < to; at += 4096)
		assert_int_equal(pwrite(fd, page, sizeof(page), at), 4096);
}

static void
zero_the_middle(int fd, off_t size)
{
	fill(fd, size / 2 / 4096 * 4096, size / 2 / 4096 * 4096 + 5 * 4096, 0);
}

static void
overwrite_the_middle(int fd, off_t size)
{
	fill(fd, size / 2 / 4096 * 4096, size / 2 / 4096 * 4096 + 5 * 4096, 0xff);
}

static void
overwrite_all_but_the_head(int fd, off_t size)
{
	fill(fd, 2 * 4096, size, 0xa5);
}

static void
overwrite_the_head(int fd, off_t size)
{
	(void)size;
	fill(fd, 0, 2 * 4096, 'x');
}

/* Inside a value, where LMDB and the rows' own form notice nothing. */
static void
flip_in_a_value(int fd, off_t size)
{
	static const char value[] = "kept as it is";
	uint8_t *bytes = malloc((size_t)size), *found;

	assert_int_equal(pread(fd, bytes, (size_t)size, 0), size);
	found = memmem(bytes, (size_t)size, value, sizeof(value) - 1);
	assert_non_null(found);
	*found ^= 1;
	assert_int_equal(pwrite(fd, found, 1, found - bytes), 1);
	free(bytes);
}

static void
drop_the_last_byte(int fd, off_t size)
{
	assert_int_equal(ftruncate(fd, size - 1), 0);
}

static void
take_off_the_seal(int fd, off_t size)
{
	assert_int_equal(ftruncate(fd, size - (off_t)SEAL_SIZE), 0);
}

static const struct {
	const char *title;
	void (*damage)(int fd, off_t size);
	const char *says, *inspected; /* by a restore; by inspection alone */
} damages[] = {
	{ "an empty file", empty, "expected a copy and its seal, found 0 bytes", "empty" },
	{ "a stump", cut_within_the_first_page, "no seal at its end", "opening" },
	{ "half a file", cut_short, "no seal at its end", "cut short" },
	{ "all but the last byte", drop_the_last_byte, "no seal at its end", NULL },
	{ "a store without a seal", take_off_the_seal, "no seal at its end", NULL },
	{ "one flipped bit in a value", flip_in_a_value, "damaged", NULL },
	{ "zeros in the middle", zero_the_middle, "damaged", "damaged" },
	{ "noise in the middle", overwrite_the_middle, "damaged", "damaged" },
	{ "noise in all pages", overwrite_all_but_the_head, "", "" },
	{ "no database at all", overwrite_the_head, "damaged", "opening" },
};

/* A new copy, damaged in the way of damages[i]. */
static void
make_damaged(struct scene *s, size_t i)
{
	struct problem why;
	struct stat st;
	int fd;

	unlink(s->copy);
	expect_ok("copied", store_backup(s->directory, s->copy, NULL, &why), &why);
	fd = open(s->copy, O_RDWR);
	assert_int_equal(fstat(fd, &st), 0);
	damages[i].damage(fd, st.st_size);
	close(fd);
}

static void
damaged_copies_are_refused(void **state)
{
	struct scene *s = *state;
	struct problem why;

	put_rows(s, 2000, "kept as it is, whatever the copy");
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct stat st;
		char fresh[128];

		make_damaged(s, i);
		close_recorder(s);
		expect_problem(damages[i].title, store_restore(s->copy, s->directory, NULL, &why), &why, ERR_INVALID,
		    damages[i].says);
		expect_true("it says which file", strstr(why.text, s->copy) != NULL);
		snprintf(fresh, sizeof(fresh), "%s/data.mdb.new", s->directory);
		expect_true("no trace is left", stat(fresh, &st) != 0);
		s->recorder = stage_recorder(&s->settings, &s->said);
		expect_text("the store is as before", rows_of(s, s->directory), "2000 times kept as it is, whatever "
		    "the copy");
	}
}

/* A store damaged before it was copied has a good seal, and is not restored either. */
static void
damaged_stores_are_seen_without_a_seal(void **state)
{
	struct scene *s = *state;

	put_rows(s, 2000, "kept as it is, whatever the copy");
	for (size_t i = 0; i < COUNT(damages); i++) {
		struct inspection seen;
		struct problem why = { 0 };

		if (!damages[i].inspected)
			continue;
		make_damaged(s, i);
		expect_true(damages[i].title, store_inspect(s->copy, &seen, &why) == why.code && why.code != OK);
		expect_problem(damages[i].title, why.code == ERR_IO ? ERR_INVALID : why.code, &why, ERR_INVALID,
		    damages[i].inspected);
	}
}

static void
every_byte_is_under_the_seal(void **state)
{
	struct scene *s = *state;
	struct problem why;
	struct stat st;
	uint64_t size;
	int fd;

	put_rows(s, 3, "x");
	expect_ok("copied", store_backup(s->directory, s->copy, NULL, &why), &why);
	fd = open(s->copy, O_RDWR);
	assert_int_equal(fstat(fd, &st), 0);
	/* Every byte of the seal, some of the pages. */
	for (off_t at = 0; at < st.st_size; at += at < st.st_size - (off_t)SEAL_SIZE - 512 ? 509 : 1) {
		uint8_t byte, other;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		other = byte ^ 0x10;
		assert_int_equal(pwrite(fd, &other, 1, at), 1);
		expect_problem("one flipped bit", seal_check(fd, s->copy, &size, &why), &why, ERR_INVALID, s->copy);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	expect_ok("as it was", seal_check(fd, s->copy, &size, &why), &why);
	expect_number("all but the seal", size, st.st_size - (off_t)SEAL_SIZE);
	close(fd);
}

static void
a_copy_of_a_newer_format_is_refused(void **state)
{
	struct scene *s = *state;
	uint8_t nine[8] = { 0, 0, 0, 0, 0, 0, 0, 9 };
	MDB_val key = { 6, (void *)(uintptr_t) "format" }, value = { 8, nine };
	struct problem why;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	int fd;

	put_rows(s, 3, "x");
	expect_ok("copied", store_backup(s->directory, s->copy, NULL, &why), &why);
	fd = open(s->copy, O_RDWR);
	take_off_the_seal(fd, lseek(fd, 0, SEEK_END));
	assert_int_equal(mdb_env_create(&env) | mdb_env_set_maxdbs(env, 4) |
	        mdb_env_open(env, s->copy, MDB_NOSUBDIR | MDB_NOLOCK, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn) | mdb_dbi_open(txn, ".meta", 0, &dbi), 0);
	assert_int_equal(mdb_put(txn, dbi, &key, &value, 0) | mdb_txn_commit(txn), 0);
	mdb_env_close(env);
	expect_ok("sealed by that program", seal_put(fd, s->copy, &why), &why);
	close(fd);
	close_recorder(s);
	expect_problem("by its number", store_restore(s->copy, s->directory, NULL, &why), &why, ERR_UNSUPPORTED,
	    "format 9, this program knows formats up to 1");
}

int
main(void)
{
#define SCENE(name) cmocka_unit_test_setup_teardown(name, set_scene, clear_scene)
	const struct CMUnitTest tests[] = {
		SCENE(a_copy_is_restored),
		SCENE(modes_and_a_missing_directory_are_seen_to),
		SCENE(a_copy_beside_a_writer_is_one_state),
		SCENE(nothing_is_overwritten),
		SCENE(a_held_store_is_not_replaced),
		SCENE(damaged_copies_are_refused),
		SCENE(damaged_stores_are_seen_without_a_seal),
		SCENE(every_byte_is_under_the_seal),
		SCENE(a_copy_of_a_newer_format_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
