/* tests/assurance/test_check.c - what is wrong with a framework is found, in one made for it, and not in a good one. */
#include "assurance/check.h"

#include <stdlib.h>

#include "assurance/step_search.h"
#include "base/file.h"
#include "expect.h"
#include "small_policy.h"

#define IS(fact, value) "{\"fact\":\"" fact "\",\"is\":" value "}"
#define C(id, level, condition) CRITERION(id, level, "\"condition\":" condition REASON("no"))
#define BOUND(id, level, op, value)                                                                                    \
	CRITERION(id, level,                                                                                           \
	    "\"parameters\":[{\"id\":\"most\",\"type\":\"integer\",\"value\":" value ",\"label\":" BOTH(               \
		"most") "}],\"condition\":{\"fact\":\"n\",\"" op "\":{\"param\":\"most\"}}" REASON("over {{most}}"))
#define X_STEP STEP("do-x", "person", "false", "1", "\"effects\":[{\"fact\":\"x\",\"set\":true}]")
#define Y_STEP STEP("do-y", "person", "false", "1", "\"effects\":[{\"fact\":\"y\",\"set\":true}]")
#define N_STEP STEP("do-n", "person", "false", "1", "\"effects\":[{\"fact\":\"n\",\"set\":3}]")
#define GOOD C("x-1", "1", IS("x", "true")) "," C("y-2", "2", IS("y", "true")) "," BOUND("n-3", "3", "le", "5")

