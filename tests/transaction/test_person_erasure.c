/* tests/transaction/test_person_erasure.c - a person leaves: every row goes, another person's stay, and all that the
 * ledger proved it proves still.
 */
#include "crypto/naive_tree.h"
#include "expect.h"
#include "store/look.h"

#include "authn/attempts.h"
#include "authn/credential.h"
#include "ledger/entry.h"
#include "person/account.h"
#include "person/consent.h"
#include "person/history.h"
#include "person/likeness.h"
#include "person/proofing_record.h"
#include "store/memory.h"
#include "transaction/notice/notice.h"
#include "transaction/account/erasing.h"
#include "transaction/account/person_agreement.h"
#include "transaction/account/person_erasure.h"
#include "transaction/authenticator/parent_certificate.h"
#include "transaction/phone/app_request.h"
#include "transaction/logout/logout_notice.h"
#include "transaction/phone/pairing.h"
#include "transaction/session/session.h"

#define EVENTS 2300 /* three parts */
#define DECISIONS 23
#define ROWS 8192
#define TARO "taro@mail.example"
#define SHARED "home@mail.example"

static const struct table *const tables[] = {
	&account_table, &account_name_table, &attribute_table, &likeness_table, &proofing_record_table,
	&account_certificate_table, &consent_table, &history_table, &credential_table, &credential_name_table,
	&credential_model_table, &session_table, &notice_table, &ledger_leaf_table, &ledger_entry_table,
	&parent_certificate_table, &parent_due_table, &attempts_table, &pairing_table, &app_request_table,
	&app_code_table, &app_mute_table, &person_agreement_table, &erasing_table, &grant_table,
	&grant_of_account_table,
	&logout_notice_table, NULL,
};
static const struct wrapping wrapping = { { 7 } };

struct run {
	struct arena arena;
	struct store *store;
	struct instant now;
	struct account person, other;
	struct id decisions[DECISIONS];
	struct hash leaves[2 * DECISIONS];
	size_t leaf_count;
	struct person_erasure request;
	bool done;
	enum err err;
	struct problem why;
	struct person_erased report;
};

static void
on_put(void *arg, const struct committed *c)
{
	struct run *r = arg;

	r->done = true;
	r->err = c->code;
}

static void
run_until_done(struct run *r)
{
	while (!r->done && store_memory_step(r->store, r->now))
		continue;
	expect_true("it has an end", r->done);
	r->done = false;
}

static struct unit *
unit_of(struct run *r)
{
	return unit_new(&r->arena, tables, id_new(r->now));
}

static void
put(struct run *r, const struct unit *unit)
{
	store_commit(r->store, unit, on_put, r);
	run_until_done(r);
	expect_number("it is stored", r->err, OK);
}

static struct stage_look
look(struct run *r, const struct table *table)
{
	struct stage_look l;

	stage_look_start(&l, r->store, &r->arena, (struct ask){ .table = table, .limit = ROWS });
	while (!l.done)
		store_memory_step(r->store, r->now);
	return l;
}

static struct attributes
attributes_of(const char *name)
{
	struct proofed_attribute told[] = { { "name", span_text(name) }, { "birthdate", span_text("1980-02-17") } };
	struct attributes a = { .count = 0 };

	attributes_take(&a, told, COUNT(told), ATTRIBUTE_FROM_CARD, &(struct id){ { 1 } }, (struct instant){ 1 });
	return a;
}

/* What waits for the person, and what was counted. */
static void
put_waiting(struct run *r, struct unit *unit, const struct account *a, const struct id *app)
{
	const struct span id = id_span(&a->id);
	const struct instant until = instant_after(r->now, SECONDS(300));
	const struct app_request request = { .account = a->id, .id = id_new(r->now),
		.where = span_text("Firefox, 203.0.113.7"), .made = r->now, .until = until };

	unit_put_until(unit, &pairing_table, id, span_text("\1"), until);
	app_request_put(unit, &r->arena, &request);
	app_code_put(unit, &r->arena, &request, span_text("123456"));
	unit_put_until(unit, &app_mute_table, id, span_text("\1"), until);
	attempts_failed(unit, &r->arena, ATTEMPTS_CODE, id, &(struct attempts){ 0 }, r->now);
	attempts_failed(unit, &r->arena, ATTEMPTS_ACCOUNT, id, &(struct attempts){ 0 }, r->now);
	attempts_failed(unit, &r->arena, ATTEMPTS_PIN, id_span(app),
	    &(struct attempts){ 0 }, r->now);
}

