/* tests/assurance/test_facts.c - what is known of a transaction: put, read from a request, written and restored. */
#include "assurance/facts.h"

#include "assurance/dictionary_text.h"
#include "assurance/table_stage.h"

#define NOON { SECONDS(1764072000) } /* 2025-11-25T12:00:00Z */

static const struct limits limits = { .bytes = 16 * KIB, .depth = 8 };
static const struct instant noon = NOON;

static const struct fact *
named(const char *id)
{
	const struct fact *f = fact_find(dictionary, span_text(id));

	assert_non_null(f);
	return f;
}

static enum err
read_facts(const char *text, enum provenance by, struct facts *f, struct problem *why)
{
	struct reader r = reader_json(&arena, span_text(text), limits);

	facts_init(f, dictionary);
	facts_read(&r, f, by, noon);
	return reader_end(&r, why);
}

static const char *
written(const struct facts *f)
{
	struct buffer b = buffer_init(64 * KIB);
	const char *text;

	facts_write(&b, f);
	assert_false(b.overflowed);
	text = arena_text(&arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
values_are_read(void **state)
{
	static const struct {
		const char *title, *text, *written;
	} cases[] = {
		{ "nothing", "{}", "{}" },
		{ "a boolean", "{\"token.resistant\":false}", "{\"observed\":{\"token.resistant\":false}}" },
		{ "an integer", "{\"token.length\":4}", "{\"observed\":{\"token.length\":4}}" },
		{ "a duration as seconds", "{\"session.age\":90}", "{\"observed\":{\"session.age\":90}}" },
		{ "a duration as text", "{\"session.age\":\"PT1M30S\"}", "{\"observed\":{\"session.age\":90}}" },
		{ "a date", "{\"proof.date\":\"2024-02-29\"}", "{\"observed\":{\"proof.date\":\"2024-02-29\"}}" },
		{ "a word", "{\"proof.mode\":\"remote\"}", "{\"observed\":{\"proof.mode\":\"remote\"}}" },
		{ "a level", "{\"token.strength\":\"low\"}", "{\"observed\":{\"token.strength\":\"low\"}}" },
		{ "a set, in the dictionary's order", "{\"token.kinds\":[\"card\",\"password\"]}",
		    "{\"observed\":{\"token.kinds\":[\"password\",\"card\"]}}" },
		{ "an empty set is known to be empty", "{\"token.kinds\":[]}",
		    "{\"observed\":{\"token.kinds\":[]}}" },
		{ "a value in an object", "{\"token.length\":{\"value\":8}}",
		    "{\"observed\":{\"token.length\":8}}" },
		{ "a set in an object", "{\"token.kinds\":{\"at\":\"2025-11-25T11:00:00Z\",\"value\":[\"card\"]}}",
		    "{\"observed\":{\"token.kinds\":[\"card\"]}}" },
		{ "names written with escapes", "{\"token\\u002elength\":8,\"proof.mode\":\"rem\\u006fte\"}",
		    "{\"observed\":{\"proof.mode\":\"remote\",\"token.length\":8}}" },
		{ "several, sorted by name",
		    "{\"token.resistant\":true,\"session.age\":1,\"proof.mode\":\"in-person\"}",
		    "{\"observed\":{\"proof.mode\":\"in-person\",\"session.age\":1,\"token.resistant\":true}}" },
	};
	struct facts f;
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_ok(cases[i].title, read_facts(cases[i].text, OBSERVED, &f, &why), &why);
		expect_text(cases[i].title, written(&f), cases[i].written);
	}
}

static void
what_is_no_value_is_an_error_and_never_unknown(void **state)
{
	static const struct {
		const char *title, *text, *problem;
		enum err code;
	} cases[] = {
		{ "an unknown fact", "{\"token.colour\":true}",
		    "/token.colour: expected a fact of the dictionary, found another name", ERR_INVALID },
		{ "a list", "[]", "expected an object, found an array", ERR_INVALID },
		{ "a fact twice", "{\"token.length\":8,\"token.length\":8}",
		    "/token.length: expected each name once, found it twice", ERR_SYNTAX },
		{ "a fact twice, written otherwise", "{\"token.length\":8,\"token\\u002elength\":8}",
		    "/token.length: expected each name once, found it twice", ERR_SYNTAX },
		{ "a text for a boolean", "{\"token.resistant\":\"true\"}",
		    "/token.resistant: expected true or false, found a text", ERR_INVALID },
		{ "nothing for a boolean", "{\"token.resistant\":null}",
		    "/token.resistant: expected true or false, found null", ERR_INVALID },
		{ "a text for an integer", "{\"token.length\":\"8\"}",
		    "/token.length: expected a whole number from 4 to 64, found a text", ERR_INVALID },
		{ "an integer too large", "{\"token.length\":65}",
		    "/token.length: expected a whole number from 4 to 64, found a larger one", ERR_INVALID },
		{ "an integer too small", "{\"token.length\":3}",
		    "/token.length: expected a whole number from 4 to 64, found a smaller one", ERR_INVALID },
		{ "a fraction", "{\"token.length\":8.0}",
		    "/token.length: expected a whole number, found one with a fraction or an exponent", ERR_INVALID },
		{ "a duration too long", "{\"session.age\":86401}",
		    "/session.age: expected a whole number from 0 to 86400, found a larger one", ERR_INVALID },
		{ "a duration too long, as text", "{\"session.age\":\"P2D\"}",
		    "/session.age: expected seconds from 0 to 86400, or a duration such as \"PT1H\", found another "
		    "text", ERR_INVALID },
		{ "a duration below nothing", "{\"session.age\":-1}",
		    "/session.age: expected a whole number from 0 to 86400, found a smaller one", ERR_INVALID },
		{ "a number for a date", "{\"proof.date\":20260401}",
		    "/proof.date: expected a date from 2000-01-01 to 2099-12-31, found a number", ERR_INVALID },
		{ "a day that is not there", "{\"proof.date\":\"2026-02-29\"}",
		    "/proof.date: expected a date from 2000-01-01 to 2099-12-31, found another text", ERR_INVALID },
		{ "another word", "{\"proof.mode\":\"by-post\"}",
		    "/proof.mode: expected one of remote, in-person, found another text", ERR_INVALID },
		{ "a word's beginning", "{\"proof.mode\":\"remot\"}",
		    "/proof.mode: expected one of remote, in-person, found another text", ERR_INVALID },
		{ "a list for a word", "{\"proof.mode\":[\"remote\"]}",
		    "/proof.mode: expected one of remote, in-person, found a list", ERR_INVALID },
		{ "a word for a set", "{\"token.kinds\":\"card\"}",
		    "/token.kinds: expected a list of password, passkey, card, found a text", ERR_INVALID },
		{ "another word in a set", "{\"token.kinds\":[\"card\",\"face\"]}",
		    "/token.kinds/1: expected a list of password, passkey, card, found another word", ERR_INVALID },
		{ "a number in a set", "{\"token.kinds\":[1]}", "/token.kinds/0: expected a text, found a number",
		    ERR_INVALID },
		{ "a word twice in a set", "{\"token.kinds\":[\"card\",\"card\"]}",
		    "/token.kinds/1: expected each word once, found one twice", ERR_INVALID },
		{ "no value", "{\"token.length\":{}}", "/token.length: expected a member \"value\", found none",
		    ERR_INVALID },
		{ "another member", "{\"token.length\":{\"value\":8,\"by\":\"observed\"}}",
		    "/token.length/by: unknown member", ERR_INVALID },
		{ "an object in an object", "{\"token.length\":{\"value\":{\"value\":8}}}",
		    "/token.length/value: expected a whole number from 4 to 64, found an object", ERR_INVALID },
		{ "a time written badly", "{\"token.length\":{\"value\":8,\"at\":\"noon\"}}",
		    "/token.length/at: expected a time (RFC 3339), found another text", ERR_INVALID },
		{ "a time that is no text", "{\"token.length\":{\"value\":8,\"at\":1}}",
		    "/token.length/at: expected a text, found a number", ERR_INVALID },
		{ "a time to come", "{\"token.length\":{\"value\":8,\"at\":\"2025-11-25T12:01:01Z\"}}",
		    "/token.length/at: expected a time not after the transaction's, found a later one", ERR_INVALID },
		{ "half a surrogate pair", "{\"proof.mode\":\"\\ud800\"}",
		    "/proof.mode: expected an escape that stands for a character, found another", ERR_SYNTAX },
		{ "cut short", "{\"token.length\":8", "/token.length: expected ',' or '}', found the end", ERR_SYNTAX },
		{ "nothing at all", "", "expected a value, found the end", ERR_SYNTAX },
	};
	struct facts f;
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].title, read_facts(cases[i].text, OBSERVED, &f, &why), cases[i].code);
		expect_text(cases[i].title, why.text, cases[i].problem);
	}
}

