/* tests/transaction/test_login.c - logins from begin to end: whose they are, what they reach, what is left of them. */
#include "transaction/login_stage.h"

#include "base/log.h"

static void
a_row_is_read_as_it_was_written(void **state)
{
	struct login l, again;
	struct buffer b = buffer_init(256 * KIB);

	(void)state;
	login_stage_open(1);
	stage_begin(LOGIN_TO_CHANGE);
	expect_text("the passkey joins", stage_passkey(&stage.person), "");
	l = stage_login();
	l.remember = true;
	l.card = (struct login_card){ .task = l.id, .until = stage.now };
	l.app = (struct login_app){ .state = LOGIN_APP_WAITING, .request = l.id, .until = stage.now };
	login_write(&b, &l);
	expect_true("read", login_read(buffer_span(&b), &again));
	expect_true("whose", memcmp(&again.account, &stage.person.account.id, sizeof(struct id)) == 0 &&
	    memcmp(again.browser, stage.at.browser, 32) == 0);
	expect_true("what it is for", again.front == LOGIN_FOR_ACCOUNT && again.why == LOGIN_TO_CHANGE &&
	    span_is(again.reference, "/account/") && span_is(again.name.en, "Watashi"));
	expect_true("what is wanted", span_is(again.wanted.framework, "jp-idtf") && again.wanted.area_count == 1 &&
	    span_is(again.wanted.areas[0].level, "3") && span_is(again.wanted.version, "1.0"));
	expect_true("what waits", again.card.until.us == stage.now.us && again.app.state == LOGIN_APP_WAITING &&
	    again.remember && !again.known && !again.said);
	expect_true("what was seen", again.authentication_count == 1 &&
	    span_equal(again.authentications[0].facts, l.authentications[0].facts));
	for (size_t cut = 0; cut < buffer_span(&b).size; cut++)
		expect_true("a part of it is none", !login_read(span_first(buffer_span(&b), cut), &again));
	buffer_byte(&b, 0);
	expect_true("nor with something behind it", !login_read(buffer_span(&b), &again));
	buffer_release(&b);
	login_stage_close();
}

static void
words_are_read_as_they_are_written(void **state)
{
	enum login_why why;

	(void)state;
	for (int i = LOGIN_TO_LOOK; i < LOGIN_WHYS; i++) {
		expect_true("a reason", login_why_read(span_text(login_why_name((enum login_why)i)), &why));
		expect_number("the same", why, i);
	}
	expect_true("no other", !login_why_read(span_text("Staff"), &why) && why == LOGIN_TO_LOOK);
}

/* By number of its credential, in their order. */
static const char *
joined(const struct login *l)
{
	const char *text = "";

	for (size_t i = 0; i < l->authentication_count; i++)
		text = arena_print(&stage.arena, "%s%s%d", text, i ? " " : "",
		    l->authentications[i].credential.bytes[0]);
	return text;
}

static void
of_more_than_there_is_room_for_the_first_goes(void **state)
{
	static const struct { const char *title; uint8_t by; const char *are; } cases[] = {
		{ "the first", 1, "1" }, { "others", 2, "1 2" }, { "others", 3, "1 2 3" },
		{ "the first again", 1, "2 3 1" },
		{ "up to all", 4, "2 3 1 4" }, { "up to all", 5, "2 3 1 4 5" }, { "up to all", 6, "2 3 1 4 5 6" },
		{ "up to all", 7, "2 3 1 4 5 6 7" }, { "up to all", 8, "2 3 1 4 5 6 7 8" },
		{ "one of them again takes no other's place", 3, "2 1 4 5 6 7 8 3" },
		{ "one more takes the first's", 9, "1 4 5 6 7 8 3 9" },
	};
	const struct id account = { { 1 } }, other = { { 2 } };
	struct login l = { .state = LOGIN_WAITING };
	struct problem why;

	(void)state;
	login_stage_open(1);
	expect_number("the table fills it", SESSION_AUTHENTICATIONS, 8);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct authentication a = { .credential = { { cases[i].by } }, .kind = CREDENTIAL_PASSKEY };

		expect_ok(cases[i].title, login_authenticated(&l, &account, &a, &why), &why);
		expect_text(cases[i].title, joined(&l), cases[i].are);
	}
	expect_problem("another account's", login_authenticated(&l, &other, &l.authentications[0], &why), &why,
	    ERR_CONFLICT, "another account's already");
	expect_text("joins nothing", joined(&l), "1 4 5 6 7 8 3 9");
	login_stage_close();
}

