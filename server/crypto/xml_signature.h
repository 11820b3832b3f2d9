/* crypto/xml_signature.h - the ds:Signature of somebody else, looked at before anything obeys it; private to this room.
 */
#pragma once

#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

#include "base/problem.h"
#include "base/span.h"

struct xml_algorithm {
	const char *uri;
	xmlSecTransformId (*transform)(void);
	int key;                 /* of a signature: EVP_PKEY_… */
};

struct xml_signature {
	xmlNodePtr signature;
	xmlNodePtr key_info;     /* NULL: there is none */
	const struct xml_algorithm *method, *digest;
};

/* The first ds:Signature among the root's children, which is of the one shape allowed: a Reference to `id` (the root's,
 * "" for none) or to the whole document, enveloped-signature and exclusive C14N, algorithms of SHA-2. ERR_INVALID,
 * ERR_LIMIT. */
enum err xml_signature_find(xmlNodePtr root, const char *id, struct xml_signature *out, struct problem *why);