static void
what_is_old_is_no_longer_known(void **state)
{
	static const struct {
		const char *title, *at;
		bool known;
	} cases[] = {
		{ "now", "2025-11-25T12:00:00Z", true },
		{ "a minute ahead, for clocks differ", "2025-11-25T12:01:00Z", true },
		{ "ten years old to the second", "2015-11-28T12:00:00Z", true },
		{ "a second older", "2015-11-28T11:59:59Z", false },
		{ "in another zone", "2015-11-28T21:00:00+09:00", true },
		{ "a second older, in another zone", "2015-11-28T20:59:59+09:00", false },
	};
	struct facts f;
	struct problem why = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = arena_print(&arena, "{\"proof.date\":{\"value\":\"2020-01-01\",\"at\":\"%s\"}}",
		    cases[i].at);

		expect_ok(cases[i].title, read_facts(text, OBSERVED, &f, &why), &why);
		expect_number(cases[i].title, facts_known(&f, named("proof.date")->number, CLAIMED), cases[i].known);
		expect_number("or stale", f.stale[0] >> named("proof.date")->number & 1, !cases[i].known);
		expect_text("what is stale is not written", written(&f),
		    cases[i].known ? "{\"observed\":{\"proof.date\":\"2020-01-01\"}}" : "{}");
	}
	expect_ok("what is fresh for ever",
	    read_facts("{\"session.age\":{\"value\":1,\"at\":\"1970-01-02T00:00:00Z\"}}", OBSERVED, &f, &why), &why);
	expect_true("stays", facts_known(&f, named("session.age")->number, OBSERVED));
}

