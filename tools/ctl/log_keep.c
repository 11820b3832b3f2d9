/* tools/ctl/log_keep.c - what a monitor keeps of a log, in a directory. */
#include "ctl/log_keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/new_file.h"

#define NAME_SIZE 20                 /* digits of the size */
#define NAME_TIME 16                 /* 20261122T221500Z */
#define NAME_END ".checkpoint"
#define NAME_LENGTH (NAME_SIZE + 1 + NAME_TIME + sizeof(NAME_END) - 1)

struct log_keep {
	char *directory;
	int fd; /* of it, locked */
};

enum err
log_keep_open(const char *directory, struct log_keep **out, struct problem *why)
{
	struct log_keep *k;
	int fd;

	*out = NULL;
	if (mkdir(directory, 0755) && errno != EEXIST)
		return problem_errno(why, errno, "cannot make %s", directory);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return problem_errno(why, errno, "%s", directory);
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno == EWOULDBLOCK)
			problem_set(why, ERR_CONFLICT, "", "%s is in use by another monitor", directory);
		else
			problem_errno(why, errno, "%s cannot be locked", directory);
		close(fd);
		return why->code;
	}
	k = calloc(1, sizeof(*k));
	if (!k || !(k->directory = strdup(directory)))
		abort();
	k->fd = fd;
	*out = k;
	return OK;
}

void
log_keep_close(struct log_keep *k)
{
	if (!k)
		return;
	close(k->fd);
	free(k->directory);
	free(k);
}

/* "2026-11-22T22:15:00Z" without what separates. */
static void
time_write(struct instant at, char out[NAME_TIME + 1])
{
	char text[INSTANT_TEXT], *to = out;

	for (const char *from = instant_text(at, text); *from && to < out + NAME_TIME; from++)
		if (*from != '-' && *from != ':')
			*to++ = *from;
	*to = '\0';
}

static bool
time_read(const char *text, struct instant *out)
{
	char spread[INSTANT_TEXT];

	snprintf(spread, sizeof(spread), "%.4s-%.2s-%.5s:%.2s:%.3s", text, text + 4, text + 6, text + 11, text + 13);
	return instant_read(span_text(spread), out);
}

static bool
name_read(const char *name, uint64_t *size, struct instant *since)
{
	return strlen(name) == NAME_LENGTH && span_number(span_of(name, NAME_SIZE), size) && name[NAME_SIZE] == '-' &&
	    time_read(name + NAME_SIZE + 1, since) && strcmp(name + NAME_SIZE + 1 + NAME_TIME, NAME_END) == 0;
}

enum err
log_keep_last(struct log_keep *k, struct arena *arena, uint64_t *size, struct span *note, struct instant *since,
    struct problem *why)
{
	char largest[NAME_LENGTH + 1] = "", path[PATH_MAX];
	struct buffer b = buffer_init(NOTE_LARGEST);
	const struct dirent *entry;
	DIR *dir = opendir(k->directory);
	enum err err;

	*size = 0;
	*note = (struct span){ 0 };
	if (!dir)
		return problem_errno(why, errno, "%s", k->directory);
	while ((entry = readdir(dir)))
		if (name_read(entry->d_name, size, since) && strcmp(entry->d_name, largest) > 0)
			memcpy(largest, entry->d_name, sizeof(largest));
	closedir(dir);
	*size = 0;
	if (!largest[0])
		return OK;
	if (snprintf(path, sizeof(path), "%s/%s", k->directory, largest) >= (int)sizeof(path))
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", k->directory, PATH_MAX);
	err = file_read(path, &b, why);
	if (err == OK) {
		*note = arena_copy(arena, buffer_span(&b));
		name_read(largest, size, since);
	}
	buffer_release(&b);
	return err;
}

enum err
log_keep_add(struct log_keep *k, uint64_t size, struct span note, struct instant now, struct problem *why)
{
	char path[PATH_MAX], at[NAME_TIME + 1];

	time_write(now, at);
	if (snprintf(path, sizeof(path), "%s/%020llu-%s" NAME_END, k->directory, (unsigned long long)size, at) >=
	    (int)sizeof(path))
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", k->directory, PATH_MAX);
	return new_file_write(path, 0644, note, why);
}

/* The evidence's own name: what is the same has the same. */
static const char *
evidence_name(struct arena *arena, const struct evidence *files, size_t count)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);
	uint8_t hash[DIGEST_LARGEST];

	for (size_t i = 0; i < count; i++) {
		digest_stream_add(stream, span_of(files[i].name, strlen(files[i].name) + 1));
		digest_stream_add(stream, files[i].bytes);
	}
	digest_stream_end(stream, hash);
	digest_stream_free(stream);
	return hex_write(arena, span_of(hash, 8));
}

enum err
log_keep_evidence(struct log_keep *k, struct arena *arena, const char *kind, const struct evidence *files, size_t count,
    const char **directory, struct problem *why)
{
	const char *path = arena_print(arena, "%s/alarm-%s-%s", k->directory, kind, evidence_name(arena, files, count));

	*directory = path;
	if (mkdir(path, 0755) && errno != EEXIST)
		return problem_errno(why, errno, "cannot make %s", path);
	for (size_t i = 0; i < count; i++) {
		char *name = arena_text(arena, span_text(files[i].name));

		for (char *c = name; *c; c++)
			*c = *c == '/' ? '-' : *c;
		/* One that is there is of the same evidence, from when the same was seen before. */
		if (new_file_write(arena_print(arena, "%s/%s", path, name), 0644, files[i].bytes, why) != OK &&
		    why->code != ERR_CONFLICT)
			return why->code;
	}
	return fsync(k->fd) ? problem_errno(why, errno, "cannot make %s durable", path) : OK;
}
