/* tests/authn/test_webauthn_captured.c - ceremonies that were captured from real browsers and authenticators, and what
 * another library says of them; where we say otherwise, why. Skips without the shared captures.
 */
#include "authn/shared_data.h"

#include "authn/webauthn.h"
#include "codec/text.h"

/* Calls that give the library a function of the caller's, or another type than the standard's (payment.get), have no
 * counterpart here. */
#define COMPARED 47
#define RECENT SECONDS(1795000000)

static json_t *file;

static int
load(void **state)
{
	(void)state;
	file = shared_data("webauthn/simplewebauthn-cases.json");
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	json_decref(file);
	return 0;
}

/* The captures have base64 of all kinds; browsers send base64url without padding. */
static void
tidy(json_t *value)
{
	const char *key;
	json_t *member;
	char text[16384];
	size_t n = 0;

	json_object_foreach(value, key, member) {
		if (json_is_object(member))
			tidy(member);
		if (!json_is_string(member) || strcmp(key, "type") == 0)
			continue;
		n = 0;
		for (const char *c = json_string_value(member); *c && n + 1 < sizeof(text); c++)
			if (*c != '=')
				text[n++] = *c == '+' ? '-' : *c == '/' ? '_' : *c;
		json_string_setn(member, text, n);
	}
}

static size_t
spans_of(const json_t *value, struct span out[4])
{
	size_t count = 0, i;
	json_t *element;

	if (json_is_string(value))
		out[count++] = span_text(json_string_value(value));
	json_array_foreach(value, i, element)
		out[count++] = span_text(json_string_value(element));
	return count;
}

static bool
judge(struct arena *a, json_t *test, const struct webauthn_expectation *expected, struct examination *e)
{
	json_t *args = json_object_get(test, "args"), *credential = json_object_get(args, "credential");
	const char *function = json_string_value(json_object_get(test, "fn"));
	bool create = strcmp(function, "verifyRegistrationResponse") == 0;
	char *body = json_dumps(json_object_get(args, "response"), 0);
	struct attestation_policy policy = { .now = { RECENT } };
	struct webauthn_credential kept = { 0 };
	struct webauthn_registered registered;
	struct webauthn_response response;
	struct webauthn_asserted asserted;
	struct problem why = { 0 };
	bool good;

	if (json_object_get(test, "fakeTime"))
		instant_read(span_text(json_string_value(json_object_get(test, "fakeTime"))), &policy.now);
	good = webauthn_response_read(span_text(body), create ? WEBAUTHN_CREATE : WEBAUTHN_GET, a, &response,
	    &why) == OK;
	if (!examination_note(e, "form", good ? ESTABLISHED : REFUTED, "", "%s", why.text)) {
		free(body);
		return false;
	}
	if (create) {
		good = webauthn_register(a, &response, expected, &policy, e, &registered);
	} else {
		kept.id = response.id;
		kept.user_handle = response.user_handle;
		kept.sign_count = (uint32_t)json_integer_value(json_object_get(credential, "counter"));
		assert_true(base64url_read(a, span_text(json_string_value(json_object_get(json_object_get(credential,
		    "publicKey"), "b64u"))), &kept.key));
		good = webauthn_assert(&response, expected, &kept, e, &asserted) && !asserted.counter_back;
	}
	free(body);
	return good;
}

/* The library is told which of several RP IDs may be meant; we have one: it is enough that one of them fits. */
static bool
taken(struct arena *a, json_t *test, struct examination *e)
{
	json_t *args = json_object_get(test, "args");
	struct span origins[4], names[4], challenge;
	size_t origin_count = spans_of(json_object_get(args, "expectedOrigin"), origins);
	size_t name_count = spans_of(json_object_get(args, "expectedRPID"), names);
	bool good = false;

	/* It compares texts: what is no base64url is none of ours, and so another challenge. */
	if (!base64url_read(a, span_text(json_string_value(json_object_get(args, "expectedChallenge"))), &challenge))
		challenge = span_text("another");
	for (size_t i = 0; i < name_count && !good; i++) {
		struct webauthn_site site = { .rp_id = names[i], .origins = origins, .origin_count = origin_count,
			.rsa_least = 2048 };
		struct webauthn_expectation expected = { .site = &site, .challenge = challenge,
			.user_verified = json_is_true(json_object_get(args, "requireUserVerification")) };

		e->count = 0;
		good = judge(a, test, &expected, e);
	}
	return good;
}

/* Where we say otherwise, at which step, and why. */
static const struct {
	const char *function, *title, *step;
} exceptions[] = {
	/* The key given beside it is another credential's: the signature is not by it. */
	{ "verifyAuthenticationResponse", "should return authenticator extension output", "signature" },
	/* RSA with SHA-1 is offered to nobody, so no credential has it. */
	{ "verifyRegistrationResponse", "should verify SHA1 TPM response", "attestation-object" },
	{ "verifyRegistrationResponse", "should validate TPM RSA response (SHA1)", "attestation-object" },
	/* Their ids are made up, and no base64url. */
	{ "verifyRegistrationResponse", "should verify Packed (EC2) attestation", "form" },
	{ "verifyRegistrationResponse", "should verify Packed (X5C) attestation", "form" },
	/* Nobody makes statements of SafetyNet any more; the format is not taken. */
	{ "verifyRegistrationResponse", "should skip CTS check when enforcement option is false",
	    "attestation-format" },
};

static const char *
exception_of(const json_t *test)
{
	for (size_t i = 0; i < COUNT(exceptions); i++)
		if (strcmp(json_string_value(json_object_get(test, "fn")), exceptions[i].function) == 0 &&
		    strcmp(json_string_value(json_object_get(test, "test")), exceptions[i].title) == 0)
			return exceptions[i].step;
	return NULL;
}

static bool
has_counterpart(json_t *test)
{
	json_t *args = json_object_get(test, "args");
	const char *challenge = json_string_value(json_object_get(args, "expectedChallenge"));

	return !json_is_true(json_object_get(test, "mocked")) && !json_object_get(args, "expectedType") &&
	    json_object_get(args, "expectedRPID") && challenge && strncmp(challenge, "[function]", 10) != 0;
}

static void
captured_ceremonies_come_out_as_with_others(void **state)
{
	size_t compared = 0, i;
	json_t *test;

	(void)state;
	shared_data_needed(file);
	json_array_foreach(file, i, test) {
		const char *title = json_string_value(json_object_get(test, "test"));
		const char *expected = json_string_value(json_object_get(test, "expect"));
		struct arena a = arena_init(512 * KIB);
		struct examination e = { .arena = &a };
		const struct examined *cause;
		const char *exception;
		bool good;

		if (!has_counterpart(test))
			continue;
		tidy(json_object_get(json_object_get(test, "args"), "response"));
		tidy(json_object_get(json_object_get(test, "args"), "credential"));
		good = taken(&a, test, &e);
		cause = examination_cause(&e);
		exception = exception_of(test);
		if (exception)
			expect_text(title, cause ? cause->step : "", exception);
		else
			expect_text(title, good ? "valid" : "reject", expected);
		compared++;
		arena_release(&a);
	}
	expect_number("all that have a counterpart here", compared, COMPARED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(captured_ceremonies_come_out_as_with_others) };

	return cmocka_run_group_tests(tests, load, unload);
}
