/* crypto/signature_algorithm.h - a signature algorithm under the names it has in JWS, XML and ASN.1.
 *
 * Only those of the table in x509_signature.h; which of them are taken is for x509_signature_check() to say.
 */
#pragma once

#include "base/problem.h"
#include "crypto/digest.h"

struct signature_algorithm {
	const char *jws;             /* "RS256" */
	const char *xml;             /* URI of a SignatureMethod */
	struct span identifier;      /* AlgorithmIdentifier, whole, as certificates have it */
	enum digest_algorithm digest;
	size_t field;                /* bytes of r and of s where a format writes them raw; 0: RSA */
};

#define SIGNATURE_ALGORITHMS_JWS "RS256, RS384, RS512, ES256, ES384"
/* NULL: none. */
const struct signature_algorithm *signature_algorithm_jws(struct span name);
const struct signature_algorithm *signature_algorithm_xml(const char *uri);

/* Of a SignerInfo (RFC 5652 s5.3): both AlgorithmIdentifiers, whole; rsaEncryption takes its digest from the other.
 * NULL: not in the table, or the two do not fit each other. */
const struct signature_algorithm *signature_algorithm_cms(struct span digest, struct span signature);

/* x509_signature_check() of a signature as JWS and XML write it: ECDSA's is r || s, each as long as the field
 * (RFC 7518 s3.4, RFC 9231 s2.3.6). */
enum err signature_algorithm_check(const struct signature_algorithm *, unsigned switches, struct span spki,
    struct span data, struct span signature, struct problem *why);

/* The digest an AlgorithmIdentifier names (parameters absent or NULL, RFC 5754 s2); false: none of SHA-2. */
bool digest_algorithm_identified(struct span identifier, enum digest_algorithm *out);
