/* transaction/phone/pairing_pair.c - a phone comes with a code and its key.
 *
 *     name, PIN as such -> address not too busy -> code's account -> pairing, session -> key, signature -> commit
 */
#include <openssl/crypto.h>

#include "authn/app_pin.h"
#include "authn/attempts.h"
#include "codec/individual_number.h"
#include "codec/text.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/phone/pairing.h"

enum { ASK_CODE, ASK_TRIES, ASK_PAIRING, ASK_ACCOUNT, ASK_SESSION, ASKS };

struct pairs {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct pairing_pair asked;
	uint8_t code[32];
	bool is_code;                /* it has the form of one */
	char address[ADDRESS_TEXT];
	struct ask asks[ASKS];
	struct id owner;
	struct attempts tries;
	struct pairing pairing;
	struct account account;
	struct session session;
	struct credential credential;
	struct pairing_paired paired;
	struct problem why;          /* noticed before anything was asked, or what the callback is told */
	on_paired *done;
	void *arg;
};

static void
cancel_pairing(struct pending *pending)
{
	struct pairs *p = (struct pairs *)pending;

	OPENSSL_cleanse(p->paired.pin, sizeof(p->paired.pin));
	pending_cancel(&p->waiting);
}

static void
answer(struct pairs *p, enum err err, const struct problem *why)
{
	struct pairing_paired paired = p->paired;

	/* Whoever is told may let the arena go. */
	OPENSSL_cleanse(p->paired.pin, sizeof(p->paired.pin));
	p->waiting = NULL;
	p->done(p->arg, err, &paired, err == OK ? NULL : why);
	OPENSSL_cleanse(paired.pin, sizeof(paired.pin));
}

static on_loaded on_code_loaded, on_pairing_loaded;
static on_committed on_used_up, on_paired_kept;

/* People read it in their list of authenticators, and in mail. */
static enum err
check_line(const char *pointer, struct span text, size_t most, struct problem *why)
{
	struct span rest = text;
	uint32_t before = 0, c;

	if (text.size < 1 || text.size > most)
		return problem_set(why, ERR_LIMIT, "", "%s: expected 1 to %zu bytes, found %zu", pointer, most,
		    text.size);
	if (!utf8_valid(text))
		return problem_set(why, ERR_SYNTAX, "", "%s: expected UTF-8", pointer);
	for (; rest.size; before = c) {
		c = utf8_cut(&rest);
		if (character_unseen_behind(before, c))
			return problem_set(why, ERR_INVALID, "", "%s: expected one line without invisible characters",
			    pointer);
	}
	return individual_number_refuse(text, pointer, why);
}

struct pending *
pairing_pair(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct pairing_pair *asked, on_paired *done, void *arg)
{
	struct pairs *p = arena_new(arena, struct pairs);

	*p = (struct pairs){ .pending = { cancel_pairing }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	if (check_line("/name", asked->name, CREDENTIAL_NAME_LARGEST, &p->why) == OK &&
	    check_line("/platform", asked->platform, PAIRING_PLATFORM_LARGEST, &p->why) == OK &&
	    asked->pin_kind == PAIRING_PIN_CHOSEN)
		app_pin_check(asked->pin, "", &p->why);
	p->is_code = card_code_digest(asked->code, p->code);
	address_text(&asked->address, p->address);
	p->asks[ASK_CODE] = (struct ask){ .table = &pairing_code_table, .from = span_of(p->code, sizeof(p->code)) };
	p->asks[ASK_TRIES] = attempts_ask(arena, ATTEMPTS_PAIRING, span_text(p->address));
	p->waiting = store_load(store, p->asks, p->why.code == OK ? ASK_PAIRING : 0, on_code_loaded, p);
	return &p->pending;
}

/* The code's account */

static enum err
no_code(struct pairs *p)
{
	return problem_set(&p->why, ERR_NOT_FOUND, "",
	    "no such pairing code waits: it may have been used, replaced by a newer one, or its time is over");
}

/* Also of a code that was good a moment ago: guesses and leftovers look alike. */
static void
count_wrong(struct pairs *p)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));

	attempts_failed(unit, p->arena, ATTEMPTS_PAIRING, span_text(p->address), &p->tries, p->asked.now);
	p->waiting = store_commit(p->store, unit, on_used_up, p);
}

