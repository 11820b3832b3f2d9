/* tests/crypto/test_x509_signature.c - signatures of others: the algorithms, the keys, and what is none of either. */
#include "expect.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/der_maker.h"
#include "crypto/x509_signature.h"

#define BOTH (SIGNATURES_RSA | SIGNATURES_ECDSA)
#define RSA_WITH(n) "300d 06092a864886f70d0101" n " 0500"
#define ECDSA_WITH(n) "300a 06082a8648ce3d0403" n

static const char message[] = "見本の文";

enum pair { RSA_2048, RSA_2048_AGAIN, P256, P384, P521, PAIRS };
static EVP_PKEY *pairs[PAIRS];
static struct arena memory;

static EVP_PKEY *
make_pair(enum pair pair)
{
	switch (pair) {
	case P256:
		return EVP_EC_gen("P-256");
	case P384:
		return EVP_EC_gen("P-384");
	case P521:
		return EVP_EC_gen("P-521");
	default:
		return EVP_RSA_gen(2048);
	}
}

static int
make_pairs(void **state)
{
	(void)state;
	memory = arena_init(16 * MIB);
	for (enum pair i = 0; i < PAIRS; i++)
		if (!(pairs[i] = make_pair(i)))
			return -1;
	return 0;
}

static int
free_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAIRS; i++)
		EVP_PKEY_free(pairs[i]);
	arena_release(&memory);
	return 0;
}

static struct span
spki_of(EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int size = i2d_PUBKEY(key, &der);
	struct span copy;

	assert_true(size > 0);
	copy = arena_copy(&memory, span_of(der, (size_t)size));
	OPENSSL_free(der);
	return copy;
}

static struct span
sign(EVP_PKEY *key, const char *digest, const char *text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[1024];
	size_t size = sizeof(signature);

	assert_true(EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1);
	assert_true(EVP_DigestSign(context, signature, &size, (const uint8_t *)text, strlen(text)) == 1);
	EVP_MD_CTX_free(context);
	return arena_copy(&memory, span_of(signature, size));
}

