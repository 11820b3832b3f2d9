/* tests/registry/test_import.c - imports: what changes, what is refused, what the journal says, and what stops half
 * way. */
#include "stage.h"

#include "registry/journal.h"

#define MD "urn:oasis:names:tc:SAML:2.0:metadata"
#define BEGIN "<EntitiesDescriptor xmlns='" MD "'>\n"
#define END "</EntitiesDescriptor>"
#define UNTIL(day) " validUntil='2026-12-" day "T00:00:00Z'"
#define OTHER "<Extensions><x:a xmlns:x='urn:x'/></Extensions>"
#define ANOTHER "<Extensions><x:b xmlns:x='urn:x'/></Extensions>"
#define SP(id, inside) "<EntityDescriptor entityID='" id "'>" inside \
	"<SPSSODescriptor protocolSupportEnumeration='urn:p'/></EntityDescriptor>\n"

static bool
find_entity(struct stage *s, const char *entity_id, struct entity *out)
{
	struct entity_key key = entity_key_of(span_text(entity_id));
	struct stage_look look = stage_load(s, (struct ask){ .table = &entity_table,
		.from = arena_copy(&s->arena, span_of(key.bytes, sizeof(key.bytes))) });

	return look.count && entity_read(look.rows[0].value, out);
}

static void
expect_counts(struct stage *s, const char *title, uint32_t added, uint32_t changed, uint32_t unchanged,
    uint32_t removed,
    size_t refused)
{
	expect_ok(title, s->err, &s->why);
	expect_number(title, s->imported.added, added);
	expect_number(title, s->imported.changed, changed);
	expect_number(title, s->imported.unchanged, unchanged);
	expect_number(title, s->imported.removed, removed);
	expect_number(title, s->imported.refusal_count, refused);
}

static void
an_import_replaces_what_its_source_brought(void **state)
{
	struct entity first, e;
	struct stage s;

	(void)state;
	stage_open(&s, 1);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "") SP("urn:c", "") END));
	expect_counts(&s, "all are new", 3, 0, 0, 0, 0);
	expect_true("one is there", find_entity(&s, "urn:b", &first));
	expect_span("with its source", first.source, "feed");
	expect_number("and role", first.roles, ENTITY_RP);
	s.now.us += SECONDS(60);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:d", "") SP("urn:b", OTHER) SP("urn:a", "") END));
	expect_counts(&s, "one of each", 1, 1, 1, 1, 0);
	expect_true("the missing one is gone", !find_entity(&s, "urn:c", &e));
	expect_true("the changed one is there", find_entity(&s, "urn:b", &e));
	expect_true("with a new fragment", memcmp(e.fragment, first.fragment, 32) != 0);
	expect_true("registered when it first came", e.registered.us == first.registered.us);
	expect_true("changed now", e.imported.us == s.now.us);
	stage_start_import(&s, &(struct import){ .document = span_text(BEGIN SP("urn:a", "") END), .source = "feed",
		.keep_missing = true });
	stage_run(&s, 0);
	expect_counts(&s, "missing ones are kept when asked for", 0, 0, 1, 0, 0);
	expect_number("all three", stage_count(&s, &entity_table), 3);
	stage_close(&s);
}

static void
a_source_withdraws_its_last_entity_only_when_asked_to(void **state)
{
	struct import empty = { .document = span_text(BEGIN END), .source = "feed" };
	struct entity e;
	struct stage s;

	(void)state;
	stage_open(&s, 10);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") END));
	stage_import(&s, "other", span_text(BEGIN SP("urn:b", "") END));
	stage_start_import(&s, &empty);
	stage_run(&s, 0);
	expect_problem("an empty document is more often a mistake", s.err, &s.why, ERR_INVALID,
	    "the document has no EntityDescriptor; expected one, or allow_empty");
	expect_true("and changes nothing", find_entity(&s, "urn:a", &e));
	empty.allow_empty = true;
	empty.keep_missing = true;
	stage_start_import(&s, &empty);
	stage_run(&s, 0);
	expect_counts(&s, "what is missing is kept when asked for", 0, 0, 0, 0, 0);
	empty.keep_missing = false;
	stage_start_import(&s, &empty);
	stage_run(&s, 0);
	expect_counts(&s, "asked for, it withdraws the last", 0, 0, 0, 1, 0);
	expect_true("of its own source", !find_entity(&s, "urn:a", &e) && find_entity(&s, "urn:b", &e));
	stage_close(&s);
}

