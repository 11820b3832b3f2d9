/* codec/xml.c - reading XML of others, element by element, within limits.
 *
 *     look over the bytes (markup only) -> libxml2's SAX2 -> handler
 *
 * The first pass knows just enough of XML to refuse a DOCTYPE and to bound depth and attributes before libxml2 sees
 * the first byte: libxml2 2.9 compares the attributes of an element with each other, which is quadratic, before any
 * callback could count them. So no DTD is ever parsed, and the only entities left are the five predefined ones.
 * It reads the XML declaration too: for another encoding than UTF-8 libxml2 would have iconv load a converter, which
 * nothing here wants and the sandbox ends the process for.
 */
#include "codec/xml.h"

#include <limits.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/uri.h>

#include "base/buffer.h"

#define ATTRIBUTES_LARGEST 256 /* the most any caller's limits may allow */

/* First pass: where markup stands. */

struct look {
	struct span document;
	const uint8_t *at, *end;
	const struct xml_limits *limits;
	unsigned depth;
};

static int
line_at(const struct look *look, const uint8_t *at)
{
	int line = 1;

	for (const uint8_t *p = look->document.data; p < at; p++)
		line += *p == '\n';
	return line;
}

/* Behind the next `mark`, or at the end: libxml2 will tell what is missing. */
static const uint8_t *
find_behind(const struct look *look, const uint8_t *from, const char *mark)
{
	size_t size = strlen(mark);
	const uint8_t *found = memmem(from, (size_t)(look->end - from), mark, size);

	return found ? found + size : look->end;
}

static bool
begins(const struct look *look, const char *mark)
{
	return span_starts(span_of(look->at, (size_t)(look->end - look->at)), mark);
}

/* A tag is counted by its quoted values. An opened quote hides `>`, as in XML. */
static enum err
look_at_tag(struct look *look, struct problem *why)
{
	const uint8_t *start = look->at++;
	bool closing = look->at < look->end && *look->at == '/', empty = false;
	unsigned attributes = 0;

	while (look->at < look->end && *look->at != '>') {
		uint8_t c = *look->at++;

		empty = c == '/';
		if (c != '"' && c != '\'')
			continue;
		look->at = memchr(look->at, c, (size_t)(look->end - look->at));
		look->at = look->at ? look->at + 1 : look->end;
		if (++attributes > look->limits->attributes)
			return problem_set(why, ERR_LIMIT, "", "line %d: an element has more than %u attributes",
			    line_at(look, start), look->limits->attributes);
	}
	if (closing)
		look->depth -= look->depth > 0;
	else if (look->depth == look->limits->depth)
		return problem_set(why, ERR_LIMIT, "", "line %d: elements are nested more than %u deep",
		    line_at(look, start), look->limits->depth);
	else if (!empty)
		look->depth++;
	return OK;
}

static enum err
look_over(struct span document, const struct xml_limits *limits, struct problem *why)
{
	struct look look = { .document = document, .at = document.data, .end = document.data + document.size,
		.limits = limits };

	while ((look.at = memchr(look.at, '<', (size_t)(look.end - look.at)))) {
		if (begins(&look, "<!--")) {
			look.at = find_behind(&look, look.at + 4, "-->");
		} else if (begins(&look, "<![CDATA[")) {
			look.at = find_behind(&look, look.at, "]]>");
		} else if (begins(&look, "<?")) {
			look.at = find_behind(&look, look.at, "?>");
		} else if (begins(&look, "<!")) {
			return problem_set(why, ERR_SYNTAX, "XML 1.0 s2.8",
			    "line %d: a document type declaration (DTD); none is accepted", line_at(&look, look.at));
		} else if (look_at_tag(&look, why) != OK) {
			return why->code;
		}
	}
	return OK;
}

/* UTF-8, with or without its byte order mark, begins with markup or a blank: every other beginning belongs to
 * another encoding libxml2 would silently follow (XML 1.0 appendix F). */
