/* transaction/session/observation.c - an authentication as facts of the policy engine.
 *
 *     what the binding says, what the kind of authenticator says, what a card's certificate said -> in canonical order
 */
#include "transaction/session/observation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "authn/app_pin.h"
#include "authn/fido_model.h"
#include "authn/one_time_code.h"
#include "authn/recovery_code.h"
#include "codec/reader.h"

#define STATED_LARGEST 64
#define VALUE_LARGEST 32
#define READING (64 * KIB)
#define TRANSFER_BITS 19      /* of six random digits */
#define STEPS_TAKEN (2 * CODE_STEPS_AROUND + 1) /* of a TOTP */
#define SECOND 1000000

enum resistant
resistant_offered(const struct credential *list, size_t count, bool all, struct instant now)
{
	const char *why;

	for (size_t i = 0; i < count; i++)
		if (list[i].kind == CREDENTIAL_PASSKEY && credential_usable(&list[i], now, &why))
			return RESISTANT_OFFERED;
	return all ? RESISTANT_NOT_OFFERED : RESISTANT_NOT_LOOKED;
}

struct stated {
	struct span fact, value;  /* value: JSON */
	size_t order;             /* of two about one fact the first counts */
	char text[VALUE_LARGEST]; /* of a number */
};
struct stating {
	struct stated list[STATED_LARGEST];
	size_t count;
};

static struct stated *
state(struct stating *s, const char *fact, const char *value)
{
	struct stated *one;

	assert(s->count < STATED_LARGEST);
	one = &s->list[s->count];
	*one = (struct stated){ .fact = span_text(fact), .value = span_text(value), .order = s->count };
	s->count++;
	return one;
}

static void
state_flag(struct stating *s, const char *fact, bool value)
{
	state(s, fact, value ? "true" : "false");
}

static void
state_number(struct stating *s, const char *fact, int64_t number)
{
	struct stated *one = state(s, fact, "");

	snprintf(one->text, sizeof(one->text), "%lld", (long long)number);
	one->value = (struct span){ 0 }; /* its own text, which moves with it when they are sorted */
}

/* Words of ours, with nothing to escape. */
static void
state_word(struct stating *s, const char *fact, const char *word)
{
	struct stated *one = state(s, fact, "");

	snprintf(one->text, sizeof(one->text), "\"%s\"", word);
	one->value = (struct span){ 0 };
}

static struct span
value_of(const struct stated *one)
{
	return one->value.size ? one->value : span_text(one->text);
}

/* What this server keeps of it that would be of use to a thief (credential.secret_storage): of keys their public
 * halves; a PIN and codes on paper as digests, seeds encrypted. */
static const char *
kept_as(const struct credential *c)
{
	static const uint8_t none[sizeof(c->app.pin)];

	if (c->kind == CREDENTIAL_ONE_TIME || c->kind == CREDENTIAL_RECOVERY)
		return "hashed-or-encrypted";
	return c->kind == CREDENTIAL_APP && memcmp(c->app.pin, none, sizeof(none)) != 0 ? "hashed-or-encrypted" :
	                                                                                 "no-secret";
}

static void
state_binding(struct stating *s, const struct observation *o)
{
	const struct credential *c = o->credential;
	bool proofed = id_given(&c->binding_record);

	state_word(s, "binding.parent_status", parent_status_name(c->parent));
	if (c->parent != PARENT_NONE && c->parent_checked.us && !instant_before(o->now, c->parent_checked))
		state_number(s, "binding.parent_checked", (o->now.us - c->parent_checked.us) / SECOND);
	state(s, "credential.active", "true"); /* from no other state does anybody authenticate */
	if (c->binding != BINDING_UNKNOWN)
		state_word(s, "credential.delivery", credential_binding_word(c->binding));
	if (c->activated.us && c->binding > BINDING_UNCONFIRMED)
		state(s, "credential.activation_verified", "true");
	if (c->binding == BINDING_UNCONFIRMED)
		state(s, "credential.proofing_bound", "false");
	else if (proofed || c->binding == BINDING_IN_PROOFING || c->binding == BINDING_IN_PERSON)
		state(s, "credential.proofing_bound", "true");
	state_word(s, "credential.secret_storage", kept_as(c));
	if (o->resistant)
		state_flag(s, "token.phishing_resistant_offered", o->resistant == RESISTANT_OFFERED);
}

