/* tests/crypto/test_x509_path.c - paths to an anchor: NIST's PKITS without its revocation, and what it has not: keys
 * that roll over under one name, edges of time, piles of certificates. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "base/file.h"
#include "crypto/x509_path.h"

#define PKITS_FROM "../shared/data/pki/pkits"
#define CERTIFICATES_LARGEST 40

/* 2026-11-22T00:00:00Z: PKITS' certificates end in 2030. */
static const struct instant november = { SECONDS(1795305600) };

static struct arena memory;

static struct span
file_of(const char *folder, const char *name)
{
	const char *root = getenv("top_srcdir");
	struct buffer file = buffer_init(1 * MIB);
	struct problem why;
	struct span bytes;

	expect_ok(name, file_read(arena_print(&memory, "%s/%s/%s", root ? root : ".", folder, name), &file, &why),
	    &why);
	bytes = arena_copy(&memory, buffer_span(&file));
	buffer_release(&file);
	return bytes;
}

static const char *
text_in(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static bool
flag_in(const json_t *row, const char *key)
{
	return json_is_true(json_object_get(json_object_get(row, "inputs"), key));
}

/* "anyPolicy" is how the table says it; a set with nothing but that is no restriction. */
static void
ask_policies(const json_t *row, struct path_question *q, const char *policies[8])
{
	json_t *set = json_object_get(json_object_get(row, "inputs"), "initial_policy_set"), *policy;
	size_t i;

	q->policies = policies;
	json_array_foreach(set, i, policy)
		if (strcmp(json_string_value(policy), "anyPolicy") != 0)
			policies[q->policy_count++] = json_string_value(policy);
	q->explicit_policy = flag_in(row, "initial_explicit_policy");
	q->inhibit_mapping = flag_in(row, "initial_policy_mapping_inhibit");
	q->inhibit_any = flag_in(row, "initial_inhibit_any_policy");
}

/* A copy that was encoded anew when it was taken out of a mail: a bit of its identifier counts differently, and what
 * was signed is another. */
static const char *
name_of(const char *name)
{
	return strcmp(name, "../certs-extra/4.3.6-0.crt") == 0 ? "UIDCACert.crt" : name;
}

/* Whether the row's certificate is believed; a certificate that is none is not. */
static bool
ask_row(const json_t *row, bool lenient, const char **reason)
{
	struct span anchor = file_of(PKITS_FROM, "certs/TrustAnchorRootCertificate.crt"), others[CERTIFICATES_LARGEST];
	struct path_question q = { .anchors = &anchor, .anchor_count = 1, .others = others, .at = november,
		.lenient = lenient };
	const char *end = text_in(row, "end_cert"), *policies[8];
	struct path_answer answer;
	struct problem why;
	json_t *name;
	size_t i;

	json_array_foreach(json_object_get(row, "certs"), i, name)
		if (strcmp(json_string_value(name), end) != 0)
			others[q.other_count++] = file_of(PKITS_FROM, arena_print(&memory, "certs/%s",
			    name_of(json_string_value(name))));
	q.certificate = file_of(PKITS_FROM, arena_print(&memory, "certs/%s", end));
	ask_policies(row, &q, policies);
	if (x509_path_check(&memory, &q, &answer, &why) != OK) {
		*reason = arena_print(&memory, "%s", why.text);
		return false;
	}
	expect_true("refused with a reason, or believed with a path", answer.valid ? !answer.reason && answer.length :
	    answer.reason && !answer.length);
	*reason = answer.reason;
	return answer.valid;
}

static bool
is_listed(const char *id, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(id, list[i]) == 0)
			return true;
	return false;
}

