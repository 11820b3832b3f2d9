/* transaction/login/passkey_finish.c - a passkey's answer in a login (WebAuthn L3 s7.2; authn-pki.md 1.3).
 *
 *     login -> challenge used up (A22) -> answer read -> credential, account -> examined (A3 to A19)
 *         -> counter, use and login in one unit (A20) | a clone's signal (A17): suspended, told | refused
 */
#include <assert.h>

#include "transaction/authenticator/credential_change.h"
#include "transaction/login/case.h"
#include "transaction/login/join.h"
#include "transaction/login/shown.h"

enum { ASK_NAME, ASK_OWN, ASK_FOUND };
#define ASKS LOGIN_SHOWN_ASKS

struct checking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct login_request asked;
	struct span body;
	struct ask asks[ASKS];
	struct login login;
	uint8_t challenge[WEBAUTHN_CHALLENGE];
	struct webauthn_response response;
	struct id handle;            /* the account that the passkey says it is of */
	struct login_shown shown;
	struct webauthn_asserted asserted;
	struct login_refusal refusal;
	bool refused;
	struct credential_change change; /* with a clone's signal */
	on_login_answered *done;
	void *arg;
};

static void
cancel_checking(struct pending *pending)
{
	pending_cancel(&((struct checking *)pending)->waiting);
}

static void
answer(struct checking *c, enum err err, const struct problem *why)
{
	c->waiting = NULL;
	c->done(c->arg, err, err == OK && c->refused ? &c->refusal : NULL, err == OK ? NULL : why);
}

static void
refuse(struct checking *c, const char *step, const char *reason, const char *clause, const char *text)
{
	c->refused = true;
	c->refusal = (struct login_refusal){ .step = step, .reason = reason, .clause = clause,
		.text = span_text(text) };
}

static on_loaded on_login_loaded, on_named, on_credential_loaded;
static on_committed on_used_up, on_joined, on_suspended;

/* The challenge */

struct pending *
login_passkey_finish(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_request *asked, struct span body, on_login_answered *done, void *arg)
{
	struct checking *c = arena_new(arena, struct checking);

	*c = (struct checking){ .pending = { cancel_checking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .body = body, .done = done, .arg = arg };
	c->asks[0] = login_ask(&c->asked.id);
	c->waiting = store_load(store, c->asks, 1, on_login_loaded, c);
	return &c->pending;
}

static enum err
find_challenge(struct checking *c, struct problem *why)
{
	struct login_ceremony *waiting = &c->login.passkey;

	if (login_waits(c->arena, &c->asks[0], c->asked.browser, &c->login, why) != OK)
		return why->code;
	if (!instant_before(c->asked.now, waiting->until))
		return problem_set(why, ERR_CONFLICT, "WebAuthn L3 s13.4.3",
		    "no challenge waits for a passkey in this login: it was answered, or its time is over");
	memcpy(c->challenge, waiting->challenge, sizeof(c->challenge));
	*waiting = (struct login_ceremony){ .until = { 0 } };
	return OK;
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;
	struct unit *unit;

	if (err == OK) {
		err = find_challenge(c, &own);
		why = &own;
	}
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	login_put(unit, &c->login);
	c->waiting = store_commit(c->store, unit, on_used_up, c);
}

/* The answer */

/* By its id; and among those of the account it names, for what was revoked stands under no name any more. */
static size_t
ask_credential(struct checking *c)
{
	const struct span handle = c->response.user_handle;

	c->asks[ASK_NAME] = (struct ask){ .table = &credential_name_table,
		.from = credential_name_key(c->arena, CREDENTIAL_PASSKEY, c->response.id) };
	if (handle.size != sizeof(c->handle.bytes))
		return ASK_OWN;
	memcpy(c->handle.bytes, handle.data, handle.size);
	c->asks[ASK_OWN] = credentials_ask(c->arena, &c->handle, LOGIN_CREDENTIALS);
	return ASK_FOUND;
}

static void
on_used_up(void *arg, const struct committed *committed)
{
	struct checking *c = arg;
	struct problem why;
	size_t count;

	if (committed->code != OK)
		problem_set(&why, committed->code, "", "the challenge could not be used up: %s",
		    err_name(committed->code));
	else if (webauthn_response_read(c->body, WEBAUTHN_GET, c->arena, &c->response, &why) == OK)
		why.code = OK;
	if (why.code != OK) {
		answer(c, why.code, &why);
		return;
	}
	c->login.generation = committed->generation;
	count = ask_credential(c);
	c->waiting = store_load(c->store, c->asks, count, on_named, c);
}

static enum err
find_credential(struct checking *c, size_t asks, struct problem *why)
{
	const struct ask *named = &c->asks[ASK_NAME], *own = &c->asks[ASK_OWN];
	struct credential one;

	if (named->count)
		return login_shown_named(named, &c->shown, why);
	for (size_t i = 0; asks > ASK_OWN && i < own->count; i++) {
		if (credential_loaded(c->arena, &own->rows[i], &one, why) != OK)
			return why->code;
		if (one.kind != CREDENTIAL_PASSKEY || !span_equal(one.passkey.id, c->response.id))
			continue;
		c->shown.account = one.account;
		c->shown.id = one.id;
		return OK;
	}
	return ERR_NOT_FOUND;
}

static void
on_named(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = find_credential(c, c->response.user_handle.size == sizeof(c->handle.bytes) ? ASK_FOUND : ASK_OWN,
		    &own);
		why = &own;
	}
	if (err == ERR_NOT_FOUND) {
		refuse(c, "credential", NULL, "WebAuthn L3 s7.2 step 6", "this passkey is registered with no account");
		err = OK;
	}
	if (err != OK || c->refused) {
		answer(c, err, why);
		return;
	}
	login_shown_ask(c->arena, &c->shown, c->asks);
	c->waiting = store_load(c->store, c->asks, LOGIN_SHOWN_ASKS, on_credential_loaded, c);
}

