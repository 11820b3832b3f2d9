/* tests/front/test_asked.c - questions that the decision point does not take, and the exact words of each refusal. */
#include "front/authzen_questions.h"

static struct scene scene;

static void
what_cannot_be_understood_is_refused_where_it_stands(void **state)
{
	static const struct {
		const char *title, *path, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "no JSON", "evaluation", "{", 400, "found the end" },
		{ "an array", "evaluation", "[]", 400, "expected an object" },
		{ "no subject", "evaluation", "{" ACTION("read") "," RECORD "}", 400,
		    "/subject: expected an object, found nothing" },
		{ "a subject without a type", "evaluation", "{\"subject\":{\"id\":\"a\"}," ACTION("read") "," RECORD
		    "}", 400, "/subject/type: expected a text, found nothing" },
		{ "a name twice", "evaluation", "{\"subject\":{\"type\":\"a\",\"type\":\"b\",\"id\":\"a\"},"
		    ACTION("read") "," RECORD "}", 400, "/subject/type" },
		{ "properties that are none", "evaluation", "{" ALICE ",\"action\":{\"name\":\"read\","
		    "\"properties\":7}," RECORD "}", 400, "/action/properties: expected an object" },
		{ "a context that is none", "evaluation", "{" ALICE "," ACTION("read") "," RECORD ",\"context\":[]}",
		    400, "/context: expected an object" },
		{ "a fact nobody knows", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"facts\":{\"no.such\":1}}}", 400, "/context/facts/no.such" },
		{ "a fact of the wrong type", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"facts\":{\"action.soft\":\"yes\"}}}", 400, "/context/facts/action.soft" },
		{ "a framework that is not here", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"framework\":\"none\"}}", 404, "/context/framework" },
		{ "another's transaction", "evaluation", "{\"subject\":{\"type\":\"transaction\",\"id\":\"x\"},"
		    ACTION("read") "," RECORD "}", 404, "no transaction of yours" },
		{ "an unknown semantic is shown", "evaluations", "{" ALICE "," RECORD ",\"evaluations\":[{"
		    ACTION("read")
		    "}],\"options\":{\"evaluations_semantic\":\"any\\u0007\"}}", 400,
		    "/options/evaluations_semantic: expected execute_all, deny_on_first_deny or "
		    "permit_on_first_permit, found \\\"any\\\\u0007\\\"" },
		{ "a long one in part", "evaluations", "{" ALICE "," RECORD ",\"options\":{\"evaluations_semantic\":\""
		    "0123456789012345678901234567890123456789_more\"}}", 400, "0123456789\\\"…|!_more" },
		{ "a default that is no JSON, though no item takes it", "evaluations", "{\"subject\":{\"a\":tru},"
		    "\"evaluations\":[" PERMITTED "]}", 400, "/subject/a: expected true" },
		{ "a default context that is none", "evaluations", "{\"context\":{\"a\":},\"evaluations\":[{" ALICE ","
		    ACTION("read") "," RECORD ",\"context\":{}}]}", 400, "/context/a: expected a value" },
		{ "a context of an item that lacks an action", "evaluations", "{\"evaluations\":[{" ALICE "," RECORD
		    ",\"context\":{\"a\":01}}]}", 400, "/evaluations/0/context" },
		{ "an action where actions are searched for", "search/action", "{" ALICE "," RECORD
		    ",\"action\":{\"a\"}}", 400, "/action" },
		{ "a context of a search that finds nothing", "search/subject", "{\"subject\":{\"type\":\"ghost\"},"
		    ACTION("read") "," RECORD ",\"context\":{\"a\":nul}}", 400, "/context/a: expected null" },
		{ "a name of no part that is no JSON", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"more\":{\"a\":-}}", 400, "/more/a" },
		{ "items of a single question are nobody's", "evaluation", "{" ACTION("read") "," RECORD
		    ",\"evaluations\":[{" ALICE "}]}", 400, "/subject: expected an object, found nothing" },
		{ "more frameworks than one question may have", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"also\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\"]}}", 400,
		    "/context/also: expected at most 7 further frameworks, found 9" },
		{ "the framework that decides again", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"also\":[\"fixture\"]}}", 400, "/context/also/0: expected each framework once, and "
		    "not the one that decides; found one again" },
		{ "and more statements", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"vouched\":[\"a\",\"b\",\"c\",\"d\",\"e\",{}]}}", 400,
		    "/context/vouched: expected at most 4 statements of vouchers in one question, found 6" },
		{ "items that are no list", "evaluations", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"evaluations\":{}}", 400, "/evaluations: expected an array" },
		{ "a default context that is none, without items", "evaluations", "{" ALICE "," ACTION("read") ","
		    RECORD ",\"context\":5}", 400, "/context: expected an object, found a number" },
		{ "a statement in a search", "search/action", "{" ALICE "," RECORD
		    ",\"context\":{\"vouched\":[\"a\"]}}", 400, "/context/vouched: expected none in a search, for "
		    "statements are heard with a question alone, found some" },
		{ "a provider's name in a search that is none", "search/action", "{" ALICE "," RECORD
		    ",\"context\":{\"idp\":7}}", 400, "/context/idp" },
		{ "a page of less than nothing", "search/subject", "{\"subject\":{\"type\":\"user\"}," ACTION("read")
		    "," RECORD ",\"page\":{\"limit\":-1}}", 400, "/page/limit: expected a whole number from 0 to" },
		{ "a limit that is no whole number", "search/subject", "{\"subject\":{\"type\":\"user\"},"
		    ACTION("read") "," RECORD ",\"page\":{\"limit\":1.5}}", 400, "/page/limit" },
		{ "another's token of a page", "search/subject", "{\"subject\":{\"type\":\"user\"}," ACTION("read") ","
		    RECORD
		    ",\"page\":{\"token\":\"1.0123456789abcdef\"}}", 400, "/page/token: expected the token of this "
		    "very search" },
	};
	struct scene *s = &scene;

	(void)state;
	questions_open(s, 2);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", cases[i].path, cases[i].body), cases[i].status,
		    cases[i].parts);
	expect_answer(s, "another charset is none of JSON's", scene_send(s, "POST /access/v1/evaluation",
	    "Content-Type: application/json; charset=Shift_JIS\r\n" TOKEN, PERMITTED), 400,
	    "expected a body in UTF-8, found another charset|RFC 8259 s8.1");
	expect_answer(s, "not behind another parameter either", scene_send(s, "POST /access/v1/search/action",
	    "Content-Type: application/json; profile=x; Charset=\"utf-16\"\r\n" TOKEN, PERMITTED), 400,
	    "found another charset");
	expect_answer(s, "UTF-8 in quotes is it too", scene_send(s, "POST /access/v1/evaluation",
	    "Content-Type: application/json; profile=x; charset=\"UTF-8\"\r\n" TOKEN, PERMITTED), 200,
	    "{\"decision\":true");
	expect_answer(s, "another media type is shown", scene_send(s, "POST /access/v1/evaluation",
	    "Content-Type: text/plain\r\n" TOKEN, PERMITTED), 400, "found \\\"text/plain\\\"");
	scene_close(s);
}

