/* tests/codec/test_text.c - hexadecimal, base64, percent encoding, UTF-8 and JSON strings. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>

#include "codec/text.h"

static void
hexadecimal_is_read_whole_or_not_at_all(void **state)
{
	static const struct {
		const char *title, *text, *normal; /* NULL: refused */
		size_t size;
	} cases[] = {
		{ "nothing is nothing", "", "", 0 },
		{ "lower case", "00ff7e", "00ff7e", 3 },
		{ "upper case is read and written lower", "00FF7E", "00ff7e", 3 },
		{ "an odd number of digits", "00f", NULL, 1 },
		{ "too few bytes", "00ff", NULL, 3 },
		{ "too many bytes", "00ff7e", NULL, 2 },
		{ "a letter that is no digit", "0g", NULL, 1 },
		{ "a prefix", "0x00", NULL, 2 },
	};
	struct arena a = arena_init(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[8];
		bool good = hex_read(span_text(cases[i].text), bytes, cases[i].size);

		expect_true(cases[i].title, good == (cases[i].normal != NULL));
		if (good)
			expect_text(cases[i].title, hex_write(&a, span_of(bytes, cases[i].size)), cases[i].normal);
	}
	arena_release(&a);
}

static void
base64_follows_the_vectors_of_rfc_4648(void **state)
{
	static const struct {
		const char *bytes, *padded, *url;
	} cases[] = {
		{ "", "", "" },
		{ "f", "Zg==", "Zg" },
		{ "fo", "Zm8=", "Zm8" },
		{ "foo", "Zm9v", "Zm9v" },
		{ "foob", "Zm9vYg==", "Zm9vYg" },
		{ "fooba", "Zm9vYmE=", "Zm9vYmE" },
		{ "foobar", "Zm9vYmFy", "Zm9vYmFy" },
		{ "\xfb\xff\xfe", "+//+", "-__-" },
	};
	struct arena a = arena_init(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span bytes;

		expect_span(cases[i].padded, base64_write(&a, span_text(cases[i].bytes)), cases[i].padded);
		expect_span(cases[i].url, base64url_write(&a, span_text(cases[i].bytes)), cases[i].url);
		expect_true(cases[i].padded, base64_read(&a, span_text(cases[i].padded), &bytes));
		expect_span(cases[i].padded, bytes, cases[i].bytes);
		expect_true(cases[i].url, base64url_read(&a, span_text(cases[i].url), &bytes));
		expect_span(cases[i].url, bytes, cases[i].bytes);
	}
	arena_release(&a);
}

static void
base64_has_one_text_for_each_value(void **state)
{
	static const struct {
		const char *title, *text;
		bool url;
	} cases[] = {
		{ "padding is missing", "Zg", false },
		{ "half the padding is missing", "Zg=", false },
		{ "padding where none belongs", "Zm9v====", false },
		{ "three signs of padding", "Z===", false },
		{ "padding alone", "====", false },
		{ "padding in the middle", "Zg==Zm9v", false },
		{ "a spare bit is set behind one byte", "Zh==", false },
		{ "a spare bit is set behind two bytes", "Zm9=", false },
		{ "a blank", "Zm 9v", false },
		{ "a line break", "Zm9v\nZm9v", false },
		{ "the letters of the URL alphabet", "-__-", false },
		{ "padding in base64url", "Zg==", true },
		{ "the letters of the plain alphabet in base64url", "+//+", true },
		{ "a letter alone", "Z", true },
		{ "a spare bit is set in base64url", "Zh", true },
	};
	struct arena a = arena_init(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span text = span_text(cases[i].text), out;

		expect_true(
		    cases[i].title, !(cases[i].url ? base64url_read(&a, text, &out) : base64_read(&a, text, &out)));
	}
	arena_release(&a);
}

