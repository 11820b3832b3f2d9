/* base/record.h - reading our own binary records: big-endian integers and sized blocks, as buffer.h writes them.
 *
 * The reader remembers its first failure: past the end every read gives zero, and the caller asks
 * record_whole() once, at the end.
 */
#pragma once

#include "base/id.h"

struct record {
	struct span rest; /* what is still to be read */
	bool broken;
};

static inline struct record
record_of(struct span bytes)
{
	return (struct record){ .rest = bytes };
}

uint8_t record_u8(struct record *);
uint16_t record_u16(struct record *);
uint32_t record_u32(struct record *);
uint64_t record_u64(struct record *);
struct span record_bytes(struct record *, size_t size);

/* So many bytes into `out`. */
void record_copy(struct record *, void *out, size_t size);
struct id record_id(struct record *);
struct instant record_instant(struct record *);
/* What is neither 0 nor 1 is not ours. */
bool record_flag(struct record *);

/* Its size as u32, then the bytes; borrowed from what is read. */
struct span record_block(struct record *);

/* Nothing broken, nothing left over. */
bool record_whole(const struct record *);
