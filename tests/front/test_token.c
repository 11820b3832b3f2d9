/* tests/front/test_token.c - POST /v1/token over a real socket: forms in, tokens and OAuth errors out. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "crypto/jwt_maker.h"
#include "transaction/stage.h"

#include "front/authzen/token.h"
#include "http/server.h"
#include "net/address.h"
#include "net/rate.h"

#define FORM_TYPE "application/x-www-form-urlencoded"
#define KIND "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
#define GRANT "grant_type=client_credentials"
#define ROUNDS 20000

struct scene {
	struct stage stage;
	struct maker_key key;
	struct loop *loop;
	struct token_front *front;
	struct router *router;
	struct http_server *server;
	struct rates *rates;
	char socket[64];
	int fd;
	char answer[64 * 1024];
};

static void
scene_open(struct scene *s, uint64_t seed)
{
	struct http_settings http = { .limits = http_limits_default };
	struct problem why;

	stage_open(&s->stage, seed);
	s->stage.now = clock_now();
	s->key = maker_key_new(&s->stage.arena, "P-256");
	stage_member(&s->stage, "bank", STANDING_APPROVED);
	stage_caller(&s->stage, &(struct caller){ .name = span_text("bank-1"), .member = span_text("bank"), .rate = 1,
	    .rights = CALLER_DECIDE | CALLER_VOUCH, .keys = { s->key.spki }, .key_count = 1 });
	s->loop = loop_new();
	s->rates = rates_new(8);
	s->front = token_front_new(s->stage.store,
	    &(struct token_front_settings){ .base_url = "https://federation.example/",
	    .rates = s->rates, .rate = 100 });
	s->router = router_new(&(struct mount){ token_routes, s->front }, 1);
	s->server = http_server_new(s->loop, &http);
	snprintf(s->socket, sizeof(s->socket), "/tmp/watashi-token-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&s->stage.arena, "unix:%s", s->socket), &s->fd, &why), &why);
	http_server_listen(s->server, s->fd, s->router, NULL);
}

static void
scene_close(struct scene *s)
{
	http_server_free(s->server);
	router_free(s->router);
	token_front_free(s->front);
	loop_free(s->loop);
	rates_free(s->rates);
	maker_key_free(&s->key);
	close(s->fd);
	unlink(s->socket);
	stage_close(&s->stage);
}

/* The status; the whole answer stands in s->answer. */
static int
ask(struct scene *s, const char *fields, const char *type, const char *body)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0), status = 0;
	const char *text = arena_print(&s->stage.arena, "POST /v1/token HTTP/1.1\r\nHost: federation.example\r\n"
	    "Connection: close\r\n%sContent-Type: %s\r\nContent-Length: %zu\r\n\r\n%s", fields, type, strlen(body),
	    body);
	size_t used = 0;

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
	return status;
}

static const char *
form(struct scene *s, const char *id, const char *more)
{
	long long now = (long long)(clock_now().us / SECONDS(1));
	const char *claims = arena_print(&s->stage.arena, "{\"iss\":\"bank-1\",\"sub\":\"bank-1\","
	    "\"aud\":\"https://federation.example\",\"jti\":\"%s\",\"iat\":%lld,\"exp\":%lld}", id, now, now + 120);
	struct span jwt = maker_jwt(&s->stage.arena, &s->key, "ES256", "{\"alg\":\"ES256\"}", claims);

	return arena_print(&s->stage.arena, "%s%.*s%s", GRANT "&" KIND "&client_assertion=", SPAN_ARGS(jwt), more);
}

static void
expect_answer(struct scene *s, const char *title, int status, int wanted, const char *part)
{
	if (status == wanted && strstr(s->answer, part))
		return;
	print_error("  found    %s\n  expected %d … %s …\n", s->answer, wanted, part);
	expect_fail(__FILE__, __LINE__, title);
}

