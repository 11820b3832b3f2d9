/* front/authzen/budget.h - what one request may have of a worker, all its questions together: others wait for it
 * meanwhile. The size of its body is the route's (asked.h), and how often it may come is the caller's rate.
 */
#pragma once

#include "codec/reader.h"
#include "transaction/decision/evaluation.h"
#include "transaction/decision/vouching.h"

struct budget {
	size_t evaluations;      /* items of a batch */
	size_t decisions;        /* those of further frameworks counted */
	size_t statements;       /* different ones of vouchers, whichever questions they came with: a signature each */
	size_t advised;          /* refusals that are told the way up, which costs far more than deciding */
	size_t candidates;       /* of a search */
	size_t answer, results;  /* bytes: of decisions, of a search */
};
extern const struct budget budget;

/* The one sentence for what is too much: how many there may be, and how many there are. ERR_LIMIT. */
enum err budget_exceeded(const char *at, size_t most, const char *what, size_t found, struct problem *why);
/* The same of a list that was just read, of which the reader knows the pointer. */
void budget_fail(struct reader *, size_t most, const char *what, size_t found);
