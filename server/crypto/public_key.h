/* crypto/public_key.h - public keys of others, from files and configuration: those whose signatures are checked.
 *
 * A certificate is only the envelope of its key: neither its dates nor who signed it are looked at.
 */
#pragma once

#include <openssl/types.h>

#include "base/arena.h"
#include "base/problem.h"

/* A PEM or DER file's bytes (one certificate or one public key) as SubjectPublicKeyInfo. RSA of 2048 to 16384 bits, or
 * EC on P-256, P-384 or P-521: anything else is ERR_INVALID, and what is no key ERR_SYNTAX. */
enum err public_key_read(struct span file, struct arena *, struct span *spki, struct problem *why);

/* Of any kind and size: for who looks at it otherwise (crypto/jwt.h). */
enum err public_key_extract(struct span file, struct arena *, struct span *spki, struct problem *why);

/* The demands of public_key_read() on a SubjectPublicKeyInfo; the key is the caller's, to be freed by EVP_PKEY_free()
 * whatever comes back. */
enum err public_key_open(struct span spki, EVP_PKEY **out, struct problem *why);