/* Nobody here can tell which is meant. */
static void
claims_that_contradict_each_other_are_refused(void **state)
{
	static const struct {
		const char *title, *path, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "facts of two places", "evaluation",
		    "{\"subject\":{\"type\":\"user\",\"id\":\"alice\",\"properties\":{\"facts\":{"
		    "\"action.soft\":true}}}," ACTION("read") "," RECORD ",\"context\":{\"facts\":{"
		    "\"action.soft\":false}}}", 400, "/context/facts/action.soft: expected the value that "
		    "/subject/properties/facts/action.soft states, found another" },
		{ "that agree", "evaluation", "{\"subject\":{\"type\":\"user\",\"id\":\"alice\",\"properties\":{"
		    "\"facts\":{\"action.soft\":true}}}," ACTION("read") "," RECORD ",\"context\":{\"facts\":{"
		    "\"action.soft\":true}}}", 200, "{\"decision\":true" },
		{ "a property and a fact", "evaluation", "{" ALICE "," HARD "," RECORD ",\"context\":{\"facts\":{"
		    "\"action.soft\":true}}}", 400, "/context/facts/action.soft: expected the value that "
		    "/action/properties/soft states, found another" },
		{ "a name and a fact", "evaluation", "{" ALICE "," ACTION("read") "," RECORD ",\"context\":{\"facts\":{"
		    "\"action.name\":\"write\"}}}", 400, "/context/facts/action.name: expected the value that /action "
		    "states, found another" },
		{ "of an item", "evaluations", "{" ALICE "," RECORD ",\"context\":{\"facts\":{\"action.soft\":true}},"
		    "\"evaluations\":[{" ACTION("read") "},{" HARD "}]}", 200, "[{\"decision\":true|{\"status\":400,"
		    "\"message\":\"/evaluations/1/context/facts/action.soft: expected the value that "
		    "/evaluations/1/action/properties/soft states, found another\"}" },
		{ "a candidate that is claimed to be another is left out", "search/action", "{" ALICE "," RECORD
		    ",\"context\":{\"facts\":{\"action.name\":\"read\"}}}", 200, "\"results\":[{\"name\":\"read\"}]" },
		{ "what is known here is no claim", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
		    ",\"context\":{\"facts\":{\"subject.role\":\"admin\"}}}", 200, "{\"decision\":true" },
	};
	struct scene *s = &scene;

	(void)state;
	questions_open(s, 18);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", cases[i].path, cases[i].body), cases[i].status,
		    cases[i].parts);
	scene_close(s);
}

