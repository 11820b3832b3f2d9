/* tests/transaction/test_app_shown.c - what a person does on the phone beside answering: end a mute, and find a login's
 * question by its digits. */
#include "transaction/app_person.h"

#include "transaction/phone/app_find.h"
#include "transaction/phone/app_unmute.h"

/* As the mute was told. */
static const char *
since_of(struct instant since)
{
	return instant_text(since, arena_take(&stage.arena, INSTANT_TEXT));
}

static void
unmute_as(const struct app_unmute *asked)
{
	stage_identify(&stage.phone);
	app_unmute(stage.store, &stage.arena, &stage.settings, asked, stage_on_answered, NULL);
	stage_run();
}

static void
unmute(struct instant since, const char *pin)
{
	unmute_as(&(struct app_unmute){ .caller = &stage.caller, .since = span_text(since_of(since)),
	    .pin = span_text(pin), .now = stage.now });
}

/* Somebody says "this was not me", on whichever phone. */
static void
mute(void)
{
	struct unit *unit = stage_unit();

	app_mute_put(unit, &stage.account.id, stage.now);
	stage_commit(unit);
}

static uint32_t
failures(enum attempts_kind kind, struct span of)
{
	struct ask asked = stage_look(attempts_ask(&stage.arena, kind, of));
	struct attempts counted;

	expect_ok("counted", attempts_loaded(&asked, &counted, &stage.why), &stage.why);
	return counted.failures;
}

static struct history_event
last_event(void)
{
	struct ask asked = stage_look(history_ask(&stage.arena, &stage.account.id, 1));
	struct history_event event;

	expect_number("a line", asked.count, 1);
	expect_true("of the history", history_read(asked.rows[0].value, &event));
	return event;
}

static void
with_the_pin_a_person_ends_the_mute(void **state)
{
	struct instant said;
	struct history_event event;

	(void)state;
	stage_pair(&stage.phone, NULL);
	unmute(stage.now, stage.paired.pin);
	expect_problem("nothing is muted", stage.err, &stage.why, ERR_NOT_FOUND, "are asked already");
	ask();
	refuse(true);
	said = stage.now;
	stage.now = instant_after(stage.now, SECONDS(60));
	unmute(said, wrong_pin());
	expect_ok("a wrong PIN is a refusal", stage.err, &stage.why);
	expect_number("of this step", stage.answered.failed, APP_STEP_PIN);
	expect_number("so many are left", stage.answered.left, CREDENTIAL_FAILURES - 1);
	expect_number("counted as any", failures(ATTEMPTS_ACCOUNT, id_span(&stage.account.id)), 1);
	ask();
	expect_true("still muted", stage_request().quiet);
	unmute(said, stage.paired.pin);
	expect_ok("ended", stage.err, &stage.why);
	expect_number("taken", stage.answered.failed, APP_STEP_NONE);
	expect_number("nothing is left of it", stage_count(&app_mute_table), 0);
	expect_number("the person is told", stage_notices(NOTICE_MUTE_ENDED), 1);
	event = last_event();
	expect_number("in the history", event.kind, HISTORY_MUTE_ENDED);
	expect_span("by whom", event.actor, "person");
	expect_span("on which phone", event.name, "わたしのスマートフォン");
	stage_identify(&stage.phone);
	expect_number("the right PIN begins anew", stage.caller.credential.failures, 0);
	ask();
	expect_true("asked as before", !stage_request().quiet);
	unmute(said, stage.paired.pin);
	expect_problem("once", stage.err, &stage.why, ERR_NOT_FOUND, "are asked already");
}

static void
five_wrong_pins_lock_the_phone_whatever_they_are_for(void **state)
{
	struct instant said = stage.now;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	refuse(true);
	for (unsigned i = 0; i < CREDENTIAL_FAILURES; i++)
		unmute(said, wrong_pin());
	expect_number("none is left", stage.answered.left, 0);
	stage_identify(&stage.phone);
	expect_number("locked", stage.caller.credential.state, CREDENTIAL_LOCKED);
	unmute(said, stage.paired.pin);
	expect_number("the right one comes too late", stage.answered.failed, APP_STEP_USABLE);
	expect_number("still muted", stage_count(&app_mute_table), 1);
}

