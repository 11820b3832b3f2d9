/* tests/front/test_oidc_holding.c - what an access token stands for is told to whom it concerns, and nothing once it
 * has ended (federation.md 1.2.1 CORE-14, CORE-16; 1.2.13 INT-1 to 3, REV-1).
 */
#include "front/oidc_token_stage.h"

#include "base/log.h"
#include "front/oidc/verified_request.h"

#define USERINFO "GET /oidc/userinfo"
#define INTROSPECT "POST /oidc/introspect"
#define REVOKE "POST /oidc/revoke"
#define JWT_TYPE "application/token-introspection+jwt"

struct held {
	struct grant grant;
	const char *access, *refresh, *bearer, *of_access, *of_refresh; /* the last two are forms */
};

/* What came of a login, by way of the store. */
static struct held
hold(struct scene *s, const struct grant *of)
{
	struct held h = { .grant = *of };
	const struct grant_secret access = grant_secret_new(GRANT_ACCESS, &of->id);
	char refresh[GRANT_TOKEN_TEXT];

	h.grant.code.used = true;
	grant_access_add(&h.grant, &access, (struct span){ 0 }, s->stage.now);
	grant_refresh_begin(&h.grant, s->stage.now);
	grant_refresh_text(&h.grant, s->keys.settings.refresh_key, refresh);
	scene_put(s, &h.grant);
	h.access = arena_print(&s->stage.arena, "%s", access.text);
	h.refresh = arena_print(&s->stage.arena, "%s", refresh);
	h.bearer = arena_print(&s->stage.arena, "Authorization: Bearer %s\r\n", h.access);
	h.of_access = arena_print(&s->stage.arena, "token=%s", h.access);
	h.of_refresh = arena_print(&s->stage.arena, "token=%s&token_type_hint=access_token", h.refresh);
	return h;
}

static struct held
held_by_shop(struct scene *s)
{
	struct grant_secret code;
	const struct grant g = scene_grant(s, &code);

	return hold(s, &g);
}

static void
userinfo_is_told_to_whoever_holds_the_token(void **state)
{
	static struct scene s;
	struct held h;
	const char *told = "\r\n\r\n{\"sub\":\"the-subject\",\"name\":\"渡士花子\"}|Cache-Control: no-store\r\n";

	(void)state;
	scene_open(&s, 1, "");
	h = held_by_shop(&s);
	expect_answer(&s, "oidcc-userinfo-get", ask(&s, USERINFO, h.bearer, NULL), 200, told);
	expect_answer(&s, "oidcc-userinfo-post-header", ask(&s, "POST /oidc/userinfo", h.bearer, NULL), 200, told);
	expect_answer(&s, "oidcc-userinfo-post-body", ask(&s, "POST /oidc/userinfo", "",
	    arena_print(&s.stage.arena, "access_token=%s", h.access)), 200, told);
	expect_answer(&s, "the scheme in any case", ask(&s, USERINFO, arena_print(&s.stage.arena,
	    "authorization: bEARER %s\r\n", h.access), NULL), 200, told);
	expect_answer(&s, "no token: no error", ask(&s, USERINFO, "", NULL), 401,
	    "WWW-Authenticate: Bearer realm=\"watashi\"\r\n|!error");
	expect_answer(&s, "another scheme is none", ask(&s, USERINFO, s.secret, NULL), 401, "!error=");
	expect_answer(&s, "a token of nobody's", ask(&s, USERINFO, "Authorization: Bearer wx_AA\r\n", NULL), 401,
	    "WWW-Authenticate: Bearer realm=\"watashi\", error=\"invalid_token\"|\"error\":\"invalid_token\"");
	expect_answer(&s, "a refresh token is none", ask(&s, USERINFO, arena_print(&s.stage.arena,
	    "Authorization: Bearer %s\r\n", h.refresh), NULL), 401, "error=\"invalid_token\"");
	expect_answer(&s, "never in the address", ask(&s, arena_print(&s.stage.arena, "%s?access_token=%s", USERINFO,
	    h.access), "", NULL), 400, "error=\"invalid_request\"");
	expect_answer(&s, "nor beside another", ask(&s, arena_print(&s.stage.arena, "%s?access_token=", USERINFO),
	    h.bearer, NULL), 400, "error=\"invalid_request\"");
	expect_answer(&s, "one way at a time", ask(&s, "POST /oidc/userinfo", h.bearer,
	    arena_print(&s.stage.arena, "access_token=%s", h.access)), 400, "error=\"invalid_request\"");
	expect_answer(&s, "a page of the client's may read it", ask(&s, USERINFO, arena_print(&s.stage.arena,
	    "%sOrigin: https://www.shop.example\r\n", h.bearer), NULL), 200,
	    "Access-Control-Allow-Origin: https://www.shop.example\r\n|Vary: Origin");
	expect_answer(&s, "another's may not", ask(&s, USERINFO, arena_print(&s.stage.arena,
	    "%sOrigin: https://www.shop.example.evil\r\n", h.bearer), NULL), 200, "!Access-Control");
	expect_answer(&s, "nor one without a name", ask(&s, USERINFO, arena_print(&s.stage.arena,
	    "%sOrigin: null\r\n", h.bearer), NULL), 200, "!Access-Control");
	expect_answer(&s, "a browser asks first", ask(&s, "OPTIONS /oidc/userinfo",
	    "Origin: https://www.shop.example\r\nAccess-Control-Request-Method: GET\r\n", NULL), 204,
	    "Access-Control-Allow-Headers: Authorization|!Allow-Credentials");
	scene_close(&s);
}

