/* tests/front/control/test_erasures.c - a person's decisions erased over the control socket. */
#include "front/control/stage.h"

#define SUBJECT_WITH(member, more) "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"," member "}" more "}"
#define SUBJECT(more) "{\"subject\":{\"type\":\"user\",\"id\":\"alice\"}" more "}"

static void
requests_to_erase_are_read_strictly(void **state)
{
	static const struct control_question questions[] = {
		{ "a search says for whom", { "POST", "/v1/control/erasures/search", json, "{}" }, 400,
		    "/subject: expected one with type and id, found none" },
		{ "by type and id", { "POST", "/v1/control/erasures/search", json, "{\"subject\":{\"id\":\"a\"}}" },
		    400, "/subject: expected one with type and id, found none" },
		{ "and nothing else", { "POST", "/v1/control/erasures/search", json, SUBJECT_WITH("\"name\":\"b\"",
		    "") }, 400, "/subject/name" },
		{ "it goes on from an ID", { "POST", "/v1/control/erasures/search", json, SUBJECT(",\"from\":\"0\"") },
		    400, "/from: expected an entry's ID" },
		{ "in an empty ledger nobody is found", { "POST", "/v1/control/erasures/search", json, SUBJECT("") },
		    200, "{\"searched\":0,\"size\":0,\"found\":[],\"unreadable\":[],\"why\":null,\"next\":null}" },
		{ "of a member that is none nobody can be", { "POST", "/v1/control/erasures/search", json,
		    SUBJECT(",\"member\":\"nobody\"") }, 404, "/member: there is no member \\\"nobody\\\"" },
		{ "a member is named by its id", { "POST", "/v1/control/erasures/search", json,
		    SUBJECT(",\"member\":\"No body\"") }, 400, "/member: expected a member's id" },
		{ "a search has no reason", { "POST", "/v1/control/erasures/search", json,
		    SUBJECT(",\"reason\":\"x\"") }, 400, "/reason" },
		{ "erasing has one", { "POST", "/v1/control/erasures", json, SUBJECT("") }, 400,
		    "/reason: expected 1 to 1000 bytes, found 0" },
		{ "that names nobody", { "POST", "/v1/control/erasures", json, SUBJECT(",\"reason\":\"for alice\"") },
		    400, "found the subject's ID" },
		{ "and says what", { "POST", "/v1/control/erasures", json, SUBJECT(",\"reason\":\"asked for\"") }, 400,
		    "/entries: expected at least one, found none" },
		{ "by IDs", { "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"AB\"]") }, 400,
		    "/entries/0: expected an entry's ID, 32 hexadecimal digits" },
		{ "each once, for how many there were is told for ever", { "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"00000000000000000000000000000001\","
			"\"00000000000000000000000000000002\",\"00000000000000000000000000000001\"]") }, 400,
		    "/entries: expected each entry once, found 00000000000000000000000000000001 twice" },
		{ "that are the subject's", { "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"00000000000000000000000000000001\"]") }, 400,
		    "/entries/0: expected a decision about that subject" },
	};

	(void)state;
	expect_answers(questions, COUNT(questions), 1);
}

static void
on_entries_put(void *arg, const struct committed *c)
{
	expect_number("entries are put", c->code, OK);
	*(bool *)arg = true;
}

#define ENTRIES 5000

/* Every thousandth is about her. */
static void
put_entries(struct stage *s)
{
	struct arena a = arena_init(64 * MIB);
	struct unit *unit = unit_new(&a, tables, id_new(clock_now()));
	bool done = false;

	for (unsigned i = 0; i < ENTRIES; i++) {
		struct ledger_entry entry = { .kind = LEDGER_DECISION, .party = span_text("records") };
		struct id id = { { 1, (uint8_t)(i >> 8), (uint8_t)i } };

		entry.content = span_text(arena_print(&a, "{\"subject\":{\"id\":\"%s\",\"type\":\"user\"}}",
		    i % 1000 == 607 ? "alice" : "bob"));
		ledger_append(unit, id, &entry);
	}
	store_commit(s->store, unit, on_entries_put, &done);
	while (!done)
		store_memory_step(s->store, clock_now());
	arena_release(&a);
}

#define ALICES "\"01025f00000000000000000000000000\",\"01064700000000000000000000000000\""
#define REST "\"0111ff00000000000000000000000000\""

