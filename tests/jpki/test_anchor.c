/* tests/jpki/test_anchor.c - authorities: what may be one, which generation issued what, and the published ones. */
#include "expect.h"

#include <stdio.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/pem.h>

#include "base/file.h"
#include "jpki/anchor.h"
#include "jpki/maker.h"

#define PUBLISHED "../shared/data/jpki-ca"

static struct arena memory;
static struct maker maker;

static int
begin(void **state)
{
	(void)state;
	memory = arena_init(16 * MIB);
	maker = maker_begin(&memory);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	maker_end(&maker);
	arena_release(&memory);
	return 0;
}

static const char *
folder(void)
{
	const char *root = getenv("top_srcdir");

	return arena_print(&memory, "%s/" PUBLISHED, root ? root : ".");
}

static enum err
add_file(struct jpki_anchors *anchors, const char *name, enum jpki_purpose purpose, struct problem *why)
{
	struct buffer file = buffer_init(64 * KIB);
	enum err err = file_read(arena_print(&memory, "%s/%s", folder(), name), &file, why);

	if (err == OK)
		err = jpki_anchors_add(anchors, purpose, JPKI_PRODUCTION, buffer_span(&file), why);
	buffer_release(&file);
	return err;
}

/* Fingerprints as they are published (jpki.md 1.1). */
static void
the_published_authorities_are_known_by_fingerprint(void **state)
{
	static const struct {
		const char *file;
		enum jpki_purpose purpose;
		const char *serial, *key_id, *sha256, *until;
	} cases[] = {
		{ "signca01.cer", JPKI_SIGNATURE, "01", "0d034cbb34d0714f45e45a1cafd8fd143fab54a7",
			"19645405a1fe14377434bd55957628ac4038557c542403a2243f21c706fc9355", "2025-10-19T14:59:59Z" },
		{ "signca02.cer", JPKI_SIGNATURE, "0132c4ab", "4de017de4b7f473dcd867a62d38b134ace83558a",
			"79679c33e4cc9319440f1ad120a597ff1844e2ef217063adb176966fd5e6fbeb", "2029-09-14T14:59:59Z" },
		{ "signca03.cer", JPKI_SIGNATURE, "067c6a21", "d21ea55895617e93adbf966b941ab4edf653f08f",
			"d227f6cde11d35c5252178f106f843d24651944975413b539fa2fb68dbfa365f", "2033-07-15T14:59:59Z" },
		{ "auth_ca_2015.pem", JPKI_AUTHENTICATION, "01", "9567951b5ca70d84a0fff1d85a87f1aab1340385",
			"4dcfc4ca0aaf9fb2a3081b3f0c991c320b3acc008667a341eeaec5af1d58ca7d", "2025-10-19T14:59:59Z" },
		{ "auth_ca_2019.pem", JPKI_AUTHENTICATION, "0133c349", "8cd5586a891485e559379b7e29d410cfd28b3593",
			"0d98de47fc11b7f67126874b7028b6026a803d2638d6edfe53176953961fade6", "2029-09-14T14:59:59Z" },
		{ "auth_ca_2023.pem", JPKI_AUTHENTICATION, "06d18006", "1ac100f596a3bc8c4b3df195e32699249e9e308a",
			"64114f29620c24ed2631d46476a040e7ee740d956089c00b036a6a8118c322b5", "2033-07-15T14:59:59Z" },
	};
	struct jpki_anchors *anchors;
	struct problem why;
	struct stat st;

	(void)state;
	if (stat(folder(), &st) != 0) {
		print_message("skipped: " PUBLISHED " is not there\n");
		skip();
	}
	anchors = jpki_anchors_new();
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct jpki_anchor *anchor;
		char until[INSTANT_TEXT];

		expect_ok(cases[i].file, add_file(anchors, cases[i].file, cases[i].purpose, &why), &why);
		anchor = jpki_anchor_at(anchors, i);
		expect_text(cases[i].file, hex_write(&memory, span_of(anchor->sha256, 32)), cases[i].sha256);
		expect_text("its serial number", hex_write(&memory, anchor->certificate.serial), cases[i].serial);
		expect_text("its key", hex_write(&memory, anchor->certificate.subject_key_id), cases[i].key_id);
		expect_text("its end", instant_text(anchor->certificate.not_after, until), cases[i].until);
		expect_problem("it is there once", add_file(anchors, cases[i].file, cases[i].purpose, &why), &why,
		    ERR_CONFLICT, "there already");
	}
	expect_number("all are there", jpki_anchor_count(anchors), COUNT(cases));
	expect_problem("for another purpose it is none", add_file(anchors, "auth_ca_2023.pem", JPKI_SIGNATURE, &why),
	    &why,
	    ERR_INVALID, "expected to be \"JPKI for digital signature\", found \"JPKI for user authentication\"");
	expect_true("generations of one name are one by their key alone",
	    span_equal(jpki_anchor_at(anchors, 0)->certificate.subject, jpki_anchor_at(anchors,
	    2)->certificate.subject));
	jpki_anchors_free(anchors);
}

