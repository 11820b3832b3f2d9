/* tests/person/test_likeness.c - who looks like whom, and the accounts that do. */
#include "person/stage.h"

#include "person/likeness.h"

static const struct table *const tables[] = { &likeness_table, NULL };
static const struct wrapping wrapping = { { 1, 2, 3 } }, other_wrapping = { { 3, 2, 1 } };

/* name, birthdate, gender, address; NULL: it is not told. */
static struct attributes
of(const char *name, const char *birthdate, const char *gender, const char *address)
{
	const struct { const char *kind, *value; } four[] = { { "name", name }, { "birthdate", birthdate },
		{ "gender", gender }, { "address", address } };
	struct attributes a = { .count = 0 };

	for (size_t i = 0; i < COUNT(four); i++)
		if (four[i].value)
			attributes_take(&a, &(struct proofed_attribute){ four[i].kind, span_text(four[i].value) }, 1,
			    ATTRIBUTE_FROM_CARD, &(struct id){ { 1 } }, (struct instant){ 1 });
	return a;
}

static void
people_look_alike_by_four_attributes_however_they_are_written(void **state)
{
	static const struct { const char *title, *four[4]; bool alike; } cases[] = {
		{ "the same", { "山田　太郎", "1980-02-17", "male", "東京都千代田区1-1" }, true },
		{ "another width", { "山田 太郎", "1980-02-17", "male", "東京都千代田区１－１" }, true },
		{ "another name", { "山田　次郎", "1980-02-17", "male", "東京都千代田区1-1" }, false },
		{ "another day", { "山田　太郎", "1980-02-18", "male", "東京都千代田区1-1" }, false },
		{ "another sex", { "山田　太郎", "1980-02-17", "female", "東京都千代田区1-1" }, false },
		{ "another address", { "山田　太郎", "1980-02-17", "male", "東京都千代田区1-2" }, false },
		{ "no address", { "山田　太郎", "1980-02-17", "male", NULL }, false },
	};
	struct attributes a = of("山田　太郎", "1980-02-17", "male", "東京都千代田区1-1"), b;
	struct likeness one, other;

	(void)state;
	expect_true("known", likeness_of(&wrapping, &a, &one));
	for (size_t i = 0; i < COUNT(cases); i++) {
		b = of(cases[i].four[0], cases[i].four[1], cases[i].four[2], cases[i].four[3]);
		expect_true(cases[i].title, likeness_of(&wrapping, &b, &other));
		expect_number(cases[i].title, memcmp(one.key, other.key, sizeof(one.key)) == 0, cases[i].alike);
	}
	expect_true("known", likeness_of(&other_wrapping, &a, &other));
	expect_true("another server cannot compare", memcmp(one.key, other.key, sizeof(one.key)) != 0);
	b = of("a", "b", NULL, NULL);
	expect_true("two are enough", likeness_of(&wrapping, &b, &one));
	b = of("ab", "", NULL, NULL);
	expect_true("a name alone is not", !likeness_of(&wrapping, &b, &other));
	b = of(NULL, "1980-02-17", "male", "a");
	expect_true("nor all but the name", !likeness_of(&wrapping, &b, &other));
	b = of("a", "b", "c", NULL);
	expect_true("one", likeness_of(&wrapping, &b, &one));
	b = of("a", "b", NULL, "c");
	expect_true("another", likeness_of(&wrapping, &b, &other));
	expect_true("what stands where it counts", memcmp(one.key, other.key, sizeof(one.key)) != 0);
}

static void
what_people_state_looks_like_nobody(void **state)
{
	struct attributes a = of(NULL, "1980-02-17", "male", NULL);
	struct likeness l;
	struct problem why;

	(void)state;
	expect_ok("stated", attribute_state(&a, span_text("name"), span_text("山田太郎"), PERSONA_BIT(PERSONA_PRIVATE),
	    (struct instant){ 1 }, &why), &why);
	expect_true("is not proofed", !likeness_of(&wrapping, &a, &l));
}

