/* tests/authn/test_fido_blob.c - the metadata service's BLOB, made with a root of our own: what is believed, what is
 * not, and what it says of a model.
 */
#include "authn/fido_blob_maker.h"

#include <stdio.h>
#include <stdlib.h>

#include "authn/fido_blob.h"
#include "authn/fido_catalogue.h"
#include "crypto/x509.h"

#define HOST "mds.example"
#define AAGUID "01020304-0506-0708-0102-030405060708"
static const uint8_t aaguid[] = { 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8 };

static struct authority root, leaf, stranger, other_host;

static int
start(void **state)
{
	(void)state;
	root = authority_new(NULL, "Root", NULL);
	leaf = authority_new(&root, "Service", HOST);
	other_host = authority_new(&root, "Other", "www.example");
	stranger = authority_new(NULL, "Stranger", NULL);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	authority_free(&root);
	authority_free(&leaf);
	authority_free(&other_host);
	authority_free(&stranger);
	return 0;
}

static const char *
content(struct arena *a, const char *reports)
{
	return arena_print(a, "{\"legalHeader\":\"Terms\",\"no\":7,\"nextUpdate\":\"2026-12-01\",\"entries\":["
	    "{\"aaid\":\"ABCD#0001\",\"statusReports\":[]},"
	    "{\"aaguid\":\"" AAGUID "\",\"metadataStatement\":{\"description\":\"A key\",\"keyProtection\":"
	    "[\"hardware\",\"secure_element\",\"unheard_of\"],\"attestationTypes\":[\"basic_full\"],"
	    "\"authenticationAlgorithms\":[\"secp256r1_ecdsa_sha256_raw\"],\"attestationRootCertificates\":[\"%.*s\"],"
	    "\"icon\":\"data:\",\"userVerificationDetails\":[[{\"userVerificationMethod\":\"x\"}]]},"
	    "\"statusReports\":[%s],\"timeOfLastStatusChange\":\"2026-01-01\"}]}",
	    SPAN_ARGS(base64_write(a, authority_der(a, &stranger))), reports);
}

static struct fido_settings
settings(struct arena *a)
{
	struct span *roots = arena_array(a, struct span, 1);

	roots[0] = authority_der(a, &root);
	return (struct fido_settings){ .roots = roots, .root_count = 1, .host = span_text(HOST) };
}

static const char *
failed_step(const struct examination *e)
{
	const struct examined *cause = examination_cause(e);

	return cause ? cause->step : "";
}

static void
a_blob_is_believed_whole(void **state)
{
	struct arena a = arena_init(2 * MIB);
	struct fido_settings of = settings(&a);
	struct examination e = { .arena = &a };
	const struct fido_model *model;
	struct fido_blob found;

	(void)state;
	fido_blob_read(&a, fido_blob_text(&a, fido_blob_header(&a, &leaf),
	    content(&a, "{\"status\":\"FIDO_CERTIFIED_L2\"}"), leaf.key),
	    &of, 6,
	    (struct instant){ AUTHORITY_NOW }, &e, &found);
	expect_text("nothing fails", failed_step(&e), "");
	expect_number("its number", found.number, 7);
	expect_span("its legal header", found.legal_header, "Terms");
	expect_number("models, without those of UAF alone", found.count, 1);
	model = found.models[0];
	expect_true("the AAGUID", span_equal(model->aaguid, span_of(aaguid, sizeof(aaguid))));
	expect_span("the description", model->description, "A key");
	expect_number("how it keeps keys", model->protection, PROTECTION_HARDWARE | PROTECTION_SECURE_ELEMENT);
	expect_number("its attestation", model->attestation_types, 1 << ATTESTATION_BASIC);
	expect_number("its algorithms", model->algorithms, fido_algorithm_bit(-7) | fido_algorithm_bit(-9));
	expect_number("its anchors", model->anchor_count, 1);
	expect_number("its level", model->certified_level, 3);
	arena_release(&a);
}

enum change { NOTHING, WRONG_KEY, STRANGER, OTHER_HOST, NO_CHAIN, CRITICAL, OLD, LATE, TERMS, NO_PARTS, ALTERED,
    NO_NUMBER };

