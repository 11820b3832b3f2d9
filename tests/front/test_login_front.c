/* tests/front/test_login_front.c - the login's page asks: routes, cookies, what is told and what is not. */
#include "transaction/member_stage.h"

#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "front/login/login.h"
#include "front/login/return_path.h"
#include "http/server.h"
#include "net/loop.h"
#include "transaction/card/task_row.h"

#define OURS "Origin: https://watashi.example\r\nSec-Fetch-Site: same-origin\r\n"
#define COOKIES 4
#define BEGIN "{\"for\":\"account\",\"return\":\"/account/\"}"

/* A browser, and the server it talks to. */
static struct scene {
	struct loop *loop;
	struct login_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	char socket[64];
	char answer[256 * 1024];
	struct { char name[64], value[128]; } jar[COOKIES];
	char login[33];
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
	login_stage_open_at(seed, clock_now());
	stage.settings.account = stage_least("token", "2");
	stage.settings.change = stage_least("token", "3");
	/* By name a version counts at any time, whenever this is run. */
	stage.settings.account.version = stage.settings.change.version = span_text("1.0");
	scene = (struct scene){ .loop = loop_new() };
	scene.front = login_front_new(scene.loop, stage.store, &stage.settings);
	scene.router = router_new((const struct mount[]){ { login_routes, scene.front } }, 1);
	scene.server = http_server_new(scene.loop, &http);
	snprintf(scene.socket, sizeof(scene.socket), "/tmp/watashi-login-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&stage.arena, "unix:%s", scene.socket), &scene.listening, &why),
	    &why);
	http_server_listen(scene.server, scene.listening, scene.router, NULL);
}

static void
scene_close(void)
{
	http_server_free(scene.server);
	router_free(scene.router);
	login_front_free(scene.front);
	login_stage_close();
	loop_free(scene.loop);
	address_set_free(scene_proxies);
	close(scene.listening);
	unlink(scene.socket);
}

static void
scene_step(void)
{
	loop_step(scene.loop, 1000);
	store_memory_step(stage.store, clock_now());
}

static int
scene_connect(const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	size_t sent = 0, size = strlen(text);

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", scene.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	for (int i = 0; i < 5000 && sent < size; i++) {
		ssize_t n = write(fd, text + sent, size - sent);

		sent += n > 0 ? (size_t)n : 0;
		scene_step();
	}
	expect_number("all is sent", sent, size);
	return fd;
}

/* Adds to the answer until that stands there, or the peer closes. */
static void
scene_read(int fd, const char *until)
{
	size_t at = strlen(scene.answer);

	for (int i = 0; i < 20000; i++) {
		ssize_t n = read(fd, scene.answer + at, sizeof(scene.answer) - 1 - at);

		if (n == 0)
			break;
		at += n > 0 ? (size_t)n : 0;
		scene.answer[at] = '\0';
		if (until && strstr(scene.answer, until))
			break;
		scene_step();
	}
}

/* What the answer sets goes into the jar, as in any browser. */
static void
keep_cookies(void)
{
	for (const char *at = scene.answer; (at = strstr(at, "Set-Cookie: ")); at++) {
		char name[64], value[128];
		size_t slot = COOKIES;

		value[0] = '\0';
		assert_true(sscanf(at, "Set-Cookie: %63[^=]=%127[^;]", name, value) >= 1);
		for (size_t i = COOKIES; i-- > 0;)
			if (!*scene.jar[i].name || strcmp(scene.jar[i].name, name) == 0)
				slot = i;
		for (size_t i = 0; i < COOKIES; i++)
			if (strcmp(scene.jar[i].name, name) == 0)
				slot = i;
		assert_in_range(slot, 0, COOKIES - 1);
		memset(&scene.jar[slot], 0, sizeof(scene.jar[slot]));
		if (*value) {
			strcpy(scene.jar[slot].name, name);
			strcpy(scene.jar[slot].value, value);
		}
	}
}

static const char *
cookie_line(void)
{
	const char *line = "";

	for (size_t i = 0; i < COOKIES; i++)
		if (*scene.jar[i].name)
			line = arena_print(&stage.arena, "%s%s%s=%s", line, *line ? "; " : "", scene.jar[i].name,
			    scene.jar[i].value);
	return *line ? arena_print(&stage.arena, "Cookie: %s\r\n", line) : "";
}

