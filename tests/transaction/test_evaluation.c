/* tests/transaction/test_evaluation.c - decisions are in the ledger before they are answered, and can be taken
 * again. */
#include "transaction/decisions.h"

#include "assurance/decided.h"
#include "base/turn.h"
#include "store/memory.h"

static const struct table *const tables[] = { &ledger_leaf_table, &ledger_entry_table, NULL };

#define WRITE_ACTIVE "{\"subject.role\":\"member\",\"action.name\":\"write\",\"resource.status\":\"active\"}"
#define WRITE_ARCHIVED "{\"subject.role\":\"member\",\"action.name\":\"write\",\"resource.status\":\"archived\"}"

struct run {
	struct arena arena;
	struct store *store;
	const struct dictionary *dictionary;
	const struct framework *framework;
	struct instant now;
	bool done;
	enum err err;
	struct problem why;
	struct evaluation_answer answers[2]; /* what they point to is gone */
	size_t count;                        /* asked for at once */
	bool permits[2];
	bool unanswerable;
	struct ask asks[2];
};

static void
run_open(struct run *r)
{
	*r = (struct run){ .arena = arena_init(256 * MIB), .now = { SECONDS(1795348800) } };
	r->store = store_memory_new(tables, ROLE_WORKER, 7);
	r->dictionary = fixture_dictionary(&r->arena);
	r->framework = fixture_framework(&r->arena, r->dictionary, NULL);
}

static void
run_close(struct run *r)
{
	store_free(r->store);
	arena_release(&r->arena);
}

static bool
on_taken(void *arg, const struct evaluation_answer *answers)
{
	struct run *r = arg;

	for (size_t i = 0; i < r->count; i++) {
		r->answers[i] = answers[i];
		r->permits[i] = answers[i].decision->permit;
	}
	return !r->unanswerable;
}

static void
on_done(void *arg, enum err err, const struct problem *why)
{
	struct run *r = arg;

	r->done = true;
	r->err = err;
	if (why)
		r->why = *why;
}

static struct pending *
run_evaluate(struct run *r, struct evaluation_request *requests, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct decision *taken = arena_new(&r->arena, struct decision);

		decide(&requests[i].question, taken);
		requests[i].taken = taken;
	}
	r->count = count;
	return evaluations_run(r->store, &r->arena, requests, count, r->now, on_taken, on_done, r, &r->why);
}

static void
on_rows(void *arg, enum err err, const struct problem *why)
{
	struct run *r = arg;
	struct ledger_entry entry = { 0 };
	struct hash commitment;
	struct decided *decided = arena_new(&r->arena, struct decided);
	struct question question;
	struct decision *again = arena_new(&r->arena, struct decision);
	struct facts *facts = arena_new(&r->arena, struct facts);
	struct buffer result = buffer_init(64 * KIB);
	struct problem own;
	struct id id;

	expect_ok("the rows are read", err, why);
	expect_number("two leaves", r->asks[0].count, 2);
	expect_number("the entry is there by its ID", r->asks[1].count, 1);
	expect_true("and is an entry", ledger_entry_read(r->asks[1].rows[0].value, &entry));
	expect_number("of the second leaf", entry.number, 2);
	expect_span("its party is the caller's member", entry.party, "records");
	expect_true("the leaf is read", ledger_leaf_read(r->asks[0].rows[1].value, &commitment, &id));
	expect_true("the leaf holds the commitment that was answered",
	    memcmp(commitment.bytes, r->answers[1].commitment.bytes, HASH_SIZE) == 0);
	commitment = ledger_commitment(r->answers[1].salt, entry.content);
	expect_true("which the answered salt opens", memcmp(commitment.bytes, r->answers[1].commitment.bytes,
	    HASH_SIZE) == 0);

	expect_ok("the entry is a decision's", decided_read(&r->arena, entry.content, decided, &own), &own);
	expect_true("that refused", !decided->permit);
	assert_true(decided->failed.count > 0);
	expect_span("by a criterion", decided->failed.ids[0], "write");
	expect_ok("it can be asked again", decided_question(decided, r->framework, &r->arena, facts, &question, &own),
	    &own);
	decide(&question, again);
	decision_result_write(&result, again);
	expect_true("and is answered to the byte as before", span_equal(buffer_span(&result), decided->result));
	buffer_release(&result);
	r->done = true;
}

