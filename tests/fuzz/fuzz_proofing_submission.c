/* tests/fuzz/fuzz_proofing_submission.c - what a card's client posts is of one form, whole, within its bounds. */
#include <assert.h>

#include "base/arena.h"
#include "transaction/proofing/challenge.h"
#include "transaction/proofing/submission.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(16 * MIB);
	struct jpki_submission s;
	struct problem why = { 0 };
	struct span origin;

	if (proofing_submission_read(&a, span_of(data, size), &s, &origin, &why) == OK) {
		assert(s.form >= JPKI_CHALLENGE && s.form <= JPKI_XML && s.signature.size > 0);
		assert((s.form == JPKI_CHALLENGE) == (s.algorithm != NULL));
		assert((s.form == JPKI_CHALLENGE) == (s.certificate.size > 0));
		assert(s.signature.size <= PROOFING_SUBMISSION_LARGEST && s.certificate.size <= 64 * KIB);
		assert(origin.size <= PROOFING_ORIGIN_LARGEST && !s.content.size && !s.party.size && !s.purpose);
	} else {
		assert(why.code != OK && why.text[0]);
	}
	arena_release(&a);
	return 0;
}
