/* assurance/decision.c - the engine's answer to a question. */
#include "assurance/decision.h"

/* Of the levels required and not reached, those that a login would bring by itself: one by one, and all at once. */
static void
ask_login(const struct question *q, struct decision *out)
{
	uint32_t each = 0, all = 0;
	enum advice_way way;

	for (size_t i = 0; i < q->demand.count; i++) {
		const struct requirement *r = &q->demand.items[i];
		struct demand one = { { *r }, 1 };

		if (requirement_met(r, out->evaluation.areas[r->area].reached))
			continue;
		way = advisable(&out->evaluation, &one, q->facts, ADVICE_AT_LOGIN, &each);
		if (way == ADVICE_WAY)
			out->login[out->login_count++] = *r;
		out->login_cut_off = out->login_cut_off || way == ADVICE_CUT_OFF;
	}
	way = advisable(&out->evaluation, &q->demand, q->facts, ADVICE_AT_LOGIN, &all);
	out->login_suffices = way == ADVICE_WAY;
	out->login_cut_off = out->login_cut_off || way == ADVICE_CUT_OFF;
	out->login_amr = out->login_suffices ? all : each;
}

void
decide(const struct question *q, struct decision *out)
{
	bool mendable;

	out->question = q;
	out->login_count = 0;
	out->login_suffices = out->login_cut_off = false;
	out->login_amr = 0;
	evaluate(q->framework, q->profile, q->facts, &out->evaluation);
	out->permit = demand_met(&q->demand, &out->evaluation);
	mendable = !out->permit && q->demand.count > 0;
	out->advised = q->advise && mendable;
	/* Its arrays are large, and a decision is made in a few microseconds. */
	for (int reading = 0; reading < ADVICE_READINGS; reading++)
		advice_clear(&out->advice[reading]);
	if (out->advised)
		advise_all(&out->evaluation, &q->demand, q->facts, out->advice);
	if (mendable && (q->advise || q->step_up))
		ask_login(q, out);
}
