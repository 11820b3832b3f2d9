/* tests/front/test_oidc_authorize.c - the authorization endpoint over HTTP: who is sent back where, with what, and who
 * is
 * told nothing but that it was wrong. Cases that OpenID's conformance suite has bear its module's name.
 */
#include "front/oidc_stage.h"

#include "base/file.h"

#define BACK "Location: https://www.shop.example/cb?"
#define ISS "iss=https%3A%2F%2Fop.example"
#define GO "/oidc/authorize?" OP_BASIC

static const char *
with(const char *request, const char *name, const char *value)
{
	return arena_print(&stage.arena, "%s&%s=%s", request, name, value);
}

/* Nobody is sent anywhere */

static const struct { const char *title, *uri; } elsewhere[] = {
	{ "oidcc-ensure-registered-redirect-uri", "https://attacker.example/cb" },
	{ "a longer path", "https://www.shop.example/cb/more" },
	{ "a shorter path", "https://www.shop.example/c" },
	{ "a slash at its end", "https://www.shop.example/cb/" },
	{ "a path beside it", "https://www.shop.example/x/../cb" },
	{ "an encoded slash", "https://www.shop.example/%2Fcb" },
	{ "an encoded letter", "https://www.shop.example/%63b" },
	{ "oidcc-redirect-uri-query-added", "https://www.shop.example/cb?x=1" },
	{ "an empty query", "https://www.shop.example/cb?" },
	{ "oidcc-redirect-uri-regfrag", "https://www.shop.example/cb#x" },
	{ "an empty fragment", "https://www.shop.example/cb#" },
	{ "a name before the host", "https://www.shop.example@attacker.example/cb" },
	{ "the host as a password", "https://attacker.example:www.shop.example/cb" },
	{ "a backslash", "https://www.shop.example\\@attacker.example/cb" },
	{ "another case", "https://WWW.shop.example/cb" },
	{ "another scheme's case", "HTTPS://www.shop.example/cb" },
	{ "a dot behind the host", "https://www.shop.example./cb" },
	{ "its own port, written out", "https://www.shop.example:443/cb" },
	{ "another port", "https://www.shop.example:8443/cb" },
	{ "without TLS", "http://www.shop.example/cb" },
	{ "an address", "https://[::1]/cb" },
	{ "the loopback, of no native client", "http://127.0.0.1/cb" },
	{ "a host below", "https://a.www.shop.example/cb" },
	{ "a blank before it", " https://www.shop.example/cb" },
	{ "a line end behind it", "https://www.shop.example/cb\r\nLocation: https://attacker.example/" },
	{ "a script", "javascript:alert(1)//www.shop.example/cb" },
	{ "no scheme", "//www.shop.example/cb" },
};

#define PAGE "Cache-Control: no-store|Referrer-Policy: no-referrer|X-Frame-Options: DENY|frame-ancestors 'none'|" \
	"Content-Type: text/html|!Location|!attacker|!af0ifjsldkj|!" REFERENCE_PAGE_MARK "|!Access-Control"

static void
an_address_that_is_not_registered_is_told_the_person_alone(void **state)
{
	(void)state;
	op_open(1);
	for (size_t i = 0; i < COUNT(elsewhere); i++) {
		const char *uri = arena_text(&stage.arena, percent_write(&stage.arena, span_text(elsewhere[i].uri)));
		const char *request = with("client_id=https%3A%2F%2Fshop.example%2F&response_type=code&scope=openid"
		    "&state=af0ifjsldkj" OP_PKCE, "redirect_uri", uri);

		op_expect(elsewhere[i].title, op_get(arena_print(&stage.arena, "/oidc/authorize?%s", request)), 400,
		    PAGE);
		op_expect("nor is anything shown before that", op_get(arena_print(&stage.arena,
		    "/oidc/authorize?prompt=none&max_age=x&%s", request)), 400, PAGE);
	}
	op_close();
}