static bool
has_cookie(const char *name)
{
	for (size_t i = 0; i < COOKIES; i++)
		if (strcmp(scene.jar[i].name, name) == 0)
			return true;
	return false;
}

/* The status; the body of the answer stands in scene.answer behind the head. */
static int
scene_ask_with(const char *line, const char *fields, const char *body)
{
	const char *type = *body ? "Content-Type: application/json\r\n" : "";
	int status = 0, fd;

	stage.now = clock_now();
	scene.answer[0] = '\0';
	fd = scene_connect(arena_print(&stage.arena, "%s HTTP/1.1\r\nHost: watashi.example\r\nConnection: close\r\n"
	    "User-Agent: Firefox/1 (Linux)\r\n%s%s%sContent-Length: %zu\r\n\r\n%s", line, fields, type, cookie_line(),
	    strlen(body), body));
	scene_read(fd, NULL);
	close(fd);
	keep_cookies();
	assert_int_equal(sscanf(scene.answer, "HTTP/1.1 %d", &status), 1);
	return status;
}

static int
ask(const char *method, const char *path, const char *body)
{
	return scene_ask_with(arena_print(&stage.arena, "%s %s", method, path), OURS, body);
}

/* About the login at hand. */
static int
ask_login(const char *method, const char *tail, const char *body)
{
	return ask(method, arena_print(&stage.arena, "/v1/login/%s%s", scene.login, tail), body);
}

static bool
says(const char *part)
{
	if (strstr(scene.answer, part))
		return true;
	print_error("  missing %s in\n%s\n", part, scene.answer);
	return false;
}

/* The login that was begun is the one at hand. */
static void
take_begun(void)
{
	assert_int_equal(sscanf(strstr(scene.answer, "{\"login\""), "{\"login\":\"%32[0-9a-f]\"", scene.login), 1);
	assert_true(ledger_id_read(span_text(scene.login), &stage.at.id));
}

static void
begin_for(const char *why)
{
	expect_number("a login begins", ask("POST", "/v1/login", arena_print(&stage.arena,
	    "{\"for\":\"account\",\"return\":\"/account/#history\",\"why\":%s}", why)), 201);
	take_begun();
}

/* The member of a string in the answer. */
static const char *
member(const char *name)
{
	const char *at = strstr(scene.answer, arena_print(&stage.arena, "\"%s\":\"", name));
	char value[1024];

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(name) + 4, "%1023[^\"]", value), 1);
	return arena_print(&stage.arena, "%s", value);
}

static int
answer_passkey(const struct person *p, struct ceremony wrong)
{
	struct span challenge;

	expect_number("options", ask_login("POST", "/passkey/options", "{\"conditional\":false}"), 200);
	expect_true("a challenge", base64url_read(&stage.arena, span_text(member("challenge")), &challenge));
	expect_number("of 32 bytes", challenge.size, sizeof(stage.challenge));
	memcpy(stage.challenge, challenge.data, sizeof(stage.challenge));
	return ask_login("POST", "/passkey", arena_text(&stage.arena, stage_assertion(p, wrong)));
}

