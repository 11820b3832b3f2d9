/* store/inspect.c - reading a store file to its last row. */
#include "store/inspect.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/format.h"
#include "store/map.h"
#include "store/recorder.h"
#include "store/row.h"

#define TABLES_MOST 1024

/* Both over a pipe, from the child. */
struct verdict {
	enum err code;
	struct problem why;
	struct inspection seen;
};

static enum err
read_generation(MDB_txn *txn, uint64_t *generation, struct problem *why)
{
	MDB_dbi dbi;
	MDB_cursor *cursor;
	MDB_val key, value;
	int rc = mdb_dbi_open(txn, TABLE_COMMITS, 0, &dbi);

	*generation = 0;
	if (rc == 0)
		rc = mdb_cursor_open(txn, dbi, &cursor);
	if (rc == 0) {
		rc = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
		if (rc == 0 && key.mv_size != 8)
			rc = MDB_CORRUPTED;
		if (rc == 0)
			*generation = u64_read(key.mv_data);
		mdb_cursor_close(cursor);
	}
	/* A store in which nothing was ever committed. */
	return rc == 0 || rc == MDB_NOTFOUND ? OK : map_problem(why, rc, "reading the commits");
}

/* Every page LMDB may touch is in the file: past its end lies SIGBUS. */
static enum err
check_size(MDB_env *env, uint64_t size, struct problem *why)
{
	MDB_envinfo info;
	MDB_stat stat;
	uint64_t needed;

	mdb_env_info(env, &info);
	mdb_env_stat(env, &stat);
	needed = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	if (size < needed)
		return problem_set(why, ERR_INVALID, NULL, "cut short: %llu bytes of %llu", (unsigned long long)size,
		    (unsigned long long)needed);
	return OK;
}

static enum err
check_table(MDB_txn *txn, MDB_val name, struct problem *why)
{
	char text[KEY_LARGEST + 1];
	bool rows;
	struct span before = { 0 };
	MDB_cursor *cursor;
	MDB_dbi dbi;
	MDB_val key, value;
	MDB_stat stat;
	size_t count = 0;
	int rc;

	if (name.mv_size > KEY_LARGEST)
		return problem_set(why, ERR_INVALID, NULL, "damaged: the name of a table is %zu bytes long",
		    name.mv_size);
	memcpy(text, name.mv_data, name.mv_size);
	text[name.mv_size] = '\0';
	rows = text[0] != '.';
	rc = mdb_dbi_open(txn, text, 0, &dbi);
	if (rc == 0)
		rc = mdb_stat(txn, dbi, &stat);
	if (rc == 0)
		rc = mdb_cursor_open(txn, dbi, &cursor);
	if (rc)
		return problem_set(why, ERR_INVALID, NULL, "damaged: table %s: %s", text, mdb_strerror(rc));
	for (; (rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0; count++) {
		struct row row;
		struct span at = span_of_val(key);
		uint8_t sum = 0;

		if ((rows && !row_read(at, span_of_val(value), &row)) || (count && span_compare(before, at) >= 0))
			return problem_set(why, ERR_INVALID, NULL,
			    "damaged: table %s: what follows row %zu cannot be a row", text,
			    count);
		/* To its last byte: a value may run on over many pages. */
		for (size_t i = 0; i < value.mv_size; i += 4 * KIB)
			sum ^= ((const volatile uint8_t *)value.mv_data)[i];
		(void)sum;
		before = at;
	}
	mdb_cursor_close(cursor);
	if (rc != MDB_NOTFOUND)
		return problem_set(why, ERR_INVALID, NULL, "damaged: table %s: %s", text, mdb_strerror(rc));
	if (count != stat.ms_entries)
		return problem_set(why, ERR_INVALID, NULL, "damaged: table %s has %zu rows of %zu", text, count,
		    stat.ms_entries);
	return OK;
}

static enum err
check_tables(MDB_txn *txn, struct problem *why)
{
	MDB_cursor *cursor;
	MDB_dbi dbi;
	MDB_val name, value;
	enum err code = OK;
	int rc = mdb_dbi_open(txn, NULL, 0, &dbi);

	if (rc == 0)
		rc = mdb_cursor_open(txn, dbi, &cursor);
	if (rc)
		return map_problem(why, rc, "reading the list of tables");
	while (code == OK && (rc = mdb_cursor_get(cursor, &name, &value, MDB_NEXT)) == 0)
		code = check_table(txn, name, why);
	mdb_cursor_close(cursor);
	if (code == OK && rc != MDB_NOTFOUND)
		return problem_set(why, ERR_INVALID, NULL, "damaged: the list of tables: %s", mdb_strerror(rc));
	return code;
}

static enum err
look_inside(MDB_env *env, bool directory, bool all, struct inspection *out, struct problem *why)
{
	MDB_txn *txn;
	enum err code;
	int rc = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);

	if (rc)
		return map_problem(why, rc, "reading");
	code = directory ? OK : check_size(env, out->bytes, why);
	if (code == OK)
		code = format_read(txn, STORE_FORMAT, &out->format, why);
	if (code == OK)
		code = read_generation(txn, &out->generation, why);
	if (code == OK && all)
		code = check_tables(txn, why);
	mdb_txn_abort(txn);
	return code;
}

