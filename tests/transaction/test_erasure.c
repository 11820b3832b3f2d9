/* tests/transaction/test_erasure.c - a person's decisions leave the ledger; leaves, and what proves them, stay. */
#include "transaction/decisions.h"

#include "codec/text.h"
#include "store/memory.h"
#include "transaction/decision/erasure.h"

static const struct table *const tables[] = { &ledger_leaf_table, &ledger_entry_table, &erasure_agreement_table, NULL };

#define RECORDED 6
#define ALICE 3

struct run {
	struct arena arena;
	struct store *store;
	struct instant now;
	bool done;
	enum err err;
	struct problem why;
	struct erasure_report report;
	struct id ids[RECORDED];
	struct hash commitments[RECORDED];
};

static const struct {
	const char *type, *id, *member;
} recorded[RECORDED] = {
	{ "user", "alice", "records" },
	{ "user", "bob", "records" },
	{ "user", "alice", "hospital" },
	{ "device", "alice", "records" },
	{ "user", "alice\"} \\ 田中", "records" },
	{ "user", "alice", "records" },
};

static bool
on_taken(void *arg, const struct evaluation_answer *answers)
{
	struct run *r = arg;

	for (size_t i = 0; i < RECORDED; i++) {
		r->ids[i] = answers[i].id;
		r->commitments[i] = answers[i].commitment;
	}
	return true;
}

static void
on_recorded(void *arg, enum err err, const struct problem *why)
{
	struct run *r = arg;

	r->done = true;
	expect_ok("recorded", err, why);
}

static void
run_until_done(struct run *r)
{
	while (!r->done && store_memory_step(r->store, r->now))
		continue;
	expect_true("it has an end", r->done);
	r->done = false;
}

static void
run_open(struct run *r, uint64_t seed)
{
	struct evaluation_request requests[RECORDED];
	const struct dictionary *dictionary;
	const struct framework *framework;
	const struct facts *facts;
	struct decision *taken;
	struct problem why;

	*r = (struct run){ .arena = arena_init(256 * MIB), .now = { SECONDS(1795348800) } };
	taken = arena_new(&r->arena, struct decision);
	r->store = store_memory_new(tables, ROLE_WORKER, seed);
	dictionary = fixture_dictionary(&r->arena);
	framework = fixture_framework(&r->arena, dictionary, NULL);
	facts = fixture_facts(&r->arena, dictionary, "{\"subject.role\":\"member\"}");
	for (size_t i = 0; i < RECORDED; i++) {
		requests[i] = fixture_request(framework, facts, "\"subject\":{\"id\":\"alice\",\"type\":\"user\"}");
		requests[i].subject_type = span_text(recorded[i].type);
		requests[i].subject_id = span_text(recorded[i].id);
		requests[i].member = span_text(recorded[i].member);
		requests[i].taken = taken;
	}
	decide(&requests[0].question, taken);
	evaluations_run(r->store, &r->arena, requests, RECORDED, r->now, on_taken, on_recorded, r, &why);
	run_until_done(r);
	store_memory_become(r->store, ROLE_STEWARD);
}

static void
run_close(struct run *r)
{
	store_free(r->store);
	arena_release(&r->arena);
}

struct look {
	struct run *run;
	struct ask ask;
	struct row rows[32];
	size_t count;
};

static void
on_rows(void *arg, enum err err, const struct problem *why)
{
	struct look *l = arg;

	expect_ok("the rows are read", err, why);
	l->count = l->ask.count;
	for (size_t i = 0; i < l->count && i < COUNT(l->rows); i++) {
		l->rows[i] = l->ask.rows[i];
		l->rows[i].key = arena_copy(&l->run->arena, l->ask.rows[i].key);
		l->rows[i].value = arena_copy(&l->run->arena, l->ask.rows[i].value);
	}
	l->run->done = true;
}

static struct look
rows_of(struct run *r, const struct table *table)
{
	struct look l = { .run = r, .ask = { .table = table, .limit = COUNT(l.rows) } };

	store_load(r->store, &l.ask, 1, on_rows, &l);
	run_until_done(r);
	return l;
}

static struct ledger_entry
entry_of(struct run *r, struct id id)
{
	struct look l = rows_of(r, &ledger_entry_table);
	struct ledger_entry entry = { 0 };

	for (size_t i = 0; i < l.count; i++)
		if (memcmp(l.rows[i].key.data, id.bytes, sizeof(id.bytes)) == 0)
			expect_true("an entry", ledger_entry_read(l.rows[i].value, &entry));
	return entry;
}

