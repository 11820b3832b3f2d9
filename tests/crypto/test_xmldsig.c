/* tests/crypto/test_xmldsig.c - signatures around documents written canonically, verified by xmlsec1 and samlsign. */
#include "crypto/scratch.h"

#include "base/buffer.h"
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/xmldsig.h"

#define DS " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""
#define MD " xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\""
#define UI " xmlns:mdui=\"urn:oasis:names:tc:SAML:metadata:ui\""
#define XS " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
#define ROOT(declared) "<md:EntityDescriptor" declared " ID=\"_0a1b\" entityID=\"https://idp.example/\"" \
    " validUntil=\"2046-01-01T00:00:00Z\">"
#define BODY(declared, more) \
    "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\"><md:Extensions>" \
    "<mdui:UIInfo" declared "><mdui:DisplayName xml:lang=\"ja\">連携 &amp; 信頼</mdui:DisplayName></mdui:UIInfo>" \
    "</md:Extensions><md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect\"" \
    " Location=\"https://idp.example/sso\"></md:SingleSignOnService>" more "</md:IDPSSODescriptor>" \
    "</md:EntityDescriptor>"
#define ATTRIBUTE "<x:Attribute xmlns:x=\"urn:oasis:names:tc:SAML:2.0:assertion\" Name=\"n\">" \
    "<x:AttributeValue xsi:type=\"xs:string\">v</x:AttributeValue></x:Attribute>"

/* Documents as the registry writes them: canonical, the Signature first. Prefixes in the list stand on the root,
 * whether it uses them or not; others where they are used. Without a list the root's declaration of ds, used by the
 * Signature alone, is no part of what is hashed. */
static const struct document_case {
	const char *title, *prefixes, *root, *hashed_root, *body;
} documents[] = {
	{ "every prefix listed", "ds md mdui xs xsi", ROOT(DS MD UI XS), ROOT(DS MD UI XS), BODY("", ATTRIBUTE) },
	{ "every prefix listed, as the schema has it", "ds md mdui xs xsi", ROOT(DS MD UI XS), ROOT(DS MD UI XS),
	    BODY("", "") },
	{ "one prefix listed", "ds", ROOT(DS MD), ROOT(DS MD), BODY(UI, "") },
	{ "none listed", "", ROOT(DS MD), ROOT(MD), BODY(UI, "") },
};

static const struct { enum key_type type; const char *file; } types[] = {
	{ KEY_RSA_2048, "file:rsa-2048.pem" },
	{ KEY_RSA_3072, "file:rsa-3072.pem" },
	{ KEY_P256, "file:p-256.pem" },
	{ KEY_P384, "file:p-384.pem" },
};
static const char *const prefix_lists[] = { "ds md mdui xs xsi", "xs", "" };
#define VERIFY "xmlsec1 --verify --id-attr:ID urn:oasis:names:tc:SAML:2.0:metadata:EntityDescriptor " \
    "--enabled-reference-uris same-doc --pubkey-cert-pem cert.pem "

static void
write_document(const struct scratch *dir, const struct key *key, const struct document_case *d, struct span cer,
    struct arena *a)
{
	struct signed_info info = { .key = key_type(key), .reference = span_text("_0a1b"),
	    .prefixes = span_text(d->prefixes) };
	struct digest_stream *sum = digest_stream_new(DIGEST_SHA256);
	struct buffer b = buffer_init(64 * KIB);
	struct span bytes, signature;
	struct problem why;

	digest_stream_add(sum, span_text(d->hashed_root));
	digest_stream_add(sum, span_text(d->body));
	digest_stream_end(sum, info.digest);
	digest_stream_free(sum);
	expect_ok("SignedInfo", signed_info_write(&info, a, &bytes, &why), &why);
	expect_ok("signature", key_sign(key, bytes, a, &signature, &why), &why);
	buffer_text(&b, d->root);
	buffer_add(&b, signature_element(&info, signature, cer, a));
	buffer_text(&b, d->body);
	scratch_write(dir, "doc.xml", buffer_span(&b), 0644);
	buffer_release(&b);
}

static struct key *
key_with_certificate(const struct scratch *dir, size_t i, struct arena *a, struct span *cer)
{
	struct problem why;
	struct key *key;

	expect_ok(types[i].file, key_generate(types[i].file, dir->path, types[i].type, &why), &why);
	expect_ok(types[i].file, key_open(types[i].file, dir->path, &key, &why), &why);
	expect_ok("a certificate", certificate_self_signed(key, &(struct certificate_name){ .common_name = "test" },
	    (struct instant){ SECONDS(1700000000) }, (struct instant){ SECONDS(2500000000) }, a, cer, &why), &why);
	scratch_write(dir, "cert.pem", span_text(certificate_to_pem(*cer, a)), 0644);
	return key;
}

