/* tests/fuzz/fuzz_signed_info.c - what is read as a SignedInfo is written back as the same bytes. */
#include <assert.h>

#include "crypto/xmldsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(64 * KIB);
	struct span input = span_of(data, size), again;
	struct signed_info info;
	struct problem why;

	if (signed_info_read(input, &info, &why) == OK)
		assert(signed_info_write(&info, &a, &again, &why) == OK && span_equal(again, input));
	else
		assert(why.code == ERR_SYNTAX && info.key == KEY_UNKNOWN);
	arena_release(&a);
	return 0;
}
