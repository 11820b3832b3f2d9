/* store/directory.c - the directory a store lies in. */
#include "store/directory.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/span.h"

enum err
directory_make_ready(const char *directory, struct problem *why)
{
	if (mkdir(directory, 0750) == 0)
		return chmod(directory, 0750) ? problem_errno(why, errno, "%s", directory) : OK;
	return errno == EEXIST ? OK : problem_errno(why, errno, "%s", directory);
}

enum err
directory_set_modes(const char *directory, struct problem *why)
{
	/* Readers read the data and write their places in the lock file; the group is theirs. */
	static const struct {
		const char *name;
		mode_t mode;
	} files[] = { { "data.mdb", 0640 }, { "lock.mdb", 0660 } };
	char path[PATH_MAX];

	for (size_t i = 0; i < COUNT(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i].name);
		if (chmod(path, files[i].mode))
			return problem_errno(why, errno, "%s", path);
	}
	return OK;
}
