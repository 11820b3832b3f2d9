/* crypto/xmldsig.h - an enveloped XML signature over a document we wrote canonically ourselves.
 *
 * The document's writer digests its own bytes; here the SignedInfo and the Signature element around it are
 * written, canonical too, so nothing is parsed again (perf.md 0.4). One Reference, `#ID`, enveloped-signature and
 * exclusive C14N with a PrefixList, SHA-256: the only form this house makes. xmlsec1 is the oracle in tests.
 */
#pragma once

#include "crypto/key.h"

struct signed_info {
	enum key_type key;          /* decides the SignatureMethod */
	struct span reference;      /* the root's ID, without `#`: an NCName of at most 80 ASCII characters */
	struct span prefixes;       /* PrefixList: single spaces between, ascending, at most 2 KiB; may be empty */
	uint8_t digest[32];         /* SHA-256 of the canonical document without its Signature */
};

/* The canonical bytes to be signed: `<ds:SignedInfo xmlns:ds=…>…</ds:SignedInfo>`. ERR_UNSUPPORTED for Ed25519, which
 * SAML software does not take. */
enum err signed_info_write(const struct signed_info *, struct arena *, struct span *out, struct problem *why);

/* Reads exactly what signed_info_write() writes; the signer signs nothing else for kind `metadata`. The method does not
 * tell RSA's sizes apart: `key` is then KEY_RSA_2048. Spans are borrowed from what is read. */
enum err signed_info_read(struct span, struct signed_info *out, struct problem *why);

/* `<ds:Signature>…</ds:Signature>` as it stands in a document whose root declares xmlns:ds: SignedInfo, value,
 * and KeyInfo with the certificate when `certificate` (DER) is not empty. */
struct span signature_element(const struct signed_info *, struct span signature, struct span certificate,
    struct arena *);
