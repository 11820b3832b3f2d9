/* registry/member_entities.c - a member's entities as the registry keeps them. */
#include "registry/member_entities.h"

#include <assert.h>

#define PART_FRAGMENTS 64
#define PART_BYTES (4 * MIB)
#define ENTITY_LARGEST (1 * MIB)   /* what is stated of it: a few attributes of as many values as a record may have */
#define FINDINGS_LARGEST (4 * MIB) /* FINDINGS_OF_ENTITY, each of a few hundred bytes */

/* Making */

/* An entity is registered when it is first published, however often it came and went since. */
static void
date(struct projected *p, struct entity_slots *slots, struct instant now)
{
	const struct entity_slot *slot = entity_slots_find(slots, p->entity.entity_id);

	p->entity.registered = slot->claim.registered.us ? slot->claim.registered :
	    slot->row                                    ? slot->entity.registered :
	                                                   now;
	p->entity.imported = now;
	p->fragment.written = now;
}

static void
look(struct member_entities *m, size_t i, struct arena *arena, struct span member, struct validator *validator,
    struct instant now)
{
	struct entity *e = &m->list[i].entity;
	const struct validation_subject subject = { .member = member, .entity = e, .fragment = &m->list[i].fragment,
		.now = now };
	unsigned errors = 0, warnings = 0;

	validate_entity(validator, arena, &subject, &m->found[i], &m->found_count[i]);
	for (size_t n = 0; n < m->found_count[i]; n++) {
		struct rule_finding *f = &m->found[i][n];

		f->member = member;
		f->entity_id = e->entity_id;
		warnings += f->level == FINDING_WARNING;
		errors += f->level == FINDING_ERROR;
		if (f->level == FINDING_ERROR && !m->first_error)
			m->first_error =
			    arena_print(arena, "%.*s of %.*s", SPAN_ARGS(f->rule), SPAN_ARGS(e->entity_id));
	}
	e->errors = (uint16_t)errors;
	e->warnings = (uint16_t)warnings;
	m->errors += errors;
	m->finding_count += m->found_count[i];
}

enum err
member_entities_make(struct member_entities *m, struct arena *arena, const struct member *member, struct span record,
    struct entity_slots *slots, struct validator *validator, struct instant now, struct problem *why)
{
	struct member_record *value = arena_new(arena, struct member_record);
	size_t n = 0;

	*m = (struct member_entities){ .record = value };
	if (member_parse(arena, "record", record, value, why) != OK ||
	    project_member(arena, member, value, now, &m->list, &m->count, &m->next, why) != OK)
		return why->code;
	m->found = arena_array(arena, struct rule_finding *, m->count);
	m->found_count = arena_array(arena, size_t, m->count);
	m->held = arena_array(arena, bool, m->count);
	for (size_t i = 0; i < m->count; i++) {
		date(&m->list[i], slots, now);
		look(m, i, arena, member->id, validator, now);
	}
	m->findings = arena_array(arena, struct rule_finding, m->finding_count);
	for (size_t i = 0; i < m->count; i++)
		for (size_t f = 0; f < m->found_count[i]; f++)
			m->findings[n++] = m->found[i][f];
	return OK;
}

void
member_entities_hold(struct member_entities *m, struct entity_slots *slots)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++) {
		struct entity *e = &m->list[i].entity;
		const struct entity_slot *slot = entity_slots_find(slots, e->entity_id);

		if (e->errors && !slot->row)
			continue;
		m->held[kept] = e->errors && memcmp(e->fragment, slot->entity.fragment, sizeof(e->fragment)) != 0;
		m->found[kept] = m->found[i];
		m->found_count[kept] = m->found_count[i];
		if (m->held[kept]) {
			struct span stated = e->stated;

			*e = slot->entity;
			e->stated = stated;
		}
		m->list[kept++] = m->list[i];
	}
	m->count = kept;
}

void
member_entities_leave_out(struct member_entities *m, struct entity_slots *slots)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct entity *e = &m->list[i].entity;

		if (e->errors && !entity_slots_find(slots, e->entity_id)->row)
			continue;
		m->found[kept] = m->found[i];
		m->found_count[kept] = m->found_count[i];
		m->list[kept++] = m->list[i];
	}
	m->count = kept;
}

static bool
has_error(const struct member_entities *m, const struct rule_finding *wanted)
{
	for (size_t i = 0; i < m->finding_count; i++)
		if (m->findings[i].level == FINDING_ERROR && span_equal(m->findings[i].rule, wanted->rule) &&
		    span_equal(m->findings[i].entity_id, wanted->entity_id))
			return true;
	return false;
}

bool
member_entities_worse(const struct member_entities *m, const struct member_entities *before)
{
	for (size_t i = 0; i < m->finding_count; i++)
		if (m->findings[i].level == FINDING_ERROR && !has_error(before, &m->findings[i]))
			return true;
	return false;
}

/* Writing */

bool
member_entities_write_fragments(const struct member_entities *m, struct entity_slots *slots, size_t *at,
    struct fragment_part *part)
{
	struct buffer b = buffer_init(2 * METADATA_FRAGMENT);

