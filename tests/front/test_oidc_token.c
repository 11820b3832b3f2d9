/* tests/front/test_oidc_token.c - codes and refresh tokens become tokens as the standards say (federation.md 1.2.1
 * CORE-10 to 13, 1.2.3 PKCE-2, 1.2.12), and what each stands for is told to whom it concerns.
 */
#include "front/oidc_token_stage.h"

#include "base/log.h"

#define TOKEN "POST /oidc/token"

static void
a_code_becomes_tokens(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct grant g;
	const char *claims, *access, *refresh;

	(void)state;
	scene_open(&s, 1, "");
	g = scene_grant(&s, &code);
	scene_put(&s, &g);
	expect_answer(&s, "given", ask(&s, TOKEN, s.secret, code_form(&s, code.text, "")), 200,
	    "Cache-Control: no-store\r\n|Pragma: no-cache\r\n|Content-Type: application/json\r\n|"
	    "\"token_type\":\"Bearer\"|\"expires_in\":|\"access_token\":\"wx_|\"refresh_token\":\"wr_|"
	    "\"scope\":\"openid profile email\"|!Access-Control");
	access = answered(&s, "access_token");
	refresh = answered(&s, "refresh_token");
	claims = believed(&s, answered(&s, "id_token"), NULL, SHOP);
	for (size_t i = 0; i < 11; i++) {
		static const char *const parts[] = { "\"iss\":\"" KEYS_STAGE_ISSUER "\"", "\"sub\":\"the-subject\"",
			"\"aud\":\"" SHOP "\"", "\"nonce\":\"n-0S6_WzA2Mj\"", "\"acr\":\"urn:a\"",
			"\"amr\":[\"hwk\",\"user\"]", "\"auth_time\":", "\"sid\":\"", "\"txn\":\"", "\"at_hash\":\"",
			"\"age_over_20\":true" };

		expect_true(parts[i], strstr(claims, parts[i]) != NULL);
	}
	expect_true("what is for userinfo is not there (CORE-16)", !strstr(claims, "\"name\""));
	expect_true("nor azp", !strstr(claims, "\"azp\""));

	expect_answer(&s, "userinfo tells what is for it", ask(&s, "GET /oidc/userinfo", arena_print(&s.stage.arena,
	    "Authorization: Bearer %s\r\n", access), NULL), 200, "{\"sub\":\"the-subject\",\"name\":\"渡士花子\"}|"
	    "Content-Type: application/json|!age_over_20|!\"iss\"");
	expect_answer(&s, "oidcc-codereuse: a second time ends it all", ask(&s, TOKEN, s.secret,
	    code_form(&s, code.text, "")), 400, "\"error\":\"invalid_grant\"");
	expect_answer(&s, "the access token, too", ask(&s, "GET /oidc/userinfo", arena_print(&s.stage.arena,
	    "Authorization: Bearer %s\r\n", access), NULL), 401, "error=\"invalid_token\"");
	expect_answer(&s, "and the refresh token", ask(&s, TOKEN, s.secret, arena_print(&s.stage.arena,
	    "grant_type=refresh_token&refresh_token=%s", refresh)), 400, "\"error\":\"invalid_grant\"");
	expect_true("for good", scene_look(&s, &g.id).ended.us != 0);
	scene_close(&s);
}

#define BASIC NULL /* the shop's, right */
#define FORM_OF(rest) "grant_type=authorization_code&code=CODE" rest
#define RIGHT "&redirect_uri=" BACK_CODED "&code_verifier=" VERIFIER

