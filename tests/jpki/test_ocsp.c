/* tests/jpki/test_ocsp.c - OCSP requests written, and responses judged: right ones, and each way to be wrong. */
#include "expect.h"

#include <stdio.h>

#include "crypto/x509_signature.h"
#include "jpki/ocsp.h"
#include "jpki/ocsp_maker.h"

static struct {
	struct made_certificate authority, stranger, twin; /* twin: the authority's name, another key */
	struct made_certificate leaf, sibling, alias; /* alias: the leaf's serial, another authority */
	struct made_certificate delegate, namesake, of_stranger, of_twin, no_usage, no_check, expired, early, critical,
	    no_signing, forged, nameless;
} here;

static int
prepare(void **state)
{
	(void)state;
	here.authority =
	    certificate_make(&(struct certificate_wish){ .name = "Authority", .serial = 1, .authority = true });
	here.stranger =
	    certificate_make(&(struct certificate_wish){ .name = "Stranger", .serial = 1, .authority = true });
	here.twin = certificate_make(&(struct certificate_wish){
	    .name = "Authority", .serial = 2, .authority = true, .key = here.stranger.key });
	here.leaf = certificate_make(&(struct certificate_wish){
	    .name = "Leaf", .serial = 0x123456, .issuer = &here.authority, .key = here.stranger.key });
	here.sibling = certificate_make(&(struct certificate_wish){
	    .name = "Sibling", .serial = 0x123457, .issuer = &here.authority, .key = here.stranger.key });
	here.alias = certificate_make(&(struct certificate_wish){
	    .name = "Leaf", .serial = 0x123456, .issuer = &here.stranger, .key = here.stranger.key });

#define DELEGATE .name = "Responder", .serial = 77, .issuer = &here.authority
	here.delegate = certificate_make(&(struct certificate_wish){
	    DELEGATE, .extended_usage = "OCSPSigning", .no_check = true, .usage = "critical,digitalSignature" });
#define OF_ITS_KEY DELEGATE, .key = here.delegate.key
	here.namesake = certificate_make(&(struct certificate_wish){ DELEGATE, .key = here.stranger.key });
	here.of_stranger = certificate_make(&(struct certificate_wish){ .name = "Responder", .serial = 78,
	    .issuer = &here.stranger, .key = here.delegate.key, .extended_usage = "OCSPSigning", .no_check = true });
	here.of_twin = certificate_make(&(struct certificate_wish){ .name = "Responder", .serial = 78,
	    .issuer = &here.twin, .key = here.delegate.key, .extended_usage = "OCSPSigning", .no_check = true });
	here.no_usage = certificate_make(&(struct certificate_wish){
	    OF_ITS_KEY, .extended_usage = "clientAuth", .no_check = true });
	here.no_check = certificate_make(&(struct certificate_wish){ OF_ITS_KEY, .extended_usage = "OCSPSigning" });
	here.expired = certificate_make(&(struct certificate_wish){
	    OF_ITS_KEY, .extended_usage = "OCSPSigning", .no_check = true, .until = -1 });
	here.early = certificate_make(&(struct certificate_wish){
	    OF_ITS_KEY, .extended_usage = "OCSPSigning", .no_check = true, .from = 1 });
	here.critical = certificate_make(&(struct certificate_wish){
	    OF_ITS_KEY, .extended_usage = "OCSPSigning", .no_check = true, .unknown_critical = true });
	here.no_signing = certificate_make(&(struct certificate_wish){
	    OF_ITS_KEY, .extended_usage = "OCSPSigning", .no_check = true, .usage = "critical,keyEncipherment" });
	here.forged = certificate_make(&(struct certificate_wish){ OF_ITS_KEY, .extended_usage = "OCSPSigning",
	    .no_check = true, .signed_by = here.stranger.key });
	here.nameless = certificate_make(&(struct certificate_wish){
	    OF_ITS_KEY, .extended_usage = "OCSPSigning", .no_check = true, .no_names = true });
	return 0;
}

static int
clear(void **state)
{
	struct made_certificate *all = (struct made_certificate *)&here;

	(void)state;
	for (size_t i = 0; i < sizeof(here) / sizeof(*all); i++)
		made_free(&all[i]);
	return 0;
}

