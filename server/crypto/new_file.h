/* crypto/new_file.h - a file that appears whole or not at all, and never in another's place. */
#pragma once

#include <sys/types.h>

#include "base/problem.h"
#include "base/span.h"

/* All of it, however little the system takes at a time. False: errno says why. */
bool file_write(int fd, struct span);

/* Writes `content` beside `path`, makes it durable and gives it its name. ERR_CONFLICT when the name is taken. */
enum err new_file_write(const char *path, mode_t mode, struct span content, struct problem *why);
