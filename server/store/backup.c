/* store/backup.c - copying the store while it is in use, and putting a copy in its place.
 *
 *     backup:  data.mdb -> TO.part (compacted) -> inspected, sealed, synced -> TO
 *     restore: FROM -> data.mdb.new -> its seal checked and taken off, inspected, synced -> data.mdb,
 *              the old one -> data.mdb.before-restore, sealed: a copy like any other
 */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/hold.h"
#include "store/inspect.h"
#include "store/map.h"
#include "store/seal.h"

#define PATH_ROOM 4096
#define KEPT_MOST 1000

static enum err
sync_directory_of(const char *file, struct problem *why)
{
	char copy[PATH_ROOM];
	const char *directory;
	enum err code = OK;
	int fd;

	snprintf(copy, sizeof(copy), "%s", file);
	directory = dirname(copy);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return problem_errno(why, errno, "%s", directory);
	if (fsync(fd))
		code = problem_errno(why, errno, "%s", directory);
	close(fd);
	return code;
}

static enum err
copy_state(const char *directory, int fd, struct problem *why)
{
	MDB_env *env;
	int rc = mdb_env_create(&env);

	if (rc)
		return map_problem(why, rc, "%s", directory);
	rc = mdb_env_set_maxreaders(env, MAP_READERS);
	if (rc == 0)
		rc = mdb_env_open(env, directory, MDB_RDONLY | MDB_NOTLS, 0660);
	map_give_to_owner(directory);
	if (rc == 0)
		rc = mdb_env_copyfd2(env, fd, MDB_CP_COMPACT);
	mdb_env_close(env);
	return rc ? map_problem(why, rc, "copying %s", directory) : OK;
}

/* A new file that only we can read; a leftover of an interrupted run is replaced. */
static enum err
make_file(const char *path, int *fd, struct problem *why)
{
	unlink(path);
	*fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return *fd < 0 ? problem_errno(why, errno, "%s", path) : OK;
}

static enum err
sync_file(int fd, const char *path, struct problem *why)
{
	return fsync(fd) ? problem_errno(why, errno, "%s", path) : OK;
}

enum err
store_backup(const char *directory, const char *to, struct backup_report *out, struct problem *why)
{
	struct inspection seen;
	struct stat st;
	char part[PATH_ROOM];
	enum err code = store_glance(directory, true, &seen, why);
	int fd;

	if (code != OK)
		return code;
	if (lstat(to, &st) == 0)
		return problem_set(why, ERR_CONFLICT, NULL, "%s exists already", to);
	snprintf(part, sizeof(part), "%s.part", to);
	code = make_file(part, &fd, why);
	if (code != OK)
		return code;
	code = copy_state(directory, fd, why);
	if (code == OK)
		code = store_inspect(part, &seen, why);
	if (code == OK)
		code = seal_put(fd, part, why);
	if (code == OK)
		code = sync_file(fd, part, why);
	close(fd);
	/* Not rename(): it would replace what somebody made meanwhile. */
	if (code == OK && link(part, to))
		code = problem_errno(why, errno, "%s", to);
	unlink(part);
	if (code == OK)
		code = sync_directory_of(to, why);
	if (code == OK && out)
		*out = (struct backup_report){ .generation = seen.generation, .bytes = seen.bytes + SEAL_SIZE };
	return code;
}