static void
an_entity_ends_with_the_earliest_of_its_ends(void **state)
{
	static const struct { const char *title, *root, *wrapper, *own, *given, *expected; } cases[] = {
		{ "nobody says one", "", "", "", NULL, "1970-01-01T00:00:00Z" },
		{ "the document does", UNTIL("01"), "", "", NULL, "2026-12-01T00:00:00Z" },
		{ "the import does", "", "", "", "2026-12-02T00:00:00Z", "2026-12-02T00:00:00Z" },
		{ "the import's is earlier", UNTIL("03"), "", "", "2026-12-02T00:00:00Z", "2026-12-02T00:00:00Z" },
		{ "the document's is earlier", UNTIL("01"), "", "", "2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z" },
		{ "what it is wrapped in says one", "", UNTIL("04"), "", NULL, "2026-12-04T00:00:00Z" },
		{ "the wrapper's is earlier than the root's", UNTIL("05"), UNTIL("04"), "", NULL,
		    "2026-12-04T00:00:00Z" },
		{ "a later one of the wrapper adds nothing", UNTIL("05"), UNTIL("06"), "", NULL,
		    "2026-12-05T00:00:00Z" },
		{ "its own is the earliest", UNTIL("05"), UNTIL("04"), UNTIL("03"), NULL, "2026-12-03T00:00:00Z" },
		{ "a later one of its own adds nothing", UNTIL("05"), UNTIL("04"), UNTIL("07"), NULL,
		  "2026-12-04T00:00:00Z" },
		{ "only its own", "", "", UNTIL("07"), NULL, "2026-12-07T00:00:00Z" },
		{ "the import's is earlier than its own", "", "", UNTIL("07"), "2026-12-02T00:00:00Z",
		  "2026-12-02T00:00:00Z" },
	};
	struct stage s;

	(void)state;
	stage_open(&s, 11);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct import import = { .document = span_text(arena_print(&s.arena,
					     "<EntitiesDescriptor xmlns='" MD "'%s><EntitiesDescriptor/>"
					     "<EntitiesDescriptor%s><EntityDescriptor entityID='urn:a'%s>"
					     "<SPSSODescriptor protocolSupportEnumeration='urn:p'/></EntityDescriptor>"
					     "</EntitiesDescriptor>" END,
					     cases[i].root, cases[i].wrapper, cases[i].own)),
			.source = "feed" };
		char found[INSTANT_TEXT];
		struct entity e;

		if (cases[i].given)
			assert_true(instant_read(span_text(cases[i].given), &import.valid_until));
		s.now.us += SECONDS(1);
		stage_start_import(&s, &import);
		stage_run(&s, 0);
		expect_counts(&s, cases[i].title, i == 0, 0, i > 0, 0, 0);
		expect_true(cases[i].title, find_entity(&s, "urn:a", &e));
		expect_text(cases[i].title, instant_text(e.valid_until, found), cases[i].expected);
		expect_true("it is as old as it was", e.imported.us < s.now.us || i == 0);
	}
	stage_close(&s);
}

static void
an_entity_that_ended_stays_until_its_last_copy_ends(void **state)
{
	const char *copy = "<EntitiesDescriptor xmlns='" MD "' validUntil='2026-12-20T00:00:00Z'>"
		"<EntityDescriptor entityID='urn:a' validUntil='2026-12-01T00:00:00Z'>"
		"<SPSSODescriptor protocolSupportEnumeration='urn:p'/></EntityDescriptor>" END;
	char found[INSTANT_TEXT];
	struct entity e;
	struct stage s;

	(void)state;
	stage_open(&s, 14);
	stage_import(&s, "feed", span_text(copy));
	expect_counts(&s, "it is taken over", 1, 0, 0, 0, 0);
	assert_true(instant_read(span_text("2026-12-02T00:00:00Z"), &s.now));
	stage_import(&s, "feed", span_text(copy));
	expect_counts(&s, "the same copy later", 0, 0, 0, 0, 1);
	expect_text("says why", s.refusals[0],
	    "urn:a: line 1: EntityDescriptor was valid until 2026-12-01T00:00:00Z; expected a time to come");
	expect_true("the row is there", find_entity(&s, "urn:a", &e));
	expect_text("with the end it had", instant_text(e.valid_until, found), "2026-12-01T00:00:00Z");
	stage_close(&s);
}

