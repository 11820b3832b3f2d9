/* tests/transaction/test_app_answer.c - what a person says on the phone: PIN, number and signature in their order, all
 * counted; no; and that it was somebody else. */
#include "transaction/app_person.h"

static bool
fact_is(const struct login *login, const char *text)
{
	struct span facts = login->authentications[0].facts;

	return memmem(facts.data, facts.size, text, strlen(text)) != NULL;
}

static void
number_and_pin_authenticate_the_login(void **state)
{
	struct login login;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	stage_answer(stage.code, stage.paired.pin);
	expect_ok("answered", stage.err, &stage.why);
	expect_number("taken", stage.answered.failed, APP_STEP_NONE);
	login = stage_login_now();
	expect_number("the login knows", login.app.state, LOGIN_APP_ANSWERED);
	expect_true("whose it is", memcmp(&login.account, &stage.account.id, sizeof(struct id)) == 0);
	expect_number("one authentication", login.authentication_count, 1);
	expect_number("by the app", login.authentications[0].kind, CREDENTIAL_APP);
	expect_true("another channel", fact_is(&login, "\"token.separate_channel\":true"));
	expect_true("six random digits", fact_is(&login, "\"token.pin_length\":6,\"token.pin_random\":true"));
	expect_number("the request is gone", stage_count(&app_request_table), 0);
	stage_identify(&stage.phone);
	expect_number("used", stage.caller.credential.used.us, stage.now.us);
	stage_login(&stage.account.id);
	expect_number("nothing is counted", stage_count(&attempts_table), 0);
}

static void
on_the_same_phone_no_number_is_needed(void **state)
{
	struct app_answer asked;
	struct login login;
	uint8_t other[32] = { 4 };

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	asked = stage_answer_of(&stage.phone, "", stage.paired.pin);
	stage_answer_as(&asked);
	expect_problem("without the login's cookie", stage.err, &stage.why, ERR_INVALID, "/code: expected the number");
	asked.browser = other;
	stage_answer_as(&asked);
	expect_problem("with another's", stage.err, &stage.why, ERR_INVALID, "/code: expected the number");
	asked.browser = stage_browser;
	stage_answer_as(&asked);
	expect_ok("with its own", stage.err, &stage.why);
	expect_number("taken", stage.answered.failed, APP_STEP_NONE);
	login = stage_login_now();
	expect_true("no other channel", fact_is(&login, "\"token.separate_channel\":false"));
	expect_true("no number was carried", !fact_is(&login, "out_of_band"));
}

/* A number typed in the login's own browser crosses to nowhere: that is no other channel. */
static void
a_number_in_the_same_browser_is_no_other_channel(void **state)
{
	struct app_answer asked;
	struct login login;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	asked = stage_answer_of(&stage.phone, stage.code, stage.paired.pin);
	asked.browser = stage_browser;
	stage_answer_as(&asked);
	expect_ok("answered", stage.err, &stage.why);
	login = stage_login_now();
	expect_true("no other channel", fact_is(&login, "\"token.separate_channel\":false"));
}

static void
five_wrong_pins_lock_the_phone_whatever_the_session(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	for (unsigned i = 1; i <= CREDENTIAL_FAILURES; i++) {
		ask();
		stage_identify(&stage.phone);
		stage_answer(stage.code, wrong_pin());
		expect_ok("a wrong PIN is a refusal", stage.err, &stage.why);
		expect_number("of this step", stage.answered.failed, APP_STEP_PIN);
		expect_number("so many are left", stage.answered.left, CREDENTIAL_FAILURES - i);
	}
	stage_identify(&stage.phone);
	expect_number("locked", stage.caller.credential.state, CREDENTIAL_LOCKED);
	expect_span("why", stage.caller.credential.reason, "wrong-pin");
	expect_number("the person is told", stage_notices(NOTICE_CREDENTIAL_LOCKED), 1);
	stage_answer(stage.code, stage.paired.pin);
	expect_number("the right one comes too late", stage.answered.failed, APP_STEP_USABLE);
	expect_text("because", stage.answered.reason, "locked");
	expect_number("nobody is authenticated", stage_login_now().authentication_count, 0);
}