/* An account with a row of every kind. */
static void
furnish(struct run *r, struct account *a, uint8_t n, struct likeness *alike)
{
	struct attributes attributes = attributes_of("山田太郎");
	struct unit *unit = unit_of(r);
	struct consent consent = { .relying_party = span_text("https://city.example/"), .purpose = span_text("a") };
	const char *handle = arena_print(&r->arena, "handle %d", n);
	struct credential passkey = { .account = a->id, .id = id_new(r->now), .kind = CREDENTIAL_PASSKEY,
		.state = CREDENTIAL_ACTIVE, .name = span_text("key"),
		.passkey = { .id = span_text(arena_print(&r->arena, "id %d", n)), .key = span_text("k"),
		    .aaguid = { n } } };
	struct credential card = { .account = a->id, .id = id_new(r->now), .kind = CREDENTIAL_CARD,
		.state = CREDENTIAL_ACTIVE, .name = span_text("card"), .parent = PARENT_GOOD,
		.parent_handle = span_text(arena_print(&r->arena, "parent %d", n)),
		    .card = { .handle = span_text(handle) } };
	struct credential app = { .account = a->id, .id = id_new(r->now), .kind = CREDENTIAL_APP,
		.state = CREDENTIAL_ACTIVE, .name = span_text("phone"),
		.app = { .key = span_text(arena_print(&r->arena, "app %d", n)) } };
	struct session session = { .key = { n }, .id = id_new(r->now), .account = a->id, .begun = r->now,
		.seen = r->now, .expires = instant_after(r->now, SECONDS(3600)) };

	grant_put(unit, &(struct grant){ .id = id_new(r->now), .protocol = GRANT_OIDC, .client = span_text("a shop"),
	    .subject = span_text("a customer"), .account = a->id, .made = r->now,
	    .expires = instant_after(r->now, SECONDS(3600)) });
	account_put(unit, &r->arena, a);
	likeness_remember(&attributes, alike);
	attributes_put(unit, &a->id, &attributes);
	consent_give(&consent, r->now);
	consent_put(unit, &r->arena, &a->id, &consent);
	proofing_record_put(unit, &r->arena, &a->id, &(struct proofing_record){ .id = id_new(r->now),
	    .method = PROOFING_BY_CARD, .at = r->now, .handle = span_text(handle) });
	account_certificate_put(unit, &r->arena, span_text(handle), &(struct certificate_owner){ .account = a->id });
	account_certificate_put(unit, &r->arena, card.parent_handle, &(struct certificate_owner){ .account = a->id });
	credential_put(unit, &r->arena, &passkey);
	credential_put(unit, &r->arena, &card);
	credential_put(unit, &r->arena, &app);
	session_put(unit, &session);
	history_add(unit, &a->id, &(struct history_event){ .kind = HISTORY_OPENED, .at = r->now,
	    .actor = span_text("person") });
	put_waiting(r, unit, a, &app.id);
	expect_ok("alike", likeness_add(unit, alike, &a->id, &r->why), &r->why);
	put(r, unit);
}

static void
put_names(struct run *r)
{
	struct unit *unit = unit_of(r);

	account_name_put(unit, account_name_key(&r->arena, span_text(TARO)), &r->person.id, 0);
	account_name_put(unit, account_name_key(&r->arena, span_text(SHARED)), &r->other.id, 0);
	put(r, unit);
}

/* Logins, of which each hundredth has its decision in the ledger. */
static void
put_history(struct run *r)
{
	struct unit *unit = unit_of(r);

	for (int i = 0; i < EVENTS; i++) {
		struct history_event e = { .kind = HISTORY_LOGIN, .at = instant_after(r->now, SECONDS(i)),
			.actor = span_text("person"), .where = span_text("Firefox, 203.0.113.7") };

		if (i % 100 == 0) {
			struct ledger_entry entry = { .kind = LEDGER_DECISION, .salt = { (uint8_t)i, 1 },
				.content = span_text(arena_print(&r->arena, "{\"login\":%d}", i)) };

			r->decisions[i / 100] = id_new(e.at);
			e.decision = r->decisions[i / 100];
			ledger_append(unit, e.decision, &entry);
		}
		history_add(unit, &r->person.id, &e);
	}
	put(r, unit);
}

