/* registry/entity_slots.c - what the registry has of each entity that a change of members touches. */
#include "registry/entity_slots.h"

#include <stdlib.h>

#include <jansson.h>

#define TABLES 3 /* asked of each entity */

const struct span *
record_entities(struct arena *arena, struct span record, size_t *count)
{
	json_t *root = record.size ? json_loadb((const char *)record.data, record.size, 0, NULL) : NULL, *entity;
	const json_t *entities = json_object_get(root, "entities");
	struct span *list = arena_array(arena, struct span, json_array_size(entities));
	size_t i;

	*count = 0;
	json_array_foreach (entities, i, entity) {
		const json_t *id = json_object_get(entity, "entity_id");

		if (json_is_string(id))
			list[(*count)++] = arena_copy(arena, span_of(json_string_value(id), json_string_length(id)));
	}
	json_decref(root);
	return list;
}

void
entity_slots_begin(struct entity_slots *slots, struct arena *arena)
{
	*slots = (struct entity_slots){ .arena = arena };
}

void
entity_slots_add(struct entity_slots *slots, struct span record)
{
	size_t count;
	const struct span *ids = record_entities(slots->arena, record, &count);

	if (slots->count + count > slots->room) {
		struct entity_slot *old = slots->list;

		slots->room = 2 * (slots->count + count);
		slots->list = arena_array(slots->arena, struct entity_slot, slots->room);
		if (slots->count)
			memcpy(slots->list, old, slots->count * sizeof(*old));
	}
	for (size_t i = 0; i < count; i++)
		slots->list[slots->count++] = (struct entity_slot){ .key = entity_key_of(ids[i]), .entity_id = ids[i] };
}

/* Loading */

static int
compare(const void *a, const void *b)
{
	return memcmp(((const struct entity_slot *)a)->key.bytes, ((const struct entity_slot *)b)->key.bytes,
	    sizeof(struct entity_key));
}

static struct span
key_of(const struct entity_slot *slot)
{
	return span_of(slot->key.bytes, sizeof(slot->key.bytes));
}

struct ask *
entity_slots_asks(struct entity_slots *slots, size_t *count)
{
	const struct table *const tables[TABLES] = { &entity_table, &member_claim_table, &finding_table };
	size_t kept = 0;

	if (slots->count)
		qsort(slots->list, slots->count, sizeof(*slots->list), compare);
	for (size_t i = 0; i < slots->count; i++)
		if (kept == 0 || compare(&slots->list[kept - 1], &slots->list[i]) != 0)
			slots->list[kept++] = slots->list[i];
	slots->count = kept;
	*count = TABLES * kept;
	slots->asks = arena_array(slots->arena, struct ask, *count);
	for (size_t i = 0; i < *count; i++)
		slots->asks[i] = (struct ask){ .table = tables[i % TABLES], .from = key_of(&slots->list[i / TABLES]) };
	return slots->asks;
}

enum err
entity_slots_loaded(struct entity_slots *slots, struct problem *why)
{
	for (size_t i = 0; i < slots->count; i++) {
		struct entity_slot *slot = &slots->list[i];
		const struct ask *asks = &slots->asks[TABLES * i];

		if (asks[0].count) {
			slot->row = asks[0].rows[0].generation;
			if (!entity_read(arena_copy(slots->arena, asks[0].rows[0].value), &slot->entity))
				return problem_set(why, ERR_SYNTAX, "", "a row of entity is not of our form");
		}
		if (asks[1].count) {
			slot->claim_row = asks[1].rows[0].generation;
			if (!member_claim_read(arena_copy(slots->arena, asks[1].rows[0].value), &slot->claim))
				return problem_set(why, ERR_SYNTAX, "", "a row of member_claim is not of our form");
		}
		if (asks[2].count) {
			slot->finding_row = asks[2].rows[0].generation;
			slot->findings = arena_copy(slots->arena, asks[2].rows[0].value);
		}
	}
	return OK;
}

struct entity_slot *
entity_slots_find(struct entity_slots *slots, struct span entity_id)
{
	const struct entity_slot wanted = { .key = entity_key_of(entity_id) };

	return slots->count ? bsearch(&wanted, slots->list, slots->count, sizeof(wanted), compare) : NULL;
}

/* Whose they are */

static enum err
refuse(struct span entity_id, const char *how, struct span whom, struct problem *why)
{
	struct span id = span_first(entity_id, 200), name = span_first(whom, 100);

	return problem_set(why, ERR_CONFLICT, "", "the entity %.*s %s \"%.*s\"", SPAN_ARGS(id), how, SPAN_ARGS(name));
}

enum err
entity_slots_take(struct entity_slots *slots, struct span record, struct span member, struct problem *why)
{
	size_t count;
	const struct span *ids = record_entities(slots->arena, record, &count);

	for (size_t i = 0; i < count; i++) {
		struct entity_slot *slot = entity_slots_find(slots, ids[i]);
		const struct entity *e = &slot->entity;

		if (slot->row && !span_equal(e->entity_id, ids[i]))
			return refuse(ids[i], "has the same SHA-1 as", e->entity_id, why);
		if (slot->row && e->member.size == 0)
			return refuse(ids[i], "was brought by the source", e->source, why);
		if (slot->row && !span_equal(e->member, member))
			return refuse(ids[i], "is registered by the member", e->member, why);
		if (slot->claim_row && !span_equal(slot->claim.member, member))
			return refuse(ids[i], "belongs to the member", slot->claim.member, why);
		if (slot->taken_by.size && !span_equal(slot->taken_by, member))
			return refuse(ids[i], "is also asked for by the member", slot->taken_by, why);
	}
	for (size_t i = 0; i < count; i++)
		entity_slots_find(slots, ids[i])->taken_by = member;
	return OK;
}

void
entity_slots_give_back(struct entity_slots *slots, struct span member)
{
	for (size_t i = 0; i < slots->count; i++)
		if (span_equal(slots->list[i].taken_by, member))
			slots->list[i].taken_by = (struct span){ 0 };
}

static void
put_claim(struct entity_slot *slot, struct unit *unit, struct span member, struct instant published)
{
	struct member_claim claim = { .member = member, .registered = slot->claim.registered };
	struct buffer b;

	if (claim.registered.us == 0)
		claim.registered = published;
	if (slot->claim_row && claim.registered.us == slot->claim.registered.us)
		return;
	b = buffer_init(KIB);
	member_claim_write(&b, &claim);
	unit_expect(unit, &member_claim_table, key_of(slot), slot->claim_row);
	unit_put(unit, &member_claim_table, key_of(slot), buffer_span(&b));
	buffer_release(&b);
}

static bool
is_among(const struct span *ids, size_t count, struct span id)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(ids[i], id))
			return true;
	return false;
}

void
entity_slots_claim(struct entity_slots *slots, struct unit *unit, struct span member, struct span before,
    struct span after, struct instant published)
{
	size_t old_count, new_count;
	const struct span *old_ids = record_entities(slots->arena, before, &old_count);
	const struct span *new_ids = record_entities(slots->arena, after, &new_count);

	for (size_t i = 0; i < new_count; i++)
		put_claim(entity_slots_find(slots, new_ids[i]), unit, member, published);
	for (size_t i = 0; i < old_count; i++) {
		const struct entity_slot *slot = entity_slots_find(slots, old_ids[i]);

		if (!slot->claim_row || !span_equal(slot->claim.member, member) ||
		    is_among(new_ids, new_count, old_ids[i]))
			continue;
		unit_expect(unit, &member_claim_table, key_of(slot), slot->claim_row);
		unit_delete(unit, &member_claim_table, key_of(slot));
	}
}
