/* tests/jpki/test_profile.c - the profiles that are known, and those a configuration adds. */
#include "expect.h"

#include "crypto/der_maker.h"
#include "crypto/x509_signature.h"
#include "jpki/profile.h"

static struct arena memory;

/* A certificate of which only the policies count. */
static struct x509
with_policy(const char *policy)
{
	struct x509 x = { 0 };

	x.policies.value = WRAP(&memory, DER_SEQUENCE, WRAP(&memory, DER_SEQUENCE, oid(&memory, policy)));
	return x;
}

static void
a_policy_is_of_a_purpose_and_a_world(void **state)
{
	static const struct {
		const char *title, *policy;
		enum jpki_world world;
		enum jpki_purpose purpose; /* none: no profile */
	} cases[] = {
		{ "a card's signature", "1.2.392.200149.8.5.1.1.20", JPKI_PRODUCTION, JPKI_SIGNATURE },
		{ "the same is nothing in the test world", "1.2.392.200149.8.5.1.1.20", JPKI_TEST, JPKI_NO_PURPOSE },
		{ "a test card's signature", "1.2.392.200149.8.5.1.0.20", JPKI_TEST, JPKI_SIGNATURE },
		{ "that is nothing in production", "1.2.392.200149.8.5.1.0.20", JPKI_PRODUCTION, JPKI_NO_PURPOSE },
		{ "a card's authentication", "1.2.392.200149.8.5.1.3.30", JPKI_PRODUCTION, JPKI_AUTHENTICATION },
		{ "a test card's", "1.2.392.200149.8.5.1.3.30", JPKI_TEST, JPKI_AUTHENTICATION },
		{ "what is often told wrong", "1.2.392.200149.8.5.1.1.10", JPKI_PRODUCTION, JPKI_NO_PURPOSE },
		{ "a phone's, while nobody has configured it", "1.2.392.200149.8.5.1.1.40", JPKI_PRODUCTION,
			JPKI_NO_PURPOSE },
		{ "a policy below a known one", "1.2.392.200149.8.5.1.1.20.1", JPKI_PRODUCTION, JPKI_NO_PURPOSE },
		{ "in no world", "1.2.392.200149.8.5.1.1.20", JPKI_NO_WORLD, JPKI_NO_PURPOSE },
	};
	struct jpki_profiles profiles = jpki_profiles_known();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct x509 x = with_policy(cases[i].policy);
		const struct jpki_profile *profile = jpki_profile_of(&profiles, &x, cases[i].world);

		expect_number(cases[i].title, profile ? profile->purpose : JPKI_NO_PURPOSE, cases[i].purpose);
		expect_true("and for a card", !profile || profile->medium == JPKI_CARD);
	}
	expect_number("RSA alone is taken", profiles.switches, SIGNATURES_RSA);
}

static void
a_configuration_adds_what_is_not_known(void **state)
{
	static const struct {
		const char *title;
		enum jpki_purpose purpose;
		enum jpki_medium medium;
		enum jpki_world world;
		const char *policy;
		enum err err;
		const char *told;
	} cases[] = {
		{ "a phone's signature", JPKI_SIGNATURE, JPKI_PHONE, JPKI_PRODUCTION, "1.2.392.200149.8.5.1.1.40", OK,
			"" },
		{ "the same again", JPKI_SIGNATURE, JPKI_PHONE, JPKI_PRODUCTION, "1.2.392.200149.8.5.1.1.40",
			ERR_INVALID,
			"that of another profile, signature on a phone" },
		{ "the same in the test world", JPKI_SIGNATURE, JPKI_PHONE, JPKI_TEST, "1.2.392.200149.8.5.1.1.40", OK,
			"" },
		{ "a card's for a phone", JPKI_AUTHENTICATION, JPKI_PHONE, JPKI_PRODUCTION, "1.2.392.200149.8.5.1.3.30",
			ERR_INVALID, "that of another profile, authentication on a card" },
		{ "what is no OID", JPKI_AUTHENTICATION, JPKI_PHONE, JPKI_PRODUCTION, "1.2.", ERR_INVALID,
			"found \"1.2.\"" },
		{ "for nothing", JPKI_NO_PURPOSE, JPKI_PHONE, JPKI_PRODUCTION, "1.2.3", ERR_INVALID,
			"a purpose, a medium" },
		{ "on nothing", JPKI_SIGNATURE, JPKI_NO_MEDIUM, JPKI_PRODUCTION, "1.2.3", ERR_INVALID,
			"a purpose, a medium" },
		{ "nowhere", JPKI_SIGNATURE, JPKI_PHONE, JPKI_NO_WORLD, "1.2.3", ERR_INVALID, "a purpose, a medium" },
		{ "a phone's authentication", JPKI_AUTHENTICATION, JPKI_PHONE, JPKI_PRODUCTION, "1.2.3", OK, "" },
	};
	struct jpki_profiles profiles = jpki_profiles_known();
	const struct jpki_profile *phone, *card;
	struct x509 x = with_policy("1.2.3"), on_card = with_policy("1.2.392.200149.8.5.1.3.30");
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, jpki_profiles_add(&profiles, &memory, cases[i].purpose, cases[i].medium,
		    cases[i].world, cases[i].policy, &why), &why, cases[i].err, cases[i].told);
	phone = jpki_profile_of(&profiles, &x, JPKI_PRODUCTION);
	card = jpki_profile_of(&profiles, &on_card, JPKI_PRODUCTION);
	expect_true("what was added is found", phone && card && phone->medium == JPKI_PHONE);
	expect_true("and is like the card's", phone->usage == card->usage && phone->attributes == card->attributes &&
	    span_equal(phone->extended_usage, card->extended_usage));
	for (size_t i = profiles.count; i < JPKI_PROFILES; i++)
		expect_ok("there is room", jpki_profiles_add(&profiles, &memory, JPKI_SIGNATURE, JPKI_PHONE, JPKI_TEST,
		    arena_print(&memory, "1.2.4.%zu", i), &why), &why);
	expect_problem("until there is none", jpki_profiles_add(&profiles, &memory, JPKI_SIGNATURE, JPKI_PHONE,
	    JPKI_TEST,
	    "1.2.5", &why), &why, ERR_LIMIT, "at most 16");
}

static void
words_are_told(void **state)
{
	(void)state;
	expect_text("a medium", jpki_medium_name(JPKI_CARD), "card");
	expect_text("the other", jpki_medium_name(JPKI_PHONE), "phone");
	expect_text("none", jpki_medium_name(JPKI_NO_MEDIUM), "");
	expect_text("a world", jpki_world_name(JPKI_PRODUCTION), "production");
	expect_text("the other", jpki_world_name(JPKI_TEST), "test");
	expect_text("none", jpki_world_name(JPKI_NO_WORLD), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_policy_is_of_a_purpose_and_a_world),
		cmocka_unit_test(a_configuration_adds_what_is_not_known),
		cmocka_unit_test(words_are_told),
	};
	int failed;

	memory = arena_init(1 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&memory);
	return failed;
}
