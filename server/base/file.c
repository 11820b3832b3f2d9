/* base/file.c - a file read whole, or not at all. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART (64 * KIB)

enum err
file_read_open(int fd, const char *path, struct buffer *out, struct problem *why)
{
	for (;;) {
		size_t left = out->limit - buffer_span(out).size, room = left < PART ? left : PART;
		uint8_t beyond;
		ssize_t size = room ? read(fd, buffer_reserve(out, room), room) : read(fd, &beyond, 1);

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return problem_errno(why, errno, "%s", path);
		if (size == 0)
			return OK;
		if (!room)
			return problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes, found more", path,
			    out->limit);
		buffer_filled(out, (size_t)size);
	}
}

enum err
file_read(const char *path, struct buffer *out, struct problem *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	enum err err;

	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	if (fstat(fd, &st) != 0)
		err = problem_errno(why, errno, "%s", path);
	else if (!S_ISREG(st.st_mode))
		err = problem_set(why, ERR_INVALID, "", "%s: expected a regular file", path);
	else
		err = file_read_open(fd, path, out, why);
	close(fd);
	return err;
}
