/* transaction/sign_on/begin.c - a sign-on from what is asked to what becomes of it.
 *
 *     begin ----------------------------------------.
 *     continue -> row, relying party ----------------+-> case -> judged -+-> done -----------.
 *                  ^                                 |                   +-> refused --------+-> commit -> told
 *                  |                                 |                   +-> login -> begun -+
 *                  `-- session, where it changed <---'                   `-> consent --------'
 */
#include <openssl/crypto.h>

#include "base/log.h"
#include "ledger/entry.h"
#include "transaction/authenticator/parent_check.h"
#include "transaction/sign_on/commit.h"
#include "transaction/sign_on/look.h"

#define TRIES 3

struct signing {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct sign_on_settings *settings;
	bool continuing;
	struct id id;                /* of the row, where one is continued */
	bool cancelled;
	struct sign_on_visitor visitor;
	unsigned tries;
	bool renewed;                /* an old certificate was looked at again */
	struct sign_on sign_on;
	const struct relying_party *rp;
	struct policy_snapshot *snapshot; /* kept until the answer: what is asked of a login is of it */
	struct sign_on_verdict verdict;
	struct sign_on_step step;
	struct problem why;
	on_sign_on *done;
	void *arg;
};

static on_loaded on_too_much;
static on_sign_on_case on_case;
static on_login_begun on_login;
static on_committed on_written;
static on_session on_session_again;
static on_parent_checked on_renewed;

static void
wipe(struct sign_on_step *step)
{
	OPENSSL_cleanse(&step->code, sizeof(step->code));
	OPENSSL_cleanse(&step->browser, sizeof(step->browser));
	OPENSSL_cleanse(&step->login.cookie, sizeof(step->login.cookie));
}

static void
let_go(struct signing *s)
{
	if (s->snapshot)
		policy_snapshot_unref(s->snapshot);
	s->snapshot = NULL;
}

static void
cancel_signing(struct pending *pending)
{
	struct signing *s = (struct signing *)pending;

	pending_cancel(&s->waiting);
	let_go(s);
	wipe(&s->step);
}

/* Who was told may have answered, and then the arena is gone. */
static void
answer(struct signing *s, enum err err, const struct problem *why)
{
	struct policy_snapshot *snapshot = s->snapshot;
	struct sign_on_step *step = &s->step;

	s->waiting = NULL;
	s->snapshot = NULL;
	if (err != OK)
		wipe(step);
	else if (step->outcome == SIGN_ON_DONE || step->outcome == SIGN_ON_REFUSED)
		figure_add(s->settings->person->figures,
		    step->outcome == SIGN_ON_DONE ? FIGURE_SIGN_ONS_DONE : FIGURE_SIGN_ONS_REFUSED, 1);
	s->done(s->arg, err, err == OK ? step : NULL, err == OK ? NULL : why);
	if (snapshot)
		policy_snapshot_unref(snapshot);
}

/* Beginning */

static enum err
check_sizes(const struct sign_on *s, struct problem *why)
{
	const struct span texts[] = { s->client, s->entity_id, s->scope, s->nonce, s->request, s->acr_values,
		s->hint_subject, s->login_hint };

	for (size_t i = 0; i < COUNT(texts); i++)
		if (texts[i].size > SIGN_ON_TEXT_LARGEST)
			return problem_set(why, ERR_LIMIT, "", "expected texts of at most %zu bytes, found one of %zu",
			    (size_t)SIGN_ON_TEXT_LARGEST, texts[i].size);
	for (size_t i = 0; i < s->wish_count && i < SIGN_ON_WISHES; i++)
		if (s->wishes[i].name.size > SIGN_ON_WISH_LARGEST)
			return problem_set(why, ERR_LIMIT, "", "expected names of claims of at most %d bytes",
			    SIGN_ON_WISH_LARGEST);
	if (s->answer.size > SIGN_ON_ANSWER_LARGEST || s->wish_count > SIGN_ON_WISHES)
		return problem_set(why, ERR_LIMIT, "", "expected at most %d claims, and an answer of %zu bytes",
		    SIGN_ON_WISHES, (size_t)SIGN_ON_ANSWER_LARGEST);
	return OK;
}

static struct signing *
signing_new(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_visitor *visitor, on_sign_on *done, void *arg)
{
	struct signing *s = arena_new(arena, struct signing);

	s->pending = (struct pending){ cancel_signing };
	s->store = store;
	s->arena = arena;
	s->settings = settings;
	s->visitor = *visitor;
	s->done = done;
	s->arg = arg;
	s->why.code = OK;
	return s;
}

static void
judge_anew(struct signing *s)
{
	s->waiting = sign_on_case_load(s->store, s->arena, &(struct sign_on_load){ .settings = s->settings,
		.sign_on = &s->sign_on, .rp = s->rp, .visitor = &s->visitor, .cancelled = s->cancelled }, on_case, s);
}

