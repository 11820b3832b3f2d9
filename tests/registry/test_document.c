/* tests/registry/test_document.c - what others' verifiers say of our documents: xmlsec1, samlsign, the SAML schemas.
 *
 * That a verifier accepts a signature made over our text shows that the text is its own canonical form.
 */
#include "stage.h"

#include "crypto/certificate.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define XSI "http://www.w3.org/2001/XMLSchema-instance"

/* Everything that could come out differently from what we wrote: prefixes that collide, change their meaning or
 * stand only in values, defaults, escapes, attributes of many namespaces. */
static const char tricky[] =
    "<EntitiesDescriptor xmlns='" MD "' xmlns:q='u:q'>\n"
    "<EntityDescriptor entityID='https://a.example/?x=1&amp;y=&lt;2>' xmlns:r='u:r' r:z='1' q:a='&#10;&quot;' "
    "xml:lang='ja'>\n <Extensions><ds:x xmlns:ds='u:ds' ds:b='1' b='2' q:b='3' xmlns:b='u:b' b:b='4'><y xmlns='u:y'><y "
    "xmlns=''/></y></ds:x> <r:q/> <q:r xmlns:q='u:other'><q:s xmlns:q='u:q'/></q:r></Extensions>\n"
    " <SPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>&#13;&lt;&gt;&amp;"
    "<![CDATA[ <&> ]]>\xe6\x97\xa5\xe6\x9c\xac</SPSSODescriptor>\n"
    "</EntityDescriptor>\n"
    "<EntityDescriptor entityID='https://b.example/'>"
    "<RoleDescriptor xmlns:f='u:f' xmlns:i='" XSI "' i:type='f:T' protocolSupportEnumeration='u:p'><f:a><f:b/></f:a>"
    "<x i:type='g:U' xmlns:g='u:g'/><g:v xmlns:g='u:g' i:type='g:V'><w "
    "i:type='g:W'/></g:v></RoleDescriptor></EntityDescriptor>\n<EntityDescriptor entityID='https://c.example/'>"
    "<RoleDescriptor xmlns:t1='u:t' xmlns:i='" XSI "' i:type='t1:T' protocolSupportEnumeration='u:p'><t1:a/>"
    "<t2:b xmlns:t2='u:t2'/><n1:c xmlns:n1='u:n'/>"
    "<d xmlns='u:d' i:type='D'/></RoleDescriptor></EntityDescriptor>\n"
    "</EntitiesDescriptor>";

static bool
have(const char *program)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null 2>&1", program);
	if (system(command) == 0)
		return true;
	print_message("skipped: %s is not installed\n", program);
	return false;
}

static void
write_file(const char *path, struct span bytes)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes.data, 1, bytes.size, f) != bytes.size || fclose(f))
		fail_msg("%s cannot be written", path);
}

/* The documents of a stage as files of one directory, those of entities 1.xml, 2.xml … */
static size_t
lay_out(struct stage *s)
{
	struct stage_look entities = stage_load(s, (struct ask){ .table = &entity_table, .limit = 100000 });
	static const char *const sets[] = { DOCUMENT_ALL, DOCUMENT_IDPS, DOCUMENT_SPS };
	struct published d;
	char path[256];

	snprintf(path, sizeof(path), "%s/cert.der", s->directory);
	write_file(path, s->key.certificate);
	snprintf(path, sizeof(path), "%s/cert.pem", s->directory);
	write_file(path, span_text(certificate_to_pem(s->key.certificate, &s->arena)));
	for (size_t i = 0; i < entities.count; i++) {
		expect_true("an entity has its document", stage_document(s, entities.rows[i].key, &d));
		snprintf(path, sizeof(path), "%s/entity-%zu.xml", s->directory, i + 1);
		write_file(path, stage_bytes(s, &d.plain));
	}
	for (size_t i = 0; i < COUNT(sets); i++) {
		if (!stage_document(s, span_text(sets[i]), &d))
			continue;
		snprintf(path, sizeof(path), "%s/set-%s.xml", s->directory, sets[i]);
		write_file(path, stage_bytes(s, &d.plain));
		snprintf(path, sizeof(path), "%s/set-%s.xml.gz", s->directory, sets[i]);
		write_file(path, stage_bytes(s, &d.gzip));
	}
	return entities.count;
}

static int __attribute__((format(printf, 2, 3)))
run(struct stage *s, const char *format, ...)
{
	char command[4096];
	va_list args;
	int used;

	used = snprintf(command, sizeof(command), "cd %s && ", s->directory);
	va_start(args, format);
	vsnprintf(command + used, sizeof(command) - (size_t)used, format, args);
	va_end(args);
	return system(command);
}

