/* tests/transaction/test_proofing_facts.c - what a verification amounts to under the frameworks that are shipped. */
#include <stdlib.h>

#include "expect.h"

#include "assurance/evaluation.h"
#include "base/file.h"
#include "transaction/proofing/facts.h"

static struct arena arena;
static const struct dictionary *dictionary;
static struct instant now;

/* What is said of a person and a login beside the card's proof, so that it is the proof on which a level turns. */
static struct {
	const char *folder, *beside;
	const struct framework *framework;
} frameworks[] = {
	{ "jp-idtf", "{\"proofing.registered\":true}", NULL },
	{ "ds-511", "{\"credential.active\":true,\"process.protected_channel\":true,\"proofing.registered\":true,"
	    "\"token.phishing_resistant\":true}", NULL },
	{ "nist-800-63-4", "{\"credential.active\":true,\"credential.change_notice\":true,"
	    "\"credential.delivery\":\"existing-token\",\"credential.proofing_bound\":true,"
	    "\"credential.renewal\":\"new-proofing\",\"process.age\":0,\"process.inactivity\":0,"
	    "\"process.protected_channel\":true,\"proofing.notice_sent\":true,\"proofing.owner_verified_all\":true,"
	    "\"token.phishing_resistant\":true}", NULL },
	{ "eidas-2015-1502", "{\"credential.delivery\":\"in-person\",\"credential.person_can_revoke\":true,"
	    "\"credential.renewal\":\"new-proofing\",\"credential.revocation_time\":0,"
	    "\"credential.secrets_confined\":true,\"proofing.registered\":true,\"proofing.terms_told\":true}", NULL },
	{ "refeds-raf-2", "{\"credential.active\":true,\"credential.delivery\":\"in-person\","
	    "\"credential.proofing_bound\":true,\"credential.renewal\":\"new-proofing\","
	    "\"proofing.address_confirmed\":[\"postal\"],\"proofing.registered\":true}", NULL },
};

static void
read_framework(const char *top, const char *folder, const struct framework **out)
{
	struct policy_files files;
	struct problem why = { 0 };

	expect_ok(folder, policy_files_read(&arena, arena_print(&arena, "%s/policy/%s/1.0", top, folder), &files, &why),
	    &why);
	expect_ok(folder, framework_read(&arena, &files, dictionary, false, out, &why), &why);
}

static int
read_policies(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	struct buffer bytes = buffer_init(DICTIONARY_LARGEST);
	struct problem why = { 0 };

	(void)state;
	arena = arena_init(GIB);
	expect_ok("there is a dictionary", file_read(arena_print(&arena, "%s/policy/facts.json", top), &bytes, &why),
	    &why);
	expect_ok("it is one", dictionary_read(&arena, "facts.json", arena_copy(&arena, buffer_span(&bytes)),
	    &dictionary,
	    &why), &why);
	buffer_release(&bytes);
	for (size_t i = 0; i < COUNT(frameworks); i++)
		read_framework(top, frameworks[i].folder, &frameworks[i].framework);
	return instant_read(span_text("2026-12-02T00:00:00Z"), &now) ? 0 : -1;
}

