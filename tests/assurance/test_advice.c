/* tests/assurance/test_advice.c - the least steps: compared with looking at every set of them, and said in a person's
 * words. */
#include "assurance/advice.h"

#include <stdlib.h>

#include "base/buffer.h"

#include "expect.h"
#include "generated.h"
#include "policy_text.h"

/* Looking at every set */

struct plain {
	bool found;
	uint64_t cost;
	size_t count;
	uint16_t steps[16];
};

static bool
disagree(const struct effect *a, const struct effect *b)
{
	if (a->fact != b->fact)
		return false;
	if (a->add != b->add)
		return ((a->add ? a->value : b->value) | (a->add ? b->value : a->value)) != (a->add ? b->value :
		    a->value);
	return !a->add && a->value != b->value;
}

static bool
conflicting(const struct framework *f, const uint16_t *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			for (size_t k = 0; k < f->steps[steps[i]].effect_count; k++)
				for (size_t l = 0; l < f->steps[steps[j]].effect_count; l++)
					if (disagree(&f->steps[steps[i]].effects[k], &f->steps[steps[j]].effects[l]))
						return true;
	return false;
}

/* Tries every order; `after` is what the steps lead to. */
static bool
doable(const struct framework *f, struct facts now, const uint16_t *steps, size_t count, unsigned done,
    struct facts *after)
{
	if (done == (1u << count) - 1) {
		*after = now;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		struct facts next = now;

		if (done >> i & 1 || condition_truth(&f->steps[steps[i]].needs, &now, CLAIMED) != TRUTH_TRUE)
			continue;
		step_do(&f->steps[steps[i]], &next);
		if (doable(f, next, steps, count, done | 1u << i, after))
			return true;
	}
	return false;
}

static bool
suits(const struct framework *f, const struct profile *profile, const struct demand *demand, const struct facts *facts,
    const uint16_t *steps, size_t count)
{
	struct evaluation e;
	struct facts after;

	if (conflicting(f, steps, count) || !doable(f, *facts, steps, count, 0, &after))
		return false;
	evaluate(f, profile, &after, &e);
	return demand_met(demand, &e);
}

static bool
is_left_out(const struct step *step, enum advice_reading reading)
{
	return (step->who != STEP_PERSON && (reading == ADVICE_BY_PERSON || reading == ADVICE_AT_LOGIN)) ||
	    (step->in_person && (reading == ADVICE_NOT_IN_PERSON || reading == ADVICE_AT_LOGIN));
}

/* Sets in the order of their numbers: of equals the first stays. */
static void
try_sets(const struct framework *f, const struct profile *profile, const struct demand *demand,
    const struct facts *facts, enum advice_reading reading, size_t most, uint16_t *steps, size_t count, size_t from,
    uint64_t cost, struct plain *best)
{
	if ((!best->found || cost < best->cost || (cost == best->cost && count < best->count)) &&
	    suits(f, profile, demand, facts, steps, count)) {
		*best = (struct plain){ .found = true, .cost = cost, .count = count };
		memcpy(best->steps, steps, count * sizeof(*steps));
	}
	for (size_t i = from; i < f->step_count && count < most; i++) {
		if (is_left_out(&f->steps[i], reading))
			continue;
		steps[count] = (uint16_t)i;
		try_sets(f, profile, demand, facts, reading, most, steps, count + 1, i + 1, cost + f->steps[i].cost,
		    best);
	}
}

