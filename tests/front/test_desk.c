/* tests/front/test_desk.c - the registrar's desk over HTTP: who gets there, what it is told, and the person's phone. */
#include "expect.h"
#include "transaction/shipped_policy.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codec/text.h"
#include "front/desk/desk.h"
#include "http/server.h"
#include "net/loop.h"
#include "person/likeness.h"
#include "person/history.h"
#include "registry/entity.h"
#include "store/memory.h"
#include "transaction/desk/desk.h"
#include "transaction/notice/notice.h"

static const struct table *const tables[] = {
	&desk_case_table, &desk_handover_table, &account_table, &account_name_table, &proofing_record_table,
	&account_certificate_table, &attribute_table, &likeness_table, &history_table, &notice_table, &session_table,
	&credential_table, &credential_name_table, &credential_model_table, &member_table, &member_claim_table,
	&entity_table, &ledger_leaf_table, &ledger_entry_table, &policy_table, &dictionary_table, &policy_change_table,
	NULL,
};

#define ORIGIN "https://watashi.example"
#define OURS "Origin: " ORIGIN "\r\n"

/* Somebody's browser. */
struct browser {
	struct account account;
	struct cookie_secret cookie;
};

static struct page {
	struct arena arena;
	struct loop *loop;
	struct store *store;
	struct person_settings settings;
	struct desk_front *front;
	struct router *router;
	struct http_server *server;
	int listening;
	uint16_t port;
	struct browser first, second, citizen, proofed;
	char answer[512 * 1024];
} page;

static void
step(void)
{
	loop_step(page.loop, 1000);
	store_memory_step(page.store, clock_now());
}

static void
on_put(void *arg, const struct committed *c)
{
	*(enum err *)arg = c->code;
}

static void
put(const struct unit *unit)
{
	enum err code = ERR_LIMIT;

	store_commit(page.store, unit, on_put, &code);
	for (int i = 0; i < 1000 && code == ERR_LIMIT; i++)
		step();
	expect_number("the rows are stored", code, OK);
}

static void
put_dictionary(void)
{
	struct unit *unit = unit_new(&page.arena, tables, id_new(clock_now()));

	shipped_dictionary_put(&page.arena, unit);
	store_memory_become(page.store, ROLE_STEWARD);
	put(unit);
	store_memory_become(page.store, ROLE_WORKER);
}

/* Logged in by a one-time code, or just proofed and by nothing. */
static void
log_in(struct browser *b, unsigned staff, bool shown)
{
	struct unit *unit = unit_new(&page.arena, tables, id_new(clock_now()));
	struct instant now = clock_now();
	struct credential c = { .kind = CREDENTIAL_ONE_TIME, .state = CREDENTIAL_ACTIVE, .id = id_new(now) };
	struct session session;

	b->account = account_new(now);
	b->account.standing = ACCOUNT_FULL;
	b->account.staff = staff;
	b->cookie = cookie_secret_new();
	account_put(unit, &page.arena, &b->account);
	c.account = b->account.id;
	credential_put(unit, &page.arena, &c);
	session = session_begun(&page.settings.session, b->cookie.digest, &b->account.id, span_text("here"), now);
	if (shown)
		session.authentications[session.authentication_count++] = (struct authentication){ .credential = c.id,
			.kind = c.kind, .at = now, .facts = span_text("{}") };
	else
		session.proofed = (struct session_proofed){ .record = id_new(now), .at = now };
	session_put(unit, &session);
	put(unit);
}

