/* crypto/xml_verify.c - checking the enveloped signature over a whole XML document of somebody else.
 *
 *     read in pieces (form, limits, IDs) -> tree -> shape of the Signature -> each key: xmlsec1
 *
 * xmlsec1 does what the document tells it to; so before it sees the tree there is nothing left in it that could tell it
 * anything but: digest the root without this Signature, and compare.
 */
#include "crypto/xml_verify.h"

#include <assert.h>
#include <malloc.h>
#include <stdio.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/valid.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/errors.h>
#include <xmlsec/io.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>

#include "codec/xml.h"
#include "crypto/xml_signature.h"

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define ID_LARGEST 256
#define TREE_LARGE (1 * MIB) /* of a document whose tree is worth giving back */

/* Canonicalising costs with depth and namespaces of whoever wrote the document, before we know who that was. */
static const struct xml_limits limits = {
	.bytes = XML_VERIFY_LARGEST,
	.depth = 64,
	.attributes = 128,
	.text = 1 * MIB,
};

/* First look: the document as it is written, before it is a tree */

struct outline {
	unsigned depth, signatures;    /* signatures: among the root's children */
	char id[ID_LARGEST + 1];       /* of the root; "" when it has none */
};

static bool
is_id(const struct xml_name *name)
{
	return (!name->uri && strcmp(name->local, "ID") == 0) ||
	    ((!name->uri || strcmp(name->uri, (const char *)XML_XML_NAMESPACE) == 0) &&
	        (strcmp(name->local, "Id") == 0 || strcmp(name->local, "id") == 0));
}

/* An NCName of ASCII: it goes into an XPointer, where a quote would end it. */
static bool
is_plain_name(struct span s)
{
	for (size_t i = 0; i < s.size; i++) {
		uint8_t c = s.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && !(i > 0 && ((c >= '0' && c <= '9') || c == '-' || c == '.')))
			return false;
	}
	return s.size > 0 && s.size <= ID_LARGEST;
}

static enum err
outline_root(struct outline *o, const struct xml_element *e, struct problem *why)
{
	for (size_t i = 0; i < e->attribute_count; i++) {
		const struct xml_attribute *a = &e->attributes[i];

		if (!is_id(&a->name))
			continue;
		if (a->name.uri || strcmp(a->name.local, "ID") != 0)
			return problem_set(why, ERR_INVALID, "SAML 2.0 Core s5.4.2",
			    "line %d: the root has an attribute %s%s; expected ID and no other of that kind", e->line,
			    a->name.uri ? "xml:" : "", a->name.local);
		if (!is_plain_name(a->value))
			return problem_set(why, ERR_INVALID, "SAML 2.0 Core s5.4.2",
			    "line %d: the root's ID is not a name of 1 to %d ASCII letters, digits, '.', '-' and '_'",
			    e->line, ID_LARGEST);
		memcpy(o->id, a->value.data, a->value.size);
		o->id[a->value.size] = '\0';
	}
	return OK;
}

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct outline *o = arg;

	if (o->depth++ == 0)
		return outline_root(o, e, why);
	if (o->depth == 2 && xml_name_is(&e->name, DS, "Signature"))
		o->signatures++;
	for (size_t i = 0; o->id[0] && i < e->attribute_count; i++)
		if (is_id(&e->attributes[i].name) && span_is(e->attributes[i].value, o->id))
			return problem_set(why, ERR_INVALID, "XML 1.0 s3.3.1",
			    "line %d: the element %.80s has the root's ID \"%s\" too", e->line, e->name.local, o->id);
	return OK;
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	struct outline *o = arg;

	(void)name;
	(void)why;
	o->depth--;
	return OK;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	(void)arg;
	(void)text;
	(void)why;
	return OK;
}

static enum err
outline_read(struct span document, struct outline *out, struct problem *why)
{
	static const struct xml_handler handler = { on_start, on_end, on_text };

	*out = (struct outline){ 0 };
	if (xml_read(document, &limits, &handler, out, why) != OK)
		return why->code;
	if (out->signatures == 0)
		return problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s3",
		    "the document is not signed: its root has no ds:Signature");
	if (out->signatures > 1)
		return problem_set(why, ERR_INVALID, "SAML 2.0 Metadata s3",
		    "expected one ds:Signature in the root, found %u", out->signatures);
	return OK;
}

/* The library */

/* What xmlsec1 said first since it was last asked to do something: the later ones only pass it on. */
static char said[200];

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

/* Once for the process. No application part (xmlSecCryptoAppInit): it loads OpenSSL's configuration and trust stores,
 * and keys are given here. No file, FTP or HTTP callbacks either: nothing is to be fetched. */
