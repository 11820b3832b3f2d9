/* transaction/enrolment/open.c - an enrolment begun, and an account opened in it before anybody is proofed (仮登録). */
#include "person/contact.h"
#include "person/history.h"
#include "transaction/enrolment/enrolment.h"
#include "transaction/notice/contact_code.h"

enum { ASK_ENROLMENT, ASK_CODE, ASKS = ASK_CODE + CONTACT_CODE_ASKS };

struct opening {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct enrolment_asked asked;
	const struct cookie_secret *cookie;
	bool with_contact;
	struct contact_code code;
	struct ask asks[ASKS];
	struct enrolment enrolment;
	struct enrolment_opened opened;
	struct problem why;
	on_enrolment *begun;
	on_enrolment_opened *done;
	void *arg;
};

static void
cancel_opening(struct pending *pending)
{
	pending_cancel(&((struct opening *)pending)->waiting);
}

static on_committed on_begun, on_opened;
static on_loaded on_enrolment_loaded;

/* Begin */

struct pending *
enrolment_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_begin *asked, on_enrolment *done, void *arg)
{
	struct opening *o = arena_new(arena, struct opening);
	struct unit *unit = unit_new(arena, store_tables(store), id_new(asked->now));

	*o = (struct opening){ .pending = { cancel_opening }, .store = store, .arena = arena, .begun = done, .arg = arg,
		.enrolment = {
			.id = id_new(asked->now), .reissue = asked->reissue, .english = asked->english,
			.made = asked->now, .expires = instant_after(asked->now, 2 * settings->login_for),
		} };
	memcpy(o->enrolment.browser, asked->browser, sizeof(asked->browser));
	enrolment_put(unit, &o->enrolment);
	o->waiting = store_commit(store, unit, on_begun, o);
	return &o->pending;
}

static void
on_begun(void *arg, const struct committed *committed)
{
	struct opening *o = arg;

	o->waiting = NULL;
	if (committed->code != OK)
		problem_set(&o->why, committed->code, "", "the enrolment could not be kept: %s",
		    err_name(committed->code));
	o->begun(o->arg, committed->code, committed->code == OK ? &o->enrolment : NULL, &o->why);
}

/* Open */

static void
answer(struct opening *o, enum err err, const struct problem *why)
{
	o->waiting = NULL;
	o->done(o->arg, err, err == OK ? &o->opened : NULL, err == OK ? NULL : why);
}

struct pending *
enrolment_open(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct enrolment_asked *asked, const struct cookie_secret *cookie, struct span contact,
    on_enrolment_opened *done, void *arg)
{
	struct opening *o = arena_new(arena, struct opening);

	*o = (struct opening){ .pending = { cancel_opening }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .cookie = cookie, .with_contact = contact.size > 0, .done = done, .arg = arg,
		.opened = { .account = account_new(asked->now) } };
	o->code = (struct contact_code){ .address = contact_address_read(arena, contact),
		.account = o->opened.account.id };
	o->asks[ASK_ENROLMENT] = enrolment_ask(&o->asked.id);
	if (o->code.address.size)
		contact_code_ask(arena, &o->code, &o->asks[ASK_CODE]);
	o->waiting = store_load(store, o->asks, o->code.address.size ? ASKS : ASK_CODE, on_enrolment_loaded, o);
	return &o->pending;
}

static enum err
may_open(const struct opening *o, struct problem *why)
{
	const struct enrolment *e = &o->enrolment;

	if (o->asked.session)
		return problem_set(why, ERR_CONFLICT, "", "somebody is logged in here: the account is there already");
	if (id_given(&e->opened) || id_given(&e->taken))
		return problem_set(why, ERR_CONFLICT, "", "this enrolment has its account already");
	if (e->reissue)
		return problem_set(why, ERR_CONFLICT, "",
		    "a re-issue is of an account that is there: it opens none");
	if (o->with_contact && !o->code.address.size)
		return problem_set(why, ERR_INVALID, "RFC 5321 s4.1.2", "/contact: expected a mail address");
	return OK;
}

/* Refused alike whatever the address is: what was sent there says nothing of whose it is. */
static enum err
may_send(struct opening *o, struct problem *why)
{
	if (!o->code.address.size)
		return OK;
	if (contact_code_loaded(&o->asks[ASK_CODE], &o->code, why) != OK)
		return why->code;
	o->opened.until = contact_code_wait(&o->code, o->asked.now);
	return OK;
}

static void
on_enrolment_loaded(void *arg, enum err err, const struct problem *why)
{
	struct opening *o = arg;
	struct account *account = &o->opened.account;
	const struct instant now = o->asked.now;
	struct session session;
	struct unit *unit;

	if (err == OK)
		err = (why = &o->why, enrolment_loaded(o->arena, &o->asks[ASK_ENROLMENT], o->asked.browser,
		    &o->enrolment, &o->why));
	if (err == OK)
		err = (why = &o->why, may_open(o, &o->why));
	if (err == OK)
		err = (why = &o->why, may_send(o, &o->why));
	if (err != OK || o->opened.until.us) {
		answer(o, err, why);
		return;
	}
	account->standing = ACCOUNT_PROVISIONAL;
	account->english = o->enrolment.english;
	o->enrolment.opened = account->id;
	session = session_begun(&o->settings->session, o->cookie->digest, &account->id, o->asked.where, now);
	unit = unit_new(o->arena, store_tables(o->store), id_new(now));
	/* The address gets a code, and nothing else until the person has typed it. */
	if (o->code.address.size && contact_code_send(unit, o->arena, &o->code, account, now, &o->why) != OK) {
		answer(o, o->why.code, &o->why);
		return;
	}
	enrolment_put(unit, &o->enrolment);
	account_put(unit, o->arena, account);
	session_put(unit, &session);
	history_add(unit, &account->id, &(struct history_event){ .kind = HISTORY_OPENED, .at = now,
		.actor = span_text("person"), .detail = span_text(account_standing_name(account->standing)),
		.where = o->asked.where });
	o->waiting = store_commit(o->store, unit, on_opened, o);
}

static void
on_opened(void *arg, const struct committed *committed)
{
	struct opening *o = arg;

	if (committed->code != OK)
		problem_set(&o->why, committed->code, "", "the account could not be opened: %s",
		    committed->code == ERR_CONFLICT ? "something of it changed meanwhile" : err_name(committed->code));
	answer(o, committed->code, &o->why);
}
