/* tests/transaction/test_parent_check.c - certificates that authenticators were bound by, looked at again. */
#include "transaction/enrolment_stage.h"
#include "transaction/authenticator/parent_check.h"

static struct parent_checked checked;
static struct credential bound;

static void
on_bound(void *arg, enum err err, const struct credential *c, const struct problem *why)
{
	(void)arg;
	world.done = true;
	expect_ok("bound", err, why);
	bound = *c;
}

/* Somebody who enrolled and bound the card. */
static struct account
somebody_with_a_card(const char *name)
{
	struct person p = person(name, "319900401", "2", "東京都渋谷区１－１");
	struct account account = enrolled(&p);
	struct enrolment_asked asked;

	log_in_as_begun();
	enrol_card_at(&p, AUTHENTICATION, "");
	asked = enrol_asked();
	world.done = false;
	enrolment_bind(world.store, &world.arena, &stage.settings, &asked, on_bound, NULL);
	run();
	log_out();
	return account;
}

static void
on_checked(void *arg, enum err err, const struct parent_checked *result, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		checked = *result;
	else
		world.why = *why;
}

static void
check_at(struct span handle, int64_t age, struct instant now)
{
	const struct parent_check asked = { .handle = handle, .age = age, .now = now };

	world.done = false;
	parent_check(world.store, &world.arena, &stage.settings, &asked, on_checked, NULL);
	run();
	expect_true("checking has an end", world.done);
}

static struct credential
the_credential(void)
{
	struct credential c;
	struct problem why;

	looked = credential_ask(&world.arena, &bound.account, &bound.id);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("it is there", credential_loaded(&world.arena, looked.rows, &c, &why), &why);
	return c;
}

static size_t
kept(struct span handle)
{
	looked = parent_certificate_ask(&world.arena, handle);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count;
}

static const struct {
	const char *title;
	enum revocation_status says;
	int64_t days;
	enum parent_status status, of_credential;
	bool told, kept, asked;
	enum credential_state state;
} cases[] = {
	{ "in force: the time is noted", REVOCATION_GOOD, 2, PARENT_GOOD, PARENT_GOOD, true, true, true,
	    CREDENTIAL_ACTIVE },
	{ "revoked: it has lapsed, and is kept no longer", REVOCATION_REVOKED, 2, PARENT_LAPSED, PARENT_LAPSED, true,
	    false, true, CREDENTIAL_ACTIVE },
	{ "run out: the card itself has expired, too, and nobody is asked", REVOCATION_GOOD, 120, PARENT_LAPSED,
	    PARENT_LAPSED, true, false, false, CREDENTIAL_EXPIRED },
	{ "a source that does not know it", REVOCATION_UNKNOWN, 2, PARENT_UNKNOWN, PARENT_UNKNOWN, true, true, true,
	    CREDENTIAL_ACTIVE },
	{ "where nobody could say it stays as it was", REVOCATION_UNAVAILABLE, 2, PARENT_UNKNOWN, PARENT_GOOD, false,
	    true, true, CREDENTIAL_ACTIVE },
};

static void
what_becomes_of_a_certificate_its_authenticators_say(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		size_t logged;
		struct credential c;

		enrolling.valid_days = 100; /* the accreditation lasts longer */
		somebody_with_a_card(arena_print(&world.arena, "親証明書%zu", i));
		logged = rows_of(&proofing_log_table);
		world.source.says = cases[i].says;
		check_at(bound.parent_handle, 0, instant_after(world.noon, cases[i].days * DAY));
		world.source.says = REVOCATION_GOOD;
		expect_ok(cases[i].title, world.err, &world.why);
		expect_number(cases[i].title, checked.status, cases[i].status);
		c = the_credential();
		expect_number(cases[i].title, c.parent, cases[i].of_credential);
		expect_number(cases[i].title, c.parent_checked.us != bound.parent_checked.us, cases[i].told);
		expect_text(cases[i].title, credential_state_name(c.state), credential_state_name(cases[i].state));
		expect_number(cases[i].title, kept(bound.parent_handle), cases[i].kept);
		expect_number("who was asked is in the log", rows_of(&proofing_log_table), logged + cases[i].asked);
	}
}

static void
who_is_concerned_is_told_of_a_lapse(void **state)
{
	struct history_event event;
	size_t entries;

	(void)state;
	somebody_with_a_card("告知　花子");
	entries = rows_of(&ledger_entry_table);
	world.source.says = REVOCATION_REVOKED;
	check_at(bound.parent_handle, 0, instant_after(world.noon, 2 * DAY));
	world.source.says = REVOCATION_GOOD;
	expect_number("one authenticator says so", checked.lapsed, 1);
	expect_number("in the ledger", rows_of(&ledger_entry_table), entries + 1);
	looked = history_ask(&world.arena, &bound.account, 1);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true("in the history", history_read(looked.rows[0].value, &event));
	expect_span("what", event.detail, "active parent-lapsed");
	expect_span("by whom", event.actor, "system");
	check_at(bound.parent_handle, 0, instant_after(world.noon, 3 * DAY));
	expect_problem("it is looked at no more", world.err, &world.why, ERR_NOT_FOUND, "not kept");
}

