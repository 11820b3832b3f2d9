/* tests/front/test_app.c - the app on a phone over HTTP: the page's code, the phone's calls, what each is told. */
#include "transaction/app_stage.h"

#include <stdio.h>
#include <sys/un.h>
#include <unistd.h>

#include "front/app/app.h"
#include "http/server.h"
#include "net/loop.h"
#include "transaction/phone/app_request.h"

#define OURS "Origin: " ORIGIN "\r\nSec-Fetch-Site: same-origin\r\n"

static struct scene {
	struct loop *loop;
	struct app_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	char socket[64];
	char answer[64 * 1024];
	struct cookie_secret session, login;
	char pin[8];
	unsigned nonce;
} scene;

/* Somebody whose browser was just proofed. */
static void
log_in(void)
{
	struct unit *unit = stage_unit();

	scene.session = cookie_secret_new();
	scene.login = cookie_secret_new();
	stage.session.id = id_new(stage.now);
	memcpy(stage.session.key, scene.session.digest, sizeof(stage.session.key));
	stage.session.proofed = (struct session_proofed){ .record = { { 5 } }, .at = stage.now };
	session_put(unit, &stage.session);
	stage_commit(unit);
}

static int
open_scene(void **state)
{
	struct http_settings http = { .limits = http_limits_default };
	struct problem why;

	(void)state;
	stage_open_at(clock_now());
	scene = (struct scene){ .loop = loop_new() };
	log_in();
	scene.front = app_front_new(scene.loop, stage.store, &stage.settings);
	scene.router = router_new((const struct mount[]){ { app_routes, scene.front } }, 1);
	scene.server = http_server_new(scene.loop, &http);
	snprintf(scene.socket, sizeof(scene.socket), "/tmp/watashi-app-%d", (int)getpid());
	expect_ok("a socket", listen_on(arena_print(&stage.arena, "unix:%s", scene.socket), &scene.listening, &why),
	    &why);
	http_server_listen(scene.server, scene.listening, scene.router, NULL);
	return 0;
}