static void
who_asks_must_be_known(void **state)
{
	static const struct { const char *title, *query; } cases[] = {
		{ "nobody", "redirect_uri=https%3A%2F%2Fwww.shop.example%2Fcb&response_type=code" },
		{ "a stranger", "client_id=https%3A%2F%2Fattacker.example%2F&redirect_uri="
		    "https%3A%2F%2Fwww.shop.example%2Fcb" },
		{ "oidcc-ensure-redirect-uri-in-authorization-request",
		    "client_id=https%3A%2F%2Fshop.example%2F&scope=openid"
		    "&response_type=code" },
		{ "a client twice", OP_BASIC "&client_id=https%3A%2F%2Fshop.example%2F" },
		{ "an address twice", OP_BASIC "&redirect_uri=https%3A%2F%2Fattacker.example%2Fcb" },
		{ "a script",
		    "client_id=%3Cscript%3Ealert(1)%3C%2Fscript%3E&redirect_uri=https%3A%2F%2Fattacker.example" },
	};

	(void)state;
	op_open(2);
	for (size_t i = 0; i < COUNT(cases); i++) {
		op_expect(cases[i].title, op_get(arena_print(&stage.arena, "/oidc/authorize?%s", cases[i].query)), 400,
		    PAGE "|!script>");
		op_expect("in a form, too", op_post("/oidc/authorize", arena_print(&stage.arena, "%s&x=%%3C\"",
		    cases[i].query)), 400, PAGE "|!script>");
	}
	sign_on_shop(STANDING_SUSPENDED, "", SHOP_ATTRIBUTES, "");
	op_expect("a suspended party", op_get(GO), 400, PAGE);
	op.settings.error_page = (struct span){ 0 };
	op_expect("without pages", op_get(GO), 400, "application/problem+json|!Location|!af0ifjsldkj");
	op_close();
}

static void
the_page_that_is_served_has_a_place_for_its_number(void **state)
{
	const char *top = getenv("top_srcdir");
	struct buffer page = buffer_init(32 * KIB);
	struct problem why;

	(void)state;
	op_open(15);
	expect_ok("the page", file_read(arena_print(&stage.arena, "%s/server/pages/sign-on-error/index.html",
	    top ? top : "."), &page, &why), &why);
	expect_true("has it", strstr(arena_text(&stage.arena, buffer_span(&page)), REFERENCE_PAGE_MARK) != NULL);
	op.settings.error_page = buffer_span(&page);
	op_expect("in both languages", op_get("/oidc/authorize"), 400, PAGE "|lang=\"ja\"|lang=\"en\"|</html>");
	op_close();
	buffer_release(&page);
}

/* Told the client */

static const struct { const char *title, *more, *error; } wrong[] = {
	{ "a parameter twice", "&nonce=a&nonce=a", "invalid_request" },
	{ "hybrid", "&response_type=token", "invalid_request" },
	{ "none beside another prompt", "&prompt=none+login", "invalid_request" },
	{ "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
	    "&request=eyJhbGciOiJub25lIn0.e30.", "request_not_supported" },
	{ "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
	    "&request_uri=https%3A%2F%2Fshop.example%2Fr", "request_uri_not_supported" },
	{ "a mode that there is not", "&response_mode=fragment", "invalid_request" },
	{ "a hint that is none", "&id_token_hint=x", "invalid_request" },
	{ "oidcc-prompt-none-not-logged-in", "&prompt=none", "login_required" },
};

