/* tests/front/test_proofed.c - decisions about a proofing by the card: what was seen then is known of its
 * transaction, to the member whose it is, and cannot be stated otherwise. */
#include "front/jpki_stage.h"

/* A version begins one day and ends another: whoever may audit can ask about it at any time. */
#define UNDER "\"framework\":\"jp-idtf\",\"version\":\"1.0\""
/* What the bank knows itself: whom it registers, and that it does not ask for the individual number. */
#define ASKS "\"rp.requests\":[]"
#define REGISTERED "\"proofing.registered\":true," ASKS
#define NOBODY "00000000000000000000000000000000"
/* Transactions that the decision point keeps: another member's, the bank's, none. */
#define OF_SHOP "00000000000000000000000000000001"
#define OF_BANK "00000000000000000000000000000002"
#define BROKEN "00000000000000000000000000000003" /* a row of a form nobody knows */
#define KEPT(id) "{\"type\":\"transaction\",\"id\":\"" id "\"}"
#define ACCESS "{\"default\":{\"framework\":\"jp-idtf\"},\"subjects\":[" KEPT(OF_SHOP) "," KEPT(OF_BANK) "," \
	KEPT(NOBODY) "],\"resources\":[{\"type\":\"account\",\"id\":\"a\"}],\"actions\":[{\"name\":\"open_account\"}]}"

static struct proofing_stage stage;
static struct scene *const scene = &stage.scene;
static const char *shown;    /* id of the bank's transaction */
static const char *revoked;  /* of another, of a certificate that is */

static const char *
shown_to_the_bank(void)
{
	expect_number("a challenge", ask_challenge(&stage, "bank-1", "{\"purpose\":\"signature\",\"origin\":\"" ORIGIN
	    "\"}"), 201);
	expect_number("its proof", submit(&stage, "bank-1", proof_by(&stage, SIGNATURE)), 200);
	return arena_text(&scene->arena, answer_text(scene, "id"));
}

static void
keep_row(const char *id, struct span value)
{
	struct unit *unit = unit_new(&scene->arena, scene_tables, id_new(clock_now()));
	struct id key;

	expect_true("an id", ledger_id_read(span_text(id), &key));
	unit_put(unit, &proofing_outcome_table, span_of(key.bytes, sizeof(key.bytes)), value);
	scene_commit_as(scene, unit, ROLE_WORKER);
}

/* As transaction/proofing/kept.c does. */
static void
keep(const char *id, const char *member, const char *facts)
{
	struct buffer row = buffer_init(4 * KIB);

	buffer_u8(&row, 2);
	buffer_u64(&row, (uint64_t)clock_now().us);
	buffer_u8(&row, JPKI_TEST);
	buffer_block(&row, span_text(member));
	buffer_block(&row, span_text(facts));
	keep_row(id, buffer_span(&row));
	buffer_release(&row);
}

static int
raise_stage(void **state)
{
	const char *top = getenv("top_srcdir") ? getenv("top_srcdir") : ".";

	(void)state;
	proofing_open(&stage, 21);
	scene_policy_in(scene, arena_print(&scene->arena, "%s/policy/jp-idtf/1.0", top),
	    scene_facts_in(scene, arena_print(&scene->arena, "%s/policy/facts.json", top)), NULL);
	scene_caller(scene, "bank-2", "bank", CALLER_DECIDE | CALLER_AUDIT, PROOFING_RATE);
	scene_caller(scene, "shop-2", "shop", CALLER_DECIDE | CALLER_AUDIT, PROOFING_RATE);
	keep(OF_SHOP, "shop", "{\"proofing.registered\":true,\"proofing.signature_verified\":true}");
	keep(OF_BANK, "bank", "{\"proofing.registered\":true,\"proofing.signature_verified\":true}");
	proofing_front(&stage, ACCESS);
	shown = shown_to_the_bank();
	stage.source.says = REVOCATION_REVOKED;
	revoked = shown_to_the_bank();
	keep_row(BROKEN, span_text("\x09"));
	return 0;
}

static int
strike_stage(void **state)
{
	(void)state;
	proofing_close(&stage);
	return 0;
}

/* `facts`: members of the context's, as JSON. */
static const char *
about(const char *id, const char *facts)
{
	return arena_print(&scene->arena, "{\"subject\":{\"type\":\"transaction\",\"id\":\"%s\"},"
	    "\"action\":{\"name\":\"open_account\"},\"resource\":{\"type\":\"account\",\"id\":\"a\"},"
	    "\"context\":{" UNDER ",\"requires\":{\"registration\":\"3\"},\"facts\":{%s}}}", id, facts);
}