/* Examine */

static void
examine(struct checking *c)
{
	struct examination *examination = arena_new(c->arena, struct examination);
	const struct credential_passkey *kept = &c->shown.credential.passkey;
	const struct webauthn_expectation expected = {
		.site = &c->settings->site,
		.challenge = span_of(c->challenge, sizeof(c->challenge)),
		/* Who could tell its holder when it was made can now: less is not the same authenticator's answer. */
		.user_verified = kept->user_verified,
	};
	const struct webauthn_credential known = {
		.id = kept->id, .key = kept->key, .sign_count = kept->sign_count,
		.user_handle = id_span(&c->shown.account),
		.backup_eligible = kept->backup_eligible,
	};
	const struct examined *cause;

	*examination = (struct examination){ .arena = c->arena };
	if (webauthn_assert(&c->response, &expected, &known, examination, &c->asserted))
		return;
	cause = examination_cause(examination);
	assert(cause);
	refuse(c, cause->step, NULL, cause->clause, cause->text);
}

/* Commit */

static void
join(struct checking *c)
{
	struct unit *unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	const struct observation observed = { .credential = &c->shown.credential, .now = c->asked.now,
		.user_verified = c->asserted.user_verified, .backed_up = c->asserted.backed_up,
		.resistant = resistant_offered(&c->shown.credential, 1, false, c->asked.now) };
	struct problem why;

	c->shown.credential.passkey.sign_count = c->asserted.sign_count;
	c->shown.credential.passkey.backed_up = c->asserted.backed_up;
	if (login_join(unit, c->arena, c->settings, &c->login, &c->shown.credential, &observed, &why) == OK)
		c->waiting = store_commit(c->store, unit, on_joined, c);
	else
		answer(c, why.code, &why);
}

/* A17: two of them count, so one is a copy. Which is the person's nobody can tell: neither goes on. */
static void
suspend(struct checking *c)
{
	struct unit *unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));
	bool changed;

	refuse(c, "counter", NULL, "WebAuthn L3 s7.2 step 22",
	    "this passkey's counter went back, as if there were a copy of it: it has been suspended");
	if (credential_take(&c->shown.credential, CREDENTIAL_SUSPEND, &(struct credential_because){
	        .actor = span_text("system"), .reason = span_text("counter-back"), .evidence = c->login.id,
	        .now = c->asked.now }, &changed, NULL) != OK)
		assert(false); /* it was active a moment ago */
	c->change = (struct credential_change){ .account = &c->shown.whose, .credential = &c->shown.credential,
		.event = CREDENTIAL_STEPPED, .now = c->asked.now };
	credential_change_put(unit, c->arena, &c->change);
	c->waiting = store_commit(c->store, unit, on_suspended, c);
}

static void
on_credential_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = login_shown_loaded(c->arena, c->asks, &c->shown, &own);
		why = &own;
	}
	if (err == ERR_NOT_FOUND) {
		refuse(c, "credential", NULL, "WebAuthn L3 s7.2 step 6", "this passkey is registered with no account");
		err = OK;
	}
	if (err == OK && !c->refused && c->shown.credential.kind != CREDENTIAL_PASSKEY)
		refuse(c, "app-passkey", NULL, "",
		    "this passkey unlocks the app on a phone, and nobody logs in with it alone");
	if (err == OK && !c->refused)
		examine(c);
	/* Signed with its key: who asks holds it, and may know how it stands. */
	if (err == OK && !c->refused)
		c->refused = login_shown_refused(c->arena, &c->shown, &c->login, "passkey", c->asked.now, &c->refusal);
	if (err != OK || c->refused)
		answer(c, err, why);
	else if (c->asserted.counter_back)
		suspend(c);
	else
		join(c);
}

static void
on_joined(void *arg, const struct committed *committed)
{
	struct checking *c = arg;
	struct problem why;

	if (committed->code == ERR_CONFLICT)
		problem_set(&why, ERR_CONFLICT, "WebAuthn L3 s7.2 step 25",
		    "the passkey or the login was used at this very time: begin again");
	else if (committed->code != OK)
		problem_set(&why, committed->code, "", "the authentication could not be recorded: %s",
		    err_name(committed->code));
	answer(c, committed->code, &why);
}

static void
on_suspended(void *arg, const struct committed *committed)
{
	struct checking *c = arg;
	struct problem why;

	if (committed->code == OK)
		credential_change_log(&c->change);
	else
		problem_set(&why, committed->code, "", "the passkey's suspension could not be recorded: %s",
		    err_name(committed->code));
	answer(c, committed->code, &why);
}
