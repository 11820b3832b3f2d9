/* tests/transaction/desk_stage.h - a desk before a store in memory: three registrars, a citizen, an application, each
 * step of a case.
 *
 *     set_up -> open_as, step_as, complete_as -> world.result -> take -> what the store has -> tear_down
 */
#pragma once

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

static inline void
run(void)
{
	for (int i = 0; i < 100000 && !world.done; i++)
		store_memory_step(world.store, world.now);
	expect_true("what was started has an end", world.done);
}

static inline void
on_put(void *arg, const struct committed *c)
{
	(void)arg;
	world.done = true;
	world.err = c->code;
}

static inline void
put(const struct unit *unit)
{
	world.done = false;
	store_commit(world.store, unit, on_put, NULL);
	run();
	expect_number("the rows are stored", world.err, OK);
}

static inline struct unit *
unit_here(void)
{
	return unit_new(&world.arena, tables, id_new(world.now));
}

static inline struct account
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

static inline void
put_dictionary(void)
{
	struct unit *unit = unit_here();

	shipped_dictionary_put(&world.arena, unit);
	store_memory_become(world.store, ROLE_STEWARD);
	put(unit);
	store_memory_become(world.store, ROLE_WORKER);
}

static inline void
settle(void)
{
	while (store_memory_step(world.store, world.now))
		continue;
}

static struct desk_application of_taro(void);

static inline void
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

static inline int
set_up(void **state)
{
	(void)state;
	open_world(true);
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	policy_shelf_free(world.settings.shelf);
	store_free(world.store);
	arena_release(&world.arena);
	return 0;
}

/* Steps */

static inline void
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

static inline struct desk_evidence
a_licence(void)
{
	return (struct desk_evidence){
		.documents = { { (unsigned)desk_kind_read(span_text("driving-licence")), 1, true } },
		.document_count = 1, .portrait = PORTRAIT_BY_AGENT,
		.addresses = desk_word_read(DESK_ADDRESSES, span_text("postal")),
	};
}

static inline struct desk_evidence
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

static inline struct desk_evidence
a_chip(void)
{
	struct desk_evidence e = a_licence();

	e.documents[0] = (struct desk_document){ (unsigned)desk_kind_read(span_text("my-number-card")),
		desk_word_read(DESK_CHECKS, span_text("chip")), true };
	return e;
}

static inline struct desk_application
of_taro(void)
{
	return (struct desk_application){ span_text("試験　太郎"), span_text("1980-02-17"), span_text("male"),
		span_text("東京都渋谷区１－１"), span_text("") };
}

static inline void
open_as(const struct account *registrar, const char *account, struct desk_evidence evidence)
{
	const struct desk_open asked = { .registrar = registrar, .account = span_text(account), .evidence = evidence,
		.application = world.application, .now = world.now };

	world.done = false;
	desk_open(world.store, &world.arena, &world.settings, &asked, on_desk_done, NULL);
	run();
}

static inline void
step_as(const struct account *registrar, enum desk_action action, const char *similar, enum desk_settled settled)
{
	const struct desk_step asked = { .action = action, .registrar = registrar, .of = world.result.at_desk.id,
		.similar = span_text(similar), .settled = settled, .now = world.now };

	world.done = false;
	desk_step(world.store, &world.arena, &world.settings, &asked, on_desk_done, NULL);
	run();
}

static inline void
complete_as(const struct account *registrar)
{
	const struct desk_complete asked = { registrar, world.result.at_desk.id, world.now };

	world.done = false;
	desk_complete(world.store, &world.arena, &world.settings, &asked, on_desk_done, NULL);
	run();
}

static inline void
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

static inline void
take(const char *code, const struct cookie_secret *cookie)
{
	const struct desk_take asked = { span_text(code), cookie, span_text("Firefox, 203.0.113.7"), world.now };

	world.done = false;
	desk_handover_take(world.store, &world.arena, &world.settings.session, &asked, on_taken_done, NULL);
	run();
}

/* What the store has */

static struct ask looked;

static inline void
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

static inline size_t
rows_of(const struct table *table)
{
	looked = (struct ask){ .table = table, .limit = 1000 };
	world.done = false;
	store_load(world.store, &looked, 1, on_looked, NULL);
	run();
	return looked.count;
}

static inline bool
stands_in(const struct table *table, const char *text)
{
	size_t count = rows_of(table);

	for (size_t i = 0; i < count; i++)
		if (memmem(looked.rows[i].value.data, looked.rows[i].value.size, text, strlen(text)))
			return true;
	return false;
}

/* Of the newest proofing. */
static inline struct proofing_record
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

static inline bool
is_fact(const struct proofing_record *r, const char *text)
{
	return memmem(r->facts.data, r->facts.size, text, strlen(text)) != NULL;
}
