/* transaction/authenticator/one_time_addition.c - a one-time code app is taken in. */
#include "transaction/authenticator/one_time_addition.h"

#include <openssl/crypto.h>

#include "base/random.h"
#include "codec/qr.h"
#include "codec/text.h"
#include "transaction/authenticator/code_secret.h"

#define SECRET_SIZE 20        /* SHA-1's, RFC 4226 R6 */
#define DIGITS 6
#define PERIOD 30
#define NAME_OF_NONE "One-time codes"

struct adding {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	const struct account_access *access;
	struct addition addition;
	struct ask ask;
	struct one_time_begun begun;
	struct id id;
	struct span code;
	struct credential credential;
	struct credential_change change;
	struct problem why;          /* of a refusal, told once the try is counted */
	const char *step;
	on_one_time_begun *on_begun;
	on_one_time_added *on_added;
	void *arg;
};

static on_committed on_kept, on_counted, on_put;
static on_loaded on_waiting;

static void
cancel_adding(struct pending *pending)
{
	pending_cancel(&((struct adding *)pending)->waiting);
}

static struct adding *
adding_new(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, void *arg)
{
	struct adding *a = arena_new(arena, struct adding);

	*a = (struct adding){ .pending = { cancel_adding }, .store = store, .arena = arena, .settings = settings,
		.access = access, .arg = arg };
	return a;
}

/* Begin */

static enum err
make(struct adding *a, struct span secret, struct problem *why)
{
	struct code_seed seed = { .kind = a->addition.one_time.kind, .digest = CODE_SHA1, .digits = DIGITS,
		.period = PERIOD, .secret = secret };
	const struct account *account = a->access->account;

	a->begun.id = a->addition.credential;
	a->begun.uri = code_uri(a->arena, &seed, account->english ? a->settings->name.en : a->settings->name.ja,
	    span_text(account->number));
	a->begun.secret = code_secret_text(a->arena, secret);
	return qr_svg(a->arena, a->begun.uri, "QR", &a->begun.qr, why);
}

struct pending *
one_time_addition_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, enum code_kind kind, struct span name, on_one_time_begun *done, void *arg)
{
	struct adding *a = adding_new(store, arena, settings, access, arg);
	struct unit *unit = unit_new(arena, store_tables(store), id_new(access->now));
	uint8_t secret[SECRET_SIZE];

	a->on_begun = done;
	a->addition = (struct addition){ .kind = ADDITION_ONE_TIME, .begun = access->now,
		.until = instant_after(access->now, ADDITION_LASTS), .credential = id_new(access->now),
		.name = utf8_first(name.size ? name : span_text(NAME_OF_NONE), CREDENTIAL_NAME_LARGEST),
		.one_time = { .kind = kind, .digest = CODE_SHA1, .digits = DIGITS, .period = PERIOD } };
	random_bytes(secret, sizeof(secret));
	a->addition.one_time.secret = code_secret_wrap(arena, &settings->wrapping, &a->addition.credential,
	    span_of(secret, sizeof(secret)));
	make(a, span_of(secret, sizeof(secret)), &a->why);
	OPENSSL_cleanse(secret, sizeof(secret));
	addition_put(unit, &access->session->id, &a->addition);
	a->waiting = store_commit(store, unit, on_kept, a);
	return &a->pending;
}

static void
on_kept(void *arg, const struct committed *committed)
{
	struct adding *a = arg;

	a->waiting = NULL;
	if (committed->code != OK)
		problem_set(&a->why, committed->code, "", "the seed was not kept");
	a->on_begun(a->arg, a->why.code, a->why.code == OK ? &a->begun : NULL, &a->why);
}

/* Finish */

struct pending *
one_time_addition_finish(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, const struct id *id, struct span code, on_one_time_added *done, void *arg)
{
	struct adding *a = adding_new(store, arena, settings, access, arg);

	a->id = *id;
	a->code = code;
	a->on_added = done;
	a->ask = addition_ask(&access->session->id);
	a->waiting = store_load(store, &a->ask, 1, on_waiting, a);
	return &a->pending;
}