static void
each_provenance_counts_for_the_lesser(void **state)
{
	static const enum provenance all[] = { CLAIMED, VOUCHED, OBSERVED };
	const struct fact *fact = named("proof.mode");
	struct facts f;

	(void)state;
	for (size_t by = 0; by < COUNT(all); by++) {
		facts_init(&f, dictionary);
		facts_put(&f, fact, 1, all[by]);
		for (size_t least = 0; least < COUNT(all); least++)
			expect_number(provenance_name(all[least]), facts_known(&f, fact->number, all[least]),
			    all[by] >= all[least]);
		expect_number("told", facts_provenance(&f, fact), all[by]);
	}
}

static void
the_greater_provenance_counts(void **state)
{
	static const struct {
		const char *title;
		enum provenance first, second;
		int64_t value;
		enum provenance by;
	} cases[] = {
		{ "the later of equals", CLAIMED, CLAIMED, 2, CLAIMED },
		{ "a better word", CLAIMED, OBSERVED, 2, OBSERVED },
		{ "a worse word", OBSERVED, CLAIMED, 1, OBSERVED },
		{ "a somewhat worse word", VOUCHED, CLAIMED, 1, VOUCHED },
		{ "a somewhat better word", VOUCHED, OBSERVED, 2, OBSERVED },
	};
	const struct fact *fact = named("token.strength");
	struct facts f;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		facts_init(&f, dictionary);
		facts_put(&f, fact, 1, cases[i].first);
		facts_put(&f, fact, 2, cases[i].second);
		expect_number("and who says otherwise is known", facts_contradicted(&f, fact),
		    cases[i].first == cases[i].second ? PROVENANCE_NONE :
		    cases[i].first < cases[i].second ? cases[i].first : cases[i].second);
		expect_number(cases[i].title, f.value[fact->number], cases[i].value);
		expect_number(cases[i].title, facts_provenance(&f, fact), cases[i].by);
	}
	facts_forget(&f, fact);
	expect_number("forgotten", facts_provenance(&f, fact), PROVENANCE_NONE);
	expect_number("its value, too", f.value[fact->number], 0);
}

