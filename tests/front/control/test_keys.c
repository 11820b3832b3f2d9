/* tests/front/control/test_keys.c - a key's life, told and changed over the control socket. */
#include "front/control/stage.h"

static void
make_key(struct stage *s, const char *name)
{
	const struct new_key key = { .name = name, .common_name = "Test", .use = USE_METADATA, .type = KEY_P256,
		.now = clock_now(), .valid_for = 100 * DAY };
	struct problem why;

	expect_ok("a key is made", key_descriptor_new(s->keys, &key, &why), &why);
}

static void
requests_about_keys_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "an action must be named", { "POST", "/v1/control/keys/a", json, "{}" }, 400,
		    "/action: expected adopt" },
		{ "an action must be known", { "POST", "/v1/control/keys/a", json, "{\"action\":\"dance\"}" }, 400,
		    "dance" },
		{ "force is a boolean", { "POST", "/v1/control/keys/a", json, "{\"action\":\"adopt\",\"force\":1}" },
		    400, "/force" },
		{ "an unknown member is refused", { "POST", "/v1/control/keys/a", json,
		    "{\"action\":\"adopt\",\"x\":1}" }, 400, "x" },
		{ "a key that has no descriptor is not adopted", { "POST", "/v1/control/keys/none", json,
		    "{\"action\":\"adopt\"}" }, 404, "none" },
		{ "a key's name has no slash", { "POST", "/v1/control/keys/..%2Fa", json, "{\"action\":\"adopt\"}" },
		    400, "" },
		{ "nor a zero, whatever is in front of it", { "POST", "/v1/control/keys/none%00x", json,
		    "{\"action\":\"adopt\"}" }, 400, "a key's name is 1 to 64 of a-z 0-9 -" },
		{ "nor more than 64 bytes",
		    { "POST", "/v1/control/keys/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		    "aaaaaaaaa", json, "{\"action\":\"adopt\"}" }, 400, "a key's name is 1 to 64 of a-z 0-9 -" },
		{ "a key nobody adopted is not announced", { "POST", "/v1/control/keys/none", json,
		    "{\"action\":\"announce\"}" }, 404, "adopt it first" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 1);
}

static void
a_key_goes_through_its_life(void **state)
{
	static const struct {
		const char *title, *name, *action, *force;
		int status;
		const char *part;
	} steps[] = {
		{ "the first key is adopted", "one", "adopt", "false", 200, "\"state\":\"created\"" },
		{ "but once", "one", "adopt", "false", 409, "known already" },
		{ "nobody relies on another, so it may sign at once", "one", "activate", "false", 200,
		    "\"state\":\"active\"" },
		{ "the second key is adopted", "two", "adopt", "false", 200, "\"name\":\"two\"" },
		{ "it is not activated unannounced", "two", "activate", "true", 409, "announce it first" },
		{ "it is announced", "two", "announce", "false", 200, "\"state\":\"announced\"" },
		{ "it waits until everybody has seen it", "two", "activate", "false", 409, "may be activated from" },
		{ "force does not wait", "two", "activate", "true", 200, "\"state\":\"retiring\"" },
		{ "the first waits for its signatures to expire", "one", "retire", "false", 409,
		    "may be retired from" },
		{ "the active one is not retired, not even by force", "two", "retire", "true", 409,
		    "activate its successor" },
	};
	static const struct wanted list = { "GET", "/v1/control/keys", NULL, NULL };
	struct stage s;

	(void)state;
	stage_new(&s, 2);
	make_key(&s, "one");
	make_key(&s, "two");
	for (size_t i = 0; i < COUNT(steps); i++) {
		char path[64], body[64];

		snprintf(path, sizeof(path), "/v1/control/keys/%s", steps[i].name);
		snprintf(body, sizeof(body), "{\"action\":\"%s\",\"force\":%s}", steps[i].action, steps[i].force);
		expect_answer(&s, steps[i].title, &(struct wanted){ "POST", path, json, body }, steps[i].status,
		    steps[i].part);
	}
	expect_answer(&s, "the list shows the first key retiring", &list, 200,
	    "{\"keys\":[{\"name\":\"one\",\"use\":\"metadata\",\"state\":\"retiring\"");
	expect_answer(&s, "and the second active", &list, 200, "{\"name\":\"two\",\"use\":\"metadata\","
	    "\"state\":\"active\"");
	stage_free(&s);
}

static void
a_change_that_meets_another_is_tried_once_more(void **state)
{
	static const struct wanted adopt = { "POST", "/v1/control/keys/one", json, "{\"action\":\"adopt\"}" };
	static const struct wanted list = { "GET", "/v1/control/keys", NULL, NULL };
	struct stage s;

	(void)state;
	stage_new(&s, 3);
	make_key(&s, "one");
	store_memory_fail_commits(s.store, 2, ERR_CONFLICT);
	expect_answer(&s, "two conflicts are told", &adopt, 409, "could not be written: conflict");
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	expect_answer(&s, "a full disk is told", &adopt, 503, "could not be written: full");
	expect_answer(&s, "nothing was changed by them", &list, 200, "{\"keys\":[]}");
	store_memory_fail_commits(s.store, 1, ERR_CONFLICT);
	expect_answer(&s, "one conflict is overcome", &adopt, 200, "\"state\":\"created\"");
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_about_keys_are_read_strictly),
		cmocka_unit_test(a_key_goes_through_its_life),
		cmocka_unit_test(a_change_that_meets_another_is_tried_once_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
