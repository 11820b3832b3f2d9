/* tests/transaction/test_session_end.c - a session ends: what goes with it, what stays, and who is to be told. */
#include "transaction/sign_on_stage.h"
#include "store/late_store.h"

#include "transaction/account/person_erasure.h"
#include "transaction/logout/session_end.h"

static struct {
	struct logout_notice list[8]; /* in the order of their ids, which is none */
	size_t count;
} told;

static void
look_who_is_told(void)
{
	struct stage_look look = stage_load((struct ask){ .table = &logout_notice_table, .limit = COUNT(told.list) });

	told.count = look.count;
	for (size_t i = 0; i < look.count; i++)
		expect_true("it is read", logout_notice_read(look.rows[i].value, &told.list[i]));
}

static struct logout_notice
notice_to(const char *client)
{
	for (size_t i = 0; i < told.count; i++)
		if (span_is(told.list[i].client, client))
			return told.list[i];
	return (struct logout_notice){ .tries = 0 };
}

static void
on_end(void *arg, enum err err, const struct problem *why)
{
	(void)arg;
	stage.done = true;
	stage.err = err;
	if (why)
		stage.why = *why;
}

static struct session_end
ending(bool everywhere)
{
	sign_on_visitor();
	return (struct session_end){ .session = &signing.session, .account = &signing.account,
		.everywhere = everywhere, .by = span_text(""), .now = stage.now };
}

static void
end(bool everywhere)
{
	struct session_end request = ending(everywhere);

	stage.done = false;
	session_end(stage.store, &stage.arena, &request, on_end, NULL);
	expect_true("nothing is answered before the call returns", !stage.done);
	stage_run();
}

/* A grant beside those of sign-ons, as another client's. */
static struct grant
granted_by(enum grant_protocol protocol, const char *client, const struct id *session, bool lasts)
{
	const struct grant g = { .id = id_new(stage.now), .protocol = protocol, .client = span_text(client),
		.entity_id = span_text(client), .account = stage.person.account.id,
		.session = lasts ? (struct id){ { 0 } } : *session, .begun_in = *session,
		.session_name = span_text(arena_print(&stage.arena, "sid at %s", client)),
		.subject = span_text(arena_print(&stage.arena, "sub at %s", client)), .made = stage.now,
		.expires = instant_after(stage.now, SECONDS(3600)) };
	struct unit *unit = stage_unit();

	grant_put(unit, &g);
	stage_commit(unit);
	return g;
}

static struct grant
granted(const char *client, const struct id *session, bool lasts)
{
	return granted_by(GRANT_OIDC, client, session, lasts);
}

static bool
is_there(const struct grant *g)
{
	return stage_load(grant_ask(&g->id)).count == 1;
}

static void
logged_in(uint64_t seed)
{
	sign_on_stage_open(seed);
	sign_on_log_in(&stage.person);
	sign_on_visitor();
}

static void
what_was_granted_in_it_ends_and_each_client_is_told_once(void **state)
{
	struct id elsewhere = { { 9 } };
	struct grant first, again, lasting, others;
	struct sign_on asked;
	struct logout_notice n;

	(void)state;
	logged_in(1);
	asked = sign_on_asked();
	expect_text("the page", sign_on_run(&asked), "consent");
	expect_ok("yes", sign_on_agreed(PERSONA_PRIVATE, ""), &stage.why);
	expect_text("to the shop", sign_on_go_on(), "done");
	first = signing.grant;
	expect_text("and once more", sign_on_run(&asked), "done");
	again = signing.grant;
	lasting = granted("https://calendar.example/", &signing.session.id, true);
	others = granted("https://other.example/", &elsewhere, false);
	end(false);
	expect_ok("it ends", stage.err, &stage.why);
	expect_number("the row is gone", stage_count(&session_table), 0);
	expect_true("what the shop held is", !is_there(&first) && !is_there(&again));
	expect_true("what is to last is not", is_there(&lasting));
	expect_true("nor what another session granted", is_there(&others));
	expect_number("with their marks", stage_count(&grant_of_account_table), 2);
	look_who_is_told();
	expect_number("two are told", told.count, 2);
	n = notice_to(SHOP);
	expect_span("the shop, of whom it knows", n.subject, arena_print(&stage.arena, "%.*s",
	    SPAN_ARGS(first.subject)));
	expect_true("and of which session", span_equal(n.session, pairwise_session(&stage.arena,
	    &signing.settings.pairwise, &signing.session.id, span_text(SHOP))));
	expect_number("at once", n.next.us, stage.now.us);
	expect_number("for a day", n.until.us, stage.now.us + SECONDS(86400));
	expect_span("and whoever may go on, too", notice_to("https://calendar.example/").session,
	    "sid at https://calendar.example/");
	sign_on_stage_close();
}

