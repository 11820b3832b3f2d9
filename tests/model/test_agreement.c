/* tests/model/test_agreement.c - which operators have agreed, and whose word counts. */
#include "model/agreement.h"

#include "expect.h"

/* One operator's word after another, each under the configuration of its time: who, whom it names, how many it takes;
 * "join" as of who may not have said it before, "repeat" as of who may. */
struct word {
	const char *actor, *operators;
	unsigned approvals;
	bool repeats;
	const char *becomes; /* who has agreed, and "!" when it is enough; or "CODE" and the sentence's beginning */
};
#define WORDS 6

static const struct {
	const char *title;
	struct word words[WORDS];
} cases[] = {
	{ "who proposes is the first", { { "A", "A B", 2, false, "A" }, { "B", "A B", 2, false, "A B !" } } },
	{ "and not the second",
	  { { "A", "A B", 2, false, "A" }, { "A", "A B", 2, false, "denied: A proposed this; expected another" } } },
	{ "who is not named does not count",
	  { { "R", "A B", 2, false, "" },
	    { "R", "A B", 2, false, "denied: R is not named in control/operators" },
	    { "A", "A B", 2, false, "A" },
	    { "B", "A B", 2, false, "A B !" } } },
	{ "who is dismissed counts no more",
	  { { "A", "A B", 2, false, "A" },
	    { "B", "B C", 2, false, "B" },
	    { "A", "B C", 2, false, "denied: A is not named in control/operators" },
	    { "C", "B C", 2, false, "B C !" } } },
	{ "nor does who proposed become another by being appointed again",
	  { { "A", "A B C", 3, false, "A" },
	    { "B", "B C", 3, false, "B" },
	    { "A", "A B C", 3, false, "denied: A proposed this; expected another operator, 1 of 3" } } },
	{ "all who agreed may be dismissed",
	  { { "A", "A B C", 3, false, "A" },
	    { "B", "A B C", 3, false, "A B" },
	    { "C", "C D E", 3, false, "C" },
	    { "D", "C D E", 3, false, "C D" },
	    { "E", "C D E", 3, false, "C D E !" } } },
	{ "a name that is another's beginning is not his",
	  { { "uid:10", "uid:10 uid:2", 2, false, "uid:10" }, { "uid:2", "uid:100 uid:2", 2, false, "uid:2" } } },
	{ "one is enough, whoever it is", { { "R", "", 1, false, "R !" }, { "R", "", 0, false, "R !" } } },
	{ "a word that may be said again is one word",
	  { { "A", "A B", 2, true, "A" }, { "A", "A B", 2, true, "A" }, { "B", "A B", 2, true, "A B !" } } },
	{ "and counts no more either, once its operator is dismissed",
	  { { "A", "A B", 2, true, "A" }, { "B", "B C", 2, true, "B" }, { "R", "B C", 2, true, "denied: R is not" } } },
};

static struct span
lines_of(struct arena *a, const char *words)
{
	char *text = arena_print(a, "%s", words);

	for (char *at = text; *at; at++)
		if (*at == ' ')
			*at = '\n';
	return span_text(text);
}

static const char *
told(struct arena *a, const struct agreement *g, const struct quorum *q)
{
	struct span lines = g->approvers;
	const char *out = "";

	while (lines.size) {
		struct span line = span_cut(&lines, '\n');

		out = arena_print(a, "%s%s%.*s", out, out[0] ? " " : "", SPAN_ARGS(line));
	}
	return arena_print(a, "%s%s", out, agreement_whole(g, q) ? " !" : "");
}

static void
words_are_counted_by_the_operators_in_force(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a = arena_init(64 * KIB);
		struct agreement g = { 0 };

		for (size_t n = 0; n < WORDS && cases[i].words[n].actor; n++) {
			const struct word *w = &cases[i].words[n];
			const struct quorum quorum = { lines_of(&a, w->operators), w->approvals };
			const struct agreeing by = { span_text(w->actor), quorum };
			const struct span before = g.approvers;
			const char *title = arena_print(&a, "%s: %zu. %s", cases[i].title, n + 1, w->actor);
			struct problem why = { 0 };
			enum err err = OK;

			if (w->repeats)
				err = agreement_repeat(&a, &g, &by, &why);
			else if (n == 0)
				g = agreement_begin(&a, &by);
			else
				err = agreement_join(&a, &g, &by, &why);
			if (err == OK) {
				expect_text(title, told(&a, &g, &by.quorum), w->becomes);
				continue;
			}
			expect_true(title, span_starts(span_text(w->becomes), "denied: "));
			expect_problem(title, err, &why, ERR_DENIED, w->becomes + strlen("denied: "));
			expect_true("a refused word leaves all as it was", span_equal(before, g.approvers));
		}
		arena_release(&a);
	}
}

/* A row of before may have operators who are none any more, whatever is asked of it. */
static void
who_counts_no_more_goes(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct agreement g = { .approvers = span_text("A\nB\nC") };
	const struct quorum q = { span_text("B\nD"), 2 };

	(void)state;
	expect_number("one of three counts", agreement_had(&g, &q), 1);
	expect_true("and is not enough", !agreement_whole(&g, &q));
	agreement_recount(&a, &g, &q);
	expect_span("the others go", g.approvers, "B");
	arena_release(&a);
}

static void
more_than_there_is_room_for_are_refused(void **state)
{
	struct arena a = arena_init(64 * KIB);
	struct agreeing by = { .quorum = { span_text("0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10"), 11 } };
	struct agreement g = { 0 };
	struct problem why = { 0 };

	(void)state;
	for (int i = 0; i < AGREEMENT_LARGEST; i++) {
		by.actor = span_text(arena_print(&a, "%d", i));
		expect_ok("another", agreement_repeat(&a, &g, &by, &why), &why);
	}
	by.actor = span_text("10");
	expect_problem("one too many", agreement_repeat(&a, &g, &by, &why), &why, ERR_LIMIT, "at most 10 operators");
	by.actor = span_text("9");
	expect_ok("who is there is not one more", agreement_repeat(&a, &g, &by, &why), &why);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_counted_by_the_operators_in_force),
		cmocka_unit_test(who_counts_no_more_goes),
		cmocka_unit_test(more_than_there_is_room_for_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