/* Whose decisions are found. */

static bool
is_about(struct run *r, const struct erasure_search *search, const struct ledger_entry *entry)
{
	bool about = false;

	expect_ok("it can be looked at", erasure_look(&r->arena, search, entry, &about, &r->why), &r->why);
	return about;
}

static void
a_person_is_found_by_type_and_id(void **state)
{
	static const struct {
		const char *title;
		struct erasure_subject subject;
		bool found[RECORDED];
	} cases[] = {
		{ "type and id must both be the person's",
		  { { (const uint8_t *)"user", 4 }, { (const uint8_t *)"alice", 5 }, { NULL, 0 } },
		  { true, false, true, false, false, true } },
		{ "of a member's, only what that member asked for",
		  { { (const uint8_t *)"user", 4 }, { (const uint8_t *)"alice", 5 }, { 
		    (const uint8_t *)"hospital", 8 } },
		  { false, false, true, false, false, false } },
		{ "another type is another subject",
		  { { (const uint8_t *)"device", 6 }, { (const uint8_t *)"alice", 5 }, { NULL, 0 } },
		  { false, false, false, true, false, false } },
		{ "an id with quotation marks and kanji is found as it is",
		  { { (const uint8_t *)"user", 4 }, { (const uint8_t *)"alice\"} \\ 田中", 16 }, { NULL, 0 } },
		  { false, false, false, false, true, false } },
		{ "the beginning of an id is nobody",
		  { { (const uint8_t *)"user", 4 }, { (const uint8_t *)"alic", 4 }, { NULL, 0 } },
		  { false } },
	};
	struct run r;

	(void)state;
	run_open(&r, 1);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct erasure_search search;

		erasure_search_init(&r.arena, &cases[i].subject, &search);
		for (size_t n = 0; n < RECORDED; n++) {
			struct ledger_entry entry = entry_of(&r, r.ids[n]);

			expect_true(cases[i].title, is_about(&r, &search, &entry) == cases[i].found[n]);
			entry.kind = LEDGER_CHANGE;
			expect_true("only decisions are a person's", !is_about(&r, &search, &entry));
			entry.kind = LEDGER_PROOFING;
			expect_true("of a proofing nothing is", !is_about(&r, &search, &entry));
			entry.kind = LEDGER_DECISION;
			entry.content = (struct span){ 0 };
			expect_true("what was erased is nobody's", !is_about(&r, &search, &entry));
		}
	}
	run_close(&r);
}

