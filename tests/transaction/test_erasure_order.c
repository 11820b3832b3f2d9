/* tests/transaction/test_erasure_order.c - operators erase an account, and how many it takes. */
#include "expect.h"

#include "authn/attempts.h"
#include "authn/credential.h"
#include "ledger/entry.h"
#include "person/attribute.h"
#include "person/consent.h"
#include "person/history.h"
#include "person/likeness.h"
#include "person/proofing_record.h"
#include "store/memory.h"
#include "transaction/account/erasing.h"
#include "transaction/account/erasure_order.h"
#include "transaction/account/person_agreement.h"
#include "transaction/authenticator/parent_certificate.h"
#include "transaction/notice/notice.h"
#include "transaction/phone/app_request.h"
#include "transaction/phone/pairing.h"

static const struct table *const tables[] = {
	&account_table, &account_name_table, &attribute_table, &likeness_table, &proofing_record_table,
	&account_certificate_table, &consent_table, &history_table, &credential_table, &credential_name_table,
	&credential_model_table, &session_table, &notice_table, &ledger_leaf_table, &ledger_entry_table,
	&parent_certificate_table, &parent_due_table, &attempts_table, &pairing_table, &app_request_table,
	&app_code_table, &app_mute_table, &person_agreement_table, &erasing_table, NULL,
};
static const struct wrapping wrapping = { { 7 } };

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct account account;
	bool done;
	enum err err;
	struct problem why;
	struct erasure_ordered ordered;
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
put_phone(struct unit *unit)
{
	const struct account *a = &world.account;

	unit_put_until(unit, &pairing_table, id_span(&a->id), span_text("\1"),
	    instant_after(world.now, SECONDS(300)));
	credential_put(unit, &world.arena, &(struct credential){ .account = a->id, .id = id_new(world.now),
	    .kind = CREDENTIAL_APP, .state = CREDENTIAL_ACTIVE, .app = { .key = span_text("key") } });
}

static int
set_up(void **state)
{
	const struct proofed_attribute told[] = { { "name", span_text("山田太郎") },
		{ "birthdate", span_text("1980-02-17") } };
	struct attributes attributes = { .count = 0 };
	struct likeness alike;
	struct account *a = &world.account;
	struct unit *unit;

	(void)state;
	world = (struct world){ .arena = arena_init(64 * MIB), .now = { INT64_C(1795348800) * 1000000 } };
	world.store = store_memory_new(tables, ROLE_STEWARD, 3);
	*a = account_new(world.now);
	a->standing = ACCOUNT_FULL;
	a->contacts[0] = (struct contact){ .address = span_text("taro@mail.example"), .confirmed = world.now };
	a->contact_count = 1;
	unit = unit_new(&world.arena, tables, id_new(world.now));
	account_put(unit, &world.arena, a);
	attributes_take(&attributes, told, COUNT(told), ATTRIBUTE_FROM_CARD, &(struct id){ { 1 } }, world.now);
	expect_true("known", likeness_of(&wrapping, &attributes, &alike));
	likeness_remember(&attributes, &alike);
	attributes_put(unit, &a->id, &attributes);
	expect_ok("found", likeness_add(unit, &alike, &a->id, &world.why), &world.why);
	history_add(unit, &a->id, &(struct history_event){ .kind = HISTORY_OPENED, .at = world.now });
	put_phone(unit);
	store_commit(world.store, unit, on_put, NULL);
	run();
	expect_number("the rows are stored", world.err, OK);
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
on_ordered(void *arg, enum err err, const struct erasure_ordered *ordered, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	world.ordered = ordered ? *ordered : (struct erasure_ordered){ .waits = false };
	if (err != OK)
		world.why = *why;
}

static void
order_as(const char *actor, unsigned approvals, const char *number)
{
	const struct erasure_order o = { .number = span_text(number), .now = world.now,
		.by = { .actor = span_text(actor), .quorum = { span_text("uid:1\nuid:2\nuid:3"), approvals } } };

	world.done = false;
	erasure_order(world.store, &world.arena, &o, on_ordered, NULL);
	run();
}

static struct ask looked;
static size_t found;

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	const struct span *wanted = arg;

	expect_ok("the store answers", err, why);
	for (size_t i = 0; i < looked.count; i++)
		found += memmem(looked.rows[i].key.data, looked.rows[i].key.size, wanted->data, wanted->size) ||
		    memmem(looked.rows[i].value.data, looked.rows[i].value.size, wanted->data, wanted->size);
	world.done = true;
}

static size_t
stands_in(const struct table *table, struct span wanted)
{
	looked = (struct ask){ .table = table, .limit = 1000 };
	found = 0;
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, &wanted);
	run();
	return found;
}

static void
expect_gone(void)
{
	const struct span id = id_span(&world.account.id);

	for (size_t i = 0; tables[i]; i++) {
		expect_number(tables[i]->name, stands_in(tables[i], id), tables[i] == &account_table);
		expect_number("nor a name", stands_in(tables[i], span_text("山田")), 0);
	}
}