static void
what_the_dictionary_does_not_believe_does_not_count(void **state)
{
	const struct fact *fact = named("token.length");
	struct facts f;

	(void)state;
	facts_init(&f, dictionary);
	facts_put(&f, fact, 8, CLAIMED);
	expect_number("a claim is not enough", facts_provenance(&f, fact), PROVENANCE_NONE);
	expect_number("which is told", f.too_weak[0], 1 << fact->number);
	facts_put(&f, fact, 9, VOUCHED);
	expect_number("somebody who vouches is", facts_provenance(&f, fact), VOUCHED);
	expect_number("nothing weak is left", f.too_weak[0], 0);
	facts_put(&f, fact, 8, CLAIMED);
	expect_number("a claim changes nothing then", f.value[fact->number], 9);
	expect_number("nor is it too weak", f.too_weak[0], 0);
	expect_number("it says otherwise", facts_contradicted(&f, fact), CLAIMED);
	facts_put(&f, fact, 8, OBSERVED);
	expect_number("until it is seen to be so, which who vouched did not say", facts_contradicted(&f, fact),
	    VOUCHED);
	facts_put(&f, fact, 9, OBSERVED);
	expect_number("and nobody does who says the same", facts_contradicted(&f, fact), PROVENANCE_NONE);
	facts_forget(&f, fact);
	expect_number("nor of what is forgotten", facts_contradicted(&f, fact), PROVENANCE_NONE);
}

/* However the words of one fact come, in whichever order: who contradicts is the weightiest that does not count. */
static void
whoever_says_otherwise_is_known_in_any_order(void **state)
{
	const struct fact *fact = named("token.strength");

	(void)state;
	for (int order = 0; order < 6; order++)
		for (int64_t claimed = 1; claimed < 3; claimed++)
			for (int64_t vouched = 1; vouched < 3; vouched++) {
				const int64_t said[] = { [CLAIMED] = claimed, [VOUCHED] = vouched, [OBSERVED] = 1 };
				const int first = 1 + order / 2, second = 1 + (first + order % 2) % 3;
				const int turn[] = { first, second, 6 - first - second };
				struct facts f;

				facts_init(&f, dictionary);
				for (size_t i = 0; i < COUNT(turn); i++)
					facts_put(&f, fact, said[turn[i]], (enum provenance)turn[i]);
				expect_number("what is observed counts", f.value[fact->number], 1);
				expect_number("who vouched otherwise", facts_contradicted(&f, fact),
				    vouched != 1 ? VOUCHED : PROVENANCE_NONE);
			}
}

/* A copy knows all that it was made of. */
static void
by_copy(struct facts *f)
{
	struct facts copy;

	memset(&copy, 0xff, sizeof(copy));
	facts_copy(&copy, f);
	*f = copy;
}

static void
what_was_stated_elsewhere_is_added(void **state)
{
	const struct fact *strength = named("token.strength"), *length = named("token.length");
	struct facts f, stated;

	(void)state;
	facts_init(&f, dictionary);
	facts_init(&stated, dictionary);
	facts_put(&f, strength, 1, CLAIMED);
	facts_put(&f, length, 8, CLAIMED);
	facts_put(&stated, strength, 2, VOUCHED);
	facts_put(&stated, length, 9, VOUCHED);
	facts_add(&f, &stated);
	by_copy(&f);
	expect_true("it counts as it was stated", facts_provenance(&f, strength) == VOUCHED &&
	    f.value[strength->number] == 2 && f.value[length->number] == 9 && f.too_weak[0] == 0);
	expect_number("claimed otherwise", facts_contradicted(&f, strength), CLAIMED);
	expect_number("where a claim never counted, too", facts_contradicted(&f, length), CLAIMED);
	facts_init(&f, dictionary);
	facts_put(&f, length, 7, OBSERVED);
	facts_add(&f, &stated);
	by_copy(&f);
	expect_number("vouched otherwise", facts_contradicted(&f, length), VOUCHED);
}

/* Nobody is asked for an individual number because somebody else vouches that it was not asked for. */
static void
a_lasting_word_counts_whoever_says_it(void **state)
{
	static const char *const names[] = { "rp.requests", "other.requests" };
	const struct dictionary *d = dictionary_of(&arena, DICTIONARY(
	    DICTIONARY_FACT("rp.requests", "set", "\"rp\",\"watashi\"", DICTIONARY_CLAIMED ",\"values\":["
	    DICTIONARY_WORD("name") "," DICTIONARY_WORD("email") "," DICTIONARY_WORD("individual-number") "]") ","
	    DICTIONARY_FACT("other.requests", "set", "\"rp\"", DICTIONARY_CLAIMED ",\"values\":["
	    DICTIONARY_WORD("name") "," DICTIONARY_WORD("email") "," DICTIONARY_WORD("individual-number") "]")));

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++)
		for (int order = 0; order < 2; order++)
			for (enum provenance better = CLAIMED; better <= OBSERVED; better++) {
				const struct fact *fact = fact_find(d, span_text(names[i]));
				const enum provenance turn[] = { order ? better : CLAIMED, order ? CLAIMED : better };
				struct facts f, stated;

				facts_init(&f, d);
				for (size_t n = 0; n < COUNT(turn); n++) {
					/* The claim is of an e-mail address too, which is outdone like any. */
					facts_init(&stated, d);
					facts_put(&stated, fact, n == (size_t)order ? 6 : 1, turn[n]);
					facts_add(&f, &stated);
					by_copy(&f);
				}
				expect_number("who says so counts", facts_provenance(&f, fact), better);
				if (better == CLAIMED)
					expect_number("of equals the later, and the word", f.value[fact->number],
					    order ? 6 : i ? 1 : 5);
				else
					expect_number("a better word, and the lasting one", f.value[fact->number],
					    i ? 1 : 5);
			}
}