static void
a_reason_names_nobody(void **state)
{
	static const struct {
		const char *title, *reason, *part;
	} cases[] = {
		{ "there must be one", "", "expected 1 to 1000 bytes, found 0" },
		{ "it does not name the person", "alice asked for it", "found the subject's ID" },
		{ "nor by an individual number", "of 123456789018", "expected no individual number" },
		{ "an article is one", "erasure was asked for under Art. 35", NULL },
	};
	const struct erasure_subject alice = { span_text("user"), span_text("alice"), { 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct problem why = { .code = OK };
		enum err err = erasure_reason_check(&alice, span_text(cases[i].reason), &why);

		if (cases[i].part)
			expect_problem(cases[i].title, err, &why, ERR_INVALID, cases[i].part);
		else
			expect_ok(cases[i].title, err, &why);
	}
}

/* Erasing. */

static void
on_done(void *arg, enum err err, const struct erasure_report *report, const struct problem *why)
{
	struct run *r = arg;

	r->done = true;
	r->err = err;
	if (report)
		r->report = *report;
	if (err != OK)
		r->why = *why;
}

static const struct erasure_subject alice = { { (const uint8_t *)"user", 4 }, { (const uint8_t *)"alice", 5 },
	{ NULL, 0 } };
static const size_t of_alice[ALICE] = { 0, 2, 5 };

static struct erasure_request
request_of(struct run *r, const char *actor, unsigned approvals)
{
	struct id *ids = arena_array(&r->arena, struct id, ALICE);

	for (size_t i = 0; i < ALICE; i++)
		ids[i] = r->ids[of_alice[i]];
	return (struct erasure_request){ .subject = alice, .reason = span_text("asked for"), .ids = ids, .count = ALICE,
		.by = { span_text(actor), { span_text("uid:1000\nuid:1001"), approvals } }, .now = r->now };
}

static enum err
erase(struct run *r, const struct erasure_request *request)
{
	r->report = (struct erasure_report){ 0 };
	erasure_start(r->store, request, on_done, r);
	expect_true("nobody is answered at once", !r->done);
	run_until_done(r);
	return r->err;
}

static void
expect_erased(struct run *r, bool erased)
{
	for (size_t i = 0; i < ALICE; i++) {
		struct ledger_entry entry = entry_of(r, r->ids[of_alice[i]]);
		static const uint8_t none[LEDGER_SALT];

		expect_true("salt and content go together", (entry.content.size == 0) == erased &&
		    (memcmp(entry.salt, none, sizeof(none)) == 0) == erased);
		expect_number("its leaf's number stays", entry.number, of_alice[i] + 1);
		expect_span("and its party", entry.party, recorded[of_alice[i]].member);
	}
	expect_true("others keep theirs", entry_of(r, r->ids[1]).content.size && entry_of(r, r->ids[3]).content.size &&
	    entry_of(r, r->ids[4]).content.size);
}

static void
entries_go_and_leaves_stay(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 8; seed++) {
		struct erasure_request request;
		struct ledger_entry told;
		struct look leaves;
		struct run r;

		run_open(&r, seed);
		request = request_of(&r, "uid:1000", 1);
		expect_ok("where one is enough, everybody who may ask is one", erase(&r, &request), &r.why);
		expect_number("three decisions", r.report.erased, ALICE);
		expect_erased(&r, true);
		leaves = rows_of(&r, &ledger_leaf_table);
		expect_number("the leaves are all there, and one more", leaves.count, RECORDED + 1);
		for (size_t i = 0; i < RECORDED; i++)
			expect_true("as they were", memcmp(leaves.rows[i].value.data, r.commitments[i].bytes,
			    HASH_SIZE) == 0);
		told = entry_of(&r, r.report.entry);
		expect_number("an entry tells of it", told.kind, LEDGER_ERASURE);
		expect_span("how many, why, who and when, and not whose", told.content,
		    "{\"actor\":\"uid:1000\",\"approvers\":[\"uid:1000\"],\"at\":\"2026-11-22T12:00:00Z\",\"count\":3,"
		    "\"event\":\"ledger.erased\",\"member\":\"\",\"reason\":\"asked for\"}");
		expect_number("nothing of an agreement is left", rows_of(&r, &erasure_agreement_table).count, 0);

		expect_ok("once more", erase(&r, &request), &r.why);
		expect_number("erases nothing", r.report.erased, 0);
		expect_number("for it is gone", r.report.gone, ALICE);
		expect_number("and nothing is told", rows_of(&r, &ledger_leaf_table).count, RECORDED + 1);
		run_close(&r);
	}
}

static void
it_takes_as_many_operators_as_trust(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 8; seed++) {
		struct erasure_request request, other;
		struct look agreements;
		struct run r;

		run_open(&r, seed);
		request = request_of(&r, "uid:0", 2);
		expect_problem("who is none of the operators begins nothing", erase(&r, &request), &r.why, ERR_DENIED,
		    "uid:0 is not named in control/operators, so its agreement does not count");
		request = request_of(&r, "uid:1000", 2);
		expect_ok("the first operator", erase(&r, &request), &r.why);
		expect_true("waits for another", r.report.waits && r.report.had == 1 && r.report.needed == 2);
		expect_ok("saying it again", erase(&r, &request), &r.why);
		expect_true("makes no second of him", r.report.waits && r.report.had == 1);
		expect_erased(&r, false);
		agreements = rows_of(&r, &erasure_agreement_table);
		expect_number("one agreement is kept", agreements.count, 1);
		expect_true("without whose", !memmem(agreements.rows[0].value.data, agreements.rows[0].value.size,
		    "alice", 5));
		expect_number("for a week", agreements.rows[0].expires.us, r.now.us + SECONDS(7 * 86400));

		other = request_of(&r, "uid:1001", 2);
		other.reason = span_text("another reason");
		expect_ok("with other words another operator", erase(&r, &other), &r.why);
		expect_true("agrees to nothing", r.report.waits && r.report.had == 1);
		other.reason = request.reason;
		expect_ok("with the same words", erase(&r, &other), &r.why);
		expect_true("the second is enough", !r.report.waits && r.report.erased == ALICE && r.report.had == 2);
		expect_erased(&r, true);
		expect_true("both are told", memmem(entry_of(&r, r.report.entry).content.data,
		    entry_of(&r, r.report.entry).content.size, "[\"uid:1000\",\"uid:1001\"]", 23) != NULL);
		run_close(&r);
	}
}

