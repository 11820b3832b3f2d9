/* transaction/phone/app_refuse.c - a person says no on the phone, or that it was somebody else. */
#include "transaction/phone/app_answer.h"

#include <openssl/crypto.h>

#include "person/history.h"
#include "transaction/authenticator/credential_change.h"

#define MUTED_FOR SECONDS(30 * 86400)

enum { ASK_REQUEST, ASK_LOGIN, ASKS };

struct refusing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct app_refusal asked;
	struct ask asks[ASKS];
	struct app_request request;
	struct login login;
	struct app_answered answered;
	struct problem why;
	on_app_answered *done;
	void *arg;
};

static void
cancel_refusing(struct pending *pending)
{
	pending_cancel(&((struct refusing *)pending)->waiting);
}

static void
answer(struct refusing *r, enum err err, const struct problem *why)
{
	r->waiting = NULL;
	r->done(r->arg, err, &r->answered, err == OK ? NULL : why);
}

static on_loaded on_request_loaded, on_login_loaded;
static on_committed on_refused;

struct pending *
app_refuse(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_refusal *asked, on_app_answered *done, void *arg)
{
	struct refusing *r = arena_new(arena, struct refusing);

	(void)settings;
	*r = (struct refusing){ .pending = { cancel_refusing }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	r->asks[ASK_REQUEST] = app_request_ask(arena, &asked->caller->account.id, &asked->request);
	r->waiting = store_load(store, r->asks, ASK_LOGIN, on_request_loaded, r);
	return &r->pending;
}

static void
on_request_loaded(void *arg, enum err err, const struct problem *why)
{
	struct refusing *r = arg;
	const struct ask *asked = &r->asks[ASK_REQUEST];
	const struct app_request *q = &r->request;

	if (err == OK && !credential_usable(&r->asked.caller->credential, r->asked.now, &r->answered.reason)) {
		r->answered.failed = APP_STEP_USABLE;
		answer(r, OK, NULL);
		return;
	}
	if (err == OK)
		err = (why = &r->why, app_request_loaded(r->arena, asked->count ? asked->rows : NULL, &r->request,
		    &r->why));
	if (err == OK && q->quiet && (!r->asked.browser ||
	    CRYPTO_memcmp(r->asked.browser, q->browser, sizeof(q->browser)) != 0))
		err = (why = &r->why, app_request_loaded(r->arena, NULL, &r->request, &r->why));
	if (err != OK) {
		answer(r, err, why);
		return;
	}
	r->asks[ASK_LOGIN] = login_ask(&r->request.login);
	r->waiting = store_load(r->store, &r->asks[ASK_LOGIN], 1, on_login_loaded, r);
}

/* The login's page is told. A login that is over needs no end. */
static enum err
end_login(struct refusing *r, struct unit *unit)
{
	enum err err = login_loaded(r->arena, &r->asks[ASK_LOGIN], NULL, &r->login, &r->why);

	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	if (r->login.state != LOGIN_WAITING || !id_equal(&r->login.app.request, &r->request.id))
		return OK;
	r->login.app.state = LOGIN_APP_REFUSED;
	if (r->asked.not_me)
		r->login.state = LOGIN_REFUSED;
	login_put(unit, &r->login);
	return OK;
}

/* Somebody knows whose account it is, and tries. Not the phone is suspended (that would help who tries), but what rings
 * it: phone/app_request_begin.c looks at the mute. */
static void
tell_not_me(struct refusing *r, struct unit *unit)
{
	const struct account *account = &r->asked.caller->account;
	const struct history_event event = {
		.kind = HISTORY_NOT_ME, .at = r->asked.now, .actor = span_text("person"),
		.credential = r->asked.caller->credential.id, .name = r->request.name.ja,
		.where = r->request.where,
	};
	struct buffer since = buffer_init(8);

	buffer_instant(&since, r->asked.now);
	unit_put_until(unit, &app_mute_table, id_span(&account->id),
	    buffer_span(&since), instant_after(r->asked.now, MUTED_FOR));
	buffer_release(&since);
	history_add(unit, &account->id, &event);
	account_tell(unit, account, NOTICE_NOT_ME, (struct span){ 0 }, (struct span){ 0 }, r->asked.now);
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct refusing *r = arg;
	struct unit *unit = unit_new(r->arena, store_tables(r->store), id_new(r->asked.now));

	if (err == OK)
		err = (why = &r->why, end_login(r, unit));
	if (err != OK) {
		answer(r, err, why);
		return;
	}
	app_request_delete(unit, r->arena, &r->request);
	if (r->asked.not_me)
		tell_not_me(r, unit);
	r->waiting = store_commit(r->store, unit, on_refused, r);
}

static void
on_refused(void *arg, const struct committed *committed)
{
	struct refusing *r = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&r->why, ERR_CONFLICT, "", "something changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&r->why, committed->code, "", "the refusal could not be kept: %s",
		    err_name(committed->code));
	answer(r, committed->code, &r->why);
}
