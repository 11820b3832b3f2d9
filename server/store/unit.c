/* store/unit.c - the message a unit of work travels as: written by whoever decided, read without trust.
 *
 *     unit      = version(u8) id(16) count(u32) operation*
 *     operation = kind(u8) table(u16) rest
 *     expect    = size(u16) key generation(u64)
 *     put       = size(u16) key expires(u64) size(u32) value
 *     delete    = size(u16) key
 *     append    = size(u32) value
 *     numbered  = size(u16) key size(u32) value        behind an append
 *
 * Integers are big-endian. There is one way to write a unit: what is read and built again gives the same bytes.
 */
#include "store/unit.h"

#include <assert.h>

#include "base/record.h"

#define UNIT_VERSION 1
#define COUNT_AT 17      /* behind version and id */
#define UNIT_HEAD 21
#define OPERATION_LEAST 6 /* a delete of a key of one byte */

struct unit {
	struct arena *arena;
	table_list tables;
	struct id id;
	uint8_t *bytes;
	size_t size, room;
	uint32_t count;
	bool appends, too_large;
};

size_t
table_count(table_list tables)
{
	size_t count = 0;

	while (tables[count])
		count++;
	return count;
}

static uint8_t *
write_integer(uint8_t *to, uint64_t value, size_t size)
{
	for (size_t i = size; i-- > 0; value >>= 8)
		to[i] = (uint8_t)value;
	return to + size;
}

static uint8_t *
write_bytes(uint8_t *to, struct span bytes)
{
	if (bytes.size)
		memcpy(to, bytes.data, bytes.size);
	return to + bytes.size;
}

struct unit *
unit_new(struct arena *a, table_list tables, struct id id)
{
	struct unit *u = arena_new(a, struct unit);

	u->arena = a;
	u->tables = tables;
	u->id = id;
	u->room = KIB;
	u->bytes = arena_space(a, u->room);
	memset(u->bytes, 0, UNIT_HEAD);
	u->bytes[0] = UNIT_VERSION;
	memcpy(u->bytes + 1, id.bytes, sizeof(id.bytes));
	u->size = UNIT_HEAD;
	return u;
}

struct id
unit_id(const struct unit *u)
{
	return u->id;
}

static uint64_t
number_of(const struct unit *u, const struct table *table)
{
	uint64_t number = 0;

	while (u->tables[number] && u->tables[number] != table)
		number++;
	assert(u->tables[number]);
	return number;
}

/* Where an operation of that size goes, its kind and table written; NULL when the unit has become too large. */
static uint8_t *
add_operation(struct unit *u, enum operation_kind kind, const struct table *table, size_t rest)
{
	size_t size = 3 + rest;
	uint8_t *to;

	if (u->too_large || u->count == UNIT_OPERATIONS || rest > UNIT_LARGEST || size > UNIT_LARGEST - u->size) {
		u->too_large = true;
		return NULL;
	}
	if (u->room - u->size < size) {
		size_t room = u->room * 2;
		uint8_t *bytes;

		while (room < u->size + size)
			room *= 2;
		bytes = arena_space(u->arena, room);
		memcpy(bytes, u->bytes, u->size);
		u->bytes = bytes;
		u->room = room;
	}
	to = u->bytes + u->size;
	u->size += size;
	write_integer(u->bytes + COUNT_AT, ++u->count, 4);
	to = write_integer(to, kind, 1);
	return write_integer(to, number_of(u, table), 2);
}

static uint8_t *
write_key(uint8_t *to, struct span key)
{
	to = write_integer(to, key.size, 2);
	return write_bytes(to, key);
}

void
unit_expect(struct unit *u, const struct table *table, struct span key, uint64_t generation)
{
	uint8_t *to;

	assert(key.size && key.size <= KEY_LARGEST);
	to = add_operation(u, UNIT_EXPECT, table, 2 + key.size + 8);
	if (to)
		write_integer(write_key(to, key), generation, 8);
}

void
unit_put(struct unit *u, const struct table *table, struct span key, struct span value)
{
	unit_put_until(u, table, key, value, (struct instant){ 0 });
}

void
unit_put_until(struct unit *u, const struct table *table, struct span key, struct span value, struct instant expires)
{
	uint8_t *to;

	assert(key.size && key.size <= KEY_LARGEST && expires.us >= 0);
	to = value.size > UNIT_LARGEST ? NULL : add_operation(u, UNIT_PUT, table, 2 + key.size + 8 + 4 + value.size);
	if (!to) {
		u->too_large = true;
		return;
	}
	to = write_integer(write_key(to, key), (uint64_t)expires.us, 8);
	write_bytes(write_integer(to, value.size, 4), value);
}

void
unit_delete(struct unit *u, const struct table *table, struct span key)
{
	uint8_t *to;

	assert(key.size && key.size <= KEY_LARGEST);
	to = add_operation(u, UNIT_DELETE, table, 2 + key.size);
	if (to)
		write_key(to, key);
}

void
unit_append(struct unit *u, const struct table *table, struct span value)
{
	uint8_t *to = value.size > UNIT_LARGEST ? NULL : add_operation(u, UNIT_APPEND, table, 4 + value.size);

	if (!to) {
		u->too_large = true;
		return;
	}
	u->appends = true;
	write_bytes(write_integer(to, value.size, 4), value);
}

void
unit_put_numbered(struct unit *u, const struct table *table, struct span key, struct span value)
{
	unit_put_numbered_pieces(u, table, key, value, (struct span){ 0 });
}

void
unit_put_numbered_pieces(struct unit *u, const struct table *table, struct span key, struct span head,
    struct span rest)
{
	bool fits = head.size <= UNIT_LARGEST && rest.size <= UNIT_LARGEST;
	size_t size = head.size + rest.size;
	uint8_t *to;

