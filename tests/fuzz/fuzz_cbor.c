/* tests/fuzz/fuzz_cbor.c - what is taken of CBOR libcbor's tree takes, too, and writes again as the same bytes. */
#include <assert.h>
#include <stdlib.h>

#include <cbor.h>

#include "codec/cbor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cbor_load_result result;
	unsigned char *again = NULL;
	struct concise r;
	struct span item;
	size_t used, room = 0;
	cbor_item_t *tree;

	concise_begin(&r, span_of(data, size));
	item = concise_raw(&r);
	if (concise_end_within(&r, &used, NULL) != OK)
		return 0;
	assert(item.data == data && item.size == used && used <= size && used > 0);
	tree = cbor_load(data, size, &result);
	assert(tree && result.error.code == CBOR_ERR_NONE && result.read == used);
	/* Floats of two bytes have more than one way to say that they are no number. */
	if (cbor_serialize_alloc(tree, &again, &room) == used && !memchr(data, 0xf9, used))
		assert(memcmp(again, data, used) == 0);
	free(again);
	cbor_decref(&tree);
	return 0;
}
