/* tests/crypto/test_x509.c - certificates read strictly: every field, and everything that is none. */
#include "expect.h"

#include "crypto/der_maker.h"
#include "crypto/x509.h"

/* A certificate in its parts; a case puts another in the place of one. */
enum part { WHOLE, VERSION_NUMBER, SERIAL, INNER_ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY, UNIQUE_IDS, EXTENSIONS,
    REST,
	ALGORITHM, SIGNATURE, OUTER_REST, BEHIND, PARTS };

#define RSA_SHA256 "30 0d 06092a864886f70d01010b 0500"
#define RSA_KEY "30 1d 300d 06092a864886f70d010101 0500 03 0c 00 30 09 0204 00c00001 0201 03"

static struct arena memory;

static struct span
good_part(struct arena *a, enum part part)
{
	switch (part) {
	case VERSION_NUMBER:
		return hex(a, "a003 020102");
	case SERIAL:
		return hex(a, "0202 0080");
	case INNER_ALGORITHM:
	case ALGORITHM:
		return hex(a, RSA_SHA256);
	case ISSUER:
		return WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.6", DER_PRINTABLE_STRING, "JP"),
		    rdn(a, "2.5.4.10", DER_UTF8_STRING, "JPKI"), rdn(a, "2.5.4.11", DER_UTF8_STRING, "試験"));
	case VALIDITY:
		return WRAP(a, DER_SEQUENCE, text_of(a, DER_UTC_TIME, "260101000000Z"),
		    text_of(a, DER_GENERALIZED_TIME, "20500101000000Z"));
	case SUBJECT:
		return WRAP(a, DER_SEQUENCE, rdn(a, "2.5.4.3", DER_UTF8_STRING, "someone"));
	case KEY:
		return hex(a, RSA_KEY);
	case EXTENSIONS:
		return WRAP(a, DER_CONTEXT(3), WRAP(a, DER_SEQUENCE,
		    extension(a, "2.5.29.15", true, hex(a, "0302 06c0")),
		    extension(a, "2.5.29.14", false, hex(a, "0402 abcd"))));
	case SIGNATURE:
		return hex(a, "0303 00 1234");
	default:
		return (struct span){ 0 };
	}
}

/* With the parts that the case has other than the good ones. */
static struct span
certificate_with(struct arena *a, const struct span other[PARTS], const bool replaced[PARTS])
{
	struct span p[PARTS], tbs;

	for (enum part i = VERSION_NUMBER; i < PARTS; i++)
		p[i] = replaced[i] ? other[i] : good_part(a, i);
	if (replaced[WHOLE])
		return other[WHOLE];
	tbs = WRAP(a, DER_SEQUENCE, p[VERSION_NUMBER], p[SERIAL], p[INNER_ALGORITHM], p[ISSUER], p[VALIDITY],
	    p[SUBJECT],
	    p[KEY], p[UNIQUE_IDS], p[EXTENSIONS], p[REST]);
	return JOIN(a, WRAP(a, DER_SEQUENCE, tbs, p[ALGORITHM], p[SIGNATURE], p[OUTER_REST]), p[BEHIND]);
}

static struct span
certificate_but(struct arena *a, enum part part, struct span bytes)
{
	struct span other[PARTS] = { 0 };
	bool replaced[PARTS] = { false };

	other[part] = bytes;
	replaced[part] = true;
	return certificate_with(a, other, replaced);
}

static struct span
certificate_of(struct arena *a, struct span extensions)
{
	return certificate_but(a, EXTENSIONS, wrap(a, DER_CONTEXT(3), wrap(a, DER_SEQUENCE, extensions)));
}

