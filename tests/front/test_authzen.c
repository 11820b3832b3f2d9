/* tests/front/test_authzen.c - the decision point over a real socket: one question, several, searches; who may ask, how
 * often, and the exact words of each refusal. */
#include "front/authzen_stage.h"

#define POLICY "\"default\":{\"framework\":\"fixture\",\"profile\":\"records\"}"
#define PROPERTIES "\"properties\":[{\"of\":\"action\",\"fact\":\"action.name\",\"otherwise\":\"other\"}," \
	"{\"of\":\"action\",\"property\":\"soft\",\"fact\":\"action.soft\"}," \
	"{\"of\":\"subject\",\"property\":\"role\",\"fact\":\"subject.role\",\"otherwise\":\"other\"}]"
#define ALICE "\"subject\":{\"type\":\"user\",\"id\":\"alice\"}"
#define RECORD "\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}"
#define ACTION(name) "\"action\":{\"name\":\"" name "\"}"
#define HARD "\"action\":{\"name\":\"delete\",\"properties\":{\"soft\":false}}"
#define PERMITTED "{" ALICE "," ACTION("read") "," RECORD "}"
#define DENIED "{" ALICE "," HARD "," RECORD "}"
#define JSON_TYPE "Content-Type: application/json\r\n"
#define TOKEN "Authorization: Bearer wt_pointxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n"

static const char access_text[] = "{" POLICY "," PROPERTIES ","
    "\"subjects\":[{\"type\":\"user\",\"id\":\"alice\",\"facts\":{\"subject.role\":\"member\"}},"
    "{\"type\":\"user\",\"id\":\"bob\",\"facts\":{\"subject.role\":\"admin\"}}],"
    "\"resources\":[{\"type\":\"record\",\"id\":\"record-1\",\"facts\":{\"resource.status\":\"active\"}},"
    "{\"type\":\"record\",\"id\":\"record-2\",\"facts\":{\"resource.status\":\"archived\"}}],"
    "\"actions\":[{\"name\":\"read\"},{\"name\":\"write\"},{\"name\":\"delete\"}]}";

static struct scene scene;

static void
open_all(uint64_t seed)
{
	scene_open(&scene, seed);
	scene_policy(&scene);
	scene_front(&scene, access_text);
}

static void
a_question_is_answered_with_its_reasons(void **state)
{
	struct scene *s = &scene;

	(void)state;
	open_all(1);
	expect_answer(s, "a permission", scene_ask(s, "point", "evaluation", PERMITTED), 200,
	    "\r\n\r\n{\"decision\":true,\"context\":{\"evaluation_id\":\"|\"policy\":{\"id\":\"fixture\"|\"failed\":[]|"
	    "\"receipt\":{\"url\":\"https://federation.example/v1/receipts/|no-store|!obligations");
	expect_answer(s, "a denial is an answer", scene_ask(s, "point", "evaluation", DENIED), 200,
	    "{\"decision\":false|\"failed\":[{\"id\":\"delete\"|\"fact\":\"action.soft\",\"value\":false|"
	    "\"advice\":[{\"reading\":\"person\"|\"id\":\"soft\"");
	expect_answer(s, "without advice when none is wanted", scene_ask(s, "point", "evaluation",
	    "{" ALICE "," HARD "," RECORD ",\"context\":{\"advice\":false}}"), 200,
	    "{\"decision\":false|!\"advice\":[{");
	expect_answer(s, "a name of the request comes back", scene_send(s, "POST /access/v1/evaluation",
	    JSON_TYPE TOKEN "X-Request-ID: one-2\r\n", PERMITTED), 200, "\r\nX-Request-ID: one-2\r\n");
	expect_answer(s, "with a charset too", scene_send(s, "POST /access/v1/evaluation",
	    "Content-Type: application/json; charset=utf-8\r\n" TOKEN, PERMITTED), 200, "{\"decision\":true");
	scene_close(s);
}

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
		{ "a page of nothing", "search/subject", "{\"subject\":{\"type\":\"user\"}," ACTION("read") "," RECORD
		    ",\"page\":{\"limit\":0}}", 400, "/page/limit" },
		{ "another's token of a page", "search/subject", "{\"subject\":{\"type\":\"user\"}," ACTION("read") ","
		    RECORD
		    ",\"page\":{\"token\":\"1.0123456789abcdef\"}}", 400, "/page/token: expected the token of this "
		    "very search" },
	};
	struct scene *s = &scene;

	(void)state;
	open_all(2);
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

