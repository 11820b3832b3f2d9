/* tools/testcard/draft.h - files of a test world: written whole or not at all, over what was there. */
#pragma once

#include <stdio.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/problem.h"

/* Beside `path`, then renamed to it. */
enum err file_replace(const char *path, mode_t mode, struct span content, struct problem *why);
/* The same in two steps, for who writes a stream. */
struct draft {
	const char *path;
	char *beside;
	FILE *file;
};
enum err draft_begin(struct draft *, const char *path, mode_t mode, struct problem *why);
/* Not `whole`: nothing has happened. */
enum err draft_end(struct draft *, bool whole, struct problem *why);

/* A directory and those above it; one that is there is fine. */
enum err directory_make(struct arena *, const char *path, struct problem *why);

/* A file's bytes, in the arena. */
enum err file_take(struct arena *, const char *path, size_t limit, struct span *out, struct problem *why);
