/* transaction/authenticator/credential_stepping.c - a person takes a step of one of the own authenticators' lives. */
#include "transaction/authenticator/credential_stepping.h"

#include "transaction/authenticator/credential_change.h"
#include "transaction/authenticator/fido_effect.h"

#define PAGE 64

struct stepping {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct account_access *access;
	struct credential_stepping asked;
	struct ask ask;
	struct credential credential;
	struct credential_change change;
	struct problem why;
	bool changed;
	on_credential_stepped *done;
	void *arg;
};

static on_loaded on_credential, on_others;
static on_committed on_put;

static void
cancel_stepping(struct pending *pending)
{
	pending_cancel(&((struct stepping *)pending)->waiting);
}

static void
tell(struct stepping *s, enum err err, bool last)
{
	s->waiting = NULL;
	s->done(s->arg, err, err == OK ? &s->credential : NULL, last, err == OK ? NULL : &s->why);
}

bool
credential_reason_known(struct span word)
{
	static const char *const words[] = { "lost", "stolen", "replaced", "unused", "other" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (span_is(word, words[i]))
			return true;
	return false;
}

struct pending *
credential_stepping(struct store *store, struct arena *arena, const struct account_access *access,
    const struct credential_stepping *asked, on_credential_stepped *done, void *arg)
{
	struct stepping *s = arena_new(arena, struct stepping);

	*s = (struct stepping){ .pending = { cancel_stepping }, .store = store, .arena = arena, .access = access,
		.asked = *asked, .done = done, .arg = arg };
	s->ask = credential_ask(arena, &access->account->id, &asked->credential);
	s->waiting = store_load(store, &s->ask, 1, on_credential, s);
	return &s->pending;
}

static void
put(struct stepping *s)
{
	struct unit *unit = unit_new(s->arena, store_tables(s->store), id_new(s->access->now));
	const struct account *account = s->access->account;

	s->change = (struct credential_change){ .account = account, .credential = &s->credential,
		.event = CREDENTIAL_STEPPED, .now = s->access->now };
	/* None is taken back by one that is being stopped in this moment; stopping one hangs on nothing else. */
	if (s->asked.step == CREDENTIAL_RESUME || s->asked.step == CREDENTIAL_UNLOCK)
		session_expect(unit, s->arena, s->access->session);
	if (s->asked.step == CREDENTIAL_NO_STEP)
		credential_put(unit, s->arena, &s->credential);
	else
		credential_change_put(unit, s->arena, &s->change);
	s->waiting = store_commit(s->store, unit, on_put, s);
}

/* Pure: what may be done, and what it makes of it. */
static enum err
decide_step(struct stepping *s)
{
	struct credential *c = &s->credential;
	const struct credential_because because = { .actor = span_text("person"), .reason = s->asked.reason,
		.evidence = s->access->session->id, .now = s->access->now };

	if (s->asked.step == CREDENTIAL_NO_STEP) {
		s->changed = !span_equal(c->name, s->asked.name);
		c->name = s->asked.name;
		return OK;
	}
	if (s->asked.step == CREDENTIAL_RESUME && c->state == CREDENTIAL_SUSPENDED &&
	    span_is(c->reason, CREDENTIAL_MODEL_REVOKED))
		return problem_set(&s->why, ERR_DENIED, "MDS 3.1.1 s3.1.4",
		    "this authenticator was suspended because its model is not trusted any more");
	if (s->asked.step == CREDENTIAL_RESUME && c->state == CREDENTIAL_LOCKED)
		s->asked.step = CREDENTIAL_UNLOCK;
	return credential_take(c, s->asked.step, &because, &s->changed, &s->why);
}

static void
on_credential(void *arg, enum err err, const struct problem *why)
{
	struct stepping *s = arg;
	const char *unusable;
	bool was_usable;

	if (err != OK) {
		s->why = *why;
	} else {
		err = credential_loaded(s->arena, s->ask.count ? s->ask.rows : NULL, &s->credential, &s->why);
	}
	if (err != OK) {
		tell(s, err, false);
		return;
	}
	was_usable = credential_usable(&s->credential, s->access->now, &unusable);
	err = decide_step(s);
	if (err != OK || !s->changed) {
		tell(s, err, false);
	} else if (!was_usable || s->asked.confirmed || credential_usable(&s->credential, s->access->now, &unusable)) {
		put(s);
	} else {
		s->ask = credentials_ask(s->arena, &s->access->account->id, PAGE);
		s->waiting = store_load(s->store, &s->ask, 1, on_others, s);
	}
}

/* Page by page, until one is found: an account with very many mostly has it on the first. */
static void
on_others(void *arg, enum err err, const struct problem *why)
{
	struct stepping *s = arg;
	struct credential other = { .kind = CREDENTIAL_NO_KIND };
	const char *unusable;

	if (err != OK)
		s->why = *why;
	for (size_t i = 0; err == OK && i < s->ask.count; i++) {
		err = credential_loaded(s->arena, &s->ask.rows[i], &other, &s->why);
		if (err == OK && !id_equal(&other.id, &s->credential.id) &&
		    credential_usable(&other, s->access->now, &unusable)) {
			put(s);
			return;
		}
	}
	if (err == OK && s->ask.more) {
		s->ask = credentials_before_ask(s->arena, &s->access->account->id, &other.id, PAGE);
		s->waiting = store_load(s->store, &s->ask, 1, on_others, s);
		return;
	}
	if (err == OK)
		err = problem_set(&s->why, ERR_CONFLICT, "", s->access->account->standing == ACCOUNT_FULL
		    ? "this is the last authenticator that can be used: without it only the card brings a new one"
		    : "this is the last authenticator that can be used: without it nobody can log in to this account");
	tell(s, err, s->why.code == ERR_CONFLICT);
}

static void
on_put(void *arg, const struct committed *committed)
{
	struct stepping *s = arg;

	if (committed->code != OK) {
		problem_set(&s->why, committed->code, "", committed->code == ERR_CONFLICT
		    ? "the authenticator changed meanwhile: look at it again" : "the change was not kept");
		tell(s, s->why.code, false);
		return;
	}
	s->credential.generation = committed->generation;
	if (s->asked.step != CREDENTIAL_NO_STEP)
		credential_change_log(&s->change);
	tell(s, OK, false);
}
