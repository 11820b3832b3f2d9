/* tests/assurance/test_difference.c - two versions compared: each change told for what it is, with facts that show
 * it. */
#include "assurance/difference.h"

#include <jansson.h>

#include "assurance/evaluation.h"

#include "expect.h"
#include "small_policy.h"

#define IS(fact, value) "{\"fact\":\"" fact "\",\"is\":" value "}"
#define LE(value) "{\"fact\":\"n\",\"le\":" value "}"
#define C(id, level, condition) CRITERION(id, level, "\"condition\":" condition REASON("no"))
#define OBSERVED_C(id, level, condition) \
	CRITERION(id, level, "\"provenance\":\"observed\",\"condition\":" condition REASON("no"))
#define LAST C("z-3", "3", IS("z", "true")) ","
#define FIRST C("x-1", "1", IS("x", "true")) ","

static const struct {
	const char *title, *before, *after, *changes, *levels;
} cases[] = {
	{ "nothing changed", C("n-1", "1", LE("5")), C("n-1", "1", LE("5")), "n-1 same", "" },
	{ "the same said otherwise", C("n-1", "1", LE("5")), C("n-1", "1", "{\"not\":{\"fact\":\"n\",\"gt\":5}}"),
	    "n-1 same", "" },
	{ "another reason", C("n-1", "1", LE("5")), CRITERION("n-1", "1", "\"condition\":" LE("5") REASON("other")),
	    "n-1 reworded", "" },
	{ "a lower bound is stricter", C("n-1", "1", LE("5")), C("n-1", "1", LE("4")), "n-1 stricter",
	    "token 1 stricter; login 1 stricter" },
	{ "a way more is looser", FIRST C("y-3", "3", IS("y", "true")),
	    FIRST C("y-3", "3", "{\"any\":[" IS("y", "true") ",{\"fact\":\"s\",\"has\":\"p\"}]}"),
	    "x-1 same; y-3 looser", "token 3 looser; login 3 looser" },
	{ "another fact is neither", C("y-3", "3", IS("y", "true")), C("y-3", "3", IS("z", "true")), "y-3 other",
	    "token 3 other; login 3 other" },
	{ "one more, one less", C("y-3", "3", IS("y", "true")), C("z-3", "3", IS("z", "true")),
	    "z-3 added; y-3 removed", "token 3 other; login 3 other" },
	{ "asked at a lower level", FIRST C("y-3", "3", IS("y", "true")), FIRST C("y-2", "2", IS("y", "true")),
	    "x-1 same; y-2 added; y-3 removed", "token 2 added; login 2 added; token 3 removed; login 3 removed" },
	{ "the same id at a lower level", FIRST LAST C("y-a", "3", IS("y", "true")),
	    FIRST LAST C("y-a", "1", IS("y", "true")), "x-1 same; y-a stricter; z-3 same",
	    "token 1 stricter; login 1 stricter" },
	{ "the same id at a higher level", FIRST LAST C("y-a", "1", IS("y", "true")),
	    FIRST LAST C("y-a", "3", IS("y", "true")), "x-1 same; z-3 same; y-a looser",
	    "token 1 looser; login 1 looser" },
	{ "claims do not count any more", C("y-3", "3", IS("y", "true")), OBSERVED_C("y-3", "3", IS("y", "true")),
	    "y-3 stricter", "token 3 stricter; login 3 stricter" },
	{ "claims count now", OBSERVED_C("y-3", "3", IS("y", "true")), C("y-3", "3", IS("y", "true")), "y-3 looser",
	    "token 3 looser; login 3 looser" },
	{ "an exception for some", C("y-3", "3", IS("y", "true")),
	    CRITERION("y-3", "3", "\"when\":" IS("z", "true") ",\"condition\":" IS("y", "true") REASON("no")),
	    "y-3 other", "token 3 other; login 3 other" },
};