static int
close_scene(void **state)
{
	http_server_free(scene.server);
	router_free(scene.router);
	app_front_free(scene.front);
	stage_close(state);
	loop_free(scene.loop);
	close(scene.listening);
	unlink(scene.socket);
	return 0;
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

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", scene.socket);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	expect_number("sent", write(fd, text, strlen(text)), (ssize_t)strlen(text));
	scene.answer[0] = '\0';
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

static int
ask_with(const char *line, const char *fields, const char *body)
{
	int status = 0, fd;

	stage.now = clock_now();
	fd = scene_connect(arena_print(&stage.arena, "%s HTTP/1.1\r\nHost: watashi.example\r\nConnection: close\r\n%s%s"
	    "Content-Length: %zu\r\n\r\n%s", line, fields, *body ? "Content-Type: application/json\r\n" : "",
	    strlen(body), body));
	scene_read(fd, NULL);
	close(fd);
	assert_int_equal(sscanf(scene.answer, "HTTP/1.1 %d", &status), 1);
	return status;
}

static const char *
session_fields(void)
{
	return arena_print(&stage.arena, OURS "Cookie: " SESSION_COOKIE "=%s\r\n", scene.session.text);
}

/* A call of the phone's, signed. */
static int
call(const char *line, const char *body, const char *more)
{
	const char *header = phone_call(&stage.arena, &stage.phone, ORIGIN, line, body, clock_now(), ++scene.nonce);

	return ask_with(line, arena_print(&stage.arena, "Authorization: %s\r\n%s", header, more), body);
}

static bool
says(const char *part)
{
	if (strstr(scene.answer, part))
		return true;
	print_error("  missing %s in\n%s\n", part, scene.answer);
	return false;
}

/* The text of a member of the answer. */
static const char *
told(const char *member)
{
	const char *at = strstr(scene.answer, arena_print(&stage.arena, "\"%s\":\"", member));
	struct span rest = at ? span_text(at + strlen(member) + 4) : (struct span){ 0 };

	return arena_text(&stage.arena, span_cut(&rest, '"'));
}

static const char *
pair_body(const struct phone *phone, const char *code, const char *pin)
{
	struct pairing_pair asked = stage_pair_of(phone, code, NULL);

	return arena_print(&stage.arena, "{\"code\":\"%s\",\"key\":\"%.*s\",\"platform\":\"Android\","
	    "\"name\":\"Pixel\",\"pin\":\"%s\",\"signature\":\"%s\"}", code, SPAN_ARGS(asked.key_text), pin,
	    arena_text(&stage.arena, base64url_write(&stage.arena, asked.signature)));
}

static void
pair(void)
{
	expect_number("a code", ask_with("POST /v1/account/pairing", session_fields(), "{}"), 201);
	expect_number("paired", ask_with("POST /v1/app/pair", "", pair_body(&stage.phone, told("code"), "drawn")), 201);
	snprintf(scene.pin, sizeof(scene.pin), "%s", told("pin"));
}

static void
a_page_shows_a_code_and_hears_of_the_phone(void **state)
{
	const char *code;
	int fd;

	(void)state;
	expect_number("nobody's page", ask_with("POST /v1/account/pairing", OURS, "{}"), 401);
	expect_number("another site's page", ask_with("POST /v1/account/pairing", arena_print(&stage.arena,
	    "Origin: https://evil.example\r\nCookie: " SESSION_COOKIE "=%s\r\n", scene.session.text), "{}"), 403);
	expect_number("something unknown", ask_with("POST /v1/account/pairing", session_fields(), "{\"a\":1}"), 400);
	expect_number("none was begun", ask_with("GET /v1/account/pairing", session_fields(), ""), 404);
	expect_number("this server's", ask_with("POST /v1/account/pairing", session_fields(), "{}"), 201);
	expect_true("kept by nobody", says("Cache-Control: no-store"));
	code = told("code");
	expect_number("of 128 bits", strlen(code), 26);
	expect_text("as a link", told("link"), arena_print(&stage.arena, ORIGIN "/app/#pair=%s", code));
	expect_true("as a picture", says("\"qr\":\"<svg "));
	expect_number("it waits", ask_with("GET /v1/account/pairing", session_fields(), ""), 200);
	expect_true("so it says", says("{\"state\":\"waiting\",\"until\":\""));
	fd = scene_connect(arena_print(&stage.arena, "GET /v1/account/pairing/events HTTP/1.1\r\nHost: t\r\n%s\r\n",
	    session_fields()));
	scene_read(fd, "event: changed\n");
	expect_true("the page listens", says("Content-Type: text/event-stream"));
	expect_number("the phone", ask_with("POST /v1/app/pair", "", pair_body(&stage.phone, code, "drawn")), 201);
	expect_number("gets a PIN", strlen(told("pin")), 6);
	expect_text("and the account's number", told("number"), stage.account.number);
	expect_true("no key for pushes here", says("\"push_key\":null"));
	scene.answer[0] = '\0';
	scene_read(fd, "event: changed\n");
	expect_true("the page is told", says("event: changed"));
	close(fd);
	expect_number("and looks", ask_with("GET /v1/account/pairing", session_fields(), ""), 200);
	expect_true("done", says("{\"state\":\"done\",") && says("\"authenticator\":\""));
}

#define A16 "AAAAAAAAAAAAAAAA"
#define NO_SIGNATURE A16 A16 A16 A16 A16 "AAAAAA" /* 64 bytes, all zero */

/* %S: that; %C: the code. */
#define BODY(code, key, pin, signature) \
	"{\"code\":\"" code "\",\"key\":\"" key "\",\"platform\":\"a\",\"name\":\"b\",\"pin\":\"" pin "\"," \
	"\"signature\":\"" signature "\"}"

static const struct { const char *title, *body; int status; const char *part; } pairings[] = {
	{ "no object", "[]", 400, "expected an object" },
	{ "not all of it", "{\"code\":\"a\"}", 400,
	    "expected code, key, platform, name, pin or passkey, and signature" },
	{ "something unknown", "{\"colour\":1}", 400, "/colour: unknown member" },
	{ "a code that is none", BODY("1234", "AAAA", "drawn", "%S"), 404, "no such pairing code waits" },
	{ "a key in other letters", BODY("a", "+/==", "drawn", "%S"), 400, "/key: expected bytes in base64url" },
	{ "a short signature", BODY("a", "AAAA", "drawn", "AAAA"), 400, "/signature: expected" },
	{ "neither PIN nor passkey", "{\"code\":\"a\",\"key\":\"AAAA\",\"platform\":\"a\",\"name\":\"b\","
	    "\"pin\":null,\"signature\":\"%S\"}", 400, "pin or passkey, and signature" },
	{ "a PIN and a passkey", "{\"code\":\"a\",\"key\":\"AAAA\",\"platform\":\"a\",\"name\":\"b\","
	    "\"pin\":\"drawn\",\"passkey\":{},\"signature\":\"%S\"}", 400, "/pin: expected null beside a passkey" },
	{ "a passkey that is none", "{\"code\":\"a\",\"key\":\"AAAA\",\"platform\":\"a\",\"name\":\"b\","
	    "\"passkey\":{\"id\":1},\"signature\":\"%S\"}", 400, "/passkey: within it: /id: expected" },
	{ "a passkey in a list", "{\"code\":\"a\",\"passkey\":[]}", 400, "/passkey: expected a PublicKeyCredential" },
	{ "a weak PIN", BODY("a", "AAAA", "11111111", "%S"), 400, "/pin: expected one that is not guessed first" },
	{ "a key of another kind", BODY("%C", "AAAA", "drawn", "%S"), 403,
	    "\"step\":\"signature\",\"reason\":\"expected a P-256 key of 91 bytes, found 3\"" },
};

static const char *
filled(const char *body, const char *code)
{
	struct buffer b = buffer_init(4 * KIB);
	const char *out;

	for (; *body; body++)
		if (body[0] == '%' && body[1] == 'S')
			buffer_text(&b, NO_SIGNATURE), body++;
		else if (body[0] == '%' && body[1] == 'C')
			buffer_text(&b, code), body++;
		else
			buffer_byte(&b, (uint8_t)*body);
	out = arena_text(&stage.arena, buffer_span(&b));
	buffer_release(&b);
	return out;
}

static void
what_a_phone_sends_to_be_paired_is_read_strictly(void **state)
{
	const char *code;

	(void)state;
	expect_number("a code", ask_with("POST /v1/account/pairing", session_fields(), "{}"), 201);
	code = told("code");
	for (size_t i = 0; i < COUNT(pairings); i++) {
		expect_number(pairings[i].title, ask_with("POST /v1/app/pair", "", filled(pairings[i].body, code)),
		    pairings[i].status);
		expect_true(pairings[i].title, says(pairings[i].part));
	}
}

static void
a_call_that_is_not_a_phones_is_told_why(void **state)
{
	const char *line = "GET /v1/app/self", *header;

	(void)state;
	expect_number("no header", ask_with(line, "", ""), 401);
	expect_true("says so", says("\"code\":\"nobody\"") && says("WWW-Authenticate: Watashi-App"));
	expect_number("an unknown phone", call(line, "", ""), 401);
	expect_true("says so", says("\"code\":\"unpaired\""));
	pair();
	header = phone_call(&stage.arena, &stage.phone, ORIGIN, line, "", instant_after(clock_now(), SECONDS(-3600)),
	    900);
	expect_number("a clock an hour slow", ask_with(line, arena_print(&stage.arena, "Authorization: %s\r\n", header),
	    ""), 401);
	expect_true("is told the time", says("\"code\":\"clock\",\"now\":1"));
	header = phone_call(&stage.arena, &stage.phone, ORIGIN, line, "", clock_now(), 901);
	expect_number("a good call", ask_with(line, arena_print(&stage.arena, "Authorization: %s\r\n", header), ""),
	    200);
	expect_true("is told of itself",
	    says("\"name\":\"Pixel\",\"state\":\"active\",\"usable\":true,\"pin\":\"drawn\""));
	expect_number("but once", ask_with(line, arena_print(&stage.arena, "Authorization: %s\r\n", header), ""), 401);
	expect_true("says so", says("\"code\":\"replayed\""));
	header = phone_call(&stage.arena, &stage.phone, ORIGIN, "GET /v1/app/requests", "", clock_now(), 902);
	expect_number("another path", ask_with(line, arena_print(&stage.arena, "Authorization: %s\r\n", header), ""),
	    401);
	expect_true("says so", says("\"code\":\"signature\""));
}

#define GOOD_KEY \
	"BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"
#define OFF_KEY \
	"BGsX0fLhLEJH-Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfQ"
#define SECRET "AAECAwQFBgcICQoLDA0ODw"
#define PUSH(endpoint, key, secret) "{\"endpoint\":\"" endpoint "\",\"key\":\"" key "\",\"secret\":\"" secret "\"}"

static const struct { const char *title, *body; int status; const char *part; } subscriptions[] = {
	{ "by https", PUSH("https://push.example/a?b=c", GOOD_KEY, SECRET), 204, "" },
	{ "on another port", PUSH("https://push.example:8443/a", GOOD_KEY, SECRET), 204, "" },
	{ "by http", PUSH("http://push.example/a", GOOD_KEY, SECRET), 400, "/endpoint: expected an https: URL" },
	{ "by http of this machine", PUSH("http://127.0.0.1/a", GOOD_KEY, SECRET), 400,
	    "/endpoint: expected an https" },
	{ "no host", PUSH("https:///a", GOOD_KEY, SECRET), 400, "/endpoint: expected an https: URL" },
	{ "somebody's name", PUSH("https://a@push.example/a", GOOD_KEY, SECRET), 400, "/endpoint: expected an https" },
	{ "a blank", PUSH("https://push.example/a b", GOOD_KEY, SECRET), 400, "/endpoint: expected an https: URL" },
	{ "a line feed", PUSH("https://push.example/a\\nb", GOOD_KEY, SECRET), 400, "/endpoint: expected an https" },
	{ "no path", PUSH("https://push.example", GOOD_KEY, SECRET), 400, "/endpoint: expected an https: URL" },
	{ "a fragment", PUSH("https://push.example/a#b", GOOD_KEY, SECRET), 400, "/endpoint: expected an https: URL" },
	{ "a quotation mark", PUSH("https://push.example/a\\\"b", GOOD_KEY, SECRET), 400,
	    "/endpoint: expected an https" },
	{ "a backslash", PUSH("https://push.example/a\\\\b", GOOD_KEY, SECRET), 400, "/endpoint: expected an https" },
	{ "a key beside the curve", PUSH("https://push.example/a", OFF_KEY, SECRET), 400,
	    "/key: p256dh: the point is not on P-256" },
	{ "a short key", PUSH("https://push.example/a", "AAAA", SECRET), 400, "/key: expected" },
	{ "a short secret", PUSH("https://push.example/a", GOOD_KEY, "AAAA"), 400, "/secret: expected" },
	{ "no secret", "{\"endpoint\":\"https://push.example/a\",\"key\":\"" GOOD_KEY "\"}", 400,
	    "expected endpoint, key and secret" },
};

static void
a_phone_says_where_it_is_woken(void **state)
{
	(void)state;
	pair();
	for (size_t i = 0; i < COUNT(subscriptions); i++) {
		expect_number(subscriptions[i].title, call("POST /v1/app/push", subscriptions[i].body, ""),
		    subscriptions[i].status);
		expect_true(subscriptions[i].title, says(subscriptions[i].part));
	}
	stage_identify(&stage.phone);
	expect_span("the last good one", stage.caller.credential.app.push_endpoint, "https://push.example:8443/a");
	expect_number("no longer", call("DELETE /v1/app/push", "", ""), 204);
	stage_identify(&stage.phone);
	expect_number("none", stage.caller.credential.app.push_endpoint.size, 0);
}

static void
ask_phone(void)
{
	struct unit *unit;

	stage.now = clock_now();
	stage_login(&stage.account.id);
	memcpy(stage.login.browser, scene.login.digest, sizeof(stage.login.browser));
	unit = stage_unit();
	login_put(unit, &stage.login);
	stage_commit(unit);
	stage.login.generation = stage_look(login_ask(&stage.login.id)).rows[0].generation;
	stage_ask();
	expect_ok("asked", stage.err, &stage.why);
}

static int
answer(const char *code, const char *pin, const char *fields)
{
	struct app_answer asked = stage_answer_of(&stage.phone, code, pin);
	char id[33];

	hex_text(id_span(&asked.request), id);
	return call(arena_print(&stage.arena, "POST /v1/app/requests/%s/answer", id), arena_print(&stage.arena,
	    "{\"code\":%s%s%s,\"pin\":\"%s\",\"signature\":\"%s\"}", *code ? "\"" : "", *code ? code : "null",
	    *code ? "\"" : "", pin, arena_text(&stage.arena, base64url_write(&stage.arena, asked.signature))), fields);
}

static void
a_login_reaches_the_phone_and_is_answered(void **state)
{
	int fd;

	(void)state;
	pair();
	fd = scene_connect(arena_print(&stage.arena,
	    "GET /v1/app/events HTTP/1.1\r\nHost: t\r\nAuthorization: %s\r\n\r\n",
	    phone_call(&stage.arena, &stage.phone, ORIGIN, "GET /v1/app/events", "", clock_now(), ++scene.nonce)));
	scene_read(fd, "event: changed\n");
	expect_true("it listens", says("text/event-stream"));
	scene.answer[0] = '\0';
	ask_phone();
	scene_read(fd, "event: changed\n");
	expect_true("it is told", says("event: changed"));
	close(fd);
	expect_number("it looks", call("GET /v1/app/requests", "", ""), 200);
	expect_true("who asks", says("\"relying_party\":{\"entity_id\":\"" BANK "\",\"name\":{\"ja\":\"みどり銀行\""));
	expect_true("from where, and not from here", says("Chrome, 203.0.113.9") && says("\"same_browser\":false"));
	expect_number("a wrong PIN", answer(stage.code, "x", ""), 403);
	expect_true("is counted", says("\"code\":\"denied\",\"step\":\"pin\",\"left\":4"));
	expect_number("without the number", answer("", scene.pin, ""), 400);
	expect_number("both right", answer(stage.code, scene.pin, ""), 200);
	expect_true("answered", says("{\"answered\":true}"));
	expect_number("the login has it", stage_login_now().app.state, LOGIN_APP_ANSWERED);
	expect_number("nothing waits", call("GET /v1/app/requests", "", ""), 200);
	expect_true("any more", says("{\"requests\":[],\"more\":false}"));
}

static void
in_the_logins_own_browser_no_number_is_asked_for(void **state)
{
	const char *cookie;

	(void)state;
	pair();
	ask_phone();
	cookie = arena_print(&stage.arena, "Cookie: " LOGIN_COOKIE "=%s\r\n", scene.login.text);
	expect_number("it looks", call("GET /v1/app/requests", "", cookie), 200);
	expect_true("it is known", says("\"same_browser\":true"));
	expect_number("the PIN is enough", answer("", scene.pin, cookie), 200);
}

/* Unlocked by the phone's own screen lock */

static void
a_phone_without_a_pin_is_paired_and_answers(void **state)
{
	const char *code, *key = arena_text(&stage.arena, base64url_write(&stage.arena, stage.phone.spki)), *json;
	struct pairing_pair asked;
	struct ceremony made = { .type = NULL }, unlocked = { .type = NULL };
	struct app_answer said;
	char id[33];

	(void)state;
	expect_number("a code", ask_with("POST /v1/account/pairing", session_fields(), "{}"), 201);
	code = told("code");
	expect_number("before it is good, nothing is made", ask_with("POST /v1/app/pair/options", "",
	    arena_print(&stage.arena, "{\"code\":\"abcdefghijklmnopqrstuvwxyz\",\"key\":\"%s\"}", key)), 404);
	expect_number("nor beside a key that is none", ask_with("POST /v1/app/pair/options", "",
	    arena_print(&stage.arena, "{\"code\":\"%s\",\"key\":\"AAAA\"}", code)), 400);
	expect_number("half of it", ask_with("POST /v1/app/pair/options", "", "{\"key\":\"AAAA\"}"), 400);
	expect_true("is told", says("expected code and key"));
	expect_number("what it is to create", ask_with("POST /v1/app/pair/options", "",
	    arena_print(&stage.arena, "{\"code\":\"%s\",\"key\":\"%s\"}", code, key)), 200);
	expect_true("of this site, the person verified", says("\"rp\":{\"id\":\"watashi.example\"") &&
	    says("\"userVerification\":\"required\"") && says("Cache-Control: no-store"));
	asked = stage_pair_of(&stage.phone, code, NULL);
	made.challenge_bytes = stage_challenge(arena_print(&stage.arena, "watashi-app-1\npair\n" ORIGIN "\n%s\n%s",
	    code, key));
	json = arena_text(&stage.arena, software_create(&stage.arena, &made));
	expect_number("paired", ask_with("POST /v1/app/pair", "", arena_print(&stage.arena, "{\"code\":\"%s\","
	    "\"key\":\"%s\",\"platform\":\"Android\",\"name\":\"Pixel\",\"pin\":null,\"passkey\":%s,"
	    "\"signature\":\"%s\"}", code, key, json,
	    arena_text(&stage.arena, base64url_write(&stage.arena, asked.signature)))), 201);
	expect_true("without a PIN", says("\"pin\":null"));
	expect_number("it asks of itself", call("GET /v1/app/self", "", ""), 200);
	expect_true("what it is to unlock", says(arena_print(&stage.arena, "\"pin\":null,\"passkey\":{\"rp_id\":"
	    "\"watashi.example\",\"id\":\"%s\"}", encoded(&stage.arena, span_text(SOFTWARE_ID)))));
	ask_phone();
	stage_identify(&stage.phone);
	expect_number("a PIN it never had", answer(stage.code, "135790", ""), 400);
	expect_true("is told so", says("/passkey: expected what unlocking this phone gives"));
	for (int good = 0; good < 2; good++) {
		said = stage_answer_of(&stage.phone, stage.code, "");
		unlocked.challenge_bytes = stage_challenge(stage_answer_text(&stage.phone, stage.code));
		unlocked.user_handle_bytes = phone_device(&stage.arena, &stage.phone);
		unlocked.without = good ? 0 : 0x04;
		hex_text(span_of(said.request.bytes, sizeof(said.request.bytes)), id);
		expect_number("unlocked, or not", call(arena_print(&stage.arena, "POST /v1/app/requests/%s/answer", id),
		    arena_print(&stage.arena, "{\"code\":\"%s\",\"pin\":null,\"passkey\":%s,\"signature\":\"%s\"}",
		    stage.code, arena_text(&stage.arena, software_get(&stage.arena, &unlocked)),
		    arena_text(&stage.arena, base64url_write(&stage.arena, said.signature))), ""), good ? 200 : 403);
		expect_true("as it says", says(good ? "{\"answered\":true}"
		    : "\"code\":\"denied\",\"step\":\"passkey\",\"reason\":\"user-verified\"}"));
	}
	expect_number("the login has it", stage_login_now().app.state, LOGIN_APP_ANSWERED);
}

static void
where_no_screen_lock_is_taken_the_page_is_told(void **state)
{
	(void)state;
	stage.settings.attestation = ATTESTATION_REQUIRED;
	expect_number("a code", ask_with("POST /v1/account/pairing", session_fields(), "{}"), 201);
	expect_number("no options", ask_with("POST /v1/app/pair/options", "", arena_print(&stage.arena,
	    "{\"code\":\"%s\",\"key\":\"%s\"}", told("code"),
	    arena_text(&stage.arena, base64url_write(&stage.arena, stage.phone.spki)))), 403);
	expect_true("why", says("\"step\":\"passkey\",\"reason\":\"attestation-demand\""));
}

static void
refusing_needs_no_pin(void **state)
{
	char id[33];

	(void)state;
	pair();
	ask_phone();
	hex_text(span_of(stage.login.app.request.bytes, sizeof(struct id)), id);
	expect_number("no id", call("POST /v1/app/requests/zz/refuse", "{}", ""), 404);
	expect_number("not a word", call(arena_print(&stage.arena, "POST /v1/app/requests/%s/refuse", id),
	    "{\"not_me\":\"yes\"}", ""), 400);
	expect_number("not me", call(arena_print(&stage.arena, "POST /v1/app/requests/%s/refuse", id),
	    "{\"not_me\":true}", ""), 200);
	expect_number("the login is over", stage_login_now().state, LOGIN_REFUSED);
	expect_number("once", call(arena_print(&stage.arena, "POST /v1/app/requests/%s/refuse", id),
	    "{\"not_me\":true}", ""), 404);
}

static void
what_was_muted_is_shown_and_ended(void **state)
{
	const char *since;

	(void)state;
	pair();
	expect_number("of itself", call("GET /v1/app/self", "", ""), 200);
	expect_true("nothing is muted", says("\"muted\":null"));
	ask_phone();
	expect_number("not me", call(arena_print(&stage.arena, "POST /v1/app/requests/%s/refuse",
	    hex_text(id_span(&stage.login.app.request), (char[33]){ 0 })), "{\"not_me\":true}", ""), 200);
	expect_number("of itself", call("GET /v1/app/self", "", ""), 200);
	expect_true("since when, until when", says("\"muted\":{\"since\":\"20") && says("\",\"until\":\"20"));
	since = told("since");
	expect_number("without a time", call("POST /v1/app/unmute", "{\"pin\":\"1\"}", ""), 400);
	expect_true("of which mute", says("/since: expected the time"));
	expect_number("without a PIN", call("POST /v1/app/unmute", arena_print(&stage.arena, "{\"since\":\"%s\"}",
	    since), ""), 400);
	expect_number("a wrong PIN", call("POST /v1/app/unmute", arena_print(&stage.arena,
	    "{\"since\":\"%s\",\"pin\":\"x\"}", since), ""), 403);
	expect_true("is counted", says("\"code\":\"denied\",\"step\":\"pin\",\"left\":4"));
	expect_number("another time", call("POST /v1/app/unmute", arena_print(&stage.arena,
	    "{\"since\":\"2026-01-01T00:00:00Z\",\"pin\":\"%s\"}", scene.pin), ""), 409);
	expect_number("the right one", call("POST /v1/app/unmute", arena_print(&stage.arena,
	    "{\"since\":\"%s\",\"pin\":\"%s\"}", since, scene.pin), ""), 200);
	expect_true("ended", says("{\"answered\":true}"));
	expect_number("of itself", call("GET /v1/app/self", "", ""), 200);
	expect_true("nothing is muted any more", says("\"muted\":null"));
	expect_number("twice", call("POST /v1/app/unmute", arena_print(&stage.arena,
	    "{\"since\":\"%s\",\"pin\":\"%s\"}", since, scene.pin), ""), 404);
}

/* From everywhere: more than are listed. */
static void
bomb(void)
{
	for (unsigned i = 1; i <= APP_REQUESTS_SHOWN; i++) {
		expect_true("an address", address_read(span_text(arena_print(&stage.arena, "203.0.113.%u", i)),
		    &stage.address));
		stage_login(&stage.account.id);
		memset(stage.login.browser, 100 + (int)i, sizeof(stage.login.browser));
		stage_ask();
		expect_ok("asked", stage.err, &stage.why);
	}
}

static void
digits_find_a_request_that_is_not_listed(void **state)
{
	struct login mine;
	char digits[APP_CODE_TEXT], id[33];

	(void)state;
	pair();
	ask_phone();
	mine = stage.login;
	hex_text(id_span(&mine.app.request), id);
	memcpy(digits, stage.code, sizeof(digits));
	expect_number("it looks", call("GET /v1/app/requests", "", ""), 200);
	expect_true("all are listed", says("\"more\":false") && says(id));
	expect_number("no digits are tried", call("POST /v1/app/requests/find", arena_print(&stage.arena,
	    "{\"code\":\"%s\",\"pin\":\"%s\"}", digits, scene.pin), ""), 409);
	bomb();
	expect_number("it looks", call("GET /v1/app/requests", "", ""), 200);
	expect_true("not all are listed", says("\"more\":true"));
	expect_number("without digits", call("POST /v1/app/requests/find", "{\"code\":null,\"pin\":\"1\"}", ""), 400);
	expect_number("a wrong PIN", call("POST /v1/app/requests/find", arena_print(&stage.arena,
	    "{\"code\":\"%s\",\"pin\":\"x\"}", digits), ""), 403);
	expect_true("comes first", says("\"step\":\"pin\",\"left\":4"));
	expect_number("right digits", call("POST /v1/app/requests/find", arena_print(&stage.arena,
	    "{\"code\":\"%s\",\"pin\":\"%s\"}", digits, scene.pin), ""), 200);
	expect_true("find it", says(id) && says("\"entity_id\":\"" BANK "\""));
	digits[0] = digits[0] == '9' ? '0' : (char)(digits[0] + 1);
	expect_number("wrong ones", call("POST /v1/app/requests/find", arena_print(&stage.arena,
	    "{\"code\":\"%s\",\"pin\":\"%s\"}", digits, scene.pin), ""), 403);
	expect_true("find nothing", says("\"step\":\"number\"}"));
}

static void
a_suspended_phone_is_told_and_does_nothing(void **state)
{
	struct unit *unit;
	bool changed;

	(void)state;
	pair();
	stage_identify(&stage.phone);
	expect_ok("suspended", credential_take(&stage.caller.credential, CREDENTIAL_SUSPEND,
	    &(struct credential_because){ .now = stage.now }, &changed, &stage.why), &stage.why);
	unit = stage_unit();
	credential_put(unit, &stage.arena, &stage.caller.credential);
	stage_commit(unit);
	expect_number("of itself", call("GET /v1/app/self", "", ""), 200);
	expect_true("its state", says("\"state\":\"suspended\",\"usable\":false"));
	expect_number("of requests", call("GET /v1/app/requests", "", ""), 403);
	expect_true("nothing", says("\"step\":\"usable\",\"reason\":\"suspended\""));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_shows_a_code_and_hears_of_the_phone),
		TEST(what_a_phone_sends_to_be_paired_is_read_strictly),
		TEST(a_call_that_is_not_a_phones_is_told_why),
		TEST(a_phone_says_where_it_is_woken),
		TEST(a_login_reaches_the_phone_and_is_answered),
		TEST(in_the_logins_own_browser_no_number_is_asked_for),
		TEST(a_phone_without_a_pin_is_paired_and_answers),
		TEST(where_no_screen_lock_is_taken_the_page_is_told),
		TEST(refusing_needs_no_pin),
		TEST(what_was_muted_is_shown_and_ended),
		TEST(digits_find_a_request_that_is_not_listed),
		TEST(a_suspended_phone_is_told_and_does_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