static void
each_step_has_what_fails_at_it(void **state)
{
	static const struct {
		const char *title;
		enum change change;
		const char *step;
	} cases[] = {
		{ "nothing is wrong", NOTHING, "" },
		{ "not three parts", NO_PARTS, "form" },
		{ "no certificate", NO_CHAIN, "form" },
		{ "something that must be understood", CRITICAL, "form" },
		{ "a root of a stranger", STRANGER, "chain" },
		{ "a certificate that has ended", LATE, "chain" },
		{ "another host", OTHER_HOST, "host" },
		{ "signed with another key", WRONG_KEY, "signature" },
		{ "altered", ALTERED, "signature" },
		{ "without a number", NO_NUMBER, "content" },
		{ "other terms", TERMS, "legal-header" },
		{ "not newer than what is in force", OLD, "number" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(4 * MIB);
		enum change c = cases[i].change;
		struct fido_settings of = settings(&a);
		struct examination e = { .arena = &a };
		struct instant now = { AUTHORITY_NOW + (c == LATE ? SECONDS(2 * 365 * 86400) : 0) };
		const char *header = fido_blob_header(&a,
		    c == STRANGER ? &stranger : c == OTHER_HOST ? &other_host : &leaf);
		const char *payload = content(&a, "");
		struct fido_blob found;
		struct span text;
		bool good;

		if (c == NO_CHAIN)
			header = "{\"alg\":\"ES256\"}";
		if (c == CRITICAL)
			header = "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"x5c\":[\"QQ==\"]}";
		if (c == NO_NUMBER)
			payload = "{\"nextUpdate\":\"2026-12-01\",\"entries\":[]}";
		text = fido_blob_text(&a, header, payload,
		    c == STRANGER ? stranger.key : c == WRONG_KEY ? root.key : leaf.key);
		if (c == NO_PARTS)
			text = span_first(text, 100);
		if (c == ALTERED)
			((uint8_t *)(uintptr_t)text.data)[strlen(header) * 4 / 3 + 60] ^= 1;
		if (c == TERMS)
			of.legal_header = span_text("0123456789abcdef0123456789abcdef");
		good = fido_blob_read(&a, text, &of, c == OLD ? 7 : 6, now, &e, &found);
		expect_text(cases[i].title, failed_step(&e), cases[i].step);
		expect_number("is told", good, c == NOTHING);
		arena_release(&a);
	}
}

static void
the_worst_report_counts(void **state)
{
	static const struct {
		const char *title, *reports;
		enum model_status status;
		const char *word, *fresh, *used;   /* the step that fails */
	} cases[] = {
		{ "no report", "", MODEL_UNKNOWN, "", "", "" },
		{ "certified", "{\"status\":\"FIDO_CERTIFIED\"}", MODEL_CERTIFIED, "FIDO_CERTIFIED", "", "" },
		{ "a word of tomorrow", "{\"status\":\"FIDO_CERTIFIED_L9\"}", MODEL_UNCERTIFIED, "FIDO_CERTIFIED_L9",
		    "", "" },
		{ "retired", "{\"status\":\"FIDO_CERTIFIED\"},{\"status\":\"RETIRED\"}", MODEL_RETIRED, "RETIRED",
		    "model-status",
		    "" },
		{ "revoked, then certified again", "{\"status\":\"REVOKED\"},{\"status\":\"FIDO_CERTIFIED\"}",
		    MODEL_REVOKED,
		    "REVOKED", "model-status", "model-status" },
		{ "mended later", "{\"status\":\"USER_KEY_REMOTE_COMPROMISE\"},{\"status\":\"UPDATE_AVAILABLE\"}",
		    MODEL_COMPROMISED, "USER_KEY_REMOTE_COMPROMISE", "model-status", "model-status" },
		{ "bypassed", "{\"status\":\"USER_VERIFICATION_BYPASS\",\"effectiveDate\":\"2025-02-03\"}",
		    MODEL_COMPROMISED,
		    "USER_VERIFICATION_BYPASS", "model-status", "model-status" },
		{ "attestation keys "
		    "known", "{\"status\":\"ATTESTATION_KEY_COMPROMISE\"},{\"status\":\"FIDO_CERTIFIED\"}",
		    MODEL_CERTIFIED, "FIDO_CERTIFIED", "model-key", "model-key" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(2 * MIB);
		struct fido_settings of = settings(&a);
		struct examination e = { .arena = &a };
		struct attestation attestation = { .type = ATTESTATION_BASIC, .aaguid = span_of(aaguid, sizeof(aaguid)),
			.certificates = { authority_der(&a, &leaf) }, .certificate_count = 1 };
		struct buffer row = buffer_init(64 * KIB);
		const struct fido_model *model;
		struct fido_model again;
		struct fido_blob found;

		assert_true(fido_blob_read(&a, fido_blob_text(&a, fido_blob_header(&a, &leaf),
		    content(&a, cases[i].reports), leaf.key),
		    &of, 0,
		    (struct instant){ AUTHORITY_NOW }, &e, &found));
		model = found.models[0];
		expect_text(cases[i].title, model_status_name(model->status), model_status_name(cases[i].status));
		expect_span("by this report", model->status_word, cases[i].word);
		expect_true("it is the model", span_equal(model->aaguid, attestation.aaguid));
		e.count = 0;
		fido_model_examine(model, &attestation, cose_algorithm_find(-7), true, &e);
		expect_text("for a new one", failed_step(&e), cases[i].fresh);
		e.count = 0;
		fido_model_examine(model, &attestation, cose_algorithm_find(-7), false, &e);
		expect_text("for one there is", failed_step(&e), cases[i].used);
		fido_model_write(&row, model);
		expect_true("a row keeps it", fido_model_decode(buffer_span(&row), &again));
		expect_true("as it is", again.status == model->status && again.protection == model->protection &&
		    again.status_at.us == model->status_at.us && again.algorithms == model->algorithms &&
		    again.all_compromised == model->all_compromised && span_equal(again.anchors[0], model->anchors[0]));
		expect_true("cut short it is none", !fido_model_decode(span_first(buffer_span(&row), 40), &again));
		buffer_release(&row);
		arena_release(&a);
	}
}

static void
what_a_model_does_not_have_is_refused(void **state)
{
	struct arena a = arena_init(2 * MIB);
	struct fido_settings of = settings(&a);
	struct examination e = { .arena = &a };
	struct attestation self = { .type = ATTESTATION_SELF, .aaguid = span_of(aaguid, sizeof(aaguid)) };
	struct attestation basic = { .type = ATTESTATION_BASIC, .aaguid = span_of(aaguid, sizeof(aaguid)) };
	struct fido_blob found;

	(void)state;
	assert_true(fido_blob_read(&a,
	    fido_blob_text(&a, fido_blob_header(&a, &leaf), content(&a, ""), leaf.key), &of, 0,
	    (struct instant){ AUTHORITY_NOW }, &e, &found));
	e.count = 0;
	expect_true("another attestation", !fido_model_examine(found.models[0], &self, cose_algorithm_find(-7), true,
	    &e));
	expect_text("at", failed_step(&e), "model-attestation");
	e.count = 0;
	expect_true("another algorithm", !fido_model_examine(found.models[0], &basic, cose_algorithm_find(-257), true,
	    &e));
	expect_text("at", failed_step(&e), "model-algorithm");
	arena_release(&a);
}

/* One of U2F has no AAGUID: it is known by the keys of its attestation. */
static void
a_model_of_u2f_is_found_by_its_keys(void **state)
{
	struct arena a = arena_init(2 * MIB);
	static const uint8_t zero[16];
	struct attestation attestation = { .type = ATTESTATION_BASIC, .aaguid = span_of(zero, sizeof(zero)),
		.certificates = { authority_der(&a, &leaf) }, .certificate_count = 1 };
	struct span names[ATTESTATION_CERTIFICATES];
	struct x509 x;

	(void)state;
	assert_int_equal(x509_read(attestation.certificates[0], &x, NULL), OK);
	expect_number("by one", (int64_t)fido_model_names(&a, &attestation, names), 1);
	expect_true("the leaf's", span_equal(names[0], x.subject_key_id));
	attestation.aaguid = span_of(aaguid, sizeof(aaguid));
	expect_number("one that names its model", (int64_t)fido_model_names(&a, &attestation, names), 1);
	expect_true("by that name", span_equal(names[0], attestation.aaguid));
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_blob_is_believed_whole),
		cmocka_unit_test(each_step_has_what_fails_at_it),
		cmocka_unit_test(the_worst_report_counts),
		cmocka_unit_test(what_a_model_does_not_have_is_refused),
		cmocka_unit_test(a_model_of_u2f_is_found_by_its_keys),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
