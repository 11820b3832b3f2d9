/* tests/crypto/test_xml_verify.c - signatures of others: what is taken, and every way not to be taken in. */
#include "crypto/scratch.h"
#include "crypto/signed_xml.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include "base/buffer.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/xmldsig.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define OPEN "<md:EntitiesDescriptor xmlns:md=\"" MD "\" ID=\"_root\" validUntil=\"2026-12-01T00:00:00Z\">"
#define BODY "<md:EntityDescriptor entityID=\"https://idp.example/\" ID=\"_one\"><md:Organization>" \
    "<md:OrganizationName xml:lang=\"en\">Good &amp; true</md:OrganizationName></md:Organization></md:EntityDescriptor>"
#define CLOSE "</md:EntitiesDescriptor>"
#define DOCUMENT(signature) OPEN signature BODY CLOSE
#define PREFIXES(list) "<ds:Transform Algorithm=\"" XML_EXC_C14N "\"><ec:InclusiveNamespaces xmlns:ec=\"" XML_EXC_C14N \
    "\" PrefixList=\"" list "\"/></ds:Transform>"
#define USUAL(uri) T_REFERENCE(uri, T_ENVELOPED T_EXCLUSIVE, XML_SHA256)
#define SHA(n) XML_MORE "sha" n
#define XPATH "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">" \
    "<ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform>"
#define XSLT \
	"<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><xsl:stylesheet " \
	"version=\"1.0\"" \
	" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"><xsl:template " \
	"match=\"/\"><a/></xsl:template></xsl:stylesheet>" \
	"</ds:Transform>"

enum signer { BY_RSA, BY_EC, BY_EC_384, OTHER_RSA, OTHER_EC, SIGNERS };
static struct arena arena;
static struct signing_key keys[SIGNERS];

static int
prepare(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	keys[BY_RSA] = signing_key_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048));
	keys[OTHER_RSA] = signing_key_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)3072));
	keys[BY_EC] = signing_key_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	keys[OTHER_EC] = signing_key_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"));
	keys[BY_EC_384] = signing_key_new(&arena, EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-384"));
	return 0;
}

static int
clean(void **state)
{
	(void)state;
	for (size_t i = 0; i < SIGNERS; i++)
		EVP_PKEY_free(keys[i].key);
	arena_release(&arena);
	return 0;
}

