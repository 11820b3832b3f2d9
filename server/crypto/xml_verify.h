/* crypto/xml_verify.h - checking the enveloped signature over a whole XML document of somebody else (xmlsec1
 * underneath).
 *
 * Strict in shape (federation.md 3.4): one ds:Signature, a child of the root; one Reference, to the root's ID or to the
 * whole document; transforms enveloped-signature and exclusive C14N, nothing else; SHA-256 or better; RSA of 2048 bits
 * or more, or P-256 or better. No DTD, no network. The key is the caller's: KeyInfo is not looked at, nor any
 * certificate's dates.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"
#include "crypto/public_key.h"

#define XML_VERIFY_LARGEST (256 * MIB)
#define XML_VERIFY_KEYS 8

/* `keys`: 1 to XML_VERIFY_KEYS of them, SubjectPublicKeyInfo (DER); any one of them will do. OK: every byte of the root
 * element but its Signature and comments is covered. ERR_CRYPTO: the signature does not verify; ERR_INVALID: there is
 * none, or it is of a shape or an algorithm not allowed; ERR_SYNTAX, ERR_LIMIT. For one thread. */
enum err xml_verify(struct span document, const struct span *keys, size_t key_count, struct problem *why);
