/* tests/front/test_registration.c - clients register themselves over a real socket: JSON in, what they are told or
 * OAuth's errors out.
 *
 * With WATASHI_BODIES every body that went over the wire and was good is left in that directory, for
 * test_registration_bodies.py.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <jansson.h>

#include "transaction/client_stage.h"

#include "front/oidc/oidc.h"
#include "http/server.h"
#include "net/address.h"

#define TOKEN "wt_0000000000000000000000000000000000000000000"
#define DECIDES "wt_2222222222222222222222222222222222222222222"
#define RETURNS "\"redirect_uris\":[\"https://www.shop.example/new\"]"
#define OF_SHOP ",\"entity_id\":\"" SHOP "\""
#define ROUNDS 20000

struct scene {
	struct stage stage;
	struct loop *loop;
	struct oidc_settings settings;
	struct oidc_front *front;
	struct router *router;
	struct http_server *server;
	char socket[64];
	int fd;
	char answer[64 * 1024];
};

static void
scene_open(struct scene *s, uint64_t seed, bool registration)
{
	struct http_settings http = { .limits = http_limits_default };
	struct problem why;

	stage_open(&s->stage, seed);
	s->stage.now = clock_now();
	stage_member_as(&s->stage, "shop", STANDING_APPROVED, stage_shop(&s->stage, "", "", ""));
	stage_holder(&s->stage, "shop-reg", "shop", CALLER_REGISTER, TOKEN);
	stage_holder(&s->stage, "shop-point", "shop", CALLER_DECIDE, DECIDES);
	s->loop = loop_new();
	s->settings = (struct oidc_settings){ .issuer = span_text("https://op.example"), .registration = registration };
	s->front = oidc_front_new(s->loop, s->stage.store, &s->settings);
	s->router = router_new(&(struct mount){ oidc_routes, s->front }, 1);
	s->server = http_server_new(s->loop, &http);
	snprintf(s->socket, sizeof(s->socket), "/tmp/watashi-registration-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&s->stage.arena, "unix:%s", s->socket), &s->fd, &why), &why);
	http_server_listen(s->server, s->fd, s->router, NULL);
}

static void
scene_close(struct scene *s)
{
	http_server_free(s->server);
	router_free(s->router);
	oidc_front_free(s->front);
	loop_free(s->loop);
	close(s->fd);
	unlink(s->socket);
	stage_close(&s->stage);
}

static void
leave_body(struct scene *s, const char *definition, const char *body)
{
	const char *directory = getenv("WATASHI_BODIES");
	static unsigned number;
	FILE *f;

	if (!directory || !body || !*body)
		return;
	f = fopen(arena_print(&s->stage.arena, "%s/client-registration.%s.%u.json", directory, definition, number++),
	    "w");
	expect_true(definition, f && fputs(body, f) >= 0 && fclose(f) == 0);
}

static void
leave_bodies(struct scene *s, const char *method, const char *body)
{
	const char *answer = strstr(s->answer, "\r\n\r\n");

	leave_body(s, strcmp(method, "PUT") == 0 ? "change" : "register", body);
	leave_body(s, "information", answer ? answer + 4 : NULL);
}

/* The status; the whole answer stands in s->answer. `token` NULL: none is shown; `body` NULL: there is none. */
static int
ask(struct scene *s, const char *method, const char *path, const char *token, const char *body)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), status = 0;
	const char *head = token ? arena_print(&s->stage.arena, "Authorization: Bearer %s\r\n", token) : "";
	const char *text = arena_print(&s->stage.arena, "%s %s HTTP/1.1\r\nHost: op.example\r\nConnection: close\r\n%s",
	    method, path, head);
	size_t used = 0;

	text = !body ? arena_print(&s->stage.arena, "%s\r\n", text) : arena_print(&s->stage.arena,
	    "%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", text, strlen(body), body);
	snprintf(to.sun_path, sizeof(to.sun_path), "%s", s->socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	for (int round = 0; round < ROUNDS; round++) {
		ssize_t n = read(fd, s->answer + used, sizeof(s->answer) - 1 - used);

		if (n == 0)
			break;
		used += n > 0 ? (size_t)n : 0;
		loop_step(s->loop, 0);
		store_memory_step(s->stage.store, clock_now());
	}
	close(fd);
	s->answer[used] = '\0';
	sscanf(s->answer, "HTTP/1.1 %d", &status);
	if (status / 100 == 2)
		leave_bodies(s, method, body);
	return status;
}

static void
expect_answer(struct scene *s, const char *title, int status, int wanted, const char *part)
{
	if (status == wanted && strstr(s->answer, part))
		return;
	print_error("  found    %s\n  expected %d … %s …\n", s->answer, wanted, part);
	expect_fail(__FILE__, __LINE__, title);
}

static json_t *
body_of(struct scene *s)
{
	const char *body = strstr(s->answer, "\r\n\r\n");
	json_t *json = body ? json_loads(body + 4, 0, NULL) : NULL;

	assert_non_null(json);
	return json;
}

