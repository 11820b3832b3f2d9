/* tests/front/control/test_proofing.c - proofing ended and resumed, and its log read, over the control socket. */
#include "front/control/stage.h"

#define STEP "/v1/control/jpki"
#define LOG "/v1/control/jpki/log"
#define BAD "/v1/control/jpki/log?"
#define END "{\"action\":\"end\",\"reason\":\"the accreditation ran out\"}"
#define RESUME "{\"action\":\"resume\",\"reason\":\"accredited anew\"}"

static void
requests_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "a step is one of two", { "POST", STEP, json, "{\"action\":\"stop\",\"reason\":\"x\"}" }, 400,
		    "/action: expected end or resume" },
		{ "it is named", { "POST", STEP, json, "{\"reason\":\"x\"}" }, 400, "/action: expected end or resume" },
		{ "with a reason", { "POST", STEP, json, "{\"action\":\"end\"}" }, 400, "/reason: expected one line" },
		{ "that is no number of a person", { "POST", STEP, json,
		    "{\"action\":\"end\",\"reason\":\"123456789018\"}" }, 400, "individual number" },
		{ "and nothing else", { "POST", STEP, json, "{\"action\":\"end\",\"reason\":\"x\",\"when\":1}" }, 400,
		    "/when" },
		{ "what has not ended is not resumed", { "POST", STEP, json, RESUME }, 200,
		    "{\"outcome\":\"unchanged\"}" },
		{ "a log has times", { "GET", BAD "from=yesterday", NULL, NULL }, 400,
		    "from: expected a time such as 2026-11-01T00:00:00Z, found \\\"yesterday\\\"" },
		{ "in their order", { "GET", BAD "from=2026-11-02T00:00:00Z&until=2026-11-01T00:00:00Z", NULL, NULL },
		    400, "until: expected a time after from" },
		{ "nothing is in a log that is not yet", { "GET", BAD "from=2999-11-02T00:00:00Z", NULL, NULL }, 400,
		    "from: expected a time that is past" },
		{ "what is to come has no bill", { "GET",
		    "/v1/control/costs?from=2999-11-01T00:00:00Z&until=2999-12-01T00:00:00Z", NULL, NULL }, 400,
		    "from: expected a period that has begun" },
		{ "a member there is", { "GET", BAD "member=nobody", NULL, NULL }, 404,
		    "member: expected a member of the registry, there is no \\\"nobody\\\"" },
		{ "a member's id", { "GET", BAD "member=No%20body", NULL, NULL }, 400,
		    "member: expected a member's id" },
		{ "an outcome", { "GET", BAD "outcome=good", NULL, NULL }, 400,
		    "outcome: expected established, refuted or undetermined, found \\\"good\\\"" },
		{ "a place to go on", { "GET", BAD "after=7", NULL, NULL }, 400, "after: expected an ID" },
		{ "and nothing else", { "GET", BAD "serial=7", NULL, NULL }, 400,
		    "expected no query parameter \\\"serial\\\" here" },
		{ "an empty log is one", { "GET", LOG, NULL, NULL }, 200,
		    "\"checks\":[],\"searched\":0,\"next\":null}" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 31);
}

static void
on_put(void *arg, const struct committed *c)
{
	expect_number("it is put", c->code, OK);
	*(bool *)arg = true;
}

static void
commit(struct stage *s, const struct unit *unit)
{
	bool done = false;

	store_commit(s->store, unit, on_put, &done);
	while (!done)
		store_memory_step(s->store, clock_now());
}

static struct ask looked;
static struct proofing_end end;

static void
on_end(void *arg, enum err err, const struct problem *why)
{
	struct problem own;

	expect_ok("the store answers", err, why);
	expect_ok("the end", proofing_end_loaded(&looked, &end, &own), &own);
	*(bool *)arg = true;
}

/* As the steward does when all is gone. */
static void
note_erased(struct stage *s)
{
	struct arena a = arena_init(1 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(clock_now()));
	bool done = false;

	looked = proofing_end_ask();
	store_load(s->store, &looked, 1, on_end, &done);
	while (!done)
		store_memory_step(s->store, clock_now());
	end.actor = end.reason = span_text("test");
	proofing_end_put_erased(unit, &end, clock_now());
	commit(s, unit);
	arena_release(&a);
}

