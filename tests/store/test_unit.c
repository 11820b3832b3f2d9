/* tests/store/test_unit.c - units of work as messages: written, read, and refused when they are none. */
#include <stdlib.h>

#include "expect.h"

#include "base/buffer.h"
#include "store/unit.h"

static const struct table first = { "first", ROLE_BIT(ROLE_WORKER), 0 };
static const struct table second = { "second", ROLE_BIT(ROLE_STEWARD), 0 };
static const struct table growing = { "growing", ROLE_BIT(ROLE_WORKER), TABLE_APPEND_ONLY };
static const struct table *const tables[] = { &first, &second, &growing, NULL };

static struct span
whole_unit(struct arena *a)
{
	struct unit *u = unit_new(a, tables, id_new((struct instant){ SECONDS(1) }));

	unit_expect(u, &second, span_text("key"), 7);
	unit_put(u, &first, span_text("key"), span_text("value"));
	unit_put_until(u, &second, span_text("other"), span_text(""), (struct instant){ SECONDS(9) });
	unit_delete(u, &first, span_text("old"));
	unit_append(u, &growing, span_text("entry"));
	unit_put_numbered(u, &first, span_text("entry's"), span_text("place"));
	return unit_bytes(u);
}

static void
a_value_in_two_pieces_is_one_value(void **state)
{
	static const struct {
		const char *title, *head, *rest;
	} cases[] = {
		{ "two", "pl", "ace" },
		{ "nothing before", "", "place" },
		{ "nothing behind", "place", "" },
	};
	const struct id id = id_new((struct instant){ SECONDS(1) });
	struct arena a = arena_init(1 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct unit *whole = unit_new(&a, tables, id), *pieces = unit_new(&a, tables, id);

		unit_append(whole, &growing, span_text("entry"));
		unit_put_numbered(whole, &first, span_text("key"), span_text("place"));
		unit_append(pieces, &growing, span_text("entry"));
		unit_put_numbered_pieces(pieces, &first, span_text("key"), span_text(cases[i].head),
		    span_text(cases[i].rest));
		expect_true(cases[i].title, span_equal(unit_bytes(whole), unit_bytes(pieces)));
	}
	arena_release(&a);
}

static void
what_was_written_is_read(void **state)
{
	static const struct {
		enum operation_kind kind;
		const struct table *table;
		const char *key, *value;
		uint64_t generation;
		int64_t expires;
	} expected[] = {
		{ UNIT_EXPECT, &second, "key", "", 7, 0 },
		{ UNIT_PUT, &first, "key", "value", 0, 0 },
		{ UNIT_PUT, &second, "other", "", 0, SECONDS(9) },
		{ UNIT_DELETE, &first, "old", "", 0, 0 },
		{ UNIT_APPEND, &growing, "", "entry", 0, 0 },
		{ UNIT_PUT_NUMBERED, &first, "entry's", "place", 0, 0 },
	};
	struct arena a = arena_init(1 * MIB);
	struct operation *operations;
	struct problem why;
	struct id id;
	size_t count;

	(void)state;
	expect_ok("the unit is read", unit_read(&a, tables, whole_unit(&a), &id, &operations, &count, &why), &why);
	expect_number("all of it", count, COUNT(expected));
	for (size_t i = 0; i < count; i++) {
		expect_number("kind", operations[i].kind, expected[i].kind);
		expect_true("table", operations[i].table == expected[i].table);
		expect_true("its number", tables[operations[i].table_number] == expected[i].table);
		expect_span("key", operations[i].key, expected[i].key);
		expect_span("value", operations[i].value, expected[i].value);
		expect_number("generation", operations[i].generation, expected[i].generation);
		expect_number("expiry", operations[i].expires.us, expected[i].expires);
	}
	arena_release(&a);
}

static void
every_part_of_a_unit_is_none(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span whole = whole_unit(&a);
	struct operation *operations;
	struct problem why;
	struct id id;
	size_t count;

	(void)state;
	for (size_t size = 0; size < whole.size; size++)
		expect_problem("what is cut short is not a unit",
		    unit_read(&a, tables, span_first(whole, size), &id, &operations, &count, &why), &why, ERR_SYNTAX,
		    "");
	arena_release(&a);
}

/* A head that says `count`, then what is written. */
static struct buffer
head(unsigned version, uint32_t count)
{
	struct buffer b = buffer_init(UNIT_LARGEST + KIB);

	buffer_u8(&b, (uint8_t)version);
	buffer_text(&b, "0123456789abcdef");
	buffer_u32(&b, count);
	return b;
}

static void
add_delete(struct buffer *b, unsigned table, size_t key)
{
	buffer_u8(b, UNIT_DELETE);
	buffer_u16(b, (uint16_t)table);
	buffer_u16(b, (uint16_t)key);
	while (key--)
		buffer_byte(b, 'k');
}

static void
expect_refused(const char *title, struct buffer b, enum err code, const char *part)
{
	struct arena a = arena_init(16 * MIB);
	struct operation *operations;
	struct problem why;
	struct id id;
	size_t count;

	expect_problem(title, unit_read(&a, tables, buffer_span(&b), &id, &operations, &count, &why), &why, code, part);
	buffer_release(&b);
	arena_release(&a);
}