static enum err
look(const char *path, bool directory, bool all, struct inspection *out, struct problem *why)
{
	MDB_env *env;
	struct stat st;
	char file[4096];
	enum err code;
	int rc;

	snprintf(file, sizeof(file), "%s%s", path, directory ? "/data.mdb" : "");
	*out = (struct inspection){ 0 };
	if (stat(file, &st))
		return problem_errno(why, errno, "%s", file);
	if (st.st_size == 0)
		return problem_set(why, ERR_INVALID, NULL, "%s: empty", file);
	out->bytes = (uint64_t)st.st_size;
	rc = mdb_env_create(&env);
	if (rc)
		return map_problem(why, rc, "%s", path);
	rc = mdb_env_set_maxdbs(env, TABLES_MOST);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(env, MAP_READERS);
	if (rc == 0)
		rc = mdb_env_open(env, path, MDB_RDONLY | MDB_NOTLS | (directory ? 0 : MDB_NOSUBDIR | MDB_NOLOCK),
		    0660);
	if (directory)
		map_give_to_owner(path);
	code = rc ? map_problem(why, rc, "opening") : look_inside(env, directory, all, out, why);
	mdb_env_close(env);
	if (code != OK)
		problem_within(why, "%s", file);
	return code;
}

enum err
store_glance(const char *path, bool directory, struct inspection *out, struct problem *why)
{
	struct problem own;

	return look(path, directory, false, out, why ? why : &own);
}

static void
give_verdict(const char *file, int to)
{
	static const int deaths[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE };
	struct verdict v = { .code = OK };

	/* Whatever handlers the program has: this child shall die of what it meets, and quietly. */
	for (size_t i = 0; i < COUNT(deaths); i++)
		signal(deaths[i], SIG_DFL);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	v.code = look(file, false, true, &v.seen, &v.why);
	_exit(write(to, &v, sizeof(v)) == (ssize_t)sizeof(v) ? 0 : 1);
}

enum err
store_inspect(const char *file, struct inspection *out, struct problem *why)
{
	struct verdict v;
	int pipes[2], status;
	ssize_t got;
	pid_t child;

	if (pipe(pipes))
		return problem_errno(why, errno, "%s", file);
	child = fork();
	if (child == 0) {
		close(pipes[0]);
		give_verdict(file, pipes[1]);
	}
	close(pipes[1]);
	if (child < 0) {
		close(pipes[0]);
		return problem_errno(why, errno, "%s", file);
	}
	/* Smaller than PIPE_BUF: it comes whole or not at all. */
	while ((got = read(pipes[0], &v, sizeof(v))) < 0 && errno == EINTR)
		continue;
	close(pipes[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		continue;
	if (got != (ssize_t)sizeof(v))
		return problem_set(why, ERR_INVALID, NULL, "%s: damaged: reading it ended the reader (%s %d)", file,
		    WIFSIGNALED(status) ? "signal" : "status",
		    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	if (v.code != OK)
		return problem_set(why, v.code, v.why.clause, "%s", v.why.text);
	*out = v.seen;
	return OK;
}