static enum err
look_at_code(struct pairs *p)
{
	const struct ask *asked = &p->asks[ASK_CODE];

	if (attempts_loaded(&p->asks[ASK_TRIES], &p->tries, &p->why) != OK)
		return p->why.code;
	p->paired.until = attempts_wait(ATTEMPTS_PAIRING, &p->tries, p->asked.now);
	if (p->paired.until.us)
		return problem_set(&p->why, ERR_LIMIT, "",
		    "too many wrong pairing codes from this address: the next may be tried later");
	if (!p->is_code || !asked->count)
		return no_code(p);
	if (asked->rows[0].value.size != sizeof(p->owner.bytes))
		return problem_set(&p->why, ERR_UNAVAILABLE, "",
		    "a pairing code's row in the store is of a form this build does not know");
	memcpy(p->owner.bytes, asked->rows[0].value.data, sizeof(p->owner.bytes));
	return OK;
}

static void
on_code_loaded(void *arg, enum err err, const struct problem *why)
{
	struct pairs *p = arg;

	if (err == OK && p->why.code != OK)
		err = (why = &p->why)->code;
	else if (err == OK)
		err = (why = &p->why, look_at_code(p));
	if (err == ERR_NOT_FOUND) {
		count_wrong(p);
		return;
	}
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	p->asks[ASK_PAIRING] = pairing_ask(&p->owner);
	p->asks[ASK_ACCOUNT] = account_ask(&p->owner);
	p->waiting = store_load(p->store, &p->asks[ASK_PAIRING], ASK_SESSION - ASK_PAIRING, on_pairing_loaded, p);
}

/* The pairing, then the session that began it */

static on_loaded on_session_loaded;

static void
on_pairing_loaded(void *arg, enum err err, const struct problem *why)
{
	struct pairs *p = arg;

	if (err == OK)
		err = (why = &p->why, pairing_loaded(p->arena, &p->asks[ASK_PAIRING], &p->pairing, &p->why));
	if (err == OK)
		err = account_loaded(p->arena, &p->asks[ASK_ACCOUNT], &p->account, &p->why);
	if (err == OK && (p->pairing.state != PAIRING_WAITING ||
	    CRYPTO_memcmp(p->pairing.code, p->code, sizeof(p->code)) != 0 ||
	    !instant_before(p->asked.now, p->pairing.until)))
		err = no_code(p);
	if (err == ERR_NOT_FOUND) {
		no_code(p);
		count_wrong(p);
		return;
	}
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	p->asks[ASK_SESSION] = session_ask(p->pairing.session);
	p->waiting = store_load(p->store, &p->asks[ASK_SESSION], 1, on_session_loaded, p);
}

/* Decide */

static enum err
check_key(struct pairs *p)
{
	char code[PAIRING_CODE_TEXT];
	struct app_message m = { .word = "pair", .count = 3 };

	for (size_t i = 0; i < sizeof(code) - 1; i++) {
		uint8_t letter = p->asked.code.data[i];

		code[i] = (char)(letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter);
	}
	m.parts[0] = p->settings->origin;
	m.parts[1] = span_of(code, sizeof(code) - 1);
	m.parts[2] = p->asked.key_text;
	if (app_message_verify(p->arena, &m, p->asked.key, p->asked.signature, &p->why) != OK)
		p->why.code = ERR_DENIED;
	return p->why.code;
}

static void
use_up(struct pairs *p)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));

	p->pairing.state = PAIRING_REFUSED;
	pairing_put(unit, &p->pairing);
	attempts_failed(unit, p->arena, ATTEMPTS_PAIRING, span_text(p->address), &p->tries, p->asked.now);
	p->waiting = store_commit(p->store, unit, on_used_up, p);
}