static void
check_side(struct arena *a, const char *title, const struct policy_witness *w, const struct criterion *met,
    const struct criterion *unmet)
{
	struct facts facts;
	bool applies;

	if (!w->facts.size)
		return;
	facts = small_facts_of(a, small_dictionary(a), w->facts, w->by);
	if (met)
		expect_number(title, criterion_truth(met, &facts, criterion_least(met, NULL), &applies), TRUTH_TRUE);
	expect_true(title, criterion_truth(unmet, &facts, criterion_least(unmet, NULL), &applies) != TRUTH_TRUE);
}

static void
check_level(struct arena *a, const char *title, const struct policy_witness *w, const struct level_difference *d,
    const struct framework *met, const struct framework *unmet)
{
	struct evaluation here, there;
	struct facts facts;
	int area = area_find(met, d->area), level = level_find(&met->areas[area], d->level);

	if (!w->facts.size)
		return;
	facts = small_facts_of(a, met->dictionary, w->facts, w->by);
	evaluate(met, NULL, &facts, &here);
	evaluate(unmet, NULL, &facts, &there);
	expect_true(title, here.areas[area].reached >= level && there.areas[area].reached < level);
}

static void
changes_are_told(void **state)
{
	struct arena a = arena_init(64 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct dictionary *d = small_dictionary(&a);
		const struct framework *before =
		    small_framework(&a, d, &(struct small_policy){ .criteria = cases[i].before });
		const struct framework *after =
		    small_framework(&a, d, &(struct small_policy){ .criteria = cases[i].after });
		const char *changes = "", *levels = "";
		struct policy_difference found;

		framework_difference(before, after, 0, &a, &found);
		expect_true("nothing was cut off", !found.cut_off);
		for (size_t n = 0; n < found.count; n++) {
			const struct criterion_difference *c = &found.criteria[n];

			changes = arena_print(
			    &a, "%s%s%.*s %s", changes, n ? "; " : "", SPAN_ARGS(c->id), policy_change_name(c->change));
			check_side(&a, cases[i].title, &c->newly_refused, c->before, c->after);
			check_side(&a, cases[i].title, &c->newly_accepted, c->after, c->before);
		}
		for (size_t n = 0; n < found.level_count; n++) {
			const struct level_difference *l = &found.levels[n];

			if (l->change != POLICY_SAME)
				levels = arena_print(&a, "%s%s%.*s %.*s %s", levels, levels[0] ? "; " : "",
				    SPAN_ARGS(l->area), SPAN_ARGS(l->level), policy_change_name(l->change));
			check_level(&a, cases[i].title, &l->newly_refused, l, before, after);
			check_level(&a, cases[i].title, &l->newly_accepted, l, after, before);
		}
		expect_text(cases[i].title, changes, cases[i].changes);
		expect_text(cases[i].title, levels, cases[i].levels);
		arena_reset(&a);
	}
	arena_release(&a);
}

/* Profiles of one and the same framework, or nearly. */
#define REQUIRES(level, comparison) \
	"\"requires\":[{\"area\":\"token\",\"level\":\"" level "\",\"comparison\":\"" comparison "\"}]"
#define BANK(more) PROFILE("bank", more)
#define WITHOUT_Y ",\"exclusions\":[{\"criterion\":\"y-2\",\"reason\":" BOTH("why") "}]"
#define AGE(least) \
	CRITERION("n-3", "3", "\"parameters\":[{\"id\":\"most\",\"type\":\"integer\",\"value\":" least ",\"label\":" \
	BOTH("most") "}]," \
	    "\"condition\":{\"fact\":\"n\",\"le\":{\"param\":\"most\"}}" REASON("no"))
#define THREE FIRST C("y-2", "2", IS("y", "true")) "," AGE("5")

