/* transaction/phone/app_answer.c - a person says yes on the phone. */
#include "transaction/phone/app_answer.h"

#include "transaction/login/join.h"
#include "transaction/phone/app_check.h"
#include "transaction/phone/app_tries.h"

/* The newest: whether another way resists phishing, or has ended a mute. */
#define CREDENTIALS_LOOKED_AT APP_MUTE_CREDENTIALS

enum { ASK_TRIES, ASK_REQUEST = ASK_TRIES + APP_TRIES, ASK_PUSHES, ASK_MUTE, ASK_CREDENTIALS, ASK_LOGIN, ASKS };

struct answering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct app_answer asked;
	struct credential credential; /* as it will be */
	struct ask asks[ASKS];
	struct app_tries tries;
	struct attempts pushes;
	enum resistant resistant;
	struct app_request_sight sight;
	struct app_request request;
	struct login login;
	bool same_browser;
	struct app_checked checked;
	struct app_answered answered;
	struct credential_change change; /* where it is locked or suspended */
	struct problem why;
	on_app_answered *done;
	void *arg;
};

static void
cancel_answering(struct pending *pending)
{
	pending_cancel(&((struct answering *)pending)->waiting);
}

static void
answer(struct answering *a, enum err err, const struct problem *why)
{
	a->waiting = NULL;
	a->done(a->arg, err, &a->answered, err == OK ? NULL : why);
}

static on_loaded on_request_loaded, on_login_loaded;
static on_committed on_kept;

struct pending *
app_answer(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_answer *asked, on_app_answered *done, void *arg)
{
	struct answering *a = arena_new(arena, struct answering);
	const struct id *account;

	*a = (struct answering){ .pending = { cancel_answering }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .credential = asked->caller->credential, .done = done, .arg = arg };
	account = &a->credential.account;
	app_tries_ask(arena, &a->credential, &a->asks[ASK_TRIES]);
	a->asks[ASK_REQUEST] = app_request_ask(arena, account, &asked->request);
	a->asks[ASK_PUSHES] = attempts_ask(arena, ATTEMPTS_PUSH, id_span(account));
	a->asks[ASK_MUTE] = app_mute_ask(account);
	a->asks[ASK_CREDENTIALS] = credentials_ask(arena, account, CREDENTIALS_LOOKED_AT);
	a->waiting = store_load(store, a->asks, ASK_LOGIN, on_request_loaded, a);
	return &a->pending;
}

/* Load */

static enum err
read_others(struct answering *a)
{
	const struct ask *asked = &a->asks[ASK_CREDENTIALS];
	struct credential *list = arena_array(a->arena, struct credential, asked->count);

	for (size_t i = 0; i < asked->count; i++)
		if (credential_loaded(a->arena, &asked->rows[i], &list[i], &a->why) != OK)
			return a->why.code;
	a->resistant = resistant_offered(list, asked->count, !asked->more, a->asked.now);
	a->sight = (struct app_request_sight){ .browser = a->asked.browser,
		.muted = app_muted(&a->asks[ASK_MUTE], list, asked->count).since.us > 0 };
	return OK;
}

static enum err
read_request(struct answering *a)
{
	const struct ask *asked = &a->asks[ASK_REQUEST];
	struct problem *why = &a->why;

	if (app_request_loaded(a->arena, asked->count ? asked->rows : NULL, &a->request, why) != OK ||
	    app_tries_loaded(&a->asks[ASK_TRIES], &a->tries, why) != OK ||
	    attempts_loaded(&a->asks[ASK_PUSHES], &a->pushes, why) != OK || read_others(a) != OK)
		return why->code;
	a->same_browser = app_request_is_here(&a->request, a->asked.browser);
	if (!app_request_is_shown(&a->request, &a->sight))
		return app_request_loaded(a->arena, NULL, &a->request, why);
	return OK;
}

static void
on_request_loaded(void *arg, enum err err, const struct problem *why)
{
	struct answering *a = arg;

	if (err == OK && !credential_usable(&a->credential, a->asked.now, &a->answered.reason)) {
		a->answered.failed = APP_STEP_USABLE;
		answer(a, OK, NULL);
		return;
	}
	if (err == OK)
		err = (why = &a->why, read_request(a));
	if (err != OK) {
		answer(a, err, why);
		return;
	}
	a->asks[ASK_LOGIN] = login_ask(&a->request.login);
	a->waiting = store_load(a->store, &a->asks[ASK_LOGIN], 1, on_login_loaded, a);
}

/* Decide */

