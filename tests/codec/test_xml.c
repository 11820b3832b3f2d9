/* tests/codec/test_xml.c - reading XML of others: what comes of it, and what is refused with which words. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include <libxml/xmlerror.h>

#include "base/buffer.h"
#include "codec/xml.h"

static const struct xml_limits limits = { .bytes = 64 * KIB, .depth = 5, .attributes = 4, .text = 100 };

/* `<{uri}local {uri}name="value" +prefix=uri>text</>` */
static void
write_name(struct buffer *b, const struct xml_name *name)
{
	if (name->uri)
		buffer_print(b, "{%s}", name->uri);
	buffer_text(b, name->local);
}

static enum err
on_start(void *arg, const struct xml_element *element, struct problem *why)
{
	struct buffer *b = arg;

	if (strcmp(element->name.local, "refuse") == 0)
		return problem_set(why, ERR_INVALID, "ours", "line %d: refused by the handler", element->line);
	buffer_byte(b, '<');
	write_name(b, &element->name);
	for (size_t i = 0; i < element->attribute_count; i++) {
		buffer_byte(b, ' ');
		write_name(b, &element->attributes[i].name);
		buffer_text(b, "=\"");
		xml_write_attribute_value(b, element->attributes[i].value);
		buffer_byte(b, '"');
	}
	for (size_t i = 0; i < element->declared_count; i++)
		buffer_print(b, " +%s=%s", element->declared[i].prefix ? element->declared[i].prefix : "",
		    element->declared[i].uri ? element->declared[i].uri : "none");
	buffer_byte(b, '>');
	return OK;
}

static enum err
on_end(void *arg, const struct xml_name *name, struct problem *why)
{
	(void)why;
	buffer_text(arg, "</");
	write_name(arg, name);
	buffer_byte(arg, '>');
	return OK;
}

static enum err
on_text(void *arg, struct span text, struct problem *why)
{
	(void)why;
	xml_write_text(arg, text);
	return OK;
}

static const struct xml_handler handler = { on_start, on_end, on_text };

