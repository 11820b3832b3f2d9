/* jpki/crl_make.c - making the index of a revocation list (crl_index.h, crl_layout.h).
 *
 *     signature -> short rows as they come -> long rows, rows beside (where there are any) -> sorted in place
 *         -> fences -> list, head -> durable -> renamed
 *
 * Nothing of the list is believed, or written, before its signature is found good. Rows are written in order, so that
 * the file has its room on the disk before any of it is mapped; sorting then happens in the file's own pages.
 */
#include "jpki/crl_index.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libdeflate.h>

#include "base/random.h"
#include "codec/der.h"
#include "crypto/digest.h"
#include "crypto/x509_path.h"
#include "jpki/crl_layout.h"
#include "jpki/crl_sort.h"

#define AT_ONCE (256 * KIB)  /* written with one call */
#define STRIDE (8 * MIB)     /* between two reports of progress */
#define PHASES 3             /* signature, rows, order: about as long each */

/* Where one kind of rows goes. */
struct sheet {
	uint64_t at;             /* in the file, of what is still in `waiting` */
	uint8_t *waiting;
	size_t size;
};

struct making {
	const struct crl_import *import;
	const char *path;
	char beside[PATH_MAX];
	int fd;
	struct crl_list list;
	struct crl_head head;
	struct sheet sheets[CRL_ROW_KINDS];
	uint8_t *map;            /* the rows, and the head's block before them */
	int error;               /* errno of the first failure */

	struct span issuer;      /* whose entries are passing; empty: the list's own */
	struct order {
		uint8_t last[32];
		uint32_t first[8], differ[8]; /* `differ`: bits that are not the same in all rows */
		bool begun, broken;           /* `broken`: they do not come sorted */
	} order[CRL_LONG + 1];
};

/* Progress */

static bool
report(struct making *m, unsigned phase, uint64_t done)
{
	const struct crl_import *import = m->import;

	return !import->progress ||
	    import->progress(import->arg, phase * import->der.size + done, PHASES * import->der.size);
}

static enum err
stopped(struct problem *why)
{
	return problem_set(why, ERR_UNAVAILABLE, "", "the work on the revocation list was stopped");
}

/* The list is believed before anything of it is kept */

static enum err
check_signature(struct making *m, struct problem *why)
{
	const struct crl_import *import = m->import;
	enum err err = problem_set(why, ERR_CRYPTO, "RFC 5280 s6.3.3",
	    "nobody's key is known who may have signed the revocation list");

	for (size_t i = 0; i < import->key_count && err != OK; i++) {
		err = x509_signature_check(import->switches, m->list.algorithm, import->keys[i], m->list.tbs,
		    m->list.signature, why);
		if (err == OK)
			digest(DIGEST_SHA256, import->keys[i], m->head.key_digest);
	}
	if (err != OK)
		return problem_within(why, "revocation list");
	return report(m, 0, m->import->der.size) ? OK : stopped(why);
}

/* Writing */

static void
write_at(struct making *m, uint64_t at, struct span bytes)
{
	while (bytes.size && !m->error) {
		ssize_t n = pwrite(m->fd, bytes.data, bytes.size, (off_t)at);

		if (n < 0 && errno != EINTR)
			m->error = errno;
		if (n <= 0)
			continue;
		at += (uint64_t)n;
		bytes = span_skip(bytes, (size_t)n);
	}
}

static void
flush(struct making *m, struct sheet *sheet)
{
	write_at(m, sheet->at, span_of(sheet->waiting, sheet->size));
	sheet->at += sheet->size;
	sheet->size = 0;
}

/* Room for so many bytes at the end of the sheet. */
static uint8_t *
room_for(struct making *m, enum crl_rows kind, size_t size)
{
	struct sheet *sheet = &m->sheets[kind];

	if (!sheet->waiting && !(sheet->waiting = malloc(AT_ONCE)))
		abort();
	if (sheet->size + size > AT_ONCE)
		flush(m, sheet);
	sheet->size += size;
	return sheet->waiting + sheet->size - size;
}

static void
put_u32(uint8_t *at, uint32_t n)
{
	n = htobe32(n);
	memcpy(at, &n, sizeof(n));
}

static void
put_u64(uint8_t *at, uint64_t n)
{
	put_u32(at, (uint32_t)(n >> 32));
	put_u32(at + 4, (uint32_t)n);
}

/* Entries become rows */

static bool
is_beside(const struct crl_entry *entry, uint64_t issuer)
{
	return issuer || entry->invalid_from.us || entry->revoked_at.us < 0 ||
	    entry->revoked_at.us / SECONDS(1) > UINT32_MAX;
}