static void
signatures_are_checked(void **state)
{
	static const struct {
		const char *title;
		enum pair signer, checker;
		const char *digest, *algorithm;
		unsigned switches;
		enum err err;
		const char *told;
	} cases[] = {
		{ "RSA with SHA-256", RSA_2048, RSA_2048, "SHA256", RSA_WITH("0b"), SIGNATURES_RSA, OK, "" },
		{ "RSA with SHA-384", RSA_2048, RSA_2048, "SHA384", RSA_WITH("0c"), SIGNATURES_RSA, OK, "" },
		{ "RSA with SHA-512", RSA_2048, RSA_2048, "SHA512", RSA_WITH("0d"), SIGNATURES_RSA, OK, "" },
		{ "P-256 with SHA-256", P256, P256, "SHA256", ECDSA_WITH("02"), SIGNATURES_ECDSA, OK, "" },
		{ "P-384 with SHA-384", P384, P384, "SHA384", ECDSA_WITH("03"), BOTH, OK, "" },
		{ "another's key", RSA_2048, RSA_2048_AGAIN, "SHA256", RSA_WITH("0b"), BOTH, ERR_CRYPTO,
			"not made by that key" },
		{ "another digest than it says", RSA_2048, RSA_2048, "SHA384", RSA_WITH("0b"), BOTH, ERR_CRYPTO, "" },
		{ "SHA-1", RSA_2048, RSA_2048, "SHA1", RSA_WITH("05"), BOTH, ERR_UNSUPPORTED, "none that is taken" },
		{ "SHA-224", RSA_2048, RSA_2048, "SHA224", RSA_WITH("0e"), BOTH, ERR_UNSUPPORTED,
			"none that is taken" },
		{ "PSS", RSA_2048, RSA_2048, "SHA256", "300b 06092a864886f70d01010a", BOTH, ERR_UNSUPPORTED,
			"none that" },
		{ "RSA without parameters", RSA_2048, RSA_2048, "SHA256", "300b 06092a864886f70d01010b", BOTH,
			ERR_UNSUPPORTED, "how it is written" },
		{ "RSA with others", RSA_2048, RSA_2048, "SHA256", "300d 06092a864886f70d01010b 3000", BOTH,
			ERR_UNSUPPORTED,
			"how it is written" },
		{ "ECDSA with NULL", P384, P384, "SHA384", "300c 06082a8648ce3d040303 0500", BOTH, ERR_UNSUPPORTED,
			"how it is written" },
		{ "ECDSA, switched off", P384, P384, "SHA384", ECDSA_WITH("03"), SIGNATURES_RSA, ERR_UNSUPPORTED,
			"no kind" },
		{ "RSA, switched off", RSA_2048, RSA_2048, "SHA256", RSA_WITH("0b"), SIGNATURES_ECDSA, ERR_UNSUPPORTED,
			"" },
		{ "nothing switched on", RSA_2048, RSA_2048, "SHA256", RSA_WITH("0b"), 0, ERR_UNSUPPORTED, "" },
		{ "P-384 with SHA-256", P384, P384, "SHA256", ECDSA_WITH("02"), BOTH, ERR_UNSUPPORTED, "does not fit" },
		{ "P-521", P521, P521, "SHA384", ECDSA_WITH("03"), BOTH, ERR_UNSUPPORTED, "no kind" },
		{ "an RSA key for ECDSA", RSA_2048, RSA_2048, "SHA256", ECDSA_WITH("02"), BOTH, ERR_UNSUPPORTED,
			"does not fit" },
		{ "an EC key for RSA", P256, P256, "SHA256", RSA_WITH("0b"), BOTH, ERR_UNSUPPORTED, "does not fit" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span signature = sign(pairs[cases[i].signer], cases[i].digest, message);
		struct problem why = { 0 };

		expect_problem(cases[i].title, x509_signature_check(cases[i].switches, hex(&memory, cases[i].algorithm),
		    spki_of(pairs[cases[i].checker]), span_text(message), signature, &why), &why, cases[i].err,
		    cases[i].told);
	}
}

static void
one_bit_is_enough(void **state)
{
	static const struct {
		enum pair pair;
		const char *digest, *algorithm;
	} cases[] = { { RSA_2048, "SHA256", RSA_WITH("0b") }, { P384, "SHA384", ECDSA_WITH("03") } };
	struct problem why;
	EVP_PKEY *key;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span signature = sign(pairs[cases[i].pair], cases[i].digest, message);
		struct span algorithm = hex(&memory, cases[i].algorithm);
		uint8_t *copy = arena_take(&memory, signature.size + 1);

		expect_ok("a key is opened once", x509_key_open(BOTH, spki_of(pairs[cases[i].pair]), &key, &why), &why);
		expect_ok("and checks", x509_signature_check_by(BOTH, algorithm, key, span_text(message), signature,
		    &why), &why);
		expect_ok("again", x509_signature_check_by(BOTH, algorithm, key, span_text(message), signature, &why),
		    &why);
		expect_number("another message", x509_signature_check_by(BOTH, algorithm, key, span_text("見本の分"),
		    signature,
		    &why), ERR_CRYPTO);
		memcpy(copy, signature.data, signature.size);
		for (size_t bit = 0; bit < 8 * signature.size; bit += 37) {
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			expect_number("one bit of the signature", x509_signature_check_by(BOTH, algorithm, key,
			    span_text(message), span_of(copy, signature.size), &why), ERR_CRYPTO);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		expect_number("a byte more", x509_signature_check_by(BOTH, algorithm, key, span_text(message),
		    span_of(copy, signature.size + 1), &why), ERR_CRYPTO);
		expect_number("a byte less", x509_signature_check_by(BOTH, algorithm, key, span_text(message),
		    span_of(copy, signature.size - 1), &why), ERR_CRYPTO);
		expect_number("no signature", x509_signature_check_by(BOTH, algorithm, key, span_text(message),
		    (struct span){ 0 }, &why), ERR_CRYPTO);
		EVP_PKEY_free(key);
	}
}

/* What a signature is made of, by the private key itself, around an encoded message of ours (RFC 8017 s9.2). */
static struct span
sign_encoded(struct span encoded)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pairs[RSA_2048], NULL);
	uint8_t signature[256];
	size_t size = sizeof(signature);

	assert_true(EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1);
	assert_true(EVP_PKEY_sign(context, signature, &size, encoded.data, encoded.size) == 1);
	EVP_PKEY_CTX_free(context);
	return arena_copy(&memory, span_of(signature, size));
}

