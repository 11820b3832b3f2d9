/* transaction/login/case.c - all that a login stands on, loaded. */
#include "transaction/login/case.h"

#include <string.h>

#include "transaction/card/task.h"


enum { ASK_ACCOUNT, ASK_CREDENTIALS, ASK_RECORDS, ASK_SESSION, ASK_USED };
enum { PARTY_RP, PARTY_IDP, PARTIES };

struct loading {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct login_request asked;
	struct ask asks[ASK_USED + SESSION_AUTHENTICATIONS + 1]; /* the last: the card's task */
	size_t ask_count;            /* without it */
	struct login_case found;
	on_login_case *done;
	void *arg;
};

static on_loaded on_login_loaded, on_person_loaded;
static on_parties on_parties_loaded;

static void
cancel_loading(struct pending *pending)
{
	struct loading *l = (struct loading *)pending;

	pending_cancel(&l->waiting);
	if (l->found.snapshot)
		policy_snapshot_unref(l->found.snapshot);
}

static void
answer(struct loading *l, enum err err, const struct problem *why)
{
	struct policy_snapshot *snapshot = l->found.snapshot;

	/* Who was told may have answered, and then the arena is gone. */
	l->waiting = NULL;
	l->done(l->arg, err, err == OK ? &l->found : NULL, err == OK ? NULL : why);
	if (snapshot)
		policy_snapshot_unref(snapshot);
}

/* The login */

struct pending *
login_case_load(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_request *asked, on_login_case *done, void *arg)
{
	struct loading *l = arena_new(arena, struct loading);

	*l = (struct loading){ .pending = { cancel_loading }, .store = store, .arena = arena, .asked = *asked,
		.done = done, .arg = arg };
	l->found = (struct login_case){ .settings = settings, .now = asked->now, .less = asked->less,
		.snapshot = policy_shelf_take(settings->shelf) };
	l->asks[0] = login_ask(&l->asked.id);
	l->waiting = store_load(store, l->asks, 1, on_login_loaded, l);
	return &l->pending;
}

static void
load_parties(struct loading *l)
{
	struct parties *p = &l->found.parties;

	*p = parties_new(l->arena, PARTIES);
	parties_add(p, ENTITY_RP, l->found.login.relying_party, (struct span){ 0 });
	parties_add(p, ENTITY_IDP, l->found.settings->identity_provider, (struct span){ 0 });
	l->waiting = parties_load(l->store, l->found.settings->roll, l->arena, p, l->found.now, on_parties_loaded, l);
}

static void
ask_person(struct loading *l)
{
	const struct login *login = &l->found.login;

	if (!l->found.somebody && !login->known)
		return;
	l->asks[ASK_ACCOUNT] = account_ask(l->found.somebody ? &login->account : &login->claimed);
	l->ask_count = ASK_CREDENTIALS;
	if (!l->found.somebody)
		return;
	l->asks[ASK_CREDENTIALS] = credentials_ask(l->arena, &login->account, LOGIN_CREDENTIALS);
	l->asks[ASK_RECORDS] = proofing_record_ask(l->arena, &login->account);
	l->asks[ASK_SESSION] = session_ask(login->session);
	l->ask_count = ASK_USED + authentications_ask(l->arena, &login->account, login->authentications,
	    login->authentication_count, &l->asks[ASK_USED]);
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct login *login = &l->found.login;
	struct problem own;

	if (err == OK) {
		err = login_loaded(l->arena, &l->asks[0], l->asked.browser, login, &own);
		why = &own;
	}
	if (err != OK) {
		answer(l, err, why);
		return;
	}
	l->found.somebody = id_given(&login->account);
	ask_person(l);
	if (login->card.until.us)
		l->asks[l->ask_count] = card_task_ask(&login->card.task);
	l->waiting = store_load(l->store, l->asks, l->ask_count + (login->card.until.us ? 1 : 0), on_person_loaded, l);
}

/* Whose it is */

static enum err
take_credentials(struct loading *l, struct problem *why)
{
	const struct ask *asked = &l->asks[ASK_CREDENTIALS];
	struct credential *list = arena_array(l->arena, struct credential, asked->count);

	for (size_t i = 0; i < asked->count; i++)
		if (credential_loaded(l->arena, &asked->rows[i], &list[i], why) != OK)
			return why->code;
	l->found.credentials = list;
	l->found.credential_count = asked->count;
	l->found.all_credentials = !asked->more;
	return OK;
}

static void
take_used(struct loading *l)
{
	struct login_case *found = &l->found;

	for (size_t i = ASK_USED; i < l->ask_count; i++)
		if (l->asks[i].count)
			found->used[found->used_count++] =
			    (struct login_used){ l->asks[i].from, l->asks[i].rows[0].generation };
}

static enum err
take_session(struct loading *l, struct problem *why)
{
	struct login_case *found = &l->found;
	enum err err = session_loaded(l->arena, &l->asks[ASK_SESSION], &found->settings->session, found->now,
	    &found->session, why);

	/* Not one that the person has ended, here or everywhere. */
	found->joined = err == OK && id_equal(&found->session.account, &found->login.account) &&
	    found->session.begun.us > found->account.sessions_from.us;
	return err == ERR_DENIED ? OK : err;
}

