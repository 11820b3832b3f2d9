/* tests/transaction/test_proofing_figures.c - what is counted of proofing has a line of its own. */
#include "expect.h"

#include <stdio.h>

#include "transaction/proofing/figures.h"

static struct figures figures;

static void
line_of(const struct proofing_figure *f, char *out, size_t size)
{
	int used = snprintf(out, size, "%s{%s=%s", f->family, f->labels[0], f->values[0]);

	if (f->values[1])
		used += snprintf(out + used, size - (size_t)used, ",%s=%s", f->labels[1], f->values[1]);
	snprintf(out + used, size - (size_t)used, "}");
}

static uint64_t
counted(const char *line)
{
	struct proofing_figure f;
	char text[200];

	for (size_t n = 0; proofing_figure(n, &f); n++) {
		line_of(&f, text, sizeof(text));
		if (strcmp(text, line) == 0)
			return figures.value[f.figure];
	}
	expect_true(line, false);
	return 0;
}

static uint64_t
sum(void)
{
	uint64_t all = 0;

	for (size_t i = 0; i < FIGURE_COUNT; i++)
		all += figures.value[i];
	return all;
}

static void
each_line_stands_once(void **state)
{
	char lines[FIGURE_COUNT][200];
	struct proofing_figure f;
	size_t families = 0, count = 0;

	(void)state;
	for (; proofing_figure(count, &f); count++) {
		line_of(&f, lines[count], sizeof(lines[count]));
		families += f.first;
		for (size_t i = 0; i < count; i++)
			expect_true(lines[count], strcmp(lines[i], lines[count]) != 0);
	}
	expect_number("each of proofing's figures", count, FIGURE_COURIER_WAITING - FIGURE_PROOFS);
	expect_number("in three families", families, 3);
}

static void
what_happens_is_counted_there(void **state)
{
	const struct revocation_trail trail = { .count = 2, .asked = {
		{ .source = "a", .kind = REVOCATION_BY_OCSP, .status = REVOCATION_UNAVAILABLE },
		{ .source = "b", .kind = REVOCATION_BY_OPERATOR, .status = REVOCATION_GOOD, .fresh = true } } };

	(void)state;
	memset(&figures, 0, sizeof(figures));
	proofing_count_proof(&figures, JPKI_AUTHENTICATION, REFUTED);
	expect_number("a proof", counted("watashi_jpki_proofs_total{purpose=authentication,outcome=refuted}"), 1);
	proofing_count_proof(&figures, JPKI_SIGNATURE, ESTABLISHED);
	expect_number("another", counted("watashi_jpki_proofs_total{purpose=signature,outcome=established}"), 1);
	proofing_count_answers(&figures, &trail);
	expect_number("a source that did not answer",
	    counted("watashi_jpki_revocation_answers_total{kind=ocsp,status=unavailable}"), 1);
	expect_number("one that did", counted("watashi_jpki_revocation_answers_total{kind=operator,status=good}"), 1);
	proofing_count_linkage(&figures, CONTINUITY_UNKNOWN);
	expect_number("a linkage", counted("watashi_jpki_linkages_total{continuity=unknown}"), 1);
	expect_number("and nothing else", sum(), 5);
	proofing_count_linkage(&figures, CONTINUITY_NOT_ASKED);
	proofing_count_proof(&figures, JPKI_NO_PURPOSE, ESTABLISHED);
	expect_number("what was not asked is not counted", sum(), 5);
	proofing_count_proof(NULL, JPKI_SIGNATURE, ESTABLISHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_stands_once),
		cmocka_unit_test(what_happens_is_counted_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
