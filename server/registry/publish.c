/* registry/publish.c - making the publications (the flow: its picture is in publishing.h). */
#include "registry/publish.h"

#include <stdlib.h>

#include "crypto/digest.h"
#include "registry/publishing.h"

#define ARENA_LARGEST (16 * GIB) /* never reached: bounded by what the store holds */

static publishing_run_step claim, decide, make, end_documents, switch_over;

static publishing_run_step *const steps[] = {
	[PUBLISHING_CLAIM] = claim,
	[PUBLISHING_LOAD_STATE] = load_state,
	[PUBLISHING_LOAD_MEMBERS] = load_members,
	[PUBLISHING_LOAD_DOCUMENTS] = load_documents,
	[PUBLISHING_DECIDE] = decide,
	[PUBLISHING_CLEAR_GARBAGE] = clear_garbage,
	[PUBLISHING_MAKE] = make,
	[PUBLISHING_END_DOCUMENTS] = end_documents,
	[PUBLISHING_SWITCH_OVER] = switch_over,
	[PUBLISHING_SWEEP_ROWS] = sweep_rows,
	[PUBLISHING_SWEEP_FILES] = sweep_files,
	[PUBLISHING_SWEEP_FRAGMENTS] = sweep_fragments,
};

static const struct {
	enum publishing_track track;
	publishing_run_step *go;
} tracks[] = {
	{ TRACK_DOCUMENTS, documents_go },
	{ TRACK_LISTS, lists_go },
	{ TRACK_SETS, sets_go },
};

/* Beginning, going on, ending */

static void
publishing_free(struct publishing *p)
{
	turn_cancel(loop_turn(p->loop), &p->later);
	pending_cancel(&p->asked);
	documents_release(p);
	lists_release(p);
	sets_release(p);
	digest_stream_free(p->members);
	arena_release(&p->part);
	arena_release(&p->arena);
	free(p);
}

static void
cancel(struct pending *pending)
{
	publishing_free((struct publishing *)pending);
}

static void
begin(void *arg)
{
	publishing_run(arg);
}

struct pending *
publish_start(struct loop *loop, struct store *store, struct signer_client *signer,
    const struct publish_settings *settings, bool all, on_published *on_done, void *arg)
{
	struct publishing *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->pending.cancel = cancel;
	p->loop = loop;
	p->store = store;
	p->signer = signer;
	p->settings = *settings;
	if (p->settings.now.us == 0)
		p->settings.now = clock_now();
	if (p->settings.in_flight == 0)
		p->settings.in_flight = 1;
	p->on_published = on_done;
	p->arg = arg;
	p->arena = arena_init(ARENA_LARGEST);
	p->part = arena_init(ARENA_LARGEST);
	p->members = digest_stream_new(DIGEST_SHA256);
	documents_init(p);
	lists_init(p);
	sets_init(p);
	p->began = clock_monotonic();
	p->question = (struct plan_question){ .now = p->settings.now, .refresh_before = settings->refresh_before,
		.all = all };
	p->later = (struct later){ .run = begin, .arg = p };
	turn_later(loop_turn(loop), &p->later);
	return &p->pending;
}

static void
finish(struct publishing *p)
{
	p->report.us = clock_monotonic() - p->began;
	p->on_published(p->arg, p->err, p->err == OK ? &p->report : NULL, p->err == OK ? NULL : &p->why);
	publishing_free(p);
}

void
publishing_run(struct publishing *p)
{
	enum progress progress;

	do
		progress = steps[p->at](p);
	while (progress == ADVANCE);
	if (progress == FINISHED)
		finish(p);
}

enum progress
publishing_fail(struct publishing *p, enum err err)
{
	p->err = err;
	return FINISHED;
}

void
publishing_fail_now(struct publishing *p, enum err err)
{
	publishing_fail(p, err);
	finish(p);
}

bool
publishing_answered(struct publishing *p, enum err err, const struct problem *why)
{
	p->asked = NULL;
	if (err == OK)
		return true;
	if (why)
		p->why = *why;
	else
		problem_set(&p->why, err, "", "the store does not answer");
	publishing_fail_now(p, err);
	return false;
}

enum progress
publishing_load(struct publishing *p, on_loaded *on_answer)
{
	p->asked = store_load(p->store, p->asks, p->ask_count, on_answer, p);
	return WAIT;
}