static void
bad_messages_are_refused(void **state)
{
	struct buffer b = head(2, 0);

	(void)state;
	expect_refused("a version of later", b, ERR_SYNTAX, "version 2, expected 1");

	b = head(1, UNIT_OPERATIONS + 1);
	expect_refused("too many operations", b, ERR_LIMIT, "65537 operations, at most 65536");

	b = head(1, UNIT_OPERATIONS);
	add_delete(&b, 0, 1);
	expect_refused("more operations than bytes", b, ERR_SYNTAX, "65536 operations cannot stand in 6 bytes");

	b = head(1, 1);
	add_delete(&b, 3, 1);
	expect_refused("a table behind the last", b, ERR_SYNTAX, "operation 0 names table 3 of 3");

	b = head(1, 2);
	add_delete(&b, 0, 1);
	add_delete(&b, 65535, 1);
	expect_refused("it says which operation", b, ERR_SYNTAX, "operation 1 names table 65535 of 3");

	b = head(1, 1);
	add_delete(&b, 0, 0);
	buffer_byte(&b, 'x');
	expect_refused("an empty key", b, ERR_SYNTAX, "a key of 0 bytes, expected 1 to 511");

	b = head(1, 1);
	add_delete(&b, 0, 512);
	expect_refused("a key too long", b, ERR_SYNTAX, "a key of 512 bytes");

	b = head(1, 1);
	buffer_u8(&b, 5);
	buffer_u16(&b, 0);
	buffer_u32(&b, 0);
	expect_refused("an unknown operation", b, ERR_SYNTAX, "of kind 5, the last known is 4");

	b = head(1, 2);
	add_delete(&b, 0, 1);
	buffer_u8(&b, UNIT_PUT_NUMBERED);
	buffer_u16(&b, 0);
	buffer_u16(&b, 1);
	buffer_byte(&b, 'k');
	buffer_u32(&b, 0);
	expect_refused("a number that nothing got", b, ERR_SYNTAX,
	    "operation 1 puts a number, and nothing was appended before it");

	b = head(1, 1);
	buffer_u8(&b, UNIT_PUT);
	buffer_u16(&b, 0);
	buffer_u16(&b, 1);
	buffer_byte(&b, 'k');
	buffer_u64(&b, UINT64_MAX);
	buffer_u32(&b, 0);
	expect_refused("an end before 1970", b, ERR_SYNTAX, "expires before 1970");

	b = head(1, 1);
	add_delete(&b, 0, 1);
	buffer_byte(&b, 'x');
	expect_refused("bytes behind the end", b, ERR_SYNTAX, "1 bytes follow the last operation");

	b = head(1, 1);
	buffer_u8(&b, UNIT_APPEND);
	buffer_u16(&b, 2);
	buffer_u32(&b, UINT32_MAX);
	expect_refused("a value larger than the message", b, ERR_SYNTAX, "ends within operation 0");
}

static void
a_key_may_have_511_bytes(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct buffer b = head(1, 1);
	struct operation *operations;
	struct problem why;
	struct id id;
	size_t count;

	(void)state;
	add_delete(&b, 0, KEY_LARGEST);
	expect_ok("read", unit_read(&a, tables, buffer_span(&b), &id, &operations, &count, &why), &why);
	expect_number("whole", operations[0].key.size, KEY_LARGEST);
	expect_true("and the id", memcmp(id.bytes, "0123456789abcdef", 16) == 0);
	buffer_release(&b);
	arena_release(&a);
}

static void
a_message_too_large_is_not_looked_at(void **state)
{
	uint8_t *bytes = calloc(1, UNIT_LARGEST + 1);
	struct arena a = arena_init(KIB);
	struct operation *operations;
	struct problem why;
	struct id id;
	size_t count;

	(void)state;
	expect_problem("one byte more than a unit may have",
	    unit_read(&a, tables, span_of(bytes, UNIT_LARGEST + 1), &id, &operations, &count, &why), &why, ERR_LIMIT,
	    "67108865 bytes, at most 67108864");
	free(bytes);
	arena_release(&a);
}

static void
a_unit_that_grows_too_large_has_no_message(void **state)
{
	struct arena a = arena_init(4 * UNIT_LARGEST);
	uint8_t *bytes = calloc(1, UNIT_LARGEST);
	struct unit *u = unit_new(&a, tables, id_new((struct instant){ 1 }));

	(void)state;
	unit_put(u, &first, span_text("k"), span_of(bytes, UNIT_LARGEST - 100));
	expect_true("what fits is a message", unit_bytes(u).size > UNIT_LARGEST - 100);
	unit_put(u, &first, span_text("k"), span_of(bytes, 100));
	expect_number("what does not is none", unit_bytes(u).size, 0);
	u = unit_new(&a, tables, id_new((struct instant){ 1 }));
	unit_append(u, &growing, span_of(bytes, UNIT_LARGEST));
	expect_number("in one piece neither", unit_bytes(u).size, 0);
	free(bytes);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_value_in_two_pieces_is_one_value),
		cmocka_unit_test(every_part_of_a_unit_is_none),
		cmocka_unit_test(bad_messages_are_refused),
		cmocka_unit_test(a_key_may_have_511_bytes),
		cmocka_unit_test(a_message_too_large_is_not_looked_at),
		cmocka_unit_test(a_unit_that_grows_too_large_has_no_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