static void
who_has_not_seen_a_newer_no_does_not_overrule_it(void **state)
{
	struct instant said = stage.now;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask();
	refuse(true);
	stage.now = instant_after(stage.now, SECONDS(2));
	mute();
	unmute(said, stage.paired.pin);
	expect_problem("another mute", stage.err, &stage.why, ERR_CONFLICT, "once more: look again");
	unmute(stage.now, stage.paired.pin);
	expect_ok("the one that was seen", stage.err, &stage.why);
}

static const char *
text_of(const char *word, const char *nonce, const char *what)
{
	return arena_print(&stage.arena, "watashi-app-1\n%s\n" ORIGIN "\n%s\n%s\n%s", word,
	    arena_text(&stage.arena, base64url_write(&stage.arena, phone_device(&stage.arena, &stage.phone))), nonce,
	    what);
}

static void
the_screen_lock_ends_it_for_this_call_alone(void **state)
{
	static const struct { const char *title, *word, *nonce; int off; } wrong[] = {
		{ "for another call", "unmute", "b3RoZXI", 0 },
		{ "for something else", "find", "bm9uY2U", 0 },
		{ "for another mute", "unmute", "bm9uY2U", 1 },
	};
	struct instant said = stage.now;
	struct app_unmute asked;

	(void)state;
	pair_with_lock(&stage.phone, RIGHT);
	ask();
	refuse(true);
	asked = (struct app_unmute){ .caller = &stage.caller, .since = span_text(since_of(said)), .now = stage.now };
	for (size_t i = 0; i < COUNT(wrong); i++) {
		asked.passkey = stage_unlocked(&stage.phone, text_of(wrong[i].word, wrong[i].nonce,
		    since_of(instant_after(said, SECONDS(wrong[i].off)))), RIGHT);
		unmute_as(&asked);
		expect_number(wrong[i].title, stage.answered.failed, APP_STEP_PASSKEY);
		expect_text(wrong[i].title, stage.answered.reason, "challenge");
	}
	expect_number("counted", failures(ATTEMPTS_ACCOUNT, id_span(&stage.account.id)), COUNT(wrong));
	asked.passkey = NULL;
	unmute_as(&asked);
	expect_problem("without anything", stage.err, &stage.why, ERR_INVALID, "/passkey: expected what unlocking");
	asked.passkey = stage_unlocked(&stage.phone, text_of("unmute", "bm9uY2U", since_of(said)), RIGHT);
	unmute_as(&asked);
	expect_ok("for this one", stage.err, &stage.why);
	expect_number("ended", stage_count(&app_mute_table), 0);
}

/* By digits */

static struct app_found found;

static void
on_found(void *arg, enum err err, const struct app_found *told, const struct problem *why)
{
	(void)arg;
	stage_tell(err, why);
	found = *told;
}

static void
find(const char *code, const char *pin)
{
	stage_identify(&stage.phone);
	app_find(stage.store, &stage.arena, &stage.settings, &(struct app_find){ .caller = &stage.caller,
	    .code = span_text(code), .pin = span_text(pin), .now = stage.now }, on_found, NULL);
	stage_run();
}

/* The person asked first; then somebody, from everywhere. */
static struct login
bombed_at(unsigned count)
{
	struct login mine;
	char *code;

	ask();
	mine = stage.login;
	code = arena_print(&stage.arena, "%s", stage.code);
	for (unsigned i = 1; i <= count; i++) {
		stage.now = instant_after(stage.now, SECONDS(1));
		ask_elsewhere(arena_print(&stage.arena, "203.0.113.%u", i), (uint8_t)(100 + i));
	}
	stage.login = mine;
	memcpy(stage.code, code, sizeof(stage.code));
	stage_identify(&stage.phone);
	return mine;
}

