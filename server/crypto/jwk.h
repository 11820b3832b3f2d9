/* crypto/jwk.h - a public key of ours as others read it: a JWK (RFC 7517, RFC 7518 s6), named by its thumbprint
 * (RFC 7638).
 */
#pragma once

#include "base/buffer.h"
#include "crypto/key.h"

/* `spki` is a SubjectPublicKeyInfo, RSA or EC. Canonical JSON (RFC 8785): with alg, use "sig", and kid the thumbprint.
 * ERR_UNSUPPORTED for a key without a JWS algorithm (crypto/jws.h), and then nothing is written. */
enum err jwk_write(struct buffer *, enum key_type, struct span spki, struct problem *why);

/* BASE64URL(SHA-256(its required members)), 43 letters in the arena. */
enum err jwk_thumbprint(struct arena *, enum key_type, struct span spki, const char **out, struct problem *why);
