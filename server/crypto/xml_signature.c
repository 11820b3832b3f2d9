/* crypto/xml_signature.c - the ds:Signature of somebody else, looked at before anything obeys it.
 *
 * What stands in a Signature decides what xmlsec1 does: by default it would obey XSLT, XPath, HMAC and keys from the
 * document (federation.md 0.8). So every element that may stand there is taken in its order, and nothing else.
 */
#include "crypto/xml_signature.h"

#include <stdio.h>

#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define ENVELOPED DS "enveloped-signature"
#define PREFIX_LIST_LARGEST (4 * KIB)

/* RFC 9231 s2.1, s2.3: nothing older than SHA-2. */
static const struct xml_algorithm digests[] = {
	{ "http://www.w3.org/2001/04/xmlenc#sha256", xmlSecOpenSSLTransformSha256GetKlass, 0 },
	{ "http://www.w3.org/2001/04/xmldsig-more#sha384", xmlSecOpenSSLTransformSha384GetKlass, 0 },
	{ "http://www.w3.org/2001/04/xmlenc#sha512", xmlSecOpenSSLTransformSha512GetKlass, 0 },
	{ 0 },
};
#define MORE "http://www.w3.org/2001/04/xmldsig-more#"
static const struct xml_algorithm methods[] = {
	{ MORE "rsa-sha256", xmlSecOpenSSLTransformRsaSha256GetKlass, EVP_PKEY_RSA },
	{ MORE "rsa-sha384", xmlSecOpenSSLTransformRsaSha384GetKlass, EVP_PKEY_RSA },
	{ MORE "rsa-sha512", xmlSecOpenSSLTransformRsaSha512GetKlass, EVP_PKEY_RSA },
	{ MORE "ecdsa-sha256", xmlSecOpenSSLTransformEcdsaSha256GetKlass, EVP_PKEY_EC },
	{ MORE "ecdsa-sha384", xmlSecOpenSSLTransformEcdsaSha384GetKlass, EVP_PKEY_EC },
	{ MORE "ecdsa-sha512", xmlSecOpenSSLTransformEcdsaSha512GetKlass, EVP_PKEY_EC },
	{ 0 },
};

struct shape {
	struct xml_signature *found;
	const char *id;                /* of the root; "" when it has none */
	struct problem *why;
};

static const char *
name_of(const xmlNode *node)
{
	return node ? (const char *)node->name : "nothing";
}

static enum err
misshapen(struct shape *s, const xmlNode *near, const char *clause, const char *expected, const char *found)
{
	return problem_set(s->why, ERR_INVALID, clause, "line %ld: expected %s, found %.100s",
	    xmlGetLineNo(near ? near : s->found->signature), expected, found);
}

