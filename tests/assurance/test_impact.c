/* tests/assurance/test_impact.c - what another version would have made of decisions: every number counted by hand. */
#include "transaction/decisions.h"

#include <jansson.h>

#include "assurance/impact.h"

/* The same criteria, with writing reserved to administrators, whatever the record; and one more that asks for a fact
 * the first version never did. */
#define CRITERION(id, condition) CRITERION_AT(id, "1", condition)
#define CRITERION_AT(id, level, condition) \
	"{\"id\":\"" id "\",\"level\":\"" level "\",\"status\":\"derived\",\"title\":{\"ja\":\"題\",\"en\":\"t\"}," \
	"\"text\":{\"ja\":\"文\",\"en\":\"t\"}," \
	"\"sources\":[{\"document\":\"scenario\",\"at\":\"1.4\",\"relation\":\"derived\"}]," \
	"\"condition\":" condition "," \
	"\"reason\":{\"ja\":\"理由\",\"en\":\"r\"}}"
#define WRITE "{\"any\":[{\"fact\":\"action.name\",\"isnt\":\"write\"},{\"fact\":\"subject.role\",\"is\":\"admin\"}]}"
#define STRICTER "{\"area\":\"access\",\"criteria\":[" CRITERION("write", WRITE) "]}"
#define FEWER "{\"area\":\"access\",\"criteria\":[" CRITERION("read", "{\"fact\":\"action.name\",\"is\":\"read\"}") "]}"

static const struct { const char *facts, *resource; } decisions[] = {
	/* newly refused */
	{ "{\"subject.role\":\"member\",\"action.name\":\"write\",\"resource.status\":\"active\"}", "record-1" },
	/* newly refused */
	{ "{\"subject.role\":\"member\",\"action.name\":\"write\",\"resource.status\":\"active\"}", "record-2" },
	/* newly accepted */
	{ "{\"subject.role\":\"admin\",\"action.name\":\"write\",\"resource.status\":\"active\"}", "record-1" },
	/* the same */
	{ "{\"subject.role\":\"member\",\"action.name\":\"read\",\"resource.status\":\"active\"}", "record-1" },
	/* refused again */
	{ "{\"subject.role\":\"member\",\"action.name\":\"write\",\"resource.status\":\"archived\"}", "record-1" },
};

static void
add_numbered(struct impact *impact, struct arena *a, struct evaluation_request request, uint8_t number)
{
	struct decision *decision = arena_new(a, struct decision);
	struct buffer entry = buffer_init(64 * KIB);
	struct problem why = { .code = OK };
	struct id id = { { number } };

	decide(&request.question, decision);
	evaluation_entry_write(&entry, &request, decision, &id);
	expect_ok("the decision is added", impact_add(impact, buffer_span(&entry), &why), &why);
	buffer_release(&entry);
}

static void
add_request(struct impact *impact, struct arena *a, struct evaluation_request request)
{
	add_numbered(impact, a, request, 1);
}

static void
add(struct impact *impact, struct arena *a, const struct dictionary *dictionary, const struct framework *before,
    const char *facts, const char *resource)
{
	add_request(impact, a, fixture_request(before, fixture_facts(a, dictionary, facts), resource));
}

static json_t *
written(const struct impact *impact)
{
	struct buffer b = buffer_init(MIB);
	json_t *json;

	impact_write(&b, impact);
	json = json_loadb((const char *)buffer_span(&b).data, buffer_span(&b).size, JSON_REJECT_DUPLICATES, NULL);
	expect_true("the report is JSON", json != NULL);
	buffer_release(&b);
	return json;
}

static json_int_t
number(json_t *json, const char *name)
{
	json_t *value = json_object_get(json, name);

	return json_integer_value(json_is_object(value) ? json_object_get(value, "count") : value);
}

