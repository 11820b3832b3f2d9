/* tests/codec/test_document.c - documents of people: what is read, and the exact words when it cannot be. */
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "codec/document.h"

/* What the tests take a document for: a small configuration. */
struct shop {
	const char *name, *motto;
	int64_t doors, opens;
	bool open;
	size_t shelves;
	const char *first_shelf, *last_colour;
};

static struct shop
read_shop(struct document *d)
{
	struct place root = document_root(d), shelves, colours, colour;
	struct shop shop = { 0 };
	void *cursor = NULL;
	const char *key;

	shop.name = place_text(place_member(root, "name"), 1, 10, NULL);
	shop.motto = place_text(place_member(root, "motto"), 0, 10, "none");
	shop.doors = place_integer(place_member(root, "doors"), 1, 4, 2);
	shop.opens = place_duration(place_member(root, "opens"), SECONDS(60), SECONDS(86400), SECONDS(3600));
	shop.open = place_boolean(place_member(root, "open"), true);
	shelves = place_member(root, "shelves");
	shop.shelves = place_count_within(shelves, 0, 2);
	for (size_t i = 0; i < shop.shelves; i++) {
		struct place label = place_required(place_member(place_element(shelves, i), "label"));
		const char *text = place_text(label, 1, 20, NULL);

		shop.first_shelf = i ? shop.first_shelf : text;
	}
	colours = place_member(root, "colours/all");
	while (place_next(colours, &cursor, &key, &colour))
		shop.last_colour = place_integer(colour, 0, 255, 0) ? key : shop.last_colour;
	place_value(place_member(root, "raw"));
	return shop;
}

static void
a_document_gives_its_values_and_defaults(void **state)
{
	static const char text[] = "{ \"//\": \"a shop\", \"name\": \"私\", \"doors\": 3, \"shelves\": [ { \"label\": "
	                           "\"top\", \"//x\": [] }, { \"label\": \"low\" } ],"
	                           " \"opens\": \"PT2H\", \"open\": false, \"colours/all\": { \"red\": 1, \"//\": 0, "
	                           "\"green\": 2, \"black\": 0 },"
	                           " \"raw\": { \"kty\": \"OKP\", \"any\": [ { \"deep\": 1 } ] } }";
	struct arena a = arena_init(MIB);
	struct document d = document_parse(&a, "shop.json", span_text(text));
	struct shop shop = read_shop(&d);
	struct problem why;

	(void)state;
	expect_ok("the document is read", document_end(&d, &why), &why);
	expect_text("a text", shop.name, "私");
	expect_text("a default text", shop.motto, "none");
	expect_number("a number", shop.doors, 3);
	expect_number("a duration", shop.opens, SECONDS(7200));
	expect_true("a boolean", !shop.open);
	expect_number("the elements of an array", shop.shelves, 2);
	expect_text("a member of an element", shop.first_shelf, "top");
	expect_text("keys that are data come in order, without comments", shop.last_colour, "green");
	d = document_parse(&a, "shop.json", span_text("{ \"name\": \"x\" }"));
	shop = read_shop(&d);
	expect_ok("all but the name has a default", document_end(&d, &why), &why);
	expect_number("a default number", shop.doors, 2);
	expect_number("a default duration", shop.opens, SECONDS(3600));
	expect_true("a default boolean", shop.open);
	arena_release(&a);
}

