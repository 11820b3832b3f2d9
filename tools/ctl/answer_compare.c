/* tools/ctl/answer_compare.c - whether an answer says what its entry in the log says. */
#include "ctl/answer_compare.h"

#include <stdio.h>
#include <string.h>

#include "base/span.h"

#define WHAT_LARGEST 400 /* "levels/AREA/required" */

static const struct {
	const char *what, *answered[2], *recorded[2]; /* where each has it, one below the other */
} same[] = {
	{ "evaluation_id", { "evaluation_id", NULL },   { "evaluation", NULL } },
	{ "evaluated_at",  { "evaluated_at", NULL },    { "at", NULL } },
	{ "policy/id",      { "policy", "id" },         { "framework", NULL } },
	{ "policy/version", { "policy", "version" },    { "version", NULL } },
	{ "policy/digest",  { "policy", "digest" },     { "policy", NULL } },
};

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

/* What is missing on either side differs too: an answer cannot be shortened to what agrees. */
static void
compare(json_t *differences, const char *what, const json_t *answered, const json_t *recorded)
{
	json_t *one;

	if (answered && recorded && json_equal(answered, recorded))
		return;
	one = json_object();
	json_object_set_new(one, "what", json_string(what));
	json_object_set_new(one, "answered", copied(answered));
	json_object_set_new(one, "recorded", copied(recorded));
	json_array_append_new(differences, one);
}

static const json_t *
demand_of(const json_t *entry, const char *area)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(entry, "demand"), i, one) {
		const char *found = json_string_value(json_object_get(one, "area"));

		if (found && strcmp(found, area) == 0)
			return one;
	}
	return NULL;
}

static void
compare_area(json_t *differences, const char *area, const json_t *answered, const json_t *recorded,
    const json_t *demand)
{
	static const char *const reaches[] = { "reached", "possible" };
	const json_t *comparison = json_object_get(answered, "comparison");
	const json_t *required = json_object_get(answered, "required"), *level = json_object_get(demand, "level");
	json_t *minimum = json_string("minimum");
	char what[WHAT_LARGEST];

	for (size_t i = 0; i < COUNT(reaches); i++) {
		snprintf(what, sizeof(what), "levels/%s/%s", area, reaches[i]);
		compare(differences, what, json_object_get(answered, reaches[i]),
		    json_object_get(recorded, reaches[i]));
	}
	if (required || level) {
		snprintf(what, sizeof(what), "levels/%s/required", area);
		compare(differences, what, required, level);
		/* An answer says nothing of the usual one. */
		snprintf(what, sizeof(what), "levels/%s/comparison", area);
		compare(differences, what, comparison ? comparison : minimum, json_object_get(demand, "comparison"));
	}
	json_decref(minimum);
}

static void
compare_levels(json_t *differences, const json_t *context, const json_t *entry)
{
	json_t *answered = json_object_get(context, "levels"), *one;
	json_t *recorded = json_object_get(json_object_get(entry, "result"), "levels");
	const char *area;

	json_object_foreach(recorded, area, one)
		compare_area(differences, area, json_object_get(answered, area), one, demand_of(entry, area));
	json_object_foreach(answered, area, one)
		if (!json_object_get(recorded, area))
			compare_area(differences, area, one, NULL, NULL);
}

static bool
is_among(const json_t *list, const json_t *wanted)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (wanted && json_equal(one, wanted))
			return true;
	return false;
}

/* An answer tells those that matter to a person, an entry has all. */
static void
compare_criteria(json_t *differences, const char *name, const json_t *context, const json_t *entry)
{
	const json_t *recorded = json_object_get(json_object_get(entry, "result"), name), *one;
	size_t i;

	if (!json_is_array(json_object_get(context, name)))
		compare(differences, name, NULL, recorded);
	json_array_foreach(json_object_get(context, name), i, one) {
		const json_t *id = json_object_get(one, "id");

		if (!is_among(recorded, id))
			compare(differences, name, id, NULL);
	}
}

json_t *
answer_compare(const json_t *answer, const json_t *context, const json_t *entry)
{
	json_t *differences = json_array();

	if (answer)
		compare(differences, "decision", json_object_get(answer, "decision"),
		    json_object_get(json_object_get(entry, "result"), "permit"));
	for (size_t i = 0; i < COUNT(same); i++)
		compare(differences, same[i].what, below(context, same[i].answered), below(entry, same[i].recorded));
	compare_levels(differences, context, entry);
	compare_criteria(differences, "failed", context, entry);
	compare_criteria(differences, "unknown", context, entry);
	return differences;
}
