/* tests/registry/test_renewal.c - what time changes: certifications begin and end, rules get stricter, and what runs
 * out is warned of once. */
#include "member_stage.h"

#include "codec/text.h"
#include "crypto/certificate.h"

#define A "https://a.example.jp/saml"
#define B "https://b.example.jp/saml"
#define DAY SECONDS(86400)
#define LEVEL "https://federation.example/assurance/2"

static const struct span none;

static bool
states(struct member_stage *m, const char *entity_id, const char *uri)
{
	struct entity e;

	expect_true("registered", stage_find_entity(m, entity_id, &e));
	return strstr(arena_text(&m->stage.arena, e.stated), uri) != NULL;
}

static size_t
found(struct member_stage *m, const char *entity_id, const char *rule)
{
	struct entity_key key = entity_key_of(span_text(entity_id));
	struct stage_look look = stage_load(&m->stage, (struct ask){ .table = &finding_table,
		.from = arena_copy(&m->stage.arena, span_of(key.bytes, sizeof(key.bytes))) });
	struct findings f;
	size_t count = 0;

	if (look.count == 0)
		return 0;
	expect_true("findings of our form", findings_read(&m->stage.arena, look.rows[0].value, &f));
	for (size_t i = 0; i < f.published_count; i++)
		count += span_is(f.published[i].rule, rule);
	return count;
}

static void
expect_at(const char *title, struct instant found_at, const char *expected)
{
	char text[INSTANT_TEXT];

	expect_text(title, instant_text(found_at, text), expected);
}

/* Noon is that of 2026-11-22. */
static void
certifications_begin_and_end_by_themselves(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A, B }, .certifications =
	    STAGE_CERTIFIED(LEVEL, "2027-01-01", "2027-07-01") };
	struct renewal_report r;
	struct member_stage m;
	struct entity before, e;

	(void)state;
	member_stage_open(&m, 1);
	stage_approved(&m, &city);
	expect_true("it does not hold yet", !states(&m, A, LEVEL));
	r = stage_renew(&m, 0);
	expect_number("nothing changes", r.changed_entities, 0);
	expect_number("nor is anything warned of", r.warnings, 0);
	expect_at("until it begins", r.next, "2027-01-01T00:00:00Z");
	expect_true("the entity", stage_find_entity(&m, A, &before));
	m.stage.now = r.next;
	r = stage_renew(&m, 0);
	expect_number("then both entities do", r.changed_entities, 2);
	expect_true("it is stated", states(&m, A, LEVEL) && states(&m, B, LEVEL));
	expect_at("next it is to be warned of", r.next, "2027-06-01T00:00:00Z");
	expect_text("by the steward", stage_history(&m, "city"), "applied approved certification-began renewed");
	expect_true("changed now, registered before", stage_find_entity(&m, A, &e) && e.imported.us == m.stage.now.us &&
	    e.registered.us == before.registered.us);
	expect_true("nothing was taken away", e.restated.us == 0);
	m.stage.now = r.next;
	r = stage_renew(&m, 0);
	expect_number("one warning", r.warnings, 1);
	expect_number("found at its entities too", found(&m, A, "member.certification-expires") +
	    found(&m, B, "member.certification-expires"), 2);
	expect_at("next it ends", r.next, "2027-07-01T00:00:00Z");
	m.stage.now.us += DAY;
	r = stage_renew(&m, 0);
	expect_number("once", r.warnings, 0);
	expect_text("in its history", stage_history(&m, "city"), 
	    "applied approved certification-began renewed certification-expires");
	m.stage.now = r.next;
	r = stage_renew(&m, 0);
	expect_number("then both change again", r.changed_entities, 2);
	expect_true("it is no longer stated", !states(&m, A, LEVEL) && !states(&m, B, LEVEL));
	expect_true("which is marked as an end", stage_find_entity(&m, A, &e) && e.restated.us == m.stage.now.us);
	expect_number("nor to be warned of", found(&m, A, "member.certification-expires"), 0);
	expect_text("and that is its history", stage_history(&m, "city"),
	    "applied approved certification-began renewed certification-expires certification-ended renewed");
	expect_number("as the journal has it", stage_count(&m.stage, &journal_table), 7);
	member_stage_close(&m);
}