static void
speaks_english(struct person *p)
{
	struct unit *unit = stage_unit();

	p->account.english = true;
	p->account.generation = stage_load(account_ask(&p->account.id)).rows[0].generation;
	account_put(unit, &stage.arena, &p->account);
	stage_commit(unit);
}

static void
a_passkey_logs_in(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		struct history_event event;
		struct stage_look session;
		struct session read;
		bool english = seed % 2;

		login_stage_open(seed);
		if (english)
			speaks_english(&stage.person);
		stage_begin(LOGIN_TO_LOOK);
		expect_text("it joins", stage_passkey(&stage.person), "");
		expect_number("its counter is kept", stage_stored(&stage.person.passkey).passkey.sign_count, 11);
		expect_number("and its use", stage_stored(&stage.person.passkey).used.us, stage.now.us);
		expect_ok("the login ends", stage_finish(), &stage.why);
		expect_true("it is enough", stage.finished.enough);
		session = stage_load(session_ask(stage.finished.cookie.digest));
		expect_number("a session under the cookie's digest", session.count, 1);
		expect_number("and no other", stage_count(&session_table), 1);
		expect_true("is read", session_read(session.rows[0].value, &read));
		expect_true("is the person's", memcmp(&read.account, &stage.person.account.id, sizeof(struct id)) == 0);
		expect_number("with what was shown", read.authentication_count, 1);
		expect_span("where", read.where, WHERE);
		expect_number("the decision is in the ledger", stage_count(&ledger_leaf_table), 1);
		event = stage_history(&stage.person);
		expect_number("the history says so", event.kind, HISTORY_LOGIN);
		expect_span("who asked, as the person reads it", event.name, english ? "Watashi" : "わたし");
		expect_true("and by which decision",
		    memcmp(&event.decision, &stage.finished.decision, sizeof(struct id)) == 0);
		expect_number("nobody is written to for that", stage_count(&notice_table), 0);
		expect_number("the login is done", stage_login().state, LOGIN_DONE);
		expect_problem("once", stage_finish(), &stage.why, ERR_CONFLICT, "over already");
		login_stage_close();
	}
}

static void
the_ledger_has_what_was_decided(void **state)
{
	struct ledger_entry entry;
	struct stage_look look;
	const char *content;

	(void)state;
	login_stage_open(3);
	stage_begin(LOGIN_TO_CHANGE);
	stage_passkey(&stage.person);
	expect_ok("the login ends", stage_finish(), &stage.why);
	look = stage_load((struct ask){ .table = &ledger_entry_table, .limit = 9 });
	expect_number("one entry", look.count, 1);
	expect_true("is read", ledger_entry_read(look.rows[0].value, &entry));
	expect_number("a decision", entry.kind, LEDGER_DECISION);
	expect_span("of the operator's", entry.party, "operator");
	content = arena_text(&stage.arena, entry.content);
	expect_true("it permits", strstr(content, "\"permit\":true"));
	expect_true("for that purpose", strstr(content, "\"purpose\":\"change\""));
	expect_true("by what was seen", strstr(content, "\"token.kinds\":[\"passkey\"]"));
	expect_true("without the account's number", !strstr(content, stage.person.account.number));
	login_stage_close();
}

