/* tests/front/test_authenticators.c - a person's authenticators over HTTP: listed by pages, changed with care, added by
 * who may; and nobody else's.
 */
#include "front/account_stage.h"

#define BASE "/v1/account/authenticators"
#define MANY 120

static const struct { const char *line, *body; } routes[] = {
	{ "GET " BASE, "" },
	{ "PUT " BASE "/" NOBODY_ID "/name", "{\"name\":\"x\"}" },
	{ "POST " BASE "/" NOBODY_ID "/suspend", "{\"reason\":\"lost\"}" },
	{ "POST " BASE "/" NOBODY_ID "/resume", "{}" },
	{ "POST " BASE "/" NOBODY_ID "/revoke", "{\"reason\":\"lost\"}" },
	{ "POST " BASE "/passkey/options", "{}" },
	{ "POST " BASE "/passkey", "{\"credential\":{},\"name\":\"x\"}" },
	{ "POST " BASE "/one-time", "{\"kind\":\"totp\",\"name\":\"x\"}" },
	{ "POST " BASE "/one-time/" NOBODY_ID, "{\"code\":\"123456\"}" },
	{ "POST " BASE "/recovery", "{}" },
};

static const char *
text_of(const struct id *id)
{
	char *text = arena_take(&stage.arena, LEDGER_ID_TEXT);

	return ledger_id_text(id, text);
}

static int
ask_of(const char *method, const struct id *id, const char *what, const char *body)
{
	return ask(arena_print(&stage.arena, "%s " BASE "/%s/%s", method, text_of(id), what), body);
}

static void
nobody_else_asks(void **state)
{
	(void)state;
	page_open(1);
	for (size_t i = 0; i < COUNT(routes); i++) {
		ask_with(routes[i].line, OURS, routes[i].body);
		expect_answer(routes[i].line, status(), 401, "\"code\":\"denied\"|no-store");
		if (strncmp(routes[i].line, "GET", 3) == 0)
			continue;
		ask_with(routes[i].line, arena_print(&stage.arena, "Cookie: %s\r\n", page.cookie), routes[i].body);
		expect_answer("from nobody's page", status(), 403, "only a page of this site");
		ask_with(routes[i].line, arena_print(&stage.arena, "Origin: https://evil.example\r\nCookie: %s\r\n",
		    page.cookie), routes[i].body);
		expect_answer("from another's", status(), 403, "only a page of this site");
	}
	page_close();
}

static void
what_there_is_is_listed(void **state)
{
	(void)state;
	page_open(2);
	expect_answer("the list", ask("GET " BASE, ""), 200,
	    "\"kind\":\"passkey\"|\"kind\":\"one-time\"|\"kind\":\"recovery\"|\"kind\":\"card\"|\"state\":\"active\"|"
	    "\"usable\":true|\"left\":10|\"synced\":false|\"attested\":false|\"mobile\":false|\"parent\":null|"
	    "\"binding\":\"proofing-session\"|\"level\":{\"area\":\"token\",\"level\":\"3\"|\"more\":false|no-store|"
	    "!the passkey of somebody else|!secret|!digest");
	expect_answer("in a page that begins nowhere", ask("GET " BASE "?before=xyz", ""), 400,
	    "32 hexadecimal digits");
	page_close();
}

/* However many there are: page by page, the newest first, each once. */
static void
very_many_are_listed_by_pages(void **state)
{
	struct unit *unit;
	const char *before = "", *at;
	size_t count = 0, pages = 0;

	(void)state;
	page_open(3);
	unit = stage_unit();
	for (uint8_t i = 0; i < MANY; i++) {
		struct credential c = stage_credential(&stage.person, CREDENTIAL_CARD, "cards");

		c.card.handle = span_text(arena_print(&stage.arena, "handle %d", i));
		credential_put(unit, &stage.arena, &c);
	}
	stage_commit(unit);
	do {
		expect_answer("a page", ask(arena_print(&stage.arena, "GET " BASE "%s%s", *before ? "?before=" : "",
		    before),
		    ""), 200, "authenticators");
		pages++;
		for (at = page.answer; (at = strstr(at, "{\"id\":\"")); at += 7, count++)
			before = arena_print(&stage.arena, "%.32s", at + 7);
	} while (strstr(page.answer, "\"more\":true"));
	expect_number("all of them, and the four that were there", (int64_t)count, MANY + 4);
	expect_number("by fifty", (int64_t)pages, 3);
	page_close();
}

