/* jpki/crl_sheet.c - the rows of one kind on their way into an index file. */
#include "jpki/crl_sheet.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include <libdeflate.h>

#define BLOCKS 64            /* written with one call */

/* The file */

void
crl_file_write(struct crl_file *file, uint64_t at, struct span bytes)
{
	while (bytes.size && !file->error) {
		ssize_t n = pwrite(file->fd, bytes.data, bytes.size, (off_t)at);

		if (n < 0 && errno != EINTR)
			file->error = errno;
		if (n <= 0)
			continue;
		at += (uint64_t)n;
		bytes = span_skip(bytes, (size_t)n);
	}
}

void
crl_file_read(struct crl_file *file, uint64_t at, uint8_t *out, size_t size)
{
	while (size && !file->error) {
		ssize_t n = pread(file->fd, out, size, (off_t)at);

		if (n == 0 || (n < 0 && errno != EINTR))
			file->error = n ? errno : EIO;
		if (n <= 0)
			continue;
		at += (uint64_t)n;
		out += n;
		size -= (size_t)n;
	}
}

/* Rows */

static size_t
block_size(enum crl_rows kind)
{
	return crl_block_rows(kind) * crl_row_kinds[kind].size;
}

struct crl_sheet
crl_sheet_of(struct crl_file *file, enum crl_rows kind, uint64_t at)
{
	struct crl_sheet sheet = { .file = file, .kind = kind, .at = at, .waiting = malloc(BLOCKS * CRL_BLOCK) };

	if (!sheet.waiting)
		abort();
	return sheet;
}

static void
put_fence(struct crl_sheet *sheet, struct span block)
{
	uint32_t crc = htobe32(libdeflate_crc32(0, block.data, block.size));
	uint8_t *fence;

	if (sheet->fences_size == sheet->fences_room) {
		sheet->fences_room = sheet->fences_room ? 2 * sheet->fences_room : 64 * CRL_FENCE;
		sheet->fences = realloc(sheet->fences, sheet->fences_room);
		if (!sheet->fences)
			abort();
	}
	fence = sheet->fences + sheet->fences_size;
	sheet->fences_size += CRL_FENCE;
	memset(fence, 0, CRL_FENCE);
	memcpy(fence, block.data, crl_row_kinds[sheet->kind].key);
	memcpy(fence + CRL_SERIAL_LARGEST, &crc, sizeof(crc));
}

/* Whole blocks, but for the very last one. */
static void
write_blocks(struct crl_sheet *sheet, struct span rows)
{
	size_t block = block_size(sheet->kind);

	crl_file_write(sheet->file, sheet->at, rows);
	sheet->at += rows.size;
	for (; rows.size; rows = span_skip(rows, block))
		put_fence(sheet, span_first(rows, block));
}

static void
flush(struct crl_sheet *sheet)
{
	write_blocks(sheet, span_of(sheet->waiting, sheet->size));
	sheet->size = 0;
}

uint8_t *
crl_sheet_room(struct crl_sheet *sheet)
{
	size_t size = crl_row_kinds[sheet->kind].size;

	if (sheet->size + size > BLOCKS * block_size(sheet->kind))
		flush(sheet);
	sheet->size += size;
	return sheet->waiting + sheet->size - size;
}

void
crl_sheet_add(struct crl_sheet *sheet, struct span rows)
{
	size_t block = block_size(sheet->kind), room = BLOCKS * block;

	while (rows.size) {
		size_t open = sheet->size % block, size = room - sheet->size;

		/* Many at once are not copied, once the block that was begun is full. */
		if (rows.size >= room && open)
			size = block - open;
		if (rows.size >= room && !open) {
			flush(sheet);
			size = rows.size - rows.size % block;
			write_blocks(sheet, span_first(rows, size));
		} else {
			size = size < rows.size ? size : rows.size;
			memcpy(sheet->waiting + sheet->size, rows.data, size);
			sheet->size += size;
			if (sheet->size == room)
				flush(sheet);
		}
		rows = span_skip(rows, size);
	}
}

struct span
crl_sheet_end(struct crl_sheet *sheet)
{
	flush(sheet);
	return span_of(sheet->fences, sheet->fences_size);
}

void
crl_sheet_release(struct crl_sheet *sheet)
{
	free(sheet->waiting);
	free(sheet->fences);
	*sheet = (struct crl_sheet){ .size = 0 };
}
