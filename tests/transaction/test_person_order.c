/* tests/transaction/test_person_order.c - what operators do with one person's account, and how many it takes. */
#include "expect.h"

#include "ledger/entry.h"
#include "person/history.h"
#include "registry/import.h"
#include "store/memory.h"
#include "transaction/notice/notice.h"
#include "transaction/account/person_agreement.h"
#include "transaction/account/person_order.h"

static const struct table *const tables[] = {
	&account_table, &account_name_table, &proofing_record_table, &account_certificate_table, &history_table,
	&notice_table, &credential_table, &credential_name_table, &credential_model_table, &person_agreement_table,
	&journal_table, &ledger_leaf_table, &ledger_entry_table, NULL,
};

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct account account;
	struct credential credential;
	bool done;
	enum err err;
	struct problem why;
	struct person_report report;
} world;

static void
run(void)
{
	for (int i = 0; i < 100000 && !world.done; i++)
		store_memory_step(world.store, world.now);
	expect_true("what was started has an end", world.done);
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	world.err = c->code;
}

static void
put(const struct unit *unit)
{
	world.done = false;
	store_commit(world.store, unit, on_put, NULL);
	run();
	expect_number("the rows are stored", world.err, OK);
}

static struct account
put_account(enum account_standing standing)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));
	struct account a = account_new(world.now);

	a.standing = standing;
	a.contacts[0] = (struct contact){ .address = span_text("taro@mail.example"), .added = world.now,
		.confirmed = world.now };
	a.contact_count = 1;
	account_put(unit, &world.arena, &a);
	put(unit);
	return a;
}

static int
set_up(void **state)
{
	struct unit *unit;

	(void)state;
	world = (struct world){ .arena = arena_init(64 * MIB), .now = { INT64_C(1795348800) * 1000000 } };
	world.store = store_memory_new(tables, ROLE_STEWARD, 3);
	world.account = put_account(ACCOUNT_FULL);
	world.credential = (struct credential){ .account = world.account.id, .id = id_new(world.now),
		.kind = CREDENTIAL_ONE_TIME, .state = CREDENTIAL_ACTIVE, .name = span_text("Taro's phone") };
	unit = unit_new(&world.arena, tables, id_new(world.now));
	credential_put(unit, &world.arena, &world.credential);
	put(unit);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	store_free(world.store);
	arena_release(&world.arena);
	return 0;
}

static void
on_done(void *arg, enum err err, const struct person_report *report, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		world.report = *report;
	else
		world.why = *why;
}

static void
order_as(const char *actor, unsigned approvals, struct person_order o)
{
	o.number = o.number.size ? o.number : span_text(world.account.number);
	o.by = (struct agreeing){ .actor = span_text(actor),
		.quorum = { span_text("uid:1\nuid:2\nuid:3"), approvals } };
	o.now = world.now;
	world.done = false;
	person_order(world.store, &world.arena, &o, on_done, NULL);
	run();
}

static struct person_order
to_grant(void)
{
	return (struct person_order){ .action = PERSON_GRANT, .role = STAFF_REGISTRAR };
}

static struct person_order
to_stop(enum person_action action, const char *reason)
{
	return (struct person_order){ .action = action, .credential = world.credential.id,
		.reason = span_text(reason) };
}

static struct ask looked;
static bool found;
static const char *wanted;

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	(void)arg;
	expect_ok("the store answers", err, why);
	for (size_t i = 0; i < looked.count; i++)
		found = found || memmem(looked.rows[i].value.data, looked.rows[i].value.size, wanted, strlen(wanted));
	world.done = true;
}

static bool
stands_in(const struct table *table, const char *text)
{
	looked = (struct ask){ .table = table, .limit = 1000 };
	found = false;
	wanted = text;
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return found;
}

static void
an_account_is_shown_by_its_number(void **state)
{
	(void)state;
	order_as("uid:1", 2, (struct person_order){ .action = PERSON_LOOK });
	expect_ok("shown", world.err, &world.why);
	expect_number("with its authenticator", (int64_t)world.report.credential_count, 1);
	expect_number("which is active", world.report.credentials[0].state, CREDENTIAL_ACTIVE);
	order_as("uid:1", 2, (struct person_order){ .action = PERSON_LOOK, .number = span_text("0000-0000-00") });
	expect_problem("nobody's number", world.err, &world.why, ERR_NOT_FOUND, "no account has this number");
	order_as("uid:1", 2, (struct person_order){ .action = PERSON_LOOK, .number = span_text("taro@mail.example") });
	expect_problem("nor by an address", world.err, &world.why, ERR_NOT_FOUND, "no account has this number");
}

