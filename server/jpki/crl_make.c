/* jpki/crl_make.c - making the index of a revocation list (crl_index.h, crl_layout.h).
 *
 *     signature -> entries written as rows: where they stand, when they come in order; into piles, when they do not
 *         -> what few have, on a second way through -> piles sorted -> fences, list, head -> durable -> renamed
 *
 * Nothing of the list is believed, or written, before its signature is found good. Whether entries come in order is
 * guessed first; when that was wrong, all begins again.
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
#include <unistd.h>

#include "base/random.h"
#include "codec/der.h"
#include "crypto/digest.h"
#include "crypto/x509_signature.h"
#include "jpki/crl_piles.h"
#include "jpki/crl_usual.h"

#define STRIDE (8 * MIB)     /* between two reports of progress */
#define PHASES 3             /* signature, rows, order: about as long each */
#define ISSUER_LARGEST (256 * KIB)

#define INLINED static inline __attribute__((always_inline))

struct making {
	const struct crl_import *import;
	const char *path;
	char beside[PATH_MAX];
	struct crl_file file;
	struct crl_list list;
	struct crl_head head;
	struct crl_guess guess[CRL_LONG + 1];
	bool dealing;            /* rows go into piles; else all are `kind` and in order: */
	enum crl_rows kind;
	uint8_t last[CRL_SERIAL_LARGEST]; /* key of these */
	bool begun, wrong;       /* there was one; they are not */
	struct crl_file scratch[CRL_LONG + 1]; /* without a name, for piles */
	struct crl_piles *piles[CRL_LONG + 1];
	struct crl_sheet sheets[CRL_ROW_KINDS];
	struct span issuer;      /* whose entries are passing; empty: the list's own */
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

/* A file beside the one that is made, with a name nobody else has. */
static enum err
open_beside(struct making *m, char name[PATH_MAX], int *fd, struct problem *why)
{
	const char *slash = strrchr(m->path, '/');
	int length = slash ? (int)(slash - m->path) + 1 : 0;
	uint64_t number;

	random_bytes(&number, sizeof(number));
	if (snprintf(name, PATH_MAX, "%.*s.new-%016" PRIx64, length, m->path, number) >= PATH_MAX)
		return problem_set(why, ERR_LIMIT, "", "%s: the path is longer than %d bytes", m->path, PATH_MAX);
	*fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	return *fd < 0 ? problem_errno(why, errno, "cannot make %s", m->path) : OK;
}

static enum err
open_scratch(struct making *m, struct crl_file *scratch, struct problem *why)
{
	char name[PATH_MAX];
	enum err err = open_beside(m, name, &scratch->fd, why);

	if (err == OK)
		unlink(name);
	return err;
}

/* Entries become rows */

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

static bool
is_beside(const struct crl_entry *entry, uint64_t issuer)
{
	return issuer || entry->invalid_from.us || entry->revoked_at.us < 0 ||
	    entry->revoked_at.us / SECONDS(1) > UINT32_MAX;
}

/* Compiled for each kind: `key`, its size, is a constant in it. */
INLINED void
fill_row(uint8_t *row, size_t key, const struct crl_entry *entry, uint64_t beside)
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
}

/* Where the rows stand in the end, as long as they come in order, and no others do. */
INLINED uint8_t *
room_in_order(struct making *m, enum crl_rows kind, const struct crl_entry *entry, uint64_t beside)
{
	size_t key = crl_row_kinds[kind].key;
	uint8_t *row, now[CRL_SERIAL_LARGEST];

	m->wrong |= kind != m->kind || beside;
	if (m->wrong)
		return NULL;
	row = crl_sheet_room(&m->sheets[kind]);
	crl_key_of(entry->serial, now, key);
	m->wrong = m->begun && !crl_key_above(now, m->last, key);
	memcpy(m->last, now, key);
	m->begun = true;
	return row;
}

INLINED void
write_row(struct making *m, enum crl_rows kind, const struct crl_entry *entry, uint64_t beside)
{
	uint8_t *row = m->dealing ? crl_piles_room(m->piles[kind]) : room_in_order(m, kind, entry, beside);

	if (!row)
		return;
	if (kind == CRL_SHORT)
		fill_row(row, CRL_KEY, entry, beside);
	else
		fill_row(row, CRL_SERIAL_LARGEST, entry, beside);
}

