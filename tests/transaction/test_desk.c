/* tests/transaction/test_desk.c - the registrar's desk from the first look to the person's own phone. */
#include "transaction/desk_stage.h"

#include <stdio.h>
#include <unistd.h>

static void
one_registrar_proofs_a_new_person(void **state)
{
	struct cookie_secret cookie = cookie_secret_new(), other = cookie_secret_new();
	struct proofing_record record;
	char code[DESK_CODE_TEXT];

	(void)state;
	open_as(&world.first, "", a_licence());
	expect_ok("a case is opened", world.err, &world.why);
	expect_number("checked by one", world.result.at_desk.state, DESK_CHECKED);
	expect_number("nobody is similar", (int64_t)world.result.at_desk.similar_count, 0);
	expect_true("what it says lies wrapped", !stands_in(&desk_case_table, "1980"));
	complete_as(&world.first);
	expect_ok("it is completed", world.err, &world.why);
	expect_number("as a row without an application", (int64_t)world.result.at_desk.application.size, 0);
	record = newest_record();
	expect_number("a proofing at the desk", record.method, PROOFING_AT_DESK);
	expect_span("by the registrar", record.by[0], world.first.number);
	expect_number("alone", (int64_t)record.by[1].size, 0);
	expect_span("of a licence", record.evidence, "driving-licence");
	expect_true("in person", is_fact(&record, "\"proofing.mode\":\"in-person\""));
	expect_true("nobody was told, for nobody is reached", !is_fact(&record, "notice_sent"));
	expect_number("and no notice is there", (int64_t)rows_of(&notice_table), 0);
	expect_true("the history names who did it",
	    stands_in(&history_table, arena_print(&world.arena, "registrar:%s", world.first.number)));
	expect_true("the ledger has nothing of the person", !stands_in(&ledger_entry_table, "1980"));
	expect_true("but who completed it", stands_in(&ledger_entry_table, "\"happened\":\"completed\""));
	memcpy(code, world.result.code.text, sizeof(code));
	take("", &cookie);
	expect_problem("no code", world.err, &world.why, ERR_NOT_FOUND, "no code like this waits");
	take("aaaaaaaaaaaaaaaaaaaaaaaaaa", &cookie);
	expect_problem("another's code", world.err, &world.why, ERR_NOT_FOUND, "no code like this waits");
	take(code, &cookie);
	expect_ok("the phone takes over", world.err, &world.why);
	expect_text("into the new account", world.taken.number, world.result.at_desk.number);
	expect_number("in a session", (int64_t)rows_of(&session_table), 1);
	take(code, &other);
	expect_problem("once", world.err, &world.why, ERR_NOT_FOUND, "no code like this waits");
}

static void
a_code_lives_ten_minutes(void **state)
{
	struct cookie_secret cookie = cookie_secret_new();

	(void)state;
	open_as(&world.first, "", a_licence());
	complete_as(&world.first);
	expect_ok("completed", world.err, &world.why);
	world.now = instant_after(world.now, DESK_CODE_FOR);
	take(world.result.code.text, &cookie);
	expect_problem("too late", world.err, &world.why, ERR_NOT_FOUND, "ten minutes");
}

static void
a_session_by_the_code_was_just_proofed(void **state)
{
	struct cookie_secret cookie = cookie_secret_new();
	struct session session;
	struct problem why;

	(void)state;
	open_as(&world.first, "", a_licence());
	complete_as(&world.first);
	take(world.result.code.text, &cookie);
	expect_ok("taken", world.err, &world.why);
	looked = session_ask(cookie.digest);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("the session", session_loaded(&world.arena, &looked, &world.settings.session, world.now, &session,
	    &why), &why);
	expect_true("was just proofed", session_just_proofed(&session, world.now));
	expect_number("and has shown nothing", (int64_t)session.authentication_count, 0);
}

static void
the_highest_takes_two(void **state)
{
	struct proofing_record record;

	(void)state;
	open_as(&world.first, "", all_of_it());
	complete_as(&world.first);
	expect_problem("one is not enough", world.err, &world.why, ERR_CONFLICT, "takes a second registrar");
	step_as(&world.first, DESK_CONFIRM, "", 0);
	expect_problem("nor the same one twice", world.err, &world.why, ERR_DENIED, "another person");
	step_as(&world.second, DESK_LOOK, "", 0);
	expect_ok("another one looks", world.err, &world.why);
	expect_span("at what it says", world.result.application.name, "試験　太郎");
	expect_true("of which the ledger knows", stands_in(&ledger_entry_table, "\"happened\":\"looked\""));
	step_as(&world.second, DESK_CONFIRM, "", 0);
	expect_ok("and confirms it", world.err, &world.why);
	complete_as(&world.third);
	expect_problem("who did neither does not complete it", world.err, &world.why, ERR_DENIED, "only who checked");
	complete_as(&world.first);
	expect_ok("the first does", world.err, &world.why);
	record = newest_record();
	expect_span("both stand there", record.by[1], world.second.number);
	expect_true("all of it was checked", is_fact(&record, "\"proofing.all_data_checked\":true"));
	step_as(&world.second, DESK_LOOK, "", 0);
	expect_ok("a case that is over is looked at", world.err, &world.why);
	expect_number("and nothing of the person is there", (int64_t)world.result.application.name.size, 0);
}