static void
from_the_page_to_the_session(void **state)
{
	struct figures figures = { .value = { 0 } };

	(void)state;
	scene_open(1);
	stage.settings.figures = &figures;
	begin_for("\"change\"");
	expect_true("the page's address", says(arena_print(&stage.arena, "\"page\":\"/login/#%s\"", scene.login)));
	expect_true("a cookie of its own",
	    has_cookie("__Host-watashi-login") && says("; Secure; HttpOnly; SameSite=Lax"));
	expect_number("is shown", ask_login("GET", "", ""), 200);
	expect_true("who asks", says("\"relying_party\":{\"entity_id\":\"https://watashi.example/account\",\"name\":{"
	    "\"ja\":\"わたし\",\"en\":\"Watashi\"},\"mark\":null}"));
	expect_true("for what", says("\"why\":\"change\",\"wanted\":{\"framework\":\"jp-idtf\",\"profile\":null,"
	    "\"title\":null,\"text\":null,\"levels\":[{\"area\":\"token\","));
	expect_true("of nobody yet", says("\"persona\":null,\"person\":null,\"claimed\":false,\"hint\":null,"
	    "\"shown\":[],\"unmet\":[{"
	    "\"area\":\"token\""));
	expect_true("by which ways", says("\"ways\":[{\"way\":\"passkey\",\"recommended\":true,\"enough\":null},"));
	expect_true("nothing waits", says("\"app\":null,\"card\":null,\"until\":\"20"));
	expect_number("not finished so", ask_login("POST", "/finish", "{}"), 403);
	expect_number("a passkey", answer_passkey(&stage.person, (struct ceremony){ .type = NULL }), 200);
	expect_true("shows whose it is", says(arena_print(&stage.arena, "\"person\":{\"number\":\"%s\"}",
	    stage.person.account.number)));
	expect_true("and what was shown", says("\"shown\":[{\"way\":\"passkey\",\"name\":\"telephone\",\"at\":\"20"));
	expect_true("and that it is enough", says("\"unmet\":[]"));
	expect_number("finished", ask_login("POST", "/finish", "{}"), 200);
	expect_number("counted", figures.value[FIGURE_LOGINS_ENOUGH], 1);
	expect_number("where nothing was shown nothing was decided", figures.value[FIGURE_LOGINS_SHORT], 0);
	expect_number("and what began", figures.value[FIGURE_LOGINS_BEGUN], 1);
	stage.settings.figures = NULL;
	expect_true("where it goes on", says("{\"location\":\"/account/#history\"}"));
	expect_true("logged in", has_cookie("__Host-watashi") && !has_cookie("__Host-watashi-login"));
	expect_true("nobody need know it again", !has_cookie("__Host-watashi-known"));
	expect_number("one session", stage_count(&session_table), 1);
	expect_number("without its cookie the login is nobody's", ask_login("GET", "", ""), 404);
	scene_close();
}

static void
who_is_logged_in_goes_on_from_there(void **state)
{
	struct figures figures = { .value = { 0 } };
	char first[128];

	(void)state;
	scene_open(2);
	stage.settings.figures = &figures;
	begin_for("null");
	expect_number("said, and to be remembered", ask_login("POST", "/claim", arena_print(&stage.arena,
	    "{\"who\":\"%s\",\"remember\":true}", stage.person.account.number)), 204);
	expect_true("nothing is set for that", !has_cookie("__Host-watashi-known"));
	expect_number("a code from paper", ask_login("POST", "/recovery", arena_print(&stage.arena,
	    "{\"code\":\"%s\"}", stage.person.codes[0])), 200);
	expect_number("is enough to look", ask_login("POST", "/finish", "{}"), 200);
	expect_true("and remembered", has_cookie("__Host-watashi-known"));
	expect_true("when it comes from a relying party's site, too", says("Set-Cookie: __Host-watashi-known=") &&
	    !says("SameSite=Strict"));
	for (size_t i = 0; i < COOKIES; i++)
		if (strcmp(scene.jar[i].name, "__Host-watashi") == 0)
			strcpy(first, scene.jar[i].value);
	begin_for("\"change\"");
	expect_number("to change something", ask_login("GET", "", ""), 200);
	expect_true("the session joined", says("\"shown\":[{\"way\":\"recovery\",\"name\":\"paper\""));
	expect_number("is not enough", ask_login("POST", "/finish", "{}"), 403);
	expect_number("which is counted", figures.value[FIGURE_LOGINS_SHORT], 1);
	expect_true("and told why", says("\"code\":\"unmet\",\"unmet\":[{\"area\":\"token\"") &&
	    says("\"required\":\"3\"") && says("\"reached\":\"2\"") &&
	    says("{\"way\":\"passkey\",\"recommended\":true,\"enough\":true}") && !says("{\"way\":\"recovery\""));
	expect_number("somebody else's passkey is not", answer_passkey(&stage.other,
	    (struct ceremony){ .type = NULL }), 403);
	expect_true("and told so", says("\"code\":\"denied\",\"step\":\"account\""));
	expect_number("one's own", answer_passkey(&stage.person, (struct ceremony){ .type = NULL }), 200);
	expect_number("is", ask_login("POST", "/finish", "{}"), 200);
	for (size_t i = 0; i < COOKIES; i++)
		if (strcmp(scene.jar[i].name, "__Host-watashi") == 0)
			expect_true("another secret", strcmp(first, scene.jar[i].value) != 0);
	expect_number("one session", stage_count(&session_table), 1);
	stage.settings.figures = NULL;
	scene_close();
}

