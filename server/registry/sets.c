/* registry/sets.c - publishing: the aggregates, all written in one pass over the members. */
#include "registry/publishing.h"

#include <assert.h>

enum progress
open_sets(struct publishing *p)
{
	bool any = false;

	for (size_t i = 0; i < PLAN_SETS; i++) {
		enum err err;

		if (!p->plan.sets[i].make)
			continue;
		any = true;
		err = set_file_open(p->settings.directory, p->plan.sets[i].name, publishing_generation(p), &p->settings,
		    &p->arena, p->settings.now, &p->sets[i], &p->why);
		if (err != OK)
			return publishing_fail(p, err);
	}
	p->done = 0;
	p->at = any ? PUBLISHING_FILL_SETS : PUBLISHING_SWITCH_OVER;
	return ADVANCE;
}

static bool
in_set(const struct publishing *p, size_t set, const struct plan_entity *e)
{
	return p->sets[set] && (p->plan.sets[set].role == 0 || (e->entity.roles & p->plan.sets[set].role));
}

static bool
in_any_set(const struct publishing *p, const struct plan_entity *e)
{
	for (size_t i = 0; i < PLAN_SETS; i++)
		if (in_set(p, i, e))
			return true;
	return false;
}

/* The members asked for stand at the end of what is done, in order; those in no set were passed over. */
static void
on_members(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	struct buffer b = buffer_init(4 * METADATA_FRAGMENT);
	size_t at = p->done;

	if (!publishing_answered(p, err, why)) {
		buffer_release(&b);
		return;
	}
	for (size_t i = 0; i < p->ask_count; at++) {
		const struct plan_entity *e = p->plan.members[at];
		struct fragment fragment;

		if (!in_any_set(p, e))
			continue;
		if (p->asks[i].count == 0 || !fragment_read(p->asks[i].rows[0].value, &fragment)) {
			buffer_release(&b);
			publishing_fail_now(p, problem_set(&p->why, ERR_NOT_FOUND, "",
			    "the fragment of %.*s is missing or not of our form", SPAN_ARGS(e->entity.entity_id)));
			return;
		}
		i++;
		buffer_clear(&b);
		assemble_member(&b, &p->settings, &e->entity, &fragment);
		for (size_t set = 0; set < PLAN_SETS; set++)
			if (in_set(p, set, e))
				set_file_add(p->sets[set], buffer_span(&b));
	}
	buffer_release(&b);
	p->done = at;
	publishing_run(p);
}

enum progress
fill_sets(struct publishing *p)
{
	uint64_t bytes = 0;

	arena_reset(&p->part);
	p->asks = arena_array(&p->part, struct ask, PART_DOCUMENTS);
	p->ask_count = 0;
	for (size_t at = p->done; at < p->question.entity_count && p->ask_count < PART_DOCUMENTS &&
	    bytes < PART_BYTES; at++) {
		const struct plan_entity *e = p->plan.members[at];

		if (!in_any_set(p, e))
			continue;
		p->asks[p->ask_count++] = (struct ask){
			.table = &fragment_table,
			.from = span_of(e->entity.fragment, sizeof(e->entity.fragment)),
		};
		bytes += e->entity.size;
	}
	if (p->ask_count)
		return publishing_load(p, on_members);
	p->at = PUBLISHING_SIGN_SETS;
	return ADVANCE;
}

/* All prefixes its members need, ascending, each once. */
static struct span
further_prefixes(struct publishing *p, size_t set)
{
	struct span found[METADATA_PREFIXES];
	struct buffer b = buffer_init(4 * KIB);
	struct span text;
	size_t count = 0;

	for (size_t i = 0; i < p->question.entity_count; i++) {
		struct span rest = p->plan.members[i]->entity.prefixes;

		if (!in_set(p, set, p->plan.members[i]))
			continue;
		while (rest.size) {
			struct span prefix = span_cut(&rest, ' ');
			size_t at = 0;

			while (at < count && span_compare(found[at], prefix) < 0)
				at++;
			if (at < count && span_equal(found[at], prefix))
				continue;
			/* Canonical form has no other names than t1 … t16: one left out would spoil the signature. */
			assert(count < COUNT(found));
			memmove(&found[at + 1], &found[at], (count - at) * sizeof(*found));
			found[at] = prefix;
			count++;
		}
	}
	for (size_t i = 0; i < count; i++) {
		buffer_text(&b, i ? " " : "");
		buffer_add(&b, found[i]);
	}
	text = arena_copy(&p->arena, buffer_span(&b));
	buffer_release(&b);
	return text;
}

static void
on_set_signature(struct publishing *p, struct signing *s, struct span signature)
{
	struct published *document = &p->set_documents[s->set];

	p->err = set_file_finish(p->sets[s->set], &p->arena, p->compressor, signature, document, &p->why);
	memcpy(document->made_of, p->plan.sets[s->set].made_of, sizeof(document->made_of));
	set_file_free(p->sets[s->set]);
	p->sets[s->set] = NULL;
}

enum progress
sign_sets(struct publishing *p)
{
	p->signing_count = 0;
	for (size_t i = 0; i < PLAN_SETS; i++) {
		struct signing *s = &p->signings[p->signing_count];
		enum err err;

		if (!p->sets[i])
			continue;
		*s = (struct signing){ .on_signature = on_set_signature, .set = i };
		err = set_file_close(p->sets[i], &p->arena, further_prefixes(p, i), &s->signed_info, &p->why);
		if (err != OK)
			return publishing_fail(p, err);
		p->signing_count++;
	}
	p->at = PUBLISHING_SWITCH_OVER;
	return publishing_sign(p);
}
