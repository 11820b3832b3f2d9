/* tests/registry/test_metadata.c - metadata of others into canonical fragments, and what is refused with which
 * words. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "registry/entity.h"
#include "registry/metadata.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define NOW "2026-11-22T06:00:00Z"

/* What every role says. */
#define P " protocolSupportEnumeration='urn:p'"
#define CANONICAL_P " protocolSupportEnumeration=\"urn:p\""

/* An entity around `inside`, in our own prefixes. */
#define ENTITY(inside) "<md:EntityDescriptor xmlns:md='" MD "' entityID='https://a.example/'>" inside \
	"<md:SPSSODescriptor" P "/></md:EntityDescriptor>"
#define TAIL "<md:SPSSODescriptor" CANONICAL_P "></md:SPSSODescriptor>"

static struct instant
at(const char *text)
{
	struct instant t;

	assert_true(instant_read(span_text(text), &t));
	return t;
}

static void
entities_become_canonical_fragments(void **state)
{
	static const struct {
		const char *title, *text, *attributes, *content, *prefixes;
	} cases[] = {
		{ "our own prefixes stay", ENTITY(""), "", TAIL, "" },
		{ "a default namespace gets our prefix",
		  "<EntityDescriptor xmlns='" MD "' entityID='https://a.example/'><SPSSODescriptor" P
		  " a='1'/></EntityDescriptor>", "", "<md:SPSSODescriptor a=\"1\"" CANONICAL_P "></md:SPSSODescriptor>",
		  "" },
		{ "so does another prefix",
		  "<x:EntityDescriptor xmlns:x='" MD "' entityID='https://a.example/'><x:SPSSODescriptor" P
		  "/></x:EntityDescriptor>", "", TAIL, "" },
		{ "a prefix of ours that means something else is renamed",
		  "<EntityDescriptor xmlns='" MD "' xmlns:ds='u:1' entityID='https://a.example/'><SPSSODescriptor" P
		  "><ds:a/></SPSSODescriptor></EntityDescriptor>", "",
		  "<md:SPSSODescriptor" CANONICAL_P "><n1:a xmlns:n1=\"u:1\"></n1:a></md:SPSSODescriptor>", "" },
		{ "a further namespace is declared where it is first used, and once",
		  ENTITY("<md:Extensions xmlns:p='u:p'> <p:a><p:b/><c xmlns='u:p'/></p:a><p:d "
		      "p:e=''/></md:Extensions>"), "",
		  "<md:Extensions> <p:a xmlns:p=\"u:p\"><p:b></p:b><p:c></p:c></p:a><p:d xmlns:p=\"u:p\" "
		  "p:e=\"\"></p:d></md:Extensions>" TAIL, "" },
		{ "what is declared and not used disappears",
		  ENTITY("<md:Extensions xmlns:p='u:p'><a/></md:Extensions>"), "",
		  "<md:Extensions><a></a></md:Extensions>" TAIL, "" },
		{ "one prefix for two namespaces becomes two",
		  ENTITY("<md:Extensions><p:a xmlns:p='u:1'><p:b xmlns:p='u:2'/></p:a></md:Extensions>"), "",
		  "<md:Extensions><p:a xmlns:p=\"u:1\"><n1:b xmlns:n1=\"u:2\"></n1:b></p:a></md:Extensions>" TAIL, "" },
		{ "unknown default namespaces get prefixes",
		  ENTITY("<md:Extensions><a xmlns='u:1'><b xmlns='u:2'/></a><n1:c xmlns:n1='u:3'/></md:Extensions>"),
		  "",
		  "<md:Extensions><n1:a xmlns:n1=\"u:1\"><n2:b xmlns:n2=\"u:2\"></n2:b></n1:a><n3:c "
		  "xmlns:n3=\"u:3\"></n3:c></md:Extensions>" TAIL, "" },
		{ "elements of no namespace stay so", ENTITY("<md:Extensions><a xmlns=''/></md:Extensions>"), "",
		  "<md:Extensions><a></a></md:Extensions>" TAIL, "" },
		{ "declarations and attributes are sorted",
		  ENTITY("<md:Extensions><a z='1' y:b='2' x:c='3' b='4' xmlns:y='u:1' xmlns:x='u:2' "
		      "xml:lang='ja'/></md:Extensions>"),
		  "",
		  "<md:Extensions><a xmlns:x=\"u:2\" xmlns:y=\"u:1\" b=\"4\" z=\"1\" xml:lang=\"ja\" y:b=\"2\" "
		  "x:c=\"3\"></a></md:Extensions>" TAIL, "" },
		{ "values and text are escaped canonically",
		  ENTITY("<a a=\"&lt;'&gt;&quot;&amp;&#9;&#10;&#13;\">&lt;&gt;&amp;'\"&#13;<![CDATA[<]]></a>"), "",
		  "<a a=\"&lt;'>&quot;&amp;&#x9;&#xA;&#xD;\">&lt;&gt;&amp;'\"&#xD;&lt;</a>" TAIL, "" },
		{ "a well-known type keeps its meaning under our prefix",
		  ENTITY("<md:Extensions><a xmlns:s='http://www.w3.org/2001/XMLSchema' "
		  "xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type=' s:string '/></md:Extensions>"), "",
		  "<md:Extensions><a xsi:type=\"xs:string\"></a></md:Extensions>" TAIL, "" },
		{ "a type's namespace is declared on the element and named",
		  ENTITY("<md:RoleDescriptor" P " xmlns:f='u:f' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
		      "i:type='f:T'><f:a/>"
		  "</md:RoleDescriptor>"), "",
		  "<md:RoleDescriptor xmlns:t1=\"u:f\"" CANONICAL_P
		  " xsi:type=\"t1:T\"><f:a xmlns:f=\"u:f\"></f:a></md:RoleDescriptor>" TAIL, "t1" },
		{ "a type in the namespace of its element needs nothing more",
		  ENTITY("<md:Extensions><f:a xmlns:f='u:f' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
		      "i:type='f:T'/>"
		  "</md:Extensions>"), "",
		  "<md:Extensions><f:a xmlns:f=\"u:f\" xsi:type=\"f:T\"></f:a></md:Extensions>" TAIL, "" },
		{ "a type without prefix is in the default namespace",
		  ENTITY("<md:Extensions xmlns='u:f'><md:x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
		      "i:type='T'/>"
		  "</md:Extensions>"), "",
		  "<md:Extensions><md:x xmlns:t1=\"u:f\" xsi:type=\"t1:T\"></md:x></md:Extensions>" TAIL, "t1" },
		{ "and in none where there is none",
		  ENTITY("<md:Extensions><md:x xmlns:i='http://www.w3.org/2001/XMLSchema-instance' "
		      "i:type='T'/></md:Extensions>"), "",
		  "<md:Extensions><md:x xsi:type=\"T\"></md:x></md:Extensions>" TAIL, "" },
		{ "what is ours is dropped from the root, the rest stays in order",
		  "<md:EntityDescriptor xmlns:md='" MD "' xmlns:p='u:p' p:b='1' ID='x' a='2' cacheDuration='PT1H' "
		  "entityID='https://a.example/' validUntil='2026-11-22T06:00:01Z'><p:c/><md:SPSSODescriptor" P
		  "/></md:EntityDescriptor>", " xmlns:p=\"u:p\" a=\"2\" p:b=\"1\"", "<p:c></p:c>" TAIL, "" },
		{ "signatures of the entity and of a role are dropped",
		  "<md:EntityDescriptor xmlns:md='" MD "' xmlns:ds='http://www.w3.org/2000/09/xmldsig#' "
		  "entityID='https://a.example/'><ds:Signature><ds:x/>y</ds:Signature><md:SPSSODescriptor" P
		  "><ds:Signature/><md:KeyDescriptor><ds:KeyInfo/>"
		  "</md:KeyDescriptor></md:SPSSODescriptor></md:EntityDescriptor>", "",
		  "<md:SPSSODescriptor" CANONICAL_P
		  "><md:KeyDescriptor><ds:KeyInfo></ds:KeyInfo></md:KeyDescriptor></md:SPSSODescriptor>", "" },
		{ "wrappers fall away, with their extensions and signature",
		  "<md:EntitiesDescriptor xmlns:md='" MD
		  "' validUntil='2027-01-01T00:00:00Z'><md:Extensions><q/></md:Extensions> "
		  "<md:EntitiesDescriptor>" ENTITY("<!-- c -->") "</md:EntitiesDescriptor></md:EntitiesDescriptor>", "",
		  TAIL, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		struct metadata m;
		struct problem why;

		expect_ok(cases[i].title, metadata_read(&a, span_text(cases[i].text), &(struct metadata_terms){ 0 },
		    at(NOW), &m, &why), &why);
		if (m.refusal_count)
			print_error("  refused: %s\n", m.refusals[0].why.text);
		expect_number(cases[i].title, m.entity_count, 1);
		expect_span(cases[i].title, m.entities[0].entity_id, "https://a.example/");
		expect_span(cases[i].title, m.entities[0].attributes, cases[i].attributes);
		expect_span(cases[i].title, m.entities[0].content, cases[i].content);
		expect_span(cases[i].title, m.entities[0].prefixes, cases[i].prefixes);
		arena_release(&a);
	}
}

static void
roles_and_registration_are_told(void **state)
{
	static const struct {
		const char *title, *inside;
		unsigned roles;
		enum registration registration;
		const char *before; /* what stands in front of the children of Extensions */
	} cases[] = {
		{ "an identity provider", "<md:IDPSSODescriptor" P "/>", ENTITY_IDP | ENTITY_RP, REGISTRATION_HOMELESS,
		    "" },
		{ "an attribute provider", "<md:AttributeAuthorityDescriptor" P "/>", ENTITY_AP | ENTITY_RP,
		  REGISTRATION_HOMELESS, "" },
		{ "another role", "<md:PDPDescriptor" P "/>", ENTITY_OTHER | ENTITY_RP, REGISTRATION_HOMELESS, "" },
		{ "a role's name deeper down is none", "<md:Extensions><md:IDPSSODescriptor" P "/></md:Extensions>",
		  ENTITY_RP,
		  REGISTRATION_MISSING, "<md:Extensions>" },
		{ "a registration",
		  "<md:Extensions><r:RegistrationInfo xmlns:r='urn:oasis:names:tc:SAML:metadata:rpi'/></md:Extensions>",
		  ENTITY_RP, REGISTRATION_HOMELESS, "" },
		{ "a registration among others",
		  "<md:Extensions><a/><r:RegistrationInfo "
		  "xmlns:r='urn:oasis:names:tc:SAML:metadata:rpi'/></md:Extensions>",
		  ENTITY_RP, REGISTRATION_MISSING, "<md:Extensions>" },
		{ "blanks before the extensions", "\n <md:Extensions b='&#10;'> <a/></md:Extensions>", ENTITY_RP,
		  REGISTRATION_MISSING,
		  "\n <md:Extensions b=\"&#xA;\">" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		char text[1024];
		struct metadata m;
		struct problem why;

		snprintf(text, sizeof(text),
		    "<md:EntityDescriptor xmlns:md='" MD "' entityID='urn:x'>%s<md:SPSSODescriptor" P "/>"
		    "</md:EntityDescriptor>", cases[i].inside);
		expect_ok(cases[i].title, metadata_read(&a, span_text(text), &(struct metadata_terms){ 0 }, at(NOW), &m,
		    &why), &why);
		expect_number(cases[i].title, m.entity_count, 1);
		expect_number(cases[i].title, m.entities[0].roles, cases[i].roles);
		expect_number(cases[i].title, m.entities[0].registration, cases[i].registration);
		expect_span(cases[i].title, span_first(m.entities[0].content, m.entities[0].extensions),
		    cases[i].before);
		arena_release(&a);
	}
}

static void
documents_that_are_no_metadata_are_problems(void **state)
{
	static const struct {
		const char *title, *text;
		enum err code;
		const char *part;
	} cases[] = {
		{ "another root", "\n<html/>", ERR_INVALID,
		  "line 2: expected EntityDescriptor or EntitiesDescriptor of " MD ", found html of no namespace as "
		  "root" },
		{ "the right name in another namespace", "<EntityDescriptor xmlns='u:1'/>", ERR_INVALID,
		  "found EntityDescriptor of u:1" },
		{ "something else among the entities", "<EntitiesDescriptor xmlns='" MD "'>\n<x/></EntitiesDescriptor>",
		  ERR_INVALID,
		  "line 2: expected EntityDescriptor" },
		{ "a DOCTYPE", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ERR_SYNTAX, "(DTD)" },
		{ "a good entity before broken XML", "<EntitiesDescriptor xmlns='" MD "'>" ENTITY("") "\n<x>",
		  ERR_INVALID, "line 2" },
		{ "a good entity before the end", "<EntitiesDescriptor xmlns='" MD "'>" ENTITY(""), ERR_SYNTAX,
		  "line 1" },
		{ "wrappers too deep",
		  "<a:EntitiesDescriptor xmlns:a='" MD
		  "'><a:EntitiesDescriptor><a:EntitiesDescriptor><a:EntitiesDescriptor>"
		  "<a:EntitiesDescriptor><a:EntitiesDescriptor><a:EntitiesDescriptor><a:EntitiesDescriptor>"
		  "<a:EntitiesDescriptor>"
		  "</a:EntitiesDescriptor></a:EntitiesDescriptor></a:EntitiesDescriptor></a:EntitiesDescriptor>"
		  "</a:EntitiesDescriptor></a:EntitiesDescriptor></a:EntitiesDescriptor></a:EntitiesDescriptor>"
		  "</a:EntitiesDescriptor>", ERR_LIMIT, "EntitiesDescriptor is nested more than 8 deep" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		struct metadata m;
		struct problem why;
		enum err err = metadata_read(&a, span_text(cases[i].text), &(struct metadata_terms){ 0 }, at(NOW), &m,
		    &why);

		expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].part);
		arena_release(&a);
	}
}

/* A good entity stands behind each bad one, and is taken. */
static void
one_bad_entity_does_not_stop_the_others(void **state)
{
#define E "<EntityDescriptor"
#define R "<SPSSODescriptor" P "/></EntityDescriptor>"
#define XSI "xmlns:i='http://www.w3.org/2001/XMLSchema-instance'"
	static const struct {
		const char *title, *text, *entity_id;
		int line;
		const char *part, *clause;
	} cases[] = {
		{ "no entityID", "\n" E ">" R, "", 2, "line 2: expected an entityID, found none",
		  "SAML 2.0 Metadata s2.3.2" },
		{ "an empty entityID", E " entityID=''>" R, "", 1, "found an empty one", "SAML 2.0 Metadata s2.3.2" },
		{ "a blank in the entityID", E " entityID='urn:a b'>" R, "urn:a b", 1,
		  "expected a URI as entityID, found one with the character U+0020 at position 6", "RFC 3986 s2" },
		{ "a line break in the entityID", E " entityID='urn:a&#10;'>" R, "urn:a\n", 1,
		  "character U+000A at position 6", "RFC 3986 s2" },
		{ "no role", E " entityID='urn:a'><Organization/></EntityDescriptor>", "urn:a", 1,
		  "expected a role descriptor or an AffiliationDescriptor in the EntityDescriptor, found none",
		  "SAML 2.0 Metadata s2.3.2" },
		{ "validity over", E " entityID='urn:a' validUntil='2026-11-22T06:00:00Z'>" R, "urn:a", 1,
		  "line 1: EntityDescriptor was valid until 2026-11-22T06:00:00Z; expected a time to come",
		  "SAML 2.0 Metadata s2.3.2" },
		{ "a validity that is no time", E " entityID='urn:a' validUntil='tomorrow'>" R, "urn:a", 1,
		  "validUntil=\"tomorrow\" of EntityDescriptor is not a time", "SAML 2.0 Metadata s2.3.2" },
		{ "validity of the wrapper over",
		  "<EntitiesDescriptor validUntil='2026-11-01T00:00:00Z'>\n" E " entityID='urn:a'>" R
		  "</EntitiesDescriptor>", "urn:a", 2, "line 1: EntitiesDescriptor was valid until "
		  "2026-11-01T00:00:00Z", "SAML 2.0 Metadata s2.3.2" },
		{ "extensions behind a role",
		  E " entityID='urn:a'><SPSSODescriptor" P "/>\n<Extensions/></EntityDescriptor>", "urn:a", 1,
		  "line 2: expected Extensions once and as first child", "SAML 2.0 Metadata s2.3.2" },
		{ "extensions twice", E " entityID='urn:a'><Extensions/><Extensions/>" R, "urn:a", 1,
		  "expected Extensions once",
		  "SAML 2.0 Metadata s2.3.2" },
		{ "a relative namespace", E " entityID='urn:a'><x:a xmlns:x='rel'/>" R, "urn:a", 1,
		  "the namespace \"rel\" is not an absolute URI", "RFC 3076 s1.3" },
		{ "a type whose prefix is not declared", E " entityID='urn:a'><a " XSI " i:type='xs:string'/>" R,
		  "urn:a", 1,
		  "xsi:type=\"xs:string\" uses a prefix that is not declared", "XML Schema 1 s2.6.1" },
		{ "a type that is no name", E " entityID='urn:a'><a " XSI " i:type=' '/>" R, "urn:a", 1,
		  "is not a qualified name", "XML Schema 1 s2.6.1" },
		{ "a value that is a qualified name",
		  E " entityID='urn:a'><a " XSI " xmlns:s='http://www.w3.org/2001/XMLSchema' i:type='s:QName'>x:y</a>"
		  R, "urn:a", 1, "a value of type xs:QName", "XML Schema 2 s3.2.18" },
		{ "one entityID twice", E " entityID='urn:a'>" R "\n" E " entityID='urn:a'>" R, "urn:a", 1,
		  "line 1: expected the entityID once in the document, found it on line 2 too",
		  "SAML 2.0 Metadata s2.3.2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		char text[2048];
		struct metadata m;
		struct problem why;

		snprintf(text, sizeof(text), "<EntitiesDescriptor xmlns='" MD "'>%s" E " entityID='urn:good'>" R
		    "</EntitiesDescriptor>", cases[i].text);
		expect_ok(cases[i].title, metadata_read(&a, span_text(text), &(struct metadata_terms){ 0 }, at(NOW), &m,
		    &why), &why);
		expect_number(cases[i].title, m.entity_count, 1);
		expect_span("the good one", m.entities[0].entity_id, "urn:good");
		expect_true(cases[i].title, m.refusal_count >= 1);
		expect_span(cases[i].title, m.refusals[0].entity_id, cases[i].entity_id);
		expect_number(cases[i].title, m.refusals[0].line, cases[i].line);
		expect_text(cases[i].title, m.refusals[0].why.clause, cases[i].clause);
		if (!strstr(m.refusals[0].why.text, cases[i].part))
			expect_text(cases[i].title, m.refusals[0].why.text, cases[i].part);
		arena_release(&a);
	}
#undef E
#undef R
#undef XSI
}

/* What would take a whole aggregate from those who validate it, or run in a page. */
static void
unsound_entities_are_refused(void **state)
{
#define WITH(inside) "<EntityDescriptor entityID='urn:a'>\n" inside "<SPSSODescriptor" P "/></EntityDescriptor>"
#define NAMED(id) "<EntityDescriptor entityID='" id "'><SPSSODescriptor" P "/></EntityDescriptor>"
#define CERTIFICATE(text) WITH("<ds:X509Certificate>" text "</ds:X509Certificate>")
	static const char no_certificate[] = "line 2: expected the base64 of a DER certificate in X509Certificate, "
	    "found ";
	static const struct {
		const char *title, *text, *part, *clause; /* NULL: it is taken */
	} cases[] = {
		{ "a role without protocols", WITH("<IDPSSODescriptor/>"),
		  "line 2: expected a protocolSupportEnumeration that names a protocol in IDPSSODescriptor, found none",
		  "SAML 2.0 Metadata s2.4.1" },
		{ "a relying party without", WITH("<SPSSODescriptor/>"), "in SPSSODescriptor",
		    "SAML 2.0 Metadata s2.4.1" },
		{ "an attribute provider without", WITH("<AttributeAuthorityDescriptor/>"),
		  "in AttributeAuthorityDescriptor", "SAML 2.0 Metadata s2.4.1" },
		{ "an authority without", WITH("<AuthnAuthorityDescriptor/>"), "in AuthnAuthorityDescriptor",
		  "SAML 2.0 Metadata s2.4.1" },
		{ "a decision point without", WITH("<PDPDescriptor/>"), "in PDPDescriptor",
		    "SAML 2.0 Metadata s2.4.1" },
		{ "another role without", WITH("<RoleDescriptor/>"), "in RoleDescriptor", "SAML 2.0 Metadata s2.4.1" },
		{ "a role with empty protocols", WITH("<SPSSODescriptor protocolSupportEnumeration=' &#10;'/>"),
		  "found none", "SAML 2.0 Metadata s2.4.1" },
		{ "a role's attribute of another namespace",
		  WITH("<SPSSODescriptor q:protocolSupportEnumeration='x'/>"),
		  "found none", "SAML 2.0 Metadata s2.4.1" },

		{ "the outer shape of a certificate", CERTIFICATE("MAMCAQE="), NULL, NULL },
		{ "with blanks and line ends", CERTIFICATE("\r\n MAMC\n\tAQE= &#13;"), NULL, NULL },
		{ "in pieces", CERTIFICATE("MA<!-- -->MC<![CDATA[AQE=]]>"), NULL, NULL },
		{ "with a length of one byte more", CERTIFICATE("MIEDAgEB"), NULL, NULL },
		{ "with a length of two bytes", CERTIFICATE("MIIAAwIBAQ=="), NULL, NULL },
		{ "an empty certificate", CERTIFICATE(" "), no_certificate, "XML Signature s4.5.4.1" },
		{ "a certificate that is no base64", CERTIFICATE("MAMC!QE="), no_certificate,
		    "XML Signature s4.5.4.1" },
		{ "a certificate with its armour", CERTIFICATE("-----BEGIN CERTIFICATE-----MAMCAQE="), no_certificate,
		  "XML Signature s4.5.4.1" },
		{ "a certificate cut short", CERTIFICATE("MAMCAQ=="), no_certificate, "XML Signature s4.5.4.1" },
		{ "a certificate with something behind it", CERTIFICATE("MAMCAQEA"), no_certificate,
		  "XML Signature s4.5.4.1" },
		{ "a length of unknown end", CERTIFICATE("MIACAQEAAA=="), no_certificate, "XML Signature s4.5.4.1" },
		{ "a length of five bytes", CERTIFICATE("MIUAAAAAAwIBAQ=="), no_certificate, "XML Signature s4.5.4.1" },
		{ "a length that is not there", CERTIFICATE("MII="), no_certificate, "XML Signature s4.5.4.1" },
		{ "another ASN.1 value", CERTIFICATE("AgEB"), no_certificate, "XML Signature s4.5.4.1" },
		{ "an element in a certificate", CERTIFICATE("MAMC<x/>AQE="),
		  "line 2: expected text alone in X509Certificate, found an element", "SAML 2.0 Metadata s2" },

		{ "endpoints of http and https", WITH("<a Location='http://a.example'/><a Location=' HTTPS://a.example "
		  "'/>"), NULL, NULL },
		{ "an endpoint that is a script", WITH("<a Location='javascript:alert(1)'/>"),
		  "line 2: expected a URL of https or http in Location, found \"javascript:alert(1)\"",
		  "RFC 9110 s4.2" },
		{ "an answer's endpoint that is data", WITH("<a Location='https://a' ResponseLocation='data:text/html,"
		  "x'/>"), "in ResponseLocation, found \"data:text/html,x\"", "RFC 9110 s4.2" },
		{ "an empty endpoint", WITH("<a Location=''/>"), "in Location, found \"\"", "RFC 9110 s4.2" },
		{ "an endpoint without a scheme", WITH("<a Location='//a.example/'/>"), "in Location",
		    "RFC 9110 s4.2" },
		{ "an endpoint that commands a terminal", WITH("<a Location='x:&#x9b;2J'/>"),
		  "in Location, found \"x:\"", "RFC 9110 s4.2" },
		{ "an organisation's page", WITH("<OrganizationURL>\n https://a.example/\n</OrganizationURL>"), NULL,
		    NULL },
		{ "an organisation's page that is a script", WITH("<OrganizationURL>\nJavaScript:x</OrganizationURL>"),
		  "line 2: expected a URL of https or http in OrganizationURL, found \"JavaScript:x\"",
		  "RFC 9110 s4.2" },
		{ "further metadata in a file",
		  WITH("<AdditionalMetadataLocation>file:///etc</AdditionalMetadataLocation>"),
		  "in AdditionalMetadataLocation", "RFC 9110 s4.2" },
		{ "information that is a script", WITH("<ui:InformationURL>vbscript:x</ui:InformationURL>"),
		  "in InformationURL", "RFC 9110 s4.2" },
		{ "a statement that is data", WITH("<ui:PrivacyStatementURL>data:image/png,</ui:PrivacyStatementURL>"),
		  "in PrivacyStatementURL", "RFC 9110 s4.2" },
		{ "a logo that is its own picture", WITH("<ui:Logo>\ndata:image/png;base64,AA==</ui:Logo>"), NULL,
		    NULL },
		{ "a logo that is a page", WITH("<ui:Logo>data:text/html,x</ui:Logo>"), "in Logo", "RFC 9110 s4.2" },

		{ "an entityID without a scheme", NAMED("a.example"), NULL, NULL },
		{ "an entityID in Japanese", NAMED("https://\xe4\xbe\x8b.example/%E4%BE%8b"), NULL, NULL },
		{ "a control character of C1", NAMED("urn:\xc2\x9b"),
		  "line 1: expected a URI as entityID, found one with the character U+009B at position 5",
		  "RFC 3986 s2" },
		{ "text turned around", NAMED("urn:\xe2\x80\xae" "a"), "U+202E at position 5", "RFC 3986 s2" },
		{ "text set apart", NAMED("urn:\xe2\x81\xa6"), "U+2066 at position 5", "RFC 3986 s2" },
		{ "a character of no width", NAMED("urn:\xe2\x80\x8b"), "U+200B at position 5", "RFC 3986 s2" },
		{ "an escape cut short", NAMED("urn:%2"),
		  "line 1: expected two hexadecimal digits behind the % at position 5 of the entityID",
		  "RFC 3986 s2.1" },
		{ "an escape that is none", NAMED("urn:%zz"), "at position 5", "RFC 3986 s2.1" },
		{ "a name that is a script", NAMED("JavaScript:alert(1)"),
		  "line 1: expected an entityID that names an entity, found one of the scheme javascript:",
		  "SAML 2.0 Metadata s2.3.2" },
		{ "a name that is data", NAMED("data:,x"), "the scheme data:", "SAML 2.0 Metadata s2.3.2" },
		{ "a name in Basic", NAMED("vbscript:x"), "the scheme vbscript:", "SAML 2.0 Metadata s2.3.2" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		char text[2048];
		struct metadata m;
		struct problem why;
		size_t refused = cases[i].part != NULL;

		snprintf(text, sizeof(text), "<EntitiesDescriptor xmlns='" MD
		    "' xmlns:ds='http://www.w3.org/2000/09/xmldsig#' "
		    "xmlns:ui='urn:oasis:names:tc:SAML:metadata:ui' xmlns:q='u:q'>%s" NAMED("urn:good")
		    "</EntitiesDescriptor>", cases[i].text);
		expect_ok(cases[i].title, metadata_read(&a, span_text(text), &(struct metadata_terms){ 0 }, at(NOW), &m,
		    &why), &why);
		if (m.refusal_count != refused)
			print_error("  refused: %s\n", m.refusal_count ? m.refusals[0].why.text : "nothing");
		expect_number(cases[i].title, m.refusal_count, refused);
		expect_number(cases[i].title, m.entity_count, 2 - refused);
		expect_span("the good one behind it", m.entities[1 - refused].entity_id, "urn:good");
		if (refused) {
			expect_text(cases[i].title, m.refusals[0].why.clause, cases[i].clause);
			if (!strstr(m.refusals[0].why.text, cases[i].part))
				expect_text(cases[i].title, m.refusals[0].why.text, cases[i].part);
		}
		arena_release(&a);
	}
#undef WITH
#undef NAMED
#undef CERTIFICATE
}

static void
all_copies_of_one_name_are_refused(void **state)
{
	static const char text[] = "<EntitiesDescriptor xmlns='" MD "'>\n"
	    "<EntityDescriptor entityID='urn:a'><SPSSODescriptor" P "/></EntityDescriptor>\n"
	    "<EntityDescriptor entityID='urn:b'><SPSSODescriptor" P "/></EntityDescriptor>\n"
	    "<EntityDescriptor entityID='urn:a'><SPSSODescriptor" P "/></EntityDescriptor>\n"
	    "<EntityDescriptor entityID='urn:a'></EntityDescriptor>\n"
	    "</EntitiesDescriptor>";
	struct arena a = arena_init(METADATA_ARENA);
	struct metadata m;
	struct problem why;

	(void)state;
	expect_ok("the document is read", metadata_read(&a, span_text(text), &(struct metadata_terms){ 0 }, at(NOW), &m,
	    &why), &why);
	expect_number("one is left", m.entity_count, 1);
	expect_span("which is named once", m.entities[0].entity_id, "urn:b");
	expect_number("three are refused", m.refusal_count, 3);
	expect_number("in the order of lines", m.refusals[0].line, 2);
	expect_number("in the order of lines", m.refusals[1].line, 4);
	expect_text("each for its first reason", m.refusals[2].why.text,
	    "line 5: expected a role descriptor or an AffiliationDescriptor in the EntityDescriptor, found none");
	arena_release(&a);
}

static void
entities_are_bounded(void **state)
{
	static const struct {
		const char *title, *begin, *repeat, *end;
		int times;
		const char *part;
	} cases[] = {
		{ "an entityID too long", "<EntityDescriptor xmlns='" MD "' entityID='", "x",
		  "'><SPSSODescriptor" P "/></EntityDescriptor>",
		  1025, "expected an entityID of at most 1024 characters, found 1025" },
		{ "a fragment too large", "<EntityDescriptor xmlns='" MD "' entityID='urn:a'><SPSSODescriptor" P ">",
		  "0123456789",
		  "</SPSSODescriptor></EntityDescriptor>", 105000, "in canonical form is larger than 1048576 bytes" },
		{ "too many elements", "<EntityDescriptor xmlns='" MD "' entityID='urn:a'><SPSSODescriptor" P ">",
		  "<a/>", "</SPSSODescriptor></EntityDescriptor>", 20000, "more than 20000 elements" },
		{ "too many further namespaces", "<EntityDescriptor xmlns='" MD "' entityID='urn:a'><SPSSODescriptor" P
		  ">", "<a xmlns='u:%d'/>", "</SPSSODescriptor></EntityDescriptor>", 65, "more than 64 namespaces" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(METADATA_ARENA);
		struct buffer b = buffer_init(8 * MIB);
		struct metadata m;
		struct problem why;

		buffer_text(&b, cases[i].begin);
		for (int n = 0; n < cases[i].times; n++) {
			const char *number = strstr(cases[i].repeat, "%d");

			buffer_add(&b, span_of(cases[i].repeat, number ?
			    (size_t)(number - cases[i].repeat) : strlen(cases[i].repeat)));
			if (!number)
				continue;
			buffer_number(&b, (uint64_t)n);
			buffer_text(&b, number + 2);
		}
		buffer_text(&b, cases[i].end);
		expect_ok(cases[i].title, metadata_read(&a, buffer_span(&b), &(struct metadata_terms){ 0 }, at(NOW), &m,
		    &why), &why);
		expect_number(cases[i].title, m.refusal_count, 1);
		if (!strstr(m.refusals[0].why.text, cases[i].part))
			expect_text(cases[i].title, m.refusals[0].why.text, cases[i].part);
		buffer_release(&b);
		arena_release(&a);
	}
}

static void
elements_of_an_entity_nest_only_so_deep(void **state)
{
	struct arena a = arena_init(METADATA_ARENA);
	struct buffer b = buffer_init(MIB);
	struct metadata m;
	struct problem why;

	(void)state;
	buffer_text(&b, "<EntityDescriptor xmlns='" MD "' entityID='urn:a'><SPSSODescriptor" P ">");
	for (int i = 0; i < 40; i++)
		buffer_text(&b, "<a>");
	for (int i = 0; i < 40; i++)
		buffer_text(&b, "</a>");
	buffer_text(&b, "</SPSSODescriptor></EntityDescriptor>");
	expect_ok("the document is read", metadata_read(&a, buffer_span(&b), &(struct metadata_terms){ 0 }, at(NOW), &m,
	    &why), &why);
	expect_number("the entity is refused", m.refusal_count, 1);
	expect_text("with the reason", m.refusals[0].why.text,
	    "line 1: elements are nested more than 40 deep in the entity");
	buffer_release(&b);
	arena_release(&a);
}

/* The federations' own metadata; see tests/registry/test_publish.c for what verifiers say of it. */
static void
real_metadata_is_read_whole(void **state)
{
	const char *top = getenv("top_srcdir");
	struct arena a = arena_init(METADATA_ARENA);
	static char path[4096];
	struct metadata m;
	struct problem why;
	uint8_t *bytes;
	int64_t began;
	size_t size;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/../shared/data/registry/real-merged-scrubbed.xml", top ? top : ".");
	f = fopen(path, "rb");
	if (!f) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	bytes = malloc(16 * MIB);
	assert_non_null(bytes);
	size = fread(bytes, 1, 16 * MIB, f);
	fclose(f);
	began = clock_monotonic();
	expect_ok("it is read", metadata_read(&a, span_of(bytes, size), &(struct metadata_terms){ 0 }, at(NOW), &m,
	    &why), &why);
	print_message("metadata_read: %zu bytes in %lld us, %zu entities, %zu refused\n", size,
	    (long long)(clock_monotonic() - began), m.entity_count, m.refusal_count);
	for (size_t i = 0; i < m.refusal_count; i++)
		print_message("refused: %.*s: %s\n", SPAN_ARGS(m.refusals[i].entity_id), m.refusals[i].why.text);
	expect_number("every entity is there or refused", m.entity_count + m.refusal_count, 1520);
	/* One names a list of protocols where its discovery service should send people. */
	expect_number("one alone is refused", m.refusal_count, 1);
	free(bytes);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entities_become_canonical_fragments),
		cmocka_unit_test(roles_and_registration_are_told),
		cmocka_unit_test(documents_that_are_no_metadata_are_problems),
		cmocka_unit_test(one_bad_entity_does_not_stop_the_others),
		cmocka_unit_test(unsound_entities_are_refused),
		cmocka_unit_test(all_copies_of_one_name_are_refused),
		cmocka_unit_test(entities_are_bounded),
		cmocka_unit_test(elements_of_an_entity_nest_only_so_deep),
		cmocka_unit_test(real_metadata_is_read_whole),
	};

	return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
