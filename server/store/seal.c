/* store/seal.c - what closes a copy of the store: its last bytes, the digest of all before them. */
#include "store/seal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "store/row.h"

#define MAGIC "watashi copy 1\n"
#define MAGIC_SIZE (sizeof(MAGIC) - 1)
#define DIGEST_SIZE 32

static enum err
read_at(int fd, const char *name, uint64_t at, uint8_t *into, size_t size, struct problem *why)
{
	while (size) {
		ssize_t got = pread(fd, into, size, (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return problem_errno(why, errno, "%s", name);
		if (got == 0)
			return problem_set(why, ERR_INVALID, NULL, "%s became shorter while it was read", name);
		into += got;
		at += (uint64_t)got;
		size -= (size_t)got;
	}
	return OK;
}

static enum err
size_of(int fd, const char *name, uint64_t *size, struct problem *why)
{
	struct stat st;

	if (fstat(fd, &st))
		return problem_errno(why, errno, "%s", name);
	*size = (uint64_t)st.st_size;
	return OK;
}

/* Of the first `size` bytes and what a seal says before its digest. */
static enum err
digest_file(int fd, const char *name, uint64_t size, const uint8_t *head, uint8_t *out, struct problem *why)
{
	static uint8_t bytes[256 * KIB];
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	enum err code = OK;

	/* Hashing fails only when memory is out. */
	if (!context || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		abort();
	for (uint64_t at = 0; code == OK && at < size;) {
		size_t step = size - at < sizeof(bytes) ? (size_t)(size - at) : sizeof(bytes);

		code = read_at(fd, name, at, bytes, step, why);
		if (code == OK && EVP_DigestUpdate(context, bytes, step) != 1)
			abort();
		at += step;
	}
	if (EVP_DigestUpdate(context, head, MAGIC_SIZE + 8) != 1 || EVP_DigestFinal_ex(context, out, NULL) != 1)
		abort();
	EVP_MD_CTX_free(context);
	return code;
}

enum err
seal_put(int fd, const char *name, struct problem *why)
{
	uint8_t seal[SEAL_SIZE];
	uint64_t size = 0;
	enum err code = size_of(fd, name, &size, why);

	if (code != OK)
		return code;
	memcpy(seal, MAGIC, MAGIC_SIZE);
	u64_write(seal + MAGIC_SIZE, size);
	code = digest_file(fd, name, size, seal, seal + MAGIC_SIZE + 8, why);
	if (code != OK)
		return code;
	for (size_t done = 0; done < sizeof(seal);) {
		ssize_t n = pwrite(fd, seal + done, sizeof(seal) - done, (off_t)(size + done));

		if (n < 0 && errno != EINTR)
			return problem_errno(why, errno, "%s", name);
		done += n > 0 ? (size_t)n : 0;
	}
	return OK;
}

enum err
seal_check(int fd, const char *name, uint64_t *size, struct problem *why)
{
	uint8_t seal[SEAL_SIZE], digest[DIGEST_SIZE];
	uint64_t all = 0;
	enum err code = size_of(fd, name, &all, why);

	if (code != OK)
		return code;
	if (all <= SEAL_SIZE)
		return problem_set(why, ERR_INVALID, NULL, "%s: expected a copy and its seal, found %llu bytes", name,
		    (unsigned long long)all);
	*size = all - SEAL_SIZE;
	code = read_at(fd, name, *size, seal, sizeof(seal), why);
	if (code != OK)
		return code;
	if (memcmp(seal, MAGIC, MAGIC_SIZE) || u64_read(seal + MAGIC_SIZE) != *size)
		return problem_set(why, ERR_INVALID, NULL,
		    "%s: no seal at its end: cut short, damaged, or not a copy made by backup",
		    name);
	code = digest_file(fd, name, *size, seal, digest, why);
	if (code == OK && memcmp(seal + MAGIC_SIZE + 8, digest, sizeof(digest)))
		return problem_set(why, ERR_INVALID, NULL, "%s: damaged: not the bytes that were sealed", name);
	return code;
}
