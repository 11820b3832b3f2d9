/* tests/transaction/test_addition.c - authenticators are added: what is asked of a session, what is refused at which
 * step, and that nothing is answered twice.
 */
#include <liboath/oath.h>

#include "transaction/login_stage.h"

#include "authn/authority.h"
#include "transaction/authenticator/one_time_addition.h"
#include "transaction/authenticator/passkey_addition.h"
#include "transaction/authenticator/recovery_addition.h"

#define NEW_ID "a new passkey, of software"

static struct session session;
static struct account_access access;
static struct assessing asked;
static struct added {
	struct span options;
	struct credential credential;
	const char *step;
	struct one_time_begun begun;
	unsigned left;
	char codes[RECOVERY_CODES][RECOVERY_CODE_TEXT];
} added;

/* Somebody logged in with that, as the session would have seen it. */
static void
look_in(const char *facts)
{
	struct stage_look look = stage_load(account_ask(&stage.person.account.id));
	struct proofing_record *records;
	struct problem why;
	static struct account account;

	look.ask.rows = look.rows;
	look.ask.count = look.count;
	expect_ok("the account", account_loaded(&stage.arena, &look.ask, &account, &why), &why);
	look = stage_load(proofing_record_ask(&stage.arena, &account.id));
	look.ask.rows = look.rows;
	look.ask.count = look.count;
	expect_ok("its proofings", proofing_records_loaded(&stage.arena, &look.ask, &records, &access.record_count,
	    &why),
	    &why);
	access.records = records;
	session = (struct session){ .id = { { 77 } }, .account = account.id, .begun = stage.now, .seen = stage.now };
	if (facts) {
		session.authentications[0] = (struct authentication){ .credential = stage.person.passkey.id,
			.at = stage.now, .facts = span_text(facts) };
		session.authentication_count = 1;
	}
	asked = (struct assessing){ .wanted = stage.settings.change, .now = stage.now };
	access.session = &session;
	access.account = &account;
	access.now = stage.now;
	access.assessing = &asked;
	access.just_proofed = access.unconfirmed = false;
}

#define BY_PASSKEY "{\"token.kinds\":[\"passkey\"],\"token.user_verification\":\"by-platform\"}"
#define BY_CODE "{\"token.kinds\":[\"otp-app\"],\"token.otp_lifetime\":90}"

static int
set_up(void **state)
{
	(void)state;
	login_stage_open(5);
	added = (struct added){ 0 };
	access = (struct account_access){ 0 };
	look_in(BY_PASSKEY);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	login_stage_close();
	return 0;
}

static void
ended(enum err err, const struct problem *why)
{
	stage.done = true;
	stage.err = err;
	stage.why = why ? *why : (struct problem){ 0 };
}

/* Passkeys */

static void
on_options(void *arg, enum err err, struct span json, const struct problem *why)
{
	(void)arg;
	added.options = json;
	ended(err, why);
}

static void
on_passkey(void *arg, enum err err, const struct credential *c, const char *step, const struct problem *why)
{
	(void)arg;
	added.step = step;
	if (c)
		added.credential = *c;
	ended(err, why);
}

static struct span
begin(void)
{
	struct span rest, challenge;

	stage.done = false;
	passkey_addition_begin(stage.store, &stage.arena, &stage.settings, &access, false, on_options, NULL);
	stage_run();
	expect_ok("begun", stage.err, &stage.why);
	rest = span_skip(added.options, strlen("{\"challenge\":\""));
	assert_true(base64url_read(&stage.arena, span_cut(&rest, '"'), &challenge));
	expect_number("a challenge", challenge.size, WEBAUTHN_CHALLENGE);
	return challenge;
}

static void
finish(struct span json)
{
	stage.done = false;
	added.step = NULL;
	passkey_addition_finish(stage.store, &stage.arena, &stage.settings, &access,
	    &(struct passkey_finish){ .credential = json, .name = span_text("my new key") }, on_passkey, NULL);
	stage_run();
}