static enum err
check_beginning(struct span *document, struct problem *why)
{
	static const uint8_t mark[] = { 0xef, 0xbb, 0xbf };
	struct span d = *document;

	if (d.size >= sizeof(mark) && memcmp(d.data, mark, sizeof(mark)) == 0)
		d = span_skip(d, sizeof(mark));
	if (d.size == 0)
		return problem_set(why, ERR_SYNTAX, "XML 1.0 s2.1", "line 1: the document is empty");
	if (d.size >= 2 && (d.data[0] == 0 || d.data[1] == 0 || (d.data[0] >= 0xfe && d.data[1] >= 0xfe)))
		return problem_set(why, ERR_UNSUPPORTED, "XML 1.0 s4.3.3",
		    "line 1: the document is in UTF-16 or UTF-32; expected UTF-8");
	if (d.data[0] != '<' && !strchr(" \t\r\n", d.data[0]))
		return problem_set(why, ERR_SYNTAX, "XML 1.0 s2.1", "line 1: the document does not begin with markup");
	*document = d;
	return OK;
}

static struct span
skip_blanks(struct span s)
{
	while (s.size && xml_is_space(s.data[0]))
		s = span_skip(s, 1);
	return s;
}

/* One ` name="value"` of the declaration, as XML 1.0 s2.8 spells it. */
static bool
cut_declared(struct span *rest, struct span *name, struct span *value)
{
	struct span s = skip_blanks(*rest);
	const uint8_t *quote;
	size_t size = 0;

	if (s.data == rest->data)
		return false;
	while (size < s.size && s.data[size] >= 'a' && s.data[size] <= 'z')
		size++;
	*name = span_first(s, size);
	s = skip_blanks(span_skip(s, size));
	if (!span_starts(s, "="))
		return false;
	s = skip_blanks(span_skip(s, 1));
	if (!span_starts(s, "\"") && !span_starts(s, "'"))
		return false;
	quote = memchr(s.data + 1, s.data[0], s.size - 1);
	if (!quote)
		return false;
	*value = span_of(s.data + 1, (size_t)(quote - s.data) - 1);
	*rest = span_of(quote + 1, (size_t)(s.data + s.size - quote) - 1);
	return true;
}

/* Printable bytes alone come into the problem: the name is somebody else's. */
static enum err
check_encoding(struct span value, struct problem *why)
{
	char name[41] = { 0 };

	if (span_equal_nocase(value, span_text("UTF-8")))
		return OK;
	for (size_t i = 0; i < value.size && i < sizeof(name) - 1; i++)
		name[i] = value.data[i] > ' ' && value.data[i] < 0x7f ? (char)value.data[i] : '?';
	return problem_set(why, ERR_UNSUPPORTED, "XML 1.0 s4.3.3",
	    "line 1: the document declares the encoding \"%s\"; expected UTF-8", name);
}

static enum err
check_declaration(struct span document, struct problem *why)
{
	struct span rest, name, value;
	const uint8_t *end;

	if (!span_starts(document, "<?xml") || document.size < 6 || !xml_is_space(document.data[5]))
		return OK;
	end = memmem(document.data, document.size, "?>", 2);
	rest = span_of(document.data + 5, end ? (size_t)(end - document.data) - 5 : document.size - 5);
	while (skip_blanks(rest).size) {
		if (!cut_declared(&rest, &name, &value))
			return problem_set(why, ERR_SYNTAX, "XML 1.0 s2.8",
			    "line 1: expected an XML declaration of version, encoding and standalone");
		if (span_is(name, "encoding") && check_encoding(value, why) != OK)
			return why->code;
	}
	return OK;
}

/* Second pass. */

struct reading {
	xmlParserCtxtPtr parser;
	const struct xml_limits *limits;
	const struct xml_handler *handler;
	void *arg;
	enum err err;
	struct problem why;
	struct xml_attribute attributes[ATTRIBUTES_LARGEST];
	struct xml_name declared[ATTRIBUTES_LARGEST];
};

