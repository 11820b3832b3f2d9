/* transaction/decision/roll.c - members as decisions see them, read from their rows. */
#include "transaction/decision/roll.h"

#include <stdlib.h>

#include "base/log.h"
#include "codec/reader.h"
#include "codec/text.h"
#include "registry/view.h"

#define SLOTS 256             /* records kept as read; a member that meets another in its slot takes its place */
#define SLOT_LARGEST (4 * MIB)
#define SCRATCH (33 * MEMBER_RECORD_LARGEST + 1 * MIB) /* what codec/reader.h takes at most */

static const struct limits limits = { .bytes = MEMBER_RECORD_LARGEST, .depth = READER_DEPTH, .members = 262144 };

struct slot {
	struct arena arena;
	uint64_t generation;  /* of the row; 0: empty */
	struct enrolled enrolled;
};
struct roll {
	struct slot slots[SLOTS];
};

struct roll *
roll_new(void)
{
	struct roll *roll = calloc(1, sizeof(*roll));

	if (!roll)
		abort();
	for (size_t i = 0; i < SLOTS; i++)
		roll->slots[i].arena = arena_init(SLOT_LARGEST);
	return roll;
}

void
roll_free(struct roll *roll)
{
	if (!roll)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		arena_release(&roll->slots[i].arena);
	free(roll);
}

/* Reading: canonical JSON of our own, so only what is looked for is looked at. */

struct reading {
	struct arena *arena;
	struct reader r;
	struct enrolled *out;
};

static struct enrolled_entity
read_entity(struct reading *g)
{
	struct enrolled_entity e = { 0 };
	struct span name;

	reader_object(&g->r);
	while (reader_member(&g->r, &name)) {
		if (span_is(name, "entity_id")) {
			e.id = arena_copy(g->arena, reader_string(&g->r, 1, ENTITY_ID_LARGEST));
		} else if (span_is(name, "roles")) {
			reader_array(&g->r);
			while (reader_element(&g->r))
				e.roles |= entity_role_read(reader_string(&g->r, 1, 64));
		} else {
			reader_raw(&g->r);
		}
	}
	return e;
}

static void
read_entities(struct reading *g)
{
	struct enrolled_entity *list = arena_array(g->arena, struct enrolled_entity, MEMBER_ENTITIES);

	g->out->entities = list;
	reader_array(&g->r);
	while (reader_element(&g->r)) {
		if (g->out->entity_count == MEMBER_ENTITIES) {
			reader_fail(&g->r, arena_print(g->arena, "at most %d entities", MEMBER_ENTITIES), "more");
			break;
		}
		list[g->out->entity_count] = read_entity(g);
		g->out->roles |= list[g->out->entity_count++].roles;
	}
}

static void
add_fact(struct buffer *b, struct span name, struct span value)
{
	buffer_text(b, buffer_span(b).size ? "," : "{");
	json_write_string(b, name);
	buffer_byte(b, ':');
	buffer_add(b, value);
}

static struct span
end_facts(struct buffer *b, struct arena *arena)
{
	struct span text = { 0 };

	if (buffer_span(b).size) {
		buffer_byte(b, '}');
		text = arena_copy(arena, buffer_span(b));
	}
	buffer_release(b);
	return text;
}

/* Apart, for they are about different parties. */
static void
read_facts(struct reading *g, struct established *out)
{
	struct buffer relying = buffer_init(MEMBER_RECORD_LARGEST), others = buffer_init(MEMBER_RECORD_LARGEST);
	struct span name;

	reader_object(&g->r);
	while (reader_member(&g->r, &name))
		add_fact(span_starts(name, "rp.") ? &relying : &others, name, reader_raw(&g->r));
	out->relying = end_facts(&relying, g->arena);
	out->others = end_facts(&others, g->arena);
}

static struct instant
read_time(struct reading *g)
{
	struct instant t = { 0 };

	if (!instant_read(reader_string(&g->r, 1, 64), &t))
		reader_fail(&g->r, "a time (RFC 3339)", "another text");
	return t;
}