static struct ceremony
right(void)
{
	return (struct ceremony){ .id = NEW_ID, .credential_id = NEW_ID, .format = "packed",
		.challenge_bytes = begin() };
}

static void
a_passkey_is_added(void **state)
{
	struct ceremony c = right();
	struct span json = software_create(&stage.arena, &c);
	size_t before = stage_count(&ledger_leaf_table);

	(void)state;
	expect_true("the browser is told which there are", memmem(added.options.data, added.options.size,
	    encoded(&stage.arena, span_text(PASSKEY_ID)), 20) != NULL);
	expect_true("whose it will be", memmem(added.options.data, added.options.size, encoded(&stage.arena,
	    span_of(stage.person.account.id.bytes, 16)), 20) != NULL);
	finish(json);
	expect_ok("added", stage.err, &stage.why);
	expect_text("active at once", credential_state_name(added.credential.state), "active");
	expect_number("by another of its level", added.credential.binding, BINDING_EXISTING);
	expect_number("of the person who was proofed", memcmp(&added.credential.binding_record, &access.records[0].id,
	    16),
	    0);
	expect_true("with its own word alone", !added.credential.passkey.trusted);
	expect_span("as it is kept", stage_stored(&added.credential).name, "my new key");
	expect_number("in the ledger", stage_count(&ledger_leaf_table), before + 1);
	finish(json);
	expect_problem("not twice", stage.err, &stage.why, ERR_NOT_FOUND, "nothing that was begun");
}

/* The session was looked at, and then stopped what it rests on. */
static void
nothing_is_added_by_what_was_stopped_meanwhile(void **state)
{
	struct ceremony c = right();
	struct span json = software_create(&stage.arena, &c);

	(void)state;
	session.authentications[0].generation = stage_stored(&stage.person.passkey).generation;
	stage_state(&stage.person.passkey, CREDENTIAL_REVOKED);
	finish(json);
	expect_problem("begin again", stage.err, &stage.why, ERR_CONFLICT, "changed meanwhile");
	expect_true("none was added", !added.credential.kind);
}

