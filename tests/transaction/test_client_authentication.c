/* tests/transaction/test_client_authentication.c - a client shows who it is by its own method alone, and an assertion
 * once. */
#include <stdlib.h>

#include "crypto/jwt_maker.h"
#include "transaction/client_stage.h"

#include "crypto/jwk.h"
#include "transaction/client/client_authentication.h"

#define ISSUER "https://op.example"
#define SECRET "wt_0000000000000000000000000000000000000000000"
#define OTHERS "wt_1111111111111111111111111111111111111111111"
#define DECIDES "wt_2222222222222222222222222222222222222222222"
#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define BY(method) ",\"token_endpoint_auth_method\":\"" method "\""
#define CLAIMS(aud, more) "{\"iss\":\"" SHOP "\",\"sub\":\"" SHOP "\",\"aud\":" aud more "}"
#define SOON ",\"exp\":1795348860"  /* a minute from noon */
#define ONCE ",\"jti\":\"1\""
#define US "\"" ISSUER "\""

static struct arena arena;
static struct maker_key key, stranger;

static int
make_keys(void **state)
{
	(void)state;
	arena = arena_init(1 * MIB);
	key = maker_key_new(&arena, "P-256");
	stranger = maker_key_new(&arena, "P-256");
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	maker_key_free(&key);
	maker_key_free(&stranger);
	arena_release(&arena);
	return 0;
}

static const char *
jwks(struct stage *s)
{
	struct buffer b = buffer_init(4 * KIB);
	const char *text;

	expect_number("a JWK", jwk_write(&b, KEY_P256, key.spki, NULL), OK);
	text = arena_print(&s->arena, ",\"jwks\":{\"keys\":[%.*s]}", SPAN_ARGS(buffer_span(&b)));
	buffer_release(&b);
	return text;
}

static void
scene_open(struct stage *s, uint64_t seed, const char *method)
{
	stage_open(s, seed);
	stage_member_as(s, "shop", STANDING_APPROVED,
	    stage_shop(s, "", arena_print(&s->arena, "%s%s", jwks(s), method), ""));
	stage_claim(s, SHOP, "shop");
	stage_member(s, "bank", STANDING_APPROVED);
	stage_holder(s, "shop-web", "shop", CALLER_CLIENT, SECRET);
	stage_holder(s, "bank-web", "bank", CALLER_CLIENT, OTHERS);
	stage_holder(s, "shop-point", "shop", CALLER_DECIDE, DECIDES);
}

static enum err
authenticate(struct stage *s, struct client_book *book, const struct client_credentials *shown)
{
	struct stage_client found = { .stage = s };

	s->done = false;
	client_authenticate(s->store, book, &s->arena, shown, span_text(ISSUER), s->now, stage_on_client, &found);
	expect_true("never before it returns", !s->done);
	stage_run(s);
	expect_true("the client, or why not", (found.client != NULL) == (s->err == OK));
	return s->err;
}

#define T(text) { (const uint8_t *)(text), sizeof(text) - 1 }