static void
what_is_wrong_is_named_exactly(void **state)
{
	static const struct {
		const char *title, *text;
		enum err code;
		const char *problem;
	} cases[] = {
		{ "an empty file", "", ERR_SYNTAX, "f: line 1, column 0: '[' or '{' expected near end of file" },
		{ "a missing brace", "{\n \"name\": \"x\"\n", ERR_SYNTAX,
		    "f: line 3, column 0: '}' expected near end of file" },
		{ "a trailing comma", "{ \"name\": \"x\", }", ERR_SYNTAX,
		    "f: line 1, column 16: string or '}' expected near '}'" },
		{ "a key twice", "{ \"name\": \"x\", \"name\": \"y\" }", ERR_SYNTAX,
		    "f: line 1, column 21: duplicate object key near '\"name\"'" },
		{ "something behind the end", "{} x", ERR_SYNTAX,
		    "f: line 1, column 4: end of file expected near 'x'" },
		{ "bytes that are no UTF-8", "{ \"name\": \"\xff\" }", ERR_SYNTAX,
		    "f: line 1, column 11: unable to decode byte 0xff near '\"'" },
		{ "a NUL in a text", "{ \"name\": \"\\u0000\" }", ERR_SYNTAX,
		    "f: line 1, column 18: \\u0000 cannot be part of a text" },
		{ "a number that is too large", "{ \"doors\": 99999999999999999999 }", ERR_SYNTAX,
		    "f: line 1, column 31: too big integer near '99999999999999999999'" },
		{ "an array for an object", "[]", ERR_INVALID, "f: expected an object, found an array" },
		{ "a value that is missing", "{}", ERR_INVALID,
		    "f: /name: expected a text of 1 to 10 bytes, found nothing" },
		{ "a value that is missing, for its key is misspelt", "{ \"nmae\": \"x\" }", ERR_INVALID,
		    "f: /nmae: unknown key; known here: name, motto, doors, opens, open, shelves, colours/all, raw" },
		{ "a text that is too short", "{ \"name\": \"\" }", ERR_INVALID,
		    "f: /name: expected a text of 1 to 10 bytes, found \"\"" },
		{ "a text that is too long", "{ \"name\": \"12345678901\" }", ERR_INVALID,
		    "f: /name: expected a text of 1 to 10 bytes, found \"12345678901\"" },
		{ "a very long text is cut between characters",
		    "{ \"name\": \"a私私私私私私私私私私私私私私私私私私私私私\" }", ERR_INVALID,
		    "f: /name: expected a text of 1 to 10 bytes, found \"a私私私私私私私私私私私私私私私私私私私\"…" },
		{ "a number for a text", "{ \"name\": 7 }", ERR_INVALID,
		    "f: /name: expected a text of 1 to 10 bytes, found 7" },
		{ "null is not missing", "{ \"name\": \"x\", \"motto\": null }", ERR_INVALID,
		    "f: /motto: expected a text of 0 to 10 bytes, found null" },
		{ "a number out of range", "{ \"name\": \"x\", \"doors\": 5 }", ERR_INVALID,
		    "f: /doors: expected a whole number from 1 to 4, found 5" },
		{ "a number that is not whole", "{ \"name\": \"x\", \"doors\": 1.5 }", ERR_INVALID,
		    "f: /doors: expected a whole number from 1 to 4, found 1.5" },
		{ "a text for a number", "{ \"name\": \"x\", \"doors\": \"2\" }", ERR_INVALID,
		    "f: /doors: expected a whole number from 1 to 4, found \"2\"" },
		{ "a text for a boolean", "{ \"name\": \"x\", \"open\": \"yes\" }", ERR_INVALID,
		    "f: /open: expected true or false, found \"yes\"" },
		{ "no duration", "{ \"name\": \"x\", \"opens\": \"2h\" }", ERR_INVALID,
		    "f: /opens: expected a duration from PT1M to P1D, such as \"P1DT12H\", found \"2h\"" },
		{ "too long a duration", "{ \"name\": \"x\", \"opens\": \"P2D\" }", ERR_INVALID,
		    "f: /opens: expected a duration from PT1M to P1D, such as \"P1DT12H\", found \"P2D\"" },
		{ "an object for an array", "{ \"name\": \"x\", \"shelves\": {} }", ERR_INVALID,
		    "f: /shelves: expected an array, found an object" },
		{ "too many elements", "{ \"name\": \"x\", \"shelves\": [ {}, {}, {} ] }", ERR_INVALID,
		    "f: /shelves: expected 0 to 2 elements, found 3" },
		{ "a text for an object", "{ \"name\": \"x\", \"shelves\": [ { \"label\": \"a\" }, \"b\" ] }",
		    ERR_INVALID, "f: /shelves/1: expected an object, found \"b\"" },
		{ "a required value that is missing", "{ \"name\": \"x\", \"shelves\": [ {} ] }", ERR_INVALID,
		    "f: /shelves/0/label: expected a value, found nothing" },
		{ "a slash in a key is escaped in the pointer",
		    "{ \"name\": \"x\", \"colours/all\": { \"~red\": 256 } }", ERR_INVALID,
		    "f: /colours~1all/~0red: expected a whole number from 0 to 255, found 256" },
		{ "a map that is none", "{ \"name\": \"x\", \"colours/all\": [] }", ERR_INVALID,
		    "f: /colours~1all: expected an object, found an array" },
		{ "an unknown key", "{ \"nmae\": 1, \"name\": \"x\" }", ERR_INVALID,
		    "f: /nmae: unknown key; known here: name, motto, doors, opens, open, shelves, colours/all, raw" },
		{ "an unknown key inside",
		    "{ \"name\": \"x\", \"shelves\": [ { \"label\": \"a\" }, { \"label\": \"b\", \"x\": 0 } ] }",
		    ERR_INVALID, "f: /shelves/1/x: unknown key; known here: label" },
		{ "the first problem is the one told", "{ \"name\": 1, \"doors\": 9, \"x\": 0 }", ERR_INVALID,
		    "f: /name: expected a text of 1 to 10 bytes, found 1" },
	};
	struct arena a = arena_init(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct document d = document_parse(&a, "f", span_text(cases[i].text));
		struct shop shop = read_shop(&d);
		struct problem why = { 0 };

		assert_non_null(shop.name);
		expect_number(cases[i].title, document_end(&d, &why), cases[i].code);
		expect_number(cases[i].title, why.code, cases[i].code);
		expect_text(cases[i].title, why.text, cases[i].problem);
	}
	arena_release(&a);
}

