/* transaction/enrolment/open.c - an enrolment begun, and an account opened in it before anybody is proofed (仮登録). */
#include "authn/app_pin.h"
#include "person/contact.h"
#include "person/history.h"
#include "transaction/enrolment/enrolment.h"
#include "transaction/notice/notice.h"

enum { ASK_ENROLMENT, ASKS };

struct opening {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct enrolment_asked asked;
	const struct cookie_secret *cookie;
	struct span contact;
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
		.asked = *asked, .cookie = cookie, .contact = contact, .done = done, .arg = arg };
	o->asks[ASK_ENROLMENT] = enrolment_ask(&o->asked.id);
	o->waiting = store_load(store, o->asks, ASKS, on_enrolment_loaded, o);
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
	return OK;
}

/* The address gets a code, and nothing else until the person has typed it. */
static enum err
add_contact(struct opening *o, struct unit *unit, struct problem *why)
{
	struct account *account = &o->opened.account;
	struct span address = contact_address_read(o->arena, o->contact);
	char code[APP_PIN_DRAWN];

	if (!o->contact.size)
		return OK;
	if (!address.size)
		return problem_set(why, ERR_INVALID, "RFC 5321 s4.1.2", "/contact: expected a mail address");
	app_digits_draw(code);
	if (contact_add(account, address, span_text(code), o->asked.now, why) != OK)
		return why->code;
	notice_put(unit, &(struct notice){ .id = id_new(o->asked.now), .kind = NOTICE_CONTACT_CODE,
		.english = account->english, .address = address, .code = span_text(arena_print(o->arena, "%s", code)),
		.made = o->asked.now, .until = instant_after(o->asked.now, CONTACT_CODE_FOR), .next = o->asked.now });
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
	if (err != OK) {
		answer(o, err, why);
		return;
	}
	*account = account_new(now);
	account->standing = ACCOUNT_PROVISIONAL;
	account->english = o->enrolment.english;
	o->enrolment.opened = account->id;
	session = session_begun(&o->settings->session, o->cookie->digest, &account->id, o->asked.where, now);
	unit = unit_new(o->arena, store_tables(o->store), id_new(now));
	if (add_contact(o, unit, &o->why) != OK) {
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
		    committed->code == ERR_CONFLICT ? "the enrolment changed meanwhile" : err_name(committed->code));
	answer(o, committed->code, &o->why);
}
