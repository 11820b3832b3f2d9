/* tests/front/test_vouched.c - questions that bring statements of vouchers: made for whom, how many, and verified
 * once. */
#include "front/authzen_stage.h"

#include "crypto/jwt_maker.h"

#define ACCESS "{\"default\":{\"framework\":\"fixture\",\"profile\":\"records\"},\"properties\":[{\"of\":\"action\"," \
	"\"fact\":\"action.name\",\"otherwise\":\"other\"}],\"subjects\":[{\"type\":\"user\",\"id\":\"alice\"," \
	"\"facts\":{\"subject.role\":\"member\"}}]}"
#define ALICE "\"subject\":{\"type\":\"user\",\"id\":\"alice\"}"
#define REST "\"action\":{\"name\":\"delete\"},\"resource\":{\"type\":\"record\",\"id\":\"record-1\"}"
#define HEADER "{\"alg\":\"ES256\",\"typ\":\"assurance-facts+jwt\"}"
#define RECORD "{\"entities\":[{\"entity_id\":\"https://records.example/\",\"roles\":[\"rp\"]}]}"

static struct scene scene;
static struct maker_key key;

/* `facts`, each with a comma behind it, before the dictionary's own; `criteria`: NULL: its own. */
static void
open_with(uint64_t seed, const char *facts, const char *criteria)
{
	struct scene *s = &scene;
	struct span rest;

	scene_open(s, seed);
	key = maker_key_new(&s->arena, "P-256");
	rest = scene_facts(s);
	(void)span_cut(&rest, '[');
	scene_policy_of(s, span_text(arena_print(&s->arena, "{\"facts\":[%s%.*s", facts, SPAN_ARGS(rest))), criteria);
	scene_member_as(s, "records", STANDING_APPROVED, RECORD);
	scene_member_as(s, "other", STANDING_APPROVED, "{\"entities\":[{\"entity_id\":\"https://other.example/\","
	    "\"roles\":[\"rp\",\"idp\"]}]}");
	scene_voucher(s, "records-1", "records", key.spki);
	scene_voucher(s, "other-1", "other", key.spki);
	scene_front(s, ACCESS);
}

static void
open_all(uint64_t seed)
{
	open_with(seed, "", NULL);
}

static void
close_all(void)
{
	maker_key_free(&key);
	scene_close(&scene);
}

static const char *
statement_of(const char *issuer, const char *facts, const char *more)
{
	struct arena *a = &scene.arena;
	long long now = clock_now().us / SECONDS(1);
	struct span text = maker_jwt(a, &key, "ES256", HEADER, arena_print(a, "{\"iss\":\"%s\",\"aud\":\"" SCENE_BASE
	    "\",\"sub\":\"alice\",\"iat\":%lld,\"exp\":%lld,\"facts\":{%s}%s}", issuer, now, now + 300, facts,
	    more));

	return arena_text(a, text);
}

static const char *
statement(const char *issuer, const char *more)
{
	return statement_of(issuer, "\"action.soft\":true", more);
}

static void
whose_statement_counts(void **state)
{
	static const struct {
		const char *title, *issuer, *more;
		int status;
		const char *parts;
	} cases[] = {
		{ "who asks vouches for itself", "records-1", "", 200, "{\"decision\":true|\"disregarded\":[]" },
		{ "and says so", "records-1", ",\"azp\":\"https://records.example/\"", 200, "{\"decision\":true" },
		{ "for another it would not have", "records-1", ",\"azp\":\"https://other.example/\"", 400,
		    "/context/vouched/0: the JWT's /azp: expected an entity ID of the member who asks|found "
		    "another's" },
		{ "another's statement made for nobody", "other-1", "", 400, "/context/vouched/0: the JWT's /azp|found "
		    "none" },
		{ "another's for who asks: it is not its to state", "other-1", ",\"azp\":\"https://records.example/\"",
		    200, "{\"decision\":false|\"disregarded\":[{\"fact\":\"action.soft\",\"why\":\"only rp may state "
		    "it\"}]" },
	};
	struct scene *s = &scene;

	(void)state;
	open_all(1);
	expect_answer(s, "without a statement", scene_ask(s, "point", "evaluation", "{" ALICE "," REST "}"), 200,
	    "{\"decision\":false");
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", "evaluation", arena_print(&s->arena,
		    "{" ALICE "," REST ",\"context\":{\"vouched\":[\"%s\"]}}", statement(cases[i].issuer,
		    cases[i].more))), cases[i].status, cases[i].parts);
	close_all();
}

