/* tests/crypto/test_xml_signed.c - XML signatures with their certificate: what they cover is what is read on, whatever
 * stands around it.
 */
#include "crypto/scratch.h"
#include "crypto/signed_xml.h"
#include "crypto/signers.h"

#include "base/buffer.h"
#include "codec/text.h"
#include "codec/xml.h"
#include "crypto/certificate.h"
#include "crypto/x509_path.h"
#include "crypto/xml_signed.h"

#define INCLUSIVE "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
#define INCLUSIVE_11 "http://www.w3.org/2006/12/xml-c14n11"
#define T_INCLUSIVE "<ds:Transform Algorithm=\"" INCLUSIVE "\"/>"
#define T_INCLUSIVE_11 "<ds:Transform Algorithm=\"" INCLUSIVE_11 "\"/>"
#define BARE(uri) "<ds:Reference URI=\"" uri "\">" T_DIGEST(XML_SHA256) "</ds:Reference>"
#define ALONE(uri) T_REFERENCE(uri, T_EXCLUSIVE, XML_SHA256)
#define ENVELOPED(uri) T_REFERENCE(uri, T_ENVELOPED T_EXCLUSIVE, XML_SHA256)
#define SIGNED(references, more) T_SIGNATURE(XML_RSA, references, more)
#define X509(name) "<ds:X509Data><ds:X509Certificate>{" name "}</ds:X509Certificate></ds:X509Data>"
#define CERTIFICATES "<ds:KeyInfo>" X509("one") "</ds:KeyInfo>"

#define BODY "<b>I agree.</b>"
#define IN_ROOT "<a ID=\"r\">" SIGNED(ENVELOPED("#r"), "") BODY "</a>"
#define BESIDE "<a>" SIGNED(ALONE("#x"), "") "<c Id=\"x\">I agree.</c></a>"
#define AROUND SIGNED(ALONE("#o"), "<ds:Object Id=\"o\">I agree.</ds:Object>")
#define COVERED_OBJECT "<ds:Object xmlns:ds=\"" XML_DS "\" Id=\"o\">I agree.</ds:Object>"

static struct span
replaced(struct span text, const char *from, const char *to)
{
	const uint8_t *at = memmem(text.data, text.size, from, strlen(from));
	size_t before = at ? (size_t)(at - text.data) : 0;

	if (!at)
		fail_msg("there is no %s", from);
	return JOIN(&arena, span_first(text, before), span_text(to), span_skip(text, before + strlen(from)));
}

/* "{one}", "{two}", "{curve}" become their certificates. */
static const char *
filled(const char *key_info)
{
	static const char *const names[] = { "{one}", "{two}", "{curve}" };
	struct span text = span_text(key_info);

	for (size_t i = 0; i < COUNT(names); i++)
		while (memmem(text.data, text.size, names[i], strlen(names[i])))
			text = replaced(text, names[i],
			    arena_text(&arena, base64_write(&arena, signers[i].certificate)));
	return arena_text(&arena, text);
}

static struct span
signed_by(enum who who, const char *template, const char *key_info)
{
	const struct signing_key key = { signers[who].key, signers[who].spki };

	return replaced(xml_sign(&arena, template, &key), "</ds:SignatureValue>",
	    arena_print(&arena, "</ds:SignatureValue>%s", filled(key_info)));
}

