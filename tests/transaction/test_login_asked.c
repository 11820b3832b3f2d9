/* tests/transaction/test_login_asked.c - what others may ask of a login beside a level: authentications made anew, less
 * than was hoped for, the same browser, the same session; and what its page says when a proofing is missing.
 */
#include "transaction/member_stage.h"

#define IN_A_MINUTE SECONDS(60)
#define SIGNED \
	"\"assertion.audience_restricted\":true,\"assertion.audience_single\":true,\"assertion.channel\":\"back\"," \
	"\"assertion.injection_protected\":true,\"assertion.levels_told\":true,\"assertion.lifetime\":300," \
	"\"assertion.pseudonym_marked\":true,\"assertion.recipient_authenticated\":true," \
	"\"assertion.signed\":true,\"assertion.single_use\":true"

static struct login_begin
asked(struct requirement_name wanted)
{
	return (struct login_begin){ .front = LOGIN_FOR_OIDC, .reference = span_text("/oidc/continue/00ff"),
		.relying_party = span_text("https://shop.example/"), .name = stage.settings.name, .wanted = wanted,
		.where = span_text(WHERE), .now = stage.now };
}

static struct cookie_secret told; /* what the browser is to keep */

static void
on_begun(void *arg, enum err err, const struct login_begun *begun, const struct problem *why)
{
	if (err == OK)
		told = begun->cookie;
	stage_on_begun(arg, err, begun, why);
}

static enum err
begin(const struct login_begin *wanted)
{
	stage.done = false;
	login_begin(stage.store, &stage.arena, &stage.settings, wanted, on_begun, NULL);
	stage_run();
	return stage.err;
}

static struct session
logged_in(void)
{
	struct login_begin b = asked((struct requirement_name){ .area_count = 0 });

	expect_ok("a login begins", begin(&b), &stage.why);
	expect_text("a passkey", stage_passkey(&stage.person), "");
	expect_ok("ends it", stage_finish(), &stage.why);
	expect_true("it is enough", stage.finished.enough);
	return stage.finished.session;
}

static enum err
finish_with_less(void)
{
	struct login_request *at = stage_at();

	at->less = true;
	stage.finished = (struct login_finished){ .login = NULL };
	login_finish(stage.store, &stage.arena, &stage.settings, at, stage_on_finished, NULL);
	stage_run();
	stage.at.less = false;
	return stage.err;
}

static void
a_row_holds_what_is_asked(void **state)
{
	struct requirement_name least = stage_least("token", "2");
	struct login_begin b;
	struct login l;

	(void)state;
	login_stage_open(1);
	b = asked(stage_least("token", "3"));
	b.least = &least;
	b.since = instant_after(stage.now, -IN_A_MINUTE);
	b.assertion = span_text("{\"assertion.signed\":true}");
	expect_ok("begun", begin(&b), &stage.why);
	l = stage_login();
	expect_true("less is taken", l.may_be_less && span_is(l.least.areas[0].level, "2"));
	expect_span("by the version of now", l.least.version, "1.0");
	expect_number("since when", l.since.us, b.since.us);
	expect_span("what is told", l.assertion, "{\"assertion.signed\":true}");
	least = stage_least("token", "nine");
	expect_problem("a least that no policy has", begin(&b), &stage.why, ERR_UNAVAILABLE, "nine");
	login_stage_close();
}