static void
change_name(struct made_draft *d, const char *part)
{
	struct arena *a = &memory;
	bool country = strcmp(part, "country") == 0, unit = strcmp(part, "unit") == 0;

	d->part[PART_ISSUER] = d->part[PART_SUBJECT] = WRAP(a, DER_SEQUENCE,
	    rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, country ? "US" : "JP"),
	    rdn(a, "2.5.4.10", DER_UTF8_STRING, strcmp(part, "test") == 0 ? "JPKI-TEST" : "JPKI"),
	    rdn(a, "2.5.4.11", DER_UTF8_STRING, unit ? "JPKI for nothing" : made_unit(JPKI_SIGNATURE)));
}

static void
change_country(struct made_draft *d)
{
	change_name(d, "country");
}

static void
change_unit(struct made_draft *d)
{
	change_name(d, "unit");
}

static void
change_world(struct made_draft *d)
{
	change_name(d, "test");
}

static void
change_nothing(struct made_draft *d)
{
	(void)d;
}

static void
change_issuer(struct made_draft *d)
{
	d->part[PART_ISSUER] = WRAP(&memory, DER_SEQUENCE, rdn(&memory, "2.5.4.10", DER_UTF8_STRING, "JPKI"));
}

static void
leave_basic(struct made_draft *d)
{
	d->extension[EXTENSION_BASIC] = (struct span){ 0 };
}

static void
soften_basic(struct made_draft *d)
{
	d->extension[EXTENSION_BASIC] = extension(&memory, OID_BASIC, false, hex(&memory, "3003 0101ff"));
}

static void
deny_basic(struct made_draft *d)
{
	d->extension[EXTENSION_BASIC] = extension(&memory, OID_BASIC, true, hex(&memory, "3000"));
}

static void
use_for_more(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = extension(&memory, OID_KEY_USAGE, true, hex(&memory, "0302 0186"));
}

static void
use_for_less(struct made_draft *d)
{
	d->extension[EXTENSION_USAGE] = extension(&memory, OID_KEY_USAGE, true, hex(&memory, "0302 0204"));
}

static void
leave_key_id(struct made_draft *d)
{
	d->extension[EXTENSION_SUBJECT_KEY] = (struct span){ 0 };
}

static void
add_unknown(struct made_draft *d)
{
	d->extension[EXTENSION_MORE] = extension(&memory, "1.2.3.4", true, hex(&memory, "0500"));
}

static void
sign_by_another(struct made_draft *d)
{
	d->signer = maker.holder;
}

static void
sign_with_sha1(struct made_draft *d)
{
	d->digest = EVP_sha1();
	d->part[PART_ALGORITHM] = d->part[PART_INNER_ALGORITHM] = hex(&memory, "300d 06092a864886f70d010105 0500");
}

static void
name_two_algorithms(struct made_draft *d)
{
	d->part[PART_ALGORITHM] = hex(&memory, "300d 06092a864886f70d01010c 0500");
}

static void
an_authority_has_its_profile(void **state)
{
	static const struct {
		const char *title;
		void (*change)(struct made_draft *);
		enum err err;
		const char *told;
	} cases[] = {
		{ "one as it must be", change_nothing, OK, "" },
		{ "another country", change_country, ERR_INVALID,
			"country of a signature authority of the production world" },
		{ "another unit", change_unit, ERR_INVALID, "found \"JPKI for nothing\"" },
		{ "one of the test world in production", change_world, ERR_INVALID,
			"to be \"JPKI\", found \"JPKI-TEST\"" },
		{ "issued by another", change_issuer, ERR_INVALID, "no root" },
		{ "without basicConstraints", leave_basic, ERR_INVALID, "basicConstraints" },
		{ "with some that are not critical", soften_basic, ERR_INVALID, "basicConstraints" },
		{ "with some that deny it", deny_basic, ERR_INVALID, "basicConstraints" },
		{ "of more use than it may have", use_for_more, ERR_INVALID, "exactly keyCertSign and cRLSign" },
		{ "of less", use_for_less, ERR_INVALID, "exactly keyCertSign and cRLSign" },
		{ "without a key identifier", leave_key_id, ERR_INVALID, "subjectKeyIdentifier" },
		{ "with what nobody knows", add_unknown, ERR_INVALID, "critical extension" },
		{ "signed by another's key", sign_by_another, ERR_INVALID, "not signed by its own key" },
		{ "signed with SHA-1", sign_with_sha1, ERR_INVALID,
			"not signed by its own key as it must be: the signature's" },
		{ "of two algorithms", name_two_algorithms, ERR_INVALID, "two different" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct made_draft d = maker_authority_draft(&maker, JPKI_SIGNATURE, JPKI_PRODUCTION, 3);
		struct jpki_anchors *anchors = jpki_anchors_new();
		struct problem why = { 0 };

		cases[i].change(&d);
		expect_problem(cases[i].title, jpki_anchors_add(anchors, JPKI_SIGNATURE, JPKI_PRODUCTION,
		    maker_sign(&maker, &d), &why), &why, cases[i].err, cases[i].told);
		expect_number("what is refused is not there", jpki_anchor_count(anchors), cases[i].err == OK);
		jpki_anchors_free(anchors);
	}
}

static struct span
as_pem(const char *name, struct span der)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct span copy;
	char *text;
	long size;

	PEM_write_bio(bio, name, "", der.data, (long)der.size);
	size = BIO_get_mem_data(bio, &text);
	copy = arena_copy(&memory, span_of(text, (size_t)size));
	BIO_free(bio);
	return copy;
}

