/* tests/transaction/test_pairing_session.c - a pairing code is worth as much as the session that shows it. */
#include "transaction/app_stage.h"

/* The session as it is after a login by a card that was bound before. */
static struct credential
log_in_by_card(void)
{
	struct credential card = { .account = stage.account.id, .id = id_new(stage.now), .kind = CREDENTIAL_CARD,
		.state = CREDENTIAL_ACTIVE, .name = span_text("card"), .issued = stage.now,
		.card.handle = span_text("0123456789abcdef0123456789abcdef") };
	struct ask name = stage_look((struct ask){ .table = &credential_name_table,
		.from = credential_name_key(&stage.arena, CREDENTIAL_CARD, card.card.handle) });
	struct unit *unit = stage_unit();
	struct ask row;

	card.name_generation = name.count ? name.rows[0].generation : 0;

	stage.session.generation = stage_look(session_ask(stage.session.key)).rows[0].generation;
	stage.session.authentications[0] = (struct authentication){ .credential = card.id, .kind = CREDENTIAL_CARD,
		.at = stage.now, .facts = span_text(BY_CARD) };
	stage.session.authentication_count = 1;
	credential_put(unit, &stage.arena, &card);
	session_put(unit, &stage.session);
	stage_commit(unit);
	row = stage_look(credential_ask(&stage.arena, &card.account, &card.id));
	expect_ok("a card", credential_loaded(&stage.arena, row.rows, &card, &stage.why), &stage.why);
	return card;
}

static struct unit *
step_of(struct credential *c, enum credential_step step)
{
	const struct credential_because because = { .actor = span_text("person"), .reason = span_text("lost"),
		.now = stage.now };
	struct unit *unit = stage_unit();
	bool changed;

	expect_ok("a step", credential_take(c, step, &because, &changed, &stage.why), &stage.why);
	credential_put(unit, &stage.arena, c);
	return unit;
}

static void
what_the_session_rests_on_is_still_in_force(void **state)
{
	static const struct { const char *title; enum credential_step step; } stops[] = {
		{ "suspended", CREDENTIAL_SUSPEND }, { "revoked", CREDENTIAL_REVOKE },
	};
	struct credential card;
	struct unit *unit;

	(void)state;
	for (size_t i = 0; i < COUNT(stops); i++) {
		card = log_in_by_card();
		stage_begin(false);
		expect_ok("begun", stage.err, &stage.why);
		stage_commit(step_of(&card, stops[i].step));
		stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
		expect_problem(stops[i].title, stage.err, &stage.why, ERR_NOT_FOUND,
		    "no such pairing code waits");
	}
	log_in_by_card();
	stage_begin(false);
	stage.now = instant_after(stage.now, SECONDS(1));
	stage.account.sessions_from = stage.now;
	unit = stage_unit();
	account_put(unit, &stage.arena, &stage.account);
	stage_commit(unit);
	stage_pair_as((struct pairing_pair[]){ stage_pair_of(&stage.phone, stage.begun.code, NULL) });
	expect_problem("logged out everywhere", stage.err, &stage.why, ERR_NOT_FOUND, "no such pairing code waits");
}

/* The phone would be worth more than what the session has shown. */
static void
a_weak_session_shows_no_code(void **state)
{
	(void)state;
	log_in_by_card();
	stage.session.authentications[0].facts = span_text("{\"token.kinds\":[\"otp-app\"],"
	    "\"token.otp_lifetime\":90}");
	stage_begin(false);
	expect_problem("by a one-time code", stage.err, &stage.why, ERR_DENIED, "of at least the same level");
	expect_number("none waits", stage_count(&pairing_code_table), 0);
}

static void
on_stopped(void *arg, const struct committed *committed)
{
	*(struct committed *)arg = *committed;
}

/* At whatever moment of a pairing the card is revoked: when that is done first, no phone is bound. */
static void
who_stops_it_in_that_moment_was_first(void **state)
{
	unsigned bound = 0, unbound = 0;

	(void)state;
	for (int steps = 0; steps < 12; steps++) {
		struct credential card = log_in_by_card();
		struct committed stopped = { .code = ERR_UNAVAILABLE };
		struct pairing_pair asked;
		struct phone phone = phone_new(&stage.arena);

		stage_begin(false);
		asked = stage_pair_of(&phone, stage.begun.code, NULL);
		pairing_pair(stage.store, &stage.arena, &stage.settings, &asked, stage_on_paired, NULL);
		for (int i = 0; i < steps && !stage.done; i++)
			store_memory_step(stage.store, stage.now);
		store_commit(stage.store, step_of(&card, CREDENTIAL_REVOKE), on_stopped, &stopped);
		while (store_memory_step(stage.store, stage.now))
			continue;
		expect_true("both have an end", stage.done && stopped.code == OK);
		stage.done = false;
		if (stage.err == OK) {
			stage_identify(&phone);
			expect_true("before it was revoked",
			    stage.caller.credential.generation < stopped.generation);
			bound++;
		} else {
			expect_number("told what all are", stage.err, ERR_NOT_FOUND);
			unbound++;
		}
		EVP_PKEY_free(phone.key);
	}
	expect_true("either was first now and then", bound && unbound);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_open, stage_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_session_rests_on_is_still_in_force),
		TEST(a_weak_session_shows_no_code),
		TEST(who_stops_it_in_that_moment_was_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