static void
keep_leaves(struct run *r)
{
	struct stage_look l = look(r, &ledger_leaf_table);

	for (r->leaf_count = 0; r->leaf_count < l.count; r->leaf_count++) {
		struct hash commitment;
		struct id id;

		expect_true("a leaf", ledger_leaf_read(l.rows[r->leaf_count].value, &commitment, &id));
		r->leaves[r->leaf_count] = merkle_leaf(span_of(commitment.bytes, HASH_SIZE));
	}
}

static void
run_open(struct run *r, uint64_t seed)
{
	struct attributes attributes = attributes_of("山田太郎");
	struct likeness alike;

	*r = (struct run){ .arena = arena_init(512 * MIB) };
	assert_true(instant_read(span_text("2026-11-22T12:00:00Z"), &r->now));
	r->store = store_memory_new(tables, ROLE_WORKER, seed);
	r->person = account_new(r->now);
	r->other = account_new(r->now);
	r->person.standing = r->other.standing = ACCOUNT_FULL;
	r->person.english = true;
	r->person.contacts[0] = (struct contact){ .address = span_text(TARO), .confirmed = r->now };
	r->person.contacts[1] = (struct contact){ .address = span_text(SHARED), .confirmed = r->now };
	r->person.contacts[2] = (struct contact){ .address = span_text("new@mail.example") };
	r->person.contact_count = 3;
	expect_true("known", likeness_of(&wrapping, &attributes, &alike));
	furnish(r, &r->other, 2, &alike);
	alike.generation = look(r, &likeness_table).rows[0].generation;
	furnish(r, &r->person, 1, &alike);
	put_names(r);
	put_history(r);
	keep_leaves(r);
	r->request = (struct person_erasure){ .account = r->person.id, .actor = span_text("person"),
		.session = span_of("\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32),
		.now = instant_after(r->now, SECONDS(86400)) };
}

static void
run_close(struct run *r)
{
	store_free(r->store);
	arena_release(&r->arena);
}

static void
on_erased_person(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	struct run *r = arg;

	r->done = true;
	r->err = err;
	if (report)
		r->report = *report;
	if (why)
		r->why = *why;
}

static enum err
erase(struct run *r)
{
	r->report = (struct person_erased){ .rows = 0 };
	person_erase(r->store, &r->request, on_erased_person, r);
	expect_true("nobody is answered at once", !r->done);
	run_until_done(r);
	return r->err;
}

static bool
holds(struct span bytes, struct span part)
{
	return memmem(bytes.data, bytes.size, part.data, part.size) != NULL;
}

/* In how many rows of a table something stands. */
static size_t
found_in(struct run *r, const struct table *table, struct span part)
{
	struct stage_look l = look(r, table);
	size_t count = 0;

	for (size_t i = 0; i < l.count; i++)
		count += holds(l.rows[i].key, part) || holds(l.rows[i].value, part);
	return count;
}

static struct span
id_of(const struct account *a)
{
	return id_span(&a->id);
}

static void
nothing_of_the_person_is_left_and_all_of_others(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 4; seed++) {
		size_t before[COUNT(tables)];
		struct run r;

		run_open(&r, seed);
		for (size_t i = 0; tables[i]; i++)
			before[i] = found_in(&r, tables[i], id_of(&r.other));
		expect_ok("erased", erase(&r), &r.why);
		expect_number("the decisions, too", r.report.decisions, DECISIONS);
		expect_true("and more rows", r.report.rows > EVENTS);
		for (size_t i = 0; tables[i]; i++) {
			expect_number(tables[i]->name, found_in(&r, tables[i], id_of(&r.person)),
			    tables[i] == &account_table);
			expect_number("its number", found_in(&r, tables[i], span_text(r.person.number)), 0);
			expect_number("its addresses, but where it is told", found_in(&r, tables[i], span_text(TARO)),
			    tables[i] == &notice_table);
			expect_number("another person's", found_in(&r, tables[i], id_of(&r.other)), before[i]);
		}
		expect_number("index rows", look(&r, &credential_name_table).count, 3);
		expect_number("counts, of the other's codes, PIN and all", look(&r, &attempts_table).count, 3);
		expect_number("index rows", look(&r, &credential_model_table).count, 1);
		expect_number("what the other's relying party holds", look(&r, &grant_table).count, 1);
		expect_number("this one's is to be told", look(&r, &logout_notice_table).count, 1);
		expect_number("the other's number, and the address they share", look(&r, &account_name_table).count, 2);
		expect_number("told at both addresses that were confirmed", look(&r, &notice_table).count, 2);
		run_close(&r);
	}
}

