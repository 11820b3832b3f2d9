/* crypto/x509_signature.c - whether bytes were signed with a key of others. */
#include "crypto/x509_signature.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include "codec/der.h"
#include "crypto/digest.h"
#include "crypto/raw_key.h"

#define RSA_SMALLEST 2048
#define RSA_LARGEST 4096
#define EXPONENT_SMALLEST 65537
#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

/* AlgorithmIdentifiers as they must stand: 1.2.840.113549.1.1.n with NULL; 1.2.840.10045.4.3.n. */
#define RSA_WITH(n) BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n "\x05\x00")
#define ECDSA_WITH(n) BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" n)
static const struct algorithm {
	struct span identifier;
	unsigned needs;     /* enum signature_switch */
	int curve_bits;     /* of the one curve it goes with; 0: RSA */
	enum digest_algorithm digest;
	const char *method; /* the digest's name in the library */
} algorithms[] = {
	{ RSA_WITH("\x0b"), SIGNATURES_RSA, 0, DIGEST_SHA256, "SHA2-256" },
	{ RSA_WITH("\x0c"), SIGNATURES_RSA, 0, DIGEST_SHA384, "SHA2-384" },
	{ RSA_WITH("\x0d"), SIGNATURES_RSA, 0, DIGEST_SHA512, "SHA2-512" },
	{ ECDSA_WITH("\x02"), SIGNATURES_ECDSA, 256, DIGEST_SHA256, "SHA2-256" },
	{ ECDSA_WITH("\x03"), SIGNATURES_ECDSA, 384, DIGEST_SHA384, "SHA2-384" },
};

/* What a key says it is: rsaEncryption with NULL (RFC 3279 s2.3.1), id-ecPublicKey with a named curve (RFC 5480
 * s2.1.1).
 */
#define EC_ON(size, curve) BYTES("\x30" size "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06" curve)
static const struct span rsa_key = RSA_WITH("\x01");
static const struct {
	struct span identifier;
	const char *group;
	size_t point; /* bytes, uncompressed */
} curves[] = {
	{ EC_ON("\x13", "\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"), "prime256v1", 1 + 2 * 32 },
	{ EC_ON("\x10", "\x05\x2b\x81\x04\x00\x22"), "secp384r1", 1 + 2 * 48 },
};

static enum err
refuse_key(struct problem *why, const char *text)
{
	return problem_set(why, ERR_UNSUPPORTED, "RFC 8017 s3.1", "%s", text);
}

/* A key as it is written: numbers without their sign's byte, or a point. */
struct written {
	struct span n, e;  /* RSA */
	const char *group; /* EC; NULL: RSA */
	struct span point;
};

static enum err
read_rsa(struct span bits, struct written *key, struct problem *why)
{
	struct span numbers;
	uint64_t exponent = 0;

	if (!der_enter(&bits, DER_SEQUENCE, &numbers) || bits.size || !der_integer(&numbers, DER_INTEGER, &key->n) ||
	    !der_integer(&numbers, DER_INTEGER, &key->e) || numbers.size || !der_positive(key->n) ||
	    !der_positive(key->e))
		return problem_set(why, ERR_SYNTAX, "RFC 8017 appendix A.1.1",
		    "the public key is not DER of an RSA key");
	key->n = der_magnitude(key->n);
	key->e = der_magnitude(key->e);
	if (raw_key_bits(key->n) < RSA_SMALLEST || raw_key_bits(key->n) > RSA_LARGEST)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 8017 s3.1",
		    "an RSA key has %d to %d bits, not %zu", RSA_SMALLEST, RSA_LARGEST, raw_key_bits(key->n));
	if (!(key->n.data[key->n.size - 1] & 1))
		return refuse_key(why, "the modulus of an RSA key is odd, not even");
	for (size_t i = 0; i < key->e.size && key->e.size <= RAW_EXPONENT_LARGEST; i++)
		exponent = exponent << 8 | key->e.data[i];
	if (key->e.size > RAW_EXPONENT_LARGEST || exponent < EXPONENT_SMALLEST || !(exponent & 1))
		return refuse_key(why, "the exponent of an RSA key is odd, at least 65537, and less than 2^64");
	return OK;
}