static void
stop(struct reading *r, enum err err)
{
	if (err == OK || r->err != OK)
		return;
	r->err = err;
	xmlStopParser(r->parser);
}

static void
on_document(void *arg)
{
	struct reading *r = ((xmlParserCtxtPtr)arg)->_private;

	if (r->parser->version && !xmlStrEqual(r->parser->version, BAD_CAST "1.0"))
		stop(r, problem_set(&r->why, ERR_UNSUPPORTED, "XML 1.0 s2.8",
		    "line 1: the document declares XML version \"%.40s\"; expected 1.0",
		    (const char *)r->parser->version));
}

static struct xml_name
name_of(const xmlChar *prefix, const xmlChar *uri, const xmlChar *local)
{
	return (struct xml_name){ (const char *)prefix, (const char *)uri, (const char *)local };
}

static void
on_start(void *arg, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri, int declared_count,
    const xmlChar **declared, int attribute_count, int defaulted, const xmlChar **attributes)
{
	struct reading *r = ((xmlParserCtxtPtr)arg)->_private;
	struct xml_element element = {
		.name = name_of(prefix, uri, local),
		.attributes = r->attributes,
		.attribute_count = (size_t)attribute_count,
		.declared = r->declared,
		.declared_count = (size_t)declared_count,
		.line = r->parser->input->line,
	};

	(void)defaulted; /* there is no DTD to give defaults */
	if (r->err != OK)
		return;
	for (size_t i = 0; i < element.declared_count; i++, declared += 2) {
		/* xmlns="" comes as an empty name: none. */
		r->declared[i] = name_of(declared[0], declared[1] && *declared[1] ? declared[1] : NULL, NULL);
		if (declared[1] && strlen((const char *)declared[1]) > r->limits->text) {
			stop(r, problem_set(&r->why, ERR_LIMIT, "",
			    "line %d: a namespace name is longer than %zu bytes",
			    element.line, r->limits->text));
			return;
		}
	}
	for (size_t i = 0; i < element.attribute_count; i++, attributes += 5) {
		r->attributes[i].name = name_of(attributes[1], attributes[2], attributes[0]);
		r->attributes[i].value = span_of(attributes[3], (size_t)(attributes[4] - attributes[3]));
		if (r->attributes[i].value.size > r->limits->text) {
			stop(r, problem_set(&r->why, ERR_LIMIT, "",
			    "line %d: the value of attribute %.80s is longer than %zu bytes",
			    element.line, r->attributes[i].name.local, r->limits->text));
			return;
		}
	}
	stop(r, r->handler->on_start(r->arg, &element, &r->why));
}

static void
on_end(void *arg, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct reading *r = ((xmlParserCtxtPtr)arg)->_private;
	struct xml_name name = name_of(prefix, uri, local);

	if (r->err == OK)
		stop(r, r->handler->on_end ? r->handler->on_end(r->arg, &name, &r->why) : OK);
}

static void
on_text(void *arg, const xmlChar *text, int size)
{
	struct reading *r = ((xmlParserCtxtPtr)arg)->_private;

	if (r->err == OK && size > 0)
		stop(r, r->handler->on_text ? r->handler->on_text(r->arg, span_of(text, (size_t)size), &r->why) : OK);
}

/* The first error counts, and namespace errors, which libxml2 holds for lesser ones, count too. The parser stops by
 * itself after a fatal one; after the others the callbacks stand still. */
static void
on_error(void *arg, xmlErrorPtr error)
{
	struct reading *r = ((xmlParserCtxtPtr)arg)->_private;
	int size = error->message ? (int)strcspn(error->message, "\n") : 0;
	enum err err = ERR_SYNTAX;

	if (r->err != OK || error->level < XML_ERR_ERROR)
		return;
	if (error->code == XML_ERR_NO_MEMORY || error->code == XML_ERR_NAME_TOO_LONG)
		err = ERR_LIMIT;
	r->err = problem_set(&r->why, err, error->domain == XML_FROM_NAMESPACE ? "Namespaces in XML 1.0" : "XML 1.0",
	    "line %d: %.*s", error->line, size, error->message ? error->message : "");
}