static void
a_person_is_looked_for_part_by_part_and_erased(void **state)
{
	static const struct wanted erase = { "POST", "/v1/control/erasures", json,
		SUBJECT(",\"reason\":\"asked for\",\"entries\":[" ALICES "," REST "]") };
	struct stage s;

	(void)state;
	stage_open(&s, 19, 1);
	put_entries(&s);
	expect_answer(&s, "a part of the ledger is looked at", &(struct wanted){ "POST", "/v1/control/erasures/search",
	    json,
	    SUBJECT("") }, 200, "{\"searched\":4096,\"size\":5000,\"found\":[" ALICES ",");
	expect_answer(&s, "and where to go on is told", &(struct wanted){ "POST", "/v1/control/erasures/search", json,
	    SUBJECT("") }, 200, "\"next\":\"010fff00000000000000000000000001\"}");
	expect_answer(&s, "to the end", &(struct wanted){ "POST", "/v1/control/erasures/search", json,
	    SUBJECT(",\"from\":\"010fff00000000000000000000000001\"") }, 200,
	    "{\"searched\":904,\"size\":5000,\"found\":[" REST "],\"unreadable\":[],\"why\":null,\"next\":null}");
	expect_answer(&s, "they are erased", &erase, 200,
	    "{\"outcome\":\"erased\",\"erased\":3,\"gone\":0,\"approvals\":{\"had\":1,\"needed\":1},\"entry\":\"");
	expect_answer(&s, "once", &erase, 200, "{\"outcome\":\"erased\",\"erased\":0,\"gone\":3,");
	expect_answer(&s, "the others are left", &(struct wanted){ "POST", "/v1/control/erasures/search", json,
	    SUBJECT("") }, 200, "{\"searched\":4096,\"size\":5001,\"found\":[\"010a2f");
	stage_free(&s);

	stage_open(&s, 20, 2);
	put_entries(&s);
	expect_answer(&s, "where it takes two the first waits", &erase, 200,
	    "{\"outcome\":\"waits\",\"erased\":0,\"gone\":0,\"approvals\":{\"had\":1,\"needed\":2},\"entry\":null}");
	stage_free(&s);
	stage_open_as(&s, 21, 2, false);
	put_entries(&s);
	expect_answer(&s, "who is not named is none of them", &erase, 403, "its agreement does not count");
	stage_free(&s);
}

/* Whose decision it is nobody can say, so nobody may say that all have been found; the others are. */
static void
an_entry_that_cannot_be_read_is_told_and_the_others_are_found(void **state)
{
	static const struct { const char *title, *row, *content, *told; } cases[] = {
		{ "a row of another form", "what is this?", NULL,
		    "the ledger's entry 01020300000000000000000000000000 is of a form this build does not know" },
		{ "a decision that is no JSON", NULL, "{\"subject\":{\"id\":\"alice\",\"type\":\"user\"}",
		    "the ledger's entry of leaf 1 is of a form this build does not know" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct id id = { { 1, 2, 3 } }, good = { { 1, 2, 2 } };
		const struct ledger_entry whole = { .kind = LEDGER_DECISION,
			.content = span_text("{\"subject\":{\"id\":\"alice\",\"type\":\"user\"}}") };
		struct ledger_entry entry = { .kind = LEDGER_DECISION, .content = span_text(cases[i].content) };
		struct arena a = arena_init(1 * MIB);
		struct unit *unit;
		struct stage s;
		bool done = false;

		stage_open(&s, 22 + i, 1);
		unit = unit_new(&a, tables, id_new(clock_now()));
		ledger_append(unit, good, &whole);
		if (cases[i].content)
			ledger_append(unit, id, &entry);
		else
			unit_put(unit, &ledger_entry_table, id_span(&id),
			    span_text(cases[i].row));
		store_commit(s.store, unit, on_entries_put, &done);
		while (!done)
			store_memory_step(s.store, clock_now());
		expect_answer(&s, cases[i].title, &(struct wanted){ "POST", "/v1/control/erasures/search", json,
		    SUBJECT("") }, 200, arena_print(&a, "\"found\":[\"01020200000000000000000000000000\"],"
		    "\"unreadable\":[\"01020300000000000000000000000000\"],\"why\":\"%s\",\"next\":null}",
		    cases[i].told));
		expect_answer(&s, "it is not erased unread", &(struct wanted){ "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"01020300000000000000000000000000\"]") },
		    503, cases[i].told);
		expect_answer(&s, "the others are", &(struct wanted){ "POST", "/v1/control/erasures", json,
		    SUBJECT(",\"reason\":\"asked for\",\"entries\":[\"01020200000000000000000000000000\"]") },
		    200, "{\"outcome\":\"erased\",\"erased\":1,");
		stage_free(&s);
		arena_release(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_to_erase_are_read_strictly),
		cmocka_unit_test(a_person_is_looked_for_part_by_part_and_erased),
		cmocka_unit_test(an_entry_that_cannot_be_read_is_told_and_the_others_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
