/* registry/signing.c - publishing: entities' own documents, signed several at a time and stored in parts.
 *
 *     idle -> loading -> signing -> writing -> idle
 *
 * While one part is written another is signed and a third is loaded, so that the signer is never without work.
 */
#include "registry/publishing.h"

#include <stdlib.h>

#define ARENA_LARGEST (1 * GIB) /* never reached: bounded by PART_BYTES and a fragment's size */

static on_loaded on_fragments;
static on_signed on_signature;
static on_committed on_part_written;

void
documents_init(struct publishing *p)
{
	struct documents_track *t = &p->documents;

	t->compressor = libdeflate_alloc_compressor(GZIP_LEVEL);
	if (!t->compressor)
		abort();
	for (size_t i = 0; i < PARTS; i++) {
		t->parts[i].publishing = p;
		t->parts[i].arena = arena_init(ARENA_LARGEST);
	}
}

void
documents_release(struct publishing *p)
{
	struct documents_track *t = &p->documents;

	for (size_t i = 0; i < PARTS; i++) {
		struct part *part = &t->parts[i];

		pending_cancel(&part->asked);
		for (size_t k = 0; k < part->count; k++)
			pending_cancel(&part->signings[k].pending);
		arena_release(&part->arena);
	}
	libdeflate_free_compressor(t->compressor);
}

/* Loading */

/* Nothing said of an entity outlasts it. */
static struct publish_settings
settings_for(const struct publishing *p, const struct entity *e)
{
	struct publish_settings s = p->settings;
	int64_t left = entity_end(e).us - (s.now.us - s.now.us % SECONDS(1));

	if (entity_end(e).us && left < s.valid_for)
		s.valid_for = left;
	if (s.cache_for > s.valid_for)
		s.cache_for = s.valid_for;
	return s;
}

static void
load_part(struct part *part)
{
	struct publishing *p = part->publishing;
	struct documents_track *t = &p->documents;
	uint64_t bytes = 0;

	arena_reset(&part->arena);
	part->unit = publishing_unit(p, &part->arena);
	part->count = part->next = part->signed_count = 0;
	while (part->count < PART_DOCUMENTS && t->next_job < p->plan.job_count && bytes < PART_BYTES) {
		const struct plan_job *job = &p->plan.jobs[t->next_job++];
		const struct entity *e = &job->entity->entity;

		part->signings[part->count] = (struct signing){
			.part = part,
			.job = job,
			.settings = settings_for(p, e),
		};
		part->asks[part->count++] = (struct ask){
			.table = &fragment_table,
			.from = span_of(e->fragment, sizeof(e->fragment)),
		};
		bytes += e->size;
	}
	part->at = PART_LOADING;
	part->asked = store_load(p->store, part->asks, part->count, on_fragments, part);
}

static enum err
assemble(struct part *part, size_t number, struct problem *why)
{
	struct signing *s = &part->signings[number];
	const struct entity *e = &s->job->entity->entity;
	struct fragment fragment;

	if (part->asks[number].count == 0 || !fragment_read(part->asks[number].rows[0].value, &fragment))
		return problem_set(why, ERR_NOT_FOUND, "", "the fragment of %.*s is missing or not of our form",
		    SPAN_ARGS(e->entity_id));
	return assemble_entity(&part->arena, &s->settings, e, &fragment, s->settings.now, &s->assembly, why);
}

static void
on_fragments(void *arg, enum err err, const struct problem *why)
{
	struct part *part = arg;
	struct publishing *p = part->publishing;

	part->asked = NULL;
	if (!publishing_answered(p, err, why))
		return;
	for (size_t i = 0; i < part->count; i++) {
		if (assemble(part, i, &p->why) != OK) {
			publishing_fail_now(p, p->why.code);
			return;
		}
	}
	part->at = PART_SIGNING;
	publishing_run(p);
}

/* Signing */

/* As many as may be in flight, those of the oldest part first. */
static void
ask_more(struct publishing *p)
{
	struct documents_track *t = &p->documents;

	for (size_t n = t->oldest; n < t->begun; n++) {
		struct part *part = &t->parts[n % PARTS];

		if (part->at != PART_SIGNING)
			continue;
		while (part->next < part->count && t->in_flight < p->settings.in_flight) {
			struct signing *s = &part->signings[part->next++];

			t->in_flight++;
			s->pending = sign_metadata(p->signer, p->settings.key, s->assembly.signed_info, on_signature,
			    s);
		}
	}
}

static void
on_signature(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct signing *s = arg;
	struct part *part = s->part;
	struct publishing *p = part->publishing;
	struct published document = { .entity_id = s->job->entity->entity.entity_id };

	s->pending = NULL;
	if (!publishing_signed(p, p->settings.key, err, why))
		return;
	p->documents.in_flight--;
	/* Before the compressing: the signer is not to wait for it. */
	ask_more(p);
	memcpy(document.made_of, s->job->made_of, sizeof(document.made_of));
	represent(&part->arena, p->documents.compressor, &s->settings, &s->assembly, signature, &document);
	publishing_put(p, part->unit, &part->arena, s->job->name, &document);
	if (++part->signed_count < part->count)
		return;
	part->at = PART_WRITING;
	part->asked = store_commit(p->store, part->unit, on_part_written, part);
	publishing_run(p);
}

/* Writing */

static void
on_part_written(void *arg, const struct committed *c)
{
	struct part *part = arg;
	struct publishing *p = part->publishing;

	part->asked = NULL;
	if (!publishing_written(p, c))
		return;
	part->at = PART_IDLE;
	publishing_run(p);
}

enum progress
documents_go(struct publishing *p)
{
	struct documents_track *t = &p->documents;

	while (t->oldest < t->begun && t->parts[t->oldest % PARTS].at == PART_IDLE)
		t->oldest++;
	while (t->begun < t->oldest + PARTS && t->next_job < p->plan.job_count)
		load_part(&t->parts[t->begun++ % PARTS]);
	ask_more(p);
	return t->oldest == t->begun ? ADVANCE : WAIT;
}
