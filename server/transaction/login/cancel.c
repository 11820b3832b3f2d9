/* transaction/login/cancel.c - somebody does not want to log in after all. */
#include "transaction/login/flow.h"

struct cancelling {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct login_request asked;
	struct ask ask;
	struct login login;
	on_login_cancelled *done;
	void *arg;
};

static void
cancel_cancelling(struct pending *pending)
{
	pending_cancel(&((struct cancelling *)pending)->waiting);
}

static void
answer(struct cancelling *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, err == OK ? &c->login : NULL, err == OK ? NULL : why);
}

static on_loaded on_login_loaded;
static on_committed on_gone;

struct pending *
login_cancel(struct store *store, struct arena *arena, const struct login_request *asked, on_login_cancelled *done,
    void *arg)
{
	struct cancelling *c = arena_new(arena, struct cancelling);

	*c = (struct cancelling){ .pending = { cancel_cancelling }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	c->ask = login_ask(&c->asked.id);
	c->waiting = store_load(store, &c->ask, 1, on_login_loaded, c);
	return &c->pending;
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct cancelling *c = arg;
	struct problem own;
	struct unit *unit;

	if (err == OK) {
		err = login_waits(c->arena, &c->ask, c->asked.browser, &c->login, &own);
		why = &own;
	}
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	unit_expect(unit, &login_table, c->ask.from, c->login.generation);
	unit_delete(unit, &login_table, c->ask.from);
	c->waiting = store_commit(c->store, unit, on_gone, c);
}

static void
on_gone(void *arg, const struct committed *committed)
{
	struct cancelling *c = arg;
	struct problem why;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the login changed meanwhile, or could not be written: %s",
		    err_name(committed->code));
	answer(c, committed->code, &why);
}
