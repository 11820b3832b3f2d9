/* tests/fuzz/fuzz_said.c - answers and notices that are read whole are written again as the same bytes. */
#include <assert.h>

#include "store/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span message = span_of(data, size);
	struct buffer b = buffer_init(64 * KIB + 2 * size);
	struct answer answer;
	struct notice notice;
	struct record r;
	uint64_t generation;
	enum said said = said_read(message, &r, &generation);

	assert(said == SAID_NOTHING || said == SAID_ANSWERS || said == SAID_NOTICES);
	if (said == SAID_ANSWERS) {
		answers_begin(&b);
		while (answers_next(&r, &answer))
			answers_add(&b, &answer);
	} else if (said == SAID_NOTICES) {
		notices_begin(&b, generation);
		while (notices_next(&r, &notice))
			notices_add(&b, notice.table_number, notice.key);
	}
	if (said == SAID_NOTHING)
		assert(size == 0 || (data[0] != SAID_ANSWERS && data[0] != SAID_NOTICES) ||
		    size < 1 + sizeof(uint64_t));
	else if (record_whole(&r))
		assert(span_equal(buffer_span(&b), message));
	else
		assert(buffer_span(&b).size <= size);
	buffer_release(&b);
	return 0;
}