static void
a_known_browser_shows_a_number_and_lets_nobody_in(void **state)
{
	(void)state;
	scene_open(3);
	begin_for("null");
	ask_login("POST", "/claim", arena_print(&stage.arena, "{\"who\":\"%s\",\"remember\":true}",
	    stage.person.account.number));
	answer_passkey(&stage.person, (struct ceremony){ .type = NULL });
	expect_number("logged in", ask_login("POST", "/finish", "{}"), 200);
	for (size_t i = 0; i < COOKIES; i++)
		if (strcmp(scene.jar[i].name, "__Host-watashi") == 0)
			memset(&scene.jar[i], 0, sizeof(scene.jar[i]));
	begin_for("null");
	expect_number("next time", ask_login("GET", "", ""), 200);
	expect_true("it says whose it was", says(arena_print(&stage.arena, "\"person\":{\"number\":\"%s\"},"
	    "\"claimed\":true,\"hint\":null,\"shown\":[]", stage.person.account.number)));
	expect_true("but not what that person has", says("{\"way\":\"app\",\"recommended\":false,\"enough\":null}"));
	expect_number("nobody is let in", ask_login("POST", "/finish", "{}"), 403);
	expect_number("somebody else", ask_login("POST", "/claim", "{\"who\":\"nobody@person.example\"}"), 204);
	expect_number("then", ask_login("GET", "", ""), 200);
	expect_true("nothing is shown", says("\"person\":null,\"claimed\":true"));
	scene_close();
}

/* As a relying party's request leaves it. */
static void
hint_at(const char *who)
{
	struct stage_look look = stage_load(login_ask(&stage.at.id));
	struct unit *unit = stage_unit();
	struct login l;

	expect_true("the login is read", look.count && login_read(look.rows[0].value, &l));
	l.generation = look.rows[0].generation;
	l.hint = span_text(who);
	login_put(unit, &l);
	stage_commit(unit);
}

static void
a_hint_is_offered_and_nothing_more(void **state)
{
	static const char *answers[2];
	const char *hints[2];

	(void)state;
	scene_open(60);
	begin_for("null");
	expect_number("without one", ask_login("GET", "", ""), 200);
	expect_true("none is offered", says("\"claimed\":false,\"hint\":null"));
	hints[0] = arena_print(&stage.arena, "%.*s", SPAN_ARGS(stage.person.account.contacts[0].address));
	hints[1] = "nobody@person.example";
	for (size_t i = 0; i < COUNT(hints); i++) {
		hint_at(hints[i]);
		expect_number("shown", ask_login("GET", "", ""), 200);
		expect_true("it is offered", says(arena_print(&stage.arena, "\"person\":null,\"claimed\":false,"
		    "\"hint\":\"%s\",\"shown\":[]", hints[i])));
		answers[i] = arena_print(&stage.arena, "%s", strstr(scene.answer, "\"shown\":[]"));
	}
	expect_text("somebody's is answered like nobody's", answers[0], answers[1]);
	scene_close();
}

static void
each_refusal_has_its_form(void **state)
{
	(void)state;
	scene_open(4);
	begin_for("null");
	expect_number("a wrong signature", answer_passkey(&stage.person, (struct ceremony){ .bogus_signature = true }),
	    403);
	expect_true("by its step", says("\"code\":\"denied\",\"step\":\"signature\"") &&
	    says("application/problem+json") && says("Cache-Control: no-store"));
	stage_state(&stage.person.passkey, CREDENTIAL_SUSPENDED);
	expect_number("a suspended one", answer_passkey(&stage.person, (struct ceremony){ .type = NULL }), 403);
	expect_true("by its state", says("\"step\":\"state\",\"reason\":\"suspended\""));
	expect_number("a code of nobody's", ask_login("POST", "/code", "{\"code\":\"000000\"}"), 409);
	expect_number("no phone of nobody's", ask_login("POST", "/app", "{}"), 409);
	ask_login("POST", "/claim", "{\"who\":\"nobody@person.example\"}");
	for (int i = 0; i < 6; i++)
		expect_number("a wrong code", ask_login("POST", "/code", "{\"code\":\"000000\"}"), 403);
	expect_number("too many", ask_login("POST", "/code", "{\"code\":\"000000\",\"second\":\"\"}"), 429);
	expect_true("until when", says("\"code\":\"limit\",\"until\":\"20") && says("Retry-After: "));
	expect_number("no card asked for", ask_login("POST", "/card/finish", "{}"), 409);
	expect_true("is not one that is waited for", !strstr(scene.answer, "waiting"));
	scene_close();
}

