/* crypto/xml_signed.c - an XML signature with its certificate beside it, and what exactly it covers.
 *
 *     read in pieces (form, limits, one Signature) -> tree -> shape -> the elements referred to
 *                                                  -> each certificate in KeyInfo: xmlsec1 -> its bytes: our own check
 *
 * xmlsec1 canonicalises and checks; then digests and signature are checked once more over the bytes it says it took,
 * for those are all that anybody reads on.
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
#include "crypto/x509_signature.h"
#include "crypto/xml_engine.h"
#include "crypto/xml_referred.h"
#include "crypto/xml_spread.h"

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
	struct xml_referred referred[XML_REFERENCES];
	struct span certificates[1 + XML_SIGNED_OTHERS];
	size_t certificate_count;
};

/* First look: the document as it is written, before it is a tree */

struct outline {
	unsigned signatures;
	struct xml_spread spread;
};

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct outline *o = arg;

	o->signatures += xml_name_is(&e->name, DS, "Signature");
	return xml_spread_add(&o->spread, e, why);
}

static enum err
outline_read(struct span document, struct problem *why)
{
	static const struct xml_handler handler = { on_start, NULL, NULL };
	struct outline outline = { .spread = xml_spread_of(document) };

	if (xml_read(document, &limits, &handler, &outline, why) != OK)
		return why->code;
	if (outline.signatures != 1)
		return problem_set(why, ERR_INVALID, "XML Signature s4",
		    "expected one ds:Signature in the document, found %u", outline.signatures);
	return OK;
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
digest_again(struct signed_document *d, const struct xml_reference *r, struct span digested, struct problem *why)
{
	uint8_t found[DIGEST_LARGEST];
	enum digest_algorithm with = DIGEST_SHA256;
	struct span stated;

	if (element_bytes(d->arena, r->digest_value, KIB, &stated, why) != OK)
		return why->code;
	while (digest_size(with) != stated.size && with < DIGEST_SHA512)
		with++;
	digest(with, digested, found);
	if (digested.size == 0 || !span_equal(stated, span_of(found, digest_size(with))))
		return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.1", "what was digested is not what was signed");
	return OK;
}

static enum err
check_again(struct signed_document *d, const struct xml_covered *covered, struct span spki, unsigned switches,
    struct problem *why)
{
	const struct signature_algorithm *algorithm = signature_algorithm_xml(d->signature.method->uri);
	struct span signature;

	if (!algorithm)
		return problem_set(why, ERR_UNSUPPORTED, "RFC 9231 s2.3", "%s is not taken here",
		    strchr(d->signature.method->uri, '#') + 1);
	for (size_t i = 0; i < d->signature.reference_count; i++)
		if (digest_again(d, &d->signature.references[i], covered->digested[i], why) != OK)
			return why->code;
	if (element_bytes(d->arena, d->signature.value, 4 * KIB, &signature, why) != OK)
		return why->code;
	if (covered->signed_info.size == 0)
		return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.2", "nothing was signed");
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
	out->part_count = d->signature.reference_count;
	for (size_t i = 0; i < out->part_count; i++)
		out->parts[i] = (struct xml_signed_part){ .form = d->referred[i].form,
			.properties = d->referred[i].properties, .covered = covered.digested[i] };
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
		.objects = true, .several = true };
	xmlNodePtr signature = xml_signature_within(xmlDocGetRootElement(d->doc));

	if (xml_signature_read(signature, &shape, &d->signature, why) != OK)
		return why->code;
	if (d->signature.method->key == EVP_PKEY_EC && !(switches & SIGNATURES_ECDSA))
		return problem_set(why, ERR_INVALID, "JPKI Rule Arts. 2, 38", "%s is switched off",
		    strchr(d->signature.method->uri, '#') + 1);
	if (xml_referred_find(d->doc, &d->signature, d->referred, why) != OK || key_info_read(d, why) != OK)
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
