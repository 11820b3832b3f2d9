/* tests/crypto/test_certificate.c - certificates around our keys, as the openssl program sees them. */
#include "crypto/scratch.h"

#include "codec/text.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"

static const enum key_type types[] = { KEY_RSA_2048, KEY_P256, KEY_P384, KEY_ED25519 };

static const struct {
	struct certificate_name name;
	const char *subject;
} subjects[] = {
	{ { .common_name = "連携 example" }, "CN=連携 example" },
	{ { .common_name = "連携 example", .organization = "連携協議会", .country = "JP" },
	    "CN=連携 example,O=連携協議会,C=JP" },
};

static void
a_certificate_carries_its_key(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	struct instant from, until;
	struct problem why = { 0 };

	(void)state;
	instant_read(span_text("2026-11-22T05:20:00Z"), &from);
	instant_read(span_text("2056-11-22T05:20:00Z"), &until);
	for (size_t i = 0; i < COUNT(types); i++) {
		const char *name = key_type_name(types[i]);
		const char *uri = arena_print(&a, "file:%s.pem", name);
		struct certificate_facts facts;
		uint8_t expected[32];
		struct span der, again;
		struct key *key;

		expect_ok(name, key_generate(uri, dir.path, types[i], &why), &why);
		expect_ok(name, key_open(uri, dir.path, &key, &why), &why);
		expect_ok(name, certificate_self_signed(key, &subjects[i % COUNT(subjects)].name, from, until, &a,
		    &der, &why), &why);
		expect_ok(name, certificate_read(der, &a, &facts, &why), &why);
		expect_text("the subject", facts.subject, subjects[i % COUNT(subjects)].subject);
		expect_number("from", facts.from.us, from.us);
		expect_number("until, beyond 2050", facts.until.us, until.us);
		expect_true("the key", span_equal(facts.spki, key_public(key)));
		digest(DIGEST_SHA256, der, expected);
		expect_true("the fingerprint", memcmp(expected, facts.sha256, 32) == 0);
		expect_ok(name, certificate_from_pem(span_text(certificate_to_pem(der, &a)), &a, &again, &why), &why);
		expect_true("PEM and back", span_equal(der, again));
		key_free(key);
	}
	arena_release(&a);
	scratch_free(&dir);
}

static void
openssl_verifies_every_certificate(void **state)
{
	static const char *const lines[] = {
		"Version: 3 (0x2)", "Issuer: C = JP, O = Example Trust, CN = watashi",
		"Subject: C = JP, O = Example Trust, CN = watashi", "Not Before: Nov 22 05:20:00 2026 GMT",
		"Not After : Nov 22 05:20:00 2036 GMT",
		"X509v3 Subject Key Identifier", "X509v3 Basic Constraints: critical\n                CA:FALSE",
		"X509v3 Key Usage: critical\n                Digital Signature\n",
	};
	static const struct certificate_name name_of_all = { "watashi", "Example Trust", "JP" };
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	struct instant from, until;
	struct problem why = { 0 };
	char serials[COUNT(types)][64], text[16384];

	(void)state;
	if (!has_program("openssl")) {
		print_message("the openssl program is not installed: its view of our certificates is not tried\n");
		scratch_free(&dir);
		skip();
	}
	instant_read(span_text("2026-11-22T05:20:00Z"), &from);
	instant_read(span_text("2036-11-22T05:20:00Z"), &until);
	for (size_t i = 0; i < COUNT(types); i++) {
		const char *name = key_type_name(types[i]);
		const char *uri = arena_print(&a, "file:%s.pem", name);
		struct span der;
		struct key *key;

		expect_ok(name, key_generate(uri, dir.path, types[i], &why), &why);
		expect_ok(name, key_open(uri, dir.path, &key, &why), &why);
		expect_ok(name, certificate_self_signed(key, &name_of_all, from, until, &a, &der, &why), &why);
		scratch_write(&dir, "c.pem", span_text(certificate_to_pem(der, &a)), 0644);
		if (scratch_run(&dir,
		    "openssl verify -check_ss_sig -x509_strict -purpose any -no_check_time -CAfile c.pem "
		    "-partial_chain c.pem"))
			fail_msg("%s: %.*s", name, SPAN_ARGS(scratch_read(&dir, "output", text, sizeof(text))));
		expect_number(name, scratch_run(&dir, "openssl x509 -in c.pem -noout -text"), 0);
		scratch_read(&dir, "output", text, sizeof(text));
		for (size_t n = 0; n < COUNT(lines); n++)
			expect_true(lines[n], strstr(text, lines[n]));
		expect_number(name, scratch_run(&dir, "openssl x509 -in c.pem -noout -serial"), 0);
		scratch_read(&dir, "output", serials[i], sizeof(serials[i]));
		expect_number("a serial of 16 bytes, positive", strlen(serials[i]), strlen("serial=\n") + 32);
		for (size_t n = 0; n < i; n++)
			expect_true("serials differ", strcmp(serials[n], serials[i]) != 0);
		key_free(key);
	}
	arena_release(&a);
	scratch_free(&dir);
}