static void
documents_come_element_by_element(void **state)
{
	static const struct {
		const char *title, *text, *events;
	} cases[] = {
		{ "an empty element", "<a/>", "<a></a>" },
		{ "text and the five entities", "<a>x &lt;&gt;&amp;&apos;&quot; y</a>", "<a>x &lt;&gt;&amp;'\" y</a>" },
		{ "character references", "<a b='&#x9;&#10;&#13;'>&#13;&#x20AC;</a>",
		  "<a b=\"&#x9;&#xA;&#xD;\">&#xD;\xe2\x82\xac</a>" },
		{ "an ampersand in an attribute", "<a b='x&amp;y&lt;'/>", "<a b=\"x&amp;y&lt;\"></a>" },
		{ "CDATA is text", "<a><![CDATA[<b>&]]></a>", "<a>&lt;b&gt;&amp;</a>" },
		{ "comments and instructions are dropped",
		  "<?xml-stylesheet href='x'?><a>1<!-- <b> --><?p <c> ?>2</a><!-- -->",
		  "<a>12</a>" },
		{ "line ends become one byte", "<a>1\r\n2\r3</a>", "<a>1\n2\n3</a>" },
		{ "blanks stay", "<a> <b/>\n</a>", "<a> <b></b>\n</a>" },
		{ "a default namespace", "<a xmlns='u:1'><b c='d'/></a>",
		  "<{u:1}a +=u:1><{u:1}b c=\"d\"></{u:1}b></{u:1}a>" },
		{ "a default namespace taken back", "<a xmlns='u:1'><b xmlns=''/></a>",
		  "<{u:1}a +=u:1><b +=none></b></{u:1}a>" },
		{ "a prefix in force in its own element", "<p:a p:b='' xmlns:p='u:1'/>",
		  "<{u:1}a {u:1}b=\"\" +p=u:1></{u:1}a>" },
		{ "xml: needs no declaration", "<a xml:lang='ja'/>",
		  "<a {http://www.w3.org/XML/1998/namespace}lang=\"ja\"></a>" },
		{ "a byte order mark", "\xef\xbb\xbf<?xml version='1.0' encoding='utf-8'?><a/>", "<a></a>" },
		{ "as deep as may be", "<a><a><a><a><a/></a></a></a></a>", "<a><a><a><a><a></a></a></a></a></a>" },
		{ "a bracket in a value is no tag", "<a b='>' c=\"'<!\"/>", NULL },
		{ "as many attributes as may be", "<a b='' c='' d='' xmlns:e='u:1'/>",
		  "<a b=\"\" c=\"\" d=\"\" +e=u:1></a>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(MIB);
		struct problem why;
		enum err err = xml_read(span_text(cases[i].text), &limits, &handler, &b, &why);

		if (cases[i].events) {
			expect_ok(cases[i].title, err, &why);
			expect_span(cases[i].title, buffer_span(&b), cases[i].events);
		} else {
			expect_problem(cases[i].title, err, &why, ERR_SYNTAX, "line 1: Unescaped '<'");
		}
		buffer_release(&b);
	}
}

#define FIFTY "0123456789" "0123456789" "0123456789" "0123456789" "0123456789"

static void
bad_documents_are_problems(void **state)
{
	static const struct {
		const char *title, *text;
		size_t size; /* 0: up to the NUL */
		enum err code;
		const char *part;
	} cases[] = {
		{ "nothing", "", 0, ERR_SYNTAX, "line 1: the document is empty" },
		{ "no markup", "hello", 0, ERR_SYNTAX, "does not begin with markup" },
		{ "a tag that is not closed", "<a>\n<b>\n</a>", 0, ERR_SYNTAX,
		  "line 3: Opening and ending tag mismatch" },
		{ "a document cut short", "<a>\n<b/>", 0, ERR_SYNTAX, "line 2: " },
		{ "two roots", "<a/><b/>", 0, ERR_SYNTAX, "line 1: Extra content" },
		{ "an attribute twice", "<a b='' b=''/>", 0, ERR_SYNTAX, "Attribute b redefined" },
		{ "an attribute twice by two prefixes", "<a p:b='' q:b='' xmlns:p='u:1' xmlns:q='u:1'/>", 0, ERR_SYNTAX,
		  "Namespaced Attribute b" },
		{ "an undeclared prefix", "<a>\n<p:b/></a>", 0, ERR_SYNTAX,
		  "line 2: Namespace prefix p on b is not defined" },
		{ "an undeclared prefix of an attribute", "<a p:b=''/>", 0, ERR_SYNTAX, "Namespace prefix p for b" },
		{ "an unknown entity", "<a>&nbsp;</a>", 0, ERR_SYNTAX, "Entity 'nbsp' not defined" },
		{ "an unknown entity in a value", "<a b='&e;'/>", 0, ERR_SYNTAX, "Entity 'e' not defined" },
		{ "a DOCTYPE", "<?xml version='1.0'?>\n<!DOCTYPE a>\n<a/>", 0, ERR_SYNTAX,
		  "line 2: a document type declaration (DTD); none is accepted" },
		{ "a DOCTYPE naming a file", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 0, ERR_SYNTAX, "(DTD)" },
		{ "an entity bomb", "<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>", 0, ERR_SYNTAX,
		  "(DTD)" },
		{ "a DOCTYPE behind a comment", "<!-- ' -->\n\n<!DOCTYPE a><a/>", 0, ERR_SYNTAX,
		  "line 3: a document type" },
		{ "another encoding declared", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>", 0, ERR_UNSUPPORTED,
		  "declares the encoding \"ISO-8859-1\"; expected UTF-8" },
		{ "an encoding nobody knows", "<?xml version='1.0' encoding='x-klingon'?><a/>", 0, ERR_UNSUPPORTED,
		  "declares the encoding \"x-klingon\"; expected UTF-8" },
		{ "a control character in the encoding's name", "<?xml version='1.0' encoding='a\x1b[2J'?><a/>", 0,
		  ERR_UNSUPPORTED, "declares the encoding \"a?[2J\"" },
		{ "a declaration that is not closed", "<?xml version='1.0' encoding='UTF-8'", 0, ERR_SYNTAX,
		  "line 1: " },
		{ "a declaration of something else", "<?xml version='1.0' Encoding='KOI8-R'?><a/>", 0, ERR_SYNTAX,
		  "line 1: expected an XML declaration of version, encoding and standalone" },
		{ "a declaration behind a blank", " <?xml version='1.0' encoding='KOI8-R'?><a/>", 0, ERR_SYNTAX,
		  "line 1: XML declaration allowed only at the start" },
		{ "UTF-16 with its mark", "\xff\xfe<\0a\0/\0>\0", 10, ERR_UNSUPPORTED, "in UTF-16 or UTF-32" },
		{ "UTF-16 without", "<\0a\0/\0>\0", 8, ERR_UNSUPPORTED, "in UTF-16 or UTF-32" },
		{ "UTF-16, the other order", "\0<\0a\0/\0>", 8, ERR_UNSUPPORTED, "in UTF-16 or UTF-32" },
		{ "UTF-16 declared but not so", "<?xml version='1.0' encoding='UTF-16'?><a/>", 0, ERR_UNSUPPORTED,
		  "declares the encoding \"UTF-16\"; expected UTF-8" },
		{ "XML 1.1", "<?xml version='1.1'?><a/>", 0, ERR_UNSUPPORTED,
		  "declares XML version \"1.1\"; expected 1.0" },
		{ "bytes that are not UTF-8", "<a>\xe9</a>", 0, ERR_SYNTAX, "line 1: " },
		{ "a NUL", "<a>\0</a>", 8, ERR_SYNTAX, "line 1: " },
		{ "a control character", "<a>\x01</a>", 0, ERR_SYNTAX, "line 1: " },
		{ "elements too deep", "<a>\n<a><a><a><a>\n<a/></a></a></a></a></a>", 0, ERR_LIMIT,
		  "line 3: elements are nested more than 5 deep" },
		{ "too many attributes", "<a b='' c='' d='' e='' f=''/>", 0, ERR_LIMIT, "more than 4 attributes" },
		{ "a value too long", "<a b='" FIFTY FIFTY "x'/>", 0, ERR_LIMIT,
		  "the value of attribute b is longer than 100" },
		{ "a namespace name too long", "<a xmlns:b='u:" FIFTY FIFTY "'/>", 0, ERR_LIMIT,
		  "a namespace name is longer" },
		{ "the handler's own reason", "<a>\n<refuse/></a>", 0, ERR_INVALID, "line 2: refused by the handler" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span text = cases[i].size ? span_of(cases[i].text, cases[i].size) : span_text(cases[i].text);
		struct buffer b = buffer_init(MIB);
		struct problem why = { 0 };
		enum err err = xml_read(text, &limits, &handler, &b, &why);

		expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].part);
		expect_number("the problem carries the code", why.code, err);
		buffer_release(&b);
	}
}

