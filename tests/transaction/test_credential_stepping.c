/* tests/transaction/test_credential_stepping.c - a person's steps: quick where one is lost, careful with the last, and
 * never around what this server has stopped.
 */
#include "expect.h"
#include "store/look.h"

#include "base/log.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "store/memory.h"
#include "transaction/authenticator/credential_change.h"
#include "transaction/authenticator/credential_stepping.h"
#include "transaction/authenticator/fido_effect.h"

#define MANY 150

static const struct table *const tables[] = {
	&credential_table, &credential_name_table, &credential_model_table, &history_table, &notice_table,
	&ledger_leaf_table, &ledger_entry_table, &session_table, NULL,
};

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct account account;
	struct session session;
	struct account_access access;
	bool done, last;
	enum err err;
	struct problem why;
	struct credential found;
} world;

static int
set_up(void **state)
{
	(void)state;
	log_open("test", LOG_LEVEL_ERROR);
	world = (struct world){ .arena = arena_init(256 * MIB), .account = { .id = { { 1 } },
	    .standing = ACCOUNT_FULL },
		.session = { .id = { { 5 } } } };
	assert_true(instant_read(span_text("2026-11-23T12:00:00Z"), &world.now));
	world.store = store_memory_new(tables, ROLE_WORKER, 4);
	world.access = (struct account_access){ .account = &world.account, .session = &world.session,
	    .now = world.now };
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
run(void)
{
	while (!world.done && store_memory_step(world.store, world.now))
		continue;
	expect_true("what was started has an end", world.done);
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	world.err = c->code;
}

/* One of the account's, or (`account` 2) of somebody else's. */
static struct id
put(uint8_t account, uint8_t number, enum credential_state state, const char *reason)
{
	struct credential c = { .account = { { account } }, .id = { { number } }, .kind = CREDENTIAL_ONE_TIME,
		.state = state, .name = span_text("codes"), .actor = span_text("system"), .reason = span_text(reason) };
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.now));

	c.id.bytes[15] = number;
	credential_put(unit, &world.arena, &c);
	world.done = false;
	store_commit(world.store, unit, on_put, NULL);
	run();
	expect_number("there", world.err, OK);
	return c.id;
}

static void
on_stepped(void *arg, enum err err, const struct credential *c, bool last, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	world.last = last;
	if (c)
		world.found = *c;
	if (why)
		world.why = *why;
}

static void
take(const struct id *id, enum credential_step step, bool confirmed)
{
	const struct credential_stepping asked = { .credential = *id, .step = step, .name = span_text("新しい名前"),
		.reason = span_text("lost"), .confirmed = confirmed };

	world.done = world.last = false;
	credential_stepping(world.store, &world.arena, &world.access, &asked, on_stepped, NULL);
	run();
}

static size_t
count(const struct table *table)
{
	struct stage_look l;

	stage_look_start(&l, world.store, &world.arena, (struct ask){ .table = table, .limit = 1000 });
	while (!l.done)
		store_memory_step(world.store, world.now);
	return l.count;
}

/* What one is, and what the account has beside it. */
static const struct {
	const char *title;
	enum credential_state state, other; /* other unknown: there is none */
	const char *reason;
	enum credential_step step;
	bool confirmed;
	enum err err;
	bool last;
	enum credential_state then;
	const char *part;
} cases[] = {
	{ "suspended beside another", CREDENTIAL_ACTIVE, CREDENTIAL_ACTIVE, "", CREDENTIAL_SUSPEND, false, OK, false,
	    CREDENTIAL_SUSPENDED, "" },
	{ "revoked beside another", CREDENTIAL_ACTIVE, CREDENTIAL_ACTIVE, "", CREDENTIAL_REVOKE, false, OK, false,
	    CREDENTIAL_REVOKED, "" },
	{ "the last is asked about", CREDENTIAL_ACTIVE, CREDENTIAL_UNKNOWN, "", CREDENTIAL_REVOKE, false, ERR_CONFLICT,
	    true, CREDENTIAL_ACTIVE, "only the card" },
	{ "beside one that cannot be used it is the last", CREDENTIAL_ACTIVE, CREDENTIAL_LOCKED, "", CREDENTIAL_SUSPEND,
	    false, ERR_CONFLICT, true, CREDENTIAL_ACTIVE, "only the card" },
	{ "meant", CREDENTIAL_ACTIVE, CREDENTIAL_UNKNOWN, "", CREDENTIAL_REVOKE, true, OK, false, CREDENTIAL_REVOKED,
	    "" },
	{ "one that cannot be used is given up at once", CREDENTIAL_SUSPENDED, CREDENTIAL_UNKNOWN, "",
	    CREDENTIAL_REVOKE,
	    false, OK, false, CREDENTIAL_REVOKED, "" },
	{ "taken back", CREDENTIAL_SUSPENDED, CREDENTIAL_ACTIVE, "lost", CREDENTIAL_RESUME, false, OK, false,
	    CREDENTIAL_ACTIVE, "" },
	{ "what was locked is unlocked", CREDENTIAL_LOCKED, CREDENTIAL_ACTIVE, "guessed", CREDENTIAL_RESUME, false, OK,
	    false, CREDENTIAL_ACTIVE, "" },
	{ "not what its model brought down", CREDENTIAL_SUSPENDED, CREDENTIAL_ACTIVE, "model-revoked",
	    CREDENTIAL_RESUME,
	    false, ERR_DENIED, false, CREDENTIAL_SUSPENDED, "model is not trusted" },
	{ "but once the model is good again", CREDENTIAL_SUSPENDED, CREDENTIAL_ACTIVE, CREDENTIAL_MODEL_RESTORED,
	    CREDENTIAL_RESUME, false, OK, false, CREDENTIAL_ACTIVE, "" },
	{ "nor what is final", CREDENTIAL_REVOKED, CREDENTIAL_ACTIVE, "lost", CREDENTIAL_RESUME, false, ERR_CONFLICT,
	    false, CREDENTIAL_REVOKED, "\"revoked\"" },
	{ "twice is once", CREDENTIAL_REVOKED, CREDENTIAL_ACTIVE, "lost", CREDENTIAL_REVOKE, false, OK, false,
	    CREDENTIAL_REVOKED, "" },
	{ "a name changes nothing else", CREDENTIAL_LOCKED, CREDENTIAL_UNKNOWN, "guessed", CREDENTIAL_NO_STEP, false,
	    OK,
	    false, CREDENTIAL_LOCKED, "" },
};

