/* registry/import.c - taking a metadata file into the registry: all of its good entities in one change.
 *
 *     read -> load what is there -> decide in parts -> write fragments in parts
 *       -> one unit: entity rows, findings and a journal entry
 */
#include "registry/import.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>

#include "base/log.h"
#include "registry/import_decision.h"
#include "registry/journal.h"
#include "registry/standing.h"

#define PART_ENTITIES 64  /* looked at in one turn of the loop */
#define PART_FRAGMENTS 64 /* of one unit, so that no bulk write delays anybody else's */
#define PART_BYTES (4 * MIB)
#define PART_FINDINGS 4096
#define ENTITIES_LARGEST 300000
#define DOCUMENT_LARGE (1 * MIB)                     /* whose memory is worth giving back */
#define SOURCE_LARGEST 200
#define ROW_LARGEST (4 * MIB)                        /* of an entity, or of the findings about one */
#define FINDINGS_BYTES (32 * MIB)                    /* in the unit of the change; the rest follows it */
#define OPERATIONS_OF_OTHERS 16                      /* the journal's, and what import.also adds */
#define NEWCOMER_LASTS SECONDS(30 * 86400LL) /* findings about what never came in, when nobody brings it again */
#define ARENA_LARGEST (16 * GIB)                     /* never reached: bounded by the document and the store */

enum asked { ASKED_ENTITIES, ASKED_CLAIMS, ASKED_FINDINGS, ASKED };

struct importing {
	struct pending pending;
	struct loop *loop;
	struct store *store;
	struct import import;
	on_imported *on_imported;
	void *arg;

	struct later later;
	struct timer turn;            /* the next part of the decision: others come first */
	struct pending *asked;
	struct arena arena, part;
	struct ask asks[ASKED];
	struct problem why;

	struct metadata metadata;
	struct import_decision decision;
	size_t written, looked;       /* changes whose fragment, looks whose row is written */
	bool in_force;                /* the change is made; only findings are left to be written */
};

/* Beginning and ending */

static void
importing_free(struct importing *i)
{
	bool large = i->import.document.size > DOCUMENT_LARGE;

	turn_cancel(loop_turn(i->loop), &i->later);
	timer_release(&i->turn);
	pending_cancel(&i->asked);
	arena_release(&i->part);
	arena_release(&i->arena);
	free(i);
	if (large)
		malloc_trim(0);
}

static void
cancel(struct pending *pending)
{
	importing_free((struct importing *)pending);
}

static void
finish(struct importing *i, enum err err)
{
	const struct import_report *report = &i->decision.report;

	i->on_imported(i->arg, err, err == OK || report->shrank ? report : NULL, err == OK ? NULL : &i->why);
	importing_free(i);
}

static void read_document(void *arg);
static on_loaded on_state;
static void decide(void *arg);
static void write_fragments(struct importing *);
static on_committed on_fragments_written, on_import_written;

struct pending *
import_start(struct loop *loop, struct store *store, const struct import *import, on_imported *on_done, void *arg)
{
	struct importing *i = calloc(1, sizeof(*i));

	if (!i)
		abort();
	i->pending.cancel = cancel;
	i->loop = loop;
	i->store = store;
	i->import = *import;
	if (i->import.now.us == 0)
		i->import.now = clock_now();
	i->on_imported = on_done;
	i->arg = arg;
	i->arena = arena_init(ARENA_LARGEST);
	i->part = arena_init(ARENA_LARGEST);
	i->later = (struct later){ .run = read_document, .arg = i };
	timer_init(&i->turn, loop, decide, i);
	turn_later(loop_turn(loop), &i->later);
	return &i->pending;
}

static void
read_document(void *arg)
{
	struct importing *i = arg;
	size_t source = i->import.source ? strlen(i->import.source) : 0;
	enum err err;

	if (source < 1 || source > SOURCE_LARGEST) {
		finish(i, problem_set(&i->why, ERR_INVALID, "", "expected a source of 1 to %d characters, found %zu",
		    SOURCE_LARGEST, source));
		return;
	}
	err = metadata_read(&i->arena, i->import.document, &i->import.terms, i->import.now, &i->metadata, &i->why);
	if (err != OK) {
		finish(i, err);
		return;
	}
	/* More often it is the wrong file than the withdrawal of everything. */
	if (i->metadata.entity_count + i->metadata.refusal_count == 0 && !i->import.allow_empty) {
		finish(i, problem_set(&i->why, ERR_INVALID, "SAML 2.0 Metadata s2.3.1",
		    "the document has no EntityDescriptor; expected one, or allow_empty to withdraw all of the "
		    "source's"));
		return;
	}
	i->asks[ASKED_ENTITIES] = (struct ask){ .table = &entity_table, .limit = ENTITIES_LARGEST };
	i->asks[ASKED_CLAIMS] = (struct ask){ .table = &member_claim_table, .limit = ENTITIES_LARGEST };
	i->asks[ASKED_FINDINGS] = (struct ask){ .table = &finding_table, .limit = ENTITIES_LARGEST };
	i->asked = store_load(i->store, i->asks, i->import.validator ? ASKED : ASKED_FINDINGS, on_state, i);
}

