/* store/backup.c - copying the store while it is in use, and putting a copy in its place.
 *
 *     backup:  data.mdb -> TO.part (compacted, synced) -> inspected -> TO
 *     restore: FROM -> data.mdb.new (synced) -> inspected -> data.mdb, the old one -> data.mdb.before-restore
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

#define PATH_ROOM 4096

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
finish_file(int fd, const char *path, struct inspection *seen, struct problem *why)
{
	if (fsync(fd))
		return problem_errno(why, errno, "%s", path);
	return store_inspect(path, seen, why);
}

static void
report(struct backup_report *to, const struct inspection *seen)
{
	if (to)
		*to = (struct backup_report){ seen->generation, seen->bytes };
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
		code = finish_file(fd, part, &seen, why);
	close(fd);
	/* Not rename(): it would replace what somebody made meanwhile. */
	if (code == OK && link(part, to))
		code = problem_errno(why, errno, "%s", to);
	unlink(part);
	if (code == OK)
		code = sync_directory_of(to, why);
	if (code == OK)
		report(out, &seen);
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

/* At every moment there is a data.mdb, the old one or the new one. */
static enum err
exchange(const char *directory, const char *fresh, struct problem *why)
{
	char data[PATH_ROOM], lock[PATH_ROOM], kept[PATH_ROOM];

	snprintf(data, sizeof(data), "%s/data.mdb", directory);
	snprintf(lock, sizeof(lock), "%s/lock.mdb", directory);
	snprintf(kept, sizeof(kept), "%s/data.mdb.before-restore", directory);
	if (unlink(kept) && errno != ENOENT)
		return problem_errno(why, errno, "%s", kept);
	if (link(data, kept) && errno != ENOENT)
		return problem_errno(why, errno, "%s", kept);
	if (rename(fresh, data))
		return problem_errno(why, errno, "%s", data);
	/* It holds the transaction number of the old one. */
	if (unlink(lock) && errno != ENOENT)
		return problem_errno(why, errno, "%s", lock);
	return sync_directory_of(data, why);
}

static enum err
restore_held(const char *from, const char *directory, struct inspection *seen, struct problem *why)
{
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
		code = finish_file(fd, fresh, seen, why);
		if (code != OK && why)
			problem_within(why, "%s is not restored", from);
	}
	close(fd);
	if (code == OK)
		code = exchange(directory, fresh, why);
	if (code != OK)
		unlink(fresh);
	return code;
}

enum err
store_restore(const char *from, const char *directory, struct backup_report *out, struct problem *why)
{
	struct inspection seen;
	enum err code;
	int hold;

	if (mkdir(directory, 0750) && errno != EEXIST)
		return problem_errno(why, errno, "%s", directory);
	code = store_hold(directory, &hold, why);
	if (code != OK)
		return code;
	code = restore_held(from, directory, &seen, why);
	close(hold);
	if (code == OK)
		report(out, &seen);
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