static void
everywhere_means_each_session_there_is(void **state)
{
	struct id later;
	struct grant here, there, after;

	(void)state;
	logged_in(2);
	later = id_new(instant_after(stage.now, SECONDS(10)));
	here = granted("https://here.example/", &signing.session.id, false);
	there = granted("https://there.example/", &(struct id){ { 0, 1 } }, false);
	after = granted("https://after.example/", &later, false);
	end(true);
	expect_ok("they end", stage.err, &stage.why);
	expect_true("this one's and the other's", !is_there(&here) && !is_there(&there));
	expect_true("of one that begins afterwards nothing", is_there(&after));
	look_who_is_told();
	expect_number("two are told", told.count, 2);
	sign_on_visitor();
	expect_true("nobody is logged in", !signing.logged_in);
	sign_on_stage_close();
}

/* Between looking and ending. */
static void
what_is_granted_in_that_moment_ends_too(void **state)
{
	struct late_store late;
	struct session_end request;
	struct grant before, between, lasting;

	(void)state;
	logged_in(3);
	late = late_store_of(stage.store);
	before = granted("https://before.example/", &signing.session.id, false);
	lasting = granted("https://lasting.example/", &signing.session.id, true);
	request = ending(false);
	late.holds = true;
	stage.done = false;
	session_end(&late.store, &stage.arena, &request, on_end, NULL);
	while (!late.held)
		store_memory_step(stage.store, stage.now);
	between = granted("https://between.example/", &signing.session.id, false);
	stage.done = false;
	late_store_release(&late);
	stage_run();
	expect_ok("it ends", stage.err, &stage.why);
	expect_true("with both", !is_there(&before) && !is_there(&between) && is_there(&lasting));
	look_who_is_told();
	expect_number("each of the three is told once", told.count, 3);
	sign_on_stage_close();
}

/* The session's end is let in behind what was granted in that moment; `failing` of the commits after it fail. */
static struct grant
granted_while_it_ends(enum grant_protocol protocol, size_t failing)
{
	struct late_store late = late_store_of(stage.store);
	struct session_end request = ending(false);
	struct grant between;

	late.holds = true;
	session_end(&late.store, &stage.arena, &request, on_end, NULL);
	while (!late.held)
		store_memory_step(stage.store, stage.now);
	between = granted_by(protocol, "https://between.example/", &signing.session.id, false);
	stage.done = false;
	late_store_release(&late);
	while (stage_count(&session_table))
		store_memory_step(stage.store, stage.now);
	store_memory_fail_commits(stage.store, failing, ERR_FULL);
	stage_run();
	return between;
}

