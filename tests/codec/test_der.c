/* tests/codec/test_der.c - walking through DER, and lengths that are none. */
#include "expect.h"

#include "codec/der.h"

#define BYTES(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static void
only_what_is_whole_is_entered(void **state)
{
	static const struct {
		const char *title;
		struct span bytes;
		bool good;
		size_t inside, behind;
	} cases[] = {
		{ "an empty sequence", BYTES("\x30\x00"), true, 0, 0 },
		{ "one with something behind", BYTES("\x30\x02\x02\x00\x05"), true, 2, 1 },
		{ "another tag", BYTES("\x31\x00"), false, 0, 2 },
		{ "nothing", BYTES(""), false, 0, 0 },
		{ "a tag alone", BYTES("\x30"), false, 0, 1 },
		{ "less than it says", BYTES("\x30\x02\x00"), false, 0, 3 },
		{ "a long form that could be short", BYTES("\x30\x81\x01\x00"), false, 0, 4 },
		{ "leading zeros", BYTES("\x30\x82\x00\x01\x00"), false, 0, 5 },
		{ "an indefinite length", BYTES("\x30\x80\x00\x00"), false, 0, 4 },
		{ "a length cut short", BYTES("\x30\x84\x01"), false, 0, 3 },
		{ "a length of five bytes", BYTES("\x30\x85\x01\x00\x00\x00\x00\x00"), false, 0, 8 },
		{ "more than there can be", BYTES("\x30\x84\xff\xff\xff\xff\x00"), false, 0, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span rest = cases[i].bytes, inside = { 0 };
		bool good = der_enter(&rest, DER_SEQUENCE, &inside);

		expect_number(cases[i].title, good, cases[i].good);
		expect_number("what is inside", inside.size, cases[i].inside);
		expect_number("what follows", rest.size, cases[i].behind);
	}
}

static void
long_contents_are_entered(void **state)
{
	uint8_t bytes[3 + 200] = { 0x30, 0x81, 200 };
	struct span rest = span_of(bytes, sizeof(bytes)), inside;

	(void)state;
	expect_true("200 bytes have a length of two", der_enter(&rest, DER_SEQUENCE, &inside));
	expect_number("they are inside", inside.size, 200);
	expect_number("nothing follows", rest.size, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_whole_is_entered),
		cmocka_unit_test(long_contents_are_entered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
