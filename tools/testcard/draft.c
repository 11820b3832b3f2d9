/* tools/testcard/draft.c - files of a test world. */
#include "testcard/draft.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum err
draft_begin(struct draft *d, const char *path, mode_t mode, struct problem *why)
{
	size_t size = strlen(path) + sizeof(".XXXXXX");
	int fd;

	*d = (struct draft){ .path = path, .beside = malloc(size) };
	if (!d->beside)
		abort();
	snprintf(d->beside, size, "%s.XXXXXX", path);
	fd = mkstemp(d->beside);
	if (fd < 0 || fchmod(fd, mode) != 0 || !(d->file = fdopen(fd, "wb"))) {
		enum err err = problem_errno(why, errno, "%s: cannot be written", path);

		if (fd >= 0) {
			close(fd);
			unlink(d->beside);
		}
		free(d->beside);
		*d = (struct draft){ 0 };
		return err;
	}
	return OK;
}

enum err
draft_end(struct draft *d, bool whole, struct problem *why)
{
	enum err err = OK;
	bool good;

	if (!d->file)
		return OK;
	good = whole && fflush(d->file) == 0 && !ferror(d->file) && fsync(fileno(d->file)) == 0;
	if (fclose(d->file) != 0)
		good = false;
	if (good && rename(d->beside, d->path) != 0)
		good = false;
	if (!good) {
		if (whole)
			err = problem_errno(why, errno, "%s: cannot be written", d->path);
		unlink(d->beside);
	}
	free(d->beside);
	*d = (struct draft){ 0 };
	return err;
}

enum err
file_replace(const char *path, mode_t mode, struct span content, struct problem *why)
{
	struct draft d;
	enum err err = draft_begin(&d, path, mode, why);

	if (err != OK)
		return err;
	if (content.size)
		fwrite(content.data, 1, content.size, d.file);
	return draft_end(&d, true, why);
}

enum err
directory_make(struct arena *a, const char *path, struct problem *why)
{
	char *part = arena_text(a, span_text(path));

	for (char *slash = part; (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return problem_errno(why, errno, "%s: cannot be made", part);
		*slash = '/';
	}
	if (mkdir(part, 0755) != 0 && errno != EEXIST)
		return problem_errno(why, errno, "%s: cannot be made", part);
	return OK;
}

enum err
file_take(struct arena *a, const char *path, size_t limit, struct span *out, struct problem *why)
{
	struct buffer bytes = buffer_init(limit);
	enum err err = file_read(path, &bytes, why);

	if (err == OK)
		*out = arena_copy(a, buffer_span(&bytes));
	buffer_release(&bytes);
	return err;
}
