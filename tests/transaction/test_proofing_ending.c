/* tests/transaction/test_proofing_ending.c - what ends in the registry, or by the operator, ends proofing. */
#include "transaction/proofing_stage.h"

static void
what_ends_in_the_registry_ends_here(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;

	(void)state;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	put_member("platform", STANDING_SUSPENDED, platform);
	prove(&proof);
	expect_problem("the operator is suspended", world.err, &world.why, ERR_DENIED,
	    "the platform operator platform, to whom bank entrusted it, is suspended");
	put_member("platform", STANDING_APPROVED, platform);
	put_member("bank", STANDING_SUSPENDED, bank);
	prove(&proof);
	expect_problem("the member is", world.err, &world.why, ERR_DENIED, "only an approved one");
	put_member("bank", STANDING_APPROVED, bank);
	prove(&proof);
	expect_ok("the challenge still waited", world.err, &world.why);
}

static void
on_end_step(void *arg, enum err err, const struct proofing_end_report *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	world.done = true;
	expect_ok("a step", err, why);
}

static void
end_proofing(enum proofing_end_step step)
{
	const struct proofing_end_request request = { .step = step, .reason = span_text("test"), .now = world.noon,
		.by = { span_text("uid:1"), { span_text("uid:1"), 1 } } };

	store_memory_become(world.store, ROLE_STEWARD);
	world.done = false;
	proofing_end_start(world.store, &request, on_end_step, NULL);
	run();
	store_memory_become(world.store, ROLE_WORKER);
}

static void
on_ended_noted(void *arg, const struct committed *done)
{
	(void)arg;
	world.done = true;
	expect_number("it is noted", done->code, OK);
}

static void
note_erased(void)
{
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));
	struct proofing_end end;
	struct problem why;

	looked = proofing_end_ask();
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("ended", proofing_end_loaded(&looked, &end, &why), &why);
	store_memory_become(world.store, ROLE_STEWARD);
	proofing_end_put_erased(unit, &end, world.noon);
	world.done = false;
	store_commit(world.store, unit, on_ended_noted, NULL);
	run();
	store_memory_become(world.store, ROLE_WORKER);
}

static void
after_the_end_nobody_is_proved(void **state)
{
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	size_t logged;
	unsigned questions;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	logged = rows_of(&proofing_log_table);
	questions = world.source.asked;
	end_proofing(PROOFING_END);
	prove(&proof);
	expect_problem("what was signed before", world.err, &world.why, ERR_DENIED, "this service ended proofing at");
	begin(&asked);
	expect_problem("nor is anybody asked", world.err, &world.why, ERR_DENIED, "this service ended proofing at");
	expect_number("no source is", world.source.asked, questions);
	expect_number("the log is kept", rows_of(&proofing_log_table), logged);
	note_erased();
	end_proofing(PROOFING_RESUME);
	prove(&proof);
	expect_problem("resumed, no challenge from before waits", world.err, &world.why, ERR_NOT_FOUND,
	    "no challenge of yours");
	expect_number("nor is any source asked", world.source.asked, questions);
	asked.now = instant_after(world.noon, 1);
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	prove(&proof);
	expect_ok("but one from after does", world.err, &world.why);
}

/* A store that keeps a unit back until it is told to write it. */
static struct {
	struct store store;
	struct pending pending;
	const struct unit *unit;
	on_committed *done;
	void *arg;
} late;

static struct pending *
load_at_once(struct store *store, struct ask *asks, size_t count, on_loaded *done, void *arg)
{
	(void)store;
	return store_load(world.store, asks, count, done, arg);
}

static struct pending *
keep_back(struct store *store, const struct unit *unit, on_committed *done, void *arg)
{
	(void)store;
	late.unit = unit;
	late.done = done;
	late.arg = arg;
	return &late.pending;
}

/* The end falls between the look at it and the challenge's use. */
static void
a_question_under_way_at_the_end_is_not_verified(void **state)
{
	static const struct store_backend backend = { .load = load_at_once, .commit = keep_back };
	struct proofing_begin asked = bank_asks(JPKI_SIGNATURE);
	struct proofing_prove proof;
	unsigned questions;
	size_t waiting;

	(void)state;
	world.source.says = REVOCATION_GOOD;
	/* After the resumption before this. */
	asked.now = instant_after(world.noon, 1);
	begin(&asked);
	proof = bank_proves(SIGNATURE);
	waiting = rows_of(&proofing_challenge_table);
	questions = world.source.asked;
	late.store = (struct store){ &backend, tables };
	world.done = false;
	proofing_prove(&late.store, &world.arena, &world.settings, &proof, on_proved, NULL);
	run();
	expect_true("looked at, the challenge is to be used up", late.unit && !world.done);
	end_proofing(PROOFING_END);
	world.done = false;
	store_commit(world.store, late.unit, late.done, late.arg);
	run();
	expect_problem("but it has ended", world.err, &world.why, ERR_UNAVAILABLE, "proofing was ended or resumed");
	expect_number("no source is asked", world.source.asked, questions);
	expect_number("the challenge is still there", rows_of(&proofing_challenge_table), waiting);
	prove(&proof);
	expect_problem("asked again, it is told why", world.err, &world.why, ERR_DENIED,
	    "this service ended proofing at");
	note_erased();
	end_proofing(PROOFING_RESUME);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_in_the_registry_ends_here),
		cmocka_unit_test(after_the_end_nobody_is_proved),
		cmocka_unit_test(a_question_under_way_at_the_end_is_not_verified),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
