/* tests/front/test_parties.c - what the registry knows of who takes part counts in questions, and in searches alike. */
#include "front/authzen_stage.h"

#include "crypto/jwt_maker.h"

/* Reading hangs on who relies, writing on who provides the identity. */
#define TEXTS "\"title\":{\"ja\":\"題\",\"en\":\"t\"},\"text\":{\"ja\":\"文\",\"en\":\"t\"},"
#define WORD(id) "{\"id\":\"" id "\",\"title\":{\"ja\":\"語\",\"en\":\"word\"}}"
#define STANDING(id) "{\"id\":\"" id "\",\"type\":\"enum\"," TEXTS "\"asserted_by\":[\"watashi\",\"registry\"]," \
	"\"provenance\":\"observed\",\"privacy\":\"none\"," \
	"\"values\":[" WORD("applied") "," WORD("approved") "," WORD("suspended") "," WORD("withdrawn") "]}"
#define CRITERION(id, action, fact) "{\"id\":\"" id "\",\"level\":\"1\",\"status\":\"verified\"," TEXTS \
	"\"sources\":[{\"document\":\"scenario\",\"at\":\"1.4\",\"relation\":\"derived\"}]," \
	"\"when\":{\"fact\":\"action.name\",\"is\":\"" action "\"},\"condition\":{\"fact\":\"" fact "\"," \
	"\"is\":\"approved\"},\"reason\":{\"ja\":\"否\",\"en\":\"no\"}}"
#define CRITERIA "{\"area\":\"access\",\"criteria\":[" CRITERION("relying", "read", "rp.standing") "," \
	CRITERION("provider", "write", "idp.standing") "]}"

#define PARTY(id) "{\"type\":\"relying_party\",\"id\":\"https://" id ".example/\"}"
#define ACCESS "{\"default\":{\"framework\":\"fixture\",\"profile\":\"records\"},\"properties\":[{\"of\":\"action\"," \
	"\"fact\":\"action.name\"}],\"subjects\":[{\"type\":\"user\",\"id\":\"alice\"}," \
	"{\"type\":\"user\",\"id\":\"bob\"}],\"resources\":[" PARTY("other") "," PARTY("gone") "," \
	"{\"type\":\"record\",\"id\":\"r\"}," PARTY("records") "," PARTY("nobody") \
	"],\"actions\":[{\"name\":\"fly\"},{\"name\":\"read\"},{\"name\":\"write\"}]}"
#define ALICE "\"subject\":{\"type\":\"user\",\"id\":\"alice\"}"
#define ACTION(name) ALICE ",\"action\":{\"name\":\"" name "\"}"
#define ABOUT(id) ACTION("read") ",\"resource\":" PARTY(id)
#define RECORD ",\"resource\":{\"type\":\"record\",\"id\":\"r\"}"
#define IDP(id) "\"idp\":\"https://" id ".example/\""
#define ENTITY(id, roles) "{\"entities\":[{\"entity_id\":\"https://" id ".example/\",\"roles\":[" roles "]}]}"
#define HEADER "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt\"}"

static struct scene scene;
static struct maker_key key;

static void
open_all(uint64_t seed)
{
	static const struct {
		const char *id;
		enum standing standing;
		const char *record;
	} members[] = {
		{ "records", STANDING_APPROVED, ENTITY("records", "\"rp\"") },
		{ "other", STANDING_APPROVED, ENTITY("other", "\"rp\",\"idp\"") },
		{ "third", STANDING_APPROVED, ENTITY("third", "\"idp\"") },
		{ "gone", STANDING_SUSPENDED, ENTITY("gone", "\"rp\",\"idp\"") },
	};
	struct scene *s = &scene;
	struct span facts;

	scene_open(s, seed);
	key = maker_key_new(&s->arena, "P-256");
	facts = scene_facts(s);
	(void)span_cut(&facts, '[');
	scene_policy_of(s, span_text(arena_print(&s->arena, "{\"facts\":[" STANDING("rp.standing") ","
	    STANDING("idp.standing") ",%.*s", SPAN_ARGS(facts))), CRITERIA);
	for (size_t i = 0; i < COUNT(members); i++) {
		const char *id = members[i].id;

		scene_member_as(s, id, members[i].standing, members[i].record);
		scene_claim(s, arena_print(&s->arena, "https://%s.example/", id), id);
		scene_voucher(s, arena_print(&s->arena, "%s-1", id), id, key.spki);
	}
	scene_caller(s, "auditor", "records", CALLER_DECIDE | CALLER_AUDIT, 1000000);
	scene_front(s, ACCESS);
}