static void
each_form_tells_exactly_what_it_covers(void **state)
{
	static const struct {
		const char *title, *template, *key_info;
		enum xml_signature_form form;
		const char *covered;
	} cases[] = {
		{ "enveloped in the root, by its ID", IN_ROOT, CERTIFICATES, XML_ENVELOPED,
		    "<a ID=\"r\">" BODY "</a>" },
		{ "enveloped in the whole document", "<a>" SIGNED(ENVELOPED(""), "") BODY "</a>", CERTIFICATES,
		    XML_ENVELOPED, "<a>" BODY "</a>" },
		{ "enveloped in an element further in", "<z><a ID=\"r\">" SIGNED(ENVELOPED("#r"), "") BODY "</a></z>",
		    CERTIFICATES, XML_ENVELOPED, "<a ID=\"r\">" BODY "</a>" },
		{ "enveloped with Canonical XML 1.0",
		    "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED T_INCLUSIVE, XML_SHA256), "") BODY "</a>", CERTIFICATES,
		    XML_ENVELOPED, "<a>" BODY "</a>" },
		{ "enveloped with Canonical XML 1.1",
		    "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED T_INCLUSIVE_11, XML_SHA256), "") BODY "</a>", CERTIFICATES,
		    XML_ENVELOPED, "<a>" BODY "</a>" },
		{ "a SignedInfo in Canonical XML 1.1",
		    "<a><ds:Signature xmlns:ds=\"" XML_DS "\"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\""
		    INCLUSIVE_11 "\"/>" T_METHOD(XML_RSA) ENVELOPED("")
		    "</ds:SignedInfo><ds:SignatureValue></ds:SignatureValue></ds:Signature>" BODY "</a>", CERTIFICATES,
		    XML_ENVELOPED, "<a>" BODY "</a>" },
		{ "Canonical XML 1.0 takes over all that is xml: around it",
		    "<a xml:id=\"q\" xml:lang=\"ja\">" SIGNED(T_REFERENCE("#x", T_INCLUSIVE, XML_SHA256), "")
		    "<c Id=\"x\">I agree.</c></a>", CERTIFICATES, XML_DETACHED,
		    "<c Id=\"x\" xml:id=\"q\" xml:lang=\"ja\">I agree.</c>" },
		{ "Canonical XML 1.1 does not take over an ID, and puts bases together",
		    "<a xml:id=\"q\" xml:lang=\"ja\" xml:base=\"http://a.example/b/\">"
		    SIGNED(T_REFERENCE("#x", T_INCLUSIVE_11, XML_SHA256), "")
		    "<d xml:base=\"e/f\"><c Id=\"x\">I agree.</c></d></a>", CERTIFICATES, XML_DETACHED,
		    "<c Id=\"x\" xml:base=\"http://a.example/b/e/f\" xml:lang=\"ja\">I agree.</c>" },
		{ "a Manifest is what it says, and is not followed",
		    SIGNED(ALONE("#o"), "<ds:Object Id=\"o\"><ds:Manifest>nowhere</ds:Manifest></ds:Object>"),
		    CERTIFICATES, XML_ENVELOPING, "<ds:Object xmlns:ds=\"" XML_DS
		    "\" Id=\"o\"><ds:Manifest>nowhere</ds:Manifest></ds:Object>" },
		{ "enveloped without a word of canonicalisation",
		    "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED, XML_SHA256), "") BODY "</a>", CERTIFICATES, XML_ENVELOPED,
		    "<a>" BODY "</a>" },
		{ "detached, beside it", BESIDE, CERTIFICATES, XML_DETACHED, "<c Id=\"x\">I agree.</c>" },
		{ "detached, without transforms, so with the namespaces around it",
		    "<a xmlns:n=\"urn:n\">" SIGNED(BARE("#x"), "") "<c Id=\"x\">I agree.</c></a>", CERTIFICATES,
		    XML_DETACHED, "<c xmlns:n=\"urn:n\" Id=\"x\">I agree.</c>" },
		{ "enveloping", AROUND, CERTIFICATES, XML_ENVELOPING, COVERED_OBJECT },
		{ "enveloping, without transforms", SIGNED(BARE("#o"), "<ds:Object Id=\"o\">I agree.</ds:Object>"),
		    CERTIFICATES, XML_ENVELOPING, COVERED_OBJECT },
		{ "enveloping, an element in the Object",
		    SIGNED(ALONE("#i"), "<ds:Object><i Id=\"i\">I agree.</i></ds:Object>"), CERTIFICATES,
		    XML_ENVELOPING, "<i Id=\"i\">I agree.</i>" },
		{ "detached, by xml:id", "<a>" SIGNED(ALONE("#x"), "") "<c xml:id=\"x\">I agree.</c></a>", CERTIFICATES,
		    XML_DETACHED, "<c xml:id=\"x\">I agree.</c>" },
		{ "an ID in Japanese", "<a>" SIGNED(ALONE("#申請"), "") "<c Id=\"申請\">I agree.</c></a>", CERTIFICATES,
		    XML_DETACHED, "<c Id=\"申請\">I agree.</c>" },
		{ "a comment in the text is no part of it", "<a ID=\"r\">" SIGNED(ENVELOPED("#r"),
		    "") "<b>I <!-- dis -->agree.</b></a>",
		    CERTIFICATES, XML_ENVELOPED, "<a ID=\"r\">" BODY "</a>" },
		{ "a digest of SHA-512",
		    "<a ID=\"r\">" SIGNED(T_REFERENCE("#r", T_ENVELOPED T_EXCLUSIVE,
		        "http://www.w3.org/2001/04/xmlenc#sha512"), "") BODY "</a>", CERTIFICATES, XML_ENVELOPED,
		    "<a ID=\"r\">" BODY "</a>" },
		{ "names and a bare key, which nobody looks at", IN_ROOT,
		    "<ds:KeyInfo><ds:KeyName>me</ds:KeyName><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus>"
		    "<ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue><ds:X509Data>"
		    "<ds:X509SubjectName>CN=x</ds:X509SubjectName></ds:X509Data>"
		    X509("one") "</ds:KeyInfo>", XML_ENVELOPED,
		    "<a ID=\"r\">" BODY "</a>" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span document = signed_by(ONE, cases[i].template, cases[i].key_info);
		struct xml_signed found;
		struct problem why;

		expect_ok(cases[i].title, xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why), &why);
		expect_number("one part", found.part_count, 1);
		expect_span(cases[i].title, found.parts[0].covered, cases[i].covered);
		expect_number(cases[i].title, found.parts[0].form, cases[i].form);
		expect_true("the signer's certificate is known",
		    span_equal(found.certificate, signers[ONE].certificate));
		expect_true("and no other", found.other_count == 0);
	}
}

