/* tests/signer/test_use_metadata.c - a key of metadata signs a decision point's too, and no other token. */
#include "signer/stage.h"

#include "codec/text.h"
#include "crypto/jws.h"

#define POINT_URL "https://pdp.example"
#define POINT_CLAIMS "{\"exp\":2000,\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,\"policy_decision_point\":\"" \
	POINT_URL "\""
#define POINT_ENDPOINT ",\"access_evaluation_endpoint\":\"" POINT_URL "/access/v1/evaluation\""

static struct span
point_input(struct arena *a, enum key_type type, const char *of, const char *payload)
{
	struct problem why;
	struct span header;

	expect_ok("header", jws_jwt_header(type, public_of(a, of), a, &header, &why), &why);
	return span_text(arena_print(a, "%.*s.%.*s", SPAN_ARGS(base64url_write(a, header)),
	    SPAN_ARGS(base64url_write(a, span_text(payload)))));
}

static void
metadata_of_a_decision_point_is_signed_with_the_lists_key(void **state)
{
	static const struct {
		const char *name;
		enum key_type type;
	} keys[] = { { "list", KEY_P256 }, { "list-rsa", KEY_RSA_2048 } };
	struct arena a = arena_init(1 * MIB);
	struct signing_answer answer;
	struct span input, message;
	struct problem why;
	bool good = false;

	(void)state;
	for (size_t i = 0; i < COUNT(keys); i++) {
		input = point_input(&a, keys[i].type, keys[i].name, POINT_CLAIMS POINT_ENDPOINT
		    ",\"jwks_uri\":\"" POINT_URL "/access/v1/jwks\",\"supported_obligations\":[\"step-up\"]}");
		expect_ok(keys[i].name, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA,
		    keys[i].name, input), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_ok(keys[i].name, answer.problem.code, &answer.problem);
		expect_ok("verify", public_key_verify(public_of(&a, keys[i].name), input, answer.signature, &good,
		    &why), &why);
		expect_true("the published key verifies it", good);
	}
	expect_ok("asked of the wrong key", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA, "list",
	    point_input(&a, KEY_RSA_2048, "list-rsa", POINT_CLAIMS POINT_ENDPOINT "}")), &a, &message, &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	expect_problem("is told", answer.problem.code, &answer.problem, ERR_INVALID,
	    "the header is not that of this key");
	expect_ok("a key of another use", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA, "ec",
	    point_input(&a, KEY_P256, "ec", POINT_CLAIMS POINT_ENDPOINT "}")), &a, &message, &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	expect_problem("is told", answer.problem.code, &answer.problem, ERR_INVALID,
	    "serves metadata, not trusted-list");
	expect_problem("workers have none signed", signer_answer(signer, ROLE_WORKER, request(&a, SIGN_POINT_METADATA,
	    "list", input), &a, &message, &why), &why, ERR_DENIED, "may not have");
	arena_release(&a);
}

static void
no_other_token_is_signed_as_metadata(void **state)
{
	static const struct {
		const char *title, *payload;
	} cases[] = {
		{ "nothing", "" },
		{ "no object", "[]" },
		{ "a subject", POINT_CLAIMS POINT_ENDPOINT ",\"sub\":\"alice\"}" },
		{ "an audience", POINT_CLAIMS POINT_ENDPOINT ",\"aud\":\"https://rp.example\"}" },
		{ "a nested token", POINT_CLAIMS POINT_ENDPOINT ",\"signed_metadata\":\"a.b.c\"}" },
		{ "a list", "{\"LoTE\":{}}" },
		{ "no endpoint", POINT_CLAIMS "}" },
		{ "an endpoint elsewhere", POINT_CLAIMS ",\"access_evaluation_endpoint\":\"" POINT_URL
		    ".evil.example/a\"}" },
		{ "another issuer", "{\"exp\":2000,\"iat\":1000,\"iss\":\"https://other.example\",\"nbf\":1000,"
		    "\"policy_decision_point\":\"" POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "no end", "{\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,\"policy_decision_point\":\""
		    POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "an end before its beginning", "{\"exp\":999,\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,"
		    "\"policy_decision_point\":\"" POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "a year", "{\"exp\":31537000,\"iat\":1000,\"iss\":\"" POINT_URL "\",\"nbf\":1000,"
		    "\"policy_decision_point\":\"" POINT_URL "\"" POINT_ENDPOINT "}" },
		{ "a name twice", POINT_CLAIMS POINT_ENDPOINT POINT_ENDPOINT "}" },
		{ "bytes behind", POINT_CLAIMS POINT_ENDPOINT "}}" },
	};
	struct arena a = arena_init(4 * MIB);
	struct span answer;
	struct problem why;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA,
		    "list", point_input(&a, KEY_P256, "list", cases[i].payload)), &a, &answer, &why), &why, ERR_DENIED,
		    "not of kind a decision point's metadata");
	expect_problem("a list's header", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_POINT_METADATA, "list",
	    span_text("eyJ9.e30")), &a, &answer, &why), &why, ERR_DENIED, "header");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metadata_of_a_decision_point_is_signed_with_the_lists_key),
		cmocka_unit_test(no_other_token_is_signed_as_metadata),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