static struct login
bombed(unsigned count)
{
	stage_pair(&stage.phone, NULL);
	return bombed_at(count);
}

static bool
is_listed(const struct login *login)
{
	struct ask asked = stage_look(app_requests_ask(&stage.arena, &stage.account.id, APP_REQUESTS_SHOWN));

	for (size_t i = 0; i < asked.count; i++)
		if (memcmp(asked.rows[i].key.data + 16, login->app.request.bytes, 16) == 0)
			return true;
	return false;
}

static void
digits_find_what_is_not_listed_any_more(void **state)
{
	struct login mine;

	(void)state;
	mine = bombed(APP_REQUESTS_SHOWN + 8);
	expect_true("it is not listed", !is_listed(&mine));
	find(stage.code, stage.paired.pin);
	expect_ok("looked for", stage.err, &stage.why);
	expect_number("found", found.answered.failed, APP_STEP_NONE);
	expect_number("one", found.count, 1);
	expect_true("the person's own", id_equal(&found.requests[0].id, &mine.app.request));
	expect_number("nothing is counted", failures(ATTEMPTS_TRANSFER, id_span(&stage.account.id)), 0);
	stage_identify(&stage.phone);
	stage_answer(stage.code, stage.paired.pin);
	expect_number("and answered like any other", stage.answered.failed, APP_STEP_NONE);
	expect_number("the login has it", stage_login_now().authentication_count, 1);
	find(stage.code, stage.paired.pin);
	expect_ok("once it is over", stage.err, &stage.why);
	expect_number("it is no wrong number", found.answered.failed, APP_STEP_NONE);
	expect_number("and not there", found.count, 0);
}

static void
wrong_digits_are_counted_as_in_an_answer(void **state)
{
	(void)state;
	bombed(APP_REQUESTS_SHOWN);
	find(stage.code, wrong_pin());
	expect_number("the PIN comes first", found.answered.failed, APP_STEP_PIN);
	expect_number("nobody without it learns of a number", found.count, 0);
	find(wrong_number(), wrong_pin());
	expect_number("right or wrong", found.answered.failed, APP_STEP_PIN);
	for (unsigned i = 1; i <= attempts_rules[ATTEMPTS_TRANSFER].free; i++) {
		find(wrong_number(), stage.paired.pin);
		expect_number("a wrong number", found.answered.failed, APP_STEP_NUMBER);
		expect_number("counted", failures(ATTEMPTS_TRANSFER, id_span(&stage.account.id)), i);
	}
	expect_number("with the PINs", failures(ATTEMPTS_ACCOUNT, id_span(&stage.account.id)),
	    attempts_rules[ATTEMPTS_TRANSFER].free + 2);
	find(wrong_number(), stage.paired.pin);
	find(stage.code, stage.paired.pin);
	expect_problem("then one waits, whatever the number", stage.err, &stage.why, ERR_LIMIT, "too many wrong tries");
	stage_answer(stage.code, stage.paired.pin);
	expect_problem("for answering, too", stage.err, &stage.why, ERR_LIMIT, "too many wrong tries");
}

/* A number is tried against all that wait, so it is tried only where there is no list to choose from. */
static void
as_long_as_all_are_listed_nothing_is_found_by_digits(void **state)
{
	struct login mine;

	(void)state;
	mine = bombed(APP_REQUESTS_SHOWN - 1);
	expect_true("it is listed", is_listed(&mine));
	find(stage.code, stage.paired.pin);
	expect_problem("the right digits", stage.err, &stage.why, ERR_CONFLICT, "choose from the list");
	find(wrong_number(), stage.paired.pin);
	expect_problem("and wrong ones alike", stage.err, &stage.why, ERR_CONFLICT, "choose from the list");
	expect_number("are not counted", failures(ATTEMPTS_TRANSFER, id_span(&stage.account.id)), 0);
}

