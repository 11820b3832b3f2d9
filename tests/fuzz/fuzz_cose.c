/* tests/fuzz/fuzz_cose.c - a key that is taken has all its parts, within its bytes, and is the same when read again. */
#include <assert.h>

#include <openssl/evp.h>

#include "crypto/cose.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool
within(struct span part, struct span whole)
{
	return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cose_key key, again;
	EVP_PKEY *opened = NULL;
	size_t used, used_again;

	if (cose_key_read(span_of(data, size), 1024, &key, &used, NULL) != OK)
		return 0;
	assert(key.algorithm && !key.algorithm->attests && used <= size && key.bytes.size == used);
	assert(within(key.x, key.bytes) && within(key.y, key.bytes) && within(key.n, key.bytes) &&
	    within(key.e, key.bytes));
	assert(key.algorithm->curve ? key.x.size > 0 && key.n.size == 0 : key.n.size >= 128 && key.e.size > 0);
	assert(cose_key_read(key.bytes, 1024, &again, &used_again, NULL) == OK && used_again == used &&
	    again.algorithm == key.algorithm);
	if (cose_key_open(&key, &opened, NULL) == OK) {
		bool good = true;

		assert(cose_verify(key.algorithm, opened, &key.bytes, 1, key.bytes, &good, NULL) == OK && !good);
		EVP_PKEY_free(opened);
	}
	return 0;
}
