/* tests/assurance/test_evaluation.c - levels reached and possible; and what more facts may do to them. */
#include "assurance/evaluation.h"

#include "base/buffer.h"
#include "expect.h"
#include "generated.h"
#include "policy_text.h"

static const struct {
	const char *title, *observed, *claimed, *profile, *levels;
} cases[] = {
	{ "nothing known: nothing reached, everything possible, nothing cleared", "{}", "{}", NULL,
	  "person 0-2 token 0-3 session 0-3 authentication 0-3, unclear" },
	{ "a level is reached when its criteria and those below are true",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"hardware\",\"login.age\":60,"
	  "\"login.tries\":0}", "{}", NULL, "person 1-2 token 3-3 session 1-3 authentication 1-3" },
	{ "a criterion that is false ends what is possible, whatever holds above it",
	  "{\"rp.asks_number\":false,\"device.kind\":\"hardware\",\"login.age\":50000}", "{}", NULL,
	  "person 0-2 token 1-1 session 0-3 authentication 0-1" },
	{ "a criterion that does not apply is true",
	  "{\"rp.asks_number\":false,\"device.kind\":\"hardware\",\"login.tries\":0,\"channel.kind\":\"server\","
	  "\"device.lost\":false,\"login.age\":0}", "{}", NULL, "person 0-2 token 3-3 session 3-3 authentication 3-3" },
	{ "whether it applies may be unknown, and then it is",
	  "{\"rp.asks_number\":false,\"login.tries\":0,\"channel.kind\":\"server\",\"device.lost\":false}", "{}", NULL,
	  "person 0-2 token 0-3 session 2-3 authentication 0-3" },
	{ "a composed level is the lowest of its parts",
	  "{\"rp.asks_number\":false,\"device.kind\":\"hardware\",\"login.tries\":9,\"login.age\":0}", "{}", NULL,
	  "person 0-2 token 3-3 session 1-1 authentication 1-1" },
	{ "what is claimed does not count where it must be vouched for",
	  "{\"rp.asks_number\":false}", "{\"account.exists\":true,\"person.checked\":true}", NULL,
	  "person 1-2 token 0-3 session 0-3 authentication 0-3" },
	{ "the other way round it counts",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"person.checked\":true}", "{}", NULL,
	  "person 2-2 token 0-3 session 0-3 authentication 0-3" },
	{ "a profile may ask for more of every criterion",
	  "{\"rp.asks_number\":false}", "{\"account.exists\":true}", "vouched",
	  "person 0-2 token 0-3 session 0-3 authentication 0-3" },
	{ "a profile's own parameter counts in place of the framework's",
	  "{\"rp.asks_number\":true,\"device.kind\":\"software\",\"login.age\":50000}", "{}", "lax",
	  "person 0-2 token 2-2 session 0-3 authentication 0-2" },
	{ "a criterion of every level bars all where it is false",
	  "{\"rp.asks_number\":true,\"account.exists\":true,\"device.kind\":\"hardware\",\"login.age\":0}", "{}", NULL,
	  "person 0-0 token 0-0 session 0-0 authentication 0-0, barred" },
};

static void
test_levels(void **state)
{
	struct arena a = arena_init(8 * MIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct profile *profile = cases[i].profile ? profile_find(f, span_text(cases[i].profile)) : NULL;
		struct facts facts = policy_text_facts(&a, f, cases[i].observed, OBSERVED);
		struct buffer b = buffer_init(KIB);
		struct evaluation e;

		policy_text_state(&a, &facts, cases[i].claimed, CLAIMED);
		evaluate(f, profile, &facts, &e);
		for (size_t k = 0; k < f->area_count; k++)
			buffer_print(&b, "%s%.*s %d-%d", k ? " " : "", SPAN_ARGS(f->areas[k].id), e.areas[k].reached,
			    e.areas[k].possible);
		buffer_text(&b, e.barred ? ", barred" : e.cleared ? "" : ", unclear");
		expect_span(cases[i].title, buffer_span(&b), cases[i].levels);
		buffer_release(&b);
	}
	arena_release(&a);
}

static const struct {
	enum comparison comparison;
	uint8_t met[4]; /* at level 0, 1, 2, 3, where 2 is required */
} comparisons[] = {
	{ COMPARE_MINIMUM, { 0, 0, 1, 1 } },
	{ COMPARE_EXACT, { 0, 0, 1, 0 } },
	{ COMPARE_MAXIMUM, { 1, 1, 1, 0 } },
	{ COMPARE_BETTER, { 0, 0, 0, 1 } },
};

