/* tests/authn/test_webauthn.c - each step of the two ceremonies, and what fails at it. */
#include "authn/software_authenticator.h"

#include "authn/webauthn.h"

static const struct span origins[] = { { (const uint8_t *)"https://watashi.example", 23 },
	{ (const uint8_t *)"android:apk-key-hash:abc", 24 } };
static const struct span tops[] = { { (const uint8_t *)"https://portal.example", 22 } };
static const struct webauthn_site site = { .rp_id = { (const uint8_t *)"watashi.example", 15 }, .origins = origins,
	.origin_count = COUNT(origins), .rsa_least = 2048 };
static const struct webauthn_site framed = { .rp_id = { (const uint8_t *)"watashi.example", 15 }, .origins = origins,
	.origin_count = COUNT(origins), .top_origins = tops, .top_origin_count = COUNT(tops), .rsa_least = 2048 };
static const struct attestation_policy policy = { .now = { SECONDS(1795000000) } };

static int
start(void **state)
{
	(void)state;
	software_start();
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	EVP_PKEY_free(software_key);
	return 0;
}

static struct webauthn_expectation
expectation(const struct webauthn_site *at, bool user_verified)
{
	return (struct webauthn_expectation){ .site = at, .challenge = span_text(software_challenge),
		.user_verified = user_verified };
}

/* The first step that is refuted, "" when all are established. */
static const char *
failed_step(const struct examination *e)
{
	const struct examined *cause = examination_cause(e);

	return cause ? cause->step : "";
}

/* A statement of several, as CBOR. */
#define NONE "\xa2\x63" "fmt\x64" "none\x67" "attStmt\xa0"

