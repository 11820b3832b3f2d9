/* tests/front/test_authorize_request.c - an authorization request: what of it is asked of a sign-on, and by which of
 * OAuth's words it is refused. Cases that OpenID's conformance suite has bear its module's name.
 */
#include "crypto/jwt_maker.h"
#include "expect.h"

#include "crypto/digest.h"
#include "front/oidc/authorize_request.h"
#include "transaction/client/client.h"

#define ISSUER "https://op.example"
#define CLIENT "https://bank.example/"
#define URI "https://bank.example/cb"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
#define PKCE "&code_challenge=" CHALLENGE "&code_challenge_method=S256"
#define BASIC "response_type=code&scope=openid"
#define NOON 1795349000

static struct arena arena;
static struct maker_key ours, theirs;

static struct client
client_of(const char *more)
{
	static const struct client_terms terms = { .entity_id = { (const uint8_t *)CLIENT, sizeof(CLIENT) - 1 },
		.id_token = CLIENT_ES256, .believed = true };
	struct client c = { .id = span_text(CLIENT), .rp = { .entity_id = span_text(CLIENT) } };
	struct problem why;

	expect_ok(more, oidc_client_parse(&arena, span_text(arena_print(&arena, "{\"redirect_uris\":[\"" URI "\"]%s}",
	    more)), &terms, &c.metadata, &why), &why);
	return c;
}

static const char *
read_with(const char *client, const char *form, struct sign_on *asked, struct answer_to *to, struct problem *why)
{
	struct client c = client_of(client);
	const struct authorize_terms terms = { .client = &c, .redirect_uri = span_text(URI), .hint = {
		.keys = &ours.spki, .key_count = 1, .issuer = span_text(ISSUER), .now = { SECONDS(NOON) } } };

	*why = (struct problem){ .code = OK };
	return authorize_request_read(&arena, span_text(form), &terms, asked, to, why);
}