static void
what_was_seen_is_known_of_the_transaction(void **state)
{
	const struct {
		const char *title, *caller, *id, *facts;
		int status;
		const char *parts;
	} cases[] = {
		{ "a good signature, and who signed is registered", "bank-2", shown, REGISTERED, 200,
		    "\"decision\":true|\"registration\":{\"reached\":\"3\"" },
		{ "not registered", "bank-2", shown, ASKS, 200, "\"decision\":false" },
		{ "a certificate that is revoked", "bank-2", revoked, REGISTERED, 200, "\"decision\":false" },
		{ "whoever states otherwise is told that it does not count", "bank-2", shown,
		    REGISTERED ",\"proofing.certificate_status\":\"revoked\"", 200,
		    "\"decision\":true|\"disregarded\"|proofing.certificate_status" },
		{ "nor does it help", "bank-2", revoked, REGISTERED ",\"proofing.certificate_status\":\"good\"", 200,
		    "\"decision\":false|\"disregarded\"|proofing.certificate_status" },
		{ "another member's", "shop-2", shown, REGISTERED, 404,
		    "/subject: no transaction of yours has this id" },
		{ "nobody's", "bank-2", NOBODY, REGISTERED, 404, "/subject: no transaction of yours has this id" },
		{ "what is no id", "bank-2", "7", REGISTERED, 404, "/subject: no transaction of yours has this id" },
		{ "a row that this build cannot read", "bank-2", BROKEN, REGISTERED, 503,
		    "/subject: the transaction's row in the store is of a form|Retry-After" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_answer(scene, cases[i].title, scene_ask(scene, cases[i].caller, "evaluation",
		    about(cases[i].id, cases[i].facts)), cases[i].status, cases[i].parts);
}

static void
of_several_each_is_looked_up_for_itself(void **state)
{
	const char *body = arena_print(&scene->arena, "{\"action\":{\"name\":\"open_account\"},"
	    "\"resource\":{\"type\":\"account\",\"id\":\"a\"},\"context\":{" UNDER ","
	    "\"requires\":{\"registration\":\"3\"},"
	    "\"facts\":{" REGISTERED "}},\"evaluations\":[{\"subject\":{\"type\":\"transaction\",\"id\":\"%s\"}},"
	    "{\"subject\":{\"type\":\"transaction\",\"id\":\"%s\"}},{\"subject\":" KEPT(NOBODY) "},"
	    "{\"subject\":{\"type\":\"transaction\",\"id\":\"%s\"}},"
	    "{\"subject\":{\"type\":\"user\",\"id\":\"%s\"}},{\"subject\":" KEPT(BROKEN) "}]}",
	    shown, revoked, shown, shown);
	static const char *const wanted[] = {
		"{\"decision\":true", "{\"decision\":false",
		"{\"decision\":false,\"context\":{\"error\":{\"status\":404,\"message\":\"/evaluations/2/subject: no ",
		"{\"decision\":true", "{\"decision\":false",
		"{\"decision\":false,\"context\":{\"error\":{\"status\":503,",
	};
	const char *at;

	(void)state;
	expect_answer(scene, "several", scene_ask(scene, "bank-2", "evaluations", body), 200, "\"evaluations\"");
	at = strstr(scene->answer, "{\"decision\"");
	for (size_t i = 0; i < COUNT(wanted); i++) {
		expect_true("as many as were asked", at != NULL);
		if (strncmp(at, wanted[i], strlen(wanted[i])) != 0)
			print_error("  %zu: %.200s\n", i, at);
		expect_true(wanted[i], strncmp(at, wanted[i], strlen(wanted[i])) == 0);
		at = strstr(at + 1, "{\"decision\"");
	}
	expect_true("and no more", !at);
}

static void
a_search_knows_them_too(void **state)
{
#define ONE "\"context\":{" UNDER ",\"requires\":{\"registration\":\"%s\"},\"facts\":{%s}}}"
	const struct {
		const char *title, *path, *parts, *subject, *level, *facts;
	} cases[] = {
		{ "what can be done with what was shown", "action", ",\"results\":[{\"name\":\"open_account\"}]",
		    shown, "3", REGISTERED },
		{ "to what", "resource", ",\"results\":[{\"type\":\"account\",\"id\":\"a\"}]", shown, "3",
		    REGISTERED },
		{ "nothing with what is revoked", "action", ",\"results\":[]", revoked, "3", REGISTERED },
		{ "nor with nobody's", "action", ",\"results\":[]", NOBODY, "1", REGISTERED },
		{ "nor with another member's", "resource", ",\"results\":[]", OF_SHOP, "1", REGISTERED },
		{ "which of all that are kept", "subject", ",\"results\":[" KEPT(OF_BANK) "]", NULL, "1", ASKS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		bool action = strcmp(cases[i].path, "action") == 0, resource = strcmp(cases[i].path, "resource") == 0;
		const char *id = cases[i].subject ? arena_print(&scene->arena, ",\"id\":\"%s\"", cases[i].subject) : "";
		const char *body = arena_print(&scene->arena, "{\"subject\":{\"type\":\"transaction\"%s}%s,"
		    "\"resource\":{\"type\":\"account\"%s}," ONE, id,
		    action ? "" : ",\"action\":{\"name\":\"open_account\"}", resource ? "" : ",\"id\":\"a\"",
		    cases[i].level, cases[i].facts);

		expect_answer(scene, cases[i].title, scene_ask(scene, "bank-2",
		    arena_print(&scene->arena, "search/%s", cases[i].path), body), 200, cases[i].parts);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_seen_is_known_of_the_transaction),
		cmocka_unit_test(of_several_each_is_looked_up_for_itself),
		cmocka_unit_test(a_search_knows_them_too),
	};

	return cmocka_run_group_tests(tests, raise_stage, strike_stage);
}
