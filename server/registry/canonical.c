/* registry/canonical.c - writing the elements of others in exclusive canonical form inside our own context. */
#include "registry/canonical.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/metadata.h"

#define XML_NAMESPACE "http://www.w3.org/XML/1998/namespace"
#define XSI "http://www.w3.org/2001/XMLSchema-instance"
#define XS "http://www.w3.org/2001/XMLSchema"

#define FOREIGN_LARGEST 64 /* further namespaces of one entity; METADATA_PREFIXES of them known by a value only */
#define PREFIX_LARGEST 32

/* Some well-known prefixes are in every federation's metadata; sorted, as canonical form wants them. */
const struct context_namespace metadata_context[] = {
	{ "alg", "urn:oasis:names:tc:SAML:metadata:algsupport" },
	{ "ds", "http://www.w3.org/2000/09/xmldsig#" },
	{ "idpdisc", "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol" },
	{ "init", "urn:oasis:names:tc:SAML:profiles:SSO:request-init" },
	{ "md", "urn:oasis:names:tc:SAML:2.0:metadata" },
	{ "mdattr", "urn:oasis:names:tc:SAML:metadata:attribute" },
	{ "mdrpi", "urn:oasis:names:tc:SAML:metadata:rpi" },
	{ "mdui", "urn:oasis:names:tc:SAML:metadata:ui" },
	{ "remd", "http://refeds.org/metadata" },
	{ "saml", "urn:oasis:names:tc:SAML:2.0:assertion" },
	{ "shibmd", "urn:mace:shibboleth:metadata:1.0" },
	{ "xs", XS },
	{ "xsi", XSI },
	{ NULL, NULL },
};
#define CONTEXT_SIZE (COUNT(metadata_context) - 1)

/* A namespace outside the context, and the element (its depth) that declares it. */
struct foreign {
	const char *uri;
	char prefix[PREFIX_LARGEST + 1];
	unsigned declared_at;
	char type_prefix[8];       /* "" when no xsi:type has needed one */
	unsigned type_declared_at;
};

struct binding {
	const char *prefix, *uri;  /* NULL: the default namespace; none */
	unsigned depth;
};

struct canonical {
	unsigned depth;
	struct binding scope[CANONICAL_DEPTH * CANONICAL_ATTRIBUTES];
	size_t scope_size;
	/* The reader's own pointer to each name: names are interned, so one comparison tells. */
	const char *context[CONTEXT_SIZE];
	const char *xml;
	struct foreign foreign[FOREIGN_LARGEST];
	size_t foreign_count;
	unsigned declared;                 /* how many declarations of foreign[] are in force */
	unsigned generated, types;
};

/* One element being written. */
struct declaration {
	const char *prefix, *uri;
};
struct start {
	const struct xml_attribute *attributes[CANONICAL_ATTRIBUTES];
	size_t attribute_count;
	struct declaration declarations[CANONICAL_ATTRIBUTES + 2];
	size_t declaration_count;
	const char *type_prefix;           /* "" for none */
	struct span type_local;
};

struct canonical *
canonical_new(void)
{
	struct canonical *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	return c;
}

void
canonical_free(struct canonical *c)
{
	free(c);
}

void
canonical_enter(struct canonical *c, const struct xml_element *element)
{
	c->depth++;
	assert(c->depth <= CANONICAL_DEPTH && element->declared_count <= CANONICAL_ATTRIBUTES);
	for (size_t i = 0; i < element->declared_count; i++)
		c->scope[c->scope_size++] =
		    (struct binding){ element->declared[i].prefix, element->declared[i].uri, c->depth };
}

void
canonical_leave(struct canonical *c)
{
	while (c->scope_size && c->scope[c->scope_size - 1].depth == c->depth)
		c->scope_size--;
	c->depth--;
}

void
canonical_begin(struct canonical *c)
{
	c->foreign_count = 0;
	c->declared = c->generated = c->types = 0;
}