static void
tell(struct adding *a, unsigned left)
{
	a->waiting = NULL;
	a->on_added(a->arg, a->why.code, NULL, a->why.code == ERR_DENIED ? a->step : NULL, left, &a->why);
}

/* Refused: counted first. The last try takes the seed with it. */
static void
refuse(struct adding *a, const char *step)
{
	struct unit *unit = unit_new(a->arena, store_tables(a->store), id_new(a->access->now));

	a->step = step;
	a->addition.tries++;
	if (!step || a->addition.tries >= ADDITION_TRIES)
		addition_end(unit, &a->access->session->id, &a->addition);
	else
		addition_put(unit, &a->access->session->id, &a->addition);
	a->waiting = store_commit(a->store, unit, on_counted, a);
}

static void
on_counted(void *arg, const struct committed *committed)
{
	struct adding *a = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&a->why, ERR_CONFLICT, "", "two codes came at one time: neither was taken");
	else if (committed->code != OK)
		problem_set(&a->why, committed->code, "", "the try could not be counted: %s",
		    err_name(committed->code));
	tell(a, a->addition.tries < ADDITION_TRIES ? ADDITION_TRIES - a->addition.tries : 0);
}

static enum err
check(struct adding *a, bool *taken)
{
	struct code_seed seed;
	struct code_found found;
	enum err err;

	if (!code_secret_open(a->arena, &a->settings->wrapping, &a->addition.credential, &a->addition.one_time, &seed))
		return problem_set(&a->why, ERR_UNAVAILABLE, "", "the seed that was kept does not open");
	err = code_check(&seed, &a->settings->windows, a->code, (struct span){ 0 }, a->access->now, &found, &a->why);
	code_secret_forget(&seed);
	*taken = err == OK && found.taken;
	if (*taken) {
		a->addition.one_time.next = found.next;
		a->addition.one_time.drift = found.drift;
	}
	return err;
}

static void
put(struct adding *a)
{
	struct observation seen = { .credential = &a->credential, .now = a->access->now };
	struct unit *unit = unit_new(a->arena, store_tables(a->store), id_new(a->access->now));

	a->credential = (struct credential){
		.account = a->access->account->id, .id = a->addition.credential, .kind = CREDENTIAL_ONE_TIME,
		.state = CREDENTIAL_ACTIVE, .name = a->addition.name, .issued = a->addition.begun,
		.activated = a->access->now, .changed = a->access->now, .actor = span_text("person"),
		.reason = span_text("added"), .one_time = a->addition.one_time,
	};
	if (addition_bind(a->arena, a->settings, a->access, &a->credential, &seen, &a->why) != OK) {
		refuse(a, NULL);
		return;
	}
	addition_end(unit, &a->access->session->id, &a->addition);
	addition_commit(unit, a->arena, a->access, &a->credential, &a->change);
	a->waiting = store_commit(a->store, unit, on_put, a);
}

static void
on_waiting(void *arg, enum err err, const struct problem *why)
{
	struct adding *a = arg;
	bool taken = false;

	if (err != OK) {
		a->why = *why;
		tell(a, 0);
		return;
	}
	if (addition_loaded(a->arena, &a->ask, ADDITION_ONE_TIME, &a->addition, &a->why) == OK &&
	    !id_equal(&a->addition.credential, &a->id))
		problem_set(&a->why, ERR_NOT_FOUND, "", "no seed of this id waits in this session");
	else if (a->addition.generation)
		check(a, &taken);
	if (a->why.code != OK) {
		tell(a, 0);
	} else if (!taken) {
		problem_set(&a->why, ERR_DENIED, "RFC 6238 s5.2", "code: this is not the app's code now");
		refuse(a, "code");
	} else {
		put(a);
	}
}

static void
on_put(void *arg, const struct committed *committed)
{
	struct adding *a = arg;

	if (committed->code != OK) {
		problem_set(&a->why, committed->code, "", "the account, or what was begun, has changed meanwhile");
		tell(a, 0);
		return;
	}
	a->credential.generation = committed->generation;
	credential_change_log(&a->change);
	a->waiting = NULL;
	a->on_added(a->arg, OK, &a->credential, NULL, 0, NULL);
}