static void
one_is_changed_with_care(void **state)
{
	struct person *p = &stage.person;

	(void)state;
	page_open(4);
	expect_answer("named", ask_of("PUT", &p->totp.id, "name", "{\"name\":\"会社の電話\"}"), 200,
	    "\"name\":\"会社の電話\"");
	expect_answer("a name that turns the line around", ask_of("PUT", &p->totp.id, "name",
	    "{\"name\":\"a\\u202eb\"}"), 400, "/name: expected one line");
	expect_answer("two lines", ask_of("PUT", &p->totp.id, "name", "{\"name\":\"a\\nb\"}"), 400,
	    "/name: expected one line");
	expect_answer("blanks alone", ask_of("PUT", &p->totp.id, "name", "{\"name\":\" \u3000\"}"), 400,
	    "/name: expected a text, found blanks alone");
	expect_answer("what looks like an individual number", ask_of("PUT", &p->totp.id, "name",
	    "{\"name\":\"1234 5678 9018\"}"), 400, "/name: this looks like");
	expect_answer("without a name", ask_of("PUT", &p->totp.id, "name", "{}"), 400, "/name: expected a name");
	expect_answer("suspended", ask_of("POST", &p->totp.id, "suspend", "{\"reason\":\"lost\"}"), 200,
	    "\"state\":\"suspended\"|\"usable\":false|\"reason\":\"lost\"");
	expect_answer("taken back", ask_of("POST", &p->totp.id, "resume", "{}"), 200, "\"state\":\"active\"");
	expect_answer("a word that is none of ours", ask_of("POST", &p->totp.id, "revoke",
	    "{\"reason\":\"model-revoked\"}"), 400, "/reason: expected lost, stolen");
	expect_answer("somebody else's", ask_of("POST", &stage.other.totp.id, "revoke", "{\"reason\":\"lost\"}"), 404,
	    "no such authenticator");
	expect_answer("no id", ask("POST " BASE "/xyz/revoke", "{}"), 404, "no such authenticator");
	expect_answer("given up", ask_of("POST", &p->totp.id, "revoke", "{\"reason\":\"stolen\"}"), 200,
	    "\"state\":\"revoked\"");
	expect_answer("and that is final", ask_of("POST", &p->totp.id, "resume", "{}"), 409, "from the state|revoked");
	ask_of("POST", &p->paper.id, "revoke", "{}");
	ask_of("POST", &p->card.id, "revoke", "{}");
	expect_answer("the last is asked about", ask_of("POST", &p->passkey.id, "revoke", "{\"reason\":\"lost\"}"), 409,
	    "\"confirm\":true|\"remains\":\"card\"");
	expect_text("and stays", credential_state_name(stage_stored(&p->passkey).state), "active");
	expect_answer("unless it is meant", ask_of("POST", &p->passkey.id, "revoke",
	    "{\"reason\":\"lost\",\"confirm\":true}"), 200, "\"state\":\"revoked\"");
	expect_answer("then nobody is logged in by it", ask("GET " BASE, ""), 401, "");
	page_close();
}

/* What the session has shown is not enough: the page is told which login comes first. */
static void
too_little_is_a_step_up(void **state)
{
	static const struct { const char *line, *body; } changes[] = {
		{ "POST " BASE "/" NOBODY_ID "/resume", "{}" },
		{ "POST " BASE "/passkey/options", "{}" },
		{ "POST " BASE "/one-time", "{}" },
		{ "POST " BASE "/recovery", "{}" },
	};

	(void)state;
	page_open(5);
	stage.settings.change = least_token("4");
	for (size_t i = 0; i < COUNT(changes); i++)
		expect_answer(changes[i].line, ask(changes[i].line, changes[i].body), 403,
		    "\"step_up\":{\"login_for\":\"account\",\"why\":\"change\"}");
	expect_answer("losing one is quick", ask_of("POST", &stage.person.totp.id, "suspend", "{}"), 200, "suspended");
	page_close();
}

static void
a_passkey_is_added_over_the_wire(void **state)
{
	struct ceremony c = { .id = "another passkey of hers", .credential_id = "another passkey of hers" };
	struct span rest, json;
	const char *body;

	(void)state;
	page_open(6);
	expect_answer("options", ask("POST " BASE "/passkey/options", "{\"conditional\":false}"), 200,
	    "\"pubKeyCredParams\":[|\"rp\":{\"id\":\"watashi.example\"|\"excludeCredentials\":[{|"
	    "\"attestation\":\"none\"");
	rest = span_text(strstr(page.answer, "{\"challenge\":\"") + 14);
	assert_true(base64url_read(&stage.arena, span_cut(&rest, '"'), &c.challenge_bytes));
	c.bogus_signature = true;
	c.format = "packed";
	json = software_create(&stage.arena, &c);
	body = arena_print(&stage.arena, "{\"credential\":%.*s,\"name\":\"鍵\"}", SPAN_ARGS(json));
	expect_answer("a bogus signature", ask("POST " BASE "/passkey", body), 403,
	    "\"step\":\"attestation-signature\"|\"code\":\"denied\"|!step_up");
	expect_answer("has used the challenge up", ask("POST " BASE "/passkey", body), 404, "nothing that was begun");
	ask("POST " BASE "/passkey/options", "{}");
	rest = span_text(strstr(page.answer, "{\"challenge\":\"") + 14);
	assert_true(base64url_read(&stage.arena, span_cut(&rest, '"'), &c.challenge_bytes));
	c.bogus_signature = false;
	json = software_create(&stage.arena, &c);
	expect_answer("a good one", ask("POST " BASE "/passkey", arena_print(&stage.arena,
	    "{\"credential\":%.*s,\"name\":\"鍵\"}", SPAN_ARGS(json))), 201,
	    "\"kind\":\"passkey\"|\"name\":\"鍵\"|\"state\":\"active\"|\"binding\":\"existing-token\"");
	expect_answer("what is none", ask("POST " BASE "/passkey", "{\"credential\":[]}"), 404,
	    "nothing that was begun");
	page_close();
}