static void
a_card_ends_with_its_certificate(void **state)
{
	const char *reason;
	struct instant due;
	struct span certificate;
	struct history_event event;

	(void)state;
	enrolling.valid_days = 100;
	somebody_with_a_card("満了　花子");
	expect_true("which is known when it is bound", bound.expires.us > instant_after(world.noon, 99 * DAY).us &&
	    bound.expires.us < instant_after(world.noon, 102 * DAY).us);
	check_at(bound.parent_handle, 0, instant_after(bound.expires, -DAY / 2));
	expect_number("half a day before it is good", checked.status, PARENT_GOOD);
	looked = parent_due_ask(&world.arena, bound.expires, 1000);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true("its end is when it is due", looked.count > 0 &&
	    parent_due_read(looked.rows[looked.count - 1].key, &due, &certificate) && due.us == bound.expires.us);
	expect_true("until when it is used", credential_usable(&bound, instant_after(bound.expires, -1), &reason));
	expect_true("and no longer", !credential_usable(&bound, bound.expires, &reason));
	expect_text("for that reason", reason, "expired");
	check_at(bound.parent_handle, 0, bound.expires);
	expect_text("then its row says so", credential_state_name(the_credential().state), "expired");
	looked = history_ask(&world.arena, &bound.account, 1);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true("in the history", history_read(looked.rows[0].value, &event));
	expect_span("what", event.detail, "expired parent-lapsed");
}

static void
an_answer_that_is_young_enough_will_do(void **state)
{
	unsigned asked;

	(void)state;
	somebody_with_a_card("新鮮　花子");
	asked = world.source.asked;
	check_at(bound.parent_handle, DAY, instant_after(world.noon, DAY / 2));
	expect_ok("known", world.err, &world.why);
	expect_number("good", checked.status, PARENT_GOOD);
	expect_number("nobody was asked", world.source.asked, asked);
	check_at(bound.parent_handle, DAY, instant_after(world.noon, 2 * DAY));
	expect_number("an older one is asked for", world.source.asked, asked + 1);
}

static void
what_nothing_stands_by_goes_and_costs_nothing(void **state)
{
	struct person p = person("無束縛　花子", "319900402", "2", "東京都渋谷区１－１");
	const struct account account = enrolled(&p);
	struct proofing_record *records;
	struct problem why;
	unsigned asked = world.source.asked;
	size_t count;

	(void)state;
	looked = proofing_record_ask(&world.arena, &account.id);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("records", proofing_records_loaded(&world.arena, &looked, &records, &count, &why), &why);
	check_at(records[0].handle, 0, instant_after(enrol_now(), SECONDS(60)));
	expect_ok("just proofed", world.err, &world.why);
	expect_number("it waits for what may be bound", kept(records[0].handle), 1);
	check_at(records[0].handle, 0, instant_after(enrol_now(), SECONDS(3600)));
	expect_number("then it goes", kept(records[0].handle), 0);
	expect_number("and nobody was asked", world.source.asked, asked);
}

static void
what_is_due_is_found_in_the_order_of_time(void **state)
{
	struct instant due, before = { 0 };
	struct span certificate;

	(void)state;
	somebody_with_a_card("期日　花子");
	looked = parent_due_ask(&world.arena, instant_after(world.noon, 400 * DAY), 1000);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_true("there is something", looked.count > 0);
	for (size_t i = 0; i < looked.count; i++) {
		expect_true("a row of ours", parent_due_read(looked.rows[i].key, &due, &certificate));
		expect_true("in order", !instant_before(due, before));
		before = due;
	}
	looked = parent_due_ask(&world.arena, world.noon, 1000);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_number("nothing is due before its time", looked.count, 0);
}

static void
who_hangs_up_has_had_it_asked(void **state)
{
	struct parent_check asked = { .now = instant_after(world.noon, 5 * DAY) };
	struct pending *pending;
	size_t logged;

	(void)state;
	somebody_with_a_card("中断　花子");
	asked.handle = bound.parent_handle;
	logged = rows_of(&proofing_log_table);
	world.source.silent = true;
	world.done = false;
	pending = parent_check(world.store, &world.arena, &stage.settings, &asked, on_checked, NULL);
	run();
	pending_cancel(&pending);
	run();
	world.source.silent = false;
	expect_number("which is in the log", rows_of(&proofing_log_table), logged + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_becomes_of_a_certificate_its_authenticators_say),
		cmocka_unit_test(who_is_concerned_is_told_of_a_lapse),
		cmocka_unit_test(a_card_ends_with_its_certificate),
		cmocka_unit_test(an_answer_that_is_young_enough_will_do),
		cmocka_unit_test(what_nothing_stands_by_goes_and_costs_nothing),
		cmocka_unit_test(what_is_due_is_found_in_the_order_of_time),
		cmocka_unit_test(who_hangs_up_has_had_it_asked),
	};

	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
