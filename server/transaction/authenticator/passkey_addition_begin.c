/* transaction/authenticator/passkey_addition_begin.c - what a browser is to create.
 *
 *     load credentials -> challenge put -> told
 */
#include "transaction/authenticator/passkey_addition.h"

#include <assert.h>

#include "authn/webauthn_options.h"
#include "base/random.h"

#define OPTIONS_LARGEST (256 * KIB)

struct beginning {
	struct pending pending;
	struct pending *waiting;
	struct store *store;
	struct arena *arena;
	const struct person_settings *settings;
	const struct account_access *access;
	struct addition addition;
	struct ask ask;
	const struct credential_passkey **known;
	size_t known_count;
	on_passkey_options *done;
	void *arg;
};

static on_loaded on_known;
static on_committed on_put;

static void
cancel_beginning(struct pending *pending)
{
	pending_cancel(&((struct beginning *)pending)->waiting);
}

static void
fail(struct beginning *b, enum err err, const struct problem *why)
{
	b->waiting = NULL;
	b->done(b->arg, err, (struct span){ 0 }, why);
}

struct pending *
passkey_addition_begin(struct store *store, struct arena *arena, const struct person_settings *settings,
    const struct account_access *access, bool conditional, on_passkey_options *done, void *arg)
{
	struct beginning *b = arena_new(arena, struct beginning);

	*b = (struct beginning){ .pending = { cancel_beginning }, .store = store, .arena = arena,
		.settings = settings, .access = access, .done = done, .arg = arg };
	b->addition = (struct addition){ .kind = ADDITION_PASSKEY, .begun = access->now,
		.until = instant_after(access->now, ADDITION_LASTS), .conditional = conditional };
	random_bytes(b->addition.challenge, sizeof(b->addition.challenge));
	b->ask = credentials_ask(arena, &access->account->id, PASSKEYS_EXCLUDED);
	b->waiting = store_load(store, &b->ask, 1, on_known, b);
	return &b->pending;
}

static void
on_known(void *arg, enum err err, const struct problem *why)
{
	struct beginning *b = arg;
	struct problem own;
	struct unit *unit;

	if (err == OK)
		b->known = arena_array(b->arena, const struct credential_passkey *, b->ask.count);
	for (size_t i = 0; err == OK && i < b->ask.count; i++) {
		struct credential *c = arena_new(b->arena, struct credential);

		why = &own;
		err = credential_loaded(b->arena, &b->ask.rows[i], c, &own);
		if (err == OK && c->kind == CREDENTIAL_PASSKEY && c->state != CREDENTIAL_REVOKED)
			b->known[b->known_count++] = &c->passkey;
	}
	if (err != OK) {
		fail(b, err, why);
		return;
	}
	unit = unit_new(b->arena, store_tables(b->store), id_new(b->access->now));
	addition_put(unit, &b->access->session->id, &b->addition);
	b->waiting = store_commit(b->store, unit, on_put, b);
}

/* Told */

/* The account's number is shown by the browser where the passkey is chosen; the handle tells nothing. */
static void
write_options(struct buffer *out, const struct beginning *b)
{
	const struct account *account = b->access->account;
	struct webauthn_known *known = arena_array(b->arena, struct webauthn_known, b->known_count + 1);

	for (size_t i = 0; i < b->known_count; i++)
		known[i] = (struct webauthn_known){ b->known[i]->id, b->known[i]->transports };
	webauthn_creation_write(out, b->arena, &(struct webauthn_creation){
	    .rp_id = b->settings->site.rp_id,
	    .rp_name = account->english ? b->settings->name.en : b->settings->name.ja,
	    .challenge = span_of(b->addition.challenge, sizeof(b->addition.challenge)),
	    .user_handle = id_span(&account->id),
	    .user_name = span_text(account->number), .lasts = ADDITION_LASTS, .known = known,
	    .known_count = b->known_count, .attested = b->settings->attestation != ATTESTATION_ANY });
}

static void
on_put(void *arg, const struct committed *committed)
{
	struct beginning *b = arg;
	struct buffer out;
	struct problem why;
	struct span json;

	if (committed->code != OK) {
		problem_set(&why, committed->code, "", "the challenge was not kept");
		fail(b, why.code, &why);
		return;
	}
	out = buffer_init(OPTIONS_LARGEST);
	write_options(&out, b);
	assert(!out.overflowed); /* ids and transports are bounded, as is their number */
	json = arena_copy(b->arena, buffer_span(&out));
	buffer_release(&out);
	b->waiting = NULL;
	b->done(b->arg, OK, json, NULL);
}
