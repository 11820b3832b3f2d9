/* tests/jpki/test_attributes.c - what a certificate says of its holder, what follows from it, and what is none. */
#include "expect.h"

#include "crypto/der_maker.h"
#include "jpki/attributes.h"

#define TYPES "1.2.392.200149.8.5.5"
#define SECRET "秘密" /* must stand in no sentence */

static struct arena memory;

static struct span
attribute(const char *type, uint8_t tag, const char *value)
{
	struct arena *a = &memory;

	return WRAP(a, DER_CONTEXT(0), oid(a, type), wrap(a, DER_CONTEXT(0), text_of(a, tag, value)));
}

static struct x509
with_names(struct span names)
{
	struct x509 x = { 0 };

	x.subject_names.value = wrap(&memory, DER_SEQUENCE, names);
	return x;
}

static struct x509
with_one(const char *number, const char *value)
{
	return with_names(attribute(arena_print(&memory, TYPES ".%s", number), DER_UTF8_STRING, value));
}

static void
a_cards_attributes_are_read(void **state)
{
	struct arena *a = &memory;
	struct x509 x = with_names(JOIN(a, attribute(TYPES ".1", DER_UTF8_STRING, "見本　花子"),
	    attribute(TYPES ".4", DER_UTF8_STRING, "319800217"), attribute(TYPES ".3", DER_UTF8_STRING, "2"),
	    attribute(TYPES ".5", DER_UTF8_STRING, "東京都清瀬市見本町１－２"),
	    attribute(TYPES ".2", DER_UTF8_STRING, "00010"), attribute(TYPES ".6", DER_UTF8_STRING, "000000000000")));
	struct jpki_attributes found;
	struct problem why;
	char born[11];

	(void)state;
	expect_ok("they are read in a card's order", jpki_attributes_read(&x, &found, &why), &why);
	expect_span("the name as it stands", found.name, "見本　花子");
	expect_span("the address as it stands", found.address, "東京都清瀬市見本町１－２");
	expect_text("the date of birth", jpki_birth_text(&found.born, born), "1980-02-17");
	expect_number("its era", found.born.era, 3);
	expect_number("the sex", found.sex, SEX_FEMALE);
	expect_span("one character of the name stands for another", found.name_substituted, "00010");
	expect_true("which is clear", !found.substitution_unclear);
	expect_number("nothing else is there", found.other_count, 0);
	expect_true("they are there", jpki_attributes_there(&x));
}

