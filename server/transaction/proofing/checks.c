/* transaction/proofing/checks.c - what of revocation was asked for one certificate, as rows of the operation log. */
#include "transaction/proofing/checks.h"

#include "transaction/proofing/cost.h"
#include "transaction/proofing/figures.h"

void
proofing_checks_log(struct unit *unit, const struct proofing_settings *settings, const struct proofing_check *of,
    const struct revocation_trail *trail)
{
	struct proofing_check check = *of;

	proofing_count_answers(settings->figures, trail);
	cost_price(settings->costs, &check);
	if (trail->count == 0)
		proofing_check_log(unit, &check, settings->log_for);
	for (size_t n = 0; n < trail->count; n++) {
		/* The decisive one first. */
		size_t i = (trail->decisive + n) % trail->count;
		const struct revocation_asked *asked = &trail->asked[i];

		check.further = n > 0;
		check.kind = asked->kind;
		check.source = span_text(asked->source);
		check.status = asked->status;
		check.charged = asked->fresh;
		cost_price(settings->costs, &check);
		if (check.charged || !check.further)
			proofing_check_log(unit, &check, settings->log_for);
	}
}
