/* transaction/login/finish.c - the end of a login: assessed, decided, recorded, and a session if it is enough.
 *
 *     login_case [-> an old parent certificate is looked at again -> login_case] -> assessed
 *         -> decision, history [, session, login done] in one unit -> told
 */
#include <assert.h>

#include <openssl/crypto.h>

#include "base/log.h"
#include "person/history.h"
#include "transaction/decision/evaluation.h"
#include "transaction/login/known_browser.h"
#include "transaction/login/look.h"
#include "transaction/authenticator/parent_check.h"

#define ID_TEXT LEDGER_ID_TEXT
/* Of an area's levels, in their order, the one from which on an old answer about the certificate is not enough: from
 * the third of four an authenticator counts for more than its possession, and what it was bound by for part of that.
 * Below it no question to an authority is worth its price and its seconds. No policy says so: none of the published has
 * a criterion on how old that answer may be. */

struct finishing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct login_request asked;
	bool renewed;                /* what its authenticators are bound by was looked at */
	struct login_case found;
	struct policy_snapshot *snapshot; /* of what was found, kept until the answer */
	struct login_view view;
	struct login_finished finished;
	on_login_finished *done;
	void *arg;
};

static on_login_case on_found;
static on_parent_checked on_renewed;
static on_committed on_recorded;

static void
wipe(struct login_finished *f)
{
	OPENSSL_cleanse(&f->cookie, sizeof(f->cookie));
	OPENSSL_cleanse(&f->known, sizeof(f->known));
}

static void
cancel_finishing(struct pending *pending)
{
	struct finishing *f = (struct finishing *)pending;

	pending_cancel(&f->waiting);
	if (f->snapshot)
		policy_snapshot_unref(f->snapshot);
	wipe(&f->finished);
}

/* Who was told may have answered, and then the arena is gone. */
static void
answer(struct finishing *f, enum err err, const struct problem *why)
{
	struct policy_snapshot *snapshot = f->snapshot;
	struct login_finished finished = f->finished;

	wipe(&f->finished);
	f->waiting = NULL;
	f->done(f->arg, err, err == OK ? &finished : NULL, err == OK ? NULL : why);
	wipe(&finished);
	if (snapshot)
		policy_snapshot_unref(snapshot);
}

struct pending *
login_finish(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_request *asked, on_login_finished *done, void *arg)
{
	struct finishing *f = arena_new(arena, struct finishing);

	*f = (struct finishing){ .pending = { cancel_finishing }, .store = store, .arena = arena,
		.settings = settings, .asked = *asked, .done = done, .arg = arg };
	f->waiting = login_case_load(store, arena, settings, &f->asked, on_found, f);
	return &f->pending;
}

/* Whoever is asked for a high level by a phone that was bound by a certificate: whether that is still in force is asked
 * again, if nobody did so for long. What came of it is in the authenticator's row; where nobody could say, how old the
 * last answer is. */

static bool
asks_much(const struct login_case *c)
{
	const struct shelf_policy *policy;
	const struct profile *profile;
	struct demand demand;

	if (requirement_find(c->snapshot, login_case_wanted(c), c->now, &policy, &profile, &demand, NULL) != OK)
		return false;
	for (size_t i = 0; i < demand.count; i++)
		if (requirement_least(&demand.items[i]) >= PARENT_LOOKED_AT_FROM)
			return true;
	return false;
}

/* False: it need not be looked at. */
static bool
renew(struct finishing *f, const struct login_case *c)
{
	struct span handle = login_case_old_parent(c);

	if (f->renewed || !handle.size || !f->settings->proofing || !asks_much(c))
		return false;
	f->renewed = true;
	f->waiting = parent_check(f->store, f->arena, f->settings, &(struct parent_check){
		.handle = arena_copy(f->arena, handle), .age = f->settings->parent_age, .now = f->asked.now },
	    on_renewed, f);
	return true;
}

static void
on_renewed(void *arg, enum err err, const struct parent_checked *checked, const struct problem *why)
{
	struct finishing *f = arg;

	(void)err, (void)checked, (void)why;
	f->waiting = login_case_load(f->store, f->arena, f->settings, &f->asked, on_found, f);
}

/* Decide */

static bool
is_zero(const void *bytes, size_t size)
{
	static const uint8_t none[32];

	return memcmp(bytes, none, size) == 0;
}

static enum err
judge(struct finishing *f, const struct login_case *c, struct problem *why)
{
	const struct login *l = &c->login;

	if (l->state != LOGIN_WAITING)
		return problem_set(why, ERR_CONFLICT, "", "this login is over already");
	if (!is_zero(l->session, sizeof(l->session)) && !c->joined)
		return problem_set(why, ERR_CONFLICT, "",
		    "the session that this login steps up has ended: begin a new login");
	if (c->less && !l->may_be_less)
		return problem_set(why, ERR_INVALID, "", "/less: with less nobody goes on in this login");
	if (!login_case_authenticated(c))
		return problem_set(why, ERR_DENIED, "", "nobody has authenticated in this login yet");
	f->found = *c;
	f->snapshot = c->snapshot ? policy_snapshot_ref(c->snapshot) : NULL;
	return login_look(f->arena, &f->found, &f->view, why);
}