#define XMLSEC "xmlsec1 --verify --trusted-der cert.der --id-attr:ID " MD ":EntityDescriptor --id-attr:ID " MD \
	":EntitiesDescriptor"

static void
expect_verified(struct stage *s, const char *files)
{
	expect_number("xmlsec1 accepts every document",
	    run(s, "for f in %s; do " XMLSEC " \"$f\" >out 2>&1 || { echo \"$f\"; cat out; exit 1; }; done >&2", files),
	    0);
}

static void
xmlsec_accepts_what_could_come_out_differently(void **state)
{
	struct stage s;

	(void)state;
	if (!have("xmlsec1"))
		skip();
	stage_open(&s, 1);
	expect_ok("imported", stage_import(&s, "tricky.xml", span_text(tricky)), &s.why);
	if (s.imported.refusal_count)
		print_error("  %s\n", s.refusals[0]);
	expect_number("nothing is refused", s.imported.refusal_count, 0);
	expect_ok("published", stage_publish(&s), &s.why);
	expect_number("three documents", lay_out(&s), 3);
	expect_verified(&s, "entity-*.xml set-*.xml");
	expect_number("a changed byte is noticed",
	    run(&s, "sed 's/c.example/d.example/' set-all.xml >bad.xml && ! " XMLSEC " bad.xml >out 2>&1"), 0);
	stage_close(&s);
}

/* Reading our own document gives the same fragments, so they are their own canonical form in every publication. */
static void
reading_our_own_documents_gives_the_same_fragments(void **state)
{
	struct published d;
	struct metadata first, again;
	struct problem why;
	struct stage s;

	(void)state;
	stage_open(&s, 2);
	s.settings.registration_authority = NULL;
	expect_ok("imported", stage_import(&s, "tricky.xml", span_text(tricky)), &s.why);
	expect_ok("published", stage_publish(&s), &s.why);
	expect_true("the set", stage_document(&s, span_text(DOCUMENT_ALL), &d));
	expect_ok("read", metadata_read(&s.arena, span_text(tricky), &(struct metadata_terms){ 0 }, s.now, &first,
	    &why), &why);
	expect_ok("read again", metadata_read(&s.arena, stage_bytes(&s, &d.plain), &(struct metadata_terms){ 0 }, s.now,
	    &again, &why), &why);
	expect_number("as many", again.entity_count, first.entity_count);
	for (size_t i = 0; i < first.entity_count; i++) {
		expect_true("the same name", span_equal(first.entities[i].entity_id, again.entities[i].entity_id));
		expect_true("the same attributes", span_equal(first.entities[i].attributes,
		    again.entities[i].attributes));
		expect_true("the same content", span_equal(first.entities[i].content, again.entities[i].content));
		expect_true("the same prefixes", span_equal(first.entities[i].prefixes, again.entities[i].prefixes));
	}
	stage_close(&s);
}

static struct span
real_metadata(struct stage *s)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct stat st;
	uint8_t *bytes;
	FILE *f;

	snprintf(path, sizeof(path), "%s/../shared/data/registry/real-merged-scrubbed.xml", top ? top : ".");
	f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st)) {
		print_message("skipped: %s is not there\n", path);
		return (struct span){ 0 };
	}
	bytes = arena_take(&s->arena, (size_t)st.st_size);
	if (fread(bytes, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
		fail_msg("%s cannot be read", path);
	fclose(f);
	return span_of(bytes, (size_t)st.st_size);
}

/* Maps the locations that the schemas' imports name to where Debian puts the files. */
static const char catalog[] =
    "<catalog xmlns='urn:oasis:names:tc:entity:xmlns:xml:catalog'>\n"
    "<system systemId='http://www.w3.org/TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd' "
    "uri='file:///usr/share/xml/xmltooling/xmldsig-core-schema.xsd'/>\n"
    "<system systemId='http://www.w3.org/TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd' "
    "uri='file:///usr/share/xml/xmltooling/xenc-schema.xsd'/>\n"
    "<system systemId='http://www.w3.org/2001/xml.xsd' uri='file:///usr/share/xml/xmltooling/xml.xsd'/>\n"
    "<rewriteSystem systemIdStartString='http://docs.oasis-open.org/security/saml/v2.0/' "
    "rewritePrefix='file:///usr/share/xml/opensaml/'/>\n"
    "</catalog>\n";

static const char schema[] =
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>\n"
    "<xs:import namespace='" MD "' schemaLocation='/usr/share/xml/opensaml/saml-schema-metadata-2.0.xsd'/>\n"
    "<xs:import namespace='urn:oasis:names:tc:SAML:metadata:rpi' "
    "schemaLocation='/usr/share/xml/opensaml/saml-metadata-rpi-v1.0.xsd'/>\n"
    "</xs:schema>\n";

/* How many of the named documents the schemas refuse. */
static unsigned
count_invalid(struct stage *s, const char *files)
{
	char path[256], text[64] = "";
	FILE *f;

	snprintf(path, sizeof(path), "%s/catalog.xml", s->directory);
	write_file(path, span_text(catalog));
	snprintf(path, sizeof(path), "%s/all.xsd", s->directory);
	write_file(path, span_text(schema));
	expect_number("the schemas are read",
	    run(s,
	    "XML_CATALOG_FILES=catalog.xml xmllint --nonet --noout --huge --schema all.xsd %s >/dev/null 2>schema.out; "
	    "grep -c 'fails to validate' schema.out >count; ! grep -q 'failed to compile' schema.out", files), 0);
	snprintf(path, sizeof(path), "%s/count", s->directory);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof(text), f) || fclose(f))
		fail_msg("nothing was counted");
	return (unsigned)atoi(text);
}

