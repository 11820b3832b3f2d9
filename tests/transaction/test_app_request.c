/* tests/transaction/test_app_request.c - a login asks a person's phones: what is asked, who is rung, and how often; and
 * which phone calls. */
#include "transaction/app_stage.h"

static const struct id nobody;

static void
subscribe(const struct phone *phone)
{
	struct unit *unit = stage_unit();
	struct credential *c = &stage.caller.credential;

	stage_identify(phone);
	c->app.push_endpoint = span_text("https://push.example/a");
	c->app.push_key = span_of(arena_take(&stage.arena, PUSH_KEY), PUSH_KEY);
	c->app.push_secret = span_of(arena_take(&stage.arena, PUSH_SECRET), PUSH_SECRET);
	credential_put(unit, &stage.arena, c);
	stage_commit(unit);
}

static void
ask_as(const struct id *claimed)
{
	stage_login(claimed);
	stage_ask();
}

static void
a_login_asks_the_phones_of_the_account(void **state)
{
	struct app_request q;
	struct login login;
	uint8_t code[32];

	(void)state;
	stage_pair(&stage.phone, NULL);
	subscribe(&stage.phone);
	ask_as(&stage.account.id);
	expect_ok("asked", stage.err, &stage.why);
	expect_number("six digits", strspn(stage.code, "0123456789"), 6);
	q = stage_request();
	expect_span("who asks", q.relying_party, BANK);
	expect_span("by name", q.name.ja, "みどり銀行");
	expect_span("for what", q.wanted.en, "To see your account");
	expect_span("from where", q.where, "Chrome, 203.0.113.9");
	expect_number("for five minutes", q.until.us, stage.now.us + SECONDS(300));
	expect_true("not quiet", !q.quiet);
	expect_number("one phone is rung", stage_notices(NOTICE_APP_REQUEST), 1);
	login = stage_login_now();
	expect_number("the login waits", login.app.state, LOGIN_APP_WAITING);
	expect_number("as it was told", login.generation, stage.login.generation);
	app_code_digest(&q.id, span_text(stage.code), code);
	expect_true("with the number's digest", memcmp(code, login.app.code, sizeof(code)) == 0);
}

static void
whose_account_it_is_shows_in_nothing(void **state)
{
	const struct id unknown = { { 77 } };
	struct login known, other;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask_as(&stage.account.id);
	known = stage_login_now();
	ask_as(&unknown);
	expect_ok("an unknown account is answered alike", stage.err, &stage.why);
	other = stage_login_now();
	expect_number("it waits", other.app.state, known.app.state);
	expect_number("as long", other.app.until.us, known.app.until.us);
	expect_number("but nobody is asked", stage_count(&app_request_table), 1);
	ask_as(&nobody);
	expect_ok("nobody's, too", stage.err, &stage.why);
	expect_number("nobody is asked", stage_count(&app_request_table), 1);
}

static void
without_a_phone_in_use_nobody_is_asked(void **state)
{
	struct unit *unit = stage_unit();
	bool changed;

	(void)state;
	ask_as(&stage.account.id);
	expect_ok("no phone", stage.err, &stage.why);
	expect_number("no request", stage_count(&app_request_table), 0);
	stage_pair(&stage.phone, NULL);
	expect_ok("suspended", credential_take(&stage.caller.credential, CREDENTIAL_SUSPEND,
	    &(struct credential_because){ .now = stage.now }, &changed, &stage.why), &stage.why);
	credential_put(unit, &stage.arena, &stage.caller.credential);
	stage_commit(unit);
	ask_as(&stage.account.id);
	expect_ok("a suspended phone", stage.err, &stage.why);
	expect_number("no request", stage_count(&app_request_table), 0);
}

static void
a_new_number_ends_the_one_before(void **state)
{
	struct id before;

	(void)state;
	stage_pair(&stage.phone, NULL);
	ask_as(&stage.account.id);
	before = stage.login.app.request;
	stage_ask();
	expect_ok("asked again", stage.err, &stage.why);
	expect_number("one request", stage_count(&app_request_table), 1);
	expect_number("the old one is gone",
	    stage_look(app_request_ask(&stage.arena, &stage.account.id, &before)).count, 0);
}

/* Another login, of this browser, from this address. */
static void
ask_from(const char *address, uint8_t browser)
{
	struct unit *unit = stage_unit();

	expect_true("an address", address_read(span_text(address), &stage.address));
	stage_login(&stage.account.id);
	memset(stage.login.browser, browser, sizeof(stage.login.browser));
	login_put(unit, &stage.login);
	stage_commit(unit);
	stage.login.generation = stage_look(login_ask(&stage.login.id)).rows[0].generation;
	stage_ask();
	expect_ok("asked", stage.err, &stage.why);
}

