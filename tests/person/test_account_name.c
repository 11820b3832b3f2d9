/* tests/person/test_account_name.c - numbers and addresses however they are typed. */
#include "person/stage.h"

#include "person/account.h"

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DOMAIN189 LABEL63 "." LABEL63 "." LABEL63 "x" /* its last label is one too long */

static const struct table *const tables[] = { &account_name_table, NULL };

static void
one_name_has_many_spellings(void **state)
{
	static const struct { const char *title, *a, *b; bool same; } cases[] = {
		{ "without hyphens", "7K3M-Q2XH-9D", "7K3MQ2XH9D", true },
		{ "in lower case", "7K3M-Q2XH-9D", "7k3m-q2xh-9d", true },
		{ "with blanks", "7K3M-Q2XH-9D", "  7K3M Q2XH 9D ", true },
		{ "hyphens elsewhere", "7K3M-Q2XH-9D", "7K-3MQ2-XH9-D", true },
		{ "I and L for 1", "1111-1111-1D", "IiLl-1I1L-lD", true },
		{ "O for 0", "0K3M-Q2XH-90", "OK3M-Q2XH-9o", true },
		{ "full width", "7K3M-Q2XH-9D", "７Ｋ３Ｍ－Ｑ２ＸＨ－９ｄ", true },
		{ "wide blanks", "7K3M-Q2XH-9D", "7K3M　Q2XH　9D", true },
		{ "another letter", "7K3M-Q2XH-9D", "7K3M-Q2XH-9E", false },
		{ "a domain in capitals", "taro@mail.example", "taro@MAIL.Example", true },
		{ "a local part in capitals", "taro@mail.example", "Taro@mail.example", true },
		{ "an address with blanks around", "taro@mail.example", " taro@mail.example\t", true },
		{ "an address at full width", "taro@mail.example", "ｔａｒｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ", true },
		{ "another mailbox", "taro@mail.example", "taro+a@mail.example", false },
		{ "dots in it count", "taro@mail.example", "t.aro@mail.example", false },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span one = account_name_key(&a, span_text(cases[i].a));
		struct span other = account_name_key(&a, span_text(cases[i].b));

		expect_number(cases[i].title, one.size, 32);
		expect_number(cases[i].title, other.size, 32);
		expect_number(cases[i].title, span_equal(one, other), cases[i].same);
	}
	arena_release(&a);
}

static void
what_is_neither_has_no_key(void **state)
{
	static const struct { const char *title, *typed; } cases[] = {
		{ "nothing", "" },
		{ "blanks", " 　" },
		{ "a letter short", "7K3M-Q2XH-9" },
		{ "a letter more", "7K3M-Q2XH-9DD" },
		{ "a letter that numbers have not", "7K3M-Q2XH-9U" },
		{ "a sign", "7K3M_Q2XH_9D" },
		{ "a name", "山田太郎" },
		{ "an individual number is too long for one", "123456789018" },
		{ "no domain", "taro@" },
		{ "nobody", "@mail.example" },
		{ "a domain of one label", "taro@localhost" },
		{ "an empty label", "taro@mail..example" },
		{ "a dot at the end", "taro@mail.example." },
		{ "a label that begins with a hyphen", "taro@-mail.example" },
		{ "a label that ends with one", "taro@mail-.example" },
		{ "two signs", "a@b@mail.example" },
		{ "a quoted name", "\"ta ro\"@mail.example" },
		{ "a blank in it", "ta ro@mail.example" },
		{ "a line's end", "taro@mail.example\r\nBcc: x@y.example" },
		{ "letters of another script", "太郎@mail.example" },
		{ "a label too long", "taro@" DOMAIN189 ".example" },
		{ "a name too long", LABEL63 "aa@mail.example" },
		{ "an address too long", LABEL63 "@" LABEL63 "." LABEL63 "." LABEL63 },
		{ "no UTF-8", "taro\xff@mail.example" },
	};
	struct arena a = arena_init(1 * MIB);
	uint8_t *much = arena_take(&a, 100 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, account_name_key(&a, span_text(cases[i].typed)).size, 0);
	memset(much, 'a', 100 * KIB);
	expect_number("much", account_name_key(&a, span_of(much, 100 * KIB)).size, 0);
	/* One character of three bytes becomes 33. */
	for (size_t i = 0; i < 250; i++)
		memcpy(much + 3 * i, "\xef\xb7\xba", 3);
	expect_number("what becomes much", account_name_key(&a, span_of(much, 750)).size, 0);
	expect_number("and no address", contact_address_read(&a, span_of(much, 750)).size, 0);
	arena_release(&a);
}

