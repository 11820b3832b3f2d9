/* crypto/xml_engine.h - xmlsec1, told exactly what it may do; private to this room.
 *
 *     engine_begin -> document_tree -> [shape: xml_signature.h] -> reference_register -> engine_check … -> engine_end
 *
 * No application part of it: that loads OpenSSL's configuration and trust stores, and keys are given here. No file, FTP
 * or HTTP callbacks either: nothing is to be fetched. For one thread.
 */
#pragma once

#include <libxml/tree.h>
#include <openssl/types.h>

#include "base/arena.h"
#include "crypto/xml_signature.h"

enum err engine_begin(struct problem *why);
void engine_end(void);
/* What xmlsec1 or libxml2 said first since engine_begin(), or since the last check began. */
const char *engine_said(void);

/* Of a document whose form and limits somebody has looked at; the caller's to xmlFreeDoc(). */
enum err document_tree(struct span document, xmlDocPtr *out, struct problem *why);

/* Makes this attribute the one ID of its value; whoever calls has seen that no other has this value too. */
enum err reference_register(xmlDocPtr, xmlAttrPtr, struct problem *why);

/* What xmlsec1 found out with one key. */
enum xml_verdict { XML_UNREADABLE, XML_OTHER_DOCUMENT, XML_OTHER_KEY, XML_GOOD };

/* The bytes it took the digest of, Reference by Reference, and those of the signature; in the arena. */
struct xml_covered {
	struct span digested[XML_REFERENCES], signed_info;
};

/* `covered` may be NULL. */
enum xml_verdict engine_check(const struct xml_signature *, EVP_PKEY *, struct arena *, struct xml_covered *covered);