/* What a phone is shown, and nobody else. */
static void
a_phone_is_asked_alike_for_everybody(void **state)
{
	(void)state;
	scene_open(5);
	for (int i = 0; i < 2; i++) {
		begin_for("null");
		ask_login("POST", "/claim", arena_print(&stage.arena, "{\"who\":\"%s\"}",
		    i ? "nobody@person.example" : stage.person.account.number));
		expect_number("asked", ask_login("POST", "/app", "{}"), 201);
		expect_number("six digits", strlen(member("code")), 6);
		expect_true("with what", says("\"request\":\"") && says("\"qr\":\"<svg") && says("\"until\":\"20"));
		expect_number("and", ask_login("GET", "", ""), 200);
		expect_true("waits", says("\"app\":{\"state\":\"waiting\",\"until\":\"20"));
	}
	scene_close();
}

static void
a_card_wakes_the_page(void **state)
{
	struct card_task task;
	struct unit *unit;
	struct login l;
	int fd;

	(void)state;
	scene_open(6);
	begin_for("null");
	l = stage_login();
	l.generation = stage_load(login_ask(&stage.at.id)).rows[0].generation;
	task = (struct card_task){ .id = id_new(stage.now), .owner = l.id, .purpose = JPKI_AUTHENTICATION,
		.until = instant_after(stage.now, SECONDS(300)) };
	l.card = (struct login_card){ .task = task.id, .until = task.until };
	unit = stage_unit();
	card_task_put(unit, &task, task.until);
	login_put(unit, &l);
	stage_commit(unit);
	expect_number("none yet", ask_login("POST", "/card/finish", "{}"), 409);
	expect_true("it is waited for", says("\"code\":\"waiting\""));
	expect_number("shown so", ask_login("GET", "", ""), 200);
	expect_true("as waiting", says("\"card\":{\"state\":\"waiting\",\"until\":\"20"));
	scene.answer[0] = '\0';
	fd = scene_connect(arena_print(&stage.arena,
	    "GET /v1/login/%s/events HTTP/1.1\r\nHost: watashi.example\r\n%s\r\n", scene.login, cookie_line()));
	scene_read(fd, "text/event-stream");
	task.generation = stage_load(card_task_ask(&task.id)).rows[0].generation;
	task.answered = true;
	task.outcome = ESTABLISHED;
	task.handle = span_text(CARD_HANDLE);
	task.at = stage.now;
	task.facts = span_text("{\"token.kinds\":[\"jpki-authentication\"]}");
	unit = stage_unit();
	card_task_put(unit, &task, task.until);
	scene.answer[0] = '\0';
	stage_commit(unit);
	scene_read(fd, "event: changed");
	expect_true("the page is told", says("event: changed"));
	close(fd);
	expect_number("the card's answer is taken", ask_login("POST", "/card/finish", "{}"), 200);
	expect_true("and shown", says("\"shown\":[{\"way\":\"card\""));
	scene_close();
}

