/* front/account/mute.c - DELETE /v1/account/mute: the account's phones are asked again, after "this was not me". */
#include "front/account/visit.h"
#include "transaction/phone/app_mute.h"

enum { ASK_MUTE, ASK_CREDENTIALS, ASKS };

struct unmuting {
	struct visit visit;          /* first */
	struct ask asks[ASKS];
};

static on_loaded on_mute_loaded;

static void
load_mute(struct visit *v, const struct account_access *access)
{
	struct unmuting *u = (struct unmuting *)v;

	(void)access;
	u->asks[ASK_MUTE] = app_mute_ask(&v->account.id);
	u->asks[ASK_CREDENTIALS] = credentials_ask(v->exchange->arena, &v->account.id, APP_MUTE_CREDENTIALS);
	exchange_hold(v->exchange, store_load(v->front->store, u->asks, ASKS, on_mute_loaded, u));
}

/* Whoever just logged in another way for this has ended it by that: asked for twice it changes nothing. */
static void
on_mute_loaded(void *arg, enum err err, const struct problem *why)
{
	struct unmuting *u = arg;
	struct visit *v = &u->visit;
	struct app_mute mute;
	struct unit *unit;

	exchange_hold(v->exchange, NULL);
	if (err != OK)
		v->why = *why;
	else
		err = app_muted_loaded(v->exchange->arena, &u->asks[ASK_MUTE], &u->asks[ASK_CREDENTIALS], &mute,
		    &v->why);
	if (err != OK) {
		visit_refuse(v);
		return;
	}
	if (!mute.since.us) {
		visit_done(v);
		return;
	}
	unit = visit_unit(v);
	app_mute_lifted(unit, &(struct app_mute_lift){ .account = &v->account, .mute = &mute,
	    .where = v->session.where, .now = v->now });
	visit_commit(v, unit, visit_done);
}

void
end_mute(struct exchange *e, void *front)
{
	struct unmuting *u = arena_new(e->arena, struct unmuting);

	visit_begin(&u->visit, e, front, VISIT_TO_CHANGE, load_mute);
}