static int
ascending(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* What is advised can be done in its order, and leads there. */
static void
expect_sound(const char *title, const struct framework *f, const struct profile *profile,
    const struct demand *demand, struct facts facts, const struct advice *advice)
{
	struct evaluation e;

	for (size_t i = 0; i < advice->step_count; i++) {
		const struct step *step = &f->steps[advice->steps[i]];

		expect_number(title, condition_truth(&step->needs, &facts, CLAIMED), TRUTH_TRUE);
		step_do(step, &facts);
	}
	evaluate(f, profile, &facts, &e);
	expect_true(title, demand_met(demand, &e));
	for (size_t i = 0; i < f->area_count; i++)
		expect_number(title, advice->areas[i].reached, e.areas[i].reached);
}

/* A search that was cut off promises nothing but what it found: counted, for it must stay rare. */
static void
expect_same(const char *title, const struct plain *plain, size_t most, const struct advice *advice, size_t *cut_off)
{
	uint16_t sorted[ADVICE_STEPS];

	*cut_off += !advice->minimal;
	if (!advice->minimal)
		return;
	if (!advice->found || advice->step_count > most) {
		/* A larger set was not looked at by the plain search, and must be cheaper than all it saw. */
		expect_true(title, advice->found ? !plain->found || advice->cost < plain->cost : !plain->found);
		return;
	}
	expect_true(title, plain->found);
	expect_number(title, advice->cost, plain->cost);
	expect_number(title, advice->step_count, plain->count);
	memcpy(sorted, advice->steps, sizeof(sorted));
	qsort(sorted, advice->step_count, sizeof(*sorted), ascending);
	for (size_t i = 0; i < plain->count; i++)
		expect_number(title, sorted[i], plain->steps[i]);
}

/* What advisable() says is what the search over every set says, and the methods are those of its steps. */
static void
expect_way(const char *title, const struct framework *f, const struct evaluation *now, const struct demand *demand,
    const struct facts *facts, enum advice_reading reading, const struct advice *advice)
{
	uint32_t amr = 0, expected = 0;
	enum advice_way way = advisable(now, demand, facts, reading, &amr);

	expect_number(title, way == ADVICE_WAY, advice->found);
	expect_true(title, way != ADVICE_NO_WAY || !advice->found);
	expect_true(title, way != ADVICE_CUT_OFF || !advice->minimal);
	for (size_t i = 0; i < advice->step_count; i++)
		expected |= f->steps[advice->steps[i]].amr;
	expect_number(title, amr, expected);
}

static void
compare_all(const char *kind, uint64_t seed, size_t inputs, size_t criteria, size_t steps, size_t most)
{
	struct arena a = arena_init(4 * MIB);
	struct chance c = { seed };
	size_t found = 0, ordered = 0, gaps = 0, cut_off = 0;

	for (size_t i = 0; i < inputs; i++) {
		const struct framework *f = generated_framework(&c, &a, criteria, steps);
		struct facts facts = generated_facts(&c, f->dictionary);
		struct demand demand = generated_demand(&c);
		const struct profile *profile = i % 2 ? generated_profile(&c, &a, f) : NULL;
		char *title = arena_print(&a, "%s, input %zu", kind, i);
		struct evaluation now;

		evaluate(f, profile, &facts, &now);
		for (int reading = 0; reading <= ADVICE_AT_LOGIN; reading++) {
			struct plain plain = { .found = false };
			struct advice advice, again;
			uint16_t room[16];

			try_sets(f, profile, &demand, &facts, (enum advice_reading)reading, most, room, 0, 0, 0,
			    &plain);
			advise(&now, &demand, &facts, (enum advice_reading)reading, &advice);
			expect_same(title, &plain, most, &advice, &cut_off);
			if (advice.found)
				expect_sound(title, f, profile, &demand, facts, &advice);
			expect_way(title, f, &now, &demand, &facts, (enum advice_reading)reading, &advice);
			advise(&now, &demand, &facts, (enum advice_reading)reading, &again);
			expect_true(title, advice.step_count == again.step_count && advice.nodes == again.nodes &&
			    memcmp(advice.steps, again.steps, sizeof(advice.steps)) == 0);
			found += advice.found && advice.step_count > 0;
			gaps += advice.gap_count > 0;
			for (size_t k = 1; k < advice.step_count; k++)
				ordered += advice.steps[k] < advice.steps[k - 1];
		}
		arena_reset(&a);
	}
	/* The inputs are worth comparing: some have answers, some have none, some must be done in another order. */
	expect_true("some inputs have an answer", found > inputs / 10);
	expect_true("some inputs have none, and it is said why", gaps > inputs / 10);
	expect_true("some answers need an order of their own", ordered > 0);
	expect_true("hardly any search is cut off", cut_off * 100 <= inputs * (ADVICE_AT_LOGIN + 1));
	arena_release(&a);
}

static void
test_every_set_of_few_steps(void **state)
{
	(void)state;
	compare_all("every set of nine steps", 20261122, 300, 8, 9, 9);
}

static void
test_every_set_of_up_to_four(void **state)
{
	(void)state;
	compare_all("every set of four among eighteen steps", 4, 40, 7, 18, 4);
}

/* A person's words */

#define SAFE "\"login.age\":0,\"login.tries\":0,\"channel.kind\":\"server\",\"device.lost\":false"

static const struct {
	const char *title, *facts, *profile, *said;
} cases[] = {
	{ "what is cheapest for the person, in an order in which it can be done",
	  "{\"rp.asks_number\":false,\"device.kind\":\"none\",\"account.exists\":false," SAFE "}", "login",
	  "person: open-account bind-software 7; cheapest: operator-binds 3; remote: operator-binds 3" },
	{ "nothing is advised that is there already",
	  "{\"rp.asks_number\":false,\"device.kind\":\"software\"," SAFE "}", "login",
	  "person: - 0; cheapest: - 0; remote: - 0" },
	{ "a visit is left out where none is wanted, and the gap is named",
	  "{\"rp.asks_number\":false,\"device.kind\":\"software\",\"account.exists\":true,\"person.checked\":false,"
	  "\"person.records\":[]," SAFE "}", "bank",
	  "person: bind-hardware show-bank-book visit 60; cheapest: bind-hardware show-bank-book visit 60; remote: "
	  "none, gaps person-2" },
	{ "what is not known is asked first, together with what helps whatever it is",
	  "{\"rp.asks_number\":false,\"device.kind\":\"hardware\",\"account.exists\":true,\"person.records\":[]," SAFE
	  "}", "bank",
	  "person: show-bank-book visit 50, ask person.checked; cheapest: show-bank-book visit 50, ask person.checked; "
	  "remote: none, gaps person-2, ask person.checked" },
	{ "a level that must not be exceeded, and is: a step down, should there be one",
	  "{\"rp.asks_number\":false,\"device.kind\":\"hardware\",\"account.exists\":true," SAFE "}", "modest",
	  "person: bind-software 5; cheapest: operator-binds 3; remote: operator-binds 3" },
	{ "what bars everything is for whoever asks to mend",
	  "{\"rp.asks_number\":true,\"device.kind\":\"software\"," SAFE "}", "login",
	  "person: none, gaps number-0; cheapest: rp-stops-asking 1; remote: rp-stops-asking 1" },
	{ "a fact nobody can make so is asked for, and is the gap",
	  "{\"rp.asks_number\":false,\"device.kind\":\"software\",\"login.age\":0,\"login.tries\":0,"
	  "\"channel.kind\":\"server\"}", "login",
	  "person: none, gaps session-2, ask device.lost; cheapest: none, gaps session-2, ask device.lost; "
	  "remote: none, gaps session-2, ask device.lost" },
};

static void
say(struct buffer *b, const struct framework *f, const struct advice *a)
{
	for (size_t i = 0; i < a->step_count; i++)
		buffer_print(b, " %.*s", SPAN_ARGS(f->steps[a->steps[i]].id));
	if (!a->found)
		buffer_text(b, a->minimal ? " none" : " cut off");
	else
		buffer_print(b, "%s %u", a->step_count ? "" : " -", a->cost);
	for (size_t i = 0; i < a->gap_count; i++)
		buffer_print(b, "%s %.*s", i ? "" : ", gaps", SPAN_ARGS(f->criteria[a->gaps[i]].id));
	for (size_t i = 0; i < a->question_count; i++)
		buffer_print(b, "%s %.*s", i ? "" : ", ask", SPAN_ARGS(f->dictionary->facts[a->questions[i]].id));
}

static void
test_what_is_said(void **state)
{
	struct arena a = arena_init(8 * MIB);
	const struct framework *f = policy_text_framework(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct profile *profile = profile_find(f, span_text(cases[i].profile));
		struct demand demand = profile_demand(profile);
		struct facts facts = policy_text_facts(&a, f, cases[i].facts, OBSERVED);
		struct buffer b = buffer_init(4 * KIB);
		struct evaluation now;

		evaluate(f, profile, &facts, &now);
		for (int reading = 0; reading < ADVICE_READINGS; reading++) {
			struct advice advice;

			advise(&now, &demand, &facts, (enum advice_reading)reading, &advice);
			buffer_print(&b, "%s%s:", reading ? "; " : "",
			    advice_reading_name((enum advice_reading)reading));
			say(&b, f, &advice);
		}
		expect_span(cases[i].title, buffer_span(&b), cases[i].said);
		buffer_release(&b);
	}
	arena_release(&a);
}

/* Limits */

/* So many equal ways that no search sees all: pairs of steps that help the same two criteria, none better than
 * another. */
static void
test_a_search_cut_off_says_so(void **state)
{
	struct arena a = arena_init(8 * MIB);
	struct chance c = { 7 };
	struct evaluation now;
	struct advice advice;
	bool cut = false, blind = false;

	(void)state;
	/* Hard ones are rare among random ones: of some there must be one that is cut off, and it must say so. */
	for (size_t i = 0; i < 1000 && !blind; i++) {
		struct framework *f = (struct framework *)(uintptr_t)generated_framework(&c, &a, 24, 120);
		struct facts facts = generated_facts(&c, f->dictionary);
		struct demand demand = { { { GENERATED_AREAS, 3, COMPARE_MINIMUM } }, 1 };

		evaluate(f, NULL, &facts, &now);
		advise(&now, &demand, &facts, ADVICE_CHEAPEST, &advice);
		expect_true("never more than the limit is looked at", advice.nodes <= ADVICE_NODES);
		if (advice.nodes == ADVICE_NODES) {
			cut = true;
			expect_true("a search cut off says so", !advice.minimal);
			expect_number("and claims no gap", advice.gap_count, 0);
		}
		if (advice.nodes == ADVICE_NODES && !advice.found) {
			uint32_t amr = 0;

			/* Or all was looked at for a way, and the rest went into naming the gaps. */
			blind = advisable(&now, &demand, &facts, ADVICE_CHEAPEST, &amr) == ADVICE_CUT_OFF;
		}
		arena_reset(&a);
	}
	expect_true("some search was cut off", cut);
	expect_true("and one before it found anything: it does not say that there is no way", blind);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_set_of_few_steps),
		cmocka_unit_test(test_every_set_of_up_to_four),
		cmocka_unit_test(test_what_is_said),
		cmocka_unit_test(test_a_search_cut_off_says_so),
	};

	return cmocka_run_group_tests_name("advice", tests, NULL, NULL);
}