static const struct {
	const char *title;
	struct small_policy policy;
	enum policy_finding_kind kind;
	const char *subjects;
} cases[] = {
	{ "a level whose criteria cannot be together is reached by nobody",
	    { .criteria = C("x-1", "1", IS("x", "true")) "," C("x-2", "2", "{\"not\":" IS("x", "true") "}") },
	    POLICY_LEVEL_UNREACHABLE, "token 2" },
	{ "a set of three contradicts itself, and a fourth has no part in it",
	    { .criteria = C("a-1", "1", "{\"any\":[" IS("x", "true") "," IS("y", "true") "]}") "," C("b-2", "2",
		  IS("x", "false")) "," C("c-2", "2", IS("z", "true")) "," C("d-3", "3", IS("y", "false")) },
	    POLICY_CRITERIA_CONTRADICT, "a-1, b-2, d-3" },
	{ "a level that asks for what the one below asks for adds nothing",
	    { .criteria = C("x-1", "1", IS("x", "true")) "," C("x-2", "2",
		  "{\"any\":[" IS("x", "true") "," IS("y", "true") "]}") "," C("y-3", "3", IS("y", "true")) },
	    POLICY_LEVEL_ADDS_NOTHING, "token 2" },
	{ "a criterion is never true",
	    { .criteria = C("x-1", "1", "{\"all\":[{\"fact\":\"n\",\"gt\":9},{\"fact\":\"n\",\"lt\":10}]}") },
	    POLICY_CRITERION_NEVER, "x-1" },
	{ "a set cannot be only some words and have another",
	    { .criteria = C(
		  "x-1", "1", "{\"all\":[{\"fact\":\"s\",\"only\":[\"p\",\"q\"]},{\"fact\":\"s\",\"has\":\"r\"}]}") },
	    POLICY_CRITERION_NEVER, "x-1" },
	{ "a criterion is never false", { .criteria = C("n-1", "1", "{\"fact\":\"n\",\"le\":100}") },
	    POLICY_CRITERION_ALWAYS, "n-1" },
	{ "one that others imply is redundant",
	    { .criteria = C("x-1", "1", IS("x", "true")) "," C("y-1", "1", IS("y", "true")) "," C("both-2", "2",
		  "{\"all\":[" IS("x", "true") ",{\"any\":[" IS("y", "true") "," IS("z", "true") "]}]}") },
	    POLICY_CRITERION_REDUNDANT, "both-2" },
	{ "one that is implied only where another fact is known is not redundant",
	    { .criteria = C("x-1", "1", IS("x", "true")) "," C("y-2", "2",
		  "{\"any\":[{\"all\":[" IS("x", "true") "," IS("y", "true") "]},{\"all\":[" IS("x", "true") "," IS(
		      "y", "false") "]}]}") },
	    POLICY_CRITERION_REDUNDANT, "" },
	{ "what is only claimed does not imply what must be observed",
	    { .criteria = C("x-1", "1", IS("x", "true")) "," CRITERION(
		  "x-2", "2", "\"provenance\":\"observed\",\"condition\":" IS("x", "true") REASON("no")) },
	    POLICY_CRITERION_REDUNDANT, "" },
	{ "it is unknown although every case would do",
	    { .criteria = C("x-1", "1",
		  "{\"any\":[{\"all\":[" IS("x", "true") "," IS("y", "true") "]},{\"all\":[" IS("x", "false") "," IS(
		      "z", "true") "]}]}") },
	    POLICY_CRITERION_UNDECIDED, "x-1" },
	{ "a profile asks for exactly a level that cannot be had without the next",
	    { .criteria = C("x-1", "1", IS("x", "true")) "," C(
		  "x-2", "2", "{\"any\":[" IS("x", "true") "," IS("y", "true") "]}"),
		.profile =
		    PROFILE("bank", "\"requires\":[{\"area\":\"login\",\"level\":\"1\",\"comparison\":\"exact\"}]") },
	    POLICY_PROFILE_UNSATISFIABLE, "bank" },
	{ "a profile's own parameter is one that nobody can have",
	    { .criteria = BOUND("n-1", "1", "gt", "5"),
		.profile = PROFILE("bank",
		    "\"requires\":[{\"area\":\"token\",\"level\":\"1\",\"comparison\":\"minimum\"}],"
		    "\"parameters\":{\"n-1/most\":100}") },
	    POLICY_PROFILE_UNSATISFIABLE, "bank" },
	{ "a higher level's bound is the looser one",
	    { .criteria = BOUND("n-1", "1", "le", "5") "," BOUND("n-2", "2", "le", "7") }, POLICY_PARAMETER_LOOSER,
	    "n-2" },
	{ "a bound that grows stricter is no finding",
	    { .criteria = BOUND("n-1", "1", "le", "7") "," BOUND("n-2", "2", "le", "5") }, POLICY_PARAMETER_LOOSER,
	    "" },
	{ "a step that helps nobody",
	    { .criteria = GOOD,
		.steps = X_STEP "," STEP("do-z", "idp", "false", "1", "\"effects\":[{\"fact\":\"z\",\"set\":true}]") },
	    POLICY_STEP_USELESS, "do-z" },
	{ "a step that makes another possible is of use",
	    { .criteria = GOOD,
		.steps = STEP("do-x", "person", "false", "1",
		    "\"needs\":" IS("z", "true") ",\"effects\":[{\"fact\":\"x\",\"set\":true}]") "," STEP("do-z", "idp",
		    "false", "1", "\"effects\":[{\"fact\":\"z\",\"set\":true}]") },
	    POLICY_STEP_USELESS, "" },
	{ "a step takes a level from some",
	    { .criteria = GOOD,
		.steps = X_STEP "," STEP("undo", "idp", "false", "1",
		    "\"effects\":[{\"fact\":\"n\",\"set\":6},{\"fact\":\"y\",\"set\":true}]") },
	    POLICY_STEP_LOWERS, "undo" },
	{ "a step whose need excludes all who could lose by it takes nothing",
	    { .criteria = GOOD,
		.steps = X_STEP "," STEP("undo", "idp", "false", "1",
		    "\"needs\":{\"fact\":\"n\",\"gt\":5},\"effects\":[{\"fact\":\"n\",\"set\":6},"
		    "{\"fact\":\"y\",\"set\":true}]") },
	    POLICY_STEP_LOWERS, "" },
	{ "words that join a set can take a level, too",
	    { .criteria = C("s-1", "1", "{\"fact\":\"s\",\"only\":[\"p\",\"q\"]}"),
		.steps = STEP("add-r", "idp", "false", "1", "\"effects\":[{\"fact\":\"s\",\"add\":[\"r\"]}]") },
	    POLICY_STEP_LOWERS, "add-r" },
	{ "a criterion for which there is no step", { .criteria = GOOD, .steps = X_STEP "," N_STEP },
	    POLICY_CRITERION_NO_STEP, "y-2" },
	{ "leaves that no test has seen",
	    { .criteria = C("x-1", "1", "{\"any\":[" IS("x", "true") "," IS("y", "true") "]}"),
		.tests = SMALL_TEST("\"x\":true,\"y\":false") "," SMALL_TEST("\"x\":false,\"y\":false") },
	    POLICY_LEAF_UNTESTED, "x-1" },
	{ "a leaf seen both ways that never decided",
	    { .criteria = C("x-1", "1", "{\"any\":[" IS("x", "true") "," IS("y", "true") "]}"),
		.tests = SMALL_TEST("\"x\":true,\"y\":true") "," SMALL_TEST("\"x\":false,\"y\":false") "," SMALL_TEST(
		    "\"x\":true,\"y\":false") },
	    POLICY_LEAF_UNTESTED, "" },
	{ "a leaf that makes no difference",
	    { .criteria = C(
		  "x-1", "1", "{\"any\":[" IS("x", "true") ",{\"all\":[" IS("x", "true") "," IS("y", "true") "]}]}") },
	    POLICY_LEAF_IDLE, "x-1" },
	{ "a clause that nobody cites", { .criteria = GOOD, .clause = ",{\"at\":\"2\",\"title\":" BOTH("another") "}" },
	    POLICY_CLAUSE_UNCITED, "doc 2" },
	{ "a clause that is left out for a reason",
	    { .criteria = GOOD,
		.clause = ",{\"at\":\"2\",\"title\":" BOTH("another") ",\"excluded\":" BOTH("not ours") "}" },
	    POLICY_CLAUSE_UNCITED, "" },
	{ "one sentence for both languages",
	    { .criteria = GOOD,
		.clause =
		    ",{\"at\":\"2\",\"title\":{\"ja\":\"What is left out here\",\"en\":\"What is left out here\"},"
		    "\"excluded\":" BOTH("not ours") "}" },
	    POLICY_TRANSLATION_MISSING, "doc 2" },
	{ "kana in English",
	    { .criteria = GOOD,
		.clause = ",{\"at\":\"2\",\"title\":{\"ja\":\"さて\",\"en\":\"well さて\"},\"excluded\":" BOTH(
		    "not ours") "}" },
	    POLICY_TRANSLATION_MISSING, "doc 2" },
	{ "a parameter that no text tells",
	    { .criteria = CRITERION("n-1", "1",
		  "\"parameters\":[{\"id\":\"most\",\"type\":\"integer\",\"value\":5,\"label\":" BOTH(
		      "most") "}],\"condition\":{\"fact\":\"n\",\"le\":{\"param\":\"most\"}}" REASON("too many")) },
	    POLICY_PARAMETER_UNSAID, "n-1" },
	{ "a word with which the highest level is out of reach, in the composed area",
	    { .criteria = C("kind-1", "1", "{\"fact\":\"kind\",\"in\":[\"a\",\"b\"]}") "," C(
		  "kind-3", "3", IS("kind", "\"a\"")) },
	    POLICY_CEILING, "login 3" },
	{ "facts are compared with each other",
	    { .criteria = C("n-1", "1",
		  "{\"all\":[{\"fact\":\"n\",\"lt\":{\"fact\":\"m\"}},{\"fact\":\"m\",\"le\":1},{\"fact\":\"n\",\"ge\":"
		  "1}]}") },
	    POLICY_CRITERION_NEVER, "n-1" },
};