/* Whoever vouches outdoes a claim, which is told only where it says otherwise. */
static void
a_claim_that_is_outdone_is_told(void **state)
{
	struct scene *s = &scene;

	(void)state;
	open_all(6);
	for (int soft = 0; soft < 2; soft++)
		expect_answer(s, "a claim and a statement", scene_ask(s, "point", "evaluation", arena_print(&s->arena,
		    "{" ALICE "," REST ",\"context\":{\"facts\":{\"action.soft\":%s},\"vouched\":[\"%s\"]}}",
		    soft ? "true" : "false", statement("records-1", ""))), 200, soft ? "{\"decision\":true|"
		    "\"disregarded\":[]" : "{\"decision\":true|\"disregarded\":[{\"fact\":\"action.soft\",\"why\":"
		    "\"claimed otherwise than vouched\"}]");
	close_all();
}

#define TEXTS "\"title\":{\"ja\":\"題\",\"en\":\"t\"},\"text\":{\"ja\":\"文\",\"en\":\"t\"}"
#define WORD(id) "{\"id\":\"" id "\",\"title\":{\"ja\":\"語\",\"en\":\"word\"}}"
#define REQUESTS "{\"id\":\"rp.requests\",\"type\":\"set\"," TEXTS ",\"asserted_by\":[\"rp\"],\"provenance\":" \
	"\"claimed\",\"privacy\":\"none\",\"values\":[" WORD("identifier") "," WORD("email") "," \
	WORD("individual-number") "]},"
#define NOT_ASKED "{\"area\":\"access\",\"criteria\":[{\"id\":\"asked\",\"level\":\"1\",\"status\":\"verified\"," \
	TEXTS ",\"sources\":[{\"document\":\"scenario\",\"at\":\"1.4\",\"relation\":\"derived\"}]," \
	"\"condition\":{\"not\":{\"fact\":\"rp.requests\",\"has\":\"individual-number\"}}," \
	"\"reason\":{\"ja\":\"否\",\"en\":\"no\"}}]}"

/* What a relying party says against itself no statement takes away. */
static void
asking_for_the_individual_number_is_believed(void **state)
{
	static const struct {
		const char *title, *claimed, *vouched, *parts;
	} cases[] = {
		{ "neither says so", "\"identifier\",\"email\"", "\"identifier\"", "{\"decision\":true|"
		    "\"fact\":\"rp.requests\",\"why\":\"claimed otherwise than vouched\"" },
		{ "the claim does", "\"identifier\",\"individual-number\"", "\"identifier\"", "{\"decision\":false|"
		    "\"failed\":[{\"id\":\"asked\"|\"value\":[\"identifier\"],\"needed\"|\"by\":"
		    "\"vouched\"},{\"fact\":\"rp.requests\",\"value\":[\"individual-number\"],\"needed\"|\"by\":"
		    "\"claimed\"}]|\"disregarded\":[]" },
		{ "the claim says nothing else", "\"individual-number\"", "\"identifier\",\"email\"",
		    "{\"decision\":false|\"value\":[\"identifier\",\"email\"]|\"value\":[\"individual-number\"]|"
		    "\"disregarded\":[]" },
		{ "the statement does", "\"identifier\"", "\"identifier\",\"individual-number\"", "{\"decision\":false|"
		    "\"failed\":[{\"id\":\"asked\"" },
	};
	struct scene *s = &scene;

	(void)state;
	open_with(7, REQUESTS, NOT_ASKED);
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(s, cases[i].title, scene_ask(s, "point", "evaluation", arena_print(&s->arena,
		    "{" ALICE "," REST ",\"context\":{\"facts\":{\"rp.requests\":[%s]},\"vouched\":[\"%s\"]}}",
		    cases[i].claimed, statement_of("records-1", arena_print(&s->arena, "\"rp.requests\":[%s]",
		    cases[i].vouched), ""))), 200, cases[i].parts);
	close_all();
}

static size_t
occurrences(const char *text, const char *of)
{
	size_t count = 0;

	while ((text = strstr(text, of))) {
		count++;
		text++;
	}
	return count;
}

