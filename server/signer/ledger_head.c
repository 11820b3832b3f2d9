/* signer/ledger_head.c - the signer's own record of the last checkpoint it signed.
 *
 *     file = slot, slot (a sector each), record*          the records: what was released, one after another
 *     slot = magic(8) serial(u64) size(u64) root(32) released(u8), zeros, SHA-256 of all that (32)
 *
 * The newer whole slot counts. A write goes over the older one, so whatever a crash leaves half-written, the other is
 * whole; and what it says is right, for no signature left before the write was durable.
 */
#include "signer/ledger_head.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/record.h"
#include "crypto/digest.h"

#define FILE_NAME "ledger.head"
#define SECTOR 512
#define SLOTS 2
#define RECORD 128
#define SIGNED_PART (RECORD - HASH_SIZE) /* what the digest is of */
#define CLAUSE "C2SP tlog-checkpoint"

static const char magic[8] = "WTSHEAD1";

struct ledger_head {
	int fd;
	char path[PATH_MAX];
	pthread_mutex_t lock; /* among threads; among processes the file's */
};

struct mark {
	uint64_t serial, size;
	struct hash root;
	bool released;
};

/* Records */

static void
mark_write(const struct mark *m, uint8_t out[RECORD])
{
	struct buffer b = buffer_init(RECORD);

	buffer_add(&b, span_of(magic, sizeof(magic)));
	buffer_u64(&b, m->serial);
	buffer_u64(&b, m->size);
	buffer_add(&b, span_of(m->root.bytes, HASH_SIZE));
	buffer_u8(&b, m->released);
	memset(out, 0, RECORD);
	memcpy(out, b.data, b.end);
	buffer_release(&b);
	digest(DIGEST_SHA256, span_of(out, SIGNED_PART), out + SIGNED_PART);
}

static bool
mark_read(const uint8_t bytes[RECORD], struct mark *out)
{
	struct record r = record_of(span_of(bytes, SIGNED_PART));
	uint8_t sum[DIGEST_LARGEST];
	struct span word = record_bytes(&r, sizeof(magic)), root;

	digest(DIGEST_SHA256, span_of(bytes, SIGNED_PART), sum);
	*out = (struct mark){ .serial = record_u64(&r), .size = record_u64(&r) };
	root = record_bytes(&r, HASH_SIZE);
	out->released = record_u8(&r);
	memcpy(out->root.bytes, root.data, HASH_SIZE);
	return memcmp(sum, bytes + SIGNED_PART, HASH_SIZE) == 0 && span_equal(word, span_of(magic, sizeof(magic)));
}

static enum err
mark_store(struct ledger_head *h, const struct mark *m, off_t at, struct problem *why)
{
	uint8_t bytes[RECORD];
	ssize_t written;

	mark_write(m, bytes);
	written = pwrite(h->fd, bytes, sizeof(bytes), at);
	if (written >= 0 && written != sizeof(bytes))
		errno = ENOSPC;
	if (written != sizeof(bytes) || fdatasync(h->fd))
		return problem_errno(why, errno, "%s", h->path);
	return OK;
}

/* The newest mark; in a new file one of size 0. `*slot`: where it stands. */
static enum err
mark_load(const struct ledger_head *h, struct mark *out, int *slot, struct problem *why)
{
	struct mark marks[SLOTS];
	uint8_t bytes[RECORD];
	int found = -1, empty = 0;

	for (int i = 0; i < SLOTS; i++) {
		ssize_t size = pread(h->fd, bytes, sizeof(bytes), (off_t)i * SECTOR);

		if (size < 0)
			return problem_errno(why, errno, "%s", h->path);
		empty += size == 0;
		if (size == sizeof(bytes) && mark_read(bytes, &marks[i]) && (found < 0 ||
		    marks[i].serial > marks[found].serial))
			found = i;
	}
	if (found < 0 && empty < SLOTS)
		return problem_set(why, ERR_INVALID, CLAUSE,
		    "%s: neither of its two records is whole, so it is not known what was signed; nothing will be",
		    h->path);
	*out = found < 0 ? (struct mark){ 0 } : marks[found];
	*slot = found < 0 ? SLOTS - 1 : found;
	return OK;
}

/* The file */

static enum err
settle_new(const struct ledger_head *h, const char *directory, struct problem *why)
{
	struct stat owner;
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), error = 0;

	/* A daemon that becomes another user later, and its operator as root, work with one file. */
	if (fd < 0 || fstat(fd, &owner) || (geteuid() == 0 && fchown(h->fd, owner.st_uid, owner.st_gid)) ||
	    fchmod(h->fd, 0600) || fsync(h->fd) || fsync(fd))
		error = errno;
	if (fd >= 0)
		close(fd);
	return error ? problem_errno(why, error, "%s", h->path) : OK;
}

