/* transaction/decision/erasure.c - a person's decisions taken out of the ledger.
 *
 *     load agreements and entries -> agree -> commit -> answer
 *      ^                                        |
 *      `------------ conflict, once ------------'
 */
#include "transaction/decision/erasure.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/random.h"
#include "codec/individual_number.h"
#include "codec/json_writer.h"
#include "codec/reader.h"
#include "codec/text.h"

#define FLOW_LARGEST (256 * MIB)     /* unit and entries' keys; reached by nobody */
#define ENTRY_ARENA_LARGEST (4 * MIB)
#define REASON_LARGEST 1000
#define NAME_LEAST 4                 /* shorter IDs stand in other words by chance */

/* Whatever has been written into an entry can be looked through again. */
static const struct limits entry_limits = { .bytes = LEDGER_ENTRY_LARGEST, .depth = READER_DEPTH,
	.members = LEDGER_ENTRY_LARGEST };

/* Looking */

/* An entry is canonical, so its subject is written in one way only; and in a string a quotation mark is escaped, so
 * no value looks like it. */
void
erasure_search_init(struct arena *a, const struct erasure_subject *subject, struct erasure_search *out)
{
	struct buffer b = buffer_init(8 * (ERASURE_ID_LARGEST + KIB));

	buffer_text(&b, "\"subject\":{\"id\":");
	json_write_string(&b, subject->id);
	json_write_member(&b, "type", subject->type);
	buffer_text(&b, "}");
	assert(!b.overflowed);
	*out = (struct erasure_search){ .subject = *subject, .mark = arena_copy(a, buffer_span(&b)) };
	buffer_release(&b);
}

static bool
read_subject(struct reader *r, const struct erasure_subject *wanted)
{
	bool id = false, type = false;
	struct span name;

	reader_object(r);
	while (reader_member(r, &name)) {
		if (span_is(name, "id"))
			id = span_equal(reader_string(r, 0, LEDGER_ENTRY_LARGEST), wanted->id);
		else if (span_is(name, "type"))
			type = span_equal(reader_string(r, 0, LEDGER_ENTRY_LARGEST), wanted->type);
		else
			reader_raw(r);
	}
	return id && type;
}

enum err
erasure_look(struct arena *a, const struct erasure_search *search, const struct ledger_entry *entry, bool *about,
    struct problem *why)
{
	struct span name, content = entry->content;
	bool found = false;
	struct reader r;

	*about = false;
	if (entry->kind != LEDGER_DECISION || !content.size ||
	    (search->subject.member.size && !span_equal(search->subject.member, entry->party)) ||
	    !memmem(content.data, content.size, search->mark.data, search->mark.size))
		return OK;
	r = reader_json(a, content, entry_limits);
	reader_object(&r);
	while (reader_member(&r, &name)) {
		if (span_is(name, "subject"))
			found = read_subject(&r, &search->subject);
		else
			reader_raw(&r);
	}
	if (reader_end(&r, NULL) != OK)
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the ledger's entry of leaf %llu is of a form this build does not know",
		    (unsigned long long)(entry->number - 1));
	*about = found;
	return OK;
}

enum err
erasure_reason_check(const struct erasure_subject *subject, struct span reason, struct problem *why)
{
	if (reason.size == 0 || reason.size > REASON_LARGEST)
		return problem_set(why, ERR_INVALID, "", "/reason: expected 1 to %d bytes, found %zu", REASON_LARGEST,
		    reason.size);
	if (subject->id.size >= NAME_LEAST && memmem(reason.data, reason.size, subject->id.data, subject->id.size))
		return problem_set(why, ERR_INVALID, "",
		    "/reason: expected words that do not name the person, for they stay in the ledger; found the "
		    "subject's ID");
	if (individual_number_like(reason))
		return problem_set(why, ERR_INVALID, "My Number Act 20",
		    "/reason: expected no individual number, found 12 digits that look like one");
	return OK;
}

/* The flow */

struct erasing {
	struct pending pending;      /* first */
	struct store *store;
	const struct erasure_request *request;
	on_erased *then;
	void *arg;
	struct arena arena;          /* of this attempt */
	struct ask *asks;            /* the agreements, then an entry each */
	struct pending *waiting;
	unsigned attempt;
	struct erasure_agreement agreement;
	struct erasure_report report;
	struct problem why;
};

static on_loaded on_rows_loaded;
static on_committed on_erasure_committed;

/* Canonical: members in alphabetical order. Whose decisions these were is what it must not tell. */
static void
entry_write(const struct erasing *g, struct buffer *b)
{
	const struct erasure_request *q = g->request;
	char at[INSTANT_TEXT];

	buffer_byte(b, '{');
	json_write_member(b, "actor", q->by.actor);
	buffer_text(b, ",\"approvers\":");
	json_write_lines(b, g->agreement.agreement.approvers);
	buffer_print(b, ",\"at\":\"%s\",\"count\":%zu,\"event\":\"ledger.erased\"",
	    instant_text(q->now, at), g->report.erased);
	json_write_member(b, "member", q->subject.member);
	json_write_member(b, "reason", q->reason);
	buffer_text(b, "}");
}