static void
what_is_withdrawn_leaves_nothing(void **state)
{
	(void)state;
	open_as(&world.first, "", a_licence());
	step_as(&world.second, DESK_WITHDRAW, "", 0);
	expect_ok("withdrawn", world.err, &world.why);
	complete_as(&world.first);
	expect_problem("it is over", world.err, &world.why, ERR_CONFLICT, "is withdrawn");
	expect_number("nobody was proofed", (int64_t)rows_of(&proofing_record_table), 0);
	world.now = instant_after(world.now, DESK_KEPT_FOR);
	step_as(&world.first, DESK_LOOK, "", 0);
	expect_problem("after a month there is no case", world.err, &world.why, ERR_NOT_FOUND, "no case");
}

static void
a_day_later_the_person_comes_again(void **state)
{
	(void)state;
	open_as(&world.first, "", a_licence());
	world.now = instant_after(world.now, DESK_OPEN_FOR);
	complete_as(&world.first);
	expect_problem("what waited is gone", world.err, &world.why, ERR_NOT_FOUND, "no case");
}

static void
what_is_not_recorded_has_not_happened(void **state)
{
	(void)state;
	open_as(&world.first, "", a_licence());
	store_memory_fail_commits(world.store, 1, ERR_FULL);
	step_as(&world.second, DESK_LOOK, "", 0);
	expect_problem("a look", world.err, &world.why, ERR_FULL, "could not be recorded");
	store_memory_fail_commits(world.store, 1, ERR_UNAVAILABLE);
	complete_as(&world.first);
	expect_problem("a completion", world.err, &world.why, ERR_UNAVAILABLE, "could not be completed");
	store_memory_fail_commits(world.store, 1, ERR_CONFLICT);
	complete_as(&world.first);
	expect_problem("a race", world.err, &world.why, ERR_CONFLICT, "changed meanwhile");
	expect_number("nobody is proofed by it", (int64_t)rows_of(&proofing_record_table), 0);
}

static void
without_words_nothing_is_said(void **state)
{
	tear_down(state);
	open_world(false);
	open_as(&world.first, "", a_licence());
	complete_as(&world.first);
	expect_problem("no dictionary is in force", world.err, &world.why, ERR_UNAVAILABLE, "no dictionary of facts");
}

static void
what_cannot_be_is_not_opened(void **state)
{
	struct desk_evidence none = { .document_count = 0 };

	(void)state;
	open_as(&world.first, "", none);
	expect_problem("no document", world.err, &world.why, ERR_INVALID, "/documents");
	expect_number("no case", (int64_t)rows_of(&desk_case_table), 0);
}

static void
what_is_not_enough_is_not_opened(void **state)
{
	const unsigned kind = (unsigned)desk_kind_read(span_text("utility-bill"));
	const struct desk_evidence bill = { .documents = { { kind, 1, false } }, .document_count = 1 };

	(void)state;
	open_as(&world.first, "", bill);
	expect_problem("an expired bill", world.err, &world.why, ERR_INVALID, "/documents: expected one in force");
	expect_number("no case", (int64_t)rows_of(&desk_case_table), 0);
}

/* Whoever hangs up is not called back. */
/* What was logged meanwhile. */
static const char *
logged_of(void (*run_it)(void))
{
	char *text = arena_take(&world.arena, 4096);
	FILE *kept = tmpfile();
	int before = dup(STDERR_FILENO);
	size_t size;

	expect_true("a file", kept && before >= 0 && dup2(fileno(kept), STDERR_FILENO) >= 0);
	run_it();
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(kept);
	size = fread(text, 1, 4095, kept);
	text[size] = '\0';
	fclose(kept);
	return text;
}

static void
open_nobodys(void)
{
	open_as(&world.first, "AAAA-AAAA-AA", a_licence());
}

static void
a_refused_opening_is_in_the_log(void **state)
{
	const char *line;

	(void)state;
	line = logged_of(open_nobodys);
	expect_number("refused", world.err, ERR_NOT_FOUND);
	expect_true("by whom, and what would not do", strstr(line, "desk.refused registrar=") &&
	    strstr(line, " problem=not-found part=\"/account\""));
	expect_true("not what it says", !strstr(line, "AAAA") && !strstr(line, "1980"));
}

static void
who_hangs_up_is_not_called(void **state)
{
	const struct desk_complete asked = { &world.first, world.result.at_desk.id, world.now };
	struct desk_complete of;

	(void)state;
	open_as(&world.first, "", a_licence());
	of = asked;
	of.of = world.result.at_desk.id;
	for (int steps = 0; steps < 3; steps++) {
		struct pending *pending;

		world.done = false;
		pending = desk_complete(world.store, &world.arena, &world.settings, &of, on_desk_done, NULL);
		for (int i = 0; i < steps; i++)
			store_memory_step(world.store, world.now);
		pending_cancel(&pending);
		settle();
		expect_true("nobody is called", !world.done);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_registrar_proofs_a_new_person),
		TEST(a_code_lives_ten_minutes),
		TEST(a_session_by_the_code_was_just_proofed),
		TEST(the_highest_takes_two),
		TEST(what_is_withdrawn_leaves_nothing),
		TEST(a_day_later_the_person_comes_again),
		TEST(what_is_not_recorded_has_not_happened),
		TEST(without_words_nothing_is_said),
		TEST(what_cannot_be_is_not_opened),
		TEST(what_is_not_enough_is_not_opened),
		TEST(a_refused_opening_is_in_the_log),
		TEST(who_hangs_up_is_not_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
