/* transaction/phone/app_answer.c - a person says yes on the phone. */
#include "transaction/phone/app_answer.h"

#include <openssl/crypto.h>

#include "authn/app_pin.h"
#include "authn/attempts.h"
#include "codec/text.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/session/observation.h"

#define CREDENTIALS_LOOKED_AT 64     /* the newest: whether another way resists phishing */
#define FACTS_ROOM (16 * KIB)
#define ID_TEXT 33

enum { ASK_REQUEST, ASK_PINS, ASK_NUMBERS, ASK_FAILURES, ASK_PUSHES, ASK_CREDENTIALS, ASK_LOGIN, ASKS };

struct answering {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct app_answer asked;
	struct credential credential; /* as it will be */
	struct ask asks[ASKS];
	struct attempts pins, numbers, failures, pushes;
	unsigned resistant;
	struct app_request request;
	struct login login;
	bool same_browser;
	struct app_answered answered;
	struct problem why;
	on_app_answered *done;
	void *arg;
};

static const char *const words[] = {
	[APP_STEP_NONE] = "none",
	[APP_STEP_USABLE] = "usable",
	[APP_STEP_PIN] = "pin",
	[APP_STEP_NUMBER] = "number",
	[APP_STEP_SIGNATURE] = "signature",
};

const char *
app_step_word(enum app_step step)
{
	return words[step];
}

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

static struct span
id_span(const struct id *id)
{
	return span_of(id->bytes, sizeof(id->bytes));
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
	a->asks[ASK_REQUEST] = app_request_ask(arena, account, &asked->request);
	a->asks[ASK_PINS] = attempts_ask(arena, ATTEMPTS_PIN, id_span(&a->credential.id));
	a->asks[ASK_NUMBERS] = attempts_ask(arena, ATTEMPTS_TRANSFER, id_span(account));
	a->asks[ASK_FAILURES] = attempts_ask(arena, ATTEMPTS_ACCOUNT, id_span(account));
	a->asks[ASK_PUSHES] = attempts_ask(arena, ATTEMPTS_PUSH, id_span(account));
	a->asks[ASK_CREDENTIALS] = credentials_ask(arena, account, CREDENTIALS_LOOKED_AT);
	a->waiting = store_load(store, a->asks, ASK_LOGIN, on_request_loaded, a);
	return &a->pending;
}

/* Load */

static enum err
read_others(struct answering *a)
{
	const struct ask *asked = &a->asks[ASK_CREDENTIALS];
	const char *why;

	for (size_t i = 0; i < asked->count; i++) {
		struct credential c;

		if (credential_loaded(a->arena, &asked->rows[i], &c, &a->why) != OK)
			return a->why.code;
		if ((c.kind == CREDENTIAL_PASSKEY || c.kind == CREDENTIAL_CARD) &&
		    credential_usable(&c, a->asked.now, &why))
			a->resistant = 1;
	}
	return OK;
}