static void
userinfo_is_signed_where_the_client_says_so(void **state)
{
	static struct scene s;
	struct held h;
	struct span parts, payload;

	(void)state;
	scene_open(&s, 2, ",\"userinfo_signed_response_alg\":\"RS256\"");
	h = held_by_shop(&s);
	expect_answer(&s, "oidcc-userinfo-rs256", ask(&s, USERINFO, h.bearer, NULL), 200,
	    "Content-Type: application/jwt\r\n");
	parts = span_text(strstr(s.answer, "\r\n\r\n") + 4);
	span_cut(&parts, '.');
	expect_true("a JWT", base64url_read(&s.stage.arena, span_cut(&parts, '.'), &payload));
	expect_span("for the client alone, and without an end: no ID token", payload,
	    "{\"iss\":\"" KEYS_STAGE_ISSUER "\",\"aud\":\"" SHOP "\",\"sub\":\"the-subject\","
	    "\"name\":\"渡士花子\"}");
	scene_close(&s);
}

static void
verified_claims_are_told_where_they_were_asked(void **state)
{
	static struct scene s;
	struct release_wish wishes[RELEASE_KINDS];
	size_t wish_count = 0;
	struct grant_secret code;
	struct problem why;
	struct grant g;

	(void)state;
	scene_open(&s, 3, "");
	g = scene_grant(&s, &code);
	expect_ok("asked", verified_request_read(&s.stage.arena, &(struct verified_asked){ .userinfo = span_text(
	    "{\"verification\":{\"trust_framework\":null,\"evidence\":[{\"type\":{\"value\":\"document\"},"
	    "\"document_details\":{\"type\":null}}]},"
	    "\"claims\":{\"name\":null,\"birthdate\":null,\"nickname\":null}}") },
	    &g.request, wishes, &wish_count, &why), &why);
	expect_answer(&s, "of the name, which was agreed to", ask(&s, USERINFO, hold(&s, &g).bearer, NULL), 200,
	    "\"verified_claims\":{\"verification\":|\"trust_framework\":\"https://op.example/framework\"|"
	    "\"type\":\"jp_individual_number_card\"|\"claims\":{\"name\":\"渡士花子\"}|!1980|!hana|"
	    "!assurance_level");
	scene_close(&s);
}