static const struct {
	const char *title, *before, *after, *criteria, *change;
} profiles[] = {
	{ "the same demands", BANK(REQUIRES("2", "minimum")), BANK(REQUIRES("2", "minimum")), THREE, "bank same" },
	{ "a higher level is stricter", BANK(REQUIRES("1", "minimum")), BANK(REQUIRES("2", "minimum")), THREE,
	    "bank stricter" },
	{ "a lower level is looser", BANK(REQUIRES("2", "minimum")), BANK(REQUIRES("1", "minimum")), THREE,
	    "bank looser" },
	{ "better than a level is the next", BANK(REQUIRES("1", "better")), BANK(REQUIRES("2", "minimum")), THREE,
	    "bank reworded" },
	{ "a criterion left out is looser", BANK(REQUIRES("2", "minimum")), BANK(REQUIRES("2", "minimum") WITHOUT_Y),
	    THREE, "bank looser" },
	{ "and no more is stricter", BANK(REQUIRES("2", "minimum") WITHOUT_Y), BANK(REQUIRES("2", "minimum")), THREE,
	    "bank stricter" },
	{ "a parameter's own value counts", BANK(REQUIRES("3", "minimum")),
	    BANK(REQUIRES("3", "minimum") ",\"parameters\":{\"n-3/most\":4}"), THREE, "bank stricter" },
	{ "firmer words are stricter", BANK(REQUIRES("1", "minimum")), BANK("\"provenance\":\"vouched\"," REQUIRES("1",
	    "minimum")), THREE, "bank stricter" },
	{ "not more than a level is no less", BANK(REQUIRES("2", "minimum")), BANK(REQUIRES("2", "exact")), THREE,
	    "bank other" },
	{ "the same bounds are the same", BANK(REQUIRES("2", "exact")), BANK(REQUIRES("2", "exact")), THREE,
	    "bank same" },
	{ "a profile more", NULL, BANK(REQUIRES("2", "minimum")), THREE, "bank added" },
	{ "a profile less", BANK(REQUIRES("2", "minimum")), NULL, THREE, "bank removed" },
};

static void
check_profile(struct arena *a, const char *title, const struct policy_witness *w, struct span id,
    const struct framework *met, const struct framework *unmet)
{
	const struct profile *here = profile_find(met, id), *there = profile_find(unmet, id);
	struct demand demands[2];
	struct evaluation e;
	struct facts facts;

	if (!w->facts.size)
		return;
	demands[0] = profile_demand(here);
	demands[1] = profile_demand(there);
	facts = small_facts_of(a, met->dictionary, w->facts, w->by);
	evaluate(met, here, &facts, &e);
	expect_true(title, demand_met(&demands[0], &e));
	evaluate(unmet, there, &facts, &e);
	expect_true(title, !demand_met(&demands[1], &e));
}

static void
profiles_are_compared(void **state)
{
	struct arena a = arena_init(64 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(profiles); i++) {
		const struct dictionary *d = small_dictionary(&a);
		const struct framework *before = small_framework(
		    &a, d, &(struct small_policy){ .criteria = profiles[i].criteria, .profile = profiles[i].before });
		const struct framework *after = small_framework(
		    &a, d, &(struct small_policy){ .criteria = profiles[i].criteria, .profile = profiles[i].after });
		struct policy_difference found;

		framework_difference(before, after, 0, &a, &found);
		expect_number(profiles[i].title, found.profile_count, 1);
		expect_text(profiles[i].title,
		    arena_print(&a, "%.*s %s", SPAN_ARGS(found.profiles[0].id),
		    policy_change_name(found.profiles[0].change)), profiles[i].change);
		check_profile(&a, profiles[i].title, &found.profiles[0].newly_refused, found.profiles[0].id, before,
		    after);
		check_profile(&a, profiles[i].title, &found.profiles[0].newly_accepted, found.profiles[0].id, after,
		    before);
		arena_reset(&a);
	}
	arena_release(&a);
}

static void
a_search_that_may_look_at_little_says_so(void **state)
{
	struct arena a = arena_init(64 * MIB);
	const struct dictionary *d = small_dictionary(&a);
	const struct framework *before = small_framework(&a, d, &(struct small_policy){ .criteria = C("n-1", "1",
	    LE("5")) });
	const struct framework *after = small_framework(&a, d, &(struct small_policy){ .criteria = C("n-1", "1",
	    LE("4")) });
	struct policy_difference found;

	(void)state;
	framework_difference(before, after, 1, &a, &found);
	expect_true("it was cut off", found.cut_off);
	expect_text("nothing is told of it", policy_change_name(found.criteria[0].change), "undetermined");
	expect_text("nor of its level", policy_change_name(found.levels[0].change), "undetermined");
	framework_difference(before, before, 1, &a, &found);
	expect_true("what is the same is not searched for", !found.cut_off);
	expect_text("and told", policy_change_name(found.criteria[0].change), "same");
	arena_release(&a);
}

