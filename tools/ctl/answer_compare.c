/* tools/ctl/answer_compare.c - whether an answer says what its entry in the log says. */
#include "ctl/answer_compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/span.h"

static const struct {
	const char *what, *answered[2], *recorded[2]; /* where each has it, one below the other */
} same[] = {
	{ "evaluation_id", { "evaluation_id", NULL },   { "evaluation", NULL } },
	{ "evaluated_at",  { "evaluated_at", NULL },    { "at", NULL } },
	{ "policy/id",      { "policy", "id" },         { "framework", NULL } },
	{ "policy/version", { "policy", "version" },    { "version", NULL } },
	{ "policy/digest",  { "policy", "digest" },     { "policy", NULL } },
};

/* What only a refusal is told. */
static const char *const ways[] = { "advice", "advice_omitted", "acr_values", "amr_values", "login_search",
	"obligations" };

static const json_t *
below(const json_t *tree, const char *const names[2])
{
	tree = json_object_get(tree, names[0]);
	return names[1] ? json_object_get(tree, names[1]) : tree;
}

static json_t *
copied(const json_t *value)
{
	return value ? json_deep_copy(value) : json_null();
}

void
answer_differ(json_t *differences, const json_t *answered, const json_t *recorded, const char *what, ...)
{
	char text[ANSWER_WHAT];
	va_list arguments;
	json_t *one;

	if (answered && recorded && json_equal(answered, recorded))
		return;
	va_start(arguments, what);
	vsnprintf(text, sizeof(text), what, arguments);
	va_end(arguments);
	one = json_object();
	/* One that was cut in the middle of a character is no text. */
	if (json_object_set_new(one, "what", json_string(text)) != 0)
		json_object_set_new(one, "what", json_string("a name that is too long"));
	json_object_set_new(one, "answered", copied(answered));
	json_object_set_new(one, "recorded", copied(recorded));
	json_array_append_new(differences, one);
}

const json_t *
answer_element(const json_t *list, const char *member, const char *text)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const char *found = json_string_value(json_object_get(one, member));

		if (found && text && strcmp(found, text) == 0)
			return one;
	}
	return NULL;
}

/* Levels */

static void
compare_area(json_t *differences, const char *area, const json_t *answered, const json_t *recorded,
    const json_t *demand)
{
	static const char *const reaches[] = { "reached", "possible" };
	const json_t *comparison = json_object_get(answered, "comparison");
	const json_t *required = json_object_get(answered, "required"), *level = json_object_get(demand, "level");
	json_t *minimum = json_string("minimum");

	for (size_t i = 0; i < COUNT(reaches); i++)
		answer_differ(differences, json_object_get(answered, reaches[i]), json_object_get(recorded, reaches[i]),
		    "levels/%s/%s", area, reaches[i]);
	if (required || level) {
		answer_differ(differences, required, level, "levels/%s/required", area);
		/* An answer says nothing of the usual one. */
		answer_differ(differences, comparison ? comparison : minimum, json_object_get(demand, "comparison"),
		    "levels/%s/comparison", area);
	}
	json_decref(minimum);
}

static void
compare_levels(json_t *differences, const json_t *context, const json_t *entry)
{
	json_t *answered = json_object_get(context, "levels"), *one;
	json_t *recorded = json_object_get(json_object_get(entry, "result"), "levels");
	const json_t *demand = json_object_get(entry, "demand");
	const char *area;

	json_object_foreach(recorded, area, one)
		compare_area(differences, area, json_object_get(answered, area), one,
		    answer_element(demand, "area", area));
	json_object_foreach(answered, area, one)
		if (!json_object_get(recorded, area))
			compare_area(differences, area, one, NULL, NULL);
}

/* What is required and not so */

enum met { UNTOLD, MET, UNMET };

/* The entry has levels by their ids, of which only "0" says where it stands: below all others. */
static enum met
demand_told(const json_t *demand, const json_t *reach)
{
	static const struct {
		const char *comparison;
		enum met equal, zero_reached, zero_required, other;
	} told[] = {
		{ "minimum", MET,   UNMET, MET,   UNTOLD },
		{ "exact",   MET,   UNMET, UNMET, UNMET },
		{ "maximum", MET,   MET,   UNMET, UNTOLD },
		{ "better",  UNMET, UNMET, MET,   UNTOLD },
	};
	const char *comparison = json_string_value(json_object_get(demand, "comparison"));
	const char *level = json_string_value(json_object_get(demand, "level"));
	const char *reached = json_string_value(json_object_get(reach, "reached"));

	for (size_t i = 0; comparison && level && reached && i < COUNT(told); i++)
		if (strcmp(comparison, told[i].comparison) == 0)
			return strcmp(level, reached) == 0 ? told[i].equal : strcmp(reached, "0") == 0 ?
			    told[i].zero_reached : strcmp(level, "0") == 0 ? told[i].zero_required : told[i].other;
	return UNTOLD;
}

