/* registry/signing.c - publishing: entities' own documents, signed several at a time and stored in parts. */
#include "registry/publishing.h"

static on_signed on_signature;

/* Asks for as many signatures as may be in flight. */
static void
ask_more(struct publishing *p)
{
	while (p->signing_open < p->settings.in_flight && p->signing_next < p->signing_count) {
		struct signing *s = &p->signings[p->signing_next++];

		p->signing_open++;
		s->publishing = p;
		s->pending = NULL;
		s->pending = sign_metadata(p->signer, p->settings.key, s->signed_info, on_signature, s);
	}
}

static void
on_signature(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct signing *s = arg;
	struct publishing *p = s->publishing;

	s->pending = NULL;
	if (err != OK) {
		p->why = *why;
		problem_within(&p->why, "signing with key %s", p->settings.key);
		publishing_fail_now(p, err);
		return;
	}
	p->signing_open--;
	p->report.signed_documents++;
	s->on_signature(p, s, signature);
	if (p->err != OK)
		publishing_fail_now(p, p->err);
	else if (p->signing_open == 0 && p->signing_next == p->signing_count)
		publishing_run(p);
	else
		ask_more(p);
}

enum progress
publishing_sign(struct publishing *p)
{
	p->signing_next = p->signing_open = 0;
	ask_more(p);
	return WAIT;
}

/* The entities' documents */

static void
on_document_signature(struct publishing *p, struct signing *s, struct span signature)
{
	struct published document = { .entity_id = s->job->entity->entity.entity_id };

	memcpy(document.made_of, s->job->made_of, sizeof(document.made_of));
	represent(&p->part, p->compressor, &p->settings, &s->assembly, signature, &document);
	publishing_put(p, s->job->name, &document);
}

static void
on_fragments(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;

	if (!publishing_answered(p, err, why))
		return;
	for (size_t i = 0; i < p->signing_count; i++) {
		struct signing *s = &p->signings[i];
		const struct entity *e = &s->job->entity->entity;
		struct fragment fragment;

		if (p->asks[i].count == 0 || !fragment_read(p->asks[i].rows[0].value, &fragment))
			err = problem_set(&p->why, ERR_NOT_FOUND, "",
			    "the fragment of %.*s is missing or not of our form",
			    SPAN_ARGS(e->entity_id));
		else
			err = assemble_entity(&p->part, &p->settings, e, &fragment, p->settings.now, &s->assembly,
			    &p->why);
		if (err != OK) {
			publishing_fail_now(p, err);
			return;
		}
		s->signed_info = s->assembly.signed_info;
	}
	publishing_sign(p);
}

/* What has been signed is written while the next part is loaded and signed. */
enum progress
sign_entities(struct publishing *p)
{
	uint64_t bytes = 0;

	if ((p->unit || p->done == p->plan.job_count) && !publishing_write(p))
		return WAIT;
	if (p->done == p->plan.job_count) {
		if (p->writing) {
			p->stalled = true;
			return WAIT;
		}
		p->done = 0;
		p->at = PUBLISHING_END_DOCUMENTS;
		return ADVANCE;
	}
	publishing_part(p);
	p->asks = arena_array(&p->part, struct ask, PART_DOCUMENTS);
	for (p->signing_count = 0; p->signing_count < PART_DOCUMENTS && p->done < p->plan.job_count &&
	    bytes < PART_BYTES;) {
		const struct plan_job *job = &p->plan.jobs[p->done++];
		struct signing *s = &p->signings[p->signing_count];

		*s = (struct signing){ .on_signature = on_document_signature, .job = job };
		p->asks[p->signing_count++] = (struct ask){
			.table = &fragment_table,
			.from = span_of(job->entity->entity.fragment, sizeof(job->entity->entity.fragment)),
		};
		bytes += job->entity->entity.size;
	}
	p->ask_count = p->signing_count;
	return publishing_load(p, on_fragments);
}