static enum err
copy_bytes(const char *from, int to, const char *to_name, struct problem *why)
{
	static char bytes[256 * KIB];
	enum err code = OK;
	ssize_t got;
	int fd = open(from, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return problem_errno(why, errno, "%s", from);
	while (code == OK && (got = read(fd, bytes, sizeof(bytes))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			code = problem_errno(why, errno, "%s", from);
		for (ssize_t done = 0, n; code == OK && done < got; done += n) {
			n = write(to, bytes + done, (size_t)(got - done));
			if (n < 0)
				code = problem_errno(why, errno, "%s", to_name);
		}
	}
	close(fd);
	return code;
}

/* The recorder's user is the directory's; an operator restores as root. */
static enum err
give_to_recorder(int fd, const char *directory, const char *name, struct problem *why)
{
	struct stat owner;

	if (stat(directory, &owner))
		return problem_errno(why, errno, "%s", directory);
	if ((geteuid() == 0 && fchown(fd, owner.st_uid, owner.st_gid)) || fchmod(fd, 0640))
		return problem_errno(why, errno, "%s", name);
	return OK;
}

/* Under a name of its own: what earlier restores kept stays. `kept` is "" when there is no store yet. */
static enum err
keep_old(const char *data, char *kept, size_t room, struct problem *why)
{
	for (int i = 0; i < KEPT_MOST; i++) {
		snprintf(kept, room, i ? "%s.before-restore.%d" : "%s.before-restore", data, i);
		if (link(data, kept) == 0)
			return OK;
		if (errno == ENOENT) {
			kept[0] = '\0';
			return OK;
		}
		if (errno != EEXIST)
			return problem_errno(why, errno, "%s", kept);
	}
	return problem_set(why, ERR_LIMIT, NULL, "%s exists, and all before it: remove what is no longer needed", kept);
}

static enum err
seal_old(const char *kept, struct problem *why)
{
	enum err code;
	int fd = open(kept, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return problem_errno(why, errno, "%s", kept);
	code = seal_put(fd, kept, why);
	if (code == OK)
		code = sync_file(fd, kept, why);
	close(fd);
	return code;
}

/* At every moment there is a data.mdb, the old one or the new one. */
static enum err
exchange(const char *directory, const char *fresh, char *kept, size_t room, struct problem *why)
{
	char data[PATH_ROOM], lock[PATH_ROOM];
	enum err code;

	snprintf(data, sizeof(data), "%s/data.mdb", directory);
	snprintf(lock, sizeof(lock), "%s/lock.mdb", directory);
	code = keep_old(data, kept, room, why);
	if (code != OK)
		return code;
	if (rename(fresh, data))
		return problem_errno(why, errno, "%s", data);
	/* It holds the transaction number of the old one. */
	if (unlink(lock) && errno != ENOENT)
		return problem_errno(why, errno, "%s", lock);
	code = sync_directory_of(data, why);
	if (code == OK && kept[0])
		code = seal_old(kept, why);
	return code;
}

/* Reads what was written, not what was to be: a disk that loses bytes is noticed too. */
static enum err
check_copy(int fd, const char *fresh, struct inspection *seen, struct problem *why)
{
	uint64_t size;
	enum err code = seal_check(fd, fresh, &size, why);

	if (code == OK && ftruncate(fd, (off_t)size))
		code = problem_errno(why, errno, "%s", fresh);
	if (code == OK)
		code = sync_file(fd, fresh, why);
	return code == OK ? store_inspect(fresh, seen, why) : code;
}

static enum err
restore_held(const char *from, const char *directory, struct backup_report *out, struct problem *why)
{
	struct inspection seen = { 0 };
	char fresh[PATH_ROOM];
	enum err code;
	int fd;

	snprintf(fresh, sizeof(fresh), "%s/data.mdb.new", directory);
	code = make_file(fresh, &fd, why);
	if (code != OK)
		return code;
	code = copy_bytes(from, fd, fresh, why);
	if (code == OK)
		code = give_to_recorder(fd, directory, fresh, why);
	if (code == OK) {
		code = check_copy(fd, fresh, &seen, why);
		if (code != OK && why)
			problem_within(why, "%s is not restored", from);
	}
	close(fd);
	if (code == OK)
		code = exchange(directory, fresh, out->kept, sizeof(out->kept), why);
	if (code != OK)
		unlink(fresh);
	out->generation = seen.generation;
	out->bytes = seen.bytes;
	return code;
}

enum err
store_restore(const char *from, const char *directory, struct backup_report *out, struct problem *why)
{
	struct backup_report done = { 0 };
	struct problem holder;
	enum err code;
	int hold;

	if (mkdir(directory, 0750) && errno != EEXIST)
		return problem_errno(why, errno, "%s", directory);
	code = store_hold(directory, &hold, &holder);
	if (code == ERR_UNAVAILABLE)
		return problem_set(why, code, NULL, "the daemon runs: stop it first (%s)", holder.text);
	if (code != OK)
		return problem_set(why, code, holder.clause, "%s", holder.text);
	code = restore_held(from, directory, &done, why);
	close(hold);
	if (code == OK && out)
		*out = done;
	return code;
}

enum err
store_look(const char *directory, unsigned *format, uint64_t *generation, struct problem *why)
{
	struct inspection seen;
	enum err code = store_glance(directory, true, &seen, why);

	if (code == OK) {
		*format = seen.format;
		*generation = seen.generation;
	}
	return code;
}
