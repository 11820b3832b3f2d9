/* front/authzen/budget.c - what one request may have of a worker. */
#include "front/authzen/budget.h"

#include <stdio.h>

const struct budget budget = {
	.evaluations = 64,
	.decisions = EVALUATIONS_LARGEST,
	.statements = VOUCHING_STATEMENTS,
	.advised = 8,
	.candidates = 256,
	.answer = 16 * MIB,
	.results = 4 * MIB,
};

enum err
budget_exceeded(const char *at, size_t most, const char *what, size_t found, struct problem *why)
{
	return problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu %s, found %zu", at, most, what, found);
}

void
budget_fail(struct reader *r, size_t most, const char *what, size_t found)
{
	char expected[128], counted[32];

	snprintf(expected, sizeof(expected), "at most %zu %s", most, what);
	snprintf(counted, sizeof(counted), "%zu", found);
	reader_fail(r, expected, counted);
}
