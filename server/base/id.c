/* base/id.c - names of sixteen bytes that sort by time. */
#include "base/id.h"

#include "base/arena.h"
#include "base/random.h"

struct id
id_new(struct instant now)
{
	uint64_t ms = (uint64_t)(now.us / 1000);
	struct id id;

	for (size_t i = 6; i-- > 0; ms >>= 8)
		id.bytes[i] = (uint8_t)ms;
	random_draw(id.bytes + 6, sizeof(id.bytes) - 6);
	return id;
}

struct span
id_pair(struct arena *a, const struct id *owner, const struct id *one)
{
	uint8_t *key = arena_take(a, 2 * sizeof(struct id));

	memcpy(key, owner->bytes, sizeof(owner->bytes));
	memcpy(key + sizeof(owner->bytes), one->bytes, sizeof(one->bytes));
	return span_of(key, 2 * sizeof(struct id));
}
