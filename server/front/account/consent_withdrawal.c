/* front/account/consent_withdrawal.c - DELETE /v1/account/consents/{id}: a person takes back what they agreed to, and
 * what the relying party holds by it ends.
 *
 *     consent -> withdrawn, what was given ended, its clients to be told: one unit -> what was given meanwhile -> …
 *         until there is none
 *
 * Whoever signs on in this moment has judged the consent as it was, so after the first unit nobody does by it: the
 * round after it finds the last. Done again it goes on where it was interrupted.
 */
#include "front/account/visit.h"
#include "ledger/entry.h"
#include "person/consent.h"
#include "person/history.h"
#include "transaction/grant/given.h"
#include "transaction/logout/logout_notice.h"

struct withdrawing {
	struct visit visit;          /* first */
	struct ask ask;
	struct consent consent;
	bool changed;                /* and not written yet */
};

static on_loaded on_consent;
static on_given on_held;

static void
go_on_withdrawing(struct visit *v, const struct account_access *access)
{
	struct withdrawing *w = (struct withdrawing *)v;
	struct id id;

	(void)access;
	if (!ledger_id_read(v->exchange->segment, &id)) {
		problem_set(&v->why, ERR_NOT_FOUND, "", "you have given no such consent");
		visit_refuse(v);
		return;
	}
	w->ask = consent_ask(v->exchange->arena, &v->account.id, &id);
	exchange_hold(v->exchange, store_load(v->front->store, &w->ask, 1, on_consent, w));
}

static void
find_held(struct visit *v)
{
	struct withdrawing *w = (struct withdrawing *)v;
	const struct given wanted = { .account = v->account.id, .entity_id = w->consent.relying_party, .now = v->now };

	exchange_hold(v->exchange, given_find(v->front->store, v->exchange->arena, &wanted, on_held, w));
}

static void
on_consent(void *arg, enum err err, const struct problem *why)
{
	struct withdrawing *w = arg;
	struct visit *v = &w->visit;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		v->why = *why;
	else
		err = consent_loaded(v->exchange->arena, &w->ask, &w->consent, &v->why);
	if (err == OK)
		err = consent_withdraw(&w->consent, v->now, &w->changed, &v->why);
	if (err == OK)
		find_held(v);
	else
		visit_refuse(v);
}

static void
put_consent(struct withdrawing *w, struct unit *unit)
{
	struct visit *v = &w->visit;

	if (!w->changed)
		return;
	w->changed = false;
	consent_put(unit, v->exchange->arena, &v->account.id, &w->consent);
	history_add(unit, &v->account.id, &(struct history_event){ .kind = HISTORY_CONSENT_WITHDRAWN, .at = v->now,
	    .actor = span_text("person"), .name = w->consent.name, .detail = w->consent.purpose });
}

static void
on_held(void *arg, enum err err, const struct grant *held, size_t count, const struct problem *why)
{
	struct withdrawing *w = arg;
	struct visit *v = &w->visit;
	struct unit *unit;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		v->why = *why;
		visit_refuse(v);
		return;
	}
	if (!w->changed && !count) {
		visit_done(v);
		return;
	}
	unit = visit_unit(v);
	put_consent(w, unit);
	given_end(unit, held, count, v->now);
	given_tell(unit, held, count, v->now);
	visit_commit(v, unit, find_held);
}

void
withdraw_consent(struct exchange *e, void *front)
{
	struct withdrawing *w = arena_new(e->arena, struct withdrawing);

	visit_begin(&w->visit, e, front, VISIT_TO_CHANGE, go_on_withdrawing);
}
