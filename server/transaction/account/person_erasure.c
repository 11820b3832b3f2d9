/* transaction/account/person_erasure.c - all that is kept of one account goes.
 *
 *     take_part -> rows -> decisions -> commit -.-> take_account -> others -> commit -> take_part … -> finish -> told
 *         ^                                     |        ^   |                  |          ^
 *         `---------- more, conflict -----------'        `---|---- conflict ----'          |
 *                                                            `-------- it has ended -------'
 * Once the account has ended a part has others, too: what was bound in the moment before has a certificate kept for it.
 */
#include "transaction/account/person_erasure.h"

#include <assert.h>
#include <stdlib.h>

#include "authn/attempts.h"
#include "authn/credential.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "ledger/entry.h"
#include "person/account.h"
#include "person/history.h"
#include "person/proofing_record.h"
#include "transaction/account/erasing.h"
#include "transaction/account/pointers.h"
#include "transaction/logout/logout_notice.h"
#include "transaction/notice/notice.h"
#include "transaction/session/session.h"

#define FLOW_LARGEST (512 * MIB)     /* of the rows and the unit at the account's end */
#define PART 1000                    /* rows of a kind at a time */
#define CREDENTIALS 5000             /* at the account's end; more are taken behind it */
#define TRIES 3
#define PART_TRIES 16                /* two who erase one account meet at each part */

/* Three rows, and what is kept beneath the account's id: what is looked into, what else says it is somebody's
 * (TABLE_OWNED), and last history. The end takes all but that, which went before; what came meanwhile is of any of the
 * ranges. */
enum { ASK_ACCOUNT, ASK_ERASING, ASK_ATTRIBUTES, ASK_CREDENTIALS, ASK_RECORDS, ASK_OWNED };
#define OWNED 16
#define ASKS (ASK_OWNED + OWNED + 1)

struct going {
	struct pending pending;      /* first */
	struct pending *waiting;
	struct store *store;
	const struct person_erasure *request;
	on_person_erased *done;
	void *arg;
	struct arena arena;          /* of this part */
	unsigned tries;
	bool ended;                  /* the account is no more */
	struct person_erased report;
	const struct table *tables[ASKS]; /* of the ranges */
	size_t history;              /* the last of them */
	struct ask asks[ASKS];
	struct unit *unit;
	size_t rows, decisions, unread; /* of the unit */
	bool more;
	struct id *events;           /* ids of decisions, of this part of history */
	size_t event_count;
	struct account account;
	struct ask *entries;         /* each event's */
	struct account_pointers pointers;
	struct problem why;
};

static on_loaded on_part, on_decisions, on_later_pointers, on_account, on_pointers;
static on_committed on_part_gone, on_account_gone, on_finished;

static void
free_going(struct going *g)
{
	arena_release(&g->arena);
	free(g);
}

static void
cancel_going(struct pending *pending)
{
	struct going *g = (struct going *)pending;

	pending_cancel(&g->waiting);
	free_going(g);
}

static void
answer(struct going *g, enum err err)
{
	if (err != OK && g->ended)
		problem_set(&g->why, err, "", "the account has ended; what is left of it goes by itself: %s",
		    err_name(err));
	if (err == OK && g->report.unread)
		log_warning("person.erased-in-part", "actor=%s rows=%zu decisions=%zu unread=%zu",
		    LOG_SPAN(g->request->actor), g->report.rows, g->report.decisions, g->report.unread);
	else if (err == OK)
		log_info("person.erased", "actor=%s rows=%zu decisions=%zu", LOG_SPAN(g->request->actor),
		    g->report.rows, g->report.decisions);
	g->done(g->arg, err, err == OK ? &g->report : NULL, err == OK ? NULL : &g->why);
	free_going(g);
}

/* Answers a failure. */
static bool
failed(struct going *g, enum err err, const struct problem *why)
{
	g->waiting = NULL;
	if (err == OK)
		return false;
	if (why != &g->why)
		g->why = *why;
	answer(g, err);
	return true;
}

static bool
not_committed(struct going *g, const struct committed *c)
{
	if (c->code != OK)
		problem_set(&g->why, c->code, "", "the account could not be erased: %s", err_name(c->code));
	return failed(g, c->code, &g->why);
}

static struct ask
range_ask(struct going *g, const struct table *table, uint32_t limit)
{
	uint8_t *until = arena_take(&g->arena, 2 * sizeof(struct id) + 1);

	memcpy(until, g->request->account.bytes, sizeof(struct id));
	memset(until + sizeof(struct id), 0xff, sizeof(struct id) + 1);
	return (struct ask){ .table = table, .from = id_span(&g->request->account),
		.until = span_of(until, 2 * sizeof(struct id) + 1), .limit = limit };
}