static void
every_field_is_read(void **state)
{
	struct arena *a = &memory;
	struct span der = certificate_but(a, BEHIND, (struct span){ 0 }), copy = der, inside, tbs;
	struct problem why;
	struct x509 x;

	(void)state;
	expect_ok("a certificate is read", x509_read(der, &x, &why), &why);
	expect_true("it is all of the bytes", x.der.data == der.data && x.der.size == der.size);
	der_enter(&copy, DER_SEQUENCE, &inside);
	der_whole(&inside, DER_SEQUENCE, &tbs);
	expect_true("what is signed is the first element of it", x.tbs.data == tbs.data && x.tbs.size == tbs.size);
	expect_number("it is of version 3", x.version, 3);
	expect_text("its serial number has its sign", hex_write(a, x.serial), "0080");
	expect_text("its algorithm is whole", hex_write(a, x.algorithm), "300d06092a864886f70d01010b0500");
	expect_true("its issuer is whole", span_equal(x.issuer, good_part(a, ISSUER)));
	expect_true("its subject is whole", span_equal(x.subject, good_part(a, SUBJECT)));
	expect_number("it begins", x.not_before.us / SECONDS(1), 1767225600);
	expect_number("it ends", x.not_after.us / SECONDS(1), 2524608000);
	expect_true("its key is whole", span_equal(x.spki, good_part(a, KEY)));
	expect_text("its signature is the bits", hex_write(a, x.signature), "1234");
	expect_number("its use is bits", x.usage, USAGE_DIGITAL_SIGNATURE | USAGE_NON_REPUDIATION);
	expect_true("that extension is critical", x.key_usage.critical);
	expect_text("its key has an identifier", hex_write(a, x.subject_key_id), "abcd");
	expect_true("that extension is not", !x.subject_key.critical && x.subject_key.value.size);
	expect_true("it is no authority", !x.authority && x.path_length == -1);
	expect_true("nothing unknown is critical", x.unknown_critical.size == 0);
}