static void
what_is_quiet_is_not_found_from_afar(void **state)
{
	(void)state;
	mute();
	bombed(APP_REQUESTS_SHOWN);
	find(stage.code, stage.paired.pin);
	expect_problem("none is listed, and so there are no more", stage.err, &stage.why, ERR_CONFLICT,
	    "choose from the list");
	find(wrong_number(), stage.paired.pin);
	expect_problem("whatever the digits", stage.err, &stage.why, ERR_CONFLICT, "choose from the list");
}

/* What a phone looks at, by the way of its list. */
static struct app_requests_shown
listed(bool muted)
{
	struct ask rows = stage_look(app_requests_ask(&stage.arena, &stage.account.id, APP_REQUESTS_LOOKED_AT));
	struct app_requests_shown shown;

	expect_ok("listed", app_requests_shown(&stage.arena, &rows, &(struct app_request_sight){ .muted = muted },
	    &shown, &stage.why), &stage.why);
	return shown;
}

static void
answer_so(const char *code, const char *pin)
{
	const struct app_answer asked = stage_answer_of(&stage.phone, code, pin);

	stage_answer_as(&asked);
}

static void
what_was_begun_while_muted_is_there_once_the_mute_has_ended(void **state)
{
	struct login mine;

	(void)state;
	mute();
	mine = bombed(1);
	expect_true("quiet", stage_request().quiet);
	expect_number("not listed", listed(true).count, 0);
	answer_so(stage.code, stage.paired.pin);
	expect_problem("nor answered from afar", stage.err, &stage.why, ERR_NOT_FOUND, "no such request");
	refuse(false);
	expect_problem("nor refused", stage.err, &stage.why, ERR_NOT_FOUND, "no such request");
	unmute(instant_after(stage.now, -SECONDS(1)), stage.paired.pin);
	expect_ok("the person ends the mute", stage.err, &stage.why);
	expect_number("both are listed", listed(false).count, 2);
	expect_true("the person's own, too", id_equal(&listed(false).list[1].id, &mine.app.request));
	stage_identify(&stage.phone);
	answer_so(stage.code, stage.paired.pin);
	expect_ok("it is answered", stage.err, &stage.why);
	expect_number("like any other", stage_login_now().authentication_count, 1);
}

