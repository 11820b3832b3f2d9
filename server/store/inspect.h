/* store/inspect.h - reading a store file to its last row, to learn whether it is whole. */
#pragma once

#include "base/problem.h"
#include "base/span.h"

struct inspection {
	unsigned format;
	uint64_t generation, bytes;
};

/* Looks at a file that nobody has open. LMDB believes the pages it reads, and damaged ones can crash it: so a child
 * process does the reading, and its death is the answer. ERR_INVALID: damaged, or no store. */
enum err store_inspect(const char *file, struct inspection *, struct problem *why);

/* Format and generation only, of a store in use (a directory) or of a file. */
enum err store_glance(const char *path, bool directory, struct inspection *, struct problem *why);
