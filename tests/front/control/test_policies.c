/* tests/front/control/test_policies.c - a framework's versions over the control socket. */
#include "assurance/policy_text.h"
#include "codec/text.h"
#include "front/control/stage.h"

static void
requests_about_versions_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "there are no policies", { "GET", "/v1/control/policies", NULL, NULL }, 200,
		    "{\"policies\":[],\"rejected\":null}" },
		{ "a version has files", { "POST", "/v1/control/policies", json, "{}" }, 400,
		    "/files: expected the files of a version" },
		{ "each has the name of a file", { "POST", "/v1/control/policies", json,
		    "{\"files\":{\"../x\":\"\"}}" }, 400, "under the name of a file (a-z 0-9 - . _ + and /), found "
		    "another name" },
		{ "and is a text", { "POST", "/v1/control/policies", json, "{\"files\":{\"levels.json\":{}}}" }, 400,
		    "/files/levels.json: expected a" },
		{ "once", { "POST", "/v1/control/policies", json, "{\"files\":{\"a\":\"b\",\"a\":\"b\"}}" }, 400,
		    "/files" },
		{ "nothing else goes with it", { "POST", "/v1/control/policies", json,
		    "{\"files\":{\"a\":\"b\"},\"force\":1}" }, 400, "/force" },
		{ "what is wrong with them is said by the name they came under", { "POST", "/v1/control/policies", json,
		    "{\"label\":\"mine\",\"files\":{\"a.json\":\"{}\"},\"facts\":\"{}\"}" }, 400,
		    "facts.json: /facts" },
		{ "a version is named by framework and version", { "GET", "/v1/control/policies/small", NULL, NULL },
		    400, "expected a version as FRAMEWORK@VERSION, found \\\"small\\\"" },
		{ "one that is not there is not found", { "GET", "/v1/control/policies/small@1.0", NULL, NULL }, 404,
		    "there is no version 1.0 of small, published or proposed" },
		{ "nor approved", { "POST", "/v1/control/policies/small@1.0", json, "{\"action\":\"approve\"}" }, 404,
		    "there is no version 1.0 of small, published or proposed" },
		{ "a step must be named", { "POST", "/v1/control/policies/small@1.0", json, "{}" }, 400,
		    "/action: expected approve or withdraw-proposal" },
		{ "a step must be known", { "POST", "/v1/control/policies/small@1.0", json,
		    "{\"action\":\"propose\"}" }, 400, "/action: expected approve or withdraw-proposal" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 1);
}