static void
what_is_wrong_goes_back_to_the_client(void **state)
{
	(void)state;
	op_open(3);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		op_expect(wrong[i].title, op_get(arena_print(&stage.arena, "%s%s", GO, wrong[i].more)), 303,
		    BACK "error=|" ISS "|&state=af0ifjsldkj|Cache-Control: no-store|Referrer-Policy: no-referrer|"
		    "frame-ancestors 'none'|!code=|!Access-Control|!Set-Cookie");
		expect_text(wrong[i].title, op_parameter("error"), wrong[i].error);
		expect_text("who says so", op_parameter("iss"), OP_ISSUER);
	}
	op_expect("a state byte for byte",
	    op_get("/oidc/authorize?" OP_SHOP "&response_type=x&state=%E7%8A%B6%26+%2B%22"),
	    303, BACK);
	expect_text("as it came", op_parameter("state"), "状& +\"");
	expect_text("oidcc-response-type-missing", op_parameter("error"), "unsupported_response_type");
	op_get("/oidc/authorize?" OP_SHOP);
	expect_text("without a state", op_parameter("error"), "invalid_request");
	expect_true("there is none", !strstr(op_location(), "state="));
	op_expect("of two states none", op_get(GO "&state=x"), 303, BACK "error=invalid_request|!state=");
	op_expect("no method but these", op_ask("PUT /oidc/authorize", "", "x"), 405, "Allow: ");
	op_close();
}

static void
a_registered_query_stays(void **state)
{
	(void)state;
	op_open(4);
	stage_member("shop", STANDING_APPROVED, SHOP,
	    "{\"id\":\"shop\",\"kind\":\"business\",\"name\":{\"ja\":\"店\",\"en\":\"Shop\"},"
	    "\"contacts\":[{\"type\":\"support\",\"email\":\"help@shop.example\"}],\"entities\":[{\"entity_id\":\"" SHOP
	    "\",\"roles\":[\"rp\"],\"oidc\":{\"client\":{\"redirect_uris\":["
	    "\"https://www.shop.example/cb?a=1&b=2\"]}}}]}");
	op_expect("oidcc-redirect-uri-query-OK",
	    op_get("/oidc/authorize?client_id=https%3A%2F%2Fshop.example%2F&redirect_uri="
	    "https%3A%2F%2Fwww.shop.example%2Fcb%3Fa%3D1%26b%3D2&state=s"), 303,
	    "Location: https://www.shop.example/cb?a=1&b=2&error=invalid_request&");
	op_expect("oidcc-redirect-uri-query-mismatch", op_get("/oidc/authorize?client_id=https%3A%2F%2Fshop.example%2F"
	    "&redirect_uri=https%3A%2F%2Fwww.shop.example%2Fcb%3Fb%3D2%26a%3D1&state=s"), 400, "!Location");
	op_close();
}

/* Flows */

static void
consent_is_asked_once(void **state)
{
	const char *back;

	(void)state;
	op_open(5);
	op_log_in(&stage.person);
	op_expect("with a session, asked for consent", op_get(GO "&nonce=n"), 303, "Location: /consent/#|"
	    SIGN_ON_COOKIE "=|Secure; HttpOnly|SameSite=Lax|!Access-Control");
	back = op_agree("");
	op_expect("agreed", op_get(back), 303, BACK "code=wc_|&state=af0ifjsldkj&" ISS "|Cache-Control: no-store");
	expect_number("one grant", stage_count(&grant_table), 1);
	op_expect("the second time nobody is asked", op_get(GO), 303, BACK "code=wc_|!Set-Cookie");
	op_expect("oidcc-prompt-none-logged-in", op_get(GO "&prompt=none"), 303, BACK "code=wc_");
	op_expect("oidcc-ensure-post-request-succeeds", op_post("/oidc/authorize", OP_BASIC), 303, BACK "code=wc_");
	op_expect("but when it is asked for", op_get(GO "&prompt=consent"), 303, "Location: /consent/#");
	op_expect("denied", op_get(op_deny()), 303, BACK "error=access_denied|" ISS "|&state=af0ifjsldkj|!code=");
	op_expect("an answer that was given cannot be had again", op_get(back), 400, "!Location");
	op_close();
}