static void
verify(const struct scratch *dir, const char *title, const char *command, bool good)
{
	char text[2048];

	if ((scratch_run(dir, command) == 0) == good)
		return;
	scratch_read(dir, "output", text, sizeof(text));
	fail_msg("%s: %s: %s\n%s", title, good ? "refused" : "accepted", command, text);
}

static void
xmlsec1_verifies_every_signature(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);

	(void)state;
	if (!has_program("xmlsec1")) {
		print_message("xmlsec1 is not installed: what it says to our signatures is not tried\n");
		scratch_free(&dir);
		skip();
	}
	for (size_t i = 0; i < COUNT(types); i++) {
		struct span cer;
		struct key *key = key_with_certificate(&dir, i, &a, &cer);

		for (size_t n = 0; n < COUNT(documents); n++) {
			write_document(&dir, key, &documents[n], cer, &a);
			verify(&dir, documents[n].title, VERIFY "doc.xml", true);
			write_document(&dir, key, &documents[n], (struct span){ 0 }, &a);
			verify(&dir, "without KeyInfo", VERIFY "doc.xml", true);
			expect_number("changed", scratch_run(&dir, "sed -i s/idp.example.sso/idp.example.xxx/ doc.xml"),
			    0);
			verify(&dir, "a changed document", VERIFY "doc.xml", false);
		}
		key_free(key);
	}
	arena_release(&a);
	scratch_free(&dir);
}

/* xmlsec1 canonicalises by itself: what it hands to the digests must be, byte for byte, what we hand to ours. */
static void
xmlsec1_hashes_the_bytes_we_wrote(void **state)
{
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);
	char text[32768];
	struct span cer;
	struct key *key;

	(void)state;
	if (!has_program("xmlsec1")) {
		print_message("xmlsec1 is not installed: its canonical form is not compared with ours\n");
		scratch_free(&dir);
		skip();
	}
	key = key_with_certificate(&dir, 2, &a, &cer);
	for (size_t n = 0; n < COUNT(documents); n++) {
		const struct document_case *d = &documents[n];
		struct signed_info info = { .key = KEY_P256, .reference = span_text("_0a1b"),
		    .prefixes = span_text(d->prefixes) };
		struct span whole = span_text(arena_print(&a, "%s%s", d->hashed_root, d->body)), bytes;
		struct problem why;

		write_document(&dir, key, d, cer, &a);
		expect_number(d->title, scratch_run(&dir, VERIFY "--store-references --store-signatures doc.xml"), 0);
		scratch_read(&dir, "output", text, sizeof(text));
		digest(DIGEST_SHA256, whole, info.digest);
		expect_ok("SignedInfo", signed_info_write(&info, &a, &bytes, &why), &why);
		expect_true("the document", strstr(text, arena_text(&a, whole)));
		expect_true("the SignedInfo", strstr(text, arena_text(&a, bytes)));
	}
	key_free(key);
	arena_release(&a);
	scratch_free(&dir);
}

static void
samlsign_verifies_every_signature(void **state)
{
	static const char command[] = "samlsign -f $PWD/doc.xml -c $PWD/cert.pem";
	struct scratch dir = scratch_new();
	struct arena a = arena_init(1 * MIB);

	(void)state;
	if (!has_program("samlsign")) {
		print_message("samlsign is not installed: what it says to our signatures is not tried\n");
		scratch_free(&dir);
		skip();
	}
	for (size_t i = 0; i < COUNT(types); i++) {
		struct span cer;
		struct key *key = key_with_certificate(&dir, i, &a, &cer);

		for (size_t n = 1; n < COUNT(documents); n++) {
			write_document(&dir, key, &documents[n], cer, &a);
			verify(&dir, documents[n].title, command, true);
			expect_number("changed", scratch_run(&dir, "sed -i s/idp.example.sso/idp.example.xxx/ doc.xml"),
			    0);
			verify(&dir, "a changed document", command, false);
		}
		key_free(key);
	}
	arena_release(&a);
	scratch_free(&dir);
}