static void
percent_escapes_are_decoded_once(void **state)
{
	static const struct {
		const char *title, *text, *plain; /* NULL: refused */
	} cases[] = {
		{ "nothing to decode", "abc", "abc" },
		{ "an entity ID of MDQ", "https%3A%2F%2Fidp.example.org%2Fidp", "https://idp.example.org/idp" },
		{ "lower-case digits", "%3a%2f", ":/" },
		{ "an escaped percent is not decoded again", "%2541", "%41" },
		{ "a plus is a plus", "a+b%2Bc", "a+b+c" },
		{ "other bytes than ASCII stay", "\xe7\xa7\x81", "\xe7\xa7\x81" },
		{ "an escape cut short", "abc%2", NULL },
		{ "a percent at the end", "abc%", NULL },
		{ "digits that are none", "%zz", NULL },
		{ "one digit that is none", "%4g", NULL },
		{ "two percents", "%%41", NULL },
	};
	struct arena a = arena_init(MIB);
	struct span out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool good = percent_read(&a, span_text(cases[i].text), &out);

		expect_true(cases[i].title, good == (cases[i].plain != NULL));
		if (good)
			expect_span(cases[i].title, out, cases[i].plain);
	}
	expect_true("an escaped NUL is a byte like others",
	    percent_read(&a, span_text("a%00b"), &out) && span_equal(out, span_of("a\0b", 3)));
	expect_span("all but unreserved characters are written as escapes",
	    percent_write(&a, span_text("https://a.example/~x_y-z?ü+%")),
	    "https%3A%2F%2Fa.example%2F~x_y-z%3F%C3%BC%2B%25");
	arena_release(&a);
}

