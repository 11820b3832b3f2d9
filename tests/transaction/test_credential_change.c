/* tests/transaction/test_credential_change.c - a change of an authenticator: its row, the person's history, notices and
 * the ledger, all of it or nothing.
 */
#include "expect.h"

#include "base/log.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "store/memory.h"
#include "transaction/authenticator/credential_change.h"

#define SPAN(text) { (const uint8_t *)(text), sizeof(text) - 1 }
#define ID "01" "000000000000000000000000000000"
#define CREDENTIAL_ID "02" "000000000000000000000000000000"

static const struct table *const tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, &history_table, &notice_table,
	&ledger_leaf_table, &ledger_entry_table, NULL,
};

static struct arena arena;
static struct store *store;
static struct instant now;
static struct account account;
static struct ask asked;
static enum err committed;
static bool done;

static int
set_up(void **state)
{
	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	arena = arena_init(16 * MIB);
	store = store_memory_new(tables, ROLE_WORKER, 3);
	account = (struct account){ .id = { { 1 } }, .standing = ACCOUNT_FULL, .english = true, .contact_count = 3,
		.generation = 1 };
	account.contacts[0] = (struct contact){ .address = SPAN("hanako@example.jp"), .confirmed = { 1 } };
	account.contacts[1] = (struct contact){ .address = SPAN("typed.wrong@example.jp") };
	account.contacts[2] = (struct contact){ .address = SPAN("work@example.jp"), .confirmed = { 1 } };
	return instant_read(span_text("2026-11-23T12:00:00Z"), &now) ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	store_free(store);
	arena_release(&arena);
	return 0;
}

static void
on_ended(void *arg, const struct committed *c)
{
	(void)arg;
	committed = c->code;
	done = true;
}

#define LOOKED 100
static struct row looked[LOOKED]; /* copied: what is loaded is borrowed until the callback returns */

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	(void)arg;
	expect_ok("looked", err, why);
	for (size_t i = 0; i < asked.count; i++) {
		looked[i] = asked.rows[i];
		looked[i].key = arena_copy(&arena, looked[i].key);
		looked[i].value = arena_copy(&arena, looked[i].value);
	}
	done = true;
}

static void
run(void)
{
	while (!done && store_memory_step(store, now))
		continue;
	assert_true(done);
	done = false;
}

static const struct row *
rows_of(const struct table *table, size_t expected)
{
	asked = (struct ask){ .table = table, .limit = LOOKED };
	store_load(store, &asked, 1, on_looked, NULL);
	run();
	expect_number(table->name, asked.count, expected);
	return looked;
}

static enum err
put(const struct credential_change *change)
{
	struct unit *unit = unit_new(&arena, tables, id_new(now));

	credential_change_put(unit, &arena, change);
	credential_change_log(change);
	store_commit(store, unit, on_ended, NULL);
	run();
	return committed;
}

static struct credential
passkey(void)
{
	return (struct credential){ .account = { { 1 } }, .id = { { 2 } }, .kind = CREDENTIAL_PASSKEY,
		.state = CREDENTIAL_ACTIVE, .name = SPAN("my key"), .issued = now, .activated = now,
		    .actor = SPAN("person"),
		.reason = SPAN("added"), .evidence = { { 7 } }, .passkey = { .id = SPAN("id"), .key = SPAN("key") } };
}

static void
an_added_one_is_told_everywhere(void **state)
{
	struct credential c = passkey();
	struct history_event event;
	struct ledger_entry entry;
	struct notice notice;
	struct problem why;
	const struct row *rows;

	(void)state;
	expect_number("put", put(&(struct credential_change){ .account = &account, .credential = &c,
		.event = CREDENTIAL_ADDED, .now = now }), OK);
	rows_of(&credential_table, 1);
	rows_of(&credential_name_table, 1);
	rows = rows_of(&history_table, 1);
	assert_true(history_read(rows[0].value, &event));
	expect_text("history", history_kind_name(event.kind), "credential-added");
	expect_span("of what kind", event.detail, "passkey");
	expect_span("by its name", event.name, "my key");
	rows = rows_of(&notice_table, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(notice_read(rows[i].value, &notice));
		expect_text("a notice", notice_kind_name(notice.kind), "credential-added");
		expect_true("in her language, to addresses that are hers", notice.english &&
		    !span_is(notice.address, "typed.wrong@example.jp"));
	}
	rows_of(&ledger_leaf_table, 1);
	rows = rows_of(&ledger_entry_table, 1);
	expect_ok("an entry", ledger_entry_loaded(&rows[0], &entry, &why), &why);
	expect_text("of its kind", ledger_kind_name(entry.kind), "credential");
	expect_span("for auditors alone", entry.party, "");
	expect_span("with nothing of hers but the account's id", entry.content,
	    "{\"account\":\"" ID "\",\"actor\":\"person\",\"at\":\"2026-11-23T12:00:00Z\",\"credential\":\""
	    CREDENTIAL_ID
	    "\",\"evidence\":\"07000000000000000000000000000000\",\"happened\":\"added\",\"kind\":\"passkey\","
	    "\"reason\":\"added\",\"state\":\"active\"}");
}

