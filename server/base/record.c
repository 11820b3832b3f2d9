/* base/record.c - reading our own binary records. */
#include "base/record.h"

struct span
record_bytes(struct record *r, size_t size)
{
	struct span taken = { r->rest.data, size };

	if (r->broken || r->rest.size < size) {
		*r = (struct record){ .broken = true };
		return (struct span){ 0 };
	}
	r->rest = span_skip(r->rest, size);
	return taken;
}

static uint64_t
take_integer(struct record *r, size_t size)
{
	struct span bytes = record_bytes(r, size);
	uint64_t value = 0;

	for (size_t i = 0; i < bytes.size; i++)
		value = value << 8 | bytes.data[i];
	return value;
}

uint8_t
record_u8(struct record *r)
{
	return (uint8_t)take_integer(r, 1);
}

uint16_t
record_u16(struct record *r)
{
	return (uint16_t)take_integer(r, 2);
}

uint32_t
record_u32(struct record *r)
{
	return (uint32_t)take_integer(r, 4);
}

uint64_t
record_u64(struct record *r)
{
	return take_integer(r, 8);
}

void
record_copy(struct record *r, void *out, size_t size)
{
	struct span bytes = record_bytes(r, size);

	memset(out, 0, size);
	if (bytes.size)
		memcpy(out, bytes.data, bytes.size);
}

struct id
record_id(struct record *r)
{
	struct id id;

	record_copy(r, id.bytes, sizeof(id.bytes));
	return id;
}

struct instant
record_instant(struct record *r)
{
	return (struct instant){ (int64_t)record_u64(r) };
}

bool
record_flag(struct record *r)
{
	uint8_t flag = record_u8(r);

	if (flag > 1)
		*r = (struct record){ .broken = true };
	return flag == 1;
}

struct span
record_block(struct record *r)
{
	return record_bytes(r, record_u32(r));
}

bool
record_whole(const struct record *r)
{
	return !r->broken && r->rest.size == 0;
}