static void
what_cannot_be_written_is_refused(void **state)
{
	static const struct { const char *title; enum key_type key; const char *reference, *prefixes; enum err code;
	    const char *part; } cases[] = {
		{ "a plain one", KEY_P256, "_1", "md xs", OK, "" },
		{ "a prefix with other letters", KEY_P256, "_1", "md 連携", OK, "" },
		{ "an Ed25519 key", KEY_ED25519, "_1", "", ERR_UNSUPPORTED,
		    "a key of type ed25519; expected rsa-2048" },
		{ "no key", KEY_UNKNOWN, "_1", "", ERR_UNSUPPORTED, "a key of type unknown" },
		{ "no reference", KEY_P256, "", "", ERR_INVALID, "the reference is not an NCName" },
		{ "a reference that starts with a digit", KEY_P256, "1a", "", ERR_INVALID, "not an NCName" },
		{ "a reference with markup", KEY_P256, "a\"><b", "", ERR_INVALID, "not an NCName" },
		{ "a reference with a colon", KEY_P256, "a:b", "", ERR_INVALID, "not an NCName" },
		{ "a reference with other letters", KEY_P256, "連", "", ERR_INVALID, "not an NCName" },
		{ "a long reference", KEY_P256,
		    "_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "",
		    ERR_INVALID,
		    "1 to 80 ASCII letters" },
		{ "prefixes out of order", KEY_P256, "_1", "xs md", ERR_INVALID, "not a sorted list" },
		{ "a prefix twice", KEY_P256, "_1", "md md", ERR_INVALID, "not a sorted list" },
		{ "two blanks", KEY_P256, "_1", "md  xs", ERR_INVALID, "not a sorted list" },
		{ "a blank at the end", KEY_P256, "_1", "md ", ERR_INVALID, "not a sorted list" },
		{ "a blank alone", KEY_P256, "_1", " ", ERR_INVALID, "not a sorted list" },
		{ "a prefix with markup", KEY_P256, "_1", "a<b", ERR_INVALID, "not a sorted list" },
		{ "a prefix that is not UTF-8", KEY_P256, "_1", "a\xff", ERR_INVALID, "not a sorted list" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct signed_info info = { .key = cases[i].key, .reference = span_text(cases[i].reference),
			.prefixes = span_text(cases[i].prefixes) };
		struct arena a = arena_init(64 * KIB);
		struct problem why = { 0 };
		struct span bytes;

		expect_problem(cases[i].title, signed_info_write(&info, &a, &bytes, &why), &why, cases[i].code,
		    cases[i].part);
		arena_release(&a);
	}
}

static void
what_is_read_is_what_was_written(void **state)
{
	static const enum key_type keys[] = { KEY_RSA_2048, KEY_P256, KEY_P384 };

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		for (size_t p = 0; p < COUNT(prefix_lists); p++) {
			struct signed_info info = { .key = keys[i], .reference = span_text("_0a1b"),
				.prefixes = span_text(prefix_lists[p]) }, read;
			struct arena a = arena_init(1 * MIB);
			struct problem why;
			struct span bytes;
			uint8_t *changed;

			digest(DIGEST_SHA256, span_text(prefix_lists[p]), info.digest);
			expect_ok("written", signed_info_write(&info, &a, &bytes, &why), &why);
			expect_ok("read", signed_info_read(bytes, &read, &why), &why);
			expect_number("the key", read.key, info.key);
			expect_true("the reference", span_equal(read.reference, info.reference));
			expect_true("the prefixes", span_equal(read.prefixes, info.prefixes));
			expect_true("the digest", memcmp(read.digest, info.digest, 32) == 0);
			/* Cut short, longer, or with any byte other than it was. */
			for (size_t n = 0; n < bytes.size; n++)
				expect_problem("cut short", signed_info_read(span_first(bytes, n), &read, &why), &why,
				    ERR_SYNTAX,
				    "not a SignedInfo as this house writes it");
			changed = arena_take(&a, bytes.size + 1);
			memcpy(changed, bytes.data, bytes.size);
			changed[bytes.size] = '\n';
			expect_problem("longer", signed_info_read(span_of(changed, bytes.size + 1), &read, &why), &why,
			    ERR_SYNTAX,
			    "not a SignedInfo");
			for (size_t n = 0; n < bytes.size; n++) {
				changed[n] = '&';
				expect_problem("changed", signed_info_read(span_of(changed, bytes.size), &read, &why),
				    &why, ERR_SYNTAX,
				    "not a SignedInfo");
				changed[n] = bytes.data[n];
			}
			arena_release(&a);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xmlsec1_verifies_every_signature),
		cmocka_unit_test(xmlsec1_hashes_the_bytes_we_wrote),
		cmocka_unit_test(samlsign_verifies_every_signature),
		cmocka_unit_test(what_cannot_be_written_is_refused),
		cmocka_unit_test(what_is_read_is_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