static void
what_was_shown_before_does_not_count(void **state)
{
	const struct requirement_name wishes[] = { stage_least("token", "2"), { .area_count = 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT(wishes); i++) {
		struct session first, second;
		struct login_begin b;

		login_stage_open(2 + i);
		first = logged_in();
		stage.now = instant_after(stage.now, IN_A_MINUTE);
		b = asked(wishes[i]);
		b.session = &first;
		b.since = stage.now;
		expect_ok("a login anew", begin(&b), &stage.why);
		expect_ok("is looked at", stage_look(), &stage.why);
		expect_true("the passkey of before is not enough", stage.found.login.authentication_count == 1 &&
		    !stage.found.counted_count && !stage.view.enough);
		expect_problem("nobody goes on", stage_finish(), &stage.why, ERR_DENIED, "nobody has authenticated");
		stage.person.passkey = stage_stored(&stage.person.passkey);
		expect_text("the passkey anew", stage_passkey(&stage.person), "");
		expect_ok("is looked at", stage_look(), &stage.why);
		expect_true("and is enough", stage.view.enough);
		expect_ok("the login ends", stage_finish(), &stage.why);
		second = stage.finished.session;
		expect_true("it is the same session", id_equal(&first.id, &second.id));
		expect_true("under another cookie", memcmp(first.key, second.key, sizeof(first.key)) != 0);
		login_stage_close();
	}
}

/* A session that began with a proofing: somebody is there, and nobody has authenticated. */
static void
page_and_end_say_alike_what_is_enough(void **state)
{
	struct session proofed;
	struct unit *unit;
	struct login_begin b;

	(void)state;
	login_stage_open(9);
	proofed = logged_in();
	proofed.authentication_count = 0;
	unit = unit_new(&stage.arena, store_tables(stage.store), id_new(stage.now));
	session_put(unit, &proofed);
	stage_commit(unit);
	b = asked((struct requirement_name){ .area_count = 0 });
	b.session = &proofed;
	expect_ok("a login that wants nothing", begin(&b), &stage.why);
	expect_ok("is looked at", stage_look(), &stage.why);
	expect_true("steps up a session", stage.found.joined && !stage.found.counted_count);
	expect_true("the page does not go on", !stage.view.enough);
	expect_problem("nor does the end", stage_finish(), &stage.why, ERR_DENIED, "nobody has authenticated");
	stage.person.passkey = stage_stored(&stage.person.passkey);
	expect_text("a passkey", stage_passkey(&stage.person), "");
	expect_ok("is looked at", stage_look(), &stage.why);
	expect_true("is enough for the page", stage.view.enough);
	expect_ok("and at the end", stage_finish(), &stage.why);
	expect_true("too", stage.finished.enough);
	login_stage_close();
}

static void
a_person_may_go_on_with_less(void **state)
{
	struct requirement_name least = stage_least("token", "2");
	struct login_begin b;

	(void)state;
	login_stage_open(4);
	b = asked(stage_least("token", "3"));
	b.least = &least;
	expect_ok("hoped for more", begin(&b), &stage.why);
	expect_ok("is looked at", stage_look(), &stage.why);
	expect_true("before anybody is there nobody goes on", !stage.view.less && !stage.view.enough);
	stage_claim(stage.person.account.number);
	expect_text("a code from paper", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[2], ""), "");
	expect_ok("is looked at", stage_look(), &stage.why);
	expect_true("with that the person may go on", stage.view.less && !stage.view.enough);
	expect_ok("finished as hoped", stage_finish(), &stage.why);
	expect_true("it is not enough", !stage.finished.enough);
	expect_ok("finished with less", finish_with_less(), &stage.why);
	expect_true("it is", stage.finished.enough);
	expect_number("both decisions are in the ledger", stage_count(&ledger_leaf_table), 2);
	login_stage_close();
}

static void
nobody_goes_on_below_the_least(void **state)
{
	struct requirement_name least = stage_least("token", "3");
	struct login_begin b;

	(void)state;
	login_stage_open(5);
	b = asked(stage_least("token", "4"));
	expect_ok("nothing less is taken", begin(&b), &stage.why);
	expect_text("a passkey", stage_passkey(&stage.person), "");
	expect_problem("nor asked for", finish_with_less(), &stage.why, ERR_INVALID, "nobody goes on");
	b.least = &least;
	expect_ok("some less is taken", begin(&b), &stage.why);
	stage_claim(stage.person.account.number);
	expect_text("a code from paper", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[1], ""), "");
	expect_ok("is looked at", stage_look(), &stage.why);
	expect_true("it is less than the least", !stage.view.less);
	expect_ok("finished with less", finish_with_less(), &stage.why);
	expect_true("nobody is logged in", !stage.finished.enough && stage_count(&session_table) == 0);
	login_stage_close();
}

