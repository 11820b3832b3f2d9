/* tests/transaction/test_desk_account.c - the desk, where there is an account already: whose it is, who looks so, what
 * of it evidence changes.
 */
#include "transaction/desk_stage.h"

static void
a_known_account_is_proofed_again(void **state)
{
	struct proofing_record record;

	(void)state;
	open_as(&world.first, "0000-0000-00", a_licence());
	expect_problem("no such account", world.err, &world.why, ERR_NOT_FOUND, "/account: no account has this number");
	open_as(&world.first, "taro@mail.example", a_licence());
	expect_problem("an address is no number", world.err, &world.why, ERR_NOT_FOUND, "/account");
	open_as(&world.first, world.first.number, a_licence());
	expect_problem("the registrar's own", world.err, &world.why, ERR_DENIED, "/account: it is the registrar's own");
	open_as(&world.first, world.citizen.number, a_licence());
	expect_ok("somebody's", world.err, &world.why);
	complete_as(&world.first);
	expect_problem("takes two", world.err, &world.why, ERR_CONFLICT, "it hands over an account");
	step_as(&world.second, DESK_CONFIRM, "", 0);
	complete_as(&world.first);
	expect_ok("completed", world.err, &world.why);
	expect_text("it is the same account", world.result.at_desk.number, world.citizen.number);
	record = newest_record();
	expect_true("the person is told", is_fact(&record, "\"proofing.notice_sent\":true"));
	expect_number("by mail, and on what phones there are", (int64_t)rows_of(&notice_table), 2);
}

static void
who_looks_alike_is_settled_by_a_registrar(void **state)
{
	char number[ACCOUNT_NUMBER_TEXT];

	(void)state;
	open_as(&world.first, "", a_licence());
	complete_as(&world.first);
	memcpy(number, world.result.at_desk.number, sizeof(number));
	open_as(&world.second, "", a_licence());
	expect_ok("the same again", world.err, &world.why);
	expect_number("somebody is similar", (int64_t)world.result.at_desk.similar_count, 1);
	expect_text("the one before", world.result.at_desk.similar[0].number, number);
	complete_as(&world.second);
	expect_problem("that comes first", world.err, &world.why, ERR_CONFLICT, "is similar: say first");
	step_as(&world.second, DESK_SETTLE, "zzzz-zzzz-zz", DESK_SAME);
	expect_problem("about nobody else", world.err, &world.why, ERR_NOT_FOUND, "/account");
	step_as(&world.second, DESK_SETTLE, number, DESK_SAME);
	expect_ok("it is the same person", world.err, &world.why);
	expect_true("of which the ledger knows", stands_in(&ledger_entry_table, "\"as\":\"same\""));
	step_as(&world.first, DESK_CONFIRM, "", 0);
	expect_ok("another registrar finds so, too", world.err, &world.why);
	complete_as(&world.second);
	expect_ok("completed", world.err, &world.why);
	expect_text("in the same account", world.result.at_desk.number, number);
	open_as(&world.second, "", a_licence());
	step_as(&world.second, DESK_SETTLE, number, DESK_DIFFERENT);
	complete_as(&world.second);
	expect_ok("another person of that name", world.err, &world.why);
	expect_true("gets an account", strcmp(world.result.at_desk.number, number) != 0);
}

/* As a build that comes after this one may write it. */
static void
make_unreadable(const struct id *account)
{
	struct unit *unit = unit_here();

	unit_put(unit, &account_table, id_span(account), span_text("\x7f of another form"));
	put(unit);
}

static void
who_cannot_be_read_may_be_the_same(void **state)
{
	struct desk_result early;

	(void)state;
	open_as(&world.first, "", a_licence());
	early = world.result;
	open_as(&world.second, "", a_licence());
	complete_as(&world.second);
	expect_ok("somebody is proofed", world.err, &world.why);
	make_unreadable(&world.result.at_desk.account);
	open_as(&world.first, "", a_licence());
	expect_problem("the same again is not opened", world.err, &world.why, ERR_UNAVAILABLE, "does not know");
	world.result = early;
	complete_as(&world.first);
	expect_problem("nor completed", world.err, &world.why, ERR_UNAVAILABLE, "does not know");
	expect_number("and there is no second account", (int64_t)rows_of(&proofing_record_table), 1);
}

