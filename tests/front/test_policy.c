/* tests/front/test_policy.c - published policies as the world reads them: over a real socket, from a store that answers
 * late. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "transaction/policy_stage.h"

#include "codec/text.h"
#include "crypto/digest.h"
#include "front/policy/policy.h"
#include "http/server.h"
#include "net/address.h"

#define PAST "2020-01-01T00:00:00Z"
#define FUTURE "2099-01-01T00:00:00Z"

static struct stage stage;
static struct {
	struct policy_shelf *shelf;
	struct policy_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	char answer[512 * KIB];
	size_t size;
} world;

static void
world_open(void)
{
	struct http_settings http = { .limits = http_limits_default };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);
	struct problem why;

	world.shelf = policy_shelf_new(stage.store);
	world.front = policy_front_new(world.shelf);
	world.router = router_new(&(struct mount){ policy_routes, world.front }, 1);
	expect_ok("a port", listen_on("127.0.0.1:0", &world.listening, &why), &why);
	expect_number("its number", getsockname(world.listening, (struct sockaddr *)&where, &size), 0);
	world.port = where.sin_port;
	world.server = http_server_new(stage.loop, &http);
	http_server_listen(world.server, world.listening, world.router, NULL);
}

static void
world_close(void)
{
	http_server_free(world.server);
	router_free(world.router);
	policy_front_free(world.front);
	policy_shelf_free(world.shelf);
	close(world.listening);
}

static void
settle(void)
{
	do
		turn_run(loop_turn(stage.loop));
	while (store_memory_step(stage.store, stage.now));
}

/* The whole answer. */
static const char *
ask(const char *path, const char *fields)
{
	struct sockaddr_in where = {
		.sin_family = AF_INET, .sin_port = world.port, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)
	};
	const char *request =
	    arena_print(&stage.arena, "GET %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n", path, fields);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	expect_number("connected", connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	world.size = 0;
	for (int i = 0; i < 5000; i++) {
		ssize_t n = recv(fd, world.answer + world.size, sizeof(world.answer) - 1 - world.size, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0)
			world.size += (size_t)n;
		loop_step(stage.loop, 1000);
		store_memory_step(stage.store, stage.now);
	}
	world.answer[world.size] = '\0';
	close(fd);
	return world.answer;
}

static struct span
body(void)
{
	const char *end = strstr(world.answer, "\r\n\r\n");

	expect_true("the answer has a head", end != NULL);
	return span_of(end + 4, world.size - (size_t)(end + 4 - world.answer));
}

/* Every part, separated by '|', stands in the answer; none behind a '!' does. */
static void
expect_answer(const char *title, const char *answer, int status, const char *parts)
{
	struct span rest = span_text(parts);

	expect_number(title, strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : 0, status);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');
		bool absent = part.data[0] == '!';
		const char *text = arena_text(&stage.arena, absent ? span_skip(part, 1) : part);

		if ((strstr(answer, text) != NULL) == absent)
			print_error("  %s \"%s\" in\n%s\n", absent ? "found" : "missing", text, answer);
		expect_true(title, (strstr(answer, text) != NULL) != absent);
	}
}

static void
publish(const char *version, const char *from)
{
	expect_ok(version, stage_propose(&stage, "uid:1", stage_sealed(&stage, version, from)), &stage.why);
	settle();
}

static void
before_anything_is_published(void **state)
{
	(void)state;
	stage_open(&stage, 1, 1);
	world_open();
	settle();
	expect_answer("no framework", ask("/v1/policy", ""), 200, "{\"frameworks\":[],\"facts\":0,\"rejected\":null}");
	expect_answer(
	    "no dictionary", ask("/v1/policy/facts", ""), 404, "max-age=60|no dictionary of facts has been published");
	expect_answer("no version", ask("/v1/policy/small@1.0", ""), 404, "no such version is published here");
	world_close();
	stage_close(&stage);
}

static void
the_list_says_what_is_in_force(void **state)
{
	const struct framework *f;
	struct published_policy p;
	const char *digest;

	(void)state;
	stage_open(&stage, 2, 1);
	f = policy_text_framework(&stage.arena);
	world_open();
	publish("1.0", PAST);
	publish("2.0", FUTURE);
	expect_true("the row", stage_row(&stage, "1.0", &p));
	digest = hex_write(&stage.arena, span_of(p.digest, 32));
	expect_answer("both, by date", ask("/v1/policy", ""), 200,
	    arena_print(&stage.arena,
		"max-age=60|\"id\":\"small\"|\"in_force\":\"1.0\",\"versions\":[{\"version\":\"1.0\"|\"valid_from\":"
		"\"" PAST "\",\"in_force\":true,"
		"\"digest\":\"sha256:%s\",\"published\":\"" STAGE_NOON "\",\"ledger\":{\"leaf\":1,\"entry\":\"|"
								       "\"areas\":3,\"composed\":1,"
		"\"levels\":8,\"criteria\":%zu,\"profiles\":%zu,\"steps\":%zu,\"url\":\"/v1/policy/small@1.0\"|"
		"{\"version\":\"2.0\"|\"valid_from\":\"" FUTURE "\",\"in_force\":false|\"leaf\":2|\"facts\":%zu,"
								"\"rejected\":null|!uid:",
		digest, f->criterion_count, f->profile_count, f->step_count, f->dictionary->count));
	world_close();
	stage_close(&stage);
}

