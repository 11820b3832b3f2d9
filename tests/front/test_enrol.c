/* tests/front/test_enrol.c - the page that enrols and the card's client, over HTTP: who is answered what, and that
 * nothing of a person reaches whoever reads the card.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transaction/enrolment_stage.h"

#include "front/enrol/enrol.h"
#include "http/server.h"
#include "net/loop.h"
#include "transaction/caller/caller.h"

static struct {
	struct loop *loop;
	struct enrol_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	char enrol[96], session[96]; /* this browser's cookies, "name=value" */
	const char *id;
	char answer[512 * 1024];
} page;

static void
step(void)
{
	loop_step(page.loop, 1000);
	store_memory_step(world.store, clock_now());
	turn_run(&world.turn);
}

static const char *
ask(const char *line, const char *fields, const char *body)
{
	const char *request = arena_print(&world.arena, "%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s%s\r\n%s",
	    line, fields, *body ? arena_print(&world.arena, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
	    strlen(body)) : "", body);
	struct sockaddr_in where = { .sin_family = AF_INET, .sin_port = page.port,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	size_t at = 0;

	expect_number("connected", connect(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	expect_number("sent", write(fd, request, strlen(request)), (ssize_t)strlen(request));
	for (int i = 0; i < 20000; i++) {
		ssize_t n = recv(fd, page.answer + at, sizeof(page.answer) - 1 - at, MSG_DONTWAIT);

		if (n == 0)
			break;
		if (n > 0)
			at += (size_t)n;
		else
			step();
	}
	close(fd);
	page.answer[at] = '\0';
	return page.answer;
}

static void
keep_cookie(const char *name, char *out, size_t size)
{
	const char *at = strstr(page.answer, arena_print(&world.arena, "Set-Cookie: %s=", name));

	if (at) {
		at += strlen("Set-Cookie: ");
		snprintf(out, size, "%.*s", (int)strcspn(at, ";"), at);
	}
}

/* Of the page: with its cookies, from our origin. */
static const char *
page_asks(const char *method, const char *rest, const char *body)
{
	const char *line = arena_print(&world.arena, "%s /v1/enrol%s%s%s", method, page.id ? "/" : "",
	    page.id ? page.id : "", rest);
	const char *cookies = arena_print(&world.arena, "Cookie: a=b%s%s%s%s\r\n", *page.enrol ? "; " : "", page.enrol,
	    *page.session ? "; " : "", page.session);

	ask(line, arena_print(&world.arena, "%s%s", cookies,
	    strcmp(method, "GET") ? "Origin: https://watashi.example\r\n" : ""), body);
	keep_cookie(ENROLMENT_COOKIE, page.enrol, sizeof(page.enrol));
	keep_cookie(SESSION_COOKIE, page.session, sizeof(page.session));
	return page.answer;
}

static bool
answered(int status)
{
	return strncmp(page.answer, arena_print(&world.arena, "HTTP/1.1 %d ", status), 13) == 0;
}

static bool
says(const char *text)
{
	return strstr(page.answer, text) != NULL;
}

/* A JSON string's value: what is escaped there is only line ends and quotes. */
static const char *
value_of(const char *name)
{
	const char *at = strstr(page.answer, arena_print(&world.arena, "\"%s\":\"", name));
	char *out, *to;

	expect_true(name, at != NULL);
	at += strlen(name) + 4;
	out = to = arena_take(&world.arena, strlen(at) + 1);
	for (; *at && *at != '"'; at++) {
		if (*at == '\\')
			at++;
		*to++ = (char)(at[-1] == '\\' && *at == 'n' ? '\n' : *at);
	}
	*to = '\0';
	return out;
}

static void
begin_page(const char *body)
{
	page.id = NULL;
	*page.enrol = *page.session = '\0';
	page_asks("POST", "", body);
	expect_true("begun", answered(201));
	page.id = value_of("enrolment");
}

/* What a card's client does: asks, shows, signs, posts. */
static const char *
card_answers(const char *code, const struct person *p, enum purpose purpose, const char *fields)
{
	const char *text;
	struct span signature, certificate = purpose == SIGNATURE ? p->certificate : p->authentication;

	ask(arena_print(&world.arena, "GET /v1/card/%s", code), "", "");
	expect_true("the text, and whose name is in it", answered(200) && says(",\"asker\":\"https://") &&
	    says("\"asker_name\":{\"ja\":\""));
	text = value_of("text");
	signature = signature_make(&world.arena, span_text(text), world.keys[purpose], EVP_sha256());
	signature = base64_write(&world.arena, signature);
	certificate = base64_write(&world.arena, certificate);
	return ask(arena_print(&world.arena, "POST /v1/card/%s", code), fields, arena_print(&world.arena,
	    "{\"algorithm\":\"RS256\",\"certificate\":\"%.*s\",\"signature\":\"%.*s\"}", SPAN_ARGS(certificate),
	    SPAN_ARGS(signature)));
}

static int
page_set_up(void **state)
{
	struct http_settings http = { .limits = http_limits_default };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);
	struct problem why;

	world.noon = clock_now();
	if (card_set_up(state) != 0)
		return -1;
	page.loop = loop_new();
	page.front = enrol_front_new(page.loop, world.store, &stage.settings);
	page.router = router_new((const struct mount[]){
		{ enrol_routes, page.front }, { card_routes, page.front } }, 2);
	expect_ok("a port", listen_on("127.0.0.1:0", &page.listening, &why), &why);
	expect_number("its number", getsockname(page.listening, (struct sockaddr *)&where, &size), 0);
	page.port = where.sin_port;
	page.server = http_server_new(page.loop, &http);
	http_server_listen(page.server, page.listening, page.router, NULL);
	return 0;
}

static int
page_tear_down(void **state)
{
	int result;

	http_server_free(page.server);
	router_free(page.router);
	enrol_front_free(page.front);
	result = card_tear_down(state);
	loop_free(page.loop);
	close(page.listening);
	return result;
}

static void
a_person_enrols_from_the_page_to_the_account(void **state)
{
	struct person p = person("画面　花子", "319900401", "2", "東京都渋谷区１－１");
	const char *code;

	(void)state;
	begin_page("{\"reissue\":false,\"language\":\"ja\"}");
	page_asks("GET", "", "");
	expect_true("begun", says("\"state\":\"begun\"") && says("\"next\":[\"card\",\"provisional\"]"));
	page_asks("POST", "/card", "{}");
	expect_true("a code", answered(201) && says("\"qr\":\"<svg") && says("watashi-card answer"));
	code = value_of("code");
	expect_true("a link", strcmp(value_of("link"), arena_print(&world.arena, "https://watashi.example/card/#%s",
	    code)) == 0);
	page_asks("GET", "", "");
	expect_true("waiting", says("\"state\":\"waiting\""));
	card_answers(code, &p, SIGNATURE, "");
	expect_true("the client hears that it is good", answered(200) && says("\"outcome\":\"established\""));
	expect_true("and nothing of the person", !says("花子") && !says("1990") && !says("渋谷") && !says("handle"));
	page_asks("GET", "", "");
	expect_true("the page sees what would be taken over", says("\"state\":\"answered\"") && says("画面　花子") &&
	    says("\"account\":\"new\"") && says("\"number\":null"));
	page_asks("POST", "/accept", "{}");
	expect_true("taken over", answered(200) && says("\"location\":\"/account/\"") && *page.session);
	expect_true("never kept by a cache", says("Cache-Control: no-store"));
	page_asks("POST", "/bind-card", "{}");
	expect_true("the card, too", answered(201));
	code = value_of("code");
	page_asks("POST", "/bind-card/finish", "{}");
	expect_true("not before it answers", answered(409));
	card_answers(code, &p, AUTHENTICATION, "");
	page_asks("POST", "/bind-card/finish", "{}");
	expect_true("is bound", answered(201) && says("\"kind\":\"card\""));
	page_asks("GET", "", "");
	expect_true("taken", says("\"state\":\"taken\""));
}

/* A registered terminal's token, with these rights. */
static const char *
terminal_token(const char *name, unsigned rights)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));
	const struct caller_token token = caller_token_new(CALLER_TOKEN_PREFIX);
	const struct caller caller = { .name = span_text(name), .member = span_text("platform"), .rights = rights,
		.created = world.noon, .token = span_of(token.digest, sizeof(token.digest)) };
	struct buffer row = buffer_init(CALLER_ROW_LARGEST), pointer = buffer_init(KIB);

	caller_write(&row, &caller);
	caller_pointer_write(&pointer, &(struct caller_pointer){ .name = caller.name, .member = caller.member });
	unit_put(unit, &caller_table, caller.name, buffer_span(&row));
	unit_put(unit, &caller_secret_table, caller.token, buffer_span(&pointer));
	store_memory_become(world.store, ROLE_STEWARD);
	world.done = false;
	store_commit(world.store, unit, on_stored, NULL);
	run();
	store_memory_become(world.store, ROLE_WORKER);
	buffer_release(&row);
	buffer_release(&pointer);
	return arena_print(&world.arena, "Authorization: Bearer %s\r\n", token.text);
}