static void
a_right_pin_begins_anew(void **state)
{
	(void)state;
	stage_pair(&stage.phone, "k7#mQ2xh");
	for (unsigned i = 0; i < 2 * CREDENTIAL_FAILURES; i++) {
		ask();
		stage_identify(&stage.phone);
		stage_answer(stage.code, i % 4 == 3 ? "k7#mQ2xh" : "k7#mQ2xi");
		expect_number("four wrong ones never come", stage.answered.failed,
		    i % 4 == 3 ? APP_STEP_NONE : APP_STEP_PIN);
	}
	stage_identify(&stage.phone);
	expect_number("active", stage.caller.credential.state, CREDENTIAL_ACTIVE);
}

static void
three_wrong_numbers_end_the_request(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	for (unsigned i = 1; i <= APP_REQUEST_NUMBERS; i++) {
		stage_answer(wrong_number(), stage.paired.pin);
		expect_number("a wrong number", stage.answered.failed, APP_STEP_NUMBER);
		expect_number("so many are left", stage.answered.left, APP_REQUEST_NUMBERS - i);
	}
	expect_number("the request is gone", stage_count(&app_request_table), 0);
	expect_number("and the page knows", stage_login_now().app.state, LOGIN_APP_REFUSED);
}

/* NIST SP 800-63B-4 s3.1.3.3: a new number does not begin the count anew. */
static void
numbers_are_counted_over_requests(void **state)
{
	unsigned tries = 0;

	(void)state;
	stage_pair(&stage.phone, NULL);
	do {
		ask();
		stage_answer(wrong_number(), stage.paired.pin);
		tries++;
	} while (stage.err == OK && tries < 100);
	expect_problem("then one waits", stage.err, &stage.why, ERR_LIMIT, "too many wrong tries");
	expect_number("so many were free", tries, attempts_rules[ATTEMPTS_TRANSFER].free + 2);
	expect_true("and is told how long", instant_before(stage.now, stage.answered.until));
	stage_answer(stage.code, stage.paired.pin);
	expect_problem("even with the right one", stage.err, &stage.why, ERR_LIMIT, "too many wrong tries");
	stage.now = stage.answered.until;
	stage_answer(stage.code, stage.paired.pin);
	expect_number("which is taken then", stage.answered.failed, APP_STEP_NONE);
}

static const struct { const char *title; size_t change; } forgeries[] = {
	{ "another number", 0 }, { "another phone's key", 1 }, { "another request's challenge", 2 },
};

static void
what_was_signed_is_this_answer(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	for (size_t i = 0; i < COUNT(forgeries); i++) {
		struct app_answer asked;

		ask();
		asked = stage_answer_of(&stage.phone, i == 0 ? wrong_number() : stage.code, stage.paired.pin);
		asked.code = span_text(stage.code);
		if (i == 1)
			asked = stage_answer_of(&stage.other, stage.code, stage.paired.pin);
		if (i == 2) {
			ask();
			asked.request = stage.login.app.request;
			asked.code = span_text(stage.code);
		}
		stage_answer_as(&asked);
		expect_ok(forgeries[i].title, stage.err, &stage.why);
		expect_number(forgeries[i].title, stage.answered.failed, APP_STEP_SIGNATURE);
		expect_number("nobody is authenticated", stage_login_now().authentication_count, 0);
		expect_number("it is counted", stage_count(&attempts_table), 1);
	}
}

/* Unlocked by the phone's own screen lock */