static void
the_encoded_message_is_compared_whole(void **state)
{
	static const struct {
		const char *title, *info;
		size_t padding; /* bytes of FF; 0: as many as fill it */
		const char *behind;
		enum err err;
	} cases[] = {
		{ "as it is made", "3031 300d 0609608648016503040201 0500 0420", 0, "", OK },
		{ "without the parameters of the digest", "302f 300b 0609608648016503040201 0420", 0, "", ERR_CRYPTO },
		{ "with another digest's name", "3031 300d 0609608648016503040202 0500 0420", 0, "", ERR_CRYPTO },
		{ "with a length written long", "308131 300d 0609608648016503040201 0500 0420", 0, "", ERR_CRYPTO },
		{ "the bare digest", "", 0, "", ERR_CRYPTO },
		{ "eight bytes of padding, and anything behind", "3031 300d 0609608648016503040201 0500 0420", 8, "00",
			ERR_CRYPTO },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t encoded[256] = { 0, 1 }, hash[32];
		struct span info = hex(&memory, cases[i].info);
		size_t used = info.size + sizeof(hash), padding = cases[i].padding ? cases[i].padding : 256 - 3 - used;
		struct problem why = { 0 };

		assert_true(EVP_Digest(message, strlen(message), hash, NULL, EVP_sha256(), NULL) == 1);
		memset(encoded + 2, 0xff, padding);
		if (info.size)
			memcpy(encoded + 3 + padding, info.data, info.size);
		memcpy(encoded + 3 + padding + info.size, hash, sizeof(hash));
		expect_problem(cases[i].title, x509_signature_check(BOTH, hex(&memory, RSA_WITH("0b")),
		    spki_of(pairs[RSA_2048]), span_text(message), sign_encoded(span_of(encoded, 256)), &why), &why,
		    cases[i].err, "");
	}
}

/* n of so many bytes, its first and last as given, the rest 5A; e in hexadecimal. */
static struct span
rsa_spki(size_t bytes, uint8_t first, uint8_t last, const char *e, const char *identifier)
{
	struct arena *a = &memory;
	uint8_t *n = arena_take(a, bytes + 1);

	memset(n, 0x5a, bytes + 1);
	n[0] = 0;
	n[1] = first;
	n[bytes] = last;
	return WRAP(a, DER_SEQUENCE, hex(a, identifier), WRAP(a, DER_BIT_STRING, hex(a, "00"), WRAP(a, DER_SEQUENCE,
	    wrap(a, DER_INTEGER, first & 0x80 ? span_of(n, bytes + 1) : span_of(n + 1, bytes)), hex(a, e))));
}