static int
set_up(void **state)
{
	struct http_settings http = { .limits = http_limits_default };
	struct problem why = { 0 };
	struct sockaddr_in where;
	socklen_t size = sizeof(where);

	(void)state;
	memset(&page, 0, sizeof(page));
	page.arena = arena_init(64 * MIB);
	page.loop = loop_new();
	page.store = store_memory_new(tables, ROLE_WORKER, 5);
	page.settings = (struct person_settings){ .base_url = span_text(ORIGIN "/"), .origin = span_text(ORIGIN),
		.session = { SECONDS(3600), SECONDS(600) }, .roll = roll_new() };
	memset(page.settings.wrapping.secret, 9, sizeof(page.settings.wrapping.secret));
	put_dictionary();
	page.settings.shelf = policy_shelf_new(page.store);
	page.front = desk_front_new(page.store, &page.settings);
	page.router = router_new((const struct mount[]){ { desk_routes, page.front } }, 1);
	expect_ok("a port", listen_on("127.0.0.1:0", &page.listening, &why), &why);
	expect_number("its number", getsockname(page.listening, (struct sockaddr *)&where, &size), 0);
	page.port = where.sin_port;
	page.server = http_server_new(page.loop, &http);
	http_server_listen(page.server, page.listening, page.router, NULL);
	for (int i = 0; i < 20; i++)
		step();
	log_in(&page.first, STAFF_REGISTRAR, true);
	log_in(&page.second, STAFF_REGISTRAR, true);
	log_in(&page.citizen, 0, true);
	log_in(&page.proofed, STAFF_REGISTRAR, false);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	http_server_free(page.server);
	router_free(page.router);
	desk_front_free(page.front);
	policy_shelf_free(page.settings.shelf);
	roll_free(page.settings.roll);
	store_free(page.store);
	loop_free(page.loop);
	close(page.listening);
	arena_release(&page.arena);
	return 0;
}

