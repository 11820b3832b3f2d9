/* tests/front/test_claims_request.c - the `claims` parameter: what is wished, what is kept, and what is refused. */
#include "expect.h"

#include "base/buffer.h"
#include "front/oidc/claims_request.h"

/* "name:2! age_over_20:1 acr=a,b! sub=x kept" */
static const char *
told(struct arena *a, const struct claims_request *c)
{
	struct buffer b = buffer_init(8 * KIB);
	const char *text;

	for (size_t i = 0; i < c->wish_count; i++)
		buffer_print(&b, "%s%.*s:%u%s", i ? " " : "", SPAN_ARGS(c->wishes[i].name), c->wishes[i].places,
		    c->wishes[i].essential ? "!" : "");
	if (c->acr_values.size)
		buffer_print(&b, "%sacr=%.*s%s", c->wish_count ? " " : "", SPAN_ARGS(c->acr_values),
		    c->acr_essential ? "!" : "");
	if (c->subject.size)
		buffer_print(&b, " sub=%.*s", SPAN_ARGS(c->subject));
	if (c->verified.size)
		buffer_print(&b, " %.*s", SPAN_ARGS(c->verified));
	text = arena_text(a, buffer_span(&b));
	buffer_release(&b);
	return text;
}

#define VERIFICATION "\"verification\":{\"trust_framework\":null}"
#define EVIDENCE(list) "{\"userinfo\":{\"verified_claims\":{\"verification\":{\"trust_framework\":null," \
	"\"evidence\":" list "},\"claims\":{\"name\":null}}}}"

static const struct { const char *title, *json, *told; } good[] = {
	{ "nothing is asked", "{}", "" },
	{ "a claim in each place", "{\"userinfo\":{\"name\":null},\"id_token\":{\"birthdate\":null}}",
	    "name:2 birthdate:1" },
	{ "oidcc-claims-essential", "{\"userinfo\":{\"name\":{\"essential\":true}}}", "name:2!" },
	{ "one claim in both places is one wish",
	    "{\"userinfo\":{\"name\":null},\"id_token\":{\"name\":{\"essential\":true}}}", "name:3!" },
	{ "a name by its script", "{\"userinfo\":{\"name#ja-Kana-JP\":null}}", "name#ja-Kana-JP:2" },
	{ "claims that nobody here can tell are passed over, essential or not",
	    "{\"userinfo\":{\"x\":{\"essential\":true},\"\\u26a1\":null,\"name\":null}}", "name:2" },
	{ "which value a claim should have changes nothing",
	    "{\"userinfo\":{\"name\":{\"value\":{\"a\":[1.5]}},\"birthdate\":{\"values\":[\"x\"]}}}",
	    "name:2 birthdate:2" },
	{ "members of requests that nobody knows are passed over",
	    "{\"saml\":{\"name\":1},\"userinfo\":{\"name\":{\"purpose\":\"x\",\"essential\":false}}}", "name:2" },
	{ "a place may be null", "{\"userinfo\":null,\"id_token\":null}", "" },
	{ "an acr that must be", "{\"id_token\":{\"acr\":{\"essential\":true,\"value\":\"urn:a\"}}}", "acr=urn:a!" },
	{ "one of several that is hoped for", "{\"id_token\":{\"acr\":{\"values\":[\"urn:a\",\"urn:b\"]}}}",
	    "acr=urn:a urn:b" },
	{ "an essential acr of which nothing more is said is any that was reached",
	    "{\"id_token\":{\"acr\":{\"essential\":true}}}", "" },
	{ "acr is told in the ID token alone", "{\"userinfo\":{\"acr\":{\"essential\":true,\"value\":\"a\"}}}", "" },
	{ "whom it must be", "{\"id_token\":{\"sub\":{\"value\":\"abc\"}}}", " sub=abc" },
	{ "the same, said twice", "{\"id_token\":{\"sub\":{\"value\":\"abc\"}},\"userinfo\":{\"sub\":{\"values\":"
	    "[\"abc\"]}}}", " sub=abc" },
	{ "verified claims are wished in no place, and kept as a list, in order",
	    "{\"userinfo\":{\"verified_claims\":{\"verification\":{\"trust_framework\":null},\"claims\":"
	    "{\"name\":null,\"birthdate\":{\"essential\":true}}}}}",
	    "name:0 birthdate:0! {\"userinfo\":[{\"claims\":{\"birthdate\":{\"essential\":true},\"name\":null},"
	    "\"verification\":{\"trust_framework\":null}}]}" },
	{ "what is asked both ways has the plain place",
	    "{\"id_token\":{\"verified_claims\":[{" VERIFICATION ",\"claims\":{\"name\":null}},{\"verification\":"
	    "{\"trust_framework\":{\"value\":\"x\"}},\"claims\":{\"none_such\":null}}],\"name\":null}}",
	    "name:1 {\"id_token\":[{\"claims\":{\"name\":null},\"verification\":{\"trust_framework\":null}},"
	    "{\"claims\":{\"none_such\":null},\"verification\":{\"trust_framework\":{\"value\":\"x\"}}}]}" },
	{ "evidence by its kind", EVIDENCE("[{\"type\":{\"value\":\"document\"},\"x\":null}]"),
	    "name:0 {\"userinfo\":[{\"claims\":{\"name\":null},\"verification\":{\"evidence\":[{\"type\":{\"value\":"
	    "\"document\"},\"x\":null}],\"trust_framework\":null}}]}" },
};

