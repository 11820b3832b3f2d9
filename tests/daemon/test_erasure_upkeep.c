/* tests/daemon/test_erasure_upkeep.c - erasures that were interrupted behind an account's end are gone on with. */
#include "expect.h"
#include "store/look.h"

#include "authn/attempts.h"
#include "authn/credential.h"
#include "daemon/erasure_upkeep.h"
#include "ledger/entry.h"
#include "person/account.h"
#include "person/attribute.h"
#include "person/consent.h"
#include "person/history.h"
#include "person/likeness.h"
#include "person/proofing_record.h"
#include "store/memory.h"
#include "transaction/account/erasing.h"
#include "transaction/session/session.h"

#define LATER SECONDS(100)

static const struct table *const tables[] = {
	&account_table, &account_name_table, &attribute_table, &likeness_table, &proofing_record_table,
	&account_certificate_table, &consent_table, &history_table, &credential_table, &credential_name_table,
	&credential_model_table, &session_table, &ledger_leaf_table, &ledger_entry_table, &attempts_table,
	&erasing_table, NULL,
};

static struct arena arena;
static struct store *store;
static struct loop *loop;
static struct instant now;
static bool stored;

static struct instant
the_time(void)
{
	return now;
}

static void
on_stored(void *arg, const struct committed *c)
{
	(void)arg;
	stored = true;
	expect_number("it is stored", c->code, OK);
}

static size_t
rows_of(const struct table *table)
{
	struct stage_look l;

	stage_look_start(&l, store, &arena, (struct ask){ .table = table, .limit = 100 });
	while (!l.done)
		store_memory_step(store, now);
	return l.count;
}

/* An account that has ended, or one that has not, and two lines of its history. */
static void
put_account(enum account_standing standing, bool marked)
{
	struct unit *unit = unit_new(&arena, tables, id_new(now));
	const struct account account = { .id = id_new(now), .standing = standing };
	struct buffer row = buffer_init(KIB);

	account_write(&row, &account);
	unit_put(unit, &account_table, id_span(&account.id), buffer_span(&row));
	buffer_release(&row);
	for (int i = 0; i < 2; i++)
		history_add(unit, &account.id, &(struct history_event){ .kind = HISTORY_OPENED,
			.at = instant_after(now, i), .actor = span_text("person") });
	if (marked)
		erasing_put(unit, &(struct erasing){ .account = account.id, .since = now, .entry = id_new(now) });
	stored = false;
	store_commit(store, unit, on_stored, NULL);
	while (!stored)
		store_memory_step(store, now);
}

static void
keep_house(void)
{
	const struct erasure_upkeep_settings settings = { .clock = the_time, .every = 1000, .patience = LATER };
	struct erasure_upkeep *upkeep = erasure_upkeep_new(loop, store, &settings);

	for (int i = 0; i < 300; i++) {
		loop_step(loop, 1000);
		store_memory_step(store, now);
	}
	erasure_upkeep_free(upkeep);
}

static int
set_up(void **state)
{
	(void)state;
	arena = arena_init(64 * MIB);
	loop = loop_new();
	store = store_memory_new(tables, ROLE_STEWARD, 3);
	return instant_read(span_text("2026-11-22T12:00:00Z"), &now) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	store_free(store);
	loop_free(loop);
	arena_release(&arena);
	return 0;
}

static void
what_is_left_of_an_ended_account_goes(void **state)
{
	(void)state;
	put_account(ACCOUNT_ERASED, true);
	put_account(ACCOUNT_ERASED, true);
	put_account(ACCOUNT_FULL, false);
	keep_house();
	expect_number("as long as somebody may be at it nobody else is", rows_of(&history_table), 6);
	now = instant_after(now, LATER);
	keep_house();
	expect_number("then what is left goes, and what is nobody's to take stays", rows_of(&history_table), 2);
	expect_number("nothing is to be done any more", rows_of(&erasing_table), 0);
	expect_number("accounts stay", rows_of(&account_table), 3);
	expect_number("nothing is told anew", rows_of(&ledger_leaf_table), 0);
}

static void
what_cannot_be_written_now_is_tried_again(void **state)
{
	(void)state;
	put_account(ACCOUNT_ERASED, true);
	put_account(ACCOUNT_ERASED, true);
	now = instant_after(now, LATER);
	store_memory_fail_commits(store, 1, ERR_FULL);
	keep_house();
	expect_number("both are gone in the end", rows_of(&history_table), 0);
	expect_number("and nothing is to be done", rows_of(&erasing_table), 0);
}

/* Rows that nobody here can read stay: more of them than are looked at at once. */
static void
what_never_ends_keeps_nobody_waiting(void **state)
{
	struct unit *unit = unit_new(&arena, tables, id_new(now));

	(void)state;
	for (int i = 0; i < 100; i++) {
		const struct id id = id_new(now);

		unit_put(unit, &erasing_table, id_span(&id), span_text("?"));
	}
	stored = false;
	store_commit(store, unit, on_stored, NULL);
	while (!stored)
		store_memory_step(store, now);
	now = instant_after(now, 1000);
	put_account(ACCOUNT_ERASED, true);
	now = instant_after(now, LATER);
	keep_house();
	expect_number("it is gone on with", rows_of(&history_table), 0);
	expect_number("they are still there", rows_of(&erasing_table), 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_left_of_an_ended_account_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_never_ends_keeps_nobody_waiting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_now_is_tried_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
