/* front/registry/current.c - documents of the publication in force. */
#include "front/registry/current.h"

#include "base/record.h"

/* Generations of one document looked at. More than one newer than the publication is there only while a publisher
 * works, or after some died half way. */
#define GENERATIONS 16

/* No generation gets there: at one a millisecond in 8,900 years. The bound keeps apart a set's word and an entity key
 * that happens to begin with its bytes; keys of another length that still fall between are passed over. */
#define GENERATION_END ((uint64_t)1 << 48)

struct ask
document_ask(struct arena *arena, struct span name)
{
	return (struct ask){
		.table = &document_table,
		.from = document_key(arena, name, 0),
		.until = document_key(arena, name, GENERATION_END),
		.limit = GENERATIONS,
		.backwards = true,
	};
}

enum presence
document_found(const struct ask *ask, struct span name, uint64_t generation, struct published *out)
{
	for (size_t i = 0; i < ask->count; i++) {
		struct record r = record_of(ask->rows[i].key);

		if (ask->rows[i].key.size != name.size + sizeof(uint64_t))
			continue;
		record_bytes(&r, name.size);
		if (record_u64(&r) > generation)
			continue;
		if (!published_read(ask->rows[i].value, out))
			return DOCUMENT_UNKNOWN;
		return out->gone ? DOCUMENT_ABSENT : DOCUMENT_PRESENT;
	}
	return ask->more ? DOCUMENT_UNKNOWN : DOCUMENT_ABSENT;
}
