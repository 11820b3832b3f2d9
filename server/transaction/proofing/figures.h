/* transaction/proofing/figures.h - what is counted of proofing, for /metrics: how proofs came out, what sources of
 * revocation answered, and who links certificates. Nothing is counted by member: who had what checked is in the log.
 */
#pragma once

#include "http/figures.h"
#include "jpki/linkage.h"
#include "jpki/revocation.h"
#include "transaction/proofing/challenge.h"

/* Figures NULL: nothing is counted. */
void proofing_count_proof(struct figures *, enum jpki_purpose, enum outcome);
void proofing_count_answers(struct figures *, const struct revocation_trail *);
void proofing_count_linkage(struct figures *, enum continuity);

/* One line of them; `first`: its family begins. False: there are no more. */
struct proofing_figure {
	enum figure figure;
	const char *family, *help;
	const char *labels[2], *values[2]; /* the second may be NULL */
	bool first;
};
bool proofing_figure(size_t n, struct proofing_figure *out);
