/* tests/http/test_oauth_error.c - what a description of OAuth's may hold. */
#include "expect.h"

#include "http/oauth_error.h"

static const struct {
	const char *title, *text, *written;
} descriptions[] = {
	{ "plain words stay", "the code has expired", "the code has expired" },
	{ "nothing is nothing", "", "" },
	{ "both ends of what is allowed", " ~", " ~" },
	{ "a quotation mark would end it", "found \"a\"", "found 'a'" },
	{ "a backslash would escape", "a\\b", "a?b" },
	{ "a line's end would begin a field of the head", "a\r\nb", "a??b" },
	{ "what a terminal obeys", "a\x1b[0m\x7f", "a?[0m?" },
	{ "a character of three bytes is one mark", "氏名", "??" },
	{ "and stands apart from the letters around it", "a\xc3\xa9z", "a?z" },
	{ "what goes on without a beginning is one mark", "\x80\x80" "a", "?a" },
	{ "nor can one that is cut short swallow what follows", "\xe6" "a\xe6", "?a?" },
};

static void
descriptions_hold_what_the_standard_allows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(descriptions); i++) {
		struct buffer b = buffer_init(KIB);

		oauth_write_description(&b, span_text(descriptions[i].text));
		expect_span(descriptions[i].title, buffer_span(&b), descriptions[i].written);
		buffer_release(&b);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptions_hold_what_the_standard_allows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
