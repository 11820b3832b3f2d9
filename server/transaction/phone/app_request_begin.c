/* transaction/phone/app_request_begin.c - a login asks a person's phones.
 *
 *     account (whoever it is said to be), its phones, how often it was asked, what waits
 *         -> [logins of those whose place it takes] -> number drawn -> login, request, pushes
 *
 * Whether there is such an account, or a phone, shows in nothing that is answered: the login's row is written all the
 * same, and the number is for a request that nobody sees.
 */
#include <assert.h>

#include <openssl/crypto.h>

#include "authn/app_pin.h"
#include "authn/attempts.h"
#include "base/random.h"
#include "transaction/notice/notice.h"
#include "transaction/phone/app_request.h"

#define CREDENTIALS_LOOKED_AT APP_MUTE_CREDENTIALS
#define PLACES 8                     /* taken by one: more than one network's at once only where two came together */
#define WORDS_LARGEST (2 * KIB)

enum { ASK_ACCOUNT, ASK_CREDENTIALS, ASK_PUSHES, ASK_MUTED, ASK_REQUESTS, ASKS };

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct instant now;
	struct id account;           /* zero: nobody's */
	char network[ADDRESS_TEXT];
	struct ask asks[ASKS];
	struct app_request replaced[PLACES];
	size_t replaced_count;
	struct ask logins[PLACES];   /* theirs */
	struct credential credentials[CREDENTIALS_LOOKED_AT];
	size_t credential_count;
	struct account owner;
	struct attempts pushes;
	bool known, muted;           /* there is such an account; its phones are silent */
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

static on_loaded on_account_loaded, on_logins_loaded;
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
	address_network_text(&asked->address, b->network);
	b->asks[ASK_ACCOUNT] = account_ask(&b->account);
	b->asks[ASK_CREDENTIALS] = credentials_ask(arena, &b->account, CREDENTIALS_LOOKED_AT);
	b->asks[ASK_PUSHES] = attempts_ask(arena, ATTEMPTS_PUSH, account);
	b->asks[ASK_MUTED] = app_mute_ask(&b->account);
	b->asks[ASK_REQUESTS] = app_requests_ask(arena, &b->account, APP_REQUESTS_LOOKED_AT);
	b->waiting = store_load(store, b->asks, ASKS, on_account_loaded, b);
	return &b->pending;
}

/* Decide */

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
	[LOGIN_TO_ERASE] = { "アカウントを消去する", "To erase your account" },
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

/* On the person's own phone (app to app) nothing is muted: there is nobody to be pestered by. */
static enum err
read_owner(struct beginning *b)
{
	enum err err;

	if (!id_given(&b->account))
		return OK;
	err = account_loaded(b->arena, &b->asks[ASK_ACCOUNT], &b->owner, &b->why);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (err == OK)
		err = attempts_loaded(&b->asks[ASK_PUSHES], &b->pushes, &b->why);
	if (err == OK)
		err = read_credentials(b);
	if (err != OK)
		return err;
	b->known = true;
	b->muted = app_muted(&b->asks[ASK_MUTED], b->credentials, b->credential_count).since.us > 0;
	return OK;
}

static struct app_request
request_of(struct beginning *b)
{
	const struct login *login = &b->begun.login;
	struct app_request request = {
		.id = login->app.request, .account = b->account, .login = login->id,
		.relying_party = login->relying_party, .name = login->name, .wanted = wanted_words(b),
		.where = login->where, .made = b->now, .until = login->app.until, .quiet = b->muted,
		.network = span_text(b->network),
	};

	memcpy(request.browser, login->browser, sizeof(request.browser));
	random_bytes(request.challenge, sizeof(request.challenge));
	return request;
}

/* Those of the same browser, and of the same network: 120 logins a minute are one request, and what the person asked at
 * home is none of the stranger's. */
static bool
is_replaced(const struct beginning *b, const struct app_request *q)
{
	const struct login *login = &b->begun.login;

	return !id_equal(&q->id, &login->app.request) &&
	    (CRYPTO_memcmp(q->browser, login->browser, sizeof(q->browser)) == 0 ||
	    span_is(q->network, b->network));
}

static enum err
find_places(struct beginning *b)
{
	const struct ask *asked = &b->asks[ASK_REQUESTS];

	for (size_t i = 0; i < asked->count && b->replaced_count < PLACES; i++) {
		struct app_request *q = &b->replaced[b->replaced_count];

		if (app_request_loaded(b->arena, &asked->rows[i], q, &b->why) != OK)
			return b->why.code;
		if (is_replaced(b, q))
			b->logins[b->replaced_count++] = login_ask(&q->login);
	}
	return OK;
}

/* Their pages are told where nothing hinders it: a row that cannot be read, or is over, is its own page's to
 * explain. */
static void
take_places(struct beginning *b, struct unit *unit)
{
	for (size_t i = 0; i < b->replaced_count; i++) {
		const struct app_request *q = &b->replaced[i];
		struct login other;

		unit_delete(unit, &app_request_table, app_request_ask(b->arena, &b->account, &q->id).from);
		if (id_equal(&q->login, &b->begun.login.id) ||
		    login_loaded(b->arena, &b->logins[i], NULL, &other, &b->why) != OK ||
		    other.state != LOGIN_WAITING || !id_equal(&other.app.request, &q->id))
			continue;
		other.app.state = LOGIN_APP_REPLACED;
		login_put(unit, &other);
	}
}

static enum err
prepare(struct beginning *b, struct unit *unit)
{
	struct login *login = &b->begun.login;
	struct id before = login->app.request;
	struct app_request request;

	if (login->state != LOGIN_WAITING || !instant_before(b->now, login->expires))
		return problem_set(&b->why, ERR_CONFLICT, "", "the login is over: it has been answered or given up");
	random_digits(b->begun.code);
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
	take_places(b, unit);
	if (!b->known || !has_phone(b))
		return OK;
	/* Erased in this moment it would keep what is put beneath it. */
	unit_expect(unit, &account_table, id_span(&b->account), b->owner.generation);
	request = request_of(b);
	app_request_put(unit, b->arena, &request);
	app_code_put(unit, b->arena, &request, span_text(b->begun.code));
	push(b, unit, &b->owner, &b->pushes, &request);
	return OK;
}

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;

	if (err == OK)
		err = (why = &b->why, read_owner(b));
	if (err == OK)
		err = (why = &b->why, find_places(b));
	if (err != OK)
		answer(b, err, why);
	else
		b->waiting = store_load(b->store, b->logins, b->replaced_count, on_logins_loaded, b);
}

static void
on_logins_loaded(void *arg, enum err err, const struct problem *why)
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