static xmlNodePtr
element_from(xmlNodePtr node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static bool
is_element(const xmlNode *node, const char *uri, const char *local)
{
	return node && node->ns && strcmp((const char *)node->name, local) == 0 &&
	    strcmp((const char *)node->ns->href, uri) == 0;
}

/* The text of an attribute; "" when there is none. Without entities of a DTD a value is one text node. */
static const char *
attribute_of(const xmlNode *node, const char *name)
{
	const xmlAttr *a = xmlHasNsProp((xmlNodePtr)(uintptr_t)node, (const xmlChar *)name, NULL);

	return a && a->children && a->children->content ? (const char *)a->children->content : "";
}

/* Takes the element that must stand here, and goes behind it. */
static enum err
take(struct shape *s, xmlNodePtr *at, const char *name, xmlNodePtr *out)
{
	*out = element_from(*at);
	if (!is_element(*out, DS, name)) {
		char expected[64];

		snprintf(expected, sizeof(expected), "ds:%s", name);
		return misshapen(s, *out, "XML Signature s4", expected, name_of(*out));
	}
	*at = (*out)->next;
	return OK;
}

static enum err
take_nothing(struct shape *s, xmlNodePtr at, const char *expected)
{
	xmlNodePtr more = element_from(at);

	return more ? misshapen(s, more, "XML Signature s4", expected, name_of(more)) : OK;
}

static enum err
take_algorithm(struct shape *s, xmlNodePtr *at, const char *name, const struct xml_algorithm *known,
    const char *expected, const struct xml_algorithm **out)
{
	xmlNodePtr element;
	const char *uri;

	if (take(s, at, name, &element) != OK || take_nothing(s, element->children, "no element inside") != OK)
		return s->why->code;
	uri = attribute_of(element, "Algorithm");
	for (*out = known; (*out)->uri; (*out)++)
		if (strcmp(uri, (*out)->uri) == 0)
			return OK;
	return misshapen(s, element, "RFC 9231", expected, uri);
}

/* Exclusive C14N without comments; it may name prefixes to be treated inclusively, and nothing else. */
static enum err
check_c14n(struct shape *s, xmlNodePtr element)
{
	xmlNodePtr inside = element_from(element->children);

	if (strcmp(attribute_of(element, "Algorithm"), EXC_C14N) != 0)
		return misshapen(s, element, "SAML 2.0 Core s5.4.3", EXC_C14N, attribute_of(element, "Algorithm"));
	if (!inside)
		return OK;
	if (!is_element(inside, EXC_C14N, "InclusiveNamespaces") || element_from(inside->next) ||
	    element_from(inside->children))
		return misshapen(
		    s, inside, "SAML 2.0 Core s5.4.4", "InclusiveNamespaces and nothing else", name_of(inside));
	if (strlen(attribute_of(inside, "PrefixList")) > PREFIX_LIST_LARGEST)
		return problem_set(s->why, ERR_LIMIT, "exclusive C14N s3",
		    "line %ld: a PrefixList of more than %zu bytes", xmlGetLineNo(inside), PREFIX_LIST_LARGEST);
	return OK;
}

static enum err
check_transforms(struct shape *s, xmlNodePtr transforms)
{
	xmlNodePtr at = transforms->children, enveloped, c14n;

	if (take(s, &at, "Transform", &enveloped) != OK)
		return s->why->code;
	if (strcmp(attribute_of(enveloped, "Algorithm"), ENVELOPED) != 0 || element_from(enveloped->children))
		return misshapen(s, enveloped, "SAML 2.0 Core s5.4.4", ENVELOPED " as the first transform",
		    attribute_of(enveloped, "Algorithm"));
	if (take(s, &at, "Transform", &c14n) != OK || check_c14n(s, c14n) != OK)
		return s->why->code;
	return take_nothing(s, at, "two transforms");
}

static enum err
check_reference(struct shape *s, xmlNodePtr reference)
{
	xmlNodePtr at = reference->children, transforms, value;
	const char *uri = attribute_of(reference, "URI");

	/* Without URI it would be for the application to say what is meant. */
	if (!xmlHasNsProp(reference, BAD_CAST "URI", NULL) ||
	    (uri[0] && (uri[0] != '#' || s->id[0] == '\0' || strcmp(uri + 1, s->id) != 0)))
		return misshapen(s, reference, "SAML 2.0 Core s5.4.2",
		    "a reference to the root by its ID, or to the whole "
		    "document",
		    uri);
	if (take(s, &at, "Transforms", &transforms) != OK || check_transforms(s, transforms) != OK ||
	    take_algorithm(s, &at, "DigestMethod", digests, "SHA-256, SHA-384 or SHA-512", &s->found->digest) != OK ||
	    take(s, &at, "DigestValue", &value) != OK ||
	    take_nothing(s, value->children, "text in ds:DigestValue") != OK)
		return s->why->code;
	return take_nothing(s, at, "the end of ds:Reference");
}

static enum err
check_signed_info(struct shape *s, xmlNodePtr info)
{
	xmlNodePtr at = info->children, c14n, reference;

	if (take(s, &at, "CanonicalizationMethod", &c14n) != OK || check_c14n(s, c14n) != OK ||
	    take_algorithm(s, &at, "SignatureMethod", methods, "RSA or ECDSA with SHA-256, SHA-384 or SHA-512",
	        &s->found->method) != OK ||
	    take(s, &at, "Reference", &reference) != OK || check_reference(s, reference) != OK)
		return s->why->code;
	return take_nothing(s, at, "one ds:Reference");
}

/* A comment would split a text that one reader puts together and another cuts off. */
static enum err
check_nodes(struct shape *s, const xmlNode *parent)
{
	for (const xmlNode *n = parent->children; n; n = n->next) {
		if (n->type != XML_ELEMENT_NODE && n->type != XML_TEXT_NODE)
			return misshapen(s, n, "XML Signature s4", "elements and text alone in ds:Signature",
			    n->type == XML_COMMENT_NODE ? "a comment" : "something else");
		if (n->type == XML_ELEMENT_NODE && check_nodes(s, n) != OK)
			return s->why->code;
	}
	return OK;
}

enum err
xml_signature_find(xmlNodePtr root, const char *id, struct xml_signature *out, struct problem *why)
{
	struct shape s = { .found = out, .id = id, .why = why };
	xmlNodePtr at, info, value;

	*out = (struct xml_signature){ .signature = element_from(root->children) };
	while (out->signature && !is_element(out->signature, DS, "Signature"))
		out->signature = element_from(out->signature->next);
	if (!out->signature)
		return problem_set(why, ERR_INVALID, "XML Signature s4", "the root has no ds:Signature");
	at = out->signature->children;
	if (check_nodes(&s, out->signature) != OK || take(&s, &at, "SignedInfo", &info) != OK ||
	    check_signed_info(&s, info) != OK || take(&s, &at, "SignatureValue", &value) != OK ||
	    take_nothing(&s, value->children, "text in ds:SignatureValue") != OK)
		return why->code;
	if (is_element(element_from(at), DS, "KeyInfo")) {
		out->key_info = element_from(at);
		at = out->key_info->next;
	}
	return take_nothing(&s, at, "the end of ds:Signature");
}