static void
a_loss_beyond_its_share_is_not_taken_over(void **state)
{
	struct import import = { .source = "feed", .max_loss = 50 };
	struct stage s;

	(void)state;
	stage_open(&s, 12);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "") SP("urn:c", "") SP("urn:d", "") END));
	import.document =
	    span_text(BEGIN SP("urn:a", "") SP("urn:new", "") SP("urn:newer", "") SP("urn:newest", "") END);
	stage_start_import(&s, &import);
	stage_run(&s, 0);
	expect_problem("new ones do not make up for it", s.err, &s.why, ERR_DENIED,
	    "3 of 4 entities are missing; expected at most 50 %, unless an operator accepts the loss");
	expect_number("nothing has come", stage_count(&s, &entity_table), 4);
	import.document = span_text(BEGIN SP("urn:a", "") SP("urn:b", "<Extensions/><Extensions/>") END);
	stage_start_import(&s, &import);
	stage_run(&s, 0);
	expect_counts(&s, "what is refused is not lost", 0, 0, 1, 2, 1);
	expect_number("of the source then", s.imported.total, 2);
	stage_close(&s);
}

static void
on_change_made(void *arg, struct unit *unit, const struct import_report *report)
{
	(void)unit;
	(void)report;
	*(bool *)arg = true;
}

/* A unit of work holds 65,536 operations: two for each entity, and one for what was found about it as far as there is
 * room. */
static void
findings_that_do_not_fit_follow_the_change(void **state)
{
	const struct validation_settings rules = { .schemas = "/usr/share/xml" };
	const unsigned many = 22000;
	struct validator *validator;
	struct import import = { .source = "feed" };
	struct buffer b = buffer_init(64 * MIB);
	struct problem why;
	struct stage s;
	bool made = false;

	(void)state;
	if (validator_new(&rules, &validator, &why) != OK) {
		print_message("without rules there are no findings: %s\n", why.text);
		buffer_release(&b);
		skip();
	}
	stage_open(&s, 13);
	buffer_text(&b, BEGIN);
	for (unsigned i = 0; i < many; i++)
		buffer_print(&b,
		    "<EntityDescriptor entityID='https://sp%u.example/'><SPSSODescriptor"
		    " protocolSupportEnumeration='urn:p'><AssertionConsumerService"
		    " Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST' Location='https://sp%u.example/acs' "
		    "index='1'/></SPSSODescriptor></EntityDescriptor>",
		    i, i);
	buffer_text(&b, END);
	import.document = buffer_span(&b);
	import.validator = validator;
	stage_start_import(&s, &import);
	stage_run(&s, 0);
	expect_counts(&s, "all are taken over", many, 0, 0, 0, 0);
	expect_number("all of them", stage_count(&s, &entity_table), many);
	expect_number("each with what was found about it", stage_count(&s, &finding_table), many);
	stage_close(&s);

	stage_open(&s, 15);
	import.also = on_change_made;
	import.also_arg = &made;
	stage_start_import(&s, &import);
	while (!made)
		stage_run(&s, 1);
	/* The change is on its way: what comes next fails. */
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	stage_run(&s, 0);
	expect_counts(&s, "findings that cannot be written do not undo it", many, 0, 0, 0, 0);
	expect_number("all are in force", stage_count(&s, &entity_table), many);
	expect_true("some findings are missing", stage_count(&s, &finding_table) < many);
	stage_start_import(&s, &import);
	stage_run(&s, 0);
	expect_counts(&s, "the next time nothing changes", 0, 0, many, 0, 0);
	expect_number("but they are written", stage_count(&s, &finding_table), many);
	buffer_release(&b);
	validator_free(validator);
	stage_close(&s);
}

static void
a_dry_run_changes_nothing(void **state)
{
	struct stage s;

	(void)state;
	stage_open(&s, 2);
	stage_start_import(&s, &(struct import){ .document = span_text(BEGIN SP("urn:a", "") SP("", "") END), .dry_run =
	    true });
	stage_run(&s, 0);
	expect_counts(&s, "it says what would be", 1, 0, 0, 0, 1);
	expect_number("no entity", stage_count(&s, &entity_table), 0);
	expect_number("no fragment", stage_count(&s, &fragment_table), 0);
	expect_number("no entry", stage_count(&s, &journal_table), 0);
	stage_close(&s);
}