static void
a_difference_is_written_as_json(void **state)
{
	static const char expected[] =
	    "{\"before\":{\"framework\":\"small\",\"version\":\"1.0\"},\"after\":{\"framework\":\"small\","
	    "\"version\":\"1.0\"},\"criteria\":[{\"id\":\"n-1\",\"title\":{\"ja\":\"n-1（日）\",\"en\":\"n-1\"},"
	    "\"change\":\"stricter\",\"newly_refused\":{\"facts\":{\"n\":5},\"provenance\":\"observed\"}}],"
	    "\"levels\":[";
	struct arena a = arena_init(64 * MIB);
	struct buffer b = buffer_init(64 * KIB);
	const struct dictionary *d = small_dictionary(&a);
	const struct framework *before = small_framework(&a, d, &(struct small_policy){ .criteria = C("n-1", "1",
	    LE("5")) });
	const struct framework *after = small_framework(&a, d, &(struct small_policy){ .criteria = C("n-1", "1",
	    LE("4")) });
	struct policy_difference found;
	json_t *root;

	(void)state;
	framework_difference(before, after, 0, &a, &found);
	difference_write(&b, before, after, &found);
	expect_text("as it begins", arena_text(&a, span_first(buffer_span(&b), sizeof(expected) - 1)), expected);
	root = json_loadb((const char *)buffer_span(&b).data, buffer_span(&b).size, JSON_REJECT_DUPLICATES, NULL);
	expect_true("it is JSON", root != NULL);
	expect_number("each level of each area", json_array_size(json_object_get(root, "levels")), 2);
	expect_true("nothing cut off", json_is_false(json_object_get(root, "cut_off")));
	json_decref(root);
	buffer_release(&b);
	arena_release(&a);
}

static void
what_a_profile_requires_is_told_before_and_after(void **state)
{
#define ASKS(level) \
	PROFILE("bank", "\"requires\":[{\"area\":\"token\",\"level\":\"" level "\",\"comparison\":\"minimum\"}]")
	static const char *const criteria = C("n-1", "1", LE("5")) "," C("n-2", "2", LE("4"));
	struct arena a = arena_init(64 * MIB);
	struct buffer b = buffer_init(64 * KIB);
	const struct dictionary *d = small_dictionary(&a);
	const struct framework *before = small_framework(&a, d, &(struct small_policy){ .criteria = criteria,
	    .profile = ASKS("1") });
	const struct framework *after = small_framework(&a, d, &(struct small_policy){ .criteria = criteria,
	    .profile = ASKS("2") });
	struct policy_difference found;
	const json_t *values, *one;
	json_t *root;

	(void)state;
	framework_difference(before, after, 0, &a, &found);
	difference_write(&b, before, after, &found);
	root = json_loadb((const char *)buffer_span(&b).data, buffer_span(&b).size, JSON_REJECT_DUPLICATES, NULL);
	values = json_object_get(json_array_get(json_object_get(root, "profiles"), 0), "values");
	one = json_array_get(values, 0);
	expect_number("one value is another", json_array_size(values), 1);
	expect_text("of this area", json_string_value(json_object_get(json_object_get(one, "label"), "en")), "token");
	expect_true("before and after differ", json_object_get(one, "before") && json_object_get(one, "after") &&
	    !json_equal(json_object_get(one, "before"), json_object_get(one, "after")));
	expect_true("what is the same has none", !json_object_get(json_array_get(json_object_get(root, "criteria"), 0),
	    "values"));
	json_decref(root);
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_told),
		cmocka_unit_test(profiles_are_compared),
		cmocka_unit_test(a_search_that_may_look_at_little_says_so),
		cmocka_unit_test(a_difference_is_written_as_json),
		cmocka_unit_test(what_a_profile_requires_is_told_before_and_after),
	};

	return cmocka_run_group_tests_name("difference", tests, NULL, NULL);
}
