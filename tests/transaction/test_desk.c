/* tests/transaction/test_desk.c - the registrar's desk from the first look to the person's own phone. */
#include "expect.h"

#include "transaction/shipped_policy.h"

#include "codec/text.h"
#include "ledger/entry.h"
#include "person/history.h"
#include "store/memory.h"
#include "transaction/desk/desk.h"
#include "transaction/desk/likeness.h"
#include "transaction/notice/notice.h"

static const struct table *const tables[] = {
	&desk_case_table, &desk_handover_table, &account_table, &account_name_table, &proofing_record_table,
	&account_certificate_table, &attribute_table, &likeness_table, &history_table, &notice_table, &session_table,
	&ledger_leaf_table, &ledger_entry_table, &policy_table, &dictionary_table, &policy_change_table, NULL,
};

static struct world {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct person_settings settings;
	struct account first, second, third, citizen;
	struct desk_application application;
	bool done;
	enum err err;
	struct problem why;
	struct desk_result result;
	struct account taken;
} world;

static void
run(void)
{
	for (int i = 0; i < 100000 && !world.done; i++)
		store_memory_step(world.store, world.now);
	expect_true("what was started has an end", world.done);
}

static void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	world.err = c->code;
}

static void
put(const struct unit *unit)
{
	world.done = false;
	store_commit(world.store, unit, on_put, NULL);
	run();
	expect_number("the rows are stored", world.err, OK);
}

static struct unit *
unit_here(void)
{
	return unit_new(&world.arena, tables, id_new(world.now));
}

static struct account
put_person(bool reached)
{
	struct account a = account_new(world.now);
	struct unit *unit = unit_here();

	a.standing = ACCOUNT_FULL;
	if (reached) {
		a.contacts[0] = (struct contact){ .address = span_text("taro@mail.example"), .added = world.now,
			.confirmed = world.now };
		a.contact_count = 1;
	}
	account_put(unit, &world.arena, &a);
	put(unit);
	a.staff = STAFF_REGISTRAR;
	return a;
}

static void
put_dictionary(void)
{
	struct unit *unit = unit_here();

	shipped_dictionary_put(&world.arena, unit);
	store_memory_become(world.store, ROLE_STEWARD);
	put(unit);
	store_memory_become(world.store, ROLE_WORKER);
}

static void
settle(void)
{
	while (store_memory_step(world.store, world.now))
		continue;
}

static struct desk_application of_taro(void);

static void
open_world(bool policies)
{
	world = (struct world){ .arena = arena_init(64 * MIB), .now = { INT64_C(1795348800) * 1000000 } };
	world.store = store_memory_new(tables, ROLE_WORKER, 11);
	world.settings = (struct person_settings){ .session = { SECONDS(3600), SECONDS(600) } };
	memset(world.settings.wrapping.secret, 7, sizeof(world.settings.wrapping.secret));
	if (policies)
		put_dictionary();
	world.settings.shelf = policy_shelf_new(world.store);
	settle();
	world.first = put_person(false);
	world.second = put_person(false);
	world.third = put_person(false);
	world.citizen = put_person(true);
	world.application = of_taro();
}

static int
set_up(void **state)
{
	(void)state;
	open_world(true);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	policy_shelf_free(world.settings.shelf);
	store_free(world.store);
	arena_release(&world.arena);
	return 0;
}

/* Steps */

static void
on_desk_done(void *arg, enum err err, const struct desk_result *result, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		world.result = *result;
	else
		world.why = *why;
}

static struct desk_evidence
a_licence(void)
{
	return (struct desk_evidence){
		.documents = { { (unsigned)desk_kind_read(span_text("driving-licence")), 1, true } },
		.document_count = 1, .portrait = PORTRAIT_BY_AGENT,
		.addresses = desk_word_read(DESK_ADDRESSES, span_text("postal")),
	};
}

static struct desk_evidence
all_of_it(void)
{
	struct desk_evidence e = a_licence();

	e.documents[e.document_count++] =
	    (struct desk_document){ (unsigned)desk_kind_read(span_text("passport")), 1, true };
	e.records = desk_word_read(DESK_RECORDS, span_text("document-issuer"));
	e.nonrepudiation = desk_word_read(DESK_NONREPUDIATION, span_text("video-recording"));
	e.all_data_checked = e.biometric_recorded = e.address_of_record = true;
	return e;
}