static void
verifiers_and_schemas_accept_the_real_federations(void **state)
{
	struct span document;
	struct stage s;
	size_t count;

	(void)state;
	stage_open(&s, 3);
	document = real_metadata(&s);
	if (!document.size || !have("xmlsec1")) {
		stage_close(&s);
		skip();
	}
	expect_ok("imported", stage_import(&s, "real.xml", document), &s.why);
	for (size_t i = 0; i < s.imported.refusal_count && i < STAGE_REPORT; i++)
		print_message("refused: %s\n", s.refusals[i]);
	expect_number("all are taken or refused", s.imported.added + s.imported.refusal_count, 1520);
	expect_ok("published", stage_publish(&s), &s.why);
	print_message("published %u documents in %lld us, signer in the same process\n", s.published.signed_documents,
	    (long long)s.published.us);
	count = lay_out(&s);
	expect_number("each has a document", count, s.imported.added);
	expect_verified(&s, "set-*.xml $(ls entity-*.xml | awk 'NR % 8 == 1')");
	if (have("xmllint") && access("/usr/share/xml/opensaml/saml-schema-metadata-2.0.xsd", R_OK) == 0) {
		/* One of the sources' entities has bare RoleDescriptors, whose type is abstract. */
		expect_number("the schemas accept all entities but one", count_invalid(&s, "entity-*.xml"), 1);
		expect_number("and the set that holds it", count_invalid(&s, "set-all.xml"), 1);
		expect_number("for nothing else", run(&s, "grep 'validity error' schema.out | "
		    "grep -v \"RoleDescriptor': The type definition is abstract\" >&2"), 256);
	}
	if (have("samlsign")) {
		expect_number("samlsign accepts the set",
		    run(&s, "samlsign -c \"$PWD/cert.pem\" -f set-all.xml >out 2>&1 || { cat out >&2; exit 1; }"), 0);
		expect_number("and an entity",
		    run(&s, "samlsign -c \"$PWD/cert.pem\" -f entity-1.xml >out 2>&1 || { cat out >&2; exit 1; }"), 0);
	}
	if (have("gzip"))
		expect_number("gzip gives the same bytes", run(&s, "gzip -dc set-all.xml.gz | cmp - set-all.xml >&2"),
		    0);
	stage_close(&s);
}

static void
samlsign_accepts_a_small_federation(void **state)
{
	struct stage s;

	(void)state;
	if (!have("samlsign"))
		skip();
	stage_open(&s, 4);
	expect_ok("imported", stage_import(&s, "tricky.xml", span_text(tricky)), &s.why);
	expect_ok("published", stage_publish(&s), &s.why);
	lay_out(&s);
	expect_number("samlsign accepts every document",
	    run(&s,
	    "for f in entity-2.xml; do samlsign -c \"$PWD/cert.pem\" -f \"$f\" >out 2>&1 || { cat out >&2; exit 1; }; "
	    "done"), 0);
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xmlsec_accepts_what_could_come_out_differently),
		cmocka_unit_test(reading_our_own_documents_gives_the_same_fragments),
		cmocka_unit_test(verifiers_and_schemas_accept_the_real_federations),
		cmocka_unit_test(samlsign_accepts_a_small_federation),
	};

	return cmocka_run_group_tests_name("document", tests, NULL, stage_clean);
}
