/* crypto/xml_referred.c - the elements that a signature refers to.
 *
 * What a Reference names and what somebody reads must be one and the same (federation.md 3.4, XSW): so an ID stands
 * once, of whatever spelling, and no part holds another.
 */
#include "crypto/xml_referred.h"

#include <assert.h>

#include "crypto/xml_engine.h"

#define DS "http://www.w3.org/2000/09/xmldsig#"
#define XADES "http://uri.etsi.org/01903/v1.3.2#"
#define XADES_PROPERTIES "http://uri.etsi.org/01903#SignedProperties"

static_assert(XML_SIGNED_PARTS == XML_REFERENCES, "a part for each Reference");

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
element_find(xmlDocPtr doc, const char *uri, xmlNodePtr *out, struct problem *why)
{
	xmlNodePtr root = xmlDocGetRootElement(doc);
	xmlAttrPtr id = NULL;
	unsigned count;

	*out = root;
	if (uri[0] == '\0')
		return OK;
	count = ids_count(root, uri + 1, &id);
	if (count != 1)
		return problem_set(why, ERR_INVALID, "XML 1.0 s3.3.1",
		    "expected one element with the ID that is referred to, \"%.80s\", found %u", uri + 1, count);
	*out = id->parent;
	return reference_register(doc, id, why);
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
form_find(const xmlNode *signature, const struct xml_reference *r, const xmlNode *covered, enum xml_signature_form *out,
    struct problem *why)
{
	bool below = is_within(covered, signature);

	if (!below && is_within(signature, covered))
		*out = r->enveloped ? XML_ENVELOPED : 0;
	else if (!below)
		*out = r->enveloped ? 0 : XML_DETACHED;
	else if (covered != signature && xml_element_is(branch_of(covered, signature), DS, "Object"))
		*out = r->enveloped ? 0 : XML_ENVELOPING;
	else
		return problem_set(why, ERR_INVALID, "XML Signature s4.5",
		    "the signature refers to its own %.40s; expected an element in ds:Object, or outside of it",
		    (const char *)covered->name);
	if (*out)
		return OK;
	return problem_set(why, ERR_INVALID, "XML Signature s6.6.4",
	    r->enveloped
	        ? "the transform enveloped-signature stands there, but the Signature is not in the element %.80s"
	        : "the Signature is in the element %.80s it refers to; expected the transform enveloped-signature",
	    (const char *)covered->name);
}

/* Where the signature stands in what is covered it is taken out with all its Objects. */
static bool
holds(const struct xml_referred *outer, const struct xml_referred *inner, const xmlNode *signature)
{
	return is_within(inner->element, outer->element) &&
	    !(outer->form == XML_ENVELOPED && is_within(inner->element, signature));
}

/* What is covered twice would be read twice, and costs as often as somebody likes. */
static enum err
check_apart(const struct xml_referred *referred, size_t count, const xmlNode *signature, struct problem *why)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++)
			if (i != k && holds(&referred[i], &referred[k], signature))
				return problem_set(why, ERR_INVALID, "XML Signature s4.4.3",
				    "line %ld: expected References to elements apart from each other; "
				    "%.80s is covered by two of them", xmlGetLineNo(referred[k].element),
				    (const char *)referred[k].element->name);
	return OK;
}

/* Who says that it is properties must mean them: they are read by nobody as what was signed. */
static enum err
properties_find(const struct xml_signature *s, struct xml_referred *referred, struct problem *why)
{
	unsigned count = 0;

	for (size_t i = 0; i < s->reference_count; i++) {
		struct xml_referred *r = &referred[i];

		r->properties = strcmp(s->references[i].type, XADES_PROPERTIES) == 0;
		count += r->properties;
		if (r->properties &&
		    (r->form != XML_ENVELOPING || !xml_element_is(r->element, XADES, "SignedProperties")))
			return problem_set(why, ERR_INVALID, "ETSI TS 101 903 s6.3.1",
			    "line %ld: expected SignedProperties of XAdES in an Object of the signature, as its "
			    "Reference says; found %.80s", xmlGetLineNo(r->element), (const char *)r->element->name);
	}
	if (count > 1)
		return problem_set(why, ERR_INVALID, "ETSI TS 101 903 s6.3.1",
		    "expected one Reference to SignedProperties of XAdES, found %u", count);
	return OK;
}

enum err
xml_referred_find(xmlDocPtr doc, const struct xml_signature *s, struct xml_referred out[XML_REFERENCES],
    struct problem *why)
{
	for (size_t i = 0; i < s->reference_count; i++)
		if (element_find(doc, s->references[i].uri, &out[i].element, why) != OK ||
		    form_find(s->signature, &s->references[i], out[i].element, &out[i].form, why) != OK)
			return why->code;
	if (check_apart(out, s->reference_count, s->signature, why) != OK)
		return why->code;
	return properties_find(s, out, why);
}