static void
the_account_s_row_stays_empty(void **state)
{
	struct ask ask;
	struct account a;
	struct run r;
	struct stage_look l;

	(void)state;
	run_open(&r, 4);
	expect_ok("erased", erase(&r), &r.why);
	ask = account_ask(&r.person.id);
	stage_look_start(&l, r.store, &r.arena, ask);
	while (!l.done)
		store_memory_step(r.store, r.now);
	expect_true("a row", l.count == 1 && account_read(l.rows[0].value, &a));
	expect_text("that says so", account_standing_name(a.standing), "erased");
	expect_true("and no more", !a.number[0] && !a.contact_count && !a.created.us && !a.english);
	expect_ok("once more it is gone as before", erase(&r), &r.why);
	expect_number("with nothing", r.report.rows, 0);
	r.request.account = (struct id){ { 9 } };
	expect_problem("nobody's", erase(&r), &r.why, ERR_NOT_FOUND, "no such account");
	run_close(&r);
}

static void
what_the_ledger_proved_it_proves_still(void **state)
{
	struct stage_look entries, leaves;
	struct naive_tree tree;
	struct hash root;
	struct run r;
	size_t erased = 0;

	(void)state;
	run_open(&r, 5);
	tree = naive_tree_new(r.leaves, r.leaf_count);
	root = naive_hash(&tree, 0, r.leaf_count);
	expect_ok("erased", erase(&r), &r.why);
	leaves = look(&r, &ledger_leaf_table);
	expect_number("one leaf more, and none less", leaves.count, r.leaf_count + 1);
	for (size_t i = 0; i < r.leaf_count; i++) {
		struct merkle_proof proof = { .count = 0 };
		struct hash commitment, leaf;
		struct id id;

		expect_true("a leaf", ledger_leaf_read(leaves.rows[i].value, &commitment, &id));
		leaf = merkle_leaf(span_of(commitment.bytes, HASH_SIZE));
		naive_inclusion(&tree, i, 0, r.leaf_count, &proof);
		expect_true("in the tree that was signed before",
		    merkle_inclusion_holds(&leaf, i, r.leaf_count, &proof, &root));
	}
	entries = look(&r, &ledger_entry_table);
	for (size_t i = 0; i < entries.count; i++) {
		struct ledger_entry e;

		expect_true("an entry", ledger_entry_read(entries.rows[i].value, &e));
		erased += e.kind == LEDGER_DECISION && !e.content.size;
		if (e.kind != LEDGER_ERASURE)
			continue;
		expect_number("the one that tells of it", memcmp(entries.rows[i].key.data, r.report.entry.bytes, 16),
		    0);
		expect_span("how many and when, and not whose", e.content, "{\"actor\":\"person\","
		    "\"at\":\"2026-11-23T12:00:00Z\",\"count\":23,\"event\":\"account.erased\","
		    "\"unread\":0}");
	}
	expect_number("no decision has salt or content", erased, DECISIONS);
	naive_tree_free(&tree);
	run_close(&r);
}

static void
who_is_interrupted_asks_again(void **state)
{
	struct run r;

	(void)state;
	run_open(&r, 6);
	store_memory_fail_commits(r.store, 1, ERR_FULL);
	expect_problem("no room to write", erase(&r), &r.why, ERR_FULL, "could not be erased");
	expect_number("the account is whole", look(&r, &credential_table).count, 6);
	store_memory_fail_commits(r.store, 16, ERR_CONFLICT);
	expect_problem("an entry changes again and again", erase(&r), &r.why, ERR_CONFLICT, "could not be erased");
	expect_number("nothing is gone", look(&r, &history_table).count, EVENTS + 2);
	expect_ok("again", erase(&r), &r.why);
	expect_number("gone", found_in(&r, &history_table, id_of(&r.person)), 0);
	run_close(&r);
}

/* More than what goes in one unit with the account. */
static void
put_consents(struct run *r, int count)
{
	struct unit *unit = unit_of(r);

	for (int i = 0; i < count; i++) {
		struct consent consent = { .purpose = span_text("a"),
			.relying_party = span_text(arena_print(&r->arena, "https://%d.example/", i)) };

		consent_give(&consent, r->now);
		consent_put(unit, &r->arena, &r->person.id, &consent);
	}
	put(r, unit);
}