/* The prefix of a namespace of ours, NULL for others. The first time a pointer comes by, its text decides. */
static const char *
context_prefix(struct canonical *c, const char *uri)
{
	for (size_t i = 0; i < CONTEXT_SIZE; i++)
		if (c->context[i] == uri)
			return metadata_context[i].prefix;
	if (c->xml == uri)
		return "xml";
	for (size_t i = 0; i < CONTEXT_SIZE; i++) {
		if (strcmp(metadata_context[i].uri, uri) != 0)
			continue;
		c->context[i] = uri;
		return metadata_context[i].prefix;
	}
	if (strcmp(uri, XML_NAMESPACE) != 0)
		return NULL;
	c->xml = uri;
	return "xml";
}

static struct foreign *
foreign_find(struct canonical *c, const char *uri)
{
	for (size_t i = 0; i < c->foreign_count; i++)
		if (c->foreign[i].uri == uri)
			return &c->foreign[i];
	return NULL;
}

static enum err
foreign_take(struct canonical *c, const char *uri, struct foreign **out, struct problem *why)
{
	*out = foreign_find(c, uri);
	if (*out)
		return OK;
	if (c->foreign_count == FOREIGN_LARGEST)
		return problem_set(why, ERR_LIMIT, "", "more than %d namespaces that are not well-known",
		    FOREIGN_LARGEST);
	if (!xml_uri_absolute(uri))
		return problem_set(why, ERR_INVALID, "RFC 3076 s1.3",
		    "the namespace \"%.200s\" is not an absolute URI: no signature over it could be verified", uri);
	*out = &c->foreign[c->foreign_count++];
	**out = (struct foreign){ .uri = uri };
	return OK;
}

/* t1, t2 … are for types. */
static bool
prefix_reserved(const char *prefix)
{
	if (strcmp(prefix, "xml") == 0)
		return true;
	if (prefix[0] == 't' && prefix[1] && strspn(prefix + 1, "0123456789") == strlen(prefix + 1))
		return true;
	for (const struct context_namespace *n = metadata_context; n->prefix; n++)
		if (strcmp(n->prefix, prefix) == 0)
			return true;
	return false;
}

static bool
prefix_taken(const struct canonical *c, const char *prefix)
{
	for (size_t i = 0; i < c->foreign_count; i++)
		if (strcmp(c->foreign[i].prefix, prefix) == 0)
			return true;
	return false;
}

/* The source's own prefix when it is free, else n1, n2, … */
static void
choose_prefix(struct canonical *c, struct foreign *f, const char *prefix)
{
	char made[PREFIX_LARGEST + 1];

	if (!prefix || strlen(prefix) > PREFIX_LARGEST || prefix_reserved(prefix) || prefix_taken(c, prefix)) {
		do
			snprintf(made, sizeof(made), "n%u", ++c->generated);
		while (prefix_taken(c, made));
		prefix = made;
	}
	memcpy(f->prefix, prefix, strlen(prefix) + 1);
}

static void
declare(struct canonical *c, struct start *s, unsigned *declared_at, const char *prefix, const char *uri)
{
	size_t i = s->declaration_count++;

	*declared_at = c->depth;
	c->declared++;
	for (; i > 0 && strcmp(s->declarations[i - 1].prefix, prefix) > 0; i--)
		s->declarations[i] = s->declarations[i - 1];
	s->declarations[i] = (struct declaration){ prefix, uri };
}

/* A name of this element is in this namespace: declare it here unless an element around does. */
static enum err
use_name(struct canonical *c, struct start *s, const struct xml_name *name, struct problem *why)
{
	struct foreign *f;

	if (!name->uri || context_prefix(c, name->uri))
		return OK;
	if (foreign_take(c, name->uri, &f, why) != OK)
		return why->code;
	if (!*f->prefix)
		choose_prefix(c, f, name->prefix);
	if (!f->declared_at)
		declare(c, s, &f->declared_at, f->prefix, f->uri);
	return OK;
}

/* Canonical XML 1.0 s2.2: by namespace name, then by local name; those without namespace first. */
static bool
comes_behind(const struct xml_attribute *a, const struct xml_attribute *b)
{
	int order;

	if (a->name.uri == b->name.uri)
		return strcmp(a->name.local, b->name.local) > 0;
	if (!a->name.uri || !b->name.uri)
		return a->name.uri != NULL;
	order = strcmp(a->name.uri, b->name.uri);
	return order > 0;
}