static enum err
make_credential(struct pairs *p)
{
	const struct pairing *from = &p->pairing;
	const struct credential_because because = { .actor = span_text("person"), .reason = span_text("paired"),
		.evidence = from->session_id, .now = p->asked.now };
	struct credential *c = &p->credential;
	struct span pin = p->asked.pin;
	bool changed;

	*c = (struct credential){ .account = p->account.id, .id = id_new(p->asked.now), .kind = CREDENTIAL_APP,
		.state = CREDENTIAL_ISSUED, .name = p->asked.name, .issued = p->asked.now, .binding = from->binding,
		.binding_record = from->binding_record, .parent = from->parent, .parent_handle = from->parent_handle,
		.parent_checked = from->parent_checked };
	c->app = (struct credential_app){ .key = p->asked.key, .platform = p->asked.platform,
		.pin_drawn = p->asked.pin_kind == PAIRING_PIN_DRAWN };
	if (c->app.pin_drawn) {
		app_digits_draw(p->paired.pin);
		pin = span_text(p->paired.pin);
	}
	app_pin_keep(&p->settings->wrapping, &c->account, &c->id, pin, c->app.pin);
	p->paired.number = p->account.number;
	p->paired.device = credential_name_key(p->arena, CREDENTIAL_APP, c->app.key);
	return credential_take(c, CREDENTIAL_ACTIVATE, &because, &changed, &p->why);
}

static struct credential_change
change_of(struct pairs *p)
{
	static const struct id none;
	const bool replaces = memcmp(&p->credential.replaces, &none, sizeof(none)) != 0;

	return (struct credential_change){ .account = &p->account, .credential = &p->credential,
		.event = replaces ? CREDENTIAL_REPLACED : CREDENTIAL_ADDED, .now = p->asked.now };
}

static void
keep(struct pairs *p)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));
	struct credential_change change;

	/* Nobody's phone joins an account that is being erased. */
	unit_expect(unit, &account_table, span_of(p->owner.bytes, sizeof(p->owner.bytes)), p->account.generation);
	if (p->session.proofed.replaced_count) {
		p->credential.replaces = session_replaced_take(&p->session, CREDENTIAL_APP);
		session_put(unit, &p->session);
	}
	change = change_of(p);
	p->pairing.state = PAIRING_DONE;
	p->pairing.credential = p->credential.id;
	pairing_put(unit, &p->pairing);
	credential_change_put(unit, p->arena, &change);
	p->waiting = store_commit(p->store, unit, on_paired_kept, p);
}

/* Who logged out, everywhere perhaps because something was lost, did not mean this code to go on waiting. */
static void
on_session_loaded(void *arg, enum err err, const struct problem *why)
{
	struct pairs *p = arg;

	if (err == OK)
		err = (why = &p->why, session_loaded(p->arena, &p->asks[ASK_SESSION], &p->settings->session,
		    p->asked.now, &p->session, &p->why));
	if (err == ERR_DENIED) {
		no_code(p);
		count_wrong(p);
		return;
	}
	/* A PIN that will not do is the person's to better, with the same code. */
	if (err == OK && p->asked.pin_kind == PAIRING_PIN_CHOSEN)
		err = app_pin_check(p->asked.pin, p->account.number, &p->why);
	if (err == OK && (err = check_key(p)) == ERR_DENIED) {
		use_up(p);
		return;
	}
	if (err == OK)
		err = make_credential(p);
	if (err != OK)
		answer(p, err, why);
	else
		keep(p);
}

/* Counted: what was noticed is told. Two wrong ones at one time: the other was counted. */
static void
on_used_up(void *arg, const struct committed *committed)
{
	struct pairs *p = arg;

	if (committed->code != OK && committed->code != ERR_CONFLICT)
		problem_set(&p->why, committed->code, "", "the try could not be counted: %s",
		    err_name(committed->code));
	answer(p, p->why.code, &p->why);
}

static void
on_paired_kept(void *arg, const struct committed *committed)
{
	struct pairs *p = arg;
	const struct credential_change change = change_of(p);

	if (committed->code == ERR_CONFLICT)
		no_code(p);
	else if (committed->code != OK)
		problem_set(&p->why, committed->code, "", "the phone could not be kept: %s",
		    err_name(committed->code));
	else
		credential_change_log(&change);
	answer(p, committed->code == OK ? OK : p->why.code, &p->why);
}