static bool
keep_known(struct importing *i)
{
	const struct ask *ask = &i->asks[ASKED_ENTITIES];
	struct import_known *known = arena_array(&i->arena, struct import_known, ask->count);

	for (size_t n = 0; n < ask->count; n++) {
		const struct row *row = &ask->rows[n];

		if (row->key.size != sizeof(known[n].key) ||
		    !entity_read(arena_copy(&i->arena, row->value), &known[n].entity))
			return false;
		memcpy(known[n].key.bytes, row->key.data, sizeof(known[n].key.bytes));
		known[n].generation = row->generation;
	}
	i->decision.known = known;
	i->decision.known_count = ask->count;
	return true;
}

static bool
keep_claims(struct importing *i)
{
	const struct ask *ask = &i->asks[ASKED_CLAIMS];
	struct import_known_claim *claims = arena_array(&i->arena, struct import_known_claim, ask->count);
	struct member_claim claim;

	for (size_t n = 0; n < ask->count; n++) {
		if (ask->rows[n].key.size != sizeof(claims[n].key) || !member_claim_read(ask->rows[n].value, &claim))
			return false;
		memcpy(claims[n].key.bytes, ask->rows[n].key.data, sizeof(claims[n].key.bytes));
		claims[n].member = arena_copy(&i->arena, claim.member);
	}
	i->decision.claims = claims;
	i->decision.claim_count = ask->count;
	return true;
}

static bool
keep_findings(struct importing *i)
{
	const struct ask *ask = &i->asks[ASKED_FINDINGS];
	struct import_known_findings *known = arena_array(&i->arena, struct import_known_findings, ask->count);

	for (size_t n = 0; n < ask->count; n++) {
		if (ask->rows[n].key.size != sizeof(known[n].key))
			return false;
		memcpy(known[n].key.bytes, ask->rows[n].key.data, sizeof(known[n].key.bytes));
		known[n].value = arena_copy(&i->arena, ask->rows[n].value);
	}
	i->decision.known_findings = known;
	i->decision.known_findings_count = ask->count;
	return true;
}

static void
on_state(void *arg, enum err err, const struct problem *why)
{
	struct importing *i = arg;

	i->asked = NULL;
	if (err != OK) {
		i->why = *why;
		finish(i, err);
		return;
	}
	if (i->asks[ASKED_ENTITIES].more || i->asks[ASKED_CLAIMS].more || i->asks[ASKED_FINDINGS].more) {
		finish(i, problem_set(&i->why, ERR_LIMIT, "", "more than %d entities are registered",
		    ENTITIES_LARGEST));
		return;
	}
	i->decision.arena = &i->arena;
	i->decision.import = &i->import;
	i->decision.metadata = &i->metadata;
	if (!keep_known(i) || !keep_claims(i) || !keep_findings(i)) {
		finish(i, problem_set(&i->why, ERR_SYNTAX, "", "a row of entity, claim or finding is not of our form"));
		return;
	}
	import_decision_begin(&i->decision);
	decide(i);
}

/* Rules cost some milliseconds for every hundred entities: between two parts others are served. */
static void
decide(void *arg)
{
	struct importing *i = arg;
	enum err err;

	if (!import_decision_step(&i->decision, i->import.validator ? PART_ENTITIES : METADATA_ENTITIES)) {
		timer_set(&i->turn, 0);
		return;
	}
	err = import_decision_end(&i->decision, &i->why);
	if (err != OK || i->import.dry_run)
		finish(i, err);
	else
		write_fragments(i);
}

/* Writing */

static struct unit *
part_new(struct importing *i)
{
	arena_reset(&i->part);
	return unit_new(&i->part, i->store->tables, id_new(i->import.now));
}

static struct span
key_span(const struct entity_key *key)
{
	return span_of(key->bytes, sizeof(key->bytes));
}