static const struct ocsp_rules usual = {
	.nonce = OCSP_NONCE_TRY, .skew = SECONDS(60), .oldest = SECONDS(OCSP_DAY), .switches = SIGNATURES_RSA,
};
static const struct instant noon = { SECONDS(OCSP_NOON) };

static const char *
judged(struct span der, const struct ocsp_rules *rules, struct span nonce, char out[256])
{
	struct revocation_answer answer;

	ocsp_response_judge(der, &here.leaf.x509, &here.authority.x509, rules, nonce, noon, &answer);
	snprintf(out, 256, "%s%s%s", revocation_status_name(answer.status), answer.text[0] ? ": " : "", answer.text);
	return out;
}

/* Rows differ from a good response of a delegate in one thing; the sentence names it. */
#define GOOD \
	.signer = &here.delegate, .shown = &here.delegate, .about = &here.leaf, .about_issuer = &here.authority, \
	.status = V_OCSP_CERTSTATUS_GOOD, .this_update = -600, .next_update = 3600, .produced = -300
#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma GCC diagnostic ignored "-Winitializer-overrides"
#endif

static const struct {
	const char *title;
	struct response_wish wish;
	const char *expected;
} responses[] = {
	{ "a delegate's answer", { GOOD }, "good" },
	{ "the authority's own", { GOOD, .signer = &here.authority, .shown = NULL }, "good" },
	{ "the authority's own, named by its key", { GOOD, .signer = &here.authority, .shown = NULL, .by_key = true },
	    "good" },
	{ "a delegate named by its key", { GOOD, .by_key = true }, "good" },
	{ "a delegate with a subjectAltName of nobody", { GOOD, .signer = &here.nameless, .shown = &here.nameless },
	    "good" },
	{ "a name in SHA-256", { GOOD, .sha256 = true }, "good" },
	{ "without a nextUpdate", { GOOD, .next_update = 0 }, "good" },
	{ "revoked", { GOOD, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 4, .revoked = -5 },
	    "revoked: the responder says it is revoked" },
	{ "on hold is revoked", { GOOD, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 6, .revoked = -5 },
	    "revoked: the responder says it is revoked" },
	{ "unknown", { GOOD, .status = V_OCSP_CERTSTATUS_UNKNOWN },
	    "unknown: the responder does not know the certificate" },

	{ "of another certificate", { GOOD, .about = &here.sibling },
	    "unavailable: the response tells of another certificate: its serial differs" },
	{ "of another authority's key", { GOOD, .about_issuer = &here.twin },
	    "unavailable: the response tells of another certificate: its issuer's key differs" },
	{ "of another authority's name", { GOOD, .about = &here.alias },
	    "unavailable: the response tells of another certificate: its issuer's name differs" },
	{ "told twice", { GOOD, .twice = true }, "unavailable: the response tells of the certificate twice" },

	{ "stale", { GOOD, .this_update = -7200, .next_update = -61 },
	    "unavailable: the answer is stale: nextUpdate 2026-11-21T23:58:59Z" },
	{ "at the last moment clocks may differ by", { GOOD, .this_update = -7200, .next_update = -60 }, "good" },
	{ "of the future", { GOOD, .this_update = 61, .produced = 30 },
	    "unavailable: the answer is of the future: thisUpdate 2026-11-22T00:01:01Z" },
	{ "at the first moment clocks may differ by", { GOOD, .this_update = 60, .produced = 60 }, "good" },
	{ "produced in the future", { GOOD, .produced = 61 },
	    "unavailable: the response is of the future: producedAt 2026-11-22T00:01:01Z" },
	{ "produced before it was known", { GOOD, .produced = -661 },
	    "unavailable: the response was produced before what it tells was known: producedAt 2026-11-21T23:48:59Z" },
	{ "too old, though it has no nextUpdate", { GOOD, .this_update = -OCSP_DAY - 61, .next_update = 0 },
	    "unavailable: the answer is too old: thisUpdate 2026-11-20T23:58:59Z" },
	{ "too old, whatever its nextUpdate says", { GOOD, .this_update = -OCSP_DAY - 61, .next_update = OCSP_DAY },
	    "unavailable: the answer is too old: thisUpdate 2026-11-20T23:58:59Z" },
	{ "backwards", { GOOD, .this_update = -10, .next_update = -20, .produced = -5 },
	    "unavailable: the answer's nextUpdate comes before its thisUpdate" },
	{ "with what is critical and unknown", { GOOD, .critical = true },
	    "unavailable: the response has a critical extension that is not understood" },

	{ "a stranger's", { GOOD, .signer = &here.stranger, .shown = NULL },
	    "unavailable: the certificate of the responder it names is not there" },
	{ "a stranger's, who shows a certificate", { GOOD, .signer = &here.stranger, .shown = &here.stranger },
	    "unavailable: the responder's certificate is not of the authority that issued the certificate" },
	{ "one who has only the authority's name", { GOOD, .signer = &here.twin, .shown = NULL },
	    "unavailable: the response's signature" },
	{ "a delegate that is not shown", { GOOD, .shown = NULL },
	    "unavailable: the certificate of the responder it names is not there" },
	{ "one who shows another's certificate", { GOOD, .signer = &here.namesake },
	    "unavailable: the response's signature" },
	{ "a delegate of another authority", { GOOD, .signer = &here.of_stranger, .shown = &here.of_stranger },
	    "unavailable: the responder's certificate is not of the authority that issued the certificate" },
	{ "a delegate of another key of that name", { GOOD, .signer = &here.of_twin, .shown = &here.of_twin },
	    "unavailable: the responder's certificate is not signed by the key that issued the certificate" },
	{ "a delegate nobody certified", { GOOD, .signer = &here.forged, .shown = &here.forged },
	    "unavailable: the responder's certificate is not signed by the key that issued the certificate" },
	{ "a certificate without the right", { GOOD, .signer = &here.no_usage, .shown = &here.no_usage },
	    "unavailable: the responder's certificate lacks id-kp-OCSPSigning" },
	{ "the subject itself, of the same authority", { GOOD, .signer = &here.leaf, .shown = &here.leaf },
	    "unavailable: the responder's certificate lacks id-kp-OCSPSigning" },
	{ "a key that may not sign", { GOOD, .signer = &here.no_signing, .shown = &here.no_signing },
	    "unavailable: the responder's certificate is for a key that may not sign" },
	{ "a delegate with what is critical and unknown", { GOOD, .signer = &here.critical, .shown = &here.critical },
	    "unavailable: the responder's certificate has a critical extension that is not understood" },
	{ "an expired delegate", { GOOD, .signer = &here.expired, .shown = &here.expired },
	    "unavailable: the responder's certificate is not in force" },
	{ "a delegate before its time", { GOOD, .signer = &here.early, .shown = &here.early },
	    "unavailable: the responder's certificate is not in force" },
	{ "a delegate nobody tells of", { GOOD, .signer = &here.no_check, .shown = &here.no_check },
	    "unavailable: the responder's certificate lacks id-pkix-ocsp-nocheck" },

	{ "unauthorized", { .failure = OCSP_RESPONSE_STATUS_UNAUTHORIZED },
	    "unavailable: the responder answered unauthorized" },
	{ "try later", { .failure = OCSP_RESPONSE_STATUS_TRYLATER }, "unavailable: the responder answered tryLater" },
	{ "signature required", { .failure = OCSP_RESPONSE_STATUS_SIGREQUIRED },
	    "unavailable: the responder answered sigRequired" },
};

