/* tests/authn/test_one_time_code.c - one-time codes: the tables of their standards (skipped without the shared
 * copy), another way to compute them, windows, and that none counts twice.
 */
#include "authn/shared_data.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "authn/one_time_code.h"
#include "codec/text.h"

static const struct code_windows windows = { .ahead = 10, .around = 1, .resynchronising = 100 };
static const struct span secret = { (const uint8_t *)"a secret of twenty b", 20 };

static bool
taken(const struct code_seed *seed, struct instant now, const char *code, const char *second, struct code_found *found)
{
	struct problem why = { 0 };

	expect_ok("the seed is one", code_check(seed, &windows, span_text(code), span_text(second), now, found, &why),
	    &why);
	return found->taken;
}

static void
the_table_of_rfc_4226_passes(void **state)
{
	json_t *file = shared_data("otp/rfc4226-rfc6238.json");
	json_t *table = json_object_get(file, "rfc4226_appendix_d"), *row;
	uint8_t key[20];
	struct code_seed seed = { CODE_HOTP, CODE_SHA1, 6, 0, span_of(key, sizeof(key)), 0, 0 };
	struct code_found found;
	size_t i;

	(void)state;
	shared_data_needed(file);
	assert_true(hex_read(span_text(json_string_value(json_object_get(table, "secret_hex"))), key, sizeof(key)));
	json_array_foreach(json_object_get(table, "vectors"), i, row) {
		expect_true("taken at its count", taken(&seed, (struct instant){ 0 },
		    json_string_value(json_object_get(row, "otp")), NULL, &found));
		seed.next = found.next;
		expect_number("the next count", found.next, json_integer_value(json_object_get(row, "counter")) + 1);
	}
	expect_number("all of them", i, 10);
	json_decref(file);
}

static void
the_table_of_rfc_6238_passes(void **state)
{
	static const char *const names[] = { [CODE_SHA1] = "sha1", [CODE_SHA256] = "sha256", [CODE_SHA512] = "sha512" };
	json_t *file = shared_data("otp/rfc4226-rfc6238.json");
	json_t *table = json_object_get(file, "rfc6238_appendix_b"), *row;
	size_t tried = 0, i;

	(void)state;
	shared_data_needed(file);
	for (size_t d = 0; d < COUNT(names); d++) {
		const char *hex = json_string_value(json_object_get(json_object_get(table, "secret_hex"), names[d]));
		uint8_t key[64];

		assert_true(hex_read(span_text(hex), key, strlen(hex) / 2));
		json_array_foreach(json_object_get(table, "vectors"), i, row) {
			struct code_seed seed = { CODE_TOTP, (enum code_digest)d, 8, 30, span_of(key, strlen(hex) / 2),
			    0, 0 };
			int64_t at = json_integer_value(json_object_get(row, "time"));
			struct code_found found;

			expect_true(names[d], taken(&seed, (struct instant){ SECONDS(at) },
			    json_string_value(json_object_get(row, names[d])), NULL, &found));
			expect_number("its step", found.next, at / 30 + 1);
			tried++;
		}
	}
	expect_number("all of them", tried, 18);
	json_decref(file);
}

/* RFC 4226 s5.3, by the letter. */
static const char *
code_at(uint64_t factor, char out[7])
{
	uint8_t message[8], mac[EVP_MAX_MD_SIZE];
	unsigned size;
	uint32_t cut;

	for (int i = 0; i < 8; i++)
		message[i] = (uint8_t)(factor >> (56 - 8 * i));
	assert_non_null(HMAC(EVP_sha1(), secret.data, (int)secret.size, message, sizeof(message), mac, &size));
	cut = mac[19] & 0xf;
	cut = (uint32_t)(mac[cut] & 0x7f) << 24 | (uint32_t)mac[cut + 1] << 16 | (uint32_t)mac[cut + 2] << 8 |
	    mac[cut + 3];
	snprintf(out, 7, "%06u", cut % 1000000);
	return out;
}

