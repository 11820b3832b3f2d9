/* registry/set_file.c - writing an aggregate as a stream. */
#include "registry/set_file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/random.h"
#include "codec/text.h"
#include "crypto/digest.h"
#include "crypto/new_file.h"

#define WRITE_AT_ONCE (256 * KIB)
#define PREFIX "set-" /* what a sweep takes for ours */

struct set_file {
	const struct publish_settings *settings;
	int directory;
	char stem[SET_FILE_NAME - 16];   /* "set-12-all-0123456789abcdef" */
	char body[SET_FILE_NAME], plain[SET_FILE_NAME], gzip[SET_FILE_NAME];
	int body_fd, plain_fd, gzip_fd;
	bool finished;
	struct assembly assembly;
	struct digest_stream *stream;
	struct buffer waiting;
	uint64_t size;                   /* of the body */
	int error;                       /* errno of the first failure */
};

static enum err
make_file(struct set_file *f, const char *name, int *fd, struct problem *why)
{
	*fd = openat(f->directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	return *fd < 0 ? problem_errno(why, errno, "%s/%s cannot be made", f->settings->directory, name) : OK;
}

enum err
set_file_open(const char *directory, struct span name, uint64_t generation, const struct publish_settings *settings,
    struct arena *arena, struct instant now, struct set_file **out, struct problem *why)
{
	struct set_file *f = calloc(1, sizeof(*f));
	uint8_t random[8];

	if (!f)
		abort();
	random_bytes(random, sizeof(random));
	*f = (struct set_file){ .settings = settings, .body_fd = -1, .plain_fd = -1, .gzip_fd = -1 };
	f->stream = digest_stream_new(DIGEST_SHA256);
	f->waiting = buffer_init(WRITE_AT_ONCE + 2 * MIB);
	snprintf(f->stem, sizeof(f->stem), PREFIX "%llu-%.*s-%s", (unsigned long long)generation, SPAN_ARGS(name),
	    hex_write(arena, span_of(random, sizeof(random))));
	snprintf(f->body, sizeof(f->body), "%s.part", f->stem);
	snprintf(f->plain, sizeof(f->plain), "%s.xml", f->stem);
	snprintf(f->gzip, sizeof(f->gzip), "%s.xml.gz", f->stem);
	f->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->directory < 0) {
		problem_errno(why, errno, "the directory of generations %s cannot be opened", directory);
		set_file_free(f);
		return why->code;
	}
	if (make_file(f, f->body, &f->body_fd, why) != OK) {
		set_file_free(f);
		return why->code;
	}
	assemble_set(arena, settings, now, &f->assembly);
	digest_stream_add(f->stream, f->assembly.head);
	set_file_add(f, f->assembly.content);
	*out = f;
	return OK;
}

static void
flush_body(struct set_file *f)
{
	struct span s = buffer_span(&f->waiting);

	if (!f->error && !file_write(f->body_fd, s))
		f->error = errno ? errno : EIO;
	f->size += s.size;
	buffer_clear(&f->waiting);
}

void
set_file_add(struct set_file *f, struct span member)
{
	digest_stream_add(f->stream, member);
	if (buffer_span(&f->waiting).size + member.size > WRITE_AT_ONCE)
		flush_body(f);
	buffer_add(&f->waiting, member);
	assert(!f->waiting.overflowed);
}

enum err
set_file_close(struct set_file *f, struct arena *arena, struct span prefixes, struct span *signed_info,
    struct problem *why)
{
	uint8_t sum[32];

	digest_stream_add(f->stream, span_of(SET_END, SET_END_SIZE));
	digest_stream_end(f->stream, sum);
	buffer_text(&f->waiting, SET_END);
	flush_body(f);
	if (f->error)
		return problem_errno(why, f->error, "%s/%s cannot be written", f->settings->directory, f->body);
	if (assembly_close(arena, f->settings, &f->assembly, prefixes, sum, why) != OK)
		return why->code;
	*signed_info = f->assembly.signed_info;
	return OK;
}