static void
close_all(void)
{
	maker_key_free(&key);
	scene_close(&scene);
}

/* Of each member in the list, about alice, for who asks. */
static const char *
statements(const char *vouchers)
{
	struct arena *a = &scene.arena;
	const long long now = clock_now().us / SECONDS(1);
	struct span rest = span_text(vouchers);
	const char *out = "";

	while (rest.size) {
		struct span name = span_cut(&rest, ' ');
		struct span text = maker_jwt(a, &key, "ES256", HEADER, arena_print(a, "{\"iss\":\"%.*s-1\",\"aud\":\""
		    SCENE_BASE "\",\"sub\":\"alice\",\"azp\":\"https://records.example/\",\"iat\":%lld,\"exp\":%lld,"
		    "\"facts\":{}}", SPAN_ARGS(name), now, now + 300));

		out = arena_print(a, "%s%s\"%.*s\"", out, out[0] ? "," : "", SPAN_ARGS(text));
	}
	return out;
}

#define ANOTHERS "/context/idp: expected an entity of the identity provider that vouches, found another's"
#define NOT_MINE "/resource/id: expected a relying party of the member who asks, or a caller with the right to " \
	"audit; found another"

static void
the_registry_counts_in_a_question(void **state)
{
	static const struct {
		const char *title, *caller, *body, *vouchers, *context;
		int status;
		const char *parts;
	} cases[] = {
		{ "who asks relies", "point", ACTION("read") RECORD, "", "", 200, "\"decision\":true" },
		{ "and is named", "point", ABOUT("records"), "", "", 200,
		    "\"decision\":true" },
		{ "another is", "point", ABOUT("other"), "", "", 403, NOT_MINE },
		{ "one that is suspended", "point", ABOUT("gone"), "", "", 403, NOT_MINE },
		{ "one that nobody knows", "point", ABOUT("nobody"), "", "", 403, NOT_MINE },
		{ "an auditor asks about another", "auditor", ABOUT("other"), "", "", 200,
		    "\"decision\":true" },
		{ "about one that is suspended", "auditor", ABOUT("gone"), "", "", 200,
		    "\"decision\":false|\"fact\":\"rp.standing\",\"value\":\"suspended\"|\"by\":\"observed\"" },
		{ "about one that nobody knows", "auditor", ABOUT("nobody"), "", "", 200,
		    "\"decision\":false|\"unknown\":[{\"id\":\"relying\"" },
		{ "no provider is known", "point", ACTION("write") RECORD, "", "", 200,
		    "\"decision\":false|\"unknown\":[{\"id\":\"provider\"" },
		{ "whom the asker names", "point", ACTION("write") RECORD, "", IDP("other"), 200, "\"decision\":true" },
		{ "one that is suspended", "point", ACTION("write") RECORD, "", IDP("gone"), 200,
		    "\"decision\":false|\"fact\":\"idp.standing\",\"value\":\"suspended\"" },
		{ "one that is none", "point", ACTION("write") RECORD, "", IDP("records"), 200,
		    "\"decision\":false|\"unknown\":[{\"id\":\"provider\"" },
		{ "who vouches", "point", ACTION("write") RECORD, "other", "", 200, "\"decision\":true" },
		{ "and is named", "point", ACTION("write") RECORD, "other", IDP("other"), 200, "\"decision\":true" },
		{ "another than is named", "point", ACTION("write") RECORD, "other", IDP("third"), 400, ANOTHERS },
		{ "nobody's is named", "point", ACTION("write") RECORD, "other", IDP("nobody"), 400, ANOTHERS },
		{ "of two the one that is named", "point", ACTION("write") RECORD, "other third", IDP("third"), 200,
		    "\"decision\":true" },
		{ "of two none", "point", ACTION("write") RECORD, "other third", "", 200,
		    "\"decision\":false|\"unknown\":[{\"id\":\"provider\"" },
		{ "who relies vouches, and names its provider", "point", ACTION("write") RECORD, "records",
		    IDP("third"), 200, "\"decision\":true" },
	};
	struct scene *s = &scene;

	(void)state;
	open_all(1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *question = arena_print(&s->arena, "{%s,\"context\":{\"vouched\":[%s]%s%s}}", cases[i].body,
		    statements(cases[i].vouchers), cases[i].context[0] ? "," : "", cases[i].context);

		expect_answer(s, cases[i].title, scene_ask(s, cases[i].caller, "evaluation", question), cases[i].status,
		    cases[i].parts);
		expect_answer(s, arena_print(&s->arena, "%s, among several", cases[i].title), scene_ask(s,
		    cases[i].caller, "evaluations", arena_print(&s->arena, "{\"evaluations\":[{" ACTION("read") RECORD
		    "},%s]}", question)), 200, arena_print(&s->arena, "[{\"decision\":true|},{\"decision\":%s",
		    cases[i].status == 200 && strstr(cases[i].parts, "true") ? "true" : "false"));
		if (cases[i].status != 200)
			expect_answer(s, cases[i].title, 200, 200, arena_print(&s->arena, "{\"error\":{\"status\":%d,"
			    "\"message\":\"/evaluations/1%s", cases[i].status, cases[i].parts));
	}
	close_all();
}

