/* tests/fuzz/fuzz_fido_model.c - an entry of a metadata BLOB, and a model as a row keeps it: what is read once is
 * written, and read again as the same.
 */
#include <assert.h>

#include "authn/fido_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(const struct fido_model *model)
{
	struct buffer first = buffer_init(4 * MIB), second = buffer_init(4 * MIB);
	struct fido_model again;

	fido_model_write(&first, model);
	assert(!first.overflowed && fido_model_decode(buffer_span(&first), &again));
	fido_model_write(&second, &again);
	assert(span_equal(buffer_span(&first), buffer_span(&second)));
	buffer_release(&first);
	buffer_release(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(64 * MIB);
	struct reader r = reader_json(&a, span_of(data, size), (struct limits){ .bytes = MIB, .depth = 12,
	    .members = 65536 });
	struct fido_model model;

	if (fido_model_read(&r, &model) && reader_end(&r, NULL) == OK)
		write_again(&model);
	if (fido_model_decode(span_of(data, size), &model))
		write_again(&model);
	arena_release(&a);
	return 0;
}
