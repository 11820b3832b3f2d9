/* transaction/phone/app_refuse.c - a person says no on the phone, or that it was somebody else. */
#include "transaction/phone/app_answer.h"

#include "base/log.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "transaction/authenticator/credential_change.h"

enum { ASK_REQUEST, ASK_REQUESTS, ASK_MUTE, ASK_CREDENTIALS, ASKS };

/* What may stand in the unit's way: a stranger's login changes whenever the stranger likes. */
enum telling { TELL_ALL, TELL_THIS };

struct refusing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct app_refusal asked;
	struct ask asks[ASKS];
	struct app_request request;
	struct app_request *others;  /* with this one, none of which was this browser's */
	size_t other_count;
	struct ask *logins;          /* the request's, then those of the others */
	struct login login;
	enum telling telling;
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

static on_loaded on_request_loaded, on_logins_loaded;
static on_committed on_refused;

struct pending *
app_refuse(struct store *store, struct arena *arena, const struct app_refusal *asked, on_app_answered *done,
    void *arg)
{
	struct refusing *r = arena_new(arena, struct refusing);

	*r = (struct refusing){ .pending = { cancel_refusing }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	r->asks[ASK_REQUEST] = app_request_ask(arena, &asked->caller->account.id, &asked->request);
	r->asks[ASK_REQUESTS] = app_requests_ask(arena, &asked->caller->account.id, APP_REQUESTS_LOOKED_AT);
	r->asks[ASK_MUTE] = app_mute_ask(&asked->caller->account.id);
	r->asks[ASK_CREDENTIALS] = credentials_ask(arena, &asked->caller->account.id, APP_MUTE_CREDENTIALS);
	r->waiting = store_load(store, r->asks, ASKS, on_request_loaded, r);
	return &r->pending;
}

static enum err
read_request(struct refusing *r)
{
	const struct ask *asked = &r->asks[ASK_REQUEST];
	struct app_request_sight sight = { .browser = r->asked.browser };
	struct app_mute mute;

	if (app_request_loaded(r->arena, asked->count ? asked->rows : NULL, &r->request, &r->why) != OK ||
	    app_muted_loaded(r->arena, &r->asks[ASK_MUTE], &r->asks[ASK_CREDENTIALS], &mute, &r->why) != OK)
		return r->why.code;
	sight.muted = mute.since.us > 0;
	return app_request_is_shown(&r->request, &sight) ? OK :
	    app_request_loaded(r->arena, NULL, &r->request, &r->why);
}

/* Somebody tries: whatever else was asked elsewhere at this time is over, too. */
static enum err
find_others(struct refusing *r)
{
	const struct ask *asked = &r->asks[ASK_REQUESTS];

	r->others = arena_array(r->arena, struct app_request, asked->count);
	r->logins = arena_array(r->arena, struct ask, 1 + asked->count);
	r->logins[0] = login_ask(&r->request.login);
	for (size_t i = 0; r->asked.not_me && i < asked->count; i++) {
		struct app_request *q = &r->others[r->other_count];

		if (app_request_loaded(r->arena, &asked->rows[i], q, &r->why) != OK)
			return r->why.code;
		if (!id_equal(&q->id, &r->request.id) && !app_request_is_here(q, r->asked.browser))
			r->logins[1 + r->other_count++] = login_ask(&q->login);
	}
	return OK;
}

static void
on_request_loaded(void *arg, enum err err, const struct problem *why)
{
	struct refusing *r = arg;

	if (err == OK && !credential_usable(&r->asked.caller->credential, r->asked.now, &r->answered.reason)) {
		r->answered.failed = APP_STEP_USABLE;
		answer(r, OK, NULL);
		return;
	}
	if (err == OK)
		err = (why = &r->why, read_request(r));
	if (err == OK)
		err = (why = &r->why, find_others(r));
	if (err != OK) {
		answer(r, err, why);
		return;
	}
	r->waiting = store_load(r->store, r->logins, 1 + r->other_count, on_logins_loaded, r);
}

/* The login's page is told. A login that is over needs no end. */
static enum err
end_login(struct refusing *r, struct unit *unit)
{
	enum err err = login_loaded(r->arena, &r->logins[0], NULL, &r->login, &r->why);

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

/* They end whatever becomes of their logins, which other ways may go on with; that their pages are told is a kindness
 * to who asked on a computer of one's own. */
static void
end_others(struct refusing *r, struct unit *unit)
{
	for (size_t i = 0; i < r->other_count; i++) {
		const struct app_request *q = &r->others[i];
		struct problem why;
		struct login login;

		unit_delete(unit, &app_request_table, app_request_ask(r->arena, &q->account, &q->id).from);
		if (r->telling == TELL_THIS || login_loaded(r->arena, &r->logins[1 + i], NULL, &login, &why) != OK ||
		    login.state != LOGIN_WAITING || !id_equal(&login.app.request, &q->id))
			continue;
		login.app.state = LOGIN_APP_REFUSED;
		login_put(unit, &login);
	}
}

/* Somebody knows whose account it is, and tries. Not the phone is suspended (that would help who tries), but what rings
 * it (phone/app_mute.h). */
static void
tell_not_me(struct refusing *r, struct unit *unit)
{
	const struct account *account = &r->asked.caller->account;
	const struct history_event event = {
		.kind = HISTORY_NOT_ME, .at = r->asked.now, .actor = span_text("person"),
		.credential = r->asked.caller->credential.id, .name = r->request.name.ja,
		.where = r->request.where,
	};

	app_mute_put(unit, &account->id, r->asked.now);
	history_add(unit, &account->id, &event);
	account_tell(unit, account, NOTICE_NOT_ME, (struct span){ 0 }, (struct span){ 0 }, r->asked.now);
}

static enum err
commit(struct refusing *r)
{
	struct unit *unit = unit_new(r->arena, store_tables(r->store), id_new(r->asked.now));

	if (end_login(r, unit) != OK)
		return r->why.code;
	app_request_delete(unit, r->arena, &r->request);
	end_others(r, unit);
	if (r->asked.not_me)
		tell_not_me(r, unit);
	r->waiting = store_commit(r->store, unit, on_refused, r);
	return OK;
}

static void
on_logins_loaded(void *arg, enum err err, const struct problem *why)
{
	struct refusing *r = arg;

	if (err == OK)
		err = (why = &r->why, commit(r));
	if (err != OK)
		answer(r, err, why);
}

/* Which phone said no to which login, and how many more that ended; nothing of who asked, nor of whom. */
static void
log_refused(const struct refusing *r)
{
	char login[LEDGER_ID_TEXT], credential[LEDGER_ID_TEXT];

	log_info("login.refused", "login=%s by=phone credential=%s not_me=%d others=%zu",
	    ledger_id_text(&r->request.login, login), ledger_id_text(&r->asked.caller->credential.id, credential),
	    r->asked.not_me, r->other_count);
}

static void
on_refused(void *arg, const struct committed *committed)
{
	struct refusing *r = arg;

	/* Nobody's login elsewhere keeps a person from saying no: once more, without telling the others' pages. */
	if (committed->code == ERR_CONFLICT && r->other_count && r->telling == TELL_ALL) {
		r->telling = TELL_THIS;
		r->waiting = store_load(r->store, r->logins, 1, on_logins_loaded, r);
		return;
	}
	if (committed->code == ERR_CONFLICT)
		problem_set(&r->why, ERR_CONFLICT, "", "something changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&r->why, committed->code, "", "the refusal could not be kept: %s",
		    err_name(committed->code));
	else
		log_refused(r);
	answer(r, committed->code, &r->why);
}
