/* crypto/xml_engine.c - xmlsec1, told exactly what it may do. */
#include "crypto/xml_engine.h"

#include <stdio.h>

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>

/* The later ones only pass the first on. */
static char said[200];

const char *
engine_said(void)
{
	return said;
}

static void
on_xmlsec_error(const char *file, int line, const char *func, const char *object, const char *subject, int reason,
    const char *message)
{
	(void)file;
	(void)line;
	(void)func;
	(void)reason;
	if (said[0] == '\0')
		snprintf(said, sizeof(said), "%.60s%s%.60s: %.60s", object ? object : "", object ? " " : "",
		    subject ? subject : "", message ? message : "");
}

static void
on_libxml_error(void *arg, xmlErrorPtr error)
{
	(void)arg;
	if (said[0] == '\0')
		snprintf(said, sizeof(said), "%.*s", error->message ? (int)strcspn(error->message, "\n") : 0,
		    error->message ? error->message : "");
}

enum err
engine_begin(struct problem *why)
{
	static bool begun;

	said[0] = '\0';
	/* Canonicalisation tells its troubles to whoever is registered, by default to standard error. */
	xmlSetStructuredErrorFunc(NULL, on_libxml_error);
	if (begun)
		return OK;
	xmlSecErrorsSetCallback(on_xmlsec_error);
	if (xmlSecInit() < 0 || xmlSecCheckVersion() != 1 || xmlSecOpenSSLInit() < 0)
		return problem_set(why, ERR_CRYPTO, "", "xmlsec1 cannot be set up: %s", said);
	xmlSecErrorsSetCallback(on_xmlsec_error);
	xmlSecIOCleanupCallbacks();
	begun = true;
	return OK;
}

void
engine_end(void)
{
	xmlSetStructuredErrorFunc(NULL, NULL);
}

/* The bounds are those of the first look: HUGE only lifts libxml2's own. */
enum err
document_tree(struct span document, xmlDocPtr *out, struct problem *why)
{
	*out = xmlReadMemory((const char *)document.data, (int)document.size, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_HUGE | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!*out)
		return problem_set(why, ERR_SYNTAX, "XML 1.0", "the document cannot be read as a tree: %s", said);
	if (xmlDocGetRootElement(*out) && !(*out)->intSubset && !(*out)->extSubset)
		return OK;
	xmlFreeDoc(*out);
	*out = NULL;
	return problem_set(why, ERR_SYNTAX, "XML 1.0 s2.8", "expected a document with a root and without a DTD");
}

enum err
reference_register(xmlDocPtr doc, xmlAttrPtr id, struct problem *why)
{
	const xmlChar *text = id->children ? id->children->content : NULL;

	/* An xml:id is registered by the parser. */
	if (!text || (xmlGetID(doc, text) != id && !xmlAddID(NULL, doc, text, id)) || xmlGetID(doc, text) != id)
		return problem_set(why, ERR_INVALID, "XML 1.0 s3.3.1", "the ID \"%.80s\" is not the only one",
		    text ? (const char *)text : "");
	return OK;
}

/* Checking */

static bool
allow_c14n(xmlSecDSigCtxPtr ctx, bool inclusive)
{
	return xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformExclC14NId) >= 0 &&
	    xmlSecDSigCtxEnableSignatureTransform(ctx, xmlSecTransformExclC14NId) >= 0 &&
	    (!inclusive || (xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformInclC14NId) >= 0 &&
	        xmlSecDSigCtxEnableSignatureTransform(ctx, xmlSecTransformInclC14NId) >= 0 &&
	        xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformInclC14N11Id) >= 0 &&
	        xmlSecDSigCtxEnableSignatureTransform(ctx, xmlSecTransformInclC14N11Id) >= 0));
}

static bool
allow_reference(xmlSecDSigCtxPtr ctx, const struct xml_reference *r)
{
	return (!r->enveloped || xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformEnvelopedId) >= 0) &&
	    xmlSecDSigCtxEnableReferenceTransform(ctx, r->digest->transform()) >= 0;
}