/* Two of one URI overlap: nothing becomes other in metadata, but lists tell of both. */
static void
certifications_turn_without_metadata_too(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A }, .certifications =
	    STAGE_CERTIFIED(LEVEL, "2026-01-01", "2027-07-01") "," STAGE_CERTIFIED(LEVEL, "2027-01-01", "2029-01-01") };
	struct stage_look history;
	struct renewal_report r;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 11);
	stage_approved(&m, &city);
	r = stage_renew(&m, 0);
	expect_at("until the second begins", r.next, "2027-01-01T00:00:00Z");
	expect_text("what began before the approval is the approval's", stage_history(&m, "city"), "applied approved");
	m.stage.now = r.next;
	r = stage_renew(&m, 0);
	expect_number("no entity becomes another", r.changed_entities, 0);
	expect_text("it is noted", stage_history(&m, "city"), "applied approved certification-began");
	history = stage_load(&m.stage, (struct ask){ .table = &journal_table, .limit = 1, .backwards = true });
	expect_true("with its name", strstr(arena_text(&m.stage.arena, history.rows[0].value),
	    "\"reason\":\"the certification privacy 2 of jp-idtf began at 2027-01-01T00:00:00Z\""));
	stage_renew(&m, 0);
	expect_text("once", stage_history(&m, "city"), "applied approved certification-began");
	expect_at("until the first ends", r.next, "2027-07-01T00:00:00Z");
	m.stage.now = r.next;
	stage_renew(&m, 0);
	expect_text("and its end too", stage_history(&m, "city"),
	    "applied approved certification-began certification-ended");
	member_stage_close(&m);
}

/* A change made while pages are read is of a member that was looked at, or is to be. */
static void
what_changes_meanwhile_is_for_the_next_run(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A } };
	struct member_stage m;
	struct stage_look row;
	uint64_t known;

	(void)state;
	member_stage_open(&m, 13);
	stage_approved(&m, &city);
	row = stage_load(&m.stage, (struct ask){ .table = &journal_table, .limit = 1, .backwards = true });
	known = row.rows[0].generation;
	m.stage.now.us += 340 * DAY;
	expect_number("what was known when it began", stage_renew(&m, 0).generation, known);
	expect_true("its own warning comes later", stage_renew(&m, 0).generation > known);
	member_stage_close(&m);
}

static void
a_certification_that_goes_on_is_not_warned_of(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A }, .certifications =
	    STAGE_CERTIFIED(LEVEL, "2026-01-01", "2026-12-01") "," STAGE_CERTIFIED(LEVEL, "2026-12-01", "2028-01-01") };
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 2);
	stage_approved(&m, &city);
	expect_number("no warning", stage_renew(&m, 0).warnings, 0);
	member_stage_close(&m);
}

static void
another_level_that_goes_on_is_no_comfort(void **state)
{
#define LOWER "{\"area\":\"privacy\",\"assessor\":\"Institute\",\"framework\":\"jp-idtf\"," \
	    "\"from\":\"2026-01-01\",\"level\":\"1\",\"until\":\"2028-01-01\",\"uri\":\"urn:1\"}"
	const struct stage_member city = { .id = "city", .entities = { A }, .certifications =
	    LOWER "," STAGE_CERTIFIED(LEVEL, "2026-01-01", "2026-12-01") };
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 12);
	stage_approved(&m, &city);
	expect_number("one warning", stage_renew(&m, 0).warnings, 1);
	member_stage_close(&m);
}

static void
the_yearly_confirmation_is_asked_for_once_a_year(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A } };
	struct renewal_report r;
	struct member row;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 3);
	stage_approved(&m, &city);
	r = stage_renew(&m, 0);
	expect_at("a month before the year is over", r.next, "2027-10-23T12:00:00Z");
	m.stage.now = r.next;
	expect_number("it is asked for", stage_renew(&m, 0).warnings, 1);
	expect_number("and found", found(&m, A, "member.confirmation-due"), 1);
	m.stage.now.us += 90 * DAY;
	expect_number("not again", stage_renew(&m, 0).warnings, 0);
	stage_step(&m, "uid:1", MEMBER_CONFIRM, "city", none, "");
	expect_text("somebody has looked", m.results[0].event, "member.confirmed");
	r = stage_renew(&m, 0);
	expect_number("nothing is due", found(&m, A, "member.confirmation-due"), 0);
	expect_true("nothing was warned of", stage_find_member(&m, "city", &row) && row.warned.size == 0);
	m.stage.now.us += 340 * DAY;
	expect_number("until the next year", stage_renew(&m, 0).warnings, 1);
	expect_text("each in its history", stage_history(&m, "city"),
	    "applied approved confirmation-due confirmed confirmation-due");
	member_stage_close(&m);
}