bool
publishing_next(struct publishing *p, const struct ask *ask, struct span *cursor)
{
	struct span last;
	uint8_t *next;

	if (!ask->more)
		return false;
	last = ask->rows[ask->count - 1].key;
	next = arena_take(&p->arena, last.size + 1);
	memcpy(next, last.data, last.size);
	next[last.size] = 0;
	*cursor = span_of(next, last.size + 1);
	return true;
}

bool
publishing_signed(struct publishing *p, const char *key, enum err err, const struct problem *why)
{
	if (err == OK) {
		p->report.signed_documents++;
		return true;
	}
	p->why = *why;
	problem_within(&p->why, "signing with key %s", key);
	publishing_fail_now(p, err);
	return false;
}

bool
publishing_written(struct publishing *p, const struct committed *c)
{
	if (c->code == OK)
		return true;
	publishing_fail_now(p, problem_set(&p->why, c->code, "", "a part of the publication could not be written: %s",
	    c->code == ERR_CONFLICT ? "a later publishing has begun" : err_name(c->code)));
	return false;
}

static void
on_part_committed(void *arg, const struct committed *c)
{
	struct publishing *p = arg;

	p->asked = NULL;
	if (publishing_written(p, c))
		publishing_run(p);
}

enum progress
publishing_commit(struct publishing *p)
{
	p->asked = store_commit(p->store, p->unit, on_part_committed, p);
	p->unit = NULL;
	return WAIT;
}

struct unit *
publishing_unit(struct publishing *p, struct arena *arena)
{
	struct unit *unit = unit_new(arena, p->store->tables, id_new(p->settings.now));

	if (p->claim)
		unit_expect(unit, &document_table, span_text(CLAIM), p->claim);
	return unit;
}

void
publishing_part(struct publishing *p)
{
	arena_reset(&p->part);
	p->unit = publishing_unit(p, &p->part);
}

void
publishing_put(struct publishing *p, struct unit *unit, struct arena *arena, struct span name,
    const struct published *document)
{
	struct buffer b = buffer_init(UNIT_LARGEST);

	published_write(&b, document);
	unit_put(unit, &document_table, document_key(arena, name, publishing_generation(p)), buffer_span(&b));
	buffer_release(&b);
}

/* Claiming */

static void
on_claimed(void *arg, const struct committed *c)
{
	struct publishing *p = arg;
	struct problem why;

	problem_set(&why, c->code, "", "publishing could not begin: %s", err_name(c->code));
	if (!publishing_answered(p, c->code, &why))
		return;
	p->claim = c->generation;
	p->at = PUBLISHING_LOAD_STATE;
	publishing_run(p);
}

static enum progress
claim(struct publishing *p)
{
	const struct publish_settings *s = &p->settings;

	if (!s->key || s->certificate.size == 0)
		return publishing_fail(p, problem_set(&p->why, ERR_NOT_FOUND, "", "no key for metadata is active"));
	if (s->refresh_before >= s->valid_for)
		return publishing_fail(p, problem_set(&p->why, ERR_INVALID, "",
		    "documents would be signed again before they are published: refresh_before must be shorter "
		    "than valid_for"));
	publishing_part(p);
	unit_put(p->unit, &document_table, span_text(CLAIM), (struct span){ 0 });
	p->asked = store_commit(p->store, p->unit, on_claimed, p);
	p->unit = NULL;
	return WAIT;
}

/* Deciding */

static enum progress
decide(struct publishing *p)
{
	const struct plan *plan = &p->plan;

	settings_digest(&p->settings, p->question.settings);
	list_settings_digest(&p->settings, p->question.list_settings);
	p->question.lists[PLAN_TRUSTED_LIST] = p->settings.trusted_list;
	p->question.lists[PLAN_TRUSTED_LIST_SIGNED] = p->settings.trusted_list && p->settings.list_key;
	p->question.lists[PLAN_MEMBER_INDEX] = true;
	p->question.rows = p->rows;
	plan_make(&p->arena, &p->question, &p->plan);
	p->report = (struct publish_report){
		.generation = p->current.generation,
		.left_out = p->current.left_out,
		.kept_documents = plan->kept,
		.removed_documents = (uint32_t)plan->ending_count,
	};
	p->tracks = TRACK_DOCUMENTS | TRACK_LISTS | TRACK_SETS;
	if (plan->swift) {
		p->rest = TRACK_SETS | (plan->lists_follow ? TRACK_LISTS : 0);
		p->tracks &= ~p->rest;
	}
	p->done = 0;
	p->at = PUBLISHING_CLEAR_GARBAGE;
	return ADVANCE;
}

