/* jpki/crl_sheet.h - the rows of one kind on their way into an index file (crl_layout.h): block after block, in their
 * order, each with its fence.
 */
#pragma once

#include "jpki/crl_layout.h"

/* The file while it is made; it remembers its first failure, and nothing happens to it after that. */
struct crl_file {
	int fd, error;               /* errno */
};
void crl_file_write(struct crl_file *, uint64_t at, struct span bytes);
/* Of what was written; short, it is a failure. */
void crl_file_read(struct crl_file *, uint64_t at, uint8_t *out, size_t size);

struct crl_sheet {
	struct crl_file *file;
	enum crl_rows kind;
	uint64_t at;                 /* in the file, of what waits */
	uint8_t *waiting;            /* rows, from the beginning of a block on */
	size_t size;
	uint8_t *fences;             /* kept until the end: only then it is known where they go */
	size_t fences_size, fences_room;
};

/* The rows' place in the file. */
struct crl_sheet crl_sheet_of(struct crl_file *, enum crl_rows, uint64_t at);
void crl_sheet_add(struct crl_sheet *, struct span rows);
/* Where the next row is to be put, before anything else is added; not of names. */
uint8_t *crl_sheet_room(struct crl_sheet *);
/* Writes what still waits: the last block may be a short one. Its fences are the sheet's. */
struct span crl_sheet_end(struct crl_sheet *);
void crl_sheet_release(struct crl_sheet *);