static uint64_t
load_u64(const uint8_t *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return be64toh(n);
}

/* As memcmp() does, without calling it ten million times. */
static inline bool
is_above(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = 0;

	for (; i + 8 <= size; i += 8)
		if (load_u64(a + i) != load_u64(b + i))
			return load_u64(a + i) > load_u64(b + i);
	return memcmp(a + i, b + i, size - i) > 0;
}

static inline __attribute__((always_inline)) void
note_order(struct order *order, const uint8_t *row, size_t size)
{
	uint32_t words[8];

	memcpy(words, row, size);
	if (!order->begun)
		memcpy(order->first, words, size);
	else if (!order->broken)
		order->broken = is_above(order->last, row, size);
	for (size_t i = 0; i < size / sizeof(words[0]); i++)
		order->differ[i] |= words[i] ^ order->first[i];
	memcpy(order->last, row, size);
	order->begun = true;
}

/* Compiled for each kind: the sizes are constants in it. `beside`: its number among the rows beside, plus one, or 0. */
static inline __attribute__((always_inline)) void
put_row(uint8_t *row, struct order *order, size_t key, const struct crl_entry *entry, uint64_t beside)
{
	uint32_t reason = entry->reason < 0 ? CRL_ROW_NO_REASON : (uint32_t)entry->reason, date = UINT32_MAX;

	/* Times a row has no room for stand beside; here they only keep the order. */
	if (entry->revoked_at.us < 0)
		date = 0;
	else if (entry->revoked_at.us / SECONDS(1) < UINT32_MAX)
		date = (uint32_t)(entry->revoked_at.us / SECONDS(1));
	crl_key_of(entry->serial, row, key);
	put_u32(row + key, date);
	put_u32(row + key + 4,
	    reason << CRL_ROW_REASON | (entry->unknown_critical ? CRL_ROW_CRITICAL : 0) | (uint32_t)beside);
	note_order(order, row, key + 8);
}

static void
write_row(struct making *m, enum crl_rows kind, const struct crl_entry *entry, uint64_t beside)
{
	uint8_t *row = room_for(m, kind, crl_row_kinds[kind].size);

	if (kind == CRL_SHORT)
		put_row(row, &m->order[kind], CRL_KEY, entry, beside);
	else
		put_row(row, &m->order[kind], CRL_SERIAL_LARGEST, entry, beside);
}

static void
write_issuer(struct making *m, uint64_t names)
{
	struct name_key key = name_key_of(m->issuer);
	uint8_t *row = room_for(m, CRL_ISSUERS, crl_row_kinds[CRL_ISSUERS].size);

	memcpy(row, key.bytes, sizeof(key.bytes));
	put_u64(row + sizeof(key.bytes), names);
	put_u64(row + sizeof(key.bytes) + 8, m->issuer.size);
	memcpy(room_for(m, CRL_NAMES, m->issuer.size), m->issuer.data, m->issuer.size);
}

static void
write_beside(struct making *m, const struct crl_entry *entry, uint64_t issuer)
{
	uint8_t *row = room_for(m, CRL_BESIDE, crl_row_kinds[CRL_BESIDE].size);

	put_u64(row, (uint64_t)entry->revoked_at.us);
	put_u64(row + 8, (uint64_t)entry->invalid_from.us);
	put_u32(row + 16, (uint32_t)issuer);
	put_u32(row + 20, 0);
}

/* What has passed of each kind. An issuer stands for all entries that follow it (s5.3.3), its number in their rows
 * beside; 0 is the list's own. */
struct passed {
	uint64_t count[CRL_ROW_KINDS];
	uint64_t critical;
};

static enum err
pass_entry(struct making *m, bool second, const struct crl_entry *entry, struct passed *passed, struct problem *why)
{
	enum crl_rows kind = entry->serial.size > crl_row_kinds[CRL_SHORT].key ? CRL_LONG : CRL_SHORT;
	bool beside;

	if (entry->issuer.size && !span_equal(entry->issuer, m->issuer)) {
		if (entry->issuer.size > AT_ONCE)
			return problem_set(why, ERR_LIMIT, "RFC 5280 s5.3.3",
			    "revocation list: expected issuers of at most %zu bytes, found one of %zu", AT_ONCE,
			    entry->issuer.size);
		m->issuer = entry->issuer;
		if (second)
			write_issuer(m, passed->count[CRL_NAMES]);
		passed->count[CRL_ISSUERS]++;
		passed->count[CRL_NAMES] += m->issuer.size;
	}
	beside = is_beside(entry, passed->count[CRL_ISSUERS]);
	passed->count[CRL_BESIDE] += beside;
	if (beside && second)
		write_beside(m, entry, passed->count[CRL_ISSUERS]);
	/* The first way through writes the short rows, the second the long ones. */
	if ((kind == CRL_LONG) == second)
		write_row(m, kind, entry, beside ? passed->count[CRL_BESIDE] : 0);
	passed->count[kind]++;
	passed->critical += entry->unknown_critical;
	return OK;
}

