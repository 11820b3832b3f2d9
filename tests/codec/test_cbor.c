/* tests/codec/test_cbor.c - reading CBOR: what is taken, what is refused and why. */
#include "expect.h"

#include "codec/cbor.h"

#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static void
an_integer_is_read(void **state)
{
	static const struct {
		const char *title;
		struct span bytes;
		enum err code;
		int64_t value;
		const char *part;
	} cases[] = {
		{ "zero", BYTES("\x00"), OK, 0, "" },
		{ "the largest of one byte", BYTES("\x17"), OK, 23, "" },
		{ "the first of two", BYTES("\x18\x18"), OK, 24, "" },
		{ "of three", BYTES("\x19\x01\x00"), OK, 256, "" },
		{ "of five", BYTES("\x1a\x00\x01\x00\x00"), OK, 65536, "" },
		{ "of nine", BYTES("\x1b\x00\x00\x00\x01\x00\x00\x00\x00"), OK, INT64_C(4294967296), "" },
		{ "ES256", BYTES("\x26"), OK, -7, "" },
		{ "RS256", BYTES("\x39\x01\x00"), OK, -257, "" },
		{ "the least", BYTES("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"), OK, INT64_MIN, "" },
		{ "a small one in two bytes", BYTES("\x18\x17"), ERR_SYNTAX, 0,
		    "byte 0: an integer that could be written shorter" },
		{ "a small one in nine", BYTES("\x1b\x00\x00\x00\x00\x00\x00\x00\x01"), ERR_SYNTAX, 0, "shorter" },
		{ "more than fits", BYTES("\x1b\x80\x00\x00\x00\x00\x00\x00\x00"), ERR_LIMIT, 0, "63 bits" },
		{ "less than fits", BYTES("\x3b\x80\x00\x00\x00\x00\x00\x00\x00"), ERR_LIMIT, 0, "63 bits" },
		{ "a text", BYTES("\x61" "a"), ERR_SYNTAX, 0, "expected an integer, found a text" },
		{ "nothing", BYTES(""), ERR_SYNTAX, 0, "cut short" },
		{ "half of one", BYTES("\x19\x01"), ERR_SYNTAX, 0, "cut short" },
		{ "a head nobody knows", BYTES("\x1c"), ERR_SYNTAX, 0, "no CBOR" },
		{ "a tag", BYTES("\xc2\x41\x01"), ERR_SYNTAX, 0, "a tag" },
		{ "something behind", BYTES("\x00\x00"), ERR_SYNTAX, 0,
		    "byte 1: expected the end, found 1 bytes more" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem why = { 0 };
		struct concise r;
		int64_t value;
		enum err err;

		concise_begin(&r, cases[i].bytes);
		value = concise_integer(&r);
		err = concise_end(&r, &why);
		expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].part);
		if (err == OK)
			expect_number(cases[i].title, value, cases[i].value);
	}
}