static void
a_phone_opens_an_account_that_a_terminal_finishes(void **state)
{
	struct person p = person("窓口　次郎", "319900402", "1", "東京都渋谷区１－１");
	const char *code, *number;

	(void)state;
	begin_page("{}");
	page_asks("POST", "/provisional", "{\"contact\":null}");
	expect_true("opened", answered(201) && *page.session);
	number = value_of("number");
	page_asks("POST", "/card", "{}");
	code = value_of("code");
	ask(arena_print(&world.arena, "POST /v1/card/%s", code), "Authorization: Bearer wt_nobody\r\n",
	    "{\"cms\":\"AAAA\"}");
	expect_true("a terminal that nobody knows is none", answered(401));
	card_answers(code, &p, SIGNATURE, terminal_token("clerk", CALLER_DECIDE));
	expect_true("nor one without the right", answered(403) && says("no registered terminal"));
	card_answers(code, &p, SIGNATURE, terminal_token("counter-3", CALLER_TERMINAL));
	expect_true("a registered one's code still counts", answered(200));
	expect_true("and it learns nothing of the person", !says("次郎") && !says("1990") && !says("渋谷"));
	page_asks("POST", "/accept", "{}");
	expect_true("finished", answered(200) && strcmp(value_of("number"), number) == 0);
	expect_true("at that terminal", store_holds("counter-3"));
}

