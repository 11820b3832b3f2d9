/* tests/front/test_saml_refusal.c - each refusal of a sign-on has its status in SAML. */
#include "expect.h"

#include "front/saml/refusal_status.h"

#define STATUS "urn:oasis:names:tc:SAML:2.0:status:"

static const struct {
	const char *title, *error;
	bool passive;
	const char *second;
} cases[] = {
	{ "the person says no", "access_denied", false, STATUS "RequestDenied" },
	{ "and has said so before, where nobody is to be asked", "access_denied", true, STATUS "RequestDenied" },
	{ "nobody is logged in, and nobody is to be asked", "login_required", true, STATUS "NoPassive" },
	{ "the one who is logged in would have to agree", "consent_required", true, STATUS "NoPassive" },
	{ "or to show more", "interaction_required", true, STATUS "NoPassive" },
	{ "who might be asked and does not do is not told as silence", "login_required", false, STATUS "AuthnFailed" },
	{ "nor who can show no more", "interaction_required", false, STATUS "AuthnFailed" },
	{ "nor a consent that is not had", "consent_required", false, STATUS "RequestDenied" },
	{ "a level that is not reached", "unmet_authentication_requirements", false, STATUS "NoAuthnContext" },
	{ "a level that is not reached in silence", "unmet_authentication_requirements", true,
	  STATUS "NoAuthnContext" },
	{ "a word nobody knows", "server_error", false, "" },
	{ "a part of one", "login", true, "" },
	{ "no word", "", true, "" },
};

static void
each_refusal_has_its_status(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct refusal_status s = refusal_status(cases[i].error, cases[i].passive);

		expect_text(cases[i].title, s.code, STATUS "Responder");
		expect_text(cases[i].title, s.second ? s.second : "", cases[i].second);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_refusal_has_its_status) };

	return cmocka_run_group_tests_name("front/saml_refusal", tests, NULL, NULL);
}