static void
a_version_is_one_document(void **state)
{
	static const struct { const char *title, *part;
	} parts[] = {
		{ "what it is",
		    "\"framework\":\"small\",\"version\":\"1.0\",\"title\":{\"ja\":\"small（日）\",\"en\":\"small\"}" },
		{ "areas with their levels", "\"areas\":[{\"id\":\"person\"" },
		{ "what is composed of them, with its acr", "\"composed\":[{\"id\":\"authentication\"" },
		{ "acr", "\"acr\":[\"https://watashi.example/acr/3\"]" },
		{ "no table, for it has none", "\"table\":[]" },
		{ "criteria, the first first", "\"criteria\":[{\"id\":\"number-0\",\"level\":\"any\"" },
		{ "the condition as it is written",
		    "\"condition\":{\"any\":[{\"fact\":\"person.checked\",\"is\":true},"
		    "{\"fact\":\"person.records\",\"has_all\":[\"register\",\"bank\"]}]}" },
		{ "parameters put in, in English", "\"en\":\"not within 12 hours\"" },
		{ "and in Japanese", "\"ja\":\"not within 12時間（日）\"" },
		{ "its area", "\"area\":\"token\"" },
		{ "the facts it reads", "\"facts\":[\"person.checked\",\"person.records\"]" },
		{ "profiles", "\"profiles\":[{\"id\":\"bank\"" },
		{ "how a criterion reads under one that changes a parameter",
		    "\"reworded\":[{\"criterion\":\"token-2\"" },
		{ "in its words", "\"en\":\"not within 1 day\"" },
		{ "and otherwise not", "\"reworded\":[]" },
		{ "steps", "\"steps\":[{\"id\":\"bind-hardware\"" },
		{ "sources", "\"documents\":[{\"id\":\"doc\"" },
		{ "facts it uses, whole", "\"facts\":[{\"asserted_by\":[\"watashi\"]" },
		{ "its files, with digests", "\"files\":[{\"name\":\"criteria/person.json\",\"size\":" },
		{ "how many tests", "\"tests\":1}" },
		{ "its leaf", "\"ledger\":{\"leaf\":1,\"entry\":\"" },
		{ "the signed note", "\"note\":\"" STAGE_ORIGIN "/policy\\nsmall 1.0\\nsha256:" },
		{ "and the key", "\"key\":\"" STAGE_ORIGIN "+" },
	};
	const char *answer;
	char etag[128];
	json_t *root;

	(void)state;
	stage_open(&stage, 3, 1);
	world_open();
	publish("1.0", PAST);
	answer = ask("/v1/policy/small@1.0", "");
	expect_answer("it is there", answer, 200,
	    "Content-Type: application/json\r\n|Vary: Accept-Encoding|!Content-Encoding|!uid:");
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (!strstr(answer, parts[i].part))
			print_error("%s\n", answer);
		expect_true(parts[i].title, strstr(answer, parts[i].part) != NULL);
	}
	root = json_loadb((const char *)body().data, body().size, JSON_REJECT_DUPLICATES, NULL);
	expect_true("it is JSON", root != NULL);
	expect_number("with every criterion", json_array_size(json_object_get(root, "criteria")),
	    policy_text_framework(&stage.arena)->criterion_count);
	json_decref(root);

	expect_number("its tag", sscanf(strstr(answer, "ETag: ") + 6, "%127[^\r]", etag), 1);
	expect_answer("asked for again",
	    ask("/v1/policy/small%401.0", arena_print(&stage.arena, "If-None-Match: %s\r\n", etag)), 304,
	    "ETag: |!small");
	expect_answer(
	    "packed", ask("/v1/policy/small@1.0", "Accept-Encoding: gzip\r\n"), 200, "Content-Encoding: gzip|-gzip\"");
	expect_answer("another query", ask("/v1/policy/small@1.0?all=1", ""), 400, "expected no query, or file=NAME");
	world_close();
	stage_close(&stage);
}

