/* tests/transaction/test_observation.c - what each authenticator amounts to as facts, and under the framework that is
 * shipped.
 */
#include <stdlib.h>

#include "expect.h"

#include "assurance/evaluation.h"
#include "authn/fido_model.h"
#include "authn/one_time_code.h"
#include "base/file.h"
#include "transaction/session/observation.h"

#define KEYS "\"credential.secret_storage\":\"no-secret\","
#define BOUND "\"binding.parent_status\":\"none\",\"credential.activation_verified\":true,\"credential.active\":true," \
	"\"credential.delivery\":\"existing-token\",\"credential.proofing_bound\":true," KEYS
#define HELD "\"token.factors\":[\"have\"],"
#define CARD "{\"process.age\":0,\"process.dynamic\":true,\"token.attested\":true," \
	"\"token.certificate_status\":\"good\"," \
	"\"token.factors\":[\"know\",\"have\"],\"token.hardware\":true,\"token.intent\":true," \
	"\"token.key_exportable\":false,\"token.kinds\":[\"jpki-authentication\"],\"token.replay_resistant\":true," \
	"\"token.user_verification\":\"in-authenticator\"}"
#define SCREEN_LOCK { (const uint8_t *)"of the phone's own", 18 }
#define SOLID (PROTECTION_HARDWARE | PROTECTION_SECURE_ELEMENT)

static struct arena arena;
static const struct dictionary *dictionary;
static const struct framework *framework;
static struct instant now;

static int
read_policies(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	struct buffer bytes = buffer_init(DICTIONARY_LARGEST);
	struct policy_files files;
	struct problem why = { 0 };

	(void)state;
	arena = arena_init(GIB);
	expect_ok("there is a dictionary", file_read(arena_print(&arena, "%s/policy/facts.json", top), &bytes, &why),
	    &why);
	expect_ok("it is one", dictionary_read(&arena, "facts.json", arena_copy(&arena, buffer_span(&bytes)),
	    &dictionary, &why), &why);
	buffer_release(&bytes);
	expect_ok("files", policy_files_read(&arena, arena_print(&arena, "%s/policy/jp-idtf/1.0", top), &files, &why),
	    &why);
	expect_ok("a framework", framework_read(&arena, &files, dictionary, false, &framework, &why), &why);
	return instant_read(span_text("2026-12-02T00:00:00Z"), &now) ? 0 : -1;
}

static int
drop_policies(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static const char *
level_of(const char *title, struct span json)
{
	struct reader r = reader_json(&arena, json, (struct limits){ .bytes = 64 * KIB, .depth = 4 });
	struct word word = word_observed(ASSERTER_WATASHI, now);
	const int area = area_find(framework, span_text("token"));
	struct evaluation *e = arena_new(&arena, struct evaluation);
	struct facts *f = arena_new(&arena, struct facts);
	struct problem why;

	facts_init(f, dictionary);
	facts_read_word(&r, f, &word, now);
	expect_ok(title, reader_end(&r, &why), &why);
	evaluate(framework, NULL, f, e);
	return arena_text(&arena, level_id(&framework->areas[area], e->areas[area].reached));
}

static const struct {
	const char *title;
	struct credential_passkey passkey;
	bool user_verified, backed_up;
	const char *facts, *level;
} passkeys[] = {
	{ "attested hardware that verified its user", { .trusted = true, .certified_level = 1, .protection = SOLID },
	    true,
	    false, "\"token.attested\":true," HELD "\"token.hardware\":true,\"token.intent\":true,"
	    "\"token.key_exportable\":false,\"token.kinds\":[\"passkey\"],\"token.phishing_resistant\":true,"
	    "\"token.phishing_resistant_offered\":true,\"token.replay_resistant\":true,"
	    "\"token.user_verification\":\"in-authenticator\"", "4" },
	{ "the same without user verification is one factor", { .trusted = true, .certified_level = 1,
	    .protection = SOLID }, false, false, "\"token.user_verification\":\"none\"", "2" },
	{ "a model that nobody certified", { .trusted = true, .protection = SOLID }, true, false,
	    "\"token.attested\":true," HELD "\"token.intent\":true,\"token.key_exportable\":false,", "3" },
	{ "an attestation that leads nowhere", { .certified_level = 1, .protection = SOLID }, true, false,
	    "\"token.attested\":false," HELD "\"token.intent\":true,\"token.kinds\"", "3" },
	{ "a certified model that keeps keys in software", { .trusted = true, .certified_level = 1,
	    .protection = PROTECTION_SOFTWARE }, true, false, "\"token.hardware\":false", "3" },
	{ "a synced one", { .backup_eligible = true }, true, true, "\"token.hardware\":false,\"token.intent\":true,"
	    "\"token.key_exportable\":true", "3" },
	{ "a synced one, whatever its attestation says", { .backup_eligible = true, .trusted = true,
	    .certified_level = 6, .protection = SOLID }, true, false, "\"token.hardware\":false", "3" },
	{ "one that is seen to be copied, though it said it could not be", { .trusted = true, .certified_level = 1,
	    .protection = SOLID }, true, true, "\"token.key_exportable\":true", "3" },
};

static struct credential
bound(enum credential_kind kind)
{
	return (struct credential){ .kind = kind, .state = CREDENTIAL_ACTIVE, .binding = BINDING_EXISTING,
		.binding_record = { { 1 } }, .activated = { 1 }, .parent = PARENT_NONE };
}

static void
expect_observed(const char *title, const struct observation *o, const char *facts, const char *level)
{
	struct buffer b = buffer_init(64 * KIB);

	observation_write(&b, dictionary, o);
	if (!memmem(buffer_span(&b).data, buffer_span(&b).size, facts, strlen(facts)))
		expect_span(title, buffer_span(&b), facts);
	expect_text(title, level_of(title, buffer_span(&b)), level);
	buffer_release(&b);
}

static void
a_passkey_is_what_was_seen_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(passkeys); i++) {
		struct credential c = bound(CREDENTIAL_PASSKEY);

		c.passkey = passkeys[i].passkey;
		expect_observed(passkeys[i].title, &(struct observation){ .credential = &c, .now = now,
			.user_verified = passkeys[i].user_verified, .backed_up = passkeys[i].backed_up,
			.resistant = RESISTANT_OFFERED }, passkeys[i].facts, passkeys[i].level);
	}
}