	assert(key.size && key.size <= KEY_LARGEST && (u->appends || u->too_large));
	to = fits ? add_operation(u, UNIT_PUT_NUMBERED, table, 2 + key.size + 4 + size) : NULL;
	if (!to) {
		u->too_large = true;
		return;
	}
	to = write_key(to, key);
	to = write_bytes(write_integer(to, size, 4), head);
	write_bytes(to, rest);
}

struct span
unit_bytes(const struct unit *u)
{
	return u->too_large ? (struct span){ 0 } : span_of(u->bytes, u->size);
}

/* What stands in an operation of each kind, behind its table and in this order. */
enum part { PART_KEY = 1, PART_GENERATION = 2, PART_EXPIRES = 4, PART_VALUE = 8 };
static const unsigned parts_of[OPERATION_KINDS] = {
	[UNIT_EXPECT] = PART_KEY | PART_GENERATION,
	[UNIT_PUT] = PART_KEY | PART_EXPIRES | PART_VALUE,
	[UNIT_DELETE] = PART_KEY,
	[UNIT_APPEND] = PART_VALUE,
	[UNIT_PUT_NUMBERED] = PART_KEY | PART_VALUE,
};

static enum err
read_operation(struct record *r, table_list tables, size_t known, size_t at, struct operation *o, struct problem *why)
{
	unsigned kind = record_u8(r), parts = kind < OPERATION_KINDS ? parts_of[kind] : 0;
	uint64_t expires = 0;

	o->table_number = record_u16(r);
	if (!r->broken && kind >= OPERATION_KINDS)
		return problem_set(why, ERR_SYNTAX, NULL, "operation %zu is of kind %u, the last known is %d", at, kind,
		    OPERATION_KINDS - 1);
	if (!r->broken && o->table_number >= known)
		return problem_set(why, ERR_SYNTAX, NULL, "operation %zu names table %zu of %zu", at, o->table_number,
		    known);
	o->kind = (enum operation_kind)kind;
	if (parts & PART_KEY)
		o->key = record_bytes(r, record_u16(r));
	if (parts & PART_GENERATION)
		o->generation = record_u64(r);
	if (parts & PART_EXPIRES)
		expires = record_u64(r);
	if (parts & PART_VALUE)
		o->value = record_block(r);
	if (r->broken)
		return problem_set(why, ERR_SYNTAX, NULL, "the unit ends within operation %zu", at);
	if (parts & PART_KEY && (o->key.size == 0 || o->key.size > KEY_LARGEST))
		return problem_set(why, ERR_SYNTAX, NULL, "operation %zu has a key of %zu bytes, expected 1 to %d", at,
		    o->key.size, KEY_LARGEST);
	if (expires > INT64_MAX)
		return problem_set(why, ERR_SYNTAX, NULL, "operation %zu expires before 1970", at);
	o->expires.us = (int64_t)expires;
	o->table = tables[o->table_number];
	return OK;
}

enum err
unit_read(struct arena *a, table_list tables, struct span message, struct id *id, struct operation **operations,
    size_t *count, struct problem *why)
{
	struct record r = record_of(message);
	struct operation *all;
	struct span bytes;
	size_t known = table_count(tables), n;
	bool appended = false;
	unsigned version;

	if (message.size > UNIT_LARGEST)
		return problem_set(why, ERR_LIMIT, NULL, "a unit of %zu bytes, at most %zu are taken", message.size,
		    UNIT_LARGEST);
	version = record_u8(&r);
	bytes = record_bytes(&r, sizeof(id->bytes));
	n = record_u32(&r);
	if (r.broken)
		return problem_set(why, ERR_SYNTAX, NULL, "a unit of %zu bytes ends within its head of %d",
		    message.size,
		    UNIT_HEAD);
	if (version != UNIT_VERSION)
		return problem_set(why, ERR_SYNTAX, NULL, "a unit of version %u, expected %d", version, UNIT_VERSION);
	if (n > UNIT_OPERATIONS)
		return problem_set(why, ERR_LIMIT, NULL, "a unit of %zu operations, at most %d are taken", n,
		    UNIT_OPERATIONS);
	/* Before memory is taken for them. */
	if (n > r.rest.size / OPERATION_LEAST)
		return problem_set(why, ERR_SYNTAX, NULL, "%zu operations cannot stand in %zu bytes", n, r.rest.size);
	all = arena_array(a, struct operation, n);
	for (size_t i = 0; i < n; i++) {
		if (read_operation(&r, tables, known, i, &all[i], why) != OK)
			return why ? why->code : ERR_SYNTAX;
		appended = appended || all[i].kind == UNIT_APPEND;
		if (all[i].kind == UNIT_PUT_NUMBERED && !appended)
			return problem_set(why, ERR_SYNTAX, NULL,
			    "operation %zu puts a number, and nothing was appended before it", i);
	}
	if (!record_whole(&r))
		return problem_set(why, ERR_SYNTAX, NULL, "%zu bytes follow the last operation", r.rest.size);
	memcpy(id->bytes, bytes.data, bytes.size);
	*operations = all;
	*count = n;
	return OK;
}

bool
unit_allowed(enum role role, const struct operation *operations, size_t count, size_t *operation)
{
	for (size_t i = 0; i < count; i++) {
		const struct table *table = operations[i].table;
		bool appends = operations[i].kind == UNIT_APPEND, append_only = (table->flags & TABLE_APPEND_ONLY) != 0;

		/* Whoever may read may also say what it expects. */
		if (operations[i].kind == UNIT_EXPECT)
			continue;
		if (appends != append_only || !(table->writers & ROLE_BIT(role))) {
			*operation = i;
			return false;
		}
	}
	return true;
}