static void
each_has_its_form(void **state)
{
	static const struct {
		const char *title, *number, *value;
		enum err err;
		const char *told;
	} cases[] = {
		{ "a date", "4", "419900401", OK, "" },
		{ "a leap day", "4", "520200229", OK, "" },
		{ "no leap day", "4", "520210229", ERR_INVALID, "date of birth is in no calendar" },
		{ "1900 had none", "4", "119000229", ERR_INVALID, "date of birth is in no calendar" },
		{ "a leap day of a year that is not told", "4", "000000229", OK, "" },
		{ "a day of a month that is not told", "4", "319800031", OK, "" },
		{ "a day 32", "4", "319800032", ERR_INVALID, "date of birth" },
		{ "31 April", "4", "319800431", ERR_INVALID, "date of birth" },
		{ "a month 13", "4", "319801301", ERR_INVALID, "date of birth" },
		{ "a year alone", "4", "319800000", OK, "" },
		{ "nothing known of it", "4", "400000000", OK, "" },
		{ "an era to come", "4", "620500101", OK, "" },
		{ "an era as a letter", "4", "S19800217", ERR_SYNTAX, "date of birth is not nine digits" },
		{ "eight digits", "4", "19800217", ERR_SYNTAX, "nine digits" },
		{ "ten", "4", "3198002170", ERR_SYNTAX, "nine digits" },
		{ "a sign", "4", "-19800217", ERR_SYNTAX, "nine digits" },
		{ "wide digits", "4", "３１９", ERR_SYNTAX, "nine digits" },
		{ "no date", "4", "", ERR_SYNTAX, "nine digits" },
		{ "a sex", "3", "1", OK, "" },
		{ "none told", "3", "3", OK, "" },
		{ "none told, otherwise", "3", "9", OK, "" },
		{ "two digits", "3", "12", ERR_SYNTAX, "sex is not one digit" },
		{ "a word", "3", SECRET, ERR_SYNTAX, "sex is not one digit" },
		{ "no sex", "3", "", ERR_SYNTAX, "sex is not one digit" },
		{ "a name cut within a character", "1", SECRET "\xe3\x81", ERR_SYNTAX, "name is not a text in UTF-8" },
		{ "an address of surrogates", "5", SECRET "\xed\xa0\x80", ERR_SYNTAX,
			"address is not a text in UTF-8" },
		{ "an empty name", "1", "", OK, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct x509 x = with_one(cases[i].number, cases[i].value);
		struct jpki_attributes found;
		struct problem why = { 0 };

		expect_problem(cases[i].title, jpki_attributes_read(&x, &found, &why), &why, cases[i].err,
		    cases[i].told);
		expect_true("no sentence holds a value", !strstr(why.text, SECRET) &&
		    (cases[i].err == OK || cases[i].value[0] == '\0' || !strstr(why.text, cases[i].value)));
	}
}

static void
sexes_are_two_or_none(void **state)
{
	static const struct {
		const char *value;
		enum holder_sex sex;
	} cases[] = { { "1", SEX_MALE }, { "2", SEX_FEMALE }, { "3", SEX_UNSPECIFIED }, { "9", SEX_UNSPECIFIED },
		{ "0", SEX_UNSPECIFIED } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct x509 x = with_one("3", cases[i].value);
		struct jpki_attributes found;

		expect_number(cases[i].value, jpki_attributes_read(&x, &found, NULL), OK);
		expect_number("it is", found.sex, cases[i].sex);
	}
}

static void
names_of_other_kinds(void **state)
{
	struct arena *a = &memory;
	const struct {
		const char *title;
		struct span names;
		enum err err;
		const char *told;
		size_t others;
	} cases[] = {
		{ "a host and a URI are passed over", JOIN(a, text_of(a, DER_PRIMITIVE(2), "a.example"),
			text_of(a, DER_PRIMITIVE(6), "http://x/"), attribute(TYPES ".3", DER_UTF8_STRING, "1")), OK, "",
			    0 },
		{ "what is under another root, too", attribute("1.3.6.1.4.1.311.20.2.3", DER_UTF8_STRING, "a@b"), OK,
			"", 0 },
		{ "the root itself is none", attribute(TYPES, DER_UTF8_STRING, "a"), OK, "", 0 },
		{ "a name's reading to come is kept", attribute(TYPES ".7", DER_UTF8_STRING, "みほん"), OK, "", 1 },
		{ "something deeper", attribute(TYPES ".1.1", DER_UTF8_STRING, "a"), OK, "", 1 },
		{ "a large number", attribute(TYPES ".300", DER_UTF8_STRING, "a"), OK, "", 1 },
		{ "zero", attribute(TYPES ".0", DER_UTF8_STRING, "a"), OK, "", 1 },
		{ "what is no text", attribute(TYPES ".8", DER_OCTET_STRING, "a"), OK, "", 1 },
		{ "a name in another type", attribute(TYPES ".1", DER_PRINTABLE_STRING, "a"), ERR_SYNTAX,
			"name is not a text in UTF-8", 0 },
		{ "a name twice", JOIN(a, attribute(TYPES ".1", DER_UTF8_STRING, "a"),
			attribute(TYPES ".1", DER_UTF8_STRING, "a")), ERR_INVALID, "name stands twice", 0 },
		{ "a date twice, the first a bad one", JOIN(a, attribute(TYPES ".4", DER_UTF8_STRING, "400000000"),
			attribute(TYPES ".4", DER_UTF8_STRING, "319800217")), ERR_INVALID, "date of birth stands twice",
			    0 },
		{ "one we do not know twice", JOIN(a, attribute(TYPES ".7", DER_UTF8_STRING, "a"),
			attribute(TYPES ".7", DER_UTF8_STRING, "b")), ERR_INVALID, "stands twice", 0 },
		{ "two texts in one", WRAP(a, DER_CONTEXT(0), oid(a, TYPES ".1"), WRAP(a, DER_CONTEXT(0),
			text_of(a, DER_UTF8_STRING, "a"), text_of(a, DER_UTF8_STRING, "b"))), ERR_SYNTAX, "name is not",
			    0 },
		{ "names that end within one", hex(a, "8205"), ERR_SYNTAX, "not DER of names", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct x509 x = with_names(cases[i].names);
		struct jpki_attributes found;
		struct problem why = { 0 };

		expect_problem(cases[i].title, jpki_attributes_read(&x, &found, &why), &why, cases[i].err,
		    cases[i].told);
		expect_number("kept", found.other_count, cases[i].others);
		expect_true("of what is wrong nothing is", cases[i].err == OK ||
		    (found.name.size == 0 && !found.born.year));
		expect_true("whether there are any is seen without reading", i > 2 || jpki_attributes_there(&x) ==
		    (i == 0));
	}
}

static void
what_is_not_known_is_kept_as_it_is(void **state)
{
	struct x509 x = with_names(JOIN(&memory, attribute(TYPES ".7", DER_UTF8_STRING, "みほん　はなこ"),
	    attribute(TYPES ".8", DER_OCTET_STRING, "bytes")));
	struct jpki_attributes found;
	struct span many = { 0 };
	struct problem why;

	(void)state;
	expect_ok("both are kept", jpki_attributes_read(&x, &found, &why), &why);
	expect_text("by type", oid_text(&memory, found.others[0].oid), TYPES ".7");
	expect_span("as text", found.others[0].value, "みほん　はなこ");
	expect_span("what is no text without one", found.others[1].value, "");
	for (size_t i = 0; i <= JPKI_OTHER_ATTRIBUTES; i++)
		many = JOIN(&memory, many, attribute(arena_print(&memory, TYPES ".%zu", i + 7), DER_UTF8_STRING, "a"));
	x = with_names(many);
	expect_problem("more than there can be are refused", jpki_attributes_read(&x, &found, &why), &why, ERR_LIMIT,
	    "more than 16 attributes");
}

static void
a_certificate_without_says_nothing(void **state)
{
	struct jpki_attributes found;
	struct x509 x = { 0 };
	struct problem why;

	(void)state;
	expect_ok("no names at all", jpki_attributes_read(&x, &found, &why), &why);
	expect_true("nothing is there", found.name.size == 0 && found.born.year == 0 && found.sex == SEX_UNSPECIFIED);
	expect_true("and none are seen", !jpki_attributes_there(&x));
	x.subject_names.value = hex(&memory, "0500");
	expect_problem("what are no names", jpki_attributes_read(&x, &found, &why), &why, ERR_SYNTAX,
	    "not DER of names");
	expect_true("hold none", !jpki_attributes_there(&x));
}

static void
substitutions_are_told_or_unclear(void **state)
{
	static const struct {
		const char *title, *name, *flags;
		bool unclear;
	} cases[] = {
		{ "one for each character", "見本　花子", "00010", false },
		{ "characters beyond the first plane are one each", "𠮟る", "10", false },
		{ "one more", "見本", "000", true },
		{ "one less", "見本", "0", true },
		{ "other digits", "見本", "02", true },
		{ "no digits", "見本", "xx", true },
		{ "none", "見本", "", false },
		{ "none of nothing", "", "", false },
		{ "some of nothing", "", "0", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span both = JOIN(&memory, attribute(TYPES ".1", DER_UTF8_STRING, cases[i].name),
		    attribute(TYPES ".2", DER_UTF8_STRING, cases[i].flags));
		struct span address = JOIN(&memory, attribute(TYPES ".6", DER_UTF8_STRING, cases[i].flags),
		    attribute(TYPES ".5", DER_UTF8_STRING, cases[i].name));
		struct x509 x = with_names(both), y = with_names(address);
		struct jpki_attributes found;

		expect_number("never refused", jpki_attributes_read(&x, &found, NULL), OK);
		expect_number(cases[i].title, found.substitution_unclear, cases[i].unclear);
		expect_number("in an address neither", jpki_attributes_read(&y, &found, NULL), OK);
		expect_number(cases[i].title, found.substitution_unclear, cases[i].unclear);
	}
}

static void
ages_are_known_or_not(void **state)
{
	static const struct {
		const char *title;
		struct birth_date born;
		unsigned years;
		const char *now; /* 15:00Z is midnight in Japan */
		int over;
	} cases[] = {
		{ "the day before the 18th birthday", { 4, 2008, 11, 22 }, 18, "2026-11-21T14:59:59Z", 0 },
		{ "as it begins in Japan", { 4, 2008, 11, 22 }, 18, "2026-11-21T15:00:00Z", 1 },
		{ "years later", { 3, 1980, 2, 17 }, 20, "2026-11-22T00:00:00Z", 1 },
		{ "years before", { 5, 2020, 1, 1 }, 18, "2026-11-22T00:00:00Z", 0 },
		{ "the last day of a year", { 4, 2008, 12, 31 }, 18, "2026-12-30T15:00:00Z", 1 },
		{ "the last month of a year", { 4, 2008, 12, 1 }, 18, "2026-11-30T14:59:59Z", 0 },
		{ "born on a leap day, February's last", { 4, 2008, 2, 29 }, 18, "2026-02-28T14:59:59Z", 0 },
		{ "as March begins", { 4, 2008, 2, 29 }, 18, "2026-02-28T15:00:00Z", 1 },
		{ "in a leap year", { 4, 2008, 2, 29 }, 20, "2028-02-28T15:00:00Z", 1 },
		{ "the day before in a leap year", { 4, 2008, 2, 29 }, 20, "2028-02-28T14:59:59Z", 0 },
		{ "over nothing as one is born", { 5, 2026, 11, 22 }, 0, "2026-11-22T00:00:00Z", 1 },
		{ "who is not yet born", { 5, 2027, 1, 1 }, 0, "2026-11-22T00:00:00Z", 0 },
		{ "an age nobody reaches", { 3, 1980, 2, 17 }, 4000000000u, "2026-11-22T00:00:00Z", 0 },
		{ "no day", { 3, 1950, 2, 0 }, 18, "2026-11-22T00:00:00Z", -1 },
		{ "no month", { 3, 1950, 0, 0 }, 18, "2026-11-22T00:00:00Z", -1 },
		{ "no year", { 3, 0, 2, 17 }, 18, "2026-11-22T00:00:00Z", -1 },
		{ "nothing", { 0, 0, 0, 0 }, 18, "2026-11-22T00:00:00Z", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct instant now;

		expect_true("a time", instant_read(span_text(cases[i].now), &now));
		expect_number(cases[i].title, jpki_age_over(&cases[i].born, cases[i].years, now), cases[i].over);
	}
}

static void
birth_dates_are_written_when_complete(void **state)
{
	static const struct {
		struct birth_date born;
		const char *text;
	} cases[] = { { { 3, 1980, 2, 17 }, "1980-02-17" }, { { 1, 1868, 10, 3 }, "1868-10-03" },
	    { { 3, 1980, 2, 0 }, "" },
		{ { 3, 1980, 0, 17 }, "" }, { { 3, 0, 2, 17 }, "" }, { { 0, 0, 0, 0 }, "" } };
	char text[11];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_text("a date", jpki_birth_text(&cases[i].born, text), cases[i].text);
}

static void
prefectures_are_47(void **state)
{
	static const struct {
		const char *address, *prefecture; /* "": unknown */
	} cases[] = {
		{ "東京都清瀬市見本町１－２", "東京都" }, { "北海道札幌市中央区", "北海道" }, { "神奈川県横浜市", "神奈川県" },
		{ "和歌山県和歌山市", "和歌山県" }, { "鹿児島県", "鹿児島県" }, { "京都府京都市", "京都府" },
		{ "大阪府大阪市", "大阪府" }, { "沖縄県那覇市", "沖縄県" }, { "清瀬市見本町", "" }, { "京都市", "" },
		{ "東京", "" }, { "Tokyo-to", "" }, { "", "" }, { " 東京都", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span found;

		expect_number(cases[i].address, jpki_prefecture(span_text(cases[i].address), &found),
		    cases[i].prefecture[0] != '\0');
		expect_span("is in", found, cases[i].prefecture);
	}
}

static void
texts_are_compared_as_people_read_them(void **state)
{
	static const struct {
		const char *title, *a, *b;
		bool same;
	} cases[] = {
		{ "the same", "見本　花子", "見本　花子", true },
		{ "a narrow blank for a wide one", "見本　花子", "見本 花子", true },
		{ "two blanks for one", "見本 花子", "見本  花子", true },
		{ "blanks at the edges", " 見本 花子　", "見本 花子", true },
		{ "a blank that does not break", "見本\xc2\xa0花子", "見本 花子", true },
		{ "no blank for one", "見本花子", "見本 花子", false },
		{ "wide digits and hyphens for narrow ones", "１－２", "1-2", true },
		{ "narrow kana for wide ones", "ﾐﾎﾝ", "ミホン", true },
		{ "a mark apart from its letter", "か\xe3\x82\x99", "が", true },
		{ "a mark at another letter", "き\xe3\x82\x99", "が", false },
		{ "a form of a character that is another", "髙橋", "高橋", false },
		{ "another name", "見本　花子", "見本　太郎", false },
		{ "the beginning of it", "見本", "見本　花子", false },
		{ "nothing and nothing", "", "", false },
		{ "blanks and blanks", " ", "　", false },
		{ "nothing and something", "", "見本", false },
		{ "what is no text, twice", "\xe3\x81", "\xe3\x81", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].title, jpki_text_same(span_text(cases[i].a), span_text(cases[i].b)),
		    cases[i].same);
		expect_number("the other way round", jpki_text_same(span_text(cases[i].b), span_text(cases[i].a)),
		    cases[i].same);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cards_attributes_are_read),
		cmocka_unit_test(each_has_its_form),
		cmocka_unit_test(sexes_are_two_or_none),
		cmocka_unit_test(names_of_other_kinds),
		cmocka_unit_test(what_is_not_known_is_kept_as_it_is),
		cmocka_unit_test(a_certificate_without_says_nothing),
		cmocka_unit_test(substitutions_are_told_or_unclear),
		cmocka_unit_test(ages_are_known_or_not),
		cmocka_unit_test(birth_dates_are_written_when_complete),
		cmocka_unit_test(prefectures_are_47),
		cmocka_unit_test(texts_are_compared_as_people_read_them),
	};
	int failed;

	memory = arena_init(16 * MIB);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&memory);
	return failed;
}
