/* tests/front/test_account.c - a person's own account over HTTP: what is shown and changed, and nobody else's.
 *
 * With WATASHI_BODIES every body that went over the wire and was good is left in that directory, for
 * test_account_bodies.py.
 */
#include "front/account_stage.h"

/* Definitions of schemas/account.schema.json, by how the request's line begins; the longest first. */
static const struct {
	const char *line, *request, *answer;
} bodies[] = {
	{ "GET /v1/account/history", NULL, "history" },
	{ "GET /v1/account/consents", NULL, "consents" },
	{ "GET /v1/account", NULL, "account" },
	{ "PUT /v1/account/language", "language", NULL },
	{ "PUT /v1/account/attributes/", "statement", NULL },
	{ "PUT /v1/account/personas/", "choice", NULL },
	{ "POST /v1/account/contacts/confirm", "confirmation", "account" },
	{ "POST /v1/account/contacts", "contact", NULL },
	{ "DELETE /v1/account/contacts", "contact", NULL },
	{ "POST /v1/account/logout", "logout", NULL },
	{ "POST /v1/account/erase", "erase", "erasedInPart" },
};

static void
leave_body(const char *definition, const char *body)
{
	const char *directory = getenv("WATASHI_BODIES");
	static unsigned number;
	FILE *f;

	if (!directory || !definition || !*body)
		return;
	f = fopen(arena_print(&stage.arena, "%s/account.%s.%u.json", directory, definition, number++), "w");
	expect_true(definition, f && fputs(body, f) >= 0 && fclose(f) == 0);
}

/* Of what was good. */
static void
leave_bodies(const char *line, const char *body)
{
	const char *answer = strstr(page.answer, "\r\n\r\n");

	for (size_t i = 0; i < COUNT(bodies) && status() / 100 == 2; i++) {
		if (strncmp(line, bodies[i].line, strlen(bodies[i].line)) != 0)
			continue;
		leave_body(bodies[i].request, body);
		leave_body(bodies[i].answer, answer + 4);
		return;
	}
}

/* Every route, with what it takes. */
static const struct {
	const char *line, *body;
} routes[] = {
	{ "GET /v1/account", "" },
	{ "PUT /v1/account/language", "{\"language\":\"en\"}" },
	{ "PUT /v1/account/attributes/nickname", "{\"value\":\"t\",\"personas\":[\"private\"]}" },
	{ "DELETE /v1/account/attributes/nickname", "" },
	{ "PUT /v1/account/personas/business", "{\"attributes\":[\"name\"]}" },
	{ "POST /v1/account/contacts", "{\"address\":\"a@b.example\"}" },
	{ "DELETE /v1/account/contacts", "{\"address\":\"a@b.example\"}" },
	{ "POST /v1/account/contacts/confirm", "{\"address\":\"a@b.example\",\"code\":\"123456\"}" },
	{ "GET /v1/account/history", "" },
	{ "GET /v1/account/consents", "" },
	{ "DELETE /v1/account/consents/" NOBODY_ID, "" },
	{ "DELETE /v1/account/mute", "" },
	{ "POST /v1/account/logout", "{}" },
	{ "POST /v1/account/erase", "{\"number\":\"0000000000\"}" },
};