static void
only_callers_with_the_right_to_are_answered(void **state)
{
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 3);
	scene_policy(s);
	scene_member(s, "gone", STANDING_SUSPENDED);
	scene_caller(s, "voucher", "records", CALLER_VOUCH | CALLER_AUDIT | CALLER_PROOFING, 0);
	scene_caller(s, "suspended", "gone", CALLER_DECIDE, 0);
	scene_front(s, access_text);
	expect_answer(s, "nobody", scene_send(s, "POST /access/v1/evaluation", JSON_TYPE, PERMITTED), 401,
	    "WWW-Authenticate: Bearer|!decision");
	expect_answer(s, "an unknown token", scene_ask(s, "stranger", "evaluation", PERMITTED), 401,
	    "WWW-Authenticate: Bearer");
	expect_answer(s, "one with every other right", scene_ask(s, "voucher", "evaluation", PERMITTED), 403,
	    "no right to ask for decisions");
	expect_answer(s, "one of a suspended member", scene_ask(s, "suspended", "search/action",
	    "{" ALICE "," RECORD "}"), 401, "");
	scene_close(s);
}

/* The fixture's rules under another name or version, from another date. */
static void
put_version(struct scene *s, const char *name, const char *version, const char *from)
{
	const struct dictionary *dictionary = fixture_dictionary(&s->arena);
	struct published_policy p = { .number = 8, .published = clock_now(), .note = span_text("note") };
	struct buffer b = buffer_init(2 * POLICY_PACK_LARGEST), pack = buffer_init(POLICY_PACK_LARGEST);
	const struct framework *framework;
	struct policy_files files;
	struct policy_file *manifest;
	struct problem why;

	expect_ok("the fixture's files", policy_files_read(&s->arena, fixture_path(&s->arena, "fixture/1.0"), &files,
	    &why), &why);
	manifest = (struct policy_file *)policy_file_find(&files, span_text("manifest.json"));
	manifest->text = span_text(arena_print(&s->arena, "{\"framework\":\"%s\",\"version\":\"%s\",\"title\":"
	    "{\"ja\":\"x\",\"en\":\"x\"},\"text\":{\"ja\":\"x\",\"en\":\"x\"},\"valid_from\":\"%s\"}", name, version,
	    from));
	expect_ok("its manifest", framework_manifest(&s->arena, &files, dictionary, &manifest->text, &why), &why);
	expect_ok("a framework", framework_read(&s->arena, &files, dictionary, true, &framework, &why), &why);
	policy_files_pack(&pack, &files);
	p.files = buffer_span(&pack);
	p.valid_from = framework->valid_from;
	memcpy(p.digest, framework->digest.data, sizeof(p.digest));
	published_policy_write(&b, &p);
	scene_put(s, &policy_table, policy_key(&s->arena, framework->id, framework->version), buffer_span(&b));
	buffer_release(&pack);
	buffer_release(&b);
}

/* 0.9 was, 1.0 is, 9.0 will be. */
static void
only_auditors_name_a_version_that_is_not_in_force(void **state)
{
	static const struct {
		const char *title, *caller, *version;
		int status;
		const char *parts;
	} cases[] = {
		{ "the one in force", "point", "1.0", 200, "\"decision\":true|\"version\":\"1.0\"" },
		{ "the one before", "point", "0.9", 400,
		    "/context/version: expected \\\"1.0\\\", which is in force, or a caller with the right to audit; "
		    "found \\\"0.9\\\"" },
		{ "the one to come", "point", "9.0", 400, "/context/version: expected \\\"1.0\\\", which is in "
		    "force|!decision" },
		{ "one there is not", "point", "8", 404, "/context/version: no version of this framework \\\"8\\\"" },
		{ "an auditor, of the one before", "auditor", "0.9", 200, "\"decision\":true|\"version\":\"0.9\"" },
		{ "and of the one to come", "auditor", "9.0", 200, "\"decision\":true|\"version\":\"9.0\"" },
		{ "but of none there is not", "auditor", "8", 404, "/context/version: no version" },
	};
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 14);
	put_version(s, "fixture", "0.9", "2025-01-01T00:00:00Z");
	put_version(s, "fixture", "9.0", "2999-01-01T00:00:00Z");
	scene_policy(s);
	scene_caller(s, "auditor", "records", CALLER_DECIDE | CALLER_AUDIT, 0);
	scene_front(s, access_text);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, cases[i].caller, "evaluation", arena_print(&s->arena,
		    "{" ALICE ","
		    ACTION("read") "," RECORD ",\"context\":{\"version\":\"%s\"}}", cases[i].version)), cases[i].status,
		    cases[i].parts);
	scene_close(s);
}

