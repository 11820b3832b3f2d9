/* tests/registry/test_membership.c - members change, one or many at once: what is registered then, what is refused, and
 * what stops half way. */
#include "member_stage.h"

#define A "https://a.example.jp/saml"
#define B "https://b.example.jp/saml"
#define C "https://c.example.jp/saml"

static const struct stage_member city = { .id = "city", .entities = { A, B } };
static const struct stage_member bank = { .id = "bank", .entities = { C } };
static const struct span none;

static void
a_member_is_published_from_its_approval_until_it_leaves(void **state)
{
	struct entity first, e;
	struct member row;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 1);
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &city), "");
	expect_text("it has applied", m.results[0].event, "member.applied");
	expect_true("and waits", m.results[0].waits && m.results[0].had == 1 && m.results[0].needed == 1);
	expect_true("with a record", stage_find_member(&m, "city", &row) && row.standing == STANDING_APPLIED);
	expect_number("of it nothing is registered", stage_count(&m.stage, &entity_table), 0);
	stage_step(&m, "uid:1", MEMBER_APPROVE, "city", none, "");
	expect_text("one operator is enough here", m.results[0].event, "member.approved");
	expect_number("from applied", m.results[0].before, STANDING_APPLIED);
	expect_number("to approved", m.results[0].after, STANDING_APPROVED);
	expect_true("an entity", stage_find_entity(&m, A, &first));
	expect_span("of the member", first.member, "city");
	expect_span("of no source", first.source, "");
	expect_number("a relying party", first.roles, ENTITY_RP);
	expect_number("two of them", stage_count(&m.stage, &entity_table), 2);
	expect_true("with a fragment", stage_count(&m.stage, &fragment_table) >= 1);
	m.stage.now.us += SECONDS(3600);
	stage_step(&m, "uid:1", MEMBER_SUSPEND, "city", none, "key lost");
	expect_text("suspended", m.results[0].event, "member.suspended");
	expect_number("its entities are gone", stage_count(&m.stage, &entity_table), 0);
	expect_number("and what was found about them", stage_count(&m.stage, &finding_table), 0);
	m.stage.now.us += SECONDS(3600);
	stage_step(&m, "uid:1", MEMBER_REINSTATE, "city", none, "new key");
	expect_text("reinstated", m.results[0].event, "member.reinstated");
	expect_true("the entity is back", stage_find_entity(&m, A, &e));
	expect_true("registered when it first was", e.registered.us == first.registered.us);
	expect_true("changed now", e.imported.us == m.stage.now.us);
	stage_step(&m, "uid:1", MEMBER_WITHDRAW, "city", none, "closed");
	expect_number("withdrawn, nothing is left", stage_count(&m.stage, &entity_table), 0);
	expect_number("and nothing is claimed", stage_count(&m.stage, &member_claim_table), 0);
	expect_text("its history", stage_history(&m, "city"), "applied approved suspended reinstated withdrawn");
	expect_number("stands in the journal too", stage_count(&m.stage, &journal_table), 5);
	member_stage_close(&m);
}

static void
the_journal_has_the_history_s_bytes(void **state)
{
	struct stage_look journal, history;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 2);
	stage_approved(&m, &city);
	journal = stage_load(&m.stage, (struct ask){ .table = &journal_table, .limit = 10 });
	history = stage_load(&m.stage, (struct ask){ .table = &member_event_table, .limit = 10 });
	expect_number("two entries", journal.count, 2);
	expect_number("twice", history.count, 2);
	for (size_t i = 0; i < 2; i++)
		expect_true("the same", span_equal(journal.rows[i].value, history.rows[i].value));
	member_stage_close(&m);
}

