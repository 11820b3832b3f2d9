/* tests/authn/test_webauthn_vectors.c - the pairs of WebAuthn L3's own text: registered, trusted, asserted. Skips
 * without the shared vectors.
 */
#include "authn/shared_data.h"

#include "authn/webauthn.h"
#include "codec/text.h"

#define PAIRS 15

static json_t *file;

static int
load(void **state)
{
	(void)state;
	file = shared_data("webauthn/webauthn-l3-spec-vectors.json");
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	json_decref(file);
	return 0;
}

static struct span
bytes_of(struct arena *a, const json_t *part, const char *name)
{
	struct span text = span_text(json_string_value(json_object_get(part, name)));
	uint8_t *bytes = arena_take(a, text.size / 2 + 1);

	assert_true(text.size && hex_read(text, bytes, text.size / 2));
	return span_of(bytes, text.size / 2);
}

static const char *
encoded(struct arena *a, struct span bytes)
{
	return arena_print(a, "%.*s", SPAN_ARGS(base64url_write(a, bytes)));
}

/* What a browser would have sent. */
static struct span
response_of(struct arena *a, const json_t *part, struct span id, bool create)
{
	const char *client = encoded(a, bytes_of(a, part, "clientDataJSON")), *name = encoded(a, id);

	if (create)
		return span_text(arena_print(a, "{\"id\":\"%s\",\"rawId\":\"%s\",\"type\":\"public-key\",\"response\":{"
		    "\"clientDataJSON\":\"%s\",\"attestationObject\":\"%s\"},\"clientExtensionResults\":{}}", name,
		    name,
		    client, encoded(a, bytes_of(a, part, "attestationObject"))));
	return span_text(arena_print(a, "{\"id\":\"%s\",\"rawId\":\"%s\",\"type\":\"public-key\",\"response\":{"
	    "\"clientDataJSON\":\"%s\",\"authenticatorData\":\"%s\",\"signature\":\"%s\",\"userHandle\":null},"
	    "\"clientExtensionResults\":{}}", name, name, client, encoded(a, bytes_of(a, part, "authenticatorData")),
	    encoded(a, bytes_of(a, part, "signature"))));
}

static void
expect_established(const char *title, const struct examination *e)
{
	const struct examined *cause = examination_cause(e);

	if (cause)
		print_error("  %s: %s (%s)\n", cause->step, cause->text, cause->clause);
	expect_true(title, !cause);
}

static struct webauthn_site
site_of(void)
{
	static struct span origin, top;

	origin = span_text(json_string_value(json_object_get(file, "origin")));
	top = span_text(json_string_value(json_object_get(file, "topOrigin")));
	return (struct webauthn_site){
		.rp_id = span_text(json_string_value(json_object_get(file, "rpId"))),
		.origins = &origin, .origin_count = 1,
		.top_origins = &top, .top_origin_count = 1,
		.rsa_least = 2048,
	};
}

static void
try_pair(const json_t *vector, struct span anchor)
{
	const json_t *creation = json_object_get(vector, "registration"), *use = json_object_get(vector,
	    "authentication");
	const char *title = json_string_value(json_object_get(vector, "title"));
	struct arena room = arena_init(256 * KIB), *a = &room;
	struct webauthn_site site = site_of();
	struct webauthn_expectation expected = { .site = &site, .challenge = bytes_of(a, creation, "challenge") };
	struct attestation_policy policy = { .now = { SECONDS(1800000000) } };
	struct examination e = { .arena = a };
	struct span id = bytes_of(a, creation, "credential_id");
	struct webauthn_registered registered;
	struct webauthn_response response;
	struct webauthn_asserted asserted;
	struct problem why = { 0 };

	expect_ok(title, webauthn_response_read(response_of(a, creation, id, true), WEBAUTHN_CREATE, a, &response,
	    &why),
	    &why);
	webauthn_register(a, &response, &expected, &policy, &e, &registered);
	expect_established(title, &e);
	expect_true("the id", span_equal(registered.id, id));
	expect_true("the model", span_equal(registered.attestation.aaguid, bytes_of(a, creation, "aaguid")));
	if (registered.attestation.certificate_count) {
		attestation_trusted(a, &registered.attestation, &anchor, 1, policy.now, &e);
		expect_established("its maker is known", &e);
	}

	expect_ok(title, webauthn_response_read(response_of(a, use, id, false), WEBAUTHN_GET, a, &response, &why),
	    &why);
	expected.challenge = bytes_of(a, use, "challenge");
	e.count = 0;
	webauthn_assert(&response, &expected, &(struct webauthn_credential){ .id = id, .key = registered.key.bytes,
	    .backup_eligible = registered.backup_eligible }, &e, &asserted);
	expect_established(title, &e);
	expect_true("no counter goes back", !asserted.counter_back);
	arena_release(a);
}

static void
each_pair_of_the_standard_is_taken(void **state)
{
	struct arena room = arena_init(4 * KIB), *a = &room;
	struct span anchor = { 0 };
	size_t tried = 0, i;
	json_t *vector;

	(void)state;
	shared_data_needed(file);
	json_array_foreach(json_object_get(file, "vectors"), i, vector) {
		if (json_object_get(vector, "data")) {
			anchor = bytes_of(a, json_object_get(vector, "data"), "attestation_ca_cert");
			continue;
		}
		try_pair(vector, anchor);
		tried++;
	}
	expect_number("all of them", tried, PAIRS);
	arena_release(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_pair_of_the_standard_is_taken) };

	return cmocka_run_group_tests(tests, load, unload);
}
