/* tests/person/test_attribute.c - an account's attributes: rows, proofings taken over, what a person states. */
#include "person/rows.h"
#include "person/stage.h"

#include "person/attribute.h"

static const struct table *const tables[] = { &attribute_table, NULL };
static const struct id record = { { 1 } }, later_record = { { 2 } };
static const struct instant noon = { SECONDS(1000) }, later = { SECONDS(2000) };

#define BUSINESS PERSONA_BIT(PERSONA_BUSINESS)
#define PRIVATE PERSONA_BIT(PERSONA_PRIVATE)
#define ADMINISTRATIVE PERSONA_BIT(PERSONA_ADMINISTRATIVE)

static struct proofed_attribute
told(const char *name, const char *value)
{
	return (struct proofed_attribute){ name, span_text(value) };
}

/* "name=山田太郎 card abp|nickname=タロ self b" */
static const char *
attributes_text(struct arena *arena, const struct attributes *a)
{
	const char *text = "";

	for (size_t i = 0; i < a->count; i++) {
		const struct attribute *one = &a->list[i];

		text = arena_print(arena, "%s%s%s=%.*s %s %s%s%s", text, i ? "|" : "", one->kind->name,
		    SPAN_ARGS(one->value), attribute_source_name(one->source),
		    one->personas & ADMINISTRATIVE ? "a" : "", one->personas & BUSINESS ? "b" : "",
		    one->personas & PRIVATE ? "p" : "");
	}
	return text;
}

static struct attributes
of_a_card(void)
{
	struct proofed_attribute four[] = { told("address", "東京都千代田区1-1"), told("name", "山田太郎"),
		told("gender", "male"), told("birthdate", "1980-02-17") };
	struct attributes a = { .count = 0 };

	attributes_take(&a, four, COUNT(four), ATTRIBUTE_FROM_CARD, &record, noon);
	return a;
}

static bool
reads(struct span row)
{
	struct attributes a;

	return attributes_read(row, &a);
}

static void
a_row_says_all_there_is(void **state)
{
	struct arena arena = arena_init(1 * MIB);
	struct attributes a = of_a_card(), read;
	struct buffer b = buffer_init(64 * KIB);
	struct problem why;

	(void)state;
	expect_ok("stated",
	    attribute_state(&a, span_text("nickname"), span_text("タロ"), BUSINESS | PRIVATE, later, &why), &why);
	attributes_write(&b, &a);
	expect_only_whole("the attributes' row", buffer_span(&b), reads);
	expect_true("read", attributes_read(buffer_span(&b), &read));
	expect_text("the same", attributes_text(&arena, &read), "name=山田太郎 card a|nickname=タロ self bp|"
	    "birthdate=1980-02-17 card a|gender=male card a|address=東京都千代田区1-1 card a");
	expect_number("whose proofing", memcmp(&read.list[0].record, &record, sizeof(record)), 0);
	expect_number("when", read.list[0].at.us, noon.us);
	expect_number("and when this", read.list[1].at.us, later.us);
	buffer_release(&b);
	arena_release(&arena);
}

static void
a_row_that_breaks_the_rules_is_not_read(void **state)
{
	struct attributes a, good = of_a_card();
	static const struct {
		const char *title;
		unsigned personas;
		enum attribute_source source;
		size_t size;
	} cases[] = {
		{ "a proofed one that the administrative persona has not", BUSINESS, ATTRIBUTE_FROM_DESK, 4 },
		{ "a stated one that it has", ADMINISTRATIVE | PRIVATE, ATTRIBUTE_SELF_STATED, 4 },
		{ "a persona that is none", ADMINISTRATIVE | 1, ATTRIBUTE_FROM_CARD, 4 },
		{ "a persona of a later build", ADMINISTRATIVE | 16, ATTRIBUTE_FROM_CARD, 4 },
		{ "nobody's", ADMINISTRATIVE, ATTRIBUTE_OF_NOBODY, 4 },
		{ "a source of a later build", ADMINISTRATIVE, ATTRIBUTE_SELF_STATED + 1, 4 },
		{ "no value", ADMINISTRATIVE, ATTRIBUTE_FROM_CARD, 0 },
		{ "a value too long", ADMINISTRATIVE, ATTRIBUTE_FROM_CARD, ATTRIBUTE_LARGEST + 1 },
	};
	static const char value[ATTRIBUTE_LARGEST + 1] = "male";
	struct buffer b = buffer_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		a = good;
		a.list[2].personas = cases[i].personas;
		a.list[2].source = cases[i].source;
		a.list[2].value = span_of(value, cases[i].size);
		buffer_clear(&b);
		attributes_write(&b, &a);
		expect_true(cases[i].title, !reads(buffer_span(&b)));
	}
	a = good;
	a.list[0] = good.list[1];
	a.list[1] = good.list[0];
	buffer_clear(&b);
	attributes_write(&b, &a);
	expect_true("in another order", !reads(buffer_span(&b)));
	a.list[0] = a.list[1];
	buffer_clear(&b);
	attributes_write(&b, &a);
	expect_true("one twice", !reads(buffer_span(&b)));
	buffer_release(&b);
}