/* What was taken, how it is told in history and by which notice. */
static void
each_step_has_its_notice(void **state)
{
	static const struct {
		const char *title;
		enum credential_step step;
		const char *reason, *detail, *notice; /* notice NULL: none */
		enum notice_kind other;
	} cases[] = {
		{ "suspended by her", CREDENTIAL_SUSPEND, "lost", "suspended lost", "credential-suspended", 0 },
		{ "resumed", CREDENTIAL_RESUME, "found", "active found", "credential-resumed", 0 },
		{ "suspended with its model", CREDENTIAL_SUSPEND, "model-revoked", "suspended model-revoked",
		    "model-withdrawn", NOTICE_MODEL_WITHDRAWN },
		{ "resumed again", CREDENTIAL_RESUME, "", "active", "credential-resumed", 0 },
		{ "locked", CREDENTIAL_LOCK, "guessed", "locked guessed", "credential-locked", 0 },
		{ "expired: no news", CREDENTIAL_EXPIRE, "end", "expired end", NULL, 0 },
	};
	struct credential c = passkey();
	size_t told = 0;

	(void)state;
	account.contact_count = 1;
	expect_number("put", put(&(struct credential_change){ .account = &account, .credential = &c,
		.event = CREDENTIAL_ADDED, .now = now }), OK);
	told += 2; /* the phones, too */
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct row *rows = rows_of(&credential_table, 1);
		struct history_event event;
		struct notice notice;
		struct problem why;
		bool changed;

		expect_ok("loaded", credential_loaded(&arena, &rows[0], &c, &why), &why);
		now = instant_after(now, SECONDS(1));
		expect_ok(cases[i].title, credential_take(&c, cases[i].step, &(struct credential_because){
			.actor = span_text("person"), .reason = span_text(cases[i].reason), .now = now }, &changed,
			    &why),
		    &why);
		expect_number(cases[i].title, put(&(struct credential_change){ .account = &account, .credential = &c,
			.event = CREDENTIAL_STEPPED, .notice = cases[i].other, .now = now }), OK);
		rows = rows_of(&history_table, i + 2);
		assert_true(history_read(rows[i + 1].value, &event));
		expect_text(cases[i].title, history_kind_name(event.kind), "credential-changed");
		expect_span(cases[i].title, event.detail, cases[i].detail);
		told += cases[i].notice != NULL;
		rows = rows_of(&notice_table, told);
		assert_true(notice_read(rows[told - 1].value, &notice));
		if (cases[i].notice)
			expect_text(cases[i].title, notice_kind_name(notice.kind), cases[i].notice);
		rows_of(&ledger_leaf_table, i + 2);
	}
}

static void
a_new_one_in_the_place_of_another_says_so(void **state)
{
	struct credential c = passkey();
	struct ledger_entry entry;
	struct notice notice;
	struct problem why;
	const struct row *rows;

	(void)state;
	c.replaces.bytes[15] = 9;
	c.reason = (struct span){ 0 };
	c.evidence = (struct id){ { 0 } };
	expect_number("put", put(&(struct credential_change){ .account = &account, .credential = &c,
		.event = CREDENTIAL_REPLACED, .now = now }), OK);
	rows = rows_of(&notice_table, 3);
	assert_true(notice_read(rows[0].value, &notice));
	expect_text("told", notice_kind_name(notice.kind), "credential-replaced");
	rows = rows_of(&ledger_entry_table, 1);
	expect_ok("an entry", ledger_entry_loaded(&rows[0], &entry, &why), &why);
	expect_span("that names the other", entry.content,
	    "{\"account\":\"" ID "\",\"actor\":\"person\",\"at\":\"2026-11-23T12:00:00Z\",\"credential\":\""
	    CREDENTIAL_ID
	    "\",\"happened\":\"replaced\",\"kind\":\"passkey\",\"replaces\":\"00000000000000000000000000000009\","
	    "\"state\":\"active\"}");
}

static void
nothing_is_told_of_what_did_not_happen(void **state)
{
	struct credential c = passkey();
	const struct credential_change change = { .account = &account, .credential = &c, .event = CREDENTIAL_ADDED,
		.now = now };

	(void)state;
	expect_number("put", put(&change), OK);
	expect_number("the same again", put(&change), ERR_CONFLICT);
	rows_of(&history_table, 1);
	rows_of(&notice_table, 3);
	rows_of(&ledger_leaf_table, 1);
}

static void
others_are_told(void **state)
{
	struct unit *unit = unit_new(&arena, tables, id_new(now));
	struct notice notice;
	const struct row *rows;

	(void)state;
	account_tell(unit, &account, NOTICE_CONTACT_CHANGED, (struct span){ 0 }, span_text("work@example.jp"), now);
	store_commit(store, unit, on_ended, NULL);
	run();
	rows = rows_of(&notice_table, 1);
	assert_true(notice_read(rows[0].value, &notice));
	expect_span("but the one it is about", notice.address, "hanako@example.jp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_added_one_is_told_everywhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_step_has_its_notice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_new_one_in_the_place_of_another_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_is_told_of_what_did_not_happen, set_up, tear_down),
		cmocka_unit_test_setup_teardown(others_are_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
