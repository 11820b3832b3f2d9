/* tests/front/test_withdrawal.c - a consent taken back over HTTP: what its relying party holds ends with it, whatever
 * is given meanwhile, and nothing else does.
 */
#include "front/account_stage.h"
#include "store/late_store.h"

#include "front/account/visit.h"
#include "transaction/logout/logout_notice.h"

#define CITY "https://city.example/"

static const struct held {
	const char *title, *client, *entity_id;
	bool others, ended, ends;    /* of another person; before, after */
	const char *session;         /* by which the client knows it; NULL: it knows none */
} held[] = {
	{ "one of the service's client ends", CITY, CITY, false, false, true, "at home" },
	{ "one of a client that registered itself for it ends", "c_1", CITY, false, false, true, "at home" },
	{ "one that had ended stays as it was", CITY, CITY, false, true, true, "of yesterday" },
	{ "another service keeps its", "https://shop.example/", "https://shop.example/", false, false, false, "b" },
	{ "so does a client that registered itself for that", "c_2", "https://shop.example/", false, false, false,
	  "b" },
	{ "the service keeps what another person gave it", CITY, CITY, true, false, false, "of another" },
	{ "a second in one session ends", CITY, CITY, false, false, true, "at home" },
	{ "one in another session ends", CITY, CITY, false, false, true, "on the way" },
	{ "one whose client knows no session ends", "c_3", CITY, false, false, true, NULL },
};

static struct {
	struct id ids[COUNT(held)];
	struct late_store late;
	struct id given_late;
} withdrawing;

static struct id
put_grant(struct unit *unit, const struct held *h)
{
	const struct person *whose = h->others ? &stage.other : &stage.person;
	struct grant g = { .id = id_new(clock_now()), .protocol = GRANT_OIDC, .client = span_text(h->client),
		.entity_id = span_text(h->entity_id), .account = whose->account.id, .persona = PERSONA_PRIVATE,
		.subject = span_text("who"), .session_name = span_text(h->session ? h->session : ""),
		.made = stage.now, .expires = instant_after(stage.now, SECONDS(3600)) };

	if (h->ended)
		grant_end(&g, stage.now);
	grant_put(unit, &g);
	return g.id;
}

static struct grant
grant_now(const struct id *id)
{
	struct stage_look look = stage_load(grant_ask(id));
	struct grant g = { .protocol = GRANT_OF_NOBODY };

	expect_number("it is there", look.count, 1);
	expect_true("it is read", look.count && grant_read(look.rows[0].value, &g));
	return g;
}

static int
withdraw(void)
{
	char id[LEDGER_ID_TEXT];

	return ask(arena_print(&stage.arena, "DELETE /v1/account/consents/%s", ledger_id_text(&page.consent, id)), "");
}

static void
what_a_service_holds_ends_with_the_consent(void **state)
{
	struct unit *unit;

	(void)state;
	page_open(200);
	unit = stage_unit();
	for (size_t i = 0; i < COUNT(held); i++)
		withdrawing.ids[i] = put_grant(unit, &held[i]);
	stage_commit(unit);
	expect_number("withdrawn", withdraw(), 204);
	for (size_t i = 0; i < COUNT(held); i++) {
		struct grant g = grant_now(&withdrawing.ids[i]);

		expect_number(held[i].title, !grant_in_force(&g, stage.now), held[i].ends);
		expect_true("when it ended stands", !held[i].ended || g.ended.us == stage.now.us);
	}
	expect_answer("told once", ask("GET /v1/account/history", ""), 200, "\"kind\":\"consent-withdrawn\"");
	page_close();
}

/* Of each session once, in the queue that logging out fills, too. */
static void
who_held_it_is_told_that_the_session_is_over(void **state)
{
	static const struct { const char *client, *session; } wanted[] = {
		{ CITY, "at home" }, { CITY, "on the way" }, { "c_1", "at home" },
	};
	struct stage_look look;
	struct unit *unit;

	(void)state;
	page_open(206);
	unit = stage_unit();
	for (size_t i = 0; i < COUNT(held); i++)
		put_grant(unit, &held[i]);
	stage_commit(unit);
	expect_number("withdrawn", withdraw(), 204);
	look = stage_load((struct ask){ .table = &logout_notice_table, .limit = 10 });
	expect_number("so many are to be told", look.count, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		size_t found = 0;

		for (size_t n = 0; n < look.count; n++) {
			struct logout_notice notice;

			expect_true("it is read", logout_notice_read(look.rows[n].value, &notice));
			found += span_is(notice.client, wanted[i].client) && span_is(notice.subject, "who") &&
			    span_is(notice.session, wanted[i].session);
		}
		expect_number(wanted[i].session, found, 1);
	}
	expect_number("again", withdraw(), 204);
	expect_number("tells nobody twice", stage_count(&logout_notice_table), COUNT(wanted));
	page_close();
}