static void
only_its_browser_and_only_our_pages(void **state)
{
	static const struct { const char *tail, *body; } asked[] = {
		{ "/claim", "{\"who\":\"x@person.example\"}" }, { "/passkey/options", "{\"conditional\":true}" },
		{ "/passkey", "{}" }, { "/card", "{}" }, { "/card/finish", "{}" }, { "/app", "{}" },
		{ "/code", "{\"code\":\"000000\"}" }, { "/recovery", "{\"code\":\"x\"}" }, { "/finish", "{}" },
		{ "/cancel", "{}" },
	};
	static const struct { const char *title, *fields; } strangers[] = {
		{ "no origin", "" },
		{ "another origin", "Origin: https://evil.example\r\n" },
		{ "ours, but from another site", "Origin: https://watashi.example\r\nSec-Fetch-Site: cross-site\r\n" },
		{ "none at all", "Origin: null\r\n" },
	};

	(void)state;
	scene_open(7);
	begin_for("null");
	for (size_t i = 0; i < COUNT(asked); i++)
		for (size_t n = 0; n < COUNT(strangers); n++)
			expect_number(strangers[n].title, scene_ask_with(arena_print(&stage.arena,
			    "POST /v1/login/%s%s", scene.login, asked[i].tail), strangers[n].fields, asked[i].body),
			    403);
	for (size_t n = 0; n < COUNT(strangers); n++)
		expect_number(strangers[n].title, scene_ask_with("POST /v1/login", strangers[n].fields,
		    "{\"for\":\"account\",\"return\":\"/account/\"}"), 403);
	memset(scene.jar, 0, sizeof(scene.jar));
	for (int i = 0; i < 2; i++) {
		for (size_t n = 0; n < COUNT(asked); n++)
			expect_number(asked[n].tail, ask_login("POST", asked[n].tail, asked[n].body), 404);
		expect_number("not shown", ask_login("GET", "", ""), 404);
		expect_number("not followed", ask_login("GET", "/events", ""), 404);
		strcpy(scene.jar[0].name, "__Host-watashi-login");
		memset(scene.jar[0].value, 'A', 43);
	}
	scene_close();
}

static void
what_is_asked_is_read_strictly(void **state)
{
	static const struct { const char *title, *path, *body; int status; } cases[] = {
		{ "no object", "/v1/login", "[]", 400 },
		{ "for somebody else", "/v1/login", "{\"for\":\"oidc\",\"return\":\"/account/\"}", 400 },
		{ "for nobody", "/v1/login", "{\"return\":\"/account/\"}", 400 },
		{ "with no way back", "/v1/login", "{\"for\":\"account\"}", 400 },
		{ "back to another site", "/v1/login", "{\"for\":\"account\",\"return\":\"//evil.example/\"}", 400 },
		{ "for another reason", "/v1/login",
		  "{\"for\":\"account\",\"return\":\"/account/\",\"why\":\"x\"}", 400 },
		{ "with a member that is none", "/v1/login",
		  "{\"for\":\"account\",\"return\":\"/account/\",\"x\":1}", 400 },
		{ "at a desk that is not there", "/v1/login",
		  "{\"for\":\"account\",\"return\":\"/desk/\",\"why\":\"staff\"}", 403 },
		{ "whose nobody", "claim", "{}", 400 },
		{ "whose number", "claim", "{\"who\":7}", 400 },
		{ "no name at all", "claim", "{\"who\":\"me\"}", 400 },
		{ "no code", "code", "{}", 400 },
		{ "a second one of paper", "recovery", "{\"code\":\"x\",\"second\":\"y\"}", 400 },
		{ "something to finish", "finish", "{\"x\":1}", 400 },
		{ "what is no JSON", "finish", "{", 400 },
		{ "an id that is none", "/v1/login/abc/finish", "{}", 404 },
	};

	(void)state;
	scene_open(8);
	begin_for("null");
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].title, *cases[i].path == '/' ? ask("POST", cases[i].path, cases[i].body)
		    : ask_login("POST", arena_print(&stage.arena, "/%s", cases[i].path), cases[i].body),
		    cases[i].status);
	scene_close();
}