static void
unlocking_the_phone_authenticates_the_login(void **state)
{
	struct app_answer asked;
	struct login login;

	(void)state;
	pair_with_lock(&stage.phone, (struct ceremony){ .sign_count = 3 });
	ask();
	asked = stage_answer_with_lock(&stage.phone, stage.code, (struct ceremony){ .sign_count = 5 });
	stage_answer_as(&asked);
	expect_ok("answered", stage.err, &stage.why);
	expect_number("taken", stage.answered.failed, APP_STEP_NONE);
	login = stage_login_now();
	expect_number("one authentication", login.authentication_count, 1);
	expect_number("by the app", login.authentications[0].kind, CREDENTIAL_APP);
	expect_true("one kind", fact_is(&login, "\"token.kinds\":[\"app-key\"]"));
	expect_true("the phone verified the person", fact_is(&login, "\"token.user_verification\":\"by-platform\""));
	expect_true("carried from another device it can be phished", fact_is(&login,
	    "\"token.phishing_resistant\":false"));
	expect_true("no PIN", !fact_is(&login, "token.pin_"));
	expect_true("nobody says it cannot be copied", !fact_is(&login, "token.key_exportable") &&
	    !fact_is(&login, "token.hardware"));
	expect_true("nor has it a secret here", fact_is(&login, "\"credential.secret_storage\":\"no-secret\""));
	stage_identify(&stage.phone);
	expect_number("its counter is kept", stage.caller.credential.app.passkey.sign_count, 5);
	expect_number("nothing is counted against it", stage_count(&attempts_table), 0);
}

static void
a_passkey_that_is_copied_says_so(void **state)
{
	struct app_answer asked;
	struct login login;

	(void)state;
	pair_with_lock(&stage.phone, (struct ceremony){ .with = 0x08 });
	ask();
	asked = stage_answer_with_lock(&stage.phone, "", (struct ceremony){ .with = 0x18 });
	asked.browser = stage_browser;
	stage_answer_as(&asked);
	expect_number("taken", stage.answered.failed, APP_STEP_NONE);
	login = stage_login_now();
	expect_true("it can leave the phone", fact_is(&login, "\"token.key_exportable\":true"));
	expect_true("so it is in no hardware", fact_is(&login, "\"token.hardware\":false"));
	expect_true("in the login's own browser it is for this site alone", fact_is(&login,
	    "\"token.phishing_resistant\":true"));
	expect_true("on no other channel", fact_is(&login, "\"token.separate_channel\":false"));
	stage_identify(&stage.phone);
	expect_true("that it was copied meanwhile is kept", stage.caller.credential.app.passkey.backed_up);
}

static const struct { const char *title; struct ceremony wrong; const char *step; } unlockings[] = {
	{ "for another challenge", { .challenge = "a challenge of thirty-two bytes?" }, "challenge" },
	{ "by whom it did not see", { .without = 0x04 }, "user-verified" },
	{ "nobody was there", { .without = 0x01 }, "user-present" },
	{ "on another site", { .origin = "https://watashi.example.evil.example" }, "origin" },
	{ "in a frame", { .cross_origin = 1 }, "cross-origin" },
	{ "for another domain", { .rp_id = "evil.example" }, "rp-id" },
	{ "of another ceremony", { .type = "webauthn.create" }, "type" },
	{ "another passkey", { .id = "another passkey" }, "credential" },
	{ "of another device", { .user_handle = "another device" }, "user-handle" },
	{ "backed up, but not eligible", { .with = 0x10 }, "backup-flags" },
	{ "eligible all of a sudden", { .with = 0x08 }, "backup-eligible" },
	{ "signed by somebody else", { .bogus_signature = true }, "signature" },
	{ "with something behind it", { .behind = "?" }, "authenticator-data" },
};

