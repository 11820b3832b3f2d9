/* tests/crypto/signed_xml.h - documents signed by somebody who may have bad intentions: xmlsec1 signs whatever the
 * template says, so a test of a refusal has a signature that is good but for what is wrong with it.
 */
#pragma once

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>

#include "expect.h"

#include "base/arena.h"
#include "crypto/xml_verify.h"

#define XML_DS "http://www.w3.org/2000/09/xmldsig#"
#define XML_EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define XML_MORE "http://www.w3.org/2001/04/xmldsig-more#"
#define XML_SHA256 "http://www.w3.org/2001/04/xmlenc#sha256"
#define XML_RSA XML_MORE "rsa-sha256"
#define XML_EC XML_MORE "ecdsa-sha256"

/* The parts of a template. */
#define T_C14N "<ds:CanonicalizationMethod Algorithm=\"" XML_EXC_C14N "\"/>"
#define T_METHOD(uri) "<ds:SignatureMethod Algorithm=\"" uri "\"/>"
#define T_ENVELOPED "<ds:Transform Algorithm=\"" XML_DS "enveloped-signature\"/>"
#define T_EXCLUSIVE "<ds:Transform Algorithm=\"" XML_EXC_C14N "\"/>"
#define T_DIGEST(uri) "<ds:DigestMethod Algorithm=\"" uri "\"/><ds:DigestValue></ds:DigestValue>"
#define T_REFERENCE(uri, transforms, digest) \
	"<ds:Reference URI=\"" uri "\"><ds:Transforms>" transforms "</ds:Transforms>" T_DIGEST(digest) "</ds:Reference>"
#define T_SIGNATURE(method, references, more) \
	"<ds:Signature xmlns:ds=\"" XML_DS "\"><ds:SignedInfo>" T_C14N T_METHOD(method) references "</ds:SignedInfo>" \
	"<ds:SignatureValue></ds:SignatureValue>" more "</ds:Signature>"
#define T_USUAL(method) \
	T_SIGNATURE(method, T_REFERENCE("#_root", T_ENVELOPED T_EXCLUSIVE, XML_SHA256), "")

struct signing_key {
	EVP_PKEY *key;
	struct span spki;
};

static inline struct signing_key
signing_key_new(struct arena *a, EVP_PKEY *key)
{
	struct signing_key k = { .key = key };
	uint8_t *der = NULL;
	int size;

	assert_non_null(key);
	size = i2d_PUBKEY(key, &der);
	assert_true(size > 0);
	k.spki = arena_copy(a, span_of(der, (size_t)size));
	OPENSSL_free(der);
	return k;
}

/* An ID is what is called ID or Id, wherever it stands: a signer of attacks refers to what it likes. */
static inline void
register_ids(xmlDocPtr doc, xmlNodePtr node)
{
	for (; node; node = node->next) {
		static const char *const names[] = { "ID", "Id" };

		for (size_t i = 0; i < COUNT(names) && node->type == XML_ELEMENT_NODE; i++) {
			xmlAttrPtr id = xmlHasNsProp(node, BAD_CAST names[i], NULL);

			if (id)
				xmlAddID(NULL, doc, id->children->content, id);
		}
		if (node->type == XML_ELEMENT_NODE)
			register_ids(doc, node->children);
	}
}

static inline xmlNodePtr
find_signature(xmlNodePtr node)
{
	for (; node; node = node->next) {
		xmlNodePtr found;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (strcmp((const char *)node->name, "Signature") == 0)
			return node;
		found = find_signature(node->children);
		if (found)
			return found;
	}
	return NULL;
}

/* xml_verify() sets the library up when it meets a Signature. */
static inline void
library_begin_for_signing(struct arena *a)
{
	static bool begun;
	struct signing_key k;
	struct problem why;

	if (begun)
		return;
	begun = true;
	k = signing_key_new(a, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	expect_problem("a Signature of nothing",
	    xml_verify(span_text("<a><s:Signature xmlns:s=\"" XML_DS "\"/></a>"), &k.spki, 1, &why), &why, ERR_INVALID,
	    "SignedInfo");
	EVP_PKEY_free(k.key);
}

/* The template's first Signature filled in; the document without its XML declaration. `key` is adopted by no one. */
static inline struct span
xml_sign_with(struct arena *a, const char *template, xmlSecKeyPtr key)
{
	xmlDocPtr doc;
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
	xmlBufferPtr text = xmlBufferCreate();
	struct span out;

	doc = xmlReadMemory(template, (int)strlen(template), NULL, NULL, XML_PARSE_NONET);
	assert_non_null(doc);
	assert_non_null(ctx);
	register_ids(doc, xmlDocGetRootElement(doc));
	ctx->signKey = key;
	if (xmlSecDSigCtxSign(ctx, find_signature(xmlDocGetRootElement(doc))) < 0)
		fail_msg("cannot be signed: %s", template);
	assert_true(xmlNodeDump(text, doc, xmlDocGetRootElement(doc), 0, 0) > 0);
	out = arena_copy(a, span_of(xmlBufferContent(text), (size_t)xmlBufferLength(text)));
	xmlBufferFree(text);
	xmlSecDSigCtxDestroy(ctx);
	xmlFreeDoc(doc);
	return out;
}

static inline struct span
xml_sign(struct arena *a, const char *template, const struct signing_key *k)
{
	xmlSecKeyPtr key;

	library_begin_for_signing(a);
	key = xmlSecKeyCreate();
	EVP_PKEY_up_ref(k->key);
	assert_int_equal(xmlSecKeySetValue(key, xmlSecOpenSSLEvpKeyAdopt(k->key)), 0);
	return xml_sign_with(a, template, key);
}