static void
nobody_who_is_not_here_is_told_anything(void **state)
{
	(void)state;
	page_open(1);
	for (size_t i = 0; i < COUNT(routes); i++) {
		bool changes = strncmp(routes[i].line, "GET", 3) != 0;

		ask_with(routes[i].line, OURS, routes[i].body);
		expect_answer(routes[i].line, status(), 401, "\"code\":\"denied\"|no-store");
		ask_with(routes[i].line, OURS "Cookie: " SESSION_COOKIE "=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		    "A\r\n", routes[i].body);
		expect_answer(routes[i].line, status(), 401, "");
		if (!changes)
			continue;
		ask_with(routes[i].line, arena_print(&stage.arena, "Cookie: %s\r\n", page.cookie), routes[i].body);
		expect_answer("without a page", status(), 403, "only a page of this site");
		ask_with(routes[i].line, arena_print(&stage.arena, "Origin: https://evil.example\r\nCookie: %s\r\n",
		    page.cookie), routes[i].body);
		expect_answer("another site's", status(), 403, "only a page of this site");
	}
	expect_number("nothing was changed", stage_count(&notice_table), 0);
	page_close();
}

static void
an_account_is_shown_whole(void **state)
{
	(void)state;
	page_open(2);
	expect_number("chosen", ask("PUT /v1/account/personas/business", "{\"attributes\":[\"birthdate\"]}"), 204);
	stage.settings.personas[PERSONA_ADMINISTRATIVE] = least_token("4");
	expect_answer("shown", ask("GET /v1/account", ""), 200, arena_print(&stage.arena,
	    "Cache-Control: no-store|{\"number\":\"%s\",\"standing\":\"full\",\"language\":\"ja\",\"staff\":[],"
	    "\"session\":{\"begun\":\"20", stage.person.account.number));
	expect_answer("how", 200, 200, "\"where\":\"Firefox (Linux), 203.0.113.7\",\"authentications\":[{\"way\":"
	    "\"passkey\",\"name\":\"telephone\",\"at\":\"|\"levels\":[]}");
	expect_answer("where it is reached", 200, 200, arena_print(&stage.arena,
	    "\"contacts\":[{\"address\":\"%s@person.example\",\"confirmed\":true,\"added\":\"20",
	    stage.person.account.number));
	expect_answer("proofed", 200, 200, "\"proofings\":[{\"id\":\"|\"method\":\"card\",\"at\":\"|\"by\":[]"
	    ",\"evidence\":[]}");
	expect_answer("what authorities would see, not by this login", 200, 200,
	    "{\"persona\":\"administrative\",\"title\":{\"ja\":\"行政における個人\"|\"asks\":{\"framework\":\"jp-idtf\","
	    "\"profile\":null,\"title\":{\"ja\":\"|{\"name\":\"name\",\"title\":{\"ja\":\"氏名\",\"en\":\"Name\"}"
	    ",\"value\":null,\"source\":\"card\",\"at\":\"|!山田太郎|!佐藤花子");
	expect_answer("what people at work see", 200, 200, "{\"persona\":\"business\"|\"asks\":null,\"attributes\":["
	    "{\"name\":\"birthdate\",\"title\":{\"ja\":\"生年月日\",\"en\":\"Date of birth\"},\"value\":\"1980-02-17\"");
	stage.settings.personas[PERSONA_ADMINISTRATIVE] = (struct requirement_name){ .area_count = 0 };
	expect_answer("where nothing is asked", ask("GET /v1/account", ""), 200, "\"value\":\"山田太郎\"");
	page_close();
}

static void
mute_phones(void)
{
	struct unit *unit = stage_unit();

	app_mute_put(unit, &stage.person.account.id, clock_now());
	app_mute_put(unit, &stage.other.account.id, clock_now());
	stage_commit(unit);
}

static void
what_was_muted_is_shown_and_ended(void **state)
{
	(void)state;
	page_open(4);
	expect_answer("nothing is muted", ask("GET /v1/account", ""), 200, "\"muted\":null");
	mute_phones();
	expect_answer("since when, until when", ask("GET /v1/account", ""), 200,
	    "\"muted\":{\"since\":\"20|\",\"until\":\"20");
	expect_number("ended", ask("DELETE /v1/account/mute", ""), 204);
	expect_answer("nothing is muted any more", ask("GET /v1/account", ""), 200, "\"muted\":null");
	expect_answer("in the history", ask("GET /v1/account/history", ""), 200,
	    "\"kind\":\"mute-ended\"|\"actor\":\"person\"|Firefox (Linux), 203.0.113.7");
	expect_number("the person is told", stage_count(&notice_table), 1);
	expect_number("twice", ask("DELETE /v1/account/mute", ""), 204);
	expect_number("changes nothing", stage_count(&notice_table), 1);
	expect_number("nor for anybody else", stage_count(&app_mute_table), 1);
	page_close();
}

static void
too_little_is_told_with_the_way_up(void **state)
{
	(void)state;
	page_open(3);
	stage.settings.change = least_token("4");
	for (size_t i = 0; i < COUNT(routes); i++)
		if (strncmp(routes[i].line, "GET", 3) != 0 && !strstr(routes[i].line, "logout"))
			expect_answer(routes[i].line, ask(routes[i].line, routes[i].body), 403,
			    "\"step_up\":{\"login_for\":\"account\",\"why\":\"change\"}");
	stage.settings.account = least_token("4");
	expect_answer("not even to look", ask("GET /v1/account", ""), 401, "log in again");
	stage.settings.account.framework = span_text("none");
	expect_answer("by a policy that is not there", ask("GET /v1/account", ""), 503, "Retry-After");
	expect_answer("leaving is free", ask("POST /v1/account/logout", "{}"), 204, "");
	page_close();
}

static void
a_person_states_and_chooses(void **state)
{
	static const struct { const char *title, *line, *body; int status; const char *parts; } cases[] = {
		{ "stated", "PUT /v1/account/attributes/nickname", "{\"value\":\"タロ\",\"personas\":[\"private\"]}", 204,
		    "" },
		{ "a name with a mark in it", "PUT /v1/account/attributes/name%23ja-Kana-JP",
		    "{\"value\":\"ヤマダ\",\"personas\":[\"private\",\"business\"]}", 204, "" },
		{ "shown", "GET /v1/account", "", 200, "{\"name\":\"nickname\",\"title\":{\"ja\":\"ニックネーム\",\"en\":\"N"
		    "ickname\"},\"value\":\"タロ\",\"source\":\"self\"|\"value\":\"ヤマダ\"" },
		{ "taken back", "DELETE /v1/account/attributes/nickname", "", 204, "" },
		{ "no more", "GET /v1/account", "", 200, "!タロ|ヤマダ" },
		{ "once", "DELETE /v1/account/attributes/nickname", "", 404, "no attribute of this name" },
		{ "a proofed one", "PUT /v1/account/attributes/name", "{\"value\":\"a\",\"personas\":[\"private\"]}",
		    409, "name: it was proofed" },
		{ "nor taken away", "DELETE /v1/account/attributes/name", "", 409, "name: it was proofed" },
		{ "none that there is", "PUT /v1/account/attributes/x", "{\"value\":\"a\",\"personas\":[\"private\"]}",
		    404, "no attribute of this name" },
		{ "a broken name", "PUT /v1/account/attributes/%zz", "{\"value\":\"a\",\"personas\":[\"private\"]}",
		    404, "nothing of this name" },
		{ "an individual number", "PUT /v1/account/attributes/nickname",
		    "{\"value\":\"123456789018\",\"personas\":[\"private\"]}", 400, "individual number|!123456789018" },
		{ "for authorities", "PUT /v1/account/attributes/nickname",
		    "{\"value\":\"a\",\"personas\":[\"administrative\"]}", 400, "/personas: expected business" },
		{ "twice", "PUT /v1/account/attributes/nickname", "{\"value\":\"a\",\"personas\":[\"private\","
		    "\"private\"]}", 400, "each persona once" },
		{ "for nobody", "PUT /v1/account/attributes/nickname", "{\"value\":\"a\",\"personas\":[\"public\"]}",
		    400, "business or private" },
		{ "half", "PUT /v1/account/attributes/nickname", "{\"value\":\"a\"}", 400, "/personas: expected with" },
		{ "no body", "PUT /v1/account/attributes/nickname", "", 400, "\"code\":\"syntax\"" },
		{ "more than is asked", "PUT /v1/account/attributes/nickname",
		    "{\"value\":\"a\",\"personas\":[],\"source\":\"card\"}", 400, "unknown member" },
		{ "chosen", "PUT /v1/account/personas/private", "{\"attributes\":[\"address\"]}", 204, "" },
		{ "what there is not", "PUT /v1/account/personas/private", "{\"attributes\":[\"address\",\"gender\"]}",
		    400, "/attributes/1: expected the name of a proofed" },
		{ "the administrative one has all", "PUT /v1/account/personas/administrative", "{\"attributes\":[]}",
		    400, "expected business or private" },
		{ "another persona", "PUT /v1/account/personas/public", "{\"attributes\":[]}", 404,
		    "no persona of this name" },
		{ "no choice", "PUT /v1/account/personas/private", "{}", 400, "/attributes: expected a list" },
		{ "written to in English", "PUT /v1/account/language", "{\"language\":\"en\"}", 204, "" },
		{ "in French", "PUT /v1/account/language", "{\"language\":\"fr\"}", 400, "ja or en" },
		{ "in nothing", "PUT /v1/account/language", "{}", 400, "/language: expected ja or en" },
		{ "in the end", "GET /v1/account", "", 200, "\"language\":\"en\"" },
		{ "all of it can be read", "GET /v1/account/history", "", 200,
		    "\"kind\":\"attribute-changed\",\"at\":\"|\"actor\":"
		    "\"person\",\"name\":\"ニックネーム\",\"detail\":\"removed\",\"where\":null,\"credential\":null,"
		    "\"decision\":null}|\"name\":\"private\",\"detail\":\"chosen\"|\"more\":false" },
	};

	(void)state;
	page_open(4);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(cases[i].title, ask(cases[i].line, cases[i].body), cases[i].status, cases[i].parts);
	page_close();
}

static void
choosing_shows_nothing_that_was_not_shown(void **state)
{
	static const struct { const char *title, *line, *body; int status; const char *parts; } cases[] = {
		{ "what private shows, at work", "PUT /v1/account/personas/business", "{\"attributes\":[\"address\"]}",
		    204, "" },
		{ "what nothing shows", "PUT /v1/account/personas/private", "{\"attributes\":[\"address\",\"name\"]}",
		    403, "\"step_up\":{\"login_for\":\"account\",\"why\":\"persona:administrative\"}|not shown now|"
		    "!山田太郎" },
		{ "by name alone", "PUT /v1/account/personas/business", "{\"attributes\":[\"birthdate\"]}", 403,
		    "persona:administrative" },
		{ "it is not shown", "GET /v1/account", "", 200, "東京都千代田区1-1|!山田太郎|!1980-02-17" },
		{ "nobody's name", "PUT /v1/account/personas/private", "{\"attributes\":[\"gender\"]}", 400,
		    "/attributes/0: expected the name of a proofed" },
		{ "taken away", "PUT /v1/account/personas/private", "{\"attributes\":[]}", 204, "" },
		{ "stated", "PUT /v1/account/attributes/nickname", "{\"value\":\"タロ\",\"personas\":[\"private\"]}", 204,
		    "" },
	};

	(void)state;
	page_open(14);
	expect_number("before", ask("PUT /v1/account/personas/private", "{\"attributes\":[\"address\"]}"), 204);
	stage.settings.personas[PERSONA_ADMINISTRATIVE] = least_token("4");
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(cases[i].title, ask(cases[i].line, cases[i].body), cases[i].status, cases[i].parts);
	stage.settings.personas[PERSONA_BUSINESS] = least_token("4");
	expect_number("kept unseen", ask("PUT /v1/account/personas/business", "{\"attributes\":[\"address\"]}"), 204);
	expect_answer("unseen elsewhere", ask("PUT /v1/account/personas/private", "{\"attributes\":[\"address\"]}"),
	    403, "persona:administrative");
	stage.settings.personas[PERSONA_ADMINISTRATIVE] = least_token("3");
	expect_answer("by who may see all", ask("PUT /v1/account/personas/private",
	    "{\"attributes\":[\"address\",\"name\"]}"), 204, "");
	page_close();
}

static void
what_changed_meanwhile_is_looked_at_again(void **state)
{
	(void)state;
	page_open(5);
	store_memory_fail_commits(stage.store, 1, ERR_CONFLICT);
	expect_answer("a change", ask("PUT /v1/account/language", "{\"language\":\"en\"}"), 409, "changed meanwhile");
	store_memory_fail_commits(stage.store, 1, ERR_FULL);
	expect_answer("no room", ask("PUT /v1/account/language", "{\"language\":\"en\"}"), 503, "could not be kept");
	expect_answer("as it was", ask("GET /v1/account", ""), 200, "\"language\":\"ja\"");
	page_close();
}

/* The newest code that waits to be sent, and where to. */
static const char *
code_sent(const char *address)
{
	struct stage_look look = stage_load((struct ask){ .table = &notice_table, .limit = 100 });
	const char *code = NULL;
	struct notice n;

	for (size_t i = 0; i < look.count; i++)
		if (notice_read(look.rows[i].value, &n) && n.kind == NOTICE_CONTACT_CODE && span_is(n.address, address))
			code = arena_text(&stage.arena, n.code);
	return code;
}

static const char *
confirmation(const char *address, const char *code)
{
	return arena_print(&stage.arena, "{\"address\":\"%s\",\"code\":\"%s\"}", address, code);
}

static bool
names(const char *address, const struct person *p)
{
	struct stage_look look = stage_load(account_name_ask(&stage.arena, span_text(address)));
	struct ask found = { .rows = look.rows, .count = look.count };
	uint64_t generation;
	struct problem why;
	struct id id;

	return account_name_loaded(&found, &id, &generation, &why) == OK &&
	    memcmp(&id, &p->account.id, sizeof(id)) == 0;
}

static void
an_address_is_confirmed_by_the_code_sent_there(void **state)
{
	const char *code;

	(void)state;
	page_open(6);
	expect_answer("sent", ask("POST /v1/account/contacts", "{\"address\":\"Taro@mail.example\"}"), 202, "");
	code = code_sent("Taro@mail.example");
	expect_true("six digits", code && strlen(code) == 6);
	expect_answer("it waits", ask("GET /v1/account", ""), 200, "\"Taro@mail.example\",\"confirmed\":false");
	expect_true("and is nobody's name", !names("taro@mail.example", &stage.person));
	expect_answer("another code", ask("POST /v1/account/contacts/confirm", confirmation("taro@mail.example",
	    strcmp(code, "000000") == 0 ? "000001" : "000000")), 400, "/code: it is not the code|!000000");
	expect_answer("no code", ask("POST /v1/account/contacts/confirm", confirmation("taro@mail.example", "12345")),
	    400, "/code: expected 6 digits");
	expect_answer("its own", ask("POST /v1/account/contacts/confirm", confirmation("taro@MAIL.example", code)), 200,
	    "\"Taro@mail.example\",\"confirmed\":true");
	expect_true("now it says whose account it is", names("taro@mail.example", &stage.person));
	expect_number("told at the other address", stage_count(&notice_table), 2);
	expect_answer("once", ask("POST /v1/account/contacts/confirm", confirmation("taro@mail.example", code)), 404,
	    "no address of yours waits");
	expect_answer("nor again", ask("POST /v1/account/contacts", "{\"address\":\"taro@mail.example\"}"), 409,
	    "confirmed already");
	expect_answer("taken away", ask("DELETE /v1/account/contacts", "{\"address\":\"taro@mail.example\"}"), 204, "");
	expect_true("its name, too", !names("taro@mail.example", &stage.person));
	expect_answer("once", ask("DELETE /v1/account/contacts", "{\"address\":\"taro@mail.example\"}"), 404,
	    "no such address");
	expect_answer("no address", ask("POST /v1/account/contacts", "{\"address\":\"taro\"}"), 400,
	    "/address: expected a mail address, found another text");
	expect_answer("nothing", ask("POST /v1/account/contacts", "{}"), 400, "found nothing");
	expect_answer("with a code", ask("POST /v1/account/contacts", confirmation("a@b.example", "123456")), 400,
	    "unknown member");
	page_close();
}

static void
an_address_of_two_accounts_names_the_first(void **state)
{
	const char *shared;

	(void)state;
	page_open(7);
	shared = arena_print(&stage.arena, "%s@person.example", stage.other.account.number);
	expect_answer("sent", ask("POST /v1/account/contacts", arena_print(&stage.arena, "{\"address\":\"%s\"}",
	    shared)), 202, "");
	expect_answer("confirmed", ask("POST /v1/account/contacts/confirm", confirmation(shared, code_sent(shared))),
	    200, "");
	expect_true("the other's still", names(shared, &stage.other));
	expect_answer("taken away", ask("DELETE /v1/account/contacts", arena_print(&stage.arena, "{\"address\":\"%s\"}",
	    shared)), 204, "");
	expect_true("the other's still", names(shared, &stage.other));
	page_close();
}

static void
codes_are_bounded(void **state)
{
	const char *code;

	(void)state;
	page_open(8);
	expect_answer("sent", ask("POST /v1/account/contacts", "{\"address\":\"a@b.example\"}"), 202, "");
	code = code_sent("a@b.example");
	for (int i = 0; i < CONTACT_CODE_TRIES; i++)
		ask("POST /v1/account/contacts/confirm", confirmation("a@b.example",
		    strcmp(code, "111111") == 0 ? "222222" : "111111"));
	expect_answer("five tries", ask("POST /v1/account/contacts/confirm", confirmation("a@b.example", code)), 409,
	    "too many tries");
	expect_answer("another code", ask("POST /v1/account/contacts", "{\"address\":\"a@b.example\"}"), 202, "");
	expect_answer("to another address", ask("POST /v1/account/contacts", "{\"address\":\"b@b.example\"}"), 202, "");
	expect_answer("a fourth", ask("POST /v1/account/contacts", "{\"address\":\"c@b.example\"}"), 202, "");
	expect_answer("and then not at once", ask("POST /v1/account/contacts", "{\"address\":\"b@b.example\"}"), 429,
	    "Retry-After: |\"until\":\"20|\"code\":\"limit\"");
	page_close();
}

static void
another_account_s_ids_are_nobody_s(void **state)
{
	const char *unknown, *others;
	char id[LEDGER_ID_TEXT];

	(void)state;
	page_open(9);
	expect_answer("consents of one's own", ask("GET /v1/account/consents", ""), 200, arena_print(&stage.arena,
	    "{\"consents\":[|\"id\":\"%s\"|\"relying_party\":\"https://city.example/\",\"name\":\"市役所\",\"purpose\":\""
	    "login |"
	    "\"persona\":\"administrative\",\"items\":[{\"name\":\"name\",\"title\":{\"ja\":\"氏名\",\"en\":\"Name\"}"
	    ",\"told\":true},{\"name\":\"birthdate\",\"title\":{\"ja\":\"生年月日\",\"en\":\"Date of birth\"},"
	    "\"told\":false},"
	    "{\"name\":\"x-special\",\"title\":{\"ja\":\"x-special\",\"en\":\"x-special\"},\"told\":true}]"
	    ",\"given\":\"|\"withdrawn\":null|\"more\":false|"
	    "!%s", ledger_id_text(&page.consent, id), stage.other.account.number));
	ask("DELETE /v1/account/consents/" NOBODY_ID, "");
	unknown = arena_text(&stage.arena, span_text(strstr(page.answer, "\r\n\r\n")));
	expect_number("unknown", status(), 404);
	ask(arena_print(&stage.arena, "DELETE /v1/account/consents/%s", ledger_id_text(&page.other_consent, id)), "");
	others = strstr(page.answer, "\r\n\r\n");
	expect_number("another's", status(), 404);
	expect_text("told alike", others, unknown);
	expect_answer("no id", ask("DELETE /v1/account/consents/x", ""), 404, "no such consent");

	expect_number("the other states", (ask_with("PUT /v1/account/attributes/nickname", arena_print(&stage.arena,
	    OURS "Cookie: %s\r\n", page.other_cookie), "{\"value\":\"h\",\"personas\":[\"private\"]}"), status()), 204);
	expect_answer("history of one's own", ask("GET /v1/account/history?before=ffffffffffffffffffffffffffffffff",
	    ""), 200, "{\"events\":[],\"more\":false}");
	expect_answer("no id", ask("GET /v1/account/history?before=1", ""), 400, "before: expected the id of an event");

	expect_answer("withdrawn", ask(arena_print(&stage.arena, "DELETE /v1/account/consents/%s",
	    ledger_id_text(&page.consent, id)), ""), 204, "");
	expect_answer("again is no change", ask(arena_print(&stage.arena, "DELETE /v1/account/consents/%s", id), ""),
	    204, "");
	expect_answer("shown so", ask("GET /v1/account/consents", ""), 200, "\"withdrawn\":\"20");
	page.consent = consent_id(span_text("https://watashi.example/account"), span_text(CONSENT_TO_ENROL));
	expect_answer("the account rests on it", ask(arena_print(&stage.arena, "DELETE /v1/account/consents/%s",
	    ledger_id_text(&page.consent, id)), ""), 409, "rests on this consent");
	page_close();
}

static void
history_comes_page_by_page(void **state)
{
	struct unit *unit;
	const char *last = NULL;
	size_t count = 0;

	(void)state;
	page_open(10);
	unit = stage_unit();
	for (int i = 0; i < 120; i++)
		history_add(unit, &stage.person.account.id, &(struct history_event){ .kind = HISTORY_LOGIN,
		    .at = instant_after(stage.now, SECONDS(i)), .where = span_text("here") });
	stage_commit(unit);
	for (int i = 0; i < 3; i++) {
		expect_answer("a page", ask(arena_print(&stage.arena, "GET /v1/account/history%s%s",
		    last ? "?before=" : "", last ? last : ""), ""), 200, i < 2 ? "\"more\":true" : "\"more\":false");
		for (const char *at = page.answer; (at = strstr(at, "{\"id\":\"")); at++, count++)
			last = arena_text(&stage.arena, span_of(at + 7, 32));
	}
	expect_number("all of them", count, 120);
	page_close();
}

static void
leaving_ends_this_session_or_all(void **state)
{
	char second[96];

	(void)state;
	page_open(11);
	log_in(&stage.person, HARDWARE, second);
	expect_answer("this one", ask("POST /v1/account/logout", "{\"all\":false}"), 204, "Set-Cookie: " SESSION_COOKIE
	    "=; Path=/|Max-Age=0");
	expect_answer("is over", ask("GET /v1/account", ""), 401, "");
	snprintf(page.cookie, sizeof(page.cookie), "%s", second);
	expect_answer("the other goes on", ask("GET /v1/account", ""), 200, "");
	log_in(&stage.person, HARDWARE, second);
	expect_answer("all", ask("POST /v1/account/logout", "{\"all\":true}"), 204, "Max-Age=0");
	snprintf(page.cookie, sizeof(page.cookie), "%s", second);
	expect_answer("all are over", ask("GET /v1/account", ""), 401, "logged out everywhere");
	log_in(&stage.person, HARDWARE, page.cookie);
	expect_answer("a new one is not", ask("GET /v1/account/history", ""), 200,
	    "\"kind\":\"logout\"|\"detail\":\"everywhere\"");
	ask_with("GET /v1/account", arena_print(&stage.arena, "Cookie: %s\r\n", page.other_cookie), "");
	expect_answer("nor are others'", status(), 200, "");
	expect_answer("no JSON", ask("POST /v1/account/logout", "all"), 400, "");
	page_close();
}

static void
an_account_is_erased_by_its_number(void **state)
{
	(void)state;
	page_open(12);
	expect_answer("no number", ask("POST /v1/account/erase", "{}"), 400, "nothing was erased");
	expect_answer("another's", ask("POST /v1/account/erase", arena_print(&stage.arena, "{\"number\":\"%s\"}",
	    stage.other.account.number)), 400, "/number: expected the number of this account");
	expect_answer("still there", ask("GET /v1/account", ""), 200, "");
	expect_answer("its own, however it is typed", ask("POST /v1/account/erase", arena_print(&stage.arena,
	    "{\"number\":\" %.4s %s\"}", stage.person.account.number, stage.person.account.number + 5)), 204,
	    "Set-Cookie: " SESSION_COOKIE "=; ");
	expect_answer("gone", ask("GET /v1/account", ""), 401, "");
	expect_number("its authenticators", stage_count(&credential_table), 4);
	expect_number("its attributes", stage_count(&attribute_table), 1);
	expect_number("its consents", stage_count(&consent_table), 2);
	page_close();
}

static void
a_recovery_code_alone_erases_nothing(void **state)
{
	const char *body;

	(void)state;
	page_open(14);
	body = arena_print(&stage.arena, "{\"number\":\"%s\"}", stage.person.account.number);
	log_in_by(&stage.person, &stage.person.paper, PAPER, page.cookie);
	expect_answer("it changes things", ask("PUT /v1/account/language", "{\"language\":\"en\"}"), 204, "");
	expect_answer("by itself", ask("POST /v1/account/erase", body), 403,
	    "a recovery code alone|\"step_up\":{\"login_for\":\"account\",\"why\":\"erase\"}");
	stage.settings.change = (struct requirement_name){ .area_count = 0 };
	expect_answer("nor where nothing is asked", ask("POST /v1/account/erase", body), 403, "\"why\":\"erase\"");
	expect_answer("still there", ask("GET /v1/account", ""), 200, "");
	log_in(&stage.person, HARDWARE, page.cookie);
	expect_answer("a passkey does", ask("POST /v1/account/erase", body), 204, "");
	page_close();
}

/* A row of a later build leads to what nobody finds. */
static void
an_account_that_is_not_erased_whole_is_not_said_to_be(void **state)
{
	const struct credential *c = &stage.person.totp;
	struct unit *unit;

	(void)state;
	page_open(13);
	unit = stage_unit();
	unit_put(unit, &credential_table, credential_ask(&stage.arena, &c->account, &c->id).from, span_text("\x7f"));
	stage_commit(unit);
	expect_answer("told", ask("POST /v1/account/erase", arena_print(&stage.arena, "{\"number\":\"%s\"}",
	    stage.person.account.number)), 200, "{\"unread\":1}|Set-Cookie: " SESSION_COOKIE "=; |no-store");
	expect_answer("gone", ask("GET /v1/account", ""), 401, "");
	page_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_who_is_not_here_is_told_anything),
		cmocka_unit_test(an_account_is_shown_whole),
		cmocka_unit_test(what_was_muted_is_shown_and_ended),
		cmocka_unit_test(too_little_is_told_with_the_way_up),
		cmocka_unit_test(a_person_states_and_chooses),
		cmocka_unit_test(choosing_shows_nothing_that_was_not_shown),
		cmocka_unit_test(what_changed_meanwhile_is_looked_at_again),
		cmocka_unit_test(an_address_is_confirmed_by_the_code_sent_there),
		cmocka_unit_test(an_address_of_two_accounts_names_the_first),
		cmocka_unit_test(codes_are_bounded),
		cmocka_unit_test(another_account_s_ids_are_nobody_s),
		cmocka_unit_test(history_comes_page_by_page),
		cmocka_unit_test(leaving_ends_this_session_or_all),
		cmocka_unit_test(an_account_is_erased_by_its_number),
		cmocka_unit_test(a_recovery_code_alone_erases_nothing),
		cmocka_unit_test(an_account_that_is_not_erased_whole_is_not_said_to_be),
	};

	page.asked = leave_bodies;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