#define XADES "http://uri.etsi.org/01903/v1.3.2#"
#define REFERENCE_TO_PROPERTIES(uri, transforms) \
	"<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"" uri "\"><ds:Transforms>" transforms \
	"</ds:Transforms>" T_DIGEST(XML_SHA256) "</ds:Reference>"
#define PROPERTIES_ARE(id, what) \
	"<x:SignedProperties xmlns:x=\"" XADES "\" Id=\"" id "\">" what "</x:SignedProperties>"
#define PROPERTIES PROPERTIES_ARE("p", "<x:SigningTime>2026-11-23T00:00:00Z</x:SigningTime>")
#define QUALIFYING(properties) \
	"<ds:Object><q:QualifyingProperties xmlns:q=\"" XADES "\">" properties "</q:QualifyingProperties></ds:Object>"
#define WITH_PROPERTIES \
	"<a ID=\"r\">" SIGNED(ENVELOPED("#r") REFERENCE_TO_PROPERTIES("#p", T_EXCLUSIVE), QUALIFYING(PROPERTIES)) BODY \
	"</a>"
#define TWO_BESIDE \
	"<a>" SIGNED(ALONE("#x") ALONE("#y"), "") "<c Id=\"x\">I agree.</c><d Id=\"y\">To this.</d></a>"

static void
each_reference_is_a_part(void **state)
{
	static const struct {
		const char *title, *template;
		struct { enum xml_signature_form form; bool properties; const char *covered; } parts[XML_SIGNED_PARTS];
	} cases[] = {
		{ "two elements beside it", TWO_BESIDE,
		    { { XML_DETACHED, false, "<c Id=\"x\">I agree.</c>" },
		    { XML_DETACHED, false, "<d Id=\"y\">To this.</d>" } } },
		{ "in the order of the References, not of the document",
		    "<a>" SIGNED(ALONE("#y") ALONE("#x"), "") "<c Id=\"x\">I agree.</c><d Id=\"y\">To this.</d></a>",
		    { { XML_DETACHED, false, "<d Id=\"y\">To this.</d>" },
		    { XML_DETACHED, false, "<c Id=\"x\">I agree.</c>" } } },
		{ "the document and XAdES' properties", WITH_PROPERTIES,
		    { { XML_ENVELOPED, false, "<a ID=\"r\">" BODY "</a>" }, { XML_ENVELOPING, true, PROPERTIES } } },
		{ "the properties first, in Canonical XML 1.1", "<a>" SIGNED(
		    REFERENCE_TO_PROPERTIES("#p", T_INCLUSIVE_11) ENVELOPED(""), QUALIFYING(PROPERTIES)) BODY "</a>",
		    { { XML_ENVELOPING, true, "<x:SignedProperties xmlns:ds=\"" XML_DS "\" xmlns:q=\"" XADES
		        "\" xmlns:x=\"" XADES "\" Id=\"p\"><x:SigningTime>2026-11-23T00:00:00Z</x:SigningTime>"
		        "</x:SignedProperties>" },
		    { XML_ENVELOPED, false, "<a>" BODY "</a>" } } },
		{ "properties whose Reference does not say so are content",
		    "<a>" SIGNED(ENVELOPED("") ALONE("#p"), QUALIFYING(PROPERTIES)) BODY "</a>",
		    { { XML_ENVELOPED, false, "<a>" BODY "</a>" }, { XML_ENVELOPING, false, PROPERTIES } } },
		{ "two Objects and what is beside",
		    "<a>" SIGNED(ALONE("#o") ALONE("#x") BARE("#i"),
		        "<ds:Object Id=\"o\">I agree.</ds:Object><ds:Object><i Id=\"i\"/></ds:Object>")
		    "<c Id=\"x\">I agree.</c></a>",
		    { { XML_ENVELOPING, false, COVERED_OBJECT }, { XML_DETACHED, false, "<c Id=\"x\">I agree.</c>" },
		    { XML_ENVELOPING, false, "<i xmlns:ds=\"" XML_DS "\" Id=\"i\"></i>" } } },
		{ "each with its own digest",
		    "<a>" SIGNED(ALONE("#x") T_REFERENCE("#y", T_EXCLUSIVE, XML_MORE "sha384"), "")
		    "<c Id=\"x\">I agree.</c><d Id=\"y\">To this.</d></a>",
		    { { XML_DETACHED, false, "<c Id=\"x\">I agree.</c>" },
		    { XML_DETACHED, false, "<d Id=\"y\">To this.</d>" } } },
		{ "eight of them", "<a>" SIGNED(ALONE("#i1") ALONE("#i2") ALONE("#i3") ALONE("#i4") ALONE("#i5")
		    ALONE("#i6") ALONE("#i7") ALONE("#i8"), "")
		    "<i Id=\"i1\"/><i Id=\"i2\"/><i Id=\"i3\"/><i Id=\"i4\"/><i Id=\"i5\"/><i Id=\"i6\"/><i Id=\"i7\"/>"
		    "<i Id=\"i8\"/></a>",
		    { { XML_DETACHED, false, "<i Id=\"i1\"></i>" }, { XML_DETACHED, false, "<i Id=\"i2\"></i>" },
		    { XML_DETACHED, false, "<i Id=\"i3\"></i>" }, { XML_DETACHED, false, "<i Id=\"i4\"></i>" },
		    { XML_DETACHED, false, "<i Id=\"i5\"></i>" }, { XML_DETACHED, false, "<i Id=\"i6\"></i>" },
		    { XML_DETACHED, false, "<i Id=\"i7\"></i>" }, { XML_DETACHED, false, "<i Id=\"i8\"></i>" } } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span document = signed_by(ONE, cases[i].template, CERTIFICATES);
		struct xml_signed found;
		struct problem why;
		size_t count = 0;

		expect_ok(cases[i].title, xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why), &why);
		for (; count < XML_SIGNED_PARTS && cases[i].parts[count].covered; count++) {
			expect_span(cases[i].title, found.parts[count].covered, cases[i].parts[count].covered);
			expect_number(cases[i].title, found.parts[count].form, cases[i].parts[count].form);
			expect_true(cases[i].title, found.parts[count].properties == cases[i].parts[count].properties);
		}
		expect_number(cases[i].title, found.part_count, count);
	}
}