static void
a_change_moves_only_what_differs(void **state)
{
	const struct stage_member less = { .id = "city", .entities = { A } };
	const struct stage_member other = { .id = "city", .entities = { A, C } };
	const struct stage_member renamed = { .id = "city", .entities = { A, C }, .name = "Midori" };
	struct entity before, e;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 3);
	stage_approved(&m, &city);
	expect_true("there", stage_find_entity(&m, A, &before));
	m.stage.now.us += SECONDS(60);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "city", stage_record(&m, &less), "");
	expect_text("one entity less", m.results[0].event, "member.changed");
	expect_text("is told", m.results[0].pointer, "/entities/1");
	expect_true("it is gone", !stage_find_entity(&m, B, &e));
	expect_true("the other is as it was", stage_find_entity(&m, A, &e) && e.imported.us == before.imported.us);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &other), "");
	expect_true("another comes", stage_find_entity(&m, C, &e) && e.registered.us == m.stage.now.us);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &other), "");
	expect_text("the same again", m.results[0].event, "member.unchanged");
	expect_text("leaves no entry", stage_history(&m, "city"), "applied approved changed changed");
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &renamed), "");
	expect_true("a name is in every entity", stage_find_entity(&m, A, &e) && e.imported.us == m.stage.now.us &&
	    memcmp(e.fragment, before.fragment, 32) != 0);
	expect_span("and beside it", e.name_en, "Midori");
	member_stage_close(&m);
}

static void
raising_trust_takes_two(void **state)
{
	const struct stage_member more = { .id = "city", .entities = { A, B, C } };
	const struct stage_member most = { .id = "city", .entities = { A, B, C, "urn:d" } };
	const struct stage_member less = { .id = "city", .entities = { A } };
	struct member row;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 4);
	m.approvals = 2;
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &city), "");
	stage_step(&m, "uid:1", MEMBER_APPROVE, "city", none, "");
	expect_text(
	    "not the same one", m.results[0].why, "uid:1 proposed this; expected another operator, 1 of 2 have agreed");
	expect_number("who is denied", m.results[0].code, ERR_DENIED);
	expect_text("nothing happened", stage_history(&m, "city"), "applied");
	expect_number("nothing is registered", stage_count(&m.stage, &entity_table), 0);
	stage_start_membership(&m, "uid:2", &(struct membership_request){ .action = MEMBER_APPROVE,
	    .id = span_text("city"), .proposal = span_text("sha256:0") }, 1, "");
	stage_run(&m.stage, 0);
	expect_text("nor what is not what waits", m.results[0].why, "the proposal is another one now: look at it "
	    "again");
	expect_number("which is a conflict", m.results[0].code, ERR_CONFLICT);
	stage_step(&m, "uid:2", MEMBER_APPROVE, "city", none, "");
	expect_text("another one", m.results[0].event, "member.approved");
	stage_step(&m, "uid:2", MEMBER_CHANGE, "city", stage_record(&m, &more), "grows");
	expect_text("more is proposed", m.results[0].event, "member.change-proposed");
	expect_true("and waits", m.results[0].waits && m.results[0].had == 1 && m.results[0].needed == 2);
	expect_number("nothing is in force yet", stage_count(&m.stage, &entity_table), 2);
	expect_true(
	    "it is kept", stage_find_member(&m, "city", &row) && row.proposed == MEMBER_CHANGE && row.proposal.size);
	stage_step(&m, "uid:1", MEMBER_APPROVE, "city", none, "");
	expect_text("agreed", m.results[0].event, "member.changed");
	expect_number("one more difference shown", m.results[0].differences, 1);
	expect_number("three are registered", stage_count(&m.stage, &entity_table), 3);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "city", stage_record(&m, &most), "");
	expect_text("still more waits", m.results[0].event, "member.change-proposed");
	stage_step(&m, "uid:1", MEMBER_CHANGE, "city", stage_record(&m, &less), "");
	expect_text("less takes one", m.results[0].event, "member.changed");
	expect_text("and what waited is said to be dropped", stage_history(&m, "city"),
	    "applied approved change-proposed changed change-proposed proposal-dropped changed");
	expect_number("in the journal too", stage_count(&m.stage, &journal_table), 7);
	expect_number("one is left", stage_count(&m.stage, &entity_table), 1);
	stage_step(&m, "uid:1", MEMBER_SUSPEND, "city", none, "x");
	expect_text("so does a suspension", m.results[0].event, "member.suspended");
	stage_step(&m, "uid:1", MEMBER_REINSTATE, "city", none, "y");
	expect_text("its end does not", m.results[0].event, "member.reinstatement-proposed");
	expect_number("nothing is registered", stage_count(&m.stage, &entity_table), 0);
	stage_step(&m, "uid:2", MEMBER_APPROVE, "city", none, "");
	expect_text("but with another one", m.results[0].event, "member.reinstated");
	expect_number("it is", stage_count(&m.stage, &entity_table), 1);
	member_stage_close(&m);
}