static void
each_by_its_own_method(void **state)
{
	static const struct {
		const char *title, *method;
		struct client_credentials shown;
		enum err err;
	} cases[] = {
		{ "a secret in the header", BY("client_secret_basic"),
		    { .basic = true, .basic_id = T(SHOP), .basic_secret = T(SECRET) }, OK },
		{ "and the same client in the form", BY("client_secret_basic"),
		    { .basic = true, .basic_id = T(SHOP), .basic_secret = T(SECRET), .form_id = T(SHOP) }, OK },
		{ "another one in the form", BY("client_secret_basic"),
		    { .basic = true, .basic_id = T(SHOP), .basic_secret = T(SECRET), .form_id = T("x:y") },
		    ERR_DENIED },
		{ "a secret in the form", BY("client_secret_post"),
		    { .form_id = T(SHOP), .form_secret = T(SECRET) }, OK },
		{ "in the form, where the header is its place", BY("client_secret_basic"),
		    { .form_id = T(SHOP), .form_secret = T(SECRET) }, ERR_DENIED },
		{ "in the header, where the form is", BY("client_secret_post"),
		    { .basic = true, .basic_id = T(SHOP), .basic_secret = T(SECRET) }, ERR_DENIED },
		{ "in both", BY("client_secret_basic"), { .basic = true, .basic_id = T(SHOP), .basic_secret = T(SECRET),
		    .form_id = T(SHOP), .form_secret = T(SECRET) }, ERR_INVALID },
		{ "beside an assertion", BY("client_secret_basic"), { .basic = true, .basic_id = T(SHOP),
		    .basic_secret = T(SECRET), .assertion = T("x"), .assertion_type = T(JWT_BEARER) }, ERR_INVALID },
		{ "no secret", BY("client_secret_basic"), { .form_id = T(SHOP) }, ERR_DENIED },
		{ "an empty one", BY("client_secret_basic"), { .basic = true, .basic_id = T(SHOP) }, ERR_DENIED },
		{ "another member's", BY("client_secret_basic"),
		    { .basic = true, .basic_id = T(SHOP), .basic_secret = T(OTHERS) }, ERR_DENIED },
		{ "a token with another right", BY("client_secret_basic"),
		    { .basic = true, .basic_id = T(SHOP), .basic_secret = T(DECIDES) }, ERR_DENIED },
		{ "nobody's", BY("client_secret_basic"), { .basic = true, .basic_id = T(SHOP),
		    .basic_secret = T("wt_3333333333333333333333333333333333333333333") }, ERR_DENIED },
		{ "a client that there is not", BY("client_secret_basic"),
		    { .basic = true, .basic_id = T("https://no.example/"), .basic_secret = T(SECRET) }, ERR_DENIED },
		{ "a public client says its name", BY("none"), { .form_id = T(SHOP) }, OK },
		{ "but shows no secret", BY("none"), { .form_id = T(SHOP), .form_secret = T(SECRET) }, ERR_DENIED },
		{ "nobody at all", BY("none"), { .basic = false }, ERR_DENIED },
		{ "where an assertion is due", BY("private_key_jwt"), { .form_id = T(SHOP) }, ERR_DENIED },
		{ "an assertion that is none", BY("private_key_jwt"),
		    { .assertion = T("a.b.c"), .assertion_type = T(JWT_BEARER) }, ERR_DENIED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_book *book = client_book_new();
		struct stage s;

		scene_open(&s, i, cases[i].method);
		expect_number(cases[i].title, authenticate(&s, book, &cases[i].shown), cases[i].err);
		client_book_free(book);
		stage_close(&s);
	}
}

static enum err
assert_that(struct stage *s, struct client_book *book, const struct maker_key *by, const char *header,
    const char *payload)
{
	const struct client_credentials shown = {
		.assertion_type = span_text(JWT_BEARER),
		.assertion = maker_jwt(&s->arena, by, "ES256", header, payload),
	};

	return authenticate(s, book, &shown);
}

static void
an_assertion_is_made_for_us_alone(void **state)
{
	static const char plain[] = "{\"alg\":\"ES256\"}";
	static const struct {
		const char *title, *header, *payload;
		enum err err;
		bool stranger;
	} cases[] = {
		{ "to the issuer", plain, CLAIMS(US, SOON ONCE), OK, false },
		{ "with the type of RFC 10070", "{\"alg\":\"ES256\",\"typ\":\"client-authentication+jwt\"}",
		    CLAIMS(US, SOON ONCE), OK, false },
		{ "with another", "{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", CLAIMS(US, SOON ONCE), ERR_DENIED, false },
		{ "to a list of it", plain, CLAIMS("[" US "]", SOON ONCE), ERR_DENIED, false },
		{ "to it and another", plain, CLAIMS("[" US ",\"https://other.example\"]", SOON ONCE),
		    ERR_DENIED, false },
		{ "to the token endpoint", plain, CLAIMS("\"" ISSUER "/oidc/token\"", SOON ONCE), ERR_DENIED, false },
		{ "to the issuer with a slash", plain, CLAIMS("\"" ISSUER "/\"", SOON ONCE), ERR_DENIED, false },
		{ "to nobody", plain, "{\"iss\":\"" SHOP "\",\"sub\":\"" SHOP "\"" SOON ONCE "}", ERR_DENIED, false },
		{ "about another", plain, "{\"iss\":\"" SHOP "\",\"sub\":\"x:y\",\"aud\":" US SOON ONCE "}", ERR_DENIED,
		    false },
		{ "without jti", plain, CLAIMS(US, SOON), ERR_DENIED, false },
		{ "without an end", plain, CLAIMS(US, ONCE), ERR_DENIED, false },
		{ "that has ended", plain, CLAIMS(US, ONCE ",\"exp\":1795348700"), ERR_DENIED, false },
		{ "that never does", plain, CLAIMS(US, ONCE ",\"exp\":1795358800"), ERR_DENIED, false },
		{ "by another's key", plain, CLAIMS(US, SOON ONCE), ERR_DENIED, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_book *book = client_book_new();
		struct stage s;

		scene_open(&s, i, BY("private_key_jwt"));
		expect_number(cases[i].title, assert_that(&s, book, cases[i].stranger ? &stranger : &key,
		    cases[i].header, cases[i].payload), cases[i].err);
		client_book_free(book);
		stage_close(&s);
	}
}

static void
an_assertion_counts_once(void **state)
{
	static const char plain[] = "{\"alg\":\"ES256\"}";
	struct client_book *book = client_book_new();
	struct stage_client first, second;
	struct client_credentials shown = { .assertion_type = span_text(JWT_BEARER) };
	enum err err;
	struct stage s, t;

	(void)state;
	scene_open(&s, 7, BY("private_key_jwt"));
	expect_number("once", assert_that(&s, book, &key, plain, CLAIMS(US, SOON ONCE)), OK);
	expect_number("and not again", assert_that(&s, book, &key, plain, CLAIMS(US, SOON ONCE)), ERR_DENIED);
	expect_number("another one does", assert_that(&s, book, &key, plain, CLAIMS(US, SOON ",\"jti\":\"2\"")), OK);
	/* Of two at one time. */
	shown.assertion = maker_jwt(&s.arena, &key, "ES256", plain, CLAIMS(US, SOON ",\"jti\":\"3\""));
	t = s;
	first = (struct stage_client){ .stage = &s };
	second = (struct stage_client){ .stage = &t };
	s.done = t.done = false;
	client_authenticate(s.store, book, &s.arena, &shown, span_text(ISSUER), s.now, stage_on_client, &first);
	client_authenticate(s.store, book, &s.arena, &shown, span_text(ISSUER), s.now, stage_on_client, &second);
	while ((!s.done || !t.done) && store_memory_step(s.store, s.now))
		continue;
	err = s.err == OK ? t.err : s.err;
	expect_true("one wins", (s.err == OK) != (t.err == OK));
	expect_number("the other is refused", err, ERR_DENIED);
	store_memory_fail_commits(s.store, 1, ERR_UNAVAILABLE);
	expect_number("what cannot be kept does not count", assert_that(&s, book, &key, plain,
	    CLAIMS(US, SOON ",\"jti\":\"4\"")), ERR_UNAVAILABLE);
	client_book_free(book);
	stage_close(&s);
}

static void
only_the_registered_algorithm_does(void **state)
{
	struct client_book *book = client_book_new();
	struct stage s;

	(void)state;
	scene_open(&s, 8, BY("private_key_jwt") ",\"token_endpoint_auth_signing_alg\":\"RS256\"");
	expect_number("its key may do another", assert_that(&s, book, &key, "{\"alg\":\"ES256\"}",
	    CLAIMS(US, SOON ONCE)), ERR_DENIED);
	client_book_free(book);
	stage_close(&s);
}

static void
a_suspended_members_client_is_refused(void **state)
{
	const struct client_credentials shown = { .basic = true, .basic_id = span_text(SHOP),
		.basic_secret = span_text(SECRET) };
	struct client_book *book = client_book_new();
	struct stage s;

	(void)state;
	scene_open(&s, 9, BY("client_secret_basic"));
	expect_number("before", authenticate(&s, book, &shown), OK);
	stage_delete(&s, &caller_table, span_text("shop-web"));
	expect_number("its secret was revoked", authenticate(&s, book, &shown), ERR_DENIED);
	stage_holder(&s, "shop-web", "shop", CALLER_CLIENT, SECRET);
	expect_number("and is back", authenticate(&s, book, &shown), OK);
	stage_member_as(&s, "shop", STANDING_SUSPENDED, stage_shop(&s, "", BY("client_secret_basic"), ""));
	expect_number("suspended", authenticate(&s, book, &shown), ERR_DENIED);
	client_book_free(book);
	stage_close(&s);
}

static void
a_header_is_read_as_a_form(void **state)
{
	static const struct {
		const char *title, *header;
		bool read, basic;
		const char *id, *secret;
	} cases[] = {
		{ "another scheme", "Bearer abc", true, false, "", "" },
		{ "none", "", true, false, "", "" },
		{ "id and secret", "Basic YTpi", true, true, "a", "b" },
		{ "the scheme in any case", "bAsIc YTpi", true, true, "a", "b" },
		{ "with escapes", "Basic aHR0cHMlM0ElMkYlMkZhLmV4YW1wbGUlMkY6cCtxJTNB", true, true,
		    "https://a.example/", "p q:" },
		{ "a colon in the secret", "Basic YTpiOmM=", true, true, "a", "b:c" },
		{ "no colon", "Basic YWI=", false, true, "", "" },
		{ "no base64", "Basic a:b", false, true, "", "" },
		{ "a broken escape", "Basic YSU6Yg==", false, true, "", "" },
	};
	struct arena a = arena_init(64 * KIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_credentials c = { .basic = false };

		expect_true(cases[i].title, client_basic_read(&a, span_text(cases[i].header), &c) == cases[i].read);
		expect_true(cases[i].title, c.basic == cases[i].basic);
		if (!cases[i].read)
			continue;
		expect_span(cases[i].title, c.basic_id, cases[i].id);
		expect_span(cases[i].title, c.basic_secret, cases[i].secret);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_by_its_own_method),
		cmocka_unit_test(an_assertion_is_made_for_us_alone),
		cmocka_unit_test(an_assertion_counts_once),
		cmocka_unit_test(only_the_registered_algorithm_does),
		cmocka_unit_test(a_suspended_members_client_is_refused),
		cmocka_unit_test(a_header_is_read_as_a_form),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