static const struct { const char *title, *line, *fields, *body; int status; const char *says; } refusals[] = {
	{ "from another site", "POST /v1/enrol", "Origin: https://evil.example\r\n", "{}", 403, "only a page of this" },
	{ "from nobody's page", "POST /v1/enrol", "", "{}", 403, "only a page of this" },
	{ "an unknown member", "POST /v1/enrol", "Origin: https://watashi.example\r\n", "{\"a\":1}", 400, "/a" },
	{ "another language", "POST /v1/enrol", "Origin: https://watashi.example\r\n", "{\"language\":\"fr\"}", 400,
	    "/language" },
	{ "no id", "GET /v1/enrol/7", "", "", 404, "no enrolment of this browser" },
	{ "without a cookie", "GET /v1/enrol/0123456789abcdef0123456789abcdef", "", "", 404,
	    "no enrolment of this browser" },
	{ "another's cookie", "GET /v1/enrol/0123456789abcdef0123456789abcdef",
	    "Cookie: __Host-watashi-enrol=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n", "", 404,
	    "no enrolment of this browser" },
	{ "a guessed code", "GET /v1/card/aaaaaaaaaaaaaaaaaaaaaaaaaa", "", "", 404, "no code of this kind" },
	{ "signed for a guessed code", "POST /v1/card/aaaaaaaaaaaaaaaaaaaaaaaaaa", "", "{\"cms\":\"AAAA\"}", 404,
	    "no code of this kind" },
	{ "nothing signed", "POST /v1/card/aaaaaaaaaaaaaaaaaaaaaaaaaa", "", "{}", 400, "found none of them" },
};

static void
what_is_refused_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refusals); i++) {
		ask(refusals[i].line, refusals[i].fields, refusals[i].body);
		expect_true(refusals[i].title, answered(refusals[i].status) && says(refusals[i].says));
	}
}

