/* tests/crypto/test_cose.c - keys of authenticators as they give them, and what was signed with them. */
#include "expect.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "base/buffer.h"
#include "crypto/cose.h"

#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

/* CBOR as authenticators write it. */
static void
write_head(struct buffer *out, uint8_t major, uint64_t n)
{
	if (n < 24) {
		buffer_u8(out, (uint8_t)((unsigned)major << 5 | (unsigned)n));
	} else if (n < 256) {
		buffer_u8(out, (uint8_t)((unsigned)major << 5 | 24));
		buffer_u8(out, (uint8_t)n);
	} else {
		buffer_u8(out, (uint8_t)((unsigned)major << 5 | 25));
		buffer_u16(out, (uint16_t)n);
	}
}

static void
write_integer(struct buffer *out, int64_t n)
{
	write_head(out, n < 0, (uint64_t)(n < 0 ? -1 - n : n));
}

static void
write_bytes(struct buffer *out, int64_t label, struct span bytes)
{
	write_integer(out, label);
	write_head(out, 2, bytes.size);
	buffer_add(out, bytes);
}

static void
write_number(struct buffer *out, int64_t label, const EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	uint8_t bytes[1024];

	assert_true(EVP_PKEY_get_bn_param(key, name, &number));
	write_bytes(out, label, span_of(bytes, (size_t)BN_bn2bin(number, bytes)));
	BN_free(number);
}

static void
write_coordinates(struct buffer *out, const EVP_PKEY *key, size_t field)
{
	uint8_t bytes[66];
	BIGNUM *x = NULL, *y = NULL;

	assert_true(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &x));
	assert_true(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &y));
	BN_bn2binpad(x, bytes, (int)field);
	write_bytes(out, -2, span_of(bytes, field));
	BN_bn2binpad(y, bytes, (int)field);
	write_bytes(out, -3, span_of(bytes, field));
	BN_free(x);
	BN_free(y);
}

static void
write_key(struct buffer *out, const EVP_PKEY *key, int64_t algorithm, int64_t curve, size_t field)
{
	uint8_t raw[64];
	size_t size = sizeof(raw);
	bool rsa = EVP_PKEY_is_a(key, "RSA"), ec = EVP_PKEY_is_a(key, "EC");

	write_head(out, 5, ec ? 5 : 4);
	write_integer(out, 1);
	write_integer(out, rsa ? 3 : ec ? 2 : 1);
	write_integer(out, 3);
	write_integer(out, algorithm);
	if (rsa) {
		write_number(out, -1, key, OSSL_PKEY_PARAM_RSA_N);
		write_number(out, -2, key, OSSL_PKEY_PARAM_RSA_E);
		return;
	}
	write_integer(out, -1);
	write_integer(out, curve);
	if (ec) {
		write_coordinates(out, key, field);
		return;
	}
	assert_true(EVP_PKEY_get_raw_public_key(key, raw, &size));
	write_bytes(out, -2, span_of(raw, size));
}

static EVP_PKEY *
make(const char *kind)
{
	if (strcmp(kind, "RSA") == 0)
		return EVP_RSA_gen(2048);
	return kind[0] == 'E' ? EVP_PKEY_Q_keygen(NULL, NULL, kind) : EVP_EC_gen(kind);
}

static size_t
sign(EVP_PKEY *key, const struct cose_algorithm *algorithm, struct span message, uint8_t out[1024])
{
	static const char *const names[] = { "SHA1", "SHA256", "SHA384", "SHA512" };
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *options = NULL;
	size_t size = 1024;

	assert_true(EVP_DigestSignInit_ex(context, &options,
	    algorithm->family == COSE_EDDSA ? NULL : names[algorithm->digest], NULL, NULL, key, NULL) > 0);
	if (algorithm->family == COSE_RSA_PSS) {
		assert_true(EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) > 0);
		assert_true(EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) > 0);
	}
	assert_true(EVP_DigestSign(context, out, &size, message.data, message.size) > 0);
	EVP_MD_CTX_free(context);
	return size;
}