static void
nobody_takes_another_s_entity(void **state)
{
	static const struct {
		const char *title, *entity, *sentence;
	} cases[] = {
		{ "a member's", A, "the entity " A " is registered by the member \"city\"" },
		{ "a source's", "urn:feed", "the entity urn:feed was brought by the source \"feed\"" },
		{ "a suspended member's", C, "the entity " C " belongs to the member \"bank\"" },
		{ "an applicant's", "urn:shop", "the entity urn:shop belongs to the member \"shop\"" },
	};
	const struct stage_member shop = { .id = "shop", .entities = { "urn:shop" } };
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 5);
	stage_import(&m.stage, "feed", span_text("<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' "
	    "entityID='urn:feed'><SPSSODescriptor protocolSupportEnumeration='urn:p'/></EntityDescriptor>"));
	expect_ok("a source has one", m.stage.err, &m.stage.why);
	stage_approved(&m, &city);
	stage_approved(&m, &bank);
	stage_step(&m, "uid:1", MEMBER_SUSPEND, "bank", none, "x");
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &shop), "");
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct stage_member thief = { .id = "thief", .entities = { "urn:own", cases[i].entity } };

		stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &thief), "");
		expect_number(cases[i].title, m.results[0].code, ERR_CONFLICT);
		expect_text(cases[i].title, m.results[0].why, cases[i].sentence);
		expect_text("nothing is kept of it", stage_history(&m, "thief"), "");
	}
	stage_step(&m, "uid:1", MEMBER_REJECT, "shop", none, "x");
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &(struct stage_member){ .id = "heir",
	    .entities = { "urn:shop" } }), "");
	expect_text("what nobody has any more is free", m.results[0].event, "member.applied");
	member_stage_close(&m);
}

static void
each_of_a_bulk_stands_for_itself(void **state)
{
	const struct stage_member twin = { .id = "twin", .entities = { "urn:t", C } };
	const struct stage_member last = { .id = "last", .entities = { "urn:l" } };
	struct member_stage m;
	struct membership_request requests[6];

	(void)state;
	member_stage_open(&m, 6);
	requests[0] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &city), "1.json", none };
	requests[1] = (struct membership_request){ MEMBER_APPLY, none, span_text("{}"), "2.json", none };
	requests[2] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &bank), "3.json", none };
	requests[3] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &twin), "4.json", none };
	requests[4] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &bank), "5.json", none };
	requests[5] =
	    (struct membership_request){ MEMBER_APPLY, span_text("first"), stage_record(&m, &last), "6.json", none };
	stage_start_membership(&m, "uid:1", requests, 6, "");
	stage_run(&m.stage, 0);
	expect_ok("looked at", m.err, &m.why);
	expect_text("the first", m.results[0].event, "member.applied");
	expect_text("by the record's id", m.results[0].id, "city");
	expect_text("what is no record", m.results[1].why,
	    "2.json: /id: expected 2 to 64 of a-z, 0-9 and -, a letter or digit "
	    "first and last, not 40 hexadecimal digits, found nothing");
	expect_text("is refused alone", m.results[2].event, "member.applied");
	expect_text(
	    "the same entity twice", m.results[3].why, "the entity " C " is also asked for by the member \"bank\"");
	expect_text("the same member twice", m.results[4].why,
	    "bank stands in this request already; expected each member once");
	expect_text("another member than named", m.results[5].why, "6.json: /id: expected \"first\", found \"last\"");
	expect_text("who is refused is told so", m.results[5].event, "member.refused");
	expect_number("two have applied", stage_count(&m.stage, &member_table), 2);
	requests[0] = (struct membership_request){ MEMBER_APPROVE, span_text("city"), none, NULL, none };
	requests[1] = (struct membership_request){ MEMBER_APPROVE, span_text("nobody"), none, NULL, none };
	requests[2] = (struct membership_request){ MEMBER_APPROVE, span_text("bank"), none, NULL, none };
	requests[3] = (struct membership_request){ MEMBER_APPROVE, span_text("NOT AN ID"), none, NULL, none };
	stage_start_membership(&m, "uid:1", requests, 4, "");
	stage_run(&m.stage, 0);
	expect_ok("looked at", m.err, &m.why);
	expect_text("nobody", m.results[1].why, "there is no member nobody");
	expect_text("nor that", m.results[3].why, "expected a member's id of 2 to 64 letters, digits and hyphens");
	expect_number("three entities at once", stage_count(&m.stage, &entity_table), 3);
	member_stage_close(&m);
}