/* The area "assertion" is what the assertion makes of it, at the page as at the end. */
static void
what_will_be_told_whom_decides(void **state)
{
	static const struct {
		const char *title, *assertion;
		bool enough;
	} cases[] = {
		{ "of this server's own pages", "", true },
		{ "signed, for one", "{" SIGNED ",\"rp.requests\":[]}", true },
		{ "for what may not be asked", "{" SIGNED ",\"rp.requests\":[\"individual-number\"]}", false },
		{ "to nobody in particular", "{\"assertion.channel\":\"front\",\"assertion.signed\":false}", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct login_begin b;

		login_stage_open(6);
		b = asked(stage_least("assertion", "2"));
		b.assertion = span_text(cases[i].assertion);
		expect_ok("begun", begin(&b), &stage.why);
		expect_text("a passkey", stage_passkey(&stage.person), "");
		expect_ok("is looked at", stage_look(), &stage.why);
		expect_number(cases[i].title, stage.view.enough, cases[i].enough);
		expect_ok("finished", stage_finish(), &stage.why);
		expect_number(cases[i].title, stage.finished.enough, cases[i].enough);
		login_stage_close();
	}
}

static void
two_logins_of_one_browser_go_on(void **state)
{
	struct login_begin b;
	struct login_request first;
	uint8_t none[sizeof(told.text)] = { 0 };

	(void)state;
	login_stage_open(7);
	b = asked(stage_least("token", "2"));
	expect_ok("a first", begin(&b), &stage.why);
	expect_true("has a cookie", memcmp(told.text, none, sizeof(none)) != 0);
	first = stage.at;
	b.browser = first.browser;
	expect_ok("a second", begin(&b), &stage.why);
	expect_true("keeps it", memcmp(told.text, none, sizeof(none)) == 0 &&
	    memcmp(stage.at.browser, first.browser, sizeof(first.browser)) == 0);
	expect_text("the second goes on", stage_passkey(&stage.person), "");
	stage.at = first;
	stage.person.passkey = stage_stored(&stage.person.passkey);
	expect_text("and the first", stage_passkey(&stage.person), "");
	expect_ok("ends", stage_finish(), &stage.why);
	expect_true("well", stage.finished.enough);
	login_stage_close();
}

static void
a_missing_proofing_is_said(void **state)
{
	static const struct {
		const char *title, *area, *level;
		bool proofing;
	} cases[] = {
		{ "registration that documents do not reach", "registration", "3", true },
		{ "registration that is reached", "registration", "1+", false },
		{ "registration that no card reaches", "registration", "4", false },
		{ "an authenticator that the person has", "token", "3", false },
		{ "an authenticator that no proofing makes", "token", "4", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct login_begin b;

		login_stage_open(8);
		stage_provider();
		b = asked(stage_least(cases[i].area, cases[i].level));
		expect_ok("begun", begin(&b), &stage.why);
		expect_ok("is looked at", stage_look(), &stage.why);
		expect_true("before anybody is there nothing is said", !stage.view.proofing);
		stage_claim(stage.person.account.number);
		expect_text("a code from paper", stage_try(LOGIN_BY_RECOVERY, stage.person.codes[1], ""), "");
		expect_ok("is looked at", stage_look(), &stage.why);
		expect_number(cases[i].title, stage.view.proofing, cases[i].proofing);
		stage.settings.proofing = NULL;
		expect_ok("without a verifier of cards", stage_look(), &stage.why);
		expect_true("there is no such way", !stage.view.proofing);
		login_stage_close();
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_holds_what_is_asked),
		cmocka_unit_test(what_was_shown_before_does_not_count),
		cmocka_unit_test(page_and_end_say_alike_what_is_enough),
		cmocka_unit_test(a_person_may_go_on_with_less),
		cmocka_unit_test(nobody_goes_on_below_the_least),
		cmocka_unit_test(what_will_be_told_whom_decides),
		cmocka_unit_test(two_logins_of_one_browser_go_on),
		cmocka_unit_test(a_missing_proofing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