static void
of_several_certificates_one_is_the_signers(void **state)
{
	struct span document = signed_by(ONE, IN_ROOT,
	    "<ds:KeyInfo>" X509("two") X509("curve") X509("one") "</ds:KeyInfo>");
	struct xml_signed found;
	struct problem why;

	(void)state;
	expect_ok("the third", xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why), &why);
	expect_true("is the signer's", span_equal(found.certificate, signers[ONE].certificate));
	expect_number("the others are handed on", found.other_count, 2);
	expect_true("in their order", span_equal(found.others[0], signers[TWO].certificate) &&
	    span_equal(found.others[1], signers[CURVE].certificate));
	document = signed_by(CURVE, "<a ID=\"r\">" T_SIGNATURE(XML_MORE "ecdsa-sha384", ENVELOPED("#r"),
	    "") BODY "</a>",
	    "<ds:KeyInfo>" X509("one") X509("curve") "</ds:KeyInfo>");
	expect_problem("ECDSA is off", xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why), &why,
	    ERR_INVALID, "ecdsa-sha384 is switched off");
	expect_ok("until it is switched on",
	    xml_signed_check(&arena, document, SIGNATURES_RSA | SIGNATURES_ECDSA, &found, &why), &why);
	expect_true("with the certificate of the curve", span_equal(found.certificate, signers[CURVE].certificate));
}

#define XPATH "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">" \
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"
#define EVIL "<b>I agree to everything.</b>"

