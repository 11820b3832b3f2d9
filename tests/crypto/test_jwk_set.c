/* tests/crypto/test_jwk_set.c - others' keys as JWKs: those made here are read back to themselves. */
#include "crypto/jwt_maker.h"

#include "base/buffer.h"
#include "crypto/jwk.h"
#include "crypto/jwk_set.h"

static json_t *
parsed(const char *text)
{
	json_error_t error;
	json_t *set = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!set)
		print_error("%s\n%s\n", error.text, text);
	assert_non_null(set);
	return set;
}

static enum err
read_set(struct arena *a, const char *text, struct jwk_set *out, struct problem *why)
{
	json_t *set = parsed(text);
	enum err err = jwk_set_read(a, set, out, why);

	json_decref(set);
	return err;
}

static const char *
jwk_of(struct arena *a, enum key_type type, const struct maker_key *key)
{
	struct buffer b = buffer_init(8 * KIB);
	struct problem why = { 0 };
	const char *text;

	expect_ok("a JWK", jwk_write(&b, type, key->spki, &why), &why);
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
keys_are_read_in_their_order(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct maker_key rsa = maker_key_new(&a, "RSA-2048"), p256 = maker_key_new(&a, "P-256"),
	    p384 = maker_key_new(&a, "P-384"), edwards = maker_key_new(&a, "ED25519");
	struct jwk_set set;
	struct problem why = { 0 };
	uint8_t raw[32];
	size_t size = sizeof(raw);
	const char *text;

	(void)state;
	assert_int_equal(EVP_PKEY_get_raw_public_key(edwards.pkey, raw, &size), 1);
	text = arena_print(&a, "{\"keys\":[%s,%s,%s,{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"}]}",
	    jwk_of(&a, KEY_RSA_2048, &rsa), jwk_of(&a, KEY_P256, &p256), jwk_of(&a, KEY_P384, &p384),
	    arena_text(&a, base64url_write(&a, span_of(raw, sizeof(raw)))));
	expect_ok("a set", read_set(&a, text, &set, &why), &why);
	expect_number("four keys", set.count, 4);
	expect_true("RSA", span_equal(set.keys[0], rsa.spki));
	expect_true("P-256", span_equal(set.keys[1], p256.spki));
	expect_true("P-384", span_equal(set.keys[2], p384.spki));
	expect_true("Ed25519", span_equal(set.keys[3], edwards.spki));
	maker_key_free(&rsa);
	maker_key_free(&p256);
	maker_key_free(&p384);
	maker_key_free(&edwards);
	arena_release(&a);
}

#define Z32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define EC(x) "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":" x ",\"y\":\"" Z32 "\"}"

static const struct { const char *title, *text; enum err err; const char *part; } wrong[] = {
	{ "no array", "{}", ERR_INVALID, "/keys: expected an array of JWKs" },
	{ "no key", "{\"keys\":[]}", ERR_INVALID, "expected a key for signatures" },
	{ "only one to encrypt with", "{\"keys\":[{\"kty\":\"EC\",\"use\":\"enc\"}]}", ERR_INVALID, "found none" },
	{ "only kinds of tomorrow", "{\"keys\":[{\"kty\":\"AKP\"},{\"kty\":\"EC\",\"crv\":\"secp256k1\"}]}",
	  ERR_INVALID, "found none" },
	{ "no object", "{\"keys\":[\"a\"]}", ERR_INVALID, "/keys/0/kty: expected a JWK" },
	{ "no kind", "{\"keys\":[{}]}", ERR_INVALID, "/keys/0/kty: expected a JWK" },
	{ "a secret", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", ERR_INVALID,
	  "/keys/0/k: expected public keys alone" },
	{ "a private key", "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" Z32 "\",\"d\":\"AA\"}]}",
	  ERR_INVALID,
	  "/keys/0/d: expected public keys alone" },
	{ "a private key to encrypt with", "{\"keys\":[{\"kty\":\"EC\",\"use\":\"enc\",\"d\":\"AA\"}]}", ERR_INVALID,
	  "/keys/0/d" },
	{ "no base64url", "{\"keys\":[" EC("\"+/==\"") "]}", ERR_INVALID, "/keys/0/x: expected 32 bytes in base64url" },
	{ "a coordinate too short", "{\"keys\":[" EC("\"AAAA\"") "]}", ERR_INVALID, "/keys/0/x: expected 32 bytes" },
	{ "no text", "{\"keys\":[" EC("5") "]}", ERR_INVALID, "/keys/0/x: expected 32 bytes" },
	{ "no point of the curve", "{\"keys\":[" EC("\"" Z32 "\"") "]}", ERR_SYNTAX, "" },
	{ "a short key of RSA", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"wYa1\",\"e\":\"AQAB\"}]}", ERR_INVALID, "RSA" },
	{ "no exponent", "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"wYa1\"}]}", ERR_INVALID, "/keys/0/e" },
};

static void
what_is_no_key_of_theirs_is_told(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct problem why = { 0 };
	struct jwk_set set;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		expect_problem(wrong[i].title, read_set(&a, wrong[i].text, &set, &why), &why, wrong[i].err,
		    wrong[i].part);
	arena_release(&a);
}

static void
sixteen_are_taken(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct maker_key key = maker_key_new(&a, "P-256");
	const char *jwk = jwk_of(&a, KEY_P256, &key), *keys = jwk;
	struct problem why = { 0 };
	struct jwk_set set;

	(void)state;
	for (int i = 1; i < JWK_SET_LARGEST; i++)
		keys = arena_print(&a, "%s,%s", keys, jwk);
	expect_ok("as many as that", read_set(&a, arena_print(&a, "{\"keys\":[%s]}", keys), &set, &why), &why);
	expect_number("are there", set.count, JWK_SET_LARGEST);
	expect_problem("one more", read_set(&a, arena_print(&a, "{\"keys\":[%s,%s]}", keys, jwk), &set, &why), &why,
	    ERR_LIMIT, "at most 16 keys");
	maker_key_free(&key);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read_in_their_order),
		cmocka_unit_test(what_is_no_key_of_theirs_is_told),
		cmocka_unit_test(sixteen_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
