/* jpki/crl_layout.c - what the file of an index looks like. */
#include "jpki/crl_layout.h"

#include <assert.h>

#include "base/buffer.h"
#include "base/record.h"

static const char magic[16] = "watashi crl 1\n";

const struct crl_row_kind crl_row_kinds[CRL_ROW_KINDS] = {
	[CRL_SHORT] = { 20, CRL_KEY },
	[CRL_LONG] = { 32, CRL_SERIAL_LARGEST },
	[CRL_BESIDE] = { 24, 0 },
	[CRL_ISSUERS] = { 48, 0 },
	[CRL_NAMES] = { 1, 0 },
};

uint64_t
crl_block_rows(enum crl_rows kind)
{
	return CRL_BLOCK / crl_row_kinds[kind].size;
}

uint64_t
crl_blocks(enum crl_rows kind, uint64_t count)
{
	return (count + crl_block_rows(kind) - 1) / crl_block_rows(kind);
}

void
crl_head_place(struct crl_head *head)
{
	uint64_t at = CRL_BLOCK, blocks = 0;

	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++) {
		head->at[k] = at;
		at += head->count[k] * crl_row_kinds[k].size;
		blocks += crl_blocks(k, head->count[k]);
	}
	head->fences_at = at;
	head->list_at = at + blocks * CRL_FENCE;
	head->size = head->list_at + head->list_size;
}

void
crl_head_write(const struct crl_head *head, uint8_t block[CRL_BLOCK])
{
	struct buffer b = buffer_init(CRL_HEAD_SIGNED);

	buffer_add(&b, span_of(magic, sizeof(magic)));
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++)
		buffer_u64(&b, head->count[k]);
	buffer_u64(&b, head->list_size);
	buffer_u64(&b, head->critical);
	buffer_add(&b, span_of(head->list_digest, CRL_DIGEST));
	buffer_add(&b, span_of(head->key_digest, CRL_DIGEST));
	assert(!b.overflowed);
	memset(block, 0, CRL_BLOCK);
	memcpy(block, buffer_span(&b).data, buffer_span(&b).size);
	buffer_release(&b);
}

bool
crl_head_read(const uint8_t block[CRL_BLOCK], uint64_t size, struct crl_head *out)
{
	struct record r = record_of(span_of(block, CRL_HEAD_SIGNED));

	*out = (struct crl_head){ 0 };
	if (!span_equal(record_bytes(&r, sizeof(magic)), span_of(magic, sizeof(magic))))
		return false;
	for (enum crl_rows k = 0; k < CRL_ROW_KINDS; k++) {
		out->count[k] = record_u64(&r);
		/* No list gives rise to more: sums below cannot overflow. */
		if (out->count[k] > CRL_LARGEST)
			return false;
	}
	out->list_size = record_u64(&r);
	out->critical = record_u64(&r);
	memcpy(out->list_digest, record_bytes(&r, CRL_DIGEST).data, CRL_DIGEST);
	memcpy(out->key_digest, record_bytes(&r, CRL_DIGEST).data, CRL_DIGEST);
	if (out->list_size > CRL_SHELL_LARGEST)
		return false;
	crl_head_place(out);
	return out->size == size;
}