struct pending *
sign_on_begin(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on *asked, const struct relying_party *rp, const struct sign_on_visitor *visitor,
    on_sign_on *done, void *arg)
{
	struct signing *s = signing_new(store, arena, settings, visitor, done, arg);
	struct sign_on *o = &s->sign_on;

	s->rp = rp;
	*o = *asked;
	o->id = id_new(visitor->now);
	o->made = visitor->now;
	o->expires = instant_after(visitor->now, SIGN_ON_FOR);
	o->since = o->login_anew || o->account_anew ? o->made : (struct instant){ 0 };
	if (visitor->browser)
		memcpy(o->browser, visitor->browser, sizeof(o->browser));
	if (check_sizes(o, &s->why) == OK)
		judge_anew(s);
	else
		s->waiting = store_load(store, NULL, 0, on_too_much, s);
	return &s->pending;
}

/* It is told later, as everything is. */
static void
on_too_much(void *arg, enum err err, const struct problem *why)
{
	struct signing *s = arg;

	answer(s, err == OK ? s->why.code : err, err == OK ? &s->why : why);
}

/* Continuing */

static void
find_case(struct signing *s)
{
	s->waiting = sign_on_case_find(s->store, s->arena, s->settings, &(struct sign_on_request){ .id = s->id,
		.visitor = s->visitor, .cancelled = s->cancelled }, on_case, s);
}

struct pending *
sign_on_continue(struct store *store, struct arena *arena, const struct sign_on_settings *settings,
    const struct sign_on_request *asked, on_sign_on *done, void *arg)
{
	struct signing *s = signing_new(store, arena, settings, &asked->visitor, done, arg);

	s->continuing = true;
	s->id = asked->id;
	s->cancelled = asked->cancelled;
	find_case(s);
	return &s->pending;
}

/* Judged */

static void
commit(struct signing *s, const struct unit *unit)
{
	s->waiting = store_commit(s->store, unit, on_written, s);
}

static struct unit *
unit_for(struct signing *s)
{
	return unit_new(s->arena, store_tables(s->store), id_new(s->visitor.now));
}

/* A browser that has no secret gets one with the first row. */
static void
put_row(struct signing *s)
{
	struct unit *unit = unit_for(s);

	if (!s->sign_on.generation && !s->visitor.browser) {
		s->step.browser = cookie_secret_new();
		memcpy(s->sign_on.browser, s->step.browser.digest, sizeof(s->sign_on.browser));
	}
	sign_on_put(unit, &s->sign_on);
	commit(s, unit);
}

static void
begin_login(struct signing *s, const struct sign_on_case *c)
{
	static const enum login_for fronts[] = { [GRANT_OIDC] = LOGIN_FOR_OIDC, [GRANT_SAML] = LOGIN_FOR_SAML };
	const struct sign_on_login *l = &s->verdict.login;

	s->waiting = login_begin(s->store, s->arena, s->settings->person, &(struct login_begin){
		.front = fronts[s->sign_on.protocol],
		.reference = sign_on_location(s->arena, s->settings, &s->sign_on),
		.relying_party = s->rp->entity_id,
		.name = s->rp->name,
		.wanted = l->wanted,
		.least = l->may_be_less ? &l->least : NULL,
		.since = l->since,
		.assertion = c->assertion,
		.persona = l->persona,
		.where = s->visitor.where,
		.hint = s->sign_on.login_hint,
		.session = l->joins ? c->session : NULL,
		.known = s->visitor.known,
		.browser = s->visitor.login_browser,
		.now = s->visitor.now,
	}, on_login, s);
}

static void
write_done(struct signing *s, const struct sign_on_case *c)
{
	struct unit *unit = unit_for(s);

	if (sign_on_put_done(unit, s->arena, c, &s->verdict, &s->step, &s->why) == OK)
		commit(s, unit);
	else
		answer(s, s->why.code, &s->why);
}

static void
write_refused(struct signing *s, const struct sign_on_case *c)
{
	struct unit *unit = unit_for(s);
	bool any;

	s->step.error = s->verdict.error;
	s->step.description = span_text(s->verdict.description);
	if (sign_on_put_refused(unit, s->arena, c, &s->verdict, &s->step, &any, &s->why) != OK)
		answer(s, s->why.code, &s->why);
	else if (any)
		commit(s, unit);
	else
		answer(s, OK, NULL);
}

/* As a login does (login/finish.c): where much is asked and an authenticator of this session was bound by a certificate
 * that nobody has looked at for long, that is asked again before anything rests on it, once. False: it need not be. */