static const struct {
	const char *title;
	struct credential_app app;
	bool user_verified, pin, separate, same;
	const char *facts, *level;
} apps[] = {
	{ "unlocked by the phone, out of band", { .passkey.id = SCREEN_LOCK }, true, false, true, false,
	    "{" BOUND "\"process.dynamic\":true,\"token.attested\":false," HELD "\"token.intent\":true,"
	    "\"token.kinds\":[\"app-key\"],\"token.otp_bits\":19,\"token.otp_lifetime\":300,"
	    "\"token.out_of_band_medium\":\"app\",\"token.out_of_band_transfer\":\"secret-transferred\","
	    "\"token.phishing_resistant\":false,"
	    "\"token.replay_resistant\":true,\"token.separate_channel\":true,"
	    "\"token.user_verification\":\"by-platform\"}", "3" },
	{ "unlocked by a passkey that is copied to other devices", { .passkey = { .id = SCREEN_LOCK,
	    .backup_eligible = true } }, true, false, true, false, "\"token.hardware\":false,\"token.intent\":true,"
	    "\"token.key_exportable\":true,\"token.kinds\":[\"app-key\"]", "3" },
	{ "whatever its maker is said to vouch for", { .passkey = { .id = SCREEN_LOCK, .trusted = true,
	    .certified_level = 6, .protection = SOLID } }, true, false, false, true,
	    "\"token.attested\":false," HELD "\"token.intent\":true,\"token.kinds\"", "3" },
	{ "in the session's own browser it is for this site alone", { .passkey.id = SCREEN_LOCK }, true, false, false,
	    true, "\"token.phishing_resistant\":true", "3" },
	{ "unlocked by the phone that has the session", { .passkey.id = SCREEN_LOCK }, true, false, false, true,
	    "\"token.separate_channel\":false,\"token.user_verification\":\"by-platform\"", "3" },
	{ "a drawn PIN, out of band", { .pin_drawn = true }, true, true, true, false,
	    "\"token.pin_length\":6,\"token.pin_random\":true", "3" },
	{ "a chosen PIN, out of band", { .pin_drawn = false }, true, true, true, false,
	    "\"token.pin_length\":8,\"token.pin_random\":false", "3" },
	{ "a PIN on the phone that has the session", { .pin_drawn = true }, true, true, false, true,
	    "\"token.separate_channel\":false,\"token.user_verification\":\"by-server\"", "2" },
	{ "a key that nobody unlocked, on the same phone", { .pin_drawn = true }, false, false, false, true,
	    "\"token.user_verification\":\"none\"", "1" },
	{ "whatever it says of the user without the phone's own key", { .pin_drawn = true }, true, false, true, false,
	    "\"token.user_verification\":\"none\"", "2" },
};