/* As many as fit, by number and bytes. */
static void
add_findings(struct importing *i, struct unit *unit, struct buffer *b, size_t operations, size_t bytes)
{
	const struct import_decision *d = &i->decision;

	for (; i->looked < d->look_count && operations > 0; i->looked++, operations--) {
		const struct import_look *look = &d->looks[i->looked];

		if (look->delete) {
			unit_delete(unit, &finding_table, key_span(&look->key));
			continue;
		}
		buffer_clear(b);
		findings_write(b, &look->findings);
		assert(!b->overflowed);
		if (buffer_span(b).size > bytes)
			return;
		bytes -= buffer_span(b).size;
		unit_put_until(unit, &finding_table, key_span(&look->key), buffer_span(b), look->newcomer ?
		    instant_after(i->import.now, NEWCOMER_LASTS) : (struct instant){ 0 });
	}
}

/* The one moment of change. What each row was when we decided is a condition: somebody else's change in between
 * fails it all. */
static void
write_entities(struct importing *i)
{
	const struct import_decision *d = &i->decision;
	struct unit *unit = part_new(i);
	struct buffer b = buffer_init(ROW_LARGEST);

	for (size_t n = 0; n < d->change_count; n++) {
		const struct import_change *c = &d->changes[n];

		buffer_clear(&b);
		entity_write(&b, &c->entity);
		unit_expect(unit, &entity_table, key_span(&c->key), c->generation);
		unit_put(unit, &entity_table, key_span(&c->key), buffer_span(&b));
	}
	for (size_t n = 0; n < d->known_count; n++) {
		const struct import_known *k = &d->known[n];

		if (!import_is_missing(d, k))
			continue;
		unit_expect(unit, &entity_table, key_span(&k->key), k->generation);
		unit_delete(unit, &entity_table, key_span(&k->key));
	}
	add_findings(i, unit, &b, UNIT_OPERATIONS - OPERATIONS_OF_OTHERS - 2 * (d->change_count + d->report.removed),
	    FINDINGS_BYTES);
	if (i->import.also)
		i->import.also(i->import.also_arg, unit, &d->report);
	else
		journal_imported(unit, &i->import, &d->report);
	buffer_release(&b);
	i->asked = store_commit(i->store, unit, on_import_written, i);
}

static void
write_fragments(struct importing *i)
{
	const struct import_decision *d = &i->decision;
	struct buffer b = buffer_init(2 * METADATA_FRAGMENT);
	struct unit *unit = part_new(i);
	size_t bytes = 0, count = 0;

	for (; count < PART_FRAGMENTS && bytes < PART_BYTES && i->written < d->change_count; i->written++) {
		const struct import_change *c = &d->changes[i->written];

		if (!c->content)
			continue;
		buffer_clear(&b);
		fragment_write(&b, &c->fragment);
		assert(!b.overflowed);
		bytes += buffer_span(&b).size;
		count++;
		unit_put(unit, &fragment_table, span_of(c->entity.fragment, sizeof(c->entity.fragment)),
		    buffer_span(&b));
	}
	buffer_release(&b);
	if (count == 0)
		write_entities(i);
	else
		i->asked = store_commit(i->store, unit, on_fragments_written, i);
}

static bool
committed(struct importing *i, const struct committed *c)
{
	i->asked = NULL;
	if (c->code == OK)
		return true;
	finish(i, problem_set(&i->why, c->code, "", c->code == ERR_CONFLICT ?
	    "the registry was changed while the document was read; import it again" :
	    c->code == ERR_FULL ? "no space is left to write the import" : "the import could not be written"));
	return false;
}

static void
on_fragments_written(void *arg, const struct committed *c)
{
	struct importing *i = arg;

	if (committed(i, c))
		write_fragments(i);
}

/* Findings that did not fit with the change are about what is in force now. Without them it stays so: the next import
 * writes what is missing. */
static void
on_import_written(void *arg, const struct committed *c)
{
	struct importing *i = arg;
	struct buffer b;
	struct unit *unit;

	if (i->in_force && c->code != OK) {
		i->asked = NULL;
		log_warning("import.findings_unwritten", "source=%s code=%s", LOG_TEXT(i->import.source),
		    err_name(c->code));
		finish(i, OK);
		return;
	}
	if (!committed(i, c))
		return;
	i->in_force = true;
	if (i->looked == i->decision.look_count) {
		finish(i, OK);
		return;
	}
	b = buffer_init(ROW_LARGEST);
	unit = part_new(i);
	add_findings(i, unit, &b, PART_FINDINGS, FINDINGS_BYTES);
	buffer_release(&b);
	i->asked = store_commit(i->store, unit, on_import_written, i);
}
