/* transaction/login/card_finish.c - what a card signed joins the login of the page that asked for it.
 *
 *     login, task -> taken -> certificate's handle -> credential, account -> joined | refused
 */
#include "transaction/card/task.h"
#include "transaction/login/case.h"
#include "transaction/login/join.h"
#include "transaction/login/shown.h"

enum { ASK_OWN = LOGIN_SHOWN_ASKS, ASKS };

struct checking {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct login_request asked;
	struct ask asks[ASKS];
	struct login login;
	struct card_task task;
	struct login_shown shown;
	enum resistant resistant;    /* what its account has beside it */
	bool waits;                  /* for a card */
	bool refused;
	struct login_refusal refusal;
	on_login_card_answered *done;
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
	c->done(c->arg, err, c->waits, err == OK && c->refused ? &c->refusal : NULL, err == OK ? NULL : why);
}

static on_loaded on_login_loaded, on_task_loaded, on_named, on_credential_loaded;
static on_committed on_done;

struct pending *
login_card_finish(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct login_request *asked, on_login_card_answered *done, void *arg)
{
	struct checking *c = arena_new(arena, struct checking);

	*c = (struct checking){ .pending = { cancel_checking }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	c->asks[0] = login_ask(&c->asked.id);
	c->waiting = store_load(store, c->asks, 1, on_login_loaded, c);
	return &c->pending;
}

static void
on_login_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = login_waits(c->arena, &c->asks[0], c->asked.browser, &c->login, &own);
		why = &own;
	}
	if (err == OK && !c->login.card.until.us)
		err = problem_set(&own, ERR_CONFLICT, "", "no card is asked for in this login");
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	c->asks[0] = card_task_ask(&c->login.card.task);
	c->waiting = store_load(c->store, c->asks, 1, on_task_loaded, c);
}

/* The task */

static void
refuse(struct checking *c, const char *step, const char *reason, const char *clause, const char *text)
{
	c->refused = true;
	c->refusal = (struct login_refusal){ .step = step, .reason = reason, .clause = clause,
		.text = span_text(text) };
}

/* Its result is used up, in the unit of what is made of it. */
static struct unit *
take_task(struct checking *c)
{
	struct unit *unit = unit_new(c->arena, store_tables(c->store), id_new(c->asked.now));

	card_task_take(unit, &c->task);
	c->login.card = (struct login_card){ .until = { 0 } };
	return unit;
}

static void
commit_refusal(struct checking *c)
{
	struct unit *unit = take_task(c);

	login_put(unit, &c->login);
	c->waiting = store_commit(c->store, unit, on_done, c);
}

static void
on_task_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = card_task_loaded(c->arena, &c->asks[0], &c->login.id, &c->task, &own);
		if (err == ERR_NOT_FOUND)
			err = own.code = ERR_CONFLICT;
		c->waits = err == OK && !c->task.answered;
		if (c->waits)
			err = problem_set(&own, ERR_CONFLICT, "", "no card has answered yet");
		why = &own;
	}
	if (err != OK) {
		answer(c, err, why);
		return;
	}
	if (c->task.outcome != ESTABLISHED || c->task.purpose != JPKI_AUTHENTICATION) {
		refuse(c, arena_text(c->arena, c->task.failed_step), NULL, "",
		    "what the card signed was not established");
		c->refusal.why = (struct localized){ c->task.why_ja, c->task.why_en };
		commit_refusal(c);
		return;
	}
	c->asks[0] = (struct ask){ .table = &credential_name_table,
		.from = credential_name_key(c->arena, CREDENTIAL_CARD, c->task.handle) };
	c->waiting = store_load(c->store, c->asks, 1, on_named, c);
}

/* Whose it is */

static void
refuse_unknown(struct checking *c)
{
	refuse(c, "credential", NULL, "",
	    "this card is registered as an authenticator of no account: enrol with it, or log in otherwise and add it");
	commit_refusal(c);
}

static void
on_named(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = login_shown_named(&c->asks[0], &c->shown, &own);
		why = &own;
	}
	if (err == ERR_NOT_FOUND) {
		refuse_unknown(c);
	} else if (err != OK) {
		answer(c, err, why);
	} else {
		login_shown_ask(c->arena, &c->shown, c->asks);
		c->asks[ASK_OWN] = credentials_ask(c->arena, &c->shown.account, LOGIN_CREDENTIALS);
		c->waiting = store_load(c->store, c->asks, ASKS, on_credential_loaded, c);
	}
}

/* Commit */

static void
join(struct checking *c)
{
	struct unit *unit = take_task(c);
	const struct observation observed = { .credential = &c->shown.credential, .now = c->task.at,
		.user_verified = true, .certificate_facts = c->task.facts,
		.resistant = c->resistant };
	struct problem why;

	if (login_join(unit, c->arena, c->settings, &c->login, &c->shown.credential, &observed, &why) == OK)
		c->waiting = store_commit(c->store, unit, on_done, c);
	else
		answer(c, why.code, &why);
}

static enum err
read_own(struct checking *c, struct problem *why)
{
	const struct ask *asked = &c->asks[ASK_OWN];
	struct credential *list = arena_array(c->arena, struct credential, asked->count);

	for (size_t i = 0; i < asked->count; i++)
		if (credential_loaded(c->arena, &asked->rows[i], &list[i], why) != OK)
			return why->code;
	c->resistant = resistant_offered(list, asked->count, !asked->more, c->task.at);
	return OK;
}

static void
on_credential_loaded(void *arg, enum err err, const struct problem *why)
{
	struct checking *c = arg;
	struct problem own;

	if (err == OK) {
		err = login_shown_loaded(c->arena, c->asks, &c->shown, &own);
		if (err == OK)
			err = read_own(c, &own);
		why = &own;
	}
	if (err != OK && err != ERR_NOT_FOUND) {
		answer(c, err, why);
		return;
	}
	if (err == ERR_NOT_FOUND) {
		refuse_unknown(c);
		return;
	}
	c->refused = login_shown_refused(c->arena, &c->shown, &c->login, "card", c->asked.now, &c->refusal);
	if (c->refused)
		commit_refusal(c);
	else
		join(c);
}

static void
on_done(void *arg, const struct committed *committed)
{
	struct checking *c = arg;
	struct problem why;

	if (committed->code == ERR_CONFLICT)
		problem_set(&why, ERR_CONFLICT, "", "the card's answer or the login was used at this very time");
	else if (committed->code != OK)
		problem_set(&why, committed->code, "", "the authentication could not be recorded: %s",
		    err_name(committed->code));
	answer(c, committed->code, &why);
}