static void
what_is_not_enough_is_told_and_makes_nobody(void **state)
{
	(void)state;
	login_stage_open(4);
	stage_begin(LOGIN_TO_CHANGE);
	expect_problem("nobody yet", stage_finish(), &stage.why, ERR_DENIED, "nobody has authenticated");
	stage_claim(stage.person.account.number);
	expect_problem("a name is nobody", stage_finish(), &stage.why, ERR_DENIED, "nobody has authenticated");
	expect_text("a code from paper", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[3], ""), "");
	expect_ok("is looked at", stage_finish(), &stage.why);
	expect_true("it is not enough", !stage.finished.enough);
	expect_number("one level lacks", stage.finished.view->unmet_count, 1);
	expect_span("of the token", stage.finished.view->unmet[0].area->id, "token");
	expect_number("level 3 is required", stage.finished.view->unmet[0].required, 3);
	expect_number("level 2 is reached", stage.finished.view->unmet[0].reached, 2);
	expect_number("nobody is logged in", stage_count(&session_table), 0);
	expect_number("the history says so", stage_history(&stage.person).kind, HISTORY_LOGIN_REFUSED);
	expect_number("the refusal is in the ledger", stage_count(&ledger_leaf_table), 1);
	expect_number("the login goes on", stage_login().state, LOGIN_WAITING);
	expect_text("with what helps", stage_ways(), "[passkey+] card+ code-");
	expect_text("a passkey beside it", stage_passkey(&stage.person), "");
	expect_ok("is looked at", stage_finish(), &stage.why);
	expect_true("and is enough", stage.finished.enough);
	expect_number("both are in the session", stage.finished.session.authentication_count, 2);
	expect_number("both decisions are in the ledger", stage_count(&ledger_leaf_table), 2);
	login_stage_close();
}

static void
before_anybody_is_known_every_way_is_told(void **state)
{
	(void)state;
	login_stage_open(5);
	stage_begin(LOGIN_TO_LOOK);
	expect_text("all there are here", stage_ways(), "[passkey?] app? card? code? recovery?");
	stage_claim(stage.person.account.number);
	expect_text("of a name no more is told", stage_ways(), "[passkey?] app? card? code? recovery?");
	expect_true("nor whose it is", !stage.found.somebody && stage.view.unmet_count == 1);
	stage_begin(LOGIN_AS_ADMINISTRATIVE);
	expect_text("who acts before the state has the card", stage_ways(), "[card?] passkey? app? code? recovery?");
	stage.settings.proofing = NULL;
	expect_text("without a verifier of cards", stage_ways(), "[passkey?] app? code? recovery?");
	stage_begin(LOGIN_TO_LOOK);
	stage_passkey(&stage.person);
	expect_text("what one has", stage_ways(), "[passkey+] code+ recovery+");
	stage_state(&stage.person.totp, CREDENTIAL_SUSPENDED);
	expect_text("and is in force", stage_ways(), "[passkey+] recovery+");
	login_stage_close();
}

static void
nobody_learns_whether_there_is_such_an_account(void **state)
{
	static const char *const unknown[] = { "0000-0000-00", "nobody@person.example" };
	const char *own = NULL;

	(void)state;
	login_stage_open(6);
	for (size_t i = 0; i < 4; i++) {
		own = i == 2 ? stage.person.account.number
		    : arena_text(&stage.arena, stage.person.account.contacts[0].address);
		stage_begin(LOGIN_TO_LOOK);
		stage_claim(i < 2 ? unknown[i] : own);
		expect_text("the same ways", stage_ways(), "[passkey?] app? card? code? recovery?");
		expect_ok("the same options", stage_ask_passkey(), &stage.why);
		expect_number("without a passkey named", stage.options.allowed_count, 0);
		expect_true("the user verified", stage.options.user_verified);
		for (int n = 0; n < 6; n++)
			expect_text("the same answer", stage_try(LOGIN_BY_CODE, "000000", ""), "code");
		expect_text("the same wait", stage_try(LOGIN_BY_CODE, "000000", ""), "wait");
		expect_number("of the same length", stage.refusal.until.us, stage.now.us + SECONDS(30));
		/* The account's other name is no fresh one. */
		stage.now = instant_after(stage.now, SECONDS(86400 * 31));
	}
	stage_begin(LOGIN_TO_LOOK);
	expect_problem("what is no name at all may be told", stage_claim_to("me", false), &stage.why, ERR_INVALID,
	    "/who");
	expect_text("and a code of nobody's", stage_try(LOGIN_BY_CODE, "000000", ""), "!conflict");
	login_stage_close();
}