/* What was signed, moved to where it no longer means the same: federation.md 3.4, XSW 1 to 8. */
static void
what_is_wrapped_is_covered_or_refused(void **state)
{
	static const struct {
		const char *title, *template;
		const char *from, *to;   /* after signing; "{signed}" is the whole signed document */
		enum err code;
		const char *expected;    /* what is covered, or a part of the sentence */
	} cases[] = {
		{ "XSW1: the signed root in a copy of itself, before", IN_ROOT, NULL,
		    "<a ID=\"e\">{signed}" EVIL "</a>", OK, "<a ID=\"r\">" BODY "</a>" },
		{ "XSW2: the signed element after another", BESIDE, "<c Id=\"x\">",
		    "<c Id=\"e\">" EVIL "</c><c Id=\"x\">",
		    OK, "<c Id=\"x\">I agree.</c>" },
		{ "XSW3: under the same ID", BESIDE, "<c Id=\"x\">", "<c Id=\"x\">" EVIL "</c><c Id=\"x\">",
		    ERR_INVALID,
		    "expected one element with the ID that is referred to, \"x\", found 2" },
		{ "XSW4: under the same ID of another spelling", BESIDE, "<c Id=\"x\">",
		    "<c ID=\"x\">" EVIL "</c><c Id=\"x\">", ERR_INVALID, "found 2" },
		{ "XSW4: under the same xml:id", BESIDE, "<c Id=\"x\">", "<c xml:id=\"x\">" EVIL "</c><c Id=\"x\">",
		    ERR_INVALID, "found 2" },
		{ "XSW4: under the same ID twice on one element", BESIDE, "<c Id=\"x\">", "<c id=\"x\" Id=\"x\">",
		    ERR_INVALID, "found 2" },
		{ "XSW5: the signature out of what it envelops", IN_ROOT, NULL,
		    "<z>{signature}<a ID=\"r\">" BODY "</a></z>", ERR_INVALID,
		    "the transform enveloped-signature stands there, but the Signature is not in the element a" },
		{ "XSW6: the signature in what it stood beside", BESIDE, NULL,
		    "<a><c Id=\"x\">{signature}I agree.</c></a>", ERR_INVALID,
		    "expected the transform enveloped-signature" },
		{ "XSW7: what it covers, in another of its Objects", AROUND, "<ds:Object Id=\"o\">",
		    "<ds:Object><e>" EVIL "</e></ds:Object><ds:Object Id=\"o\">", OK, COVERED_OBJECT },
		{ "XSW8: the Object moved out of the Signature", AROUND, NULL,
		    "<a>{signature}<ds:Object xmlns:ds=\"" XML_DS "\" Id=\"e\">" EVIL "</ds:Object></a>", OK,
		    COVERED_OBJECT },
		{ "a second signature, of whomever", IN_ROOT, BODY, BODY "<ds:Signature xmlns:ds=\"" XML_DS "\"/>",
		    ERR_INVALID, "expected one ds:Signature in the document, found 2" },
		{ "its own KeyInfo as what it covers", BESIDE, "<c Id=\"x\">I agree.</c>", "", ERR_INVALID,
		    "found 0" },
		{ "what it covers taken away", IN_ROOT, "ID=\"r\"", "ID=\"e\"", ERR_INVALID, "found 0" },
		{ "the second of two changed", TWO_BESIDE, "To this.", "To all.", ERR_CRYPTO,
		    "changed after it was signed" },
		{ "the first of two changed", TWO_BESIDE, "I agree.", "I disagree.", ERR_CRYPTO,
		    "changed after it was signed" },
		{ "the second of two taken away", TWO_BESIDE, "<d Id=\"y\">To this.</d>", "", ERR_INVALID, "found 0" },
		{ "the IDs of two exchanged", TWO_BESIDE, "<c Id=\"x\">I agree.</c><d Id=\"y\">To this.</d>",
		    "<c Id=\"y\">I agree.</c><d Id=\"x\">To this.</d>", ERR_CRYPTO, "changed after it was signed" },
		{ "both moved, another between them", TWO_BESIDE, "<c Id=\"x\">I agree.</c>",
		    EVIL "<e><c Id=\"x\">I agree.</c></e>", OK, "<c Id=\"x\">I agree.</c>" },
		{ "one moved into the other", TWO_BESIDE, "To this.</d>", "<e/>To this.</d>", ERR_CRYPTO,
		    "changed after it was signed" },
		{ "a Reference more", TWO_BESIDE, "</ds:SignedInfo>",
		    "<ds:Reference URI=\"#e\">" T_DIGEST(XML_SHA256) "</ds:Reference></ds:SignedInfo>", ERR_INVALID,
		    "found 0" },
		{ "a Reference twice", TWO_BESIDE, "URI=\"#y\"", "URI=\"#x\"", ERR_INVALID,
		    "c is covered by two of them" },
		{ "a Reference to what holds another's element", TWO_BESIDE,
		    "<c Id=\"x\">I agree.</c><d Id=\"y\">To this.</d>",
		    "<c Id=\"x\">I agree.<d Id=\"y\">To this.</d></c>", ERR_INVALID, "d is covered by two of them" },
		{ "the second under an ID of another spelling, too", TWO_BESIDE, "<d Id=\"y\">",
		    "<d ID=\"y\">" EVIL "</d><d Id=\"y\">", ERR_INVALID, "\"y\", found 2" },
		{ "properties changed", WITH_PROPERTIES, "2026-11-23", "2026-11-24", ERR_CRYPTO,
		    "changed after it was signed" },
		{ "other properties before them", WITH_PROPERTIES, "<x:SignedProperties",
		    PROPERTIES_ARE("e", "") "<x:SignedProperties", OK, "<a ID=\"r\">" BODY "</a>" },
		{ "other properties under their ID", WITH_PROPERTIES, "<x:SignedProperties",
		    PROPERTIES_ARE("p", "") "<x:SignedProperties", ERR_INVALID, "\"p\", found 2" },
		{ "the signed root moved, with the properties in it", WITH_PROPERTIES, NULL,
		    "<z>" EVIL "{signed}</z>", OK, "<a ID=\"r\">" BODY "</a>" },
		{ "the properties moved out of the Signature", "<a>" SIGNED(ALONE("#x")
		    REFERENCE_TO_PROPERTIES("#p", T_EXCLUSIVE), "<ds:Object>" PROPERTIES "</ds:Object>")
		    "<c Id=\"x\">I agree.</c></a>", "<ds:Object>" PROPERTIES "</ds:Object></ds:Signature>",
		    "</ds:Signature>" PROPERTIES, ERR_INVALID, "in an Object of the signature" },
		{ "a Reference called one to properties afterwards", TWO_BESIDE, "<ds:Reference URI=\"#y\">",
		    "<ds:Reference Type=\"http://uri.etsi.org/01903#SignedProperties\" URI=\"#y\">", ERR_INVALID,
		    "expected SignedProperties of XAdES in an Object of the signature, as its Reference says; "
		    "found d" },
		{ "a Reference to properties no longer called one", WITH_PROPERTIES,
		    " Type=\"http://uri.etsi.org/01903#SignedProperties\"", "", ERR_CRYPTO, "another key" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span good = signed_by(ONE, cases[i].template, CERTIFICATES), document = good;
		struct xml_signed found;
		struct problem why;
		enum err err;

		if (!cases[i].from) {
			const char *text = arena_text(&arena, good), *start = strstr(text, "<ds:Signature "),
			    *end = strstr(text, "</ds:Signature>") + strlen("</ds:Signature>");
			bool whole = strstr(cases[i].to, "{signed}") != NULL;

			document = replaced(span_text(cases[i].to), whole ? "{signed}" : "{signature}",
			    whole ? text : arena_text(&arena, span_of(start, (size_t)(end - start))));
		} else {
			document = replaced(good, cases[i].from, cases[i].to);
		}
		err = xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why);
		expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].code == OK ? "" : cases[i].expected);
		if (err == OK)
			expect_span(cases[i].title, found.parts[0].covered, cases[i].expected);
		else
			expect_true("nothing is handed on", found.part_count == 0 && found.certificate.size == 0);
	}
}

