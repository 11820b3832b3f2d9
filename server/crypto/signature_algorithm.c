/* crypto/signature_algorithm.c - a signature algorithm under the names it has in JWS, XML and ASN.1. */
#include "crypto/signature_algorithm.h"

#include <openssl/crypto.h>

#include "codec/der.h"
#include "crypto/key_kind.h"
#include "crypto/x509_signature.h"

#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }
/* 1.2.840.113549.1.1.n with NULL (RFC 4055 s5); 1.2.840.10045.4.3.n without parameters (RFC 5758 s3.2). */
#define RSA(n) BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" n "\x05\x00")
#define ECDSA(n) BYTES("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03" n)
#define P256_FIELD 32
#define P384_FIELD 48

static const struct signature_algorithm algorithms[] = {
	{ "RS256", MORE "rsa-sha256", RSA("\x0b"), DIGEST_SHA256, 0 },
	{ "RS384", MORE "rsa-sha384", RSA("\x0c"), DIGEST_SHA384, 0 },
	{ "RS512", MORE "rsa-sha512", RSA("\x0d"), DIGEST_SHA512, 0 },
	{ "ES256", MORE "ecdsa-sha256", ECDSA("\x02"), DIGEST_SHA256, P256_FIELD },
	{ "ES384", MORE "ecdsa-sha384", ECDSA("\x03"), DIGEST_SHA384, P384_FIELD },
};

/* 2.16.840.1.101.3.4.2.n (RFC 5754 s2) */
#define SHA2(n) BYTES("\x60\x86\x48\x01\x65\x03\x04\x02" n)
static const struct {
	struct span oid;
	enum digest_algorithm digest;
} digests[] = {
	{ SHA2("\x01"), DIGEST_SHA256 },
	{ SHA2("\x02"), DIGEST_SHA384 },
	{ SHA2("\x03"), DIGEST_SHA512 },
};

static const struct span rsa_encryption = BYTES("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");

const struct signature_algorithm *
signature_algorithm_jws(struct span name)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (span_is(name, algorithms[i].jws))
			return &algorithms[i];
	return NULL;
}

const struct signature_algorithm *
signature_algorithm_xml(const char *uri)
{
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (strcmp(algorithms[i].xml, uri) == 0)
			return &algorithms[i];
	return NULL;
}

/* Its OID; parameters are none, or NULL. */
static bool
identifier_enter(struct span identifier, struct span *oid)
{
	struct span inside;

	return der_enter(&identifier, DER_SEQUENCE, &inside) && identifier.size == 0 &&
	    der_oid(&inside, DER_OID, oid) && (inside.size == 0 || (der_null(&inside) && inside.size == 0));
}

bool
digest_algorithm_identified(struct span identifier, enum digest_algorithm *out)
{
	struct span oid;

	if (!identifier_enter(identifier, &oid))
		return false;
	for (size_t i = 0; i < COUNT(digests); i++)
		if (span_equal(digests[i].oid, oid)) {
			*out = digests[i].digest;
			return true;
		}
	return false;
}

const struct signature_algorithm *
signature_algorithm_cms(struct span digest_identifier, struct span signature)
{
	enum digest_algorithm digest;
	struct span oid;
	bool plain;

	if (!digest_algorithm_identified(digest_identifier, &digest) || !identifier_enter(signature, &oid))
		return NULL;
	plain = span_equal(oid, rsa_encryption);
	for (size_t i = 0; i < COUNT(algorithms); i++)
		if (algorithms[i].digest == digest &&
		    (plain ? algorithms[i].field == 0 : span_equal(algorithms[i].identifier, signature)))
			return &algorithms[i];
	return NULL;
}

enum err
signature_algorithm_check(const struct signature_algorithm *algorithm, unsigned switches, struct span spki,
    struct span data, struct span signature, struct problem *why)
{
	struct span der;
	enum err err;

	if (!algorithm->field)
		return x509_signature_check(switches, algorithm->identifier, spki, data, signature, why);
	if (signature.size != 2 * algorithm->field)
		return problem_set(why, ERR_CRYPTO, "RFC 7518 s3.4", "a signature of %zu bytes, expected %zu",
		    signature.size, 2 * algorithm->field);
	der = ecdsa_to_der(signature);
	err = x509_signature_check(switches, algorithm->identifier, spki, data, der, why);
	OPENSSL_free((void *)(uintptr_t)der.data);
	return err;
}