static void
a_login_is_its_browsers(void **state)
{
	uint8_t other[32] = { 1 };

	(void)state;
	login_stage_open(7);
	stage_begin(LOGIN_TO_LOOK);
	stage_passkey(&stage.person);
	memcpy(stage.at.browser, other, sizeof(other));
	expect_problem("not looked at", stage_look(), &stage.why, ERR_NOT_FOUND, "no login of this browser");
	expect_problem("not claimed", stage_claim_to(stage.person.account.number, false), &stage.why, ERR_NOT_FOUND,
	    "no login of this browser");
	expect_problem("not asked", stage_ask_passkey(), &stage.why, ERR_NOT_FOUND, "no login of this browser");
	expect_text("not answered", stage_answer_passkey(stage_assertion(&stage.person,
	    (struct ceremony){ .sign_count = 12 })), "!not-found");
	expect_text("no code", stage_try(LOGIN_BY_CODE, "000000", ""), "!not-found");
	expect_problem("not finished", stage_finish(), &stage.why, ERR_NOT_FOUND, "no login of this browser");
	expect_number("nobody is logged in", stage_count(&session_table), 0);
	login_stage_close();
}

static void
a_login_ends_with_its_time(void **state)
{
	(void)state;
	login_stage_open(8);
	stage_begin(LOGIN_TO_LOOK);
	stage_passkey(&stage.person);
	stage.now = instant_after(stage.now, SECONDS(600));
	expect_problem("not looked at", stage_look(), &stage.why, ERR_NOT_FOUND, "may be over");
	expect_problem("not finished", stage_finish(), &stage.why, ERR_NOT_FOUND, "may be over");
	login_stage_close();
}

/* Somebody logged in by a passkey; the cookie's digest. */
static struct session
logged_in(const struct person *p)
{
	stage_begin(LOGIN_TO_LOOK);
	expect_text("it joins", stage_passkey(p), "");
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_true("it is enough", stage.finished.enough);
	return stage.finished.session;
}

static void
every_login_has_a_cookie_of_its_own(void **state)
{
	struct session first, second;

	(void)state;
	login_stage_open(9);
	first = logged_in(&stage.person);
	expect_ok("a step up", stage_begin_with(LOGIN_TO_CHANGE, &first, NULL), &stage.why);
	expect_text("whose it is stands", stage_ways(), "[passkey+] card+ code- recovery-");
	expect_ok("enough already", stage_finish(), &stage.why);
	second = stage.finished.session;
	expect_true("another secret", memcmp(first.key, second.key, sizeof(first.key)) != 0);
	expect_number("the old one is worth nothing", stage_load(session_ask(first.key)).count, 0);
	expect_number("there is one", stage_count(&session_table), 1);
	expect_number("without a new authentication its end stays", second.expires.us, first.expires.us);
	login_stage_close();
}

static void
a_step_up_is_the_same_persons(void **state)
{
	struct session first;

	(void)state;
	login_stage_open(10);
	first = logged_in(&stage.person);
	expect_ok("a step up", stage_begin_with(LOGIN_TO_CHANGE, &first, NULL), &stage.why);
	stage.other.passkey.passkey.sign_count = 20;
	expect_text("another's passkey", stage_passkey(&stage.other), "account");
	expect_number("its counter is as it was", stage_stored(&stage.other.passkey).passkey.sign_count, 10);
	expect_problem("nor by name", stage_claim_to(stage.other.account.number, false), &stage.why, ERR_CONFLICT,
	    "somebody's already");
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_true("as the first person's", memcmp(&stage.finished.session.account, &stage.person.account.id,
	    sizeof(struct id)) == 0);
	login_stage_close();
}

