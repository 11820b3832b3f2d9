/* tests/daemon/test_parent_upkeep.c - certificates that authenticators were bound by, looked at again when due. */
#include "transaction/enrolment_stage.h"

#include "daemon/parent_upkeep.h"

static struct loop *loop;
static struct instant now;
static struct credential bound;

static struct instant
the_time(void)
{
	return now;
}

static void
on_bound(void *arg, enum err err, const struct credential *c, const struct problem *why)
{
	(void)arg;
	world.done = true;
	expect_ok("bound", err, why);
	bound = *c;
}

static void
somebody_with_a_card(const char *name)
{
	struct person p = person(name, "319900401", "2", "東京都渋谷区１－１");
	struct enrolment_asked asked;

	enrolled(&p);
	log_in_as_begun();
	enrol_card_at(&p, AUTHENTICATION, "");
	asked = enrol_asked();
	world.done = false;
	enrolment_bind(world.store, &world.arena, &stage.settings, &asked, on_bound, NULL);
	run();
	log_out();
}

static size_t
due_by(struct instant when)
{
	looked = parent_due_ask(&world.arena, when, 1000);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count;
}

static size_t
kept(struct parent_certificate *out)
{
	struct problem why;

	looked = parent_certificate_ask(&world.arena, bound.parent_handle);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	if (looked.count)
		expect_ok("read", parent_certificate_loaded(&world.arena, &looked, out, &why), &why);
	return looked.count;
}

/* Until nothing is due any more. */
static void
keep_house(void)
{
	const struct parent_upkeep_settings settings = { .person = &stage.settings, .clock = the_time, .every = 1000 };
	struct parent_upkeep *upkeep;
	int rounds = 0;

	store_memory_become(world.store, ROLE_STEWARD);
	upkeep = parent_upkeep_new(loop, world.store, &settings);
	do {
		for (int i = 0; i < 200; i++) {
			loop_step(loop, 1000);
			store_memory_step(world.store, world.noon);
			turn_run(&world.turn);
		}
	} while (due_by(now) && ++rounds < 100);
	expect_true("it comes to an end", rounds < 100);
	parent_upkeep_free(upkeep);
	store_memory_become(world.store, ROLE_WORKER);
}

static void
what_is_due_is_looked_at_and_due_again(void **state)
{
	struct parent_certificate parent;
	unsigned asked;

	(void)state;
	somebody_with_a_card("定期　花子");
	now = instant_after(world.noon, 2 * DAY);
	asked = world.source.asked;
	keep_house();
	expect_number("kept", kept(&parent), 1);
	expect_number("checked now", parent.checked.us, now.us);
	expect_number("due again", parent.due.us, instant_after(now, DAY).us);
	expect_number("once", world.source.asked, asked + 1);
}

static void
a_lapse_is_found_by_itself(void **state)
{
	struct parent_certificate parent;
	struct credential c;
	struct problem why;

	(void)state;
	somebody_with_a_card("失効　花子");
	now = instant_after(world.noon, 4 * DAY);
	world.source.says = REVOCATION_REVOKED;
	keep_house();
	world.source.says = REVOCATION_GOOD;
	expect_number("it is kept no longer", kept(&parent), 0);
	looked = credential_ask(&world.arena, &bound.account, &bound.id);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("the authenticator", credential_loaded(&world.arena, looked.rows, &c, &why), &why);
	expect_text("says so", parent_status_name(c.parent), parent_status_name(PARENT_LAPSED));
}

static void
what_cannot_be_asked_is_put_off(void **state)
{
	struct parent_certificate parent;

	(void)state;
	somebody_with_a_card("延期　花子");
	/* The accreditation is over by then. */
	now = instant_after(world.noon, 200 * DAY);
	keep_house();
	expect_number("kept", kept(&parent), 1);
	expect_number("due in an hour", parent.due.us, instant_after(now, SECONDS(3600)).us);
	expect_true("not checked", instant_before(parent.checked, now));
}

static void
a_place_that_leads_nowhere_goes(void **state)
{
	static const uint8_t place[8 + 32] = { 0, 0, 0, 0, 0, 0, 0, 1 };
	struct unit *unit = unit_new(&world.arena, tables, id_new(world.noon));
	size_t due;

	(void)state;
	now = instant_after(world.noon, -DAY);
	due = due_by(now);
	unit_put(unit, &parent_due_table, span_of(place, sizeof(place)), (struct span){ 0 });
	world.done = false;
	store_commit(world.store, unit, on_stored, NULL);
	run();
	expect_number("it is due", due_by(now), due + 1);
	keep_house();
	expect_number("and gone", due_by(now), 0);
}

static int
open_loop(void **state)
{
	loop = loop_new();
	return card_set_up(state);
}

static int
close_loop(void **state)
{
	int result = card_tear_down(state);

	loop_free(loop);
	return result;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_due_is_looked_at_and_due_again),
		cmocka_unit_test(a_lapse_is_found_by_itself),
		cmocka_unit_test(what_cannot_be_asked_is_put_off),
		cmocka_unit_test(a_place_that_leads_nowhere_goes),
	};

	return cmocka_run_group_tests(tests, open_loop, close_loop);
}
