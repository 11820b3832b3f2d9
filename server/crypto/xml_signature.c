/* crypto/xml_signature.c - the ds:Signature of somebody else, looked at before anything obeys it.
 *
 * What stands in a Signature decides what xmlsec1 does: by default it would obey XSLT, XPath, HMAC and keys from the
 * document (federation.md 0.8). So every element that may stand there is taken in its order, and nothing else.
 */
#include "crypto/xml_signature.h"

#include <assert.h>
#include <stdio.h>

#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define C14N "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define C14N11 "http://www.w3.org/2006/12/xml-c14n11"
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

struct reading {
	const struct xml_shape *shape;
	struct xml_signature *found;
	struct problem *why;
};

static const char *
name_of(const xmlNode *node)
{
	return node ? (const char *)node->name : "nothing";
}

static enum err
misshapen(struct reading *s, const xmlNode *near, const char *clause, const char *expected, const char *found)
{
	return problem_set(s->why, ERR_INVALID, clause, "line %ld: expected %s, found %.100s",
	    xmlGetLineNo(near ? near : s->found->signature), expected, found);
}

xmlNodePtr
xml_element_from(xmlNodePtr node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

bool
xml_element_is(const xmlNode *node, const char *uri, const char *local)
{
	return node && node->ns && strcmp((const char *)node->name, local) == 0 &&
	    strcmp((const char *)node->ns->href, uri) == 0;
}

/* Without entities of a DTD a value is one text node. */
const char *
xml_attribute_text(const xmlNode *node, const char *name)
{
	const xmlAttr *a = xmlHasNsProp((xmlNodePtr)(uintptr_t)node, (const xmlChar *)name, NULL);

	return a && a->children && a->children->content ? (const char *)a->children->content : "";
}

/* Takes the element that must stand here, and goes behind it. */
static enum err
take(struct reading *s, xmlNodePtr *at, const char *name, xmlNodePtr *out)
{
	*out = xml_element_from(*at);
	if (!xml_element_is(*out, DS, name)) {
		char expected[64];

		snprintf(expected, sizeof(expected), "ds:%s", name);
		return misshapen(s, *out, "XML Signature s4", expected, name_of(*out));
	}
	*at = (*out)->next;
	return OK;
}

static enum err
take_nothing(struct reading *s, xmlNodePtr at, const char *expected)
{
	xmlNodePtr more = xml_element_from(at);

	return more ? misshapen(s, more, "XML Signature s4", expected, name_of(more)) : OK;
}

static enum err
take_algorithm(struct reading *s, xmlNodePtr *at, const char *name, const struct xml_algorithm *known,
    const char *expected, const struct xml_algorithm **out)
{
	xmlNodePtr element;
	const char *uri;

	if (take(s, at, name, &element) != OK || take_nothing(s, element->children, "no element inside") != OK)
		return s->why->code;
	uri = xml_attribute_text(element, "Algorithm");
	for (*out = known; (*out)->uri; (*out)++)
		if (strcmp(uri, (*out)->uri) == 0)
			return OK;
	return misshapen(s, element, "RFC 9231", expected, uri);
}

/* Exclusive C14N may name prefixes to be treated inclusively, and nothing else. */
static enum err
check_prefixes(struct reading *s, xmlNodePtr element)
{
	xmlNodePtr inside = xml_element_from(element->children);

	if (!inside)
		return OK;
	if (!xml_element_is(inside, EXC_C14N, "InclusiveNamespaces") || xml_element_from(inside->next) ||
	    xml_element_from(inside->children))
		return misshapen(
		    s, inside, s->shape->clause, "InclusiveNamespaces and nothing else", name_of(inside));
	if (strlen(xml_attribute_text(inside, "PrefixList")) > PREFIX_LIST_LARGEST)
		return problem_set(s->why, ERR_LIMIT, "exclusive C14N s3",
		    "line %ld: a PrefixList of more than %zu bytes", xmlGetLineNo(inside), PREFIX_LIST_LARGEST);
	return OK;
}

/* Without comments, each of them. */
static enum err
check_c14n(struct reading *s, xmlNodePtr element)
{
	const char *uri = xml_attribute_text(element, "Algorithm");

	if (strcmp(uri, EXC_C14N) == 0)
		return check_prefixes(s, element);
	if (!s->shape->inclusive || (strcmp(uri, C14N) != 0 && strcmp(uri, C14N11) != 0))
		return misshapen(s, element, s->shape->clause,
		    s->shape->inclusive ? EXC_C14N ", " C14N11 " or " C14N : EXC_C14N, uri);
	return xml_element_from(element->children) ? misshapen(s, element, s->shape->clause,
	    "no element inside the name of a canonicalisation", name_of(xml_element_from(element->children))) : OK;
}

/* enveloped-signature first, where it must or may stand; then one canonicalisation, which may be left unsaid where what
 * is meant by that is allowed (XML Signature s4.4.3.2). */
static enum err
check_transforms(struct reading *s, xmlNodePtr transforms, bool *enveloped)
{
	xmlNodePtr at = transforms->children, one;

	if (take(s, &at, "Transform", &one) != OK)
		return s->why->code;
	*enveloped = strcmp(xml_attribute_text(one, "Algorithm"), ENVELOPED) == 0;
	if ((!*enveloped && !s->shape->detached) || (*enveloped && xml_element_from(one->children)))
		return misshapen(s, one, s->shape->clause, ENVELOPED " as the first transform",
		    xml_attribute_text(one, "Algorithm"));
	if (*enveloped && s->shape->inclusive && !xml_element_from(at))
		return OK;
	if ((*enveloped && take(s, &at, "Transform", &one) != OK) || check_c14n(s, one) != OK)
		return s->why->code;
	return take_nothing(s, at, *enveloped ? "two transforms" : "one transform");
}

/* It goes into an XPointer between quotes, which these would end. */
static bool
is_reference(const char *uri)
{
	return uri[0] == '#' && uri[1] && strlen(uri + 1) <= XML_ID_LARGEST && !strpbrk(uri, "'\"()^ \t\r\n");
}

static enum err
check_uri(struct reading *s, xmlNodePtr reference, const char *uri)
{
	const char *id = s->shape->id;

	/* Without URI it would be for the application to say what is meant. */
	if (xmlHasNsProp(reference, BAD_CAST "URI", NULL) &&
	    (uri[0] == '\0' || (is_reference(uri) && (!id || (id[0] && strcmp(uri + 1, id) == 0)))))
		return OK;
	return misshapen(s, reference, id ? "SAML 2.0 Core s5.4.2" : s->shape->clause,
	    id ? "a reference to the root by its ID, or to the whole document"
	       : "a reference to an element by its ID, or to the whole document", uri);
}

static enum err
check_reference(struct reading *s, xmlNodePtr reference, struct xml_reference *found)
{
	xmlNodePtr at = reference->children, transforms = xml_element_from(at);

	found->uri = xml_attribute_text(reference, "URI");
	found->type = xml_attribute_text(reference, "Type");
	if (check_uri(s, reference, found->uri) != OK)
		return s->why->code;
	if (!(s->shape->detached && s->shape->inclusive && !xml_element_is(transforms, DS, "Transforms")) &&
	    (take(s, &at, "Transforms", &transforms) != OK ||
	        check_transforms(s, transforms, &found->enveloped) != OK))
		return s->why->code;
	if (take_algorithm(s, &at, "DigestMethod", digests, "SHA-256, SHA-384 or SHA-512", &found->digest) != OK ||
	    take(s, &at, "DigestValue", &found->digest_value) != OK ||
	    take_nothing(s, found->digest_value->children, "text in ds:DigestValue") != OK)
		return s->why->code;
	return take_nothing(s, at, "the end of ds:Reference");
}

static enum err
check_signed_info(struct reading *s, xmlNodePtr info)
{
	struct xml_signature *found = s->found;
	size_t most = s->shape->several ? XML_REFERENCES : 1;
	xmlNodePtr at = info->children, c14n, reference;

	if (take(s, &at, "CanonicalizationMethod", &c14n) != OK || check_c14n(s, c14n) != OK ||
	    take_algorithm(s, &at, "SignatureMethod", methods, "RSA or ECDSA with SHA-256, SHA-384 or SHA-512",
	        &found->method) != OK)
		return s->why->code;
	do {
		if (take(s, &at, "Reference", &reference) != OK ||
		    check_reference(s, reference, &found->references[found->reference_count++]) != OK)
			return s->why->code;
	} while (xml_element_from(at) && found->reference_count < most);
	static_assert(XML_REFERENCES == 8, "the sentence tells how many");
	return take_nothing(s, at, s->shape->several ? "at most eight ds:Reference" : "one ds:Reference");
}

/* A comment would split a text that one reader puts together and another cuts off. An Object is what is signed. */
static enum err
check_nodes(struct reading *s, const xmlNode *parent)
{
	for (const xmlNode *n = parent->children; n; n = n->next) {
		if (n->type != XML_ELEMENT_NODE && n->type != XML_TEXT_NODE)
			return misshapen(s, n, "XML Signature s4", "elements and text alone in ds:Signature",
			    n->type == XML_COMMENT_NODE ? "a comment" : "something else");
		if (n->type == XML_ELEMENT_NODE && !(s->shape->objects && xml_element_is(n, DS, "Object")) &&
		    check_nodes(s, n) != OK)
			return s->why->code;
	}
	return OK;
}

xmlNodePtr
xml_signature_below(xmlNodePtr parent)
{
	xmlNodePtr at = xml_element_from(parent->children);

	while (at && !xml_element_is(at, DS, "Signature"))
		at = xml_element_from(at->next);
	return at;
}

xmlNodePtr
xml_signature_within(xmlNodePtr element)
{
	xmlNodePtr found = xml_element_is(element, DS, "Signature") ? element : NULL;

	for (xmlNodePtr at = xml_element_from(element->children); at && !found; at = xml_element_from(at->next))
		found = xml_signature_within(at);
	return found;
}

enum err
xml_signature_read(xmlNodePtr signature, const struct xml_shape *shape, struct xml_signature *out, struct problem *why)
{
	struct reading s = { shape, out, why };
	xmlNodePtr at, info;

	*out = (struct xml_signature){ .signature = signature, .inclusive = shape->inclusive };
	if (!signature)
		return problem_set(why, ERR_INVALID, "XML Signature s4", "the root has no ds:Signature");
	at = signature->children;
	if (check_nodes(&s, signature) != OK || take(&s, &at, "SignedInfo", &info) != OK ||
	    check_signed_info(&s, info) != OK || take(&s, &at, "SignatureValue", &out->value) != OK ||
	    take_nothing(&s, out->value->children, "text in ds:SignatureValue") != OK)
		return why->code;
	if (xml_element_is(xml_element_from(at), DS, "KeyInfo")) {
		out->key_info = xml_element_from(at);
		at = out->key_info->next;
	}
	while (shape->objects && xml_element_is(xml_element_from(at), DS, "Object"))
		at = xml_element_from(at)->next;
	return take_nothing(&s, at, "the end of ds:Signature");
}

void
xml_signature_forget_keys(struct xml_signature *s)
{
	if (!s->key_info)
		return;
	xmlUnlinkNode(s->key_info);
	xmlFreeNode(s->key_info);
	s->key_info = NULL;
}