static void
a_session_that_ended_is_not_stepped_up(void **state)
{
	struct session first;
	struct unit *unit;

	(void)state;
	login_stage_open(11);
	first = logged_in(&stage.person);
	expect_ok("a step up", stage_begin_with(LOGIN_TO_CHANGE, &first, NULL), &stage.why);
	unit = stage_unit();
	unit_delete(unit, &session_table, span_of(first.key, sizeof(first.key)));
	stage_commit(unit);
	expect_problem("logged out meanwhile", stage_finish(), &stage.why, ERR_CONFLICT, "has ended");
	expect_number("nobody is logged in", stage_count(&session_table), 0);
	first = logged_in(&stage.other);
	expect_ok("another's step up", stage_begin_with(LOGIN_TO_CHANGE, &first, NULL), &stage.why);
	stage.other.account.sessions_from = stage.now;
	stage.other.account.generation = stage_load(account_ask(&stage.other.account.id)).rows[0].generation;
	unit = stage_unit();
	account_put(unit, &stage.arena, &stage.other.account);
	stage_commit(unit);
	expect_problem("logged out everywhere", stage_finish(), &stage.why, ERR_CONFLICT, "has ended");
	login_stage_close();
}

/* Such a session is over (session.h), and what it had seen begins no other one. */
static void
a_session_whose_authenticators_were_stopped_is_not_stepped_up(void **state)
{
	static const enum credential_state stopped[] = { CREDENTIAL_SUSPENDED, CREDENTIAL_REVOKED };

	(void)state;
	for (size_t i = 0; i < COUNT(stopped); i++) {
		struct session first;

		login_stage_open(14);
		first = logged_in(&stage.person);
		expect_ok("a step up", stage_begin_with(LOGIN_TO_LOOK, &first, NULL), &stage.why);
		stage_state(&stage.person.passkey, stopped[i]);
		expect_problem(credential_state_name(stopped[i]), stage_finish(), &stage.why, ERR_CONFLICT,
		    "has ended");
		expect_number("no other session begins", stage_count(&session_table), 1);
		login_stage_close();
	}
}

static void
what_was_revoked_meanwhile_counts_no_more(void **state)
{
	(void)state;
	login_stage_open(12);
	stage_begin(LOGIN_TO_LOOK);
	expect_text("it joins", stage_passkey(&stage.person), "");
	stage_state(&stage.person.passkey, CREDENTIAL_REVOKED);
	expect_problem("nothing is left of it", stage_finish(), &stage.why, ERR_DENIED, "nobody has authenticated");
	expect_number("nobody is logged in", stage_count(&session_table), 0);
	login_stage_close();
}

static struct pending *
start_finish(void)
{
	return login_finish(stage.store, &stage.arena, &stage.settings, stage_at(), stage_on_finished, NULL);
}

/* Wherever between the login's steps it comes: no session begins afterwards (and one that began before is nobody's any
 * more, test_session.c). */
static void
a_revocation_in_that_very_moment_holds(void **state)
{
	(void)state;
	for (int steps = 0; steps < 8; steps++) {
		uint64_t revoked;
		struct stage_look sessions;

		login_stage_open(13);
		stage_begin(LOGIN_TO_LOOK);
		expect_text("it joins", stage_passkey(&stage.person), "");
		start_finish();
		for (int i = 0; i < steps; i++)
			store_memory_step(stage.store, stage.now);
		stage_state(&stage.person.passkey, CREDENTIAL_REVOKED);
		while (store_memory_step(stage.store, stage.now))
			continue;
		revoked = stage_load(credential_ask(&stage.arena, &stage.person.passkey.account,
		    &stage.person.passkey.id)).rows[0].generation;
		sessions = stage_load((struct ask){ .table = &session_table, .limit = 9 });
		expect_true("one at most", sessions.count <= 1);
		expect_true("and it began before", !sessions.count || sessions.rows[0].generation < revoked);
		login_stage_close();
	}
}

