/* transaction/proofing/figures.c - what is counted of proofing. */
#include "transaction/proofing/figures.h"

#include <assert.h>

static const enum jpki_purpose purposes[] = { JPKI_SIGNATURE, JPKI_AUTHENTICATION };
static const enum outcome outcomes[] = { ESTABLISHED, REFUTED, UNDETERMINED };
static const enum revocation_kind kinds[] = { REVOCATION_BY_CRL, REVOCATION_BY_OCSP, REVOCATION_BY_OPERATOR };
static const enum revocation_status statuses[] = {
	REVOCATION_GOOD, REVOCATION_REVOKED, REVOCATION_EXPIRED, REVOCATION_UNKNOWN, REVOCATION_UNAVAILABLE,
};
static const enum continuity continuities[] = {
	CONTINUITY_SAME, CONTINUITY_OTHER, CONTINUITY_UNKNOWN, CONTINUITY_UNAVAILABLE,
};
static_assert(FIGURE_REVOCATION_ANSWERS - FIGURE_PROOFS == COUNT(purposes) * COUNT(outcomes), "a figure for each");
static_assert(FIGURE_LINKAGES - FIGURE_REVOCATION_ANSWERS == COUNT(kinds) * COUNT(statuses), "a figure for each");
static_assert(FIGURE_COURIER_WAITING - FIGURE_LINKAGES == COUNT(continuities), "a figure for each");

void
proofing_count_proof(struct figures *f, enum jpki_purpose purpose, enum outcome outcome)
{
	for (size_t i = 0; i < COUNT(purposes); i++)
		for (size_t n = 0; n < COUNT(outcomes); n++)
			if (purposes[i] == purpose && outcomes[n] == outcome)
				figure_add(f, (enum figure)(FIGURE_PROOFS + i * COUNT(outcomes) + n), 1);
}

static void
count_answer(struct figures *f, enum revocation_kind kind, enum revocation_status status)
{
	for (size_t i = 0; i < COUNT(kinds); i++)
		for (size_t n = 0; n < COUNT(statuses); n++)
			if (kinds[i] == kind && statuses[n] == status)
				figure_add(f, (enum figure)(FIGURE_REVOCATION_ANSWERS + i * COUNT(statuses) + n), 1);
}

void
proofing_count_answers(struct figures *f, const struct revocation_trail *trail)
{
	for (size_t i = 0; i < trail->count; i++)
		count_answer(f, trail->asked[i].kind, trail->asked[i].status);
}

void
proofing_count_linkage(struct figures *f, enum continuity continuity)
{
	for (size_t i = 0; i < COUNT(continuities); i++)
		if (continuities[i] == continuity)
			figure_add(f, (enum figure)(FIGURE_LINKAGES + i), 1);
}

bool
proofing_figure(size_t n, struct proofing_figure *out)
{
	const size_t at = FIGURE_PROOFS + n;

	*out = (struct proofing_figure){ .figure = (enum figure)at };
	if (at < FIGURE_REVOCATION_ANSWERS) {
		out->family = "watashi_jpki_proofs_total";
		out->help = "Proofs answered, by purpose and outcome.";
		out->labels[0] = "purpose";
		out->values[0] = jpki_purpose_name(purposes[n / COUNT(outcomes)]);
		out->labels[1] = "outcome";
		out->values[1] = outcome_name(outcomes[n % COUNT(outcomes)]);
		out->first = at == FIGURE_PROOFS;
	} else if (at < FIGURE_LINKAGES) {
		n = at - FIGURE_REVOCATION_ANSWERS;
		out->family = "watashi_jpki_revocation_answers_total";
		out->help = "What sources answered for these proofs, by kind of source and status.";
		out->labels[0] = "kind";
		out->values[0] = revocation_kind_name(kinds[n / COUNT(statuses)]);
		out->labels[1] = "status";
		out->values[1] = revocation_status_name(statuses[n % COUNT(statuses)]);
		out->first = n == 0;
	} else {
		n = at - FIGURE_LINKAGES;
		out->family = "watashi_jpki_linkages_total";
		out->help = "Questions which certificates are one person's, by what came of them.";
		out->labels[0] = "continuity";
		out->values[0] = continuity_name(continuities[n < COUNT(continuities) ? n : 0]);
		out->first = n == 0;
	}
	return at < FIGURE_COURIER_WAITING;
}
