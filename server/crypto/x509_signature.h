/* crypto/x509_signature.h - whether bytes were signed with a key of others: the algorithms and the keys we take.
 *
 * RSA of 2048 to 4096 bits, PKCS#1 v1.5, its exponent odd and from 65537 to 2^64, with SHA-256, -384, -512; ECDSA on
 * P-384 with SHA-384 and on P-256 with SHA-256. Each where the caller's switches say so.
 */
#pragma once

#include <openssl/types.h>

#include "base/problem.h"
#include "base/span.h"

enum signature_switch { SIGNATURES_RSA = 1, SIGNATURES_ECDSA = 2 };

/* The key of a SubjectPublicKeyInfo (whole), for EVP_PKEY_free(). ERR_SYNTAX: it is none; ERR_UNSUPPORTED: not one we
 * take, and the sentence says why. */
enum err x509_key_open(unsigned switches, struct span spki, EVP_PKEY **out, struct problem *why);
/* The same rules, and nothing is opened: whether a point is on its curve is not looked at. */
enum err x509_key_check(unsigned switches, struct span spki, struct problem *why);

/* Whether `signature` over `data` was made by that key. `algorithm` is the AlgorithmIdentifier, whole, its parameters
 * exactly NULL for RSA (RFC 4055 s5) and absent for ECDSA (RFC 5758 s3.2). ERR_UNSUPPORTED: the algorithm is not in the
 * table or does not fit the key, or the key is not one we take; ERR_SYNTAX: no key; ERR_CRYPTO: the signature is
 * wrong. */
enum err x509_signature_check(unsigned switches, struct span algorithm, struct span spki, struct span data,
    struct span signature, struct problem *why);
/* The same with a key opened before. */
enum err x509_signature_check_by(unsigned switches, struct span algorithm, EVP_PKEY *, struct span data,
    struct span signature, struct problem *why);
