/* tests/transaction/test_sign_on.c - sign-ons from what is asked to what the store has of them. */
#include "transaction/sign_on_stage.h"

static void
nobody_logs_in_first(void **state)
{
	struct sign_on asked;

	(void)state;
	sign_on_stage_open(1);
	asked = sign_on_asked();
	expect_text("nobody is there", sign_on_run(&asked), "login");
	expect_number("a row waits", stage_count(&sign_on_table), 1);
	expect_span("and the login leads back to it", stage_login().reference, arena_print(&stage.arena,
	    "/oidc/continue/%s", ledger_id_text(&signing.sign_on.id, (char[LEDGER_ID_TEXT]){ 0 })));
	expect_number("it is OpenID Connect's", stage_login().front, LOGIN_FOR_OIDC);
	expect_text("come back too early", sign_on_go_on(), "login");
	sign_on_by_passkey(&stage.person);
	expect_text("whom the shop has never met is asked", sign_on_go_on(), "consent");
	sign_on_stage_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_logs_in_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