static void
write_issuer(struct making *m, uint64_t names)
{
	struct name_key key = name_key_of(m->issuer);
	uint8_t row[sizeof(key.bytes) + 16];

	memcpy(row, key.bytes, sizeof(key.bytes));
	put_u64(row + sizeof(key.bytes), names);
	put_u64(row + sizeof(key.bytes) + 8, m->issuer.size);
	crl_sheet_add(&m->sheets[CRL_ISSUERS], span_of(row, sizeof(row)));
	crl_sheet_add(&m->sheets[CRL_NAMES], m->issuer);
}

static void
write_beside(struct making *m, const struct crl_entry *entry, uint64_t issuer)
{
	uint8_t row[24];

	put_u64(row, (uint64_t)entry->revoked_at.us);
	put_u64(row + 8, (uint64_t)entry->invalid_from.us);
	put_u32(row + 16, (uint32_t)issuer);
	put_u32(row + 20, 0);
	crl_sheet_add(&m->sheets[CRL_BESIDE], span_of(row, sizeof(row)));
}

/* All entries, twice */

/* What has passed of each kind. An issuer stands for all entries that follow it (s5.3.3), its number in their rows
 * beside; 0 is the list's own. */
struct passed {
	uint64_t count[CRL_ROW_KINDS];
	uint64_t critical;
};

INLINED enum err
pass_entry(struct making *m, bool second, const struct crl_entry *entry, struct passed *passed, struct problem *why)
{
	enum crl_rows kind = crl_kind_of(entry->serial);
	bool beside;

	if (entry->issuer.size && !span_equal(entry->issuer, m->issuer)) {
		if (entry->issuer.size > ISSUER_LARGEST)
			return problem_set(why, ERR_LIMIT, "RFC 5280 s5.3.3",
			    "revocation list: expected issuers of at most %zu bytes, found one of %zu", ISSUER_LARGEST,
			    entry->issuer.size);
		m->issuer = entry->issuer;
		if (second)
			write_issuer(m, passed->count[CRL_NAMES]);
		passed->count[CRL_ISSUERS]++;
		passed->count[CRL_NAMES] += m->issuer.size;
	}
	beside = is_beside(entry, passed->count[CRL_ISSUERS]);
	passed->count[CRL_BESIDE] += beside;
	if (!second)
		write_row(m, kind, entry, beside ? passed->count[CRL_BESIDE] : 0);
	else if (beside)
		write_beside(m, entry, passed->count[CRL_ISSUERS]);
	passed->count[kind]++;
	passed->critical += entry->unknown_critical;
	return OK;
}