static void
a_statement_is_heard_by_each_item(void **state)
{
	struct scene *s = &scene;
	const char *items = "{}";

	(void)state;
	open_all(2);
	for (int i = 1; i < 64; i++)
		items = arena_print(&s->arena, "%s,{%s}", items,
		    i % 8 ? "" : "\"subject\":{\"type\":\"user\",\"id\":\"bob\"}");
	expect_answer(s, "64 items", scene_ask(s, "point", "evaluations", arena_print(&s->arena, "{" ALICE "," REST
	    ",\"context\":{\"vouched\":[\"%s\"],\"advice\":false},\"evaluations\":[%s]}", statement("records-1", ""),
	    items)), 200, "{\"evaluations\":[{\"decision\":true");
	expect_number("all about its subject", occurrences(s->answer, "{\"decision\":true"), 57);
	expect_number("and none about another", occurrences(s->answer,
	    "/context/vouched/0: the JWT's /sub: expected the id of the question's subject, found another"), 7);
	close_all();
}

static void
a_default_statement_counts_once_however_large(void **state)
{
	struct scene *s = &scene;
	const char *items = "{}", *padding = ",\"more\":\"";

	(void)state;
	open_all(4);
	for (int i = 1; i < 64; i++)
		items = arena_print(&s->arena, "%s,{}", items);
	for (int i = 0; i < 8; i++)
		padding = arena_print(&s->arena, "%s%01024d", padding, i);
	expect_answer(s, "64 items", scene_ask(s, "point", "evaluations", arena_print(&s->arena, "{" ALICE "," REST
	    ",\"context\":{\"vouched\":[\"%s\",\"%s\"],\"advice\":false},\"evaluations\":[%s]}",
	    statement("records-1", arena_print(&s->arena, "%s\"", padding)), statement("records-1", ""), items)), 200,
	    "!\"error\"");
	expect_number("each hears it", occurrences(s->answer, "{\"decision\":true"), 64);
	close_all();
}

/* A question that cannot be posed brings nothing to verify, and leaves room for others. */
static void
statements_of_what_cannot_be_posed_do_not_count(void **state)
{
	struct scene *s = &scene;
	const char *items = "";

	(void)state;
	open_all(5);
	for (int i = 0; i < 12; i++)
		items = arena_print(&s->arena, "%s{\"context\":{\"framework\":\"none\",\"vouched\":[\"a%d\",\"b%d\","
		    "\"c%d\"]}},", items, i, i, i);
	expect_answer(s, "36 of questions to no framework", scene_ask(s, "point", "evaluations", arena_print(&s->arena,
	    "{" ALICE "," REST ",\"evaluations\":[%s{\"context\":{\"vouched\":[\"%s\"]}}]}", items,
	    statement("records-1", ""))), 200, "{\"decision\":true|/evaluations/11/context/framework|!at most 32");
	close_all();
}

/* Each of them is a signature to verify, so how many there are is limited before any is. */
static void
statements_of_one_request_are_limited(void **state)
{
	struct scene *s = &scene;
	const char *items = "";

	(void)state;
	open_all(3);
	for (int i = 0; i < 11; i++)
		items = arena_print(&s->arena, "%s%s{\"context\":{\"vouched\":[\"a%d\",\"b%d\",\"c%d\",\"a%d\"]}}",
		    items, i ? "," : "", i, i, i, i);
	expect_answer(s, "33 different ones", scene_ask(s, "point", "evaluations", arena_print(&s->arena, "{" ALICE ","
	    REST
	    ",\"evaluations\":[%s]}", items)), 200, "/evaluations/0/context/vouched/0: "
	    "|/evaluations/9/context/vouched/0: |{\"status\":400,\"message\":\"/evaluations/10/context/vouched: "
	    "expected at most 32 different statements of vouchers in one request, found 33\"}");
	close_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whose_statement_counts),
		cmocka_unit_test(a_claim_that_is_outdone_is_told),
		cmocka_unit_test(asking_for_the_individual_number_is_believed),
		cmocka_unit_test(a_statement_is_heard_by_each_item),
		cmocka_unit_test(a_default_statement_counts_once_however_large),
		cmocka_unit_test(statements_of_what_cannot_be_posed_do_not_count),
		cmocka_unit_test(statements_of_one_request_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