static const struct {
	int64_t algorithm, curve;
	const char *kind;
	size_t field;
} kinds[] = {
	{ -7, 1, "P-256", 32 }, { -9, 1, "P-256", 32 }, { -35, 2, "P-384", 48 }, { -51, 2, "P-384", 48 },
	{ -36, 3, "P-521", 66 }, { -52, 3, "P-521", 66 }, { -8, 6, "ED25519", 0 }, { -19, 6, "ED25519", 0 },
	{ -53, 7, "ED448", 0 }, { -257, 0, "RSA", 0 }, { -258, 0, "RSA", 0 }, { -259, 0, "RSA", 0 },
	{ -37, 0, "RSA", 0 }, { -38, 0, "RSA", 0 }, { -39, 0, "RSA", 0 },
};

static void
what_a_key_signed_is_its(void **state)
{
	static const struct span message = BYTES("authenticator data, and the hash of the client's");
	const struct span pieces[] = { span_first(message, 18), span_skip(message, 18) };
	size_t known;

	(void)state;
	cose_algorithms(&known);
	expect_number("each algorithm for credentials is tried", COUNT(kinds), known - 1);
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct buffer bytes = buffer_init(4096);
		EVP_PKEY *made = make(kinds[i].kind), *read = NULL;
		struct problem why = { 0 };
		struct cose_key key;
		uint8_t signature[1024 + 1] = { 0 };
		size_t used = 0, size;
		bool good;

		write_key(&bytes, made, kinds[i].algorithm, kinds[i].curve, kinds[i].field);
		buffer_text(&bytes, "behind");
		expect_ok("its form", cose_key_read(buffer_span(&bytes), 2048, &key, &used, &why), &why);
		expect_number("its size", used, bytes.end - bytes.start - 6);
		expect_ok("its point", cose_key_open(&key, &read, &why), &why);
		expect_true("the same key", EVP_PKEY_eq(made, read) == 1);
		size = sign(made, key.algorithm, message, signature);
		expect_ok("asked", cose_verify(key.algorithm, read, pieces, 2, span_of(signature, size), &good, &why),
		    &why);
		expect_true(key.algorithm->name, good);
		cose_verify(key.algorithm, read, pieces, 1, span_of(signature, size), &good, &why);
		expect_true("over something else it is none", !good);
		cose_verify(key.algorithm, read, pieces, 2, span_of(signature, size + 1), &good, &why);
		expect_true("with something behind it is none", !good);
		signature[size / 2] ^= 1;
		cose_verify(key.algorithm, read, pieces, 2, span_of(signature, size), &good, &why);
		expect_true("altered it is none", !good);
		cose_verify(key.algorithm, read, pieces, 2, (struct span){ 0 }, &good, &why);
		expect_true("nor is nothing", !good);
		EVP_PKEY_free(made);
		EVP_PKEY_free(read);
		buffer_release(&bytes);
	}
}

static void
a_key_of_another_kind_is_a_failure(void **state)
{
	const struct span pieces[] = { BYTES("x") };
	EVP_PKEY *key = make("P-256");
	struct problem why = { 0 };
	bool good = true;

	(void)state;
	expect_problem("P-256 for ES384", cose_verify(cose_algorithm_find(-35), key, pieces, 1, pieces[0], &good, &why),
	    &why,
	    ERR_INVALID, "the key is none for ES384");
	expect_true("and nothing is good", !good);
	expect_problem("EC for RS256", cose_verify(cose_algorithm_find(-257), key, pieces, 1, pieces[0], &good, &why),
	    &why,
	    ERR_INVALID, "none for RS256");
	expect_problem("EC for EdDSA", cose_verify(cose_algorithm_find(-8), key, pieces, 1, pieces[0], &good, &why),
	    &why,
	    ERR_INVALID, "none for EdDSA");
	EVP_PKEY_free(key);
}

#define ZEROS_31 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define X "\x21\x58\x20" "\x01" ZEROS_31
#define Y "\x22\x58\x20" "\x01" ZEROS_31