/* The passkey is bound by a certificate that was last looked at so long ago. */
static void
bind_passkey(enum parent_status status, int64_t ago)
{
	struct credential c = stage_stored(&stage.person.passkey);
	struct unit *unit = stage_unit();

	c.parent = status;
	c.parent_handle = span_text(CARD_HANDLE);
	c.parent_checked = instant_after(stage.now, -ago);
	credential_put(unit, &stage.arena, &c);
	stage_commit(unit);
}

/* What the newest decision saw of it. */
static const char *
decided_parent(void)
{
	struct stage_look look =
	    stage_load((struct ask){ .table = &ledger_entry_table, .limit = 1, .backwards = true });
	struct ledger_entry entry;
	const char *at;

	expect_true("there is a decision", look.count == 1 && ledger_entry_read(look.rows[0].value, &entry));
	at = strstr(arena_text(&stage.arena, entry.content), "\"binding.parent_checked\":");
	assert_non_null(at);
	return arena_print(&stage.arena, "%.*s", (int)(strstr(at, ",\"credential") - at), at);
}

static void
a_lapse_after_the_passkey_was_used_is_seen(void **state)
{
	(void)state;
	login_stage_open(21);
	bind_passkey(PARENT_GOOD, SECONDS(3600));
	stage_begin(LOGIN_TO_CHANGE);
	expect_text("it joins", stage_passkey(&stage.person), "");
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_text("an hour ago it was good", decided_parent(),
	    "\"binding.parent_checked\":3600,\"binding.parent_status\":\"good\"");
	stage_begin(LOGIN_TO_CHANGE);
	stage.person.passkey.passkey.sign_count = 20;
	expect_text("it joins", stage_passkey(&stage.person), "");
	stage.now = instant_after(stage.now, SECONDS(400)); /* longer than what was seen then would count */
	bind_passkey(PARENT_LAPSED, SECONDS(60));
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_text("a minute ago it was not any more", decided_parent(),
	    "\"binding.parent_checked\":60,\"binding.parent_status\":\"lapsed\"");
	login_stage_close();
}

static void
nobody_erases_an_account_by_a_recovery_code_alone(void **state)
{
	(void)state;
	login_stage_open(31);
	stage.settings.change = stage_least("token", "2");
	stage_begin(LOGIN_TO_ERASE);
	stage_claim(stage.person.account.number);
	expect_text("it is not offered", stage_ways(), "[passkey?] app? card? code?");
	expect_text("a code from paper", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[3], ""), "");
	expect_text("nor then", stage_ways(), "[passkey+] card+ code+");
	expect_problem("counts for nothing", stage_finish(), &stage.why, ERR_DENIED, "nobody has authenticated");
	expect_text("a passkey", stage_passkey(&stage.person), "");
	expect_ok("does", stage_finish(), &stage.why);
	expect_true("it is enough", stage.finished.enough);
	stage_begin(LOGIN_TO_CHANGE);
	stage_claim(stage.person.account.number);
	expect_text("to change something", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[4], ""), "");
	expect_ok("a code counts", stage_finish(), &stage.why);
	expect_true("and is enough", stage.finished.enough);
	login_stage_close();
}

/* How often the store is asked until a login has ended. */
static size_t
steps_to_finish(enum login_why why, int64_t ago)
{
	size_t steps = 0;

	login_stage_open(22);
	bind_passkey(PARENT_GOOD, ago);
	stage_begin(why);
	expect_text("it joins", stage_passkey(&stage.person), "");
	start_finish();
	for (; !stage.done && store_memory_step(stage.store, stage.now); steps++)
		continue;
	expect_ok("the login ends", stage.err, &stage.why);
	expect_true("and is enough", stage.finished.enough);
	login_stage_close();
	return steps;
}

static void
an_old_certificate_is_looked_at_before_much_is_let_in(void **state)
{
	size_t young = steps_to_finish(LOGIN_TO_CHANGE, SECONDS(3600));

	(void)state;
	expect_true("where much is asked and it is old", steps_to_finish(LOGIN_TO_CHANGE, SECONDS(2 * 86400)) > young);
	expect_number("not where little is", steps_to_finish(LOGIN_TO_LOOK, SECONDS(2 * 86400)), young);
}