static void
too_many_at_once_are_refused(void **state)
{
	static struct membership_request requests[MEMBERSHIP_CHANGES + 1];
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 7);
	stage_start_membership(&m, "uid:1", requests, MEMBERSHIP_CHANGES + 1, "");
	stage_run(&m.stage, 0);
	expect_problem("one too many", m.err, &m.why, ERR_LIMIT, "expected at most 1000 changes at once, found 1001");
	member_stage_close(&m);
}

/* An HTTP-Redirect consumer is an error of eduGAIN's (R6). */
static void
what_is_found_wrong_is_refused_with_its_findings(void **state)
{
	const struct stage_member wrong = { .id = "city", .entities = { A }, .inside =
	    "<md:AssertionConsumerService Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect' "
	    "Location='https://city.example.jp/r' index='1'/>" };
	struct entity before, e;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 8);
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &wrong), "");
	expect_number("refused", m.results[0].code, ERR_INVALID);
	expect_true("for an error",
	    strstr(m.results[0].why,
	        "city: expected no finding of error level, found 1; the first: edugain.acs-redirect of " A));
	expect_true("which is listed", m.results[0].findings >= 1);
	expect_number("nothing is kept", stage_count(&m.stage, &member_table), 0);
	stage_approved(&m, &city);
	expect_true("in force", stage_find_entity(&m, A, &before));
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &wrong), "");
	expect_number("a change is refused too", m.results[0].code, ERR_INVALID);
	expect_true(
	    "what was in force stays", stage_find_entity(&m, A, &e) && memcmp(e.fragment, before.fragment, 32) == 0);
	expect_number("all of it", stage_count(&m.stage, &entity_table), 2);
	member_stage_close(&m);
}

static void
a_dry_run_tells_and_changes_nothing(void **state)
{
	const struct stage_member more = { .id = "city", .entities = { A, B, C } };
	size_t entries;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 9);
	stage_approved(&m, &city);
	entries = stage_count(&m.stage, &journal_table);
	m.dry_run = true;
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &more), "");
	expect_text("what would be", m.results[0].event, "member.changed");
	expect_text("and where", m.results[0].pointer, "/entities/2");
	stage_step(&m, "uid:1", MEMBER_SUSPEND, "city", none, "x");
	expect_number("to where", m.results[0].after, STANDING_SUSPENDED);
	expect_number("nothing was written", stage_count(&m.stage, &journal_table), entries);
	expect_number("nothing registered or taken away", stage_count(&m.stage, &entity_table), 2);
	member_stage_close(&m);
}

