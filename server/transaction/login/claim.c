/* transaction/login/claim.c - somebody says whose login it is, and is believed nothing. */
#include <string.h>

#include "crypto/digest.h"
#include "transaction/login/flow.h"

enum { ASK_LOGIN, ASK_NAME, ASKS };

struct claiming {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct login_claim asked;
	bool named;                  /* `who` is a number or an address */
	struct ask asks[ASKS];
	struct login login;
	on_login_changed *done;
	void *arg;
};

static void
cancel_claiming(struct pending *pending)
{
	pending_cancel(&((struct claiming *)pending)->waiting);
}

static void
answer(struct claiming *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, err == OK ? NULL : why);
}

static on_loaded on_name_loaded;
static on_committed on_claimed;

struct pending *
login_claim(struct store *store, struct arena *arena, const struct login_claim *asked, on_login_changed *done,
    void *arg)
{
	struct claiming *c = arena_new(arena, struct claiming);

	*c = (struct claiming){ .pending = { cancel_claiming }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	c->named = account_name_key(arena, asked->who).size > 0;
	c->asks[ASK_LOGIN] = login_ask(&c->asked.request.id);
	if (c->named)
		c->asks[ASK_NAME] = account_name_ask(arena, asked->who);
	c->waiting = store_load(store, c->asks, c->named ? ASKS : ASK_NAME, on_name_loaded, c);
	return &c->pending;
}

/* A name that is nobody's has failures of its own counted, so that it waits as anybody's does. */
static struct id
id_of_name(struct span key)
{
	uint8_t sum[32];
	struct id id;

	digest(DIGEST_SHA256, key, sum);
	memcpy(id.bytes, sum, sizeof(id.bytes));
	return id;
}

static enum err
claim(struct claiming *c, struct problem *why)
{
	struct login *l = &c->login;
	uint64_t generation;
	enum err err;

	if (login_waits(c->arena, &c->asks[ASK_LOGIN], c->asked.request.browser, l, why) != OK)
		return why->code;
	if (!c->named)
		return problem_set(why, ERR_INVALID, "",
		    "/who: expected an account's number or a mail address, found another text");
	if (id_given(&l->account))
		return problem_set(why, ERR_CONFLICT, "",
		    "this login is somebody's already: log out, or begin a new login");
	l->claimed = (struct id){ { 0 } };
	err = account_name_loaded(&c->asks[ASK_NAME], &l->claimed, &generation, why);
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	l->named = err == OK ? l->claimed : id_of_name(c->asks[ASK_NAME].from);
	l->said = true;
	l->known = false;
	l->remember = c->asked.remember;
	l->app = (struct login_app){ .state = LOGIN_APP_NONE };
	return OK;
}

static void
on_name_loaded(void *arg, enum err err, const struct problem *why)
{
	struct claiming *c = arg;
	struct problem own;
	struct unit *unit;

	if (err == OK) {
		err = claim(c, &own);
		why = &own;
	}
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.request.now));
	login_put(unit, &c->login);
	c->waiting = store_commit(c->store, unit, on_claimed, c);
}

static void
on_claimed(void *arg, const struct committed *committed)
{
	struct claiming *c = arg;
	struct problem why;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the login changed meanwhile, or could not be written: %s",
		    err_name(committed->code));
	answer(c, committed->code, &why);
}
