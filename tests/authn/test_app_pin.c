/* tests/authn/test_app_pin.c - the PIN of an app: drawn, chosen, kept. */
#include <string.h>

#include "expect.h"

#include "authn/app_pin.h"

#define NUMBER "7K3M-Q2XH-9D"

#define LONG \
	"abcdefg abcdefg hijklmn opqrstu vwxyzab cdefghi jklmnop qrstuvw xyzabcd efghijk lmnopqr stuvwxy zabcdef " \
	"ghijklm nopqrst uvwxyza "

static const struct { const char *title, *pin; enum err err; const char *part; } chosen[] = {
	{ "eight characters", "k7#mQ2xh", OK, "" },
	{ "eight of Japanese", "さくらもちはうまい", OK, "" },
	{ "digits in no order", "80351946", OK, "" },
	{ "128 bytes", LONG, OK, "" },
	{ "129 bytes", LONG "b", ERR_LIMIT, "at most 128 bytes, found 129" },
	{ "seven characters", "k7#mQ2x", ERR_LIMIT, "at least 8 characters, found 7" },
	{ "seven of Japanese in 21 bytes", "さくらもちうま", ERR_LIMIT, "at least 8 characters, found 7" },
	{ "nothing", "", ERR_LIMIT, "found 0" },
	{ "no UTF-8", "k7#mQ2x\xff", ERR_SYNTAX, "UTF-8" },
	{ "a character nobody sees", "k7#mQ2x\u200b", ERR_SYNTAX, "can be seen" },
	{ "one digit", "00000000", ERR_INVALID, "again and again" },
	{ "two letters again and again", "abababab", ERR_INVALID, "again and again" },
	{ "three", "123123123", ERR_INVALID, "again and again" },
	{ "a year twice", "19851985", ERR_INVALID, "again and again" },
	{ "one after the other", "12345678", ERR_INVALID, "a run of neighbours" },
	{ "past nine", "3456789012", ERR_INVALID, "a run of neighbours" },
	{ "down", "987654321", ERR_INVALID, "a run of neighbours" },
	{ "down past zero", "3210987654", ERR_INVALID, "a run of neighbours" },
	{ "letters in order", "abcdefgh", ERR_INVALID, "a run of neighbours" },
	{ "up and down is none", "12343212", OK, "" },
	{ "what everybody takes", "password", ERR_INVALID, "a common word" },
	{ "with a capital and a year", "Password2026", ERR_INVALID, "a common word" },
	{ "disguised", "p4$$w0rd!", ERR_INVALID, "a common word" },
	{ "two words", "dragonmonkey", ERR_INVALID, "a common word" },
	{ "three are many", "dragon monkey piano", OK, "" },
	{ "a word in more of one's own", "sakura to mizu", OK, "" },
	{ "in Japanese", "パスワード1234", ERR_INVALID, "a common word" },
	{ "a row of keys", "qwertyui", ERR_INVALID, "a walk over the keyboard" },
	{ "backwards", "poiuytrewq", ERR_INVALID, "a walk over the keyboard" },
	{ "columns of keys", "1qaz2wsx", ERR_INVALID, "a walk over the keyboard" },
	{ "two rows", "asdf1234", ERR_INVALID, "a walk over the keyboard" },
	{ "one character and a year", "aaaaaa85", ERR_INVALID, "with little around it" },
	{ "a birthday", "19850402", ERR_INVALID, "a date" },
	{ "as others write it", "02.04.1985", ERR_INVALID, "a date" },
	{ "in Japanese", "1985年04月02日", ERR_INVALID, "a date" },
	{ "no date", "19851402", OK, "" },
	{ "the number as it is written", "7K3M-Q2XH-9D", ERR_INVALID, "the number of the account" },
	{ "the number as it is typed", "7k3mq2xh9d", ERR_INVALID, "the number of the account" },
	{ "the number and more", "7k3mq2xh9d1", OK, "" },
	{ "most of the number", "7k3mq2xh", OK, "" },
};

static void
what_would_be_guessed_first_is_not_taken(void **state)
{
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(chosen); i++)
		expect_problem(chosen[i].title, app_pin_check(span_text(chosen[i].pin), NUMBER, &why), &why,
		    chosen[i].err, chosen[i].part);
}

static void
a_pin_is_kept_for_one_credential(void **state)
{
	const struct wrapping wrapping = { { 1 } }, other_secret = { { 2 } };
	const struct id account = { { 3 } }, credential = { { 4 } };
	const struct span pin = span_text("482913");
	uint8_t kept[APP_PIN_KEPT];

	(void)state;
	app_pin_keep(&wrapping, &account, &credential, pin, kept);
	expect_true("known again", app_pin_is(&wrapping, &account, &credential, pin, kept));
	expect_true("another PIN", !app_pin_is(&wrapping, &account, &credential, span_text("482914"), kept));
	expect_true("a part of it", !app_pin_is(&wrapping, &account, &credential, span_text("48291"), kept));
	expect_true("another account", !app_pin_is(&wrapping, &credential, &credential, pin, kept));
	expect_true("another credential", !app_pin_is(&wrapping, &account, &account, pin, kept));
	expect_true("another server's secret", !app_pin_is(&other_secret, &account, &credential, pin, kept));
	expect_true("the PIN itself is not kept", !memmem(kept, sizeof(kept), pin.data, pin.size));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_would_be_guessed_first_is_not_taken),
		cmocka_unit_test(a_pin_is_kept_for_one_credential),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