/* libxml2 says some things to nobody in particular, by default on standard error: a stranger's words do not belong in
 * the log. */
static void __attribute__((format(printf, 2, 3)))
on_murmur(void *arg, const char *format, ...)
{
	(void)arg;
	(void)format;
}

static enum err
read_all(struct reading *r, struct span document, struct problem *why)
{
	xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startDocument = on_document,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.serror = on_error,
	};
	enum err err;

	xmlSetGenericErrorFunc(NULL, on_murmur);
	r->parser = xmlCreateMemoryParserCtxt((const char *)document.data, (int)document.size);
	if (!r->parser)
		return problem_set(why, ERR_LIMIT, "", "no memory to read the document");
	*r->parser->sax = handler;
	r->parser->_private = r;
	/* NOENT gives values with the predefined entities resolved; there are no others. */
	xmlCtxtUseOptions(r->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC);
	xmlSwitchEncoding(r->parser, XML_CHAR_ENCODING_UTF8);
	xmlParseDocument(r->parser);
	if (r->err == OK && !r->parser->wellFormed)
		r->err = problem_set(&r->why, ERR_SYNTAX, "XML 1.0", "line %d: the document is not well-formed",
		    r->parser->input ? r->parser->input->line : 0);
	err = r->err;
	if (err != OK && why)
		*why = r->why;
	xmlFreeParserCtxt(r->parser);
	return err;
}

enum err
xml_read(struct span document, const struct xml_limits *limits, const struct xml_handler *handler, void *arg,
    struct problem *why)
{
	struct reading r = { .limits = limits, .handler = handler, .arg = arg };
	struct xml_limits bounded = *limits;
	struct problem unasked;

	why = why ? why : &unasked;
	if (document.size > limits->bytes || document.size > INT_MAX)
		return problem_set(why, ERR_LIMIT, "", "the document has %zu bytes; at most %zu are read",
		    document.size, limits->bytes);
	if (bounded.attributes > ATTRIBUTES_LARGEST)
		bounded.attributes = ATTRIBUTES_LARGEST;
	if (check_beginning(&document, why) != OK || check_declaration(document, why) != OK ||
	    look_over(document, &bounded, why) != OK)
		return why->code;
	return read_all(&r, document, why);
}

bool
xml_name_is(const struct xml_name *name, const char *uri, const char *local)
{
	if (strcmp(name->local, local) != 0)
		return false;
	return name->uri && uri ? strcmp(name->uri, uri) == 0 : name->uri == uri;
}

bool
xml_uri_absolute(const char *text)
{
	xmlURIPtr uri = xmlParseURI(text);
	bool absolute = uri && uri->scheme && *uri->scheme;

	xmlFreeURI(uri);
	return absolute;
}

/* Copies whole runs between the few bytes that are escaped. */
static void
write_escaped(struct buffer *b, struct span s, const char *const escapes[256])
{
	size_t from = 0;

	for (size_t i = 0; i < s.size; i++) {
		if (!escapes[s.data[i]])
			continue;
		buffer_add(b, span_of(s.data + from, i - from));
		buffer_text(b, escapes[s.data[i]]);
		from = i + 1;
	}
	buffer_add(b, span_skip(s, from));
}

/* Canonical XML 1.0 s2.3, text nodes. */
void
xml_write_text(struct buffer *b, struct span s)
{
	static const char *const escapes[256] = { ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['\r'] = "&#xD;" };

	write_escaped(b, s, escapes);
}

/* Canonical XML 1.0 s2.3, attribute nodes. */
void
xml_write_attribute_value(struct buffer *b, struct span s)
{
	static const char *const escapes[256] = { ['&'] = "&amp;", ['<'] = "&lt;", ['"'] = "&quot;", ['\t'] = "&#x9;",
		['\n'] = "&#xA;", ['\r'] = "&#xD;" };

	write_escaped(b, s, escapes);
}
