/* transaction/login/passkey_begin.c - a passkey is asked for in a login (WebAuthn L3 s7.2, A1). */
#include "base/id.h"
#include "base/random.h"
#include "transaction/login/case.h"
#include "transaction/login/way.h"

struct asking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct login_request asked;
	struct ask asks[2];          /* the login; then its account's authenticators */
	struct login login;
	struct login_passkey_options options;
	on_login_options *done;
	void *arg;
};

static void
cancel_asking(struct pending *pending)
{
	pending_cancel(&((struct asking *)pending)->waiting);
}

static void
answer(struct asking *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	a->done(a->arg, err, err == OK ? &a->options : NULL, err == OK ? NULL : why);
}

static on_loaded on_login_loaded, on_credentials_loaded;
static on_committed on_kept;

struct pending *
login_passkey_begin(struct store *store, struct arena *arena, const struct login_request *asked,
    on_login_options *done, void *arg)
{
	struct asking *a = arena_new(arena, struct asking);

	*a = (struct asking){ .pending = { cancel_asking }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	a->asks[0] = login_ask(&a->asked.id);
	a->waiting = store_load(store, a->asks, 1, on_login_loaded, a);
	return &a->pending;
}

/* Of an account that is only said to be somebody's nothing is told, or names could be tried (WebAuthn L3 s14.6.2). */
static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct asking *a = arg;
	struct problem own;

	if (err == OK) {
		err = login_waits(a->arena, &a->asks[0], a->asked.browser, &a->login, &own);
		why = &own;
	}
	if (err != OK) {
		answer(a, err, why);
		return;
	}
	a->asks[1] = credentials_ask(a->arena, &a->login.account, LOGIN_CREDENTIALS);
	a->waiting = store_load(a->store, &a->asks[1], id_given(&a->login.account) ? 1 : 0, on_credentials_loaded, a);
}

static enum err
allow(struct asking *a, struct problem *why)
{
	struct credential *list = arena_array(a->arena, struct credential, a->asks[1].count);
	const char *reason;

	a->options.user_verified = true;
	for (size_t i = 0; i < a->asks[1].count; i++) {
		struct credential *c = &list[a->options.allowed_count];

		if (credential_loaded(a->arena, &a->asks[1].rows[i], c, why) != OK)
			return why->code;
		if (c->kind != CREDENTIAL_PASSKEY || !credential_usable(c, a->asked.now, &reason))
			continue;
		/* One that never could tell who holds it is not asked to. */
		a->options.user_verified = a->options.user_verified && c->passkey.user_verified;
		a->options.allowed_count++;
	}
	a->options.allowed = list;
	return OK;
}

static void
on_credentials_loaded(void *arg, enum err err, const struct problem *why)
{
	struct asking *a = arg;
	struct login_ceremony *c = &a->login.passkey;
	struct problem own;
	struct unit *unit;

	if (err == OK) {
		err = allow(a, &own);
		why = &own;
	}
	if (err != OK) {
		answer(a, err, why);
		return;
	}
	c->until = instant_after(a->asked.now, LOGIN_CEREMONY_FOR);
	random_bytes(c->challenge, sizeof(c->challenge));
	a->options.challenge = span_of(c->challenge, sizeof(c->challenge));
	unit = unit_new(a->arena, store_tables(a->store), id_new(a->asked.now));
	login_put(unit, &a->login);
	a->waiting = store_commit(a->store, unit, on_kept, a);
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct asking *a = arg;
	struct problem why;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the challenge could not be kept: %s",
		    err_name(committed->code));
	answer(a, committed->code, &why);
}