static void
rows_are_put_and_loaded(void **state)
{
	const struct id account = { { 7 } };
	struct attributes a = of_a_card(), read;
	struct problem why;
	struct unit *unit;
	struct stage s;
	struct ask ask = attributes_ask(&account);

	(void)state;
	stage_open(&s, tables);
	stage_load(&s, &ask, 1);
	expect_ok("without a row there are none", attributes_loaded(&s.arena, &ask, &read, &why), &why);
	expect_number("none", read.count, 0);
	unit = stage_unit(&s);
	attributes_put(unit, &account, &a);
	expect_number("put", stage_commit(&s, unit), OK);
	unit = stage_unit(&s);
	attributes_put(unit, &account, &a);
	expect_number("not as new again", stage_commit(&s, unit), ERR_CONFLICT);
	stage_load(&s, &ask, 1);
	expect_ok("loaded", attributes_loaded(&s.arena, &ask, &read, &why), &why);
	expect_number("four", read.count, 4);
	unit = stage_unit(&s);
	attributes_put(unit, &account, &read);
	expect_number("as it was loaded", stage_commit(&s, unit), OK);
	stage_strange(&s, &attribute_table, id_span(&account));
	stage_load(&s, &ask, 1);
	expect_problem("a row we cannot read", attributes_loaded(&s.arena, &ask, &read, &why), &why, ERR_UNAVAILABLE,
	    "does not know");
	stage_close(&s);
}

static void
a_new_proofing_replaces_and_says_what_changed(void **state)
{
	struct arena arena = arena_init(1 * MIB);
	struct attribute_change changes[ATTRIBUTES_LARGEST];
	struct attributes a = of_a_card();
	const struct span names[] = { span_text("address"), span_text("name") };
	struct proofed_attribute married[] = { told("name", "佐藤　太郎"), told("birthdate", "1980-02-17"),
		told("gender", "male"), told("address", "東京都千代田区１－１") };
	struct proofed_attribute abroad[] = { told("address", "") }, desk[] = { told("name", "佐藤太郎") };
	struct problem why;

	(void)state;
	expect_number("nothing new", attribute_changes(&a, &married[1], 2, changes), 0);
	expect_ok("shown at work", persona_choose(&a, PERSONA_BUSINESS, names, 2, &why), &why);
	expect_number("the name, and no other spelling of the address", attribute_changes(&a, married, 4, changes), 1);
	expect_text("which", changes[0].kind->name, "name");
	expect_span("before", changes[0].before, "山田太郎");
	expect_span("after", changes[0].after, "佐藤　太郎");
	attributes_take(&a, married, 4, ATTRIBUTE_FROM_CARD, &later_record, later);
	expect_text("as the certificate writes them, shown as before", attributes_text(&arena, &a),
	    "name=佐藤　太郎 card ab|birthdate=1980-02-17 card a|gender=male card a|address=東京都千代田区１－１ card ab");
	expect_number("of the new proofing", memcmp(&a.list[0].record, &later_record, sizeof(record)), 0);

	attributes_take(&a, desk, 1, ATTRIBUTE_FROM_DESK, &record, later);
	expect_number("one is gone", attribute_changes(&a, abroad, 1, changes), 1);
	expect_span("there was one", changes[0].before, "東京都千代田区１－１");
	expect_number("there is none", changes[0].after.size, 0);
	attributes_take(&a, abroad, 1, ATTRIBUTE_FROM_CARD, &later_record, later);
	expect_text("what was not told stays as it was", attributes_text(&arena, &a),
	    "name=佐藤太郎 desk ab|birthdate=1980-02-17 card a|gender=male card a");
	expect_number("none and none is no change", attribute_changes(&a, abroad, 1, changes), 0);
	arena_release(&arena);
}

