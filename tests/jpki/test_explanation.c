/* tests/jpki/test_explanation.c - how a step came out is told in words of both languages. */
#include "expect.h"

#include "jpki/explanation.h"

static const struct { const char *step; enum outcome outcome; const char *ja, *en; } cases[] = {
	{ "revocation", ESTABLISHED, "電子証明書は失効していません。", "The certificate counts: it was not revoked." },
	{ "revocation", REFUTED,
	    "電子証明書は失効しているか、一時的に停止されているか、有効期間を過ぎています。一時停止（certificateHold）は"
	    "解除されることがあります。そのほかは、市区町村の窓口での再発行または更新が必要です。",
	    "The certificate was revoked or put on hold, or has ended. A hold (certificateHold) can be lifted; "
	    "otherwise its holder needs a new one from the municipality." },
	{ "revocation", UNDETERMINED, "確かめられませんでした。時間をおいて、もう一度お試しください。",
	    "It could not be found out. Another try later may do." },
	{ "document-signature", NOT_CHECKED, "確かめていません。", "It was not checked." },
	{ "a step of tomorrow", REFUTED, "認められません。", "It is refuted." },
};

static void
what_came_out_is_told_in_both_languages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct jpki_words words = jpki_step_meaning(cases[i].step, cases[i].outcome);

		expect_text(cases[i].step, words.ja, cases[i].ja);
		expect_text(cases[i].step, words.en, cases[i].en);
	}
	expect_text("a step's name", jpki_step_title("key-usage").ja, "鍵用途");
	expect_text("and in English", jpki_step_title("key-usage").en, "key usage");
	expect_text("of one that nobody knows", jpki_step_title("a step of tomorrow").ja, "a step of tomorrow");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_out_is_told_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
