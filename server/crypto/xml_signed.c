/* crypto/xml_signed.c - an XML signature with its certificate beside it, and what exactly it covers.
 *
 *     read in pieces (form, limits, one Signature) -> tree -> shape -> the one element referred to -> form
 *                                                  -> each certificate in KeyInfo: xmlsec1 -> its bytes: our own check
 *
 * xmlsec1 canonicalises and checks; then digest and signature are checked once more over the bytes it says it took, for
 * those are all that anybody reads on.
 */
#include "crypto/xml_signed.h"

#include <malloc.h>

#include <libxml/tree.h>
#include <openssl/evp.h>

#include "base/buffer.h"
#include "codec/text.h"
#include "codec/xml.h"
#include "crypto/certificate.h"
#include "crypto/public_key.h"
#include "crypto/signature_algorithm.h"
#include "crypto/x509.h"
#include "crypto/x509_path.h"
#include "crypto/xml_engine.h"

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define TREE_LARGE (1 * MIB) /* of a document whose tree is worth giving back */
#define BASE64_LARGEST (2 * X509_LARGEST)

/* Canonicalising costs with depth and namespaces of whoever wrote the document, before we know who that was. */
static const struct xml_limits limits = {
	.bytes = XML_SIGNED_LARGEST,
	.depth = 64,
	.attributes = 128,
	.text = 1 * MIB,
};

struct signed_document {
	struct arena *arena;
	xmlDocPtr doc;
	struct xml_signature signature;
	xmlAttrPtr id;               /* of the element referred to; NULL: the whole document is */
	xmlNodePtr covered;
	struct span certificates[1 + XML_SIGNED_OTHERS];
	size_t certificate_count;
};

/* First look: the document as it is written, before it is a tree */

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	unsigned *signatures = arg;

	(void)why;
	*signatures += xml_name_is(&e->name, DS, "Signature");
	return OK;
}

static enum err
outline_read(struct span document, struct problem *why)
{
	static const struct xml_handler handler = { on_start, NULL, NULL };
	unsigned signatures = 0;

	if (xml_read(document, &limits, &handler, &signatures, why) != OK)
		return why->code;
	if (signatures != 1)
		return problem_set(why, ERR_INVALID, "XML Signature s4",
		    "expected one ds:Signature in the document, found %u", signatures);
	return OK;
}

/* What is referred to */

static xmlNodePtr
signature_within(xmlNodePtr element)
{
	xmlNodePtr found = xml_element_is(element, DS, "Signature") ? element : NULL;

	for (xmlNodePtr at = xml_element_from(element->children); at && !found; at = xml_element_from(at->next))
		found = signature_within(at);
	return found;
}

static bool
is_id(const xmlAttr *a)
{
	bool xml = a->ns && strcmp((const char *)a->ns->href, (const char *)XML_XML_NAMESPACE) == 0;
	const char *name = (const char *)a->name;

	return (!a->ns && strcmp(name, "ID") == 0) ||
	    ((!a->ns || xml) && (strcmp(name, "Id") == 0 || strcmp(name, "id") == 0));
}

/* How many elements have an ID, of whatever spelling, with this value; `*out` is one of them. */
static unsigned
ids_count(xmlNodePtr element, const char *value, xmlAttrPtr *out)
{
	unsigned count = 0;

	for (xmlAttrPtr a = element->properties; a; a = a->next)
		if (is_id(a) && a->children && a->children->content &&
		    strcmp((const char *)a->children->content, value) == 0) {
			*out = a;
			count++;
		}
	for (xmlNodePtr at = xml_element_from(element->children); at; at = xml_element_from(at->next))
		count += ids_count(at, value, out);
	return count;
}

static enum err
reference_find(struct signed_document *d, struct problem *why)
{
	xmlNodePtr root = xmlDocGetRootElement(d->doc);
	const char *uri = d->signature.uri;
	unsigned count;

	d->covered = root;
	if (uri[0] == '\0')
		return OK;
	count = ids_count(root, uri + 1, &d->id);
	if (count != 1)
		return problem_set(why, ERR_INVALID, "XML 1.0 s3.3.1",
		    "expected one element with the ID that is referred to, \"%.80s\", found %u", uri + 1, count);
	d->covered = d->id->parent;
	return reference_register(d->doc, d->id, why);
}

static bool
is_within(const xmlNode *node, const xmlNode *ancestor)
{
	while (node && node != ancestor)
		node = node->parent;
	return node != NULL;
}

/* The child of the Signature that has it, at whatever depth. */
static const xmlNode *
branch_of(const xmlNode *node, const xmlNode *signature)
{
	while (node->parent != signature)
		node = node->parent;
	return node;
}

