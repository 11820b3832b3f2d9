/* tests/assurance/test_decision.c - what is answered: levels, reasons, what did not count, the way up; and what is
 * kept. */
#include "assurance/decision.h"

#include <jansson.h>

#include "codec/tree.h"
#include "expect.h"
#include "policy_text.h"

struct stage {
	struct arena arena;
	const struct framework *framework;
	struct facts facts;
	struct question question;
	struct decision decision;
};

static void
stage_decide(struct stage *s, const char *observed, const char *claimed, const char *profile, bool advise)
{
	const struct framework *f = s->framework;
	const struct profile *found = profile ? profile_find(f, span_text(profile)) : NULL;

	s->facts = policy_text_facts(&s->arena, f, observed, OBSERVED);
	policy_text_state(&s->arena, &s->facts, claimed, CLAIMED);
	s->question = (struct question){ .framework = f, .profile = found, .facts = &s->facts, .at = policy_text_now,
		.advise = advise };
	if (found)
		s->question.demand = profile_demand(found);
	decide(&s->question, &s->decision);
}

static struct span
written(struct stage *s, void (*write)(struct buffer *, const struct decision *), const char *before, const char *after)
{
	struct buffer b = buffer_init(256 * KIB);
	struct span text;

	buffer_text(&b, before);
	write(&b, &s->decision);
	buffer_text(&b, after);
	text = arena_copy(&s->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

/* A part of the answer, whose whole is good JSON. */
static struct span
part(struct stage *s, const char *name)
{
	struct span text = written(s, decision_write, "{", "}");
	json_error_t error;
	json_t *root = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
	char *dumped;
	struct span found = span_text("(none)");

	if (!root)
		print_error("%s in %.*s\n", error.text, SPAN_ARGS(text));
	expect_true("the answer is JSON", root != NULL);
	dumped = json_dumps(json_object_get(root, name), JSON_COMPACT | JSON_ENCODE_ANY);
	if (dumped)
		found = arena_copy(&s->arena, span_text(dumped));
	free(dumped);
	json_decref(root);
	return found;
}

static int
set_up(void **state)
{
	static struct stage s;

	s.arena = arena_init(32 * MIB);
	s.framework = policy_text_framework(&s.arena);
	*state = &s;
	return 0;
}

static int
tear_down(void **state)
{
	arena_release(&((struct stage *)*state)->arena);
	return 0;
}

#define GOOD "\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":0," \
	"\"login.tries\":0," \
	"\"channel.kind\":\"server\",\"device.lost\":false"
#define JA(text) "{\"ja\":\"" text "（日）\",\"en\":\"" text "\"}"

static const struct {
	const char *title, *observed, *claimed, *profile, *part, *said;
} cases[] = {
	{ "levels stand with what is required of them", "{" GOOD "}", "{}", "bank", "levels",
	  "{\"person\":{\"reached\":\"1\",\"possible\":\"2\",\"required\":\"2\"},\"token\":{\"reached\":\"2\","
	  "\"possible\":\"2\"},\"session\":{\"reached\":\"2\",\"possible\":\"2\"},"
	  "\"authentication\":{\"reached\":\"2\",\"possible\":\"2\",\"required\":\"3\"}}" },
	{ "how it is compared is said where it is not the usual way", "{" GOOD "}", "{}", "modest", "levels",
	  "{\"person\":{\"reached\":\"1\",\"possible\":\"2\"},"
	  "\"token\":{\"reached\":\"2\",\"possible\":\"2\",\"required\":\"2\",\"comparison\":\"exact\"},"
	  "\"session\":{\"reached\":\"2\",\"possible\":\"2\"},\"authentication\":{\"reached\":\"2\","
	  "\"possible\":\"2\"}}" },
	{ "a reason names fact, value, need and who said it, its text the parameter",
	  "{\"rp.asks_number\":false,\"device.kind\":\"software\",\"login.age\":50000}", "{}", "login", "failed",
	  "[{\"id\":\"token-2\",\"area\":\"token\",\"level\":\"2\",\"text\":{\"ja\":\"not within 12時間（日）\","
	  "\"en\":\"not within 12 hours\"},\"facts\":[{\"fact\":\"login.age\",\"value\":50000,"
	  "\"needed\":{\"le\":43200},\"by\":\"observed\"}]}]" },
	{ "a profile's parameter is the one that is said",
	  "{\"rp.asks_number\":false,\"device.kind\":\"software\",\"login.age\":100000}", "{}", "lax", "failed",
	  "[{\"id\":\"token-2\",\"area\":\"token\",\"level\":\"2\",\"text\":{\"ja\":\"not within 1日（日）\","
	  "\"en\":\"not within 1 day\"},\"facts\":[{\"fact\":\"login.age\",\"value\":100000,\"needed\":{\"le\":86400},"
	  "\"by\":\"observed\"}]}]" },
	{ "beneath a not the need is turned round, and what is not known has no value",
	  "{\"rp.asks_number\":false,\"device.kind\":\"software\",\"login.age\":0,\"login.tries\":9,"
	  "\"channel.kind\":\"open\"}", "{}", "login", "failed",
	  "[{\"id\":\"session-2\",\"area\":\"session\",\"level\":\"2\",\"text\":" JA("the session is open")
	  ",\"facts\":[{\"fact\":\"channel.kind\",\"value\":\"open\",\"needed\":{\"isnt\":\"open\"},"
	  "\"by\":\"observed\"},{\"fact\":\"login.tries\",\"value\":9,\"needed\":{\"le\":5},\"by\":\"observed\"},"
	  "{\"fact\":\"device.lost\",\"needed\":{\"isnt\":true}}]}]" },
	{ "above what is required nothing is failed, for what is not required the next level counts", "{" GOOD "}",
	  "{}", "login", "failed", "[]" },
	{ "without a demand each area shows what keeps it from its next level", "{" GOOD "}", "{}", NULL, "failed",
	  "[{\"id\":\"token-3\",\"area\":\"token\",\"level\":\"3\",\"text\":{\"ja\":\"no \\\"hard\\\" device（日）\","
	  "\"en\":\"no \\\"hard\\\" device\"},\"facts\":[{\"fact\":\"device.kind\",\"value\":\"software\","
	  "\"needed\":{\"is\":\"hardware\"},\"by\":\"observed\"}]},{\"id\":\"session-3\",\"area\":\"session\","
	  "\"level\":\"3\",\"text\":"
	  JA("the channel is not mutual") ",\"facts\":["
	  "{\"fact\":\"channel.kind\",\"value\":\"server\",\"needed\":{\"in\":[\"mutual\"]},\"by\":\"observed\"}]}]" },
	{ "what bars everything is of any level", "{\"rp.asks_number\":true}", "{}", "login", "failed",
	  "[{\"id\":\"number-0\",\"area\":\"person\",\"level\":\"any\",\"text\":" JA("asks for the number")
	  ",\"facts\":[{\"fact\":\"rp.asks_number\",\"value\":true,\"needed\":{\"is\":false},\"by\":\"observed\"}]}]" },
	{ "what is claimed only is unknown where that does not count, and shown", "{" GOOD "}",
	  "{\"person.checked\":true,\"person.records\":[\"bank\"]}", "bank", "unknown",
	  "[{\"id\":\"person-2\",\"area\":\"person\",\"level\":\"2\",\"text\":" JA("not checked") ",\"facts\":["
	  "{\"fact\":\"person.checked\",\"value\":true,\"needed\":{\"is\":true},\"by\":\"claimed\"},"
	  "{\"fact\":\"person.records\",\"value\":[\"bank\"],\"needed\":{\"has_all\":[\"register\",\"bank\"]},"
	  "\"by\":\"claimed\"}]}]" },
	{ "of what decides whether a criterion applies only the knowing is needed",
	  "{\"rp.asks_number\":false,\"login.tries\":0,\"channel.kind\":\"server\",\"device.lost\":false}", "{}", NULL,
	  "unknown", "[{\"id\":\"person-1\",\"area\":\"person\",\"level\":\"1\",\"text\":" JA("no account")
	  ",\"facts\":[{\"fact\":\"account.exists\",\"needed\":{\"is\":true}}]},"
	  "{\"id\":\"token-1\",\"area\":\"token\",\"level\":\"1\",\"text\":" JA("no device") ",\"facts\":["
	  "{\"fact\":\"device.kind\",\"needed\":{\"ge\":\"software\"}}]},"
	  "{\"id\":\"session-3\",\"area\":\"session\",\"level\":\"3\",\"text\":" JA("the channel is not mutual")
	  ",\"facts\":[{\"fact\":\"device.kind\",\"needed\":{\"known\":true}}]}]" },
	{ "what was stated in vain is said, and why", "{" GOOD "}", "{\"person.checked\":true,\"idp.certified\":true}",
	  "bank", "disregarded", "[{\"fact\":\"person.checked\",\"why\":\"claimed where vouched is needed\"}]" },
	{ "what a better word says otherwise is said too", "{" GOOD ",\"person.checked\":false}",
	  "{\"person.checked\":true,\"login.age\":61,\"idp.certified\":true}", "bank", "disregarded",
	  "[{\"fact\":\"person.checked\",\"why\":\"claimed otherwise than observed\"},"
	  "{\"fact\":\"login.age\",\"why\":\"claimed otherwise than observed\"}]" },
	{ "what it says as well is not", "{" GOOD ",\"person.checked\":false}", "{\"person.checked\":false}", "bank",
	  "disregarded", "[]" },
	{ "a fact gone stale is no longer known",
	  "{\"rp.asks_number\":false,\"device.lost\":{\"value\":false,\"at\":\"2027-01-15T06:00:00Z\"}}", "{}", "login",
	  "disregarded", "[{\"fact\":\"device.lost\",\"why\":\"older than PT1H\"}]" },
	{ "who is permitted needs no advice", "{" GOOD "}", "{}", "login", "advice", "(none)" },
	{ "a login alone is asked for the level it would bring",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":50000,"
	  "\"login.tries\":9,\"channel.kind\":\"server\",\"device.lost\":false}", "{}", "login", "acr_values",
	  "\"https://watashi.example/acr/2\"" },
	{ "with the methods of its steps",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":50000,"
	  "\"login.tries\":9,\"channel.kind\":\"server\",\"device.lost\":false}", "{}", "login", "amr_values",
	  "\"mfa otp pwd\"" },
	{ "and only for that",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":50000,"
	  "\"login.tries\":0,\"channel.kind\":\"open\",\"device.lost\":false}", "{}", "login", "acr_values", "(none)" },
	{ "nor are there methods then",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":50000,"
	  "\"login.tries\":0,\"channel.kind\":\"open\",\"device.lost\":false}", "{}", "login", "amr_values", "(none)" },
	{ "the policy is named", "{}", "{}", "login", "policy", NULL },
};

static void
test_answers(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		stage_decide(s, cases[i].observed, cases[i].claimed, cases[i].profile, true);
		if (cases[i].said)
			expect_span(cases[i].title, part(s, cases[i].part), cases[i].said);
		else
			expect_true(cases[i].title, span_starts(part(s, "policy"),
			    "{\"id\":\"small\",\"version\":\"1.0\",\"digest\":\"sha256:"));
	}
}

static void
test_what_is_not_theirs_is_said(void **state)
{
	struct stage *s = *state;
	const struct word claim = word_claimed(policy_text_now);
	struct reader r = reader_json(&s->arena, span_text("{\"device.lost\":false}"), (struct limits){ .bytes = 64,
	    .depth = 2 });
	struct problem why;

	stage_decide(s, "{\"rp.asks_number\":false}", "{}", "login", false);
	facts_read_word(&r, &s->facts, &claim, policy_text_now);
	expect_ok("it is read", reader_end(&r, &why), &why);
	decide(&s->question, &s->decision);
	expect_span("what is another's to state is said, and whose it is", part(s, "disregarded"),
	    "[{\"fact\":\"device.lost\",\"why\":\"only watashi may state it\"}]");
}

/* GOOD reaches 2 of token, nothing known reaches 0. */
static const struct {
	const char *title, *observed;
	struct requirement required;
	const char *said;
} unmet_cases[] = {
	{ "what is met is not told", "{" GOOD "}", { 1, 2, COMPARE_MAXIMUM }, "[]" },
	{ "a level that is too high is a reason of its own", "{" GOOD "}", { 1, 1, COMPARE_MAXIMUM },
	  "[{\"area\":\"token\",\"required\":\"1\",\"comparison\":\"maximum\",\"reached\":\"2\",\"text\":{"
	  "\"ja\":\"token（日）はlevel 1（日）以下が求められていますが、level 2（日）です。\","
	  "\"en\":\"token: at most level 1 is required, level 2 is reached.\"}}]" },
	{ "so is another than the very one", "{" GOOD "}", { 1, 3, COMPARE_EXACT },
	  "[{\"area\":\"token\",\"required\":\"3\",\"comparison\":\"exact\",\"reached\":\"2\",\"text\":{"
	  "\"ja\":\"token（日）はlevel 3（日）ちょうどが求められていますが、level 2（日）です。\","
	  "\"en\":\"token: exactly level 3 is required, level 2 is reached.\"}}]" },
	{ "and no better one", "{" GOOD "}", { 1, 2, COMPARE_BETTER },
	  "[{\"area\":\"token\",\"required\":\"2\",\"comparison\":\"better\",\"reached\":\"2\",\"text\":{"
	  "\"ja\":\"token（日）はlevel 2（日）より上が求められていますが、level 2（日）です。\","
	  "\"en\":\"token: more than level 2 is required, level 2 is reached.\"}}]" },
	{ "below the lowest nothing is reached", "{\"rp.asks_number\":false}", { 1, 1, COMPARE_MINIMUM },
	  "[{\"area\":\"token\",\"required\":\"1\",\"comparison\":\"minimum\",\"reached\":\"0\",\"text\":{"
	  "\"ja\":\"token（日）はlevel 1（日）以上が求められていますが、どのレベルにも届いていません。\","
	  "\"en\":\"token: at least level 1 is required, and no level is reached.\"}}]" },
	{ "none at all may be what is required", "{" GOOD "}", { 1, 0, COMPARE_MAXIMUM },
	  "[{\"area\":\"token\",\"required\":\"0\",\"comparison\":\"maximum\",\"reached\":\"2\",\"text\":{"
	  "\"ja\":\"token（日）はレベル0以下が求められていますが、level 2（日）です。\","
	  "\"en\":\"token: at most level 0 is required, level 2 is reached.\"}}]" },
};

static void
test_what_is_not_met_is_told(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < COUNT(unmet_cases); i++) {
		stage_decide(s, unmet_cases[i].observed, "{}", NULL, false);
		s->question.demand = (struct demand){ { unmet_cases[i].required }, 1 };
		decide(&s->question, &s->decision);
		expect_span(unmet_cases[i].title, part(s, "unmet"), unmet_cases[i].said);
	}
}