#define NUMBER "1234 5678 9018"
#define USER(id) "\"subject\":{\"type\":\"user\",\"id\":\"" id "\"}"
#define LOOKS ": this looks like an individual number, which nobody here may keep"

static void
an_individual_number_is_never_taken(void **state)
{
	static const struct {
		const char *title, *path, *body;
		int status;
		const char *parts;
	} cases[] = {
		{ "a purpose", "evaluation", "{" ALICE "," ACTION("read") "," RECORD ",\"context\":{\"purpose\":"
		    "\"number " NUMBER "\"}}", 400, "/context/purpose" LOOKS "|My Number Act 20|\"invalid\"|!5678" },
		{ "a subject", "evaluation", "{" USER("123456789018") "," ACTION("read") "," RECORD "}", 400,
		    "/subject/id" LOOKS "|My Number Act 20|!5678" },
		{ "its type", "evaluation", "{\"subject\":{\"type\":\"" NUMBER "\",\"id\":\"a\"}," ACTION("read") ","
		    RECORD "}", 400, "/subject/type" LOOKS "|!5678" },
		{ "an action", "evaluation", "{" ALICE "," ACTION("1234-5678-9018") "," RECORD "}", 400,
		    "/action/name" LOOKS "|!5678" },
		{ "a resource", "evaluation", "{" ALICE "," ACTION("read") ",\"resource\":{\"type\":\"record\",\"id\":"
		    "\"of １２３４５６７８９０１８\"}}", 400, "/resource/id" LOOKS },
		{ "another check digit is none", "evaluation", "{" USER("123456789017") "," ACTION("read") "," RECORD
		    ",\"context\":{\"purpose\":\"123456789019\"}}", 200, "\"decision\":" },
		{ "a UUID has such digits by chance", "evaluation", "{" USER("9b2f6c1e-93a5-4d7e-8c10-123456789018") ","
		    ACTION("read") "," RECORD "}", 200, "\"decision\":" },
		{ "an item", "evaluations", "{" ALICE "," ACTION("read") "," RECORD ",\"evaluations\":[{},{"
		    USER("123456789018") "},{\"context\":{\"purpose\":\"" NUMBER "\"}}]}", 200, "[{\"decision\":true|"
		    "{\"error\":{\"status\":400,\"message\":\"/evaluations/1/subject/id" LOOKS "|"
		    "{\"error\":{\"status\":400,\"message\":\"/evaluations/2/context/purpose" LOOKS "|!5678" },
		{ "a default, of those that take it", "evaluations", "{" USER("123456789018") "," ACTION("read") ","
		    RECORD ",\"evaluations\":[{},{" ALICE "}]}", 200, "[{\"decision\":false,\"context\":{\"error\":{"
		    "\"status\":400,\"message\":\"/subject/id" LOOKS "|{\"decision\":true" },
		{ "a search", "search/action", "{" USER("123456789018") "," RECORD "}", 400, "/subject/id" LOOKS },
	};
	struct scene *s = &scene;

	(void)state;
	questions_open(s, 17);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", cases[i].path, cases[i].body), cases[i].status,
		    cases[i].parts);
	scene_close(s);
}