static const char *said_by_libxml2;

static void __attribute__((format(printf, 2, 3)))
on_said(void *arg, const char *format, ...)
{
	(void)arg;
	said_by_libxml2 = format;
}

/* Each is a name iconv or libxml2 itself would convert from, in the spellings a declaration may have. */
static void
no_other_encoding_reaches_libxml2(void **state)
{
	static const char *const names[] = { "Shift_JIS", "EUC-JP", "ISO-2022-JP", "windows-1252", "windows-31j",
		"KOI8-R", "BIG5", "GB18030", "EUC-KR", "UTF-7", "UTF-16", "UTF-16LE", "UTF-32", "UCS-4", "IBM037",
		"EBCDIC-US", "ISO-8859-1", "ISO-8859-15", "US-ASCII", "ASCII", "HTML", "UTF8", "UTF-8//TRANSLIT", "" };
	static const char *const forms[] = {
		"<?xml version='1.0' encoding='%s'?><a/>",
		"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"%s\" standalone='yes' ?>\n<a/>",
		"<?xml\nversion = '1.0'\r\n\tencoding\n=\n'%s'?><a/>",
		"<?xml encoding='%s'?><a/>",
		"<?xml version='1.0' encoding='UTF-8' encoding='%s'?><a/>",
		"<?xml version='1.0' encoding='%s'",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names) * COUNT(forms); i++) {
		const char *name = names[i % COUNT(names)];
		struct buffer text = buffer_init(KIB), events = buffer_init(KIB);
		struct problem why = { 0 };
		char part[80];

		for (const char *c = forms[i / COUNT(names)]; *c; c++) {
			if (*c != '%') {
				buffer_byte(&text, (uint8_t)*c);
				continue;
			}
			buffer_text(&text, name);
			c++;
		}
		snprintf(part, sizeof(part), "line 1: the document declares the encoding \"%s\"; expected UTF-8", name);
		expect_problem(name, xml_read(buffer_span(&text), &limits, &handler, &events, &why), &why,
		    ERR_UNSUPPORTED, part);
		expect_text(name, why.clause, "XML 1.0 s4.3.3");
		buffer_release(&text);
		buffer_release(&events);
	}
}