static void
each_step_is_taken_with_care(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct id id;
		size_t leaves;

		tear_down(NULL);
		set_up(NULL);
		id = put(1, 1, cases[i].state, cases[i].reason);
		put(2, 2, CREDENTIAL_ACTIVE, "");
		if (cases[i].other)
			put(1, 3, cases[i].other, "");
		leaves = count(&ledger_leaf_table);
		take(&id, cases[i].step, cases[i].confirmed);
		if (cases[i].err == OK)
			expect_ok(cases[i].title, world.err, &world.why);
		else
			expect_problem(cases[i].title, world.err, &world.why, cases[i].err, cases[i].part);
		expect_true(cases[i].title, world.last == cases[i].last);
		expect_number("told in the ledger when it happened", count(&ledger_leaf_table) - leaves,
		    cases[i].err == OK && cases[i].step && cases[i].state != cases[i].then);
		if (cases[i].err == OK)
			expect_text(cases[i].title, credential_state_name(world.found.state),
			    credential_state_name(cases[i].then));
		if (cases[i].step == CREDENTIAL_NO_STEP)
			expect_span("named", world.found.name, "新しい名前");
	}
}

/* What the session rests on was stopped after it was looked at. */
static void
none_is_taken_back_by_what_was_stopped_meanwhile(void **state)
{
	struct id suspended = put(1, 1, CREDENTIAL_SUSPENDED, "lost"), active = put(1, 2, CREDENTIAL_ACTIVE, "");
	struct id shown = put(1, 3, CREDENTIAL_ACTIVE, "");
	struct stage_look l;

	(void)state;
	stage_look_start(&l, world.store, &world.arena, credential_ask(&world.arena, &world.account.id, &shown));
	while (!l.done)
		store_memory_step(world.store, world.now);
	world.session.authentications[0] = (struct authentication){ .credential = shown,
		.kind = CREDENTIAL_ONE_TIME, .generation = l.rows[0].generation };
	world.session.authentication_count = 1;
	take(&shown, CREDENTIAL_REVOKE, true);
	expect_ok("stopped", world.err, &world.why);
	take(&suspended, CREDENTIAL_RESUME, false);
	expect_problem("not taken back", world.err, &world.why, ERR_CONFLICT, "changed meanwhile");
	take(&active, CREDENTIAL_SUSPEND, true);
	expect_ok("but another may be stopped", world.err, &world.why);
}

static void
nobody_elses_is_found(void **state)
{
	struct id id = put(2, 7, CREDENTIAL_ACTIVE, "");

	(void)state;
	take(&id, CREDENTIAL_REVOKE, true);
	expect_problem("of another account", world.err, &world.why, ERR_NOT_FOUND, "no such authenticator");
}

/* The one that can be used is the oldest of very many. */
static void
the_other_one_is_found_however_many_there_are(void **state)
{
	struct id id = { { 0 } };

	(void)state;
	put(1, 1, CREDENTIAL_ACTIVE, "");
	for (uint8_t i = 2; i < MANY; i++)
		put(1, i, CREDENTIAL_SUSPENDED, "");
	id = put(1, MANY, CREDENTIAL_ACTIVE, "");
	take(&id, CREDENTIAL_REVOKE, false);
	expect_ok("there is one", world.err, &world.why);
	id.bytes[0] = id.bytes[15] = 1;
	take(&id, CREDENTIAL_REVOKE, false);
	expect_problem("then it is the last", world.err, &world.why, ERR_CONFLICT, "only the card");
}

static void
words_of_ours_are_known(void **state)
{
	(void)state;
	expect_true("lost", credential_reason_known(span_text("lost")));
	expect_true("not the server's own", !credential_reason_known(span_text(CREDENTIAL_MODEL_REVOKED)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_step_is_taken_with_care, set_up, tear_down),
		cmocka_unit_test_setup_teardown(none_is_taken_back_by_what_was_stopped_meanwhile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_elses_is_found, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_other_one_is_found_however_many_there_are, set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_of_ours_are_known, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
