/* registry/sets.c - publishing: the aggregates, all written in one pass over the members. */
#include "registry/publishing.h"

#include <assert.h>

static void on_breath(void *arg);
static on_loaded on_members;
static on_signed on_set_signature;
static on_packed on_set_packed;

void
sets_init(struct publishing *p)
{
	timer_init(&p->sets.breath, p->loop, on_breath, p);
	for (size_t i = 0; i < PLAN_SETS; i++)
		p->sets.sets[i].publishing = p;
}

void
sets_release(struct publishing *p)
{
	struct sets_track *t = &p->sets;

	pending_cancel(&t->asked);
	for (size_t i = 0; i < PLAN_SETS; i++) {
		pending_cancel(&t->sets[i].signing);
		set_file_free(t->sets[i].file);
	}
	timer_release(&t->breath);
}

static bool
in_set(const struct publishing *p, size_t set, const struct plan_entity *e)
{
	return p->plan.sets[set].make && (p->plan.sets[set].role == 0 || (e->entity.roles & p->plan.sets[set].role));
}

static bool
in_any_set(const struct publishing *p, const struct plan_entity *e)
{
	for (size_t i = 0; i < PLAN_SETS; i++)
		if (in_set(p, i, e))
			return true;
	return false;
}

/* Opening */

/* All prefixes its members need, ascending, each once. */
static struct span
further_prefixes(struct publishing *p, size_t set)
{
	struct span found[METADATA_PREFIXES];
	struct buffer b = buffer_init(4 * KIB);
	struct span text;
	size_t count = 0;

	for (size_t i = 0; i < p->plan.member_count; i++) {
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

static enum err
open_sets(struct publishing *p)
{
	for (size_t i = 0; i < PLAN_SETS; i++) {
		if (p->plan.sets[i].make && set_file_open(p->loop, &p->arena, &p->settings, p->plan.sets[i].name,
		        publishing_generation(p), further_prefixes(p, i), p->settings.now, &p->sets.sets[i].file,
		        &p->why) != OK)
			return p->why.code;
		/* The members would be read for nothing. */
		if (!p->plan.sets[i].make)
			p->sets.sets[i].made = true;
	}
	return OK;
}

/* Filling */

/* The members asked for stand at the end of what is done, in order; those in no set were passed over. */
static enum err
add_members(struct publishing *p, struct buffer *b, struct problem *why)
{
	struct sets_track *t = &p->sets;

	for (size_t i = 0; i < t->ask_count; t->next++) {
		const struct plan_entity *e = p->plan.members[t->next];
		struct fragment fragment;

		if (!in_any_set(p, e))
			continue;
		if (t->asks[i].count == 0 || !fragment_read(t->asks[i].rows[0].value, &fragment))
			return problem_set(why, ERR_NOT_FOUND, "",
			    "the fragment of %.*s is missing or not of our form", SPAN_ARGS(e->entity.entity_id));
		i++;
		buffer_clear(b);
		assemble_member(b, &p->settings, &e->entity, &fragment);
		for (size_t set = 0; set < PLAN_SETS; set++)
			if (in_set(p, set, e))
				set_file_add(t->sets[set].file, buffer_span(b));
	}
	return OK;
}

static void
on_members(void *arg, enum err err, const struct problem *why)
{
	struct publishing *p = arg;
	struct buffer b;

	p->sets.asked = NULL;
	if (!publishing_answered(p, err, why))
		return;
	b = buffer_init(4 * METADATA_FRAGMENT);
	err = add_members(p, &b, &p->why);
	buffer_release(&b);
	if (err != OK) {
		publishing_fail_now(p, err);
		return;
	}
	p->sets.resting = true;
	timer_set(&p->sets.breath, 0);
}

static void
on_breath(void *arg)
{
	struct publishing *p = arg;

	p->sets.resting = false;
	publishing_run(p);
}

static void
load_fragments(struct publishing *p)
{
	struct sets_track *t = &p->sets;
	uint64_t bytes = 0;

	t->ask_count = 0;
	for (size_t at = t->next; at < p->plan.member_count && t->ask_count < PART_MEMBERS && bytes < PART_BYTES;
	    at++) {
		const struct plan_entity *e = p->plan.members[at];

		if (!in_any_set(p, e))
			continue;
		t->asks[t->ask_count++] = (struct ask){
			.table = &fragment_table,
			.from = span_of(e->entity.fragment, sizeof(e->entity.fragment)),
		};
		bytes += e->entity.size;
	}
	if (t->ask_count)
		t->asked = store_load(p->store, t->asks, t->ask_count, on_members, p);
	else
		t->next = p->plan.member_count;
}

/* Signing and packing */

static enum err
close_sets(struct publishing *p)
{
	for (size_t i = 0; i < PLAN_SETS; i++) {
		struct set_making *s = &p->sets.sets[i];
		struct span signed_info;

		if (!s->file)
			continue;
		if (set_file_close(s->file, &p->arena, &signed_info, &p->why) != OK)
			return p->why.code;
		s->signing = sign_metadata(p->signer, p->settings.key, signed_info, on_set_signature, s);
	}
	return OK;
}

static void
on_set_signature(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct set_making *s = arg;
	struct publishing *p = s->publishing;

	s->signing = NULL;
	if (!publishing_signed(p, p->settings.key, err, why))
		return;
	err = set_file_finish(s->file, &p->arena, signature, &s->document, &p->why);
	if (err != OK)
		publishing_fail_now(p, err);
	else
		generation_file_pack(set_file_bytes(s->file), on_set_packed, s);
}

static void
on_set_packed(void *arg, enum err err, const struct problem *why)
{
	struct set_making *s = arg;
	struct publishing *p = s->publishing;
	const struct plan_set *set = &p->plan.sets[s - p->sets.sets];

	if (!publishing_answered(p, err, why))
		return;
	generation_file_describe(set_file_bytes(s->file), &p->arena, &s->document);
	memcpy(s->document.made_of, set->made_of, sizeof(s->document.made_of));
	set_file_free(s->file);
	s->file = NULL;
	s->made = true;
	publishing_run(p);
}

enum progress
sets_go(struct publishing *p)
{
	struct sets_track *t = &p->sets;
	enum err err = OK;

	if (!t->begun)
		err = open_sets(p);
	t->begun = true;
	if (err == OK && !t->asked && !t->resting && t->next < p->plan.member_count)
		load_fragments(p);
	if (err == OK && !t->closed && t->next == p->plan.member_count) {
		t->closed = true;
		err = close_sets(p);
	}
	if (err != OK)
		return publishing_fail(p, err);
	for (size_t i = 0; i < PLAN_SETS; i++)
		if (!t->sets[i].made)
			return WAIT;
	return ADVANCE;
}