static void
everything_is_counted_once(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *before = fixture_framework(&a, dictionary, NULL);
	const struct framework *after = fixture_framework(&a, dictionary, STRICTER);
	struct impact *impact = impact_new(after, &before, 1);
	json_t *json, *matrix, *first;

	(void)state;
	for (size_t i = 0; i < COUNT(decisions); i++)
		add(impact, &a, dictionary, before, decisions[i].facts, decisions[i].resource);
	impact_add_erased(impact);
	json = written(impact);
	expect_number("decisions", number(json, "decisions"), 6);
	expect_number("replayed", number(json, "replayed"), 5);
	expect_number("erased", number(json, "erased"), 1);
	expect_number("newly refused", number(json, "refused"), 2);
	expect_number("newly accepted", number(json, "accepted"), 1);
	expect_number("the same", number(json, "same"), 2);
	matrix = json_object_get(json_array_get(json_object_get(json, "areas"), 0), "matrix");
	expect_number("from 0 to 0", json_integer_value(json_array_get(json_array_get(matrix, 0), 0)), 1);
	expect_number("from 0 to 1", json_integer_value(json_array_get(json_array_get(matrix, 0), 1)), 1);
	expect_number("from 1 to 0", json_integer_value(json_array_get(json_array_get(matrix, 1), 0)), 2);
	expect_number("from 1 to 1", json_integer_value(json_array_get(json_array_get(matrix, 1), 1)), 1);
	first = json_array_get(json_object_get(json, "criteria"), 0);
	expect_text("the criterion that flipped", json_string_value(json_object_get(first, "id")), "write");
	expect_number("for the worse", number(first, "newly_failed"), 2);
	expect_number("for the better", number(first, "newly_met"), 1);
	expect_number("relying parties", number(json_object_get(json, "resources"), "touched"), 2);
	json_decref(json);
	impact_free(impact);
	arena_release(&a);
}

static void
what_was_never_asked_is_not_guessed(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *before = fixture_framework(&a, dictionary, FEWER);
	const struct framework *after = fixture_framework(&a, dictionary, NULL);
	struct impact *impact = impact_new(after, &before, 1);
	json_t *json, *missing;

	(void)state;
	/* The first version permitted reading without asking who reads. */
	add(impact, &a, dictionary, before, "{\"action.name\":\"read\"}", "record-1");
	json = written(impact);
	expect_number("nothing is newly refused", number(json, "refused"), 0);
	missing = json_array_get(json_object_get(json, "not_replayable"), 0);
	expect_text("the fact is named", json_string_value(json_object_get(missing, "fact")), "subject.role");
	json_decref(json);
	impact_free(impact);
	arena_release(&a);
}

/* What a criterion is now, and was not then: told by what it is now. */
static void
a_criterion_is_met_only_where_it_is_true(void **state)
{
#define ASKED CRITERION("asked", "{\"fact\":\"subject.role\",\"isnt\":\"other\"}")
#define ACTIVE "{\"fact\":\"resource.status\",\"is\":\"active\"}"
#define BY_ADMIN "{\"fact\":\"subject.role\",\"is\":\"admin\"}"
#define TWO(condition) "{\"area\":\"access\",\"criteria\":[" ASKED "," CRITERION("turned", condition) "]}"
	static const struct { const char *title, *before, *after, *facts; int failed, met, unknown; } turns[] = {
		{ "false, then unknown", TWO(ACTIVE), TWO(BY_ADMIN), "{\"resource.status\":\"archived\"}", 0, 0, 1 },
		{ "true, then unknown", TWO(ACTIVE), TWO(BY_ADMIN), "{\"resource.status\":\"active\"}", 0, 0, 1 },
		{ "unknown, then false", TWO(BY_ADMIN), TWO(ACTIVE), "{\"resource.status\":\"archived\"}", 1, 0, 0 },
		{ "unknown, then true", TWO(BY_ADMIN), TWO(ACTIVE), "{\"resource.status\":\"active\"}", 0, 1, 0 },
		{ "false, then true", TWO(BY_ADMIN), TWO(ACTIVE),
		    "{\"resource.status\":\"active\",\"subject.role\":\"other\"}", 0, 1, 0 },
		{ "true, then false", TWO(BY_ADMIN), TWO(ACTIVE),
		    "{\"resource.status\":\"archived\",\"subject.role\":\"admin\"}", 1, 0, 0 },
		{ "unknown, and unknown again", TWO(BY_ADMIN), TWO(BY_ADMIN), "{}", 0, 0, 0 },
	};
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(turns); i++) {
		const struct framework *before = fixture_framework(&a, dictionary, turns[i].before);
		struct impact *impact = impact_new(fixture_framework(&a, dictionary, turns[i].after), &before, 1);
		json_t *json, *turned;

		add(impact, &a, dictionary, before, turns[i].facts, "record-1");
		json = written(impact);
		expect_number(turns[i].title, number(json, "replayed"), 1);
		turned = json_array_get(json_object_get(json, "criteria"), 0);
		expect_number(turns[i].title, number(turned, "newly_failed"), turns[i].failed);
		expect_number(turns[i].title, number(turned, "newly_met"), turns[i].met);
		expect_number(turns[i].title, number(turned, "newly_unknown"), turns[i].unknown);
		json_decref(json);
		impact_free(impact);
	}
	arena_release(&a);
}