static void
sort_attribute(struct start *s, const struct xml_attribute *attribute)
{
	size_t i = s->attribute_count++;

	for (; i > 0 && comes_behind(s->attributes[i - 1], attribute); i--)
		s->attributes[i] = s->attributes[i - 1];
	s->attributes[i] = attribute;
}

static bool
is_type(const struct xml_name *name)
{
	return xml_name_is(name, XSI, "type");
}

static bool
scope_find(const struct canonical *c, struct span prefix, const char **uri)
{
	if (span_is(prefix, "xml")) {
		*uri = XML_NAMESPACE;
		return true;
	}
	for (size_t i = c->scope_size; i-- > 0;) {
		const struct binding *b = &c->scope[i];

		if (!span_equal(span_text(b->prefix), prefix))
			continue;
		*uri = b->uri;
		return prefix.size == 0 || b->uri;
	}
	*uri = NULL;
	return prefix.size == 0;
}

/* The value of xsi:type is a name whose prefix must mean the same after ours. */
static enum err
use_type(struct canonical *c, struct start *s, struct span value, struct problem *why)
{
	struct span local = xml_trim(value), prefix = { 0 };
	struct foreign *f;
	const char *uri;

	if (local.size && memchr(local.data, ':', local.size))
		prefix = span_cut(&local, ':');
	if (local.size == 0 || local.size > 256 || memchr(local.data, ':', local.size))
		return problem_set(why, ERR_INVALID, "XML Schema 1 s2.6.1", "xsi:type=\"%.*s\" is not a qualified name",
		    (int)span_first(value, 80).size, (const char *)value.data);
	if (!scope_find(c, prefix, &uri))
		return problem_set(why, ERR_INVALID, "XML Schema 1 s2.6.1",
		    "xsi:type=\"%.*s\" uses a prefix that is not declared", (int)span_first(value, 80).size,
		    (const char *)value.data);
	s->type_local = local;
	s->type_prefix = uri ? context_prefix(c, uri) : "";
	if (uri && strcmp(uri, XS) == 0 && (span_is(local, "QName") || span_is(local, "NOTATION")))
		return problem_set(why, ERR_INVALID, "XML Schema 2 s3.2.18",
		    "a value of type xs:%.*s means something only with the prefixes of its file", SPAN_ARGS(local));
	if (s->type_prefix)
		return OK;
	if (foreign_take(c, uri, &f, why) != OK)
		return why->code;
	if (f->declared_at) {
		s->type_prefix = f->prefix;
		return OK;
	}
	if (!*f->type_prefix && c->types == METADATA_PREFIXES)
		return problem_set(why, ERR_LIMIT, "", "the types of more than %d further namespaces",
		    METADATA_PREFIXES);
	if (!*f->type_prefix)
		snprintf(f->type_prefix, sizeof(f->type_prefix), "t%u", ++c->types);
	if (!f->type_declared_at)
		declare(c, s, &f->type_declared_at, f->type_prefix, f->uri);
	s->type_prefix = f->type_prefix;
	return OK;
}

/* Names first, in sorted order, so that the prefixes do not depend on the source's order of attributes; then the
 * type. */
static enum err
prepare(struct canonical *c, struct start *s, const struct xml_element *element, struct problem *why)
{
	const struct xml_attribute *type = NULL;

	if (use_name(c, s, &element->name, why) != OK)
		return why->code;
	for (size_t i = 0; i < s->attribute_count; i++) {
		if (use_name(c, s, &s->attributes[i]->name, why) != OK)
			return why->code;
		if (is_type(&s->attributes[i]->name))
			type = s->attributes[i];
	}
	return type ? use_type(c, s, type->value, why) : OK;
}

static void
write_name(struct canonical *c, const struct xml_name *name, struct buffer *out)
{
	const char *prefix = NULL;

	if (name->uri)
		prefix = context_prefix(c, name->uri);
	if (name->uri && !prefix)
		prefix = foreign_find(c, name->uri)->prefix;
	if (prefix) {
		buffer_text(out, prefix);
		buffer_byte(out, ':');
	}
	buffer_text(out, name->local);
}