static enum err
find_login(struct answering *a)
{
	const struct login *login = &a->login;
	enum err err = login_loaded(a->arena, &a->asks[ASK_LOGIN], NULL, &a->login, &a->why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND || login->state != LOGIN_WAITING ||
	    login->app.state != LOGIN_APP_WAITING ||
	    !span_equal(id_span(&login->app.request), id_span(&a->request.id)) ||
	    !instant_before(a->asked.now, a->request.until))
		return app_request_loaded(a->arena, NULL, &a->request, &a->why);
	return OK;
}

/* Commit */

static void
commit(struct answering *a, struct unit *unit)
{
	a->waiting = store_commit(a->store, unit, on_kept, a);
}

static struct app_failing
failing_of(struct answering *a)
{
	return (struct app_failing){ .arena = a->arena, .account = &a->asked.caller->account, .phone = &a->credential,
		.tries = &a->tries, .evidence = a->request.id, .now = a->asked.now };
}

static void
refuse_person(struct answering *a, struct unit *unit)
{
	const struct app_failing failing = failing_of(a);

	app_person_failed(unit, &failing, &a->checked, &a->answered, &a->change);
	commit(a, unit);
}

static void
refuse_number(struct answering *a, struct unit *unit)
{
	const struct app_failing failing = failing_of(a);

	a->request.wrong++;
	a->answered.left = a->request.wrong < APP_REQUEST_NUMBERS ? APP_REQUEST_NUMBERS - a->request.wrong : 0;
	app_number_failed(unit, &failing);
	if (a->answered.left) {
		app_request_put(unit, a->arena, &a->request);
	} else {
		app_request_delete(unit, a->arena, &a->request);
		a->login.app.state = LOGIN_APP_REFUSED;
		login_put(unit, &a->login);
	}
	commit(a, unit);
}

static void
take(struct answering *a, struct unit *unit)
{
	struct credential *c = &a->credential;
	const struct observation seen = {
		.credential = c, .now = a->asked.now, .user_verified = true, .pin = !credential_passkey_of(c),
		.backed_up = a->checked.asserted.backed_up, .separate_channel = !a->same_browser,
		.app_to_app = a->same_browser, .resistant = a->resistant,
	};

	if (credential_passkey_of(c)) {
		c->app.passkey.sign_count = a->checked.asserted.sign_count;
		c->app.passkey.backed_up = a->checked.asserted.backed_up;
	}
	a->login.app.state = LOGIN_APP_ANSWERED;
	if (login_join(unit, a->arena, a->settings, &a->login, c, &seen, &a->why) != OK) {
		answer(a, a->why.code, &a->why);
		return;
	}
	unit_expect(unit, &account_table, id_span(&c->account), a->asked.caller->account.generation);
	app_request_delete(unit, a->arena, &a->request);
	app_tries_forget(unit, a->arena, c, &a->tries);
	attempts_forget(unit, a->arena, ATTEMPTS_PUSH, id_span(&c->account), &a->pushes);
	/* Who logs in on the phone itself has it in hand: it may be asked from afar again. */
	if (a->same_browser)
		app_mute_end(unit, &c->account);
	commit(a, unit);
}

static void (*const conclusions[])(struct answering *, struct unit *) = {
	[APP_STEP_NONE] = take,
	[APP_STEP_PIN] = refuse_person,
	[APP_STEP_PASSKEY] = refuse_person,
	[APP_STEP_NUMBER] = refuse_number,
	[APP_STEP_SIGNATURE] = refuse_person,
};

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct answering *a = arg;

	if (err == OK) {
		why = &a->why;
		if ((err = find_login(a)) == OK &&
		    (err = app_tries_wait(&a->tries, a->asked.now, &a->answered.until, &a->why)) == OK)
			err = app_check(a->arena, a->settings, &a->asked, &a->request, &a->login, a->same_browser,
			    &a->checked, &a->why);
	}
	if (err != OK) {
		answer(a, err, why);
		return;
	}
	a->answered.failed = a->checked.failed;
	conclusions[a->checked.failed](a, unit_new(a->arena, store_tables(a->store), id_new(a->asked.now)));
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct answering *a = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&a->why, ERR_CONFLICT, "",
		    "something changed meanwhile, or another phone was quicker: look again");
	else if (committed->code != OK)
		problem_set(&a->why, committed->code, "", "the answer could not be kept: %s",
		    err_name(committed->code));
	else if (a->change.credential)
		credential_change_log(&a->change);
	answer(a, committed->code, &a->why);
}