static void
addresses_are_kept_as_typed_in_plain_letters(void **state)
{
	static const struct { const char *title, *typed, *kept; } cases[] = {
		{ "as it is", "Taro.Yamada+bank@Mail.Example", "Taro.Yamada+bank@Mail.Example" },
		{ "blanks around", " taro@mail.example　", "taro@mail.example" },
		{ "full width", "ｔａｒｏ＠ｍａｉｌ．ｅｘａｍｐｌｅ", "taro@mail.example" },
		{ "dots of a carrier's", "ta..ro.@docomo.example", "ta..ro.@docomo.example" },
		{ "all the signs there are", "!#$%&'*+-/=?^_`{|}~@a.b", "!#$%&'*+-/=?^_`{|}~@a.b" },
		{ "as long as they may be", LABEL63 "a@" LABEL63 "." LABEL63 ".example",
		    LABEL63 "a@" LABEL63 "." LABEL63 ".example" },
		{ "a number is none", "7K3M-Q2XH-9D", "" },
		{ "a head's line is none", "a@b.example\nTo: c@d.example", "" },
		{ "NUL is none", "", "" },
	};
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_span(cases[i].title, contact_address_read(&a, span_text(cases[i].typed)), cases[i].kept);
	expect_number("NUL in it", contact_address_read(&a, span_of("a\0b@c.example", 13)).size, 0);
	arena_release(&a);
}

static void
a_name_is_one_account_s(void **state)
{
	struct stage s;
	struct id one = { { 1 } }, other = { { 2 } }, found;
	struct span key;
	struct problem why;
	struct unit *unit;
	uint64_t generation;
	struct ask ask;

	(void)state;
	stage_open(&s, tables);
	key = account_name_key(&s.arena, span_text("taro@mail.example"));
	ask = account_name_ask(&s.arena, span_text("taro@mail.example"));
	stage_load(&s, &ask, 1);
	expect_problem("nobody's", account_name_loaded(&ask, &found, &generation, &why), &why, ERR_NOT_FOUND,
	    "no account");
	unit = stage_unit(&s);
	account_name_put(unit, key, &one, 0);
	expect_number("put", stage_commit(&s, unit), OK);
	unit = stage_unit(&s);
	account_name_put(unit, key, &other, 0);
	expect_number("not a second time", stage_commit(&s, unit), ERR_CONFLICT);
	stage_load(&s, &ask, 1);
	expect_ok("found", account_name_loaded(&ask, &found, &generation, &why), &why);
	expect_number("the first's", memcmp(&found, &one, sizeof(one)), 0);
	stage_strange(&s, &account_name_table, key);
	stage_load(&s, &ask, 1);
	expect_problem("a row we cannot read", account_name_loaded(&ask, &found, &generation, &why), &why,
	    ERR_UNAVAILABLE, "does not know");
	ask = account_name_ask(&s.arena, span_text("neither"));
	stage_load(&s, &ask, 1);
	expect_problem("what is no name is nobody's", account_name_loaded(&ask, &found, &generation, &why), &why,
	    ERR_NOT_FOUND, "no account");
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_name_has_many_spellings),
		cmocka_unit_test(what_is_neither_has_no_key),
		cmocka_unit_test(addresses_are_kept_as_typed_in_plain_letters),
		cmocka_unit_test(a_name_is_one_account_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
