/* transaction/phone/pairing_options.c - what a phone with a code is to create, to be unlocked by its own screen lock.
 *
 *     code's account, pairing, session -> may it -> options, made for this code and this key
 *
 * The challenge is no number to be kept: it is the digest of what the phone will sign with its key, where the code is
 * what was drawn (128 bits, once).
 */
#include "authn/app_passkey.h"
#include "authn/webauthn_options.h"
#include "transaction/phone/pairing_code.h"

#define OPTIONS_LARGEST (8 * KIB)

struct optioning {
	struct pending pending;
	struct pending *waiting;
	struct arena *arena;
	const struct person_settings *settings;
	struct pairing_options_asked asked;
	struct pairing_options options;
	on_pairing_options *done;
	void *arg;
};

static void
cancel_optioning(struct pending *pending)
{
	pending_cancel(&((struct optioning *)pending)->waiting);
}

static on_pairing_found on_found;

struct pending *
pairing_options(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct pairing_options_asked *asked, on_pairing_options *done, void *arg)
{
	struct optioning *o = arena_new(arena, struct optioning);
	const struct pairing_looking looking = { .code = asked->code, .now = asked->now };

	*o = (struct optioning){ .pending = { cancel_optioning }, .arena = arena, .settings = settings,
		.asked = *asked, .done = done, .arg = arg };
	o->waiting = pairing_find(store, arena, settings, &looking, on_found, o);
	return &o->pending;
}

static enum err
may_create(struct optioning *o, const struct pairing *pairing, struct problem *why)
{
	o->options.refused = pairing_passkey_refused(o->settings, pairing);
	if (o->options.refused)
		return problem_set(why, ERR_DENIED, "NIST SP 800-63B-4 s4.1.2.1",
		    "with this code a phone is paired by a PIN, not by its own screen lock");
	return app_key_check(o->asked.key, why);
}

static enum err
write_options(struct optioning *o, const struct account *account, struct problem *why)
{
	const struct person_settings *settings = o->settings;
	const struct app_message m = pairing_message(o->arena, settings, o->asked.code, o->asked.key_text);
	uint8_t challenge[APP_PASSKEY_CHALLENGE];
	struct buffer b;

	if (app_passkey_challenge(o->arena, &m, challenge, why) != OK)
		return why->code;
	b = buffer_init(OPTIONS_LARGEST);
	webauthn_creation_write(&b, o->arena, &(struct webauthn_creation){
	    .rp_id = settings->site.rp_id, .rp_name = account->english ? settings->name.en : settings->name.ja,
	    .challenge = span_of(challenge, sizeof(challenge)),
	    .user_handle = credential_name_key(o->arena, CREDENTIAL_APP, o->asked.key),
	    .user_name = span_text(arena_print(o->arena, "%s (app)", account->number)), .lasts = PAIRING_FOR,
	    .screen_lock = true });
	o->options.json = arena_copy(o->arena, buffer_span(&b));
	buffer_release(&b);
	return OK;
}

static void
on_found(void *arg, enum err err, const struct pairing_found *found, const struct problem *why)
{
	struct optioning *o = arg;
	struct problem own;

	o->waiting = NULL;
	if (err == OK)
		err = (why = &own, may_create(o, &found->pairing, &own));
	if (err == OK)
		err = (why = &own, write_options(o, &found->account, &own));
	o->done(o->arg, err, &o->options, err == OK ? NULL : why);
}
