/* tests/front/test_search.c - searches over what the decision point keeps: whom a question would permit. */
#include "front/authzen_questions.h"

static struct scene scene;

static size_t
occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

static const char *
next_token(struct scene *s)
{
	const char *at = strstr(s->answer, "\"next_token\":\"");
	struct span rest = span_text(at ? at + strlen("\"next_token\":\"") : "");

	expect_true("a page says how it goes on", at != NULL);
	return arena_text(&s->arena, span_cut(&rest, '"'));
}

static void
a_search_looks_at_what_is_kept_page_by_page(void **state)
{
	struct scene *s = &scene;
	const char *token = "";
	size_t found = 0, pages = 0;

	(void)state;
	scene_open(s, 6);
	scene_policy(s);
	scene_front(s, access_of_many(&s->arena, 600));
	do {
		expect_answer(s, "a page", scene_ask(s, "point", "search/subject", arena_print(&s->arena,
		    SEARCH_USERS("user", ",\"page\":{\"token\":\"%s\"}"), token)), 200, "\"type\":\"user\"|!robot");
		token = next_token(s);
		found += occurrences(s->answer, "\"type\":\"user\"");
	} while (*token && ++pages < 10);
	expect_number("members alone may write what is active", found, 400);
	expect_number("256 are looked at for one page", pages, 2);
	expect_answer(s, "a limit", scene_ask(s, "point", "search/subject", SEARCH_USERS("user",
	    ",\"page\":{\"limit\":3}")), 200, "\"count\":3|[{\"type\":\"user\",\"id\":\"user-1\"},{\"type\":\"user\","
	    "\"id\":\"user-2\"},{\"type\":\"user\",\"id\":\"user-4\"}]}");
	token = next_token(s);
	expect_answer(s, "the page behind it", scene_ask(s, "point", "search/subject", arena_print(&s->arena,
	    SEARCH_USERS("user", ",\"page\":{\"limit\":1,\"token\":\"%s\"}"), token)), 200,
	        "[{\"type\":\"user\",\"id\":\"user-5\"}]");
	expect_answer(s, "a limit larger than a page", scene_ask(s, "point", "search/action",
	    "{\"subject\":{\"type\":\"user\",\"id\":\"user-1\"},\"resource\":{\"type\":\"record\",\"id\":\"r\"},"
	    "\"page\":{\"limit\":9007199254740991}}"), 200, "\"next_token\":\"\",\"count\":2");
	expect_answer(s, "its token is no other search's", scene_ask(s, "point", "search/subject",
	    arena_print(&s->arena,
	    SEARCH_USERS("robot", ",\"page\":{\"token\":\"%s\"}"), token)), 400, "/page/token");
	expect_answer(s, "a type nobody has", scene_ask(s, "point", "search/subject", SEARCH_USERS("ghost", "")), 200,
	    "{\"page\":{\"next_token\":\"\",\"count\":0},\"results\":[]}");
	expect_answer(s, "actions", scene_ask(s, "point", "search/action",
	    "{\"subject\":{\"type\":\"user\",\"id\":\"user-1\"},\"resource\":{\"type\":\"record\",\"id\":\"r\"}}"), 200,
	    "\"results\":[{\"name\":\"read\"},{\"name\":\"write\"}]}");
	expect_answer(s, "resources", scene_ask(s, "point", "search/resource",
	    "{\"subject\":{\"type\":\"user\",\"id\":\"user-3\"}," ACTION("write")
	    ",\"resource\":{\"type\":\"record\"}}"), 200, "\"results\":[]}");
	scene_close(s);
}

/* s8.2.1: "limit" is not negative; 0 asks for none of them, and there they are all the same. */
static void
a_page_of_nothing_says_whether_there_is_something(void **state)
{
	struct scene *s = &scene;
	const char *token;

	(void)state;
	scene_open(s, 6);
	scene_policy(s);
	scene_front(s, access_of_many(&s->arena, 9));
	expect_answer(s, "some", scene_ask(s, "point", "search/subject", SEARCH_USERS("user",
	    ",\"page\":{\"limit\":0}")), 200, "\"count\":0},\"results\":[]}|!\"next_token\":\"\"");
	token = next_token(s);
	expect_answer(s, "which are all on the pages that follow", scene_ask(s, "point", "search/subject",
	    arena_print(&s->arena, SEARCH_USERS("user", ",\"page\":{\"token\":\"%s\"}"), token)), 200,
	    "\"results\":[{\"type\":\"user\",\"id\":\"user-1\"},|\"next_token\":\"\"");
	expect_answer(s, "the first as well, where it is the first of all", scene_ask(s, "point", "search/action",
	    "{\"subject\":{\"type\":\"user\",\"id\":\"user-1\"},\"resource\":{\"type\":\"record\",\"id\":\"r\"},"
	    "\"page\":{\"limit\":0}}"), 200, "\"next_token\":\"0.|\"results\":[]}");
	expect_answer(s, "none", scene_ask(s, "point", "search/subject", SEARCH_USERS("ghost",
	    ",\"page\":{\"limit\":0}")), 200, "{\"page\":{\"next_token\":\"\",\"count\":0},\"results\":[]}");
	scene_close(s);
}