INLINED enum err
pass_entries(struct making *m, bool second, struct passed *passed, struct problem *why)
{
	struct crl_walk walk = crl_walk_of(&m->list);
	uint64_t next = STRIDE;
	struct crl_entry entry, other;

	*passed = (struct passed){ .critical = 0 };
	m->issuer = (struct span){ 0 };
	while (!m->wrong && !m->file.error) {
		enum err err;

		if (!crl_walk_usual(&walk, &entry)) {
			if (!crl_walk_next(&walk, &other, why))
				break;
			entry = other;
		}
		err = pass_entry(m, second, &entry, passed, why);
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

/* Where they stand: before it is known that there are no others. */
static enum err
write_in_order(struct making *m, struct passed *passed, struct problem *why)
{
	m->kind = m->guess[CRL_LONG].count ? CRL_LONG : CRL_SHORT;
	m->sheets[m->kind] = crl_sheet_of(&m->file, m->kind, CRL_BLOCK);
	return pass_entries(m, false, passed, why);
}

static enum err
deal_rows(struct making *m, struct passed *passed, struct problem *why)
{
	m->dealing = true;
	m->wrong = false;
	crl_sheet_release(&m->sheets[m->kind]);
	for (enum crl_rows k = CRL_SHORT; k <= CRL_LONG; k++) {
		if (open_scratch(m, &m->scratch[k], why) != OK)
			return why->code;
		m->piles[k] = crl_piles_new(&m->scratch[k], k, &m->guess[k]);
	}
	return pass_entries(m, false, passed, why);
}

/* Rows of other kinds than those of a serial are few or none: they are written on a second way through, once it is
 * known where each kind begins. */
static enum err
write_rows(struct making *m, struct problem *why)
{
	struct passed passed = { .critical = 0 };
	enum err err = OK;

	crl_guess_of(m->list.entries, m->guess);
	if (m->guess[CRL_SHORT].sorted && m->guess[CRL_LONG].sorted &&
	    (!m->guess[CRL_SHORT].count || !m->guess[CRL_LONG].count))
		err = write_in_order(m, &passed, why);
	else
		m->wrong = true;
	if (err == OK && m->wrong)
		err = deal_rows(m, &passed, why);
	memcpy(m->head.count, passed.count, sizeof(passed.count));
	m->head.critical = passed.critical;
	crl_head_place(&m->head);
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++)
		if (m->dealing || k != m->kind)
			m->sheets[k] = crl_sheet_of(&m->file, k, m->head.at[k]);
	if (err == OK && m->head.count[CRL_BESIDE])
		err = pass_entries(m, true, &passed, why);
	return err;
}

static enum err
sort_rows(struct making *m, struct problem *why)
{
	for (enum crl_rows k = CRL_SHORT; k <= CRL_LONG; k++) {
		size_t count = m->piles[k] ? crl_piles_count(m->piles[k]) : 0;

		for (size_t n = 0; n < count && !m->file.error; n++) {
			crl_piles_sort(m->piles[k], n, &m->sheets[k]);
			if (!m->file.error)
				m->file.error = m->scratch[k].error;
			if (!report(m, 2, m->import->der.size * n / count))
				return stopped(why);
		}
		crl_piles_free(m->piles[k]);
		m->piles[k] = NULL;
	}
	return report(m, 2, m->import->der.size) ? OK : stopped(why);
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
	struct span list = write_list(m, shell), fences;
	uint64_t at = m->head.fences_at;

	digest(DIGEST_SHA256, list, m->head.list_digest);
	m->head.list_size = list.size;
	crl_head_place(&m->head);
	crl_head_write(&m->head, block);
	digest_stream_add(stream, span_of(block, CRL_HEAD_SIGNED));
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++) {
		fences = crl_sheet_end(&m->sheets[k]);
		crl_file_write(&m->file, at, fences);
		digest_stream_add(stream, fences);
		at += fences.size;
	}
	digest_stream_add(stream, list);
	digest_stream_end(stream, block + CRL_HEAD_SIGNED);
	digest_stream_free(stream);
	assert(at == m->head.list_at || m->file.error);
	crl_file_write(&m->file, at, list);
	crl_file_write(&m->file, 0, span_of(block, sizeof(block)));
}

/* The file */

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

	if (err == OK && !m->file.error)
		err = sort_rows(m, why);
	if (err != OK || m->file.error)
		return err;
	write_ends(m);
	if (!m->file.error && fsync(m->file.fd) != 0)
		m->file.error = errno;
	return OK;
}

static void
making_free(struct making *m)
{
	for (enum crl_rows k = CRL_SHORT; k <= CRL_LONG; k++) {
		crl_piles_free(m->piles[k]);
		if (m->scratch[k].fd >= 0)
			close(m->scratch[k].fd);
	}
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++)
		crl_sheet_release(&m->sheets[k]);
	free(m);
}

enum err
crl_index_make(const struct crl_import *import, const char *path, struct problem *why)
{
	struct making *m = calloc(1, sizeof(*m));
	enum err err;

	if (!m)
		abort();
	*m = (struct making){ .import = import, .path = path, .file = { .fd = -1 },
		.scratch = { { .fd = -1 }, { .fd = -1 } } };
	err = crl_list_read(import->der, &m->list, why);
	if (err == OK)
		err = check_signature(m, why);
	if (err == OK)
		err = open_beside(m, m->beside, &m->file.fd, why);
	if (err == OK) {
		err = write_file(m, why);
		if (m->file.error)
			err = problem_errno(why, m->file.error, "cannot write %s", path);
		close(m->file.fd);
		if (err == OK)
			err = give_name(m, why);
		if (err != OK)
			unlink(m->beside);
	}
	making_free(m);
	return err;
}