static void
decisions_are_recorded_before_they_are_answered(void **state)
{
	struct evaluation_request requests[2];
	struct run r;

	(void)state;
	run_open(&r);
	requests[0] = fixture_request(r.framework, fixture_facts(&r.arena, r.dictionary, WRITE_ACTIVE), "record-1");
	requests[1] = fixture_request(r.framework, fixture_facts(&r.arena, r.dictionary, WRITE_ARCHIVED), "record-2");
	expect_true("they are asked", run_evaluate(&r, requests, 2) != NULL);
	expect_true("nobody is answered at once", !r.done);
	while (!r.done && store_memory_step(r.store, r.now))
		continue;
	expect_ok("they are recorded", r.err, &r.why);
	expect_true("the first is permitted", r.permits[0]);
	expect_true("the second is refused", !r.permits[1]);
	r.asks[0] = (struct ask){ .table = &ledger_leaf_table, .limit = 10 };
	r.asks[1] = (struct ask){ .table = &ledger_entry_table, .from = span_of(r.answers[1].id.bytes, 16) };
	store_load(r.store, r.asks, 2, on_rows, &r);
	r.done = false;
	while (!r.done && store_memory_step(r.store, r.now))
		continue;
	run_close(&r);
}

static void
what_cannot_be_recorded_is_not_decided(void **state)
{
	struct evaluation_request request;
	struct run r;

	(void)state;
	run_open(&r);
	request = fixture_request(r.framework, fixture_facts(&r.arena, r.dictionary, WRITE_ACTIVE), "record-1");
	store_memory_fail_commits(r.store, 1, ERR_FULL);
	expect_true("it is asked", run_evaluate(&r, &request, 1) != NULL);
	while (!r.done && store_memory_step(r.store, r.now))
		continue;
	expect_problem("a full store is told", r.err, &r.why, ERR_FULL, "could not be recorded in the ledger, so it "
	    "was not taken");
	run_close(&r);
}

static void
on_none(void *arg, enum err err, const struct problem *why)
{
	struct run *r = arg;

	expect_ok("the ledger is read", err, why);
	expect_number("it has nothing", r->asks[0].count, 0);
	r->done = true;
}

static void
what_cannot_be_answered_is_not_recorded(void **state)
{
	struct evaluation_request request;
	struct run r;

	(void)state;
	run_open(&r);
	r.unanswerable = true;
	request = fixture_request(r.framework, fixture_facts(&r.arena, r.dictionary, WRITE_ACTIVE), "record-1");
	expect_true("it is refused", run_evaluate(&r, &request, 1) == NULL);
	expect_problem("in its words", r.why.code, &r.why, ERR_LIMIT, "too large, so the decision was not taken");
	r.asks[0] = (struct ask){ .table = &ledger_leaf_table, .limit = 10 };
	store_load(r.store, r.asks, 1, on_none, &r);
	while (!r.done && store_memory_step(r.store, r.now))
		continue;
	expect_true("it has an end", r.done);
	run_close(&r);
}

static void
an_entry_has_its_largest_size(void **state)
{
	struct evaluation_request request;
	struct run r;

	(void)state;
	run_open(&r);
	request = fixture_request(r.framework, fixture_facts(&r.arena, r.dictionary, WRITE_ACTIVE), "record-1");
	request.purpose = span_of(arena_take(&r.arena, LEDGER_ENTRY_LARGEST), LEDGER_ENTRY_LARGEST);
	memset((void *)(uintptr_t)request.purpose.data, 'x', request.purpose.size);
	expect_true("what is larger is refused", run_evaluate(&r, &request, 1) == NULL);
	expect_problem("with its size", r.why.code, &r.why, ERR_LIMIT, "an entry of 65536 bytes");
	run_close(&r);
}

static void
an_entry_that_is_none_is_refused(void **state)
{
	static const struct { const char *title, *text; enum err code; const char *problem; } cases[] = {
		{ "no JSON", "{", ERR_SYNTAX, "found the end" },
		{ "another entry", "{\"event\":\"key.changed\"}", ERR_SYNTAX, "expected the entry of a decision" },
		{ "a result that is none", "{\"framework\":\"f\",\"facts\":{},\"result\":[]}", ERR_INVALID,
		    "result: " },
		{ "a demand with another comparison", "{\"framework\":\"f\",\"facts\":{},\"result\":{},"
		  "\"demand\":[{\"comparison\":\"as\"}]}", ERR_INVALID, "/demand/0/comparison" },
	};
	struct arena a = arena_init(MIB);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decided decided;
		struct problem why = { .code = OK };

		expect_problem(cases[i].title, decided_read(&a, span_text(cases[i].text), &decided, &why), &why,
		    cases[i].code, cases[i].problem);
	}
	arena_release(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decisions_are_recorded_before_they_are_answered),
		cmocka_unit_test(what_cannot_be_recorded_is_not_decided),
		cmocka_unit_test(what_cannot_be_answered_is_not_recorded),
		cmocka_unit_test(an_entry_has_its_largest_size),
		cmocka_unit_test(an_entry_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