static enum err
read_request(struct answering *a)
{
	const struct ask *asked = &a->asks[ASK_REQUEST];
	struct problem *why = &a->why;

	if (app_request_loaded(a->arena, asked->count ? asked->rows : NULL, &a->request, why) != OK ||
	    attempts_loaded(&a->asks[ASK_PINS], &a->pins, why) != OK ||
	    attempts_loaded(&a->asks[ASK_NUMBERS], &a->numbers, why) != OK ||
	    attempts_loaded(&a->asks[ASK_FAILURES], &a->failures, why) != OK ||
	    attempts_loaded(&a->asks[ASK_PUSHES], &a->pushes, why) != OK || read_others(a) != OK)
		return why->code;
	a->same_browser = a->asked.browser &&
	    CRYPTO_memcmp(a->asked.browser, a->request.browser, sizeof(a->request.browser)) == 0;
	if (a->request.quiet && !a->same_browser)
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

static enum err
check_tries(struct answering *a)
{
	const struct instant waits[] = {
		attempts_wait(ATTEMPTS_PIN, &a->pins, a->asked.now),
		attempts_wait(ATTEMPTS_TRANSFER, &a->numbers, a->asked.now),
		attempts_wait(ATTEMPTS_ACCOUNT, &a->failures, a->asked.now),
	};

	for (size_t i = 0; i < COUNT(waits); i++)
		if (instant_before(a->answered.until, waits[i]))
			a->answered.until = waits[i];
	if (a->answered.until.us)
		return problem_set(&a->why, ERR_LIMIT, "NIST SP 800-63B-4 s3.2.2",
		    "too many wrong tries: the next may be made later");
	return OK;
}

static bool
is_pin(struct answering *a)
{
	const struct credential *c = &a->credential;

	return app_pin_is(&a->settings->wrapping, &c->account, &c->id, a->asked.pin, c->app.pin);
}

static bool
is_number(struct answering *a)
{
	uint8_t digest[32];

	app_code_digest(&a->request.id, a->asked.code, digest);
	return CRYPTO_memcmp(digest, a->login.app.code, sizeof(digest)) == 0;
}

static bool
is_signed(struct answering *a)
{
	char request[ID_TEXT];
	const struct app_message m = { .word = "answer", .count = 6, .parts = {
		a->settings->origin,
		base64url_write(a->arena, credential_name_key(a->arena, CREDENTIAL_APP, a->credential.app.key)),
		span_text(hex_text(id_span(&a->request.id), request)),
		base64url_write(a->arena, span_of(a->request.challenge, sizeof(a->request.challenge))),
		a->request.relying_party,
		a->asked.code.size ? a->asked.code : span_text("-"),
	} };

	return app_message_verify(a->arena, &m, a->credential.app.key, a->asked.signature, &a->why) == OK;
}

/* Commit */

static void
commit(struct answering *a, struct unit *unit)
{
	a->waiting = store_commit(a->store, unit, on_kept, a);
}

static void
count_failure(struct answering *a, struct unit *unit)
{
	attempts_failed(unit, a->arena, ATTEMPTS_ACCOUNT, id_span(&a->credential.account), &a->failures, a->asked.now);
}

/* The credential itself remembers, so that no other session begins at nought; then it is locked. */
static void
refuse_pin(struct answering *a, struct unit *unit)
{
	struct credential *c = &a->credential;
	const struct credential_because because = { .actor = span_text("system"), .reason = span_text("wrong-pin"),
		.evidence = a->request.id, .now = a->asked.now };
	const struct credential_change change = { .account = &a->asked.caller->account, .credential = c,
		.event = CREDENTIAL_STEPPED, .now = a->asked.now };
	bool changed = false;

	c->failures++;
	a->answered.failed = APP_STEP_PIN;
	a->answered.left = c->failures < CREDENTIAL_FAILURES ? CREDENTIAL_FAILURES - c->failures : 0;
	attempts_failed(unit, a->arena, ATTEMPTS_PIN, id_span(&c->id), &a->pins, a->asked.now);
	count_failure(a, unit);
	/* It was usable a moment ago, and who is active can be locked. */
	if (!a->answered.left && credential_take(c, CREDENTIAL_LOCK, &because, &changed, &a->why) == OK && changed)
		credential_change_put(unit, a->arena, &change);
	else
		credential_put(unit, a->arena, c);
	commit(a, unit);
}

static void
refuse_number(struct answering *a, struct unit *unit)
{
	a->request.wrong++;
	a->answered.failed = APP_STEP_NUMBER;
	a->answered.left = a->request.wrong < APP_REQUEST_NUMBERS ? APP_REQUEST_NUMBERS - a->request.wrong : 0;
	attempts_failed(unit, a->arena, ATTEMPTS_TRANSFER, id_span(&a->credential.account), &a->numbers, a->asked.now);
	count_failure(a, unit);
	if (a->answered.left) {
		app_request_put(unit, a->arena, &a->request);
	} else {
		app_request_delete(unit, a->arena, &a->request);
		a->login.app.state = LOGIN_APP_REFUSED;
		login_put(unit, &a->login);
	}
	commit(a, unit);
}

static enum err
write_facts(struct answering *a, struct span *out)
{
	struct policy_snapshot *snapshot = policy_shelf_take(a->settings->shelf);
	const struct observation seen = {
		.credential = &a->credential, .now = a->asked.now, .user_verified = true, .pin = true,
		.separate_channel = !a->same_browser, .app_to_app = a->same_browser, .resistant_offered = a->resistant,
	};
	struct buffer facts = buffer_init(FACTS_ROOM);

	if (!snapshot || !snapshot->dictionary) {
		policy_snapshot_unref(snapshot);
		return problem_set(&a->why, ERR_UNAVAILABLE, "", "no dictionary of facts is in force");
	}
	observation_write(&facts, snapshot->dictionary, &seen);
	*out = arena_copy(a->arena, buffer_span(&facts));
	buffer_release(&facts);
	policy_snapshot_unref(snapshot);
	return OK;
}

static void
take(struct answering *a, struct unit *unit)
{
	struct credential *c = &a->credential;
	struct authentication authentication = { .credential = c->id, .kind = c->kind, .at = a->asked.now };

	c->used = a->asked.now;
	c->failures = 0;
	if (write_facts(a, &authentication.facts) != OK ||
	    login_authenticated(&a->login, &c->account, &authentication, &a->why) != OK) {
		answer(a, a->why.code, &a->why);
		return;
	}
	a->login.app.state = LOGIN_APP_ANSWERED;
	login_put(unit, &a->login);
	app_request_delete(unit, a->arena, &a->request);
	credential_put(unit, a->arena, c);
	attempts_forget(unit, a->arena, ATTEMPTS_PIN, id_span(&c->id), &a->pins);
	attempts_forget(unit, a->arena, ATTEMPTS_TRANSFER, id_span(&c->account), &a->numbers);
	attempts_forget(unit, a->arena, ATTEMPTS_PUSH, id_span(&c->account), &a->pushes);
	/* Who logs in on the phone itself has it in hand: it may be asked from afar again. */
	if (a->same_browser)
		unit_delete(unit, &app_mute_table, id_span(&c->account));
	commit(a, unit);
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct answering *a = arg;
	struct unit *unit = unit_new(a->arena, store_tables(a->store), id_new(a->asked.now));

	if (err == OK) {
		why = &a->why;
		if ((err = find_login(a)) == OK)
			err = check_tries(a);
		if (err == OK && !a->asked.code.size && !a->same_browser)
			err = problem_set(&a->why, ERR_INVALID, "NIST SP 800-63B-4 s3.1.3.1",
			    "/code: expected the number that the login's page shows, for that is another browser");
	}
	if (err != OK) {
		answer(a, err, why);
	} else if (!is_pin(a)) {
		refuse_pin(a, unit);
	} else if (a->asked.code.size && !is_number(a)) {
		refuse_number(a, unit);
	} else if (!is_signed(a)) {
		a->answered.failed = APP_STEP_SIGNATURE;
		answer(a, OK, NULL);
	} else {
		take(a, unit);
	}
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
	answer(a, committed->code, &a->why);
}
