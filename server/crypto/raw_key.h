/* crypto/raw_key.h - others' public keys from their bare numbers: some ten times quicker than having OpenSSL find
 * out what kind of SubjectPublicKeyInfo stands there.
 *
 * The key is the caller's, for EVP_PKEY_free(). ERR_SYNTAX: it cannot be one (a point that is not on its curve).
 */
#pragma once

#include <openssl/types.h>

#include "base/problem.h"
#include "base/span.h"

#define RAW_MODULUS_LARGEST 1024 /* bytes */
#define RAW_EXPONENT_LARGEST 8
#define RAW_POINT_LARGEST (1 + 2 * 66)

/* A number without leading zeros; and how many bits such a one has. */
struct span raw_key_magnitude(struct span number);
size_t raw_key_bits(struct span magnitude);

/* Big-endian, without a sign's byte, at most as large as above: that is the caller's to see. */
enum err raw_key_rsa(struct span modulus, struct span exponent, EVP_PKEY **out, struct problem *why);
/* `group` is OpenSSL's name of one of NIST's curves of 256, 384 or 521 bits, the point uncompressed (SEC 1 s2.3.3). */
enum err raw_key_ec(const char *group, struct span point, EVP_PKEY **out, struct problem *why);
/* "ED25519", "ED448" (RFC 8032). */
enum err raw_key_edwards(const char *kind, struct span bytes, EVP_PKEY **out, struct problem *why);