static void
a_login_leads_on(void **state)
{
	const char *back;

	(void)state;
	op_open(6);
	op_expect("to log in", op_get(GO "&ui_locales=ja-JP"), 303, "Location: /login/?lang=ja#|" LOGIN_COOKIE "=|"
	    SIGN_ON_COOKIE "=");
	op_by_passkey(&stage.person);
	back = arena_text(&stage.arena, stage.finished.login->reference);
	op_expect("then to the page that asks", op_get(back), 303, "Location: /consent/");
	back = op_agree("");
	op_expect("then back", op_get(back), 303, BACK "code=wc_");
	op_expect("oidcc-prompt-login", op_get(GO "&prompt=login"), 303, "Location: /login/#");
	op_by_passkey(&stage.person);
	op_expect("a newer login is enough", op_get(arena_text(&stage.arena, stage.finished.login->reference)), 303,
	    BACK "code=wc_");
	op_expect("oidcc-max-age-10000", op_get(GO "&max_age=10000"), 303, BACK "code=wc_");
	op_expect("max_age=0", op_get(GO "&max_age=0"), 303, "Location: /login/#");
	op_expect("and never", op_get(GO "&max_age=0&prompt=none"), 303, BACK "error=login_required");
	op_close();
}

static void
whoever_leaves_the_login_denies(void **state)
{
	(void)state;
	op_open(7);
	op_get(GO);
	expect_true("a login", ledger_id_read(span_text(op_fragment()), &stage.at.id));
	op_cookie_digest(LOGIN_COOKIE, stage.at.browser);
	op_expect("its end", op_get(arena_print(&stage.arena, "%.*s?cancelled", SPAN_ARGS(stage_login().reference))),
	    303,
	    BACK "error=access_denied|&state=af0ifjsldkj");
	op_close();
}

static void
another_browser_goes_nowhere(void **state)
{
	const char *mine;

	(void)state;
	op_open(8);
	op_log_in(&stage.person);
	op_get(GO);
	mine = arena_print(&stage.arena, "/oidc/continue/%s", op_fragment());
	op_set_cookie(SIGN_ON_COOKIE, "");
	op_expect("without the cookie", op_get(mine), 400, PAGE);
	op_get(GO);
	op_expect("with another browser's", op_get(mine), 400, PAGE);
	op_expect("with the right one", op_get(arena_print(&stage.arena, "/oidc/continue/%s", "x")), 400, PAGE);
	op_expect("an id of nobody's", op_get("/oidc/continue/00000000000000000000000000000000"), 400, PAGE);
	op_close();
}

static void
two_tabs_go_on_side_by_side(void **state)
{
	const char *first, *second;

	(void)state;
	op_open(9);
	op_log_in(&stage.person);
	op_get(GO "&nonce=1");
	first = op_fragment();
	op_expect("the second tab",
	    op_get("/oidc/authorize?" OP_SHOP "&response_type=code&scope=openid&state=two" OP_PKCE),
	    303, "!Set-Cookie");
	second = op_fragment();
	expect_true("is a sign-on of its own", strcmp(first, second) != 0);
	op_get(op_agree(""));
	expect_text("each has its own state", op_parameter("state"), "two");
	op_expect("and the first", op_get(arena_print(&stage.arena, "/oidc/continue/%s", first)), 303, BACK "code=wc_|"
	    "&state=af0ifjsldkj");
	op_close();
}

static void
what_was_agreed_is_in_the_grant(void **state)
{
	struct grant g;

	(void)state;
	op_open(13);
	op_log_in(&stage.person);
	op_expect("asked",
	    op_get("/oidc/authorize?" OP_SHOP "&response_type=code&scope=openid+profile+x&nonce=n-1&state=s"
	    "&claims=%7B%22id_token%22%3A%7B%22verified_claims%22%3A%7B%22verification%22%3A%7B%22trust_framework%22"
	    "%3Anull%7D%2C%22claims%22%3A%7B%22name%22%3Anull%7D%7D%7D%7D" OP_PKCE), 303, "Location: /consent/");
	op_expect("agreed", op_get(op_agree("name")), 303, BACK "code=wc_");
	g = op_grant();
	expect_span("of what was asked, what is known", g.scope, "openid profile");
	expect_span("its nonce", g.nonce, "n-1");
	expect_span("what was agreed, where it was asked for", g.claims, "name 2");
	expect_span("and how it is to be verified", g.request,
	    "{\"id_token\":[{\"claims\":{\"name\":null},\"verification\":{\"trust_framework\":null}}]}");
	expect_true("the code is bound to what made it", !grant_redeem(&g,
	    &(struct grant_redeeming){ .digest = g.code.digest,
	    .client = span_text(SHOP), .redirect_uri = span_text(SHOP_RETURN), .verifier = span_text("x"),
	    .now = clock_now() }, &stage.why));
	expect_number("and is good for who has that", grant_redeem(&g,
	    &(struct grant_redeeming){ .digest = g.code.digest,
	    .client = span_text(SHOP), .redirect_uri = span_text(SHOP_RETURN), .verifier = span_text(OP_VERIFIER),
	    .now = clock_now() }, &stage.why), GRANT_GOOD);
	op_close();
}