/* Making */

static enum progress
make(struct publishing *p)
{
	enum progress all = ADVANCE;

	for (size_t i = 0; i < COUNT(tracks); i++) {
		enum progress one = p->tracks & tracks[i].track ? tracks[i].go(p) : ADVANCE;

		if (one == FINISHED)
			return FINISHED;
		if (one == WAIT)
			all = WAIT;
	}
	p->done = 0;
	p->at = all == ADVANCE ? PUBLISHING_END_DOCUMENTS : p->at;
	return all;
}

/* Documents that are no more: a row that hides the older ones. */
static enum progress
end_documents(struct publishing *p)
{
	const struct published gone = { .gone = true, .modified = p->settings.now };

	if (p->done == p->plan.ending_count) {
		p->at = PUBLISHING_SWITCH_OVER;
		return ADVANCE;
	}
	publishing_part(p);
	for (size_t i = 0; i < PART_KEYS && p->done < p->plan.ending_count; i++)
		publishing_put(p, p->unit, &p->part, p->plan.endings[p->done++], &gone);
	return publishing_commit(p);
}

/* Switching */

/* The lists of now say it, or are those of before. */
static uint32_t
left_out(const struct publishing *p)
{
	enum plan_list_kind fullest = p->question.lists[PLAN_TRUSTED_LIST] ? PLAN_TRUSTED_LIST : PLAN_MEMBER_INDEX;

	return p->lists.at == LISTS_PACK && p->plan.lists[fullest].make ? p->lists.left_out : p->current.left_out;
}

static struct publication
next_publication(const struct publishing *p)
{
	const struct plan *plan = &p->plan;
	struct publication next = {
		.generation = publishing_generation(p),
		.published = p->settings.now,
		.entities = plan->sets[0].members,
		.idps = plan->sets[1].members,
		.rps = plan->sets[2].members,
		.key = span_text(p->settings.key),
		.left_out = left_out(p),
	};
	struct instant fresh = instant_after(next.published, p->settings.valid_for - next.published.us % SECONDS(1));
	struct horizon horizon = plan_horizon(plan, &p->question, fresh, p->rest == 0);

	next.valid_until = horizon.valid_until;
	next.refresh_at = horizon.refresh_at;
	return next;
}

static void
on_switched(void *arg, const struct committed *c)
{
	struct publishing *p = arg;
	struct problem why;

	problem_set(&why, c->code, "", "generation %llu could not be made current: %s",
	    (unsigned long long)publishing_generation(p),
	    c->code == ERR_CONFLICT ? "somebody else has published meanwhile" : err_name(c->code));
	if (!publishing_answered(p, c->code, &why))
		return;
	p->current.generation = publishing_generation(p);
	p->current.left_out = p->report.left_out = left_out(p);
	p->current_row = c->generation;
	p->report.generation = p->current.generation;
	p->done = 0;
	p->at = p->rest ? PUBLISHING_MAKE : PUBLISHING_SWEEP_ROWS;
	p->tracks = p->rest;
	p->rest = 0;
	publishing_run(p);
}

/* The one moment of change: the rows of sets and lists, which are small, and the pointer. */
static enum progress
switch_over(struct publishing *p)
{
	struct publication next = next_publication(p);
	struct buffer b = buffer_init(4 * KIB);

	publishing_part(p);
	unit_expect(p->unit, &publication_table, span_text(PUBLICATION_CURRENT), p->current_row);
	for (size_t i = 0; p->tracks & TRACK_LISTS && i < PLAN_LISTS; i++)
		if (p->plan.lists[i].make)
			publishing_put(p, p->unit, &p->part, p->plan.lists[i].name, &p->lists.lists[i].document);
	for (size_t i = 0; p->tracks & TRACK_SETS && i < PLAN_SETS; i++)
		if (p->plan.sets[i].make)
			publishing_put(p, p->unit, &p->part, p->plan.sets[i].name, &p->sets.sets[i].document);
	publication_write(&b, &next);
	unit_put(p->unit, &publication_table, span_text(PUBLICATION_CURRENT), buffer_span(&b));
	buffer_release(&b);
	p->asked = store_commit(p->store, p->unit, on_switched, p);
	p->unit = NULL;
	return WAIT;
}