static void
whatever_comes_of_looking_again_the_session_has_ended(void **state)
{
	static const struct {
		const char *title;
		enum grant_protocol protocol;
		size_t failing, told;
		bool left;
	} cases[] = {
		{ "a relying party that nobody tells holds nothing any more", GRANT_SAML, 0, 0, false },
		{ "one that is told, too", GRANT_OIDC, 0, 1, false },
		{ "what could not be taken away is no reason to say that the session goes on", GRANT_OIDC, 1, 0, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct grant between;

		logged_in(40 + i);
		between = granted_while_it_ends(cases[i].protocol, cases[i].failing);
		expect_ok(cases[i].title, stage.err, &stage.why);
		expect_number(cases[i].title, is_there(&between), cases[i].left);
		look_who_is_told();
		expect_number(cases[i].title, told.count, cases[i].told);
		expect_number(cases[i].title, stage_count(&session_table), 0);
		sign_on_stage_close();
	}
}

static void
many_are_ended_page_by_page(void **state)
{
	struct id session;

	(void)state;
	logged_in(4);
	session = signing.session.id;
	for (int i = 0; i < GRANTS_LOOKED_AT + 3; i++)
		granted("https://busy.example/", &session, false);
	end(false);
	expect_ok("it ends", stage.err, &stage.why);
	expect_number("none is left", stage_count(&grant_of_account_table), 0);
	expect_number("nor of the grants themselves", stage_count(&grant_table), 0);
	look_who_is_told();
	expect_number("one is told, once", told.count, 1);
	sign_on_stage_close();
}

static void
of_an_account_that_changed_meanwhile_nothing_ends(void **state)
{
	struct session_end request;
	struct grant held;
	struct unit *unit;

	(void)state;
	logged_in(5);
	held = granted("https://held.example/", &signing.session.id, false);
	request = ending(false);
	unit = stage_unit();
	account_put(unit, &stage.arena, &signing.account);
	stage_commit(unit);
	stage.done = false;
	session_end(stage.store, &stage.arena, &request, on_end, NULL);
	stage_run();
	expect_problem("ask again", stage.err, &stage.why, ERR_CONFLICT, "changed meanwhile");
	expect_true("what was held is", is_there(&held));
	look_who_is_told();
	expect_number("and nobody is told", told.count, 0);
	sign_on_stage_close();
}

static void
on_erased(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	(void)report;
	on_end(arg, err, why);
}

static void
an_account_that_is_erased_leaves_no_grant(void **state)
{
	struct person_erasure request;
	struct grant held, lasting;

	(void)state;
	logged_in(6);
	held = granted("https://held.example/", &signing.session.id, false);
	lasting = granted("https://lasting.example/", &signing.session.id, true);
	request = (struct person_erasure){ .account = stage.person.account.id, .actor = span_text("person"),
		.session = span_of(signing.key, sizeof(signing.key)), .now = stage.now };
	stage.done = false;
	person_erase(stage.store, &request, on_erased, NULL);
	stage_run();
	expect_ok("erased", stage.err, &stage.why);
	expect_true("not one that was to last, either", !is_there(&held) && !is_there(&lasting));
	expect_number("nor a mark", stage_count(&grant_of_account_table), 0);
	look_who_is_told();
	expect_number("both are told", told.count, 2);
	sign_on_stage_close();
}

static void
a_notice_is_read_as_it_was_written(void **state)
{
	static const struct { const char *title; struct logout_notice n; bool good; } cases[] = {
		{ "whole", { .id = { { 1 } }, .client = { (const uint8_t *)"c", 1 },
		  .subject = { (const uint8_t *)"s", 1 },
		    .session = { (const uint8_t *)"i", 1 }, .until = { 5 }, .tries = 3 }, true },
		{ "without a session", { .id = { { 1 } }, .client = { (const uint8_t *)"c", 1 },
		    .subject = { (const uint8_t *)"s", 1 }, .until = { 5 } }, true },
		{ "of nobody", { .id = { { 1 } }, .client = { (const uint8_t *)"c", 1 }, .until = { 5 } }, false },
		{ "to nobody", { .id = { { 1 } }, .subject = { (const uint8_t *)"s", 1 }, .until = { 5 } }, false },
		{ "for ever", { .id = { { 1 } }, .client = { (const uint8_t *)"c", 1 },
		    .subject = { (const uint8_t *)"s", 1 } }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buffer b = buffer_init(KIB);
		struct logout_notice n;

		logout_notice_write(&b, &cases[i].n);
		expect_number(cases[i].title, logout_notice_read(buffer_span(&b), &n), cases[i].good);
		if (cases[i].good)
			expect_true("the same", n.tries == cases[i].n.tries &&
			    span_equal(n.client, cases[i].n.client) &&
			    span_equal(n.session, cases[i].n.session));
		expect_true("no byte less", !logout_notice_read(span_first(buffer_span(&b),
		    buffer_span(&b).size - 1), &n));
		buffer_release(&b);
	}
}

static void
a_session_that_goes_on_under_another_key_is_looked_at_again(void **state)
{
	struct late_store late;
	struct session_end request;
	struct session again;
	struct unit *unit;

	(void)state;
	logged_in(31);
	late = late_store_of(stage.store);
	request = ending(false);
	late.holds = true;
	stage.done = false;
	session_end(&late.store, &stage.arena, &request, on_end, NULL);
	while (!late.held)
		store_memory_step(stage.store, stage.now);
	again = signing.session;
	again.key[0] ^= 1;
	again.generation = 0;
	unit = unit_new(&stage.arena, store_tables(stage.store), id_new(stage.now));
	session_put(unit, &again);
	unit_expect(unit, &session_table, span_of(signing.session.key, 32), signing.session.generation);
	unit_delete(unit, &session_table, span_of(signing.session.key, 32));
	stage_commit(unit);
	stage.done = false;
	late_store_release(&late);
	stage_run();
	expect_number("it went on under another key: whoever ends it looks again", stage.err, ERR_CONFLICT);
	expect_number("and nothing is ended that was not looked at", stage_count(&session_table), 1);
	sign_on_stage_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_granted_in_it_ends_and_each_client_is_told_once),
		cmocka_unit_test(everywhere_means_each_session_there_is),
		cmocka_unit_test(what_is_granted_in_that_moment_ends_too),
		cmocka_unit_test(whatever_comes_of_looking_again_the_session_has_ended),
		cmocka_unit_test(many_are_ended_page_by_page),
		cmocka_unit_test(of_an_account_that_changed_meanwhile_nothing_ends),
		cmocka_unit_test(a_session_that_goes_on_under_another_key_is_looked_at_again),
		cmocka_unit_test(an_account_that_is_erased_leaves_no_grant),
		cmocka_unit_test(a_notice_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