/* CODE stands for the code, of which none of these may use anything up. */
static const struct {
	const char *title, *fields, *form;
	int status;
	const char *parts;
} refusals[] = {
	{ "nobody says who it is", "", FORM_OF(RIGHT), 401, "\"error\":\"invalid_client\"|WWW-Authenticate: Basic" },
	{ "a wrong secret", "", FORM_OF(RIGHT "&client_id=" SHOP_CODED "&client_secret=x"), 401,
	  "\"error\":\"invalid_client\"|WWW-Authenticate: Basic" },
	{ "a method that is not its own", "", FORM_OF(RIGHT "&client_id=" SHOP_CODED "&client_secret=" SECRET), 401,
	  "\"error\":\"invalid_client\"" },
	{ "two methods", BASIC, FORM_OF(RIGHT "&client_secret=" SECRET), 400, "\"error\":\"invalid_request\"" },
	{ "two headers", "Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n", FORM_OF(RIGHT), 400,
	  "\"error\":\"invalid_request\"" },
	{ "credentials that are not base64", "Authorization: Basic a:b\r\n", FORM_OF(RIGHT), 401,
	  "\"error\":\"invalid_client\"" },
	{ "credentials without a colon", "Authorization: Basic YWI=\r\n", FORM_OF(RIGHT), 401,
	  "\"error\":\"invalid_client\"" },
	{ "another client", "", FORM_OF("&redirect_uri=" BACK_CODED "&client_id=" APP_CODED "&code_verifier=" VERIFIER),
	  400, "\"error\":\"invalid_grant\"" },
	{ "no grant type", BASIC, "code=CODE" RIGHT, 400, "\"error\":\"invalid_request\"" },
	{ "another grant type", BASIC, "grant_type=password&username=a&password=b", 400,
	  "\"error\":\"unsupported_grant_type\"" },
	{ "no code", BASIC, "grant_type=authorization_code" RIGHT, 400, "\"error\":\"invalid_request\"" },
	{ "two codes", BASIC, FORM_OF(RIGHT "&code=CODE"), 400, "\"error\":\"invalid_request\"" },
	{ "two redirect URIs", BASIC, FORM_OF(RIGHT "&redirect_uri=a"), 400, "\"error\":\"invalid_request\"" },
	{ "no redirect URI, where there was one", BASIC, FORM_OF("&code_verifier=" VERIFIER), 400,
	  "\"error\":\"invalid_grant\"" },
	{ "another redirect URI", BASIC, FORM_OF("&redirect_uri=" BACK_CODED "%2F&code_verifier=" VERIFIER), 400,
	  "\"error\":\"invalid_grant\"" },
	{ "no verifier (PKCE-2)", BASIC, FORM_OF("&redirect_uri=" BACK_CODED), 400, "\"error\":\"invalid_grant\"" },
	{ "a wrong verifier", BASIC, FORM_OF("&redirect_uri=" BACK_CODED "&code_verifier=" VERIFIER "x"), 400,
	  "\"error\":\"invalid_grant\"" },
	{ "a code that is none", BASIC, "grant_type=authorization_code&code=wc_x" RIGHT, 400,
	  "\"error\":\"invalid_grant\"" },
	{ "a code of nobody's", BASIC, "grant_type=authorization_code&"
	  "code=wc_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" RIGHT, 400, "\"error\":\"invalid_grant\"" },
};

static void
what_is_wrong_is_refused_and_uses_nothing_up(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct grant g;

	(void)state;
	scene_open(&s, 2, "");
	g = scene_grant(&s, &code);
	scene_put(&s, &g);
	for (size_t i = 0; i < COUNT(refusals); i++)
		expect_answer(&s, refusals[i].title, ask(&s, TOKEN, refusals[i].fields ? refusals[i].fields : s.secret,
		    filled(&s, refusals[i].form, code.text)), refusals[i].status, refusals[i].parts);
	expect_answer(&s, "GET is none", ask(&s, "GET /oidc/token", s.secret, NULL), 405, "");
	expect_answer(&s, "the code is as good as it was", ask(&s, TOKEN, s.secret, code_form(&s, code.text, "")), 200,
	    "access_token");
	scene_close(&s);
}

static void
a_code_ends_with_what_it_rests_on(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct grant g;

	(void)state;
	scene_open(&s, 3, "");
	g = scene_grant(&s, &code);
	g.code.until = s.stage.now;
	scene_put(&s, &g);
	expect_answer(&s, "after its minute", ask(&s, TOKEN, s.secret, code_form(&s, code.text, "")), 400,
	    "\"error\":\"invalid_grant\"");
	g = scene_grant(&s, &code);
	memset(g.code.challenge, 0, sizeof(g.code.challenge));
	scene_put(&s, &g);
	expect_answer(&s, "a verifier where no challenge was (RFC 9700 s2.1.1)", ask(&s, TOKEN, s.secret,
	    code_form(&s, code.text, "")), 400, "\"error\":\"invalid_grant\"");
	g = scene_grant(&s, &code);
	g.scope = span_text("profile");
	scene_put(&s, &g);
	expect_answer(&s, "CORE-4: without openid there is no ID token", ask(&s, TOKEN, s.secret,
	    code_form(&s, code.text, "")), 200, "\"access_token\"|!id_token");
	expect_answer(&s, "and userinfo is not for it", ask(&s, "GET /oidc/userinfo", arena_print(&s.stage.arena,
	    "Authorization: Bearer %s\r\n", answered(&s, "access_token")), NULL), 403,
	    "WWW-Authenticate: Bearer|error=\"insufficient_scope\"");
	g = scene_grant(&s, &code);
	scene_put(&s, &g);
	scene_shop(&s, STANDING_SUSPENDED, "");
	expect_answer(&s, "of a suspended member", ask(&s, TOKEN, s.secret, code_form(&s, code.text, "")), 401,
	    "\"error\":\"invalid_client\"");
	scene_shop(&s, STANDING_APPROVED, "");
	scene_delete(&s, &account_table, &s.account.id);
	expect_answer(&s, "of an account that is gone", ask(&s, TOKEN, s.secret, code_form(&s, code.text, "")), 400,
	    "\"error\":\"invalid_grant\"");
	scene_close(&s);
}

