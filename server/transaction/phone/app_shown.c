/* transaction/phone/app_shown.c - that the person is at the phone, shown for something else than a login's question. */
#include "transaction/phone/app_shown.h"

#include "codec/text.h"

struct showing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct app_showing asked;
	struct ask asks[APP_TRIES];
	struct app_checked checked;
	struct app_shown shown;
	struct credential_change change; /* where it is locked or suspended */
	struct problem why;
	on_app_shown *done;
	void *arg;
};

static void
cancel_showing(struct pending *pending)
{
	pending_cancel(&((struct showing *)pending)->waiting);
}

static void
answer(struct showing *s, enum err err, const struct problem *why)
{
	s->waiting = NULL;
	s->done(s->arg, err, &s->shown, err == OK ? NULL : why);
}

static on_loaded on_tries_loaded;
static on_committed on_kept;

struct pending *
app_show(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_showing *asked, on_app_shown *done, void *arg)
{
	struct showing *s = arena_new(arena, struct showing);

	*s = (struct showing){ .pending = { cancel_showing }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .shown.phone = asked->caller->credential, .done = done, .arg = arg };
	app_tries_ask(arena, &s->shown.phone, s->asks);
	s->waiting = store_load(store, s->asks, APP_TRIES, on_tries_loaded, s);
	return &s->pending;
}

/* What the passkey is to be unlocked for. */
static struct app_message
message_of(const struct showing *s)
{
	const struct span device = credential_name_key(s->arena, CREDENTIAL_APP, s->shown.phone.app.key);

	return (struct app_message){ .word = s->asked.word, .count = 4, .parts = {
		s->settings->origin, base64url_write(s->arena, device), s->asked.caller->nonce, s->asked.what,
	} };
}

static enum err
look(struct showing *s)
{
	const struct app_unlocking unlocking = { .phone = &s->shown.phone, .pin = s->asked.pin,
		.passkey = s->asked.passkey };
	struct app_message message;

	if (app_tries_loaded(s->asks, &s->shown.tries, &s->why) != OK ||
	    app_tries_wait(&s->shown.tries, s->asked.now, &s->shown.answered.until, &s->why) != OK ||
	    app_person_expect(&unlocking, &s->why) != OK)
		return s->why.code;
	message = message_of(s);
	app_person_check(s->arena, s->settings, &unlocking, &message, &s->checked);
	return OK;
}

static void
count(struct showing *s)
{
	struct unit *unit = unit_new(s->arena, store_tables(s->store), id_new(s->asked.now));
	const struct app_failing failing = { .arena = s->arena, .account = &s->asked.caller->account,
		.phone = &s->shown.phone, .tries = &s->shown.tries, .now = s->asked.now };

	app_person_failed(unit, &failing, &s->checked, &s->shown.answered, &s->change);
	s->waiting = store_commit(s->store, unit, on_kept, s);
}

static void
take(struct showing *s)
{
	struct unit *unit = unit_new(s->arena, store_tables(s->store), id_new(s->asked.now));
	const struct account *account = &s->asked.caller->account;
	struct credential *c = &s->shown.phone;

	unit_expect(unit, &account_table, id_span(&account->id), account->generation);
	c->failures = 0;
	if (credential_passkey_of(c)) {
		c->app.passkey.sign_count = s->checked.asserted.sign_count;
		c->app.passkey.backed_up = s->checked.asserted.backed_up;
	}
	credential_put(unit, s->arena, c);
	app_tries_expect(unit, s->arena, c, &s->shown.tries);
	attempts_forget(unit, s->arena, ATTEMPTS_PIN, id_span(&c->id), &s->shown.tries.pins);
	s->waiting = store_commit(s->store, unit, on_kept, s);
}

static void
on_tries_loaded(void *arg, enum err err, const struct problem *why)
{
	struct showing *s = arg;

	if (err == OK && !credential_usable(&s->shown.phone, s->asked.now, &s->shown.answered.reason)) {
		s->shown.answered.failed = APP_STEP_USABLE;
		answer(s, OK, NULL);
		return;
	}
	if (err == OK)
		err = (why = &s->why, look(s));
	if (err != OK)
		answer(s, err, why);
	else if (s->checked.failed)
		count(s);
	else
		take(s);
}

/* A wrong one and a right one that were too late are told alike. */
static void
on_kept(void *arg, const struct committed *committed)
{
	struct showing *s = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&s->why, ERR_CONFLICT, "", "something changed meanwhile: look again");
	else if (committed->code != OK)
		problem_set(&s->why, committed->code, "", "the answer could not be kept: %s",
		    err_name(committed->code));
	else if (s->change.credential)
		credential_change_log(&s->change);
	if (committed->code == OK && !s->checked.failed) {
		s->shown.phone.generation = committed->generation;
		s->shown.tries.pins = (struct attempts){ 0 };
	}
	answer(s, committed->code, &s->why);
}
