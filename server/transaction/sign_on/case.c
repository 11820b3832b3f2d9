/* transaction/sign_on/case.c - all that a sign-on stands on, loaded. */
#include "transaction/sign_on/case.h"

#include "transaction/sign_on/assertion.h"
#include "transaction/sign_on/choice.h"

enum { ASK_ATTRIBUTES, ASK_RECORDS, ASK_CONSENT, ASKS };
enum { PARTY_RP, PARTY_IDP, PARTIES };

struct loading {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct ask asks[ASKS];
	struct parties parties;
	struct attributes attributes;
	struct consent consent;
	struct sign_on_case found;
	on_sign_on_case *done;
	void *arg;
};

static on_loaded on_person_loaded;
static on_parties on_parties_loaded;

static void
cancel_loading(struct pending *pending)
{
	struct loading *l = (struct loading *)pending;

	pending_cancel(&l->waiting);
	if (l->found.snapshot)
		policy_snapshot_unref(l->found.snapshot);
}

static void
answer(struct loading *l, enum err err, const struct problem *why)
{
	struct policy_snapshot *snapshot = l->found.snapshot;

	/* Who was told may have answered, and then the arena is gone. */
	l->waiting = NULL;
	l->done(l->arg, err, err == OK ? &l->found : NULL, err == OK ? NULL : why);
	if (snapshot)
		policy_snapshot_unref(snapshot);
}

struct pending *
sign_on_case_load(struct store *store, struct arena *arena, const struct sign_on_load *from, on_sign_on_case *done,
    void *arg)
{
	struct loading *l = arena_new(arena, struct loading);
	const struct sign_on_visitor *v = from->visitor;
	struct sign_on_case *c = &l->found;
	struct id *consent = arena_new(arena, struct id);

	*l = (struct loading){ .pending = { cancel_loading }, .store = store, .arena = arena, .done = done,
		.arg = arg };
	*c = (struct sign_on_case){ .settings = from->settings, .now = v->now, .sign_on = from->sign_on,
		.rp = from->rp, .cancelled = from->cancelled, .session = v->session,
		.account = v->session ? v->account : NULL,
		.snapshot = policy_shelf_take(from->settings->person->shelf) };
	c->assertion = sign_on_assertion(arena, c->settings, c->sign_on, c->rp);
	c->purpose = choice_purpose(arena, c->rp);
	if (c->session) {
		*consent = consent_id(c->rp->entity_id, c->purpose);
		l->asks[ASK_ATTRIBUTES] = attributes_ask(&c->account->id);
		l->asks[ASK_RECORDS] = proofing_record_ask(arena, &c->account->id);
		l->asks[ASK_CONSENT] = consent_ask(arena, &c->account->id, consent);
	}
	l->waiting = store_load(store, l->asks, c->session ? ASKS : 0, on_person_loaded, l);
	return &l->pending;
}

static enum err
take_person(struct loading *l, struct problem *why)
{
	struct sign_on_case *c = &l->found;
	struct proofing_record *records;
	enum err err;

	if (!c->session)
		return OK;
	if (attributes_loaded(l->arena, &l->asks[ASK_ATTRIBUTES], &l->attributes, why) != OK ||
	    proofing_records_loaded(l->arena, &l->asks[ASK_RECORDS], &records, &c->record_count, why) != OK)
		return why->code;
	c->attributes = &l->attributes;
	c->records = records;
	err = consent_loaded(l->arena, &l->asks[ASK_CONSENT], &l->consent, why);
	if (err == OK)
		c->consent = &l->consent;
	return err == ERR_NOT_FOUND ? OK : err;
}

static void
on_person_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct sign_on_case *c = &l->found;
	struct problem own;

	if (err == OK) {
		err = take_person(l, &own);
		why = &own;
	}
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	l->parties = parties_new(l->arena, PARTIES);
	parties_add(&l->parties, ENTITY_RP, c->rp->entity_id, (struct span){ 0 });
	parties_add(&l->parties, ENTITY_IDP, c->settings->person->identity_provider, (struct span){ 0 });
	l->waiting = parties_load(l->store, c->settings->person->roll, l->arena, &l->parties, c->now,
	    on_parties_loaded, l);
}

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;

	l->found.parties = l->parties.list;
	l->found.party_count = l->parties.count;
	answer(l, err, why);
}
