/* tests/transaction/test_pairing.c - a phone becomes an authenticator: by a code, once, and bound by what its session
 * has shown. */
#include "transaction/app_stage.h"

static struct pairing
pairing_now(void)
{
	struct ask asked = stage_look(pairing_ask(&stage.account.id));
	struct pairing p;

	expect_ok("a pairing", pairing_loaded(&stage.arena, &asked, &p, &stage.why), &stage.why);
	return p;
}

static void
a_phone_with_the_code_is_an_authenticator(void **state)
{
	const struct credential *c = &stage.caller.credential;
	struct ask entries;

	(void)state;
	stage.session.proofed.record = (struct id){ { 5 } };
	stage_begin(true);
	expect_ok("begun", stage.err, &stage.why);
	expect_number("128 bits", strlen(stage.begun.code), 26);
	expect_number("for ten minutes", stage.begun.until.us, stage.now.us + SECONDS(600));
	expect_number("it waits", pairing_now().state, PAIRING_WAITING);
	stage.now = instant_after(stage.now, SECONDS(599));
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("paired", stage.err, &stage.why);
	expect_number("a PIN of six digits", strspn(stage.paired.pin, "0123456789"), 6);
	expect_text("of this account", stage.paired.number, stage.account.number);
	expect_true("called by its key", span_equal(stage.paired.device, phone_device(&stage.arena, &stage.phone)));
	expect_number("the page can be told", pairing_now().state, PAIRING_DONE);
	stage_identify(&stage.phone);
	expect_number("active", c->state, CREDENTIAL_ACTIVE);
	expect_number("an app", c->kind, CREDENTIAL_APP);
	expect_number("bound in a proofing", c->binding, BINDING_IN_PROOFING);
	expect_number("which one", c->binding_record.bytes[0], 5);
	expect_true("its PIN", app_pin_is(&stage.settings.wrapping, &c->account, &c->id, span_text(stage.paired.pin),
	    c->app.pin));
	expect_true("drawn", c->app.pin_drawn);
	expect_number("the person is told", stage_notices(NOTICE_CREDENTIAL_ADDED), 1);
	expect_number("in the history", stage_count(&history_table), 1);
	entries = stage_look((struct ask){ .table = &ledger_entry_table, .limit = 10 });
	expect_number("in the ledger", entries.count, 1);
	expect_number("the code is gone", stage_count(&pairing_code_table), 0);
}

static void
a_code_is_used_once(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.other, stage.begun.code, NULL) });
	expect_problem("again", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	expect_number("one phone", stage_count(&credential_table), 1);
	expect_number("counted", stage_count(&attempts_table), 1);
}

static void
two_phones_with_one_code_are_one(void **state)
{
	struct pairing_pair first, second;
	enum err errs[2];

	(void)state;
	stage_begin(true);
	first = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	second = stage_pair_of(&stage.other, stage.begun.code, NULL);
	pairing_pair(stage.store, &stage.arena, &stage.settings, &first, stage_on_paired, NULL);
	pairing_pair(stage.store, &stage.arena, &stage.settings, &second, stage_on_paired, NULL);
	stage_run();
	errs[0] = stage.err;
	stage_run();
	errs[1] = stage.err;
	expect_true("one wins", (errs[0] == OK) != (errs[1] == OK));
	expect_number("the other is told what all are", errs[0] == OK ? errs[1] : errs[0], ERR_NOT_FOUND);
	expect_number("one phone", stage_count(&credential_table), 1);
}

