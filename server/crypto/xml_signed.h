/* crypto/xml_signed.h - an XML signature with its certificate beside it, and what exactly it covers (xmlsec1
 * underneath).
 *
 * Enveloped, enveloping or detached within one document: one ds:Signature, one Reference to the same document, which
 * is empty or the one ID of that value; transforms enveloped-signature and (exclusive) C14N only. What is handed on is
 * the canonical bytes that were digested, never the document (federation.md 3.4). No DTD, no network, no trust: the
 * certificate out of KeyInfo is the caller's to judge.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define XML_SIGNED_LARGEST (16 * MIB)
#define XML_SIGNED_OTHERS 8

enum xml_signature_form { XML_ENVELOPED = 1, XML_ENVELOPING, XML_DETACHED };

struct xml_signed {
	enum xml_signature_form form;
	struct span covered;        /* the canonical bytes that were digested, in the arena */
	struct span certificate;    /* DER of the signer's certificate: the one whose key it verifies with */
	struct span others[XML_SIGNED_OTHERS]; /* further ones in KeyInfo */
	size_t other_count;
	const char *algorithm;      /* URI of the SignatureMethod */
};

/* OK: the signature is by that certificate's key over `covered`. ERR_CRYPTO: it is not; ERR_INVALID: a shape or an
 * algorithm not allowed, no certificate; ERR_SYNTAX, ERR_LIMIT. For one thread. */
enum err xml_signed_check(struct arena *, struct span document, unsigned switches, struct xml_signed *out,
    struct problem *why);