static void
files_are_der_or_pem(void **state)
{
	struct made_authority authority = maker_authority(&maker, JPKI_AUTHENTICATION, JPKI_TEST, 2);
	struct span pem = as_pem("CERTIFICATE", authority.der), large = span_of(arena_take(&memory, 65 * KIB),
	    65 * KIB);
	const struct {
		const char *title;
		struct span file;
		enum err err;
		const char *told;
	} cases[] = {
		{ "DER", authority.der, OK, "" },
		{ "PEM", pem, OK, "" },
		{ "PEM behind some words", JOIN(&memory, span_text("the authority:\n"), pem), OK, "" },
		{ "a key", as_pem("PUBLIC KEY", authority.der), ERR_SYNTAX, "expected a certificate" },
		{ "PEM around nothing", as_pem("CERTIFICATE", span_text("")), ERR_SYNTAX, "" },
		{ "nothing", { 0 }, ERR_SYNTAX, "expected a certificate" },
		{ "some words", span_text("the authority"), ERR_SYNTAX, "expected a certificate" },
		{ "DER and more", JOIN(&memory, authority.der, hex(&memory, "00")), ERR_SYNTAX, "stand behind" },
		{ "DER cut short", span_first(authority.der, authority.der.size - 1), ERR_SYNTAX, "not DER" },
		{ "what is too large", large, ERR_LIMIT, "at most 65536 bytes" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jpki_anchors *anchors = jpki_anchors_new();
		struct problem why = { 0 };

		expect_problem(cases[i].title, jpki_anchors_add(anchors, JPKI_AUTHENTICATION, JPKI_TEST, cases[i].file,
		    &why),
		    &why, cases[i].err, cases[i].told);
		jpki_anchors_free(anchors);
	}
}

static struct x509
issued_with(const struct made_authority *issuer, struct span authority_key)
{
	struct made_draft d = maker_draft(&maker, issuer);
	struct problem why;
	struct x509 x;

	d.extension[EXTENSION_AUTHORITY_KEY] = authority_key;
	expect_ok("it is read", x509_read(maker_sign(&maker, &d), &x, &why), &why);
	return x;
}

static void
the_key_tells_the_generation(void **state)
{
	struct arena *a = &memory;
	struct jpki_anchors *anchors = jpki_anchors_new();
	struct made_authority g[MADE_GENERATIONS + 1];
	struct span key;
	struct problem why;
	struct x509 x;

	(void)state;
	for (unsigned i = 1; i <= MADE_GENERATIONS; i++) {
		g[i] = maker_authority(&maker, JPKI_SIGNATURE, JPKI_PRODUCTION, i);
		expect_ok("all have one name", jpki_anchors_add(anchors, JPKI_SIGNATURE, JPKI_PRODUCTION, g[i].der,
		    &why),
		    &why);
	}
	for (unsigned i = 1; i <= MADE_GENERATIONS; i++) {
		x = issued_with(&g[i], made_authority_key(a, g[i].key_id, g[i].name, g[i].serial));
		expect_true("its generation is found", jpki_anchor_of(anchors, &x) == jpki_anchor_at(anchors, i - 1));
	}
	key = extension(a, OID_AUTHORITY_KEY, false, WRAP(a, DER_SEQUENCE, wrap(a, DER_PRIMITIVE(0), g[2].key_id)));
	x = issued_with(&g[2], key);
	expect_true("a key alone is enough", jpki_anchor_of(anchors, &x) == jpki_anchor_at(anchors, 1));
	x = issued_with(&g[2], made_authority_key(a, g[2].key_id, g[2].name, g[3].serial));
	expect_true("with another's serial number it is nobody's", jpki_anchor_of(anchors, &x) == NULL);
	x = issued_with(&g[2], made_authority_key(a, hex(a, "abcd"), g[2].name, g[2].serial));
	expect_true("with a key nobody has it is nobody's", jpki_anchor_of(anchors, &x) == NULL);
	x = issued_with(&g[2], (struct span){ 0 });
	expect_true("the name alone tells nothing", jpki_anchor_of(anchors, &x) == NULL);
	expect_true("but somebody has it", jpki_anchor_named(anchors, x.issuer) == jpki_anchor_at(anchors, 0));
	x.issuer = x.subject;
	expect_true("another name is nobody's", jpki_anchor_named(anchors, x.issuer) == NULL);
	jpki_anchors_free(anchors);
	jpki_anchors_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_published_authorities_are_known_by_fingerprint),
		cmocka_unit_test(an_authority_has_its_profile),
		cmocka_unit_test(files_are_der_or_pem),
		cmocka_unit_test(the_key_tells_the_generation),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