/* The base64 of a self-signed certificate. */
static const char *
certificate(struct member_stage *m, int64_t from, int64_t until)
{
	struct certificate_name name = { .common_name = "a.example.jp" };
	struct arena *a = &m->stage.arena;
	struct key *key;
	struct problem why;
	struct span der;

	expect_ok("a key", key_open(m->stage.key.uri, m->stage.keys, &key, &why), &why);
	expect_ok("a certificate", certificate_self_signed(key, &name, instant_after(m->stage.now, from),
	    instant_after(m->stage.now, until), a, &der, &why), &why);
	key_free(key);
	return arena_text(a, base64_write(a, der));
}

static void
certificates_that_end_are_warned_of_once(void **state)
{
	struct stage_member city = { .id = "city", .entities = { A, B } };
	struct renewal_report r;
	struct stage_look history;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 4);
	city.key = certificate(&m, -DAY, 60 * DAY);
	stage_approved(&m, &city);
	r = stage_renew(&m, 0);
	expect_number("it has two months", r.warnings, 0);
	expect_at("in one it is time", r.next, "2026-12-22T12:00:00Z");
	m.stage.now = r.next;
	expect_number("for each entity", stage_renew(&m, 0).warnings, 2);
	expect_number("once", stage_renew(&m, 0).warnings, 0);
	history = stage_load(&m.stage, (struct ask){ .table = &journal_table, .limit = 10, .backwards = true });
	expect_true("by its fingerprint and end", strstr(arena_text(&m.stage.arena, history.rows[0].value),
	    "\"reason\":\"" B ": the certificate with the SHA-256 ") && strstr(arena_text(&m.stage.arena,
	    history.rows[0].value), " ends at 2027-01-21T12:00:00Z\""));
	expect_true("by time", strstr(arena_text(&m.stage.arena, history.rows[0].value),
	    "{\"action\":null,\"actor\":\"steward\",") != NULL);
	city.key = certificate(&m, -DAY, 900 * DAY);
	stage_step(&m, "uid:1", MEMBER_CHANGE, "", stage_record(&m, &city), "");
	expect_text("a new one", m.results[0].event, "member.changed");
	expect_number("is no reason to warn", stage_renew(&m, 0).warnings, 0);
	member_stage_close(&m);
}

static void
only_approved_members_are_looked_at(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A } };
	struct renewal_report r;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 5);
	stage_approved(&m, &city);
	stage_step(&m, "uid:1", MEMBER_SUSPEND, "city", none, "x");
	m.stage.now.us += 800 * DAY;
	r = stage_renew(&m, 0);
	expect_number("no warning", r.warnings, 0);
	expect_number("no entity", stage_count(&m.stage, &entity_table), 0);
	expect_number("nothing to wait for", r.next.us, 0);
	member_stage_close(&m);
}

static void
pages_of_members_are_looked_at_one_after_the_other(void **state)
{
	struct renewal_report r;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 6);
	for (int i = 0; i < 40; i++) {
		const struct stage_member one = { .id = arena_print(&m.stage.arena, "member-%02d", i),
			.entities = { arena_print(&m.stage.arena, "urn:e:%d", i) },
			.certifications = STAGE_CERTIFIED(LEVEL, "2027-01-01", "2029-07-01") };

		stage_approved(&m, &one);
	}
	r = stage_renew(&m, 0);
	expect_number("nothing yet", r.changed_entities, 0);
	m.stage.now = r.next;
	r = stage_renew(&m, 0);
	expect_number("all change", r.changed_entities, 40);
	expect_number("two entries each", stage_count(&m.stage, &member_event_table), 160);
	expect_number("and never again", stage_renew(&m, 0).changed_entities, 0);
	member_stage_close(&m);
}

static void
only_what_changed_since_is_looked_at_when_asked(void **state)
{
	const struct stage_member city = { .id = "city", .entities = { A },
		.certifications = STAGE_CERTIFIED(LEVEL, "2027-01-01", "2029-07-01") };
	const struct stage_member bank = { .id = "bank", .entities = { B },
		.certifications = STAGE_CERTIFIED(LEVEL, "2027-01-01", "2029-07-01") };
	struct renewal_report r;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 7);
	stage_approved(&m, &city);
	r = stage_renew(&m, 0);
	stage_approved(&m, &bank);
	m.stage.now.us += 60 * DAY;
	r = stage_renew(&m, r.generation);
	expect_number("the one that came since", r.changed_entities, 1);
	expect_true("it is stated of that one", states(&m, B, LEVEL) && !states(&m, A, LEVEL));
	expect_number("nothing since", stage_renew(&m, r.generation + 1).changed_entities, 0);
	expect_number("all, when all are asked for", stage_renew(&m, 0).changed_entities, 1);
	member_stage_close(&m);
}

