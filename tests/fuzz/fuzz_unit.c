/* tests/fuzz/fuzz_unit.c - a unit of work that can be read is written again, operation by operation, to the same
 * bytes. */
#include <assert.h>

#include "store/unit.h"

static const struct table first = { "first", ROLE_BIT(ROLE_WORKER), 0 };
static const struct table second = { "second", ROLE_BIT(ROLE_WORKER), 0 };
static const struct table growing = { "growing", ROLE_BIT(ROLE_WORKER), TABLE_APPEND_ONLY };
static const struct table *const tables[] = { &first, &second, &growing, NULL };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
write_again(struct unit *u, const struct operation *o)
{
	switch (o->kind) {
	case UNIT_EXPECT:
		unit_expect(u, o->table, o->key, o->generation);
		break;
	case UNIT_PUT:
		unit_put_until(u, o->table, o->key, o->value, o->expires);
		break;
	case UNIT_DELETE:
		unit_delete(u, o->table, o->key);
		break;
	case UNIT_APPEND:
		unit_append(u, o->table, o->value);
		break;
	case UNIT_PUT_NUMBERED:
		unit_put_numbered(u, o->table, o->key, o->value);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(64 * MIB);
	struct span message = span_of(data, size);
	struct operation *operations;
	struct problem why;
	struct id id;
	size_t count;

	if (unit_read(&a, tables, message, &id, &operations, &count, &why) == OK) {
		struct unit *u = unit_new(&a, tables, id);

		for (size_t i = 0; i < count; i++) {
			assert(operations[i].table == tables[operations[i].table_number]);
			write_again(u, &operations[i]);
		}
		assert(span_equal(unit_bytes(u), message));
	} else {
		assert(why.code == ERR_SYNTAX || why.code == ERR_LIMIT);
	}
	arena_release(&a);
	return 0;
}
