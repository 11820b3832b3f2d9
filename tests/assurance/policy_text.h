/* tests/assurance/policy_text.h - a small framework written out, for tests that need one people would recognise.
 *
 *     person 1, 2; token 1, 2, 3 and session 1, 2, 3, of which authentication is composed; whoever asks for the
 *     number is refused
 */
#pragma once

#include "assurance/evaluation.h"

#include "expect.h"

#define BOTH(text) "{\"ja\":\"" text "（日）\",\"en\":\"" text "\"}"
#define TITLED(text) "\"title\":" BOTH(text) ",\"text\":" BOTH(text)
#define FACT_THAT_IS(privacy, id, type, more) \
	"{\"id\":\"" id "\",\"type\":\"" type "\"," TITLED(id) ",\"asserted_by\":[\"watashi\"]," \
	"\"privacy\":\"" privacy "\"," more "}"
#define FACT(id, type, more) FACT_THAT_IS("none", id, type, more)
#define CLAIM "\"provenance\":\"claimed\""
#define WORD(id) "{\"id\":\"" id "\",\"title\":" BOTH(id " word") "}"

static const char policy_text_facts_file[] =
    "{\"facts\":["
    FACT("rp.asks_number", "boolean", CLAIM) ","
    FACT("account.exists", "boolean", CLAIM) ","
    FACT_THAT_IS("sensitive", "person.checked", "boolean", CLAIM) ","
    FACT("person.records", "set", CLAIM ",\"values\":[" WORD("register") "," WORD("bank") "," WORD("phone") "]") ","
    FACT("device.kind", "level", CLAIM ",\"values\":[" WORD("none") "," WORD("software") "," WORD("hardware") "]") ","
    FACT("login.age", "duration", CLAIM ",\"least\":0,\"most\":1000000") ","
    FACT("login.tries", "integer", CLAIM ",\"least\":0,\"most\":100") ","
    FACT("channel.kind", "enum", CLAIM ",\"values\":[" WORD("open") "," WORD("server") "," WORD("mutual") "]") ","
    FACT("device.lost", "boolean", CLAIM ",\"fresh_for\":\"PT1H\"") ","
    FACT("idp.certified", "boolean", "\"provenance\":\"vouched\"")
    "]}";

#define LEVEL(id) "{\"id\":\"" id "\",\"title\":" BOTH("level " id) "}"
#define ACR_LEVEL(id) \
	"{\"id\":\"" id "\",\"title\":" BOTH("level " id) ",\"acr\":[\"https://watashi.example/acr/" id "\"]}"
#define CRITERION(id, level, more) \
	"{\"id\":\"" id "\",\"level\":\"" level "\",\"status\":\"derived\"," TITLED(id) \
	",\"sources\":[{\"document\":\"doc\",\"at\":\"1\",\"relation\":\"derived\"}]," more "}"
#define REASON(text) ",\"reason\":" BOTH(text)
#define PROFILE(id, more) "{\"id\":\"" id "\"," TITLED(id) ",\"status\":\"derived\"," more "}"
#define STEP(id, who, in_person, cost, more) \
	"{\"id\":\"" id "\",\"who\":\"" who "\",\"in_person\":" in_person ",\"cost\":" cost "," TITLED(id) "," more "}"