static void
utf8_is_well_formed_or_refused(void **state)
{
	static const struct {
		const char *title, *text;
		bool good;
	} cases[] = {
		{ "nothing", "", true },
		{ "ASCII, longer than eight bytes", "abcdefghijklmnopq", true },
		{ "Japanese", "\xe7\xa7\x81\xe3\x81\xaf", true },
		{ "the last of two bytes", "\xdf\xbf", true },
		{ "the first of three bytes", "\xe0\xa0\x80", true },
		{ "before the surrogates", "\xed\x9f\xbf", true },
		{ "behind the surrogates", "\xee\x80\x80", true },
		{ "four bytes", "\xf0\x9f\x98\x80", true },
		{ "U+10FFFF", "\xf4\x8f\xbf\xbf", true },
		{ "a lone continuation", "\x80", false },
		{ "a lone start", "abc\xc3", false },
		{ "three bytes cut short", "\xe7\xa7", false },
		{ "four bytes cut short", "\xf0\x9f\x98", false },
		{ "overlong in two bytes", "\xc0\xaf", false },
		{ "overlong in three bytes", "\xe0\x80\xaf", false },
		{ "overlong in four bytes", "\xf0\x80\x80\xaf", false },
		{ "a surrogate", "\xed\xa0\x80", false },
		{ "a pair of surrogates", "\xed\xa0\xbd\xed\xb8\x80", false },
		{ "past U+10FFFF", "\xf4\x90\x80\x80", false },
		{ "five bytes", "\xf8\x88\x80\x80\x80", false },
		{ "no continuation in the third place", "\xe7\xa7\x41", false },
		{ "Latin-1 behind eight ASCII bytes", "abcdefgh\xe4", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_true(cases[i].title, utf8_valid(span_text(cases[i].text)) == cases[i].good);
}

static void
json_strings_are_written_canonically(void **state)
{
	static const struct {
		const char *title, *text, *json;
	} cases[] = {
		{ "nothing", "", "\"\"" },
		{ "text", "abc", "\"abc\"" },
		{ "quotes and backslashes", "a\"b\\c", "\"a\\\"b\\\\c\"" },
		{ "the five short escapes", "\b\t\n\f\r", "\"\\b\\t\\n\\f\\r\"" },
		{ "the other controls in lower-case digits", "\x01\x0b\x1f", "\"\\u0001\\u000b\\u001f\"" },
		{ "slash, DEL and what is not ASCII as they are", "/\x7f\xe7\xa7\x81", "\"/\x7f\xe7\xa7\x81\"" },
		{ "bytes that are no UTF-8 are replaced", "a\xff\xe7\xa7",
		    "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "the example of RFC 8785 s3.2.2.2", "\xe2\x82\xac$\x0f\nA'B\"\\\\\"/",
		    "\"\xe2\x82\xac$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(KIB);

		json_write_string(&b, span_text(cases[i].text));
		expect_span(cases[i].title, buffer_span(&b), cases[i].json);
		buffer_release(&b);
	}
}

/* Eight bytes are looked at at once where there are so many. */
static void
escapes_are_found_wherever_they_stand(void **state)
{
	static const struct { const char *one, *json; } cases[] = {
		{ "\"", "\\\"" }, { "\\", "\\\\" }, { "\x1f", "\\u001f" }, { "\xe9", "\xef\xbf\xbd" }, { "!", "!" },
		    { "[", "[" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		for (int at = 0; at < 20; at++) {
			char text[32], json[64];
			struct buffer b = buffer_init(KIB);

			snprintf(text, sizeof(text), "%.*s%s%.*s", at, "aaaaaaaaaaaaaaaaaaaa", cases[i].one, 20 - at,
			    "bbbbbbbbbbbbbbbbbbbb");
			snprintf(json, sizeof(json), "\"%.*s%s%.*s\"", at, "aaaaaaaaaaaaaaaaaaaa", cases[i].json,
			    20 - at, "bbbbbbbbbbbbbbbbbbbb");
			json_write_string(&b, span_text(text));
			expect_span("the text with its escape", buffer_span(&b), json);
			buffer_release(&b);
		}
	}
}

static void
no_character_is_cut_in_two(void **state)
{
	static const struct { const char *text; size_t most; const char *first; } cases[] = {
		{ "abc", 3, "abc" }, { "abc", 2, "ab" }, { "abc", 0, "" }, { "", 5, "" },
		{ "a\xe9\x8d\xb5", 4, "a\xe9\x8d\xb5" }, { "a\xe9\x8d\xb5", 3, "a" }, { "a\xe9\x8d\xb5", 2, "a" },
		{ "\xe9\x8d\xb5", 2, "" }, { "\xe9\x8d\xb5z", 3, "\xe9\x8d\xb5" },
		{ "\x80\x80\x80", 2, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_span(cases[i].text, utf8_first(span_text(cases[i].text), cases[i].most), cases[i].first);
}

static void
hexadecimal_ends_where_its_bytes_do(void **state)
{
	char text[9];

	(void)state;
	memset(text, 'x', sizeof(text));
	expect_text("three of four", hex_text(span_text("\x01\xab\xff"), text), "01abff");
	expect_text("none", hex_text((struct span){ 0 }, text), "");
}

static void
characters_are_cut_one_by_one(void **state)
{
	static const uint32_t characters[] = { 'a', 0x7f, 0x80, 0x7ff, 0x800, 0x3042, 0xffff, 0x10000, 0x10ffff };
	struct span rest = span_text("a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xe3\x81\x82\xef\xbf\xbf\xf0\x90\x80\x80"
	    "\xf4\x8f\xbf\xbf");

	(void)state;
	for (size_t i = 0; i < COUNT(characters); i++) {
		assert_true(rest.size > 0);
		expect_number("the next character", utf8_cut(&rest), characters[i]);
	}
	expect_number("nothing is left", rest.size, 0);
}

static void
lines_become_a_list(void **state)
{
	static const struct { const char *title, *lines, *list; } cases[] = {
		{ "nothing is an empty one", "", "[]" },
		{ "one line", "uid:1000", "[\"uid:1000\"]" },
		{ "several", "a\nb\nc", "[\"a\",\"b\",\"c\"]" },
		{ "each is escaped", "\"\n\\", "[\"\\\"\",\"\\\\\"]" },
		{ "an empty one between others is a text too", "a\n\nb", "[\"a\",\"\",\"b\"]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(KIB);

		json_write_lines(&b, span_text(cases[i].lines));
		expect_span(cases[i].title, buffer_span(&b), cases[i].list);
		buffer_release(&b);
	}
}

/* As the end of a name that was cut to a number of bytes. */
static void
of_a_character_cut_short_what_is_there_is_cut(void **state)
{
	static const char *const texts[] = { "\xe3\x81", "\xf0\x90\x80", "\xc2" };

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		/* A copy without a NUL behind it: what reads past it is seen. */
		uint8_t *bytes = malloc(strlen(texts[i]));
		struct span rest = span_of(bytes, strlen(texts[i]));

		memcpy(bytes, texts[i], rest.size);
		utf8_cut(&rest);
		expect_number("nothing is left", rest.size, 0);
		free(bytes);
	}
}

static void
characters_that_nobody_sees_are_known(void **state)
{
	static const uint32_t unseen[] = { 0, '\n', 0x1f, 0x7f, 0x85, 0x9f, 0xad, 0x34f, 0x61c, 0x115f, 0x1160, 0x17b4,
		0x17b5, 0x180b, 0x180e, 0x180f, 0x200b, 0x200d, 0x200f, 0x2028, 0x202e, 0x2060, 0x2069, 0x206a, 0x206f,
		0x2800, 0x3164, 0xfeff, 0xffa0, 0xfff0, 0xfff9, 0xfffb, 0xfffe, 0xffff, 0x1bca0, 0x1d17a, 0xe0000,
		0xe0001, 0xe0041, 0xe007f, 0xe00ff, 0xe01f0, 0xe0fff };
	static const uint32_t seen[] = { ' ', '~', 0xa0, 0xac, 0xae, 0x61b, 0x61d, 0x115e, 0x1161, 0x17b6, 0x1810,
	    0x200a,
		0x2010, 0x2027, 0x202f, 0x205f, 0x2070, 0x2801, 0x3000, 0x3042, 0x3163, 0xfe00, 0xfefe, 0xff00, 0xffa1,
		0xfffc, 0xfffd, 0x10000, 0x1f600, 0xe0100, 0xe01ef, 0xe1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(unseen); i++)
		assert_true(character_unseen(unseen[i]));
	for (size_t i = 0; i < COUNT(seen); i++)
		assert_false(character_unseen(seen[i]));
}

static void
variation_selectors_are_seen_where_they_select(void **state)
{
	static const struct {
		const char *title;
		uint32_t before, character;
		bool unseen;
	} cases[] = {
		{ "a name's spelling", 0x845b, 0xe0100, false },
		{ "a Han character's standardized variant", 0x4fae, 0xfe00, false },
		{ "beyond the basic plane", 0x20bb7, 0xe0101, false },
		{ "at the beginning", 0, 0xe0100, true },
		{ "behind a letter", 'a', 0xfe00, true },
		{ "behind a kana", 0x3042, 0xe0100, true },
		{ "behind a digit", '1', 0xfe0f, true },
		{ "behind another selector", 0xe0100, 0xe0100, true },
		{ "an emoji in colour", 0x2764, 0xfe0f, false },
		{ "an emoji as text", 0x1f600, 0xfe0e, false },
		{ "another one behind an emoji", 0x1f600, 0xe0100, true },
		{ "what is unseen anywhere", 0x845b, 0xad, true },
		{ "a letter", 0x845b, 'a', false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, character_unseen_behind(cases[i].before, cases[i].character),
		    cases[i].unseen);
}

static void
a_line_is_seen_whole(void **state)
{
	static const struct { const char *title, *text; bool line; } cases[] = {
		{ "nothing", "", true },
		{ "text", "東京都 Tokyo", true },
		{ "a name's spelling", "葛\U000e0100城", true },
		{ "a selector that selects nothing", "a\U000e0100", false },
		{ "two lines", "a\nb", false },
		{ "a tabulator", "a\tb", false },
		{ "a zero width", "a\u200bb", false },
		{ "the line turned around", "a\u202eb", false },
		{ "no UTF-8", "a\xff", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, utf8_line(span_text(cases[i].text)), cases[i].line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hexadecimal_is_read_whole_or_not_at_all),
		cmocka_unit_test(base64_follows_the_vectors_of_rfc_4648),
		cmocka_unit_test(base64_has_one_text_for_each_value),
		cmocka_unit_test(percent_escapes_are_decoded_once),
		cmocka_unit_test(utf8_is_well_formed_or_refused),
		cmocka_unit_test(json_strings_are_written_canonically),
		cmocka_unit_test(escapes_are_found_wherever_they_stand),
		cmocka_unit_test(no_character_is_cut_in_two),
		cmocka_unit_test(hexadecimal_ends_where_its_bytes_do),
		cmocka_unit_test(characters_are_cut_one_by_one),
		cmocka_unit_test(of_a_character_cut_short_what_is_there_is_cut),
		cmocka_unit_test(characters_that_nobody_sees_are_known),
		cmocka_unit_test(variation_selectors_are_seen_where_they_select),
		cmocka_unit_test(lines_become_a_list),
		cmocka_unit_test(a_line_is_seen_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