static void
good_signatures_verify(void **state)
{
	static const struct {
		const char *title, *text;
		enum signer signer;
	} cases[] = {
		{ "RSA and SHA-256", DOCUMENT(T_USUAL(XML_RSA)), BY_RSA },
		{ "RSA and SHA-384", DOCUMENT(T_USUAL(XML_MORE "rsa-sha384")), BY_RSA },
		{ "RSA and SHA-512", DOCUMENT(T_USUAL(XML_MORE "rsa-sha512")), BY_RSA },
		{ "ECDSA on P-256", DOCUMENT(T_USUAL(XML_EC)), BY_EC },
		{ "ECDSA on P-384 and SHA-384", DOCUMENT(T_USUAL(XML_MORE "ecdsa-sha384")), BY_EC_384 },
		{ "ECDSA on P-256 and SHA-512", DOCUMENT(T_USUAL(XML_MORE "ecdsa-sha512")), BY_EC },
		{ "a digest of SHA-384",
		    DOCUMENT(T_SIGNATURE(XML_RSA, T_REFERENCE("#_root", T_ENVELOPED T_EXCLUSIVE, SHA("384")), "")),
		    BY_RSA },
		{ "a digest of SHA-512",
		    DOCUMENT(T_SIGNATURE(XML_RSA,
			T_REFERENCE("#_root", T_ENVELOPED T_EXCLUSIVE, "http://www.w3.org/2001/04/xmlenc#sha512"), "")),
		    BY_RSA },
		{ "the whole document referred to", DOCUMENT(T_SIGNATURE(XML_RSA, USUAL(""), "")), BY_RSA },
		{ "the whole document of a root without ID", "<a>" T_SIGNATURE(XML_RSA, USUAL(""), "") "<b/></a>",
		    BY_RSA },
		{ "a list of prefixes",
		    DOCUMENT(T_SIGNATURE(XML_EC, T_REFERENCE("#_root", T_ENVELOPED PREFIXES("md xs"), XML_SHA256), "")),
		    BY_EC },
		{ "the signature last", OPEN BODY T_USUAL(XML_EC) CLOSE, BY_EC },
		{ "comments, CDATA and an instruction that were there when it was signed",
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- before -->" OPEN T_USUAL(
			XML_EC) "<a><!-- in -->x<![CDATA[<y>]]><?z w?></a>" CLOSE,
		    BY_EC },
		{ "an entity with a signature of its own, which nobody looks at",
		    OPEN T_USUAL(XML_EC) "<a ID=\"_b\"><ds:Signature xmlns:ds=\"" XML_DS
					 "\">?</ds:Signature></a>" CLOSE,
		    BY_EC },
		{ "a key of its own in the document, which nobody looks at",
		    DOCUMENT(T_SIGNATURE(XML_EC, USUAL("#_root"),
			"<ds:KeyInfo><ds:RetrievalMethod URI=\"http://127.0.0.1:1/\"/></ds:KeyInfo>")),
		    BY_EC },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span signed_text = xml_sign(&arena, cases[i].text, &keys[cases[i].signer]);
		struct span several[] = { keys[OTHER_RSA].spki, keys[OTHER_EC].spki, keys[cases[i].signer].spki };
		struct problem why;

		expect_ok(cases[i].title, xml_verify(signed_text, &keys[cases[i].signer].spki, 1, &why), &why);
		expect_ok("any of several keys", xml_verify(signed_text, several, COUNT(several), &why), &why);
		expect_problem("but one of them it must be", xml_verify(signed_text, several, 2, &why), &why,
		    ERR_CRYPTO, "signed by another key than those given");
	}
}

/* Where each byte of a signed document stands: so that attacks move whole pieces. */
struct pieces {
	struct span open, signature, body, close;
};

static struct pieces
pieces_of(struct span text)
{
	const char *all = arena_text(&arena, text), *start = strstr(all, "<ds:Signature"),
	           *end = strstr(all, "</ds:Signature>") + strlen("</ds:Signature>"), *close = strrchr(all, '<');

	return (struct pieces){ span_of(all, (size_t)(start - all)), span_of(start, (size_t)(end - start)),
		span_of(end, (size_t)(close - end)), span_text(close) };
}