static void
a_level_that_nobody_reached_is_never_told(void **state)
{
	(void)state;
	op_open(14);
	op_log_in(&stage.person);
	op_get(GO);
	op_get(op_agree(""));
	op_expect("oidcc-ensure-request-with-acr-values-succeeds", op_get(GO "&acr_values=1+2+urn%3Ax&prompt=none"),
	    303,
	    BACK "code=wc_");
	op_expect("an essential one that nobody knows", op_get(GO "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B"
	    "%22essential%22%3Atrue%2C%22value%22%3A%22urn%3Ax%22%7D%7D%7D"), 303,
	    BACK "error=unmet_authentication_requirements|!code=");
	op_close();
}

/* Modes */

/* The script's digest in the policy is that of the page's script. */
static void
expect_script_allowed(void)
{
	const char *start = strstr(op.answer, "<script>"), *end = strstr(op.answer, "</script>");
	uint8_t sum[32];

	assert_non_null(start);
	start += strlen("<script>");
	digest(DIGEST_SHA256, span_of(start, (size_t)(end - start)), sum);
	expect_true("the policy allows this script", strstr(op_field("Content-Security-Policy"),
	    arena_print(&stage.arena,
	    "script-src 'sha256-%.*s';", SPAN_ARGS(base64_write(&stage.arena, span_of(sum, sizeof(sum)))))) != NULL);
}

static void
a_form_posts_itself(void **state)
{
	(void)state;
	op_open(10);
	op_log_in(&stage.person);
	op_get(GO);
	op_get(op_agree(""));
	op_expect("Form Post OP: oidcc-server", op_get(GO "&response_mode=form_post"), 200,
	    "Content-Type: text/html; charset=utf-8|<form method=\"post\" action=\"https://www.shop.example/cb\">|"
	    "name=\"code\" value=\"wc_|name=\"state\" value=\"af0ifjsldkj\"|name=\"iss\" value=\"https://op.example\"|"
	    "<button type=\"submit\">|form-action https://www.shop.example;|default-src 'none'|frame-ancestors 'none'|"
	    "Cache-Control: no-store|Referrer-Policy: no-referrer|!Location");
	expect_script_allowed();
	op_expect("an error goes the same way", op_get("/oidc/authorize?" OP_SHOP "&response_mode=form_post&state="
	    "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E%26%27"), 200, "name=\"error\" value=\"invalid_request\"|"
	    "name=\"state\" value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&#39;\"|!code\"|"
	    "!<script>alert");
	expect_script_allowed();
	op_close();
}

static void
what_another_site_posts_comes_again_as_a_query(void **state)
{
	const char *again;

	(void)state;
	op_open(11);
	op_log_in(&stage.person);
	op_get(GO);
	op_get(op_agree(""));
	expect_number("a browser sends no cookies with it", op_ask("POST /oidc/authorize",
	    "Content-Type: application/x-www-form-urlencoded\r\n", OP_BASIC), 303);
	again = op_location();
	expect_text("the same as a query", again, GO);
	op_expect("with which it does", op_get(again), 303, BACK "code=wc_");
	op_expect("what cannot stand there is taken as it is", op_ask("POST /oidc/authorize",
	    "Content-Type: application/x-www-form-urlencoded\r\n", OP_BASIC "&x=\r\nSet-Cookie: a=b"), 303,
	    "Location: /login/#|!a=b");
	op_close();
}