static void
pkits_is_answered_as_nist_expects(void **state)
{
	/* Invalid for what a CRL says, or for the CRL's own faults: the path is good. */
	static const char *const revocation_decides[] = {
		"4.4.1", "4.4.2", "4.4.3", "4.4.4", "4.4.5", "4.4.6", "4.4.8", "4.4.9", "4.4.10", "4.4.11", "4.4.12",
		"4.4.18", "4.4.20", "4.4.21", "4.5.2", "4.5.5", "4.5.7", "4.7.4", "4.7.5",
		"4.14.2", "4.14.3", "4.14.6", "4.14.8", "4.14.9", "4.14.11", "4.14.12", "4.14.14", "4.14.15",
		"4.14.16", "4.14.17", "4.14.20", "4.14.21", "4.14.23", "4.14.26", "4.14.27", "4.14.31", "4.14.32",
		"4.14.34", "4.14.35", "4.15.1", "4.15.3", "4.15.4", "4.15.6", "4.15.9", "4.15.10",
	};
	/* Valid by RFC 5280, and refused here. Nobody of ours has any of it; one is taken from who asks leniently. */
	static const struct {
		const char *id;
		bool lenient; /* then it is believed */
	} refused[] = {
		{ "4.1.4", false }, /* DSA of 1024 bits with SHA-1 is 80 bits strong: 112 are demanded */
		{ "4.1.5", false }, /* a DSA key that takes its parameters from its issuer: the library has not that */
		{ "4.6.4", true },  /* an authority whose basicConstraints are not critical, as s4.2.1.9 demands */
	};
	const char *root = getenv("top_srcdir");
	struct stat st;
	json_t *table, *row;
	size_t i, rows = 0, left = 0, wrong = 0;

	(void)state;
	if (stat(arena_print(&memory, "%s/" PKITS_FROM, root ? root : "."), &st) != 0) {
		print_message("skipped: " PKITS_FROM " is not there\n");
		skip();
	}
	table = json_load_file(arena_print(&memory, "%s/" PKITS_FROM "/pkits-table.json", root ? root : "."), 0, NULL);
	assert_non_null(table);
	json_array_foreach(json_object_get(table, "tests"), i, row) {
		const char *id = text_in(row, "id"), *reason;
		bool expected = strcmp(text_in(row, "expected_with_these_inputs"), "valid") == 0;
		bool valid = ask_row(row, false, &reason);

		bool believed = expected;

		rows++;
		for (size_t r = 0; r < COUNT(refused); r++)
			if (strcmp(id, refused[r].id) == 0) {
				const char *lenient;

				believed = false;
				expect_number(id, ask_row(row, true, &lenient), refused[r].lenient);
			}
		if (is_listed(id, revocation_decides, COUNT(revocation_decides))) {
			expect_true(id, !expected);
			believed = true;
			left++;
		}
		if (valid != believed) {
			print_error("%s %s: %s\n", id, text_in(row, "title"), reason ? reason : "believed");
			wrong++;
		}
		arena_reset(&memory);
	}
	expect_number("each row is answered as it should be", wrong, 0);
	expect_number("all rows are there", rows, 247);
	expect_number("each listed one is one of them", left, COUNT(revocation_decides));
	json_decref(table);
}

/* Certificates of our own. */

enum pair { ROOT, OLD_ROOT, MIDDLE, OTHER_MIDDLE, HOLDER, PAIRS };
static EVP_PKEY *pairs[PAIRS];

struct wish {
	const char *subject, *issuer;
	enum pair key, signer;
	bool authority, identified; /* by key identifiers */
	long serial;
	const char *policies;
};

static void
add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	CONF *empty = NCONF_new(NULL); /* policies are read with one at hand */
	X509_EXTENSION *extension;
	X509V3_CTX context;

	X509V3_set_ctx(&context, issuer, x, NULL, NULL, 0);
	X509V3_set_nconf(&context, empty);
	extension = X509V3_EXT_nconf_nid(empty, &context, nid, value);
	assert_non_null(extension);
	X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
	NCONF_free(empty);
}

static void
set_name(X509_NAME *name, const char *text)
{
	assert_true(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const uint8_t *)text, -1, -1, 0));
}