static void
unit_begin(struct going *g)
{
	g->rows = 0;
	g->decisions = 0;
	g->unread = 0;
	g->unit = unit_new(&g->arena, store_tables(g->store), id_new(g->request->now));
}

static void
commit(struct going *g, on_committed *then)
{
	g->waiting = store_commit(g->store, g->unit, then, g);
}

/* Rows beneath the account's id, a part at a time: there is no bound to history. */

static size_t
first_of_part(const struct going *g)
{
	return g->ended ? ASK_CREDENTIALS : g->history;
}

static void
take_part(struct going *g)
{
	const size_t first = first_of_part(g);

	arena_reset(&g->arena);
	for (size_t i = first; i <= g->history; i++)
		g->asks[i] = range_ask(g, g->tables[i], PART);
	g->waiting = store_load(g->store, &g->asks[first], g->history + 1 - first, on_part, g);
}

/* An authenticator's index rows go with it; one of a form that this build does not know cannot say which they are. */
static void
delete_credentials(struct going *g, const struct ask *ask)
{
	for (size_t i = 0; i < ask->count; i++) {
		struct credential c;

		if (credential_loaded(&g->arena, &ask->rows[i], &c, NULL) != OK) {
			g->unread++;
			unit_delete(g->unit, ask->table, ask->rows[i].key);
			continue;
		}
		credential_remove(g->unit, &g->arena, &c);
		if (c.kind == CREDENTIAL_APP)
			attempts_end(g->unit, &g->arena, id_span(&c.id));
	}
}

/* Whose certificate it was says only the record. */
static void
count_unread_records(struct going *g, const struct ask *ask)
{
	struct proofing_record p;

	for (size_t i = 0; i < ask->count; i++)
		g->unread += !proofing_record_read(ask->rows[i].value, &p);
}

/* What relying parties hold of the person's logins ends, whatever was agreed, and they are told. */
static void
delete_grants(struct going *g, const struct ask *ask)
{
	g->unread += grants_end_put(g->unit, &(struct grants_end){ .marks = ask->rows, .count = ask->count,
	    .all = true, .now = g->request->now }).unread;
	g->rows += ask->count;
}

/* Rows of other tables lead nowhere, so they need not be read. */
static void
delete_rows(struct going *g, size_t range)
{
	const struct ask *ask = &g->asks[range];

	if (range == ASK_CREDENTIALS)
		delete_credentials(g, ask);
	if (range == ASK_RECORDS)
		count_unread_records(g, ask);
	if (ask->table == &grant_of_account_table)
		delete_grants(g, ask);
	for (size_t i = 0; i < ask->count && range != ASK_CREDENTIALS; i++)
		unit_delete(g->unit, ask->table, ask->rows[i].key);
	g->rows += ask->count;
}

/* The decisions of the account's logins stand in its history and nowhere else. */
static void
collect_decisions(struct going *g)
{
	const struct ask *ask = &g->asks[g->history];
	struct history_event event;

	g->events = arena_array(&g->arena, struct id, ask->count);
	g->event_count = 0;
	for (size_t i = 0; i < ask->count; i++)
		if (!history_read(ask->rows[i].value, &event))
			g->unread++;
		else if (id_given(&event.decision))
			g->events[g->event_count++] = event.decision;
}

static void take_account(struct going *), finish(struct going *);

static void
on_part(void *arg, enum err err, const struct problem *why)
{
	struct going *g = arg;

	if (failed(g, err, why))
		return;
	unit_begin(g);
	collect_decisions(g);
	if (g->ended)
		account_pointers_ask(&g->arena, NULL, &g->asks[ASK_RECORDS], &g->asks[ASK_CREDENTIALS], &g->pointers);
	g->more = false;
	for (size_t i = first_of_part(g); i <= g->history; i++) {
		delete_rows(g, i);
		g->more = g->more || g->asks[i].more;
	}
	if (!g->rows && g->ended) {
		finish(g);
		return;
	}
	if (!g->rows) {
		take_account(g);
		return;
	}
	g->entries = arena_array(&g->arena, struct ask, g->event_count);
	for (size_t i = 0; i < g->event_count; i++)
		g->entries[i] = (struct ask){ .table = &ledger_entry_table, .from = id_span(&g->events[i]) };
	g->waiting = store_load(g->store, g->entries, g->event_count, on_decisions, g);
}