/* Who vouches for a set answers for no word of it that only a claim has; and so it is kept. */
static void
a_lasting_word_stays_whose_it_is(void **state)
{
	static const struct {
		const char *title;
		int64_t claimed, vouched, observed; /* 0: nothing */
		enum provenance otherwise;
		const char *written;
	} cases[] = {
		{ "a claim that counts beside a statement", 4, 3, 0, PROVENANCE_NONE,
		    "{\"claimed\":{\"rp.requests\":[\"individual-number\"]},"
		    "\"vouched\":{\"rp.requests\":[\"name\",\"email\"]}}" },
		{ "the rest of it does not", 6, 1, 0, CLAIMED,
		    "{\"claimed\":{\"rp.requests\":[\"individual-number\"]},"
		    "\"vouched\":{\"rp.requests\":[\"name\"]}}" },
		{ "what both say is the statement's", 4, 5, 0, CLAIMED,
		    "{\"vouched\":{\"rp.requests\":[\"name\",\"individual-number\"]}}" },
		{ "of two lesser words the better has it", 4, 5, 1, PROVENANCE_NONE,
		    "{\"observed\":{\"rp.requests\":[\"name\"]},"
		    "\"vouched\":{\"rp.requests\":[\"individual-number\"]}}" },
	};
	const struct dictionary *d = dictionary_of(&arena, DICTIONARY(
	    DICTIONARY_FACT("rp.requests", "set", "\"rp\",\"watashi\"", DICTIONARY_CLAIMED ",\"values\":["
	    DICTIONARY_WORD("name") "," DICTIONARY_WORD("email") "," DICTIONARY_WORD("individual-number") "]")));
	const struct fact *fact = fact_find(d, span_text("rp.requests"));

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (int order = 0; order < 6; order++) {
			const int64_t said[] = { 0, cases[i].claimed, cases[i].vouched, cases[i].observed };
			const int first = 1 + order / 2, second = 1 + (first + order % 2) % 3;
			const int turn[] = { first, second, 6 - first - second };
			struct facts f, stated, again;
			struct problem why = { 0 };
			struct reader r;

			facts_init(&f, d);
			for (size_t n = 0; n < COUNT(turn); n++) {
				facts_init(&stated, d);
				if (said[turn[n]])
					facts_put(&stated, fact, said[turn[n]], (enum provenance)turn[n]);
				facts_add(&f, &stated);
				by_copy(&f);
			}
			expect_text(cases[i].title, written(&f), cases[i].written);
			expect_number(cases[i].title, facts_contradicted(&f, fact), cases[i].otherwise);
			facts_init(&again, d);
			facts_add(&again, &f);
			expect_text("added as it is", written(&again), cases[i].written);
			facts_init(&again, d);
			r = reader_json(&arena, span_text(cases[i].written), limits);
			facts_restore(&r, &again);
			expect_ok(cases[i].title, reader_end(&r, &why), &why);
			expect_number("restored", again.value[fact->number], f.value[fact->number]);
			expect_text("restored", written(&again), cases[i].written);
		}
}

static void
what_is_stale_gives_way(void **state)
{
	const char *old = "{\"proof.date\":{\"value\":\"2020-01-01\",\"at\":\"2001-01-01T00:00:00Z\"}}";
	struct reader r = reader_json(&arena, span_text(old), limits);
	const struct fact *fact = named("proof.date");
	struct problem why = { 0 };
	struct facts f;

	(void)state;
	expect_ok("old", read_facts(old, OBSERVED, &f, &why), &why);
	facts_put(&f, fact, fact->least, CLAIMED);
	expect_true("to what is new", f.stale[0] == 0 && facts_provenance(&f, fact) == CLAIMED);
	facts_read(&r, &f, OBSERVED, noon);
	expect_ok("again", reader_end(&r, &why), &why);
	expect_true("and does not come back", f.stale[0] == 0 && facts_provenance(&f, fact) == CLAIMED);
}

