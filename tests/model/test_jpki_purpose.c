/* tests/model/test_jpki_purpose.c - what the two certificates on a card are for. */
#include "expect.h"

#include "model/jpki_purpose.h"

static void
each_is_told_and_read_by_one_word(void **state)
{
	static const struct {
		enum jpki_purpose purpose;
		const char *name, *article;
	} cases[] = {
		{ JPKI_NO_PURPOSE, "", "" },
		{ JPKI_SIGNATURE, "signature", "17" },
		{ JPKI_AUTHENTICATION, "authentication", "36" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_text("the word", jpki_purpose_name(cases[i].purpose), cases[i].name);
		expect_text("who may check it", jpki_purpose_article(cases[i].purpose), cases[i].article);
		expect_number("the word is read", jpki_purpose_read(span_text(cases[i].name)), cases[i].purpose);
	}
	expect_number("another word", jpki_purpose_read(span_text("encryption")), JPKI_NO_PURPOSE);
}

static void
each_is_a_bit_of_its_own(void **state)
{
	(void)state;
	expect_number("neither is part of the other", JPKI_SIGNATURE & JPKI_AUTHENTICATION, 0);
	expect_true("nor nothing", JPKI_SIGNATURE != 0 && JPKI_AUTHENTICATION != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_told_and_read_by_one_word),
		cmocka_unit_test(each_is_a_bit_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