/* Hints */

static const char *
hint_of(const char *sub, const char *aud)
{
	struct span claims = span_text(arena_print(&stage.arena,
	    "{\"iss\":\"" OP_ISSUER "\",\"sub\":\"%s\",\"aud\":\"%s\","
	    "\"iat\":%lld,\"exp\":%lld}", sub, aud, (long long)(clock_now().us / SECONDS(1)) - 10,
	    (long long)(clock_now().us / SECONDS(1)) + 600));

	return op_signed(OIDC_ID_TOKEN, claims);
}

static void
a_hint_says_who_is_meant(void **state)
{
	const char *mine, *theirs;

	(void)state;
	op_open(12);
	op_log_in(&stage.person);
	op_get(GO);
	op_get(op_agree(""));
	mine = hint_of(arena_text(&stage.arena, op_grant().subject), SHOP);
	theirs = hint_of("somebody-else", SHOP);
	op_expect("CORE-8: another client's ID token is no hint", op_get(with(GO "&prompt=none", "id_token_hint",
	    hint_of(arena_text(&stage.arena, op_grant().subject), "https://bank.example/"))), 303,
	    BACK "error=invalid_request");
	op_expect("oidcc-id-token-hint", op_get(with(GO "&prompt=none", "id_token_hint", mine)),
	    303,
	    BACK "code=wc_");
	op_expect("somebody else is meant", op_get(with(GO "&prompt=none", "id_token_hint", theirs)),
	    303, BACK "error=login_required");
	op_expect("and asked for", op_get(with(GO, "id_token_hint", theirs)), 303,
	    "Location: /login/#");
	op_close();
}

static void
nobody_is_sent_too_often(void **state)
{
	(void)state;
	op_open(71);
	stage.settings.rates = rates_new(64);
	stage.settings.limits[LIMIT_LOGINS] = (struct rate_limit){ 2, SECONDS(3600) };
	for (int i = 0; i < 3; i++)
		op_expect("a stranger's login", op_get(GO), 303, "Location: /login/#");
	op_expect("is one of many at this address", op_get(GO), 429, "Retry-After:");
	op_expect("what leaves nothing behind is not counted", op_get(GO "&prompt=none"), 303, "error=login_required");
	op_log_in(&stage.person);
	for (int i = 0; i < 3; i++)
		op_expect("who is logged in", op_get(GO), 303, "Location: /consent/#");
	op_expect("is counted alone, whatever is asked", op_get(GO "&prompt=none"), 303,
	    BACK "error=temporarily_unavailable");
	op_log_in(&stage.other);
	op_expect("and not for others", op_get(GO), 303, "Location: /consent/#");
	rates_free(stage.settings.rates);
	stage.settings.rates = NULL;
	op_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_that_is_not_registered_is_told_the_person_alone),
		cmocka_unit_test(who_asks_must_be_known),
		cmocka_unit_test(the_page_that_is_served_has_a_place_for_its_number),
		cmocka_unit_test(what_is_wrong_goes_back_to_the_client),
		cmocka_unit_test(a_registered_query_stays),
		cmocka_unit_test(consent_is_asked_once),
		cmocka_unit_test(a_login_leads_on),
		cmocka_unit_test(whoever_leaves_the_login_denies),
		cmocka_unit_test(another_browser_goes_nowhere),
		cmocka_unit_test(two_tabs_go_on_side_by_side),
		cmocka_unit_test(what_was_agreed_is_in_the_grant),
		cmocka_unit_test(a_level_that_nobody_reached_is_never_told),
		cmocka_unit_test(a_form_posts_itself),
		cmocka_unit_test(what_another_site_posts_comes_again_as_a_query),
		cmocka_unit_test(a_hint_says_who_is_meant),
		cmocka_unit_test(nobody_is_sent_too_often),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