static void
proofing_ends_and_is_resumed(void **state)
{
	static const struct wanted say_end = { "POST", STEP, json, END }, say_resume = { "POST", STEP, json, RESUME },
	    status = { "GET", "/v1/control/status", NULL, NULL };
	struct stage s;

	(void)state;
	stage_open(&s, 32, 1);
	expect_answer(&s, "the status tells that it goes on", &status, 200, "\"proofing_ended\":null");
	s.stuck = true;
	expect_answer(&s, "it ends, and what cannot be erased is told", &say_end, 200, "\"erased\":false,\"problem\":"
	    "\"crl/lock: another process takes a list in\",\"watched\":\"/srv/lists\"}");
	s.stuck = false;
	expect_answer(&s, "said again", &say_end, 200, "{\"outcome\":\"unchanged\",\"ended\":\"");
	expect_number("it is erased again", s.erased, 2);
	expect_answer(&s, "the status tells why", &status, 200, "\"reason\":\"the accreditation ran out\"");
	note_erased(&s);
	expect_answer(&s, "it is resumed", &say_resume, 200,
	    "{\"outcome\":\"resumed\",\"approvals\":{\"had\":1,\"needed\":1}}");
	expect_answer(&s, "and goes on", &status, 200, "\"proofing_ended\":null");
	stage_free(&s);

	stage_open(&s, 33, 2);
	expect_answer(&s, "where it takes two one ends it", &say_end, 200, "\"outcome\":\"ended\"");
	note_erased(&s);
	expect_answer(&s, "and does not resume it", &say_resume, 200,
	    "{\"outcome\":\"waits\",\"ended\":\"");
	s.strangers = true;
	expect_answer(&s, "nobody else may", &say_end, 403, "is no operator");
	stage_free(&s);
}

#define FIRST "2026-11-01T00:00:00Z"
#define CHECKS 1500

/* One a second; each tenth is refuted, each third the shop's. */
static void
put_checks(struct stage *s)
{
	struct arena a = arena_init(64 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(clock_now())), *member;
	struct buffer row = buffer_init(4 * KIB);
	struct instant first;

	member = unit_new(&a, tables, id_new(clock_now()));
	member_write(&row, &(struct member){ .id = span_text("shop"), .standing = STANDING_WITHDRAWN,
	    .since = clock_now(), .record = span_text("{}") });
	unit_put(member, &member_table, span_text("shop"), buffer_span(&row));
	buffer_release(&row);
	commit(s, member);
	assert_true(instant_read(span_text(FIRST), &first));
	store_memory_become(s->store, ROLE_WORKER);
	for (int i = 0; i < CHECKS; i++)
		proofing_check_log(unit, &(struct proofing_check){
			.at = instant_after(first, SECONDS(i)), .member = span_text(i % 3 ? "bank" : "shop"),
			.relying_party = span_text("https://rp.example/\""), .operator = span_text("platform"),
			.purpose = JPKI_SIGNATURE, .medium = JPKI_CARD, .outcome = i % 10 ? ESTABLISHED : REFUTED,
			.kind = REVOCATION_BY_OCSP, .source = span_text("ocsp"), .status = i % 10 ? REVOCATION_GOOD :
			REVOCATION_REVOKED, .charged = true }, 0);
	commit(s, unit);
	store_memory_become(s->store, ROLE_STEWARD);
	arena_release(&a);
}

#define ROW(at, member, outcome, status) "{\"at\":\"2026-11-01T00:" at "Z\",\"member\":\"" member "\"," \
	"\"relying_party\":\"https://rp.example/\\\"\",\"operator\":\"platform\",\"purpose\":\"signature\"," \
	"\"medium\":\"card\",\"outcome\":\"" outcome "\",\"revocation\":{\"status\":\"" status "\",\"kind\":\"ocsp\"," \
	"\"source\":\"ocsp\"},\"charged\":true,\"further\":false}"

static void
the_log_is_read_part_by_part(void **state)
{
	struct buffer answer = buffer_init(4 * MIB);
	char path[200];
	const char *next;
	struct stage s;

	(void)state;
	stage_open(&s, 34, 1);
	put_checks(&s);
	expect_answer(&s, "a range", &(struct wanted){ "GET",
	    BAD "from=2026-11-01T00:00:10Z&until=2026-11-01T00:00:12Z", NULL, NULL }, 200,
	    "\"checks\":[" ROW("00:10", "bank", "refuted", "revoked") "," ROW("00:11", "bank", "established", "good")
	    "],\"searched\":2,\"next\":null}");
	expect_answer(&s, "of one member, with one outcome", &(struct wanted){ "GET",
	    BAD "member=shop&outcome=refuted&until=2026-11-01T00:00:40Z", NULL, NULL }, 200,
	    "\"checks\":[" ROW("00:00", "shop", "refuted", "revoked") "," ROW("00:30", "shop", "refuted", "revoked")
	    "],\"searched\":40,\"next\":null}");
	expect_number("all of it", asked(&s, &(struct wanted){ "GET", LOG, NULL, NULL }, &answer), 200);
	next = strstr((const char *)buffer_span(&answer).data, "\"searched\":1000,\"next\":\"");
	assert_non_null(next);
	snprintf(path, sizeof(path), BAD "after=%.32s", next + strlen("\"searched\":1000,\"next\":\""));
	expect_answer(&s, "goes on where the part ended", &(struct wanted){ "GET", path, NULL, NULL }, 200,
	    "\"checks\":[" ROW("16:40", "bank", "refuted", "revoked") ",");
	expect_answer(&s, "to its end", &(struct wanted){ "GET", path, NULL, NULL }, 200,
	    ROW("24:59", "bank", "established", "good") "],\"searched\":500,\"next\":null}");
	buffer_release(&answer);
	stage_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read_strictly),
		cmocka_unit_test(proofing_ends_and_is_resumed),
		cmocka_unit_test(the_log_is_read_part_by_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