/* Each wrong in one thing: the step that refuses it; and then the challenge is gone. */
static void
what_is_wrong_is_refused_at_its_step(void **state)
{
	static const struct { const char *title, *step; struct ceremony wrong; } cases[] = {
		{ "another challenge", "challenge", { .challenge = "a challenge of somebody else's!!" } },
		{ "another origin", "origin", { .origin = "https://watashi.example.evil.example" } },
		{ "a frame of somebody's", "cross-origin", { .cross_origin = 1,
		    .top_origin = "https://evil.example" } },
		{ "another relying party", "rp-id", { .rp_id = "evil.example" } },
		{ "nobody was there", "user-present", { .without = 0x01 } },
		{ "backed up though it may not be", "backup-flags", { .with = 0x10 } },
		{ "an assertion", "type", { .type = "webauthn.get" } },
		{ "a bogus signature", "attestation-signature", { .format = "packed", .bogus_signature = true } },
		{ "a format that nobody knows", "attestation-format", { .format = "unheard" } },
		{ "an id of another", "credential-id", { .credential_id = "another id, as long as it" } },
		{ "an id that is enrolled", "credential-id", { .id = PASSKEY_ID, .credential_id = PASSKEY_ID } },
		{ "of another account", "credential-id", { .id = "the passkey of somebody else",
		    .credential_id = "the passkey of somebody else" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ceremony c = cases[i].wrong;
		struct span challenge = begin(), json;

		if (!c.challenge)
			c.challenge_bytes = challenge;
		if (!c.id)
			c.id = NEW_ID;
		if (!c.credential_id)
			c.credential_id = NEW_ID;
		json = software_create(&stage.arena, &c);
		finish(json);
		expect_problem(cases[i].title, stage.err, &stage.why, ERR_DENIED, cases[i].step);
		expect_text(cases[i].title, added.step ? added.step : "none", cases[i].step);
		finish(json);
		expect_problem("and the challenge is gone", stage.err, &stage.why, ERR_NOT_FOUND,
		    "nothing that was begun");
	}
	begin();
	finish(span_text("{\"id\":1}"));
	expect_problem("what cannot be read", stage.err, &stage.why, ERR_INVALID, "/id");
	expect_number("takes the challenge with it", stage_count(&addition_table), 0);
}

static void
nothing_waits_in_another_session(void **state)
{
	struct ceremony c = right();
	struct span json = software_create(&stage.arena, &c);

	(void)state;
	session.id.bytes[0]++;
	finish(json);
	expect_problem("another session", stage.err, &stage.why, ERR_NOT_FOUND, "nothing that was begun");
	session.id.bytes[0]--;
	stage.now = instant_after(stage.now, ADDITION_LASTS);
	finish(json);
	expect_problem("too late", stage.err, &stage.why, ERR_NOT_FOUND, "nothing that was begun");
}

/* What the session has shown, beside what it would add. */
static void
what_is_added_needs_its_own_level(void **state)
{
	static const struct {
		const char *title, *facts;
		unsigned without;    /* flags of the new one */
		bool proofed, unconfirmed, allowed;
		enum credential_binding binding;
		enum proofing_method method; /* of the proofing; none: by the card */
	} cases[] = {
		{ "a passkey by a passkey", BY_PASSKEY, 0, false, false, true, BINDING_EXISTING, 0 },
		{ "a passkey by a code", BY_CODE, 0, false, false, false, 0, 0 },
		{ "a passkey that verifies nobody by a code", BY_CODE, 0x04, false, false, true, BINDING_EXISTING, 0 },
		{ "a passkey by nothing", NULL, 0, false, false, false, 0, 0 },
		{ "a passkey by the card, a moment ago", NULL, 0, true, false, true, BINDING_IN_PROOFING, 0 },
		{ "at a terminal", NULL, 0, true, false, true, BINDING_IN_PROOFING, PROOFING_AT_TERMINAL },
		{ "on the strength of a code from the desk, where the person was seen", NULL, 0, true, false, true,
		    BINDING_IN_PERSON, PROOFING_AT_DESK },
		{ "a passkey where the account was opened", NULL, 0, false, true, true, BINDING_UNCONFIRMED, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *id = arena_print(&stage.arena, "passkey number %zu, of many", i);
		struct proofing_record record;
		struct ceremony c;

		look_in(cases[i].facts);
		access.just_proofed = cases[i].proofed;
		access.unconfirmed = cases[i].unconfirmed;
		if (cases[i].proofed)
			session.proofed.record = access.records[0].id;
		record = access.records[0];
		if (cases[i].method)
			record.method = cases[i].method;
		access.records = &record;
		c = right();
		c.id = c.credential_id = id;
		c.without = cases[i].without;
		finish(software_create(&stage.arena, &c));
		if (cases[i].allowed) {
			expect_ok(cases[i].title, stage.err, &stage.why);
			expect_number(cases[i].title, added.credential.binding, cases[i].binding);
		} else {
			expect_problem(cases[i].title, stage.err, &stage.why, ERR_DENIED, "of at least the same level");
			expect_true("another login comes first", !added.step);
		}
	}
}

/* Whichever framework says what changing an account takes. */
static void
levels_are_those_of_the_framework_that_is_asked(void **state)
{
	static const struct {
		const char *title, *framework, *facts;
		enum err err;
		const char *problem;
	} cases[] = {
		{ "NIST's: a passkey by a code", "nist-800-63-4", BY_CODE, ERR_DENIED, "of at least the same level" },
		{ "NIST's: a passkey by a passkey", "nist-800-63-4", "{\"token.intent\":true,"
		    "\"token.kinds\":[\"passkey\"],\"token.phishing_resistant\":true,"
		    "\"token.replay_resistant\":true,\"token.user_verification\":\"by-platform\"}", OK, "" },
		{ "one that compares no authenticators", "refeds-raf-2", BY_PASSKEY, ERR_UNAVAILABLE,
		    "is about authenticators" },
		{ "one that nobody published", "eidas-2015-1502", BY_PASSKEY, ERR_UNAVAILABLE, "is in force" },
		{ "none: nothing says what is compared", "", BY_PASSKEY, ERR_UNAVAILABLE, "is in force" },
		{ "facts that fit no dictionary", "jp-idtf", "{\"token.unheard_of\":true}", ERR_UNAVAILABLE,
		    "do not fit" },
	};

	(void)state;
	stage_publish_framework("nist-800-63-4");
	stage_publish_framework("refeds-raf-2");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ceremony c;

		stage.settings.change = (struct requirement_name){ .framework = span_text(cases[i].framework) };
		look_in(cases[i].facts);
		c = right();
		c.id = c.credential_id = arena_print(&stage.arena, "a passkey of case %zu, of six", i);
		finish(software_create(&stage.arena, &c));
		if (cases[i].err == OK)
			expect_ok(cases[i].title, stage.err, &stage.why);
		else
			expect_problem(cases[i].title, stage.err, &stage.why, cases[i].err, cases[i].problem);
	}
}

static void
where_makers_must_vouch_nobody_else_does(void **state)
{
	static const char *const formats[] = { "none", "packed" };

	(void)state;
	stage.settings.attestation = ATTESTATION_REQUIRED;
	for (size_t i = 0; i < COUNT(formats); i++) {
		struct ceremony c = right();

		c.format = formats[i];
		expect_true("it is asked for", memmem(added.options.data, added.options.size,
		    "\"attestation\":\"direct\"", 22) != NULL);
		finish(software_create(&stage.arena, &c));
		expect_problem(formats[i], stage.err, &stage.why, ERR_DENIED, formats[i]);
		expect_text(formats[i], added.step, "attestation-demand");
	}
}

static void
put_in_force(const struct fido_model *model)
{
	struct unit *unit = stage_unit();
	struct stage_look look = stage_load(fido_state_ask());
	struct fido_state known = { 0 };

	if (look.count)
		known.generation = look.rows[0].generation;
	known.number = 12;
	fido_model_put(unit, &stage.arena, 12, model);
	fido_state_put(unit, &known);
	store_memory_become(stage.store, ROLE_STEWARD);
	stage_commit(unit);
	store_memory_become(stage.store, ROLE_WORKER);
}

static void
catalogue(enum model_status status)
{
	put_in_force(&(struct fido_model){ .aaguid = span_text("software model 1"), .status = status,
		.description = span_text("Software model"), .status_word = span_text("WORD") });
}

/* Vouched for by a maker, in the old form: over what stands in it, by the maker's key (WebAuthn L3 s8.6). */
static struct span
vouched(const struct ceremony *c, const struct authority *maker)
{
	struct arena *a = &stage.arena;
	struct span client = software_client_data(a, c, "webauthn.create"), data = software_data(a, c, true);
	struct span certificate = authority_der(a, maker);
	struct buffer out = buffer_init(16 * KIB), text = buffer_init(4 * KIB);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t point[65], hash[32], signature[80];
	size_t size = sizeof(signature);

	digest(DIGEST_SHA256, client, hash);
	assert_true(EVP_PKEY_get_octet_string_param(software_key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), NULL));
	buffer_u8(&text, 0);
	buffer_add(&text, span_first(data, 32));
	buffer_add(&text, span_of(hash, sizeof(hash)));
	buffer_text(&text, c->credential_id);
	buffer_add(&text, span_of(point, sizeof(point)));
	assert_true(EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, maker->key, NULL) > 0);
	assert_true(EVP_DigestSign(context, signature, &size, buffer_span(&text).data, buffer_span(&text).size) > 0);
	EVP_MD_CTX_free(context);
	buffer_release(&text);
	buffer_text(&out, "\xa3\x63" "fmt\x68" "fido-u2f\x67" "attStmt\xa2\x63" "sig\x58");
	buffer_u8(&out, (uint8_t)size);
	buffer_add(&out, span_of(signature, size));
	buffer_text(&out, "\x63" "x5c\x81\x59");
	buffer_u16(&out, (uint16_t)certificate.size);
	buffer_add(&out, certificate);
	buffer_text(&out, "\x68" "authData\x58");
	buffer_u8(&out, (uint8_t)data.size);
	buffer_add(&out, data);
	return span_text(arena_print(a, "{\"id\":\"%s\",\"rawId\":\"%s\",\"type\":\"public-key\",\"response\":"
	    "{\"clientDataJSON\":\"%s\",\"attestationObject\":\"%s\"},\"clientExtensionResults\":{}}",
	    encoded(a, span_text(c->id)), encoded(a, span_text(c->id)), encoded(a, client),
	    encoded(a, kept(a, &out))));
}