static enum login_app_state
state_of(const struct login *login)
{
	const struct ask asked = stage_look(login_ask(&login->id));
	struct login now;

	expect_ok("the login", login_loaded(&stage.arena, &asked, NULL, &now, &stage.why), &stage.why);
	return now.app.state;
}

static void
of_one_browser_and_of_one_network_one_request_waits(void **state)
{
	static const struct { const char *title, *address; uint8_t browser; size_t waiting; } asks[] = {
		{ "the person, at home", "198.51.100.7", 1, 1 },
		{ "a stranger", "203.0.113.9", 2, 2 },
		{ "the stranger with another browser", "203.0.113.9", 3, 2 },
		{ "the stranger's browser elsewhere", "203.0.113.10", 3, 2 },
		{ "on a line of its own", "2001:db8:1:2::1", 4, 3 },
		{ "the same line, another address", "2001:db8:1:2:ffff::1", 5, 3 },
		{ "another line", "2001:db8:1:3::1", 6, 4 },
	};
	struct login persons = { 0 }, before;

	(void)state;
	stage_pair(&stage.phone, NULL);
	for (size_t i = 0; i < COUNT(asks); i++) {
		before = stage.login;
		ask_from(asks[i].address, asks[i].browser);
		expect_number(asks[i].title, stage_count(&app_request_table), asks[i].waiting);
		if (i == 0)
			persons = stage.login;
		if (i == 2)
			expect_number("whose place was taken is told", state_of(&before), LOGIN_APP_REPLACED);
	}
	expect_number("the person's own waits still", state_of(&persons), LOGIN_APP_WAITING);
	expect_number("in its place", stage_look(app_request_ask(&stage.arena, &stage.account.id,
	    &persons.app.request)).count, 1);
}

static void
a_login_that_is_over_asks_nobody(void **state)
{
	struct login stale;

	(void)state;
	stage_pair(&stage.phone, NULL);
	stage_login(&stage.account.id);
	stale = stage.login;
	stage_ask();
	stage.login = stale;
	stage_ask();
	expect_problem("changed meanwhile", stage.err, &stage.why, ERR_CONFLICT, "the login changed meanwhile");
	stage_login(&stage.account.id);
	stage.login.state = LOGIN_REFUSED;
	stage_ask();
	expect_problem("refused", stage.err, &stage.why, ERR_CONFLICT, "the login is over");
	stage_login(&stage.account.id);
	stage.now = stage.login.expires;
	stage_ask();
	expect_problem("too late", stage.err, &stage.why, ERR_CONFLICT, "the login is over");
}

/* Push bombing: the requests wait, but no phone rings. */
static void
a_phone_rings_only_so_often(void **state)
{
	const uint32_t free = attempts_rules[ATTEMPTS_PUSH].free;
	size_t rung;

	(void)state;
	stage_pair(&stage.phone, NULL);
	subscribe(&stage.phone);
	for (unsigned i = 0; i < 20; i++)
		ask_as(&stage.account.id);
	rung = stage_notices(NOTICE_APP_REQUEST);
	expect_true("a few times", rung >= free && rung <= free + 1);
	expect_ok("and who opens the app sees it", stage.err, &stage.why);
	expect_span("the newest", stage_request().relying_party, BANK);
	stage_identify(&stage.phone);
	stage_answer(stage.code, stage.paired.pin);
	expect_number("answered", stage.answered.failed, APP_STEP_NONE);
	ask_as(&stage.account.id);
	expect_number("after a success it rings again", stage_notices(NOTICE_APP_REQUEST), rung + 1);
}

/* Which phone calls */

static void
on_caller_told(void *arg, enum err err, const struct app_caller *caller, const struct problem *why)
{
	(void)arg;
	stage_tell(err, why);
	stage.denial = caller->denial;
	if (err == OK)
		stage.caller = *caller;
}

static void
identify(const char *header, const char *body)
{
	const struct app_calling asked = { .header = span_text(header), .method = "POST",
		.target = span_text("/v1/app/push"), .body = span_text(body), .now = stage.now };

	app_identify(stage.store, &stage.arena, &stage.settings, &asked, on_caller_told, NULL);
	stage_run();
}