static void
each_wrong_response_says_what_is_wrong(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(responses); i++) {
		struct span der = response_make(&responses[i].wish);
		const char *said = judged(der, &usual, (struct span){ 0 }, text);

		expect_span(responses[i].title, span_first(span_text(said), strlen(responses[i].expected)),
		    responses[i].expected);
		if (!strchr(responses[i].expected, ':'))
			expect_text(responses[i].title, said, responses[i].expected);
		OPENSSL_free((void *)der.data);
	}
}

static void
an_answer_keeps_what_it_can_be_found_by_again(void **state)
{
	struct response_wish wish = { GOOD, .status = V_OCSP_CERTSTATUS_REVOKED, .reason = 4, .revoked = -5 };
	struct revocation_answer answer;
	struct span der;
	char at[INSTANT_TEXT];

	(void)state;
	der = response_make(&wish);
	ocsp_response_judge(der, &here.leaf.x509, &here.authority.x509, &usual, (struct span){ 0 }, noon, &answer);
	expect_text("its reason", crl_reason_name(answer.reason), "superseded");
	expect_text("since when", instant_text(answer.revoked_at, at), "2026-11-21T23:59:55Z");
	expect_text("as of when", instant_text(answer.this_update, at), "2026-11-21T23:50:00Z");
	expect_text("until when", instant_text(answer.next_update, at), "2026-11-22T01:00:00Z");
	expect_text("said when", instant_text(answer.produced_at, at), "2026-11-21T23:55:00Z");
	expect_number("asked when", answer.asked_at.us, noon.us);
	expect_number("the response's digest", strlen(answer.reference), strlen("sha256:") + 64);
	expect_number("by what", answer.kind, REVOCATION_BY_OCSP);
	OPENSSL_free((void *)der.data);
}