static void
a_token_is_given_as_the_standard_says(void **state)
{
	static struct scene s;
	const char *body;

	(void)state;
	scene_open(&s, 1);
	body = form(&s, "1", "");
	expect_answer(&s, "granted", ask(&s, "", FORM_TYPE, body), 200, "{\"access_token\":\"wa_");
	expect_answer(&s, "its kind and life", 0, 0, "\",\"token_type\":\"Bearer\",\"expires_in\":600}");
	expect_answer(&s, "no cache keeps it", 0, 0, "Cache-Control: no-store\r\n");
	expect_answer(&s, "the same again", ask(&s, "", FORM_TYPE, body), 401, "\"error\":\"invalid_client\"");
	expect_answer(&s, "says why, in the characters allowed", 0, 0,
	    "\"error_description\":\"the JWT's /jti: this assertion");
	expect_answer(&s, "with a challenge", 0, 0, "WWW-Authenticate: Bearer");
	expect_answer(&s, "who asks for a scope is told the rights it has",
	    ask(&s, "", FORM_TYPE "; charset=utf-8", form(&s, "2", "&scope=audit")), 200,
	    ",\"scope\":\"decide vouch\"}");
	expect_answer(&s, "a third at once is one too many", ask(&s, "", FORM_TYPE, form(&s, "3", "")), 429,
	    "\r\nRetry-After: 1\r\n");
	scene_close(&s);
}

static void
errors_are_those_of_the_standard(void **state)
{
	static const struct {
		const char *title, *fields, *type, *body;
		int status;
		const char *part;
	} cases[] = {
		{ "no form", "", "application/json", "{}", 400, "{\"error\":\"invalid_request\"" },
		{ "an empty form", "", FORM_TYPE, "", 400,
		    "{\"error\":\"invalid_request\",\"error_description\":\"grant_type: expected" },
		{ "another grant", "", FORM_TYPE, "grant_type=password&username=a&password=b", 400,
		    "{\"error\":\"unsupported_grant_type\",\"error_description\":\"grant_type: expected "
		    "client_credentials, found 'password'\"}" },
		{ "a parameter twice", "", FORM_TYPE, GRANT "&" GRANT, 400, "{\"error\":\"invalid_request\"" },
		{ "a broken escape", "", FORM_TYPE, GRANT "&scope=%", 400, "{\"error\":\"invalid_request\"" },
		{ "nobody", "", FORM_TYPE, GRANT, 401, "{\"error\":\"invalid_client\"" },
		{ "a secret, which nobody has", "Authorization: Basic YTpi\r\n", FORM_TYPE, GRANT, 401,
		    "{\"error\":\"invalid_client\"" },
		{ "two ways at once", "Authorization: Basic YTpi\r\n", FORM_TYPE, GRANT "&" KIND "&client_assertion=a",
		    400, "{\"error\":\"invalid_request\"" },
		{ "an assertion of another kind", "", FORM_TYPE, GRANT "&client_assertion_type=saml&client_assertion=a",
		    401, "client-assertion-type:jwt-bearer, found 'saml'\"}" },
		{ "an assertion of no kind", "", FORM_TYPE, GRANT "&client_assertion=a", 401, "found none" },
		{ "an assertion that is none", "", FORM_TYPE, GRANT "&" KIND "&client_assertion=a.b", 401,
		    "{\"error\":\"invalid_client\"" },
		{ "an unsigned one, with a name to be quoted", "", FORM_TYPE, GRANT "&" KIND "&client_assertion="
		    "eyJhbGciOiJub1wibmUifQ.e30.AAAA", 401, "found 'no'ne'\"}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct scene s;

		scene_open(&s, i + 1);
		expect_answer(&s, cases[i].title, ask(&s, cases[i].fields, cases[i].type, cases[i].body),
		    cases[i].status, cases[i].part);
		expect_answer(&s, "and no cache keeps it", 0, 0, "Cache-Control: no-store\r\n");
		expect_number("no token is kept", stage_load(&s.stage, &access_token_table).count, 0);
		scene_close(&s);
	}
}

static void
a_store_that_cannot_write_gives_no_token(void **state)
{
	static struct scene s;

	(void)state;
	scene_open(&s, 1);
	store_memory_fail_commits(s.stage.store, 1, ERR_UNAVAILABLE);
	expect_answer(&s, "try again", ask(&s, "", FORM_TYPE, form(&s, "1", "")), 503,
	    "{\"error\":\"temporarily_unavailable\"");
	expect_true("and no token", !strstr(s.answer, "wa_"));
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_given_as_the_standard_says),
		cmocka_unit_test(errors_are_those_of_the_standard),
		cmocka_unit_test(a_store_that_cannot_write_gives_no_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