/* The document: declaration, root, signature, and the body behind them. */
static enum err
write_plain(struct set_file *f, struct arena *arena, struct span signature, uint64_t *size, struct problem *why)
{
	struct span element = signature_element(&f->assembly.info, signature, f->settings->certificate, arena);
	uint8_t *piece = arena_take(arena, WRITE_AT_ONCE);
	ssize_t n = 0;

	if (make_file(f, f->plain, &f->plain_fd, why) != OK)
		return why->code;
	errno = 0;
	if (!file_write(f->plain_fd, span_text(XML_DECLARATION)) || !file_write(f->plain_fd, f->assembly.head) ||
	    !file_write(f->plain_fd, element) || lseek(f->body_fd, 0, SEEK_SET) != 0)
		return problem_errno(why, errno, "%s/%s cannot be written", f->settings->directory, f->plain);
	while ((n = read(f->body_fd, piece, WRITE_AT_ONCE)) > 0)
		if (!file_write(f->plain_fd, span_of(piece, (size_t)n)))
			break;
	if (n != 0 || fsync(f->plain_fd))
		return problem_errno(why, errno, "%s/%s cannot be written", f->settings->directory, f->plain);
	*size = sizeof(XML_DECLARATION) - 1 + f->assembly.head.size + element.size + f->size;
	return OK;
}

/* The space is asked for before the file is mapped: a full disk is then an error and not a signal. */
static enum err
write_gzip(struct set_file *f, struct libdeflate_compressor *compressor, uint64_t size, uint64_t *packed,
    struct problem *why)
{
	size_t bound = libdeflate_gzip_compress_bound(compressor, size);
	void *from = MAP_FAILED, *to = MAP_FAILED;
	int error;

	if (make_file(f, f->gzip, &f->gzip_fd, why) != OK)
		return why->code;
	error = posix_fallocate(f->gzip_fd, 0, (off_t)bound);
	if (error)
		return problem_errno(why, error, "%s/%s cannot be written", f->settings->directory, f->gzip);
	from = mmap(NULL, size, PROT_READ, MAP_SHARED, f->plain_fd, 0);
	if (from != MAP_FAILED)
		to = mmap(NULL, bound, PROT_READ | PROT_WRITE, MAP_SHARED, f->gzip_fd, 0);
	error = errno;
	*packed = 0;
	if (to != MAP_FAILED) {
		*packed = libdeflate_gzip_compress(compressor, from, size, to, bound);
		munmap(to, bound);
	}
	if (from != MAP_FAILED)
		munmap(from, size);
	if (*packed == 0)
		return problem_errno(why, error, "%s/%s cannot be mapped", f->settings->directory, f->gzip);
	if (ftruncate(f->gzip_fd, (off_t)*packed) || fsync(f->gzip_fd))
		return problem_errno(why, errno, "%s/%s cannot be written", f->settings->directory, f->gzip);
	return OK;
}

enum err
set_file_finish(struct set_file *f, struct arena *arena, struct libdeflate_compressor *compressor,
    struct span signature, struct published *out, struct problem *why)
{
	struct content_tag tag = content_tag_of(&f->assembly, signature);

	*out = (struct published){ .modified = f->assembly.modified, .valid_until = f->assembly.valid_until };
	if (write_plain(f, arena, signature, &out->plain.size, why) != OK ||
	    write_gzip(f, compressor, out->plain.size, &out->gzip.size, why) != OK)
		return why->code;
	if (fsync(f->directory))
		return problem_errno(why, errno, "the directory %s cannot be made durable", f->settings->directory);
	out->plain.file = span_text(arena_print(arena, "%s", f->plain));
	out->gzip.file = span_text(arena_print(arena, "%s", f->gzip));
	representation_describe(arena, f->settings, &tag, out->modified, false, &out->plain);
	representation_describe(arena, f->settings, &tag, out->modified, true, &out->gzip);
	f->finished = true;
	return OK;
}

static void
drop(struct set_file *f, int fd, const char *name, bool keep)
{
	if (fd < 0)
		return;
	close(fd);
	if (!keep)
		unlinkat(f->directory, name, 0);
}

void
set_file_free(struct set_file *f)
{
	if (!f)
		return;
	drop(f, f->body_fd, f->body, false);
	drop(f, f->plain_fd, f->plain, f->finished);
	drop(f, f->gzip_fd, f->gzip, f->finished);
	if (f->directory >= 0)
		close(f->directory);
	digest_stream_free(f->stream);
	buffer_release(&f->waiting);
	free(f);
}

static bool
among(const struct span *names, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(names[i], name))
			return true;
	return false;
}

enum err
set_files_sweep(const char *directory, const struct span *names, size_t count, struct problem *why)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	if (!dir)
		return problem_errno(why, errno, "the directory of generations %s cannot be opened", directory);
	while ((entry = readdir(dir)))
		if (span_starts(span_text(entry->d_name), PREFIX) && !among(names, count, span_text(entry->d_name)))
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return OK;
}
