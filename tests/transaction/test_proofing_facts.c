/* tests/transaction/test_proofing_facts.c - what a verification amounts to under the framework that is shipped. */
#include <stdlib.h>

#include "expect.h"

#include "assurance/evaluation.h"
#include "base/file.h"
#include "transaction/proofing_facts.h"

static struct arena arena;
static const struct dictionary *dictionary;
static const struct framework *framework;
static struct instant now;

static int
read_policies(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";
	struct buffer bytes = buffer_init(DICTIONARY_LARGEST);
	struct policy_files files;
	struct problem why = { 0 };

	(void)state;
	arena = arena_init(GIB);
	expect_ok("there is a dictionary", file_read(arena_print(&arena, "%s/policy/facts.json", top), &bytes, &why),
	    &why);
	expect_ok("it is one", dictionary_read(&arena, "facts.json", arena_copy(&arena, buffer_span(&bytes)),
	    &dictionary,
	    &why), &why);
	buffer_release(&bytes);
	expect_ok("there is a framework", policy_files_read(&arena, arena_print(&arena, "%s/policy/jp-idtf/1.0", top),
	    &files, &why), &why);
	expect_ok("it is one", framework_read(&arena, &files, dictionary, false, &framework, &why), &why);
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

/* The level that the facts reach in an area; each fact of them is one of the dictionary, with a value of its domain. */
static const char *
level_of(const char *title, struct span json, const char *area)
{
	struct reader r = reader_json(&arena, json, (struct limits){ .bytes = 64 * KIB, .depth = 4 });
	const struct word seen = word_observed(ASSERTER_WATASHI | ASSERTER_REGISTRY, now);
	const int number = area_find(framework, span_text(area));
	struct evaluation *e = arena_new(&arena, struct evaluation);
	struct facts *f = arena_new(&arena, struct facts);
	const struct fact *registered = fact_find(dictionary, span_text("proofing.registered"));
	struct problem why;

	facts_init(f, dictionary);
	facts_read_word(&r, f, &seen, now);
	expect_ok(title, reader_end(&r, &why), &why);
	/* That the person has an account is the asker's to say. */
	facts_put(f, registered, 1, OBSERVED);
	evaluate(framework, NULL, f, e);
	return arena_text(&arena, level_id(&framework->areas[number], e->areas[number].reached));
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
	{ "revoked", JPKI_SIGNATURE, JPKI_CARD, ESTABLISHED, REVOCATION_REVOKED, true, "registration", "1+" },
	{ "nobody could say", JPKI_SIGNATURE, JPKI_CARD, ESTABLISHED, REVOCATION_UNAVAILABLE, true, "registration",
	    "1+" },
	{ "unknown to its issuer", JPKI_SIGNATURE, JPKI_CARD, ESTABLISHED, REVOCATION_UNKNOWN, true, "registration",
	    "1+" },
	{ "nobody was asked", JPKI_SIGNATURE, JPKI_CARD, ESTABLISHED, REVOCATION_NOT_CHECKED, true, "registration",
	    "1+" },
	{ "a signature that does not hold", JPKI_SIGNATURE, JPKI_CARD, REFUTED, REVOCATION_GOOD, true, "registration",
	    "1" },
	{ "the card authenticates at 4", JPKI_AUTHENTICATION, JPKI_CARD, ESTABLISHED, REVOCATION_GOOD, true, "token",
	    "4" },
	{ "the phone at 3", JPKI_AUTHENTICATION, JPKI_PHONE, ESTABLISHED, REVOCATION_GOOD, true, "token", "3" },
	{ "a revoked card at nothing", JPKI_AUTHENTICATION, JPKI_CARD, ESTABLISHED, REVOCATION_REVOKED, true, "token",
	    "0" },
	{ "nor one that nobody could look up", JPKI_AUTHENTICATION, JPKI_CARD, ESTABLISHED, REVOCATION_UNAVAILABLE,
	    true,
	    "token", "0" },
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
		expect_text(cases[i].title, level_of(cases[i].title, buffer_span(&b), cases[i].area), cases[i].level);
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
		cmocka_unit_test(what_was_not_seen_is_not_stated),
	};

	return cmocka_run_group_tests(tests, read_policies, drop_policies);
}
