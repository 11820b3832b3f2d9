/* store/hold.c - holding a store by a lock on a file that only its owner can open. */
#include "store/hold.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whatever the umask; and an operator's restore as root must not leave a file that the recorder's user cannot open. */
static void
give_to_owner(int fd, const char *directory)
{
	struct stat owner;

	(void)!fchmod(fd, 0600);
	if (geteuid() == 0 && stat(directory, &owner) == 0 && fchown(fd, owner.st_uid, owner.st_gid))
		return; /* whoever cannot open it says so */
}

static enum err
say_holder(int fd, const char *path, struct problem *why)
{
	char text[32] = "";
	ssize_t size = read(fd, text, sizeof(text) - 1);
	long pid = size > 0 ? strtol(text, NULL, 10) : 0;

	return problem_set(why, ERR_UNAVAILABLE, NULL, "%s is held by process %ld: only one may write a store", path,
	    pid);
}

enum err
store_hold(const char *directory, int *out, struct problem *why)
{
	char path[PATH_MAX], pid[32];
	enum err code = OK;
	int size, fd;

	snprintf(path, sizeof(path), "%s/recorder.lock", directory);
	/* Not readable for workers: whoever can open the file could lock it. */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	give_to_owner(fd, directory);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		code = errno == EWOULDBLOCK ? say_holder(fd, path, why) : problem_errno(why, errno, "%s", path);
		goto out;
	}
	size = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	/* A full disk must not keep a recorder from starting: the lock is what counts, the text is for people. */
	if (ftruncate(fd, 0) == 0 && pwrite(fd, pid, (size_t)size, 0) != size)
		(void)!ftruncate(fd, 0);
	*out = fd;
	return OK;
out:
	close(fd);
	return code;
}
