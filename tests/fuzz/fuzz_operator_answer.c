/* tests/fuzz/fuzz_operator_answer.c - whatever an operator's API says comes out as one of the statuses it may tell,
 * with a sentence wherever it is not good; and never good for what is of another time. */
#include <assert.h>

#include "jpki/operator_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct instant now = { SECONDS(1795305600) }; /* 2026-11-22T00:00:00Z */
	struct revocation_answer answer;

	operator_answer_judge(span_of(data, size), SECONDS(86400), SECONDS(60), now, &answer);
	assert(answer.status != REVOCATION_NOT_CHECKED);
	assert((answer.status == REVOCATION_GOOD) == (answer.text[0] == '\0'));
	if (answer.status != REVOCATION_UNAVAILABLE)
		assert(answer.this_update.us <= now.us + SECONDS(60) &&
		       answer.this_update.us >= now.us - SECONDS(86460));
	assert(answer.status == REVOCATION_REVOKED || (answer.reason == -1 && answer.revoked_at.us == 0));
	return 0;
}