#define STRICT "{" POLICY ",\"properties\":[{\"of\":\"action\",\"fact\":\"action.name\"}," \
	"{\"of\":\"subject\",\"fact\":\"subject.role\"}],\"subjects\":[{\"type\":\"user\",\"id\":\"king\"}," \
	"{\"type\":\"user\",\"id\":\"member\"},{\"type\":\"user\",\"id\":\"other\"}],\"actions\":[{\"name\":\"fly\"}," \
	"{\"name\":\"read\"}]}"
#define AS(id) "\"subject\":{\"type\":\"user\",\"id\":\"" id "\"}"

/* Its id is no value of the fact it stands for: of a candidate that is nobody's mistake. */
static void
a_candidate_out_of_the_domain_is_not_permitted(void **state)
{
	static const struct {
		const char *title, *path, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "subjects", "search/subject", "{\"subject\":{\"type\":\"user\"}," ACTION("read") "," RECORD "}", 200,
		    "[{\"type\":\"user\",\"id\":\"member\"},{\"type\":\"user\",\"id\":\"other\"}]" },
		{ "actions", "search/action", "{" AS("member") "," RECORD "}", 200,
		    "\"results\":[{\"name\":\"read\"}]" },
		{ "an action that was asked", "search/subject", "{\"subject\":{\"type\":\"user\"}," ACTION("fly") ","
		    RECORD "}", 400, "/action: expected a value of the fact action.name, found another" },
		{ "a subject that was", "search/action", "{" AS("king") "," RECORD "}", 400,
		    "/subject: expected a value of the fact subject.role, found another" },
		{ "and in a question", "evaluation", "{" AS("king") "," ACTION("read") "," RECORD "}", 400,
		    "/subject: " },
	};
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 15);
	scene_policy(s);
	scene_front(s, STRICT);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", cases[i].path, cases[i].body), cases[i].status,
		    cases[i].parts);
	scene_close(s);
}

#define PLACED "{" POLICY "," PROPERTIES ",\"subjects\":[{\"type\":\"user\",\"id\":\"alice\",\"facts\":" \
	"{\"subject.role\":\"member\"}}],\"resources\":[{\"type\":\"record\",\"id\":\"record-1\"}," \
	"{\"type\":\"record\",\"id\":\"ended\",\"framework\":\"ended\",\"profile\":\"records\"}," \
	"{\"type\":\"record\",\"id\":\"loose\",\"framework\":\"fixture\",\"profile\":\"nobody's\"}]," \
	"\"actions\":[{\"name\":\"read\"},{\"name\":\"fly\",\"framework\":\"ended\",\"profile\":\"records\"}]}"

/* A framework's first version may be to come, or its last withdrawn, whatever the configuration says. */
static void
a_candidate_without_a_framework_in_force_is_left_out(void **state)
{
	static const struct {
		const char *title, *path, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "resources", "search/resource", "{" ALICE "," ACTION("read") ",\"resource\":{\"type\":\"record\"}}",
		    200, "\"results\":[{\"type\":\"record\",\"id\":\"record-1\"}]}" },
		{ "actions", "search/action", "{" ALICE "," RECORD "}", 200, "\"results\":[{\"name\":\"read\"}]}" },
		{ "subjects of what none is in force for", "search/subject", "{\"subject\":{\"type\":\"user\"},"
		    ACTION("read") ",\"resource\":{\"type\":\"record\",\"id\":\"ended\"}}", 200, "\"results\":[]}" },
		{ "transactions there are not", "search/action", "{\"subject\":{\"type\":\"transaction\",\"id\":\"x\"},"
		    RECORD "}", 200, "\"results\":[]}" },
		{ "one the asker names is the asker's mistake", "search/action", "{" ALICE "," RECORD ",\"context\":{"
		    "\"framework\":\"ended\"}}", 404, "/context/framework: no framework \\\"ended\\\" is in force" },
		{ "so is a version", "search/action", "{" ALICE "," RECORD ",\"context\":{\"version\":\"7\"}}", 404,
		    "/context/version: no version" },
		{ "and it is named in a question", "evaluation", "{" ALICE "," ACTION("fly") "," RECORD "}", 404,
		    "no framework \\\"ended\\\" is in force here" },
	};
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 17);
	scene_policy(s);
	scene_front(s, PLACED);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", cases[i].path, cases[i].body), cases[i].status,
		    cases[i].parts);
	scene_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_looks_at_what_is_kept_page_by_page),
		cmocka_unit_test(a_page_of_nothing_says_whether_there_is_something),
		cmocka_unit_test(a_candidate_out_of_the_domain_is_not_permitted),
		cmocka_unit_test(a_candidate_without_a_framework_in_force_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
