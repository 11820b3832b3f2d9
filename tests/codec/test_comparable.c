/* tests/codec/test_comparable.c - spellings that are the same to a person. */
#include "expect.h"

#include "codec/comparable.h"

static void
spellings_have_one_form(void **state)
{
	static const struct { const char *title, *text, *form; } cases[] = {
		{ "as it is", "東京都千代田区1-1", "東京都千代田区1-1" },
		{ "full-width letters", "Ｔａｒｏ　Ｙａｍａｄａ", "Taro Yamada" },
		{ "half-width kana", "ﾔﾏﾀﾞ", "ヤマダ" },
		{ "blanks in a row, of any width", " a \t　 b\xc2\xa0" "c ", "a b c" },
		{ "letters put together", "e\xcc\x81", "é" },
		{ "only blanks", " 　\t", "" },
		{ "nothing", "", "" },
		{ "no UTF-8", "a\xff", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(KIB);

		comparable_add(&b, span_text(cases[i].text));
		expect_span(cases[i].title, buffer_span(&b), cases[i].form);
		buffer_release(&b);
	}
}

static void
it_stands_behind_what_was_there_and_keeps_the_limit(void **state)
{
	struct buffer b = buffer_init(8);

	(void)state;
	buffer_text(&b, "x ");
	comparable_add(&b, span_text(" a "));
	expect_span("behind", buffer_span(&b), "x a");
	comparable_add(&b, span_text("0123456789"));
	expect_true("past the limit", b.overflowed);
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spellings_have_one_form),
		cmocka_unit_test(it_stands_behind_what_was_there_and_keeps_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