static struct desk_evidence
a_chip(void)
{
	struct desk_evidence e = a_licence();

	e.documents[0] = (struct desk_document){ (unsigned)desk_kind_read(span_text("my-number-card")),
		desk_word_read(DESK_CHECKS, span_text("chip")), true };
	return e;
}

static struct desk_application
of_taro(void)
{
	return (struct desk_application){ span_text("試験　太郎"), span_text("1980-02-17"), span_text("male"),
		span_text("東京都渋谷区１－１"), span_text("") };
}

static void
open_as(const struct account *registrar, const char *account, struct desk_evidence evidence)
{
	const struct desk_open asked = { .registrar = registrar, .account = span_text(account), .evidence = evidence,
		.application = world.application, .now = world.now };

	world.done = false;
	desk_open(world.store, &world.arena, &world.settings, &asked, on_desk_done, NULL);
	run();
}

static void
step_as(const struct account *registrar, enum desk_action action, const char *similar, enum desk_settled settled)
{
	const struct desk_step asked = { .action = action, .registrar = registrar, .of = world.result.at_desk.id,
		.similar = span_text(similar), .settled = settled, .now = world.now };

	world.done = false;
	desk_step(world.store, &world.arena, &world.settings, &asked, on_desk_done, NULL);
	run();
}

static void
complete_as(const struct account *registrar)
{
	const struct desk_complete asked = { registrar, world.result.at_desk.id, world.now };

	world.done = false;
	desk_complete(world.store, &world.arena, &world.settings, &asked, on_desk_done, NULL);
	run();
}

static void
on_taken_done(void *arg, enum err err, const struct account *account, const struct problem *why)
{
	(void)arg;
	world.done = true;
	world.err = err;
	if (err == OK)
		world.taken = *account;
	else
		world.why = *why;
}

static void
take(const char *code, const struct cookie_secret *cookie)
{
	const struct desk_take asked = { span_text(code), cookie, span_text("Firefox, 203.0.113.7"), world.now };

	world.done = false;
	desk_handover_take(world.store, &world.arena, &world.settings.session, &asked, on_taken_done, NULL);
	run();
}

/* What the store has */

static struct ask looked;

static void
on_looked(void *arg, enum err err, const struct problem *why)
{
	struct row *rows = arena_array(&world.arena, struct row, looked.count + 1);

	(void)arg;
	expect_ok("the store answers", err, why);
	for (size_t i = 0; i < looked.count; i++)
		rows[i] = (struct row){ arena_copy(&world.arena, looked.rows[i].key),
			arena_copy(&world.arena, looked.rows[i].value), looked.rows[i].generation,
			looked.rows[i].expires };
	looked.rows = rows;
	world.done = true;
}

static size_t
rows_of(const struct table *table)
{
	looked = (struct ask){ .table = table, .limit = 1000 };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count;
}

static bool
stands_in(const struct table *table, const char *text)
{
	size_t count = rows_of(table);

	for (size_t i = 0; i < count; i++)
		if (memmem(looked.rows[i].value.data, looked.rows[i].value.size, text, strlen(text)))
			return true;
	return false;
}

/* Of the newest proofing. */
static struct proofing_record
newest_record(void)
{
	struct proofing_record *records;
	struct problem why;
	size_t count;

	looked = proofing_record_ask(&world.arena, &world.result.at_desk.account);
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	expect_ok("records are read", proofing_records_loaded(&world.arena, &looked, &records, &count, &why), &why);
	expect_true("there is one", count > 0);
	return records[0];
}

static bool
is_fact(const struct proofing_record *r, const char *text)
{
	return memmem(r->facts.data, r->facts.size, text, strlen(text)) != NULL;
}

/* Tests */

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
	expect_number("by a notice", (int64_t)rows_of(&notice_table), 1);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_registrar_proofs_a_new_person, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_code_lives_ten_minutes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_session_by_the_code_was_just_proofed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_highest_takes_two, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_known_account_is_proofed_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_looks_alike_is_settled_by_a_registrar, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_cannot_be_read_may_be_the_same, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_came_meanwhile_is_settled_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_withdrawn_leaves_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_day_later_the_person_comes_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_recorded_has_not_happened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_words_nothing_is_said, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_is_not_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_person_s_account_is_not_taken, set_up, tear_down),
		cmocka_unit_test_setup_teardown(whose_account_it_is_is_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(staff_are_not_done_at_the_desk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(weaker_evidence_overwrites_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_document_without_a_sex_takes_none_away, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_sex_that_was_not_told_is_told_later, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_enough_is_not_opened, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_hangs_up_is_not_called, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