static void
shapes_and_keys_not_allowed_are_refused(void **state)
{
	static const struct {
		const char *title, *template, *key_info;
		const char *from, *to;   /* after signing */
		enum err code;
		const char *part;
	} cases[] = {
		{ "a text changed", IN_ROOT, CERTIFICATES, "I agree", "I disagree", ERR_CRYPTO,
		    "changed after it was signed" },
		{ "a signature by another key", IN_ROOT, "<ds:KeyInfo>" X509("two") "</ds:KeyInfo>", NULL, NULL,
		    ERR_CRYPTO,
		    "another key than that of the certificate beside it" },
		{ "a signature by another kind of key", IN_ROOT, "<ds:KeyInfo>" X509("curve") "</ds:KeyInfo>", NULL,
		    NULL,
		    ERR_CRYPTO, "another key" },
		{ "no KeyInfo", IN_ROOT, "", NULL, NULL, ERR_INVALID, "there is no certificate beside the signature" },
		{ "a bare key alone", IN_ROOT, "<ds:KeyInfo><ds:KeyValue/></ds:KeyInfo>", NULL, NULL, ERR_INVALID,
		    "there is no certificate" },
		{ "a key to be fetched", IN_ROOT,
		    "<ds:KeyInfo><ds:RetrievalMethod URI=\"http://127.0.0.1:1/\"/></ds:KeyInfo>", NULL, NULL,
		    ERR_INVALID,
		    "expected ds:X509Data in ds:KeyInfo, found RetrievalMethod" },
		{ "a certificate that is none", IN_ROOT,
		    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
		    NULL, NULL, ERR_SYNTAX, "no certificate in DER" },
		{ "a certificate that is no base64", IN_ROOT,
		    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>?</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
		    NULL,
		    NULL, ERR_INVALID, "expected base64" },
		{ "ten certificates", IN_ROOT,
		    "<ds:KeyInfo>" X509("one") X509("one") X509("one") X509("one") X509("one")
		    X509("one") X509("one") X509("one") X509("one") X509("one") "</ds:KeyInfo>", NULL, NULL, ERR_LIMIT,
		    "more than 9 certificates" },
		{ "an XPath", "<a>" SIGNED(T_REFERENCE("", XPATH T_EXCLUSIVE, XML_SHA256), "") BODY "</a>",
		    CERTIFICATES,
		    NULL, NULL, ERR_INVALID, "REC-xpath" },
		{ "an XPath behind", "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED XPATH, XML_SHA256), "") BODY "</a>",
		    CERTIFICATES, NULL, NULL, ERR_INVALID, "REC-xpath" },
		{ "canonicalisation with comments",
		    "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED "<ds:Transform Algorithm=\"" INCLUSIVE "#WithComments\"/>",
		        XML_SHA256), "") BODY "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID, "WithComments" },
		{ "three transforms", "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED T_EXCLUSIVE T_EXCLUSIVE, XML_SHA256), "")
		    BODY "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID, "expected two transforms" },
		{ "a digest of SHA-1", "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED T_EXCLUSIVE, XML_DS "sha1"),
		    "") BODY "</a>",
		    CERTIFICATES, NULL, NULL, ERR_INVALID, "expected SHA-256" },
		{ "a signature of SHA-1", "<a>" T_SIGNATURE(XML_DS "rsa-sha1", ENVELOPED(""), "") BODY "</a>",
		    CERTIFICATES,
		    NULL, NULL, ERR_INVALID, "rsa-sha1" },
		{ "two References to the same", "<a ID=\"r\">" SIGNED(ENVELOPED("#r") ENVELOPED(""), "") BODY "</a>",
		    CERTIFICATES, NULL, NULL, ERR_INVALID, "a is covered by two of them" },
		{ "a Reference to the document and to an element of it",
		    "<a>" SIGNED(ENVELOPED("") ALONE("#x"), "") "<c Id=\"x\">I agree.</c></a>", CERTIFICATES, NULL,
		    NULL, ERR_INVALID, "c is covered by two of them" },
		{ "nine References", "<a>" SIGNED(ALONE("#x") ALONE("#x") ALONE("#x") ALONE("#x") ALONE("#x")
		    ALONE("#x") ALONE("#x") ALONE("#x") ALONE("#x"), "")
		    "<c Id=\"x\">I agree.</c></a>", CERTIFICATES, NULL, NULL,
		    ERR_INVALID, "expected at most eight ds:Reference" },
		{ "no Reference", IN_ROOT, CERTIFICATES, "ds:Reference", "ds:Nothing", ERR_SYNTAX, "" },
		{ "a second Reference to elsewhere", TWO_BESIDE, CERTIFICATES, "URI=\"#y\"",
		    "URI=\"http://127.0.0.1:1/\"", ERR_INVALID, "found http://127.0.0.1:1/" },
		{ "a second Reference with an XPath", "<a>" SIGNED(ENVELOPED("") T_REFERENCE("#o", XPATH T_EXCLUSIVE,
		    XML_SHA256), "<ds:Object Id=\"o\"/>") BODY "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID,
		    "REC-xpath" },
		{ "a second Reference of SHA-1", "<a>" SIGNED(ENVELOPED("")
		    T_REFERENCE("#o", T_EXCLUSIVE, XML_DS "sha1"),
		    "<ds:Object Id=\"o\"/>") BODY "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID, "expected SHA-256" },
		{ "Canonical XML 1.1 with comments",
		    "<a>" SIGNED(T_REFERENCE("", T_ENVELOPED "<ds:Transform Algorithm=\"" INCLUSIVE_11
		        "#WithComments\"/>", XML_SHA256), "") BODY "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID,
		    "WithComments" },
		{ "properties in an Object, of another name",
		    "<a>" SIGNED(ENVELOPED("") REFERENCE_TO_PROPERTIES("#p", T_EXCLUSIVE), "<ds:Object Id=\"p\"/>") BODY
		    "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID, "found Object" },
		{ "properties outside of the signature", "<a>" SIGNED(REFERENCE_TO_PROPERTIES("#p", T_EXCLUSIVE), "")
		    PROPERTIES "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID, "in an Object of the signature" },
		{ "properties twice", "<a>" SIGNED(REFERENCE_TO_PROPERTIES("#p", T_EXCLUSIVE)
		    REFERENCE_TO_PROPERTIES("#q", T_EXCLUSIVE), QUALIFYING(PROPERTIES PROPERTIES_ARE("q", ""))) BODY
		    "</a>", CERTIFICATES, NULL, NULL, ERR_INVALID, "expected one Reference to SignedProperties" },
		{ "a Reference to elsewhere", IN_ROOT, CERTIFICATES, "URI=\"#r\"", "URI=\"http://127.0.0.1:1/\"",
		    ERR_INVALID, "found http://127.0.0.1:1/" },
		{ "a Reference to a file", IN_ROOT, CERTIFICATES, "URI=\"#r\"", "URI=\"file:///etc/passwd\"",
		    ERR_INVALID,
		    "found file:" },
		{ "a Reference by XPointer", IN_ROOT, CERTIFICATES, "URI=\"#r\"", "URI=\"#xpointer(id('r'))\"",
		    ERR_INVALID,
		    "found #xpointer" },
		{ "a Reference without URI", IN_ROOT, CERTIFICATES, " URI=\"#r\"", "", ERR_INVALID, "a reference to" },
		{ "a signature over itself", SIGNED(BARE("#o"), "<ds:Object Id=\"o\">x</ds:Object>"), CERTIFICATES,
		    "URI=\"#o\"", "URI=\"\"", ERR_INVALID, "refers to its own Signature" },
		{ "a signature over its own keys", BESIDE,
		    "<ds:KeyInfo Id=\"k\">" X509("one") "</ds:KeyInfo>", "URI=\"#x\"", "URI=\"#k\"", ERR_INVALID,
		    "refers to its own KeyInfo" },
		{ "a comment in the digest", IN_ROOT, CERTIFICATES, "<ds:DigestValue>", "<ds:DigestValue><!-- x -->",
		    ERR_INVALID, "found a comment" },
		{ "another SignedInfo before", IN_ROOT, CERTIFICATES, "<ds:SignedInfo>",
		    "<ds:SignedInfo/><ds:SignedInfo>", ERR_INVALID, "expected ds:CanonicalizationMethod" },
		{ "a DTD", IN_ROOT, CERTIFICATES, "<a ID",
		    "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><a ID",
		    ERR_SYNTAX, "" },
		{ "a namespace canonicalisation fails at", IN_ROOT, CERTIFICATES, BODY,
		    "<x:y xmlns:x=\"relative\"/>" BODY,
		    ERR_CRYPTO, "" },
		{ "nobody signed", IN_ROOT, CERTIFICATES, XML_DS, "urn:other", ERR_INVALID, "found 0" },
		{ "what is no XML", IN_ROOT, CERTIFICATES, "</a>", "", ERR_SYNTAX, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span document = signed_by(ONE, cases[i].template, cases[i].key_info);
		struct xml_signed found;
		struct problem why;

		if (cases[i].from)
			document = replaced(document, cases[i].from, cases[i].to);
		expect_problem(cases[i].title, xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why), &why,
		    cases[i].code, cases[i].part);
		expect_true("nothing is handed on", found.part_count == 0 && found.certificate.size == 0);
	}
}

/* Digested before anybody knows by whom it is: 64 KB that would be 200 MB. */
static void
what_would_grow_when_it_is_canonicalised_is_refused(void **state)
{
	struct buffer b = buffer_init(1 * MIB);
	struct xml_signed found;
	struct problem why;

	(void)state;
	buffer_text(&b, "<a xmlns:n=\"urn:");
	for (size_t i = 0; i < 32 * KIB; i++)
		buffer_byte(&b, 'n');
	buffer_text(&b, "\"><ds:Signature xmlns:ds=\"" XML_DS "\"/>");
	for (size_t i = 0; i < 6 * KIB; i++)
		buffer_text(&b, "<n:b/>");
	buffer_text(&b, "</a>");
	expect_problem("a long name used often",
	    xml_signed_check(&arena, buffer_span(&b), SIGNATURES_RSA, &found, &why), &why, ERR_LIMIT,
	    "would be more than 16 times as long");
	expect_problem("of metadata, too", xml_verify(buffer_span(&b), &signers[ONE].spki, 1, &why), &why, ERR_LIMIT,
	    "would be more than 16 times as long");
	buffer_release(&b);
}

static void
what_the_xmlsec1_command_signs_verifies(void **state)
{
	struct scratch dir = scratch_new();
	struct span certificate, document;
	struct xml_signed found;
	struct problem why;
	char text[32 * 1024];

	(void)state;
	if (!has_program("xmlsec1") || !has_program("openssl")) {
		print_message("xmlsec1 or openssl is not installed: what they sign is not tried\n");
		scratch_free(&dir);
		skip();
	}
	scratch_write(&dir, "in.xml", span_text("<a>" SIGNED(T_REFERENCE("", T_ENVELOPED T_INCLUSIVE, XML_SHA256),
	    "<ds:KeyInfo><ds:KeyValue/><ds:X509Data/></ds:KeyInfo>") BODY "</a>"), 0644);
	expect_number("a key and its certificate", scratch_run(&dir,
	    "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=x -days 1"), 0);
	expect_number("signed", scratch_run(&dir,
	    "xmlsec1 --sign --privkey-pem key.pem,cert.pem --output out.xml in.xml"),
	    0);
	document = scratch_read(&dir, "cert.pem", text, sizeof(text));
	expect_ok("its certificate", certificate_from_pem(document, &arena, &certificate, &why), &why);
	document = scratch_read(&dir, "out.xml", text, sizeof(text));
	expect_ok("it verifies", xml_signed_check(&arena, document, SIGNATURES_RSA, &found, &why), &why);
	expect_span("and covers the root", found.parts[0].covered, "<a>" BODY "</a>");
	expect_true("with its certificate", span_equal(found.certificate, certificate));
	scratch_free(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_tells_exactly_what_it_covers),
		cmocka_unit_test(each_reference_is_a_part),
		cmocka_unit_test(of_several_certificates_one_is_the_signers),
		cmocka_unit_test(what_is_wrapped_is_covered_or_refused),
		cmocka_unit_test(shapes_and_keys_not_allowed_are_refused),
		cmocka_unit_test(what_would_grow_when_it_is_canonicalised_is_refused),
		cmocka_unit_test(what_the_xmlsec1_command_signs_verifies),
	};

	return cmocka_run_group_tests_name("xml_signed", tests, prepare_signers, forget_signers);
}
