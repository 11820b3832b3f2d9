/* transaction/phone/app_request_begin.c - a login asks a person's phones.
 *
 *     account (whoever it is said to be), its phones, how often it was asked -> number drawn -> login, request, pushes
 *
 * Whether there is such an account, or a phone, shows in nothing that is answered: the login's row is written all the
 * same, and the number is for a request that nobody sees.
 */
#include <assert.h>

#include <openssl/crypto.h>

#include "authn/app_pin.h"
#include "authn/attempts.h"
#include "base/random.h"
#include "base/record.h"
#include "transaction/phone/app_request.h"
#include "transaction/notice/notice.h"

#define CREDENTIALS_LOOKED_AT 64     /* the newest: an account with very many lists them elsewhere */
#define WORDS_LARGEST (2 * KIB)

enum { ASK_ACCOUNT, ASK_CREDENTIALS, ASK_PUSHES, ASK_MUTED, ASKS };

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct instant now;
	struct id account;           /* zero: nobody's */
	struct ask asks[ASKS];
	struct credential credentials[CREDENTIALS_LOOKED_AT];
	size_t credential_count;
	struct app_request_begun begun;
	struct problem why;
	on_app_request_begun *done;
	void *arg;
};

static void
cancel_beginning(struct pending *pending)
{
	struct beginning *b = (struct beginning *)pending;

	OPENSSL_cleanse(b->begun.code, sizeof(b->begun.code));
	pending_cancel(&b->waiting);
}

static void
answer(struct beginning *b, enum err err, const struct problem *why)
{
	struct app_request_begun begun = b->begun;

	/* Whoever is told may let the arena go. */
	OPENSSL_cleanse(b->begun.code, sizeof(b->begun.code));
	b->waiting = NULL;
	b->done(b->arg, err, err == OK ? &begun : NULL, err == OK ? NULL : why);
	OPENSSL_cleanse(begun.code, sizeof(begun.code));
}

static on_loaded on_account_loaded;
static on_committed on_begun;

struct pending *
app_request_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct app_request_begin *asked, on_app_request_begun *done, void *arg)
{
	struct beginning *b = arena_new(arena, struct beginning);
	struct span account;

	*b = (struct beginning){ .pending = { cancel_beginning }, .store = store, .arena = arena, .settings = settings,
		.now = asked->now, .begun.login = *asked->login, .done = done, .arg = arg };
	b->account = !id_given(&asked->login->account) ? asked->login->claimed : asked->login->account;
	account = id_span(&b->account);
	b->asks[ASK_ACCOUNT] = account_ask(&b->account);
	b->asks[ASK_CREDENTIALS] = credentials_ask(arena, &b->account, CREDENTIALS_LOOKED_AT);
	b->asks[ASK_PUSHES] = attempts_ask(arena, ATTEMPTS_PUSH, account);
	b->asks[ASK_MUTED] = (struct ask){ .table = &app_mute_table, .from = account };
	b->waiting = store_load(store, b->asks, ASKS, on_account_loaded, b);
	return &b->pending;
}

/* Decide */

/* Somebody said "this was not me". Whoever asks this account's phones again may be the same stranger, so they stay
 * silent until another way has succeeded: that was the person. On the person's own phone (app to app) nothing is muted:
 * there is nobody to be pestered by. Suspending the phone itself would let a stranger take a person's way in. */
static bool
is_muted(const struct beginning *b)
{
	const struct ask *asked = &b->asks[ASK_MUTED];
	struct instant since;
	struct record r;

	if (!asked->count)
		return false;
	r = record_of(asked->rows[0].value);
	since = record_instant(&r);
	for (size_t i = 0; i < b->credential_count; i++)
		if (b->credentials[i].kind != CREDENTIAL_APP && instant_before(since, b->credentials[i].used))
			return false;
	return true;
}