static void
each_wrong_unlocking_names_its_step(void **state)
{
	struct ask failures;
	struct attempts counted;

	(void)state;
	pair_with_lock(&stage.phone, RIGHT);
	for (size_t i = 0; i < COUNT(unlockings); i++) {
		struct ceremony wrong = unlockings[i].wrong;
		struct app_answer asked;

		ask();
		if (wrong.challenge)
			wrong.challenge_bytes = span_text(wrong.challenge);
		asked = stage_answer_with_lock(&stage.phone, stage.code, wrong);
		stage_answer_as(&asked);
		expect_ok(unlockings[i].title, stage.err, &stage.why);
		expect_number(unlockings[i].title, stage.answered.failed, APP_STEP_PASSKEY);
		expect_text(unlockings[i].title, stage.answered.reason, unlockings[i].step);
		expect_number("nobody is authenticated", stage_login_now().authentication_count, 0);
	}
	failures = stage_look(attempts_ask(&stage.arena, ATTEMPTS_ACCOUNT,
	    span_of(stage.account.id.bytes, sizeof(struct id))));
	expect_ok("they are counted", attempts_loaded(&failures, &counted, &stage.why), &stage.why);
	expect_number("each one", counted.failures, COUNT(unlockings));
	expect_number("as the account's alone", stage_count(&attempts_table), 1);
	stage_identify(&stage.phone);
	expect_number("how often a finger slips is the phone's to count", stage.caller.credential.state,
	    CREDENTIAL_ACTIVE);
}