static void
several_questions_end_where_their_semantic_says(void **state)
{
	static const struct {
		const char *title, *semantic, *parts;
	} cases[] = {
		{ "all of them", "execute_all", "{\"evaluations\":[{\"decision\":true|},{\"decision\":false" },
		{ "up to the first denial", "deny_on_first_deny", "[{\"decision\":true|},{\"decision\":false,"
		    "\"context\":{\"eval|!\"error\"" },
		{ "up to the first permission", "permit_on_first_permit", "[{\"decision\":true|!\"decision\":false" },
	};
	struct scene *s = &scene;

	(void)state;
	open_all(4);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", "evaluations", arena_print(&s->arena,
		    "{" ALICE "," RECORD ",\"evaluations\":[{" ACTION("read") "},{" HARD "},{\"action\":{}}],"
		    "\"options\":{\"evaluations_semantic\":\"%s\"}}", cases[i].semantic)), 200, cases[i].parts);
	expect_answer(s, "one that lacks something is an error of its own", scene_ask(s, "point", "evaluations",
	    "{" ALICE "," RECORD ",\"evaluations\":[{" ACTION("read") "},{\"action\":{}}]}"), 200,
	    "[{\"decision\":true|{\"decision\":false,\"context\":{\"error\":{\"status\":400,\"message\":"
	    "\"/evaluations/1/action/name: expected a text, found nothing\"}}}");
	expect_answer(s, "without any it is the single question", scene_ask(s, "point", "evaluations", PERMITTED), 200,
	    "\r\n\r\n{\"decision\":true|!\"evaluations\":");
	expect_answer(s, "an item's part stands instead of the default, whole", scene_ask(s, "point", "evaluations",
	    "{" ALICE "," HARD "," RECORD ",\"evaluations\":[{" ACTION("delete") "},{}]}"), 200,
	    "\"unknown\":[{\"id\":\"delete\"|\"failed\":[{\"id\":\"delete\"");
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
	open_all(18);
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
	open_all(17);
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
	open_all(16);
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
	put_version(s, "second", "1.0", "2025-01-01T00:00:00Z");
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

/* Searches */

/* So many users and as many robots in turn; every third user is archived out of reach by its role. */
static const char *
many(struct arena *a, size_t count)
{
	struct buffer b = buffer_init(4 * MIB);
	const char *text;

	buffer_text(&b, "{" POLICY "," PROPERTIES ",\"subjects\":[");
	for (size_t i = 0; i < count; i++)
		buffer_print(&b, "%s{\"type\":\"robot\",\"id\":\"robot-%zu\"},{\"type\":\"user\",\"id\":\"user-%zu\","
		    "\"facts\":{\"subject.role\":\"%s\"}}", i ? "," : "", i, i, i % 3 ? "member" : "admin");
	buffer_text(&b, "],\"resources\":[{\"type\":\"record\",\"id\":\"r\","
	    "\"facts\":{\"resource.status\":\"active\"}}],\"actions\":[{\"name\":\"read\"},{\"name\":\"write\"},"
	    "{\"name\":\"fly\"}]}");
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static size_t
occurrences(const char *text, const char *part)
{
	size_t count = 0;

	for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
		count++;
	return count;
}

#define SEARCH_USERS(type, page) "{\"subject\":{\"type\":\"" type "\",\"id\":\"ignored\"}," ACTION("write") \
	",\"resource\":{\"type\":\"record\",\"id\":\"r\"}" page "}"

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
	scene_front(s, many(&s->arena, 600));
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

/* Of a caller with one question a second: what is beyond the bucket's two is what it must wait. */
static void
everything_asked_is_counted(void **state)
{
	static const char *const others[] = { "second", "third", "fourth" };
	static const struct {
		const char *title, *caller, *path, *body;
		int first;
		const char *wait;
	} cases[] = {
		{ "twelve items are twelve questions", "batch", "evaluations", "{" ALICE "," ACTION("read")
		    ",\"resource\":{\"type\":\"record\",\"id\":\"r\"},\"evaluations\":[{},{},{},{},{},{},{},{},{},{},"
		    "{},{}]}", 200, "10" },
		{ "so are those that cannot be decided", "broken", "evaluations", "{\"evaluations\":[{},{},{},{},{},{},"
		    "{},{}]}", 200, "6" },
		{ "each further framework is one", "wide", "evaluation", "{\"subject\":{\"type\":\"user\","
		    "\"id\":\"user-1\"},"
		    ACTION("read") ",\"resource\":{\"type\":\"record\",\"id\":\"r\"},"
		    "\"context\":{\"also\":[\"second\",\"third\",\"fourth\"]}}", 200, "2" },
		{ "a search costs the candidates of its type", "search", "search/subject", SEARCH_USERS("user", ""),
		    200, "38" },
		{ "and no more of another part", "actions", "search/action", "{\"subject\":{\"type\":\"user\","
		    "\"id\":\"user-1\"},\"resource\":{\"type\":\"record\",\"id\":\"r\"}}", 200, "1" },
		{ "what is refused was asked", "refused", "evaluations", "{\"evaluations\":[", 400, NULL },
	};
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 7);
	scene_policy(s);
	for (size_t i = 0; i < COUNT(others); i++)
		put_version(s, others[i], "1.0", "2025-01-01T00:00:00Z");
	for (size_t i = 0; i < COUNT(cases); i++)
		scene_caller(s, cases[i].caller, "records", CALLER_DECIDE, 1);
	scene_front(s, many(&s->arena, 40));
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_answer(s, cases[i].title, scene_ask(s, cases[i].caller, cases[i].path, cases[i].body),
		    cases[i].first, "");
		if (cases[i].wait)
			expect_answer(s, cases[i].title, scene_ask(s, cases[i].caller, cases[i].path, cases[i].body),
			    429, arena_print(&s->arena, "\r\nRetry-After: %s\r\n|asks more often than was agreed",
			    cases[i].wait));
	}
	for (int i = 0; i < 3; i++)
		scene_ask(s, "refused", "evaluation", "{");
	expect_answer(s, "refusals use the rate up too", scene_ask(s, "refused", "evaluation", "{"), 429,
	    "Retry-After: ");
	expect_answer(s, "one's haste does not hold up another", scene_ask(s, "point", "evaluation",
	    "{\"subject\":{\"type\":\"user\",\"id\":\"user-1\"}," ACTION("read") ",\"resource\":{\"type\":\"record\","
	    "\"id\":\"r\"}}"), 200, "{\"decision\":true");
	scene_close(s);
}