static void
whoever_is_interrupted_at_any_moment_somebody_else_goes_on(void **state)
{
	size_t whole = 0, ended = 0;

	(void)state;
	for (int steps = 2; steps < 26; steps++) {
		struct pending *pending;
		struct erasing mark;
		struct stage_look marks;
		size_t left;
		struct run r;

		run_open(&r, 20);
		put_consents(&r, 1400);
		pending = person_erase(r.store, &r.request, on_erased_person, &r);
		for (int i = 0; i < steps && !r.done; i++)
			store_memory_step(r.store, r.now);
		if (!r.done)
			pending_cancel(&pending);
		while (store_memory_step(r.store, r.now))
			continue;
		marks = look(&r, &erasing_table);
		left = found_in(&r, &consent_table, id_of(&r.person));
		whole += left > 1400;
		ended += marks.count && left && left <= 500;
		if (marks.count)
			expect_true("whose", erasing_read(&marks.rows[0], &mark) && id_equal(&mark.account,
			    &r.person.id));
		r.done = false;
		r.request.actor = span_text("system");
		expect_ok("gone on with", erase(&r), &r.why);
		if (marks.count)
			expect_true("by the entry that told of it", id_equal(&mark.entry, &r.report.entry));
		for (size_t i = 0; tables[i]; i++)
			expect_number(tables[i]->name, found_in(&r, tables[i], id_of(&r.person)),
			    tables[i] == &account_table);
		run_close(&r);
	}
	expect_true("before the account's end and behind it", whole && ended);
}

static void
what_is_left_behind_the_end_is_said_to_go_by_itself(void **state)
{
	size_t whole = 0, ended = 0;

	(void)state;
	for (int steps = 2; steps < 26; steps++) {
		struct run r;

		run_open(&r, 21);
		put_consents(&r, 1400);
		person_erase(r.store, &r.request, on_erased_person, &r);
		for (int i = 0; i < steps && !r.done; i++)
			store_memory_step(r.store, r.now);
		store_memory_fail_commits(r.store, 1, ERR_FULL);
		run_until_done(&r);
		expect_true("said, or whole, or gone", r.err == OK || r.err == ERR_FULL);
		whole += r.err == ERR_FULL && strstr(r.why.text, "could not be erased") != NULL;
		ended += r.err == ERR_FULL && strstr(r.why.text, "the account has ended") != NULL;
		store_memory_fail_commits(r.store, 0, ERR_FULL);
		expect_ok("later", erase(&r), &r.why);
		expect_number("nothing is left", found_in(&r, &consent_table, id_of(&r.person)), 0);
		expect_number("nor to be done", look(&r, &erasing_table).count, 0);
		run_close(&r);
	}
	expect_true("before the account's end and behind it", whole && ended);
}

static struct {
	bool done;
	enum err err;
} second;

static void
on_second(void *arg, enum err err, const struct person_erased *report, const struct problem *why)
{
	(void)arg;
	(void)report;
	(void)why;
	second.done = true;
	second.err = err;
}

/* In two browsers. */
static void
two_who_ask_at_once_are_both_told_that_it_is_gone(void **state)
{
	(void)state;
	for (uint64_t seed = 30; seed < 40; seed++) {
		struct person_erasure other;
		struct run r;

		run_open(&r, seed);
		other = r.request;
		other.session = (struct span){ 0 };
		second.done = false;
		person_erase(r.store, &other, on_second, NULL);
		person_erase(r.store, &r.request, on_erased_person, &r);
		while ((!r.done || !second.done) && store_memory_step(r.store, r.now))
			continue;
		expect_ok("the one", r.err, &r.why);
		expect_true("the other", second.done && second.err == OK);
		expect_number("one entry tells of it", look(&r, &ledger_leaf_table).count, r.leaf_count + 1);
		expect_number("told once, at both addresses", look(&r, &notice_table).count, 2);
		expect_number("nothing is left", found_in(&r, &history_table, id_of(&r.person)), 0);
		expect_number("nor the session", found_in(&r, &session_table, id_of(&r.person)), 0);
		run_close(&r);
	}
}

static void
what_changes_meanwhile_is_looked_at_again(void **state)
{
	(void)state;
	for (size_t conflicts = 2; conflicts <= 3; conflicts++) {
		struct stage_look history;
		struct unit *unit;
		struct run r;

		run_open(&r, 9);
		history = look(&r, &history_table);
		unit = unit_of(&r);
		for (size_t i = 0; i < history.count; i++)
			unit_delete(unit, &history_table, history.rows[i].key);
		put(&r, unit);
		store_memory_fail_commits(r.store, conflicts, ERR_CONFLICT);
		expect_problem("twice, and not for ever", erase(&r), &r.why, conflicts == 2 ? OK : ERR_CONFLICT,
		    "could not be erased");
		expect_number("whole or gone", found_in(&r, &credential_table, id_of(&r.person)),
		    conflicts == 2 ? 0 : 3);
		run_close(&r);
	}
}