static bool
is_phone(const struct beginning *b, const struct credential *c)
{
	const char *why;

	return c->kind == CREDENTIAL_APP && credential_usable(c, b->now, &why);
}

static bool
has_phone(const struct beginning *b)
{
	for (size_t i = 0; i < b->credential_count; i++)
		if (is_phone(b, &b->credentials[i]))
			return true;
	return false;
}

static void
word_areas(struct beginning *b, const struct framework *framework, const struct demand *demand,
    struct localized *out)
{
	struct buffer ja = buffer_init(WORDS_LARGEST), en = buffer_init(WORDS_LARGEST);

	for (size_t i = 0; i < demand->count; i++) {
		const struct area *area = &framework->areas[demand->items[i].area];
		uint8_t level = demand->items[i].level;

		const bool more = buffer_span(&ja).size > 0;

		if (!level)
			continue;
		buffer_print(&ja, "%s%.*s %.*s", more ? "、" : "", SPAN_ARGS(area->title.ja),
		    SPAN_ARGS(area->levels[level - 1].title.ja));
		buffer_print(&en, "%s%.*s %.*s", more ? ", " : "", SPAN_ARGS(area->title.en),
		    SPAN_ARGS(area->levels[level - 1].title.en));
	}
	if (!ja.overflowed && !en.overflowed)
		*out = (struct localized){ arena_copy(b->arena, buffer_span(&ja)),
			arena_copy(b->arena, buffer_span(&en)) };
	buffer_release(&ja);
	buffer_release(&en);
}

/* For the account's own pages: what one is about to do there. */
static const struct { const char *ja, *en; } account_words[LOGIN_WHYS] = {
	[LOGIN_TO_LOOK] = { "アカウントを見る", "To see your account" },
	[LOGIN_TO_CHANGE] = { "アカウントの内容を変える", "To change your account" },
	[LOGIN_AS_ADMINISTRATIVE] = { "行政における個人の属性を見る", "To see what public bodies are told of you" },
	[LOGIN_TO_ADD] = { "認証手段を加える", "To add an authenticator" },
	[LOGIN_AS_STAFF] = { "窓口の担当者として働く", "To work as staff at the desk" },
};

/* For others in the framework's words: for a person to read, so that none can be found is no reason to stop. */
static struct localized
wanted_words(struct beginning *b)
{
	const struct login *login = &b->begun.login;
	struct policy_snapshot *snapshot;
	const struct shelf_policy *policy;
	const struct profile *profile;
	struct localized words = { 0 };
	struct demand demand;
	enum err err;

	if (login->front == LOGIN_FOR_ACCOUNT)
		return (struct localized){ span_text(account_words[login->why].ja),
			span_text(account_words[login->why].en) };
	snapshot = policy_shelf_take(b->settings->shelf);
	if (!snapshot)
		return words;
	err = requirement_find(snapshot, &login->wanted, b->now, &policy, &profile, &demand, NULL);
	if (err == OK && profile)
		words = (struct localized){ arena_copy(b->arena, profile->title.ja),
			arena_copy(b->arena, profile->title.en) };
	else if (err == OK)
		word_areas(b, policy->framework, &demand, &words);
	policy_snapshot_unref(snapshot);
	return words;
}

static void
push_to(struct beginning *b, struct unit *unit, const struct account *account, const struct credential *phone,
    const struct app_request *request)
{
	const struct credential_app *app = &phone->app;

	notice_put(unit, &(struct notice){
		.id = id_new(b->now), .kind = NOTICE_APP_REQUEST, .english = account->english,
		.push = { app->push_endpoint, app->push_key, app->push_secret }, .account = b->account,
		.credential = phone->id, .request = request->id, .made = b->now, .until = request->until });
}

/* At most so often since the account's last success (SP 800-63B-4 s3.1.3.3): beyond that the request waits in the app
 * for whoever opens it, and no phone rings. */