static void
deep_nesting_and_nul_bytes_are_refused(void **state)
{
	enum { DEPTH = 5000 };
	struct arena a = arena_init(MIB);
	uint8_t *text = arena_take(&a, DEPTH);
	struct document d;
	struct problem why;

	(void)state;
	memset(text, '[', DEPTH);
	d = document_parse(&a, "nul", span_of("[9\0]", 4));
	expect_problem(
	    "a NUL byte", document_end(&d, &why), &why, ERR_SYNTAX, "nul: expected text, found a NUL byte in it");
	d = document_parse(&a, "deep", span_of(text, DEPTH));
	expect_problem("five thousand brackets", document_end(&d, &why), &why, ERR_LIMIT, "nested too deeply");
	arena_release(&a);
}

static void
the_caller_s_own_findings_are_said_alike(void **state)
{
	struct arena a = arena_init(MIB);
	struct document d = document_parse(&a, "f", span_text("{ \"url\": \"http://x/\" }"));
	struct place url = place_member(document_root(&d), "url");
	struct problem why;

	(void)state;
	place_fail(url, "an https: URL", NULL);
	place_fail(url, "a second finding", "that does not count");
	expect_number("the document is refused", document_end(&d, &why), ERR_INVALID);
	expect_text("in the same words", why.text, "f: /url: expected an https: URL, found \"http://x/\"");
	arena_release(&a);
}

static void
files_are_read_within_their_limit(void **state)
{
	char path[] = "/tmp/watashi-document-XXXXXX", sentence[128];
	int fd = mkstemp(path);
	struct arena a = arena_init(MIB);
	struct document d;
	struct problem why;

	(void)state;
	assert_int_equal(write(fd, "{ \"name\": \"x\" }", 15), 15);
	close(fd);
	d = document_read(&a, path, 15);
	expect_text("a file is read", read_shop(&d).name, "x");
	expect_ok("as long as the limit", document_end(&d, &why), &why);
	d = document_read(&a, path, 14);
	expect_number("one byte more is refused", document_end(&d, &why), ERR_LIMIT);
	snprintf(sentence, sizeof(sentence), "%s: expected at most 14 bytes, found more", path);
	expect_text("in so many words", why.text, sentence);
	unlink(path);
	d = document_read(&a, path, 14);
	expect_text("a file that is not there gives no values", read_shop(&d).name, "");
	expect_number("and is said to be missing", document_end(&d, &why), ERR_NOT_FOUND);
	snprintf(sentence, sizeof(sentence), "%s: No such file or directory", path);
	expect_text("by its name", why.text, sentence);
	d = document_read(&a, "/", 14);
	expect_problem("a directory is no file", document_end(&d, &why), &why, ERR_INVALID,
	    "/: expected a regular file");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_gives_its_values_and_defaults),
		cmocka_unit_test(what_is_wrong_is_named_exactly),
		cmocka_unit_test(deep_nesting_and_nul_bytes_are_refused),
		cmocka_unit_test(the_caller_s_own_findings_are_said_alike),
		cmocka_unit_test(files_are_read_within_their_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
