/* tests/transaction/test_pairing.c - a phone becomes an authenticator: by a code, once, and bound by what its session
 * has shown. */
#include "transaction/app_stage.h"

static struct pairing
pairing_now(void)
{
	struct ask asked = stage_look(pairing_ask(&stage.account.id));
	struct pairing p;

	expect_ok("a pairing", pairing_loaded(&stage.arena, &asked, &p, &stage.why), &stage.why);
	return p;
}

static void
a_phone_with_the_code_is_an_authenticator(void **state)
{
	const struct credential *c = &stage.caller.credential;
	struct ask entries;

	(void)state;
	stage.session.proofed.record = (struct id){ { 5 } };
	stage_begin(true);
	expect_ok("begun", stage.err, &stage.why);
	expect_number("128 bits", strlen(stage.begun.code), 26);
	expect_number("for ten minutes", stage.begun.until.us, stage.now.us + SECONDS(600));
	expect_number("it waits", pairing_now().state, PAIRING_WAITING);
	stage.now = instant_after(stage.now, SECONDS(599));
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("paired", stage.err, &stage.why);
	expect_number("a PIN of six digits", strspn(stage.paired.pin, "0123456789"), 6);
	expect_text("of this account", stage.paired.number, stage.account.number);
	expect_true("called by its key", span_equal(stage.paired.device, phone_device(&stage.arena, &stage.phone)));
	expect_number("the page can be told", pairing_now().state, PAIRING_DONE);
	stage_identify(&stage.phone);
	expect_number("active", c->state, CREDENTIAL_ACTIVE);
	expect_number("an app", c->kind, CREDENTIAL_APP);
	expect_number("bound in a proofing", c->binding, BINDING_IN_PROOFING);
	expect_number("which one", c->binding_record.bytes[0], 5);
	expect_true("its PIN", app_pin_is(&stage.settings.wrapping, &c->account, &c->id, span_text(stage.paired.pin),
	    c->app.pin));
	expect_true("drawn", c->app.pin_drawn);
	expect_number("the person is told, by mail and on the phones", stage_notices(NOTICE_CREDENTIAL_ADDED), 2);
	expect_number("in the history", stage_count(&history_table), 1);
	entries = stage_look((struct ask){ .table = &ledger_entry_table, .limit = 10 });
	expect_number("in the ledger", entries.count, 1);
	expect_number("the code is gone", stage_count(&pairing_code_table), 0);
}

static void
a_code_is_used_once(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.other, stage.begun.code, NULL) });
	expect_problem("again", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	expect_number("one phone", stage_count(&credential_table), 1);
}

static void
two_phones_with_one_code_are_one(void **state)
{
	struct pairing_pair first, second;
	enum err errs[2];

	(void)state;
	stage_begin(true);
	first = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	second = stage_pair_of(&stage.other, stage.begun.code, NULL);
	pairing_pair(stage.store, &stage.arena, &stage.settings, &first, stage_on_paired, NULL);
	pairing_pair(stage.store, &stage.arena, &stage.settings, &second, stage_on_paired, NULL);
	stage_run();
	errs[0] = stage.err;
	stage_run();
	errs[1] = stage.err;
	expect_true("one wins", (errs[0] == OK) != (errs[1] == OK));
	expect_number("the other is told what all are", errs[0] == OK ? errs[1] : errs[0], ERR_NOT_FOUND);
	expect_number("one phone", stage_count(&credential_table), 1);
}