/* What is found is what a question would be told, and the rest is not. */
static void
the_registry_counts_in_a_search(void **state)
{
	static const struct {
		const char *title, *caller, *part, *body, *results;
	} cases[] = {
		{ "relying parties, of who asks", "point", "resource",
		    ACTION("read") ",\"resource\":{\"type\":\"relying_party\"}", PARTY("records") },
		{ "of whomever, by an auditor", "auditor", "resource",
		    ACTION("read") ",\"resource\":{\"type\":\"relying_party\"}", PARTY("other") "," PARTY("records") },
		{ "records, of who asks", "point", "resource", ACTION("read") ",\"resource\":{\"type\":\"record\"}",
		    "{\"type\":\"record\",\"id\":\"r\"}" },
		{ "actions without a provider", "point", "action", ALICE RECORD, "{\"name\":\"read\"}" },
		{ "with one", "point", "action", ALICE RECORD ",\"context\":{" IDP("third") "}",
		    "{\"name\":\"read\"},{\"name\":\"write\"}" },
		{ "with one that is suspended", "point", "action", ALICE RECORD ",\"context\":{" IDP("gone") "}",
		    "{\"name\":\"read\"}" },
		{ "of another relying party none", "point", "action", ALICE ",\"resource\":" PARTY("gone")
		    ",\"context\":{" IDP("other") "}", "" },
		{ "but for an auditor", "auditor", "action", ALICE ",\"resource\":" PARTY("gone")
		    ",\"context\":{" IDP("other") "}", "{\"name\":\"write\"}" },
		{ "subjects", "point", "subject", "\"subject\":{\"type\":\"user\"},\"action\":{\"name\":\"write\"}"
		    RECORD ",\"context\":{" IDP("other") "}",
		    "{\"type\":\"user\",\"id\":\"alice\"},{\"type\":\"user\",\"id\":\"bob\"}" },
		{ "none without", "point", "subject", "\"subject\":{\"type\":\"user\"},\"action\":{\"name\":\"write\"}"
		    RECORD, "" },
	};
	struct scene *s = &scene;

	(void)state;
	open_all(2);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, cases[i].caller,
		    arena_print(&s->arena, "search/%s", cases[i].part), arena_print(&s->arena, "{%s}", cases[i].body)),
		    200, arena_print(&s->arena, "\"results\":[%s]}", cases[i].results));
	close_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_registry_counts_in_a_question),
		cmocka_unit_test(the_registry_counts_in_a_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