static void
what_is_no_certificate_is_refused(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(2 * MIB);
	struct certificate_facts facts;
	struct problem why = { 0 };
	struct span der, longer, junk = span_of(arena_take(&a, 70000), 70000);
	char name[80];
	const struct {
		struct certificate_name name;
		const char *part;
	} bad[] = {
		{ { .common_name = "" }, "the common name has 0 bytes, expected 1 to 64" },
		{ { .common_name = name }, "the common name has 65 bytes, expected 1 to 64" },
		{ { .common_name = "x", .organization = name }, "the organization has 65 bytes, expected 1 to 64" },
		{ { .common_name = "x", .organization = "" }, "the organization has 0 bytes, expected 1 to 64" },
		{ { .common_name = "x", .country = "jp" }, "the country is \"jp\", expected two capital letters" },
		{ { .common_name = "x", .country = "JPN" }, "the country is \"JPN\", expected two capital letters" },
		{ { .common_name = "x", .country = "" }, "the country is \"\", expected two capital letters" },
	};
	struct key *key;

	(void)state;
	expect_ok("a key", key_generate("file:k.pem", dir.path, KEY_P256, &why), &why);
	expect_ok("a key", key_open("file:k.pem", dir.path, &key, &why), &why);
	expect_ok("a certificate", certificate_self_signed(key, &(struct certificate_name){ .common_name = "x" },
	    (struct instant){ 0 }, (struct instant){ SECONDS(1) }, &a, &der, &why), &why);
	memset(name, 'n', 65);
	name[65] = '\0';
	for (size_t i = 0; i < COUNT(bad); i++)
		expect_problem(bad[i].part, certificate_self_signed(key, &bad[i].name, (struct instant){ 0 },
		    (struct instant){ SECONDS(1) }, &a, &longer, &why), &why, ERR_INVALID, bad[i].part);
	key_free(key);

	longer = span_of(arena_take(&a, der.size + 1), der.size + 1);
	memcpy((uint8_t *)(uintptr_t)longer.data, der.data, der.size);
	expect_problem("bytes behind", certificate_read(longer, &a, &facts, &why), &why, ERR_SYNTAX,
	    "bytes behind the certificate");
	expect_problem("cut short", certificate_read(span_first(der, der.size - 1), &a, &facts, &why), &why, ERR_SYNTAX,
	    "no certificate in DER");
	expect_problem("nothing", certificate_read((struct span){ 0 }, &a, &facts, &why), &why, ERR_SYNTAX,
	    "no certificate in DER");
	expect_problem("too large", certificate_read(junk, &a, &facts, &why), &why, ERR_LIMIT, "70000 bytes");
	expect_problem("no PEM", certificate_from_pem(span_text("hello"), &a, &der, &why), &why, ERR_SYNTAX,
	    "no \"CERTIFICATE\" block");
	expect_problem("nothing", certificate_from_pem((struct span){ 0 }, &a, &der, &why), &why, ERR_SYNTAX,
	    "no \"CERTIFICATE\" block");
	expect_problem("PEM around something else", certificate_from_pem(
	    span_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), &a, &der, &why), &why,
	    ERR_SYNTAX,
	    "no certificate in DER");
	arena_release(&a);
	scratch_free(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_certificate_carries_its_key),
		cmocka_unit_test(openssl_verifies_every_certificate),
		cmocka_unit_test(what_is_no_certificate_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