/* A signature cannot cover itself but through the transform that takes it out, and what else stands in it (its keys) is
 * nobody's content. */
static enum err
form_find(const struct signed_document *d, enum xml_signature_form *out, struct problem *why)
{
	const xmlNode *signature = d->signature.signature;
	bool below = is_within(d->covered, signature);

	if (!below && is_within(signature, d->covered))
		*out = d->signature.enveloped ? XML_ENVELOPED : 0;
	else if (!below)
		*out = d->signature.enveloped ? 0 : XML_DETACHED;
	else if (d->covered != signature && xml_element_is(branch_of(d->covered, signature), DS, "Object"))
		*out = d->signature.enveloped ? 0 : XML_ENVELOPING;
	else
		return problem_set(why, ERR_INVALID, "XML Signature s4.5",
		    "the signature refers to its own %.40s; expected an element in ds:Object, or outside of it",
		    (const char *)d->covered->name);
	if (*out)
		return OK;
	return problem_set(why, ERR_INVALID, "XML Signature s6.6.4",
	    d->signature.enveloped
	        ? "the transform enveloped-signature stands there, but the Signature is not in the element %.80s"
	        : "the Signature is in the element %.80s it refers to; expected the transform enveloped-signature",
	    (const char *)d->covered->name);
}

/* KeyInfo */

/* Base64 in lines, of an element that has only text. */
static enum err
element_bytes(struct arena *a, xmlNodePtr element, size_t largest, struct span *out, struct problem *why)
{
	struct buffer b = buffer_init(largest);
	xmlChar *text = xmlNodeGetContent(element);
	struct span rest = span_text((const char *)text);
	bool good;

	for (; rest.size; rest = span_skip(rest, 1))
		if (!xml_is_space(rest.data[0]))
			buffer_byte(&b, rest.data[0]);
	xmlFree(text);
	good = !b.overflowed && base64_read(a, buffer_span(&b), out) && out->size > 0;
	if (!good)
		problem_set(why, b.overflowed ? ERR_LIMIT : ERR_INVALID, "XML Signature s4.3",
		    "line %ld: expected base64 of at most %zu characters in ds:%.40s", xmlGetLineNo(element), largest,
		    (const char *)element->name);
	buffer_release(&b);
	return good ? OK : why->code;
}

static enum err
certificates_read(struct signed_document *d, xmlNodePtr x509_data, struct problem *why)
{
	static const char *const passed_over[] = { "X509IssuerSerial", "X509SKI", "X509SubjectName", "X509CRL" };

	for (xmlNodePtr at = xml_element_from(x509_data->children); at; at = xml_element_from(at->next)) {
		bool known = false;

		for (size_t i = 0; i < COUNT(passed_over); i++)
			known = known || xml_element_is(at, DS, passed_over[i]);
		if (known)
			continue;
		if (!xml_element_is(at, DS, "X509Certificate") || xml_element_from(at->children))
			return problem_set(why, ERR_INVALID, "XML Signature s4.5.4",
			    "line %ld: expected ds:X509Certificate with text alone, found %.80s", xmlGetLineNo(at),
			    (const char *)at->name);
		if (d->certificate_count == COUNT(d->certificates))
			return problem_set(why, ERR_LIMIT, "XML Signature s4.5.4", "more than %zu certificates",
			    COUNT(d->certificates));
		if (element_bytes(d->arena, at, BASE64_LARGEST, &d->certificates[d->certificate_count++], why) != OK)
			return why->code;
	}
	return OK;
}

/* Names and bare keys prove nothing and are passed over; what tells where else to look is refused. */
static enum err
key_info_read(struct signed_document *d, struct problem *why)
{
	xmlNodePtr info = d->signature.key_info;

	for (xmlNodePtr at = info ? xml_element_from(info->children) : NULL; at; at = xml_element_from(at->next)) {
		if (xml_element_is(at, DS, "X509Data")) {
			if (certificates_read(d, at, why) != OK)
				return why->code;
		} else if (!xml_element_is(at, DS, "KeyName") && !xml_element_is(at, DS, "KeyValue")) {
			return problem_set(why, ERR_INVALID, "XML Signature s4.5",
			    "line %ld: expected ds:X509Data in ds:KeyInfo, found %.80s", xmlGetLineNo(at),
			    (const char *)at->name);
		}
	}
	if (d->certificate_count == 0)
		return problem_set(why, ERR_INVALID, "XML Signature s4.5.4",
		    "there is no certificate beside the signature");
	return OK;
}

/* Checking */