static uint64_t seed;

static unsigned
chance(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

/* Any facts, by anybody's word, and anything required of them. */
static void
decide_by_chance(struct stage *s)
{
	const struct framework *f = s->framework;
	const struct dictionary *d = f->dictionary;
	struct demand demand = { .count = 1 + chance(2) };

	facts_init(&s->facts, d);
	for (size_t i = 0; i < d->count; i++) {
		const struct fact *fact = &d->facts[i];
		int64_t span = fact->most - fact->least < 8 ? fact->most - fact->least + 1 : 8;

		if (chance(4))
			facts_put(&s->facts, fact, fact->least + chance((unsigned)span),
			    (enum provenance)(CLAIMED + chance(3)));
	}
	for (size_t i = 0; i < demand.count; i++) {
		uint8_t area = (uint8_t)((chance((unsigned)f->area_count) + i) % f->area_count);

		demand.items[i] = (struct requirement){ .area = area,
			.level = (uint8_t)chance((unsigned)f->areas[area].level_count + 1),
			.comparison = (enum comparison)chance(COMPARE_BETTER + 1) };
	}
	s->question = (struct question){ .framework = f, .facts = &s->facts, .at = policy_text_now, .demand = demand };
	decide(&s->question, &s->decision);
}

static void
test_no_refusal_is_without_a_reason(void **state)
{
	struct stage *s = *state;
	size_t refused = 0, stopped = 0;

	seed = 9;
	for (int i = 0; i < 4000; i++) {
		struct span unmet;

		decide_by_chance(s);
		unmet = part(s, "unmet");
		refused += !s->decision.permit;
		stopped += span_starts(unmet, "[{\"criterion\":");
		expect_true("it is refused where something is not met, and else permitted",
		    span_is(unmet, "[]") == s->decision.permit);
	}
	expect_true("many are refused, and many by what must hold whatever is required",
	    refused > 1000 && refused < 4000 && stopped > 100);
}

/* Both in the area of which nothing is required. */
static void
test_what_must_hold_always_is_told_first(void **state)
{
	struct stage *s = *state;

	stage_decide(s, "{\"login.tries\":0}", "{}", NULL, false);
	s->question.demand = (struct demand){ { { 1, 0, COMPARE_MINIMUM } }, 1 };
	decide(&s->question, &s->decision);
	expect_true("refused", !s->decision.permit);
	expect_span("for nobody knows it", part(s, "unmet"), "[{\"criterion\":\"number-0\",\"truth\":\"unknown\","
	    "\"text\":{\"ja\":\"asks for the number（日）\",\"en\":\"asks for the number\"}}]");
	stage_decide(s, "{\"rp.asks_number\":true}", "{}", NULL, false);
	s->question.demand = (struct demand){ { { 1, 0, COMPARE_MINIMUM } }, 1 };
	decide(&s->question, &s->decision);
	expect_span("for it is false", part(s, "unmet"), "[{\"criterion\":\"number-0\",\"truth\":\"false\","
	    "\"text\":{\"ja\":\"asks for the number（日）\",\"en\":\"asks for the number\"}}]");
}

static void
test_advice_is_written(void **state)
{
	struct stage *s = *state;

	stage_decide(s, "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\","
	    "\"login.age\":50000,\"login.tries\":0,\"channel.kind\":\"server\"}", "{}", "login", true);
	expect_true("refused", !s->decision.permit);
	expect_span("what nobody can make so is a gap, and who could tell is named", part(s, "advice"),
	    "[{\"reading\":\"person\",\"found\":false,\"steps\":[],\"cost\":0,\"minimal\":true,"
	    "\"reaches\":{\"person\":\"1\",\"token\":\"1\","
	    "\"session\":\"1\",\"authentication\":\"1\"},\"gaps\":[\"session-2\"],"
	    "\"questions\":[{\"fact\":\"device.lost\",\"title\":"
	    JA("device.lost") ",\"steps\":[\"look-device-up\"]}]},"
	    "{\"reading\":\"cheapest\",\"found\":false,\"steps\":[],\"cost\":0,\"minimal\":true,"
	    "\"reaches\":{\"person\":\"1\",\"token\":\"1\","
	    "\"session\":\"1\",\"authentication\":\"1\"},\"gaps\":[\"session-2\"],"
	    "\"questions\":[{\"fact\":\"device.lost\",\"title\":"
	    JA("device.lost") ",\"steps\":[\"look-device-up\"]}]},"
	    "{\"reading\":\"remote\",\"found\":false,\"steps\":[],\"cost\":0,\"minimal\":true,"
	    "\"reaches\":{\"person\":\"1\",\"token\":\"1\","
	    "\"session\":\"1\",\"authentication\":\"1\"},\"gaps\":[\"session-2\"],"
	    "\"questions\":[{\"fact\":\"device.lost\",\"title\":"
	    JA("device.lost") ",\"steps\":[\"look-device-up\"]}]}]");
	stage_decide(s, "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\","
	    "\"login.age\":50000,\"login.tries\":0,\"channel.kind\":\"server\",\"device.lost\":false}", "{}", "login",
	    true);
	expect_true("steps are named with whose they are", span_starts(part(s, "advice"),
	    "[{\"reading\":\"person\",\"found\":true,\"steps\":[{\"id\":\"log-in\",\"who\":\"person\","
	    "\"in_person\":false,\"title\":"
	    JA("log-in") "}],\"cost\":1,\"minimal\":true,\"reaches\":{\"person\":\"1\",\"token\":\"2\","
	        "\"session\":\"2\","
	    "\"authentication\":\"2\"},\"gaps\":[],\"questions\":[]},"));
	stage_decide(s, "{\"rp.asks_number\":false}", "{}", "login", false);
	expect_true("advice that nobody asked for is not given", span_is(part(s, "advice"), "(none)"));
	stage_decide(s, "{\"rp.asks_number\":false}", "{}", NULL, true);
	expect_true("nor is there any where nothing is required", span_is(part(s, "advice"), "(none)") &&
	    !s->decision.permit);
}

static const struct {
	const char *title, *observed, *profile, *said;
} obligations[] = {
	{ "a login that is enough is an obligation",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":50000,"
	  "\"login.tries\":9,\"channel.kind\":\"server\",\"device.lost\":false}", "login",
	  ",\"obligations\":[{\"type\":\"step-up\",\"id\":\"step-up-1\",\"properties\":"
	  "{\"acr_value\":\"https://watashi.example/acr/2\",\"amr_values\":[\"mfa\",\"otp\",\"pwd\"]}}]" },
	{ "a login that is not enough is none",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"hardware\",\"login.age\":50000,"
	  "\"login.tries\":9,\"channel.kind\":\"server\",\"device.lost\":false,\"person.checked\":false,"
	  "\"person.records\":[]}", "bank", "" },
	{ "nor is one for a level without an acr",
	  "{\"rp.asks_number\":false,\"account.exists\":true,\"device.kind\":\"software\",\"login.age\":100000,"
	  "\"login.tries\":9,\"channel.kind\":\"server\",\"device.lost\":false}", "lax", "" },
	{ "who is permitted has none", "{" GOOD "}", "login", "" },
};

static void
test_obligations(void **state)
{
	struct stage *s = *state;

	for (size_t i = 0; i < COUNT(obligations); i++) {
		stage_decide(s, obligations[i].observed, "{}", obligations[i].profile, true);
		expect_span(obligations[i].title, written(s, decision_obligations_write, "", ""), obligations[i].said);
		s->question.advise = false;
		decide(&s->question, &s->decision);
		expect_span("who supports none has none", written(s, decision_obligations_write, "", ""), "");
		s->question.step_up = true;
		decide(&s->question, &s->decision);
		expect_span("without advice it is the same", written(s, decision_obligations_write, "", ""),
		    obligations[i].said);
		expect_span("and there is none", part(s, "advice"), "(none)");
		expect_span("nor is a search that was whole told of", part(s, "login_search"), "(none)");
		s->decision.login_cut_off = true;
		expect_span("one that was not is", part(s, "login_search"), "\"cut_off\"");
	}
}

static void
test_result_is_canonical(void **state)
{
	static const char *const facts[] = { "{}", "{" GOOD "}", "{\"rp.asks_number\":true}",
		"{\"device.kind\":\"none\",\"login.age\":50000,\"channel.kind\":\"open\"}" };
	struct stage *s = *state;

	for (size_t i = 0; i < COUNT(facts); i++) {
		struct span once, again;
		struct buffer b = buffer_init(64 * KIB);
		const char *expected;
		json_t *root;

		stage_decide(s, facts[i], "{}", "bank", false);
		once = written(s, decision_result_write, "", "");
		stage_decide(s, facts[i], "{}", "bank", true);
		again = written(s, decision_result_write, "", "");
		expect_true("the same question gives the same bytes, advised or not", span_equal(once, again));
		root = json_loadb((const char *)once.data, once.size, JSON_REJECT_DUPLICATES, NULL);
		expect_true("they are JSON", root != NULL && tree_canonical(root, &expected));
		tree_write(&b, root);
		expect_true("and canonical", span_equal(buffer_span(&b), once));
		buffer_release(&b);
		json_decref(root);
	}
	stage_decide(s, "{\"rp.asks_number\":true}", "{}", "bank", false);
	expect_span("all that is false and unknown is kept, shown or not", written(s, decision_result_write, "", ""),
	    "{\"barred\":true,\"failed\":[\"number-0\"],\"levels\":{\"authentication\":{\"reached\":\"0\"},"
	    "\"person\":{\"reached\":\"0\"},\"session\":{\"reached\":\"0\"},\"token\":{\"reached\":\"0\"}},"
	    "\"permit\":false,"
	    "\"unknown\":[\"person-1\",\"person-2\",\"token-1\",\"token-2\",\"token-3\",\"session-1\",\"session-2\","
	    "\"session-3\"]}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_not_theirs_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_not_met_is_told, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_refusal_is_without_a_reason, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_what_must_hold_always_is_told_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_advice_is_written, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_obligations, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_result_is_canonical, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("decision", tests, NULL, NULL);
}