static bool
renew(struct signing *s, const struct sign_on_case *c)
{
	const struct person_settings *person = s->settings->person;
	const struct span handle = c->session ? authentications_old_parent(c->session->authentications,
	    c->session->authentication_count, person->parent_age, c->now) : (struct span){ 0 };

	if (s->renewed || !handle.size || !person->proofing || s->verdict.outcome == SIGN_ON_CONSENT ||
	    !s->verdict.persona || !sign_on_asks_much(c, s->verdict.persona))
		return false;
	s->renewed = true;
	s->waiting = parent_check(s->store, s->arena, person, &(struct parent_check){
		.handle = arena_copy(s->arena, handle), .age = person->parent_age, .now = s->visitor.now },
	    on_renewed, s);
	return true;
}

static void
look_at_session_again(struct signing *s)
{
	s->waiting = session_find(s->store, s->arena, &s->settings->person->session, s->visitor.session->key,
	    s->visitor.now, on_session_again, s);
}

/* What came of it stands in the authenticator's row; where nobody could say, how old the last answer is. */
static void
on_renewed(void *arg, enum err err, const struct parent_checked *checked, const struct problem *why)
{
	(void)err, (void)checked, (void)why;
	look_at_session_again(arg);
}

static void
on_case(void *arg, enum err err, const struct sign_on_case *c, const struct problem *why)
{
	struct signing *s = arg;

	s->waiting = NULL;
	if (err == OK) {
		err = sign_on_judge(s->arena, c, &s->verdict, &s->why);
		err = s->why.code = err == ERR_NOT_FOUND ? ERR_UNAVAILABLE : err;
		why = &s->why;
	}
	if (err != OK) {
		answer(s, err, why);
		return;
	}
	if (renew(s, c))
		return;
	let_go(s);
	if (s->continuing)
		s->sign_on = *c->sign_on;
	s->rp = c->rp;
	s->snapshot = c->snapshot ? policy_snapshot_ref(c->snapshot) : NULL;
	s->step.outcome = s->verdict.outcome;
	s->step.sign_on = &s->sign_on;
	s->step.rp = s->rp;
	switch (s->verdict.outcome) {
	case SIGN_ON_DONE:
		write_done(s, c);
		break;
	case SIGN_ON_LOGIN:
		begin_login(s, c);
		break;
	case SIGN_ON_CONSENT:
		put_row(s);
		break;
	default:
		write_refused(s, c);
		break;
	}
}

static void
on_login(void *arg, enum err err, const struct login_begun *begun, const struct problem *why)
{
	struct signing *s = arg;

	if (err != OK) {
		answer(s, err, why);
		return;
	}
	s->step.login = *begun;
	s->sign_on.login = begun->login.id;
	put_row(s);
}

/* Written */

static void
tell(struct signing *s)
{
	static const char *const outcomes[] = {
		[SIGN_ON_DONE] = "done", [SIGN_ON_REFUSED] = "refused", [SIGN_ON_LOGIN] = "login",
		[SIGN_ON_CONSENT] = "consent",
	};
	char id[LEDGER_ID_TEXT], decision[LEDGER_ID_TEXT];

	log_info("sign-on.judged", "sign_on=%s protocol=%d outcome=%s%s%s decision=%s",
	    ledger_id_text(&s->sign_on.id, id), (int)s->sign_on.protocol, outcomes[s->step.outcome],
	    s->step.error ? " error=" : "", s->step.error ? s->step.error : "",
	    ledger_id_text(&s->step.decision, decision));
	answer(s, OK, NULL);
}

/* Something changed in this moment, as a session does when somebody is seen by it: it is looked at again as it is now.
 * A login that was begun for it leads nowhere: its cookie is wiped with the step, and another one is begun. */
static void
on_written(void *arg, const struct committed *committed)
{
	struct signing *s = arg;

	if (committed->code == OK) {
		s->sign_on.generation = committed->generation;
		tell(s);
	} else if (committed->code == ERR_CONFLICT && s->visitor.session && ++s->tries < TRIES) {
		wipe(&s->step);
		s->step = (struct sign_on_step){ .outcome = SIGN_ON_NOTHING };
		look_at_session_again(s);
	} else {
		problem_set(&s->why, committed->code, "", "%s: %s", committed->code == ERR_CONFLICT
		    ? "what the sign-on rests on changed meanwhile" : "the sign-on could not be recorded",
		    err_name(committed->code));
		answer(s, committed->code, &s->why);
	}
}

static void
on_session_again(void *arg, enum err err, const struct session *session, const struct account *account,
    const struct problem *why)
{
	struct signing *s = arg;

	if (err != OK && err != ERR_DENIED) {
		answer(s, err, why);
		return;
	}
	s->visitor.session = err == OK ? session : NULL;
	s->visitor.account = err == OK ? account : NULL;
	if (s->continuing)
		find_case(s);
	else
		judge_anew(s);
}