static int
drop_policies(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static struct jpki_verified
verified_as(const struct jpki_profile *profile, enum outcome signature, enum revocation_status status)
{
	struct jpki_verified v = { .at = now, .certificate = { .profile = profile },
		.attributes = { .name = span_text("試験　太郎") }, .revocation = { .status = status } };

	v.examination.arena = &arena;
	examination_note(&v.examination, "form", ESTABLISHED, "", "good");
	examination_note(&v.examination, "document-signature", signature, "", "seen");
	examination_note(&v.examination, "revocation", revocation_outcome(status), "", "seen");
	v.outcome = examination_outcome(&v.examination);
	return v;
}

static void
take(const char *title, struct span json, struct word word, struct facts *out)
{
	struct reader r = reader_json(&arena, json, (struct limits){ .bytes = 64 * KIB, .depth = 4 });
	struct problem why;

	facts_read_word(&r, out, &word, now);
	expect_ok(title, reader_end(&r, &why), &why);
}

/* The level that the facts reach in an area; each fact of them is one of the dictionary, with a value of its domain. */
static const char *
level_of(const char *title, struct span json, size_t number, const char *area)
{
	const struct framework *framework = frameworks[number].framework;
	const int at = area_find(framework, span_text(area));
	struct evaluation *e = arena_new(&arena, struct evaluation);
	struct facts *f = arena_new(&arena, struct facts);

	facts_init(f, dictionary);
	take(title, json, word_observed(ASSERTER_WATASHI | ASSERTER_REGISTRY, now), f);
	take(title, span_text(frameworks[number].beside), word_observed(ASSERTER_ANYBODY, now), f);
	evaluate(framework, NULL, f, e);
	return arena_text(&arena, level_id(&framework->areas[at], e->areas[at].reached));
}

static const struct {
	const char *title;
	enum jpki_purpose purpose;
	enum jpki_medium medium;
	enum outcome signature;
	enum revocation_status status;
	bool entitled;
	const char *area, *level;
} cases[] = {
	{ "the card's signature on line is 3", JPKI_SIGNATURE, JPKI_CARD, ESTABLISHED, REVOCATION_GOOD, true,
	    "registration", "3" },
	{ "the phone's too", JPKI_SIGNATURE, JPKI_PHONE, ESTABLISHED, REVOCATION_GOOD, true, "registration", "3" },
	{ "verified by who may not", JPKI_SIGNATURE, JPKI_CARD, ESTABLISHED, REVOCATION_GOOD, false, "registration",
	    "1+" },
	{ "a signature that does not hold", JPKI_SIGNATURE, JPKI_CARD, REFUTED, REVOCATION_GOOD, true, "registration",
	    "1" },
	{ "the card authenticates at 4", JPKI_AUTHENTICATION, JPKI_CARD, ESTABLISHED, REVOCATION_GOOD, true, "token",
	    "4" },
	{ "the phone at 3", JPKI_AUTHENTICATION, JPKI_PHONE, ESTABLISHED, REVOCATION_GOOD, true, "token", "3" },
	{ "authenticating proves nobody's identity", JPKI_AUTHENTICATION, JPKI_CARD, ESTABLISHED, REVOCATION_GOOD, true,
	    "registration", "1" },
};

static void
evidence_reaches_its_level(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct jpki_profile profile = { .purpose = cases[i].purpose, .medium = cases[i].medium };
		struct jpki_verified v = verified_as(&profile, cases[i].signature, cases[i].status);
		struct buffer b = buffer_init(64 * KIB);

		proofing_facts_write(&b, dictionary, &v, cases[i].entitled);
		expect_text(cases[i].title, level_of(cases[i].title, buffer_span(&b), 0, cases[i].area),
		    cases[i].level);
		buffer_release(&b);
	}
}

/* What each framework makes of a card whose proof holds but for what became of the certificate. */
static const struct {
	const char *title;
	size_t framework;
	enum jpki_purpose purpose;
	const char *area, *good, *otherwise;
} turning[] = {
	{ "the seed's registration", 0, JPKI_SIGNATURE, "registration", "3", "1" },
	{ "the seed's token", 0, JPKI_AUTHENTICATION, "token", "4", "0" },
	{ "DS-511's proofing", 1, JPKI_SIGNATURE, "identity-proofing", "2", "1" },
	{ "DS-511's authentication", 1, JPKI_AUTHENTICATION, "user-authentication", "3", "0" },
	{ "800-63's proofing", 2, JPKI_SIGNATURE, "identity-assurance", "2", "0" },
	{ "800-63's authentication", 2, JPKI_AUTHENTICATION, "authentication-assurance", "3", "0" },
	{ "eIDAS's enrolment", 3, JPKI_SIGNATURE, "enrolment", "substantial", "0" },
	{ "eIDAS's means", 3, JPKI_AUTHENTICATION, "means-management", "substantial", "0" },
	{ "RAF's proofing", 4, JPKI_SIGNATURE, "identity-assurance", "high", "low" },
};