static void
who_came_meanwhile_is_settled_too(void **state)
{
	struct desk_result early;

	(void)state;
	open_as(&world.first, "", a_licence());
	early = world.result;
	open_as(&world.second, "", a_licence());
	complete_as(&world.second);
	expect_ok("somebody was quicker", world.err, &world.why);
	world.result = early;
	complete_as(&world.first);
	expect_problem("so there is a question", world.err, &world.why, ERR_CONFLICT, "similar have come since");
	expect_number("and no second account", (int64_t)rows_of(&proofing_record_table), 1);
	step_as(&world.first, DESK_LOOK, "", 0);
	expect_number("which the case has", (int64_t)world.result.at_desk.similar_count, 1);
	step_as(&world.first, DESK_SETTLE, world.result.at_desk.similar[0].number, DESK_SAME);
	step_as(&world.second, DESK_CONFIRM, "", 0);
	complete_as(&world.first);
	expect_ok("settled, it is completed", world.err, &world.why);
}

/* Proofed by one, for a new account. */
static const char *
proof_taro(struct desk_evidence evidence)
{
	open_as(&world.first, "", evidence);
	complete_as(&world.first);
	expect_ok("somebody is proofed", world.err, &world.why);
	return arena_print(&world.arena, "%s", world.result.at_desk.number);
}

/* Of the account that was named last. */
static struct attributes
known(void)
{
	struct attributes all;
	struct problem why;

	looked = attributes_ask(&world.result.at_desk.account);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("attributes are read", attributes_loaded(&world.arena, &looked, &all, &why), &why);
	return all;
}

static void
proof_again(const char *number, struct desk_evidence evidence)
{
	open_as(&world.first, number, evidence);
	expect_ok("a case is opened", world.err, &world.why);
	step_as(&world.second, DESK_CONFIRM, "", 0);
	expect_ok("confirmed", world.err, &world.why);
	complete_as(&world.first);
	expect_ok("and completed", world.err, &world.why);
}

static const struct { const char *title, *name, *birthdate, *gender, *address; bool fits; } people[] = {
	{ "the same", "試験　太郎", "1980-02-17", "male", "東京都渋谷区１－１", true },
	{ "who moved", "試験　太郎", "1980-02-17", "male", "大阪府大阪市北区２－２", true },
	{ "who married", "見本　太郎", "1980-02-17", "male", "東京都渋谷区１－１", true },
	{ "whose document tells no sex", "試験　太郎", "1980-02-17", "unspecified", "東京都渋谷区１－１", true },
	{ "another at all", "別人　花子", "1999-09-09", "female", "大阪府大阪市北区２－２", false },
	{ "another name and address", "別人　太郎", "1980-02-17", "male", "大阪府大阪市北区２－２", false },
	{ "another date of birth", "試験　太郎", "1980-02-18", "male", "東京都渋谷区１－１", false },
	{ "another sex", "試験　太郎", "1980-02-17", "female", "東京都渋谷区１－１", false },
};

static void
another_person_s_account_is_not_taken(void **state)
{
	const char *number;
	size_t cases;

	(void)state;
	number = proof_taro(a_licence());
	for (size_t i = 0; i < COUNT(people); i++) {
		world.application = (struct desk_application){ span_text(people[i].name),
			span_text(people[i].birthdate), span_text(people[i].gender), span_text(people[i].address),
			span_text("") };
		cases = rows_of(&desk_case_table);
		open_as(&world.first, number, a_licence());
		expect_number(people[i].title, world.err, people[i].fits ? OK : ERR_DENIED);
		if (!people[i].fits)
			expect_problem(people[i].title, world.err, &world.why, ERR_DENIED, "another person's");
		expect_number(people[i].title, (int64_t)(rows_of(&desk_case_table) - cases), people[i].fits);
	}
}

/* The case was opened while it fitted. */
static void
whose_account_it_is_is_asked_again(void **state)
{
	struct attributes other;
	struct unit *unit;
	const char *number;

	(void)state;
	number = proof_taro(a_licence());
	open_as(&world.first, number, a_licence());
	step_as(&world.second, DESK_CONFIRM, "", 0);
	other = known();
	for (size_t i = 0; i < other.count; i++)
		if (strcmp(other.list[i].kind->name, "birthdate") == 0)
			other.list[i].value = span_text("1999-09-09");
	unit = unit_here();
	attributes_put(unit, &world.result.at_desk.account, &other);
	put(unit);
	complete_as(&world.first);
	expect_problem("it is another's now", world.err, &world.why, ERR_DENIED, "another person's");
	expect_number("and stays so", (int64_t)rows_of(&proofing_record_table), 1);
}

