/* tests/fuzz/fuzz_agreement.c - what is read of a person's yes is a persona there is, and no more names than there are
 * kinds.
 */
#include <assert.h>

#include "codec/text.h"
#include "front/sign_on/agreement_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(512 * KIB);
	struct sign_on_agreement agreement;
	struct problem why;

	if (agreement_read(&a, span_of(data, size), &agreement, &why) == OK) {
		assert(agreement.persona > PERSONA_NONE && agreement.persona < PERSONAS);
		assert(agreement.purpose.size && utf8_valid(agreement.purpose));
		assert(agreement.items && agreement.item_count <= RELEASE_KINDS);
		for (size_t i = 0; i < agreement.item_count; i++)
			assert(agreement.items[i].size && agreement.items[i].size <= 64 &&
			    utf8_valid(agreement.items[i]));
	} else {
		assert(why.code != OK);
	}
	arena_release(&a);
	return 0;
}
