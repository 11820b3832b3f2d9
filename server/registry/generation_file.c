/* registry/generation_file.c - a document too large for the store as two immutable files. */
#include "registry/generation_file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/random.h"
#include "codec/text.h"
#include "crypto/new_file.h"
#include "registry/representation.h"

#define WRITE_AT_ONCE (256 * KIB)
#define NAME_ROOM 112
#define PREFIX "gen-"
#define UNFINISHED ".part"
#define THREAD_STACK (256 * KIB)

struct half {
	char name[NAME_ROOM];         /* "gen-12-all-0123456789abcdef.xml" */
	char part[NAME_ROOM + 8];     /* the same until it is whole */
	int fd;
	uint64_t size;
};

struct generation_file {
	const char *path;             /* of the directory */
	int directory;
	struct half plain, gzip;
	struct buffer waiting;        /* of the plain one, not yet written */
	struct span mapped;
	int error;                    /* errno of the first failure */

	/* Packing. The thread has `plain`, `gzip`, `compressor` and `why` to itself until it is joined. */
	struct loop *loop;
	pthread_t thread;
	bool running, finished;
	int done;                     /* an eventfd */
	struct event *event;
	struct libdeflate_compressor *compressor;
	struct problem why;
	on_packed *on_packed;
	void *arg;
};

/* Writing */

static enum err
make_half(struct generation_file *f, struct half *half, struct problem *why)
{
	half->fd = openat(f->directory, half->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	return half->fd < 0 ? problem_errno(why, errno, "%s/%s cannot be made", f->path, half->part) : OK;
}

static void
name_half(struct half *half, const char *stem, const char *extension, const char *more)
{
	snprintf(half->name, sizeof(half->name), "%s.%s%s", stem, extension, more);
	snprintf(half->part, sizeof(half->part), "%s" UNFINISHED, half->name);
}

enum err
generation_file_open(struct loop *loop, const char *directory, struct span name, uint64_t generation,
    const char *extension, struct generation_file **out, struct problem *why)
{
	struct generation_file *f = calloc(1, sizeof(*f));
	char stem[NAME_ROOM - 16];
	uint64_t random;

	if (!f)
		abort();
	*f = (struct generation_file){ .path = directory, .plain.fd = -1, .gzip.fd = -1, .done = -1, .loop = loop };
	f->waiting = buffer_init(WRITE_AT_ONCE);
	random_bytes(&random, sizeof(random));
	snprintf(stem, sizeof(stem), PREFIX "%llu-%.*s-%016llx", (unsigned long long)generation, SPAN_ARGS(name),
	    (unsigned long long)random);
	name_half(&f->plain, stem, extension, "");
	name_half(&f->gzip, stem, extension, ".gz");
	f->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->directory < 0)
		problem_errno(why, errno, "the directory of generations %s cannot be opened", directory);
	else if (make_half(f, &f->plain, why) == OK && make_half(f, &f->gzip, why) == OK) {
		*out = f;
		return OK;
	}
	generation_file_free(f);
	return why->code;
}

static void
write_out(struct generation_file *f, struct span bytes)
{
	if (!f->error && !file_write(f->plain.fd, bytes))
		f->error = errno ? errno : EIO;
	f->plain.size += bytes.size;
}

static void
flush(struct generation_file *f)
{
	write_out(f, buffer_span(&f->waiting));
	buffer_clear(&f->waiting);
}

void
generation_file_add(struct generation_file *f, struct span bytes)
{
	if (buffer_span(&f->waiting).size + bytes.size > WRITE_AT_ONCE)
		flush(f);
	if (bytes.size > WRITE_AT_ONCE)
		write_out(f, bytes);
	else
		buffer_add(&f->waiting, bytes);
}

uint64_t
generation_file_size(const struct generation_file *f)
{
	return f->plain.size + buffer_span(&f->waiting).size;
}

static enum err
unwritten(const struct generation_file *f, const struct half *half, int error, struct problem *why)
{
	return problem_errno(why, error, "%s/%s cannot be written", f->path, half->part);
}

enum err
generation_file_fill(struct generation_file *f, uint64_t at, struct span bytes, struct problem *why)
{
	flush(f);
	assert(at + bytes.size <= f->plain.size);
	while (bytes.size && !f->error) {
		ssize_t n = pwrite(f->plain.fd, bytes.data, bytes.size, (off_t)at);

		if (n < 0 && errno != EINTR)
			f->error = errno;
		if (n <= 0)
			continue;
		bytes = span_skip(bytes, (size_t)n);
		at += (uint64_t)n;
	}
	return f->error ? unwritten(f, &f->plain, f->error, why) : OK;
}

enum err
generation_file_map(struct generation_file *f, struct span *out, struct problem *why)
{
	void *bytes;

	flush(f);
	if (f->error)
		return unwritten(f, &f->plain, f->error, why);
	assert(!f->mapped.data && f->plain.size);
	bytes = mmap(NULL, f->plain.size, PROT_READ, MAP_SHARED, f->plain.fd, 0);
	if (bytes == MAP_FAILED)
		return problem_errno(why, errno, "%s/%s cannot be mapped", f->path, f->plain.part);
	f->mapped = *out = span_of(bytes, f->plain.size);
	return OK;
}

/* Packing: in the thread */

