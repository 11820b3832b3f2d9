/* daemon/privileges.h - from root to the user of the configuration, for good.
 *
 * Started as root, each child first opens what only root may read (keys), then becomes the user; started as anybody
 * else, all stay who they are.
 */
#pragma once

#include <sys/types.h>

#include "base/problem.h"
#include "base/span.h"

struct identity {
	bool change;       /* we are root, and shall be somebody else */
	uid_t uid;
	gid_t gid;
	const char *user;  /* borrowed from the configuration */
};

/* ERR_INVALID when the user or group does not exist. */
enum err identity_find(const char *user, const char *group, struct identity *out, struct problem *why);

/* Becomes `identity`, without a way back: supplementary groups too, no new privileges by exec, no core files. `secret`:
 * neither may another process of this user look into our memory. */
enum err identity_assume(const struct identity *, bool secret, struct problem *why);

/* Makes the directory and those above it when missing; what is made is the identity's. */
enum err directory_prepare(const char *path, mode_t mode, const struct identity *, struct problem *why);
