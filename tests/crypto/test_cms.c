/* tests/crypto/test_cms.c - SignedData of others: what stock tools make is taken, and every way not to be taken in. */
#include "crypto/signers.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/err.h>

#include "base/buffer.h"
#include "base/file.h"
#include "codec/text.h"
#include "crypto/cms.h"
#include "crypto/digest.h"
#include "crypto/x509_path.h"

#define CONTENT DER("\xe7\xa7\x81\xe3\x81\xaf consent to this.\n")

/* All there is to do with one whose certificate is believed. */
static enum err
verify(struct span der, struct span detached, const struct cms_signer *signer, unsigned switches,
    struct cms_signed *cms, struct problem *why)
{
	if (cms_read(&arena, der, cms, why) != OK || cms_names(cms, signer->certificate, why) != OK)
		return why->code;
	return cms_check(cms, detached, signer->spki, switches, why);
}

static void
what_openssl_signs_verifies(void **state)
{
	static const struct {
		const char *title;
		enum who who;
		unsigned flags;
		const char *digest;
	} cases[] = {
		{ "attached", ONE, 0, "SHA256" },
		{ "detached", ONE, CMS_DETACHED, "SHA256" },
		{ "with SHA-384", ONE, 0, "SHA384" },
		{ "with SHA-512", ONE, CMS_DETACHED, "SHA512" },
		{ "by key identifier", ONE, CMS_USE_KEYID, "SHA256" },
		{ "without signed attributes", ONE, CMS_NOATTR, "SHA256" },
		{ "detached without signed attributes", ONE, CMS_NOATTR | CMS_DETACHED, "SHA384" },
		{ "with the attribute signingCertificateV2", ONE, CMS_CADES, "SHA256" },
		{ "without its certificate", ONE, CMS_NOCERTS, "SHA256" },
		{ "with ECDSA on P-384, which is switched on", CURVE, 0, "SHA384" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct cms_signer *signer = &signers[cases[i].who];
		struct span der = cms_by_openssl(&arena, signer, 1, CONTENT, cases[i].flags,
		    EVP_get_digestbyname(cases[i].digest));
		bool detached = cases[i].flags & CMS_DETACHED;
		struct cms_signed cms;
		struct problem why;

		expect_ok(cases[i].title, verify(der, detached ? CONTENT : (struct span){ 0 }, signer,
		    SIGNATURES_RSA | SIGNATURES_ECDSA, &cms, &why), &why);
		expect_true("it is known to be detached", cms.detached == detached);
		expect_true("the content is what was signed", detached || span_equal(cms.content, CONTENT));
		expect_true("its signer's certificate is found in it",
		    span_equal(cms_signer_certificate(&cms, NULL, 0), signer->certificate) ==
		        !(cases[i].flags & CMS_NOCERTS));
		expect_true("or beside it",
		    span_equal(cms_signer_certificate(&cms, &signer->certificate, 1), signer->certificate));
		expect_true("the time the signer says is read, when he says one",
		    (cms.signing_time.us != 0) == !(cases[i].flags & CMS_NOATTR));
		expect_true("the attribute of his certificate is seen",
		    (cms.signing_certificate_v2.size != 0) == ((cases[i].flags & CMS_CADES) != 0));
		expect_problem("other content is refused",
		    verify(der, DER("something else"), signer, SIGNATURES_RSA | SIGNATURES_ECDSA, &cms, &why), &why,
		    detached ? ERR_CRYPTO : ERR_INVALID, "");
		expect_true("another key is refused", cms_check(&cms, detached ? CONTENT : (struct span){ 0 },
		    signers[TWO].spki, SIGNATURES_RSA | SIGNATURES_ECDSA, &why) != OK);
	}
}

static struct span
ess_of(struct span certificate)
{
	uint8_t hash[32];

	digest(DIGEST_SHA256, certificate, hash);
	return der_of(&arena, DER_SEQUENCE, der_of(&arena, DER_SEQUENCE, der_of(&arena, DER_SEQUENCE,
	    der_of(&arena, DER_OCTET_STRING, arena_copy(&arena, span_of(hash, sizeof(hash)))))));
}

static void
what_cannot_be_is_refused(void **state)
{
	const struct {
		const char *title;
		struct cms_plan plan;
		enum err code;
		const char *part;
	} cases[] = {
		{ "nothing wrong", { 0 }, OK, "" },
		{ "nothing wrong, by key identifier", { .by_key_id = true }, OK, "" },
		{ "rsaEncryption, with the digest said beside it", { .signature = A_RSA }, OK, "" },
		{ "a content of another type, with signed attributes", { .type = OID_TST_INFO }, OK, "" },
		{ "unsigned attributes, whatever they are", { .behind = DER("\xa1\x02\x05\x00") }, OK, "" },
		{ "his own certificate in signingCertificateV2",
		    { .signing_certificate = ess_of(signers[ONE].certificate) }, OK, "" },

		{ "another's certificate in signingCertificateV2",
		    { .signing_certificate = ess_of(signers[TWO].certificate) }, ERR_INVALID,
		    "signingCertificateV2 means another certificate" },
		{ "a signingCertificateV2 that is none", { .signing_certificate = DER("\x30\x00") }, ERR_SYNTAX,
		    "signingCertificateV2 cannot be read" },
		{ "nobody signed", { .no_signer = true }, ERR_INVALID, "nobody signed" },
		{ "a SignedData of another version", { .version = 4 }, ERR_INVALID,
		    "a SignedData of version 4, expected 1" },
		{ "version 1 for content of another type", { .version = 1, .type = OID_TST_INFO }, ERR_INVALID,
		    "expected 3" },
		{ "a SignerInfo of another version", { .info_version = 3 }, ERR_INVALID,
		    "a SignerInfo of version 3, expected 1" },
		{ "a key identifier in version 1", { .by_key_id = true, .info_version = 1, .version = 3 }, ERR_INVALID,
		    "a SignerInfo of version 1, expected 3" },
		{ "no contentType among the attributes", { .no_type = true }, ERR_INVALID,
		    "but no contentType among them" },
		{ "no messageDigest among the attributes", { .no_digest = true }, ERR_INVALID,
		    "but no messageDigest among them" },
		{ "contentType twice", { .type_twice = true }, ERR_INVALID, "contentType stands there twice" },
		{ "two values of messageDigest", { .digest_of_two = true }, ERR_INVALID,
		    "messageDigest has several values" },
		{ "a contentType that is not the content's", { .stated_type = OID_TST_INFO }, ERR_INVALID,
		    "is not the type of the content" },
		{ "attributes out of order", { .unsorted = true }, ERR_SYNTAX, "not in DER's order" },
		{ "a content of another type without attributes", { .type = OID_TST_INFO, .no_attributes = true },
		    ERR_INVALID, "expected signed attributes, found none" },
		{ "content exchanged", { .other_content = true }, ERR_CRYPTO, "the content is not what was signed" },
		{ "content exchanged where there are no attributes", { .other_content = true, .no_attributes = true },
		    ERR_CRYPTO, "" },
		{ "a digest of SHA-1", { .digest = A_SHA1 }, ERR_UNSUPPORTED, "found another" },
		{ "a signature with another digest than the signer's", { .signature = A_RSA_SHA512 }, ERR_UNSUPPORTED,
		    "not one over the signer's digest" },
		{ "a digest that the SignedData does not tell of", { .other_set = true }, ERR_INVALID,
		    "not among those of the SignedData" },
		{ "something behind the signer's attributes", { .behind = DER("\x05\x00") }, ERR_SYNTAX,
		    "the end of the SignerInfo" },
		{ "content in pieces",
		    { .wrapped = der_of(&arena, 0x24, der_of(&arena, DER_OCTET_STRING, CONTENT)) }, ERR_SYNTAX,
		    "found one in pieces: this is BER" },
		{ "content that is no OCTET STRING", { .wrapped = DER("\x05\x00") }, ERR_SYNTAX,
		    "the content as one OCTET STRING" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span der = cms_built(&arena, &cases[i].plan, &signers[ONE], CONTENT);
		struct cms_signed cms;
		struct problem why;

		expect_problem(cases[i].title,
		    verify(der, (struct span){ 0 }, &signers[ONE], SIGNATURES_RSA, &cms, &why), &why,
		    cases[i].code, cases[i].part);
	}
}

static void
the_bytes_are_one_message_in_der(void **state)
{
	const struct cms_signer both[] = { signers[ONE], signers[TWO] };
	const struct cms_plan good = { 0 };
	struct span der = cms_built(&arena, &good, &signers[ONE], CONTENT);
	const struct {
		const char *title;
		struct span der;
		enum err code;
		const char *part;
	} cases[] = {
		{ "nothing", { 0 }, ERR_SYNTAX, "expected a ContentInfo in DER" },
		{ "text", DER("-----BEGIN CMS-----"), ERR_SYNTAX, "expected a ContentInfo in DER" },
		{ "a stream, as openssl cms -stream writes it",
		    cms_by_openssl(&arena, both, 1, CONTENT, CMS_STREAM, EVP_sha256()), ERR_SYNTAX,
		    "found an indefinite length: this is BER" },
		{ "two signers", cms_by_openssl(&arena, both, 2, CONTENT, 0, EVP_sha256()), ERR_INVALID,
		    "expected one signer, found several" },
		{ "something behind it", arena_copy(&arena, der), ERR_SYNTAX, "1 bytes stand behind" },
		{ "a length of four gigabytes", DER("\x30\x84\xff\xff\xff\xff\x06\x09"), ERR_SYNTAX, "ContentInfo" },
		{ "a length of more bytes than anybody has", DER("\x30\x89\x01\x00\x00\x00\x00\x00\x00\x00\x00"),
		    ERR_SYNTAX, "ContentInfo" },
		{ "a length that is longer than it needs to be", DER("\x30\x81\x02\x05\x00"), ERR_SYNTAX,
		    "ContentInfo" },
		{ "data that nobody signed",
		    der_of(&arena, DER_SEQUENCE, der_of(&arena, DER_OID, OID_DATA),
		        der_of(&arena, DER_CONTEXT_0, der_of(&arena, DER_OCTET_STRING, CONTENT))),
		    ERR_INVALID, "not of type SignedData" },
		{ "more than is read", span_of(der.data, CMS_LARGEST + 1), ERR_LIMIT, "at most" },
	};
	struct cms_signed cms;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span bytes = cases[i].der;

		if (strcmp(cases[i].title, "something behind it") == 0) {
			uint8_t *longer = arena_take(&arena, bytes.size + 1);

			memcpy(longer, bytes.data, bytes.size);
			bytes = span_of(longer, bytes.size + 1);
		}
		expect_problem(cases[i].title, cms_read(&arena, bytes, &cms, &why), &why, cases[i].code, cases[i].part);
	}
	for (size_t n = 0; n < der.size; n++)
		expect_true("no part of it is taken for the whole", cms_read(&arena, span_first(der, n), &cms, &why) ==
		    ERR_SYNTAX);
}

/* Whatever changes: it is refused, or it changed nothing that anybody reads on. */
static void
no_byte_of_what_is_signed_can_change(void **state)
{
	const struct cms_plan good = { .signing_certificate = ess_of(signers[ONE].certificate) };
	struct span der = cms_built(&arena, &good, &signers[ONE], CONTENT);
	struct arena step = arena_init(1 * MIB);
	size_t taken = 0;

	(void)state;
	for (size_t i = 0; i < der.size; i++) {
		uint8_t *changed = (uint8_t *)(uintptr_t)arena_copy(&step, der).data;
		struct cms_signed cms;
		struct problem why;

		changed[i] ^= 1;
		if (cms_read(&step, span_of(changed, der.size), &cms, &why) == OK &&
		    cms_names(&cms, signers[ONE].certificate, &why) == OK &&
		    cms_check(&cms, (struct span){ 0 }, signers[ONE].spki, SIGNATURES_RSA, &why) == OK) {
			taken++;
			expect_true("the content is the same", span_equal(cms.content, CONTENT));
			expect_true("it is not the signer's certificate, or he is not found",
			    !span_equal(cms_signer_certificate(&cms, NULL, 0), signers[ONE].certificate));
		}
		arena_reset(&step);
	}
	expect_true("only bytes of certificate and identifier may change", taken > 0 &&
	    taken < signers[ONE].certificate.size + 64);
	arena_release(&step);
}

/* The SET that was signed, put where a content without attributes stands, has a good signature. */
static void
attributes_are_not_taken_for_a_content(void **state)
{
	const struct cms_plan usual = { 0 }, bare = { .no_attributes = true };
	struct span set = cms_attributes(&arena, &usual, OID_DATA, CONTENT);
	struct cms_signed cms;
	struct problem why;

	(void)state;
	expect_problem("signed attributes as the content of a signature without",
	    verify(cms_built(&arena, &bare, &signers[ONE], set), (struct span){ 0 }, &signers[ONE],
	        SIGNATURES_RSA, &cms, &why),
	    &why, ERR_INVALID, "the content must not look like some");
}

static void
what_must_be_switched_on_is_off(void **state)
{
	struct span der = cms_by_openssl(&arena, &signers[CURVE], 1, CONTENT, 0, EVP_sha384());
	const struct cms_plan detached = { .detached = true };
	struct cms_signed cms;
	struct problem why;

	(void)state;
	expect_problem("ECDSA without its switch",
	    verify(der, (struct span){ 0 }, &signers[CURVE], SIGNATURES_RSA, &cms, &why), &why, ERR_UNSUPPORTED, "");
	expect_problem("detached, and no content",
	    verify(cms_built(&arena, &detached, &signers[ONE], CONTENT), (struct span){ 0 }, &signers[ONE],
	        SIGNATURES_RSA, &cms, &why),
	    &why, ERR_INVALID, "the signature is detached");
}

/* NIST's signed mails (PKITS): a text, and a SignedData detached from it */

#define MAILS "../shared/data/pki/pkits/smime"

/* multipart/signed (RFC 1847 s2.1): the first part without the line break before the boundary, lines ended by CRLF. */
static bool
mail_parts(struct span mail, struct span *content, struct span *der)
{
	const char *text = arena_text(&arena, mail), *boundary = strstr(text, "boundary=\""), *first, *second, *end;
	struct buffer lines = buffer_init(1 * MIB), base64 = buffer_init(1 * MIB);
	char mark[128];
	bool good;

	if (!boundary || sscanf(boundary, "boundary=\"%100[^\"]", mark + 2) != 1)
		return false;
	mark[0] = mark[1] = '-';
	first = strstr(strstr(boundary, "\"") + 1 + strlen(mark), mark);
	first = first ? strchr(first, '\n') + 1 : NULL;
	second = first ? strstr(first, mark) : NULL;
	end = second ? strstr(second + 1, mark) : NULL;
	if (!end)
		return false;
	for (const char *at = first; at < second; at++) {
		if (*at == '\n' && (at == first || at[-1] != '\r'))
			buffer_byte(&lines, '\r');
		buffer_byte(&lines, (uint8_t)*at);
	}
	*content = arena_copy(&arena, span_first(buffer_span(&lines), buffer_span(&lines).size - 2));
	second = strstr(second, "\n\r\n") ? strstr(second, "\n\r\n") : strstr(second, "\n\n");
	for (const char *at = second; at && at < end; at++)
		if (*at > ' ')
			buffer_byte(&base64, (uint8_t)*at);
	good = base64_read(&arena, buffer_span(&base64), der);
	buffer_release(&lines);
	buffer_release(&base64);
	return good;
}

static void
signed_mails_of_pkits_verify(void **state)
{
	const char *top = getenv("top_srcdir");
	const char *path = arena_print(&arena, "%s/" MAILS, top ? top : ".");
	unsigned good = 0, dsa = 0, nobody = 0;
	DIR *mails = opendir(path);
	struct dirent *entry;

	(void)state;
	if (!mails) {
		print_message("skipped: %s is not there\n", path);
		skip();
	}
	while ((entry = readdir(mails)) != NULL) {
		struct buffer file = buffer_init(1 * MIB);
		struct span content, der, certificate;
		struct cms_signed cms;
		struct problem why = { 0 };
		X509 *x509;
		uint8_t *spki = NULL;
		const uint8_t *at;
		int size;

		if (!strstr(entry->d_name, ".eml"))
			continue;
		expect_ok(entry->d_name, file_read(arena_print(&arena, "%s/%s", path, entry->d_name), &file, &why),
		    &why);
		expect_true(entry->d_name, mail_parts(buffer_span(&file), &content, &der));
		buffer_release(&file);
		expect_ok(entry->d_name, cms_read(&arena, der, &cms, &why), &why);
		certificate = cms_signer_certificate(&cms, NULL, 0);
		if (certificate.size == 0) {
			expect_true("only certificates that RFC 5280 forbids are not read",
			    strstr(entry->d_name, "NegativeSerial") || strstr(entry->d_name, "DSA"));
			nobody++;
			continue;
		}
		at = certificate.data;
		x509 = d2i_X509(NULL, &at, (long)certificate.size);
		size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &spki);
		switch (cms_check(&cms, content, span_of(spki, (size_t)size), SIGNATURES_RSA, &why)) {
		case OK:
			good++;
			break;
		case ERR_UNSUPPORTED:
			expect_true("only DSA is not taken", strstr(entry->d_name, "DSA") != NULL);
			dsa++;
			break;
		default:
			expect_ok(entry->d_name, why.code, &why);
		}
		OPENSSL_free(spki);
		X509_free(x509);
		ERR_clear_error();
	}
	closedir(mails);
	expect_number("those with RSA and SHA-256 verify", good, 220);
	expect_number("those with DSA are not taken", dsa, 2);
	expect_number("the signer whose serial is negative, and one whose DSA key has no parameters, are nobody",
	    nobody, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_signs_verifies),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(the_bytes_are_one_message_in_der),
		cmocka_unit_test(no_byte_of_what_is_signed_can_change),
		cmocka_unit_test(attributes_are_not_taken_for_a_content),
		cmocka_unit_test(what_must_be_switched_on_is_off),
		cmocka_unit_test(signed_mails_of_pkits_verify),
	};

	return cmocka_run_group_tests(tests, prepare_signers, forget_signers);
}