static const struct { const char *title, *json, *part; enum err code; } bad[] = {
	{ "no JSON", "{name", "claims", ERR_SYNTAX },
	{ "nothing at all", "", "claims", ERR_SYNTAX },
	{ "another thing than an object", "[\"name\"]", "object", ERR_INVALID },
	{ "something behind it", "{}{}", "claims", ERR_SYNTAX },
	{ "a claim twice", "{\"userinfo\":{\"name\":null,\"name\":null}}", "twice", ERR_SYNTAX },
	{ "a member twice, deep in what is passed over", "{\"x\":{\"y\":{\"z\":1,\"z\":2}}}", "twice", ERR_SYNTAX },
	{ "a claim that is asked by a text", "{\"userinfo\":{\"name\":\"please\"}}", "object", ERR_INVALID },
	{ "essential that is neither", "{\"userinfo\":{\"name\":{\"essential\":\"true\"}}}", "true or false",
	    ERR_INVALID },
	{ "an acr with a blank", "{\"id_token\":{\"acr\":{\"value\":\"a b\"}}}", "without blanks", ERR_INVALID },
	{ "an acr that is a number", "{\"id_token\":{\"acr\":{\"value\":2}}}", "acr", ERR_INVALID },
	{ "two persons at once", "{\"id_token\":{\"sub\":{\"values\":[\"a\",\"b\"]}}}", "several", ERR_INVALID },
	{ "one here, another there",
	    "{\"id_token\":{\"sub\":{\"value\":\"a\"}},\"userinfo\":{\"sub\":{\"value\":\"b\"}}}",
	    "several", ERR_INVALID },
	{ "too deep", "{\"x\":[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]}", "claims", ERR_LIMIT },
	{ "verified claims that are none", "{\"userinfo\":{\"verified_claims\":null}}", "an object", ERR_INVALID },
	{ "an empty list of them", "{\"userinfo\":{\"verified_claims\":[]}}", "not empty", ERR_INVALID },
	{ "without a verification", "{\"userinfo\":{\"verified_claims\":{\"claims\":{\"name\":null}}}}",
	    "trust_framework", ERR_INVALID },
	{ "a verification without trust_framework",
	    "{\"userinfo\":{\"verified_claims\":{\"verification\":{\"time\":null},\"claims\":{\"name\":null}}}}",
	    "trust_framework", ERR_INVALID },
	{ "of no claims", "{\"userinfo\":{\"verified_claims\":{" VERIFICATION ",\"claims\":{}}}}", "not empty",
	    ERR_INVALID },
	{ "the second of a list is looked at, too", "{\"userinfo\":{\"verified_claims\":[{" VERIFICATION
	    ",\"claims\":{\"name\":null}},7]}}", "trust_framework", ERR_INVALID },
	{ "several kinds of evidence at once", EVIDENCE("[{\"type\":{\"values\":[\"document\"]}}]"), "value",
	    ERR_INVALID },
	{ "evidence of no kind", EVIDENCE("[{}]"), "type", ERR_INVALID },
	{ "no evidence", EVIDENCE("[]"), "not empty", ERR_INVALID },
	{ "a fraction", EVIDENCE("[{\"type\":null,\"x\":{\"max_age\":1.5}}]"), "whole", ERR_INVALID },
};