static void
libxml2_prints_nothing(void **state)
{
	struct buffer events = buffer_init(KIB);
	struct problem why = { 0 };

	(void)state;
	xmlSetGenericErrorFunc(NULL, on_said);
	expect_problem("broken XML", xml_read(span_text("<a>"), &limits, &handler, &events, &why), &why, ERR_SYNTAX,
	    "line 1");
	xmlGenericError(xmlGenericErrorContext, "%s", "what it would tell the world");
	expect_true("nobody hears it", said_by_libxml2 == NULL);
	buffer_release(&events);
}

static void
large_documents_are_bounded(void **state)
{
	struct buffer b = buffer_init(64 * MIB), events = buffer_init(MIB);
	struct xml_limits wide = limits;
	struct problem why;

	(void)state;
	while (buffer_span(&b).size <= limits.bytes)
		buffer_text(&b, "<a>");
	expect_problem("a document too large is not looked at", xml_read(buffer_span(&b), &limits, &handler, &events,
	    &why), &why,
	    ERR_LIMIT, "at most 65536 are read");
	/* Comparing 500,000 attributes with each other would take minutes: the count is taken first. */
	buffer_clear(&b);
	buffer_text(&b, "<a");
	for (int i = 0; i < 500000; i++)
		buffer_print(&b, " a%d=''", i);
	buffer_text(&b, "/>");
	wide.bytes = 64 * MIB;
	expect_problem("an element of half a million attributes ends at once",
	    xml_read(buffer_span(&b), &wide, &handler, &events, &why), &why, ERR_LIMIT, "more than 4 attributes");
	buffer_clear(&b);
	for (int i = 0; i < 1000000; i++)
		buffer_text(&b, "<a>");
	expect_problem("so does a million nested elements", xml_read(buffer_span(&b), &wide, &handler, &events, &why),
	    &why,
	    ERR_LIMIT, "nested more than 5 deep");
	buffer_release(&b);
	buffer_release(&events);
}

static void
namespaces_that_canonicalisation_takes(void **state)
{
	static const struct {
		const char *title, *uri;
		bool good;
	} cases[] = {
		{ "a URL", "https://example.org/ns", true },
		{ "a URN", "urn:mace:shibboleth:metadata:1.0", true },
		{ "a relative reference", "ns/one", false },
		{ "a word", "one", false },
		{ "a URI with a blank", "http://example.org/a b", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_true(cases[i].title, xml_uri_absolute(cases[i].uri) == cases[i].good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_come_element_by_element),
		cmocka_unit_test(bad_documents_are_problems),
		cmocka_unit_test(no_other_encoding_reaches_libxml2),
		cmocka_unit_test(libxml2_prints_nothing),
		cmocka_unit_test(large_documents_are_bounded),
		cmocka_unit_test(namespaces_that_canonicalisation_takes),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