/* Every finding of the kind, and what its witness must show. */
static const char *
subjects_of(struct arena *a, const struct policy_findings *found, enum policy_finding_kind kind)
{
	const char *text = "";

	for (size_t i = 0; i < found->count; i++)
		if (found->items[i].kind == kind)
			text =
			    arena_print(a, "%s%s%.*s", text, text[0] ? "; " : "", SPAN_ARGS(found->items[i].subject));
	return text;
}

static void
check_witness(struct arena *a, const char *title, const struct framework *f, const struct policy_findings *found,
    const struct policy_finding *p)
{
	struct facts facts;
	struct evaluation e, after;
	int criterion = criterion_find(f, p->subject), step = step_find(f, p->subject);

	expect_true("it is said in both languages", p->text.ja.size > 0 && p->text.en.size > 0);
	expect_number(title, p->witness.size > 0, policy_finding_has_witness(p->kind));
	if (!policy_finding_has_witness(p->kind))
		return;
	facts = small_facts_of(a, f->dictionary, p->witness, OBSERVED);
	evaluate(f, NULL, &facts, &e);
	switch (p->kind) {
	case POLICY_CRITERION_ALWAYS:
	case POLICY_CRITERION_REDUNDANT:
	case POLICY_PARAMETER_LOOSER:
		expect_number(title, e.truths[criterion], TRUTH_TRUE);
		break;
	case POLICY_CRITERION_UNDECIDED:
		expect_number(title, e.truths[criterion], TRUTH_UNKNOWN);
		break;
	case POLICY_CRITERION_NO_STEP:
		expect_number(title, e.truths[criterion], TRUTH_FALSE);
		break;
	case POLICY_LEAF_UNTESTED: {
		/* Of one that is never true no leaf decides: then it is enough that the leaf is seen. */
		bool never = subjects_of(a, found, POLICY_CRITERION_NEVER)[0] != 0;

		expect_true(title, never || e.truths[criterion] != TRUTH_UNKNOWN);
		break;
	}
	case POLICY_LEVEL_ADDS_NOTHING:
		expect_true(title, e.areas[0].reached >= 2);
		break;
	case POLICY_CEILING:
		expect_number(title, e.areas[1].reached, f->areas[1].level_count - 1);
		break;
	case POLICY_STEP_LOWERS:
		step_do(&f->steps[step], &facts);
		evaluate(f, NULL, &facts, &after);
		expect_true(title, after.areas[0].reached < e.areas[0].reached);
		break;
	default:
		expect_true("a finding of this kind has no witness", false);
	}
}

