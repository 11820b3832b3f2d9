/* tests/codec/test_json_writer.c - objects and arrays while they are written. */
#include "codec/json_writer.h"
#include "expect.h"

static void
a_comma_stands_before_all_but_the_first(void **state)
{
	struct buffer b = buffer_init(KIB);

	(void)state;
	json_write_member(&b, "a", span_text("1"));
	json_write_member(&b, "b", span_text("2"));
	expect_span("a list of members begins the buffer", buffer_span(&b), "\"a\":\"1\",\"b\":\"2\"");
	buffer_clear(&b);
	buffer_byte(&b, '{');
	json_write_member(&b, "a", span_text("{"));
	json_write_name(&b, "b");
	buffer_byte(&b, '[');
	json_write_element(&b);
	buffer_text(&b, "1");
	json_write_element(&b);
	buffer_byte(&b, '{');
	json_write_member(&b, "c", span_text("["));
	buffer_text(&b, "}]");
	json_write_name(&b, "d");
	buffer_text(&b, "{}");
	json_write_member(&b, "e", span_text("\""));
	buffer_byte(&b, '}');
	expect_span("objects and arrays in each other", buffer_span(&b),
	    "{\"a\":\"{\",\"b\":[1,{\"c\":\"[\"}],\"d\":{},\"e\":\"\\\"\"}");
	buffer_drain(&b, b.end - b.start - 1);
	json_write_member(&b, "f", span_text("of what was taken away nothing counts"));
	expect_span("behind a brace that closes", buffer_span(&b),
	    "},\"f\":\"of what was taken away nothing counts\"");
	buffer_release(&b);
}

static void
what_is_not_there_is_left_out_or_null(void **state)
{
	const struct instant never = { 0 }, then = { SECONDS(1795324800) };
	const struct id none = { { 0 } }, one = { { [0] = 0xab, [15] = 1 } };
	struct buffer b = buffer_init(KIB);

	(void)state;
	buffer_byte(&b, '{');
	json_write_given(&b, "a", (struct span){ 0 });
	json_write_time(&b, "b", never);
	json_write_member(&b, "c", (struct span){ 0 });
	json_write_member_or_null(&b, "d", (struct span){ 0 });
	json_write_time_or_null(&b, "e", never);
	json_write_given(&b, "f", span_text("x"));
	json_write_time(&b, "g", then);
	json_write_member_or_null(&b, "h", span_text("y"));
	json_write_time_or_null(&b, "i", then);
	json_write_id_given(&b, "j", &none);
	json_write_id_or_null(&b, "k", &none);
	json_write_id_given(&b, "l", &one);
	json_write_id_or_null(&b, "m", &one);
	json_write_id(&b, "n", &one);
	buffer_byte(&b, '}');
	expect_span("an object", buffer_span(&b), "{\"c\":\"\",\"d\":null,\"e\":null,\"f\":\"x\","
	    "\"g\":\"2026-11-22T05:20:00Z\",\"h\":\"y\",\"i\":\"2026-11-22T05:20:00Z\",\"k\":null,"
	    "\"l\":\"ab000000000000000000000000000001\",\"m\":\"ab000000000000000000000000000001\","
	    "\"n\":\"ab000000000000000000000000000001\"}");
	buffer_release(&b);
}

static void
what_does_not_fit_is_told_by_the_buffer(void **state)
{
	struct buffer none = buffer_init(0), little = buffer_init(8);

	(void)state;
	json_write_member(&none, "a", span_text("b"));
	json_write_element(&none);
	assert_true(none.overflowed);
	buffer_byte(&little, '{');
	json_write_member(&little, "name", span_text("value"));
	assert_true(little.overflowed);
	buffer_release(&none);
	buffer_release(&little);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_comma_stands_before_all_but_the_first),
		cmocka_unit_test(what_is_not_there_is_left_out_or_null),
		cmocka_unit_test(what_does_not_fit_is_told_by_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