static void
a_code_is_over_with_its_time_a_newer_one_or_its_session(void **state)
{
	char before[PAIRING_CODE_TEXT];
	struct unit *unit;

	(void)state;
	stage_begin(true);
	memcpy(before, stage.begun.code, sizeof(before));
	stage_begin(true);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, before, NULL) });
	expect_problem("a newer one was made", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	stage.now = instant_after(stage.now, SECONDS(600));
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("its time is over", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	stage_begin(true);
	unit = stage_unit();
	unit_delete(unit, &session_table, span_of(stage.session.key, sizeof(stage.session.key)));
	stage_commit(unit);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("logged out", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	stage_begin(true);
	unit = stage_unit();
	unit_delete(unit, &pairing_table, id_span(&stage.account.id));
	stage_commit(unit);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("its account was erased", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	expect_number("no phone", stage_count(&credential_table), 0);
}

static void
however_many_are_wrong_the_right_one_is_taken(void **state)
{
	struct pairing_pair guess;

	(void)state;
	stage_begin(true);
	for (unsigned i = 0; i < 200; i++) {
		guess = stage_pair_of(&stage.phone, "abcdefghijklmnopqrstuvwxyz", NULL);
		stage_pair_as(&guess);
		expect_problem("a guess", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	}
	guess = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	stage_pair_as(&guess);
	expect_ok("taken", stage.err, &stage.why);
	expect_number("and nothing was kept of the others", stage_count(&attempts_table), 0);
}

static void
what_is_not_signed_uses_the_code_up(void **state)
{
	struct pairing_pair asked;

	(void)state;
	stage_begin(true);
	asked = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	asked.key = stage.other.spki;
	stage_pair_as(&asked);
	expect_problem("another's key", stage.err, &stage.why, ERR_DENIED, "");
	expect_number("the page can be told", pairing_now().state, PAIRING_REFUSED);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("used up", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
}

static const struct { const char *title, *name, *platform, *pin; enum err err; const char *part; } askings[] = {
	{ "a PIN that is too short", "a", "b", "k7#mQ2x", ERR_LIMIT, "/pin: expected at least 8 characters" },
	{ "a trivial PIN", "a", "b", "12345678", ERR_INVALID, "/pin: expected one that is not guessed first" },
	{ "the account's number", "a", "b", "NUMBER", ERR_INVALID, "/pin: expected one that is not guessed first" },
	{ "no name", "", "b", NULL, ERR_LIMIT, "/name: expected 1 to 64 characters" },
	{ "a name in two lines", "a\nb", "b", NULL, ERR_INVALID, "/name: expected one line" },
	{ "a name of blanks", " \u3000", "b", NULL, ERR_INVALID, "/name: expected a text, found blanks alone" },
	{ "a name turned around", "a\u202eb", "b", NULL, ERR_INVALID, "/name: expected one line" },
	{ "an individual number as a name", "123456789018", "b", NULL, ERR_INVALID, "/name: this looks like" },
	{ "a long platform", "a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", NULL, ERR_LIMIT,
	    "/platform: expected 1 to 40 characters, found 41" },
	{ "no UTF-8", "a", "\xff", NULL, ERR_SYNTAX, "/platform: expected UTF-8" },
	{ "a good one after all of these", "a", "b", "k7#mQ2xh", OK, "" },
};

static void
what_the_person_can_better_leaves_the_code(void **state)
{
	(void)state;
	stage_begin(true);
	for (size_t i = 0; i < COUNT(askings); i++) {
		const char *pin = askings[i].pin;
		struct pairing_pair asked;

		if (pin && strcmp(pin, "NUMBER") == 0)
			pin = stage.account.number;
		asked = stage_pair_of(&stage.phone, stage.begun.code, pin);
		asked.name = span_text(askings[i].name);
		asked.platform = span_text(askings[i].platform);
		stage_pair_as(&asked);
		expect_problem(askings[i].title, stage.err, &stage.why, askings[i].err, askings[i].part);
	}
	stage_identify(&stage.phone);
	expect_true("chosen", !stage.caller.credential.app.pin_drawn);
	expect_text("none is shown", stage.paired.pin, "");
}

/* Unlocked by the phone's own screen lock */

static void
on_optioned(void *arg, enum err err, const struct pairing_options *options, const struct problem *why)
{
	*(struct pairing_options *)arg = *options;
	stage_tell(err, why);
}

static struct pairing_options
options_of(const struct phone *phone, const char *code)
{
	const struct pairing_options_asked asked = { .code = span_text(code),
		.key = phone->spki, .key_text = base64url_write(&stage.arena, phone->spki), .now = stage.now };
	struct pairing_options options;

	pairing_options(stage.store, &stage.arena, &stage.settings, &asked, on_optioned, &options);
	stage_run();
	return options;
}

static bool
says(struct span json, const char *part)
{
	if (memmem(json.data, json.size, part, strlen(part)))
		return true;
	print_error("  missing %s in\n%.*s\n", part, SPAN_ARGS(json));
	return false;
}

static void
a_phone_may_be_unlocked_by_its_own_screen_lock(void **state)
{
	const struct credential *c = &stage.caller.credential;
	static const uint8_t none[sizeof(c->app.pin)];
	struct arena *a = &stage.arena;
	struct pairing_options options;
	struct pairing_pair asked;
	struct span challenge;

	(void)state;
	stage_begin(true);
	asked = stage_pair_with_lock(&stage.phone, stage.begun.code,
	    (struct ceremony){ .with = 0x18, .sign_count = 4 });
	options = options_of(&stage.phone, stage.begun.code);
	expect_ok("what it is to create", stage.err, &stage.why);
	challenge = asked.passkey->client.challenge;
	expect_true("for what the phone signs", says(options.json, arena_print(a,
	    "{\"challenge\":\"%s\",\"rp\":{\"id\":"
	    "\"watashi.example\"", arena_text(a, base64url_write(a, challenge)))));
	expect_true("in its own place", says(options.json, arena_print(a, "\"user\":{\"id\":\"%s\"",
	    arena_text(a, base64url_write(a, phone_device(a, &stage.phone))))));
	expect_true("and in no other", says(options.json, "\"authenticatorAttachment\":\"platform\",\"residentKey\":"
	    "\"discouraged\",\"requireResidentKey\":false,\"userVerification\":\"required\""));
	expect_number("the code waits still", pairing_now().state, PAIRING_WAITING);
	stage_pair_as(&asked);
	expect_ok("paired", stage.err, &stage.why);
	expect_text("without a PIN", stage.paired.pin, "");
	stage_identify(&stage.phone);
	expect_number("one authenticator", stage_count(&credential_table), 1);
	expect_number("an app", c->kind, CREDENTIAL_APP);
	expect_number("active", c->state, CREDENTIAL_ACTIVE);
	expect_span("with its passkey", c->app.passkey.id, SOFTWARE_ID);
	expect_number("its counter", c->app.passkey.sign_count, 4);
	expect_true("synced", c->app.passkey.backup_eligible && c->app.passkey.backed_up);
	expect_true("the person was verified", c->app.passkey.user_verified);
	expect_true("nobody vouches for it", !c->app.passkey.trusted);
	expect_true("no PIN is kept", memcmp(c->app.pin, none, sizeof(none)) == 0 && !c->app.pin_drawn);
	expect_number("by key and passkey it is known", stage_count(&credential_name_table), 2);
	expect_number("by its model, too", stage_count(&credential_model_table), 1);
}

static const struct { const char *title; struct ceremony wrong; const char *step; } creations[] = {
	{ "for another challenge", { .challenge = "a challenge of thirty-two bytes?" }, "challenge" },
	{ "nobody unlocked anything", { .without = 0x04 }, "user-verified" },
	{ "nobody was there", { .without = 0x01 }, "user-present" },
	{ "on another site", { .origin = "https://watashi.example.evil.example" }, "origin" },
	{ "in a frame", { .cross_origin = 1 }, "cross-origin" },
	{ "for another domain", { .rp_id = "evil.example" }, "rp-id" },
	{ "of another ceremony", { .type = "webauthn.get" }, "type" },
	{ "backed up, but not eligible", { .with = 0x10 }, "backup-flags" },
	{ "without a key", { .no_key = true, .without = 0x40 }, "credential-data" },
	{ "vouched for by a bogus signature", { .format = "packed", .bogus_signature = true },
	    "attestation-signature" },
};

static void
each_wrong_passkey_names_its_step_and_uses_the_code_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(creations); i++) {
		struct ceremony wrong = creations[i].wrong;
		struct pairing_pair asked;

		stage_begin(true);
		expect_ok("a code", stage.err, &stage.why);
		if (wrong.challenge)
			wrong.challenge_bytes = span_text(wrong.challenge);
		asked = stage_pair_with_lock(&stage.phone, stage.begun.code, wrong);
		stage_pair_as(&asked);
		expect_problem(creations[i].title, stage.err, &stage.why, ERR_DENIED, creations[i].step);
		expect_text(creations[i].title, stage.paired.step, "passkey");
		expect_text(creations[i].title, stage.paired.reason, creations[i].step);
		expect_number("the page can be told", pairing_now().state, PAIRING_REFUSED);
		stage_pair_as(&asked);
		expect_problem("used up", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	}
	expect_number("no phone", stage_count(&credential_table), 0);
}

/* What was made beside another key, or for another code, is of no use here. */
static void
a_passkey_is_for_this_code_and_this_key(void **state)
{
	char before[PAIRING_CODE_TEXT];
	struct pairing_pair asked, other;

	(void)state;
	stage_begin(true);
	asked = stage_pair_with_lock(&stage.phone, stage.begun.code, (struct ceremony){ .type = NULL });
	other = stage_pair_with_lock(&stage.other, stage.begun.code, (struct ceremony){ .type = NULL });
	asked.passkey = other.passkey;
	stage_pair_as(&asked);
	expect_text("made beside another key", stage.paired.reason, "challenge");
	memcpy(before, stage.begun.code, sizeof(before));
	stage_begin(true);
	other = stage_pair_with_lock(&stage.phone, before, (struct ceremony){ .type = NULL });
	asked = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	asked.way = PAIRING_SCREEN_LOCK;
	asked.passkey = other.passkey;
	stage_pair_as(&asked);
	expect_text("made for another code", stage.paired.reason, "challenge");
	expect_number("no phone", stage_count(&credential_table), 0);
}

static void
one_passkey_unlocks_one_phone(void **state)
{
	(void)state;
	stage_begin(true);
	stage_pair_as((struct pairing_pair[]){ stage_pair_with_lock(&stage.phone, stage.begun.code,
	    (struct ceremony){ .type = NULL }) });
	expect_ok("the first", stage.err, &stage.why);
	stage_begin(true);
	stage_pair_as((struct pairing_pair[]){ stage_pair_with_lock(&stage.other, stage.begun.code,
	    (struct ceremony){ .type = NULL }) });
	expect_problem("the same beside another key", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code");
	expect_number("one phone", stage_count(&credential_table), 1);
}

static void
where_it_is_not_taken_a_pin_is(void **state)
{
	struct pairing_options options;
	struct pairing p;
	struct unit *unit;

	(void)state;
	stage_begin(true);
	stage.settings.attestation = ATTESTATION_REQUIRED;
	options = options_of(&stage.phone, stage.begun.code);
	expect_problem("where makers vouch", stage.err, &stage.why, ERR_DENIED, "paired by a PIN");
	expect_text("so it says", options.refused, "attestation-demand");
	stage.settings.attestation = ATTESTATION_ANY;
	p = pairing_now();
	expect_true("what was shown is enough for it", p.passkey);
	p.passkey = false;
	unit = stage_unit();
	pairing_put(unit, &p);
	stage_commit(unit);
	options = options_of(&stage.phone, stage.begun.code);
	expect_problem("where it would be of a higher level", stage.err, &stage.why, ERR_DENIED, "paired by a PIN");
	expect_text("so it says", options.refused, "level");
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("a PIN is taken all the same", stage.err, &stage.why);
	stage_begin(true);
	p = pairing_now();
	p.passkey = false;
	unit = stage_unit();
	pairing_put(unit, &p);
	stage_commit(unit);
	stage_pair_as((struct pairing_pair[]){ stage_pair_with_lock(&stage.other, stage.begun.code,
	    (struct ceremony){ .type = NULL }) });
	expect_problem("whoever does not ask first is refused", stage.err, &stage.why, ERR_DENIED, "level");
	expect_text("so it says", stage.paired.reason, "level");
}

static void
before_a_passkey_is_made_the_code_is_looked_at(void **state)
{
	struct phone bad = stage.phone;

	(void)state;
	stage_begin(true);
	options_of(&stage.phone, "abcdefghijklmnopqrstuvwxyz");
	expect_problem("a guess", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	bad.spki = span_first(stage.phone.spki, 90);
	options_of(&bad, stage.begun.code);
	expect_problem("a key that is none", stage.err, &stage.why, ERR_SYNTAX, "expected a P-256 key of 91 bytes");
	options_of(&stage.phone, stage.begun.code);
	expect_ok("the code is good still", stage.err, &stage.why);
}

/* The catalogue knows its model, and that others have its keys. */
static void
a_model_that_others_break_into_is_not_taken(void **state)
{
	const struct fido_model model = { .aaguid = span_text("software model 1"), .description = span_text("Phone"),
		.status = MODEL_REVOKED, .status_word = span_text("REVOKED"), .attestation_types = ~0u,
		.algorithms = ~0u };
	struct fido_state known = { .number = 3 };
	struct unit *unit = stage_unit();

	(void)state;
	store_memory_become(stage.store, ROLE_STEWARD);
	fido_model_put(unit, &stage.arena, known.number, &model);
	fido_state_put(unit, &known);
	stage_commit(unit);
	store_memory_become(stage.store, ROLE_WORKER);
	stage_begin(true);
	stage_pair_as((struct pairing_pair[]){ stage_pair_with_lock(&stage.phone, stage.begun.code,
	    (struct ceremony){ .type = NULL }) });
	expect_problem("revoked", stage.err, &stage.why, ERR_DENIED, "model-status");
	expect_text("so it says", stage.paired.reason, "model-status");
	expect_number("no phone", stage_count(&credential_table), 0);
}

/* One that waited when this server learnt of screen locks. */
static void
a_code_from_before_is_for_a_pin(void **state)
{
	struct buffer b = buffer_init(4 * KIB);
	struct pairing p, back;
	uint8_t *row;

	(void)state;
	stage_begin(true);
	p = pairing_now();
	pairing_write(&b, &p);
	row = (uint8_t *)(uintptr_t)b.data;
	expect_true("one of now", pairing_read(buffer_span(&b), &back) && back.passkey);
	row[0] = 1;
	expect_true("one of before", pairing_read(span_first(buffer_span(&b), buffer_span(&b).size - 1), &back) &&
	    !back.passkey && back.state == PAIRING_WAITING);
	expect_true("has nothing behind it", !pairing_read(buffer_span(&b), &back));
	buffer_release(&b);
}

/* The session was authenticated by a card: the phone is derived from its certificate. */
static void
a_phone_is_derived_from_the_certificate(void **state)
{
	struct credential card = { .account = stage.account.id, .id = id_new(stage.now), .kind = CREDENTIAL_CARD,
		.state = CREDENTIAL_ACTIVE, .name = span_text("card"), .issued = stage.now,
		.card.handle = span_text("0123456789abcdef0123456789abcdef") };
	struct unit *unit = stage_unit();

	(void)state;
	credential_put(unit, &stage.arena, &card);
	stage_commit(unit);
	stage.session.authentications[0] = (struct authentication){ .credential = card.id, .kind = CREDENTIAL_CARD,
		.at = stage.now, .facts = span_text(BY_CARD) };
	stage.session.authentication_count = 1;
	stage_begin(false);
	expect_ok("begun", stage.err, &stage.why);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("paired", stage.err, &stage.why);
	stage_identify(&stage.phone);
	expect_number("by another authenticator", stage.caller.credential.binding, BINDING_EXISTING);
	expect_number("its parent is in force", stage.caller.credential.parent, PARENT_GOOD);
	expect_span("which one", stage.caller.credential.parent_handle, "0123456789abcdef0123456789abcdef");
	expect_number("seen when it was used", stage.caller.credential.parent_checked.us, stage.now.us);
}

static void
on_the_phone_that_opened_an_account_nothing_is_confirmed(void **state)
{
	(void)state;
	stage_begin(false);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("paired", stage.err, &stage.why);
	stage_identify(&stage.phone);
	expect_number("unconfirmed", stage.caller.credential.binding, BINDING_UNCONFIRMED);
	expect_number("no parent", stage.caller.credential.parent, PARENT_NONE);
}

static void
a_new_phone_takes_the_place_of_a_lost_one(void **state)
{
	struct unit *unit = stage_unit();
	struct ask session;

	(void)state;
	stage.session.generation = stage_look(session_ask(stage.session.key)).rows[0].generation;
	stage.session.proofed = (struct session_proofed){ .record = { { 5 } }, .at = stage.now, .replaced_count = 1,
		.replaced = { { { { 8 } }, CREDENTIAL_APP } } };
	session_put(unit, &stage.session);
	stage_commit(unit);
	stage_pair(&stage.phone, NULL);
	expect_number("which one", stage.caller.credential.replaces.bytes[0], 8);
	expect_number("told as such", stage_notices(NOTICE_CREDENTIAL_REPLACED), 2);
	session = stage_look(session_ask(stage.session.key));
	expect_ok("the session", session_loaded(&stage.arena, &session, &stage.settings.session, stage.now,
	    &stage.session, &stage.why), &stage.why);
	expect_number("has none left to replace", stage.session.proofed.replaced_count, 0);
}

/* Whoever hangs up is never called back, at whatever step. */
static void
a_cancelled_pairing_calls_nobody(void **state)
{
	(void)state;
	for (int steps = 0; steps < 4; steps++) {
		struct pairing_pair asked;
		struct pending *pending;

		stage_begin(true);
		asked = stage_pair_of(&stage.phone, "abcdefghijklmnopqrstuvwxyz", NULL);
		pending = pairing_pair(stage.store, &stage.arena, &stage.settings, &asked, stage_on_paired, NULL);
		for (int i = 0; i < steps && !stage.done; i++)
			store_memory_step(stage.store, stage.now);
		if (stage.done)
			break;
		pending_cancel(&pending);
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_true("nobody calls", !stage.done);
	}
	stage.done = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_phone_with_the_code_is_an_authenticator),
		TEST(a_code_is_used_once),
		TEST(two_phones_with_one_code_are_one),
		TEST(a_code_is_over_with_its_time_a_newer_one_or_its_session),
		TEST(however_many_are_wrong_the_right_one_is_taken),
		TEST(what_is_not_signed_uses_the_code_up),
		TEST(what_the_person_can_better_leaves_the_code),
		TEST(a_phone_may_be_unlocked_by_its_own_screen_lock),
		TEST(each_wrong_passkey_names_its_step_and_uses_the_code_up),
		TEST(a_passkey_is_for_this_code_and_this_key),
		TEST(one_passkey_unlocks_one_phone),
		TEST(where_it_is_not_taken_a_pin_is),
		TEST(before_a_passkey_is_made_the_code_is_looked_at),
		TEST(a_model_that_others_break_into_is_not_taken),
		TEST(a_code_from_before_is_for_a_pin),
		TEST(a_phone_is_derived_from_the_certificate),
		TEST(on_the_phone_that_opened_an_account_nothing_is_confirmed),
		TEST(a_new_phone_takes_the_place_of_a_lost_one),
		TEST(a_cancelled_pairing_calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
