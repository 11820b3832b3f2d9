/* crypto/xml_signed.h - an XML signature with its certificate beside it, and what exactly it covers (xmlsec1
 * underneath).
 *
 * One ds:Signature, up to eight References within the document, each of which is empty or the one ID of that value and
 * makes a *part*: enveloped, enveloping or detached; none holds another. Transforms enveloped-signature and C14N
 * (exclusive, 1.0, 1.1) only. What is handed on is the canonical bytes that were digested, never the document
 * (federation.md 3.4). No DTD, no network, no trust: the certificate out of KeyInfo is the caller's to judge.
 *
 * XAdES' SignedProperties are a part like the others, told apart so that nobody takes them for what the signer wanted
 * to say; what stands in them is looked at by nobody here.
 */
#pragma once

#include "base/arena.h"
#include "base/problem.h"

#define XML_SIGNED_LARGEST (16 * MIB)
#define XML_SIGNED_OTHERS 8
#define XML_SIGNED_PARTS 8

enum xml_signature_form { XML_ENVELOPED = 1, XML_ENVELOPING, XML_DETACHED };

/* What one Reference covers: one element, complete with what it needs of namespaces. */
struct xml_signed_part {
	enum xml_signature_form form;
	bool properties;            /* of the signature, by Type and by name, in an Object of it; at most one part is */
	struct span covered;        /* the canonical bytes that were digested, in the arena */
};

struct xml_signed {
	struct xml_signed_part parts[XML_SIGNED_PARTS]; /* as the References stand */
	size_t part_count;
	struct span certificate;    /* DER of the signer's certificate: the one whose key it verifies with */
	struct span others[XML_SIGNED_OTHERS]; /* further ones in KeyInfo */
	size_t other_count;
	const char *algorithm;      /* URI of the SignatureMethod */
};

/* OK: the signature is by that certificate's key over all the parts. ERR_CRYPTO: it is not; ERR_INVALID: a shape or an
 * algorithm not allowed, no certificate; ERR_SYNTAX, ERR_LIMIT. For one thread. */
enum err xml_signed_check(struct arena *, struct span document, unsigned switches, struct xml_signed *out,
    struct problem *why);
