/* codec/xml.h - reading XML of others with bounded size, depth and counts: no DTD, no entities of its own, no
 * network, UTF-8.
 *
 * A reader of elements as they come (libxml2's SAX2 underneath): the document is never a tree. Comments and
 * processing instructions are dropped, CDATA is text, adjacent text may come in pieces.
 */
#pragma once

#include "base/problem.h"
#include "base/span.h"

struct xml_limits {
	size_t bytes;
	unsigned depth;
	unsigned attributes; /* of one element, namespace declarations too */
	size_t text;         /* of one attribute value or namespace name */
};

/* Names are interned by the reader and live as long as it; prefix and uri are NULL for none. */
struct xml_name {
	const char *prefix, *uri, *local;
};
struct xml_attribute {
	struct xml_name name;
	struct span value;   /* entities resolved; borrowed until the callback returns */
};
struct xml_element {
	struct xml_name name;
	const struct xml_attribute *attributes;
	size_t attribute_count;
	const struct xml_name *declared; /* namespaces declared here: prefix and uri, local is NULL */
	size_t declared_count;
	int line;
};

/* Each returns OK to go on; anything else (with `why` written) ends the reading. */
struct xml_handler {
	/* The last two may be NULL. */
	enum err (*on_start)(void *arg, const struct xml_element *, struct problem *why);
	enum err (*on_end)(void *arg, const struct xml_name *, struct problem *why);
	enum err (*on_text)(void *arg, struct span, struct problem *why);
};

/* ERR_SYNTAX with line and what was wrong; ERR_LIMIT; ERR_UNSUPPORTED for an encoding other than UTF-8; or the
 * handler's. */
enum err xml_read(struct span document, const struct xml_limits *, const struct xml_handler *, void *arg,
    struct problem *why);

/* White space (XML 1.0 s2.3). */
static inline bool
xml_is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without the blanks around it. */
static inline struct span
xml_trim(struct span s)
{
	while (s.size && xml_is_space(s.data[0]))
		s = span_skip(s, 1);
	while (s.size && xml_is_space(s.data[s.size - 1]))
		s.size--;
	return s;
}

bool xml_name_is(const struct xml_name *, const char *uri, const char *local);

/* Whether canonicalisation takes it as a namespace name: it refuses relative URIs (RFC 3076 s1.3), and with them the
 * document. */
bool xml_uri_absolute(const char *);

/* Canonical escaping (RFC 3741, exclusive C14N 1.0): for writers of XML that is signed as written. */
struct buffer;
void xml_write_text(struct buffer *, struct span);
void xml_write_attribute_value(struct buffer *, struct span);