static void
what_is_no_certificate_is_refused(void **state)
{
	static const struct {
		const char *title;
		enum part part;
		const char *bytes;
		enum err err;
		const char *told;
	} cases[] = {
		{ "nothing", WHOLE, "", ERR_SYNTAX, "not DER of a certificate" },
		{ "another element", WHOLE, "0500", ERR_SYNTAX, "not DER of a certificate" },
		{ "an empty sequence", WHOLE, "3000", ERR_SYNTAX, "tbsCertificate" },
		{ "an indefinite length", WHOLE, "3080 3000 0000", ERR_SYNTAX, "not DER of a certificate" },
		{ "a length larger than the rest", WHOLE, "3084 7fffffff 00", ERR_SYNTAX, "not DER of a certificate" },
		{ "something behind the end", BEHIND, "00", ERR_SYNTAX, "1 bytes stand behind" },
		{ "something behind the signature", OUTER_REST, "0500", ERR_SYNTAX, "signatureValue" },
		{ "something behind the extensions", REST, "0500", ERR_SYNTAX, "end" },
		{ "version 1, written out", VERSION_NUMBER, "a003 020100", ERR_SYNTAX, "version" },
		{ "version 4", VERSION_NUMBER, "a003 020103", ERR_SYNTAX, "version" },
		{ "a version below the first", VERSION_NUMBER, "a003 0201ff", ERR_SYNTAX, "version" },
		{ "two versions", VERSION_NUMBER, "a006 020102 020102", ERR_SYNTAX, "version" },
		{ "version 1 with extensions", VERSION_NUMBER, "", ERR_INVALID, "version 1 or 2 has extensions" },
		{ "version 2 with extensions", VERSION_NUMBER, "a003 020101", ERR_INVALID,
			"version 1 or 2 has extensions" },
		{ "a serial number of nothing", SERIAL, "0200", ERR_SYNTAX, "serialNumber" },
		{ "one with needless zeros", SERIAL, "0202 0001", ERR_SYNTAX, "serialNumber" },
		{ "the serial number zero", SERIAL, "0201 00", ERR_INVALID, "zero or negative" },
		{ "a negative one", SERIAL, "0201 80", ERR_INVALID, "zero or negative" },
		{ "one of 21 bytes", SERIAL, "0215 010203040506070809101112131415161718192021", ERR_INVALID,
			"20 bytes" },
		{ "one of 20 bytes and a sign", SERIAL, "0215 008203040506070809101112131415161718192021", OK, "" },
		{ "a serial number as text", SERIAL, "0c01 31", ERR_SYNTAX, "serialNumber" },
		{ "another algorithm inside", INNER_ALGORITHM, "300d 06092a864886f70d01010c 0500", ERR_INVALID,
			"two different" },
		{ "parameters inside, none outside", ALGORITHM, "300b 06092a864886f70d01010b", ERR_INVALID,
			"two different" },
		{ "an algorithm of nothing", ALGORITHM, "3000", ERR_SYNTAX, "signatureAlgorithm" },
		{ "parameters of two things", ALGORITHM, "300f 06092a864886f70d01010b 0500 0500", ERR_SYNTAX,
			"signatureAlgorithm" },
		{ "an algorithm inside that is none", INNER_ALGORITHM, "0500", ERR_SYNTAX, "signature is" },
		{ "a name that is no sequence", ISSUER, "3100", ERR_SYNTAX, "issuer" },
		{ "a name with an empty set", ISSUER, "3002 3100", ERR_SYNTAX, "issuer" },
		{ "a name in UTF-8", SUBJECT, "300e 310c 300a 0603550403 0c03 e38182", OK, "" },
		{ "a name cut within a character", SUBJECT, "300d 310b 3009 0603550403 0c02 e381", ERR_SYNTAX,
			"subject" },
		{ "a printable one beyond ASCII", SUBJECT, "300c 310a 3008 0603550403 1301 e3", ERR_SYNTAX, "subject" },
		{ "half a character of two bytes", SUBJECT, "300c 310a 3008 0603550403 1e01 41", ERR_SYNTAX,
			"subject" },
		{ "half a pair", SUBJECT, "300d 310b 3009 0603550403 1e02 d800", ERR_SYNTAX, "subject" },
		{ "a name that is a number", SUBJECT, "300c 310a 3008 0603550403 0201 05", ERR_SYNTAX, "subject" },
		{ "a subject of nothing", SUBJECT, "3000", OK, "" },
		{ "two parts out of order", SUBJECT, "3018 3116 3009 0603550403 0c02 6162 3009 0603550403 0c02 6161",
			ERR_SYNTAX, "subject" },
		{ "two parts in order", SUBJECT, "3018 3116 3009 0603550403 0c02 6161 3009 0603550403 0c02 6162", OK,
			"" },
		{ "a validity of one time", VALIDITY, "300f 170d 3236303130313030303030305a", ERR_SYNTAX, "validity" },
		{ "a time without seconds", VALIDITY,
			"301c 170b 323630313031303030305a 170d 3236303130313030303030305a",
			ERR_SYNTAX, "validity" },
		{ "a key of nothing", KEY, "3000", ERR_SYNTAX, "subjectPublicKeyInfo" },
		{ "a key with a bit left over", KEY, "3011 300b 06092a864886f70d010101 0302 0180", ERR_SYNTAX,
			"subjectPublicKeyInfo" },
		{ "a unique identifier", UNIQUE_IDS, "8102 0680", OK, "" },
		{ "one of no bits that has unused ones", UNIQUE_IDS, "8101 03", ERR_SYNTAX, "uniqueID" },
		{ "one with an unused bit set", UNIQUE_IDS, "8102 04ff", ERR_SYNTAX, "uniqueID" },
		{ "extensions of nothing", EXTENSIONS, "a302 3000", ERR_SYNTAX, "extensions" },
		{ "extensions and more", EXTENSIONS, "a310 300c 300a 0603551d0e 0403 040105 0500", ERR_SYNTAX,
			"extensions" },
		{ "no extensions", EXTENSIONS, "", OK, "" },
		{ "extensions without a value", EXTENSIONS, "a309 3007 3005 0603551d0f", ERR_SYNTAX, "extensions" },
		{ "not critical, written out", EXTENSIONS, "a312 3010 300e 0603551d0f 010100 0404 03020780", ERR_SYNTAX,
			"extensions" },
		{ "critical as BER has it", EXTENSIONS, "a312 3010 300e 0603551d0f 010101 0404 03020780", ERR_SYNTAX,
			"extensions" },
		{ "a signature with unused bits", SIGNATURE, "0302 0180", ERR_SYNTAX, "signatureValue" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span der = certificate_but(&memory, cases[i].part, hex(&memory, cases[i].bytes));
		struct problem why = { 0 };
		struct x509 x;
		enum err err = x509_read(der, &x, &why);

		expect_problem(cases[i].title, err, &why, cases[i].err, cases[i].told);
		arena_reset(&memory);
	}
}

static void
extensions_have_forms(void **state)
{
	static const struct {
		const char *title, *type, *value;
		enum err err;
		const char *told;
	} cases[] = {
		{ "an authority", "2.5.29.19", "3003 0101ff", OK, "" },
		{ "an authority of some depth", "2.5.29.19", "3006 0101ff 020103", OK, "" },
		{ "no authority", "2.5.29.19", "3000", OK, "" },
		{ "no authority, written out", "2.5.29.19", "3003 010100", ERR_SYNTAX, "basicConstraints" },
		{ "a negative depth", "2.5.29.19", "3006 0101ff 0201ff", ERR_SYNTAX, "basicConstraints" },
		{ "a depth beyond any", "2.5.29.19", "3009 0101ff 020480000000", ERR_SYNTAX, "basicConstraints" },
		{ "two values in one", "2.5.29.19", "3000 3000", ERR_SYNTAX, "basicConstraints" },
		{ "a value of nothing", "2.5.29.19", "", ERR_SYNTAX, "basicConstraints" },
		{ "use with zeros at the end", "2.5.29.15", "0302 0000", ERR_SYNTAX, "keyUsage" },
		{ "a key identifier of nothing", "2.5.29.14", "0400", ERR_SYNTAX, "subjectKeyIdentifier" },
		{ "an issuer's key", "2.5.29.35", "3004 8002 abcd", OK, "" },
		{ "an issuer's key of nothing", "2.5.29.35", "3002 8000", ERR_SYNTAX, "authorityKeyIdentifier" },
		{ "an issuer's key, name and number", "2.5.29.35",
			"301a 8002 abcd a10f a40d 300b 3109 3007 0603550406 1300 "
			"8203 010203", OK, "" },
		{ "its parts in another order", "2.5.29.35", "3009 8203 010203 8002 abcd", ERR_SYNTAX,
			"authorityKeyIdentifier" },
		{ "a number that could be shorter", "2.5.29.35", "3004 8202 0001", ERR_SYNTAX,
			"authorityKeyIdentifier" },
		{ "policies", "2.5.29.32", "300e 3005 0603 2a0304 3005 0603 2a0305", OK, "" },
		{ "a policy twice", "2.5.29.32", "300e 3005 0603 2a0304 3005 0603 2a0304", ERR_SYNTAX,
			"certificatePolicies" },
		{ "no policies", "2.5.29.32", "3000", ERR_SYNTAX, "certificatePolicies" },
		{ "a policy of nothing", "2.5.29.32", "3002 3000", ERR_SYNTAX, "certificatePolicies" },
		{ "uses", "2.5.29.37", "300a 0608 2b06010505070302", OK, "" },
		{ "no uses", "2.5.29.37", "3000", ERR_SYNTAX, "extKeyUsage" },
		{ "a use that is no OID", "2.5.29.37", "3003 020101", ERR_SYNTAX, "extKeyUsage" },
		{ "names", "2.5.29.17", "3003 820161", OK, "" },
		{ "no names", "2.5.29.17", "3000", ERR_SYNTAX, "subjectAltName" },
		{ "a name of a tenth kind", "2.5.29.17", "3003 890161", ERR_SYNTAX, "subjectAltName" },
		{ "a name of another form", "2.5.29.18", "3003 a20161", ERR_SYNTAX, "issuerAltName" },
		{ "a name of another's kind", "2.5.29.17", "300b a009 0603 2a0304 a002 0500", OK, "" },
		{ "one without a value", "2.5.29.17", "3009 a007 0603 2a0304 a000", ERR_SYNTAX, "subjectAltName" },
		{ "one of two values", "2.5.29.17", "300d a00b 0603 2a0304 a004 0500 0500", ERR_SYNTAX,
			"subjectAltName" },
		{ "an address beyond ASCII", "2.5.29.17", "3003 8601 e9", ERR_SYNTAX, "subjectAltName" },
		{ "a number of a kind", "2.5.29.17", "3004 8802 2a03", OK, "" },
		{ "one that ends within", "2.5.29.17", "3004 8802 2a83", ERR_SYNTAX, "subjectAltName" },
		{ "a directory's name that is none", "2.5.29.18", "3004 a402 3100", ERR_SYNTAX, "issuerAltName" },
		{ "a place", "1.3.6.1.5.5.7.1.1", "300f 300d 0608 2b06010505073001 8601 61", OK, "" },
		{ "a place without an address", "1.3.6.1.5.5.7.1.1", "300c 300a 0608 2b06010505073001", ERR_SYNTAX,
			"authorityInfoAccess" },
		{ "a list's place", "2.5.29.31", "3002 3000", OK, "" },
		{ "a list's place of nothing", "2.5.29.31", "3000", ERR_SYNTAX, "cRLDistributionPoints" },
		{ "a place for what changed", "2.5.29.46", "3002 0500", ERR_SYNTAX, "freshestCRL" },
		{ "mapped policies", "2.5.29.33", "3002 3000", OK, "" },
		{ "constrained policies", "2.5.29.36", "3006 800100 810100", OK, "" },
		{ "constraints the wrong way round", "2.5.29.36", "3006 810100 800100", ERR_SYNTAX,
			"policyConstraints" },
		{ "constraints of nothing", "2.5.29.36", "3000", ERR_SYNTAX, "policyConstraints" },
		{ "constrained names", "2.5.29.30", "3002 a000", OK, "" },
		{ "no policy at will", "2.5.29.54", "020100", OK, "" },
		{ "no policy at will, in bits", "2.5.29.54", "030100", ERR_SYNTAX, "inhibitAnyPolicy" },
		{ "no check", "1.3.6.1.5.5.7.48.1.5", "0500", OK, "" },
		{ "no check with something", "1.3.6.1.5.5.7.48.1.5", "050100", ERR_SYNTAX, "nocheck" },
		{ "what nobody knows has any form", "1.2.3.4", "ff", OK, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span der = certificate_of(&memory, extension(&memory, cases[i].type, false,
		    hex(&memory, cases[i].value)));
		struct problem why = { 0 };
		struct x509 x;

		expect_problem(cases[i].title, x509_read(der, &x, &why), &why, cases[i].err, cases[i].told);
		arena_reset(&memory);
	}
}

static void
a_responder_may_have_names_of_nobody(void **state)
{
	static const struct {
		const char *title, *type;
		bool critical;
		const char *value;
		enum err err;
		const char *told;
	} cases[] = {
		{ "no names", "2.5.29.17", false, "3000", OK, "" },
		{ "no names, and they are critical", "2.5.29.17", true, "3000", ERR_SYNTAX, "subjectAltName" },
		{ "a name", "2.5.29.17", false, "3003 820161", OK, "" },
		{ "a name that is none", "2.5.29.17", false, "3002 8201", ERR_SYNTAX, "subjectAltName" },
		{ "no names in a longer form", "2.5.29.17", false, "308100", ERR_SYNTAX, "subjectAltName" },
		{ "no names and something behind", "2.5.29.17", false, "3000 0500", ERR_SYNTAX, "subjectAltName" },
		{ "an issuer of no names", "2.5.29.18", false, "3000", ERR_SYNTAX, "issuerAltName" },
		{ "no uses", "2.5.29.37", false, "3000", ERR_SYNTAX, "extKeyUsage" },
	};
	struct span none = extension(&memory, "2.5.29.17", false, hex(&memory, "3000"));
	struct problem why;
	struct x509 x;

	(void)state;
	expect_problem("not even they twice",
	    x509_read_responder(certificate_of(&memory, JOIN(&memory, none, none)), &x, &why), &why, ERR_INVALID,
	    "twice");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span der = certificate_of(&memory, extension(&memory, cases[i].type, cases[i].critical,
		    hex(&memory, cases[i].value)));

		expect_problem(cases[i].title, x509_read_responder(der, &x, &why), &why, cases[i].err, cases[i].told);
		arena_reset(&memory);
	}
}

static void
an_extension_stands_once(void **state)
{
	static const char *const types[] = { "2.5.29.15", "1.2.3.4" };
	struct problem why;
	struct x509 x;

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		struct span one = extension(&memory, types[i], i == 1, hex(&memory, "0302 0780"));
		struct span der = certificate_of(&memory, JOIN(&memory, one, extension(&memory, "2.5.29.14", false,
		    hex(&memory, "0401 05")), one));

		expect_problem("one that stands twice is refused", x509_read(der, &x, &why), &why, ERR_INVALID,
		    "twice");
		expect_text("all is filled, for who explains it", hex_write(&memory, x.subject_key_id), "05");
	}
	expect_text("the critical one is told", hex_write(&memory, x.unknown_critical), "2a0304");
	arena_reset(&memory);
}