/* A session whose authenticators have all been stopped is over, whatever was shown since (session.h). The login began
 * with its authentications. */
static bool
still_rests(const struct session *s, const struct login *login)
{
	for (size_t i = 0; i < s->authentication_count; i++)
		for (size_t n = 0; n < login->authentication_count; n++)
			if (memcmp(&s->authentications[i].credential, &login->authentications[n].credential,
			    sizeof(struct id)) == 0)
				return true;
	return !s->authentication_count;
}

static void
take_counted(struct loading *l)
{
	struct authentication *list = arena_array(l->arena, struct authentication, SESSION_AUTHENTICATIONS);

	l->found.counted = list;
	l->found.counted_count = login_counted(&l->found.login, list);
}

static enum err
take_person(struct loading *l, struct problem *why)
{
	struct login *login = &l->found.login;
	struct proofing_record *records;
	enum err err;

	if (!l->found.somebody && !login->known)
		return OK;
	err = account_loaded(l->arena, &l->asks[ASK_ACCOUNT], &l->found.account, why);
	if (!l->found.somebody) {
		/* A browser may know an account that is no more. */
		login->known = err == OK;
		return err == ERR_NOT_FOUND ? OK : err;
	}
	if (err == ERR_NOT_FOUND)
		return problem_set(why, ERR_DENIED, "", "the account of this login is no more");
	if (err != OK || take_credentials(l, why) != OK || take_session(l, why) != OK ||
	    proofing_records_loaded(l->arena, &l->asks[ASK_RECORDS], &records, &l->found.record_count, why) != OK)
		return why->code;
	l->found.records = records;
	take_used(l);
	err = authentications_loaded(l->arena, &l->asks[ASK_USED], l->found.now, login->authentications,
	    &login->authentication_count, why);
	if (err != OK && err != ERR_DENIED)
		return err;
	l->found.joined = l->found.joined && still_rests(&l->found.session, login);
	take_counted(l);
	return OK;
}

/* One that is no more was answered and taken, or is over. */
static enum err
take_card(struct loading *l, struct problem *why)
{
	struct card_task task;
	enum err err;

	if (!l->found.login.card.until.us)
		return OK;
	err = card_task_loaded(l->arena, &l->asks[l->ask_count], &l->found.login.id, &task, why);
	l->found.card_answered = err == OK && task.answered;
	return err == ERR_NOT_FOUND ? OK : err;
}

static void
on_person_loaded(void *arg, enum err err, const struct problem *why)
{
	struct loading *l = arg;
	struct problem own;

	if (err == OK) {
		err = take_person(l, &own);
		why = &own;
	}
	if (err == OK) {
		err = take_card(l, &own);
		why = &own;
	}
	if (err == OK)
		load_parties(l);
	else
		answer(l, err, why);
}

/* What they are bound by */

static const struct credential *
credential_of(const struct login_case *c, const struct authentication *a)
{
	for (size_t i = 0; i < c->credential_count; i++)
		if (id_equal(&c->credentials[i].id, &a->credential))
			return &c->credentials[i];
	return NULL;
}

struct span
login_case_old_parent(const struct login_case *c)
{
	for (size_t i = 0; i < c->login.authentication_count; i++) {
		const struct credential *credential = credential_of(c, &c->login.authentications[i]);

		if (credential && credential->parent_handle.size && credential->parent != PARENT_LAPSED &&
		    c->now.us - credential->parent_checked.us > c->settings->parent_age)
			return credential->parent_handle;
	}
	return (struct span){ 0 };
}

/* Who takes part */

static void
on_parties_loaded(void *arg, enum err err, const struct problem *why)
{
	answer(arg, err, why);
}

bool
login_case_authenticated(const struct login_case *c)
{
	return c->somebody && c->counted_count > 0;
}

const struct requirement_name *
login_case_wanted(const struct login_case *c)
{
	return c->less ? &c->login.least : &c->login.wanted;
}

static struct assessing
assessing_of(const struct login_case *c)
{
	static const char *const personas[PERSONAS] = {
		[PERSONA_ADMINISTRATIVE] = "administrative", [PERSONA_BUSINESS] = "business",
		[PERSONA_PRIVATE] = "private",
	};

	return (struct assessing){
		.snapshot = c->snapshot,
		.wanted = *login_case_wanted(c),
		.records = c->records,
		.record_count = c->record_count,
		.authentications = c->counted,
		.authentication_count = c->counted_count,
		.parties = c->parties.list,
		.party_count = c->parties.count,
		.assertion = c->login.assertion,
		.persona = span_text(personas[c->login.persona]),
		.begun = c->joined ? c->session.begun : (struct instant){ 0 },
		.step_up = c->joined,
		.now = c->now,
	};
}

enum err
login_case_assess(struct arena *arena, const struct login_case *c, const struct authentication *alone,
    struct assessed *out, struct problem *why)
{
	struct assessing a = assessing_of(c);

	if (alone) {
		a.authentications = alone;
		a.authentication_count = 1;
	}
	return assess_login(arena, &a, out, why);
}

enum err
login_case_assess_proofed(struct arena *arena, const struct login_case *c, const struct proofing_record *record,
    struct assessed *out, struct problem *why)
{
	struct assessing a = assessing_of(c);

	a.records = record;
	a.record_count = 1;
	return assess_login(arena, &a, out, why);
}