static void
it_takes_as_many_as_raising_trust(void **state)
{
	(void)state;
	order_as("uid:1", 2, world.account.number);
	expect_ok("one says so", world.err, &world.why);
	expect_true("which waits", world.ordered.waits && world.ordered.had == 1 && world.ordered.needed == 2);
	order_as("uid:1", 2, world.account.number);
	expect_true("the same again is as good as once", world.ordered.waits && world.ordered.had == 1);
	order_as("uid:9", 2, world.account.number);
	expect_problem("who is no operator does not count", world.err, &world.why, ERR_DENIED, "");
	expect_number("nothing is gone", stands_in(&attribute_table, span_text("山田")), 1);
	order_as("uid:2", 2, world.account.number);
	expect_ok("another says so", world.err, &world.why);
	expect_true("it is done", !world.ordered.waits && world.ordered.had == 2 && world.ordered.erased.rows);
	expect_gone();
	expect_number("an entry says by whom, and not whose", stands_in(&ledger_entry_table,
	    span_text("{\"actor\":\"operator\",\"approvers\":[\"uid:1\",\"uid:2\"],\"at\":\"2026-11-")), 1);
	expect_number("the person is told", stands_in(&notice_table, span_text("taro@mail.example")), 1);
	order_as("uid:1", 2, world.account.number);
	expect_problem("then there is none", world.err, &world.why, ERR_NOT_FOUND, "no account has this number");
}

static void
one_is_enough_where_one_is_asked_for(void **state)
{
	(void)state;
	order_as("uid:1", 1, world.account.number);
	expect_true("done", world.err == OK && !world.ordered.waits);
	expect_gone();
}

static void
an_account_is_named_by_its_number(void **state)
{
	static const char *const numbers[] = { "0000-0000-00", "taro@mail.example", "太郎", "" };

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		order_as("uid:1", 1, numbers[i]);
		expect_problem(numbers[i], world.err, &world.why, ERR_NOT_FOUND, "no account has this number");
	}
	expect_number("nothing is gone", stands_in(&attribute_table, span_text("山田")), 1);
}

static void
an_agreement_lasts_a_week(void **state)
{
	(void)state;
	order_as("uid:1", 2, world.account.number);
	world.now = instant_after(world.now, PERSON_AGREEMENT_LIFE);
	order_as("uid:2", 2, world.account.number);
	expect_true("the first word is gone", world.ordered.waits && world.ordered.had == 1);
}

static void
on_gone(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	world.done = true;
	expect_ok("gone on with", err, why);
}

/* As the steward does, where the account has ended: its number is nobody's, and no operator needs to say anything. */
static void
go_on(void)
{
	const struct person_erasure q = { .account = world.account.id, .actor = span_text("system"),
		.now = world.now };

	world.done = false;
	person_erase(world.store, &q, on_gone, NULL);
	run();
}

static void
who_is_interrupted_says_it_again(void **state)
{
	struct erasure_order o = { .by = { .actor = span_text("uid:2"),
		.quorum = { span_text("uid:1\nuid:2\nuid:3"), 2 } } };
	struct pending *pending;

	for (int steps = 1; steps < 40; steps++) {
		bool done;

		set_up(state);
		o.number = span_text(world.account.number);
		o.now = world.now;
		order_as("uid:1", 2, world.account.number);
		world.done = false;
		pending = erasure_order(world.store, &world.arena, &o, on_ordered, NULL);
		for (int i = 0; i < steps && !world.done; i++)
			store_memory_step(world.store, world.now);
		done = world.done;
		if (!done)
			pending_cancel(&pending);
		while (store_memory_step(world.store, world.now))
			continue;
		expect_true("nobody calls who asks no more", world.done == done);
		order_as("uid:2", 2, world.account.number);
		expect_true("once more it is done, or was", done ? world.err == ERR_NOT_FOUND : world.err == OK ||
		    world.err == ERR_NOT_FOUND);
		go_on();
		expect_gone();
		tear_down(state);
	}
}

static void
a_row_that_cannot_be_read_agrees_to_nothing(void **state)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));

	(void)state;
	unit_put(unit, &person_agreement_table, person_agreement_key(&world.arena, &world.account.id,
	    AGREED_TO_ERASE), span_text("\x7f"));
	world.done = false;
	store_commit(world.store, unit, on_put, NULL);
	run();
	order_as("uid:1", 2, world.account.number);
	expect_problem("of a later build", world.err, &world.why, ERR_UNAVAILABLE, "does not know");
	expect_number("nothing is gone", stands_in(&attribute_table, span_text("山田")), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_takes_as_many_as_raising_trust, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_is_enough_where_one_is_asked_for, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_account_is_named_by_its_number, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_agreement_lasts_a_week, set_up, tear_down),
		cmocka_unit_test(who_is_interrupted_says_it_again),
		cmocka_unit_test_setup_teardown(a_row_that_cannot_be_read_agrees_to_nothing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