static const struct {
	const char *title;
	enum ocsp_nonce rule;
	bool sent;
	enum made_nonce came;
	const char *expected;
} nonces[] = {
	{ "asked for and there", OCSP_NONCE_REQUIRE, true, OUR_NONCE, "good" },
	{ "asked for and not there", OCSP_NONCE_REQUIRE, true, NO_NONCE, "unavailable: the response has no nonce" },
	{ "asked for and another", OCSP_NONCE_REQUIRE, true, OTHER_NONCE,
	    "unavailable: the response has another nonce than was sent" },
	{ "demanded but never sent", OCSP_NONCE_REQUIRE, false, OTHER_NONCE, "unavailable: the response has no nonce" },
	{ "tried and there", OCSP_NONCE_TRY, true, OUR_NONCE, "good" },
	{ "tried and not there", OCSP_NONCE_TRY, true, NO_NONCE, "good" },
	{ "tried and another", OCSP_NONCE_TRY, true, OTHER_NONCE,
	    "unavailable: the response has another nonce than was sent" },
	{ "off and none", OCSP_NONCE_OFF, false, NO_NONCE, "good" },
	{ "off and one nobody asked for", OCSP_NONCE_OFF, false, OTHER_NONCE, "good" },
};

static void
a_nonce_counts_as_the_rules_say(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(nonces); i++) {
		struct response_wish wish = { GOOD, .nonce = nonces[i].came };
		struct ocsp_rules rules = usual;
		struct span der = response_make(&wish);

		rules.nonce = nonces[i].rule;
		expect_text(nonces[i].title,
		    judged(der, &rules, span_of(made_nonce, nonces[i].sent ? sizeof(made_nonce) : 0), text),
		    nonces[i].expected);
		OPENSSL_free((void *)der.data);
	}
}

static void
configuration_may_believe_a_responder_or_do_without_nocheck(void **state)
{
	struct response_wish no_check = { GOOD, .signer = &here.no_check, .shown = &here.no_check },
	                     stranger = { GOOD, .signer = &here.stranger, .shown = NULL },
	                     expired = { GOOD, .signer = &here.expired, .shown = NULL };
	struct span responders[] = { here.stranger.x509.der, here.expired.x509.der };
	struct ocsp_rules rules = usual;
	struct span der;
	char text[256];

	(void)state;
	rules.unchecked_delegates = true;
	der = response_make(&no_check);
	expect_text("a delegate without nocheck", judged(der, &rules, (struct span){ 0 }, text), "good");
	OPENSSL_free((void *)der.data);
	rules = usual;
	rules.responders = responders;
	rules.responder_count = COUNT(responders);
	der = response_make(&stranger);
	expect_text("a configured responder", judged(der, &rules, (struct span){ 0 }, text), "good");
	OPENSSL_free((void *)der.data);
	der = response_make(&expired);
	expect_text("a configured one that has ended", judged(der, &rules, (struct span){ 0 }, text),
	    "unavailable: the configured responder's certificate is not in force");
	OPENSSL_free((void *)der.data);
}