static void
write_attributes(struct canonical *c, const struct start *s, struct buffer *out)
{
	for (size_t i = 0; i < s->declaration_count; i++) {
		buffer_text(out, " xmlns:");
		buffer_text(out, s->declarations[i].prefix);
		buffer_text(out, "=\"");
		xml_write_attribute_value(out, span_text(s->declarations[i].uri));
		buffer_byte(out, '"');
	}
	for (size_t i = 0; i < s->attribute_count; i++) {
		buffer_byte(out, ' ');
		write_name(c, &s->attributes[i]->name, out);
		buffer_text(out, "=\"");
		if (is_type(&s->attributes[i]->name)) {
			buffer_text(out, s->type_prefix);
			buffer_text(out, *s->type_prefix ? ":" : "");
			xml_write_attribute_value(out, s->type_local);
		} else {
			xml_write_attribute_value(out, s->attributes[i]->value);
		}
		buffer_byte(out, '"');
	}
}

static bool
set_by_publication(const struct xml_name *name)
{
	static const char *const names[] = { "ID", "cacheDuration", "entityID", "validUntil" };

	for (size_t i = 0; !name->uri && i < COUNT(names); i++)
		if (strcmp(name->local, names[i]) == 0)
			return true;
	return false;
}

enum err
canonical_root(struct canonical *c, const struct xml_element *element, struct buffer *out, struct problem *why)
{
	struct start s;

	s.attribute_count = s.declaration_count = 0;
	for (size_t i = 0; i < element->attribute_count; i++)
		if (!set_by_publication(&element->attributes[i].name))
			sort_attribute(&s, &element->attributes[i]);
	if (prepare(c, &s, element, why) != OK)
		return why->code;
	write_attributes(c, &s, out);
	return OK;
}

enum err
canonical_start(struct canonical *c, const struct xml_element *element, struct buffer *out, struct problem *why)
{
	struct start s;

	s.attribute_count = s.declaration_count = 0;
	for (size_t i = 0; i < element->attribute_count; i++)
		sort_attribute(&s, &element->attributes[i]);
	if (prepare(c, &s, element, why) != OK)
		return why->code;
	buffer_byte(out, '<');
	write_name(c, &element->name, out);
	write_attributes(c, &s, out);
	buffer_byte(out, '>');
	return OK;
}

void
canonical_end(struct canonical *c, const struct xml_name *name, struct buffer *out)
{
	buffer_text(out, "</");
	write_name(c, name, out);
	buffer_byte(out, '>');
	for (size_t i = 0; c->declared && i < c->foreign_count; i++) {
		struct foreign *f = &c->foreign[i];

		if (f->declared_at == c->depth) {
			f->declared_at = 0;
			c->declared--;
		}
		if (f->type_declared_at == c->depth) {
			f->type_declared_at = 0;
			c->declared--;
		}
	}
}

unsigned
canonical_types(const struct canonical *c)
{
	return c->types;
}

void
canonical_forget(struct canonical *c, unsigned types)
{
	for (size_t i = 0; i < c->foreign_count; i++) {
		struct foreign *f = &c->foreign[i];

		if (*f->type_prefix && strtoul(f->type_prefix + 1, NULL, 10) > types)
			*f->type_prefix = '\0';
	}
	c->types = types;
}

void
canonical_prefixes(const struct canonical *c, struct buffer *out)
{
	const char *sorted[METADATA_PREFIXES];
	size_t count = 0;

	for (size_t i = 0; i < c->foreign_count; i++) {
		size_t at = count;

		if (!*c->foreign[i].type_prefix)
			continue;
		for (count++; at > 0 && strcmp(sorted[at - 1], c->foreign[i].type_prefix) > 0; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = c->foreign[i].type_prefix;
	}
	for (size_t i = 0; i < count; i++) {
		buffer_text(out, i ? " " : "");
		buffer_text(out, sorted[i]);
	}
}