/* Only a body that cannot be read refuses all (s7.2.1). */
static void
what_is_wrong_with_an_item_is_its_own(void **state)
{
	static const struct {
		const char *title, *defaults, *items, *parts;
	} cases[] = {
		{ "an item that is a number", "", "7,{}", "[{\"decision\":false,\"context\":{\"error\":{\"status\":400,"
		    "\"message\":\"/evaluations/0: expected an object, found a number\"}}},{\"decision\":true" },
		{ "or a list", "", "{},[{}]",
		    "[{\"decision\":true|\"/evaluations/1: expected an object, found an array\"}}}]" },
		{ "or nothing", "", "null,{}",
		    "\"/evaluations/0: expected an object, found null\"}}},{\"decision\":true" },
		{ "a context that is a number", "", "{},{\"context\":5}",
		    "[{\"decision\":true|\"/evaluations/1/context: expected an object, found a number\"}}}]" },
		{ "a subject that is a text", "", "{\"subject\":\"alice\"},{}", "\"/evaluations/0/subject: expected an "
		    "object, found a text\"}}},{\"decision\":true" },
		{ "a default that is none, of those that take it", ",\"context\":[]", "{},{\"context\":{}}",
		    "[{\"decision\":false,\"context\":{\"error\":{\"status\":400,\"message\":\"/context: expected an "
		    "object, found an array\"}}},{\"decision\":true" },
		{ "too many statements", "", "{\"context\":{\"vouched\":[\"a\",\"b\",\"c\",\"d\",\"e\"]}},{}",
		    "{\"status\":400,\"message\":\"/evaluations/0/context/vouched: expected at most 4 statements of "
		    "vouchers in one question, found 5\"}}},{\"decision\":true" },
		{ "a failure is a denial that ends the list", ",\"options\":{\"evaluations_semantic\":"
		    "\"deny_on_first_deny\"}", "7,{}", "found a number\"}}}]}|!\"decision\":true" },
		{ "and none that permits", ",\"options\":{\"evaluations_semantic\":\"permit_on_first_permit\"}",
		    "7,{},8", "found a number\"}}},{\"decision\":true|!/evaluations/2" },
	};
	struct scene *s = &scene;

	(void)state;
	questions_open(s, 16);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", "evaluations", arena_print(&s->arena, "{"
		    ALICE "," RECORD "," ACTION("read") "%s,\"evaluations\":[%s]}", cases[i].defaults,
		    cases[i].items)), 200, cases[i].parts);
	scene_close(s);
}

static const char *
repeated(struct arena *a, const char *before, const char *each, size_t count, const char *after)
{
	struct buffer b = buffer_init(4 * MIB);
	const char *text;

	buffer_text(&b, before);
	for (size_t i = 0; i < count; i++)
		buffer_print(&b, "%s%s", i ? "," : "", each);
	buffer_text(&b, after);
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
one_request_asks_at_most_so_much(void **state)
{
	static const char before[] = "{" ALICE "," RECORD "," ACTION("read") ",\"evaluations\":[";
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 5);
	scene_policy(s);
	scene_version(s, "second", "1.0", "2025-01-01T00:00:00Z");
	scene_front(s, access_text);
	expect_answer(s, "64 questions", scene_ask(s, "point", "evaluations", repeated(&s->arena, before, "{}", 64,
	    "]}")), 200, "\"decision\":true");
	expect_answer(s, "65 are too many", scene_ask(s, "point", "evaluations",
	    repeated(&s->arena, before, "{}", 65, "]}")), 400, "/evaluations: expected at most 64 evaluations in "
	    "one request, found 65");
	expect_answer(s, "and further frameworks count", scene_ask(s, "point", "evaluations", repeated(&s->arena,
	    before, "{\"context\":{\"also\":[\"second\"]}}", 33, "]}")), 400, "/evaluations: expected at most 64 "
	    "decisions in one request, those of further frameworks counted, found 66");
	expect_answer(s, "each of which is named once", scene_ask(s, "point", "evaluation", "{" ALICE "," RECORD ","
	    ACTION("read") ",\"context\":{\"also\":[\"second\",\"second\"]}}"), 400, "/context/also/1: expected each "
	    "framework once, and not the one that decides; found one again");
	expect_answer(s, "a body that is too large", scene_ask(s, "point", "evaluation", repeated(&s->arena,
	    "{\"context\":{\"more\":[", "\"0123456789012345678901234567890123456789\"", 2000, "]}}")), 413,
	    "expected a body of at most 65536 bytes, found 86022");
	scene_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_cannot_be_understood_is_refused_where_it_stands),
		cmocka_unit_test(claims_that_contradict_each_other_are_refused),
		cmocka_unit_test(an_individual_number_is_never_taken),
		cmocka_unit_test(what_is_wrong_with_an_item_is_its_own),
		cmocka_unit_test(one_request_asks_at_most_so_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