static void
who_only_looks_like_somebody_is_told_how_to_settle_it(void **state)
{
	struct person known = person("似た　花子", "319900403", "2", "東京都渋谷区１－１");
	struct person renewed = person("似た　花子", "319900403", "2", "東京都渋谷区１－１");
	const char *session;

	(void)state;
	begin_page("{}");
	page_asks("POST", "/card", "{}");
	card_answers(value_of("code"), &known, SIGNATURE, "");
	page_asks("POST", "/accept", "{}");
	expect_true("known", answered(200));
	session = arena_print(&world.arena, "%s", page.session);
	begin_page("{}");
	page_asks("POST", "/card", "{}");
	card_answers(value_of("code"), &renewed, SIGNATURE, "");
	page_asks("GET", "", "");
	expect_true("seen", says("\"account\":\"similar\"") && says("\"next\":[\"login\",\"registrar\"]"));
	page_asks("POST", "/accept", "{}");
	expect_true("not merged", answered(409) && says("\"settle\":[\"login\",\"registrar\"]") &&
	    says("\"code\":\"similar\""));
	snprintf(page.session, sizeof(page.session), "%s", session);
	page_asks("POST", "/accept", "{}");
	expect_true("logged in, it is settled", answered(200));
}

static void
a_page_that_waits_is_told_to_look(void **state)
{
	(void)state;
	begin_page("{}");
	page_asks("GET", "/events", "");
	expect_true("no card is waited for", answered(409));
}

static void
a_reissue_names_what_it_revokes(void **state)
{
	static const struct { const char *title, *body, *says; } bodies[] = {
		{ "an id that is none", "{\"revoke\":[\"7\"]}", "/revoke/0" },
		{ "one twice", "{\"revoke\":[\"0123456789abcdef0123456789abcdef\","
		    "\"0123456789abcdef0123456789abcdef\"]}", "/revoke/1" },
		{ "no list", "{\"revoke\":\"all\"}", "/revoke" },
		{ "another member", "{\"spare\":[]}", "/spare" },
	};

	(void)state;
	begin_page("{\"reissue\":true}");
	for (size_t i = 0; i < COUNT(bodies); i++) {
		page_asks("POST", "/accept", bodies[i].body);
		expect_true(bodies[i].title, answered(400) && says(bodies[i].says));
	}
	page_asks("POST", "/provisional", "{}");
	expect_true("it opens no account", answered(409));
}

/* A row each; of a provisional account many. */
static void
a_stranger_begins_so_many_and_no_more(void **state)
{
	(void)state;
	stage.settings.rates = rates_new(64);
	stage.settings.limits[LIMIT_ENROLMENTS] = (struct rate_limit){ 3, SECONDS(3600) };
	stage.settings.limits[LIMIT_ACCOUNTS] = (struct rate_limit){ 1, SECONDS(3600) };
	for (int i = 0; i < 4; i++) {
		begin_page("{\"reissue\":false,\"language\":\"ja\"}");
		page_asks("POST", "/provisional", "{\"contact\":null}");
		expect_true("accounts are counted apart", answered(i < 2 ? 201 : 429));
	}
	expect_true("it says what of", says("too many provisional accounts were opened from this address") &&
	    says("Retry-After: ") && says("\"until\":\"20"));
	page_asks("GET", "", "");
	expect_true("the enrolment stands", answered(200) && says("\"state\":\"begun\""));
	stage.settings.limits[LIMIT_TRIES] = (struct rate_limit){ 1, SECONDS(3600) };
	for (int i = 0; i < 3; i++)
		page_asks("POST", i == 1 ? "/bind-card" : "/card", "{}");
	expect_true("nor cards without end", answered(429) && says("too many cards were asked for"));
	page.id = NULL;
	page_asks("POST", "", "{\"reissue\":false,\"language\":\"ja\"}");
	expect_true("no more enrolments either", answered(429) && says("too many enrolments were begun"));
	rates_free(stage.settings.rates);
	stage.settings.rates = NULL;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_enrols_from_the_page_to_the_account),
		cmocka_unit_test(a_phone_opens_an_account_that_a_terminal_finishes),
		cmocka_unit_test(what_is_refused_says_why),
		cmocka_unit_test(who_only_looks_like_somebody_is_told_how_to_settle_it),
		cmocka_unit_test(a_page_that_waits_is_told_to_look),
		cmocka_unit_test(a_reissue_names_what_it_revokes),
		cmocka_unit_test(a_stranger_begins_so_many_and_no_more),
	};

	return cmocka_run_group_tests(tests, page_set_up, page_tear_down);
}
