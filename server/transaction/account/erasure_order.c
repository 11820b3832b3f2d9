/* transaction/account/erasure_order.c - operators erase an account on the person's request. */
#include "transaction/account/erasure_order.h"

#include "person/account.h"
#include "transaction/account/numbered.h"
#include "transaction/account/person_agreement.h"

enum { ASK_ACCOUNT, ASK_AGREEMENT, ASKS };

struct ordering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct erasure_order asked;
	struct ask asks[ASKS];
	size_t name_count;
	struct agreement agreement;
	struct person_erasure erasure;
	struct erasure_ordered ordered;
	struct problem why;
	on_erasure_order *done;
	void *arg;
};

static on_loaded on_name_loaded, on_account_loaded;
static on_committed on_agreed;
static on_person_erased on_erased_whole;

static void
cancel_ordering(struct pending *pending)
{
	pending_cancel(&((struct ordering *)pending)->waiting);
}

static void
answer(struct ordering *o, enum err err, const struct problem *why)
{
	o->waiting = NULL;
	o->done(o->arg, err, err == OK ? &o->ordered : NULL, err == OK ? NULL : why);
}

struct pending *
erasure_order(struct store *store, struct arena *arena, const struct erasure_order *asked, on_erasure_order *done,
    void *arg)
{
	struct ordering *o = arena_new(arena, struct ordering);

	*o = (struct ordering){ .pending = { cancel_ordering }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	o->name_count = numbered_ask(arena, asked->number, &o->asks[0]);
	o->waiting = store_load(store, o->asks, o->name_count, on_name_loaded, o);
	return &o->pending;
}

static void
on_name_loaded(void *arg, enum err err, const struct problem *why)
{
	struct ordering *o = arg;
	struct id *account = &o->ordered.account;

	if (err == OK)
		err = (why = &o->why, numbered_loaded(&o->asks[0], o->name_count, account, &o->why));
	if (err != OK) {
		answer(o, err, why);
		return;
	}
	o->asks[ASK_ACCOUNT] = account_ask(account);
	o->asks[ASK_AGREEMENT] = person_agreement_ask(person_agreement_key(o->arena, account, AGREED_TO_ERASE));
	o->waiting = store_load(o->store, o->asks, ASKS, on_account_loaded, o);
}

static void
erase(struct ordering *o)
{
	o->erasure = (struct person_erasure){ .account = o->ordered.account, .actor = span_text("operator"),
		.approvers = o->agreement.approvers, .agreement_table = &person_agreement_table,
		.agreement = o->asks[ASK_AGREEMENT].from, .now = o->asked.now };
	o->waiting = person_erase(o->store, &o->erasure, on_erased_whole, o);
}

/* That it is whole is kept before anything goes: whoever finishes it needs nobody's word again. */
static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct ordering *o = arg;
	const struct quorum *quorum = &o->asked.by.quorum;
	struct account account;
	struct unit *unit;

	if (err == OK)
		err = (why = &o->why, account_loaded(o->arena, &o->asks[ASK_ACCOUNT], &account, &o->why));
	if (err == ERR_NOT_FOUND)
		err = (why = &o->why, numbered_gone(&o->why));
	if (err == OK)
		err = (why = &o->why, person_agreement_loaded(o->arena, &o->asks[ASK_AGREEMENT], &o->agreement,
		    &o->why));
	if (err == OK)
		err = (why = &o->why, person_agree(o->arena, &o->agreement, &o->asked.by, &o->why));
	if (err != OK) {
		answer(o, err, why);
		return;
	}
	o->ordered.had = agreement_had(&o->agreement, quorum);
	o->ordered.needed = quorum_needed(quorum);
	o->ordered.waits = !agreement_whole(&o->agreement, quorum);
	if (o->ordered.needed <= 1) {
		erase(o);
		return;
	}
	unit = unit_new(o->arena, store_tables(o->store), id_new(o->asked.now));
	person_agreement_put(unit, &o->asks[ASK_AGREEMENT], &o->agreement, o->asked.now);
	o->waiting = store_commit(o->store, unit, on_agreed, o);
}

static void
on_agreed(void *arg, const struct committed *committed)
{
	struct ordering *o = arg;

	o->waiting = NULL;
	if (committed->code == ERR_CONFLICT)
		problem_set(&o->why, ERR_CONFLICT, "", "another operator said so at the same time: say it again");
	else if (committed->code != OK)
		problem_set(&o->why, committed->code, "", "it could not be recorded, so nothing was done: %s",
		    err_name(committed->code));
	if (committed->code != OK || o->ordered.waits)
		answer(o, committed->code, &o->why);
	else
		erase(o);
}

static void
on_erased_whole(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	struct ordering *o = arg;

	if (err == OK)
		o->ordered.erased = *report;
	answer(o, err, why);
}