/* The engine's word on this server's ways is the registry's, as it stands now. */
static void
a_level_is_what_a_decision_would_come_to(void **state)
{
	static const struct { const char *title, *certified, *told; } cases[] = {
		{ "nobody is known to have been accredited", "\"credential.rules_published\":true",
		  "\"assurance_level\":\"1+\"" },
		{ "it is certified", "\"proofing.verifier_accredited\":true",
		  "\"assurance_level\":\"3\"" },
		{ "that nobody was is certified", "\"proofing.verifier_accredited\":false",
		  "\"assurance_level\":\"1+\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct scene s;
		struct release_wish wishes[RELEASE_KINDS];
		size_t wish_count = 0;
		struct grant_secret code;
		struct problem why;
		struct grant g;

		scene_open(&s, 30 + i, "");
		scene_levels(&s, cases[i].certified);
		g = scene_grant(&s, &code);
		expect_ok("asked", verified_request_read(&s.stage.arena, &(struct verified_asked){
			.userinfo = span_text("{\"verification\":{\"trust_framework\":null,"
			"\"assurance_level\":null},\"claims\":{\"name\":null}}") },
			&g.request, wishes, &wish_count, &why), &why);
		expect_answer(&s, cases[i].title, ask(&s, USERINFO, hold(&s, &g).bearer, NULL), 200, cases[i].told);
		scene_close(&s);
	}
}

/* Each on a scene of its own: a token that was good, and what happens. */
static void
grant_ends(struct scene *s, struct held *h)
{
	h->grant = scene_look(s, &h->grant.id);
	grant_end(&h->grant, s->stage.now);
	h->grant.generation = 0;
	scene_delete(s, &grant_table, &h->grant.id);
	scene_put(s, &h->grant);
}

static void
account_goes(struct scene *s, struct held *h)
{
	(void)h;
	scene_delete(s, &account_table, &s->account.id);
}

static void
person_logs_out_everywhere(struct scene *s, struct held *h)
{
	struct unit *unit = scene_unit(s);
	struct account a = s->account;
	struct buffer b = buffer_init(64 * KIB);

	(void)h;
	a.sessions_from = h->grant.made;
	account_write(&b, &a);
	unit_put(unit, &account_table, id_span(&a.id), buffer_span(&b));
	stage_commit(&s->stage, unit);
	buffer_release(&b);
}

static void
member_is_suspended(struct scene *s, struct held *h)
{
	(void)h;
	scene_shop(s, STANDING_SUSPENDED, "");
}

static const struct {
	const char *title;
	void (*happens)(struct scene *, struct held *);
	bool asker_too;              /* the shop itself is served no more */
} ends[] = {
	{ "the grant ends", grant_ends, false },
	{ "the account goes", account_goes, false },
	{ "the person logs out everywhere", person_logs_out_everywhere, false },
	{ "the member is suspended", member_is_suspended, true },
};

static void
what_has_ended_stands_for_nothing_at_once(void **state)
{
	static struct scene s;

	(void)state;
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct held h;

		scene_open(&s, 10 + i, "");
		h = held_by_shop(&s);
		expect_answer(&s, ends[i].title, ask(&s, USERINFO, h.bearer, NULL), 200, "the-subject");
		ends[i].happens(&s, &h);
		expect_answer(&s, ends[i].title, ask(&s, USERINFO, h.bearer, NULL), 401, "error=\"invalid_token\"");
		for (int refresh = 0; refresh < 2; refresh++)
			expect_answer(&s, ends[i].title, ask(&s, INTROSPECT, s.secret, refresh ? h.of_refresh :
			    h.of_access), ends[i].asker_too ? 401 : 200, ends[i].asker_too ? "invalid_client" :
			    "\r\n\r\n{\"active\":false}");
		scene_close(&s);
	}
}

