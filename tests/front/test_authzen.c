/* tests/front/test_authzen.c - the decision point over a real socket: who may ask, how often, and what is answered. */
#include "front/authzen_questions.h"

#include "store/look.h"

static struct scene scene;

static void
a_question_is_answered_with_its_reasons(void **state)
{
	struct scene *s = &scene;

	(void)state;
	questions_open(s, 1);
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

/* The fixture's rules, where the person's own login makes a deletion soft: the level has an acr. */
static void
step_up_open(struct scene *s, uint64_t seed)
{
	const struct dictionary *dictionary;
	struct policy_files files;
	struct policy_file *manifest, *levels, *steps;
	struct problem why;

	scene_open(s, seed);
	dictionary = fixture_dictionary(&s->arena);
	expect_ok("the fixture's files", policy_files_read(&s->arena, fixture_path(&s->arena, "fixture/1.0"), &files,
	    &why), &why);
	levels = (struct policy_file *)policy_file_find(&files, span_text("levels.json"));
	steps = (struct policy_file *)policy_file_find(&files, span_text("steps.json"));
	manifest = (struct policy_file *)policy_file_find(&files, span_text("manifest.json"));
	levels->text = span_text("{\"areas\":[{\"id\":\"access\",\"title\":{\"ja\":\"x\",\"en\":\"x\"},\"levels\":["
	    "{\"id\":\"1\",\"title\":{\"ja\":\"x\",\"en\":\"x\"},\"acr\":[\"https://demo.example/1\"]}]}],"
	    "\"composed\":[]}");
	steps->text = span_text("{\"steps\":[{\"id\":\"soft\",\"who\":\"person\",\"in_person\":false,\"cost\":1,"
	    "\"title\":{\"ja\":\"x\",\"en\":\"x\"},\"text\":{\"ja\":\"x\",\"en\":\"x\"},\"effects\":["
	    "{\"fact\":\"action.soft\",\"set\":true}]}]}");
	expect_ok("its manifest", framework_manifest(&s->arena, &files, dictionary, &manifest->text, &why), &why);
	scene_put(s, &dictionary_table, span_text(DICTIONARY_KEY), scene_facts(s));
	scene_publish(s, &files, dictionary, 7);
	scene_front(s, access_text);
}

static size_t
times(const char *text, const char *part)
{
	size_t found = 0;

	while ((text = strstr(text, part)) != NULL) {
		found++;
		text += strlen(part);
	}
	return found;
}

#define STEP_UP "\"supported_obligations\":[\"step-up\"]"

/* Advice is given to eight refusals at most; what a login alone would do, to all of ten. */
static void
every_refusal_says_whether_a_login_would_do(void **state)
{
	static const struct {
		const char *title, *context;
		size_t advised, omitted, obliged, acr;
	} cases[] = {
		{ "with step-up supported", STEP_UP, 8, 2, 10, 10 },
		{ "and advice not wanted", "\"advice\":false," STEP_UP, 0, 0, 10, 10 },
		{ "with advice alone", "\"purpose\":\"x\"", 8, 2, 0, 8 },
		{ "with neither", "\"advice\":false", 0, 0, 0, 0 },
	};
	struct scene *s = &scene;

	(void)state;
	step_up_open(s, 2);
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status = scene_ask(s, "point", "evaluations", arena_print(&s->arena,
		    "{" ALICE "," HARD "," RECORD ",\"context\":{%s},\"evaluations\":[{},{},{},{},{},{},{},{},{},{}]}",
		    cases[i].context));

		expect_answer(s, cases[i].title, status, 200, "{\"decision\":false|!\"decision\":true");
		expect_number(cases[i].title, times(s->answer, "\"advice\":["), cases[i].advised);
		expect_number(cases[i].title, times(s->answer, "\"advice_omitted\":\"limit\""), cases[i].omitted);
		expect_number(cases[i].title, times(s->answer, "\"obligations\":[{\"type\":\"step-up\","
		    "\"id\":\"step-up-1\",\"properties\":{\"acr_value\":\"https://demo.example/1\"}}]"),
		    cases[i].obliged);
		expect_number(cases[i].title, times(s->answer, ",\"acr_values\":\"https://demo.example/1\""),
		    cases[i].acr);
	}
	expect_answer(s, "one question alone that wants no advice", scene_ask(s, "point", "evaluation",
	    "{" ALICE "," HARD "," RECORD ",\"context\":{\"advice\":false," STEP_UP "}}"), 200,
	    "{\"decision\":false|\"obligations\":[{\"type\":\"step-up\"|!\"advice\":[|!advice_omitted");
	scene_close(s);
}

static size_t
leaves(struct scene *s)
{
	struct stage_look look;

	stage_look_start(&look, s->store, &s->arena, (struct ask){ .table = &ledger_leaf_table, .limit = 100 });
	while (!look.done)
		if (!store_memory_step(s->store, clock_now()))
			turn_run(loop_turn(s->loop));
	return look.count;
}

static void
what_cannot_be_answered_is_not_recorded(void **state)
{
	struct scene *s = &scene;

	(void)state;
	questions_open(s, 5);
	buffer_release(&s->front->answer);
	s->front->answer = buffer_init(1 * KIB);
	expect_answer(s, "an answer that is too large", scene_ask(s, "point", "evaluations",
	    "{" ALICE "," HARD "," RECORD ",\"evaluations\":[{},{}]}"), 413, "ask fewer questions|!\"evaluations\"");
	expect_number("nobody has decided anything", leaves(s), 0);
	s->front->answer = buffer_init(1 * MIB);
	expect_answer(s, "one that is not", scene_ask(s, "point", "evaluations",
	    "{" ALICE "," HARD "," RECORD ",\"evaluations\":[{},{}]}"), 200, "{\"evaluations\":[");
	expect_number("is of two decisions", leaves(s), 2);
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
	scene_version(s, "fixture", "0.9", "2025-01-01T00:00:00Z");
	scene_version(s, "fixture", "9.0", "2999-01-01T00:00:00Z");
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
	questions_open(s, 4);
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
		scene_version(s, others[i], "1.0", "2025-01-01T00:00:00Z");
	for (size_t i = 0; i < COUNT(cases); i++)
		scene_caller(s, cases[i].caller, "records", CALLER_DECIDE, 1);
	scene_front(s, access_of_many(&s->arena, 40));
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
	questions_open(s, 8);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_answered_with_its_reasons),
		cmocka_unit_test(every_refusal_says_whether_a_login_would_do),
		cmocka_unit_test(what_cannot_be_answered_is_not_recorded),
		cmocka_unit_test(only_callers_with_the_right_to_are_answered),
		cmocka_unit_test(only_auditors_name_a_version_that_is_not_in_force),
		cmocka_unit_test(several_questions_end_where_their_semantic_says),
		cmocka_unit_test(everything_asked_is_counted),
		cmocka_unit_test(nothing_is_answered_that_was_not_recorded),
		cmocka_unit_test(without_a_policy_there_is_no_decision),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
