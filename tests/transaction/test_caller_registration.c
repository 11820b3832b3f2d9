/* tests/transaction/test_caller_registration.c - steps of operators with machine callers, against a store that answers
 * late, loses races and holds what nobody can read. */
#include "transaction/stage.h"

#include "crypto/jwt_maker.h"
#include "transaction/caller/registration.h"

static struct caller_step
creating(const struct stage *s, const char *name, struct span key)
{
	return (struct caller_step){ .by = { .actor = span_text("uid:1000") }, .change = { .action = CALLER_CREATE,
	    .name = span_text(name), .member = span_text("bank"), .rights = CALLER_DECIDE, .key = key,
	    .now = s->now } };
}

/* What became of the last step. */
static struct caller_verdict told;

static void
on_told(void *arg, enum err err, const struct caller_verdict *verdict, const struct problem *why)
{
	struct stage *s = arg;

	s->done = true;
	s->err = err;
	told = (struct caller_verdict){ .fate = CALLER_UNDECIDED };
	if (verdict)
		told = *verdict;
	if (err != OK)
		s->why = *why;
}

static enum err
take(struct stage *s, const struct caller_step *step)
{
	store_memory_become(s->store, ROLE_STEWARD);
	s->done = false;
	caller_registration_start(s->store, step, on_told, s);
	expect_true("nobody is answered at once", !s->done);
	stage_run(s);
	store_memory_become(s->store, ROLE_WORKER);
	return s->err;
}

static void
what_takes_effect_is_told_in_the_journal(void **state)
{
	static const char part[] = "\"event\":\"caller.changed\",\"expires\":null,\"key\":null,\"member\":\"bank\"";

	(void)state;
	for (uint64_t seed = 1; seed < 8; seed++) {
		struct caller_step step;
		struct stage_look look;
		struct caller kept;
		struct stage s;

		stage_open(&s, seed);
		stage_member(&s, "bank", STANDING_APPROVED);
		step = creating(&s, "bank-1", (struct span){ 0 });
		expect_ok("one operator is enough", take(&s, &step), &s.why);
		expect_number("it counts now", told.fate, CALLER_EFFECTIVE);
		look = stage_load(&s, &caller_table);
		expect_true("it is there", look.count == 1 && caller_read(look.value, &kept));
		expect_true("with the token that is told",
		    span_equal(kept.token, span_of(told.outcome.token.digest, 32)));
		look = stage_load(&s, &journal_table);
		expect_true("once in the journal", look.count == 1 &&
		    memmem(look.value.data, look.value.size, part, sizeof(part) - 1));
		expect_problem("a name is given once", take(&s, &step), &s.why, ERR_CONFLICT, "already");
		expect_number("and of that nothing is told", stage_load(&s, &journal_table).count, 1);
		stage_close(&s);
	}
}

static void
a_race_is_run_again_once(void **state)
{
	struct caller_step step;
	struct stage_look look;
	struct caller kept;
	struct stage s;

	(void)state;
	stage_open(&s, 9);
	stage_member(&s, "bank", STANDING_APPROVED);
	step = creating(&s, "bank-1", (struct span){ 0 });
	store_memory_fail_commits(s.store, 2, ERR_CONFLICT);
	expect_problem("two races are told", take(&s, &step), &s.why, ERR_CONFLICT, "could not be written: conflict");
	store_memory_fail_commits(s.store, 1, ERR_FULL);
	expect_problem("a full disk is told", take(&s, &step), &s.why, ERR_FULL, "could not be written: full");
	expect_number("and nothing is there", stage_load(&s, &caller_table).count, 0);
	store_memory_fail_commits(s.store, 1, ERR_CONFLICT);
	expect_ok("one race is overcome", take(&s, &step), &s.why);
	look = stage_load(&s, &caller_table);
	expect_true("with the second's token", look.count == 1 && caller_read(look.value, &kept) &&
	    span_equal(kept.token, span_of(told.outcome.token.digest, 32)));
	stage_close(&s);
}

