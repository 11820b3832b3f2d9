/* crypto/private_file.h - reading a file that holds a secret: only its owner may be able to. */
#pragma once

#include "base/problem.h"
#include "base/span.h"

/* A regular file of this process's user or of root, closed to group and others, not empty, at most `limit` bytes.
 * `what` names it in problems: "key file". Given back by private_file_free(). */
enum err private_file_read(const char *path, const char *what, size_t limit, struct span *out, struct problem *why);

/* Overwrites before freeing; the zero span is fine. */
void private_file_free(struct span *);