static enum err
open_file(const char *directory, bool make, struct ledger_head **out, struct problem *why)
{
	struct ledger_head *h = calloc(1, sizeof(*h));
	struct stat found;
	enum err err = OK;

	if (!h || pthread_mutex_init(&h->lock, NULL) != 0)
		abort();
	snprintf(h->path, sizeof(h->path), "%s/" FILE_NAME, directory);
	h->fd = open(h->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);
	if (h->fd < 0 || fstat(h->fd, &found))
		err = problem_errno(why, errno, "%s", h->path);
	else if (!S_ISREG(found.st_mode) || found.st_mode & (S_IRWXG | S_IRWXO))
		err = problem_set(why, ERR_INVALID, "", "%s: expected a file that only its owner may read and write",
		    h->path);
	else if (found.st_size == 0)
		err = settle_new(h, directory, why);
	if (err != OK) {
		ledger_head_free(h);
		return err;
	}
	*out = h;
	return OK;
}

enum err
ledger_head_open(const char *directory, struct ledger_head **out, struct problem *why)
{
	return open_file(directory, true, out, why);
}

enum err
ledger_head_open_existing(const char *directory, struct ledger_head **out, struct problem *why)
{
	return open_file(directory, false, out, why);
}

void
ledger_head_free(struct ledger_head *h)
{
	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

/* Steps: each has the file for itself. */

static enum err
begin(struct ledger_head *h, struct mark *last, int *slot, struct problem *why)
{
	int bad;

	pthread_mutex_lock(&h->lock);
	do
		bad = flock(h->fd, LOCK_EX);
	while (bad && errno == EINTR);
	if (bad)
		return problem_errno(why, errno, "%s: locking it", h->path);
	return mark_load(h, last, slot, why);
}

static void
end(struct ledger_head *h)
{
	flock(h->fd, LOCK_UN);
	pthread_mutex_unlock(&h->lock);
}

enum err
ledger_head_last(struct ledger_head *h, uint64_t *size, struct hash *root, struct problem *why)
{
	struct mark last = { 0 };
	enum err err;
	int slot;

	err = begin(h, &last, &slot, why);
	end(h);
	*size = last.released ? 0 : last.size;
	*root = last.root;
	return err;
}

/* Whether a checkpoint may follow the last one. */
static enum err
check_continues(const struct mark *last, uint64_t size, const struct hash *root, const struct merkle_proof *proof,
    struct problem *why)
{
	unsigned long long had = last->size, has = size;

	if (size == 0)
		return problem_set(why, ERR_INVALID, CLAUSE, "a log without leaves has no checkpoint");
	if (last->size == 0 || last->released)
		return OK;
	if (size < last->size)
		return problem_set(why, ERR_CONFLICT, CLAUSE,
		    "the log has %llu leaves, but a checkpoint of %llu has been signed: it was cut, or restored from a "
		    "backup",
		    has, had);
	if (size == last->size && !hash_equal(root, &last->root))
		return problem_set(why, ERR_CONFLICT, CLAUSE,
		    "a checkpoint of %llu leaves with another root has been signed: the log was changed", had);
	if (size > last->size && !merkle_consistency_holds(last->size, size, proof, &last->root, root))
		return problem_set(why, ERR_CONFLICT, CLAUSE,
		    "the log of %llu leaves does not continue the one of %llu that has been signed", has, had);
	return OK;
}

enum err
ledger_head_advance(struct ledger_head *h, uint64_t size, const struct hash *root, const struct merkle_proof *from_last,
    struct problem *why)
{
	struct mark last, next = { .size = size, .root = *root };
	enum err err;
	int slot;

	err = begin(h, &last, &slot, why);
	if (err == OK)
		err = check_continues(&last, size, root, from_last, why);
	if (err == OK && (last.released || size != last.size)) {
		next.serial = last.serial + 1;
		err = mark_store(h, &next, (off_t)(SLOTS - 1 - slot) * SECTOR, why);
	}
	end(h);
	return err;
}

/* First the evidence, then the release: a crash between both leaves one record too many, never one too few. */
enum err
ledger_head_release(struct ledger_head *h, struct problem *why)
{
	struct mark last, next;
	struct stat now;
	enum err err;
	int slot;

	err = begin(h, &last, &slot, why);
	if (err == OK && last.size > 0 && !last.released) {
		off_t at = SLOTS * SECTOR;

		if (fstat(h->fd, &now))
			err = problem_errno(why, errno, "%s", h->path);
		else if (now.st_size > at)
			at += (now.st_size - at) / RECORD * RECORD;
		if (err == OK)
			err = mark_store(h, &last, at, why);
		next = last;
		next.released = true;
		next.serial++;
		if (err == OK)
			err = mark_store(h, &next, (off_t)(SLOTS - 1 - slot) * SECTOR, why);
	}
	end(h);
	return err;
}