/* Salt and content go; its leaf stays, and every proof with it. */
static enum err
erase_decision(struct going *g, size_t i)
{
	const struct ask *ask = &g->entries[i];
	struct ledger_entry entry;

	if (!ask->count)
		return OK;
	if (ledger_entry_loaded(&ask->rows[0], &entry, &g->why) != OK)
		return g->why.code;
	if (entry.kind != LEDGER_DECISION || !entry.content.size)
		return OK;
	unit_expect(g->unit, &ledger_entry_table, ask->from, ask->rows[0].generation);
	ledger_entry_erase(g->unit, g->events[i], &entry);
	g->decisions++;
	return OK;
}

static void
on_decisions(void *arg, enum err err, const struct problem *why)
{
	struct going *g = arg;

	if (failed(g, err, why))
		return;
	for (size_t i = 0; i < g->event_count && err == OK; i++)
		err = erase_decision(g, i);
	if (failed(g, err, &g->why))
		return;
	if (g->ended)
		g->waiting = store_load(g->store, g->pointers.asks, g->pointers.count, on_later_pointers, g);
	else
		commit(g, on_part_gone);
}

static void
on_later_pointers(void *arg, enum err err, const struct problem *why)
{
	struct going *g = arg;

	if (err == OK) {
		err = account_pointers_delete(g->unit, &g->arena, &g->request->account, &g->pointers, &g->rows,
		    &g->why);
		why = &g->why;
	}
	if (!failed(g, err, why))
		commit(g, on_part_gone);
}

static void
on_part_gone(void *arg, const struct committed *c)
{
	struct going *g = arg;

	/* The steward may have looked at a kept certificate, or somebody else erases the same. */
	if (c->code == ERR_CONFLICT && ++g->tries < PART_TRIES) {
		g->waiting = NULL;
		take_part(g);
		return;
	}
	if (not_committed(g, c))
		return;
	g->report.rows += g->rows;
	g->report.decisions += g->decisions;
	g->report.unread += g->unread;
	g->tries = 0;
	if (g->more || g->ended)
		take_part(g);
	else
		take_account(g);
}

/* The account's end, in one unit. What of it could not be read is known by then, but for what came meanwhile. */

static void
take_account(struct going *g)
{
	arena_reset(&g->arena);
	g->asks[ASK_ACCOUNT] = account_ask(&g->request->account);
	g->asks[ASK_ERASING] = erasing_ask(&g->request->account);
	g->asks[ASK_ATTRIBUTES] = attributes_ask(&g->request->account);
	for (size_t i = ASK_CREDENTIALS; i < g->history; i++)
		g->asks[i] = range_ask(g, g->tables[i], i == ASK_CREDENTIALS ? CREDENTIALS : PART);
	g->waiting = store_load(g->store, g->asks, g->history, on_account, g);
}

static bool
has_ended(const struct going *g)
{
	const struct ask *ask = &g->asks[ASK_ACCOUNT];
	struct account account;

	return ask->count && account_read(ask->rows[0].value, &account) && account.standing == ACCOUNT_ERASED;
}

/* By somebody else in this moment, or by who was interrupted: what was told of it then stands. */
static void
go_on(struct going *g)
{
	const struct ask *ask = &g->asks[ASK_ERASING];
	struct erasing e;

	if (ask->count && erasing_read(&ask->rows[0], &e)) {
		g->report.entry = e.entry;
		g->report.unread += e.unread;
	}
	g->ended = true;
	g->tries = 0;
	take_part(g);
}

static void
on_account(void *arg, enum err err, const struct problem *why)
{
	struct going *g = arg;
	struct attributes attributes;

	if (failed(g, err, why))
		return;
	if (has_ended(g)) {
		go_on(g);
		return;
	}
	err = account_loaded(&g->arena, &g->asks[ASK_ACCOUNT], &g->account, &g->why);
	if (err == OK)
		err = attributes_loaded(&g->arena, &g->asks[ASK_ATTRIBUTES], &attributes, &g->why);
	if (failed(g, err, &g->why))
		return;
	g->pointers = (struct account_pointers){ .asks = NULL };
	g->pointers.alike = likeness_remembered(&attributes, &g->pointers.likeness);
	account_pointers_ask(&g->arena, &g->account, &g->asks[ASK_RECORDS], &g->asks[ASK_CREDENTIALS], &g->pointers);
	unit_begin(g);
	for (size_t i = ASK_CREDENTIALS; i < g->history; i++)
		delete_rows(g, i);
	attempts_end(g->unit, &g->arena, id_span(&g->request->account));
	/* There were none, or these. */
	unit_expect(g->unit, &attribute_table, id_span(&g->request->account), attributes.generation);
	if (g->asks[ASK_ATTRIBUTES].count) {
		unit_delete(g->unit, &attribute_table, id_span(&g->request->account));
		g->rows++;
	}
	g->waiting = store_load(g->store, g->pointers.asks, g->pointers.count, on_pointers, g);
}

