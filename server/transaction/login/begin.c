/* transaction/login/begin.c - a login begins: what is wanted, in which browser, by whom if somebody is there. */
#include <openssl/crypto.h>

#include "transaction/login/known_browser.h"
#include "transaction/login/flow.h"

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct ask ask;              /* the known browser */
	struct arena *arena;
	struct login_begun begun;
	struct problem why;          /* noticed before anything was asked */
	on_login_begun *done;
	void *arg;
};

const struct requirement_name *
login_requirement(const struct person_settings *s, enum login_why why)
{
	const struct requirement_name *const wanted[LOGIN_WHYS] = {
		[LOGIN_TO_LOOK] = &s->account,
		[LOGIN_TO_CHANGE] = &s->change,
		[LOGIN_AS_ADMINISTRATIVE] = s->personas[PERSONA_ADMINISTRATIVE].framework.size
		    ? &s->personas[PERSONA_ADMINISTRATIVE] : &s->account,
		[LOGIN_TO_ADD] = &s->change,
		[LOGIN_TO_ERASE] = &s->change,
		[LOGIN_AS_STAFF] = s->staff.framework.size ? &s->staff : NULL,
	};

	return wanted[why];
}

static void
cancel_beginning(struct pending *pending)
{
	struct beginning *b = (struct beginning *)pending;

	OPENSSL_cleanse(&b->begun.cookie, sizeof(b->begun.cookie));
	pending_cancel(&b->waiting);
}

static void
answer(struct beginning *b, enum err err, const struct problem *why)
{
	struct login_begun begun = b->begun;

	/* Whoever is told may let the arena go. */
	OPENSSL_cleanse(&b->begun.cookie, sizeof(b->begun.cookie));
	b->waiting = NULL;
	b->done(b->arg, err, err == OK ? &begun : NULL, err == OK ? NULL : why);
	OPENSSL_cleanse(&begun.cookie, sizeof(begun.cookie));
}

static on_loaded on_known_loaded;
static on_committed on_begun;

/* The version in force now is what is asked until the end, whatever comes into force meanwhile. */
static enum err
find_version(const struct person_settings *settings, struct arena *arena, struct instant now,
    struct requirement_name *wanted, struct problem *why)
{
	struct policy_snapshot *snapshot;
	const struct shelf_policy *policy;
	const struct profile *profile;
	struct demand demand;
	enum err err;

	if (!wanted->framework.size)
		return OK;
	snapshot = policy_shelf_take(settings->shelf);
	err = requirement_find(snapshot, wanted, now, &policy, &profile, &demand, why);
	if (err == OK)
		wanted->version = arena_copy(arena, policy->framework->version);
	if (snapshot)
		policy_snapshot_unref(snapshot);
	if (err == OK)
		return OK;
	why->code = ERR_UNAVAILABLE;
	return problem_within(why, "what is asked of this login");
}

static void
join_session(struct login *l, const struct session *s)
{
	if (!s)
		return;
	l->account = l->claimed = l->named = s->account;
	l->said = true;
	memcpy(l->session, s->key, sizeof(l->session));
	memcpy(l->authentications, s->authentications, sizeof(l->authentications));
	l->authentication_count = s->authentication_count;
}

struct pending *
login_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_begin *asked, on_login_begun *done, void *arg)
{
	struct beginning *b = arena_new(arena, struct beginning);
	struct login *l = &b->begun.login;

	*b = (struct beginning){ .pending = { cancel_beginning }, .store = store, .arena = arena, .done = done,
		.arg = arg };
	if (asked->browser)
		memcpy(b->begun.cookie.digest, asked->browser, sizeof(b->begun.cookie.digest));
	else
		b->begun.cookie = cookie_secret_new();
	*l = (struct login){ .id = id_new(asked->now), .state = LOGIN_WAITING, .front = asked->front,
		.reference = asked->reference, .relying_party = asked->relying_party, .name = asked->name,
		.why = asked->why, .wanted = asked->wanted, .may_be_less = asked->least != NULL,
		.since = asked->since, .assertion = asked->assertion, .persona = asked->persona, .where = asked->where,
		.hint = asked->hint,
		.made = asked->now, .expires = instant_after(asked->now, settings->login_for) };
	memcpy(l->browser, b->begun.cookie.digest, sizeof(l->browser));
	if (asked->least)
		l->least = *asked->least;
	join_session(l, asked->session);
	b->why.code = OK;
	if (find_version(settings, arena, asked->now, &l->wanted, &b->why) == OK)
		find_version(settings, arena, asked->now, &l->least, &b->why);
	if (asked->known && !asked->session)
		b->ask = known_browser_ask(arena_copy(arena, span_of(asked->known, 32)).data);
	b->waiting = store_load(store, &b->ask, b->ask.table ? 1 : 0, on_known_loaded, b);
	return &b->pending;
}

static void
on_known_loaded(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;
	struct login *l = &b->begun.login;
	struct unit *unit;
	struct id known;

	if (err == OK && b->why.code != OK) {
		err = b->why.code;
		why = &b->why;
	}
	if (err == OK && b->ask.table) {
		err = known_browser_loaded(&b->ask, &known, &b->why);
		why = &b->why;
		l->known = err == OK && id_given(&known);
		if (l->known) {
			l->said = true;
			l->claimed = l->named = known;
		}
	}
	if (err != OK) {
		answer(b, err, why);
		return;
	}
	unit = unit_new(b->arena, store_tables(b->store), l->id);
	login_put(unit, l);
	b->waiting = store_commit(b->store, unit, on_begun, b);
}

static void
on_begun(void *arg, const struct committed *committed)
{
	struct beginning *b = arg;

	if (committed->code != OK)
		problem_set(&b->why, committed->code, "", "the login could not be begun: %s",
		    err_name(committed->code));
	b->begun.login.generation = committed->generation;
	answer(b, committed->code, &b->why);
}
