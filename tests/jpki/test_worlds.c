/* tests/jpki/test_worlds.c - certificates count for one purpose, in one world, for a time. */
#include "jpki/judging.h"

static void
purposes_and_worlds_never_mix(void **state)
{
	struct made_draft signs = maker_draft(&maker, signature_authority());
	struct made_draft authenticates = maker_draft(&maker, authentication_authority());
	struct made_draft test = maker_draft(&maker, &authorities[JPKI_SIGNATURE][JPKI_TEST][3]), mixed;
	struct instant noon = { MADE_NOON };

	(void)state;
	expect_judged("a signature certificate does not authenticate",
	    judged(maker_sign(&maker, &signs), JPKI_AUTHENTICATION, noon),
	    "issuer: expected a certificate for authentication, found one that the authority for signature issued");
	expect_judged("an authentication certificate does not sign",
	    judged(maker_sign(&maker, &authenticates), JPKI_SIGNATURE, noon),
	    "issuer: expected a certificate for signature");
	expect_judged("a test certificate is none in production", judged(maker_sign(&maker, &test), JPKI_SIGNATURE,
	    noon),
	    "issuer: the issuer is of the test world");
	/* Everything of production, but made with a test authority's key. */
	mixed = maker_draft(&maker, signature_authority());
	mixed.signer = authorities[JPKI_SIGNATURE][JPKI_TEST][3].key;
	expect_judged("nor when it looks like one", judged(maker_sign(&maker, &mixed), JPKI_SIGNATURE, noon),
	    "signature: ");
	/* The authority for authentication signs what is like a signature certificate. */
	mixed = maker_draft(&maker, signature_authority());
	mixed.part[PART_ISSUER] = authentication_authority()->name;
	mixed.signer = authentication_authority()->key;
	mixed.extension[EXTENSION_AUTHORITY_KEY] = made_authority_key(&memory, authentication_authority()->key_id,
	    authentication_authority()->name, authentication_authority()->serial);
	expect_judged("nor do authorities mix", judged(maker_sign(&maker, &mixed), JPKI_SIGNATURE, noon), "issuer: ");
	expect_judged("asked for the other", judged(maker_sign(&maker, &mixed), JPKI_AUTHENTICATION, noon),
	    "profile: expected a policy for authentication, found the one for signature");
	trust.test = true;
	expect_text("where tests are judged it is one", judged(maker_sign(&maker, &test), JPKI_SIGNATURE, noon),
	    "established");
	trust.test = false;
}

static void
validity_has_edges(void **state)
{
	/* 2024-04-01T00:00:00Z to 2029-04-01T14:59:59Z */
	static const struct {
		const char *title;
		int64_t us;
		const char *judged;
	} cases[] = {
		{ "a microsecond before", SECONDS(1711929600) - 1,
			"validity: the certificate begins at 2024-04-01T00:00:00Z" },
		{ "as it begins", SECONDS(1711929600), "established" },
		{ "as its last second begins", SECONDS(1869749999), "established" },
		{ "as its last second ends", SECONDS(1869750000) - 1, "established" },
		{ "when that is over", SECONDS(1869750000),
			"validity: the certificate ended with 2029-04-01T14:59:59Z" },
		{ "at the beginning of time", 0, "validity: " },
		{ "before it", SECONDS(-1), "validity: " },
	};
	struct made_draft d = maker_draft(&maker, signature_authority());
	struct span der = maker_sign(&maker, &d);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_judged(cases[i].title, judged(der, JPKI_SIGNATURE, (struct instant){ cases[i].us }),
		    cases[i].judged);
}

static void
an_issuer_that_is_over_issues_nothing(void **state)
{
	const struct made_authority *first = &authorities[JPKI_SIGNATURE][JPKI_PRODUCTION][1];
	struct made_draft d = maker_draft(&maker, first);
	struct span der = maker_sign(&maker, &d);

	(void)state;
	expect_judged("the certificate would go on", judged(der, JPKI_SIGNATURE, (struct instant){ MADE_NOON }),
	    "issuer-validity: the issuer's certificate ended with 2025-10-19T14:59:59Z");
	expect_text("while it was not", judged(der, JPKI_SIGNATURE, (struct instant){ SECONDS(1760885999) }),
	    "established");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(purposes_and_worlds_never_mix),
		cmocka_unit_test(validity_has_edges),
		cmocka_unit_test(an_issuer_that_is_over_issues_nothing),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
