/* tests/codec/test_oid.c - object identifiers, as numbers with dots and as bytes. */
#include "expect.h"

#include "codec/oid.h"
#include "codec/text.h"

static void
both_forms_say_the_same(void **state)
{
	static const struct {
		const char *text, *bytes;
	} cases[] = {
		{ "2.5.29.15", "551d0f" },
		{ "1.2.392.200149.8.5.1.3.30", "2a83088c9b55080501031e" },
		{ "0.0", "00" },
		{ "0.39", "27" },
		{ "1.0", "28" },
		{ "1.39.128", "4f8100" },
		{ "2.0", "50" },
		{ "2.47", "7f" },
		{ "2.48", "8100" },
		{ "2.999.16384", "8837818000" },
		{ "1.2.9223372036854775807", "2affffffffffffffff7f" },
	};
	struct arena a = arena_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[OID_LARGEST];
		size_t size = oid_read(span_text(cases[i].text), bytes);

		expect_text(cases[i].text, hex_write(&a, span_of(bytes, size)), cases[i].bytes);
		expect_text("and back", oid_text(&a, span_of(bytes, size)), cases[i].text);
	}
	arena_release(&a);
}

static void
what_is_none_is_not_read(void **state)
{
	static const char *const cases[] = { "", "1", "1.", ".1", "1..2", "1.2.", "3.1", "0.40", "1.40", "01.2", "1.02",
		"1.2.x", "1.-2", " 1.2", "1.2.9223372036854775808", "2.9223372036854775807", "1,2" };
	char longest[4 * OID_LARGEST] = "1.2";
	uint8_t bytes[OID_LARGEST];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i], oid_read(span_text(cases[i]), bytes), 0);
	for (size_t i = 1; i < OID_LARGEST; i++)
		strcat(longest, ".3");
	expect_number("as long as it may be", oid_read(span_text(longest), bytes), OID_LARGEST);
	strcat(longest, ".3");
	expect_number("longer", oid_read(span_text(longest), bytes), 0);
}

static void
large_numbers_are_written_as_bytes(void **state)
{
	struct arena a = arena_init(64 * KIB);
	const uint8_t uuid[] = { 0x69, 0x83, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f };

	(void)state;
	expect_text("a number over 2^63", oid_text(&a, span_of(uuid, sizeof(uuid))), "#6983ffffffffffffffff7f");
	expect_text("nothing", oid_text(&a, (struct span){ 0 }), "");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_say_the_same),
		cmocka_unit_test(what_is_none_is_not_read),
		cmocka_unit_test(large_numbers_are_written_as_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