static void
staff_are_not_done_at_the_desk(void **state)
{
	struct account staff;
	struct unit *unit;
	const char *number;

	(void)state;
	number = proof_taro(a_licence());
	open_as(&world.first, number, a_licence());
	step_as(&world.second, DESK_CONFIRM, "", 0);
	looked = account_ask(&world.result.at_desk.account);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("the account", account_loaded(&world.arena, &looked, &staff, &world.why), &world.why);
	staff.staff = STAFF_REGISTRAR;
	unit = unit_here();
	account_put(unit, &world.arena, &staff);
	put(unit);
	complete_as(&world.first);
	expect_problem("who became one meanwhile", world.err, &world.why, ERR_DENIED, "/account: an account of staff");
	open_as(&world.first, number, a_licence());
	expect_problem("nor who is one", world.err, &world.why, ERR_DENIED, "/account: an account of staff");
	expect_number("nothing came of it", (int64_t)rows_of(&proofing_record_table), 1);
}

static void
weaker_evidence_overwrites_nothing(void **state)
{
	struct proofing_record record, first;
	struct attributes all;
	const char *number;

	(void)state;
	number = proof_taro(a_chip());
	first = newest_record();
	expect_number("by a chip", first.strength, PROOFING_VALIDATED);
	world.now = instant_after(world.now, SECONDS(60));
	proof_again(number, a_licence());
	expect_number("a licence that agrees", newest_record().bearing, PROOFING_AGREES);
	expect_true("leaves nothing untold", !world.result.kept);
	world.application.address = span_text("大阪府大阪市北区２－２");
	world.now = instant_after(world.now, SECONDS(60));
	proof_again(number, a_licence());
	record = newest_record();
	expect_number("one that tells another address is weaker", record.strength, PROOFING_STRONG);
	expect_number("and stands apart", record.bearing, PROOFING_APART);
	expect_true("which the registrar is told", world.result.kept);
	all = known();
	expect_span("the address stays", attribute_find(&all, "address")->value, "東京都渋谷区１－１");
	expect_true("and is the chip's", id_equal(&attribute_find(&all, "address")->record, &first.id));
	expect_true("and the history tells no change", !stands_in(&history_table, "address"));
	world.now = instant_after(world.now, SECONDS(60));
	proof_again(number, a_chip());
	record = newest_record();
	expect_number("as good evidence replaces it", record.bearing, PROOFING_REPLACES);
	expect_true("so nothing is kept", !world.result.kept);
	all = known();
	expect_span("with the new address", attribute_find(&all, "address")->value, "大阪府大阪市北区２－２");
	expect_true("which is its own", id_equal(&attribute_find(&all, "address")->record, &record.id));
	expect_true("of which the history tells", stands_in(&history_table, "address"));
}

static void
a_document_without_a_sex_takes_none_away(void **state)
{
	struct attributes all;
	const char *number;

	(void)state;
	number = proof_taro(a_licence());
	world.now = instant_after(world.now, SECONDS(60));
	world.application.gender = span_text("unspecified");
	proof_again(number, a_licence());
	all = known();
	expect_span("it is known still", attribute_find(&all, "gender")->value, "male");
	expect_number("nothing was replaced", newest_record().bearing, PROOFING_AGREES);
	world.application.gender = span_text("male");
	open_as(&world.first, "", a_licence());
	expect_number("and it is found by it", (int64_t)world.result.at_desk.similar_count, 1);
}

static void
a_sex_that_was_not_told_is_told_later(void **state)
{
	struct attributes all;
	const char *number;

	(void)state;
	world.application.gender = span_text("unspecified");
	number = proof_taro(a_licence());
	world.now = instant_after(world.now, SECONDS(60));
	world.application.gender = span_text("male");
	proof_again(number, a_licence());
	all = known();
	expect_span("it is known now", attribute_find(&all, "gender")->value, "male");
	expect_number("and was nothing else before", newest_record().bearing, PROOFING_AGREES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_known_account_is_proofed_again),
		TEST(who_looks_alike_is_settled_by_a_registrar),
		TEST(who_cannot_be_read_may_be_the_same),
		TEST(who_came_meanwhile_is_settled_too),
		TEST(another_person_s_account_is_not_taken),
		TEST(whose_account_it_is_is_asked_again),
		TEST(staff_are_not_done_at_the_desk),
		TEST(weaker_evidence_overwrites_nothing),
		TEST(a_document_without_a_sex_takes_none_away),
		TEST(a_sex_that_was_not_told_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