static void
what_cannot_be_written_changes_nothing(void **state)
{
	const struct membership_request approve = { .action = MEMBER_APPROVE, .id = span_text("city") };
	struct member row;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 10);
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &city), "");
	for (size_t failing = 1; failing <= 2; failing++) {
		for (size_t i = 0; i < failing; i++) {
			store_memory_fail_commits(m.stage.store, 1, ERR_FULL);
			stage_start_membership(&m, "uid:1", &approve, 1, "");
			stage_run(&m.stage, 0);
			expect_problem("a full disk", m.err, &m.why, ERR_FULL, "no space is left to write the change");
		}
		expect_true(
		    "it has still applied", stage_find_member(&m, "city", &row) && row.standing == STANDING_APPLIED);
		expect_number("nothing is registered", stage_count(&m.stage, &entity_table), 0);
	}
	member_stage_close(&m);
}

/* Ended after any answer of the store: all of it or nothing of it is there, and asking again is all it takes. */
static void
a_change_that_dies_is_whole_or_absent(void **state)
{
	const struct membership_request approve = { .action = MEMBER_APPROVE, .id = span_text("city") };
	bool over = false;

	(void)state;
	for (size_t steps = 1; !over; steps++) {
		struct pending *run;
		struct member_stage m;
		bool happened;

		member_stage_open(&m, 100 + steps);
		stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &city), "");
		run = stage_start_membership(&m, "uid:1", &approve, 1, "");
		over = stage_run(&m.stage, steps);
		if (!over)
			pending_cancel(&run);
		/* What has been posted may still happen. */
		while (store_memory_step(m.stage.store, m.stage.now))
			turn_run(loop_turn(m.stage.loop));
		happened = stage_count(&m.stage, &entity_table) == 2;
		expect_text("the history is the registry's", stage_history(&m, "city"),
		    happened ? "applied approved" : "applied");
		expect_number("so is the journal", stage_count(&m.stage, &journal_table), happened ? 2 : 1);
		stage_step(&m, "uid:1", MEMBER_APPROVE, "city", none, "");
		expect_number("asking again completes it", m.results[0].code, happened ? ERR_INVALID : OK);
		expect_number("two entities", stage_count(&m.stage, &entity_table), 2);
		member_stage_close(&m);
	}
}

/* Two operators at a time: one after the other, or one is told of a conflict and nothing of his is done. */
static void
two_changes_do_not_mix(void **state)
{
	const struct stage_member one = { .id = "city", .entities = { A }, .name = "One" };
	const struct stage_member two = { .id = "city", .entities = { A }, .name = "Two" };
	size_t conflicts = 0;

	(void)state;
	for (uint64_t seed = 300; seed < 330; seed++) {
		struct member_stage m, n;
		struct membership_request first, second;
		struct entity e;
		bool both;

		member_stage_open(&m, seed);
		stage_approved(&m, &city);
		first = (struct membership_request){ MEMBER_CHANGE, none, stage_record(&m, &one), "1.json", none };
		second = (struct membership_request){ MEMBER_CHANGE, none, stage_record(&m, &two), "2.json", none };
		n = m;
		stage_start_membership(&m, "uid:1", &first, 1, "");
		stage_start_membership(&n, "uid:2", &second, 1, "");
		stage_run(&m.stage, 0);
		n.stage.done = n.done;
		stage_run(&n.stage, 0);
		both = m.err == OK && n.err == OK;
		conflicts += !both;
		expect_true("at least one is done", m.err == OK || n.err == OK);
		if (!both)
			expect_number("the other is told", m.err == OK ? n.err : m.err, ERR_CONFLICT);
		expect_true("one of the two is in force", stage_find_entity(&m, A, &e) && (span_is(e.name_en, "One") ||
		    span_is(e.name_en, "Two")));
		expect_text("the history says as much", stage_history(&m, "city"),
		    both ? "applied approved changed changed" : "applied approved changed");
		member_stage_close(&m);
	}
	expect_true("some met", conflicts > 0);
}

