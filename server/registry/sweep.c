/* registry/sweep.c - publishing: taking away what nobody points to, before the first write and after the switch. */
#include "registry/publishing.h"

#include <stdlib.h>

#include "base/log.h"

#define FRAGMENTS_AT_ONCE 512

static void
delete_part(struct publishing *p, const struct plan_row *const *rows, size_t count)
{
	publishing_part(p);
	for (size_t i = 0; i < PART_KEYS && p->done < count; i++, p->done++)
		unit_delete(p->unit, &document_table,
		    document_key(&p->part, rows[p->done]->name, rows[p->done]->generation));
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
	p->at = p->plan.needed ? PUBLISHING_MAKE : PUBLISHING_SWEEP_FILES;
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

/* Only sets and lists have files: there are few such rows. */
static size_t
list_files(const struct plan_row *const *rows, size_t row_count, struct span *names)
{
	size_t count = 0;

	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < COUNT(rows[i]->files); k++)
			if (rows[i]->files[k].size)
				names[count++] = rows[i]->files[k];
	return count;
}

static size_t
name_files(const struct published *document, struct span *names)
{
	names[0] = document->plain.file;
	names[1] = document->gzip.file;
	return document->plain.file.size ? 2 : 0;
}

static int
by_digest(const void *a, const void *b)
{
	return memcmp(*(const uint8_t *const *)a, *(const uint8_t *const *)b, 32);
}

static void
sort_digests(struct publishing *p)
{
	size_t count = p->question.entity_count;

	p->in_use = arena_array(&p->arena, const uint8_t *, count);
	for (size_t i = 0; i < count; i++)
		p->in_use[i] = p->question.entities[i].entity.fragment;
	if (count)
		qsort(p->in_use, count, sizeof(*p->in_use), by_digest);
}

enum progress
sweep_files(struct publishing *p)
{
	const struct plan *plan = &p->plan;
	struct span *names;
	struct problem why;
	size_t count;

	arena_reset(&p->part);
	names = arena_array(&p->part, struct span, 2 * (p->question.row_count + PLAN_SETS + PLAN_LISTS));
	count = list_files(plan->newest, plan->newest_count, names);
	/* Superseded rows are still there when nothing was published. */
	if (!plan->needed)
		count += list_files(plan->superseded, plan->superseded_count, names + count);
	for (size_t i = 0; i < PLAN_SETS; i++)
		count += name_files(&p->sets.sets[i].document, names + count);
	for (size_t i = 0; i < PLAN_LISTS; i++)
		count += name_files(&p->lists.lists[i].document, names + count);
	/* Files of generations that a restored store knows nothing of tell which numbers are taken: they stay until one
	 * beyond them is published. */
	if ((plan->needed || p->newest <= p->current.generation) &&
	    generation_files_sweep(p->settings.directory, names, count, &why) != OK)
		log_warning("publish.sweep_failed", "cause=%s", LOG_TEXT(why.text));
	p->done = 0;
	p->cursor = (struct span){ 0 };
	sort_digests(p);
	p->at = PUBLISHING_SWEEP_FRAGMENTS;
	return ADVANCE;
}

/* Fragments */

static int
compare_digest(const void *key, const void *element)
{
	return memcmp(key, *(const uint8_t *const *)element, 32);
}

/* A fragment in use again has a new generation, and its deletion fails. What an import has just written for its last
 * unit is young. */
static bool
is_litter(struct publishing *p, const struct row *row)
{
	struct fragment fragment;

	if (row->key.size == 32 && p->question.entity_count &&
	    bsearch(row->key.data, p->in_use, p->question.entity_count, sizeof(*p->in_use), compare_digest))
		return false;
	return !fragment_read(row->value, &fragment) ||
	    instant_before(fragment.written, instant_after(p->settings.now, -FRAGMENT_GRACE));
}

static void
on_some_fragments(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	const struct ask *ask = p->asks;
	size_t litter = 0;

	p->asked = NULL;
	if (err != OK) {
		log_warning("publish.sweep_failed", "cause=%s", LOG_TEXT(why->text));
		p->done = SIZE_MAX;
		publishing_run(p);
		return;
	}
	for (size_t i = 0; i < ask->count; i++) {
		if (!is_litter(p, &ask->rows[i]))
			continue;
		litter++;
		unit_expect(p->unit, &fragment_table, ask->rows[i].key, ask->rows[i].generation);
		unit_delete(p->unit, &fragment_table, ask->rows[i].key);
	}
	if (!publishing_next(p, ask, &p->cursor))
		p->done = SIZE_MAX;
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
