/* registry/import.c - taking a metadata file into the registry: all of its good entities in one change.
 *
 *     read -> load what is there -> decide -> write fragments in parts -> one unit: entity rows and a journal entry
 */
#include "registry/import.h"

#include <assert.h>
#include <stdlib.h>

#include "registry/journal.h"

#define PART_FRAGMENTS 64 /* of one unit, so that no bulk write delays anybody else's */
#define PART_BYTES (4 * MIB)
#define ENTITIES_LARGEST 300000
#define SOURCE_LARGEST 200
#define CHANGES_LARGEST ((UNIT_OPERATIONS - 16) / 2) /* each an expectation and a change */
#define ARENA_LARGEST (16 * GIB)                     /* never reached: bounded by the document and the store */

struct known {
	struct entity_key key;
	uint64_t generation;
	struct entity entity;
	bool named;                   /* the document speaks of it */
};

/* One row to be written. */
struct change {
	struct entity_key key;
	uint64_t generation;          /* of the row it replaces; 0: there is none */
	struct entity entity;
	struct fragment fragment;
};

struct importing {
	struct pending pending;
	struct loop *loop;
	struct store *store;
	struct import import;
	on_imported *on_imported;
	void *arg;

	struct later later;
	struct pending *asked;
	struct arena arena, part;
	struct ask ask;
	struct problem why;

	struct metadata metadata;
	struct known *known;          /* ascending by key, as the store gives them */
	size_t known_count;
	struct change *changes;
	size_t change_count, written;
	struct import_report report;
};

/* Beginning and ending */

static void
importing_free(struct importing *i)
{
	turn_cancel(loop_turn(i->loop), &i->later);
	pending_cancel(&i->asked);
	arena_release(&i->part);
	arena_release(&i->arena);
	free(i);
}

static void
cancel(struct pending *pending)
{
	importing_free((struct importing *)pending);
}

static void
finish(struct importing *i, enum err err)
{
	i->on_imported(i->arg, err, err == OK ? &i->report : NULL, err == OK ? NULL : &i->why);
	importing_free(i);
}

static void read_document(void *arg);
static on_loaded on_state;
static void decide(struct importing *);
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
	i->ask = (struct ask){ .table = &entity_table, .limit = ENTITIES_LARGEST };
	i->asked = store_load(i->store, &i->ask, 1, on_state, i);
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
	if (i->ask.more) {
		finish(i, problem_set(&i->why, ERR_LIMIT, "", "more than %d entities are registered",
		    ENTITIES_LARGEST));
		return;
	}
	i->known_count = i->ask.count;
	i->known = arena_array(&i->arena, struct known, i->known_count);
	for (size_t n = 0; n < i->known_count; n++) {
		const struct row *row = &i->ask.rows[n];
		struct known *k = &i->known[n];

		k->generation = row->generation;
		if (row->key.size != sizeof(k->key) || !entity_read(arena_copy(&i->arena, row->value), &k->entity)) {
			finish(i, problem_set(&i->why, ERR_SYNTAX, "", "a row of entity is not of our form"));
			return;
		}
		memcpy(k->key.bytes, row->key.data, sizeof(k->key.bytes));
	}
	decide(i);
}

/* Deciding: pure, over what was read and what was loaded */

static int
compare_key(const void *key, const void *known)
{
	return memcmp(key, ((const struct known *)known)->key.bytes, sizeof(struct entity_key));
}

static struct known *
known_find(struct importing *i, const struct entity_key *key)
{
	return i->known_count ? bsearch(key, i->known, i->known_count, sizeof(*i->known), compare_key) : NULL;
}

/* Room was made for a refusal of every entity. */
static void
refuse(struct importing *i, const struct metadata_entity *e, const struct known *k)
{
	struct metadata_refusal *r = (struct metadata_refusal *)i->report.refusals + i->report.refusal_count++;

	*r = (struct metadata_refusal){ .entity_id = e->entity_id, .line = e->line };
	if (span_equal(k->entity.entity_id, e->entity_id))
		problem_set(&r->why, ERR_CONFLICT, "",
		    "line %d: the entity was brought by the source \"%.*s\", not by \"%s\"",
		    e->line, SPAN_ARGS(k->entity.source), i->import.source);
	else
		problem_set(&r->why, ERR_CONFLICT, "draft-young-md-query-saml-21 s2.2.2",
		    "line %d: the entityID has the same SHA-1 as %.*s, which is registered", e->line,
		    (int)span_first(k->entity.entity_id, 200).size, (const char *)k->entity.entity_id.data);
}

static bool
same_entity(const struct entity *a, const struct entity *b)
{
	return a->roles == b->roles && span_equal(a->prefixes, b->prefixes) &&
	    memcmp(a->fragment, b->fragment, sizeof(a->fragment)) == 0;
}