static void
a_row_that_cannot_be_read_is_not_none(void **state)
{
	struct unit *unit;
	struct run r;

	(void)state;
	run_open(&r, 7);
	unit = unit_of(&r);
	unit_put(unit, &likeness_table, look(&r, &likeness_table).rows[0].key, span_text("\x7f"));
	put(&r, unit);
	expect_problem("of a later build", erase(&r), &r.why, ERR_UNAVAILABLE, "does not know");
	expect_number("the account stays", look(&r, &credential_table).count, 6);
	run_close(&r);
}

/* Of a later build, among the person's own. */
static void
put_strange(struct run *r, const struct table *table, size_t count)
{
	struct stage_look l = look(r, table);
	struct unit *unit = unit_of(r);

	for (size_t i = 0; i < l.count; i++)
		if (count && memcmp(l.rows[i].key.data, r->person.id.bytes, sizeof(struct id)) == 0) {
			unit_put(unit, table, l.rows[i].key, span_text("\x7f"));
			count--;
		}
	expect_number("there are so many", count, 0);
	put(r, unit);
}

static struct ledger_entry
erasure_entry(struct run *r)
{
	struct stage_look l = look(r, &ledger_entry_table);
	struct ledger_entry e;

	for (size_t i = 0; i < l.count; i++)
		if (ledger_entry_read(l.rows[i].value, &e) && e.kind == LEDGER_ERASURE)
			return e;
	fail_msg("no entry tells of it");
	return e;
}

/* They go, but what only they lead to nobody finds. */
static void
what_cannot_be_read_is_told(void **state)
{
	static const struct { const char *title; const struct table *table; size_t count, told; } cases[] = {
		{ "an authenticator", &credential_table, 1, 1 },
		{ "all of them", &credential_table, 3, 3 },
		{ "a proofing", &proofing_record_table, 1, 1 },
		{ "history, in more than one part", &history_table, 1500, 1500 },
		{ "a consent, which leads nowhere", &consent_table, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stage_look told;
		struct notice notice;
		struct run r;

		run_open(&r, 10 + i);
		put_strange(&r, cases[i].table, cases[i].count);
		expect_ok(cases[i].title, erase(&r), &r.why);
		expect_number(cases[i].title, r.report.unread, cases[i].told);
		expect_number("the row is gone", found_in(&r, cases[i].table, id_of(&r.person)), 0);
		expect_true("the ledger tells", holds(erasure_entry(&r).content,
		    span_text(arena_print(&r.arena, "\"unread\":%zu}", cases[i].told))));
		told = look(&r, &notice_table);
		expect_true("so is the person", told.count == 2 && notice_read(told.rows[0].value, &notice));
		expect_text("told", notice_kind_name(notice.kind), cases[i].told ? "account-erased-in-part" :
		    "account-erased");
		run_close(&r);
	}
}

static void
nobody_is_called_who_asks_no_more(void **state)
{
	(void)state;
	for (int steps = 0; steps < 12; steps++) {
		struct pending *pending;
		struct run r;

		run_open(&r, 8);
		pending = person_erase(r.store, &r.request, on_erased_person, &r);
		for (int i = 0; i < steps && !r.done; i++)
			store_memory_step(r.store, r.now);
		if (!r.done)
			pending_cancel(&pending);
		else
			expect_number("done", r.err, OK);
		r.done = false;
		while (store_memory_step(r.store, r.now))
			continue;
		expect_true("nobody calls", !r.done);
		run_close(&r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_the_person_is_left_and_all_of_others),
		cmocka_unit_test(the_account_s_row_stays_empty),
		cmocka_unit_test(what_the_ledger_proved_it_proves_still),
		cmocka_unit_test(who_is_interrupted_asks_again),
		cmocka_unit_test(whoever_is_interrupted_at_any_moment_somebody_else_goes_on),
		cmocka_unit_test(what_is_left_behind_the_end_is_said_to_go_by_itself),
		cmocka_unit_test(two_who_ask_at_once_are_both_told_that_it_is_gone),
		cmocka_unit_test(what_changes_meanwhile_is_looked_at_again),
		cmocka_unit_test(a_row_that_cannot_be_read_is_not_none),
		cmocka_unit_test(what_cannot_be_read_is_told),
		cmocka_unit_test(nobody_is_called_who_asks_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
