/* tests/authn/test_recovery_code.c - recovery codes: each is taken once, however it is typed. */
#include "expect.h"

#include <ctype.h>

#include "authn/recovery_code.h"

static void
each_code_is_taken_once(void **state)
{
	char texts[RECOVERY_CODES][RECOVERY_CODE_TEXT];
	struct recovery_codes codes;

	(void)state;
	recovery_codes_make(&codes, texts);
	expect_number("all are left", recovery_codes_left(&codes), RECOVERY_CODES);
	for (int i = RECOVERY_CODES - 1; i >= 0; i--) {
		expect_number("nineteen letters and hyphens", strlen(texts[i]), RECOVERY_CODE_TEXT - 1);
		expect_number("it is that one", recovery_codes_take(&codes, span_text(texts[i])), i);
		expect_number("one less is left", recovery_codes_left(&codes), i);
		expect_number("it is none any more", recovery_codes_take(&codes, span_text(texts[i])), -1);
	}
}

static void
it_may_be_typed_in_many_ways(void **state)
{
	char texts[RECOVERY_CODES][RECOVERY_CODE_TEXT], typed[64];
	struct recovery_codes codes;
	size_t n = 0;

	(void)state;
	recovery_codes_make(&codes, texts);
	for (const char *c = texts[0]; *c; c++) {
		if (*c != '-')
			typed[n++] = *c == '0' ? 'o' : *c == '1' ? 'l' : (char)tolower(*c);
		if (n == 5)
			typed[n++] = ' ';
	}
	expect_number("small letters, blanks, and those that look alike", recovery_codes_take(&codes, span_of(typed,
	    n)), 0);
}

static void
what_is_no_code_is_not_taken(void **state)
{
	static const char *const none[] = { "", "-", "0000-0000-0000-0000", "0000-0000-0000-000",
	    "0000-0000-0000-0000-0",
		"0000-0000-0000-000U", "0000-0000-0000-000!" };
	char texts[RECOVERY_CODES][RECOVERY_CODE_TEXT];
	struct recovery_codes codes, before, used = { 0 };

	(void)state;
	recovery_codes_make(&codes, texts);
	before = codes;
	for (size_t i = 0; i < COUNT(none); i++) {
		expect_number(none[i], recovery_codes_take(&codes, span_text(none[i])), -1);
		expect_number("nor of those that are used up", recovery_codes_take(&used, span_text(none[i])), -1);
	}
	expect_number("one with a letter more", recovery_codes_take(&codes, span_of(texts[0], RECOVERY_CODE_TEXT)), -1);
	expect_true("and all are left", memcmp(&codes, &before, sizeof(codes)) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_is_taken_once),
		cmocka_unit_test(it_may_be_typed_in_many_ways),
		cmocka_unit_test(what_is_no_code_is_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