/* More than any entry before had: all of them false, then and now. */
static void
every_failed_criterion_is_remembered(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	struct buffer criteria = buffer_init(MIB);
	const struct framework *framework;
	struct impact *impact;
	json_t *json;

	(void)state;
	buffer_text(&criteria, "{\"area\":\"access\",\"criteria\":[");
	for (size_t i = 0; i < 600; i++) {
		const char *text = CRITERION("c", "{\"fact\":\"action.name\",\"is\":\"read\"}");

		buffer_print(&criteria, "%s{\"id\":\"c%zu%s", i ? "," : "", i, text + strlen("{\"id\":\"c"));
	}
	buffer_add(&criteria, span_of("]}", 3));
	framework = fixture_framework(&a, dictionary, (const char *)buffer_span(&criteria).data);
	impact = impact_new(framework, &framework, 1);
	add(impact, &a, dictionary, framework, "{\"action.name\":\"write\"}", "record-1");
	json = written(impact);
	expect_number("replayed", number(json, "replayed"), 1);
	expect_number("no criterion flipped", json_array_size(json_object_get(json, "criteria")), 0);
	json_decref(json);
	impact_free(impact);
	buffer_release(&criteria);
	arena_release(&a);
}

/* Two levels, the second for administrators, and a profile that demands one of them. */
#define LEVEL(id) "{\"id\":\"" id "\",\"title\":{\"ja\":\"題\",\"en\":\"t\"}}"
#define PROFILE(level) PROFILE_OF(level, "minimum")
#define PROFILE_OF(level, comparison) PROFILE_REQUIRING(REQUIREMENT(level, comparison))
#define REQUIREMENT(level, comparison) \
	"{\"area\":\"access\",\"level\":\"" level "\",\"comparison\":\"" comparison "\"}"
#define PROFILE_REQUIRING(requirements) \
	"{\"id\":\"records\",\"title\":{\"ja\":\"題\",\"en\":\"t\"},\"text\":{\"ja\":\"文\",\"en\":\"t\"}," \
	"\"status\":\"verified\"," \
	"\"requires\":[" requirements "]}"

#define READ_OR_ADMIN \
	"{\"area\":\"access\",\"criteria\":[" CRITERION("read", "{\"fact\":\"action.name\",\"is\":\"read\"}") "," \
	CRITERION_AT("admin", "2", "{\"fact\":\"subject.role\",\"is\":\"admin\"}") "]}"

static const struct framework *
with_criteria(struct arena *a, const struct dictionary *dictionary, const char *criteria, const char *profile)
{
	const struct { const char *name, *text; } changed[] = {
		{ "levels.json", "{\"areas\":[{\"id\":\"access\",\"title\":{\"ja\":\"題\",\"en\":\"t\"},\"levels\":["
		    LEVEL("1") "," LEVEL("2") "]}],\"composed\":[]}" },
		{ "criteria/access.json", criteria },
		{ "profiles/records.json", profile },
	};
	const struct framework *framework = NULL;
	struct problem why = { .code = OK };
	struct policy_files files;

	expect_ok("the fixture is there", policy_files_read(a, fixture_path(a, "fixture/1.0"), &files, &why), &why);
	for (size_t i = 0; i < files.count; i++)
		for (size_t c = 0; c < COUNT(changed); c++)
			if (strcmp(files.items[i].name, changed[c].name) == 0)
				files.items[i].text = span_text(changed[c].text);
	expect_ok("and makes a framework", framework_read(a, &files, dictionary, false, &framework, &why), &why);
	return framework;
}