static void
a_browser_may_be_remembered(void **state)
{
	struct stage_look known;
	uint8_t key[32];

	(void)state;
	login_stage_open(14);
	stage_begin(LOGIN_TO_LOOK);
	expect_ok("said, and to be remembered", stage_claim_to(stage.person.account.number, true), &stage.why);
	expect_number("nothing yet, or names could be tried", stage_count(&known_browser_table), 0);
	stage_passkey(&stage.person);
	expect_ok("the login ends", stage_finish(), &stage.why);
	expect_true("now it is", stage.finished.remember);
	known = stage_load((struct ask){ .table = &known_browser_table, .limit = 9 });
	expect_number("under a secret", known.count, 1);
	memcpy(key, known.rows[0].key.data, sizeof(key));
	expect_ok("next time", stage_begin_with(LOGIN_TO_LOOK, NULL, key), &stage.why);
	expect_ok("it shows whose it was", stage_look(), &stage.why);
	expect_true("by number alone", stage.found.login.known && !stage.found.somebody);
	expect_text("its number", stage.found.account.number, stage.person.account.number);
	expect_text("and no more", stage_ways(), "[passkey?] app? card? code? recovery?");
	expect_problem("nobody is logged in by it", stage_finish(), &stage.why, ERR_DENIED, "nobody");
	memset(key, 7, sizeof(key));
	expect_ok("another secret", stage_begin_with(LOGIN_TO_LOOK, NULL, key), &stage.why);
	expect_ok("is nobody's", stage_look(), &stage.why);
	expect_true("and shows nothing", !stage.found.login.known);
	login_stage_close();
}

static void
erase_account_of(const struct person *p)
{
	struct buffer row = buffer_init(4 * KIB);
	struct unit *unit = stage_unit();

	account_write(&row, &(struct account){ .id = p->account.id, .standing = ACCOUNT_ERASED });
	unit_put(unit, &account_table, id_span(&p->account.id), buffer_span(&row));
	buffer_release(&row);
	stage_commit(unit);
}

/* transaction/account/person_erasure.h: what is found by a cookie alone stays until its end, and opens nothing. */
static void
an_erased_account_is_nobody_s_to_log_in_to(void **state)
{
	struct stage_look known;
	uint8_t key[32];

	(void)state;
	login_stage_open(15);
	stage_begin(LOGIN_TO_LOOK);
	expect_ok("said, and to be remembered", stage_claim_to(stage.person.account.number, true), &stage.why);
	stage_passkey(&stage.person);
	expect_ok("the login ends", stage_finish(), &stage.why);
	known = stage_load((struct ask){ .table = &known_browser_table, .limit = 9 });
	memcpy(key, known.rows[0].key.data, sizeof(key));
	erase_account_of(&stage.person);
	stage_begin(LOGIN_TO_LOOK);
	stage_passkey(&stage.other);
	expect_ok("another has begun", stage_look(), &stage.why);
	erase_account_of(&stage.other);
	expect_problem("it does not go on", stage_finish(), &stage.why, ERR_DENIED, "is no more");
	expect_ok("the browser that knew it", stage_begin_with(LOGIN_TO_LOOK, NULL, key), &stage.why);
	expect_ok("may log in", stage_look(), &stage.why);
	expect_true("to another, of whom nothing is known", !stage.found.login.known && !stage.found.somebody);
	login_stage_close();
}

static void
on_cancelled(void *arg, enum err err, const struct login *login, const struct problem *why)
{
	(void)arg;
	(void)login;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
}

static void
a_cancelled_login_is_gone(void **state)
{
	(void)state;
	login_stage_open(15);
	stage_begin(LOGIN_TO_LOOK);
	stage_passkey(&stage.person);
	login_cancel(stage.store, &stage.arena, stage_at(), on_cancelled, NULL);
	stage_run();
	expect_ok("gone", stage.err, &stage.why);
	expect_number("its row too", stage_count(&login_table), 0);
	expect_problem("and not finished", stage_finish(), &stage.why, ERR_NOT_FOUND, "no login of this browser");
	login_stage_close();
}

