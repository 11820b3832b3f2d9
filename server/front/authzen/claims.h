/* front/authzen/claims.h - what the asker states of one question, wherever in it that stands.
 *
 * A claim is an object of facts, a property that access.h calls a fact, or the id of a part that is one. Which of two
 * that contradict each other is meant nobody here can tell: that is told at the end, when all has been read.
 */
#pragma once

#include "assurance/facts.h"
#include "front/authzen/asked.h"

struct claims {
	struct arena *scratch;
	const struct access *access;
	const struct asked *asked;
	struct facts *facts;         /* the question's: claims are added to them, by their dictionary */
	struct instant now;
	/* Their own. */
	const struct claim *last;
	unsigned misnamed;           /* the id of this part (a bit) is out of its fact's domain, or contradicted */
	struct problem contradiction; /* code OK: none */
};

/* Of a subject, action or resource: its id, its properties and its object of facts. */
enum err claims_take(struct claims *, enum part, struct problem *why);
/* The context's object of facts at hand, after all others; what is wrong with it the reader tells. */
void claims_take_last(struct claims *, struct reader *);
/* ERR_INVALID: two claims contradict each other. */
enum err claims_agree(const struct claims *, struct problem *why);
