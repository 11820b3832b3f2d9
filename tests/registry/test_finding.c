/* tests/registry/test_finding.c - findings as rows and as JSON. */
#include "expect.h"

#include <stdio.h>

#include "registry/finding.h"

static struct rule_finding published[] = {
	{ .rule = { (const uint8_t *)"key.rsa-short", 13 }, .level = FINDING_WARNING,
	  .error_from = { SECONDS(1827619200) }, .element = { (const uint8_t *)"SPSSODescriptor[1]", 18 },
	  .found = { (const uint8_t *)"RSA 1024", 8 }, .right_ja = { (const uint8_t *)"\xe9\x8d\xb5", 3 },
	  .right_en = { (const uint8_t *)"A \"key\".", 8 }, .clause = { (const uint8_t *)"s1", 2 } },
	{ .rule = { (const uint8_t *)"schema.invalid", 14 }, .level = FINDING_ERROR, .member = { (const uint8_t *)"m1",
	  2 }, .entity_id = { (const uint8_t *)"urn:a", 5 } },
};

static struct buffer
written(size_t published_count, size_t refused_count)
{
	const struct findings f = { .looked = { 5 }, .published = published, .published_count = published_count,
		.refused = published + 1, .refused_count = refused_count, .refused_at = { 7 } };
	struct buffer b = buffer_init(64 * KIB);

	findings_write(&b, &f);
	return b;
}

static void
a_row_is_read_as_it_was_written(void **state)
{
	struct buffer b = written(2, 1);
	struct arena a = arena_init(64 * KIB);
	struct findings f;

	(void)state;
	expect_true("it is ours", findings_read(&a, buffer_span(&b), &f));
	expect_number("when it was looked", f.looked.us, 5);
	expect_number("when it was refused", f.refused_at.us, 7);
	expect_number("what is published", f.published_count, 2);
	expect_number("what was refused", f.refused_count, 1);
	expect_span("its rule", f.published[0].rule, "key.rsa-short");
	expect_number("its level", f.published[0].level, FINDING_WARNING);
	expect_number("its day", f.published[0].error_from.us, SECONDS(1827619200));
	expect_span("its element", f.published[0].element, "SPSSODescriptor[1]");
	expect_span("what stands there", f.published[0].found, "RSA 1024");
	expect_span("what would be right", f.published[0].right_en, "A \"key\".");
	expect_span("in Japanese", f.published[0].right_ja, "\xe9\x8d\xb5");
	expect_span("its clause", f.published[0].clause, "s1");
	expect_number("the refused one's level", f.refused[0].level, FINDING_ERROR);
	buffer_release(&b);
	arena_release(&a);
}

static void
other_rows_are_not_read(void **state)
{
	struct buffer b = written(2, 1);
	struct arena a = arena_init(64 * KIB);
	struct findings f;

	(void)state;
	for (size_t size = 0; size < buffer_span(&b).size; size++)
		expect_true("nothing cut short is", !findings_read(&a, span_first(buffer_span(&b), size), &f));
	buffer_byte(&b, 0);
	expect_true("nor one with more behind", !findings_read(&a, buffer_span(&b), &f));
	b.end--;
	b.data[b.start] = 9;
	expect_true("nor another format", !findings_read(&a, buffer_span(&b), &f));
	b.data[b.start] = 1;
	b.data[b.start + 19] = 3;
	expect_true("nor another level", !findings_read(&a, buffer_span(&b), &f));
	b.data[b.start + 19] = 1;
	expect_true("but itself", findings_read(&a, buffer_span(&b), &f));
	b.data[b.start + 17] = 1;
	expect_true("nor more than there can be", !findings_read(&a, buffer_span(&b), &f));
	buffer_release(&b);
	arena_release(&a);
}

static void
findings_are_json(void **state)
{
	struct buffer b = buffer_init(64 * KIB);

	(void)state;
	findings_write_json(&b, published, 0);
	expect_span("none", buffer_span(&b), "[]");
	buffer_clear(&b);
	findings_write_json(&b, published, 2);
	expect_span("two", buffer_span(&b),
	    "[{\"rule\":\"key.rsa-short\",\"level\":\"warning\",\"element\":\"SPSSODescriptor[1]\",\"found\":\"RSA "
	    "1024\",\"right\":{\"ja\":\"\xe9\x8d\xb5\",\"en\":\"A \\\"key\\\".\"},"
	    "\"clause\":\"s1\",\"error_from\":\"2027-12-01T00:00:00Z\"},"
	    "{\"rule\":\"schema.invalid\",\"level\":\"error\",\"element\":\"\",\"found\":\"\","
	    "\"right\":{\"ja\":\"\",\"en\":\"\"},"
	    "\"clause\":\"\",\"member\":\"m1\",\"entity_id\":\"urn:a\"}]");
	buffer_release(&b);
}

static void
findings_are_counted_by_rule(void **state)
{
	static struct finding_tally tally;
	static char names[FINDING_RULES + 1][8];
	struct rule_finding f = { .rule = span_text("b"), .level = FINDING_ERROR };

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		finding_tally_add(&tally, &f);
	f = (struct rule_finding){ .rule = span_text("a"), .level = FINDING_WARNING };
	finding_tally_add(&tally, &f);
	f.level = FINDING_ERROR;
	finding_tally_add(&tally, &f);
	expect_number("each rule once", tally.count, 2);
	expect_text("by name", tally.rules[0].rule, "a");
	expect_number("its errors", tally.rules[0].errors, 1);
	expect_number("its warnings", tally.rules[0].warnings, 1);
	expect_number("however many there are", tally.rules[1].errors, 100000);
	for (unsigned i = 0; i < COUNT(names); i++) {
		snprintf(names[i], sizeof(names[i]), "r%u", i);
		f.rule = span_text(names[i]);
		finding_tally_add(&tally, &f);
	}
	expect_number("as many rules as there is room for", tally.count, FINDING_RULES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_as_it_was_written),
		cmocka_unit_test(other_rows_are_not_read),
		cmocka_unit_test(findings_are_json),
		cmocka_unit_test(findings_are_counted_by_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