static void
accounts_come_and_go(void **state)
{
	const struct id one = { { 1 } }, two = { { 2 } };
	struct attributes a = of("山田太郎", "1980-02-17", "male", "東京都");
	struct likeness l;
	struct problem why;
	struct unit *unit;
	struct stage s;
	struct ask ask;

	(void)state;
	stage_open(&s, tables);
	expect_true("known", likeness_of(&wrapping, &a, &l));
	ask = likeness_ask(&l);
	stage_load(&s, &ask, 1);
	expect_ok("nobody", likeness_loaded(&ask, &l, &why), &why);
	expect_number("none", l.count, 0);
	unit = stage_unit(&s);
	expect_ok("the first", likeness_add(unit, &l, &one, &why), &why);
	expect_number("put", stage_commit(&s, unit), OK);

	l.count = 0;
	l.generation = 0;
	unit = stage_unit(&s);
	expect_ok("beside it, at one time", likeness_add(unit, &l, &two, &why), &why);
	expect_number("has to look again", stage_commit(&s, unit), ERR_CONFLICT);
	stage_load(&s, &ask, 1);
	expect_ok("loaded", likeness_loaded(&ask, &l, &why), &why);
	expect_number("one", l.count, 1);
	unit = stage_unit(&s);
	expect_ok("the second", likeness_add(unit, &l, &two, &why), &why);
	expect_ok("one that is there", likeness_add(unit, &l, &one, &why), &why);
	expect_number("put", stage_commit(&s, unit), OK);
	stage_load(&s, &ask, 1);
	expect_ok("loaded", likeness_loaded(&ask, &l, &why), &why);
	expect_number("two", l.count, 2);
	unit = stage_unit(&s);
	likeness_remove(unit, &l, &(struct id){ { 3 } });
	expect_number("one that is not there is no change", l.count, 2);
	likeness_remove(unit, &l, &one);
	expect_number("put", stage_commit(&s, unit), OK);
	stage_load(&s, &ask, 1);
	expect_ok("loaded", likeness_loaded(&ask, &l, &why), &why);
	expect_number("the other is left", l.count == 1 && memcmp(&l.accounts[0], &two, sizeof(two)) == 0, 1);
	unit = stage_unit(&s);
	likeness_remove(unit, &l, &two);
	expect_number("put", stage_commit(&s, unit), OK);
	stage_load(&s, &ask, 1);
	expect_number("no row without accounts", ask.count, 0);
	stage_close(&s);
}

static void
rows_are_bounded_and_read_with_care(void **state)
{
	struct attributes a = of("山田太郎", "1980-02-17", "male", "東京都");
	struct likeness l;
	struct problem why;
	struct unit *unit;
	struct stage s;
	struct ask ask;

	(void)state;
	stage_open(&s, tables);
	expect_true("known", likeness_of(&wrapping, &a, &l));
	unit = stage_unit(&s);
	for (uint8_t i = 1; i <= LIKENESS_ACCOUNTS; i++)
		expect_ok("one more", likeness_add(unit, &l, &(struct id){ { i } }, &why), &why);
	expect_problem("and no more", likeness_add(unit, &l, &(struct id){ { 99 } }, &why), &why, ERR_LIMIT,
	    "a registrar has to look");
	expect_ok("one that is there is fine", likeness_add(unit, &l, &(struct id){ { 3 } }, &why), &why);
	for (int form = 0; form < 3; form++) {
		static const uint8_t rows[3][18] = { { 2, 1 }, { 1, 2 }, { 1, 0 } };

		ask = likeness_ask(&l);
		ask.rows = &(struct row){ .value = span_of(rows[form], 18), .generation = 1 };
		ask.count = 1;
		expect_problem("not ours", likeness_loaded(&ask, &l, &why), &why, ERR_UNAVAILABLE, "does not know");
		expect_number("gives none", l.count, 0);
	}
	stage_close(&s);
}

/* Whoever takes it out needs no key. */
static void
an_account_remembers_where_it_stands(void **state)
{
	struct attributes a = of("山田　太郎", "1980-02-17", "male", "東京都"), read;
	struct likeness l, remembered;
	struct buffer b = buffer_init(64 * KIB);

	(void)state;
	expect_true("nowhere at first", !likeness_remembered(&a, &remembered));
	expect_true("known", likeness_of(&wrapping, &a, &l));
	likeness_remember(&a, &l);
	attributes_write(&b, &a);
	expect_true("kept with the attributes", attributes_read(buffer_span(&b), &read));
	expect_true("and known again", likeness_remembered(&read, &remembered));
	expect_number("by the same", memcmp(remembered.key, l.key, sizeof(l.key)), 0);
	likeness_remember(&read, NULL);
	expect_true("nowhere any more", !likeness_remembered(&read, &remembered));
	buffer_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_look_alike_by_four_attributes_however_they_are_written),
		cmocka_unit_test(what_people_state_looks_like_nobody),
		cmocka_unit_test(accounts_come_and_go),
		cmocka_unit_test(rows_are_bounded_and_read_with_care),
		cmocka_unit_test(an_account_remembers_where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