/* The space is asked for before the file is mapped: a full disk is then an error and not a signal. */
static enum err
compress(struct generation_file *f)
{
	size_t bound = libdeflate_gzip_compress_bound(f->compressor, f->plain.size);
	void *from = MAP_FAILED, *to = MAP_FAILED;
	int error = posix_fallocate(f->gzip.fd, 0, (off_t)bound);

	if (error)
		return unwritten(f, &f->gzip, error, &f->why);
	from = mmap(NULL, f->plain.size, PROT_READ, MAP_SHARED, f->plain.fd, 0);
	if (from != MAP_FAILED)
		to = mmap(NULL, bound, PROT_READ | PROT_WRITE, MAP_SHARED, f->gzip.fd, 0);
	error = errno;
	if (to != MAP_FAILED) {
		f->gzip.size = libdeflate_gzip_compress(f->compressor, from, f->plain.size, to, bound);
		munmap(to, bound);
	}
	if (from != MAP_FAILED)
		munmap(from, f->plain.size);
	return f->gzip.size ? OK : problem_errno(&f->why, error, "%s/%s cannot be mapped", f->path, f->gzip.part);
}

static enum err
make_durable(struct generation_file *f)
{
	if (ftruncate(f->gzip.fd, (off_t)f->gzip.size) || fsync(f->gzip.fd))
		return unwritten(f, &f->gzip, errno, &f->why);
	if (fsync(f->plain.fd))
		return unwritten(f, &f->plain, errno, &f->why);
	if (renameat(f->directory, f->plain.part, f->directory, f->plain.name) ||
	    renameat(f->directory, f->gzip.part, f->directory, f->gzip.name) || fsync(f->directory))
		return problem_errno(&f->why, errno, "the directory %s cannot be made durable", f->path);
	return OK;
}

static void *
pack(void *arg)
{
	const uint64_t one = 1;
	struct generation_file *f = arg;

	if (f->why.code == OK && compress(f) == OK)
		make_durable(f);
	/* It cannot fail: the counter is at zero. */
	if (write(f->done, &one, sizeof(one)) != (ssize_t)sizeof(one))
		abort();
	return NULL;
}

/* Packing: in the loop */

static void
join(struct generation_file *f)
{
	if (f->running)
		pthread_join(f->thread, NULL);
	f->running = false;
}

static void
on_done(evutil_socket_t fd, short what, void *arg)
{
	struct generation_file *f = arg;

	(void)fd;
	(void)what;
	join(f);
	f->finished = f->why.code == OK;
	f->on_packed(f->arg, f->why.code, f->finished ? NULL : &f->why);
}

/* Signals are the loop's. */
static int
start_thread(struct generation_file *f)
{
	sigset_t all, before;
	pthread_attr_t attributes;
	int error;

	sigfillset(&all);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&f->thread, &attributes, pack, f);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

void
generation_file_pack(struct generation_file *f, on_packed *then, void *arg)
{
	int error;

	flush(f);
	f->on_packed = then;
	f->arg = arg;
	f->why.code = OK;
	if (f->error)
		unwritten(f, &f->plain, f->error, &f->why);
	f->compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
	f->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	f->event = f->done < 0 ? NULL : event_new(loop_base(f->loop), f->done, EV_READ, on_done, f);
	if (!f->compressor || !f->event || event_add(f->event, NULL))
		abort();
	error = start_thread(f);
	f->running = error == 0;
	/* Without a thread the loop has to wait for it: slow, and right. */
	if (error)
		pack(f);
}

void
generation_file_describe(const struct generation_file *f, struct arena *arena, struct published *out)
{
	assert(f->finished);
	out->plain.file = arena_copy(arena, span_text(f->plain.name));
	out->gzip.file = arena_copy(arena, span_text(f->gzip.name));
	out->plain.size = f->plain.size;
	out->gzip.size = f->gzip.size;
}

static void
drop(struct generation_file *f, struct half *half)
{
	if (half->fd < 0)
		return;
	close(half->fd);
	if (f->finished)
		return;
	unlinkat(f->directory, half->part, 0);
	unlinkat(f->directory, half->name, 0);
}

void
generation_file_free(struct generation_file *f)
{
	if (!f)
		return;
	join(f);
	if (f->event)
		event_free(f->event);
	if (f->done >= 0)
		close(f->done);
	libdeflate_free_compressor(f->compressor);
	if (f->mapped.data)
		munmap((void *)(uintptr_t)f->mapped.data, f->mapped.size);
	drop(f, &f->plain);
	drop(f, &f->gzip);
	if (f->directory >= 0)
		close(f->directory);
	buffer_release(&f->waiting);
	free(f);
}

/* Sweeping */

/* Those of ours; sets had a name of their own before there were lists. */
static bool
is_ours(struct span name)
{
	return span_starts(name, PREFIX) || span_starts(name, "set-");
}

static bool
among(const struct span *names, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(names[i], name))
			return true;
	return false;
}

uint64_t
generation_files_newest(const char *directory)
{
	DIR *dir = opendir(directory);
	uint64_t newest = 0, generation;
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct span rest = span_text(entry->d_name), number;

		if (!span_starts(rest, PREFIX))
			continue;
		rest = span_skip(rest, strlen(PREFIX));
		number = span_cut(&rest, '-');
		if (span_number(number, &generation) && generation > newest)
			newest = generation;
	}
	if (dir)
		closedir(dir);
	return newest;
}

enum err
generation_files_sweep(const char *directory, const struct span *names, size_t count, struct problem *why)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	if (!dir)
		return problem_errno(why, errno, "the directory of generations %s cannot be opened", directory);
	while ((entry = readdir(dir)))
		if (is_ours(span_text(entry->d_name)) && !among(names, count, span_text(entry->d_name)))
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	return OK;
}