static void
each_step_of_registration_has_what_fails_at_it(void **state)
{
	static const struct {
		const char *title;
		struct ceremony ceremony;
		const char *step;
	} cases[] = {
		{ "nothing is wrong", { 0 }, "" },
		{ "the credential vouches for itself", { .format = "packed" }, "" },
		{ "a byte order mark before the client data", { .byte_order_mark = true }, "" },
		{ "an app of ours", { .origin = "android:apk-key-hash:abc" }, "" },
		{ "a synced credential", { .with = AUTHENTICATOR_ELIGIBLE | AUTHENTICATOR_BACKED_UP }, "" },
		{ "the other ceremony", { .type = "webauthn.get" }, "type" },
		{ "the ceremony in other letters", { .type = "webauthn.Create" }, "type" },
		{ "another challenge", { .challenge = "a challenge of thirty-two bytes?" }, "challenge" },
		{ "a part of the challenge", { .challenge = "a challenge" }, "challenge" },
		{ "another origin", { .origin = "https://watashi.example.evil.example" }, "origin" },
		{ "the origin without TLS", { .origin = "http://watashi.example" }, "origin" },
		{ "the origin with a port", { .origin = "https://watashi.example:444" }, "origin" },
		{ "in a frame", { .cross_origin = 1 }, "cross-origin" },
		{ "in a frame, as the page says", { .top_origin = "https://portal.example" }, "cross-origin" },
		{ "something behind the attestation object", { .behind_object = "x" }, "attestation-object" },
		{ "something behind the key", { .behind = "x" }, "attestation-object" },
		{ "extensions that are not there", { .with = AUTHENTICATOR_EXTENSIONS }, "attestation-object" },
		{ "extensions nobody announced", { .behind = "\xa1\x61" "a\x01" }, "attestation-object" },
		{ "extensions", { .behind = "\xa1\x61" "a\x01", .with = AUTHENTICATOR_EXTENSIONS }, "" },
		{ "a key that is announced, and not there", { .no_key = true }, "attestation-object" },
		{ "no key", { .no_key = true, .without = AUTHENTICATOR_CREDENTIAL }, "credential-data" },
		{ "another site's", { .rp_id = "evil.example" }, "rp-id" },
		{ "nobody was there", { .without = AUTHENTICATOR_PRESENT }, "user-present" },
		{ "nobody was verified", { .without = AUTHENTICATOR_VERIFIED }, "user-verified" },
		{ "backed up though it may not be", { .with = AUTHENTICATOR_BACKED_UP }, "backup-flags" },
		{ "a format of nobody", { .format = "packes" }, "attestation-format" },
		{ "a format in other letters", { .format = "None" }, "attestation-format" },
		{ "none, with a statement", { .statement = "\xa1\x63" "alg\x26" }, "attestation-statement" },
		{ "packed without a signature", { .format = "packed", .statement = "\xa1\x63" "alg\x26" },
		    "attestation-members" },
		{ "packed by another algorithm", { .format = "packed",
		    .statement = "\xa2\x63" "alg\x27\x63" "sig\x41x" },
		    "attestation-algorithm" },
		{ "packed over something else", { .format = "packed", .bogus_signature = true },
		    "attestation-signature" },
		{ "a statement that is no map", { .format = "packed", .statement = "\x80" }, "attestation-statement" },
		{ "several statements that hold", { .format = "compound" }, "" },
		{ "several, over something else", { .format = "compound", .bogus_signature = true },
		    "attestation-signature" },
		{ "several that are one", { .format = "compound", .statement = "\x81" NONE },
		    "attestation-statements" },
		{ "several that are none", { .format = "compound", .statement = "\x80" }, "attestation-statements" },
		{ "several, one of nobody's format", { .format = "compound",
		    .statement = "\x82" NONE "\xa2\x63" "fmt\x64" "nine\x67" "attStmt\xa0" }, "attestation-format" },
		{ "several within several", { .format = "compound",
		    .statement = "\x82" NONE "\xa2\x63" "fmt\x68" "compound\x67" "attStmt\x82" NONE NONE },
		    "attestation-format" },
		{ "more than anybody has", { .format = "compound", .statement = "\x85" NONE NONE NONE NONE NONE },
		    "attestation-statements" },
		{ "several without a format", { .format = "compound",
		    .statement = "\x82" NONE "\xa1\x67" "attStmt\xa0" },
		    "attestation-statements" },
		{ "another credential's id", { .credential_id = "another credential" }, "credential-id" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(128 * KIB);
		struct webauthn_expectation expected = expectation(&site, true);
		struct examination e = { .arena = &a };
		struct webauthn_registered registered;
		struct webauthn_response response;
		struct problem why = { 0 };
		bool good;

		expect_ok(cases[i].title, webauthn_response_read(software_create(&a, &cases[i].ceremony),
		    WEBAUTHN_CREATE, &a,
		    &response, &why), &why);
		good = webauthn_register(&a, &response, &expected, &policy, &e, &registered);
		expect_text(cases[i].title, failed_step(&e), cases[i].step);
		expect_number("is told", good, cases[i].step[0] == '\0');
		arena_release(&a);
	}
}

static void
what_is_kept_of_a_credential_is_what_was_said(void **state)
{
	static const struct ceremony ceremony = { .sign_count = 7, .with = AUTHENTICATOR_ELIGIBLE, .format = "packed" };
	struct arena a = arena_init(128 * KIB);
	struct webauthn_expectation expected = expectation(&site, false);
	struct examination e = { .arena = &a };
	struct webauthn_registered registered;
	struct webauthn_response response;

	(void)state;
	webauthn_response_read(software_create(&a, &ceremony), WEBAUTHN_CREATE, &a, &response, NULL);
	expect_true("registered", webauthn_register(&a, &response, &expected, &policy, &e, &registered));
	expect_span("the id", registered.id, SOFTWARE_ID);
	expect_number("the algorithm", registered.key.algorithm->id, -7);
	expect_number("the counter", registered.sign_count, 7);
	expect_true("verified, may be synced, is not", registered.user_verified && registered.backup_eligible &&
	    !registered.backed_up);
	expect_true("found without an id", registered.resident);
	expect_span("the model", registered.attestation.aaguid, "software model 1");
	expect_number("the attestation", registered.attestation.type, ATTESTATION_SELF);
	expect_number("how it may be reached", response.transport_count, 2);
	arena_release(&a);
}

static void
each_step_of_an_assertion_has_what_fails_at_it(void **state)
{
	static const struct {
		const char *title;
		struct ceremony ceremony;
		const char *step;
		uint32_t kept_count;
		bool back;
	} cases[] = {
		{ "nothing is wrong", { 0 }, "", 0, false },
		{ "no handle", { .user_handle = "" }, "", 0, false },
		{ "a counter that goes on", { .sign_count = 8 }, "", 7, false },
		{ "a counter that stands", { .sign_count = 7 }, "", 7, true },
		{ "a counter that went back", { .sign_count = 6 }, "", 7, true },
		{ "a counter that was given up", { 0 }, "", 7, true },
		{ "another credential", { .id = "another credential" }, "credential", 0, false },
		{ "another account's", { .user_handle = "another" }, "user-handle", 0, false },
		{ "the other ceremony", { .type = "webauthn.create" }, "type", 0, false },
		{ "a payment", { .type = "payment.get" }, "type", 0, false },
		{ "another challenge", { .challenge = "another" }, "challenge", 0, false },
		{ "another origin", { .origin = "https://evil.example" }, "origin", 0, false },
		{ "in a frame", { .cross_origin = 1 }, "cross-origin", 0, false },
		{ "something behind the data", { .behind = "x" }, "authenticator-data", 0, false },
		{ "a key that is announced", { .with = AUTHENTICATOR_CREDENTIAL }, "authenticator-data", 0, false },
		{ "another site's", { .rp_id = "evil.example" }, "rp-id", 0, false },
		{ "nobody was there", { .without = AUTHENTICATOR_PRESENT }, "user-present", 0, false },
		{ "nobody was verified", { .without = AUTHENTICATOR_VERIFIED }, "user-verified", 0, false },
		{ "backed up though it may not be", { .with = AUTHENTICATOR_BACKED_UP }, "backup-flags", 0, false },
		{ "may be synced of a sudden", { .with = AUTHENTICATOR_ELIGIBLE }, "backup-eligible", 0, false },
		{ "signed something else", { .bogus_signature = true }, "signature", 0, false },
	};
	struct buffer key = buffer_init(KIB);

	(void)state;
	software_cose_key(&key);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(128 * KIB);
		struct webauthn_credential credential = { .id = span_text(SOFTWARE_ID), .key = buffer_span(&key),
			.user_handle = span_text("account"), .sign_count = cases[i].kept_count };
		struct webauthn_expectation expected = expectation(&site, true);
		struct examination e = { .arena = &a };
		struct webauthn_response response;
		struct webauthn_asserted asserted;
		struct problem why = { 0 };

		expect_ok(cases[i].title, webauthn_response_read(software_get(&a, &cases[i].ceremony), WEBAUTHN_GET, &a,
		    &response, &why), &why);
		expect_number("is told", webauthn_assert(&response, &expected, &credential, &e, &asserted),
		    cases[i].step[0] == '\0');
		expect_text(cases[i].title, failed_step(&e), cases[i].step);
		expect_number("the counter", asserted.counter_back, cases[i].back);
		arena_release(&a);
	}
	buffer_release(&key);
}