static void
decide_entity(struct importing *i, const struct metadata_entity *e)
{
	struct change *c = &i->changes[i->change_count];
	struct known *k;

	*c = (struct change){
		.key = entity_key_of(e->entity_id),
		.fragment = { i->import.now, e->registration, e->extensions, e->attributes_at, e->attributes, e->content },
		.entity = {
			.entity_id = e->entity_id,
			.roles = e->roles,
			.prefixes = e->prefixes,
			.source = span_text(i->import.source),
			.size = (uint32_t)e->content.size,
			.registered = i->import.now,
			.imported = i->import.now,
		},
	};
	fragment_digest(&c->fragment, c->entity.fragment);
	k = known_find(i, &c->key);
	if (k && (!span_equal(k->entity.entity_id, e->entity_id) || !span_is(k->entity.source, i->import.source))) {
		refuse(i, e, k);
		return;
	}
	if (k) {
		k->named = true;
		c->generation = k->generation;
		c->entity.registered = k->entity.registered;
		if (same_entity(&k->entity, &c->entity)) {
			i->report.unchanged++;
			return;
		}
	}
	i->report.added += !k;
	i->report.changed += k != NULL;
	i->change_count++;
}

static bool
is_missing(const struct importing *i, const struct known *k)
{
	return !i->import.keep_missing && !k->named && span_is(k->entity.source, i->import.source);
}

static void
decide(struct importing *i)
{
	const struct metadata *m = &i->metadata;
	struct metadata_refusal *refusals = arena_array(&i->arena, struct metadata_refusal,
	    m->refusal_count + m->entity_count);

	i->report.refusals = refusals;
	i->report.refusal_count = m->refusal_count;
	i->changes = arena_array(&i->arena, struct change, m->entity_count + 1);
	for (size_t n = 0; n < m->refusal_count; n++) {
		struct entity_key key = entity_key_of(m->refusals[n].entity_id);
		struct known *k = known_find(i, &key);

		refusals[n] = m->refusals[n];
		/* It stays as it was. */
		if (k)
			k->named = true;
	}
	for (size_t n = 0; n < m->entity_count; n++)
		decide_entity(i, &m->entities[n]);
	metadata_sort_refusals(refusals, i->report.refusal_count);
	for (size_t n = 0; n < i->known_count; n++)
		i->report.removed += is_missing(i, &i->known[n]);
	if (i->change_count + i->report.removed > CHANGES_LARGEST)
		finish(i, problem_set(&i->why, ERR_LIMIT, "", "%zu changes at once; at most %d fit one unit of work",
		    i->change_count + i->report.removed, (int)CHANGES_LARGEST));
	else if (i->import.dry_run)
		finish(i, OK);
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

/* The one moment of change. What each row was when we decided is a condition: somebody else's change in between
 * fails it all. */
static void
write_entities(struct importing *i)
{
	struct unit *unit = part_new(i);
	struct buffer b = buffer_init(1 * MIB);

	for (size_t n = 0; n < i->change_count; n++) {
		const struct change *c = &i->changes[n];
		struct span key = span_of(c->key.bytes, sizeof(c->key.bytes));

		buffer_clear(&b);
		entity_write(&b, &c->entity);
		unit_expect(unit, &entity_table, key, c->generation);
		unit_put(unit, &entity_table, key, buffer_span(&b));
	}
	for (size_t n = 0; n < i->known_count; n++) {
		const struct known *k = &i->known[n];

		if (!is_missing(i, k))
			continue;
		unit_expect(unit, &entity_table, span_of(k->key.bytes, sizeof(k->key.bytes)), k->generation);
		unit_delete(unit, &entity_table, span_of(k->key.bytes, sizeof(k->key.bytes)));
	}
	journal_imported(unit, &i->import, &i->report);
	buffer_release(&b);
	i->asked = store_commit(i->store, unit, on_import_written, i);
}

static void
write_fragments(struct importing *i)
{
	struct buffer b = buffer_init(2 * METADATA_FRAGMENT);
	struct unit *unit;
	size_t bytes = 0;

	if (i->written == i->change_count) {
		buffer_release(&b);
		write_entities(i);
		return;
	}
	unit = part_new(i);
	for (size_t n = 0; n < PART_FRAGMENTS && bytes < PART_BYTES && i->written < i->change_count; n++) {
		const struct change *c = &i->changes[i->written++];

		buffer_clear(&b);
		fragment_write(&b, &c->fragment);
		assert(!b.overflowed);
		bytes += buffer_span(&b).size;
		unit_put(unit, &fragment_table, span_of(c->entity.fragment, sizeof(c->entity.fragment)),
		    buffer_span(&b));
	}
	buffer_release(&b);
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

static void
on_import_written(void *arg, const struct committed *c)
{
	struct importing *i = arg;

	if (committed(i, c))
		finish(i, OK);
}