static void
a_proofed_one_takes_a_stated_one_s_place_and_never_the_other_way(void **state)
{
	struct arena arena = arena_init(1 * MIB);
	struct attributes a = { .count = 0 };
	struct proofed_attribute name[] = { told("name", "山田太郎"), told("address", "") };
	struct problem why;

	(void)state;
	expect_ok("nobody proofed it", attribute_state(&a, span_text("name"), span_text("たろう"), PRIVATE, noon, &why),
	    &why);
	expect_ok("nor this", attribute_state(&a, span_text("address"), span_text("京都"), PRIVATE, noon, &why), &why);
	attributes_take(&a, name, 2, ATTRIBUTE_FROM_CARD, &record, later);
	expect_text("of what was not told the stated one stays", attributes_text(&arena, &a),
	    "name=山田太郎 card ap|address=京都 self p");
	expect_problem("proofed", attribute_state(&a, span_text("name"), span_text("たろう"), PRIVATE, noon, &why), &why,
	    ERR_CONFLICT, "name: it was proofed");
	expect_problem("nor taken away", attribute_unstate(&a, span_text("name"), &why), &why, ERR_CONFLICT,
	    "name: it was proofed");
	expect_ok("the stated one is", attribute_unstate(&a, span_text("address"), &why), &why);
	expect_text("as it was", attributes_text(&arena, &a), "name=山田太郎 card ap");
	expect_problem("once", attribute_unstate(&a, span_text("address"), &why), &why, ERR_NOT_FOUND, "no attribute");
	expect_problem("nor what there is not", attribute_unstate(&a, span_text("x"), &why), &why, ERR_NOT_FOUND,
	    "no attribute");
	arena_release(&arena);
}

