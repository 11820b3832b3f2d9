/* tests/person/test_consent.c - consents: rows, given, withdrawn, given anew. */
#include "person/rows.h"
#include "person/stage.h"

#include "person/consent.h"

static const struct table *const tables[] = { &consent_table, NULL };

static struct consent
a_consent(const char *relying_party)
{
	struct consent c = {
		.relying_party = span_text(relying_party),
		.name = span_text("市役所"),
		.purpose = span_text("moving-in"),
		.items = span_text("name,address"),
		.persona = PERSONA_ADMINISTRATIVE,
	};

	consent_give(&c, (struct instant){ 1000 });
	return c;
}

static bool
reads(struct span row)
{
	struct consent c;

	return consent_read(row, &c);
}

static void
items_are_told_or_declined(void **state)
{
	static const struct { const char *title, *items, *read; } cases[] = {
		{ "nothing", "", "" },
		{ "one", "name", "name told;" },
		{ "one that was declined", "-name", "name declined;" },
		{ "in their order", "name,-birthdate,age_over_20", "name told;birthdate declined;age_over_20 told;" },
		{ "a minus within is a letter", "address-region,-job-title",
		  "address-region told;job-title declined;" },
		{ "a name with a language", "name#ja-Kana-JP", "name#ja-Kana-JP told;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer written = buffer_init(KIB), read = buffer_init(KIB);
		struct span items = span_text(cases[i].items);
		struct consent_item item;

		while (consent_item_next(&items, &item)) {
			buffer_print(&read, "%.*s %s;", SPAN_ARGS(item.name), item.declined ? "declined" : "told");
			consent_item_add(&written, &item);
		}
		expect_span(cases[i].title, buffer_span(&read), cases[i].read);
		expect_span("and written as it was", buffer_span(&written), cases[i].items);
		buffer_release(&written);
		buffer_release(&read);
	}
}

static void
a_row_says_all_there_is(void **state)
{
	struct consent c = a_consent("https://city.example/"), read;
	struct buffer b = buffer_init(4 * KIB);
	size_t persona;

	(void)state;
	c.withdrawn = (struct instant){ 2000 };
	consent_write(&b, &c);
	expect_only_whole("a consent's row", buffer_span(&b), reads);
	expect_true("read", consent_read(buffer_span(&b), &read));
	expect_number("id", memcmp(&read.id, &c.id, sizeof(c.id)), 0);
	expect_span("who", read.relying_party, "https://city.example/");
	expect_span("its name", read.name, "市役所");
	expect_span("for what", read.purpose, "moving-in");
	expect_span("items", read.items, "name,address");
	expect_number("persona", read.persona, PERSONA_ADMINISTRATIVE);
	expect_number("given", read.given.us, 1000);
	expect_number("withdrawn", read.withdrawn.us, 2000);
	persona = b.end - 17;
	b.data[persona] = PERSONAS;
	expect_true("a persona of a later build", !reads(buffer_span(&b)));
	b.data[persona] = PERSONA_NONE;
	expect_true("no persona", reads(buffer_span(&b)));
	buffer_clear(&b);
	c.given = (struct instant){ 0 };
	consent_write(&b, &c);
	expect_true("never given", !reads(buffer_span(&b)));
	buffer_release(&b);
}

static void
each_relying_party_and_purpose_has_one(void **state)
{
	struct id one = consent_id(span_text("https://a.example/"), span_text("b"));

	static const struct { const char *title, *relying_party, *purpose; bool same; } cases[] = {
		{ "the same", "https://a.example/", "b", true },
		{ "another purpose", "https://a.example/", "c", false },
		{ "another relying party", "https://c.example/", "b", false },
		{ "the same letters", "https://a.example/b", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct id other = consent_id(span_text(cases[i].relying_party), span_text(cases[i].purpose));

		expect_number(cases[i].title, memcmp(&one, &other, sizeof(one)) == 0, cases[i].same);
	}
}

static void
it_is_withdrawn_once_and_given_anew(void **state)
{
	struct consent c = a_consent("https://city.example/");
	struct problem why;
	bool changed;

	(void)state;
	expect_true("in force", consent_in_force(&c));
	expect_true("before it was given it is none", !consent_in_force(&(struct consent){ .persona = PERSONA_NONE }));
	expect_ok("withdrawn", consent_withdraw(&c, (struct instant){ 2000 }, &changed, &why), &why);
	expect_true("no more", changed && !consent_in_force(&c));
	expect_ok("again", consent_withdraw(&c, (struct instant){ 3000 }, &changed, &why), &why);
	expect_true("is no change", !changed && c.withdrawn.us == 2000);
	consent_give(&c, (struct instant){ 4000 });
	expect_true("anew", consent_in_force(&c) && c.given.us == 4000);
	c.purpose = span_text(CONSENT_TO_ENROL);
	expect_problem("the account rests on it", consent_withdraw(&c, (struct instant){ 5000 }, &changed, &why), &why,
	    ERR_CONFLICT, "rests on this consent");
	expect_true("in force still", !changed && consent_in_force(&c));
}

static void
rows_are_put_and_loaded_each_account_s_own(void **state)
{
	const struct id account = { { 1 } }, other = { { 2 } };
	struct consent one = a_consent("https://a.example/"), two = a_consent("https://b.example/"), read, *all;
	struct problem why;
	struct unit *unit;
	struct stage s;
	struct ask ask;
	size_t count;

	(void)state;
	stage_open(&s, tables);
	unit = stage_unit(&s);
	consent_put(unit, &s.arena, &account, &one);
	consent_put(unit, &s.arena, &account, &two);
	expect_number("put", stage_commit(&s, unit), OK);
	unit = stage_unit(&s);
	consent_put(unit, &s.arena, &account, &one);
	expect_number("not as new again", stage_commit(&s, unit), ERR_CONFLICT);
	ask = consents_ask(&s.arena, &account);
	stage_load(&s, &ask, 1);
	expect_ok("all", consents_loaded(&s.arena, &ask, &all, &count, &why), &why);
	expect_number("two", count, 2);
	ask = consent_ask(&s.arena, &account, &two.id);
	stage_load(&s, &ask, 1);
	expect_ok("one", consent_loaded(&s.arena, &ask, &read, &why), &why);
	expect_span("that", read.relying_party, "https://b.example/");
	unit = stage_unit(&s);
	consent_put(unit, &s.arena, &account, &read);
	expect_number("as it was loaded", stage_commit(&s, unit), OK);

	ask = consents_ask(&s.arena, &other);
	stage_load(&s, &ask, 1);
	expect_ok("another's", consents_loaded(&s.arena, &ask, &all, &count, &why), &why);
	expect_number("are none", count, 0);
	ask = consent_ask(&s.arena, &other, &two.id);
	stage_load(&s, &ask, 1);
	expect_problem("by its id neither", consent_loaded(&s.arena, &ask, &read, &why), &why, ERR_NOT_FOUND,
	    "no such consent");
	stage_strange(&s, &consent_table, ask.from);
	stage_load(&s, &ask, 1);
	expect_problem("a row we cannot read", consent_loaded(&s.arena, &ask, &read, &why), &why, ERR_UNAVAILABLE,
	    "does not know");
	ask = consents_ask(&s.arena, &other);
	stage_load(&s, &ask, 1);
	expect_problem("nor in a list", consents_loaded(&s.arena, &ask, &all, &count, &why), &why, ERR_UNAVAILABLE,
	    "does not know");
	expect_number("which gives none", count, 0);
	stage_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_are_told_or_declined),
		cmocka_unit_test(a_row_says_all_there_is),
		cmocka_unit_test(each_relying_party_and_purpose_has_one),
		cmocka_unit_test(it_is_withdrawn_once_and_given_anew),
		cmocka_unit_test(rows_are_put_and_loaded_each_account_s_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
