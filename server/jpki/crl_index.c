/* jpki/crl_index.c - looking up serials in an index file. */
#include "jpki/crl_index.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libdeflate.h>

#include "base/record.h"
#include "crypto/digest.h"
#include "jpki/crl_layout.h"

struct crl_index {
	struct span bytes;
	bool mapped;
	struct crl_head head;
	uint64_t first_fence[CRL_ROW_KINDS]; /* of all fences, the number of this kind's first */
	struct crl_list list;
	struct name_key issuer, points[CRL_POINT_NAMES];
	size_t point_count;
};

/* Opening */

static enum err
read_points(struct crl_index *index, struct problem *why)
{
	const struct crl_scope *scope = &index->list.scope;

	if (scope->full_name.size)
		index->point_count = name_keys_of(scope->full_name, index->points, CRL_POINT_NAMES);
	else if (scope->relative_name.size)
		index->points[index->point_count++] = name_key_relative(index->list.issuer, scope->relative_name);
	if (index->point_count > CRL_POINT_NAMES)
		return problem_set(why, ERR_LIMIT, "RFC 5280 s5.2.5",
		    "expected at most %d names of its distribution point, found %zu", CRL_POINT_NAMES,
		    index->point_count);
	return OK;
}

static enum err
check_bytes(struct crl_index *index, struct problem *why)
{
	struct crl_head *head = &index->head;
	uint8_t found[CRL_DIGEST];
	struct span pieces[2];
	uint64_t fences = 0;
	enum err err;

	if (index->bytes.size < CRL_BLOCK || !crl_head_read(index->bytes.data, index->bytes.size, head))
		return problem_set(why, ERR_SYNTAX, "",
		    "expected an index of a revocation list, found %zu bytes of something else", index->bytes.size);
	pieces[0] = span_of(index->bytes.data, CRL_HEAD_SIGNED);
	pieces[1] = span_skip(index->bytes, head->fences_at);
	digest_pieces(DIGEST_SHA256, pieces, COUNT(pieces), found);
	if (memcmp(found, index->bytes.data + CRL_HEAD_SIGNED, sizeof(found)) != 0)
		return problem_set(why, ERR_SYNTAX, "", "the index of a revocation list is damaged");
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++) {
		index->first_fence[k] = fences;
		fences += crl_blocks(k, head->count[k]);
	}
	err = crl_list_read(span_of(index->bytes.data + head->list_at, head->list_size), &index->list, why);
	if (err != OK)
		return err;
	index->list.der = index->list.tbs = index->list.entries = (struct span){ 0 };
	index->issuer = name_key_of(index->list.issuer);
	return read_points(index, why);
}

static enum err
open_bytes(struct span bytes, bool mapped, struct crl_index **out, struct problem *why)
{
	struct crl_index *index = calloc(1, sizeof(*index));

	if (!index)
		abort();
	index->bytes = bytes;
	index->mapped = mapped;
	*out = index;
	if (check_bytes(index, why) == OK)
		return OK;
	crl_index_close(index);
	*out = NULL;
	return why->code;
}

enum err
crl_index_of(struct span bytes, struct crl_index **out, struct problem *why)
{
	return open_bytes(bytes, false, out, why);
}

static enum err
map_file(int fd, const char *path, struct span *out, struct problem *why)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) != 0)
		return problem_errno(why, errno, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return problem_set(why, ERR_SYNTAX, "", "%s: expected an index of a revocation list", path);
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return problem_errno(why, errno, "%s cannot be mapped", path);
	madvise(map, (size_t)st.st_size, MADV_RANDOM);
	*out = span_of(map, (size_t)st.st_size);
	return OK;
}

enum err
crl_index_open(const char *path, struct crl_index **out, struct problem *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct span bytes = { 0 };
	enum err err;

	*out = NULL;
	if (fd < 0)
		return problem_errno(why, errno, "%s", path);
	err = map_file(fd, path, &bytes, why);
	close(fd);
	if (err != OK)
		return err;
	return open_bytes(bytes, true, out, why) == OK ? OK : problem_within(why, "%s", path);
}