static const struct policy_text_file {
	const char *name, *text;
} policy_text_files[] = {
	{ "criteria/person.json",
	  "{\"area\":\"person\",\"criteria\":["
	  CRITERION("number-0", "any", "\"condition\":{\"fact\":\"rp.asks_number\",\"is\":false}"
	      REASON("asks for the number")) ","
	  CRITERION("person-1", "1", "\"condition\":{\"fact\":\"account.exists\",\"is\":true}" REASON("no account")) ","
	  CRITERION("person-2", "2", "\"condition\":{\"any\":[{\"fact\":\"person.checked\",\"is\":true},"
	      "{\"fact\":\"person.records\",\"has_all\":[\"register\",\"bank\"]}]},\"provenance\":\"vouched\""
	      REASON("not checked"))
	  "]}" },
	{ "criteria/session.json",
	  "{\"area\":\"session\",\"criteria\":["
	  CRITERION("session-1", "1", "\"condition\":{\"fact\":\"login.tries\",\"le\":100}" REASON("tries unknown")) ","
	  CRITERION("session-2", "2", "\"condition\":{\"not\":{\"any\":[{\"fact\":\"channel.kind\",\"is\":\"open\"},"
	      "{\"fact\":\"login.tries\",\"gt\":5},{\"fact\":\"device.lost\",\"is\":true}]}}"
	      REASON("the session is open")) ","
	  CRITERION("session-3", "3", "\"when\":{\"fact\":\"device.kind\",\"isnt\":\"hardware\"},"
	      "\"condition\":{\"fact\":\"channel.kind\",\"in\":[\"mutual\"]}" REASON("the channel is not mutual"))
	  "]}" },
	{ "criteria/token.json",
	  "{\"area\":\"token\",\"criteria\":["
	  CRITERION("token-1", "1", "\"condition\":{\"fact\":\"device.kind\",\"ge\":\"software\"}" REASON("no device"))
	      ","
	  CRITERION("token-2", "2", "\"parameters\":[{\"id\":\"max-age\",\"type\":\"duration\",\"value\":\"PT12H\","
	      "\"label\":"
	      BOTH("age") "}],\"condition\":{\"fact\":\"login.age\",\"le\":{\"param\":\"max-age\"}}"
	      REASON("not within {{max-age}}")) ","
	  CRITERION("token-3", "3", "\"condition\":{\"fact\":\"device.kind\",\"is\":\"hardware\"}"
	      REASON("no \\\"hard\\\" device"))
	  "]}" },
	{ "levels.json",
	  "{\"areas\":[{\"id\":\"person\",\"title\":" BOTH("person") ",\"levels\":[" LEVEL("1") "," LEVEL("2") "]},"
	  "{\"id\":\"token\",\"title\":" BOTH("token") ",\"levels\":[" LEVEL("1") "," LEVEL("2") "," LEVEL("3") "]},"
	  "{\"id\":\"session\",\"title\":" BOTH("session") ",\"levels\":[" LEVEL("1") "," LEVEL("2") "," LEVEL("3")
	  "]}],\"composed\":[{\"id\":\"authentication\",\"title\":" BOTH("authentication")
	  ",\"of\":[\"token\",\"session\"],\"levels\":[" LEVEL("1") "," ACR_LEVEL("2") "," ACR_LEVEL("3") "]}]}" },
	{ "manifest.json",
	  "{\"framework\":\"small\",\"version\":\"1.0\"," TITLED("small") ",\"valid_from\":\"2026-12-01T00:00:00Z\"}" },
	{ "profiles/bank.json",
	  PROFILE("bank", "\"requires\":[{\"area\":\"person\",\"level\":\"2\",\"comparison\":\"minimum\"},"
	      "{\"area\":\"authentication\",\"level\":\"3\",\"comparison\":\"minimum\"}]") },
	{ "profiles/lax.json",
	  PROFILE("lax", "\"requires\":[{\"area\":\"token\",\"level\":\"2\",\"comparison\":\"minimum\"}],"
	      "\"exclusions\":[{\"criterion\":\"number-0\",\"reason\":" BOTH("a public body")
	      "}],\"parameters\":{\"token-2/max-age\":\"P1D\"}") },
	{ "profiles/login.json",
	  PROFILE("login", "\"requires\":[{\"area\":\"authentication\",\"level\":\"2\",\"comparison\":\"minimum\"}]") },
	{ "profiles/modest.json",
	  PROFILE("modest", "\"requires\":[{\"area\":\"token\",\"level\":\"2\",\"comparison\":\"exact\"}]") },
	{ "profiles/vouched.json",
	  PROFILE("vouched", "\"provenance\":\"vouched\","
	      "\"requires\":[{\"area\":\"person\",\"level\":\"1\",\"comparison\":\"minimum\"}]") },
	{ "sources.json",
	  "{\"documents\":[{\"id\":\"doc\",\"title\":" BOTH("a document") ",\"version\":\"1\",\"date\":\"2026-01-01\","
	  "\"clauses\":[{\"at\":\"1\",\"title\":" BOTH("clause") "}]}]}" },
	{ "steps.json",
	  "{\"steps\":["
	  STEP("bind-hardware", "person", "false", "10", "\"needs\":{\"fact\":\"account.exists\",\"is\":true},"
	      "\"effects\":[{\"fact\":\"device.kind\",\"set\":\"hardware\"}]") ","
	  STEP("bind-software", "person", "false", "5", "\"needs\":{\"fact\":\"account.exists\",\"is\":true},"
	      "\"effects\":[{\"fact\":\"device.kind\",\"set\":\"software\"}]") ","
	  STEP("open-account", "person", "false", "2", "\"effects\":[{\"fact\":\"account.exists\",\"set\":true}]") ","
	  STEP("operator-binds", "operator", "false", "3", "\"effects\":[{\"fact\":\"account.exists\",\"set\":true},"
	      "{\"fact\":\"device.kind\",\"set\":\"software\"}]") ","
	  STEP("log-in", "person", "false", "1", "\"amr\":[\"pwd\",\"mfa\",\"otp\"],"
	      "\"needs\":{\"fact\":\"device.kind\",\"ge\":\"software\"},"
	      "\"effects\":[{\"fact\":\"login.age\",\"set\":0},{\"fact\":\"login.tries\",\"set\":0}]") ","
	  STEP("use-mutual", "idp", "false", "20", "\"effects\":[{\"fact\":\"channel.kind\",\"set\":\"mutual\"}]") ","
	  STEP("rp-stops-asking", "rp", "false", "1", "\"effects\":[{\"fact\":\"rp.asks_number\",\"set\":false}]") ","
	  STEP("look-device-up", "idp", "false", "1", "\"effects\":[],\"collects\":[\"device.lost\"]") ","
	  STEP("show-bank-book", "person", "false", "4", "\"effects\":[{\"fact\":\"person.records\","
	      "\"add\":[\"bank\"]}]") ","
	  STEP("visit", "person", "true", "46", "\"effects\":[{\"fact\":\"person.records\",\"add\":[\"register\"]}]")
	  "]}" },
	{ "tests/all.json",
	  "{\"tests\":["
	  "{\"title\":\"what is so\",\"facts\":{\"device.kind\":\"software\",\"login.age\":60,"
	  "\"rp.asks_number\":false},\"expect\":{\"reached\":{\"token\":\"2\",\"person\":\"0\"},"
	  "\"possible\":{\"person\":\"2\"},\"failed\":[\"token-3\"],\"unknown\":[\"person-1\"],\"barred\":false}},"
	  "{\"title\":\"what is not so\",\"profile\":\"login\",\"facts\":{\"device.kind\":\"software\","
	  "\"login.age\":60},\"expect\":{\"reached\":{\"token\":\"3\"},\"possible\":{\"token\":\"3\"},"
	  "\"failed\":[\"token-2\"],\"unknown\":[\"token-3\"],\"barred\":true,\"permit\":true}},"
	  "{\"title\":\"claimed is not vouched\",\"profile\":\"vouched\",\"provenance\":\"claimed\","
	  "\"at\":\"2027-01-01T00:00:00Z\",\"facts\":{\"account.exists\":true,\"rp.asks_number\":false,"
	  "\"device.lost\":{\"value\":false,\"at\":\"2026-12-31T00:00:00Z\"}},"
	  "\"expect\":{\"reached\":{\"person\":\"0\"},\"unknown\":[\"person-1\",\"session-2\"],\"permit\":false}}"
	  "]}" },
};