/* From 2026-01-01 to the second 2026-12-31T14:59:59Z. */
static struct span
certificate(const struct wish *wish)
{
	X509 *x = X509_new(), *issuer = X509_new();
	unsigned char *der = NULL;
	struct span copy;
	int size;

	X509_set_version(x, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x), wish->serial ? wish->serial : 1);
	set_name(X509_get_subject_name(x), wish->subject);
	set_name(X509_get_issuer_name(x), wish->issuer);
	ASN1_TIME_set_string(X509_getm_notBefore(x), "260101000000Z");
	ASN1_TIME_set_string(X509_getm_notAfter(x), "261231145959Z");
	X509_set_pubkey(x, pairs[wish->key]);
	X509_set_pubkey(issuer, pairs[wish->signer]);
	add_extension(issuer, issuer, NID_subject_key_identifier, "hash");
	add_extension(x, issuer, NID_basic_constraints, wish->authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
	add_extension(x, issuer, NID_key_usage, wish->authority ? "critical,keyCertSign" : "critical,digitalSignature");
	if (wish->identified) {
		add_extension(x, issuer, NID_subject_key_identifier, "hash");
		add_extension(x, issuer, NID_authority_key_identifier, "keyid:always");
	}
	if (wish->policies)
		add_extension(x, issuer, NID_certificate_policies, wish->policies);
	assert_true(X509_sign(x, pairs[wish->signer], EVP_sha256()) > 0);
	size = i2d_X509(x, &der);
	copy = arena_copy(&memory, span_of(der, (size_t)size));
	OPENSSL_free(der);
	X509_free(x);
	X509_free(issuer);
	return copy;
}

#define CERTIFICATE(subject_, issuer_, key_, signer_, ...) certificate(&(struct wish){ \
	.subject = (subject_), .issuer = (issuer_), .key = (key_), .signer = (signer_), __VA_ARGS__ })
#define ANCHOR(key_) CERTIFICATE("root", "root", key_, key_, .authority = true, .identified = true)
#define UNNAMED_ANCHOR(key_) CERTIFICATE("root", "root", key_, key_, .authority = true)

static int
make_pairs(void **state)
{
	(void)state;
	memory = arena_init(64 * MIB);
	for (size_t i = 0; i < PAIRS; i++)
		pairs[i] = EVP_RSA_gen(2048);
	return 0;
}

static int
free_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < PAIRS; i++)
		EVP_PKEY_free(pairs[i]);
	arena_release(&memory);
	return 0;
}

/* "valid N", N certificates long, or the reason. */
static const char *
asked(const struct path_question *q)
{
	struct path_answer answer;
	struct problem why;

	if (x509_path_check(&memory, q, &answer, &why) != OK)
		return arena_print(&memory, "%s: %s", err_name(why.code), why.text);
	return answer.valid ? arena_print(&memory, "valid %zu", answer.length) : answer.reason;
}

static void
keys_roll_over_under_one_name(void **state)
{
	struct span anchors[] = { UNNAMED_ANCHOR(OLD_ROOT), UNNAMED_ANCHOR(ROOT) };
	struct span identified[] = { ANCHOR(OLD_ROOT), ANCHOR(ROOT) };
	struct span others[] = {
		CERTIFICATE("middle", "root", OTHER_MIDDLE, ROOT, .authority = true),
		CERTIFICATE("middle", "root", MIDDLE, ROOT, .authority = true),
	};
	struct path_question q = { .certificate = CERTIFICATE("someone", "root", HOLDER, ROOT), .anchors = anchors,
		.anchor_count = 2, .at = november, .lenient = true };
	struct path_answer answer;
	struct problem why;

	(void)state;
	expect_text("the second root is tried when the first does not fit", asked(&q), "valid 2");
	q.anchor_count = 1;
	expect_text("the old one alone did not issue it", asked(&q), "certificate signature failure");
	q = (struct path_question){ .certificate = CERTIFICATE("someone", "middle", HOLDER, MIDDLE), .anchors = anchors,
		.anchor_count = 2, .others = others, .other_count = 2, .at = november, .lenient = true };
	expect_text("so it is between", asked(&q), "valid 3");
	q = (struct path_question){ .certificate = CERTIFICATE("someone", "root", HOLDER, ROOT, .identified = true),
		.anchors = identified, .anchor_count = 2, .at = november };
	expect_ok("by key identifier", x509_path_check(&memory, &q, &answer, &why), &why);
	expect_true("it is the right one at once", answer.valid && span_equal(answer.path[1], identified[1]));
	expect_true("the path begins with what was asked", span_equal(answer.path[0], q.certificate));
	q.lenient = false;
	q.anchors = anchors;
	expect_text("strictly, authorities have key identifiers", asked(&q), "Missing Subject Key Identifier");
}

