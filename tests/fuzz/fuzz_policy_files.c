/* tests/fuzz/fuzz_policy_files.c - a version's files read out of their block are packed into the same bytes again, and
 * each is found by its name.
 */
#include <assert.h>

#include "assurance/published_policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(1 * MIB);
	struct buffer again = buffer_init(POLICY_PACK_LARGEST);
	struct policy_files files;
	struct problem why;

	if (size < 64 * KIB && policy_files_unpack(&a, span_of(data, size), &files, &why) == OK) {
		policy_files_pack(&again, &files);
		assert(span_equal(buffer_span(&again), span_of(data, size)));
		for (size_t i = 0; i < files.count; i++) {
			assert(policy_file_name_valid(span_text(files.items[i].name)));
			assert(policy_file_find(&files, span_text(files.items[i].name)) == &files.items[i]);
		}
	}
	buffer_release(&again);
	arena_release(&a);
	return 0;
}
