/* tests/front/test_sign_on_front.c - the consent page asks: what it is told, what is taken as an answer, from whom.
 *
 * With WATASHI_BODIES every body that went over the wire and was good is left in that directory, for
 * test_sign_on_bodies.py.
 */
#include "transaction/sign_on_stage.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "front/sign_on/agreement_request.h"
#include "front/sign_on/sign_on.h"
#include "http/server.h"
#include "net/loop.h"

#define OURS "Origin: https://watashi.example\r\n"

static struct {
	struct loop *loop;
	struct sign_on_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	char socket[64];
	char answer[256 * 1024];
	char browser[COOKIE_TEXT], session[COOKIE_TEXT];
	const char *from;            /* its address, as the proxy says */
} scene;

static struct address_set *scene_proxies;

static void
scene_open(uint64_t seed)
{
	struct http_settings http = { .limits = http_limits_default };
	struct problem why;

	expect_ok("its proxy is believed",
	    address_set_new((const char *const[]){ "unix" }, 1, &scene_proxies, &why), &why);
	http.proxies = scene_proxies;
	scene.from = "192.0.2.7";
	sign_on_stage_open_at(seed, clock_now());
	/* By name a version counts at any time, whenever this is run. */
	stage.settings.account.version = span_text("1.0");
	scene.loop = loop_new();
	scene.front = sign_on_front_new(stage.store, &signing.settings);
	scene.router = router_new((const struct mount[]){ { sign_on_routes, scene.front } }, 1);
	scene.server = http_server_new(scene.loop, &http);
	snprintf(scene.socket, sizeof(scene.socket), "/tmp/watashi-sign-on-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&stage.arena, "unix:%s", scene.socket), &scene.listening, &why),
	    &why);
	http_server_listen(scene.server, scene.listening, scene.router, NULL);
}

static void
scene_close(void)
{
	http_server_free(scene.server);
	router_free(scene.router);
	sign_on_front_free(scene.front);
	sign_on_stage_close();
	loop_free(scene.loop);
	address_set_free(scene_proxies);
	close(scene.listening);
	unlink(scene.socket);
}

static int
ask_with(const char *method, const char *end, const char *fields, const char *body)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char id[LEDGER_ID_TEXT];
	const char *request = arena_print(&stage.arena, "%s /v1/sign-on/%s%s HTTP/1.1\r\nHost: watashi.example\r\n"
	    "Connection: close\r\nX-Forwarded-For: %s\r\n%s%s\r\n%s", method,
	    ledger_id_text(&signing.sign_on.id, id), end, scene.from, fields,
	    *body ? arena_print(&stage.arena, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
	        strlen(body)) : "", body);
	size_t at = 0;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", scene.socket);
	expect_number("connected", connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	for (int i = 0; i < 20000; i++) {
		ssize_t n = recv(fd, scene.answer + at, sizeof(scene.answer) - 1 - at, MSG_DONTWAIT);

		if (n == 0)
			break;
		at += n > 0 ? (size_t)n : 0;
		loop_step(scene.loop, 1000);
		store_memory_step(stage.store, clock_now());
	}
	close(fd);
	scene.answer[at] = '\0';
	return atoi(scene.answer + strlen("HTTP/1.1 "));
}

static void
leave(const char *definition, const char *body)
{
	const char *directory = getenv("WATASHI_BODIES");
	static int number;
	FILE *f;

	if (!directory)
		return;
	f = fopen(arena_print(&stage.arena, "%s/sign-on.%s.%d.json", directory, definition, number++), "w");
	assert_non_null(f);
	fputs(body, f);
	fclose(f);
}

static const char *
answered(void)
{
	const char *body = strstr(scene.answer, "\r\n\r\n");

	return body ? body + 4 : "";
}

static int
ask(const char *method, const char *end, const char *body)
{
	int status = ask_with(method, end, arena_print(&stage.arena, OURS "Cookie: __Host-watashi-sign-on=%s%s%s\r\n",
	    scene.browser, *scene.session ? "; __Host-watashi=" : "", scene.session), body);

	if (status == 200 && *body)
		leave(strcmp(end, "/agree") == 0 ? "agreement" : "nothing", body);
	if (status == 200)
		leave(*body ? "answered" : "sign_on", answered());
	return status;
}

static bool
says(const char *part)
{
	if (!strstr(scene.answer, part))
		print_message("missing %s in\n%s\n", part, scene.answer);
	return strstr(scene.answer, part) != NULL;
}

