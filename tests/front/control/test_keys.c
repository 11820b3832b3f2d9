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
on_put(void *arg, const struct committed *c)
{
	expect_number("a row is put", c->code, OK);
	*(bool *)arg = true;
}

static void
put_life(struct stage *s, const struct key_life *life)
{
	struct arena a = arena_init(1 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(clock_now()));
	struct buffer b = buffer_init(4 * KIB);
	bool done = false;

	key_life_write(&b, life);
	unit_put(unit, &key_table, life->name, buffer_span(&b));
	store_commit(s->store, unit, on_put, &done);
	while (!done)
		if (!store_memory_step(s->store, clock_now()))
			turn_run(loop_turn(s->loop));
	buffer_release(&b);
	arena_release(&a);
}

static void
a_key_of_the_openid_provider_waits_for_an_hour(void **state)
{
	static const struct {
		const char *title, *name;
		enum key_use use;
		enum key_state from;
		int64_t since; /* before now */
		const char *action;
		int status;
		const char *part;
	} cases[] = {
		{ "announced a moment ago", "new", USE_OPENID, KEY_ANNOUNCED, SECONDS(3500), "activate", 409,
		    "may be activated from" },
		{ "announced an hour ago", "new", USE_OPENID, KEY_ANNOUNCED, SECONDS(3600), "activate", 200,
		    "\"state\":\"active\"" },
		{ "signed a moment ago", "new", USE_OPENID_RSA, KEY_RETIRING, SECONDS(3500), "retire", 409,
		    "may be retired from" },
		{ "signed an hour ago", "new", USE_OPENID_RSA, KEY_RETIRING, SECONDS(3600), "retire", 200,
		    "\"state\":\"retired\"" },
		{ "metadata's waits for its documents", "new", USE_METADATA, KEY_ANNOUNCED, SECONDS(3600),
		  "activate", 409,
		    "may be activated from" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct instant since = instant_after(clock_now(), -cases[i].since);
		struct key_life life = { .name = span_text(cases[i].name), .use = cases[i].use, .state = cases[i].from,
			.announced = since, .retiring = since };
		struct key_life other = { .name = span_text("other"), .use = cases[i].use, .state = KEY_ACTIVE };
		char body[64];
		struct stage s;

		stage_new(&s, 4);
		put_life(&s, &life);
		put_life(&s, &other);
		snprintf(body, sizeof(body), "{\"action\":\"%s\",\"force\":false}", cases[i].action);
		expect_answer(&s, cases[i].title, &(struct wanted){ "POST", "/v1/control/keys/new", json, body },
		    cases[i].status, cases[i].part);
		stage_free(&s);
	}
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
		cmocka_unit_test(a_key_of_the_openid_provider_waits_for_an_hour),
		cmocka_unit_test(a_change_that_meets_another_is_tried_once_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