static void
a_code_is_over_with_its_time_a_newer_one_or_its_session(void **state)
{
	char before[PAIRING_CODE_TEXT];
	struct unit *unit;

	(void)state;
	stage_begin(true);
	memcpy(before, stage.begun.code, sizeof(before));
	stage_begin(true);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, before, NULL) });
	expect_problem("a newer one was made", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	stage.now = instant_after(stage.now, SECONDS(600));
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("its time is over", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	stage_begin(true);
	unit = stage_unit();
	unit_delete(unit, &session_table, span_of(stage.session.key, sizeof(stage.session.key)));
	stage_commit(unit);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("logged out", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	expect_number("no phone", stage_count(&credential_table), 0);
}

static void
guessing_is_counted_by_address(void **state)
{
	struct pairing_pair guess;

	(void)state;
	stage_begin(true);
	for (unsigned i = 0; i < attempts_rules[ATTEMPTS_PAIRING].free + 1; i++) {
		guess = stage_pair_of(&stage.phone, "abcdefghijklmnopqrstuvwxyz", NULL);
		stage_pair_as(&guess);
		expect_problem("a guess", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
	}
	guess = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	stage_pair_as(&guess);
	expect_problem("even the right one waits now", stage.err, &stage.why, ERR_LIMIT, "too many wrong pairing");
	expect_true("and is told how long", instant_before(stage.now, stage.paired.until));
	guess.address.bytes[0] = 2;
	stage_pair_as(&guess);
	expect_ok("from another address it is taken", stage.err, &stage.why);
}

static void
what_is_not_signed_uses_the_code_up(void **state)
{
	struct pairing_pair asked;

	(void)state;
	stage_begin(true);
	asked = stage_pair_of(&stage.phone, stage.begun.code, NULL);
	asked.key = stage.other.spki;
	stage_pair_as(&asked);
	expect_problem("another's key", stage.err, &stage.why, ERR_DENIED, "");
	expect_number("the page can be told", pairing_now().state, PAIRING_REFUSED);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("used up", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
}

static const struct { const char *title, *name, *platform, *pin; enum err err; const char *part; } askings[] = {
	{ "a PIN that is too short", "a", "b", "k7#mQ2x", ERR_LIMIT, "/pin: expected at least 8 characters" },
	{ "a trivial PIN", "a", "b", "12345678", ERR_INVALID, "/pin: expected one that is not guessed first" },
	{ "the account's number", "a", "b", "NUMBER", ERR_INVALID, "/pin: expected one that is not guessed first" },
	{ "no name", "", "b", NULL, ERR_LIMIT, "/name: expected 1 to 64 bytes" },
	{ "a name in two lines", "a\nb", "b", NULL, ERR_INVALID, "/name: expected one line" },
	{ "a name turned around", "a\u202eb", "b", NULL, ERR_INVALID, "/name: expected one line" },
	{ "an individual number as a name", "123456789018", "b", NULL, ERR_INVALID, "/name: this looks like" },
	{ "a long platform", "a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", NULL, ERR_LIMIT,
	    "/platform: expected 1 to 40 bytes, found 41" },
	{ "no UTF-8", "a", "\xff", NULL, ERR_SYNTAX, "/platform: expected UTF-8" },
	{ "a good one after all of these", "a", "b", "k7#mQ2xh", OK, "" },
};

static void
what_the_person_can_better_leaves_the_code(void **state)
{
	(void)state;
	stage_begin(true);
	for (size_t i = 0; i < COUNT(askings); i++) {
		const char *pin = askings[i].pin;
		struct pairing_pair asked;

		if (pin && strcmp(pin, "NUMBER") == 0)
			pin = stage.account.number;
		asked = stage_pair_of(&stage.phone, stage.begun.code, pin);
		asked.name = span_text(askings[i].name);
		asked.platform = span_text(askings[i].platform);
		stage_pair_as(&asked);
		expect_problem(askings[i].title, stage.err, &stage.why, askings[i].err, askings[i].part);
	}
	stage_identify(&stage.phone);
	expect_true("chosen", !stage.caller.credential.app.pin_drawn);
	expect_text("none is shown", stage.paired.pin, "");
}

/* The session was authenticated by a card: the phone is derived from its certificate. */
static void
a_phone_is_derived_from_the_certificate(void **state)
{
	struct credential card = { .account = stage.account.id, .id = id_new(stage.now), .kind = CREDENTIAL_CARD,
		.state = CREDENTIAL_ACTIVE, .name = span_text("card"), .issued = stage.now,
		.card.handle = span_text("0123456789abcdef0123456789abcdef") };
	struct unit *unit = stage_unit();

	(void)state;
	credential_put(unit, &stage.arena, &card);
	stage_commit(unit);
	stage.session.authentications[0] = (struct authentication){ .credential = card.id, .kind = CREDENTIAL_CARD,
		.at = stage.now, .facts = span_text("{}") };
	stage.session.authentication_count = 1;
	stage_begin(false);
	expect_ok("begun", stage.err, &stage.why);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("paired", stage.err, &stage.why);
	stage_identify(&stage.phone);
	expect_number("by another authenticator", stage.caller.credential.binding, BINDING_EXISTING);
	expect_number("its parent is in force", stage.caller.credential.parent, PARENT_GOOD);
	expect_span("which one", stage.caller.credential.parent_handle, "0123456789abcdef0123456789abcdef");
	expect_number("seen when it was used", stage.caller.credential.parent_checked.us, stage.now.us);
}

static void
on_the_phone_that_opened_an_account_nothing_is_confirmed(void **state)
{
	(void)state;
	stage_begin(false);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_ok("paired", stage.err, &stage.why);
	stage_identify(&stage.phone);
	expect_number("unconfirmed", stage.caller.credential.binding, BINDING_UNCONFIRMED);
	expect_number("no parent", stage.caller.credential.parent, PARENT_NONE);
}

static void
a_new_phone_takes_the_place_of_a_lost_one(void **state)
{
	struct unit *unit = stage_unit();
	struct ask session;

	(void)state;
	stage.session.generation = stage_look(session_ask(stage.session.key)).rows[0].generation;
	stage.session.proofed = (struct session_proofed){ .record = { { 5 } }, .at = stage.now, .replaced_count = 1,
		.replaced = { { { { 8 } }, CREDENTIAL_APP } } };
	session_put(unit, &stage.session);
	stage_commit(unit);
	stage_pair(&stage.phone, NULL);
	expect_number("which one", stage.caller.credential.replaces.bytes[0], 8);
	expect_number("told as such", stage_notices(NOTICE_CREDENTIAL_REPLACED), 1);
	session = stage_look(session_ask(stage.session.key));
	expect_ok("the session", session_loaded(&stage.arena, &session, &stage.settings.session, stage.now,
	    &stage.session, &stage.why), &stage.why);
	expect_number("has none left to replace", stage.session.proofed.replaced_count, 0);
}

/* Whoever hangs up is never called back, at whatever step. */
static void
a_cancelled_pairing_calls_nobody(void **state)
{
	(void)state;
	for (int steps = 0; steps < 4; steps++) {
		struct pairing_pair asked;
		struct pending *pending;

		stage_begin(true);
		asked = stage_pair_of(&stage.phone, "abcdefghijklmnopqrstuvwxyz", NULL);
		pending = pairing_pair(stage.store, &stage.arena, &stage.settings, &asked, stage_on_paired, NULL);
		for (int i = 0; i < steps && !stage.done; i++)
			store_memory_step(stage.store, stage.now);
		if (stage.done)
			break;
		pending_cancel(&pending);
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_true("nobody calls", !stage.done);
	}
	stage.done = false;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_phone_with_the_code_is_an_authenticator),
		TEST(a_code_is_used_once),
		TEST(two_phones_with_one_code_are_one),
		TEST(a_code_is_over_with_its_time_a_newer_one_or_its_session),
		TEST(guessing_is_counted_by_address),
		TEST(what_is_not_signed_uses_the_code_up),
		TEST(what_the_person_can_better_leaves_the_code),
		TEST(a_phone_is_derived_from_the_certificate),
		TEST(on_the_phone_that_opened_an_account_nothing_is_confirmed),
		TEST(a_new_phone_takes_the_place_of_a_lost_one),
		TEST(a_cancelled_pairing_calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