/* Of many, the one that somebody else changed meanwhile is refused alone. */
static void
a_conflict_of_one_stops_no_other(void **state)
{
	const struct stage_member one = { .id = "city", .entities = { A }, .name = "One" };
	const struct stage_member two = { .id = "city", .entities = { A }, .name = "Two" };
	const struct stage_member banks = { .id = "bank", .entities = { C }, .name = "Other Bank" };
	size_t conflicts = 0;

	(void)state;
	for (uint64_t seed = 400; seed < 430; seed++) {
		struct member_stage m, n;
		struct membership_request many[2], single;
		struct entity e;

		member_stage_open(&m, seed);
		stage_approved(&m, &city);
		stage_approved(&m, &bank);
		many[0] = (struct membership_request){ MEMBER_CHANGE, none, stage_record(&m, &one), "1.json", none };
		many[1] = (struct membership_request){ MEMBER_CHANGE, none, stage_record(&m, &banks), "2.json", none };
		single = (struct membership_request){ MEMBER_CHANGE, none, stage_record(&m, &two), "3.json", none };
		n = m;
		stage_start_membership(&m, "uid:1", many, 2, "");
		stage_start_membership(&n, "uid:2", &single, 1, "");
		stage_run(&m.stage, 0);
		n.stage.done = n.done;
		stage_run(&n.stage, 0);
		expect_ok("many are answered one by one", m.err, &m.why);
		expect_text("who is not concerned is done", m.results[1].event, "member.changed");
		expect_true("and in force", stage_find_entity(&m, C, &e) && span_is(e.name_en, "Other Bank"));
		if (m.results[0].code == OK) {
			member_stage_close(&m);
			continue;
		}
		conflicts++;
		expect_number("the other is told", m.results[0].code, ERR_CONFLICT);
		expect_text("by its own sentence", m.results[0].why, "city was changed meanwhile; look at it and try "
		    "again");
		expect_text("as refused", m.results[0].event, "member.refused");
		expect_true("what came first is in force", stage_find_entity(&m, A, &e) && span_is(e.name_en, "Two"));
		member_stage_close(&m);
	}
	expect_true("some met", conflicts > 0);
}

static void
many_are_looked_at_in_parts(void **state)
{
	static struct membership_request requests[100];
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 14);
	for (size_t i = 0; i < COUNT(requests); i++) {
		const struct stage_member one = { .id = arena_print(&m.stage.arena, "member-%02zu", i),
			.entities = { arena_print(&m.stage.arena, "urn:e:%zu", i) } };

		requests[i] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &one), "m.json", none };
	}
	stage_start_membership(&m, "uid:1", requests, COUNT(requests), "");
	turn_run(loop_turn(m.stage.loop));
	expect_true("the first turn is not all", !m.done);
	stage_run(&m.stage, 0);
	expect_ok("looked at", m.err, &m.why);
	expect_number("all have applied", stage_count(&m.stage, &member_table), COUNT(requests));
	member_stage_close(&m);
}

/* A rule that became stricter is no reason to keep an operator from taking away. */
static void
lowering_works_beside_errors_that_were_there(void **state)
{
	static const struct rule_setting later = { "edugain.description-missing", "2027-01-15" };
	static const struct validation_settings settings = {
		.schemas = "/usr/share/xml", .rules = &later, .rule_count = 1
	};
	const struct stage_member before = { .id = "city", .entities = { A, B }, .undescribed = true };
	const struct stage_member less = { .id = "city", .entities = { A }, .undescribed = true };
	const struct stage_member more = { .id = "city", .entities = { A, C }, .undescribed = true };
	const struct stage_member good = { .id = "bank", .entities = { C } };
	const struct stage_member worse = { .id = "bank", .entities = { C }, .undescribed = true };
	struct member_stage m;
	struct entity e;

	(void)state;
	member_stage_open(&m, 15);
	validator_free(m.validator);
	expect_ok("rules", validator_new(&settings, &m.validator, &m.why), &m.why);
	stage_approved(&m, &before);
	m.stage.now.us += SECONDS(90 * 86400);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &more), "");
	expect_text("nothing is added", m.results[0].why, "city: expected no finding of error level, found 2; the "
	    "first: edugain.description-missing of " A);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &less), "");
	expect_text("less is", m.results[0].event, "member.changed");
	expect_true("the other has gone", !stage_find_entity(&m, B, &e));
	expect_true("and the error is told of the one that stays", stage_find_entity(&m, A, &e) && e.errors == 1);
	stage_approved(&m, &good);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &worse), "");
	expect_number("what is wrong only without what is taken away is refused", m.results[0].code, ERR_INVALID);
	member_stage_close(&m);
}