static void
log_in(void)
{
	stage.now = clock_now();
	stage_begin(LOGIN_TO_LOOK);
	sign_on_by_passkey(&stage.person);
	snprintf(scene.session, sizeof(scene.session), "%s", stage.finished.cookie.text);
}

/* A sign-on that waits for the person's word. */
static void
wait_for_consent(const struct sign_on *asked)
{
	stage.now = clock_now();
	signing.has_browser = false;
	expect_text("the page", sign_on_run(asked), "consent");
	snprintf(scene.browser, sizeof(scene.browser), "%s", signing.step.browser.text);
}

static void
the_page_is_told_who_wants_what(void **state)
{
	struct sign_on asked;

	(void)state;
	scene_open(1);
	log_in();
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	sign_on_wish(&asked, "birthdate");
	sign_on_wish(&asked, "gender");
	wait_for_consent(&asked);
	expect_number("shown", ask("GET", "", ""), 200);
	expect_true("who", says("\"entity_id\":\"" SHOP "\"") &&
	    says("\"member\":{\"ja\":\"店\",\"en\":\"Shop Inc.\"}") &&
	    says("\"privacy\":{\"framework\":\"jp-idtf\",\"level\":\"2\""));
	expect_true("of whom", says(arena_print(&stage.arena, "\"person\":{\"number\":\"%s\"}",
	    stage.person.account.number)));
	expect_true("as whom first", says("\"persona\":\"private\",\"personas\":[{\"persona\":\"private\","
	    "\"possible\":true,\"why_not\":null"));
	expect_true("what, what for", says("{\"name\":\"name\",\"title\":{\"ja\":\"氏名\",\"en\":\"Name\"},"
	    "\"purpose\":{\"ja\":\"配送\",\"en\":\"Delivery\"},\"value\":\"山田花子\",\"source\":\"card\""));
	expect_true("what is no choice, and what is", says("\"required\":true,\"asked\":true,\"instead_of\":null,"
	    "\"chosen\":true") && says("\"required\":false,\"asked\":true,\"instead_of\":null,\"chosen\":true"));
	expect_true("less in its place", says("\"instead_of\":\"birthdate\",\"chosen\":false"));
	expect_true("what it does not get", says("{\"name\":\"gender\"") && says("\"why\":\"not-registered\""));
	expect_true("why not as another", says("\"persona\":\"business\",\"possible\":false,\"why_not\":\"lacks\""));
	expect_true("nothing is kept", says("Cache-Control: no-store"));
	scene_close();
}

/* A yes to what the shop asks for now. */
static const char *
yes(const char *body)
{
	return arena_print(&stage.arena, "{\"purpose\":\"%.*s\",%s",
	    SPAN_ARGS(choice_purpose(&stage.arena, &signing.client->rp)), body + 1);
}