static void
introspection_tells_the_client_whose_it_is(void **state)
{
	static struct scene s;
	struct held h;
	const char *active = "\"active\":true|\"iss\":\"https://op.example\"|\"sub\":\"the-subject\"|"
	    "\"client_id\":\"" SHOP "\"|\"scope\":\"openid profile email\"|\"exp\":|\"iat\":|"
	    "\"acr\":\"urn:a\"|\"auth_time\":|\"amr\":[\"hwk\",\"user\"]|!渡士";

	(void)state;
	scene_open(&s, 20, "");
	h = held_by_shop(&s);
	expect_answer(&s, "INT-2: its own", ask(&s, INTROSPECT, s.secret, h.of_access), 200, active);
	expect_answer(&s, "its kind", 0, 0, "\"token_type\":\"Bearer\"");
	expect_answer(&s, "a refresh token, whatever the hint", ask(&s, INTROSPECT, s.secret, h.of_refresh), 200,
	    "\"active\":true|!token_type");
	expect_answer(&s, "INT-1: unknown", ask(&s, INTROSPECT, s.secret, "token=wx_x"), 200,
	    "\r\n\r\n{\"active\":false}");
	expect_answer(&s, "nobody asks", ask(&s, INTROSPECT, "", h.of_access), 401, "\"error\":\"invalid_client\"");
	expect_number("who is answered is counted", s.keys.figures.value[FIGURE_INTROSPECTIONS], 3);
	expect_answer(&s, "who has no secret is nobody", ask(&s, INTROSPECT, "", arena_print(&s.stage.arena,
	    "%s%s", "client_id=" APP_CODED "&", h.of_access)), 401, "\"error\":\"invalid_client\"");
	expect_answer(&s, "without a token", ask(&s, INTROSPECT, s.secret, ""), 400, "\"error\":\"invalid_request\"");
	expect_answer(&s, "two tokens", ask(&s, INTROSPECT, s.secret, "token=a&token=b"), 400,
	    "\"error\":\"invalid_request\"");
	expect_answer(&s, "a caller of the member", ask(&s, INTROSPECT, "Authorization: Bearer " SECRET "\r\n",
	    h.of_access), 200, active);
	expect_answer(&s, "a caller of another", ask(&s, INTROSPECT, "Authorization: Bearer " BANKS "\r\n",
	    h.of_access), 200, "\r\n\r\n{\"active\":false}");
	expect_answer(&s, "one without the right", ask(&s, INTROSPECT, "Authorization: Bearer " DECIDES "\r\n",
	    h.of_access), 403, "error=\"insufficient_scope\"|!active");
	expect_answer(&s, "one that is none", ask(&s, INTROSPECT, "Authorization: Bearer wt_x\r\n", h.of_access), 401,
	    "WWW-Authenticate: Bearer|!active");
	scene_close(&s);
}

static void
what_another_protocol_granted_is_no_token(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct held h;
	struct grant g;

	(void)state;
	scene_open(&s, 22, "");
	g = scene_grant(&s, &code);
	g.protocol = GRANT_SAML;
	h = hold(&s, &g);
	expect_answer(&s, "introspected", ask(&s, INTROSPECT, s.secret, h.of_access), 200, "{\"active\":false}");
	expect_answer(&s, "used", ask(&s, USERINFO, h.bearer, NULL), 401, "error=\"invalid_token\"");
	expect_answer(&s, "refreshed", ask(&s, "POST /oidc/token", s.secret, arena_print(&s.stage.arena,
	    "grant_type=refresh_token&refresh_token=%s", h.refresh)), 400, "\"error\":\"invalid_grant\"");
	scene_close(&s);
}

/* RFC 7662 s2.2: of the token, not of the login that it came from. */
static void
introspection_tells_when_the_token_was_issued(void **state)
{
	static struct scene s;
	struct grant_secret code;
	struct held h;
	struct grant g;

	(void)state;
	scene_open(&s, 21, "");
	g = scene_grant(&s, &code);
	g.made.us -= SECONDS(3600);
	h = hold(&s, &g);
	expect_answer(&s, "an access token", ask(&s, INTROSPECT, s.secret, h.of_access), 200, arena_print(
	    &s.stage.arena, "\"iat\":|!\"iat\":%lld", (long long)(g.made.us / SECONDS(1))));
	expect_answer(&s, "a refresh token", ask(&s, INTROSPECT, s.secret, h.of_refresh), 200, arena_print(
	    &s.stage.arena, "\"iat\":|!\"iat\":%lld", (long long)(g.made.us / SECONDS(1))));
	scene_close(&s);
}