static const struct framework *
with_profile(struct arena *a, const struct dictionary *dictionary, const char *profile)
{
	return with_criteria(a, dictionary, READ_OR_ADMIN, profile);
}

static void
a_profile_demands_what_it_does_in_the_new_version(void **state)
{
	static const char member[] = "{\"subject.role\":\"member\",\"action.name\":\"read\"}";
	static const char admin[] = "{\"subject.role\":\"admin\",\"action.name\":\"read\"}";
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *before = with_profile(&a, dictionary, PROFILE("1"));
	const struct framework *after = with_profile(&a, dictionary, PROFILE("2"));
	struct impact *raised = impact_new(after, &before, 1), *unknown = impact_new(after, NULL, 0);
	struct evaluation_request own = fixture_request(before, fixture_facts(&a, dictionary, member), "record-3");
	json_t *json;

	(void)state;
	own.question.demand.items[0].comparison = COMPARE_EXACT;
	add(raised, &a, dictionary, before, member, "record-1");  /* newly refused */
	add(raised, &a, dictionary, before, admin, "record-2");   /* the same */
	add_request(raised, &a, own);                             /* the same: the levels were the asker's own */
	json = written(raised);
	expect_number("replayed", number(json, "replayed"), 3);
	expect_number("newly refused", number(json, "refused"), 1);
	expect_number("newly accepted", number(json, "accepted"), 0);
	expect_number("the same", number(json, "same"), 2);
	json_decref(json);

	add(unknown, &a, dictionary, before, member, "record-1");
	json = written(unknown);
	expect_number("refused too when the old version is not known", number(json, "refused"), 1);
	json_decref(json);
	impact_free(raised);
	impact_free(unknown);
	arena_release(&a);
}

static const char *
bound_text(struct arena *a, const json_t *requirement, const char *when)
{
	const json_t *bound = json_object_get(requirement, when);

	if (!bound)
		return "none";
	return arena_print(a, "%s %s", json_string_value(json_object_get(bound, "comparison")),
	    json_string_value(json_object_get(bound, "level")));
}

/* "access of records: minimum 1, minimum 2: 1 refused, 0 accepted; …", and how many no requirement explains. */
static const char *
requirements_text(struct arena *a, json_t *report)
{
	json_t *requirements = json_object_get(report, "requirements"), *one;
	const char *text = "";
	size_t i;

	json_array_foreach(json_object_get(requirements, "most"), i, one) {
		const char *profile = json_string_value(json_object_get(one, "profile"));

		text = arena_print(a, "%s%s of %s: %s, %s: %lld refused, %lld accepted; ", text,
		    json_string_value(json_object_get(one, "area")), profile ? profile : "the asker",
		    bound_text(a, one, "before"), bound_text(a, one, "after"), (long long)number(one, "newly_refused"),
		    (long long)number(one, "newly_accepted"));
	}
	return arena_print(a, "%s%lld unexplained", text, (long long)number(requirements, "none"));
}

#define MEMBER "{\"subject.role\":\"member\",\"action.name\":\"read\"}"
#define ADMIN "{\"subject.role\":\"admin\",\"action.name\":\"read\"}"