static void
what_is_stated_has_its_form(void **state)
{
	static const struct {
		const char *title, *name, *value;
		unsigned personas;
		enum err err;
		const char *part;
	} cases[] = {
		{ "a nickname", "nickname", "タロ", BUSINESS, OK, "" },
		{ "in both", "organization", "情報 株式会社", BUSINESS | PRIVATE, OK, "" },
		{ "a telephone number", "phone_number", "+81 (3) 1234-5678", PRIVATE, OK, "" },
		{ "a web site", "website", "https://taro.example/a?b=c#d", PRIVATE, OK, "" },
		{ "a date", "birthdate", "2000-02-29", PRIVATE, OK, "" },
		{ "a name in kana", "name#ja-Kana-JP", "ヤマダ タロウ", PRIVATE, OK, "" },
		{ "no such name", "blood_type", "A", PRIVATE, ERR_NOT_FOUND, "no attribute of this name" },
		{ "no persona", "nickname", "タロ", 0, ERR_INVALID, "/personas: expected business" },
		{ "the administrative persona", "nickname", "タロ", ADMINISTRATIVE | PRIVATE, ERR_INVALID,
		    "/personas: expected business" },
		{ "nothing", "nickname", "", PRIVATE, ERR_INVALID, "/value: expected one line" },
		{ "blanks at its ends", "nickname", " a", PRIVATE, ERR_INVALID, "/value: expected one line" },
		{ "two lines", "nickname", "a\nb", PRIVATE, ERR_INVALID, "/value: expected one line" },
		{ "an invisible character", "nickname", "a\xe2\x80\x8b" "b", PRIVATE, ERR_INVALID, "invisible" },
		{ "no UTF-8", "nickname", "a\xff", PRIVATE, ERR_SYNTAX, "/value" },
		{ "an individual number", "nickname", "1234 5678 9018", PRIVATE, ERR_INVALID, "individual number" },
		{ "no telephone number", "phone_number", "090-1234-567x", PRIVATE, ERR_INVALID, "a telephone number" },
		{ "a plus within", "phone_number", "090+12345678", PRIVATE, ERR_INVALID, "a telephone number" },
		{ "too few digits", "phone_number", "110", PRIVATE, ERR_INVALID, "a telephone number" },
		{ "an unsafe address", "website", "javascript:alert(1)", PRIVATE, ERR_INVALID, "https://" },
		{ "an address without TLS", "website", "http://taro.example/", PRIVATE, ERR_INVALID, "https://" },
		{ "an address with quotes", "website", "https://taro.example/\"", PRIVATE, ERR_INVALID, "https://" },
		{ "an address that ends at once", "website", "https://", PRIVATE, ERR_INVALID, "https://" },
		{ "a day there was not", "birthdate", "2001-02-29", PRIVATE, ERR_INVALID, "a date" },
		{ "a month there is not", "birthdate", "2001-13-01", PRIVATE, ERR_INVALID, "a date" },
		{ "a day before the first", "birthdate", "2001-01-00", PRIVATE, ERR_INVALID, "a date" },
		{ "a date otherwise written", "birthdate", "2001/02/01", PRIVATE, ERR_INVALID, "a date" },
		{ "a short date", "birthdate", "2001-2-1", PRIVATE, ERR_INVALID, "a date" },
	};
	char text[102];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct attributes a = { .count = 0 };
		struct problem why;
		enum err err = attribute_state(&a, span_text(cases[i].name), span_text(cases[i].value),
		    cases[i].personas, noon, &why);

		expect_problem(cases[i].title, err, &why, cases[i].err, cases[i].part);
		expect_number(cases[i].title, a.count, err == OK);
		expect_true("the value is not told", err == OK || strlen(cases[i].value) < 9 ||
		    !strstr(why.text, cases[i].value));
	}
	memset(text, 'a', sizeof(text));
	for (size_t size = 100; size <= 101; size++) {
		struct attributes a = { .count = 0 };
		struct problem why;

		expect_problem("100 characters are the most", attribute_state(&a, span_text("nickname"),
		    span_of(text, size), PRIVATE, noon, &why), &why, size == 100 ? OK : ERR_INVALID,
		    "1 to 100 characters");
	}
}

static void
a_stated_one_is_said_anew(void **state)
{
	struct arena arena = arena_init(1 * MIB);
	struct attributes a = of_a_card();
	struct problem why;

	(void)state;
	expect_ok("said", attribute_state(&a, span_text("nickname"), span_text("a"), BUSINESS, noon, &why), &why);
	expect_ok("anew", attribute_state(&a, span_text("nickname"), span_text("b"), PRIVATE, later, &why), &why);
	expect_number("once", a.count, 5);
	expect_span("the last", attribute_find(&a, "nickname")->value, "b");
	expect_number("in that persona alone", attribute_find(&a, "nickname")->personas, PRIVATE);
	expect_true("what is not there", attribute_find(&a, "website") == NULL);
	arena_release(&arena);
}

static void
a_persona_shows_what_its_person_chose(void **state)
{
	const struct span two[] = { span_text("name"), span_text("address") }, one[] = { span_text("gender") };
	const struct span stated[] = { span_text("nickname") }, none[] = { span_text("name"), span_text("x") };
	struct arena arena = arena_init(1 * MIB);
	struct attributes a = of_a_card();
	struct problem why;

	(void)state;
	expect_ok("stated", attribute_state(&a, span_text("nickname"), span_text("t"), PRIVATE, noon, &why), &why);
	expect_ok("two", persona_choose(&a, PERSONA_BUSINESS, two, 2, &why), &why);
	expect_ok("one in private", persona_choose(&a, PERSONA_PRIVATE, one, 1, &why), &why);
	expect_text("chosen", attributes_text(&arena, &a), "name=山田太郎 card ab|nickname=t self p|birthdate=1980-02-17 "
	    "card a|gender=male card ap|address=東京都千代田区1-1 card ab");
	expect_ok("another choice", persona_choose(&a, PERSONA_BUSINESS, one, 1, &why), &why);
	expect_ok("none in private", persona_choose(&a, PERSONA_PRIVATE, NULL, 0, &why), &why);
	expect_text("in the place of the first", attributes_text(&arena, &a), "name=山田太郎 card a|nickname=t self p|"
	    "birthdate=1980-02-17 card a|gender=male card ab|address=東京都千代田区1-1 card a");
	expect_problem("what was stated", persona_choose(&a, PERSONA_PRIVATE, stated, 1, &why), &why, ERR_INVALID,
	    "/attributes/0: expected the name of a proofed");
	expect_problem("what there is not", persona_choose(&a, PERSONA_PRIVATE, none, 2, &why), &why, ERR_INVALID,
	    "/attributes/1");
	expect_true("changes nothing", attribute_find(&a, "name")->personas == ADMINISTRATIVE);
	expect_problem("the administrative one has all", persona_choose(&a, PERSONA_ADMINISTRATIVE, one, 1, &why), &why,
	    ERR_INVALID, "business or private");
	expect_problem("none at all", persona_choose(&a, PERSONA_NONE, one, 1, &why), &why, ERR_INVALID,
	    "business or private");
	arena_release(&arena);
}