/* The same of all of them: something held, shown by what is of no use a second time, by an act of the person. */
static void
state_possession(struct stating *s)
{
	state(s, "token.factors", "[\"have\"]");
	state(s, "token.intent", "true");
	state(s, "token.replay_resistant", "true");
}

/* Where and how it keeps its key only a trusted attestation tells (backup flags can lie), and of hardware only a
 * certified model (authn-pki.md 1.7). A key that is copied is in no hardware, whatever else is said. */
static void
state_passkey(struct stating *s, const struct observation *o)
{
	const struct credential_passkey *p = &o->credential->passkey;
	const unsigned hard = PROTECTION_HARDWARE | PROTECTION_TEE | PROTECTION_SECURE_ELEMENT;
	bool synced = p->backup_eligible || o->backed_up, known = p->trusted && p->certified_level && p->protection;

	state(s, "token.kinds", "[\"passkey\"]");
	state_possession(s);
	state(s, "process.dynamic", "true");
	state(s, "token.phishing_resistant", "true");
	state_flag(s, "token.attested", p->trusted);
	if (synced || p->trusted)
		state_flag(s, "token.key_exportable", synced);
	if (synced)
		state(s, "token.hardware", "false");
	else if (known)
		state_flag(s, "token.hardware", (p->protection & hard) && !(p->protection & PROTECTION_SOFTWARE));
	if (!o->user_verified)
		state_word(s, "token.user_verification", "none");
	else
		state_word(s, "token.user_verification", known && !synced ? "in-authenticator" : "by-platform");
}

/* What was seen of its certificate (transaction/proofing/facts.h) says all there is. */
static void
state_card(struct stating *s, const struct observation *o)
{
	(void)s;
	(void)o;
}

/* A passkey behind the phone's screen lock may be one that is copied to other devices: then what verifies the person is
 * no better kept than those. That it is not copied only an attestation could tell, and none is asked for (NIST
 * SP 800-63B-4 App. B). In the login's own browser it is bound to this site's name as any passkey is; carried from
 * another device nothing is. */
static void
state_app_passkey(struct stating *s, const struct observation *o)
{
	const struct credential_passkey *p = &o->credential->app.passkey;

	if (!p->id.size)
		return;
	if (p->backup_eligible || o->backed_up) {
		state(s, "token.key_exportable", "true");
		state(s, "token.hardware", "false");
	}
	if (o->app_to_app && o->user_verified)
		state(s, "token.phishing_resistant", "true");
}

/* On the phone of the session it is a key and nothing more; out of band it carries a secret from there to here. */
static void
state_app(struct stating *s, const struct observation *o)
{
	const struct credential_app *app = &o->credential->app;
	bool by_platform = app->passkey.id.size && o->user_verified;

	state_possession(s);
	state(s, "token.kinds", o->pin ? "[\"pin\",\"app-key\"]" : "[\"app-key\"]");
	if (o->pin) {
		state_number(s, "token.pin_length", app->pin_drawn ? APP_PIN_DRAWN - 1 : APP_PIN_LEAST);
		state_flag(s, "token.pin_random", app->pin_drawn);
	}
	state(s, "process.dynamic", "true");
	state(s, "token.attested", "false");
	state_word(s, "token.user_verification", by_platform ? "by-platform" : o->pin ? "by-server" : "none");
	state_app_passkey(s, o);
	if (o->separate_channel || o->app_to_app)
		state_flag(s, "token.separate_channel", o->separate_channel && !o->app_to_app);
	if (!o->separate_channel || o->app_to_app)
		return;
	state(s, "token.phishing_resistant", "false");
	state_word(s, "token.out_of_band_medium", "app");
	state_word(s, "token.out_of_band_transfer", "secret-transferred");
	state_number(s, "token.otp_bits", TRANSFER_BITS);
	state_number(s, "token.otp_lifetime", APP_DIGITS_FOR / SECOND);
}