static void
what_its_maker_vouches_for_is_trusted(void **state)
{
	struct authority root = authority_new(NULL, "Makers", NULL), maker = authority_new(&root, "Maker",
	    "maker.example");
	struct authority stranger = authority_new(NULL, "Stranger", "stranger.example");
	struct fido_model model = { .aaguid = span_text("software model 1"), .status = MODEL_CERTIFIED,
		.description = span_text("Solid model"), .certified_level = 1, .anchor_count = 1,
		.protection = PROTECTION_HARDWARE | PROTECTION_SECURE_ELEMENT };
	struct ceremony c;

	(void)state;
	model.anchors[0] = authority_der(&stage.arena, &root);
	put_in_force(&model);
	stage.settings.attestation = ATTESTATION_REQUIRED;
	c = right();
	finish(vouched(&c, &stranger));
	expect_problem("by a stranger", stage.err, &stage.why, ERR_DENIED, "leads to no anchor");
	expect_text("refused where makers must vouch", added.step, "attestation-demand");
	c = right();
	finish(vouched(&c, &maker));
	expect_problem("it would be of a higher level than what the session has shown", stage.err, &stage.why,
	    ERR_DENIED, "of at least the same level");
	access.just_proofed = true;
	session.proofed.record = access.records[0].id;
	c = right();
	finish(vouched(&c, &maker));
	expect_ok("with the card it is taken", stage.err, &stage.why);
	expect_true("and trusted", added.credential.passkey.trusted);
	expect_number("of a certified model", added.credential.passkey.certified_level, 1);
	expect_span("by its name", added.credential.passkey.model, "Solid model");
	expect_number("with its attestation's key, to be found again", added.credential.passkey.key_ids.size, 20);
	authority_free(&root);
	authority_free(&maker);
	authority_free(&stranger);
}