static void
a_choice_tells_whether_it_reveals(void **state)
{
	const unsigned all = ADMINISTRATIVE | BUSINESS | PRIVATE;
	const struct span name[] = { span_text("name") }, two[] = { span_text("name"), span_text("address") };
	const struct span others[] = { span_text("nickname"), span_text("website"), span_text("x") };
	struct attributes a = of_a_card();
	struct problem why;

	(void)state;
	expect_ok("stated", attribute_state(&a, span_text("nickname"), span_text("t"), PRIVATE, noon, &why), &why);
	expect_ok("at work", persona_choose(&a, PERSONA_BUSINESS, name, 1, &why), &why);
	expect_true("nothing chosen", !persona_choice_reveals(&a, PERSONA_PRIVATE, NULL, 0, 0));
	expect_true("nothing proofed", !persona_choice_reveals(&a, PERSONA_PRIVATE, others, 3, 0));
	expect_true("shown at work", !persona_choice_reveals(&a, PERSONA_PRIVATE, name, 1, BUSINESS | PRIVATE));
	expect_true("where this one may not look", persona_choice_reveals(&a, PERSONA_PRIVATE, name, 1, PRIVATE));
	expect_true("kept as it was", !persona_choice_reveals(&a, PERSONA_BUSINESS, name, 1, 0));
	expect_true("the second", persona_choice_reveals(&a, PERSONA_BUSINESS, two, 2, BUSINESS | PRIVATE));
	expect_true("who sees all", !persona_choice_reveals(&a, PERSONA_PRIVATE, two, 2, all));
}

static void
kinds_and_personas_have_words(void **state)
{
	(void)state;
	for (size_t i = 0; attribute_kind_at(i); i++) {
		const struct attribute_kind *kind = attribute_kind_at(i);

		expect_true(kind->name, attribute_kind_find(span_text(kind->name)) == kind);
		expect_true("in both languages", kind->title.ja.size && kind->title.en.size);
		expect_true("bounded", kind->most && kind->most <= ATTRIBUTE_LARGEST);
	}
	for (int i = PERSONA_ADMINISTRATIVE; i < PERSONAS; i++)
		expect_number("read again", persona_read(span_text(persona_name((enum persona)i))), i);
	expect_number("none", persona_read(span_text("none")), PERSONA_NONE);
	expect_number("nothing", persona_read(span_text("")), PERSONA_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_says_all_there_is),
		cmocka_unit_test(a_row_that_breaks_the_rules_is_not_read),
		cmocka_unit_test(rows_are_put_and_loaded),
		cmocka_unit_test(a_new_proofing_replaces_and_says_what_changed),
		cmocka_unit_test(a_proofed_one_takes_a_stated_one_s_place_and_never_the_other_way),
		cmocka_unit_test(what_is_stated_has_its_form),
		cmocka_unit_test(a_stated_one_is_said_anew),
		cmocka_unit_test(a_persona_shows_what_its_person_chose),
		cmocka_unit_test(a_choice_tells_whether_it_reveals),
		cmocka_unit_test(kinds_and_personas_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