static void
sources_do_not_take_each_others_entities(void **state)
{
	struct entity e;
	struct stage s;

	(void)state;
	stage_open(&s, 3);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "") END));
	stage_import(&s, "other", span_text(BEGIN SP("urn:c", "") SP("urn:b", OTHER) END));
	expect_counts(&s, "the others come", 1, 0, 0, 0, 1);
	expect_text("and the reason", s.refusals[0],
	    "urn:b: line 3: the entity was brought by the source \"feed\", not by \"other\"");
	expect_true("it is still the first's", find_entity(&s, "urn:b", &e) && span_is(e.source, "feed"));
	expect_number("nothing of the first source was removed", stage_count(&s, &entity_table), 3);
	stage_close(&s);
}

static void
a_bad_copy_does_not_remove_the_last_good_one(void **state)
{
	struct entity e;
	struct stage s;

	(void)state;
	stage_open(&s, 4);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "") END));
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "<Extensions/><Extensions/>") END));
	expect_counts(&s, "one is refused", 0, 0, 1, 0, 1);
	expect_true("and stays as it was", find_entity(&s, "urn:b", &e));
	stage_close(&s);
}

static void
the_journal_says_who_brought_what(void **state)
{
	struct stage_look look;
	struct stage s;

	(void)state;
	stage_open(&s, 5);
	stage_import(&s, "a \"feed\"", span_text(BEGIN SP("urn:a", "") SP("", "") END));
	look = stage_load(&s, (struct ask){ .table = &journal_table, .limit = 10 });
	expect_number("one entry", look.count, 1);
	expect_span("in canonical JSON", look.rows[0].value,
	    "{\"actor\":\"tester\",\"added\":1,\"at\":\"2026-11-22T12:00:00Z\","
	    "\"changed\":0,\"document\":\"sha256:"
	    "24c2879504d810a4e99982b89286eb4ac354f76f69d7db1bc100e29812b3e469\",\"event\":\"metadata.imported\","
	    "\"refused\":1,\"removed\":0,\"source\":\"a \\\"feed\\\"\",\"unchanged\":0}");
	stage_close(&s);
}

static void
on_noted(void *arg, const struct committed *c)
{
	*(bool *)arg = true;
	expect_number("the entry is written", c->code, OK);
}

static void
the_journal_says_what_became_of_a_key(void **state)
{
	const struct key_life life = { .name = span_text("metadata \"1\""), .state = KEY_RETIRED };
	struct stage_look look;
	struct unit *unit;
	struct stage s;
	bool done = false;

	(void)state;
	stage_open(&s, 9);
	unit = unit_new(&s.arena, s.store->tables, id_new(s.now));
	journal_key_changed(unit, "uid:1000", s.now, &life, true);
	store_commit(s.store, unit, on_noted, &done);
	while (!done)
		if (!store_memory_step(s.store, s.now))
			turn_run(loop_turn(s.loop));
	look = stage_load(&s, (struct ask){ .table = &journal_table, .limit = 10 });
	expect_number("one entry", look.count, 1);
	expect_span("in canonical JSON", look.rows[0].value, "{\"actor\":\"uid:1000\",\"at\":\"2026-11-22T12:00:00Z\","
	    "\"event\":\"key.changed\",\"forced\":true,\"key\":\"metadata \\\"1\\\"\",\"state\":\"retired\"}");
	stage_close(&s);
}

static void
what_cannot_be_imported_changes_nothing(void **state)
{
	static const struct {
		const char *title, *source, *text;
		enum err code;
		const char *part;
	} cases[] = {
		{ "broken XML", "feed", BEGIN SP("urn:x", ""), ERR_SYNTAX, "line 3" },
		{ "a DTD", "feed", "<!DOCTYPE a>" BEGIN END, ERR_SYNTAX, "(DTD)" },
		{ "no entities at all", "feed", BEGIN END, ERR_INVALID, "has no EntityDescriptor" },
		{ "no source", "", BEGIN SP("urn:x", "") END, ERR_INVALID,
		  "expected a source of 1 to 200 characters, found 0" },
	};
	struct stage s;

	(void)state;
	stage_open(&s, 6);
	stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") END));
	for (size_t i = 0; i < COUNT(cases); i++)
		expect_problem(cases[i].title, stage_import(&s, cases[i].source, span_text(cases[i].text)), &s.why,
		    cases[i].code,
		    cases[i].part);
	for (size_t failing = 1; failing <= 2; failing++) {
		store_memory_fail_commits(s.store, failing, ERR_FULL);
		for (size_t i = 0; i < failing; i++)
			expect_problem("a full disk", stage_import(&s, "feed", span_text(BEGIN SP("urn:x", "") END)),
			    &s.why, ERR_FULL,
			    "no space is left to write the import");
	}
	expect_number("the entity of before", stage_count(&s, &entity_table), 1);
	expect_number("and its entry", stage_count(&s, &journal_table), 1);
	stage_close(&s);
}

