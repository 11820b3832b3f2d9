/* assurance/decision.h - a question, the engine's answer, and both as JSON.
 *
 *     question (facts, framework, profile or levels) -> decide -> decision -> decision_write: the answer
 *                                                                          -> decision_result_write: the ledger's
 */
#pragma once

#include "assurance/advice.h"
#include "base/buffer.h"

#define ENGINE_VERSION "1" /* grows when the same policy and facts may lead to another result */

struct question {
	const struct framework *framework;
	const struct profile *profile;   /* NULL: none */
	struct demand demand;            /* the profile's, or the asker's own */
	const struct facts *facts;
	struct instant at;
	bool advise;                     /* advice costs; only when refused */
	bool step_up;                    /* only when refused: what a login alone would bring, also without advice */
};

struct decision {
	const struct question *question;
	struct evaluation evaluation;
	bool permit;
	bool advised;                    /* asked for, and refused; else there is none */
	struct advice advice[ADVICE_READINGS];
	/* Of what is required and not reached, that which the person's login alone would reach (ADVICE_AT_LOGIN). */
	struct requirement login[REQUIREMENTS_LARGEST];
	size_t login_count;
	bool login_suffices;             /* and it would reach all at once */
	bool login_cut_off;              /* looking for it was: a login may bring more than is told */
	uint32_t login_amr; /* methods (framework.h) of that login: for all at once, else for each by itself */
};
void decide(const struct question *, struct decision *out);

/* Members of an answer's context, without braces (policy.md 3): "levels", "unmet", "failed", "unknown", "disregarded",
 * "advice", "acr_values", "amr_values", "login_search", "policy". Texts in both languages.
 *
 * A person reads "failed" and "unknown", and must see what matters: not all that is false, but of an area where
 * something is required the criteria up to that level, of every other area those up to the next level above what is
 * reached, and what bars all. The ledger's result has all. */
void decision_write(struct buffer *, const struct decision *);

/* `,"obligations":[{"type":"step-up",…}]` (AuthZEN Obligations 1.0, draft 1), to stand after other members, when a
 * login alone leads to permit: every level that is required and not reached has an acr, and all the steps are the
 * person's, where they sit. Else nothing. */
void decision_obligations_write(struct buffer *, const struct decision *);

/* "result" as the ledger keeps it: canonical JSON of permit, levels reached, and possible where that is more, and
 * failed and unknown criteria, all of them. The same question gives the same bytes. */
void decision_result_write(struct buffer *, const struct decision *);