	for (; *at < m->count && part->count < PART_FRAGMENTS && part->bytes < PART_BYTES; ++*at) {
		const struct projected *p = &m->list[*at];
		const struct entity_slot *slot = entity_slots_find(slots, p->entity.entity_id);

		if (slot->row && memcmp(slot->entity.fragment, p->entity.fragment, sizeof(p->entity.fragment)) == 0)
			continue;
		buffer_clear(&b);
		fragment_write(&b, &p->fragment);
		assert(!b.overflowed);
		part->bytes += buffer_span(&b).size;
		part->count++;
		unit_put(part->unit, &fragment_table, span_of(p->entity.fragment, sizeof(p->entity.fragment)),
		    buffer_span(&b));
	}
	buffer_release(&b);
	return *at == m->count;
}

static struct span
key_of(const struct entity_slot *slot)
{
	return span_of(slot->key.bytes, sizeof(slot->key.bytes));
}

static bool
same_entity(const struct entity *before, const struct entity *after)
{
	struct entity dated = *after;
	struct buffer x = buffer_init(ENTITY_LARGEST), y = buffer_init(ENTITY_LARGEST);
	bool same;

	dated.imported = before->imported;
	dated.restated = before->restated;
	entity_write(&x, before);
	entity_write(&y, &dated);
	assert(!x.overflowed && !y.overflowed);
	same = span_equal(buffer_span(&x), buffer_span(&y));
	buffer_release(&x);
	buffer_release(&y);
	return same;
}

static unsigned
put_entity(const struct entity *e, const struct entity_slot *slot, struct unit *unit)
{
	struct entity now = *e;
	struct buffer b;

	if (slot->row && same_entity(&slot->entity, e))
		return 0;
	/* What is added to nothing takes nothing away. */
	if (slot->row)
		now.restated = slot->entity.stated.size && !span_equal(slot->entity.stated, e->stated) ? e->imported :
		    slot->entity.restated;
	b = buffer_init(ENTITY_LARGEST);
	entity_write(&b, &now);
	unit_expect(unit, &entity_table, key_of(slot), slot->row);
	unit_put(unit, &entity_table, key_of(slot), buffer_span(&b));
	buffer_release(&b);
	return 1;
}

/* Those found before, when only the time of looking is another. */
static bool
same_findings(struct arena *arena, struct span before, const struct findings *after)
{
	struct buffer b = buffer_init(FINDINGS_LARGEST);
	struct findings old, dated = *after;
	bool same = false;

	if (findings_read(arena, before, &old)) {
		dated.looked = old.looked;
		findings_write(&b, &dated);
		same = span_equal(buffer_span(&b), before);
	}
	buffer_release(&b);
	return same;
}

/* What was found about a copy that is held back stands beside what is true of the one in force. */
static struct findings
findings_of(const struct member_entities *m, size_t i, const struct entity_slot *slot, struct arena *arena)
{
	struct instant now = m->list[i].fragment.written;
	struct findings old = { 0 },
	                f = { .looked = now, .published = m->found[i], .published_count = m->found_count[i] };

	if (!m->held[i])
		return f;
	if (!slot->finding_row || !findings_read(arena, slot->findings, &old))
		old = (struct findings){ 0 };
	f.refused = m->found[i];
	f.refused_count = m->found_count[i];
	f.refused_at = old.refused_count ? old.refused_at : now;
	f.published = old.published;
	f.published_count = old.published_count;
	return f;
}

static unsigned
put_findings(const struct findings *f, const struct entity_slot *slot, struct arena *arena, struct unit *unit)
{
	struct buffer b;

	if (f->published_count + f->refused_count == 0) {
		if (slot->finding_row)
			unit_delete(unit, &finding_table, key_of(slot));
		return slot->finding_row != 0;
	}
	if (slot->finding_row && same_findings(arena, slot->findings, f))
		return 0;
	b = buffer_init(FINDINGS_LARGEST);
	findings_write(&b, f);
	assert(!b.overflowed);
	unit_put(unit, &finding_table, key_of(slot), buffer_span(&b));
	buffer_release(&b);
	return 1;
}

static bool
is_made(const struct member_entities *m, struct span entity_id)
{
	for (size_t i = 0; m && i < m->count; i++)
		if (span_equal(m->list[i].entity.entity_id, entity_id))
			return true;
	return false;
}

struct entities_written
member_entities_write(const struct member_entities *m, struct entity_slots *slots, struct unit *unit,
    struct span member, struct span before)
{
	struct entities_written written = { 0 };
	size_t count;
	const struct span *ids = record_entities(slots->arena, before, &count);

	for (size_t i = 0; m && i < m->count; i++) {
		const struct entity *e = &m->list[i].entity;
		const struct entity_slot *slot = entity_slots_find(slots, e->entity_id);
		const struct findings f = findings_of(m, i, slot, slots->arena);

		written.entities += put_entity(e, slot, unit);
		written.findings += put_findings(&f, slot, slots->arena, unit);
	}
	for (size_t i = 0; i < count; i++) {
		const struct entity_slot *slot = entity_slots_find(slots, ids[i]);

		if (!slot->row || !span_equal(slot->entity.member, member) || is_made(m, ids[i]))
			continue;
		unit_expect(unit, &entity_table, key_of(slot), slot->row);
		unit_delete(unit, &entity_table, key_of(slot));
		unit_delete(unit, &finding_table, key_of(slot));
		written.entities++;
	}
	return written;
}