static void
yes_and_no_are_taken(void **state)
{
	static const struct {
		const char *title, *end, *body;
		int status;
	} wrong[] = {
		{ "no persona", "/agree", "{\"items\":[]}", 400 },
		{ "no items", "/agree", "{\"persona\":\"private\"}", 400 },
		{ "a persona that is none", "/agree", "{\"persona\":\"public\",\"items\":[]}", 400 },
		{ "one that is not offered", "/agree", "{\"persona\":\"administrative\",\"items\":[]}", 400 },
		{ "an item that is not", "/agree", "{\"persona\":\"private\",\"items\":[\"address\"]}", 400 },
		{ "both in one place", "/agree", "{\"persona\":\"private\",\"items\":[\"birthdate\",\"age_over_20\"]}",
		    400 },
		{ "more than is asked", "/agree", "{\"persona\":\"private\",\"items\":[],\"level\":1}", 400 },
		{ "a no with words", "/deny", "{\"why\":\"\"}", 400 },
		{ "no JSON", "/agree", "persona=private", 400 },
	};
	struct sign_on asked;

	(void)state;
	scene_open(2);
	log_in();
	asked = sign_on_asked();
	sign_on_wish(&asked, "name");
	sign_on_wish(&asked, "birthdate");
	wait_for_consent(&asked);
	for (size_t i = 0; i < COUNT(wrong); i++)
		expect_number(wrong[i].title, ask("POST", wrong[i].end, strcmp(wrong[i].end, "/agree") == 0 &&
		    *wrong[i].body == '{' ? yes(wrong[i].body) : wrong[i].body), wrong[i].status);
	expect_number("without what it is a yes to", ask("POST", "/agree",
	    "{\"persona\":\"private\",\"items\":[\"name\"]}"), 400);
	expect_number("to something else", ask("POST", "/agree", "{\"purpose\":\"sign-on:0123456789abcdef\","
	    "\"persona\":\"private\",\"items\":[\"name\"]}"), 409);
	expect_number("yes", ask("POST", "/agree",
	    yes("{\"persona\":\"private\",\"items\":[\"name\",\"age_over_20\"]}")), 200);
	expect_true("goes on", says("{\"location\":\"/oidc/continue/"));
	stage.now = clock_now();
	expect_text("there it is done", sign_on_go_on(), "done");
	expect_span("with that", signing.grant.claims, "name 2,age_over_20 2");
	expect_number("it is over", ask("GET", "", ""), 404);
	sign_on_wish(&asked, "email");
	wait_for_consent(&asked);
	expect_number("shown again", ask("GET", "", ""), 200);
	expect_true("as it was chosen", says("\"instead_of\":null,\"chosen\":false") &&
	    says("\"instead_of\":\"birthdate\",\"chosen\":true") && says("\"remembered\":{\"consent\":\""));
	expect_number("no", ask("POST", "/deny", "{}"), 200);
	stage.now = clock_now();
	expect_text("there it is refused", sign_on_go_on(), "refused access_denied");
	scene_close();
}

static void
only_its_browser_and_only_our_pages(void **state)
{
	const char *cookies;
	struct sign_on asked;

	(void)state;
	scene_open(3);
	log_in();
	asked = sign_on_asked();
	wait_for_consent(&asked);
	cookies = arena_print(&stage.arena, "Cookie: __Host-watashi-sign-on=%s; __Host-watashi=%s\r\n", scene.browser,
	    scene.session);
	expect_number("another site's form", ask_with("POST", "/deny", arena_print(&stage.arena,
	    "Origin: https://evil.example\r\n%s", cookies), "{}"), 403);
	expect_number("no site's", ask_with("POST", "/agree", cookies, "{}"), 403);
	expect_number("without the sign-on's cookie", ask_with("GET", "", arena_print(&stage.arena,
	    OURS "Cookie: __Host-watashi=%s\r\n", scene.session), ""), 404);
	scene.browser[3] ^= 1;
	expect_number("another browser's", ask("GET", "", ""), 404);
	expect_number("nor does it agree", ask("POST", "/agree", yes("{\"persona\":\"private\",\"items\":[]}")), 404);
	expect_number("nor refuse", ask("POST", "/deny", "{}"), 404);
	scene.browser[3] ^= 1;
	scene.session[0] = '\0';
	expect_number("logged out: nothing of the person is shown", ask("GET", "", ""), 403);
	expect_true("not a word", !strstr(scene.answer, stage.person.account.number));
	expect_number("nor agreed to", ask("POST", "/agree", yes("{\"persona\":\"private\",\"items\":[]}")), 403);
	expect_number("but refused it may be", ask("POST", "/deny", "{}"), 200);
	signing.sign_on.id.bytes[5] ^= 1;
	expect_number("none of this id", ask("GET", "", ""), 404);
	scene_close();
}

static void
who_asks_too_often_waits(void **state)
{
	struct sign_on asked;
	int looks = 0;

	(void)state;
	scene_open(4);
	log_in();
	asked = sign_on_asked();
	wait_for_consent(&asked);
	stage.settings.rates = rates_new(64);
	stage.settings.limits[LIMIT_TRIES] = (struct rate_limit){ 1, SECONDS(3600) };
	while (looks < 20 && ask("GET", "", "") == 200)
		looks++;
	expect_true("so often it may be looked at", looks >= 4 && looks <= 5);
	expect_number("and no more", ask("POST", "/deny", "{}"), 429);
	scene.from = "192.0.2.8";
	expect_number("from there; elsewhere it may", ask("POST", "/deny", "{}"), 200);
	rates_free(stage.settings.rates);
	scene_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_page_is_told_who_wants_what),
		cmocka_unit_test(yes_and_no_are_taken),
		cmocka_unit_test(only_its_browser_and_only_our_pages),
		cmocka_unit_test(who_asks_too_often_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
