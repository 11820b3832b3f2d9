/* tests/front/test_access.c - the file of what the decision point knows beside the request. */
#include "base/buffer.h"
#include "expect.h"
#include "front/authzen/access.h"

static void
a_wrong_access_file_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *title, *text;
		enum err code;
		const char *part;
	} cases[] = {
		{ "no JSON", "{", ERR_SYNTAX, "access.json: line 1" },
		{ "an unknown key", "{\"subject\":[]}", ERR_INVALID, "/subject: unknown key" },
		{ "a subject without an id", "{\"subjects\":[{\"type\":\"user\"}]}", ERR_INVALID, "/subjects/0/id" },
		{ "an action with a type", "{\"actions\":[{\"name\":\"a\",\"type\":\"b\"}]}",
		    ERR_INVALID, "/actions/0/type: unknown key" },
		{ "a subject with a policy", "{\"subjects\":[{\"type\":\"a\",\"id\":\"b\",\"profile\":\"c\"}]}",
		    ERR_INVALID, "/subjects/0/profile: unknown key" },
		{ "a part that is none", "{\"properties\":[{\"of\":\"context\",\"fact\":\"a\"}]}",
		    ERR_INVALID, "/properties/0/of: expected subject, action or resource, found \"context\"" },
		{ "a fraction", "{\"actions\":[{\"name\":\"a\",\"facts\":{\"b\":1.5}}]}", ERR_INVALID,
		    "/actions/0/facts" },
	};
	struct arena a = arena_init(16 * MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct access *access;
		struct problem why;

		expect_problem(cases[i].title, access_parse(&a, "access.json", span_text(cases[i].text), &access,
		    &why), &why, cases[i].code, cases[i].part);
	}
	arena_release(&a);
}

static const struct access_entity *
find_by_looking_at_each(const struct access *access, enum part part, struct span type, struct span id)
{
	for (size_t i = 0; i < access->counts[part]; i++) {
		const struct access_entity *e = &access->entities[part][i];

		if (span_equal(e->id, id) && (part == PART_ACTION || span_equal(e->type, type)))
			return e;
	}
	return NULL;
}

static void
an_entity_is_found_as_by_looking_at_each(void **state)
{
	static const char *const types[] = { "user", "use", "record", "r\xc3\xa9" }, *const ids[] = { "a", "ab", "b",
	    "abc", "", "z" };
	struct arena a = arena_init(64 * MIB);
	struct buffer b = buffer_init(4 * MIB);
	const struct access *access;
	struct problem why = { 0 };
	size_t found = 0;

	(void)state;
	buffer_text(&b, "{\"subjects\":[");
	for (size_t i = 0; i < 500; i++)
		buffer_print(&b, "%s{\"type\":\"%s\",\"id\":\"%s%zu\"}", i ? "," : "", types[i * 7 % 4], ids[i * 5 % 6],
		    i % 40);
	buffer_text(&b, "],\"actions\":[");
	for (size_t i = 0; i < 200; i++)
		buffer_print(&b, "%s{\"name\":\"%s%zu\"}", i ? "," : "", ids[i * 5 % 6], i % 30);
	buffer_text(&b, "]}");
	expect_ok("the file", access_parse(&a, "access.json", buffer_span(&b), &access, &why), &why);
	for (size_t t = 0; t < COUNT(types); t++)
		for (size_t i = 0; i < COUNT(ids); i++)
			for (size_t n = 0; n < 45; n++) {
				struct span type = span_text(types[t]);
				struct span id = span_text(arena_print(&a, "%s%zu", ids[i], n));

				for (enum part part = 0; part < PART_CONTEXT; part++) {
					const struct access_entity *e = access_find(access, part, type, id);

					expect_true("the same, the first of several",
					    e == find_by_looking_at_each(access, part, type, id));
					found += e != NULL;
				}
			}
	expect_true("many were there", found > 200);
	expect_true("of none there is none", !access_find(access, PART_RESOURCE, span_text("user"), span_text("a0")));
	buffer_release(&b);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_access_file_is_refused_with_its_place),
		cmocka_unit_test(an_entity_is_found_as_by_looking_at_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