static enum err
read_key(unsigned switches, struct span spki, struct written *key, struct problem *why)
{
	struct span inside, algorithm, bits;

	memset(key, 0, sizeof(*key));
	if (!der_enter(&spki, DER_SEQUENCE, &inside) || spki.size || !der_whole(&inside, DER_SEQUENCE, &algorithm) ||
	    !der_bits(&inside, DER_BIT_STRING, &bits) || inside.size)
		return problem_set(why, ERR_SYNTAX, "RFC 5280 s4.1.2.7", "the public key is not DER of one");
	if ((switches & SIGNATURES_RSA) && span_equal(algorithm, rsa_key))
		return read_rsa(bits, key, why);
	for (size_t i = 0; (switches & SIGNATURES_ECDSA) && i < COUNT(curves); i++) {
		if (!span_equal(algorithm, curves[i].identifier))
			continue;
		if (bits.size != curves[i].point || bits.data[0] != 4)
			return problem_set(why, ERR_UNSUPPORTED, "RFC 5480 s2.2",
			    "the point of an EC key is written uncompressed, in %zu bytes", curves[i].point);
		key->group = curves[i].group;
		key->point = bits;
		return OK;
	}
	return problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s4.1.2.7",
	    "the public key is of no kind that is taken here");
}

enum err
x509_key_check(unsigned switches, struct span spki, struct problem *why)
{
	struct written key;

	return read_key(switches, spki, &key, why);
}

enum err
x509_key_open(unsigned switches, struct span spki, EVP_PKEY **out, struct problem *why)
{
	struct written key;
	enum err err = read_key(switches, spki, &key, why);

	*out = NULL;
	if (err != OK)
		return err;
	return key.group ? raw_key_ec(key.group, key.point, out, why) : raw_key_rsa(key.n, key.e, out, why);
}

static const struct algorithm *
algorithm_of(unsigned switches, struct span identifier)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if ((algorithms[i].needs & switches) && span_equal(algorithms[i].identifier, identifier))
			return &algorithms[i];
	return NULL;
}

static bool
fits(const struct algorithm *algorithm, const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	if (algorithm->curve_bits)
		return EVP_PKEY_is_a(key, "EC") && bits == algorithm->curve_bits;
	return EVP_PKEY_is_a(key, "RSA") && bits >= RSA_SMALLEST && bits <= RSA_LARGEST;
}

/* The library encodes the message anew and compares it whole (RFC 8017 s8.2.2), and r and s likewise. */
static bool
is_signed(const struct algorithm *algorithm, EVP_PKEY *key, struct span data, struct span signature)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	uint8_t hash[DIGEST_LARGEST];
	OSSL_PARAM parameters[3], *p = parameters;
	int padding = RSA_PKCS1_PADDING;
	bool good;

	digest(algorithm->digest, data, hash);
	*p++ = OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, (char *)(uintptr_t)algorithm->method, 0);
	if (!algorithm->curve_bits)
		*p++ = OSSL_PARAM_construct_int(OSSL_SIGNATURE_PARAM_PAD_MODE, &padding);
	*p = OSSL_PARAM_construct_end();
	good = context && EVP_PKEY_verify_init_ex(context, parameters) > 0 &&
	    EVP_PKEY_verify(context, signature.data, signature.size, hash, digest_size(algorithm->digest)) == 1;
	EVP_PKEY_CTX_free(context);
	if (!good)
		ERR_clear_error();
	return good;
}

enum err
x509_signature_check_by(unsigned switches, struct span algorithm, EVP_PKEY *key, struct span data,
    struct span signature, struct problem *why)
{
	const struct algorithm *known = algorithm_of(switches, algorithm);

	if (!known)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s4.1.1.2",
		    "the signature's algorithm, or how it is written, is none that is taken here");
	if (!fits(known, key))
		return problem_set(why, ERR_UNSUPPORTED, "RFC 5280 s4.1.1.2",
		    "the signature's algorithm does not fit the key it is checked with");
	if (!is_signed(known, key, data, signature))
		return problem_set(why, ERR_CRYPTO, "RFC 5280 s6.1.3",
		    "the signature was not made by that key over this");
	return OK;
}

enum err
x509_signature_check(unsigned switches, struct span algorithm, struct span spki, struct span data,
    struct span signature, struct problem *why)
{
	EVP_PKEY *key;
	enum err err = x509_key_open(switches, spki, &key, why);

	if (err != OK)
		return err;
	err = x509_signature_check_by(switches, algorithm, key, data, signature, why);
	EVP_PKEY_free(key);
	return err;
}