static void
nothing_is_answered_that_was_not_recorded(void **state)
{
	struct scene *s = &scene;

	(void)state;
	open_all(8);
	store_memory_fail_commits(s->store, 1, ERR_FULL);
	expect_answer(s, "a full disk", scene_ask(s, "point", "evaluation", PERMITTED), 503,
	    "could not be recorded|!\"decision\"");
	store_memory_fail_commits(s->store, 1, ERR_UNAVAILABLE);
	expect_answer(s, "no recorder", scene_ask(s, "point", "evaluations", "{" ALICE "," RECORD "," ACTION("read")
	    ",\"evaluations\":[{},{}]}"), 503, "Retry-After: 2|!\"decision\"");
	expect_answer(s, "and afterwards it goes on", scene_ask(s, "point", "evaluation", PERMITTED), 200, "true");
	scene_close(s);
}

static void
without_a_policy_there_is_no_decision(void **state)
{
	struct scene *s = &scene;

	(void)state;
	scene_open(s, 9);
	scene_front(s, access_text);
	expect_answer(s, "no framework", scene_ask(s, "point", "evaluation", PERMITTED), 503,
	    "no framework has been published here yet|!\"decision\"");
	scene_close(s);
	scene_open(s, 10);
	scene_policy(s);
	scene_front(s, NULL);
	expect_answer(s, "none is named", scene_ask(s, "point", "evaluation", PERMITTED), 400,
	    "/context/framework: expected a framework");
	expect_answer(s, "one that is", scene_ask(s, "point", "evaluation", "{" ALICE "," ACTION("read") "," RECORD
	    ",\"context\":{\"framework\":\"fixture\",\"profile\":\"records\",\"facts\":{\"subject.role\":\"member\","
	    "\"action.name\":\"read\"}}}"), 200, "{\"decision\":true");
	scene_close(s);
}

/* The access file */

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
		cmocka_unit_test(a_question_is_answered_with_its_reasons),
		cmocka_unit_test(what_cannot_be_understood_is_refused_where_it_stands),
		cmocka_unit_test(only_callers_with_the_right_to_are_answered),
		cmocka_unit_test(only_auditors_name_a_version_that_is_not_in_force),
		cmocka_unit_test(several_questions_end_where_their_semantic_says),
		cmocka_unit_test(claims_that_contradict_each_other_are_refused),
		cmocka_unit_test(an_individual_number_is_never_taken),
		cmocka_unit_test(what_is_wrong_with_an_item_is_its_own),
		cmocka_unit_test(one_request_asks_at_most_so_much),
		cmocka_unit_test(a_search_looks_at_what_is_kept_page_by_page),
		cmocka_unit_test(a_candidate_out_of_the_domain_is_not_permitted),
		cmocka_unit_test(a_candidate_without_a_framework_in_force_is_left_out),
		cmocka_unit_test(everything_asked_is_counted),
		cmocka_unit_test(nothing_is_answered_that_was_not_recorded),
		cmocka_unit_test(without_a_policy_there_is_no_decision),
		cmocka_unit_test(a_wrong_access_file_is_refused_with_its_place),
		cmocka_unit_test(an_entity_is_found_as_by_looking_at_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