static void
what_is_no_key_is_refused(void **state)
{
	static const struct {
		const char *title;
		struct span bytes;
		enum err code;
		const char *part;
	} cases[] = {
		{ "well-formed", BYTES("\xa5\x01\x02\x03\x26\x20\x01" X Y), OK, "" },
		{ "with more than is needed", BYTES("\xa6\x01\x02\x02\x41\x01\x03\x26\x20\x01" X Y), OK, "" },
		{ "an array", BYTES("\x80"), ERR_SYNTAX, "expected a map" },
		{ "nothing in it", BYTES("\xa0"), ERR_INVALID, "without kty or alg" },
		{ "no algorithm", BYTES("\xa4\x01\x02\x20\x01" X Y), ERR_INVALID, "without kty or alg" },
		{ "an algorithm of nobody", BYTES("\xa5\x01\x02\x03\x05\x20\x01" X Y), ERR_UNSUPPORTED,
		    "the algorithm 5" },
		{ "one for makers alone", BYTES("\xa4\x01\x03\x03\x39\xff\xfe\x20\x41\x03\x21\x41\x03"),
		    ERR_UNSUPPORTED, "-65535" },
		{ "another type", BYTES("\xa5\x01\x03\x03\x26\x20\x01" X Y), ERR_INVALID, "type and curve" },
		{ "another curve", BYTES("\xa5\x01\x02\x03\x26\x20\x02" X Y), ERR_INVALID, "type and curve" },
		{ "no curve", BYTES("\xa4\x01\x02\x03\x26" X Y), ERR_INVALID, "type and curve" },
		{ "no y", BYTES("\xa4\x01\x02\x03\x26\x20\x01" X), ERR_INVALID, "coordinates" },
		{ "a compressed point", BYTES("\xa5\x01\x02\x03\x26\x20\x01" X "\x22\xf5"), ERR_SYNTAX,
		    "expected bytes" },
		{ "a short x", BYTES("\xa5\x01\x02\x03\x26\x20\x01\x21\x41\x01" Y), ERR_INVALID, "coordinates" },
		{ "an edwards key with y", BYTES("\xa5\x01\x01\x03\x27\x20\x06" X Y), ERR_INVALID, "coordinates" },
		{ "a small RSA key", BYTES("\xa4\x01\x03\x03\x39\x01\x00\x20\x41\xff\x21\x43\x01\x00\x01"), ERR_LIMIT,
		    "not 8 bits" },
		{ "an even modulus", BYTES("\xa4\x01\x03\x03\x39\x01\x00\x20\x41\xfe\x21\x43\x01\x00\x01"), ERR_INVALID,
		    "odd" },
		{ "an exponent of one", BYTES("\xa4\x01\x03\x03\x39\x01\x00\x20\x41\xff\x21\x41\x01"), ERR_INVALID,
		    "3 or more" },
		{ "no exponent", BYTES("\xa3\x01\x03\x03\x39\x01\x00\x20\x41\xff"), ERR_INVALID, "odd" },
		{ "a part twice", BYTES("\xa3\x01\x02\x01\x02\x03\x26"), ERR_SYNTAX, "was there before" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem why = { 0 };
		struct cose_key key;
		size_t used;

		expect_problem(cases[i].title, cose_key_read(cases[i].bytes, 2048, &key, &used, &why), &why,
		    cases[i].code,
		    cases[i].part);
	}
}

static void
a_point_off_its_curve_is_no_key(void **state)
{
	static const struct span bytes = BYTES("\xa5\x01\x02\x03\x26\x20\x01" X Y);
	struct problem why = { 0 };
	struct cose_key key;
	EVP_PKEY *opened = NULL;
	size_t used;

	(void)state;
	expect_ok("its form is good", cose_key_read(bytes, 2048, &key, &used, &why), &why);
	expect_problem("its point is not", cose_key_open(&key, &opened, &why), &why, ERR_SYNTAX, "cannot be used");
	expect_true("nothing is opened", !opened);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_key_signed_is_its),
		cmocka_unit_test(a_key_of_another_kind_is_a_failure),
		cmocka_unit_test(what_is_no_key_is_refused),
		cmocka_unit_test(a_point_off_its_curve_is_no_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