void
crl_index_close(struct crl_index *index)
{
	if (!index)
		return;
	if (index->mapped)
		munmap((void *)index->bytes.data, index->bytes.size);
	free(index);
}

/* What it is */

const struct crl_list *
crl_index_list(const struct crl_index *index)
{
	return &index->list;
}

uint64_t
crl_index_count(const struct crl_index *index)
{
	return index->head.count[CRL_SHORT] + index->head.count[CRL_LONG];
}

uint64_t
crl_index_critical(const struct crl_index *index)
{
	return index->head.critical;
}

const uint8_t *
crl_index_digest(const struct crl_index *index)
{
	return index->head.list_digest;
}

const uint8_t *
crl_index_signer(const struct crl_index *index)
{
	return index->head.key_digest;
}

const struct name_key *
crl_index_issuer(const struct crl_index *index)
{
	return &index->issuer;
}

const struct name_key *
crl_index_points(const struct crl_index *index, size_t *count)
{
	*count = index->point_count;
	return index->points;
}

/* Looking up */

static const uint8_t *
fence_of(const struct crl_index *index, enum crl_rows kind, uint64_t block)
{
	return index->bytes.data + index->head.fences_at + (index->first_fence[kind] + block) * CRL_FENCE;
}

/* The rows of a block, checked; empty: damaged. */
static struct span
block_of(const struct crl_index *index, enum crl_rows kind, uint64_t block)
{
	uint64_t first = block * crl_block_rows(kind), count = index->head.count[kind] - first;
	size_t size = crl_row_kinds[kind].size;
	struct record crc = record_of(span_of(fence_of(index, kind, block) + CRL_SERIAL_LARGEST, 4));
	struct span rows;

	if (count > crl_block_rows(kind))
		count = crl_block_rows(kind);
	rows = span_of(index->bytes.data + index->head.at[kind] + first * size, count * size);
	return libdeflate_crc32(0, rows.data, rows.size) == record_u32(&crc) ? rows : (struct span){ 0 };
}

/* One row; empty: there is none, or its block is damaged. */
static struct span
row_of(const struct crl_index *index, enum crl_rows kind, uint64_t n)
{
	uint64_t per = crl_block_rows(kind);
	size_t size = crl_row_kinds[kind].size;

	if (n >= index->head.count[kind])
		return (struct span){ 0 };
	return span_first(span_skip(block_of(index, kind, n / per), n % per * size), size);
}

/* The name of an issuer, for whoever asks; it may go over several blocks, each checked. */
static bool
name_of(const struct crl_index *index, uint64_t at, uint64_t size, struct span *out)
{
	uint64_t count = index->head.count[CRL_NAMES];

	if (size == 0 || size > count || at > count - size)
		return false;
	for (uint64_t block = at / CRL_BLOCK; block <= (at + size - 1) / CRL_BLOCK; block++)
		if (!block_of(index, CRL_NAMES, block).size)
			return false;
	*out = span_of(index->bytes.data + index->head.at[CRL_NAMES] + at, size);
	return true;
}

/* What stands beside an entry: false when it is damaged. */
static bool
read_beside(const struct crl_index *index, uint32_t n, struct crl_entry *out, struct name_key *issuer)
{
	struct span bytes = row_of(index, CRL_BESIDE, n);
	struct record row = record_of(bytes);
	uint64_t at, size;
	uint32_t number;

	out->revoked_at = record_instant(&row);
	out->invalid_from = record_instant(&row);
	number = record_u32(&row);
	if (row.broken)
		return false;
	if (number == 0)
		return true;
	row = record_of(row_of(index, CRL_ISSUERS, number - 1));
	bytes = record_bytes(&row, sizeof(issuer->bytes));
	at = record_u64(&row);
	size = record_u64(&row);
	if (row.broken)
		return false;
	memcpy(issuer->bytes, bytes.data, sizeof(issuer->bytes));
	return name_of(index, at, size, &out->issuer);
}

