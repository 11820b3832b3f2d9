/* transaction/login/code.c - one-time and recovery codes in a login.
 *
 *     login -> account, its authenticators, failures so far -> wait? -> code found: joined
 *                                                                   -> not: counted
 *
 * What somebody says is theirs may be nobody's: then the same is loaded, computed and written, and answered the same.
 */
#include <assert.h>

#include <openssl/crypto.h>

#include "authn/attempts.h"
#include "authn/recovery_code.h"
#include "transaction/authenticator/code_secret.h"
#include "transaction/login/case.h"
#include "transaction/login/join.h"
#include "transaction/login/way.h"

#define SEEDS_LARGEST 4 /* of an account that are tried */
#define SECRET_OF_NOBODY "a secret that nobody has, as long as others"

enum { ASK_ACCOUNT, ASK_CREDENTIALS, ASK_CODES, ASK_FAILURES, ASKS };

struct checking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct login_code asked;
	struct ask asks[ASKS];
	struct login login;
	struct id of;                /* whom failures count against */
	bool somebody;               /* it is an account */
	struct account account;
	struct credential *list;     /* of the way, in force */
	size_t count;
	enum resistant resistant;    /* what it has beside codes */
	struct attempts codes, failures;
	bool refused;
	struct login_refusal refusal;
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

static on_loaded on_login_loaded, on_person_loaded;
static on_committed on_done;