static const char *
refresh_form(struct scene *s, const char *token, const char *more)
{
	return arena_print(&s->stage.arena, "grant_type=refresh_token&refresh_token=%s%s", token, more);
}

static void
a_refresh_token_gives_more(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct grant g;
	const char *refresh, *claims;

	(void)state;
	scene_open(&s, 4, "");
	g = scene_grant(&s, &code);
	scene_put(&s, &g);
	ask(&s, TOKEN, s.secret, code_form(&s, code.text, ""));
	refresh = answered(&s, "refresh_token");
	expect_answer(&s, "another access token", ask(&s, TOKEN, s.secret, refresh_form(&s, refresh, "")), 200,
	    "\"access_token\":\"wx_|\"scope\":\"openid profile email\"|!refresh_token");
	claims = believed(&s, answered(&s, "id_token"), NULL, SHOP);
	expect_true("RT-3: the same person", strstr(claims, "\"sub\":\"the-subject\"") != NULL);
	expect_true("the level of the login", strstr(claims, "\"acr\":\"urn:a\"") != NULL);
	expect_true("and its moment", strstr(claims, arena_print(&s.stage.arena, "\"auth_time\":%lld",
	    (long long)(g.authenticated.us / SECONDS(1)))) != NULL);
	expect_true("no nonce", !strstr(claims, "nonce"));
	expect_answer(&s, "the same again, for it is not used up", ask(&s, TOKEN, s.secret,
	    refresh_form(&s, refresh, "")), 200, "\"access_token\":\"wx_");
	expect_answer(&s, "a narrower scope", ask(&s, TOKEN, s.secret, refresh_form(&s, refresh, "&scope=email")), 200,
	    "\"scope\":\"email\"|!id_token");
	expect_answer(&s, "which userinfo keeps to", ask(&s, "GET /oidc/userinfo", arena_print(&s.stage.arena,
	    "Authorization: Bearer %s\r\n", answered(&s, "access_token")), NULL), 403, "insufficient_scope");
	ask(&s, TOKEN, s.secret, refresh_form(&s, refresh, "&scope=openid+email"));
	expect_answer(&s, "and so does what userinfo tells", ask(&s, "GET /oidc/userinfo", arena_print(&s.stage.arena,
	    "Authorization: Bearer %s\r\n", answered(&s, "access_token")), NULL), 200,
	    "\r\n\r\n{\"sub\":\"the-subject\"}");
	expect_answer(&s, "a wider one", ask(&s, TOKEN, s.secret, refresh_form(&s, refresh, "&scope=openid+address")),
	    400, "\"error\":\"invalid_scope\"");
	expect_answer(&s, "one that is none", ask(&s, TOKEN, s.secret, refresh_form(&s, refresh, "&scope=%22")), 400,
	    "\"error\":\"invalid_scope\"");
	expect_answer(&s, "RT-1: another client", ask(&s, TOKEN, "", refresh_form(&s, refresh,
	    "&client_id=" APP_CODED)), 400, "\"error\":\"invalid_grant\"");
	expect_answer(&s, "nobody", ask(&s, TOKEN, "", refresh_form(&s, refresh, "")), 401,
	    "\"error\":\"invalid_client\"");
	expect_answer(&s, "none of it ended the grant", ask(&s, TOKEN, s.secret, refresh_form(&s, refresh, "")), 200,
	    "access_token");
	scene_close(&s);
}

