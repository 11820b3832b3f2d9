/* tests/fuzz/fuzz_linkage_answer.c - whatever an operator's API says of linked certificates is either an answer of this
 * time, each with its issuer's key and a serial that a certificate may have, or none at all and a sentence why. */
#include <assert.h>

#include "jpki/linkage_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct instant now = { SECONDS(1795305600) }; /* 2026-11-22T00:00:00Z */
	struct arena a = arena_init(LINKAGE_ARENA);
	struct linkage_answer answer;

	linkage_answer_judge(&a, span_of(data, size), SECONDS(86400), SECONDS(60), now, &answer);
	assert(answer.answered == (answer.text[0] == '\0'));
	assert(answer.count <= LINKED_LARGEST);
	assert(answer.answered || (answer.count == 0 && !answer.complete));
	for (size_t i = 0; i < answer.count; i++) {
		const struct linked *l = &answer.linked[i];

		assert(l->issuer_key_id.size >= 1 && l->issuer_key_id.size <= 64);
		assert(l->serial.size >= 1 && l->serial.size <= X509_SERIAL_LARGEST + (l->serial.data[0] == 0));
		assert(l->serial.data[0] < 0x80 && (l->serial.data[0] || l->serial.data[1] >= 0x80));
	}
	arena_release(&a);
	return 0;
}