static void
what_serves_nobody_is_warned_of(void **state)
{
#define ENTRUSTED "\"entrustments\":[{\"to\":\"bank\",\"uses\":[\"signature\"],\"from\":\"2026-04-01\"," \
	"\"until\":\"2036-04-01\",\"reported\":\"2026-04-10\"}]"
#define ACCREDITED "\"accreditations\":[{\"name\":\"1\",\"basis\":\"court\",\"uses\":[\"signature\"]," \
	"\"from\":\"2026-04-01\",\"until\":\"2036-04-01\",\"notified\":\"2026-04-10\"}]"
	const struct stage_member lends = { .id = "city", .entities = { A }, .jpki = ENTRUSTED };
	const struct stage_member misspelt = { .id = "city", .entities = { A }, .jpki = ENTRUSTED,
		.attributes = "{\"name\":\"birthday\",\"purpose\":{\"en\":\"x\"}}" };
	const struct stage_member operator = { .id = "bank", .entities = { C }, .jpki = ACCREDITED };
	struct membership_request both[2];
	struct entity e;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 40);
	m.dry_run = true;
	both[0] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &lends), "1.json", none };
	both[1] = (struct membership_request){ MEMBER_APPLY, none, stage_record(&m, &operator), "2.json", none };
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &lends), "");
	expect_text("when it is only looked at", m.results[0].found, "member.entrusted-to-nobody: bank");
	stage_start_membership(&m, "uid:1", both, 2, "");
	stage_run(&m.stage, 0);
	expect_true("not with the operator beside it", m.count == 2 && m.results[0].findings == 0);
	m.dry_run = false;
	stage_step(&m, "uid:1", MEMBER_APPLY, "", stage_record(&m, &lends), "");
	expect_text("when it applies", m.results[0].found, "member.entrusted-to-nobody: bank");
	expect_text("which stops nothing", m.results[0].event, "member.applied");
	stage_step(&m, "uid:1", MEMBER_APPROVE, "city", none, "");
	expect_text("when it is approved", m.results[0].found, "member.entrusted-to-nobody: bank");
	stage_approved(&m, &bank);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &misspelt), "");
	expect_text("when it changes", m.results[0].found, "member.attribute-unknown: birthday");
	expect_number("nor is the bank an operator", m.results[0].findings, 2);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &operator), "");
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &lends), "");
	expect_text("it changes again", m.results[0].event, "member.changed");
	expect_number("now it is", m.results[0].findings, 0);
	expect_true("the entity has no finding", stage_find_entity(&m, A, &e) && e.warnings == 0);
	member_stage_close(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_is_published_from_its_approval_until_it_leaves),
		cmocka_unit_test(the_journal_has_the_history_s_bytes),
		cmocka_unit_test(a_change_moves_only_what_differs),
		cmocka_unit_test(raising_trust_takes_two),
		cmocka_unit_test(nobody_takes_another_s_entity),
		cmocka_unit_test(each_of_a_bulk_stands_for_itself),
		cmocka_unit_test(too_many_at_once_are_refused),
		cmocka_unit_test(what_is_found_wrong_is_refused_with_its_findings),
		cmocka_unit_test(a_dry_run_tells_and_changes_nothing),
		cmocka_unit_test(what_cannot_be_written_changes_nothing),
		cmocka_unit_test(a_change_that_dies_is_whole_or_absent),
		cmocka_unit_test(two_changes_do_not_mix),
		cmocka_unit_test(a_conflict_of_one_stops_no_other),
		cmocka_unit_test(many_are_looked_at_in_parts),
		cmocka_unit_test(lowering_works_beside_errors_that_were_there),
		cmocka_unit_test(what_serves_nobody_is_warned_of),
	};

	return cmocka_run_group_tests_name("membership", tests, NULL, stage_clean);
}