/* More than are looked at at one time, behind more of another service's. */
static void
all_of_many_end(void **state)
{
	const size_t many = GRANTS_LOOKED_AT + 20;
	struct id *ids, others;
	struct unit *unit;

	(void)state;
	page_open(201);
	ids = arena_array(&stage.arena, struct id, many);
	unit = stage_unit();
	for (size_t i = 0; i < many; i++)
		ids[i] = put_grant(unit, &held[0]);
	for (size_t i = 0; i < many; i++)
		others = put_grant(unit, &held[3]);
	stage_commit(unit);
	expect_number("withdrawn", withdraw(), 204);
	for (size_t i = 0; i < many; i++) {
		struct grant g = grant_now(&ids[i]);

		expect_true("each has ended", !grant_in_force(&g, stage.now));
	}
	expect_true("another's has not", grant_in_force(&(struct grant[]){ grant_now(&others) }[0], stage.now));
	page_close();
}

static void
ignore_committed(void *arg, const struct committed *c)
{
	(void)arg;
	expect_number("given", c->code, OK);
}

/* By who had judged the consent before it was taken back. */
static void
give_meanwhile(int round)
{
	struct unit *unit;

	(void)round;
	if (!withdrawing.late.held)
		return;
	unit = stage_unit();
	withdrawing.given_late = put_grant(unit, &held[0]);
	store_commit(stage.store, unit, ignore_committed, NULL);
	late_store_release(&withdrawing.late);
}

static void
what_is_given_in_the_same_moment_ends_too(void **state)
{
	struct grant g;

	(void)state;
	page_open(202);
	withdrawing.late = late_store_of(stage.store);
	withdrawing.late.holds = true;
	page.front->store = &withdrawing.late.store;
	page.meanwhile = give_meanwhile;
	expect_number("withdrawn", withdraw(), 204);
	page.meanwhile = NULL;
	g = grant_now(&withdrawing.given_late);
	expect_true("it ended", !grant_in_force(&g, stage.now));
	page_close();
}

/* A recorder that died between the rounds, or a row from a time before. */
static void
withdrawn_again_it_goes_on_where_it_was_interrupted(void **state)
{
	struct unit *unit;
	struct grant g;
	struct id id;

	(void)state;
	page_open(203);
	expect_number("withdrawn", withdraw(), 204);
	unit = stage_unit();
	id = put_grant(unit, &held[0]);
	stage_commit(unit);
	expect_number("again", withdraw(), 204);
	g = grant_now(&id);
	expect_true("it ended", !grant_in_force(&g, stage.now));
	page_close();
}

/* Of more than this build knows nobody says that it has ended. */
static void
what_cannot_be_read_stops_it(void **state)
{
	struct unit *unit;
	struct id id;

	(void)state;
	page_open(204);
	unit = stage_unit();
	id = put_grant(unit, &held[0]);
	unit_put(unit, &grant_table, id_span(&id), span_text("?"));
	stage_commit(unit);
	expect_answer("not done", withdraw(), 503, "a form that this build does not read");
	expect_answer("in force still", ask("GET /v1/account/consents", ""), 200, "\"withdrawn\":null");
	page_close();
}

/* As a sign-on leaves them. */
static void
declined_items_and_what_was_told_are_shown_in_words(void **state)
{
	struct consent c = { .relying_party = span_text("https://shop.example/"), .name = span_text("Shop"),
		.purpose = span_text("sign-on:0123456789abcdef"), .persona = PERSONA_PRIVATE,
		.items = span_text("age_over_20,-birthdate,offline_access,verified_claims") };
	struct unit *unit;

	(void)state;
	page_open(205);
	unit = stage_unit();
	consent_give(&c, stage.now);
	consent_put(unit, &stage.arena, &stage.person.account.id, &c);
	history_add(unit, &stage.person.account.id, &(struct history_event){ .kind = HISTORY_RELEASED, .at = stage.now,
	    .actor = span_text("person"), .name = c.name, .relying_party = c.relying_party,
	    .items = span_text("nickname,age_over_20") });
	stage_commit(unit);
	expect_answer("agreed to, and not", ask("GET /v1/account/consents", ""), 200,
	    "{\"name\":\"age_over_20\",\"title\":{\"ja\":\"20歳以上かどうか\",\"en\":\"Whether 20 or older\"},\"told\":"
	    "true}|{\"name\":\"birthdate\",\"title\":{\"ja\":\"生年月日\",\"en\":\"Date of birth\"},\"told\":false}|"
	    "\"en\":\"Use after you have logged out\"|\"en\":\"When and how your identity was confirmed\"|!-birthdate");
	expect_answer("told", ask("GET /v1/account/history", ""), 200, "\"relying_party\":\"https://shop.example/\","
	    "\"items\":[{\"name\":\"nickname\",\"title\":{\"ja\":\"ニックネーム\",\"en\":\"Nickname\"}},{\"name\":"
	    "\"age_over_20\",\"title\":{\"ja\":\"20歳以上かどうか\",\"en\":\"Whether 20 or older\"}}],\"consent\":null");
	page_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_service_holds_ends_with_the_consent),
		cmocka_unit_test(who_held_it_is_told_that_the_session_is_over),
		cmocka_unit_test(all_of_many_end),
		cmocka_unit_test(what_is_given_in_the_same_moment_ends_too),
		cmocka_unit_test(withdrawn_again_it_goes_on_where_it_was_interrupted),
		cmocka_unit_test(what_cannot_be_read_stops_it),
		cmocka_unit_test(declined_items_and_what_was_told_are_shown_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