/* Whatever it is: skipped whole, or refused. */
static void
an_item_is_skipped_whole(void **state)
{
	static const struct {
		const char *title;
		struct span bytes;
		enum err code;
		const char *part;
	} cases[] = {
		{ "bytes", BYTES("\x43" "abc"), OK, "" },
		{ "an empty map", BYTES("\xa0"), OK, "" },
		{ "an array of all sorts", BYTES("\x86\x01\x20\xf5\xf6\xf9\x3c\x00\x61" "a"), OK, "" },
		{ "maps in a map", BYTES("\xa2\x01\xa1\x61" "a\x80\x20\xa0"), OK, "" },
		{ "undefined", BYTES("\xf7"), OK, "" },
		{ "bytes cut short", BYTES("\x43" "ab"), ERR_SYNTAX, "cut short" },
		{ "bytes longer than memory", BYTES("\x5b\xff\xff\xff\xff\xff\xff\xff\xff" "a"), ERR_SYNTAX,
		    "cut short" },
		{ "bytes without end", BYTES("\x5f\x41" "a\xff"), ERR_SYNTAX, "an indefinite length" },
		{ "a text without end", BYTES("\x7f\x61" "a\xff"), ERR_SYNTAX, "an indefinite length" },
		{ "an array without end", BYTES("\x9f\x01\xff"), ERR_SYNTAX, "an indefinite length" },
		{ "a map without end", BYTES("\xbf\x01\x01\xff"), ERR_SYNTAX, "an indefinite length" },
		{ "an end alone", BYTES("\xff"), ERR_SYNTAX, "an indefinite length" },
		{ "an array longer than what is there", BYTES("\x9a\xff\xff\xff\xff\x01"), ERR_SYNTAX,
		    "an array that is cut short" },
		{ "a map longer than what is there", BYTES("\xa2\x01\x01\x02"), ERR_SYNTAX, "a map that is cut short" },
		{ "a label twice", BYTES("\xa2\x01\x01\x01\x02"), ERR_SYNTAX, "byte 3: a label that was there before" },
		{ "a label twice, further in", BYTES("\x81\xa2\x61" "a\x01\x61" "a\x02"), ERR_SYNTAX,
		    "a label that was there" },
		{ "a label of bytes", BYTES("\xa1\x41" "a\x01"), ERR_SYNTAX,
		    "expected an integer or a text as label, found bytes" },
		{ "a length that could be shorter", BYTES("\x58\x01" "a"), ERR_SYNTAX,
		    "bytes that could be written shorter" },
		{ "a boolean in two bytes", BYTES("\xf8\x15"), ERR_SYNTAX, "no CBOR" },
		{ "a text that is no UTF-8", BYTES("\x61\xff"), ERR_SYNTAX, "no UTF-8" },
		{ "the deepest", BYTES("\x81\x81\x81\x81\x81\x81\x81\x80"), OK, "" },
		{ "too deep", BYTES("\x81\x81\x81\x81\x81\x81\x81\x81\x80"), ERR_LIMIT, "more than 8 levels" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem why = { 0 };
		struct concise r;
		struct span raw;
		enum err err;

		concise_begin(&r, cases[i].bytes);
		raw = concise_raw(&r);
		err = concise_end(&r, &why);
		expect_problem(cases[i].title, err, &why, cases[i].code, cases[i].part);
		expect_number("its bytes", raw.size, err == OK ? cases[i].bytes.size : 0);
	}
}

static void
a_map_of_too_many_members_is_refused(void **state)
{
	uint8_t bytes[2 + 3 * (CONCISE_MEMBERS + 1)] = { 0xb8, CONCISE_MEMBERS };
	struct problem why = { 0 };
	struct concise r;
	size_t used;

	(void)state;
	for (size_t i = 0; i <= CONCISE_MEMBERS; i++) {
		bytes[2 + 3 * i] = 0x18;
		bytes[2 + 3 * i + 1] = (uint8_t)(24 + i);
	}
	concise_begin(&r, span_of(bytes, sizeof(bytes)));
	concise_raw(&r);
	expect_ok("as many as there may be", concise_end_within(&r, &used, &why), &why);
	expect_number("what is behind is not the map's", used, sizeof(bytes) - 3);
	bytes[1]++;
	concise_begin(&r, span_of(bytes, sizeof(bytes)));
	concise_raw(&r);
	expect_problem("one more", concise_end(&r, &why), &why, ERR_LIMIT, "more than 64 members");
}

/* {"fmt": "none", 1: [true, h'0102'], "rest": {"x": null}, -1: 5} */
static void
members_are_read_in_the_order_they_come(void **state)
{
	static const struct span bytes = BYTES(
	    "\xa4\x63" "fmt\x64" "none\x01\x82\xf5\x42\x01\x02\x64" "rest\xa1\x61" "x\xf6\x20\x05");
	struct span format = { 0 }, inner = { 0 };
	struct problem why = { 0 };
	bool flag = false;
	int64_t last = 0;
	struct concise r;
	size_t members = 0;

	(void)state;
	concise_begin(&r, bytes);
	for (concise_map(&r); concise_member(&r); members++) {
		if (concise_peek(&r) == CONCISE_TEXT) {
			if (span_is(concise_text(&r), "fmt"))
				format = concise_text(&r);
			continue; /* what is not read is skipped */
		}
		if (concise_integer(&r) == -1) {
			last = concise_integer(&r);
			continue;
		}
		concise_array(&r);
		if (concise_element(&r))
			flag = concise_boolean(&r);
		if (concise_element(&r))
			inner = concise_bytes(&r);
		expect_true("the array ends", !concise_element(&r));
	}
	expect_ok("the map", concise_end(&r, &why), &why);
	expect_number("its members", members, 4);
	expect_span("a text", format, "none");
	expect_true("a boolean", flag);
	expect_span("bytes", inner, "\x01\x02");
	expect_number("an integer", last, 5);
}

static void
an_array_that_is_left_unread_is_skipped(void **state)
{
	static const struct span bytes = BYTES("\x82\x82\x01\x02\x07");
	struct problem why = { 0 };
	struct concise r;
	int64_t last = 0;

	(void)state;
	concise_begin(&r, bytes);
	concise_array(&r);
	expect_true("the first", concise_element(&r));
	expect_number("is an array", concise_peek(&r), CONCISE_ARRAY);
	expect_true("the second", concise_element(&r));
	last = concise_integer(&r);
	expect_true("no third", !concise_element(&r));
	expect_ok("the array", concise_end(&r, &why), &why);
	expect_number("the second", last, 7);
}

static void
the_first_failure_is_told(void **state)
{
	static const struct span bytes = BYTES("\x82\x61" "a\x19");
	struct problem why = { 0 };
	struct concise r;

	(void)state;
	concise_begin(&r, bytes);
	concise_array(&r);
	concise_element(&r);
	concise_text(&r);
	concise_fail(&r, "\"b\"", "\"a\"");
	expect_true("nothing is read from here", !concise_element(&r));
	expect_number("and nothing is at hand", concise_peek(&r), CONCISE_NOTHING);
	expect_number("nor given", concise_integer(&r), 0);
	expect_problem("the caller's own", concise_end(&r, &why), &why, ERR_INVALID,
	    "byte 3: expected \"b\", found \"a\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_integer_is_read),
		cmocka_unit_test(an_item_is_skipped_whole),
		cmocka_unit_test(a_map_of_too_many_members_is_refused),
		cmocka_unit_test(members_are_read_in_the_order_they_come),
		cmocka_unit_test(an_array_that_is_left_unread_is_skipped),
		cmocka_unit_test(the_first_failure_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
