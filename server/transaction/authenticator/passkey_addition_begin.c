/* transaction/authenticator/passkey_addition_begin.c - what a browser is to create.
 *
 *     load credentials -> challenge put -> told
 */
#include "transaction/authenticator/passkey_addition.h"

#include <assert.h>

#include "codec/json_writer.h"

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
	struct credential *known;
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
		b->known = arena_array(b->arena, struct credential, b->ask.count);
	for (size_t i = 0; err == OK && i < b->ask.count; i++) {
		struct credential *c = &b->known[b->known_count];

		why = &own;
		err = credential_loaded(b->arena, &b->ask.rows[i], c, &own);
		if (err == OK && c->kind == CREDENTIAL_PASSKEY && c->state != CREDENTIAL_REVOKED)
			b->known_count++;
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

static void
write_base64url(struct buffer *out, struct arena *arena, const char *name, struct span bytes)
{
	json_write_member(out, name, base64url_write(arena, bytes));
}

static void
write_known(struct buffer *out, const struct beginning *b)
{
	buffer_text(out, ",\"excludeCredentials\":[");
	for (size_t i = 0; i < b->known_count; i++) {
		struct span transports = b->known[i].passkey.transports, one;
		const char *before = "";

		buffer_print(out, "%s{\"type\":\"public-key\"", i ? "," : "");
		write_base64url(out, b->arena, "id", b->known[i].passkey.id);
		buffer_text(out, ",\"transports\":[");
		while ((one = span_cut(&transports, ',')).size) {
			buffer_text(out, before);
			json_write_string(out, one);
			before = ",";
		}
		buffer_text(out, "]}");
	}
	buffer_byte(out, ']');
}

static void
write_algorithms(struct buffer *out)
{
	const struct cose_algorithm *all;
	const char *before = "";
	size_t count;

	all = cose_algorithms(&count);
	buffer_text(out, ",\"pubKeyCredParams\":[");
	for (size_t i = 0; i < count; i++) {
		if (!all[i].offered)
			continue;
		buffer_print(out, "%s{\"type\":\"public-key\",\"alg\":%d}", before, all[i].id);
		before = ",";
	}
	buffer_byte(out, ']');
}

/* The account's number is shown by the browser where the passkey is chosen; the handle tells nothing. */
static void
write_options(struct buffer *out, const struct beginning *b)
{
	const struct account *account = b->access->account;
	struct span name = account->english ? b->settings->name.en : b->settings->name.ja;

	buffer_byte(out, '{');
	write_base64url(out, b->arena, "challenge", span_of(b->addition.challenge, sizeof(b->addition.challenge)));
	buffer_text(out, ",\"rp\":{");
	json_write_member(out, "id", b->settings->site.rp_id);
	json_write_member(out, "name", name);
	buffer_text(out, "},\"user\":{");
	write_base64url(out, b->arena, "id", span_of(account->id.bytes, sizeof(account->id.bytes)));
	json_write_member(out, "name", span_text(account->number));
	json_write_member(out, "displayName", span_text(account->number));
	buffer_byte(out, '}');
	write_algorithms(out);
	buffer_print(out, ",\"timeout\":%lld", (long long)(ADDITION_LASTS / 1000));
	write_known(out, b);
	buffer_print(out, ",\"authenticatorSelection\":{\"residentKey\":\"preferred\",\"requireResidentKey\":false,"
	    "\"userVerification\":\"preferred\"},\"attestation\":\"%s\",\"extensions\":{\"credProps\":true}}",
	    b->settings->attestation == ATTESTATION_ANY ? "none" : "direct");
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