static enum err
library_begin(struct problem *why)
{
	static bool begun;

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

/* Only now is there an ID to refer to, and only this one (XML_PARSE has registered any xml:id, which cannot be the
 * same: the outline has looked). */
static enum err
register_id(xmlDocPtr doc, xmlNodePtr root, const char *text, struct problem *why)
{
	xmlAttrPtr id;

	if (text[0] == '\0')
		return OK;
	id = xmlHasNsProp(root, BAD_CAST "ID", NULL);
	if (!id || !xmlAddID(NULL, doc, BAD_CAST text, id) || xmlGetID(doc, BAD_CAST text) != id)
		return problem_set(
		    why, ERR_INVALID, "XML 1.0 s3.3.1", "the root's ID \"%s\" is not the only one", text);
	return OK;
}

/* Verifying */

static bool
allow_transforms(xmlSecDSigCtxPtr ctx, const struct xml_signature *s)
{
	ctx->enabledReferenceUris = xmlSecTransformUriTypeEmpty | xmlSecTransformUriTypeSameDocument;
	return xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformEnvelopedId) >= 0 &&
	    xmlSecDSigCtxEnableReferenceTransform(ctx, xmlSecTransformExclC14NId) >= 0 &&
	    xmlSecDSigCtxEnableReferenceTransform(ctx, s->digest->transform()) >= 0 &&
	    xmlSecDSigCtxEnableSignatureTransform(ctx, xmlSecTransformExclC14NId) >= 0 &&
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

/* What xmlsec1 found out with one key. */
enum verdict { UNREADABLE, OTHER_DOCUMENT, OTHER_KEY, GOOD };

static enum verdict
verdict_of(xmlSecDSigCtxPtr ctx, bool done)
{
	xmlSecDSigReferenceCtxPtr reference;

	if (xmlSecPtrListGetSize(&ctx->signedInfoReferences) != 1)
		return UNREADABLE;
	reference = xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0);
	if (reference->status != xmlSecDSigStatusSucceeded)
		return done ? OTHER_DOCUMENT : UNREADABLE;
	/* Not done: what stands there cannot even be a value of this key, as with ECDSA on another curve. */
	return done && ctx->status == xmlSecDSigStatusSucceeded ? GOOD : OTHER_KEY;
}

static enum verdict
verify_by(const struct xml_signature *s, EVP_PKEY *key)
{
	xmlSecDSigCtxPtr ctx = xmlSecDSigCtxCreate(NULL);
	enum verdict verdict = UNREADABLE;

	if (ctx && allow_transforms(ctx, s) && give_key(ctx, key))
		verdict = verdict_of(ctx, xmlSecDSigCtxVerify(ctx, s->signature) == 0);
	if (ctx)
		xmlSecDSigCtxDestroy(ctx);
	ERR_clear_error();
	return verdict;
}

static enum err
verify_by_any(const struct xml_signature *s, EVP_PKEY *const *keys, size_t key_count, struct problem *why)
{
	const char *method = strchr(s->method->uri, '#') + 1;
	size_t tried = 0;

	for (size_t i = 0; i < key_count; i++) {
		if (EVP_PKEY_get_base_id(keys[i]) != s->method->key)
			continue;
		tried++;
		said[0] = '\0';
		switch (verify_by(s, keys[i])) {
		case GOOD:
			return OK;
		case OTHER_KEY:
			break;
		case OTHER_DOCUMENT:
			return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.1",
			    "the document was changed after it was signed: its digest is not the one that was signed");
		case UNREADABLE:
			return problem_set(
			    why, ERR_CRYPTO, "XML Signature s3.2", "the signature cannot be checked: %s", said);
		}
	}
	if (tried == 0)
		return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.2",
		    "the document is signed with %s; expected a signature by the key given, which is of another kind",
		    method);
	return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.2",
	    "the document is signed by another key than %s (%s)", key_count > 1 ? "those given" : "the one given",
	    method);
}

/* Of the tree only what the signature is to cover is left. */
static enum err
verify_tree(xmlDocPtr doc, const struct outline *outline, EVP_PKEY *const *keys, size_t key_count, struct problem *why)
{
	struct xml_signature s;
	xmlNodePtr root = xmlDocGetRootElement(doc);

	if (!root || doc->intSubset || doc->extSubset)
		return problem_set(
		    why, ERR_SYNTAX, "XML 1.0 s2.8", "expected a document with a root and without a DTD");
	if (xml_signature_find(root, outline->id, &s, why) != OK || register_id(doc, root, outline->id, why) != OK)
		return why->code;
	if (s.key_info) {
		xmlUnlinkNode(s.key_info);
		xmlFreeNode(s.key_info);
	}
	return verify_by_any(&s, keys, key_count, why);
}

static enum err
verify_bytes(struct span document, EVP_PKEY *const *keys, size_t key_count, struct problem *why)
{
	struct outline outline;
	xmlDocPtr doc;
	enum err err;

	if (outline_read(document, &outline, why) != OK || library_begin(why) != OK)
		return why->code;
	/* The bounds are the outline's: HUGE only lifts libxml2's own. */
	doc = xmlReadMemory((const char *)document.data, (int)document.size, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_HUGE | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (!doc)
		return problem_set(why, ERR_SYNTAX, "XML 1.0", "the document cannot be read as a tree: %s", said);
	err = verify_tree(doc, &outline, keys, key_count, why);
	xmlFreeDoc(doc);
	/* A tree is millions of small pieces, four times the document; freed, most of them would stay with the
	 * process. */
	if (document.size > TREE_LARGE)
		malloc_trim(0);
	return err;
}

enum err
xml_verify(struct span document, const struct span *keys, size_t key_count, struct problem *why)
{
	EVP_PKEY *read[XML_VERIFY_KEYS] = { 0 };
	struct problem unasked;
	enum err err = OK;

	assert(key_count >= 1 && key_count <= XML_VERIFY_KEYS);
	why = why ? why : &unasked;
	said[0] = '\0';
	/* Canonicalisation tells its troubles to whoever is registered, by default to standard error. */
	xmlSetStructuredErrorFunc(NULL, on_libxml_error);
	for (size_t i = 0; i < key_count && err == OK; i++)
		err = public_key_open(keys[i], &read[i], why);
	if (err == OK)
		err = verify_bytes(document, read, key_count, why);
	xmlSetStructuredErrorFunc(NULL, NULL);
	for (size_t i = 0; i < key_count; i++)
		EVP_PKEY_free(read[i]);
	return err;
}