static struct established
read_certification(struct reading *g)
{
	struct established e = { 0 };
	struct span name;

	reader_object(&g->r);
	while (reader_member(&g->r, &name)) {
		if (span_is(name, "facts"))
			read_facts(g, &e);
		else if (span_is(name, "from"))
			e.from = read_time(g);
		else if (span_is(name, "until"))
			e.until = read_time(g);
		else if (span_is(name, "entity_id"))
			e.entity_id = arena_copy(g->arena, reader_string(&g->r, 1, ENTITY_ID_LARGEST));
		else
			reader_raw(&g->r);
	}
	return e;
}

static void
read_certifications(struct reading *g)
{
	struct established *list = arena_array(g->arena, struct established, MEMBER_CERTIFICATIONS), e;

	g->out->established = list;
	reader_array(&g->r);
	while (reader_element(&g->r)) {
		e = read_certification(g);
		if (!e.relying.size && !e.others.size)
			continue;
		if (g->out->established_count == MEMBER_CERTIFICATIONS) {
			reader_fail(&g->r, arena_print(g->arena, "at most %d certifications", MEMBER_CERTIFICATIONS),
			    "more");
			break;
		}
		list[g->out->established_count++] = e;
	}
}

static void
read_logo(struct reading *g)
{
	struct span name;

	reader_object(&g->r);
	while (reader_member(&g->r, &name)) {
		if (span_is(name, "url"))
			g->out->logo = logo_is_ours(reader_string(&g->r, 0, MEMBER_RECORD_LARGEST));
		else
			reader_raw(&g->r);
	}
}

static enum err
record_read(struct arena *arena, struct span record, struct enrolled *out, struct problem *why)
{
	struct arena scratch = arena_init(SCRATCH);
	struct reading g = { arena, reader_json(&scratch, record, limits), out };
	struct span name;
	enum err err;

	reader_object(&g.r);
	while (reader_member(&g.r, &name)) {
		if (span_is(name, "entities"))
			read_entities(&g);
		else if (span_is(name, "certifications"))
			read_certifications(&g);
		else if (span_is(name, "logo"))
			read_logo(&g);
		else
			reader_raw(&g.r);
	}
	err = reader_end(&g.r, why);
	arena_release(&scratch);
	return err;
}

/* Keeping */

static struct slot *
slot_of(struct roll *roll, struct span id)
{
	uint32_t mixed = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < id.size; i++)
		mixed = (mixed ^ id.data[i]) * 16777619u;
	return &roll->slots[mixed % SLOTS];
}

static enum err
unreadable(struct span id, const char *found, struct problem *why)
{
	log_error("row.unreadable", "kind=member name=%s problem=%s", LOG_SPAN(id), LOG_TEXT(found));
	return problem_set(why, ERR_UNAVAILABLE, "", "the member \"%.*s\": its row in the store cannot be read",
	    SPAN_ARGS(span_first(id, MEMBER_ID_LARGEST)));
}

static enum err
slot_fill(struct slot *slot, const struct ask *ask, struct problem *why)
{
	const struct row *row = &ask->rows[0];
	struct problem found;
	struct member member;

	slot->generation = 0;
	arena_reset(&slot->arena);
	if (!member_read(row->value, &member))
		return unreadable(ask->from, "of a form this build does not know", why);
	slot->enrolled = (struct enrolled){
		.id = arena_copy(&slot->arena, ask->from), .standing = member.standing, .since = member.since,
	};
	if (record_read(&slot->arena, member.record, &slot->enrolled, &found) != OK)
		return unreadable(ask->from, found.text, why);
	slot->generation = row->generation;
	return OK;
}

enum err
roll_member(struct roll *roll, const struct ask *ask, const struct enrolled **out, struct problem *why)
{
	struct slot *slot;
	enum err err;

	*out = NULL;
	if (ask->count == 0)
		return problem_set(why, ERR_NOT_FOUND, "", "there is no member \"%.*s\"",
		    SPAN_ARGS(span_first(ask->from, MEMBER_ID_LARGEST)));
	slot = slot_of(roll, ask->from);
	if (slot->generation != ask->rows[0].generation || !span_equal(slot->enrolled.id, ask->from)) {
		err = slot_fill(slot, ask, why);
		if (err != OK)
			return err;
	}
	*out = &slot->enrolled;
	return OK;
}

const struct enrolled_entity *
enrolled_find(const struct enrolled *e, struct span entity_id)
{
	for (size_t i = 0; i < e->entity_count; i++)
		if (span_equal(e->entities[i].id, entity_id))
			return &e->entities[i];
	return NULL;
}