static void
who_asks_too_often_waits(void **state)
{
	static const struct { const char *title, *from; int status; } cases[] = {
		{ "a first", "192.0.2.7", 201 },
		{ "three at once", "192.0.2.7", 201 },
		{ "three at once", "192.0.2.7", 201 },
		{ "as long as there is anything", "192.0.2.7", 201 },
		{ "and no more", "192.0.2.7", 429 },
		{ "another address has its own", "192.0.2.8", 201 },
		{ "of IPv6", "2001:db8:1:2::1", 201 },
		{ "each address", "2001:db8:1:2::2", 201 },
		{ "of one network", "2001:db8:1:2:aaaa::3", 201 },
		{ "counts", "2001:db8:1:2::1", 201 },
		{ "as one", "2001:db8:1:2:bbbb::4", 429 },
		{ "another network has its own", "2001:db8:1:3::1", 201 },
		{ "who says nearer that he is another is not believed", "192.0.2.9, 192.0.2.7", 429 },
	};

	(void)state;
	scene_open(9);
	stage.settings.rates = rates_new(64);
	stage.settings.limits[LIMIT_LOGINS] = (struct rate_limit){ 3, SECONDS(3600) };
	stage.settings.limits[LIMIT_TRIES] = (struct rate_limit){ 2, SECONDS(3600) };
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_number(cases[i].title, scene_ask_with("POST /v1/login", arena_print(&stage.arena,
		    OURS "X-Forwarded-For: %s\r\n", cases[i].from), BEGIN), cases[i].status);
		if (cases[i].status == 429)
			expect_true("it is told until when", says("\"code\":\"limit\",\"until\":\"20") &&
			    says("Retry-After: ") && says("too many logins were begun from this address"));
	}
	for (int i = 0; i < 9; i++)
		expect_number("nobody's address is nobody's", ask("POST", "/v1/login", BEGIN), 201);
	take_begun();
	for (int i = 0; i < 4; i++)
		expect_number("claims are tries", scene_ask_with(arena_print(&stage.arena, "POST /v1/login/%s/claim",
		    scene.login), OURS "X-Forwarded-For: 192.0.2.7\r\n", "{\"who\":\"7K3M-Q2XH-9D\"}"),
		    i < 3 ? 204 : 429);
	expect_true("counted apart", says("too many tries to log in"));
	rates_free(stage.settings.rates);
	scene_close();
}

static void
a_cancelled_login_goes_back(void **state)
{
	(void)state;
	scene_open(10);
	begin_for("null");
	expect_number("cancelled", ask_login("POST", "/cancel", "{}"), 200);
	expect_true("to the front page", says("{\"location\":\"/\"}") && !has_cookie("__Host-watashi-login"));
	expect_number("its row is gone", stage_count(&login_table), 0);
	begin_for("null");
	answer_passkey(&stage.person, (struct ceremony){ .type = NULL });
	ask_login("POST", "/finish", "{}");
	begin_for("\"change\"");
	expect_number("cancelled by who is logged in", ask_login("POST", "/cancel", "{}"), 200);
	expect_true("back there, as before",
	    says("{\"location\":\"/account/#history\"}") && has_cookie("__Host-watashi"));
	scene_close();
}

static void
on_asked(void *arg, enum err err, const struct login_begun *begun, const struct problem *why)
{
	if (err == OK)
		snprintf((char *)arg, COOKIE_TEXT, "%s", begun->cookie.text);
	stage_on_begun(NULL, err, begun, why);
}

/* A login that a relying party asked for, begun by another front, in this browser. */
static void
begin_for_a_relying_party(struct requirement_name wanted, const struct requirement_name *least)
{
	char cookie[COOKIE_TEXT];

	wanted.version = span_text("1.0");
	stage.done = false;
	login_begin(stage.store, &stage.arena, &stage.settings, &(struct login_begin){ .front = LOGIN_FOR_OIDC,
		.reference = span_text("/oidc/continue/00ff"), .relying_party = span_text("https://shop.example/"),
		.name = stage.settings.name, .wanted = wanted, .least = least, .where = span_text(WHERE),
		.now = clock_now() }, on_asked, cookie);
	stage_run();
	expect_ok("it begins", stage.err, &stage.why);
	ledger_id_text(&stage.at.id, scene.login);
	snprintf(scene.jar[0].name, sizeof(scene.jar[0].name), "__Host-watashi-login");
	snprintf(scene.jar[0].value, sizeof(scene.jar[0].value), "%s", cookie);
}

