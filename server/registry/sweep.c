/* registry/sweep.c - publishing: taking away what nobody points to, before the first write and after the switch. */
#include "registry/publishing.h"

#include <stdlib.h>

#include "base/log.h"

#define FRAGMENTS_AT_ONCE 512

static void
delete_part(struct publishing *p, const struct span *keys, size_t count)
{
	publishing_part(p);
	for (size_t i = 0; i < PART_KEYS && p->done < count; i++)
		unit_delete(p->unit, &document_table, keys[p->done++]);
}

/* Rows newer than the publication would come into force with the generation that is about to be made. */
enum progress
clear_garbage(struct publishing *p)
{
	if (p->done < p->plan.garbage_count) {
		delete_part(p, p->plan.garbage, p->plan.garbage_count);
		return publishing_commit(p);
	}
	p->done = 0;
	p->at = p->plan.needed ? PUBLISHING_SIGN_ENTITIES : PUBLISHING_SWEEP_FILES;
	return ADVANCE;
}

/* From here on the publication is in force: what cannot be taken away now is the next run's. */

static void
on_swept(void *arg, const struct committed *c)
{
	struct publishing *p = arg;

	p->asked = NULL;
	if (c->code != OK) {
		log_warning("publish.sweep_failed", "cause=%s", err_name(c->code));
		/* Not the later ones either: a row that says "gone" must not leave before those it hides. */
		p->done = SIZE_MAX;
	}
	publishing_run(p);
}

static enum progress
sweep_part(struct publishing *p)
{
	p->asked = store_commit(p->store, p->unit, on_swept, p);
	p->unit = NULL;
	return WAIT;
}

enum progress
sweep_rows(struct publishing *p)
{
	if (p->done < p->plan.superseded_count) {
		delete_part(p, p->plan.superseded, p->plan.superseded_count);
		return sweep_part(p);
	}
	p->at = PUBLISHING_SWEEP_FILES;
	return ADVANCE;
}

static bool
among(const struct span *keys, size_t count, struct span key)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(keys[i], key))
			return true;
	return false;
}

/* Only sets have files: there are few such rows. Superseded ones are still there when nothing was published. */
static bool
row_stays(struct publishing *p, const struct plan_row *row)
{
	struct span key = document_key(&p->part, row->name, row->generation);

	if (row->files[0].size == 0 || among(p->plan.garbage, p->plan.garbage_count, key))
		return false;
	return !p->plan.needed || !among(p->plan.superseded, p->plan.superseded_count, key);
}

enum progress
sweep_files(struct publishing *p)
{
	struct span *names;
	struct problem why;
	size_t count = 0;

	arena_reset(&p->part);
	names = arena_array(&p->part, struct span, 2 * (p->question.row_count + PLAN_SETS));
	for (size_t i = 0; i < p->question.row_count; i++) {
		if (!row_stays(p, &p->question.rows[i]))
			continue;
		names[count++] = p->question.rows[i].files[0];
		names[count++] = p->question.rows[i].files[1];
	}
	for (size_t i = 0; i < PLAN_SETS; i++) {
		names[count++] = p->set_documents[i].plain.file;
		names[count++] = p->set_documents[i].gzip.file;
	}
	if (set_files_sweep(p->settings.directory, names, count, &why) != OK)
		log_warning("publish.sweep_failed", "cause=%s", LOG_TEXT(why.text));
	p->done = 0;
	p->cursor = (struct span){ 0 };
	p->at = PUBLISHING_SWEEP_FRAGMENTS;
	return ADVANCE;
}

/* Fragments */

static int
by_digest(const void *a, const void *b)
{
	return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, 32);
}

static int
compare_digest(const void *key, const void *element)
{
	return memcmp(key, *(const uint8_t *const *)element, 32);
}

static const uint8_t **
digests_in_use(struct publishing *p)
{
	size_t count = p->question.entity_count;
	const uint8_t **digests = arena_array(&p->part, const uint8_t *, count);

	for (size_t i = 0; i < count; i++)
		digests[i] = p->question.entities[i].entity.fragment;
	if (count)
		qsort(digests, count, sizeof(*digests), by_digest);
	return digests;
}

/* A fragment in use again has a new generation, and its deletion fails. What an import has just written for its last
 * unit is young. */
static bool
is_litter(struct publishing *p, const uint8_t **in_use, const struct row *row)
{
	struct fragment fragment;

	if (row->key.size == 32 && p->question.entity_count &&
	    bsearch(row->key.data, in_use, p->question.entity_count, sizeof(*in_use), compare_digest))
		return false;
	return !fragment_read(row->value, &fragment) ||
	    instant_before(fragment.written, instant_after(p->settings.now, -FRAGMENT_GRACE));
}

static void
on_some_fragments(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	const struct ask *ask = p->asks;
	const uint8_t **in_use;
	size_t litter = 0;

	p->asked = NULL;
	if (err != OK) {
		log_warning("publish.sweep_failed", "cause=%s", LOG_TEXT(why->text));
		p->done = SIZE_MAX;
		publishing_run(p);
		return;
	}
	in_use = digests_in_use(p);
	for (size_t i = 0; i < ask->count; i++) {
		if (!is_litter(p, in_use, &ask->rows[i]))
			continue;
		litter++;
		unit_expect(p->unit, &fragment_table, ask->rows[i].key, ask->rows[i].generation);
		unit_delete(p->unit, &fragment_table, ask->rows[i].key);
	}
	if (ask->more) {
		struct span last = ask->rows[ask->count - 1].key;
		uint8_t *next = arena_take(&p->arena, last.size + 1);

		memcpy(next, last.data, last.size);
		p->cursor = span_of(next, last.size + 1);
	} else {
		p->cursor = (struct span){ 0 };
		p->done = SIZE_MAX;
	}
	if (litter)
		sweep_part(p);
	else
		publishing_run(p);
}

enum progress
sweep_fragments(struct publishing *p)
{
	if (p->done == SIZE_MAX)
		return FINISHED;
	publishing_part(p);
	p->asks = arena_array(&p->part, struct ask, 1);
	p->asks[0] = (struct ask){ .table = &fragment_table, .from = p->cursor, .limit = FRAGMENTS_AT_ONCE };
	p->ask_count = 1;
	return publishing_load(p, on_some_fragments);
}