static void
files_are_served_byte_for_byte(void **state)
{
	struct published_policy p;
	struct policy_files files;
	struct problem why;

	(void)state;
	stage_open(&stage, 4, 1);
	world_open();
	publish("1.0", PAST);
	expect_true("the row", stage_row(&stage, "1.0", &p));
	expect_ok("its files", policy_files_unpack(&stage.arena, p.files, &files, &why), &why);
	for (size_t i = 0; i < files.count; i++) {
		expect_answer(files.items[i].name,
		    ask(arena_print(&stage.arena, "/v1/policy/small@1.0?file=%s", files.items[i].name), ""), 200,
		    "max-age=31536000, immutable|application/json");
		expect_true(files.items[i].name, span_equal(body(), files.items[i].text));
	}
	expect_answer(
	    "a name may be encoded", ask("/v1/policy/small@1.0?file=criteria%2Ftoken.json", ""), 200, "token-1");
	expect_answer("another is not there", ask("/v1/policy/small@1.0?file=../facts.json", ""), 404, "no such file");
	expect_answer("nor none", ask("/v1/policy/small@1.0?file=", ""), 404, "no such file");
	expect_answer("the dictionary", ask("/v1/policy/facts", ""), 200, "max-age=60");
	expect_span("as it was published", body(), policy_text_facts_file);
	expect_answer("the note", ask("/v1/policy/small@1.0/note", ""), 200, "text/plain; charset=utf-8");
	expect_true("as it was signed", span_equal(body(), p.note));
	expect_answer("of no other", ask("/v1/policy/small@1.1/note", ""), 404, "no such version");
	world_close();
	stage_close(&stage);
}

static void
two_versions_are_compared(void **state)
{
	const char *answer;
	json_t *root;

	(void)state;
	stage_open(&stage, 7, 1);
	world_open();
	publish("1.0", PAST);
	publish("2.0", FUTURE);
	answer = ask("/v1/policy/small@2.0/difference?from=1.0", "");
	expect_answer("it is told", answer, 200, "application/json|max-age=60|\"before\":{\"framework\":\"small\","
	    "\"version\":\"1.0\"}|\"after\":{\"framework\":\"small\",\"version\":\"2.0\"}|\"cut_off\":false}");
	root = json_loadb((const char *)body().data, body().size, JSON_REJECT_DUPLICATES, NULL);
	expect_true("it is JSON", root != NULL);
	expect_number("with every criterion", json_array_size(json_object_get(root, "criteria")),
	    policy_text_framework(&stage.arena)->criterion_count);
	expect_number("and every profile", json_array_size(json_object_get(root, "profiles")),
	    policy_text_framework(&stage.arena)->profile_count);
	json_decref(root);
	expect_answer("the other way round", ask("/v1/policy/small@1.0/difference?from=2.0", ""), 200,
	    "\"before\":{\"framework\":\"small\",\"version\":\"2.0\"}");
	expect_answer("asked for again", ask("/v1/policy/small@2.0/difference?from=1%2e0", "Accept-Encoding: gzip\r\n"),
	    200, "Content-Encoding: gzip");
	expect_answer("with a version that is not there", ask("/v1/policy/small@2.0/difference?from=9.9", ""), 404,
	    "the version to compare with is not published here");
	expect_answer("with none", ask("/v1/policy/small@2.0/difference?from=", ""), 404, "not published here");
	expect_answer("without a word", ask("/v1/policy/small@2.0/difference", ""), 400,
	    "expected the query from=VERSION, found none");
	expect_answer("with another word", ask("/v1/policy/small@2.0/difference?to=1.0", ""), 400, "found another");
	expect_answer("of a version that is not there", ask("/v1/policy/small@9.9/difference?from=1.0", ""), 404,
	    "no such version");
	world_close();
	stage_close(&stage);
}

/* Documents were made of one snapshot: the next one's are its own. */
static void
a_new_version_is_there_at_once(void **state)
{
	(void)state;
	stage_open(&stage, 5, 1);
	world_open();
	publish("2.0", FUTURE);
	expect_answer("the later one", ask("/v1/policy/small@2.0", ""), 200, "\"version\":\"2.0\"");
	publish("1.0", "2098-01-01T00:00:00Z");
	expect_answer(
	    "the earlier one takes its place in the list", ask("/v1/policy/small@1.0", ""), 200, "\"version\":\"1.0\"");
	expect_answer("and each stays itself", ask("/v1/policy/small@2.0", ""), 200, "\"version\":\"2.0\"");
	world_close();
	stage_close(&stage);
}

static void
a_store_that_does_not_answer_is_no_empty_one(void **state)
{
	(void)state;
	stage_open(&stage, 6, 1);
	world.shelf = policy_shelf_new(stage.store);
	expect_true("nothing has been read", policy_shelf_take(world.shelf) == NULL);
	policy_shelf_free(world.shelf);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_anything_is_published),
		cmocka_unit_test(the_list_says_what_is_in_force),
		cmocka_unit_test(a_version_is_one_document),
		cmocka_unit_test(files_are_served_byte_for_byte),
		cmocka_unit_test(two_versions_are_compared),
		cmocka_unit_test(a_new_version_is_there_at_once),
		cmocka_unit_test(a_store_that_does_not_answer_is_no_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
