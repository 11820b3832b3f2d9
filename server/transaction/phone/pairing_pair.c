/* transaction/phone/pairing_pair.c - a phone comes with a code and its key.
 *
 *     name, PIN as such -> code's account, pairing, session -> key, signature
 *         -> [passkey examined -> catalogue's state -> its model, sound or not] -> commit
 */
#include <openssl/crypto.h>

#include "authn/app_passkey.h"
#include "authn/app_pin.h"
#include "authn/fido_catalogue.h"
#include "authn/passkey.h"
#include "codec/line.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/phone/pairing_code.h"

struct pairs {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	struct pairing_pair asked;
	struct pairing_looking looking;
	struct pairing_found found;
	struct examination examination;
	struct webauthn_registered made;
	struct ask asks[ATTESTATION_CERTIFICATES];
	struct fido_state catalogue;
	size_t model_count;
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

static on_pairing_found on_found;
static on_loaded on_unfit, on_state, on_models;
static on_committed on_used_up, on_paired_kept;

struct pending *
pairing_pair(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct pairing_pair *asked, on_paired *done, void *arg)
{
	struct pairs *p = arena_new(arena, struct pairs);

	*p = (struct pairs){ .pending = { cancel_pairing }, .store = store, .arena = arena, .settings = settings,
		.asked = *asked, .examination = { .arena = arena }, .done = done, .arg = arg,
		.looking = { .code = asked->code, .now = asked->now } };
	/* People read both in their list of authenticators, and in mail. */
	if (label_check(asked->name, "/name", CREDENTIAL_NAME_CHARACTERS, &p->why) == OK &&
	    label_check(asked->platform, "/platform", PAIRING_PLATFORM_LARGEST, &p->why) == OK &&
	    asked->way == PAIRING_PIN_CHOSEN)
		app_pin_check(asked->pin, "", &p->why);
	p->waiting = p->why.code == OK ? pairing_find(store, arena, settings, &p->looking, on_found, p)
	                               : store_load(store, p->asks, 0, on_unfit, p);
	return &p->pending;
}

static void
on_unfit(void *arg, enum err err, const struct problem *why)
{
	struct pairs *p = arg;

	answer(p, err == OK ? p->why.code : err, err == OK ? &p->why : why);
}

/* Decide */

static enum err
deny(struct pairs *p, const char *step, const char *reason)
{
	p->paired.step = step;
	p->paired.reason = reason;
	return p->why.code = ERR_DENIED;
}

static enum err
check_key(struct pairs *p, const struct app_message *m)
{
	if (app_message_verify(p->arena, m, p->asked.key, p->asked.signature, &p->why) != OK)
		return deny(p, "signature", arena_print(p->arena, "%s", p->why.text));
	return OK;
}

static enum err
deny_examined(struct pairs *p)
{
	const struct examined *cause = examination_cause(&p->examination);

	problem_set(&p->why, ERR_DENIED, cause->clause, "%s: %s", cause->step, cause->text);
	return deny(p, "passkey", cause->step);
}

/* For the code that the page showed and for this very key: nobody else's passkey can be handed in. */
static enum err
examine_passkey(struct pairs *p, const struct app_message *m)
{
	const struct app_passkey_expectation expected = { .site = &p->settings->site, .message = m,
		.device = p->paired.device };
	struct attestation_policy policy = p->settings->attestation_policy;
	const char *refused = pairing_passkey_refused(p->settings, &p->found.pairing);

	policy.now = p->asked.now;
	if (!examination_note(&p->examination, refused ? refused : "level", refused ? REFUTED : ESTABLISHED,
	    "NIST SP 800-63B-4 s4.1.2.1", "here a phone's own screen lock is not taken") ||
	    !app_passkey_register(p->arena, p->asked.passkey, &expected, &policy, &p->examination, &p->made))
		return deny_examined(p);
	return OK;
}

static enum err
make_credential(struct pairs *p)
{
	const struct pairing *from = &p->found.pairing;
	const struct credential_because because = { .actor = span_text("person"), .reason = span_text("paired"),
		.evidence = from->session_id, .now = p->asked.now };
	struct credential *c = &p->credential;
	struct span pin = p->asked.pin;
	bool changed;

	*c = (struct credential){ .account = p->found.account.id, .id = id_new(p->asked.now), .kind = CREDENTIAL_APP,
		.state = CREDENTIAL_ISSUED, .name = p->asked.name, .issued = p->asked.now, .binding = from->binding,
		.binding_record = from->binding_record, .parent = from->parent, .parent_handle = from->parent_handle,
		.parent_checked = from->parent_checked };
	c->app = (struct credential_app){ .key = p->asked.key, .platform = p->asked.platform,
		.pin_drawn = p->asked.way == PAIRING_PIN_DRAWN };
	if (c->app.pin_drawn) {
		random_digits(p->paired.pin);
		pin = span_text(p->paired.pin);
	}
	if (p->asked.way == PAIRING_SCREEN_LOCK)
		passkey_keep(p->arena, p->asked.passkey, &p->made, &c->app.passkey);
	else
		app_pin_keep(&p->settings->wrapping, &c->account, &c->id, pin, c->app.pin);
	p->paired.number = p->found.account.number;
	return credential_take(c, CREDENTIAL_ACTIVATE, &because, &changed, &p->why);
}

/* Commit */

static void
use_up(struct pairs *p)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));

	p->found.pairing.state = PAIRING_REFUSED;
	pairing_put(unit, &p->found.pairing);
	p->waiting = store_commit(p->store, unit, on_used_up, p);
}