static void
a_model_that_is_not_trusted_is_not_taken(void **state)
{
	static const struct { enum model_status status; bool taken; } cases[] = {
		{ MODEL_REVOKED, false }, { MODEL_COMPROMISED, false }, { MODEL_CERTIFIED, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct ceremony c;

		catalogue(cases[i].status);
		c = right();
		finish(software_create(&stage.arena, &c));
		if (cases[i].taken) {
			expect_ok("taken", stage.err, &stage.why);
		} else {
			expect_problem("refused", stage.err, &stage.why, ERR_DENIED,
			    model_status_name(cases[i].status));
			expect_text("at its step", added.step, "model-status");
		}
	}
}

static void
a_new_one_takes_the_place_of_one_that_was_revoked(void **state)
{
	struct unit *unit = stage_unit();
	struct ceremony c;

	(void)state;
	look_in(NULL);
	access.just_proofed = true;
	session.proofed.record = access.records[0].id;
	session.proofed.replaced[0].credential = stage.person.totp.id;
	session.proofed.replaced[0].kind = CREDENTIAL_ONE_TIME;
	session.proofed.replaced_count = 1;
	session_put(unit, &session);
	stage_commit(unit);
	session.generation = stage_load(session_ask(session.key)).rows[0].generation;
	c = right();
	finish(software_create(&stage.arena, &c));
	expect_ok("added", stage.err, &stage.why);
	expect_number("in its place", memcmp(&added.credential.replaces, &stage.person.totp.id, 16), 0);
}

/* Codes */

static void
on_begun(void *arg, enum err err, const struct one_time_begun *begun, const struct problem *why)
{
	(void)arg;
	if (begun)
		added.begun = *begun;
	ended(err, why);
}

static void
on_added(void *arg, enum err err, const struct credential *c, const char *step, unsigned left,
    const struct problem *why)
{
	(void)arg;
	added.step = step;
	added.left = left;
	if (c)
		added.credential = *c;
	ended(err, why);
}

/* Gives the secret, as an app takes it from the URI. */
static struct span
begin_codes(enum code_kind kind)
{
	struct span rest, letters;
	size_t size;
	char *secret;

	stage.done = false;
	one_time_addition_begin(stage.store, &stage.arena, &stage.settings, &access, kind, span_text("phone"), on_begun,
	    NULL);
	stage_run();
	expect_ok("begun", stage.err, &stage.why);
	expect_true("a picture", span_starts(added.begun.qr, "<svg "));
	rest = added.begun.uri;
	while (!span_starts(rest, "secret="))
		rest = span_skip(rest, 1);
	rest = span_skip(rest, 7);
	letters = span_cut(&rest, '&');
	assert_int_equal(oath_base32_decode((const char *)letters.data, letters.size, &secret, &size), OATH_OK);
	letters = arena_copy(&stage.arena, span_of(secret, size));
	free(secret);
	return letters;
}

static const char *
code_of(struct span secret, int64_t seconds)
{
	char *code = arena_take(&stage.arena, 16);

	assert_int_equal(oath_totp_generate((const char *)secret.data, secret.size, (time_t)(stage.now.us / 1000000 +
	    seconds), 30, 0, 6, code), OATH_OK);
	return code;
}

static void
answer_code(const char *code)
{
	stage.done = false;
	added.step = NULL;
	one_time_addition_finish(stage.store, &stage.arena, &stage.settings, &access, &added.begun.id, span_text(code),
	    on_added, NULL);
	stage_run();
}

static void
an_app_of_codes_is_taken_in_by_a_right_code(void **state)
{
	struct span secret = begin_codes(CODE_TOTP);
	struct credential kept_now;
	struct code_seed seed;

	(void)state;
	answer_code(strcmp(code_of(secret, 0), "000000") == 0 ? "111111" : "000000");
	expect_problem("a wrong one", stage.err, &stage.why, ERR_DENIED, "not the app's code");
	expect_text("may be tried again", added.step, "code");
	expect_number("so often", added.left, ADDITION_TRIES - 1);
	answer_code(code_of(secret, 0));
	expect_ok("the right one", stage.err, &stage.why);
	kept_now = stage_stored(&added.credential);
	expect_text("active", credential_state_name(kept_now.state), "active");
	expect_true("that code is used", kept_now.one_time.next > (uint64_t)(stage.now.us / 30000000));
	expect_true("its seed is not to be read", !memmem(kept_now.one_time.secret.data, kept_now.one_time.secret.size,
	    secret.data, secret.size));
	assert_true(code_secret_open(&stage.arena, &stage.settings.wrapping, &kept_now.id, &kept_now.one_time, &seed));
	expect_true("but opens", span_equal(seed.secret, secret));
	expect_true("in its own row alone", !code_secret_open(&stage.arena, &stage.settings.wrapping,
	    &stage.person.totp.id, &kept_now.one_time, &seed));
	answer_code(code_of(secret, 0));
	expect_problem("once", stage.err, &stage.why, ERR_NOT_FOUND, "nothing that was begun");
}

static void
a_seed_is_guessed_at_five_times(void **state)
{
	struct span secret = begin_codes(CODE_TOTP);

	(void)state;
	store_memory_fail_commits(stage.store, 1, ERR_CONFLICT);
	answer_code("1");
	expect_problem("two at one time", stage.err, &stage.why, ERR_CONFLICT, "two codes came at one time");
	store_memory_fail_commits(stage.store, 1, ERR_FULL);
	answer_code("1");
	expect_problem("one that is not counted", stage.err, &stage.why, ERR_FULL, "could not be counted");
	for (unsigned left = ADDITION_TRIES; left-- > 0;) {
		answer_code(strcmp(code_of(secret, 0), "000000") == 0 ? "111111" : "000000");
		expect_problem("wrong", stage.err, &stage.why, ERR_DENIED, "not the app's code");
		expect_number("left", added.left, left);
	}
	answer_code(code_of(secret, 0));
	expect_problem("then it is gone", stage.err, &stage.why, ERR_NOT_FOUND, "nothing that was begun");
}

static void
on_codes(void *arg, enum err err, struct recovery_added *made, const struct problem *why)
{
	(void)arg;
	if (made) {
		added.credential = *made->credential;
		memcpy(added.codes, made->texts, sizeof(added.codes));
	}
	ended(err, why);
}

static void
new_recovery_codes_replace_those_before(void **state)
{
	const struct credential before = stage.person.paper;
	struct recovery_codes codes;
	struct credential now;

	(void)state;
	for (int i = 0; i < 2; i++) {
		stage.done = false;
		look_in(BY_PASSKEY);
		recovery_addition(stage.store, &stage.arena, &stage.settings, &access, on_codes, NULL);
		stage_run();
		expect_ok("made", stage.err, &stage.why);
	}
	expect_text("those before are no more", credential_state_name(stage_stored(&before).state), "revoked");
	now = stage_stored(&added.credential);
	expect_text("the new ones are", credential_state_name(now.state), "active");
	memcpy(codes.digests, now.recovery.digests, sizeof(codes.digests));
	expect_number("all ten", recovery_codes_left(&codes), RECOVERY_CODES);
	expect_true("what was shown is one", recovery_codes_take(&codes, span_text(added.codes[9])) == 9);
}

static void
recovery_codes_need_their_level_too(void **state)
{
	(void)state;
	stage.done = false;
	look_in(NULL);
	recovery_addition(stage.store, &stage.arena, &stage.settings, &access, on_codes, NULL);
	stage_run();
	expect_problem("nobody showed anything", stage.err, &stage.why, ERR_DENIED, "of at least the same level");
	expect_text("and the old ones stay", credential_state_name(stage_stored(&stage.person.paper).state), "active");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_passkey_is_added, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_added_by_what_was_stopped_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_refused_at_its_step, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_waits_in_another_session, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_added_needs_its_own_level, set_up, tear_down),
		cmocka_unit_test_setup_teardown(levels_are_those_of_the_framework_that_is_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(where_makers_must_vouch_nobody_else_does, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_its_maker_vouches_for_is_trusted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_model_that_is_not_trusted_is_not_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_one_takes_the_place_of_one_that_was_revoked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_app_of_codes_is_taken_in_by_a_right_code, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_seed_is_guessed_at_five_times, set_up, tear_down),
		cmocka_unit_test_setup_teardown(new_recovery_codes_replace_those_before, set_up, tear_down),
		cmocka_unit_test_setup_teardown(recovery_codes_need_their_level_too, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
