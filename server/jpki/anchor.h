/* jpki/anchor.h - the certificates of the JPKI authorities we believe, by purpose and world, several generations under
 * one name (jpki.md 1.1).
 *
 * Which of them issued a certificate is told by its authorityKeyIdentifier, never by the name alone; a signature
 * authority never vouches for an authentication certificate, nor the test world for production.
 */
#pragma once

#include "jpki/profile.h"

#define JPKI_ANCHORS 32
#define JPKI_ANCHOR_FILE_LARGEST (64 * KIB)

struct jpki_anchor {
	struct x509 certificate;
	enum jpki_purpose purpose;
	enum jpki_world world;
	uint8_t sha256[32];          /* of its DER: the fingerprint that is published */
	struct evp_pkey_st *key;     /* opened once; rules of crypto/x509_signature.h */
};

struct jpki_anchors;

struct jpki_anchors *jpki_anchors_new(void);
void jpki_anchors_free(struct jpki_anchors *);

/* One certificate, DER or PEM. Its own profile is checked (jpki.md 1.1: self-signed by its key, CA, keyCertSign and
 * cRLSign, O=JPKI or O=JPKI-TEST as the world says, the OU of its purpose, subjectKeyIdentifier), its dates are not: an
 * expired one is needed to explain. ERR_SYNTAX: no certificate; ERR_INVALID names what is wrong; ERR_CONFLICT: its key
 * identifier is there already; ERR_LIMIT. */
enum err jpki_anchors_add(struct jpki_anchors *, enum jpki_purpose, enum jpki_world, struct span file,
    struct problem *why);

/* In the order they were added; their addresses stay. */
size_t jpki_anchor_count(const struct jpki_anchors *);
const struct jpki_anchor *jpki_anchor_at(const struct jpki_anchors *, size_t);

/* That which by name and authorityKeyIdentifier (and authorityCertSerialNumber, when it is there) issued it; NULL:
 * none. */
const struct jpki_anchor *jpki_anchor_of(const struct jpki_anchors *, const struct x509 *);
/* One that has that name, of whatever generation; NULL: none. */
const struct jpki_anchor *jpki_anchor_named(const struct jpki_anchors *, struct span name);
