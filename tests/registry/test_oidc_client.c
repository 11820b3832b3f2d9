/* tests/registry/test_oidc_client.c - an OpenID Connect client's metadata: what is taken, with which defaults, and what
 * is refused where.
 */
#include "expect.h"

#include "registry/oidc_client.h"

static const struct client_terms members = {
	.entity_id = { (const uint8_t *)"https://bank.example/", 21 }, .id_token = CLIENT_ES256, .believed = true
};
static const struct client_terms own = { .entity_id = { (const uint8_t *)"urn:x:bank", 10 }, .id_token = CLIENT_RS256 };

#define URIS "\"redirect_uris\":[\"https://bank.example/cb\"]"
#define FIFTY "0123456789012345678901234567890123456789ABCDEFGHIJ"
#define VALUE "\"" FIFTY FIFTY FIFTY FIFTY FIFTY "\""
#define KEYS "\"jwks\":{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\"," \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}]}"

static enum err
parse(struct arena *a, const char *json, const struct client_terms *terms, struct oidc_client *out, struct problem *why)
{
	return oidc_client_parse(a, span_text(json), terms, out, why);
}

static void
what_is_not_said_is_the_safest(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct problem why = { 0 };
	struct oidc_client c;

	(void)state;
	expect_ok("only where to return to", parse(&a, "{" URIS ",\"client_name\":\"a bank\"}", &members, &c, &why),
	    &why);
	expect_text("a secret", client_authentication_name(c.authentication), "client_secret_basic");
	expect_text("ES256 for members", client_algorithm_name(c.id_token), "ES256");
	expect_number("codes alone", c.grants, CLIENT_GRANT_CODE);
	expect_true("with PKCE", c.pkce);
	expect_true("its refresh tokens stay", !c.rotate);
	expect_number("no age", c.max_age, -1);
	expect_span("its host is its sector", c.sector, "bank.example");
	expect_ok("one that registers itself", parse(&a, "{" URIS ",\"token_endpoint_auth_method\":\"none\"}", &own, &c,
	    &why), &why);
	expect_text("RS256", client_algorithm_name(c.id_token), "RS256");
	expect_true("without a secret its refresh tokens are used once", c.rotate);
	arena_release(&a);
}

static void
what_is_said_is_taken(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct problem why = { 0 };
	struct oidc_client c;

	(void)state;
	expect_ok("everything", parse(&a,
	    "{\"redirect_uris\":[\"https://a.bank.example/cb?x=1\",\"https://B.example:8443/\"],"
	    "\"sector_identifier_uri\":\"https://Bank.Example/sector.json\",\"application_type\":\"web\","
	    "\"token_endpoint_auth_method\":\"private_key_jwt\",\"token_endpoint_auth_signing_alg\":\"EdDSA\"," KEYS ","
	    "\"grant_types\":[\"refresh_token\",\"authorization_code\"],\"response_types\":[\"code\"],"
	    "\"id_token_signed_response_alg\":\"RS256\",\"userinfo_signed_response_alg\":\"ES256\","
	    "\"introspection_signed_response_alg\":\"ES256\",\"subject_type\":\"pairwise\",\"default_max_age\":3600,"
	    "\"require_auth_time\":true,\"default_acr_values\":[\"urn:a\",\"urn:b\"],\"acr_values_essential\":true,"
	    "\"post_logout_redirect_uris\":[\"https://bank.example/bye\"],"
	    "\"backchannel_logout_uri\":\"https://bank.example/out\","
	    "\"backchannel_logout_session_required\":true,\"initiate_login_uri\":\"https://bank.example/login\","
	    "\"require_pkce\":false,\"refresh_token_rotation\":true}", &members, &c, &why), &why);
	expect_text("its key", client_authentication_name(c.authentication), "private_key_jwt");
	expect_text("one algorithm", client_algorithm_name(c.assertion), "EdDSA");
	expect_number("one key", c.keys.count, 1);
	expect_number("two grants", c.grants, CLIENT_GRANT_CODE | CLIENT_GRANT_REFRESH);
	expect_text("RS256 since it says so", client_algorithm_name(c.id_token), "RS256");
	expect_text("signed", client_algorithm_name(c.userinfo), "ES256");
	expect_text("signed, too", client_algorithm_name(c.introspection), "ES256");
	expect_span("one sector for two hosts", c.sector, "bank.example");
	expect_number("an hour", c.max_age, INT64_C(3600) * 1000000);
	expect_true("auth_time", c.auth_time);
	expect_number("two values", c.acr_values.count, 2);
	expect_span("in their order", c.acr_values.list[1], "urn:b");
	expect_true("meant", c.acr_essential);
	expect_span("told of the end", c.logout_uri, "https://bank.example/out");
	expect_true("with sid", c.logout_session);
	expect_true("without PKCE", !c.pkce);
	expect_true("used once", c.rotate);
	expect_true("it may return there", oidc_client_returns(&c, span_text("https://bank.example/bye")));
	expect_true("and nowhere near", !oidc_client_returns(&c, span_text("https://bank.example/bye/")));
	arena_release(&a);
}

