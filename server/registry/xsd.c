/* registry/xsd.c - the XML Schemas of SAML metadata, compiled once from files.
 *
 * The schemas import each other by addresses in the web. libxml2 asks its loader of external entities for each of
 * them; ours takes the file of that name from the packages' folders, when it is one of those listed here, and refuses
 * everything else, DTDs too. Loader and listener are one for the whole process, so they are ours only while the
 * schemas are compiled.
 */
#include "registry/xsd.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "base/file.h"
#include "codec/xml.h"
#include "registry/element_path.h"

#define SCHEMA_LARGEST (256 * KIB)
#define SENTENCE_LARGEST 300

struct xsd {
	xmlSchemaPtr schema;
	xmlSchemaValidCtxtPtr context;
	/* of the document at hand */
	struct arena *arena;
	struct xsd_error *errors;
	size_t count;
};

static const struct {
	const char *folder, *file, *namespace; /* without one: only imported by others */
} files[] = {
	{ "opensaml", "saml-schema-metadata-2.0.xsd", "urn:oasis:names:tc:SAML:2.0:metadata" },
	{ "opensaml", "saml-schema-assertion-2.0.xsd", "urn:oasis:names:tc:SAML:2.0:assertion" },
	{ "opensaml", "saml-metadata-rpi-v1.0.xsd", "urn:oasis:names:tc:SAML:metadata:rpi" },
	{ "opensaml", "sstc-saml-metadata-ui-v1.0.xsd", "urn:oasis:names:tc:SAML:metadata:ui" },
	{ "opensaml", "sstc-metadata-attr.xsd", "urn:oasis:names:tc:SAML:metadata:attribute" },
	{ "opensaml", "sstc-saml-metadata-algsupport-v1.0.xsd", "urn:oasis:names:tc:SAML:metadata:algsupport" },
	{ "opensaml", "sstc-saml-idp-discovery.xsd", "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol" },
	{ "opensaml", "sstc-request-initiation.xsd", "urn:oasis:names:tc:SAML:profiles:SSO:request-init" },
	{ "xmltooling", "xmldsig-core-schema.xsd", "http://www.w3.org/2000/09/xmldsig#" },
	{ "xmltooling", "xenc-schema.xsd", "http://www.w3.org/2001/04/xmlenc#" },
	{ "xmltooling", "xml.xsd", NULL },
};

/* Compiling. libxml2 hands its loader no argument of ours: one compilation at a time. */

static struct compiling {
	const char *directory;
	enum err err;
	struct problem *why;
} *compiling;

/* The first counts. */
static void
compile_fail(enum err code, const char *text, int size)
{
	if (compiling->err == OK)
		compiling->err = problem_set(compiling->why, code, "XML Schema 1.0",
		    "%s: expected the schemas of SAML metadata: %.*s",
		    compiling->directory, size, text);
}

static bool
schema_read(const char *folder, const char *file, struct buffer *out)
{
	char path[PATH_MAX];
	struct problem why;

	snprintf(path, sizeof(path), "%s/%s/%s", compiling->directory, folder, file);
	if (file_read(path, out, &why) == OK)
		return true;
	if (compiling->err == OK)
		compiling->err = problem_set(compiling->why, why.code, "",
		    "%s; expected the schema of Debian's package %s-schemas", why.text, folder);
	return false;
}

/* The last part of an address tells the file: what a schema names relative to its own address comes out right too. */
static xmlParserInputPtr
load(const char *url, const char *id, xmlParserCtxtPtr parser)
{
	const char *slash = url ? strrchr(url, '/') : NULL, *name = slash ? slash + 1 : url;
	xmlParserInputBufferPtr bytes = NULL;
	struct buffer text = buffer_init(SCHEMA_LARGEST);
	xmlParserInputPtr input;

	(void)id;
	for (size_t i = 0; name && i < COUNT(files); i++)
		if (strcmp(files[i].file, name) == 0 && schema_read(files[i].folder, name, &text))
			bytes = xmlParserInputBufferCreateMem((const char *)text.data, (int)text.end,
			    XML_CHAR_ENCODING_NONE);
	buffer_release(&text);
	if (!bytes)
		return NULL;
	input = xmlNewIOInputStream(parser, bytes, XML_CHAR_ENCODING_NONE);
	if (!input)
		abort();
	input->filename = (char *)xmlStrdup(BAD_CAST url);
	return input;
}

static void
on_schema_error(void *arg, xmlErrorPtr error)
{
	(void)arg;
	if (error->level >= XML_ERR_ERROR)
		compile_fail(ERR_SYNTAX, error->message ? error->message : "",
		    error->message ? (int)strcspn(error->message, "\n") : 0);
}