static const struct { const char *title; int64_t off; enum app_denial denial; } clocks[] = {
	{ "right", 0, APP_NOT_DENIED },
	{ "a minute fast", SECONDS(60), APP_NOT_DENIED },
	{ "a minute slow", SECONDS(-60), APP_NOT_DENIED },
	{ "more than a minute fast", SECONDS(60) + 1000, APP_CLOCK },
	{ "more than a minute slow", SECONDS(-60) - 1000, APP_CLOCK },
	{ "of another year", SECONDS(-40000000), APP_CLOCK },
};

static void
a_phone_is_known_by_its_key(void **state)
{
	const char *header;
	unsigned nonce = 100;

	(void)state;
	stage_pair(&stage.phone, NULL);
	for (size_t i = 0; i < COUNT(clocks); i++) {
		identify(phone_call(&stage.arena, &stage.phone, ORIGIN, "POST /v1/app/push", "{}",
		    instant_after(stage.now, clocks[i].off), nonce++), "{}");
		expect_number(clocks[i].title, stage.denial, clocks[i].denial);
		expect_number(clocks[i].title, stage.err, clocks[i].denial ? ERR_DENIED : OK);
	}
	header = phone_call(&stage.arena, &stage.phone, ORIGIN, "POST /v1/app/push", "{}", stage.now, nonce);
	identify(header, "{}");
	expect_ok("once", stage.err, &stage.why);
	expect_text("its account", stage.caller.account.number, stage.account.number);
	identify(header, "{}");
	expect_number("not twice", stage.denial, APP_REPLAYED);
	identify(phone_call(&stage.arena, &stage.phone, ORIGIN, "POST /v1/app/push", "{}", stage.now, nonce + 1),
	    "{ }");
	expect_number("another body", stage.denial, APP_FORGED);
	identify(phone_call(&stage.arena, &stage.phone, "https://evil.example", "POST /v1/app/push", "{}", stage.now,
	    nonce + 2), "{}");
	expect_number("another origin", stage.denial, APP_FORGED);
	identify(phone_call(&stage.arena, &stage.other, ORIGIN, "POST /v1/app/push", "{}", stage.now, nonce + 3), "{}");
	expect_number("another phone", stage.denial, APP_UNPAIRED);
	identify("Bearer abc", "{}");
	expect_number("no phone at all", stage.denial, APP_NOBODY);
	expect_number("forged calls keep nothing", stage_count(&app_nonce_table), 4);
}

static void
the_same_call_twice_at_once_is_one(void **state)
{
	const char *header;
	struct app_calling asked;
	enum err first;

	(void)state;
	stage_pair(&stage.phone, NULL);
	header = phone_call(&stage.arena, &stage.phone, ORIGIN, "POST /v1/app/push", "", stage.now, 1);
	asked = (struct app_calling){ .header = span_text(header), .method = "POST",
		.target = span_text("/v1/app/push"), .now = stage.now };
	app_identify(stage.store, &stage.arena, &stage.settings, &asked, on_caller_told, NULL);
	app_identify(stage.store, &stage.arena, &stage.settings, &asked, on_caller_told, NULL);
	stage_run();
	first = stage.err;
	stage_run();
	expect_true("one is known", (first == OK) != (stage.err == OK));
}

static void
a_revoked_phone_is_nobodys_and_a_suspended_one_is_told(void **state)
{
	struct credential *c = &stage.caller.credential;
	const enum credential_step steps[] = { CREDENTIAL_SUSPEND, CREDENTIAL_REVOKE };

	(void)state;
	stage_pair(&stage.phone, NULL);
	for (unsigned i = 0; i < COUNT(steps); i++) {
		struct unit *unit = stage_unit();
		bool changed;

		stage_identify(&stage.phone);
		expect_ok("a step", credential_take(c, steps[i], &(struct credential_because){ .now = stage.now },
		    &changed, &stage.why), &stage.why);
		credential_put(unit, &stage.arena, c);
		stage_commit(unit);
		identify(phone_call(&stage.arena, &stage.phone, ORIGIN, "POST /v1/app/push", "", stage.now, i), "");
		expect_number("known while suspended, then not", stage.denial, i ? APP_UNPAIRED : APP_NOT_DENIED);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_login_asks_the_phones_of_the_account),
		TEST(whose_account_it_is_shows_in_nothing),
		TEST(without_a_phone_in_use_nobody_is_asked),
		TEST(a_new_number_ends_the_one_before),
		TEST(of_one_browser_and_of_one_network_one_request_waits),
		TEST(a_login_that_is_over_asks_nobody),
		TEST(a_phone_rings_only_so_often),
		TEST(a_phone_is_known_by_its_key),
		TEST(the_same_call_twice_at_once_is_one),
		TEST(a_revoked_phone_is_nobodys_and_a_suspended_one_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