static void
codes_are_made(void **state)
{
	(void)state;
	page_open(7);
	expect_answer("a seed", ask("POST " BASE "/one-time", "{\"kind\":\"totp\",\"name\":\"電話\"}"), 200,
	    "\"uri\":\"otpauth://totp/|\"secret\":\"|\"qr\":\"<svg |no-store");
	expect_answer("of a kind that is none", ask("POST " BASE "/one-time", "{\"kind\":\"sms\"}"), 400,
	    "/kind: expected totp or hotp");
	expect_answer("a code of none", ask("POST " BASE "/one-time/" NOBODY_ID, "{\"code\":\"123456\"}"), 404,
	    "no seed of this id");
	expect_answer("no code", ask("POST " BASE "/one-time/" NOBODY_ID, "{}"), 400, "/code: expected a code");
	expect_answer("paper, of which nothing is asked", ask("POST " BASE "/recovery", "{}"), 201,
	    "\"codes\":[\"|no-store");
	expect_text("and what there was is no more", credential_state_name(stage_stored(&stage.person.paper).state),
	    "revoked");
	page_close();
}

/* Of the session that recovery codes other than these began; what it rests on. */
static struct authentication
shown_by_other_codes(const struct id *codes)
{
	struct stage_look look = stage_load((struct ask){ .table = &session_table, .limit = 100 });
	struct authentication found = { .kind = CREDENTIAL_PASSKEY };
	struct session s;

	for (size_t i = 0; i < look.count; i++) {
		expect_true("a session", session_read(look.rows[i].value, &s) && s.authentication_count == 1);
		if (s.authentications[0].kind == CREDENTIAL_RECOVERY && !id_equal(&s.authentications[0].credential,
		    codes))
			found = s.authentications[0];
	}
	return found;
}

static int
ask_in(const char *cookie, const char *line, const char *body)
{
	ask_with(line, arena_print(&stage.arena, OURS "Cookie: %s\r\n", cookie), body);
	return status();
}

static void
who_draws_new_codes_in_a_session_of_the_old_ones_stays_in(void **state)
{
	char here[96], elsewhere[96];
	struct id nothing = { { 0 } }, codes;
	struct authentication before, now;

	(void)state;
	page_open(8);
	log_in_by(&stage.person, &stage.person.paper, PAPER, here);
	before = shown_by_other_codes(&nothing);
	log_in_by(&stage.person, &stage.person.paper, PAPER, elsewhere);
	codes = before.credential;
	for (int i = 0; i < 2; i++) {
		expect_answer("drawn", ask_in(here, "POST " BASE "/recovery", "{}"), 201, "\"codes\":[\"");
		now = shown_by_other_codes(&codes);
		expect_true("it rests on the new ones", now.kind == CREDENTIAL_RECOVERY);
		expect_number("is no younger", now.at.us, before.at.us);
		expect_span("and has shown no more", now.facts, PAPER);
		expect_answer("so it goes on", ask_in(here, "GET /v1/account", ""), 200, "\"way\":\"recovery\"");
	}
	expect_answer("elsewhere somebody came by an old one", ask_in(elsewhere, "GET /v1/account", ""), 401, "");
	expect_answer("who was here by another way is so still", ask("GET /v1/account", ""), 200, "");
	expect_answer("stopped", ask_of("POST", &now.credential, "suspend", "{}"), 200, "\"state\":\"suspended\"");
	expect_answer("nobody is in by them", ask_in(here, "GET /v1/account", ""), 401, "");
	expect_answer("taken back", ask_of("POST", &now.credential, "resume", "{}"), 200, "\"state\":\"active\"");
	expect_answer("whoever was in before is not in again", ask_in(here, "GET /v1/account", ""), 401, "");
	page_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_else_asks),
		cmocka_unit_test(what_there_is_is_listed),
		cmocka_unit_test(very_many_are_listed_by_pages),
		cmocka_unit_test(one_is_changed_with_care),
		cmocka_unit_test(too_little_is_a_step_up),
		cmocka_unit_test(a_passkey_is_added_over_the_wire),
		cmocka_unit_test(codes_are_made),
		cmocka_unit_test(who_draws_new_codes_in_a_session_of_the_old_ones_stays_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