static void
put_entry(struct erasing *g, struct unit *unit)
{
	struct buffer b = buffer_init(LEDGER_ENTRY_LARGEST);
	struct ledger_entry entry = { .kind = LEDGER_ERASURE };

	entry_write(g, &b);
	assert(!b.overflowed);
	entry.content = buffer_span(&b);
	random_bytes(entry.salt, sizeof(entry.salt));
	g->report.entry = id_new(g->request->now);
	ledger_append(unit, g->report.entry, &entry);
	buffer_release(&b);
}

/* Each is looked at again, whoever named it. */
static enum err
erase_entries(struct erasing *g, struct unit *unit)
{
	const struct erasure_request *q = g->request;
	struct arena scratch = arena_init(ENTRY_ARENA_LARGEST);
	struct erasure_search search;
	char text[LEDGER_ID_TEXT];
	enum err err = OK;

	erasure_search_init(&g->arena, &q->subject, &search);
	for (size_t i = 0; i < q->count && err == OK; i++) {
		const struct ask *ask = &g->asks[1 + i];
		struct ledger_entry entry = { .kind = LEDGER_NOTHING };
		bool about = false;

		arena_reset(&scratch);
		if (ask->count)
			err = ledger_entry_loaded(&ask->rows[0], &entry, &g->why);
		if (err == OK)
			err = erasure_look(&scratch, &search, &entry, &about, &g->why);
		if (err != OK)
			break;
		if (entry.kind == LEDGER_DECISION && !entry.content.size) {
			g->report.gone++;
		} else if (about) {
			unit_expect(unit, &ledger_entry_table, ask->from, ask->rows[0].generation);
			ledger_entry_erase(unit, q->ids[i], &entry);
			g->report.erased++;
		} else {
			err = problem_set(&g->why, ERR_INVALID, "",
			    "/entries/%zu: expected a decision about that subject, and %s is none; nothing was done", i,
			    ledger_id_text(&q->ids[i], text));
		}
	}
	arena_release(&scratch);
	return err;
}

static void
erasing_free(struct erasing *g)
{
	pending_cancel(&g->waiting);
	arena_release(&g->arena);
	free(g);
}

static void
erasing_cancel(struct pending *pending)
{
	erasing_free((struct erasing *)pending);
}

static void
answer(struct erasing *g, enum err err)
{
	g->then(g->arg, err, err == OK ? &g->report : NULL, &g->why);
	erasing_free(g);
}

static void
load(struct erasing *g)
{
	const struct erasure_request *q = g->request;

	arena_reset(&g->arena);
	g->report = (struct erasure_report){ 0 };
	g->asks = arena_array(&g->arena, struct ask, 1 + q->count);
	g->asks[0] = erasure_agreements_ask();
	for (size_t i = 0; i < q->count; i++)
		g->asks[1 + i] = (struct ask){ .table = &ledger_entry_table, .from = id_span(&q->ids[i]) };
	g->waiting = store_load(g->store, g->asks, 1 + q->count, on_rows_loaded, g);
}

struct pending *
erasure_start(struct store *store, const struct erasure_request *request, on_erased *then, void *arg)
{
	struct erasing *g = calloc(1, sizeof(*g));

	assert(request->count && request->count <= ERASURE_AT_ONCE);
	if (!g)
		abort();
	*g = (struct erasing){ .pending.cancel = erasing_cancel, .store = store, .request = request, .then = then,
		.arg = arg, .arena = arena_init(FLOW_LARGEST) };
	load(g);
	return &g->pending;
}

static void
on_rows_loaded(void *arg, enum err err, const struct problem *why)
{
	struct erasing *g = arg;
	const struct erasure_request *q = g->request;
	struct unit *unit;

	g->waiting = NULL;
	if (err != OK) {
		g->why = *why;
		answer(g, err);
		return;
	}
	unit = unit_new(&g->arena, store_tables(g->store), id_new(q->now));
	err = erase_entries(g, unit);
	if (err == OK)
		err = erasure_agree(&g->arena, &g->asks[0], &q->subject, q->reason, &q->by, &g->agreement,
		    &g->why);
	g->report.had = g->agreement.had;
	g->report.needed = g->agreement.needed;
	g->report.waits = err == OK && g->report.erased && g->report.had < g->report.needed;
	if (g->report.waits)
		unit = unit_new(&g->arena, store_tables(g->store), id_new(q->now));
	if (err != OK || !g->report.erased || (g->report.waits && !g->agreement.changed)) {
		answer(g, err);
		return;
	}
	erasure_agreement_put(unit, &g->agreement, q->now);
	if (g->report.waits)
		g->report.erased = 0;
	else
		put_entry(g, unit);
	g->waiting = store_commit(g->store, unit, on_erasure_committed, g);
}

static void
on_erasure_committed(void *arg, const struct committed *done)
{
	struct erasing *g = arg;

	g->waiting = NULL;
	if (done->code == ERR_CONFLICT && g->attempt++ == 0) {
		load(g);
		return;
	}
	if (done->code != OK)
		problem_set(&g->why, done->code, "",
		    "the erasure could not be written, and nothing was erased as far as is known: %s",
		    err_name(done->code));
	answer(g, done->code);
}