static void
test_comparisons(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(comparisons); i++)
		for (uint8_t level = 0; level < 4; level++) {
			struct requirement r = { 0, 2, comparisons[i].comparison };

			expect_number(comparison_name(comparisons[i].comparison), requirement_met(&r, level),
			    comparisons[i].met[level]);
		}
}

static void
test_demands(void **state)
{
	static const char good[] = "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\","
	    "\"login.age\":0,\"login.tries\":0,\"channel.kind\":\"server\",\"device.lost\":false}";
	struct arena a = arena_init(8 * MIB);
	const struct framework *f = policy_text_framework(&a);
	struct demand login = profile_demand(profile_find(f, span_text("login"))), none = { .count = 0 };
	struct demand bank = profile_demand(profile_find(f, span_text("bank")));
	struct facts facts = policy_text_facts(&a, f, good, OBSERVED);
	struct evaluation e;

	(void)state;
	evaluate(f, NULL, &facts, &e);
	expect_true("what is required is reached", demand_met(&login, &e));
	expect_true("no requirement permits nothing", !demand_met(&none, &e));
	expect_true("nor what is false", !demand_met(&bank, &e));

	facts_forget(&facts, fact_find(f->dictionary, span_text("device.lost")));
	evaluate(f, NULL, &facts, &e);
	expect_true("nor what is unknown", !demand_met(&login, &e));
	expect_number("though it may become so", e.areas[area_find(f, span_text("authentication"))].possible, 2);

	facts = policy_text_facts(&a, f, good, OBSERVED);
	facts_forget(&facts, fact_find(f->dictionary, span_text("rp.asks_number")));
	evaluate(f, NULL, &facts, &e);
	expect_number("not stating what bars takes no level away",
	    e.areas[area_find(f, span_text("authentication"))].reached, 2);
	expect_true("but it permits nothing", !demand_met(&login, &e));
	arena_release(&a);
}

static void
test_levels_of_parts(void **state)
{
	struct chance c = { 1 };
	struct arena a = arena_init(MIB);
	const struct framework *f = generated_framework(&c, &a, 4, 1); /* the second part's 2 is but a 1 of the whole */
	uint8_t levels[AREAS_LARGEST];
	struct demand whole = { { { GENERATED_AREAS, 2, COMPARE_MINIMUM } }, 1 };
	struct demand better = { { { 0, 3, COMPARE_BETTER } }, 1 };

	(void)state;
	expect_true("parts that can", demand_levels(&whole, f, levels));
	expect_number("the first part's level", levels[0], 2);
	expect_number("the second's, where the next lower would not do", levels[1], 3);
	expect_true("nothing is better than the best", !demand_levels(&better, f, levels));
	arena_release(&a);
}

/* Learning a fact never takes away what is reached, and never gives back what is impossible (bars apart, which need to
 * be cleared first). */
static void
test_knowing_more(void **state)
{
	struct arena a = arena_init(4 * MIB);
	struct chance c = { 99 };
	size_t grown = 0;

	(void)state;
	for (size_t i = 0; i < 400; i++) {
		const struct framework *f = generated_framework(&c, &a, 12, 1);
		struct facts facts = generated_facts(&c, f->dictionary);
		struct evaluation before, after;

		evaluate(f, NULL, &facts, &before);
		for (size_t k = 0; k < f->dictionary->count; k++)
			if (!facts_known(&facts, k, CLAIMED))
				facts_put(&facts, &f->dictionary->facts[k], generated_value(&c,
				    &f->dictionary->facts[k]), OBSERVED);
		evaluate(f, NULL, &facts, &after);
		for (size_t k = 0; k < f->criterion_count; k++)
			expect_true("a truth that is certain stays",
			    before.truths[k] == TRUTH_UNKNOWN || before.truths[k] == after.truths[k]);
		for (size_t k = 0; k < f->area_count && !after.barred; k++) {
			expect_true("reached stays reached", after.areas[k].reached >= before.areas[k].reached);
			expect_true("impossible stays impossible", after.areas[k].possible <= before.areas[k].possible);
			grown += after.areas[k].reached > before.areas[k].reached;
		}
		arena_reset(&a);
	}
	expect_true("something was learned", grown > 20);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_comparisons),
		cmocka_unit_test(test_demands),
		cmocka_unit_test(test_levels_of_parts),
		cmocka_unit_test(test_knowing_more),
	};

	return cmocka_run_group_tests_name("evaluation", tests, NULL, NULL);
}
