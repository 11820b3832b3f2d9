/* crypto/cose.h - an authenticator's public key as it gives it (COSE_Key, RFC 9052 s7, RFC 9053 s7), and signatures
 * by the algorithm it names.
 *
 * A key is kept as the bytes that came, and read again each time: that costs less than finding it.
 */
#pragma once

#include <openssl/types.h>

#include "base/problem.h"
#include "base/span.h"
#include "crypto/digest.h"

enum cose_family { COSE_NO_FAMILY, COSE_ECDSA, COSE_EDDSA, COSE_RSA_PKCS1, COSE_RSA_PSS };

/* One row for each algorithm (IANA COSE Algorithms) that OpenSSL 3.0 has and authenticators use. */
struct cose_algorithm {
	int32_t id;                  /* -7 */
	const char *name;            /* "ES256" */
	enum cose_family family;
	enum digest_algorithm digest;
	int32_t curve;               /* IANA COSE Elliptic Curves; 0: RSA */
	bool offered;                /* for new credentials */
	bool attests;                /* may sign only what a maker says of an authenticator (SHA-1) */
};
const struct cose_algorithm *cose_algorithm_find(int64_t id); /* NULL: we have it not */
/* All of them, the preferred first. */
const struct cose_algorithm *cose_algorithms(size_t *count);

/* Its parts are borrowed from the bytes. */
struct cose_key {
	const struct cose_algorithm *algorithm;
	struct span bytes;           /* the COSE_Key, whole */
	struct span x, y;            /* EC: coordinates as long as the field; Ed25519, Ed448: x */
	struct span n, e;            /* RSA: without leading zeros */
};
/* The COSE_Key at the front; `*used` is its size. ERR_SYNTAX: it is none; ERR_INVALID: kty, alg and crv do not fit each
 * other, or a part is missing or of another size; ERR_UNSUPPORTED: an algorithm we do not have for credentials;
 * ERR_LIMIT: RSA of fewer bits than `rsa_least`, or more than 8192. */
enum err cose_key_read(struct span bytes, unsigned rsa_least, struct cose_key *out, size_t *used, struct problem *why);

/* For EVP_PKEY_free(). ERR_SYNTAX: it cannot be one (no point of its curve). */
enum err cose_key_open(const struct cose_key *, EVP_PKEY **out, struct problem *why);

/* Whether the pieces, one behind the other, were signed by it: ECDSA's signatures are DER (WebAuthn L3 s6.5.5).
 * ERR_INVALID: the key cannot be of that algorithm. */
enum err cose_verify(const struct cose_algorithm *, EVP_PKEY *, const struct span *pieces, size_t count,
    struct span signature, bool *good, struct problem *why);
