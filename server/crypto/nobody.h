/* crypto/nobody.h - public keys that are nobody's, one of each kind: whoever has no key to check a signature with
 * checks it with one of these, so that how long that takes tells nobody whether there was one.
 *
 * The private halves were thrown away when these were made. Nothing depends on that: what such a key verifies is not
 * believed.
 */
#pragma once

#include "base/span.h"

/* SubjectPublicKeyInfo, by OpenSSL's words: "RSA" (of 2048 bits), "ED25519", and "EC" with its curve's. */
struct span nobody_key(const char *type, const char *group);