/* federation.md 4.1: byte for byte. */
static const struct { const char *uri; bool web, native; } asked[] = {
	{ "https://bank.example/cb", true, true },
	{ "https://bank.example/cb/", false, false },
	{ "https://bank.example/cb?", false, false },
	{ "https://bank.example/cb?a=1", false, false },
	{ "https://bank.example/cb#", false, false },
	{ "https://bank.example/CB", false, false },
	{ "https://BANK.example/cb", false, false },
	{ "https://bank.example./cb", false, false },
	{ "https://bank.example:443/cb", false, false },
	{ "https://bank.example/x/../cb", false, false },
	{ "https://bank.example/%63b", false, false },
	{ "https://user@bank.example/cb", false, false },
	{ "https://bank.example\\@evil.example/cb", false, false },
	{ "http://bank.example/cb", false, false },
	{ "", false, false },
	{ "http://127.0.0.1/app", false, true },
	{ "http://127.0.0.1:49152/app", false, true },
	{ "http://127.0.0.1:491520/app", false, false },
	{ "http://127.0.0.1:/app", false, false },
	{ "http://127.0.0.1:80@evil.example/app", false, false },
	{ "http://127.0.0.2:49152/app", false, false },
	{ "http://127.0.0.1:49152/app/", false, false },
	{ "http://[::1]:1/app", false, true },
	{ "http://localhost:1/app", false, false },
	{ "example.bank.app:/cb", false, true },
};

static void
people_return_to_registered_addresses_alone(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct problem why = { 0 };
	struct oidc_client web, native;

	(void)state;
	expect_ok("web", parse(&a, "{" URIS "}", &members, &web, &why), &why);
	expect_ok("native", parse(&a,
	    "{\"application_type\":\"native\",\"token_endpoint_auth_method\":\"none\",\"redirect_uris\":"
	    "[\"https://bank.example/cb\",\"http://127.0.0.1/app\",\"http://[::1]:8080/app\","
	    "\"example.bank.app:/cb\"]}",
	    &members, &native, &why), &why);
	for (size_t i = 0; i < COUNT(asked); i++) {
		expect_true(asked[i].uri, oidc_client_redirects(&web, span_text(asked[i].uri)) == asked[i].web);
		expect_true(asked[i].uri, oidc_client_redirects(&native, span_text(asked[i].uri)) == asked[i].native);
	}
	arena_release(&a);
}