static void
a_frame_is_taken_of_pages_that_may(void **state)
{
	static const struct {
		const char *title, *top, *step;
	} cases[] = {
		{ "a page that may", "https://portal.example", "" },
		{ "one that may not", "https://evil.example", "top-origin" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(128 * KIB);
		struct ceremony ceremony = { .cross_origin = 1, .top_origin = cases[i].top };
		struct webauthn_expectation expected = expectation(&framed, true);
		struct examination e = { .arena = &a };
		struct webauthn_registered registered;
		struct webauthn_response response;

		webauthn_response_read(software_create(&a, &ceremony), WEBAUTHN_CREATE, &a, &response, NULL);
		webauthn_register(&a, &response, &expected, &policy, &e, &registered);
		expect_text(cases[i].title, failed_step(&e), cases[i].step);
		arena_release(&a);
	}
}

static void
presence_is_not_asked_for_when_a_password_manager_offers(void **state)
{
	struct arena a = arena_init(128 * KIB);
	struct ceremony ceremony = { .without = AUTHENTICATOR_PRESENT };
	struct webauthn_expectation expected = expectation(&site, false);
	struct examination e = { .arena = &a };
	struct webauthn_registered registered;
	struct webauthn_response response;

	(void)state;
	expected.conditional = true;
	webauthn_response_read(software_create(&a, &ceremony), WEBAUTHN_CREATE, &a, &response, NULL);
	expect_true("registered", webauthn_register(&a, &response, &expected, &policy, &e, &registered));
	arena_release(&a);
}

/* A challenge that was never issued is no challenge: an empty one fits nothing. */
static void
without_a_challenge_nothing_fits(void **state)
{
	struct arena a = arena_init(128 * KIB);
	struct webauthn_expectation expected = expectation(&site, true);
	struct examination e = { .arena = &a };
	struct webauthn_registered registered;
	struct webauthn_response response;
	struct ceremony ceremony = { 0 };

	(void)state;
	webauthn_response_read(software_create(&a, &ceremony), WEBAUTHN_CREATE, &a, &response, NULL);
	response.client.challenge = expected.challenge = (struct span){ 0 };
	expect_true("refused", !webauthn_register(&a, &response, &expected, &policy, &e, &registered));
	expect_text("there", failed_step(&e), "challenge");
	arena_release(&a);
}

/* {"type":"x"} and the like, as base64url. */
#define WITHIN(client) \
	"{\"id\":\"QQ\",\"rawId\":\"QQ\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"" client \
	"\",\"authenticatorData\":\"QQ\",\"signature\":\"QQ\"}}"

static void
a_response_of_another_shape_is_refused(void **state)
{
	static const struct {
		const char *title, *body;
		enum err code;
		const char *part;
	} cases[] = {
		{ "no JSON", "x", ERR_SYNTAX, "expected" },
		{ "no object", "[]", ERR_INVALID, "expected an object" },
		{ "an empty one", "{}", ERR_INVALID, "expected the type \"public-key\"" },
		{ "another type", "{\"type\":\"password\"}", ERR_INVALID, "expected the type \"public-key\"" },
		{ "padding", "{\"id\":\"QQ==\"}", ERR_INVALID, "/id: expected base64url without padding" },
		{ "bits that are no byte", "{\"id\":\"QR\"}", ERR_INVALID, "/id: expected base64url" },
		{ "another rawId", "{\"id\":\"QQ\",\"rawId\":\"Qg\",\"type\":\"public-key\"}", ERR_INVALID,
		    "the same as rawId" },
		{ "no response", "{\"id\":\"QQ\",\"rawId\":\"QQ\",\"type\":\"public-key\"}", ERR_INVALID,
		    "a response" },
		{ "half a response", "{\"response\":{\"clientDataJSON\":\"QQ\"}}", ERR_INVALID, "/response" },
		{ "client data that is no JSON", WITHIN("QQ"), ERR_SYNTAX, "/response/clientDataJSON: within it: " },
		{ "client data without an origin", WITHIN("eyJ0eXBlIjoieCIsImNoYWxsZW5nZSI6IlFRIn0"), ERR_INVALID,
		    "expected type, challenge and origin" },
		{ "client data with a type twice", WITHIN("eyJ0eXBlIjoieCIsInR5cGUiOiJ5In0"), ERR_SYNTAX,
		    "within it: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(64 * KIB);
		struct webauthn_response response;
		struct problem why = { 0 };

		expect_problem(cases[i].title, webauthn_response_read(span_text(cases[i].body), WEBAUTHN_GET, &a,
		    &response,
		    &why), &why, cases[i].code, cases[i].part);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_step_of_registration_has_what_fails_at_it),
		cmocka_unit_test(what_is_kept_of_a_credential_is_what_was_said),
		cmocka_unit_test(each_step_of_an_assertion_has_what_fails_at_it),
		cmocka_unit_test(a_frame_is_taken_of_pages_that_may),
		cmocka_unit_test(presence_is_not_asked_for_when_a_password_manager_offers),
		cmocka_unit_test(without_a_challenge_nothing_fits),
		cmocka_unit_test(a_response_of_another_shape_is_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
