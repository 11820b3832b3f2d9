/* daemon/privileges.c - from root to the user of the configuration. */
#include "daemon/privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum err
identity_find(const char *user, const char *group, struct identity *out, struct problem *why)
{
	const struct passwd *account;
	const struct group *found;

	*out = (struct identity){ .uid = geteuid(), .gid = getegid(), .user = user };
	if (!user || geteuid() != 0)
		return OK;
	account = getpwnam(user);
	if (!account)
		return problem_set(why, ERR_INVALID, "", "/user: expected a user of this system, found \"%s\"", user);
	out->uid = account->pw_uid;
	out->gid = account->pw_gid;
	if (group) {
		found = getgrnam(group);
		if (!found)
			return problem_set(why, ERR_INVALID, "",
			    "/group: expected a group of this system, found \"%s\"", group);
		out->gid = found->gr_gid;
	}
	out->change = out->uid != 0;
	return OK;
}

enum err
identity_assume(const struct identity *identity, bool secret, struct problem *why)
{
	const struct rlimit none = { 0 };

	if (identity->change) {
		if (initgroups(identity->user, identity->gid) != 0 ||
		    setresgid(identity->gid, identity->gid, identity->gid) != 0 ||
		    setresuid(identity->uid, identity->uid, identity->uid) != 0)
			return problem_errno(why, errno, "/user: cannot become %s", identity->user);
		/* The kernel must agree that there is no way back. */
		if (setuid(0) == 0 || geteuid() != identity->uid)
			return problem_set(why, ERR_DENIED, "", "/user: having become %s, root could be had back",
			    identity->user);
	}
	/* The change of user clears this; it is set last. A supervisor that is gone takes its children along. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    setrlimit(RLIMIT_CORE, &none) != 0 || (secret && prctl(PR_SET_DUMPABLE, 0) != 0))
		return problem_errno(why, errno, "giving up privileges");
	return OK;
}

/* By its descriptor: the directory it lies in may be another's, who could put a link in its place. */
static enum err
directory_give(const char *path, mode_t mode, const struct identity *identity, struct problem *why)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	enum err err = OK;

	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	/* Whatever the umask: operators who are not of our group look for the control socket. */
	if (fchmod(fd, mode) != 0)
		err = problem_errno(why, errno, "%s", path);
	else if (identity->change && fchown(fd, identity->uid, identity->gid) != 0)
		err = problem_errno(why, errno, "%s: cannot be given to %s", path, identity->user);
	close(fd);
	return err;
}

static enum err
directory_make(const char *path, mode_t mode, const struct identity *identity, struct problem *why)
{
	struct stat found;

	if (mkdir(path, mode) != 0) {
		if (errno != EEXIST)
			return problem_errno(why, errno, "%s: cannot be made", path);
		if (stat(path, &found) != 0)
			return problem_errno(why, errno, "%s", path);
		return S_ISDIR(found.st_mode) ? OK :
		    problem_set(why, ERR_INVALID, "", "%s: expected a directory", path);
	}
	return directory_give(path, mode, identity, why);
}

enum err
directory_prepare(const char *path, mode_t mode, const struct identity *identity, struct problem *why)
{
	char *part = strdup(path);
	enum err err = OK;

	if (!part)
		abort();
	for (char *slash = strchr(part + 1, '/'); slash && err == OK; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = directory_make(part, 0755, identity, why);
		*slash = '/';
	}
	free(part);
	return err == OK ? directory_make(path, mode, identity, why) : err;
}