static void
a_registrar_takes_two_operators(void **state)
{
	(void)state;
	order_as("uid:1", 2, to_grant());
	expect_ok("one says so", world.err, &world.why);
	expect_true("which waits", world.report.waits && world.report.had == 1 && world.report.needed == 2);
	order_as("uid:1", 2, to_grant());
	expect_true("the same again is as good as once", world.report.waits && world.report.had == 1);
	order_as("uid:9", 2, to_grant());
	expect_problem("who is no operator does not count", world.err, &world.why, ERR_DENIED, "");
	expect_true("nothing is in the journal yet", !stands_in(&journal_table, "staff.changed"));
	order_as("uid:2", 2, to_grant());
	expect_ok("another says so", world.err, &world.why);
	expect_true("it is done", world.report.changed && (world.report.account.staff & STAFF_REGISTRAR));
	expect_true("by both", stands_in(&journal_table, "\"approvers\":[\"uid:1\",\"uid:2\"]"));
	expect_true("as the journal says", stands_in(&journal_table, "\"step\":\"granted\""));
	order_as("uid:1", 2, to_grant());
	expect_true("again there is nothing to do", !world.report.changed && !world.report.waits);
	order_as("uid:3", 2, (struct person_order){ .action = PERSON_WITHDRAW_STAFF, .role = STAFF_REGISTRAR });
	expect_true("one takes it away", world.report.changed && !world.report.account.staff);
	expect_true("as the journal says, too", stands_in(&journal_table, "\"step\":\"withdrawn\""));
	order_as("uid:3", 2, to_grant());
	expect_true("and it begins anew", world.report.waits && world.report.had == 1);
}

static void
one_is_enough_where_one_is_asked_for(void **state)
{
	(void)state;
	order_as("uid:1", 1, to_grant());
	expect_true("done", world.err == OK && world.report.changed);
}

static void
an_agreement_lasts_a_week(void **state)
{
	(void)state;
	order_as("uid:1", 2, to_grant());
	world.now = instant_after(world.now, PERSON_AGREEMENT_LIFE);
	order_as("uid:2", 2, to_grant());
	expect_true("the first word is gone", world.report.waits && world.report.had == 1);
}

static void
who_was_not_proofed_is_no_staff(void **state)
{
	struct account a = put_account(ACCOUNT_PROVISIONAL);
	struct person_order o = to_grant();

	(void)state;
	o.number = span_text(a.number);
	order_as("uid:1", 1, o);
	expect_problem("provisional", world.err, &world.why, ERR_CONFLICT, "the account is provisional");
}

static void
an_authenticator_is_stopped(void **state)
{
	struct person_order o = to_stop(PERSON_SUSPEND, "abused");

	(void)state;
	order_as("uid:1", 2, to_stop(PERSON_SUSPEND, "Ab used"));
	expect_problem("a reason is a word", world.err, &world.why, ERR_INVALID, "/reason: expected a word");
	o.credential.bytes[3] ^= 1;
	order_as("uid:1", 2, o);
	expect_problem("another's authenticator", world.err, &world.why, ERR_NOT_FOUND, "no such authenticator");
	order_as("uid:1", 2, to_stop(PERSON_SUSPEND, "abused"));
	expect_ok("suspended by one", world.err, &world.why);
	expect_true("as is told", world.report.changed && world.report.credentials[0].state == CREDENTIAL_SUSPENDED);
	expect_true("the history says by whom", stands_in(&history_table, "operator"));
	expect_true("the person is told", stands_in(&notice_table, "taro@mail.example"));
	expect_true("and the ledger", stands_in(&ledger_entry_table, "\"actor\":\"operator\""));
	order_as("uid:1", 2, to_stop(PERSON_SUSPEND, "abused"));
	expect_true("again there is nothing to do", world.err == OK && !world.report.changed);
	order_as("uid:1", 2, to_stop(PERSON_REVOKE, "lost"));
	expect_true("revoked", world.err == OK && world.report.credentials[0].state == CREDENTIAL_REVOKED);
	order_as("uid:1", 2, to_stop(PERSON_SUSPEND, "lost"));
	expect_problem("which is final", world.err, &world.why, ERR_CONFLICT, "revoked");
}

static void
what_is_not_recorded_is_not_done(void **state)
{
	(void)state;
	store_memory_fail_commits(world.store, 1, ERR_FULL);
	order_as("uid:1", 1, to_grant());
	expect_problem("full", world.err, &world.why, ERR_FULL, "nothing was done");
	store_memory_fail_commits(world.store, 1, ERR_CONFLICT);
	order_as("uid:1", 1, to_grant());
	expect_problem("a race", world.err, &world.why, ERR_CONFLICT, "changed meanwhile");
	order_as("uid:1", 1, (struct person_order){ .action = PERSON_LOOK });
	expect_number("no staff", world.report.account.staff, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_account_is_shown_by_its_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_registrar_takes_two_operators, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_is_enough_where_one_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_agreement_lasts_a_week, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_was_not_proofed_is_no_staff, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_authenticator_is_stopped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_recorded_is_not_done, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