static int
ask(const char *line, const char *fields, const char *body)
{
	const char *request = arena_print(&page.arena, "%s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s%s\r\n%s",
	    line, fields, *body ? arena_print(&page.arena, "Content-Type: application/json\r\nContent-Length: %zu\r\n",
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
	return strncmp(page.answer, "HTTP/1.1 ", 9) == 0 ? atoi(page.answer + 9) : 0;
}

/* From our page, with somebody's cookie. */
static int
ask_as(const struct browser *b, const char *line, const char *body)
{
	return ask(line, arena_print(&page.arena, OURS "Cookie: " SESSION_COOKIE "=%s\r\n", b->cookie.text), body);
}

/* Each part, separated by '|'. */
static void
expect_says(const char *title, int status, int expected, const char *parts)
{
	struct span rest = span_text(parts);

	if (status != expected)
		print_error("%s\n", page.answer);
	expect_number(title, status, expected);
	while (rest.size) {
		struct span part = span_cut(&rest, '|');

		if (!memmem(page.answer, strlen(page.answer), part.data, part.size))
			print_error("  missing \"%.*s\" in\n%s\n", SPAN_ARGS(part), page.answer);
		expect_true(title, memmem(page.answer, strlen(page.answer), part.data, part.size) != NULL);
	}
}

#define PERSON "\"attributes\":{\"name\":\"試験　太郎\",\"birthdate\":\"1980-02-17\",\"gender\":\"male\"," \
	"\"address\":\"東京都渋谷区１－１\"}"
#define LICENCE "\"documents\":[{\"kind\":\"driving-licence\",\"checked\":[\"visual\"],\"in_force\":true}]"
#define ONE_ID "{\"account\":null," LICENCE "," PERSON ",\"portrait\":\"by-agent\"," \
	"\"address_confirmed\":[\"postal\"],\"note\":\"\"}"
#define TWO_IDS "{\"documents\":[{\"kind\":\"driving-licence\",\"checked\":[\"visual\",\"chip\"],\"in_force\":true}," \
	"{\"kind\":\"passport\",\"checked\":[\"visual\",\"tactile\"],\"in_force\":true}]," PERSON "," \
	"\"portrait\":\"both\",\"records_checked\":[\"document-issuer\"],\"nonrepudiation\":[\"video-recording\"]," \
	"\"address_confirmed\":[\"postal\"],\"address_of_record\":true,\"all_data_checked\":true," \
	"\"biometric_recorded\":true,\"terms_told\":true,\"loss_checked\":true,\"accounts\":[\"financial\"]}"

/* The text of a member of the answer; the first that is called so. */
static const char *
told(const char *member)
{
	const char *at = strstr(page.answer, arena_print(&page.arena, "\"%s\":\"", member));

	expect_true(member, at != NULL);
	at += strlen(member) + 4;
	return arena_print(&page.arena, "%.*s", (int)strcspn(at, "\""), at);
}

static const char *
on_case(const char *method, const char *id, const char *step_name)
{
	return arena_print(&page.arena, "%s /v1/desk/cases/%s%s", method, id, step_name);
}

static void
only_registrars_get_there(void **state)
{
	(void)state;
	expect_says("nobody", ask("GET /v1/desk", "", ""), 401, "\"code\":\"denied\"");
	expect_says("a citizen", ask_as(&page.citizen, "GET /v1/desk", ""), 403, "no registrar's");
	expect_says("a registrar who has shown nothing", ask_as(&page.proofed, "GET /v1/desk", ""), 403,
	    "\"step_up\":{\"login_for\":\"account\",\"why\":\"staff\"}");
	expect_says("a registrar", ask_as(&page.first, "GET /v1/desk", ""), 200,
	    arena_print(&page.arena, "Cache-Control: no-store|{\"registrar\":\"%s\",\"cases\":[],\"more\":false}",
	    page.first.account.number));
	expect_says("a citizen opens none", ask_as(&page.citizen, "POST /v1/desk/cases", ONE_ID), 403,
	    "no registrar's");
}

/* With the cookie of a registrar, from elsewhere. */
static void
no_other_page_makes_it_ask(void **state)
{
	const char *cookie = arena_print(&page.arena, "Cookie: " SESSION_COOKIE "=%s\r\n", page.first.cookie.text);
	static const char *const lines[] = { "POST /v1/desk/cases",
		"POST /v1/desk/cases/00000000000000000000000000000001/second",
		"POST /v1/desk/cases/00000000000000000000000000000001/same",
		"POST /v1/desk/cases/00000000000000000000000000000001/complete",
		"POST /v1/desk/cases/00000000000000000000000000000001/withdraw", "POST /v1/desk/handover" };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		expect_says(lines[i], ask(lines[i], cookie, "{}"), 403, "only a page of this site");
		expect_says(lines[i], ask(lines[i], arena_print(&page.arena,
		    "%sOrigin: https://evil.example\r\n", cookie), "{}"), 403, "only a page of this site");
	}
}

static const struct { const char *title, *body; int status; const char *says; } bodies[] = {
	{ "no JSON", "{", 400, "\"code\":\"syntax\"" },
	{ "something nobody knows", "{\"number\":1}", 400, "/number: unknown" },
	{ "no documents", "{" PERSON "}", 400, "/documents: expected at least one" },
	{ "no person", "{" LICENCE "}", 400, "/attributes/name: expected a text" },
	{ "a document of no kind", "{\"documents\":[{\"kind\":\"diploma\",\"checked\":[\"visual\"],\"in_force\":true}],"
	    PERSON "}", 400, "/documents/0/kind: expected a kind of document" },
	{ "a document's number", "{\"documents\":[{\"kind\":\"passport\",\"checked\":[\"visual\"],\"in_force\":true,"
	    "\"number\":\"TK1234567\"}]," PERSON "}", 400, "/documents/0/number: unknown" },
	{ "a check of no kind", "{\"documents\":[{\"kind\":\"passport\",\"checked\":[\"smell\"],\"in_force\":true}],"
	    PERSON "}", 400, "/documents/0/checked/0: expected one of the words" },
	{ "a check twice", "{\"documents\":[{\"kind\":\"passport\",\"checked\":[\"visual\",\"visual\"],"
	    "\"in_force\":true}]," PERSON "}", 400, "/documents/0/checked/1: expected each word once" },
	{ "nobody said whether it is in force", "{\"documents\":[{\"kind\":\"passport\",\"checked\":[\"visual\"]}],"
	    PERSON "}", 400, "kind, checked and in_force" },
	{ "a portrait compared by nobody known", "{" LICENCE "," PERSON ",\"portrait\":\"by-ghost\"}", 400,
	    "/portrait: expected none, by-agent" },
	{ "an individual number in the note", "{" LICENCE "," PERSON ",\"note\":\"1234 5678 9018\"}", 400, "/note" },
	{ "a portrait that nobody compared", "{" LICENCE "," PERSON "}", 400, "/portrait: expected compared" },
	{ "a bill", "{\"documents\":[{\"kind\":\"utility-bill\",\"checked\":[\"visual\"],\"in_force\":true}],"
	    PERSON "}", 400, "/documents: expected one in force that a public body issued" },
	{ "an account that is none", "{\"account\":\"0000-0000-00\"," LICENCE "," PERSON
	    ",\"portrait\":\"by-agent\"}", 404, "/account: no account has this number" },
};

static void
what_is_posted_is_of_its_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++)
		expect_says(bodies[i].title, ask_as(&page.first, "POST /v1/desk/cases", bodies[i].body),
		    bodies[i].status, bodies[i].says);
	expect_says("no case", ask_as(&page.first, "GET /v1/desk/cases/1", ""), 404, "no case has this id");
	expect_says("settled as nothing", ask_as(&page.first,
	    "POST /v1/desk/cases/00000000000000000000000000000001/same", "{}"), 400, "the number of an account");
	expect_says("more than nothing", ask_as(&page.first,
	    "POST /v1/desk/cases/00000000000000000000000000000001/complete", "{\"force\":true}"), 400,
	    "/force: unknown");
}