struct pending *
login_code_check(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_code *asked, on_login_answered *done, void *arg)
{
	struct checking *c = arena_new(arena, struct checking);

	assert(asked->way == LOGIN_BY_CODE || asked->way == LOGIN_BY_RECOVERY);
	*c = (struct checking){ .pending = { cancel_checking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	c->asks[0] = login_ask(&c->asked.request.id);
	c->waiting = store_load(store, c->asks, 1, on_login_loaded, c);
	return &c->pending;
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct span of;
	struct problem own;

	if (err == OK) {
		err = login_waits(c->arena, &c->asks[0], c->asked.request.browser, &c->login, &own);
		why = &own;
	}
	if (err == OK && !c->login.said && !id_given(&c->login.account))
		err = problem_set(&own, ERR_CONFLICT, "",
		    "a code is some account's: say first whose it is, by number or address");
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	c->of = id_given(&c->login.account) ? c->login.account : c->login.named;
	of = id_span(&c->of);
	c->asks[ASK_ACCOUNT] = account_ask(&c->of);
	c->asks[ASK_CREDENTIALS] = credentials_ask(c->arena, &c->of, LOGIN_CREDENTIALS);
	c->asks[ASK_CODES] = attempts_ask(c->arena, ATTEMPTS_CODE, of);
	c->asks[ASK_FAILURES] = attempts_ask(c->arena, ATTEMPTS_ACCOUNT, of);
	c->waiting = store_load(c->store, c->asks, ASKS, on_person_loaded, c);
}

/* Load */

static enum err
take_credentials(struct checking *c, struct problem *why)
{
	const enum credential_kind kind =
	    c->asked.way == LOGIN_BY_CODE ? CREDENTIAL_ONE_TIME : CREDENTIAL_RECOVERY;
	const struct ask *asked = &c->asks[ASK_CREDENTIALS];
	struct credential *own = arena_array(c->arena, struct credential, asked->count);
	const char *reason;

	c->list = arena_array(c->arena, struct credential, SEEDS_LARGEST);
	for (size_t i = 0; i < asked->count; i++) {
		if (credential_loaded(c->arena, &asked->rows[i], &own[i], why) != OK)
			return why->code;
		if (own[i].kind == kind && c->count < SEEDS_LARGEST &&
		    credential_usable(&own[i], c->asked.request.now, &reason))
			c->list[c->count++] = own[i];
	}
	c->resistant = resistant_offered(own, asked->count, !asked->more, c->asked.request.now);
	return OK;
}

static enum err
take_person(struct checking *c, struct problem *why)
{
	enum err err = account_loaded(c->arena, &c->asks[ASK_ACCOUNT], &c->account, why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	c->somebody = err == OK;
	if (attempts_loaded(&c->asks[ASK_CODES], &c->codes, why) != OK ||
	    attempts_loaded(&c->asks[ASK_FAILURES], &c->failures, why) != OK)
		return why->code;
	return c->somebody ? take_credentials(c, why) : OK;
}

/* Decide */

static struct instant
latest(struct instant a, struct instant b)
{
	return instant_before(a, b) ? b : a;
}

/* Paper waits for nobody: its 80 bits are not guessed (NIST SP 800-63B-4 s3.1.2.2 asks for limits below 64), and it is
 * what is left when strangers keep the other ways waiting. */
static bool
must_wait(struct checking *c)
{
	const struct instant now = c->asked.request.now;
	const struct instant until = latest(attempts_wait(ATTEMPTS_CODE, &c->codes, now),
	    attempts_wait(ATTEMPTS_ACCOUNT, &c->failures, now));

	if (!until.us || c->asked.way == LOGIN_BY_RECOVERY)
		return false;
	c->refused = true;
	c->refusal = (struct login_refusal){ .step = "wait", .clause = "NIST SP 800-63B-4 s3.2.2", .until = until,
		.text = span_text("there were too many wrong codes: none is looked at before the time told") };
	return true;
}

/* Computed for whoever it is: as many codes as of somebody with one seed. */
static enum err
check_nobodys(struct checking *c, struct problem *why)
{
	const struct code_seed seed = { .kind = CODE_TOTP, .digest = CODE_SHA1, .digits = 6, .period = 30,
		.secret = span_text(SECRET_OF_NOBODY) };
	struct code_found found;

	return code_check(&seed, &c->settings->windows, c->asked.code, c->asked.second, c->asked.request.now, &found,
	    why);
}

static enum err
check_one(struct checking *c, struct credential *credential, bool *taken, struct problem *why)
{
	struct credential_one_time *one_time = &credential->one_time;
	struct code_found found = { .taken = false };
	struct code_seed seed;
	enum err err;

	if (!code_secret_open(c->arena, &c->settings->wrapping, &credential->id, one_time, &seed))
		return problem_set(why, ERR_CRYPTO, "", "the seed of a one-time code does not open");
	err = code_check(&seed, &c->settings->windows, c->asked.code, c->asked.second, c->asked.request.now, &found,
	    why);
	code_secret_forget(&seed);
	*taken = err == OK && found.taken;
	if (*taken) {
		one_time->next = found.next;
		one_time->drift = found.drift;
	}
	return err;
}

static bool
check_paper(const struct checking *c, struct credential *credential)
{
	struct recovery_codes codes;
	bool taken;

	static_assert(sizeof(codes.digests) == sizeof(credential->recovery.digests), "the same codes");
	memcpy(codes.digests, credential->recovery.digests, sizeof(codes.digests));
	taken = recovery_codes_take(&codes, c->asked.code) >= 0;
	memcpy(credential->recovery.digests, codes.digests, sizeof(codes.digests));
	return taken;
}

/* Which of them it is; NULL: none. */
static enum err
find_code(struct checking *c, struct credential **out, struct problem *why)
{
	*out = NULL;
	if (c->asked.way == LOGIN_BY_CODE && !c->count)
		return check_nobodys(c, why);
	for (size_t i = 0; i < c->count && !*out; i++) {
		bool taken = false;

		if (c->asked.way == LOGIN_BY_RECOVERY)
			taken = check_paper(c, &c->list[i]);
		else if (check_one(c, &c->list[i], &taken, why) != OK)
			return why->code;
		if (taken)
			*out = &c->list[i];
	}
	return OK;
}

/* Commit */

static struct unit *
unit_of(struct checking *c)
{
	return unit_new(c->arena, store_tables(c->store), id_new(c->asked.request.now));
}

/* Counted against the account, which makes everybody wait, longer each time, and against each seed, of which the row
 * tells how many there were since a right one. Nothing is locked: whoever knows somebody's number could do that at any
 * time, and take a way in that is theirs. Waiting alone lets some 45 codes be looked at in 30 days, of a million
 * (ATTEMPTS_CODE; NIST SP 800-63B-4 s3.2.2 allows 100 in a row), and the account's own bound ends what is guessed in
 * several ways at a time (ATTEMPTS_ACCOUNT). Other ways to log in do not wait for it. Of paper nothing is counted here;
 * how often one address may try is (person.limits). */
static void
fail(struct checking *c)
{
	const struct span of = id_span(&c->of);
	struct unit *unit;

	c->refused = true;
	c->refusal = (struct login_refusal){ .step = login_way_name(c->asked.way), .clause = "RFC 6238 s4.1",
		.text = span_text("this is no code of that account's now, or it was used already") };
	if (c->asked.way == LOGIN_BY_RECOVERY) {
		c->refusal.clause = "NIST SP 800-63B-4 s3.1.2.2";
		answer(c, OK, NULL);
		return;
	}
	unit = unit_of(c);
	for (size_t i = 0; i < c->count; i++) {
		c->list[i].failures++;
		credential_put(unit, c->arena, &c->list[i]);
	}
	attempts_failed(unit, c->arena, ATTEMPTS_CODE, of, &c->codes, c->asked.request.now);
	attempts_failed(unit, c->arena, ATTEMPTS_ACCOUNT, of, &c->failures, c->asked.request.now);
	c->waiting = store_commit(c->store, unit, on_done, c);
}

/* A wrong code counted against each seed that it might have been of: the right one ends what was in a row for all. */
static void
put_others(struct checking *c, struct unit *unit, const struct credential *found)
{
	for (size_t i = 0; i < c->count; i++)
		if (&c->list[i] != found && c->list[i].failures) {
			c->list[i].failures = 0;
			credential_put(unit, c->arena, &c->list[i]);
		}
}

static enum err
join(struct checking *c, struct credential *credential, struct problem *why)
{
	const struct observation observed = { .credential = credential, .now = c->asked.request.now,
		.resistant = c->resistant };
	const struct span of = id_span(&c->of);
	struct unit *unit = unit_of(c);

	if (login_join(unit, c->arena, c->settings, &c->login, credential, &observed, why) != OK)
		return why->code;
	put_others(c, unit, credential);
	attempts_forget(unit, c->arena, ATTEMPTS_CODE, of, &c->codes);
	c->waiting = store_commit(c->store, unit, on_done, c);
	return OK;
}

static void
on_person_loaded(void *arg, enum err err, const struct problem *why)
{
	struct credential *found = NULL;
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = take_person(c, &own);
		why = &own;
	}
	if (err != OK || must_wait(c)) {
		answer(c, err, why);
		return;
	}
	err = find_code(c, &found, &own);
	if (err == OK && found)
		err = join(c, found, &own);
	if (err != OK)
		answer(c, err, &own);
	else if (!found)
		fail(c);
}

static void
on_done(void *arg, const struct committed *committed)
{
	struct checking *c = arg;
	struct problem why;

	/* Who tries many at one time has most of them not looked at. */
	if (committed->code == ERR_CONFLICT)
		problem_set(&why, ERR_CONFLICT, "", "another code was tried at this very time: try again");
	else if (committed->code != OK)
		problem_set(&why, committed->code, "", "the attempt could not be recorded, so it does not count: %s",
		    err_name(committed->code));
	answer(c, committed->code, &why);
}