static void
no_part_and_no_altered_copy_of_a_good_response_is_good(void **state)
{
	struct response_wish wish = { GOOD };
	struct span der;
	uint8_t *copy;
	char text[256];

	(void)state;
	der = response_make(&wish);
	copy = calloc(1, OCSP_RESPONSE_LARGEST + 1);
	for (size_t i = 0; i < der.size; i++) {
		memcpy(copy, der.data, der.size);
		copy[i] ^= (uint8_t)(1 << (i % 8));
		judged(span_of(copy, der.size), &usual, (struct span){ 0 }, text);
		if (strcmp(text, "good") == 0)
			print_error("byte %zu of %zu\n", i, der.size);
		expect_true("one bit altered", strcmp(text, "good") != 0);
	}
	for (size_t i = 0; i < der.size; i++)
		expect_text("its beginning", span_starts(span_text(judged(span_first(der, i), &usual,
		    (struct span){ 0 }, text)), "unavailable: an OCSP response's") ? "refused" : text, "refused");
	memcpy(copy, der.data, der.size);
	copy[der.size] = 0;
	expect_text("something behind it", judged(span_of(copy, der.size + 1), &usual, (struct span){ 0 }, text),
	    "unavailable: an OCSP response's OCSPResponse is not as it must be");
	expect_text("too large", judged(span_of(copy, OCSP_RESPONSE_LARGEST + 1), &usual, (struct span){ 0 }, text),
	    "unavailable: the response is larger than 65536 bytes");
	free(copy);
	OPENSSL_free((void *)der.data);
}

/* What OpenSSL reads of our request is what it would have written. */
static void
a_request_names_the_certificate(void **state)
{
	static const struct {
		const char *title;
		bool sha256;
		size_t nonce;
	} rows[] = {
		{ "SHA-1 and a nonce", false, OCSP_NONCE },
		{ "SHA-256 and a nonce", true, OCSP_NONCE },
		{ "no nonce", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ocsp_rules rules = { .sha256 = rows[i].sha256 };
		struct buffer b = buffer_init(KIB);
		OCSP_CERTID *expected = OCSP_cert_to_id(
		    rows[i].sha256 ? EVP_sha256() : EVP_sha1(), here.leaf.openssl, here.authority.openssl);
		OCSP_REQUEST *request, *again = OCSP_REQUEST_new();
		const uint8_t *at;
		uint8_t *der = NULL;
		int size;

		ocsp_request_write(
		    &b, &here.leaf.x509, &here.authority.x509, &rules, span_of(made_nonce, rows[i].nonce));
		at = buffer_span(&b).data;
		request = d2i_OCSP_REQUEST(NULL, &at, (long)buffer_span(&b).size);
		expect_true(rows[i].title, request && at == buffer_span(&b).data + buffer_span(&b).size);
		expect_number("one question", OCSP_request_onereq_count(request), 1);
		expect_number("about that certificate",
		    OCSP_id_cmp(OCSP_onereq_get0_id(OCSP_request_onereq_get0(request, 0)), expected), 0);
		OCSP_request_add0_id(again, expected);
		if (rows[i].nonce)
			OCSP_request_add1_nonce(again, (uint8_t *)made_nonce, (int)rows[i].nonce);
		size = i2d_OCSP_REQUEST(again, &der);
		expect_true("byte for byte", span_equal(buffer_span(&b), span_of(der, (size_t)size)));
		OPENSSL_free(der);
		OCSP_REQUEST_free(again);
		OCSP_REQUEST_free(request);
		buffer_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wrong_response_says_what_is_wrong),
		cmocka_unit_test(an_answer_keeps_what_it_can_be_found_by_again),
		cmocka_unit_test(a_nonce_counts_as_the_rules_say),
		cmocka_unit_test(configuration_may_believe_a_responder_or_do_without_nocheck),
		cmocka_unit_test(no_part_and_no_altered_copy_of_a_good_response_is_good),
		cmocka_unit_test(a_request_names_the_certificate),
	};

	return cmocka_run_group_tests(tests, prepare, clear);
}
