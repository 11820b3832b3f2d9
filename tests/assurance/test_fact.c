/* tests/assurance/test_fact.c - the dictionary: facts found by name, their values as text, dates. */
#include "assurance/fact.h"

#include "assurance/table_stage.h"

static void
what_is_said_is_read(void **state)
{
	const struct fact *f = fact_find(dictionary, span_text("token.length"));

	(void)state;
	expect_number("eight facts", dictionary->count, 8);
	expect_true("found", f && f == &dictionary->facts[1] && f->number == 1);
	expect_number("an integer", f->type, FACT_INTEGER);
	expect_true("with bounds", f->least == 4 && f->most == 64);
	expect_span("its unit", f->unit, "字");
	expect_number("somebody vouches", f->provenance, VOUCHED);
	expect_span("who", f->asserted_by[0], "idp");
	expect_span("how personal", f->privacy, "none");
	expect_span("its definition is canonical", f->definition,
	    "{\"asserted_by\":[\"idp\"],\"id\":\"token.length\",\"least\":4,\"most\":64,\"privacy\":\"none\","
	    "\"provenance\":\"vouched\",\"text\":{\"en\":\"Characters.\",\"ja\":\"文字数。\"},"
	    "\"title\":{\"en\":\"Length\",\"ja\":\"長さ\"},\"type\":\"integer\",\"unit\":\"字\"}");
	f = fact_find(dictionary, span_text("proof.mode"));
	expect_number("two words", f->word_count, 2);
	expect_span("the first is called", f->word_titles[0].ja, "非対面");
	expect_number("the second is not", f->word_titles[1].ja.size, 0);
	expect_number("its index", fact_word(f, span_text("in-person")), 1);
	expect_number("no other", fact_word(f, span_text("in-perso")), -1);
	f = fact_find(dictionary, span_text("proof.date"));
	expect_true("fresh for ten years", f->fresh_for == SECONDS(INT64_C(3650) * 86400));
	expect_true("others for ever", dictionary->facts[0].fresh_for == 0);
	expect_text("what a set may have", fact_find(dictionary, span_text("token.kinds"))->expected,
	    "a list of password, passkey, card");
}

