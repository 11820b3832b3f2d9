/* base/file.h - a file read whole, or not at all.
 *
 * What a buffer takes is the limit. Problems begin with the path: "PATH: expected at most 65536 bytes, found more".
 */
#pragma once

#include "base/buffer.h"
#include "base/problem.h"

/* A regular file: a FIFO, a device and a directory are ERR_INVALID, and never waited for. */
enum err file_read(const char *path, struct buffer *out, struct problem *why);

/* What an open file still has, whatever it is. It stays open. */
enum err file_read_open(int fd, const char *path, struct buffer *out, struct problem *why);