/* No criterion is another one, so none flips: what made the decisions differ is told by the requirements alone. */
static void
a_requirement_that_made_decisions_differ_is_named(void **state)
{
	static const struct {
		const char *title, *before, *after, *facts, *says;
	} changes[] = {
		{ "a higher level", PROFILE("1"), PROFILE("2"), MEMBER,
		    "access of records: minimum 1, minimum 2: 1 refused, 0 accepted; 0 unexplained" },
		{ "a lower level", PROFILE("2"), PROFILE("1"), MEMBER,
		    "access of records: minimum 2, minimum 1: 0 refused, 1 accepted; 0 unexplained" },
		{ "another comparison", PROFILE_OF("1", "minimum"), PROFILE_OF("1", "exact"), ADMIN,
		    "access of records: minimum 1, exact 1: 1 refused, 0 accepted; 0 unexplained" },
		{ "the same comparison is found beside another one",
		    PROFILE_REQUIRING(REQUIREMENT("1", "minimum") "," REQUIREMENT("2", "maximum")),
		    PROFILE_REQUIRING(REQUIREMENT("1", "maximum") "," REQUIREMENT("1", "minimum")), ADMIN,
		    "access of records: maximum 2, maximum 1: 1 refused, 0 accepted; 0 unexplained" },
		{ "one requirement more", PROFILE("1"), PROFILE_REQUIRING(REQUIREMENT("1", "minimum") ","
		    REQUIREMENT("1", "maximum")), ADMIN,
		    "access of records: none, maximum 1: 1 refused, 0 accepted; 0 unexplained" },
		{ "one requirement less", PROFILE_REQUIRING(REQUIREMENT("1", "minimum") ","
		    REQUIREMENT("1", "maximum")), PROFILE("1"), ADMIN,
		    "access of records: maximum 1, none: 0 refused, 1 accepted; 0 unexplained" },
		{ "one that decides nothing otherwise", PROFILE("1"), PROFILE("2"), ADMIN, "0 unexplained" },
	};
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);

	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		const struct framework *before = with_profile(&a, dictionary, changes[i].before);
		struct impact *impact = impact_new(with_profile(&a, dictionary, changes[i].after), &before, 1);
		json_t *json;

		add(impact, &a, dictionary, before, changes[i].facts, "record-1");
		json = written(impact);
		expect_number(changes[i].title, json_array_size(json_object_get(json, "criteria")), 0);
		expect_text(changes[i].title, requirements_text(&a, json), changes[i].says);
		json_decref(json);
		impact_free(impact);
	}
	arena_release(&a);
}

/* The requirement is the same and the level reached is not: whoever's requirement it is. */
static void
a_requirement_that_another_level_meets_is_named(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *before = fixture_framework(&a, dictionary, NULL);
	struct impact *impact = impact_new(fixture_framework(&a, dictionary, STRICTER), &before, 1);
	struct evaluation_request own =
	    fixture_request(before, fixture_facts(&a, dictionary, decisions[0].facts), "record-1");
	json_t *json;

	(void)state;
	own.question.demand.items[0].comparison = COMPARE_EXACT;
	for (size_t i = 0; i < COUNT(decisions); i++)
		add(impact, &a, dictionary, before, decisions[i].facts, decisions[i].resource);
	add_request(impact, &a, own);
	json = written(impact);
	expect_text("the profile's, and the asker's own", requirements_text(&a, json),
	    "access of records: minimum 1, minimum 1: 2 refused, 1 accepted; "
	    "access of the asker: exact 1, exact 1: 1 refused, 0 accepted; 0 unexplained");
	expect_number("how many", number(json_object_get(json, "requirements"), "touched"), 2);
	json_decref(json);
	impact_free(impact);
	arena_release(&a);
}

/* A criterion that holds whatever the level, and was not asked for so before: the level is reached all the same. */
static void
what_no_requirement_explains_is_counted(void **state)
{
#define TWO_CRITERIA(level) \
	"{\"area\":\"access\",\"criteria\":[" CRITERION("read", "{\"fact\":\"action.name\",\"is\":\"read\"}") "," \
	CRITERION_AT("status", "2", "{\"fact\":\"resource.status\",\"is\":\"active\"}") "," \
	CRITERION_AT("role", level, "{\"fact\":\"subject.role\",\"is\":\"member\"}") "]}"
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *before = with_criteria(&a, dictionary, TWO_CRITERIA("2"), PROFILE("1"));
	const struct framework *after = with_criteria(&a, dictionary, TWO_CRITERIA("any"), PROFILE("1"));
	struct impact *impact = impact_new(after, &before, 1);
	json_t *json;

	(void)state;
	add(impact, &a, dictionary, before, "{\"action.name\":\"read\"}", "record-1");
	json = written(impact);
	expect_number("refused", number(json, "refused"), 1);
	expect_text("by no requirement", requirements_text(&a, json), "1 unexplained");
	json_decref(json);
	impact_free(impact);
	arena_release(&a);
}

