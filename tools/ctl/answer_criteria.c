/* tools/ctl/answer_criteria.c - whether the criteria that an answer tells, with their facts, are those of its entry. */
#include "ctl/answer_compare.h"

#include <string.h>

#include "base/span.h"

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

/* A fact's value in the entry, and by whose word it stands there, of two the one that is told; NULL: nobody stated
 * it. */
static const json_t *
fact_recorded(const json_t *entry, const char *about, const char *told, const char **by)
{
	json_t *facts = json_object_get(entry, "facts"), *values = told ? json_object_get(facts, told) : NULL;

	*by = told;
	if (json_object_get(values, about))
		return json_object_get(values, about);
	json_object_foreach(facts, *by, values)
		if (json_object_get(values, about))
			return json_object_get(values, about);
	return NULL;
}

static void
compare_fact(json_t *differences, const char *name, const char *criterion, const json_t *fact, const json_t *entry)
{
	const char *about = json_string_value(json_object_get(fact, "fact")), *by;
	const char *told = json_string_value(json_object_get(fact, "by"));
	const json_t *recorded = about ? fact_recorded(entry, about, told, &by) : NULL;
	json_t *whose = recorded ? json_string(by) : NULL;

	if (recorded || json_object_get(fact, "value"))
		answer_differ(differences, json_object_get(fact, "value"), recorded, "%s/%s/%s/value", name, criterion,
		    about ? about : "");
	if (recorded || json_object_get(fact, "by"))
		answer_differ(differences, json_object_get(fact, "by"), whose, "%s/%s/%s/by", name, criterion,
		    about ? about : "");
	json_decref(whose);
}

/* A fact that is told stands with its value and by whose word; one that nobody stated has neither. */
static void
compare_facts(json_t *differences, const char *name, const json_t *criterion, const json_t *entry)
{
	const char *id = json_string_value(json_object_get(criterion, "id"));
	const json_t *fact;
	size_t i;

	json_array_foreach(json_object_get(criterion, "facts"), i, fact)
		compare_fact(differences, name, id ? id : "", fact, entry);
}

/* An answer tells those that stand in the way, an entry has all. */
static void
compare_list(json_t *differences, const char *name, const json_t *context, const json_t *entry)
{
	const json_t *result = json_object_get(entry, "result"), *levels = json_object_get(result, "levels");
	const json_t *recorded = json_object_get(result, name), *one;
	size_t i;

	if (!json_is_array(json_object_get(context, name)))
		answer_differ(differences, NULL, recorded, "%s", name);
	json_array_foreach(json_object_get(context, name), i, one) {
		const json_t *id = json_object_get(one, "id"), *area = json_object_get(one, "area");

		if (!is_among(recorded, id)) {
			answer_differ(differences, id, NULL, "%s", name);
			continue;
		}
		if (!json_is_string(area) || !json_object_get(levels, json_string_value(area)))
			answer_differ(differences, area, NULL, "%s/%s/area", name, json_string_value(id));
		compare_facts(differences, name, one, entry);
	}
}

/* Whether a minimum is surely missed: nothing is reached, or the answer itself says so. */
static bool
is_missed(const json_t *demand, const json_t *reached, const json_t *unmet)
{
	const char *comparison = json_string_value(json_object_get(demand, "comparison"));
	const char *level = json_string_value(json_object_get(demand, "level"));
	const char *at = json_string_value(reached);

	return comparison && level && at && strcmp(comparison, "minimum") == 0 && strcmp(level, "0") != 0 &&
	    (unmet || strcmp(at, "0") == 0);
}

static void
expect_some(json_t *differences, const char *name, const json_t *context, const json_t *entry)
{
	const json_t *answered = json_object_get(context, name);

	if (json_is_array(answered) && json_array_size(answered) == 0)
		answer_differ(differences, answered, json_object_get(json_object_get(entry, "result"), name), "%s",
		    name);
}

/* Where a minimum is missed, the level next above what is reached lacks something, and that is told: a criterion that
 * failed where no more is possible either, else one that nobody knows. */
static void
compare_missed(json_t *differences, const json_t *context, const json_t *entry)
{
	const json_t *result = json_object_get(entry, "result"), *one;
	bool failed = json_is_true(json_object_get(result, "barred")), unknown = false;
	size_t i;

	json_array_foreach(json_object_get(entry, "demand"), i, one) {
		const char *area = json_string_value(json_object_get(one, "area"));
		const json_t *reach = area ? json_object_get(json_object_get(result, "levels"), area) : NULL;
		const json_t *reached = json_object_get(reach, "reached");
		const json_t *possible = json_object_get(reach, "possible");
		bool no_more = reached && possible && json_equal(reached, possible);

		if (!is_missed(one, reached, answer_element(json_object_get(context, "unmet"), "area", area)))
			continue;
		failed = failed || no_more;
		unknown = unknown || !no_more;
	}
	if (failed)
		expect_some(differences, "failed", context, entry);
	if (unknown)
		expect_some(differences, "unknown", context, entry);
}

void
answer_compare_criteria(json_t *differences, const json_t *context, const json_t *entry)
{
	compare_list(differences, "failed", context, entry);
	compare_list(differences, "unknown", context, entry);
	compare_missed(differences, context, entry);
}