static void
a_key_is_one_caller_s(void **state)
{
	struct maker_key key;
	struct caller_step step;
	struct stage s;

	(void)state;
	stage_open(&s, 10);
	stage_member(&s, "bank", STANDING_APPROVED);
	key = maker_key_new(&s.arena, "ED25519");
	step = creating(&s, "bank-1", key.spki);
	expect_ok("the first has it", take(&s, &step), &s.why);
	step = creating(&s, "bank-2", key.spki);
	expect_problem("the second cannot", take(&s, &step), &s.why, ERR_CONFLICT,
	    "that key is registered with another caller");
	expect_number("and is not there", stage_load(&s, &caller_table).count, 1);
	maker_key_free(&key);
	stage_close(&s);
}

/* One operator alone could otherwise give away the key that others are about to approve. */
static void
a_key_that_waits_is_one_caller_s_too(void **state)
{
	struct caller_step audit, decide, back = { .change = { .action = CALLER_WITHDRAW } };
	struct maker_key key;
	struct stage s;

	(void)state;
	stage_open(&s, 12);
	stage_member(&s, "bank", STANDING_APPROVED);
	key = maker_key_new(&s.arena, "ED25519");
	audit = creating(&s, "bank-1", key.spki);
	audit.change.rights = CALLER_AUDIT;
	audit.by = (struct agreeing){ span_text("uid:1"), { span_text("uid:1\nuid:2"), 2 } };
	decide = creating(&s, "bank-2", key.spki);
	back.change.name = span_text("bank-1");
	back.change.now = s.now;
	back.by = decide.by = audit.by;
	expect_ok("it waits", take(&s, &audit), &s.why);
	expect_number("for operators", stage_load(&s, &caller_table).count, 0);
	expect_problem("another caller cannot have it", take(&s, &decide), &s.why, ERR_CONFLICT,
	    "registered with another caller, or waits to be");
	expect_ok("taken back", take(&s, &back), &s.why);
	expect_number("it is nobody's", stage_load(&s, &caller_secret_table).count, 0);
	expect_ok("and another may have it", take(&s, &decide), &s.why);
	expect_problem("then it cannot be proposed", take(&s, &audit), &s.why, ERR_CONFLICT,
	    "registered with another caller");
	expect_number("and nothing waits", stage_load(&s, &caller_proposal_table).count, 0);
	maker_key_free(&key);
	stage_close(&s);
}

static void
what_cannot_be_read_is_never_taken_for_absent(void **state)
{
	static const struct {
		const char *title;
		const struct table *table;
		const char *key;
		enum err err;
		const char *part;
	} cases[] = {
		{ "a caller of another form", &caller_table, "bank-1", ERR_UNAVAILABLE, "bank-1" },
		{ "a proposal of another form", &caller_proposal_table, "bank-1", ERR_UNSUPPORTED,
		    "what waits for the caller \"bank-1\" is of a form this build does not know" },
		{ "a member of another form", &member_table, "bank", ERR_UNSUPPORTED, "the member \"bank\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct caller_step step;
		struct stage s;

		stage_open(&s, 11 + i);
		stage_member(&s, "bank", STANDING_APPROVED);
		stage_strange(&s, cases[i].table, span_text(cases[i].key));
		step = creating(&s, "bank-1", (struct span){ 0 });
		expect_problem(cases[i].title, take(&s, &step), &s.why, cases[i].err, cases[i].part);
		expect_number("nothing is told", stage_load(&s, &journal_table).count, 0);
		stage_close(&s);
	}
}

static void
who_has_gone_is_not_answered(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps < 3; steps++) {
		struct caller_step step;
		struct pending *p;
		struct stage s;

		stage_open(&s, 20 + steps);
		stage_member(&s, "bank", STANDING_APPROVED);
		store_memory_become(s.store, ROLE_STEWARD);
		step = creating(&s, "bank-1", (struct span){ 0 });
		s.done = false;
		p = caller_registration_start(s.store, &step, on_told, &s);
		for (unsigned i = 0; i < steps; i++)
			expect_true("a step", store_memory_step(s.store, s.now));
		expect_true("is not the last", !s.done);
		pending_cancel(&p);
		while (store_memory_step(s.store, s.now))
			continue;
		expect_true("nobody is told", !s.done);
		stage_close(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_takes_effect_is_told_in_the_journal),
		cmocka_unit_test(a_race_is_run_again_once),
		cmocka_unit_test(a_key_is_one_caller_s),
		cmocka_unit_test(a_key_that_waits_is_one_caller_s_too),
		cmocka_unit_test(what_cannot_be_read_is_never_taken_for_absent),
		cmocka_unit_test(who_has_gone_is_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
