/* tests/front/test_oidc_end_session.c - a relying party wants a person logged out: when that happens at once, when the
 * person is asked, and when anybody is sent back. The modules of the OpenID Foundation's suite for RP-initiated logout
 * stand here by name.
 */
#include "front/oidc_stage.h"

#include "store/memory.h"
#include "transaction/logout/logout_notice.h"

#define OUT "https://www.shop.example/bye"
#define OUT_ESCAPED "https%3A%2F%2Fwww.shop.example%2Fbye"
#define GO "/oidc/authorize?" OP_BASIC
#define STATE "&state=a+b%26c"
#define BACK "Location: " OUT "\r\n"
#define BACK_WITH_STATE "Location: " OUT "?state=a%20b%26c\r\n"
#define ASKED "Location: /logout/#ask"
#define PAGE "Location: /logout/#done\r\n"
#define FORGOTTEN "Set-Cookie: " SESSION_COOKIE "=;"

static struct {
	const char *mine;            /* an ID token of the person's */
	struct span session;         /* its sid */
	const char *subject;
} now;

static const char *
claims_of(const char *sub, const char *aud, long long age)
{
	long long seconds = clock_now().us / SECONDS(1);

	return arena_print(&stage.arena, "{\"iss\":\"" OP_ISSUER "\",\"sub\":\"%s\",\"aud\":\"%s\",\"iat\":%lld,"
	    "\"exp\":%lld,\"sid\":\"%.*s\"}", sub, aud, seconds, seconds + age, SPAN_ARGS(now.session));
}

static const char *
hint_of(const char *sub)
{
	return op_signed(OIDC_ID_TOKEN, span_text(claims_of(sub, SHOP, 600)));
}

/* Its payload, under a header that says nobody signed it. */
static const char *
unsigned_hint(void)
{
	struct span rest = span_text(now.mine), payload;

	span_cut(&rest, '.');
	payload = span_cut(&rest, '.');
	return arena_print(&stage.arena, "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.%.*s.", SPAN_ARGS(payload));
}

/* Another letter of the signature. */
static const char *
foreign_hint(void)
{
	char *text = (char *)(uintptr_t)arena_text(&stage.arena, span_text(now.mine));
	size_t at = strlen(text) - 20;

	text[at] = text[at] == 'A' ? 'B' : 'A';
	return text;
}

/* Somebody who has logged in to the shop in this browser. */
static void
open_logged_in(uint64_t seed)
{
	struct id session;

	op_open(seed);
	sign_on_shop(STANDING_APPROVED, "", SHOP_ATTRIBUTES, ",\"post_logout_redirect_uris\":[\"" OUT "\"]");
	op_log_in(&stage.person);
	op_get(GO);
	expect_number("logged in at the shop", op_get(op_agree("")), 303);
	now.subject = arena_text(&stage.arena, op_grant().subject);
	session = op_grant().begun_in;
	now.session = pairwise_session(&stage.arena, &signing.settings.pairwise, &session, span_text(SHOP));
	now.mine = hint_of(now.subject);
}

enum hint { NO_HINT, GOOD, UNSIGNED, FOREIGN, SOMEBODY_ELSES };
static const struct {
	const char *title;
	enum hint hint;
	const char *rest;            /* of the query */
	const char *wanted;
	bool ends;
} modules[] = {
	{ "oidcc-rp-initiated-logout", GOOD, "&post_logout_redirect_uri=" OUT_ESCAPED STATE,
	  BACK_WITH_STATE "|" FORGOTTEN,
	    true },
	{ "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", GOOD,
	    "&post_logout_redirect_uri=https%3A%2F%2Fwww.shop.example%2Fbye2" STATE, ASKED "|!bye|!state", false },
	{ "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", GOOD,
	    "&post_logout_redirect_uri=" OUT_ESCAPED "%3Ffoo%3Dbar" STATE, ASKED "|!bye|!state", false },
	{ "oidcc-rp-initiated-logout-modified-id-token-hint", UNSIGNED, "&post_logout_redirect_uri=" OUT_ESCAPED STATE,
	    ASKED "|!bye|!state", false },
	{ "oidcc-rp-initiated-logout-bad-id-token-hint", FOREIGN, "&post_logout_redirect_uri=" OUT_ESCAPED STATE,
	    ASKED "|!bye|!state", false },
	{ "oidcc-rp-initiated-logout-no-id-token-hint", NO_HINT, "&post_logout_redirect_uri=" OUT_ESCAPED STATE,
	    ASKED "|!bye|!state", false },
	{ "oidcc-rp-initiated-logout-no-params", NO_HINT, "", ASKED "\r\n", false },
	{ "oidcc-rp-initiated-logout-only-state", NO_HINT, STATE, ASKED "\r\n|!state", false },
	{ "oidcc-rp-initiated-logout-no-post-logout-redirect-uri", GOOD, STATE, PAGE "|" FORGOTTEN "|!state", true },
	{ "oidcc-rp-initiated-logout-no-state", GOOD, "&post_logout_redirect_uri=" OUT_ESCAPED, BACK, true },
	/* And beside them. */
	{ "an ID token of ours, of somebody else", SOMEBODY_ELSES, "&post_logout_redirect_uri=" OUT_ESCAPED STATE,
	    ASKED "&client_id=https%3A%2F%2Fshop.example%2F&post_logout_redirect_uri=" OUT_ESCAPED "&state=a%20b%26c",
	    false },
	{ "its client, said without an ID token", NO_HINT, "&client_id=https%3A%2F%2Fshop.example%2F"
	    "&post_logout_redirect_uri=" OUT_ESCAPED, ASKED "&client_id=https%3A%2F%2Fshop.example%2F"
	    "&post_logout_redirect_uri=" OUT_ESCAPED "&state=\r\n", false },
	{ "another client than the ID token's", GOOD, "&client_id=https%3A%2F%2Fbank.example%2F"
	    "&post_logout_redirect_uri=" OUT_ESCAPED, ASKED "|!bye", false },
	{ "a client that there is not", NO_HINT, "&client_id=nobody&post_logout_redirect_uri=" OUT_ESCAPED,
	    ASKED "\r\n", false },
	{ "the same parameter twice", GOOD, "&state=1&state=2", ASKED "\r\n", false },
	{ "in the person's language", GOOD, "&ui_locales=fr+ja-JP", "Location: /logout/?lang=ja#done", true },
	{ "a hint of who is meant changes nothing", GOOD, "&logout_hint=hanako", PAGE, true },
};