static const struct {
	enum revocation_status status;
	const char *title;
} statuses[] = {
	{ REVOCATION_GOOD, "good" },
	{ REVOCATION_REVOKED, "revoked" },
	{ REVOCATION_EXPIRED, "expired" },
	{ REVOCATION_UNKNOWN, "unknown to its issuer" },
	{ REVOCATION_UNAVAILABLE, "nobody could say" },
	{ REVOCATION_NOT_CHECKED, "nobody was asked" },
};

static void
nothing_but_good_counts(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(turning); i++)
		for (size_t k = 0; k < COUNT(statuses); k++) {
			const struct jpki_profile profile = { .purpose = turning[i].purpose, .medium = JPKI_CARD };
			struct jpki_verified v = verified_as(&profile, ESTABLISHED, statuses[k].status);
			const char *title = arena_print(&arena, "%s: %s", turning[i].title, statuses[k].title);
			struct buffer b = buffer_init(64 * KIB);

			proofing_facts_write(&b, dictionary, &v, true);
			expect_text(title, level_of(title, buffer_span(&b), turning[i].framework, turning[i].area),
			    statuses[k].status == REVOCATION_GOOD ? turning[i].good : turning[i].otherwise);
			buffer_release(&b);
		}
}

static const struct {
	const char *title;
	enum jpki_purpose purpose;
	enum revocation_status status;
	const char *facts;
} told[] = {
	{ "of a revoked card its kind and that it is", JPKI_SIGNATURE, REVOCATION_REVOKED,
	    "{\"proofing.certificate\":\"jpki-signature\",\"proofing.certificate_status\":\"revoked\","
	    "\"proofing.signature_verified\":true,\"proofing.verifier_accredited\":true}" },
	{ "of one that nobody was asked of its kind", JPKI_SIGNATURE, REVOCATION_NOT_CHECKED,
	    "{\"proofing.certificate\":\"jpki-signature\",\"proofing.signature_verified\":true,"
	    "\"proofing.verifier_accredited\":true}" },
	{ "of one to authenticate with that it is", JPKI_AUTHENTICATION, REVOCATION_REVOKED,
	    "{\"token.certificate_status\":\"revoked\"}" },
	{ "or that nobody could say", JPKI_AUTHENTICATION, REVOCATION_UNAVAILABLE,
	    "{\"token.certificate_status\":\"unavailable\"}" },
	{ "and nothing of one that nobody was asked of", JPKI_AUTHENTICATION, REVOCATION_NOT_CHECKED, "{}" },
};

static void
what_is_not_good_is_told_and_no_more(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(told); i++) {
		const struct jpki_profile profile = { .purpose = told[i].purpose, .medium = JPKI_CARD };
		struct jpki_verified v = verified_as(&profile, ESTABLISHED, told[i].status);
		struct buffer b = buffer_init(64 * KIB);

		proofing_facts_write(&b, dictionary, &v, true);
		expect_span(told[i].title, buffer_span(&b), told[i].facts);
		buffer_release(&b);
	}
}

static void
what_was_not_seen_is_not_stated(void **state)
{
	const struct jpki_profile profile = { .purpose = JPKI_SIGNATURE, .medium = JPKI_CARD };
	struct jpki_verified v = verified_as(&profile, REFUTED, REVOCATION_GOOD);
	struct buffer b = buffer_init(64 * KIB);

	(void)state;
	proofing_facts_write(&b, dictionary, &v, true);
	expect_span("a signature that does not hold", buffer_span(&b), "{\"proofing.signature_verified\":false}");
	buffer_clear(&b);
	v = verified_as(NULL, ESTABLISHED, REVOCATION_NOT_CHECKED);
	proofing_facts_write(&b, dictionary, &v, true);
	expect_span("a certificate of no profile", buffer_span(&b), "{\"proofing.signature_verified\":false}");
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(evidence_reaches_its_level),
		cmocka_unit_test(nothing_but_good_counts),
		cmocka_unit_test(what_is_not_good_is_told_and_no_more),
		cmocka_unit_test(what_was_not_seen_is_not_stated),
	};

	return cmocka_run_group_tests(tests, read_policies, drop_policies);
}