static void
what_is_asked_is_wished(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct arena a = arena_init(1 * MIB);
		struct problem why = { 0 };
		struct claims_request c;

		expect_ok(good[i].title, claims_request_read(&a, span_text(good[i].json), &c, &why), &why);
		expect_text(good[i].title, told(&a, &c), good[i].told);
		arena_release(&a);
	}
}

static void
what_cannot_be_asked_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct arena a = arena_init(1 * MIB);
		struct problem why = { 0 };
		struct claims_request c;

		expect_problem(bad[i].title, claims_request_read(&a, span_text(bad[i].json), &c, &why), &why,
		    bad[i].code, bad[i].part);
		arena_release(&a);
	}
}

static void
what_is_kept_has_a_bound(void **state)
{
	struct arena a = arena_init(2 * MIB);
	struct buffer b = buffer_init(16 * KIB);
	struct problem why = { 0 };
	struct claims_request c;

	(void)state;
	buffer_text(&b, "{\"userinfo\":{\"verified_claims\":{" VERIFICATION ",\"claims\":{\"name\":null");
	for (int i = 0; i < 200; i++)
		buffer_print(&b, ",\"claim_%d\":null", i);
	buffer_text(&b, "}}}}");
	expect_problem("more than a grant keeps", claims_request_read(&a, buffer_span(&b), &c, &why), &why, ERR_LIMIT,
	    "verified claims");
	buffer_clear(&b);
	for (size_t i = 0; i < CLAIMS_REQUEST_LARGEST; i++)
		buffer_byte(&b, ' ');
	expect_problem("more than a parameter has", claims_request_read(&a, span_text(arena_print(&a, "%.*s{}",
	    SPAN_ARGS(buffer_span(&b)))), &c, &why), &why, ERR_LIMIT, "claims");
	buffer_release(&b);
	arena_release(&a);
}

static void
what_is_kept_is_read_for_each_place(void **state)
{
	static const char here[] = "[{\"claims\":{\"name\":null},\"verification\":{\"trust_framework\":null}}]";
	struct arena a = arena_init(1 * MIB);
	struct problem why = { 0 };
	struct claims_request c;

	(void)state;
	expect_ok("asked of the ID token", claims_request_read(&a, span_text("{\"id_token\":{\"verified_claims\":{"
	    "\"claims\":{\"name\":null}," VERIFICATION "}}}"), &c, &why), &why);
	expect_span("there", verified_request(c.verified, RELEASE_IN_ID_TOKEN), here);
	expect_span("and there alone", verified_request(c.verified, RELEASE_AT_USERINFO), "");
	expect_span("of nothing nothing", verified_request((struct span){ 0 }, RELEASE_IN_ID_TOKEN), "");
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked_is_wished),
		cmocka_unit_test(what_cannot_be_asked_is_refused),
		cmocka_unit_test(what_is_kept_has_a_bound),
		cmocka_unit_test(what_is_kept_is_read_for_each_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
