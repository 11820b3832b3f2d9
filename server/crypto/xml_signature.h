/* crypto/xml_signature.h - the ds:Signature of somebody else, looked at before anything obeys it; private to this room.
 */
#pragma once

#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

#include "base/problem.h"
#include "base/span.h"

#define XML_ID_LARGEST 256 /* what a Reference may name, bytes */
#define XML_REFERENCES 8

struct xml_algorithm {
	const char *uri;
	xmlSecTransformId (*transform)(void);
	int key;                 /* of a signature: EVP_PKEY_… */
};

/* Which shapes a caller takes. The zero one is SAML's: the root referred to, enveloped-signature, exclusive C14N. */
struct xml_shape {
	const char *id;          /* what may be referred to beside the whole document; "": nothing; NULL: any one ID */
	const char *clause;      /* whose rules these are */
	bool inclusive;          /* Canonical XML too: 1.1, and 1.0, which is also what no transform at all means */
	bool detached;           /* without enveloped-signature, too */
	bool objects;            /* ds:Object may stand behind */
	bool several;            /* up to XML_REFERENCES of them; otherwise one */
};

struct xml_reference {
	const char *uri;         /* "" or "#…" */
	const char *type;        /* of what is referred to, as the signer says; "" */
	const struct xml_algorithm *digest;
	xmlNodePtr digest_value;
	bool enveloped;          /* the transform stands there */
};

struct xml_signature {
	xmlNodePtr signature;
	xmlNodePtr key_info;     /* NULL: there is none */
	xmlNodePtr value;
	const struct xml_algorithm *method;
	struct xml_reference references[XML_REFERENCES];
	size_t reference_count;
	bool inclusive;          /* as the shape has it */
};

/* The first ds:Signature among an element's children; NULL: there is none. */
xmlNodePtr xml_signature_below(xmlNodePtr);
/* The first one, this element or wherever in it; of a tree whose depth somebody has bounded. */
xmlNodePtr xml_signature_within(xmlNodePtr);

/* Reads one of the shape allowed, with algorithms of SHA-2. ERR_INVALID, ERR_LIMIT. */
enum err xml_signature_read(xmlNodePtr signature, const struct xml_shape *, struct xml_signature *out,
    struct problem *why);

/* Takes its KeyInfo out of the tree: a key in a document is not to be found by anybody. */
void xml_signature_forget_keys(struct xml_signature *);

/* Small steps through a tree, for who looks further. */
xmlNodePtr xml_element_from(xmlNodePtr);       /* this node or the next that is an element; NULL */
bool xml_element_is(const xmlNode *, const char *uri, const char *local);
/* The text of an attribute; "" when there is none. */
const char *xml_attribute_text(const xmlNode *, const char *name);
