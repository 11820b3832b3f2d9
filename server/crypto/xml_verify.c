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

#include <openssl/evp.h>

#include "codec/xml.h"
#include "crypto/xml_engine.h"
#include "crypto/xml_spread.h"

#define DS "http://www.w3.org/2000/09/xmldsig#"
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
	char id[XML_ID_LARGEST + 1];       /* of the root; "" when it has none */
	struct xml_spread spread;
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
	return s.size > 0 && s.size <= XML_ID_LARGEST;
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
			    e->line, XML_ID_LARGEST);
		memcpy(o->id, a->value.data, a->value.size);
		o->id[a->value.size] = '\0';
	}
	return OK;
}

static enum err
on_start(void *arg, const struct xml_element *e, struct problem *why)
{
	struct outline *o = arg;

	if (xml_spread_add(&o->spread, e, why) != OK)
		return why->code;
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
outline_read(struct span document, struct outline *out, struct problem *why)
{
	static const struct xml_handler handler = { on_start, on_end, NULL };

	*out = (struct outline){ .spread = xml_spread_of(document) };
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

/* Verifying */

static enum err
verify_by_any(const struct xml_signature *s, EVP_PKEY *const *keys, size_t key_count, struct problem *why)
{
	const char *method = strchr(s->method->uri, '#') + 1;
	size_t tried = 0;

	for (size_t i = 0; i < key_count; i++) {
		if (EVP_PKEY_get_base_id(keys[i]) != s->method->key)
			continue;
		tried++;
		switch (engine_check(s, keys[i], NULL, NULL)) {
		case XML_GOOD:
			return OK;
		case XML_OTHER_KEY:
			break;
		case XML_OTHER_DOCUMENT:
			return problem_set(why, ERR_CRYPTO, "XML Signature s3.2.1",
			    "the document was changed after it was signed: its digest is not the one that was signed");
		case XML_UNREADABLE:
			return problem_set(why, ERR_CRYPTO, "XML Signature s3.2",
			    "the signature cannot be checked: %s", engine_said());
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

/* Only now is there an ID to refer to, and only this one. */
static enum err
register_id(xmlDocPtr doc, xmlNodePtr root, struct problem *why)
{
	xmlAttrPtr id = xmlHasNsProp(root, BAD_CAST "ID", NULL);

	return id ? reference_register(doc, id, why) : OK;
}

/* Of the tree only what the signature is to cover is left. */
static enum err
verify_tree(xmlDocPtr doc, const struct outline *outline, EVP_PKEY *const *keys, size_t key_count, struct problem *why)
{
	const struct xml_shape shape = { .id = outline->id, .clause = "SAML 2.0 Core s5.4" };
	xmlNodePtr root = xmlDocGetRootElement(doc);
	struct xml_signature s;

	if (xml_signature_read(xml_signature_below(root), &shape, &s, why) != OK ||
	    (outline->id[0] && register_id(doc, root, why) != OK))
		return why->code;
	xml_signature_forget_keys(&s);
	return verify_by_any(&s, keys, key_count, why);
}

static enum err
verify_bytes(struct span document, EVP_PKEY *const *keys, size_t key_count, struct problem *why)
{
	struct outline outline;
	xmlDocPtr doc;
	enum err err;

	if (outline_read(document, &outline, why) != OK || document_tree(document, &doc, why) != OK)
		return why->code;
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
	enum err err;

	assert(key_count >= 1 && key_count <= XML_VERIFY_KEYS);
	why = why ? why : &unasked;
	err = engine_begin(why);
	for (size_t i = 0; i < key_count && err == OK; i++)
		err = public_key_open(keys[i], &read[i], why);
	if (err == OK)
		err = verify_bytes(document, read, key_count, why);
	engine_end();
	for (size_t i = 0; i < key_count; i++)
		EVP_PKEY_free(read[i]);
	return err;
}