static void
agreements_count_by_the_operators_in_force(void **state)
{
	struct erasure_request request;
	struct run r;

	(void)state;
	run_open(&r, 8);
	request = request_of(&r, "uid:1000", 2);
	expect_ok("the first operator", erase(&r, &request), &r.why);
	request.by = (struct agreeing){ span_text("uid:1001"), { span_text("uid:1001\nuid:1002"), 2 } };
	expect_ok("he is dismissed, another says the same", erase(&r, &request), &r.why);
	expect_true("and is the first", r.report.waits && r.report.had == 1);
	expect_erased(&r, false);
	request.by.actor = span_text("uid:1002");
	expect_ok("the next", erase(&r, &request), &r.why);
	expect_true("is the second", !r.report.waits && r.report.erased == ALICE && r.report.had == 2);
	expect_true("both are told", memmem(entry_of(&r, r.report.entry).content.data,
	    entry_of(&r, r.report.entry).content.size, "[\"uid:1001\",\"uid:1002\"]", 23) != NULL);
	run_close(&r);
}

/* More than one part are erased under one agreement, by whoever goes on. */
static void
an_agreement_holds_for_every_part(void **state)
{
	struct erasure_request request;
	struct run r;

	(void)state;
	run_open(&r, 4);
	request = request_of(&r, "uid:1000", 2);
	request.count = 1;
	expect_ok("the first operator", erase(&r, &request), &r.why);
	request.by.actor = span_text("uid:1001");
	expect_ok("the second", erase(&r, &request), &r.why);
	expect_number("erases a part", r.report.erased, 1);
	request.ids++;
	expect_ok("and the next", erase(&r, &request), &r.why);
	expect_number("at once", r.report.erased, 1);
	request.ids++;
	r.now.us += SECONDS(8 * 86400);
	request.now = r.now;
	expect_ok("after a week", erase(&r, &request), &r.why);
	expect_true("it is forgotten", r.report.waits && r.report.had == 1);
	run_close(&r);
}

static void
what_is_not_that_persons_is_not_erased(void **state)
{
	struct erasure_request request;
	struct id ids[2], nobody = id_new((struct instant){ 1 });
	struct run r;

	(void)state;
	run_open(&r, 5);
	request = request_of(&r, "uid:1000", 1);
	request.ids = ids;
	request.count = COUNT(ids);
	ids[0] = r.ids[0];
	ids[1] = r.ids[1];
	expect_problem("an entry of another's", erase(&r, &request), &r.why, ERR_INVALID,
	    "/entries/1: expected a decision about that subject");
	ids[1] = nobody;
	expect_problem("an entry that is not there", erase(&r, &request), &r.why, ERR_INVALID,
	    "/entries/1: expected a decision about that subject");
	expect_erased(&r, false);
	ids[1] = r.ids[2];
	request.subject.member = span_text("hospital");
	expect_problem("an entry of another member's asking", erase(&r, &request), &r.why, ERR_INVALID,
	    "/entries/0: expected");
	expect_erased(&r, false);
	run_close(&r);
}

static void
who_meets_another_looks_again(void **state)
{
	struct erasure_request request;
	struct run r;

	(void)state;
	run_open(&r, 6);
	request = request_of(&r, "uid:1000", 1);
	store_memory_fail_commits(r.store, 1, ERR_CONFLICT);
	expect_ok("once", erase(&r, &request), &r.why);
	expect_number("and erases them", r.report.erased, ALICE);
	expect_erased(&r, true);
	run_close(&r);

	run_open(&r, 7);
	request = request_of(&r, "uid:1000", 1);
	store_memory_fail_commits(r.store, 2, ERR_CONFLICT);
	expect_problem("not for ever", erase(&r, &request), &r.why, ERR_CONFLICT, "the erasure could not be written");
	expect_erased(&r, false);
	store_memory_fail_commits(r.store, 1, ERR_FULL);
	expect_problem("a full store erases nothing", erase(&r, &request), &r.why, ERR_FULL,
	    "the erasure could not be written");
	expect_erased(&r, false);
	run_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_person_is_found_by_type_and_id),
		cmocka_unit_test(a_reason_names_nobody),
		cmocka_unit_test(entries_go_and_leaves_stay),
		cmocka_unit_test(it_takes_as_many_operators_as_trust),
		cmocka_unit_test(agreements_count_by_the_operators_in_force),
		cmocka_unit_test(an_agreement_holds_for_every_part),
		cmocka_unit_test(what_is_not_that_persons_is_not_erased),
		cmocka_unit_test(who_meets_another_looks_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
