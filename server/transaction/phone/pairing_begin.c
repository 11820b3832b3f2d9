/* transaction/phone/pairing_begin.c - a code for a phone that will be bound by what its session has shown.
 *
 * That is a proofing a moment ago, or another authenticator (transaction/authenticator/addition.h). Where it was a
 * certificate, or is derived from one, the phone is derived from the same one (サブカード).
 */
#include <openssl/crypto.h>

#include "transaction/authenticator/addition.h"
#include "transaction/session/observation.h"
#include "transaction/phone/pairing.h"

enum { ASK_PAIRING, ASK_CREDENTIALS };

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	struct instant now;
	struct instant authenticated[SESSION_AUTHENTICATIONS];
	struct ask asks[ASK_CREDENTIALS + SESSION_AUTHENTICATIONS];
	size_t credential_count;
	struct pairing pairing;
	struct pairing_begun begun;
	struct problem why;
	on_pairing_begun *done;
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
	struct pairing_begun begun = b->begun;

	/* Whoever is told may let the arena go. */
	OPENSSL_cleanse(b->begun.code, sizeof(b->begun.code));
	b->waiting = NULL;
	b->done(b->arg, err, err == OK ? &begun : NULL, err == OK ? NULL : why);
	OPENSSL_cleanse(begun.code, sizeof(begun.code));
}

static on_loaded on_earlier_loaded;
static on_committed on_begun;

/* The most it would be worth behind the phone's screen lock, at another device and on the phone itself; whether it is
 * synced nobody knows yet, and that makes it no better. */
static bool
is_enough_for_passkey(struct beginning *b, const struct person_settings *settings,
    const struct account_access *access)
{
	struct credential phone = { .account = access->account->id, .kind = CREDENTIAL_APP,
		.state = CREDENTIAL_ACTIVE, .activated = access->now, .app.passkey.id = span_text("any") };
	struct observation apart = { .credential = &phone, .now = access->now, .user_verified = true,
		.separate_channel = true };
	struct observation here = { .credential = &phone, .now = access->now, .user_verified = true,
		.app_to_app = true };
	struct problem why;

	return addition_bind(b->arena, settings, access, &phone, &apart, &why) == OK &&
	    addition_bind(b->arena, settings, access, &phone, &here, &why) == OK;
}

/* As if it had been used with a PIN for a login at another device, which is the most it will be worth then. */
static enum err
bind_to_account(struct beginning *b, const struct person_settings *settings, const struct account_access *access)
{
	struct pairing *p = &b->pairing;
	struct credential phone = { .account = access->account->id, .kind = CREDENTIAL_APP,
		.state = CREDENTIAL_ACTIVE, .activated = access->now, .app.pin_drawn = true };
	struct observation seen = { .credential = &phone, .now = access->now, .user_verified = true, .pin = true,
		.separate_channel = true };

	if (addition_bind(b->arena, settings, access, &phone, &seen, &b->why) != OK)
		return b->why.code;
	p->binding = phone.binding;
	p->binding_record = phone.binding_record;
	p->parent = phone.parent;
	p->parent_handle = arena_copy(b->arena, phone.parent_handle);
	p->parent_checked = phone.parent_checked;
	p->passkey = is_enough_for_passkey(b, settings, access);
	return OK;
}

struct pending *
pairing_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, on_pairing_begun *done, void *arg)
{
	struct beginning *b = arena_new(arena, struct beginning);
	const struct session *session = access->session;

	*b = (struct beginning){ .pending = { cancel_beginning }, .store = store, .arena = arena, .now = access->now,
		.done = done, .arg = arg };
	b->pairing = (struct pairing){ .account = access->account->id, .state = PAIRING_WAITING,
		.session_id = session->id, .made = access->now, .until = instant_after(access->now, PAIRING_FOR) };
	memcpy(b->pairing.session, session->key, sizeof(b->pairing.session));
	b->asks[ASK_PAIRING] = pairing_ask(&b->pairing.account);
	for (size_t i = 0; i < session->authentication_count; i++) {
		const struct authentication *a = &session->authentications[i];

		b->authenticated[b->credential_count] = a->at;
		b->asks[ASK_CREDENTIALS + b->credential_count++] =
		    credential_ask(arena, &b->pairing.account, &a->credential);
	}
	/* Here, for the policies that it was assessed by are there until the caller returns. */
	bind_to_account(b, settings, access);
	b->waiting = store_load(store, b->asks, b->why.code == OK ? ASK_CREDENTIALS + b->credential_count : 0,
	    on_earlier_loaded, b);
	return &b->pending;
}

/* Decide */

/* Of several that the session was authenticated by, the last. */
static enum err
derive(struct beginning *b)
{
	struct pairing *p = &b->pairing;

	for (size_t i = 0; i < b->credential_count; i++) {
		const struct ask *asked = &b->asks[ASK_CREDENTIALS + i];
		struct credential c;
		enum err err = credential_loaded(b->arena, asked->count ? asked->rows : NULL, &c, &b->why);

		if (err != OK && err != ERR_NOT_FOUND)
			return err;
		if (err == OK && c.kind == CREDENTIAL_CARD) {
			p->parent = PARENT_GOOD;
			p->parent_handle = c.card.handle;
			p->parent_checked = b->authenticated[i];
		} else if (err == OK && c.parent != PARENT_NONE) {
			p->parent = c.parent;
			p->parent_handle = c.parent_handle;
			p->parent_checked = c.parent_checked;
		}
	}
	return OK;
}

static enum err
prepare(struct beginning *b, struct unit *unit)
{
	struct pairing *p = &b->pairing, before;
	enum err err = pairing_loaded(b->arena, &b->asks[ASK_PAIRING], &before, &b->why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	p->generation = before.generation;
	if (p->binding == BINDING_EXISTING && derive(b) != OK)
		return b->why.code;
	if (before.generation)
		unit_delete(unit, &pairing_code_table, span_of(before.code, sizeof(before.code)));
	card_code_new(b->begun.code);
	card_code_digest(span_text(b->begun.code), p->code);
	b->begun.until = p->until;
	pairing_put(unit, p);
	return OK;
}

static void
on_earlier_loaded(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;
	struct unit *unit = unit_new(b->arena, store_tables(b->store), id_new(b->now));

	if (err == OK && b->why.code != OK)
		err = (why = &b->why)->code;
	else if (err == OK)
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
		problem_set(&b->why, ERR_CONFLICT, "", "another code was made at the same time: ask again");
	else if (committed->code != OK)
		problem_set(&b->why, committed->code, "", "the code could not be kept: %s", err_name(committed->code));
	answer(b, committed->code, &b->why);
}
