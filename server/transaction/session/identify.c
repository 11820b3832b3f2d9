/* transaction/session/identify.c - who asks: from the cookie to the account.
 *
 *     cookie -> session -> account, credentials -> [seen, once a minute] -> told
 */
#include "transaction/session/session.h"

#define SEEN_EVERY SECONDS(60)
#define TRIES 3

enum { ASK_ACCOUNT, ASK_CREDENTIALS };

struct identifying {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct session_settings *settings;
	struct instant now;
	bool shown;                  /* there is a cookie, or a key */
	bool unseen;                 /* whoever asks is not who is logged in */
	uint8_t key[32];
	unsigned tries;
	struct ask asks[ASK_CREDENTIALS + SESSION_AUTHENTICATIONS];
	struct session session;
	struct account account;
	on_session *done;
	void *arg;
};

static on_loaded on_session_loaded, on_account_loaded;
static on_committed on_seen;

static void
cancel_identifying(struct pending *pending)
{
	pending_cancel(&((struct identifying *)pending)->waiting);
}

static void
answer(struct identifying *i, enum err err, const struct problem *why)
{
	i->waiting = NULL;
	i->done(i->arg, err, err == OK ? &i->session : NULL, err == OK ? &i->account : NULL, err == OK ? NULL : why);
}

/* The session: without a cookie nothing is asked, and the answer still comes later. */

static void
load_session(struct identifying *i)
{
	i->asks[0] = session_ask(i->key);
	i->waiting = store_load(i->store, i->asks, i->shown ? 1 : 0, on_session_loaded, i);
}

struct pending *
session_find(struct store *store, struct arena *arena, const struct session_settings *settings, const uint8_t key[32],
    struct instant now, on_session *done, void *arg)
{
	struct identifying *i = arena_new(arena, struct identifying);

	*i = (struct identifying){ .pending = { cancel_identifying }, .store = store, .arena = arena,
		.settings = settings, .now = now, .shown = true, .unseen = true, .done = done, .arg = arg };
	memcpy(i->key, key, sizeof(i->key));
	load_session(i);
	return &i->pending;
}

struct pending *
session_identify(struct store *store, const struct exchange *e, const struct session_settings *settings,
    struct instant now, on_session *done, void *arg)
{
	struct identifying *i = arena_new(e->arena, struct identifying);

	*i = (struct identifying){ .pending = { cancel_identifying }, .store = store, .arena = e->arena,
		.settings = settings, .now = now, .done = done, .arg = arg };
	i->shown = cookie_digest(e, SESSION_COOKIE, i->key);
	load_session(i);
	return &i->pending;
}

static void
on_session_loaded(void *arg, enum err err, const struct problem *why)
{
	struct identifying *i = arg;
	struct problem own;
	size_t count;

	if (err == OK) {
		why = &own;
		err = session_loaded(i->arena, &i->asks[0], i->settings, i->now, &i->session, &own);
	}
	if (err != OK) {
		answer(i, err, why);
		return;
	}
	i->asks[ASK_ACCOUNT] = account_ask(&i->session.account);
	count = authentications_ask(i->arena, &i->session.account, i->session.authentications,
	    i->session.authentication_count, &i->asks[ASK_CREDENTIALS]);
	i->waiting = store_load(i->store, i->asks, ASK_CREDENTIALS + count, on_account_loaded, i);
}

/* Its account */

static void
on_account_loaded(void *arg, enum err err, const struct problem *why)
{
	struct identifying *i = arg;
	struct problem own;
	struct unit *unit;

	if (err == OK) {
		why = &own;
		err = account_loaded(i->arena, &i->asks[ASK_ACCOUNT], &i->account, &own);
		if (err == ERR_NOT_FOUND)
			err = problem_set(&own, ERR_DENIED, "", "the account of this login is no more");
		if (err == OK && i->session.begun.us <= i->account.sessions_from.us)
			err = problem_set(&own, ERR_DENIED, "", "you have logged out everywhere");
	}
	if (err == OK)
		err = authentications_loaded(i->arena, &i->asks[ASK_CREDENTIALS], i->now, i->session.authentications,
		    &i->session.authentication_count, &own);
	if (err != OK || i->unseen || i->now.us - i->session.seen.us < SEEN_EVERY) {
		answer(i, err, why);
		return;
	}
	i->session.seen = i->now;
	unit = unit_new(i->arena, store_tables(i->store), id_new(i->now));
	session_put(unit, &i->session);
	i->waiting = store_commit(i->store, unit, on_seen, i);
}

/* It changed meanwhile: a request beside this one has seen the person, or the session is over. Where nothing can be
 * written, reading goes on. */
static void
on_seen(void *arg, const struct committed *committed)
{
	struct identifying *i = arg;
	struct problem why;

	if (committed->code == ERR_CONFLICT && ++i->tries < TRIES) {
		load_session(i);
	} else if (committed->code == ERR_CONFLICT) {
		problem_set(&why, ERR_UNAVAILABLE, "", "the session changes again and again");
		answer(i, why.code, &why);
	} else {
		if (committed->code == OK)
			i->session.generation = committed->generation;
		answer(i, OK, NULL);
	}
}
