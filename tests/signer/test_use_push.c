/* tests/signer/test_use_push.c - the key of pushes signs who pushes, and nothing else. */
#include "signer/stage.h"

#include "codec/text.h"
#include "signer/vapid.h"

#define PUSH_AUDIENCE "{\"aud\":\"https://push.example\","
#define PUSH_SUBJECT ",\"sub\":\"mailto:admin@watashi.example\"}"

static struct span
push_token(struct arena *a, int64_t left)
{
	return vapid_input(a, span_text("https://push.example"), span_text("mailto:admin@watashi.example"),
	    instant_after(clock_now(), SECONDS(left)));
}

static void
a_push_service_is_told_who_pushes(void **state)
{
	struct arena a = arena_init(1 * MIB);
	struct span input = push_token(&a, 3600), message, point;
	struct signing_answer answer;
	struct key_descriptor d;
	struct problem why;
	bool good = false;

	(void)state;
	expect_ok("a token", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push", input), &a, &message,
	    &why), &why);
	expect_true("an answer", signing_answer_read(message, &answer));
	expect_ok("is signed", answer.problem.code, &answer.problem);
	expect_number("as ES256 is", answer.signature.size, 64);
	expect_ok("verify", public_key_verify(public_of(&a, "push"), input, answer.signature, &good, &why), &why);
	expect_true("the certificate's key verifies it", good);
	expect_ok("descriptor", key_descriptor_read(dir.path, "push", &a, &d, &why), &why);
	expect_ok("the point browsers want", vapid_point(&d, &a, &point, &why), &why);
	expect_true("is an uncompressed one", point.size == VAPID_POINT && point.data[0] == 4);
	expect_true("and the end of the key", span_equal(point, span_skip(public_of(&a, "push"), 26)));
	expect_ok("descriptor", key_descriptor_read(dir.path, "ec-large", &a, &d, &why), &why);
	expect_problem("of another curve there is none", vapid_point(&d, &a, &point, &why), &why, ERR_UNSUPPORTED,
	    "key ec-large: expected one of P-256");
	arena_release(&a);
}

static void
another_key_signs_no_token_for_push_services(void **state)
{
	static const struct {
		const char *key, *part;
		enum err code;
	} cases[] = {
		{ "ec", "serves metadata, not push", ERR_INVALID },
		{ "list", "serves trusted-list, not push", ERR_INVALID },
		{ "nobody", "no key of this name", ERR_NOT_FOUND },
	};
	struct arena a = arena_init(1 * MIB);
	struct signing_answer answer;
	struct problem why;
	struct span message;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		expect_ok(cases[i].key, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, cases[i].key,
		    push_token(&a, 60)), &a, &message, &why), &why);
		expect_true("an answer", signing_answer_read(message, &answer));
		expect_problem(cases[i].key, answer.problem.code, &answer.problem, cases[i].code, cases[i].part);
	}
	arena_release(&a);
}

static void
the_push_key_signs_nothing_else(void **state)
{
	static const struct {
		const char *title, *audience, *rest, *part;
		int64_t left; /* seconds; 0: there is no exp */
	} cases[] = {
		{ "no end", PUSH_AUDIENCE "\"iat\":1", PUSH_SUBJECT, "" , 0 },
		{ "an end that has been", PUSH_AUDIENCE, PUSH_SUBJECT, "/exp: expected a time within", -5 },
		{ "an end tomorrow", PUSH_AUDIENCE, PUSH_SUBJECT, "/exp: expected a time within", 86400 },
		{ "an issuer", PUSH_AUDIENCE, ",\"iss\":\"https://op.example\"" PUSH_SUBJECT, "/iss", 60 },
		{ "a nonce", PUSH_AUDIENCE, ",\"nonce\":\"1\"" PUSH_SUBJECT, "/nonce", 60 },
		{ "no contact", PUSH_AUDIENCE, "}", "/sub: expected mailto: or https:", 60 },
		{ "a person for a contact", PUSH_AUDIENCE, ",\"sub\":\"alice\"}", "/sub: expected mailto:", 60 },
		{ "an audience with a path", "{\"aud\":\"https://rp.example/cb\",", PUSH_SUBJECT, "/aud: expected",
		    60 },
		{ "a client for an audience", "{\"aud\":\"client-1\",", PUSH_SUBJECT, "/aud: expected", 60 },
		{ "no host", "{\"aud\":\"https://\",", PUSH_SUBJECT, "/aud: expected", 60 },
		{ "several audiences", "{\"aud\":[\"https://push.example\"],", PUSH_SUBJECT, "/aud", 60 },
		{ "a blank", "{\"aud\": \"https://push.example\",", PUSH_SUBJECT, "not as they are written here", 60 },
		{ "another order", "{\"sub\":\"mailto:a@b.example\",\"aud\":\"https://push.example\",", "}",
		    "not as they are written here", 60 },
		{ "bytes behind", PUSH_AUDIENCE, PUSH_SUBJECT "}", "", 60 },
		{ "no object", "[", "]", "", 0 },
	};
	static const char *const headers[] = { "", "eyJ9", "eyJhbGciOiJub25lIn0",
	    "eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9" };
	struct arena a = arena_init(4 * MIB);
	struct problem why;
	struct span answer, good = push_token(&a, 60), rest = good, head;

	(void)state;
	head = span_cut(&rest, '.');
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *claims = cases[i].left == 0 ? arena_print(&a, "%s%s", cases[i].audience, cases[i].rest) :
		    arena_print(&a, "%s\"exp\":%lld%s", cases[i].audience,
		        (long long)(clock_now().us / SECONDS(1) + cases[i].left), cases[i].rest);
		struct span input = span_text(arena_print(&a, "%.*s.%.*s", SPAN_ARGS(head),
		    SPAN_ARGS(base64url_write(&a, span_text(claims)))));

		expect_problem(cases[i].title, signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push",
		    input), &a, &answer, &why), &why, ERR_DENIED, "not of kind a token for a push service");
		expect_true(cases[i].title, strstr(why.text, cases[i].part) != NULL);
	}
	for (size_t i = 0; i < COUNT(headers); i++)
		expect_problem("another header", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push",
		    span_text(arena_print(&a, "%s.%.*s", headers[i], SPAN_ARGS(rest)))), &a, &answer, &why), &why,
		    ERR_DENIED, "the header is not that of such a token");
	expect_problem("a token signed already", signer_answer(signer, ROLE_STEWARD, request(&a, SIGN_VAPID, "push",
	    span_text(arena_print(&a, "%.*s.AAAA", SPAN_ARGS(good)))), &a, &answer, &why), &why, ERR_DENIED,
	    "there is no base64url");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_push_service_is_told_who_pushes),
		cmocka_unit_test(another_key_signs_no_token_for_push_services),
		cmocka_unit_test(the_push_key_signs_nothing_else),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