static struct credential_change
change_of(struct pairs *p)
{
	const bool replaces = id_given(&p->credential.replaces);

	return (struct credential_change){ .account = &p->found.account, .credential = &p->credential,
		.event = replaces ? CREDENTIAL_REPLACED : CREDENTIAL_ADDED, .now = p->asked.now };
}

static void
keep(struct pairs *p)
{
	struct unit *unit = unit_new(p->arena, store_tables(p->store), id_new(p->asked.now));
	const struct account *account = &p->found.account;
	struct session *session = &p->found.session;
	struct credential_change change;

	/* Nobody's phone joins an account that is being erased. */
	unit_expect(unit, &account_table, id_span(&account->id), account->generation);
	session_expect(unit, p->arena, session);
	if (session->proofed.replaced_count) {
		p->credential.replaces = session_replaced_take(session, CREDENTIAL_APP);
		session_put(unit, session);
	}
	/* A review that begins now would miss it. */
	if (p->asked.way == PAIRING_SCREEN_LOCK)
		fido_state_expect(unit, &p->catalogue);
	change = change_of(p);
	p->found.pairing.state = PAIRING_DONE;
	p->found.pairing.credential = p->credential.id;
	pairing_put(unit, &p->found.pairing);
	credential_change_put(unit, p->arena, &change);
	p->waiting = store_commit(p->store, unit, on_paired_kept, p);
}

/* Denied: the code is used up before it is told. */
static void
conclude(struct pairs *p, enum err err, const struct problem *why)
{
	if (err == OK)
		err = (why = &p->why, make_credential(p));
	if (err == OK)
		keep(p);
	else if (err == ERR_DENIED)
		use_up(p);
	else
		answer(p, err, why);
}

static void
on_found(void *arg, enum err err, const struct pairing_found *found, const struct problem *why)
{
	struct pairs *p = arg;
	struct app_message m;

	p->found = *found;
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	/* A PIN that will not do is the person's to better, with the same code. */
	if (p->asked.way == PAIRING_PIN_CHOSEN && app_pin_check(p->asked.pin, found->account.number, &p->why) != OK) {
		answer(p, p->why.code, &p->why);
		return;
	}
	p->paired.device = credential_name_key(p->arena, CREDENTIAL_APP, p->asked.key);
	m = pairing_message(p->arena, p->settings, p->asked.code, p->asked.key_text);
	err = check_key(p, &m);
	if (err == OK && p->asked.way == PAIRING_SCREEN_LOCK)
		err = examine_passkey(p, &m);
	if (err == OK && p->asked.way == PAIRING_SCREEN_LOCK) {
		p->asks[0] = fido_state_ask();
		p->waiting = store_load(p->store, p->asks, 1, on_state, p);
	} else {
		conclude(p, err, &p->why);
	}
}

/* The passkey's model, where the catalogue knows one: none that others can break into. */

static void
on_state(void *arg, enum err err, const struct problem *why)
{
	struct pairs *p = arg;
	struct span names[ATTESTATION_CERTIFICATES];

	if (err == OK)
		err = (why = &p->why, fido_state_loaded(&p->asks[0], &p->catalogue, &p->why));
	if (err != OK) {
		answer(p, err, why);
		return;
	}
	p->model_count = p->catalogue.number ? fido_model_names(p->arena, &p->made.attestation, names) : 0;
	for (size_t i = 0; i < p->model_count; i++)
		p->asks[i] = fido_model_ask(p->arena, p->catalogue.number, names[i]);
	p->waiting = store_load(p->store, p->asks, p->model_count, on_models, p);
}

static void
on_models(void *arg, enum err err, const struct problem *why)
{
	const struct fido_model *model = NULL;
	struct pairs *p = arg;
	const struct attestation *said = &p->made.attestation;

	for (size_t i = 0; err == OK && i < p->model_count && !model; i++)
		err = (why = &p->why, fido_model_loaded(p->arena, &p->asks[i], &model, &p->why));
	if (err == OK && model && !fido_model_examine(model, said, p->made.key.algorithm,
	    said->certificate_count > 0, &p->examination))
		err = deny_examined(p);
	conclude(p, err, why);
}

/* What was noticed is told. Two at one time: the other used it up. */
static void
on_used_up(void *arg, const struct committed *committed)
{
	struct pairs *p = arg;

	if (committed->code != OK && committed->code != ERR_CONFLICT)
		problem_set(&p->why, committed->code, "", "that the code is used up could not be kept: %s",
		    err_name(committed->code));
	answer(p, p->why.code, &p->why);
}

static void
on_paired_kept(void *arg, const struct committed *committed)
{
	struct pairs *p = arg;
	const struct credential_change change = change_of(p);

	if (committed->code == ERR_CONFLICT)
		pairing_none(&p->why);
	else if (committed->code != OK)
		problem_set(&p->why, committed->code, "", "the phone could not be kept: %s",
		    err_name(committed->code));
	else
		credential_change_log(&change);
	answer(p, committed->code == OK ? OK : p->why.code, &p->why);
}
