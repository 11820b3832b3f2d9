/* tests/crypto/scratch.h - a directory of a test's own, gone with it, and programs run in it. */
#pragma once

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "expect.h"

struct scratch {
	char path[64];
};

static inline struct scratch
scratch_new(void)
{
	struct scratch s = { "/tmp/watashi-test-XXXXXX" };

	if (!mkdtemp(s.path))
		fail_msg("cannot make a directory under /tmp");
	return s;
}

static inline void
scratch_free(struct scratch *s)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", s->path);
	if (system(command) != 0)
		fail_msg("cannot remove %s", s->path);
}

/* The path of `name` in it; good until the fourth call from now. */
static inline const char *
scratch_path(const struct scratch *s, const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", s->path, name);
	return path;
}

static inline void
scratch_write(const struct scratch *s, const char *name, struct span content, mode_t mode)
{
	FILE *f = fopen(scratch_path(s, name), "w");

	if (!f || fwrite(content.data, 1, content.size, f) != content.size || fclose(f) || chmod(scratch_path(s, name),
	    mode))
		fail_msg("cannot write %s", name);
}

/* The file's bytes, NUL behind them, at most `room` - 1. */
static inline struct span
scratch_read(const struct scratch *s, const char *name, char *text, size_t room)
{
	FILE *f = fopen(scratch_path(s, name), "r");
	size_t size = f ? fread(text, 1, room - 1, f) : 0;

	if (!f)
		fail_msg("cannot read %s", name);
	fclose(f);
	text[size] = '\0';
	return span_of(text, size);
}

/* How many files are there, hidden ones too. */
static inline size_t
scratch_count(const struct scratch *s)
{
	DIR *d = opendir(s->path);
	size_t count = 0;

	while (d && readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

/* Runs a shell command in the directory, its output in `output` there; its exit status. */
static inline int
scratch_run(const struct scratch *s, const char *command)
{
	char line[2048];

	snprintf(line, sizeof(line), "cd '%s' && { %s; } >output 2>&1", s->path, command);
	return system(line);
}

static inline bool
has_program(const char *name)
{
	char line[128];

	snprintf(line, sizeof(line), "command -v %s >/dev/null 2>&1", name);
	return system(line) == 0;
}