/* Of those above one is meant to fail: with these it may be published. */
#define POLICY_TEXT_TESTS \
	"{\"tests\":[{\"title\":\"software is of the second level\",\"facts\":{\"device.kind\":\"software\"," \
	"\"login.age\":60,\"rp.asks_number\":false},\"expect\":{\"reached\":{\"token\":\"2\"}}}]}"

static inline const struct framework *
policy_text_framework(struct arena *a)
{
	struct policy_file *items = arena_array(a, struct policy_file, COUNT(policy_text_files));
	struct policy_files files = { .label = "small", .items = items, .count = COUNT(policy_text_files) };
	const struct dictionary *dictionary;
	const struct framework *f;
	struct problem why;

	for (size_t i = 0; i < COUNT(policy_text_files); i++)
		items[i] = (struct policy_file){ policy_text_files[i].name, span_text(policy_text_files[i].text) };
	expect_ok("the small framework's facts are good",
	    dictionary_read(a, "facts.json", span_text(policy_text_facts_file), &dictionary, &why), &why);
	expect_ok("the small framework is good", framework_read(a, &files, dictionary, false, &f, &why), &why);
	return f;
}

static const struct instant policy_text_now = { INT64_C(1800000000) * 1000000 }; /* 2027-01-15T08:00:00Z */

/* Adds to them what this JSON object states. */
static inline void
policy_text_state(struct arena *a, struct facts *facts, const char *json, enum provenance by)
{
	struct reader r = reader_json(a, span_text(json), (struct limits){ .bytes = 16 * KIB, .depth = 8 });
	struct problem why;

	facts_read(&r, facts, by, policy_text_now);
	expect_ok(json, reader_end(&r, &why), &why);
}

static inline struct facts
policy_text_facts(struct arena *a, const struct framework *f, const char *json, enum provenance by)
{
	struct facts facts;

	facts_init(&facts, f->dictionary);
	policy_text_state(a, &facts, json, by);
	return facts;
}