static void
an_app_is_what_was_seen_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(apps); i++) {
		struct credential c = bound(CREDENTIAL_APP);

		c.app = apps[i].app;
		expect_observed(apps[i].title, &(struct observation){ .credential = &c, .now = now,
			.user_verified = apps[i].user_verified, .pin = apps[i].pin,
			.separate_channel = apps[i].separate, .app_to_app = apps[i].same }, apps[i].facts,
			    apps[i].level);
	}
}

static const struct {
	const char *title;
	struct credential_one_time code;
	const char *facts, *level;
} codes[] = {
	{ "a code of the time", { .kind = CODE_TOTP, .digits = 6, .period = 30 },
	    "\"token.kinds\":[\"otp-app\"],\"token.otp_bits\":19,\"token.otp_counter\":false,\"token.otp_lifetime\":90,"
	    "\"token.phishing_resistant\":false", "2" },
	{ "a code that is taken for too long", { .kind = CODE_TOTP, .digits = 8, .period = 120 },
	    "\"token.otp_bits\":26,\"token.otp_counter\":false,\"token.otp_lifetime\":360", "1" },
	{ "a counter's code ends by its use, and by no time that could be told", { .kind = CODE_HOTP, .digits = 6 },
	    "\"token.otp_bits\":19,\"token.otp_counter\":true,\"token.phishing_resistant\":false", "2" },
};

static void
a_code_is_what_its_seed_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		struct credential c = bound(CREDENTIAL_ONE_TIME);

		c.one_time = codes[i].code;
		expect_observed(codes[i].title, &(struct observation){ .credential = &c, .now = now }, codes[i].facts,
		    codes[i].level);
	}
}

static void
a_recovery_code_is_a_look_up_secret(void **state)
{
	struct credential c = bound(CREDENTIAL_RECOVERY);

	(void)state;
	expect_observed("eighty bits", &(struct observation){ .credential = &c, .now = now },
	    "\"token.kinds\":[\"lookup-card\"],\"token.lookup_bits\":80", "2");
}

