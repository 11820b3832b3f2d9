/* crypto/private_file.c - reading a file that holds a secret. */
#include "crypto/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

static enum err
check(const char *path, const char *what, size_t limit, const struct stat *st, struct problem *why)
{
	if (!S_ISREG(st->st_mode))
		return problem_set(why, ERR_INVALID, "", "%s %s is not a regular file", what, path);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return problem_set(why, ERR_DENIED, "", "%s %s belongs to user %u, expected user %u or root", what,
		    path, (unsigned)st->st_uid, (unsigned)geteuid());
	if (st->st_mode & (S_IRWXG | S_IRWXO))
		return problem_set(why, ERR_DENIED, "", "%s %s has mode %04o, expected 0600", what, path,
		    (unsigned)(st->st_mode & 07777));
	if (st->st_size == 0)
		return problem_set(why, ERR_SYNTAX, "", "%s %s is empty", what, path);
	if ((uint64_t)st->st_size > limit)
		return problem_set(why, ERR_LIMIT, "", "%s %s has %lld bytes, expected at most %zu", what, path,
		    (long long)st->st_size, limit);
	return OK;
}

enum err
private_file_read(const char *path, const char *what, size_t limit, struct span *out, struct problem *why)
{
	/* O_NONBLOCK: a FIFO is refused, not waited for. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	uint8_t *data = NULL;
	size_t have = 0, size;
	enum err err = OK;
	struct stat st;

	if (fd < 0)
		return problem_errno(why, errno, "cannot open %s %s", what, path);
	if (fstat(fd, &st))
		err = problem_errno(why, errno, "cannot look at %s %s", what, path);
	if (err == OK)
		err = check(path, what, limit, &st, why);
	size = err == OK ? (size_t)st.st_size : 0;
	data = OPENSSL_malloc(size + 1);
	if (!data)
		abort();
	while (err == OK && have < size) {
		ssize_t n = read(fd, data + have, size - have);

		if (n > 0)
			have += (size_t)n;
		else if (n == 0)
			err = problem_set(why, ERR_IO, "", "%s %s became shorter while it was read", what, path);
		else if (errno != EINTR)
			err = problem_errno(why, errno, "cannot read %s %s", what, path);
	}
	close(fd);
	*out = span_of(data, size);
	if (err != OK)
		private_file_free(out);
	return err;
}

void
private_file_free(struct span *s)
{
	OPENSSL_clear_free((void *)(uintptr_t)s->data, s->size);
	*s = (struct span){ 0 };
}