static const struct { const char *title, *json; const struct client_terms *terms; const char *part; } wrong[] = {
	{ "nowhere to return to", "{}", &members, "redirect_uris" },
	{ "none of them", "{\"redirect_uris\":[]}", &members, "redirect_uris" },
	{ "a fragment", "{\"redirect_uris\":[\"https://a.example/#x\"]}", &members,
	  "/redirect_uris/0: expected a URL of https: without fragment" },
	{ "an empty fragment", "{\"redirect_uris\":[\"https://a.example/#\"]}", &members, "/redirect_uris/0" },
	{ "http", "{\"redirect_uris\":[\"http://a.example/\"]}", &members, "/redirect_uris/0" },
	{ "http of this machine for a web client", "{\"redirect_uris\":[\"http://127.0.0.1/\"]}", &members,
	  "/redirect_uris/0" },
	{ "a wildcard", "{\"redirect_uris\":[\"https://*.a.example/\"]}", &members, "/redirect_uris/0" },
	{ "somebody's name before the host", "{\"redirect_uris\":[\"https://u@a.example/\"]}", &members,
	  "/redirect_uris/0" },
	{ "javascript", "{\"application_type\":\"native\",\"redirect_uris\":[\"javascript:alert(1)\"]}", &members,
	  "/redirect_uris/0" },
	{ "data", "{\"application_type\":\"native\",\"redirect_uris\":[\"data:text/html,x\"]}", &members,
	  "/redirect_uris/0" },
	{ "a scheme of nobody's", "{\"application_type\":\"native\",\"redirect_uris\":[\"bank:/cb\"]}", &members,
	  "/redirect_uris/0" },
	{ "twice", "{\"redirect_uris\":[\"https://a.example/\",\"https://a.example/\"]}", &members, "each once" },
	{ "two hosts", "{\"redirect_uris\":[\"https://a.example/\",\"https://b.example/\"]}", &members,
	  "sector_identifier_uri" },
	{ "no host at all", "{\"application_type\":\"native\",\"redirect_uris\":[\"http://127.0.0.1/\"]}", &own,
	  "sector_identifier_uri" },
	{ "a sector nobody looked at", "{" URIS ",\"sector_identifier_uri\":\"https://a.example/s\"}", &own,
	  "/sector_identifier_uri" },
	{ "a secret in another way", "{" URIS ",\"token_endpoint_auth_method\":\"client_secret_jwt\"}", &members,
	  "/token_endpoint_auth_method: expected one of none, client_secret_basic, client_secret_post, "
	  "private_key_jwt" },
	{ "a key it has not", "{" URIS ",\"token_endpoint_auth_method\":\"private_key_jwt\"}", &members, "jwks" },
	{ "keys somewhere else", "{" URIS ",\"jwks_uri\":\"https://a.example/k\"}", &members, "/jwks_uri" },
	{ "no keys", "{" URIS ",\"jwks\":{\"keys\":[]}}", &members, "/jwks" },
	{ "tokens by the browser", "{" URIS ",\"response_types\":[\"code id_token\"]}", &members, "/response_types/0" },
	{ "two response types", "{" URIS ",\"response_types\":[\"code\",\"token\"]}", &members, "/response_types" },
	{ "a password grant", "{" URIS ",\"grant_types\":[\"authorization_code\",\"password\"]}", &members,
	  "/grant_types/1" },
	{ "no code", "{" URIS ",\"grant_types\":[\"refresh_token\"]}", &members, "/grant_types" },
	{ "unsigned", "{" URIS ",\"id_token_signed_response_alg\":\"none\"}", &members,
	  "/id_token_signed_response_alg" },
	{ "encrypted", "{" URIS ",\"id_token_encrypted_response_alg\":\"RSA-OAEP\"}", &members,
	  "/id_token_encrypted_response_alg" },
	{ "bound tokens", "{" URIS ",\"dpop_bound_access_tokens\":true}", &members, "/dpop_bound_access_tokens" },
	{ "one name for all", "{" URIS ",\"subject_type\":\"public\"}", &members, "/subject_type: expected pairwise" },
	{ "an age of yesterday", "{" URIS ",\"default_max_age\":-1}", &members, "/default_max_age" },
	{ "more values than a sign-on keeps", "{" URIS ",\"default_acr_values\":[" VALUE "," VALUE "," VALUE "," VALUE
	    "," VALUE "," VALUE "," VALUE "," VALUE "," VALUE "]}", &members, "/default_acr_values" },
	{ "two values in one", "{" URIS ",\"default_acr_values\":[\"a b\"]}", &members, "/default_acr_values/0" },
	{ "http to be told", "{" URIS ",\"backchannel_logout_uri\":\"http://a.example/\"}", &members,
	  "/backchannel_logout_uri" },
	{ "http to begin", "{" URIS ",\"initiate_login_uri\":\"http://a.example/\"}", &members, "/initiate_login_uri" },
	{ "neither secret nor PKCE", "{" URIS ",\"token_endpoint_auth_method\":\"none\",\"require_pkce\":false}",
	  &members, "/require_pkce" },
	{ "neither secret nor rotation",
	  "{" URIS ",\"token_endpoint_auth_method\":\"none\",\"refresh_token_rotation\":false}",
	  &members, "/refresh_token_rotation" },
	{ "no object", "[]", &members, "" },
};

static void
what_is_unsafe_is_refused_where_it_stands(void **state)
{
	struct arena a = arena_init(4 * MIB);
	struct oidc_client c;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct problem why = { 0 };

		expect_problem(wrong[i].title, parse(&a, wrong[i].json, wrong[i].terms, &c, &why), &why, ERR_INVALID,
		    wrong[i].part);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_is_the_safest),
		cmocka_unit_test(what_is_said_is_taken),
		cmocka_unit_test(people_return_to_registered_addresses_alone),
		cmocka_unit_test(what_is_unsafe_is_refused_where_it_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