#define LETTERS_79 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* An area, its level, a criterion and a profile with the longest names that a policy file may give them. */
static const struct framework *
with_long_names(struct arena *a, const struct dictionary *dictionary)
{
	const struct { const char *name, *text; } changed[] = {
		{ "levels.json", "{\"areas\":[{\"id\":\"" LETTERS_79 "x\",\"title\":{\"ja\":\"題\","
		    "\"en\":\"t\"},\"levels\":[" LEVEL(LETTERS_79 "+") "]}],\"composed\":[]}" },
		{ "criteria/access.json", "{\"area\":\"" LETTERS_79 "x\",\"criteria\":["
		    CRITERION_AT(LETTERS_79 "c", LETTERS_79 "+", "{\"fact\":\"action.name\",\"is\":\"read\"}") ","
		    CRITERION_AT(LETTERS_79 "d", LETTERS_79 "+", "{\"fact\":\"subject.role\",\"is\":\"admin\"}") "]}" },
		{ "profiles/records.json", "{\"id\":\"records\",\"title\":{\"ja\":\"題\",\"en\":\"t\"},"
		    "\"text\":{\"ja\":\"文\",\"en\":\"t\"},\"status\":\"verified\",\"requires\":["
		    "{\"area\":\"" LETTERS_79 "x\","
		    "\"level\":\"" LETTERS_79 "+\",\"comparison\":\"minimum\"}]}" },
	};
	const struct framework *framework = NULL;
	struct problem why = { .code = OK };
	struct policy_files files;

	expect_ok("the fixture is there", policy_files_read(a, fixture_path(a, "fixture/1.0"), &files, &why), &why);
	for (size_t i = 0; i < files.count; i++)
		for (size_t c = 0; c < COUNT(changed); c++)
			if (strcmp(files.items[i].name, changed[c].name) == 0)
				files.items[i].text = span_text(changed[c].text);
	/* Criteria stand in a file of their area's name, which sorts as this one does. */
	for (size_t i = 0; i < files.count; i++)
		if (strcmp(files.items[i].name, "criteria/access.json") == 0)
			files.items[i].name = "criteria/" LETTERS_79 "x.json";
	expect_ok("and makes a framework", framework_read(a, &files, dictionary, false, &framework, &why), &why);
	return framework;
}

static void
the_longest_names_are_read_back(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *framework = with_long_names(&a, dictionary);
	struct impact *impact = impact_new(framework, &framework, 1);
	json_t *json, *row;

	(void)state;
	add(impact, &a, dictionary, framework, "{\"action.name\":\"write\"}", "record-1");
	add(impact, &a, dictionary, framework, "{\"action.name\":\"read\",\"subject.role\":\"admin\"}", "record-1");
	json = written(impact);
	expect_number("replayed", number(json, "replayed"), 2);
	expect_number("the same", number(json, "same"), 2);
	expect_number("nothing flipped", json_array_size(json_object_get(json, "criteria")), 0);
	row = json_object_get(json_array_get(json_object_get(json, "areas"), 0), "matrix");
	expect_number("the level is known", json_integer_value(json_array_get(json_array_get(row, 1), 1)), 1);
	json_decref(json);
	impact_free(impact);
	arena_release(&a);
}

