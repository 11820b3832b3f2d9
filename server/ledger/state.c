/* ledger/state.c - the row that says how far the log is kept: what is in tiles, and the newest checkpoint.
 *
 *     format(u8) tiled(u64) journal(u64) origin key(blocks) size(u64) root(32) note halted(blocks) at(u64)
 *     count(u8) { at(u64) size(u64) }*
 */
#include "ledger/ledger.h"

#include <assert.h>

#include "base/record.h"

#define FORMAT 1
#define KEY_TEXT_LARGEST (NOTE_NAME_LARGEST + 64)
#define MINUTE SECONDS(60)

const struct table ledger_tile_table = { "ledger-tile", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table ledger_checkpoint_table = { "ledger-checkpoint", ROLE_BIT(ROLE_STEWARD), 0 };
const struct table ledger_state_table = { "ledger-state", ROLE_BIT(ROLE_STEWARD), TABLE_NOTICED };

const char *
ledger_origin(struct arena *a, const char *base_url)
{
	struct span rest = span_text(base_url);
	const char *scheme = strstr(base_url, "://");

	if (scheme)
		rest = span_skip(rest, (size_t)(scheme + 3 - base_url));
	while (rest.size && rest.data[rest.size - 1] == '/')
		rest.size--;
	return arena_print(a, "%.*s/ledger", SPAN_ARGS(rest));
}

struct ask
ledger_state_ask(void)
{
	return (struct ask){ .table = &ledger_state_table, .from = span_text(LEDGER_STATE_KEY) };
}

void
ledger_state_write(struct buffer *b, const struct ledger_state *s)
{
	assert(s->growth_count <= LEDGER_GROWTH);
	buffer_u8(b, FORMAT);
	buffer_u64(b, s->tiled);
	buffer_u64(b, s->journal);
	buffer_block(b, s->origin);
	buffer_block(b, s->key);
	buffer_u64(b, s->newest.size);
	buffer_add(b, span_of(s->newest.root.bytes, HASH_SIZE));
	buffer_block(b, s->note);
	buffer_block(b, s->halted);
	buffer_instant(b, s->at);
	buffer_u8(b, (uint8_t)s->growth_count);
	for (size_t i = 0; i < s->growth_count; i++) {
		buffer_instant(b, s->growth[i].at);
		buffer_u64(b, s->growth[i].size);
	}
}

bool
ledger_state_read(struct arena *a, struct span value, struct ledger_state *out)
{
	struct record r = record_of(arena_copy(a, value));
	uint8_t format = record_u8(&r);
	struct span root;

	*out = (struct ledger_state){ .tiled = record_u64(&r) };
	out->journal = record_u64(&r);
	out->origin = record_block(&r);
	out->key = record_block(&r);
	out->newest = (struct checkpoint){ .origin = out->origin, .size = record_u64(&r) };
	root = record_bytes(&r, HASH_SIZE);
	out->note = record_block(&r);
	out->halted = record_block(&r);
	out->at = record_instant(&r);
	out->growth_count = record_u8(&r);
	for (size_t i = 0; i < out->growth_count && i < LEDGER_GROWTH; i++) {
		out->growth[i].at = record_instant(&r);
		out->growth[i].size = record_u64(&r);
	}
	if (!record_whole(&r) || format != FORMAT || out->newest.size > out->tiled ||
	    out->growth_count > LEDGER_GROWTH ||
	    out->origin.size > NOTE_NAME_LARGEST || out->key.size > KEY_TEXT_LARGEST || out->note.size > NOTE_LARGEST) {
		*out = (struct ledger_state){ 0 };
		return false;
	}
	memcpy(out->newest.root.bytes, root.data, HASH_SIZE);
	return true;
}

/* Of each minute the last size there was. */
void
ledger_state_grow(struct ledger_state *s, struct instant at, uint64_t size)
{
	struct ledger_sample *last = s->growth_count ? &s->growth[s->growth_count - 1] : NULL;

	if (!last || last->at.us / MINUTE != at.us / MINUTE) {
		if (s->growth_count == LEDGER_GROWTH)
			memmove(s->growth, s->growth + 1, --s->growth_count * sizeof(*s->growth));
		last = &s->growth[s->growth_count++];
	}
	*last = (struct ledger_sample){ at, size };
}

struct span
ledger_tile_key(struct arena *a, unsigned level, uint64_t number)
{
	uint8_t *key = arena_take(a, 9);

	key[0] = (uint8_t)level;
	memcpy(key + 1, ledger_number_key(a, number).data, 8);
	return span_of(key, 9);
}

void
ledger_tiles_ask(struct arena *a, const struct tile_set *set, struct ask *asks)
{
	for (size_t i = 0; i < set->count; i++)
		asks[i] = (struct ask){ .table = &ledger_tile_table,
			.from = ledger_tile_key(a, set->items[i].level, set->items[i].number) };
}

void
ledger_tiles_take(const struct ask *asks, struct tile_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		struct span hashes = asks[i].count ? asks[i].rows[0].value : (struct span){ 0 };

		set->items[i].hashes = hashes.data;
		set->items[i].count = hashes.size / HASH_SIZE;
	}
}