static bool
allow_transforms(xmlSecDSigCtxPtr ctx, const struct xml_signature *s)
{
	ctx->enabledReferenceUris = xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument;
	for (size_t i = 0; i < s->reference_count; i++)
		if (!allow_reference(ctx, &s->references[i]))
			return false;
	return allow_c14n(ctx, s->inclusive) &&
	    xmlSecDSigCtxEnableSignatureTransform(ctx, s->method->transform()) >= 0;
}

static bool
give_key(xmlSecDSigCtxPtr ctx, EVP_PKEY *key)
{
	xmlSecKeyDataPtr data;

	ctx->signKey = xmlSecKeyCreate();
	if (!ctx->signKey || EVP_PKEY_up_ref(key) != 1)
		return false;
	data = xmlSecOpenSSLEvpKeyAdopt(key);
	if (!data) {
		EVP_PKEY_free(key);
		return false;
	}
	if (xmlSecKeySetValue(ctx->signKey, data) < 0) {
		xmlSecKeyDataDestroy(data);
		return false;
	}
	return true;
}

static enum xml_verdict
verdict_of(xmlSecDSigCtxPtr ctx, size_t reference_count, bool done)
{
	xmlSecSize count = xmlSecPtrListGetSize(&ctx->signedInfoReferences);

	/* It looks at none behind the first that is wrong. */
	for (xmlSecSize i = 0; i < count; i++) {
		const xmlSecDSigReferenceCtx *r = xmlSecPtrListGetItem(&ctx->signedInfoReferences, i);

		if (r->status != xmlSecDSigStatusSucceeded)
			return done ? XML_OTHER_DOCUMENT : XML_UNREADABLE;
	}
	if (count != reference_count)
		return XML_UNREADABLE;
	/* Not done: what stands there cannot even be a value of this key, as with ECDSA on another curve. */
	return done && ctx->status == xmlSecDSigStatusSucceeded ? XML_GOOD : XML_OTHER_KEY;
}

static struct span
copied(struct arena *a, xmlSecBufferPtr buffer)
{
	return buffer ? arena_copy(a, span_of(xmlSecBufferGetData(buffer), xmlSecBufferGetSize(buffer)))
		      : (struct span){ 0 };
}

static void
copy_covered(struct arena *a, xmlSecDSigCtxPtr ctx, struct xml_covered *out)
{
	for (xmlSecSize i = 0; i < xmlSecPtrListGetSize(&ctx->signedInfoReferences); i++)
		out->digested[i] = copied(a,
		    xmlSecDSigReferenceCtxGetPreDigestBuffer(xmlSecPtrListGetItem(&ctx->signedInfoReferences, i)));
	out->signed_info = copied(a, xmlSecDSigCtxGetPreSignBuffer(ctx));
}

enum xml_verdict
engine_check(const struct xml_signature *s, EVP_PKEY *key, struct arena *a, struct xml_covered *covered)
{
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
	enum xml_verdict verdict = XML_UNREADABLE;

	said[0] = '\0';
	/* A Manifest is a list of further References that nobody bounds, and it proves nothing (XML Signature s5.1). */
	if (ctx)
		ctx->flags |= XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS;
	if (ctx && covered)
		ctx->flags |= XMLSEC_DSIG_FLAGS_STORE_SIGNEDINFO_REFERENCES | XMLSEC_DSIG_FLAGS_STORE_SIGNATURE;
	if (ctx && allow_transforms(ctx, s) && give_key(ctx, key))
		verdict = verdict_of(ctx, s->reference_count, xmlSecDSigCtxVerify(ctx, s->signature) == 0);
	if (covered && verdict == XML_GOOD)
		copy_covered(a, ctx, covered);
	if (ctx)
		xmlSecDSigCtxDestroy(ctx);
	ERR_clear_error();
	return verdict;
}