/* {"files":{…},"facts":…} of the small framework; `step` "": its steps.json as it is written there. */
static const char *
version_body(struct arena *a, const char *more, const char *steps)
{
	struct policy_file items[COUNT(policy_text_files)];
	struct policy_files files = { .label = "small", .items = items, .count = COUNT(items) };
	const struct dictionary *dictionary;
	struct buffer b = buffer_init(1 * MIB);
	const char *text;
	struct span manifest;
	struct problem why;

	expect_ok("the facts", dictionary_read(a, "facts.json", span_text(policy_text_facts_file), &dictionary, &why),
	    &why);
	for (size_t i = 0; i < files.count; i++) {
		items[i] = (struct policy_file){ policy_text_files[i].name, span_text(policy_text_files[i].text) };
		if (strcmp(items[i].name, "tests/all.json") == 0)
			items[i].text = span_text(POLICY_TEXT_TESTS);
	}
	expect_ok("the manifest", framework_manifest(a, &files, dictionary, &manifest, &why), &why);
	buffer_print(&b, "{%s\"files\":{", more);
	for (size_t i = 0; i < files.count; i++) {
		struct span file = items[i].text;

		if (strcmp(items[i].name, "manifest.json") == 0)
			file = manifest;
		else if (steps[0] && strcmp(items[i].name, "steps.json") == 0)
			file = span_text(steps);
		buffer_print(&b, "%s\"%s\":", i ? "," : "", items[i].name);
		json_write_string(&b, file);
	}
	buffer_text(&b, "},\"facts\":");
	json_write_string(&b, span_text(policy_text_facts_file));
	buffer_text(&b, "}");
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
a_version_is_proposed_looked_at_and_taken_back(void **state)
{
	static const struct wanted list = { "GET", "/v1/control/policies", NULL, NULL };
	static const struct wanted files = { "GET", "/v1/control/policies/small%401.0", NULL, NULL };
	static const struct wanted status_of_all = { "GET", "/v1/control/status", NULL, NULL };
	static const struct { const char *title, *body; int status; const char *part; } steps[] = {
		{ "who proposed it cannot be the second", "{\"action\":\"approve\",\"proposal\":\"sha256:0\"}", 409,
		    "another one now" },
		{ "taking it back can be tried", "{\"action\":\"withdraw-proposal\",\"dry_run\":true}", 200,
		    "\"outcome\":\"withdrawn\",\"dry_run\":true" },
		{ "and done", "{\"action\":\"withdraw-proposal\"}", 200,
		    "\"outcome\":\"withdrawn\",\"dry_run\":false" },
		{ "once", "{\"action\":\"withdraw-proposal\"}", 404, "no version 1.0 of small" },
	};
	struct arena a = arena_init(64 * MIB);
	struct stage s;

	(void)state;
	stage_open(&s, 5, 2);
	expect_answer(&s, "a dry run says that it would wait",
	    &(struct wanted){ "POST", "/v1/control/policies", json, version_body(&a, "\"dry_run\":true,", "") }, 200,
	    "{\"framework\":\"small\",\"version\":\"1.0\",\"outcome\":\"proposed\",\"dry_run\":true,"
	    "\"valid_from\":\"2026-12-01T00:00:00Z\"");
	expect_answer(&s, "and changes nothing", &list, 200, "{\"policies\":[]");
	expect_answer(&s, "what was not sealed so is told by its file", &(struct wanted){ "POST",
	    "/v1/control/policies", json, version_body(&a, "\"label\":\"mine\",", "{\"steps\":[]}") }, 400,
	    "mine/manifest.json: /files/steps.json: expected sha256:");
	expect_answer(&s, "a version waits for a second operator",
	    &(struct wanted){ "POST", "/v1/control/policies", json, version_body(&a, "", "") }, 200,
	    "\"approvals\":{\"had\":1,\"needed\":2},\"waits\":true}");
	expect_answer(&s, "the same again changes nothing, and waits on",
	    &(struct wanted){ "POST", "/v1/control/policies", json, version_body(&a, "", "") }, 200,
	    "\"approvals\":{\"had\":1,\"needed\":2},\"waits\":true}");
	expect_answer(&s, "it is listed", &list, 200, "{\"framework\":\"small\",\"version\":\"1.0\","
	    "\"state\":\"proposed\",\"title\":{\"ja\":\"small（日）\"");
	expect_answer(&s, "with who has agreed", &list, 200, "\"approvers\":[\"uid:");
	expect_answer(&s, "status says that it waits", &status_of_all, 200,
	    "\"policies\":{\"waiting\":[{\"framework\":\"small\",\"version\":\"1.0\"}],\"published\":0");
	expect_answer(&s, "its files can be read", &files, 200, "\"files\":{\"criteria/person.json\":\"{\\\"area\\\"");
	expect_answer(&s, "and the dictionary it brings", &files, 200, "\"facts\":\"{\\\"facts\\\"");
	for (size_t i = 0; i < COUNT(steps); i++)
		expect_answer(&s, steps[i].title, &(struct wanted){ "POST", "/v1/control/policies/small@1.0", json,
		    steps[i].body }, steps[i].status, steps[i].part);
	stage_free(&s);
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_about_versions_are_read_strictly),
		cmocka_unit_test(a_version_is_proposed_looked_at_and_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
