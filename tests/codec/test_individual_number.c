/* tests/codec/test_individual_number.c - what looks like an individual number, and what has twelve digits and does
 * not. */
#include "codec/individual_number.h"

#include "expect.h"

/* 12345678901 has the check digit 8: 6*1 5*2 4*3 3*4 2*5 7*6 6*7 5*8 4*9 3*0 2*1 is 212, 3 more than 19 times 11. */
static const struct {
	const char *title, *text;
	bool like;
} cases[] = {
	{ "nothing", "", false },
	{ "twelve digits with their check digit", "123456789018", true },
	{ "the digit before it", "123456789017", false },
	{ "the digit after it", "123456789019", false },
	{ "a remainder of 0 or 1 gives the digit 0", "000000000000", true },
	{ "a remainder of 1", "000000000060", true },
	{ "eleven digits", "12345678901", false },
	{ "thirteen digits, the first twelve of which would do", "1234567890180", false },
	{ "thirteen digits, the last twelve of which would do", "0123456789018", false },
	{ "in a sentence", "My number is 123456789018.", true },
	{ "in Japanese, without blanks", "番号は123456789018です", true },
	{ "full-width digits", "１２３４５６７８９０１８", true },
	{ "full-width digits among others", "１234５678９018", true },
	{ "groups with blanks", "1234 5678 9018", true },
	{ "groups with hyphens", "1234-5678-9018", true },
	{ "groups with full-width hyphens and digits", "１２３４－５６７８－９０１８", true },
	{ "groups with ideographic blanks", "1234\u30005678\u30009018", true },
	{ "groups with no-break blanks", "1234\u00a05678\u00a09018", true },
	{ "groups of another size", "123-456-789-018", false },
	{ "two groups of six", "123456 789018", false },
	{ "groups with more than a hyphen", "1234 - 5678--9018", true },
	{ "groups far from each other", "1234 ... 5678 ... 9018", false },
	{ "groups with middle dots", "1234・5678・9018", true },
	{ "groups with half-width middle dots", "1234･5678･9018", true },
	{ "groups with slashes", "1234/5678/9018", true },
	{ "groups with full stops", "1234.5678.9018", true },
	{ "groups with a long vowel's stroke", "1234ー5678ー9018", true },
	{ "groups one a line", "1234\n5678\r\n9018", true },
	{ "groups with a word between", "1234 and 5678 and 9018", false },
	{ "soft hyphens", "1234\u00ad5678\u00ad9018", true },
	{ "a zero width between any two", "1\u200b23456\u200d789\u2060018", true },
	{ "tags", "1234\U000e00415678\U000e007f9018", true },
	{ "variation selectors", "1\ufe0f23456789018", true },
	{ "behind what nobody sees", "\u00ad\u00ad123456789018\u00ad", true },
	{ "a thirteenth digit behind what nobody sees", "123456789018\u00ad0", false },
	{ "a day and a time with blanks", "2026/11/22 05:20", false },
	{ "telephone numbers", "090-1234-5678, 03-1234-5678", false },
	{ "a digit behind a byte that begins no character", "\xe3" "123456789018", true },
	{ "behind another group of four", "2026 1234 5678 9018", true },
	{ "behind another number", "42 123456789018", true },
	{ "before another group", "1234 5678 9018 2026", true },
	{ "groups that go on without a blank", "1234-5678-90180", false },
	{ "only the first two are grouped", "1234-56789018", false },
	{ "the second of two", "123456789017 123456789018", true },
	{ "letters around it", "x123456789018y", true },
	{ "a day and a time", "2026-11-22T05:20:00Z", false },
	{ "bytes that are no text", "\xef\xbc\xff\xef", false },
	{ "a full-width digit cut short", "12345678901\xef\xbc", false },
};

static void
what_looks_like_one_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, individual_number_like(span_text(cases[i].text)), cases[i].like);
}

static void
it_is_refused_without_being_shown(void **state)
{
	struct problem why = { 0 };

	(void)state;
	expect_number("another text", individual_number_refuse(span_text("123456789017"), "/reason", &why), OK);
	expect_number("one", individual_number_refuse(span_text("It is 123456789018"), "/reason", &why), ERR_INVALID);
	expect_text("the sentence", why.text,
	    "/reason: this looks like an individual number, which nobody here may keep");
	expect_text("the clause", why.clause, "My Number Act 20");
}

/* By the ordinance's own formula, for every check digit. */
static void
one_of_ten_digits_is_right(void **state)
{
	char text[13];
	unsigned long long seed = 1;

	(void)state;
	for (int n = 0; n < 2000; n++) {
		int sum = 0, right, likes = 0;

		for (int i = 0; i < 11; i++) {
			seed = seed * 6364136223846793005ull + 1442695040888963407ull;
			text[i] = (char)('0' + (seed >> 33) % 10);
		}
		text[12] = 0;
		for (int place = 1; place <= 11; place++)
			sum += (text[11 - place] - '0') * (place <= 6 ? place + 1 : place - 5);
		right = sum % 11 <= 1 ? 0 : 11 - sum % 11;
		for (int digit = 0; digit < 10; digit++) {
			text[11] = (char)('0' + digit);
			likes += individual_number_like(span_text(text));
			expect_number(text, individual_number_like(span_text(text)), digit == right);
		}
		expect_number("one", likes, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_looks_like_one_is_found),
		cmocka_unit_test(it_is_refused_without_being_shown),
		cmocka_unit_test(one_of_ten_digits_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
