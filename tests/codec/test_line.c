/* tests/codec/test_line.c - what one line may hold that somebody typed for others to read; and names that people
 * give. */
#include "codec/line.h"

#include "expect.h"

#define FOUR_FACES "\U0001f600\U0001f600\U0001f600\U0001f600"
#define FAMILY "\U0001f468\u200d\U0001f469\u200d\U0001f467"

static const struct {
	const char *title, *text, *line, *label; /* what is wrong with it; NULL: nothing */
} cases[] = {
	{ "a text", "東京 Tokyo", NULL, NULL },
	{ "nothing", "", NULL, "1 to 8 characters, found 0" },
	{ "eight characters of three bytes", "一二三四五六七八", NULL, NULL },
	{ "eight of four bytes", FOUR_FACES FOUR_FACES, NULL, NULL },
	{ "nine", "一二三四五六七八九", NULL, "1 to 8 characters, found 9" },
	{ "blanks alone", "  ", "blanks alone", "blanks alone" },
	{ "wide ones", "\u3000\u00a0", "blanks alone", "blanks alone" },
	{ "blanks at its ends", " a ", NULL, NULL },
	{ "two lines", "a\nb", "invisible", "invisible" },
	{ "a tabulator", "a\tb", "invisible", "invisible" },
	{ "a line of its own kind", "a\u2028b", "invisible", "invisible" },
	{ "the line turned around", "a\u202eb", "invisible", "invisible" },
	{ "a part of it, isolated", "a\u2067b\u2069", "invisible", "invisible" },
	{ "a zero width", "a\u200bb", "invisible", "invisible" },
	{ "a tag", "a\U000e0041", "invisible", "invisible" },
	{ "a filler alone", "\u3164", "invisible", "invisible" },
	{ "a name's spelling", "葛\U000e0100城", NULL, NULL },
	{ "an emoji as a picture", "\u2764\ufe0f", NULL, NULL },
	{ "emoji joined to one", FAMILY, "invisible", NULL },
	{ "with a selector between", "\u2764\ufe0f\u200d\U0001f525", "invisible", NULL },
	{ "with a skin's colour", "\U0001f469\U0001f3fd\u200d\U0001f4bb", "invisible", NULL },
	{ "a joiner between letters", "a\u200db", "invisible", "invisible" },
	{ "a joiner behind an emoji", "\U0001f600\u200d", "invisible", "invisible" },
	{ "a joiner before one", "\u200d\U0001f600", "invisible", "invisible" },
	{ "two joiners", "\U0001f600\u200d\u200d\U0001f600", "invisible", "invisible" },
	{ "no UTF-8", "a\xff", "UTF-8", "UTF-8" },
	{ "half a character", "a\xe2\x80", "UTF-8", "UTF-8" },
	{ "an individual number", "123456789018", "looks like", "looks like" },
};

static void
expect_wrong(const char *title, enum err err, const struct problem *why, const char *wrong)
{
	if (!wrong)
		expect_ok(title, err, why);
	else
		expect_problem(title, err, why, why->code, wrong);
	expect_number(title, err == OK, !wrong);
}

static void
a_line_is_read_by_other_people(void **state)
{
	struct problem why = { .code = OK };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		why.code = OK;
		expect_wrong(cases[i].title, line_check(span_text(cases[i].text), "/text", &why), &why, cases[i].line);
	}
}

static void
a_label_has_so_many_characters_and_emoji_may_be_joined(void **state)
{
	struct problem why = { .code = OK };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		why.code = OK;
		expect_wrong(cases[i].title, label_check(span_text(cases[i].text), "/name", 8, &why), &why,
		    cases[i].label);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_read_by_other_people),
		cmocka_unit_test(a_label_has_so_many_characters_and_emoji_may_be_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