/* One schema that imports all others. */
static void
write_wrapper(struct buffer *b)
{
	buffer_text(b, "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">");
	for (size_t i = 0; i < COUNT(files); i++)
		if (files[i].namespace)
			buffer_print(b, "<xs:import namespace=\"%s\" schemaLocation=\"%s\"/>", files[i].namespace,
			    files[i].file);
	buffer_text(b, "</xs:schema>");
}

static void
compile(struct xsd *x)
{
	xmlExternalEntityLoader loader = xmlGetExternalEntityLoader();
	xmlStructuredErrorFunc listener = xmlStructuredError;
	void *listening = xmlStructuredErrorContext;
	struct buffer wrapper = buffer_init(64 * KIB);
	xmlSchemaParserCtxtPtr parser;

	write_wrapper(&wrapper);
	xmlSetExternalEntityLoader(load);
	/* The parsers of what is imported know nothing of the schema's own listener. */
	xmlSetStructuredErrorFunc(NULL, on_schema_error);
	parser = xmlSchemaNewMemParserCtxt((const char *)wrapper.data, (int)wrapper.end);
	if (!parser)
		abort();
	xmlSchemaSetParserStructuredErrors(parser, on_schema_error, NULL);
	x->schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	xmlSetStructuredErrorFunc(listening, listener);
	xmlSetExternalEntityLoader(loader);
	buffer_release(&wrapper);
	/* What cannot be loaded is a warning to libxml2, which goes on without it. */
	if (!x->schema)
		compile_fail(ERR_SYNTAX, "they cannot be compiled", INT_MAX);
}

enum err
xsd_new(const char *directory, struct xsd **out, struct problem *why)
{
	struct compiling own = { .directory = directory, .why = why };
	struct xsd *x = calloc(1, sizeof(*x));

	if (!x)
		abort();
	compiling = &own;
	compile(x);
	compiling = NULL;
	if (own.err == OK && !(x->context = xmlSchemaNewValidCtxt(x->schema)))
		abort();
	if (own.err != OK) {
		xsd_free(x);
		return own.err;
	}
	*out = x;
	return OK;
}

void
xsd_free(struct xsd *x)
{
	if (!x)
		return;
	xmlSchemaFreeValidCtxt(x->context);
	xmlSchemaFree(x->schema);
	free(x);
}

/* Validating */

static unsigned
number_of(const xmlNode *node)
{
	unsigned number = 1;

	for (const xmlNode *n = node->prev; n; n = n->prev)
		number += n->type == XML_ELEMENT_NODE && xmlStrEqual(n->name, node->name);
	return number;
}

/* From the entity down: the root itself has no step. */
static struct span
path_of(struct arena *arena, const xmlNode *node)
{
	const xmlNode *way[128];
	char path[ELEMENT_PATH_LARGEST];
	size_t depth = 0, size = 0;

	while (node && node->type != XML_ELEMENT_NODE)
		node = node->parent;
	for (; node && node->parent && node->parent->type == XML_ELEMENT_NODE && depth < COUNT(way);
	     node = node->parent)
		way[depth++] = node;
	while (depth--)
		size = element_path_add(path, size, (const char *)way[depth]->name, number_of(way[depth]));
	return arena_copy(arena, span_of(path, size));
}

/* "Element '{urn:…}Logo': [facet 'x'] The value …\n" -> "Element 'Logo': The value …". */
static struct span
sentence_of(struct arena *arena, const char *message)
{
	struct buffer b = buffer_init(SENTENCE_LARGEST);
	struct span text;

	for (const char *at = message; *at && *at != '\n' && !b.overflowed; at++) {
		const char *end = *at == '{' ? strchr(at, '}') : NULL;

		if (end)
			at = end;
		else
			buffer_byte(&b, (uint8_t)*at < ' ' || *at == 0x7f ? ' ' : (uint8_t)*at);
	}
	text = buffer_span(&b);
	/* Not in the middle of a character. */
	if (b.overflowed)
		while (text.size && (text.data[text.size - 1] & 0xc0) == 0x80)
			text.size--;
	if (b.overflowed && text.size && text.data[text.size - 1] >= 0xc0)
		text.size--;
	text = arena_copy(arena, text);
	buffer_release(&b);
	return text;
}

static void
on_invalid(void *arg, xmlErrorPtr error)
{
	struct xsd *x = arg;

	if (x->count < XSD_ERRORS && error->level >= XML_ERR_ERROR)
		x->errors[x->count++] = (struct xsd_error){ path_of(x->arena, error->node),
			sentence_of(x->arena, error->message ? error->message : "") };
}

size_t
xsd_validate(struct xsd *x, struct arena *arena, struct span document, struct xsd_error out[XSD_ERRORS])
{
	/* Our own canonical text: bounded, without a DTD (metadata.h). */
	xmlDocPtr doc = xmlReadMemory((const char *)document.data, (int)document.size, NULL, "UTF-8",
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	int result;

	x->arena = arena;
	x->errors = out;
	x->count = 0;
	if (!doc) {
		out[0] = (struct xsd_error){ { 0 }, span_text("The document is not well-formed.") };
		return 1;
	}
	xmlSchemaSetValidStructuredErrors(x->context, on_invalid, x);
	result = xmlSchemaValidateDoc(x->context, doc);
	xmlFreeDoc(doc);
	if (result != 0 && x->count == 0)
		out[x->count++] = (struct xsd_error){ { 0 }, span_text("The document cannot be validated.") };
	return x->count;
}