static void
only_what_is_handed_in_is_believed(void **state)
{
	struct span root = ANCHOR(ROOT), middle = CERTIFICATE("middle", "root", MIDDLE, ROOT, .authority = true,
	    .identified = true), leaf = CERTIFICATE("someone", "middle", HOLDER, MIDDLE, .identified = true);
	struct span no_authority = CERTIFICATE("middle", "root", MIDDLE, ROOT, .identified = true);
	const struct {
		const char *title;
		struct span certificate, anchor, other;
		const char *answer;
	} cases[] = {
		{ "all of it", leaf, root, middle, "valid 3" },
		{ "without what stands between", leaf, root, { 0 }, "no path leads from it to an anchor" },
		{ "without an anchor", leaf, { 0 }, middle, "no path leads from it to an anchor" },
		{ "an anchor between is no anchor", leaf, { 0 }, root, "no path leads from it to an anchor" },
		{ "one between who may not", leaf, root, no_authority, "invalid CA certificate" },
		{ "an anchor that somebody else made", leaf, middle, { 0 }, "valid 2" },
		{ "an anchor itself", root, root, { 0 }, "valid 1" },
		{ "somebody's own root", CERTIFICATE("root", "root", OLD_ROOT, OLD_ROOT, .authority = true,
			.identified = true), root, { 0 }, "no path leads from it to an anchor" },
		{ "that name with another's key", CERTIFICATE("someone", "root", HOLDER, OLD_ROOT),
			UNNAMED_ANCHOR(ROOT), { 0 },
			"Missing Authority Key Identifier" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct path_question q = { .certificate = cases[i].certificate, .anchors = &cases[i].anchor,
			.anchor_count = cases[i].anchor.size != 0, .others = &cases[i].other,
			.other_count = cases[i].other.size != 0, .at = november };

		expect_text(cases[i].title, asked(&q), cases[i].answer);
	}
}

static void
a_validity_has_edges(void **state)
{
	static const struct {
		const char *title;
		int64_t us;
		const char *answer;
	} cases[] = {
		{ "a microsecond before", SECONDS(1767225600) - 1, "certificate is not yet valid" },
		{ "as it begins", SECONDS(1767225600), "valid 2" },
		{ "as its last second begins", SECONDS(1798729199), "valid 2" },
		{ "as its last second ends", SECONDS(1798729200) - 1, "valid 2" },
		{ "when that is over", SECONDS(1798729200), "certificate has expired" },
		{ "long before", SECONDS(-1) + 1, "certificate is not yet valid" },
	};
	struct span root = ANCHOR(ROOT);
	struct path_question q = { .certificate = CERTIFICATE("someone", "root", HOLDER, ROOT, .identified = true),
		.anchors = &root, .anchor_count = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		q.at = (struct instant){ cases[i].us };
		expect_text(cases[i].title, asked(&q), cases[i].answer);
	}
}

static void
paths_are_bounded(void **state)
{
	struct span root = ANCHOR(ROOT), many[PATH_CERTIFICATES + 1], nothing = { 0 };
	struct path_question q = { .certificate = CERTIFICATE("someone", "middle", HOLDER, MIDDLE), .anchors = &root,
		.anchor_count = 1, .others = many, .at = november, .lenient = true };
	const char *const no_oid[] = { "any" };
	char policies[PATH_POLICIES * 8 + 16] = "1.2.3";

	(void)state;
	/* Each could have issued each: more orders than anybody can try. */
	for (size_t i = 0; i < COUNT(many); i++)
		many[i] = CERTIFICATE("middle", "middle", MIDDLE, MIDDLE, .authority = true, .serial = (long)i + 1);
	q.other_count = PATH_CERTIFICATES;
	expect_text("a pile of one name ends", asked(&q), "no path leads from it to an anchor");
	many[PATH_CERTIFICATES - 1] = CERTIFICATE("middle", "root", MIDDLE, ROOT, .authority = true);
	q.other_count = PATH_CERTIFICATES + 1;
	expect_text("more than there may be are not looked at", asked(&q),
	    "limit: at most 64 anchors and 64 other certificates are looked at");
	many[0] = CERTIFICATE("middle", "root", MIDDLE, ROOT, .authority = true);
	q.other_count = 1;
	expect_text("one between", asked(&q), "valid 3");
	many[0] = CERTIFICATE("middle", "root", MIDDLE, ROOT, .authority = true, .serial = -5);
	expect_text("but not one that says what cannot be", asked(&q), "no path leads from it to an anchor");
	many[0] = span_text("nothing");
	expect_text("what is no certificate is told", asked(&q), "syntax: this is not DER of a certificate");
	q.other_count = 0;
	q.certificate = nothing;
	expect_text("as is nothing", asked(&q), "syntax: this is not DER of a certificate");
	q.certificate = CERTIFICATE("someone", "root", HOLDER, ROOT, .serial = -5);
	expect_text("a negative serial number is refused", asked(&q),
	    "the certificate's serial number is zero or negative");
	for (size_t i = 0; i < PATH_POLICIES; i++)
		snprintf(policies + strlen(policies), sizeof(policies) - strlen(policies), ",1.2.%zu", i + 4);
	q.certificate = CERTIFICATE("someone", "root", HOLDER, ROOT, .policies = policies);
	expect_text("so are too many policies", asked(&q), "a certificate has at most 32 policies");
	q.certificate = CERTIFICATE("someone", "root", HOLDER, ROOT);
	q.policies = no_oid;
	q.policy_count = 1;
	expect_text("a policy that is none", asked(&q), "invalid: one of the policies asked for is no OID");
}

static void
the_longest_path_is_asked_for(void **state)
{
	struct span root = ANCHOR(ROOT), others[] = {
		CERTIFICATE("middle", "root", MIDDLE, ROOT, .authority = true, .identified = true),
		CERTIFICATE("lower", "middle", OTHER_MIDDLE, MIDDLE, .authority = true, .identified = true),
	};
	struct path_question q = { .certificate = CERTIFICATE("someone", "lower", HOLDER, OTHER_MIDDLE, .identified =
	    true),
		.anchors = &root, .anchor_count = 1, .others = others, .other_count = 2, .at = november };

	(void)state;
	expect_text("two between", asked(&q), "valid 4");
	q.longest = 2;
	expect_text("as many as may be", asked(&q), "valid 4");
	q.longest = 1;
	expect_true("one is too few", strncmp(asked(&q), "valid", 5) != 0);
}

static void
policies_are_asked_for(void **state)
{
	static const char *const right[] = { "1.2.3.4" }, *const wrong[] = { "1.2.3.5" };
	struct span root = ANCHOR(ROOT);
	struct path_question q = { .certificate = CERTIFICATE("someone", "root", HOLDER, ROOT, .identified = true,
		.policies = "1.2.3.4"), .anchors = &root, .anchor_count = 1, .at = november, .policies = right,
		.policy_count = 1, .explicit_policy = true };

	(void)state;
	expect_text("its policy", asked(&q), "valid 2");
	q.policies = wrong;
	expect_text("another", asked(&q), "no explicit policy");
	q.explicit_policy = false;
	expect_text("which counts only when it must be one", asked(&q), "valid 2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pkits_is_answered_as_nist_expects),
		cmocka_unit_test(keys_roll_over_under_one_name),
		cmocka_unit_test(only_what_is_handed_in_is_believed),
		cmocka_unit_test(a_validity_has_edges),
		cmocka_unit_test(paths_are_bounded),
		cmocka_unit_test(the_longest_path_is_asked_for),
		cmocka_unit_test(policies_are_asked_for),
	};

	return cmocka_run_group_tests(tests, make_pairs, free_pairs);
}