/* Of the operator's own server: it asks, and the entry is its. The account's id, not its number, which people tell. */
static bool
put_decision(struct finishing *f, struct unit *unit)
{
	const struct login *l = &f->found.login;
	const struct assessed *a = f->view.assessed;
	const char *purpose = login_why_name(l->why);
	char account[ID_TEXT];
	struct evaluation_request request = {
		.question = a->question,
		.caller = span_text("login"),
		.member = f->settings->operator,
		.subject_type = span_text("account"),
		.subject_id = span_text(ledger_id_text(&l->account, account)),
		.action = span_text("login"),
		.resource_type = span_text("relying-party"),
		.resource_id = l->relying_party,
		.purpose = span_text(purpose),
		.taken = &a->decision,
	};
	struct evaluation_answer recorded = { .id = id_new(f->asked.now), .decision = &a->decision };

	if (!a->policy)
		return true;
	request.policy_leaf = a->policy->published.number;
	f->finished.decision = recorded.id;
	return evaluation_put(unit, &request, &recorded);
}

/* Commit */

/* As the person reads it. */
static struct span
asker_name(const struct login *l, bool english)
{
	if (english && l->name.en.size)
		return l->name.en;
	return l->name.ja.size ? l->name.ja : l->relying_party;
}

static void
put_history(const struct finishing *f, struct unit *unit)
{
	const struct login *l = &f->found.login;
	const struct authentication *last =
	    l->authentication_count ? &l->authentications[l->authentication_count - 1] : NULL;

	history_add(unit, &l->account, &(struct history_event){
		.kind = f->finished.enough ? HISTORY_LOGIN : HISTORY_LOGIN_REFUSED,
		.at = f->asked.now,
		.actor = span_text("person"),
		.credential = last ? last->credential : (struct id){ { 0 } },
		.name = asker_name(l, f->found.account.english),
		.detail = last ? span_text(credential_kind_name(last->kind)) : (struct span){ 0 },
		.where = l->where,
		.decision = f->finished.decision,
	});
}

/* A fresh authentication begins the time of a session anew; without one it ends when it would have. Its id stays: what
 * others hold of it is of the same session (person/pairwise.h, OIDC's `sid`). */
static void
begin_session(struct finishing *f)
{
	const struct login_case *c = &f->found;
	const struct login *l = &c->login;
	struct session *s = &f->finished.session;
	bool fresh = false;

	f->finished.cookie = cookie_secret_new();
	*s = session_begun(&f->settings->session, f->finished.cookie.digest, &l->account, l->where, f->asked.now);
	for (size_t i = 0; i < l->authentication_count; i++)
		fresh = fresh || !instant_before(l->authentications[i].at, l->made);
	if (c->joined) {
		s->id = c->session.id;
		s->proofed = c->session.proofed;
		s->begun = fresh ? s->begun : c->session.begun;
		s->expires = fresh ? s->expires : c->session.expires;
	}
	memcpy(s->authentications, l->authentications, sizeof(s->authentications));
	s->authentication_count = l->authentication_count;
}

/* What was looked at is still so: who revokes an authenticator in this moment has revoked it before this login. */
static void
expect_unchanged(const struct finishing *f, struct unit *unit)
{
	const struct login_case *c = &f->found;
	const struct ask account = account_ask(&c->login.account);

	unit_expect(unit, &account_table, account.from, c->account.generation);
	for (size_t i = 0; i < c->used_count; i++)
		unit_expect(unit, &credential_table, c->used[i].key, c->used[i].generation);
}

static void
put_session(struct finishing *f, struct unit *unit)
{
	struct login done = f->found.login;
	const struct ask old = session_ask(done.session);

	begin_session(f);
	session_put(unit, &f->finished.session);
	if (f->found.joined) {
		unit_expect(unit, &session_table, old.from, f->found.session.generation);
		unit_delete(unit, &session_table, old.from);
	}
	f->finished.remember = done.remember;
	if (done.remember) {
		f->finished.known = cookie_secret_new();
		known_browser_put(unit, f->finished.known.digest, &done.account, f->asked.now);
	}
	done.state = LOGIN_DONE;
	done.passkey = (struct login_ceremony){ .until = { 0 } };
	login_put(unit, &done);
}

static void
on_found(void *arg, enum err err, const struct login_case *c, const struct problem *why)
{
	struct finishing *f = arg;
	struct problem own;
	struct unit *unit;

	f->waiting = NULL;
	if (err == OK && renew(f, c))
		return;
	if (err == OK) {
		err = judge(f, c, &own);
		why = &own;
	}
	if (err != OK) {
		answer(f, err, why);
		return;
	}
	f->finished.login = &f->found.login;
	f->finished.of = &f->found;
	f->finished.view = &f->view;
	f->finished.enough = f->view.enough;
	unit = unit_new(f->arena, store_tables(f->store), id_new(f->asked.now));
	expect_unchanged(f, unit);
	if (!put_decision(f, unit)) {
		answer(f, problem_set(&own, ERR_LIMIT, "", "the decision is larger than the ledger takes"), &own);
		return;
	}
	put_history(f, unit);
	if (f->finished.enough)
		put_session(f, unit);
	f->waiting = store_commit(f->store, unit, on_recorded, f);
}

static void
on_recorded(void *arg, const struct committed *committed)
{
	struct finishing *f = arg;
	char login[ID_TEXT], decision[ID_TEXT];
	struct problem why;

	if (committed->code == ERR_CONFLICT) {
		problem_set(&why, ERR_CONFLICT, "",
		    "the login, the account or an authenticator changed meanwhile: look again");
	} else if (committed->code != OK) {
		problem_set(&why, committed->code, "", "the login could not be recorded, so nobody is logged in: %s",
		    err_name(committed->code));
	} else {
		f->finished.session.generation = committed->generation;
		log_info("login.decided", "login=%s front=%d enough=%s decision=%s",
		    ledger_id_text(&f->found.login.id, login), (int)f->found.login.front,
		    f->finished.enough ? "yes" : "no", ledger_id_text(&f->finished.decision, decision));
	}
	answer(f, committed->code, &why);
}
