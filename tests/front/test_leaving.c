/* tests/front/test_leaving.c - an account's pages while it is erased: what is written there goes with it, or is not
 * written.
 */
#include "front/account_stage.h"
#include "store/late_store.h"

#include "front/account/visit.h"
#include "transaction/account/person_erasure.h"
#include "transaction/notice/notice.h"

#define MOMENTS 12

static struct {
	struct person_erasure request;
	int begins;                  /* in this round of the page's; before its commit: -1 */
	bool begun, erased;
	struct late_store late;
} leaving;

static void
on_left(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	expect_ok("erased", err, why);
	leaving.erased = true;
}

static void
leave(int round)
{
	if (leaving.begun && leaving.erased && leaving.late.held)
		late_store_release(&leaving.late);
	if (leaving.begun || (leaving.begins >= 0 ? round < leaving.begins : !leaving.late.held))
		return;
	leaving.begun = true;
	person_erase(stage.store, &leaving.request, on_left, NULL);
}

/* The session ends by itself, and opens nothing; a row to phones finds none any more, and goes when the steward next
 * looks. */
static bool
goes_by_itself(const struct table *table, const struct row *row)
{
	struct notice n;

	return table == &session_table ||
	    (table == &notice_table && notice_read(row->value, &n) && notice_to_phones(&n));
}

/* Rows beneath the account's id, and index rows that name it. */
static size_t
rows_of_account(const struct id *account)
{
	size_t rows = 0;

	for (size_t i = 0; stage_tables[i]; i++) {
		struct stage_look look = stage_load((struct ask){ .table = stage_tables[i], .limit = 1000 });

		for (size_t r = 0; stage_tables[i] != &account_table && r < look.count; r++) {
			const struct row *row = &look.rows[r];

			rows += !goes_by_itself(stage_tables[i], row) &&
			    (memmem(row->key.data, row->key.size, account->bytes, 16) ||
			    memmem(row->value.data, row->value.size, account->bytes, 16));
		}
	}
	return rows;
}

static const struct change {
	const char *title, *line, *body;
	bool unstated;               /* nothing is known before */
} changes[] = {
	{ "the first statement of all", "PUT /v1/account/attributes/nickname",
	    "{\"value\":\"taro\",\"personas\":[\"private\"]}", true },
	{ "one more statement", "PUT /v1/account/attributes/nickname",
	    "{\"value\":\"taro\",\"personas\":[\"private\"]}", false },
	{ "one less", "DELETE /v1/account/attributes/nickname", "", false },
	{ "a choice", "PUT /v1/account/personas/business", "{\"attributes\":[\"birthdate\"]}", false },
	{ "a language", "PUT /v1/account/language", "{\"language\":\"en\"}", false },
	{ "a new address", "POST /v1/account/contacts", "{\"address\":\"new@mail.example\"}", false },
	{ "a new authenticator", "POST /v1/account/authenticators/recovery", "{}", false },
};

/* What was answered. */
static int
change_while_leaving(const struct change *c, uint64_t seed, int begins)
{
	struct unit *unit;
	int found;

	page_open(seed);
	expect_answer("something is stated", ask("PUT /v1/account/attributes/nickname",
	    "{\"value\":\"hanako\",\"personas\":[\"private\"]}"), 204, "");
	if (c->unstated) {
		unit = stage_unit();
		unit_delete(unit, &attribute_table, id_span(&stage.person.account.id));
		stage_commit(unit);
	}
	leaving.request = (struct person_erasure){ .account = stage.person.account.id, .actor = span_text("operator"),
		.now = stage.now };
	leaving.begun = leaving.erased = false;
	leaving.begins = begins;
	leaving.late = late_store_of(stage.store);
	leaving.late.holds = begins < 0;
	page.front->store = &leaving.late.store;
	page.meanwhile = leave;
	found = ask(c->line, c->body);
	page.meanwhile = NULL;
	if (!leaving.begun)
		person_erase(stage.store, &leaving.request, on_left, NULL);
	while (!leaving.erased)
		expect_true("it has an end", store_memory_step(stage.store, stage.now));
	expect_number(c->title, rows_of_account(&stage.person.account.id), 0);
	page_close();
	return found;
}

static void
nothing_is_written_of_who_has_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++)
		expect_number(changes[i].title, change_while_leaving(&changes[i], 40 + i, -1), 409);
}

static void
what_is_written_meanwhile_goes_too(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		size_t done = 0, refused = 0;

		for (int moment = 0; moment < MOMENTS; moment++) {
			const int found = change_while_leaving(&changes[i], 100 + (uint64_t)moment, moment);

			if (found / 100 == 2)
				done++;
			else
				refused++;
			/* 4xx: it has changed, nobody is logged in any more, or what is to change is not there. */
			expect_true("done or refused, never a failure", found / 100 == 2 || found / 100 == 4);
		}
		expect_true("either was first now and then", done && refused);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_written_of_who_has_left),
		cmocka_unit_test(what_is_written_meanwhile_goes_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