static const char *
hint_text(enum hint hint)
{
	switch (hint) {
	case GOOD: return now.mine;
	case UNSIGNED: return unsigned_hint();
	case FOREIGN: return foreign_hint();
	case SOMEBODY_ELSES: return hint_of("somebody-else");
	case NO_HINT: break;
	}
	return NULL;
}

static const char *
query_of(size_t i)
{
	const char *hint = hint_text(modules[i].hint);

	return arena_print(&stage.arena, "x=1%s%s%s", hint ? "&id_token_hint=" : "", hint ? hint : "", modules[i].rest);
}

/* Afterwards, as the suite looks. */
static void
expect_logged_out(const char *title, bool out)
{
	op_expect(title, op_get(GO "&prompt=none"), 303, out ? "error=login_required" : "code=wc_");
}

static void
each_wish_ends_as_the_standard_has_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(modules); i++) {
		open_logged_in(100 + i);
		op_expect(modules[i].title, op_get(arena_print(&stage.arena, "/oidc/end_session?%s", query_of(i))), 303,
		    modules[i].wanted);
		expect_number("a client is told where it ended", stage_count(&logout_notice_table), modules[i].ends);
		expect_logged_out(modules[i].title, modules[i].ends);
		op_close();
	}
}

static void
a_form_does_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(modules); i++) {
		open_logged_in(200 + i);
		op_expect(modules[i].title, op_post("/oidc/end_session", query_of(i)), 303, modules[i].wanted);
		expect_logged_out(modules[i].title, modules[i].ends);
		op_close();
	}
}

/* Another site's form comes without our cookies: the browser is asked to come again with them. */
static void
a_form_of_another_site_comes_again_as_a_query(void **state)
{
	const char *form;

	(void)state;
	open_logged_in(3);
	form = query_of(0);
	op_expect("with what it said", op_ask("POST /oidc/end_session",
	    "Content-Type: application/x-www-form-urlencoded\r\n", form), 303, arena_print(&stage.arena,
	    "Location: /oidc/end_session?%s", form));
	expect_logged_out("nothing has ended", false);
	op_close();
}

static void
an_id_token_that_has_expired_says_who_is_meant(void **state)
{
	(void)state;
	open_logged_in(4);
	now.mine = op_signed(OIDC_ID_TOKEN, span_text(claims_of(now.subject, SHOP, 1)));
	sleep(2);
	op_expect("logged out", op_get(arena_print(&stage.arena, "/oidc/end_session?%s", query_of(0))), 303,
	    BACK_WITH_STATE);
	expect_logged_out("at once", true);
	op_close();
}

static void
who_is_not_logged_in_is_sent_back_by_an_id_token_of_ours_alone(void **state)
{
	(void)state;
	open_logged_in(5);
	op_set_cookie(SESSION_COOKIE, "");
	op_expect("of ours", op_get(arena_print(&stage.arena, "/oidc/end_session?%s", query_of(0))), 303,
	    BACK_WITH_STATE "|!Set-Cookie");
	op_expect("of nobody's", op_get(arena_print(&stage.arena, "/oidc/end_session?id_token_hint=%s%s",
	    foreign_hint(), "&post_logout_redirect_uri=" OUT_ESCAPED)), 303, PAGE);
	op_expect("none", op_get("/oidc/end_session?client_id=https%3A%2F%2Fshop.example%2F"
	    "&post_logout_redirect_uri=" OUT_ESCAPED), 303, PAGE);
	op_close();
}