static void
more_than_can_be_is_refused(void **state)
{
	struct span many = { 0 };
	struct problem why;
	struct x509 x;

	(void)state;
	for (size_t i = 0; i <= X509_MOST_EXTENSIONS; i++) {
		if (i == X509_MOST_EXTENSIONS)
			expect_ok("as many as there may be are read", x509_read(certificate_of(&memory, many), &x,
			    &why), &why);
		many = JOIN(&memory, many, extension(&memory, arena_print(&memory, "1.2.3.%zu", i), false,
		    hex(&memory, "0500")));
	}
	expect_problem("one more is not", x509_read(certificate_of(&memory, many), &x, &why), &why, ERR_LIMIT,
	    "more than 64 extensions");
	expect_problem("what is too large is not looked at",
	    x509_read(span_of(arena_take(&memory, X509_LARGEST + 1), X509_LARGEST + 1), &x, &why), &why, ERR_LIMIT,
	    "at most 65536 bytes");
	arena_reset(&memory);
}

static void
cut_short_anywhere_it_is_none(void **state)
{
	struct span der = certificate_but(&memory, BEHIND, (struct span){ 0 });
	struct problem why;
	struct x509 x;

	(void)state;
	for (size_t size = 0; size < der.size; size++) {
		/* From the end of what may be read: a sanitizer sees who reads on. */
		uint8_t *copy = arena_take(&memory, size);

		memcpy(copy, der.data, size);
		expect_number("a certificate cut short", x509_read(span_of(copy, size), &x, &why), ERR_SYNTAX);
	}
	arena_reset(&memory);
}