static void
only_whole_names_are_found(void **state)
{
	static const char *const names[] = { "", "t", "token", "token.", "token.lengt", "token.lengths", "Token.length",
		"token.kind", "session.limits", "proof.datf" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		expect_true(names[i], fact_find(dictionary, span_text(names[i])) == NULL);
	expect_true("none", fact_find(dictionary, (struct span){ 0 }) == NULL);
}

/* As many as there may be, with names that differ where the hash does not look. */
static void
a_full_dictionary_is_searched(void **state)
{
	struct buffer b = buffer_init(DICTIONARY_LARGEST);
	const struct dictionary *d;
	struct problem why = { 0 };

	(void)state;
	buffer_text(&b, "{\"facts\":[");
	for (int i = 0; i < FACTS_LARGEST; i++)
		buffer_print(&b,
		    "%s{\"id\":\"%s%03d%s\",\"type\":\"boolean\",\"title\":{\"ja\":\"題\",\"en\":\"t\"},"
		    "\"text\":{\"ja\":\"文\",\"en\":\"t\"},\"asserted_by\":[\"rp\"],\"privacy\":\"none\"}",
		    i ? "," : "", i % 3 ? "x" : "the-same-beginning.", i, i % 3 ? "" :
		    ".the-same-middle-and.the-same-end");
	buffer_text(&b, "]}");
	expect_ok("256", dictionary_read(&arena, "f", buffer_span(&b), &d, &why), &why);
	for (int i = 0; i < FACTS_LARGEST; i++) {
		const struct fact *f = fact_find(d, d->facts[i].id);

		expect_number("each by its name", f ? (int)f->number : -1, i);
	}
	for (size_t i = 1; i < d->count; i++)
		expect_true("in order", span_compare(d->facts[d->in_order[i - 1]].id, d->facts[d->in_order[i]].id) < 0);
	buffer_drain(&b, 1);
	expect_number("cut short", dictionary_read(&arena, "f", buffer_span(&b), &d, &why), ERR_SYNTAX);
	buffer_release(&b);
}

static void
a_dictionary_is_bounded(void **state)
{
	uint8_t *large = arena_take(&arena, DICTIONARY_LARGEST + 1);
	const struct dictionary *d;
	struct problem why;

	(void)state;
	memset(large, ' ', DICTIONARY_LARGEST + 1);
	expect_problem("too large", dictionary_read(&arena, "f.json", span_of(large, DICTIONARY_LARGEST + 1), &d, &why),
	    &why, ERR_LIMIT, "f.json: expected at most 524288 bytes, found 524289");
	expect_true("there is none", d == NULL);
}

static void
values_are_read_of_text(void **state)
{
	static const struct {
		const char *title, *fact, *text;
		int64_t value; /* INT64_MIN: none */
	} cases[] = {
		{ "a word", "proof.mode", "in-person", 1 },
		{ "another's word", "proof.mode", "low", INT64_MIN },
		{ "a level", "token.strength", "high", 2 },
		{ "a duration", "session.age", "PT1H1M1S", 3661 },
		{ "a day", "session.age", "P1D", 86400 },
		{ "too long a duration", "session.age", "P1DT1S", INT64_MIN },
		{ "no duration", "session.age", "1h", INT64_MIN },
		{ "a date", "proof.date", "2026-11-22", 20779 },
		{ "the first date", "proof.date", "2000-01-01", 10957 },
		{ "one before it", "proof.date", "1999-12-31", INT64_MIN },
		{ "the last date", "proof.date", "2099-12-31", 47481 },
		{ "one behind it", "proof.date", "2100-01-01", INT64_MIN },
		{ "a boolean is no text", "token.resistant", "true", INT64_MIN },
		{ "nor an integer", "token.length", "8", INT64_MIN },
		{ "nor a set", "token.kinds", "card", INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t value = INT64_MIN;
		bool good = fact_text_read(fact_find(dictionary, span_text(cases[i].fact)), span_text(cases[i].text),
		    &value);

		expect_number(cases[i].title, good ? value : INT64_MIN, cases[i].value);
	}
}

static void
dates_are_days(void **state)
{
	static const struct {
		const char *text;
		int64_t days; /* INT64_MIN: none */
	} cases[] = {
		{ "1970-01-01", 0 }, { "1969-12-31", -1 }, { "2000-02-29", 11016 }, { "2000-03-01", 11017 },
		{ "1900-02-28", -25509 }, { "1900-02-29", INT64_MIN }, { "2024-02-29", 19782 }, { "2100-02-29",
		    INT64_MIN },
		{ "0001-01-01", -719162 }, { "9999-12-31", 2932896 }, { "0000-01-01", INT64_MIN }, { "2026-13-01",
		    INT64_MIN },
		{ "2026-00-01", INT64_MIN }, { "2026-04-31", INT64_MIN }, { "2026-04-00", INT64_MIN }, { "2026-4-01",
		    INT64_MIN },
		{ "20260401", INT64_MIN }, { "2026-04-01T", INT64_MIN }, { "2026/04/01", INT64_MIN }, { "-001-04-01",
		    INT64_MIN },
		{ "", INT64_MIN },
	};
	char text[DATE_TEXT];
	int64_t days, previous = -719163;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		days = INT64_MIN;
		if (!date_read(span_text(cases[i].text), &days))
			days = INT64_MIN;
		expect_number(cases[i].text, days, cases[i].days);
		if (days != INT64_MIN)
			expect_text(cases[i].text, date_text(days, text), cases[i].text);
	}
	/* Every day there is, one after another, there and back. */
	for (days = -719162; days <= 2932896; previous = days++) {
		int64_t again = 0;

		if (!date_read(span_text(date_text(days, text)), &again) || again != days || days != previous + 1)
			expect_text("there and back", text, "the same day");
	}
}

static void
words_are_read_and_written(void **state)
{
	(void)state;
	expect_text("a type", fact_type_name(FACT_LEVEL), "level");
	expect_text("no type", fact_type_name(FACT_NO_TYPE), "");
	expect_number("a provenance", provenance_read(span_text("vouched")), VOUCHED);
	expect_number("none", provenance_read(span_text("vouch")), PROVENANCE_NONE);
	expect_number("not this word either", provenance_read(span_text("none")), PROVENANCE_NONE);
	expect_text("its word", provenance_name(OBSERVED), "observed");
	expect_text("of none", provenance_name(PROVENANCE_NONE), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_said_is_read),
		cmocka_unit_test(only_whole_names_are_found),
		cmocka_unit_test(a_full_dictionary_is_searched),
		cmocka_unit_test(a_dictionary_is_bounded),
		cmocka_unit_test(values_are_read_of_text),
		cmocka_unit_test(dates_are_days),
		cmocka_unit_test(words_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
