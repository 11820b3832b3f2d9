/* tests/fuzz/fuzz_receipt.c - a receipt read is written as the same bytes; its proof is looked at whatever it says, and
 * leads from at most one of its leaves to the root it leads to. */
#include <assert.h>

#include "ledger/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* With the hashes of the proof as whatever a verifier is given: it must come to an end, and to no contradiction. */
static void
check_proof(const struct receipt *r)
{
	const struct hash *first = &r->proof.path[0], *last = &r->proof.path[r->proof.count ? r->proof.count - 1 : 0];
	const uint64_t sizes[] = { 0, 1, r->index, r->index + 1, r->index * 2, UINT64_MAX };
	struct hash other = *first;

	other.bytes[0] ^= 1;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		bool holds = merkle_inclusion_holds(first, r->index, sizes[i], &r->proof, last);

		/* A root that is one of its own proof's hashes would be a collision, but for the tree of one leaf. */
		assert(!holds || (sizes[i] == 1 && r->proof.count == 0));
		assert(!holds || !merkle_inclusion_holds(&other, r->index, sizes[i], &r->proof, last));
		holds = merkle_consistency_holds(r->index, sizes[i], &r->proof, first, last);
		assert(!holds || (sizes[i] == r->index && r->proof.count == 0));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(8 * size + 512 * KIB);
	struct buffer b = buffer_init(size + 1);
	struct note_key key = { .name = span_text("nobody.example") };
	struct problem why;
	struct receipt r;

	if (receipt_read(&a, span_of(data, size), &r, &why) == OK) {
		assert(r.proof.count <= MERKLE_PATH);
		receipt_write(&b, &r);
		assert(!b.overflowed && span_equal(buffer_span(&b), span_of(data, size)));
		check_proof(&r);
		memset(key.key, 0xff, sizeof(key.key));
		assert(receipt_verify(&r, span_of(data, size), key.name, &key, 1, &a, &why) != OK && why.text[0]);
	} else {
		assert((why.code == ERR_SYNTAX || why.code == ERR_LIMIT) && why.text[0] && r.checkpoint.size == 0);
	}
	buffer_release(&b);
	arena_release(&a);
	return 0;
}