/* Under profiles that the new version does not have, one each, twice. */
static void
add_strange(struct impact *impact, struct arena *a, const struct dictionary *dictionary,
    const struct framework *framework, size_t from, size_t count)
{
	struct evaluation_request request = fixture_request(framework, fixture_facts(a, dictionary, "{}"), "record-1");

	for (size_t i = from; i < from + count; i++) {
		struct profile profile = *request.question.profile;
		struct evaluation_request strange = request;

		profile.id = span_text(arena_print(a, LETTERS_79 "%zu", i) + (i < 10 ? 0 : i < 100 ? 1 : 2));
		strange.question.profile = &profile;
		add_request(impact, a, strange);
		add_request(impact, a, strange);
	}
}

static void
reasons_past_those_told_apart_are_counted(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *framework = fixture_framework(&a, dictionary, NULL);
	struct impact *impact = impact_new(framework, &framework, 1), *part = impact_new(framework, &framework, 1);
	json_t *json, *reasons, *one;
	size_t i;

	(void)state;
	add_strange(impact, &a, dictionary, framework, 0, 70);
	json = written(impact);
	reasons = json_object_get(json, "not_replayable");
	expect_number("told apart", json_array_size(reasons), 64);
	json_array_foreach(reasons, i, one)
		expect_number("each is found again", number(one, "count"), 2);
	expect_number("the others", number(json, "not_replayable_further"), 12);
	json_decref(json);

	add_strange(part, &a, dictionary, framework, 200, 65);
	impact_merge(impact, part);
	json = written(impact);
	expect_number("and so when they are merged", number(json, "not_replayable_further"), 12 + 2 * 65);
	expect_number("none is lost", number(json, "decisions"), 2 * (70 + 65));
	json_decref(json);
	impact_free(part);
	impact_free(impact);
	arena_release(&a);
}

static void
what_several_counted_is_what_one_would_have(void **state)
{
	struct arena a = arena_init(256 * MIB);
	const struct dictionary *dictionary = fixture_dictionary(&a);
	const struct framework *before = fixture_framework(&a, dictionary, NULL);
	const struct framework *after = fixture_framework(&a, dictionary, STRICTER);
	struct impact *whole = impact_new(after, &before, 1), *parts[3];
	struct buffer one = buffer_init(MIB), several = buffer_init(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++)
		parts[i] = impact_new(after, &before, 1);
	for (size_t i = 0; i < 8 * COUNT(decisions); i++) {
		struct evaluation_request request = fixture_request(before,
		    fixture_facts(&a, dictionary, decisions[i % COUNT(decisions)].facts),
		    decisions[i % COUNT(decisions)].resource);

		/* The later ones go to the first part: samples are the earliest of all. */
		add_numbered(whole, &a, request, (uint8_t)i);
		add_numbered(parts[COUNT(parts) - 1 - i * COUNT(parts) / (8 * COUNT(decisions))], &a, request,
		    (uint8_t)i);
	}
	impact_add_erased(whole);
	impact_add_erased(parts[1]);
	for (size_t i = 1; i < COUNT(parts); i++)
		impact_merge(parts[0], parts[i]);
	impact_write(&one, whole);
	impact_write(&several, parts[0]);
	expect_span("the reports are the same to the byte", buffer_span(&several),
	    arena_text(&a, buffer_span(&one)));
	for (size_t i = 0; i < COUNT(parts); i++)
		impact_free(parts[i]);
	impact_free(whole);
	buffer_release(&one);
	buffer_release(&several);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_counted_once),
		cmocka_unit_test(a_profile_demands_what_it_does_in_the_new_version),
		cmocka_unit_test(a_requirement_that_made_decisions_differ_is_named),
		cmocka_unit_test(a_requirement_that_another_level_meets_is_named),
		cmocka_unit_test(what_no_requirement_explains_is_counted),
		cmocka_unit_test(what_was_never_asked_is_not_guessed),
		cmocka_unit_test(a_criterion_is_met_only_where_it_is_true),
		cmocka_unit_test(every_failed_criterion_is_remembered),
		cmocka_unit_test(the_longest_names_are_read_back),
		cmocka_unit_test(reasons_past_those_told_apart_are_counted),
		cmocka_unit_test(what_several_counted_is_what_one_would_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