static void
an_id_token_of_an_earlier_session_does_not_end_this_one(void **state)
{
	(void)state;
	open_logged_in(8);
	op_log_in(&stage.person);
	op_expect("the person is asked", op_get(arena_print(&stage.arena, "/oidc/end_session?%s", query_of(0))), 303,
	    ASKED);
	expect_logged_out("nothing has ended", false);
	op_close();
}

static void
what_changed_meanwhile_is_looked_at_again(void **state)
{
	(void)state;
	open_logged_in(6);
	store_memory_fail_commits(stage.store, 1, ERR_CONFLICT);
	op_expect("logged out", op_get(arena_print(&stage.arena, "/oidc/end_session?%s", query_of(0))), 303,
	    BACK_WITH_STATE);
	expect_logged_out("at the second try", true);
	op_close();
	open_logged_in(7);
	store_memory_fail_commits(stage.store, 1, ERR_FULL);
	op_expect("a page says that it is not", op_get(arena_print(&stage.arena, "/oidc/end_session?%s", query_of(0))),
	    503, "Content-Type: text/html");
	expect_logged_out("still there", false);
	op_close();
}

/* The page */

#define SHOP_ASKS "\"client_id\":\"" SHOP "\",\"post_logout_redirect_uri\":\"" OUT "\""

static int
say_yes(const char *origin, const char *json)
{
	int status = op_ask("POST /v1/logout", arena_print(&stage.arena, "Content-Type: application/json\r\n%s%s",
	    origin, op_cookie_header()), json);

	op_take_cookies();
	return status;
}

static void
the_person_says_yes(void **state)
{
	const char *ours;

	(void)state;
	open_logged_in(6);
	ours = arena_print(&stage.arena, "Origin: %.*s\r\n", SPAN_ARGS(stage.settings.origin));
	op_expect("the page is told who asks", op_get("/v1/logout?client_id=https%3A%2F%2Fshop.example%2F"
	    "&post_logout_redirect_uri=" OUT_ESCAPED), 200,
	    "\"logged_in\":true|\"returns\":true|\"client\":{\"ja\":\"店\",\"en\":\"Shop\"}");
	op_expect("or that nobody is known", op_get("/v1/logout?client_id=nobody&post_logout_redirect_uri="
	    OUT_ESCAPED), 200, "\"returns\":false|\"client\":null");
	op_expect("another site's page cannot", say_yes("Origin: https://evil.example\r\n", "{}"), 403, "!Set-Cookie");
	op_expect("nor one without an origin", say_yes("", "{}"), 403, "");
	expect_logged_out("and nothing has ended", false);
	op_expect("ours can", say_yes(ours, "{" SHOP_ASKS ",\"state\":\"a b\"}"), 200,
	    "{\"location\":\"" OUT "?state=a%20b\"}|" FORGOTTEN);
	expect_number("the client is told", stage_count(&logout_notice_table), 1);
	expect_logged_out("it has ended", true);
	op_expect("twice does no harm", say_yes(ours, "{" SHOP_ASKS "}"), 200, "{\"location\":\"/logout/#done\"}");
	op_close();
}

static void
yes_leads_nowhere_else(void **state)
{
	static const struct { const char *title, *json; } cases[] = {
		{ "an address of nobody's", "{\"post_logout_redirect_uri\":\"" OUT "\"}" },
		{ "another address", "{\"client_id\":\"" SHOP "\",\"post_logout_redirect_uri\":\"" OUT "/\"}" },
		{ "a client that there is not", "{\"client_id\":\"x\",\"post_logout_redirect_uri\":\"" OUT "\"}" },
		{ "none", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		open_logged_in(300 + i);
		op_expect(cases[i].title, say_yes(arena_print(&stage.arena, "Origin: %.*s\r\n",
		    SPAN_ARGS(stage.settings.origin)), cases[i].json), 200, "{\"location\":\"/logout/#done\"}");
		expect_logged_out("but it has ended", true);
		op_close();
	}
}

static void
discovery_tells_of_it(void **state)
{
	(void)state;
	open_logged_in(7);
	op_expect("where", op_get("/.well-known/openid-configuration"), 200, "\"end_session_endpoint\":\"" OP_ISSUER
	    "/oidc/end_session\"|\"backchannel_logout_supported\":true|\"backchannel_logout_session_supported\":true");
	op_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wish_ends_as_the_standard_has_it),
		cmocka_unit_test(a_form_does_the_same),
		cmocka_unit_test(a_form_of_another_site_comes_again_as_a_query),
		cmocka_unit_test(an_id_token_that_has_expired_says_who_is_meant),
		cmocka_unit_test(an_id_token_of_an_earlier_session_does_not_end_this_one),
		cmocka_unit_test(what_changed_meanwhile_is_looked_at_again),
		cmocka_unit_test(who_is_not_logged_in_is_sent_back_by_an_id_token_of_ours_alone),
		cmocka_unit_test(the_person_says_yes),
		cmocka_unit_test(yes_leads_nowhere_else),
		cmocka_unit_test(discovery_tells_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
