/* store/map.c - the LMDB environment: its failures, and beginning to write. */
#include "store/map.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PROBE (16 * 1024 * 1024) /* bytes: a disk with less is full */

static const struct {
	int from;
	enum err to;
} codes[] = {
	{ MDB_MAP_FULL, ERR_FULL },
	{ MDB_TXN_FULL, ERR_FULL },
	{ ENOSPC, ERR_FULL },
	{ EDQUOT, ERR_FULL },
	{ EFBIG, ERR_FULL },
	{ MDB_READERS_FULL, ERR_UNAVAILABLE },
	{ MDB_VERSION_MISMATCH, ERR_UNSUPPORTED },
	{ MDB_INVALID, ERR_INVALID },
	{ MDB_CORRUPTED, ERR_INVALID },
	{ MDB_PAGE_NOTFOUND, ERR_INVALID },
	{ ENOENT, ERR_NOT_FOUND },
	{ EACCES, ERR_DENIED },
	{ EPERM, ERR_DENIED },
};

static enum err
err_of(int code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].from == code)
			return codes[i].to;
	return ERR_IO;
}

bool
map_is_full(int code)
{
	return code != 0 && err_of(code) == ERR_FULL;
}

bool
map_disk_is_full(const char *directory)
{
	char path[4096];
	struct stat st;
	bool full = false;
	int fd;

	snprintf(path, sizeof(path), "%s/data.mdb", directory);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	/* What lies behind the last page is nobody's. */
	if (fstat(fd, &st) == 0) {
		full = fallocate(fd, 0, st.st_size, PROBE) != 0 && map_is_full(errno);
		(void)!ftruncate(fd, st.st_size);
	}
	close(fd);
	return full;
}

enum err
map_problem(struct problem *why, int code, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return problem_set(why, err_of(code), NULL, "%s: %s", text, mdb_strerror(code));
}

void
map_give_to_owner(const char *directory)
{
	static const char *const names[] = { "data.mdb", "lock.mdb" };
	struct stat owner, st;
	char path[4096];

	if (geteuid() != 0 || stat(directory, &owner))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		/* Whoever cannot use the file says so when opening it. */
		if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_uid != owner.st_uid)
			(void)!lchown(path, owner.st_uid, owner.st_gid);
	}
}

uint64_t
map_number(MDB_env *env)
{
	MDB_envinfo info;

	mdb_env_info(env, &info);
	return info.me_last_txnid;
}

int
map_begin(MDB_env *env, uint64_t last, MDB_txn **out, struct problem *why)
{
	int rc = mdb_txn_begin(env, NULL, 0, out);
	uint64_t newest, number;

	if (rc)
		return rc;
	newest = map_number(env);
	number = mdb_txn_id(*out);
	if (number == newest + 1 && (!last || last == newest))
		return 0;
	mdb_txn_abort(*out);
	*out = NULL;
	problem_set(why, ERR_IO, NULL, "the store's transaction number was changed by another process: "
	    "expected %" PRIu64 ", found %" PRIu64, (last ? last : newest) + 1, number);
	return MAP_DISTRUSTED;
}