/* Whole bits of so many digits: rounded down. A counter's code has no end but its use: no lifetime is stated of it. */
static void
state_one_time(struct stating *s, const struct observation *o)
{
	static const int bits[] = { [6] = 19, [7] = 23, [8] = 26 };
	const struct credential_one_time *code = &o->credential->one_time;

	state(s, "token.kinds", "[\"otp-app\"]");
	state_possession(s);
	state(s, "process.dynamic", "true");
	state(s, "token.attested", "false");
	state(s, "token.phishing_resistant", "false");
	state_word(s, "token.user_verification", "none");
	if (code->digits < COUNT(bits) && bits[code->digits])
		state_number(s, "token.otp_bits", bits[code->digits]);
	state_flag(s, "token.otp_counter", code->kind == CODE_HOTP);
	if (code->kind == CODE_TOTP)
		state_number(s, "token.otp_lifetime", (int64_t)code->period * STEPS_TAKEN);
}

static void
state_recovery(struct stating *s, const struct observation *o)
{
	(void)o;
	state(s, "token.kinds", "[\"lookup-card\"]");
	state_possession(s);
	state(s, "token.attested", "false");
	state_number(s, "token.lookup_bits", RECOVERY_CODE_BITS);
	state(s, "token.phishing_resistant", "false");
	state_word(s, "token.user_verification", "none");
}

static void (*const of_kind[CREDENTIAL_KINDS])(struct stating *, const struct observation *) = {
	[CREDENTIAL_PASSKEY] = state_passkey,
	[CREDENTIAL_CARD] = state_card,
	[CREDENTIAL_APP] = state_app,
	[CREDENTIAL_ONE_TIME] = state_one_time,
	[CREDENTIAL_RECOVERY] = state_recovery,
};

/* Ours, written a moment ago or kept in a row of ours: what cannot be read of it is not stated. A card's issuer attests
 * the card of its holder; where nobody said that this account's person is that one, it attests nothing here. */
static void
state_certificate(struct stating *s, struct arena *arena, const struct observation *o)
{
	const bool unlinked = o->credential->binding == BINDING_UNCONFIRMED;
	const struct span json = o->certificate_facts;
	struct reader r = reader_json(arena, json, (struct limits){ .bytes = READING / 4, .depth = 3 });
	struct span name;
	size_t before = s->count;

	if (!json.size)
		return;
	reader_object(&r);
	while (s->count < STATED_LARGEST && reader_member(&r, &name)) {
		s->list[s->count] = (struct stated){ .fact = name, .value = reader_raw(&r), .order = s->count };
		s->count += !unlinked || !span_is(name, "token.attested");
	}
	if (reader_end(&r, NULL) != OK)
		s->count = before;
}

static int
by_fact(const void *a, const void *b)
{
	const struct stated *x = a, *y = b;
	int order = span_compare(x->fact, y->fact);

	return order ? order : x->order < y->order ? -1 : 1;
}

void
observation_write(struct buffer *b, const struct dictionary *dictionary, const struct observation *o)
{
	struct arena arena = arena_init(READING);
	struct stating s = { .count = 0 };
	struct span last = { 0 };
	const char *before = "";

	assert(of_kind[o->credential->kind]);
	state_certificate(&s, &arena, o);
	state_binding(&s, o);
	of_kind[o->credential->kind](&s, o);
	qsort(s.list, s.count, sizeof(s.list[0]), by_fact);
	buffer_byte(b, '{');
	for (size_t i = 0; i < s.count; i++) {
		struct span value = value_of(&s.list[i]);

		if (span_equal(s.list[i].fact, last) || !fact_find(dictionary, s.list[i].fact))
			continue;
		last = s.list[i].fact;
		buffer_print(b, "%s\"%.*s\":%.*s", before, SPAN_ARGS(last), SPAN_ARGS(value));
		before = ",";
	}
	buffer_byte(b, '}');
	arena_release(&arena);
}
