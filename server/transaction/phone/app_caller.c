/* transaction/phone/app_caller.c - which phone calls, and whose it is. */
#include "transaction/phone/app_caller.h"

#include <stdlib.h>

#include "base/role.h"

#define ID_SIZE 16

const struct table app_nonce_table = { "app-nonce", ROLE_BIT(ROLE_WORKER), 0 };

enum { ASK_CREDENTIAL, ASK_ACCOUNT, ASK_NONCE, ASKS };

struct calling {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct app_calling asked;
	struct app_call call;
	struct ask name, asks[ASKS];
	uint8_t nonce[ID_SIZE + APP_NONCE];
	struct app_caller caller;
	struct problem why;          /* noticed before anything was asked, or what the callback is told */
	on_app_caller *done;
	void *arg;
};

static const char unpaired[] = "this phone is not paired with an account, or not any more";

static const char *const words[] = {
	[APP_NOT_DENIED] = "known",
	[APP_NOBODY] = "nobody",
	[APP_UNPAIRED] = "unpaired",
	[APP_CLOCK] = "clock",
	[APP_FORGED] = "signature",
	[APP_REPLAYED] = "replayed",
};

const char *
app_denial_word(enum app_denial denial)
{
	return words[denial];
}

static void
cancel_calling(struct pending *pending)
{
	pending_cancel(&((struct calling *)pending)->waiting);
}

static void
answer(struct calling *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, &c->caller, err == OK ? NULL : why);
}

static enum err
deny(struct calling *c, enum app_denial denial, const char *sentence)
{
	c->caller.denial = denial;
	return problem_set(&c->why, ERR_DENIED, "", "%s", sentence);
}

static on_loaded on_name_loaded, on_device_loaded;
static on_committed on_nonce_kept;

struct pending *
app_identify(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_calling *asked, on_app_caller *done, void *arg)
{
	struct calling *c = arena_new(arena, struct calling);

	*c = (struct calling){ .pending = { cancel_calling }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	if (app_call_read(arena, asked->header, &c->call, &c->why) != OK) {
		c->caller.denial = APP_NOBODY;
		c->why.code = ERR_DENIED;
	} else if (llabs(asked->now.us - c->call.at.us) > APP_CLOCK_SKEW) {
		deny(c, APP_CLOCK, "the phone's clock differs from the server's by more than a minute");
	}
	c->name = (struct ask){ .table = &credential_name_table, .from = c->call.device };
	c->waiting = store_load(store, &c->name, c->why.code == OK ? 1 : 0, on_name_loaded, c);
	return &c->pending;
}

static void
on_name_loaded(void *arg, enum err err, const struct problem *why)
{
	struct calling *c = arg;
	struct id account, credential;

	if (err == OK && c->why.code != OK)
		err = (why = &c->why)->code;
	else if (err == OK && !c->name.count)
		err = (why = &c->why, deny(c, APP_UNPAIRED, unpaired));
	else if (err == OK && !credential_name_read(c->name.rows[0].value, &account, &credential))
		err = (why = &c->why, problem_set(&c->why, ERR_UNAVAILABLE, "",
		    "a phone's row in the store is of a form this build does not know"));
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	c->caller.nonce = arena_copy(c->arena, c->call.nonce_text);
	memcpy(c->nonce, credential.bytes, ID_SIZE);
	memcpy(c->nonce + ID_SIZE, c->call.nonce.data, APP_NONCE);
	c->asks[ASK_CREDENTIAL] = credential_ask(c->arena, &account, &credential);
	c->caller.account.id = account;
	c->asks[ASK_ACCOUNT] = account_ask(&c->caller.account.id);
	c->asks[ASK_NONCE] = (struct ask){ .table = &app_nonce_table, .from = span_of(c->nonce, sizeof(c->nonce)) };
	c->waiting = store_load(c->store, c->asks, ASKS, on_device_loaded, c);
}

/* Before the signature is right nothing is kept: who has no key fills no table. */
static enum err
judge(struct calling *c)
{
	const struct ask *known = &c->asks[ASK_CREDENTIAL];
	struct credential *credential = &c->caller.credential;
	struct problem *why = &c->why;
	enum err err = credential_loaded(c->arena, known->count ? known->rows : NULL, credential, why);

	if (err == OK)
		err = account_loaded(c->arena, &c->asks[ASK_ACCOUNT], &c->caller.account, why);
	if (err == ERR_NOT_FOUND || (err == OK && (credential->kind != CREDENTIAL_APP ||
	    credential->state == CREDENTIAL_REVOKED)))
		return deny(c, APP_UNPAIRED, unpaired);
	if (err != OK)
		return err;
	err = app_call_verify(c->arena, &c->call, c->settings->origin, c->asked.method, c->asked.target, c->asked.body,
	    credential->app.key, why);
	if (err != OK)
		return deny(c, APP_FORGED, "the call's signature was not made by this phone's key over this call");
	if (c->asks[ASK_NONCE].count)
		return deny(c, APP_REPLAYED, "this call was made already: each nonce is taken once");
	return OK;
}

static void
on_device_loaded(void *arg, enum err err, const struct problem *why)
{
	static const uint8_t used = 1;
	struct calling *c = arg;
	struct unit *unit;

	if (err == OK)
		err = (why = &c->why, judge(c));
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	unit_expect(unit, &app_nonce_table, c->asks[ASK_NONCE].from, 0);
	/* From either end of what is let pass to the other. */
	unit_put_until(unit, &app_nonce_table, c->asks[ASK_NONCE].from, span_of(&used, 1),
	    instant_after(c->call.at, 2 * APP_CLOCK_SKEW));
	c->waiting = store_commit(c->store, unit, on_nonce_kept, c);
}

static void
on_nonce_kept(void *arg, const struct committed *committed)
{
	struct calling *c = arg;
	enum err err = committed->code;

	if (err == ERR_CONFLICT)
		err = deny(c, APP_REPLAYED, "this call was made already: each nonce is taken once");
	else if (err != OK)
		problem_set(&c->why, err, "", "that this phone called could not be kept: %s", err_name(err));
	answer(c, err, &c->why);
}