static void
what_is_wrong_is_found(void **state)
{
	struct arena a = arena_init(64 * MIB);
	bool seen[POLICY_FINDING_KINDS] = { false };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct dictionary *d = small_dictionary(&a);
		const struct framework *f = small_framework(&a, d, &cases[i].policy);
		struct policy_findings found;

		framework_check(f, &a, &found, NULL, NULL);
		expect_text(cases[i].title, subjects_of(&a, &found, cases[i].kind), cases[i].subjects);
		expect_true("nothing was cut off", found.cut_off_count == 0);
		for (size_t n = 0; n < found.count; n++) {
			check_witness(&a, cases[i].title, f, &found, &found.items[n]);
			seen[found.items[n].kind] = true;
		}
		arena_reset(&a);
	}
	for (int kind = 0; kind < POLICY_FINDING_KINDS; kind++)
		if (policy_finding_has_witness((enum policy_finding_kind)kind))
			expect_true(policy_finding_name((enum policy_finding_kind)kind), seen[kind]);
	arena_release(&a);
}

static void
count_progress(void *arg, unsigned permille)
{
	unsigned *last = arg;

	expect_true("progress goes on", permille > *last && permille <= 1000);
	*last = permille;
}

static void
a_good_one_has_no_findings(void **state)
{
	static const struct small_policy good = {
		.criteria = GOOD,
		.profile =
		    PROFILE("bank", "\"requires\":[{\"area\":\"login\",\"level\":\"2\",\"comparison\":\"exact\"}]"),
		.steps = X_STEP "," Y_STEP "," N_STEP,
		.tests = SMALL_TEST("\"x\":true,\"y\":true,\"n\":5") "," SMALL_TEST("\"x\":false,\"y\":false,\"n\":6"),
	};
	struct arena a = arena_init(64 * MIB);
	const struct dictionary *d = small_dictionary(&a);
	const struct framework *f = small_framework(&a, d, &good);
	struct policy_findings found;
	unsigned last = 0;

	(void)state;
	framework_check(f, &a, &found, count_progress, &last);
	for (size_t i = 0; i < found.count; i++)
		print_error("%s %.*s: %.*s\n", policy_finding_name(found.items[i].kind),
		    SPAN_ARGS(found.items[i].subject), SPAN_ARGS(found.items[i].text.en));
	expect_number("nothing is found", found.count, 0);
	expect_number("all was done", last, 1000);
	dictionary_unused(d, &f, 1, &a, &found);
	expect_text("unused facts are told", subjects_of(&a, &found, POLICY_FACT_UNUSED), "z; m; kind; s");
	expect_text("as notes", policy_finding_weight(&found.items[0]), "note");
	arena_release(&a);
}

/* levels.md 7: with bearer assertions authentication ends at 3. */
static void
bearer_assertions_end_at_three(void **state)
{
	struct arena a = arena_init(GIB);
	const char *policy = arena_print(&a, "%s/policy", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	struct buffer text = buffer_init(DICTIONARY_LARGEST);
	const struct dictionary *d;
	const struct framework *f;
	struct policy_findings found;
	struct policy_files files;
	struct problem why;
	size_t told = 0, errors = 0;

	(void)state;
	expect_ok("the dictionary is there", file_read(arena_print(&a, "%s/facts.json", policy), &text, &why), &why);
	expect_ok("it is read", dictionary_read(&a, "facts.json", arena_copy(&a, buffer_span(&text)), &d, &why), &why);
	buffer_release(&text);
	expect_ok(
	    "the files are read", policy_files_read(&a, arena_print(&a, "%s/jp-idtf/1.0", policy), &files, &why), &why);
	expect_ok("the framework is read", framework_read(&a, &files, d, false, &f, &why), &why);
	framework_check(f, &a, &found, NULL, NULL);
	for (size_t i = 0; i < found.count; i++) {
		const struct policy_finding *p = &found.items[i];
		struct evaluation e;
		struct facts facts;

		errors += p->error;
		if (p->kind != POLICY_CEILING || !strstr(arena_text(&a, p->text.en), "assertion.presentation = bearer"))
			continue;
		told++;
		expect_span("of the whole of authentication, level 4", p->subject, "authentication 4");
		expect_true("in Japanese too", strstr(arena_text(&a, p->text.ja), "当人確認保証レベル") &&
		    strstr(arena_text(&a, p->text.ja), "持参人"));
		facts = small_facts_of(&a, d, p->witness, OBSERVED);
		evaluate(f, NULL, &facts, &e);
		expect_number("its witness reaches 3", e.areas[area_find(f, span_text("authentication"))].reached, 3);
	}
	expect_number("it is told once", told, 1);
	expect_number("and there are no errors", errors, 0);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wrong_is_found),
		cmocka_unit_test(a_good_one_has_no_findings),
		cmocka_unit_test(bearer_assertions_end_at_three),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