static void
a_code_is_looked_for_within_its_window(void **state)
{
	static const struct {
		const char *title;
		enum code_kind kind;
		uint64_t next, code, second;   /* second 0: none */
		int32_t drift;
		bool taken;
		uint64_t after;
		int32_t drift_after;
	} cases[] = {
		{ "the next", CODE_HOTP, 5, 5, 0, 0, true, 6, 0 },
		{ "the last of the window", CODE_HOTP, 5, 15, 0, 0, true, 16, 0 },
		{ "one behind it", CODE_HOTP, 5, 16, 0, 0, false, 5, 0 },
		{ "one that was", CODE_HOTP, 5, 4, 0, 0, false, 5, 0 },
		{ "two far ahead", CODE_HOTP, 5, 100, 101, 0, true, 102, 0 },
		{ "two too far ahead", CODE_HOTP, 5, 106, 107, 0, false, 5, 0 },
		{ "two that do not follow", CODE_HOTP, 5, 100, 102, 0, false, 5, 0 },
		{ "two of which one was", CODE_HOTP, 5, 4, 5, 0, false, 5, 0 },
		/* 1000 steps of 30 s have passed */
		{ "this step's", CODE_TOTP, 0, 1000, 0, 0, true, 1001, 0 },
		{ "the last step's", CODE_TOTP, 0, 999, 0, 0, true, 1000, -1 },
		{ "the next step's", CODE_TOTP, 0, 1001, 0, 0, true, 1002, 1 },
		{ "two steps old", CODE_TOTP, 0, 998, 0, 0, false, 0, 0 },
		{ "two steps old, of a clock that is slow", CODE_TOTP, 0, 998, 0, -1, true, 999, -2 },
		{ "used before", CODE_TOTP, 1001, 1000, 0, 0, false, 1001, 0 },
		{ "older than what was used", CODE_TOTP, 1001, 999, 0, 0, false, 1001, 0 },
		{ "the next after what was used", CODE_TOTP, 1001, 1001, 0, 0, true, 1002, 1 },
		{ "two of a clock that is far off", CODE_TOTP, 0, 940, 941, 0, true, 942, -59 },
		{ "two of one that is farther off", CODE_TOTP, 0, 880, 881, 0, false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct code_seed seed = { cases[i].kind, CODE_SHA1, 6, 30, secret, cases[i].next, cases[i].drift };
		char code[7], second[7] = "";
		struct code_found found;

		code_at(cases[i].code, code);
		if (cases[i].second)
			code_at(cases[i].second, second);
		expect_number(cases[i].title, taken(&seed, (struct instant){ SECONDS(1000 * 30 + 7) }, code, second,
		    &found),
		    cases[i].taken);
		expect_number("the next that is taken", found.next, cases[i].after);
		expect_number("its clock", found.drift, cases[i].taken ? cases[i].drift_after : cases[i].drift);
	}
}

static void
what_is_no_code_is_not_taken(void **state)
{
	static const char *const none[] = { "", "12345", "1234567", "12345a", " 12345", "-12345", "+12345", "１２３４５６" };
	struct code_seed seed = { CODE_HOTP, CODE_SHA1, 6, 0, secret, 0, 0 };
	struct code_found found;
	char good[7];

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++)
		expect_true(none[i], !taken(&seed, (struct instant){ 0 }, none[i], NULL, &found));
	expect_true("with a second that is none", !taken(&seed, (struct instant){ 0 }, code_at(0, good), "1", &found));
}

static void
a_seed_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *title;
		struct code_seed seed;
		const char *part;
	} cases[] = {
		{ "of no kind", { 0, 0, 6, 30, { (const uint8_t *)"0123456789abcdef", 16 }, 0, 0 }, "neither" },
		{ "HOTP with SHA-256", { CODE_HOTP, CODE_SHA256, 6, 0, { (const uint8_t *)"0123456789abcdef", 16 }, 0,
		    0 },
		    "digest" },
		{ "five digits", { CODE_TOTP, 0, 5, 30, { (const uint8_t *)"0123456789abcdef", 16 }, 0, 0 }, "6 to 8" },
		{ "no period", { CODE_TOTP, 0, 6, 0, { (const uint8_t *)"0123456789abcdef", 16 }, 0, 0 }, "period" },
		{ "a short secret", { CODE_TOTP, 0, 6, 30, { (const uint8_t *)"0123456789abcde", 15 }, 0, 0 },
		    "16 to 64" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem why = { 0 };
		struct code_found found;

		expect_problem(cases[i].title, code_check(&cases[i].seed, &windows, span_text("123456"),
		    (struct span){ 0 },
		    (struct instant){ SECONDS(1000) }, &found, &why), &why, ERR_INVALID, cases[i].part);
		expect_true("and nothing is taken", !found.taken);
	}
}

static void
a_seed_is_written_as_apps_read_it(void **state)
{
	struct arena a = arena_init(8 * KIB);
	struct code_seed totp = { CODE_TOTP, CODE_SHA256, 6, 30, secret, 0, 0 };
	struct code_seed hotp = { CODE_HOTP, CODE_SHA1, 6, 0, secret, 3, 0 };

	(void)state;
	expect_span("TOTP", code_uri(&a, &totp, span_text("わたし"), span_text("a b")),
	    "otpauth://totp/%E3%82%8F%E3%81%9F%E3%81%97:a%20b?secret=MEQHGZLDOJSXIIDPMYQHI53FNZ2HSIDC"
	    "&issuer=%E3%82%8F%E3%81%9F%E3%81%97&algorithm=SHA256&digits=6&period=30");
	expect_span("HOTP", code_uri(&a, &hotp, span_text("W"), span_text("a")),
	    "otpauth://hotp/W:a?secret=MEQHGZLDOJSXIIDPMYQHI53FNZ2HSIDC&issuer=W&digits=6&counter=3");
	expect_span("typed", code_secret_text(&a, secret), "MEQH GZLD OJSX IIDP MYQH I53F NZ2H SIDC");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_of_rfc_4226_passes),
		cmocka_unit_test(the_table_of_rfc_6238_passes),
		cmocka_unit_test(a_code_is_looked_for_within_its_window),
		cmocka_unit_test(what_is_no_code_is_not_taken),
		cmocka_unit_test(a_seed_that_is_none_is_refused),
		cmocka_unit_test(a_seed_is_written_as_apps_read_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
