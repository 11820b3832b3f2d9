/* person/attribute.c - the row of an account's attributes.
 *
 *     row       = form(u8) count(u8) attribute* likeness(32)
 *     attribute = name(block) value(block) source(u8) record(16) at(u64) personas(u8)
 */
#include "person/attribute.h"

#include <assert.h>

#include "base/record.h"
#include "base/role.h"

#define FORM 2
#define ROW_LARGEST (ATTRIBUTES_LARGEST * (ATTRIBUTE_LARGEST + 128))

/* The steward erases what operators order. */
const struct table attribute_table = { "attribute", ROLE_BIT(ROLE_WORKER) | ROLE_BIT(ROLE_STEWARD), 0 };

static const char *const sources[] = {
	[ATTRIBUTE_OF_NOBODY] = "nobody",
	[ATTRIBUTE_FROM_CARD] = "card",
	[ATTRIBUTE_FROM_DESK] = "desk",
	[ATTRIBUTE_SELF_STATED] = "self",
};

const char *
attribute_source_name(enum attribute_source source)
{
	return sources[source];
}

void
attributes_write(struct buffer *b, const struct attributes *a)
{
	assert(a->count <= ATTRIBUTES_LARGEST);
	buffer_u8(b, FORM);
	buffer_u8(b, (uint8_t)a->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct attribute *one = &a->list[i];

		buffer_block(b, span_text(one->kind->name));
		buffer_block(b, one->value);
		buffer_u8(b, (uint8_t)one->source);
		buffer_id(b, &one->record);
		buffer_instant(b, one->at);
		buffer_u8(b, (uint8_t)one->personas);
	}
	buffer_add(b, span_of(a->likeness, sizeof(a->likeness)));
}

/* What the rules promise holds of every row: a proofed one stands in the administrative persona, a stated one never. */
static bool
attribute_read(struct record *r, struct attribute *out)
{
	struct span name = record_block(r);
	unsigned source;

	out->kind = attribute_kind_find(name);
	out->value = record_block(r);
	source = record_u8(r);
	out->record = record_id(r);
	out->at = record_instant(r);
	out->personas = record_u8(r);
	if (r->broken || !out->kind || out->value.size == 0 || out->value.size > ATTRIBUTE_LARGEST ||
	    source < ATTRIBUTE_FROM_CARD || source > ATTRIBUTE_SELF_STATED || out->personas >= PERSONA_BIT(PERSONAS) ||
	    out->personas & PERSONA_BIT(PERSONA_NONE))
		return false;
	out->source = (enum attribute_source)source;
	return (out->source != ATTRIBUTE_SELF_STATED) == ((out->personas & PERSONA_BIT(PERSONA_ADMINISTRATIVE)) != 0);
}

bool
attributes_read(struct span value, struct attributes *out)
{
	struct record r = record_of(value);
	uint8_t form = record_u8(&r);
	struct span likeness;

	*out = (struct attributes){ .count = record_u8(&r) };
	if (r.broken || form != FORM || out->count > ATTRIBUTES_LARGEST)
		return false;
	for (size_t i = 0; i < out->count; i++)
		if (!attribute_read(&r, &out->list[i]) || (i && out->list[i].kind <= out->list[i - 1].kind))
			return false;
	likeness = record_bytes(&r, sizeof(out->likeness));
	if (!record_whole(&r))
		return false;
	memcpy(out->likeness, likeness.data, sizeof(out->likeness));
	return true;
}

struct ask
attributes_ask(const struct id *account)
{
	return (struct ask){ .table = &attribute_table, .from = id_span(account) };
}

enum err
attributes_loaded(struct arena *arena, const struct ask *ask, struct attributes *out, struct problem *why)
{
	*out = (struct attributes){ .count = 0 };
	if (!ask->count)
		return OK;
	if (!attributes_read(arena_copy(arena, ask->rows[0].value), out))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "the row of the account's attributes in the store is of a form this build does not know");
	out->generation = ask->rows[0].generation;
	return OK;
}

void
attributes_put(struct unit *unit, const struct id *account, const struct attributes *a)
{
	struct buffer b = buffer_init(ROW_LARGEST);

	attributes_write(&b, a);
	assert(!b.overflowed);
	unit_expect(unit, &attribute_table, id_span(account), a->generation);
	unit_put(unit, &attribute_table, id_span(account), buffer_span(&b));
	buffer_release(&b);
}

const struct attribute *
attribute_find(const struct attributes *a, const char *name)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->list[i].kind->name, name) == 0)
			return &a->list[i];
	return NULL;
}