static void
one_proofing_at_the_desk(void **state)
{
	const char *id, *code;

	(void)state;
	expect_says("opened", ask_as(&page.first, "POST /v1/desk/cases", ONE_ID), 201,
	    "\"state\":\"checked\"|\"takes_two\":false|\"account\":null|\"birthdate\":\"1980-02-17\"");
	id = told("id");
	expect_says("another registrar sees that it is there", ask_as(&page.second, "GET /v1/desk", ""), 200, id);
	expect_true("and nothing of the person", !strstr(page.answer, "1980-02-17"));
	expect_says("unless it is looked at", ask_as(&page.second, on_case("GET", id, ""), ""), 200, "1980-02-17");
	expect_says("completed", ask_as(&page.first, on_case("POST", id, "/complete"), "{}"), 200,
	    "\"state\":\"completed\"|\"link\":\"" ORIGIN "/desk/take/#|<svg|\"until\":null");
	code = told("code");
	expect_says("a code is shown once", ask_as(&page.first, on_case("GET", id, ""), ""), 200, "\"record\":");
	expect_true("only", !strstr(page.answer, "handover"));
	expect_says("nobody guesses it", ask("POST /v1/desk/handover", OURS, "{\"code\":\"abc\"}"), 404,
	    "no code like this");
	expect_says("the phone takes over", ask("POST /v1/desk/handover", OURS,
	    arena_print(&page.arena, "{\"code\":\"%s\"}", code)), 200,
	    "\"location\":\"/account/\"|Set-Cookie: " SESSION_COOKIE "=|HttpOnly; SameSite=Lax; Max-Age=3600");
	expect_says("once", ask("POST /v1/desk/handover", OURS, arena_print(&page.arena, "{\"code\":\"%s\"}", code)),
	    404, "no code like this");
}

static void
two_registrars_for_the_highest(void **state)
{
	const char *id;

	(void)state;
	expect_says("opened", ask_as(&page.first, "POST /v1/desk/cases", TWO_IDS), 201, "\"takes_two\":true");
	id = told("id");
	expect_says("not by one", ask_as(&page.first, on_case("POST", id, "/complete"), "{}"), 409,
	    "takes a second registrar");
	expect_says("not by the same", ask_as(&page.first, on_case("POST", id, "/second"), "{}"), 403,
	    "another person");
	expect_says("by another", ask_as(&page.second, on_case("POST", id, "/second"), "{}"), 200,
	    "\"state\":\"confirmed\"");
	expect_says("completed", ask_as(&page.second, on_case("POST", id, "/complete"), "{}"), 200,
	    arena_print(&page.arena, "\"registrars\":[\"%s\",\"%s\"]", page.first.account.number,
	    page.second.account.number));
}

static void
who_looks_alike_is_settled(void **state)
{
	const char *id, *number;

	(void)state;
	ask_as(&page.first, "POST /v1/desk/cases", ONE_ID);
	expect_says("one", ask_as(&page.first, on_case("POST", told("id"), "/complete"), "{}"), 200, "completed");
	number = told("account");
	expect_says("again", ask_as(&page.first, "POST /v1/desk/cases", ONE_ID), 201,
	    arena_print(&page.arena, "\"similar\":[{\"account\":\"%s\",\"settled\":\"unsettled\",\"by\":null}]",
	    number));
	id = told("id");
	expect_says("first settled", ask_as(&page.first, on_case("POST", id, "/complete"), "{}"), 409, "is similar");
	expect_says("as another's", ask_as(&page.first, on_case("POST", id, "/same"),
	    arena_print(&page.arena, "{\"account\":\"%s\",\"same\":false}", number)), 200, "\"settled\":\"different\"");
	expect_says("withdrawn", ask_as(&page.first, on_case("POST", id, "/withdraw"), "{}"), 200,
	    "\"state\":\"withdrawn\"");
	expect_says("and over", ask_as(&page.first, on_case("POST", id, "/complete"), "{}"), 409, "is withdrawn");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(only_registrars_get_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_other_page_makes_it_ask, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_posted_is_of_its_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_proofing_at_the_desk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_registrars_for_the_highest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_looks_alike_is_settled, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