/* Canonical (schemas/published.schema.json): whose account it was is what it must not tell. */
static void
put_entry(struct going *g, size_t unread)
{
	struct buffer b = buffer_init(LEDGER_ENTRY_LARGEST);
	struct ledger_entry entry = { .kind = LEDGER_ERASURE };

	buffer_byte(&b, '{');
	json_write_member(&b, "actor", g->request->actor);
	if (g->request->approvers.size) {
		json_write_name(&b, "approvers");
		json_write_lines(&b, g->request->approvers);
	}
	json_write_time(&b, "at", g->request->now);
	buffer_print(&b, ",\"count\":%zu,\"event\":\"account.erased\",\"unread\":%zu}", g->report.decisions,
	    unread);
	assert(!b.overflowed);
	entry.content = buffer_span(&b);
	random_bytes(entry.salt, sizeof(entry.salt));
	g->report.entry = id_new(g->request->now);
	ledger_append(g->unit, g->report.entry, &entry);
	buffer_release(&b);
}

static void
on_pointers(void *arg, enum err err, const struct problem *why)
{
	struct going *g = arg;
	const struct person_erasure *q = g->request;
	const size_t unread = g->report.unread + g->unread;

	if (err == OK) {
		err = account_pointers_delete(g->unit, &g->arena, &g->account.id, &g->pointers, &g->rows, &g->why);
		why = &g->why;
	}
	if (failed(g, err, why))
		return;
	account_tell(g->unit, &g->account, unread ? NOTICE_ACCOUNT_ERASED_IN_PART : NOTICE_ACCOUNT_ERASED,
	    (struct span){ 0 }, (struct span){ 0 }, q->now);
	account_put(g->unit, &g->arena, &(struct account){ .id = g->account.id, .standing = ACCOUNT_ERASED,
	    .generation = g->account.generation });
	if (q->session.size)
		unit_delete(g->unit, &session_table, q->session);
	if (q->agreement.size)
		unit_delete(g->unit, q->agreement_table, q->agreement);
	put_entry(g, unread);
	erasing_put(g->unit, &(struct erasing){ .account = g->account.id, .since = q->now, .entry = g->report.entry,
	    .unread = (uint32_t)unread });
	commit(g, on_account_gone);
}

static void
on_account_gone(void *arg, const struct committed *c)
{
	struct going *g = arg;

	if (c->code == ERR_CONFLICT && ++g->tries < TRIES) {
		g->waiting = NULL;
		take_account(g);
		return;
	}
	if (not_committed(g, c))
		return;
	g->report.rows += g->rows;
	g->report.unread += g->unread;
	g->ended = true;
	g->tries = 0;
	g->pointers = (struct account_pointers){ .asks = NULL };
	/* What was on its way meanwhile: nobody can begin anything new. */
	take_part(g);
}

/* Nothing is left: so of who asked beside another, too, whose session and agreement went not with the account. */
static void
finish(struct going *g)
{
	const struct person_erasure *q = g->request;

	unit_begin(g);
	erasing_end(g->unit, &q->account);
	if (q->session.size)
		unit_delete(g->unit, &session_table, q->session);
	if (q->agreement.size)
		unit_delete(g->unit, q->agreement_table, q->agreement);
	commit(g, on_finished);
}

/* Where that cannot be written the steward finds that nothing is left. */
static void
on_finished(void *arg, const struct committed *c)
{
	struct going *g = arg;

	g->waiting = NULL;
	if (c->code != OK)
		log_warning("person.erasing-stays", "code=%s", err_name(c->code));
	answer(g, OK);
}

/* In the order of the ranges. A table says itself whether its rows are an account's. */
static void
choose_tables(struct going *g)
{
	const table_list all = store_tables(g->store);

	g->tables[ASK_CREDENTIALS] = &credential_table;
	g->tables[ASK_RECORDS] = &proofing_record_table;
	g->history = ASK_OWNED;
	for (size_t i = 0; all[i]; i++)
		if (all[i]->flags & TABLE_OWNED) {
			assert(g->history < ASKS - 1);
			g->tables[g->history++] = all[i];
		}
	g->tables[g->history] = &history_table;
}

struct pending *
person_erase(struct store *store, const struct person_erasure *request, on_person_erased *done, void *arg)
{
	struct going *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	*g = (struct going){ .pending = { cancel_going }, .store = store, .request = request, .done = done, .arg = arg,
		.arena = arena_init(FLOW_LARGEST) };
	choose_tables(g);
	take_part(g);
	return &g->pending;
}