static void
list_and_digits_say_alike_whether_there_are_more(void **state)
{
	static const struct { const char *title; unsigned others; bool more; } cases[] = {
		{ "all but one that may be listed", APP_REQUESTS_SHOWN - 2, false },
		{ "as many as are listed", APP_REQUESTS_SHOWN - 1, false },
		{ "one more", APP_REQUESTS_SHOWN, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (i) {
			stage_close(NULL);
			stage_open(NULL);
		}
		bombed(cases[i].others);
		/* Two that this phone does not see are none of them. */
		mute();
		ask_elsewhere("198.51.100.1", 90);
		ask_elsewhere("198.51.100.2", 91);
		expect_true("quiet", stage_request().quiet);
		expect_number(cases[i].title, listed(true).more, cases[i].more);
		find(stage.code, stage.paired.pin);
		expect_number(cases[i].title, stage.err == OK, cases[i].more);
		expect_number("what is quiet is found by none", found.count, 0);
	}
}

/* Whoever tries many at once */

enum { TRIES_AT_ONCE = 20 };

static struct tried {
	unsigned wrong, right, late; /* right: whatever tells that it is */
} tried;

static void
count_try(enum err err, const struct app_answered *answered, const struct problem *why)
{
	if (err == ERR_CONFLICT && strstr(why->text, "something changed meanwhile"))
		tried.late++;
	else if (err == OK && answered->failed == APP_STEP_PIN)
		tried.wrong++;
	else
		tried.right++;
}

static void
on_find_tried(void *arg, enum err err, const struct app_found *told, const struct problem *why)
{
	(void)arg;
	count_try(err, &told->answered, why);
}

static void
on_unmute_tried(void *arg, enum err err, const struct app_answered *answered, const struct problem *why)
{
	(void)arg;
	count_try(err, answered, why);
}

static void
try_find(const char *pin)
{
	app_find(stage.store, &stage.arena, &stage.settings, &(struct app_find){ .caller = &stage.caller,
	    .code = span_text(stage.code), .pin = span_text(pin), .now = stage.now }, on_find_tried, NULL);
}

static void
try_unmute(const char *pin)
{
	app_unmute(stage.store, &stage.arena, &stage.settings, &(struct app_unmute){ .caller = &stage.caller,
	    .since = span_text(since_of(stage.now)), .pin = span_text(pin), .now = stage.now }, on_unmute_tried,
	    NULL);
}

/* Enough wait for digits to be tried. */
static void
find_opened(void)
{
	bombed(APP_REQUESTS_SHOWN);
}

/* Too few: who has the PIN is told to choose from the list. */
static void
find_closed(void)
{
	bombed(1);
}

static void
unmute_muted(void)
{
	stage_pair(&stage.phone, NULL);
	mute();
}

static void
unmute_unmuted(void)
{
	stage_pair(&stage.phone, NULL);
}

/* Whatever tells of a right PIN competes with what tells of wrong ones. */
static void
of_pins_at_one_time_one_is_looked_at(void **state)
{
	static const struct { const char *title; void (*begin)(void); void (*attempt)(const char *pin); } rows[] = {
		{ "by digits", find_opened, try_find },
		{ "by digits, where there is a list", find_closed, try_find },
		{ "of a mute", unmute_muted, try_unmute },
		{ "where nothing is muted", unmute_unmuted, try_unmute },
	};
	static const size_t rights[] = { 0, 12, TRIES_AT_ONCE - 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(rights); i++) {
		const size_t row = i / COUNT(rights);

		if (i) {
			stage_close(NULL);
			stage_open(NULL);
		}
		rows[row].begin();
		stage_identify(&stage.phone);
		tried = (struct tried){ 0 };
		for (size_t n = 0; n < TRIES_AT_ONCE; n++)
			rows[row].attempt(n == rights[i % COUNT(rights)] ? stage.paired.pin : wrong_pin());
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_number(rows[row].title, tried.right + tried.wrong, 1);
		expect_number(rows[row].title, tried.late, TRIES_AT_ONCE - 1);
		expect_number(rows[row].title, failures(ATTEMPTS_ACCOUNT, id_span(&stage.account.id)), tried.wrong);
	}
}

/* A copy cannot use once more what this one has used. */
static void
a_counter_that_was_shown_is_not_shown_again(void **state)
{
	struct app_answer asked;
	struct login mine;

	(void)state;
	pair_with_lock(&stage.phone, (struct ceremony){ .sign_count = 3 });
	mine = bombed_at(APP_REQUESTS_SHOWN);
	stage_identify(&stage.phone);
	app_find(stage.store, &stage.arena, &stage.settings, &(struct app_find){ .caller = &stage.caller,
	    .code = span_text(stage.code), .now = stage.now, .passkey = stage_unlocked(&stage.phone,
	    text_of("find", "bm9uY2U", stage.code), (struct ceremony){ .sign_count = 5 }) }, on_found, NULL);
	stage_run();
	expect_ok("looked for", stage.err, &stage.why);
	expect_number("found", found.count, 1);
	expect_true("the person's own", id_equal(&found.requests[0].id, &mine.app.request));
	stage_identify(&stage.phone);
	expect_number("the counter is kept", stage.caller.credential.app.passkey.sign_count, 5);
	asked = stage_answer_with_lock(&stage.phone, stage.code, (struct ceremony){ .sign_count = 5 });
	stage_answer_as(&asked);
	expect_number("the same once more", stage.answered.failed, APP_STEP_PASSKEY);
	stage_identify(&stage.phone);
	expect_number("is a copy's", stage.caller.credential.state, CREDENTIAL_SUSPENDED);
}

/* An account that ends in the moment of a try */

static void
find_so(const char *code, const char *pin)
{
	app_find(stage.store, &stage.arena, &stage.settings, &(struct app_find){ .caller = &stage.caller,
	    .code = span_text(code), .pin = span_text(pin), .now = stage.now }, on_found, NULL);
	stage_run();
}

/* A wrong PIN is counted in the phone's row, too, a wrong number nowhere but beneath the account. */
static void
nothing_is_counted_beneath_an_account_that_changed(void **state)
{
	static const struct {
		const char *title;
		void (*act)(const char *code, const char *pin);
		bool code, pin; /* right */
	} cases[] = {
		{ "a wrong PIN", answer_so, true, false },
		{ "a wrong number", answer_so, false, true },
		{ "an answer that is right", answer_so, true, true },
		{ "digits with a wrong PIN", find_so, true, false },
		{ "digits that nobody's page shows", find_so, false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct unit *unit;

		if (i) {
			stage_close(NULL);
			stage_open(NULL);
		}
		bombed(APP_REQUESTS_SHOWN);
		unit = stage_unit();
		account_put(unit, &stage.arena, &stage.account);
		stage_commit(unit);
		cases[i].act(cases[i].code ? stage.code : wrong_number(),
		    cases[i].pin ? stage.paired.pin : wrong_pin());
		expect_problem(cases[i].title, stage.err, &stage.why, ERR_CONFLICT, "something changed meanwhile");
		expect_number(cases[i].title, stage_look((struct ask){ .table = &attempts_table,
		    .limit = 9 }).count, 0);
		expect_number("nor is anybody in", stage_login_now().authentication_count, 0);
	}
}

/* Whoever hangs up is never called back. */
static void
a_cancelled_call_calls_nobody(void **state)
{
	(void)state;
	bombed(APP_REQUESTS_SHOWN);
	for (int steps = 0; steps < 3; steps++) {
		struct pending *pending[2];

		stage_identify(&stage.phone);
		pending[0] = app_find(stage.store, &stage.arena, &stage.settings, &(struct app_find){
		    .caller = &stage.caller, .code = span_text(wrong_number()), .pin = span_text(stage.paired.pin),
		    .now = stage.now }, on_found, NULL);
		pending[1] = app_unmute(stage.store, &stage.arena, &stage.settings, &(struct app_unmute){
		    .caller = &stage.caller, .since = span_text(NOON), .pin = span_text(wrong_pin()),
		    .now = stage.now }, stage_on_answered, NULL);
		for (int i = 0; i < steps; i++)
			store_memory_step(stage.store, stage.now);
		expect_true("not yet", !stage.done);
		for (int i = 0; i < 2; i++)
			pending_cancel(&pending[i]);
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
		TEST(with_the_pin_a_person_ends_the_mute),
		TEST(five_wrong_pins_lock_the_phone_whatever_they_are_for),
		TEST(who_has_not_seen_a_newer_no_does_not_overrule_it),
		TEST(the_screen_lock_ends_it_for_this_call_alone),
		TEST(digits_find_what_is_not_listed_any_more),
		TEST(wrong_digits_are_counted_as_in_an_answer),
		TEST(as_long_as_all_are_listed_nothing_is_found_by_digits),
		TEST(what_is_quiet_is_not_found_from_afar),
		TEST(what_was_begun_while_muted_is_there_once_the_mute_has_ended),
		TEST(list_and_digits_say_alike_whether_there_are_more),
		TEST(of_pins_at_one_time_one_is_looked_at),
		TEST(a_counter_that_was_shown_is_not_shown_again),
		TEST(nothing_is_counted_beneath_an_account_that_changed),
		TEST(a_cancelled_call_calls_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
