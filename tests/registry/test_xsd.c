/* tests/registry/test_xsd.c - schemas that are missing or broken; and that nothing is opened once they are compiled. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "codec/text.h"
#include "registry/metadata.h"
#include "registry/xsd.h"

#define SCHEMAS "/usr/share/xml"
#define ENTITY(inside) "<md:EntityDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' " \
	"xmlns:mdui='urn:oasis:names:tc:SAML:metadata:ui' " \
	"entityID='https://a.example/'>" inside "</md:EntityDescriptor>"
#define SP(inside) "<md:SPSSODescriptor protocolSupportEnumeration='urn:p'>" inside \
	"<md:AssertionConsumerService Binding='u:b' Location='https://a.example/' index='1'/></md:SPSSODescriptor>"

static const char *const files[] = { "opensaml/saml-schema-metadata-2.0.xsd", "opensaml/saml-schema-assertion-2.0.xsd",
	"opensaml/saml-metadata-rpi-v1.0.xsd", "opensaml/sstc-saml-metadata-ui-v1.0.xsd",
	"opensaml/sstc-metadata-attr.xsd", "opensaml/sstc-saml-metadata-algsupport-v1.0.xsd",
	"opensaml/sstc-saml-idp-discovery.xsd", "opensaml/sstc-request-initiation.xsd",
	"xmltooling/xmldsig-core-schema.xsd", "xmltooling/xenc-schema.xsd",
	"xmltooling/xml.xsd" };

static char directory[64];

static const char *
path_of(const char *file)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	return path;
}

static void
write_file(const char *file, const char *text, size_t size)
{
	FILE *f = fopen(path_of(file), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

static void
copy_file(const char *file)
{
	static char text[256 * KIB];
	char path[256];
	size_t size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", SCHEMAS, file);
	f = fopen(path, "r");
	if (!f) {
		print_message("skipped: %s is not there: install opensaml-schemas and xmltooling-schemas\n", path);
		skip();
	}
	size = fread(text, 1, sizeof(text), f);
	fclose(f);
	write_file(file, text, size);
}

static int
clear(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		unlink(path_of(files[i]));
	rmdir(path_of("opensaml"));
	rmdir(path_of("xmltooling"));
	rmdir(directory);
	return 0;
}

static int
copy(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/watashi-xsd-XXXXXX");
	assert_non_null(mkdtemp(directory));
	assert_int_equal(mkdir(path_of("opensaml"), 0700), 0);
	assert_int_equal(mkdir(path_of("xmltooling"), 0700), 0);
	return 0;
}

static void
schemas_are_read_once(void **state)
{
	xmlExternalEntityLoader before = xmlGetExternalEntityLoader();
	struct arena a = arena_init(MIB);
	struct xsd_error errors[XSD_ERRORS];
	struct xsd *xsd = NULL;
	struct problem why;

	for (size_t i = 0; i < COUNT(files); i++)
		copy_file(files[i]);
	expect_ok("they compile", xsd_new(directory, &xsd, &why), &why);
	expect_true("the process has its loader again", xmlGetExternalEntityLoader() == before);
	clear(state);
	expect_number("a good entity is valid without the files", xsd_validate(xsd, &a, span_text(ENTITY(SP(""))),
	    errors), 0);
	expect_number("a bad one is not",
	    xsd_validate(xsd, &a,
	        span_text(ENTITY(SP("<md:Extensions><mdui:UIInfo><mdui:Logo/></mdui:UIInfo></md:Extensions>"))),
	    errors), 2);
	expect_span("where", errors[0].at, "SPSSODescriptor[1]/Extensions/UIInfo/Logo[1]");
	expect_span("why", errors[0].text, "Element 'Logo': The attribute 'height' is required but missing.");
	expect_number("and one after it is again",
	    xsd_validate(xsd, &a, span_text(ENTITY(SP("<md:Extensions><x:y xmlns:x='u:x'/></md:Extensions>"))), errors),
	    0);
	xsd_free(xsd);
	arena_release(&a);
}

static void
missing_and_broken_schemas_are_problems(void **state)
{
	struct xsd *xsd = NULL;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		copy_file(files[i]);
	unlink(path_of("xmltooling/xenc-schema.xsd"));
	expect_problem("a missing one names its package", xsd_new(directory, &xsd, &why), &why, ERR_NOT_FOUND,
	    "xmltooling/xenc-schema.xsd: No such file or directory; expected the schema of Debian's package "
	    "xmltooling-schemas");
	assert_int_equal(mkdir(path_of("xmltooling/xenc-schema.xsd"), 0700), 0);
	expect_problem("one that is no file", xsd_new(directory, &xsd, &why), &why, ERR_INVALID,
	    "xmltooling/xenc-schema.xsd: expected a regular file; expected the schema of Debian's package ");
	rmdir(path_of("xmltooling/xenc-schema.xsd"));
	write_file("xmltooling/xenc-schema.xsd", "", 0);
	assert_int_equal(truncate(path_of("xmltooling/xenc-schema.xsd"), 256 * 1024 + 1), 0);
	expect_problem("one that is too large", xsd_new(directory, &xsd, &why), &why, ERR_LIMIT,
	    "xmltooling/xenc-schema.xsd: expected at most 262144 bytes, found more; ");
	write_file("xmltooling/xenc-schema.xsd", "<schema", 7);
	expect_problem("one that is no XML", xsd_new(directory, &xsd, &why), &why, ERR_SYNTAX,
	    "expected the schemas of SAML metadata: Couldn't find end of Start Tag schema");
	copy_file("xmltooling/xenc-schema.xsd");
	write_file("xmltooling/xml.xsd", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' "
	    "targetNamespace='u:other'/>", 82);
	expect_problem("one of another namespace", xsd_new(directory, &xsd, &why), &why, ERR_SYNTAX,
	    "expected the schemas of SAML metadata: ");
	expect_true("nothing is made", xsd == NULL);
}

static void
sentences_are_short_and_whole(void **state)
{
	struct arena a = arena_init(4 * MIB);
	struct buffer document = buffer_init(MIB);
	struct xsd_error errors[XSD_ERRORS];
	struct xsd *xsd = NULL;
	struct problem why;
	size_t count;

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		copy_file(files[i]);
	expect_ok("they compile", xsd_new(directory, &xsd, &why), &why);
	buffer_text(&document, "<md:EntityDescriptor xmlns:md='urn:oasis:names:tc:SAML:2.0:metadata' entityID='u:a'>");
	for (size_t i = 0; i < 2 * XSD_ERRORS; i++) {
		buffer_text(&document, "<md:SPSSODescriptor protocolSupportEnumeration='u:p' validUntil='");
		for (size_t n = 0; n < 200; n++)
			buffer_text(&document, "\xe5\xb8\x82"); /* three bytes each: some are cut */
		buffer_text(&document, "'><md:AssertionConsumerService Binding='u:b' Location='u:l' "
		    "index='1'/></md:SPSSODescriptor>");
	}
	buffer_text(&document, "</md:EntityDescriptor>");
	count = xsd_validate(xsd, &a, buffer_span(&document), errors);
	expect_number("no more than there is room for", count, XSD_ERRORS);
	for (size_t i = 0; i < count; i++) {
		expect_true("a sentence is short", errors[i].text.size <= 300 && errors[i].text.size > 50);
		expect_true("and UTF-8", utf8_valid(errors[i].text));
	}
	expect_number("what is no XML is one error", xsd_validate(xsd, &a, span_text("<a"), errors), 1);
	xsd_free(xsd);
	buffer_release(&document);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(schemas_are_read_once, copy, clear),
		cmocka_unit_test_setup_teardown(missing_and_broken_schemas_are_problems, copy, clear),
		cmocka_unit_test_setup_teardown(sentences_are_short_and_whole, copy, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