static enum err
pass_entries(struct making *m, bool second, struct passed *passed, struct problem *why)
{
	struct crl_walk walk = crl_walk_of(&m->list);
	uint64_t next = STRIDE;
	struct crl_entry entry;

	*passed = (struct passed){ .critical = 0 };
	m->issuer = (struct span){ 0 };
	while (crl_walk_next(&walk, &entry, why) && !m->error) {
		enum err err = pass_entry(m, second, &entry, passed, why);

		if (err != OK)
			return err;
		if (m->list.entries.size - walk.rest.size > next) {
			if (!report(m, 1, next))
				return stopped(why);
			next += STRIDE;
		}
	}
	return walk.err;
}

/* Rows of other kinds than the short ones are few or none: they are written on a second way through, once it is known
 * where each kind begins. */
static enum err
write_rows(struct making *m, struct problem *why)
{
	struct passed passed;
	enum err err;

	m->sheets[CRL_SHORT].at = CRL_BLOCK;
	err = pass_entries(m, false, &passed, why);
	memcpy(m->head.count, passed.count, sizeof(passed.count));
	m->head.critical = passed.critical;
	crl_head_place(&m->head);
	for (size_t k = CRL_LONG; k < CRL_ROW_KINDS; k++)
		m->sheets[k].at = m->head.at[k];
	if (err == OK && m->head.fences_at > m->head.at[CRL_LONG])
		err = pass_entries(m, true, &passed, why);
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++)
		if (m->sheets[k].waiting)
			flush(m, &m->sheets[k]);
	return err;
}

/* Order */

static enum err
map_rows(struct making *m, struct problem *why)
{
	void *map;

	if (m->head.fences_at == CRL_BLOCK)
		return OK;
	map = mmap(NULL, m->head.fences_at, PROT_READ | PROT_WRITE, MAP_SHARED, m->fd, 0);
	if (map == MAP_FAILED)
		return problem_errno(why, errno, "%s cannot be mapped", m->path);
	m->map = map;
	return OK;
}

static void
sort_rows(struct making *m)
{
	for (size_t k = CRL_SHORT; k <= CRL_LONG; k++) {
		const struct order *order = &m->order[k];
		const uint8_t *differ = (const uint8_t *)order->differ;
		size_t same = 0;

		if (!order->broken)
			continue;
		while (differ[same] == 0)
			same++;
		crl_sort(m->map + m->head.at[k], m->head.count[k], crl_row_kinds[k].size, same);
	}
}

/* The fences of all blocks, behind the rows, and into the digest. */
static void
write_fences(struct making *m, struct digest_stream *stream)
{
	uint8_t fences[128 * CRL_FENCE];
	uint64_t at = m->head.fences_at;
	size_t size = 0;

	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++) {
		size_t row = crl_row_kinds[k].size, per = crl_block_rows(k) * row;
		struct span rows = span_of(m->map + m->head.at[k], m->head.count[k] * row);

		for (; rows.size; rows = span_skip(rows, per)) {
			uint8_t *fence = fences + size;

			memset(fence, 0, CRL_FENCE);
			memcpy(fence, rows.data, crl_row_kinds[k].key);
			put_u32(fence + CRL_SERIAL_LARGEST,
			    libdeflate_crc32(0, rows.data, rows.size < per ? rows.size : per));
			size += CRL_FENCE;
			if (size == sizeof(fences)) {
				write_at(m, at, span_of(fences, size));
				digest_stream_add(stream, span_of(fences, size));
				at += size;
				size = 0;
			}
		}
	}
	write_at(m, at, span_of(fences, size));
	digest_stream_add(stream, span_of(fences, size));
}

/* The list without its entries */

/* A SEQUENCE's tag and length, in as few bytes as DER wants. */
static size_t
write_sequence(uint8_t out[5], size_t length)
{
	size_t size = 2;

	assert(length <= CRL_SHELL_LARGEST);
	out[0] = DER_SEQUENCE;
	if (length < 0x80) {
		out[1] = (uint8_t)length;
		return size;
	}
	for (unsigned shift = length > UINT16_MAX ? 16 : length > UINT8_MAX ? 8 : 0;; shift -= 8) {
		out[size++] = (uint8_t)(length >> shift);
		if (shift == 0)
			break;
	}
	out[1] = (uint8_t)(0x80 | (size - 2));
	return size;
}

