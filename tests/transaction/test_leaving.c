/* tests/transaction/test_leaving.c - who leaves leaves nothing, whatever is under way in that moment. */
#include "store/late_store.h"
#include "transaction/enrolment_stage.h"

#include "transaction/account/person_erasure.h"

#define ADDRESS "東京都渋谷区１－１"
#define MOMENTS 24

static void
on_erased(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	world.done = true;
	expect_ok("erased", err, why);
}

/* A row to phones finds none any more, and goes when the steward next looks. */
static bool
is_to_phones(const struct table *table, const struct row *row)
{
	struct notice n;

	return table == &notice_table && notice_read(row->value, &n) && notice_to_phones(&n);
}

static size_t
rows_of_account(const struct account *account)
{
	size_t rows = 0;

	for (size_t t = 0; tables[t]; t++) {
		const size_t count = rows_of(tables[t]);

		for (size_t i = 0; i < count; i++)
			if (tables[t] != &ledger_entry_table && tables[t] != &account_table &&
			    !is_to_phones(tables[t], &looked.rows[i]) &&
			    (memmem(looked.rows[i].value.data, looked.rows[i].value.size, account->id.bytes, 16) ||
			    memmem(looked.rows[i].key.data, looked.rows[i].key.size, account->id.bytes, 16)))
				rows++;
	}
	return rows;
}

static void
who_leaves_leaves_nothing_and_may_come_back(void **state)
{
	struct person p = person("退会　花子", "319900408", "2", ADDRESS);
	struct account account = enrolled(&p);
	const struct instant noon = world.noon;
	struct person_erasure request = { .account = account.id, .actor = span_text("person") };

	(void)state;
	log_in_as_begun();
	enrol_card_at(&p, AUTHENTICATION, "");
	enrol_bind();
	expect_ok("with the card bound", world.err, &world.why);
	request.session = arena_copy(&world.arena, span_of(enrolling.session.key, sizeof(enrolling.session.key)));
	request.now = enrol_now();
	world.done = false;
	person_erase(world.store, &request, on_erased, NULL);
	run();
	log_out();
	/* What the enrolment itself still knew ends with it. */
	world.noon = instant_after(noon, 3 * stage.settings.login_for);
	expect_number("no row names the account", rows_of_account(&account), 0);
	expect_true("nor the person", !store_holds("退会"));
	world.noon = noon;
	enrol_begin(false);
	enrol_card(&p);
	enrol_look();
	expect_text("the same card is somebody new's", enrolment_account_name(enrolling.view.account), "new");
	enrol_accept();
	expect_ok("enrolled", world.err, &world.why);
	expect_true("in another account", memcmp(&enrolling.view.found.id, &account.id, sizeof(account.id)) != 0);
}

/* At whatever moment of an erasure a card is bound. */

static struct {
	struct person_erasure request;
	bool bound, erased;
	enum err err;                /* of the binding */
} race;

static void
on_race_bound(void *arg, enum err err, const struct credential *c, const struct problem *why)
{
	(void)arg;
	(void)c;
	(void)why;
	race.bound = true;
	race.err = err;
}

static void
on_race_erased(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	race.erased = true;
	expect_ok("erased", err, why);
}

static void
move(void)
{
	expect_true("both have an end", store_memory_step(world.store, world.noon) || world.turn.first);
	turn_run(&world.turn);
}

/* Somebody whose card has answered, and is to be bound. */
static struct account
about_to_bind(int moment)
{
	const char *born = arena_print(&world.arena, "3199005%02d", moment % 28 + 1);
	struct person p = person("同時　花子", born, "2", ADDRESS);
	struct account account = enrolled(&p);

	log_in_as_begun();
	enrol_card_at(&p, AUTHENTICATION, "");
	race.bound = race.erased = false;
	/* By operators: the session stays and ends by itself. */
	race.request = (struct person_erasure){ .account = account.id, .actor = span_text("operator"),
		.now = enrol_now() };
	return account;
}

static void
bind_in(struct store *store)
{
	struct enrolment_asked asked = enrol_asked();

	enrolment_bind(store, &world.arena, &stage.settings, &asked, on_race_bound, NULL);
}

static void
expect_nothing_of(const struct account *account)
{
	const struct instant noon = world.noon;

	log_out();
	world.noon = instant_after(noon, 2 * stage.settings.session.lasts);
	expect_number("no row names the account", rows_of_account(account), 0);
	expect_true("nor the person", !store_holds("同時"));
	world.noon = noon;
}

static void
no_card_is_bound_to_who_has_left(void **state)
{
	struct late_store late = late_store_of(world.store);
	struct account account = about_to_bind(0);

	(void)state;
	late.holds = true;
	bind_in(&late.store);
	while (!late.held)
		move();
	person_erase(world.store, &race.request, on_race_erased, NULL);
	while (!race.erased)
		move();
	late_store_release(&late);
	while (!race.bound)
		move();
	expect_number("the account is not what it was", race.err, ERR_CONFLICT);
	expect_nothing_of(&account);
}

static void
a_card_bound_meanwhile_goes_too(void **state)
{
	size_t before = 0, after = 0;

	(void)state;
	for (int moment = 0; moment < MOMENTS; moment++) {
		struct account account = about_to_bind(moment);

		person_erase(world.store, &race.request, on_race_erased, NULL);
		for (int i = 0; i < moment / 2 && !race.erased; i++)
			move();
		bind_in(world.store);
		while (!race.bound || !race.erased)
			move();
		if (race.err == OK)
			before++;
		else
			after++;
		expect_true("bound, or not there", race.err == OK || race.err == ERR_CONFLICT ||
		    race.err == ERR_NOT_FOUND);
		expect_nothing_of(&account);
	}
	expect_true("either was first now and then", before && after);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_leaves_leaves_nothing_and_may_come_back),
		cmocka_unit_test(no_card_is_bound_to_who_has_left),
		cmocka_unit_test(a_card_bound_meanwhile_goes_too),
	};

	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