static void
lists_are_asked(void **state)
{
	struct arena *a = &memory;
	struct span extensions = JOIN(a,
	    extension(a, "2.5.29.37", false, WRAP(a, DER_SEQUENCE, oid(a, "1.3.6.1.5.5.7.3.2"), oid(a, "1.2.3"))),
	    extension(a, "2.5.29.32", true, WRAP(a, DER_SEQUENCE, WRAP(a, DER_SEQUENCE, oid(a, "1.2.3.4"),
		hex(a, "3000")), WRAP(a, DER_SEQUENCE, oid(a, "1.2.3.5")))),
	    extension(a, "1.3.6.1.5.5.7.1.1", false, WRAP(a, DER_SEQUENCE,
		WRAP(a, DER_SEQUENCE, oid(a, "1.3.6.1.5.5.7.48.2"), text_of(a, DER_PRIMITIVE(6), "http://ca/")),
		WRAP(a, DER_SEQUENCE, oid(a, "1.3.6.1.5.5.7.48.1"), text_of(a, DER_PRIMITIVE(2), "ocsp")),
		WRAP(a, DER_SEQUENCE, oid(a, "1.3.6.1.5.5.7.48.1"), text_of(a, DER_PRIMITIVE(6), "http://one/")),
		WRAP(a, DER_SEQUENCE, oid(a, "1.3.6.1.5.5.7.48.1"), text_of(a, DER_PRIMITIVE(6), "http://two/")))));
	struct span ocsp = hex(a, "2b06010505073001"), first;
	struct x509 x, empty;
	struct problem why;

	(void)state;
	expect_ok("it is read", x509_read(certificate_of(a, extensions), &x, &why), &why);
	expect_true("a use is listed", x509_extended_usage(&x, hex(a, "2b06010505070302")));
	expect_true("the last is, too", x509_extended_usage(&x, hex(a, "2a03")));
	expect_true("another is not", !x509_extended_usage(&x, hex(a, "2a")));
	expect_true("a policy is listed", x509_policy(&x, hex(a, "2a0304")) && x509_policy(&x, hex(a, "2a0305")));
	expect_true("another is not", !x509_policy(&x, hex(a, "2a0306")));
	expect_number("there are two", x509_policies(&x, &first), 2);
	expect_text("this is the first", hex_write(a, first), "2a0304");
	expect_span("the first address of its kind", x509_access_uri(&x, ocsp, 0), "http://one/");
	expect_span("the second", x509_access_uri(&x, ocsp, 1), "http://two/");
	expect_span("there is no third", x509_access_uri(&x, ocsp, 2), "");
	expect_ok("one without is read", x509_read(certificate_but(a, EXTENSIONS, (struct span){ 0 }), &empty, &why),
	    &why);
	expect_true("where there is no list nothing is listed", !x509_extended_usage(&empty, hex(a, "2a03")) &&
	    !x509_policy(&empty, hex(a, "2a0304")) && x509_policies(&empty, &first) == 0 && first.size == 0 &&
	    x509_access_uri(&empty, ocsp, 0).size == 0);
	arena_reset(a);
}

