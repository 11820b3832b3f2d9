/* crypto/new_file.c - a file that appears whole or not at all. */
#include "crypto/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"

bool
file_write(int fd, struct span rest)
{
	while (rest.size) {
		ssize_t n = write(fd, rest.data, rest.size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		rest = span_skip(rest, (size_t)n);
	}
	return true;
}

/* The name is durable once the directory is. */
static enum err
sync_directory(const char *path, int length, struct problem *why)
{
	char directory[PATH_MAX];
	int fd;

	snprintf(directory, sizeof(directory), "%.*s", length ? length : 1, length ? path : ".");
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return problem_errno(why, errno, "cannot open the directory %s", directory);
	if (fsync(fd)) {
		problem_errno(why, errno, "cannot make the directory %s durable", directory);
		close(fd);
		return why ? why->code : ERR_IO;
	}
	close(fd);
	return OK;
}

enum err
new_file_write(const char *path, mode_t mode, struct span content, struct problem *why)
{
	const char *slash = strrchr(path, '/');
	int length = slash ? (int)(slash - path) + 1 : 0, fd;
	char beside[PATH_MAX];
	enum err err = OK;
	uint64_t number;

	random_bytes(&number, sizeof(number));
	if ((size_t)snprintf(beside, sizeof(beside), "%.*s.new-%016" PRIx64, length, path, number) >= sizeof(beside))
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", path, PATH_MAX);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return problem_errno(why, errno, "cannot make %s", path);
	/* The umask may have taken bits away. */
	if (fchmod(fd, mode) || !file_write(fd, content) || fsync(fd))
		err = problem_errno(why, errno, "cannot write %s", path);
	close(fd);
	/* link() fails where rename() would replace. */
	if (err == OK && link(beside, path))
		err = errno == EEXIST ? problem_set(why, ERR_CONFLICT, "", "%s exists already", path) :
		    problem_errno(why, errno, "cannot make %s", path);
	unlink(beside);
	return err == OK ? sync_directory(path, length, why) : err;
}
