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

static void
tags_of_any_number_are_entered(void **state)
{
	static const struct {
		const char *title;
		struct span bytes;
		bool good;
		uint32_t number;
		size_t inside;
	} cases[] = {
		{ "a small one", BYTES("\xa2\x02\x05\x00"), true, 2, 2 },
		{ "the largest of one byte", BYTES("\xbe\x00"), true, 30, 0 },
		{ "the first of two", BYTES("\xbf\x1f\x00"), true, 31, 0 },
		{ "of three", BYTES("\xbf\x84\x58\x02\x05\x00"), true, 600, 2 },
		{ "with a long length", BYTES("\xbf\x1f\x81\x01\x00"), false, 0, 0 },
		{ "a small one in two bytes", BYTES("\xbf\x02\x00"), false, 0, 0 },
		{ "leading zeros", BYTES("\xbf\x80\x1f\x00"), false, 0, 0 },
		{ "a tag without end", BYTES("\xbf\x84"), false, 0, 0 },
		{ "of too many bytes", BYTES("\xbf\x81\x81\x81\x81\x01\x00"), false, 0, 0 },
		{ "less than it says", BYTES("\xbf\x1f\x02\x05"), false, 0, 0 },
		{ "no context-specific one", BYTES("\x30\x00"), false, 0, 0 },
		{ "primitive", BYTES("\x82\x00"), false, 0, 0 },
		{ "nothing", BYTES(""), false, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span rest = cases[i].bytes, inside = { 0 };
		uint32_t number = 0;

		expect_number(cases[i].title, der_numbered(&rest, &number, &inside), cases[i].good);
		if (cases[i].good) {
			expect_number("its number", number, cases[i].number);
			expect_number("what is inside", inside.size, cases[i].inside);
		}
		expect_number("what follows", rest.size, cases[i].good ? 0 : cases[i].bytes.size);
	}
}

static bool
read_boolean(struct span *rest, int64_t *out)
{
	bool value = false;
	bool good = der_boolean(rest, DER_BOOLEAN, &value);

	*out = value;
	return good;
}

static bool
read_integer(struct span *rest, int64_t *out)
{
	struct span value = { 0 };
	bool good = der_integer(rest, DER_INTEGER, &value);

	*out = (int64_t)value.size;
	return good;
}

static bool
read_number(struct span *rest, int64_t *out)
{
	uint64_t value = 0;
	bool good = der_number(rest, DER_INTEGER, 70000, &value);

	*out = (int64_t)value;
	return good;
}

static bool
read_bits(struct span *rest, int64_t *out)
{
	struct span value = { 0 };
	bool good = der_bits(rest, DER_BIT_STRING, &value);

	*out = (int64_t)value.size;
	return good;
}

static bool
read_named_bits(struct span *rest, int64_t *out)
{
	uint32_t value = 0;
	bool good = der_named_bits(rest, DER_BIT_STRING, &value);

	*out = value;
	return good;
}

static bool
read_oid(struct span *rest, int64_t *out)
{
	struct span value = { 0 };
	bool good = der_oid(rest, DER_OID, &value);

	*out = (int64_t)value.size;
	return good;
}

static bool
read_time(struct span *rest, int64_t *out)
{
	struct instant value = { 0 };
	bool good = der_time(rest, &value);

	*out = value.us / SECONDS(1);
	return good;
}

static bool
read_null(struct span *rest, int64_t *out)
{
	*out = 0;
	return der_null(rest);
}

static bool
read_enumerated(struct span *rest, int64_t *out)
{
	uint64_t value = 0;
	bool good = der_number(rest, DER_ENUMERATED, 10, &value);

	*out = (int64_t)value;
	return good;
}

static bool
read_implicit_time(struct span *rest, int64_t *out)
{
	struct instant value = { 0 };
	bool good = der_generalized_time(rest, DER_PRIMITIVE(1), &value);

	*out = value.us / SECONDS(1);
	return good;
}

/* What is good is `value`, and two bytes are left behind it; of what is bad nothing has moved. */
static void
values_have_one_form(void **state)
{
	static const struct {
		const char *title;
		bool (*read)(struct span *, int64_t *);
		struct span bytes;
		bool good;
		int64_t value;
	} cases[] = {
		{ "true is FF", read_boolean, BYTES("\x01\x01\xff"), true, 1 },
		{ "false is 00", read_boolean, BYTES("\x01\x01\x00"), true, 0 },
		{ "01 is true in BER only", read_boolean, BYTES("\x01\x01\x01"), false, 0 },
		{ "a boolean of no byte", read_boolean, BYTES("\x01\x00"), false, 0 },
		{ "a boolean of two", read_boolean, BYTES("\x01\x02\xff\xff"), false, 0 },
		{ "an integer", read_integer, BYTES("\x02\x02\x01\x00"), true, 2 },
		{ "zero", read_integer, BYTES("\x02\x01\x00"), true, 1 },
		{ "a negative one", read_integer, BYTES("\x02\x01\xff"), true, 1 },
		{ "one whose first bit would be a sign", read_integer, BYTES("\x02\x02\x00\x80"), true, 2 },
		{ "an integer of no byte", read_integer, BYTES("\x02\x00"), false, 0 },
		{ "a needless zero before it", read_integer, BYTES("\x02\x02\x00\x7f"), false, 0 },
		{ "a needless FF before it", read_integer, BYTES("\x02\x02\xff\x80"), false, 0 },
		{ "a number", read_number, BYTES("\x02\x03\x01\x11\x70"), true, 70000 },
		{ "one that is larger", read_number, BYTES("\x02\x03\x01\x11\x71"), false, 0 },
		{ "one far larger", read_number, BYTES("\x02\x09\x01\0\0\0\0\0\0\0\0"), false, 0 },
		{ "one below zero", read_number, BYTES("\x02\x01\x80"), false, 0 },
		{ "an enumerated value", read_enumerated, BYTES("\x0a\x01\x05"), true, 5 },
		{ "an integer is none", read_enumerated, BYTES("\x02\x01\x05"), false, 0 },
		{ "bytes as bits", read_bits, BYTES("\x03\x03\x00\xab\xcd"), true, 2 },
		{ "no bits", read_bits, BYTES("\x03\x01\x00"), true, 0 },
		{ "a bit unused", read_bits, BYTES("\x03\x02\x01\xaa"), false, 0 },
		{ "bits without their count", read_bits, BYTES("\x03\x00"), false, 0 },
		{ "digitalSignature", read_named_bits, BYTES("\x03\x02\x07\x80"), true, 1 },
		{ "and nonRepudiation", read_named_bits, BYTES("\x03\x02\x06\xc0"), true, 3 },
		{ "decipherOnly", read_named_bits, BYTES("\x03\x03\x07\x00\x80"), true, 256 },
		{ "the last of 32", read_named_bits, BYTES("\x03\x05\x00\x00\x00\x00\x01"), true, 0x80000000 },
		{ "one more", read_named_bits, BYTES("\x03\x06\x07\x00\x00\x00\x00\x80"), false, 0 },
		{ "none of them", read_named_bits, BYTES("\x03\x01\x00"), true, 0 },
		{ "none, and yet unused ones", read_named_bits, BYTES("\x03\x01\x01"), false, 0 },
		{ "a zero at the end", read_named_bits, BYTES("\x03\x02\x06\x80"), false, 0 },
		{ "a byte of zeros", read_named_bits, BYTES("\x03\x02\x00\x00"), false, 0 },
		{ "an unused bit that is set", read_named_bits, BYTES("\x03\x02\x07\xc0"), false, 0 },
		{ "more unused than there are", read_named_bits, BYTES("\x03\x02\x08\x80"), false, 0 },
		{ "null", read_null, BYTES("\x05\x00"), true, 0 },
		{ "null with something inside", read_null, BYTES("\x05\x01\x00"), false, 0 },
		{ "an OID", read_oid, BYTES("\x06\x03\x55\x1d\x0f"), true, 3 },
		{ "one with a number of two bytes", read_oid, BYTES("\x06\x03\x2a\x83\x08"), true, 3 },
		{ "one with a needless byte", read_oid, BYTES("\x06\x04\x2a\x80\x83\x08"), false, 0 },
		{ "one that ends within a number", read_oid, BYTES("\x06\x02\x2a\x83"), false, 0 },
		{ "an OID of nothing", read_oid, BYTES("\x06\x00"), false, 0 },
		{ "a time of this century", read_time, BYTES("\x17\x0d" "261122052000Z"), true, 1795324800 },
		{ "49 is of this one", read_time, BYTES("\x17\x0d" "491231235959Z"), true, 2524607999 },
		{ "50 of the last", read_time, BYTES("\x17\x0d" "500101000000Z"), true, -631152000 },
		{ "a leap day", read_time, BYTES("\x17\x0d" "240229000000Z"), true, 1709164800 },
		{ "no leap day", read_time, BYTES("\x17\x0d" "230229000000Z"), false, 0 },
		{ "a time of four digits", read_time, BYTES("\x18\x0f" "20500101000000Z"), true, 2524608000 },
		{ "100 is not divided by 400", read_time, BYTES("\x18\x0f" "21000229000000Z"), false, 0 },
		{ "2000 is", read_time, BYTES("\x18\x0f" "20000229000000Z"), true, 951782400 },
		{ "the first", read_time, BYTES("\x18\x0f" "00000101000000Z"), true, -62167219200 },
		{ "the last there is", read_time, BYTES("\x18\x0f" "99991231235959Z"), true, 253402300799 },
		{ "a fraction", read_time, BYTES("\x18\x11" "20260101000000.5Z"), false, 0 },
		{ "an offset", read_time, BYTES("\x17\x11" "260101000000+0900"), false, 0 },
		{ "without seconds", read_time, BYTES("\x17\x0b" "2601010000Z"), false, 0 },
		{ "a month 13", read_time, BYTES("\x17\x0d" "261301000000Z"), false, 0 },
		{ "a month 0", read_time, BYTES("\x17\x0d" "260001000000Z"), false, 0 },
		{ "a day 0", read_time, BYTES("\x17\x0d" "260100000000Z"), false, 0 },
		{ "an hour 24", read_time, BYTES("\x17\x0d" "260101240000Z"), false, 0 },
		{ "a minute 60", read_time, BYTES("\x17\x0d" "260101006000Z"), false, 0 },
		{ "a leap second", read_time, BYTES("\x17\x0d" "161231235960Z"), false, 0 },
		{ "no digits", read_time, BYTES("\x17\x0d" "26010100000 Z"), false, 0 },
		{ "a year of no digits", read_time, BYTES("\x17\x0d" "-1010100000" "0Z"), false, 0 },
		{ "local time", read_time, BYTES("\x17\x0d" "2601010000000"), false, 0 },
		{ "an implicit time", read_implicit_time, BYTES("\x81\x0f" "19700101000001Z"), true, 1 },
		{ "a tag of two bytes is none", read_null, BYTES("\x1f\x05\x00"), false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t bytes[64];
		struct span rest = span_of(bytes, cases[i].bytes.size + 2);
		int64_t value;
		bool good;

		memcpy(bytes, cases[i].bytes.data, cases[i].bytes.size);
		memcpy(bytes + cases[i].bytes.size, "\x05\x00", 2);
		good = cases[i].read(&rest, &value);
		expect_number(cases[i].title, good, cases[i].good);
		expect_number("what is left", rest.size, good ? 2 : cases[i].bytes.size + 2);
		expect_number("its value", value, cases[i].value);
		rest = span_first(cases[i].bytes, cases[i].bytes.size - 1);
		expect_true("cut short it is nothing", !cases[i].read(&rest, &value));
	}
}

static void
integers_have_a_sign(void **state)
{
	static const struct {
		const char *title;
		struct span contents;
		bool positive;
		size_t magnitude;
	} cases[] = {
		{ "one", BYTES("\x01"), true, 1 },
		{ "zero is not positive", BYTES("\x00"), false, 1 },
		{ "128 has a byte for its sign", BYTES("\x00\x80"), true, 1 },
		{ "256 has two of its own", BYTES("\x01\x00"), true, 2 },
		{ "-1 is not positive", BYTES("\xff"), false, 1 },
		{ "-128 is not positive", BYTES("\x80"), false, 1 },
		{ "nothing is not positive", { 0 }, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].title, der_positive(cases[i].contents), cases[i].positive);
		expect_number("its bytes", der_magnitude(cases[i].contents).size, cases[i].magnitude);
	}
}

static void
a_flag_is_written_when_it_is_true(void **state)
{
	static const struct {
		const char *title;
		struct span bytes;
		bool good, value;
		size_t left;
	} cases[] = {
		{ "true", BYTES("\x01\x01\xff\x05\x00"), true, true, 2 },
		{ "not there", BYTES("\x05\x00"), true, false, 2 },
		{ "nothing at all", BYTES(""), true, false, 0 },
		{ "another's flag", BYTES("\x81\x01\xff"), true, false, 3 },
		{ "false, written out", BYTES("\x01\x01\x00"), false, false, 3 },
		{ "01", BYTES("\x01\x01\x01"), false, false, 3 },
		{ "cut short", BYTES("\x01\x01"), false, false, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span rest = cases[i].bytes;
		bool value = true;

		expect_true(cases[i].title, der_flag(&rest, DER_BOOLEAN, &value) == cases[i].good);
		expect_true("its value", value == cases[i].value);
		expect_number("what is left", (int64_t)rest.size, (int64_t)cases[i].left);
	}
	expect_true("seven bits", der_ascii(span_text("a~\x7f")) && der_ascii((struct span){ 0 }));
	expect_true("eight are too many", !der_ascii(span_text("a\x80")));
}

static void
a_set_is_sorted(void **state)
{
	static const struct {
		const char *title;
		struct span set;
		bool sorted;
	} cases[] = {
		{ "nothing is sorted", { 0 }, true },
		{ "one is sorted", BYTES("\x05\x00"), true },
		{ "the smaller first", BYTES("\x02\x01\x01\x02\x01\x02"), true },
		{ "the shorter first", BYTES("\x02\x01\x05\x02\x02\x01\x00"), true },
		{ "the larger first", BYTES("\x02\x01\x02\x02\x01\x01"), false },
		{ "one twice", BYTES("\x02\x01\x01\x02\x01\x01"), false },
		{ "what is no element", BYTES("\x02\x01\x01\x02"), false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, der_sorted(cases[i].set), cases[i].sorted);
}

static void
whole_elements_are_what_is_signed(void **state)
{
	static const uint8_t bytes[] = { 0x30, 0x02, 0x05, 0x00, 0xa0, 0x01, 0x07 };
	struct span rest = span_of(bytes, sizeof(bytes)), whole, contents;
	uint8_t tag;

	(void)state;
	expect_number("the tag in front is seen", der_peek(rest), DER_SEQUENCE);
	expect_true("an element is taken with its header", der_whole(&rest, DER_SEQUENCE, &whole));
	expect_true("that stands where the bytes begin", whole.data == bytes && whole.size == 4);
	expect_true("any element is taken", der_any(&rest, &tag, &contents));
	expect_number("and its tag is told", tag, DER_CONTEXT(0));
	expect_number("with what is inside", contents.size, 1);
	expect_number("then there is nothing", der_peek(rest), 0);
	expect_true("and nothing is taken of it", !der_any(&rest, &tag, &contents));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_whole_is_entered),
		cmocka_unit_test(long_contents_are_entered),
		cmocka_unit_test(tags_of_any_number_are_entered),
		cmocka_unit_test(values_have_one_form),
		cmocka_unit_test(a_flag_is_written_when_it_is_true),
		cmocka_unit_test(integers_have_a_sign),
		cmocka_unit_test(a_set_is_sorted),
		cmocka_unit_test(whole_elements_are_what_is_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