static void
what_is_written_is_restored(void **state)
{
	static const struct {
		const char *title, *text, *problem;
	} cases[] = {
		{ "nothing", "{}", NULL },
		{ "all kinds",
		    "{\"claimed\":{\"proof.date\":\"2099-12-31\",\"token.kinds\":[\"password\",\"passkey\",\"card\"],"
		    "\"token.strength\":\"none\"},\"observed\":{\"session.age\":0,\"token.resistant\":true},"
		    "\"vouched\":{\"proof.mode\":\"in-person\",\"token.length\":64}}", NULL },
		{ "one word's", "{\"vouched\":{\"proof.mode\":\"in-person\",\"token.length\":64}}", NULL },
		{ "a fact nobody knows any more", "{\"claimed\":{\"token.colour\":1}}",
		    "/claimed/token.colour: expected a fact of the dictionary, found another name" },
		{ "a value it cannot have any more", "{\"vouched\":{\"token.length\":65}}",
		    "/vouched/token.length: expected a whole number from 4 to 64, found a larger one" },
		{ "by nobody", "{\"token.length\":8}",
		    "/token.length: expected one of claimed, vouched, observed, found another name" },
		{ "by somebody else", "{\"hearsay\":{\"token.length\":8}}",
		    "/hearsay: expected one of claimed, vouched, observed, found another name" },
		{ "no facts by somebody", "{\"vouched\":8}", "/vouched: expected an object, found a number" },
		{ "a value with its time", "{\"vouched\":{\"token.length\":{\"value\":8}}}",
		    "/vouched/token.length: expected a whole number from 4 to 64, found an object" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reader r = reader_json(&arena, span_text(cases[i].text), limits);
		struct problem why = { 0 };
		struct facts f;

		facts_init(&f, dictionary);
		facts_restore(&r, &f);
		if (cases[i].problem) {
			expect_number(cases[i].title, reader_end(&r, &why), ERR_INVALID);
			expect_text(cases[i].title, why.text, cases[i].problem);
		} else {
			expect_ok(cases[i].title, reader_end(&r, &why), &why);
			expect_text(cases[i].title, written(&f), cases[i].text);
		}
	}
}

static void
what_is_restored_is_there_once(void **state)
{
	static const struct {
		const char *title, *text, *at;
	} cases[] = {
		{ "a fact twice", "{\"vouched\":{\"token.length\":8,\"token.length\":8}}", "/vouched/token.length" },
		{ "by two", "{\"claimed\":{\"token.length\":8},\"vouched\":{\"token.length\":8}}",
		    "/vouched/token.length" },
		{ "a word twice", "{\"vouched\":{\"token.length\":8},\"vouched\":{\"session.age\":9}}", "/vouched" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct reader r = reader_json(&arena, span_text(cases[i].text), limits);
		struct problem why = { 0 };
		struct facts f;

		facts_init(&f, dictionary);
		facts_restore(&r, &f);
		expect_number(cases[i].title, reader_end(&r, &why), ERR_SYNTAX);
		expect_text(cases[i].title, why.text, arena_print(&arena, "%s: expected each name once, found it twice",
		    cases[i].at));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read),
		cmocka_unit_test(what_is_no_value_is_an_error_and_never_unknown),
		cmocka_unit_test(what_is_old_is_no_longer_known),
		cmocka_unit_test(each_provenance_counts_for_the_lesser),
		cmocka_unit_test(the_greater_provenance_counts),
		cmocka_unit_test(what_the_dictionary_does_not_believe_does_not_count),
		cmocka_unit_test(whoever_says_otherwise_is_known_in_any_order),
		cmocka_unit_test(what_was_stated_elsewhere_is_added),
		cmocka_unit_test(a_lasting_word_counts_whoever_says_it),
		cmocka_unit_test(a_lasting_word_stays_whose_it_is),
		cmocka_unit_test(what_is_stale_gives_way),
		cmocka_unit_test(what_is_written_is_restored),
		cmocka_unit_test(what_is_restored_is_there_once),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