static void
keys_have_rules(void **state)
{
#define PLAIN "300d 06092a864886f70d010101 0500"
	static const struct {
		const char *title;
		size_t bytes;
		uint8_t first, last;
		const char *e, *identifier;
		enum err err;
		const char *told;
	} cases[] = {
		{ "2048 bits", 256, 0x80, 1, "0203010001", PLAIN, OK, "" },
		{ "2047 bits", 256, 0x7f, 1, "0203010001", PLAIN, ERR_UNSUPPORTED, "not 2047" },
		{ "1024 bits", 128, 0x80, 1, "0203010001", PLAIN, ERR_UNSUPPORTED, "not 1024" },
		{ "4096 bits", 512, 0xff, 1, "0203010001", PLAIN, OK, "" },
		{ "4097 bits", 513, 0x01, 1, "0203010001", PLAIN, ERR_UNSUPPORTED, "not 4097" },
		{ "an even modulus", 256, 0x80, 2, "0203010001", PLAIN, ERR_UNSUPPORTED, "odd, not even" },
		{ "the exponent 3", 256, 0x80, 1, "020103", PLAIN, ERR_UNSUPPORTED, "at least 65537" },
		{ "the exponent 65535", 256, 0x80, 1, "020300ffff", PLAIN, ERR_UNSUPPORTED, "at least 65537" },
		{ "an even exponent", 256, 0x80, 1, "0203010002", PLAIN, ERR_UNSUPPORTED, "odd" },
		{ "a large exponent", 256, 0x80, 1, "020900ffffffffffffffff", PLAIN, OK, "" },
		{ "a larger one", 256, 0x80, 1, "0209010000000000000001", PLAIN, ERR_UNSUPPORTED, "less than 2^64" },
		{ "a negative exponent", 256, 0x80, 1, "0201ff", PLAIN, ERR_SYNTAX, "not DER of an RSA key" },
		{ "an exponent that could be shorter", 256, 0x80, 1, "020400010001", PLAIN, ERR_SYNTAX, "not DER" },
		{ "a third number", 256, 0x80, 1, "0203010001 020105", PLAIN, ERR_SYNTAX, "not DER" },
		{ "a key for PSS", 256, 0x80, 1, "0203010001", "300b 06092a864886f70d01010a", ERR_UNSUPPORTED,
			"no kind" },
		{ "one without parameters", 256, 0x80, 1, "0203010001", "300b 06092a864886f70d010101", ERR_UNSUPPORTED,
			"no kind" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span spki = rsa_spki(cases[i].bytes, cases[i].first, cases[i].last, cases[i].e,
		    cases[i].identifier);
		struct problem why = { 0 };
		EVP_PKEY *key;

		expect_problem(cases[i].title, x509_key_open(BOTH, spki, &key, &why), &why, cases[i].err,
		    cases[i].told);
		expect_true("a key comes with OK alone", (key != NULL) == (cases[i].err == OK));
		expect_problem("looking finds the same", x509_key_check(BOTH, spki, &why), &why, cases[i].err,
		    cases[i].told);
		EVP_PKEY_free(key);
	}
}

static void
points_have_rules(void **state)
{
#define P384_PLAIN "3010 06072a8648ce3d0201 06052b81040022"
	struct arena *a = &memory;
	struct span good = spki_of(pairs[P384]), point = span_skip(good, good.size - 97), other;
	uint8_t *off = arena_take(a, 97);
	struct problem why;
	EVP_PKEY *key;

	(void)state;
	expect_ok("a point on the curve", x509_key_open(BOTH, good, &key, &why), &why);
	EVP_PKEY_free(key);
	memcpy(off, point.data, 97);
	off[96] ^= 1;
	other = WRAP(a, DER_SEQUENCE, hex(a, P384_PLAIN), WRAP(a, DER_BIT_STRING, hex(a, "00"), span_of(off, 97)));
	expect_problem("a point off the curve", x509_key_open(BOTH, other, &key, &why), &why, ERR_SYNTAX,
	    "cannot be used");
	other = WRAP(a, DER_SEQUENCE, hex(a, P384_PLAIN), WRAP(a, DER_BIT_STRING, hex(a, "0002"),
	    span_first(span_skip(point, 1), 48)));
	expect_problem("a compressed point", x509_key_open(BOTH, other, &key, &why), &why, ERR_UNSUPPORTED,
	    "uncompressed");
	other = WRAP(a, DER_SEQUENCE, hex(a, P384_PLAIN), hex(a, "030100"));
	expect_problem("no point", x509_key_open(BOTH, other, &key, &why), &why, ERR_UNSUPPORTED, "uncompressed");
	expect_problem("no key", x509_key_open(BOTH, hex(a, "3000"), &key, &why), &why, ERR_SYNTAX, "not DER of one");
	expect_problem("a key and more", x509_key_open(BOTH, JOIN(a, good, hex(a, "0500")), &key, &why), &why,
	    ERR_SYNTAX,
	    "not DER of one");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_checked),
		cmocka_unit_test(one_bit_is_enough),
		cmocka_unit_test(the_encoded_message_is_compared_whole),
		cmocka_unit_test(keys_have_rules),
		cmocka_unit_test(points_have_rules),
	};

	return cmocka_run_group_tests(tests, make_pairs, free_pairs);
}