static void
push(struct beginning *b, struct unit *unit, const struct account *account, const struct attempts *pushes,
    const struct app_request *request)
{
	bool rung = false;

	if (request->quiet || attempts_wait(ATTEMPTS_PUSH, pushes, b->now).us)
		return;
	for (size_t i = 0; i < b->credential_count; i++) {
		const struct credential *c = &b->credentials[i];

		if (!is_phone(b, c) || !c->app.push_endpoint.size)
			continue;
		push_to(b, unit, account, c, request);
		rung = true;
	}
	if (rung)
		attempts_failed(unit, b->arena, ATTEMPTS_PUSH, id_span(&b->account),
		    pushes, b->now);
}

static enum err
read_credentials(struct beginning *b)
{
	const struct ask *asked = &b->asks[ASK_CREDENTIALS];

	for (size_t i = 0; i < asked->count; i++)
		if (credential_loaded(b->arena, &asked->rows[i], &b->credentials[i], &b->why) != OK)
			return b->why.code;
	b->credential_count = asked->count;
	return OK;
}

static struct app_request
request_of(struct beginning *b)
{
	const struct login *login = &b->begun.login;
	struct app_request request = {
		.id = login->app.request, .account = b->account, .login = login->id,
		.relying_party = login->relying_party, .name = login->name, .wanted = wanted_words(b),
		.where = login->where, .made = b->now, .until = login->app.until, .quiet = is_muted(b),
	};

	memcpy(request.browser, login->browser, sizeof(request.browser));
	random_bytes(request.challenge, sizeof(request.challenge));
	return request;
}

static enum err
prepare(struct beginning *b, struct unit *unit)
{
	struct login *login = &b->begun.login;
	struct id before = login->app.request;
	struct app_request request;
	struct account account;
	struct attempts pushes;
	enum err err;

	if (login->state != LOGIN_WAITING || !instant_before(b->now, login->expires))
		return problem_set(&b->why, ERR_CONFLICT, "", "the login is over: it has been answered or given up");
	app_digits_draw(b->begun.code);
	login->app = (struct login_app){ .state = LOGIN_APP_WAITING, .request = id_new(b->now),
		.until = instant_after(b->now, APP_REQUEST_FOR) };
	if (instant_before(login->expires, login->app.until))
		login->app.until = login->expires;
	app_code_digest(&login->app.request, span_text(b->begun.code), login->app.code);
	login_put(unit, login);
	if (!id_given(&b->account))
		return OK;
	/* Whoever answers the one before at this moment changes the login, too. */
	if (id_given(&before))
		unit_delete(unit, &app_request_table, app_request_ask(b->arena, &b->account, &before).from);
	err = account_loaded(b->arena, &b->asks[ASK_ACCOUNT], &account, &b->why);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (err == OK)
		err = attempts_loaded(&b->asks[ASK_PUSHES], &pushes, &b->why);
	if (err == OK)
		err = read_credentials(b);
	if (err != OK || !has_phone(b))
		return err;
	request = request_of(b);
	app_request_put(unit, b->arena, &request);
	push(b, unit, &account, &pushes, &request);
	return OK;
}

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;
	struct unit *unit = unit_new(b->arena, store_tables(b->store), id_new(b->now));

	if (err == OK)
		err = (why = &b->why, prepare(b, unit));
	if (err != OK)
		answer(b, err, why);
	else
		b->waiting = store_commit(b->store, unit, on_begun, b);
}

static void
on_begun(void *arg, const struct committed *committed)
{
	struct beginning *b = arg;

	if (committed->code == ERR_CONFLICT)
		problem_set(&b->why, ERR_CONFLICT, "", "the login changed meanwhile: look at it again");
	else if (committed->code != OK)
		problem_set(&b->why, committed->code, "", "the request to the phone could not be kept: %s",
		    err_name(committed->code));
	b->begun.login.generation = committed->generation;
	answer(b, committed->code, &b->why);
}