static void
compare_one_unmet(json_t *differences, const json_t *one, const json_t *demand, const json_t *reach, enum met met)
{
	const char *area = json_string_value(json_object_get(one, "area"));

	area = area ? area : "";
	if (met == MET || !demand) {
		answer_differ(differences, one, NULL, "unmet/%s", area);
		return;
	}
	answer_differ(differences, json_object_get(one, "required"), json_object_get(demand, "level"),
	    "unmet/%s/required", area);
	answer_differ(differences, json_object_get(one, "comparison"), json_object_get(demand, "comparison"),
	    "unmet/%s/comparison", area);
	answer_differ(differences, json_object_get(one, "reached"), json_object_get(reach, "reached"),
	    "unmet/%s/reached", area);
}

/* A criterion of every level is told where the entry has it as not true, by that word. */
static void
compare_stopping(json_t *differences, const json_t *one, const json_t *result)
{
	const json_t *criterion = json_object_get(one, "criterion"), *recorded;
	const char *id = json_string_value(criterion), *truth = json_string_value(json_object_get(one, "truth"));
	const json_t *list = json_object_get(result, truth && strcmp(truth, "false") == 0 ? "failed" : "unknown");
	bool found = false;
	size_t i;

	json_array_foreach(list, i, recorded)
		found = found || json_equal(recorded, criterion);
	if (!found || json_is_true(json_object_get(result, "permit")))
		answer_differ(differences, one, NULL, "unmet/%s", id ? id : "");
}

/* Refused is what is not met, whatever cannot be told of each by itself; or what a criterion of every level stops,
 * which is false (barred) or which nobody knows. */
static bool
is_unexplained(const json_t *context, const json_t *result, const json_t *demands)
{
	return json_is_false(json_object_get(result, "permit")) && !json_is_true(json_object_get(result, "barred")) &&
	    json_array_size(demands) > 0 && !answer_element(json_object_get(context, "unknown"), "level", "any");
}

static void
compare_unmet(json_t *differences, const json_t *context, const json_t *entry)
{
	const json_t *result = json_object_get(entry, "result"), *levels = json_object_get(result, "levels");
	const json_t *answered = json_object_get(context, "unmet"), *demands = json_object_get(entry, "demand"), *one;
	bool permit = json_is_true(json_object_get(result, "permit"));
	size_t i;

	json_array_foreach(answered, i, one) {
		const char *area = json_string_value(json_object_get(one, "area"));
		const json_t *demand = answer_element(demands, "area", area);
		const json_t *reach = area ? json_object_get(levels, area) : NULL;

		if (json_object_get(one, "criterion")) {
			compare_stopping(differences, one, result);
			continue;
		}
		compare_one_unmet(differences, one, demand, reach, permit ? MET : demand_told(demand, reach));
	}
	json_array_foreach(demands, i, one) {
		const char *area = json_string_value(json_object_get(one, "area"));

		if (area && demand_told(one, json_object_get(levels, area)) == UNMET &&
		    !answer_element(answered, "area", area))
			answer_differ(differences, NULL, one, "unmet/%s", area);
	}
	if (!json_is_array(answered) || (json_array_size(answered) == 0 && is_unexplained(context, result, demands)))
		answer_differ(differences, answered, demands, "unmet");
}

/* With what an entry leaves unsaid: the usual comparison is the minimum, and no more is possible than is reached. */
static json_t *
entry_whole(const json_t *entry)
{
	json_t *whole = json_deep_copy(entry), *levels = json_object_get(json_object_get(whole, "result"), "levels");
	json_t *one, *reached;
	const char *area;
	size_t i;

	json_array_foreach(json_object_get(whole, "demand"), i, one)
		if (!json_object_get(one, "comparison"))
			json_object_set_new(one, "comparison", json_string("minimum"));
	json_object_foreach(levels, area, one) {
		reached = json_object_get(one, "reached");
		if (reached && !json_object_get(one, "possible"))
			json_object_set(one, "possible", reached);
	}
	return whole;
}

json_t *
answer_compare(const json_t *answer, const json_t *context, const json_t *shown)
{
	json_t *entry = entry_whole(shown);
	const json_t *permit = json_object_get(json_object_get(entry, "result"), "permit");
	json_t *differences = json_array();

	if (answer)
		answer_differ(differences, json_object_get(answer, "decision"), permit, "decision");
	for (size_t i = 0; i < COUNT(same); i++)
		answer_differ(differences, below(context, same[i].answered), below(entry, same[i].recorded), "%s",
		    same[i].what);
	compare_levels(differences, context, entry);
	compare_unmet(differences, context, entry);
	answer_compare_criteria(differences, context, entry);
	for (size_t i = 0; json_is_true(permit) && i < COUNT(ways); i++)
		if (json_object_get(context, ways[i]))
			answer_differ(differences, json_object_get(context, ways[i]), NULL, "%s", ways[i]);
	json_decref(entry);
	return differences;
}