static void
one_that_is_used_once_changes_each_time(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct grant g;
	const char *first, *second;

	(void)state;
	scene_open(&s, 5, "");
	g = scene_grant(&s, &code);
	g.client = g.entity_id = span_text(APP);
	digest(DIGEST_SHA256, span_text(APP_BACK), g.code.redirect);
	scene_put(&s, &g);
	expect_answer(&s, "a public client: by PKCE alone, from its own page", ask(&s, TOKEN,
	    "Origin: https://app.shop.example\r\n", filled(&s, "grant_type=authorization_code&code=CODE&redirect_uri="
	    APP_BACK_CODED "&code_verifier=" VERIFIER "&client_id=" APP_CODED, code.text)), 200,
	    "Access-Control-Allow-Origin: https://app.shop.example\r\n|Vary: Origin");
	first = answered(&s, "refresh_token");
	expect_answer(&s, "used", ask(&s, TOKEN, "Origin: https://www.shop.example\r\n", refresh_form(&s, first,
	    "&client_id=" APP_CODED)), 200, "\"refresh_token\":\"wr_|!Access-Control");
	second = answered(&s, "refresh_token");
	expect_true("it is another", strcmp(first, second) != 0);
	expect_answer(&s, "RT-2: the first again at once: a second tab", ask(&s, TOKEN, "", refresh_form(&s, first,
	    "&client_id=" APP_CODED)), 200, "access_token");
	expect_text("is told the same next one", answered(&s, "refresh_token"), second);
	g = scene_look(&s, &g.id);
	g.refresh.since.us -= GRANT_REFRESH_GRACE + SECONDS(1);
	g.generation = 0;
	scene_delete(&s, &grant_table, &g.id);
	scene_put(&s, &g);
	expect_answer(&s, "later it is a thief's, or the thief was first", ask(&s, TOKEN, "", refresh_form(&s, first,
	    "&client_id=" APP_CODED)), 400, "\"error\":\"invalid_grant\"");
	expect_answer(&s, "and all has ended", ask(&s, TOKEN, "", refresh_form(&s, second, "&client_id=" APP_CODED)),
	    400, "\"error\":\"invalid_grant\"");
	scene_close(&s);
}

/* Whoever comes first, in each order that the store answers in. */
static void
of_two_at_once_each_outcome_is_right(void **state)
{
	static struct scene s;

	(void)state;
	for (uint64_t seed = 100; seed < 112; seed++) {
		struct grant_secret code;
		struct grant g;
		const char *form, *refresh, *first;
		int one, other, statuses;

		scene_open(&s, seed, ",\"refresh_token_rotation\":true");
		g = scene_grant(&s, &code);
		scene_put(&s, &g);
		form = code_form(&s, code.text, "");
		one = scene_send(&s, TOKEN, s.secret, form);
		other = scene_send(&s, TOKEN, s.secret, form);
		statuses = scene_receive(&s, one);
		statuses += scene_receive(&s, other);
		expect_number("one code: one wins", statuses, 200 + 400);
		expect_true("and it has ended", scene_look(&s, &g.id).ended.us != 0);

		g = scene_grant(&s, &code);
		scene_put(&s, &g);
		expect_number("a code", ask(&s, TOKEN, s.secret, code_form(&s, code.text, "")), 200);
		refresh = answered(&s, "refresh_token");
		one = scene_send(&s, TOKEN, s.secret, refresh_form(&s, refresh, ""));
		other = scene_send(&s, TOKEN, s.secret, refresh_form(&s, refresh, ""));
		expect_number("one refresh token: the first", scene_receive(&s, one), 200);
		first = answered(&s, "refresh_token");
		expect_number("and the second", scene_receive(&s, other), 200);
		expect_text("are told the same next one", answered(&s, "refresh_token"), first);
		expect_true("and it goes on", !scene_look(&s, &g.id).ended.us);
		expect_number("it was replaced once", scene_look(&s, &g.id).refresh.number, 2);
		scene_close(&s);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_code_becomes_tokens),
		cmocka_unit_test(what_is_wrong_is_refused_and_uses_nothing_up),
		cmocka_unit_test(a_code_ends_with_what_it_rests_on),
		cmocka_unit_test(a_refresh_token_gives_more),
		cmocka_unit_test(one_that_is_used_once_changes_each_time),
		cmocka_unit_test(of_two_at_once_each_outcome_is_right),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
