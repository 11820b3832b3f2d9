/* front/authzen/answered.h - one question's answer as JSON: what was decided, or why nothing was. */
#pragma once

#include "base/buffer.h"
#include "transaction/decision/evaluation.h"

struct answered {
	const struct problem *problem;           /* it alone is not decided; NULL: it is */
	const struct evaluation_answer *answers; /* of the framework asked for, then of further ones */
	size_t count;
	bool step_up;                            /* the caller supports obligations of that kind */
	bool advice_omitted;                     /* of so many refusals not every one gets some */
};

/* `base_url`: without the slash at its end, receipts are below it. */
void answered_write(struct buffer *, const char *base_url, struct instant now, const struct answered *);