/* Ended after any answer of the store: all of it or nothing of it is there, and importing again is all it takes. */
static void
an_import_that_dies_is_whole_or_absent(void **state)
{
	static const char second[] = BEGIN SP("urn:b", OTHER) SP("urn:c", "") END;
	bool over = false;

	(void)state;
	for (size_t steps = 1; !over; steps++) {
		struct pending *run;
		struct stage s;
		struct entity e;
		bool happened;

		stage_open(&s, 100 + steps);
		stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "") END));
		run = stage_start_import(&s, &(struct import){ .document = span_text(second), .source = "feed" });
		over = stage_run(&s, steps);
		if (!over)
			pending_cancel(&run);
		happened = find_entity(&s, "urn:c", &e);
		expect_true("removed with the same unit", find_entity(&s, "urn:a", &e) == !happened);
		expect_number("journalled with the same unit", stage_count(&s, &journal_table), happened ? 2 : 1);
		stage_import(&s, "feed", span_text(second));
		expect_counts(&s, "importing again completes it", happened ? 0 : 1, happened ? 0 : 1, happened ? 2 : 0,
		    happened ? 0 : 1, 0);
		expect_number("two entities", stage_count(&s, &entity_table), 2);
		stage_close(&s);
	}
}

/* Two imports of one source at a time: one loses and says so, or both were one after the other. */
static void
two_imports_do_not_mix(void **state)
{
	size_t conflicts = 0;

	(void)state;
	for (uint64_t seed = 300; seed < 320; seed++) {
		struct stage s, t;
		struct entity a, b;

		stage_open(&s, seed);
		stage_import(&s, "feed", span_text(BEGIN SP("urn:a", "") SP("urn:b", "") END));
		t = s;
		t.done = false;
		stage_start_import(&s, &(struct import){ .source = "feed",
			.document = span_text(BEGIN SP("urn:a", OTHER) SP("urn:b", OTHER) END) });
		import_start(s.loop, s.store, &(struct import){ .source = "feed", .actor = "tester", .now = s.now,
			.document = span_text(BEGIN SP("urn:a", ANOTHER)
			    SP("urn:b", ANOTHER) END) }, stage_on_imported, &t);
		stage_run(&s, 0);
		stage_run(&t, 0);
		conflicts += s.err == ERR_CONFLICT || t.err == ERR_CONFLICT;
		expect_true("at least one is done", s.err == OK || t.err == OK);
		expect_true("both entities are there", find_entity(&s, "urn:a", &a) && find_entity(&s, "urn:b", &b));
		expect_true("of one of the two", memcmp(a.fragment, b.fragment, 32) == 0);
		stage_close(&s);
	}
	expect_true("some met", conflicts > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_import_replaces_what_its_source_brought),
		cmocka_unit_test(a_source_withdraws_its_last_entity_only_when_asked_to),
		cmocka_unit_test(an_entity_ends_with_the_earliest_of_its_ends),
		cmocka_unit_test(an_entity_that_ended_stays_until_its_last_copy_ends),
		cmocka_unit_test(a_loss_beyond_its_share_is_not_taken_over),
		cmocka_unit_test(findings_that_do_not_fit_follow_the_change),
		cmocka_unit_test(a_dry_run_changes_nothing),
		cmocka_unit_test(sources_do_not_take_each_others_entities),
		cmocka_unit_test(a_bad_copy_does_not_remove_the_last_good_one),
		cmocka_unit_test(the_journal_says_who_brought_what),
		cmocka_unit_test(the_journal_says_what_became_of_a_key),
		cmocka_unit_test(what_cannot_be_imported_changes_nothing),
		cmocka_unit_test(an_import_that_dies_is_whole_or_absent),
		cmocka_unit_test(two_imports_do_not_mix),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, stage_clean);
}