static void
introspection_is_signed_where_it_is_asked(void **state)
{
	static struct scene s;
	struct held h;

	(void)state;
	scene_open(&s, 21, "");
	h = held_by_shop(&s);
	expect_answer(&s, "INT-3: for a client", ask(&s, INTROSPECT, arena_print(&s.stage.arena,
	    "%sAccept: " JWT_TYPE "\r\n", s.secret), h.of_access), 200,
	    "Content-Type: " JWT_TYPE "\r\n|\r\n\r\neyJ|!{\"active\"");
	expect_answer(&s, "for a caller", ask(&s, INTROSPECT, "Accept: " JWT_TYPE "\r\nAuthorization: Bearer " SECRET
	    "\r\n", h.of_access), 200, "Content-Type: " JWT_TYPE "\r\n|\r\n\r\neyJ");
	expect_answer(&s, "of what is not active, too", ask(&s, INTROSPECT, arena_print(&s.stage.arena,
	    "%sAccept: " JWT_TYPE "\r\n", s.secret), "token=x"), 200, "Content-Type: " JWT_TYPE "\r\n");
	expect_answer(&s, "anything is JSON", ask(&s, INTROSPECT, arena_print(&s.stage.arena, "%sAccept: */*\r\n",
	    s.secret), h.of_access), 200, "{\"active\":true");
	scene_close(&s);
}

static void
a_client_gives_up_what_is_its_own(void **state)
{
	static struct scene s;
	struct held h;

	(void)state;
	scene_open(&s, 30, "");
	h = held_by_shop(&s);
	expect_answer(&s, "another client's stays", ask(&s, REVOKE, "", arena_print(&s.stage.arena, "%s%s",
	    "client_id=" APP_CODED "&", h.of_refresh)), 200, "");
	expect_answer(&s, "what it is", ask(&s, USERINFO, h.bearer, NULL), 200, "the-subject");
	expect_answer(&s, "one that there is not", ask(&s, REVOKE, s.secret, "token=wr_x"), 200, "");
	expect_answer(&s, "nobody", ask(&s, REVOKE, "", h.of_access), 401, "\"error\":\"invalid_client\"");
	expect_answer(&s, "none", ask(&s, REVOKE, s.secret, "token_type_hint=access_token"), 400,
	    "\"error\":\"invalid_request\"");
	expect_answer(&s, "REV-1: an access token goes alone", ask(&s, REVOKE, s.secret, h.of_access), 200,
	    "Content-Length: 0");
	expect_answer(&s, "it is gone", ask(&s, USERINFO, h.bearer, NULL), 401, "invalid_token");
	expect_answer(&s, "the refresh token is there", ask(&s, INTROSPECT, s.secret, h.of_refresh), 200,
	    "\"active\":true");
	h = held_by_shop(&s);
	expect_answer(&s, "a refresh token takes all with it", ask(&s, REVOKE, s.secret, h.of_refresh), 200, "");
	expect_answer(&s, "itself", ask(&s, INTROSPECT, s.secret, h.of_refresh), 200, "{\"active\":false}");
	expect_answer(&s, "and its access tokens", ask(&s, USERINFO, h.bearer, NULL), 401, "invalid_token");
	expect_answer(&s, "a second time is as good", ask(&s, REVOKE, s.secret, h.of_refresh), 200, "");
	scene_close(&s);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(userinfo_is_told_to_whoever_holds_the_token),
		cmocka_unit_test(userinfo_is_signed_where_the_client_says_so),
		cmocka_unit_test(verified_claims_are_told_where_they_were_asked),
		cmocka_unit_test(a_level_is_what_a_decision_would_come_to),
		cmocka_unit_test(what_has_ended_stands_for_nothing_at_once),
		cmocka_unit_test(introspection_tells_the_client_whose_it_is),
		cmocka_unit_test(what_another_protocol_granted_is_no_token),
		cmocka_unit_test(introspection_tells_when_the_token_was_issued),
		cmocka_unit_test(introspection_is_signed_where_it_is_asked),
		cmocka_unit_test(a_client_gives_up_what_is_its_own),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
