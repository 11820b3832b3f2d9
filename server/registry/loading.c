/* registry/loading.c - publishing: what the store holds, as the question plan.h answers.
 *
 *     publication and entities -> rows of members, digested -> rows of documents, without their bodies
 */
#include "registry/publishing.h"

#include <unistd.h>

#include "base/record.h"
#include "crypto/digest.h"

#define ENTITIES_LARGEST 300000
#define ROWS_AT_ONCE 256

static void
on_state(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	const struct ask *current = &p->asks[0], *entities = &p->asks[1];
	bool broken;

	if (!publishing_answered(p, err, why))
		return;
	if (entities->more) {
		publishing_fail_now(p, problem_set(&p->why, ERR_LIMIT, "", "more than %d entities are registered",
		    ENTITIES_LARGEST));
		return;
	}
	if (publication_found(current, &p->current, &broken)) {
		p->current_row = current->rows[0].generation;
		p->current.key = arena_copy(&p->arena, p->current.key);
	} else if (broken) {
		publishing_fail_now(p, problem_set(&p->why, ERR_SYNTAX, "",
		    "the row publication/" PUBLICATION_CURRENT " is not of our form"));
		return;
	}
	p->newest = generation_files_newest(p->settings.directory);
	p->question.current = p->current.generation;
	p->question.published = p->current.published;
	p->question.valid_until = p->current.valid_until;
	p->question.entities = arena_array(&p->arena, struct plan_entity, entities->count);
	p->question.entity_count = entities->count;
	for (size_t i = 0; i < entities->count; i++) {
		struct plan_entity *e = &p->question.entities[i];
		const struct row *row = &entities->rows[i];

		if (row->key.size != sizeof(e->key) || !entity_read(arena_copy(&p->arena, row->value), &e->entity)) {
			publishing_fail_now(p, problem_set(&p->why, ERR_SYNTAX, "",
			    "a row of entity is not of our form"));
			return;
		}
		memcpy(e->key.bytes, row->key.data, sizeof(e->key.bytes));
		e->generation = row->generation;
	}
	p->at = PUBLISHING_LOAD_MEMBERS;
	publishing_run(p);
}

enum progress
load_state(struct publishing *p)
{
	p->asks = arena_array(&p->arena, struct ask, 2);
	p->asks[0] = publication_ask();
	p->asks[1] = (struct ask){ .table = &entity_table, .limit = ENTITIES_LARGEST };
	p->ask_count = 2;
	return publishing_load(p, on_state);
}

/* Of members it is enough to know whether anything about one has changed: then its row has. */
static void
on_members(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	const struct ask *ask = p->asks;

	if (!publishing_answered(p, err, why))
		return;
	for (size_t i = 0; i < ask->count; i++) {
		digest_stream_add(p->members, ask->rows[i].key);
		digest_stream_add(p->members, span_of(&ask->rows[i].generation, sizeof(ask->rows[i].generation)));
		p->question.member_bytes += ask->rows[i].value.size;
	}
	if (!publishing_next(p, ask, &p->cursor)) {
		digest_stream_end(p->members, p->question.members);
		p->cursor = (struct span){ 0 };
		p->at = PUBLISHING_LOAD_DOCUMENTS;
	}
	publishing_run(p);
}

enum progress
load_members(struct publishing *p)
{
	p->asks[0] = (struct ask){ .table = &member_table, .from = p->cursor, .limit = ROWS_AT_ONCE };
	p->ask_count = 1;
	return publishing_load(p, on_members);
}

static bool
files_there(struct publishing *p, const struct plan_row *row)
{
	for (size_t i = 0; i < COUNT(row->files) && row->files[i].size; i++)
		if (access(arena_print(&p->arena, "%s/%.*s", p->settings.directory, SPAN_ARGS(row->files[i])), R_OK))
			return false;
	return true;
}

static bool
take_row(struct publishing *p, const struct row *row)
{
	struct plan_row *taken = &p->rows[p->question.row_count];
	struct published document;
	struct record r;

	if (row->key.size <= 8 || !published_read(row->value, &document))
		return false;
	r = record_of(span_skip(row->key, row->key.size - 8));
	*taken = (struct plan_row){
		.name = arena_copy(&p->arena, span_first(row->key, row->key.size - 8)),
		.generation = record_u64(&r),
		.gone = document.gone,
		.valid_until = document.valid_until,
		.size = document.plain.size,
		.files = { arena_copy(&p->arena, document.plain.file), arena_copy(&p->arena, document.gzip.file) },
	};
	/* A store put back from a backup may point to files that are gone: then nothing equals what they were made
	 * of. */
	if (files_there(p, taken))
		memcpy(taken->made_of, document.made_of, sizeof(taken->made_of));
	p->question.row_count++;
	return true;
}

static void
on_documents(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	const struct ask *ask = p->asks;

	if (!publishing_answered(p, err, why))
		return;
	if (p->question.row_count + ask->count > p->row_room) {
		struct plan_row *larger;

		p->row_room = (p->question.row_count + ask->count) * 2;
		larger = arena_array(&p->arena, struct plan_row, p->row_room);
		if (p->question.row_count)
			memcpy(larger, p->rows, p->question.row_count * sizeof(*larger));
		p->rows = larger;
	}
	for (size_t i = 0; i < ask->count; i++) {
		if (!span_is(ask->rows[i].key, CLAIM) && !take_row(p, &ask->rows[i])) {
			publishing_fail_now(p, problem_set(&p->why, ERR_SYNTAX, "",
			    "a row of document is not of our form"));
			return;
		}
	}
	if (!publishing_next(p, ask, &p->cursor))
		p->at = PUBLISHING_DECIDE;
	publishing_run(p);
}

enum progress
load_documents(struct publishing *p)
{
	p->asks[0] = (struct ask){ .table = &document_table, .from = p->cursor, .limit = ROWS_AT_ONCE };
	p->ask_count = 1;
	return publishing_load(p, on_documents);
}