static void
what_resists_phishing_is_a_passkey_in_force(void **state)
{
	static const struct {
		const char *title;
		enum credential_kind kinds[3];
		enum credential_state last;
		bool all;
		enum resistant found;
	} cases[] = {
		{ "a passkey", { CREDENTIAL_ONE_TIME, CREDENTIAL_CARD, CREDENTIAL_PASSKEY }, CREDENTIAL_ACTIVE, true,
		    RESISTANT_OFFERED },
		{ "of those that were looked at", { CREDENTIAL_CARD, CREDENTIAL_CARD, CREDENTIAL_PASSKEY },
		    CREDENTIAL_ACTIVE, false, RESISTANT_OFFERED },
		{ "one that nobody can use", { CREDENTIAL_APP, CREDENTIAL_CARD, CREDENTIAL_PASSKEY },
		    CREDENTIAL_SUSPENDED, true, RESISTANT_NOT_OFFERED },
		{ "neither card nor code nor paper", { CREDENTIAL_CARD, CREDENTIAL_ONE_TIME, CREDENTIAL_RECOVERY },
		    CREDENTIAL_ACTIVE, true, RESISTANT_NOT_OFFERED },
		{ "there may be an older one", { CREDENTIAL_CARD, CREDENTIAL_APP, CREDENTIAL_ONE_TIME },
		    CREDENTIAL_ACTIVE, false, RESISTANT_NOT_LOOKED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct credential list[3];

		for (size_t n = 0; n < COUNT(list); n++)
			list[n] = bound(cases[i].kinds[n]);
		list[2].state = cases[i].last;
		expect_number(cases[i].title, resistant_offered(list, COUNT(list), cases[i].all, now), cases[i].found);
	}
}

static void
a_card_is_what_its_certificate_said(void **state)
{
	struct credential c = bound(CREDENTIAL_CARD);

	(void)state;
	expect_observed("the card with its PIN", &(struct observation){ .credential = &c, .now = now,
		.user_verified = true, .certificate_facts = span_text(CARD) }, "\"token.hardware\":true", "4");
	expect_observed("of which nothing was seen", &(struct observation){ .credential = &c, .now = now,
		.user_verified = true, .resistant = RESISTANT_NOT_OFFERED },
	    "{" BOUND "\"token.phishing_resistant_offered\":false}", "0");
	expect_observed("of which something was seen that cannot be read", &(struct observation){ .credential = &c,
		.now = now, .resistant = RESISTANT_NOT_OFFERED,
		.certificate_facts = span_text("{\"token.hardware\":true,") },
	    "{" BOUND "\"token.phishing_resistant_offered\":false}", "0");
	c.binding = BINDING_UNCONFIRMED;
	expect_observed("of which nobody said whose it is", &(struct observation){ .credential = &c, .now = now,
		.user_verified = true, .certificate_facts = span_text(CARD) }, "\"token.hardware\":true", "3");
}

static const struct {
	const char *title;
	enum credential_binding binding;
	struct id record;
	enum parent_status parent;
	int64_t checked; /* seconds ago; 0: never */
	const char *facts;
} bindings[] = {
	{ "nobody knows how", BINDING_UNKNOWN, { { 0 } }, PARENT_NONE, 0, "{\"binding.parent_status\":\"none\","
	    "\"credential.active\":true," KEYS "\"process.dynamic\"" },
	{ "before anybody was proofed", BINDING_UNCONFIRMED, { { 0 } }, PARENT_NONE, 0, "\"credential.active\":true,"
	    "\"credential.delivery\":\"unconfirmed\",\"credential.proofing_bound\":false," KEYS "\"process.dynamic\"" },
	{ "in a proofing", BINDING_IN_PROOFING, { { 0 } }, PARENT_NONE, 0, "\"credential.activation_verified\":true,"
	    "\"credential.active\":true,\"credential.delivery\":\"proofing-session\","
	    "\"credential.proofing_bound\":true" },
	{ "by another, of an account that nobody proofed", BINDING_EXISTING, { { 0 } }, PARENT_NONE, 0,
	    "\"credential.delivery\":\"existing-token\"," KEYS "\"process.dynamic\"" },
	{ "in person", BINDING_IN_PERSON, { { 3 } }, PARENT_NONE, 0,
	    "\"credential.delivery\":\"in-person\",\"credential.proofing_bound\":true" },
	{ "on the strength of a certificate", BINDING_IN_PROOFING, { { 3 } }, PARENT_GOOD, 3600,
	    "{\"binding.parent_checked\":3600,\"binding.parent_status\":\"good\"," },
	{ "that has lapsed", BINDING_IN_PROOFING, { { 3 } }, PARENT_LAPSED, 60,
	    "{\"binding.parent_checked\":60,\"binding.parent_status\":\"lapsed\"," },
	{ "that nobody has looked at again", BINDING_IN_PROOFING, { { 3 } }, PARENT_UNKNOWN, 0,
	    "{\"binding.parent_status\":\"unknown\",\"credential.activation_verified\"" },
};

static void
how_it_was_bound_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bindings); i++) {
		struct credential c = bound(CREDENTIAL_APP);

		c.binding = bindings[i].binding;
		c.binding_record = bindings[i].record;
		c.parent = bindings[i].parent;
		if (bindings[i].checked)
			c.parent_checked = instant_after(now, -SECONDS(bindings[i].checked));
		expect_observed(bindings[i].title, &(struct observation){ .credential = &c, .now = now,
			.separate_channel = true }, bindings[i].facts, "2");
	}
}

static void
what_is_kept_of_it_is_told(void **state)
{
	static const char *const words[CREDENTIAL_KINDS] = {
		[CREDENTIAL_PASSKEY] = "no-secret",
		[CREDENTIAL_CARD] = "no-secret",
		[CREDENTIAL_APP] = "hashed-or-encrypted",
		[CREDENTIAL_ONE_TIME] = "hashed-or-encrypted",
		[CREDENTIAL_RECOVERY] = "hashed-or-encrypted",
	};

	(void)state;
	for (enum credential_kind kind = CREDENTIAL_PASSKEY; kind < CREDENTIAL_KINDS; kind++) {
		const char *facts = arena_print(&arena, "\"credential.secret_storage\":\"%s\"", words[kind]);
		struct credential c = bound(kind);
		struct buffer b = buffer_init(64 * KIB);

		if (kind == CREDENTIAL_APP)
			c.app.pin[31] = 1;
		observation_write(&b, dictionary, &(struct observation){ .credential = &c, .now = now });
		expect_true(words[kind], memmem(buffer_span(&b).data, buffer_span(&b).size, facts, strlen(facts)));
		buffer_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_passkey_is_what_was_seen_of_it),
		cmocka_unit_test(an_app_is_what_was_seen_of_it),
		cmocka_unit_test(a_code_is_what_its_seed_says),
		cmocka_unit_test(a_recovery_code_is_a_look_up_secret),
		cmocka_unit_test(what_resists_phishing_is_a_passkey_in_force),
		cmocka_unit_test(a_card_is_what_its_certificate_said),
		cmocka_unit_test(how_it_was_bound_is_told),
		cmocka_unit_test(what_is_kept_of_it_is_told),
	};

	return cmocka_run_group_tests(tests, read_policies, drop_policies);
}