static struct span
write_list(const struct making *m, uint8_t out[CRL_SHELL_LARGEST + 16])
{
	const struct crl_list *list = &m->list;
	const uint8_t *end = list->signature.data + list->signature.size;
	struct span signature = span_of(list->algorithm.data, (size_t)(end - list->algorithm.data));
	uint8_t inner[5], outer[5];
	size_t inner_size = write_sequence(inner, list->before.size + list->after.size);
	size_t outer_size = write_sequence(outer, inner_size + list->before.size + list->after.size + signature.size);
	const struct span pieces[] = {
		span_of(outer, outer_size), span_of(inner, inner_size), list->before, list->after, signature,
	};
	size_t size = 0;

	for (size_t i = 0; i < COUNT(pieces); i++) {
		if (pieces[i].size)
			memcpy(out + size, pieces[i].data, pieces[i].size);
		size += pieces[i].size;
	}
	return span_of(out, size);
}

static void
write_ends(struct making *m)
{
	struct digest_stream *stream = digest_stream_new(DIGEST_SHA256);
	uint8_t block[CRL_BLOCK], shell[CRL_SHELL_LARGEST + 16];
	struct span list = write_list(m, shell);

	digest(DIGEST_SHA256, list, m->head.list_digest);
	m->head.list_size = list.size;
	crl_head_place(&m->head);
	crl_head_write(&m->head, block);
	digest_stream_add(stream, span_of(block, CRL_HEAD_SIGNED));
	write_fences(m, stream);
	digest_stream_add(stream, list);
	digest_stream_end(stream, block + CRL_HEAD_SIGNED);
	digest_stream_free(stream);
	write_at(m, m->head.list_at, list);
	write_at(m, 0, span_of(block, sizeof(block)));
}

/* The file */

static enum err
name_beside(struct making *m, struct problem *why)
{
	const char *slash = strrchr(m->path, '/');
	int length = slash ? (int)(slash - m->path) + 1 : 0;
	uint64_t number;

	random_bytes(&number, sizeof(number));
	if ((size_t)snprintf(m->beside, sizeof(m->beside), "%.*s.new-%016" PRIx64, length, m->path, number) >=
	    sizeof(m->beside))
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", m->path, PATH_MAX);
	m->fd = open(m->beside, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	return m->fd < 0 ? problem_errno(why, errno, "cannot make %s", m->path) : OK;
}

/* The name is durable once the directory is. */
static enum err
give_name(struct making *m, struct problem *why)
{
	const char *slash = strrchr(m->path, '/');
	char directory[PATH_MAX];
	enum err err = OK;
	int fd;

	if (rename(m->beside, m->path) != 0)
		return problem_errno(why, errno, "cannot make %s", m->path);
	snprintf(directory, sizeof(directory), "%.*s", slash ? (int)(slash - m->path) + 1 : 1, slash ? m->path : ".");
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		err = problem_errno(why, errno, "cannot make the directory %s durable", directory);
	if (fd >= 0)
		close(fd);
	return err;
}

static enum err
write_file(struct making *m, struct problem *why)
{
	enum err err = write_rows(m, why);

	if (err == OK && !m->error)
		err = map_rows(m, why);
	if (err != OK || m->error)
		return err;
	sort_rows(m);
	if (!report(m, 2, 0))
		return stopped(why);
	write_ends(m);
	if (!m->error && fsync(m->fd) != 0)
		m->error = errno;
	return OK;
}

enum err
crl_index_make(const struct crl_import *import, const char *path, struct problem *why)
{
	struct making *m = calloc(1, sizeof(*m));
	enum err err;

	if (!m)
		abort();
	*m = (struct making){ .import = import, .path = path, .fd = -1 };
	err = crl_list_read(import->der, &m->list, why);
	if (err == OK)
		err = check_signature(m, why);
	if (err == OK)
		err = name_beside(m, why);
	if (err == OK) {
		err = write_file(m, why);
		if (m->error)
			err = problem_errno(why, m->error, "cannot write %s", path);
		if (m->map)
			munmap(m->map, m->head.fences_at);
		close(m->fd);
		if (err == OK)
			err = give_name(m, why);
		if (err != OK)
			unlink(m->beside);
	}
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++)
		free(m->sheets[k].waiting);
	free(m);
	return err;
}