static void
without_a_policy_nobody_is_asked_and_nobody_let_in(void **state)
{
	(void)state;
	login_stage_open(16);
	stage.settings.account = (struct requirement_name){ .framework = span_text("jp-idtf"),
		.profile = span_text("of-nobody") };
	expect_problem("no such profile", stage_begin_with(LOGIN_TO_LOOK, NULL, NULL), &stage.why, ERR_UNAVAILABLE,
	    "no profile \"of-nobody\"");
	expect_number("no login", stage_count(&login_table), 0);
	expect_true("no desk without a requirement of its own", !login_requirement(&stage.settings, LOGIN_AS_STAFF));
	login_stage_close();
}

static void
what_cannot_be_written_makes_nobody(void **state)
{
	static const enum err codes[] = { ERR_FULL, ERR_UNAVAILABLE, ERR_CONFLICT };

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		login_stage_open(17 + i);
		stage_begin(LOGIN_TO_LOOK);
		stage_passkey(&stage.person);
		store_memory_fail_commits(stage.store, 1, codes[i]);
		expect_number("it fails", stage_finish(), codes[i]);
		expect_number("nobody is logged in", stage_count(&session_table), 0);
		expect_number("nothing is decided", stage_count(&ledger_leaf_table), 0);
		login_stage_close();
	}
}

static void
who_goes_away_is_never_called(void **state)
{
	(void)state;
	for (int steps = 0; steps < 6; steps++) {
		struct pending *pending;

		login_stage_open(20);
		stage_begin(LOGIN_TO_LOOK);
		stage_passkey(&stage.person);
		pending = start_finish();
		for (int i = 0; i < steps && !stage.done; i++)
			store_memory_step(stage.store, stage.now);
		if (!stage.done) {
			pending_cancel(&pending);
			while (store_memory_step(stage.store, stage.now))
				continue;
			expect_true("nobody calls", !stage.done);
		}
		login_stage_close();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_is_read_as_it_was_written),
		cmocka_unit_test(words_are_read_as_they_are_written),
		cmocka_unit_test(of_more_than_there_is_room_for_the_first_goes),
		cmocka_unit_test(a_passkey_logs_in),
		cmocka_unit_test(the_ledger_has_what_was_decided),
		cmocka_unit_test(what_is_not_enough_is_told_and_makes_nobody),
		cmocka_unit_test(before_anybody_is_known_every_way_is_told),
		cmocka_unit_test(nobody_learns_whether_there_is_such_an_account),
		cmocka_unit_test(a_login_is_its_browsers),
		cmocka_unit_test(a_login_ends_with_its_time),
		cmocka_unit_test(every_login_has_a_cookie_of_its_own),
		cmocka_unit_test(a_step_up_is_the_same_persons),
		cmocka_unit_test(a_session_that_ended_is_not_stepped_up),
		cmocka_unit_test(a_session_whose_authenticators_were_stopped_is_not_stepped_up),
		cmocka_unit_test(nobody_erases_an_account_by_a_recovery_code_alone),
		cmocka_unit_test(what_was_revoked_meanwhile_counts_no_more),
		cmocka_unit_test(a_revocation_in_that_very_moment_holds),
		cmocka_unit_test(a_lapse_after_the_passkey_was_used_is_seen),
		cmocka_unit_test(an_old_certificate_is_looked_at_before_much_is_let_in),
		cmocka_unit_test(a_browser_may_be_remembered),
		cmocka_unit_test(an_erased_account_is_nobody_s_to_log_in_to),
		cmocka_unit_test(a_cancelled_login_is_gone),
		cmocka_unit_test(without_a_policy_nobody_is_asked_and_nobody_let_in),
		cmocka_unit_test(what_cannot_be_written_makes_nobody),
		cmocka_unit_test(who_goes_away_is_never_called),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