/* Once more, without xmlsec1, over the bytes it took: a canonicalisation that failed has digested nothing. */
static enum err
check_again(struct signed_document *d, const struct xml_covered *covered, struct span spki, unsigned switches,
    struct problem *why)
{
	const struct signature_algorithm *algorithm = signature_algorithm_xml(d->signature.method->uri);
	struct span stated, signature;
	uint8_t found[DIGEST_LARGEST];
	enum digest_algorithm with = DIGEST_SHA256;

	if (!algorithm)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 9231 s2.3", "%s is not taken here",
		    strchr(d->signature.method->uri, '#') + 1);
	if (element_bytes(d->arena, d->signature.digest_value, KIB, &stated, why) != OK ||
	    element_bytes(d->arena, d->signature.value, 4 * KIB, &signature, why) != OK)
		return why->code;
	while (digest_size(with) != stated.size && with < DIGEST_SHA512)
		with++;
	digest(with, covered->digested, found);
	if (covered->digested.size == 0 || covered->signed_info.size == 0 ||
	    !span_equal(stated, span_of(found, digest_size(with))))
		return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.1", "what was digested is not what was signed");
	return signature_algorithm_check(algorithm, switches, spki, covered->signed_info, signature, why);
}

static enum err
check_by(struct signed_document *d, struct span certificate, unsigned switches, struct xml_covered *covered,
    struct problem *why)
{
	EVP_PKEY *key = NULL;
	struct span spki;
	enum xml_verdict verdict = XML_OTHER_KEY;
	enum err err = OK;

	if (certificate_spki(certificate, &spki, why) != OK)
		return why->code;
	err = public_key_open(spki, &key, why);
	if (err == OK && EVP_PKEY_get_base_id(key) == d->signature.method->key)
		verdict = engine_check(&d->signature, key, d->arena, covered);
	EVP_PKEY_free(key);
	if (err != OK)
		return err;
	if (verdict == XML_OTHER_DOCUMENT)
		return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.1",
		    "the document was changed after it was signed: its digest is not the one that was signed");
	if (verdict == XML_UNREADABLE)
		return problem_set(
		    why, ERR_CRYPTO, "XML Signature s3.2", "the signature cannot be checked: %s", engine_said());
	if (verdict == XML_OTHER_KEY)
		return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.2",
		    "the document is signed by another key than that of %s (%s)",
		    d->certificate_count > 1 ? "the certificates beside it" : "the certificate beside it",
		    strchr(d->signature.method->uri, '#') + 1);
	return check_again(d, covered, spki, switches, why);
}

static enum err
check_by_any(struct signed_document *d, unsigned switches, struct xml_signed *out, struct problem *why)
{
	struct xml_covered covered = { 0 };
	size_t signer = 0;

	while (check_by(d, d->certificates[signer], switches, &covered, why) != OK)
		if (++signer == d->certificate_count)
			return why->code;
	out->covered = covered.digested;
	out->certificate = d->certificates[signer];
	out->algorithm = d->signature.method->uri;
	for (size_t i = 0; i < d->certificate_count; i++)
		if (i != signer)
			out->others[out->other_count++] = d->certificates[i];
	return OK;
}

static enum err
check_tree(struct signed_document *d, unsigned switches, struct xml_signed *out, struct problem *why)
{
	static const struct xml_shape shape = { .clause = "XML Signature s4.4.3", .inclusive = true, .detached = true,
		.objects = true };
	xmlNodePtr signature = signature_within(xmlDocGetRootElement(d->doc));

	if (xml_signature_read(signature, &shape, &d->signature, why) != OK)
		return why->code;
	if (d->signature.method->key == EVP_PKEY_EC && !(switches & SIGNATURES_ECDSA))
		return problem_set(why, ERR_INVALID, "JPKI Rule Arts. 2, 38", "%s is switched off",
		    strchr(d->signature.method->uri, '#') + 1);
	if (reference_find(d, why) != OK || form_find(d, &out->form, why) != OK || key_info_read(d, why) != OK)
		return why->code;
	xml_signature_forget_keys(&d->signature);
	return check_by_any(d, switches, out, why);
}

enum err
xml_signed_check(struct arena *a, struct span document, unsigned switches, struct xml_signed *out, struct problem *why)
{
	struct signed_document d = { .arena = a };
	struct problem unasked;
	enum err err;

	why = why ? why : &unasked;
	*out = (struct xml_signed){ 0 };
	err = outline_read(document, why);
	if (err == OK)
		err = engine_begin(why);
	if (err == OK)
		err = document_tree(document, &d.doc, why);
	if (err == OK)
		err = check_tree(&d, switches, out, why);
	if (d.doc)
		xmlFreeDoc(d.doc);
	engine_end();
	if (err != OK)
		*out = (struct xml_signed){ 0 };
	if (document.size > TREE_LARGE)
		malloc_trim(0);
	return err;
}