/* "scope=openid acr=a! age=10 login consent account never offline hint=x login_hint=x wishes=3 nonce=x" */
static const char *
told(const struct sign_on *s, const struct answer_to *to)
{
	static const uint8_t none[32];
	struct buffer b = buffer_init(8 * KIB);
	const char *text;

	buffer_print(&b, "%.*s", SPAN_ARGS(s->scope));
	for (size_t i = 0; i < s->wish_count; i++)
		buffer_print(&b, " %.*s:%u", SPAN_ARGS(s->wishes[i].name), s->wishes[i].places);
	if (s->acr_values.size)
		buffer_print(&b, " acr=%.*s%s", SPAN_ARGS(s->acr_values), s->acr_essential ? "!" : "");
	if (s->max_age >= 0)
		buffer_print(&b, " age=%lld", (long long)(s->max_age / SECONDS(1)));
	buffer_print(&b, "%s%s%s%s%s", s->login_anew ? " login" : "", s->consent_anew ? " consent" : "",
	    s->account_anew ? " account" : "", s->never_ask ? " never" : "", s->offline ? " offline" : "");
	if (s->hint_subject.size)
		buffer_print(&b, " sub=%.*s", SPAN_ARGS(s->hint_subject));
	if (s->login_hint.size)
		buffer_print(&b, " who=%.*s", SPAN_ARGS(s->login_hint));
	if (s->nonce.size)
		buffer_print(&b, " nonce=%.*s", SPAN_ARGS(s->nonce));
	if (memcmp(s->challenge, none, 32) == 0)
		buffer_text(&b, " nopkce");
	if (to->form_post || to->language[0])
		buffer_print(&b, " %s%s", to->form_post ? "post" : "", to->language);
	text = arena_text(&arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

#define RELAXED ",\"require_pkce\":false"
#define REFRESHING ",\"grant_types\":[\"authorization_code\",\"refresh_token\"]"
#define LEVEL ",\"default_acr_values\":[\"urn:a\",\"urn:b\"]"

static const struct { const char *title, *client, *form, *told; } good[] = {
	{ "oidcc-server: a code with PKCE", "", BASIC PKCE, "openid" },
	{ "oidcc-ensure-request-with-valid-pkce-succeeds", RELAXED, BASIC PKCE, "openid" },
	{ "a confidential client whose record says so does without", RELAXED, BASIC, "openid nopkce" },
	{ "oidcc-alternate-happy-flow: the order is nobody's concern", "",
	    "code_challenge_method=S256&scope=email+openid&code_challenge=" CHALLENGE "&response_type=code",
	    "email openid email:2" },
	{ "oidcc-scope-profile: claims of a scope are told at userinfo", "", "response_type=code&scope=openid+profile"
	    PKCE, "openid profile name:2 name#ja-Kana-JP:2 family_name:2 given_name:2 nickname:2 birthdate:2 "
	    "gender:2 website:2" },
	{ "oidcc-scope-all", "", "response_type=code&scope=openid+email+address+phone" PKCE,
	    "openid email address phone email:2 address:2 phone_number:2" },
	{ "scopes that nobody knows are passed over, and one stands once", "",
	    "response_type=code&scope=+openid++x.read+openid+" PKCE, "openid" },
	{ "without openid it is OAuth: no claims, whoever asks for them", "",
	    "response_type=code&scope=email&claims=%7B%22userinfo%22:%7B%22name%22:null%7D%7D" PKCE, "email" },
	{ "oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "", BASIC "&nonce=" PKCE, "openid" },
	{ "a nonce comes back whole", "", BASIC "&nonce=%2B%20%22a" PKCE, "openid nonce=+ \"a" },
	{ "oidcc-ensure-request-with-unknown-parameter-succeeds, however often", "", BASIC "&x=1&x=2&=&&x" PKCE,
	    "openid" },
	{ "oidcc-display-page", "", BASIC "&display=page" PKCE, "openid" },
	{ "oidcc-display-popup", "", BASIC "&display=popup" PKCE, "openid" },
	{ "displays that there are not", "", BASIC "&display=x" PKCE, "openid" },
	{ "oidcc-ui-locales", "", BASIC "&ui_locales=se+fr-CA+ja-JP+en" PKCE, "openid ja" },
	{ "languages that there are not", "", BASIC "&ui_locales=xx-ja+tlh" PKCE, "openid" },
	{ "oidcc-claims-locales", "", BASIC "&claims_locales=se" PKCE, "openid" },
	{ "oidcc-login-hint", "", BASIC "&login_hint=hanako%40example.jp" PKCE, "openid who=hanako@example.jp" },
	{ "a hint that nobody could mean is none", "", BASIC "&login_hint=a%0Ab" PKCE, "openid" },
	{ "oidcc-ensure-request-with-acr-values-succeeds", "", BASIC "&acr_values=1+2" PKCE, "openid acr=1 2" },
	{ "the client's own, where the request says none", LEVEL, BASIC PKCE, "openid acr=urn:a urn:b" },
	{ "the request's before the client's", LEVEL, BASIC "&acr_values=x" PKCE, "openid acr=x" },
	{ "they are meant, if the client's record says so", ",\"acr_values_essential\":true",
	    BASIC "&acr_values=x" PKCE,
	    "openid acr=x!" },
	{ "words that nobody can read do not take the client's own away",
	    LEVEL ",\"acr_values_essential\":true", BASIC "&acr_values=%C3%A9+%22" PKCE, "openid acr=urn:a urn:b!" },
	{ "where none are asked for, none are meant", ",\"acr_values_essential\":true", BASIC PKCE, "openid" },
	{ "claims before acr_values", LEVEL, BASIC "&acr_values=x&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B"
	    "%22essential%22%3Atrue%2C%22value%22%3A%22y%22%7D%7D%7D" PKCE, "openid acr=y!" },
	{ "oidcc-claims-essential", "", BASIC "&claims=%7B%22userinfo%22%3A%7B%22name%22%3A%7B%22essential%22%3Atrue"
	    "%7D%7D%7D" PKCE, "openid name:2" },
	{ "oidcc-max-age-1", "", BASIC "&max_age=1" PKCE, "openid age=1" },
	{ "none is as old as that", "", BASIC "&max_age=0" PKCE, "openid age=0" },
	{ "oidcc-max-age-10000", "", BASIC "&max_age=10000" PKCE, "openid age=10000" },
	{ "an age beyond all ages", "", BASIC "&max_age=18446744073709551615" PKCE, "openid age=315360000" },
	{ "default_max_age", ",\"default_max_age\":60", BASIC PKCE, "openid age=60" },
	{ "the request's before default_max_age", ",\"default_max_age\":60", BASIC "&max_age=600" PKCE,
	    "openid age=600" },
	{ "oidcc-prompt-login", "", BASIC "&prompt=login" PKCE, "openid login" },
	{ "oidcc-prompt-none-logged-in", "", BASIC "&prompt=none" PKCE, "openid never" },
	{ "several prompts", "", BASIC "&prompt=select_account+consent+login" PKCE, "openid login consent account" },
	{ "prompts to come", "", BASIC "&prompt=create" PKCE, "openid" },
	{ "offline_access with prompt=consent", REFRESHING, "response_type=code&scope=openid+offline_access"
	    "&prompt=consent" PKCE, "openid offline_access consent offline" },
	{ "offline_access without prompt=consent is passed over", REFRESHING,
	    "response_type=code&scope=openid+offline_access" PKCE, "openid" },
	{ "offline_access of a client that may not refresh is passed over", "",
	    "response_type=code&scope=openid+offline_access&prompt=consent" PKCE, "openid consent" },
	{ "oidcc-server of the form post plan", "", BASIC "&response_mode=form_post" PKCE, "openid post" },
	{ "the mode that is default", "", BASIC "&response_mode=query" PKCE, "openid" },
	{ "what has no value was not sent", "", BASIC "&prompt=&max_age=&claims=&request=&response_mode=" PKCE,
	    "openid" },
};

#define OBJECT "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."
static const struct { const char *title, *client, *form, *error; } bad[] = {
	{ "oidcc-response-type-missing", "", "scope=openid" PKCE, "invalid_request" },
	{ "a response type that there is not", "", "response_type=x&scope=openid" PKCE, "unsupported_response_type" },
	{ "implicit", "", "response_type=token&scope=openid" PKCE, "unsupported_response_type" },
	{ "hybrid", "", "response_type=code+id_token&scope=openid" PKCE, "unsupported_response_type" },
	{ "no scope", "", "response_type=code" PKCE, "invalid_scope" },
	{ "no scope that is known", "", "response_type=code&scope=x+y" PKCE, "invalid_scope" },
	{ "a scope that is no word", "", "response_type=code&scope=openid+%22" PKCE, "invalid_scope" },
	{ "offline_access alone, passed over", "", "response_type=code&scope=offline_access" PKCE, "invalid_scope" },
	{ "none beside another prompt", "", BASIC "&prompt=none+login" PKCE, "invalid_request" },
	{ "none beside a prompt that nobody knows", "", BASIC "&prompt=x+none" PKCE, "invalid_request" },
	{ "PKCE is missing", "", BASIC, "invalid_request" },
	{ "plain", "", BASIC "&code_challenge=" CHALLENGE "&code_challenge_method=plain", "invalid_request" },
	{ "plain by saying nothing", "", BASIC "&code_challenge=" CHALLENGE, "invalid_request" },
	{ "a method alone", RELAXED, BASIC "&code_challenge_method=S256", "invalid_request" },
	{ "a challenge that is too short", "", BASIC "&code_challenge_method=S256&code_challenge=E9Melhoa",
	    "invalid_request" },
	{ "a challenge that is too long", "", BASIC "&code_challenge_method=S256&code_challenge=" CHALLENGE "AAAA",
	    "invalid_request" },
	{ "a challenge of other letters", "", BASIC "&code_challenge_method=S256"
	    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw~cM", "invalid_request" },
	{ "a challenge that would be kept as none", "", BASIC "&code_challenge_method=S256"
	    "&code_challenge=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "invalid_request" },
	{ "an age below nothing", "", BASIC "&max_age=-1" PKCE, "invalid_request" },
	{ "an age that is none", "", BASIC "&max_age=1.5" PKCE, "invalid_request" },
	{ "claims that are no JSON", "", BASIC "&claims=%7B" PKCE, "invalid_request" },
	{ "a mode that there is not", "", BASIC "&response_mode=fragment" PKCE, "invalid_request" },
	{ "JARM", "", BASIC "&response_mode=jwt" PKCE, "invalid_request" },
	{ "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", "",
	    BASIC "&request=" OBJECT PKCE, "request_not_supported" },
	{ "oidcc-ensure-request-object-with-redirect-uri", "", "request=" OBJECT, "request_not_supported" },
	{ "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", "",
	    BASIC "&request_uri=https%3A%2F%2Fbank.example%2Fr" PKCE, "request_uri_not_supported" },
	{ "registration within a request", "", BASIC "&registration=%7B%7D" PKCE, "registration_not_supported" },
	{ "a parameter that stands twice", "", BASIC "&nonce=a&nonce=b" PKCE, "invalid_request" },
	{ "twice, and once without a value", "", BASIC "&scope=" PKCE, "invalid_request" },
	{ "a mode that stands twice", "", BASIC "&response_mode=form_post&response_mode=form_post" PKCE,
	    "invalid_request" },
	{ "a state that stands twice", "", BASIC "&state=a&state=a" PKCE, "invalid_request" },
	{ "a state with a line end", "", BASIC "&state=a%0D%0Ab" PKCE, "invalid_request" },
	{ "what is no UTF-8", "", BASIC "&nonce=%ff" PKCE, "invalid_request" },
	{ "a broken escape", "", BASIC "&nonce=%2" PKCE, "invalid_request" },
	{ "a hint that is no token", "", BASIC "&id_token_hint=x" PKCE, "invalid_request" },
};

static void
what_is_right_is_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct sign_on s;
		struct answer_to to;
		struct problem why;
		const char *error = read_with(good[i].client, good[i].form, &s, &to, &why);

		if (error)
			print_error("  %s: %s\n", error, why.text);
		expect_true(good[i].title, !error);
		expect_text(good[i].title, told(&s, &to), good[i].told);
	}
}

static void
what_is_wrong_has_its_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct sign_on s;
		struct answer_to to;
		struct problem why;
		const char *error = read_with(bad[i].client, bad[i].form, &s, &to, &why);

		expect_text(bad[i].title, error ? error : "none", bad[i].error);
		expect_true(bad[i].title, why.text[0] != '\0');
		expect_span(bad[i].title, to.redirect_uri, URI);
	}
}

static void
the_answer_goes_where_it_is_wanted(void **state)
{
	struct sign_on s;
	struct answer_to to, again;
	struct problem why;
	uint8_t sum[32];

	(void)state;
	expect_true("read", !read_with("", BASIC PKCE "&state=%E7%8A%B6%26%20%2B%3C&response_mode=form_post"
	    "&ui_locales=en", &s, &to, &why));
	expect_span("a state byte for byte", to.state, "状& +<");
	expect_true("kept", answer_to_read(s.answer, &again) && again.form_post && span_equal(again.state, to.state));
	expect_span("with its address", again.redirect_uri, URI);
	expect_text("and language", again.language, "en");
	expect_true("nothing else is", !answer_to_read(span_first(s.answer, s.answer.size - 1), &again));
	digest(DIGEST_SHA256, span_text(URI), sum);
	expect_true("the address is bound to the code", memcmp(s.redirect, sum, sizeof(sum)) == 0);
	expect_true("the client authenticates itself", s.recipient_known && s.protocol == GRANT_OIDC);
	expect_span("whose client", s.client, CLIENT);
	read_with(",\"token_endpoint_auth_method\":\"none\"", BASIC PKCE, &s, &to, &why);
	expect_true("a public one does not", !s.recipient_known);
	expect_text("an error behind a good mode goes there", read_with("", "response_mode=form_post&state=x", &s, &to,
	    &why), "invalid_request");
	expect_true("with its state", to.form_post && span_is(to.state, "x"));
	expect_text("of two states none", read_with("", BASIC "&state=x&state=x", &s, &to, &why), "invalid_request");
	expect_true("is sent back", !to.state.size);
}

static void
long_words_come_back_whole_or_not_at_all(void **state)
{
	char nonce[2050], text[ANSWER_STATE_LARGEST + 2];
	struct sign_on s;
	struct answer_to to;
	struct problem why;

	(void)state;
	memset(nonce, 'n', sizeof(nonce));
	memset(text, 's', sizeof(text));
	nonce[384] = '\0';
	expect_true("a nonce of 384 letters", !read_with("", arena_print(&arena, BASIC PKCE "&nonce=%s", nonce), &s,
	    &to,
	    &why));
	expect_number("is whole", s.nonce.size, 384);
	nonce[384] = 'n';
	nonce[2049] = '\0';
	expect_text("one that is not kept is refused", read_with("", arena_print(&arena, BASIC PKCE "&nonce=%s", nonce),
	    &s, &to, &why), "invalid_request");
	text[ANSWER_STATE_LARGEST + 1] = '\0';
	expect_text("and such a state", read_with("", arena_print(&arena, BASIC PKCE "&state=%s", text), &s, &to, &why),
	    "invalid_request");
	text[ANSWER_STATE_LARGEST] = '\0';
	expect_true("a long state", !read_with("", arena_print(&arena, BASIC PKCE "&state=%s", text), &s, &to, &why));
	expect_number("is whole", to.state.size, ANSWER_STATE_LARGEST);
	nonce[1500] = '\0';
	expect_true("acr_values are never an error", !read_with("", arena_print(&arena, BASIC PKCE
	    "&acr_values=%s+a+%s+b", nonce, nonce), &s, &to, &why));
	expect_number("what has room is kept", s.acr_values.size, 1500 + 4);
}

/* Hints */

#define HEADER "{\"alg\":\"ES256\",\"typ\":\"JWT\"}"
#define TOKEN(iss, aud, more) "{\"iss\":\"" iss "\",\"sub\":\"abc\",\"aud\":" aud ",\"iat\":1795340000," \
	"\"exp\":1795340600" more "}"

static void
whose_token_comes_back_is_meant(void **state)
{
	static const struct { const char *title, *algorithm, *header, *payload, *told; bool foreign; } cases[] = {
		{ "oidcc-id-token-hint: one of ours, over since long", "ES256", HEADER, TOKEN(ISSUER,
		    "\"" CLIENT "\"", ""),
		    "openid sub=abc", false },
		{ "with a list of one audience", "ES256", HEADER, TOKEN(ISSUER, "[\"" CLIENT "\"]", ""),
		    "openid sub=abc",
		    false },
		{ "another client's", "ES256", HEADER, TOKEN(ISSUER, "\"https://other.example/\"", ""), NULL, false },
		{ "another issuer's", "ES256", HEADER, TOKEN("https://x.example", "\"" CLIENT "\"", ""), NULL, false },
		{ "signed by anybody", "ES256", HEADER, TOKEN(ISSUER, "\"" CLIENT "\"", ""), NULL, true },
		{ "signed by nobody", "none", "{\"alg\":\"none\"}", TOKEN(ISSUER, "\"" CLIENT "\"", ""), NULL, false },
		{ "signed with what everybody knows", "HS256", "{\"alg\":\"HS256\"}", TOKEN(ISSUER, "\"" CLIENT "\"",
		    ""),
		    NULL, false },
		{ "a token of another kind", "ES256", "{\"alg\":\"ES256\",\"typ\":\"logout+jwt\"}",
		    TOKEN(ISSUER, "\"" CLIENT "\"", ""), NULL, false },
		{ "what is told at userinfo has no end, and is no ID token", "ES256", HEADER,
		    "{\"iss\":\"" ISSUER "\",\"sub\":\"abc\",\"aud\":\"" CLIENT "\",\"iat\":1795340000}", NULL, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span token = maker_jwt(&arena, cases[i].foreign ? &theirs : &ours, cases[i].algorithm,
		    cases[i].header, cases[i].payload);
		struct sign_on s;
		struct answer_to to;
		struct problem why;
		const char *error = read_with("", arena_print(&arena, BASIC PKCE "&id_token_hint=%.*s",
		    SPAN_ARGS(token)),
		    &s, &to, &why);

		if (cases[i].told && error)
			print_error("  %s\n", why.text);
		expect_text(cases[i].title, error ? error : told(&s, &to), cases[i].told ? cases[i].told :
		    "invalid_request");
	}
}

#define SUB(value) "&claims=%%7B%%22id_token%%22:%%7B%%22sub%%22:%%7B%%22value%%22:%%22" value "%%22%%7D%%7D%%7D"

static void
two_names_of_one_person_agree(void **state)
{
	struct span token = maker_jwt(&arena, &ours, "ES256", HEADER, TOKEN(ISSUER, "\"" CLIENT "\"", ""));
	struct sign_on s;
	struct answer_to to;
	struct problem why;

	(void)state;
	expect_true("claims alone", !read_with("", arena_print(&arena, BASIC PKCE SUB("xyz")), &s, &to, &why));
	expect_span("name somebody", s.hint_subject, "xyz");
	expect_true("both the same", !read_with("", arena_print(&arena, BASIC PKCE SUB("abc") "&id_token_hint=%.*s",
	    SPAN_ARGS(token)), &s, &to, &why));
	expect_text("two persons", read_with("", arena_print(&arena, BASIC PKCE SUB("xyz") "&id_token_hint=%.*s",
	    SPAN_ARGS(token)), &s, &to, &why), "invalid_request");
}

/* Before the client is known */

static void
who_asks_is_read_first(void **state)
{
	static const struct { const char *title, *form; bool good; } cases[] = {
		{ "both", "client_id=a&redirect_uri=b", true },
		{ "among faults of other parameters", "state=1&client_id=a&state=2&redirect_uri=b&max_age=x", true },
		{ "oidcc-ensure-redirect-uri-in-authorization-request", "client_id=a", false },
		{ "no client", "redirect_uri=b", false },
		{ "an empty one", "client_id=&redirect_uri=b", false },
		{ "two clients", "client_id=a&client_id=a&redirect_uri=b", false },
		{ "two addresses", "client_id=a&redirect_uri=b&redirect_uri=c", false },
		{ "nothing", "", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct authorize_who who;
		struct problem why;

		expect_true(cases[i].title, (authorize_who_read(&arena, span_text(cases[i].form), &who, &why) == OK) ==
		    cases[i].good);
	}
}

static int
open_arena(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	ours = maker_key_new(&arena, "P-256");
	theirs = maker_key_new(&arena, "P-256");
	return 0;
}

static int
close_arena(void **state)
{
	(void)state;
	maker_key_free(&ours);
	maker_key_free(&theirs);
	arena_release(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_asks_is_read_first),
		cmocka_unit_test(what_is_right_is_asked),
		cmocka_unit_test(what_is_wrong_has_its_word),
		cmocka_unit_test(the_answer_goes_where_it_is_wanted),
		cmocka_unit_test(long_words_come_back_whole_or_not_at_all),
		cmocka_unit_test(whose_token_comes_back_is_meant),
		cmocka_unit_test(two_names_of_one_person_agree),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
