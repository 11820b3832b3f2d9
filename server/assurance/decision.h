/* assurance/decision.h - a question, the engine's answer, and both as JSON.
 *
 *     question (facts, framework, profile or levels) -> decide -> decision -> decision_write (answer), decision_entry (ledger)
 */
#pragma once

#include "assurance/advice.h"

#define ENGINE_VERSION "1" /* grows when the same policy and facts may lead to another result */

struct question {
	const struct framework *framework;
	const struct profile *profile;   /* NULL: none */
	struct demand demand;            /* the profile's, or the asker's own */
	const struct facts *facts;
	struct instant at;
	bool advise;                     /* advice costs; only when refused */
};

struct decision {
	const struct question *question;
	struct evaluation evaluation;
	bool permit;
	struct advice advice[ADVICE_READINGS]; /* when asked for, and refused; else empty */
};
void decide(const struct question *, struct decision *out);

/* Members of an answer's context, without braces (policy.md 3): "levels", "failed", "unknown", "disregarded", "advice",
 * "acr_values", "policy". Texts in both languages. */
void decision_write(struct buffer *, const struct decision *);

/* "result" as the ledger keeps it: canonical JSON of permit, levels reached and possible, and failed and unknown criteria.
 * The same question gives the same bytes. */
void decision_result_write(struct buffer *, const struct decision *);