static void
names_are_texts(void **state)
{
	static const struct {
		const char *title, *name, *text;
	} cases[] = {
		{ "nothing", "3000", "" },
		{ "the last comes first", "301a 310b 3009 0603550406 1302 4a50 310b 3009 060355040a 0c02 6162",
			"O=ab,C=JP" },
		{ "two parts of one set", "3016 3114 3008 0603550403 0c01 61 3008 060355040b 0c01 62", "CN=a+OU=b" },
		{ "Japanese stays what it is", "3011 310f 300d 060355040a 0c06 e8a9a6e9a893", "O=試験" },
		{ "what has a meaning has a backslash", "3014 3112 3010 0603550403 0c09 222b2c3b3c3e5c3d61",
			"CN=\\\"\\+\\,\\;\\<\\>\\\\=a" },
		{ "blanks and a sharp at the edges, too", "300f 310d 300b 0603550403 0c04 20612061", "CN=\\ a a" },
		{ "a blank at the end", "300d 310b 3009 0603550403 0c02 6120", "CN=a\\ " },
		{ "a sharp in front", "300d 310b 3009 0603550403 0c02 2323", "CN=\\##" },
		{ "what nobody sees is told in numbers", "3010 310e 300c 0603550403 0c05 6100e280ae",
			"CN=a\\00\\e2\\80\\ae" },
		{ "characters of two bytes", "300f 310d 300b 0603550403 1e04 8a66 0041", "CN=試A" },
		{ "characters of four", "300f 310d 300b 0603550403 1c04 00020b9f", "CN=𠮟" },
		{ "Latin 1", "300c 310a 3008 0603550403 1401 e9", "CN=é" },
		{ "a type without a name", "300c 310a 3008 06032a0304 0c01 61", "1.2.3.4=a" },
		{ "a domain", "3013 3111 300f 060a0992268993f22c640119 1601 61", "DC=a" },
		{ "no name", "3100", "" },
		{ "a name and more", "3000 3000", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_text(cases[i].title, x509_name_text(&memory, hex(&memory, cases[i].name)), cases[i].text);
		arena_reset(&memory);
	}
}

static void
parts_of_a_name_are_found(void **state)
{
	struct span name = good_part(&memory, ISSUER);

	(void)state;
	expect_span("a part by its type", x509_name_part(name, hex(&memory, "55040a"), 0), "JPKI");
	expect_span("there is one of them", x509_name_part(name, hex(&memory, "55040a"), 1), "");
	expect_span("and none of another", x509_name_part(name, hex(&memory, "550403"), 0), "");
	expect_span("nothing is in what is no name", x509_name_part(hex(&memory, "0500"), hex(&memory, "55040a"), 0),
	    "");
	arena_reset(&memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_read),
		cmocka_unit_test(what_is_no_certificate_is_refused),
		cmocka_unit_test(extensions_have_forms),
		cmocka_unit_test(a_responder_may_have_names_of_nobody),
		cmocka_unit_test(an_extension_stands_once),
		cmocka_unit_test(more_than_can_be_is_refused),
		cmocka_unit_test(cut_short_anywhere_it_is_none),
		cmocka_unit_test(lists_are_asked),
		cmocka_unit_test(names_are_texts),
		cmocka_unit_test(parts_of_a_name_are_found),
	};
	int failed;

	memory = arena_init(16 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&memory);
	return failed;
}