static void
whom_a_relying_party_sent_goes_back_there(void **state)
{
	struct requirement_name least;

	(void)state;
	scene_open(11);
	begin_for_a_relying_party(stage_least("token", "2"), NULL);
	expect_number("cancelled", ask_login("POST", "/cancel", "{}"), 200);
	expect_true("is told so", says("{\"location\":\"/oidc/continue/00ff?cancelled\"}"));
	expect_true("other tabs keep the cookie", !strstr(scene.answer, "__Host-watashi-login="));
	least = stage_least("token", "2");
	least.version = span_text("1.0");
	begin_for_a_relying_party(stage_least("token", "4"), &least);
	answer_passkey(&stage.person, (struct ceremony){ .type = NULL });
	expect_true("less will do", says("\"enough\":false,\"less\":true,\"proofing\":null"));
	expect_number("not without a word", ask_login("POST", "/finish", "{}"), 403);
	expect_number("nor another", ask_login("POST", "/finish", "{\"less\":1}"), 400);
	expect_number("with less", ask_login("POST", "/finish", "{\"less\":true}"), 200);
	expect_true("there, too", says("{\"location\":\"/oidc/continue/00ff\"}"));
	expect_true("and keep it", !strstr(scene.answer, "__Host-watashi-login="));
	scene_close();
}

static void
a_missing_proofing_is_said_with_the_way_back(void **state)
{
	(void)state;
	scene_open(12);
	stage_provider();
	begin_for_a_relying_party(stage_least("registration", "3"), NULL);
	answer_passkey(&stage.person, (struct ceremony){ .type = NULL });
	expect_true("where, and whereto afterwards",
	    says("\"proofing\":{\"page\":\"/enrol/\",\"return\":\"/oidc/continue/00ff\"}"));
	expect_number("not enough", ask_login("POST", "/finish", "{}"), 403);
	expect_true("said again", says("\"proofing\":{\"page\":\"/enrol/\""));
	scene_close();
}

static void
no_way_back_leads_elsewhere(void **state)
{
	static const struct { const char *path; bool valid; } cases[] = {
		{ "/account/", true }, { "/account/#authenticators", true }, { "/account/?lang=en#a/b", true },
		{ "/desk/cases/0123", true }, { "/enrol/", true }, { "/app/#request=00ff", true },
		{ "/account/?return=https://evil.example/", true }, /* a query is theirs to read */
		{ "/account/a..b", true }, { "/account/%20", true },
		{ "", false }, { "/", false }, { "/account", false }, { "/accounts/", false }, { "account/", false },
		{ "/login/", false }, { "/v1/account", false },
		{ "//evil.example/account/", false }, { "///account/", false }, { "/\\evil.example", false },
		{ "https://evil.example/account/", false }, { "javascript:alert(1)//account/", false },
		{ "/account/..", false }, { "/account/../login/", false }, { "/account/./", false },
		{ "/account/%2e%2e/", false }, { "/account/.%2E/", false }, { "/account/%2e", false },
		{ "/account//evil.example", false }, { "/account/\\..", false }, { "/account/ ", false },
		{ "/account/\t/", false }, { "/account/\n", false }, { "/account/\r\nSet-Cookie: a=b", false },
		{ "/account/\x7f", false }, { "/account/\xe3\x81\x82", false }, { " /account/", false },
	};
	char longest[RETURN_PATH_LARGEST + 2];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_number(cases[i].path, return_path_valid(span_text(cases[i].path)), cases[i].valid);
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "/account/", 9);
	expect_true("as long as that", return_path_valid(span_of(longest, RETURN_PATH_LARGEST)));
	expect_true("no longer", !return_path_valid(span_of(longest, RETURN_PATH_LARGEST + 1)));
	expect_true("with a NUL", !return_path_valid(span_of("/account/\0", 10)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_the_page_to_the_session),
		cmocka_unit_test(who_is_logged_in_goes_on_from_there),
		cmocka_unit_test(a_known_browser_shows_a_number_and_lets_nobody_in),
		cmocka_unit_test(a_hint_is_offered_and_nothing_more),
		cmocka_unit_test(each_refusal_has_its_form),
		cmocka_unit_test(a_phone_is_asked_alike_for_everybody),
		cmocka_unit_test(a_card_wakes_the_page),
		cmocka_unit_test(only_its_browser_and_only_our_pages),
		cmocka_unit_test(what_is_asked_is_read_strictly),
		cmocka_unit_test(who_asks_too_often_waits),
		cmocka_unit_test(a_cancelled_login_goes_back),
		cmocka_unit_test(whom_a_relying_party_sent_goes_back_there),
		cmocka_unit_test(a_missing_proofing_is_said_with_the_way_back),
		cmocka_unit_test(no_way_back_leads_elsewhere),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