/* "{open}", "{signature}", "{body}" and "{close}" filled in. */
static struct span
arranged(struct span text, const char *plan)
{
	struct pieces p = pieces_of(text);
	const struct { const char *name; struct span piece; } names[] = {
		{ "{open}", p.open }, { "{signature}", p.signature }, { "{body}", p.body }, { "{close}", p.close },
	};
	struct buffer b = buffer_init(1 * MIB);
	struct span out;

	while (*plan) {
		size_t i = 0;

		while (i < COUNT(names) && strncmp(plan, names[i].name, strlen(names[i].name)) != 0)
			i++;
		if (i == COUNT(names)) {
			buffer_byte(&b, (uint8_t)*plan++);
		} else {
			buffer_add(&b, names[i].piece);
			plan += strlen(names[i].name);
		}
	}
	out = arena_copy(&arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static struct span
replaced(struct span text, const char *from, const char *to)
{
	const uint8_t *at = memmem(text.data, text.size, from, strlen(from));
	struct buffer b = buffer_init(1 * MIB);
	struct span out;

	if (!at)
		fail_msg("there is no %s", from);
	buffer_add(&b, span_of(text.data, (size_t)(at - text.data)));
	buffer_text(&b, to);
	buffer_add(&b, span_of(at + strlen(from), text.size - (size_t)(at - text.data) - strlen(from)));
	out = arena_copy(&arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

#define EVIL(id) "<md:EntitiesDescriptor xmlns:md=\"" MD "\" ID=\"" id "\">"
#define EVIL_BODY "<md:EntityDescriptor entityID=\"https://evil.example/\"/>"

static void
attacks_are_refused(void **state)
{
	static const struct {
		const char *title;
		const char *template;    /* NULL: a good one by EC */
		const char *plan;        /* how the pieces of what was signed are put together; NULL: as they are */
		const char *from, *to;   /* after signing */
		enum signer signer, key;
		enum err code;
		const char *part;
	} cases[] = {
		{ "a document nobody signed", NULL, "{open}{body}{close}", 0, 0, BY_EC, BY_EC, ERR_INVALID,
		    "the document is not signed" },
		{ "a signature by another key", NULL, NULL, 0, 0, OTHER_EC, BY_EC, ERR_CRYPTO,
		    "by another key than the one given" },
		{ "a signature by another kind of key", NULL, NULL, 0, 0, BY_EC, BY_RSA, ERR_CRYPTO,
		    "signed with ecdsa-sha256; expected a signature by the key given, which is of another kind" },

		{ "a byte of an attribute changed", NULL, NULL, "idp.example", "idp.exbmple", BY_EC, BY_EC, ERR_CRYPTO,
		    "was changed after it was signed" },
		{ "a byte of a text changed", NULL, NULL, "Good", "Goof", BY_EC, BY_EC, ERR_CRYPTO,
		    "was changed after it was signed" },
		{ "an element added", NULL, "{open}{signature}{body}" EVIL_BODY "{close}", 0, 0, BY_EC, BY_EC,
		    ERR_CRYPTO, "was changed" },
		{ "the root's own attribute changed", NULL, NULL, "2026-12-01", "2027-12-01", BY_EC, BY_EC, ERR_CRYPTO,
		    "was changed" },
		{ "a processing instruction added", NULL, "{open}{signature}<?a b?>{body}{close}", 0, 0, BY_EC, BY_EC,
		    ERR_CRYPTO, "was changed" },
		{ "a digest changed to what is there now", NULL, NULL, "<ds:DigestValue>", "<ds:DigestValue>AAAA",
		    BY_EC, BY_EC, ERR_CRYPTO, "was changed" },
		{ "SignedInfo changed", NULL, NULL, "URI=\"#_root\"", "URI=\"\"", BY_EC, BY_EC, ERR_CRYPTO,
		    "by another key" },
		{ "a signature value that is none", NULL, NULL, "<ds:SignatureValue>", "<ds:SignatureValue>=", BY_EC,
		    BY_EC, ERR_CRYPTO, "" },
		{ "a namespace canonicalisation fails at", NULL,
		    "{open}{signature}<x:y xmlns:x=\"relative\"/>{body}{close}", 0, 0, BY_EC, BY_EC, ERR_CRYPTO,
		    "the signature cannot be checked" },

		{ "wrapped: the signed root inside another", NULL,
		    EVIL("_evil") EVIL_BODY "{open}{signature}{body}{close}" CLOSE, 0, 0, BY_EC, BY_EC, ERR_INVALID,
		    "the document is not signed" },
		{ "wrapped: its signature moved out", NULL,
		    EVIL("_evil") "{signature}{open}{body}{close}" EVIL_BODY CLOSE, 0, 0, BY_EC, BY_EC, ERR_INVALID,
		    "expected a reference to the root by its ID, or to the whole document, found #_root" },
		{ "wrapped: under the same ID", NULL, EVIL("_root") "{signature}{open}{body}{close}" EVIL_BODY CLOSE, 0,
		    0, BY_EC, BY_EC, ERR_INVALID, "the element EntitiesDescriptor has the root's ID \"_root\" too" },
		{ "wrapped: under the same ID as xml:id", NULL,
		    EVIL("_root") "{signature}<a xml:id=\"_root\"/>{body}" CLOSE, 0, 0, BY_EC, BY_EC, ERR_INVALID,
		    "has the root's ID" },
		{ "wrapped: under the same ID as id", NULL, EVIL("_root") "{signature}<a id=\"_root\"/>{body}" CLOSE, 0,
		    0, BY_EC, BY_EC, ERR_INVALID, "has the root's ID" },
		{ "an entity's signature taken for the root's",
		    EVIL("_evil") T_SIGNATURE(XML_EC, USUAL("#_one"), "") BODY CLOSE, NULL, 0, 0, BY_EC, BY_EC,
		    ERR_INVALID, "expected a reference to the root by its ID, or to the whole document, found #_one" },
		{ "the original in an Object", NULL, NULL, "</ds:SignatureValue>",
		    "</ds:SignatureValue><ds:Object><a/></ds:Object>", BY_EC, BY_EC, ERR_INVALID,
		    "expected the end of ds:Signature, found Object" },
		{ "a signature that is no child of the root", OPEN "<a>" T_USUAL(XML_EC) "</a>" BODY CLOSE, NULL, 0, 0,
		    BY_EC, BY_EC, ERR_INVALID, "the document is not signed" },
		{ "two signatures", NULL, "{open}{signature}{signature}{body}{close}", 0, 0, BY_EC, BY_EC, ERR_INVALID,
		    "expected one ds:Signature in the root, found 2" },
		{ "a root with an ID of another kind", NULL, NULL, "ID=\"_root\"", "ID=\"_root\" xml:id=\"_other\"",
		    BY_EC, BY_EC, ERR_INVALID, "the root has an attribute xml:id" },
		{ "an ID that is more than a name", NULL, NULL, "ID=\"_root\"", "ID=\"_root')|id('_one\"", BY_EC, BY_EC,
		    ERR_INVALID, "the root's ID is not a name" },

		{ "two References", DOCUMENT(T_SIGNATURE(XML_EC, USUAL("#_root") USUAL("#_one"), "")), NULL, 0, 0,
		    BY_EC, BY_EC, ERR_INVALID, "expected one ds:Reference, found Reference" },
		{ "a Reference without URI", NULL, NULL, " URI=\"#_root\"", "", BY_EC, BY_EC, ERR_INVALID,
		    "expected a reference to" },
		{ "a Reference to elsewhere", NULL, NULL, "URI=\"#_root\"", "URI=\"http://127.0.0.1:1/\"", BY_EC, BY_EC,
		    ERR_INVALID, "found http://127.0.0.1:1/" },
		{ "a Reference by XPointer", NULL, NULL, "URI=\"#_root\"", "URI=\"#xpointer(id('_root'))\"", BY_EC,
		    BY_EC, ERR_INVALID, "found #xpointer(id('_root'))" },
		{ "a transform of XPath",
		    DOCUMENT(T_SIGNATURE(XML_EC, T_REFERENCE("#_root", XPATH T_EXCLUSIVE, XML_SHA256), "")), NULL, 0, 0,
		    BY_EC, BY_EC, ERR_INVALID,
		    "enveloped-signature as the first transform, found http://www.w3.org/TR/1999/REC-xpath" },
		{ "a transform of XSLT",
		    DOCUMENT(T_SIGNATURE(XML_EC, T_REFERENCE("#_root", T_ENVELOPED XSLT T_EXCLUSIVE, XML_SHA256), "")),
		    NULL, 0, 0, BY_EC, BY_EC, ERR_INVALID, "xml-exc-c14n#, found http://www.w3.org/TR/1999/REC-xslt" },
		{ "a third transform",
		    DOCUMENT(T_SIGNATURE(
			XML_EC, T_REFERENCE("#_root", T_ENVELOPED T_EXCLUSIVE T_EXCLUSIVE, XML_SHA256), "")),
		    NULL, 0, 0, BY_EC, BY_EC, ERR_INVALID, "expected two transforms, found Transform" },
		{ "one transform", DOCUMENT(T_SIGNATURE(XML_EC, T_REFERENCE("#_root", T_ENVELOPED, XML_SHA256), "")),
		    NULL, 0, 0, BY_EC, BY_EC, ERR_INVALID, "expected ds:Transform, found nothing" },
		{ "transforms the other way round",
		    DOCUMENT(T_SIGNATURE(XML_EC, T_REFERENCE("#_root", T_ENVELOPED T_EXCLUSIVE, XML_SHA256), "")), NULL,
		    T_ENVELOPED T_EXCLUSIVE, T_EXCLUSIVE T_ENVELOPED, BY_EC, BY_EC, ERR_INVALID,
		    "as the first transform" },
		{ "comments canonicalised", NULL, NULL, T_ENVELOPED "<ds:Transform Algorithm=\"" XML_EXC_C14N "\"",
		    T_ENVELOPED "<ds:Transform Algorithm=\"" XML_EXC_C14N "WithComments\"", BY_EC, BY_EC, ERR_INVALID,
		    "found http://www.w3.org/2001/10/xml-exc-c14n#WithComments" },
		{ "inclusive canonicalisation of SignedInfo", NULL, NULL, T_C14N,
		    "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"/>", BY_EC,
		    BY_EC, ERR_INVALID, "found http://www.w3.org/TR/2001/REC-xml-c14n-20010315" },
		{ "a digest of SHA-1",
		    DOCUMENT(T_SIGNATURE(XML_EC, T_REFERENCE("#_root", T_ENVELOPED T_EXCLUSIVE, XML_DS "sha1"), "")),
		    NULL, 0, 0, BY_EC, BY_EC, ERR_INVALID,
		    "expected SHA-256, SHA-384 or SHA-512, found " XML_DS "sha1" },
		{ "a signature with SHA-1", DOCUMENT(T_USUAL(XML_DS "rsa-sha1")), NULL, 0, 0, BY_RSA, BY_RSA,
		    ERR_INVALID, "expected RSA or ECDSA with SHA-256, SHA-384 or SHA-512, found " XML_DS "rsa-sha1" },
		{ "HMAC in place of a signature", NULL, NULL, XML_EC, XML_MORE "hmac-sha256", BY_EC, BY_EC, ERR_INVALID,
		    "found " XML_MORE "hmac-sha256" },
		{ "a length cut short", NULL, NULL, T_METHOD(XML_EC),
		    "<ds:SignatureMethod Algorithm=\"" XML_EC
		    "\"><ds:HMACOutputLength>0</ds:HMACOutputLength></ds:SignatureMethod>",
		    BY_EC, BY_EC, ERR_INVALID, "expected no element inside, found HMACOutputLength" },
		{ "two SignedInfo", NULL, NULL, "</ds:SignedInfo>", "</ds:SignedInfo><ds:SignedInfo/>", BY_EC, BY_EC,
		    ERR_INVALID, "expected ds:SignatureValue, found SignedInfo" },
		{ "a comment in the digest", NULL, NULL, "<ds:DigestValue>", "<ds:DigestValue><!-- -->", BY_EC, BY_EC,
		    ERR_INVALID, "expected elements and text alone in ds:Signature, found a comment" },
		{ "an element in the digest", NULL, NULL, "<ds:DigestValue>", "<ds:DigestValue><a/>", BY_EC, BY_EC,
		    ERR_INVALID, "expected text in ds:DigestValue, found a" },
		{ "a second KeyInfo", NULL, NULL, "</ds:SignatureValue>",
		    "</ds:SignatureValue><ds:KeyInfo/><ds:KeyInfo/>", BY_EC, BY_EC, ERR_INVALID,
		    "expected the end of ds:Signature, found KeyInfo" },

		{ "a DTD", NULL, "<!DOCTYPE a [<!ENTITY x \"y\">]>{open}{signature}{body}{close}", 0, 0, BY_EC, BY_EC,
		    ERR_SYNTAX, "DTD" },
		{ "another encoding", NULL, "<?xml version=\"1.0\" encoding=\"UTF-7\"?>{open}{signature}{body}{close}",
		    0, 0, BY_EC, BY_EC, ERR_UNSUPPORTED, "UTF-7" },
		{ "what is no XML", NULL, "{open}{signature}{body}", 0, 0, BY_EC, BY_EC, ERR_SYNTAX, "line" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span text = xml_sign(&arena, cases[i].template ? cases[i].template : DOCUMENT(T_USUAL(XML_EC)),
		    &keys[cases[i].signer]);
		struct problem why = { 0 };

		if (cases[i].plan)
			text = arranged(text, cases[i].plan);
		if (cases[i].from)
			text = replaced(text, cases[i].from, cases[i].to);
		expect_problem(cases[i].title, xml_verify(text, &keys[cases[i].key].spki, 1, &why), &why, cases[i].code,
		    cases[i].part);
	}
}

/* The public key is known to everybody; as the secret of an HMAC it would let everybody sign. */
static void
a_public_key_is_no_secret_of_an_hmac(void **state)
{
	struct problem why;
	struct span text;
	xmlSecKeyPtr key;

	(void)state;
	library_begin_for_signing(&arena);
	key = xmlSecKeyReadMemory(xmlSecKeyDataHmacId, keys[BY_EC].spki.data, (xmlSecSize)keys[BY_EC].spki.size);
	assert_non_null(key);
	text = xml_sign_with(&arena, DOCUMENT(T_USUAL(XML_MORE "hmac-sha256")), key);
	expect_problem("refused by its name", xml_verify(text, &keys[BY_EC].spki, 1, &why), &why, ERR_INVALID,
	    "found " XML_MORE "hmac-sha256");
}

/* Comments are not covered: so what is read has to be the same with and without (codec/xml.h puts texts together). */
static void
a_comment_added_changes_nothing(void **state)
{
	struct span text;
	struct problem why;

	(void)state;
	text = xml_sign(&arena, DOCUMENT(T_USUAL(XML_EC)), &keys[BY_EC]);
	text = replaced(text, "Good", "Go<!-- evil -->od");
	expect_ok("it verifies", xml_verify(text, &keys[BY_EC].spki, 1, &why), &why);
}

/* A public key of so many bits; nobody knows its factors. */
static EVP_PKEY *
rsa_key_of(size_t bits)
{
	uint8_t modulus[2100] = { 0 };
	unsigned long exponent = 65537;
	OSSL_PARAM parameters[] = { OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, modulus, bits / 8),
		OSSL_PARAM_ulong(OSSL_PKEY_PARAM_RSA_E, &exponent), OSSL_PARAM_END };
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;

	assert_true(bits % 8 == 0 && bits / 8 <= sizeof(modulus));
	modulus[0] = modulus[bits / 8 - 1] = 0x81; /* in either order of bytes */
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static void
weak_keys_are_refused(void **state)
{
	static const struct {
		const char *title, *kind, *size, *part;
	} cases[] = {
		{ "RSA of 1024 bits", "RSA", "1024", "expected an RSA key of 2048 to 16384 bits, or an EC key on "
		  "P-256, P-384 or P-521, found rsaEncryption of 1024 bits" },
		{ "an old curve", "EC", "secp224r1", "P-521, found id-ecPublicKey secp224r1 of 224 bits" },
		{ "a key that signs no XML here", "ED25519", NULL, "found ED25519 of 256 bits" },
	};
	struct span text = xml_sign(&arena, DOCUMENT(T_USUAL(XML_EC)), &keys[BY_EC]), long_key, read;
	struct problem why;
	EVP_PKEY *too_long;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool rsa = strcmp(cases[i].kind, "RSA") == 0;
		EVP_PKEY *key = rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)atoi(cases[i].size)) :
		    EVP_PKEY_Q_keygen(NULL, NULL, cases[i].kind, cases[i].size);
		struct span spki = signing_key_new(&arena, key).spki;

		expect_problem(cases[i].title, xml_verify(text, &spki, 1, &why), &why, ERR_INVALID, cases[i].part);
		expect_problem(
		    cases[i].title, public_key_read(spki, &arena, &read, &why), &why, ERR_INVALID, cases[i].part);
		EVP_PKEY_free(key);
	}
	too_long = rsa_key_of(16400);
	long_key = signing_key_new(&arena, too_long).spki;
	EVP_PKEY_free(too_long);
	expect_problem("RSA so long that each look costs seconds", public_key_read(long_key, &arena, &read, &why), &why,
	    ERR_INVALID, "expected an RSA key of 2048 to 16384 bits, or an EC key on P-256, P-384 or P-521, found "
	    "rsaEncryption of 16400 bits");
	expect_problem("what is no key", xml_verify(text, &(struct span){ (const uint8_t *)"key", 3 }, 1, &why), &why,
	    ERR_SYNTAX, "the key is not a SubjectPublicKeyInfo");
}

/* Our own writer is the other way round: it knows nothing of xmlsec1. */
static void
what_this_house_signs_verifies(void **state)
{
	static const char root[] = "<md:EntityDescriptor xmlns:ds=\"" XML_DS "\" xmlns:md=\"" MD "\" ID=\"_0a1b\">",
	                  rest[] = "<md:Organization></md:Organization></md:EntityDescriptor>";
	static const enum key_type types[] = { KEY_RSA_2048, KEY_RSA_4096, KEY_P256, KEY_P384 };
	struct scratch dir = scratch_new();

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		const char *uri = arena_print(&arena, "file:%zu.pem", i);
		struct signed_info info = {
			.key = types[i], .reference = span_text("_0a1b"), .prefixes = span_text("ds md")
		};
		struct buffer b = buffer_init(64 * KIB);
		struct span bytes, signature, spki;
		struct problem why;
		struct key *key;

		expect_ok(uri, key_generate(uri, dir.path, types[i], &why), &why);
		expect_ok(uri, key_open(uri, dir.path, &key, &why), &why);
		digest(DIGEST_SHA256, span_text(arena_print(&arena, "%s%s", root, rest)), info.digest);
		expect_ok("SignedInfo", signed_info_write(&info, &arena, &bytes, &why), &why);
		expect_ok("signature", key_sign(key, bytes, &arena, &signature, &why), &why);
		buffer_text(&b, root);
		buffer_add(&b, signature_element(&info, signature, (struct span){ 0 }, &arena));
		buffer_text(&b, rest);
		spki = key_public(key);
		expect_ok(key_type_name(types[i]), xml_verify(buffer_span(&b), &spki, 1, &why), &why);
		buffer_release(&b);
		key_free(key);
	}
	scratch_free(&dir);
}

static void
what_the_xmlsec1_command_signs_verifies(void **state)
{
	struct scratch dir = scratch_new();
	struct span file, spki;
	struct problem why;
	char text[16 * 1024];

	(void)state;
	if (!has_program("xmlsec1") || !has_program("openssl")) {
		print_message("xmlsec1 or openssl is not installed: what they sign is not tried\n");
		scratch_free(&dir);
		skip();
	}
	scratch_write(&dir, "in.xml", span_text(DOCUMENT(T_USUAL(XML_RSA))), 0644);
	expect_number("a key and its certificate", scratch_run(&dir,
	    "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -subj /CN=x -days 1"), 0);
	expect_number("signed", scratch_run(&dir, "xmlsec1 --sign --privkey-pem key.pem --id-attr:ID "
	    "urn:oasis:names:tc:SAML:2.0:metadata:EntitiesDescriptor --output out.xml in.xml"), 0);
	file = scratch_read(&dir, "cert.pem", text, sizeof(text));
	expect_ok("its key", public_key_read(file, &arena, &spki, &why), &why);
	file = scratch_read(&dir, "out.xml", text, sizeof(text));
	expect_ok("it verifies", xml_verify(file, &spki, 1, &why), &why);
	scratch_free(&dir);
}

static void
a_public_key_is_read_from_what_people_have(void **state)
{
	struct scratch dir = scratch_new();
	struct span certificate, spki, pem_public, pem_certificate, pem_private;
	struct certificate_facts facts;
	struct problem why;
	struct key *key;
	char public_text[4096], private_text[4096];
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *public;
	const uint8_t *at;

	(void)state;
	expect_ok("a key", key_generate("file:k.pem", dir.path, KEY_P256, &why), &why);
	expect_ok("opened", key_open("file:k.pem", dir.path, &key, &why), &why);
	expect_ok("a certificate",
	    certificate_self_signed(key, &(struct certificate_name){ .common_name = "x" },
		(struct instant){ SECONDS(1) }, (struct instant){ SECONDS(2) }, &arena, &certificate, &why),
	    &why);
	expect_ok("its facts", certificate_read(certificate, &arena, &facts, &why), &why);
	pem_certificate = span_text(certificate_to_pem(certificate, &arena));
	at = key_public(key).data;
	public = d2i_PUBKEY(NULL, &at, (long)key_public(key).size);
	assert_int_equal(PEM_write_bio_PUBKEY(bio, public), 1);
	pem_public = span_of(public_text, (size_t)BIO_read(bio, public_text, sizeof(public_text)));
	pem_private = scratch_read(&dir, "k.pem", private_text, sizeof(private_text));

	const struct { const char *title; struct span file; enum err code; const char *part;
	} cases[] = {
		{ "a certificate, although it ended long ago", pem_certificate, OK, "" },
		{ "a certificate in DER", certificate, OK, "" },
		{ "a public key", pem_public, OK, "" },
		{ "a public key in DER", key_public(key), OK, "" },
		{ "two blocks",
		    span_text(arena_print(&arena, "%.*s%.*s", SPAN_ARGS(pem_public), SPAN_ARGS(pem_certificate))),
		    ERR_INVALID, "expected one certificate or public key, found two" },
		{ "a private key", pem_private, ERR_INVALID,
		    "expected a CERTIFICATE or a PUBLIC KEY, found a block \"PRIVATE KEY\"" },
		{ "a block of something else",
		    span_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), ERR_SYNTAX,
		    "what stands in the block CERTIFICATE is none" },
		{ "bytes behind the DER", span_text("0"), ERR_SYNTAX, "expected a certificate or a public key" },
		{ "nothing", { 0 }, ERR_SYNTAX, "expected a certificate or a public key, found nothing" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_problem(cases[i].title, public_key_read(cases[i].file, &arena, &spki, &why), &why, cases[i].code,
		    cases[i].part);
		if (cases[i].code == OK)
			expect_true(cases[i].title, span_equal(spki, key_public(key)));
	}
	EVP_PKEY_free(public);
	BIO_free(bio);
	key_free(key);
	scratch_free(&dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_signatures_verify),
		cmocka_unit_test(attacks_are_refused),
		cmocka_unit_test(a_public_key_is_no_secret_of_an_hmac),
		cmocka_unit_test(a_comment_added_changes_nothing),
		cmocka_unit_test(weak_keys_are_refused),
		cmocka_unit_test(what_this_house_signs_verifies),
		cmocka_unit_test(what_the_xmlsec1_command_signs_verifies),
		cmocka_unit_test(a_public_key_is_read_from_what_people_have),
	};

	return cmocka_run_group_tests_name("xml_verify", tests, prepare, clean);
}
