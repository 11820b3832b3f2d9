/* front/account/visit.c - one request of somebody who is logged in. */
#include "front/account/visit.h"

#include "codec/json_writer.h"

static on_account_access on_access;
static on_committed on_visit_committed;

void
visit_begin(struct visit *v, struct exchange *e, struct account_front *front, enum visit_wants wants,
    void (*go_on)(struct visit *, const struct account_access *))
{
	const struct person_settings *settings = front->settings;

	v->exchange = e;
	v->front = front;
	v->wants = wants;
	v->now = clock_now();
	v->go_on = go_on;
	if (!exchange_is_ours(e, settings->origin))
		return;
	exchange_hold(e, account_access(front->store, e, settings,
	    wants == VISIT_TO_CHANGE ? &settings->change : &settings->account, v->now, on_access, v));
}

static void
on_access(void *arg, enum err err, const struct account_access *access, const struct problem *why)
{
	struct visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (err != OK) {
		account_access_refuse(v->exchange, err, why);
		return;
	}
	if (!access->enough && v->wants == VISIT_TO_LOOK) {
		problem_set(&v->why, ERR_DENIED, "", "what was shown here is not enough any more: log in again");
		account_access_refuse(v->exchange, ERR_DENIED, &v->why);
		return;
	}
	if (!access->enough) {
		problem_set(&v->why, ERR_DENIED, "", "to change this it must be confirmed again who you are");
		account_access_step_up(v->exchange, "change", &v->why);
		return;
	}
	v->session = *access->session;
	v->account = *access->account;
	v->go_on(v, access);
}

bool
visit_sees(struct visit *v, const struct account_access *access, enum persona persona, struct assessed *assessed)
{
	struct assessing asking = *access->assessing;
	bool enough;

	asking.wanted = v->front->settings->personas[persona];
	asking.persona = span_text(persona_name(persona));
	enough = assess_login(v->exchange->arena, &asking, assessed, &v->why) == OK && assessed->enough;
	return enough || access->just_proofed || access->unconfirmed;
}

struct unit *
visit_unit(struct visit *v)
{
	struct unit *unit = unit_new(v->exchange->arena, store_tables(v->front->store), id_new(v->now));

	/* Or what is put beneath an account outlives its erasure. */
	unit_expect(unit, &account_table, id_span(&v->account.id), v->account.generation);
	return unit;
}

void
visit_commit(struct visit *v, const struct unit *unit, void (*done)(struct visit *))
{
	v->done = done;
	exchange_hold(v->exchange, store_commit(v->front->store, unit, on_visit_committed, v));
}

static void
on_visit_committed(void *arg, const struct committed *committed)
{
	struct visit *v = arg;

	exchange_hold(v->exchange, NULL);
	if (committed->code == OK) {
		v->done(v);
		return;
	}
	problem_set(&v->why, committed->code, "", "%s", committed->code == ERR_CONFLICT
	    ? "the account changed meanwhile: look at it again"
	    : "this could not be kept; nothing was changed as far as is known");
	visit_refuse(v);
}

void
visit_refuse(struct visit *v)
{
	exchange_refuse_failure(v->exchange, v->why.code, &v->why);
}

void
visit_done(struct visit *v)
{
	exchange_reply(v->exchange, &(struct reply){ .status = 204,
		.fields = span_text("Cache-Control: no-store\r\n") });
}
