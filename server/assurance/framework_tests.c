/* assurance/framework_tests.c - a framework's own tests read: tests/<name>.json. trial.h runs them. */
#include "assurance/framework_reading.h"
#include "codec/tree.h"

#define TESTS_LARGEST 1024

/* As facts_read() will have them: a value, or an object with one and its time. */
static void
check_facts(const struct framework_reading *r, struct place object)
{
	void *cursor = NULL;
	const char *id;
	struct place p;
	int64_t value;

	if (!place_exists(object))
		place_fail(object, "an object of facts", NULL);
	while (place_next(object, &cursor, &id, &p)) {
		const struct fact *fact = fact_find(r->framework->dictionary, span_text(id));
		struct place stated = p, at = { 0 };
		struct instant t;

		if (json_is_object(p.value)) {
			stated = place_member(p, "value");
			at = place_member(p, "at");
		}
		if (fact)
			condition_literal(stated, fact, &value);
		else
			place_fail(p, "a fact of the dictionary", arena_print(r->arena, "\"%.100s\"", id));
		if (at.value &&
		    (!json_is_string(at.value) || !instant_read(span_text(json_string_value(at.value)), &t)))
			place_fail(at, "a time (RFC 3339)", NULL);
	}
}

/* {"area":"level"}, "0" for none. */
static void
check_levels(const struct framework_reading *r, struct place object)
{
	void *cursor = NULL;
	const char *id;
	struct place p;

	while (place_exists(object) && place_next(object, &cursor, &id, &p)) {
		int area = area_find(r->framework, span_text(id));

		if (area < 0)
			place_fail(p, "an area of levels.json", arena_print(r->arena, "\"%.100s\"", id));
		else if (!json_is_string(p.value) ||
		    level_find(&r->framework->areas[area], span_text(json_string_value(p.value))) < 0)
			place_fail(p, arena_print(r->arena, "a level of area \"%s\", or \"0\"", id), NULL);
	}
}

static void
check_criteria(const struct framework_reading *r, struct place array)
{
	size_t count;
	const struct span *ids = policy_ids(array, 0, CRITERIA_LARGEST, &count);

	for (size_t i = 0; i < count; i++)
		if (criterion_find(r->framework, ids[i]) < 0)
			place_fail(place_element(array, i), "a criterion of the framework", NULL);
}

static void
check_test(const struct framework_reading *r, struct place p)
{
	static const char *const provenances[] = { "claimed", "vouched", "observed" };
	struct place provenance = place_member(p, "provenance"), at = place_member(p, "at");
	struct place profile = place_member(p, "profile"), expect = place_member(p, "expect");
	struct place permit = place_member(expect, "permit");
	struct instant t;

	check_facts(r, place_member(p, "facts"));
	if (place_exists(provenance))
		policy_word(provenance, provenances, COUNT(provenances));
	if (place_exists(at) &&
	    (!json_is_string(at.value) || !instant_read(span_text(json_string_value(at.value)), &t)))
		place_fail(at, "a time (RFC 3339)", NULL);
	if (place_exists(profile) && !profile_find(r->framework, policy_id(profile)))
		place_fail(profile, "a profile of the framework", NULL);
	check_levels(r, place_member(expect, "reached"));
	check_levels(r, place_member(expect, "possible"));
	check_criteria(r, place_member(expect, "failed"));
	check_criteria(r, place_member(expect, "unknown"));
	place_boolean(place_member(expect, "barred"), false);
	place_boolean(permit, false);
	if (place_exists(permit) && !place_exists(profile))
		place_fail(permit, "a profile in the test, for what is permitted depends on it", "none");
	if (json_object_size(expect.value) == 0)
		place_fail(expect, "at least one of reached, possible, failed, unknown, barred, permit",
		    json_is_object(expect.value) ? "none" : NULL);
}

static struct span
canonical(struct place p)
{
	struct buffer b = buffer_init(FRAMEWORK_FILE_LARGEST);
	const char *expected;
	struct span text = { 0 };

	if (!tree_canonical(p.value, &expected)) {
		place_fail(p, expected, "another value in it");
	} else {
		tree_write(&b, p.value);
		text = arena_copy(p.document->arena, buffer_span(&b));
	}
	buffer_release(&b);
	return text;
}

static void
read_file(struct framework_reading *r, struct place root, struct span stem)
{
	struct place array = place_member(root, "tests");
	struct framework *f = r->framework;
	size_t count = place_count_within(array, 1, TESTS_LARGEST - f->test_count);
	struct policy_test *list = arena_array(r->arena, struct policy_test, f->test_count + count);
	const char *file = arena_print(r->arena, "tests/%.*s.json", SPAN_ARGS(stem));

	if (f->test_count)
		memcpy(list, f->tests, f->test_count * sizeof(list[0]));
	for (size_t i = 0; i < count; i++) {
		struct place p = place_element(array, i);

		list[f->test_count + i] = (struct policy_test){
			.title = policy_line(place_member(p, "title"), POLICY_TITLE_LARGEST),
			.file = span_text(file),
			.pointer = span_text(p.pointer),
			.json = p.value ? canonical(p) : (struct span){ 0 },
		};
		check_test(r, p);
	}
	f->tests = list;
	f->test_count += count;
}

void
framework_read_tests(struct framework_reading *r)
{
	struct place root;
	struct span stem;
	size_t cursor = 0;

	while (framework_next_file(r, "tests", &cursor, &root, &stem))
		read_file(r, root, stem);
}