static bool
read_entry(const struct crl_index *index, struct span row, size_t key, struct crl_entry *out, struct name_key *issuer)
{
	struct record r = record_of(span_skip(row, key));
	uint32_t date = record_u32(&r), rest = record_u32(&r), reason = rest >> CRL_ROW_REASON;

	*out = (struct crl_entry){
		.revoked_at = { SECONDS((int64_t)date) },
		.reason = reason == CRL_ROW_NO_REASON ? CRL_NO_REASON : (int)reason,
		.unknown_critical = rest & CRL_ROW_CRITICAL,
	};
	*issuer = index->issuer;
	rest &= CRL_ROW_BESIDE;
	return rest == 0 || read_beside(index, rest - 1, out, issuer);
}

/* The first of so many blocks whose fence is not below the key. */
static uint64_t
first_fence_from(const struct crl_index *index, enum crl_rows kind, uint64_t blocks, const uint8_t *key)
{
	uint64_t low = 0, high = blocks;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (memcmp(fence_of(index, kind, middle), key, crl_row_kinds[kind].key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t
first_row_from(struct span rows, size_t size, const uint8_t *key, size_t key_size)
{
	size_t low = 0, high = rows.size / size;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(rows.data + middle * size, key, key_size) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Of two entries about one certificate: what revokes outweighs what removes, the earlier the later. */
static bool
outweighs(const struct crl_entry *a, const struct crl_entry *b)
{
	if ((a->reason == CRL_REASON_REMOVE) != (b->reason == CRL_REASON_REMOVE))
		return b->reason == CRL_REASON_REMOVE;
	return instant_before(a->revoked_at, b->revoked_at);
}

/* Rows of one serial stand together; they may go on in the next block. */
enum crl_found
crl_index_find(
    const struct crl_index *index, const struct name_key *issuer, struct span serial, struct crl_entry *entry)
{
	enum crl_rows kind = serial.size > crl_row_kinds[CRL_SHORT].key ? CRL_LONG : CRL_SHORT;
	size_t key_size = crl_row_kinds[kind].key, size = crl_row_kinds[kind].size;
	uint64_t blocks = crl_blocks(kind, index->head.count[kind]), block;
	enum crl_found found = CRL_ABSENT;
	uint8_t key[CRL_SERIAL_LARGEST];
	struct crl_entry one;
	struct name_key whose;

	*entry = (struct crl_entry){ .reason = CRL_NO_REASON };
	if (serial.size == 0 || serial.size > CRL_SERIAL_LARGEST)
		return CRL_ABSENT;
	crl_key_of(serial, key, key_size);
	block = first_fence_from(index, kind, blocks, key);
	for (block -= block > 0; block < blocks; block++) {
		struct span rows;

		if (memcmp(fence_of(index, kind, block), key, key_size) > 0)
			return found;
		rows = block_of(index, kind, block);
		if (!rows.size)
			return CRL_DAMAGED;
		rows = span_skip(rows, first_row_from(rows, size, key, key_size) * size);
		for (; rows.size; rows = span_skip(rows, size)) {
			if (memcmp(rows.data, key, key_size) != 0)
				return found;
			if (!read_entry(index, span_first(rows, size), key_size, &one, &whose))
				return CRL_DAMAGED;
			if (!name_key_equal(&whose, issuer) || (found == CRL_LISTED && !outweighs(&one, entry)))
				continue;
			*entry = one;
			entry->serial = serial;
			found = CRL_LISTED;
		}
	}
	return found;
}

bool
crl_index_sound(const struct crl_index *index)
{
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++)
		for (uint64_t block = 0; block < crl_blocks(k, index->head.count[k]); block++)
			if (!block_of(index, k, block).size)
				return false;
	return true;
}