static const char *
text_at(struct scene *s, const json_t *json, const char *name)
{
	const char *text = json_string_value(json_object_get(json, name));

	return text ? arena_text(&s->stage.arena, span_text(text)) : NULL;
}

static void
a_client_lives_as_the_standards_say(void **state)
{
	static struct scene s;
	const char *id, *access, *path, *body;
	json_t *json;

	(void)state;
	scene_open(&s, 1, true);
	expect_answer(&s, "registered", ask(&s, "POST", "/oidc/register", TOKEN, "{" RETURNS OF_SHOP "}"), 201,
	    "Cache-Control: no-store");
	json = body_of(&s);
	id = text_at(&s, json, "client_id");
	access = text_at(&s, json, "registration_access_token");
	assert_true(id && access);
	path = arena_print(&s.stage.arena, "/oidc/register/%s", id);
	expect_text("where it is found", text_at(&s, json, "registration_client_uri"),
	    arena_print(&s.stage.arena, "https://op.example%s", path));
	expect_true("a secret", strncmp(text_at(&s, json, "client_secret"), "cs_", 3) == 0);
	expect_true("which does not end by itself",
	    json_is_integer(json_object_get(json, "client_secret_expires_at")) &&
	    json_integer_value(json_object_get(json, "client_secret_expires_at")) == 0);
	expect_true("since now", llabs(json_integer_value(json_object_get(json, "client_id_issued_at")) -
	    clock_now().us / SECONDS(1)) < 60);
	expect_text("of this relying party", text_at(&s, json, "entity_id"), SHOP);
	expect_text("with what is taken for granted", text_at(&s, json, "token_endpoint_auth_method"),
	    "client_secret_basic");
	json_decref(json);

	expect_answer(&s, "it looks", ask(&s, "GET", path, access, NULL), 200, "\"registration_client_uri\"");
	expect_true("no secret is told twice", !strstr(s.answer, "client_secret\""));
	body = arena_print(&s.stage.arena,
	    "{\"client_id\":\"%s\",\"redirect_uris\":[\"https://www.shop.example/x\"]}", id);
	expect_answer(&s, "it changes", ask(&s, "PUT", path, access, body), 200, "https://www.shop.example/x");
	expect_answer(&s, "with another id", ask(&s, "PUT", path, access, "{\"client_id\":\"c_x\"," RETURNS "}"), 400,
	    "\"error\":\"invalid_request\"");
	expect_answer(&s, "it goes", ask(&s, "DELETE", path, access, NULL), 204, "Cache-Control: no-store");
	expect_answer(&s, "and has gone", ask(&s, "GET", path, access, NULL), 401, "error=\"invalid_token\"");
	scene_close(&s);
}

static void
refusals_are_told_in_oauths_words(void **state)
{
	static const struct {
		const char *title, *method, *path, *token, *body;
		int status;
		const char *part;
	} cases[] = {
		{ "no token", "POST", "/oidc/register", NULL, "{" RETURNS OF_SHOP "}", 401,
		    "WWW-Authenticate: Bearer" },
		{ "another token", "POST", "/oidc/register", "x", "{" RETURNS OF_SHOP "}", 401,
		    "\"error\":\"invalid_token\"" },
		{ "without the right", "POST", "/oidc/register", DECIDES, "{" RETURNS OF_SHOP "}", 403,
		    "\"error\":\"insufficient_scope\"" },
		{ "a way back without TLS", "POST", "/oidc/register", TOKEN,
		    "{\"redirect_uris\":[\"http://a.example/\"]" OF_SHOP "}", 400,
		    "\"error\":\"invalid_redirect_uri\"" },
		{ "another relying party", "POST", "/oidc/register", TOKEN, "{" RETURNS "}", 400,
		    "\"error\":\"invalid_client_metadata\"" },
		{ "no JSON", "POST", "/oidc/register", TOKEN, "{", 400, "\"error\":\"invalid_client_metadata\"" },
		{ "no client", "GET", "/oidc/register/c_AAAAAAAAAAAAAAAAAAAAAQ", "cr_x", NULL, 401,
		    "error=\"invalid_token\"" },
	};
	static struct scene s;

	(void)state;
	scene_open(&s, 2, true);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(&s, cases[i].title,
		    ask(&s, cases[i].method, cases[i].path, cases[i].token, cases[i].body),
		    cases[i].status, cases[i].part);
	scene_close(&s);
}

static void
where_it_is_not_offered_there_is_nothing(void **state)
{
	static struct scene s;

	(void)state;
	scene_open(&s, 3, false);
	expect_answer(&s, "nobody registers", ask(&s, "POST", "/oidc/register", TOKEN, "{" RETURNS OF_SHOP "}"),
	    404, "");
	expect_answer(&s, "nobody looks", ask(&s, "GET", "/oidc/register/c_AAAAAAAAAAAAAAAAAAAAAQ", TOKEN, NULL),
	    404, "");
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_lives_as_the_standards_say),
		cmocka_unit_test(refusals_are_told_in_oauths_words),
		cmocka_unit_test(where_it_is_not_offered_there_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