/* What was unlocked for one answer fits no other: not another request's, nor with other digits. */
static void
what_was_unlocked_is_for_this_answer(void **state)
{
	struct app_answer first, other;

	(void)state;
	pair_with_lock(&stage.phone, RIGHT);
	ask();
	first = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	other = stage_answer_with_lock(&stage.phone, wrong_number(), RIGHT);
	first.passkey = other.passkey;
	stage_answer_as(&first);
	expect_text("with other digits", stage.answered.reason, "challenge");
	other = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	ask();
	first = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	first.passkey = other.passkey;
	stage_answer_as(&first);
	expect_text("for another request", stage.answered.reason, "challenge");
	first = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	first.signature = other.signature;
	stage_answer_as(&first);
	expect_number("signed for another request", stage.answered.failed, APP_STEP_SIGNATURE);
	first = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	stage_answer_as(&first);
	expect_number("its own", stage.answered.failed, APP_STEP_NONE);
	expect_number("is taken", stage_login_now().authentication_count, 1);
	stage_answer_as(&first);
	expect_problem("once", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
	ask();
	first.request = stage_request().id;
	first.code = span_text(stage.code);
	stage_answer_as(&first);
	expect_text("and to the next it is a stranger", stage.answered.reason, "challenge");
	expect_number("nobody is authenticated", stage_login_now().authentication_count, 0);
}

static void
another_phones_passkey_unlocks_nothing(void **state)
{
	struct app_answer asked;
	struct app_caller one;
	EVP_PKEY *key = software_key;

	(void)state;
	pair_with_lock(&stage.phone, RIGHT);
	one = stage.caller;
	software_start();
	pair_with_lock(&stage.other, (struct ceremony){ .id = "the other's", .credential_id = "the other's" });
	ask();
	asked = stage_answer_with_lock(&stage.phone, stage.code, (struct ceremony){ .id = "the other's",
		.user_handle_bytes = phone_device(&stage.arena, &stage.other) });
	asked.caller = &one;
	stage_answer_as(&asked);
	expect_number("it is not this phone's", stage.answered.failed, APP_STEP_PASSKEY);
	expect_text("that is known by its id", stage.answered.reason, "credential");
	asked = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	asked.caller = &one;
	stage_answer_as(&asked);
	expect_text("under this one's id by its key", stage.answered.reason, "signature");
	EVP_PKEY_free(software_key);
	software_key = key;
	asked = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	asked.caller = &one;
	stage_answer_as(&asked);
	expect_number("its own does", stage.answered.failed, APP_STEP_NONE);
}

/* WebAuthn L3 s7.2 step 22: of two that count, neither goes on. */
static void
a_counter_that_goes_back_suspends_the_phone(void **state)
{
	static const uint32_t counters[] = { 9, 10 };

	(void)state;
	for (size_t i = 0; i < COUNT(counters); i++) {
		struct app_answer asked;

		if (i) {
			stage_close(NULL);
			stage_open(NULL);
		}
		pair_with_lock(&stage.phone, (struct ceremony){ .sign_count = 10 });
		ask();
		asked = stage_answer_with_lock(&stage.phone, stage.code,
		    (struct ceremony){ .sign_count = counters[i] });
		stage_answer_as(&asked);
		expect_number("refused", stage.answered.failed, APP_STEP_PASSKEY);
		expect_text("because", stage.answered.reason, "counter");
		stage_identify(&stage.phone);
		expect_number("suspended", stage.caller.credential.state, CREDENTIAL_SUSPENDED);
		expect_span("why", stage.caller.credential.reason, "counter-back");
		expect_number("the person is told", stage_notices(NOTICE_CREDENTIAL_SUSPENDED), 1);
		asked = stage_answer_with_lock(&stage.phone, stage.code, (struct ceremony){ .sign_count = 11 });
		stage_answer_as(&asked);
		expect_number("and does nothing more", stage.answered.failed, APP_STEP_USABLE);
	}
}

static void
by_what_a_phone_is_unlocked_was_settled_when_it_was_paired(void **state)
{
	struct app_answer asked;
	struct app_caller lock;

	(void)state;
	pair_with_lock(&stage.other, RIGHT);
	lock = stage.caller;
	stage_pair(&stage.phone, NULL);
	ask();
	asked = stage_answer_with_lock(&stage.phone, stage.code, RIGHT);
	stage_answer_as(&asked);
	expect_problem("a passkey of one with a PIN", stage.err, &stage.why, ERR_INVALID, "/pin: expected the PIN");
	asked = stage_answer_of(&stage.other, stage.code, stage.paired.pin);
	asked.caller = &lock;
	stage_answer_as(&asked);
	expect_problem("a PIN of one without", stage.err, &stage.why, ERR_INVALID, "/passkey: expected what unlocking");
	asked = stage_answer_of(&stage.other, stage.code, "");
	asked.caller = &lock;
	stage_answer_as(&asked);
	expect_problem("nothing at all", stage.err, &stage.why, ERR_INVALID, "/passkey: expected what unlocking");
	expect_number("nothing was tried", stage_count(&attempts_table), 0);
}

static void
a_wrong_number_is_wrong_however_the_phone_is_unlocked(void **state)
{
	struct app_answer asked;

	(void)state;
	pair_with_lock(&stage.phone, RIGHT);
	ask();
	for (unsigned i = 1; i <= APP_REQUEST_NUMBERS; i++) {
		asked = stage_answer_with_lock(&stage.phone, wrong_number(), RIGHT);
		stage_answer_as(&asked);
		expect_number("a wrong number", stage.answered.failed, APP_STEP_NUMBER);
		expect_number("so many are left", stage.answered.left, APP_REQUEST_NUMBERS - i);
	}
	expect_number("the page knows", stage_login_now().app.state, LOGIN_APP_REFUSED);
}

static void
of_two_phones_one_wins(void **state)
{
	struct app_answer first, second;
	struct app_caller one;
	char pin[8];
	enum err err;

	(void)state;
	stage_pair(&stage.phone, NULL);
	one = stage.caller;
	memcpy(pin, stage.paired.pin, sizeof(pin));
	stage_pair(&stage.other, NULL);
	ask();
	first = stage_answer_of(&stage.phone, stage.code, pin);
	second = stage_answer_of(&stage.other, stage.code, stage.paired.pin);
	first.caller = &one;
	app_answer(stage.store, &stage.arena, &stage.settings, &first, stage_on_answered, NULL);
	app_answer(stage.store, &stage.arena, &stage.settings, &second, stage_on_answered, NULL);
	stage_run();
	err = stage.err;
	stage_run();
	expect_true("one wins", (err == OK) != (stage.err == OK));
	expect_number("one authentication", stage_login_now().authentication_count, 1);
}

static void
a_request_that_does_not_wait_is_not_found(void **state)
{
	struct app_answer asked;
	struct unit *unit;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	asked = stage_answer_of(&stage.phone, stage.code, stage.paired.pin);
	asked.request.bytes[0] ^= 1;
	stage_answer_as(&asked);
	expect_problem("no such", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
	asked = stage_answer_of(&stage.phone, stage.code, stage.paired.pin);
	unit = stage_unit();
	unit_delete(unit, &login_table, id_span(&stage.login.id));
	stage_commit(unit);
	stage_answer_as(&asked);
	expect_problem("its login is gone", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
	ask();
	asked = stage_answer_of(&stage.phone, stage.code, stage.paired.pin);
	stage.now = asked.now = instant_after(stage.now, APP_REQUEST_FOR);
	stage_answer_as(&asked);
	expect_problem("too late", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
}

/* No */

static void
no_is_no_and_nothing_more(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	refuse(false);
	expect_ok("refused", stage.err, &stage.why);
	expect_number("the page knows", stage_login_now().app.state, LOGIN_APP_REFUSED);
	expect_number("the login goes on by other ways", stage_login_now().state, LOGIN_WAITING);
	expect_number("nobody is told", stage_notices(NOTICE_NOT_ME), 0);
	refuse(false);
	expect_problem("once", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
	ask();
	expect_true("the next one is asked as before", !stage_request().quiet);
}

static void
this_was_not_me_ends_the_login_and_mutes_the_phones(void **state)
{
	struct credential paper = { .account = stage.account.id, .id = id_new(stage.now), .kind = CREDENTIAL_RECOVERY,
		.state = CREDENTIAL_ACTIVE, .name = span_text("paper"), .issued = stage.now };
	struct app_answer asked;
	struct unit *unit;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	refuse(true);
	expect_ok("said", stage.err, &stage.why);
	expect_number("the login is over", stage_login_now().state, LOGIN_REFUSED);
	expect_number("the person is told", stage_notices(NOTICE_NOT_ME), 1);
	expect_number("in the history", stage_count(&history_table), 2);
	expect_number("the phone itself is as it was", stage.caller.credential.state, CREDENTIAL_ACTIVE);
	ask();
	expect_true("another login's request is quiet", stage_request().quiet);
	stage_answer(stage.code, stage.paired.pin);
	expect_problem("and from afar there is none", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
	refuse(false);
	expect_problem("not even to refuse", stage.err, &stage.why, ERR_NOT_FOUND, "no such request waits");
	stage.now = instant_after(stage.now, SECONDS(1));
	paper.used = stage.now;
	unit = stage_unit();
	credential_put(unit, &stage.arena, &paper);
	stage_commit(unit);
	ask();
	expect_true("another way succeeded since: asked as before", !stage_request().quiet);
	refuse(true);
	stage.now = instant_after(stage.now, SECONDS(1));
	ask();
	expect_true("muted again", stage_request().quiet);
	asked = stage_answer_of(&stage.phone, "", stage.paired.pin);
	asked.browser = stage_browser;
	stage_answer_as(&asked);
	expect_number("on the phone itself one still logs in", stage.answered.failed, APP_STEP_NONE);
	ask();
	expect_true("and that ends the mute", !stage_request().quiet);
}

static void
expect_ended(const char *title, const struct login *login, enum login_app_state app)
{
	stage.login = *login;
	expect_number(title, stage_login_now().app.state, app);
	expect_number(title, stage_login_now().state, LOGIN_WAITING);
	expect_number(title, stage_look(app_request_ask(&stage.arena, &stage.account.id, &login->app.request)).count,
	    app == LOGIN_APP_WAITING);
}

static void
this_was_not_me_ends_all_that_was_asked_from_elsewhere(void **state)
{
	struct login here, first, second, third;
	struct app_refusal asked;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	here = stage.login;
	first = ask_elsewhere("203.0.113.1", 1);
	second = ask_elsewhere("203.0.113.2", 2);
	third = ask_elsewhere("203.0.113.3", 3);
	asked = (struct app_refusal){ .caller = &stage.caller, .request = second.app.request, .browser = stage_browser,
		.now = stage.now };
	app_refuse(stage.store, &stage.arena, &asked, stage_on_answered, NULL);
	stage_run();
	expect_ok("no", stage.err, &stage.why);
	expect_ended("no to one is no to that one alone", &first, LOGIN_APP_WAITING);
	asked.request = third.app.request;
	asked.not_me = true;
	app_refuse(stage.store, &stage.arena, &asked, stage_on_answered, NULL);
	stage_run();
	expect_ok("not me", stage.err, &stage.why);
	stage.login = third;
	expect_number("that login is over", stage_login_now().state, LOGIN_REFUSED);
	expect_ended("what another browser asked is over", &first, LOGIN_APP_REFUSED);
	expect_ended("what this phone's own asked waits", &here, LOGIN_APP_WAITING);
	expect_number("told once", stage_notices(NOTICE_NOT_ME), 1);
}

/* Its login changes all the time: that ends nothing but the telling. */
static void
nobody_elsewhere_keeps_a_person_from_saying_no(void **state)
{
	struct login first, second;
	struct app_refusal asked;

	(void)state;
	stage_pair(&stage.phone, NULL);
	first = ask_elsewhere("203.0.113.1", 1);
	second = ask_elsewhere("203.0.113.2", 2);
	asked = (struct app_refusal){ .caller = &stage.caller, .request = second.app.request, .not_me = true,
		.now = stage.now };
	store_memory_fail_commits(stage.store, 1, ERR_CONFLICT);
	app_refuse(stage.store, &stage.arena, &asked, stage_on_answered, NULL);
	stage_run();
	expect_ok("said", stage.err, &stage.why);
	expect_number("none waits", stage_count(&app_request_table), 0);
	stage.login = first;
	expect_number("its page is not told", stage_login_now().app.state, LOGIN_APP_WAITING);
	expect_number("the person is", stage_notices(NOTICE_NOT_ME), 1);
}

/* Whoever hangs up is never called back. */
static void
a_cancelled_answer_calls_nobody(void **state)
{
	(void)state;
	stage_pair(&stage.phone, NULL);
	for (int steps = 0; steps < 3; steps++) {
		struct app_answer asked;
		struct pending *pending;

		ask();
		stage_identify(&stage.phone);
		asked = stage_answer_of(&stage.phone, wrong_number(), stage.paired.pin);
		pending = app_answer(stage.store, &stage.arena, &stage.settings, &asked, stage_on_answered, NULL);
		for (int i = 0; i < steps; i++)
			store_memory_step(stage.store, stage.now);
		expect_true("not yet", !stage.done);
		pending_cancel(&pending);
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_true("nobody calls", !stage.done);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(number_and_pin_authenticate_the_login),
		TEST(on_the_same_phone_no_number_is_needed),
		TEST(a_number_in_the_same_browser_is_no_other_channel),
		TEST(five_wrong_pins_lock_the_phone_whatever_the_session),
		TEST(a_right_pin_begins_anew),
		TEST(three_wrong_numbers_end_the_request),
		TEST(numbers_are_counted_over_requests),
		TEST(what_was_signed_is_this_answer),
		TEST(unlocking_the_phone_authenticates_the_login),
		TEST(a_passkey_that_is_copied_says_so),
		TEST(each_wrong_unlocking_names_its_step),
		TEST(what_was_unlocked_is_for_this_answer),
		TEST(another_phones_passkey_unlocks_nothing),
		TEST(a_counter_that_goes_back_suspends_the_phone),
		TEST(by_what_a_phone_is_unlocked_was_settled_when_it_was_paired),
		TEST(a_wrong_number_is_wrong_however_the_phone_is_unlocked),
		TEST(of_two_phones_one_wins),
		TEST(a_request_that_does_not_wait_is_not_found),
		TEST(no_is_no_and_nothing_more),
		TEST(this_was_not_me_ends_the_login_and_mutes_the_phones),
		TEST(this_was_not_me_ends_all_that_was_asked_from_elsewhere),
		TEST(nobody_elsewhere_keeps_a_person_from_saying_no),
		TEST(a_cancelled_answer_calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
