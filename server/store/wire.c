/* store/wire.c - writing and reading what the recorder says. */
#include "store/wire.h"

void
answers_begin(struct buffer *b)
{
	buffer_clear(b);
	buffer_u8(b, SAID_ANSWERS);
}

void
answers_add(struct buffer *b, const struct answer *a)
{
	buffer_id(b, &a->id);
	buffer_u8(b, (uint8_t)a->committed.code);
	buffer_u64(b, a->committed.generation);
	buffer_u32(b, (uint32_t)a->committed.operation);
}

void
notices_begin(struct buffer *b, uint64_t generation)
{
	buffer_clear(b);
	buffer_u8(b, SAID_NOTICES);
	buffer_u64(b, generation);
}

void
notices_add(struct buffer *b, size_t table_number, struct span key)
{
	buffer_u16(b, (uint16_t)table_number);
	buffer_u16(b, (uint16_t)key.size);
	buffer_add(b, key);
}

enum said
said_read(struct span message, struct record *out, uint64_t *generation)
{
	unsigned kind;

	*out = record_of(message);
	kind = record_u8(out);
	*generation = kind == SAID_NOTICES ? record_u64(out) : 0;
	return !out->broken && (kind == SAID_ANSWERS || kind == SAID_NOTICES) ? (enum said)kind : SAID_NOTHING;
}

bool
answers_next(struct record *r, struct answer *out)
{
	struct span id;
	unsigned code;

	if (r->broken || r->rest.size == 0)
		return false;
	id = record_bytes(r, sizeof(out->id.bytes));
	code = record_u8(r);
	out->committed.generation = record_u64(r);
	out->committed.operation = record_u32(r);
	if (r->broken || code > ERR_CRYPTO) {
		r->broken = true;
		return false;
	}
	memcpy(out->id.bytes, id.data, id.size);
	out->committed.code = (enum err)code;
	return true;
}

bool
notices_next(struct record *r, struct notice *out)
{
	if (r->broken || r->rest.size == 0)
		return false;
	out->table_number = record_u16(r);
	out->key = record_bytes(r, record_u16(r));
	return !r->broken;
}