/* A rule that becomes an error leaves what is in force, and says so; what ended is taken back all the same. */
static void
what_becomes_wrong_stays_but_loses_what_ended(void **state)
{
	static const struct rule_setting later = { "edugain.description-missing", "2027-01-15" };
	static const struct validation_settings settings = {
		.schemas = "/usr/share/xml", .rules = &later, .rule_count = 1
	};
	const struct stage_member city = { .id = "city", .entities = { A }, .undescribed = true, .certifications =
	    STAGE_CERTIFIED(LEVEL, "2026-01-01", "2027-03-01") };
	struct entity before, e;
	struct renewal_report r;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 8);
	validator_free(m.validator);
	expect_ok("rules", validator_new(&settings, &m.validator, &m.why), &m.why);
	stage_approved(&m, &city);
	expect_true("stated", states(&m, A, LEVEL) && stage_find_entity(&m, A, &before));
	expect_true("a warning", before.warnings == 1 && before.errors == 0);
	expect_number("is found", found(&m, A, later.rule), 1);
	r = stage_renew(&m, 0);
	expect_at("until the rule is stricter", r.next, "2027-01-15T00:00:00Z");
	m.stage.now = r.next;
	expect_number("then it changes", stage_renew(&m, 0).changed_entities, 1);
	expect_true("it is still there", stage_find_entity(&m, A, &e) && memcmp(e.fragment, before.fragment, 32) == 0);
	expect_true("with its error", e.errors == 1 && e.warnings == 0);
	expect_true("and what is stated", states(&m, A, LEVEL));
	m.stage.now.us += 60 * DAY;
	expect_number("the certification ends", stage_renew(&m, 0).changed_entities, 1);
	expect_true("and is no longer stated", !states(&m, A, LEVEL));
	expect_true(
	    "of what is in force", stage_find_entity(&m, A, &e) && memcmp(e.fragment, before.fragment, 32) == 0);
	stage_step(&m, "uid:1", MEMBER_SUSPEND, "city", none, "x");
	stage_step(&m, "uid:1", MEMBER_REINSTATE, "city", none, "y");
	expect_text("it cannot come back like this", m.results[0].why,
	    "city: expected no finding of error level, found 1; the first: edugain.description-missing of " A);
	member_stage_close(&m);
}

static void
a_renewal_that_fails_changes_nothing(void **state)
{
	const struct renewal_settings settings = { .confirm_every = DAY, .warn_before = DAY };
	const struct stage_member city = { .id = "city", .entities = { A } };
	struct renewal_settings now = settings;
	struct member_stage m;

	(void)state;
	member_stage_open(&m, 9);
	stage_approved(&m, &city);
	now.now = m.stage.now;
	store_memory_fail_commits(m.stage.store, 1, ERR_FULL);
	m.stage.done = false;
	renewal_start(m.stage.loop, m.stage.store, m.validator, &now, stage_on_renewed, &m);
	stage_run(&m.stage, 0);
	expect_problem("a full disk", m.err, &m.why, ERR_FULL, "no space is left to renew members");
	expect_text("nothing was noted", stage_history(&m, "city"), "applied approved");
	store_memory_fail_commits(m.stage.store, 2, ERR_CONFLICT);
	m.stage.done = false;
	renewal_start(m.stage.loop, m.stage.store, m.validator, &now, stage_on_renewed, &m);
	stage_run(&m.stage, 0);
	expect_ok("after a conflict it looks again", m.err, &m.why);
	expect_number("and warns once", m.renewed.warnings, 1);
	expect_text("in one entry", stage_history(&m, "city"), "applied approved confirmation-due");
	member_stage_close(&m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certifications_begin_and_end_by_themselves),
		cmocka_unit_test(certifications_turn_without_metadata_too),
		cmocka_unit_test(what_changes_meanwhile_is_for_the_next_run),
		cmocka_unit_test(a_certification_that_goes_on_is_not_warned_of),
		cmocka_unit_test(another_level_that_goes_on_is_no_comfort),
		cmocka_unit_test(the_yearly_confirmation_is_asked_for_once_a_year),
		cmocka_unit_test(certificates_that_end_are_warned_of_once),
		cmocka_unit_test(only_approved_members_are_looked_at),
		cmocka_unit_test(pages_of_members_are_looked_at_one_after_the_other),
		cmocka_unit_test(only_what_changed_since_is_looked_at_when_asked),
		cmocka_unit_test(what_becomes_wrong_stays_but_loses_what_ended),
		cmocka_unit_test(a_renewal_that_fails_changes_nothing),
	};

	return cmocka_run_group_tests_name("renewal", tests, NULL, stage_clean);
}
